//! `[tool.poetry]`, alone or beside `[project]` (Poetry 2).

use std::collections::{BTreeMap, BTreeSet};

use super::{Reader, pdm, value_of};
use crate::diagnostic::Problem;
use crate::manifest::toml::{Entry, Form, Item, Table, Text, Value as TomlValue, items_to_remove, pairs_to_remove};
use crate::manifest::{Group, IncludeKind, Marker, MarkerText, Origin, Requirement, Specifier, Value, marker, place};
use crate::name::Name;
use crate::source::Extent;

mod constraint;
mod split;

/// The keys of a dependency that is a table.
const KEYS: &[&str] = &[
    "version",
    "python",
    "platform",
    "markers",
    "extras",
    "optional",
    "allow-prereleases",
    "allows-prereleases",
    "source",
    "git",
    "branch",
    "tag",
    "rev",
    "subdirectory",
    "path",
    "file",
    "url",
    "develop",
];

/// Which extra an optional dependency belongs to, by its name.
type Extras = BTreeMap<Name, Name>;

/// Reads the table.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>, tool: &Table<'_>) {
    let Some(item) = tool.get("poetry") else { return };
    let Some(poetry) = reader.expect_table("tool.poetry", item, true) else { return };
    let standard = root.table("project");
    metadata(reader, poetry, standard.is_some());
    if let Some(standard) = standard {
        split::metadata(reader, standard, poetry);
    }
    let extras = read_extras(reader, poetry);
    if let Some(entry) = poetry.entry("dependencies")
        && let Some(table) = reader.expect_table("tool.poetry.dependencies", &entry.item, true)
    {
        interpreter(reader, poetry, table);
        // Poetry 2: beside the standard lists this table only says where packages come from.
        let listed = |key: &str| {
            standard.and_then(|project| project.get(key)).is_some_and(|item| match &item.value {
                TomlValue::Array(items) => !items.is_empty(),
                TomlValue::Table(table) => !table.is_empty(),
                _ => true,
            })
        };
        if listed("dependencies") || listed("optional-dependencies") {
            let dynamic = reader.out.project.as_ref().is_some_and(|project| {
                project.dynamic.iter().any(|key| matches!(key.text.as_str(), "dependencies" | "optional-dependencies"))
            });
            enrich(reader, table, &extras, dynamic);
        } else {
            dependencies(reader, "tool.poetry.dependencies", table, &Group::Runtime, &extras);
        }
    }
    if let Some(entry) = poetry.entry("dev-dependencies")
        && let Some(table) = reader.expect_table("tool.poetry.dev-dependencies", &entry.item, true)
    {
        let group = Group::Dev(Name::new("dev"));
        reader.group(group.clone(), "dev", entry.key_at, None);
        dependencies(reader, "tool.poetry.dev-dependencies", table, &group, &Extras::new());
    }
    for entry in poetry.table("group").into_iter().flatten() {
        let owner = format!("tool.poetry.group.{}", entry.key);
        if let Some(table) = reader.expect_table(&owner, &entry.item, true) {
            group(reader, &owner, entry, table, &extras);
        }
    }
    for source in poetry.array("source").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_table) {
        let Some(url) = source.text("url") else { continue };
        // An explicit source serves the packages that name it, and no others.
        let name = match source.text("priority").map(|text| text.text.to_ascii_lowercase()).as_deref() {
            Some("explicit") => "tool.poetry.source",
            // It is asked for what no other source has.
            Some("supplemental") => "tool.poetry.source.supplemental",
            Some("secondary") => "--extra-index-url",
            _ => "--index-url",
        };
        reader.option(name, url, url.at);
    }
}

