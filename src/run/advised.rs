//! What rests on advisories: one finding for all that hit the same version, and how old they are.

use std::collections::BTreeMap;

use crate::config::Settings;
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::knowledge::Knowledge;
use crate::project::Workspace;
use crate::rule::coded::vulnerable;
use crate::source::Location;

/// From this age in days on, advisories are too old to be relied on without a word.
const OLD: i64 = 90;

/// The day of the advisories, where a rule has asked for them.
pub(super) fn date(workspace: &Workspace, knowledge: &Knowledge, settings: &[&Settings]) -> Option<String> {
    let mut projects = workspace.projects.iter().zip(settings);
    let asked = projects.any(|(project, settings)| {
        vulnerable::RULES.iter().any(|rule| settings.selection.runs(rule))
            && (!project.locks.is_empty() || project.every_requirement().next().is_some())
    });
    asked.then(|| knowledge.advisories().date().to_owned())
}

/// What is said where the advisories of the day `date` are old.
pub(super) fn remark(date: &str, today: Date) -> Option<String> {
    let is_old = Date::parse(date).is_none_or(|date| date.days_until(today) > OLD);
    is_old.then(|| format!("the advisories are of {date}, later ones are not known; `--advisories` takes fresh ones"))
}

/// Joins the findings of one rule about one distribution at one place to the first of them: a rule gives one for each
/// vulnerability, so that each can be ignored by its name.
pub(super) fn join(diagnostics: Vec<(Diagnostic, bool)>) -> Vec<(Diagnostic, bool)> {
    let mut joined: Vec<(Diagnostic, bool)> = Vec::with_capacity(diagnostics.len());
    let mut places: BTreeMap<(String, Location, Option<String>), usize> = BTreeMap::new();
    for (diagnostic, shown) in diagnostics {
        let finding = &diagnostic.finding;
        if !finding.advisories.is_empty() {
            let key = (diagnostic.rule.clone(), finding.at, finding.package.clone());
            let at = *places.entry(key).or_insert(joined.len());
            if let Some((first, first_shown)) = joined.get_mut(at) {
                if diagnostic.severity > first.severity {
                    first.severity = diagnostic.severity;
                    first.finding.variant.clone_from(&diagnostic.finding.variant);
                }
                *first_shown |= shown;
                vulnerable::join(&mut first.finding, diagnostic.finding);
                continue;
            }
        }
        joined.push((diagnostic, shown));
    }
    for (diagnostic, _) in joined.iter_mut().filter(|(diagnostic, _)| !diagnostic.finding.advisories.is_empty()) {
        vulnerable::list(&mut diagnostic.finding);
    }
    joined
}
