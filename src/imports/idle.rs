//! Requirements of a program that nothing imports.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::used::{self, OtherUse, Surroundings, Way};
use super::{Imports, ProjectImports, Resolved, brought, is_form_of};
use crate::knowledge::Knowledge;
use crate::knowledge::modules::Modules;
use crate::manifest::{Group, Origin};
use crate::name::Name;
use crate::project::load::top_level;
use crate::project::purpose::Purpose;
use crate::project::{Project, Workspace};

/// Asks of one project's requirements whether anything uses them.
#[derive(Debug)]
pub struct Idle<'a> {
    workspace: &'a Workspace,
    imports: &'a Imports,
    index: usize,
    project: &'a Project,
    modules: Modules<'a>,
    around: Surroundings<'a>,
}

/// How a distribution is used.
#[derive(Debug)]
pub enum Usage {
    /// Source of the workspace imports it.
    Imported,
    /// Something else uses it.
    Otherwise(OtherUse),
    /// Another requirement of the program brings it.
    Needed,
    /// Which modules it has is not known, or it has none: that nothing imports it says nothing.
    CannotTell,
    /// Nothing does.
    None,
}

impl<'a> Idle<'a> {
    /// For the project at a place of the workspace.
    pub fn new(workspace: &'a Workspace, knowledge: &'a Knowledge, imports: &'a Imports, index: usize) -> Option<Self> {
        let project = workspace.projects.get(index)?;
        let around = Surroundings::new(workspace, project, knowledge);
        Some(Self { workspace, imports, index, project, modules: Modules::new(knowledge), around })
    }

    /// The modules of a distribution: those that the project's environment has, else those of the tables. Nothing where
    /// they are not known.
    fn modules(&self, name: &str) -> Option<Arc<[String]>> {
        let installed = self.project.installed.as_ref().and_then(|installed| installed.modules(name));
        installed.map(Arc::from).or_else(|| self.modules.of(name))
    }

    /// How the distribution `name` (normalised) is used. What texts mention is known only after
    /// [`look_for`](crate::project::load::mentions::look_for).
    pub fn usage(&self, name: &str) -> Usage {
        let Some(modules) = self.modules(name).filter(|modules| !modules.is_empty()) else { return Usage::CannotTell };
        if self.imports.of_project(self.index).of_distribution(name).next().is_some() || self.imports.has_any(&modules)
        {
            return Usage::Imported;
        }
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        match used::other_use(&self.around, name, &modules) {
            Some(used) => Usage::Otherwise(used),
            None if self.is_brought(name) => Usage::Needed,
            None if self.is_part_of_import(&modules) => Usage::Imported,
            None if self.resembles_import(name) => Usage::CannotTell,
            None => Usage::None,
        }
    }

    /// Whether a module is imported that is called as the distribution, with fewer words, and that nothing else has.
    fn resembles_import(&self, name: &str) -> bool {
        let modules = &self.imports.of_project(self.index).modules;
        let mut open = modules.iter().filter(|module| module.resolved == Resolved::CannotTell);
        open.any(|module| is_form_of(name, top_level(&module.name)))
    }

    /// Whether something within another library is imported that is called as one of the modules: what it makes of that one
    /// (`prompt_toolkit.clipboard.pyperclip`).
    fn is_part_of_import(&self, modules: &[&str]) -> bool {
        let found = &self.imports.of_project(self.index).modules;
        let is_own = |top: &str| {
            let mut own =
                found.iter().filter(|module| matches!(module.resolved, Resolved::FirstParty | Resolved::Stdlib));
            own.any(|module| top_level(&module.name) == top)
        };
        let mut imports = self.workspace.python_of(self.project).flat_map(|file| &file.imports.imports);
        imports.any(|import| {
            let mut parts = import.module.split('.');
            let top = parts.next().unwrap_or_default();
            import.level == 0 && parts.any(|part| modules.contains(&part)) && !is_own(top)
        })
    }

    /// Whether another requirement of the program brings the distribution: then it may be listed to hold its version.
    fn is_brought(&self, name: &str) -> bool {
        brought::to_program(self.project, &Name::new(name)).is_some()
    }

    /// The words under which the project's texts may name the distribution, where that decides whether it is used: nothing
    /// where something else does.
    pub fn open_words(&self, name: &str) -> Option<BTreeSet<String>> {
        let is_open = match self.usage(name) {
            Usage::None => true,
            // What only tests import: a setting of the program may name it.
            Usage::Imported => !self.is_used_by_program(name),
            _ => false,
        };
        let modules = || self.modules(name).unwrap_or_default();
        is_open.then(|| used::words(name, &modules().iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// Whether something other than an import, and no test, shows that the distribution is used.
    pub fn is_used_by_program(&self, name: &str) -> bool {
        let modules = self.modules(name).unwrap_or_default();
        let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
        let used = used::other_use(&self.around, name, &modules);
        used.is_some_and(|used| !matches!(used.way, Way::Mentioned | Way::Alike))
            || self.around.is_named_by_program(name, &modules)
            || self.is_brought(name)
    }
}

/// So many requirements that nothing imports are judged. Longer lists nobody has chosen.
const MOST_NAMES: usize = 400;

/// The distributions that the program requires from an index and that nothing of the project imports but its tests. Nothing
/// where these are too many to be somebody's choice: then none of them is looked for, and none may be judged.
pub fn names<'a>(project: &'a Project, imports: &ProjectImports) -> Option<BTreeSet<&'a str>> {
    let counts = |name: &str| {
        let mut uses = imports.of_distribution(name).flat_map(|module| &module.uses);
        uses.all(|used| used.purpose == Purpose::Tests)
    };
    let required = project.requirements().filter(|(_, r)| r.group == Group::Runtime && r.origin == Origin::Index);
    let names: BTreeSet<&str> = required.map(|(_, r)| r.name()).filter(|name| counts(name)).collect();
    (names.len() <= MOST_NAMES).then_some(names)
}
