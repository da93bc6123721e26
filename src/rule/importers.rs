//! Which files of a project, of those that were read as syntax, may hold a name that a rule looks for.

use foldhash::HashMap;

use crate::project::{Project, PythonFile, Workspace, load};
use crate::python::Uses;

/// Those files, by what they import.
#[derive(Debug, Default)]
pub struct Importers<'a> {
    files: Vec<(&'a PythonFile, &'a Uses)>,
    /// By top-level module their places, in order. The empty name stands for files with errors, of whose imports not all
    /// are known.
    by_module: HashMap<&'a str, Vec<usize>>,
    /// By the top-level name of what the fast scan found: the places of files in [`Workspace::python`], in order. Those that
    /// were not read as syntax are among them.
    scanned: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Importers<'a> {
    /// Those of `project`.
    pub fn of(workspace: &'a Workspace, project: &'a Project) -> Self {
        let files: Vec<_> = workspace.parsed_of(project).collect();
        let mut by_module: HashMap<&str, Vec<usize>> = HashMap::default();
        for (at, (file, uses)) in files.iter().enumerate() {
            let scanned = file.imports.imports.iter();
            let imports = scanned.chain(uses.imports.iter().map(|site| &site.import)).filter(|i| i.level == 0);
            let modules = imports.map(|import| load::top_level(&import.module));
            for module in modules.chain((!uses.problems.is_empty()).then_some("")) {
                let places = by_module.entry(module).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        let mut scanned: HashMap<&str, Vec<usize>> = HashMap::default();
        for (at, file) in project.python.iter().filter_map(|at| Some((*at, workspace.python.get(*at)?))) {
            for import in file.imports.imports.iter().filter(|import| import.level == 0) {
                let places = scanned.entry(load::top_level(&import.module)).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        Self { files, by_module, scanned }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
        self.files.iter().copied()
    }

    /// Those in which one of `names` can occur: resolved names, or what they begin with before a `*`. What a name resolves to
    /// begins with a module that the file imports, or is built in.
    pub fn of_names<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> Vec<(&'a PythonFile, &'a Uses)> {
        let mut places: Vec<usize> = self.by_module.get("").cloned().unwrap_or_default();
        for name in names {
            let module = name.split_once('.').map_or("", |(module, _)| module);
            if matches!(module, "" | "builtins") || module.contains(['*', '(']) {
                places = (0..self.files.len()).collect();
                break;
            }
            places.extend(self.by_module.get(module).into_iter().flatten());
        }
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|at| self.files.get(at).copied()).collect()
    }

    /// The files, by their places in [`Workspace::python`] and in order, that import something of the top-level modules of
    /// the dotted `names`, be it that they were not read as syntax.
    pub fn of_scan<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> Vec<usize> {
        let modules = names.into_iter().map(|name| load::top_level(name));
        let mut places: Vec<usize> = modules.filter_map(|module| self.scanned.get(module)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}
