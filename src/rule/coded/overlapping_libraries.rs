//! `overlapping-libraries`: two libraries for one need, where nothing explains it.

use crate::diagnostic::Finding;
use crate::knowledge::model::{AnswerKind, Row, Standing};
use crate::manifest::{Group, Manifest, Requirement};
use crate::path;
use crate::project::{PythonFile, load, role};
use crate::rule::{Context, direct, text};

/// Of the declarations of one distribution at most so many are judged.
const JUDGED: usize = 16;

/// Needs of which one library is enough. For others (data frames, tracing, cloud clients) several are usual.
const ONE_IS_ENOUGH: &[&str] = &["http", "cli", "config", "retries", "templating", "task-queue", "web"];

/// Libraries that come together by design: a layer and what it is built on, or another job under the same heading (a client
/// that is asynchronous alone).
const TOGETHER: &[(&str, &str)] = &[
    ("rich-click", "click"),
    ("asyncclick", "click"),
    ("cyclopts", "click"),
    ("requests", "urllib3"),
    ("aiohttp", "*"),
    ("aiohttp-retry", "tenacity"),
    ("fastapi", "starlette"),
    ("django", "djangorestframework"),
    ("django", "django-ninja"),
    ("django", "jinja2"),
    ("pydantic-settings", "python-dotenv"),
    ("dynaconf", "python-dotenv"),
    ("httpx", "httpx2"),
    ("streamlit", "*"),
    ("nicegui", "*"),
];

/// One finding a need.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let rows = context.knowledge.rows().iter().filter(|row| ONE_IS_ENOUGH.contains(&row.id.as_str()));
    rows.filter_map(|row| of_row(context, row)).collect()
}

fn of_row(context: &Context<'_>, row: &Row) -> Option<Finding> {
    let mut used: Vec<(&Manifest, &Requirement)> = Vec::new();
    for answer in
        row.answers.iter().filter(|a| a.kind == AnswerKind::Distribution && a.standing != Standing::Superseded)
    {
        let runtime = |pair: &(&Manifest, &Requirement)| {
            pair.1.group == Group::Runtime && pair.1.marker.is_none() && direct::is_direct(context, pair.0, pair.1)
        };
        let is_used = || {
            context.knowledge.package(&answer.name).is_some_and(|p| p.imports.iter().any(|i| is_imported(context, i)))
        };
        if let Some(requirement) = context
            .requirements_on(&answer.name)
            .take(JUDGED)
            .find(runtime)
            .filter(|_| context.project.modules == 0 || is_used())
        {
            used.push(requirement);
        }
    }
    let (first, second) = used.iter().enumerate().find_map(|(at, first)| {
        let second = used.iter().skip(at + 1).find(|second| !come_together(first.1.name(), second.1.name()))?;
        Some((*first, *second))
    })?;
    let names = [first.1.name(), second.1.name()];
    let message = format!("{} do the same job here: {}", text::enumeration(&names), row.need.title.to_lowercase());
    let finding = Finding::new(second.0.file.locate(Some(second.1.name_at)), message)
        .related(first.0.file.span(first.1.name_at), "the other one")
        .help("one of them is enough, where nothing speaks for both")
        .need(row.id.clone())
        .package(second.1.name())
        .key(row.id.clone());
    Some(finding)
}

fn come_together(one: &str, other: &str) -> bool {
    let pair = |a: &str, b: &str| TOGETHER.iter().any(|(x, y)| *x == a && (*y == b || *y == "*"));
    pair(one, other) || pair(other, one)
}

/// Whether code that is neither a test nor a side file imports a module, and not for what only it can do: in a file of
/// `async` functions.
fn is_imported(context: &Context<'_>, module: &str) -> bool {
    let top = load::top_level(module);
    let counts = |file: &&PythonFile| {
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        !role::is_test(below) && !role::is_side(below) && !file.is_async
    };
    let files = context.workspace.python_of(context.project).filter(counts);
    files.flat_map(|f| &f.imports.imports).any(|i| i.level == 0 && load::top_level(&i.module) == top)
}
