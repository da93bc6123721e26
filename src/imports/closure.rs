//! Which modules of a package are imported with it.
//!
//! A library is imported by its users, and with it what its modules import outside of functions, conditions and `try`.
//! What is left of it its users import themselves, or functions do where they need it: there a library may well import what
//! it does not require. A package that installs commands is a program as well, and those like to import their parts where
//! they are needed.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashSet};

use crate::path;
use crate::project::load::top_level;
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
    /// The files that only type checkers import.
    for_type_checkers: BTreeSet<usize>,
}

impl Closure {
    /// That of `project`.
    pub(super) fn of(workspace: &Workspace, project: &Project, purposes: &Purposes<'_>) -> Self {
        let names = names(workspace, project, purposes);
        let graph = Graph::of(workspace, project, &names);
        let imported = names.iter().flat_map(|(at, _)| graph.from(*at, Edges::Outermost).filter(move |to| to != at));
        let imported = imported.collect();
        let for_type_checkers = graph.only_by(Edges::TypeChecking, Edges::Running);
        if project.kind != Kind::Library {
            return Self { files: None, of_commands: BTreeSet::new(), imported, for_type_checkers };
        }
        let has_commands = entry_points(project).any(|(group, _)| is_command(group));
        let starts: Vec<usize> = names.iter().filter(|(_, name)| graph.is_start(name)).map(|(at, _)| *at).collect();
        let files = Some(graph.closure(&starts, Edges::Outermost));
        let of_commands = if has_commands { graph.closure(&starts, Edges::All) } else { BTreeSet::new() };
        Self { files, of_commands, imported, for_type_checkers }
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

    /// Whether only type checkers import it, as far as the files that import it were read as syntax.
    pub(super) fn is_for_type_checkers(&self, file: usize) -> bool {
        self.for_type_checkers.contains(&file)
    }
}

/// The files whose syntax tells whether one of `files` is imported for type checkers alone: they import it, or what imports
/// it, within a block of some sort, and nothing imports it otherwise.
pub(super) fn importers(workspace: &Workspace, project: &Project, files: &BTreeSet<usize>) -> BTreeSet<usize> {
    let names = names(workspace, project, &Purposes::of(workspace, project));
    let graph = Graph::of(workspace, project, &names);
    let aside = graph.only_by(Edges::Inner, Edges::Outermost);
    if aside.is_disjoint(files) {
        return BTreeSet::new();
    }
    let imports_one = |at: &usize| graph.from(*at, Edges::Inner).any(|to| aside.contains(&to));
    names.iter().map(|(at, _)| *at).filter(imports_one).collect()
}

/// The modules of the program, by their places in [`Workspace::python`].
fn names(workspace: &Workspace, project: &Project, purposes: &Purposes<'_>) -> Vec<(usize, String)> {
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
    names
}

/// The group and the object of each entry point.
fn entry_points(project: &Project) -> impl Iterator<Item = (&str, &str)> {
    let tables = project.manifests.iter().filter_map(|manifest| manifest.reading.project.as_ref());
    let points = tables.flat_map(|project| &project.entry_points);
    points.map(|(group, _, object)| (group.as_str(), object.text.as_str()))
}

fn is_command(group: &str) -> bool {
    matches!(group, "console_scripts" | "gui_scripts")
}

/// Which imports of a file count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edges {
    All,
    /// Those outside of functions, conditions and `try`.
    Outermost,
    /// Those within.
    Inner,
    /// Those for type checkers, where the file was read as syntax.
    TypeChecking,
    /// Those that are not known to be for type checkers.
    Running,
}

/// The modules of a project, and who imports whom.
struct Graph<'a> {
    workspace: &'a Workspace,
    /// By places in [`Workspace::python`]: the dotted names.
    names: HashMap<usize, &'a str>,
    /// By the same: what each imports.
    edges: HashMap<usize, Vec<Edge>>,
    /// The modules that commands begin with. What other entry points name, their hosts import: then those are there.
    commands: BTreeSet<&'a str>,
}

/// That a module imports another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge {
    to: usize,
    outermost: bool,
    /// Whether it is known to be for type checkers.
    typed: bool,
}

impl Edge {
    /// Whether it is one of `edges`.
    fn is_of(self, edges: Edges) -> bool {
        match edges {
            Edges::All => true,
            Edges::Outermost => self.outermost,
            Edges::Inner => !self.outermost,
            Edges::TypeChecking => self.typed,
            Edges::Running => !self.typed,
        }
    }
}

