//! Skeleton.

use super::{Format, ReadContext, Reading};

/// The format.
pub const FORMAT: Format = Format { name: "pyproject", matches, read };

fn matches(_name: &str, _path: &str) -> bool {
    false
}

fn read(_text: &str, _context: ReadContext<'_>) -> Reading {
    Reading::default()
}
