//! `prerelease-pin`: a pin on a pre-release of a version that has come out since.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Origin, Requirement, version};
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
        let is_ours = context.is_of_workspace(requirement.name()) || is_in_lockstep(context, manifest, pin);
        if !is_newer || !is_chosen || is_ours || !told.insert(requirement.name()) {
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

/// Whether a pin on a version under development stands beside others on what the workspace builds, or in a project that is
/// under development itself: they are raised together, and released together.
fn is_in_lockstep(context: &Context<'_>, manifest: &Manifest, pin: &str) -> bool {
    let is_developed = |version: &str| version.contains(".dev");
    let own = manifest.reading.project.as_ref().and_then(|project| project.version.as_ref());
    let is_sibling = |r: &Requirement| r.pin().is_some_and(is_developed) && context.is_of_workspace(r.name());
    is_developed(pin)
        && (own.is_some_and(|version| is_developed(&version.text))
            || manifest.reading.requirements.iter().any(is_sibling))
}
