//! The program as a process: exit statuses, streams, bad input.

#![allow(clippy::disallowed_methods, reason = "tests run the program and write files")]

mod common;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use common::program::{Folder, run_in};

const NOSE: &str = "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"nose\"]\n";

#[test]
fn status_follows_the_findings() {
    let folder = Folder::new(&[("pyproject.toml", NOSE)]);
    for (args, status) in [
        (&["."][..], 1),
        (&["check", "."], 1),
        (&["--exit-zero"], 0),
        (&["--fail-on", "error"], 0),
        (&["--fail-on", "never"], 0),
        (&["--ignore", "obsolete"], 0),
        (&["--ignore", "all"], 0),
        (&["--ignore", "abandoned-package:nose"], 0),
        (&["--select", "names"], 0),
        (&["--select", "no-such-rule"], 2),
        (&["no-such-path"], 2),
        (&["--no-such-option"], 2),
        (&["--output-format", "no-such-format"], 2),
        (&["--config", "no-such.toml"], 2),
        (&["explain", "nose"], 0),
        (&["explain", "sqlparse"], 0),
        (&["explain", "no-such-thing-at-all"], 2),
        (&["rules"], 0),
        (&["--version"], 0),
        (&["--help"], 0),
    ] {
        let run = folder.run(args);
        assert_eq!(run.status, Some(status), "{args:?}: {run:?}");
        assert_eq!(status == 2, run.out.is_empty(), "{args:?}: a failure speaks on standard error: {run:?}");
    }
}

#[test]
fn every_format_is_well_formed() {
    let folder = Folder::new(&[("pyproject.toml", NOSE)]);
    let json: serde_json::Value = serde_json::from_str(&folder.run(&["--output-format", "json"]).out).expect("JSON");
    let first = &json["diagnostics"][0];
    assert_eq!((json["version"].as_u64(), first["name"].as_str()), (Some(1), Some("abandoned-package")));
    assert_eq!((first["location"]["row"].as_u64(), first["location"]["column"].as_u64()), (Some(4), Some(18)));
    assert_eq!((first["package"].as_str(), first["project"].as_str()), (Some("nose"), Some(".")));
    let lines = folder.run(&["--output-format", "jsonl"]).out;
    let parsed: Vec<serde_json::Value> = lines.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert!(parsed.last().is_some_and(|last| last.get("summary").is_some()), "{lines}");
    let concise = folder.run(&["--output-format", "concise"]).out;
    assert!(concise.starts_with("pyproject.toml:4:18: warning[abandoned-package] "), "{concise}");
    for args in [&["rules", "--output-format", "json"][..], &["explain", "yaml", "--output-format", "json"]] {
        serde_json::from_str::<serde_json::Value>(&folder.run(args).out).expect("JSON");
    }
}

#[test]
fn colours_are_for_terminals() {
    let folder = Folder::new(&[("pyproject.toml", NOSE)]);
    assert!(!folder.run(&[]).out.contains('\x1b'), "no colours into a pipe");
    assert!(folder.run(&["--color", "always"]).out.contains('\x1b'));
}

