//! `needs = …` of a `[[match]]`: what a call or an import needs beside the distribution that it is of.

use super::super::provided::{self, Wanted};
use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::knowledge::model::{NeedsMatch, NeedsPlace};
use crate::manifest::{Group, Manifest, Requirement};
use crate::project::purpose::{Purpose, Purposes};
use crate::project::role;
use crate::rule::syntax::Scanned;
use crate::rule::{Context, edit};

/// So many further places are shown; the others are counted.
const SHOWN_PLACES: usize = 3;

/// Those of `findings` that stand where it is needed, as one; nothing where the project has it, or that cannot be told.
pub(super) fn judge(wanted: &NeedsMatch, context: &Context<'_>, findings: Vec<Finding>) -> Option<Finding> {
    if findings.is_empty() {
        return None;
    }
    let (manifest, parent) = parent(wanted, context)?;
    let purposes = Purposes::of(context.workspace, context.project);
    let counts = |finding: &Finding| {
        let path = finding.at.file().map_or("", |file| context.workspace.sources.path(file));
        match (wanted.place, purposes.of_path(path)) {
            (NeedsPlace::Runtime, purpose) => purpose == Purpose::Runtime,
            (NeedsPlace::Tests, purpose) => purpose == Purpose::Tests,
        }
    };
    let mut needing = findings.into_iter().filter(counts);
    let mut finding = needing.next()?;
    if provided::is_named(context, &wanted.any_of) || provided::is_provided(context, &brought(wanted)) != Some(false) {
        return None;
    }
    let rest: Vec<Finding> = needing.collect();
    finding.package = wanted.any_of.first().cloned();
    if let Some(choice) = wanted.any_of.first().filter(|choice| !choice.contains('*')) {
        let source = context.workspace.sources.text(manifest.file);
        let title = format!("declare `{choice}` beside `{}`", parent.name());
        finding.fix = edit::command(context, manifest, &parent.group, choice).or_else(|| {
            let edits = edit::declare(source, manifest, parent, choice)?;
            Some(Fix::new(title, Applicability::Unsafe, edits))
        });
    }
    let spans = rest.iter().filter_map(|other| other.at.span());
    for span in spans.take(SHOWN_PLACES) {
        finding = finding.related(span, "needed here as well");
    }
    if rest.len() > SHOWN_PLACES {
        let more = crate::rule::text::count(rest.len() - SHOWN_PLACES, "place");
        finding = finding.note(format!("and needed at {more} more"));
    }
    let at = manifest.file.span(parent.name_at);
    if !finding.labels.iter().any(|label| label.span == at) {
        finding = finding.related(at, format!("`{}` is declared without it", parent.name()));
    }
    Some(finding)
}

/// Whether a project may have what needs it, and not what is needed, as far as requirements tell.
pub fn may_lack(wanted: &NeedsMatch, scanned: Scanned<'_>) -> bool {
    let needs_it = |requirement: &Requirement| wanted.of.iter().any(|name| name == requirement.name());
    scanned.project.requirements().any(|(_, requirement)| needs_it(requirement) && counts(wanted, requirement))
        && !provided::is_required(scanned.workspace, &brought(wanted))
}

fn brought(wanted: &NeedsMatch) -> Wanted<'_> {
    Wanted { of: &wanted.of, names: &wanted.any_of, extras: &wanted.extras, by: &wanted.brought_by }
}

/// The requirement on what needs it, where the code that needs it has it.
fn parent<'a>(wanted: &NeedsMatch, context: &Context<'a>) -> Option<(&'a Manifest, &'a Requirement)> {
    wanted.of.iter().find_map(|name| context.requirements_on(name).find(|(_, requirement)| counts(wanted, requirement)))
}

fn counts(wanted: &NeedsMatch, requirement: &Requirement) -> bool {
    match (&requirement.group, wanted.place) {
        (Group::Build | Group::Constraint, _) => false,
        (_, NeedsPlace::Tests) => true,
        (group, NeedsPlace::Runtime) => *group == Group::Runtime && !role::is_for_developers(group),
    }
}
