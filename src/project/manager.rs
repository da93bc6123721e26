//! Which manager resolves what a project requires.

use super::Project;
use super::tools::{Sign, SignKind};
use crate::lock::Manager;
use crate::path;
use crate::source::{Location, Sources};

/// A manager, and where it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Which.
    pub by: Manager,
    /// The table, command or file that shows it.
    pub at: Location,
}

/// Tables that their manager alone reads, and only where it resolves the project. (`tool.uv.pip` configures another
/// resolver, `tool.pdm.version` and `tool.pdm.build` a build backend.)
const TABLES: &[(&str, Manager)] = &[
    ("tool.poetry.dependencies", Manager::Poetry),
    ("tool.poetry.dev-dependencies", Manager::Poetry),
    ("tool.poetry.group", Manager::Poetry),
    ("tool.poetry.requires-plugins", Manager::Poetry),
    ("tool.pdm.dev-dependencies", Manager::Pdm),
    ("tool.pdm.resolution", Manager::Pdm),
    ("tool.pdm.source", Manager::Pdm),
    ("tool.pdm.scripts", Manager::Pdm),
    ("tool.uv.sources", Manager::Uv),
    ("tool.uv.workspace", Manager::Uv),
];

/// Likewise single keys.
const KEYS: &[(&str, Manager)] = &[
    ("tool.poetry.package-mode", Manager::Poetry),
    ("tool.uv.dev-dependencies", Manager::Uv),
    ("tool.uv.default-groups", Manager::Uv),
    ("tool.uv.environments", Manager::Uv),
    ("tool.uv.package", Manager::Uv),
];

/// Commands that install what the project requires, or resolve it.
const COMMANDS: &[(&str, Manager)] = &[
    ("uv sync", Manager::Uv),
    ("uv lock", Manager::Uv),
    ("uv export", Manager::Uv),
    ("poetry install", Manager::Poetry),
    ("poetry lock", Manager::Poetry),
    ("poetry export", Manager::Poetry),
    ("pdm install", Manager::Pdm),
    ("pdm sync", Manager::Pdm),
    ("pdm lock", Manager::Pdm),
    ("pipenv install", Manager::Pipenv),
    ("pipenv sync", Manager::Pipenv),
    ("pipenv lock", Manager::Pipenv),
];

/// The manager of a project, where its manifests say so and nothing speaks of another one. Commands in its own folder
/// count where `alone` says that they can be meant for no other project.
pub(super) fn of(project: &Project, sources: &Sources, alone: bool) -> Option<Managed> {
    let in_root = project.manifests.iter().filter(|m| path::folder(&m.path) == project.root);
    let mut declared: Vec<Managed> = Vec::new();
    for manifest in in_root {
        let reading = &manifest.reading;
        match manifest.format {
            "Pipfile" => declared.push(Managed { by: Manager::Pipenv, at: Location::File(manifest.file) }),
            "pyproject" => {
                let tables = reading.tables.iter().filter_map(|(table, at)| Some((of_name(TABLES, table)?, *at)));
                let keys = reading.settings.iter().filter_map(|s| Some((of_name(KEYS, &s.key)?, s.at)));
                declared.extend(tables.chain(keys).map(|(by, at)| Managed { by, at: manifest.file.locate(Some(at)) }));
            }
            _ => {}
        }
    }
    let is_own = |sign: &&Sign| {
        let file = sign.at.file().filter(|_| alone && sign.kind == SignKind::Command);
        file.is_some_and(|file| path::below(sources.path(file), &project.root).is_some())
    };
    let run = project.tools.signs.iter().filter(is_own).filter_map(|sign| {
        let (_, by) = COMMANDS.iter().find(|(command, _)| is_command(&sign.text, command))?;
        Some(Managed { by: *by, at: sign.at })
    });
    let run: Vec<Managed> = run.collect();
    let first = declared.first().or(run.first())?;
    declared.iter().chain(&run).all(|other| other.by == first.by).then(|| first.clone())
}

fn of_name(known: &[(&str, Manager)], name: &str) -> Option<Manager> {
    known.iter().find(|(known, _)| name == *known).map(|(_, manager)| *manager)
}

fn is_command(line: &str, command: &str) -> bool {
    line.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
