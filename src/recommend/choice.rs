//! Which answer to a need is the one to reach for.

use super::Choice;
use super::situation::Situation;
use crate::knowledge::model::{Answer, AnswerKind, Row, Standing};
use crate::manifest::Versions;
use crate::python::stdlib;
use crate::standing::distribution_of;

/// The answer to the part `job` of a need that fits the project best; among those that `among` names, where it names some.
pub(super) fn of(situation: &Situation<'_>, row: &Row, job: Option<&str>, among: &[String]) -> Option<Choice> {
    let is_named = |answer: &&Answer| {
        among.is_empty() || among.iter().any(|name| distribution_of(name) == answer.name || *name == answer.name)
    };
    let of_job = |answer: &&Answer| job.is_none_or(|job| answer.jobs.iter().any(|own| own == job));
    let open = |answer: &&Answer| answer.standing != Standing::Superseded && of_job(answer);
    let all: Vec<&Answer> = row.answers.iter().filter(open).collect();
    let named: Vec<&Answer> = all.iter().copied().filter(is_named).collect();
    if named.is_empty() && !among.is_empty() {
        // What the catalogue names is no answer of the row: it is taken as it stands.
        return among.first().map(|name| outside(name));
    }
    let mut best: Option<(Rank, &Answer)> = None;
    for (place, answer) in named.iter().enumerate() {
        let rank = Rank::of(situation, answer, place);
        if best.as_ref().is_none_or(|(other, _)| rank < *other) {
            best = Some((rank, answer));
        }
    }
    let (_, answer) = best?;
    Some(Choice {
        name: written(among, &answer.name),
        kind: answer.kind,
        when: answer.when.clone(),
        why: reasons(situation, answer, &all),
    })
}

/// A choice that no row of the map has: a distribution, or a module of the standard library.
pub(super) fn outside(name: &str) -> Choice {
    let kind = if stdlib::lifetime(name).is_some() { AnswerKind::StandardLibrary } else { AnswerKind::Distribution };
    Choice { name: name.to_owned(), kind, when: String::new(), why: Vec::new() }
}

/// The requirement to declare for an answer: with a marker where only some Pythons of the project need it.
pub(super) fn requirement(situation: &Situation<'_>, row: &Row, name: &str) -> String {
    let some = row.answers.iter().find(|answer| answer.name == name).and_then(|a| a.fits.some_python.as_deref());
    let is_split = |some: &&str| situation.every_python(some) != Some(true);
    match some.filter(is_split).map(|some| (some, some.find(|c: char| c.is_ascii_digit()))) {
        Some((some, Some(digit))) => {
            let (operator, version) = some.split_at_checked(digit).unwrap_or_default();
            format!("{name}; python_version {operator} '{version}'")
        }
        _ => name.to_owned(),
    }
}

/// How good an answer is for a project: the less, the better.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// A condition is known not to hold.
    refused: bool,
    /// What it is for is not there, or it is chiefly for something else.
    aside: bool,
    /// Neither is it recommended nor made for such a project.
    unasked: bool,
    /// It is not made for such a project rather than the others.
    unmatched: bool,
    standing: Standing,
    place: usize,
}

impl Rank {
    fn of(situation: &Situation<'_>, answer: &Answer, place: usize) -> Self {
        let matched = is_made_for(situation, answer);
        let with = &answer.fits.with;
        Self {
            refused: situation.refuses(&answer.fits, answer.kind),
            aside: !with.is_empty() && !matched && situation.project.is_some() || !answer.chiefly.is_empty(),
            unasked: !matched && answer.standing != Standing::Recommended,
            unmatched: !matched,
            standing: answer.standing,
            place,
        }
    }
}

/// Whether an answer states a condition for which it is to be chosen rather than the others, and the project meets it.
fn is_made_for(situation: &Situation<'_>, answer: &Answer) -> bool {
    let fits = &answer.fits;
    let some = fits.some_python.as_deref().and_then(|some| situation.some_python(some)) == Some(true);
    let awaited = fits.is_async == Some(true) && situation.async_file().is_some();
    // A tool that is there for another job can do this one as well.
    let spreads = !answer.jobs.is_empty() && situation.uses(&answer.name);
    some || awaited || spreads || fits.with.iter().any(|with| situation.requires(with))
}

/// Why an answer is the one for this project, beyond what it is for.
fn reasons(situation: &Situation<'_>, answer: &Answer, all: &[&Answer]) -> Vec<String> {
    let fits = &answer.fits;
    let mut reasons = Vec::new();
    if let Some(file) = situation.async_file().filter(|_| fits.is_async == Some(true)) {
        reasons.push(format!("the program has `async` functions ({file})"));
    }
    if let Some(with) = fits.with.iter().find(|with| situation.requires(with)) {
        reasons.push(format!("the project requires `{with}`"));
    }
    if !answer.jobs.is_empty() && situation.uses(&answer.name) {
        reasons.push("the project uses it already".to_owned());
    }
    if let Some(pythons) = situation.pythons() {
        let some = fits.some_python.as_deref().filter(|some| situation.some_python(some) == Some(true));
        let passed = all.iter().take_while(|other| other.name != answer.name);
        let stopped = passed.filter(|other| other.standing == Standing::Recommended).find_map(|other| {
            let python = other.fits.python.as_deref()?;
            let refused = !pythons.versions.within(&Versions::parse_python(python)?);
            refused
                .then(|| format!("`{}` needs Python {python}, and the project supports {}", other.name, pythons.shown))
        });
        reasons.extend(stopped.or(some.map(|_| format!("the project supports Python {}", pythons.shown))));
    } else if let Some(python) = &fits.python {
        reasons.push(format!("it needs Python {python}"));
    }
    reasons
}

/// A name as the catalogue writes it, with an extra or a bound.
fn written(among: &[String], name: &str) -> String {
    among.iter().find(|written| distribution_of(written) == name).cloned().unwrap_or_else(|| name.to_owned())
}
