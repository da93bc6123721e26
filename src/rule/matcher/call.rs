//! `[[match]] call = …`: calls of resolved functions, judged by their arguments.

use crate::diagnostic::Finding;
use crate::knowledge::model::{ArgumentTest, CallMatch, Matcher, RuleCore};
use crate::path;
use crate::project::role;
use crate::python::{Argument, ArgumentValue, Call, Passed, Uses};
use crate::rule::Context;
use crate::source::{Location, Span};

/// One finding a call.
pub(super) fn run(rule: &RuleCore, wanted: &CallMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    // What examples do is said as mildly as what tests do, whichever entry speaks.
    let milder = &rule.matchers.iter().find_map(|matcher| matcher.in_tests.clone());
    let mut findings = Vec::new();
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = &file.uses else { continue };
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        if matcher.removed.is_some() && !super::reference::counts(context, file) {
            continue;
        }
        // What a test reads is its own; a milder finding about it is not worth the line.
        let is_shown = role::is_test(below) || role::is_example(below);
        if role::is_test_data(below) || matcher.variant.is_some() && is_shown {
            continue;
        }
        for call in uses.calls.iter().filter(|call| {
            !call.type_checking && call.is_only(|function| wanted.functions.iter().any(|f| f == function))
        }) {
            let mut argument = None;
            let hit = wanted.arguments.iter().all(|test| holds(test, call, uses, &mut argument));
            if !hit || super::is_own(context, &call.function) {
                continue;
            }
            // Removed: the program may know.
            let is_probed = || uses.reference_at(call.function_at).is_none_or(|callee| callee.probed);
            if matcher.removed.is_some() && is_probed() {
                continue;
            }
            let written = argument.map(|a: &Argument| a.at.of(context.workspace.sources.text(file.file)).to_owned());
            let value = |word: &str| match word {
                "function" => Some(call.function.clone()),
                "argument" => written.clone(),
                _ => None,
            };
            let place = Location::Span(file.file.span(call.function_at));
            let mut finding = super::speak(Finding::new(place, "").key(call.function.clone()), matcher, value);
            if let Some(argument) = argument {
                let label = std::mem::take(&mut finding.label);
                finding = finding.related(file.file.span(argument.at), label);
            }
            if role::is_example(below) && milder.is_some() {
                finding.variant.clone_from(milder);
            } else if matcher.in_tests.is_some() && role::is_test(below) {
                finding.variant.clone_from(&matcher.in_tests);
            }
            finding.package = package_of(&call.function, context);
            if let Some(span) = finding.package.as_deref().and_then(|name| declared(context, name)) {
                finding = finding.related(span, "declared here");
            }
            findings.push(finding);
        }
    }
    findings
}

/// The distribution that the catalogue names for the module of a function.
fn package_of(function: &str, context: &Context<'_>) -> Option<String> {
    let provides = |import: &String| function.strip_prefix(import.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let candidates = || context.knowledge.packages().iter().filter(|p| p.imports.iter().any(provides));
    let declared = candidates().find(|p| context.requirements_on(&p.name).next().is_some());
    declared.or_else(|| candidates().filter(|p| p.rank > 0).min_by_key(|p| p.rank)).map(|p| p.name.clone())
}

fn declared(context: &Context<'_>, name: &str) -> Option<Span> {
    context.requirements_on(name).next().map(|(manifest, requirement)| manifest.file.span(requirement.name_at))
}

/// Whether `test` certainly holds for a call; the argument that decided it goes to `decisive`.
fn holds<'a>(test: &ArgumentTest, call: &'a Call, uses: &Uses, decisive: &mut Option<&'a Argument>) -> bool {
    let argument = match call.argument(test.name.as_deref(), test.position) {
        Passed::Not => return test.present == Some(false),
        Passed::Perhaps => return false,
        Passed::As(_) if test.present == Some(false) => return false,
        Passed::As(argument) => argument,
    };
    *decisive = Some(argument);
    is_such(test, &argument.value, uses)
}

/// Whether what `test` says of a value certainly holds for `value`.
pub(super) fn is_such(test: &ArgumentTest, value: &ArgumentValue, uses: &Uses) -> bool {
    let says = |names: &[String], is_it: &dyn Fn(&str) -> bool| match value {
        ArgumentValue::Names(all) => !all.is_empty() && all.iter().all(|name| is_it(name)),
        ArgumentValue::Literal(literal) => names.contains(literal),
        _ => false,
    };
    let known = matches!(value, ArgumentValue::Names(_) | ArgumentValue::Literal(_));
    (test.is.is_empty() || says(&test.is, &|name| test.is.iter().any(|i| i == name)))
        && (test.is_not.is_empty() || known && says_none(value, &test.is_not))
        && (test.derives_from.is_empty() || derives(value, uses, &test.derives_from) == Some(true))
        && (!test.literal || matches!(value, ArgumentValue::Literal(_)))
        && (test.call_of.is_empty()
            || matches!(value, ArgumentValue::Call(function) if test.call_of.contains(function)))
        && (test.contains.is_empty()
            || matches!(value, ArgumentValue::List(elements) if elements.iter().any(|one| is_one(one, &test.contains))))
        && (!test.list || matches!(value, ArgumentValue::List(_)))
        && (!test.formatted || matches!(value, ArgumentValue::Formatted(parts) if parts.iter().any(varies)))
}

/// Whether `value` can only be one of `names`.
fn is_one(value: &ArgumentValue, names: &[String]) -> bool {
    match value {
        ArgumentValue::Names(all) => all.iter().all(|name| names.contains(name)),
        ArgumentValue::Literal(literal) => names.contains(literal),
        _ => false,
    }
}

/// Whether what is put into a text may be another one each time.
fn varies(part: &ArgumentValue) -> bool {
    match part {
        ArgumentValue::Literal(_) => false,
        ArgumentValue::Formatted(parts) => parts.iter().any(varies),
        _ => true,
    }
}

fn says_none(value: &ArgumentValue, names: &[String]) -> bool {
    match value {
        ArgumentValue::Names(all) => all.iter().all(|name| !names.contains(name)),
        ArgumentValue::Literal(literal) => !names.contains(literal),
        _ => false,
    }
}

/// Whether every class that the argument can be derives from one of `roots`.
fn derives(value: &ArgumentValue, uses: &Uses, roots: &[String]) -> Option<bool> {
    let ArgumentValue::Names(names) = value else { return None };
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let mut all = names.iter().map(|name| uses.derives_from(name, &roots));
    all.try_fold(true, |so_far, one| one.map(|one| so_far && one))
}
