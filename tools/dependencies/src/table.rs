//! From the texts of locks and metadata to the rows of the table.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use pyeco_lint::installed::{self, Need, Texts};
use pyeco_lint::lock::{self, Lock, Manager, Package};
use pyeco_lint::manifest::{Group, Versions, marker, version};
use pyeco_lint::name::Name;
use pyeco_lint::path;

/// What is known so far: of each distribution the newest version, and what it always needs.
#[derive(Debug, Default)]
pub(crate) struct Table(BTreeMap<Name, Row>);

#[derive(Debug)]
struct Row {
    version: String,
    needs: BTreeSet<Name>,
}

/// Whether the file at `path` is of a kind that is read.
pub(crate) fn is_read(path: &str) -> bool {
    lock_format(path).is_some() || path::name(path) == "METADATA"
}

/// A lock whose edges have their conditions with them: those of PEP 751 do not.
fn lock_format(path: &str) -> Option<&'static lock::Format> {
    lock::format_of(path).filter(|format| matches!(format.manager, Manager::Uv | Manager::Poetry | Manager::Pdm))
}

impl Table {
    /// Adds what the text of the file at `path` says.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        if let Some(format) = lock_format(path) {
            let lock = (format.read)(text, path::name(path));
            if !lock.partial && keeps_conditions(&lock) {
                let packages = lock.packages.iter().filter(|p| p.is_from_index() && p.extras.is_empty());
                packages.for_each(|package| self.add_package(lock.manager, package));
            }
        } else if let Some(found) = installed::read(Texts { metadata: text, ..Texts::default() }) {
            self.put(found.name, &found.version, &found.needs);
        }
    }

    fn add_package(&mut self, manager: Manager, package: &Package) {
        let Some(version) = &package.version else { return };
        let needs = package.needs.iter().filter(|edge| edge.group == Group::Runtime).filter_map(|edge| {
            let marker = match &edge.marker {
                // What is not understood is no certainty.
                Some(text) => Some(marker::parse(text).0?),
                None => None,
            };
            Some(Need { name: edge.name.clone(), extras: edge.extras.clone(), marker })
        });
        let needs: Vec<Need> = needs.collect();
        // uv adds the conditions under which its project needs the distribution at all: then nothing is known.
        let is_conditional = manager == Manager::Uv && !needs.is_empty() && always(&needs).is_empty();
        if !is_conditional {
            self.put(package.name.clone(), &version.text, &needs);
        }
    }

    /// Adds what one file says. Of one version all files have the same metadata, and some add conditions of their own:
    /// what any of them calls unconditional is so.
    fn put(&mut self, name: Name, version: &str, needs: &[Need]) {
        let needs: BTreeSet<Name> = always(needs).into_iter().filter(|need| *need != name).collect();
        match self.0.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(Row { version: version.to_owned(), needs });
            }
            Entry::Occupied(mut entry) => {
                let row = entry.get_mut();
                if row.version == version {
                    row.needs.extend(needs);
                } else if is_newer(version, &row.version) {
                    *row = Row { version: version.to_owned(), needs };
                }
            }
        }
    }

    /// The rows of those that are `wanted` and need something, in the order of names.
    pub(crate) fn rows(&self, wanted: &BTreeMap<Name, String>) -> String {
        let mut text = String::new();
        for (name, row) in self.0.iter().filter(|(_, row)| !row.needs.is_empty()) {
            if wanted.get(name).is_some_and(|newest| newest.is_empty() || major(newest) == major(&row.version)) {
                let needs: Vec<&str> = row.needs.iter().map(Name::as_str).collect();
                let _ = writeln!(text, "{name}\t{}\t{}", row.version, needs.join(" "));
            }
        }
        text
    }
}

/// The names of a list, each with its newest version, which is empty where it is not known.
pub(crate) fn wanted(text: &str) -> BTreeMap<Name, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let split = lines.map(|line| line.split_once('\t').unwrap_or((line, "")));
    split.map(|(name, newest)| (Name::new(name.trim()), newest.trim().to_owned())).collect()
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

/// What is needed on all the usual machines.
fn always(needs: &[Need]) -> BTreeSet<Name> {
    installed::always(needs, &installed::usual_pythons(), None).into_keys().cloned().collect()
}

/// Whether people install `version` rather than `other`: pre-releases only where there is nothing else.
fn is_newer(version: &str, other: &str) -> bool {
    let is_release = |version: &str| version::is_prerelease(version) == Some(false);
    match (is_release(version), is_release(other)) {
        (true, false) => true,
        (false, true) => false,
        _ => version::is_below(other, version) == Some(true),
    }
}

