//! `map`: projects against the whole ecosystem map, a row a need.

use std::collections::BTreeSet;

use crate::fs::FileSystem;
use crate::options::Options;
use crate::project::Project;
use crate::run::{self, Outcome, Place, Survey};
use crate::settings::Refusal;
use crate::standing::{self, Need};

/// Projects against the map.
pub struct Map {
    survey: Survey,
    places: Vec<Place>,
}

/// Compares what `options` asks for with the map, all its projects taken together. The error says why nothing could be done.
pub fn map(fs: &dyn FileSystem, options: &Options) -> Result<Map, Refusal> {
    let options = options.advising();
    let survey = run::survey(fs, &options)?;
    let places = survey.asked_for();
    let mut map = Map { survey, places };
    let files: BTreeSet<_> = standing::files(&map.needs()).collect();
    map.survey.reload(fs, files);
    Ok(map)
}

impl Map {
    /// How the projects stand to every need, in the order of the lesson.
    pub fn needs(&self) -> Vec<Need<'_>> {
        standing::of(&self.survey, &self.places)
    }

    /// The roots of the projects, `.` for the working directory, in their order.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| self.survey.project(*place)).map(Project::shown_root)
    }

    /// The lint run that it rests on.
    pub fn outcome(&self) -> &Outcome {
        &self.survey.outcome
    }
}
