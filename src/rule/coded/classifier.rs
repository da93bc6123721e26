//! `classifier-mismatch` and `invalid-classifier`: trove classifiers.

use crate::diagnostic::{Finding, Label};
use crate::fix::Applicability;
use crate::manifest::{Manifest, ProjectTable, Value, Versions};
use crate::project::pythons::classified_series;
use crate::rule::{Context, edit};

/// The first parts of all classifiers; the last is for classifiers that keep a package from being uploaded.
const SUBJECTS: &[&str] = &[
    "Development Status",
    "Environment",
    "Framework",
    "Intended Audience",
    "License",
    "Natural Language",
    "Operating System",
    "Programming Language",
    "Topic",
    "Typing",
    "Private",
];

/// Subjects of which the list has been closed for long, with their values.
const CLOSED: &[(&str, &[&str])] = &[
    (
        "Development Status",
        &[
            "1 - Planning",
            "2 - Pre-Alpha",
            "3 - Alpha",
            "4 - Beta",
            "5 - Production/Stable",
            "6 - Mature",
            "7 - Inactive",
        ],
    ),
    ("Typing", &["Stubs Only", "Typed"]),
];

/// What people write for licences, and what the list has.
const LICENCES: &[(&str, &str)] = &[
    ("mit", "MIT License"),
    ("the mit license", "MIT License"),
    ("mit license (mit)", "MIT License"),
    ("apache", "Apache Software License"),
    ("apache 2.0", "Apache Software License"),
    ("apache-2.0", "Apache Software License"),
    ("apache license", "Apache Software License"),
    ("apache license 2.0", "Apache Software License"),
    ("apache license, version 2.0", "Apache Software License"),
    ("apache software license 2.0", "Apache Software License"),
    ("apache 2.0 license", "Apache Software License"),
    ("bsd", "BSD License"),
    ("bsd 3-clause", "BSD License"),
    ("bsd-3-clause", "BSD License"),
    ("bsd 3-clause license", "BSD License"),
    ("isc", "ISC License (ISCL)"),
    ("isc license", "ISC License (ISCL)"),
];

const OSI: &str = "License :: OSI Approved :: ";

const PYTHON: &str = "Programming Language :: Python :: ";

/// One finding a manifest for classifiers of Pythons that its `requires-python` leaves out.
pub fn mismatch(context: &Context<'_>) -> Vec<Finding> {
    context.project.manifests.iter().filter_map(|manifest| mismatched(context, manifest)).collect()
}

fn mismatched(context: &Context<'_>, manifest: &Manifest) -> Option<Finding> {
    let project = manifest.reading.project.as_ref()?;
    let python = project.requires_python.as_ref()?;
    let allowed = Versions::parse_python(&python.text).filter(|versions| !versions.is_empty())?;
    let outside = |value: &&Value| classified(&value.text).is_some_and(|named| !named.meets(&allowed));
    let found: Vec<&Value> = project.classifiers.iter().filter(outside).collect();
    let (first, rest) = found.split_first()?;
    let named: Vec<&str> =
        found.iter().map(|value| value.text.strip_prefix(PYTHON).unwrap_or_default().trim()).collect();
    let are = if named.len() == 1 { "classifier names" } else { "classifiers name" };
    let message = format!("the {are} Python {}, which `requires-python` leaves out", listed(&named));
    let mut finding = Finding::new(manifest.file.locate(Some(first.at)), message)
        .related(manifest.file.span(python.at), "allowed are these")
        .note("whoever looks for packages by version finds this one and cannot install it")
        .help(if named.len() == 1 { "delete the classifier" } else { "delete the classifiers" })
        .key("python");
    finding
        .labels
        .extend(rest.iter().map(|value| Label { span: manifest.file.span(value.at), text: "and this".to_owned() }));
    let source = context.workspace.sources.text(manifest.file);
    let title = if named.len() == 1 { "delete the classifier" } else { "delete the classifiers" };
    Some(finding.fix(edit::list::without(source, manifest, &found, title)))
}

fn listed(named: &[&str]) -> String {
    match named {
        [init @ .., last] if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        _ => named.concat(),
    }
}

