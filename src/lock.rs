//! Reading lock files: what a manager has resolved, with a place for every name and version.
//!
//! A reader takes a text and gives a [`Lock`]. As readers of manifests it never fails: what it cannot understand becomes
//! a [`Problem`] under the name `invalid-lock`, and the rest is used. Where files come from (hashes, URLs of single
//! wheels) is not read.
//!
//! To add a format, write `lock/<format>.rs` and add a line to [`FORMATS`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeSet;

use crate::diagnostic::Problem;
use crate::manifest::toml::{self, Item, Table, Text};
use crate::manifest::{Group, Value, url};
use crate::name::Name;
use crate::path;
use crate::source::{Extent, FileId};

pub mod pdm;
pub mod pipfile_lock;
pub mod poetry;
pub mod pylock;
pub mod uv;

/// The rule that reports what is wrong with a lock.
pub const RULE: &str = "invalid-lock";

/// How a lock is read.
#[derive(Debug)]
pub struct Format {
    /// The name of the file, for messages and for `inspect`.
    pub name: &'static str,
    /// Who writes it.
    pub manager: Manager,
    /// Whether a file of this name (the last part of a path) is of it.
    pub matches: fn(name: &str) -> bool,
    /// Reads the text of the file with this name.
    pub read: fn(text: &str, name: &str) -> Lock,
}

/// Every format.
pub const FORMATS: &[Format] = &[uv::FORMAT, poetry::FORMAT, pdm::FORMAT, pipfile_lock::FORMAT, pylock::FORMAT];

/// The format of the file at `path` (with `/`), where it is a lock.
pub fn format_of(path: &str) -> Option<&'static Format> {
    let name = path::name(path);
    FORMATS.iter().find(|format| (format.matches)(name))
}

/// A program that resolves what a project requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// uv.
    Uv,
    /// Poetry.
    Poetry,
    /// PDM.
    Pdm,
    /// pipenv.
    Pipenv,
    /// Any that writes the standard format (PEP 751).
    Standard,
}

impl Manager {
    /// As its authors write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uv => "uv",
            Self::Poetry => "Poetry",
            Self::Pdm => "PDM",
            Self::Pipenv => "pipenv",
            Self::Standard => "the tool that wrote it",
        }
    }

    /// The file that it writes.
    pub fn file(self) -> &'static str {
        match self {
            Self::Uv => "uv.lock",
            Self::Poetry => "poetry.lock",
            Self::Pdm => "pdm.lock",
            Self::Pipenv => "Pipfile.lock",
            Self::Standard => "pylock.toml",
        }
    }

    /// The command that writes it anew and keeps the versions that are right; nothing where it depends on the tool.
    pub fn command(self) -> Option<&'static str> {
        match self {
            Self::Uv => Some("uv lock"),
            Self::Poetry => Some("poetry lock"),
            Self::Pdm => Some("pdm lock --update-reuse"),
            Self::Pipenv => Some("pipenv lock"),
            Self::Standard => None,
        }
    }
}

/// A lock file of a project.
#[derive(Debug)]
pub struct LockFile {
    /// Its number. The text is not kept.
    pub file: FileId,
    /// Its path relative to the working directory, with `/`.
    pub path: String,
    /// The name of its format.
    pub format: &'static str,
    /// What was understood.
    pub lock: Lock,
}

impl LockFile {
    /// The members of the workspace that it was made for: their folders, and their names.
    pub fn members(&self) -> impl Iterator<Item = (String, &Name)> {
        self.folders().filter(|(_, package)| self.lock.members.contains(&package.name)).map(|(at, p)| (at, &p.name))
    }

    /// The package that stands for the project in the folder `root`: by its folder, or by its name where folders have no
    /// names that could be compared.
    pub fn row(&self, root: &str, name: Option<&Name>) -> Option<&Package> {
        let is_it = |(folder, package): &(String, &Package)| {
            folder == root
                || self.lies_above() && name == Some(&package.name) && self.lock.members.contains(&package.name)
        };
        self.folders().find(is_it).map(|(_, package)| package)
    }

    /// Whether it lies above the working directory.
    pub fn lies_above(&self) -> bool {
        self.path.starts_with("..")
    }

    fn folders(&self) -> impl Iterator<Item = (String, &Package)> {
        let own = path::folder(&self.path);
        self.lock.packages.iter().filter_map(move |package| match &package.source {
            Source::Folder { path, .. } => Some((path::join(own, path), package)),
            _ => None,
        })
    }
}

