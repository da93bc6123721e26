//! A folder of repositories: each is judged as if it were alone, however many there are and whoever does the work.

#![allow(clippy::disallowed_methods, reason = "tests run the program and write files")]

mod common;

use std::collections::BTreeSet;
use std::fs;

use common::program::Folder;

/// More than are done one after another.
const MANY: usize = 20;

/// So many repositories. The first builds what all others require, and some lie deeper.
fn folder(count: usize) -> Folder {
    let folder = Folder::new(&[]);
    for at in 0..count {
        let root = root(at);
        let name = if at == 0 { "nose".to_owned() } else { format!("r{at:02}") };
        let manifest =
            format!("[project]\nname = \"{name}\"\nversion = \"1\"\ndependencies = [\"nose\", \"pyyaml\"]\n");
        folder.write(&format!("{root}/.git/HEAD"), b"");
        folder.write(&format!("{root}/pyproject.toml"), manifest.as_bytes());
        for file in 0..=at {
            let text = format!("import yaml\n\n\ndef read{file}(text):\n    return yaml.unsafe_load(text)\n");
            folder.write(&format!("{root}/m{file}.py"), text.as_bytes());
        }
    }
    folder
}

fn root(at: usize) -> String {
    if at % 5 == 4 { format!("group/r{at:02}") } else { format!("r{at:02}") }
}

/// The findings of a run as JSON lines, without the summary.
fn findings(folder: &Folder, args: &[&str]) -> Vec<String> {
    let common = ["--output-format", "jsonl", "--today", "2026-11-22", "--exit-zero"];
    let run = folder.run(&[args, &common].concat());
    assert!(run.status == Some(0), "{}", run.err);
    run.out.lines().filter(|line| !line.starts_with("{\"summary\"")).map(str::to_owned).collect()
}

#[test]
fn each_is_judged_as_if_it_were_alone() {
    for count in [3, MANY] {
        let folder = folder(count);
        let together = findings(&folder, &["."]);
        assert!(together.iter().filter(|line| line.contains("abandoned-package")).count() >= count - 1);
        for jobs in ["1", "2", "7"] {
            assert_eq!(findings(&folder, &["--jobs", jobs, "."]), together, "{jobs} threads");
        }
        let mut alone: Vec<String> = Vec::new();
        for at in 0..count {
            let root = root(at);
            alone.extend(findings(&folder, &[&root]));
        }
        let (together, alone): (BTreeSet<_>, BTreeSet<_>) = (together.iter().collect(), alone.iter().collect());
        let differing: Vec<_> = together.symmetric_difference(&alone).collect();
        assert!(differing.is_empty(), "{differing:#?}");
    }
}

#[test]
fn each_is_mended_as_if_it_were_alone() {
    for count in [3, MANY] {
        let (folder, apart) = (self::folder(count), self::folder(count));
        let args = ["--fix", "--unsafe-fixes", "--exit-zero", "--today", "2026-11-22", "--quiet"];
        let run = folder.run(&[&args[..], &["."]].concat());
        assert!(run.status == Some(0), "{}", run.err);
        for at in 0..count {
            let root = root(at);
            apart.run(&[&args[..], &[&root]].concat());
            let text =
                |folder: &Folder| fs::read_to_string(folder.0.join(&root).join("pyproject.toml")).expect("there");
            assert_eq!(text(&folder), text(&apart), "{root}");
            assert!(!text(&folder).contains("\"nose\"]") || at == 0, "{}", text(&folder));
        }
    }
}