/// The Python versions that a classifier names: `3.8`, `2`, `2 :: Only`.
fn classified(classifier: &str) -> Option<Versions> {
    if let Some(series) = classified_series(classifier) {
        return Versions::python_series(series);
    }
    let major = classifier.strip_prefix(PYTHON)?.trim();
    let major = major.strip_suffix(":: Only").unwrap_or(major).trim();
    matches!(major, "2" | "3").then(|| Versions::python_series(major)).flatten()
}

/// One finding a classifier that is certainly not on the list.
pub fn invalid(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in &context.project.manifests {
        let classifiers = |project: &ProjectTable| project.classifiers.clone();
        for value in manifest.reading.project.as_ref().map(classifiers).unwrap_or_default() {
            let Some(Fault { message, help, instead }) = fault(&value.text) else { continue };
            let finding = Finding::new(manifest.file.locate(Some(value.at)), message)
                .note("an index refuses an upload with a classifier that it does not know")
                .key(value.text.clone());
            let is_exact = value.at.of(context.workspace.sources.text(manifest.file)) == value.text;
            // Only what is spelt otherwise is certain.
            let same = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            let fix = instead.filter(|_| is_exact).and_then(|instead| {
                let is_same = same(&instead) == same(&value.text);
                edit::rewrite(&finding, instead, if is_same { Applicability::Safe } else { Applicability::Unsafe })
            });
            findings.push(finding.help(help).fix(fix));
        }
    }
    findings
}

/// What is wrong with a classifier.
struct Fault {
    message: String,
    help: String,
    /// What to write, where that is one thing.
    instead: Option<String>,
}

impl Fault {
    fn new(message: String, help: String, instead: Option<String>) -> Self {
        Self { message, help, instead }
    }
}

/// What is wrong with a classifier, and what to write.
fn fault(classifier: &str) -> Option<Fault> {
    let text = classifier.trim();
    if text.is_empty() || text.contains(['{', '$', '%']) {
        return None;
    }
    let none = || format!("`{text}` is no classifier");
    let parts: Vec<&str> = text.split("::").map(str::trim).collect();
    let joined = parts.join(" :: ");
    if joined != text && parts.len() > 1 && parts.iter().all(|part| !part.is_empty()) {
        let message = format!("`{text}` is not written as a classifier");
        return Some(Fault::new(message, format!("write `{joined}`"), Some(joined)));
    }
    let (subject, value) = (*parts.first()?, parts.get(1).copied());
    if !SUBJECTS.contains(&subject) {
        let near =
            SUBJECTS.iter().find(|known| strsim::osa_distance(&known.to_lowercase(), &subject.to_lowercase()) <= 2);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a classifier begins with {}", crate::rule::text::alternatives(SUBJECTS)),
        };
        return Some(Fault::new(none(), help, None));
    }
    let Some(value) = value else {
        return (subject != "Private").then(|| Fault::new(none(), format!("name a value: `{subject} :: …`"), None));
    };
    if let Some((_, values)) = CLOSED.iter().find(|(closed, _)| *closed == subject) {
        if values.contains(&value) {
            return None;
        }
        let near = values.iter().min_by_key(|known| strsim::osa_distance(known, value))?;
        let meant = format!("{subject} :: {near}");
        // Their numbers tell them apart.
        let is_near = strsim::osa_distance(near, value) <= 3;
        return Some(Fault::new(none(), format!("did you mean `{meant}`?"), Some(meant).filter(|_| is_near)));
    }
    if let Some(licence) = joined.strip_prefix(OSI) {
        let lower = licence.to_ascii_lowercase();
        let (_, known) = LICENCES.iter().find(|(slip, _)| *slip == lower)?;
        let meant = format!("{OSI}{known}");
        return Some(Fault::new(none(), format!("write `{meant}`"), Some(meant)));
    }
    let is_range = |version: &&str| version.starts_with(['<', '>', '=', '~', '^']) || version.ends_with('+');
    let help = "name each series by a classifier of its own; a range belongs in `requires-python`";
    joined.strip_prefix(PYTHON).filter(is_range).map(|_| Fault::new(none(), help.to_owned(), None))
}
