//! What rules about imports share: which imports are needed, which declarations count, and how sites are shown.

use super::{Context, edit, text};
use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::imports::brought::{self, Chain};
use crate::imports::{Module, Resolved, Use};
use crate::knowledge::dependencies;
use crate::manifest::{Group, Manifest, Requirement};
use crate::name::Name;
use crate::path;
use crate::project::purpose::Purpose;
use crate::project::{Kind, load};
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
    let modules = context.modules().modules.iter().filter(|module| module.resolved == Resolved::Undeclared);
    for module in modules {
        let Some(distribution) = module.distribution.as_deref() else { continue };
        let counts =
            |used: &&Use| matches!(used.purpose, Purpose::Runtime | Purpose::Tests) && is_needed(context, module, used);
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
        let mut parents = context.project.every_requirement().filter(|(_, r)| counts(r)).map(|(_, r)| r.name());
        parents.any(|parent| dependencies::offers(parent, self.distribution))
    }

    /// The requirement that brings it to where it is needed, and how.
    pub fn chain<'a>(&self, context: &Context<'a>) -> Option<Chain<'a>> {
        let chain = brought::brought_by(context.project, &Name::new(self.distribution))?;
        (self.is_of_tests() || !matches!(chain.requirement.1.group, Group::Dev(_))).then_some(chain)
    }
}

/// Whether what an import names has to be there for the program, or for a test, and not for a part that works with it if
/// it is.
pub fn is_needed(context: &Context<'_>, module: &Module, used: &Use) -> bool {
    used.is_needed(context.project.kind) && !is_optional_part(context, module, used)
}

/// Whether the file of an import is, by its name or its folders, a part for what it imports or for things of its sort.
fn is_optional_part(context: &Context<'_>, module: &Module, used: &Use) -> bool {
    let file = context.workspace.python.get(used.file).map_or("", |file| file.path.as_str());
    let below = path::below(file, &context.project.root).unwrap_or(file).to_ascii_lowercase();
    let below = below.rsplit_once('.').map_or(below.as_str(), |(stem, _)| stem);
    let top = load::top_level(&module.name).to_ascii_lowercase();
    let own = context.project.name();
    let is_own = |part: &str| own.as_ref().is_some_and(|own| *own == Name::new(part));
    let names = [Some(top.as_str()), module.distribution.as_deref()];
    let is_word = |word: &str| names.into_iter().flatten().any(|name| Name::new(name) == Name::new(word));
    let is_for_it = |part: &str| {
        is_word(part)
            || part.split(['_', '-', '.']).any(is_word)
            || names.into_iter().flatten().any(|name| name.len() > 3 && Name::new(part).as_str().contains(name))
    };
    let is_library = context.project.kind == Kind::Library;
    below.split('/').filter(|part| !is_own(part)).any(|part| {
        is_library && (is_for_it(part) || OPTIONAL.contains(&part)) || part.split('_').any(|word| word == "optional")
    })
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
