//! How projects stand to the needs of the ecosystem map: what fills each, and what is missing where it should be.
//!
//! What fills a need is seen by signs: requirements, commands and configurations of tools, imports. That something is out of
//! date, or missing, is what the rules have found, so the map never says more than they do.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Category, Diagnostic, Severity};
use crate::imports::{Around, Use};
use crate::knowledge::Knowledge;
use crate::knowledge::model::{Answer, AnswerKind, Row, Standing};
use crate::manifest::Manifest;
use crate::name::Name;
use crate::path;
use crate::project::purpose::Purpose;
use crate::project::tools::{Sign, SignKind};
use crate::project::{Project, PythonFile, role};
use crate::run::{Place, Survey};
use crate::source::{FileId, Location, Span};

/// How a project stands to one need.
#[derive(Debug)]
pub struct Need<'a> {
    /// The row of the map.
    pub row: &'a Row,
    /// What fills it, the best first.
    pub filled: Vec<Filler>,
    /// What rules have found to be missing, the worst first.
    pub lacks: Vec<Lack>,
}

/// Something that fills a need.
#[derive(Debug, Clone)]
pub struct Filler {
    /// A normalised distribution name, a module, a program or a practice.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Where it shows, in the order in which that was met.
    pub evidence: Vec<Evidence>,
    /// What became of it, where that is why it is superseded.
    pub ended: Option<Ended>,
    /// The day on which what is known of it was checked, `YYYY-MM-DD`; empty for what the catalogue does not date.
    pub checked: String,
}

/// A place where something shows.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The place.
    pub at: Location,
    /// How it shows there (`requirement`, `pre-commit hook`, `import`).
    pub how: &'static str,
}

/// What became of something.
#[derive(Debug, Clone)]
pub struct Ended {
    /// A date, a month, or nothing.
    pub since: String,
    /// Why, in one clause without a full stop.
    pub reason: String,
    /// What to use instead.
    pub instead: Vec<String>,
}

/// Something that a rule has found to be missing.
#[derive(Debug, Clone)]
pub struct Lack {
    /// The rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What the rule said.
    pub message: String,
    /// Where.
    pub at: Location,
    /// What would fill the need.
    pub instead: Vec<String>,
}

/// A need in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// A part of it is missing where it should be.
    Missing,
    /// Something that fills it is out of date.
    Superseded,
    /// It is filled by what is recommended.
    Recommended,
    /// It is filled by what is as good.
    Accepted,
    /// Nothing fills it, and that may be worth a thought.
    Suggested,
    /// Nothing fills it, and nothing shows that it is felt.
    Unused,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Superseded => "superseded",
            Self::Recommended => "recommended",
            Self::Accepted => "accepted",
            Self::Suggested => "suggested",
            Self::Unused => "unused",
        }
    }
}

impl Need<'_> {
    /// How the project stands to it.
    pub fn state(&self) -> State {
        let worst = self.lacks.iter().map(|lack| lack.severity).max();
        let standings = || self.filled.iter().map(|filler| filler.standing);
        match (worst, standings().max(), standings().min()) {
            (Some(Severity::Warning | Severity::Error), _, _) => State::Missing,
            (_, Some(Standing::Superseded), _) => State::Superseded,
            (_, _, Some(Standing::Recommended)) => State::Recommended,
            (_, _, Some(_)) => State::Accepted,
            (Some(Severity::Advice), _, None) => State::Suggested,
            (None, _, None) => State::Unused,
        }
    }
}

