//! From files to a [`Workspace`]. The only module that reads a project's files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::{HashMap, HashSet};
use memchr::memmem;
use rayon::prelude::*;

use super::join::{self, Roots};
use super::role::Roles;
use super::{
    IncludeTarget, Kind, Project, PythonFile, Resolved, ResolvedInclude, Tools, Workspace, discover, purpose, role,
};
use crate::decode;
use crate::diagnostic::Problem;
use crate::evidence::{self, EvidenceFile, Seen};
use crate::fs::{self, FileSystem, Ignored, ReadError, WalkOptions};
use crate::guard::{self, Fault};
use crate::lock;
use crate::manifest::{self, Group, IncludeKind, Manifest, ReadContext, Reading, template};
use crate::name;
use crate::path;
use crate::python::vocabulary::Vocabulary;
use crate::python::{self, notebook, parse, scan};
use crate::source::{Cell, Extent, Sources};
use crate::suppress;

mod installed;
mod locks;
pub mod mentions;
mod tree;
mod triggers;

pub use crate::python::top_level;
use triggers::{About, Answer};
pub use triggers::{Match, Sign, Silent, Trigger, Triggers};

/// What is read, and how.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// What of the tree is left out.
    pub walk: WalkOptions,
    /// Files that were named: they are read even where they are excluded, ignored by git, or test data.
    pub named: Vec<String>,
    /// Whether Python source is read.
    pub source: bool,
    /// The most bytes of a source file or notebook.
    pub max_source: u64,
    /// The most bytes of a manifest or lock file.
    pub max_manifest: u64,
    /// Which Python files are parsed.
    pub parse: Parse,
    /// The names of which it matters how the files that are parsed use them.
    pub vocabulary: Vocabulary,
    /// Files that count as configuration of a tool by their name.
    pub marks: BTreeSet<String>,
    /// Names of distributions, or globs (`pytest-*`), of which it matters whether source mentions them where a project
    /// requires them when it runs.
    pub watched: Vec<String>,
}

/// Which Python files are parsed; imports are found in all of them.
#[derive(Debug, Clone)]
pub enum Parse {
    /// Where a syntax tree can matter.
    Where(Triggers),
    /// Every one.
    Everything,
}

/// Below this many files, starting threads costs more than it brings.
const PARALLEL_FROM: usize = 32;

/// Reads the projects at and below `tops` (folders; one within another is read on its own), with what stands above them up to the repository's root.
/// `sources` may hold files already (configurations).
pub fn load(fs: &dyn FileSystem, sources: Sources, tops: &[String], options: &LoadOptions) -> Workspace {
    let mut workspace = Workspace { sources, source_read: options.source, ..Workspace::default() };
    for top in tops {
        let is_inner = |other: &&String| *other != top && path::below(other, top).is_some();
        let inner = tops.iter().filter(is_inner).map(String::as_str).collect();
        let (workspace, faults, ignored) = (&mut workspace, Mutex::default(), Mutex::default());
        Loader { fs, options, top, inner, workspace, faults, ignored }.load();
    }
    workspace
}

/// The folder of the repository that holds `folder`: the closest one upwards with a `.git`.
pub fn repository(fs: &dyn FileSystem, folder: &str) -> Option<String> {
    let mut at = Some(folder.to_owned());
    while let Some(folder) = at {
        if fs.kind(&path::join(&folder, ".git")).is_some() {
            return Some(folder);
        }
        at = fs.parent(&folder);
    }
    None
}

struct Loader<'a> {
    fs: &'a dyn FileSystem,
    options: &'a LoadOptions,
    top: &'a str,
    /// Folders within, which are read on their own.
    inner: Vec<&'a str>,
    workspace: &'a mut Workspace,
    /// Files over which the program failed.
    faults: Mutex<Vec<(String, Fault)>>,
    /// What the `.gitignore` of each folder leaves out that was asked for; nothing where there is none.
    ignored: Mutex<HashMap<String, Option<Arc<Ignored>>>>,
}

/// A text that was read, or why not.
enum Text {
    Read(Arc<str>),
    Problem(Problem),
    /// In an encoding that Python may know, and that is not known here.
    Foreign,
    Gone,
}

/// How the bytes of a file become a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    /// As UTF-8.
    Utf8,
    /// As pip decodes requirements files.
    Pip,
    /// As Python decodes its source.
    Python,
}

impl Coding {
    /// That of the files of `format`.
    fn of(format: &manifest::Format) -> Self {
        match format.name {
            "requirements" => Self::Pip,
            "setup.py" | "nox" => Self::Python,
            _ => Self::Utf8,
        }
    }
}

