//! What a recommendation has to go by: the Pythons of a project, whether it is async, what is there already.

use std::collections::BTreeSet;

use super::Here;
use crate::knowledge::Knowledge;
use crate::knowledge::model::{AnswerKind, Fits, Row, Standing};
use crate::manifest::Versions;
use crate::project::purpose::Purpose;
use crate::project::{Project, Pythons};
use crate::run::{Place, Survey};
use crate::standing::Need;

/// What is known of the project that something is recommended for.
pub struct Situation<'a> {
    survey: &'a Survey,
    /// The project, where there is one.
    pub project: Option<&'a Project>,
    needs: &'a [Need<'a>],
    /// The distributions that it requires (normalised).
    requires: BTreeSet<&'a str>,
    /// The first file of the program with an `async` function.
    is_async: Option<&'a str>,
}

impl<'a> Situation<'a> {
    /// The situation of the project in `place`, which stands so to its `needs`.
    pub(crate) fn of(survey: &'a Survey, place: Option<Place>, needs: &'a [Need<'a>]) -> Self {
        let project = place.and_then(|place| survey.project(place));
        let requires = project.into_iter().flat_map(Project::requirements).map(|(_, r)| r.name());
        let mut files = place.into_iter().flat_map(|place| survey.python_of(place));
        let is_async = files.find(|file| file.is_async && file.called == Purpose::Runtime);
        Self {
            survey,
            project,
            needs,
            requires: requires.filter(|name| !name.is_empty()).collect(),
            is_async: is_async.map(|file| &*file.path),
        }
    }

    /// What is known of the ecosystem.
    pub fn knowledge(&self) -> &'a Knowledge {
        &self.survey.knowledge
    }

    /// The root of the project, `.` for the working directory; nothing where there is none.
    pub fn root(&self) -> Option<String> {
        self.project.map(|project| project.shown_root().to_owned())
    }

    /// Whether the project requires the distribution `name` (normalised).
    pub fn requires(&self, name: &str) -> bool {
        self.requires.contains(name)
    }

    /// The first file of the program with an `async` function.
    pub fn async_file(&self) -> Option<&'a str> {
        self.is_async
    }

    /// The Pythons that the project supports.
    pub fn pythons(&self) -> Option<&'a Pythons> {
        self.project.and_then(|project| project.pythons.as_ref())
    }

    /// Whether the distribution `name` is a tool or library of developers, by the map.
    pub fn is_tool(&self, name: &str) -> bool {
        name == "pytest" || self.knowledge().fills(name).any(|(_, answer)| !answer.jobs.is_empty())
    }

    /// Whether a rule has found something about the distribution `name` in the project.
    pub fn is_found(&self, rule: &str, name: &str) -> bool {
        let root = self.root();
        let mut found = self.survey.outcome.report.diagnostics.iter();
        found.any(|d| d.rule == rule && d.finding.package.as_deref() == Some(name) && Some(&d.project) == root.as_ref())
    }

    /// Whether the project uses a type checker; so it is taken to be where there is no project.
    pub fn checks_types(&self) -> bool {
        self.project.is_none() || self.fills("type-checker")
    }

    /// Whether the project has tests, or a runner for them; so it is taken to be where there is no project.
    pub fn has_tests(&self) -> bool {
        self.project.is_none_or(|project| project.has_tests) || self.fills("test-runner")
    }

    /// Whether the project uses the distribution or tool `name` for one of its needs, and well.
    pub fn uses(&self, name: &str) -> bool {
        let mut fillers = self.needs.iter().flat_map(|need| &need.filled);
        fillers.any(|filler| filler.name == name && filler.standing != Standing::Superseded)
    }

    fn fills(&self, id: &str) -> bool {
        self.needs.iter().any(|need| need.row.id == id && !need.filled.is_empty())
    }

    /// What fills a need, or the part `job` of it, and is not out of date.
    pub fn here(&self, row: &Row, job: Option<&str>) -> Vec<Here> {
        let need = self.needs.iter().find(|need| need.row.id == row.id);
        let of_job = |name: &str| {
            let mut answers = row.answers.iter().filter(|answer| answer.name == name);
            job.is_none_or(|job| answers.any(|answer| answer.jobs.iter().any(|own| own == job)))
        };
        need.into_iter()
            .flat_map(|need| &need.filled)
            .filter(|filler| filler.standing != Standing::Superseded && of_job(&filler.name))
            .map(|filler| Here {
                name: filler.name.clone(),
                standing: filler.standing,
                evidence: filler.evidence.first().cloned(),
            })
            .collect()
    }

    /// Whether the answer `name` of a row is known not to fit the project.
    pub fn is_refused(&self, row: &Row, name: &str) -> bool {
        row.answers.iter().any(|answer| answer.name == name && self.refuses(&answer.fits, answer.kind))
    }

    /// Whether a condition of an answer is known not to hold.
    pub fn refuses(&self, fits: &Fits, kind: AnswerKind) -> bool {
        let python = fits.python.as_deref().and_then(|python| self.every_python(python)) == Some(false);
        let some = fits.some_python.as_deref().and_then(|some| self.some_python(some)) == Some(false);
        let blocks = fits.is_async == Some(false) && self.is_async.is_some() && kind == AnswerKind::Distribution;
        python || some || blocks
    }

    /// Whether every Python of the project lies in `specifiers`; nothing where its Pythons are not known.
    pub fn every_python(&self, specifiers: &str) -> Option<bool> {
        Some(self.pythons()?.versions.within(&Versions::parse_python(specifiers)?))
    }

    /// Whether some Python of the project lies in `specifiers`; nothing where its Pythons are not known.
    pub fn some_python(&self, specifiers: &str) -> Option<bool> {
        Some(self.pythons()?.versions.meets(&Versions::parse_python(specifiers)?))
    }
}
