//! `transitive-import`: a module is imported whose distribution comes with another requirement alone.

use crate::diagnostic::Finding;
use crate::imports::brought::{Chain, Known};
use crate::name::Name;
use crate::rule::missing::{self, Missing};
use crate::rule::{Context, imported, text};

/// The variant for what tests alone import.
const IN_TESTS: &str = "in-tests";

/// A finding for each distribution that is needed, and that a requirement brings along.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let missing: Vec<Missing<'_>> =
        missing::undeclared(context).into_iter().chain(missing::of_developers(context)).collect();
    let brought = missing.iter().filter_map(|missing| Some((missing, missing.chain(context)?)));
    brought.filter(|(_, chain)| !chain.offered).map(|(missing, chain)| finding(context, missing, &chain)).collect()
}

fn finding(context: &Context<'_>, missing: &Missing<'_>, chain: &Chain<'_>) -> Finding {
    let name = missing.distribution;
    let (manifest, requirement) = chain.requirement;
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
        .variant(missing.is_of_tests().then_some(IN_TESTS));
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
    missing::declare(context, finding, missing)
}
