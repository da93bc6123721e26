//! `pyproject.toml`: the standard tables (PEP 518, 621, 735) and those of the tools that declare requirements.
//!
//! Each table is read by a module of its own into the one [`Reader`].

use std::collections::BTreeMap;

use super::place::meant;
use super::toml::{self, Item, Table, Text, Value as TomlValue};
use super::{
    Format, Group, GroupHeader, Include, IncludeKind, OptionLine, Origin, ProjectTable, ReadContext, Reading,
    Requirement, Value, requirement,
};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::Extent;

mod flit;
mod groups;
mod hatch;
mod metadata;
mod pdm;
mod pixi;
mod poetry;
mod project;
mod script;
mod settings;
mod setuptools;
mod tasks;
mod tox;
mod uv;

/// The format.
pub const FORMAT: Format = Format { name: "pyproject", matches, read };

fn matches(name: &str, _path: &str) -> bool {
    name == "pyproject.toml"
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let document = toml::parse(text);
    let root = &document.root;
    let mut reader = Reader::new(text);
    reader.out.problems = document.problems;
    reader.out.partial = document.partial;
    settings::read(&mut reader, root);
    project::read(&mut reader, root, document.partial);
    groups::read(&mut reader, root, document.partial);
    if let Some(tool) = root.table("tool") {
        let mut tool_reader = |name: &str, read: fn(&mut Reader<'_>, &Table<'_>)| {
            if let Some(table) = tool.table(name) {
                read(&mut reader, table);
            }
        };
        tool_reader("flit", flit::read);
        tool_reader("pdm", pdm::read);
        tool_reader("hatch", |reader, hatch| hatch::read(reader, "tool.hatch", hatch));
        tool_reader("setuptools", setuptools::read);
        tool_reader("pixi", pixi::read);
        tool_reader("tox", |reader, tox| tox::read(reader, "tool.tox", tox));
        tasks::read(&mut reader, tool);
        poetry::read(&mut reader, root, tool);
        uv::read(&mut reader, tool);
    }
    reader.finish()
}

/// Every scalar of a TOML text by its dotted key, as [`Reading::settings`] has them.
pub fn settings_of(text: &str) -> Vec<super::Setting> {
    let document = toml::parse(text);
    let mut reader = Reader::new(text);
    settings::read_below(&mut reader, &document.root, "x");
    let strip = |setting: super::Setting| {
        let key = setting.key.strip_prefix("x.").unwrap_or(&setting.key).to_owned();
        super::Setting { key, ..setting }
    };
    reader.out.settings.into_iter().map(strip).collect()
}

/// Reads the tables of pixi where they are a document of their own.
pub(super) fn pixi_document(text: &str) -> Reading {
    document(text, |reader, root| {
        settings::read_below(reader, root, "tool.pixi");
        pixi::read(reader, root);
        if let Some(project) = &mut reader.out.project {
            project.is_package = false;
        }
    })
}

/// Reads the tables of hatch where they are a document of their own.
pub(super) fn hatch_document(text: &str) -> Reading {
    document(text, |reader, root| {
        settings::read_below(reader, root, "tool.hatch");
        hatch::read(reader, "", root);
    })
}

/// Reads the tables of tox where they are a document of their own.
pub(super) fn tox_document(text: &str) -> Reading {
    document(text, |reader, root| tox::read(reader, "", root))
}

/// Reads the metadata of a script, without the comment signs before its lines.
pub(super) fn script_document(text: &str) -> Reading {
    document(text, script::read)
}

fn document(text: &str, read: impl FnOnce(&mut Reader<'_>, &Table<'_>)) -> Reading {
    let document = toml::parse(text);
    let mut reader = Reader::new(text);
    reader.out.problems = document.problems;
    reader.out.partial = document.partial;
    read(&mut reader, &document.root);
    reader.finish()
}

/// `key` of the table `owner`, which is empty for the document itself.
fn dotted(owner: &str, key: &str) -> String {
    if owner.is_empty() { key.to_owned() } else { format!("{owner}.{key}") }
}

#[cfg(test)]
mod tests;

/// What the modules write into.
struct Reader<'t> {
    text: &'t str,
    out: Reading,
}

/// How the strings of an array of requirements are read.
#[derive(Clone, Copy)]
struct ListStyle {
    /// `-e` may stand before a requirement.
    editable: bool,
    /// Strings may hold fields in braces that a tool fills in: faults of those are none.
    templates: bool,
}

