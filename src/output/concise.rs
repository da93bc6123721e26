//! `concise`: one line a finding, for editors and `grep`.

use std::io::{self, Write};

use super::place::Places;
use super::{Style, sanitise, severity};
use crate::diagnostic::Diagnostic;
use crate::report::Report;

/// Writes `file:line:col: severity[name] message` for each finding; the project's root stands for a missing file.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    diagnostics(report, report.diagnostics.iter(), out)
}

/// Writes some of the findings of a report.
pub(super) fn diagnostics<'a>(
    report: &Report,
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let places = Places::new(&report.sources);
    for diagnostic in diagnostics {
        let locus = places.locus(diagnostic.finding.at).unwrap_or_else(|| diagnostic.project.clone());
        writeln!(
            out,
            "{}: {}[{}] {}",
            sanitise::line(&locus),
            severity(diagnostic.severity),
            sanitise::line(&diagnostic.rule),
            sanitise::line(&diagnostic.finding.message)
        )?;
    }
    Ok(())
}
