//! `missing-build-system`: a package without a word on what builds it.
//!
//! Source: PEP 517 and PEP 518; the specification of pyproject.toml. Without `[build-system]`, pip and `build` take
//! setuptools in its legacy mode; uv takes the project for one that is not built.

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Fix};
use crate::manifest::Manifest;
use crate::project::{Kind, role};
use crate::rule::{Context, edit, package};

/// At most one finding a project.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if package::is_partial(context) || package::is_refused(context) || role::is_for_trial(&context.project.root) {
        return Vec::new();
    }
    let pyproject = package::manifest(context, "pyproject");
    if pyproject.is_some_and(|m| package::has_table(m, "build-system") || has_package_setting(m)) {
        return Vec::new();
    }
    pyproject.and_then(|manifest| described(context, manifest)).or_else(|| implied(context)).into_iter().collect()
}

/// `tool.uv.package = true` builds the project all the same.
fn has_package_setting(manifest: &Manifest) -> bool {
    package::setting(manifest, "tool.uv.package").is_some()
}

/// The package is described in `pyproject.toml` itself.
fn described(context: &Context<'_>, manifest: &Manifest) -> Option<Finding> {
    let standard = package::has_table(manifest, "project");
    if !standard && !package::has_table(manifest, "tool.poetry") {
        return None;
    }
    let project = manifest.reading.project.as_ref()?;
    let point = project.entry_points.first();
    let is_uploaded_by_poetry = !standard && context.project.is_published;
    if point.is_none() && context.project.kind != Kind::Library && !is_uploaded_by_poetry {
        return unbuilt(context, manifest);
    }
    let message = "nothing says what builds this package: there is no `[build-system]`";
    let mut finding = Finding::new(manifest.file.locate(Some(project.header)), message);
    if let Some((group, name, _)) = point {
        let sort = if package::is_commands(group) { "command" } else { "entry point" };
        let text = format!("a {sort} that exists once the package is built and installed");
        finding = finding.related(manifest.file.span(name.at), text);
    }
    Some(if standard {
        finding
            .note("uv does not build such a project, and leaves its entry points out; pip takes the newest setuptools")
            .help("add `[build-system]` with the backend of your choice, or `tool.uv.package = false` if it is no package")
    } else {
        finding
            .note("pip and uv take the newest setuptools, which knows nothing of `tool.poetry`: what they install lacks its dependencies and commands")
            .help("add `[build-system]` with `requires = [\"poetry-core\"]` and `build-backend = \"poetry.core.masonry.api\"`")
            .fix(Some(with_poetry(context, manifest)))
    })
}

/// The table with Poetry's own backend, at the end.
fn with_poetry(context: &Context<'_>, manifest: &Manifest) -> Fix {
    let lines = ["[build-system]", "requires = [\"poetry-core\"]", "build-backend = \"poetry.core.masonry.api\""];
    let edit = edit::append(context.workspace.sources.text(manifest.file), manifest, &lines);
    Fix::new("add `[build-system]`", Applicability::Unsafe, vec![edit])
}

/// Nothing says that it is a package, and it looks like one. Not what is run from its folder, and not the projects of a
/// workspace: there the one that needs it decides.
fn unbuilt(context: &Context<'_>, manifest: &Manifest) -> Option<Finding> {
    let project = context.project;
    let is_else = ["tool.poetry", "tool.uv.workspace", "tool.pixi"].iter().any(|t| package::has_table(manifest, t));
    let runs_in_place = project.is_service || project.is_playbook || project.runs_in_place;
    if is_else || runs_in_place || project.outer.is_some() || !package::has_table(manifest, "project") {
        return None;
    }
    let folder = project.own_package.as_ref()?;
    let header = manifest.reading.project.as_ref()?.header;
    let message = format!("nothing builds the package `{folder}`: there is no `[build-system]`");
    let finding = Finding::new(manifest.file.locate(Some(header)), message)
        .note("uv takes such a project for one that is not built: it installs the dependencies, and not the package")
        .help("add `[build-system]` with the backend of your choice, or `tool.uv.package = false` if it is no package");
    Some(finding.variant(Some("unbuilt")))
}

/// The package is described in `setup.cfg`: the backend follows from what installers assume.
fn implied(context: &Context<'_>) -> Option<Finding> {
    let manifest = package::manifest(context, "setup.cfg").filter(|m| package::has_table(m, "metadata"))?;
    let project = manifest.reading.project.as_ref().filter(|project| project.name.is_some())?;
    if context.project.kind != Kind::Library {
        return None;
    }
    let finding = Finding::new(manifest.file.locate(Some(project.header)), "installers guess what builds this package")
        .note("without `[build-system]` in pyproject.toml they take the newest setuptools, whatever this one needs")
        .help("add a pyproject.toml that says `[build-system]`, `requires = [\"setuptools\"]`, `build-backend = \"setuptools.build_meta\"`");
    Some(finding.variant(Some("assumed")))
}
