//! `vulnerable-version` and `vulnerable-range`: what advisories say of the versions that a project installs.
//!
//! A finding is about one vulnerability, so that it can be ignored by any of its names. What ignores leave of the findings
//! at one place is joined to one: [`join`], [`list`].

use crate::diagnostic::Finding;
use crate::knowledge::advisories::{Advisory, groups};
use crate::manifest::Versions;
use crate::manifest::version::{self, Interval};

pub mod pin;
mod place;
pub mod range;

/// The rules that ask the advisories.
pub const RULES: &[&str] = &["vulnerable-range", "vulnerable-version"];

/// The variant where no version was known to mend it: nothing can be done but to use something else.
const WITHOUT_FIX: &str = "without-fix";

/// Of how many vulnerabilities a finding gives the link.
const LINKED: usize = 3;

/// What separates vulnerabilities in the key of a finding, and the names of one.
const BETWEEN: (&str, &str) = (",", " ");

/// One vulnerability of a distribution: all advisories about it.
struct Vulnerability<'a> {
    /// Its names, that of the record first.
    ids: Vec<&'a str>,
    /// The versions that have it.
    affected: Versions,
    /// Whether it was ever mended.
    has_fix: bool,
}

/// The vulnerabilities of the advisories, each once.
fn vulnerabilities<'a, 'b>(advisories: impl IntoIterator<Item = &'b Advisory<'a>>) -> Vec<Vulnerability<'a>>
where
    'a: 'b,
{
    let one = |group: Vec<&Advisory<'a>>| {
        let mut ids: Vec<&str> = Vec::new();
        for id in group.iter().flat_map(|advisory| &advisory.ids) {
            if !ids.contains(id) {
                ids.push(id);
            }
        }
        let all = group.iter().fold(Versions::none(), |all, advisory| all.or(&advisory.affected.versions));
        Vulnerability { ids, affected: all, has_fix: group.iter().any(|advisory| advisory.affected.has_fix()) }
    };
    groups(advisories).into_iter().map(one).collect()
}

/// All versions of a distribution that are affected by what was ever mended.
fn mended(advisories: &[Advisory<'_>]) -> Versions {
    let with_fix = advisories.iter().filter(|advisory| advisory.affected.has_fix());
    with_fix.fold(Versions::none(), |all, advisory| all.or(&advisory.affected.versions))
}

/// Where affected versions end.
struct End {
    /// The version, as it is written.
    version: String,
    /// Whether it is still affected.
    included: bool,
}

impl End {
    /// The end of the versions `affected` around `version`.
    fn behind(affected: &Versions, version: &str) -> Option<Self> {
        Self::of(&affected.intervals().find(|interval| interval.versions().contains(version) == Some(true))?)
    }

    /// The end of the last of them that meet `allowed`.
    fn beyond(affected: &Versions, allowed: &Versions) -> Option<Self> {
        Self::of(&affected.intervals().filter(|interval| interval.versions().meets(allowed)).last()?)
    }

    fn of(interval: &Interval) -> Option<Self> {
        let (version, included) = interval.end()?;
        // Nobody is sent to a pre-release.
        let is_early = !included && version::is_prerelease(&version) == Some(true);
        let version = if is_early { version::release_of(&version)? } else { version };
        Some(Self { version, included })
    }

    /// The version to use, where it is known which that is.
    fn release(&self) -> Option<&str> {
        (!self.included).then_some(&self.version)
    }

    /// As a bound.
    fn bound(&self) -> String {
        format!("{}{}", if self.included { ">" } else { ">=" }, self.version)
    }
}

/// A finding about some of a distribution's vulnerabilities.
fn about(finding: Finding, name: &str, vulnerabilities: &[&Vulnerability<'_>]) -> Finding {
    let (between, within) = BETWEEN;
    let key: Vec<String> = vulnerabilities.iter().map(|one| one.ids.join(within)).collect();
    let ids = vulnerabilities.iter().flat_map(|one| one.ids.iter().copied());
    finding.package(name).key(key.join(between)).advisories(ids)
}

/// Adds another finding at the same place, about other vulnerabilities, to one.
pub fn join(finding: &mut Finding, other: Finding) {
    finding.key = format!("{}{}{}", finding.key, BETWEEN.0, other.key);
    finding.advisories.extend(other.advisories);
    for note in other.notes {
        if !finding.notes.contains(&note) {
            finding.notes.push(note);
        }
    }
}

/// Says which vulnerabilities a finding is about.
pub fn list(finding: &mut Finding) {
    let all: Vec<&str> = finding.key.split(BETWEEN.0).collect();
    let mut lines: Vec<String> = all.iter().take(LINKED).map(|ids| line(ids)).collect();
    match all.len().saturating_sub(LINKED) {
        0 => {}
        1 => lines.extend(all.get(LINKED).map(|ids| line(ids))),
        more => lines.push(format!("and {more} more")),
    }
    lines.append(&mut finding.notes);
    finding.notes = lines;
}

/// The name under which people know a vulnerability, and where to read of it.
fn line(ids: &str) -> String {
    let mut names = ids.split(BETWEEN.1);
    let first = names.clone().next().unwrap_or_default();
    let known = names.find(|id| id.starts_with("CVE-")).unwrap_or(first);
    format!("{known}: https://osv.dev/vulnerability/{first}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Location;

    fn finding(keys: &[&str]) -> Finding {
        let mut all = keys.iter().map(|key| {
            let ids = key.split(' ');
            Finding::new(Location::Project, "x").key(*key).advisories(ids).note("the same")
        });
        let mut first = all.next().expect("a key");
        all.for_each(|other| join(&mut first, other));
        list(&mut first);
        first
    }

    #[test]
    fn findings_at_one_place_are_one() {
        let joined = finding(&["PYSEC-1 CVE-1 GHSA-1", "PYSEC-2"]);
        assert_eq!(joined.key, "PYSEC-1 CVE-1 GHSA-1,PYSEC-2");
        assert_eq!(joined.advisories, ["PYSEC-1", "CVE-1", "GHSA-1", "PYSEC-2"]);
        let link = "https://osv.dev/vulnerability";
        assert_eq!(joined.notes, [&format!("CVE-1: {link}/PYSEC-1"), &format!("PYSEC-2: {link}/PYSEC-2"), "the same"]);
        assert_eq!(finding(&["A", "B", "C", "D"]).notes.len(), 5);
        let many = finding(&["A", "B", "C", "D", "E"]);
        assert_eq!(many.notes.get(3..).unwrap_or_default(), ["and 2 more", "the same"]);
    }

    #[test]
    fn the_end_of_what_is_affected() {
        let affected = |text: &str| {
            text.split(' ').filter_map(Interval::parse).fold(Versions::none(), |all, one| all.or(&one.versions()))
        };
        let of = |text: &str, version: &str| {
            End::behind(&affected(text), version).map(|end| (end.bound(), end.release().is_some()))
        };
        assert_eq!(of("..1.2 1.5..2.0", "1.1"), Some((">=1.2".to_owned(), true)));
        assert_eq!(of("..1.2 1.5..2.0", "1.6"), Some((">=2.0".to_owned(), true)));
        assert_eq!(of("..=1.2", "1.1"), Some((">1.2".to_owned(), false)));
        assert_eq!(of("..2.0rc1", "1.1"), Some((">=2.0".to_owned(), true)));
        assert_eq!(of("1.0..", "1.1"), None);
        assert_eq!(of("..1.0", "1.1"), None);
    }
}