#[test]
fn links_are_for_terminals() {
    let folder = Folder::new(&[("pyproject.toml", NOSE)]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_pyeco-lint"));
    let out = command.args(["--color", "always"]).env("FORCE_HYPERLINK", "1").current_dir(&folder.0).output();
    let out = String::from_utf8(out.expect("it starts").stdout).expect("UTF-8");
    assert!(out.contains('\x1b') && !out.contains("\x1b]8"), "{out:?}");
}

#[test]
fn a_step_gets_a_summary() {
    let folder = Folder::new(&[("pyproject.toml", NOSE), ("summary.md", "# before\n")]);
    let run = |format: &str, path: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pyeco-lint"));
        command.args(["--output-format", format]).env("GITHUB_STEP_SUMMARY", path).current_dir(&folder.0);
        let output = command.output().expect("it starts");
        (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
    };
    assert_eq!(run("github", "summary.md").0, Some(1));
    assert_eq!(run("github", "summary.md").0, Some(1));
    assert_eq!(run("text", "summary.md").0, Some(1));
    assert_eq!(run("github", "").0, Some(1));
    let summary = fs::read_to_string(folder.0.join("summary.md")).expect("it is there");
    assert!(summary.starts_with("# before\n## pyeco-lint\n"), "{summary}");
    assert_eq!(summary.matches("`abandoned-package`").count(), 2, "added to what is there, each time: {summary}");
    // Where it cannot be written, the run is none the worse.
    let (status, errors) = run("github", "no/such/folder/summary.md");
    assert_eq!(status, Some(1));
    assert!(errors.contains("no/such/folder/summary.md: no summary could be added"), "{errors}");
}

#[test]
fn a_folder_without_manifests_is_no_error() {
    let folder = Folder::new(&[("notes.txt", "hello")]);
    let run = folder.run(&[]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.err.contains("no manifest") && run.err.contains("pyproject.toml"), "{run:?}");
}

/// However a PATH is written, the same is found; a silence would be taken for health.
#[test]
fn files_that_are_not_read_are_told() {
    let folder = Folder::new(&[("README.rst", "text\n"), ("requirements.txt", "requests\n")]);
    let run = folder.run(&["README.rst"]);
    assert_eq!((run.status, run.out.as_str()), (Some(0), "no findings in 0 files\n"));
    assert!(run.err.contains("nothing to look at: files like README.rst are not read"), "{}", run.err);
    // Hooks name many files, of which some are read.
    let run = folder.run(&["README.rst", "requirements.txt"]);
    assert!(!run.err.contains("README.rst"), "{}", run.err);
}

#[test]
fn documents_know_the_rules_of_a_user() {
    let rule = "summary = \"a client without a name\"\nwhy = \"w\"\nadvice = \"a\"\n[[match]]\nmessage = \"m\"\nimport = { names = [\"acme\"] }\n";
    let folder = Folder::new(&[
        ("pyproject.toml", "[tool.pyeco-lint]\nextend-rules = [\"lint\"]\n"),
        ("lint/usage/ours.toml", rule),
    ]);
    let run = folder.run(&["explain", "ours"]);
    assert!(run.status == Some(0) && run.out.contains("a client without a name"), "{}", run.out);
    assert!(folder.run(&["rules"]).out.contains("a client without a name"));
    assert_eq!(folder.run(&["explain", "--isolated", "ours"]).status, Some(2));
    // What is wrong with it is not hidden by what follows from that.
    folder.write("lint/usage/ours.toml", rule.replace("\"m\"", "\"{m}\"").as_bytes());
    for args in [&["--select", "ours"][..], &["explain", "ours"]] {
        let run = folder.run(args);
        assert_eq!(run.status, Some(2), "{args:?}");
        assert!(run.err.contains("usage/ours.toml: `{m}` is not known"), "{}", run.err);
    }
}

#[test]
fn absolute_paths_beside_the_working_directory() {
    let folder = Folder::new(&[("here/notes.txt", "hello"), ("there/requirements.txt", NOSE_REQUIRED)]);
    let there = folder.0.join("there");
    for path in [there.clone(), there.join("requirements.txt"), "../there".into()] {
        let run = run_in(&folder.0.join("here"), &["--output-format", "concise", path.to_str().expect("text")], b"");
        assert_eq!(run.status, Some(1), "{run:?}");
        assert!(run.out.contains("../there/requirements.txt:1:1: "), "{run:?}");
    }
}

const NOSE_REQUIRED: &str = "nose==1.3.7\n";

#[test]
fn standard_input_takes_the_place_of_a_file() {
    let folder = Folder::new(&[("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n")]);
    let run = run_in(&folder.0, &["-", "--stdin-filename", "pyproject.toml"], NOSE.as_bytes());
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.out.contains("nose"), "{run:?}");
    let run = run_in(&folder.0, &["-"], NOSE.as_bytes());
    assert_eq!(run.status, Some(2), "{run:?}");
}

#[test]
fn only_what_was_asked_for_is_shown() {
    let folder = Folder::new(&[
        ("pyproject.toml", NOSE),
        ("requirements-dev.txt", "boto\n"),
        ("app/__init__.py", "import yaml\nyaml.unsafe_load(x)\n"),
    ]);
    let run = folder.run(&["requirements-dev.txt", "--output-format", "concise"]);
    assert!(run.out.starts_with("requirements-dev.txt:1:1: ") && !run.out.contains("nose"), "{run:?}");
    let run = folder.run(&["app", "--output-format", "concise", "--quiet"]);
    assert!(run.out.lines().all(|line| line.starts_with("app/__init__.py:")), "{run:?}");
    assert!(run.out.contains("app/__init__.py:2:1: error[unsafe-yaml-load]"), "{run:?}");
}

#[test]
fn a_faulty_configuration_is_a_diagnostic_with_status_2() {
    let folder = Folder::new(&[
        ("pyproject.toml", NOSE),
        ("pyeco-lint.toml", "selekt = []\nignore = [\"abandoned-pakage\"]\nfail-on = 3\n"),
    ]);
    let run = folder.run(&["--output-format", "concise"]);
    assert_eq!(run.status, Some(2), "{run:?}");
    for part in ["pyeco-lint.toml:1:1", "pyeco-lint.toml:2:11", "pyeco-lint.toml:3:11", "unknown-rule"] {
        assert!(run.out.contains(part), "{part}: {run:?}");
    }
    assert_eq!(folder.run(&["--isolated"]).status, Some(1));
}

