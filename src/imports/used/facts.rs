//! What is known of distributions that are used without an import.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use memchr::memmem;

use crate::knowledge::table::Families;
use crate::name;

/// `data/used-without-import.tsv`, whose head names its form and source.
const ALONE: &str = include_str!("../../../data/used-without-import.tsv");

/// `data/loaded-by.tsv`, likewise.
const LOADED: &str = include_str!("../../../data/loaded-by.tsv");

static OF_ALONE: LazyLock<Families<&'static str>> = LazyLock::new(|| read_alone(ALONE));

static OF_LOADED: LazyLock<Families<Loader>> = LazyLock::new(|| read_loaded(LOADED));

/// How it is known that a library has to do with a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// It loads it where it is there.
    Known,
    /// An extra of it brings it: the one of this normalised name, or one that was not noted.
    Extra(Option<&'static str>),
    /// It requires it.
    Needs,
}

/// A library that has to do with a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loader {
    /// Its normalised name.
    pub(super) library: &'static str,
    /// How that is known.
    pub(super) basis: Basis,
    /// The version whose metadata says so, where that is the source.
    pub(super) version: &'static str,
}

fn read_alone(table: &'static str) -> Families<&'static str> {
    let rows = lines(table).filter_map(|line| line.split_once('\t'));
    Families::of_rows(rows.flat_map(|(how, names)| names.split(' ').map(move |name| (name, how))))
}

/// A line of `data/loaded-by.tsv`.
#[derive(Debug, Clone, Copy)]
struct Line {
    libraries: &'static str,
    basis: Basis,
    version: &'static str,
    names: &'static str,
}

impl Line {
    fn of(line: &'static str) -> Self {
        let mut columns = line.splitn(4, '\t');
        let mut next = || columns.next().unwrap_or_default();
        let (libraries, basis, version, names) = (next(), next(), next(), next());
        let basis = match basis {
            "extras" => Basis::Extra(None),
            "needs" => Basis::Needs,
            _ => basis.strip_prefix("extra ").map_or(Basis::Known, |extra| Basis::Extra(Some(extra))),
        };
        Self { libraries, basis, version, names }
    }

    /// A row for each library, and in it for each name that `wanted` takes.
    fn rows(self, wanted: impl Fn(&str) -> bool + Copy) -> impl Iterator<Item = (&'static str, Loader)> {
        let Self { libraries, basis, version, names } = self;
        libraries.split(' ').flat_map(move |library| {
            let names = names.split(' ').filter(move |name| wanted(name));
            names.map(move |name| (name, Loader { library, basis, version }))
        })
    }
}

fn read_loaded(table: &'static str) -> Families<Loader> {
    Families::of_rows(lines(table).flat_map(|line| Line::of(line).rows(|_| true)))
}

/// The same answer as [`Families::of`] gives, without a table.
fn search_loaded(table: &'static str, name: &str) -> Vec<Loader> {
    let line = |at: usize| {
        let start = table.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = table.get(start..)?.lines().next()?;
        (!line.starts_with('#')).then(|| (start, Line::of(line)))
    };
    let rows = |places: &mut dyn Iterator<Item = usize>, wanted: &dyn Fn(&str) -> bool| -> Vec<Loader> {
        let mut last = None;
        let mut found = Vec::new();
        let places = places.filter(|at| word_at(table, *at).is_some_and(wanted));
        for (start, line) in places.filter_map(line) {
            if last.replace(start) != Some(start) {
                found.extend(line.rows(wanted).map(|(_, loader)| loader));
            }
        }
        found
    };
    let mut named = memmem::find_iter(table.as_bytes(), name);
    let mut families = memchr::memchr_iter(b'*', table.as_bytes());
    let mut found = rows(&mut named, &|one| one == name);
    found.extend(rows(&mut families, &|pattern| pattern.contains('*') && stands_for(pattern, name)));
    found
}

/// The word of the table around a place in it.
fn word_at(table: &str, at: usize) -> Option<&str> {
    const ENDS: [char; 3] = [' ', '\t', '\n'];
    let (before, after) = table.split_at_checked(at)?;
    let start = before.rfind(ENDS).map_or(0, |end| end + 1);
    table.get(start..after.find(ENDS).map_or(table.len(), |length| at + length))
}

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether `name` is of the family of `pattern`.
fn stands_for(pattern: &str, name: &str) -> bool {
    pattern.strip_prefix('*').map_or_else(|| name::matches(pattern, name), |suffix| name.ends_with(suffix))
}

/// What the distribution (a normalised name) is whatever stands beside it: "a plug-in of pytest".
pub(super) fn alone(name: &str) -> Option<&'static str> {
    OF_ALONE.of(name).next()
}

/// So many questions are answered by a search of the text: who asks more often gets a table, which takes as long to make as
/// some hundred searches.
const SEARCHES: usize = 100;

/// The libraries that load the distribution (a normalised name), bring it with an extra, or require it.
pub(super) fn loaders(name: &str) -> impl Iterator<Item = Loader> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let few = !name.is_empty() && ASKED.fetch_add(1, Ordering::Relaxed) < SEARCHES;
    let found = if few { search_loaded(LOADED, name) } else { OF_LOADED.of(name).collect() };
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn tables_are_in_their_form() {
        let patterns = |names: &'static str| {
            for name in names.split(' ') {
                let plain = name.strip_suffix('*').or_else(|| name.strip_prefix('*')).unwrap_or(name);
                assert!(!plain.is_empty() && !plain.contains('*'), "{name}");
                assert_eq!(Name::new(plain).as_str(), plain, "{name} is not normalised");
            }
        };
        for line in lines(ALONE) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            assert_eq!(columns.len(), 2, "{line}");
            patterns(columns[1]);
        }
        for line in lines(LOADED) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            assert_eq!(columns.len(), 4, "{line}");
            assert!(!columns[0].contains('*'), "{line}");
            let extra = columns[1].strip_prefix("extra ");
            assert!(extra.is_some() || ["known", "extras", "needs"].contains(&columns[1]), "{line}");
            extra.inspect(|extra| patterns(extra));
            assert_eq!(columns[2].is_empty(), columns[1] == "known", "{line}");
            patterns(columns[0]);
            patterns(columns[3]);
        }
    }

    #[test]
    fn a_search_gives_what_the_table_gives() {
        let names = lines(LOADED).flat_map(|line| line.rsplit('\t').next().unwrap_or_default().split(' '));
        let plain = |name: &'static str| name.replace('*', "x");
        let names: std::collections::BTreeSet<String> = names.map(plain).step_by(7).collect();
        for name in names.iter().map(String::as_str).chain(["requests", "flask", "nothing-of-the-sort"]) {
            assert_eq!(search_loaded(LOADED, name), OF_LOADED.of(name).collect::<Vec<_>>(), "{name}");
        }
    }

    #[test]
    fn families_and_names() {
        assert_eq!(alone("pytest-cov"), Some("a plug-in of pytest"));
        assert_eq!(alone("pandas-stubs"), Some("stubs for a type checker"));
        assert_eq!(alone("requests"), None);
        let has = |name: &str, library: &str, basis: Basis| {
            loaders(name).any(|loader| loader.library == library && loader.basis == basis)
        };
        assert!(has("pygments", "httpx", Basis::Extra(Some("cli"))));
        assert!(has("psycopg-binary", "sqlalchemy", Basis::Known));
        assert!(has("werkzeug", "flask", Basis::Needs));
        assert!(!loaders("flask").any(|loader| loader.library == "click"));
    }
}
