//! `airflow-without-constraints`: a command that installs Airflow and lets everything below it float.
//!
//! Source: <https://airflow.apache.org/docs/apache-airflow/stable/installation/installing-from-pypi.html>.

use crate::diagnostic::Finding;
use crate::evidence::{EvidenceFile, Trace, TraceKind};
use crate::name::Name;
use crate::path;
use crate::rule::Context;
use crate::source::Location;

/// The distributions whose dependencies the constraints fix.
const AIRFLOW: &[&str] = &["apache-airflow", "apache-airflow-core"];

/// Words by which a file shows that versions are fixed in another way, or by another installer.
const FIXED: &[&str] = &["constraint", "require-hashes", "--no-deps", "uv sync", "uv.lock", "poetry.lock", "override"];

/// One finding a file, at its first such command.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let own = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let own = own.filter(|file| context.workspace.owner(path::folder(&file.path)) == Some(context.index));
    own.filter_map(|file| finding(context, file)).collect()
}

fn finding(context: &Context<'_>, file: &EvidenceFile) -> Option<Finding> {
    let text = context.workspace.sources.text(file.file);
    let lower = text.to_ascii_lowercase();
    // Images of Airflow are built with constraints already; what they add is for them to judge.
    let is_of_airflow = |trace: &Trace| trace.kind == TraceKind::Image && trace.text.contains("airflow");
    if FIXED.iter().any(|word| lower.contains(word)) || file.seen.traces.iter().any(is_of_airflow) {
        return None;
    }
    let command =
        file.seen.traces.iter().find(|trace| trace.kind == TraceKind::Command && installs_airflow(&trace.text))?;
    Some(
        Finding::new(Location::Span(file.file.span(command.at)), "Airflow is installed without its constraints")
            .note("Airflow leaves most of its hundreds of dependencies open, so that a fresh install may take versions with which it does not run")
            .help("`--constraint https://raw.githubusercontent.com/apache/airflow/constraints-VERSION/constraints-PYTHON.txt`, for the version of Airflow and of Python that is installed")
            .package("apache-airflow"),
    )
}

/// Whether a command takes Airflow itself from an index.
fn installs_airflow(command: &str) -> bool {
    let words = ["pip install ", "uv pip install "].iter().find_map(|start| command.strip_prefix(start));
    words.is_some_and(|words| {
        let required = words.split_whitespace().filter(|word| !word.starts_with('-'));
        required.map(|word| word.trim_matches(['"', '\''])).any(|word| {
            let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(word.len());
            AIRFLOW.contains(&Name::new(word.get(..end).unwrap_or_default()).as_str())
        })
    })
}
