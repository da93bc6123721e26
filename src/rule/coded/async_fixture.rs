//! `async-fixture-strict`: `async def` fixtures that pytest-asyncio leaves to pytest, which awaits nothing.
//!
//! Source: <https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html>.

use super::async_tests::{Running, has_hooks, running};
use crate::diagnostic::Finding;
use crate::project::PythonFile;
use crate::project::purpose::Purpose;
use crate::python::{Decorator, Function};
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, package, text};

/// Decorators that make a plain fixture.
pub const PLAIN: &[&str] = &["pytest.fixture", "_pytest.fixtures.fixture"];

/// Marks of other runners, which see to fixtures themselves.
pub const OTHERS: &[&str] = &["pytest.mark.anyio", "pytest.mark.trio", "pytest.mark.twisted", "pytest.mark.tornado"];

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// Tests with coroutines, and those of other runners.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if running(scanned) != Some(Running::Marked) {
        return;
    }
    for (place, _) in scanned.files(&[Purpose::Tests]) {
        wanted.add(place, ["async def", "mark.anyio", "mark.trio", "anyio_backend"]);
    }
}

/// At most one finding a project.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    if running(scanned) != Some(Running::Marked)
        || package::entry_points(context).any(|(_, (group, ..))| group == "pytest11")
    {
        return Vec::new();
    }
    let files = scanned.files(&[Purpose::Tests]);
    let fixtures: Vec<(&PythonFile, &Function, &Decorator)> = files
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.functions.iter().map(move |function| (file, function)))
        .filter_map(|(file, function)| Some((file, function, plain_fixture(function)?)))
        .collect();
    let Some((file, function, decorator)) = fixtures.first() else { return Vec::new() };
    if context.workspace.python.iter().any(|file| has_hooks(file) || is_of_another(file)) {
        return Vec::new();
    }
    let message = format!(
        "`{}` is `async` and a fixture of pytest: pytest-asyncio leaves it alone in its strict mode",
        function.name
    );
    let finding = Finding::new(file.file.locate(Some(decorator.at)), message)
        .note(format!(
            "tests get the coroutine or the generator instead of what it gives; {} like it",
            text::count(fixtures.len(), "fixture")
        ))
        .help("decorate it `@pytest_asyncio.fixture`, or set `asyncio_mode = \"auto\"` for all")
        .replacements(["pytest_asyncio.fixture"])
        .package("pytest-asyncio")
        .need("test-runner");
    let others = fixtures.iter().skip(1).take(SHOWN_PLACES);
    vec![
        others.fold(finding, |finding, (file, _, decorator)| finding.related(file.file.span(decorator.at), "and here")),
    ]
}

/// The decorator that makes a coroutine function a plain fixture, where no other decorates it.
fn plain_fixture(function: &Function) -> Option<&Decorator> {
    let [only] = function.decorators.as_slice() else { return None };
    (function.is_async && only.is_only(|name| PLAIN.contains(&name))).then_some(only)
}

/// Whether a file has tests for another runner.
fn is_of_another(file: &PythonFile) -> bool {
    file.uses.as_deref().is_some_and(|uses| {
        uses.references.iter().any(|reference| OTHERS.contains(&reference.name.as_str()))
            || uses.functions.iter().any(|f| f.parameters.iter().any(|p| p.name.starts_with("anyio_backend")))
    })
}
