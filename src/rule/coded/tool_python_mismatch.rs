//! `tool-python-mismatch`: a tool is told of another Python than the oldest that the project supports.

use std::cmp::Ordering;

use crate::diagnostic::Finding;
use crate::evidence::version;
use crate::manifest::{Setting, Versions};
use crate::path;
use crate::project::{Pythons, PythonsBy};
use crate::rule::Context;
use crate::source::{FileId, Location};

/// The variant for a version that no longer counts: nothing breaks, and nothing newer is used.
const OUTDATED: &str = "outdated";

/// The variant for tools that only look.
const CHECKS: &str = "checks-only";

/// A setting that names a Python.
struct Target {
    /// The tool.
    tool: &'static str,
    /// Its key in `pyproject.toml`, and in a file of its own.
    keys: &'static [&'static str],
    /// Whether the tool writes code for that Python, so that a newer one breaks older ones.
    writes: bool,
    /// The oldest Python that it can be told of.
    oldest: (u32, u32),
}

/// Sources: the settings references of ruff (`target-version`), black (`target-version`), mypy (`python_version`) and
/// pyright (`pythonVersion`), and the README of pyupgrade.
const TARGETS: &[Target] = &[
    Target { tool: "ruff", keys: &["tool.ruff.target-version"], writes: true, oldest: (3, 7) },
    Target {
        tool: "black",
        keys: &["tool.black.target-version", "tool.black.target_version"],
        writes: true,
        oldest: (3, 3),
    },
    Target { tool: "pyupgrade", keys: &["hook.pyupgrade.args"], writes: true, oldest: (3, 0) },
    Target { tool: "mypy", keys: &["tool.mypy.python_version", "mypy.python_version"], writes: false, oldest: (3, 9) },
    Target {
        tool: "pyright",
        keys: &["tool.pyright.pythonVersion", "pyright.pythonVersion"],
        writes: false,
        oldest: (3, 0),
    },
    Target { tool: "basedpyright", keys: &["tool.basedpyright.pythonVersion"], writes: false, oldest: (3, 0) },
];

/// At most one finding a tool.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(pythons) = context.project.pythons.as_ref().filter(|p| p.by == PythonsBy::Declaration) else {
        return Vec::new();
    };
    // An environment has one Python; what the package itself supports is said elsewhere.
    let declares = |m: &crate::manifest::Manifest| matches!(m.format, "pyproject" | "setup.cfg" | "setup.py");
    if !context.project.manifests.iter().any(|m| Some(m.file) == pythons.at.file() && declares(m)) {
        return Vec::new();
    }
    let Some(floor) = floor(context, pythons) else { return Vec::new() };
    TARGETS.iter().filter_map(|target| judge(context, target, pythons, floor)).collect()
}

/// The oldest series of Python that the project supports.
fn floor<'a>(context: &Context<'a>, pythons: &Pythons) -> Option<&'a str> {
    let mut series = context.knowledge.pythons().iter().map(|series| series.version.as_str());
    series.find(|series| Versions::python_series(series).is_some_and(|s| s.meets(&pythons.versions)))
}

fn judge(context: &Context<'_>, target: &Target, pythons: &Pythons, floor: &str) -> Option<Finding> {
    let floor_number = number(floor)?;
    // What a tool cannot be told of nobody can ask it for: of one that looks, the oldest that it knows.
    let lacks = floor_number < target.oldest;
    if lacks && (target.writes || floor_number.0 < target.oldest.0) {
        return None;
    }
    let nearest = floor_number.max(target.oldest);
    let nearest_series = format!("{}.{}", nearest.0, nearest.1);
    let named = settings(context).filter(|(_, setting)| target.keys.contains(&setting.key.as_str()));
    // Of several that black is told of, the oldest counts: its output suits all of them.
    let (file, setting, series) = named
        .filter_map(|(file, setting)| Some((file, setting, series(&setting.value)?)))
        .min_by_key(|(_, _, series)| number(series))?;
    let wanted = number(&series)?;
    let tool = target.tool;
    let at = Location::Span(file.span(setting.at));
    let shown = &pythons.shown;
    let finding = match wanted.cmp(&nearest) {
        Ordering::Equal => return None,
        Ordering::Less if lacks => return None,
        Ordering::Greater if target.writes => {
            Finding::new(at, format!("{tool} writes for Python {series}, and the project supports {floor}"))
                .note(format!("what it rewrites may use syntax that Python {floor} does not have"))
        }
        Ordering::Greater => {
            Finding::new(at, format!("{tool} looks at the code for Python {series}, and the project supports {floor}"))
                .note(format!("what Python {floor} lacks goes unnoticed, unless another run checks for it"))
                .variant(Some(CHECKS))
        }
        Ordering::Less => {
            Finding::new(at, format!("{tool} is told of Python {series}, which the project no longer supports"))
                .note(format!("it takes no advantage of what Python {floor} has"))
                .variant(Some(OUTDATED))
        }
    };
    let finding = match pythons.at {
        Location::Span(span) => finding.related(span, format!("`{shown}`")),
        Location::Project | Location::File(_) => finding,
    };
    let digits = |series: &str| series.replace('.', "");
    let as_written =
        setting.value.replace(&digits(&series), &digits(&nearest_series)).replace(&series, &nearest_series);
    let derives = matches!(tool, "ruff" | "black") && has_standard_table(context, pythons);
    let or_nothing = if derives { format!(", or leave it out: {tool} reads `requires-python`") } else { String::new() };
    Some(finding.help(format!("write `{as_written}`{or_nothing}")).key(tool))
}

/// Whether the Pythons are declared in `[project]`, where tools look for them.
fn has_standard_table(context: &Context<'_>, pythons: &Pythons) -> bool {
    context.project.manifests.iter().any(|m| {
        Some(m.file) == pythons.at.file() && m.reading.settings.iter().any(|s| s.key == "project.requires-python")
    })
}

/// What tools are told in the folder of the project itself.
fn settings<'a>(context: &Context<'a>) -> impl Iterator<Item = (FileId, &'a Setting)> {
    let root = &context.project.root;
    let manifests = context.project.manifests.iter().filter(|m| path::folder(&m.path) == *root);
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let evidence = evidence.filter(|e| path::folder(&e.path) == *root);
    let declared =
        manifests.filter(|m| m.format == "pyproject").flat_map(|m| m.reading.settings.iter().map(|s| (m.file, s)));
    declared.chain(evidence.flat_map(|e| e.seen.settings.iter().map(|s| (e.file, s))))
}

/// The series that a setting names: `py39`, `3.9`, `--py39-plus`.
fn series(value: &str) -> Option<String> {
    match value.strip_prefix("--py") {
        Some(argument) => version::short(&format!("py{}", argument.strip_suffix("-plus")?)),
        None => version::short(value).or_else(|| version::series(value)),
    }
}

fn number(series: &str) -> Option<(u32, u32)> {
    let (major, minor) = series.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_settings() {
        for (value, expected) in [
            ("py39", Some("3.9")),
            ("py310", Some("3.10")),
            ("3.11", Some("3.11")),
            ("--py38-plus", Some("3.8")),
            ("--py3-plus", None),
            ("--keep-percent-format", None),
        ] {
            assert_eq!(series(value).as_deref(), expected, "{value}");
        }
    }
}
