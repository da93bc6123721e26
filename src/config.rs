//! The configuration: `[tool.pyeco-lint]` in a pyproject.toml, or a pyeco-lint.toml with the same keys.
//!
//! [`read()`] takes a text and gives what it understood of it, each value with its place, and every fault at once;
//! [`Config::check`] compares names with the rules of the run, which are known only when the files that `extend-rules`
//! names were read. [`Settings::new`] joins the result with the command line.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::ops::Deref;

use crate::date::Date;
use crate::diagnostic::Problem;
use crate::knowledge::model::Severity;
use crate::name::Name;
use crate::select::{FailOn, Rules, Selector, SelectorError, nearest};
use crate::source::Extent;

pub mod glob;
mod read;
pub mod schema;
pub mod settings;

pub use glob::{NameGlobs, PathGlob, PathGlobs, relative};
pub use read::read;
pub use settings::{BasedPath, FileIgnore, OptionError, Overrides, Settings};

/// The rule for faults in a configuration.
const INVALID: &str = "invalid-configuration";
/// The rule for names of rules that do not exist.
const UNKNOWN_RULE: &str = "unknown-rule";
/// The rule for syntax errors.
const SYNTAX: &str = "invalid-syntax";

/// A value with its place in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands, quotes included.
    pub at: Extent,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Strings with their places.
pub type Strings = Vec<Spanned<String>>;

/// Which table of a TOML text is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `[tool.pyeco-lint]`, in a pyproject.toml. Its syntax errors are reported by the reader of manifests.
    PyprojectTool,
    /// The whole text, in a file of our own.
    Own,
}

/// What a configuration says. A key that is absent or faulty is `None` or empty.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Which rules run, instead of `default`.
    pub select: Option<Strings>,
    /// Which of them do not.
    pub ignore: Strings,
    /// Which rules run as well.
    pub extend_select: Strings,
    /// Which do not, as well.
    pub extend_ignore: Strings,
    /// From which severity on findings fail a run.
    pub fail_on: Option<Spanned<FailOn>>,
    /// Globs of paths that are not read, instead of [`DEFAULT_EXCLUDE`].
    pub exclude: Option<Strings>,
    /// Globs of further paths that are not read.
    pub extend_exclude: Strings,
    /// What is not reported in some files.
    pub per_file_ignores: Vec<PerFileIgnore>,
    /// What the project is, where it is not to be guessed.
    pub project_kind: Option<Spanned<ProjectKind>>,
    /// Python versions as PEP 440 specifiers, instead of requires-python.
    pub python: Option<Spanned<String>>,
    /// Modules that are the project's own.
    pub known_first_party: Strings,
    /// Globs of names that live on a private index.
    pub private_packages: Strings,
    /// Import name → the distributions that it may come from.
    pub module_map: Vec<(Spanned<String>, Vec<Name>)>,
    /// Rule → severity.
    pub severity: Vec<(Spanned<String>, Severity)>,
    /// Folders and files of further rules and facts, relative to the configuration.
    pub extend_rules: Strings,
    /// Distributions that are not to be used.
    pub banned: Vec<Ban>,
    /// Distributions in whose place another is to be used.
    pub preferred: Vec<Preference>,
    /// The path of a database of advisories (OSV), relative to the configuration.
    pub advisories: Option<Spanned<String>>,
    /// The path of a further index of names, relative to the configuration.
    pub index: Option<Spanned<String>>,
    /// The size in bytes above which a file is not read.
    pub max_file_size: Option<Spanned<u64>>,
    /// The path of the baseline, relative to the configuration.
    pub baseline: Option<Spanned<String>>,
    /// The name of the output format.
    pub output_format: Option<Spanned<String>>,
    /// Findings that are not reported.
    pub ignores: Vec<ConfigIgnore>,
}

/// What is not reported in the files that a glob names.
#[derive(Debug, Clone)]
pub struct PerFileIgnore {
    /// The glob as written.
    pub written: Spanned<String>,
    /// The files, relative to the configuration.
    pub files: PathGlob,
    /// Selectors.
    pub selectors: Strings,
}

