//! Where imported modules come from: Python itself, the workspace, a distribution that is declared, or one that is not.
//!
//! There is no environment to ask. The answer comes from the source, the manifests and tables of which distribution has
//! which modules; where these do not decide, it is "cannot tell", with the reason.
//!
//! It is asked for once in a run, when only the fast scan was read. That shows where an answer could become a finding
//! (`rule::missing::doubtful_files`). Those files are then read as syntax, and it is known what stands around their imports
//! ([`Imports::looked_closer`]).

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use foldhash::HashMap;
use rayon::prelude::*;

use crate::config::Settings;
use crate::evidence::TraceKind;
use crate::knowledge::Knowledge;
use crate::knowledge::modules::Modules;
use crate::manifest;
use crate::name::Name;
use crate::path;
use crate::project::load::top_level;
use crate::project::purpose::{Purpose, Purposes};
use crate::project::{Project, PythonFile, Workspace};
use crate::python::{Guard, Import, ImportSite, stdlib};
use crate::source::{FileId, Span};

pub mod brought;
mod closure;
mod first_party;
pub mod idle;
pub mod reach;
pub mod used;

use closure::Closure;
use first_party::{FirstParty, Own};
use reach::{Everything, Reach, Reached};

/// Below this many projects, starting threads costs more than it brings.
const PARALLEL_FROM: usize = 2;

/// So many names are shown for a reason, in notes.
const SHOWN_NAMES: usize = 8;

/// Modules that the program has in which the code runs, or that come with an environment.
const HOSTED: &[&str] = &[
    "airflow",
    "awsglue",
    "bpy",
    "gi",
    "homeassistant",
    "maya",
    "mod_wsgi",
    "pip",
    "pkg_resources",
    "pyspark",
    "qgis",
    "setuptools",
    "sublime",
    "uwsgi",
    "wheel",
    "xbmc",
];

/// Words in names of images that bring distributions, and not Python alone.
const STOCKED_IMAGES: &[&str] = &[
    "airflow",
    "anaconda",
    "fastapi",
    "gunicorn",
    "huggingface",
    "jupyter",
    "lambda",
    "mlflow",
    "notebook",
    "odoo",
    "pytorch",
    "rapids",
    "sagemaker",
    "spark",
    "superset",
    "tensorflow",
    "uvicorn",
    "uwsgi",
];

/// What all projects of a workspace import.
#[derive(Debug, Default)]
pub struct Imports {
    /// In the order of the workspace's projects.
    projects: Vec<ProjectImports>,
    /// The names of all modules of all projects.
    names: BTreeSet<String>,
}

/// What one project imports.
#[derive(Debug, Default)]
pub struct ProjectImports {
    /// In the order of names; one name can occur once for each place that it comes from.
    pub modules: Vec<Module>,
    /// Which files are imported with the project.
    closure: Closure,
}

/// A module that is imported.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its dotted name, as far as it says which distribution it belongs to (`yaml`, `google.cloud.storage`).
    pub name: String,
    /// The distribution that it belongs to, where that is known: the declared one, else the likeliest.
    pub distribution: Option<String>,
    /// Every distribution that has it, as far as is known.
    pub candidates: Vec<String>,
    /// Where it comes from.
    pub resolved: Resolved,
    /// Who declares the distribution, where somebody does.
    pub reached: Option<Reached>,
    /// Why that cannot be told, where it cannot.
    pub doubt: Option<Doubt>,
    /// The script with a block of its own (PEP 723) that imports it, where it is one.
    pub block: Option<FileId>,
    /// Where it is imported, in the order of paths.
    pub uses: Vec<Use>,
}

/// Where a module comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolved {
    /// A distribution that the project declares.
    Declared,
    /// A distribution that it does not declare.
    Undeclared,
    /// Python itself.
    Stdlib,
    /// The project, or another one of the workspace.
    FirstParty,
    /// That cannot be told from here.
    CannotTell,
}

impl Resolved {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Undeclared => "undeclared",
            Self::Stdlib => "stdlib",
            Self::FirstParty => "first-party",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// Why it cannot be told where a module comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// No table knows it.
    Unknown,
    /// Several distributions have a module of this name, or people write one themselves.
    Ambiguous,
    /// Something of this name lies in the workspace, where it may or may not be importable.
    PerhapsOwn,
    /// A requirement whose modules are not known has a similar name.
    Resembles,
    /// A command, an environment or another project installs it.
    Elsewhere,
    /// A manifest was not wholly understood.
    Partial,
    /// The program that the code runs in brings it.
    Host,
    /// No list says what the program needs.
    NoList,
}

