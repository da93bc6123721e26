//! Which requirements of a program are judged by how they are used.

use super::{Context, direct};
use crate::imports::idle::Idle;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::source::Sources;

/// The requirements of the program of which it can be told whether they are used: those that the project has chosen
/// itself, and of which nobody has said why they are there.
pub fn candidates<'a>(context: &Context<'a>) -> Vec<(&'a Manifest, &'a Requirement)> {
    let project = context.project;
    let imports_others = context.modules().modules.iter().any(|module| module.distribution.is_some());
    if !imports_others || project.is_playbook || project.is_partial() {
        return Vec::new();
    }
    let is_candidate = |(manifest, requirement): &(&Manifest, &Requirement)| {
        requirement.group == Group::Runtime
            && requirement.name.is_some()
            && requirement.origin == Origin::Index
            && !context.is_of_workspace(requirement.name())
            && !is_for_some_machines(requirement)
            && !direct::is_frozen(manifest)
            && direct::is_direct(context, manifest, requirement)
            && !is_explained(&context.workspace.sources, manifest, requirement)
    };
    project.requirements().filter(is_candidate).collect()
}

/// What says how the project's requirements are used.
pub fn idle<'a>(context: &Context<'a>) -> Option<Idle<'a>> {
    Idle::new(context.workspace, context.knowledge, context.imports, context.index)
}

/// Whether a requirement counts on some machines alone: what only Windows needs is seldom imported by name.
fn is_for_some_machines(requirement: &Requirement) -> bool {
    let marker = requirement.marker.as_ref().map_or("", |marker| marker.written.as_str());
    ["platform", "os_name", "implementation"].iter().any(|variable| marker.contains(variable))
}

/// Whether a comment on its line says something of a requirement.
fn is_explained(sources: &Sources, manifest: &Manifest, requirement: &Requirement) -> bool {
    let text = sources.text(manifest.file);
    let after = text.get(requirement.at.range().end..).unwrap_or_default();
    let line = after.lines().next().unwrap_or_default();
    line.split_once('#').is_some_and(|(_, comment)| comment.contains(char::is_alphabetic))
}