/// What the table says of the project itself. Beside `[project]` it fills in what that leaves open.
fn metadata(reader: &mut Reader<'_>, poetry: &Table<'_>, standard: bool) {
    const OWNER: &str = "tool.poetry";
    // A table that only configures Poetry does not make a project.
    let describes = ["name", "version", "dependencies", "description"].iter().any(|key| poetry.get(key).is_some());
    if !standard && !describes {
        return;
    }
    let header = poetry.at;
    let name = reader.expect_text(OWNER, poetry, "name").map(value_of);
    let version = reader.expect_text(OWNER, poetry, "version").map(value_of);
    let classifiers = reader.expect_strings(OWNER, poetry, "classifiers");
    let packaged = poetry.boolean("package-mode").is_none_or(|(packaged, _)| packaged);
    let project = reader.project(header);
    project.name = project.name.take().or(name);
    project.version = project.version.take().or(version);
    project.classifiers.extend(classifiers);
    project.is_package &= packaged;
    if let Some(scripts) = poetry.table("scripts") {
        reader.entry_points(header, "console_scripts", scripts);
    }
    for entry in poetry.table("plugins").into_iter().flatten() {
        if let Some(points) = entry.item.as_table() {
            reader.entry_points(header, &entry.key, points);
        }
    }
    match poetry.get("readme").map(|item| &item.value) {
        Some(TomlValue::String(text)) => reader.include(IncludeKind::Readme, text, Group::Runtime),
        Some(TomlValue::Array(items)) => {
            for text in items.iter().filter_map(Item::as_text) {
                reader.include(IncludeKind::Readme, text, Group::Runtime);
            }
        }
        _ => {}
    }
}

/// `python` among the dependencies. In other groups it has no meaning of its own.
fn interpreter(reader: &mut Reader<'_>, poetry: &Table<'_>, table: &Table<'_>) {
    let Some(item) = table.get("python") else { return };
    let text = match &item.value {
        TomlValue::String(text) => Some(text),
        TomlValue::Table(table) => table.text("version"),
        _ => None,
    };
    let Some(text) = text else {
        return reader.wrong_type("tool.poetry.dependencies.python", item, "a version constraint");
    };
    match constraint::read(&text.text) {
        Ok(read) => {
            let value = Value { text: constraint::python(&read), at: text.at };
            let project = reader.project(poetry.at);
            if project.requires_python.is_none() {
                project.requires_python = Some(value);
            }
        }
        Err(fault) => {
            let problem = problem_of(fault, text, "invalid-requires-python");
            reader.out.problems.push(problem);
        }
    }
}

/// `[tool.poetry.extras]`: names of extras with names of optional dependencies. Of several extras with one dependency
/// the first counts.
fn read_extras(reader: &mut Reader<'_>, poetry: &Table<'_>) -> Extras {
    let mut extras = Extras::new();
    let Some(item) = poetry.get("extras") else { return extras };
    let Some(table) = reader.expect_table("tool.poetry.extras", item, true) else { return extras };
    for entry in table {
        let name = Name::new(&entry.key);
        // The list holds names, not requirements: nothing can be added to it alone.
        reader.group(Group::Extra(name.clone()), &entry.key, entry.key_at, None);
        let Some(items) = entry.item.as_array() else {
            reader.wrong_type(&format!("tool.poetry.extras.{}", entry.key), &entry.item, "an array of names");
            continue;
        };
        for text in items.iter().filter_map(Item::as_text) {
            extras.entry(Name::new(&text.text)).or_insert_with(|| name.clone());
        }
    }
    extras
}

fn group(reader: &mut Reader<'_>, owner: &str, entry: &Entry<'_>, table: &Table<'_>, extras: &Extras) {
    let main = entry.key == "main";
    let group = if main { Group::Runtime } else { Group::Dev(Name::new(&entry.key)) };
    if !main {
        reader.group(group.clone(), &entry.key, entry.key_at, None);
    }
    for text in table.array("include-groups").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_text) {
        reader.include(IncludeKind::Group, text, group.clone());
    }
    let Some(item) = table.get("dependencies") else { return };
    let none = Extras::new();
    let owner = format!("{owner}.dependencies");
    if let Some(table) = reader.expect_table(&owner, item, true) {
        dependencies(reader, &owner, table, &group, if main { extras } else { &none });
    }
}

/// The dependencies of a table, as requirements of `group`.
fn dependencies(reader: &mut Reader<'_>, owner: &str, table: &Table<'_>, group: &Group, extras: &Extras) {
    let removals = pairs_to_remove(reader.text, table);
    for (entry, remove) in table.iter().zip(removals) {
        if entry.key != "python" {
            let read = dependency(reader, owner, entry, remove, group, extras);
            reader.out.requirements.extend(read);
        }
    }
}

