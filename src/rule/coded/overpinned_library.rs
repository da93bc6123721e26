//! `overpinned-library`: a library that demands one version of another.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Origin};
use crate::name::Name;
use crate::project::Kind;
use crate::rule::Context;
use crate::source::Location;

/// The name of the variant for libraries that are commands as well.
const COMMAND: &str = "command";

/// One finding a requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    if project.kind != Kind::Library {
        return Vec::new();
    }
    let entry_points = project.manifests.iter().filter_map(|m| m.reading.project.as_ref()).flat_map(|p| &p.entry_points);
    let has_command = entry_points.into_iter().any(|(group, ..)| group == "console_scripts");
    let siblings: BTreeSet<Name> = context.workspace.projects.iter().filter_map(crate::project::Project::name).collect();
    let own = project.manifests.iter().find_map(|m| m.reading.project.as_ref());
    let version = own.and_then(|p| p.version.as_ref()).map_or("", |version| version.text.as_str());
    let name = project.name();
    let mut findings = Vec::new();
    for (manifest, requirement) in project.requirements().filter(|(manifest, _)| is_metadata(context, manifest)) {
        let Some(specifier) = &requirement.specifier else { continue };
        let Some(pin) = specifier.pin() else { continue };
        let is_partner = name.as_ref().is_none_or(|name| share_a_maker(name.as_str(), requirement.name()))
            || requirement.name.as_ref().is_some_and(|name| siblings.contains(name))
            || context.settings.private_packages.matches(requirement.name())
            || pin == version;
        if requirement.group != Group::Runtime || requirement.origin != Origin::Index || is_partner {
            continue;
        }
        let message = format!("the library demands version {pin} of `{}`, and no other", requirement.name());
        let finding = Finding::new(Location::Span(manifest.file.span(specifier.at)), message)
            .note("it cannot be installed beside anything that needs another version, and gets no security fix of it")
            .help(format!("give a range: `>={pin}`, with `!=` for releases that are known to be broken"))
            .package(requirement.name())
            .key(requirement.group.to_string());
        findings.push(finding.variant(has_command.then_some(COMMAND)));
    }
    findings
}

/// Whether what a manifest requires becomes metadata of the library: its own tables, and files that those name.
fn is_metadata(context: &Context<'_>, manifest: &Manifest) -> bool {
    let is_dynamic =
        |(_, include, file): (&Manifest, &crate::manifest::Include, crate::source::FileId)| {
            include.kind == crate::manifest::IncludeKind::Dynamic && file == manifest.file
        };
    matches!(manifest.format, "pyproject" | "setup.cfg" | "setup.py") || context.project.included().any(is_dynamic)
}

/// Whether two distributions have names as makers give them to parts of one thing (`acme`, `acme-core`;
/// `acme-web`, `acme-core`): such parts are released together.
fn share_a_maker(one: &str, other: &str) -> bool {
    let first = |name: &'_ str| name.split('-').next().unwrap_or_default().to_owned();
    let (a, b) = (first(one), first(other));
    let generic = ["python", "py", "django", "flask", "pytest", "types", "sphinx"];
    a == b && !generic.contains(&a.as_str()) || one.starts_with(other) || other.starts_with(one)
}
