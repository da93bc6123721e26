//! `system-pip-install`: packages installed over those of the operating system.
//!
//! Source: PEP 668 (externally managed environments), and the specification that follows from it.

use crate::diagnostic::Finding;
use crate::evidence::{EvidenceFile, Trace, TraceKind};
use crate::path;
use crate::rule::Context;
use crate::source::Location;

/// Files whose commands people run on their own machines. Those of CI and of images run where nothing else lives, and shell
/// scripts mostly set such machines up.
const BY_HAND: &[&str] = &["Makefile", "justfile", "Taskfile"];

/// How many further places a finding names.
const SHOWN_PLACES: usize = 4;

/// One finding a file.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let own = || context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let by_hand = own().filter(|evidence| {
        BY_HAND.contains(&evidence.format)
            && context.workspace.owner(path::folder(&evidence.path)) == Some(context.index)
            && !is_provisioning(&evidence.path)
    });
    by_hand.filter_map(|evidence| finding(context, evidence)).collect()
}

/// Whether a file sets up machines that are made for it: images, runners, virtual machines.
fn is_provisioning(file: &str) -> bool {
    let parts =
        ["docker", ".docker", "ci", ".ci", "vagrant", "packer", "deploy", "provision", ".devcontainer", ".github"];
    path::folder(file).split('/').any(|part| parts.contains(&part.to_ascii_lowercase().as_str()))
}

fn finding(context: &Context<'_>, evidence: &EvidenceFile) -> Option<Finding> {
    let text = context.workspace.sources.text(evidence.file);
    let installs = evidence.seen.traces.iter().filter(|trace| {
        trace.kind == TraceKind::Command
            && trace.text.starts_with("pip install")
            && (is_sudo(text, trace) || trace.text.contains("--break-system-packages"))
    });
    let mut places = installs.map(|trace| (trace, evidence.file.span(trace.at)));
    let (first, place) = places.next()?;
    let message = if is_sudo(text, first) {
        "`sudo pip install` writes over the packages of the operating system"
    } else {
        "`--break-system-packages` writes over the packages of the operating system"
    };
    let mut finding = Finding::new(Location::Span(place), message)
        .note("programs of the system may stop working, and its package manager knows nothing of what is installed")
        .help("install into a virtual environment (`python -m venv`, `uv venv`); for a program, `pipx install` or `uv tool install`");
    for (_, place) in places.take(SHOWN_PLACES) {
        finding = finding.related(place, "here as well");
    }
    Some(finding)
}

/// Whether the command is run by `sudo`, by the words of the same simple command before it.
fn is_sudo(text: &str, trace: &Trace) -> bool {
    let before = text.get(..trace.at.range().start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let command = line.rsplit([';', '&', '|', '(']).next().unwrap_or_default();
    command.split_whitespace().any(|word| word.trim_start_matches(['@', '-', '"', '\'']) == "sudo")
}
