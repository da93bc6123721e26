//! Which versions an advisory speaks of.
//!
//! Source: "Evaluation" of the OSV schema. A version is affected where it is listed, or where a range says so: of the
//! range's events in the order of versions the last one that applies counts.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::osv::{Event, Range, Statement};
use crate::manifest::version::{self, Interval, Versions};

/// Versions that are affected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Those that can be ordered.
    pub versions: Versions,
    /// Listed texts that are no versions (PEP 440): old distributions had such.
    pub odd: BTreeSet<String>,
}

impl Affected {
    /// None.
    pub fn nothing() -> Self {
        Self { versions: Versions::none(), odd: BTreeSet::new() }
    }

    /// What statements about one distribution say together.
    pub fn of<'r>(statements: impl IntoIterator<Item = Statement<'r>>) -> Self {
        let mut all = Self::nothing();
        for statement in statements {
            for range in statement.ranges() {
                all.versions = all.versions.or(&of_range(range));
            }
            for version in statement.versions {
                match Versions::exactly(version) {
                    Some(exactly) => all.versions = all.versions.or(&exactly),
                    None => {
                        all.odd.insert(version.clone());
                    }
                }
            }
        }
        all
    }

    /// Whether a version is affected.
    pub fn contains(&self, version: &str) -> bool {
        self.versions.contains(version).unwrap_or_else(|| self.odd.contains(version))
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty() && self.odd.is_empty()
    }

    /// Whether somebody has said that it was ever mended: a version ends it, or single ones alone are affected. The last version
    /// that was known to be affected may be the last that there is.
    pub fn has_fix(&self) -> bool {
        let is_mended = |last: &Interval| last.is_single() || last.end().is_some_and(|(_, is_in)| !is_in);
        self.versions.intervals().last().is_none_or(|last| is_mended(&last))
    }

    /// As it stands in the table.
    pub fn written(&self) -> String {
        let intervals = self.versions.intervals().map(|interval| interval.to_string());
        let odd = self.odd.iter().filter(|text| is_plain(text)).map(|text| format!("={text}"));
        intervals.chain(odd).collect::<Vec<_>>().join(" ")
    }

    /// Reads what [`Self::written`] writes. What it does not understand affects nothing.
    pub fn read(written: &str) -> Self {
        let mut all = Self::nothing();
        for word in written.split(' ') {
            if let Some(odd) = word.strip_prefix('=') {
                all.odd.insert(odd.to_owned());
            } else if let Some(interval) = Interval::parse(word) {
                all.versions = all.versions.or(&interval.versions());
            }
        }
        all
    }
}

/// Whether a text can be a word of the table.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// What happens, in the order in which it applies at one version: so that `fixed` and `introduced` at the same version, as
/// neighbouring ranges have it, leave it affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sort {
    Fixed,
    Introduced,
    LastAffected,
}

/// The versions of one range; none where one of its events is at what is no version, since then the order is not known.
fn of_range(range: &Range) -> Versions {
    let Some(mut events) = range.events.iter().flat_map(happenings).collect::<Option<Vec<_>>>() else {
        return Versions::none();
    };
    events.sort_by(|(one, sort), (other, other_sort)| order(*one, *other).then(sort.cmp(other_sort)));
    let mut affected = Versions::none();
    for (at, sort) in events {
        let step = match (sort, at) {
            (Sort::Introduced, None) => Some(Versions::all()),
            (Sort::Introduced, Some(at)) => Versions::from_on(at).map(|later| affected.or(&later)),
            (Sort::Fixed, at) => at.and_then(Versions::before).map(|earlier| affected.and(&earlier)),
            (Sort::LastAffected, at) => at.and_then(Versions::up_to).map(|earlier| affected.and(&earlier)),
        };
        // Every event was found to be at a version.
        affected = step.unwrap_or(affected);
    }
    affected.and(&within_limits(range))
}

/// What an event says of versions: where (nothing for before all), and what. Nothing where that is no version.
fn happenings(event: &Event) -> impl Iterator<Item = Option<(Option<&str>, Sort)>> {
    let start = event.introduced.as_deref().map(|at| (Some(at).filter(|at| *at != "0"), Sort::Introduced));
    let ends = [(&event.fixed, Sort::Fixed), (&event.last_affected, Sort::LastAffected)];
    let ends = ends.into_iter().filter_map(|(at, sort)| Some((Some(at.as_deref()?), sort)));
    let is_version = |at: Option<&str>| at.is_none_or(|at| version::normalized(at).is_some());
    start.into_iter().chain(ends).map(move |found| Some(found).filter(|(at, _)| is_version(*at)))
}

fn order(one: Option<&str>, other: Option<&str>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => version::compare(one, other).unwrap_or(Ordering::Equal),
        _ => one.is_some().cmp(&other.is_some()),
    }
}

