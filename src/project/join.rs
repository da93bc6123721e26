//! What depends on more than one file: which project a file belongs to, what a project is, the signs of its tools.
//!
//! All of it takes time in proportion to files and projects: a file finds its project by climbing from folder to folder.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::load::top_level;
use super::{Kind, Project, Resolved, Tools, Workspace, pythons, resolved, role};
use crate::evidence::{Trace, TraceKind};
use crate::manifest::Manifest;
use crate::path;

/// The roots of projects, to find the project of a file.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    places: HashMap<String, usize>,
    /// Those above the working directory, in order: they have no names that could be climbed to.
    above: Vec<String>,
}

impl Roots {
    /// The roots of the projects from place `first` on.
    pub(super) fn of(projects: &[Project], first: usize) -> Self {
        let all = projects.iter().enumerate().skip(first);
        let places: HashMap<String, usize> = all.map(|(at, project)| (project.root.clone(), at)).collect();
        let is_above = |root: &&String| !root.is_empty() && root.split('/').all(|part| part == "..");
        let mut above: Vec<String> =
            projects.iter().skip(first).map(|project| &project.root).filter(is_above).cloned().collect();
        above.sort_unstable();
        Self { places, above }
    }

    /// The innermost project that holds the file or folder at `path`.
    pub(super) fn owner(&self, path: &str) -> Option<usize> {
        self.holding(path).next()
    }

    /// Finds the owners of files, given their folders: most files lie in that of the one before them.
    pub(super) fn owners<'f>(&self) -> impl FnMut(&'f str) -> Option<usize> {
        let mut last: Option<(&str, Option<usize>)> = None;
        move |folder| match last {
            Some((known, owner)) if known == folder => owner,
            _ => last.insert((folder, self.owner(folder))).1,
        }
    }

    /// Every project that holds the file or folder at `path`, the innermost first.
    pub(super) fn holding<'a>(&'a self, path: &'a str) -> impl Iterator<Item = usize> + 'a {
        let above = self.above.iter().filter(|root| path::below(path, root).is_some());
        let climbed = climb(path).filter(|folder| !folder.ends_with(".."));
        climbed.chain(above.map(String::as_str)).filter_map(|folder| self.places.get(folder).copied())
    }
}

/// `path` and the folders above it, up to the working directory, the root of the file system, or as far as `..` says.
pub(crate) fn climb(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |at| above(at))
}

fn above(at: &str) -> Option<&str> {
    let is_end = matches!(at, "" | "/" | "..") || at.ends_with("/..");
    (!is_end).then(|| path::folder(at))
}

/// A project counts as annotated where one function in this many says what it returns.
const TYPED_SHARE: usize = 4;

/// Folders that hold a project's packages.
const SOURCE_FOLDERS: &[&str] = &["src/", "lib/", "python/", "source/"];

/// Files by which a folder of Ansible playbooks is known.
pub(super) const PLAYBOOK_MARKS: &[&str] = &["ansible.cfg", "galaxy.yml"];

/// Files of task runners and services that run tools and are not read.
pub(super) const OPAQUE_MARKS: &[&str] =
    &["pants.toml", "Earthfile", "poe_tasks.toml", "mise.toml", ".mise.toml", "dodo.py", "WORKSPACE", "MODULE.bazel"];

/// Looks at the names of files: what modules, packages and tests the projects have.
pub(super) fn survey(projects: &mut [Project], roots: &Roots, files: &[String]) {
    let mut owner = roots.owners();
    for file in files {
        let Some(project) = owner(path::folder(file)).and_then(|at| projects.get_mut(at)) else { continue };
        let Some(below) = path::below(file, &project.root) else { continue };
        if role::is_vendored(path::folder(below)) {
            continue;
        }
        project.is_typed |= path::name(below) == "py.typed";
        if !path::has_extension(below, "py") {
            continue;
        }
        if role::is_test(below) {
            project.has_tests = true;
        } else if !role::is_side(below) {
            project.modules += 1;
            project.has_package |= is_package(project, below);
            let depth = below.matches('/').count();
            project.runs_in_place |= depth == 0 || depth == 1 && path::name(below) == "__main__.py";
            if is_own_package(project, below) {
                project.own_package = Some(path::folder(below).to_owned());
            }
        }
    }
}

