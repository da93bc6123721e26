//! Which distributions a project can count on, and who says so.

use std::collections::BTreeMap;

use crate::evidence::TraceKind;
use crate::knowledge::dependencies;
use crate::knowledge::modules::Modules;
use crate::manifest::{Group, IncludeKind, Manifest};
use crate::name::Name;
use crate::project::{IncludeTarget, Project, Workspace, role};

/// How a distribution comes to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Something installs it, and it is not said for what: a command, an environment of a tool, another project of the
    /// workspace, a list of constraints.
    Elsewhere,
    /// The project declares it, or one that it lies in, for its developers alone.
    ByDevelopers,
    /// The project declares it, or one that it lies in, for whoever installs or builds it.
    Declared,
}

/// Frameworks whose extensions build on each other.
const FRAMEWORKS: &[&str] = &["django-", "flask-", "pytest-", "sphinx-", "mkdocs-"];

/// What hatch installs for tests: <https://hatch.pypa.io/latest/config/internal/testing/>.
const HATCH_TEST: &[&str] =
    &["coverage", "pytest", "pytest-mock", "pytest-randomly", "pytest-rerunfailures", "pytest-xdist"];

/// What is within reach of one project.
#[derive(Debug, Default)]
pub struct Reach<'a> {
    names: BTreeMap<&'a str, Reached>,
    /// Names in [`Self::names`] that no requirement holds: of commands.
    commands: BTreeMap<String, Reached>,
    /// Names of distributions whose modules are not known.
    unknown: Vec<String>,
    /// Whether a part of what is declared was not understood.
    pub is_partial: bool,
    /// Whether something says what the program needs: a list that is meant to be whole.
    pub has_list: bool,
}

impl<'a> Reach<'a> {
    /// That of the project at a place of the workspace.
    pub fn of(workspace: &'a Workspace, at: usize, modules: &Modules<'_>) -> Self {
        let mut reach = Self::default();
        let Some(project) = workspace.projects.get(at) else { return reach };
        reach.has_list = has_runtime_list(project);
        let outer = std::iter::successors(project.outer, |at| workspace.projects.get(*at)?.outer);
        let outer: Vec<usize> = outer.take(workspace.projects.len()).collect();
        for (place, other) in workspace.projects.iter().enumerate() {
            let is_own = place == at || outer.contains(&place);
            reach.is_partial |= is_own && (other.is_partial() || has_lost_include(other) || is_computed(other));
            for (_, requirement) in other.requirements() {
                let reached = match &requirement.group {
                    _ if !is_own => Reached::Elsewhere,
                    Group::Constraint => Reached::Elsewhere,
                    group if role::is_for_developers(group) => Reached::ByDevelopers,
                    _ => Reached::Declared,
                };
                reach.add(requirement.name(), reached);
            }
            // The environment in which `hatch test` runs has these by itself.
            let is_hatch = |m: &Manifest| m.format == "hatch" || has_table(m, "tool.hatch.envs");
            if other.everything().any(is_hatch) {
                for name in HATCH_TEST {
                    reach.add(name, Reached::Elsewhere);
                }
            }
            for environment in &other.environments {
                // What an image gets is there where the program runs.
                let is_image = is_own && environment.format == "dockerfile";
                let reached = if is_image { Reached::Declared } else { Reached::Elsewhere };
                environment.reading.requirements.iter().for_each(|r| reach.add(r.name(), reached));
            }
        }
        for manifest in &workspace.context {
            manifest.reading.requirements.iter().for_each(|r| reach.add(r.name(), Reached::Elsewhere));
        }
        for evidence in &workspace.evidence {
            for trace in evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Install) {
                let end = trace.text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
                let name = trace.text.get(..end.unwrap_or(trace.text.len())).unwrap_or_default();
                reach.commands.insert(Name::new(name).as_str().to_owned(), Reached::Elsewhere);
            }
        }
        reach.learn(modules);
        reach
    }

    /// That of a script with a block of its own (PEP 723): nothing else is installed for it.
    pub fn of_script(block: &'a Manifest, modules: &Modules<'_>) -> Self {
        let mut reach = Self { is_partial: block.reading.partial, has_list: true, ..Self::default() };
        block.reading.requirements.iter().for_each(|requirement| reach.add(requirement.name(), Reached::Declared));
        reach.learn(modules);
        reach
    }

    /// Notes which of the names are not known to the tables.
    fn learn(&mut self, modules: &Modules<'_>) {
        self.unknown = self.names.keys().filter(|name| modules.of(name).is_none()).map(|n| (*n).to_owned()).collect();
    }

    fn add(&mut self, name: &'a str, reached: Reached) {
        if !name.is_empty() {
            let known = self.names.entry(name).or_insert(reached);
            *known = reached.max(*known);
        }
    }

    /// How the distribution `name` (normalised) comes to be there, where it does.
    pub fn of_name(&self, name: &str) -> Option<Reached> {
        self.names.get(name).or_else(|| self.commands.get(name)).copied()
    }

    /// Whether the project declares the distribution `name` (normalised), be it for its developers.
    pub fn declares(&self, name: &str) -> bool {
        self.of_name(name) >= Some(Reached::ByDevelopers)
    }

    /// The declared distribution that is called as the dotted module is, or as its beginning (`acme.core` for
    /// `acme-core`, with `acme`).
    pub fn namesake(&self, dotted: &str) -> Option<&'a str> {
        let prefixes = std::iter::successors(Some(dotted), |at| at.rsplit_once('.').map(|(parent, _)| parent));
        prefixes.into_iter().find_map(|module| {
            let name = Name::new(&module.replace('.', "-"));
            let (name, reached) = self.names.get_key_value(name.as_str())?;
            (*reached >= Reached::ByDevelopers).then_some(*name)
        })
    }

    /// Whether something that is declared, whose modules are not known, may have the module of the distribution `name` by the
    /// sound of it: a fork, another form, an own build.
    pub fn resembles(&self, dotted: &str, name: &str) -> bool {
        let own = Name::new(&dotted.replace('.', "-"));
        let words: Vec<&str> = words(own.as_str()).chain(words(name)).collect();
        // What extends the same framework may bring it, where it is not known what it brings.
        let family = FRAMEWORKS.iter().find(|family| name.starts_with(**family));
        let is_kin = |other: &str| {
            family.is_some_and(|family| other.starts_with(*family)) && dependencies::requires(other).is_none()
        };
        self.unknown.iter().any(|other| self::words(other).any(|word| words.contains(&word)))
            || self.names.keys().any(|other| is_kin(other))
    }
}