/// PEP 508 and nothing else.
const PLAIN: ListStyle = ListStyle { editable: false, templates: false };

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, out: Reading::default() }
    }

    /// Brings everything into the order of the text.
    fn finish(mut self) -> Reading {
        self.out.requirements.sort_by_key(|requirement| requirement.at);
        self.out.options.sort_by_key(|option| option.at);
        self.out.includes.sort_by_key(|include| include.at);
        self.out.groups.sort_by_key(|group| group.at);
        self.out.commands.sort_by_key(|command| command.1);
        self.out.problems.sort_by_key(|problem| problem.at);
        self.out
    }

    /// What is said of the project; `header` stands for it where nothing was said before.
    fn project(&mut self, header: Extent) -> &mut ProjectTable {
        self.out.project.get_or_insert_with(|| ProjectTable { header, is_package: true, ..ProjectTable::default() })
    }

    /// An array of requirement strings (PEP 508) named `owner`, which belong to `group`.
    fn requirements(&mut self, owner: &str, item: &Item<'_>, group: &Group, style: ListStyle) {
        let Some(items) = self.requirement_items(owner, item) else { return };
        for (item, remove) in items {
            self.requirement_item(owner, item, remove, group, style);
        }
    }

    /// The items of an array of requirements, each with what to delete; a fault where it is none.
    fn requirement_items<'a, 'd>(&mut self, owner: &str, item: &'a Item<'d>) -> Option<Vec<(&'a Item<'d>, Extent)>> {
        let Some(items) = item.as_array() else {
            self.no_list(owner, item);
            return None;
        };
        Some(items.iter().zip(toml::items_to_remove(self.text, item.at, items)).collect())
    }

    /// One item of an array of requirements.
    fn requirement_item(&mut self, owner: &str, item: &Item<'_>, remove: Extent, group: &Group, style: ListStyle) {
        let Some(text) = item.as_text() else {
            self.out.partial = true;
            let mut problem =
                Problem::new("invalid-requirement", item.at, format!("{} is no requirement", item.kind()))
                    .help(format!("items of `{owner}` are strings, as `\"requests>=2\"`"));
            if item.as_table().is_some_and(|table| table.get("include-group").is_some()) {
                problem = problem.note("`include-group` is for `[dependency-groups]` alone (PEP 735)");
            }
            self.out.problems.push(problem);
            return;
        };
        self.requirement(text, remove, group, style);
    }

    /// A requirement in a string. Gives its index in the reading.
    fn requirement(&mut self, text: &Text<'_>, remove: Extent, group: &Group, style: ListStyle) {
        let (skipped, rest) = if style.editable { past_editable(&text.text) } else { (0, text.text.as_ref()) };
        let bare = rest.split_once(" @ ").is_none() && (rest.contains("://") || rest.starts_with(['.', '/']));
        let (read, problems) = if skipped > 0 && bare {
            (Some(editable(rest, group)), Vec::new())
        } else {
            requirement::read(rest, group.clone())
        };
        let templated = style.templates && rest.contains('{');
        if read.is_none() {
            self.out.partial = true;
        }
        if let Some(mut read) = read {
            place(&mut read, text, skipped);
            read.item = remove;
            read.editable |= skipped > 0;
            self.out.requirements.push(read);
        }
        if !templated {
            self.out.problems.extend(problems.into_iter().map(|problem| place_problem(problem, text, skipped)));
        }
    }

    /// Says that `owner` is no array of requirements, and that what it says is lost.
    fn no_list(&mut self, owner: &str, item: &Item<'_>) {
        self.out.partial = true;
        let problem = Problem::new(
            "misplaced-key",
            item.at,
            format!("`{owner}` is {}, not an array of requirements", item.kind()),
        );
        let problem = match &item.value {
            TomlValue::String(text) if text.exact && !text.text.trim().is_empty() => {
                let literal = item.at.of(self.text);
                problem.help(format!("write `[{literal}]`")).replace(format!("[{literal}]"))
            }
            TomlValue::Table(_) => {
                problem.help("write each requirement as a string, as `\"requests>=2\"`, in an array")
            }
            _ => problem.help("write an array of strings, as `[\"requests>=2\"]`"),
        };
        self.out.problems.push(problem);
    }

    /// The table `item`, or a fault that says that `owner` must be one. `lost` says whether requirements are lost.
    fn expect_table<'a, 'd>(&mut self, owner: &str, item: &'a Item<'d>, lost: bool) -> Option<&'a Table<'d>> {
        let table = item.as_table();
        if table.is_none() {
            self.out.partial |= lost;
            self.wrong_type(owner, item, "a table");
        }
        table
    }

    /// Says that `owner` has a value of another type than `wanted`.
    fn wrong_type(&mut self, owner: &str, item: &Item<'_>, wanted: &str) {
        let message = format!("`{owner}` is {}, not {wanted}", item.kind());
        self.out.problems.push(Problem::new("misplaced-key", item.at, message));
    }

    /// The string of `key` in `table`, or a fault where it is something else.
    fn expect_text<'a, 'd>(&mut self, owner: &str, table: &'a Table<'d>, key: &str) -> Option<&'a Text<'d>> {
        let item = table.get(key)?;
        let text = item.as_text();
        if text.is_none() {
            self.wrong_type(&format!("{owner}.{key}"), item, "a string");
        }
        text
    }

    /// The strings of the array `key` in `table`; faults for what else there is.
    fn expect_strings(&mut self, owner: &str, table: &Table<'_>, key: &str) -> Vec<Value> {
        let Some(item) = table.get(key) else { return Vec::new() };
        let owner = format!("{owner}.{key}");
        let Some(items) = item.as_array() else {
            self.wrong_type(&owner, item, "an array of strings");
            return Vec::new();
        };
        let mut values = Vec::new();
        for item in items {
            if let Some(text) = item.as_text() {
                values.push(value_of(text));
            } else {
                let message = format!("an item of `{owner}` is {}, not a string", item.kind());
                self.out.problems.push(Problem::new("misplaced-key", item.at, message));
            }
        }
        values
    }

    /// A group or extra that is declared.
    fn group(&mut self, group: Group, written: &str, at: Extent, list: Option<Extent>) {
        self.out.groups.push(GroupHeader { group, written: written.to_owned(), at, list });
    }

    fn include(&mut self, kind: IncludeKind, text: &Text<'_>, group: Group) {
        self.out.includes.push(Include { kind, target: text.text.to_string(), at: text.at, group });
    }

    /// An index or what else an option of pip says.
    fn option(&mut self, name: &str, text: &Text<'_>, at: Extent) {
        self.out.options.push(OptionLine {
            name: name.to_owned(),
            value: text.text.to_string(),
            at,
            value_at: text.at,
        });
    }

    /// A command line.
    fn command(&mut self, text: &Text<'_>) {
        if !text.text.trim().is_empty() {
            self.out.commands.push((text.text.to_string(), text.at));
        }
    }

    /// A command line, or several in an array.
    fn commands(&mut self, item: &Item<'_>) {
        match &item.value {
            TomlValue::String(text) => self.command(text),
            TomlValue::Array(items) => items.iter().filter_map(Item::as_text).for_each(|text| self.command(text)),
            _ => {}
        }
    }

    /// Entry points: a table of names and objects, of the group `group`.
    fn entry_points(&mut self, header: Extent, group: &str, table: &Table<'_>) {
        for entry in table {
            let object = match &entry.item.value {
                TomlValue::String(text) => Some(text),
                // Poetry installs a script that is a file as it is.
                TomlValue::Table(table) if table.text("type").is_some_and(|kind| kind.text == "file") => None,
                TomlValue::Table(table) => table.text("reference").or_else(|| table.text("callable")),
                _ => None,
            };
            let Some(object) = object else { continue };
            let name = Value { text: entry.key.to_string(), at: entry.key_at };
            let object = value_of(object);
            self.project(header).entry_points.push((group.to_owned(), name, object));
        }
    }

    /// Says where the requirements on some names come from, and whether they are editable. Those that say so themselves
    /// keep what they say.
    fn originate(&mut self, origins: &BTreeMap<Name, (Origin, bool)>, groups: fn(&Group) -> bool) {
        if origins.is_empty() {
            return;
        }
        for requirement in &mut self.out.requirements {
            let said = requirement.name.as_ref().and_then(|name| origins.get(name));
            if let Some((origin, editable)) =
                said.filter(|_| requirement.origin == Origin::Index && groups(&requirement.group))
            {
                requirement.origin = origin.clone();
                requirement.editable |= editable;
            }
        }
    }
}

