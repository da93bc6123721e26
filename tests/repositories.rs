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

/// The faults of the configuration are told also where no PATH is of a kind that is read, and no ignore is called unused.
#[test]
fn a_fault_is_told_where_nothing_is_read() {
    let configuration = "selct = [\"all\"]\n[[ignores]]\nrule = \"abandoned-package\"\nreason = \"x\"\n";
    let folder = Folder::new(&[("README.md", "x\n"), ("requirements.txt", NOSE), ("pyeco-lint.toml", configuration)]);
    let run = folder.run(&["--output-format", "concise", "README.md"]);
    assert_eq!(run.status, Some(2), "{}{}", run.out, run.err);
    assert!(run.out.contains("pyeco-lint.toml:1:1") && run.out.contains("invalid-configuration"), "{}", run.out);
    assert!(!run.out.contains("unused-ignore"), "{}", run.out);
    folder.write("pyeco-lint.toml", b"select = [\"all\"]\n");
    let run = folder.run(&["README.md"]);
    assert_eq!(run.status, Some(0), "{}{}", run.out, run.err);
    assert!(run.err.contains("nothing to look at"), "{}", run.err);
}

/// A repository is read once, and the same is found, however and in whatever order it is named.
#[test]
fn each_is_judged_once() {
    let project = "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"nose\"]\n";
    let folder = Folder::new(&[
        ("f/R/.git/HEAD", ""),
        ("f/R/pyproject.toml", project),
        ("f/R/a.py", ""),
        ("f/R/examples/x/pyproject.toml", project),
        ("f/R/src/requirements.txt", NOSE),
        ("f/examples/S/.git/HEAD", ""),
        ("f/examples/S/pyproject.toml", project),
        ("f/examples/S/b.py", ""),
    ]);
    let settings = |args: &[&str]| {
        let run = folder.run(&[args, &["--show-settings"]].concat());
        let projects = run.out.lines().filter_map(|line| line.strip_prefix("project "));
        projects.map(str::to_owned).collect::<Vec<_>>()
    };
    let summary = |args: &[&str]| folder.run(args).out.lines().last().map(str::to_owned);
    for paths in [
        &["f"][..],
        &["f", "f/examples/S"],
        &["f/examples/S", "f"],
        &["f", "f/R/src"],
        &["f/R/src", "f", "f/R", "f/R/src/requirements.txt"],
    ] {
        let mut found = settings(paths);
        found.sort();
        assert_eq!(found, ["f/R", "f/examples/S"], "{paths:?}");
        assert_eq!(summary(paths), summary(&["f"]), "{paths:?}");
    }
    // An example is read on its own where it is named, after what lies around it.
    for paths in [["f", "f/R/examples/x"], ["f/R/examples/x", "f"]] {
        let mut found = settings(&paths);
        found.sort();
        assert_eq!(found, ["f/R", "f/R/examples/x", "f/examples/S"], "{paths:?}");
    }
    let mended = |paths: &[&str]| folder.run(&[&["--diff", "--unsafe-fixes"], paths].concat()).out;
    assert_eq!(mended(&["f/R/examples/x", "f"]), mended(&["f", "f/R/examples/x"]));
}

/// What lies beside repositories is read where it is named, and they are then left alone.
#[test]
fn a_file_beside_repositories_is_read_where_it_is_named() {
    let folder = Folder::new(&[
        (".gitignore", "notes.py\n"),
        ("Makefile", "all:\n\truff check\n"),
        ("notes.py", "import yaml\nyaml.unsafe_load(1)\n"),
        ("A/.git/HEAD", ""),
        ("A/requirements.txt", NOSE),
        ("B/.git/HEAD", ""),
        ("B/requirements.txt", NOSE),
    ]);
    assert_eq!(files_read(&folder, &["Makefile"]), ["Makefile"]);
    assert_eq!(files_read(&folder, &["."]), ["A/requirements.txt", "B/requirements.txt"]);
    assert_eq!(files_read(&folder, &[".", "Makefile"]), ["A/requirements.txt", "B/requirements.txt", "Makefile"]);
    assert_eq!(files_read(&folder, &["Makefile", "B"]), ["B/requirements.txt", "Makefile"]);
    let (lines, _) = told(&folder, &["notes.py"]);
    assert_eq!(count(&lines, &["notes.py:2:", "unsafe-yaml-load"]), 1, "{lines:#?}");
    assert_eq!(lines.len(), 1, "{lines:#?}");
}

