//! Projects: what was read, joined.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashSet};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Problem;
use crate::evidence::EvidenceFile;
use crate::guard::Fault;
use crate::installed::Installed;
use crate::lock::{LockFile, Package};
use crate::manifest::{Include, IncludeKind, Manifest, Requirement, Versions};
use crate::name::Name;
use crate::path;
use crate::python::{Imports, Uses};
use crate::source::{FileId, Location, Sources, Span};

use purpose::Purpose;
use role::Roles;

pub mod discover;
mod join;
pub mod load;
pub mod manager;
pub mod purpose;
pub mod pythons;
pub mod resolved;
pub mod role;
pub mod tools;
pub mod tree;
pub mod words;

pub(crate) use join::climb;
pub use manager::Managed;
pub use resolved::Resolved;
pub use tools::Tools;
pub use tree::Tree;

/// What a project is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Is run where it is deployed.
    Application,
    /// Is installed by others.
    Library,
    /// Single files that carry their requirements (PEP 723), or none at all.
    Scripts,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Library => "library",
            Self::Scripts => "scripts",
        }
    }
}

/// Everything that was read in a run.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The files.
    pub sources: Sources,
    /// In the order of their roots, so that an outer project comes before those in it.
    pub projects: Vec<Project>,
    /// What the tools of the projects leave behind, for each folder that was asked for in the order of paths.
    pub evidence: Vec<EvidenceFile>,
    /// Manifests that are read for what they show of tools alone: of folders above the paths that were asked for.
    pub context: Vec<Manifest>,
    /// Python files and notebooks, in the order of paths.
    pub python: Vec<PythonFile>,
    /// Names of files that are a tool's configuration by their name alone, in the order of paths.
    pub marks: Vec<(String, FileId)>,
    /// The modules that lie there.
    pub tree: Tree,
    /// Files that could not be read: the project, the file, why.
    pub unread: Vec<(usize, FileId, Problem)>,
    /// Files over which the program itself failed, and where in it.
    pub faults: Vec<(FileId, Fault)>,
    /// What a curious user may want to know: files that were left out, and why.
    pub notes: Vec<String>,
    /// The files of the tree, those that were not read as well, in the order of paths for each folder that was asked for.
    pub files: Vec<Arc<str>>,
    /// The roots of the projects.
    pub(crate) roots: join::Roots,
    /// How many files were read.
    pub files_read: usize,
    /// Whether Python source was read.
    pub source_read: bool,
    /// What rules ask of all of it for each project.
    pub(crate) answers: Answers,
}

/// Answers that are the same for every project of a workspace, and take a look through all of it: each is found once, when
/// everything has been read.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// Whether a text may change which tests pytest collects, or how it runs coroutines.
    pub(crate) sets_pytest: OnceLock<bool>,
    /// The names of all folders and modules of Python.
    pub(crate) names: OnceLock<HashSet<String>>,
    /// The places of [`Workspace::python`] in the order of paths.
    by_path: OnceLock<Vec<usize>>,
    /// For each file with evidence, the first place in [`Workspace::evidence`].
    evidence: OnceLock<HashMap<FileId, usize>>,
    /// The first project for which each of [`Workspace::evidence`] counts.
    first_for: OnceLock<HashMap<usize, usize>>,
    /// Whether a project may bring tools that cannot be seen.
    pub(crate) hides_tools: OnceLock<bool>,
}

/// A Python file.
#[derive(Debug)]
pub struct PythonFile {
    /// Its number.
    pub file: FileId,
    /// Its path relative to the working directory, with `/`.
    pub path: Arc<str>,
    /// What it is for by its name and folders below its project's root; [`purpose::Purposes`] knows better.
    pub called: Purpose,
    /// The same, as rules on source ask.
    pub roles: Roles,
    /// What it imports.
    pub imports: Imports,
    /// What it does, where a rule can matter to it.
    pub uses: Option<Box<Uses>>,
    /// Matches to which it can matter as syntax, where its project is one for which they may speak.
    pub waiting: Vec<Arc<load::Match>>,
    /// How many functions it has.
    pub functions: usize,
    /// How many of them say what they return.
    pub annotated: usize,
    /// Whether it has an `async` function.
    pub is_async: bool,
    /// Of the distributions that are watched for, those that it mentions outside of comments, by their normalised names.
    pub mentions: Vec<String>,
}

