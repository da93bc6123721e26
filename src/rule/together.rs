//! Which declarations hold at once: installed together, and in one environment.

use std::collections::BTreeSet;

use super::Context;
use crate::manifest::marker::Environment;
use crate::manifest::{Group, Marker, Origin, Requirement, Versions};
use crate::project::resolved::{Declared, InstallationSet};
use crate::project::{Project, PythonsBy};
use crate::source::Span;

/// The Pythons that count where the project does not say which it supports: markers for older ones are left over.
const SUPPORTED: &str = ">=3.9";

/// Declarations of two distributions that are installed together.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The declaration of the one.
    pub one: Declared<'a>,
    /// The declaration of the other.
    pub other: Declared<'a>,
}

/// Every pair of declarations of `one` and `other` (normalised names) that are installed together in some environment of
/// the project, once each, in the order of the sets. One of each pair may be a constraint, where something else of its set
/// installs the distribution.
pub fn pairs<'a>(context: &Context<'a>, one: &'a str, other: &'a str) -> Vec<Pair<'a>> {
    let project = context.project;
    let mut seen: BTreeSet<(Span, Span)> = BTreeSet::new();
    let mut pairs = Vec::new();
    if context.requirements_on(one).next().is_none() || context.requirements_on(other).next().is_none() {
        return pairs;
    }
    for set in &project.resolved.sets {
        let is_there = |name: &'a str| of_set(context, set, name).iter().any(|declared| !declared.is_constraint);
        if !is_there(one) || !is_there(other) {
            continue;
        }
        for first in of_set(context, set, one) {
            for second in of_set(context, set, other) {
                let is_together = goes_with(set, &first, &second)
                    && apply_together(project, first.requirement, second.requirement)
                    && seen.insert((place(&first), place(&second)));
                if is_together {
                    pairs.push(Pair { one: first, other: second });
                }
            }
        }
    }
    pairs
}

/// The declarations of a set on the distribution `name` that leave its versions to an index.
fn of_set<'a>(context: &Context<'a>, set: &'a InstallationSet, name: &'a str) -> Vec<Declared<'a>> {
    let is_from_index = |d: &Declared<'_>| matches!(d.requirement.origin, Origin::Index | Origin::Named(..));
    set.on(context.project, name).filter(is_from_index).collect()
}

/// Whether whoever installs the one gets the other: a lock holds all groups, of which people take some.
fn goes_with(set: &InstallationSet, one: &Declared<'_>, other: &Declared<'_>) -> bool {
    let (first, second) = (&one.requirement.group, &other.requirement.group);
    let is_runtime = |group: &Group| *group == Group::Runtime;
    !set.sets_apart(first, second)
        && (set.locked_by.is_none()
            || first == second
            || is_runtime(first)
            || is_runtime(second)
            || one.is_constraint
            || other.is_constraint)
}

/// The place by which a declaration is known.
pub fn place(declared: &Declared<'_>) -> Span {
    declared.manifest.file.span(declared.requirement.at)
}

/// The environments on which the project says that it runs, the usual ones first; where it does not say, those whose
/// Python is still used.
pub fn supported_environments(project: &Project) -> Vec<Environment> {
    let declared = project.pythons.as_ref().filter(|pythons| pythons.by == PythonsBy::Declaration);
    let usual = || Versions::parse_python(SUPPORTED).unwrap_or_else(Versions::all);
    Environment::all(&declared.map_or_else(usual, |pythons| pythons.versions.clone())).collect()
}

/// Whether a requirement certainly applies in an environment.
pub fn applies(requirement: &Requirement, environment: &Environment) -> bool {
    match &requirement.marker {
        None => true,
        Some(text) => text.marker.as_ref().is_some_and(|m: &Marker| m.holds(environment) == Some(true)),
    }
}

/// Whether there is an environment, of those that the project supports, in which both requirements certainly apply.
pub fn apply_together(project: &Project, one: &Requirement, other: &Requirement) -> bool {
    let supported = supported_environments(project);
    supported.iter().any(|environment| applies(one, environment) && applies(other, environment))
}
