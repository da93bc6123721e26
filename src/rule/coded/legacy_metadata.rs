//! `setup-py-only` and `poetry-legacy-metadata`: packages that are described in a form of one tool.
//!
//! Sources: the specification of pyproject.toml (PEP 621); setuptools, "Is setup.py deprecated?"; Poetry, "The
//! pyproject.toml file": `[project]` is read since Poetry 2.0.

use crate::diagnostic::Finding;
use crate::manifest::setup_py;
use crate::project::role;
use crate::rule::{Context, package};

/// Words in a `setup.py` that builds more than metadata can say.
const BUILDS: &[&str] =
    &["ext_modules", "cmdclass", "cffi_modules", "rust_extensions", "distclass", "cythonize", "pbr", "libraries="];

/// At most one finding a project.
pub fn setup_py(context: &Context<'_>) -> Vec<Finding> {
    let described_elsewhere = package::manifests(context).any(|manifest| match manifest.format {
        "pyproject" => {
            ["project", "build-system", "tool.poetry", "tool.flit"].iter().any(|t| package::has_table(manifest, t))
        }
        "setup.cfg" => package::has_table(manifest, "metadata") || package::has_table(manifest, "options"),
        _ => false,
    });
    let Some(manifest) = package::manifest(context, "setup.py") else { return Vec::new() };
    let text = context.workspace.sources.text(manifest.file);
    let is_named = manifest.reading.project.as_ref().is_some_and(|project| project.name.is_some());
    let is_rest = described_elsewhere || manifest.reading.partial || role::is_for_trial(&context.project.root);
    if is_rest || !is_named || BUILDS.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let Some((_, call)) = manifest.reading.tables.iter().find(|(table, _)| table == setup_py::CALL) else {
        return Vec::new();
    };
    let message = "the package is described in `setup.py` alone, which has to be run to be read";
    let finding = Finding::new(manifest.file.locate(Some(*call)), message)
        .note("nothing says which setuptools it needs: installers take the newest one")
        .help("move the metadata to `[project]` of a pyproject.toml, with `[build-system]` beside it");
    vec![finding]
}

/// At most one finding a project.
pub fn poetry(context: &Context<'_>) -> Vec<Finding> {
    let Some(manifest) = package::manifest(context, "pyproject") else { return Vec::new() };
    let header = manifest.reading.tables.iter().find(|(table, _)| table == "tool.poetry");
    let legacy = manifest.reading.project.as_ref().filter(|project| project.is_package && project.name.is_some());
    let (Some((_, header)), Some(_)) = (header, legacy) else { return Vec::new() };
    if package::has_table(manifest, "project") || manifest.reading.partial {
        return Vec::new();
    }
    let message = "the package is described in `[tool.poetry]`, which Poetry alone reads";
    let mut finding = Finding::new(manifest.file.locate(Some(*header)), message)
        .note("Poetry reads the standard `[project]` since its version 2.0, and other tools do as well")
        .help("move name, version, dependencies and scripts to `[project]`; `poetry check` says which fields are left");
    let old = manifest.reading.tables.iter().find(|(table, _)| table == "tool.poetry.dev-dependencies");
    if let Some((_, at)) = old {
        finding = finding.related(manifest.file.span(*at), "older still: Poetry has groups since 1.2");
    }
    vec![finding]
}
