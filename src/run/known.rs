//! What a baseline says of the findings of a run.

use crate::asked::Asked;
use crate::baseline::{self, Baseline};
use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::options::Options;
use crate::report::Known;
use crate::source::Sources;

/// Findings, held against a baseline.
pub(super) struct Parted {
    /// Those that it does not know, in their order.
    pub(super) new: Vec<Diagnostic>,
    /// Those that it knows, or records now.
    pub(super) known: Vec<Diagnostic>,
    /// How many of which there are.
    pub(super) counts: Known,
    /// Its path and its text, where it is to be written.
    pub(super) written: Option<(String, String)>,
}

/// Holds `found`, in the order of the report, against a baseline, or records them in it where `options` says so.
pub(super) fn part(
    baseline: &Baseline,
    found: Vec<Diagnostic>,
    sources: &Sources,
    options: &Options,
    asked: &Asked,
    settings: Option<&Settings>,
) -> Parted {
    let runs = |rule: &str| settings.is_none_or(|settings| settings.selection.runs(rule));
    let is_asked = |rule: &str, file: &str| {
        let (path, is_root) = file.strip_suffix('/').map_or((file, false), |folder| (folder, true));
        runs(rule) && asked.shows(if path == "." { "" } else { path }, is_root)
    };
    let gone = baseline.gone(&found, sources, is_asked);
    let written = options.write_baseline.then(|| {
        let text = baseline.rewritten(&found, sources, &options.here, is_asked);
        (baseline.path().to_owned(), text)
    });
    let (new, known) = if options.write_baseline {
        found.into_iter().partition(|diagnostic| !baseline::is_recorded(diagnostic))
    } else {
        baseline.part(found, sources)
    };
    let counts = Known { path: baseline.path().to_owned(), findings: known.len(), gone };
    Parted { new, known, counts, written }
}
