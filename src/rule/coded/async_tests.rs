//! `async-tests-without-plugin`: `async def` tests that pytest does not run.
//!
//! pytest awaits nothing by itself. Without a plugin it fails such a test since 8.4, and skipped it with a warning before;
//! with pytest-asyncio in its strict mode, the default, the same holds for tests without its mark.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::knowledge::dependencies;
use crate::manifest::Setting;
use crate::name;
use crate::path;
use crate::project::purpose::Purpose;
use crate::project::tools::SignKind;
use crate::project::{Project, PythonFile, Workspace};
use crate::python::ArgumentValue;
use crate::python::idioms::Test;
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, package, text};
use crate::source::FileId;

const RULE: &str = "async-tests-without-plugin";

/// The list of plugins that run coroutines, as patterns.
const RUNNERS: &str = "runners";

/// The list of plugins that are known to run none, as patterns.
const OTHERS: &str = "others";

/// The runner that asks for a mark.
const STRICT: &str = "pytest-asyncio";

/// The mark.
const MARK: &str = "pytest.mark.asyncio";

/// How far it is followed what requirements need.
const MAX_STEPS: u32 = 3;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// Hooks with which a `conftest.py` runs or marks tests itself, or leaves some out, and what it names them by.
const HOOKS: &[&str] = &[
    "pytest_pyfunc_call",
    "pytest_collection_modifyitems",
    "pytest_pycollect_makeitem",
    "pytest_itemcollected",
    "pytest_runtest_call",
    "pytest_runtest_protocol",
    "pytest_ignore_collect",
    "pytest_collect_file",
    "pytest_plugins",
    "collect_ignore",
    "collect_ignore_glob",
    "anyio_backend",
];

/// Those of them with which a plugin in any file runs tests.
const RUNNING_HOOKS: &[&str] = &["pytest_pyfunc_call", "pytest_pycollect_makeitem", "pytest_runtest_call"];

/// Words of a configuration by which other tests are collected than usual, or another mode holds.
const SETTINGS: &[&str] = &[
    "python_files",
    "python_functions",
    "python_classes",
    "norecursedirs",
    "anyio_mode",
    "trio_mode",
    "collect_ignore",
];

/// Marks and decorators that leave a coroutine function what it is.
const NEUTRAL: &[&str] =
    &["pytest.mark.", "unittest.mock.patch", "mock.patch", "hypothesis.given", "hypothesis.settings"];

/// Marks of those that run or skip a test in ways of their own.
const OWN_WAYS: &[&str] =
    &["anyio", "trio", "gen_test", "tornado", "twisted", "curio", "aio", "skip", "run_loop", "asyncio_cooperative"];

/// How the tests of a project can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Running {
    /// By nothing.
    No,
    /// By pytest-asyncio, where they are marked.
    Marked,
}

/// The tests with coroutines, and every `conftest.py` that may see to them.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if running(scanned).is_none() {
        return;
    }
    let tests: Vec<usize> = scanned
        .files(&[Purpose::Tests])
        .filter(|(_, file)| file.is_async && is_collected(&file.path))
        .map(|(place, _)| place)
        .collect();
    if tests.is_empty() {
        return;
    }
    for place in tests {
        wanted.add(place, ["async def test"]);
    }
    for (place, file) in scanned.workspace.python.iter().enumerate() {
        let is_conftest = path::name(&file.path) == "conftest.py";
        wanted.add(place, if is_conftest { HOOKS } else { RUNNING_HOOKS }.iter().copied());
    }
}

