//! `Pipfile.lock` of pipenv.
//!
//! Source: pipenv, "Pipfile & Pipfile.lock", and what pipenv writes.

use std::collections::BTreeMap;

use jsonc_parser::ast::{Object, StringLit, Value as Json};
use jsonc_parser::common::Ranged as _;

use super::{CONFLICT, Format, Lock, Manager, Package, RULE, Source};
use crate::diagnostic::Problem;
use crate::json;
use crate::manifest::Value;
use crate::name::Name;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "Pipfile.lock", manager: Manager::Pipenv, matches, read };

/// The newest version of the format that is known.
const NEWEST: u32 = 6;

fn matches(name: &str) -> bool {
    name == "Pipfile.lock"
}

fn read(text: &str, _name: &str) -> Lock {
    let refused = |problem| Lock::unread(Manager::Pipenv, problem);
    let root = match json::parse(text) {
        Ok(Some(Json::Object(root))) => root,
        Ok(_) => return refused(Problem::whole(RULE, "the lock is no JSON object").help("run `pipenv lock`")),
        Err(fault) => return refused(broken(text, &fault)),
    };
    let mut lock = Lock::empty(Manager::Pipenv);
    repeated_keys(text, &root, &mut lock);
    if let Some(meta) = root.get_object("_meta") {
        if let Some(number) = meta.get_number("pipfile-spec") {
            let at = Extent::new(number.range.start, number.range.end);
            lock.version = Some(Value { text: number.value.to_owned(), at });
            if number.value.parse::<u32>().is_ok_and(|version| version > NEWEST) {
                lock.refuse_version(number.value, at, &format!("up to {NEWEST}"));
                return lock;
            }
        }
        let requires = meta.get_object("requires");
        let python =
            requires.and_then(|r| r.get_string("python_version").or_else(|| r.get_string("python_full_version")));
        lock.requires_python = python.map(|python| value(text, python));
    } else {
        lock.lacks("_meta", "pipenv cannot tell whether such a lock fits its Pipfile");
    }
    for section in root.properties.iter().filter(|section| section.name.as_str() != "_meta") {
        let Some(packages) = section.value.as_object() else { continue };
        let group = Name::new(section.name.as_str());
        for property in &packages.properties {
            let Some(table) = property.value.as_object() else {
                lock.partial = true;
                continue;
            };
            let at = inside(text, property.name.range().start, property.name.range().end);
            lock.packages
                .push(Package { groups: vec![group.clone()], ..package(text, property.name.as_str(), at, table) });
        }
    }
    lock.sorted()
}

/// Says which keys stand twice in an object: of the file, of a section or of a package. Python takes the last.
fn repeated_keys(text: &str, root: &Object<'_>, lock: &mut Lock) {
    let sections = root.properties.iter().filter_map(|property| property.value.as_object());
    let packages = sections.clone().flat_map(|s| &s.properties).filter_map(|property| property.value.as_object());
    for object in std::iter::once(root).chain(sections).chain(packages) {
        let mut seen: BTreeMap<&str, Extent> = BTreeMap::new();
        for property in &object.properties {
            let range = property.name.range();
            let at = inside(text, range.start, range.end);
            let Some(first) = seen.insert(property.name.as_str(), at) else { continue };
            let message = format!("`{}` stands twice in one object", property.name.as_str());
            let problem = Problem::new(RULE, at, message).related(first, "the other one");
            lock.problems
                .push(problem.note("pipenv reads the last one alone").help("`pipenv lock` writes the file anew"));
        }
    }
}

fn package(text: &str, name: &str, at: Extent, table: &Object<'_>) -> Package {
    let mut package = Package::new(name, at);
    package.version = table.get_string("version").map(|version| {
        let value = value(text, version);
        match value.text.strip_prefix("==") {
            Some(bare) => {
                let written = value.at.of(text).starts_with("==");
                let at = Extent { start: value.at.start + if written { 2 } else { 0 }, ..value.at };
                Value { text: bare.to_owned(), at }
            }
            None => value,
        }
    });
    package.markers.extend(table.get_string("markers").map(|markers| markers.value.to_string()));
    package.source = source(table);
    package
}

