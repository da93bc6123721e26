//! Which distributions a project asks the public index for, and how their names compare with those that are popular there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{ALSO_DECLARED, Finding, Label};
use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::index::similar::{Similar, Slip};
use crate::manifest::{Group, Origin};
use crate::name::Name;
use crate::path;
use crate::project::Project;
use crate::rule::{Context, Judged, edit};
use crate::source::{Location, Span};

/// How many further places a finding names.
const SHOWN_PLACES: usize = 4;

/// The distributions that the project and its environments ask an index for, by normalised name, each with its
/// requirements in the order of the manifests. What the user says is private is left out.
pub fn asked_for<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Vec<Judged<'a>>> {
    let mut asked: BTreeMap<&str, Vec<Judged<'_>>> = BTreeMap::new();
    for judged in context.requirements() {
        let requirement = judged.2;
        let installs = requirement.origin == Origin::Index && requirement.group != Group::Constraint;
        if let Some(name) = requirement.name.as_ref().filter(|_| installs) {
            asked.entry(name.as_str()).or_default().push(judged);
        }
    }
    let (globs, names) = (&context.settings.private_packages, &context.settings.names);
    asked.retain(|name, _| !globs.matches(name) && !names.is_private(name));
    asked
}

/// Distributions of which the repository shows where they come from, if not from an index: a project of its own or a folder
/// of that name with a manifest, or a requirement somewhere that names a path or a URL.
#[derive(Debug)]
pub struct AtHand(BTreeSet<Name>);

impl AtHand {
    /// Looks through all that was read: it is asked for where a name is doubtful.
    pub fn of(context: &Context<'_>) -> Self {
        let workspace = context.workspace;
        let everything = workspace.projects.iter().flat_map(Project::everything).chain(&workspace.context);
        let requirements = everything.flat_map(|manifest| &manifest.reading.requirements);
        let placed = requirements.filter(|r| !matches!(r.origin, Origin::Index | Origin::Conda));
        let described = workspace.files.iter().filter(|file| DESCRIPTIONS.contains(&path::name(file)));
        let folders = described.map(|file| Name::new(path::name(path::folder(file))));
        let own = workspace.projects.iter().filter_map(Project::name);
        Self(own.chain(folders).chain(placed.filter_map(|r| r.name.clone())).collect())
    }

    /// Whether the distribution called `name` (normalised) is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

/// Files that describe a distribution.
const DESCRIPTIONS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];

/// Whether a lock in the repository has the distribution: a resolver has found it.
pub fn is_locked(context: &Context<'_>, name: &str) -> bool {
    context.workspace.projects.iter().any(|project| project.locked(name).next().is_some())
}

/// The fix that asks for the only one of `names` wherever another name was asked for.
pub fn renamed(judged: &[Judged<'_>], names: &[&str]) -> Option<Fix> {
    let [name] = names else { return None };
    let edits = judged.iter().map(|(context, manifest, requirement)| {
        edit::rename::requirement(context.workspace.sources.text(manifest.file), manifest, requirement, name)
    });
    let edits: Option<Vec<Vec<Edit>>> = edits.collect();
    Some(Fix::new(format!("require `{name}`"), Applicability::Unsafe, edits?.concat()))
}

/// A finding at the first of some requirements on one distribution, with labels at the others.
pub fn finding(judged: &[Judged<'_>], message: String) -> Option<Finding> {
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    let mut places = judged.iter().map(|(_, manifest, r)| (manifest.file.span(r.name_at), r.name()));
    let (first, name) = places.next()?;
    seen.insert(first);
    let mut finding = Finding::new(Location::Span(first), message).package(name);
    let further = places.map(|(span, _)| span).filter(|span| seen.insert(*span)).take(SHOWN_PLACES);
    finding.labels.extend(further.map(|span| Label { span, text: ALSO_DECLARED.to_owned() }));
    Some(finding)
}

/// Of names that are near another, those that are as near as the nearest, each far more popular than the next would be:
/// one, unless it cannot be told which of several is meant.
pub fn nearest(similar: Vec<Similar>) -> Vec<Similar> {
    let Some((slip, rank)) = similar.first().map(|first| (first.slip, first.rank)) else { return Vec::new() };
    similar.into_iter().filter(|other| other.slip == slip && other.rank / RIVAL <= rank).take(MOST).collect()
}

/// A name that is so many times less popular is not meant.
const RIVAL: u32 = 10;

/// More names than these are no help.
const MOST: usize = 3;

/// How a popular name differs, in words that follow it.
pub fn difference(slip: Slip) -> &'static str {
    match slip {
        Slip::Looks => "looks almost the same",
        Slip::Letter => "is one letter away",
        Slip::Order => "has the same words in another order",
        Slip::Affix => "differs in a word for Python alone",
        Slip::Number => "differs in the number at its end alone",
    }
}
