//! How a distribution is used otherwise than by an import: as a plug-in, a command, a driver, in a setting, through another
//! library.
//!
//! Everything here errs on the side of "used": where a name occurs, somebody had a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::knowledge::Knowledge;
use crate::manifest::{Group, Manifest};
use crate::name::Name;
use crate::path;
use crate::project::tools::{Sign, SignKind};
use crate::project::words::Words;
use crate::project::{Project, Workspace, load, role};
use crate::python::stdlib;
use crate::source::{Extent, Span};

mod facts;

use facts::{Basis, Loader};

/// A use that is no import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherUse {
    /// What sort of use.
    pub way: Way,
    /// The use in a few words, after "it is": `a plug-in of pytest`, `run by a GitHub workflow`.
    pub how: String,
    /// Where that shows, where it is a place.
    pub at: Option<Span>,
}

/// Sorts of uses, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// It is of a sort that nothing imports (a plug-in, stubs, a server, a driver, a program).
    Known,
    /// A module with nearly its name is imported, which may be its own.
    Alike,
    /// A library of the project loads it by itself, or brings it with an extra; or another project of the workspace, one
    /// that this one builds on or that builds on this one, imports it.
    Loaded,
    /// A distribution that the project requires when it runs needs it as well: it is listed to hold its version, or by an
    /// oversight.
    Needed,
    /// A command of the project runs it.
    Command,
    /// A setting, a table or an entry point names it.
    Configured,
    /// A text of the project names it.
    Mentioned,
}

/// In so many projects is looked for who builds on whom.
const MOST_PROJECTS: usize = 60;

/// What stands around the requirements of one project.
#[derive(Debug)]
pub struct Surroundings<'a> {
    workspace: &'a Workspace,
    project: &'a Project,
    /// Distributions that are declared, or imported by a module of theirs: where that is first said, and whether they are
    /// there at run time.
    at_hand: BTreeMap<String, (Span, bool)>,
}

impl<'a> Surroundings<'a> {
    /// Those of `project`.
    pub fn new(workspace: &'a Workspace, project: &'a Project, knowledge: &Knowledge) -> Self {
        let mut at_hand: BTreeMap<String, (Span, bool)> = BTreeMap::new();
        for (manifest, requirement) in project.every_requirement() {
            let runs = match &requirement.group {
                Group::Constraint => continue,
                Group::Build => false,
                group => !role::is_for_developers(group),
            };
            let at = manifest.file.span(requirement.name_at);
            at_hand.entry(requirement.name().to_owned()).or_insert((at, runs)).1 |= runs;
        }
        for (module, at) in &project.imported {
            at_hand.entry(Name::new(module).as_str().to_owned()).or_insert((*at, false));
        }
        for package in knowledge.packages_about(project.imported.keys().map(String::as_str)) {
            let used = package.imports.iter().find_map(|module| project.imported.get(module.as_str()));
            if let Some(at) = used {
                at_hand.entry(package.name.clone()).or_insert((*at, false));
            }
        }
        Self { workspace, project, at_hand }
    }
}

/// How the distribution `name` (normalised), whose modules are `modules`, is used otherwise than by an import; nothing
/// where nothing shows it. What the project's texts mention is known only after
/// [`look_for`](crate::project::load::mentions::look_for).
pub fn other_use(around: &Surroundings<'_>, name: &str, modules: &[&str]) -> Option<OtherUse> {
    let words = Words::new(modules.iter().copied().chain([name]).chain(name.strip_suffix("-cli")));
    known(name)
        .or_else(|| around.alike(name))
        .or_else(|| around.loaded(name))
        .or_else(|| around.shared(modules))
        .or_else(|| around.needed(name))
        .or_else(|| around.run(&words))
        .or_else(|| around.configured(&words))
        .or_else(|| around.mentioned(name, modules))
}

/// Whether one of the `extras` of the distribution `parent` brings `child`, or may do so. All names are normalised.
pub fn is_of_extras(parent: &str, extras: &[&str], child: &str) -> bool {
    facts::loaders(child).filter(|loader| loader.library == parent).any(|loader| match loader.basis {
        Basis::Extra(Some(extra)) => extras.contains(&extra),
        Basis::Extra(None) => !extras.is_empty(),
        Basis::Known | Basis::Needs => false,
    })
}