/// What the table adds to the requirements of the standard lists. With `dynamic` lists, what they do not have is
/// required as well.
fn enrich(reader: &mut Reader<'_>, table: &Table<'_>, extras: &Extras, dynamic: bool) {
    let published = |group: &Group| matches!(group, Group::Runtime | Group::Extra(_));
    let listed: BTreeSet<Name> = reader
        .out
        .requirements
        .iter()
        .filter(|requirement| published(&requirement.group))
        .filter_map(|requirement| requirement.name.clone())
        .collect();
    let removals = pairs_to_remove(reader.text, table);
    let mut origins = BTreeMap::new();
    for (entry, remove) in table.iter().zip(removals) {
        if entry.key == "python" {
            continue;
        }
        let read = dependency(reader, "tool.poetry.dependencies", entry, remove, &Group::Runtime, extras);
        let name = Name::new(&entry.key);
        if !listed.contains(&name) {
            if dynamic {
                reader.out.requirements.extend(read);
            }
            continue;
        }
        split::requirements(reader, &read);
        if let Some(first) = read.into_iter().find(|read| read.origin != Origin::Index) {
            origins.insert(name, (first.origin, first.editable));
        }
    }
    reader.originate(&origins, published);
}

/// One entry: a constraint, a table, or several tables of which markers choose.
fn dependency(
    reader: &mut Reader<'_>,
    owner: &str,
    entry: &Entry<'_>,
    remove: Extent,
    group: &Group,
    extras: &Extras,
) -> Vec<Requirement> {
    let owner = format!("{owner}.{}", entry.key);
    let new = |reader: &Reader<'_>, place: Extent, remove: Extent| {
        let mut read = pdm::named(reader, &entry.key, entry.key_at, place, group);
        read.item = remove;
        read
    };
    match &entry.item.value {
        TomlValue::String(text) => {
            let mut read = new(reader, entry.item.at, remove);
            version(reader, &mut read, text);
            vec![read]
        }
        TomlValue::Table(table) => {
            let mut read = new(reader, entry.item.at, remove);
            details(reader, &mut read, &owner, table, extras).then_some(read).into_iter().collect()
        }
        TomlValue::Array(items) => {
            let removals = items_to_remove(reader.text, entry.item.at, items);
            let mut several = Vec::new();
            for (item, part) in items.iter().zip(removals) {
                let part = if items.len() == 1 { remove } else { part };
                // Each is told apart by its own place; the name stands before them all.
                let mut read = new(reader, entry.key_at, part);
                read.at = item.at;
                item.at.of(reader.text).clone_into(&mut read.raw);
                match &item.value {
                    TomlValue::String(text) => version(reader, &mut read, text),
                    TomlValue::Table(table) => {
                        if table.form == Form::Header {
                            read.item = last_lines(reader.text, table);
                        }
                        if !details(reader, &mut read, &owner, table, extras) {
                            continue;
                        }
                    }
                    _ => {
                        reader.out.partial = true;
                        reader.wrong_type(&owner, item, "a version constraint or a table");
                        continue;
                    }
                }
                several.push(read);
            }
            several
        }
        _ => {
            reader.out.partial = true;
            let message = format!("`{owner}` is {}, not a version constraint", entry.item.kind());
            let written = entry.item.at.of(reader.text);
            let problem = Problem::new("invalid-requirement", entry.item.at, message);
            let number = matches!(entry.item.value, TomlValue::Integer(_) | TomlValue::Float(_));
            reader.out.problems.push(if number {
                problem.help(format!("write it in quotes: `\"{written}\"`")).replace(format!("\"{written}\""))
            } else {
                problem.help("write a constraint as `\"^1.2\"`, or `\"*\"` for every version")
            });
            vec![new(reader, entry.item.at, remove)]
        }
    }
}

