//! `runtime-dependency-for-tests`: a requirement of the program that only tests import.

use crate::diagnostic::Finding;
use crate::imports::Use;
use crate::manifest::Group;
use crate::path;
use crate::project::purpose::Purpose;
use crate::rule::Context;
use crate::rule::imported;
use crate::rule::unused::{self, Usage};

/// A finding for each requirement of the program that its tests alone import.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let candidates = unused::candidates(context);
    candidates
        .into_iter()
        .filter_map(|(manifest, requirement)| {
            let Usage::Imported(uses) = unused::usage(context, requirement.name()) else { return None };
            let only_tests = uses.iter().all(|used| used.purpose == Purpose::Tests && !is_offered(context, used));
            if !only_tests || requirement.group != Group::Runtime {
                return None;
            }
            let name = requirement.name();
            let finding = Finding::new(
                manifest.file.locate(Some(requirement.name_at)),
                format!("`{name}` is required by the program, and only its tests import it"),
            );
            Some(
                imported::beside(finding, &uses, "imported here")
                    .package(name)
                    .help("move it to the requirements of the tests"),
            )
        })
        .collect()
}

/// Whether a file of tests is there for those who use the package (`package/testing.py`).
fn is_offered(context: &Context<'_>, used: &Use) -> bool {
    let file = context.workspace.python.get(used.file).map_or("", |file| file.path.as_str());
    let below = path::below(file, &context.project.root).unwrap_or(file);
    below.trim_end_matches(".py").split('/').any(|part| part == "testing")
}