/// What lies before one of a range's limits; everything where it has none, or one that is `*`.
fn within_limits(range: &Range) -> Versions {
    let limits: Vec<&str> = range.events.iter().filter_map(|event| event.limit.as_deref()).collect();
    if limits.is_empty() || limits.contains(&"*") {
        return Versions::all();
    }
    limits.into_iter().filter_map(Versions::before).fold(Versions::none(), |all, before| all.or(&before))
}

#[cfg(test)]
mod tests {
    use super::super::osv::Record;
    use super::*;

    fn affected(ranges: &str, versions: &str) -> Affected {
        let text = format!(
            r#"{{"id": "X-1", "affected": [{{"name": "x", "ranges": [{ranges}], "versions": [{versions}]}}]}}"#
        );
        let record = Record::of_json(&text).expect("a record");
        Affected::of(record.statements().map(|(_, statement)| statement))
    }

    fn range(events: &str) -> String {
        format!(r#"{{"type": "ECOSYSTEM", "events": [{events}]}}"#)
    }

    #[test]
    fn ranges_are_judged_as_the_schema_says() {
        let cases: &[(&str, &str, &[&str], &[&str])] = &[
            (
                r#"{"introduced": "0"}, {"fixed": "1.2"}"#,
                "..1.2",
                &["0", "0.dev0", "1.1.9", "1.2rc1"],
                &["1.2", "1.2.post1", "2"],
            ),
            (
                r#"{"introduced": "1.0"}, {"last_affected": "1.2"}"#,
                "1.0..=1.2",
                &["1.0", "1.2"],
                &["1.0rc1", "1.2.post1", "1.2+local"],
            ),
            (r#"{"introduced": "1.0"}"#, "1.0..", &["1.0", "99"], &["0.9"]),
            // In any order, with several intervals.
            (
                r#"{"fixed": "2.3"}, {"introduced": "2.0"}, {"fixed": "1.4"}, {"introduced": "1.0"}"#,
                "1.0..1.4 2.0..2.3",
                &["1.0", "2.2.9"],
                &["1.4", "1.9", "2.3"],
            ),
            // The same version ends one and starts the next.
            (
                r#"{"introduced": "1"}, {"fixed": "3"}, {"introduced": "0"}, {"fixed": "1"}"#,
                "..3",
                &["0.5", "1", "2"],
                &["3"],
            ),
            // One event with two fields, as old records have it.
            (r#"{"introduced": "0", "fixed": "1.0"}"#, "..1.0", &["0.9"], &["1.0"]),
            (r#"{"introduced": "0"}, {"limit": "2"}"#, "..2", &["1.9"], &["2", "3"]),
            (r#"{"introduced": "0"}, {"limit": "2"}, {"limit": "*"}"#, "..", &["1.9", "3"], &[]),
            (r#"{"introduced": "0"}, {"limit": "2"}, {"limit": "3"}"#, "..3", &["2.5"], &["3"]),
            // What ends without a start, or at no version, says nothing.
            (r#"{"fixed": "1.0"}"#, "", &[], &["0.5", "1.0"]),
            (r#"{"introduced": "0"}, {"fixed": "1.0-n653"}"#, "", &[], &["0.5", "1.0"]),
            ("", "", &[], &["1"]),
        ];
        for (events, written, inside, outside) in cases {
            let affected = affected(&range(events), "");
            assert_eq!(affected.written(), *written, "{events}");
            assert_eq!(Affected::read(written), affected, "{events}");
            for version in *inside {
                assert!(affected.contains(version), "{version} in {written}");
            }
            for version in *outside {
                assert!(!affected.contains(version), "{version} not in {written}");
            }
        }
    }

    #[test]
    fn listed_versions_count_beside_ranges() {
        let one = affected(&range(r#"{"introduced": "1.0"}, {"fixed": "1.5"}"#), r#""1.2", "2.0", "0.7-final", "a b""#);
        assert_eq!(one.written(), "1.0..1.5 2.0 =0.7-final");
        for (version, expected) in [
            ("1.2", true),
            ("2.0", true),
            ("2", true),
            ("2.0+local", false),
            ("0.7-final", true),
            ("0.8-final", false),
            ("1.9", false),
        ] {
            assert_eq!(one.contains(version), expected, "{version}");
        }
        // Ranges of commits do not count, and listed versions do without any range.
        let two = affected(r#"{"type": "GIT", "events": [{"introduced": "0"}]}"#, r#""1.0""#);
        assert_eq!(two.written(), "1.0");
    }

    #[test]
    fn knows_what_was_mended() {
        for (written, expected) in
            [("..1.0", true), ("..1.0 2.0..", false), ("1.0", true), ("1..=2", false), ("=x", true)]
        {
            assert_eq!(Affected::read(written).has_fix(), expected, "{written}");
        }
        assert!(Affected::read("").is_empty() && Affected::read("nonsense x..y").is_empty());
    }
}
