//! `unused-dependency`: a requirement of the program that nothing in the project uses.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::imports::idle::Usage;
use crate::rule::{Context, edit, unused};

/// A finding for each requirement of the program that nothing uses.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((idle, candidates)) = unused::judged(context) else { return Vec::new() };
    candidates
        .into_iter()
        .filter(|(_, requirement)| matches!(idle.usage(requirement.name()), Usage::None))
        .map(|(manifest, requirement)| {
            let name = requirement.name();
            let title = format!("delete `{name}`");
            let fix = edit::delete(manifest, requirement).map(|edit| Fix {
                title,
                applicability: Applicability::Unsafe,
                edits: vec![edit],
            });
            Finding::new(
                manifest.file.locate(Some(requirement.name_at)),
                format!("nothing in the project uses `{name}`"),
            )
            .note("no source imports it, and no command, configuration or other file of the project names it")
            .help("delete it, or say in a comment beside it what it is for")
            .package(name)
            .fix(fix)
        })
        .collect()
}
