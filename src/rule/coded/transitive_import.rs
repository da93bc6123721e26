//! `transitive-import`: a module is imported whose distribution comes with another requirement alone.

use crate::diagnostic::Finding;
use crate::imports::brought::{Chain, Known};
use crate::manifest::{Group, Requirement};
use crate::name::Name;
use crate::rule::missing::{self, Missing};
use crate::rule::{Context, imported, text};

/// The variant for what tests alone import.
const IN_TESTS: &str = "in-tests";

/// The variant for what is declared for developers, and a part of the interface of what brings it.
const OFFERED: &str = "offered";

/// The variant for what comes with a requirement of an extra, and is imported where that is.
const IN_EXTRA: &str = "in-extra";

/// A finding for each distribution that is needed, and that a requirement brings along.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // What is declared for developers somebody has thought of, be it a part of the interface of what brings it.
    let undeclared = missing::undeclared(context).into_iter().map(|missing| (missing, false));
    let of_developers = missing::of_developers(context).into_iter().map(|missing| (missing, true));
    let brought = undeclared.chain(of_developers).filter_map(|(missing, is_declared)| {
        let chain = missing.chain(context).filter(|chain| is_declared || !chain.offered)?;
        let is_silent =
            is_in_step(context, chain.requirement.1) || chain.offered && is_of_extra(context, &missing, &chain);
        (!is_silent).then(|| finding(context, &missing, &chain))
    });
    brought.collect()
}

/// Whether the requirement is a project of the same workspace, of which exactly one version will do: both are released
/// together, and what one has the other has.
fn is_in_step(context: &Context<'_>, requirement: &Requirement) -> bool {
    let is_pinned = requirement.specifier.as_ref().is_some_and(|specifier| specifier.pin().is_some());
    is_pinned && context.is_of_workspace(requirement.name())
}

/// Whether it comes with a requirement of an extra and is imported where that is: who has the one has the other.
fn is_of_extra(context: &Context<'_>, missing: &Missing<'_>, chain: &Chain<'_>) -> bool {
    let (_, requirement) = chain.requirement;
    matches!(requirement.group, Group::Extra(_)) && missing.is_beside(context, |other| other == requirement.name())
}

fn finding(context: &Context<'_>, missing: &Missing<'_>, chain: &Chain<'_>) -> Finding {
    let name = missing.distribution;
    let (manifest, requirement) = chain.requirement;
    let is_of_extra = is_of_extra(context, missing, chain);
    let who = if missing.is_of_tests() { "tests import" } else { "the program imports" };
    let modules = text::enumeration(&missing.modules);
    let declared = if context.requirements_on(name).next().is_some() {
        format!("`{name}` is declared for developers alone")
    } else {
        format!("nothing declares `{name}`")
    };
    let message = format!("{who} {modules}, and {declared}: `{}` brings it", requirement.name());
    let finding = imported::at_sites(&missing.uses, message)
        .related(manifest.file.span(requirement.name_at), format!("brings `{name}`"))
        .package(name)
        .key(name)
        .variant(match chain {
            _ if missing.is_of_tests() => Some(IN_TESTS),
            chain if chain.offered => Some(OFFERED),
            _ => is_of_extra.then_some(IN_EXTRA),
        });
    let finding = match chain.names.as_slice() {
        [_, between @ .., _] if !between.is_empty() => {
            let names: Vec<&str> = between.iter().map(Name::as_str).collect();
            finding.note(format!("by way of {}", text::enumeration(&names)))
        }
        _ => finding,
    };
    let finding = match chain.known {
        Known::Lock(lock) => finding.note(format!("{} says so", lock.path)),
        Known::Metadata(installed) => finding.note(format!("the metadata in {} says so", installed.path)),
        Known::Catalogue => finding,
    };
    missing::declare(context, finding, missing, is_of_extra.then_some(chain.requirement))
}
