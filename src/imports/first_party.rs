//! Which modules are the workspace's own.
//!
//! Certain is what Python finds without anything being installed, what the build configuration puts into a distribution
//! of the workspace, and what is said to be its own. Whatever else has the name, or may have it once it is built,
//! makes the answer uncertain: a script can put any folder on the path.

use foldhash::HashSet;

use crate::config::Settings;
use crate::path;
use crate::project::tree::{Find, Tree};
use crate::project::{PythonFile, Workspace, role};
use crate::python::Import;

mod configuration;

use configuration::Configuration;

/// Knows the modules of a workspace.
#[derive(Debug)]
pub(super) struct FirstParty<'a> {
    tree: &'a Tree,
    configuration: Configuration,
    /// What each project calls its own.
    known: Vec<Vec<&'a str>>,
    /// The modules of packages that import another one by their own name (`shop/celery.py` with `import celery`), by
    /// their paths without extension: that name means the other one in the whole project.
    namesakes: HashSet<&'a str>,
    /// The last parts of these.
    namesake_names: HashSet<&'a str>,
}

/// Whether a module is the workspace's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Own {
    /// Nothing of that name lies in the workspace.
    No,
    /// Something of that name lies there, or is made there, and may be what is imported.
    Perhaps,
    /// It is what is imported.
    Yes,
}

impl<'a> FirstParty<'a> {
    /// Of the projects of `workspace`. `settings` holds the settings of each.
    pub(super) fn of(workspace: &'a Workspace, settings: &[&'a Settings]) -> Self {
        let known = |settings: &&'a Settings| {
            settings.config.known_first_party.iter().map(|name| name.value.as_str()).collect()
        };
        let tree = &workspace.tree;
        let namesake = |file: &'a PythonFile| {
            let (stem, _) = file.path.rsplit_once('.')?;
            let own = path::name(stem);
            let imports_own_name = |import: &Import| import.level == 0 && is_within(&import.module, own);
            let is_namesake =
                file.imports.imports.iter().any(imports_own_name) && tree.is_in_package(path::folder(&file.path));
            is_namesake.then_some(stem)
        };
        let namesakes: Vec<&str> = workspace.python.iter().filter_map(namesake).collect();
        Self {
            tree,
            configuration: Configuration::of(workspace),
            known: settings.iter().map(known).collect(),
            namesake_names: namesakes.iter().map(|stem| path::name(stem)).collect(),
            namesakes: namesakes.into_iter().collect(),
        }
    }

    /// Whether the module `dotted`, imported in the file at `importer` (relative to the working directory) of the
    /// project at the place `project`, is one of the workspace.
    pub(super) fn origin(&self, project: usize, importer: &str, dotted: &str) -> Own {
        let is_known = |name: &&&str| is_within(dotted, name);
        if self.known.get(project).into_iter().flatten().any(|name| is_known(&name)) {
            return Own::Yes;
        }
        let claimed = self.configuration.claims(importer, dotted);
        if claimed == Own::Yes {
            return Own::Yes;
        }
        let top = dotted.split('.').next().unwrap_or(dotted);
        let mut own = claimed;
        let stem = importer.rsplit_once('.').map_or("", |(stem, _)| stem);
        let may_mean_another = path::name(stem) == top || self.namesake_names.contains(top);
        for folder in self.tree.folders_of(top).filter(|folder| is_seen(folder, importer)) {
            if may_mean_another {
                let path = path::join(folder, top);
                if (stem == path || self.namesakes.contains(path.as_str())) && self.tree.is_lone_module(&path) {
                    // No module imports itself: `adapters/redis.py` means the other one, and so do its neighbours.
                    continue;
                }
            }
            let reaches = self.reaches(importer, folder, top);
            if !reaches && own == Own::Perhaps {
                continue;
            }
            match self.tree.find(folder, dotted) {
                Find::Whole if reaches => return Own::Yes,
                Find::Namespace if reaches => own = Own::Perhaps,
                Find::Whole if !self.tree.is_in_package(folder) => own = Own::Perhaps,
                // Within a package, or in a folder that is none, what is meant is there word for word.
                _ if self.tree.has_most_of(folder, dotted) => own = Own::Perhaps,
                _ => {}
            }
        }
        if own == Own::No && (self.configuration.makes(top) || self.tree.may_be_made(dotted)) {
            Own::Perhaps
        } else {
            own
        }
    }

    /// Whether what lies in `folder` can certainly be imported in the file at `importer`.
    fn reaches(&self, importer: &str, folder: &str, top: &str) -> bool {
        // Beside it or above. Within a package it can be so only where a module of it is run as a script, and in a
        // folder of tests `yaml/test_load.py` is about `yaml`, and no part of it. Between a folder of sources and the
        // file there are namespaces.
        let is_above = path::below(importer, folder).is_some()
            && !self.tree.is_in_package(folder)
            && (path::folder(importer) == folder || !self.configuration.is_below_root(folder));
        let is_of_tests = || test_folder(folder).is_some() && path::below(importer, &path::join(folder, top)).is_some();
        is_above && !is_of_tests() || self.configuration.is_root(folder, importer)
    }
}

/// Whether `dotted` is the module `name`, or lies in it.
fn is_within(dotted: &str, name: &str) -> bool {
    dotted.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether what lies in `folder` may matter to the file at `importer`: what tests have is there for tests, and for
/// what is run by hand.
fn is_seen(folder: &str, importer: &str) -> bool {
    test_folder(folder).is_none_or(|tests| {
        path::below(importer, tests).is_some() || role::is_test(importer) || role::is_side(importer)
    })
}

/// The outermost folder of tests or of their data on the way to `folder`, that itself included.
fn test_folder(folder: &str) -> Option<&str> {
    let is_of_tests = |part: &str| {
        matches!(
            part,
            "test"
                | "tests"
                | "testing"
                | "e2e"
                | "integration_tests"
                | "unit_tests"
                | "testdata"
                | "test_data"
                | "fixtures"
        )
    };
    let mut end = 0;
    for part in folder.split('/') {
        end += part.len();
        if is_of_tests(part) {
            return folder.get(..end);
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests;
