//! What stands around a call, and what else happens to its object.

use super::value::holds;
use super::{is_method, is_one};
use crate::knowledge::model::{BesideMatch, CallMatch};
use crate::python::{ArgumentValue, Call, Parameter, Uses};
use crate::source::Extent;

/// Whether what stands around a call is as it is wanted.
pub(super) fn stands_right(wanted: &CallMatch, call: &Call, uses: &Uses) -> bool {
    let around = || uses.functions_around(call.within).flat_map(|function| &function.decorators);
    (!wanted.in_async || call.in_async)
        && (!wanted.in_loop || call.in_loop)
        && (!wanted.at_import || call.at_import)
        && wanted.awaited.is_none_or(|awaited| awaited == call.awaited)
        && (wanted.decorated.is_empty() || around().any(|d| d.is_only(|name| is_one(&wanted.decorated, name))))
        && (wanted.not_decorated.is_empty()
            || !around().any(|d| d.names.iter().any(|name| is_one(&wanted.not_decorated, name))))
        && (!wanted.made_here || is_made_here(wanted, call, uses))
        && (wanted.class_decorated.is_empty() || is_in_method(&wanted.class_decorated, call, uses))
        && (wanted.parameters.is_empty() || is_in_function_of(&wanted.parameters, call, uses))
        && (wanted.directly_in.is_empty() || is_directly_in(&wanted.directly_in, call, uses))
        && (wanted.fixtures.is_empty() || takes_fixture(&wanted.fixtures, call, uses))
        && !is_read(&wanted.unless_read, call, uses)
        && (wanted.then_called.is_empty() || wanted.then_called.iter().any(|method| is_then_called(call, method, uses)))
        && wanted.beside.as_ref().is_none_or(|beside| is_beside(beside, call, uses))
}

/// Whether an `if` around `at` has one of `words` in its test.
pub(super) fn is_chosen(words: &[String], at: Extent, uses: &Uses, text: &str) -> bool {
    let names_one = |condition: Extent| {
        let asked = condition.of(text).to_ascii_lowercase();
        words.iter().any(|word| asked.contains(word.as_str()))
    };
    !words.is_empty() && uses.tests_around(at).any(names_one)
}

/// Whether a `with` around `at` has one of `words` in a context manager.
pub(super) fn is_within(words: &[String], at: Extent, uses: &Uses, text: &str) -> bool {
    let names_one = |manager: Extent| {
        let written = manager.of(text).to_ascii_lowercase();
        words.iter().any(|word| written.contains(word.as_str()))
    };
    !words.is_empty() && uses.managers_around(at).any(names_one)
}

/// Whether a test decides between `call` and the same call in a way that is not looked for.
pub(super) fn is_switched(wanted: &CallMatch, call: &Call, uses: &Uses, text: &str) -> bool {
    let first = |call: &Call| call.arguments.first().map(|argument| argument.at.of(text).to_owned());
    let is_other = |other: &Call| {
        other.function == call.function
            && first(other) == first(call)
            && !wanted.arguments.iter().all(|test| holds(test, Some(other), uses, &mut None))
    };
    uses.instead_of(call.at).any(|branch| uses.calls.iter().any(|other| branch.contains(other.at) && is_other(other)))
}

/// Whether the file calls `method` of what `call` makes.
fn is_then_called(call: &Call, method: &str, uses: &Uses) -> bool {
    uses.calls.iter().any(|other| is_method(other, method) && other.made_at.contains(&call.at))
}

/// Whether the class or the function of `call` makes such a call as well.
fn is_beside(beside: &BesideMatch, call: &Call, uses: &Uses) -> bool {
    let is_near = |other: &Call| {
        call.class.is_some() && other.class == call.class || call.within.is_some() && other.within == call.within
    };
    uses.calls.iter().any(|other| {
        is_near(other)
            && other.is_only(|function| is_one(&beside.functions, function))
            && beside.arguments.iter().all(|test| holds(test, Some(other), uses, &mut None))
    })
}

/// Whether a call stands in a method of a class that certainly has one of `decorators`.
fn is_in_method(decorators: &[String], call: &Call, uses: &Uses) -> bool {
    let class = call.class.and_then(|class| uses.classes.get(class));
    let is_of_class = uses.functions_around(call.within).any(|function| function.class == call.class);
    is_of_class
        && class.is_some_and(|class| class.decorators.iter().any(|d| d.is_only(|name| is_one(decorators, name))))
}

/// Whether the function of a call is one of the module that takes just `parameters`.
fn is_in_function_of(parameters: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        function.class.is_none()
            && function.outer.is_none()
            && function.parameters.iter().map(|parameter| &parameter.name).eq(parameters)
    })
}

/// Whether the function of a call certainly has one of `decorators`.
fn is_directly_in(decorators: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        function.decorators.iter().any(|decorator| decorator.is_only(|name| is_one(decorators, name)))
    })
}

/// Whether the function of a call is a test that takes one of `fixtures`.
fn takes_fixture(fixtures: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        let takes = |parameter: &Parameter| !parameter.has_default && fixtures.contains(&parameter.name);
        function.name.starts_with("test") && function.parameters.iter().any(takes)
    })
}

/// Whether the file reads one of `attributes` of the sort of object whose method is called.
fn is_read(attributes: &[String], call: &Call, uses: &Uses) -> bool {
    let object = call.function.rsplit_once('.').map_or("", |(object, _)| object);
    let is_such = |name: &str| {
        name.rsplit_once('.').is_some_and(|(of, attribute)| of == object && attributes.iter().any(|a| a == attribute))
    };
    !attributes.is_empty() && uses.references.iter().any(|reference| is_such(&reference.name))
}

/// Whether the file shows all that is done to the object of a method.
fn is_made_here(wanted: &CallMatch, call: &Call, uses: &Uses) -> bool {
    let is_it = |places: &[Extent]| places.iter().any(|at| call.made_at.contains(at));
    let object = call.function.rsplit_once('.').map_or("", |(object, _)| object);
    let method = |name: &str| name.strip_prefix(object).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    let is_changed = |other: &Call| {
        // A method that is passed on may come back in another form (`functools.partial(session.request, timeout=5)`).
        let passed = other.arguments.iter().any(|argument| {
            let of_it = |names: &[String]| names.iter().any(|name| method(name).is_some());
            is_it(&argument.made_at) || matches!(&argument.value, ArgumentValue::Names(names) if of_it(names))
        });
        passed
            || method(&other.function).is_some_and(|method| is_one(&wanted.unless_called, &method))
                && is_it(&other.made_at)
    };
    !call.made_at.is_empty()
        && !call.made_at.iter().any(|at| uses.handed_over.contains(at))
        && !uses.calls.iter().any(is_changed)
}
