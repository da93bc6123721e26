//! What was read, without judging it: the answer of `inspect`.
//!
//! The tables that say which distribution a module belongs to are those of the catalogue. What they do not know is
//! "cannot tell", unless a requirement has the very name of the module.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::{BTreeMap, BTreeSet};

use crate::fs::FileSystem;
use crate::knowledge::Knowledge;
use crate::knowledge::model::AnswerKind;
use crate::name::Name;
use crate::options::Options;
use crate::path;
use crate::project::load;
use crate::project::tools::{Sign, SignKind};
use crate::project::{Project, PythonFile, Workspace, role};
use crate::python::{Guard, stdlib};
use crate::run;
use crate::settings::Refusal;
use crate::source::{FileId, Span};

mod first_party;

use first_party::FirstParty;

/// Everything that was read.
#[derive(Debug)]
pub struct Inspection {
    /// The projects, as they were read and joined.
    pub workspace: Workspace,
    /// What was made out of each project that was asked for, in the order of their roots.
    pub projects: Vec<Inspected>,
    /// What should be said in any case.
    pub remarks: Vec<String>,
    /// What a curious user may want to know.
    pub notes: Vec<String>,
}

/// What was made out of one project.
#[derive(Debug)]
pub struct Inspected {
    /// Its place in [`Workspace::projects`].
    pub project: usize,
    /// Tools it shows signs of, in the order of names.
    pub tools: Vec<Tool>,
    /// Modules it imports, in the order of names.
    pub imports: Vec<Module>,
}

/// A tool of the ecosystem map.
#[derive(Debug)]
pub struct Tool {
    /// Its name in the map.
    pub name: String,
    /// Signs of it, in the order in which they were met, each place once.
    pub evidence: Vec<Sign>,
}

/// A module that is imported.
#[derive(Debug)]
pub struct Module {
    /// Its dotted name, as far as it says which distribution it belongs to (`yaml`, `google.cloud.storage`).
    pub name: String,
    /// The distribution that it belongs to, where that is known.
    pub distribution: Option<String>,
    /// Where it comes from.
    pub resolved: Resolved,
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

/// One import of a module.
#[derive(Debug, Clone, Copy)]
pub struct Use {
    /// The module as it is written there.
    pub at: Span,
    /// What the import is for.
    pub context: UseContext,
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

/// Reads what `options` asks for. The error says why nothing could be done.
pub fn inspect(fs: &dyn FileSystem, options: &Options) -> Result<Inspection, Refusal> {
    let run::Read { asked, mut workspace, knowledge, load_options, .. } = run::read(fs, options)?;
    let shown = |project: &Project| {
        asked.shows(&project.root, true)
            || project.everything().any(|m| asked.shows(&m.path, false))
            || project.locks.iter().any(|lock| asked.shows(&lock.path, false))
            || workspace.python_of(project).any(|file| asked.shows(&file.path, false))
    };
    let places: Vec<usize> =
        workspace.projects.iter().enumerate().filter(|(_, project)| shown(project)).map(|(at, _)| at).collect();
    let modules = Modules::new(&knowledge);
    let first_party = FirstParty::of(&workspace);
    let projects: Vec<Inspected> = places
        .into_iter()
        .filter_map(|at| {
            let project = workspace.projects.get(at)?;
            let tools = tools(&knowledge, project);
            Some(Inspected { project: at, tools, imports: imports(&workspace, project, &modules, &first_party) })
        })
        .collect();
    let locks = projects.iter().filter_map(|inspected| workspace.projects.get(inspected.project));
    let locks = locks.flat_map(|project| project.locks.iter().map(|lock| lock.file));
    let files: BTreeSet<FileId> = projects.iter().flat_map(files_of).chain(locks).collect();
    load::reload(fs, &mut workspace.sources, files, &load_options);
    let remarks = run::nothing_found(&asked, &workspace).into_iter().collect();
    let notes = std::mem::take(&mut workspace.notes);
    Ok(Inspection { workspace, projects, remarks, notes })
}

/// The files that something points at.
fn files_of(inspected: &Inspected) -> impl Iterator<Item = FileId> {
    let signs = inspected.tools.iter().flat_map(|tool| &tool.evidence).filter_map(|sign| sign.at.file());
    signs.chain(inspected.imports.iter().flat_map(|module| &module.uses).map(|used| used.at.file))
}

/// The tools of the ecosystem map of which there are signs. What does a job (lint, test …) is one however it shows
/// itself; of other answers a requirement alone makes a library.
fn tools(knowledge: &Knowledge, project: &Project) -> Vec<Tool> {
    let mut found: BTreeMap<&str, Vec<Sign>> = BTreeMap::new();
    let answers = knowledge.rows().iter().flat_map(|row| &row.answers);
    for answer in answers.filter(|answer| answer.kind != AnswerKind::Practice) {
        let signs: Vec<&Sign> = project.tools.signs_of(answer).collect();
        if answer.jobs.is_empty() && signs.iter().all(|sign| sign.kind == SignKind::Requirement) {
            continue;
        }
        let own = found.entry(&answer.name).or_default();
        for sign in signs {
            if !own.iter().any(|known| known.at == sign.at) {
                own.push(sign.clone());
            }
        }
    }
    let found = found.into_iter().filter(|(_, evidence)| !evidence.is_empty());
    found.map(|(name, evidence)| Tool { name: name.to_owned(), evidence }).collect()
}

/// Which distributions have which modules.
struct Modules<'a>(BTreeMap<&'a str, Vec<&'a str>>);

impl<'a> Modules<'a> {
    fn new(knowledge: &'a Knowledge) -> Self {
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for package in knowledge.packages() {
            for import in &package.imports {
                modules.entry(import).or_default().push(&package.name);
            }
        }
        Self(modules)
    }