impl Doubt {
    /// The reason in a few words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "no table knows the module",
            Self::Ambiguous => "several distributions have a module of the name",
            Self::PerhapsOwn => "something of the name lies in the workspace",
            Self::Resembles => "a requirement with a similar name may bring it",
            Self::Elsewhere => "it is installed outside of the project's manifests",
            Self::Partial => "a manifest was not wholly understood",
            Self::Host => "the program that the code runs in brings it",
            Self::NoList => "no list says what the program needs",
        }
    }
}

/// One import of a module.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// The module as it is written there.
    pub at: Span,
    /// What the import is for.
    pub context: UseContext,
    /// What the file is for.
    pub purpose: Purpose,
    /// The place of the file in [`Workspace::python`].
    pub file: usize,
    /// What stands around it.
    pub around: Around,
}

/// What stands around an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// The file was not read as syntax, and the statement begins a line.
    NotRead,
    /// The file was not read as syntax, and the statement stands within something.
    Within,
    /// Nothing that keeps it from being carried out when the module is imported.
    Nothing,
    /// A function: it is carried out when that is called.
    Function,
    /// A condition, a class or a block of another sort.
    Condition,
    /// The program goes on without it, or only type checkers see it.
    Guard,
    /// Errors of syntax in the file.
    Errors,
}

/// What an import is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum UseContext {
    /// The program needs it to run.
    Runtime,
    /// Only a type checker sees it.
    TypeChecking,
    /// The program goes on without it.
    Optional,
    /// A test needs it.
    Test,
}

impl UseContext {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::TypeChecking => "type-checking",
            Self::Optional => "optional",
            Self::Test => "test",
        }
    }
}

impl Imports {
    /// Where the modules of all projects come from. `settings` holds the settings of each project.
    pub fn of(workspace: &Workspace, knowledge: &Knowledge, settings: &[&Settings]) -> Self {
        let modules = Modules::new(knowledge);
        let resolver = Resolver {
            workspace,
            everything: Everything::of(workspace, &modules),
            modules,
            own: FirstParty::of(workspace, settings),
            settings,
            projects: workspace.projects.iter().filter_map(|p| Some(p.name()?.as_str().to_owned())).collect(),
        };
        let count = workspace.projects.len();
        let projects: Vec<ProjectImports> = if count < PARALLEL_FROM {
            (0..count).map(|project| resolver.project(project)).collect()
        } else {
            // Projects differ much in size.
            (0..count).into_par_iter().with_max_len(1).map(|project| resolver.project(project)).collect()
        };
        let names = projects.iter().flat_map(|project| project.modules.iter().map(|m| m.name.clone())).collect();
        Self { projects, names }
    }

    /// The same after `files` (places in [`Workspace::python`]) were read as syntax: where modules come from stays, what stands
    /// around their imports is known.
    #[must_use]
    pub fn looked_closer(mut self, workspace: &Workspace, files: &BTreeSet<usize>) -> Self {
        for (project, imports) in workspace.projects.iter().zip(&mut self.projects) {
            if project.python.iter().any(|file| files.contains(file)) {
                imports.look_closer(workspace, project, files);
            }
        }
        self
    }

    /// Those of the project at a place of the workspace.
    pub fn of_project(&self, project: usize) -> &ProjectImports {
        static NONE: LazyLock<ProjectImports> = LazyLock::new(ProjectImports::default);
        self.projects.get(project).unwrap_or(&NONE)
    }

    /// Whether anything in the workspace imports one of `modules` (dotted), something within it, or a namespace that it
    /// lies in.
    pub fn has_any<T: AsRef<str>>(&self, modules: &[T]) -> bool {
        modules.iter().any(|module| {
            let module = module.as_ref();
            let within = format!("{module}.");
            let above = || std::iter::successors(Some(module), |at| at.rsplit_once('.').map(|(parent, _)| parent));
            self.names.range(within.clone()..).next().is_some_and(|name| name.starts_with(&within))
                || above().any(|name| self.names.contains(name))
        })
    }