/// Whether a module makes a package of the project's own name, in its root or in `src/`.
fn is_own_package(project: &Project, below: &str) -> bool {
    let inner = below.strip_prefix("src/").unwrap_or(below);
    let folder = inner.strip_suffix("/__init__.py");
    let is_named = |folder: &str| project.name().is_some_and(|name| crate::name::Name::new(folder) == name);
    folder.is_some_and(is_named)
}

/// Whether a module makes the project importable: `name/__init__.py`, also in a folder of sources, or a single module
/// of the project's own name.
fn is_package(project: &Project, below: &str) -> bool {
    let inner = SOURCE_FOLDERS.iter().find_map(|folder| below.strip_prefix(folder)).unwrap_or(below);
    let is_named = |stem: &str| project.name().is_some_and(|name| crate::name::Name::new(stem) == name);
    inner.ends_with("/__init__.py") && inner.matches('/').count() == 1
        || inner.strip_suffix(".py").is_some_and(is_named)
}

/// Completes the projects from place `first_project` on, with the evidence from place `first_evidence` on.
pub(super) fn join(workspace: &mut Workspace, first_project: usize, first_evidence: usize) {
    let roots = Roots::of(&workspace.projects, first_project);
    workspace.roots = Roots::of(&workspace.projects, 0);
    let evidence = assign(workspace, &roots, first_evidence);
    let marks = assign_marks(workspace, &roots);
    for at in first_project..workspace.projects.len() {
        let joined = joined(workspace, &roots, at, evidence.get(&at), marks.get(&at));
        if let (Some(joined), Some(project)) = (joined, workspace.projects.get_mut(at)) {
            project.outer = joined.outer;
            project.tools = joined.tools;
            project.pythons = joined.pythons;
            project.environment_pythons = joined.environment_pythons;
            project.imported = joined.imported;
            project.is_typed = joined.is_typed;
            project.kind = joined.kind;
            project.resolved = joined.resolved;
            project.is_service = joined.is_service;
            project.is_published = joined.is_published;
            project.is_playbook = joined.is_playbook;
            project.evidence = evidence.get(&at).cloned().unwrap_or_default();
        }
    }
}

/// What [`join`] finds out about one project.
struct Joined {
    outer: Option<usize>,
    tools: Tools,
    pythons: Option<super::Pythons>,
    environment_pythons: BTreeMap<usize, super::Pythons>,
    imported: BTreeMap<String, crate::source::Span>,
    is_typed: bool,
    is_playbook: bool,
    is_service: bool,
    is_published: bool,
    kind: Kind,
    resolved: Resolved,
}

