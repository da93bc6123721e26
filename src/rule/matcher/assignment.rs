//! `[[match]] assignment = …`: values that are given to names.

use super::reference::counts;
use crate::diagnostic::Finding;
use crate::knowledge::model::{AssignmentMatch, Matcher};
use crate::project::load;
use crate::python::Assignment;
use crate::rule::Context;
use crate::source::{Extent, Location};

/// The (top-level module, word) pairs of files in which such an assignment can occur.
pub fn triggers(wanted: &AssignmentMatch) -> Vec<(String, String)> {
    let of_target = |target: &String| -> Vec<(String, String)> {
        let path = target.split_once("()[").map_or(target.as_str(), |(made, _)| made);
        let word = path.trim_end_matches("\"]").rsplit(['.', '"']).next().unwrap_or(path).to_owned();
        match target.strip_prefix('.') {
            Some(_) => wanted.imports.iter().map(|of| (load::top_level(of).to_owned(), word.clone())).collect(),
            None => vec![(load::top_level(target).to_owned(), word)],
        }
    };
    wanted.targets.iter().flat_map(of_target).collect()
}

/// One finding an assignment.
pub(super) fn run(wanted: &AssignmentMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, uses) in context.workspace.parsed_of(context.project) {
        if wanted.runtime_only && file.roles.for_show {
            continue;
        }
        if !counts(file) || !wanted.imports.is_empty() && !super::imports_one(file, &wanted.imports) {
            continue;
        }
        for assignment in &uses.assignments {
            let is_meant = wanted.targets.contains(&assignment.target) && !assignment.type_checking;
            let is_such = || wanted.value.as_ref().is_none_or(|t| super::call::is_such(t, &assignment.value, uses));
            let is_probed = matcher.removed.is_some() && assignment.probed;
            if !is_meant || is_probed || !is_such() || super::is_own(context, &assignment.target) {
                continue;
            }
            let text = context.workspace.sources.text(file.file);
            let is_other = |other: &Assignment, branch: Extent| {
                other.target == assignment.target
                    && branch.contains(other.at)
                    && !wanted.value.as_ref().is_none_or(|test| super::call::is_such(test, &other.value, uses))
            };
            let is_switch = || {
                uses.instead_of(assignment.at)
                    .any(|branch| uses.assignments.iter().any(|other| is_other(other, branch)))
            };
            if super::call::is_chosen(&wanted.unless_chosen_by, assignment.at, uses, text)
                || wanted.unless_otherwise && is_switch()
            {
                continue;
            }
            let value = |word: &str| match word {
                "target" => Some(assignment.at.of(text).to_owned()),
                "value" => Some(assignment.value_at.of(text).to_owned()),
                _ => None,
            };
            let at = Location::Span(file.file.span(assignment.at));
            findings.push(super::speak(Finding::new(at, "").key(assignment.target.clone()), matcher, value));
        }
    }
    findings
}
