//! Which of several projects speaks of a file, so that what stands there is said once.

use crate::evidence::EvidenceFile;
use crate::path;
use crate::project::role;
use crate::rule::Context;
use crate::source::Location;

/// Whether the project that is judged speaks of the file at `path`: the innermost one that holds it; of a file that lies
/// in none (continuous integration above all projects) the first for which it counts as evidence.
pub fn speaks_of(context: &Context<'_>, path: &str) -> bool {
    let is_data = path::below(path, &context.project.root).is_some_and(|below| role::is_data(path::folder(below)));
    if is_data {
        return false;
    }
    if let Some(owner) = context.workspace.owner(path) {
        return owner == context.index;
    }
    context.workspace.first_for(path) == Some(context.index)
}

/// Whether it speaks of the file that a place lies in.
pub fn speaks_at(context: &Context<'_>, at: Location) -> bool {
    at.file().is_some_and(|file| speaks_of(context, context.workspace.sources.path(file)))
}

/// The evidence of which the project that is judged speaks.
pub fn evidence<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a EvidenceFile> {
    let context = *context;
    let all = context.project.evidence.iter().filter_map(move |at| context.workspace.evidence.get(*at));
    all.filter(move |evidence| speaks_of(&context, &evidence.path))
}
