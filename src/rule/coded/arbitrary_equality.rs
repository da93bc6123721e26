//! `arbitrary-equality`: `===`, which compares texts.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::version::clause::Operator;
use crate::manifest::{Origin, Versions};
use crate::rule::{Context, direct};
use crate::source::{Extent, Location};

/// More findings in one project say nothing new.
const MAX_FINDINGS: usize = 500;

/// One finding a clause.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, requirement) in context.project.requirements() {
        let Some(specifier) = requirement.specifier.as_ref().filter(|_| requirement.origin != Origin::Conda) else {
            continue;
        };
        for (clause, at) in specifier.placed_clauses() {
            let is_judged = clause.operator == Operator::Arbitrary && findings.len() < MAX_FINDINGS;
            if !is_judged || !direct::is_direct(context, manifest, requirement) {
                continue;
            }
            let operator = Extent::new(at.range().start, at.range().start + clause.operator.as_str().len());
            let is_version = Versions::parse(&format!("=={}", clause.version)).is_some();
            let message = format!("`==={}` compares texts, not versions", clause.version);
            let mut finding = Finding::new(Location::Span(manifest.file.span(at)), message)
                .package(requirement.name())
                .key(clause.version);
            finding = if is_version {
                let edits = vec![Edit { span: manifest.file.span(operator), text: "==".to_owned() }];
                let title = format!("write `=={}`", clause.version);
                finding
                    .note("`1.0` and `1.0.0` are one version and two texts, and local versions are left out")
                    .help(format!("write `=={}`", clause.version))
                    .fix(Some(Fix { title, applicability: Applicability::Unsafe, edits }))
            } else {
                finding
                    .note(format!(
                        "`{}` is no version (PEP 440), and pip 24.1 and later ignore such releases",
                        clause.version
                    ))
                    .help("require a release with a version that can be compared")
            };
            findings.push(finding);
        }
    }
    findings
}
