//! Changes to texts that settle a finding.

use crate::source::Span;

pub use crate::knowledge::model::Applicability;

/// One replacement in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What is written there.
    pub text: String,
}

/// A change that settles a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a command: "replace `nose` by `pytest`".
    pub title: String,
    /// How far it can be trusted.
    pub applicability: Applicability,
    /// Disjoint and in order; all are applied or none.
    pub edits: Vec<Edit>,
}
