//! `runtime-dependency-for-tests`: a requirement of the program that only tests import.

use crate::diagnostic::Finding;
use crate::imports::Use;
use crate::project::purpose::Purpose;
use crate::project::role;
use crate::rule::Context;
use crate::rule::imported;
use crate::rule::unused;

/// A finding for each requirement of the program that its tests alone import.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((idle, candidates)) = unused::judged(context) else { return Vec::new() };
    candidates
        .into_iter()
        .filter_map(|(manifest, requirement)| {
            let name = requirement.name();
            let modules = context.modules().of_distribution(name);
            let uses: Vec<Use> = modules.flat_map(|module| module.uses.iter().copied()).collect();
            let only_tests = uses.iter().all(|used| used.purpose == Purpose::Tests && !is_offered(context, used));
            if uses.is_empty() || !only_tests || idle.is_used_by_program(name) {
                return None;
            }
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

/// Whether a file of tests may be there for those who use the package (`package/testing.py`, `package/test/runner.py`): it
/// is no test itself, and lies in no folder of tests beside the package.
fn is_offered(context: &Context<'_>, used: &Use) -> bool {
    let place = imported::place(context, used);
    let is_beside = place.split('/').next().is_some_and(|first| first.contains("test"));
    place.split('/').any(|part| part == "testing") || !is_beside && !role::is_test_module(&place)
}
