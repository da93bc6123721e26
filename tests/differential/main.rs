//! What pyeco-lint reads, beside what the tools themselves make of the same texts: requirements files beside pip,
//! dependency specifiers and versions beside packaging, INI files beside configparser.
//!
//! The texts are those of the repository, hand-written hard ones, and generated ones. The generated ones are the same
//! in every run; `ORACLE_SEED=7 ORACLE_CASES=100000 cargo test --test differential` tries others. A text on which both
//! sides differ is made as small as it goes before it is shown.
//!
//! `ORACLE_CORPUS=FOLDER cargo test --test differential corpus` compares all manifests below a folder.

#![allow(clippy::disallowed_methods, reason = "these tests read the repository, and ask another program")]

mod compare;
mod generate;
mod oracle;
#[path = "../common/pip.rs"]
mod pip;
#[path = "../common/python.rs"]
mod python;
mod texts;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use compare::differences;
use generate::check;
use pip::Line;
use proptest::strategy::Strategy as _;
use pyeco_lint::decode;
use pyeco_lint::manifest::{Group, Marker, Reading, Versions, ini, marker, requirement};
use serde::{Deserialize, Serialize};
use texts::{Text, Texts};

/// A line of the fixture, and what pip makes of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct HardLine {
    line: String,
    #[serde(flatten)]
    expected: Line,
}

/// The fixture that `tests/requirements.rs` reads says what pip says. A new line may stand there without a reading
/// until it is asked for with `UPDATE_EXPECTED=1`.
#[test]
fn hard_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts: Vec<Text> = texts::hard_lines(root).into_iter().map(|text| Text { text, constraint: false }).collect();
    let hard_lines = texts.iter().zip(compare::answers(&texts)).map(|(text, readings)| {
        // Where it depends on folders that may be there, the fixture has what pyeco-lint takes for more likely.
        let ours = Line::of(&compare::read(text));
        let expected = readings.iter().find(|reading| reading.agrees(&ours)).or(readings.first());
        HardLine { line: text.text.clone(), expected: expected.cloned().unwrap_or(Line::Nothing) }
    });
    let now: String = hard_lines.map(|line| serde_json::to_string(&line).expect("plain data") + "\n").collect();
    let path = root.join(texts::HARD_LINES);
    let fixture = fs::read_to_string(&path).expect("a fixture");
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, now).expect("the fixture can be written");
    } else {
        assert!(now == fixture, "pip says otherwise: compare with what UPDATE_EXPECTED=1 writes");
    }
}

