//! `[project]` (PEP 621, 639, 794, 808), and which top-level tables there may be.

use super::{PLAIN, Reader, meant, metadata, value_of};
use crate::diagnostic::Problem;
use crate::manifest::toml::{Entry, Form, Item, Table, Text, Value as TomlValue};
use crate::manifest::{Group, IncludeKind, Value, Versions, requirement};
use crate::name::Name;
use crate::source::Extent;

/// The tables that the specification of pyproject.toml gives.
const TOP: &[&str] = &["project", "build-system", "dependency-groups", "tool"];

/// The keys of `[project]`.
pub(super) const KEYS: &[&str] = &[
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "dynamic",
    "import-names",
    "import-namespaces",
];

/// Keys that are neither lists nor tables of entries: a backend cannot add to what is written (PEP 808). To an
/// expression of licences it can, by the drafts of that PEP.
const SINGLE: &[&str] = &["version", "description", "requires-python", "readme"];

/// Tools that read `[tool.…]` of their name, and that people also give a table at the top.
const TOOLS: &[&str] = &[
    "black",
    "ruff",
    "isort",
    "mypy",
    "pytest",
    "coverage",
    "poetry",
    "flit",
    "hatch",
    "pdm",
    "uv",
    "setuptools",
    "setuptools_scm",
    "pylint",
    "flake8",
    "bandit",
    "pyright",
    "basedpyright",
    "tox",
    "towncrier",
    "commitizen",
    "cibuildwheel",
    "pixi",
    "maturin",
    "codespell",
    "vulture",
    "interrogate",
    "pydocstyle",
    "pyeco-lint",
];

/// Reads `[project]`. In a `broken` document nothing follows from what is absent.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>, broken: bool) {
    top_level(reader, root);
    let Some(item) = root.get("project") else { return };
    let Some(table) = reader.expect_table("project", item, true) else { return };
    let header = table.at;
    reader.project(header);
    unknown_keys(reader, table);
    if let Some(name) = reader.expect_text("project", table, "name") {
        reader.project(header).name = Some(value_of(name));
    }
    if let Some(version) = reader.expect_text("project", table, "version") {
        reader.project(header).version = Some(value_of(version));
    }
    if let Some(python) = reader.expect_text("project", table, "requires-python") {
        requires_python(reader, "project.requires-python", python);
        reader.project(header).requires_python = Some(value_of(python));
    }
    let classifiers = reader.expect_strings("project", table, "classifiers");
    reader.project(header).classifiers = classifiers;
    let dynamic = reader.expect_strings("project", table, "dynamic");
    check_dynamic(reader, table, &dynamic, root, broken);
    reader.project(header).dynamic = dynamic;
    requirements(reader, table);
    entry_points(reader, header, table);
    files(reader, table);
    metadata::read(reader, table);
}

fn top_level(reader: &mut Reader<'_>, root: &Table<'_>) {
    for entry in root.iter().filter(|entry| !TOP.contains(&entry.key.as_ref())) {
        let key = entry.key.as_ref();
        if let Some(place) = misplaced(entry) {
            let problem = Problem::new("misplaced-key", entry.key_at, format!("nothing reads `{key}` at the top"));
            reader.out.problems.push(problem.help(place));
            continue;
        }
        let problem = Problem::new("unknown-key", entry.key_at, format!("pyproject.toml has no table `{key}`"))
            .note("other tables than `project`, `build-system`, `dependency-groups` and `tool` are reserved");
        let table = entry.item.as_table().is_some();
        let problem = match meant(key, TOP).filter(|_| table) {
            Some(meant) => {
                let problem = problem.help(format!("did you mean `{meant}`?"));
                if root.get(meant).is_none() { problem.replace(meant) } else { problem }
            }
            None if !table && KEYS.contains(&key) => problem.help("keys of the project belong under `[project]`"),
            None if !table => problem.help("a key must stand below the header of its table"),
            None if TOOLS.contains(&key) => {
                problem.help(format!("`{key}` reads `[tool.{key}]`, and nothing reads this"))
            }
            None => problem.help(format!("settings of a tool belong under `[tool.{key}]`")).variant("reserved-table"),
        };
        reader.out.problems.push(problem);
    }
    // Tables of the standards that somebody took for those of a tool.
    for entry in root.table("tool").into_iter().flatten() {
        let key = entry.key.as_ref();
        // A table of that name with keys of its own may be one that a program of the project reads.
        let is_it = |table: &Table<'_>| match key {
            "project" => table.iter().any(|entry| KEYS.contains(&entry.key.as_ref())),
            "build-system" => table.get("requires").or_else(|| table.get("build-backend")).is_some(),
            _ => key == "dependency-groups",
        };
        if entry.item.as_table().is_some_and(is_it) {
            let problem = Problem::new("misplaced-key", entry.key_at, format!("nothing reads `[tool.{key}]`"));
            reader.out.problems.push(problem.help(format!("the table is `[{key}]`, without `tool`")));
        }
    }
}

