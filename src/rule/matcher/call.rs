//! `[[match]] call = …`: calls of resolved functions, judged by their arguments.

use crate::diagnostic::Finding;
use crate::knowledge::model::{ArgumentTest, CallMatch, Matcher, RuleCore};
use crate::path;
use crate::project::{load, role};
use crate::python::{Argument, ArgumentValue, Call, Passed, Uses};
use crate::rule::Context;
use crate::source::{Location, Span};

/// One finding a call.
pub(super) fn run(rule: &RuleCore, wanted: &CallMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    // What examples do is said as mildly as what tests do, whichever entry speaks.
    let milder = &rule.matchers.iter().find_map(|matcher| matcher.in_tests.clone());
    let mut findings = Vec::new();
    let is_own = |call: &Call| {
        let module = load::top_level(&call.function);
        let own = [format!("{module}.py"), format!("{module}/__init__.py")];
        context.workspace.python_of(context.project).any(|file| {
            let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
            own.iter().any(|own| below.strip_prefix("src/").unwrap_or(below) == own)
        })
    };
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = &file.uses else { continue };
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
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
            if !hit || is_own(call) {
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

/// Whether `test` certainly holds; the argument that decided it goes to `decisive`.
fn holds<'a>(test: &ArgumentTest, call: &'a Call, uses: &Uses, decisive: &mut Option<&'a Argument>) -> bool {
    let argument = match call.argument(test.name.as_deref(), test.position) {
        Passed::Not => return test.present == Some(false),
        Passed::Perhaps => return false,
        Passed::As(_) if test.present == Some(false) => return false,
        Passed::As(argument) => argument,
    };
    *decisive = Some(argument);
    let value = &argument.value;
    let says = |names: &[String], is_it: &dyn Fn(&str) -> bool| match value {
        ArgumentValue::Names(all) => !all.is_empty() && all.iter().all(|name| is_it(name)),
        ArgumentValue::Literal(literal) => names.contains(literal),
        ArgumentValue::Call(_) | ArgumentValue::Unknown => false,
    };
    let known = !matches!(value, ArgumentValue::Unknown | ArgumentValue::Call(_));
    (test.is.is_empty() || says(&test.is, &|name| test.is.iter().any(|i| i == name)))
        && (test.is_not.is_empty() || known && says_none(value, &test.is_not))
        && (test.derives_from.is_empty() || derives(value, uses, &test.derives_from) == Some(true))
        && (!test.literal || matches!(value, ArgumentValue::Literal(_)))
        && (test.starts_with.is_empty() || begins(value, &test.starts_with))
        && (test.call_of.is_empty()
            || matches!(value, ArgumentValue::Call(function) if test.call_of.contains(function)))
}

/// Whether the argument is a literal string that begins with one of `starts`.
fn begins(value: &ArgumentValue, starts: &[String]) -> bool {
    let ArgumentValue::Literal(literal) = value else { return false };
    let text = literal.strip_prefix('"');
    text.is_some_and(|text| starts.iter().any(|start| text.starts_with(start.as_str())))
}

fn says_none(value: &ArgumentValue, names: &[String]) -> bool {
    match value {
        ArgumentValue::Names(all) => all.iter().all(|name| !names.contains(name)),
        ArgumentValue::Literal(literal) => !names.contains(literal),
        ArgumentValue::Call(_) | ArgumentValue::Unknown => false,
    }
}

/// Whether every class that the argument can be derives from one of `roots`.
fn derives(value: &ArgumentValue, uses: &Uses, roots: &[String]) -> Option<bool> {
    let ArgumentValue::Names(names) = value else { return None };
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let mut all = names.iter().map(|name| uses.derives_from(name, &roots));
    all.try_fold(true, |so_far, one| one.map(|one| so_far && one))
}
