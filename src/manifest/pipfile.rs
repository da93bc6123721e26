//! `Pipfile` of pipenv.
//!
//! Source: pipenv, "Pipfile & Pipfile.lock". Every table that pipenv does not use otherwise is a category of packages.

use super::toml::{self, Item, Table, Value as TomlValue};
use super::{
    Extra, Format, Group, GroupHeader, Marker, MarkerText, OptionLine, Origin, ProjectTable, ReadContext, Reading,
    Requirement, Value, Versions, marker, place,
};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "Pipfile", matches, read };

/// Tables that hold no packages.
const OTHERS: &[&str] = &["source", "requires", "scripts", "pipenv", "pipfile", "build-system", "project", "tool"];

/// The keys of a package that is a table, beside the variables of markers.
const KEYS: &[&str] = &[
    "version",
    "extras",
    "markers",
    "index",
    "editable",
    "git",
    "hg",
    "svn",
    "bzr",
    "ref",
    "subdirectory",
    "path",
    "file",
    "uri",
    "url",
    "hashes",
    "hash",
    "install_options",
    "no_binary",
    "skip_resolver",
];

fn matches(name: &str, _path: &str) -> bool {
    name == "Pipfile"
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let document = toml::parse(text);
    let mut reader = Reader { text, out: Reading::default() };
    reader.out.partial = document.partial;
    reader.out.problems = document.problems;
    for entry in &document.root {
        let key = entry.key.as_ref();
        if let Some(table) = entry.item.as_table() {
            reader.out.tables.push((key.to_owned(), table.at));
        }
        match (key, entry.item.as_table()) {
            ("source", _) => reader.sources(&entry.item),
            ("requires", Some(table)) => reader.python(table),
            ("scripts", Some(table)) => reader.scripts(table),
            ("packages", Some(table)) => reader.packages(table, &Group::Runtime),
            (_, Some(table)) if !OTHERS.contains(&key) => {
                let (name, written) = if key == "dev-packages" { ("dev", "dev-packages") } else { (key, key) };
                let group = Group::Dev(Name::new(name));
                let header =
                    GroupHeader { group: group.clone(), written: written.to_owned(), at: entry.key_at, list: None };
                reader.out.groups.push(header);
                reader.packages(table, &group);
            }
            _ => {}
        }
    }
    reader.out.requirements.sort_by_key(|requirement| requirement.at);
    reader.out.problems.sort_by_key(|problem| problem.at);
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    out: Reading,
}