/// Where a table at the top belongs that has the name of a table of `[project]`, which no tool has.
fn misplaced(entry: &Entry<'_>) -> Option<String> {
    let key = entry.key.as_ref();
    let is_tables = |item: &Item<'_>| {
        item.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(|item| item.as_table().is_some()))
    };
    match key {
        "dependencies" if entry.item.as_table().is_some() => {
            Some("requirements are strings in the array `dependencies`, below `[project]`".to_owned())
        }
        "dev-dependencies" | "dev_dependencies" if entry.item.as_table().is_some() => {
            Some("requirements of developers are arrays in `[dependency-groups]`".to_owned())
        }
        "optional-dependencies" | "scripts" | "gui-scripts" | "entry-points" | "urls" | "readme" | "license"
            if entry.item.as_table().is_some() =>
        {
            Some(format!("the table is `[project.{key}]`"))
        }
        "authors" | "maintainers" if is_tables(&entry.item) => Some(format!("the tables are `[[project.{key}]]`")),
        _ => None,
    }
}

fn unknown_keys(reader: &mut Reader<'_>, table: &Table<'_>) {
    for entry in table.iter().filter(|entry| !KEYS.contains(&entry.key.as_ref())) {
        let key = entry.key.as_ref();
        let problem = match key {
            "dependency-groups" | "dev-dependencies" | "dev_dependencies" | "group" | "build-system" => {
                let place = match key {
                    "build-system" => "`[build-system]`, a table of its own",
                    _ => "`[dependency-groups]`, a table of its own (PEP 735)",
                };
                Problem::new("misplaced-key", entry.key_at, format!("`{key}` does not belong in `[project]`"))
                    .help(format!("write it in {place}"))
            }
            "package-mode" => {
                Problem::new("misplaced-key", entry.key_at, format!("`{key}` does not belong in `[project]`"))
                    .help("it is a key of `[tool.poetry]`")
            }
            "homepage" | "repository" | "documentation" | "changelog" | "home-page" | "url" | "issues" | "source" => {
                Problem::new("misplaced-key", entry.key_at, format!("`{key}` does not belong in `[project]`"))
                    .help("links of a project are entries of `[project.urls]`")
            }
            _ => {
                let problem = Problem::new("unknown-key", entry.key_at, format!("`[project]` has no key `{key}`"));
                let static_meant = match key {
                    "python" | "python-requires" | "python_requires" => Some("requires-python"),
                    "install_requires" | "install-requires" | "requires" => Some("dependencies"),
                    "extras_require" | "extras-require" | "extras" => Some("optional-dependencies"),
                    "entry_points" => Some("entry-points"),
                    "licence" => Some("license"),
                    "author" => Some("authors"),
                    "maintainer" => Some("maintainers"),
                    "classifier" => Some("classifiers"),
                    _ => None,
                };
                match static_meant.or_else(|| meant(key, KEYS)) {
                    // The name alone may not be all that is wrong.
                    Some(meant) if static_meant.is_some() => problem.help(format!("did you mean `{meant}`?")),
                    Some(meant) => {
                        let problem = problem.help(format!("did you mean `{meant}`?"));
                        if table.get(meant).is_none() { problem.replace(meant) } else { problem }
                    }
                    None => problem.help("settings of a tool belong under `[tool.…]`"),
                }
            }
        };
        reader.out.problems.push(problem);
    }
}

