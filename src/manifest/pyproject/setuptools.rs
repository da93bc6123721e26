//! `[tool.setuptools]`: files that hold what `[project]` calls dynamic.

use super::{Reader, hatch, project};
use crate::manifest::toml::{Item, Table, Value};
use crate::manifest::{Group, IncludeKind};
use crate::name::Name;

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, setuptools: &Table<'_>) {
    for text in setuptools.get("license-files").and_then(Item::as_array).unwrap_or_default() {
        if let Some(text) = text.as_text() {
            project::licence_file(reader, text);
        }
    }
    let Some(dynamic) = setuptools.table("dynamic") else { return };
    if let Some(table) = dynamic.table("dependencies") {
        hatch::files(reader, table.get("file"), &Group::Runtime);
    }
    for entry in dynamic.table("optional-dependencies").into_iter().flatten() {
        let group = Group::Extra(Name::new(&entry.key));
        reader.group(group.clone(), &entry.key, entry.key_at, None);
        hatch::files(reader, entry.item.as_table().and_then(|table| table.get("file")), &group);
    }
    for (key, kind) in [("readme", IncludeKind::Readme), ("version", IncludeKind::Version)] {
        match dynamic.table(key).and_then(|table| table.get("file")).map(|item| &item.value) {
            Some(Value::String(text)) => reader.include(kind, text, Group::Runtime),
            Some(Value::Array(items)) => {
                for text in items.iter().filter_map(Item::as_text) {
                    reader.include(kind, text, Group::Runtime);
                }
            }
            _ => {}
        }
    }
}
