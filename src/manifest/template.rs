//! Templates from which manifests are made (cookiecutter, copier, Jinja, Mustache …): they have the names of manifests,
//! or names that are filled in as well, and say nothing of the project that they stand in.

use super::Reading;
use super::requirements::bare_lines;
use crate::source::Extent;

/// Endings of files that are filled in.
const ENDINGS: &[&str] = &[".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".mustache"];

/// What stands round what is filled in.
const MARKS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

/// Whether the file at `path` is a template, or is made by one, by its name or that of a folder.
pub fn is_path(path: &str) -> bool {
    let name = path.to_ascii_lowercase();
    path.contains("{{") || path.contains("{%") || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a text that consists of plain lines, as a requirements file does, is a template: outside comments it has
/// marks.
pub fn has_lines(text: &str) -> bool {
    text.contains('{') && (bare_lines(text).any(has_marks) || text.lines().any(is_statement))
}

/// Whether something of `text` is to be filled in.
fn has_marks(text: &str) -> bool {
    let behind = |mark: &str| text.find(mark).and_then(|at| text.get(at..));
    MARKS.iter().any(|(open, close)| behind(open).is_some_and(|rest| rest.contains(close)))
}

/// Whether a text that was read is a template after all: its project's name or version, or what it requires, is to be
/// filled in, or a line that was not understood.
///
/// Marks elsewhere mean nothing: a change log's template, the command of a release tool or a folder that is left out
/// have them in the best of manifests.
pub fn is_read(text: &str, reading: &Reading) -> bool {
    let project = reading.project.iter();
    let mut own = project.flat_map(|project| [&project.name, &project.version, &project.requires_python]).flatten();
    own.any(|value| has_marks(&value.text) || is_blank(&value.text))
        || reading.requirements.iter().any(|requirement| has_marks(&requirement.raw))
        || reading.problems.iter().filter_map(|problem| problem.at).any(|at| has_marks(line(text, at)))
        || (reading.partial && text.lines().any(is_statement))
}

/// Whether a value is a name in angle brackets (`<REPLACE ME>`), which people fill in by hand: no name, version or
/// specifier has both.
fn is_blank(value: &str) -> bool {
    value
        .trim()
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .is_some_and(|word| !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '_' | '-' | ' ')))
}

/// Whether a line has nothing but what is filled in, or says what is.
fn is_statement(line: &str) -> bool {
    MARKS.iter().any(|(open, close)| line.trim_start().starts_with(open) && line.contains(close))
}

/// The line on which `at` begins.
fn line(text: &str, at: Extent) -> &str {
    let (before, after) = text.split_at_checked(at.range().start).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = before.len() + after.find('\n').unwrap_or(after.len());
    text.get(start..end).unwrap_or_default()
}
