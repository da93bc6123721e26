//! `name-clash`: groups or extras whose names are the same to those who install them.
//!
//! Sources: PEP 685 for extras, PEP 735 for dependency groups; Poetry normalises the names of its extras and groups too.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::manifest::{Group, GroupHeader, Manifest, Requirement};
use crate::name::Name;
use crate::rule::Context;

/// The name of the variant for two spellings with one list.
const ALIAS: &str = "alias";

/// The name of the variant for groups of Poetry.
const POETRY_GROUPS: &str = "poetry-groups";

/// The name of the variant for an extra and a group of one name.
const EXTRA_AND_GROUP: &str = "extra-and-group";

/// One finding for each name after the first that clashes with it.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let own = context.project.name();
    context.project.manifests.iter().flat_map(|manifest| of_manifest(manifest, own.as_ref())).collect()
}

fn of_manifest(manifest: &Manifest, own: Option<&Name>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeMap<(Table, &Name), &GroupHeader> = BTreeMap::new();
    for header in &manifest.reading.groups {
        let (name, noun) = match &header.group {
            Group::Extra(name) => (name, "extra"),
            Group::Dev(name) => (name, "group"),
            _ => continue,
        };
        let Some(table) = table_of(manifest, header).filter(|table| table.noun() == noun) else { continue };
        let Some(first) = seen.get(&(table, name)) else {
            seen.insert((table, name), header);
            continue;
        };
        if first.written != header.written {
            let message = format!("the {noun}s `{}` and `{}` have one name", first.written, header.written);
            findings.push(
                Finding::new(manifest.file.locate(Some(header.at)), message)
                    .related(manifest.file.span(first.at), "the other one")
                    .note(format!("both are `{name}` after normalisation"))
                    .help("join the two, or rename one")
                    .variant(match table {
                        Table::PoetryGroups => Some(POETRY_GROUPS),
                        _ => says_the_same(manifest, first, header, own).then_some(ALIAS),
                    })
                    .key(name.as_str()),
            );
        }
    }
    for ((_, name), group) in seen.iter().filter(|((table, _), _)| *table == Table::Groups) {
        // A group that asks for the extra says that the two are one on purpose.
        let extra = seen.get(&(Table::Extras, *name)).filter(|_| !asks_for(manifest, name, own));
        let Some(extra) = extra else { continue };
        findings.push(
            Finding::new(
                manifest.file.locate(Some(group.at)),
                format!("the group `{}` has the name of an extra", group.written),
            )
            .related(manifest.file.span(extra.at), "the extra")
            .note("PEP 735 advises against it: tools that take both by one option could not tell which is meant")
            .help(format!("keep the group alone where nobody installs `{name}` with the package; else rename one"))
            .variant(Some(EXTRA_AND_GROUP))
            .key(format!("{name} extra")),
        );
    }
    findings.sort_by_key(|finding| finding.at);
    findings
}

/// Whether it does not matter which of two clashing extras or groups is installed: one asks for the other, or their
/// files say that their lists are the same.
fn says_the_same(manifest: &Manifest, first: &GroupHeader, second: &GroupHeader, own: Option<&Name>) -> bool {
    let listed = |header: &GroupHeader| -> Option<Vec<&Requirement>> {
        let list = header.list?;
        Some(manifest.reading.requirements.iter().filter(|r| list.contains(r.at)).collect())
    };
    let (Some(first), Some(second)) = (listed(first), listed(second)) else { return false };
    let is_own = |r: &&Requirement| own.is_some() && r.name.as_ref() == own;
    let raw = |list: &[&Requirement]| list.iter().map(|r| r.raw.clone()).collect::<Vec<_>>();
    // An empty list is none that somebody keeps alive.
    let said = !first.is_empty() && !second.is_empty();
    said && (raw(&first) == raw(&second) || [first, second].iter().any(|list| list.iter().all(is_own)))
}

/// A table in which names must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Extras,
    Groups,
    PoetryExtras,
    PoetryGroups,
}

impl Table {
    /// What a name in it is the name of.
    fn noun(self) -> &'static str {
        match self {
            Self::Extras | Self::PoetryExtras => "extra",
            Self::Groups | Self::PoetryGroups => "group",
        }
    }
}

/// Which of these tables a header stands in. The tables of other tools have rules of their own.
fn table_of(manifest: &Manifest, header: &GroupHeader) -> Option<Table> {
    match manifest.format {
        "setup.cfg" | "setup.py" => return Some(Table::Extras),
        "pyproject" => {}
        _ => return None,
    }
    let tables = &manifest.reading.tables;
    let holder = tables.partition_point(|(_, table)| table.start <= header.at.start).checked_sub(1)?;
    match tables.get(holder)?.0.as_str() {
        "project.optional-dependencies" => Some(Table::Extras),
        "dependency-groups" => Some(Table::Groups),
        "tool.poetry.extras" => Some(Table::PoetryExtras),
        name if name == "tool.poetry.group" || name.starts_with("tool.poetry.group.") => Some(Table::PoetryGroups),
        _ => None,
    }
}

/// Whether the group `name` requires the project's own extra of that name.
fn asks_for(manifest: &Manifest, name: &Name, own: Option<&Name>) -> bool {
    manifest.reading.requirements.iter().any(|requirement| {
        requirement.group == Group::Dev(name.clone())
            && requirement.name.as_ref() == own
            && requirement.extras.iter().any(|extra| extra.name == *name)
    })
}
