//! Which requirements a project has chosen itself.
//!
//! A lock in the form of a requirements file (`pip-compile`, `pip freeze`) lists what other distributions need as
//! well; nobody can act on a finding about those.

use std::collections::BTreeSet;

use super::Context;
use crate::knowledge::dependencies;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::path;
use crate::project::tools::SignKind;
use crate::python::stdlib;
use crate::source::FileId;

/// From this many pins on, a file in which everything is pinned may be frozen.
const FROZEN_FROM: usize = 12;

/// In a frozen file at most one in so many was written by hand, and has no pin.
const BY_HAND: usize = 20;

/// Whether the project asks for the distribution itself, and by its public name.
pub fn is_direct(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    if requirement.group == Group::Constraint || context.settings.private_packages.matches(requirement.name()) {
        return false;
    }
    if let Some(reasons) = compiled_for(context, manifest, requirement) {
        // Where the input is at hand, the finding belongs there.
        return !is_declared_elsewhere(context, manifest, requirement)
            && is_chosen(context, manifest, requirement, &reasons, &mut BTreeSet::from([manifest.file]));
    }
    !context.declared.is_frozen(manifest)
        || !is_declared_elsewhere(context, manifest, requirement) && is_used(context, requirement)
}

/// Whether `requirement` is a pin that a compiler wrote with its reasons (`# via`). What builds several environments is
/// the union of them (`pybuild-deps compile`): there one distribution may have several such pins.
pub fn is_compiled_pin(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let pins = requirement.specifier.as_ref().is_some_and(|specifier| specifier.pin().is_some());
    pins && compiled_for(context, manifest, requirement).is_some()
}

/// Why a compiled file lists the requirement: what stands behind `# via`.
fn compiled_for(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> Option<Vec<String>> {
    if manifest.format != "requirements" {
        return None;
    }
    let text = context.workspace.sources.text(manifest.file);
    let after = text.get(requirement.at.start as usize..)?;
    let mut lines = after.lines();
    let first = lines.next()?;
    let mut reasons = Vec::new();
    let mut found = false;
    if let Some((_, via)) = first.split_once("# via ") {
        found = true;
        reasons.extend(via.split(',').map(|reason| reason.trim().to_owned()));
    }
    for line in lines {
        let trimmed = line.trim_start();
        let is_hash = trimmed.starts_with("--hash");
        if !is_hash && (line.len() == trimmed.len() || !trimmed.starts_with('#')) {
            break;
        }
        if is_hash {
            continue;
        }
        let comment = trimmed.trim_start_matches('#').trim();
        if let Some(rest) = comment.strip_prefix("via") {
            found = true;
            reasons.extend(rest.split(',').map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty()));
        } else if found {
            reasons.push(comment.to_owned());
        }
    }
    found.then_some(reasons)
}

/// Whether one of the reasons is the project itself (`app (pyproject.toml)`) or a file in which it chose the
/// distribution (`-r requirements.in`): not another compiled file that has it for others, nor a constraint.
fn is_chosen(
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
    reasons: &[String],
    seen: &mut BTreeSet<FileId>,
) -> bool {
    reasons.iter().any(|reason| {
        let Some(file) = reason.strip_prefix("-r ") else {
            return is_input(reason) || OWN.iter().any(|own| reason.ends_with(own));
        };
        let Some(other) = file_of(context, manifest, file.trim()) else { return true };
        let mut there = other.reading.requirements.iter().filter(|r| r.name() == requirement.name());
        seen.insert(other.file)
            && there.any(|r| {
                compiled_for(context, other, r).is_none_or(|reasons| is_chosen(context, other, r, &reasons, seen))
            })
    })
}

/// How compiled files call the project itself.
const OWN: &[&str] = &["(pyproject.toml)", "(setup.py)", "(setup.cfg)"];

/// The manifest that a compiled file calls `written`: seen from its own folder, or else the only one of that name.
fn file_of<'a>(context: &Context<'a>, manifest: &Manifest, written: &str) -> Option<&'a Manifest> {
    let path = path::join(path::folder(&manifest.path), written);
    let others = || context.project.manifests.iter().filter(|m| m.file != manifest.file);
    let mut named = others().filter(|m| path::name(&m.path) == path::name(written));
    others().find(|m| m.path == path).or_else(|| named.next().filter(|_| named.next().is_none()))
}

/// Whether a reason is the file that was compiled.
fn is_input(reason: &str) -> bool {
    !reason.contains(' ') && reason.contains('/') && path::has_extension(reason, "in")
}

/// Whether a file pins everything: what was installed, and not what was chosen.
pub(super) fn is_frozen(manifest: &Manifest) -> bool {
    let is_pin = |r: &&&Requirement| {
        r.specifier.as_ref().is_some_and(|s| s.pep440.starts_with("==") && !s.pep440.contains(['*', ',']))
    };
    // The project itself, and others beside it, are installed as they lie there.
    let requirements = manifest.reading.requirements.iter().filter(|r| !matches!(r.origin, Origin::Path(..)));
    let requirements: Vec<&Requirement> = requirements.collect();
    let pins = requirements.iter().filter(is_pin).count();
    manifest.format == "requirements"
        && pins >= FROZEN_FROM
        && (requirements.len() - pins) * BY_HAND <= requirements.len()
        && has_what_it_needs(&requirements)
}

/// Whether a list holds most of what its distributions require: so it does where somebody wrote down what was installed, and
/// not where somebody pinned what he chose. Where nothing is known of any of them, it may.
fn has_what_it_needs(requirements: &[&Requirement]) -> bool {
    let listed: BTreeSet<&str> = requirements.iter().map(|requirement| requirement.name()).collect();
    let needed: BTreeSet<&str> = listed.iter().filter_map(|name| dependencies::requires(name)).flatten().collect();
    let there = needed.iter().filter(|name| listed.contains(*name)).count();
    there * 2 >= needed.len()
}

fn is_declared_elsewhere(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> bool {
    let mut others = context
        .requirements_on(requirement.name())
        .filter(|(m, _)| m.file != manifest.file && !context.declared.is_frozen(m));
    others.any(|(other, r)| compiled_for(context, other, r).is_none())
}

/// Whether the source imports it, or a tool of its name is run.
fn is_used(context: &Context<'_>, requirement: &Requirement) -> bool {
    let name = requirement.name();
    let guess = name.replace('-', "_");
    let mut modules: BTreeSet<&str> = BTreeSet::from([guess.as_str()]);
    let known = context.knowledge.package(name);
    modules.extend(known.iter().flat_map(|p| p.imports.iter().map(|i| i.split('.').next().unwrap_or(i))));
    let runs = |text: &str| text.split(' ').next() == Some(name) || text.starts_with("nosetests") && name == "nose";
    // Who imports `argparse` gets that of the standard library.
    let is_imported =
        |module: &&str| context.project.imported.contains_key(*module) && stdlib::lifetime(module).is_none();
    modules.iter().any(is_imported)
        || context.project.tools.signs.iter().any(|sign| sign.kind == SignKind::Command && runs(&sign.text))
}
