//! The table of pairings: what is wrong with it, and the formulas by which versions go together.
//!
//! `build.rs` checks the table with this file as well, so it depends on the model and on `pep440_rs` alone.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use super::model::{Basis, Pairings, Relation};

/// Which version of one distribution goes with a version of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// The same.
    Same,
    /// One whose release begins with these numbers.
    Begins(Vec<Part>),
}

/// A number of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Always this.
    Number(u64),
    /// The number at a place (from 0) of the other's release, and so much more.
    Of(usize, u64),
}

/// What a formula gives for one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// This version.
    Version(Version),
    /// A release that begins so.
    Release(Vec<u64>),
}

impl Formula {
    /// Reads `{version}`, or parts joined by dots: numbers, and `{major}`, `{minor}`, `{patch}` with an addend where that is
    /// needed (`0.{minor+21}`). Nothing where the text is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "{version}" {
            return Some(Self::Same);
        }
        text.split('.').map(part).collect::<Option<Vec<Part>>>().map(Self::Begins)
    }

    /// What goes with the version `leader`; nothing where the text is none.
    pub fn of(&self, leader: &str) -> Option<Expected> {
        let leader = Version::from_str(leader).ok()?;
        let number = |part: &Part| match part {
            Part::Number(number) => *number,
            Part::Of(place, plus) => number(&leader, *place).saturating_add(*plus),
        };
        Some(match self {
            Self::Begins(parts) => Expected::Release(parts.iter().map(number).collect()),
            Self::Same => Expected::Version(leader.without_local()),
        })
    }
}

fn part(text: &str) -> Option<Part> {
    let Some(inner) = text.strip_prefix('{') else { return text.parse().ok().map(Part::Number) };
    let inner = inner.strip_suffix('}')?;
    let (name, plus) = inner.split_once('+').unwrap_or((inner, "0"));
    let place = ["major", "minor", "patch"].iter().position(|known| *known == name)?;
    Some(Part::Of(place, plus.parse().ok()?))
}

/// The number at a place of a release; 0 beyond its end.
fn number(version: &Version, place: usize) -> u64 {
    version.release().get(place).copied().unwrap_or(0)
}

impl Expected {
    /// Whether the version `follower` is as expected; nothing where the text is none, and where its first number is another:
    /// then it is numbered in a way of its own.
    pub fn fits(&self, follower: &str, relation: Relation) -> Option<bool> {
        let follower = Version::from_str(follower).ok()?;
        let length = match self {
            Self::Version(version) => version.release().len().max(follower.release().len()),
            Self::Release(numbers) => numbers.len(),
        };
        let expected: Vec<u64> = match self {
            Self::Version(version) => (0..length).map(|place| number(version, place)).collect(),
            Self::Release(numbers) => numbers.clone(),
        };
        let found: Vec<u64> = (0..length).map(|place| number(&follower, place)).collect();
        if expected.first() != found.first() {
            return None;
        }
        Some(match (self, relation) {
            (_, Relation::AtMost) => found <= expected,
            (Self::Version(version), Relation::Begins) => *version == follower.without_local(),
            (Self::Release(_), Relation::Begins) => found == expected,
        })
    }
}

/// As messages show it: `0.65`.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::Release(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
                f.write_str(&numbers.join("."))
            }
        }
    }
}

/// What is wrong with a table.
pub fn mistakes(table: &Pairings) -> Vec<String> {
    let mut check = Check::default();
    for row in &table.incompatible {
        let of = format!("{} and {}", row.one, row.other.join(", "));
        check.names(&of, std::iter::once(&row.one).chain(&row.other));
        check.specifiers(&of, &row.one_versions);
        check.specifiers(&of, &row.other_versions);
        check.says(&of, &[&row.reason, &row.help]);
        check.basis(&of, &row.basis);
        if row.other.is_empty() || row.one_versions.is_empty() && row.other_versions.is_empty() {
            check.wrong(&of, "bounds one side at least");
        }
        // What is open upwards on both sides, or on none, changes with a release.
        let is_open = |versions: &str| versions.is_empty();
        if (is_open(&row.one_versions) || is_open(&row.other_versions)) && row.basis.expires.is_empty() {
            check.wrong(&of, "all versions of one side: say when that expires");
        }
    }
    for row in &table.lockstep {
        let of = format!("{} with {}", row.of, row.with.join(", "));
        check.names(&of, std::iter::once(&row.of).chain(&row.with));
        check.specifiers(&of, &row.of_versions);
        check.says(&of, &[&row.reason]);
        check.basis(&of, &row.basis);
        if Formula::parse(&row.formula).is_none() {
            check.wrong(&of, "has no formula that is understood");
        }
    }
    for row in &table.collide {
        let of = row.distributions.join(", ");
        check.names(&of, &row.distributions);
        check.says(&of, &[&row.reason, &row.module]);
        check.basis(&of, &row.basis);
        if row.distributions.len() < 2 {
            check.wrong(&of, "names two distributions at least");
        }
    }
    for row in &table.companion {
        let of = row.of.join(", ");
        check.names(&of, row.of.iter().chain(&row.one_of));
        check.says(&of, &[&row.reason, &row.what]);
        check.basis(&of, &row.basis);
        if row.calls.is_empty() && row.commands.is_empty() {
            check.wrong(&of, "says by which calls or commands it is seen");
        }
    }
    for row in &table.mock {
        check.names(&row.module, [&row.distribution, &row.through]);
        check.says(&row.module, &[&row.reason]);
        check.basis(&row.module, &row.basis);
    }
    check.mistakes
}