impl Reader<'_> {
    fn packages(&mut self, table: &Table<'_>, group: &Group) {
        let removals = toml::pairs_to_remove(self.text, table);
        for (entry, remove) in table.iter().zip(removals) {
            let mut read = place::entry(self.text, &entry.key, entry.key_at, entry.item.at, group);
            read.item = remove;
            match &entry.item.value {
                TomlValue::String(text) => self.version(&mut read, text),
                TomlValue::Table(table) => self.details(&mut read, table),
                _ => {
                    self.out.partial = true;
                    let message = format!("`{}` is {}, not a version or a table", entry.key, entry.item.kind());
                    self.out.problems.push(Problem::new("misplaced-key", entry.item.at, message));
                    continue;
                }
            }
            self.out.requirements.push(read);
        }
    }

    /// The version of a package: specifiers, `*`, or one version.
    fn version(&mut self, read: &mut Requirement, text: &toml::Text<'_>) {
        let written = text.text.trim();
        let pep440 = match written {
            "*" => String::new(),
            _ if written.starts_with(|c: char| c.is_ascii_alphanumeric()) => format!("=={written}"),
            _ => written.to_owned(),
        };
        if written.starts_with(|c: char| c.is_ascii_alphabetic()) {
            if Versions::parse(&pep440).is_none() {
                self.out.problems.push(place::no_version(written, text.at));
            }
        } else if pep440 == *written {
            self.out.problems.extend(place::version_faults(&text.text, text.at, text.exact));
        }
        read.specifier = place::specifier(written, pep440, text.at);
        read.exact &= text.exact;
    }

    fn details(&mut self, read: &mut Requirement, table: &Table<'_>) {
        if let Some(text) = table.text("version") {
            self.version(read, text);
        }
        for entry in table.iter().filter(|entry| !is_key(&entry.key)) {
            self.out.problems.extend(place::misspelt_key(&entry.key, entry.key_at, "pipenv", KEYS));
        }
        let extras = table.array("extras").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_text);
        read.extras = extras.map(|text| Extra { name: Name::new(&text.text), at: text.at }).collect();
        read.editable = table.boolean("editable").is_some_and(|(editable, _)| editable);
        let text = |key: &str| table.text(key).map(|text| (text.text.to_string(), text.at));
        let repository = ["git", "hg", "svn", "bzr"].iter().find_map(|&system| Some((system, text(system)?)));
        if let Some((system, (url, at))) = repository {
            let reference = text("ref").map_or(String::new(), |(reference, _)| format!("@{reference}"));
            read.origin = Origin::Url(format!("{system}+{url}{reference}"), at);
        } else if let Some((path, at)) = text("file").or_else(|| text("path")) {
            read.origin = if path.contains("://") { Origin::Url(path, at) } else { Origin::Path(path, at) };
        } else if let Some((index, at)) = text("index").filter(|(index, _)| index != "pypi") {
            read.origin = Origin::Named(index, at);
        }
        self.markers(read, table);
    }

    fn markers(&mut self, read: &mut Requirement, table: &Table<'_>) {
        let mut written: Vec<String> = Vec::new();
        let mut place: Option<Extent> = None;
        let mut all: Vec<Option<Marker>> = Vec::new();
        for entry in table {
            let Some(text) = entry.item.as_text() else { continue };
            let said = match entry.key.as_ref() {
                "markers" => text.text.to_string(),
                variable if marker::ENVIRONMENT.contains(&variable) => format!("{variable} {}", text.text),
                _ => continue,
            };
            let (marker, problems) = marker::parse(&said);
            if entry.key == "markers" && text.exact {
                let by = text.at.range().start;
                self.out.problems.extend(problems.into_iter().map(|problem| problem.shift(by)));
            }
            all.push(marker);
            place = Some(place.map_or(text.at, |place| place.cover(text.at)));
            written.push(said);
        }
        let Some(at) = place else { return };
        let understood: Option<Vec<Marker>> = all.into_iter().collect();
        let marker = understood.and_then(|mut all| if all.len() > 1 { Some(Marker::And(all)) } else { all.pop() });
        read.marker = Some(MarkerText { written: written.join(" and "), at, marker });
    }

    fn sources(&mut self, item: &Item<'_>) {
        let mut tables: Vec<&Table<'_>> =
            item.as_array().unwrap_or_default().iter().filter_map(Item::as_table).collect();
        tables.extend(item.as_table());
        for (index, table) in tables.into_iter().enumerate() {
            self.out.tables.push(("source".to_owned(), table.at));
            let Some(url) = table.text("url") else { continue };
            // A further source serves the packages that name it, and no others.
            let name = if index == 0 { "--index-url" } else { "source" };
            let option =
                |name: &str, value: String, at: Extent| OptionLine { name: name.to_owned(), value, at, value_at: at };
            self.out.options.push(option(name, url.text.to_string(), url.at));
            if let Some((false, at)) = table.boolean("verify_ssl") {
                let host = url.text.split_once("://").map_or(url.text.as_ref(), |(_, rest)| rest);
                let host = host.split(['/', '?']).next().unwrap_or(host);
                let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                self.out.options.push(option("--trusted-host", host.to_owned(), at));
            }
        }
    }

    fn python(&mut self, table: &Table<'_>) {
        let full = table.text("python_full_version").map(|text| (text, format!("=={}", text.text)));
        let series = || table.text("python_version").map(|text| (text, format!("=={}.*", text.text)));
        let Some((text, pep440)) = full.or_else(series) else { return };
        let is_version = !text.text.is_empty() && text.text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if is_version && !text.text.ends_with('.') {
            let requires_python = Some(Value { text: pep440, at: text.at });
            self.out.project = Some(ProjectTable { header: table.at, requires_python, ..ProjectTable::default() });
        }
    }

    fn scripts(&mut self, table: &Table<'_>) {
        for entry in table {
            let text = entry.item.as_text().or_else(|| entry.item.as_table()?.text("cmd"));
            if let Some(text) = text.filter(|text| !text.text.trim().is_empty()) {
                self.out.commands.push((text.text.to_string(), text.at));
            }
        }
    }
}