impl Loader<'_> {
    fn load(&mut self) {
        let mut tree = self.fs.walk(self.top, &self.options.walk);
        if !tree.files.iter().any(|file| is_subject(file)) {
            // A folder of repositories.
            tree = self.fs.walk(self.top, &WalkOptions { within_repositories: true, ..self.options.walk.clone() });
        }
        let is_inner = |file: &String| self.inner.iter().any(|inner| path::below(file, inner).is_some());
        tree.files.retain(|file| !is_inner(file));
        // What was named is read, whatever leaves it out.
        let is_here = |file: &&String| path::below(file, self.top).is_some() && !is_inner(file);
        let named = self.options.named.iter().filter(is_here);
        tree.files.extend(named.filter(|file| !tree.files.contains(file)).cloned().collect::<Vec<_>>());
        tree.files.sort_unstable();
        for (path, why) in &tree.refused {
            self.workspace.notes.push(format!("{}: not looked into: {why}", path::shown(path)));
        }
        let manifests = self.read_manifests(&tree.files);
        let above = self.above();
        let first_evidence = self.workspace.evidence.len();
        let evidence_files: Vec<&String> = tree.files.iter().chain(&above).collect();
        self.read_evidence(&evidence_files);
        // What was followed came last. Projects remember places in this list, so it is put in order before they are made.
        if let Some(new) = self.workspace.evidence.get_mut(first_evidence..) {
            new.sort_by(|a, b| a.path.cmp(&b.path));
        }
        self.read_installed(first_evidence, &manifests);
        let layout = discover::layout(self.top, &manifests.iter().collect::<Vec<_>>(), &self.options.named);
        for (index, why) in &layout.left_out {
            if let Some(manifest) = manifests.get(*index) {
                self.workspace.notes.push(format!("{}: left out: {why}", manifest.path));
            }
        }
        for file in tree.files.iter().chain(&above) {
            if self.options.marks.contains(path::name(file)) {
                let id = self.workspace.sources.add(file, None);
                self.workspace.marks.push((file.clone(), id));
            }
        }
        let first_project = self.workspace.projects.len();
        let unclaimed = self.assemble(layout, manifests, &tree.files);
        self.workspace.tree.unclaimed.extend(unclaimed);
        self.read_tree(&tree.files, &tree.links);
        self.read_environments(first_project, &tree.files);
        self.read_locks(first_project, &tree.files, &above);
        let first_python = self.workspace.python.len();
        self.read_python(first_project, &tree.files);
        self.look_for_environments(first_project);
        self.refuse(first_project, &tree.refused);
        join::join(self.workspace, first_project, first_evidence);
        self.look_for_modules(first_project, &tree.files);
        self.look_for_locks(first_project, &above);
        // Python files were read in this order, and their paths are there.
        let mut python = self.workspace.python.iter().skip(first_python).map(|file| &file.path).peekable();
        let files = tree.files.into_iter().map(|file| match python.next_if(|path| ***path == *file) {
            Some(path) => Arc::clone(path),
            None => file.into(),
        });
        self.workspace.files.extend(files);
        let faults = std::mem::take(self.faults.get_mut().unwrap_or_else(PoisonError::into_inner));
        let sources = &mut self.workspace.sources;
        self.workspace.faults.extend(faults.into_iter().map(|(file, fault)| (sources.add(&file, None), fault)));
    }

    /// What `read` makes of `file`; `unread` where the program fails over it.
    fn contained<T>(&self, file: &str, unread: T, read: impl FnOnce() -> T) -> T {
        guard::contain(read).unwrap_or_else(|fault| {
            let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
            faults.push((file.to_owned(), fault));
            unread
        })
    }

    /// Makes findings of what has the name of a manifest and could not be looked into.
    fn refuse(&mut self, first_project: usize, refused: &[(String, String)]) {
        let roots = Roots::of(&self.workspace.projects, first_project);
        for (path, why) in refused.iter().filter(|(path, _)| manifest::format_of(path).is_some()) {
            if let Some(owner) = roots.owner(path::folder(path)) {
                let file = self.workspace.sources.add(path, None);
                self.workspace.unread.push((owner, file, Problem::whole("unreadable-file", why.clone())));
            }
        }
    }

    /// Files in the folders above the top, up to the repository's root, that may be evidence.
    fn above(&mut self) -> Vec<String> {
        let Some(root) = repository(self.fs, self.top) else { return Vec::new() };
        let mut files = Vec::new();
        let mut at = self.top.to_owned();
        while at != root {
            let Some(folder) = path::parent(&at) else { break };
            files.extend(self.fs.list(&folder));
            for part in [".github", ".circleci", ".gitlab", ".azure-pipelines", ".woodpecker"] {
                let folder = path::join(&folder, part);
                if path::below(self.top, &folder).is_none() && self.fs.kind(&folder) == Some(fs::Kind::Folder) {
                    files.extend(self.fs.walk(&folder, &self.options.walk).files);
                }
            }
            at = folder;
        }
        let context: Vec<String> = files.iter().filter(|f| manifest::format_of(f).is_some()).cloned().collect();
        for manifest in self.read_manifests(&context) {
            self.workspace.context.push(manifest);
        }
        for file in files.iter().filter(|file| path::name(file) == "hatch.toml") {
            let manifest = self.read_environment(file, &manifest::hatch::FORMAT, None);
            self.workspace.context.extend(manifest);
        }
        files
    }

    /// Reads what tools, hooks and images install, into the projects that the files lie in.
    fn read_environments(&mut self, first_project: usize, files: &[String]) {
        let owners = Roots::of(&self.workspace.projects, first_project);
        for file in files {
            let Some(format) = manifest::environments_of(file).filter(|_| self.is_own_environment(file)) else {
                continue;
            };
            let owner = owners.owner(path::folder(file));
            let Some(manifest) = self.read_environment(file, format, owner) else { continue };
            match owner.and_then(|owner| self.workspace.projects.get_mut(owner)) {
                Some(project) => project.environments.push(manifest),
                // It speaks for the projects below, as evidence does.
                None if format.name == "hatch" => self.workspace.context.push(manifest),
                None => {}
            }
        }
        for at in first_project..self.workspace.projects.len() {
            self.follow_environments(at);
        }
    }

    /// Whether a file with environments is the repository's own: no test data, no example, not the code of others.
    fn is_own_environment(&self, file: &str) -> bool {
        let below = path::below(path::folder(file), self.top).unwrap_or_default();
        role::is_evidence_folder(below) || self.options.named.iter().any(|named| named == file)
    }

    /// Reads a file of a tool. Where it cannot be read, the project `owner` has a finding if the tool would refuse it.
    fn read_environment(
        &mut self,
        file: &str,
        format: &'static manifest::Format,
        owner: Option<usize>,
    ) -> Option<Manifest> {
        let (text, reading) = self.contained(file, (Text::Gone, Reading::default()), || {
            let text = self.text(file, self.options.max_manifest, Coding::of(format));
            let reading = match &text {
                Text::Read(text) => (format.read)(text, ReadContext { path: file }),
                _ => Reading::default(),
            };
            (text, reading)
        });
        let text = match text {
            Text::Read(text) => text,
            // Of what is a manifest as well, that was said.
            Text::Problem(_) if manifest::format_of(file).is_some() => return None,
            Text::Problem(problem) => {
                match owner.filter(|_| matches!(format.name, "tox" | "hatch")) {
                    Some(owner) => {
                        let id = self.workspace.sources.add(file, None);
                        self.workspace.unread.push((owner, id, problem));
                    }
                    None => self.workspace.notes.push(format!("{file}: left out: {}", problem.message)),
                }
                return None;
            }
            Text::Foreign | Text::Gone => return None,
        };
        let says = !reading.requirements.is_empty() || !reading.includes.is_empty() || !reading.problems.is_empty();
        if !says && reading.options.is_empty() && format.name != "hatch" {
            return None;
        }
        if self.workspace.sources.find(file).is_none() {
            self.workspace.files_read += 1;
        }
        let id = self.workspace.sources.add(file, Some(text));
        Some(Manifest { file: id, path: file.to_owned(), format: format.name, reading })
    }

    /// Looks up what the environments of a project include. A requirements file that is no manifest by its name is an
    /// environment's as well.
    fn follow_environments(&mut self, project: usize) {
        let Some(slot) = self.workspace.projects.get_mut(project) else { return };
        let (root, manifests) = (slot.root.clone(), std::mem::take(&mut slot.manifests));
        let mut environments = std::mem::take(&mut slot.environments);
        let mut resolved = Vec::new();
        let mut at = 0;
        while let Some(manifest) = environments.get(at) {
            at += 1;
            let (from, includes, path) = (manifest.file, manifest.reading.includes.clone(), manifest.path.clone());
            if manifests.iter().any(|m| m.file == from) {
                // The includes of this file are those of the manifest.
                continue;
            }
            for (index, include) in includes.iter().enumerate() {
                let beside = path::join(path::folder(&path), &include.target);
                let known = manifests.iter().find(|m| include.kind.is_requirements() && m.path == beside);
                let target = match known {
                    Some(manifest) => IncludeTarget::Read(manifest.file),
                    None if include.kind == IncludeKind::Group => group_of_project(&manifests, include),
                    None => self.file_target(&mut environments, &root, &path, include),
                };
                resolved.push(ResolvedInclude { from, index, target });
            }
        }
        if let Some(slot) = self.workspace.projects.get_mut(project) {
            (slot.manifests, slot.environments) = (manifests, environments);
            slot.includes.extend(resolved);
        }
    }

    fn read_manifests(&mut self, files: &[String]) -> Vec<Manifest> {
        let wanted: Vec<(&String, &'static manifest::Format)> =
            files.iter().filter_map(|file| Some((file, manifest::format_of(file)?))).collect();
        let read = |(file, format): &(&String, &'static manifest::Format)| self.read_manifest(file, format);
        let readings = in_parallel(&wanted, read);
        let mut manifests = Vec::new();
        for ((file, format), reading) in wanted.into_iter().zip(readings) {
            manifests.extend(self.keep_manifest(file, format, reading));
        }
        manifests
    }

    fn keep_manifest(
        &mut self,
        file: &str,
        format: &'static manifest::Format,
        read: Option<Result<(Arc<str>, Reading), String>>,
    ) -> Option<Manifest> {
        match read? {
            Ok((text, reading)) => {
                self.workspace.files_read += 1;
                let id = self.workspace.sources.add(file, Some(text));
                Some(Manifest { file: id, path: file.to_owned(), format: format.name, reading })
            }
            Err(note) => {
                self.workspace.notes.push(format!("{file}: left out: {note}"));
                None
            }
        }
    }

    /// The reading of a manifest; nothing where it is gone, a note where it is none.
    fn read_manifest(
        &self,
        file: &str,
        format: &'static manifest::Format,
    ) -> Option<Result<(Arc<str>, Reading), String>> {
        let unread = Reading { partial: true, ..Reading::default() };
        self.contained(file, Some(Ok((Arc::from(""), unread))), || self.read_text_of_manifest(file, format))
    }

    fn read_text_of_manifest(
        &self,
        file: &str,
        format: &'static manifest::Format,
    ) -> Option<Result<(Arc<str>, Reading), String>> {
        let is_requirements = format.name == "requirements";
        match self.text(file, self.options.max_manifest, Coding::of(format)) {
            Text::Gone => None,
            Text::Read(text) => {
                let template = || Some(Err("it is a template to be filled in".to_owned()));
                let by_lines = matches!(format.name, "requirements" | "conda");
                if template::is_path(file) || (by_lines && template::has_lines(&text)) {
                    return template();
                }
                if is_requirements && manifest::requirements::is_prose(&text) {
                    return Some(Err("it is prose, not a list of requirements".to_owned()));
                }
                if is_requirements && manifest::requirements::is_for_conda(&text) {
                    return Some(Err("conda reads it: a line names a channel".to_owned()));
                }
                let reading = (format.read)(&text, ReadContext { path: file });
                if !by_lines && template::is_read(&text, &reading) {
                    return template();
                }
                // Files of these names may be something else altogether.
                let is_other = reading == Reading::default() && matches!(format.name, "setup.py" | "conda");
                (!is_other).then_some(Ok((text, reading)))
            }
            Text::Foreign => Some(Ok((Arc::from(""), Reading { partial: true, ..Reading::default() }))),
            Text::Problem(problem) => {
                let reading = Reading { problems: vec![problem], partial: true, ..Reading::default() };
                Some(Ok((Arc::from(""), reading)))
            }
        }
    }

    fn text(&self, file: &str, limit: u64, coding: Coding) -> Text {
        match self.fs.read(file, limit) {
            Ok(bytes) => {
                let decoded = match coding {
                    Coding::Utf8 => decode::utf8(&bytes).map_err(Some),
                    Coding::Pip => decode::requirements(&bytes).map_err(Some),
                    Coding::Python => decode::python(&bytes),
                };
                match decoded {
                    Ok(text) => Text::Read(Arc::from(text)),
                    Err(problem) => problem.map_or(Text::Foreign, Text::Problem),
                }
            }
            Err(ReadError::Missing) => Text::Gone,
            Err(error) => Text::Problem(unreadable(&error)),
        }
    }

    fn read_evidence(&mut self, files: &[&String]) {
        let mut wanted: BTreeMap<String, Vec<&'static evidence::Format>> = BTreeMap::new();
        let mut last: Option<(&str, bool)> = None;
        for file in files {
            // Most files lie in the folder of the one before them.
            let folder = path::folder(file);
            let is_own = match last {
                Some((known, is_own)) if known == folder => is_own,
                _ => role::is_evidence_folder(path::below(folder, self.top).unwrap_or_default()),
            };
            last = Some((folder, is_own));
            if is_own {
                for format in evidence::formats_of(file) {
                    wanted.entry((*file).clone()).or_default().push(format);
                }
            }
        }
        let mut done: BTreeSet<String> = BTreeSet::new();
        while !wanted.is_empty() {
            let batch: Vec<(String, Vec<&'static evidence::Format>)> =
                std::mem::take(&mut wanted).into_iter().collect();
            let texts = in_parallel(&batch, |(file, formats)| {
                let unread = Seen {
                    opaque: vec![("a file that is not understood".to_owned(), Extent::at(0))],
                    ..Seen::default()
                };
                let unread =
                    formats.iter().take(1).map(|format| (format.name, unread.clone(), Arc::from(""))).collect();
                self.contained(file, unread, || {
                    let Text::Read(text) = self.text(file, self.options.max_manifest, Coding::Utf8) else {
                        return Vec::new();
                    };
                    formats.iter().map(|format| (format.name, (format.read)(&text), text.clone())).collect()
                })
            });
            for ((file, _), seen) in batch.into_iter().zip(texts) {
                done.insert(file.clone());
                for (format, mut seen, text) in seen {
                    self.workspace.files_read += 1;
                    let id = self.workspace.sources.add(&file, Some(text));
                    for (target, at) in &seen.follows {
                        match self.follow(&file, target) {
                            Some((path, format)) if !done.contains(&path) => {
                                wanted.entry(path).or_insert_with(|| vec![format]);
                            }
                            // A part of the configuration, not just a script: what it would say is not known.
                            None if is_yaml(target)
                                && !target.ends_with("action.yml")
                                && !target.ends_with("action.yaml") =>
                            {
                                seen.opaque.push((format!("`{target}`, which is not there"), *at));
                            }
                            _ => {}
                        }
                    }
                    self.workspace.evidence.push(EvidenceFile { file: id, path: file.clone(), format, seen });
                }
            }
        }
    }

    /// Reads the files that commands install from (`pip install -r ci/deps.txt`) and that are no manifests by their
    /// names: what they list is there for the tools.
    fn read_installed(&mut self, first_evidence: usize, manifests: &[Manifest]) {
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for evidence in self.workspace.evidence.iter().skip(first_evidence) {
            let folder = path::folder(&evidence.path);
            for trace in evidence.seen.traces.iter().filter(|t| t.kind == evidence::TraceKind::Command) {
                for file in requirement_files(&trace.text) {
                    let places = [folder, role::owner(folder), self.top];
                    let found = places
                        .iter()
                        .map(|place| path::join(place, file))
                        .find(|p| self.fs.kind(p) == Some(fs::Kind::File));
                    wanted.extend(found.filter(|path| !manifests.iter().any(|m| m.path == *path)));
                }
            }
        }
        for file in wanted {
            let format = &manifest::requirements::FORMAT;
            let read = self.read_manifest(&file, format);
            let manifest = self.keep_manifest(&file, format, read);
            self.workspace.context.extend(manifest);
        }
    }

    /// A file that an evidence file runs or includes, seen from its own folder or from the one it speaks for.
    fn follow(&self, from: &str, target: &str) -> Option<(String, &'static evidence::Format)> {
        let folders = [path::folder(from), role::owner(path::folder(from)), self.top];
        let found = folders
            .iter()
            .map(|folder| path::join(folder, target))
            .find(|p| self.fs.kind(p) == Some(fs::Kind::File))?;
        let format = evidence::formats_of(&found).next().or_else(|| evidence::format_of_followed(from, &found))?;
        Some((found, format))
    }

    /// Makes the projects, follows includes, and gives each requirement its group. Gives the manifests of no project.
    fn assemble(&mut self, layout: discover::Layout, manifests: Vec<Manifest>, files: &[String]) -> Vec<Manifest> {
        let mut slots: Vec<Option<Manifest>> = manifests.into_iter().map(Some).collect();
        let has_python = files.iter().any(|file| is_python(file));
        let mut projects = layout.projects;
        if projects.is_empty() && has_python {
            projects.insert(self.top.to_owned(), Vec::new());
        }
        for (root, members) in projects {
            let mut own: Vec<Manifest> = members.iter().filter_map(|at| slots.get_mut(*at)?.take()).collect();
            own.sort_by_key(|m| (manifest_order(m, &root), m.path.clone()));
            for manifest in &mut own {
                let below = path::below(&manifest.path, &root).unwrap_or(&manifest.path).to_owned();
                assign_groups(manifest, &below);
            }
            let includes = self.follow_includes(&mut own, &root);
            let lock_names = self.lock_names(&root);
            self.workspace.projects.push(Project {
                root,
                kind: Kind::Application,
                manifests: own,
                environments: Vec::new(),
                environment_pythons: BTreeMap::new(),
                locks: Vec::new(),
                managed: None,
                unread_lock: false,
                installed: None,
                python: Vec::new(),
                evidence: Vec::new(),
                outer: None,
                includes,
                resolved: Resolved::default(),
                lock_names,
                pythons: None,
                tools: Tools::default(),
                imported: BTreeMap::new(),
                mentions: BTreeMap::new(),
                has_package: false,
                own_package: None,
                runs_in_place: false,
                is_service: false,
                is_published: false,
                is_playbook: false,
                has_tests: false,
                is_typed: false,
                modules: 0,
            });
        }
        slots.into_iter().flatten().collect()
    }

    /// The names of lock files in `root` and above it in the repository, also where git leaves them out: someone may
    /// make them.
    fn lock_names(&self, root: &str) -> Vec<&'static str> {
        let top = repository(self.fs, self.top).unwrap_or_else(|| self.top.to_owned());
        let mut found = Vec::new();
        let mut at = Some(root.to_owned());
        while let Some(folder) = at {
            found.extend(LOCK_FILES.iter().filter(|name| {
                let path = path::join(&folder, name);
                self.fs.kind(&path) == Some(fs::Kind::File) || folder == root && self.is_git_ignored(&path)
            }));
            at = path::parent(&folder).filter(|_| folder != top && path::below(&folder, &top).is_some());
        }
        found
    }

    fn follow_includes(&mut self, manifests: &mut Vec<Manifest>, root: &str) -> Vec<ResolvedInclude> {
        let mut resolved = Vec::new();
        let mut at = 0;
        while let Some(manifest) = manifests.get(at) {
            let (from, includes, path) = (manifest.file, manifest.reading.includes.clone(), manifest.path.clone());
            for (index, include) in includes.iter().enumerate() {
                let target = if include.kind == IncludeKind::Group {
                    group_target(manifests.get(at), include)
                } else {
                    self.file_target(manifests, root, &path, include)
                };
                resolved.push(ResolvedInclude { from, index, target });
            }
            at += 1;
        }
        resolved
    }

    fn file_target(
        &mut self,
        manifests: &mut Vec<Manifest>,
        root: &str,
        from: &str,
        include: &manifest::Include,
    ) -> IncludeTarget {
        let target = &include.target;
        if target.contains("://") || target.contains("{{") || target.contains('$') || path::is_absolute(target) {
            return IncludeTarget::CannotTell;
        }
        let base = if include.kind.is_requirements() && include.kind != IncludeKind::Dynamic {
            path::folder(from)
        } else {
            root
        };
        let path = path::join(base, target);
        if let Some(position) = manifests.iter().position(|m| m.path == path) {
            if include.kind == IncludeKind::Dynamic {
                let group = include.group.clone();
                manifests.iter_mut().skip(position).take(1).for_each(|manifest| set_group(manifest, &group));
            }
            return manifests.get(position).map_or(IncludeTarget::CannotTell, |m| IncludeTarget::Read(m.file));
        }
        match self.fs.kind(&path) {
            Some(fs::Kind::File) if include.kind.is_requirements() => {
                let format = &manifest::requirements::FORMAT;
                let read = self.read_manifest(&path, format);
                let Some(mut manifest) = self.keep_manifest(&path, format, read) else { return IncludeTarget::There };
                let group =
                    if include.kind == IncludeKind::Constraints { Group::Constraint } else { include.group.clone() };
                // What a list of `setuptools` names belongs to that list, whatever else its manifest declares.
                let inherited = manifests
                    .iter()
                    .find(|m| m.path == from && include.kind != IncludeKind::Dynamic)
                    .and_then(|m| m.reading.requirements.first().map(|r| r.group.clone()));
                // What lies among the extras stays one, whoever tries it out.
                let by_name = role::group(path::below(&path, root).unwrap_or(&path));
                let group = match (&group, by_name) {
                    (Group::Dev(_), Group::Extra(name)) => Group::Extra(name),
                    (Group::Runtime, _) => inherited.unwrap_or(group),
                    _ => group,
                };
                set_group(&mut manifest, &group);
                let id = manifest.file;
                manifests.push(manifest);
                IncludeTarget::Read(id)
            }
            Some(_) => IncludeTarget::There,
            None if self.is_git_ignored(&path) || self.is_in_submodule(&path) => IncludeTarget::CannotTell,
            None => IncludeTarget::Missing(path),
        }
    }

    /// Whether git leaves out the file at `path`: it may be made when the project is built or set up.
    fn is_git_ignored(&self, path: &str) -> bool {
        let mut folder = path::folder(path).to_owned();
        loop {
            if self.ignored_in(&folder).is_some_and(|ignored| ignored.has(&folder, path)) {
                return true;
            }
            let is_top = folder == self.top || self.fs.kind(&path::join(&folder, ".git")).is_some();
            match path::parent(&folder).filter(|_| !is_top) {
                Some(parent) if parent.matches("..").count() < 32 => folder = parent,
                _ => return false,
            }
        }
    }

    /// What the `.gitignore` of a folder leaves out, where it has one.
    fn ignored_in(&self, folder: &str) -> Option<Arc<Ignored>> {
        let mut known = self.ignored.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ignored) = known.get(folder) {
            return ignored.clone();
        }
        let bytes = self.fs.read(&path::join(folder, ".gitignore"), self.options.max_manifest);
        let ignored = bytes.ok().map(|bytes| Arc::new(Ignored::of(&String::from_utf8_lossy(&bytes))));
        known.insert(folder.to_owned(), ignored.clone());
        ignored
    }

    /// Whether the file at `path` belongs to a git submodule, which need not be checked out.
    fn is_in_submodule(&self, path: &str) -> bool {
        let root = repository(self.fs, self.top).unwrap_or_else(|| self.top.to_owned());
        let Ok(bytes) = self.fs.read(&path::join(&root, ".gitmodules"), self.options.max_manifest) else {
            return false;
        };
        let text = String::from_utf8_lossy(&bytes);
        let folders = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
        folders.into_iter().any(|folder| path::below(path, &path::join(&root, folder.trim())).is_some())
    }

    fn read_python(&mut self, first_project: usize, files: &[String]) {
        let owners = Roots::of(&self.workspace.projects, first_project);
        join::survey(&mut self.workspace.projects, &owners, files);
        if !self.options.source {
            return;
        }
        let below = |file: &&String| !role::is_vendored(path::below(path::folder(file), self.top).unwrap_or_default());
        let wanted: Vec<&String> = files.iter().filter(|file| is_python(file)).filter(below).collect();
        let mut owner = owners.owners();
        let wanted = wanted.into_iter().filter_map(|file| Some((file, owner(path::folder(file))?)));
        let wanted: Vec<(&String, usize)> = wanted.collect();
        let watched = self.watched(first_project);
        let nothing = BTreeSet::new();
        let watched = |owner: usize| watched.get(owner - first_project).unwrap_or(&nothing);
        let projects = &self.workspace.projects;
        let root = |owner: usize| projects.get(owner).map_or("", |project| project.root.as_str());
        let names: Vec<_> = projects.iter().map(Project::name).collect();
        let mut own: HashMap<usize, HashSet<&str>> = HashMap::default();
        for (file, owner) in &wanted {
            let name = names.get(*owner).and_then(Option::as_ref);
            let module = role::top_module(path::below(file, root(*owner)).unwrap_or(file), name);
            own.entry(*owner).or_default().extend(module);
        }
        let read = in_parallel(&wanted, |(file, owner)| {
            let (roles, is_notebook) = (roles(file, root(*owner)), path::has_extension(file, "ipynb"));
            let about = About { roles, is_notebook, own: own.get(owner), hides: true };
            let called = purpose::of(path::below(file, root(*owner)).unwrap_or(file));
            let read = self.contained(file, Some(ReadPython { roles, ..ReadPython::default() }), || {
                self.read_python_file(file, about, watched(*owner))
            });
            read.map(|read| (called, read))
        });
        self.workspace.python.reserve_exact(wanted.len());
        for ((path, owner), read) in wanted.into_iter().zip(read) {
            let Some((called, read)) = read else { continue };
            self.workspace.files_read += 1;
            let id = self.workspace.sources.add(path, read.text);
            self.workspace.sources.set_cells(id, read.cells);
            if let Some(problem) = read.problem {
                self.workspace.unread.push((owner, id, problem));
            }
            let index = self.workspace.python.len();
            let file = PythonFile {
                file: id,
                path: self.workspace.sources.shared_path(id),
                called,
                roles: read.roles,
                imports: read.imports,
                uses: read.uses,
                waiting: read.waiting,
                functions: read.functions,
                annotated: read.annotated,
                is_async: read.is_async,
                mentions: read.mentions,
            };
            self.workspace.python.push(file);
            if let Some(project) = self.workspace.projects.get_mut(owner) {
                project.python.push(index);
                let format = manifest::script::FORMAT.name;
                let manifest = |reading| Manifest { file: id, path: path.clone(), format, reading };
                project.environments.extend(read.script.map(|reading| manifest(*reading)));
            }
        }
    }

    /// The distributions to look for in the source of each project: those that are watched and that it requires when it
    /// runs.
    fn watched(&self, first_project: usize) -> Vec<BTreeSet<String>> {
        let watched = name::Patterns::new(&self.options.watched);
        let of_project = |project: &Project| {
            let runtime = project.requirements().filter(|(_, r)| r.group == Group::Runtime).map(|(_, r)| r.name());
            runtime.filter(|name| watched.match_name(name)).map(str::to_owned).collect()
        };
        self.workspace.projects.iter().skip(first_project).map(of_project).collect()
    }

    fn read_python_file(&self, file: &str, about: About<'_>, watched: &BTreeSet<String>) -> Option<ReadPython> {
        let About { roles, is_notebook, .. } = about;
        // A coding comment is read as PEP 263 has it, which is also how pip reads one.
        let text = match self.fs.read(file, self.options.max_source).map(decode::requirements_of) {
            Ok(Ok(text)) => text,
            Err(ReadError::Missing) => return None,
            // Python itself reads more encodings than we do: no reason to complain.
            Ok(Err(_)) | Err(_) => return Some(ReadPython { roles, ..ReadPython::default() }),
        };
        let (text, cells, problem) = if is_notebook {
            let notebook = notebook::read(&text);
            (notebook.code, notebook.cells, notebook.problems.into_iter().next())
        } else {
            (text, Vec::new(), None)
        };
        let script = (!is_notebook && manifest::script::mentions(&text))
            .then(|| (manifest::script::FORMAT.read)(&text, ReadContext { path: file }))
            .filter(|reading| *reading != Reading::default())
            .filter(|_| self.is_own_environment(file))
            .map(Box::new);
        let imports = scan::scan(&text);
        let has_comments = suppress::mentions(&text);
        let matters = match &self.options.parse {
            // What a comment silences is looked for, so that it is known to silence something.
            Parse::Where(triggers) if has_comments => triggers.ask_for(&text, &imports, About::default()),
            Parse::Where(triggers) => triggers.ask_for(&text, &imports, about),
            Parse::Everything => Answer::Yes,
        };
        let (uses, waiting) = match matters {
            Answer::Yes => (Some(Box::new(parse::parse_for(&text, &self.options.vocabulary))), Vec::new()),
            Answer::Once(waiting) => (None, waiting),
            Answer::No => (None, Vec::new()),
        };
        let (functions, annotated) = count_functions(&text);
        let is_async = memmem::find(text.as_bytes(), b"async def ").is_some();
        let mentions = scan::mentions(&text, watched);
        // A text is kept where something may be said about it, or where it says something to us.
        let keep = uses.is_some() || problem.is_some() || script.is_some() || has_comments;
        let text = keep.then(|| Arc::from(text));
        Some(ReadPython {
            text,
            cells,
            script,
            problem,
            roles,
            imports,
            uses,
            waiting,
            functions,
            annotated,
            is_async,
            mentions,
        })
    }
}

