//! `[dependency-groups]` (PEP 735) and `[build-system]` (PEP 518).

use super::{PLAIN, Reader, meant, metadata};
use crate::diagnostic::Problem;
use crate::manifest::toml::{Item, Table};
use crate::manifest::{Group, IncludeKind};
use crate::name::Name;

/// The keys of `[build-system]`.
const BUILD_SYSTEM: &[&str] = &["requires", "build-backend", "backend-path"];

/// Reads both tables. In a `broken` document nothing follows from what is absent.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>, broken: bool) {
    if let Some(item) = root.get("dependency-groups")
        && let Some(table) = reader.expect_table("dependency-groups", item, true)
    {
        for entry in table {
            let group = Group::Dev(Name::new(&entry.key));
            let list = entry.item.as_array().map(|_| entry.item.at);
            reader.group(group.clone(), &entry.key, entry.key_at, list);
            metadata::name_of_group(reader, "dependency group", entry);
            dependency_group(reader, &format!("dependency-groups.{}", entry.key), &entry.item, &group);
        }
    }
    if let Some(item) = root.get("build-system")
        && let Some(table) = reader.expect_table("build-system", item, true)
    {
        build_system(reader, table, broken);
    }
}

/// One group: strings, and tables that include other groups.
fn dependency_group(reader: &mut Reader<'_>, owner: &str, item: &Item<'_>, group: &Group) {
    let Some(items) = reader.requirement_items(owner, item) else { return };
    for (item, remove) in items {
        match item.as_table() {
            Some(table) => include(reader, item, table, group),
            None => reader.requirement_item(owner, item, remove, group, PLAIN),
        }
    }
}

/// `{include-group = "name"}`.
fn include(reader: &mut Reader<'_>, item: &Item<'_>, table: &Table<'_>, group: &Group) {
    for entry in table.iter().filter(|entry| entry.key != "include-group") {
        reader.out.partial = true;
        let problem =
            Problem::new("unknown-key", entry.key_at, format!("`{}` is no key of a dependency group", entry.key))
                .note("an item of a group is a requirement string or `{include-group = \"name\"}` (PEP 735)");
        reader.out.problems.push(match meant(&entry.key, &["include-group"]) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")).replace(meant),
            None if entry.key == "include-groups" => {
                problem.help("did you mean `include-group`?").replace("include-group")
            }
            None => problem,
        });
    }
    match table.get("include-group").map(|item| (item, item.as_text())) {
        Some((_, Some(text))) => reader.include(IncludeKind::Group, text, group.clone()),
        Some((item, None)) => {
            reader.out.partial = true;
            reader.wrong_type("include-group", item, "the name of a group");
        }
        None if table.is_empty() => {
            let message = "an empty table is no item of a dependency group";
            reader.out.problems.push(Problem::new("invalid-requirement", item.at, message));
        }
        None => {}
    }
}

fn build_system(reader: &mut Reader<'_>, table: &Table<'_>, broken: bool) {
    if let Some(item) = table.get("requires") {
        reader.requirements("build-system.requires", item, &Group::Build, PLAIN);
    } else if !broken && !table.iter().any(|entry| meant(&entry.key, &["requires"]).is_some()) {
        let problem = Problem::new("missing-key", table.at, "`[build-system]` has no `requires`")
            .note("installers refuse the table without it (PEP 518)")
            .help("write what builds the project, as `requires = [\"hatchling\"]`");
        reader.out.problems.push(problem);
    }
    reader.expect_text("build-system", table, "build-backend");
    reader.expect_strings("build-system", table, "backend-path");
    for entry in table {
        if BUILD_SYSTEM.contains(&entry.key.as_ref()) {
            continue;
        }
        let message = format!("`[build-system]` has no key `{}`", entry.key);
        let problem = Problem::new("unknown-key", entry.key_at, message);
        reader.out.problems.push(match meant(&entry.key, BUILD_SYSTEM) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")).replace(meant),
            None => problem.note("PEP 518 and PEP 517 define `requires`, `build-backend` and `backend-path`"),
        });
    }
}
