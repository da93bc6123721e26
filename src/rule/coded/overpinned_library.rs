//! `overpinned-library`: a library that demands one version of another.

use std::collections::BTreeSet;

use crate::diagnostic::{Finding, Label};
use crate::manifest::{Group, IncludeKind, Manifest, Origin, Requirement};
use crate::path;
use crate::project::{Kind, PythonFile, role};
use crate::rule::{Context, direct};
use crate::source::{FileId, Location};

/// The name of the variant for libraries that are commands as well.
const COMMAND: &str = "command";

/// Up to so many pins of a manifest are told one by one.
const SINGLY: usize = 5;

/// Of the pins of a manifest at most so many are counted.
const COUNTED: usize = 500;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// One finding a requirement, or one a manifest where most of it is pinned.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    if project.kind != Kind::Library {
        return Vec::new();
    }
    let own = project.manifests.iter().find_map(|m| m.reading.project.as_ref());
    let version = own.and_then(|p| p.version.as_ref()).map_or("", |version| version.text.as_str());
    let name = project.name();
    let variant = is_command(context).then_some(COMMAND);
    let is_sibling =
        |requirement: &Requirement| requirement.name.as_ref().is_some_and(|n| context.built.contains(n.as_str()));
    let is_partner = |requirement: &Requirement| {
        name.as_ref().is_none_or(|name| share_a_maker(name.as_str(), requirement.name()))
            || context.settings.private_packages.matches(requirement.name())
            || requirement.pin() == Some(version)
            || is_sibling(requirement)
    };
    let is_pinned = |requirement: &Requirement| {
        requirement.pin().is_some()
            && requirement.group == Group::Runtime
            && requirement.origin == Origin::Index
            && !is_partner(requirement)
    };
    let mut findings = Vec::new();
    // The tables of the library, and the files that its metadata are read from.
    let included = project.included().filter(|(_, include, _)| include.kind == IncludeKind::Dynamic);
    let dynamic: BTreeSet<FileId> = included.map(|(_, _, file)| file).collect();
    let is_metadata = |manifest: &&Manifest| {
        matches!(manifest.format, "pyproject" | "setup.cfg" | "setup.py") || dynamic.contains(&manifest.file)
    };
    for manifest in project.manifests.iter().filter(is_metadata) {
        let pinned = manifest.reading.requirements.iter().filter(|r| is_pinned(r)).take(COUNTED);
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

/// Whether the library is a command as well: it has, or may have, an entry point, a script, or a `__main__` module.
fn is_command(context: &Context<'_>) -> bool {
    let declares = |manifest: &Manifest| {
        let Some(project) = &manifest.reading.project else { return false };
        let is_script = |field: &str| matches!(field, "scripts" | "entry-points" | "entry_points");
        project.entry_points.iter().any(|(group, ..)| group == "console_scripts")
            || project.dynamic.iter().any(|field| is_script(&field.text))
            // The keyword of distutils, for files that are copied.
            || manifest.format == "setup.py" && context.workspace.sources.text(manifest.file).contains("scripts=")
    };
    let is_main = |file: &PythonFile| path::name(&file.path) == "__main__.py" && !role::is_test(&file.path);
    context.project.manifests.iter().any(declares) || context.workspace.python_of(context.project).any(is_main)
}

/// Whether two distributions have names as makers give them to parts of one thing (`acme`, `acme-core`;
/// `acme-web`, `acme-core`): such parts are released together.
fn share_a_maker(one: &str, other: &str) -> bool {
    let first = |name: &'_ str| name.split('-').next().unwrap_or_default().to_owned();
    let (a, b) = (first(one), first(other));
    let generic = ["python", "py", "django", "flask", "pytest", "types", "sphinx"];
    a == b && !generic.contains(&a.as_str()) || one.starts_with(other) || other.starts_with(one)
}
