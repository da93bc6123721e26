//! `eol-python`: Python versions whose support has ended.

use crate::diagnostic::Finding;
use crate::knowledge::model::PythonSeries;
use crate::manifest::Versions;
use crate::project::PythonsBy;
use crate::project::pythons::series_of;
use crate::project::role;
use crate::rule::Context;
use crate::source::Location;

/// The name of the variant for projects that allow supported versions too.
const ALSO_ENDED: &str = "also-ended";

/// At most one finding for what the project declares, and one for each container image of an ended series.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    declared(context).into_iter().chain(images(context)).collect()
}

/// The strongest statement of the project: what `requires-python` or the classifiers allow.
fn declared(context: &Context<'_>) -> Option<Finding> {
    let pythons = context.project.pythons.as_ref()?;
    // An image has a finding of its own.
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    if evidence.any(|e| Some(e.file) == pythons.at.file() && is_container(e.format)) {
        return None;
    }
    let allowed =
        |series: &&PythonSeries| Versions::python_series(&series.version).is_some_and(|s| s.meets(&pythons.versions));
    let known = context.knowledge.pythons();
    let (ended, alive): (Vec<&PythonSeries>, Vec<&PythonSeries>) =
        known.iter().filter(allowed).partition(|s| context.knowledge.has_ended(s));
    let newest = ended.last()?;
    // A part of a manifest that is computed may know better than what is only seen to be used.
    if pythons.by == PythonsBy::Use && context.project.is_partial() {
        return None;
    }
    let subject = match pythons.by {
        PythonsBy::Declaration => "the project allows",
        PythonsBy::Classifiers => "the classifiers name",
        PythonsBy::Use => "the project uses",
    };
    let is_released = |series: &&&PythonSeries| series.released.as_str() <= context.knowledge.date();
    let oldest_alive = known.iter().find(|s| !context.knowledge.has_ended(s));
    let advice = oldest_alive.map_or(String::new(), |s| format!("the oldest supported Python is {}", s.version));
    let finding = if alive.iter().any(|s| is_released(&s)) {
        let are = if ended.len() == 1 { "is" } else { "are" };
        let message = format!("{subject} Python {}, which {are} no longer supported", listed(&ended));
        Finding::new(pythons.at, message).variant(Some(ALSO_ENDED))
    } else {
        let newest = &newest.version;
        let message = format!("{subject} only Python versions whose support has ended: the newest is {newest}");
        Finding::new(pythons.at, message)
    };
    Some(finding.label(format!("Python {} ended {}", newest.version, day(newest))).help(advice).key("declared"))
}

/// `3.9`, `3.9 and 3.10`, `3.6 to 3.10`.
fn listed(series: &[&PythonSeries]) -> String {
    match series {
        [] => String::new(),
        [one] => one.version.clone(),
        [one, two] => format!("{} and {}", one.version, two.version),
        [first, .., last] => format!("{} to {}", first.version, last.version),
    }
}

/// `on 2025-10-31`, or `in 2026-10` where the day is not known.
fn day(series: &PythonSeries) -> String {
    let preposition = if series.end_of_life.len() == 7 { "in" } else { "on" };
    format!("{preposition} {}", series.end_of_life)
}

/// Container images of Python itself.
fn images(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    // An image belongs to the innermost project that holds it.
    let own = |path: &str| {
        let below = crate::path::below(path, &context.project.root);
        below.is_some_and(|below| !role::is_data(crate::path::folder(below)))
            && context.workspace.owner(path) == Some(context.index)
    };
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    for evidence in evidence.filter(|e| is_container(e.format) && own(&e.path)) {
        for (version, at) in &evidence.seen.pythons {
            let is_official = is_official(at.of(context.workspace.sources.text(evidence.file)));
            let Some(series) = series_of(version).filter(|_| is_official) else { continue };
            let Some(known) = context.knowledge.pythons().iter().find(|s| s.version == series) else { continue };
            if context.knowledge.has_ended(known) {
                let place = Location::Span(evidence.file.span(*at));
                let finding = Finding::new(
                    place,
                    format!("the image brings Python {series}, whose support ended {}", day(known)),
                );
                findings.push(
                    finding
                        .note("its security faults are no longer mended")
                        .help("build on an image of a supported Python")
                        .key(format!("image {series}")),
                );
            }
        }
    }
    findings
}

fn is_container(format: &str) -> bool {
    format == "Dockerfile"
}

/// Whether an image as written is that of the Python project itself, with a tag that nothing can change. What others
/// build they may maintain.
fn is_official(image: &str) -> bool {
    let mirrors =
        ["docker.io/library/", "docker.io/", "library/", "public.ecr.aws/docker/library/", "mirror.gcr.io/library/"];
    let name = mirrors.iter().find_map(|mirror| image.strip_prefix(mirror)).unwrap_or(image);
    name.starts_with("python:") && !name.contains('$')
}
