//! The modules that lie in a tree of files, whether they are read or not, and those that something makes there.

use std::collections::BTreeSet;
use std::ops::Range;

use super::join::climb;
use crate::manifest::Manifest;
use crate::path;

/// What is known of the modules of a workspace by the names of its files.
#[derive(Debug, Default)]
pub struct Tree {
    /// Paths of modules without their extension, in the order of bytes, each once.
    modules: Vec<String>,
    /// Every module, and every folder above one, in the order of names: where it stands among the modules.
    places: Vec<Place>,
    /// Modules that are there once something was built, generated or fetched. The last part of their names.
    made: BTreeSet<String>,
    /// What the names of further such modules begin and end with.
    made_globs: Vec<(String, String)>,
    /// Manifests that belong to no project: configurations of tools, examples, the code of others.
    pub unclaimed: Vec<Manifest>,
}

/// A part of the path of a module.
#[derive(Debug, Clone, Copy)]
struct Place {
    module: u32,
    start: u32,
    end: u32,
}

/// Names of folders that builds and tools make, which are the names of distributions as well: git leaves them out
/// in most repositories, and nobody imports them from there.
const USUAL: &[&str] = &[
    "bin",
    "build",
    "cache",
    "cover",
    "coverage",
    "data",
    "dist",
    "downloads",
    "eggs",
    "env",
    "instance",
    "lib",
    "logs",
    "mlruns",
    "node_modules",
    "out",
    "output",
    "parts",
    "sdist",
    "site",
    "static",
    "target",
    "temp",
    "tmp",
    "var",
    "venv",
    "wandb",
    "wheels",
];

/// Folders of type stubs, which describe the modules of others.
const STUBS: &[&str] = &["stubs", "typings", "typeshed"];

impl Tree {
    /// Adds what `files` (paths) show.
    pub fn add(&mut self, files: &[String]) {
        if files.is_empty() {
            return;
        }
        let is_source = |extension: &str| matches!(extension, "c" | "cc" | "cpp" | "cxx" | "f" | "f90" | "i" | "rs");
        let mut sources = Vec::new();
        for file in files {
            let name = path::name(file);
            let Some((stem, extension)) = name.rsplit_once('.') else { continue };
            match extension {
                "py" | "pyw" => self.modules.extend(file.rsplit_once('.').map(|(path, _)| path.to_owned())),
                extension if is_source(extension) => sources.push((file, stem)),
                _ => self.add_made(file, name, stem, extension),
            }
        }
        self.sort();
        // Compiled code is a module's where it lies among Python, or says by its name that it is one.
        for (file, stem) in sources {
            if stem.starts_with('_') || stem.ends_with("module") || self.holds(path::folder(file)) {
                self.made.insert(stem.to_owned());
                self.made.extend(stem.strip_suffix("module").map(str::to_owned));
            }
        }
    }

    /// Adds what is made of a file that is no module itself.
    fn add_made(&mut self, file: &str, name: &str, stem: &str, extension: &str) {
        let first = name.split('.').next().unwrap_or(name);
        let made: &[String] = match extension {
            "pyi" => {
                let is_stubs = |part: &str| STUBS.contains(&part) || part.ends_with("-stubs");
                let folder = path::folder(file);
                let described = if stem == "__init__" { path::name(folder) } else { stem };
                if folder.split('/').any(is_stubs) { &[] } else { &[described.to_owned()] }
            }
            "so" | "pyd" | "pyx" | "pxd" | "thrift" | "fbs" => &[first.to_owned()],
            "proto" => &["_pb2", "_pb2_grpc", "_grpc"].map(|suffix| format!("{}{suffix}", stem.replace('-', "_"))),
            "g4" => &["Lexer", "Parser", "Visitor", "Listener"].map(|suffix| format!("{stem}{suffix}")),
            "ui" => &[format!("ui_{stem}"), format!("{stem}_ui")],
            "qrc" => &[format!("{stem}_rc"), format!("rc_{stem}")],
            "capnp" => &[format!("{stem}_capnp")],
            // A template: `version.py.in`.
            _ if name.contains(".py.") || name.contains(".pyx.") => &[first.to_owned()],
            _ => &[],
        };
        self.made.extend(made.iter().cloned());
    }

