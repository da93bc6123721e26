//! `recommend`: what to reach for, given what a project uses. For a need, or a distribution, that is named; else for every
//! need of which the rules have found that something is missing or out of date.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::explain::listed::Listed;
use crate::explain::{self, Topic};
use crate::fs::FileSystem;
use crate::knowledge::Knowledge;
use crate::knowledge::model::{Answer, AnswerKind, Fate, FateKind, Row, Standing};
use crate::knowledge::modules::Modules;
use crate::name::Name;
use crate::options::Options;
use crate::rule::text::alternatives;
use crate::run::{self, Outcome, Place, Survey};
use crate::settings::Refusal;
use crate::source::Location;
use crate::standing::{self, Evidence, Lack, Need};

pub mod adding;
pub mod beside;
mod choice;
pub mod situation;

pub use adding::Adding;
pub use beside::Beside;

use situation::Situation;

/// Everything that is recommended.
pub struct Recommendations {
    survey: Survey,
    /// In the order in which was asked, or in that of the lesson.
    pub items: Vec<Recommendation>,
    /// Names of which nothing is known.
    pub unknown: Vec<String>,
    /// Whether names were given.
    pub asked: bool,
}

/// What is recommended for one need, or instead of one distribution.
#[derive(Debug, Clone, Default)]
pub struct Recommendation {
    /// The root of the project that it is for; nothing where there is none.
    pub project: Option<String>,
    /// What it is about.
    pub about: About,
    /// Findings that call for it.
    pub because: Vec<Because>,
    /// What fills the need already, and well.
    pub here: Vec<Here>,
    /// What to reach for; nothing where what is here is right.
    pub choice: Option<Choice>,
    /// What goes with the choice, or with what is here.
    pub beside: Vec<Beside>,
    /// How the choice is added.
    pub adding: Option<Adding>,
    /// Other fair answers, with when to choose them.
    pub others: Vec<(String, String)>,
    /// What to consider before, each a line.
    pub hints: Vec<String>,
    /// What else to know, each a line.
    pub notes: Vec<String>,
}

/// What a recommendation is about.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// The identity of a row of the map; empty for a distribution of no row.
    pub need: String,
    /// What is needed, in a few words.
    pub title: String,
    /// The distribution that was asked about, or that is out of date here.
    pub package: Option<String>,
    /// What became of that.
    pub ended: Option<String>,
}

/// Why something is recommended, by a finding.
#[derive(Debug, Clone)]
pub struct Because {
    /// The rule, or nothing where a fact of the catalogue is the reason.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Location,
}

/// Something that is there.
#[derive(Debug, Clone)]
pub struct Here {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Where it shows first.
    pub evidence: Option<Evidence>,
}

/// What to reach for.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: AnswerKind,
    /// When to choose it.
    pub when: String,
    /// Why it is the one here, each a clause.
    pub why: Vec<String>,
}

/// Recommends for `names`, or for what the projects that `options` asks for lack. The error says why nothing could be done.
pub fn recommend(fs: &dyn FileSystem, options: &Options, names: &[String]) -> Result<Recommendations, Refusal> {
    let survey = run::survey(fs, &options.advising())?;
    let places = survey.asked_for();
    let mut recommendations =
        Recommendations { survey, items: Vec::new(), unknown: Vec::new(), asked: !names.is_empty() };
    if names.is_empty() {
        let items = places.iter().flat_map(|place| lacking(&recommendations.survey, *place)).collect();
        recommendations.items = items;
    } else {
        for name in names {
            let items = of_name(&recommendations.survey, places.first().copied(), name);
            if items.is_empty() {
                recommendations.unknown.push(name.clone());
            }
            recommendations.items.extend(items);
        }
    }
    let evidence = recommendations.items.iter().flat_map(Recommendation::places);
    let files: BTreeSet<_> = evidence.filter_map(Location::file).collect();
    recommendations.survey.reload(fs, files);
    Ok(recommendations)
}

impl Recommendations {
    /// The lint run that it rests on, with the advice.
    pub fn outcome(&self) -> &Outcome {
        &self.survey.outcome
    }

    /// What is known of the ecosystem.
    pub fn knowledge(&self) -> &Knowledge {
        &self.survey.knowledge
    }

