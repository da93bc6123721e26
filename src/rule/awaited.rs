//! Matches whose project decides whether they may speak: by the Pythons that it supports, and by what it requires.
//!
//! While files are read that is not known yet, and most projects are none of theirs: their files are not parsed before.

use foldhash::HashMap;

use super::coded::{missing_companion, removed_module};
use super::matcher::needs;
use super::syntax::{Scanned, Wanted};
use super::{gate, removal};
use crate::knowledge::model::Matcher;
use crate::project::load::Match;

/// The rule whose matches are the removed modules.
pub const MODULES: &str = "removed-module";

/// The rule whose matches are the companions of the pairings.
pub const COMPANIONS: &str = "missing-companion";

/// Whether `matcher` is such a match.
pub fn waits(matcher: &Matcher) -> bool {
    matcher.gate.is_some() || matcher.removed.is_some() || matcher.needs.is_some()
}

/// Asks for the files of a project that wait for matches which may speak there.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let mut known: HashMap<&Match, bool> = HashMap::default();
    for place in scanned.project.python.iter().copied() {
        let Some(file) = scanned.workspace.python.get(place) else { continue };
        if file.waiting.iter().any(|one| *known.entry(one).or_insert_with(|| may_speak(one, scanned))) {
            wanted.add_whole(place);
        }
    }
}

/// Whether a match may have something to say of a project, as far as manifests, locks and imports tell.
fn may_speak(one: &Match, scanned: Scanned<'_>) -> bool {
    let Scanned { project, knowledge, .. } = scanned;
    match one.rule.as_str() {
        MODULES => knowledge.removed_modules().get(one.at).is_none_or(|row| removed_module::may_be(row, scanned)),
        COMPANIONS => {
            knowledge.pairings().companion.get(one.at).is_none_or(|row| missing_companion::may_be(row, scanned))
        }
        rule => knowledge.rule(rule).and_then(|rule| rule.matchers.get(one.at)).is_none_or(|matcher| {
            matcher.gate.as_ref().is_none_or(|gate| gate::may_hold(gate, project))
                && matcher.removed.as_ref().is_none_or(|removed| removal::may_be(removed, project))
                && matcher.needs.as_ref().is_none_or(|needs| needs::may_lack(needs, scanned))
        }),
    }
}
