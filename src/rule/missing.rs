//! Distributions that imports need and that are not declared where they are needed.

use std::collections::BTreeSet;

use super::{Context, direct, edit, imported};
use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::imports::brought::{self, Chain};
use crate::imports::reach::Reached;
use crate::imports::{Module, Resolved, Use, used};
use crate::knowledge::dependencies;
use crate::manifest::{Group, Manifest, Requirement};
use crate::name::Name;
use crate::path;
use crate::project::purpose::Purpose;
use crate::project::role;
use crate::project::words::Words;
use crate::project::{Kind, Project};
use crate::source::FileId;

/// The rules that say what is missing.
pub const RULES: &[&str] = &["undeclared-import", "transitive-import", "dev-dependency-at-runtime"];

/// A distribution that is needed and not declared for where it is.
#[derive(Debug)]
pub struct Missing<'a> {
    /// Its normalised name.
    pub distribution: &'a str,
    /// The script with a block of its own (PEP 723) that needs it, where it is one.
    pub block: Option<FileId>,
    /// The modules of it that are imported, by name.
    pub modules: Vec<&'a str>,
    /// The imports that need it, in the order of paths.
    pub uses: Vec<Use>,
}

/// The distributions that the program or its tests need and nothing declares, in the order of names. What a requirement
/// offers as a part of its interface is none of them.
pub fn undeclared<'a>(context: &Context<'a>) -> Vec<Missing<'a>> {
    certain(perhaps_undeclared(context))
}

/// The distributions that the program needs and only groups of developers declare, likewise.
pub fn of_developers<'a>(context: &Context<'a>) -> Vec<Missing<'a>> {
    certain(perhaps_of_developers(context))
}

/// The files (places in [`Workspace::python`](crate::project::Workspace::python)) of which something would be said, were each
/// import needed that stands in no block: their syntax decides, and that of the files that import them.
pub fn doubtful_files(context: &Context<'_>) -> BTreeSet<usize> {
    let missing = [perhaps_undeclared(context), perhaps_of_developers(context)];
    missing.iter().flatten().flat_map(|missing| &missing.uses).map(|used| used.file).collect()
}

/// Those of which every import is known to be needed. What was left out while nobody knew has not been looked at more closely.
fn certain(mut missing: Vec<Missing<'_>>) -> Vec<Missing<'_>> {
    missing.retain(|missing| missing.uses.iter().all(Use::is_needed));
    missing
}

fn perhaps_undeclared<'a>(context: &Context<'a>) -> Vec<Missing<'a>> {
    let sees_system = |at: &usize| {
        let evidence = context.workspace.evidence.get(*at);
        evidence.is_some_and(|evidence| context.workspace.sources.text(evidence.file).contains("sitepackages"))
    };
    let is_opaque = !context.project.tools.opaque.is_empty() || context.project.evidence.iter().any(sees_system);
    let counts = |used: &Use, _: &str| match used.purpose {
        Purpose::Runtime => !imported::is_apart(context, used),
        // What tests need may come from where little is read.
        Purpose::Tests => !is_opaque && is_test_module(context, used),
        _ => false,
    };
    let modules = context.modules().modules.iter().filter(|module| module.resolved == Resolved::Undeclared);
    let mut all = collect(context, modules, counts);
    all.retain(|missing| {
        let name = missing.distribution;
        if missing.is_offered(context) {
            return false;
        }
        if missing.is_of_tests() { !is_named_by_evidence(context, name) } else { !is_named_in_image(context, name) }
    });
    all
}

fn perhaps_of_developers<'a>(context: &Context<'a>) -> Vec<Missing<'a>> {
    if !context.project.requirements().any(|(_, requirement)| requirement.group == Group::Runtime) {
        return Vec::new();
    }
    let counts = |used: &Use, distribution: &str| {
        used.purpose == Purpose::Runtime
            && distribution != "setuptools"
            && !imported::is_for_developers(context, used)
            && imported::is_part(context, used)
            && !is_named_in_image(context, distribution)
            && !is_declared_within(context, distribution)
    };
    // What the program does not come to by itself may be an option, or something that people run.
    let is_come_to = |used: &Use| {
        context.modules().is_imported(used.file)
            || context.project.kind == Kind::Library && imported::is_reached(context, used)
            || imported::is_start(context, used)
    };
    let is_firm = |missing: &Missing<'_>| missing.uses.iter().any(is_come_to);
    let is_declared = |module: &&Module| {
        module.resolved == Resolved::Declared && module.reached == Some(Reached::ByDevelopers) && module.block.is_none()
    };
    let mut all = collect(context, context.modules().modules.iter().filter(is_declared), counts);
    all.retain(is_firm);
    all
}