    /// The findings of severity advice, in the order of the report.
    pub fn suggestions(&self) -> impl Iterator<Item = &Diagnostic> {
        self.survey.outcome.report.diagnostics.iter().filter(|d| d.severity == Severity::Advice)
    }

    /// Whether a recommendation tells of a finding already.
    pub fn tells(&self, diagnostic: &Diagnostic) -> bool {
        let mut told = self.items.iter().flat_map(|item| &item.because);
        told.any(|because| because.rule == diagnostic.rule && because.at == diagnostic.finding.at)
    }
}

impl Recommendation {
    fn places(&self) -> impl Iterator<Item = Location> {
        let here = self.here.iter().filter_map(|here| here.evidence.as_ref()).map(|evidence| evidence.at);
        self.because.iter().map(|because| because.at).chain(here)
    }
}

/// What the project in `place` lacks, a recommendation for each part of a need.
fn lacking(survey: &Survey, place: Place) -> Vec<Recommendation> {
    let needs = standing::of(survey, &[place]);
    let situation = Situation::of(survey, Some(place), &needs);
    let mut items = Vec::new();
    for need in &needs {
        for filler in need.filled.iter().filter(|filler| filler.standing == Standing::Superseded) {
            let Some(ended) = &filler.ended else { continue };
            let job = job_of(need.row, &ended.instead);
            let mut item = fill(&situation, need.row, job, &ended.instead);
            let at = filler.evidence.first().map_or(Location::Project, |evidence| evidence.at);
            if let Some(choice) = &item.choice {
                item.adding = Some(adding::in_place(survey, at, &filler.name, choice));
            }
            let imported = filler.evidence.iter().any(|evidence| evidence.how == "import");
            if !imported && survey.source_read() && !filler.name.starts_with("pytest") {
                item.hints.push(format!("nothing here imports `{}`: it may be enough to delete it", filler.name));
            }
            item.about.package = Some(filler.name.clone());
            item.about.ended = Some(since(&ended.reason, &ended.since));
            // Each finding is told once, with the first need that it touches.
            let diagnostics = survey.outcome.report.diagnostics.iter();
            let of = diagnostics.filter(|d| d.finding.package.as_deref() == Some(&filler.name) && d.finding.at == at);
            item.because.extend(of.map(because).take(1));
            add(&mut items, item);
        }
        for lack in &need.lacks {
            let job = job_of(need.row, &lack.instead);
            let among = if job.is_some() { &[] } else { lack.instead.as_slice() };
            let mut item = fill(&situation, need.row, job, among);
            item.because.push(Because::of(lack));
            add(&mut items, item);
        }
    }
    items
}

/// Adds a recommendation, or its reasons to one that says the same.
fn add(items: &mut Vec<Recommendation>, item: Recommendation) {
    let choice = |item: &Recommendation| item.choice.as_ref().map(|choice| choice.name.clone());
    let same = |other: &&mut Recommendation| {
        other.about.need == item.about.need && choice(other).is_some() && choice(other) == choice(&item)
    };
    match items.iter_mut().find(same) {
        Some(other) => {
            other.because.extend(item.because);
            other.about.package = None;
            other.about.ended = None;
        }
        None => items.push(item),
    }
}

impl Because {
    fn of(lack: &Lack) -> Self {
        Self { rule: lack.rule.clone(), severity: lack.severity, message: lack.message.clone(), at: lack.at }
    }
}

/// Whether the project has a distribution that it should leave.
fn ended_here(needs: &[Need<'_>], name: &str) -> bool {
    needs.iter().flat_map(|need| &need.filled).any(|filler| filler.name == name && filler.ended.is_some())
}

fn because(diagnostic: &Diagnostic) -> Because {
    Because {
        rule: diagnostic.rule.clone(),
        severity: diagnostic.severity,
        message: diagnostic.finding.message.clone(),
        at: diagnostic.finding.at,
    }
}

/// The part of a need that what a rule names would fill, where the need has several.
fn job_of<'a>(row: &'a Row, instead: &[String]) -> Option<&'a str> {
    let named = row.answers.iter().find(|answer| instead.iter().any(|name| name == &answer.name))?;
    let several = row.answers.iter().flat_map(|answer| &answer.jobs).collect::<BTreeSet<_>>().len() > 1;
    named.jobs.first().filter(|_| several).map(String::as_str)
}

