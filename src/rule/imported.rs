//! What rules about imports share: which imports are needed, which declarations count, and how sites are shown.

use std::collections::BTreeSet;

use super::{Context, edit, package, text};
use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::imports::brought::{self, Chain};
use crate::imports::{Resolved, Use, used};
use crate::knowledge::dependencies;
use crate::manifest::{Group, Manifest, Requirement};
use crate::name::Name;
use crate::path;
use crate::project::Kind;
use crate::project::purpose::{self, Purpose};
use crate::project::words::Words;
use crate::python::{Import, stdlib};
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

/// A distribution that is needed and not declared.
#[derive(Debug)]
pub struct Missing<'a> {
    /// Its normalised name.
    pub distribution: &'a str,
    /// The modules of it that are imported, by name.
    pub modules: Vec<&'a str>,
    /// The imports that need it, in the order of paths.
    pub uses: Vec<Use>,
}

/// The distributions that the program or its tests need and nothing declares, in the order of names. What a requirement
/// offers as a part of its interface is none of them.
pub fn missing<'a>(context: &Context<'a>) -> Vec<Missing<'a>> {
    let mut all: Vec<Missing<'a>> = Vec::new();
    let is_opaque = !context.project.tools.opaque.is_empty();
    let modules = context.modules().modules.iter().filter(|module| module.resolved == Resolved::Undeclared);
    for module in modules {
        let Some(distribution) = module.distribution.as_deref() else { continue };
        let counts = |used: &&Use| match used.purpose {
            Purpose::Runtime => is_needed(context, used),
            // What tests need may come from where little is read.
            Purpose::Tests => {
                !is_opaque
                    && is_needed(context, used)
                    && is_test_module(context, used)
                    && !is_named_by_evidence(context, distribution)
            }
            _ => false,
        };
        let uses: Vec<Use> = module.uses.iter().filter(counts).copied().collect();
        if uses.is_empty() {
            continue;
        }
        match all.iter_mut().find(|missing| missing.distribution == distribution) {
            Some(missing) => {
                missing.modules.push(&module.name);
                missing.uses.extend(uses);
            }
            None => all.push(Missing { distribution, modules: vec![&module.name], uses }),
        }
    }
    for missing in &mut all {
        missing.uses.sort_by_key(|used| (used.purpose, used.file, used.at.extent.start));
    }
    all.retain(|missing| !missing.is_offered(context));
    all.sort_by_key(|missing| missing.distribution);
    all
}

impl Missing<'_> {
    /// Whether only tests need it.
    pub fn is_of_tests(&self) -> bool {
        self.uses.iter().all(|used| used.purpose == Purpose::Tests)
    }

    /// Whether a requirement that is there where it is needed offers it as a part of its own interface.
    pub fn is_offered(&self, context: &Context<'_>) -> bool {
        let counts = |requirement: &Requirement| match &requirement.group {
            Group::Runtime | Group::Extra(_) => true,
            Group::Dev(_) => self.is_of_tests(),
            Group::Build | Group::Constraint => false,
        };
        let mut parents = context.project.every_requirement().filter(|(_, r)| counts(r));
        parents.any(|(_, parent)| {
            dependencies::offers(parent.name(), self.distribution)
                || !parent.extras.is_empty() && used::is_of_extras(parent.name(), self.distribution)
                || parent.extras.iter().any(|extra| extra.name == Name::new(self.distribution))
        })
    }

    /// The requirement that brings it, and how.
    pub fn chain<'a>(&self, context: &Context<'a>) -> Option<Chain<'a>> {
        brought::brought_by(context.project, &Name::new(self.distribution))
    }
}

/// Whether what an import names has to be there for the program, or for a test, and not for a part that works with it if
/// it is.
pub fn is_needed(context: &Context<'_>, used: &Use) -> bool {
    used.is_needed() && !is_optional_part(context, used) && is_reached(context, used)
}

/// Whether the project says how it is built, so that others install it.
fn is_built(context: &Context<'_>) -> bool {
    context.project.kind == Kind::Library || package::manifests(context).any(is_build_file)
}