/// An entry of `ignores`.
#[derive(Debug, Clone)]
pub struct ConfigIgnore {
    /// The entry, or the header of its table.
    pub at: Extent,
    /// Rules, perhaps narrowed. Not empty.
    pub rules: Strings,
    /// The distribution that the finding must be about.
    pub package: Option<Name>,
    /// The files that the finding must be in, relative to the configuration.
    pub path: Option<PathGlob>,
    /// Why; empty without a reason.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Spanned<Date>>,
}

/// A distribution that is not to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Which.
    pub name: Spanned<Name>,
    /// Why; empty without a reason.
    pub reason: String,
    /// What to use instead, as requirements.
    pub replacements: Vec<String>,
}

/// A distribution in whose place another is to be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Which.
    pub name: Spanned<Name>,
    /// What to use instead, as requirements. Not empty.
    pub replacements: Vec<String>,
    /// Why; empty without a reason.
    pub reason: String,
}

/// What a project is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectKind {
    /// Installed by itself: a service, a command.
    Application,
    /// Installed beside others, with whatever versions they need.
    Library,
    /// Single files, with their requirements in them if at all (PEP 723).
    Scripts,
}

impl ProjectKind {
    /// Every value with its name in the configuration and in `inspect`.
    pub const ALL: &[(&str, Self)] =
        &[("application", Self::Application), ("library", Self::Library), ("scripts", Self::Scripts)];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Severities by the names that the configuration uses.
pub const SEVERITIES: &[(&str, Severity)] =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("advice", Severity::Advice)];

/// A key of the configuration.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes, in words that follow "takes".
    pub takes: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    /// The form of its value.
    pub form: Form,
}

/// The form of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A list of selectors of rules.
    Selectors,
    /// A list of texts.
    Texts,
    /// A text.
    Text,
    /// One of these.
    Choice(&'static [&'static str]),
    /// The name of an output format.
    OutputFormat,
    /// A number of bytes.
    Size,
    /// A table of lists of selectors.
    SelectorsByGlob,
    /// A table of texts or lists of them.
    TextsByName,
    /// A table of severities, by rule.
    SeverityByRule,
    /// A table of reasons, or of tables with `reason` and `use`.
    Banned,
    /// A table of texts or lists of them, or of tables with `reason` and `use`.
    Preferred,
    /// A list of tables with `rule`, `package`, `path`, `reason`, `until`.
    Ignores,
}

const SELECTORS: &str = "a list of rules, categories, `default` or `all`";

/// Every key of the configuration.
pub const KEYS: &[Key] = &[
    Key { name: "select", takes: SELECTORS, about: "the rules that run, instead of `default`", form: Form::Selectors },
    Key { name: "ignore", takes: SELECTORS, about: "the rules that do not run", form: Form::Selectors },
    Key {
        name: "extend-select",
        takes: SELECTORS,
        about: "rules that run beside those of `select`",
        form: Form::Selectors,
    },
    Key {
        name: "extend-ignore",
        takes: SELECTORS,
        about: "rules that do not run, beside those of `ignore`",
        form: Form::Selectors,
    },
    Key {
        name: "fail-on",
        takes: "`error`, `warning`, `advice` or `never`",
        about: "the severity from which on findings fail a run",
        form: Form::Choice(&["error", "warning", "advice", "never"]),
    },
    Key {
        name: "exclude",
        takes: "a list of globs",
        about: "paths that are not read, instead of the usual ones",
        form: Form::Texts,
    },
    Key {
        name: "extend-exclude",
        takes: "a list of globs",
        about: "further paths that are not read",
        form: Form::Texts,
    },
    Key {
        name: "per-file-ignores",
        takes: "a table of globs and lists of rules",
        about: "the rules that do not run in some files",
        form: Form::SelectorsByGlob,
    },
    Key {
        name: "project-kind",
        takes: "`application`, `library` or `scripts`",
        about: "what the project is",
        form: Form::Choice(&["application", "library", "scripts"]),
    },
    Key {
        name: "python",
        takes: "version specifiers such as `>=3.10`",
        about: "the Python versions that the project supports, instead of requires-python",
        form: Form::Text,
    },
    Key {
        name: "known-first-party",
        takes: "a list of modules",
        about: "modules that are the project's own",
        form: Form::Texts,
    },
    Key {
        name: "private-packages",
        takes: "a list of globs of names",
        about: "packages that live on a private index",
        form: Form::Texts,
    },
    Key {
        name: "module-map",
        takes: "a table of modules and packages",
        about: "the packages that modules come from",
        form: Form::TextsByName,
    },
    Key {
        name: "severity",
        takes: "a table of rules and severities",
        about: "how bad the findings of rules are",
        form: Form::SeverityByRule,
    },
    Key {
        name: "extend-rules",
        takes: "a list of paths",
        about: "folders or files of further rules and facts",
        form: Form::Texts,
    },
    Key {
        name: "banned",
        takes: "a table of packages and reasons",
        about: "packages that are not to be used",
        form: Form::Banned,
    },
    Key {
        name: "preferred",
        takes: "a table of packages and what to use instead",
        about: "packages in whose place others are to be used",
        form: Form::Preferred,
    },
    Key { name: "advisories", takes: "a path", about: "a database of advisories (OSV)", form: Form::Text },
    Key { name: "index", takes: "a path", about: "a further index of package names", form: Form::Text },
    Key {
        name: "max-file-size",
        takes: "a number of bytes",
        about: "the size above which a file is not read",
        form: Form::Size,
    },
    Key { name: "baseline", takes: "a path", about: "the file of findings that are known already", form: Form::Text },
    Key {
        name: "output-format",
        takes: "the name of a format",
        about: "how findings are printed",
        form: Form::OutputFormat,
    },
    Key { name: "ignores", takes: "a list of tables", about: "findings that are not reported", form: Form::Ignores },
];

