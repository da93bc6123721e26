//! Reading manifests: what a project declares, with a place for every part.
//!
//! A reader takes a text and gives a [`Reading`]. It never fails: what it cannot understand becomes a
//! [`Problem`] with a place, and the rest is used. It does no input or output: files that a manifest names are
//! listed as [`Include`]s, and `project` looks for them.
//!
//! To add a format, write `manifest/<format>.rs` and add a line to [`FORMATS`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::fmt;

use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::{Extent, FileId};

pub mod conda;
mod conflict;
pub mod dockerfile;
pub mod hatch;
pub mod ini;
mod install;
pub mod mapped;
pub mod marker;
pub mod nox;
pub mod pipfile;
pub mod pixi;
mod place;
pub mod pre_commit;
pub mod pyproject;
pub mod requirement;
pub mod requirements;
pub mod script;
pub mod setup_cfg;
pub mod setup_py;
pub mod template;
pub mod toml;
pub mod tox;
pub mod url;
pub mod version;
pub mod yaml;

pub use marker::Marker;
pub use version::Versions;

use version::clause::{Clause, Operator, clauses, placed};

/// How a text is read.
#[derive(Debug)]
pub struct Format {
    /// Its name in `inspect` and in messages.
    pub name: &'static str,
    /// Whether a file of this name (the last part of a path) and path (from the project's root, with `/`) is of it.
    pub matches: fn(name: &str, path: &str) -> bool,
    /// Reads a text.
    pub read: fn(text: &str, context: ReadContext<'_>) -> Reading,
}

/// What a reader may know of the file beside its text.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The path relative to the working directory, with `/`.
    pub path: &'a str,
}

/// Every format, in the order in which they are asked.
pub const FORMATS: &[Format] = &[
    pyproject::FORMAT,
    requirements::FORMAT,
    setup_cfg::FORMAT,
    setup_py::FORMAT,
    pipfile::FORMAT,
    conda::FORMAT,
    pixi::FORMAT,
];

/// The formats of lists that are installed in an environment of their own, of a tool or an image: no declarations of the
/// project. Scripts have theirs in a block of comments ([`script::FORMAT`]), which their names do not show.
pub const ENVIRONMENTS: &[Format] =
    &[tox::INI, tox::TOML, nox::FORMAT, hatch::FORMAT, dockerfile::FORMAT, pre_commit::FORMAT];

/// The format of the environments in the file at `path` (with `/`), where it may hold some.
pub fn environments_of(path: &str) -> Option<&'static Format> {
    let name = path.rsplit('/').next().unwrap_or(path);
    ENVIRONMENTS.iter().find(|format| (format.matches)(name, path))
}

/// The format of the file at `path` (with `/`), where it is a manifest.
pub fn format_of(path: &str) -> Option<&'static Format> {
    let name = path.rsplit('/').next().unwrap_or(path);
    FORMATS.iter().find(|format| (format.matches)(name, path))
}

/// A manifest of a project.
#[derive(Debug)]
pub struct Manifest {
    /// Its number.
    pub file: FileId,
    /// Its path relative to the working directory, with `/`.
    pub path: String,
    /// The name of its format.
    pub format: &'static str,
    /// What was understood.
    pub reading: Reading,
}

/// What a reader understood of one text. All extents are bytes of that text.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Reading {
    /// Every declaration, in the order of the text, never merged.
    pub requirements: Vec<Requirement>,
    /// The places of those requirements, in order, that only some environments of a matrix install, and so one version
    /// beside others: on purpose.
    pub matrix: Vec<Extent>,
    /// Options of a requirements file, and what means the same elsewhere (an index of `tool.uv`).
    pub options: Vec<OptionLine>,
    /// Files and groups that this text includes.
    pub includes: Vec<Include>,
    /// The groups and extras that it declares, also empty ones.
    pub groups: Vec<GroupHeader>,
    /// Groups and extras that are declared never to be installed together (`tool.uv.conflicts`).
    pub conflicts: Vec<Vec<Group>>,
    /// What it says of the project itself.
    pub project: Option<ProjectTable>,
    /// Its tables or sections by dotted name (`tool.ruff.lint`, `project`), with the place of the header. A table that
    /// is only implied by a longer header is listed as well, with the place of that header.
    pub tables: Vec<(String, Extent)>,
    /// Settings that rules ask for, by dotted key (`tool.uv.package`), with their text and the place of the value.
    /// Arrays of strings are one entry an item.
    pub settings: Vec<Setting>,
    /// Command lines that it holds (`tool.hatch.envs.default.scripts`, `tool.poe.tasks`, `tool.pdm.scripts`).
    pub commands: Vec<(String, Extent)>,
    /// What could not be understood.
    pub problems: Vec<Problem>,
    /// Whether a part was not understood, so that nothing follows from what is absent.
    pub partial: bool,
}

