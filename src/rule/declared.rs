//! What a project requires, by name: rules that know the names they look for need not read all of it.

use std::collections::HashMap;

use crate::manifest::{Manifest, Requirement};
use crate::project::Project;

/// A requirement with the manifest that it stands in.
pub type Declaration<'a> = (&'a Manifest, &'a Requirement);

/// The requirements of a project by the normalised name of their distribution.
#[derive(Debug, Default)]
pub struct Declared<'a>(HashMap<&'a str, Vec<Declaration<'a>>>);

impl<'a> Declared<'a> {
    /// Those of `project`. What has no name is left out.
    pub fn of(project: &'a Project) -> Self {
        let mut by_name: HashMap<&str, Vec<Declaration<'_>>> = HashMap::new();
        for declaration in project.requirements().filter(|(_, requirement)| requirement.name.is_some()) {
            by_name.entry(declaration.1.name()).or_default().push(declaration);
        }
        Self(by_name)
    }

    /// The requirements on the distribution `name`, in the order of the manifests.
    pub fn on(&self, name: &str) -> &[Declaration<'a>] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}
