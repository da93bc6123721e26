//! `sarif`: SARIF 2.1.0 (OASIS), for code scanning services and viewers.
//!
//! What was decided, and why:
//!
//! - URIs are relative to `%SRCROOT%`, the working directory: services map them to files of the repository. Its own
//!   address is left out, since it differs from machine to machine.
//! - The fingerprint is that of the baseline, under a name of its own. `primaryLocationLineHash` is left to GitHub's
//!   upload, which computes it from the file and warns of every result that brings another one.
//! - `automationDetails` is left out: an upload fills it with the category that its user gives, and keeps what is there.
//! - No rule has a `security-severity`: that is a CVSS score, and nobody has given the rules one. Their `precision` is
//!   what their severity promises (`docs/precision.md`).
//! - Services refuse a run of more than 25,000 results, of more than 1,000 locations for a result, and of more than 20
//!   tags for a rule (GitHub, read 2026-11). Nothing is cut off for the first: a report must not look complete when it
//!   is not, and the service says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::change::hunks;
use super::json::escape;
use super::place::{Anchor, Places, Region};
use super::{Style, category, is_link, sanitise, severity, told};
use crate::diagnostic::{Category, Diagnostic, Severity};
use crate::fingerprint::{self, Key};
use crate::fix::{Applicability, Fix};
use crate::knowledge::Knowledge;
use crate::knowledge::model::RuleTexts;
use crate::report::Report;
use crate::source::Location;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
/// The name of our fingerprint. Another way to make it is another version.
const FINGERPRINT: &str = "pyecoLintKey/v1";
/// The most locations that services take for a result; the first is the primary one.
const MOST_LOCATIONS: usize = 999;
/// The most characters that GitHub shows of a description.
const DESCRIPTION: usize = 1000;

#[derive(Debug, Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
    results: Vec<Outcome<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Debug, Serialize)]
struct Base {
    description: Message,
}

/// A rule.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    short_description: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Message>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct RuleProperties {
    tags: [&'static str; 1],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Place<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change>,
    properties: Properties<'a>,
}

#[derive(Debug, Serialize)]
struct Properties<'a> {
    project: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    advisories: &'a [String],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Span,
}

/// A cell of a notebook.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical<'a> {
    name: String,
    fully_qualified_name: String,
    kind: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// A fix.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
    properties: ChangeProperties,
}

#[derive(Debug, Serialize)]
struct ChangeProperties {
    applicability: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Content>,
}

#[derive(Debug, Serialize)]
struct Content {
    text: String,
}

/// Writes a log with one run.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let mut rules: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    rules.sort_by_key(|diagnostic| &diagnostic.rule);
    rules.dedup_by_key(|diagnostic| &diagnostic.rule);
    let index = |rule: &String| rules.partition_point(|known| known.rule < *rule);
    let results = report.diagnostics.iter().zip(fingerprint::keys(&report.diagnostics, &report.sources));
    let misconfigured = |d: &Diagnostic| d.category == Category::Configuration && d.severity == Severity::Error;
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "pyeco-lint",
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: rules.iter().map(|known| descriptor(known, report.rules.as_deref())).collect(),
            },
        },
        invocations: [Invocation { execution_successful: !report.diagnostics.iter().any(misconfigured) }],
        original_uri_base_ids: BTreeMap::from([(
            ROOT,
            Base { description: Message::plain("the working directory of the run".to_owned()) },
        )]),
        column_kind: "unicodeCodePoints",
        newline_sequences: ["\r\n", "\n", "\r"],
        results: results.map(|(d, (key, nth))| outcome(d, index(&d.rule), &key, nth, &places)).collect(),
    };
    let log = serde_json::to_string_pretty(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] })?;
    writeln!(out, "{}", escape(&log))
}

