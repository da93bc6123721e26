//! Changes of manifests that several rules offer.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::lock::Manager;
use crate::manifest::{Group, Manifest, Requirement};
use crate::path;
use crate::project::manager;
use crate::rule::Context;
use crate::source::{Extent, FileId};

pub mod group;
pub mod list;
pub mod rename;

/// What deletes a requirement with its comma or its line; nothing where its place is not known that well.
pub fn delete(manifest: &Manifest, requirement: &Requirement) -> Option<Edit> {
    (requirement.item != requirement.at).then(|| remove(manifest.file, requirement.item))
}

/// The fix that deletes a requirement.
pub fn deletion(manifest: &Manifest, requirement: &Requirement, applicability: Applicability) -> Option<Fix> {
    let edit = delete(manifest, requirement)?;
    Some(Fix::new(format!("delete `{}`", requirement.name()), applicability, vec![edit]))
}

/// What deletes the bytes at `at`.
pub fn remove(file: FileId, at: Extent) -> Edit {
    Edit { span: file.span(at), text: String::new() }
}

/// What writes `text` in the place of the bytes at `at`.
pub fn replace(file: FileId, at: Extent, text: impl Into<String>) -> Edit {
    Edit { span: file.span(at), text: text.into() }
}

/// The fix that writes `text` where `finding` points.
pub fn rewrite(finding: &Finding, text: impl Into<String>, applicability: Applicability) -> Option<Fix> {
    let (span, text) = (finding.at.span()?, text.into());
    Some(Fix::new(format!("write `{text}`"), applicability, vec![Edit { span, text }]))
}

/// The string literal, quotes included, whose content stands at `at`.
pub fn literal(source: &str, at: Extent) -> Option<&str> {
    let range = at.range();
    let literal = source.get(range.start.checked_sub(1)?..range.end + 1)?;
    (literal.starts_with(['"', '\'']) && literal.ends_with(['"', '\''])).then_some(literal)
}

/// What declares the distribution `name` in the list that has the requirement `last`, the last of it, in the form of that:
/// a line of a requirements file or of `setup.cfg`, an item of an array of strings. `source` is the manifest's text.
/// Nothing for other forms.
pub fn declare(source: &str, manifest: &Manifest, last: &Requirement, name: &str) -> Option<Vec<Edit>> {
    let insertions = match manifest.format {
        "requirements" | "setup.cfg" => {
            let of_list = |r: &&Requirement| r.group == last.group;
            let all: Vec<&Requirement> = manifest.reading.requirements.iter().filter(of_list).collect();
            list::to_lines(source, &all, name)?
        }
        "pyproject" => list::to_array(source, list::array_around(source, last.at)?, name)?,
        _ => return None,
    };
    Some(insertions.into_iter().map(|(at, text)| replace(manifest.file, at, text)).collect())
}

/// The fix that makes `edits`, which declare the distribution `name` in the list `group` of a manifest; the manager's
/// [`command`] where there is one.
pub fn addition(
    context: &Context<'_>,
    manifest: &Manifest,
    group: &Group,
    name: &str,
    title: String,
    edits: Vec<Edit>,
) -> Fix {
    let by_command = command(context, manifest, group, name);
    by_command.unwrap_or_else(|| Fix::new(title, Applicability::Unsafe, edits))
}

/// The command that declares the distribution `name` in the list `group` of a manifest and brings its lock in step, where
/// the project's manager has locked what that manifest says. Nothing where several managers have done so.
pub fn command(context: &Context<'_>, manifest: &Manifest, group: &Group, name: &str) -> Option<Fix> {
    let reads = |by: Manager| match by {
        Manager::Pipenv => manifest.format == "Pipfile" && !is_category(group),
        Manager::Standard => false,
        Manager::Uv | Manager::Poetry | Manager::Pdm => manifest.format == "pyproject",
    };
    let project = context.project;
    let locked: BTreeSet<Manager> =
        project.locks.iter().map(|lock| lock.lock.manager).filter(|by| reads(*by)).collect();
    let managed = project.managed.as_ref().map(|managed| managed.by).filter(|by| locked.contains(by));
    let only = locked.first().copied().filter(|_| locked.len() == 1);
    let by = managed.or(only).filter(|_| path::folder(&manifest.path) == project.root)?;
    let command = manager::command_to_add(by, name, Some(group), matches!(group, Group::Dev(_)))?;
    Some(Fix::command(&command, &project.root))
}

/// Whether a list of a Pipfile is none of the two that pipenv has by itself.
fn is_category(group: &Group) -> bool {
    !matches!(group, Group::Runtime) && !matches!(group, Group::Dev(name) if name.as_str() == "dev")
}

/// What adds `lines` at the end of a manifest, an empty line before them.
pub fn append(source: &str, manifest: &Manifest, lines: &[&str]) -> Edit {
    let end = line_end(source);
    let body = lines.join(end);
    let text = if source.is_empty() {
        format!("{body}{end}")
    } else if source.ends_with('\n') {
        format!("{end}{body}{end}")
    } else {
        format!("{end}{end}{body}")
    };
    replace(manifest.file, Extent::at(source.len()), text)
}

/// Where and what to write so that `literal` is the first item of the array at `list`, brackets included.
pub fn prepend(source: &str, list: Extent, literal: &str) -> Option<(Extent, String)> {
    let inner = source.get(list.range())?.strip_prefix('[')?;
    let at = Extent::at(list.range().start + 1);
    let first = inner.trim_start();
    let space = inner.get(..inner.len() - first.len())?;
    let text = if first.starts_with(']') {
        literal.to_owned()
    } else if let Some((_, indentation)) = space.rsplit_once('\n') {
        format!("{}{indentation}{literal},", line_end(source))
    } else {
        format!("{literal}, ")
    };
    Some((at, text))
}

/// How lines of a text end.
pub fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}
