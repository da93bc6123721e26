//! What rules about imports share: which imports are needed, and how they are shown.

use std::collections::BTreeSet;

use super::{Context, package, text};
use crate::diagnostic::Finding;
use crate::imports::{Resolved, Use};
use crate::manifest::Manifest;
use crate::name::Name;
use crate::path;
use crate::project::Kind;
use crate::project::purpose::Purpose;
use crate::source::Location;

/// So many sites are shown beside the first; the others are counted.
const SHOWN_SITES: usize = 3;

/// Words in names of folders and modules for parts that work with something if it is there.
const OPTIONAL: &[&str] = &[
    "integration",
    "integrations",
    "contrib",
    "plugin",
    "plugins",
    "backend",
    "backends",
    "adapter",
    "adapters",
    "driver",
    "drivers",
    "provider",
    "providers",
    "extension",
    "extensions",
    "ext",
    "extra",
    "extras",
    "optional",
    "compat",
    "connector",
    "connectors",
    "handlers",
    "loaders",
    "exporters",
    "instrumentation",
    "legacy",
    "deprecated",
    "experimental",
    "unsupported",
    "vendor",
    "externals",
];

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
    "dummy",
    "eval",
    "evals",
    "fake",
    "fakes",
    "factories",
    "fixtures",
    "lint",
    "linter",
    "linters",
    "local",
    "mock",
    "mocks",
    "mypy",
    "populate",
    "pylint",
    "pytest",
    "release",
    "scripts",
    "seed",
    "sphinx",
    "sphinxext",
    "stub",
    "stubs",
    "tools",
];

/// Those of `uses` that need what they name, or may do so: the program, or a test, does not go on without it.
pub fn needed(context: &Context<'_>, uses: &[Use]) -> Vec<Use> {
    let needed: Vec<Use> =
        uses.iter().filter(|used| used.may_be_needed() && !is_optional_by_name(context, used)).copied().collect();
    let files: BTreeSet<usize> = needed.iter().map(|used| used.file).collect();
    let is_core = |used: &Use| match context.project.kind {
        Kind::Library if context.modules().is_reached(used.file) => true,
        Kind::Library => {
            let is_likely = context.modules().is_of_commands(used.file) || files.len() >= CORE_FROM;
            is_likely && !is_for_others(context, used)
        }
        // What is built may be installed by others, whatever else shows that it is deployed.
        _ => !is_built(context) || context.modules().is_imported(used.file) || !is_for_others(context, used),
    };
    needed.iter().filter(|used| used.purpose != Purpose::Runtime || is_core(used)).copied().collect()
}

/// Whether an import stands where it is carried out with the package, and not only with what a command of it imports in a
/// function: there something may be optional.
pub fn is_reached(context: &Context<'_>, used: &Use) -> bool {
    context.project.kind != Kind::Library || context.modules().is_reached(used.file)
}

/// Whether the project says how it is built.
fn is_built(context: &Context<'_>) -> bool {
    let is_build_file = |m: &Manifest| m.format == "setup.py" || package::has_table(m, "build-system");
    package::manifests(context).any(is_build_file)
}

/// What so many files of a library import is no option of it, be they loaded by name.
const CORE_FROM: usize = 5;

/// The path of the file of an import below the project's root, in lower case and without its extension.
pub fn place(context: &Context<'_>, used: &Use) -> String {
    let file = context.workspace.python.get(used.file).map_or("", |file| &*file.path);
    let below = path::below(file, &context.project.root).unwrap_or(file).to_ascii_lowercase();
    below.rsplit_once('.').map_or(below.clone(), |(stem, _)| stem.to_owned())
}

/// Whether the name of a file or of its folders says that it is optional.
fn is_optional_by_name(context: &Context<'_>, used: &Use) -> bool {
    place(context, used).split('/').any(|part| part.split('_').any(|word| word == "optional"))
}

/// Whether the file of an import is a part for something of others, by its name or its folders: for what it imports
/// (`redis.py`, `frames/pandas_frames.py`), or for things of a sort (`integrations/`).
fn is_for_others(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    let own = context.project.name();
    let is_own = |word: &str| own.as_ref().is_some_and(|own| *own == Name::new(word));
    let others = context.modules().modules.iter().filter(|module| {
        !matches!(module.resolved, Resolved::Stdlib | Resolved::FirstParty)
            && module.uses.iter().any(|other| other.file == used.file)
    });
    let words: BTreeSet<String> = others
        .flat_map(|module| module.name.split(['.', '_']).chain([module.name.as_str()]).map(str::to_ascii_lowercase))
        .filter(|word| word.len() > 3 && !is_own(word))
        .collect();
    place.split('/').filter(|part| !is_own(part)).any(|part| {
        let mut parts = part.split(['_', '-', '.']).chain([part]);
        let is_of = |word: &str| words.iter().any(|other| other == word || word.len() > 3 && other.contains(word));
        parts.any(|word| OPTIONAL.contains(&word) || is_of(word))
    })
}

/// Whether a file is a part of the program, and no script beside it that somebody may run: it lies in a package, another
/// module imports it, or its name is one that services are started by.
pub fn is_part(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    let Some(file) = context.workspace.python.get(used.file) else { return false };
    context.modules().is_imported(used.file)
        || STARTS.contains(&path::name(&place))
        || is_in_package(context, path::folder(&file.path))
}

fn is_in_package(context: &Context<'_>, folder: &str) -> bool {
    let package = path::join(folder, "__init__.py");
    context.workspace.python_of(context.project).any(|other| *other.path == *package)
}

/// Whether the program begins with the file: it lies in the root of the project, or of its package, and is called so.
pub fn is_start(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    let folder = path::folder(&place);
    let name = path::name(&place);
    (STARTS.contains(&name) || name == "__init__") && !folder.contains('/')
}

/// Whether the file lies deep in a folder that is no package, and nothing of the program imports it: it may be a program of
/// its own, which something else installs and runs.
pub fn is_apart(context: &Context<'_>, used: &Use) -> bool {
    let Some(file) = context.workspace.python.get(used.file) else { return false };
    let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
    path::folder(below).split('/').count() >= DEEP
        && !context.modules().is_imported(used.file)
        && !is_in_package(context, path::folder(&file.path))
}

/// From so many folders on a file lies deep.
const DEEP: usize = 3;

/// Names of modules by which programs and services are started.
const STARTS: &[&str] = &[
    "__main__",
    "app",
    "application",
    "asgi",
    "bot",
    "cli",
    "handler",
    "index",
    "lambda_function",
    "main",
    "manage",
    "run",
    "server",
    "service",
    "wsgi",
];

/// Whether the file is a part that only developers run, by its name or its folders.
pub fn is_for_developers(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    place.split('/').any(|part| part.split(['_', '-']).any(|word| ASIDE.contains(&word) || word.starts_with("test")))
}

/// Shows imports: the finding stands at the first, the next are labels, and the rest is counted.
pub fn at_sites(uses: &[Use], message: impl Into<String>) -> Finding {
    let at = uses.first().map_or(Location::Project, |first| Location::Span(first.at));
    beside(Finding::new(at, message), uses.get(1..).unwrap_or_default(), "imported here as well")
}

/// Adds imports to a finding as labels, and counts those that are too many to be shown.
pub fn beside(mut finding: Finding, uses: &[Use], label: &str) -> Finding {
    for used in uses.iter().take(SHOWN_SITES) {
        finding = finding.related(used.at, label);
    }
    if uses.len() > SHOWN_SITES {
        finding = finding.note(format!("and in {} more", text::count(uses.len() - SHOWN_SITES, "place")));
    }
    finding
}