/// Whether a table of a package may have the key.
fn is_key(key: &str) -> bool {
    KEYS.contains(&key) || marker::ENVIRONMENT.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str) -> Reading {
        read(text, ReadContext { path: "Pipfile" })
    }

    #[test]
    fn reads_packages() {
        for (line, expected) in [
            ("a = \"*\"", "a  Index"),
            ("A_b = \">=1,<2\"", "a-b >=1,<2 Index"),
            ("a = \"1.2\"", "a ==1.2 Index"),
            ("\"a.b\" = '~=1.0'", "a-b ~=1.0 Index"),
            ("a = {version = \"==1\", extras = [\"x\"]}", "a[x] ==1 Index"),
            ("a = {version = \"*\", sys_platform = \"== 'win32'\"}", "a  Index; sys_platform == 'win32'"),
            ("a = {version = \"*\", markers = \"os_name == 'nt'\", index = \"pypi\"}", "a  Index; os_name == 'nt'"),
            (
                "a = {git = \"https://x.example/a\", ref = \"v1\", editable = true}",
                "a  Url git+https://x.example/a@v1 -e",
            ),
            ("a = {path = \".\"}", "a  Path ."),
            ("a = {file = \"https://x.example/a.zip\"}", "a  Url https://x.example/a.zip"),
            ("a = {version = \"*\", index = \"inner\"}", "a  Named inner"),
        ] {
            let text = format!("[packages]\n{line}\n");
            let reading = reading(&text);
            let shown = |r: &Requirement| {
                let extras: Vec<String> = r.extras.iter().map(|e| format!("[{}]", e.name)).collect();
                let extras = extras.concat();
                let specifier = r.specifier.as_ref().map_or("", |s| s.pep440.as_str());
                let origin = match &r.origin {
                    Origin::Url(url, at) => format!("Url {url}{}", if at.is_empty() { "!" } else { "" }),
                    Origin::Path(path, _) => format!("Path {path}"),
                    Origin::Named(name, _) => format!("Named {name}"),
                    other => format!("{other:?}"),
                };
                let marker = r.marker.as_ref().map_or(String::new(), |m| {
                    assert!(m.marker.is_some());
                    format!("; {}", m.written)
                });
                let editable = if r.editable { " -e" } else { "" };
                assert_eq!((r.raw.as_str(), r.item.of(&text)), (line, format!("{line}\n").as_str()));
                format!("{}{extras} {specifier} {origin}{editable}{marker}", r.name())
            };
            assert_eq!(reading.requirements.iter().map(shown).collect::<Vec<_>>(), [expected], "{line}");
            assert_eq!(reading.problems, [], "{line}");
        }
    }

    #[test]
    fn reads_the_rest() {
        let text = "[[source]]\nname = \"pypi\"\nurl = \"https://index.example/simple\"\nverify_ssl = true\n[[source]]\n\
                    url = \"http://u@x.example:80/simple\"\nverify_ssl = false\nname = \"x\"\n[packages]\na = \"*\"\n\
                    [dev-packages]\nb = \"*\"\n[docs]\nc = \"*\"\n[packages.d]\nversion = \"==1\"\n[requires]\n\
                    python_version = \"3.9\"\n[scripts]\nt = \"pytest -q\"\nu = {cmd = \"ruff check\"}\n[pipenv]\nx = true\n";
        let reading = reading(text);
        let options: Vec<_> = reading.options.iter().map(|o| (o.name.as_str(), o.value.as_str())).collect();
        let first = ("--index-url", "https://index.example/simple");
        assert_eq!(options, [first, ("source", "http://u@x.example:80/simple"), ("--trusted-host", "x.example:80")]);
        let requirements: Vec<_> = reading.requirements.iter().map(|r| format!("{:?} {}", r.group, r.name())).collect();
        assert_eq!(requirements, ["Runtime a", "Dev(Name(\"dev\")) b", "Dev(Name(\"docs\")) c", "Runtime d"]);
        let python = reading.project.and_then(|p| p.requires_python).unwrap_or_else(|| panic!("no Python"));
        assert_eq!((python.text.as_str(), python.at.of(text)), ("==3.9.*", "3.9"));
        assert_eq!(reading.commands.iter().map(|(c, _)| c.as_str()).collect::<Vec<_>>(), ["pytest -q", "ruff check"]);
        assert!(!reading.partial);
    }

    #[test]
    fn finds_faults() {
        for (text, rule, at) in [
            ("[packages]\na = True\n", "invalid-syntax", "True"),
            ("[packages]\na = 1\n", "misplaced-key", "1"),
            ("[packages]\na = \">=1 <2\"\n", "invalid-requirement", " "),
            ("[packages]\na = \"==\"\n", "invalid-requirement", "=="),
            ("[packages]\na = \"^1\"\n", "invalid-requirement", "^1"),
            ("[packages]\na = \"latest\"\n", "invalid-requirement", "latest"),
            ("[packages]\na = {version = \">=1.0.*\"}\n", "invalid-requirement", ".*"),
            ("[packages]\na = {versoin = \"*\"}\n", "unknown-key", "versoin"),
            ("[packages]\na = {version = \"*\", markers = \"os_nam == 'nt'\"}\n", "invalid-marker", "os_nam"),
        ] {
            let reading = reading(text);
            let found: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(text)))).collect();
            assert_eq!(found, [(rule, at)], "{text}");
        }
    }
}
