//! Whole projects under `fixtures/projects/`: the complete printed output of each is compared with the one kept in
//! `fixtures/projects/<name>.txt`, what `inspect` says of it with `<name>.inspect.txt`, and what `map` and `recommend` say with
//! `<name>.advice.txt`. To accept a changed output, run the test with `UPDATE_EXPECTED=1` and review the difference. Adding a project costs a folder.

#![allow(clippy::disallowed_methods, reason = "tests read fixtures and their own environment")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use common::{TODAY, assert_in_bounds};
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style};
use pyeco_lint::{inspect, lint, map, recommend};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects")
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = format!("{below}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else {
            files.push((name, fs::read(&path).expect("readable")));
        }
    }
}

/// Paths and contents.
type Files = [(String, Vec<u8>)];

/// What the program prints about the files, by default and with advice.
fn printed(files: &Files) -> String {
    let fs = Memory::new(files.iter().cloned());
    let mut text = String::new();
    for advice in [false, true] {
        let mut options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
        options.overrides.advice = advice;
        let outcome = lint(&fs, &options).expect("the folder is there");
        outcome.report.diagnostics.iter().for_each(|d| assert_in_bounds(&outcome.report, d));
        let command = if advice { "pyeco-lint --advice" } else { "pyeco-lint" };
        let _ = writeln!(text, "$ {command}");
        let mut bytes = Vec::new();
        let format = output::find("text").expect("the default");
        (format.write)(&outcome.report, &Style::default(), &mut bytes).expect("writes to memory");
        text.push_str(&String::from_utf8(bytes).expect("text"));
        for remark in &outcome.remarks {
            let _ = writeln!(text, "{remark}");
        }
        let _ = writeln!(text, "status {}\n", u8::from(outcome.failed));
    }
    text
}

/// What `inspect` prints about the files.
fn inspected(files: &Files) -> String {
    let fs = Memory::new(files.iter().cloned());
    let mut options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    options.purpose = Purpose::Show;
    let inspection = inspect(&fs, &options).expect("the folder is there");
    let mut bytes = Vec::new();
    output::inspection::text(&inspection, &mut bytes).expect("writes to memory");
    String::from_utf8(bytes).expect("text")
}

/// What `map` and `recommend` print about the files.
fn advised(files: &Files) -> String {
    let fs = Memory::new(files.iter().cloned());
    let options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    let mut bytes = b"$ pyeco-lint map\n".to_vec();
    output::map::text(&map(&fs, &options).expect("the folder is there"), &mut bytes).expect("writes to memory");
    bytes.extend_from_slice(b"\n$ pyeco-lint recommend\n");
    let given = recommend(&fs, &options, &[]).expect("the folder is there");
    output::recommendation::text(&given, &mut bytes).expect("writes to memory");
    String::from_utf8(bytes).expect("text")
}

/// Compares what `print` gives for every project with the file beside its folder that has the extension `extension`.
fn compare(extension: &str, print: fn(&Files) -> String, check: fn(name: &str, printed: &str)) {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut faults = String::new();
    let mut names: Vec<PathBuf> =
        fs::read_dir(root()).expect("there").map(|e| e.expect("readable").path()).filter(|p| p.is_dir()).collect();
    names.sort();
    assert!(names.len() >= 10, "there are at least ten projects");
    for folder in names {
        let mut files = Vec::new();
        collect(&folder, "", &mut files);
        let found = print(&files);
        let expected_at = folder.with_extension(extension);
        let expected = fs::read_to_string(&expected_at).unwrap_or_default();
        let name = folder.file_name().expect("a name").to_string_lossy();
        if update {
            fs::write(&expected_at, &found).expect("writable");
        } else if found != expected {
            let _ = writeln!(faults, "── {name} prints\n{found}── instead of\n{expected}");
        }
        check(&name, &found);
    }
    assert!(faults.is_empty(), "\n{faults}run with UPDATE_EXPECTED=1 to accept, and review the difference");
}

#[test]
fn every_project_prints_what_is_expected() {
    compare("txt", printed, |name, found| {
        let is_clean = found.starts_with("$ pyeco-lint\nno findings");
        assert!(!name.starts_with("healthy-") || is_clean, "a healthy project prints nothing:\n{found}");
    });
}

#[test]
fn every_project_is_read_as_expected() {
    compare("inspect.txt", inspected, |_, _| {});
}

#[test]
fn every_project_is_advised_as_expected() {
    compare("advice.txt", advised, |name, found| {
        let is_clean = !found.contains("found    warning") && !found.contains("found    error");
        assert!(!name.starts_with("healthy-") || is_clean, "nothing is wrong with a healthy project:\n{found}");
    });
}

/// The same input gives the same bytes, whatever the number of threads.
#[test]
fn output_is_deterministic() {
    let mut files = Vec::new();
    collect(&root(), "", &mut files);
    let once = printed(&files);
    assert!(once.lines().count() > 50, "all projects at once have much to say");
    for _ in 0..3 {
        assert_eq!(once, printed(&files));
    }
}
