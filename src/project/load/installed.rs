//! Finding and reading the virtual environments that lie in projects.
//!
//! A walk leaves them out, and git ignores them: their folders are listed one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Loader, repository};
use crate::decode;
use crate::fs::Kind;
use crate::installed::{self, Distribution, Installed, Texts};
use crate::path;

/// What people and tools call the folder.
const NAMES: &[&str] = &[".venv", "venv"];

/// More distributions than this are not read.
const MAX_DISTRIBUTIONS: usize = 3000;

/// The most bytes of a file of metadata.
const MAX_TEXT: u64 = 16 * 1024 * 1024;

impl Loader<'_> {
    /// Gives the projects from place `first_project` on the environment in their folder, or in the closest one above up
    /// to the root of the repository. Only source makes use of it.
    pub(super) fn look_for_environments(&mut self, first_project: usize) {
        if !self.options.source {
            return;
        }
        let end = repository(self.fs, self.top).unwrap_or_else(|| self.top.to_owned());
        let mut known: BTreeMap<String, Arc<Installed>> = BTreeMap::new();
        for at in first_project..self.workspace.projects.len() {
            let Some(root) = self.workspace.projects.get(at).map(|project| project.root.clone()) else { continue };
            let Some(folder) = self.environment_of(root, &end) else { continue };
            let installed = known.entry(folder).or_insert_with_key(|folder| Arc::new(self.read_installation(folder)));
            let installed = installed.clone();
            if let Some(project) = self.workspace.projects.get_mut(at) {
                project.installed = Some(installed);
            }
        }
    }

    /// The folder of the environment for the project in `root`, where there is one not above `end`.
    fn environment_of(&self, root: String, end: &str) -> Option<String> {
        let mut at = root;
        loop {
            let candidates = NAMES.iter().map(|name| path::join(&at, name));
            let is_environment = |folder: &String| self.fs.kind(&path::join(folder, "pyvenv.cfg")) == Some(Kind::File);
            if let Some(found) = candidates.into_iter().find(is_environment) {
                return Some(found);
            }
            at = self.fs.parent(&at).filter(|_| at != end)?;
        }
    }

    fn read_installation(&self, folder: &str) -> Installed {
        let python = self.text_of(&path::join(folder, "pyvenv.cfg")).and_then(|config| installed::python_of(&config));
        let mut found = Vec::new();
        for packages in self.site_packages(folder, python.as_deref()) {
            found.extend(self.fs.folders(&packages).into_iter().filter(|inner| is_metadata(inner)));
        }
        found.truncate(MAX_DISTRIBUTIONS);
        let read: Vec<Option<Distribution>> =
            found.par_iter().map(|folder| self.contained(folder, None, || self.read_distribution(folder))).collect();
        Installed::new(folder, python, read.into_iter().flatten())
    }

    /// The folders in which an environment keeps its distributions: below `lib/python3.x` that of its own Python, where
    /// several have left theirs.
    fn site_packages(&self, folder: &str, python: Option<&str>) -> Vec<String> {
        let is_there = |folder: &String| self.fs.kind(folder) == Some(Kind::Folder);
        let windows = path::join(folder, "Lib/site-packages");
        if is_there(&windows) {
            return vec![windows];
        }
        let inner = self.fs.folders(&path::join(folder, "lib"));
        let all: Vec<String> = inner.iter().map(|inner| path::join(inner, "site-packages")).filter(is_there).collect();
        let own = python.and_then(|python| {
            let mut parts = python.split('.');
            let series = format!("/python{}.{}/site-packages", parts.next()?, parts.next()?);
            all.iter().find(|folder| folder.ends_with(&series)).cloned()
        });
        own.map_or(all, |own| vec![own])
    }

    fn read_distribution(&self, folder: &str) -> Option<Distribution> {
        let text = |name: &str| self.text_of(&path::join(folder, name));
        let metadata = text("METADATA").or_else(|| text("PKG-INFO"))?;
        let (record, top_level) = (text("RECORD"), text("top_level.txt"));
        let (namespaces, entry_points) = (text("namespace_packages.txt"), text("entry_points.txt"));
        let requires = if path::has_extension(folder, "egg-info") { text("requires.txt") } else { None };
        installed::read(Texts {
            metadata: &metadata,
            record: record.as_deref(),
            top_level: top_level.as_deref(),
            namespaces: namespaces.as_deref(),
            entry_points: entry_points.as_deref(),
            requires: requires.as_deref(),
        })
    }

    fn text_of(&self, file: &str) -> Option<String> {
        decode::utf8(&self.fs.read(file, MAX_TEXT).ok()?).ok()
    }
}