/// How the projects of a survey that are in `places` stand, taken together, to every need, in the order of the lesson;
/// a user's rows come last.
pub(crate) fn of<'a>(survey: &'a Survey, places: &[Place]) -> Vec<Need<'a>> {
    let mut needs: Vec<Need<'a>> = survey
        .knowledge
        .rows()
        .iter()
        .map(|row| {
            let mut found = Found { knowledge: &survey.knowledge, row, filled: BTreeMap::new() };
            for place in places {
                if let Some(project) = survey.project(*place) {
                    found.signs(project, &Libraries::of(survey, project, *place));
                    found.imports(survey, *place);
                }
            }
            Need { row, filled: found.finish(), lacks: Vec::new() }
        })
        .collect();
    let is_of = |diagnostic: &&Diagnostic| {
        let root = |place: &Place| survey.project(*place).map(Project::shown_root);
        places.iter().filter_map(root).any(|root| root == diagnostic.project)
    };
    for diagnostic in survey.outcome.report.diagnostics.iter().filter(is_of) {
        if ENDED.contains(&diagnostic.rule.as_str()) {
            supersede(&survey.knowledge, &mut needs, diagnostic);
        } else if let Some(need) = needs.iter_mut().find(|need| lacks(need.row, diagnostic)) {
            need.lack(diagnostic);
        }
    }
    needs.sort_by_key(|need| (need.row.need.place.checked_sub(1).unwrap_or(u16::MAX), need.row.id.as_str()));
    for need in &mut needs {
        // What the map calls superseded is told only where a rule says so of this project.
        need.filled.retain(|filler| filler.standing != Standing::Superseded || filler.ended.is_some());
        need.filled.sort_by_key(|filler| filler.standing);
        need.lacks.sort_by_key(|lack| std::cmp::Reverse(lack.severity));
    }
    needs
}

/// The files that evidence points at.
pub(crate) fn files<'a>(needs: &'a [Need<'a>]) -> impl Iterator<Item = FileId> + 'a {
    needs.iter().flat_map(|need| &need.filled).flat_map(|filler| &filler.evidence).filter_map(|e| e.at.file())
}

/// The section of the lesson whose needs are not those of the program.
pub(crate) const TESTING_AND_QUALITY: &str = "Testing and Quality";

/// The rules that say that a distribution should be left.
const ENDED: &[&str] = &[
    "misnamed-package",
    "stdlib-package",
    "deprecated-package",
    "abandoned-package",
    "renamed-package",
    "needless-backport",
    "superseded-by-stdlib",
    "eol-version",
];

/// Whether a finding says that something is missing that would fill the need of `row`.
fn lacks(row: &Row, diagnostic: &Diagnostic) -> bool {
    let finding = &diagnostic.finding;
    let is_absent = diagnostic.rule.starts_with("missing-") || diagnostic.category == Category::Advice;
    finding.need.as_deref() == Some(&row.id) && is_absent && finding.package.is_none()
}

/// Marks in every row what a finding says should be left: in the rows that it fills itself, else in the row of what should
/// take its place.
fn supersede(knowledge: &Knowledge, needs: &mut [Need<'_>], diagnostic: &Diagnostic) {
    let finding = &diagnostic.finding;
    let Some(name) = finding.package.as_deref() else { return };
    let stands = |need: &Need<'_>, name: &str| {
        need.row.answers.iter().find(|a| a.name == name && a.chiefly.is_empty()).map(|answer| answer.standing)
    };
    // That something newer is there is an opinion where the rule gives advice; the map says so only where its row does.
    let counts = |need: &Need<'_>| match diagnostic.severity {
        Severity::Advice => stands(need, name) == Some(Standing::Superseded),
        Severity::Warning | Severity::Error => stands(need, name).is_some(),
    };
    let mut rows: Vec<usize> = needs.iter().enumerate().filter(|(_, need)| counts(need)).map(|(at, _)| at).collect();
    if rows.is_empty() && diagnostic.severity > Severity::Advice {
        let instead = finding.replacements.first().map(|first| Name::new(distribution_of(first)));
        let takes = |need: &Need<'_>| instead.as_ref().is_some_and(|instead| stands(need, instead.as_str()).is_some());
        rows.extend(needs.iter().position(takes));
    }
    let fate = knowledge.fate(name);
    for row in rows {
        let Some(need) = needs.get_mut(row) else { continue };
        let instead: Vec<String> =
            fate.iter().flat_map(|(_, fate)| fate.replacements.iter().chain(&fate.stdlib)).cloned().collect();
        let ended = Ended {
            since: fate.map(|(_, fate)| fate.since.clone()).unwrap_or_default(),
            reason: fate.map_or_else(|| finding.message.clone(), |(_, fate)| fate.reason.clone()),
            instead: if instead.is_empty() { finding.replacements.clone() } else { instead },
        };
        let evidence = Evidence { at: finding.at, how: "requirement" };
        match need.filled.iter_mut().find(|filler| filler.name == name) {
            Some(filler) => {
                filler.standing = Standing::Superseded;
                filler.ended = Some(ended);
            }
            None => need.filled.push(Filler {
                name: name.to_owned(),
                standing: Standing::Superseded,
                evidence: vec![evidence],
                ended: Some(ended),
                checked: fate.map(|(package, _)| package.checked.clone()).unwrap_or_default(),
            }),
        }
    }
}