    /// Adds a module that something makes, by its dotted name or the last part of it.
    pub fn make(&mut self, module: &str) {
        self.made.extend(module.split('.').next().filter(|name| is_identifier(name)).map(str::to_owned));
    }

    /// Adds what the text of a `.gitignore` leaves out, as far as it may be modules.
    pub fn ignore(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '!'])) {
            let mut parts = line.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
            let (Some(last), before) = (parts.next_back(), parts.next_back()) else { continue };
            let stem = [".py", ".pyi", ".pyx", ".so", ".pyd"].iter().find_map(|ending| last.strip_suffix(ending));
            match (stem, last.split_once('*')) {
                (Some(stem), Some((start, _))) => {
                    let end = stem.rsplit_once('*').map_or("", |(_, end)| end);
                    if start.len() + end.len() > 2 && !stem.contains('[') {
                        self.made_globs.push((start.to_owned(), end.to_owned()));
                    }
                }
                (Some(stem), None) => self.make(stem),
                // All that lies in a folder.
                (None, Some(_)) => {
                    before.into_iter().filter(|name| !USUAL.contains(name)).for_each(|name| self.make(name));
                }
                (None, None) if !USUAL.contains(&last) && !last.contains('.') => self.make(last),
                (None, None) => {}
            }
        }
    }

    /// Puts what was added in order.
    fn sort(&mut self) {
        self.modules.sort();
        self.modules.dedup();
        let mut places = Vec::with_capacity(self.modules.len() * 2);
        let mut before: &str = "";
        for (module, path) in (0u32..).zip(&self.modules) {
            // The parts that the path before has as well are there already.
            let same = path.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
            let shared = path.bytes().take(same).rposition(|byte| byte == b'/').map_or(0, |at| at + 1);
            let mut start = shared;
            for part in path.get(shared..).unwrap_or_default().split('/') {
                let end = start + part.len();
                let ends = u32::try_from(start).ok().zip(u32::try_from(end).ok());
                places.extend(ends.filter(|_| is_identifier(part)).map(|(start, end)| Place { module, start, end }));
                start = end + 1;
            }
            before = path;
        }
        places.sort_by(|a, b| part(&self.modules, *a).cmp(part(&self.modules, *b)));
        self.places = places;
    }

    /// The folders that hold a module or a folder with modules of the name, in no order that matters.
    pub fn folders_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let first = self.places.partition_point(|place| part(&self.modules, *place) < name);
        let places = self.places.iter().skip(first).take_while(move |place| part(&self.modules, **place) == name);
        places.filter_map(|place| {
            let path = self.modules.get(place.module as usize)?;
            Some(path.get(..(place.start as usize).saturating_sub(1)).unwrap_or_default())
        })
    }

    /// Whether the module `dotted` can be imported from `folder`: the whole of it, the namespace that it would lie in
    /// alone (PEP 420), or nothing.
    pub fn find(&self, folder: &str, dotted: &str) -> Find {
        let mut at = folder.to_owned();
        let mut found = Find::Nothing;
        for part in dotted.split('.') {
            at = path::join(&at, part);
            if self.is_module(&at) || self.is_package(&at) {
                return Find::Whole;
            }
            if !self.holds(&at) {
                break;
            }
            found = Find::Namespace;
        }
        found
    }

    /// Whether `folder` holds the module `dotted` itself, or may hold it once something is built; of a longer name the
    /// first two parts are enough, but not one alone, which may be the name of another distribution's.
    pub fn has_most_of(&self, folder: &str, dotted: &str) -> bool {
        let mut at = folder.to_owned();
        for (depth, part) in dotted.split('.').enumerate() {
            at = path::join(&at, part);
            // What a module in one file has below its name is not seen from here.
            if self.is_module(&at) || depth > 0 && self.is_made(part) {
                return true;
            }
            if !self.holds(&at) {
                return depth >= 2;
            }
        }
        true
    }

    /// Whether `folder` is a package, or lies in one. The working directory itself is none.
    pub fn is_in_package(&self, folder: &str) -> bool {
        climb(folder).take_while(|at| !at.is_empty()).any(|at| self.is_package(at))
    }

    /// Whether a module of one file, and nothing else, has the path (without its extension).
    pub fn is_lone_module(&self, path: &str) -> bool {
        self.is_module(path) && !self.holds(path)
    }

    fn is_module(&self, path: &str) -> bool {
        self.modules.binary_search_by(|module| module.as_str().cmp(path)).is_ok()
    }

    /// Whether `folder` is a package with an `__init__.py`.
    fn is_package(&self, folder: &str) -> bool {
        self.is_module(&path::join(folder, "__init__"))
    }

    /// Whether a module lies in `folder` or below.
    pub fn holds(&self, folder: &str) -> bool {
        if folder.is_empty() {
            return !self.modules.is_empty();
        }
        let start = format!("{folder}/");
        let at = self.modules.partition_point(|module| *module < start);
        self.modules.get(at).is_some_and(|module| module.starts_with(&start))
    }

    /// Whether anything in the tree has the name.
    pub fn has(&self, name: &str) -> bool {
        self.folders_of(name).next().is_some() || self.is_made(name)
    }

    /// Whether the module `dotted`, or what holds it, may be made where the tree is built.
    pub fn may_be_made(&self, dotted: &str) -> bool {
        let is_generated = |part: &&str| ["_pb2", "_pb2_grpc", "_grpc", "_capnp"].iter().any(|end| part.ends_with(end));
        let mut parts = dotted.split('.');
        parts.next().is_some_and(|top| self.is_made(top))
            || dotted.split('.').filter(is_generated).any(|part| self.is_made(part))
    }

    fn is_made(&self, name: &str) -> bool {
        let fits = |(start, end): &(String, String)| {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        };
        self.made.contains(name) || self.made_globs.iter().any(fits)
    }
}

