//! What distributions bring along, and what of it they offer as part of their own interface.
//!
//! Two tables that come with the program, each with its source and date in its head. Neither costs anything before it is
//! asked.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::sync::LazyLock;

use foldhash::HashMap;

use super::table::Families;
use crate::name;

/// `data/dependencies.tsv`, which `tools/dependencies` makes.
const DEPENDENCIES: &str = include_str!("../../data/dependencies.tsv");

/// `data/interfaces.tsv`, which people write.
const INTERFACES: &str = include_str!("../../data/interfaces.tsv");

/// The version and the needs of each distribution.
static NEEDS: LazyLock<HashMap<&str, (&str, &str)>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        Some((fields.next()?, (fields.next()?, fields.next()?)))
    };
    rows(DEPENDENCIES).filter_map(row).collect()
});

/// What distributions offer: names, and globs that end with `*`, with spaces between them.
static OFFERED: LazyLock<Families<&str>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?))
    };
    Families::of_rows(rows(INTERFACES).filter_map(row))
});

/// The names of what the distribution called `distribution` (normalised) always needs, on every usual machine and without
/// an extra, in order; nothing where that is not known, or where it needs nothing.
pub fn requires(distribution: &str) -> Option<Vec<&'static str>> {
    let (_, needs) = NEEDS.get(distribution)?;
    Some(needs.split(' ').filter(|name| !name.is_empty()).collect())
}

/// The version of the distribution called `distribution` (normalised) whose metadata [`requires`] repeats.
pub fn version(distribution: &str) -> Option<&'static str> {
    NEEDS.get(distribution).map(|(version, _)| *version)
}

/// Whether those who declare `parent` are meant to import `child` (both normalised) without declaring it: `parent` offers
/// it as part of its own interface, or exists to install it.
pub fn offers(parent: &str, child: &str) -> bool {
    OFFERED.of(parent).flat_map(|children| children.split(' ')).any(|offered| name::matches(offered, child))
}

/// The rows of a table: lines that are no comments.
fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    #[test]
    fn every_row_is_found() {
        let mut before = "";
        for line in rows(DEPENDENCIES) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [name, read, needs] = fields.as_slice() else { panic!("three fields: {line}") };
            assert!(before < *name, "{before} before {name}");
            before = name;
            assert_eq!(
                (requires(name).map(|names| names.join(" ")).as_deref(), version(name)),
                (Some(*needs), Some(*read))
            );
            assert!(std::iter::once(*name).chain(needs.split(' ')).all(|name| Name::new(name) == *name), "{line}");
        }
        for absent in ["", "#", "0", "no-such-distribution", "zzzz", "requests-", "Requests", "\u{fc}"] {
            assert_eq!(requires(absent), None, "{absent}");
        }
    }

    #[test]
    fn knows_what_the_popular_ones_need() {
        let needs = |name| requires(name).unwrap_or_default();
        assert!(needs("requests").contains(&"urllib3"));
        assert!(needs("boto3").contains(&"botocore"));
        assert!(needs("fastapi").contains(&"starlette"));
        // Only with an extra, only on Windows, and no longer.
        assert!(!needs("requests").contains(&"pysocks"));
        assert!(!needs("pytest").contains(&"colorama"));
        assert!(!needs("typer").contains(&"click"));
    }

    #[test]
    fn interfaces_are_in_order_and_normalised() {
        let mut before = "";
        for line in rows(INTERFACES) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [parent, children, why] = fields.as_slice() else { panic!("three fields: {line}") };
            assert!(before < *parent, "{before} before {parent}");
            before = parent;
            assert!(!why.is_empty() && !why.ends_with('.'), "{line}");
            for name in std::iter::once(*parent).chain(children.split(' ')) {
                // A glob of everything would silence all.
                assert!(
                    name.len() > 1 && Name::new(name.trim_end_matches('*')) == *name.trim_end_matches('*'),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn says_what_is_part_of_an_interface() {
        for (parent, child, expected) in [
            ("boto3", "botocore", true),
            ("fastapi", "pydantic", true),
            ("fastapi", "pydantic-core", true),
            ("google-cloud-storage", "google-api-core", true),
            ("sphinx-rtd-theme", "docutils", true),
            ("apache-airflow", "pendulum", true),
            ("typer", "click", false),
            ("requests", "idna", false),
            ("boto3", "python-dateutil", false),
            ("botocore", "boto3", false),
            ("absent", "requests", false),
        ] {
            assert_eq!(offers(parent, child), expected, "{parent} -> {child}");
        }
    }
}
