//! What a run has to say, ready to be printed.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::knowledge::Knowledge;
use crate::source::Sources;

/// The result of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// The texts that diagnostics point into.
    pub sources: Sources,
    /// What is shown, in the order in which it is shown: by path, place, rule.
    pub diagnostics: Vec<Diagnostic>,
    /// The dates of what the program knows.
    pub knowledge: Dates,
    /// The rules, for formats that describe those of their findings.
    pub rules: Option<Arc<Knowledge>>,
    /// How many files were read.
    pub files: usize,
    /// How many findings of severity advice were found and are not shown. What only a syntax tree shows is not looked for
    /// where it would not be shown.
    pub suggestions: usize,
    /// The baseline, where there is one.
    pub baseline: Option<Known>,
    /// What fixes have done, where they were asked for.
    pub fixed: Option<Fixed>,
}

/// What fixes have done.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// How many findings they have settled.
    pub findings: usize,
    /// In how many files.
    pub files: usize,
    /// How many more could be settled by fixes that were not allowed.
    pub further: usize,
}

/// What a baseline says of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its path, relative to the working directory.
    pub path: String,
    /// How many findings it knows and were found: they are not shown.
    pub findings: usize,
    /// How many it knows and were not found.
    pub gone: u32,
}

/// The dates of what the program knows, `YYYY-MM-DD`; empty for a table that it does not have.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Dates {
    /// The ecosystem map.
    pub catalog: String,
    /// The index of names.
    pub index: String,
    /// The advisories.
    pub advisories: String,
}

impl Report {
    /// How many diagnostics are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// How many diagnostics have a fix that can be applied.
    pub fn fixable(&self) -> usize {
        use crate::fix::Applicability;
        let applicable =
            |d: &&Diagnostic| d.finding.fix.as_ref().is_some_and(|f| f.applicability > Applicability::Display);
        self.diagnostics.iter().filter(applicable).count()
    }
}
