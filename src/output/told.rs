//! What a finding says, in lines, for formats that take one text of it.

use super::place::{Places, name};
use super::sanitise;
use crate::diagnostic::{Diagnostic, Finding, Label};
use crate::fix::Fix;
use crate::source::Location;

/// The message. In a notebook it says where, for the reader has no cells.
pub(super) fn message(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let message = sanitise::line(&diagnostic.finding.message);
    match places.anchor(diagnostic.finding.at, "").in_cell {
        Some((cell, region)) => format!("{message} (cell {cell}, line {})", region.start.row),
        None => message.into_owned(),
    }
}

/// What is to be seen at the primary place and at the others, why it matters and what to do: each a line, none of them
/// empty.
pub(super) fn rest(finding: &Finding, places: &Places<'_>) -> Vec<String> {
    let mut lines = vec![finding.label.clone()];
    lines.extend(finding.labels.iter().map(|label| match label.text.as_str() {
        "" => locus(label, places),
        text => format!("{}: {text}", locus(label, places)),
    }));
    lines.extend(reasons(finding));
    lines.retain(|line| !line.is_empty());
    lines.iter().map(|line| sanitise::line(line).into_owned()).collect()
}

/// Why it matters, and what to do, as written.
pub(super) fn reasons(finding: &Finding) -> Vec<String> {
    let helps = helps(&finding.help, finding.fix.as_ref());
    finding.notes.iter().cloned().chain(helps.into_iter().map(|help| format!("help: {help}"))).collect()
}

/// The message and the rest, as one text of several lines.
pub(super) fn all(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let mut lines = vec![message(diagnostic, places)];
    lines.extend(rest(&diagnostic.finding, places));
    lines.join("\n")
}

/// `path:row` of a label.
pub(super) fn locus(label: &Label, places: &Places<'_>) -> String {
    let at = Location::Span(label.span);
    let path = places.filename(at).unwrap_or_default();
    match places.region(label.span) {
        Some(region) => format!("{}:{}", name(path, region.cell), region.start.row),
        None => path.to_owned(),
    }
}

/// What to do: the advice, and what the fix does where there is no advice or nothing else of the fix to be seen.
pub(super) fn helps(help: &[String], fix: Option<&Fix>) -> Vec<String> {
    let title = fix.filter(|fix| help.is_empty() || fix.edits.is_empty()).map(|fix| fix.title.clone());
    help.iter().cloned().chain(title).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_speaks_where_nothing_else_does() {
        use crate::fix::Applicability;

        use crate::fix::Edit;
        use crate::source::{Extent, Sources};

        let span = Sources::default().add("a", None).span(Extent::new(0, 1));
        let fix = Fix::new("drop it", Applicability::Unsafe, vec![Edit { span, text: String::new() }]);
        let advice = ["nobody needs it".to_owned()];
        assert_eq!(helps(&advice, Some(&fix)), ["nobody needs it"]);
        assert_eq!(helps(&[], Some(&fix)), ["drop it"]);
        assert_eq!(helps(&advice, Some(&Fix::command("uv lock", ""))), ["nobody needs it", "run `uv lock`"]);
    }
}