fn joined(
    workspace: &Workspace,
    roots: &Roots,
    at: usize,
    evidence: Option<&Vec<usize>>,
    marks: Option<&Vec<usize>>,
) -> Option<Joined> {
    let project = workspace.projects.get(at)?;
    let evidence = evidence.map_or(&[][..], Vec::as_slice);
    let outer: Vec<usize> = roots.holding(&project.root).filter(|other| *other != at).collect();
    let mut tools = Tools::default();
    for manifest in &project.manifests {
        tools.add_manifest(manifest, true);
    }
    // Of the environments, hatch's alone is no file that is read for evidence as well.
    let hatch = |project: &'_ Project| project.environments.iter().position(|m| m.format == "hatch");
    let own_hatch = hatch(project).and_then(|at| project.environments.get(at));
    if let Some(manifest) = own_hatch {
        tools.add_manifest(manifest, true);
        lost_hatch(manifest, &mut tools);
    }
    let above = || outer.iter().filter_map(|at| workspace.projects.get(*at));
    let hatch_above = above().filter_map(|p| p.environments.get(hatch(p)?));
    let above = above().flat_map(|p| &p.manifests).chain(hatch_above);
    let speaks = |folder: &str| {
        path::below(&project.root, role::owner(folder)).is_some() || path::below(folder, &project.root).is_some()
    };
    let context = workspace.context.iter().filter(|m| speaks(path::folder(&m.path)));
    for manifest in above.chain(context) {
        tools.add_manifest(manifest, false);
        lost_hatch(manifest, &mut tools);
    }
    for index in evidence {
        tools.add_evidence(workspace, *index);
    }
    for (mark, file) in marks.into_iter().flatten().filter_map(|at| workspace.marks.get(*at)) {
        tools.add_mark(mark, *file);
        if OPAQUE_MARKS.contains(&path::name(mark)) {
            let why = format!("{}, which is not read", path::name(mark));
            tools.opaque.push((why, crate::source::Location::File(*file)));
        }
    }
    let mut imported: HashMap<&str, crate::source::Span> = HashMap::default();
    let (mut functions, mut annotated) = (0, 0);
    for python in workspace.python_of(project) {
        let below = path::below(&python.path, &project.root).unwrap_or(&python.path);
        if !role::is_test(below) && !role::is_side(below) {
            functions += python.functions;
            annotated += python.annotated;
        }
        for import in python.imports.imports.iter().filter(|i| i.level == 0) {
            imported.entry(top_level(&import.module)).or_insert_with(|| python.file.span(import.at));
        }
    }
    let is_playbook = |(mark, _): &(String, _)| {
        PLAYBOOK_MARKS.contains(&path::name(mark)) && path::below(&project.root, path::folder(mark)).is_some()
    };
    let is_service = is_service(project, evidence, marks.map_or(&[][..], Vec::as_slice), workspace);
    let is_published = is_published(evidence, workspace);
    let overridden = outer.iter().filter_map(|at| workspace.projects.get(*at)).flat_map(resolved::overridden).collect();
    Some(Joined {
        is_playbook: marks.into_iter().flatten().filter_map(|at| workspace.marks.get(*at)).any(is_playbook),
        outer: outer.first().copied(),
        tools,
        pythons: pythons::of(project, workspace, evidence),
        environment_pythons: pythons::of_environments(project, workspace),
        imported: imported.into_iter().map(|(module, at)| (module.to_owned(), at)).collect(),
        is_typed: project.is_typed || annotated > 0 && annotated * TYPED_SHARE >= functions,
        kind: kind_of(project, is_service, is_published && !is_only_run(project, evidence, workspace)),
        is_service,
        is_published,
        resolved: Resolved::of(project, &overridden),
    })
}

/// Says that what could not be read of a `hatch.toml` may bring tools.
fn lost_hatch(manifest: &Manifest, tools: &mut Tools) {
    if manifest.format == "hatch" && manifest.reading.partial {
        let why = "a file that could not be read in full".to_owned();
        tools.opaque.push((why, crate::source::Location::File(manifest.file)));
    }
}

/// The evidence that counts for each project, by places in the workspace: what lies in it, and what speaks for it from
/// a folder above.
fn assign(workspace: &Workspace, roots: &Roots, first: usize) -> BTreeMap<usize, Vec<usize>> {
    let files = workspace.evidence.iter().enumerate().skip(first).map(|(at, e)| (at, e.path.as_str()));
    distribute(workspace, roots, files)
}

/// The same for files that count by their names.
fn assign_marks(workspace: &Workspace, roots: &Roots) -> BTreeMap<usize, Vec<usize>> {
    distribute(workspace, roots, workspace.marks.iter().enumerate().map(|(at, (path, _))| (at, path.as_str())))
}

fn distribute<'a>(
    workspace: &Workspace,
    roots: &Roots,
    files: impl Iterator<Item = (usize, &'a str)>,
) -> BTreeMap<usize, Vec<usize>> {
    let mut of_project: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut of_folder: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, file) in files {
        let folder = path::folder(file);
        for project in roots.holding(folder) {
            of_project.entry(project).or_default().push(at);
        }
        of_folder.entry(role::owner(folder)).or_default().push(at);
    }
    // What lies above the folder that was asked for is found by its path: its name cannot be climbed to.
    let above = of_folder.iter().filter(|(folder, _)| folder.starts_with("..") || path::is_absolute(folder));
    let above: Vec<(&str, &Vec<usize>)> = above.map(|(folder, files)| (*folder, files)).collect();
    for (at, project) in workspace.projects.iter().enumerate() {
        let root = &project.root;
        if roots.places.get(root) != Some(&at) {
            continue;
        }
        let above = above.iter().filter(|(folder, _)| path::below(root, folder).is_some()).map(|(_, files)| *files);
        let climbed = climb(root).filter_map(|folder| of_folder.get(folder));
        let own = of_project.entry(at).or_default();
        own.extend(climbed.chain(above).flatten());
        own.sort_unstable();
        own.dedup();
    }
    debug_assert!(of_project.keys().all(|at| *at < workspace.projects.len()));
    of_project
}

