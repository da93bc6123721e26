//! `[tool.uv]`.

use std::collections::BTreeMap;

use super::{PLAIN, Reader};
use crate::manifest::toml::{Item, Table};
use crate::manifest::{Group, Origin};
use crate::name::Name;

/// Reads the table. What it says of sources concerns requirements of other tables, so it is read last.
pub(super) fn read(reader: &mut Reader<'_>, tool: &Table<'_>) {
    let Some(uv) = tool.table("uv") else { return };
    if let Some(entry) = uv.entry("dev-dependencies") {
        let group = Group::Dev(Name::new("dev"));
        reader.group(group.clone(), "dev", entry.key_at, entry.item.as_array().map(|_| entry.item.at));
        reader.requirements("tool.uv.dev-dependencies", &entry.item, &group, PLAIN);
    }
    for key in ["constraint-dependencies", "override-dependencies", "build-constraint-dependencies"] {
        if let Some(item) = uv.get(key) {
            reader.requirements(&format!("tool.uv.{key}"), item, &Group::Constraint, PLAIN);
        }
    }
    conflicts(reader, uv);
    indexes(reader, uv);
    if let Some(pip) = uv.table("pip") {
        options(reader, pip);
    }
    if let (Some((false, _)), Some(project)) = (uv.boolean("package"), &mut reader.out.project) {
        project.is_package = false;
    }
    let mut origins = BTreeMap::new();
    for entry in uv.table("sources").into_iter().flatten() {
        // With several, markers choose; one stands for all: a repository without a commit or a tag, or the first.
        let floats = |table: &&Table<'_>| {
            table.text("git").is_some() && table.text("rev").is_none() && table.text("tag").is_none()
        };
        let table = match entry.item.as_array() {
            Some(items) => {
                let mut tables = items.iter().filter_map(Item::as_table);
                tables.clone().find(floats).or_else(|| tables.next())
            }
            None => entry.item.as_table(),
        };
        if let Some(source) = table.and_then(source) {
            origins.insert(Name::new(&entry.key), source);
        }
    }
    reader.originate(&origins, |group| !matches!(group, Group::Build | Group::Constraint));
}

/// Extras and groups of which uv resolves one at a time. Those of other members of a workspace are taken for our own,
/// which only sets more apart.
fn conflicts(reader: &mut Reader<'_>, uv: &Table<'_>) {
    for set in uv.array("conflicts").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_array) {
        let group = |table: &Table<'_>| {
            let extra = table.text("extra").map(|text| Group::Extra(Name::new(&text.text)));
            extra.or_else(|| table.text("group").map(|text| Group::Dev(Name::new(&text.text))))
        };
        reader.out.conflicts.push(set.iter().filter_map(Item::as_table).filter_map(group).collect());
    }
}

fn source(table: &Table<'_>) -> Option<(Origin, bool)> {
    let text = |key: &str| table.text(key).map(|text| (text.text.to_string(), text.at));
    let editable = table.boolean("editable").is_some_and(|(editable, _)| editable);
    let origin = if let Some(origin) = super::git(table) {
        origin
    } else if let Some((url, at)) = text("url") {
        Origin::Url(url, at)
    } else if let Some((path, at)) = text("path") {
        Origin::Path(path, at)
    } else if let Some((true, at)) = table.boolean("workspace") {
        Origin::Named("workspace".to_owned(), at)
    } else {
        let (index, at) = text("index")?;
        Origin::Named(index, at)
    };
    Some((origin, editable))
}

fn indexes(reader: &mut Reader<'_>, uv: &Table<'_>) {
    options(reader, uv);
    let items = uv.array("index").map_or(&[][..], |(items, _)| items);
    for index in items.iter().filter_map(Item::as_table) {
        let Some(url) = index.text("url") else { continue };
        let is = |key: &str| index.boolean(key).is_some_and(|(value, _)| value);
        // An explicit index serves the packages that name it, and no others.
        let name = match (is("explicit"), is("default")) {
            (true, _) => "tool.uv.index",
            (false, true) => "--index-url",
            (false, false) => "--extra-index-url",
        };
        reader.option(name, url, url.at);
    }
}

/// The options that are named as pip's are.
fn options(reader: &mut Reader<'_>, table: &Table<'_>) {
    if let Some(url) = table.text("index-url") {
        reader.option("--index-url", url, url.at);
    }
    for (key, name) in [("extra-index-url", "--extra-index-url"), ("find-links", "--find-links")] {
        for url in table.array(key).map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_text) {
            reader.option(name, url, url.at);
        }
    }
}