/// What is recommended for a name, in the project in `place` where there is one; nothing where the name is not known.
fn of_name(survey: &Survey, place: Option<Place>, name: &str) -> Vec<Recommendation> {
    let places: Vec<Place> = place.into_iter().collect();
    let needs = standing::of(survey, &places);
    let situation = Situation::of(survey, place, &needs);
    let knowledge = &survey.knowledge;
    let mut items = Vec::new();
    // `requests>=2` is asked about by its name.
    let name = Some(standing::distribution_of(name.trim())).filter(|name| !name.is_empty()).unwrap_or(name);
    let mut topics = explain::find(knowledge, name);
    if topics.is_empty() {
        topics = provider_of(knowledge, name).into_iter().collect();
    }
    if topics.iter().all(|topic| matches!(topic, Topic::Listed(_) | Topic::Rule(..))) {
        // A word may be a part of what a need is called, rather than a distribution that nobody has catalogued.
        let rows = knowledge.rows().iter().filter(|row| is_called(row, name));
        items.extend(rows.flat_map(|row| of_row(&situation, row)));
        if !items.is_empty() {
            return items;
        }
    }
    let called = Name::new(name);
    // A distribution that has the name of a standard module is meant only where it is required.
    let is_module =
        |topic: &Topic<'_>| matches!(topic, Topic::Answer(_, answer) if answer.kind == AnswerKind::StandardLibrary);
    let is_shadow = topics.iter().any(is_module) && !situation.requires(called.as_str());
    let is_it = |topic: &Topic<'_>| matches!(topic, Topic::Package(package) if package.name == called.as_str());
    let is_catalogued = !is_shadow && topics.iter().any(is_it);
    let is_need = topics.iter().any(|topic| matches!(topic, Topic::Need(_)));
    for topic in topics {
        match topic {
            // Further meanings of a name that the catalogue has: a family, a module.
            Topic::Package(_) | Topic::Answer(..) if is_catalogued && !is_it(&topic) => {}
            Topic::Package(_) if is_shadow => {}
            // The need says it all.
            Topic::Package(package) if is_need && package.fate.is_none() => {}
            Topic::Need(row) => {
                let mut of_need = of_row(&situation, row);
                if let [only] = of_need.as_mut_slice() {
                    let need = needs.iter().find(|need| need.row.id == row.id);
                    only.because.extend(need.into_iter().flat_map(|need| &need.lacks).map(Because::of));
                }
                items.extend(of_need);
            }
            Topic::Package(package) if ended_here(&needs, &package.name) => {
                let found = place.map(|place| lacking(survey, place)).unwrap_or_default();
                items.extend(found.into_iter().filter(|item| item.about.package.as_deref() == Some(&package.name)));
            }
            Topic::Package(package) => {
                items.extend(of_package(&situation, &package.name, package.fate.as_ref(), &package.note));
            }
            Topic::Listed(listed) => items.push(nothing_known(&situation, &listed.name)),
            Topic::Answer(row, answer) => items.push(fill(&situation, row, None, std::slice::from_ref(&answer.name))),
            Topic::Rule(..) => {}
        }
    }
    items
}

/// The distribution that has the module called `name`, where that is certain.
fn provider_of<'a>(knowledge: &'a Knowledge, name: &str) -> Option<Topic<'a>> {
    let providers = Modules::new(knowledge).providers(name)?;
    let is_whole = providers.certain && providers.module == name;
    let first = providers.distributions.first().filter(|_| is_whole)?;
    let listed = || Listed::find(knowledge, &Name::new(first)).map(Topic::Listed);
    knowledge.package(first).map(Topic::Package).or_else(listed)
}

/// Whether `word` is one of the words by which a need is called, or the beginning of one.
fn is_called(row: &Row, word: &str) -> bool {
    let word = word.to_lowercase();
    let title = row.need.title.split(|c: char| !c.is_alphanumeric());
    let is_it = |own: &str| {
        own == word
            || word.len() >= SHORTEST && own.starts_with(&word)
            || own.len() >= SHORTEST && word.starts_with(own)
    };
    row.id.split('-').chain(title).any(|own| is_it(&own.to_lowercase()))
}

