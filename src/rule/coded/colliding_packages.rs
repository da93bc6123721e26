//! `colliding-packages`: distributions that install a module of the same name over each other.

use std::collections::BTreeSet;

use super::pairing;
use crate::diagnostic::Finding;
use crate::knowledge::model::Collision;
use crate::manifest::Group;
use crate::project::resolved::Declared;
use crate::rule::{Context, direct, together};
use crate::source::{Location, Span};

/// The variant of builds of one library.
const BUILDS: &str = "builds";

/// One finding for each requirement that brings a module which another one brings as well.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for row in &context.knowledge.pairings().collide {
        for (at, keep) in row.distributions.iter().enumerate() {
            for other in row.distributions.iter().skip(at + 1) {
                for pair in together::pairs(context, keep, other) {
                    let is_chosen = |d: &Declared<'_>| direct::is_direct(context, d.manifest, d.requirement);
                    let installs = !pair.one.is_constraint && !pair.other.is_constraint;
                    if installs
                        && !are_alternatives(&pair.one, &pair.other)
                        && (is_chosen(&pair.one) || is_chosen(&pair.other))
                        && told.insert(together::place(&pair.other))
                    {
                        findings.push(finding(context, row, &pair.one, &pair.other));
                    }
                }
            }
        }
    }
    findings
}

/// Whether both stand in an extra that lists what will do, one of them (`instruments-any`), as those of OpenTelemetry have.
fn are_alternatives(one: &Declared<'_>, other: &Declared<'_>) -> bool {
    let group = &one.requirement.group;
    *group == other.requirement.group
        && matches!(group, Group::Extra(name) if name.as_str().split('-').any(|word| word == "any"))
}

fn finding(context: &Context<'_>, row: &Collision, keep: &Declared<'_>, other: &Declared<'_>) -> Finding {
    let (kept, left) = (keep.requirement.name(), other.requirement.name());
    let at = |d: &Declared<'_>| d.manifest.file.span(d.requirement.name_at);
    let finding = Finding::new(
        Location::Span(at(other)),
        format!("`{left}` and `{kept}` both install the module `{}`", row.module),
    )
    .related(at(keep), format!("installs `{}` as well", row.module))
    .package(left)
    .key(kept)
    .note(format!("one hides the other or writes over its files, and removing either breaks both; {}", row.reason))
    .help(format!("keep one of them, most often `{kept}`"))
    .variant(row.builds.then_some(BUILDS));
    pairing::dated(context, &row.basis, finding)
}
