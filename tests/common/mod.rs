//! Running the program on files in memory, through its public interface.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::collections::BTreeMap;

use pyeco_lint::date::Date;
use pyeco_lint::diagnostic::Diagnostic;
use pyeco_lint::fs::Memory;
use pyeco_lint::options::Options;
use pyeco_lint::report::Report;
use pyeco_lint::source::{Location, Span};
use pyeco_lint::{Outcome, lint};

/// Path → text.
pub type Files = BTreeMap<String, String>;

/// The day on which tests run.
pub const TODAY: &str = "2026-11-22";

/// Lints files in memory with every rule.
pub fn lint_all(files: &Files, today: &str) -> Outcome {
    let today = if today.is_empty() { TODAY } else { today };
    let mut options = Options::new(vec![".".to_owned()], Date::parse(today).expect("a date"));
    options.overrides.select = Some(vec!["all".to_owned()]);
    options.overrides.advice = true;
    lint(&Memory::new(files.clone()), &options).expect("the folder is there")
}

/// `path:row:column-row:column "text"` of a place, rows and columns from 1, columns in characters.
pub fn shown(report: &Report, at: Location) -> String {
    match at {
        Location::Project => "(project)".to_owned(),
        Location::File(file) => report.sources.path(file).to_owned(),
        Location::Span(span) => {
            let (row, column) = place(report, span, span.extent.start);
            let text = report.sources.slice(span);
            format!("{}:{row}:{column} {text:?}", report.sources.path(span.file))
        }
    }
}

fn place(report: &Report, span: Span, byte: u32) -> (usize, usize) {
    let before = &report.sources.text(span.file)[..byte as usize];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// Every place of a diagnostic lies within its text, on character boundaries.
pub fn assert_in_bounds(report: &Report, diagnostic: &Diagnostic) {
    let spans = diagnostic.finding.at.span().into_iter().chain(diagnostic.finding.labels.iter().map(|l| l.span));
    let edits = diagnostic.finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
    for span in spans.chain(edits) {
        let text = report.sources.text(span.file);
        assert!(
            text.get(span.extent.range()).is_some(),
            "{}: {} at {span:?}",
            diagnostic.rule,
            report.sources.path(span.file)
        );
    }
}
