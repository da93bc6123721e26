//! Which distributions a project can count on, and who says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::TraceKind;
use crate::knowledge::modules::Modules;
use crate::manifest::{Group, IncludeKind, Manifest, Origin};
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

/// What hatch installs for tests: <https://hatch.pypa.io/latest/config/internal/testing/>.
const HATCH_TEST: &[&str] =
    &["coverage", "pytest", "pytest-mock", "pytest-randomly", "pytest-rerunfailures", "pytest-xdist"];

/// What anything in a workspace installs.
#[derive(Debug, Default)]
pub struct Everything<'a> {
    names: BTreeSet<&'a str>,
    /// Names that no requirement holds: of commands, and of URLs without one.
    others: BTreeSet<String>,
    /// The words of the names of distributions whose modules are not known.
    unknown: BTreeSet<String>,
}

impl<'a> Everything<'a> {
    /// What the projects of a workspace, their environments and their commands install.
    pub fn of(workspace: &'a Workspace, modules: &Modules<'_>) -> Self {
        let mut all = Self::default();
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        let readings = workspace.projects.iter().flat_map(Project::everything).chain(&workspace.context);
        for requirement in readings.flat_map(|manifest| &manifest.reading.requirements) {
            match (&requirement.origin, requirement.name()) {
                // What lies at a URL is often called as its last part.
                (Origin::Url(url, _) | Origin::Path(url, _), "") => {
                    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                    let end = last.find(['@', '#', '?']).unwrap_or(last.len());
                    let name = last.get(..end).unwrap_or_default().trim_end_matches(".git");
                    unknown.insert(Name::new(name).as_str().to_owned());
                }
                (_, name) => {
                    all.names.insert(name);
                }
            }
        }
        for evidence in &workspace.evidence {
            for trace in evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Install) {
                let end = trace.text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
                let name = trace.text.get(..end.unwrap_or(trace.text.len())).unwrap_or_default();
                all.others.insert(Name::new(name).as_str().to_owned());
            }
        }
        // The environment in which `hatch test` runs has these by itself.
        let is_hatch = |m: &Manifest| m.format == "hatch" || has_table(m, "tool.hatch.envs");
        if workspace.projects.iter().flat_map(Project::everything).chain(&workspace.context).any(is_hatch) {
            all.others.extend(HATCH_TEST.iter().map(|name| (*name).to_owned()));
        }
        let unheard = all.names.iter().filter(|name| !name.is_empty() && modules.of(name).is_none());
        let names = unknown.iter().map(String::as_str).chain(unheard.copied());
        all.unknown = names.flat_map(words).map(str::to_owned).collect();
        all
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.others.contains(name)
    }
}

/// What is within reach of one project, or of one script.
#[derive(Debug)]
pub struct Reach<'a> {
    names: BTreeMap<&'a str, Reached>,
    everything: Option<&'a Everything<'a>>,
    /// The words of the names of distributions whose modules are not known, of a script.
    unknown: BTreeSet<String>,
    /// Whether a part of what is declared was not understood.
    pub is_partial: bool,
    /// Whether something says what the program needs: a list that is meant to be whole.
    pub has_list: bool,
}

impl<'a> Reach<'a> {
    /// That of the project at a place of the workspace.
    pub fn of(workspace: &'a Workspace, at: usize, everything: &'a Everything<'a>) -> Self {
        let mut reach = Self {
            names: BTreeMap::new(),
            everything: Some(everything),
            unknown: BTreeSet::new(),
            is_partial: false,
            has_list: false,
        };
        let Some(project) = workspace.projects.get(at) else { return reach };
        reach.has_list = has_runtime_list(project);
        let outer = std::iter::successors(project.outer, |at| workspace.projects.get(*at)?.outer);
        let outer = outer.take(workspace.projects.len()).filter_map(|at| workspace.projects.get(at));
        for own in std::iter::once(project).chain(outer) {
            reach.is_partial |= own.is_partial() || has_lost_include(own) || is_computed(own);
            let commands: BTreeSet<Name> = commands(own).collect();
            for (_, requirement) in own.requirements() {
                let reached = match &requirement.group {
                    Group::Constraint => Reached::Elsewhere,
                    // What a command of the project needs is for who runs it, whatever it is called.
                    Group::Extra(name) if commands.contains(name) => Reached::Declared,
                    group if role::is_for_developers(group) => Reached::ByDevelopers,
                    _ => Reached::Declared,
                };
                reach.add(requirement.name(), reached);
            }
            // What an image gets is there where the program runs.
            for image in own.environments.iter().filter(|manifest| manifest.format == "dockerfile") {
                image.reading.requirements.iter().for_each(|r| reach.add(r.name(), Reached::Declared));
            }
        }
        reach
    }

    /// That of a script with a block of its own (PEP 723): nothing else is installed for it.
    pub fn of_script(block: &'a Manifest, modules: &Modules<'_>) -> Self {
        let mut reach = Self {
            names: BTreeMap::new(),
            everything: None,
            unknown: BTreeSet::new(),
            is_partial: block.reading.partial,
            has_list: true,
        };
        block.reading.requirements.iter().for_each(|requirement| reach.add(requirement.name(), Reached::Declared));
        let unknown = reach.names.keys().filter(|name| modules.of(name).is_none());
        reach.unknown = unknown.flat_map(|name| words(name)).map(str::to_owned).collect();
        reach
    }

    fn add(&mut self, name: &'a str, reached: Reached) {
        if !name.is_empty() {
            let known = self.names.entry(name).or_insert(reached);
            *known = reached.max(*known);
        }
    }

    /// How the distribution `name` (normalised) comes to be there, where it does.
    pub fn of_name(&self, name: &str) -> Option<Reached> {
        let elsewhere = || self.everything.is_some_and(|all| all.has(name)).then_some(Reached::Elsewhere);
        self.names.get(name).copied().or_else(elsewhere)
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
            let name = Name::new(module);
            let (name, reached) = self.names.get_key_value(name.as_str())?;
            (*reached >= Reached::ByDevelopers).then_some(*name)
        })
    }

    /// Whether something that is declared, whose modules are not known, may have the module of the distribution `name` by the
    /// sound of it: a fork, another form, an own build.
    pub fn resembles(&self, dotted: &str, name: &str) -> bool {
        let own = Name::new(dotted);
        let unknown = self.everything.map_or(&self.unknown, |all| &all.unknown);
        !unknown.is_empty() && words(own.as_str()).chain(words(name)).any(|word| unknown.contains(word))
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

/// The names of the commands that a project installs.
fn commands(project: &Project) -> impl Iterator<Item = Name> {
    let points = project.manifests.iter().filter_map(|manifest| manifest.reading.project.as_ref());
    points.flat_map(|project| &project.entry_points).map(|(_, name, _)| Name::new(&name.text))
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