fn source(table: &Object<'_>) -> Source {
    let text = |key: &str| table.get_string(key).map(|text| text.value.to_string());
    if let Some(url) = ["git", "hg", "svn", "bzr"].into_iter().find_map(text) {
        return Source::Vcs(url);
    }
    if let Some(path) = text("path") {
        let editable = table.get_boolean("editable").is_some_and(|editable| editable.value);
        return Source::Folder { path, editable };
    }
    match text("file") {
        Some(file) if file.contains("://") => Source::Url(file),
        Some(file) => Source::File(file),
        None => Source::Index(text("index")),
    }
}

fn value(text: &str, literal: &StringLit<'_>) -> Value {
    Value { text: literal.value.to_string(), at: inside(text, literal.range.start, literal.range.end) }
}

/// The bytes between the quotes.
fn inside(text: &str, start: usize, end: usize) -> Extent {
    let at = Extent::new(start, end);
    if at.of(text).starts_with('"') && at.len() >= 2 { Extent::new(start + 1, end - 1) } else { at }
}

/// Why a text is no JSON. What a merge left behind says it all.
fn broken(text: &str, fault: &json::Fault) -> Problem {
    let mut offset = 0;
    let mut conflicts = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with(CONFLICT) {
            conflicts.push(Extent::new(offset, offset + line.trim_end().len()));
        }
        offset += line.len();
    }
    match conflicts.first() {
        Some(first) => super::conflict(Manager::Pipenv, *first, conflicts.len()),
        None => Problem::new(RULE, fault.at, format!("the lock is no JSON: {}", fault.reason))
            .help("`pipenv lock` writes the file anew"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections() {
        let text = r#"{"_meta": {"hash": {"sha256": "x"}, "pipfile-spec": 6, "requires": {"python_version": "3.11"}},
            "default": {"Six": {"hashes": ["y"], "index": "pypi", "markers": "python_version >= '3'", "version": "==1.17.0"},
                        "own": {"editable": true, "path": "."}},
            "develop": {"pytest": {"git": "https://x.example/pytest", "ref": "1"}}}"#;
        let lock = read(text, "Pipfile.lock");
        let [six, own, pytest] = lock.packages.as_slice() else { panic!("{lock:?}") };
        let version = six.version.as_ref().map(|v| (v.text.as_str(), v.at.of(text)));
        assert_eq!((six.name.as_str(), six.name_at.of(text), version), ("six", "Six", Some(("1.17.0", "1.17.0"))));
        assert_eq!(six.source, Source::Index(Some("pypi".to_owned())));
        assert_eq!(six.markers, ["python_version >= '3'"]);
        assert_eq!(own.source, Source::Folder { path: ".".to_owned(), editable: true });
        assert_eq!(pytest.groups, [Name::new("develop")]);
        assert_eq!(lock.requires_python.map(|v| v.text).as_deref(), Some("3.11"));
        assert_eq!(lock.problems, []);
    }

    #[test]
    fn tells_what_is_broken() {
        for (text, message, at) in [
            (
                "{\n<<<<<<< HEAD\n\"a\": 1\n=======\n>>>>>>> x\n}",
                "an unresolved merge conflict in the lock",
                "<<<<<<< HEAD",
            ),
            ("{\"_meta\": {\"pipfile-spec\": 7}}", "`7` is no known version of the format", "7"),
            ("[]", "the lock is no JSON object", ""),
            ("", "the lock is no JSON object", ""),
        ] {
            let lock = read(text, "Pipfile.lock");
            let [problem] = lock.problems.as_slice() else { panic!("{lock:?}") };
            assert_eq!((problem.message.as_str(), problem.at.map_or("", |at| at.of(text))), (message, at));
        }
        assert_eq!(read("{\"default\": {,}}", "Pipfile.lock").problems.len(), 1);
    }
}