/// At most one finding a project, at its first test that is not run.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    let Some(running) = running(scanned) else { return Vec::new() };
    let is_plugin = package::entry_points(context).any(|(_, (group, ..))| group == "pytest11");
    if is_plugin {
        return Vec::new();
    }
    let roots = test_paths(scanned);
    let is_below = |file: &PythonFile| {
        roots.is_empty() || roots.iter().any(|root| path::below(&file.path, root).is_some() || *file.path == **root)
    };
    let tests: Vec<(&PythonFile, &Test)> = scanned
        .files(&[Purpose::Tests])
        .filter(|(_, file)| is_collected(&file.path) && is_below(file))
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.idioms.tests.iter().map(move |test| (file, test)))
        .filter(|(_, test)| is_left(test, running))
        .collect();
    let Some((file, test)) = tests.first() else { return Vec::new() };
    if context.workspace.python.iter().any(has_hooks) {
        return Vec::new();
    }
    let place = file.file.locate(Some(test.at));
    let files: BTreeSet<FileId> = tests.iter().map(|(file, _)| file.file).collect();
    let counted = format!("{} in {}", text::count(tests.len(), "test"), text::count(files.len(), "file"));
    let finding = match running {
        Running::No => Finding::new(place, "pytest does not run `async` tests, and no plugin that does is required")
            .help("add `pytest-asyncio`, and mark the tests `@pytest.mark.asyncio` or set `asyncio_mode = \"auto\"`")
            .help("where `anyio` is there already, its own plugin runs what is marked `@pytest.mark.anyio`")
            .replacements([STRICT]),
        Running::Marked => Finding::new(place, format!("`{}` is `async` and not marked: pytest-asyncio leaves it alone in its strict mode", test.name))
            .key("unmarked")
            .help("mark it `@pytest.mark.asyncio` (a module or class: `pytestmark`), or set `asyncio_mode = \"auto\"` for all")
            .package(STRICT),
    };
    let finding =
        finding.note(format!("{counted}: pytest fails them since 8.4, and skipped them with a warning before"));
    let others = tests.iter().skip(1).take(SHOWN_PLACES);
    vec![others.fold(finding.need("test-runner"), |finding, (file, test)| {
        finding.related(file.file.span(test.at), "and here")
    })]
}

/// How pytest runs coroutines in the project; nothing where something else may run them, or that cannot be told.
pub(super) fn running(scanned: Scanned<'_>) -> Option<Running> {
    let project = scanned.project;
    if project.is_partial() || !project.tools.opaque.is_empty() {
        return None;
    }
    let signs =
        project.tools.signs.iter().filter(|sign| sign.kind == SignKind::Requirement).map(|sign| sign.text.as_str());
    let required: BTreeSet<&str> = signs.chain(project.every_requirement().map(|(_, r)| r.name())).collect();
    // Where pytest itself comes from nowhere, its plugins do too.
    if !required.contains("pytest") && !required.contains(STRICT) {
        return None;
    }
    if *scanned.workspace.answers.sets_pytest.get_or_init(|| is_set(scanned.workspace)) {
        return None;
    }
    let runners = name::Patterns::new(scanned.knowledge.list(RULE, RUNNERS));
    let others = name::Patterns::new(scanned.knowledge.list(RULE, OTHERS));
    let brought = brought(&required);
    if brought.iter().any(|name| runners.match_name(name)) {
        return None;
    }
    let mut strict = brought.contains(STRICT);
    for name in &required {
        // A plugin of which nothing is known may do anything.
        let is_plugin = name.contains("pytest") || name.contains("test-");
        if is_plugin && !others.match_name(name) && dependencies::requires(name).is_none() && *name != STRICT {
            return None;
        }
    }
    let is_locked = |name: &str| project.locked(name).next().is_some();
    if scanned.knowledge.list(RULE, RUNNERS).iter().any(|runner| is_locked(runner)) {
        return None;
    }
    strict |= is_locked(STRICT);
    // The options of a list come one by one.
    let options: Vec<&str> =
        settings(scanned).filter(|(_, s)| s.key.ends_with("addopts")).map(|(_, s)| s.value.as_str()).collect();
    let commands = project.tools.signs.iter().filter(|sign| sign.kind == SignKind::Command);
    let mut runs = commands.filter(|sign| sign.text.starts_with("pytest ")).map(|sign| sign.text.as_str());
    if loads_plugin(&options.join(" ")) || runs.any(loads_plugin) {
        return None;
    }
    Some(if strict { Running::Marked } else { Running::No })
}

/// Whether a text of the workspace may change which tests pytest collects, or how it runs coroutines.
fn is_set(workspace: &Workspace) -> bool {
    let manifests = workspace.projects.iter().flat_map(Project::everything).map(|m| m.file);
    let above = workspace.context.iter().map(|manifest| manifest.file);
    let evidence = workspace.evidence.iter().map(|evidence| evidence.file);
    let mut texts = manifests.chain(above).chain(evidence).map(|file| workspace.sources.text(file));
    let mut marks = workspace.marks.iter();
    marks.any(|(path, _)| matches!(path::name(path), "pytest.toml" | ".pytest.toml"))
        || texts.any(|text| SETTINGS.iter().any(|word| text.contains(word)) || sets_mode(text))
}

