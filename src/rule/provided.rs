//! Whether something that a project declares, or that it is known to bring, installs a distribution.

use std::collections::BTreeSet;

use super::Context;
use crate::evidence::TraceKind;
use crate::imports::reach::{Everything, Reach};
use crate::imports::{self, used};
use crate::knowledge::dependencies;
use crate::knowledge::modules::Modules;
use crate::lock::Lock;
use crate::manifest::{Group, Origin, Requirement};
use crate::name::{self, Name};
use crate::project::words::Words;
use crate::project::{Project, Workspace};

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The distributions that need it: what is called after one of them may well bring it.
    pub of: &'w [String],
    /// Distributions, one of which is enough (normalised, or globs).
    pub names: &'w [String],
    /// Requirements with an extra that brings one of them (`fastapi[standard]`).
    pub extras: &'w [String],
    /// Further distributions that bring one of them (normalised, or globs).
    pub by: &'w [String],
}

impl Wanted<'_> {
    /// Whether the distribution `found` is one of what is wanted, or brings it.
    fn is_one(&self, found: &str) -> bool {
        self.names.iter().chain(self.by).any(|pattern| name::matches(pattern, found))
    }
}

/// Whether the project gets what is wanted, whoever asks for it: any group of any of its manifests, a project of the same
/// workspace, a lock, an environment, a command. Nothing where it cannot be told.
pub fn is_provided(context: &Context<'_>, wanted: &Wanted<'_>) -> Option<bool> {
    let requirements: Vec<&Requirement> = all_requirements(context.workspace).collect();
    let is_wanted = |found: &str| wanted.is_one(found);
    if is_required(context.workspace, wanted)
        || is_installed(context, &is_wanted)
        || is_reached(&requirements, &is_wanted)
    {
        return Some(true);
    }
    let own = || context.project.requirements().map(|(_, requirement)| requirement);
    let runtime = own().filter(|requirement| requirement.group == Group::Runtime);
    let modules = Modules::new(context.knowledge);
    let everything = Everything::of(context.workspace, &modules);
    let reach = Reach::of(context.workspace, context.index, &everything);
    if reach.is_partial || !reach.has_list || imports::has_stocked_image(context.workspace, context.project) {
        return None;
    }
    if context.project.locks.iter().any(|lock| is_complete(&lock.lock)) {
        return Some(false);
    }
    // What is not known may bring anything, and so may what is called after what needs it.
    let is_kin = |requirement: &Requirement| {
        let first = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
        let name = requirement.name();
        dependencies::requires(name).is_none()
            && !wanted.of.iter().any(|of| of == name)
            && wanted.of.iter().any(|of| first(of) == first(name))
    };
    let is_open = |requirement: &Requirement| {
        requirement.origin != Origin::Index && requirement.origin != Origin::Conda
            || modules.of(requirement.name()).is_none()
            || is_kin(requirement)
    };
    if runtime.into_iter().any(is_open) { None } else { Some(false) }
}

/// Whether a requirement of the workspace is one on what is wanted, or on what brings it.
pub fn is_required(workspace: &Workspace, wanted: &Wanted<'_>) -> bool {
    all_requirements(workspace).any(|r| wanted.is_one(r.name()) || has_extra(r, wanted))
}

fn all_requirements(workspace: &Workspace) -> impl Iterator<Item = &Requirement> {
    let projects = workspace.projects.iter().flat_map(Project::everything);
    projects.chain(&workspace.context).flat_map(|manifest| &manifest.reading.requirements)
}

/// Whether a requirement asks for an extra that brings it.
fn has_extra(requirement: &Requirement, wanted: &Wanted<'_>) -> bool {
    let asks_for = |written: &String| {
        let (of, extra) = written.trim_end_matches(']').split_once('[').unwrap_or((written, ""));
        name::matches(of, requirement.name()) && requirement.extras.iter().any(|found| found.name == Name::new(extra))
    };
    let extras: Vec<&str> = requirement.extras.iter().map(|extra| extra.name.as_str()).collect();
    !extras.is_empty()
        && (wanted.extras.iter().any(asks_for)
            || wanted
                .names
                .iter()
                .any(|name| used::is_of_extras(requirement.name(), &extras, name) || extras.contains(&name.as_str())))
}

/// Whether a lock, an environment or a command has it.
fn is_installed(context: &Context<'_>, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    let locked = context.project.locks.iter().flat_map(|lock| &lock.lock.packages);
    let traces = context.workspace.evidence.iter().flat_map(|evidence| &evidence.seen.traces);
    let is_install = |text: &str| {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
        is_wanted(Name::new(text.get(..end).unwrap_or_default()).as_str())
    };
    locked.into_iter().any(|package| is_wanted(package.name.as_str()))
        || context
            .project
            .installed
            .as_ref()
            .is_some_and(|installed| installed.distributions().iter().any(|found| is_wanted(found.name.as_str())))
        || traces.into_iter().any(|trace| trace.kind == TraceKind::Install && is_install(&trace.text))
}

/// Whether one of the requirements, or what they need in turn, brings it.
fn is_reached(requirements: &[&Requirement], is_wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut open: Vec<&str> = requirements.iter().map(|requirement| requirement.name()).collect();
    let mut seen: BTreeSet<&str> = open.iter().copied().collect();
    while let Some(name) = open.pop() {
        if is_wanted(name) {
            return true;
        }
        open.extend(dependencies::requires(name).unwrap_or_default().into_iter().filter(|need| seen.insert(need)));
    }
    false
}

/// Whether continuous integration, a container or a task names one of `names` in any way: it may be installed there in a
/// way that is not read.
pub fn is_named(context: &Context<'_>, names: &[String]) -> bool {
    let words = Words::new(names.iter().filter(|name| !name.ends_with('*')).map(String::as_str));
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.any(|evidence| words.first_in(context.workspace.sources.text(evidence.file)).is_some())
}

/// Whether one of the distributions `names` (normalised) needs `child`, directly or not; nothing where it is not known of
/// each what it needs.
pub fn brings(context: &Context<'_>, names: &BTreeSet<&str>, child: &str) -> Option<bool> {
    let locks: Vec<&Lock> =
        context.project.locks.iter().map(|lock| &lock.lock).filter(|lock| is_complete(lock)).collect();
    let mut open: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut seen: BTreeSet<String> = open.iter().cloned().collect();
    let mut is_known = true;
    while let Some(name) = open.pop() {
        if name == child || used::is_needed_by(&name, child) {
            return Some(true);
        }
        let locked = locks.iter().flat_map(|lock| lock.named(&name)).collect::<Vec<_>>();
        let needs: Vec<String> = if locked.is_empty() {
            let needs = dependencies::requires(&name);
            is_known &= needs.is_some() || !locks.is_empty() || !names.contains(name.as_str());
            needs.unwrap_or_default().into_iter().map(str::to_owned).collect()
        } else {
            locked.iter().flat_map(|package| &package.needs).map(|edge| edge.name.as_str().to_owned()).collect()
        };
        open.extend(needs.into_iter().filter(|need| seen.insert(need.clone())));
    }
    is_known.then_some(false)
}

/// Whether a lock says what its packages need.
fn is_complete(lock: &Lock) -> bool {
    !lock.partial && lock.packages.iter().any(|package| !package.needs.is_empty())
}