/// Where a text names a distribution or a module of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The name.
    pub at: Span,
    /// Whether only tests name it.
    pub in_tests: bool,
}

/// One project.
#[derive(Debug)]
pub struct Project {
    /// The folder, relative to the working directory, with `/`; empty for that itself.
    pub root: String,
    /// What it is for.
    pub kind: Kind,
    /// Every manifest, the main one first.
    pub manifests: Vec<Manifest>,
    /// Lists that are installed in an environment of their own: of a tool (tox, nox, hatch, a hook), an image, a script.
    /// What they name is no declaration of the project. A file may be here several times, and in `manifests` as well.
    pub environments: Vec<Manifest>,
    /// The Python versions of environments that have their own, by the place in `environments`.
    pub environment_pythons: BTreeMap<usize, Pythons>,
    /// The locks that speak for it: those in its root, and that of the workspace whose member it is.
    pub locks: Vec<Arc<LockFile>>,
    /// The manager that it certainly uses.
    pub managed: Option<Managed>,
    /// Whether a lock may be there that was not read: git or the configuration leaves it out, it is of a format that is
    /// not read, or it lies in a folder above.
    pub unread_lock: bool,
    /// What is installed in a virtual environment in its folder or in one above it, where there is one and source is read.
    pub installed: Option<Arc<Installed>>,
    /// Its files in [`Workspace::python`].
    pub python: Vec<usize>,
    /// What shows its tools in [`Workspace::evidence`]: what lies in it, and what speaks for it from above.
    pub evidence: Vec<usize>,
    /// The project that it lies in, by its place in [`Workspace::projects`].
    pub outer: Option<usize>,
    /// Resolved includes: the file that includes, the include's place in its reading, the file that is meant.
    pub includes: Vec<ResolvedInclude>,
    /// Which declarations are installed together.
    pub resolved: Resolved,
    /// Names of lock files beside it or above it in the repository, and of those that git leaves out there.
    pub lock_names: Vec<&'static str>,
    /// The Python versions it supports, and where that is said; nothing without any evidence.
    pub pythons: Option<Pythons>,
    /// Signs of tools, its own and those of the folders above it.
    pub tools: Tools,
    /// Modules that its source imports, by top-level name.
    pub imported: BTreeMap<String, Span>,
    /// Where its texts first name a distribution or module that was looked for ([`load::mentions::look_for`]), by the
    /// normalised name.
    pub mentions: BTreeMap<Name, Mention>,
    /// Whether it has an importable package (a folder with `__init__.py`, or a module of its name).
    pub has_package: bool,
    /// The package of the project's own name, in its root or in `src/`: the folder below the root.
    pub own_package: Option<String>,
    /// Whether a module in its root, or a package there with `__main__.py`, is run from that folder.
    pub runs_in_place: bool,
    /// Whether a file in its root says that it is deployed (a Dockerfile, a Procfile, `serverless.yml`).
    pub is_service: bool,
    /// Whether continuous integration or a script uploads it to an index.
    pub is_published: bool,
    /// Whether it lies in a folder of Ansible playbooks.
    pub is_playbook: bool,
    /// Whether it has tests.
    pub has_tests: bool,
    /// Whether it is annotated: it has a `py.typed`, or a good part of its functions says what it returns.
    pub is_typed: bool,
    /// How many modules it has, tests, documentation and build scripts not counted.
    pub modules: usize,
}

/// Python versions with the place that names them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pythons {
    /// What they are.
    pub versions: Versions,
    /// As text for messages: `>=3.9`, `3.9, 3.10`.
    pub shown: String,
    /// Where that is said.
    pub at: Location,
    /// How the project says so.
    pub by: PythonsBy,
}

