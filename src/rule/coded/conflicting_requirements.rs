//! `conflicting-requirements`: ranges without a common version, in declarations that are installed together.

use std::collections::BTreeSet;

use super::unsatisfiable_requirement::is_unsatisfiable;
use crate::diagnostic::Finding;
use crate::manifest::marker::Environment;
use crate::manifest::{Group, Marker, Origin, Requirement, Versions};
use crate::project::resolved::{Declared, InstallationSet};
use crate::project::{Project, PythonsBy};
use crate::rule::{Context, direct};
use crate::source::{Location, Span};

/// A declaration is compared with this many earlier ones.
const COMPARED: usize = 16;

/// One finding for each declaration that contradicts an earlier one, or one of a wider group.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for set in &context.project.resolved.sets {
        for declarations in set.repeated(context.project) {
            for (index, later) in declarations.iter().enumerate() {
                let mut earlier = declarations.iter().take(index.min(COMPARED));
                let found = earlier.find_map(|first| Some((*first, contradict(context, set, first, later)?)));
                let Some((first, environment)) = found else { continue };
                let (at, other) = by_narrowness(first, *later);
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
    set: &InstallationSet,
    one: &Declared<'_>,
    other: &Declared<'_>,
) -> Option<Environment> {
    let (first, second) = (one.requirement, other.requirement);
    let from_index = |r: &Requirement| matches!(r.origin, Origin::Index | Origin::Named(..));
    let is_judged = |r: &Requirement| from_index(r) && !is_unsatisfiable(r);
    let is_free = one.is_constraint && other.is_constraint || set.sets_apart(&first.group, &second.group);
    if is_free || !is_judged(first) || !is_judged(second) || first.versions().meets(&second.versions()) {
        return None;
    }
    let is_compiled = |one: &Declared<'_>| direct::is_compiled_pin(context, one.manifest, one.requirement);
    if one.manifest.file == other.manifest.file && is_compiled(one) && is_compiled(other) {
        return None;
    }
    common_environments(context.project, first, second).find(|environment| set.is_for(environment))
}

/// The environments, of those on which the project says that it runs, in which both requirements certainly apply.
pub(super) fn common_environments<'a>(
    project: &Project,
    one: &'a Requirement,
    other: &'a Requirement,
) -> impl Iterator<Item = Environment> + 'a {
    let declared = project.pythons.as_ref().filter(|pythons| pythons.by == PythonsBy::Declaration);
    let pythons = declared.map_or_else(Versions::all, |pythons| pythons.versions.clone());
    let applies = |requirement: &Requirement, environment: &Environment| match &requirement.marker {
        None => true,
        Some(text) => text.marker.as_ref().is_some_and(|m: &Marker| m.holds(environment) == Some(true)),
    };
    let all: Vec<Environment> = Environment::all(&pythons).collect();
    all.into_iter().filter(move |environment| applies(one, environment) && applies(other, environment))
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
