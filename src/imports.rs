//! Where imported modules come from: Python itself, the workspace, a distribution that is declared, or one that is not.
//!
//! The tables that say which distribution a module belongs to are those of the catalogue. What they do not know is
//! "cannot tell", unless a requirement has the very name of the module.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::{BTreeMap, BTreeSet};

use crate::knowledge::Knowledge;
use crate::name::Name;
use crate::path;
use crate::project::load;
use crate::project::{Project, PythonFile, Workspace, role};
use crate::python::stdlib;
use crate::source::Span;

mod first_party;
pub mod used;

use first_party::FirstParty;

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

/// Knows where the modules of a workspace come from.
pub struct Resolver<'a> {
    workspace: &'a Workspace,
    modules: Modules<'a>,
    own: FirstParty,
}

impl<'a> Resolver<'a> {
    /// For the projects of `workspace`.
    pub fn new(workspace: &'a Workspace, knowledge: &'a Knowledge) -> Self {
        Self { workspace, modules: Modules::new(knowledge), own: FirstParty::of(workspace) }
    }

    /// The modules that a project imports, in the order of names.
    pub fn modules(&self, project: &Project) -> Vec<Module> {
        imports(self.workspace, project, &self.modules, &self.own)
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
                site if site.guarded => UseContext::Optional,
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