/// What a Python file is for in the project in `root`. A whole project may belong to tests (`e2e-tests/`).
fn roles(file: &str, root: &str) -> Roles {
    Roles::of(if role::is_test(file) { file } else { path::below(file, root).unwrap_or(file) })
}

/// The files that a command line installs from.
fn requirement_files(command: &str) -> Vec<&str> {
    let mut words = command.split(' ');
    if !command.contains("pip") && !command.contains("uv ") {
        return Vec::new();
    }
    let mut files = Vec::new();
    while let Some(word) = words.next() {
        let file = match word {
            "-r" | "--requirement" | "--requirements" | "--with-requirements" => words.next(),
            _ => {
                word.strip_prefix("--requirement=").or_else(|| word.strip_prefix("-r").filter(|rest| !rest.is_empty()))
            }
        };
        files.extend(file.filter(|file| !file.contains(['$', '{'])));
    }
    files
}

/// What was read of one Python file.
#[derive(Default)]
struct ReadPython {
    /// Where it is kept.
    text: Option<Arc<str>>,
    cells: Vec<Cell>,
    script: Option<Box<Reading>>,
    problem: Option<Problem>,
    roles: Roles,
    imports: python::Imports,
    uses: Option<Box<python::Uses>>,
    waiting: Vec<Arc<Match>>,
    functions: usize,
    annotated: usize,
    is_async: bool,
    mentions: Vec<String>,
}

