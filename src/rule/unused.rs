//! Which requirements of a program are judged by how they are used.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, direct, package};
use crate::imports::idle::{self, Idle, Usage};
use crate::imports::used::Way;
use crate::imports::{Module, Resolved};
use crate::knowledge::dependencies;
use crate::knowledge::model::FateKind;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::project::Kind;
use crate::project::purpose::Purpose;
use crate::source::{FileId, Sources};

/// What says how requirements are used, and those of the program of which it can be told: those that the project has chosen
/// itself, and of which nobody has said why they are there.
pub fn judged<'a>(context: &Context<'a>) -> Option<(Idle<'a>, Vec<(&'a Manifest, &'a Requirement)>)> {
    let mut candidates = candidates(context);
    if candidates.is_empty() {
        return None;
    }
    let idle = Idle::new(context.workspace, context.knowledge, context.imports, context.index)?;
    let holding = holding(context, &idle);
    candidates.retain(|(manifest, requirement)| !is_pin(requirement) || !holding.contains(&manifest.file));
    Some((idle, candidates))
}

/// The rules that judge requirements by how they are used.
pub const RULES: &[&str] = &["unused-dependency", "runtime-dependency-for-tests"];

/// What decides whether requirements are used after all: for each of them the words under which texts may name it.
pub fn words(context: &Context<'_>) -> Vec<BTreeSet<String>> {
    let candidates = candidates(context);
    let idle = || Idle::new(context.workspace, context.knowledge, context.imports, context.index);
    let Some(idle) = (!candidates.is_empty()).then(idle).flatten() else { return Vec::new() };
    candidates.into_iter().filter_map(|(_, requirement)| idle.open_words(requirement.name())).collect()
}

/// The files in which the project pins what other requirements bring: who does so once does so for more, and it is not known
/// of everything what it brings.
fn holding(context: &Context<'_>, idle: &Idle<'_>) -> Vec<FileId> {
    let mut held: BTreeMap<FileId, usize> = BTreeMap::new();
    let runtime = context.project.requirements().filter(|(_, r)| r.group == Group::Runtime);
    for (manifest, _) in runtime.filter(|(_, r)| is_pin(r)).filter(|(_, r)| match idle.usage(r.name()) {
        Usage::Needed => true,
        Usage::Otherwise(used) => used.way == Way::Needed,
        _ => false,
    }) {
        *held.entry(manifest.file).or_default() += 1;
    }
    held.into_iter().filter(|(_, count)| *count >= HOLDING_FROM).map(|(file, _)| file).collect()
}

/// From so many pins of what others bring on, a file holds versions.
const HOLDING_FROM: usize = 2;

/// A requirement of the program that it imports, and whose own needs are not known: it lies at a URL or in a repository, and
/// no lock, no environment and no table has it. What nothing else uses may be there for that one.
pub fn unknown<'a>(context: &Context<'a>) -> Option<&'a Requirement> {
    let project = context.project;
    let is_known = |name: &str| {
        dependencies::version(name).is_some()
            || project.locked(name).any(|(_, package)| !package.needs.is_empty())
            || project.installed.as_ref().is_some_and(|installed| installed.distribution(name).is_some())
    };
    let is_imported = |name: &str| {
        let mut modules = context.modules().modules.iter();
        modules.any(|module| module.resolved == Resolved::Declared && module.distribution.as_deref() == Some(name))
    };
    let mut requirements = project.requirements().map(|(_, requirement)| requirement);
    requirements.find(|r| {
        r.group == Group::Runtime
            && matches!(r.origin, Origin::Url(..))
            && is_imported(r.name())
            && !is_known(r.name())
            && !context.is_of_workspace(r.name())
    })
}

fn is_pin(requirement: &Requirement) -> bool {
    requirement.specifier.as_ref().is_some_and(|specifier| specifier.pin().is_some())
}

fn candidates<'a>(context: &Context<'a>) -> Vec<(&'a Manifest, &'a Requirement)> {
    let project = context.project;
    // Where the program imports nothing of what is declared, the list is for something else.
    let is_of_program = |module: &Module| {
        module.resolved == Resolved::Declared && module.uses.iter().any(|used| used.purpose == Purpose::Runtime)
    };
    let has_program = context.modules().modules.iter().any(is_of_program);
    if !has_program || project.is_playbook || project.is_partial() {
        return Vec::new();
    }
    // What was not looked for in other texts is not judged.
    let Some(mut names) = idle::names(project, context.modules()) else { return Vec::new() };
    let is_candidate = |(manifest, requirement): &(&Manifest, &Requirement)| {
        // An environment of conda is for people to work in.
        requirement.group == Group::Runtime
            && manifest.format != "conda"
            && requirement.name.is_some()
            && requirement.origin == Origin::Index
            && !context.is_of_workspace(requirement.name())
            && !is_for_some_machines(requirement)
            && !is_to_be_deleted(context, requirement.name())
            && !is_beside_package(context, manifest)
            && !context.declared.is_frozen(manifest)
            && direct::is_direct(context, manifest, requirement)
            && !is_explained(&context.workspace.sources, manifest, requirement)
    };
    project.requirements().filter(is_candidate).filter(|(_, r)| names.remove(r.name())).collect()
}

/// Whether another rule says to delete the requirement, whoever uses it.
fn is_to_be_deleted(context: &Context<'_>, name: &str) -> bool {
    use FateKind::{Backport, Misnamed, StdlibModule, Stubs};
    let fate = context.knowledge.fate(name).map(|(_, fate)| fate.kind);
    fate.is_some_and(|kind| matches!(kind, Backport | Misnamed | StdlibModule | Stubs))
}

/// Whether a requirements file lies beside a package that has its own list: developers install it.
fn is_beside_package(context: &Context<'_>, manifest: &Manifest) -> bool {
    manifest.format == "requirements"
        && context.project.kind == Kind::Library
        && !package::is_metadata(context, manifest)
}

/// Whether a requirement counts on some machines alone: what only Windows needs is seldom imported by name.
fn is_for_some_machines(requirement: &Requirement) -> bool {
    let marker = requirement.marker.as_ref().map_or("", |marker| marker.written.as_str());
    ["platform", "os_name", "implementation"].iter().any(|variable| marker.contains(variable))
}

/// Whether a comment on its line, or a sentence in the lines above, says something of a requirement.
fn is_explained(sources: &Sources, manifest: &Manifest, requirement: &Requirement) -> bool {
    let text = sources.text(manifest.file);
    let after = text.get(requirement.at.range().end..).unwrap_or_default();
    let line = after.lines().next().unwrap_or_default();
    let before = text.get(..requirement.at.range().start).unwrap_or_default();
    let above = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
    let comments = above.map_while(|line| line.trim_start().strip_prefix('#'));
    // A heading is shorter.
    let is_sentence = |comment: &str| comment.split_whitespace().count() > HEADING;
    line.split_once('#').is_some_and(|(_, comment)| told(comment).contains(char::is_alphabetic))
        || comments.into_iter().map(told).any(is_sentence)
}

/// What of a comment speaks to people: what linters are told says nothing of a requirement, and nor does what is left to do.
fn told(comment: &str) -> &str {
    let ends = ["pyeco-lint:", "noqa", "TODO", "FIXME"].iter().filter_map(|mark| comment.find(mark));
    comment.get(..ends.min().unwrap_or(comment.len())).unwrap_or(comment)
}

/// The most words of a comment that heads a part of a list.
const HEADING: usize = 3;