/// What could not be looked into outside of the repositories is told as elsewhere.
#[cfg(unix)]
#[test]
fn what_was_not_looked_into_is_told() {
    let folder = Folder::new(&[
        ("A/.git/HEAD", ""),
        ("A/requirements.txt", NOSE),
        ("group/B/.git/HEAD", ""),
        ("group/B/requirements.txt", NOSE),
        ("pyproject.toml/x", ""),
    ]);
    let pipe = std::process::Command::new("mkfifo").arg(folder.0.join("group/.gitignore")).status();
    assert!(pipe.expect("there is `mkfifo`").success());
    let (lines, err) = told(&folder, &["--verbose", "."]);
    assert_eq!(count(&lines, &["A/requirements.txt", "abandoned-package"]), 1, "{lines:#?}");
    for words in ["group: not looked into", "pyproject.toml: not looked into: this is a folder"] {
        assert_eq!(err.matches(words).count(), 1, "{words}: {err}");
    }
}

/// Repositories beside which other files are read are left alone, as everywhere; that is said, and they can be named.
#[test]
fn what_lies_beside_repositories_is_one_project() {
    let folder = Folder::new(&[
        ("notes.py", "print(1)\n"),
        ("A/.git/HEAD", ""),
        ("A/requirements.txt", NOSE),
        ("B/.git/HEAD", ""),
        ("B/requirements.txt", NOSE),
    ]);
    let (lines, err) = told(&folder, &["."]);
    assert_eq!(lines, Vec::<String>::new());
    assert!(err.contains(".: 2 repositories in it were not looked into, because notes.py lies beside them"), "{err}");
    let (lines, err) = told(&folder, &[".", "B"]);
    assert_eq!(count(&lines, &["B/requirements.txt:1:", "abandoned-package"]), 1, "{lines:#?}");
    assert!(err.contains(".: 1 repository in it was not looked into") && err.contains("(A)"), "{err}");
    for args in [&[".", "A", "B"][..], &["A", "B"], &["notes.py"]] {
        let (_, err) = told(&folder, args);
        assert!(!err.contains("not looked into"), "{args:?}: {err}");
    }
    assert!(!told(&folder, &["--quiet", "."]).1.contains("not looked into"));
    // A file of one of them is judged there, with what lies around it.
    folder.write("A/a.py", b"import yaml\nyaml.unsafe_load(1)\n");
    folder.write(".gitignore", b"A/\n");
    for args in [&[".", "A/a.py"][..], &["A/a.py", "."], &["A/a.py"]] {
        let found = findings(&folder, args);
        let of_file: Vec<&String> = found.iter().filter(|line| line.contains("unsafe-yaml-load")).collect();
        assert!(
            of_file.len() == 1 && of_file.iter().all(|line| line.contains("\"project\":\"A\"")),
            "{args:?}: {found:#?}"
        );
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

/// What of a repository is read is decided by its own configuration, whichever is named first.
#[test]
fn its_own_configuration_says_what_is_read() {
    let script = "import yaml\nyaml.unsafe_load(1)\n";
    let long = format!("{script}# {}\n", "x".repeat(400));
    let folder = Folder::new(&[
        ("A/.git/HEAD", ""),
        ("A/pyeco-lint.toml", "exclude = [\"none/\"]\nselect = [\"names\"]\n"),
        ("A/requirements.txt", NOSE),
        ("A/gen/a.py", script),
        ("B/.git/HEAD", ""),
        ("B/pyeco-lint.toml", "extend-exclude = [\"gen/\"]\nmax-file-size = 200\nselect = [\"security\"]\n"),
        ("B/requirements.txt", "pyyaml\n"),
        ("B/gen/a.py", script),
        ("B/build/b.py", &long),
        ("B/c.py", script),
        ("C/.git/HEAD", ""),
        ("C/requirements.txt", "pyyaml\n"),
        ("C/gen/a.py", script),
        ("C/d.py", &long),
    ]);
    let paths = |of: &[&str]| {
        let (mut lines, _) = told(&folder, of);
        lines.sort();
        lines
    };
    let alone: Vec<String> = ["A", "B", "C"].iter().flat_map(|path| paths(&[path])).collect();
    assert_eq!(count(&alone, &["B/c.py:2:", "unsafe-yaml-load"]), 1, "{alone:#?}");
    assert_eq!(count(&alone, &["C/d.py:2:", "unsafe-yaml-load"]), 1, "{alone:#?}");
    assert_eq!(count(&alone, &["B/"]), 1, "{alone:#?}");
    for together in [&["."][..], &["A", "B", "C"], &["C", "B", "A"], &["B", ".", "C"]] {
        assert_eq!(paths(together), alone, "{together:?}");
    }
    // What the command line leaves out is left out of each.
    assert_eq!(count(&paths(&[".", "--extend-exclude", "C/gen"]), &["C/gen"]), 0);
}

/// A repository within another is left alone, and read where it is named.
#[test]
fn one_within_another_is_read_where_it_is_named() {
    let folder = Folder::new(&[
        (".git/HEAD", ""),
        ("requirements.txt", "pyyaml\n"),
        ("lib/one/.git", "gitdir: ../../.git/modules/one\n"),
        ("lib/one/requirements.txt", NOSE),
    ]);
    assert_eq!(files_read(&folder, &["."]), ["requirements.txt"]);
    for args in [&[".", "lib/one"][..], &["lib/one", "."], &[".", "lib/one/requirements.txt"]] {
        assert_eq!(files_read(&folder, args), ["lib/one/requirements.txt", "requirements.txt"], "{args:?}");
        let (lines, _) = told(&folder, args);
        assert_eq!(count(&lines, &["lib/one/requirements.txt:1:", "abandoned-package"]), 1, "{args:?}: {lines:#?}");
    }
}

/// What other commands tell of a folder of repositories is what they tell of each.
#[test]
fn other_commands_go_over_them_as_well() {
    for count in [2, MANY] {
        let folder = Folder::new(&[
            (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: uvx ruff check\n"),
            ("Makefile", "all:\n\truff check\n"),
        ]);
        for at in 0..count {
            let (root, next) = (root(at), (at + 1) % count);
            let manifest = format!("[project]\nname = \"r{at:02}\"\nversion = \"1\"\ndependencies = [\"nose\"]\n");
            folder.write(&format!("{root}/.git/HEAD"), b"");
            folder.write(&format!("{root}/pyproject.toml"), manifest.as_bytes());
            folder.write(&format!("{root}/own{at}.py"), format!("import own{next}, requests\n").as_bytes());
        }
        let json = |args: &[&str]| {
            let run = folder.run(args);
            assert_eq!(run.status, Some(0), "{}", run.err);
            serde_json::from_str::<serde_json::Value>(&run.out).expect("JSON")
        };
        let inspected = |path: &str| json(&["inspect", "--output-format", "json", path])["projects"].clone();
        let together = inspected(".");
        let together: Vec<_> = together.as_array().expect("a list").iter().collect();
        assert_eq!(together.len(), count);
        for project in together {
            let path = project["root"].as_str().expect("a path");
            assert_eq!(inspected(path)[0], *project, "{path}");
        }
        let map = json(&["map", "--output-format", "json", "."]);
        assert_eq!(map["projects"].as_array().map(Vec::len), Some(count));
        let need = |id: &str| {
            let needs = map["needs"].as_array().expect("a list");
            needs.iter().find(|need| need["name"] == id).expect("there").clone()
        };
        assert!(!need("linter").to_string().contains("ci.yml"), "{:#}", need("linter"));
        assert_eq!(need("linter")["standing"], "missing", "{:#}", need("linter"));
        // Every place is one in the file that it names.
        let http = need("http").to_string();
        for at in 0..count {
            assert!(http.contains(&format!("\"{}/own{at}.py\"", root(at))), "{http}");
        }
        let given = folder.run(&["recommend"]);
        assert!(
            given.out.contains("(r00/pyproject.toml:4:18)") && given.out.contains("(r01/pyproject.toml:4:18)"),
            "{}",
            given.out
        );
    }
}
