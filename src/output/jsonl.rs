//! `jsonl`: the objects of `json`, one a line, and a last line with the counts.

use std::io::{self, Write};

use serde::Serialize;

use super::Style;
use super::json::{Entry, Summary, escape};
use super::place::Places;
use crate::report::Report;

/// The last line.
#[derive(Debug, Serialize)]
struct Last {
    summary: Summary,
}

/// Writes a diagnostic a line, then `{"summary": …}`.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    for diagnostic in &report.diagnostics {
        let entry = serde_json::to_string(&Entry::new(diagnostic, &places))?;
        writeln!(out, "{}", escape(&entry))?;
    }
    let last = serde_json::to_string(&Last { summary: Summary::new(report) })?;
    writeln!(out, "{last}")
}
