//! Which manager resolves what a project requires.

use super::Project;
use super::tools::{Sign, SignKind};
use crate::lock::Manager;
use crate::manifest::Group;
use crate::name::Name;
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

/// The command by which a manager adds `requirement` (PEP 508) to a project and to its lock: to `group`, or where that is
/// not known to the requirements of the program, or to those of developers alone. Nothing where no manager is meant.
///
/// Source: the command-line references of uv, Poetry, PDM and pipenv.
pub fn command_to_add(by: Manager, requirement: &str, group: Option<&Group>, for_developers: bool) -> Option<String> {
    let quoted = quoted(requirement);
    // A manifest may call a group anything: what a shell would make something of is no part of a command.
    let is_plain = |name: &Name| name.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if matches!(group, Some(Group::Extra(name) | Group::Dev(name)) if !is_plain(name)) {
        return None;
    }
    Some(match by {
        Manager::Uv => match group {
            Some(Group::Extra(extra)) => format!("uv add --optional {} {quoted}", extra.as_str()),
            Some(Group::Dev(name)) if name.as_str() != "dev" => format!("uv add --group {} {quoted}", name.as_str()),
            _ if for_developers => format!("uv add --dev {quoted}"),
            _ => format!("uv add {quoted}"),
        },
        Manager::Poetry => poetry(&quoted, requirement, group, for_developers),
        Manager::Pdm => match group {
            Some(Group::Extra(extra)) => format!("pdm add -G {} {quoted}", extra.as_str()),
            Some(Group::Dev(name)) => format!("pdm add -dG {} {quoted}", name.as_str()),
            _ if for_developers => format!("pdm add -dG dev {quoted}"),
            _ => format!("pdm add {quoted}"),
        },
        Manager::Pipenv => format!("pipenv install {}{quoted}", if for_developers { "--dev " } else { "" }),
        Manager::Standard => return None,
    })
}

/// Poetry takes no marker in a requirement that it adds.
fn poetry(quoted: &str, requirement: &str, group: Option<&Group>, for_developers: bool) -> String {
    let group = match group {
        Some(Group::Extra(_)) | None if for_developers => "--group dev ".to_owned(),
        Some(Group::Extra(extra)) => format!("--optional {} ", extra.as_str()),
        Some(Group::Dev(name)) => format!("--group {} ", name.as_str()),
        _ => String::new(),
    };
    match requirement.split_once(';') {
        Some((name, marker)) => {
            format!("poetry add {group}{name} --markers \"{}\"", marker.trim().replace('"', "'"))
        }
        None => format!("poetry add {group}{quoted}"),
    }
}

/// A requirement as a shell takes it.
pub fn quoted(requirement: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
    if requirement.chars().all(plain) {
        requirement.to_owned()
    } else {
        format!("\"{}\"", requirement.replace('"', "'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_are_told_as_they_understand() {
        let dev = |name: &str| Group::Dev(Name::new(name));
        let extra = Group::Extra(Name::new("web"));
        for (by, group, expected) in [
            (Manager::Uv, Group::Runtime, Some("uv add ruff")),
            (Manager::Uv, dev("dev"), Some("uv add --dev ruff")),
            (Manager::Uv, dev("lint"), Some("uv add --group lint ruff")),
            (Manager::Uv, extra.clone(), Some("uv add --optional web ruff")),
            (Manager::Poetry, dev("dev"), Some("poetry add --group dev ruff")),
            (Manager::Poetry, extra.clone(), Some("poetry add --optional web ruff")),
            (Manager::Pdm, dev("dev"), Some("pdm add -dG dev ruff")),
            (Manager::Pdm, extra, Some("pdm add -G web ruff")),
            (Manager::Pipenv, dev("dev"), Some("pipenv install --dev ruff")),
            (Manager::Standard, Group::Runtime, None),
            (Manager::Uv, dev("$(id)"), None),
        ] {
            let command = command_to_add(by, "ruff", Some(&group), matches!(group, Group::Dev(_)));
            assert_eq!(command.as_deref(), expected);
        }
    }

    #[test]
    fn a_shell_gets_what_was_meant() {
        for (requirement, expected) in [
            ("ruff", "ruff"),
            ("fastapi[standard]", "\"fastapi[standard]\""),
            ("tomli; python_version < '3.11'", "\"tomli; python_version < '3.11'\""),
            ("pydantic>=2", "\"pydantic>=2\""),
        ] {
            assert_eq!(quoted(requirement), expected);
        }
    }
}
