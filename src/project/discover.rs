//! Which folders are projects, and which manifest belongs to which.

use std::collections::BTreeMap;

use super::role;
use crate::manifest::Manifest;
use crate::path;

/// Files that make their folder a project, whatever is in them.
const ROOT_FILES: &[&str] = &["setup.py", "Pipfile", "pixi.toml", "environment.yml", "environment.yaml"];

/// Tables that make the folder of a `pyproject.toml` a project. One with tools' tables alone is configuration.
const ROOT_TABLES: &[&str] = &["project", "build-system", "dependency-groups", "tool.poetry", "tool.pdm", "tool.flit"];

/// The projects below a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Root → the manifests (by their place in the list given) that belong to it.
    pub projects: BTreeMap<String, Vec<usize>>,
    /// Manifests that belong to no project that is linted, and why.
    pub left_out: Vec<(usize, &'static str)>,
}

/// Lays out the projects below `top`. `manifests` are all manifests that were read, `files` all paths, and `has_metadata`
/// says whether a `setup.cfg` has a `[metadata]` section.
pub fn layout(top: &str, files: &[String], manifests: &[&Manifest], has_metadata: impl Fn(&str) -> bool) -> Layout {
    let mut roots: Vec<&str> = Vec::new();
    for manifest in manifests {
        let is_root = |(table, _): &(String, _)| ROOT_TABLES.iter().any(|root| table == root || is_below(table, root));
        if path::name(&manifest.path) == "pyproject.toml" && manifest.reading.tables.iter().any(is_root) {
            roots.push(path::folder(&manifest.path));
        }
    }
    for file in files {
        let name = path::name(file);
        if ROOT_FILES.contains(&name) || name == "setup.cfg" && has_metadata(file) {
            roots.push(path::folder(file));
        }
    }
    roots.sort_unstable();
    roots.dedup();
    let below_top = |folder: &str| path::below(folder, top).unwrap_or(folder).to_owned();
    let (aside, mut roots): (Vec<&str>, Vec<&str>) =
        roots.into_iter().partition(|root| role::is_aside(&below_top(root)));
    let mut layout = Layout::default();
    // A repository that has nothing but examples is a repository of examples.
    let bare = roots.is_empty() && !manifests.iter().any(|m| !role::is_aside(&below_top(path::folder(&m.path))));
    if bare {
        roots.extend(aside.iter().filter(|root| !role::is_vendored(&below_top(root))));
    }
    let aside = if bare { Vec::new() } else { aside };
    layout.projects.extend(roots.iter().map(|root| ((*root).to_owned(), Vec::new())));
    for (index, manifest) in manifests.iter().enumerate() {
        let folder = path::folder(&manifest.path);
        let inner = innermost(&roots, folder);
        if let Some(other) = innermost(&aside, folder)
            && inner.is_none_or(|root| path::below(other, root).is_some())
        {
            layout.left_out.push((index, "it belongs to an example, to documentation or to test data"));
            continue;
        }
        let below = path::below(folder, inner.unwrap_or(top)).unwrap_or(folder);
        if role::is_vendored(below) {
            layout.left_out.push((index, "the folder holds the code of others"));
        } else if role::is_data(below) && !bare {
            layout.left_out.push((index, "it is an example, a template or test data"));
        } else {
            let root = inner.map_or_else(|| path::join(top, role::owner(below)), str::to_owned);
            layout.projects.entry(root).or_default().push(index);
        }
    }
    layout
}

/// The deepest of `roots` that holds `folder`.
fn innermost<'a>(roots: &[&'a str], folder: &str) -> Option<&'a str> {
    roots.iter().filter(|root| path::below(folder, root).is_some()).max_by_key(|root| root.len()).copied()
}

fn is_below(table: &str, root: &str) -> bool {
    table.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))
}
