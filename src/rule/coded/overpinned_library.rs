//! `overpinned-library`: a library that demands one version of another.

use std::collections::BTreeSet;

use crate::diagnostic::{Finding, Label};
use crate::manifest::{Group, Include, IncludeKind, Manifest, Origin, Requirement};
use crate::name::Name;
use crate::project::{Kind, Project};
use crate::rule::{Context, direct};
use crate::source::{FileId, Location};

/// The name of the variant for libraries that are commands as well.
const COMMAND: &str = "command";

/// Up to so many pins of a manifest are told one by one.
const SINGLY: usize = 5;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// One finding a requirement, or one a manifest where most of it is pinned.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    if project.kind != Kind::Library {
        return Vec::new();
    }
    let entry_points =
        project.manifests.iter().filter_map(|m| m.reading.project.as_ref()).flat_map(|p| &p.entry_points);
    let has_command = entry_points.into_iter().any(|(group, ..)| group == "console_scripts");
    let siblings: BTreeSet<Name> = context.workspace.projects.iter().filter_map(Project::name).collect();
    let own = project.manifests.iter().find_map(|m| m.reading.project.as_ref());
    let version = own.and_then(|p| p.version.as_ref()).map_or("", |version| version.text.as_str());
    let name = project.name();
    let variant = has_command.then_some(COMMAND);
    let is_pinned = |requirement: &Requirement| {
        let is_partner = name.as_ref().is_none_or(|name| share_a_maker(name.as_str(), requirement.name()))
            || requirement.name.as_ref().is_some_and(|name| siblings.contains(name))
            || context.settings.private_packages.matches(requirement.name())
            || requirement.pin() == Some(version);
        requirement.pin().is_some()
            && requirement.group == Group::Runtime
            && requirement.origin == Origin::Index
            && !is_partner
    };
    let mut findings = Vec::new();
    for manifest in project.manifests.iter().filter(|manifest| is_metadata(context, manifest)) {
        let pinned = manifest.reading.requirements.iter().filter(|r| is_pinned(r));
        let pinned: Vec<&Requirement> = pinned.filter(|r| direct::is_direct(context, manifest, r)).collect();
        let found: Vec<Finding> = pinned.iter().filter_map(|r| finding(manifest, r)).collect();
        // So many are one decision.
        findings.extend(if found.len() > SINGLY { folded(manifest, found).into_iter().collect() } else { found });
    }
    findings.into_iter().map(|finding| finding.variant(variant)).collect()
}

fn finding(manifest: &Manifest, requirement: &Requirement) -> Option<Finding> {
    let specifier = requirement.specifier.as_ref()?;
    let pin = specifier.pin()?;
    let message = format!("the library demands version {pin} of `{}`, and no other", requirement.name());
    let finding = Finding::new(Location::Span(manifest.file.span(specifier.at)), message)
        .note("it cannot be installed beside anything that needs another version, and gets no security fix of it")
        .help(format!("give a range: `>={pin}`, with `!=` for releases that are known to be broken"))
        .package(requirement.name())
        .key(requirement.group.to_string());
    Some(finding)
}

/// One finding for all of a manifest, at the first.
fn folded(manifest: &Manifest, found: Vec<Finding>) -> Option<Finding> {
    let count = found.len();
    let mut found = found.into_iter();
    let first = found.next()?;
    let message = format!("the library demands exactly one version of {count} others");
    let further = found.filter_map(|finding| finding.at.span()).take(SHOWN_PLACES);
    let labels = further.map(|span| Label { span, text: "and this one".to_owned() }).collect();
    Some(Finding { message, labels, package: None, key: manifest.format.to_owned(), ..first })
}

/// Whether what a manifest requires becomes metadata of the library: its own tables, and files that those name.
fn is_metadata(context: &Context<'_>, manifest: &Manifest) -> bool {
    let is_dynamic = |(_, include, file): (&Manifest, &Include, FileId)| {
        include.kind == IncludeKind::Dynamic && file == manifest.file
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
