//! What `recommend` and `map` say. A case is a file of `fixtures/recommendations/`: the files of a project, the names that are
//! asked about, what has to be said and what must not.

#![allow(clippy::disallowed_methods, reason = "tests read fixtures")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use common::TODAY;
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::{AnswerKind, FateKind};
use pyeco_lint::options::Options;
use pyeco_lint::recommend::Recommendations;
use pyeco_lint::{map, output, recommend};
use serde_json::Value;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    ask: Vec<String>,
    says: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    files: BTreeMap<String, String>,
}

fn options() -> Options {
    Options::new(vec![String::new()], Date::parse(TODAY).expect("a date"))
}

fn memory(files: &BTreeMap<String, String>) -> Memory {
    Memory::new(files.iter().map(|(path, text)| (path.clone(), text.trim_start().to_owned())))
}

fn text(given: &Recommendations) -> String {
    let mut bytes = Vec::new();
    output::recommendation::text(given, &mut bytes).expect("writes to memory");
    String::from_utf8(bytes).expect("text")
}

fn json(given: &Recommendations) -> Value {
    let mut bytes = Vec::new();
    output::recommendation::json(given, &mut bytes).expect("writes to memory");
    serde_json::from_slice(&bytes).expect("JSON")
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recommendations");
    let mut cases: Vec<(String, Case)> = fs::read_dir(folder)
        .expect("there")
        .map(|entry| {
            let path = entry.expect("readable").path();
            let text = fs::read_to_string(&path).expect("readable");
            let case = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), case)
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(cases.len() >= 10, "there are at least ten cases");
    cases
}

#[test]
fn every_case_says_what_it_has_to() {
    let mut faults = String::new();
    for (name, case) in cases() {
        let given = recommend(&memory(&case.files), &options(), &case.ask).expect("the folder is there");
        let text = text(&given);
        // Where a line is broken is no matter of what is said.
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = flat(&text);
        for words in case.says.iter().filter(|words| !said.contains(&flat(words))) {
            let _ = writeln!(faults, "{name}: does not say {words:?}\n{text}");
        }
        for words in case.never.iter().filter(|words| text.contains(words.as_str())) {
            let _ = writeln!(faults, "{name}: says {words:?}\n{text}");
        }
        let too_wide = text.lines().find(|line| line.chars().count() > 100 && line.starts_with("  "));
        assert_eq!(too_wide, None, "{name}");
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// For each need there is one choice, with its reason and what adds it.
#[test]
fn every_need_has_a_choice() {
    let knowledge = Knowledge::embedded();
    for row in knowledge.rows() {
        let given = recommend(&memory(&BTreeMap::new()), &options(), std::slice::from_ref(&row.id))
            .expect("no project is no fault");
        assert!(!given.items.is_empty() && given.unknown.is_empty(), "{}", row.id);
        for item in &given.items {
            let choice = item.choice.as_ref().unwrap_or_else(|| panic!("{}: no choice", row.id));
            assert!(
                !choice.when.is_empty() || row.id == "shell-pipelines" || !row.need.not_judged.is_empty(),
                "{}",
                row.id
            );
            let fate = knowledge.fate(&choice.name).filter(|_| choice.kind == AnswerKind::Distribution);
            let holds = fate.is_some_and(|(_, fate)| fate.when.is_none() && fate.unless.is_empty());
            assert!(!holds, "{}: {}", row.id, choice.name);
        }
    }
}

/// What has ended is never recommended, neither for its own name nor in its place.
#[test]
fn what_has_ended_is_never_the_choice() {
    let knowledge = Knowledge::embedded();
    let ended = |name: &str| {
        knowledge.fate(name).is_some_and(|(_, fate)| {
            !matches!(
                fate.kind,
                FateKind::Preference | FateKind::EolMajor | FateKind::Backport | FateKind::SupersededByStdlib
            ) && fate.when.is_none()
                && fate.unless.is_empty()
        })
    };
    let names: Vec<String> = knowledge.packages().map(|p| p.name.clone()).filter(|name| ended(name)).collect();
    assert!(names.len() > 100, "the catalogue has many: {}", names.len());
    let given = recommend(&memory(&BTreeMap::new()), &options(), &names).expect("no project is no fault");
    assert_eq!(given.unknown, Vec::<String>::new());
    for item in &given.items {
        // A module of the standard library may have the name of a distribution that has ended.
        let Some(about) = &item.about.package else { continue };
        assert!(item.about.ended.is_some(), "{about}");
        if let Some(choice) = item.choice.as_ref().filter(|choice| choice.kind == AnswerKind::Distribution) {
            assert!(choice.name != *about && !ended(&choice.name), "{about}: {}", choice.name);
        }
    }
}

#[test]
fn what_is_not_known_is_told() {
    let names = ["no-such-name-xyzzy".to_owned(), "http".to_owned()];
    let given = recommend(&memory(&BTreeMap::new()), &options(), &names).expect("no project is no fault");
    assert_eq!(given.unknown, ["no-such-name-xyzzy"]);
    assert_eq!(given.items.len(), 1);
}

/// The fields are a contract.
#[test]
fn the_json_has_all_that_the_text_says() {
    let (_, case) = cases().into_iter().find(|(name, _)| name == "lacks").expect("the case is there");
    let given = recommend(&memory(&case.files), &options(), &case.ask).expect("the folder is there");
    let value = json(&given);
    insta::assert_snapshot!(serde_json::to_string_pretty(&value).expect("JSON"));
}

#[test]
fn the_map_is_told_in_three_formats() {
    let (_, case) = cases().into_iter().find(|(name, _)| name == "lacks").expect("the case is there");
    let map = map(&memory(&case.files), &options()).expect("the folder is there");
    let knowledge = Knowledge::embedded();
    let printed = |write: fn(&map::Map, &mut dyn std::io::Write) -> std::io::Result<()>| {
        let mut bytes = Vec::new();
        write(&map, &mut bytes).expect("writes to memory");
        String::from_utf8(bytes).expect("text")
    };
    let text = printed(output::map::text);
    assert_eq!(text.lines().find(|line| line.chars().count() > 100), None);
    let value: Value = serde_json::from_str(&printed(output::map::json)).expect("JSON");
    let needs = value["needs"].as_array().expect("a list");
    assert_eq!(needs.len(), knowledge.rows().len(), "a row a need");
    for need in needs {
        let name = need["name"].as_str().expect("a name");
        assert!(text.contains(name), "{name}");
    }
    let retries = needs.iter().find(|need| need["name"] == "retries").expect("a row");
    insta::assert_snapshot!(format!(
        "{text}\n{}\n\n{}",
        serde_json::to_string_pretty(retries).expect("JSON"),
        printed(output::map::markdown)
    ));
}
