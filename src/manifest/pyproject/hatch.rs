//! `[tool.hatch]`: environments, and what builds need.

use super::{ListStyle, PLAIN, Reader, dotted};
use crate::manifest::toml::{Item, Table, Value};
use crate::manifest::{Group, IncludeKind};
use crate::name::Name;

/// Hatch fills in fields as `{root:uri}`.
const STYLE: ListStyle = ListStyle { editable: false, templates: true };

/// Reads the table, which messages call `owner`.
pub(super) fn read(reader: &mut Reader<'_>, owner: &str, hatch: &Table<'_>) {
    for entry in hatch.table("envs").into_iter().flatten() {
        if let Some(environment) = entry.item.as_table() {
            let group = Group::Dev(Name::new(&entry.key));
            let owner = dotted(owner, &format!("envs.{}", entry.key));
            let lists = ["dependencies", "extra-dependencies"].map(|key| environment.entry(key));
            if let Some(first) = lists.iter().flatten().next() {
                let list = first.item.as_array().map(|_| first.item.at);
                reader.group(group.clone(), &entry.key, entry.key_at, list);
            }
            for list in lists.into_iter().flatten() {
                reader.requirements(&format!("{owner}.{}", list.key), &list.item, &group, STYLE);
            }
            let included = environment.get("dependency-groups").and_then(Item::as_array).unwrap_or_default();
            for text in included.iter().filter_map(Item::as_text) {
                reader.include(IncludeKind::Group, text, group.clone());
            }
            for script in environment.table("scripts").into_iter().flatten() {
                script_lines(reader, &script.item);
            }
        }
    }
    if let Some(build) = hatch.table("build") {
        let owner = dotted(owner, "build");
        builds(reader, &owner, build);
        for target in build.table("targets").into_iter().flatten() {
            if let Some(table) = target.item.as_table() {
                builds(reader, &format!("{owner}.targets.{}", target.key), table);
            }
        }
    }
    // The plug-in hatch-requirements-txt.
    let hook = hatch.table("metadata").and_then(|metadata| metadata.table("hooks"));
    if let Some(table) = hook.and_then(|hooks| hooks.table("requirements_txt")) {
        files(reader, table.get("files"), &Group::Runtime);
        for entry in table.table("optional-dependencies").into_iter().flatten() {
            let group = Group::Extra(Name::new(&entry.key));
            reader.group(group.clone(), &entry.key, entry.key_at, None);
            files(reader, Some(&entry.item), &group);
        }
    }
}

/// What a build, and each of its hooks, needs.
fn builds(reader: &mut Reader<'_>, owner: &str, table: &Table<'_>) {
    if let Some(item) = table.get("dependencies") {
        reader.requirements(&format!("{owner}.dependencies"), item, &Group::Build, PLAIN);
    }
    for hook in table.table("hooks").into_iter().flatten() {
        if let Some(item) = hook.item.as_table().and_then(|table| table.get("dependencies")) {
            reader.requirements(&format!("{owner}.hooks.{}.dependencies", hook.key), item, &Group::Build, PLAIN);
        }
    }
}

/// Names of requirements files: one, or an array.
pub(super) fn files(reader: &mut Reader<'_>, item: Option<&Item<'_>>, group: &Group) {
    match item.map(|item| &item.value) {
        Some(Value::String(text)) => reader.include(IncludeKind::Dynamic, text, group.clone()),
        Some(Value::Array(items)) => {
            for text in items.iter().filter_map(Item::as_text) {
                reader.include(IncludeKind::Dynamic, text, group.clone());
            }
        }
        _ => {}
    }
}

/// The lines of a script. A leading `- ` says that a failure does not matter.
fn script_lines(reader: &mut Reader<'_>, item: &Item<'_>) {
    let before = reader.out.commands.len();
    reader.commands(item);
    for (command, _) in reader.out.commands.iter_mut().skip(before) {
        if let Some(rest) = command.strip_prefix("- ") {
            *command = rest.to_owned();
        }
    }
}
