//! `unpinned-application`: nothing fixes the versions that an application runs with.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Finding;
use crate::manifest::version::clause::{Operator, clauses};
use crate::manifest::{Group, IncludeKind, Manifest, Origin, Requirement};
use crate::path;
use crate::project::resolved::locked_by;
use crate::project::{IncludeTarget, Kind, Project};
use crate::rule::{Context, text};
use crate::source::Location;

/// The name of the variant for projects that nothing shows to be deployed.
const NOT_DEPLOYED: &str = "not-deployed";

/// The name of the variant for ranges that all have an end.
const BOUNDED: &str = "bounded";

/// More projects than lie within each other.
const MAX_DEPTH: usize = 32;

/// How many names a message lists.
const NAMED: usize = 3;

/// At most one finding, at the main list of requirements.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    judge(context).into_iter().collect()
}

fn judge(context: &Context<'_>) -> Option<Finding> {
    let project = context.project;
    let asked = project.kind == Kind::Application && !project.is_playbook && !project.is_published;
    if !asked || project.is_partial() || is_fixed_otherwise(context) {
        return None;
    }
    // By name: whether something fixes the version.
    let mut names: BTreeMap<&str, bool> = BTreeMap::new();
    let mut main: Option<&Manifest> = None;
    for (manifest, requirement) in project.requirements() {
        let counts = requirement.group == Group::Runtime && requirement.origin == Origin::Index;
        if counts && requirement.name.is_some() {
            main = main.or(Some(manifest));
            names.entry(requirement.name()).or_default();
        }
    }
    for (_, requirement) in project.requirements().filter(|(_, r)| is_fixed(r)) {
        if let Some(fixed) = names.get_mut(requirement.name()) {
            *fixed = true;
        }
    }
    let main = main.filter(|_| !builds(project) || project.is_service)?;
    if is_read_by_setup(context, main) {
        return None;
    }
    let open: Vec<&str> = names.iter().filter(|(_, fixed)| !**fixed).map(|(name, _)| *name).collect();
    // Who pins most of them has decided to.
    if open.is_empty() || open.len() * 2 <= names.len() {
        return None;
    }
    let shown = match open.get(..NAMED).filter(|_| open.len() > NAMED + 1) {
        Some(some) => format!(
            "{} and {} more",
            some.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", "),
            open.len() - NAMED
        ),
        None => text::enumeration(&open),
    };
    let is_main = project.main().is_some_and(|first| first.file == main.file);
    let at = if is_main { project.head() } else { Location::File(main.file) };
    let is_open = |r: &Requirement| open.contains(&r.name()) && r.group == Group::Runtime && !is_bounded(r);
    let variant = if !project.is_service {
        Some(NOT_DEPLOYED)
    } else if !project.requirements().any(|(_, r)| is_open(r)) {
        Some(BOUNDED)
    } else {
        None
    };
    let finding = Finding::new(at, format!("nothing fixes the versions of {shown}"))
        .note(
            "two builds of one commit can run with different versions, and a release of others can break a deployment",
        )
        .help("commit a lock: `uv lock`, `poetry lock`, or `pip-compile` from an input file to a file of pins");
    Some(finding.variant(variant).key("unpinned"))
}

/// Whether a lock, a manager whose lock is missing, an environment, or what cannot be read from here has to be asked
/// first.
fn is_fixed_otherwise(context: &Context<'_>) -> bool {
    let project = context.project;
    let is_unread = |target: &IncludeTarget| !matches!(target, IncludeTarget::Read(_) | IncludeTarget::There);
    let is_list = |kind| !matches!(kind, IncludeKind::Readme | IncludeKind::Licence | IncludeKind::Version);
    let unknown = project.looked_up().any(|(_, include, target)| is_list(include.kind) && is_unread(target));
    let constrains = |command: &str| {
        command.contains("constraint") || command.contains("pip-compile") || command.contains("pip compile")
    };
    let evidence = project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let other = |m: &Manifest| matches!(m.format, "conda" | "pixi" | "Pipfile");
    // A member of a workspace has the manager of its root.
    let outer = |inner: &&'_ Project| inner.outer.and_then(|at| context.workspace.projects.get(at));
    let is_managed = |project: &Project| project.manifests.iter().any(|m| locked_by(project, m).is_some());
    let managed = std::iter::successors(Some(project), outer).take(MAX_DEPTH).any(is_managed);
    project.may_be_locked()
        || managed
        || unknown
        || project.manifests.iter().any(other)
        || evidence.flat_map(|e| &e.seen.traces).any(|trace| constrains(&trace.text))
        || context.workspace.context.iter().flat_map(|m| &m.reading.requirements).any(is_fixed)
}

/// Whether a requirement names its version, but for the last part (`~=3.1.2`, `==3.1.*`).
fn is_fixed(requirement: &Requirement) -> bool {
    let Some(specifier) = &requirement.specifier else { return false };
    let parts = |version: &str| version.split('.').count();
    specifier.pin().is_some()
        || clauses(&specifier.pep440).unwrap_or_default().iter().any(|clause| match clause.operator {
            Operator::Compatible => parts(clause.version) > 2,
            Operator::Equal => parts(clause.version) > 1,
            _ => false,
        })
}

/// Whether the newest version that is yet to come is left out.
fn is_bounded(requirement: &Requirement) -> bool {
    requirement.versions().contains("999999!0") == Some(false)
}

/// Whether a `setup.py` names the list: then it holds the ranges of a package, however it is read.
fn is_read_by_setup(context: &Context<'_>, list: &Manifest) -> bool {
    let name = path::name(&list.path);
    let names_it = |text: &str| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + name.len()..).unwrap_or_default();
            before.ends_with(['"', '\'', '/']) && after.starts_with(['"', '\''])
        })
    };
    let mut setups = context.project.manifests.iter().filter(|manifest| manifest.format == "setup.py");
    list.format == "requirements" && setups.any(|setup| names_it(context.workspace.sources.text(setup.file)))
}

/// Whether the project is built as a package, whatever else it is.
fn builds(project: &Project) -> bool {
    let tables: BTreeSet<&str> =
        project.manifests.iter().flat_map(|m| &m.reading.tables).map(|(table, _)| table.as_str()).collect();
    tables.contains("build-system") || project.manifests.iter().any(|m| matches!(m.format, "setup.py" | "setup.cfg"))
}
