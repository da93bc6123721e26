//! Evidence of tools: which programs a project shows that it uses, and where.
//!
//! Whatever runs tools (continuous integration, hooks, task runners, container files) is read for command lines and
//! names alone, by a reader a format. A reader never fails and never reports: a file that it cannot read makes what is
//! absent "cannot tell" ([`Seen::opaque`]).
//!
//! To add a format, write `evidence/<format>.rs` and add a line to [`FORMATS`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use crate::manifest::Setting;
use crate::path;
use crate::source::{Extent, FileId};

pub mod azure;
mod calls;
pub mod circleci;
pub mod command;
pub mod deploy;
pub mod docker;
pub mod github;
pub mod gitlab;
pub mod image;
pub mod jenkins;
pub mod just;
pub mod make;
pub mod nox;
pub mod pre_commit;
pub mod services;
pub mod settings;
pub mod shell;
pub mod taskfile;
pub mod tox;
mod tree;
pub mod updates;
pub mod version;

/// How one sort of file is read.
#[derive(Debug)]
pub struct Format {
    /// Its name in notes ("pre-commit hooks", "GitHub workflow").
    pub name: &'static str,
    /// Whether a file of this name (the last part of a path) and path (relative to the folder that it speaks for, with
    /// `/`) is of it.
    pub matches: fn(name: &str, path: &str) -> bool,
    /// Reads a text.
    pub read: fn(text: &str) -> Seen,
}

/// Every format, in the order in which they are asked.
pub const FORMATS: &[Format] = &[
    pre_commit::PRE_COMMIT,
    pre_commit::PREK,
    pre_commit::LEFTHOOK,
    github::WORKFLOW,
    github::ACTION,
    updates::DEPENDABOT,
    updates::RENOVATE,
    gitlab::FORMAT,
    azure::FORMAT,
    circleci::FORMAT,
    jenkins::FORMAT,
    services::TRAVIS,
    services::APPVEYOR,
    services::BITBUCKET,
    services::CODEBUILD,
    services::CLOUDBUILD,
    services::DRONE,
    services::CIRRUS,
    services::READTHEDOCS,
    tox::INI,
    tox::TOML,
    settings::SETUP_CFG,
    settings::INI,
    settings::RUFF,
    settings::PYRIGHT,
    nox::NOX,
    nox::INVOKE,
    make::FORMAT,
    just::FORMAT,
    taskfile::FORMAT,
    docker::FORMAT,
    shell::FORMAT,
    deploy::SERVERLESS,
    deploy::SAM,
    deploy::CDK,
    deploy::COMPOSE,
    deploy::PROCFILE,
];

/// The formats of the file at `path`: none where it is no evidence, several for a file of several tools.
pub fn formats_of(path: &str) -> impl Iterator<Item = &'static Format> {
    let name = path::name(path);
    FORMATS.iter().filter(move |format| (format.matches)(name, path))
}

/// The format of a file at `path` that the evidence file at `from` runs or includes, whatever it is called: a part of
/// the same configuration, or a script.
pub fn format_of_followed(from: &str, path: &str) -> Option<&'static Format> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let is_yaml = matches!(extension, Some("yml" | "yaml"));
    if is_yaml {
        formats_of(from).next()
    } else if !name.contains('.') {
        Some(&shell::FORMAT)
    } else {
        None
    }
}

/// What one text shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// What was seen, in the order in which it was read, mostly that of the text.
    pub traces: Vec<Trace>,
    /// Python versions that the file names (`python-version: ["3.9", "3.13"]`, `FROM python:3.12`, `envlist = py39`).
    pub pythons: Vec<(String, Extent)>,
    /// Tools may come from a place that cannot be read from here: why, in a few words ("a reusable workflow of
    /// another repository"), and where.
    pub opaque: Vec<(String, Extent)>,
    /// Paths of local scripts and files that the text runs or includes, as written (`./scripts/lint.sh`), to be read
    /// as well.
    pub follows: Vec<(String, Extent)>,
    /// What a tool's own configuration sets: `tool.ruff.target-version` also for a `ruff.toml`, `mypy.python_version` for
    /// an INI file, `pyright.pythonVersion`, `hook.pyupgrade.args` for the arguments of a hook; at its
    /// identifier `hook.pyupgrade.repo` for where it comes from, and `files`, `exclude` and `stages` where it has them. An item each of an array.
    pub settings: Vec<Setting>,
}

impl Seen {
    /// Adds a trace; an empty one is passed over.
    pub fn trace(&mut self, kind: TraceKind, text: &str, at: Extent) {
        if !text.is_empty() {
            self.traces.push(Trace { kind, text: text.to_owned(), at });
        }
    }
}

/// A sign of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What the sign is.
    pub kind: TraceKind,
    /// The sign itself; see [`TraceKind`].
    pub text: String,
    /// Where.
    pub at: Extent,
}

/// Sorts of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceKind {
    /// A command that is run, as words joined by single blanks, the program first and without its path or launcher
    /// (`ruff check src`, also for `uvx ruff check src` and `python -m ruff check src`).
    Command,
    /// A distribution that a command installs (`pip install ruff`, `uv tool install`), as written (PEP 508).
    Install,
    /// The identifier of a pre-commit hook.
    Hook,
    /// `owner/name` of a repository: of pre-commit hooks, or of a GitHub action (`actions/checkout`,
    /// `github/codeql-action/init`), without its revision.
    Repository,
    /// A revision of a repository of hooks: `owner/name@revision`, at the place of the revision.
    Revision,
    /// A container image without its tag.
    Image,
    /// A table or section (`testenv:lint`, `tool:pytest`).
    Table,
    /// An ecosystem that an update service watches (`pip`, `uv`, `docker`).
    Ecosystem,
}

/// A file that was read for evidence.
#[derive(Debug)]
pub struct EvidenceFile {
    /// Its number.
    pub file: FileId,
    /// Its path relative to the working directory, with `/`.
    pub path: String,
    /// The name of its format.
    pub format: &'static str,
    /// What was seen.
    pub seen: Seen,
}

/// What the tests of all formats need.
#[cfg(test)]
mod testing {
    use super::Seen;

    /// All that was seen, one line each, by sort. Checks that every place lies in the text.
    pub(super) fn shown(seen: &Seen, text: &str) -> Vec<String> {
        let traces = seen.traces.iter().map(|trace| (format!("{:?}:{}", trace.kind, trace.text), trace.at));
        let named = |sort: &'static str| move |(text, at): &(String, _)| (format!("{sort}:{text}"), *at);
        let pythons = seen.pythons.iter().map(named("python"));
        let opaque = seen.opaque.iter().map(named("opaque"));
        let follows = seen.follows.iter().map(named("follows"));
        let all = traces.chain(pythons).chain(opaque).chain(follows);
        all.map(|(line, at)| {
            assert!(at.start <= at.end && text.get(at.range()).is_some(), "{line} at {at:?}");
            line
        })
        .collect()
    }
}
