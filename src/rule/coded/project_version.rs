//! `invalid-version` and `unnormalized-version`: the version that a project gives itself (PEP 440).

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::{Manifest, Value, version};
use crate::rule::{Context, package};

/// The name of the variant for what hardly anybody meets: numbers that begin with a zero, as dates do, versions under
/// development, which are not released, and those that a program raises, in a form that was chosen for it.
const HARMLESS: &str = "harmless";

/// One finding a manifest whose version is none.
pub fn invalid(context: &Context<'_>) -> Vec<Finding> {
    let found = written(context).filter(|(_, value)| version::normalized(&value.text).is_none());
    found
        .map(|(manifest, value)| {
            let message = match value.text.trim() {
                "" => "the version is empty".to_owned(),
                text => format!("`{text}` is no version"),
            };
            let finding = Finding::new(manifest.file.locate(Some(value.at)), message)
                .note("build tools and installers refuse what PEP 440 does not know")
                .key("version");
            match nearest(&value.text) {
                Some(near) => finding.help(format!("write `{near}`, for example")),
                None => finding.help("a version is `1.2.3`, `1.2.3rc1`, `1.2.3.post1`, `1.2.3.dev4` or `1.2.3+local`"),
            }
        })
        .collect()
}

/// One finding a manifest whose version has another normal form.
pub fn unnormalized(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, value) in written(context) {
        let text = value.text.trim();
        let Some(normal) = version::normalized(text).filter(|normal| normal != text) else { continue };
        let without_zeros = text.split('.').map(|part| match part.trim_start_matches('0') {
            "" => "0",
            rest if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
            _ => part,
        });
        let zeros_alone = without_zeros.collect::<Vec<_>>().join(".") == normal;
        let span = manifest.file.span(value.at);
        let exact = context.workspace.sources.slice(span) == value.text;
        let fix = exact.then(|| Fix {
            title: format!("write `{normal}`"),
            // Programs that raise versions look for the text as it is written.
            applicability: Applicability::Unsafe,
            edits: vec![Edit { span, text: normal.clone() }],
        });
        findings.push(
            Finding::new(manifest.file.locate(Some(value.at)), format!("the version `{text}` becomes `{normal}`"))
                .note("files, tags and comparisons of the released package have the normal form of PEP 440")
                .help(format!("write `{normal}`"))
                .variant((zeros_alone || normal.contains(".dev") || is_raised(context, text)).then_some(HARMLESS))
                .key("version")
                .fix(fix),
        );
    }
    findings
}

/// Whether the configuration of a program that raises versions has this one (bumpversion, bump-my-version).
fn is_raised(context: &Context<'_>, version: &str) -> bool {
    let is_current = |line: &str| {
        let value = line.trim().strip_prefix("current_version").and_then(|rest| rest.trim_start().strip_prefix('='));
        value.is_some_and(|value| value.trim().trim_matches('"') == version)
    };
    let mut texts = package::manifests(context).map(|manifest| context.workspace.sources.text(manifest.file));
    texts.any(|text| text.lines().any(is_current))
}

/// The versions that manifests of a package give, without those that something else fills in.
fn written<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Manifest, &'a Value)> {
    let project = |manifest: &'a Manifest| {
        let project = manifest.reading.project.as_ref().filter(|project| project.is_package)?;
        Some((manifest, project.version.as_ref()?))
    };
    let is_filled_in = |text: &str| {
        let word = !text.is_empty() && text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '_' | '-'));
        word || text.contains(['{', '}', '$', '@', '%', '<']) || text.to_ascii_lowercase().contains("placeholder")
    };
    let formats = ["pyproject", "setup.cfg", "setup.py"];
    let manifests = context.project.manifests.iter().filter(move |manifest| formats.contains(&manifest.format));
    manifests.filter_map(project).filter(move |(_, value)| !is_filled_in(&value.text))
}

/// The version that begins `text`, with what follows as a local version.
fn nearest(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (release, rest) = text.split_at_checked(end)?;
    let release = release.trim_end_matches('.');
    let rest = rest.trim_start_matches(['-', '_', '+', '.']).replace(['-', '_', '+'], ".");
    let local = if rest.is_empty() { release.to_owned() } else { format!("{release}+{rest}") };
    version::normalized(&local)
}