    /// How many modules of each project cannot be told, and why: a line a project.
    pub fn untold(&self, workspace: &Workspace) -> Vec<String> {
        let lines = workspace.projects.iter().zip(&self.projects).filter_map(|(project, imports)| {
            let mut reasons: BTreeMap<Doubt, Vec<&str>> = BTreeMap::new();
            for module in &imports.modules {
                if let Some(doubt) = module.doubt {
                    reasons.entry(doubt).or_default().push(&module.name);
                }
            }
            let count: usize = reasons.values().map(Vec::len).sum();
            let reasons: Vec<String> = reasons
                .iter()
                .map(|(doubt, names)| {
                    let shown: Vec<&str> = names.iter().take(SHOWN_NAMES).copied().collect();
                    let more = if names.len() > SHOWN_NAMES { ", …" } else { "" };
                    format!("{} because {} ({}{more})", names.len(), doubt.reason(), shown.join(", "))
                })
                .collect();
            let root = project.shown_root();
            (count > 0).then(|| format!("{root}: {count} imported modules cannot be told: {}", reasons.join("; ")))
        });
        lines.collect()
    }

    /// The files (places in [`Workspace::python`]) of the project at `index` that import what is not declared for where they
    /// are, and of whose imports only their syntax says whether they are needed.
    pub fn doubtful_files(&self, index: usize) -> BTreeSet<usize> {
        self.projects.get(index).map(ProjectImports::doubtful_files).unwrap_or_default()
    }

    /// `files` of a project (places in [`Workspace::python`]), and those whose syntax says whether type checkers alone
    /// import one of them.
    pub fn with_importers(workspace: &Workspace, project: &Project, mut files: BTreeSet<usize>) -> BTreeSet<usize> {
        if !files.is_empty() {
            files.extend(closure::importers(workspace, project, &files));
        }
        files
    }
}

impl ProjectImports {
    fn look_closer(&mut self, workspace: &Workspace, project: &Project, files: &BTreeSet<usize>) {
        for used in self.modules.iter_mut().flat_map(|module| &mut module.uses) {
            let Some(file) = workspace.python.get(used.file).filter(|_| files.contains(&used.file)) else { continue };
            let sites = file.uses.as_deref().map_or(&[][..], |uses| &uses.imports);
            let at = sites.binary_search_by_key(&used.at.extent.start, |site| site.import.at.start);
            let site = at.ok().and_then(|at| sites.get(at));
            used.around = match site {
                Some(site) => around(file, site.import.outermost, Some(site)),
                // It stands behind an error.
                None => Around::Errors,
            };
            used.context = context(used.purpose, site, path::has_extension(&file.path, "pyi"));
        }
        self.closure = Closure::of(workspace, project, &Purposes::of(workspace, project));
        self.mark_type_checking();
    }

    /// What only type checkers import needs nothing.
    fn mark_type_checking(&mut self) {
        for used in self.modules.iter_mut().flat_map(|module| &mut module.uses) {
            if self.closure.is_for_type_checkers(used.file) {
                (used.context, used.around) = (UseContext::TypeChecking, Around::Guard);
            }
        }
    }

    /// Whether it imports what is not declared for where it is.
    pub fn is_doubtful(&self) -> bool {
        self.doubtful().next().is_some()
    }

    fn doubtful_files(&self) -> BTreeSet<usize> {
        self.doubtful()
            .flat_map(|module| &module.uses)
            .filter(|used| matches!(used.around, Around::NotRead | Around::Within) && used.is_judged())
            .map(|used| used.file)
            .collect()
    }

    fn doubtful(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter().filter(|module| match module.resolved {
            Resolved::Undeclared => true,
            Resolved::Declared => module.reached == Some(Reached::ByDevelopers),
            _ => false,
        })
    }

    /// Whether the file at a place of [`Workspace::python`] is imported with the project: always in a program; in a library,
    /// where its package imports it, or what that imports, outside of functions, conditions and `try`.
    pub fn is_reached(&self, file: usize) -> bool {
        self.closure.contains(file)
    }

    /// Whether a command of the project imports that file, be it in a function.
    pub fn is_of_commands(&self, file: usize) -> bool {
        self.closure.is_of_commands(file)
    }

    /// Whether another module of the project imports that file outside of functions, conditions and `try`.
    pub fn is_imported(&self, file: usize) -> bool {
        self.closure.is_imported(file)
    }

