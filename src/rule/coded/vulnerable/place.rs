//! Where a version is asked for: whether it is judged there, and how grave it is.

use crate::lock::Package;
use crate::manifest::{Group, Manifest, Marker, Origin, Requirement, Versions, marker};
use crate::name::Name;
use crate::path;
use crate::project::role;
use crate::rule::Context;

/// How grave it is that a vulnerable version is installed somewhere. The order is that of gravity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Documentation, examples and measurements: nothing of others reaches it.
    Aside,
    /// The machines of developers and of continuous integration.
    Development,
    /// What runs.
    Full,
}

impl Weight {
    /// The variant of the rules.
    pub(super) fn variant(self) -> Option<&'static str> {
        match self {
            Self::Aside => Some("aside"),
            Self::Development => Some("development"),
            Self::Full => None,
        }
    }

    /// That of a requirement.
    pub(super) fn of(manifest: &Manifest, requirement: &Requirement) -> Self {
        let of_tools = matches!(manifest.format, "tox" | "nox" | "hatch" | "pre-commit");
        match of_group(&requirement.group, &manifest.path) {
            Self::Full if of_tools || INSTALLERS.contains(&requirement.name()) => Self::Development,
            weight => weight,
        }
    }
}

/// Words for groups and folders in which nothing runs that others could reach.
const ASIDE: &[&str] = &[
    "doc",
    "docs",
    "documentation",
    "sphinx",
    "mkdocs",
    "rtd",
    "readthedocs",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "bench",
    "benchmark",
    "benchmarks",
];

/// Folders whose files serve tests and continuous integration.
const TESTING: &[&str] = &["test", "tests", "testing", "ci", ".ci", ".github", ".circleci", ".gitlab"];

/// What installs the others, and is done then.
const INSTALLERS: &[&str] = &["pip", "setuptools", "wheel", "virtualenv", "pipenv", "poetry"];

/// The weight of a group in a file.
fn of_group(group: &Group, path: &str) -> Weight {
    let is_aside = |word: &str| ASIDE.contains(&word);
    let folder = path::folder(path);
    let named = match group {
        Group::Extra(name) | Group::Dev(name) => name.as_str().split('-').any(is_aside),
        _ => false,
    };
    if named || folder.split(['/', '-', '_']).any(is_aside) {
        Weight::Aside
    } else if role::is_for_developers(group)
        || *group == Group::Build
        || folder.split('/').any(|part| TESTING.contains(&part))
    {
        Weight::Development
    } else {
        Weight::Full
    }
}

/// The weight of a package in a lock, by the groups that the lock gives it; nothing where it gives none.
pub(super) fn of_groups(package: &Package) -> Option<Weight> {
    let weight = |name: &Name| of_group(&Group::Dev(name.clone()), "");
    package.groups.iter().map(weight).max()
}

/// Words in names of files with versions that are old on purpose: the oldest that the project works with.
const OLDEST: &[&str] = &["min", "minimum", "minimal", "mins", "oldest", "lowest", "old", "legacy", "compat"];

/// Whether a requirement says what somebody will install from the public index: what lies elsewhere, tries old versions, or
/// is for Pythons whose time is over cannot be judged, or cannot be mended.
pub(super) fn is_judged(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let path = path::below(&manifest.path, &context.project.root).unwrap_or(&manifest.path);
    let group = match &requirement.group {
        Group::Extra(name) | Group::Dev(name) => name.as_str(),
        _ => "",
    };
    let marker = requirement.marker.as_ref().and_then(|marker| marker.marker.as_ref());
    requirement.origin == Origin::Index
        && !requirement.name().is_empty()
        && !is_elsewhere(context, requirement.name())
        && !manifest.reading.is_of_matrix(requirement)
        && !role::is_data(path::folder(path))
        && !is_of_oldest(path)
        && !is_of_oldest(group)
        && marker.is_none_or(|marker| counts(context, marker))
}

fn is_of_oldest(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.split(['-', '_', '.', '/', ' ']).any(|word| OLDEST.contains(&word))
}

/// Whether a distribution is not the public one of this name.
pub(super) fn is_elsewhere(context: &Context<'_>, name: &str) -> bool {
    context.settings.private_packages.matches(name) || context.is_of_workspace(name)
}

/// Whether a package of a lock is judged.
pub(super) fn is_locked_for_somebody(context: &Context<'_>, package: &Package) -> bool {
    let read = |text: &String| marker::parse(text).0;
    let for_some = |text: &String| read(text).is_none_or(|marker| counts(context, &marker));
    package.is_from_index()
        && !is_elsewhere(context, package.name.as_str())
        && (package.markers.is_empty() || package.markers.iter().any(for_some))
}

/// Whether a marker holds on a Python that is still supported, by the project and by its authors: for older ones there may be no
/// later version.
fn counts(context: &Context<'_>, marker: &Marker) -> bool {
    let known = context.knowledge.pythons();
    let oldest = known.iter().find(|series| !context.knowledge.has_ended(series));
    let alive = oldest.and_then(|series| Versions::parse_python(&format!(">={}", series.version)));
    let pythons = marker.pythons();
    let is_alive = alive.is_none_or(|alive| pythons.meets(&alive));
    is_alive && context.pythons.is_none_or(|own| pythons.meets(&own.versions))
}
