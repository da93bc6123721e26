//! The rules: what each looks for, and running them on a project.
//!
//! A rule is a file under `rules/<category>/`, with its texts and examples. What it looks for is either data there
//! (`[[match]]`, carried out by a module of `matcher/`), or a function of `coded/`, listed in [`CODED`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::diagnostic::{Finding, Problem};
use crate::knowledge::Knowledge;
use crate::knowledge::model::{Matcher, RuleCore};
use crate::project::{Project, Workspace};
use crate::source::{FileId, Location};

pub mod coded;
pub mod direct;
pub mod gate;
pub mod matcher;
pub mod text;

/// What a rule sees.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Everything that was read.
    pub workspace: &'a Workspace,
    /// The project that is judged.
    pub project: &'a Project,
    /// Its place in the workspace.
    pub index: usize,
    /// What is known of the ecosystem.
    pub knowledge: &'a Knowledge,
    /// The project's configuration.
    pub settings: &'a Settings,
    /// The configuration of each project, in the order of the workspace.
    pub all_settings: &'a [&'a Settings],
}

/// A rule in code: takes what it sees and gives what it found, in any order.
pub type Check = fn(&Context<'_>) -> Vec<Finding>;

/// The rules in code, by name.
pub const CODED: &[(&str, Check)] = &[
    ("banned-package", coded::policy::banned),
    ("duplicate-requirement", coded::duplicate_requirement::check),
    ("eol-python", coded::eol_python::check),
    ("include-cycle", coded::include_cycle::check),
    ("missing-include", coded::missing_include::check),
    ("missing-lock", coded::missing_lock::check),
    ("overlapping-libraries", coded::overlapping_libraries::check),
    ("stale-lock", coded::stale_lock::check),
    ("unknown-extra", coded::unknown_extra::check),
    ("unpreferred-package", coded::policy::unpreferred),
];

/// Rules whose findings are faults met while reading, under the name that the reader gave them.
pub const READING: &[&str] = &["unreadable-file", "invalid-syntax", "invalid-requirement", "invalid-lock"];

/// What `rule` finds in a project.
pub fn run(rule: &RuleCore, context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    if let Some((_, check)) = CODED.iter().find(|(name, _)| *name == rule.name) {
        findings.extend(check(context));
    }
    if READING.contains(&rule.name.as_str()) {
        findings.extend(coded::reading::check(context, &rule.name));
    }
    // Of the matches of one rule at one place the first speaks.
    let mut taken: BTreeSet<Location> = BTreeSet::new();
    for matcher in &rule.matchers {
        let found = matcher::run(rule, matcher, context);
        findings.extend(found.into_iter().filter(|f| f.at.span().is_none() || taken.insert(f.at)));
    }
    findings
}

/// Pairs of (top-level module, word): only a file that imports the module and holds the word can matter to a rule.
pub fn triggers(knowledge: &Knowledge) -> Vec<(String, String)> {
    let mut triggers: Vec<(String, String)> =
        knowledge.rules().iter().flat_map(|r| r.matchers.iter().flat_map(triggers_of)).collect();
    triggers.sort_unstable();
    triggers.dedup();
    triggers
}

fn triggers_of(matcher: &Matcher) -> Vec<(String, String)> {
    let functions = matcher.call.iter().flat_map(|call| &call.functions);
    let imports = matcher.import.iter().filter(|import| !import.even_guarded).flat_map(|import| &import.names);
    let pair = |name: &String| {
        let module = name.split('.').next().unwrap_or(name);
        let word = name.rsplit('.').next().unwrap_or(name);
        (module.to_owned(), word.to_owned())
    };
    functions.chain(imports).map(pair).collect()
}

/// A problem of the file `file` as a finding.
pub fn finding_of(problem: &Problem, file: FileId) -> Finding {
    let mut finding = Finding::new(file.locate(problem.at), problem.message.clone()).label(problem.label.clone());
    for (at, text) in &problem.labels {
        finding = finding.related(file.span(*at), text.clone());
    }
    finding.help.clone_from(&problem.help);
    finding.notes.clone_from(&problem.notes);
    finding.variant(problem.variant)
}
