//! What `inspect` prints. The JSON is a contract: fields may be added, none is renamed or removed.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use super::json::{At, Shown, Within, escape};
use super::place::Places;
use super::sanitise;
use crate::diagnostic::Problem;
use crate::imports::{Doubt, Module, Use};
use crate::inspect::{Inspected, Inspection, Tool};
use crate::lock::{Edge, LockFile, Package};
use crate::manifest::{Manifest, OptionLine, Origin, Reading, Requirement};
use crate::name::Name;
use crate::project::tools::Sign;
use crate::project::{Project, PythonsBy};
use crate::source::{FileId, Location};

mod text;

pub use text::write as text;

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    projects: Vec<ProjectEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct ProjectEntry<'a> {
    root: &'a str,
    kind: &'static str,
    requires_python: Option<&'a str>,
    manifests: Vec<ManifestEntry<'a>>,
    locks: Vec<LockEntry<'a>>,
    tools: Vec<ToolEntry<'a>>,
    imports: Vec<ImportEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct ManifestEntry<'a> {
    filename: &'a str,
    format: &'static str,
    requires_python: Option<&'a str>,
    requirements: Vec<RequirementEntry<'a>>,
    options: Vec<OptionEntry<'a>>,
    includes: Vec<Cow<'a, str>>,
    errors: Vec<ErrorEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct RequirementEntry<'a> {
    name: Option<&'a str>,
    raw: Cow<'a, str>,
    specifier: Option<&'a str>,
    extras: Vec<&'a str>,
    marker: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    editable: bool,
    hashes: usize,
    group: String,
    #[serde(flatten)]
    at: Within,
}

#[derive(Debug, Serialize)]
struct OptionEntry<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    #[serde(flatten)]
    at: Within,
}

#[derive(Debug, Serialize)]
struct ErrorEntry<'a> {
    message: Cow<'a, str>,
    #[serde(flatten)]
    at: Within,
}

#[derive(Debug, Serialize)]
struct LockEntry<'a> {
    filename: &'a str,
    format: &'static str,
    version: Option<&'a str>,
    requires_python: Option<&'a str>,
    packages: Vec<PackageEntry<'a>>,
    errors: Vec<ErrorEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct PackageEntry<'a> {
    name: &'a str,
    version: Option<&'a str>,
    source: &'static str,
    markers: &'a [String],
    groups: Vec<&'a str>,
    needs: Vec<EdgeEntry<'a>>,
    #[serde(flatten)]
    at: Within,
}

#[derive(Debug, Serialize)]
struct EdgeEntry<'a> {
    name: &'a str,
    version: Option<&'a str>,
    extras: Vec<&'a str>,
    marker: Option<&'a str>,
    group: String,
}

#[derive(Debug, Serialize)]
struct ToolEntry<'a> {
    name: &'a str,
    evidence: Vec<Shown<'a>>,
}

#[derive(Debug, Serialize)]
struct ImportEntry<'a> {
    module: &'a str,
    distribution: Option<&'a str>,
    resolved: &'static str,
    reason: Option<&'static str>,
    uses: Vec<UseEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct UseEntry<'a> {
    #[serde(flatten)]
    at: At<'a>,
    context: &'static str,
}

/// Writes the inspection as one JSON object over several lines.
pub fn json(inspection: &Inspection, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&inspection.sources);
    let projects = inspection.projects.iter().filter_map(|inspected| {
        let project = inspection.project(inspected)?;
        Some(ProjectEntry::new(project, inspected, &places))
    });
    let document = Document { version: VERSION, projects: projects.collect() };
    writeln!(out, "{}", escape(&serde_json::to_string_pretty(&document)?))
}

impl<'a> ProjectEntry<'a> {
    fn new(project: &'a Project, inspected: &'a Inspected, places: &Places<'a>) -> Self {
        Self {
            root: project.shown_root(),
            kind: project.kind.name(),
            requires_python: requires_python(project),
            manifests: project.everything().map(|manifest| ManifestEntry::new(manifest, places)).collect(),
            locks: project.locks.iter().map(|lock| LockEntry::new(lock, places)).collect(),
            tools: inspected.tools.iter().map(|tool| ToolEntry::new(tool, places)).collect(),
            imports: inspected.imports.iter().map(|module| ImportEntry::new(module, places)).collect(),
        }
    }
}

/// The Python versions that a project declares.
fn requires_python(project: &Project) -> Option<&str> {
    let declared = project.pythons.as_ref().filter(|pythons| pythons.by == PythonsBy::Declaration);
    declared.map(|pythons| pythons.shown.as_str())
}

impl<'a> ManifestEntry<'a> {
    fn new(manifest: &'a Manifest, places: &Places<'a>) -> Self {
        let (file, reading) = (manifest.file, &manifest.reading);
        Self {
            filename: &manifest.path,
            format: manifest.format,
            requires_python: reading.project.as_ref().and_then(|p| p.requires_python.as_ref()).map(|v| v.text.as_str()),
            requirements: understood(reading).map(|r| RequirementEntry::new(r, file, places)).collect(),
            options: reading.options.iter().map(|option| OptionEntry::new(option, file, places)).collect(),
            includes: reading.includes.iter().map(|include| sanitise::mask(&include.target)).collect(),
            errors: reading.problems.iter().map(|problem| ErrorEntry::new(problem, file, places)).collect(),
        }
    }
}