/// The URL of a repository with what its table says of a commit, a tag or a branch. A branch is written in full, so that
/// it cannot be taken for a tag, and git's short form `user@host:path` as the URL that it means.
fn repository(table: &Table<'_>, url: &str) -> String {
    let text = |key: &str| table.text(key).map(|text| text.text.as_ref());
    let revision = text("rev").or_else(|| text("tag")).map(|revision| format!("@{revision}"));
    let branch = || text("branch").map(|branch| format!("@refs/heads/{branch}"));
    let revision = revision.or_else(branch).unwrap_or_default();
    match url
        .split_once(':')
        .filter(|(host, path)| host.contains('@') && !host.contains('/') && !path.starts_with("//"))
    {
        Some((host, path)) => format!("git+ssh://{host}/{}{revision}", path.trim_start_matches('/')),
        None => format!("git+{url}{revision}"),
    }
}

/// Where a table that names a repository (`git`, and `rev`, `tag` or `branch`) says that a distribution comes from.
fn git(table: &Table<'_>) -> Option<Origin> {
    let url = table.text("git")?;
    Some(Origin::Url(repository(table, &url.text), url.at))
}

/// The string with its place.
fn value_of(text: &Text<'_>) -> Value {
    Value { text: text.text.to_string(), at: text.at }
}