/// How a project says which Python versions it supports. The order is that of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PythonsBy {
    /// Continuous integration or a container file uses them.
    Use,
    /// Classifiers name them, and nothing bounds them.
    Classifiers,
    /// `requires-python`, what means the same elsewhere, or our own configuration.
    Declaration,
}

/// An include of a manifest, looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedInclude {
    /// The manifest that includes.
    pub from: FileId,
    /// Its place in that manifest's reading.
    pub index: usize,
    /// What was found.
    pub target: IncludeTarget,
}

/// What an include leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncludeTarget {
    /// A file that was read.
    Read(FileId),
    /// A file or group that is there.
    There,
    /// Nothing: the path that was looked for.
    Missing(String),
    /// It cannot be known from here (a URL, a variable, a file that is built).
    CannotTell,
}

impl Project {
    /// The manifest that stands for the project: `pyproject.toml`, else the first of the others.
    pub fn main(&self) -> Option<&Manifest> {
        self.manifests.first()
    }

    /// The table that stands for the project in its main manifest, or that file as a whole.
    pub fn head(&self) -> Location {
        let Some(main) = self.main() else { return Location::Project };
        let table = ["project", "tool.poetry", "build-system", "dependency-groups", "metadata", "options"];
        let header = table.iter().find_map(|name| main.reading.tables.iter().find(|(table, _)| table == name));
        main.file.locate(header.map(|(_, at)| *at).filter(|at| !at.is_empty()))
    }

    /// The name of the distribution that it builds.
    pub fn name(&self) -> Option<Name> {
        let written = self.manifests.iter().find_map(|m| m.reading.project.as_ref()?.name.as_ref())?;
        Some(Name::new(&written.text))
    }

    /// Every requirement that the project declares with its manifest, in the order of manifests and texts.
    pub fn requirements(&self) -> impl Iterator<Item = (&Manifest, &Requirement)> {
        self.manifests.iter().flat_map(|manifest| manifest.reading.requirements.iter().map(move |r| (manifest, r)))
    }

    /// What the project declares and what its environments install, declarations first.
    pub fn every_requirement(&self) -> impl Iterator<Item = (&Manifest, &Requirement)> {
        self.everything().flat_map(|manifest| manifest.reading.requirements.iter().map(move |r| (manifest, r)))
    }

    /// Its manifests, and after them its environments.
    pub fn everything(&self) -> impl Iterator<Item = &Manifest> {
        self.manifests.iter().chain(&self.environments)
    }

    /// The Python versions of the environment at a place of `environments`. Tools that test or build the project run it
    /// with its own; an image, a hook or a script says itself, or it is not known.
    pub fn pythons_of_environment(&self, at: usize) -> Option<&Pythons> {
        let format = self.environments.get(at)?.format;
        let own = self.environment_pythons.get(&at);
        own.or_else(|| self.pythons.as_ref().filter(|_| !matches!(format, "script" | "dockerfile" | "pre-commit")))
    }

    /// The include that was looked up as `resolved`, with its file.
    pub fn include(&self, resolved: &ResolvedInclude) -> Option<(&Manifest, &Include)> {
        // Of the readings of one file a single one has includes.
        let mut readings = self.everything().filter(|m| m.file == resolved.from);
        readings.find_map(|manifest| Some((manifest, manifest.reading.includes.get(resolved.index)?)))
    }

    /// The locks that lie in its root.
    pub fn own_locks(&self) -> impl Iterator<Item = &LockFile> {
        self.locks.iter().map(AsRef::as_ref).filter(|lock| path::folder(&lock.path) == self.root)
    }

    /// Every package of the (normalised) name that a lock of the project fixes, with the lock. Several versions are
    /// forks by marker or group, or the word of several locks. Nothing where there is no lock, or it does not have it.
    pub fn locked<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a LockFile, &'a Package)> {
        self.locks.iter().flat_map(move |lock| lock.lock.named(name).map(move |package| (lock.as_ref(), package)))
    }

    /// Whether a part of a manifest was not understood, so that nothing follows from what is absent.
    pub fn is_partial(&self) -> bool {
        self.manifests.iter().any(|manifest| manifest.reading.partial)
    }

    /// Whether its versions are, or may be, fixed by a lock file. Known by names alone.
    pub fn may_be_locked(&self) -> bool {
        !self.lock_names.is_empty()
    }

    /// How its root is shown.
    pub fn shown_root(&self) -> &str {
        path::shown(&self.root)
    }
}

