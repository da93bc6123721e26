//! Sets of versions (PEP 440), for questions that specifiers alone do not answer.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers, release_specifiers_to_ranges};
use version_ranges::Ranges;

/// A set of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions(Ranges<Version>);

impl Versions {
    /// Every version.
    pub fn all() -> Self {
        Self(Ranges::full())
    }

    /// The versions that PEP 440 specifiers allow (`>=1,<2`; the empty text allows all), or nothing where the text is
    /// none. Arbitrary equality (`===`) counts as `==` where its text is a version.
    pub fn parse(specifiers: &str) -> Option<Self> {
        let specifiers = VersionSpecifiers::from_str(specifiers).ok()?;
        Some(Self(Ranges::from(specifiers)))
    }

    /// The Python releases that specifiers allow: pre-releases and local versions are of no interest, so `>3.9` leaves
    /// out all of 3.9.0 only, and `<3.14` allows up to the last 3.13.
    pub fn parse_python(specifiers: &str) -> Option<Self> {
        let specifiers = VersionSpecifiers::from_str(specifiers).ok()?;
        Some(Self(release_specifiers_to_ranges(specifiers)))
    }

    /// Exactly the series `major.minor` of Python (`3.9` is 3.9.0 up to 3.10).
    pub fn python_series(series: &str) -> Option<Self> {
        Self::parse_python(&format!("=={series}.*"))
    }

    /// The versions in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0))
    }

    /// The versions in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0))
    }

    /// The versions in neither.
    #[must_use]
    pub fn not(&self) -> Self {
        Self(self.0.complement())
    }

    /// Whether there is no such version.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every version is in it.
    pub fn is_all(&self) -> bool {
        self.0 == Ranges::full()
    }

    /// Whether all its versions are also in `other`.
    pub fn within(&self, other: &Self) -> bool {
        self.0.subset_of(&other.0)
    }

    /// Whether it has a version in common with `other`.
    pub fn meets(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    /// Whether `version` is in it; `None` where the text is no version.
    pub fn contains(&self, version: &str) -> Option<bool> {
        Version::from_str(version).ok().map(|version| self.0.contains(&version))
    }
}