/// The name in a requirement such as `pydantic>=2`.
pub(crate) fn distribution_of(requirement: &str) -> &str {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    requirement.get(..end.unwrap_or(requirement.len())).unwrap_or_default()
}

impl Need<'_> {
    fn lack(&mut self, diagnostic: &Diagnostic) {
        if self.lacks.iter().any(|lack| lack.rule == diagnostic.rule) {
            return;
        }
        self.lacks.push(Lack {
            rule: diagnostic.rule.clone(),
            severity: diagnostic.severity,
            message: diagnostic.finding.message.clone(),
            at: diagnostic.finding.at,
            instead: diagnostic.finding.replacements.clone(),
        });
    }
}

/// What was found to fill one row.
struct Found<'a> {
    knowledge: &'a Knowledge,
    row: &'a Row,
    /// By the place of the answer in the row, and the name that was found.
    filled: BTreeMap<(usize, String), Filler>,
}

impl Found<'_> {
    fn signs(&mut self, project: &Project, libraries: &Libraries<'_>) {
        for (place, answer) in answers(self.row) {
            let is_own = |sign: &&Sign| !answer.jobs.is_empty() || libraries.counts(sign);
            for sign in project.tools.signs_of(answer).filter(is_own) {
                self.add(place, answer, &answer.name, Evidence { at: sign.at, how: sign.how });
            }
            let families = answer.lesson_name.split(", ").filter_map(|name| name.strip_suffix('*'));
            for family in families {
                let is_of = |name: &str| name.starts_with(family) && !self.row.answers.iter().any(|a| a.name == name);
                let signs = project.tools.signs.iter().filter(is_own).filter(|sign| sign.kind == SignKind::Requirement);
                for sign in signs.filter(|sign| is_of(&sign.text)) {
                    self.add(place, answer, &sign.text, Evidence { at: sign.at, how: sign.how });
                }
            }
        }
    }

    fn imports(&mut self, survey: &Survey, project: Place) {
        let modules = survey.modules(project);
        for (place, answer) in answers(self.row) {
            if answer.kind == AnswerKind::Distribution {
                let of = modules.iter().filter(|module| module.distribution.as_deref() == Some(&answer.name));
                let is_aside = answer.jobs.is_empty() && !self.is_for_developers();
                let counts = |used: &&Use| !is_aside || is_program(used.purpose) && used.around != Around::Guard;
                let uses: Vec<Span> = of.flat_map(|module| &module.uses).filter(counts).map(|used| used.at).collect();
                for at in uses {
                    self.add(place, answer, &answer.name, Evidence { at: Location::Span(at), how: "import" });
                }
            } else if !answer.evidence.only {
                let counts = |file: &&PythonFile| !answer.jobs.is_empty() || is_program(file.called);
                for file in survey.python_of(project).filter(counts) {
                    let import = file.imports.imports.iter().find(|import| import.takes(&answer.name));
                    if let Some(import) = import {
                        let at = Location::Span(file.file.span(import.at));
                        self.add(place, answer, &answer.name, Evidence { at, how: "import" });
                    }
                }
            }
        }
    }

    fn is_for_developers(&self) -> bool {
        self.row.need.section == TESTING_AND_QUALITY
    }

    fn add(&mut self, place: usize, answer: &Answer, name: &str, evidence: Evidence) {
        let filler = self.filled.entry((place, name.to_owned())).or_insert_with(|| Filler {
            name: name.to_owned(),
            standing: answer.standing,
            evidence: Vec::new(),
            ended: None,
            checked: self.knowledge.package(name).map(|package| package.checked.clone()).unwrap_or_default(),
        });
        if !filler.evidence.iter().any(|known| known.at == evidence.at) {
            filler.evidence.push(evidence);
        }
    }

    fn finish(self) -> Vec<Filler> {
        self.filled.into_values().collect()
    }
}

