//! `invalid-license` and `deprecated-license-metadata`: the licence in `[project]` (PEP 639).

use crate::diagnostic::{Finding, Label};
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::{Group, Manifest, Setting, Value, Versions};
use crate::rule::Context;

mod expression;

/// The name of the variant for a project whose build backend takes any text, or that nothing builds.
const UNCHECKED: &str = "unchecked";

/// The name of the variant for a form that still works.
const OLD_FORM: &str = "old-form";

/// Build backends and the first versions that take an SPDX expression (their change logs); nothing for those that
/// always did.
const BACKENDS: &[(&str, Option<&str>)] = &[
    ("setuptools", Some("77.0.3")),
    ("hatchling", Some("1.27.0")),
    ("flit-core", Some("3.12")),
    ("pdm-backend", Some("2.4.0")),
    ("poetry-core", Some("2.2.0")),
    ("uv-build", None),
];

/// Licences whose classifier means one SPDX identifier, which people also write as the text.
const SAME: &[&str] = &[
    "0BSD",
    "AGPL-3.0-only",
    "AGPL-3.0-or-later",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "EPL-2.0",
    "EUPL-1.2",
    "GPL-2.0-only",
    "GPL-2.0-or-later",
    "GPL-3.0-only",
    "GPL-3.0-or-later",
    "ISC",
    "LGPL-2.1-only",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
];

/// Faults of `project.license` and `project.license-files`.
pub fn invalid(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for manifest in standard(context) {
        let file = manifest.file;
        let licence = setting(manifest, "project.license");
        if let Some(fault) = licence.and_then(|licence| expression::fault(&licence.value).map(|fault| (licence, fault)))
        {
            let (licence, fault) = fault;
            let finding = Finding::new(file.locate(Some(licence.at)), fault.message)
                .note("`license` is an SPDX expression, and build tools refuse what is none (PEP 639)")
                .variant((!is_checked(manifest)).then_some(UNCHECKED))
                .key("license");
            findings.push(match fault.help {
                Some(help) => finding.help(help),
                None => finding
                    .help("a licence that SPDX does not have is `LicenseRef-…`, with its text in `license-files`"),
            });
        }
        let (text, path) = (setting(manifest, "project.license.text"), setting(manifest, "project.license.file"));
        if let (Some(text), Some(path)) = (text, path) {
            let message = "`license` takes `text` or `file`, not both";
            findings.push(
                Finding::new(file.locate(Some(text.at.max(path.at))), message)
                    .related(file.span(text.at.min(path.at)), "the other one")
                    .key("both"),
            );
        }
        for pattern in manifest.reading.settings.iter().filter(|setting| setting.key == "project.license-files") {
            let why = if pattern.value.starts_with('/') {
                "begins at the root of the file system"
            } else if pattern.value.split('/').any(|part| part == "..") {
                "leaves the folder of the project"
            } else if pattern.value.contains('\\') {
                "has a backslash"
            } else {
                continue;
            };
            findings.push(
                Finding::new(file.locate(Some(pattern.at)), format!("the licence file `{}` {why}", pattern.value))
                    .note("patterns begin at the folder of pyproject.toml and go down, with `/` (PEP 639)")
                    .key(pattern.value.clone()),
            );
        }
    }
    findings
}

/// Licences in a form that PEP 639 has replaced, and classifiers beside an SPDX expression.
pub fn deprecated(context: &Context<'_>) -> Vec<Finding> {
    standard(context).flat_map(|manifest| of_manifest(context, manifest)).collect()
}

