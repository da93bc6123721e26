//! What the organisation has decided: `banned` and `preferred` of the configuration.

use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Requirement};
use crate::rule::Context;
use crate::source::Location;

/// `banned-package`.
pub fn banned(context: &Context<'_>) -> Vec<Finding> {
    on_each(context, |requirement| {
        let reason = context.config.banned_reason(requirement.name())?;
        let finding = Finding::new(Location::Project, format!("`{}` is banned by your configuration", requirement.name()));
        Some(if reason.is_empty() { finding } else { finding.note(reason) })
    })
}

/// `unpreferred-package`.
pub fn unpreferred(context: &Context<'_>) -> Vec<Finding> {
    on_each(context, |requirement| {
        let preferred = context.config.preferred_over(requirement.name())?;
        let message = format!("your configuration prefers `{}` to `{}`", preferred.replacement, requirement.name());
        let finding = Finding::new(Location::Project, message).help(format!("use `{}`", preferred.replacement)).replacements([&preferred.replacement]);
        Some(if preferred.reason.is_empty() { finding } else { finding.note(preferred.reason) })
    })
}

/// One finding a distribution, at its first requirement.
fn on_each(context: &Context<'_>, judge: impl Fn(&Requirement) -> Option<Finding>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let installs = |pair: &(&Manifest, &Requirement)| pair.1.group != Group::Constraint && pair.1.name.is_some();
    for (manifest, requirement) in context.project.requirements().filter(installs) {
        let place = manifest.file.span(requirement.name_at);
        if let Some(first) = findings.iter_mut().find(|f| f.package.as_deref() == Some(requirement.name())) {
            first.labels.push(crate::diagnostic::Label { span: place, text: "declared here as well".to_owned() });
        } else if let Some(mut finding) = judge(requirement) {
            finding.at = Location::Span(place);
            findings.push(finding.package(requirement.name()));
        }
    }
    findings
}