#[test]
fn requirements_files_of_the_repository() {
    let texts = Texts::of_the_repository(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(texts.requirements.len() > 100 && texts.dependencies.len() > 100 && texts.ini.len() > 5);
    assert_agreement(&texts);
}

/// All manifests below the folder that `ORACLE_CORPUS` names.
#[test]
fn corpus() {
    let Ok(folder) = env::var("ORACLE_CORPUS") else { return };
    let texts = Texts::below(Path::new(&folder));
    let lines: usize = texts.requirements.iter().map(|(_, text)| text.text.lines().count()).sum();
    assert!(lines > 0, "{folder}: no requirements files");
    assert_agreement(&texts);
}

fn assert_agreement(texts: &Texts) {
    // Of a merge that was left undone one side is read, and its marks are told once.
    let is_whole = |(_, text): &&(String, Text)| !text.text.contains("\n<<<<<<< ");
    let files: Vec<&(String, Text)> = texts.requirements.iter().filter(is_whole).collect();
    let contents: Vec<Text> = files.iter().map(|(_, text)| text.clone()).collect();
    let mut found = Vec::new();
    for ((whence, _), differences) in files.iter().zip(differences(&contents)) {
        found.extend(differences.into_iter().map(|difference| format!("{whence}: {difference}")));
    }
    for (texts, differences) in [
        (&texts.dependencies, dependency_differences as fn(&[String]) -> Vec<Vec<String>>),
        (&texts.ini, ini_differences),
    ] {
        let items: Vec<String> = texts.iter().map(|(_, text)| text.clone()).collect();
        for ((whence, _), differences) in texts.iter().zip(differences(&items)) {
            found.extend(differences.into_iter().map(|difference| format!("{whence}: {difference}")));
        }
    }
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn generated_requirements_files() {
    check(&words::requirements_file(), 4_000, differences);
}

#[test]
fn generated_dependency_specifiers() {
    check(&words::dependency(), 6_000, dependency_differences);
}

/// What packaging makes of dependency specifiers.
fn dependency_differences(texts: &[String]) -> Vec<Vec<String>> {
    let answers: Vec<Line> = oracle::ask("pep508", texts);
    let differ = |(text, theirs): (&String, Line)| {
        let (requirement, problems) = requirement::read(text, Group::Runtime);
        let ours =
            Line::of(&Reading { requirements: requirement.into_iter().collect(), problems, ..Reading::default() });
        if theirs.agrees(&ours) || compare::compares_alike(text) {
            Vec::new()
        } else {
            vec![format!("{text:?}\n  packaging: {theirs:?}\n  ours:      {ours:?}")]
        }
    };
    texts.iter().zip(answers).map(differ).collect()
}

#[test]
fn generated_ini_files() {
    check(&words::ini_file(), 4_000, ini_differences);
}

type Sections = Vec<(String, Vec<(String, String)>)>;

/// What configparser makes of INI files.
fn ini_differences(texts: &[String]) -> Vec<Vec<String>> {
    let answers: Vec<Option<Sections>> = oracle::ask("ini", texts);
    let differ = |(text, theirs): (&String, Option<Sections>)| {
        let read = ini::read(text);
        let ours = read.problems.is_empty().then(|| sections(&read));
        if ours == theirs {
            Vec::new()
        } else {
            vec![format!("{text:?}\n  configparser: {theirs:?}\n  ours:         {ours:?} {:?}", read.problems)]
        }
    };
    texts.iter().zip(answers).map(differ).collect()
}

/// In the form of the oracle: the section of defaults first, whether it is there or not.
fn sections(ini: &ini::Ini) -> Sections {
    let mut sections: Sections = vec![("DEFAULT".to_owned(), Vec::new())];
    for section in &ini.sections {
        let entries = section.entries.iter().map(|entry| (entry.key.clone(), entry.value.as_str().to_owned()));
        if section.name == "DEFAULT" {
            sections[0].1.extend(entries);
        } else {
            sections.push((section.name.clone(), entries.collect()));
        }
    }
    sections
}

#[test]
fn generated_versions() {
    let pairs = (words::specifier(), words::version()).prop_map(|(specifier, version)| [specifier, version]);
    check(&pairs, 15_000, |pairs| {
        let answers: Vec<Option<bool>> = oracle::ask("contains", pairs);
        let differ = |([specifier, version], theirs): (&[String; 2], Option<bool>)| {
            let set = Versions::parse(specifier);
            let ours = set.as_ref().and_then(|set| set.contains(version));
            // As `Versions` says of itself, a set may be larger than what is allowed.
            let larger =
                specifier.contains("===") || (specifier.contains('<') && specifier.to_lowercase().contains(['p', 'r']));
            let may_be_larger = larger && (ours, theirs) == (Some(true), Some(false));
            if ours == theirs || may_be_larger {
                Vec::new()
            } else {
                vec![format!("{version:?} in {specifier:?}\n  packaging: {theirs:?}\n  ours:      {ours:?}")]
            }
        };
        pairs.iter().zip(answers).map(differ).collect()
    });
}

/// Two markers exclude one another only where no environment satisfies both; and a marker's Pythons are all with
/// which it holds somewhere.
#[test]
fn generated_markers() {
    let environments: Vec<BTreeMap<String, String>> = oracle::ask::<Vec<_>>("environments", &[()]).concat();
    check(&(words::marker(), words::marker()), 3_000, |pairs| {
        let all: Vec<&String> = pairs.iter().flat_map(|(one, other)| [one, other]).collect();
        let answers: Vec<Option<Vec<bool>>> = oracle::ask("markers", &all);
        let read: Vec<(Option<Marker>, Option<Vec<bool>>)> =
            all.iter().map(|text| marker::parse(text).0).zip(answers).collect();
        let differ = |pair: &[(Option<Marker>, Option<Vec<bool>>)]| {
            let [(Some(one), Some(holds)), (Some(other), Some(other_holds))] = pair else { return Vec::new() };
            let mut found = Vec::new();
            for (at, environment) in environments.iter().enumerate() {
                if holds[at] && other_holds[at] && (one.excludes(other) || other.excludes(one)) {
                    found.push(format!("both hold in {environment:?}"));
                }
                let python = &environment["python_full_version"];
                for (marker, holds) in [(one, holds), (other, other_holds)] {
                    if holds[at] && marker.pythons().contains(python) != Some(true) {
                        found.push(format!("{marker:?} holds with Python {python}"));
                    }
                }
            }
            found.truncate(3);
            found
        };
        read.chunks(2).map(differ).collect()
    });
}

/// Bytes with marks and declarations of encodings.
#[test]
fn encodings() {
    let marks: [&[u8]; 6] = [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
    let declarations = [
        "",
        "# -*- coding: utf-8 -*-\n",
        "# coding=latin-1\n",
        "#coding: cp1252\n",
        "\n# vim: set fileencoding=iso-8859-15 :\n",
        "\n\n# coding: latin-1\n",
        "a # coding: latin-1\n",
        " # coding: latin-1\n",
        "# encoding:\tshift_jis\n",
        "# coding = latin-1\n",
        "# coding: \n",
        "# coding: no-such-encoding\n",
        "\r# coding: latin-1\r",
    ];
    let bodies: [&[u8]; 8] = [b"a", b"# \xc3\xa9", b"# \xe9", b"a\0", b"a\0\n\0", b"\0a", b"a\0\0\0", b"\xe2\xa0"];
    let mut all: Vec<Vec<u8>> = Vec::new();
    for mark in marks {
        for declaration in declarations {
            all.extend(bodies.iter().map(|body| [mark, declaration.as_bytes(), body].concat()));
        }
    }
    let answers: Vec<Option<String>> = oracle::ask("encoded", &all);
    for (bytes, theirs) in all.iter().zip(answers) {
        let shown = bytes.escape_ascii();
        match (decode::requirements(bytes), theirs) {
            // What Python does not know and UTF-8 explains is no fault of the file that matters here.
            (Ok(_), None) if shown.to_string().contains("no-such") => {}
            // Text of mostly NUL is taken for UTF-16 without a mark, which pip would read as names with NUL.
            (Err(_), Some(text)) if text.contains('\0') => {}
            (ours, theirs) => assert_eq!(ours.ok(), theirs, "{shown}"),
        }
    }
}