/// Whether the distribution `parent` (a normalised name) requires `child`, by its metadata.
pub fn is_needed_by(parent: &str, child: &str) -> bool {
    facts::loaders(child).any(|loader| loader.basis == Basis::Needs && loader.library == parent)
}

/// The words under which a project may name a distribution: what
/// [`look_for`](crate::project::load::mentions::look_for) takes.
pub fn words(name: &str, modules: &[&str]) -> BTreeSet<String> {
    // `acme-cli` installs the command `acme`.
    modules
        .iter()
        .copied()
        .chain([name])
        .chain(name.strip_suffix("-cli"))
        .map(|word| Name::new(word).as_str().to_owned())
        .collect()
}

fn known(name: &str) -> Option<OtherUse> {
    facts::alone(name).map(|how| OtherUse { way: Way::Known, how: how.to_owned(), at: None })
}

impl Surroundings<'_> {
    /// By an import of a module that is called nearly as the distribution: tables of modules have gaps.
    fn alike(&self, name: &str) -> Option<OtherUse> {
        let core = core(name);
        let mut imported = self.project.imported.iter().filter(|(module, _)| stdlib::lifetime(module).is_none());
        let (module, at) = imported.find(|(module, _)| self::core(module) == core)?;
        Some(OtherUse { way: Way::Alike, how: format!("perhaps imported as `{module}`"), at: Some(*at) })
    }

    /// By an import in a project of the workspace that this one builds on, or that builds on this one: what is installed
    /// with one is there for the other.
    fn shared(&self, modules: &[&str]) -> Option<OtherUse> {
        let projects = &self.workspace.projects;
        if projects.len() > MOST_PROJECTS {
            return None;
        }
        let own = projects.iter().position(|project| std::ptr::eq(project, self.project))?;
        let mut met: BTreeSet<usize> = BTreeSet::from([own]);
        let mut open = vec![own];
        while let Some(at) = open.pop() {
            let Some(from) = projects.get(at) else { continue };
            for (index, other) in projects.iter().enumerate() {
                // Those that build on this one count alone, not what they build on beside it.
                let is_near = builds_on(from, other) || at == own && builds_on(other, from);
                if !is_near || !met.insert(index) {
                    continue;
                }
                let tops = modules.iter().map(|module| load::top_level(module));
                if let Some(at) = tops.into_iter().find_map(|module| other.imported.get(module)) {
                    let how = format!("imported by the project in `{}`", other.shown_root());
                    return Some(OtherUse { way: Way::Loaded, how, at: Some(*at) });
                }
                if builds_on(from, other) {
                    open.push(index);
                }
            }
        }
        None
    }

    /// By a library that is at hand.
    fn loaded(&self, name: &str) -> Option<OtherUse> {
        let loaders = || facts::loaders(name).filter(|loader| loader.library != name);
        let use_by = |loader: Loader| {
            let (at, runs) = self.at_hand.get(loader.library)?;
            let (way, how) = match loader.basis {
                Basis::Known => (Way::Loaded, format!("loaded by `{}`", loader.library)),
                // What only the tools of developers would bring is no reason to have it at run time.
                Basis::Extra(_) if !*runs => return None,
                Basis::Extra(Some(extra)) => {
                    (Way::Loaded, format!("brought by `{}[{extra}]` ({})", loader.library, loader.version))
                }
                Basis::Extra(None) => {
                    (Way::Loaded, format!("brought by an extra of `{}` ({})", loader.library, loader.version))
                }
                Basis::Needs if *runs => (Way::Needed, format!("needed by `{}` ({})", loader.library, loader.version)),
                Basis::Needs => return None,
            };
            Some(OtherUse { way, how, at: Some(*at) })
        };
        let by = |needs: bool| loaders().filter(move |loader| (loader.basis == Basis::Needs) == needs).find_map(use_by);
        by(false).or_else(|| by(true))
    }

    /// By what the project requires at run time, as its locks have it.
    fn needed(&self, name: &str) -> Option<OtherUse> {
        let roots = || self.at_hand.iter().filter(|(root, (_, runs))| *runs && root.as_str() != name);
        for lock in &self.project.locks {
            let mut met: BTreeSet<&str> = BTreeSet::new();
            let mut open: Vec<&str> = roots().map(|(root, _)| root.as_str()).collect();
            while let Some(package) = open.pop() {
                if !met.insert(package) {
                    continue;
                }
                let edges = lock.lock.named(package).flat_map(|row| &row.needs);
                for edge in edges.filter(|edge| !matches!(edge.group, Group::Dev(_))) {
                    if edge.name.as_str() == name {
                        let how = format!("needed by `{package}`, by {}", lock.format);
                        return Some(OtherUse { way: Way::Needed, how, at: None });
                    }
                    open.push(edge.name.as_str());
                }
            }
        }
        None
    }

    /// By a command, a hook or a table of a tool.
    fn run(&self, words: &Words) -> Option<OtherUse> {
        let sign = self.project.tools.signs.iter().find(|sign| shows(sign, words))?;
        let (way, verb) = match sign.kind {
            SignKind::Command | SignKind::Hook => (Way::Command, "run"),
            _ => (Way::Configured, "configured"),
        };
        Some(OtherUse { way, how: format!("{verb} ({})", sign.how), at: sign.at.span() })
    }

    /// By a setting or an entry point.
    fn configured(&self, words: &Words) -> Option<OtherUse> {
        let names = |text: &str| words.first_in(text).is_some();
        let found = |manifest: &Manifest, how: &str, at: Extent| {
            Some(OtherUse { way: Way::Configured, how: how.to_owned(), at: Some(manifest.file.span(at)) })
        };
        for manifest in self.project.everything() {
            let reading = &manifest.reading;
            let points = reading.project.iter().flat_map(|project| &project.entry_points);
            // A group that is called by a distribution makes the project a plug-in of that.
            let mut points = points.filter(|(group, _, object)| names(group) || names(&object.text));
            if let Some((_, name, _)) = points.next() {
                return found(manifest, "named by an entry point", name.at);
            }
            let mut settings = reading.settings.iter().filter(|setting| configures(&setting.key));
            if let Some(setting) = settings.find(|setting| names(&setting.value) || names(&setting.key)) {
                return found(manifest, "named by a setting", setting.at);
            }
        }
        let of_project = self.project.evidence.iter().filter_map(|at| self.workspace.evidence.get(*at));
        let mut settings = of_project.flat_map(|file| file.seen.settings.iter().map(move |setting| (file, setting)));
        let (file, setting) = settings.find(|(_, setting)| names(&setting.value))?;
        let at = Some(file.file.span(setting.at));
        Some(OtherUse { way: Way::Configured, how: "named by a setting".to_owned(), at })
    }

    /// Whether a text that is no test names it.
    pub(super) fn is_named_by_program(&self, name: &str, modules: &[&str]) -> bool {
        let mut names = modules.iter().copied().chain([name]).chain(name.strip_suffix("-cli")).map(Name::new);
        names.any(|name| self.project.mentions.get(&name).is_some_and(|mention| !mention.in_tests))
    }

    /// By a text of the project.
    fn mentioned(&self, name: &str, modules: &[&str]) -> Option<OtherUse> {
        let names = modules.iter().copied().chain([name]).chain(name.strip_suffix("-cli")).map(Name::new);
        let at = names.into_iter().find_map(|name| self.project.mentions.get(&name))?.at;
        Some(OtherUse { way: Way::Mentioned, how: "named in the project".to_owned(), at: Some(at) })
    }
}

