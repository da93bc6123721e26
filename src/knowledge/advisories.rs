//! Advisories: which versions of which distributions are known to be vulnerable.
//!
//! A table that comes with the program (`data/advisories.tsv`, which `tools/advisories` makes), or one that is made of a
//! fresher dump when a run begins. Looking up a distribution reads its rows alone.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::table;
use crate::manifest::version;

pub mod compile;
pub mod dump;
pub mod evaluate;
pub mod osv;

pub use evaluate::Affected;

/// The table that comes with the program. Its first line names its day.
const EMBEDDED: &str = include_str!("../../data/advisories.tsv");

/// What stands before the day in the first line of a table.
pub const DATED: &str = "# Advisories of ";

/// Advisories about distributions.
#[derive(Debug, Clone)]
pub struct Advisories {
    date: Cow<'static, str>,
    rows: Cow<'static, str>,
}

/// One advisory about one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory<'a> {
    /// Its identifier in the database that it is from, and after it what else it is called.
    pub ids: Vec<&'a str>,
    /// The versions that it is about.
    pub affected: Affected,
    /// The last version that it lists, where nobody has said that it was mended.
    pub last_listed: Option<&'a str>,
}

impl Advisory<'_> {
    /// Whether it is known to be about a version: what was never mended may have been in a version that is later than all
    /// that it lists.
    pub fn is_about(&self, version: &str) -> bool {
        let is_later = |last: &str| version::is_below(last, version) == Some(true);
        self.affected.contains(version) && !self.last_listed.is_some_and(is_later)
    }
}

impl Advisories {
    /// Those that come with the program.
    pub fn embedded() -> Self {
        let head = EMBEDDED.lines().next().and_then(|line| line.strip_prefix(DATED));
        Self { date: head.and_then(|head| head.get(..10)).unwrap_or_default().into(), rows: EMBEDDED.into() }
    }

    /// The day of the newest one, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Those about the distribution called `name` (normalised), in the order of their identifiers.
    pub fn of(&self, name: &str) -> Vec<Advisory<'_>> {
        table::rows(&self.rows, name).filter_map(read).collect()
    }

    /// Whether a user gave them, and not the program.
    pub fn are_given(&self) -> bool {
        matches!(self.rows, Cow::Owned(_))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.lines().filter(|line| !line.starts_with('#')).count()
    }
}

impl From<compile::Compiled> for Advisories {
    fn from(compiled: compile::Compiled) -> Self {
        Self { date: compiled.date.into(), rows: compiled.rows.into() }
    }
}

/// An advisory of a row.
fn read(row: &str) -> Option<Advisory<'_>> {
    let mut fields = row.split('\t').skip(1);
    let (ids, affected) = (fields.next()?, fields.next()?);
    Some(Advisory { ids: ids.split(' ').collect(), affected: Affected::read(affected), last_listed: fields.next() })
}

/// Advisories in groups of those that are about the same vulnerability: that have an identifier in common, directly or
/// over others. Each group, and the groups by their first member, in the order given.
pub fn groups<'a, 'b>(advisories: impl IntoIterator<Item = &'b Advisory<'a>>) -> Vec<Vec<&'b Advisory<'a>>>
where
    'a: 'b,
{
    let all: Vec<&Advisory<'a>> = advisories.into_iter().collect();
    // The group of each, by the place of one of its members, and where an identifier was seen first.
    let mut leads: Vec<usize> = (0..all.len()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, advisory) in all.iter().enumerate() {
        for id in &advisory.ids {
            let seen = *first.entry(id).or_insert(at);
            let (one, other) = (lead(&leads, seen), lead(&leads, at));
            if let Some(slot) = leads.get_mut(one.max(other)) {
                *slot = one.min(other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<&Advisory<'a>>> = BTreeMap::new();
    for (at, advisory) in all.into_iter().enumerate() {
        groups.entry(lead(&leads, at)).or_default().push(advisory);
    }
    groups.into_values().collect()
}

/// The first member of the group that `at` belongs to.
fn lead(leads: &[usize], mut at: usize) -> usize {
    while let Some(next) = leads.get(at).copied().filter(|next| *next < at) {
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::name::Name;

    #[test]
    fn the_embedded_table_is_sound() {
        let all = Advisories::embedded();
        assert!(Date::parse(all.date()).is_some(), "{:?}", all.date());
        assert!(all.count() > 2500, "{}", all.count());
        assert!(EMBEDDED.len() <= 400_000, "{} bytes", EMBEDDED.len());
        let mut before = "";
        for row in EMBEDDED.lines().filter(|line| !line.starts_with('#')) {
            assert!(before < row, "{row}");
            before = row;
            let name = row.split('\t').next().unwrap_or_default();
            assert_eq!(Name::new(name).as_str(), name);
            let advisory = read(row).unwrap_or_else(|| panic!("{row}"));
            assert!(!advisory.affected.is_empty(), "{row}");
            assert_eq!(Some(advisory.affected.written().as_str()), row.split('\t').nth(2));
            assert!(all.of(name).contains(&advisory), "{row}");
        }
    }

    #[test]
    fn a_distribution_has_its_own() {
        let all = Advisories::embedded();
        let ids = |name: &str, version: &str| -> Vec<String> {
            let of = all.of(name);
            of.iter().filter(|a| a.affected.contains(version)).map(|a| a.ids.join(" ")).collect()
        };
        assert_eq!(ids("pyyaml", "5.3.1"), ["PYSEC-2021-142 CVE-2020-14343 GHSA-8q59-q68h-6hv4"]);
        assert_eq!(ids("pyyaml", "5.4"), [""; 0]);
        assert_eq!(ids("no-such-distribution", "1.0"), [""; 0]);
        let never_mended = all.of("pycrypto").into_iter().filter(|a| !a.affected.has_fix());
        for advisory in never_mended {
            assert!(advisory.is_about("2.6.1") && advisory.affected.contains("99") && !advisory.is_about("99"));
        }
    }

    #[test]
    fn aliases_are_one_vulnerability() {
        let advisory = |ids: &'static str| Advisory {
            ids: ids.split(' ').collect(),
            affected: Affected::nothing(),
            last_listed: None,
        };
        let all = ["P-1 C-1", "P-2 C-2", "G-1 C-1", "P-3", "G-2 C-1 C-2", "P-4 C-4"].map(advisory);
        let found: Vec<Vec<&str>> =
            groups(&all).iter().map(|group| group.iter().map(|advisory| advisory.ids[0]).collect()).collect();
        assert_eq!(found, [vec!["P-1", "P-2", "G-1", "G-2"], vec!["P-3"], vec!["P-4"]]);
    }
}
