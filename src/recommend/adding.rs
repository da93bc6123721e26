//! How something is added, with the manager that a project uses.

use super::situation::Situation;
use crate::lock::Manager;
use crate::manifest::Group;
use crate::path;
use crate::project::{Project, role};

/// How something is added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adding {
    /// What to write, and where; nothing where the command does it.
    pub edit: Option<String>,
    /// The command to run.
    pub command: Option<String>,
}

/// How `requirement` (PEP 508) is added to the project, for its developers alone where `for_developers` says so.
pub(super) fn of(situation: &Situation<'_>, requirement: &str, for_developers: bool) -> Adding {
    let quoted = quoted(requirement);
    let Some(project) = situation.project else {
        return command(format!("python -m pip install {quoted}"));
    };
    let by_lock = || project.locks.first().map(|lock| lock.lock.manager);
    match project.managed.as_ref().map(|managed| managed.by).or_else(by_lock) {
        Some(Manager::Uv) => command(format!("uv add {}{quoted}", if for_developers { "--dev " } else { "" })),
        Some(Manager::Poetry) => poetry(&quoted, requirement, for_developers),
        Some(Manager::Pdm) => command(format!("pdm add {}{quoted}", if for_developers { "-dG dev " } else { "" })),
        Some(Manager::Pipenv) => {
            command(format!("pipenv install {}{quoted}", if for_developers { "--dev " } else { "" }))
        }
        Some(Manager::Standard) | None => by_hand(project, requirement, for_developers),
    }
}

fn command(command: String) -> Adding {
    Adding { edit: None, command: Some(command) }
}

/// Poetry takes no marker in a requirement that it adds.
fn poetry(quoted: &str, requirement: &str, for_developers: bool) -> Adding {
    let group = if for_developers { "--group dev " } else { "" };
    match requirement.split_once(';') {
        Some((name, marker)) => {
            command(format!("poetry add {group}{name} --markers \"{}\"", marker.trim().replace('"', "'")))
        }
        None => command(format!("poetry add {group}{quoted}")),
    }
}

/// Where no manager is known: in the file that has such requirements already.
fn by_hand(project: &Project, requirement: &str, for_developers: bool) -> Adding {
    let is_for = |group: &Group| match group {
        Group::Runtime => !for_developers,
        Group::Dev(_) | Group::Extra(_) => for_developers && role::is_for_developers(group),
        Group::Build | Group::Constraint => false,
    };
    let mut listed = project.manifests.iter().filter_map(|manifest| {
        let group = manifest.reading.requirements.iter().map(|r| &r.group).find(|group| is_for(group))?;
        Some((manifest, group))
    });
    let listed = if for_developers {
        // `tests_require` and the like come last: installers do not read them.
        listed.min_by_key(|(manifest, _)| !matches!(manifest.format, "pyproject" | "requirements"))
    } else {
        listed.next()
    };
    let Some((manifest, group)) = listed else {
        let list = if for_developers { " a list for developers in" } else { "" };
        let place = project.main().map_or("the project's requirements", |main| main.path.as_str());
        return Adding { edit: Some(format!("declare `{requirement}` in{list} {place}")), command: None };
    };
    let path = &manifest.path;
    let (place, command) = match (manifest.format, group) {
        ("requirements", _) => (path.clone(), Some(format!("python -m pip install -r {path}"))),
        ("pyproject", Group::Runtime) => {
            (format!("`dependencies` of {path}"), Some(format!("python -m pip install -e {}", shown(path))))
        }
        ("pyproject", Group::Dev(name)) => (format!("the group `{}` of {path}", name.as_str()), None),
        (_, Group::Extra(name)) => (format!("the extra `{}` of {path}", name.as_str()), None),
        _ => (path.clone(), None),
    };
    Adding { edit: Some(format!("declare `{requirement}` in {place}")), command }
}

fn shown(path: &str) -> &str {
    path::shown(path::folder(path))
}

/// A requirement as a shell takes it.
fn quoted(requirement: &str) -> String {
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