/// How many functions a text has, and how many of them say what they return. Functions in strings count as well:
/// only the share is of interest.
fn count_functions(text: &str) -> (usize, usize) {
    let begins_line = |at: usize| {
        let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
        let before = before.strip_suffix("async").map_or(before, |before| before.trim_end_matches([' ', '\t']));
        before.is_empty() || before.ends_with('\n')
    };
    let functions = memmem::find_iter(text.as_bytes(), "def ").filter(|at| begins_line(*at)).count();
    (functions, memmem::find_iter(text.as_bytes(), ") -> ").count().min(functions))
}

fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if items.len() < PARALLEL_FROM { items.iter().map(work).collect() } else { items.par_iter().map(work).collect() }
}

/// Files that fix the versions of all that is installed. Those of requirements files are known by what is in them.
const LOCK_FILES: &[&str] = &[
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "pixi.lock",
    "conda-lock.yml",
    "pylock.toml",
    "requirements.lock",
];

const MEBIBYTE: u64 = 1024 * 1024;

fn unreadable(error: &ReadError) -> Problem {
    let message = match error {
        ReadError::TooLarge { limit } if *limit < MEBIBYTE => format!("the file is larger than {limit} bytes"),
        ReadError::TooLarge { limit } => format!("the file is larger than {} MiB", limit / MEBIBYTE),
        ReadError::NotAFile => "this is not a file".to_owned(),
        ReadError::Missing => "the file is not there".to_owned(),
        ReadError::Refused(why) => format!("the file cannot be read: {why}"),
    };
    let problem = Problem::whole("unreadable-file", message);
    if matches!(error, ReadError::TooLarge { .. }) {
        problem.help("raise `max-file-size`, or exclude the file")
    } else {
        problem
    }
}

