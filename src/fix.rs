//! Changes to texts that settle a finding, and carrying them out.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use crate::source::Span;

pub use crate::knowledge::model::Applicability;

pub mod diff;
pub mod encode;
pub mod patch;
pub mod settle;
mod verify;

pub use settle::{Change, Settled, Wanted, settle};

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

impl Fix {
    /// A fix that makes `edits`, in any order.
    pub fn new(title: impl Into<String>, applicability: Applicability, mut edits: Vec<Edit>) -> Self {
        edits.sort_by_key(|edit| edit.span);
        Self { title: title.into(), applicability, edits }
    }

    /// A command that settles the finding, to be run in `folder` (nothing: the working directory). It is shown and never run.
    pub fn command(command: &str, folder: &str) -> Self {
        let there = if folder.is_empty() { String::new() } else { format!(" in {folder}") };
        Self { title: format!("run `{command}`{there}"), applicability: Applicability::Display, edits: Vec::new() }
    }
}
