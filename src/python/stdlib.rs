//! The modules of the standard library, and the Pythons that have them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `data/stdlib-modules.txt`, whose head names its source.
const TABLE: &str = include_str!("../../data/stdlib-modules.txt");

static MODULES: LazyLock<BTreeMap<&str, Lifetime<'static>>> = LazyLock::new(|| {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let (name, range) = line.split_once(": ")?;
            let (first, last) = range.split_once('-')?;
            Some((name, Lifetime { first, last: Some(last).filter(|last| !last.is_empty()) }))
        })
        .collect()
});

/// The versions of Python that have a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime<'a> {
    /// The first one, as `3.9`; `3.0` also for what is older.
    pub first: &'a str,
    /// The last one; nothing while it is there.
    pub last: Option<&'a str>,
}

/// How long the dotted module `name` has been in the standard library of Python 3, where it is or was in it. A
/// submodule that the table does not list lives as long as its closest parent there.
pub fn lifetime(name: &str) -> Option<Lifetime<'static>> {
    let mut at = name;
    loop {
        if let Some(lifetime) = MODULES.get(at) {
            return Some(*lifetime);
        }
        at = at.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_live_as_long_as_their_parents() {
        assert_eq!(lifetime("json"), Some(Lifetime { first: "3.0", last: None }));
        assert_eq!(lifetime("distutils.core"), Some(Lifetime { first: "3.0", last: Some("3.11") }));
        assert_eq!(lifetime("asyncio.taskgroups").map(|l| l.first), Some("3.11"));
        assert_eq!(lifetime("os.path").map(|l| l.last), Some(None));
        assert_eq!(lifetime("jsonschema"), None);
        assert_eq!(lifetime(""), None);
    }
}
