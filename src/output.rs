//! Printing reports. To add a format, write `output/<format>.rs` and add a line to [`FORMATS`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

pub mod inspection;
pub mod map;
pub mod place;
pub mod recommendation;
pub mod sanitise;

mod concise;
mod excerpt;
mod json;
mod jsonl;
mod snippet;
mod summary;
mod text;

use std::io::{self, Write};

use crate::diagnostic::{Category, Severity};
use crate::report::Report;

pub use summary::{closing, statistics};

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
pub const FORMATS: &[Format] = &[
    Format { name: "text", write: text::write },
    Format { name: "concise", write: concise::write },
    Format { name: "json", write: json::write },
    Format { name: "jsonl", write: jsonl::write },
];

/// The format that `--output-format` calls `name`.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The names of the formats, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// The word for a severity in every format.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Advice => "advice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// The word for a category in every format.
pub(crate) fn category(category: Category) -> &'static str {
    match category {
        Category::Manifest => "manifest",
        Category::Names => "names",
        Category::Security => "security",
        Category::Pairing => "pairing",
        Category::Broken => "broken",
        Category::Usage => "usage",
        Category::Obsolete => "obsolete",
        Category::Imports => "imports",
        Category::Versions => "versions",
        Category::Packaging => "packaging",
        Category::Tooling => "tooling",
        Category::Advice => "advice",
        Category::Policy => "policy",
        Category::Configuration => "configuration",
    }
}
