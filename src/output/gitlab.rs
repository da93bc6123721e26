//! `gitlab`: a Code Quality report, a subset of Code Climate's, for `artifacts: reports: codequality`.
//!
//! GitLab compares the reports of two branches by their fingerprints, which have to be unique in a report. Paths have to
//! be relative to the repository: the program is to be run at its root.

use std::io::{self, Write};

use serde::Serialize;

use super::json::escape;
use super::place::Places;
use super::{Style, sanitise, told};
use crate::diagnostic::{Category, Diagnostic, Severity};
use crate::fingerprint;
use crate::report::Report;

#[derive(Debug, Serialize)]
struct Violation<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Debug, Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Writes an array of violations.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let keys = fingerprint::keys(&report.diagnostics, &report.sources);
    let violations: Vec<Violation<'_>> = report
        .diagnostics
        .iter()
        .zip(keys)
        .map(|(diagnostic, (key, nth))| {
            let anchor = places.anchor(diagnostic.finding.at, &diagnostic.project);
            let region = anchor.region_or_start();
            Violation {
                description: description(diagnostic, &places),
                check_name: &diagnostic.rule,
                fingerprint: key.fingerprint(nth),
                severity: severity(diagnostic),
                location: Location { path: anchor.path, lines: Lines { begin: region.start.row, end: region.end.row } },
            }
        })
        .collect();
    let text = serde_json::to_string_pretty(&violations)?;
    writeln!(out, "{}", escape(&text))
}

/// The message and what to do, in one line: GitLab shows nothing else, not even the name of the rule.
fn description(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let finding = &diagnostic.finding;
    let mut text = format!("{}: {}", diagnostic.rule, told::message(diagnostic, places));
    for help in told::helps(&finding.help, finding.fix.as_ref()) {
        text.push_str("; ");
        text.push_str(&sanitise::line(&help));
    }
    text
}

/// `blocker` is left to people.
fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error if diagnostic.category == Category::Security => "critical",
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Advice => "info",
    }
}
