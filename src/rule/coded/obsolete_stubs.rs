//! `obsolete-stubs`, the part that data cannot say: stubs of a library that nothing in the workspace has or uses.

use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::fix::Applicability;
use crate::knowledge::model::FateKind;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::name::Name;
use crate::project::{Kind, Project, load};
use crate::python::stubs;
use crate::rule::{Context, Judged, direct, edit, text};

/// The variant of these findings.
const UNUSED: &str = "unused";

/// From this many modules on, the source shows what a project uses.
const MODULES: usize = 3;

/// How stubs of typeshed are named: this, and the library.
const PREFIX: &str = "types-";

/// One finding a distribution of stubs.
pub fn unused(context: &Context<'_>) -> Vec<Finding> {
    if !is_known(context) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = Vec::new();
    let candidates: Vec<(Judged<'_>, &[&str])> = context
        .requirements()
        .filter_map(|judged| Some((judged, stubs::modules_of(judged.2.name())?)))
        .filter(|((context, manifest, requirement), _)| is_candidate(context, manifest, requirement))
        .collect();
    for ((_, manifest, requirement), modules) in candidates {
        let name = requirement.name();
        if let Some(told) = findings.iter_mut().find(|finding| finding.package.as_deref() == Some(name)) {
            *told = std::mem::replace(told, Finding::new(told.at, ""))
                .related(manifest.file.span(requirement.name_at), ALSO_DECLARED)
                .fix(None);
            continue;
        }
        if is_used(context, modules) || is_there(context, name, modules) {
            continue;
        }
        let library = name.strip_prefix(PREFIX).unwrap_or(name);
        let shown = modules.get(..1).unwrap_or_default();
        let message = format!("`{name}` describes a library that nothing here requires or imports");
        let finding = Finding::new(manifest.file.locate(Some(requirement.name_at)), message)
            .note(format!(
                "no source imports {}, and no requirement or lock names `{library}`",
                text::alternatives(shown)
            ))
            .help("delete the requirement")
            .package(name)
            .key(UNUSED)
            .variant(Some(UNUSED))
            .fix(edit::deletion(manifest, requirement, Applicability::Unsafe));
        findings.push(finding);
    }
    findings
}

/// Whether it is known what the projects require and import: all was read, and there is source to speak of.
fn is_known(context: &Context<'_>) -> bool {
    let workspace = context.workspace;
    let is_of_stubs =
        context.project.name().is_some_and(|own| own.as_str().contains("stubs") || own.as_str().starts_with(PREFIX));
    workspace.source_read
        && context.project.modules >= MODULES
        && workspace.unread.is_empty()
        && !workspace.projects.iter().any(|project| project.is_partial() || project.unread_lock)
        && !is_of_stubs
}

/// Whether the requirement is one of developers, and of a distribution whose fate no other finding tells.
fn is_candidate(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let for_developers = match &requirement.group {
        _ if context.environment.is_some() => true,
        Group::Dev(_) => true,
        // The types of what a library passes on are for those who use it.
        Group::Runtime | Group::Extra(_) => context.project.kind == Kind::Application,
        Group::Build | Group::Constraint => false,
    };
    let fate = context.knowledge.fate(requirement.name());
    for_developers
        && requirement.origin == Origin::Index
        && fate.is_none_or(|(_, fate)| fate.kind == FateKind::Stubs && fate.when.is_some())
        && direct::is_direct(context, manifest, requirement)
}

/// Whether any source imports one of the modules, be it as a part of another (`vendor.yaml`).
fn is_used(context: &Context<'_>, modules: &[&str]) -> bool {
    let is_one = |part: &str| modules.contains(&part);
    context
        .workspace
        .python
        .iter()
        .flat_map(|file| &file.imports.imports)
        .any(|import| import.module.split('.').any(is_one) || import.names.iter().any(is_one))
}

/// Whether anything requires or locks the library, under its name or under another one that brings its modules.
fn is_there(context: &Context<'_>, stubs: &str, modules: &[&str]) -> bool {
    let library = stubs.strip_prefix(PREFIX).unwrap_or(stubs);
    let own: Vec<Name> = modules.iter().map(|module| Name::new(module)).collect();
    let brings = |name: &str| {
        let package = context.knowledge.package(name);
        let known = package.into_iter().flat_map(|package| &package.imports);
        name != stubs
            && (name == library
                || name.strip_prefix(library).is_some_and(|rest| rest.starts_with('-'))
                || own.iter().any(|module| name == module.as_str())
                || known.into_iter().any(|module| modules.contains(&load::top_level(module))))
    };
    let projects = &context.workspace.projects;
    projects.iter().flat_map(Project::every_requirement).any(|(_, r)| brings(r.name()))
        || projects
            .iter()
            .flat_map(|project| &project.locks)
            .any(|lock| lock.lock.packages.iter().any(|package| brings(package.name.as_str())))
        || projects.iter().filter_map(Project::name).any(|name| brings(name.as_str()))
}
