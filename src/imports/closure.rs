//! Which modules of a package are imported with it.
//!
//! A library is imported by its users, and with it what its modules import outside of functions, conditions and `try`.
//! What is left of it its users import themselves, or functions do where they need it: there a library may well import what
//! it does not require. A package that installs commands is a program as well, and those like to import their parts where
//! they are needed.

use std::collections::{BTreeSet, HashMap};

use crate::path;
use crate::project::purpose::{Purpose, Purposes};
use crate::project::{Kind, Project, Workspace};
use crate::python::Import;

/// The files that are imported with a project.
#[derive(Debug, Default)]
pub(super) struct Closure {
    /// Those, by their places in [`Workspace::python`]; nothing for a program, which is all there.
    files: Option<BTreeSet<usize>>,
    /// Those that its commands import beside them, be it in functions.
    of_commands: BTreeSet<usize>,
    /// The files that another one imports outside of functions, conditions and `try`.
    imported: BTreeSet<usize>,
}

impl Closure {
    /// That of `project`.
    pub(super) fn of(workspace: &Workspace, project: &Project, purposes: &Purposes<'_>) -> Self {
        let mut names: Vec<(usize, String)> = Vec::new();
        for at in &project.python {
            let Some(file) = workspace.python.get(*at) else { continue };
            let below = path::below(&file.path, &project.root).unwrap_or(&file.path);
            let purpose = purposes.of_file(file);
            // What lies in the root may start the program.
            if purpose == Purpose::Runtime || purpose == Purpose::Scripts && !below.contains('/') {
                names.extend(dotted(below).map(|name| (*at, name)));
            }
        }
        let mut files: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, name) in &names {
            files.entry(name.as_str()).or_default().push(*at);
        }
        let graph = Graph { workspace, files, names: names.iter().map(|(at, name)| (*at, name.as_str())).collect() };
        let imported = names.iter().flat_map(|(at, _)| graph.from(*at, false).into_iter().filter(move |to| to != at));
        let imported = imported.collect();
        if project.kind != Kind::Library {
            return Self { files: None, of_commands: BTreeSet::new(), imported };
        }
        let tables = || project.manifests.iter().filter_map(|manifest| manifest.reading.project.as_ref());
        let points = || tables().flat_map(|project| &project.entry_points);
        let is_command = |group: &str| matches!(group, "console_scripts" | "gui_scripts");
        let has_commands = points().any(|(group, ..)| is_command(group));
        // What other groups name, their hosts import: then those are there.
        let commands = points().filter(|(group, ..)| is_command(group));
        let objects: BTreeSet<&str> = commands.filter_map(|(.., object)| object.text.split(':').next()).collect();
        let is_start = |name: &str| !name.contains('.') || name.ends_with(".__main__") || objects.contains(name);
        let starts: Vec<usize> = names.iter().filter(|(_, name)| is_start(name)).map(|(at, _)| *at).collect();
        let files = Some(graph.closure(&starts, false));
        let of_commands = if has_commands { graph.closure(&starts, true) } else { BTreeSet::new() };
        Self { files, of_commands, imported }
    }

    /// Whether the file at a place of [`Workspace::python`] is imported with the project.
    pub(super) fn contains(&self, file: usize) -> bool {
        self.files.as_ref().is_none_or(|files| files.contains(&file))
    }

    /// Whether the commands of the project import it.
    pub(super) fn is_of_commands(&self, file: usize) -> bool {
        self.of_commands.contains(&file)
    }

    /// Whether another file imports it, outside of functions, conditions and `try`.
    pub(super) fn is_imported(&self, file: usize) -> bool {
        self.imported.contains(&file)
    }
}

/// The modules of a project, and who imports whom.
struct Graph<'a> {
    workspace: &'a Workspace,
    /// Dotted name to places in [`Workspace::python`]: a module and a package may have the same.
    files: HashMap<&'a str, Vec<usize>>,
    names: HashMap<usize, &'a str>,
}

impl Graph<'_> {
    /// The files that `starts` import, directly or not, and these.
    fn closure(&self, starts: &[usize], anywhere: bool) -> BTreeSet<usize> {
        let mut open = starts.to_vec();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(self.from(at, anywhere));
            }
        }
        found
    }

    /// The files that a file imports: outermost, or anywhere.
    fn from(&self, at: usize, anywhere: bool) -> Vec<usize> {
        let Some((file, name)) = self.workspace.python.get(at).zip(self.names.get(&at)) else { return Vec::new() };
        let is_package = path::name(&file.path).starts_with("__init__.");
        let imports = file.imports.imports.iter().filter(|import| anywhere || import.outermost);
        let targets = imports.flat_map(|import| targets(import, name, is_package));
        targets.flat_map(|target| self.files.get(target.as_str()).cloned().unwrap_or_default()).collect()
    }
}

/// The dotted name of the module at `below` (relative to its project's root, with `/`).
fn dotted(below: &str) -> Option<String> {
    let inner = ["src/", "lib/", "python/", "source/"].iter().find_map(|folder| below.strip_prefix(folder));
    let stem = inner.unwrap_or(below).strip_suffix(".py")?;
    let module = stem.strip_suffix("/__init__").unwrap_or(stem);
    Some(module.replace('/', "."))
}

/// The modules that an import in the module `name` carries out: the one that it names, the packages around it, and what it
/// takes from it, which may be modules as well.
fn targets(import: &Import, name: &str, is_package: bool) -> Vec<String> {
    let above = (import.level as usize).saturating_sub(usize::from(is_package));
    let base = (0..above).try_fold(name, |at, _| at.rsplit_once('.').map(|(parent, _)| parent));
    let module = match (import.level, base) {
        (0, _) => import.module.clone(),
        (_, None) => return Vec::new(),
        (_, Some(base)) if import.module.is_empty() => base.to_owned(),
        (_, Some(base)) => format!("{base}.{}", import.module),
    };
    let taken = import.names.iter().map(|name| format!("{module}.{name}"));
    let around = std::iter::successors(Some(module.as_str()), |at| at.rsplit_once('.').map(|(parent, _)| parent));
    around.map(str::to_owned).chain(taken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Extent;

    #[test]
    fn targets_of_imports() {
        let import = |module: &str, names: &[&str], level| Import {
            module: module.to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            level,
            at: Extent::at(0),
            outermost: true,
        };
        for (import, name, is_package, expected) in [
            (import("a.b", &[], 0), "x", false, "a.b a"),
            (import("a", &["b"], 0), "x", false, "a a.b"),
            (import("", &["b"], 1), "a.c", false, "a a.b"),
            (import("b", &["c"], 1), "a", true, "a.b a a.b.c"),
            (import("", &["c"], 2), "a.b", true, "a a.c"),
            (import("b", &["c"], 3), "a.b", false, ""),
        ] {
            assert_eq!(targets(&import, name, is_package).join(" "), expected);
        }
    }

    #[test]
    fn names_of_files() {
        for (file, expected) in [("src/a/b.py", "a.b"), ("a/__init__.py", "a"), ("a.py", "a")] {
            assert_eq!(dotted(file).as_deref(), Some(expected));
        }
    }
}