/// What is wrong with the specifiers of the Python versions.
pub(super) fn requires_python(reader: &mut Reader<'_>, owner: &str, text: &Text<'_>) {
    const NAME: &str = "x ";
    if Versions::parse(&text.text).is_some() {
        return;
    }
    // As the specifier of a distribution, for the sake of what is known of slips in these.
    let (_, faults) = requirement::read(&format!("{NAME}{}", text.text), Group::Runtime);
    let fault = faults.into_iter().find(|fault| fault.at.is_some_and(|at| at.range().start >= NAME.len()));
    let mut problem = match fault {
        Some(mut fault) if text.exact => {
            let back = |at: Extent| {
                let range = at.range();
                Extent::new(range.start.saturating_sub(NAME.len()), range.end.saturating_sub(NAME.len()))
            };
            fault.at = fault.at.map(back);
            fault.labels.clear();
            fault.shift(text.at.range().start)
        }
        Some(mut fault) => {
            fault.at = Some(text.at);
            fault.labels.clear();
            fault.replace = None;
            fault
        }
        None => Problem::new("", text.at, format!("`{}` is no set of version specifiers", text.text)),
    };
    problem.rule = "invalid-requires-python";
    problem.notes.push(format!("`{owner}` takes version specifiers, as `>=3.9`"));
    reader.out.problems.push(problem);
}

/// Keys that are both written and dynamic, and a version that is neither.
fn check_dynamic(reader: &mut Reader<'_>, table: &Table<'_>, dynamic: &[Value], root: &Table<'_>, broken: bool) {
    for value in dynamic {
        let key = value.text.as_str();
        if key == "name" {
            let problem = Problem::new("dynamic-conflict", value.at, "`name` cannot be dynamic");
            reader.out.problems.push(problem.note("it is the one key that must be written in `[project]` (PEP 621)"));
        } else if let Some(entry) = table.entry(key).filter(|_| SINGLE.contains(&key)) {
            let message = format!("`{key}` is written in `[project]` and dynamic at once");
            reader.out.problems.push(
                Problem::new("dynamic-conflict", value.at, message)
                    .related(entry.key_at, "written here")
                    .help("keep one of the two"),
            );
        } else if !KEYS.contains(&key) {
            let problem = Problem::new("unknown-key", value.at, format!("`[project]` has no key `{key}`"));
            reader.out.problems.push(match meant(key, KEYS) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")).replace(meant),
                None => problem,
            });
        }
    }
    let packaged = root
        .table("tool")
        .and_then(|tool| tool.table("poetry"))
        .and_then(|poetry| poetry.boolean("package-mode"))
        .is_none_or(|(packaged, _)| packaged);
    let nameless = table.get("name").is_none() && !dynamic.iter().any(|value| value.text == "name");
    let neither = table.get("version").is_none() && !dynamic.iter().any(|value| value.text == "version");
    // A key that was meant to be the version, or a list that could not be read, says more than its absence.
    let unclear = broken || table.get("dynamic").is_some_and(|item| item.as_array().is_none());
    if !packaged || unclear || table.form != Form::Header {
        return;
    }
    let built = root.get("build-system").is_some();
    if nameless {
        let message = if neither { "the project has neither name nor version" } else { "the project has no name" };
        let problem = Problem::new("missing-key", table.at, message)
            .note("`name` must be written in `[project]`: build tools refuse the table without it (PEP 621)")
            .help("write `name = \"…\"`, or move what a tool needs to the table of that tool");
        reader.out.problems.push(if built { problem } else { problem.variant("never-built") });
    } else if neither {
        let problem = Problem::new("dynamic-conflict", table.at, "the project has no version")
            .help("write `version = \"0.1.0\"`, or `dynamic = [\"version\"]` where the build backend finds it")
            .note("`version` must be written or listed in `dynamic` (PEP 621)");
        reader.out.problems.push(if built { problem } else { problem.variant("never-built") });
    }
}

fn requirements(reader: &mut Reader<'_>, table: &Table<'_>) {
    if let Some(item) = table.get("dependencies") {
        reader.requirements("project.dependencies", item, &Group::Runtime, PLAIN);
    }
    let Some(item) = table.get("optional-dependencies") else { return };
    let Some(extras) = reader.expect_table("project.optional-dependencies", item, true) else { return };
    for entry in extras {
        if metadata::stray_key(reader, "project.optional-dependencies", entry) {
            continue;
        }
        metadata::name_of_group(reader, "extra", entry);
        extra(reader, "project.optional-dependencies", entry);
    }
}