impl Message {
    fn plain(text: String) -> Self {
        Self { text, markdown: None }
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// The rule that `example` is a finding of; without its texts where nothing is known of it.
fn descriptor<'a>(example: &'a Diagnostic, knowledge: Option<&'a Knowledge>) -> Descriptor<'a> {
    let core = knowledge.and_then(|knowledge| knowledge.rule(&example.rule));
    let texts = knowledge.and_then(|knowledge| knowledge.texts(&example.rule));
    let severity = core.map_or(example.severity, |core| core.severity);
    Descriptor {
        id: &example.rule,
        short_description: core.map(|core| Message::plain(plain(&capitalised(&core.summary)))),
        full_description: texts.map(|texts| Message::plain(plain(&first_paragraph(&texts.why)))),
        help: texts.map(help),
        help_uri: example.url.as_deref().filter(|url| is_link(url)),
        default_configuration: Configuration { level: level(severity) },
        properties: RuleProperties {
            // `security` is the tag by which GitHub files a rule under security.
            tags: [category(example.category)],
            precision: match severity {
                Severity::Error => "very-high",
                Severity::Warning => "high",
                Severity::Advice => "medium",
            },
            problem_severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    }
}

/// What `explain` says of a rule.
fn help(texts: &RuleTexts) -> Message {
    let mut text = String::new();
    let mut markdown = String::new();
    for (title, body) in [("Why", &texts.why), ("Instead", &texts.advice), ("Limits", &texts.limits)] {
        if !body.trim().is_empty() {
            let _ = write!(text, "{title}: {}\n\n", body.trim());
            let _ = write!(markdown, "## {title}\n\n{}\n\n", body.trim());
        }
    }
    if !texts.references.is_empty() {
        let _ = write!(text, "References:\n{}\n", texts.references.join("\n"));
        markdown.push_str("## References\n\n");
        for reference in &texts.references {
            let _ = writeln!(markdown, "- <{reference}>");
        }
    }
    // The rules of a user are texts of a project.
    let masked = |text: &str| sanitise::mask(text.trim_end()).into_owned();
    Message { text: masked(&text), markdown: Some(masked(&markdown)) }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn first_paragraph(text: &str) -> String {
    let paragraph = text.trim().split("\n\n").next().unwrap_or_default();
    paragraph.replace('\n', " ").chars().take(DESCRIPTION).collect()
}

fn outcome<'a>(diagnostic: &'a Diagnostic, rule_index: usize, key: &Key, nth: u32, places: &Places<'a>) -> Outcome<'a> {
    let finding = &diagnostic.finding;
    let labels = finding.labels.iter().take(MOST_LOCATIONS);
    let related_locations = labels.clone().enumerate().map(|(n, label)| {
        let anchor = places.anchor(Location::Span(label.span), &diagnostic.project);
        let message = Some(label.text.as_str()).filter(|text| !text.is_empty());
        Place::new(&anchor, Some(n + 1), message.map(|text| Message::plain(plain(text))))
    });
    // Services show a second place where the message has a link to its number.
    let mut lines = vec![plain(&told::message(diagnostic, places))];
    lines.extend(Some(&finding.label).filter(|label| !label.is_empty()).map(|label| plain(label)));
    lines.extend(labels.enumerate().map(|(n, label)| {
        let locus = sanitise::line(&told::locus(label, places)).replace('[', "\\[").replace(']', "\\]");
        let link = format!("[{locus}]({})", n + 1);
        if label.text.is_empty() { link } else { format!("{link}: {}", plain(&label.text)) }
    }));
    lines.extend(told::reasons(finding).iter().map(|line| plain(line)));
    Outcome {
        rule_id: &diagnostic.rule,
        rule_index,
        level: level(diagnostic.severity),
        message: Message::plain(lines.join("\n")),
        locations: [Place::new(&places.anchor(finding.at, &diagnostic.project), None, None)],
        related_locations: related_locations.collect(),
        partial_fingerprints: BTreeMap::from([(FINGERPRINT, key.fingerprint(nth))]),
        fixes: finding.fix.as_ref().and_then(|fix| change(fix, places)).into_iter().collect(),
        properties: Properties {
            project: &diagnostic.project,
            severity: severity(diagnostic.severity),
            package: finding.package.as_deref(),
            advisories: &finding.advisories,
        },
    }
}

/// A text without what SARIF reads as a link (section 3.11.6).
fn plain(text: &str) -> String {
    sanitise::line(text).replace("](", "] (")
}

impl<'a> Place<'a> {
    fn new(anchor: &Anchor<'a>, id: Option<usize>, message: Option<Message>) -> Self {
        let cell = anchor.in_cell.map(|(cell, Region { start, .. })| Logical {
            name: format!("cell {cell}"),
            fully_qualified_name: format!("cell {cell}:{}:{}", start.row, start.column),
            kind: "cell",
        });
        Self {
            id,
            physical_location: Physical {
                artifact_location: Artifact::new(anchor.path),
                region: Span::new(anchor.region_or_start()),
            },
            logical_locations: cell.into_iter().collect(),
            message,
        }
    }
}

impl Span {
    fn new(Region { start, end, .. }: Region) -> Self {
        Self { start_line: start.row, start_column: start.column, end_line: end.row, end_column: end.column }
    }
}

impl Artifact {
    fn new(path: &str) -> Self {
        // A file may be called `a:b`.
        if path.starts_with('/') || path.get(1..3) == Some(":/") {
            let slash = if path.starts_with('/') { "" } else { "/" };
            return Self { uri: format!("file://{slash}{}", encoded(path)), uri_base_id: None };
        }
        Self { uri: encoded(path), uri_base_id: Some(ROOT) }
    }
}

/// A path as the path of a relative reference (RFC 3986, 3.3 and 4.2): no `:`, which would end a scheme.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'@' => {
                uri.push(char::from(byte));
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// A fix that a program can apply: not one for reading alone, none with a secret, and none in a notebook.
fn change(fix: &Fix, places: &Places<'_>) -> Option<Change> {
    let applicability = match fix.applicability {
        Applicability::Display => return None,
        Applicability::Unsafe => "unsafe",
        Applicability::Safe => "safe",
    };
    let mut artifact_changes: Vec<ArtifactChange> = Vec::new();
    let mut last = None;
    for hunk in hunks(fix, places)? {
        if hunk.part.cell.is_some() || !sanitise::secrets(&hunk.text).is_empty() {
            return None;
        }
        let place = |at| hunk.part.place(at);
        let replacement = Replacement {
            deleted_region: Span::new(Region {
                cell: None,
                start: place(hunk.range.start),
                end: place(hunk.range.end),
            }),
            inserted_content: Some(Content { text: hunk.text.clone() }).filter(|content| !content.text.is_empty()),
        };
        match artifact_changes.last_mut().filter(|_| last == Some(hunk.file)) {
            Some(change) => change.replacements.push(replacement),
            None => artifact_changes.push(ArtifactChange {
                artifact_location: Artifact::new(hunk.part.path),
                replacements: vec![replacement],
            }),
        }
        last = Some(hunk.file);
    }
    (!artifact_changes.is_empty()).then(|| Change {
        description: Message::plain(plain(&fix.title)),
        artifact_changes,
        properties: ChangeProperties { applicability },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        let cases = [
            ("src/app.py", "src/app.py"),
            ("a b/100%.txt", "a%20b/100%25.txt"),
            ("c:d/#?[x].txt", "c%3Ad/%23%3F%5Bx%5D.txt"),
            ("日本\\\u{202e}", "%E6%97%A5%E6%9C%AC%5C%E2%80%AE"),
            ("../shared/req.txt", "../shared/req.txt"),
        ];
        for (path, uri) in cases {
            assert_eq!(encoded(path), uri);
        }
        assert_eq!(Artifact::new("/x y").uri, "file:///x%20y");
        assert_eq!(Artifact::new("C:/x").uri, "file:///C%3A/x");
    }
}