/// What of a module lies in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Find {
    /// A module or a package with an `__init__.py` that is it or holds it.
    Whole,
    /// Folders without an `__init__.py` alone: others may add to them.
    Namespace,
    /// Nothing.
    Nothing,
}

fn part(modules: &[String], place: Place) -> &str {
    let range: Range<usize> = place.start as usize..place.end as usize;
    modules.get(place.module as usize).and_then(|module| module.get(range)).unwrap_or_default()
}

/// Whether a name can be written after `import`.
pub fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> Tree {
        let mut tree = Tree::default();
        tree.add(&files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>());
        tree
    }

    #[test]
    fn finds_names() {
        let tree = tree(&["a/b/c.py", "a/b/d.py", "a-b/c.py", "c/__init__.py", "a/c.pyx", "x/a.txt"]);
        let folders = |name| tree.folders_of(name).collect::<Vec<_>>();
        assert_eq!(folders("c"), ["a-b", "a/b", ""]);
        assert_eq!((folders("a"), folders("b"), folders("x")), (vec![""], vec!["a"], vec![]));
        for (folder, dotted, expected) in [
            ("", "c.d.e", Find::Whole),
            ("", "a.b.c", Find::Whole),
            ("", "a.b.c.attribute", Find::Whole),
            ("", "a.b.e", Find::Namespace),
            ("", "x", Find::Nothing),
            ("a", "b", Find::Namespace),
        ] {
            assert_eq!(tree.find(folder, dotted), expected, "{dotted} in {folder}");
        }
    }

    #[test]
    fn knows_what_is_made() {
        let mut tree = tree(&["a.proto", "p/q.c", "p/r.py", "t/version.py.in", "stubs/yaml.pyi", "_f.cpp", "c/z.c"]);
        tree.ignore("# a\n/src/x/_version.py\n!kept.py\n*_gen.py\n/made/\nbuild/\n*.py\nout/*\nmore/*\n");
        for (dotted, expected) in [
            ("a_pb2", true),
            ("x.y.a_pb2_grpc", true),
            ("google.api.b_pb2", false),
            ("q", true),
            ("z", false),
            ("_f", true),
            ("version", true),
            ("yaml", false),
            ("_version", true),
            ("kept", false),
            ("table_gen", true),
            ("made.x", true),
            ("build", false),
            ("out", false),
            ("more", true),
        ] {
            assert_eq!(tree.may_be_made(dotted), expected, "{dotted}");
        }
    }
}
