//! Counts: the closing line, and `--statistics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Style, sanitise, severity};
use crate::diagnostic::Severity;
use crate::fix::Applicability;
use crate::report::{Fixed, Report};

/// Writes the line that counts, as `1 error, 2 warnings in 14 files (2 fixable); 3 suggestions: pyeco-lint recommend`,
/// and in verbose mode one with the dates of the knowledge.
pub fn closing(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    if let Some(line) = report.fixed.as_ref().and_then(fixed) {
        writeln!(out, "{line}")?;
    }
    let mut counts = Vec::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Advice, "piece of advice", "pieces of advice"),
    ] {
        let count = report.count(severity);
        if count > 0 {
            counts.push(counted(count, one, many));
        }
    }
    let mut line = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    let _ = write!(line, " in {}", counted(report.files, "file", "files"));
    if report.fixable() > 0 {
        let _ = write!(line, " ({} fixable)", report.fixable());
    }
    if report.suggestions > 0 {
        let suggestions = counted(report.suggestions, "suggestion", "suggestions");
        let _ = write!(line, "; {suggestions}: pyeco-lint recommend");
    }
    if let Some(known) = report.baseline.as_ref().filter(|known| known.findings > 0) {
        let _ = write!(line, "; {} known: {}", known.findings, sanitise::line(&known.path));
    }
    writeln!(out, "{line}")?;
    if style.verbose {
        if let Some(known) = report.baseline.as_ref().filter(|known| known.gone > 0) {
            let (gone, path) = (known.gone, sanitise::line(&known.path));
            writeln!(out, "{path}: {gone} of its findings are gone: `--write-baseline` drops them")?;
        }
        let dates = &report.knowledge;
        let known: Vec<String> =
            [("ecosystem map", &dates.catalog), ("index", &dates.index), ("advisories", &dates.advisories)]
                .into_iter()
                .filter(|(_, date)| !date.is_empty())
                .map(|(table, date)| format!("{table} of {date}"))
                .collect();
        if !known.is_empty() {
            writeln!(out, "knowledge: {}", known.join(", "))?;
        }
    }
    Ok(())
}

/// What fixes have done: `Fixed 3 findings in 2 files (1 more with --unsafe-fixes)`; nothing where that is nothing.
fn fixed(fixed: &Fixed) -> Option<String> {
    let done = format!(
        "Fixed {} in {}",
        counted(fixed.findings, "finding", "findings"),
        counted(fixed.files, "file", "files")
    );
    match (fixed.findings, fixed.further) {
        (0, 0) => None,
        (0, further) => Some(format!("Nothing fixed ({further} with --unsafe-fixes)")),
        (_, 0) => Some(done),
        (_, further) => Some(format!("{done} ({further} more with --unsafe-fixes)")),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Writes how often each rule speaks, the most frequent first, then by name: `12  warning[some-rule]  [*] 3 fixable`.
pub fn statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(&str, Severity), (usize, usize)> = BTreeMap::new();
    for diagnostic in &report.diagnostics {
        let (count, fixable) = counts.entry((&diagnostic.rule, diagnostic.severity)).or_default();
        *count += 1;
        let fix = diagnostic.finding.fix.as_ref();
        *fixable += usize::from(fix.is_some_and(|fix| fix.applicability > Applicability::Display));
    }
    let mut rows: Vec<_> = counts
        .into_iter()
        .map(|((rule, level), (count, fixable))| {
            (count, format!("{}[{}]", severity(level), sanitise::line(rule)), fixable)
        })
        .collect();
    // Stable: names stay in order.
    rows.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let digits = rows.first().map_or(0, |(count, ..)| count.to_string().len());
    let width = rows.iter().map(|(_, name, _)| name.chars().count()).max().unwrap_or(0);
    for (count, name, fixable) in rows {
        if fixable > 0 {
            writeln!(out, "{count:>digits$}  {name:width$}  [*] {fixable} fixable")?;
        } else {
            writeln!(out, "{count:>digits$}  {name}")?;
        }
    }
    Ok(())
}
