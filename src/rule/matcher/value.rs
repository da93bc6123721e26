//! What is passed or assigned, held against what a match wants of it.

use super::{is_method, is_one, own_file};
use crate::knowledge::model::{ArgumentTest, SecretForm};
use crate::python::{Argument, ArgumentValue, Call, Passed, Uses};
use crate::rule::secret;

/// Whether `test` certainly holds for a call, or for what is none; the argument that decided it goes to `decisive`.
pub(super) fn holds<'a>(
    test: &ArgumentTest,
    call: Option<&'a Call>,
    uses: &Uses,
    decisive: &mut Option<&'a Argument>,
) -> bool {
    let Some(call) = call else { return test.present == Some(false) };
    let argument = match call.argument(test.name.as_deref(), test.position) {
        Passed::Not => return test.present == Some(false),
        Passed::Perhaps => return false,
        Passed::As(_) if test.present == Some(false) => return false,
        Passed::As(argument) => argument,
    };
    *decisive = Some(argument);
    is_such(test, &argument.value, uses)
        && !test.unless_called.iter().any(|method| is_called_on(argument, method, uses))
        && (test.made_with.is_empty() || is_made_with(&test.made_with, argument, uses))
        && (!test.own_file || own_file::holds(argument, uses))
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
        && !says(&test.unless, &|name| test.unless.iter().any(|unless| unless == name))
        && (!test.literal || matches!(value, ArgumentValue::Literal(_)))
        && (test.starts_with.is_empty() || begins(value, &test.starts_with))
        && (test.secret.is_empty() || is_secret(value, &test.secret))
        && (test.call_of.is_empty()
            || matches!(value, ArgumentValue::Call(function) if test.call_of.contains(function)))
        && !(matches!(value, ArgumentValue::Call(function) if test.unless_call_of.contains(function)))
        && (test.contains.is_empty()
            || matches!(value, ArgumentValue::List(elements) | ArgumentValue::Tuple(elements) if elements.iter().any(|one| is_one_of(one, &test.contains))))
        && (!test.list || matches!(value, ArgumentValue::List(_)))
        && (test.from.is_empty() || comes_from(value, &test.from))
        && (!test.formatted || matches!(value, ArgumentValue::Formatted(parts) if parts.iter().any(varies)))
}

/// Whether the file calls `method` on what is passed.
fn is_called_on(argument: &Argument, method: &str, uses: &Uses) -> bool {
    uses.calls.iter().any(|call| is_method(call, method) && call.made_at.iter().any(|at| argument.made_at.contains(at)))
}

/// Whether all of `tests` hold for each call that gives `argument`.
fn is_made_with(tests: &[ArgumentTest], argument: &Argument, uses: &Uses) -> bool {
    let mut calls = argument.made_at.iter().map(|at| uses.call_at(*at));
    !argument.made_at.is_empty()
        && calls.all(|call| call.is_some() && tests.iter().all(|test| holds(test, call, uses, &mut None)))
}

/// Whether `value` can only be one of `names`.
fn is_one_of(value: &ArgumentValue, names: &[String]) -> bool {
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

/// Whether `value` is what one of `sources` is or gives, or a text into which that is put.
fn comes_from(value: &ArgumentValue, sources: &[String]) -> bool {
    match value {
        ArgumentValue::Names(names) => !names.is_empty() && names.iter().all(|name| is_one(sources, name)),
        ArgumentValue::Call(function) => is_one(sources, function),
        ArgumentValue::Formatted(parts) => parts.iter().any(|part| comes_from(part, sources)),
        _ => false,
    }
}

/// Whether the argument is a literal string that begins with one of `starts`.
fn begins(value: &ArgumentValue, starts: &[String]) -> bool {
    let ArgumentValue::Literal(literal) = value else { return false };
    let text = literal.strip_prefix('"');
    text.is_some_and(|text| starts.iter().any(|start| text.starts_with(start.as_str())))
}

/// Whether a secret stands in the literal string.
fn is_secret(value: &ArgumentValue, forms: &[SecretForm]) -> bool {
    let ArgumentValue::Literal(literal) = value else { return false };
    let text = literal.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    text.is_some_and(|text| forms.iter().any(|form| secret::is_one(*form, text)))
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
