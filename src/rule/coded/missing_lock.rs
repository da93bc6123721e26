//! `missing-lock`: an application uses a manager without its lock.

use super::wildcard_version;
use crate::diagnostic::Finding;
use crate::lock::Manager;
use crate::manifest::{Group, Manifest, Requirement};
use crate::project::Kind;
use crate::rule::Context;
use crate::source::Location;

/// At most one finding a project, at its table in the main manifest. Bare `*`s are other places of it: what is wrong with
/// them is that nothing fixes them.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let Some(managed) = project.managed.as_ref().filter(|_| speaks(context)) else { return Vec::new() };
    let (name, file) = (managed.by.name(), managed.by.file());
    let finding = Finding::new(project.head(), format!("{name} manages this application, and there is no `{file}`"))
        .note("each install resolves anew: two of them may differ, and what was tested is not what is deployed");
    let finding = match managed.at {
        Location::Span(span) if !is_managers_own(context) => {
            finding.related(span, format!("shows that {name} is used"))
        }
        _ => finding,
    };
    let finding = if context.settings.selection.runs("wildcard-version") {
        wildcard_version::places(context).fold(finding, |finding, at| finding.related(at, "whatever is the newest"))
    } else {
        finding
    };
    vec![match (managed.by, managed.by.command()) {
        // The option for this keeps versions of a lock, and there is none.
        (Manager::Pdm, _) => finding.help(format!("run `pdm lock`, and commit `{file}`")),
        (_, Some(command)) => finding.help(format!("run `{command}`, and commit `{file}`")),
        (_, None) => finding,
    }]
}

/// Whether an application uses a manager, and lacks its lock.
pub(super) fn speaks(context: &Context<'_>) -> bool {
    let project = context.project;
    let needs = |(_, r): (&Manifest, &Requirement)| r.group == Group::Runtime;
    project.managed.is_some()
        && project.kind == Kind::Application
        && project.locks.is_empty()
        && !project.unread_lock
        && !is_published(context)
        && project.requirements().any(needs)
        && !project.manifests.iter().any(is_pinned)
}

/// Whether the table that stands for the project names its manager itself.
fn is_managers_own(context: &Context<'_>) -> bool {
    let head = context.project.head().span().map(|span| span.extent);
    let mut tables = context.project.main().into_iter().flat_map(|main| &main.reading.tables);
    tables.any(|(table, at)| Some(*at) == head && table.starts_with("tool."))
}

/// Whether classifiers describe it to people who look for a package: it is a library after all, in whatever form.
fn is_published(context: &Context<'_>) -> bool {
    let tables = context.project.manifests.iter().filter_map(|m| m.reading.project.as_ref());
    tables.into_iter().any(|table| table.is_package && !table.classifiers.is_empty())
}

/// Whether a requirements file fixes all that it lists: a lock in another form.
fn is_pinned(manifest: &Manifest) -> bool {
    let requirements = &manifest.reading.requirements;
    let is_pin = |r: &Requirement| {
        r.hashes > 0
            || r.specifier.as_ref().is_some_and(|s| s.pep440.starts_with("==") && !s.pep440.contains(['*', ',']))
    };
    manifest.format == "requirements" && !requirements.is_empty() && requirements.iter().all(is_pin)
}