/// An extra with its array of requirements.
pub(super) fn extra(reader: &mut Reader<'_>, owner: &str, entry: &Entry<'_>) {
    let group = Group::Extra(Name::new(&entry.key));
    let list = entry.item.as_array().map(|_| entry.item.at);
    reader.group(group.clone(), &entry.key, entry.key_at, list);
    reader.requirements(&format!("{owner}.{}", entry.key), &entry.item, &group, PLAIN);
}

fn entry_points(reader: &mut Reader<'_>, header: Extent, table: &Table<'_>) {
    for (key, group) in [("scripts", "console_scripts"), ("gui-scripts", "gui_scripts")] {
        let Some(item) = table.get(key) else { continue };
        let owner = format!("project.{key}");
        if let Some(scripts) = reader.expect_table(&owner, item, false) {
            for entry in scripts {
                if !metadata::stray_key(reader, &owner, entry) {
                    reader.expect_text(&owner, scripts, &entry.key);
                }
            }
            reader.entry_points(header, group, scripts);
        }
    }
    let Some(item) = table.get("entry-points") else { return };
    let Some(groups) = reader.expect_table("project.entry-points", item, false) else { return };
    for entry in groups {
        let owner = format!("project.entry-points.{}", entry.key);
        if metadata::entry_point_group(reader, entry) {
            continue;
        }
        if let Some(points) = reader.expect_table(&owner, &entry.item, false) {
            for point in points {
                reader.expect_text(&owner, points, &point.key);
            }
            reader.entry_points(header, &entry.key, points);
        }
    }
}

/// The readme and the licence files that are named.
fn files(reader: &mut Reader<'_>, table: &Table<'_>) {
    match table.get("readme").map(|item| &item.value) {
        Some(TomlValue::String(text)) => reader.include(IncludeKind::Readme, text, Group::Runtime),
        Some(TomlValue::Table(readme)) => {
            if let Some(text) = readme.text("file") {
                reader.include(IncludeKind::Readme, text, Group::Runtime);
            }
        }
        Some(_) => {
            if let Some(item) = table.get("readme") {
                reader.wrong_type("project.readme", item, "the path of a file or a table");
            }
        }
        None => {}
    }
    licence(reader, table);
    let listed = match table.get("license-files") {
        // The first draft of PEP 639, which some backends still read.
        Some(item) if item.as_table().is_some() => item.as_table().and_then(|table| table.get("paths")),
        item => item,
    };
    if let Some(item) = listed.filter(|item| item.as_array().is_none()) {
        reader.wrong_type("project.license-files", item, "an array of strings");
    }
    for item in listed.and_then(Item::as_array).unwrap_or_default() {
        if let Some(text) = item.as_text() {
            licence_file(reader, text);
        } else {
            let message = format!("an item of `project.license-files` is {}, not a string", item.kind());
            reader.out.problems.push(Problem::new("misplaced-key", item.at, message));
        }
    }
}

/// An expression, or a table of a text or a file.
fn licence(reader: &mut Reader<'_>, table: &Table<'_>) {
    const OWNER: &str = "project.license";
    match table.get("license").map(|item| (item, &item.value)) {
        None | Some((_, TomlValue::String(_))) => {}
        Some((_, TomlValue::Table(licence))) => {
            reader.expect_text(OWNER, licence, "text");
            if let Some(text) = reader.expect_text(OWNER, licence, "file") {
                reader.include(IncludeKind::Licence, text, Group::Runtime);
            }
        }
        Some((item, _)) => reader.wrong_type(OWNER, item, "an SPDX expression in a string"),
    }
}

/// A licence file, unless it is a pattern.
pub(super) fn licence_file(reader: &mut Reader<'_>, text: &Text<'_>) {
    // A path that leaves the project is wrong, whatever is there.
    if !text.text.contains(['*', '?', '[', ']']) && !text.text.split('/').any(|part| part == "..") {
        reader.include(IncludeKind::Licence, text, Group::Runtime);
    }
}
