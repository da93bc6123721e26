//! Findings that are known already: a file that records them, so that a gate can be turned on in an old project and only what
//! is new fails it.
//!
//! A finding is known by its [`Key`], and by how many there are of it: never by its line or its wording.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Category, Diagnostic};
use crate::fingerprint::{self, Entry, Key};
use crate::path;
use crate::source::Sources;

/// What the file is called where nothing else is said, beside the configuration.
pub const NAME: &str = "pyeco-lint-baseline.json";

/// The most bytes of a baseline that are read.
pub const MAX_BYTES: u64 = 128 * 1024 * 1024;

/// The version of the form.
const VERSION: u32 = 1;

/// Findings that are known already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Where it lies, relative to the working directory.
    path: String,
    /// How many there are of each key, whose paths are relative to the working directory.
    known: BTreeMap<Key, u32>,
}

/// The form of the file. The paths in it are relative to its folder.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

/// The version alone, of a file of another form.
#[derive(Debug, Deserialize)]
struct Version {
    version: u32,
}

impl Baseline {
    /// A baseline at `path` that knows nothing yet.
    pub fn empty(path: &str) -> Self {
        Self { path: path.to_owned(), known: BTreeMap::new() }
    }

    /// Reads the text of a baseline at `path` (relative to the working directory, which is at `here`). The error says what
    /// is wrong with it.
    pub fn read(text: &str, path: &str, here: &str) -> Result<Self, String> {
        let is_other = serde_json::from_str::<Version>(text).is_ok_and(|file| file.version != VERSION);
        if is_other {
            return Err("it was written by another version of pyeco-lint".to_owned());
        }
        let file: File = serde_json::from_str(text).map_err(|error| format!("this is no baseline: {error}"))?;
        let folder = path::join(here, path::folder(path));
        let mut known = BTreeMap::new();
        for Entry { mut key, count } in file.findings {
            key.file = moved(&key.file, &folder, here);
            let known: &mut u32 = known.entry(key).or_default();
            *known = known.saturating_add(count);
        }
        Ok(Self { path: path.to_owned(), known })
    }

    /// Where it lies, relative to the working directory.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Parts findings, in their order, into new ones and known ones. Of findings of one key the first are the known ones; a
    /// finding with more places than are known is new, for which of them is new is not known. Faults of the configuration
    /// are always new.
    pub fn part(&self, found: Vec<Diagnostic>, sources: &Sources) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let mut left = self.known.clone();
        let (mut new, mut known) = (Vec::new(), Vec::new());
        for mut diagnostic in found {
            let places = diagnostic.finding.places;
            match left.get_mut(&Key::of(&diagnostic, sources)) {
                Some(left) if is_recorded(&diagnostic) && *left >= places => {
                    *left -= places;
                    known.push(diagnostic);
                }
                Some(left) if is_recorded(&diagnostic) && *left > 0 => {
                    diagnostic.finding.notes.push(format!("the baseline knows {left} of the {places} places"));
                    new.push(diagnostic);
                }
                _ => new.push(diagnostic),
            }
        }
        (new, known)
    }

    /// How many of the findings that it knows are not among `found`, of those that `is_asked` says (of rule and file) would
    /// be there.
    pub fn gone<'d>(
        &self,
        found: impl IntoIterator<Item = &'d Diagnostic>,
        sources: &Sources,
        is_asked: impl Fn(&str, &str) -> bool,
    ) -> u32 {
        let mut left = self.known.clone();
        for diagnostic in found {
            if let Some(left) = left.get_mut(&Key::of(diagnostic, sources)) {
                *left = left.saturating_sub(diagnostic.finding.places);
            }
        }
        left.iter()
            .filter(|(key, _)| is_asked(&key.rule, &key.file))
            .fold(0, |sum, (_, left)| sum.saturating_add(*left))
    }

    /// The text of the baseline for `found`. What it knows already and `is_asked` says (of rule and file) would not have been
    /// found by this run is kept.
    pub fn rewritten<'d>(
        &self,
        found: impl IntoIterator<Item = &'d Diagnostic>,
        sources: &Sources,
        here: &str,
        is_asked: impl Fn(&str, &str) -> bool,
    ) -> String {
        let entries = fingerprint::entries(found.into_iter().filter(|diagnostic| is_recorded(diagnostic)), sources);
        let mut all: BTreeMap<Key, u32> = entries.into_iter().map(|entry| (entry.key, entry.count)).collect();
        for (key, count) in self.known.iter().filter(|(key, _)| !is_asked(&key.rule, &key.file)) {
            all.entry(key.clone()).or_insert(*count);
        }
        let folder = path::join(here, path::folder(&self.path));
        let mut findings: Vec<Entry> = all
            .into_iter()
            .map(|(mut key, count)| {
                key.file = moved(&key.file, here, &folder);
                Entry { key, count }
            })
            .collect();
        // By file, so that a change of one file is a change of one place.
        findings.sort_by(|a, b| (&a.key.file, &a.key).cmp(&(&b.key.file, &b.key)));
        lines(&findings)
    }
}

/// A finding a line: what changes is a line of the file.
fn lines(findings: &[Entry]) -> String {
    let line = |entry: &Entry| serde_json::to_string(entry).unwrap_or_default();
    let lines: Vec<String> = findings.iter().map(|entry| format!("    {}", line(entry))).collect();
    let body = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
    format!("{{\n  \"version\": {VERSION},\n  \"findings\": [{body}]\n}}\n")
}