/// An advisory about a made-up distribution, as OSV has it.
const ADVISORY: &str = r#"{"id": "X-1", "modified": "2026-11-01T00:00:00Z", "affected": [
    {"package": {"ecosystem": "PyPI", "name": "made-up"}, "ranges": [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.5"}]}]}]}"#;

#[test]
fn advisories_are_taken_from_where_somebody_says() {
    let folder = Folder::new(&[
        (
            "lint/pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"made-up==1.2\", \"pyyaml==5.3\"]\n",
        ),
        ("osv/made-up/X-1.json", ADVISORY),
        ("osv.zip", "no archive"),
        ("osv.jsonl", "{}"),
        ("lint/own.toml", "advisories = \"../osv\"\n"),
        ("lint/broken.toml", "advisories = \"../osv.zip\"\n"),
    ]);
    let common = ["lint", "--output-format", "concise", "--select", "vulnerable-version", "--today", "2026-11-22"];
    let with = |more: &[&str]| folder.run(&[&common[..], more].concat());
    let embedded = with(&[]);
    assert!(embedded.out.contains("`pyyaml` 5.3 is known") && !embedded.out.contains("made-up"), "{embedded:?}");
    assert_eq!(embedded.err.lines().count(), 1, "{embedded:?}");
    assert!(embedded.err.contains("the advisories are of 2024-10-10"), "{embedded:?}");
    assert!(with(&["--quiet"]).err.is_empty());
    assert!(folder.run(&["lint", "--select", "vulnerable-version", "--today", "2024-12-01"]).err.is_empty());
    for given in [&["--advisories", "osv"][..], &["--config", "lint/own.toml"]] {
        let run = with(given);
        assert!(run.out.contains("`made-up` 1.2 is known") && !run.out.contains("pyyaml"), "{run:?}");
        assert_eq!((run.status, run.err.as_str()), (Some(1), ""), "{run:?}");
    }
    for bad in ["osv.zip", "osv.jsonl", "absent"] {
        let run = with(&["--advisories", bad]);
        assert_eq!((run.status, run.out.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.err.contains(&format!("--advisories: {bad}: ")), "{run:?}");
    }
    let run = with(&["--config", "lint/broken.toml"]);
    assert_eq!(run.status, Some(2), "{run:?}");
    assert!(run.out.contains("lint/broken.toml:1:14: error[invalid-configuration] osv.zip: the archive"), "{run:?}");
    let json = |more: &[&str]| folder.run(&[&["lint", "--output-format", "json"][..], more].concat()).out;
    assert!(json(&[]).contains("\"advisories\": \"2024-10-10\""));
    assert!(json(&["--advisories", "osv"]).contains("\"advisories\": \"2026-11-01\""));
    assert!(json(&["--select", "manifest"]).contains("\"advisories\": null"));
}

#[test]
fn bad_input_gets_a_clear_answer() {
    let deep = format!("x = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let deep_python = format!("import yaml\nyaml.load({}1{})\n", "[".repeat(100_000), "]".repeat(100_000));
    let cases: &[(&str, &str, &[u8], &str)] = &[
        ("a NUL byte", "requirements.txt", b"reque\0sts\n", "invalid-requirement"),
        ("no UTF-8", "pyproject.toml", b"[project]\nname = \"\xff\"\n", "unreadable-file"),
        ("setup.py in UTF-16", "setup.py", b"\xff\xfef\0r\0", "unreadable-file"),
        ("setup.py that is not what it declares", "setup.py", b"# coding: utf-8\nx = '\xe9'\n", "unreadable-file"),
        (
            "setup.py with a coding comment",
            "setup.py",
            b"# -*- coding: latin-1 -*-\nfrom setuptools import setup\nsetup(author='\xe9', install_requires=['nose'])\n",
            "abandoned-package",
        ),
        ("setup.py in an encoding of Python alone", "setup.py", b"# coding: mac_greek\nx = '\xe9'\n", ""),
        ("UTF-16 without a mark", "pyproject.toml", b"[\0p\0r\0o\0", "unreadable-file"),
        ("deep nesting", "pyproject.toml", deep.as_bytes(), "invalid-syntax"),
        ("deep Python", "app.py", deep_python.as_bytes(), ""),
        (
            "Python in Latin-1",
            "app.py",
            b"# coding: latin-1\nimport yaml\nyaml.unsafe_load('\xe9')\n",
            "app.py:3:1: error[unsafe-yaml-load]",
        ),
        ("CRLF", "requirements.txt", b"nose\r\nboto\r\n", "abandoned-package"),
        ("no end of line", "requirements.txt", b"nose", "abandoned-package"),
        ("an empty file", "pyproject.toml", b"", ""),
        ("a BOM", "requirements.txt", b"\xef\xbb\xbfnose\n", "abandoned-package"),
    ];
    for (about, path, bytes, expected) in cases {
        let folder = Folder::new(&[]);
        folder.write(path, bytes);
        let run = folder.run(&["--output-format", "concise"]);
        assert!(matches!(run.status, Some(0 | 1)), "{about}: {run:?}");
        assert!(run.out.contains(expected), "{about}: {run:?}");
        assert!(!run.err.contains("panicked"), "{about}: {run:?}");
        let text = folder.run(&[]);
        assert!(text.out.lines().all(|line| line.len() < 2000), "{about}: long lines are cut");
    }
}

#[test]
fn configuration_of_tools_that_is_not_utf8_is_told() {
    for path in ["tox.ini", "tox.toml", "hatch.toml"] {
        let folder = Folder::new(&[("requirements.txt", "requests==2.34.2\n")]);
        folder.write(path, b"# \xe9\n[tox]\n");
        let run = folder.run(&["--output-format", "concise", "--select", "unreadable-file"]);
        assert!(run.out.starts_with(path), "{run:?}");
    }
    // Of a file that is read for what it installs alone there is a note.
    let folder = Folder::new(&[("requirements.txt", "requests==2.34.2\n")]);
    folder.write("Dockerfile", b"# \xe9\nFROM python:3.13\n");
    let run = folder.run(&["--output-format", "concise", "--select", "unreadable-file", "--verbose"]);
    assert!(run.out.is_empty() || !run.out.contains("unreadable-file"), "{run:?}");
    assert!(run.err.contains("Dockerfile: left out"), "{run:?}");
}

#[test]
fn folders_and_links_in_the_place_of_files() {
    let folder = Folder::new(&[("requirements.txt", "nose\n"), ("pyproject.toml/readme.txt", "a folder")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(&folder.0, folder.0.join("loop")).expect("links can be made");
    let run = folder.run(&["--output-format", "concise", "-q", "--select", "obsolete,unreadable-file"]);
    assert_eq!((run.status, run.out.lines().count()), (Some(1), 2), "{run:?}");
    assert!(run.out.starts_with("pyproject.toml:1:1: error[unreadable-file] this is a folder"), "{run:?}");
}

#[test]
fn a_huge_requirements_file_is_read_in_time() {
    let folder = Folder::new(&[]);
    let line = "some-distribution-name==1.2.3 ; python_version >= '3.8'\n";
    folder.write("requirements.txt", line.repeat(50 * 1024 * 1024 / line.len()).as_bytes());
    let start = std::time::Instant::now();
    let run = folder.run(&["--output-format", "concise", "--select", "obsolete"]);
    assert_eq!(run.status, Some(0), "{}", run.err);
    assert!(start.elapsed().as_secs() < 120, "took {:?}", start.elapsed());
}

#[test]
fn an_index_of_private_names_is_built_and_used() {
    let folder = Folder::new(&[
        ("names.txt", "# what lives on our index\nAcme.Core\nacme-auth\n"),
        ("a/requirements.txt", "acme_core==1.0\nacme-billing==1.0\n"),
        ("b/requirements.txt", "acme-core==1.0\nacme-auth==1.0\n"),
        ("b/pyeco-lint.toml", "index = '../names.index'\n"),
    ]);
    let select = ["--select", "unknown-package", "--output-format", "concise"];
    let build = ["index", "build", "names.txt", "--private", "--date", "2026-11-01", "-o", "names.index"];
    let run = folder.run(&build);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (Some(0), "", ""));
    let first = fs::read(folder.0.join("names.index")).expect("it was written");
    assert_eq!(folder.run(&build).status, Some(0));
    assert_eq!(fs::read(folder.0.join("names.index")).expect("written again"), first);

    let run = folder.run(&["index", "info", "names.index"]);
    assert!(run.out.contains("private") && run.out.contains("2026-11-01"), "{run:?}");
    let run = folder.run(&["index", "info", "--output-format", "json"]);
    assert!(run.out.contains("\"date\": \"2026-11-16\"") && run.out.contains("\"scope\": \"full\""), "{run:?}");

    let run = folder.run(&[&["a"], &select[..]].concat());
    assert!(run.out.contains("none of `acme-billing` and `acme-core`"), "{run:?}");
    let run = folder.run(&[&["a", "--index", "names.index"], &select[..]].concat());
    assert!(run.status == Some(1) && run.out.contains("no package `acme-billing`"), "{run:?}");
    let run = folder.run(&[&["b"], &select[..]].concat());
    assert_eq!(run.status, Some(0), "{run:?}");
    let run = folder.run(&["b", "--index", "names.index", "--output-format", "json"]);
    assert!(run.out.contains("\"index\": \"2026-11-16\""), "a private index is no newer knowledge of the public one");
}

#[test]
fn a_full_index_takes_the_place_of_ours() {
    let folder = Folder::new(&[
        ("requirements.txt", "warehouse-labels\n"),
        ("table.tsv", "warehouse-labels\t1.2\t2027-02\t1\n"),
    ]);
    assert_eq!(folder.run(&["index", "build", "table.tsv", "--date", "2027-03-01", "-o", "all.index"]).status, Some(0));
    let run = folder.run(&["--index", "all.index", "--select", "unknown-package", "--output-format", "json"]);
    assert!(run.status == Some(0) && run.out.contains("\"index\": \"2027-03-01\""), "{run:?}");
}

#[test]
fn what_is_no_index_is_refused() {
    let folder =
        Folder::new(&[("requirements.txt", "requests\n"), ("names.txt", "acme-core\n"), ("bad.txt", "a\nb c\n")]);
    assert_eq!(folder.run(&["index", "build", "names.txt", "--private", "-o", "names.index"]).status, Some(0));
    let mut bytes = fs::read(folder.0.join("names.index")).expect("it was written");
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    folder.write("damaged.index", &bytes);
    folder.write("newer.index", b"pyeco-lint index 1000000\nof another kind");
    for (path, expected) in [
        ("names.txt", "this is no package index"),
        ("damaged.index", "damaged"),
        ("newer.index", "made by a newer version of pyeco-lint"),
        ("missing.index", "there is no such file"),
        (".", "this is not a file"),
    ] {
        let run = folder.run(&["--index", path]);
        assert!(run.status == Some(2) && run.out.is_empty() && run.err.contains(expected), "{path}: {run:?}");
        let configuration = format!("index = '{path}'\n");
        folder.write("pyeco-lint.toml", configuration.as_bytes());
        let run = folder.run(&["--output-format", "concise"]);
        assert!(
            run.status == Some(2) && run.out.contains("pyeco-lint.toml:1:9: error[invalid-configuration]"),
            "{run:?}"
        );
        assert!(run.out.contains(expected), "{path}: {run:?}");
        fs::remove_file(folder.0.join("pyeco-lint.toml")).expect("it is there");
    }
    let run = folder.run(&["index", "info", "damaged.index"]);
    assert!(run.status == Some(2) && run.err.contains("damaged.index: this package index is damaged"), "{run:?}");
    let run = folder.run(&["index", "build", "bad.txt", "-o", "bad.index"]);
    assert_eq!(run.err, "pyeco-lint: bad.txt:2: `b c` is no name of a distribution\n");
    assert_eq!(run.status, Some(2));
    let run = folder.run(&["index", "build", "missing.txt", "-o", "bad.index"]);
    assert!(run.status == Some(2) && run.err.contains("missing.txt"), "{run:?}");
}

/// What editors and shells ask for.
#[test]
fn schema_and_completions_are_printed() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["schema"]);
    assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
    let schema: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(validator.is_valid(&serde_json::json!({"select": ["default", "stale-package", "security"]})));
    assert!(!validator.is_valid(&serde_json::json!({"selct": ["default"]})));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = folder.run(&["completions", shell]);
        assert_eq!(run.status, Some(0), "{shell}");
        assert!(run.out.contains("advisories") && run.out.contains("recommend"), "{shell}");
    }
    assert_eq!(folder.run(&["completions", "tcsh"]).status, Some(2));
}

/// `recommend` looks at the project in the folder; `map` at a PATH.
#[test]
fn a_project_is_advised() {
    let folder = Folder::new(&[("api/requirements.txt", "nose==1.3.7\n"), ("api/app.py", "import nose\n")]);
    let run = folder.run(&["map", "api"]);
    assert_eq!(run.status, Some(0), "{}", run.err);
    assert!(run.out.contains("`nose` (api/requirements.txt:1), ended 2015-06: `pytest`"), "{}", run.out);
    let run = folder.run(&["map", "--output-format", "markdown", "api"]);
    assert!(run.out.contains("| Test runner | superseded |"), "{}", run.out);
    let run = run_in(&folder.0.join("api"), &["recommend"], b"");
    assert_eq!(run.status, Some(0), "{}", run.err);
    assert!(run.out.contains("found    warning[abandoned-package] (requirements.txt:1:1)"), "{}", run.out);
    let run = folder.run(&["recommend", "http", "no-such-name-xyzzy"]);
    assert_eq!(run.status, Some(2));
    assert!(run.out.contains("use      `requests`") && run.err.contains("nothing is known of `no-such-name-xyzzy`"));
    assert_eq!(folder.run(&["map", "nowhere"]).status, Some(2));
    folder.write("api/pyeco-lint.toml", b"selct = []\n");
    let run = folder.run(&["map", "api"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.contains("the configuration has faults"), "{}", run.err);
}

/// A gate in an old project: what is known does not fail it, what is new does.
#[test]
fn a_baseline_knows_what_was_there() {
    let folder = Folder::new(&[("requirements.txt", "nose==1.3.7\n"), ("app.py", "import nose\n")]);
    let select = ["--select", "obsolete"];
    let with = |more: &[&str]| folder.run(&[&select[..], more].concat());
    assert_eq!(with(&[]).status, Some(1));
    let run = with(&["--write-baseline"]);
    assert_eq!(
        (run.status, run.out.as_str()),
        (Some(0), "no findings in 2 files; 1 known: pyeco-lint-baseline.json\n")
    );
    let written = fs::read_to_string(folder.0.join("pyeco-lint-baseline.json")).expect("it was written");
    assert!(
        written.contains(r#"{"rule":"abandoned-package","file":"requirements.txt","package":"nose"}"#),
        "{written}"
    );
    assert_eq!(with(&[]).status, Some(0));
    // Lines and versions may change.
    folder.write("requirements.txt", b"# old\n\nnose>=1\n");
    assert_eq!(with(&[]).status, Some(0));
    folder.write("requirements.txt", b"nose==1.3.7\nretry\n");
    let run = with(&["--output-format", "concise"]);
    assert!(run.status == Some(1) && run.out.contains("retry") && !run.out.contains("nose"), "{run:?}");
    // What is gone is dropped, also from below a folder; what was not looked for stays.
    folder.write("requirements.txt", b"retry\n");
    let run = with(&["--verbose", "--output-format", "text"]);
    assert!(run.out.contains("1 of its findings are gone"), "{run:?}");
    assert_eq!(folder.run(&["--select", "security", "--write-baseline"]).status, Some(0));
    let kept = fs::read_to_string(folder.0.join("pyeco-lint-baseline.json")).expect("it is there");
    assert_eq!(kept, written);
    assert_eq!(with(&["--write-baseline"]).status, Some(0));
    let kept = fs::read_to_string(folder.0.join("pyeco-lint-baseline.json")).expect("it is there");
    assert!(kept.contains("retry") && !kept.contains("nose"), "{kept}");
}

#[test]
fn a_baseline_lies_where_it_is_said() {
    let folder = Folder::new(&[
        ("lint/pyeco-lint.toml", "baseline = \"known.json\"\nselect = [\"obsolete\"]\n"),
        ("lint/requirements.txt", "nose==1.3.7\n"),
        ("no.json", "{}"),
    ]);
    let run = folder.run(&["lint"]);
    assert!(run.status == Some(2) && run.out.contains("`--write-baseline` makes it"), "{run:?}");
    assert_eq!(folder.run(&["lint", "--write-baseline"]).status, Some(0));
    assert_eq!(folder.run(&["lint"]).status, Some(0));
    let run = run_in(&folder.0.join("lint"), &["--output-format", "json"], b"");
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((run.status, report["summary"]["known"].as_u64()), (Some(0), Some(1)), "it speaks of the same files");
    for (path, expected) in
        [("no.json", "this is no baseline"), ("nowhere.json", "there is no such file"), (".", "not a file")]
    {
        let run = folder.run(&["lint", "--baseline", path]);
        assert!(run.status == Some(2) && run.err.contains(expected), "{path}: {run:?}");
    }
    let run = folder.run(&["lint", "--baseline", "no.json", "--write-baseline"]);
    assert!(run.status == Some(2) && fs::read(folder.0.join("no.json")).expect("it is there") == b"{}", "{run:?}");
}

/// What is there is ignored where it is.
#[test]
fn findings_are_ignored_in_comments() {
    let folder = Folder::new(&[
        ("requirements.txt", "nose==1.3.7\nretry==0.9.2 # old\n"),
        ("setup.cfg", "[metadata]\nname = x\n\n[options]\ninstall_requires =\n    boto\n"),
        (
            "app.py",
            "import yaml\n\n\ndef f(a):\n    return yaml.load(\n        a,\n        Loader=yaml.UnsafeLoader,\n    )\n",
        ),
    ]);
    let select = ["--select", "obsolete,unsafe-yaml-load,missing-linter"];
    let with = |more: &[&str]| folder.run(&[&select[..], more].concat());
    let run = with(&["--add-ignore", "--diff"]);
    assert_eq!(run.status, Some(1));
    assert!(run.out.contains("+nose==1.3.7  # pyeco-lint: ignore[abandoned-package:nose]"), "{}", run.out);
    let run = with(&["--add-ignore"]);
    assert!(run.err.contains("5 of the findings are ignored now, by comments in 3 of the files"), "{}", run.err);
    assert!(run.status == Some(0) && run.out.starts_with("no findings in"), "{run:?}");
    let read = |path: &str| fs::read_to_string(folder.0.join(path)).expect("it is there");
    assert_eq!(
        read("requirements.txt"),
        "nose==1.3.7  # pyeco-lint: ignore[abandoned-package:nose]\nretry==0.9.2 # old  # pyeco-lint: ignore[abandoned-package:retry]\n"
    );
    assert!(read("setup.cfg").starts_with("# pyeco-lint: ignore[missing-linter]\n[metadata]\n"));
    assert!(read("setup.cfg").contains("    # pyeco-lint: ignore[deprecated-package:boto]\n    boto\n"));
    assert!(read("app.py").contains("    # pyeco-lint: ignore[unsafe-yaml-load:pyyaml]\n    return yaml.load("));
    assert!(with(&["--add-ignore"]).err.contains("0 of the findings"), "nothing is ignored twice");
}

/// A project with something for every sort of fix: safe, unsafe, in several files.
const UNTIDY: &[(&str, &str)] = &[
    (
        "pyproject.toml",
        "[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \">=3.11\"\ndependencies = [\n    # http\n    \"requests>=2\", # kept\n    \"requests>=2\",\n    \"asyncio\", # gone\n]\n",
    ),
    ("requirements-dev.txt", "pytest==9.2.0\r\nsklearn\r\nyaml>=6"),
];

#[test]
fn fixes_are_written_and_counted() {
    let folder = Folder::new(UNTIDY);
    let run = folder.run(&["--fix", "--select", "manifest,names"]);
    assert!(
        run.out.contains("Fixed 3 findings in 2 files (1 more with --unsafe-fixes)\n1 error in 2 files (1 fixable)\n"),
        "{run:?}"
    );
    assert_eq!(run.status, Some(1), "what remains decides");
    let read = |path: &str| fs::read_to_string(folder.0.join(path)).expect("it is there");
    assert!(
        read("pyproject.toml").ends_with("dependencies = [\n    # http\n    \"requests>=2\", # kept\n]\n"),
        "{}",
        read("pyproject.toml")
    );
    assert_eq!(read("requirements-dev.txt"), "pytest==9.2.0\r\nscikit-learn\r\nyaml>=6");
    let run = folder.run(&["--fix", "--unsafe-fixes", "--select", "manifest,names", "--output-format", "json"]);
    assert!(run.status == Some(0) && run.out.contains("\"fixed\": 1"), "{run:?}");
    assert_eq!(read("requirements-dev.txt"), "pytest==9.2.0\r\nscikit-learn\r\npyyaml");
    let run = folder.run(&["--fix", "--unsafe-fixes", "--select", "manifest,names"]);
    assert_eq!((run.status, run.out.as_str()), (Some(0), "no findings in 2 files\n"));
    let left: Vec<_> = fs::read_dir(&folder.0).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn patch_applies_what_diff_prints() {
    for options in [&["--select", "manifest,names"][..], &["--unsafe-fixes", "--select", "manifest,names"]] {
        let folder = Folder::new(UNTIDY);
        let run = folder.run(&[options, &["--diff"]].concat());
        assert_eq!(run.status, Some(1), "{run:?}");
        assert!(run.out.starts_with("--- a/pyproject.toml\n+++ b/pyproject.toml\n@@ "), "{run:?}");
        let patched = Folder::new(UNTIDY);
        let mut child = Command::new("patch")
            .args(["-p1", "--binary"])
            .current_dir(&patched.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`patch` is installed");
        child.stdin.take().expect("piped").write_all(run.out.as_bytes()).expect("it reads");
        assert!(child.wait_with_output().expect("it ends").status.success(), "{}", run.out);
        folder.run(&[options, &["--fix"]].concat());
        for (path, _) in UNTIDY {
            let read = |folder: &Folder| fs::read_to_string(folder.0.join(path)).expect("it is there");
            assert_eq!(read(&folder), read(&patched), "{path}");
        }
        let run = folder.run(&[options, &["--diff"]].concat());
        assert_eq!((run.status, run.out.as_str()), (Some(0), ""), "nothing is left");
    }
}

#[test]
fn a_diff_writes_nothing_and_shows_no_secret() {
    let secret = "--index-url https://user:hunter2hunter2@index.example/simple\nsklearn\n";
    let folder = Folder::new(&[("requirements.txt", secret)]);
    let run = folder.run(&["--diff", "--select", "misnamed-package"]);
    assert_eq!(run.status, Some(1));
    assert!(run.out.contains("-sklearn\n+scikit-learn\n") && !run.out.contains("hunter2"), "{run:?}");
    assert_eq!(fs::read_to_string(folder.0.join("requirements.txt")).expect("it is there"), secret);
}

#[test]
fn standard_input_is_fixed_to_standard_output() {
    let folder = Folder::new(&[("requirements.txt", "requests\n")]);
    let args = ["--fix", "--select", "names", "--stdin-filename", "requirements.txt", "-"];
    let run = run_in(&folder.0, &args, b"sklearn\nasyncio\n");
    assert_eq!((run.status, run.out.as_str()), (Some(0), "scikit-learn\n"), "{run:?}");
    assert!(run.err.contains("Fixed 2 findings in 1 file"), "{run:?}");
    assert_eq!(fs::read_to_string(folder.0.join("requirements.txt")).expect("it is there"), "requests\n");
}

#[test]
fn what_is_silenced_or_not_asked_for_stays() {
    let silenced = "sklearn  # pyeco-lint: ignore[misnamed-package] on purpose\n";
    let folder = Folder::new(&[("requirements.txt", silenced), ("requirements-dev.txt", "bs4\n")]);
    let run = folder.run(&["--fix", "--select", "names", "requirements.txt"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    let read = |path: &str| fs::read_to_string(folder.0.join(path)).expect("it is there");
    assert_eq!((read("requirements.txt").as_str(), read("requirements-dev.txt").as_str()), (silenced, "bs4\n"));
}

#[test]
fn compiled_and_hashed_lists_are_left_alone() {
    let compiled = "asyncio==3.4.3\n    # via -r requirements.in\n";
    let hashed = format!("sklearn==0.0 --hash=sha256:{}\n", "0".repeat(64));
    for (text, why) in [(compiled, "is written by a tool"), (&hashed, "by their hashes")] {
        let folder = Folder::new(&[("requirements.txt", text)]);
        let run = folder.run(&["--fix", "--unsafe-fixes", "--select", "names"]);
        assert_eq!(fs::read_to_string(folder.0.join("requirements.txt")).expect("it is there"), text);
        assert!(
            run.out.is_empty() || run.status == Some(1) && (run.err.contains(why) || !run.out.contains("fixable")),
            "{run:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn permissions_links_and_what_may_not_be_written() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = Folder::new(&[("shared/base.txt", "sklearn\n"), ("requirements.txt", "bs4\n")]);
    let mode = |path: &str| fs::metadata(folder.0.join(path)).expect("it is there").permissions().mode() & 0o777;
    fs::set_permissions(folder.0.join("requirements.txt"), fs::Permissions::from_mode(0o640)).expect("allowed");
    let run = folder.run(&["--fix", "--select", "names"]);
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(mode("requirements.txt"), 0o640);
    // What a link leads to is changed, and the link stays.
    let linked = Folder::new(&[("elsewhere/real.txt", "bs4\n")]);
    fs::create_dir(linked.0.join("project")).expect("allowed");
    symlink("../elsewhere/real.txt", linked.0.join("project/requirements.txt")).expect("allowed");
    let run = run_in(&linked.0.join("project"), &["--fix", "--select", "names"], b"");
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(fs::read_to_string(linked.0.join("elsewhere/real.txt")).expect("it is there"), "beautifulsoup4\n");
    assert!(fs::symlink_metadata(linked.0.join("project/requirements.txt")).expect("it is there").is_symlink());
    // What nobody may write is left as it is, and that is said.
    let sealed = Folder::new(&[("requirements.txt", "bs4\n")]);
    fs::set_permissions(sealed.0.join("requirements.txt"), fs::Permissions::from_mode(0o444)).expect("allowed");
    let run = sealed.run(&["--fix", "--select", "names"]);
    assert!(run.status == Some(1) && run.err.contains("requirements.txt may not be written"), "{run:?}");
    assert_eq!(fs::read_to_string(sealed.0.join("requirements.txt")).expect("it is there"), "bs4\n");
}

#[test]
fn encodings_and_marks_stay() {
    let latin: &[u8] = b"# -*- coding: latin-1 -*-\n# caf\xe9\nbs4\n";
    let wide: Vec<u8> = "\u{feff}bs4\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wide_after: Vec<u8> = "\u{feff}beautifulsoup4\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&[u8], &[u8]); 3] = [
        (latin, b"# -*- coding: latin-1 -*-\n# caf\xe9\nbeautifulsoup4\n"),
        (b"\xef\xbb\xbfbs4\r\n", b"\xef\xbb\xbfbeautifulsoup4\r\n"),
        (&wide, &wide_after),
    ];
    for (before, after) in cases {
        let folder = Folder::new(&[]);
        folder.write("requirements.txt", before);
        let run = folder.run(&["--fix", "--select", "names"]);
        assert_eq!(run.status, Some(0), "{run:?}");
        assert_eq!(fs::read(folder.0.join("requirements.txt")).expect("it is there"), after);
    }
}
