//! `removed-event-loop`: the fixture that pytest-asyncio no longer has.
//!
//! Source: <https://pytest-asyncio.readthedocs.io/en/stable/reference/changelog.html> (1.0.0).

use crate::diagnostic::Finding;
use crate::knowledge::model::Gate;
use crate::project::PythonFile;
use crate::project::purpose::Purpose;
use crate::python::{Decorator, Function, Passed, Uses};
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, gate, package};
use crate::source::{Location, Span};

/// The rule whose file lists the plugins that have a fixture of that name.
const RULE: &str = "removed-event-loop";

/// The list of those plugins.
const PLUGINS: &str = "plugins";

/// The fixture.
const FIXTURE: &str = "event_loop";

/// What makes fixtures.
pub const FIXTURES: &[&str] = &["pytest.fixture", "pytest_asyncio.fixture"];

/// How it is written where a function is called so, or takes it: no part of a longer name.
const WRITTEN: &[&str] = &[" event_loop", "\tevent_loop", "\nevent_loop", "(event_loop", ",event_loop"];

/// The distribution with the first version without it.
const WITHOUT: &str = "pytest-asyncio>=1.0";

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// Tests that name the fixture.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if gate::may_hold(&without(), scanned.project) {
        for (place, _) in scanned.files(&[Purpose::Tests]) {
            wanted.add(place, WRITTEN.iter().copied());
        }
    }
}

fn without() -> Gate {
    Gate { with: Some(WITHOUT.to_owned()), ..Gate::default() }
}

/// At most one finding for tests that take the fixture, or for what was meant to replace it.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let without = Gate { with: Some(WITHOUT.to_owned()), ..Gate::default() };
    let is_of_another = |name: &str| context.requirements_on(name).next().is_some();
    if !gate::holds(&without, context, None)
        || context.knowledge.list(RULE, PLUGINS).iter().any(|plugin| is_of_another(plugin))
        || package::entry_points(context).any(|(_, (group, ..))| group == "pytest11")
    {
        return Vec::new();
    }
    let files: Vec<&PythonFile> = Scanned::of(context).files(&[Purpose::Tests]).map(|(_, file)| file).collect();
    let functions = || {
        let parsed = files.iter().filter_map(|file| Some((*file, file.uses.as_deref()?)));
        parsed.flat_map(|(file, uses)| uses.functions.iter().map(move |function| (file, uses, function)))
    };
    let takes =
        |function: &Function| function.parameters.iter().find(|p| p.name == FIXTURE && !p.has_default).map(|p| p.at);
    let collected = |function: &Function| function.name.starts_with("test") || is_fixture(function);
    let in_use: Vec<Span> = functions()
        .filter(|(_, _, function)| collected(function))
        .filter_map(|(file, _, function)| Some(file.file.span(takes(function)?)))
        .collect();
    let defined: Vec<(Span, bool)> = functions()
        .filter(|(_, _, function)| function.name == FIXTURE)
        .map(|(file, uses, function)| {
            let is_chosen = uses.tests_around(function.at).next().is_some();
            (file.file.span(function.at), is_chosen || is_for_all(function, uses))
        })
        .collect();
    // What every test gets may set the loop itself; what stands under a test of the version is for older ones.
    if defined.iter().any(|(_, is_for_all)| *is_for_all) {
        return Vec::new();
    }
    let defined: Vec<Span> = defined.into_iter().map(|(at, _)| at).collect();
    let (spans, finding): (_, fn(Location) -> Finding) = match (in_use.as_slice(), defined.as_slice()) {
        ([], []) => return Vec::new(),
        (spans, []) => (spans, missing),
        ([], spans) => (spans, idle),
        // Their own fixture is theirs to use.
        _ => return Vec::new(),
    };
    let Some((first, rest)) = spans.split_first() else { return Vec::new() };
    let finding = finding(Location::Span(*first)).package("pytest-asyncio");
    vec![rest.iter().take(SHOWN_PLACES).fold(finding, |finding, span| finding.related(*span, "and here"))]
}

fn missing(at: Location) -> Finding {
    Finding::new(at, "the fixture `event_loop` is not in pytest-asyncio 1.0 and later")
        .key("taken")
        .note("pytest fails the test with `fixture 'event_loop' not found`")
        .help("an `async` test, and `asyncio.get_running_loop()` where it needs the loop")
}

fn idle(at: Location) -> Finding {
    Finding::new(at, "pytest-asyncio 1.0 and later does not look at a fixture `event_loop`")
        .key("defined")
        .variant(Some("idle"))
        .note("the tests run in the loop of their scope, whatever this fixture makes")
        .help("delete it; `loop_scope=\"session\"` in the marks, or `asyncio_default_test_loop_scope`, lets tests share a loop")
}

fn is_fixture(function: &Function) -> bool {
    function.decorators.iter().any(|decorator| decorator.is_only(|name| FIXTURES.contains(&name)))
}

/// Whether a fixture is one that every test gets, or what it is told cannot be seen.
fn is_for_all(function: &Function, uses: &Uses) -> bool {
    let is_one = |decorator: &Decorator| {
        let may_be = decorator.names.is_empty() || decorator.is_only(|name| FIXTURES.contains(&name));
        let call = decorator.call.filter(|_| may_be).map(|at| uses.call_at(at));
        call.is_some_and(|call| call.is_none_or(|call| call.argument(Some("autouse"), None) != Passed::Not))
    };
    function.decorators.iter().any(is_one)
}