fn collect<'a>(
    context: &Context<'a>,
    modules: impl Iterator<Item = &'a Module>,
    counts: impl Fn(&Use, &str) -> bool,
) -> Vec<Missing<'a>> {
    let mut all: Vec<Missing<'a>> = Vec::new();
    for module in modules {
        let Some(distribution) = module.distribution.as_deref() else { continue };
        let uses: Vec<Use> = module.uses.iter().filter(|used| counts(used, distribution)).copied().collect();
        let uses = imported::needed(context, &uses);
        if uses.is_empty() {
            continue;
        }
        match all.iter_mut().find(|missing| missing.distribution == distribution && missing.block == module.block) {
            Some(missing) => {
                missing.modules.push(&module.name);
                missing.uses.extend(uses);
            }
            None => all.push(Missing { distribution, block: module.block, modules: vec![&module.name], uses }),
        }
    }
    for missing in &mut all {
        missing.uses.sort_by_key(|used| (used.purpose, used.file, used.at.extent.start));
        // `from a import b, c` may name two modules at one place.
        missing.uses.dedup_by_key(|used| used.at);
    }
    all.retain(|missing| !missing.is_left_to_developers(context));
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
            Group::Build | Group::Constraint => false,
            group => self.is_of_tests() || !role::is_for_developers(group),
        };
        let of_block = |(manifest, _): &(&Manifest, &Requirement)| self.block.is_none_or(|file| manifest.file == file);
        let declared = context.project.requirements().filter(|(_, r)| self.block.is_none() && counts(r));
        let in_block = context.project.every_requirement().filter(|_| self.block.is_some()).filter(of_block);
        // What the program imports and only an environment has is found elsewhere, and so is what it offers.
        let is_apart = |(_, r): &(&Manifest, &Requirement)| context.declared.on(r.name()).is_empty();
        let environments = context.project.environments.iter().filter(|_| self.block.is_none());
        let apart = environments.flat_map(|m| m.reading.requirements.iter().map(move |r| (m, r))).filter(is_apart);
        declared.chain(in_block).chain(apart).any(|(_, parent)| {
            let extras: Vec<&str> = parent.extras.iter().map(|extra| extra.name.as_str()).collect();
            dependencies::offers(parent.name(), self.distribution)
                || used::is_of_extras(parent.name(), &extras, self.distribution)
                || parent.extras.iter().any(|extra| extra.name == Name::new(self.distribution))
        })
    }

    /// Whether a file that imports it also imports another distribution (its normalised name) of which `is_one` holds.
    pub fn is_beside(&self, context: &Context<'_>, is_one: impl Fn(&str) -> bool) -> bool {
        let others = context.modules().modules.iter().filter(|m| m.distribution.as_deref().is_some_and(&is_one));
        let mut files = others.flat_map(|module| &module.uses).map(|used| used.file);
        files.any(|file| self.uses.iter().any(|used| used.file == file))
    }

    /// The requirement that brings it to where it is needed, and how.
    pub fn chain<'a>(&self, context: &Context<'a>) -> Option<Chain<'a>> {
        let name = Name::new(self.distribution);
        if self.block.is_some() {
            return None;
        }
        if self.is_of_tests() {
            brought::brought_by(context.project, &name)
        } else {
            brought::to_program(context.project, &name)
        }
    }

    /// Whether developers get it with a tool of theirs, and only what they run needs it by its name, or what may be an
    /// option of the program that they try.
    fn is_left_to_developers(&self, context: &Context<'_>) -> bool {
        let is_aside = |used: &Use| imported::is_for_developers(context, used) || !imported::is_reached(context, used);
        !self.is_of_tests()
            && self.uses.iter().all(is_aside)
            && brought::brought_by(context.project, &Name::new(self.distribution)).is_some()
    }
}