/// So many Python files are worth a thread of their own, where little is done to each.
const MANY_FILES: usize = 1000;

impl Workspace {
    /// The Python files of a project.
    pub fn python_of<'a>(&'a self, project: &'a Project) -> impl Iterator<Item = &'a PythonFile> {
        project.python.iter().filter_map(|at| self.python.get(*at))
    }

    /// Frees it; where one repository is large, by all threads: what was read of source are many small pieces.
    pub(crate) fn discard(self) {
        self.python.into_par_iter().with_min_len(MANY_FILES).for_each(drop);
    }

    /// The evidence in a file, the first where it is read as several formats. Asked when everything has been read.
    pub(crate) fn evidence_in(&self, file: FileId) -> Option<&EvidenceFile> {
        self.evidence.get(self.place_of_evidence(file)?)
    }

    /// The first project for which the file at `path` counts as evidence, by its place. Asked when everything has been
    /// read.
    pub(crate) fn first_for(&self, path: &str) -> Option<usize> {
        let of_project = |(at, project): (usize, &Project)| -> Vec<(usize, usize)> {
            project.evidence.iter().map(|evidence| (*evidence, at)).collect()
        };
        let all = || self.projects.iter().enumerate().rev().flat_map(of_project).collect();
        let evidence = self.place_of_evidence(self.sources.find(path)?)?;
        self.answers.first_for.get_or_init(all).get(&evidence).copied()
    }

    fn place_of_evidence(&self, file: FileId) -> Option<usize> {
        let all = || self.evidence.iter().enumerate().rev().map(|(at, evidence)| (evidence.file, at)).collect();
        self.answers.evidence.get_or_init(all).get(&file).copied()
    }

    /// The Python files in `root` and below it, those of projects within it as well.
    pub(crate) fn python_below<'a>(&'a self, root: &str) -> impl Iterator<Item = &'a PythonFile> {
        let path = |at: &usize| self.python.get(*at).map_or("", |file| &*file.path);
        let in_order = || {
            let mut places: Vec<usize> = (0..self.python.len()).collect();
            places.sort_by(|a, b| path(a).cmp(path(b)));
            places
        };
        let places = self.answers.by_path.get_or_init(in_order);
        // What lies in the working directory, or in a folder above it, does not begin with the name of that.
        let start = if matches!(root, "" | "/") || root.ends_with("..") { String::new() } else { format!("{root}/") };
        let first = places.partition_point(|at| path(at) < start.as_str());
        let after = places.iter().skip(first).filter_map(|at| self.python.get(*at));
        let within = after.take_while(|file| file.path.starts_with(&start));
        within.filter(|file| path::below(&file.path, root).is_some()).collect::<Vec<_>>().into_iter()
    }

    /// Those that were read as syntax, with what they do.
    pub fn parsed_of<'a>(&'a self, project: &'a Project) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
        self.python_of(project).filter_map(|file| Some((file, file.uses.as_deref()?)))
    }

    /// The innermost project that holds the file at `path`, by its place.
    pub fn owner(&self, path: &str) -> Option<usize> {
        self.roots.owner(path)
    }

    /// Every project that holds the file or folder at `path`, by its place, the innermost first.
    pub(crate) fn holding<'a>(&'a self, path: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.roots.holding(path)
    }

    /// `path:row` of a place, for notes. Rows count from 1.
    pub fn row(&self, span: Span) -> String {
        let text = self.sources.text(span.file);
        let before = text.get(..span.extent.start as usize).unwrap_or_default();
        format!("{}:{}", self.sources.path(span.file), before.matches('\n').count() + 1)
    }
}

impl IncludeKind {
    /// Whether the target is a file of requirements.
    pub fn is_requirements(self) -> bool {
        matches!(self, Self::Requirements | Self::Constraints | Self::Dynamic)
    }
}
