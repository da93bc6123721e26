//! Carrying out `[[match]]` tables, a module a kind.

use super::Context;
use crate::diagnostic::Finding;
use crate::fix::Fix;
use crate::knowledge::model::{Matcher, RuleCore};
use crate::path;
use crate::project::{PythonFile, load, role};
use crate::python::Call;
use crate::rule::{places, removal, text};
use crate::source::Span;

pub mod absent;
mod around;
pub mod assignment;
pub mod call;
pub mod class;
pub mod decorator;
pub mod file;
pub mod import;
pub mod needs;
pub mod own_file;
pub mod reference;
pub mod requirement;
mod rewrite;
mod speech;
mod value;

/// What `matcher`, one of those of `rule`, finds.
pub fn run(rule: &RuleCore, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(wanted) = &matcher.requirement {
        findings.extend(requirement::run(rule, wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.absent {
        findings.extend(absent::run(rule, wanted, matcher, context));
    }
    let removal = match &matcher.removed {
        None => None,
        Some(removed) => match removal::of(removed, context) {
            None => return findings,
            known => known,
        },
    };
    let may_speak = || matcher.gate.as_ref().is_none_or(|gate| super::gate::holds(gate, context, None));
    if let Some(wanted) = &matcher.call
        && may_speak()
    {
        findings.extend(call::run(rule, wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.decorator
        && may_speak()
    {
        findings.extend(decorator::run(rule, wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.import
        && may_speak()
    {
        findings.extend(import::run(wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.reference
        && may_speak()
    {
        findings.extend(reference::run(wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.assignment
        && may_speak()
    {
        findings.extend(assignment::run(wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.class
        && may_speak()
    {
        findings.extend(class::run(wanted, matcher, context));
    }
    if let Some(wanted) = &matcher.file
        && may_speak()
    {
        findings.extend(file::run(wanted, matcher, context));
    }
    if let Some(removal) = &removal {
        findings = findings.into_iter().map(|finding| removal.tell(finding)).collect();
    }
    if matcher.once {
        findings = joined(findings);
    }
    match &matcher.needs {
        Some(wanted) => needs::judge(wanted, context, findings).into_iter().collect(),
        None => findings,
    }
}

/// One finding for those of a file that say the same, with the further places as labels; the rest is counted.
fn joined(findings: Vec<Finding>) -> Vec<Finding> {
    let mut all: Vec<(Finding, Vec<Span>)> = Vec::new();
    for finding in findings {
        let file = |finding: &Finding| finding.at.span().map(|span| span.file);
        let is_same = |(first, _): &&mut (Finding, Vec<Span>)| {
            file(first) == file(&finding) && first.message == finding.message && first.variant == finding.variant
        };
        match (all.iter_mut().find(is_same), finding.at.span()) {
            (Some((first, further)), Some(span)) => {
                further.push(span);
                first.fix = match (first.fix.take(), finding.fix) {
                    // All of it, or nothing: what is left would be the same finding.
                    (Some(one), Some(other)) => Some(Fix::new(
                        one.title,
                        one.applicability.min(other.applicability),
                        [one.edits, other.edits].concat(),
                    )),
                    _ => None,
                };
            }
            _ => all.push((finding, Vec::new())),
        }
    }
    all.into_iter().map(|(finding, further)| places::repeated(finding, &further)).collect()
}

/// Whether the module that a dotted name begins with is one of the project's own.
fn is_own(context: &Context<'_>, name: &str) -> bool {
    let (module, called) = (load::top_level(name), context.project.name());
    context.workspace.python_of(context.project).any(|file| {
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        role::top_module(below, called.as_ref()) == Some(module)
    })
}

/// Whether `name` is one of `wanted`: resolved names, or what they begin with before a `*`. After a call that
/// stands for one name: `boto3.client().*` is a method of the client, not one of what that gives.
fn is_one(wanted: &[String], name: &str) -> bool {
    let first = name.as_bytes().first();
    // Most are none: they are told by their first byte.
    let may_be =
        |wanted: &&String| matches!(wanted.as_bytes().first(), Some(b'*')) || wanted.as_bytes().first() == first;
    wanted.iter().filter(may_be).any(|wanted| match wanted.as_bytes() {
        [start @ .., b'*'] => {
            let is_method = start.ends_with(b"().");
            let rest = name.as_bytes().strip_prefix(start);
            rest.is_some_and(|rest| !is_method || !rest.iter().any(|byte| matches!(byte, b'(' | b'.')))
        }
        _ => wanted == name,
    })
}

/// Whether a call is one of `method` of some object.
fn is_method(call: &Call, method: &str) -> bool {
    call.function.rsplit_once("().").is_some_and(|(_, last)| last == method)
}

/// Whether a file imports one of `modules`, or something below it.
fn imports_one(file: &PythonFile, modules: &[String]) -> bool {
    let is_it = |module: &str, wanted: &String| {
        module.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    file.imports.imports.iter().any(|i| i.level == 0 && modules.iter().any(|wanted| is_it(&i.module, wanted)))
}

/// `` use `x` `` for a name, `use …` for words, nothing for nothing: the placeholder `{instead-clause}`.
fn instead_clause(instead: &str) -> String {
    match instead {
        "" => String::new(),
        name if !name.contains([' ', '`']) => format!("use `{name}`"),
        words => format!("use {words}"),
    }
}

/// Gives `finding` the texts of `matcher`, filled with what `value` knows. A line of help or a
/// note that speaks of what is not known is left out.
fn speak(mut finding: Finding, matcher: &Matcher, value: impl Fn(&str) -> Option<String>) -> Finding {
    let fill = |template: &String| text::fill(template, &value);
    finding.message = fill(&matcher.message);
    finding.label = fill(&matcher.label);
    let whole = |template: &String| text::fill_whole(template, &value).filter(|line| !line.trim().is_empty());
    finding.help.extend(matcher.help.iter().filter_map(whole));
    finding.notes.extend(matcher.notes.iter().filter_map(whole));
    if finding.replacements.is_empty() {
        finding.replacements.clone_from(&matcher.replacements);
    }
    if finding.need.is_none() {
        finding.need.clone_from(&matcher.need);
    }
    finding.variant.clone_from(&matcher.variant);
    finding
}