/// The fewest letters of a beginning of a word.
const SHORTEST: usize = 4;

/// One recommendation for each part of a need.
fn of_row(situation: &Situation<'_>, row: &Row) -> Vec<Recommendation> {
    let mut jobs: Vec<&str> = Vec::new();
    for job in row.answers.iter().flat_map(|answer| &answer.jobs) {
        if !jobs.contains(&job.as_str()) {
            jobs.push(job);
        }
    }
    if jobs.len() > 1 {
        jobs.into_iter().map(|job| fill(situation, row, Some(job), &[])).collect()
    } else {
        vec![fill(situation, row, None, &[])]
    }
}

/// What is recommended to somebody who asks about a distribution.
fn of_package(situation: &Situation<'_>, name: &str, fate: Option<&Fate>, note: &str) -> Vec<Recommendation> {
    let knowledge = situation.knowledge();
    let instead: Vec<String> =
        fate.iter().flat_map(|fate| fate.replacements.iter().chain(&fate.stdlib)).cloned().collect();
    let own = knowledge.fills(name).find(|(_, answer)| answer.chiefly.is_empty());
    if let Some(fate) = fate.filter(|fate| has_ended(situation, name, fate)) {
        let first = instead.first().map(|first| standing::distribution_of(first));
        let row = first.and_then(|first| knowledge.fills(first).find(|(_, answer)| answer.chiefly.is_empty()));
        let mut item = match own.or(row) {
            Some((row, answer)) => {
                let job = answer.jobs.first().map(String::as_str);
                fill(situation, row, job.filter(|_| own.is_some()), &instead)
            }
            None => replace(situation, &instead),
        };
        item.about.package = Some(name.to_owned());
        item.about.ended = Some(since(&fate.reason, &fate.since));
        let is_found = situation.is_found(explain::rule_of(fate.kind), name);
        let conditions = explain::conditions(fate).into_iter();
        // What a rule has found holds; what only a person can judge stays to be said.
        item.notes.splice(0..0, conditions.filter(|condition| !is_found || !condition.starts_with("this holds")));
        return vec![item];
    }
    let opinion = fate.map(|fate| {
        let conditions: Vec<String> = explain::conditions(fate);
        let conditions = if conditions.is_empty() { String::new() } else { format!(" ({})", conditions.join("; ")) };
        let kind = if fate.kind == FateKind::Preference { "an opinion: " } else { "" };
        format!("{kind}{}; instead: {}{conditions}", fate.reason, alternatives(&instead))
    });
    let fills: Vec<(&Row, &Answer)> = knowledge.fills(name).filter(|(_, a)| a.chiefly.is_empty()).collect();
    if fills.is_empty() {
        let mut item = nothing_known(situation, name);
        if let Some(opinion) = opinion {
            item.notes = vec![opinion];
        }
        item.notes.extend((!note.is_empty()).then(|| note.to_owned()));
        item.beside = beside::of(situation, name);
        return vec![item];
    }
    let of_row = |(row, answer): (&Row, &Answer)| {
        let job = answer.jobs.first().map(String::as_str);
        let mut item = fill(situation, row, job, &[name.to_owned()]);
        item.about.package = Some(name.to_owned());
        if situation.is_refused(row, name) {
            item.hints.extend(
                situation
                    .async_file()
                    .map(|file| format!("its calls block, and the program has `async` functions ({file})")),
            );
        }
        let others = situation.here(row, job);
        if item.here.is_empty() && !others.is_empty() {
            // What fills the need already comes first.
            item.others.retain(|(other, _)| !others.iter().any(|here| here.name == *other));
            item.here = others;
            item.choice = None;
            item.adding = None;
            item.beside = Vec::new();
            item.hints.push(format!("`{name}` ({}) would be one more", answer.when));
        }
        item.notes.extend(opinion.clone());
        item
    };
    fills.into_iter().map(of_row).collect()
}

