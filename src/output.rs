//! Printing reports. To add a format, write `output/<format>.rs` and add a line to [`FORMATS`].

use std::io::{self, Write};

use crate::report::Report;

/// An output format.
#[derive(Debug)]
pub struct Format {
    /// What `--output-format` calls it.
    pub name: &'static str,
    /// Writes a report.
    pub write: fn(&Report, &Style, &mut dyn Write) -> io::Result<()>,
}

/// How a report is to look.
#[derive(Debug, Clone, Default)]
pub struct Style {
    /// Whether terminal colours are written.
    pub colour: bool,
    /// Whether the dates of the knowledge are named.
    pub verbose: bool,
    /// Whether the closing line is left out.
    pub quiet: bool,
}

/// Every format, the default first.
pub const FORMATS: &[Format] = &[];
