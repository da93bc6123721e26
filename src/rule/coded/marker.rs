//! `invalid-marker`: comparisons that follow the grammar and cannot mean what they say.
//!
//! Source: dependency specifiers, "Environment Markers". `python_version` is `major.minor`; versions are compared as
//! PEP 440 has it, other variables are texts, which have no order.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::manifest::Versions;
use crate::manifest::marker::{Comparison, comparisons};
use crate::rule::Context;
use crate::source::{Extent, Location, Span};

/// The name of the variant for what installers take and the specification does not.
const DISCOURAGED: &str = "discouraged";

/// The name of the variant for a bound that lies elsewhere than it seems.
const SHIFTED: &str = "shifted-bound";

/// Variables that hold texts.
const TEXTS: &[&str] = &[
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_system",
    "platform_version",
    "implementation_name",
    "extra",
];

/// One finding a comparison that is wrong. Markers that a reader put together from other words are passed over.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    for (manifest, requirement) in context.project.every_requirement() {
        let Some(marker) = requirement.marker.as_ref().filter(|marker| marker.marker.is_some()) else { continue };
        let place = manifest.file.span(marker.at);
        if context.workspace.sources.slice(place) != marker.written || !seen.insert(place) {
            continue;
        }
        for comparison in comparisons(&marker.written) {
            let Some(fault) = judge(&comparison, &marker.written) else { continue };
            let at = fault.at.shift(marker.at.start as usize);
            let mut finding = Finding::new(Location::Span(manifest.file.span(at)), fault.message)
                .package(requirement.name())
                .variant(fault.variant)
                .key(comparison.at.of(&marker.written));
            finding.notes.extend(fault.note);
            finding.help.extend(fault.help);
            findings.push(finding);
        }
    }
    findings
}

/// Whether a comparison of the marker says something that installers do not take as it is meant: what follows from such a
/// marker is not worth telling.
pub(super) fn is_wrong(marker: &str) -> bool {
    comparisons(marker).iter().any(|comparison| judge(comparison, marker).is_some_and(|fault| fault.variant.is_none()))
}

/// What is wrong with a comparison.
struct Fault {
    /// In the marker.
    at: Extent,
    message: String,
    note: Option<String>,
    help: Option<String>,
    variant: Option<&'static str>,
}