/// Whether a project requires another one of the workspace, or imports its package.
fn builds_on(project: &Project, other: &Project) -> bool {
    let package = other.own_package.as_deref().map(path::name);
    let name = other.name();
    let module = name.as_ref().map(|name| name.as_str().replace('-', "_"));
    package.into_iter().chain(module.as_deref()).any(|module| project.imported.contains_key(module))
        || name.is_some_and(|name| project.every_requirement().any(|(_, r)| r.name.as_ref() == Some(&name)))
}

/// What distributions put before or after the names of their modules.
const AFFIXES: &[&str] =
    &["python", "py", "py3", "python3", "binary", "headless", "ng", "sdk", "client", "lib", "core"];

/// A name without the parts that often differ between a distribution and its module (`py-zabbix`, `pyzabbix`), and
/// without what stands between its parts.
fn core(name: &str) -> String {
    let name = Name::new(name);
    let parts = name.as_str().split('-');
    let core: String = parts.filter(|part| !AFFIXES.contains(part)).collect();
    let plain = core.strip_prefix("py").filter(|rest| rest.len() > 2).unwrap_or(&core);
    if plain.is_empty() { name.as_str().replace('-', "") } else { plain.to_owned() }
}

/// Programs whose arguments are distributions that they install.
const INSTALLERS: &[&str] = &[
    "pip",
    "pip2",
    "pip3",
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "conda",
    "mamba",
    "micromamba",
    "easy_install",
    "pipx",
    "rye",
    "hatch",
    "apt",
    "apt-get",
    "apk",
    "yum",
    "dnf",
    "brew",
    "npm",
    "yarn",
    "pip-compile",
    "pip-sync",
];