    /// The modules that are imported and that the distribution `name` (normalised) has, others perhaps as well.
    pub fn of_distribution<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Module> {
        self.modules.iter().filter(move |module| module.candidates.iter().any(|candidate| candidate == name))
    }
}

struct Resolver<'a> {
    workspace: &'a Workspace,
    modules: Modules<'a>,
    everything: Everything<'a>,
    own: FirstParty<'a>,
    settings: &'a [&'a Settings],
    /// The normalised names of the distributions that the workspace builds.
    projects: BTreeSet<String>,
}

/// Where a dotted name leads, whatever file imports it.
#[derive(Debug, Clone)]
struct Lead {
    /// As far as it says which distribution it belongs to.
    name: String,
    distribution: Option<String>,
    candidates: Vec<String>,
    reached: Option<Reached>,
    outcome: Outcome,
}

/// A lead that was followed, with the module that it gives by what the workspace has of its name.
struct Known {
    lead: Lead,
    slots: [Option<usize>; 3],
}

/// The modules that were found, each once.
#[derive(Default)]
struct Found {
    modules: Vec<Module>,
    by_key: BTreeMap<(String, Resolved, Option<FileId>), usize>,
}

impl Found {
    /// The place of a module.
    fn slot(&mut self, module: Module) -> usize {
        let key = (module.name.clone(), module.resolved, module.block);
        *self.by_key.entry(key).or_insert_with(|| {
            self.modules.push(module);
            self.modules.len() - 1
        })
    }

    /// Adds a use of the module at a place.
    fn add(&mut self, slot: usize, used: Use) {
        let Some(module) = self.modules.get_mut(slot) else { return };
        if module.uses.last().is_none_or(|other| other.at != used.at) {
            module.uses.push(used);
        }
    }

    /// All of them, in the order of names.
    fn in_order(self) -> Vec<Module> {
        let mut modules: Vec<Option<Module>> = self.modules.into_iter().map(Some).collect();
        let in_order = self.by_key.into_values().filter_map(|at| {
            let mut module = modules.get_mut(at)?.take()?;
            module.uses.shrink_to_fit();
            Some(module)
        });
        in_order.collect()
    }
}

/// What remains to be asked of a dotted name.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Certain(Resolved),
    /// It is as `0` says unless it is the workspace's own.
    UnlessOwn(Resolved, Option<Doubt>),
}

