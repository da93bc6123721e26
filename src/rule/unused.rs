//! Which requirements of a program are used, and by what.

use super::{Context, direct};
use crate::imports::Use;
use crate::knowledge::modules::Modules;
use crate::manifest::{Group, Manifest, Origin, Requirement};

/// How a requirement is used.
#[derive(Debug)]
pub enum Usage {
    /// Source imports it, in these places of the project.
    Imported(Vec<Use>),
    /// Something other than an import of the project uses it, or that cannot be told.
    Otherwise,
    /// Nothing does.
    None,
}

/// The requirements of the program of which it can be told whether they are used: those that the project has chosen
/// itself.
pub fn candidates<'a>(context: &Context<'a>) -> Vec<(&'a Manifest, &'a Requirement)> {
    let project = context.project;
    let has_program = context.workspace.source_read && context.modules().modules.iter().any(|m| !m.uses.is_empty());
    if !has_program || project.is_playbook {
        return Vec::new();
    }
    let is_candidate = |(manifest, requirement): &(&Manifest, &Requirement)| {
        requirement.group == Group::Runtime
            && requirement.name.is_some()
            && requirement.origin == Origin::Index
            && direct::is_direct(context, manifest, requirement)
            && !direct::is_frozen(manifest)
    };
    project.requirements().filter(is_candidate).collect()
}

/// How the project uses the distribution `name` (normalised).
pub fn usage(context: &Context<'_>, name: &str) -> Usage {
    let uses: Vec<Use> =
        context.modules().of_distribution(name).flat_map(|module| module.uses.iter().copied()).collect();
    if !uses.is_empty() {
        return Usage::Imported(uses);
    }
    let installed = context.project.installed.as_ref().and_then(|installed| installed.modules(name));
    let modules = installed.map(<[String]>::to_vec).or_else(|| Modules::new(context.knowledge).of(name));
    let Some(modules) = modules else { return Usage::Otherwise };
    if modules.is_empty() || context.imports.has_any(&modules) || is_used_otherwise(context, name, &modules) {
        return Usage::Otherwise;
    }
    Usage::None
}

fn is_used_otherwise(_context: &Context<'_>, _name: &str, _modules: &[String]) -> bool {
    false
}
