//! `unknown-extra`: an extra that the distribution no longer has, or never had. Installers only warn about it.

use crate::diagnostic::Finding;
use crate::knowledge::model::GoneExtra;
use crate::manifest::{Group, Origin};
use crate::rule::{Context, direct, gate, text};
use crate::source::Location;

/// One finding an extra.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let counts = |r: &crate::manifest::Requirement| r.origin == Origin::Index && r.group != Group::Constraint;
    for (context, manifest, requirement) in context.requirements().filter(|(_, _, r)| counts(r)) {
        let context = &context;
        let Some(package) = context.knowledge.package(requirement.name()) else { continue };
        for extra in &requirement.extras {
            let gone = package.gone_extras.iter().find(|gone| extra.name == gone.name.as_str());
            let Some(gone) = gone.filter(|gone| gate::gets(context, requirement, &since(gone))) else { continue };
            if !direct::is_direct(context, manifest, requirement) {
                continue;
            }
            let message = format!("the extra `{}` of `{}` is gone: {}", gone.name, package.name, gone.reason);
            let mut finding = Finding::new(Location::Span(manifest.file.span(extra.at)), message)
                .package(package.name.clone())
                .replacements(gone.replacements.clone())
                .note("installers warn and go on, so that nothing of it is installed")
                .key(gone.name.clone());
            finding = match gone.replacements.as_slice() {
                [] => finding.help("delete the extra"),
                names => finding.help(format!("require {}", text::enumeration(names))),
            };
            findings.push(finding);
        }
    }
    findings
}

/// The versions without the extra.
fn since(gone: &GoneExtra) -> String {
    if gone.since.is_empty() { String::new() } else { format!(">={}", gone.since) }
}
