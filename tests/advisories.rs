//! Which versions advisories affect, held against what `tests/oracle/advisories.py` says with packaging.

mod common;

use std::collections::BTreeSet;

use common::{Files, TODAY};
use pyeco_lint::date::Date;
use pyeco_lint::diagnostic::Diagnostic;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::advisories::Advisories;
use pyeco_lint::lint;
use pyeco_lint::options::Options;

/// The answers: name, identifier, versions with the answers for each and its neighbours.
const ANSWERS: &str = include_str!("../fixtures/advisories/answers.tsv");

/// The version, and seven around it, in the order of the script.
fn neighbours(text: &str) -> [String; 8] {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '!').unwrap_or(text.len());
    let release = text[..end].trim_end_matches('.');
    let (epoch, parts) = release.split_at(release.find('!').map_or(0, |at| at + 1));
    let mut parts: Vec<u64> = parts.split('.').map(|part| part.parse().expect("a number")).collect();
    if let Some(at) = parts.iter().rposition(|part| *part > 0) {
        parts[at] -= 1;
        parts[at + 1..].fill(99);
    }
    let before: Vec<String> = parts.iter().map(u64::to_string).collect();
    [
        text.to_owned(),
        release.to_owned(),
        format!("{release}.dev1"),
        format!("{release}a1"),
        format!("{release}.post1"),
        format!("{release}+local"),
        format!("{release}.0.1"),
        format!("{epoch}{}", before.join(".")),
    ]
}

#[test]
fn advisories_are_judged_as_the_schema_says() {
    let advisories = Advisories::embedded();
    let mut asked = 0;
    let mut rows = 0;
    let mut differing = Vec::new();
    let mut without: BTreeSet<&str> = BTreeSet::new();
    for line in ANSWERS.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, id, answers] = fields.as_slice() else { panic!("three fields: {line}") };
        let of = advisories.of(name);
        let advisory = of.iter().find(|advisory| advisory.ids.first() == Some(id));
        rows += usize::from(advisory.is_some());
        if advisory.is_none() {
            without.insert(id);
        }
        let mut ask = |version: &str, expected: bool| {
            asked += 1;
            let found = advisory.is_some_and(|advisory| advisory.affected.contains(version));
            if found != expected {
                differing.push(format!("{id}: {name} {version}: {found}, and the oracle says {expected}"));
            }
        };
        for answer in answers.split(' ') {
            let (version, bits) = answer.rsplit_once(':').expect("an answer");
            if let Some(odd) = version.strip_prefix('=') {
                ask(odd, bits == "1");
                continue;
            }
            let bits = u8::from_str_radix(bits, 16).expect("two digits");
            for (at, neighbour) in neighbours(version).iter().enumerate() {
                ask(neighbour, bits >> at & 1 == 1);
            }
        }
    }
    assert!(differing.is_empty(), "{} of {asked} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(asked > 20 * rows, "{asked} questions about {rows} rows");
    assert_eq!(rows, advisories.count(), "every row is asked about");
    // Of these no bound is a version, and none is listed.
    assert_eq!(without.into_iter().collect::<Vec<_>>(), ["PYSEC-2019-125", "PYSEC-2021-371"]);
}

/// What is found in some files, with advice.
fn found(files: &[(&str, &str)], prepare: impl FnOnce(&mut Options)) -> Vec<Diagnostic> {
    let files: Files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mut options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    options.overrides.advice = true;
    prepare(&mut options);
    lint(&Memory::new(files), &options).expect("the folder is there").report.diagnostics
}

#[test]
fn what_is_ignored_by_name_leaves_the_rest() {
    let advisories = |text: &str| -> Vec<String> {
        let all = found(&[("requirements.txt", text)], |_| ());
        let mut of_rule = all.into_iter().filter(|d| d.rule == "vulnerable-version");
        let ids = of_rule.next().map(|d| d.finding.advisories).unwrap_or_default();
        assert!(of_rule.next().is_none(), "one finding");
        ids
    };
    let all = advisories("jinja2==2.10\n");
    assert!(all.iter().filter(|id| id.starts_with("PYSEC-")).count() > 1, "{all:?}");
    let rest = advisories("jinja2==2.10  # pyeco-lint: ignore[vulnerable-version:CVE-2020-28493]\n");
    assert!(!rest.contains(&"CVE-2020-28493".to_owned()) && !rest.is_empty() && rest.len() < all.len(), "{rest:?}");
    assert!(advisories("jinja2==2.10  # pyeco-lint: ignore[vulnerable-version]\n").is_empty());
    let unused = found(
        &[("requirements.txt", "jinja2==3.1.4  # pyeco-lint: ignore[vulnerable-version:CVE-2020-28493]\n")],
        |_| (),
    );
    assert!(unused.iter().any(|d| d.rule == "unused-ignore"), "{unused:?}");
}

#[test]
fn a_run_with_a_database_of_its_own_is_an_audit() {
    let record = r#"{"id": "X-1", "modified": "2026-11-01", "affected": [{"name": "made-up", "versions": ["1.0"]}]}"#;
    let files = [
        ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"requests>=2.32\"]\n"),
        ("a/__init__.py", "import requests\n"),
        ("Dockerfile", "FROM python:3.13-slim\n"),
        ("osv.jsonl", record),
    ];
    let lacks = |given: Option<&str>| {
        let all = found(&files, |options| options.overrides.advisories = given.map(str::to_owned));
        all.iter().any(|d| d.rule == "missing-vulnerability-audit")
    };
    assert!(lacks(None) && !lacks(Some("osv.jsonl")));
}
