//! The modules that distributions of stubs describe.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `data/typeshed-stubs.txt`, whose head names its source.
const TABLE: &str = include_str!("../../data/typeshed-stubs.txt");

static STUBS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(": ")).map(|(name, modules)| (name, modules.split(' ').collect())).collect()
});

/// The top-level modules that the stubs of the distribution `name` (normalised) describe, where typeshed publishes them.
pub fn modules_of(name: &str) -> Option<&'static [&'static str]> {
    STUBS.get(name).map(Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised() {
        assert_eq!(modules_of("types-pyyaml"), Some(&["yaml"][..]));
        assert_eq!(modules_of("types-setuptools"), Some(&["distutils", "setuptools"][..]));
        assert_eq!(modules_of("types-PyYAML"), None);
        assert_eq!(modules_of("pyyaml"), None);
    }
}