/// Commands that upload a package to an index.
const UPLOADS: &[&str] =
    &["twine upload", "poetry publish", "uv publish", "flit publish", "hatch publish", "pdm publish"];

fn publishes(trace: &Trace) -> bool {
    match trace.kind {
        TraceKind::Repository => trace.text == "pypa/gh-action-pypi-publish",
        TraceKind::Command => UPLOADS.iter().any(|upload| trace.text.starts_with(upload)),
        _ => false,
    }
}

/// Whether what speaks for a project uploads a package to an index.
fn is_published(evidence: &[usize], workspace: &Workspace) -> bool {
    evidence.iter().filter_map(|at| workspace.evidence.get(*at)).any(|e| e.seen.traces.iter().any(publishes))
}

/// Marks of something that runs where it is deployed.
pub(super) const SERVICE_FILES: &[&str] = &[
    "Dockerfile",
    "Containerfile",
    "Procfile",
    "manage.py",
    "serverless.yml",
    "serverless.yaml",
    "cdk.json",
    "app.yaml",
];

/// Whether something in the root of a project runs where it is deployed.
fn is_service(project: &Project, evidence: &[usize], marks: &[usize], workspace: &Workspace) -> bool {
    let in_root = |file: &str| path::folder(file) == project.root;
    evidence.iter().filter_map(|at| workspace.evidence.get(*at)).any(|e| {
        in_root(&e.path)
            && (SERVICE_FILES.contains(&path::name(&e.path))
                || e.seen.traces.iter().any(|t| matches!(t.text.as_str(), "serverless" | "sam" | "cdk")))
    }) || marks
        .iter()
        .filter_map(|at| workspace.marks.get(*at))
        .any(|(mark, _)| in_root(mark) && SERVICE_FILES.contains(&path::name(mark)))
}

/// Whether an image in the root of a project gets what the project needs, from its own lock, and never the project itself:
/// nobody installs that.
fn is_only_run(project: &Project, evidence: &[usize], workspace: &Workspace) -> bool {
    let own = evidence.iter().filter_map(|at| workspace.evidence.get(*at));
    let images = own.filter(|e| e.format == "Dockerfile" && path::folder(&e.path) == project.root);
    let commands = images.flat_map(|e| &e.seen.traces).filter(|trace| trace.kind == TraceKind::Command);
    let mut syncs = commands.filter(|trace| trace.text.starts_with("uv sync ")).peekable();
    let is_locked = project.locks.iter().any(|lock| path::folder(&lock.path) == project.root);
    is_locked && syncs.peek().is_some() && syncs.all(|trace| trace.text.contains("--no-install-project"))
}

/// What a project is for, by its manifests and by what lies in its root. What is uploaded to an index is a library,
/// whatever image is built beside it.
fn kind_of(project: &Project, is_service: bool, is_published: bool) -> Kind {
    if project.manifests.is_empty() {
        return Kind::Scripts;
    }
    // Other manifests beside that of a package say nothing of it.
    let mut standard = project.manifests.iter().filter(|m| m.format == "pyproject");
    let not_a_package = standard.any(|m| m.reading.project.as_ref().is_some_and(|p| !p.is_package));
    let describes = |m: &Manifest| {
        m.format == "setup.py" || m.reading.tables.iter().any(|(t, _)| t == "build-system" || t == "metadata")
    };
    let builds = project.manifests.iter().any(describes);
    if builds && project.has_package && (!is_service || is_published) && !not_a_package {
        Kind::Library
    } else {
        Kind::Application
    }
}
