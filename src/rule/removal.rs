//! Whether a project gets the versions of a distribution that no longer have something.

use super::Context;
use crate::diagnostic::Finding;
use crate::knowledge::model::Removed;
use crate::manifest::{Group, Requirement, Versions};
use crate::project::Project;
use crate::source::Span;

/// That a project gets such versions, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    variant: Option<String>,
    note: String,
    declared: Option<Span>,
}

impl Removal {
    /// Adds to a finding why it holds for this project.
    pub fn tell(&self, mut finding: Finding) -> Finding {
        if self.variant.is_some() {
            finding.variant.clone_from(&self.variant);
        }
        if let Some(declared) = self.declared.filter(|_| !finding.labels.iter().any(|label| label.text == DECLARED)) {
            finding = finding.related(declared, DECLARED);
        }
        finding.note(self.note.clone())
    }
}

const DECLARED: &str = "declared here";

/// What a project gets of what was `removed`: nothing where an older version is installed, or where it cannot be told.
///
/// It gets nothing else where its requirements allow nothing else, or where its locks fix newer versions. Where they
/// allow older ones as well, and no lock decides, installers take the newest: this is the variant `in-part`.
pub fn of(removed: &Removed, context: &Context<'_>) -> Option<Removal> {
    let Removed { from, since, in_part } = removed;
    if context.every_requirement_on(from).next().is_none() && context.project.locked(from).next().is_none() {
        return None;
    }
    let without = Versions::parse(&format!(">={since}"))?;
    if context.is_of_workspace(from) {
        return None;
    }
    let mut declared = None;
    let mut only = true;
    for (_, manifest, requirement) in context.every_requirement_on(from).filter(|(_, _, r)| r.group != Group::Build) {
        if !allows(requirement, &without) {
            return None;
        }
        only &= requirement.versions().within(&without);
        declared = declared.or(Some((manifest, requirement)));
    }
    let at = declared.map(|(manifest, requirement)| manifest.file.span(requirement.name_at));
    let locked: Vec<&str> =
        context.project.locked(from).filter_map(|(_, package)| Some(package.version.as_ref()?.text.as_str())).collect();
    if let Some(version) = locked.first() {
        let all = locked.iter().all(|version| without.contains(version) == Some(true));
        let note = format!("the lock has `{from}` {version}");
        return all.then_some(Removal { variant: None, note, declared: at });
    }
    let at = at?;
    let row = context.workspace.row(at);
    if only {
        let note = format!("{row} allows no `{from}` before {since}");
        return Some(Removal { variant: None, note, declared: Some(at) });
    }
    if context.project.unread_lock || context.project.is_partial() || !gets_newest(context, from) {
        return None;
    }
    let note = format!("{row} allows `{from}` {since} and later, which a fresh install takes");
    Some(Removal { variant: Some(in_part.clone()), note, declared: Some(at) })
}

/// Whether `project` may get such versions, as far as its requirements and the names in its locks tell.
pub fn may_be(removed: &Removed, project: &Project) -> bool {
    let Removed { from, since, .. } = removed;
    let Some(without) = Versions::parse(&format!(">={since}")) else { return false };
    let on_it = || project.every_requirement().map(|(_, requirement)| requirement).filter(|r| r.name() == from);
    (on_it().next().is_some() || project.locked(from).next().is_some())
        && on_it().all(|requirement| requirement.group == Group::Build || allows(requirement, &without))
}

/// Whether what a requirement allows is known, and some of it lies in `versions`.
fn allows(requirement: &Requirement, versions: &Versions) -> bool {
    let known = requirement.specifier.as_ref().is_none_or(|specifier| specifier.versions.is_some());
    known && requirement.versions().meets(versions)
}

/// Whether the newest version known of a distribution is for one of the Pythons that count.
fn gets_newest(context: &Context<'_>, distribution: &str) -> bool {
    let supported = context.knowledge.package(distribution).and_then(|package| package.requires_python.as_deref());
    let supported = supported.and_then(Versions::parse_python);
    context.pythons.zip(supported).is_none_or(|(pythons, supported)| pythons.versions.meets(&supported))
}
