//! What a finding is known by from run to run: the key of baselines and of fingerprints in reports.
//!
//! A key is made of names alone (the rule, the distribution, the file, what the rule says of itself), never of lines or
//! wording: a finding keeps it while lines move, while its message is improved, and while the line that it stands on is
//! edited. Findings that have the same key are told apart by counting them in the order of the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// What findings have in common that are the same from run to run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The name of the rule.
    pub rule: String,
    /// The path of the file, relative to the working directory, with `/`; of a finding that no file has, the folder of
    /// its project with a `/` at the end (`./` for the working directory).
    pub file: String,
    /// The distribution, normalised (PEP 503).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// What the rule tells its findings in a file apart by: a callee, a marker, an advisory.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl Key {
    /// The key of a diagnostic whose places lie in `sources`.
    pub fn of(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let finding = &diagnostic.finding;
        let file = finding.at.file().map(|file| sources.path(file).to_owned());
        Self {
            rule: diagnostic.rule.clone(),
            file: file.unwrap_or_else(|| folder(&diagnostic.project)),
            package: finding.package.clone(),
            key: finding.key.clone(),
        }
    }

    /// The fingerprint of the `nth` finding of this key, from 0: 32 hexadecimal digits, the same on every machine and
    /// with every version of this program.
    pub fn fingerprint(&self, nth: u32) -> String {
        let package = self.package.as_deref().unwrap_or_default();
        let nth = nth.to_string();
        // What separates the parts stands in none of them.
        let parts = [self.rule.as_str(), &self.file, package, &self.key, &nth];
        format!("{:032x}", fnv1a(parts.join("\0").as_bytes()))
    }
}

/// At how many places a key occurs: an entry of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// What the findings have in common.
    #[serde(flatten)]
    pub key: Key,
    /// At how many places they are.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub count: u32,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_one(count: &u32) -> bool {
    *count == 1
}

/// The keys of diagnostics, in their order, each with how many of the same key came before.
pub fn keys<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    sources: &Sources,
) -> impl Iterator<Item = (Key, u32)> {
    let mut seen: BTreeMap<Key, u32> = BTreeMap::new();
    diagnostics.into_iter().map(move |diagnostic| {
        let key = Key::of(diagnostic, sources);
        let count = seen.entry(key.clone()).or_default();
        let before = *count;
        *count += 1;
        (key, before)
    })
}

/// At how many places each key occurs, in the order of keys.
pub fn entries<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>, sources: &Sources) -> Vec<Entry> {
    let mut counts: BTreeMap<Key, u32> = BTreeMap::new();
    for diagnostic in diagnostics {
        let count = counts.entry(Key::of(diagnostic, sources)).or_default();
        *count = count.saturating_add(diagnostic.finding.places);
    }
    counts.into_iter().map(|(key, count)| Entry { key, count }).collect()
}

/// A folder as no file is written.
fn folder(project: &str) -> String {
    let project = if project.is_empty() { "." } else { project.trim_end_matches('/') };
    format!("{project}/")
}

/// FNV-1a with 128 bits (RFC 9923). Nobody has to be kept from making two keys with one hash: who can write the files
/// can write an ignore.
fn fnv1a(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Category, Finding, Severity};
    use crate::source::{Extent, Location};

    fn diagnostic(at: Location, package: Option<&str>, key: &str) -> Diagnostic {
        let finding = Finding { package: package.map(str::to_owned), ..Finding::new(at, "wording").key(key) };
        Diagnostic {
            rule: "some-rule".into(),
            category: Category::Usage,
            severity: Severity::Warning,
            project: "services/api".into(),
            url: None,
            finding,
        }
    }

    #[test]
    fn the_hash_is_the_one_of_the_specification() {
        assert_eq!(fnv1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
        assert_eq!(fnv1a(b"foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn lines_and_wording_do_not_count() {
        let mut sources = Sources::default();
        let file = sources.add("app.py", Some("\n\nx\n".into()));
        let at = |byte| Location::Span(file.span(Extent::at(byte)));
        let mut moved = diagnostic(at(2), Some("requests"), "requests.get");
        moved.finding.message = "other words".into();
        moved.finding.help = vec!["more".into()];
        moved.severity = Severity::Error;
        let first = Key::of(&diagnostic(at(0), Some("requests"), "requests.get"), &sources);
        assert_eq!(first, Key::of(&moved, &sources));
        for other in [
            diagnostic(at(0), None, "requests.get"),
            diagnostic(at(0), Some("requests"), "requests.post"),
            diagnostic(Location::Project, Some("requests"), "requests.get"),
        ] {
            let other = Key::of(&other, &sources);
            assert_ne!(first, other);
            assert_ne!(first.fingerprint(0), other.fingerprint(0));
        }
        assert_ne!(first.fingerprint(0), first.fingerprint(1));
    }

    #[test]
    fn equals_are_counted() {
        let sources = Sources::default();
        let all = ["a", "b", "a", "a"].map(|key| diagnostic(Location::Project, None, key));
        let counted: Vec<(String, u32)> = keys(&all, &sources).map(|(key, nth)| (key.key, nth)).collect();
        assert_eq!(counted, [("a".into(), 0), ("b".into(), 0), ("a".into(), 1), ("a".into(), 2)]);
        let entries: Vec<(String, u32)> = entries(&all, &sources).into_iter().map(|e| (e.key.key, e.count)).collect();
        assert_eq!(entries, [("a".into(), 3), ("b".into(), 1)]);
    }

    /// The form is kept in files of users, and fingerprints in the databases of others.
    #[test]
    fn the_form_stays() {
        let key = Key::of(&diagnostic(Location::Project, Some("nose"), ""), &Sources::default());
        let entry = Entry { key, count: 1 };
        let written = serde_json::to_string(&entry).expect("json");
        assert_eq!(written, r#"{"rule":"some-rule","file":"services/api/","package":"nose"}"#);
        assert_eq!(serde_json::from_str::<Entry>(&written).expect("json"), entry);
        assert_eq!(entry.key.fingerprint(0), "3b4e58eabc8bd28bdfef9e3348d3f5ab");
    }
}
