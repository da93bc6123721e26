//! What the organisation has decided: `banned` and `preferred` of the configuration.

use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::manifest::{Group, Manifest, Requirement};
use crate::rule::Context;
use crate::rule::text::alternatives;
use crate::source::Location;

/// `banned-package`.
pub fn banned(context: &Context<'_>) -> Vec<Finding> {
    on_each(context, |requirement| {
        let name = requirement.name();
        let ban = context.settings.config.banned.iter().find(|ban| ban.name.value == name)?;
        let finding = Finding::new(Location::Project, format!("`{name}` is banned by your configuration"));
        Some(with_reason(finding, &ban.reason, &ban.replacements))
    })
}

/// `unpreferred-package`.
pub fn unpreferred(context: &Context<'_>) -> Vec<Finding> {
    on_each(context, |requirement| {
        let name = requirement.name();
        let preference = context.settings.config.preferred.iter().find(|p| p.name.value == name)?;
        let message = format!("your configuration prefers {} to `{name}`", alternatives(&preference.replacements));
        Some(with_reason(Finding::new(Location::Project, message), &preference.reason, &preference.replacements))
    })
}

fn with_reason(mut finding: Finding, reason: &str, replacements: &[String]) -> Finding {
    if !reason.is_empty() {
        finding = finding.note(reason);
    }
    if !replacements.is_empty() {
        finding = finding.help(format!("use {}", alternatives(replacements)));
    }
    finding.replacements(replacements)
}

/// One finding a distribution, at its first requirement.
fn on_each(context: &Context<'_>, judge: impl Fn(&Requirement) -> Option<Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let installs = |pair: &(&Manifest, &Requirement)| pair.1.group != Group::Constraint && pair.1.name.is_some();
    for (manifest, requirement) in context.project.requirements().filter(installs) {
        let place = manifest.file.span(requirement.name_at);
        if let Some(first) = findings.iter_mut().find(|f| f.package.as_deref() == Some(requirement.name())) {
            first.labels.push(crate::diagnostic::Label { span: place, text: ALSO_DECLARED.to_owned() });
        } else if let Some(mut finding) = judge(requirement) {
            finding.at = Location::Span(place);
            findings.push(finding.package(requirement.name()));
        }
    }
    findings
}