/// Globs of what is not read, unless `exclude` says otherwise.
pub const DEFAULT_EXCLUDE: &[&str] = &[
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".riot",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "buck-out",
    "node_modules",
    "site-packages",
    "venv",
];

/// The names that a configuration may use.
#[derive(Debug, Clone, Copy)]
pub struct Known<'k> {
    /// The rules, those of `extend-rules` included.
    pub rules: &'k Rules<'k>,
    /// The names of the output formats.
    pub formats: &'k [&'k str],
}

impl Config {
    /// The faults that only show against the names that exist: unknown rules, categories and formats.
    pub fn check(&self, known: &Known<'_>) -> Vec<Problem> {
        let selectors =
            [&self.ignore, &self.extend_select, &self.extend_ignore].into_iter().chain(&self.select).flatten();
        let selectors = selectors.chain(self.per_file_ignores.iter().flat_map(|entry| &entry.selectors));
        let selectors = selectors.map(|written| (written, Selector::parse(written, known.rules).err()));
        let ignored = self.ignores.iter().flat_map(|entry| &entry.rules);
        let ignored = ignored.map(|written| (written, Selector::parse_rule(written, known.rules).err()));
        let severities = self.severity.iter().map(|(name, _)| {
            let error = known.rules.get(name).is_none().then(|| SelectorError {
                message: format!("there is no rule `{}`", **name),
                suggestion: known.rules.nearest(name).map(str::to_owned),
            });
            (name, error)
        });
        let errors = selectors.chain(ignored).chain(severities);
        let mut problems: Vec<_> = errors.filter_map(|(written, error)| Some(unknown(written, error?))).collect();
        if let Some(format) = &self.output_format
            && !known.formats.contains(&format.as_str())
        {
            let names: Vec<_> = known.formats.iter().map(|name| format!("`{name}`")).collect();
            let problem = Problem::new(INVALID, format.at, format!("there is no output format `{}`", **format));
            problems.push(match nearest(format, known.formats.iter().copied()) {
                Some(name) => suggest(problem, name),
                None => problem.help(format!("the formats are {}", names.join(", "))),
            });
        }
        problems.sort_by_key(|problem| problem.at);
        problems
    }

    /// The severity that the user gives to a rule.
    pub fn severity_of(&self, rule: &str) -> Option<Severity> {
        self.severity.iter().find(|(name, _)| **name == rule).map(|(_, severity)| *severity)
    }
}

fn unknown(written: &Spanned<String>, error: SelectorError) -> Problem {
    let problem = Problem::new(UNKNOWN_RULE, written.at, error.message);
    match error.suggestion {
        Some(suggestion) => suggest(problem, &suggestion),
        None => problem,
    }
}

fn suggest(problem: Problem, name: &str) -> Problem {
    problem.help(format!("did you mean `{name}`?"))
}