impl Reading {
    /// Whether a requirement of this text is one of a matrix.
    pub fn is_of_matrix(&self, requirement: &Requirement) -> bool {
        self.matrix.binary_search(&requirement.at).is_ok()
    }
}

/// A scalar somewhere in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Dotted (`tool.ruff.lint.select`).
    pub key: String,
    /// Strings without quotes; `true`, `3`.
    pub value: String,
    /// Where the value stands, quotes included.
    pub at: Extent,
}

/// What a manifest says of the project itself (`[project]`, `tool.poetry`, `setup.cfg` `[metadata]`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectTable {
    /// Where the table's header stands (`[project]`), or a place that stands for it.
    pub header: Extent,
    /// The name as written.
    pub name: Option<Value>,
    /// The version as written.
    pub version: Option<Value>,
    /// The Python versions, as PEP 440 specifiers (Poetry's constraint translated), and the place of the text.
    pub requires_python: Option<Value>,
    /// Fields listed in `dynamic`.
    pub dynamic: Vec<Value>,
    /// Trove classifiers.
    pub classifiers: Vec<Value>,
    /// Names of console and GUI scripts, and entry points: `group`, name, object.
    pub entry_points: Vec<(String, Value, Value)>,
    /// Whether it declares a package to be built (false for `package-mode = false`, `tool.uv.package = false`).
    pub is_package: bool,
}

/// A string with its place (quotes not included where the text maps byte for byte).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// What it says.
    pub text: String,
    /// Where.
    pub at: Extent,
}

/// The set that a requirement belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Installed with the project.
    Runtime,
    /// Installed on request by users (PEP 621 optional-dependencies).
    Extra(Name),
    /// Installed by developers (PEP 735 groups, Poetry groups, hatch environments, `requirements-dev.txt`).
    Dev(Name),
    /// Installed to build the project.
    Build,
    /// Not installed: restricts what is.
    Constraint,
}

/// As `inspect` names it: `runtime`, `extra:NAME`, `dev:NAME`, `build`, `constraint`.
impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime => f.write_str("runtime"),
            Self::Extra(name) => write!(f, "extra:{name}"),
            Self::Dev(name) => write!(f, "dev:{name}"),
            Self::Build => f.write_str("build"),
            Self::Constraint => f.write_str("constraint"),
        }
    }
}

/// A group's declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupHeader {
    /// Which.
    pub group: Group,
    /// Its name as written.
    pub written: String,
    /// Where the key stands.
    pub at: Extent,
    /// Where its list of requirements stands, brackets included, where it is a list.
    pub list: Option<Extent>,
}

/// What a manifest includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// What sort of include.
    pub kind: IncludeKind,
    /// The path or the group's name, as written.
    pub target: String,
    /// Where the target stands.
    pub at: Extent,
    /// The group that includes it (`Runtime` for a requirements file).
    pub group: Group,
}

/// Sorts of includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IncludeKind {
    /// `-r`, relative to the folder of the file that says it.
    Requirements,
    /// `-c`, likewise.
    Constraints,
    /// `include-group` of PEP 735, or of Poetry.
    Group,
    /// A file with requirements that `[tool.setuptools.dynamic]` names, relative to the project's root.
    Dynamic,
    /// A readme, relative to the project's root.
    Readme,
    /// A file from which the version is read, relative to the project's root.
    Version,
    /// A licence file (a path, not a glob), relative to the project's root.
    Licence,
}

