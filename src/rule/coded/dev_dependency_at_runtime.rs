//! `dev-dependency-at-runtime`: the program imports what only developers install.

use crate::diagnostic::Finding;
use crate::imports::brought;
use crate::imports::reach::Reached;
use crate::imports::{Module, Resolved, Use};
use crate::name::Name;
use crate::project::purpose::Purpose;
use crate::rule::Context;
use crate::rule::imported;

/// Parts of a program that only developers run.
const ASIDE: &[&str] = &[
    "ci",
    "codegen",
    "conftest",
    "debug",
    "dev",
    "devel",
    "develop",
    "development",
    "doc",
    "docbuild",
    "docs",
    "fake",
    "fakes",
    "fixtures",
    "lint",
    "linter",
    "linters",
    "local",
    "mock",
    "mocks",
    "mypy",
    "pylint",
    "pytest",
    "release",
    "seed",
    "sphinx",
    "stub",
    "stubs",
    "test",
    "testing",
    "tests",
    "tools",
];

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
        used.purpose == Purpose::Runtime && imported::is_needed(context, used) && !is_for_developers(context, used)
    };
    let uses: Vec<Use> = module.uses.iter().filter(counts).copied().collect();
    // What a requirement of the program brings is there as well.
    if uses.is_empty() || brought::to_program(context.project, &Name::new(name)).is_some() {
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
    let place = imported::place(context, used);
    place.split('/').any(|part| part.split(['_', '-']).any(|word| ASIDE.contains(&word)))
}
