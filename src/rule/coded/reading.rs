//! Faults that readers met, as findings.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::path;
use crate::project::{PythonFile, role};
use crate::rule::{Context, finding_of};
use crate::source::FileId;

/// The rule for texts that are not what their format asks for.
const SYNTAX: &str = "invalid-syntax";

/// What the readers of a project's manifests, environments and locks (and of its Python, for syntax) report under the
/// name `rule`.
pub fn check(context: &Context<'_>, rule: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in context.project.everything() {
        // A file beside tests or examples that is no project of its own is their data.
        let folder = path::folder(path::below(&manifest.path, &context.project.root).unwrap_or(&manifest.path));
        if matches!(manifest.format, "pyproject" | "setup.cfg" | "setup.py") && role::is_aside(folder) {
            continue;
        }
        // Which table has a key, and what its value is, is not certain before the syntax is right.
        let may_change = rule != "unknown-key" || manifest.reading.problems.iter().all(|one| one.rule != SYNTAX);
        for problem in manifest.reading.problems.iter().filter(|p| p.rule == rule) {
            let mut finding = finding_of(problem, manifest.file);
            if let (Some(at), Some(text), true) = (problem.at, &problem.replace, may_change) {
                let edits = vec![Edit { span: manifest.file.span(at), text: text.clone() }];
                let old = at.of(context.workspace.sources.text(manifest.file));
                let title = if text.is_empty() { format!("delete `{old}`") } else { format!("write `{text}`") };
                finding.fix = Some(Fix { title, applicability: Applicability::Safe, edits });
            }
            findings.push(finding);
        }
    }
    for lock in context.project.own_locks() {
        let problems = lock.lock.problems.iter().filter(|problem| problem.rule == rule);
        findings.extend(problems.map(|problem| finding_of(problem, lock.file)));
    }
    let unread = context.workspace.unread.iter().filter(|(at, _, p)| *at == context.index && p.rule == rule);
    for (_, file, problem) in unread {
        // What tests read may be broken on purpose.
        let path = context.workspace.sources.path(*file);
        let below = path::below(path, &context.project.root).unwrap_or(path);
        if !role::is_test(below) && !role::is_test_data(below) {
            findings.push(finding_of(problem, *file));
        }
    }
    if rule == SYNTAX {
        findings.extend(python_syntax(context));
    }
    findings
}

/// The first syntax error of each Python file that was parsed; files that need not be right are left alone.
fn python_syntax(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Those of a manifest are told by its reader.
    let manifests: BTreeSet<FileId> = context.project.everything().map(|manifest| manifest.file).collect();
    let is_source = |file: &&PythonFile| !manifests.contains(&file.file) || path::name(&file.path) != "setup.py";
    for file in context.workspace.python_of(context.project).filter(is_source) {
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        let problems = file.uses.iter().flat_map(|uses| &uses.problems);
        if let Some(problem) = problems.into_iter().next()
            && !role::is_test(below)
            && !role::is_data(path::folder(below))
        {
            findings.push(finding_of(problem, file.file).variant(Some("python")));
        }
    }
    findings
}