/// Whether a file of continuous integration, a task or a container names the distribution in any way.
fn is_named_by_evidence(context: &Context<'_>, distribution: &str) -> bool {
    let words = Words::new([distribution]);
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.any(|evidence| words.first_in(context.workspace.sources.text(evidence.file)).is_some())
}

/// Whether a project within this one declares the distribution for who runs it: a part that is deployed apart.
fn is_declared_within(context: &Context<'_>, distribution: &str) -> bool {
    let is_within = |at: Option<usize>| {
        let outer = |at: &usize| context.workspace.projects.get(*at)?.outer;
        std::iter::successors(at, outer).take(context.workspace.projects.len()).any(|at| at == context.index)
    };
    let within = context.workspace.projects.iter().filter(|project| is_within(project.outer));
    let mut requirements = within.flat_map(Project::every_requirement);
    requirements.any(|(_, r)| r.name() == distribution && !role::is_for_developers(&r.group))
}

/// Whether a step of a container file names the distribution: it may be installed there in a way that is not read. What the
/// container runs (`CMD`, `ENTRYPOINT`) or is told (`ENV`) installs nothing.
fn is_named_in_image(context: &Context<'_>, distribution: &str) -> bool {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let mut images = evidence.filter(|evidence| evidence.format == "Dockerfile");
    let runs = |line: &&str| {
        let instruction = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        !matches!(instruction.as_str(), "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "ENV" | "EXPOSE" | "LABEL" | "#")
    };
    images.any(|image| {
        let lines = context.workspace.sources.text(image.file).lines().filter(runs);
        lines.flat_map(str::split_whitespace).any(|word| is_package(word, distribution))
    })
}

/// Whether a word of a command names the distribution, or the package that a system makes of it (`python3-celery`).
fn is_package(word: &str, distribution: &str) -> bool {
    let word = word.trim_start_matches(['"', '\'', '(']);
    let word =
        ["python3-", "python-", "py3-", "py-"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(word.len());
    word.get(..end).is_some_and(|word| Name::new(word).as_str() == distribution)
}

/// Whether a test is carried out as it stands, and is no helper that something else may run.
fn is_test_module(context: &Context<'_>, used: &Use) -> bool {
    let place = imported::place(context, used);
    let stem = path::name(&place);
    stem.starts_with("test") || stem.ends_with("_test") || stem == "conftest"
}

/// Adds to the finding where to declare what is missing: in the list of the program, or in that of `parent`, which brings it.
pub fn declare(
    context: &Context<'_>,
    finding: Finding,
    missing: &Missing<'_>,
    parent: Option<(&Manifest, &Requirement)>,
) -> Finding {
    let name = missing.distribution;
    if missing.block.is_some() {
        return finding.help(format!("declare `{name}` in the block of the script"));
    }
    if missing.is_of_tests() {
        let fix = edit::group::declare(context, name, edit::group::TESTS);
        return finding.help(format!("declare `{name}` where the tests have their requirements")).fix(fix);
    }
    let place = match parent {
        Some((manifest, parent)) => last_of(manifest, &parent.group),
        None => context.project.manifests.iter().find_map(|manifest| last_of(manifest, &Group::Runtime)),
    };
    let Some((manifest, last)) = place else { return finding.help(format!("declare `{name}`")) };
    let source = context.workspace.sources.text(manifest.file);
    let title = match parent {
        Some((_, parent)) => format!("declare `{name}` beside `{}` in {}", parent.name(), manifest.path),
        None => format!("declare `{name}` in {}", manifest.path),
    };
    let is_made =
        manifest.reading.requirements.iter().any(|r| r.hashes > 0 || direct::is_compiled_pin(context, manifest, r));
    let edits = edit::declare(source, manifest, last, name).filter(|_| !is_made);
    let fix = edit::command(context, manifest, &last.group, name)
        .or_else(|| edits.map(|edits| Fix::new(title.clone(), Applicability::Unsafe, edits)));
    finding.related(manifest.file.span(last.at), "to be declared in this list").help(title).fix(fix)
}

/// The last requirement of the list `group` of a manifest: behind it one more would be added.
fn last_of<'a>(manifest: &'a Manifest, group: &Group) -> Option<(&'a Manifest, &'a Requirement)> {
    let mut list = manifest.reading.requirements.iter().filter(|requirement| requirement.group == *group);
    list.next_back().map(|requirement| (manifest, requirement))
}
