//! The distributions that a workspace builds, by name.

use foldhash::HashSet;

use crate::project::{Project, Workspace};

/// Their normalised names.
#[derive(Debug, Default)]
pub struct Built {
    names: HashSet<String>,
    /// What comes after a `-` in one of them.
    endings: HashSet<String>,
}

impl Built {
    /// Those of `workspace`.
    pub fn of(workspace: &Workspace) -> Self {
        let mut built = Self::default();
        for name in workspace.projects.iter().filter_map(Project::name) {
            let name = name.as_str();
            let endings = name.match_indices('-').filter_map(|(at, _)| name.get(at + 1..));
            built.endings.extend(endings.map(str::to_owned));
            built.names.insert(name.to_owned());
        }
        built
    }

    /// Whether the distribution `name` (normalised) is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether one of them is called as `name`, with more words before it (`acme-django` for `django`).
    pub fn ends_with(&self, name: &str) -> bool {
        self.endings.contains(name)
    }
}