/// What a reader understood of one lock. All extents are bytes of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// Who wrote it.
    pub manager: Manager,
    /// The version of the format, as written.
    pub version: Option<Value>,
    /// The Python versions that it was made for, as written (Poetry's constraint is not translated).
    pub requires_python: Option<Value>,
    /// Every package in the order of the text. Several can have one name: forks by marker, rows of extras (PDM), or a
    /// section each (pipenv).
    pub packages: Vec<Package>,
    /// The groups and extras that it covers, where it says so (`default` for what is always installed).
    pub groups: Option<Vec<Name>>,
    /// The members of the workspace that it was made for (uv).
    pub members: Vec<Name>,
    /// URLs that name more than a place, each once: with something before the host, or a query.
    pub addresses: Vec<Value>,
    /// Distributions whose requirements the project has overridden or left out (uv).
    pub overridden: Vec<Name>,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Whether a part was not understood, so that nothing follows from what is absent.
    pub partial: bool,
    /// The places of the packages in the order of their names.
    by_name: Vec<usize>,
}

/// One package with one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// The distribution.
    pub name: Name,
    /// Where the name stands, without its quotes.
    pub name_at: Extent,
    /// Its version (without `==`); nothing where it is computed when it is built.
    pub version: Option<Value>,
    /// Where it comes from.
    pub source: Source,
    /// The groups that want it, where the format has them: Poetry's and PDM's groups, pipenv's sections.
    pub groups: Vec<Name>,
    /// The extras that this row stands for (PDM).
    pub extras: Vec<Name>,
    /// When it is installed, as PEP 508 markers that are joined by "or".
    pub markers: Vec<String>,
    /// What it needs, where the format says so.
    pub needs: Vec<Edge>,
    /// What the manifest of a project in the workspace required when the lock was made (uv).
    pub declared: Vec<Declared>,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An index: its URL or name, where that is said.
    Index(Option<String>),
    /// A repository of a version-control system.
    Vcs(String),
    /// A file at a URL.
    Url(String),
    /// A file on this machine, relative to the lock.
    File(String),
    /// A folder, relative to the lock: a project of the workspace, or another one.
    Folder {
        /// The path as written.
        path: String,
        /// Whether it is installed in place.
        editable: bool,
    },
}

impl Source {
    /// What sort of place it is, in a word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Index(_) => "index",
            Self::Vcs(_) => "vcs",
            Self::Url(_) => "url",
            Self::File(_) => "file",
            Self::Folder { .. } => "folder",
        }
    }
}

/// That a package needs another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The package that is needed.
    pub name: Name,
    /// Which of several versions, where the lock tells them apart.
    pub version: Option<String>,
    /// The extras that are asked for.
    pub extras: Vec<Name>,
    /// When, as a PEP 508 marker.
    pub marker: Option<String>,
    /// For whom: for all, with an extra of the package, or in one of its groups.
    pub group: Group,
}

/// What the manifest of a project said when the lock was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The distribution.
    pub name: Name,
    /// The versions, as PEP 440 specifiers; empty for all.
    pub specifier: String,
}

impl Lock {
    /// A lock of `manager` without any packages.
    fn empty(manager: Manager) -> Self {
        Self {
            manager,
            version: None,
            requires_python: None,
            packages: Vec::new(),
            groups: None,
            members: Vec::new(),
            addresses: Vec::new(),
            overridden: Vec::new(),
            problems: Vec::new(),
            partial: false,
            by_name: Vec::new(),
        }
    }

    /// A lock of `manager` that could not be read at all.
    pub fn unread(manager: Manager, problem: Problem) -> Self {
        let problem = Problem { rule: RULE, ..problem };
        Self { problems: vec![problem], partial: true, ..Self::empty(manager) }
    }

