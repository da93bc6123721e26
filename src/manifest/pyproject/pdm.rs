//! `[tool.pdm]`.

use super::{ListStyle, Reader, tasks};
use crate::manifest::place;
use crate::manifest::toml::{Item, Table, Value};
use crate::manifest::{Extra, Group, Origin, Requirement, Specifier, Versions};
use crate::name::Name;
use crate::source::Extent;

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, pdm: &Table<'_>) {
    if let Some(item) = pdm.get("dev-dependencies")
        && let Some(groups) = reader.expect_table("tool.pdm.dev-dependencies", item, true)
    {
        for entry in groups {
            let group = Group::Dev(Name::new(&entry.key));
            reader.group(group.clone(), &entry.key, entry.key_at, entry.item.as_array().map(|_| entry.item.at));
            let style = ListStyle { editable: true, templates: true };
            reader.requirements(&format!("tool.pdm.dev-dependencies.{}", entry.key), &entry.item, &group, style);
        }
    }
    for source in pdm.get("source").and_then(Item::as_array).unwrap_or_default().iter().filter_map(Item::as_table) {
        if let Some(url) = source.text("url") {
            // A source of the name of the public index stands in its place.
            let replaces = source.text("name").is_some_and(|name| name.text == "pypi");
            reader.option(if replaces { "--index-url" } else { "--extra-index-url" }, url, url.at);
        }
    }
    if let Some(overrides) = pdm.table("resolution").and_then(|resolution| resolution.table("overrides")) {
        for entry in overrides {
            if let Some(text) = entry.item.as_text() {
                let mut requirement = named(reader, &entry.key, entry.key_at, entry.item.at, &Group::Constraint);
                pin(&mut requirement, &text.text, text.at);
                requirement.exact = text.exact;
                reader.out.requirements.push(requirement);
            }
        }
    }
    if let (Some((false, _)), Some(project)) = (pdm.boolean("distribution"), &mut reader.out.project) {
        project.is_package = false;
    }
    if let Some(scripts) = pdm.table("scripts") {
        tasks::table(reader, scripts);
    }
}

/// A requirement that is an entry of a table: `name = …`. It allows all versions, from an index.
pub(super) fn named(reader: &Reader<'_>, name: &str, name_at: Extent, value: Extent, group: &Group) -> Requirement {
    place::entry(reader.text, name, name_at, value, group)
}

/// Sets the version part to specifiers, a bare version, or a URL.
pub(super) fn pin(requirement: &mut Requirement, text: &str, at: Extent) {
    let written = text.trim();
    if written.contains("://") {
        requirement.origin = Origin::Url(written.to_owned(), at);
        return;
    }
    let bare = written.starts_with(|c: char| c.is_ascii_digit());
    let pep440 = match written {
        "*" => String::new(),
        _ if bare => format!("=={written}"),
        _ => written.to_owned(),
    };
    let versions = Versions::parse(&pep440);
    requirement.specifier = Some(Specifier { written: written.to_owned(), pep440, at, versions });
}

/// The extras of a requirement that is a table.
pub(super) fn extras(requirement: &mut Requirement, table: &Table<'_>) {
    let Some(Value::Array(items)) = table.get("extras").map(|item| &item.value) else { return };
    let read = items.iter().filter_map(Item::as_text);
    requirement.extras.extend(read.map(|text| Extra { name: Name::new(&text.text), at: text.at }));
}
