//! What the organisation has decided: `banned` and `preferred` of the configuration.

use std::collections::BTreeMap;

use crate::config::{Ban, Preference};
use crate::diagnostic::{ALSO_DECLARED, Finding, Label};
use crate::manifest::{Group, Requirement};
use crate::rule::text::alternatives;
use crate::rule::{Context, Judged};
use crate::source::Location;

/// `banned-package`.
pub fn banned(context: &Context<'_>) -> Vec<Finding> {
    let banned: BTreeMap<&str, &Ban> =
        context.settings.config.banned.iter().map(|b| (b.name.value.as_str(), b)).collect();
    on_each(context, banned.keys().copied(), |requirement| {
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
    on_each(context, preferred.keys().copied(), |requirement| {
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

/// One finding for each of the distributions `names`, at its first requirement.
fn on_each<'n>(
    context: &Context<'_>,
    names: impl Iterator<Item = &'n str>,
    judge: impl Fn(&Requirement) -> Option<Finding>,
) -> Vec<Finding> {
    let of_name = |name: &str| {
        let installs = |(_, _, requirement): &Judged<'_>| requirement.group != Group::Constraint;
        let required = context.every_requirement_on(name).filter(installs);
        let mut places = required.map(|(_, manifest, r)| (manifest.file.span(r.name_at), r));
        let (first, requirement) = places.next()?;
        let mut finding = Finding { at: Location::Span(first), ..judge(requirement)?.package(name) };
        finding.labels.extend(places.map(|(span, _)| Label { span, text: ALSO_DECLARED.to_owned() }));
        Some(finding)
    };
    names.filter_map(of_name).collect()
}
