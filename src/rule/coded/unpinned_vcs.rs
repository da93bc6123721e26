//! `unpinned-vcs`: a repository as the origin of a requirement, without a commit or a tag.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::manifest::url::Url;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::path;
use crate::rule::Context;
use crate::source::{Extent, Location};

/// The variant for a branch, or nothing.
const FLOATING: &str = "floating";

/// The variant where a lock file remembers the commit.
const LOCKED: &str = "locked";

/// The variant for what only developers of the project install.
const DEVELOPMENT: &str = "development";

/// Names that are those of branches.
const BRANCHES: &[&str] = &[
    "main",
    "master",
    "trunk",
    "develop",
    "development",
    "dev",
    "devel",
    "head",
    "default",
    "stable",
    "latest",
    "nightly",
    "next",
    "edge",
    "production",
    "staging",
];

/// Files and groups whose very purpose is to try what is not yet released.
const ON_PURPOSE: &[&str] =
    &["nightly", "upstream", "devdep", "latest", "bleeding", "master", "main", "unreleased", "prerelease", "canary"];

/// What stands before the full name of a branch (git, `gitrevisions`).
const BRANCH: &str = "refs/heads/";

/// Systems whose URLs pip takes (pip's documentation, "VCS Support").
const SYSTEMS: &[&str] = &["git+", "hg+", "svn+", "bzr+"];

/// One finding a distribution.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: BTreeMap<String, Finding> = BTreeMap::new();
    let own = context.project.name();
    for (manifest, requirement) in context.project.every_requirement() {
        let Origin::Url(url, at) = &requirement.origin else { continue };
        if requirement.group == Group::Constraint || requirement.name.is_some() && requirement.name == own {
            continue;
        }
        // An image is a matter of its own, and a matrix tries what is not released on purpose.
        if manifest.format == "dockerfile" || manifest.reading.is_of_matrix(requirement) {
            continue;
        }
        let Some(finding) = judge(context, manifest, requirement, url, *at) else { continue };
        let key = requirement.name.as_ref().map_or_else(|| url.clone(), ToString::to_string);
        if let (Some(first), Location::Span(span)) = (findings.get_mut(&key), finding.at) {
            *first = first.clone().related(span, "here as well");
        } else {
            findings.insert(key, finding);
        }
    }
    findings.into_values().collect()
}

fn judge(
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
    url: &str,
    at: Extent,
) -> Option<Finding> {
    let system = SYSTEMS.iter().find(|system| url.starts_with(**system));
    let bare = system.and_then(|system| url.strip_prefix(system)).unwrap_or(url);
    let place = Location::Span(manifest.file.span(at));
    let named = match &requirement.name {
        Some(name) => format!("`{name}`"),
        None => format!("`{}`", repository(bare)?),
    };
    let finding = |message: String| {
        let mut finding = Finding::new(place, message).key(requirement.name());
        finding.package = requirement.name.as_ref().map(ToString::to_string);
        finding
    };
    let host = Url::of(bare)?;
    if host.scheme().eq_ignore_ascii_case("git") {
        let message = format!("{named} comes over `git://`, which nothing protects");
        return Some(
            finding(message)
                .note("the protocol neither encrypts nor says who answers, and the large hosts have switched it off")
                .help("write `git+https://`, and a commit or a tag behind `@`"),
        );
    }
    system?;
    let message = match revision(bare) {
        None => format!("{named} is whatever the repository holds on the day of the installation"),
        Some(revision) if BRANCHES.contains(&revision.to_ascii_lowercase().as_str()) => {
            format!("{named} is whatever the branch `{revision}` holds on the day of the installation")
        }
        Some(revision) => match revision.strip_prefix(BRANCH) {
            Some(branch) => format!("{named} is whatever the branch `{branch}` holds on the day of the installation"),
            None => return None,
        },
    };
    let folder_and_name = format!("{} {}", path::name(&manifest.path).to_ascii_lowercase(), requirement.group);
    if ON_PURPOSE.iter().any(|word| folder_and_name.contains(word)) {
        return None;
    }
    let lock = matches!(manifest.format, "pyproject" | "Pipfile" | "pixi")
        .then(|| context.project.lock_names.first())
        .flatten();
    let note = match lock {
        Some(lock) => format!("`{lock}` remembers a commit; who installs the project without it gets another"),
        None => "two installations of one day may differ, and nobody sees what changed".to_owned(),
    };
    Some(finding(message).note(note).help("name a tag or a commit: `@v1.2.3`, `rev = \"…\"`").variant(Some(
        if lock.is_some() {
            LOCKED
        } else if is_for_developers(context, manifest, requirement) {
            DEVELOPMENT
        } else {
            FLOATING
        },
    )))
}

/// Whether developers alone install it: a group of theirs, a script beside the project (which may have a lock of its
/// own), or a file of requirements beside a package that declares the same distribution for its users.
fn is_for_developers(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let declares = |other: &Manifest, r: &Requirement| {
        other.format != "requirements"
            && matches!(r.group, Group::Runtime | Group::Extra(_))
            && r.origin == Origin::Index
    };
    matches!(requirement.group, Group::Dev(_))
        || manifest.format == "script"
        || manifest.format == "requirements"
            && context.requirements_on(requirement.name()).any(|(other, r)| declares(other, r))
}

/// What a repository is called: the last part of its path, without `.git` and revision.
fn repository(url: &str) -> Option<&str> {
    let path = url.get(Url::of(url)?.path())?;
    let path = path.split(['#', '?', '@']).next()?.trim_end_matches('/');
    path.rsplit('/').next().map(|name| name.strip_suffix(".git").unwrap_or(name)).filter(|name| !name.is_empty())
}

/// What stands behind the last `@` of the path: a branch, a tag or a commit.
fn revision(url: &str) -> Option<&str> {
    let path = url.get(Url::of(url)?.path())?;
    let path = path.split(['#', '?']).next().unwrap_or(path);
    let (_, revision) = path.rsplit_once('@')?;
    (!revision.is_empty() && !revision.starts_with('/')).then_some(revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_revisions() {
        for (url, expected) in [
            ("https://host.example/o/r.git", None),
            ("https://host.example/o/r.git@v1#egg=x@y", Some("v1")),
            ("ssh://git@host.example/o/r", None),
            ("ssh://git@host.example/o/r@feature/x", Some("feature/x")),
            ("https://host.example/o/r@", None),
        ] {
            assert_eq!(revision(url), expected, "{url}");
        }
    }
}
