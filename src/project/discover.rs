//! Which folders are projects, and which manifest belongs to which.

use std::collections::BTreeMap;

use super::join::climb;
use super::role;
use crate::manifest::{self, Manifest};
use crate::path;

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

/// Lays out the projects below `top`. `manifests` are all manifests that were read.
pub fn layout(top: &str, manifests: &[&Manifest], named: &[String]) -> Layout {
    let below_top = |folder: &str| path::below(folder, top).unwrap_or(folder).to_owned();
    let is_root = |manifest: &&&Manifest| makes_root(manifest, &below_top(path::folder(&manifest.path)));
    let mut roots: Vec<&str> = manifests.iter().filter(is_root).map(|manifest| path::folder(&manifest.path)).collect();
    roots.sort_unstable();
    roots.dedup();
    let (aside, mut roots): (Vec<&str>, Vec<&str>) =
        roots.into_iter().partition(|root| role::is_aside(&below_top(root)));
    let mut layout = Layout::default();
    let mut configurations = Vec::new();
    // A repository that has nothing but examples is a repository of examples.
    let is_other = |m: &&Manifest| !is_configuration(m) && !role::is_aside(&below_top(path::folder(&m.path)));
    let bare = roots.is_empty() && !manifests.iter().any(is_other);
    if bare {
        roots.extend(aside.iter().filter(|root| !role::is_vendored(&below_top(root))));
        roots.sort_unstable();
    }
    let aside = if bare { Vec::new() } else { aside };
    layout.projects.extend(roots.iter().map(|root| ((*root).to_owned(), Vec::new())));
    for (index, manifest) in manifests.iter().enumerate() {
        let folder = path::folder(&manifest.path);
        let inner = innermost(&roots, folder);
        let is_named = named.contains(&manifest.path);
        if let Some(other) = innermost(&aside, folder)
            && !is_named
            && inner.is_none_or(|root| path::below(other, root).is_some())
        {
            layout.left_out.push((index, "it belongs to an example, to documentation or to test data"));
            continue;
        }
        let below = path::below(folder, inner.unwrap_or(top)).unwrap_or(folder);
        if role::is_vendored(below) && !is_named {
            layout.left_out.push((index, "the folder holds the code of others"));
        } else if role::is_data(below) && !bare && !is_named {
            layout.left_out.push((index, "it is an example, a template or test data"));
        } else {
            let root = inner.map_or_else(|| path::join(top, role::owner(below)), str::to_owned);
            if is_configuration(manifest) {
                configurations.push((index, root));
            } else {
                layout.projects.entry(root).or_default().push(index);
            }
        }
    }
    for (index, root) in configurations {
        match layout.projects.get_mut(&root) {
            Some(members) => members.push(index),
            None => layout.left_out.push((index, "it configures tools and declares nothing")),
        }
    }
    layout
}

/// Whether a manifest makes its folder (`below` the folder that was asked for) a project.
fn makes_root(manifest: &Manifest, below: &str) -> bool {
    let tables = &manifest.reading.tables;
    match manifest.format {
        "pyproject" => {
            tables.iter().any(|(table, _)| ROOT_TABLES.iter().any(|root| table == root || is_below(table, root)))
        }
        "setup.cfg" => !is_configuration(manifest),
        "setup.py" | "Pipfile" | "pixi" => true,
        // Environments for documentation or tests belong to the project above.
        "conda" => role::owner(below) == below,
        _ => false,
    }
}

/// Whether a file of this name may be a manifest, and this one only configures tools.
pub(super) fn is_configuration(manifest: &Manifest) -> bool {
    let is_tools = |table: &str| table == "tool" || table.starts_with("tool.");
    match manifest.format {
        "setup.cfg" => !manifest.reading.tables.iter().any(|(table, _)| manifest::setup_cfg::describes(table)),
        "pyproject" => {
            let reading = &manifest.reading;
            let declares_nothing = reading.requirements.is_empty() && reading.problems.is_empty();
            declares_nothing && reading.tables.iter().all(|(table, _)| is_tools(table))
        }
        _ => false,
    }
}

/// The deepest of `roots` (in order) that holds `folder`.
fn innermost<'a>(roots: &[&'a str], folder: &str) -> Option<&'a str> {
    let find = |at: &str| roots.binary_search(&at).ok().and_then(|at| roots.get(at).copied());
    let is_above = |root: &&&str| root.starts_with("..") && path::below(folder, root).is_some();
    climb(folder).find_map(find).or_else(|| roots.iter().filter(is_above).max_by_key(|root| root.len()).copied())
}

fn is_below(table: &str, root: &str) -> bool {
    table.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::ReadContext;
    use crate::source::Sources;

    #[test]
    fn roots_are_known_by_what_manifests_say() {
        const CALL: &str = "from setuptools import setup\nsetup(name='a')\n";
        const ENVIRONMENT: &str = "dependencies:\n  - numpy\n";
        for (files, expected) in [
            (&[("setup.py", CALL), ("sub/setup.cfg", "[flake8]\n")][..], "=setup.py,sub/setup.cfg"),
            (&[("setup.cfg", "[flake8]\n")], "-setup.cfg"),
            (&[("setup.cfg", "[flake8]\n"), ("requirements.txt", "a\n")], "=requirements.txt,setup.cfg"),
            (&[("setup.cfg", "[options]\n"), ("b/setup.cfg", "[metadata]\n")], "=setup.cfg b=b/setup.cfg"),
            (
                &[("environment.yml", ENVIRONMENT), ("docs/environment.yml", ENVIRONMENT)],
                "=environment.yml,docs/environment.yml",
            ),
            (&[("Pipfile", ""), ("x/environment-dev.yml", ENVIRONMENT)], "=Pipfile x=x/environment-dev.yml"),
            (
                &[("pyproject.toml", "[project]\n"), ("setup.py", CALL), ("y/pixi.toml", "")],
                "=pyproject.toml,setup.py y=y/pixi.toml",
            ),
        ] {
            let mut sources = Sources::default();
            let manifest = |&(path, text): &(&str, &str)| {
                let format = manifest::format_of(path)?;
                let reading = (format.read)(text, ReadContext { path });
                Some(Manifest { file: sources.add(path, None), path: path.to_owned(), format: format.name, reading })
            };
            let manifests: Vec<Manifest> = files.iter().filter_map(manifest).collect();
            let layout = layout("", &manifests.iter().collect::<Vec<_>>(), &[]);
            let path = |at: &usize| manifests.get(*at).map_or("?", |manifest| manifest.path.as_str());
            let project = |(root, members): (&String, &Vec<usize>)| {
                format!("{root}={}", members.iter().map(path).collect::<Vec<_>>().join(","))
            };
            let mut shown: Vec<String> = layout.projects.iter().map(project).collect();
            shown.extend(layout.left_out.iter().map(|(at, _)| format!("-{}", path(at))));
            assert_eq!(shown.join(" "), expected, "{files:?}");
        }
    }
}