impl Resolver<'_> {
    fn project(&self, at: usize) -> ProjectImports {
        let Some(project) = self.workspace.projects.get(at) else { return ProjectImports::default() };
        let purposes = Purposes::of(self.workspace, project);
        let mut modules = self.modules_of(at, project, &purposes);
        doubt_by_names(project, &mut modules);
        let closure = Closure::of(self.workspace, project, &purposes);
        let mut imports = ProjectImports { modules, closure };
        imports.mark_type_checking();
        imports
    }

    /// The modules that the project, which is number `at`, imports, in the order of names.
    fn modules_of(&self, at: usize, project: &Project, purposes: &Purposes<'_>) -> Vec<Module> {
        let reach = Reach::of(self.workspace, at, &self.everything);
        let mut leads: Vec<Known> = Vec::new();
        let mut by_name: HashMap<(&str, &str), usize> = HashMap::default();
        let mut whole: HashMap<&str, bool> = HashMap::default();
        let scripts: HashMap<FileId, Reach<'_>> = project
            .environments
            .iter()
            .filter(|manifest| manifest.format == manifest::script::FORMAT.name)
            .map(|manifest| (manifest.file, Reach::of_script(manifest, &self.modules)))
            .collect();
        let mut origins: HashMap<(&str, &str), Own> = HashMap::default();
        let mut found = Found::default();
        for (file_at, file) in project.python.iter().filter_map(|at| Some((*at, self.workspace.python.get(*at)?))) {
            let script = scripts.get(&file.file);
            let purpose = if script.is_some() { Purpose::Runtime } else { purposes.of_file(file) };
            let folder = path::folder(&file.path);
            let is_stub = path::has_extension(&file.path, "pyi");
            let stem = path::name(&file.path).split('.').next().unwrap_or_default();
            for (import, site) in sites(file) {
                let module = &*import.module;
                let is_whole = *whole.entry(module).or_insert_with(|| self.is_whole(module));
                for name in names(import, is_whole) {
                    // A module file never imports itself, so its own name is a part of the question.
                    let mut origin = |lead: &Lead| {
                        if matches!(lead.outcome, Outcome::Certain(_)) {
                            return Own::No;
                        }
                        let asks_for_itself = top_level(module) == stem;
                        let place = if asks_for_itself { &*file.path } else { folder };
                        let asked = origins.entry((place, module));
                        *asked.or_insert_with(|| self.own.origin(at, &file.path, module))
                    };
                    let slot = if let Some(reach) = script {
                        let lead = self.lead(at, project, reach, &dotted(module, name));
                        let origin = origin(&lead);
                        found.slot(Module { block: Some(file.file), ..settle(origin, lead) })
                    } else {
                        let place = *by_name.entry((module, name)).or_insert_with(|| {
                            let lead = self.lead(at, project, &reach, &dotted(module, name));
                            leads.push(Known { lead, slots: [None; 3] });
                            leads.len() - 1
                        });
                        let Some(known) = leads.get_mut(place) else { continue };
                        let origin = origin(&known.lead);
                        let [no, perhaps, yes] = &mut known.slots;
                        let slot = match origin {
                            Own::No => no,
                            Own::Perhaps => perhaps,
                            Own::Yes => yes,
                        };
                        *slot.get_or_insert_with(|| found.slot(settle(origin, known.lead.clone())))
                    };
                    let around = around(file, import.outermost, site);
                    let used = Use {
                        at: file.file.span(import.at),
                        context: context(purpose, site, is_stub),
                        purpose,
                        file: file_at,
                        around,
                    };
                    found.add(slot, used);
                }
            }
        }
        found.in_order()
    }

    /// Whether all that is imported from the dotted module comes from where that does.
    fn is_whole(&self, module: &str) -> bool {
        stdlib::lifetime(top_level(module)).is_some()
            || self.modules.providers(module).is_some_and(|found| found.certain)
    }

    /// Where the dotted name leads in the project at `at`.
    fn lead(&self, at: usize, project: &Project, reach: &Reach<'_>, dotted: &str) -> Lead {
        let top = top_level(dotted);
        let lead = |name: &str, distribution: Option<&str>, outcome| Lead {
            name: name.to_owned(),
            distribution: distribution.map(str::to_owned),
            candidates: distribution.map(str::to_owned).into_iter().collect(),
            reached: distribution.and_then(|name| reach.of_name(name)),
            outcome,
        };
        if let Some((module, names)) = self.mapped(at, dotted) {
            let declared = names.iter().find(|name| reach.declares(name.as_str()));
            let resolved = if declared.is_some() { Resolved::Declared } else { Resolved::Undeclared };
            return lead(module, declared.or(names.first()).map(Name::as_str), Outcome::Certain(resolved));
        }
        if stdlib::lifetime(top).is_some() {
            return lead(top, None, Outcome::Certain(Resolved::Stdlib));
        }
        let providers = self.modules.providers(dotted);
        let installed = project.installed.as_ref().and_then(|installed| installed.providers(dotted));
        let known: Vec<&str> = installed
            .iter()
            .flat_map(|(_, names)| names.iter().map(|name| name.as_str()))
            .chain(providers.iter().flat_map(|found| found.distributions.iter().map(String::as_str)))
            .collect();
        let name = match (&providers, &installed) {
            (Some(found), Some((module, _))) if module.len() > found.module.len() => module,
            (Some(found), _) => found.module,
            (None, Some((module, _))) => module,
            (None, None) => top,
        };
        // Of several that have the module, the one that is there for most.
        let declared = known.iter().filter(|name| reach.declares(name));
        if let Some(distribution) = declared.min_by_key(|name| Reverse(reach.of_name(name))) {
            // A project may require itself, with extras.
            let is_own = self.projects.contains(*distribution);
            let unless_own = Outcome::UnlessOwn(Resolved::Declared, None);
            let outcome = if is_own { unless_own } else { Outcome::Certain(Resolved::Declared) };
            let candidates = known.iter().map(|name| (*name).to_owned()).collect();
            return Lead { candidates, ..lead(name, Some(distribution), outcome) };
        }
        if let Some(namesake) = reach.namesake(dotted) {
            return lead(top, Some(namesake), Outcome::UnlessOwn(Resolved::Declared, None));
        }
        let certain = installed.is_some() || providers.as_ref().is_some_and(|found| found.certain);
        let first = known.first().copied();
        let doubt = match first {
            None => Some(Doubt::Unknown),
            Some(_) if known.iter().any(|name| reach.of_name(name).is_some()) => Some(Doubt::Elsewhere),
            Some(_) if !certain => Some(Doubt::Ambiguous),
            Some(first) if reach.resembles(dotted, first) => Some(Doubt::Resembles),
            Some(_) if self.is_hosted(project, top) => Some(Doubt::Host),
            Some(_) if !reach.has_list => Some(Doubt::NoList),
            Some(_) if reach.is_partial => Some(Doubt::Partial),
            Some(_) => None,
        };
        let resolved = if doubt.is_some() { Resolved::CannotTell } else { Resolved::Undeclared };
        lead(name, first, Outcome::UnlessOwn(resolved, doubt))
    }

    /// The entry of `module-map` that the dotted name lies in, the longest.
    fn mapped<'b>(&'b self, at: usize, dotted: &str) -> Option<(&'b str, &'b [Name])> {
        let map = &self.settings.get(at)?.config.module_map;
        let holds =
            |module: &str| dotted.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let found = map.iter().filter(|(module, _)| holds(module)).max_by_key(|(module, _)| module.len())?;
        Some((found.0.as_str(), found.1.as_slice()))
    }

    /// Whether a program brings the module to the code that it runs: the project is for that program.
    fn is_hosted(&self, project: &Project, top: &str) -> bool {
        HOSTED.contains(&top)
            || project.is_playbook && top == "ansible"
            || matches!(top, "boto3" | "botocore") && self.is_serverless(project)
            || has_stocked_image(self.workspace, project)
    }

    /// Whether the project is deployed as functions of a cloud, whose images bring its SDK.
    fn is_serverless(&self, project: &Project) -> bool {
        let marks =
            ["serverless.yml", "serverless.yaml", "template.yaml", "template.yml", "samconfig.toml", "cdk.json"];
        let mut evidence = project.evidence.iter().filter_map(|at| self.workspace.evidence.get(*at));
        evidence.any(|evidence| marks.contains(&path::name(&evidence.path)))
            || self.workspace.marks.iter().any(|(mark, _)| marks.contains(&path::name(mark)))
    }
}

