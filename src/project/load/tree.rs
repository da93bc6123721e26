//! What of the tree the names of files do not say: what git leaves out, submodules, modules of compiled code, and what
//! is there though it was not walked.

use std::collections::BTreeSet;

use super::{Coding, Loader, Text, in_parallel, repository};
use crate::fs::Kind;
use crate::path;
use crate::project::join;
use crate::python::stdlib;

/// No more files of one sort are read for names.
const MAX_FILES: usize = 500;

/// Functions of build files whose first argument names an extension module.
const EXTENSIONS: &[&str] = &[
    "extension_module",
    "nanobind_add_module",
    "pybind11_add_module",
    "python_add_library",
    "python_add_module",
    "python_add_extension",
    "swig_add_library",
    "boost_python_module",
];

impl Loader<'_> {
    /// Notes what `files`, and `links` that were not followed, say of modules.
    pub(super) fn read_tree(&mut self, files: &[String], links: &[String]) {
        self.workspace.tree.add(files);
        self.workspace.tree.add(links);
        for link in links {
            self.workspace.tree.make(path::name(link));
        }
        let is_told = |file: &&String| {
            matches!(path::name(file), ".gitignore" | ".gitmodules" | "CMakeLists.txt" | "meson.build" | "Cargo.toml")
        };
        let told: Vec<&String> = files.iter().filter(is_told).take(MAX_FILES).collect();
        let texts = in_parallel(&told, |file| match self.text(file, self.options.max_source, Coding::Utf8) {
            Text::Read(text) => Some(text),
            _ => None,
        });
        for (file, text) in told.into_iter().zip(texts).filter_map(|(file, text)| Some((file, text?))) {
            match path::name(file) {
                ".gitignore" => self.workspace.tree.ignore(&text),
                ".gitmodules" => self.read_submodules(path::folder(file), &text),
                "Cargo.toml" => crates(&text).for_each(|name| self.workspace.tree.make(&name)),
                _ => extensions(&text).for_each(|name| self.workspace.tree.make(name)),
            }
        }
    }

    /// The modules of submodules: where they are not checked out, those that their names promise.
    fn read_submodules(&mut self, root: &str, text: &str) {
        let paths = text.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim_start().strip_prefix('='));
        for folder in paths.map(str::trim) {
            let name = path::name(folder).replace(['-', '.'], "_").to_lowercase();
            for part in ["python_", "py_"] {
                name.strip_prefix(part).into_iter().for_each(|name| self.workspace.tree.make(name));
            }
            for part in ["_python", "_py"] {
                name.strip_suffix(part).into_iter().for_each(|name| self.workspace.tree.make(name));
            }
            self.workspace.tree.make(&name);
            // The folder itself, and those that it lies in, may become namespaces.
            folder.split('/').for_each(|part| self.workspace.tree.make(part));
            let folder = path::join(root, folder);
            if path::below(&folder, self.top).is_some_and(|below| !below.is_empty()) {
                self.workspace.tree.add(&self.fs.walk(&folder, &self.options.walk).files);
            }
        }
    }

    /// Looks where projects look for their modules for those that were not walked: what git or the configuration leaves
    /// out, links to folders, folders that are empty until something is fetched, and what lies above the folder that was
    /// asked for.
    pub(super) fn look_for_modules(&mut self, first_project: usize, files: &[String]) {
        let repository = repository(self.fs, self.top).unwrap_or_else(|| self.top.to_owned());
        let mut above = Vec::new();
        let mut at = self.top.to_owned();
        while at != repository {
            let Some(parent) = path::parent(&at) else { break };
            above.push(parent.clone());
            at = parent;
        }
        let mut made = BTreeSet::new();
        for project in self.workspace.projects.iter().skip(first_project) {
            let within = join::climb(&project.root).take_while(|at| path::below(at, self.top).is_some());
            let roots: Vec<&str> = within.chain(above.iter().map(String::as_str)).collect();
            let sources = ["", "src", "lib", "python"];
            let folders: BTreeSet<String> =
                roots.iter().flat_map(|root| sources.map(|folder| path::join(root, folder))).collect();
            let folders: Vec<&String> =
                folders.iter().filter(|folder| self.fs.kind(folder) == Some(Kind::Folder)).collect();
            let unknown = |name: &&String| stdlib::lifetime(name).is_none() && !self.workspace.tree.has(name);
            for name in project.imported.keys().filter(unknown) {
                let is_there = |folder: &&String| {
                    let path = path::join(folder, name);
                    // A folder that was walked and has no module is none.
                    let start = format!("{path}/");
                    let at = files.partition_point(|file| *file < start);
                    let is_walked = files.get(at).is_some_and(|file| file.starts_with(&start));
                    !is_walked && self.fs.kind(&path) == Some(Kind::Folder)
                        || self.fs.kind(&format!("{path}.py")) == Some(Kind::File)
                };
                if folders.iter().any(is_there) {
                    made.insert(name.clone());
                }
            }
        }
        for name in made {
            self.workspace.tree.make(&name);
        }
    }
}

/// The extension modules that a build file (`CMakeLists.txt`, `meson.build`) names.
fn extensions(text: &str) -> impl Iterator<Item = &str> {
    text.split('(').zip(text.split('(').skip(1)).filter_map(|(before, arguments)| {
        let function = before.trim_end().to_ascii_lowercase();
        let function = function.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        let is_it = EXTENSIONS.iter().any(|known| function.ends_with(known))
            || ["python2_", "python3_"].iter().any(|start| function.starts_with(start));
        let name = arguments.trim_start().trim_start_matches(['\'', '"']);
        is_it.then(|| name.split(|c: char| !c.is_alphanumeric() && c != '_').next())?
    })
}

/// The names of the crate that a `Cargo.toml` describes, where it builds a library for others to load.
fn crates(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_loaded = text.contains("cdylib");
    let names = text.lines().filter_map(|line| line.trim().strip_prefix("name")?.trim_start().strip_prefix('='));
    names.filter(move |_| is_loaded).map(|name| name.trim().trim_matches(['"', '\'']).replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_build_files() {
        for (text, expected) in [
            ("pybind11_add_module(_core MODULE src/main.cpp)", &["_core"][..]),
            ("project(x)\nPython3_add_library (fast MODULE a.c)\n", &["fast"]),
            ("py.extension_module('_x',\n  sources)", &["_x"]),
            ("add_library(y)", &[]),
        ] {
            assert_eq!(extensions(text).collect::<Vec<_>>(), expected, "{text}");
        }
        let manifest = "[package]\nname = \"my-core\"\n[lib]\nname = \"_core\"\ncrate-type = [\"cdylib\"]\n";
        assert_eq!(crates(manifest).collect::<Vec<_>>(), ["my_core", "_core"]);
        assert_eq!(crates("[package]\nname = \"tool\"\n").count(), 0);
    }
}
