//! `unbounded-requirement`: a library that takes any version of another, however old.

use crate::diagnostic::Finding;
use crate::manifest::{Group, Origin, Versions};
use crate::project::Kind;
use crate::rule::Context;
use crate::source::Location;

/// One finding a requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    if project.kind != Kind::Library {
        return Vec::new();
    }
    let own = project.name();
    let mut findings = Vec::new();
    for (manifest, requirement) in project.requirements() {
        let is_metadata = matches!(manifest.format, "pyproject" | "setup.cfg" | "setup.py");
        let counts = is_metadata
            && requirement.group == Group::Runtime
            && requirement.origin == Origin::Index
            && requirement.name.is_some()
            && requirement.name != own
            && requirement.specifier.as_ref().is_none_or(|s| s.versions.as_ref().is_some_and(allows_any_old));
        if !counts {
            continue;
        }
        let message = format!("any version of `{}` will do, also its first", requirement.name());
        let finding = Finding::new(Location::Span(manifest.file.span(requirement.name_at)), message)
            .note("whoever has an old one keeps it, and meets its faults as faults of this library")
            .help("give the oldest version with which the tests pass: `>=1.2`")
            .package(requirement.name())
            .key(requirement.group.to_string());
        findings.push(finding);
    }
    findings
}

fn allows_any_old(versions: &Versions) -> bool {
    versions.contains("0.0.1") == Some(true)
}
