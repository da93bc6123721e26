//! `[tool.flit]`: the metadata that Flit read before PEP 621.

use super::project::{extra, requires_python};
use super::{PLAIN, Reader, value_of};
use crate::manifest::toml::Table;
use crate::manifest::{Group, IncludeKind};
use crate::name::Name;

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, flit: &Table<'_>) {
    if let Some(item) = flit.get("metadata")
        && let Some(table) = reader.expect_table("tool.flit.metadata", item, true)
    {
        metadata(reader, table);
        for (key, group) in [("scripts", "console_scripts"), ("gui-scripts", "gui_scripts")] {
            if let Some(scripts) = flit.table(key) {
                reader.entry_points(table.at, group, scripts);
            }
        }
        for entry in flit.table("entrypoints").into_iter().flatten() {
            if let Some(points) = entry.item.as_table() {
                reader.entry_points(table.at, &entry.key, points);
            }
        }
    }
}

fn metadata(reader: &mut Reader<'_>, table: &Table<'_>) {
    const OWNER: &str = "tool.flit.metadata";
    let header = table.at;
    let name = table.text("dist-name").or_else(|| table.text("module")).map(value_of);
    let project = reader.project(header);
    project.name = project.name.take().or(name);
    if let Some(python) = reader.expect_text(OWNER, table, "requires-python") {
        requires_python(reader, "tool.flit.metadata.requires-python", python);
        let project = reader.project(header);
        project.requires_python = project.requires_python.take().or_else(|| Some(value_of(python)));
    }
    let classifiers = reader.expect_strings(OWNER, table, "classifiers");
    reader.project(header).classifiers.extend(classifiers);
    if let Some(item) = table.get("requires") {
        reader.requirements("tool.flit.metadata.requires", item, &Group::Runtime, PLAIN);
    }
    if let Some(entry) = table.entry("dev-requires") {
        let group = Group::Extra(Name::new("dev"));
        reader.group(group.clone(), "dev", entry.key_at, entry.item.as_array().map(|_| entry.item.at));
        reader.requirements("tool.flit.metadata.dev-requires", &entry.item, &group, PLAIN);
    }
    if let Some(item) = table.get("requires-extra")
        && let Some(extras) = reader.expect_table("tool.flit.metadata.requires-extra", item, true)
    {
        for entry in extras {
            extra(reader, "tool.flit.metadata.requires-extra", entry);
        }
    }
    if let Some(text) = table.text("description-file") {
        reader.include(IncludeKind::Readme, text, Group::Runtime);
    }
}