/// Which signs show that a project uses a library: what its own lists require, outside of tests, examples and documentation,
/// and not what a frozen list has for others.
struct Libraries<'a> {
    survey: &'a Survey,
    root: &'a str,
    /// The distribution that the project builds.
    name: Option<String>,
    lists: BTreeSet<FileId>,
    frozen: BTreeSet<FileId>,
    imported: BTreeSet<&'a str>,
}

impl<'a> Libraries<'a> {
    fn of(survey: &'a Survey, project: &'a Project, place: Place) -> Self {
        let is_frozen = |manifest: &&Manifest| {
            let requirements = &manifest.reading.requirements;
            let open = requirements.iter().filter(|requirement| requirement.pin().is_none()).count();
            manifest.format == "requirements"
                && requirements.len() >= FROZEN_FROM
                && open * BY_HAND <= requirements.len()
        };
        let modules = survey.modules(place).iter();
        Self {
            survey,
            root: &project.root,
            name: project.name().map(|name| name.as_str().to_owned()),
            lists: project.manifests.iter().map(|manifest| manifest.file).collect(),
            frozen: project.manifests.iter().filter(is_frozen).map(|manifest| manifest.file).collect(),
            imported: modules.filter_map(|module| module.distribution.as_deref()).collect(),
        }
    }

    fn counts(&self, sign: &Sign) -> bool {
        let Some(file) = sign.at.file() else { return true };
        let path = self.survey.outcome.report.sources.path(file);
        let below = path::below(path, self.root).unwrap_or(path);
        let is_own = sign.kind == SignKind::Requirement && self.name.as_ref().is_some_and(|name| *name == sign.text);
        let is_trial = below.starts_with(".devcontainer");
        if role::is_test(below) || role::is_for_show(below) || role::is_aside(path::folder(below)) || is_own || is_trial
        {
            return false;
        }
        let is_list = sign.kind != SignKind::Requirement || self.lists.contains(&file);
        let is_chosen = !self.frozen.contains(&file) || self.imported.contains(sign.text.as_str());
        is_list && (is_chosen || !self.survey.source_read())
    }
}

/// From this many requirements on, a file in which nearly everything is pinned is taken to be frozen.
const FROZEN_FROM: usize = 12;

/// In a frozen file at most one in so many has no pin.
const BY_HAND: usize = 20;

/// The answers whose presence shows that the need is filled, with their places in the row.
fn answers(row: &Row) -> impl Iterator<Item = (usize, &Answer)> {
    row.answers.iter().enumerate().filter(|(_, answer)| answer.chiefly.is_empty())
}

/// Whether a file of this purpose shows what the program needs: tests, examples and what builds it have needs of their own.
fn is_program(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Runtime | Purpose::Scripts | Purpose::Tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_ends_before_what_follows_it() {
        for (requirement, expected) in
            [("pydantic>=2", "pydantic"), ("fastapi[standard]", "fastapi"), ("ruamel.yaml", "ruamel.yaml"), ("", "")]
        {
            assert_eq!(distribution_of(requirement), expected);
        }
    }
}
