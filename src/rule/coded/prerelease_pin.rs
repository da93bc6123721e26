//! `prerelease-pin`: a pin on a pre-release of a version that has come out since.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::manifest::{Group, Origin, version};
use crate::rule::{Context, direct};
use crate::source::Location;

/// One finding a distribution. Only where the catalogue knows a later final release: there may be no other.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (manifest, requirement) in context.project.requirements() {
        let counts = requirement.origin == Origin::Index && requirement.group != Group::Constraint;
        let Some(specifier) = requirement.specifier.as_ref().filter(|_| counts) else { continue };
        let Some(pin) = specifier.pin().filter(|pin| version::is_prerelease(pin) == Some(true)) else { continue };
        let Some(package) = context.knowledge.package(requirement.name()) else { continue };
        let is_newer = version::is_prerelease(&package.latest) == Some(false)
            && version::is_below(pin, &package.latest) == Some(true);
        let is_chosen = direct::is_direct(context, manifest, requirement);
        if !is_newer || !is_chosen || context.is_of_workspace(requirement.name()) || !told.insert(requirement.name()) {
            continue;
        }
        let message = format!("`{pin}` is a pre-release of `{}`, and final releases have come out since", package.name);
        let mut finding = Finding::new(Location::Span(manifest.file.span(specifier.at)), message)
            .package(requirement.name())
            .key(pin)
            .help("pin a final release, or say why this one stays");
        finding = if package.last_release.is_empty() {
            finding.note(format!("the newest is {}", package.latest))
        } else {
            finding.note(format!("the newest is {} ({})", package.latest, package.last_release))
        };
        findings.push(finding);
    }
    findings
}