fn is_yaml(file: &str) -> bool {
    ["yml", "yaml"].iter().any(|extension| path::has_extension(file, extension))
}

/// Whether a file by its name can make the folder that holds it a project: a manifest, or Python source.
pub(crate) fn is_subject(file: &str) -> bool {
    is_python(file) || manifest::format_of(file).is_some()
}

fn is_python(file: &str) -> bool {
    ["py", "pyi", "ipynb"].iter().any(|extension| path::has_extension(file, extension))
}

/// `pyproject.toml` in the root first, then the other forms, then requirements by what they are for.
fn manifest_order(manifest: &Manifest, root: &str) -> (usize, usize) {
    let below = path::below(&manifest.path, root).unwrap_or(&manifest.path);
    let depth = below.matches('/').count();
    let sort = match (manifest.format, path::name(below), role::group(below)) {
        ("pyproject", ..) => 0,
        ("setup.cfg", ..) if discover::is_configuration(manifest) => 9,
        ("setup.cfg", ..) => 1,
        ("setup.py", ..) => 2,
        ("Pipfile", ..) => 3,
        ("pixi", ..) => 4,
        (_, "requirements.txt", _) => 5,
        (_, "environment.yml" | "environment.yaml", _) => 6,
        (_, _, Group::Runtime) => 7,
        _ => 8,
    };
    (depth, sort)
}