/// The lines of one table of an array of tables.
fn last_lines(text: &str, table: &Table<'_>) -> Extent {
    let start = text.get(..table.at.range().start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let whole = table.iter().map(|entry| entry.item.at).fold(table.at, Extent::cover);
    let rest = text.get(whole.range().end..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |length| whole.range().end + length + 1);
    Extent::new(start, end)
}

/// Sets the version part.
fn version(reader: &mut Reader<'_>, read: &mut Requirement, text: &Text<'_>) {
    read.exact &= text.exact;
    let written = text.text.trim();
    let at = match text.text.find(written) {
        Some(offset) if text.exact => {
            Extent::new(text.at.range().start + offset, text.at.range().start + offset + written.len())
        }
        _ => text.at,
    };
    let mut specifier = Specifier { written: written.to_owned(), pep440: String::new(), at, versions: None };
    match constraint::read(&text.text) {
        Ok(constraint) => {
            specifier.pep440 = constraint.pep440;
            specifier.versions = constraint.versions;
        }
        Err(fault) => reader.out.problems.push(problem_of(fault, text, "invalid-requirement")),
    }
    read.specifier = Some(specifier);
}

fn problem_of(fault: constraint::Fault, text: &Text<'_>, rule: &'static str) -> Problem {
    let at = if text.exact { fault.at.shift(text.at.range().start) } else { text.at };
    // Nothing can be shown where there is nothing.
    let at =
        if at.is_empty() { Extent::new(text.at.range().start.saturating_sub(1), text.at.range().end + 1) } else { at };
    let mut problem = Problem::new(rule, at, fault.message);
    problem.help.extend(fault.help);
    problem.replace = fault.replace.filter(|_| text.exact).map(str::to_owned);
    problem
}

/// Sets what a table says. False where the table is none of a dependency.
fn details(reader: &mut Reader<'_>, read: &mut Requirement, owner: &str, table: &Table<'_>, extras: &Extras) -> bool {
    let known = |entry: &&Entry<'_>| KEYS.contains(&entry.key.as_ref());
    if !table.is_empty() && !table.iter().any(|entry| known(&entry)) {
        reader.out.partial = true;
        let problem = Problem::new("invalid-requirement", read.name_at, format!("`{owner}` names no dependency"));
        reader.out.problems.push(if table.form == Form::Dotted {
            problem.help("a name with dots is written in quotes, as `\"zope.interface\" = \"*\"`")
        } else {
            problem.help("a dependency has a `version`, or `git`, `path` or `url`")
        });
        return false;
    }
    for entry in table.iter().filter(|entry| !known(entry)) {
        reader.out.problems.extend(place::misspelt_key(&entry.key, entry.key_at, "Poetry", KEYS));
    }
    match table.get("version").map(|item| &item.value) {
        Some(TomlValue::String(text)) => version(reader, read, text),
        Some(_) => {
            if let Some(item) = table.get("version") {
                let message = format!("`{owner}.version` is {}, not a version constraint", item.kind());
                reader.out.problems.push(Problem::new("invalid-requirement", item.at, message));
            }
        }
        None => {}
    }
    pdm::extras(read, table);
    markers(reader, read, table);
    origin(read, table);
    read.editable = table.boolean("develop").is_some_and(|(develop, _)| develop);
    let optional = table.boolean("optional").is_some_and(|(optional, _)| optional);
    if let (true, Some(extra)) =
        (optional && read.group == Group::Runtime, read.name.as_ref().and_then(|name| extras.get(name)))
    {
        read.group = Group::Extra(extra.clone());
    }
    true
}

fn origin(read: &mut Requirement, table: &Table<'_>) {
    let text = |key: &str| table.text(key).map(|text| (text.text.to_string(), text.at));
    read.origin = if let Some(origin) = super::git(table) {
        origin
    } else if let Some((url, at)) = text("url") {
        Origin::Url(url, at)
    } else if let Some((path, at)) = text("path").or_else(|| text("file")) {
        Origin::Path(path, at)
    } else if let Some((source, at)) = text("source") {
        Origin::Named(source, at)
    } else {
        Origin::Index
    };
}

/// Joins `markers`, `python` and `platform` to one marker. What is written is the marker that all say together, as PEP
/// 508 has it; its place is that of the first.
fn markers(reader: &mut Reader<'_>, read: &mut Requirement, table: &Table<'_>) {
    let mut parts: Vec<(Option<Marker>, String)> = Vec::new();
    let mut place = None;
    if let Some(text) = table.text("markers") {
        let (marker, problems) = marker::parse(&text.text);
        reader.out.problems.extend(problems.into_iter().map(|problem| super::place_problem(problem, text, 0)));
        parts.push((marker, text.text.to_string()));
        place = Some(text.at);
        read.exact &= text.exact;
    }
    if let Some(text) = table.text("python") {
        match constraint::read(&text.text).map(|constraint| python_marker(&constraint)) {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(marker))) => parts.push((Some(marker.clone()), marker.to_string())),
            Ok(Err(())) => parts.push((None, String::new())),
            Err(fault) => {
                parts.push((None, String::new()));
                reader.out.problems.push(problem_of(fault, text, "invalid-requirement"));
            }
        }
        place = place.or(Some(text.at));
    }
    if let Some(text) = table.text("platform") {
        let marker = platform_marker(&text.text);
        parts.push((Some(marker.clone()), marker.to_string()));
        place = place.or(Some(text.at));
    }
    let Some(at) = place.filter(|_| !parts.is_empty()) else { return };
    let several = parts.len() > 1;
    let is_either = |marker: &Option<Marker>| several && matches!(marker, Some(Marker::Or(_)));
    let written = parts
        .iter()
        .filter(|(_, written)| !written.is_empty())
        .map(|(marker, written)| if is_either(marker) { format!("({written})") } else { written.clone() });
    let written = written.collect::<Vec<_>>().join(" and ");
    let understood: Option<Vec<Marker>> = parts.into_iter().map(|(marker, _)| marker).collect();
    let marker = understood.and_then(|mut all| if all.len() > 1 { Some(Marker::And(all)) } else { all.pop() });
    read.marker = Some(MarkerText { written, at, marker });
}

