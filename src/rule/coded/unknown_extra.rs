//! `unknown-extra`: an extra that the distribution no longer has, or never had. Installers only warn about it.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::knowledge::model::GoneExtra;
use crate::manifest::{Extra, Group, Manifest, Origin, Requirement};
use crate::rule::{Context, direct, edit, gate, text};
use crate::source::{Extent, Location};

/// One finding an extra.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let counts = |r: &Requirement| r.origin == Origin::Index && r.group != Group::Constraint;
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
                // Installers install nothing for it now.
                [] => finding.help("delete the extra").fix(without(context, manifest, requirement, extra)),
                [own] if *own == package.name => {
                    let fix = without(context, manifest, requirement, extra);
                    finding.help(format!("require `{own}` without it")).fix(fix)
                }
                names => finding.help(format!("require {}", text::enumeration(names))),
            };
            findings.push(finding);
        }
    }
    findings
}

/// Deletes one of the extras of a requirement that is written as PEP 508 has it.
fn without(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement, extra: &Extra) -> Option<Fix> {
    let source = context.workspace.sources.text(manifest.file);
    let (start, end) = (requirement.name_at.range().end, extra.at.range());
    let open = start + source.get(start..end.start)?.find('[')?;
    // A list of its own, as Poetry has it, cannot be left out like that.
    if source.get(start..open).is_none_or(|between| !between.trim().is_empty()) {
        return None;
    }
    let close = end.end + source.get(end.end..requirement.at.range().end)?.find(']')?;
    let list = source.get(open + 1..close)?;
    if !requirement.exact || requirement.hashes > 0 || list.split(',').count() != requirement.extras.len() {
        return None;
    }
    let (before, after) = (source.get(open + 1..end.start)?, source.get(end.end..close)?);
    let place = if requirement.extras.len() == 1 {
        Extent::new(open, close + 1)
    } else if let Some(comma) = before.rfind(',') {
        Extent::new(open + 1 + comma, end.end)
    } else {
        let rest = after.get(after.find(',')? + 1..)?;
        Extent::new(end.start, close - rest.trim_start().len())
    };
    let title = format!("delete the extra `{}`", extra.name);
    Some(Fix::new(title, Applicability::Safe, vec![edit::remove(manifest.file, place)]))
}

/// The versions without the extra.
fn since(gone: &GoneExtra) -> String {
    if gone.since.is_empty() { String::new() } else { format!(">={}", gone.since) }
}