impl<'a> Graph<'a> {
    fn of(workspace: &'a Workspace, project: &'a Project, names: &'a [(usize, String)]) -> Self {
        // A module and a package may have the same name.
        let mut files: HashMap<&str, Vec<usize>> = HashMap::default();
        for (at, name) in names {
            files.entry(name.as_str()).or_default().push(*at);
        }
        let tops: HashSet<&str> = names.iter().map(|(_, name)| top_level(name)).collect();
        let edges = |(at, name): &(usize, String)| {
            let file = workspace.python.get(*at)?;
            let sites = file.uses.iter().flat_map(|uses| &uses.imports);
            let typed: BTreeSet<u32> =
                sites.filter(|site| site.type_checking).map(|site| site.import.at.start).collect();
            let is_package = is_package(&file.path);
            let mut edges: Vec<Edge> = Vec::new();
            for import in &file.imports.imports {
                if import.level == 0 && !tops.contains(top_level(&import.module)) {
                    continue;
                }
                let (outermost, typed) = (import.outermost, typed.contains(&import.at.start));
                targets(import, name, is_package, |target| {
                    let places = files.get(target).into_iter().flatten();
                    edges.extend(places.map(|to| Edge { to: *to, outermost, typed }));
                });
            }
            Some((*at, edges))
        };
        let commands = entry_points(project).filter(|(group, _)| is_command(group));
        Self {
            workspace,
            edges: names.iter().filter_map(edges).collect(),
            names: names.iter().map(|(at, name)| (*at, name.as_str())).collect(),
            commands: commands.filter_map(|(_, object)| object.split(':').next()).collect(),
        }
    }

    /// Whether the program may begin with the module `name`.
    fn is_start(&self, name: &str) -> bool {
        !name.contains('.') || name.ends_with(".__main__") || self.commands.contains(name)
    }

    /// The modules that nothing imports but by `weak` ways, or that such modules beside them alone import. Not packages,
    /// which are imported with what is in them, nor what a program begins with; and not what such a module imports from
    /// elsewhere: programs import some modules by names that they put together.
    fn only_by(&self, weak: Edges, firm: Edges) -> BTreeSet<usize> {
        let is_fixed = |at: &usize| self.is_package(*at) || self.names.get(at).is_some_and(|name| self.is_start(name));
        let targets = self.names.keys().flat_map(|at| self.from(*at, weak)).filter(|at| !is_fixed(at));
        let targets: Vec<usize> = targets.collect();
        if targets.is_empty() {
            return BTreeSet::new();
        }
        let mut found = self.closure(&targets, Edges::Outermost);
        let folders: BTreeSet<&str> = targets.iter().filter_map(|at| self.folder(*at)).collect();
        found.retain(|at| !is_fixed(at) && self.folder(*at).is_some_and(|folder| folders.contains(folder)));
        let others: Vec<usize> = self.names.keys().filter(|at| !found.contains(at)).copied().collect();
        let others = self.closure(&others, firm);
        found.retain(|at| !others.contains(at));
        found
    }

    fn folder(&self, at: usize) -> Option<&str> {
        self.workspace.python.get(at).map(|file| path::folder(&file.path))
    }

    fn is_package(&self, at: usize) -> bool {
        self.workspace.python.get(at).is_some_and(|file| is_package(&file.path))
    }

    /// The files that `starts` import, directly or not, and these.
    fn closure(&self, starts: &[usize], edges: Edges) -> BTreeSet<usize> {
        let mut open = starts.to_vec();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(self.from(at, edges));
            }
        }
        found
    }

    /// The files that a file imports in these ways.
    fn from(&self, at: usize, edges: Edges) -> impl Iterator<Item = usize> {
        self.edges.get(&at).into_iter().flatten().filter(move |edge| edge.is_of(edges)).map(|edge| edge.to)
    }
}

/// Whether the file at `path` makes its folder a package.
fn is_package(path: &str) -> bool {
    path::name(path).starts_with("__init__.")
}

/// The dotted name of the module at `below` (relative to its project's root, with `/`).
fn dotted(below: &str) -> Option<String> {
    let inner = ["src/", "lib/", "python/", "source/"].iter().find_map(|folder| below.strip_prefix(folder));
    let stem = inner.unwrap_or(below).strip_suffix(".py")?;
    let module = stem.strip_suffix("/__init__").unwrap_or(stem);
    Some(module.replace('/', "."))
}

/// Hands to `take` the modules that an import in the module `name` carries out: the one that it names, the packages around
/// it, and what it takes from it, which may be modules as well.
fn targets(import: &Import, name: &str, is_package: bool, mut take: impl FnMut(&str)) {
    let above = (import.level as usize).saturating_sub(usize::from(is_package));
    let base = (0..above).try_fold(name, |at, _| at.rsplit_once('.').map(|(parent, _)| parent));
    let mut target = match (import.level, base) {
        (0, _) => import.module.to_string(),
        (_, None) => return,
        (_, Some(base)) if import.module.is_empty() => base.to_owned(),
        (_, Some(base)) => [base, ".", &import.module].concat(),
    };
    let around = std::iter::successors(Some(target.as_str()), |at| at.rsplit_once('.').map(|(parent, _)| parent));
    around.for_each(&mut take);
    target.push('.');
    let within = target.len();
    for name in import.names.iter() {
        target.truncate(within);
        target.push_str(name);
        take(&target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Extent;

    #[test]
    fn targets_of_imports() {
        let import = |module: &str, names: &[&str], level| Import {
            module: module.into(),
            names: names.iter().collect(),
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
            let mut found = Vec::new();
            targets(&import, name, is_package, |target| found.push(target.to_owned()));
            assert_eq!(found.join(" "), expected);
        }
    }

    #[test]
    fn names_of_files() {
        for (file, expected) in [("src/a/b.py", "a.b"), ("a/__init__.py", "a"), ("a.py", "a")] {
            assert_eq!(dotted(file).as_deref(), Some(expected));
        }
    }
}
