//! `lockstep-versions`: exact versions of distributions that are released in step, and do not agree.

use std::collections::BTreeSet;

use super::pairing;
use crate::diagnostic::Finding;
use crate::knowledge::model::{Lockstep, Relation};
use crate::knowledge::pairings::{Expected, Formula};
use crate::manifest::{Versions, version};
use crate::name;
use crate::project::resolved::Declared;
use crate::rule::{Context, direct, together};
use crate::source::{Location, Span};

/// One finding for each pin that does not fit another one that it goes with.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    let pinned: Vec<&str> = {
        let all = context.project.requirements().filter(|(_, r)| r.pin().is_some()).map(|(_, r)| r.name());
        all.collect::<BTreeSet<&str>>().into_iter().collect()
    };
    for row in &context.knowledge.pairings().lockstep {
        let Some((formula, versions)) = Formula::parse(&row.formula).zip(Versions::parse(&row.of_versions)) else {
            continue;
        };
        for leader in pinned.iter().filter(|name| name::matches(&row.of, name)) {
            let is_follower = |name: &&&str| *name != leader && row.with.iter().any(|with| name::matches(with, name));
            for follower in pinned.iter().filter(is_follower) {
                // Of two that follow each other one speaks.
                let is_mutual =
                    row.with.iter().any(|with| name::matches(with, leader)) && name::matches(&row.of, follower);
                if is_mutual && follower < leader {
                    continue;
                }
                for pair in together::pairs(context, leader, follower) {
                    let Some(expected) = disagreement(context, row, &formula, &versions, (&pair.one, &pair.other))
                    else {
                        continue;
                    };
                    if told.insert(together::place(&pair.other)) {
                        findings.push(finding(context, row, &expected, (&pair.one, &pair.other)));
                    }
                }
            }
        }
    }
    findings
}

/// What the follower would have to be, where both are pinned and it is not.
fn disagreement(
    context: &Context<'_>,
    row: &Lockstep,
    formula: &Formula,
    versions: &Versions,
    (leader, follower): (&Declared<'_>, &Declared<'_>),
) -> Option<Expected> {
    let (first, second) = (leader.requirement.pin()?, follower.requirement.pin()?);
    let is_compiled = |d: &Declared<'_>| direct::is_compiled_pin(context, d.manifest, d.requirement);
    // Of a family whose stable parts are numbered in another way only the others are in step.
    let is_of_family = row.with.iter().any(|with| name::matches(with, leader.requirement.name()));
    let is_judged = versions.contains(first)?
        && (!row.prereleases || version::is_prerelease(second)?)
        && (!row.prereleases || !is_of_family || version::is_prerelease(first)?)
        && !(is_compiled(leader) && is_compiled(follower));
    let expected = formula.of(first)?;
    (is_judged && expected.fits(second, row.relation) == Some(false)).then_some(expected)
}

fn finding(
    context: &Context<'_>,
    row: &Lockstep,
    expected: &Expected,
    (leader, follower): (&Declared<'_>, &Declared<'_>),
) -> Finding {
    let shown = |d: &Declared<'_>| format!("{}{}", d.requirement.name(), d.requirement.written_specifier());
    let span = |d: &Declared<'_>| {
        let at = d.requirement.specifier.as_ref().map_or(d.requirement.at, |specifier| specifier.at);
        d.manifest.file.span(at)
    };
    let name = follower.requirement.name();
    let wanted = match (row.relation, expected) {
        (Relation::AtMost, _) => format!("at most {expected}"),
        (Relation::Begins, Expected::Version(version)) => version.to_string(),
        (Relation::Begins, Expected::Release(_)) => format!("a release of {expected}"),
    };
    let finding = Finding::new(
        Location::Span(span(follower)),
        format!("`{}` does not go with `{}`", shown(follower), shown(leader)),
    )
    .related(span(leader), "the version that it has to go with")
    .package(name)
    .key(leader.requirement.name())
    .note(row.reason.clone())
    .help(format!("`{}` goes with {wanted} of `{name}`; move both together", shown(leader)));
    pairing::dated(context, &row.basis, finding)
}
