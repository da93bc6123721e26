//! `github`: workflow commands, which GitHub shows as annotations (`::error file=…::message`).
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step, whatever a step prints; the summary of the step
//! ([`step_summary`](super::step_summary)) has all of them.

use std::io::{self, Write};

use super::place::{Place, Places};
use super::{Style, sanitise, told};
use crate::diagnostic::Severity;
use crate::report::Report;

/// Writes a command for each finding, and nothing else.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    for diagnostic in &report.diagnostics {
        let mut properties = Vec::new();
        // What no file has stands in the summary of the run.
        if diagnostic.finding.at.file().is_some() {
            let anchor = places.anchor(diagnostic.finding.at, &diagnostic.project);
            properties.push(format!("file={}", property(&sanitise::line(anchor.path))));
            let region = anchor.region_or_start();
            let (start, last) = (region.start, last(region.start, region.end));
            properties.push(format!("line={},endLine={}", start.row, last.row));
            // The runner drops columns of more than one line, and says so.
            if anchor.region.is_some() && start.row == last.row {
                properties.push(format!("col={},endColumn={}", start.column, last.column));
            }
        }
        let title = format!("pyeco-lint: {}", sanitise::line(&diagnostic.rule));
        properties.push(format!("title={}", property(&title)));
        let text = data(&told::all(diagnostic, &places));
        writeln!(out, "::{} {}::{text}", command(diagnostic.severity), properties.join(","))?;
    }
    Ok(())
}

/// The last character of a region that ends before `end`: annotations include their ends. Of a line that is covered with
/// its end, the first character does.
fn last(start: Place, end: Place) -> Place {
    let (row, column) = match end.column.saturating_sub(1) {
        0 if end.row > start.row => (end.row - 1, 1),
        column => (end.row, column),
    };
    let least = if row == start.row { start.column } else { 1 };
    Place { row, column: column.max(least) }
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "notice",
    }
}

/// The text after the second `::`, as `@actions/core` escapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, likewise: what separates properties and ends the command is escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_and_properties_are_escaped_differently() {
        assert_eq!(data("50% of a:b,c\r\n::error::"), "50%25 of a:b,c%0D%0A::error::");
        assert_eq!(property("50%, C:/x\n"), "50%25%2C C%3A/x%0A");
    }

    #[test]
    fn ends_are_included() {
        let last = |start: (usize, usize), end: (usize, usize)| {
            let place = |(row, column)| Place { row, column };
            let Place { row, column } = last(place(start), place(end));
            (row, column)
        };
        assert_eq!(last((1, 2), (1, 5)), (1, 4));
        assert_eq!(last((1, 2), (1, 2)), (1, 2));
        assert_eq!(last((1, 2), (3, 4)), (3, 3));
        assert_eq!(last((1, 2), (2, 1)), (1, 2));
        assert_eq!(last((1, 2), (3, 1)), (2, 1));
    }
}
