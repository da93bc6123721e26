//! `invalid-requires-python`: sets of versions that follow the grammar and hold no Python, or only a first release.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::Versions;
use crate::rule::Context;

/// The name of the variant for a bound that leaves out later releases of its series.
const FIRST_RELEASE: &str = "first-release";

/// At most one finding a manifest, beside what its reader said.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in context.project.everything() {
        let Some(python) = manifest.reading.project.as_ref().and_then(|project| project.requires_python.as_ref())
        else {
            continue;
        };
        let Some(versions) = Versions::parse_python(&python.text) else { continue };
        let at = manifest.file.locate(Some(python.at));
        if versions.is_empty() {
            let message = format!("no version of Python is in `{}`", python.text);
            findings.push(Finding::new(at, message).help("make the lower bound smaller than the upper one"));
            continue;
        }
        // Poetry's own constraints were translated.
        let span = manifest.file.span(python.at);
        if context.workspace.sources.slice(span) != python.text {
            continue;
        }
        let Some((operator, series)) = python.text.split(',').find_map(first_release) else { continue };
        let message = match operator {
            "==" => format!("`{operator}{series}` allows Python {series}.0 alone"),
            _ => format!("`{operator}{series}` ends at Python {series}.0"),
        };
        let finding = Finding::new(at, message)
            .note(format!("versions of Python have three numbers here, and `{series}` is `{series}.0`"))
            .variant(Some(FIRST_RELEASE));
        let wanted = match operator {
            "==" => Some(format!("=={series}.*")),
            _ => next(series).map(|next| format!("<{next}")),
        };
        let Some(wanted) = wanted else { continue };
        let finding = finding.help(format!("the whole series is `{wanted}`"));
        let whole = python.text.trim() == format!("{operator}{series}");
        let fix = whole.then(|| Fix {
            title: format!("write `{wanted}`"),
            applicability: Applicability::Unsafe,
            edits: vec![Edit { span, text: wanted }],
        });
        findings.push(finding.fix(fix));
    }
    findings
}

/// The clause `==X.Y` or `<=X.Y`: operator and series.
fn first_release(clause: &str) -> Option<(&str, &str)> {
    let clause = clause.trim();
    let (operator, series) = ["==", "<="].iter().find_map(|sign| Some((*sign, clause.strip_prefix(*sign)?)))?;
    let series = series.trim();
    let (major, minor) = series.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (digits(major) && digits(minor)).then_some((operator, series))
}

fn next(series: &str) -> Option<String> {
    let (major, minor) = series.split_once('.')?;
    Some(format!("{major}.{}", minor.parse::<u64>().ok()?.checked_add(1)?))
}