/// What is required, and what that always needs, some steps far.
fn brought<'a>(required: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let mut all = required.clone();
    let mut last: Vec<&str> = required.iter().copied().collect();
    for _ in 0..MAX_STEPS {
        let needs = last.into_iter().filter_map(dependencies::requires).flatten();
        last = needs.filter(|need| all.insert(need)).collect();
    }
    all
}

/// Whether a configuration or a command sets another mode of pytest-asyncio than its strict one.
fn sets_mode(text: &str) -> bool {
    let after =
        |word: &str| text.match_indices(word).filter_map(|(at, _)| text.get(at + word.len()..)).collect::<Vec<_>>();
    ["asyncio_mode", "asyncio-mode"].iter().flat_map(|word| after(word)).any(|rest| {
        let value = rest.trim_start_matches([' ', '=', '"', '\'', ':']);
        !value.starts_with("strict")
    })
}

/// Whether a `conftest.py` runs, marks or leaves out tests by itself, or another file has a plugin that runs them.
pub(super) fn has_hooks(file: &PythonFile) -> bool {
    let Some(uses) = &file.uses else { return false };
    let hooks = if path::name(&file.path) == "conftest.py" { HOOKS } else { RUNNING_HOOKS };
    let functions = uses.functions.iter().map(|function| function.name.as_str());
    functions.chain(uses.idioms.assigned.iter().map(String::as_str)).any(|name| hooks.contains(&name))
}

/// Whether an option of pytest loads a plugin (`-p trio._tests.plugin`; not `-p no:cacheprovider`).
fn loads_plugin(options: &str) -> bool {
    let words: Vec<&str> =
        options.split([' ', '"', '\'', ',', '[', ']', '\n', '\t']).filter(|word| !word.is_empty()).collect();
    words.iter().zip(words.iter().skip(1)).any(|(option, value)| *option == "-p" && !value.starts_with("no:"))
        || words.iter().any(|word| word.strip_prefix("-p").is_some_and(|value| value.contains('.')))
}

/// What the settings of a project say, with the folders of their files.
fn settings(scanned: Scanned<'_>) -> impl Iterator<Item = (&str, &Setting)> {
    let of_manifests = scanned.project.manifests.iter().flat_map(|manifest| {
        manifest.reading.settings.iter().map(move |setting| (path::folder(&manifest.path), setting))
    });
    let evidence = scanned.project.evidence.iter().filter_map(move |at| scanned.workspace.evidence.get(*at));
    let of_evidence = evidence
        .flat_map(|evidence| evidence.seen.settings.iter().map(move |setting| (path::folder(&evidence.path), setting)));
    of_manifests.chain(of_evidence)
}

/// The folders and files that pytest is told to look in, relative to the working directory.
fn test_paths(scanned: Scanned<'_>) -> Vec<String> {
    let all = settings(scanned).filter(|(_, setting)| setting.key.ends_with("testpaths"));
    all.flat_map(|(folder, setting)| setting.value.split_whitespace().map(move |value| path::join(folder, value)))
        .collect()
}

/// Whether pytest collects a file of this name.
fn is_collected(file: &str) -> bool {
    let name = path::name(file);
    path::has_extension(name, "py") && (name.starts_with("test_") || name.ends_with("_test.py"))
}

/// Whether a test is a coroutine that nothing runs.
fn is_left(test: &Test, running: Running) -> bool {
    let names = |decorator: &ArgumentValue| match decorator {
        ArgumentValue::Names(names) => names.clone(),
        _ => Vec::new(),
    };
    let keeps = |decorator: &ArgumentValue| {
        let names = names(decorator);
        !names.is_empty() && names.iter().all(|name| NEUTRAL.iter().any(|neutral| name.starts_with(neutral)))
    };
    let has_own_way = |decorator: &ArgumentValue| {
        names(decorator)
            .iter()
            .any(|name| name.strip_prefix("pytest.mark.").is_some_and(|mark| OWN_WAYS.contains(&mark)))
    };
    let is_marked = test.decorators.iter().any(|decorator| names(decorator).iter().any(|name| name == MARK));
    test.is_async
        && !test.is_generator
        && !test.in_derived_class
        && test.decorators.iter().all(keeps)
        && !test.decorators.iter().any(has_own_way)
        && !test.parameters.iter().any(|parameter| parameter.starts_with("anyio_"))
        && !(is_marked && running == Running::Marked)
}