/// Gives the requirements of a requirements file, or of an environment, the group that its name and folder say.
fn assign_groups(manifest: &mut Manifest, below: &str) {
    let group = match manifest.format {
        "requirements" => role::group(below),
        "conda" => {
            role::group(&path::join(path::folder(below), &path::name(below).replace("environment", "requirements")))
        }
        _ => return,
    };
    set_group(manifest, &group);
}

fn set_group(manifest: &mut Manifest, group: &Group) {
    for requirement in &mut manifest.reading.requirements {
        requirement.group = group.clone();
    }
}

fn group_target(manifest: Option<&Manifest>, include: &manifest::Include) -> IncludeTarget {
    let Some(manifest) = manifest else { return IncludeTarget::CannotTell };
    let wanted = crate::name::Name::new(&include.target);
    let is_it = |g: &manifest::GroupHeader| matches!(&g.group, Group::Dev(name) if *name == wanted);
    if manifest.reading.groups.iter().any(is_it) {
        IncludeTarget::There
    } else if manifest.reading.partial {
        IncludeTarget::CannotTell
    } else {
        IncludeTarget::Missing(include.target.clone())
    }
}

/// The group of one of the project's manifests that an environment includes.
fn group_of_project(manifests: &[Manifest], include: &manifest::Include) -> IncludeTarget {
    let targets: Vec<IncludeTarget> = manifests.iter().map(|m| group_target(Some(m), include)).collect();
    let is = |wanted: &IncludeTarget| targets.contains(wanted);
    match targets.iter().find(|target| matches!(target, IncludeTarget::Missing(_))) {
        _ if is(&IncludeTarget::There) => IncludeTarget::There,
        Some(missing) if !is(&IncludeTarget::CannotTell) => missing.clone(),
        _ => IncludeTarget::CannotTell,
    }
}

