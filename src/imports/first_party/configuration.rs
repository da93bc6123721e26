//! What manifests and the configurations of tools say of the modules of a workspace.
//!
//! Sources: the documentation of setuptools, Poetry, Hatchling, Flit, PDM, uv's build backend, Maturin and scikit-build-core,
//! PEP 794, and of pytest, mypy, Pyright, Ruff, isort, deptry and Import Linter.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashSet};

use super::Own;
use crate::manifest::{Group, Setting};
use crate::path;
use crate::project::tree::is_identifier;
use crate::project::{Project, Workspace, climb};

/// Folders that hold the packages of a project by custom.
const SOURCE_FOLDERS: &[&str] = &["src", "lib", "python", "source"];

/// Folders from which modules are imported, and names that are said to be the workspace's own.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    /// Each with the folders whose files see it.
    roots: HashMap<String, Vec<String>>,
    names: HashMap<String, Vec<Claim>>,
    /// The first parts of these.
    tops: HashSet<String>,
    /// Modules that are built or generated: the first part of their names.
    made: BTreeSet<String>,
}

/// Says that a module is the workspace's own.
#[derive(Debug)]
struct Claim {
    /// The folder of the project that says so.
    folder: String,
    /// Whether it speaks for files of other folders as well: a distribution has the module.
    everywhere: bool,
    /// Whether others may add to it (PEP 420).
    is_namespace: bool,
}

/// Reads the settings of one file.
struct Reader<'a> {
    out: &'a mut Configuration,
    folder: &'a str,
    /// Whether the project is part of the workspace: else the tools' settings alone count.
    builds: bool,
}

impl Configuration {
    /// Of all projects, and of what configures tools beside them.
    pub(super) fn of(workspace: &Workspace) -> Self {
        let mut out = Self::default();
        for project in &workspace.projects {
            for folder in SOURCE_FOLDERS {
                out.root(path::join(&project.root, folder), "");
            }
            for manifest in project.everything() {
                let folder = path::folder(&manifest.path);
                let mut reader = Reader { out: &mut out, folder, builds: true };
                manifest.reading.settings.iter().for_each(|setting| reader.setting(setting));
                for (_, _, object) in manifest.reading.project.iter().flat_map(|project| &project.entry_points) {
                    let module = object.text.split([':', '.']).next().unwrap_or_default().trim();
                    out.made.insert(module.to_owned());
                }
            }
            out.distribution(project);
        }
        for evidence in &workspace.evidence {
            let mut reader = Reader { out: &mut out, folder: path::folder(&evidence.path), builds: false };
            evidence.seen.settings.iter().for_each(|setting| reader.setting(setting));
        }
        for manifest in workspace.context.iter().chain(&workspace.tree.unclaimed) {
            let mut reader = Reader { out: &mut out, folder: path::folder(&manifest.path), builds: false };
            manifest.reading.settings.iter().for_each(|setting| reader.setting(setting));
        }
        out
    }

    /// Whether what lies in `folder` can be imported in the file at `importer`.
    pub(super) fn is_root(&self, folder: &str, importer: &str) -> bool {
        self.roots.get(folder).into_iter().flatten().any(|of| of.is_empty() || path::below(importer, of).is_some())
    }

    /// Whether `folder` lies in a folder from which all files import.
    pub(super) fn is_below_root(&self, folder: &str) -> bool {
        let is_root = |at: &str| self.roots.get(at).is_some_and(|of| of.iter().any(String::is_empty));
        climb(folder).skip(1).any(|at| !at.is_empty() && is_root(at))
    }

    /// Whether the first part of a module's name is one that a build makes.
    pub(super) fn makes(&self, top: &str) -> bool {
        self.made.contains(top)
    }

    /// What is said of the module `dotted`, imported in the file at `importer`.
    pub(super) fn claims(&self, importer: &str, dotted: &str) -> Own {
        let mut own = Own::No;
        let mut at = Some(dotted);
        while let Some(name) = at {
            for claim in self.names.get(name).into_iter().flatten() {
                let speaks = claim.everywhere || path::below(importer, &claim.folder).is_some();
                let is_whole = !claim.is_namespace || name == dotted;
                own = own.max(if speaks && is_whole { Own::Yes } else { Own::Perhaps });
            }
            at = name.rsplit_once('.').map(|(parent, _)| parent);
        }
        // Another part of a namespace that one of ours lies in.
        let top = dotted.split('.').next().unwrap_or(dotted);
        own.max(if self.tops.contains(top) { Own::Perhaps } else { Own::No })
    }

