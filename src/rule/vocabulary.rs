//! The names of which rules ask how source uses them.

use super::matcher::own_file;
use super::syntax;
use crate::knowledge::Knowledge;
use crate::knowledge::model::{ArgumentTest, CallMatch, Matcher, Pairings, RuleCore};
use crate::python::vocabulary::Vocabulary;

/// Those of all rules, whichever run: a project may select more than what was selected when its files were read.
pub fn of(knowledge: &Knowledge) -> Vocabulary {
    if let Some(core) = knowledge.unchanged() {
        return Vocabulary::new(move || patterns(&core.rules, &core.pairings));
    }
    let patterns = patterns(knowledge.rules(), knowledge.pairings());
    Vocabulary::new(move || patterns)
}

fn patterns(rules: &[RuleCore], pairings: &Pairings) -> Vec<String> {
    let of_matches = rules.iter().flat_map(|rule| rule.matchers.iter()).flat_map(of_match);
    let coded = syntax::names().map(str::to_owned);
    let companions = pairings.companion.iter().flat_map(|row| row.calls.iter().cloned());
    of_matches.chain(coded).chain(companions).collect()
}

/// The names of which a match asks.
fn of_match(matcher: &Matcher) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(call) = &matcher.call {
        of_call(call, &mut names);
    }
    if let Some(decorator) = &matcher.decorator {
        names.extend(decorator.names.iter().chain(&decorator.unless_in_project).cloned());
        of_arguments(&decorator.arguments, &mut names);
    }
    if let Some(import) = &matcher.import {
        names.extend(import.names.iter().chain(&import.as_type_for).cloned());
    }
    names.extend(matcher.reference.iter().flat_map(|reference| reference.names.keys().cloned()));
    names
}

fn of_call(call: &CallMatch, names: &mut Vec<String>) {
    names.extend(call.functions.iter().chain(&call.unless_in_project).cloned());
    of_arguments(&call.arguments, names);
    names.extend(methods(&call.then_called));
    let objects = call.functions.iter().filter_map(|function| Some(function.rsplit_once('.')?.0));
    for object in objects {
        names.extend(call.unless_read.iter().map(|attribute| format!("{object}.{attribute}")));
        // All that is done to the object counts.
        names.extend(call.made_here.then(|| format!("{object}.*")));
    }
    if let Some(beside) = &call.beside {
        names.extend(beside.functions.iter().cloned());
        of_arguments(&beside.arguments, names);
    }
}

/// The names of what gives arguments, and of what is done to them.
fn of_arguments(arguments: &[ArgumentTest], names: &mut Vec<String>) {
    for argument in arguments {
        names.extend(methods(&argument.unless_called));
        names.extend(argument.call_of.iter().cloned());
        if argument.own_file {
            names.extend(own_file::functions().map(str::to_owned));
        }
        if !argument.made_with.is_empty() {
            of_arguments(&argument.made_with, names);
            // It may be any function of which it asks with what it was called.
            names.extend(argument.call_of.is_empty().then(|| "*".to_owned()));
        }
    }
}

/// Whatever has a method of one of these names.
fn methods(names: &[String]) -> impl Iterator<Item = String> {
    names.iter().map(|name| format!("*.{name}"))
}
