//! `[tool.tox]`: tox's configuration as TOML, or as the old text in a string.

use super::{PLAIN, Reader, dotted, tasks};
use crate::manifest::toml::{Item, Table, Text, Value};
use crate::manifest::{Group, Include, IncludeKind, requirement};
use crate::name::Name;
use crate::source::Extent;

/// Reads the table, which messages call `owner`.
pub(super) fn read(reader: &mut Reader<'_>, owner: &str, tox: &Table<'_>) {
    if let Some(text) = tox.text("legacy_tox_ini") {
        legacy(reader, text);
    }
    for key in ["env_run_base", "env_pkg_base"] {
        if let Some(table) = tox.table(key) {
            environment(reader, &dotted(owner, key), "tox", table);
        }
    }
    for entry in tox.table("env").into_iter().flatten() {
        if let Some(table) = entry.item.as_table() {
            environment(reader, &dotted(owner, &format!("env.{}", entry.key)), &entry.key, table);
        }
    }
}

fn environment(reader: &mut Reader<'_>, owner: &str, name: &str, table: &Table<'_>) {
    let group = Group::Dev(Name::new(name));
    if let Some(items) = table.get("deps").filter(|item| item.as_array().is_some()) {
        let owner = format!("{owner}.deps");
        for (item, remove) in reader.requirement_items(&owner, items).unwrap_or_default() {
            match item.as_text() {
                Some(text) if text.text.starts_with(['-', '.', '/', '{']) => {
                    if let Some(include) = included(&text.text, text.at.range().start, text, &group) {
                        reader.out.includes.push(include);
                    }
                }
                // A line of a requirements file, which may end in a comment.
                Some(text) => reader.requirement(&without_comment(text), remove, &group, PLAIN),
                // `{ replace = … }` stands for what tox fills in.
                None => {}
            }
        }
    }
    for text in table.array("dependency_groups").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_text) {
        reader.include(IncludeKind::Group, text, group.clone());
    }
    for key in ["commands_pre", "commands", "commands_post"] {
        for item in table.array(key).map_or(&[][..], |(items, _)| items) {
            if let Value::Array(_) = item.value {
                tasks::words(reader, item);
            }
        }
    }
}

/// The text up to a comment as pip knows it: a `#` at the start or after white space.
fn without_comment<'a>(text: &Text<'a>) -> Text<'a> {
    let is_comment = |(at, _): &(usize, &str)| {
        text.text.get(..*at).is_some_and(|head| head.is_empty() || head.ends_with([' ', '\t']))
    };
    let Some((at, _)) = text.text.match_indices('#').find(is_comment) else { return text.clone() };
    let kept = text.text.get(..at).unwrap_or_default().trim_end().to_owned();
    let place =
        if text.exact { Extent::new(text.at.range().start, text.at.range().start + kept.len()) } else { text.at };
    Text { text: kept.into(), at: place, exact: text.exact }
}

/// A requirements or constraints file that an option names.
fn included(option: &str, start: usize, text: &Text<'_>, group: &Group) -> Option<Include> {
    let (kind, rest) = [
        (IncludeKind::Requirements, "--requirement"),
        (IncludeKind::Requirements, "-r"),
        (IncludeKind::Constraints, "--constraint"),
        (IncludeKind::Constraints, "-c"),
    ]
    .into_iter()
    .find_map(|(kind, name)| option.strip_prefix(name).map(|rest| (kind, rest)))?;
    let target = rest.trim_start_matches([' ', '=', '\t']);
    let begin = start + (option.len() - target.len());
    let target = target.trim_end();
    let at = if text.exact { Extent::new(begin, begin + target.len()) } else { text.at };
    // What tox fills in cannot be followed; its own folder is the root.
    let target = target.strip_prefix("{toxinidir}/").or_else(|| target.strip_prefix("{tox_root}/")).unwrap_or(target);
    (!target.is_empty() && !target.contains('{')).then(|| Include {
        kind,
        target: target.to_owned(),
        at,
        group: group.clone(),
    })
}

/// `legacy_tox_ini`: the text of a tox.ini. The lines of `commands` and `deps` of its sections are read.
fn legacy(reader: &mut Reader<'_>, text: &Text<'_>) {
    // Where the literal ends with the text byte for byte, lines have places of their own.
    let raw = text.at.of(reader.text);
    let base = raw.ends_with(text.text.as_ref()).then(|| text.at.range().end - text.text.len());
    let place = |start: usize, length: usize| match base {
        Some(base) => Extent::new(base + start, base + start + length),
        None => text.at,
    };
    let mut at = 0;
    let mut key = String::new();
    let mut section = String::new();
    for line in text.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let mut value_start = start + (line.len() - line.trim_start().len());
        let mut value = trimmed;
        if !line.starts_with([' ', '\t']) {
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                name.clone_into(&mut section);
                key.clear();
                continue;
            }
            let Some((name, rest)) = trimmed.split_once('=') else { continue };
            name.trim().clone_into(&mut key);
            value = rest.trim_start();
            value_start = start + (line.len() - line.trim_start().len()) + (trimmed.len() - value.len());
        }
        if value.is_empty() || !section.starts_with("testenv") {
            continue;
        }
        // A factor may stand before: `py39: pytest`.
        match key.as_str() {
            "commands" | "commands_pre" | "commands_post" => {
                reader.out.commands.push((value.trim_start_matches("- ").to_owned(), place(value_start, value.len())));
            }
            "deps" => {
                let name = section.strip_prefix("testenv:").unwrap_or("tox");
                let group = Group::Dev(Name::new(name));
                let dependency = past_factor(value);
                let begin = value_start + (value.len() - dependency.len());
                legacy_dependency(reader, text, dependency, base.map(|base| base + begin), &group);
            }
            _ => {}
        }
    }
}

/// What follows a factor condition (`py{39,310}: coverage`).
fn past_factor(value: &str) -> &str {
    match value.split_once(": ") {
        Some((factor, rest)) if !factor.contains(['<', '>', '=', ';', '@']) => rest.trim_start(),
        _ => value,
    }
}

fn legacy_dependency(reader: &mut Reader<'_>, text: &Text<'_>, line: &str, start: Option<usize>, group: &Group) {
    if line.starts_with(['-', '.', '/', '{']) {
        let exact = Text { text: line.into(), at: text.at, exact: start.is_some() };
        reader.out.includes.extend(included(line, start.unwrap_or_default(), &exact, group));
        return;
    }
    let (Some(mut read), _) = requirement::read(line, group.clone()) else { return };
    let at = start.map_or(text.at, |start| Extent::new(start, start + line.len()));
    super::place(&mut read, &Text { text: line.into(), at, exact: start.is_some() }, 0);
    reader.out.requirements.push(read);
}
