//! The rules on names, held against the names in the program: lists of those that have to be reported, and of those that
//! must not be.

mod common;

use std::collections::BTreeSet;

use common::{Files, TODAY};
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::index::Index;
use pyeco_lint::lint;
use pyeco_lint::options::Options;

/// The names of a list, without its comments.
fn list(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

/// What the two rules say of a project that requires these names.
fn said(names: &[&str]) -> Vec<String> {
    let files = Files::from([("requirements.txt".to_owned(), names.join("\n"))]);
    let mut options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    options.overrides.select = Some(vec!["unknown-package".to_owned(), "suspicious-name".to_owned()]);
    options.overrides.advice = true;
    let report = lint(&Memory::new(files), &options).expect("the folder is there").report;
    report.diagnostics.into_iter().map(|d| d.finding.message).collect()
}

#[test]
fn every_invented_name_is_reported() {
    let names = list(include_str!("names/invented.txt"));
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 200);
    let silent: Vec<&str> = names.into_iter().filter(|name| said(&[name]).len() != 1).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_popular_name_is_reported() {
    let names = Index::embedded().ranked_names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(names.len() > 14_900);
    assert_eq!(said(&names), [""; 0]);
}

#[test]
fn no_real_name_is_reported() {
    let names = list(include_str!("names/unranked.txt"));
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 300);
    let index = Index::embedded();
    for name in names {
        assert!(index.lookup(name).is_some_and(|entry| entry.popular.is_none()), "{name}");
        assert_eq!(said(&[name]), [""; 0]);
    }
}
