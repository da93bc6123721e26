//! `include-cycle`: files or dependency groups that include each other.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::manifest::{Group, GroupHeader, IncludeKind, Manifest};
use crate::name::Name;
use crate::rule::Context;
use crate::source::Span;

/// An include: where it stands and what it leads to.
struct Edge<N> {
    at: Span,
    to: N,
}

/// One finding a cycle, at the include that closes it.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut files = Graph::default();
    let by_files = |kind| matches!(kind, IncludeKind::Requirements | IncludeKind::Constraints);
    for (manifest, include, to) in context.project.included().filter(|(_, include, _)| by_files(include.kind)) {
        files.add(manifest.file, Edge { at: manifest.file.span(include.at), to });
    }
    let path = |file: &crate::source::FileId| context.workspace.sources.path(*file).to_owned();
    let mut findings: Vec<Finding> =
        files.cycles().into_iter().map(|c| finding(&c, "these files include each other", path)).collect();
    for manifest in &context.project.manifests {
        findings.extend(
            groups_of(manifest)
                .cycles()
                .into_iter()
                .map(|c| finding(&c, "these dependency groups include each other", Name::to_string)),
        );
    }
    findings
}

fn groups_of(manifest: &Manifest) -> Graph<Name> {
    let mut graph = Graph::default();
    for include in manifest.reading.includes.iter().filter(|i| i.kind == IncludeKind::Group) {
        if let Group::Dev(from) = &include.group {
            // An environment of tox or hatch that installs the group of its own name is no cycle.
            let is_in_group = |header: &GroupHeader| {
                header.group == include.group && header.list.is_none_or(|list| list.contains(include.at))
            };
            if !manifest.reading.groups.iter().any(is_in_group) {
                continue;
            }
            let edge = Edge { at: manifest.file.span(include.at), to: Name::new(&include.target) };
            graph.add(from.clone(), edge);
        }
    }
    graph
}

fn finding<N>(cycle: &[(N, Span)], message: &str, shown: impl Fn(&N) -> String) -> Finding {
    let names: Vec<String> = cycle.iter().map(|(name, _)| shown(name)).collect();
    let way = format!("{} → {}", names.join(" → "), names.first().map_or("", String::as_str));
    let Some(((_, closing), rest)) = cycle.split_last() else {
        return Finding::new(crate::source::Location::Project, message);
    };
    let mut finding = Finding::new(crate::source::Location::Span(*closing), message)
        .note(way)
        .label("closes the cycle")
        .key(names.join(" "));
    for (_, span) in rest {
        finding = finding.related(*span, "leads on");
    }
    finding
}

/// What includes what.
struct Graph<N> {
    /// In the order of the texts: a cycle is entered where it is met first.
    nodes: Vec<N>,
    edges: BTreeMap<N, Vec<Edge<N>>>,
}

impl<N> Default for Graph<N> {
    fn default() -> Self {
        Self { nodes: Vec::new(), edges: BTreeMap::new() }
    }
}

impl<N: Ord + Clone> Graph<N> {
    fn add(&mut self, from: N, edge: Edge<N>) {
        if !self.edges.contains_key(&from) {
            self.nodes.push(from.clone());
        }
        self.edges.entry(from).or_default().push(edge);
    }

    /// Every cycle once: its nodes in order, each with the include that leads to the next.
    fn cycles(&self) -> Vec<Vec<(N, Span)>> {
        let mut done: BTreeMap<N, bool> = BTreeMap::new();
        let mut found = Vec::new();
        for start in &self.nodes {
            // Depth-first with a stack of our own: a long chain of files must not end the program.
            let mut path: Vec<(N, usize)> = Vec::new();
            if !done.contains_key(start) {
                done.insert(start.clone(), false);
                path.push((start.clone(), 0));
            }
            while let Some((node, next)) = path.last_mut() {
                let Some(edge) = self.edges.get(node).and_then(|all| all.get(*next)) else {
                    done.insert(node.clone(), true);
                    path.pop();
                    continue;
                };
                *next += 1;
                match done.get(&edge.to) {
                    None => {
                        done.insert(edge.to.clone(), false);
                        path.push((edge.to.clone(), 0));
                    }
                    Some(true) => {}
                    Some(false) => {
                        let from = path.iter().position(|(n, _)| *n == edge.to).unwrap_or(0);
                        let step = |(n, next): &(N, usize)| {
                            Some((n.clone(), self.edges.get(n)?.get(next.checked_sub(1)?)?.at))
                        };
                        found.push(path.iter().skip(from).filter_map(step).collect());
                    }
                }
            }
        }
        found
    }
}