/// The words of a normalised name that tell something.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let says_nothing = |word: &str| {
        word.len() < 3
            || matches!(
                word,
                "api"
                    | "aws"
                    | "azure"
                    | "client"
                    | "cloud"
                    | "common"
                    | "core"
                    | "django"
                    | "flask"
                    | "google"
                    | "lib"
                    | "plugin"
                    | "pytest"
                    | "python"
                    | "sdk"
                    | "service"
                    | "tools"
                    | "types"
                    | "utils"
            )
    };
    name.split('-').filter(move |word| !says_nothing(word))
}

/// Whether a project says what it needs to run: a list that is meant to be whole.
fn has_runtime_list(project: &Project) -> bool {
    project.requirements().any(|(_, requirement)| requirement.group == Group::Runtime)
        || project.manifests.iter().any(|manifest| {
            manifest.format == "pyproject"
                && (has_table(manifest, "project") || has_table(manifest, "tool.poetry.dependencies"))
        })
}

fn has_table(manifest: &Manifest, table: &str) -> bool {
    manifest.reading.tables.iter().any(|(name, _)| name == table)
}

/// Whether a list that a manifest includes could not be read.
fn has_lost_include(project: &Project) -> bool {
    project.includes.iter().any(|resolved| {
        let is_lost = matches!(resolved.target, IncludeTarget::CannotTell | IncludeTarget::Missing(_));
        let kind = project.include(resolved).map(|(_, include)| include.kind);
        is_lost && kind.is_some_and(|kind| kind == IncludeKind::Group || kind.is_requirements())
    })
}

/// Whether a hook of the build back-end gives the requirements: `dynamic` lists them, and nothing that is read has them.
fn is_computed(project: &Project) -> bool {
    let lists = |m: &Manifest| {
        let dynamic = m.reading.project.iter().flat_map(|project| &project.dynamic);
        dynamic.into_iter().any(|field| matches!(field.text.as_str(), "dependencies" | "optional-dependencies"))
    };
    let gives = |m: &Manifest| {
        matches!(m.format, "setup.py" | "setup.cfg") && !m.reading.requirements.is_empty()
            || has_table(m, "tool.setuptools.dynamic")
            || has_table(m, "tool.poetry.dependencies")
    };
    project.manifests.iter().any(lists) && !project.manifests.iter().any(gives)
}