/// The length of a leading `-e`, and what follows.
fn past_editable(text: &str) -> (usize, &str) {
    let rest = text.strip_prefix("-e").or_else(|| text.strip_prefix("--editable"));
    match rest {
        Some(rest) if rest.starts_with([' ', '=']) => {
            let rest = rest.trim_start_matches([' ', '=']);
            (text.len() - rest.len(), rest)
        }
        _ => (0, text),
    }
}

/// What stands after `-e` without a name: a URL, whose fragment may name it (`#egg=name`), or a folder.
fn editable(text: &str, group: &Group) -> Requirement {
    let whole = Extent::new(0, text.len());
    let egg = text.split_once("#egg=").map(|(url, egg)| (url.len() + "#egg=".len(), egg));
    let named = egg.and_then(|(start, egg)| {
        let length = egg.find(['&', '[', ' ', ';']).unwrap_or(egg.len());
        let name = egg.get(..length).filter(|name| requirement::is_name(name))?;
        Some((Name::new(name), Extent::new(start, start + length)))
    });
    let url = text.contains("://");
    let origin = if url { Origin::Url(text.to_owned(), whole) } else { Origin::Path(text.to_owned(), whole) };
    Requirement {
        name_at: named.as_ref().map_or(whole, |(_, at)| *at),
        name: named.map(|(name, _)| name),
        raw: text.to_owned(),
        at: whole,
        item: whole,
        extras: Vec::new(),
        specifier: None,
        marker: None,
        origin,
        editable: true,
        hashes: 0,
        group: group.clone(),
        exact: true,
    }
}

/// Moves a requirement, read from `text` without its first `skipped` bytes, to its place in the file. Where the
/// literal is not the text byte for byte, all parts are the literal.
fn place(requirement: &mut Requirement, text: &Text<'_>, skipped: usize) {
    let by = text.at.range().start + skipped;
    let exact = text.exact;
    let to = |at: &mut Extent| *at = if exact { at.shift(by) } else { text.at };
    to(&mut requirement.at);
    to(&mut requirement.item);
    to(&mut requirement.name_at);
    requirement.extras.iter_mut().for_each(|extra| to(&mut extra.at));
    requirement.specifier.iter_mut().for_each(|specifier| to(&mut specifier.at));
    requirement.marker.iter_mut().for_each(|marker| to(&mut marker.at));
    match &mut requirement.origin {
        Origin::Index | Origin::Conda => {}
        Origin::Url(_, at) | Origin::Path(_, at) | Origin::Named(_, at) => to(at),
    }
    requirement.exact &= exact;
}

/// Moves a fault likewise. What to write instead is known only where the places are.
fn place_problem(problem: Problem, text: &Text<'_>, skipped: usize) -> Problem {
    if text.exact {
        return problem.shift(text.at.range().start + skipped);
    }
    let mut problem = problem;
    problem.at = Some(text.at);
    problem.labels.clear();
    problem.replace = None;
    problem
}
