//! A panic of the program over one file ends nothing: it is told at the file, and the rest is judged.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};

use pyeco_lint::date::Date;
use pyeco_lint::fix::{Applicability, Wanted, settle};
use pyeco_lint::fs::{FileSystem, Kind, Memory, ReadError, Tree, WalkOptions};
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style};
use pyeco_lint::{Outcome, inspect, lint};

/// Files in memory, one of which makes the program panic when it is read for the time after `sound` others.
#[derive(Debug)]
struct Cursed {
    files: Memory,
    path: &'static str,
    sound: AtomicUsize,
}

const SECRET: &str = "hunter2";

impl FileSystem for Cursed {
    fn walk(&self, folder: &str, options: &WalkOptions) -> Tree {
        self.files.walk(folder, options)
    }
    fn list(&self, folder: &str) -> Vec<String> {
        self.files.list(folder)
    }
    fn folders(&self, folder: &str) -> Vec<String> {
        self.files.folders(folder)
    }
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let is_left = |left: usize| left.checked_sub(1);
        let cursed = path == self.path && self.sound.fetch_update(Ordering::SeqCst, Ordering::SeqCst, is_left).is_err();
        assert!(!cursed, "byte 7 is no boundary of {SECRET}");
        self.files.read(path, limit)
    }
    fn parent(&self, path: &str) -> Option<String> {
        self.files.parent(path)
    }
    fn kind(&self, path: &str) -> Option<Kind> {
        self.files.kind(path)
    }
}

const FILES: &[(&str, &str)] = &[
    ("pyproject.toml", "[project]\nname = 'x'\nversion = '1'\ndependencies = ['nose', 'PyYAML']\n"),
    ("requirements.txt", "nose\nsklearn\n"),
    (
        "uv.lock",
        "version = 1\n[[package]]\nname = 'nose'\nversion = '1.3.7'\nsource = { registry = 'https://index.example/simple' }\n",
    ),
    ("tox.ini", "[testenv]\ndeps = nose\n"),
    ("Dockerfile", "FROM python:3.12\nRUN pip install nose\n"),
    (".github/workflows/test.yml", "on: push\njobs:\n  test:\n    steps:\n    - run: pip install nose\n"),
    ("app.py", "import yaml\nimport imp\nyaml.load(open('x'))\n"),
    (
        "cells.ipynb",
        r#"{"cells": [{"cell_type": "code", "source": ["import yaml\n", "yaml.load(x)\n"]}], "nbformat": 4}"#,
    ),
    (".venv/pyvenv.cfg", "version = 3.12.1\n"),
    (".venv/lib/python3.12/site-packages/nose-1.3.7.dist-info/METADATA", "Name: nose\nVersion: 1.3.7\n"),
];

fn options() -> Options {
    let mut options = Options::new(vec![".".to_owned()], Date::parse(common::TODAY).expect("a date"));
    options.overrides.advice = true;
    options
}

fn cursed(path: &'static str, sound: usize) -> Cursed {
    Cursed { files: Memory::new(FILES.iter().copied()), path, sound: AtomicUsize::new(sound) }
}

fn told(outcome: &Outcome) -> Vec<(&str, &str)> {
    let path = |at: pyeco_lint::source::Location| at.file().map_or("", |file| outcome.report.sources.path(file));
    let diagnostics = outcome.report.diagnostics.iter();
    diagnostics.map(|diagnostic| (diagnostic.rule.as_str(), path(diagnostic.finding.at))).collect()
}

#[test]
fn a_panic_over_one_file_is_told_and_the_rest_is_judged() {
    let usual = lint(&Memory::new(FILES.iter().copied()), &options()).expect("the folder is there");
    assert!(!usual.misconfigured);
    let usual = told(&usual);
    for path in ["app.py", "pyproject.toml", "requirements.txt"] {
        assert!(usual.iter().any(|(_, at)| *at == path), "{path}: {usual:?}");
    }
    for (path, _) in FILES.iter().filter(|(path, _)| *path != ".venv/pyvenv.cfg") {
        // A file of an environment is named by the folder that describes the distribution.
        let shown = path.strip_suffix("/METADATA").unwrap_or(path);
        // It is read as a configuration first, without which nothing can be judged.
        let sound = usize::from(*path == "pyproject.toml");
        let outcome = lint(&cursed(path, sound), &options()).unwrap_or_else(|_| panic!("{path} ends the run"));
        let found = told(&outcome);
        assert_eq!(found.iter().filter(|one| **one == ("internal-error", shown)).count(), 1, "{path}: {found:?}");
        assert!(found.iter().all(|(rule, at)| *rule != "internal-error" || *at == shown), "{path}: {found:?}");
        assert!(outcome.misconfigured, "{path}: the status says nothing");
        // What is found in other files of its own is found still.
        for (rule, other) in [("unsafe-yaml-load", "app.py"), ("misnamed-package", "requirements.txt")] {
            assert!(*path == other || found.contains(&(rule, other)), "{path}: {found:?}");
        }
        for format in output::FORMATS {
            let mut out = Vec::new();
            (format.write)(&outcome.report, &Style::default(), &mut out).expect("a vector takes it all");
            let out = String::from_utf8(out).expect("UTF-8");
            assert!(out.contains("internal error") && out.contains(shown), "{} {path}: {out}", format.name);
            assert!(!out.contains(SECRET), "{}: {out}", format.name);
        }
    }
}

#[test]
fn a_panic_when_a_file_is_read_again() {
    // Whatever is read several times fails at each of them.
    for (path, _) in FILES {
        for sound in 1..6 {
            let Ok(outcome) = std::panic::catch_unwind(|| lint(&cursed(path, sound), &options())) else {
                panic!("{path}: reading {sound} ends the run")
            };
            let outcome = outcome.expect("the folder is there");
            let is_told = told(&outcome).iter().any(|(rule, _)| *rule == "internal-error");
            assert_eq!(is_told, outcome.misconfigured, "{path} {sound}");
        }
    }
}

#[test]
fn other_commands_tell_it_too() {
    let fs = cursed("app.py", 0);
    let inspection = inspect(&fs, &Options { purpose: Purpose::Show, ..options() }).expect("the folder is there");
    assert!(
        inspection.remarks.iter().any(|remark| remark.contains("app.py: internal error")),
        "{:?}",
        inspection.remarks
    );
    let settled = settle(&fs, &options(), Wanted::fixes(Applicability::Unsafe)).expect("the folder is there");
    assert!(settled.outcome.misconfigured);
    assert!(settled.changes.iter().all(|change| change.path != "app.py"));
}