impl Fault {
    fn new(at: Extent, message: String) -> Self {
        Self { at, message, note: None, help: None, variant: None }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    fn variant(self, variant: &'static str) -> Self {
        Self { variant: Some(variant), ..self }
    }
}

fn judge(comparison: &Comparison, marker: &str) -> Option<Fault> {
    let variable = comparison.variable.as_str();
    match variable {
        "extras" | "dependency_groups" => {
            let fault = Fault::new(comparison.variable_at, format!("`{variable}` is a variable of lock files alone"))
                .note("elsewhere installers refuse the marker, or take it for false");
            Some(if variable == "extras" {
                fault.help("a requirement of an extra has `extra == \"…\"`")
            } else {
                fault
            })
        }
        "python_version" | "python_full_version" => of_python(comparison, marker),
        _ if TEXTS.contains(&variable) => of_text(comparison),
        _ => None,
    }
}

/// A variable that holds a text.
fn of_text(comparison: &Comparison) -> Option<Fault> {
    let Comparison { variable, operator, .. } = comparison;
    match operator.as_str() {
        "<" | "<=" | ">" | ">=" | "~=" | "reversed ~=" => {
            let operator = operator.trim_start_matches("reversed ");
            Some(
                Fault::new(comparison.at, format!("`{variable}` is a text, and texts have no order for `{operator}`"))
                    .note("what installers make of it differs from one to the next")
                    .help("compare with `==`, `!=` or `in`"),
            )
        }
        "===" => Some(
            Fault::new(comparison.operator_at, format!("`===` compares versions, and `{variable}` is a text"))
                .help("write `==`")
                .variant(DISCOURAGED),
        ),
        _ => None,
    }
}

/// `python_version` or `python_full_version`.
fn of_python(comparison: &Comparison, marker: &str) -> Option<Fault> {
    let Comparison { variable, operator, value, at, value_at, .. } = comparison;
    let full = variable == "python_full_version";
    match operator.as_str() {
        "in" | "not in" | "contains" | "not contains" => return Some(substring(comparison, full)),
        "===" | "reversed ~=" => return None,
        _ => {}
    }
    let shown = at.of(marker);
    if Versions::parse(&format!("{operator}{value}")).is_none() || value.contains(',') {
        let fault = Fault::new(*value_at, format!("`{variable} {operator}` cannot be followed by `{value}`"))
            .note("it is no version there, and the two are compared as texts or not at all");
        let plain = value.strip_suffix(".*").filter(|plain| Versions::parse(&format!("{operator}{plain}")).is_some());
        return Some(match plain {
            Some(plain) => fault.help(format!("write `{plain}`")),
            None if operator == "~=" => fault.help("`~=` takes a version of two parts at least"),
            None => fault,
        });
    }
    let (release, wildcard) = value.strip_suffix(".*").map_or((value.as_str(), false), |release| (release, true));
    let parts: Option<Vec<u64>> = release.split('.').map(|part| part.parse().ok()).collect();
    let parts = parts?;
    if full {
        return of_full_version(comparison, &parts, wildcard, shown);
    }
    let series = parts.iter().take(2).map(u64::to_string).collect::<Vec<_>>().join(".");
    let has_patch = parts.iter().skip(2).any(|&part| part != 0);
    let why = format!("on Python {release} the value of `python_version` is `{series}`");
    match (operator.as_str(), has_patch) {
        ("==" | "!=" | "~=", true) => Some(
            Fault::new(*at, format!("`{shown}` holds {}", if operator == "!=" { "always" } else { "never" }))
                .note(why)
                .help("`python_full_version` has all three numbers"),
        ),
        ("<" | "<=" | ">" | ">=", true) => {
            let next = format!("{}.{}", parts.first()?, parts.get(1)?.checked_add(1)?);
            let meaning = match operator.as_str() {
                "<" | "<=" => format!("it means `python_version < \"{next}\"`"),
                _ => format!("it begins to hold with Python {next}"),
            };
            Some(
                Fault::new(*at, format!("`python_version` knows nothing of the last number of `{release}`"))
                    .note(format!("{why}: {meaning}"))
                    .help("`python_full_version` has all three numbers")
                    .variant(SHIFTED),
            )
        }
        ("==" | "!=", false) if parts.len() == 1 && !wildcard => {
            let major = parts.first()?;
            let when = if operator == "==" { "on no Python but" } else { "on every Python but" };
            Some(
                Fault::new(*at, format!("`{shown}` holds {when} {major}.0"))
                    .note(format!("`{major}` is the version {major}.0, and not the series {major}"))
                    .help(format!("the series is `{operator} \"{major}.*\"`")),
            )
        }
        _ => None,
    }
}

fn of_full_version(comparison: &Comparison, parts: &[u64], wildcard: bool, shown: &str) -> Option<Fault> {
    if parts.len() > 2 || wildcard {
        return None;
    }
    let Comparison { operator, value, at, .. } = comparison;
    let first = if parts.len() == 1 { format!("{value}.0.0") } else { format!("{value}.0") };
    match operator.as_str() {
        "==" | "!=" => {
            let when = if operator == "==" { "on no Python but" } else { "on every Python but" };
            Some(
                Fault::new(*at, format!("`{shown}` holds {when} {first}"))
                    .note(format!("`python_full_version` has three numbers, and `{value}` is `{first}`"))
                    .help(format!("the series is `{operator} \"{value}.*\"`")),
            )
        }
        "<=" => Some(
            Fault::new(*at, format!("`{shown}` ends at Python {first}"))
                .note("`python_full_version` has three numbers: the later releases of the series are left out")
                .help(format!("the whole series is `python_version <= \"{value}\"`"))
                .variant(SHIFTED),
        ),
        _ => None,
    }
}

/// A version that is looked for in a text.
fn substring(comparison: &Comparison, full: bool) -> Fault {
    let Comparison { variable, operator, value, at, .. } = comparison;
    let listed: Vec<&str> = value.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let partial = listed.iter().all(|word| word.matches('.').count() < 2);
    if full && partial && operator.ends_with("in") {
        let when = if operator == "in" { "never" } else { "always" };
        return Fault::new(*at, format!("`{variable}` has three numbers: this holds {when}"))
            .help("compare `python_version`");
    }
    let fault = Fault::new(*at, format!("`{operator}` looks for a text in a text, and `{variable}` is a version"))
        .note("installers take it, and the specification does not")
        .variant(DISCOURAGED);
    let (sign, word) = if operator == "in" { ("==", " or ") } else { ("!=", " and ") };
    let plain = |word: &&str| Versions::parse(&format!("=={word}")).is_some();
    if operator.ends_with("contains") || listed.is_empty() || listed.len() > 4 || !listed.iter().all(plain) {
        return fault.help("compare with `==`, `<` and their like");
    }
    let each: Vec<String> = listed.iter().map(|version| format!("{variable} {sign} '{version}'")).collect();
    fault.help(format!("write `{}`", each.join(word)))
}
