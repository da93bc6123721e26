//! What a project and its environments require, by name: rules that know the names they look for need not read all of it.

use std::collections::BTreeSet;

use foldhash::HashMap;

use crate::knowledge::Knowledge;
use crate::knowledge::model::FateKind;
use crate::manifest::{Manifest, Requirement};
use crate::project::Project;
use crate::source::FileId;

use super::direct;

/// A requirement with the manifest that it stands in.
pub type Declaration<'a> = (&'a Manifest, &'a Requirement);

/// The requirements of a project and of its environments, by the normalised name of their distribution.
#[derive(Debug, Default)]
pub struct Declared<'a> {
    own: HashMap<&'a str, Vec<Declaration<'a>>>,
    apart: HashMap<&'a str, Vec<(usize, Declaration<'a>)>>,
    /// The names of which something became, in order, each once.
    fated: Vec<(&'a str, FateKind)>,
    /// Files in which everything is pinned: what was installed, and not what was chosen.
    frozen: BTreeSet<FileId>,
}

impl<'a> Declared<'a> {
    /// Those of `project`. What has no name is left out.
    pub fn of(project: &'a Project, knowledge: &Knowledge) -> Self {
        let mut all = Self::default();
        all.own.reserve(project.requirements().count());
        for declaration in project.requirements().filter(|(_, requirement)| requirement.name.is_some()) {
            all.own.entry(declaration.1.name()).or_default().push(declaration);
        }
        for (at, environment) in project.environments.iter().enumerate() {
            for requirement in environment.reading.requirements.iter().filter(|r| r.name.is_some()) {
                all.apart.entry(requirement.name()).or_default().push((at, (environment, requirement)));
            }
        }
        let named = project.every_requirement().filter(|(_, r)| r.name.is_some()).map(|(_, r)| r.name());
        all.fated = named.filter_map(|name| Some((name, knowledge.fate(name)?.1.kind))).collect();
        all.fated.sort_unstable();
        all.fated.dedup();
        all.frozen = project.everything().filter(|m| direct::is_frozen(m)).map(|m| m.file).collect();
        all
    }

    /// Whether a file pins everything: what was installed, and not what was chosen.
    pub fn is_frozen(&self, manifest: &Manifest) -> bool {
        self.frozen.contains(&manifest.file)
    }

    /// Whether the project or an environment of it requires the distribution `name`.
    pub fn has(&self, name: &str) -> bool {
        self.own.contains_key(name) || self.apart.contains_key(name)
    }

    /// The project's requirements on the distribution `name`, in the order of the manifests.
    pub fn on(&self, name: &str) -> &[Declaration<'a>] {
        self.own.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// The names, in order, of what is required and has met one of `fates`.
    pub fn fated(&self, fates: &[FateKind]) -> impl Iterator<Item = &'a str> {
        self.fated.iter().filter(|(_, kind)| fates.contains(kind)).map(|(name, _)| *name)
    }

    /// Those of its environments, each with the place of the environment.
    pub fn apart(&self, name: &str) -> &[(usize, Declaration<'a>)] {
        self.apart.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
