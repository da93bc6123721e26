//! `never-true-marker`: a marker that holds on no machine, or on none for which the project is made.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::model::FateKind;
use crate::manifest::marker::{self, Comparison};
use crate::manifest::{Group, Manifest, MarkerText, Requirement, Versions};
use crate::rule::{Context, direct};
use crate::source::{Extent, Location};

/// The name of the variant for a comparison that others stand beside, so that the marker can still hold.
const ONE_OF_SEVERAL: &str = "one-of-several";

/// The name of the variant for Pythons that the project does not support.
const EXCLUDED: &str = "excluded-by-python";

/// More findings in one project say nothing new.
const MAX_FINDINGS: usize = 500;

/// What people write for a value of a variable, in lower case, and the value. Where there is none, the wrong one means
/// several machines.
///
/// Source: the dependency specifiers of PEP 508, and what `sys.platform`, `os.name` and `platform.system()` are documented
/// to give.
const MISSPELT: &[(&str, &[&str], Option<&str>)] = &[
    ("sys_platform", &["windows", "win", "win64", "nt"], Some("win32")),
    ("sys_platform", &["macos", "mac", "osx", "macosx", "darwin"], Some("darwin")),
    ("sys_platform", &["linux", "linux64", "gnu/linux"], Some("linux")),
    ("platform_system", &["windows", "win", "win32", "win64", "nt"], Some("Windows")),
    ("platform_system", &["macos", "mac", "osx", "macosx", "darwin"], Some("Darwin")),
    ("platform_system", &["linux", "gnu/linux"], Some("Linux")),
    ("os_name", &["windows", "win", "win32", "win64", "nt"], Some("nt")),
    ("os_name", &["linux", "darwin", "macos", "mac", "osx", "unix"], None),
    ("platform_python_implementation", &["cpython"], Some("CPython")),
    ("platform_python_implementation", &["pypy"], Some("PyPy")),
    ("implementation_name", &["cpython"], Some("cpython")),
    ("implementation_name", &["pypy"], Some("pypy")),
];

/// One finding for each comparison with a value that does not exist, else one for a marker as a whole.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, requirement) in context.project.requirements() {
        let Some(text) = &requirement.marker else { continue };
        let wrong = |comparison| misspelt(context, manifest, requirement, text, &comparison);
        let mut found: Vec<Finding> = marker::comparisons(&text.written).into_iter().filter_map(wrong).collect();
        if found.is_empty() && !super::marker::is_wrong(&text.written) {
            found.extend(excluded(context, manifest, requirement, text));
        }
        // What a compiled list took over from others is theirs to mend.
        let is_ours = || requirement.group == Group::Constraint || direct::is_direct(context, manifest, requirement);
        if findings.len() < MAX_FINDINGS && !found.is_empty() && is_ours() {
            findings.append(&mut found);
        }
    }
    findings
}

/// A comparison with a value that the variable never has.
fn misspelt(
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
    text: &MarkerText,
    comparison: &Comparison,
) -> Option<Finding> {
    let Comparison { variable, value, .. } = comparison;
    let equal = match comparison.operator.as_str() {
        "==" => true,
        "!=" => false,
        _ => return None,
    };
    let lower = value.to_lowercase();
    let is_it = |(name, wrong, meant): &&(&str, &[&str], Option<&str>)| {
        name == variable && wrong.contains(&lower.as_str()) && meant.is_none_or(|meant| meant != value)
    };
    let (_, _, meant) = MISSPELT.iter().find(is_it)?;
    let source = context.workspace.sources.text(manifest.file);
    // Where the marker stands in the file as it is judged, its parts do too.
    let is_exact = text.at.of(source) == text.written;
    let to_file = |at: Extent| if is_exact { at.shift(text.at.range().start) } else { text.at };
    let holds = if equal { "never" } else { "always" };
    let message = format!("`{variable}` is never `{value}`, so that this {holds} holds");
    let mut finding = Finding::new(Location::Span(manifest.file.span(to_file(comparison.at))), message)
        .package(requirement.name())
        .key(format!("{variable} {value}"));
    finding = match (equal, meant) {
        (_, Some(meant)) => {
            let fix = is_exact.then(|| Fix {
                title: format!("write `{meant}`"),
                applicability: Applicability::Safe,
                edits: vec![Edit {
                    span: manifest.file.span(to_file(comparison.value_at)),
                    text: comparison.value_at.of(&text.written).replace(value.as_str(), meant),
                }],
            });
            finding.fix(fix).help(format!("write `{meant}`"))
        }
        (_, None) => finding.help("compare `sys_platform` with `linux` or `darwin`; `os_name` is `posix` for both"),
    };
    let is_whole = text.marker.as_ref().is_some_and(|marker| may_hold_otherwise(marker, variable, value));
    Some(finding.variant((equal && is_whole).then_some(ONE_OF_SEVERAL)))
}

/// Whether a marker has a way to hold without that the variable equals the value.
fn may_hold_otherwise(marker: &crate::manifest::Marker, variable: &str, value: &str) -> bool {
    use crate::manifest::Marker::{And, Compare, Or};
    match marker {
        And(parts) => parts.iter().all(|part| may_hold_otherwise(part, variable, value)),
        Or(parts) => parts.iter().any(|part| may_hold_otherwise(part, variable, value)),
        Compare { variable: name, operator, value: compared } => {
            name != variable || operator != "==" || compared != value
        }
    }
}

/// A marker for Pythons that there are not, or that the manifest excludes.
fn excluded(
    context: &Context<'_>,
    manifest: &Manifest,
    requirement: &Requirement,
    text: &MarkerText,
) -> Option<Finding> {
    let marker = text.marker.as_ref()?;
    let none = |versions: &Versions| versions.is_empty();
    let at = Location::Span(manifest.file.span(text.at));
    if none(&marker.pythons()) {
        // One comparison that can never hold is a fault of its own kind.
        let single = |(variable, operator, value): &(&str, &str, &str)| {
            let (variable, operator, value) = ((*variable).to_owned(), (*operator).to_owned(), (*value).to_owned());
            none(&crate::manifest::Marker::Compare { variable, operator, value }.pythons())
        };
        if marker.comparisons().iter().any(single) {
            return None;
        }
        let message = format!("no Python meets this marker, so that `{}` is never installed", requirement.name());
        let finding = Finding::new(at, message).package(requirement.name()).key("no python");
        return Some(finding.help("join what is meant for different Pythons with `or`"));
    }
    // What a backport is needed for is asked elsewhere.
    let fate = context.knowledge.fate(requirement.name()).map(|(_, fate)| fate.kind);
    let is_backport = matches!(fate, Some(FateKind::Backport | FateKind::StdlibModule | FateKind::SupersededByStdlib));
    if is_backport || matches!(requirement.group, Group::Build | Group::Constraint) {
        return None;
    }
    let declared = manifest.reading.project.as_ref()?.requires_python.as_ref()?;
    let pythons = Versions::parse_python(&declared.text)?;
    if none(&pythons) || marker.pythons().meets(&pythons) {
        return None;
    }
    let message = format!("`{}` is never installed: the project does not run on these Pythons", requirement.name());
    let finding = Finding::new(at, message)
        .related(manifest.file.span(declared.at), "the Pythons of the project")
        .package(requirement.name())
        .key("excluded")
        .help("delete the requirement")
        .variant(Some(EXCLUDED));
    Some(finding)
}
