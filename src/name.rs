//! Names of distributions, extras and groups.

use std::fmt;

use foldhash::HashSet;

/// A name in its normalised form (PEP 503, and PEP 685 for extras, PEP 735 for groups): lower case, with every run of
/// `-`, `_` and `.` a single `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// Normalises `written`. Nothing is refused.
    pub fn new(written: &str) -> Self {
        let mut name = String::with_capacity(written.len());
        for c in written.chars() {
            if c.is_ascii_alphanumeric() {
                name.push(c.to_ascii_lowercase());
            } else if !matches!(c, '-' | '_' | '.') {
                name.extend(c.to_lowercase());
            } else if !name.ends_with('-') {
                name.push('-');
            }
        }
        Self(name)
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}
/// Whether a normalised name is the one that `pattern` says: a name, or a glob that ends with `*` (`acme-*`).
pub fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}

/// Names and globs, to ask many names whether one of them is meant.
#[derive(Debug, Clone, Default)]
pub struct Patterns<'a> {
    names: HashSet<&'a str>,
    prefixes: Vec<&'a str>,
}

impl<'a> Patterns<'a> {
    /// Takes patterns as [`matches`] does.
    pub fn new(patterns: impl IntoIterator<Item = &'a String>) -> Self {
        let mut all = Self::default();
        for pattern in patterns {
            match pattern.strip_suffix('*') {
                Some(prefix) => all.prefixes.push(prefix),
                None => {
                    all.names.insert(pattern);
                }
            }
        }
        all
    }

    /// Whether a normalised name is one that they say.
    pub fn match_name(&self, name: &str) -> bool {
        self.names.contains(name) || self.prefixes.iter().any(|prefix| name.starts_with(prefix))
    }
}
