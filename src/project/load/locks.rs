//! Reading the locks of the projects, and looking for those that could not be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Coding, Loader, Text};
use crate::lock::{self, Lock, LockFile, Manager};
use crate::name::Name;
use crate::path;
use crate::project::{Managed, Project, manager};
use crate::suppress;

/// Locks of other ecosystems, which say nothing of Python.
const FOREIGN: &[&str] = &[
    "cargo.lock",
    "yarn.lock",
    "package-lock.json",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "gemfile.lock",
    "composer.lock",
    "mix.lock",
    "flake.lock",
    ".terraform.lock.hcl",
    "chart.lock",
    "go.work.lock",
];

impl Loader<'_> {
    /// Reads the locks that lie in the root of a project (from place `first_project` on), and gives that of a uv
    /// workspace to its members, also where it lies above the folder that was asked for.
    pub(super) fn read_locks(&mut self, first_project: usize, files: &[String], above: &[String]) {
        let projects = self.workspace.projects.iter().enumerate().skip(first_project);
        let roots: BTreeMap<String, usize> = projects.map(|(at, project)| (project.root.clone(), at)).collect();
        let own = files.iter().filter(|file| roots.contains_key(path::folder(file)));
        let wanted: Vec<(&String, &'static lock::Format)> = own
            .chain(above)
            .filter_map(|file| Some((file, lock::format_of(file)?)))
            .filter(|(file, format)| roots.contains_key(path::folder(file)) || format.manager == Manager::Uv)
            .collect();
        // A lock is long enough for a thread of its own.
        let read: Vec<Option<(Lock, Option<Arc<str>>)>> = if wanted.len() > 1 {
            wanted.par_iter().map(|(file, format)| self.read_lock(file, format)).collect()
        } else {
            wanted.iter().map(|(file, format)| self.read_lock(file, format)).collect()
        };
        let mut shared = Vec::new();
        for ((path, format), read) in wanted.into_iter().zip(read) {
            let Some((lock, text)) = read else { continue };
            self.workspace.files_read += 1;
            let file = self.workspace.sources.add(path, text);
            let lock = Arc::new(LockFile { file, path: path.clone(), format: format.name, lock });
            let owner = roots.get(path::folder(path)).and_then(|at| self.workspace.projects.get_mut(*at));
            if let Some(project) = owner {
                project.locks.push(lock.clone());
            }
            if !lock.lock.members.is_empty() {
                shared.push(lock);
            }
        }
        let projects = self.workspace.projects.iter().enumerate().skip(first_project);
        let names: BTreeMap<Name, usize> = projects.filter_map(|(at, project)| Some((project.name()?, at))).collect();
        for lock in shared {
            for (root, name) in lock.members() {
                let member = if lock.lies_above() { names.get(name) } else { roots.get(&root) };
                let member = member.and_then(|at| self.workspace.projects.get_mut(*at));
                if let Some(project) = member.filter(|project| project.root != path::folder(&lock.path)) {
                    project.locks.push(lock.clone());
                }
            }
        }
    }

    /// The lock in a file, with the text where that says something to us.
    fn read_lock(&self, file: &str, format: &lock::Format) -> Option<(Lock, Option<Arc<str>>)> {
        self.contained(file, None, || match self.text(file, self.options.max_manifest, Coding::Utf8) {
            Text::Gone | Text::Foreign => None,
            Text::Problem(problem) => Some((Lock::unread(format.manager, problem), None)),
            Text::Read(text) => {
                let mut lock = (format.read)(&text, path::name(file));
                lock.addresses = lock::addresses(&text);
                Some((lock, suppress::mentions(&text).then_some(text)))
            }
        })
    }

    /// Finds out who manages the projects from place `first_project` on, and whether one that has no lock may have one
    /// for all that can be seen. Needs the signs of their tools.
    pub(super) fn look_for_locks(&mut self, first_project: usize, above: &[String]) {
        let projects = &self.workspace.projects;
        let alone = projects.len() == 1;
        let is_above = above.iter().any(|file| lock::format_of(file).is_some());
        let found: Vec<_> = projects
            .iter()
            .skip(first_project)
            .map(|project| {
                let managed = manager::of(project, &self.workspace.sources, alone);
                let is_ignored = |managed: &Managed| self.is_git_ignored(&path::join(&project.root, managed.by.file()));
                let unread = project.locks.is_empty()
                    && (is_above
                        || self.is_locked_outside(project)
                        || self.fs.list(&project.root).iter().any(|file| is_other_lock(file))
                        || managed.as_ref().is_some_and(is_ignored));
                (managed, unread)
            })
            .collect();
        for (project, (managed, unread)) in self.workspace.projects.iter_mut().skip(first_project).zip(found) {
            project.managed = managed;
            project.unread_lock = unread;
        }
    }

    /// Whether a project around this one has a lock, or is a workspace and has to have it.
    fn is_locked_outside(&self, project: &Project) -> bool {
        let outer = |project: &Project| self.workspace.projects.get(project.outer?);
        let is_workspace =
            |m: &crate::manifest::Manifest| m.reading.tables.iter().any(|(table, _)| table == "tool.uv.workspace");
        std::iter::successors(outer(project), |at| outer(at))
            .take(64)
            .any(|outer| !outer.locks.is_empty() || outer.manifests.iter().any(is_workspace))
    }
}

/// Whether a file may be a lock for Python, of whatever format.
fn is_other_lock(file: &str) -> bool {
    let name = path::name(file).to_ascii_lowercase();
    name.contains("lock") && !FOREIGN.contains(&name.as_str()) && !name.starts_with("docker")
}
