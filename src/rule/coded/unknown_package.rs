//! `unknown-package`: no package on the public index has the name.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::knowledge::index::similar::{Similar, Slip, similar};
use crate::knowledge::model::Matcher;
use crate::knowledge::modules::Modules;
use crate::python::stdlib;
use crate::rule::public::AtHand;
use crate::rule::text::{alternatives, enumeration};
use crate::rule::{Context, Judged, conda, direct, private_index, public};

/// The variant for names that are near no popular one: they may be private.
const UNLIKE: &str = "unlike";

/// The same with an index that is so old that the name may well have come since.
const OLD_INDEX: &str = "old-index";

/// After so many days an index is old.
const OLD_AFTER: i64 = 180;

/// This rule, and its list of names that have another home.
const RULE: &str = "unknown-package";
const ELSEWHERE: &str = "elsewhere";

/// The rule that knows import names which are no distributions.
const MISNAMED: &str = "misnamed-package";

/// So many names of one prefix are told together.
const FAMILY: usize = 2;

/// So many of them are named.
const NAMED: usize = 3;

/// One finding a name, or a family of names.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let index = context.settings.names.public();
    let mut unknown = public::asked_for(context);
    unknown.retain(|name, _| index.popular(name).is_none() && !is_claimed(context, name));
    for judged in unknown.values_mut() {
        judged.retain(|judged| !is_resolved(judged) && !conda::reads(context, judged.1));
    }
    unknown.retain(|name, judged| !judged.is_empty() && !public::is_locked(context, name));
    // The names that are not ranked are packed: they are asked last.
    unknown.retain(|name, _| !index.contains(name));
    if unknown.is_empty() || private_index::is_shown(context) {
        return Vec::new();
    }
    let at_hand = AtHand::of(context);
    unknown.retain(|name, _| !at_hand.has(name));
    let mut findings = Vec::new();
    let mut families: BTreeMap<&str, Vec<(&str, Vec<Judged<'_>>)>> = BTreeMap::new();
    for (name, judged) in unknown {
        // Who names a module of the standard library means that.
        let is_stdlib = stdlib::lifetime(&name.replace('-', "_")).is_some();
        let near = if is_stdlib { Vec::new() } else { public::nearest(believable(name, similar(index, name))) };
        if near.is_empty() {
            families.entry(prefix(name)).or_default().push((name, judged));
        } else {
            findings.extend(slip(context, name, &judged, &near));
        }
    }
    for (prefix, members) in families {
        if members.len() >= FAMILY && !index.is_popular_prefix(&format!("{prefix}-")) {
            findings.extend(family(context, prefix, &members));
        } else {
            findings.extend(members.iter().filter_map(|(name, judged)| alone(context, name, judged)));
        }
    }
    findings
}

/// Whether another rule speaks of the name, or the catalogue knows it.
fn is_claimed(context: &Context<'_>, name: &str) -> bool {
    let named = |matcher: &Matcher| {
        matcher.requirement.as_ref().is_some_and(|wanted| wanted.packages.iter().any(|package| package == name))
    };
    context.knowledge.package(name).is_some()
        || context.knowledge.list(RULE, ELSEWHERE).iter().any(|other| other == name)
        || context.knowledge.rule(MISNAMED).is_some_and(|rule| rule.matchers.iter().any(named))
}

/// Whether an installer has found it somewhere already: it is pinned by a hash, or a compiler wrote it.
fn is_resolved((context, manifest, requirement): &Judged<'_>) -> bool {
    requirement.hashes > 0 || direct::is_compiled_pin(context, manifest, requirement)
}

/// The slips that people and models make with so short or so popular a name.
fn believable(name: &str, mut similar: Vec<Similar>) -> Vec<Similar> {
    similar.retain(|other| match (other.slip, name.len().max(other.name.len())) {
        (Slip::Looks | Slip::Order | Slip::Number, _) | (Slip::Letter, LONG..) => true,
        (Slip::Letter, SHORT..) => other.rank <= FAMOUS,
        (Slip::Letter, _) => false,
        (Slip::Affix, _) => other.rank <= WELL_KNOWN,
    });
    similar
}

/// From so many letters on, one of them is not what makes a name.
const LONG: usize = 7;

/// Names with fewer are near too many others.
const SHORT: usize = 5;

/// A name between the two is a slip of one that everybody uses, or a name of its own.
const FAMOUS: u32 = 1000;

/// With `python-` before them, less popular names are other packages.
const WELL_KNOWN: u32 = 5000;

/// The first word of a name.
fn prefix(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

/// A name near a popular one.
fn slip(context: &Context<'_>, name: &str, judged: &[Judged<'_>], near: &[Similar]) -> Option<Finding> {
    let first = near.first()?;
    let names: Vec<&str> = near.iter().map(|similar| similar.name.as_str()).collect();
    let difference = public::difference(first.slip);
    let message = format!("PyPI has no package `{name}`; the popular {} {difference}", alternatives(&names));
    let finding = public::finding(judged, message)?
        .fix(public::renamed(judged, &names))
        .note("whoever takes the name decides what is installed here")
        .help(format!("require {}", alternatives(&names)))
        .replacements(names);
    Some(dated(context, finding))
}

/// A name that is near no popular one.
fn alone(context: &Context<'_>, name: &str, judged: &[Judged<'_>]) -> Option<Finding> {
    let mut finding = public::finding(judged, format!("PyPI has no package `{name}`"))?;
    let module = name.replace('-', "_");
    let provider = Modules::new(context.knowledge).providers(&module).filter(|found| found.module == module);
    let provider = provider.and_then(|found| found.distributions.first().cloned());
    finding = match provider {
        _ if stdlib::lifetime(&module).is_some() => {
            finding.help(format!("delete the requirement: `{module}` is a module of the standard library"))
        }
        Some(provider) => {
            let help = format!("if the module `{module}` is meant, require `{provider}`, which has one");
            finding.help(help).replacements([provider])
        }
        None => finding.help(format!("if it lives on an index of your own, say so: `private-packages = [\"{name}\"]`")),
    };
    Some(unlike(context, finding))
}

/// Names that begin with the same word.
fn family(context: &Context<'_>, prefix: &str, members: &[(&str, Vec<Judged<'_>>)]) -> Option<Finding> {
    let names: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let shown = match names.get(..NAMED).filter(|_| names.len() > NAMED + 1) {
        Some(first) => {
            let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and {} more names that begin with `{prefix}-`", first.join(", "), names.len() - NAMED)
        }
        None => enumeration(&names),
    };
    let all: Vec<Judged<'_>> = members.iter().flat_map(|(_, judged)| judged.iter().copied()).collect();
    let finding = public::finding(&all, format!("PyPI has none of {shown}"))?;
    let help = format!("if they live on an index of your own, say so: `private-packages = [\"{prefix}-*\"]`");
    Some(unlike(context, finding.key(format!("{prefix}-*")).help(help)))
}

fn unlike(context: &Context<'_>, finding: Finding) -> Finding {
    let is_old = context.settings.names.public().date().days_until(context.today) > OLD_AFTER;
    dated(context, finding.variant(Some(if is_old { OLD_INDEX } else { UNLIKE })))
}

fn dated(context: &Context<'_>, finding: Finding) -> Finding {
    let date = context.settings.names.public().date();
    finding.note(format!("as of {date}, without what was withdrawn altogether; what was published since is not known"))
}
