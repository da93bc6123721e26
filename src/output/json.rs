//! `json`: one object for other programs. Its fields are a contract: some may be added, none is renamed or removed.
//!
//! Texts are complete, but for secrets, which are masked.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::place::{Place, Places, Region};
use super::{Style, category, sanitise, severity};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{Applicability, Edit, Fix};
use crate::report::Report;
use crate::source::{Location, Span};

/// The version of the format.
const VERSION: u32 = 1;

/// The whole object.
#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    knowledge: Knowledge<'a>,
    summary: Summary,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Dates, `null` for a table that the program does not have.
#[derive(Debug, Serialize)]
struct Knowledge<'a> {
    catalog: Option<&'a str>,
    index: Option<&'a str>,
    advisories: Option<&'a str>,
}

/// The counts of a run.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
    fixable: usize,
    /// How many findings were settled, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<usize>,
    /// How many findings a baseline knows, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<usize>,
}

/// One diagnostic.
#[derive(Debug, Serialize)]
pub(super) struct Entry<'a> {
    name: &'a str,
    category: &'static str,
    severity: &'static str,
    message: Cow<'a, str>,
    project: &'a str,
    #[serde(flatten)]
    at: At<'a>,
    package: Option<&'a str>,
    need: Option<&'a str>,
    replacements: &'a [String],
    help: Vec<Cow<'a, str>>,
    notes: Vec<Cow<'a, str>>,
    related: Vec<Related<'a>>,
    fix: Option<Change<'a>>,
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    advisories: &'a [String],
}

/// Where something is.
#[derive(Debug, Serialize)]
pub(super) struct At<'a> {
    filename: Option<&'a str>,
    #[serde(flatten)]
    within: Within,
}

/// A place where something shows, and how.
#[derive(Debug, Serialize)]
pub(super) struct Shown<'a> {
    #[serde(flatten)]
    at: At<'a>,
    how: &'static str,
}

impl<'a> Shown<'a> {
    /// What shows at a location.
    pub(super) fn new(location: Location, how: &'static str, places: &Places<'a>) -> Self {
        Self { at: At::new(location, places), how }
    }
}

/// Where something is in its file.
#[derive(Debug, Serialize)]
pub(super) struct Within {
    #[serde(skip_serializing_if = "Option::is_none")]
    cell: Option<u32>,
    location: Option<Position>,
    end_location: Option<Position>,
}

#[derive(Debug, Serialize)]
struct Position {
    row: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    at: At<'a>,
    message: Cow<'a, str>,
}

#[derive(Debug, Serialize)]
struct Change<'a> {
    applicability: &'static str,
    title: Cow<'a, str>,
    edits: Vec<Replacement<'a>>,
}

#[derive(Debug, Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    at: At<'a>,
    content: Cow<'a, str>,
}

/// Writes the object over several lines.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let document = Document {
        version: VERSION,
        tool: Tool { name: "pyeco-lint", version: env!("CARGO_PKG_VERSION") },
        knowledge: Knowledge {
            catalog: present(&report.knowledge.catalog),
            index: present(&report.knowledge.index),
            advisories: present(&report.knowledge.advisories),
        },
        summary: Summary::new(report),
        diagnostics: report.diagnostics.iter().map(|diagnostic| Entry::new(diagnostic, &places)).collect(),
    };
    let document = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", escape(&document))
}

fn present(date: &str) -> Option<&str> {
    Some(date).filter(|date| !date.is_empty())
}

/// Escapes in JSON what would harm a terminal or be a command in a log, so that it reads back as it was. Outside strings
/// there is none of it.
pub(super) fn escape(json: &str) -> Cow<'_, str> {
    let harmful = |c: char| c != '\n' && sanitise::is_unsafe(c);
    if !json.chars().any(harmful) && !sanitise::has_command(json) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for (at, c) in json.char_indices() {
        if harmful(c) || sanitise::opens_command(json, at) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

impl Summary {
    /// Counts a report.
    pub(super) fn new(report: &Report) -> Self {
        Self {
            files: report.files,
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            advice: report.count(Severity::Advice),
            fixable: report.fixable(),
            fixed: report.fixed.map(|fixed| fixed.findings),
            known: report.baseline.as_ref().map(|known| known.findings),
        }
    }
}

impl<'a> Entry<'a> {
    /// The object of a diagnostic.
    pub(super) fn new(diagnostic: &'a Diagnostic, places: &Places<'a>) -> Self {
        let finding = &diagnostic.finding;
        let related = finding
            .labels
            .iter()
            .map(|label| Related { at: At::span(label.span, places), message: sanitise::mask(&label.text) });
        Self {
            name: &diagnostic.rule,
            category: category(diagnostic.category),
            severity: severity(diagnostic.severity),
            message: sanitise::mask(&finding.message),
            project: &diagnostic.project,
            at: At::new(finding.at, places),
            package: finding.package.as_deref(),
            need: finding.need.as_deref(),
            replacements: &finding.replacements,
            help: finding.help.iter().map(|line| sanitise::mask(line)).collect(),
            notes: finding.notes.iter().map(|line| sanitise::mask(line)).collect(),
            related: related.collect(),
            fix: finding.fix.as_ref().map(|fix| Change::new(fix, places)),
            url: diagnostic.url.as_deref(),
            advisories: &finding.advisories,
        }
    }
}

impl<'a> At<'a> {
    /// The file of a location, and the place there.
    pub(super) fn new(location: Location, places: &Places<'a>) -> Self {
        Self { filename: places.filename(location), within: Within::new(location, places) }
    }

    fn span(span: Span, places: &Places<'a>) -> Self {
        Self::new(Location::Span(span), places)
    }
}

impl Within {
    /// The place of a location: `null` for a whole file.
    pub(super) fn new(location: Location, places: &Places<'_>) -> Self {
        let region = location.span().and_then(|span| places.region(span));
        Self {
            cell: region.and_then(|region| region.cell),
            location: region.map(|Region { start, .. }| start.into()),
            end_location: region.map(|Region { end, .. }| end.into()),
        }
    }
}

impl From<Place> for Position {
    fn from(Place { row, column }: Place) -> Self {
        Self { row, column }
    }
}

impl<'a> Change<'a> {
    fn new(fix: &'a Fix, places: &Places<'a>) -> Self {
        let edits: Vec<_> = fix.edits.iter().map(|edit| Replacement::new(edit, places)).collect();
        // Whoever applied an edit with a masked secret would write the mask: such a fix is for reading alone.
        let masked = edits.iter().any(|edit| matches!(edit.content, Cow::Owned(_)));
        Self {
            applicability: match fix.applicability {
                Applicability::Safe if !masked => "safe",
                Applicability::Unsafe if !masked => "unsafe",
                _ => "display",
            },
            title: sanitise::mask(&fix.title),
            edits,
        }
    }
}

impl<'a> Replacement<'a> {
    fn new(edit: &'a Edit, places: &Places<'a>) -> Self {
        Self { at: At::span(edit.span, places), content: sanitise::mask(&edit.text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_reads_back() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}é\n\"日##vso[x]";
        let json = serde_json::to_string(text).expect("json");
        let escaped = escape(&json);
        assert_eq!(escaped, r#""a\u001b\u007f\u009b\u202e\udb40\udc41é\n\"日##vso\u005bx]""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).expect("json"), text);
    }
}
