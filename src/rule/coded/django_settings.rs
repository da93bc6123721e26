//! `insecure-django-settings`: settings of Django that show its insides, where they are certainly those of a deployment.
//!
//! Source: <https://docs.djangoproject.com/en/stable/howto/deployment/checklist/>.

use crate::diagnostic::Finding;
use crate::evidence::TraceKind;
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::{ArgumentValue, Assignment, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::{Location, Span};

/// Words by one of which the file of a deployment is called.
const DEPLOYED: &[&str] = &["production", "prod", "live", "deploy", "deployment"];

/// The word by which settings are called, as a file or a folder.
const SETTINGS: &str = "settings";

/// Programs that serve an application where it is deployed.
const SERVERS: &[&str] =
    &["gunicorn", "uwsgi", "daphne", "uvicorn", "hypercorn", "granian", "waitress-serve", "mod_wsgi-express"];

/// What may change settings after the text of the file has given them.
const CHANGES: &[&str] =
    &["locals()", "globals()", "exec(", "import *", "split_settings", "configurations", "dynaconf"];

/// Settings.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let is_required = || scanned.project.requirements().any(|(_, requirement)| requirement.name() == "django");
    if !scanned.imports_any(&["django"]) && !is_required() {
        return;
    }
    for place in &scanned.project.python {
        if scanned.workspace.python.get(*place).is_some_and(|file| is_settings(&file.path)) {
            wanted.add(*place, ["DEBUG"]);
        }
    }
}

/// One finding a file.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let root = &context.project.root;
    let below = |file: &PythonFile| path::below(&file.path, root).unwrap_or(&file.path).to_owned();
    let files = context.workspace.python_of(context.project);
    let settings: Vec<&PythonFile> = files
        .filter(|file| is_settings(&file.path) && !role::is_for_show(&below(file)) && !has_word(&file.path, "test"))
        .collect();
    let served = served(context);
    let mut findings = Vec::new();
    for file in &settings {
        let Some(uses) = &file.uses else { continue };
        let Some(debug) = debug(uses) else { continue };
        let text = context.workspace.sources.text(file.file);
        let place = Location::Span(file.file.span(debug.at));
        if is_deployed(&file.path) {
            findings.push(
                finding(place, "`DEBUG = True` in the settings of a deployment")
                    .help("`DEBUG = False`, and an own file of settings for development"),
            );
        } else if let Some(served) = served
            && let [_] = settings.as_slice()
            && !CHANGES.iter().any(|word| text.contains(word))
        {
            findings.push(
                finding(place, "`DEBUG = True` in the only settings, with which the application is deployed")
                    .variant(Some("served"))
                    .related(served, "serves it")
                    .help("`DEBUG = os.environ.get(\"DEBUG\") == \"1\"`: off, unless somebody asks for it"),
            );
        }
    }
    findings
}

fn finding(at: Location, message: &str) -> Finding {
    Finding::new(at, message)
        .key("DEBUG")
        .note("the page of an error shows source, settings and the values of variables to whoever caused it, and Django keeps every query in memory")
        .package("django")
}

/// Whether a file is one of settings, by its name or its folder.
fn is_settings(file: &str) -> bool {
    let name = path::name(file);
    let stem = name.strip_suffix(".py").unwrap_or_default();
    stem == SETTINGS
        || stem.starts_with("settings_")
        || stem.ends_with("_settings")
        || !stem.is_empty() && stem != "__init__" && path::name(path::folder(file)) == SETTINGS
}

/// Whether settings are those of a deployment, by their name.
fn is_deployed(file: &str) -> bool {
    DEPLOYED.iter().any(|word| has_word(path::name(file), word))
}

/// Whether one of the words of a name, between `_`, `.` and `/`, is `wanted` or begins with it and goes on with `s`.
fn has_word(name: &str, wanted: &str) -> bool {
    name.split(['_', '.', '/', '-']).any(|word| word == wanted || word.strip_suffix('s') == Some(wanted))
}

/// Where the module says `DEBUG = True`, and nothing else of it.
fn debug(uses: &Uses) -> Option<&Assignment> {
    let mut given = uses.assignments.iter().filter(|given| given.target == ".DEBUG");
    let first = given.next()?;
    let is_true = first.value == ArgumentValue::Literal("True".to_owned());
    let is_alone = given.next().is_none() && uses.tests_around(first.at).next().is_none();
    (is_true && is_alone && !first.in_function && !first.probed).then_some(first)
}

/// The first command of the project's own evidence that serves it.
fn served(context: &Context<'_>) -> Option<Span> {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let mut own = evidence.filter(|file| context.workspace.owner(path::folder(&file.path)) == Some(context.index));
    own.find_map(|file| {
        let text = context.workspace.sources.text(file.file);
        let serves = |command: &str| {
            SERVERS.iter().any(|server| command.split_whitespace().next() == Some(server))
                && (command.contains("wsgi") || command.contains("asgi"))
        };
        let trace = file.seen.traces.iter().find(|trace| trace.kind == TraceKind::Command && serves(&trace.text))?;
        // The environment may name other settings, or switch it off.
        (!text.contains("SETTINGS_MODULE") && !text.contains("DEBUG") && !text.contains("--settings"))
            .then(|| file.file.span(trace.at))
    })
}
