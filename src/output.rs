//! Printing reports. To add a format, write `output/<format>.rs` and add a line to [`FORMATS`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

pub mod inspection;
pub mod map;
pub mod place;
pub mod recommendation;
pub mod sanitise;

mod azure;
mod change;
mod concise;
mod excerpt;
mod github;
mod gitlab;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod snippet;
mod summary;
mod text;
mod told;

use std::io::{self, Write};

use crate::diagnostic::{Category, Severity};
use crate::report::Report;

pub use markdown::step_summary;
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
    /// Whether the name of a rule links to its documentation, as terminals with OSC 8 can. Without colours it does not.
    pub links: bool,
    /// How many columns a line of people's text has; nothing for [`COLUMNS`].
    pub columns: Option<usize>,
    /// Whether the dates of the knowledge are named.
    pub verbose: bool,
    /// Whether the closing line is left out.
    pub quiet: bool,
}

/// How wide text becomes where it can: what is wider is hard to read.
pub const COLUMNS: usize = 100;

/// How narrow it becomes: a smaller terminal breaks its lines itself.
const NARROWEST: usize = 40;

impl Style {
    /// How wide text may become, in columns.
    pub(crate) fn width(&self) -> usize {
        self.columns.unwrap_or(COLUMNS).clamp(NARROWEST, COLUMNS)
    }
}

/// Every format, the default first.
pub const FORMATS: &[Format] = &[
    Format { name: "text", write: text::write },
    Format { name: "concise", write: concise::write },
    Format { name: "json", write: json::write },
    Format { name: "jsonl", write: jsonl::write },
    Format { name: "sarif", write: sarif::write },
    Format { name: "github", write: github::write },
    Format { name: "gitlab", write: gitlab::write },
    Format { name: "junit", write: junit::write },
    Format { name: "rdjson", write: rdjson::write },
    Format { name: "azure", write: azure::write },
    Format { name: "markdown", write: markdown::write },
];

/// The format that `--output-format` calls `name`.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The names of the formats, the default first.
pub fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name)
}

/// Whether a link of a rule file is an absolute URI of the web, and holds nothing that ends a link somewhere.
pub(crate) fn is_link(url: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    (url.starts_with("https://") || url.starts_with("http://")) && url.bytes().all(is_plain)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_those_of_the_web() {
        assert!(is_link("https://docs.example/a?b=c#d"));
        for url in ["javascript:alert(1)", "https://a b", "https://a\u{1b}", "https://a\"b", "https://ä", "PEP 508"] {
            assert!(!is_link(url), "{url}");
        }
    }
}