    fn root(&mut self, folder: String, of: &str) {
        self.roots.entry(folder).or_default().push(of.to_owned());
    }

    fn name(&mut self, name: &str, folder: &str, everywhere: bool, is_namespace: bool) {
        if name.split('.').all(is_identifier) {
            let claim = Claim { folder: folder.to_owned(), everywhere, is_namespace };
            self.names.entry(name.to_owned()).or_default().push(claim);
            self.tops.insert(name.split('.').next().unwrap_or(name).to_owned());
        }
    }

    /// The modules that the name of a distribution promises. One that requires the name itself is only called like it.
    fn distribution(&mut self, project: &Project) {
        let mut tables = project.manifests.iter().filter_map(|m| m.reading.project.as_ref());
        let Some(written) = tables.find_map(|table| table.name.as_ref()) else { return };
        let Some(name) = project.name() else { return };
        let is_other = |group: &Group| !matches!(group, Group::Extra(_) | Group::Dev(_));
        if project.requirements().any(|(_, r)| r.name.as_ref() == Some(&name) && is_other(&r.group)) {
            return;
        }
        let everywhere = project.has_package;
        let dotted = written.text.replace('-', ".");
        for module in [written.text.replace(['-', '.'], "_"), name.as_str().replace('-', "_"), dotted.to_lowercase()] {
            self.name(&module, &project.root, everywhere, false);
        }
    }
}

