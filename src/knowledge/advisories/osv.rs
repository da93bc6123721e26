//! Records of the Open Source Vulnerability format, as far as they say which versions of which distributions are affected.
//!
//! Source: the OSV schema 1.7, <https://ossf.github.io/osv-schema/>.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::manifest::yaml::{self, Node};
use crate::name::Name;

/// The ecosystem whose packages distributions are.
const ECOSYSTEM: &str = "PyPI";

/// Why a list or a text is no record, which `serde` might take for one.
const NO_OBJECT: &str = "it has no fields";

/// One advisory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Its identifier in the database that it is from (`PYSEC-2021-142`).
    pub id: String,
    /// Identifiers of the same vulnerability in other databases (`CVE-2020-14343`).
    #[serde(default)]
    pub aliases: Vec<String>,
    /// When it was last changed: a day, and mostly a time after it.
    #[serde(default)]
    pub modified: String,
    /// When it was taken back.
    #[serde(default)]
    pub withdrawn: Option<String>,
    /// What it is about.
    #[serde(default)]
    affected: Vec<Affected>,
}

/// One package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Affected {
    #[serde(default)]
    package: Option<Package>,
    /// The name, in a shortened form that is about this ecosystem alone.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    ranges: Vec<Range>,
    #[serde(default)]
    versions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

/// A range, with its events in any order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Range {
    /// `ECOSYSTEM`, `SEMVER` or `GIT`.
    #[serde(rename = "type")]
    sort: String,
    /// What happens at which version.
    #[serde(default)]
    pub events: Vec<Event>,
}

/// What happens at a version. One of the fields is there.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// From here on versions are affected; `0` comes before all.
    #[serde(default)]
    pub introduced: Option<String>,
    /// From here on they are not.
    #[serde(default)]
    pub fixed: Option<String>,
    /// Beyond this one they are not.
    #[serde(default)]
    pub last_affected: Option<String>,
    /// From here on the range says nothing.
    #[serde(default)]
    pub limit: Option<String>,
}

/// What an advisory says of one distribution.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'r> {
    ranges: &'r [Range],
    /// Affected versions, each as written, beside those of the ranges.
    pub versions: &'r [String],
}

impl<'r> Statement<'r> {
    /// The ranges that count: of versions, not of commits.
    pub fn ranges(&self) -> impl Iterator<Item = &'r Range> {
        self.ranges.iter().filter(|range| range.sort == "ECOSYSTEM")
    }
}

impl Record {
    /// Reads a record in JSON. The error says why the text is none.
    pub fn of_json(text: &str) -> Result<Self, String> {
        if !text.trim_start().starts_with('{') {
            return Err(NO_OBJECT.to_owned());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// Reads a record in YAML, which is the same with another spelling.
    pub fn of_yaml(text: &str) -> Result<Self, String> {
        let documents = yaml::read(text);
        if let Some((message, _)) = documents.errors.first() {
            return Err(message.clone());
        }
        let root = documents.roots.first().ok_or("there is nothing in it")?;
        match value(root) {
            record @ Value::Object(_) => serde_json::from_value(record).map_err(|error| error.to_string()),
            _ => Err(NO_OBJECT.to_owned()),
        }
    }

    /// The distributions that it is about, each with what it says of them. One may come several times.
    pub fn statements(&self) -> impl Iterator<Item = (Name, Statement<'_>)> {
        self.affected.iter().filter_map(|affected| {
            let name = match &affected.package {
                Some(package) => Some(&package.name).filter(|_| package.ecosystem == ECOSYSTEM),
                None => affected.name.as_ref(),
            };
            Some((Name::new(name?), Statement { ranges: &affected.ranges, versions: &affected.versions }))
        })
    }
}

/// A node of YAML as JSON has it. Versions look like numbers, and are texts: so every scalar is one, and what is `null` is
/// not there.
fn value(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Scalar(text) => Value::String(text.clone()),
        yaml::Value::Sequence(items) => Value::Array(items.iter().map(value).collect()),
        yaml::Value::Mapping(entries) => {
            let is_there = |node: &Node| !matches!(node.text(), Some("" | "~" | "null"));
            let entries = entries.iter().filter(|(_, node)| is_there(node));
            Value::Object(
                entries.filter_map(|(key, node)| Some((key.text()?.to_owned(), value(node)))).collect::<Map<_, _>>(),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
        "schema_version": "1.7.0", "id": "PYSEC-2021-142", "modified": "2021-07-05T00:01:24Z", "withdrawn": null,
        "aliases": ["CVE-2020-14343"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}],
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": "PyYAML", "purl": "pkg:p/pyyaml"},
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.4"}]},
                        {"type": "GIT", "repo": "https://git.example/x", "events": [{"introduced": "a0"}]}],
             "versions": ["5.3"]},
            {"package": {"ecosystem": "npm", "name": "js-yaml"}, "versions": ["1.0"]}],
        "database_specific": {"source": "https://git.example"}
    }"#;

    const YAML: &str = "
id: PYSEC-2021-142
modified: 2021-07-05T00:01:24Z
withdrawn:
aliases:
- CVE-2020-14343
affected:
- package:
    name: PyYAML
    ecosystem: PyPI
    purl: pkg:p/pyyaml
  ranges:
  - type: ECOSYSTEM
    events:
    - introduced: 0
    - fixed: 5.4
  - type: GIT
    events:
    - introduced: a0
  versions:
  - 5.3
- package: {ecosystem: npm, name: js-yaml}
  versions: [1.0]
";

    #[test]
    fn json_and_yaml_say_the_same() {
        let (json, yaml) = (Record::of_json(JSON).expect("a record"), Record::of_yaml(YAML).expect("a record"));
        for record in [&json, &yaml] {
            assert_eq!((record.id.as_str(), record.withdrawn.as_deref()), ("PYSEC-2021-142", None));
            assert_eq!(
                (record.modified.as_str(), record.aliases.as_slice()),
                ("2021-07-05T00:01:24Z", &["CVE-2020-14343".to_owned()][..])
            );
            let all: Vec<_> = record.statements().collect();
            let [(name, statement)] = all.as_slice() else { panic!("one distribution: {all:?}") };
            assert_eq!((name.as_str(), statement.versions), ("pyyaml", &["5.3".to_owned()][..]));
            let events: Vec<&Event> = statement.ranges().flat_map(|range| &range.events).collect();
            assert_eq!(events.len(), 2, "commits do not count");
            assert_eq!(events[0].introduced.as_deref(), Some("0"));
            assert_eq!(events[1].fixed.as_deref(), Some("5.4"));
        }
    }

    #[test]
    fn says_what_is_no_record() {
        for text in ["", "[]", "[\"x\"]", "{}", "{\"id\": 3}", "{\"id\": \"x\", \"affected\": [{\"ranges\": 1}]}", "{"]
        {
            assert!(Record::of_json(text).is_err(), "{text}");
        }
        for text in ["", "a: b", "- x", "id: [", "plain text"] {
            assert!(Record::of_yaml(text).is_err(), "{text}");
        }
    }
}