/// Whether what became of a distribution holds for the project: always, or by what its rule has found there.
fn has_ended(situation: &Situation<'_>, name: &str, fate: &Fate) -> bool {
    if fate.kind == FateKind::Preference || situation.is_found(explain::rule_of(fate.kind), name) {
        return fate.kind != FateKind::Preference;
    }
    let Some(gate) = &fate.when else { return fate.kind != FateKind::EolMajor };
    // Where it is required the rule has judged, and was silent.
    let is_open = gate.version.is_none() && !situation.requires(name);
    is_open && gate.python.as_deref().is_none_or(|python| situation.every_python(python) != Some(false))
}

/// That there is nothing to say for or against a distribution.
fn nothing_known(situation: &Situation<'_>, name: &str) -> Recommendation {
    Recommendation {
        project: situation.root(),
        about: About { package: Some(name.to_owned()), ..About::default() },
        notes: vec![format!(
            "the ecosystem map has no need that `{name}` fills, and nothing against it: `pyeco-lint explain {name}`"
        )],
        ..Recommendation::default()
    }
}

/// What takes the place of something for which the map has no need.
fn replace(situation: &Situation<'_>, instead: &[String]) -> Recommendation {
    let mut rest = instead.iter();
    let choice = rest.next().map(|first| choice::outside(first));
    let adding = choice
        .as_ref()
        .filter(|choice| choice.kind == AnswerKind::Distribution)
        .map(|choice| adding::of(situation, &choice.name, false));
    Recommendation {
        project: situation.root(),
        beside: choice.as_ref().map(|choice| beside::of(situation, &choice.name)).unwrap_or_default(),
        choice,
        adding,
        others: rest.map(|name| (name.clone(), String::new())).collect(),
        ..Recommendation::default()
    }
}

/// What is recommended for a need, or for the part `job` of it. Where `among` names answers, one of them is chosen.
fn fill(situation: &Situation<'_>, row: &Row, job: Option<&str>, among: &[String]) -> Recommendation {
    let is_named = |here: &Here| among.iter().any(|name| standing::distribution_of(name) == here.name);
    let mut here = situation.here(row, job);
    here.retain(|here| among.is_empty() || is_named(here));
    // What was asked for by its name is not to be talked out of.
    let fits = here.iter().any(|here| !among.is_empty() || !situation.is_refused(row, &here.name));
    let choice = if fits { None } else { choice::of(situation, row, job, among) };
    let main = choice.as_ref().map(|choice| choice.name.as_str()).or(here.first().map(|here| here.name.as_str()));
    let beside = main.map(|name| beside::of(situation, standing::distribution_of(name))).unwrap_or_default();
    let for_developers = row.need.section == standing::TESTING_AND_QUALITY;
    let is_new = |choice: &&Choice| {
        let name = standing::distribution_of(&choice.name);
        choice.kind == AnswerKind::Distribution && !situation.requires(name) && !situation.uses(name)
    };
    let adding = choice.as_ref().filter(is_new).map(|choice| {
        let requirement = choice::requirement(situation, row, &choice.name);
        adding::of(situation, &requirement, for_developers)
    });
    let is_main = |name: &str| {
        let is_it = |choice: &Choice| choice.name == name || standing::distribution_of(&choice.name) == name;
        let chosen = choice.as_ref().is_some_and(is_it);
        chosen || here.iter().any(|here| here.name == name)
    };
    let counts = |answer: &&Answer| {
        let of_job = job.is_none_or(|job| answer.jobs.iter().any(|own| own == job));
        answer.standing != Standing::Superseded && of_job && !is_main(&answer.name) && !answer.when.is_empty()
    };
    let others = row.answers.iter().filter(counts).map(|answer| (answer.name.clone(), answer.when.clone()));
    let title =
        job.map_or_else(|| row.need.title.clone(), |job| format!("{}: {}", row.need.title, job.replace('-', " ")));
    Recommendation {
        project: situation.root(),
        about: About { need: row.id.clone(), title, package: None, ended: None },
        because: Vec::new(),
        others: others.collect(),
        notes: Some(row.need.note.clone()).filter(|note| !note.is_empty()).into_iter().collect(),
        here,
        choice,
        beside,
        adding,
        hints: Vec::new(),
    }
}

fn since(reason: &str, since: &str) -> String {
    if since.is_empty() { reason.to_owned() } else { format!("{reason} (since {since})") }
}
