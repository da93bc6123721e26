//! `[[match]] assignment = …`: values that are given to names.

use super::reference::counts;
use crate::diagnostic::Finding;
use crate::knowledge::model::{AssignmentMatch, Matcher};
use crate::project::load::{self, Sign, Trigger};
use crate::python::{Assignment, Uses};
use crate::rule::Context;
use crate::source::{Extent, Location};

/// An assignment to a part of what stands in brackets: on one line, or with no other assignment between the brackets.
const TO_PART_OF_PART: &str =
    r"\]\[(?:.*|(?:[^=]|[=!<>]=|\w=[^=\s])*)\][\s)\\]*(?::[^=\n]*)?(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?:[^=]|$)";

/// What files have in which such an assignment can occur.
pub fn triggers(wanted: &AssignmentMatch) -> Vec<Trigger> {
    let of_target = |target: &String| -> Vec<Trigger> {
        let signs = match target.strip_suffix("[]") {
            // A part of a part: what makes the object may be called otherwise (`pandas.read_csv` gives a frame too).
            Some(part) if part.ends_with(']') => {
                vec![Sign::Text("][".to_owned()), Sign::Pattern(TO_PART_OF_PART.to_owned())]
            }
            Some(part) => vec![Sign::Text(format!("]{}", part.rsplit(']').next().unwrap_or(part)))],
            None => {
                let word = target.trim_end_matches("\"]").rsplit(['.', '"']).next().unwrap_or(target);
                vec![Sign::Word(word.to_owned())]
            }
        };
        let trigger =
            |of: &str| Trigger { module: load::top_level(of).to_owned(), signs: signs.clone(), ..Trigger::default() };
        match target.strip_prefix('.') {
            Some(_) => wanted.imports.iter().map(|of| trigger(of)).collect(),
            None => vec![trigger(target)],
        }
    };
    wanted.targets.iter().flat_map(of_target).collect()
}

/// One finding an assignment.
pub(super) fn run(wanted: &AssignmentMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, uses) in context.importers.of_names(&wanted.targets) {
        if wanted.runtime_only && file.roles.for_show {
            continue;
        }
        if !counts(file) || !wanted.imports.is_empty() && !super::imports_one(file, &wanted.imports) {
            continue;
        }
        for assignment in &uses.assignments {
            let is_meant = wanted.targets.contains(&assignment.target) && !assignment.type_checking;
            let is_such = || wanted.value.as_ref().is_none_or(|t| super::value::is_such(t, &assignment.value, uses));
            let is_probed = matcher.removed.is_some() && assignment.probed;
            if !is_meant || is_probed || !is_such() || super::is_own(context, &assignment.target) {
                continue;
            }
            let text = context.workspace.sources.text(file.file);
            let is_other = |other: &Assignment, branch: Extent| {
                other.target == assignment.target
                    && branch.contains(other.at)
                    && !wanted.value.as_ref().is_none_or(|test| super::value::is_such(test, &other.value, uses))
            };
            let is_switch = || {
                uses.instead_of(assignment.at)
                    .any(|branch| uses.assignments.iter().any(|other| is_other(other, branch)))
            };
            if super::around::is_chosen(&wanted.unless_chosen_by, assignment.at, uses, text)
                || wanted.unless_otherwise && is_switch()
                || is_named(&wanted.unless_named, assignment, uses, text)
                || wanted.unless_mentioned.iter().any(|word| text.contains(word.as_str()))
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

/// Whether what is written, or the function that begins last before it, has one of `words` in its name.
fn is_named(words: &[String], assignment: &Assignment, uses: &Uses, text: &str) -> bool {
    let has_word = |name: &str| {
        let name = name.to_ascii_lowercase();
        words.iter().any(|word| name.contains(word.as_str()))
    };
    let before = uses.functions.iter().take_while(|function| function.at.start < assignment.at.start);
    !words.is_empty()
        && (has_word(assignment.at.of(text)) || before.last().is_some_and(|function| has_word(&function.name)))
}
