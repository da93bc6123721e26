//! `dev-dependency-at-runtime`: the program imports what only developers install.

use crate::diagnostic::Finding;
use crate::rule::missing::{self, Missing};
use crate::rule::{Context, imported, text};

/// A finding for each distribution that only groups of developers declare and the program needs. What a requirement of
/// the program brings is there as well: that is the matter of `transitive-import`.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let missing = missing::of_developers(context);
    let alone = missing.iter().filter(|missing| missing.chain(context).is_none());
    alone.filter_map(|missing| finding(context, missing)).collect()
}

fn finding(context: &Context<'_>, missing: &Missing<'_>) -> Option<Finding> {
    let name = missing.distribution;
    let (manifest, requirement) = context.requirements_on(name).next()?;
    let modules = text::enumeration(&missing.modules);
    let message = format!("the program imports {modules}, and `{name}` is declared for developers alone");
    let finding = imported::at_sites(&missing.uses, message).package(name).key(name);
    Some(
        finding
            .related(manifest.file.span(requirement.at), format!("declared as {}", requirement.group))
            .note("where the program is installed without the tools of its developers, the import fails")
            .help(format!("declare `{name}` among the requirements of the program")),
    )
}
