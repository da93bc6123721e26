//! `[[match]] decorator = …`: what decorates functions, judged by its arguments.

use super::call::{Speech, holds, is_one};
use crate::diagnostic::Finding;
use crate::knowledge::model::{DecoratorMatch, Matcher, RuleCore};
use crate::rule::Context;

/// One finding a decorator.
pub(super) fn run(rule: &RuleCore, wanted: &DecoratorMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let speech = Speech { rule, matcher, context };
    let mut findings = Vec::new();
    for file in speech.files(wanted.runtime_only) {
        let Some(uses) = &file.uses else { continue };
        let functions = uses.functions.iter().filter(|f| wanted.on_async.is_none_or(|on_async| on_async == f.is_async));
        for decorator in functions.flat_map(|function| &function.decorators) {
            let Some(name) = decorator.names.first() else { continue };
            let call = decorator.call.map(|at| uses.call_at(at));
            let mut argument = None;
            // A call that is not understood has no arguments of which anything is known.
            let hit = decorator.is_only(|name| is_one(&wanted.names, name))
                && wanted.bare.is_none_or(|bare| bare == call.is_none())
                && call != Some(None)
                && wanted.arguments.iter().all(|test| holds(test, call.flatten(), uses, &mut argument));
            if hit && !super::is_own(context, name) {
                findings.push(speech.finding(file, decorator.at, name, argument));
            }
        }
    }
    findings
}
