//! `missing-requires-python`: a package that does not say on which Pythons it runs.
//!
//! Source: core metadata, `Requires-Python`: installers skip releases whose specifier leaves out the running Python.

use crate::diagnostic::Finding;
use crate::project::{Kind, role};
use crate::rule::{Context, package};

/// How the field is called in the manifests, also where a reader does not understand its value.
const WORDS: &[&str] = &["requires-python", "requires_python", "python-requires", "python_requires"];

/// At most one finding a project, at the table that describes the package.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut points = package::entry_points(context);
    let is_package =
        context.project.kind == Kind::Library || points.any(|(_, (group, ..))| package::is_commands(group));
    if !is_package
        || package::is_partial(context)
        || package::is_refused(context)
        || package::is_private(context)
        || role::is_for_trial(&context.project.root)
        || package::names_any(context, WORDS)
        || context.project.is_playbook && !context.project.has_package
    {
        return Vec::new();
    }
    let described = package::manifests(context).find_map(|m| Some((m, m.reading.project.as_ref()?)));
    let Some((manifest, project)) = described else { return Vec::new() };
    // Poetry says it among the dependencies.
    let mut projects = package::manifests(context).filter_map(|m| m.reading.project.as_ref());
    if projects.any(|p| p.requires_python.is_some()) || project.name.is_none() {
        return Vec::new();
    }
    let mut finding = Finding::new(
        manifest.file.locate(Some(project.header)),
        "the package does not say which Python versions it runs on",
    )
    .note("pip and uv then install its newest release on every Python, also where it cannot run");
    if package::classifiers(context).any(|text| text.starts_with("Programming Language :: Python :: 3.")) {
        finding = finding.note("installers do not read classifiers");
    }
    let key = match manifest.format {
        "pyproject" if package::has_table(manifest, "project") => {
            "`requires-python`, as `requires-python = \">=3.10\"`"
        }
        "pyproject" => "`python` to the dependencies, as `python = \"^3.10\"`",
        _ => "`python_requires`, as `>=3.10`",
    };
    finding = finding.help(format!("add {key}, with the oldest version that you test"));
    vec![finding]
}