/// What of an installer's arguments says that it installs.
const INSTALLS: &[&str] = &["install", "uninstall", "add", "remove", "update", "upgrade", "download", "wheel", "lock"];

/// Whether a sign is a use of a distribution that is called by one of the words.
fn shows(sign: &Sign, words: &Words) -> bool {
    let names = || words.first_in(&sign.text).is_some();
    match sign.kind {
        SignKind::Command => !installs(&sign.text) && names(),
        SignKind::Hook => names(),
        SignKind::Table => words.first_in(tool_of(&sign.text)).is_some(),
        // What is required or installed is not yet used; the others have names of other sorts.
        SignKind::Requirement | SignKind::Repository | SignKind::Image | SignKind::File | SignKind::Ecosystem => false,
    }
}

/// The part of a table's name that says whose it is: `black` of `tool.black`, all of `mypy-celery.*`. Tables for what is
/// declared (`tool.poetry.dependencies.celery`, `project.optional-dependencies`) use nothing.
fn tool_of(table: &str) -> &str {
    let first = |table: &'_ str| table.find('.').unwrap_or(table.len());
    match table.strip_prefix("tool.") {
        Some(rest) => rest.get(..first(rest)).unwrap_or(rest),
        None if DECLARING.contains(&table.get(..first(table)).unwrap_or(table)) => "",
        None => table,
    }
}

/// Whether a setting of a manifest may use what it names: one of a tool that is no manager, and no list of requirements.
fn configures(key: &str) -> bool {
    const MANAGERS: &[&str] = &["uv", "poetry", "pdm", "pixi", "rye", "pipenv", "deptry", "pyeco-lint"];
    let tool = key.strip_prefix("tool.").and_then(|rest| rest.split('.').next());
    tool.is_some_and(|tool| !MANAGERS.contains(&tool)) && !key.contains("dependencies") && !key.contains("requires")
}

/// Tables of manifests that declare; their entry points are read apart.
const DECLARING: &[&str] = &[
    "project",
    "build-system",
    "dependency-groups",
    "metadata",
    "options",
    "packages",
    "dev-packages",
    "dependencies",
];

/// Whether a command line installs distributions.
fn installs(line: &str) -> bool {
    let mut line = line.split(' ');
    line.next().is_some_and(|program| INSTALLERS.contains(&program)) && line.any(|word| INSTALLS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_alike() {
        for (distribution, module, expected) in [
            ("py-zabbix", "pyzabbix", true),
            ("pyqrcode-binary", "pyqrcode", true),
            ("msgpack-python", "msgpack", true),
            ("python-editor", "editor", true),
            ("ruamel-yaml", "ruamel_yaml", true),
            ("python", "pyramid", false),
            ("redis", "rediscluster", false),
        ] {
            assert_eq!(core(distribution) == core(module), expected, "{distribution} {module}");
        }
    }

    #[test]
    fn commands_that_install_are_no_use() {
        for (line, expected) in [
            ("pip install celery", true),
            ("pip3 -q install -U celery", true),
            ("uv pip install celery", true),
            ("uv add celery", true),
            ("uv run celery worker", false),
            ("celery -A app worker", false),
            ("poetry run install", true),
            ("", false),
        ] {
            assert_eq!(installs(line), expected, "{line}");
        }
    }
}