/// What an import takes from its module, as far as it says where that comes from: `from google.cloud import storage` takes
/// one module, `from yaml import load` lies in one, a whole one. Nothing (`""`) for the module itself.
fn names(import: &Import, is_whole: bool) -> impl Iterator<Item = &str> {
    let inner = move || import.names.iter().filter(move |name| *name != "*" && !is_whole);
    let alone = inner().next().is_none().then_some("");
    inner().chain(alone)
}

/// The dotted name of what is taken from a module.
fn dotted<'a>(module: &'a str, name: &str) -> Cow<'a, str> {
    if name.is_empty() { Cow::Borrowed(module) } else { Cow::Owned([module, ".", name].concat()) }
}

/// Whether an image that the project is built on brings distributions by itself.
pub fn has_stocked_image(workspace: &Workspace, project: &Project) -> bool {
    let evidence = project.evidence.iter().filter_map(|at| workspace.evidence.get(*at));
    let files = evidence.filter(|evidence| evidence.format == "Dockerfile");
    let mut images = files.flat_map(|evidence| &evidence.seen.traces).filter(|t| t.kind == TraceKind::Image);
    images.any(|image| STOCKED_IMAGES.iter().any(|word| image.text.contains(word)))
}

/// The module that `lead` gives where the workspace has something of its name as `origin` says; without uses.
fn settle(origin: Own, lead: Lead) -> Module {
    let Lead { name, distribution, candidates, reached, outcome } = lead;
    let (resolved, doubt) = match (outcome, origin) {
        (Outcome::Certain(resolved), _) => (resolved, None),
        (Outcome::UnlessOwn(..), Own::Yes) => {
            return Module {
                name: top_level(&name).to_owned(),
                distribution: None,
                candidates: Vec::new(),
                resolved: Resolved::FirstParty,
                reached: None,
                doubt: None,
                block: None,
                uses: Vec::new(),
            };
        }
        (Outcome::UnlessOwn(resolved, _), Own::Perhaps) if resolved != Resolved::Declared => {
            (Resolved::CannotTell, Some(Doubt::PerhapsOwn))
        }
        (Outcome::UnlessOwn(resolved, doubt), _) => (resolved, doubt),
    };
    Module { name, distribution, candidates, resolved, reached, doubt, block: None, uses: Vec::new() }
}

