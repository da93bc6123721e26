//! `azure`: logging commands of Azure Pipelines (`##vso[task.logissue …]message`).

use std::io::{self, Write};

use super::place::Places;
use super::{Style, sanitise, told};
use crate::diagnostic::Severity;
use crate::report::Report;

/// Writes a command for each finding, and nothing else. There is no kind of issue below a warning.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    for diagnostic in &report.diagnostics {
        let kind = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        write!(out, "##vso[task.logissue type={kind};")?;
        if diagnostic.finding.at.file().is_some() {
            let anchor = places.anchor(diagnostic.finding.at, &diagnostic.project);
            write!(out, "sourcepath={};linenumber={};", escaped(&sanitise::line(anchor.path)), anchor.row())?;
            if let Some(region) = anchor.region {
                write!(out, "columnnumber={};", region.start.column)?;
            }
        }
        let code = escaped(&sanitise::line(&diagnostic.rule));
        writeln!(out, "code={code};]{}", escaped(&told::all(diagnostic, &places)))?;
    }
    Ok(())
}

/// A text as the agent takes back, of a property or of the message. Agents since 2021 know the escape of `%`.
fn escaped(text: &str) -> String {
    let text = text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    text.replace(';', "%3B").replace(']', "%5D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_agent_reads_is_escaped() {
        assert_eq!(escaped("a;b]c%3B\r\n##vso[x]"), "a%3Bb%5Dc%AZP253B%0D%0A##vso[x%5D");
    }
}
