//! What the rules on pairings share.

use crate::date::Date;
use crate::diagnostic::Finding;
use crate::knowledge::model::Basis;
use crate::rule::Context;

/// The variant of what may have changed since it was checked.
const DATED: &str = "dated";

/// `finding`, which rests on `basis`: from the day on which that expires, advice that says so.
pub fn dated(context: &Context<'_>, basis: &Basis, finding: Finding) -> Finding {
    match Date::parse(&basis.expires) {
        Some(end) if end < context.today => finding
            .note(format!("this was so on {}; a newer release may have changed it", basis.checked))
            .variant(Some(DATED)),
        Some(_) => finding.note(format!("as of {}", basis.checked)),
        None => finding,
    }
}
