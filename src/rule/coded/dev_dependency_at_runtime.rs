//! `dev-dependency-at-runtime`: the program imports what only developers install.

use crate::diagnostic::Finding;
use crate::imports::reach::Reached;
use crate::imports::{Module, Resolved, Use};
use crate::path;
use crate::project::purpose::Purpose;
use crate::rule::Context;
use crate::rule::imported;

/// Parts of a program that only developers run.
const ASIDE: &[&str] =
    &["dev", "devel", "develop", "development", "debug", "local", "testing", "test", "tests", "ci", "conftest"];

/// A finding for each distribution that only groups of developers declare and the program needs.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let modules = &context.modules().modules;
    let candidates = modules
        .iter()
        .filter(|module| module.resolved == Resolved::Declared && module.reached == Some(Reached::ByDevelopers));
    candidates.filter_map(|module| finding(context, module)).collect()
}

fn finding(context: &Context<'_>, module: &Module) -> Option<Finding> {
    let name = module.distribution.as_deref()?;
    let counts = |used: &&Use| {
        used.purpose == Purpose::Runtime
            && imported::is_needed(context, module, used)
            && !is_for_developers(context, used)
    };
    let uses: Vec<Use> = module.uses.iter().filter(counts).copied().collect();
    if uses.is_empty() {
        return None;
    }
    let (manifest, requirement) = context.requirements_on(name).next()?;
    let message = format!("the program imports `{}`, and only developers get `{name}`", module.name);
    let finding = imported::at_sites(&uses, message).package(name).key(name);
    Some(
        finding
            .related(manifest.file.span(requirement.at), format!("declared for {}", requirement.group))
            .note("where the program is installed without the tools of its developers, the import fails")
            .help(format!("declare `{name}` among the requirements of the program")),
    )
}

/// Whether the file is a part that only developers run, by its name or its folders.
fn is_for_developers(context: &Context<'_>, used: &Use) -> bool {
    let file = context.workspace.python.get(used.file).map_or("", |file| file.path.as_str());
    let below = path::below(file, &context.project.root).unwrap_or(file).to_ascii_lowercase();
    let stem = below.trim_end_matches(".py");
    stem.split('/').any(|part| part.split(['_', '-']).any(|word| ASIDE.contains(&word)))
}