/// An ignore in a configuration that holds for all of them is used where one of them needs it.
#[test]
fn an_ignore_for_all_is_used_by_one() {
    for count in [3, MANY] {
        let folder = folder(count);
        let ignores = "[[ignores]]\nrule = \"unsafe-yaml-load\"\npath = \"r02/m1.py\"\nreason = \"x\"\n\
                       [[ignores]]\nrule = \"unsafe-yaml-load\"\npath = \"r02/gone.py\"\nreason = \"x\"\n";
        folder.write("shared.toml", ignores.as_bytes());
        let found = findings(&folder, &["--config", "shared.toml", "."]);
        let of_file = |line: &&String| line.contains("\"filename\":\"shared.toml\"");
        let unused: Vec<&String> = found.iter().filter(of_file).collect();
        assert_eq!(unused.len(), 1, "{unused:#?}");
        assert!(unused.iter().all(|line| line.contains("unused-ignore") && line.contains("\"row\":5")), "{unused:#?}");
        assert!(!found.iter().any(|line| line.contains("r02/m1.py")));
    }
}

/// A run for people, one finding a line: what was printed, without the summary, and what was said on standard error.
fn told(folder: &Folder, args: &[&str]) -> (Vec<String>, String) {
    let common = ["--output-format", "concise", "--today", "2026-11-22"];
    let run = folder.run(&[args, &common].concat());
    let lines = run.out.lines().filter(|line| line.split_once(": ").is_some_and(|(place, _)| place.contains(':')));
    (lines.map(str::to_owned).collect(), run.err)
}

/// How many of the lines have all of these words.
fn count(lines: &[String], words: &[&str]) -> usize {
    lines.iter().filter(|line| words.iter().all(|word| line.contains(word))).count()
}

/// The files that are read.
fn files_read(folder: &Folder, args: &[&str]) -> Vec<String> {
    folder.run(&[args, &["--show-files"]].concat()).out.lines().map(str::to_owned).collect()
}

const NOSE: &str = "nose\n";

/// A comment that silences nothing, in the file that is the configuration as well, is told whichever repositories are named
/// beside it.
#[test]
fn a_comment_in_a_shared_configuration_is_judged_where_it_lies() {
    let manifest = "[project]\nname = \"a\"\nversion = \"1\"  # pyeco-lint: ignore[eol-python]\nrequires-python = \">=3.11\"\n\
                    [tool.pyeco-lint]\nextend-ignore = [\"tooling\"]\n\
                    [[tool.pyeco-lint.ignores]]\nrule = \"abandoned-package\"\nreason = \"x\"\n";
    let folder = Folder::new(&[
        ("a/.git/HEAD", ""),
        ("a/pyproject.toml", manifest),
        ("b/.git/HEAD", ""),
        ("b/requirements.txt", "nose==1.3.7\n"),
    ]);
    let shared = ["--config", "a/pyproject.toml"];
    for (args, entries) in [
        (&["a"][..], 1),
        (&["a", "b"], 1),
        (&["b", "a"], 1),
        (&["."], 1),
        // One of them needs the entry.
        (&[&shared[..], &["a", "b"]].concat(), 0),
        (&[&shared[..], &["b", "a"]].concat(), 0),
    ] {
        let (lines, err) = told(&folder, args);
        assert_eq!(count(&lines, &["a/pyproject.toml:3:", "unused-ignore"]), 1, "{args:?}: {lines:#?} {err}");
        assert_eq!(count(&lines, &["a/pyproject.toml:7:", "unused-ignore"]), entries, "{args:?}: {lines:#?} {err}");
    }
}

/// A PATH that goes up and comes down again is the same as one without detours.
#[test]
fn a_path_may_go_up_and_down_again() {
    let folder = Folder::new(&[
        ("proj/.git/HEAD", ""),
        ("proj/requirements.txt", NOSE),
        ("proj/src/a.py", "import yaml\nyaml.unsafe_load(1)\n"),
    ]);
    let run = |args: &[&str]| {
        let args = [args, &["--output-format", "concise", "--today", "2026-11-22"]].concat();
        common::program::run_in(&folder.0.join("proj/src"), &args, b"").out
    };
    let straight = run(&[".."]);
    assert!(straight.contains("../requirements.txt:1:1") && straight.contains("a.py:2:"), "{straight}");
    for path in ["../../proj", "../../proj/.", "../../proj/src/.."] {
        assert_eq!(run(&[path]), straight, "{path}");
    }
    assert_eq!(run(&["../../proj/src"]), run(&["."]));
}
