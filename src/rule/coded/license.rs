//! `invalid-license` and `deprecated-license-metadata`: the licence in `[project]` (PEP 639).

use crate::diagnostic::{Finding, Label};
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::{Group, Manifest, Requirement, Setting, Value, Versions};
use crate::rule::{Context, edit};
use crate::source::Extent;

mod expression;
mod spdx;

/// The name of the variant for a project whose build backend takes any text, or that nothing builds.
const UNCHECKED: &str = "unchecked";

/// The name of the variant for a form that still works.
const OLD_FORM: &str = "old-form";

/// Build backends and the first versions that take an SPDX expression (their change logs); nothing for those that
/// always did.
const BACKENDS: &[Backend] = &[
    Backend { name: "setuptools", module: "setuptools", first: Some("77.0.3") },
    Backend { name: "hatchling", module: "hatchling", first: Some("1.27.0") },
    Backend { name: "flit-core", module: "flit_core", first: Some("3.12") },
    Backend { name: "pdm-backend", module: "pdm", first: Some("2.4.0") },
    Backend { name: "poetry-core", module: "poetry", first: Some("2.2.0") },
    Backend { name: "uv-build", module: "uv_build", first: None },
];

/// A build backend.
struct Backend {
    /// The distribution.
    name: &'static str,
    /// The first part of `build-backend`.
    module: &'static str,
    /// The first version that takes an expression.
    first: Option<&'static str>,
}

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
        // What is no string is misplaced already.
        let licence = setting(manifest, "project.license").filter(|licence| licence.at.len() > licence.value.len());
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
        if let Some(licence) = licence.filter(|licence| expression::fault(&licence.value).is_none()) {
            findings
                .extend(expression::unlisted(&licence.value).iter().map(|found| unlisted(manifest, licence, found)));
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

/// An identifier that the SPDX list does not have.
fn unlisted(manifest: &Manifest, licence: &Setting, found: &expression::Unlisted<'_>) -> Finding {
    let name = found.identifier;
    let noun = match found.kind {
        spdx::Kind::Licence => "licence",
        spdx::Kind::Exception => "exception",
    };
    // Between the quotes, where nothing is escaped.
    let is_plain = licence.at.len() == licence.value.len() + 2;
    let at = licence.value.find(name).filter(|_| is_plain).map_or(licence.at, |start| {
        let start = licence.at.range().start + 1 + start;
        Extent::new(start, start + name.len())
    });
    let message = format!("SPDX has no {noun} `{name}`, by its list {}", spdx::VERSION);
    let finding = Finding::new(manifest.file.locate(Some(at)), message)
        .note("build tools that check the expression refuse what their list does not have")
        .variant((!is_checked(manifest)).then_some(UNCHECKED))
        .key(name);
    match (spdx::meant(name, found.kind), found.kind) {
        (Some(meant), _) => finding.help(format!("did you mean `{meant}`?")),
        (None, spdx::Kind::Licence) => {
            finding.help("a licence that SPDX does not have is `LicenseRef-…`, with its text in `license-files`")
        }
        (None, spdx::Kind::Exception) => {
            finding.help("the exceptions are listed at spdx.org/licenses/exceptions-index")
        }
    }
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
        let refuses = backend(manifest).is_some_and(|backend| backend.name == "setuptools");
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
        let is_read = expression::fault(&licence.value).is_none() && licence.at.len() > licence.value.len();
        let source = context.workspace.sources.text(manifest.file);
        let fix =
            is_read.then(|| edit::list::without(source, manifest, &classifiers, "delete the classifiers of licences"));
        findings.push(finding.fix(fix.flatten()));
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

/// The build backend that is named; setuptools where only that is required.
fn backend(manifest: &Manifest) -> Option<&'static Backend> {
    let named = setting(manifest, "build-system.build-backend");
    let module = named.map(|named| named.value.split(['.', ':']).next().unwrap_or_default());
    let is_it = |backend: &&Backend| match module {
        Some(module) => backend.module == module,
        None => backend.name == "setuptools" && allowed(manifest, backend).is_some(),
    };
    BACKENDS.iter().find(is_it)
}

/// The versions of a backend that the build requires.
fn allowed(manifest: &Manifest, backend: &Backend) -> Option<Versions> {
    let build = manifest.reading.requirements.iter().filter(|r| r.group == Group::Build);
    build.into_iter().find(|r| r.name() == backend.name).map(Requirement::versions)
}

/// The versions of a backend that take an expression.
fn new_versions(backend: &Backend) -> Option<Versions> {
    backend.first.map_or_else(|| Some(Versions::all()), |first| Versions::parse(&format!(">={first}")))
}

/// Whether the project is built by a backend that reads the expression.
fn is_checked(manifest: &Manifest) -> bool {
    backend(manifest).is_some_and(|backend| backend.name != "poetry-core")
}

/// Whether every version of the backend that the project allows takes an expression.
fn backend_takes_expressions(manifest: &Manifest) -> bool {
    let known = backend(manifest).and_then(|backend| Some((allowed(manifest, backend)?, new_versions(backend)?)));
    known.is_some_and(|(allowed, new)| !allowed.is_empty() && allowed.within(&new))
}

/// Whether the project cannot be built with a backend that takes an expression: its bounds leave those out, or it
/// supports a Python that they no longer run on. An unknown backend cannot, as far as can be told.
fn lacks_new_backend(context: &Context<'_>, manifest: &Manifest) -> bool {
    let Some(backend) = backend(manifest) else { return true };
    let is_old = allowed(manifest, backend).zip(new_versions(backend)).is_some_and(|(old, new)| !old.meets(&new));
    let old_python = Versions::parse_python("<3.9");
    let supports_old = context.project.pythons.as_ref().zip(old_python).is_some_and(|(p, old)| p.versions.meets(&old));
    is_old || supports_old
}
