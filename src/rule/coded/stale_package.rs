//! `stale-package`: a package without a release for five years. Off, unless it is selected.

use crate::diagnostic::Finding;
use crate::knowledge::index::Month;
use crate::rule::public::AtHand;
use crate::rule::{Context, direct, public};

/// This rule, which lists what is finished.
const RULE: &str = "stale-package";

/// So many months without a release are worth a look.
const STALE_AFTER: u16 = 60;

/// One finding a package.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let index = context.settings.names.public();
    let Some(now) = Month::of(index.date()) else { return Vec::new() };
    let finished = context.knowledge.list(RULE, "finished");
    let at_hand = AtHand::of(context);
    let mut findings = Vec::new();
    for (name, mut judged) in public::asked_for(context) {
        let Some(last) = index.lookup(name).and_then(|entry| entry.last_release) else { continue };
        let months = last.until(now);
        // The catalogue has looked closer: what became of it is said by others, and what is finished is in good order.
        let is_finished = finished.iter().any(|finished| finished == name) || name.starts_with(STUBS);
        if months < STALE_AFTER || is_finished || context.knowledge.package(name).is_some() {
            continue;
        }
        judged.retain(|(context, manifest, requirement)| direct::is_direct(context, manifest, requirement));
        if judged.is_empty() || at_hand.has(name) {
            continue;
        }
        let message = format!("`{name}` has had no release since {last}");
        let Some(finding) = public::finding(&judged, message) else { continue };
        let note = format!("{} years of silence on {}: it may be finished, or abandoned", months / 12, index.date());
        findings.push(
            finding.note(note).help("look at its repository: whether issues are answered, and Pythons are named"),
        );
    }
    findings
}

/// Stubs follow the library that they describe: `obsolete-stubs` knows which of them are done with.
const STUBS: &str = "types-";
