//! `unused-dependency`: a requirement of the program that nothing in the project uses.

use crate::diagnostic::Finding;
use crate::fix::Applicability;
use crate::imports::idle::Usage;
use crate::rule::{Context, edit, unused};

/// The variant for what a requirement whose needs are not known may be loading.
const PERHAPS_LOADED: &str = "perhaps-loaded";

/// A finding for each requirement of the program that nothing uses.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((idle, candidates)) = unused::judged(context) else { return Vec::new() };
    let unknown = unused::unknown(context);
    candidates
        .into_iter()
        .filter(|(_, requirement)| matches!(idle.usage(requirement.name()), Usage::None))
        .map(|(manifest, requirement)| {
            let name = requirement.name();
            let fix = edit::deletion(manifest, requirement, Applicability::Unsafe);
            let finding = Finding::new(
                manifest.file.locate(Some(requirement.name_at)),
                format!("nothing in the project uses `{name}`"),
            )
            .note("no source imports it, and no command, configuration or other file of the project names it")
            .help("delete it, or say in a comment beside it what it is for")
            .package(name)
            .fix(fix);
            match unknown {
                Some(other) => finding
                    .note(format!("what `{}` needs is not known: that may load it", other.name()))
                    .variant(Some(PERHAPS_LOADED)),
                None => finding,
            }
        })
        .collect()
}
