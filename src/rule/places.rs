//! One finding for all places where the same is found.

use super::text;
use crate::diagnostic::Finding;
use crate::source::Span;

/// How many further places are shown; the others are counted.
const SHOWN: usize = 4;

/// The finding, at `further` places as well.
pub fn repeated(finding: Finding, further: &[Span]) -> Finding {
    let mut finding = further.iter().take(SHOWN).fold(finding, |finding, span| finding.related(*span, "here as well"));
    if further.len() > SHOWN {
        finding = finding.note(format!("and at {} more", text::count(further.len() - SHOWN, "place")));
    }
    let file = finding.at.file();
    let in_file = further.iter().filter(|span| Some(span.file) == file).count();
    finding.places = finding.places.saturating_add(u32::try_from(in_file).unwrap_or(u32::MAX));
    finding
}
