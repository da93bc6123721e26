//! One finding for all places of a file where the same is found.

use super::text;
use crate::diagnostic::Finding;
use crate::source::Span;

/// How many further places are shown; the others are counted.
const SHOWN: usize = 4;

/// The finding, at `further` places of its file as well.
pub fn repeated(finding: Finding, further: &[Span]) -> Finding {
    let mut finding = further.iter().take(SHOWN).fold(finding, |finding, span| finding.related(*span, "here as well"));
    if further.len() > SHOWN {
        finding = finding.note(format!("and at {} more", text::count(further.len() - SHOWN, "place")));
    }
    finding.places += u32::try_from(further.len()).unwrap_or(u32::MAX - 1);
    finding
}
