//! `[tool.pixi]`. Its `dependencies` are names of conda packages, which belong to another index.

use super::{Reader, pdm, tasks, value_of};
use crate::manifest::toml::{Entry, Table, Text, Value, pairs_to_remove};
use crate::manifest::{Group, Origin, Requirement, Value as Scalar, conda, place};
use crate::name::Name;
use crate::source::Extent;

/// The keys of a distribution that is a table.
const KEYS: &[&str] = &[
    "version",
    "extras",
    "index",
    "env-markers",
    "git",
    "branch",
    "tag",
    "rev",
    "subdirectory",
    "path",
    "editable",
    "url",
];

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, pixi: &Table<'_>) {
    metadata(reader, pixi);
    part(reader, pixi, &Group::Runtime);
    for entry in pixi.table("feature").into_iter().flatten() {
        let Some(feature) = entry.item.as_table() else { continue };
        let group = Group::Dev(Name::new(&entry.key));
        if feature.get("pypi-dependencies").is_some() || feature.get("dependencies").is_some() {
            reader.group(group.clone(), &entry.key, entry.key_at, None);
        }
        part(reader, feature, &group);
    }
    for options in [pixi.table("pypi-options")].into_iter().flatten() {
        if let Some(url) = options.text("index-url") {
            reader.option("--index-url", url, url.at);
        }
        for text in options.array("extra-index-urls").map_or(&[][..], |(items, _)| items) {
            if let Some(url) = text.as_text() {
                reader.option("--extra-index-url", url, url.at);
            }
        }
    }
}

/// What it says of the project itself, and of Python, where nothing else does.
fn metadata(reader: &mut Reader<'_>, pixi: &Table<'_>) {
    let table = ["workspace", "project", "package"].iter().find_map(|name| pixi.table(name));
    let python = pixi.table("dependencies").and_then(|table| table.get("python"));
    let python = python.and_then(|item| item.as_text().or_else(|| item.as_table()?.text("version")));
    let python = python.and_then(|text| {
        let specifier = conda::specifier(&text.text, text.at)?;
        specifier.versions.is_some().then_some(Scalar { text: specifier.pep440, at: text.at })
    });
    if table.is_none() && python.is_none() {
        return;
    }
    let project = reader.project(table.map_or(pixi.at, |table| table.at));
    let text = |key: &str| table.and_then(|table| table.text(key)).map(value_of);
    project.name = project.name.take().or_else(|| text("name"));
    project.version = project.version.take().or_else(|| text("version"));
    project.requires_python = project.requires_python.take().or(python);
}

/// The requirements and tasks of the project or of a feature, for all platforms and for each.
fn part(reader: &mut Reader<'_>, table: &Table<'_>, group: &Group) {
    let targets = table.table("target").into_iter().flatten().filter_map(|entry| entry.item.as_table());
    for table in std::iter::once(table).chain(targets) {
        if let Some(requirements) = table.table("pypi-dependencies") {
            let removals = pairs_to_remove(reader.text, requirements);
            for (entry, remove) in requirements.iter().zip(removals) {
                requirement(reader, entry, remove, group);
            }
        }
        for (key, group) in
            [("dependencies", group), ("host-dependencies", &Group::Build), ("build-dependencies", &Group::Build)]
        {
            let Some(packages) = table.table(key) else { continue };
            for (entry, remove) in packages.iter().zip(pairs_to_remove(reader.text, packages)) {
                if entry.key != "python" {
                    package(reader, entry, remove, group);
                }
            }
        }
        if let Some(table) = table.table("tasks") {
            tasks::table(reader, table);
        }
    }
}

/// A package of conda.
fn package(reader: &mut Reader<'_>, entry: &Entry<'_>, remove: Extent, group: &Group) {
    let mut read = pdm::named(reader, &entry.key, entry.key_at, entry.item.at, group);
    read.item = remove;
    read.origin = Origin::Conda;
    let version = entry.item.as_text().or_else(|| entry.item.as_table()?.text("version"));
    if let Some(text) = version {
        read.specifier = conda::specifier(text.text.trim(), text.at);
        reader.out.problems.extend(read.specifier.as_ref().and_then(conda::fault));
        read.exact &= text.exact;
    }
    reader.out.requirements.push(read);
}

/// The versions of a distribution: specifiers, or `*`.
fn version(reader: &mut Reader<'_>, read: &mut Requirement, text: &Text<'_>) {
    pdm::pin(read, &text.text, text.at);
    read.exact &= text.exact;
    let written = text.text.trim();
    if written.starts_with(|c: char| c.is_ascii_alphabetic()) && !written.contains("://") {
        reader.out.problems.push(place::no_version(written, text.at));
    } else if written.starts_with(['<', '>', '=', '!', '~', '^']) {
        reader.out.problems.extend(place::version_faults(&text.text, text.at, text.exact));
    }
}

fn requirement(reader: &mut Reader<'_>, entry: &Entry<'_>, remove: Extent, group: &Group) {
    let mut read = pdm::named(reader, &entry.key, entry.key_at, entry.item.at, group);
    read.item = remove;
    match &entry.item.value {
        Value::String(text) => {
            version(reader, &mut read, text);
        }
        Value::Table(table) => {
            if let Some(text) = table.text("version") {
                version(reader, &mut read, text);
            }
            for entry in table.iter().filter(|entry| !KEYS.contains(&entry.key.as_ref())) {
                reader.out.problems.extend(place::misspelt_key(&entry.key, entry.key_at, "pixi", KEYS));
            }
            pdm::extras(&mut read, table);
            let text = |key: &str| table.text(key).map(|text| (text.text.to_string(), text.at));
            if let Some(origin) = super::git(table) {
                read.origin = origin;
            } else if let Some((url, at)) = text("url") {
                read.origin = Origin::Url(url, at);
            } else if let Some((path, at)) = text("path") {
                read.origin = Origin::Path(path, at);
            } else if let Some((index, at)) = text("index") {
                read.origin = Origin::Named(index, at);
            }
            read.editable = table.boolean("editable").is_some_and(|(editable, _)| editable);
        }
        _ => {
            reader.out.partial = true;
            return reader.wrong_type(&format!("tool.pixi.pypi-dependencies.{}", entry.key), &entry.item, "a version");
        }
    }
    reader.out.requirements.push(read);
}