/// The names of files by which a project is known for what it is.
pub fn kind_marks() -> impl Iterator<Item = &'static str> {
    let marks = [join::SERVICE_FILES, join::PLAYBOOK_MARKS, join::OPAQUE_MARKS];
    marks.into_iter().flatten().copied()
}

/// Reads `files` (places in [`Workspace::python`]) as syntax: what stands around their imports decides something.
pub fn look_closer(fs: &dyn FileSystem, workspace: &mut Workspace, files: &BTreeSet<usize>, options: &LoadOptions) {
    let wanted = files.iter().map(|at| (*at, BTreeSet::from([Arc::default()]))).collect();
    look_for(fs, workspace, &wanted, options);
}

/// What a text has to hold, all of it, to matter.
pub type Words = Arc<[String]>;

/// Files (places in [`Workspace::python`]), each with what its text may hold.
pub type TextsByFile = BTreeMap<usize, BTreeSet<Words>>;

/// Reads `files` as syntax, each where its text holds everything of one of its sets.
pub fn look_for(fs: &dyn FileSystem, workspace: &mut Workspace, files: &TextsByFile, options: &LoadOptions) {
    let wanted: Vec<(usize, &str, &BTreeSet<Words>)> = files
        .iter()
        .filter_map(|(at, words)| Some((*at, workspace.python.get(*at)?, words)))
        .filter(|(_, file, _)| file.uses.is_none())
        .map(|(at, file, words)| (at, &*file.path, words))
        .collect();
    let read = in_parallel(&wanted, |(at, path, words)| {
        guard::contain(|| {
            let text = fs.read(path, options.max_source).ok().and_then(|bytes| decode::requirements_of(bytes).ok())?;
            let text = if path::has_extension(path, "ipynb") { notebook::read(&text).code } else { text };
            let has = |words: &Words| words.iter().all(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some());
            words.iter().any(has).then(|| (*at, parse::parse_for(&text, &options.vocabulary), Arc::from(text)))
        })
        .map_err(|fault| (*at, fault))
    });
    for read in read {
        let (at, uses, text) = match read {
            Ok(Some(read)) => read,
            Ok(None) => continue,
            Err((at, fault)) => {
                workspace.faults.extend(workspace.python.get(at).map(|file| (file.file, fault)));
                continue;
            }
        };
        if let Some(file) = workspace.python.get_mut(at) {
            file.uses = Some(Box::new(uses));
            // Rules look at what is written, too.
            workspace.sources.add(&file.path, Some(text));
        }
    }
}

/// Texts that were dropped after reading are read again for `files`, so that findings can be shown in them.
pub fn reload(
    fs: &dyn FileSystem,
    sources: &mut Sources,
    files: impl IntoIterator<Item = crate::source::FileId>,
    options: &LoadOptions,
) {
    for file in files {
        if sources.has_text(file) {
            continue;
        }
        let path = sources.path(file).to_owned();
        let is_lock = lock::format_of(&path).is_some();
        let limit = if is_lock { options.max_manifest } else { options.max_source };
        // As it was read: Python with its coding comment.
        let decode = if is_lock { decode::utf8 } else { decode::requirements };
        let Some(text) = fs.read(&path, limit).ok().and_then(|bytes| decode(&bytes).ok()) else { continue };
        let text = if path::has_extension(&path, "ipynb") { notebook::read(&text).code } else { text };
        sources.add(&path, Some(Arc::from(text)));
    }
}
