//! One dependency specifier (PEP 508).

use super::{Group, Requirement};
use crate::diagnostic::Problem;

/// Reads one dependency specifier. All extents are bytes of `text`; `item` is the whole text.
///
/// Gives the requirement where its name can be read, and every fault that installers refuse.
pub fn read(text: &str, group: Group) -> (Option<Requirement>, Vec<Problem>) {
    let _ = (text, group);
    (None, Vec::new())
}