/// An option of a requirements file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionLine {
    /// Its long name (`--index-url`).
    pub name: String,
    /// Its argument as written, empty without one.
    pub value: String,
    /// The option with its argument.
    pub at: Extent,
    /// The argument.
    pub value_at: Extent,
}

/// One declaration of a distribution that is needed.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The distribution; nothing for a path or URL that does not name it.
    pub name: Option<Name>,
    /// The declaration as written (continuation lines joined).
    pub raw: String,
    /// The declaration: within its quotes, without comment.
    pub at: Extent,
    /// What to delete so that it is gone: the literal with its comma, the line with its comment and end.
    pub item: Extent,
    /// The name.
    pub name_at: Extent,
    /// The extras asked for.
    pub extras: Vec<Extra>,
    /// The version part: `None` where any version will do.
    pub specifier: Option<Specifier>,
    /// The environment marker.
    pub marker: Option<MarkerText>,
    /// Where it comes from, if not from an index.
    pub origin: Origin,
    /// `-e` or `develop = true`.
    pub editable: bool,
    /// How many hashes are given.
    pub hashes: usize,
    /// The set it belongs to.
    pub group: Group,
    /// Whether the inner extents map byte for byte (no escapes, no continuation lines between): without it, no fix
    /// edits within.
    pub exact: bool,
}

impl Requirement {
    /// The normalised name, or the empty string.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", Name::as_str)
    }

    /// The one version that it asks for; see [`Specifier::pin`].
    pub fn pin(&self) -> Option<&str> {
        self.specifier.as_ref().and_then(Specifier::pin)
    }

    /// Its version part as written, or nothing.
    pub fn written_specifier(&self) -> &str {
        self.specifier.as_ref().map_or("", |specifier| specifier.written.as_str())
    }

    /// The versions it allows; all where it says nothing that is understood.
    pub fn versions(&self) -> Versions {
        self.specifier.as_ref().and_then(|s| s.versions.clone()).unwrap_or_else(Versions::all)
    }
}

/// An extra of a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// Normalised.
    pub name: Name,
    /// Where.
    pub at: Extent,
}

/// The version part of a requirement.
#[derive(Debug, Clone, PartialEq)]
pub struct Specifier {
    /// As written (`>=1,<2`, Poetry's `^1.2`).
    pub written: String,
    /// The same as PEP 440 specifiers; as written where it is that already.
    pub pep440: String,
    /// Where.
    pub at: Extent,
    /// What it allows; nothing where it could not be understood.
    pub versions: Option<Versions>,
}

impl Specifier {
    /// The one version that it allows, local versions of it aside: that of a lone `==` without `.*`, or `===`.
    pub fn pin(&self) -> Option<&str> {
        match clauses(&self.pep440)?.as_slice() {
            [only] if is_pin(only) => Some(only.version),
            _ => None,
        }
    }

    /// Its clauses with their places in the file, where it is written as PEP 440 has it.
    pub(crate) fn placed_clauses(&self) -> Vec<(Clause<'_>, Extent)> {
        let found = placed(&self.written).filter(|_| self.written.len() == self.at.len()).unwrap_or_default();
        found.into_iter().map(|(clause, at)| (clause, Extent::from(at).shift(self.at.range().start))).collect()
    }
}

fn is_pin(clause: &Clause<'_>) -> bool {
    matches!(clause.operator, Operator::Equal | Operator::Arbitrary) && !clause.wildcard
}

/// An environment marker.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkerText {
    /// As written.
    pub written: String,
    /// Where.
    pub at: Extent,
    /// What it says; nothing where it could not be understood.
    pub marker: Option<Marker>,
}

/// Where a distribution comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// An index.
    #[default]
    Index,
    /// A URL, also of a version-control system (`git+https://…`).
    Url(String, Extent),
    /// A path on this machine.
    Path(String, Extent),
    /// A member of the workspace, or an index that the manifest names for it alone.
    Named(String, Extent),
    /// A channel of conda, whose names are not those of an index of Python distributions.
    Conda,
}