impl Reader<'_> {
    fn setting(&mut self, setting: &Setting) {
        let key = setting.key.as_str();
        let value = setting.value.trim();
        if self.builds && self.build(key, value) {
            return;
        }
        match key.replace('-', "_").as_str() {
            "tool.pytest.ini_options.pythonpath"
            | "tool.pytest.ini_options.python_paths"
            | "tool.pytest.pythonpath"
            | "tool:pytest.pythonpath"
            | "tool:pytest.python_paths"
            | "pytest.pythonpath"
            | "pytest.python_paths" => value.split_whitespace().for_each(|folder| self.path(folder)),
            "tool.mypy.mypy_path" | "mypy.mypy_path" => {
                let folders = value.split([':', ',', ';', ' ', '\n']).map(str::trim);
                folders.for_each(|folder| self.path(folder.trim_start_matches("$MYPY_CONFIG_FILE_DIR/")));
            }
            "tool.pyright.extraPaths"
            | "tool.basedpyright.extraPaths"
            | "pyright.extraPaths"
            | "tool.ruff.src"
            | "tool.isort.src_paths" => self.path(value),
            "tool.isort.known_first_party"
            | "tool.isort.known_local_folder"
            | "tool.ruff.isort.known_first_party"
            | "tool.ruff.lint.isort.known_first_party"
            | "tool.deptry.known_first_party"
            | "isort.known_first_party"
            | "settings.known_first_party"
            | "tool:isort.known_first_party"
            | "tool.importlinter.root_package"
            | "tool.importlinter.root_packages"
            | "importlinter.root_package"
            | "importlinter.root_packages" => {
                let names = value.split([',', '\n']).map(str::trim);
                names.for_each(|name| self.out.name(name, self.folder, false, false));
            }
            _ => {}
        }
    }

    /// Reads a setting of what builds the project. Whether it is one.
    fn build(&mut self, key: &str, value: &str) -> bool {
        let after = |prefix: &str| key.strip_prefix(prefix);
        if let Some(package) = after("tool.setuptools.package-dir.").or_else(|| after("setup.package_dir.")) {
            self.package_dir(package, value);
            return true;
        }
        if let Some(rest) = after("tool.hatch.build.") {
            self.hatch(rest, value);
            return true;
        }
        if let Some(package) = after("tool.scikit-build.wheel.packages.") {
            self.module(&package.replace('/', "."));
            return true;
        }
        match key.replace('-', "_").as_str() {
            "options.package_dir" => {
                for (package, folder) in value.split(',').filter_map(|entry| entry.split_once('=')) {
                    self.package_dir(package.trim(), folder.trim());
                }
            }
            "tool.setuptools.packages.find.where"
            | "options.packages.find.where"
            | "setup.find_packages"
            | "tool.poetry.packages.from"
            | "tool.pdm.build.package_dir"
            | "tool.pdm.package_dir"
            | "tool.uv.build_backend.module_root"
            | "tool.maturin.python_source"
            | "tool.py_build_cmake.module.directory" => self.source(value),
            "tool.setuptools.packages"
            | "tool.setuptools.py_modules"
            | "options.packages"
            | "options.py_modules"
            | "setup.packages"
            | "setup.py_modules"
            | "tool.flit.module.name"
            | "tool.flit.metadata.module"
            | "tool.uv.build_backend.module_name"
            | "tool.maturin.python_packages"
            | "tool.py_build_cmake.module.name" => {
                value.split([',', ' ', '\n']).for_each(|name| self.module(name.trim()));
            }
            "tool.poetry.packages.include" | "tool.poetry.packages.to" => self.module(&dotted(value)),
            "tool.scikit_build.wheel.packages" => self.package(value),
            "project.import_names" => self.module(value.split(';').next().unwrap_or_default().trim()),
            "project.import_namespaces" => {
                self.out.name(value.split(';').next().unwrap_or_default().trim(), self.folder, true, true);
            }
            "tool.setuptools.ext_modules.name" | "setup.Extension" | "tool.maturin.module_name" => self.made(value),
            "tool.setuptools_scm.write_to"
            | "tool.setuptools_scm.version_file"
            | "tool.pdm.version.write_to"
            | "tool.versioningit.write.file" => self.made(path::name(value).trim_end_matches(".py")),
            _ => return false,
        }
        true
    }

    /// A setting below `tool.hatch.build`, for one target or for all.
    fn hatch(&mut self, key: &str, value: &str) {
        let key = key.strip_prefix("targets.").and_then(|rest| rest.split_once('.')).map_or(key, |(_, key)| key);
        if let Some(folder) = key.strip_prefix("sources.") {
            // What the folder is called in the distribution.
            if value.is_empty() { self.source(folder) } else { self.module(&dotted(value)) }
        } else if key.starts_with("force-include.") {
            self.module(&dotted(value));
        } else {
            match key {
                "packages" | "only-include" => self.package(value),
                "sources" => self.source(value),
                "hooks.vcs.version-file" => self.made(path::name(value).trim_end_matches(".py")),
                _ => {}
            }
        }
    }

    /// A folder in which packages of the distribution lie.
    fn source(&mut self, folder: &str) {
        if !folder.contains(['*', '{', '$']) && !path::is_absolute(folder) {
            self.out.root(path::join(self.folder, folder), "");
        }
    }

    /// The path of a package, or of a module.
    fn package(&mut self, package: &str) {
        let package = package.trim_matches('/');
        self.source(path::folder(package));
        self.module(path::name(package).trim_end_matches(".py"));
    }

    /// What the distribution calls the modules in a folder; without a name those of all others.
    fn package_dir(&mut self, package: &str, folder: &str) {
        if package.is_empty() { self.source(folder) } else { self.module(package) }
    }

    /// A folder from which the files of this one import.
    fn path(&mut self, folder: &str) {
        if !folder.contains(['*', '{', '$']) && !path::is_absolute(folder) {
            self.out.root(path::join(self.folder, folder), self.folder);
        }
    }

    /// A module of the distribution.
    fn module(&mut self, module: &str) {
        self.out.name(module, self.folder, true, false);
    }

    /// A module that a build makes.
    fn made(&mut self, module: &str) {
        self.out.made.extend(module.split('.').next().map(str::to_owned));
    }
}

/// The dotted name of a path up to its first wildcard.
fn dotted(path: &str) -> String {
    let parts = path.trim_end_matches(".py").split('/').filter(|part| !part.is_empty());
    parts.take_while(|part| !part.contains('*')).collect::<Vec<_>>().join(".")
}