/// Whether the module that an import stands in is imported with the package: by a statement that stands in no function and
/// in no `try`, in another module of it. Of what is built a module that nothing imports is for users to import, who may
/// have what it needs; a program that nobody builds is all there.
fn is_reached(context: &Context<'_>, used: &Use) -> bool {
    if used.purpose != Purpose::Runtime || !is_built(context) {
        return true;
    }
    let Some(file) = context.workspace.python.get(used.file) else { return false };
    let name = path::name(&file.path);
    let stem = match name.rsplit_once('.').map_or(name, |(stem, _)| stem) {
        "__main__" => return true,
        "__init__" if path::below(&file.path, &context.project.root).is_none_or(|below| is_outermost(below)) => {
            return true;
        }
        "__init__" => path::name(path::folder(&file.path)),
        stem => stem,
    };
    let is_named = |import: &Import| {
        import.outermost && (import.module.rsplit('.').next() == Some(stem) || import.names.iter().any(|n| n == stem))
    };
    let mut others = context
        .workspace
        .python_of(context.project)
        .filter(|other| other.path != file.path && other.imports.imports.iter().any(is_named));
    let is_program = |path: &str| {
        let below = path::below(path, &context.project.root).unwrap_or(path);
        purpose::of(below) == Purpose::Runtime
    };
    let mut points = package::entry_points(context);
    others.any(|other| is_program(&other.path))
        || points.any(|(_, (.., object))| object.text.split([':', '.']).any(|part| part.trim() == stem))
}

/// Whether a file makes a package that lies in none.
fn is_outermost(below: &str) -> bool {
    below.strip_prefix("src/").unwrap_or(below).matches('/').count() <= 1
}

/// Whether a file of continuous integration, a task or a container names the distribution in any way.
fn is_named_by_evidence(context: &Context<'_>, distribution: &str) -> bool {
    let words = Words::new([distribution]);
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.any(|evidence| words.first_in(context.workspace.sources.text(evidence.file)).is_some())
}

/// The path of the file of an import below the project's root, in lower case and without its extension.
pub fn place(context: &Context<'_>, used: &Use) -> String {
    let file = context.workspace.python.get(used.file).map_or("", |file| file.path.as_str());
    let below = path::below(file, &context.project.root).unwrap_or(file).to_ascii_lowercase();
    below.rsplit_once('.').map_or(below.clone(), |(stem, _)| stem.to_owned())
}

/// Whether the file of an import is a part for something of others, by its name or its folders: for what it imports
/// (`redis.py`, `frames/pandas_frames.py`), or for things of a sort (`integrations/`). What a package does with those
/// stays open to its users; a program that nobody builds has what it needs.
fn is_optional_part(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    let own = context.project.name();
    let parts = || place.split('/').filter(|part| own.as_ref().is_none_or(|own| *own != Name::new(part)));
    if parts().any(|part| part.split('_').any(|word| word == "optional")) {
        return true;
    }
    let Some(file) = context.workspace.python.get(used.file).filter(|_| is_built(context)) else { return false };
    let others = file.imports.imports.iter().filter(|i| i.level == 0 && stdlib::lifetime(&i.module).is_none());
    let words: BTreeSet<String> = others
        .flat_map(|import| import.module.split('.').map(str::to_ascii_lowercase).collect::<Vec<_>>())
        .flat_map(|part| part.split('_').map(str::to_owned).chain([part.clone()]).collect::<Vec<_>>())
        .filter(|word| word.len() > 3 && own.as_ref().is_none_or(|own| *own != Name::new(word)))
        .collect();
    parts().any(|part| {
        OPTIONAL.contains(&part)
            || words.contains(part)
            || part.split(['_', '-', '.']).any(|word| OPTIONAL.contains(&word) || words.contains(word))
    })
}

fn is_build_file(manifest: &Manifest) -> bool {
    manifest.format == "setup.py" || package::has_table(manifest, "build-system")
}

/// Whether a test is carried out as it stands, and is no helper that something else may run.
fn is_test_module(context: &Context<'_>, used: &Use) -> bool {
    let place = place(context, used);
    let stem = path::name(&place);
    stem.starts_with("test") || stem.ends_with("_test") || stem == "conftest"
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

/// Adds to the finding where to declare what is missing.
pub fn declare(context: &Context<'_>, finding: Finding, missing: &Missing<'_>) -> Finding {
    let name = missing.distribution;
    if missing.is_of_tests() {
        return finding.help(format!("declare `{name}` where the tests have their requirements"));
    }
    let Some((manifest, last)) = runtime_list(context) else { return finding.help(format!("declare `{name}`")) };
    let source = context.workspace.sources.text(manifest.file);
    let title = format!("declare `{name}` in {}", manifest.path);
    let fix = edit::declare_behind(source, manifest, last, name).map(|edit| Fix {
        title: title.clone(),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
    });
    finding.related(manifest.file.span(last.at), "the requirements of the program stand here").help(title).fix(fix)
}

/// The last requirement of the list to which one that the program needs would be added: of the main manifest that has
/// any.
fn runtime_list<'a>(context: &Context<'a>) -> Option<(&'a Manifest, &'a Requirement)> {
    context.project.manifests.iter().find_map(|manifest| {
        let runtime = manifest.reading.requirements.iter().filter(|r| r.group == Group::Runtime);
        runtime.last().map(|requirement| (manifest, requirement))
    })
}
