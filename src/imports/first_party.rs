//! Which modules are the workspace's own.

use std::collections::{BTreeMap, BTreeSet};

use crate::path;
use crate::project::Workspace;

/// Modules by the first part of their names, with the folders from which they can be imported.
#[derive(Debug, Default)]
pub(super) struct FirstParty(BTreeMap<String, BTreeSet<String>>);

impl FirstParty {
    /// The packages and modules of a workspace. A package is the outermost folder of a row of folders with an
    /// `__init__.py`; a file outside such folders is a module; and so is every folder on the way down to either, which
    /// may be a namespace package (PEP 420).
    pub(super) fn of(workspace: &Workspace, _settings: &[&crate::config::Settings]) -> Self {
        let folders: BTreeSet<&str> = workspace
            .python
            .iter()
            .filter(|file| path::name(&file.path) == "__init__.py")
            .map(|file| path::folder(&file.path))
            .collect();
        let mut own = Self::default();
        for (project, file) in workspace.projects.iter().flat_map(|p| workspace.python_of(p).map(move |f| (p, f))) {
            let mut at = file.path.as_str();
            while folders.contains(path::folder(at)) {
                at = path::folder(at);
            }
            loop {
                let stem = path::name(at).trim_end_matches(".pyi").trim_end_matches(".py");
                let folder = path::folder(at);
                own.0.entry(stem.to_owned()).or_default().insert(folder.to_owned());
                if folder == project.root || path::below(folder, &project.root).is_none() {
                    break;
                }
                at = folder;
            }
        }
        own
    }

    /// Whether the module `top`, imported in the file at `importer`, can be one of the workspace: it lies beside the
    /// file, in a folder above it, or in a folder of sources.
    pub(super) fn has(&self, top: &str, importer: &str) -> bool {
        let is_sources = |folder: &str| matches!(path::name(folder), "src" | "lib" | "python" | "source");
        let reaches = |folder: &String| path::below(importer, folder).is_some() || is_sources(folder);
        self.0.get(top).is_some_and(|folders| folders.iter().any(reaches))
    }

    pub(super) fn origin(&self, _project: usize, importer: &str, dotted: &str) -> Own {
        let top = dotted.split('.').next().unwrap_or(dotted);
        if self.has(top, importer) {
            Own::Yes
        } else if self.0.contains_key(top) {
            Own::Perhaps
        } else {
            Own::No
        }
    }
}

/// Whether a module is the workspace's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Yes,
    Perhaps,
    No,
}