    /// The packages of this (normalised) name, in the order of the text.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Package> {
        let key = |at: &usize| self.packages.get(*at).map_or("", |package| package.name.as_str());
        let start = self.by_name.partition_point(|at| key(at) < name);
        let rest = self.by_name.get(start..).unwrap_or_default();
        rest.iter().filter_map(|at| self.packages.get(*at)).take_while(move |package| package.name == *name)
    }

    /// Puts the packages in order, once all are there.
    fn sorted(mut self) -> Self {
        let mut order: Vec<usize> = (0..self.packages.len()).collect();
        order.sort_by_key(|at| self.packages.get(*at).map(|package| &package.name));
        self.by_name = order;
        self
    }

    /// Reads a lock in TOML, without what stands at `skipped`, and leaves the rest to `read`.
    fn of_toml(manager: Manager, text: &str, skipped: &[[&str; 2]], read: impl FnOnce(&Table<'_>, &mut Self)) -> Self {
        let document = toml::parse_without(text, skipped);
        let mut lock = Self::empty(manager);
        lock.partial = document.partial;
        lock.problems = faults(manager, text, document.problems);
        read(&document.root, &mut lock);
        lock.sorted()
    }

    /// Says that the manager refuses the lock, since it does not have the part called `part`.
    fn lacks(&mut self, part: &str, note: &str) {
        let problem = Problem::whole(RULE, format!("the lock has no `{part}`")).note(note);
        self.problems.push(match self.manager.command() {
            Some(command) => problem.help(format!("`{command}` writes the file anew")),
            None => problem,
        });
        self.partial = true;
    }

    /// Says that the format is of a version that nobody has read yet.
    fn refuse_version(&mut self, written: &str, at: Extent, known: &str) {
        let manager = self.manager.name();
        let problem = Problem::new(RULE, at, format!("`{written}` is no known version of the format"))
            .note(format!("{manager} is known to read {known}; nothing else is said of this lock"));
        self.problems.push(match self.manager.command() {
            Some(command) => problem.help(format!("`{command}` writes the file anew")),
            None => problem,
        });
        self.partial = true;
    }
}

impl Package {
    fn new(name: &str, name_at: Extent) -> Self {
        Self {
            name: Name::new(name),
            name_at,
            version: None,
            source: Source::Index(None),
            groups: Vec::new(),
            extras: Vec::new(),
            markers: Vec::new(),
            needs: Vec::new(),
            declared: Vec::new(),
        }
    }

    /// The package of a table with `name` and `version`; nothing without a name.
    fn of(table: &Table<'_>) -> Option<Self> {
        let name = table.text("name")?;
        Some(Self { version: table.text("version").map(value), ..Self::new(&name.text, name.at) })
    }

    /// Whether it comes from an index.
    pub fn is_from_index(&self) -> bool {
        matches!(self.source, Source::Index(_))
    }
}

/// The URLs of a lock's text that may hold a secret, each where it stands first.
pub fn addresses(text: &str) -> Vec<Value> {
    if !text.contains(['@', '?']) {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    let named = url::find(text).filter(|url| url.userinfo().is_some() || url.query().is_some());
    let places = named.map(|url| Extent::new(url.start, url.end)).filter(|at| known.insert(at.of(text)));
    places.map(|at| Value { text: at.of(text).to_owned(), at }).collect()
}

/// What begins each side of a merge conflict.
const CONFLICT: &str = "<<<<<<< ";

/// Faults of syntax as those of a lock. A conflict is told once: nobody mends a lock by hand.
fn faults(manager: Manager, text: &str, problems: Vec<Problem>) -> Vec<Problem> {
    let is_conflict = |problem: &Problem| problem.at.is_some_and(|at| at.of(text).starts_with(CONFLICT));
    if let Some(first) = problems.iter().find(|problem| is_conflict(problem)) {
        return vec![conflict(
            manager,
            first.at.unwrap_or_default(),
            problems.iter().filter(|p| is_conflict(p)).count(),
        )];
    }
    problems.into_iter().map(|problem| Problem { rule: RULE, replace: None, ..problem }).collect()
}

/// The one problem of a text with `count` merge conflicts, the first of them at `at`.
fn conflict(manager: Manager, at: Extent, count: usize) -> Problem {
    let problem = Problem::new(RULE, at, "an unresolved merge conflict in the lock");
    let problem = match count {
        0 | 1 => problem,
        _ => problem.note(format!("the first of {count}")),
    };
    match manager.command() {
        Some(command) => problem.help(format!("take the file from either side, then run `{command}`")),
        None => problem.help("take the file from either side, then write the lock anew"),
    }
}

fn value(text: &Text<'_>) -> Value {
    Value { text: text.text.to_string(), at: text.at }
}

/// The tables of an array.
fn tables<'a, 't>(table: &'a Table<'t>, key: &str) -> impl Iterator<Item = &'a Table<'t>> {
    table.array(key).map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_table)
}

/// The strings of an array.
fn texts<'a, 't>(table: &'a Table<'t>, key: &str) -> impl Iterator<Item = &'a Text<'t>> {
    table.array(key).map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_text)
}

/// The names that an array lists.
fn names(table: &Table<'_>, key: &str) -> Vec<Name> {
    texts(table, key).map(|text| Name::new(&text.text)).collect()
}

fn string(table: &Table<'_>, key: &str) -> Option<String> {
    table.text(key).map(|text| text.text.to_string())
}