fn is_metadata(folder: &str) -> bool {
    ["dist-info", "egg-info"].iter().any(|extension| path::has_extension(folder, extension))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::fs::{Memory, WalkOptions};
    use crate::project::load::{LoadOptions, Parse, load};
    use crate::project::{Project, Workspace};
    use crate::python::vocabulary::Vocabulary;
    use crate::source::Sources;

    const CONFIG: (&str, &str) = (".venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.12.4\n");
    const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\nname = \"x\"\nversion = \"1\"\n");
    const METADATA: &str = "Metadata-Version: 2.1\nName: PyYAML\nVersion: 6.0\nRequires-Dist: idna\n";

    fn read(files: &[(&str, &str)], source: bool) -> Workspace {
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec()));
        let options = LoadOptions {
            walk: WalkOptions::default(),
            named: Vec::new(),
            source,
            max_source: 1 << 20,
            max_manifest: 1 << 20,
            parse: Parse::Everything,
            vocabulary: Vocabulary::everything(),
            marks: BTreeSet::new(),
            watched: Vec::new(),
        };
        load(&Memory::new(files), Sources::default(), &[String::new()], &options)
    }

    fn modules(project: &Project) -> Option<Vec<String>> {
        project.installed.as_ref()?.modules("pyyaml").map(<[String]>::to_vec)
    }

    #[test]
    fn environments_are_read_though_git_ignores_them() {
        let info = ".venv/lib/python3.12/site-packages/pyyaml-6.0.dist-info";
        let (metadata, record) = (format!("{info}/METADATA"), format!("{info}/RECORD"));
        let files = [
            CONFIG,
            PROJECT,
            (".gitignore", ".venv\n"),
            ("apps/one/pyproject.toml", "[project]\nname = \"one\"\nversion = \"1\"\n"),
            (metadata.as_str(), METADATA),
            (record.as_str(), "yaml/__init__.py,,\n"),
            // Left behind by another Python.
            (".venv/lib/python3.9/site-packages/old-1.dist-info/METADATA", "Name: old\n"),
        ];
        let workspace = read(&files, true);
        assert_eq!(workspace.projects.len(), 2);
        for project in &workspace.projects {
            assert_eq!(modules(project), Some(vec!["yaml".to_owned()]), "{}", project.root);
            let installed = project.installed.as_ref().unwrap_or_else(|| panic!("it is there"));
            assert_eq!((installed.path.as_str(), installed.distributions().len()), (".venv", 1));
        }
        assert!(read(&files, false).projects.iter().all(|project| project.installed.is_none()));
    }

    #[test]
    fn windows_and_eggs() {
        let files = [
            PROJECT,
            ("venv/pyvenv.cfg", ""),
            ("venv/Lib/site-packages/PyYAML.egg-info/PKG-INFO", "Name: PyYAML\n"),
            ("venv/Lib/site-packages/PyYAML.egg-info/top_level.txt", "yaml\n"),
            ("venv/Lib/site-packages/PyYAML.egg-info/requires.txt", "idna\n"),
        ];
        let workspace = read(&files, true);
        let project = workspace.projects.first().unwrap_or_else(|| panic!("one project"));
        assert_eq!(modules(project), Some(vec!["yaml".to_owned()]));
    }

    #[test]
    fn a_broken_environment_is_no_matter() {
        let site = ".venv/lib/python3.12/site-packages";
        for (file, text) in [
            ("a-1.dist-info/RECORD".to_owned(), "a.py,,\n"),
            ("b-1.dist-info/METADATA".to_owned(), ""),
            ("c-1.dist-info/METADATA".to_owned(), "Name\n: x\n\u{0}\u{7f}"),
            ("d-1.dist-info".to_owned(), "a file"),
        ] {
            let file = format!("{site}/{file}");
            let workspace = read(&[CONFIG, PROJECT, (&file, text)], true);
            let project = workspace.projects.first().unwrap_or_else(|| panic!("one project"));
            let count = project.installed.as_ref().map(|installed| installed.distributions().len());
            assert_eq!(count, Some(0), "{file}");
        }
        // No environment at all.
        let workspace = read(&[PROJECT, ("venv/notes.txt", "")], true);
        assert!(workspace.projects.iter().all(|project| project.installed.is_none()));
    }
}
