//! Carrying out `[[match]]` tables, a module a kind.

use super::Context;
use crate::diagnostic::Finding;
use crate::knowledge::model::{Matcher, RuleCore};
use crate::rule::text;

pub mod absent;
pub mod call;
pub mod file;
pub mod import;
pub mod needs;
pub mod requirement;

/// What `matcher`, one of those of `rule`, finds.
pub fn run(rule: &RuleCore, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(wanted) = &matcher.requirement {
        findings.extend(requirement::run(rule, wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.absent {
        findings.extend(absent::run(rule, wanted, matcher, context));
    }
    let may_speak = || matcher.gate.as_ref().is_none_or(|gate| super::gate::holds(gate, context, None));
    if let Some(wanted) = &matcher.call
        && may_speak()
    {
        findings.extend(call::run(rule, wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.import
        && may_speak()
    {
        findings.extend(import::run(wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.file
        && may_speak()
    {
        findings.extend(file::run(wanted, matcher, context));
    }
    match &matcher.needs {
        Some(wanted) => needs::judge(wanted, context, findings).into_iter().collect(),
        None => findings,
    }
}

/// Gives `finding` the texts of `matcher`, filled with what `value` knows.
fn speak(mut finding: Finding, matcher: &Matcher, value: impl Fn(&str) -> Option<String>) -> Finding {
    let fill = |template: &String| text::fill(template, &value);
    finding.message = fill(&matcher.message);
    finding.label = fill(&matcher.label);
    finding.help.extend(matcher.help.iter().map(fill).filter(|line| !line.trim().is_empty()));
    finding.notes.extend(matcher.notes.iter().map(fill).filter(|line| !line.trim().is_empty()));
    if finding.replacements.is_empty() {
        finding.replacements.clone_from(&matcher.replacements);
    }
    if finding.need.is_none() {
        finding.need.clone_from(&matcher.need);
    }
    finding.variant.clone_from(&matcher.variant);
    finding
}
