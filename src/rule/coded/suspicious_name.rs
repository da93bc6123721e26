//! `suspicious-name`: a little-known package whose name is one slip away from that of a popular one.
//!
//! A near name alone says nothing: thousands of sound packages have one. It takes three things: the package is beyond the
//! most downloaded, it never came further than the versions that people begin with, and the other one is popular enough
//! to be what people look for.

use crate::diagnostic::Finding;
use crate::knowledge::index::similar::{Similar, Slip, similar};
use crate::knowledge::modules::Modules;
use crate::rule::public::AtHand;
use crate::rule::text::alternatives;
use crate::rule::{Context, direct, public};

/// One finding a name.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let index = context.settings.names.public();
    let mut findings = Vec::new();
    for (name, mut judged) in public::asked_for(context) {
        if index.popular(name).is_some() || context.knowledge.package(name).is_some() {
            continue;
        }
        let mut near = similar(index, name);
        near.retain(|other| is_slip(name, other));
        // Most names are near to none: what lies apart of the others is not looked at, and its pages take no memory.
        if near.is_empty() {
            continue;
        }
        let Some(entry) = index.lookup(name).filter(|entry| entry.is_early) else { continue };
        if near.iter().any(|other| is_meant(context, name, other)) {
            continue;
        }
        let near = public::nearest(near);
        let Some(first) = near.first() else { continue };
        judged.retain(|(context, manifest, requirement)| direct::is_direct(context, manifest, requirement));
        if judged.is_empty() || AtHand::of(context).has(name) {
            continue;
        }
        let names: Vec<&str> = near.iter().map(|similar| similar.name.as_str()).collect();
        let difference = public::difference(first.slip);
        let message =
            format!("`{name}` is a little-known package, and the popular {} {difference}", alternatives(&names));
        let Some(finding) = public::finding(&judged, message) else { continue };
        let age = entry.last_release.map_or(String::new(), |month| format!(", its last release is of {month}"));
        let (ranked, date) = (index.ranked_len(), index.date());
        let note = format!(
            "`{}` is number {} by downloads; `{name}` is not among the first {ranked}{age} (as of {date})",
            first.name, first.rank
        );
        let help = format!("require {}, or ignore this with the reason why it is not meant", alternatives(&names));
        let fix = public::renamed(&judged, &names);
        findings.push(finding.note(note).help(help).replacements(names).fix(fix));
    }
    findings
}

/// Whether so unknown a name is more likely a slip than a name of its own.
fn is_slip(name: &str, other: &Similar) -> bool {
    match other.slip {
        Slip::Looks | Slip::Order => true,
        Slip::Letter => name.len() >= SHORTEST && other.rank <= WELL_KNOWN,
        Slip::Affix | Slip::Number => other.rank <= WELL_KNOWN,
    }
}

/// Shorter names are near too many others.
const SHORTEST: usize = 5;

/// Up to this rank a package is one that people look for by name.
const WELL_KNOWN: u32 = 1000;

/// Whether the project shows that it knows both: it requires the other as well, or imports a module of this name that the
/// other does not have.
fn is_meant(context: &Context<'_>, name: &str, other: &Similar) -> bool {
    let requires = !context.declared.on(&other.name).is_empty() || !context.declared.apart(&other.name).is_empty();
    let module = name.replace('-', "_");
    let imports = context.project.imported.contains_key(&module);
    requires
        || imports && !Modules::new(context.knowledge).of(&other.name).is_some_and(|modules| modules.contains(&module))
}
