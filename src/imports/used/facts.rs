//! What is known of distributions that are used without an import.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::name;

/// `data/used-without-import.tsv`, whose head names its form and source.
const ALONE: &str = include_str!("../../../data/used-without-import.tsv");

/// `data/loaded-by.tsv`, likewise.
const LOADED: &str = include_str!("../../../data/loaded-by.tsv");

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::read(ALONE, LOADED));

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

#[derive(Debug, Default)]
struct Facts {
    alone: Table<&'static str>,
    loaded: Table<Loader>,
}

/// Values by name, or by a glob that begins or ends with `*`.
#[derive(Debug)]
struct Table<T> {
    names: BTreeMap<&'static str, Vec<T>>,
    families: Vec<(&'static str, T)>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { names: BTreeMap::new(), families: Vec::new() }
    }
}

impl<T: Copy> Table<T> {
    fn add(&mut self, pattern: &'static str, value: T) {
        if pattern.contains('*') {
            self.families.push((pattern, value));
        } else {
            self.names.entry(pattern).or_default().push(value);
        }
    }

    /// What is said of `name`, what names it first.
    fn of(&self, name: &str) -> impl Iterator<Item = T> {
        let families = self.families.iter().filter(move |(pattern, _)| stands_for(pattern, name));
        self.names.get(name).into_iter().flatten().copied().chain(families.map(|(_, value)| *value))
    }
}

impl Facts {
    fn read(alone: &'static str, loaded: &'static str) -> Self {
        let mut facts = Self::default();
        for (how, names) in lines(alone).filter_map(|line| line.split_once('\t')) {
            names.split(' ').for_each(|name| facts.alone.add(name, how));
        }
        for line in lines(loaded) {
            let mut columns = line.splitn(4, '\t');
            let mut next = || columns.next().unwrap_or_default();
            let (libraries, basis, version, names) = (next(), next(), next(), next());
            let basis = match basis {
                "extras" => Basis::Extra(None),
                "needs" => Basis::Needs,
                _ => basis.strip_prefix("extra ").map_or(Basis::Known, |extra| Basis::Extra(Some(extra))),
            };
            for library in libraries.split(' ') {
                names.split(' ').for_each(|name| facts.loaded.add(name, Loader { library, basis, version }));
            }
        }
        facts
    }
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
    FACTS.alone.of(name).next()
}

/// The libraries that load the distribution (a normalised name), bring it with an extra, or require it.
pub(super) fn loaders(name: &str) -> impl Iterator<Item = Loader> {
    FACTS.loaded.of(name)
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
