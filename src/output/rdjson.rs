//! `rdjson`: the Reviewdog Diagnostic Format, whose suggestions become changes that a reviewer applies with a click.
//!
//! Reviewdog refuses a report with a field that it does not know, so that only those of its first version are written;
//! related places are told in the message. Columns count bytes of UTF-8 from 1, ends are exclusive.

use std::io::{self, Write};

use serde::Serialize;

use super::change::hunks;
use super::json::escape;
use super::place::{self, Part, Places};
use super::{Style, is_link, sanitise, told};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Applicability;
use crate::report::Report;

#[derive(Debug, Serialize)]
struct Result<'a> {
    source: Source,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    message: String,
    location: Where<'a>,
    severity: &'static str,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Debug, Serialize)]
struct Where<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Debug, Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Debug, Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

/// Writes a `DiagnosticResult`.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let diagnostics = report.diagnostics.iter().map(|diagnostic| Entry::new(diagnostic, &places)).collect();
    let result = Result { source: Source { name: "pyeco-lint" }, diagnostics };
    let text = serde_json::to_string_pretty(&result)?;
    writeln!(out, "{}", escape(&text))
}

impl<'a> Entry<'a> {
    fn new(diagnostic: &'a Diagnostic, places: &Places<'a>) -> Self {
        let at = diagnostic.finding.at;
        let anchor = places.anchor(at, &diagnostic.project);
        let part = at.span().filter(|_| anchor.in_cell.is_none()).and_then(|span| places.part(span));
        Self {
            message: told::all(diagnostic, places),
            location: Where {
                path: anchor.path,
                range: part.as_ref().map(|part| Range::new(part, part.range.clone())),
            },
            severity: match diagnostic.severity {
                Severity::Error => "ERROR",
                Severity::Warning => "WARNING",
                Severity::Advice => "INFO",
            },
            code: Code { value: &diagnostic.rule, url: diagnostic.url.as_deref().filter(|url| is_link(url)) },
            suggestions: suggestion(diagnostic, places).into_iter().collect(),
        }
    }
}

impl Range {
    fn new(part: &Part<'_>, range: std::ops::Range<usize>) -> Self {
        let position = |at| {
            let place::Place { row, column } = part.place_in_bytes(at);
            Position { line: row, column }
        };
        Self { start: position(range.start), end: position(range.end) }
    }
}

/// The fix, where it is one change of the finding's own file: a reviewer applies suggestions one by one, and part of a
/// fix may be worse than none.
fn suggestion(diagnostic: &Diagnostic, places: &Places<'_>) -> Option<Suggestion> {
    let fix = diagnostic.finding.fix.as_ref().filter(|fix| fix.applicability > Applicability::Display)?;
    let mut hunks = hunks(fix, places)?.into_iter();
    let (hunk, None) = (hunks.next()?, hunks.next()) else { return None };
    let is_own = diagnostic.finding.at.file() == Some(hunk.file);
    if !is_own || hunk.part.cell.is_some() || !sanitise::secrets(&hunk.text).is_empty() {
        return None;
    }
    Some(Suggestion { range: Range::new(&hunk.part, hunk.range.clone()), text: hunk.text })
}