fn of_manifest(context: &Context<'_>, manifest: &Manifest) -> Vec<Finding> {
    let Some(project) = &manifest.reading.project else { return Vec::new() };
    let is_licence = |value: &&Value| value.text.starts_with("License ::");
    let classifiers: Vec<&Value> = project.classifiers.iter().filter(is_licence).collect();
    let mut findings = Vec::new();
    if let (Some(licence), Some((first, rest))) = (setting(manifest, "project.license"), classifiers.split_first()) {
        let mut build = manifest.reading.requirements.iter().filter(|r| r.group == Group::Build);
        let refuses = build.any(|r| r.name() == "setuptools");
        let mut finding = Finding::new(
            manifest.file.locate(Some(first.at)),
            format!("`{}` stands beside the expression `{}`", first.text, licence.value),
        )
        .related(manifest.file.span(licence.at), "the expression")
        .note(if refuses {
            "setuptools refuses the two together"
        } else {
            "PEP 639 lets build tools refuse the two together"
        })
        .variant((!refuses).then_some(OLD_FORM))
        .help(if rest.is_empty() { "delete the classifier" } else { "delete the classifiers of licences" })
        .key("classifier");
        finding
            .labels
            .extend(rest.iter().map(|value| Label { span: manifest.file.span(value.at), text: "and this".to_owned() }));
        findings.push(finding);
    }
    // An old backend knows nothing else.
    if lacks_new_backend(context, manifest) {
        return findings;
    }
    let text = setting(manifest, "project.license.text");
    let path = setting(manifest, "project.license.file");
    let table = manifest.reading.tables.iter().find(|(name, _)| name == "project.license").map(|(_, at)| *at);
    if let (Some(table), Some(said)) = (table, text.or(path)) {
        let finding = Finding::new(manifest.file.locate(Some(table)), "the table form of `license` is deprecated")
            .note("PEP 639 has an SPDX expression in `license` and patterns in `license-files`")
            .variant(Some(OLD_FORM))
            .key("table");
        let finding = match path {
            Some(path) => finding
                .help(format!("write `license-files = [\"{}\"]`, and its SPDX identifier as `license`", path.value)),
            None => match known(&said.value) {
                Some(known) => finding.help(format!("write `license = \"{known}\"`")),
                None => finding.help("write its SPDX identifier as `license`"),
            },
        };
        let inline = table.of(context.workspace.sources.text(manifest.file)).starts_with('{');
        let id = known(&said.value).filter(|_| path.is_none() && inline && classifiers.is_empty());
        let fix = id.filter(|_| backend_takes_expressions(manifest)).map(|id| Fix {
            title: format!("write `\"{id}\"`"),
            applicability: Applicability::Safe,
            edits: vec![Edit { span: manifest.file.span(table), text: format!("\"{id}\"") }],
        });
        findings.push(finding.fix(fix));
    }
    findings
}

/// The manifests with standard metadata.
fn standard<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Manifest> {
    context.project.manifests.iter().filter(|manifest| manifest.format == "pyproject")
}

fn setting<'a>(manifest: &'a Manifest, key: &str) -> Option<&'a Setting> {
    manifest.reading.settings.iter().find(|setting| setting.key == key)
}

/// The SPDX identifier that a text is.
fn known(text: &str) -> Option<&'static str> {
    SAME.iter().find(|id| id.eq_ignore_ascii_case(text.trim())).copied()
}

/// What is declared of the build backend: its first version for expressions, and the versions that are allowed.
fn backend(manifest: &Manifest) -> Option<(Option<&'static str>, Versions)> {
    let mut build = manifest.reading.requirements.iter().filter(|r| r.group == Group::Build);
    build.find_map(|r| {
        let (_, first) = BACKENDS.iter().find(|(name, _)| *name == r.name())?;
        Some((*first, r.versions()))
    })
}

/// Whether the project is built by a backend that reads the expression.
fn is_checked(manifest: &Manifest) -> bool {
    let mut build = manifest.reading.requirements.iter().filter(|r| r.group == Group::Build);
    build.any(|r| r.name() != "poetry-core" && BACKENDS.iter().any(|(backend, _)| *backend == r.name()))
}

/// Whether every version of the backend that the project allows takes an expression.
fn backend_takes_expressions(manifest: &Manifest) -> bool {
    match backend(manifest) {
        Some((Some(first), allowed)) => {
            Versions::parse(&format!(">={first}")).is_some_and(|new| !allowed.is_empty() && allowed.within(&new))
        }
        Some((None, _)) => true,
        None => false,
    }
}

/// Whether the project cannot be built with a backend that takes an expression: its bounds leave those out, or it
/// supports a Python that they no longer run on.
fn lacks_new_backend(context: &Context<'_>, manifest: &Manifest) -> bool {
    let Some((first, allowed)) = backend(manifest) else {
        // Not known, or none is named.
        return true;
    };
    let is_old = first.and_then(|first| Versions::parse(&format!(">={first}"))).is_some_and(|new| !allowed.meets(&new));
    let old_python = Versions::parse_python("<3.9");
    let supports_old = context.project.pythons.as_ref().zip(old_python).is_some_and(|(p, old)| p.versions.meets(&old));
    is_old || supports_old
}