/// The requirements that installers accept: what they refuse stands among the errors.
fn understood(reading: &Reading) -> impl Iterator<Item = &Requirement> {
    let faults = reading.problems.iter().filter(|problem| problem.rule == "invalid-requirement");
    let mut faults: Vec<u32> = faults.filter_map(|problem| Some(problem.at?.start)).collect();
    faults.sort_unstable();
    let refused = move |requirement: &Requirement| {
        let next = faults.get(faults.partition_point(|start| *start < requirement.at.start));
        next.is_some_and(|start| *start <= requirement.at.end)
    };
    reading.requirements.iter().filter(move |requirement| !refused(requirement))
}

impl<'a> RequirementEntry<'a> {
    fn new(requirement: &'a Requirement, file: FileId, places: &Places<'a>) -> Self {
        let (url, path) = match &requirement.origin {
            Origin::Url(url, _) => (Some(sanitise::mask(url)), None),
            Origin::Path(path, _) => (None, Some(sanitise::mask(path))),
            Origin::Index | Origin::Named(..) | Origin::Conda => (None, None),
        };
        Self {
            name: requirement.name.as_ref().map(Name::as_str),
            raw: sanitise::mask(&requirement.raw),
            specifier: specifier(requirement),
            extras: requirement.extras.iter().map(|extra| extra.name.as_str()).collect(),
            marker: requirement.marker.as_ref().map(|marker| sanitise::mask(&marker.written)),
            url,
            path,
            editable: requirement.editable,
            hashes: requirement.hashes,
            group: requirement.group.to_string(),
            at: Within::new(file.locate(Some(requirement.at)), places),
        }
    }
}

/// The versions that a requirement allows, as PEP 440 specifiers: nothing where any will do, or where they cannot be
/// written so.
fn specifier(requirement: &Requirement) -> Option<&str> {
    let specifier = requirement.specifier.as_ref()?;
    Some(specifier.pep440.as_str()).filter(|pep440| !pep440.is_empty())
}

impl<'a> OptionEntry<'a> {
    fn new(option: &'a OptionLine, file: FileId, places: &Places<'a>) -> Self {
        let at = Within::new(file.locate(Some(option.at)), places);
        Self { name: &option.name, value: sanitise::mask(&option.value), at }
    }
}

impl<'a> ErrorEntry<'a> {
    fn new(problem: &'a Problem, file: FileId, places: &Places<'a>) -> Self {
        Self { message: sanitise::mask(&problem.message), at: Within::new(file.locate(problem.at), places) }
    }
}

impl<'a> LockEntry<'a> {
    fn new(file: &'a LockFile, places: &Places<'a>) -> Self {
        let lock = &file.lock;
        let package = |package: &'a Package| PackageEntry {
            name: package.name.as_str(),
            version: package.version.as_ref().map(|version| version.text.as_str()),
            source: package.source.name(),
            markers: &package.markers,
            groups: package.groups.iter().map(Name::as_str).collect(),
            needs: package.needs.iter().map(EdgeEntry::new).collect(),
            at: Within::new(file.file.locate(Some(package.name_at)), places),
        };
        Self {
            filename: &file.path,
            format: file.format,
            version: lock.version.as_ref().map(|version| version.text.as_str()),
            requires_python: lock.requires_python.as_ref().map(|python| python.text.as_str()),
            packages: lock.packages.iter().map(package).collect(),
            errors: lock.problems.iter().map(|problem| ErrorEntry::new(problem, file.file, places)).collect(),
        }
    }
}

impl<'a> EdgeEntry<'a> {
    fn new(edge: &'a Edge) -> Self {
        Self {
            name: edge.name.as_str(),
            version: edge.version.as_deref(),
            extras: edge.extras.iter().map(Name::as_str).collect(),
            marker: edge.marker.as_deref(),
            group: edge.group.to_string(),
        }
    }
}

impl<'a> ToolEntry<'a> {
    fn new(tool: &'a Tool, places: &Places<'a>) -> Self {
        let entry = |sign: &Sign| Shown::new(sign.at, sign.how, places);
        Self { name: &tool.name, evidence: tool.evidence.iter().map(entry).collect() }
    }
}

impl<'a> ImportEntry<'a> {
    fn new(module: &'a Module, places: &Places<'a>) -> Self {
        let entry =
            |used: &Use| UseEntry { at: At::new(Location::Span(used.at), places), context: used.context.name() };
        Self {
            module: &module.name,
            distribution: module.distribution.as_deref(),
            resolved: module.resolved.name(),
            reason: module.doubt.map(Doubt::reason),
            uses: module.uses.iter().map(entry).collect(),
        }
    }
}
