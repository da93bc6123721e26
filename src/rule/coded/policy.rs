//! What the organisation has decided: `banned` and `preferred` of the configuration.

use std::collections::BTreeMap;

use crate::config::{Ban, Preference};
use crate::diagnostic::{ALSO_DECLARED, Finding, Label};
use crate::manifest::{Group, Manifest, Requirement};
use crate::rule::Context;
use crate::rule::text::alternatives;
use crate::source::Location;

/// `banned-package`.
pub fn banned(context: &Context<'_>) -> Vec<Finding> {
    let banned: BTreeMap<&str, &Ban> =
        context.settings.config.banned.iter().map(|b| (b.name.value.as_str(), b)).collect();
    on_each(context, |requirement| {
        let name = requirement.name();
        let ban = banned.get(name)?;
        let finding = Finding::new(Location::Project, format!("`{name}` is banned by your configuration"));
        Some(with_reason(finding, &ban.reason, &ban.replacements))
    })
}

/// `unpreferred-package`.
pub fn unpreferred(context: &Context<'_>) -> Vec<Finding> {
    let all = &context.settings.config.preferred;
    let preferred: BTreeMap<&str, &Preference> = all.iter().map(|p| (p.name.value.as_str(), p)).collect();
    on_each(context, |requirement| {
        let name = requirement.name();
        let preference = preferred.get(name)?;
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
    let mut by_name: BTreeMap<&str, Option<usize>> = BTreeMap::new();
    let installs = |pair: &(&Manifest, &Requirement)| pair.1.group != Group::Constraint && pair.1.name.is_some();
    for (manifest, requirement) in context.project.every_requirement().filter(installs) {
        let place = manifest.file.span(requirement.name_at);
        if let Some(at) = by_name.get(requirement.name()) {
            if let Some(first) = at.and_then(|at| findings.get_mut(at)) {
                first.labels.push(Label { span: place, text: ALSO_DECLARED.to_owned() });
            }
        } else {
            let found = judge(requirement);
            by_name.insert(requirement.name(), found.is_some().then_some(findings.len()));
            findings.extend(
                found.map(|finding| Finding { at: Location::Span(place), ..finding.package(requirement.name()) }),
            );
        }
    }
    findings
}
