//! `undeclared-import`: a module is imported whose distribution nothing declares.

use crate::diagnostic::Finding;
use crate::knowledge::dependencies;
use crate::rule::missing::{self, Missing};
use crate::rule::{Context, imported, text};

/// A finding for each distribution that is needed and not declared.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let undeclared = missing::undeclared(context);
    let alone = undeclared.iter().filter(|m| m.chain(context).is_none() && !is_beside_parent(context, m));
    alone.map(|missing| finding(context, missing)).collect()
}

/// Whether a library that offers it is imported beside it: wherever that one comes from, this does as well, and what is to be
/// said is said of that one.
fn is_beside_parent(context: &Context<'_>, missing: &Missing<'_>) -> bool {
    missing.block.is_none() && missing.is_beside(context, |other| dependencies::offers(other, missing.distribution))
}

fn finding(context: &Context<'_>, missing: &Missing<'_>) -> Finding {
    let name = missing.distribution;
    let in_tests = missing.is_of_tests();
    let who = if in_tests { "tests import" } else { "the program imports" };
    let message = format!("{who} {}, and nothing declares `{name}`", text::enumeration(&missing.modules));
    let finding = imported::at_sites(&missing.uses, message).package(name).key(name);
    missing::declare(context, finding, missing, None)
}
