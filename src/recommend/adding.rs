//! How something is added, with the manager that a project uses.

use super::Choice;
use super::situation::Situation;
use crate::knowledge::model::AnswerKind;
use crate::lock::Manager;
use crate::manifest::{Group, Manifest};
use crate::path;
use crate::project::{Project, manager, role};
use crate::run::Survey;
use crate::source::Location;

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
    let Some(project) = situation.project else {
        return command(format!("python -m pip install {}", manager::quoted(requirement)));
    };
    let list = list(situation, project, for_developers);
    let group = list.as_ref().map(|(_, group)| (*group).clone()).filter(|_| for_developers);
    let by_lock = || project.locks.first().map(|lock| lock.lock.manager);
    let manager = project.managed.as_ref().map(|managed| managed.by).or_else(by_lock);
    let manager = manager.filter(|manager| *manager != Manager::Pipenv || has_list(project));
    let by_manager = manager.and_then(|by| manager::command_to_add(by, requirement, group.as_ref(), for_developers));
    by_manager.map_or_else(|| by_hand(list, requirement, for_developers), command)
}

/// Whether a Pipfile lists requirements, and does not only install the project itself.
fn has_list(project: &Project) -> bool {
    let pipfiles = project.manifests.iter().filter(|manifest| manifest.format == "Pipfile");
    pipfiles.flat_map(|manifest| &manifest.reading.requirements).any(|requirement| !requirement.editable)
}

/// How `choice` takes the place of the distribution `old`, which is required at `at`.
pub(super) fn in_place(survey: &Survey, at: Location, old: &str, choice: &Choice) -> Adding {
    let path = at.file().map_or("the manifest", |file| survey.outcome.report.sources.path(file));
    let edit = if choice.kind == AnswerKind::StandardLibrary {
        format!("delete `{old}` from {path}")
    } else {
        format!("replace `{old}` by `{}` in {path}", choice.name)
    };
    Adding { edit: Some(edit), command: None }
}

fn command(command: String) -> Adding {
    Adding { edit: None, command: Some(command) }
}

/// The list in which such requirements stand: of the manifests in the project's root and in its folders of requirements,
/// none that a tool compiles; for developers the group that is called so, or the one that has most of their tools.
fn list<'p>(
    situation: &Situation<'_>,
    project: &'p Project,
    for_developers: bool,
) -> Option<(&'p Manifest, &'p Group)> {
    let is_near = |manifest: &&Manifest| {
        let below = path::below(&manifest.path, &project.root).unwrap_or(&manifest.path);
        let folder = path::folder(below);
        let is_list = manifest.format != "conda" && (manifest.format != "Pipfile" || has_list(project));
        is_list && (folder.is_empty() || path::name(folder).starts_with("req"))
    };
    let is_input = |path: &str| {
        let input = path.strip_suffix(".txt").map(|stem| format!("{stem}.in"));
        input.is_some_and(|input| project.manifests.iter().any(|manifest| manifest.path == input))
    };
    let near = project.manifests.iter().filter(is_near).filter(|manifest| !is_input(&manifest.path));
    let is_for = |group: &Group| match group {
        Group::Runtime => !for_developers,
        Group::Dev(_) | Group::Extra(_) => for_developers && role::is_for_developers(group),
        Group::Build | Group::Constraint => false,
    };
    let mut lists: Vec<(&Manifest, &Group)> = Vec::new();
    for manifest in near {
        for requirement in manifest.reading.requirements.iter().filter(|requirement| is_for(&requirement.group)) {
            if !lists.iter().any(|(m, group)| m.file == manifest.file && **group == requirement.group) {
                lists.push((manifest, &requirement.group));
            }
        }
    }
    if !for_developers {
        return lists.into_iter().next();
    }
    let tools = |(manifest, group): &(&Manifest, &Group)| {
        let of_group = manifest.reading.requirements.iter().filter(|requirement| requirement.group == **group);
        of_group.filter(|requirement| situation.is_tool(requirement.name())).count()
    };
    let is_called_dev = |(manifest, group): &(&Manifest, &Group)| {
        let named = matches!(group, Group::Dev(name) | Group::Extra(name) if name.as_str().starts_with("dev"));
        named && (manifest.format != "requirements" || path::name(&manifest.path).contains("dev"))
    };
    // `tests_require` and the like come last: installers do not read them.
    let is_read = |(manifest, _): &(&Manifest, &Group)| manifest.format != "setup.py";
    let ranked = lists.into_iter().filter(|list| is_called_dev(list) || tools(list) > 0);
    ranked.max_by_key(|list| (is_read(list), is_called_dev(list), tools(list)))
}

/// Where no manager is known.
fn by_hand(list: Option<(&Manifest, &Group)>, requirement: &str, for_developers: bool) -> Adding {
    let Some((manifest, group)) = list else {
        let whom = if for_developers { " for the developers" } else { "" };
        return Adding { edit: Some(format!("declare `{requirement}`{whom}")), command: None };
    };
    let path = &manifest.path;
    let (place, command) = match (manifest.format, group) {
        ("requirements", _) if path::has_extension(path, "in") => (format!("{path}, and compile it"), None),
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