/// Whether a finding may be known: what the linter cannot work with has to be told each time.
pub fn is_recorded(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.rule.as_str(), "invalid-configuration" | "unknown-rule")
        || diagnostic.category != Category::Configuration
}

/// A path (of a folder with `/` at its end) that is relative to the folder `from`, relative to `to`: both absolute.
fn moved(file: &str, from: &str, to: &str) -> String {
    let is_folder = file.ends_with('/');
    let moved = path::relative(&path::join(from, file), to);
    match (is_folder, moved.as_str()) {
        (false, _) => moved,
        (true, "") => "./".to_owned(),
        (true, _) => format!("{moved}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Finding, Severity};
    use crate::source::{Extent, Location};

    fn found(sources: &mut Sources, rule: &str, path: &str, key: &str) -> Diagnostic {
        let file = sources.find(path).unwrap_or_else(|| sources.add(path, Some("x\n".into())));
        Diagnostic {
            rule: rule.into(),
            category: Category::Usage,
            severity: Severity::Warning,
            project: ".".into(),
            url: None,
            finding: Finding::new(Location::Span(file.span(Extent::at(0))), "words").key(key),
        }
    }

    #[test]
    fn what_is_written_is_known() {
        let mut sources = Sources::default();
        let all: Vec<Diagnostic> = [("a", "x.py", ""), ("b", "sub/y.py", "k"), ("b", "sub/y.py", "k")]
            .map(|(rule, path, key)| found(&mut sources, rule, path, key))
            .into();
        for (path, here) in [("known.json", "/w"), ("sub/known.json", "/w"), ("../known.json", "/w/v")] {
            let text = Baseline::empty(path).rewritten(&all, &sources, here, |_, _| true);
            let baseline = Baseline::read(&text, path, here).expect("what was written is read");
            let (new, known) = baseline.part(all.clone(), &sources);
            assert_eq!((new.len(), known.len()), (0, 3), "{path}\n{text}");
            assert_eq!(baseline.rewritten(&all, &sources, here, |_, _| true), text);
        }
        let text = Baseline::empty("../known.json").rewritten(&all, &sources, "/w/v", |_, _| true);
        assert_eq!(
            text,
            "{\n  \"version\": 1,\n  \"findings\": [\n    {\"rule\":\"b\",\"file\":\"v/sub/y.py\",\"key\":\"k\",\"count\":2},\n    \
             {\"rule\":\"a\",\"file\":\"v/x.py\"}\n  ]\n}\n"
        );
        // Read from elsewhere, it speaks of the same files.
        let elsewhere = Baseline::read(&text, "known.json", "/w").expect("a baseline");
        let mut sources = Sources::default();
        let moved = vec![found(&mut sources, "a", "v/x.py", "")];
        assert_eq!(elsewhere.part(moved, &sources).0, []);
    }

    #[test]
    fn one_more_of_a_kind_is_new() {
        let mut sources = Sources::default();
        let one = found(&mut sources, "a", "x.py", "k");
        let text = Baseline::empty("b.json").rewritten([&one], &sources, "/", |_, _| true);
        let baseline = Baseline::read(&text, "b.json", "/").expect("a baseline");
        let (new, known) = baseline.part(vec![one.clone(), one.clone()], &sources);
        assert_eq!((new.len(), known.len()), (1, 1));
        assert_eq!(baseline.gone([], &sources, |_, _| true), 1);
        assert_eq!(baseline.gone([], &sources, |rule, _| rule != "a"), 0, "what did not run is not gone");
        assert_eq!(
            baseline.rewritten([], &sources, "/", |_, file| file != "x.py"),
            text,
            "what was not asked for stays"
        );
        assert_eq!(baseline.rewritten([], &sources, "/", |_, _| true), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    }

    #[test]
    fn one_place_more_is_new() {
        let mut sources = Sources::default();
        let at_places = |sources: &mut Sources, places| {
            let mut one = found(sources, "a", "x.py", "k");
            one.finding.places = places;
            one
        };
        let three = at_places(&mut sources, 3);
        let text = Baseline::empty("b.json").rewritten([&three], &sources, "/", |_, _| true);
        let baseline = Baseline::read(&text, "b.json", "/").expect("a baseline");
        for (places, is_new, gone) in [(2, false, 1), (3, false, 0), (4, true, 0)] {
            let now = at_places(&mut sources, places);
            assert_eq!(baseline.gone([&now], &sources, |_, _| true), gone);
            let (new, _) = baseline.part(vec![now], &sources);
            assert_eq!(!new.is_empty(), is_new, "{places}");
            let notes: Vec<&String> = new.iter().flat_map(|diagnostic| &diagnostic.finding.notes).collect();
            assert_eq!(notes.is_empty(), !is_new);
            assert!(notes.iter().all(|note| *note == "the baseline knows 3 of the 4 places"), "{notes:?}");
        }
    }

    #[test]
    fn what_is_no_baseline_is_told() {
        for (text, expected) in [
            ("", "this is no baseline: EOF"),
            ("[]", "this is no baseline: "),
            ("{\"version\": 2, \"entries\": []}", "it was written by another version"),
            ("{\"version\": 1, \"findings\": [{\"rule\": 1}]}", "this is no baseline: "),
        ] {
            let error = Baseline::read(text, "b.json", "/").expect_err(text);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