#[derive(Default)]
struct Check {
    mistakes: Vec<String>,
}

impl Check {
    fn wrong(&mut self, of: &str, what: &str) {
        self.mistakes.push(format!("`{of}`: {what}"));
    }

    fn names<'a>(&mut self, of: &str, names: impl IntoIterator<Item = &'a String>) {
        for name in names {
            let plain = name.strip_suffix('*').unwrap_or(name);
            let is_normal = plain.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if plain.is_empty() || !is_normal {
                self.wrong(of, &format!("`{name}` is not a normalised distribution name"));
            }
        }
    }

    fn specifiers(&mut self, of: &str, versions: &str) {
        if VersionSpecifiers::from_str(versions).is_err() {
            self.wrong(of, &format!("`{versions}` are no version specifiers (PEP 440)"));
        }
    }

    fn says(&mut self, of: &str, texts: &[&String]) {
        if texts.iter().any(|text| text.is_empty() || text.ends_with('.')) {
            self.wrong(of, "has texts, and they end without a full stop");
        }
    }

    fn basis(&mut self, of: &str, basis: &Basis) {
        if !basis.source.starts_with("https://") {
            self.wrong(of, "a source is a link (https)");
        }
        if !is_day(&basis.checked) || !(basis.expires.is_empty() || is_day(&basis.expires)) {
            self.wrong(of, "dates are of the form 2027-03-01");
        }
        if !basis.expires.is_empty() && basis.expires <= basis.checked {
            self.wrong(of, "expires after it was checked");
        }
    }
}

/// Whether a text has the form `YYYY-MM-DD`.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(formula: &str, leader: &str, follower: &str, relation: Relation) -> Option<bool> {
        Formula::parse(formula).expect(formula).of(leader).expect(leader).fits(follower, relation)
    }

    #[test]
    fn formulas() {
        use Relation::{AtMost, Begins};
        for (formula, leader, follower, relation, expected) in [
            ("{version}", "1.45.2", "1.45.2", Begins, Some(true)),
            ("{version}", "0.66b2", "0.66b1", Begins, Some(false)),
            ("{version}", "1.45.2", "1.45", Begins, Some(false)),
            ("0.{minor+21}", "1.44.0", "0.65b0", Begins, Some(true)),
            ("0.{minor+21}", "1.44.0", "0.64b1", Begins, Some(false)),
            ("0.{minor+21}", "1.44.0", "2.0b0", Begins, None),
            ("0.{minor+16}.{patch}", "1.13.27", "0.29.27", Begins, Some(true)),
            ("0.{minor+16}.{patch}", "1.13.27", "0.29.26", Begins, Some(false)),
            ("2.{major+7}", "12.3.0", "2.19.5", Begins, Some(true)),
            ("2.{major+7}", "12.3.0", "2.20.1", Begins, Some(false)),
            ("{major}.{minor}", "1.34.51", "1.34.9", Begins, Some(true)),
            ("{version}", "1.65.0", "1.64.3", AtMost, Some(true)),
            ("{version}", "1.65.0", "1.65.1", AtMost, Some(false)),
            ("{version}", "2.100.0", "2.100.0a0", AtMost, Some(true)),
            ("{version}", "2.99.0", "2.100.0a0", AtMost, Some(false)),
        ] {
            assert_eq!(fits(formula, leader, follower, relation), expected, "{formula} {leader} {follower}");
        }
    }

    #[test]
    fn what_is_no_formula() {
        for text in ["", "{", "{minor", "{minor+}", "{micro}", "1.x", "{version}.1", "{minor-1}"] {
            assert_eq!(Formula::parse(text), None, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_table() {
        let table: Pairings = toml::from_str(
            "[[incompatible]]\none = 'Docker'\nother = ['requests']\nfailure = 'run'\nreason = 'x.'\nhelp = ''\n\
             [incompatible.basis]\nsource = 'http://x'\nchecked = '2026-11'\n\
             [[lockstep]]\nof = 'a'\nwith = ['b']\nformula = '{x}'\nreason = 'y'\n\
             [lockstep.basis]\nsource = 'https://x'\nchecked = '2026-11-22'\nexpires = '2026-11-01'\n",
        )
        .expect("a table");
        let found = mistakes(&table);
        for what in [
            "`Docker` is not a normalised",
            "bounds one side",
            "say when that expires",
            "a full stop",
            "a link",
            "dates are",
            "no formula",
            "expires after",
        ] {
            assert!(found.iter().any(|mistake| mistake.contains(what)), "{what}: {found:?}");
        }
    }
}