/// Whether the conditions of a lock's edges are those of the metadata. uv leaves out what holds for all Pythons that the
/// project supports: of a project that supports fewer than the usual ones too much would look unconditional.
fn keeps_conditions(lock: &Lock) -> bool {
    let supported = lock.requires_python.as_ref().and_then(|written| Versions::parse_python(&written.text));
    lock.manager != Manager::Uv || supported.is_some_and(|supported| installed::usual_pythons().within(&supported))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(files: &[(&str, &str)]) -> String {
        let mut table = Table::default();
        for (path, text) in files {
            table.add(path, text);
        }
        table.rows(&wanted("a\t\nb\nC\t3.1\n"))
    }

    /// A lock of uv for Pythons, with the rows of packages as (name, version, requirements).
    fn uv(pythons: &str, packages: &[(&str, &str, &str)]) -> String {
        let mut text = format!("version = 1\nrequires-python = \"{pythons}\"\n");
        for (name, version, needs) in packages {
            let source = "{ registry = \"https://index.example/simple\" }";
            let _ = writeln!(text, "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = {source}");
            let _ = writeln!(text, "dependencies = [{needs}]");
        }
        text
    }

    #[test]
    fn the_newest_version_speaks_in_whatever_order() {
        let one = uv(">=3.10", &[("a", "2.0", "{ name = \"b\" }, { name = \"c\" }"), ("other", "1", "")]);
        let two = uv(">=3.12", &[("a", "2.0", "{ name = \"b\", marker = \"extra == 'group-x'\" }, { name = \"d\" }")]);
        let old = uv(
            ">=3.10",
            &[
                ("a", "1.10", "{ name = \"x\" }"),
                ("b", "1", "{ name = \"c\" }"),
                ("b", "2rc1", ""),
                ("c", "2", "{ name = \"d\" }"),
            ],
        );
        let files = [("one/uv.lock", one.as_str()), ("two/uv.lock", &two), ("old/uv.lock", &old)];
        assert_eq!(rows(&files), "a\t2.0\tb c d\nb\t1\tc\n");
        let turned: Vec<(&str, &str)> = files.into_iter().rev().collect();
        assert_eq!(rows(&turned), rows(&files));
    }

    #[test]
    fn what_does_not_always_count_is_left_out() {
        let fork = "{ name = \"b\", version = \"1\", marker = \"python_full_version < '3.13'\" }, \
                    { name = \"b\", version = \"2\", marker = \"python_full_version >= '3.13'\" }, \
                    { name = \"c\", marker = \"sys_platform == 'win32'\" }";
        assert_eq!(rows(&[("uv.lock", &uv(">=3.10", &[("a", "1", fork)]))]), "a\t1\tb\n");
        // uv repeats the condition under which `a` is needed at all.
        let within = "{ name = \"b\", marker = \"sys_platform != 'linux'\" }";
        let files =
            [("uv.lock", uv(">=3.10", &[("a", "2", within)])), ("1/uv.lock", uv(">=3.10", &[("a", "1", fork)]))];
        assert_eq!(rows(&files.each_ref().map(|(path, text)| (*path, text.as_str()))), "a\t1\tb\n");
        // Where fewer Pythons are supported, a condition may have been left out.
        assert_eq!(rows(&[("uv.lock", &uv(">=3.10,<3.12", &[("a", "1", "{ name = \"b\" }")]))]), "");
        let poetry = "[[package]]\nname = \"a\"\nversion = \"1\"\n[package.dependencies]\nb = \"*\"\n\
                      c = {version = \"*\", optional = true, markers = \"extra == \\\"x\\\"\"}\n\
                      d = {version = \"*\", markers = \"python_version < \\\"3.11\\\"\"}\n[metadata]\nlock-version = \"2.1\"\n";
        assert_eq!(rows(&[("poetry.lock", poetry)]), "a\t1\tb\n");
    }

    #[test]
    fn reads_metadata() {
        let metadata = "Name: A\nVersion: 1\nRequires-Dist: B\nRequires-Dist: c; extra == 'x'\nRequires-Dist: a[x]\n";
        assert_eq!(
            rows(&[("a-1.dist-info/METADATA", metadata), ("pylock.toml", "lock-version = \"1.0\"\n")]),
            "a\t1\tb\n"
        );
        assert!(is_read("x/uv.lock") && is_read("x/METADATA") && !is_read("pylock.toml") && !is_read("x/RECORD"));
    }
}
