//! `conflicting-requirements`: ranges without a common version, in declarations that are installed together.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::unsatisfiable_requirement::is_unsatisfiable;
use crate::diagnostic::Finding;
use crate::manifest::marker::Environment;
use crate::manifest::{Group, Origin, Requirement};
use crate::project::resolved::{Declared, InstallationSet};
use crate::rule::{Context, direct, together};
use crate::source::{Location, Span};

/// A declaration is compared with this many earlier ones.
const COMPARED: usize = 16;

/// Of the declarations of one distribution in a set so many are judged: nobody writes more by hand.
const JUDGED: usize = 1_000;

/// A declaration, and the environments in which it certainly applies, once somebody asks for them.
struct Applied<'a> {
    declared: Declared<'a>,
    environments: OnceCell<Vec<Environment>>,
}

impl Applied<'_> {
    fn environments(&self, supported: &[Environment]) -> &[Environment] {
        self.environments.get_or_init(|| {
            supported
                .iter()
                .filter(|environment| together::applies(self.declared.requirement, environment))
                .copied()
                .collect()
        })
    }
}

/// One finding for each declaration that contradicts an earlier one, or one of a wider group.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    let supported = together::supported_environments(context.project);
    for set in &context.project.resolved.sets {
        for declarations in set.repeated(context.project) {
            let declarations: Vec<Applied<'_>> = declarations
                .into_iter()
                .take(JUDGED)
                .map(|declared| Applied { declared, environments: OnceCell::new() })
                .collect();
            for (index, later) in declarations.iter().enumerate() {
                let mut earlier = declarations.iter().take(index.min(COMPARED));
                let found =
                    earlier.find_map(|first| Some((first, contradict(context, &supported, set, first, later)?)));
                let Some((first, environment)) = found else { continue };
                let (at, other) = by_narrowness(first.declared, later.declared);
                if told.insert(place(&at)) {
                    findings.push(finding(set, &at, &other, &environment));
                }
            }
        }
    }
    findings
}

/// Where two declarations contradict each other, if they do: an environment in which both hold.
fn contradict(
    context: &Context<'_>,
    supported: &[Environment],
    set: &InstallationSet,
    one: &Applied<'_>,
    other: &Applied<'_>,
) -> Option<Environment> {
    let (first, second) = (one.declared.requirement, other.declared.requirement);
    let from_index = |r: &Requirement| matches!(r.origin, Origin::Index | Origin::Named(..));
    let is_judged = |r: &Requirement| from_index(r) && !is_unsatisfiable(r);
    let is_free =
        one.declared.is_constraint && other.declared.is_constraint || set.sets_apart(&first.group, &second.group);
    if is_free || !is_judged(first) || !is_judged(second) || first.versions().meets(&second.versions()) {
        return None;
    }
    let is_compiled =
        |one: &Applied<'_>| direct::is_compiled_pin(context, one.declared.manifest, one.declared.requirement);
    if one.declared.manifest.file == other.declared.manifest.file && is_compiled(one) && is_compiled(other) {
        return None;
    }
    let theirs = other.environments(supported);
    let mut common = one.environments(supported).iter().filter(|environment| theirs.contains(environment));
    common.find(|environment| set.is_for(environment)).copied()
}

/// The declaration that the finding sits at, and the other: constraints last, then the narrower group, then the later.
fn by_narrowness<'a>(earlier: Declared<'a>, later: Declared<'a>) -> (Declared<'a>, Declared<'a>) {
    let rank = |declared: &Declared<'_>| match declared.requirement.group {
        _ if declared.is_constraint => 0,
        Group::Runtime | Group::Build | Group::Constraint => 1,
        Group::Extra(_) => 2,
        Group::Dev(_) => 3,
    };
    if rank(&earlier) > rank(&later) { (earlier, later) } else { (later, earlier) }
}

fn place(declared: &Declared<'_>) -> Span {
    let at = declared.requirement.specifier.as_ref().map_or(declared.requirement.at, |specifier| specifier.at);
    declared.manifest.file.span(at)
}

fn finding(set: &InstallationSet, at: &Declared<'_>, other: &Declared<'_>, environment: &Environment) -> Finding {
    let name = at.requirement.name();
    let [here, there] = [at, other].map(|declared| declared.requirement.written_specifier());
    let related = if other.is_constraint { "a constraint leaves only this" } else { "the other range" };
    let message = format!("no version of `{name}` is in both `{here}` and `{there}`");
    let mut finding = Finding::new(Location::Span(place(at)), message)
        .related(place(other), related)
        .package(name)
        .key(format!("{} {}", at.requirement.group, other.requirement.group))
        .note(why_together(set, at, other));
    if at.requirement.marker.is_some() || other.requirement.marker.is_some() {
        finding = finding.note(format!("both apply to {environment}"));
    }
    finding.help(match set.locked_by {
        Some("uv") if at.requirement.group != other.requirement.group && !other.is_constraint => {
            "let the ranges overlap, or say in `tool.uv.conflicts` that the two are never installed together"
        }
        _ => "let the ranges overlap",
    })
}

/// Why one run has to satisfy both.
fn why_together(set: &InstallationSet, at: &Declared<'_>, other: &Declared<'_>) -> String {
    let (one, two) = (&at.requirement.group, &other.requirement.group);
    if other.is_constraint {
        "a constraint holds for all that is installed with it".to_owned()
    } else if at.manifest.file != other.manifest.file {
        format!("{} and {} are installed together", other.manifest.path, at.manifest.path)
    } else if one == two {
        "both belong to the same set, so that it cannot be installed".to_owned()
    } else if let Some(manager) = set.locked_by {
        format!("{manager} resolves all groups and extras of a project at once: there is no lock that holds both")
    } else {
        match (one, two) {
            (Group::Extra(extra), Group::Runtime) => {
                format!("the extra `{extra}` is installed with the runtime requirements")
            }
            _ => format!("`{two}` is installed with `{one}`"),
        }
    }
}