    /// The longest known module that `dotted` is or lies in, with the distributions that have it.
    fn find<'b>(&self, dotted: &'b str) -> Option<(&'b str, &[&'a str])> {
        let mut at = dotted;
        loop {
            if let Some(names) = self.0.get(at) {
                return Some((at, names));
            }
            at = at.rsplit_once('.')?.0;
        }
    }
}

fn imports(workspace: &Workspace, project: &Project, modules: &Modules<'_>, own: &FirstParty) -> Vec<Module> {
    let declared: BTreeSet<&Name> = project.requirements().filter_map(|(_, r)| r.name.as_ref()).collect();
    let mut found: BTreeMap<String, Module> = BTreeMap::new();
    for file in workspace.python_of(project) {
        for (dotted, used) in uses(file, project) {
            // `from google.cloud import storage` names one module, `import yaml.nodes` lies in one.
            let module = resolve(&dotted, file, &declared, modules, own, project);
            let entry = found.entry(module.name.clone()).or_insert(module);
            if !entry.uses.iter().any(|other| other.at == used.at) {
                entry.uses.push(used);
            }
        }
    }
    found.into_values().collect()
}

/// Every module that a file imports, by full name, relative imports left out.
fn uses<'a>(file: &'a PythonFile, project: &Project) -> Vec<(String, Use)> {
    let below = path::below(&file.path, &project.root).unwrap_or(&file.path);
    let is_test = role::is_test(below);
    let names = |import: &crate::python::Import| -> Vec<String> {
        let inner = import.names.iter().filter(|name| *name != "*").map(|name| format!("{}.{name}", import.module));
        let inner: Vec<String> = inner.collect();
        if inner.is_empty() { vec![import.module.clone()] } else { inner }
    };
    let mut all = Vec::new();
    let mut add = |import: &'a crate::python::Import, context: UseContext| {
        if import.level == 0 {
            let at = file.file.span(import.at);
            all.extend(names(import).into_iter().map(|name| (name, Use { at, context })));
        }
    };
    let plain = if is_test { UseContext::Test } else { UseContext::Runtime };
    match &file.uses {
        Some(uses) => uses.imports.iter().for_each(|site| {
            let context = match site {
                _ if is_test => UseContext::Test,
                site if site.type_checking => UseContext::TypeChecking,
                site if site.guard > Some(Guard::Supported) => UseContext::Optional,
                _ => UseContext::Runtime,
            };
            add(&site.import, context);
        }),
        None => file.imports.imports.iter().for_each(|import| add(import, plain)),
    }
    all
}

/// Where the dotted module comes from; without the uses.
fn resolve(
    dotted: &str,
    file: &PythonFile,
    declared: &BTreeSet<&Name>,
    modules: &Modules<'_>,
    own: &FirstParty,
    project: &Project,
) -> Module {
    let top = load::top_level(dotted);
    let module = |name: &str, distribution: Option<&str>, resolved| Module {
        name: name.to_owned(),
        distribution: distribution.map(str::to_owned),
        resolved,
        uses: Vec::new(),
    };
    if stdlib::lifetime(top).is_some() {
        return module(top, None, Resolved::Stdlib);
    }
    let known = modules.find(dotted);
    if let Some((name, names)) = known
        && let Some(distribution) = names.iter().find(|name| declared.contains(&Name::new(name)))
    {
        return module(name, Some(distribution), Resolved::Declared);
    }
    if own.has(top, &file.path) {
        return module(top, None, Resolved::FirstParty);
    }
    let namesake = Name::new(top);
    if declared.contains(&namesake) {
        return module(top, Some(namesake.as_str()), Resolved::Declared);
    }
    match known {
        Some((name, [distribution])) if !project.is_partial() => module(name, Some(distribution), Resolved::Undeclared),
        Some((name, [distribution])) => module(name, Some(distribution), Resolved::CannotTell),
        _ => module(top, None, Resolved::CannotTell),
    }
}