/// The platforms (`darwin`, `!=win32`, `linux || darwin`) as a marker, as `poetry-core` reads them.
fn platform_marker(text: &str) -> Marker {
    let single = |part: &str| {
        let part = part.trim();
        let (operator, value) = match part.strip_prefix("!=") {
            Some(value) => ("!=", value),
            None => ("==", part.trim_start_matches('=')),
        };
        let (variable, value) = ("sys_platform".to_owned(), value.trim().to_owned());
        Marker::Compare { variable, operator: operator.to_owned(), value }
    };
    let one_of = |mut all: Vec<Marker>, join: fn(Vec<Marker>) -> Marker| match all.pop() {
        Some(only) if all.is_empty() => only,
        last => join(all.into_iter().chain(last).collect()),
    };
    let all_of = |part: &str| one_of(part.split(',').map(single).collect(), Marker::And);
    one_of(text.split('|').filter(|part| !part.trim().is_empty()).map(all_of).collect(), Marker::Or)
}

/// A constraint on the interpreter as a marker; nothing where every version will do.
fn python_marker(constraint: &constraint::Constraint) -> Result<Option<Marker>, ()> {
    let mut alternatives = Vec::new();
    let bare;
    let texts = if constraint.exact.is_some() {
        bare = [constraint::python(constraint)];
        bare.as_slice()
    } else {
        constraint.alternatives.as_slice()
    };
    for text in texts {
        let mut all = Vec::new();
        for clause in text.split(',').filter(|clause| !clause.is_empty()) {
            let length = clause.find(|c: char| !"<>=!~".contains(c)).unwrap_or(clause.len());
            let (operator, value) = clause.split_at_checked(length).ok_or(())?;
            // `python_version` knows major and minor alone.
            let stem = value.trim_end_matches(".*");
            let parts = stem.split('.').count();
            let variable = if parts <= 2 { "python_version" } else { "python_full_version" };
            // `3` alone would be 3.0.
            let value = if parts == 2 { stem } else { value };
            all.push(Marker::Compare {
                variable: variable.to_owned(),
                operator: operator.to_owned(),
                value: value.to_owned(),
            });
        }
        match all.len() {
            0 => return Ok(None),
            1 => alternatives.extend(all),
            _ => alternatives.push(Marker::And(all)),
        }
    }
    Ok(match alternatives.len() {
        0 | 1 => alternatives.pop(),
        _ => Some(Marker::Or(alternatives)),
    })
}
