//! `incompatible-versions`: ranges of two distributions that cannot be installed together, or do not run together.

use std::collections::BTreeSet;

use super::pairing;
use crate::diagnostic::Finding;
use crate::knowledge::model::{Failure, Incompatible};
use crate::lock::{LockFile, Package};
use crate::manifest::{Requirement, Versions};
use crate::project::resolved::Declared;
use crate::rule::together::{self, Pair};
use crate::rule::{Context, direct};
use crate::source::{Location, Span};

/// One finding for each distribution whose declared or locked versions meet none of another that they go with.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<(Span, String)> = BTreeSet::new();
    for row in &context.knowledge.pairings().incompatible {
        let Some((ones, others)) = Versions::parse(&row.one_versions).zip(Versions::parse(&row.other_versions)) else {
            continue;
        };
        for other in row.other.iter().filter(|other| !context.is_of_workspace(other)) {
            if context.is_of_workspace(&row.one) {
                break;
            }
            let locked = locked(context, (&row.one, &ones), (other, &others));
            // What has been resolved shows that the row is out of date.
            if row.failure == Failure::Install && !locked.is_empty() {
                continue;
            }
            let mut pairs = together::pairs(context, &row.one, other);
            pairs.retain(|pair| is_bad(context, row, pair, &ones, &others));
            for pair in &pairs {
                if told.insert((together::place(&pair.one), other.clone())) {
                    findings.push(declared(context, row, pair));
                }
            }
            if pairs.is_empty() && row.one_extra.is_empty() {
                findings.extend(locked.iter().map(|pair| of_lock(context, row, pair)));
            }
        }
    }
    findings
}

/// Whether all that a pair allows lies in the versions of a row.
fn is_bad(context: &Context<'_>, row: &Incompatible, pair: &Pair<'_>, ones: &Versions, others: &Versions) -> bool {
    let lies_in = |declared: &Declared<'_>, bad: &Versions| {
        let known = declared.requirement.specifier.as_ref().is_none_or(|s| s.versions.is_some());
        let versions = declared.requirement.versions();
        known && !versions.is_empty() && versions.within(bad)
    };
    let has_extra = |r: &Requirement| row.one_extra.is_empty() || r.extras.iter().any(|e| e.name == *row.one_extra);
    let is_compiled =
        |declared: &Declared<'_>| direct::is_compiled_pin(context, declared.manifest, declared.requirement);
    // What a compiler has written was resolved, whatever is known of it here.
    let was_resolved = row.failure == Failure::Install && is_compiled(&pair.one) && is_compiled(&pair.other);
    lies_in(&pair.one, ones) && lies_in(&pair.other, others) && has_extra(pair.one.requirement) && !was_resolved
}

fn declared(context: &Context<'_>, row: &Incompatible, pair: &Pair<'_>) -> Finding {
    let (one, other) = (pair.one.requirement, pair.other.requirement);
    let shown = |r: &Requirement| format!("{}{}", r.name(), r.written_specifier());
    let finding = Finding::new(Location::Span(span(&pair.one)), message(row, &shown(one), &shown(other)))
        .related(span(&pair.other), format!("it does not go with `{}`", shown(other)));
    told(context, row, finding, other.name())
}

/// The declaration's versions, or its name where it has none.
fn span(declared: &Declared<'_>) -> Span {
    let at = declared.requirement.specifier.as_ref().map_or(declared.requirement.name_at, |specifier| specifier.at);
    declared.manifest.file.span(at)
}

fn message(row: &Incompatible, one: &str, other: &str) -> String {
    match row.failure {
        Failure::Install => format!("`{one}` cannot be installed together with `{other}`"),
        Failure::Run => format!("`{one}` does not work with `{other}`"),
    }
}

fn told(context: &Context<'_>, row: &Incompatible, finding: Finding, other: &str) -> Finding {
    let finding = finding
        .package(row.one.as_str())
        .key(other)
        .note(row.reason.replace("{other}", other))
        .help(row.help.replace("{other}", other));
    pairing::dated(context, &row.basis, finding)
}

/// Two packages of one lock.
struct Locked<'a> {
    lock: &'a LockFile,
    one: &'a Package,
    other: &'a Package,
}

/// The locks in the project's root that fix both distributions, once each, at versions of these sets.
fn locked<'a>(context: &Context<'a>, one: (&'a str, &Versions), other: (&'a str, &Versions)) -> Vec<Locked<'a>> {
    let of_lock = |lock: &'a LockFile| Some(Locked { lock, one: only(lock, one)?, other: only(lock, other)? });
    context.project.own_locks().filter_map(of_lock).collect()
}

/// The one package of a name in a lock, where its version is one of these.
fn only<'a>(lock: &'a LockFile, (name, versions): (&'a str, &Versions)) -> Option<&'a Package> {
    let mut found = lock.lock.named(name);
    let first = found.next().filter(|_| found.next().is_none())?;
    (versions.contains(&first.version.as_ref()?.text) == Some(true)).then_some(first)
}

fn of_lock(context: &Context<'_>, row: &Incompatible, pair: &Locked<'_>) -> Finding {
    let shown = |package: &Package| {
        let version = package.version.as_ref().map_or("", |version| version.text.as_str());
        format!("{}=={version}", package.name)
    };
    let span = |package: &Package| {
        let at = package.version.as_ref().map_or(package.name_at, |version| version.at);
        pair.lock.file.span(at)
    };
    let message = message(row, &shown(pair.one), &shown(pair.other));
    let finding = Finding::new(Location::Span(span(pair.one)), message)
        .related(span(pair.other), format!("it does not go with `{}`", shown(pair.other)));
    told(context, row, finding, pair.other.name.as_str())
}