/// Doubts what is not declared where something that is declared, and that nothing imports, has a similar name: then the
/// tables know other modules of it than those of the version that is in use (`pypika` of `pypika-tortoise`).
fn doubt_by_names(project: &Project, modules: &mut [Module]) {
    let imported: BTreeSet<&str> =
        modules.iter().flat_map(|module| module.candidates.iter().map(String::as_str)).collect();
    let idle: Vec<&str> =
        project.requirements().map(|(_, r)| r.name()).filter(|name| !imported.contains(name)).collect();
    let doubtful: Vec<usize> = modules
        .iter()
        .enumerate()
        .filter(|(_, module)| module.resolved == Resolved::Undeclared)
        .filter(|(_, module)| idle.iter().any(|name| is_form_of(name, top_level(&module.name))))
        .map(|(at, _)| at)
        .collect();
    for at in doubtful {
        if let Some(module) = modules.get_mut(at) {
            (module.resolved, module.doubt) = (Resolved::CannotTell, Some(Doubt::Resembles));
        }
    }
}

/// Whether a distribution is called as a module is, with more words before or behind.
pub(crate) fn is_form_of(distribution: &str, module: &str) -> bool {
    let module = Name::new(module);
    let rest = distribution.strip_prefix(module.as_str()).map(|rest| rest.starts_with('-'));
    let start = distribution.strip_suffix(module.as_str()).map(|start| start.ends_with('-'));
    !module.as_str().is_empty() && (rest == Some(true) || start == Some(true))
}

/// Every absolute import of a file, with what its syntax tree says of it where there is one.
fn sites(file: &PythonFile) -> impl Iterator<Item = (&Import, Option<&ImportSite>)> {
    let (tree, scan) = match &file.uses {
        Some(uses) => (uses.imports.as_slice(), &[][..]),
        None => (&[][..], file.imports.imports.as_slice()),
    };
    let tree = tree.iter().map(|site| (&site.import, Some(site)));
    tree.chain(scan.iter().map(|import| (import, None))).filter(|(import, _)| import.level == 0)
}

/// What stands around an import in its file.
fn around(file: &PythonFile, outermost: bool, site: Option<&ImportSite>) -> Around {
    let Some(site) = site else { return if outermost { Around::NotRead } else { Around::Within } };
    let has_errors = file.uses.as_deref().is_some_and(|uses| !uses.problems.is_empty());
    match site {
        _ if has_errors => Around::Errors,
        site if site.type_checking => Around::Guard,
        // Where the Python or the platform is wrong, the program does not run at all.
        site if !matches!(site.guard, None | Some(Guard::Supported)) => Around::Guard,
        site if site.in_function => Around::Function,
        site if !site.import.outermost => Around::Condition,
        _ => Around::Nothing,
    }
}

fn context(purpose: Purpose, site: Option<&ImportSite>, is_stub: bool) -> UseContext {
    match site {
        _ if purpose == Purpose::Tests => UseContext::Test,
        _ if is_stub => UseContext::TypeChecking,
        Some(site) if site.type_checking => UseContext::TypeChecking,
        Some(site) if site.guard > Some(Guard::Supported) => UseContext::Optional,
        _ => UseContext::Runtime,
    }
}

impl Use {
    /// Whether a finding can come of it: the file belongs to the program or to its tests.
    fn is_judged(&self) -> bool {
        matches!(self.purpose, Purpose::Runtime | Purpose::Tests)
    }

    /// Whether the import is certainly carried out where the module that it stands in is imported, so that what it names
    /// has to be there. An import within a function is how many things stay optional.
    pub fn is_needed(&self) -> bool {
        self.around == Around::Nothing && self.context != UseContext::TypeChecking
    }

    /// Whether it is needed, or its file was not read as syntax and may say so.
    pub fn may_be_needed(&self) -> bool {
        self.is_needed() || self.around == Around::NotRead && self.context != UseContext::TypeChecking
    }
}
