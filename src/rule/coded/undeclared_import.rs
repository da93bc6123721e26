//! `undeclared-import`: a module is imported whose distribution nothing declares.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::manifest::Group;
use crate::project::purpose::Purpose;
use crate::rule::imported::{self, Missing};
use crate::rule::{Context, edit, text};

/// A finding for each distribution that is needed and not declared.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let missing = imported::missing(context);
    missing.iter().map(|missing| finding(context, missing)).collect()
}

fn finding(context: &Context<'_>, missing: &Missing<'_>) -> Finding {
    let name = missing.distribution;
    let in_tests = missing.uses.iter().all(|used| used.purpose == Purpose::Tests);
    let who = if in_tests { "tests import" } else { "the program imports" };
    let message = format!("{who} {}, and nothing declares `{name}`", text::enumeration(&missing.modules));
    let finding = imported::at_sites(&missing.uses, message).package(name).key(name);
    let list = imported::runtime_list(context).filter(|_| !in_tests);
    let Some((manifest, last)) = list else {
        return finding.help(match in_tests {
            true => format!("declare `{name}` where the tests have their requirements"),
            false => format!("declare `{name}`"),
        });
    };
    let source = context.workspace.sources.text(manifest.file);
    let edits = edit::declare_behind(source, manifest, last, name).filter(|_| last.group == Group::Runtime);
    let title = format!("declare `{name}` in {}", manifest.path);
    finding
        .related(manifest.file.span(last.at), "the requirements of the program stand here")
        .help(title.clone())
        .fix(edits.map(|edits| Fix { title, applicability: Applicability::Unsafe, edits }))
}
