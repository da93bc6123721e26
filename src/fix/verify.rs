//! Whether a changed text is still what it was, but for what was to change.

use std::collections::BTreeMap;

use super::Edit;
use crate::manifest::{self, ReadContext, Reading, ini, toml, yaml};
use crate::path;
use crate::python::parse;
use crate::source::Extent;

/// Why `new` is not right for the file at `path`, which was `old` and of which `edits` are the changes: its reader finds
/// faults that were not there before, or something is lost that no edit touches.
pub(super) fn objection(path: &str, old: &str, new: &str, edits: &[&Edit]) -> Option<String> {
    let (before, after) = (count(faults(path, old)), count(faults(path, new)));
    if let Some((fault, _)) = after.iter().find(|(fault, times)| before.get(*fault).unwrap_or(&0) < times) {
        return Some(format!("the file would no longer be right: {fault}"));
    }
    let is_touched = |at: Extent| {
        edits.iter().map(|edit| edit.span.extent).any(|edit| {
            edit.start < at.end && at.start < edit.end || {
                // What is written within.
                edit.is_empty() && at.start < edit.start && edit.start < at.end
            }
        })
    };
    let kept = readings(path, old).into_iter().flat_map(|reading| declared(&reading, is_touched));
    let there = count(readings(path, new).into_iter().flat_map(|reading| declared(&reading, |_| false)));
    let lost = count(kept).into_iter().find(|(one, times)| there.get(one).unwrap_or(&0) < times);
    lost.map(|(one, _)| format!("`{one}` would be lost"))
}

fn count(all: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

/// Everything that readers make of a file of this name.
fn readings(path: &str, text: &str) -> Vec<Reading> {
    let plain = [manifest::format_of(path), manifest::environments_of(path)];
    let script = path::has_extension(path, "py").then_some(&manifest::script::FORMAT);
    // Files of other names are included as requirements.
    let included = path::has_extension(path, "txt") || path::has_extension(path, "in");
    let other = (included && manifest::format_of(path).is_none()).then_some(&manifest::requirements::FORMAT);
    let formats = plain.into_iter().chain([script, other]).flatten();
    formats.map(|format| (format.read)(text, ReadContext { path })).collect()
}

/// What the readers of a file of this name have to say against `text`.
fn faults(path: &str, text: &str) -> Vec<String> {
    let mut faults: Vec<String> =
        readings(path, text).into_iter().flat_map(|reading| reading.problems).map(|problem| problem.message).collect();
    let has = |extension: &str| path::has_extension(path, extension);
    if has("toml") || path::name(path) == "Pipfile" {
        faults.extend(toml::parse(text).problems.into_iter().map(|problem| problem.message));
    } else if has("yml") || has("yaml") {
        faults.extend(yaml::read(text).errors.into_iter().map(|(message, _)| message));
    } else if has("cfg") || has("ini") {
        faults.extend(ini::read(text).problems.into_iter().map(|(message, _)| message));
    } else if has("py") || has("pyi") {
        faults.extend(parse::parse(text).problems.into_iter().map(|problem| problem.message));
    }
    faults
}

/// What a text declares, as far as it is not `touched`.
fn declared(reading: &Reading, touched: impl Fn(Extent) -> bool) -> Vec<String> {
    let requirements = reading.requirements.iter().filter(|r| !touched(r.item.cover(r.at)));
    let options = reading.options.iter().filter(|option| !touched(option.at));
    let includes = reading.includes.iter().filter(|include| !touched(include.at));
    requirements
        .map(|requirement| requirement.raw.trim().to_owned())
        .chain(options.map(|option| format!("{} {}", option.name, option.value)))
        .chain(includes.map(|include| include.target.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    fn objects(path: &str, old: &str, from: &str, to: &str) -> Option<String> {
        let start = old.find(from).expect("there");
        let span = Sources::default().add(path, None).span(Extent::new(start, start + from.len()));
        let edit = Edit { span, text: to.to_owned() };
        objection(path, old, &old.replacen(from, to, 1), &[&edit])
    }

    #[test]
    fn a_text_stays_right_and_whole() {
        let pyproject = "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\n  \"b>=1\",\n  \"c\",\n]\n";
        for (path, old, from, to, expected) in [
            ("pyproject.toml", pyproject, "  \"b>=1\",\n", "", None),
            ("pyproject.toml", pyproject, "\"b>=1\"", "\"d\"", None),
            ("pyproject.toml", pyproject, "\"b>=1\",", "\"b>=1", Some("no longer be right")),
            ("pyproject.toml", pyproject, "version = \"1\"\ndep", "dep", Some("no longer be right")),
            ("requirements.txt", "a\nb\nc\n", "b\n", "", None),
            ("requirements.txt", "a\nb\nc\n", "a\n", "a \\\n", Some("would no longer")),
            ("requirements.txt", "a\nb\nc\n", "a\n", "#", Some("`b` would be lost")),
            ("deps.txt", "-r x.txt\nb\n", "b\n", "c\n", None),
            ("app.py", "import a\n", "a", "b", None),
            ("app.py", "import a\n", "a", "(", Some("no longer be right")),
            ("ci.yml", "a: [b]\n", "]", "", Some("no longer be right")),
            ("tox.ini", "[tox]\na = b\n", "[tox]\n", "", Some("no longer be right")),
            // A fault that was there before is no fault of the change.
            ("requirements.txt", "a==\nb\n", "b", "c", None),
        ] {
            let found = objects(path, old, from, to);
            let is_as_expected = match expected {
                None => found.is_none(),
                Some(part) => found.as_ref().is_some_and(|found| found.contains(part)),
            };
            assert!(is_as_expected, "{path}: {from:?} -> {to:?}: {found:?}");
        }
    }
}
