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
