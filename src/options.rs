//! What a run is to do, from the command line.

use crate::config::Overrides;
use crate::date::Date;

/// What is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To be judged.
    Judge,
    /// To be judged, and told of beyond its findings.
    Advise,
    /// To be listed: files and settings.
    List,
    /// To be shown as it was read.
    Show,
}

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// PATHs as written.
    pub paths: Vec<String>,
    /// What the command line says over the configuration.
    pub overrides: Overrides,
    /// The one configuration file of all projects.
    pub config: Option<String>,
    /// Whether no configuration is read.
    pub isolated: bool,
    /// What is read for.
    pub purpose: Purpose,
    /// Whether Python source is read.
    pub source: bool,
    /// Whether `.gitignore` files are honoured.
    pub gitignore: bool,
    /// Whether the findings are to be recorded in the baseline.
    pub write_baseline: bool,
    /// Whether excluded files are left out even where they are named.
    pub force_exclude: bool,
    /// The day of the run.
    pub today: Date,
    /// The working directory, absolute, with `/`: globs of configuration files above it need it.
    pub here: String,
}

impl Options {
    /// The same options for telling of a project all that is known, advice as well.
    #[must_use]
    pub fn advising(&self) -> Self {
        let overrides = Overrides { advice: true, ..self.overrides.clone() };
        Self { overrides, purpose: Purpose::Advise, ..self.clone() }
    }

    /// The options of a plain run over `paths` on the day `today`.
    pub fn new(paths: Vec<String>, today: Date) -> Self {
        Self {
            paths,
            overrides: Overrides::default(),
            config: None,
            isolated: false,
            purpose: Purpose::Judge,
            source: true,
            gitignore: true,
            write_baseline: false,
            force_exclude: false,
            today,
            here: "/".to_owned(),
        }
    }
}
