//! Environment markers (PEP 508, dependency specifiers).

use super::version::Versions;

/// A marker as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// All hold.
    And(Vec<Marker>),
    /// One holds.
    Or(Vec<Marker>),
    /// A comparison.
    Compare {
        /// The variable (`python_version`), in today's spelling (`os.name` is `os_name`).
        variable: String,
        /// `==`, `in`, `not in`, …, as if the variable stood on the left.
        operator: String,
        /// The literal without quotes.
        value: String,
    },
}

impl Marker {
    /// The Python versions with which it can hold, whatever the other variables are.
    pub fn pythons(&self) -> Versions {
        let _ = self;
        Versions::all()
    }
}
