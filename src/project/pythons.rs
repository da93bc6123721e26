//! Which Python versions a project supports.

use std::collections::{BTreeMap, BTreeSet};

use super::{Project, Pythons, PythonsBy, Workspace, role};
use crate::evidence::EvidenceFile;
use crate::manifest::{Manifest, Value, Versions};
use crate::path;
use crate::source::{Extent, FileId, Location};

/// The versions, by the strongest statement there is: `requires-python`, classifiers, what continuous integration and
/// container files run.
pub(super) fn of(project: &Project, workspace: &Workspace, evidence: &[usize]) -> Option<Pythons> {
    project
        .manifests
        .iter()
        .find_map(declared)
        .or_else(|| project.manifests.iter().find_map(classified))
        .or_else(|| used(&project.root, workspace, evidence))
}

/// The versions of environments that say so themselves, by place: `requires-python` of a script, the only version of
/// Python that the images of a container file have.
pub(super) fn of_environments(project: &Project, workspace: &Workspace) -> BTreeMap<usize, Pythons> {
    let own = |manifest: &Manifest| match manifest.format {
        "script" => declared(manifest),
        "dockerfile" => {
            let file = workspace.evidence.iter().find(|evidence| evidence.file == manifest.file)?;
            let mut named = file.seen.pythons.iter().filter_map(|(version, at)| Some((series_of(version)?, *at)));
            let (first, at) = named.next()?;
            let only = [(first, manifest.file, at)].into_iter().filter(|_| named.all(|(other, _)| other == first));
            union(only, manifest.file.locate(Some(at)), PythonsBy::Declaration)
        }
        _ => None,
    };
    let all = project.environments.iter().enumerate();
    all.filter_map(|(at, manifest)| Some((at, own(manifest)?))).collect()
}

fn declared(manifest: &Manifest) -> Option<Pythons> {
    let value = manifest.reading.project.as_ref()?.requires_python.as_ref()?;
    let versions = Versions::parse_python(&value.text)?;
    Some(Pythons {
        versions,
        shown: value.text.clone(),
        at: manifest.file.locate(Some(value.at)),
        by: PythonsBy::Declaration,
    })
}

fn classified(manifest: &Manifest) -> Option<Pythons> {
    let project = manifest.reading.project.as_ref()?;
    let named: Vec<(&str, &Value)> =
        project.classifiers.iter().filter_map(|c| Some((classified_series(&c.text)?, c))).collect();
    let first = named.first()?.1;
    union(
        named.iter().map(|(series, value)| (*series, manifest.file, value.at)),
        manifest.file.locate(Some(first.at)),
        PythonsBy::Classifiers,
    )
}

/// The series that a trove classifier names (`Programming Language :: Python :: 3.12`).
pub fn classified_series(classifier: &str) -> Option<&str> {
    let series = classifier.strip_prefix("Programming Language :: Python :: ")?.trim();
    let (major, minor) = series.split_once('.')?;
    (!major.is_empty() && !minor.is_empty() && series.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        .then_some(series)
}

fn used(root: &str, workspace: &Workspace, evidence: &[usize]) -> Option<Pythons> {
    // What runs a documentation build, or another part of the repository, is not what the project runs on.
    let counts = |e: &&EvidenceFile| {
        let folder = path::folder(&e.path);
        !path::name(&e.path).starts_with(".readthedocs") && (role::owner(folder) == root || folder == root)
    };
    let files = || evidence.iter().filter_map(|at| workspace.evidence.get(*at)).filter(counts);
    let named = || files().flat_map(|f| f.seen.pythons.iter().map(move |(version, at)| (version, f.file, *at)));
    let (_, file, at) = named().find(|(version, _, _)| series_of(version).is_some())?;
    union(
        named().filter_map(|(version, file, at)| Some((series_of(version)?, file, at))),
        file.locate(Some(at)),
        PythonsBy::Use,
    )
}

/// The series (`3.12`) of a version that a file names (`3.12`, `3.12.4`, `3.13t`, `3.14-dev`); nothing for `3`, `3.x`
/// and interpreters other than CPython.
pub fn series_of(version: &str) -> Option<&str> {
    let end = version.match_indices('.').nth(1).map_or(version.len(), |(at, _)| at);
    let series = version.get(..end)?.trim_end_matches("-dev").trim_end_matches('t');
    let (major, minor) = series.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (digits(major) && digits(minor)).then_some(series)
}

fn union<'a>(named: impl Iterator<Item = (&'a str, FileId, Extent)>, at: Location, by: PythonsBy) -> Option<Pythons> {
    let mut series: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut versions: Option<Versions> = None;
    for (text, _, _) in named {
        let Some((major, minor)) = text.split_once('.') else { continue };
        let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) else { continue };
        let Some(one) = Versions::python_series(text) else { continue };
        series.insert((major, minor));
        versions = Some(versions.map_or(one.clone(), |all| all.or(&one)));
    }
    let shown: Vec<String> = series.iter().map(|(major, minor)| format!("{major}.{minor}")).collect();
    Some(Pythons { versions: versions?, shown: shown.join(", "), at, by })
}
