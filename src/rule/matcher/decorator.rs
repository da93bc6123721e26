//! `[[match]] decorator = …`: what decorates functions, judged by its arguments.

use super::is_one;
use super::speech::Speech;
use super::value::holds;
use crate::diagnostic::Finding;
use crate::knowledge::model::{DecoratorMatch, Matcher, RuleCore};
use crate::python::{Decorator, Function, Parameter};
use crate::rule::Context;

/// One finding a decorator.
pub(super) fn run(rule: &RuleCore, wanted: &DecoratorMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let speech = Speech { rule, matcher, context };
    let mut findings = Vec::new();
    if !wanted.unless_in_project.is_empty() && speech.is_called(&wanted.unless_in_project) {
        return findings;
    }
    for (file, uses) in speech.files(&wanted.names, wanted.runtime_only) {
        let functions = uses.functions.iter().filter(|f| wanted.on_async.is_none_or(|on_async| on_async == f.is_async));
        let functions = functions.filter(|function| takes_one(wanted, function));
        let decorators = functions.flat_map(|function| function.decorators.iter().map(move |one| (function, one)));
        for (function, decorator) in decorators {
            let Some(name) = decorator.names.first() else { continue };
            let call = decorator.call.map(|at| uses.call_at(at));
            let mut argument = None;
            // A call that is not understood has no arguments of which anything is known.
            let hit = decorator.is_only(|name| is_one(&wanted.names, name))
                && wanted.bare.is_none_or(|bare| bare == call.is_none())
                && call != Some(None)
                && stands_beside(wanted, function, decorator)
                && wanted.arguments.iter().all(|test| holds(test, call.flatten(), uses, &mut argument));
            if hit && !super::is_own(context, name) {
                let mut finding = speech.finding(file, decorator.at, name, argument);
                for parameter in parameters(wanted, function) {
                    finding = finding.related(file.file.span(parameter.at), "this parameter");
                }
                findings.push(finding);
            }
        }
    }
    findings
}

/// The parameters of a function that are looked for.
fn parameters<'f>(wanted: &DecoratorMatch, function: &'f Function) -> impl Iterator<Item = &'f Parameter> {
    let is_wanted = |parameter: &&Parameter| !parameter.has_default && wanted.parameters.contains(&parameter.name);
    function.parameters.iter().filter(is_wanted)
}

/// Whether a function has a parameter that is looked for.
fn takes_one(wanted: &DecoratorMatch, function: &Function) -> bool {
    wanted.parameters.is_empty() || parameters(wanted, function).next().is_some()
}

/// Whether what else decorates a function is known, and among what may stand there.
fn stands_beside(wanted: &DecoratorMatch, function: &Function, decorator: &Decorator) -> bool {
    let mut others = function.decorators.iter().filter(|other| other.at != decorator.at);
    wanted.beside.is_empty() || others.all(|other| other.is_only(|name| is_one(&wanted.beside, name)))
}
