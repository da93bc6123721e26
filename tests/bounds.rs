//! Bounds of size, nesting, time and memory, and file systems as nobody wants them: the program answers, in time and within
//! its memory. `ARCHITECTURE.md` ("Bounds") says what is refused and how.

#![allow(clippy::disallowed_methods, reason = "tests run the program and write files")]
#![allow(clippy::format_collect, clippy::format_push_string, reason = "texts are made once, and small enough")]

mod common;

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, Instant};

use common::program::{Folder, Run};

/// More than any of these runs takes, on a slow and busy machine and without optimisation.
const LONG: Duration = Duration::from_mins(5);

/// A run that ends by itself, in time, and has no fault of its own.
fn lint(folder: &Folder, args: &[&str]) -> Run {
    let start = Instant::now();
    let format: &[&str] = if args.contains(&"--output-format") { &[] } else { &["--output-format", "concise"] };
    let run = folder.run(&[format, args].concat());
    assert!(start.elapsed() < LONG, "{args:?} took {:?}", start.elapsed());
    assert!(matches!(run.status, Some(0 | 1)), "{args:?}: {:?} {}", run.status, run.err);
    assert!(!run.err.contains("panicked") && !run.out.contains("internal error"), "{args:?}: {}{}", run.out, run.err);
    run
}

/// A file of `size` bytes that takes no room.
fn sparse(folder: &Folder, path: &str, size: u64) {
    folder.write(path, b"");
    let file = File::options().write(true).open(folder.0.join(path)).expect("it is there");
    file.set_len(size).expect("there is room for nothing");
}

#[test]
fn files_of_a_gigabyte_are_not_read() {
    let folder = Folder::new(&[("requirements-dev.txt", "nose\n")]);
    for path in ["requirements.txt", "pyproject.toml", "uv.lock", "app.py", "cells.ipynb", "Dockerfile", "tox.ini"] {
        sparse(&folder, path, 1 << 30);
    }
    let start = Instant::now();
    let run = lint(&folder, &[]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    for (path, rule) in
        [("requirements.txt", "unreadable-file"), ("pyproject.toml", "unreadable-file"), ("uv.lock", "invalid-lock")]
    {
        let line = run.out.lines().find(|line| line.starts_with(&format!("{path}:1:1"))).unwrap_or_default();
        assert!(line.contains(rule) && line.contains("128 MiB"), "{path}: {}", run.out);
    }
    assert!(run.out.contains("requirements-dev.txt:1:1: warning[abandoned-package]"), "{}", run.out);
}

#[test]
fn a_size_is_a_limit() {
    let folder = Folder::new(&[("pyeco-lint.toml", "max-file-size = 64\n"), ("requirements.txt", &"#\n".repeat(40))]);
    folder.write("app.py", format!("import imp\n{}", "#\n".repeat(40)).as_bytes());
    let run = lint(&folder, &[]);
    assert!(
        run.out.starts_with("requirements.txt:1:1: error[unreadable-file] the file is larger than 64 bytes"),
        "{run:?}"
    );
    assert!(!run.out.contains("app.py"), "{run:?}");
    folder.write("requirements.txt", "#".repeat(64).as_bytes());
    assert!(lint(&folder, &[]).out.is_empty());
}

#[test]
fn a_hundred_thousand_brackets() {
    const DEEP: usize = 100_000;
    let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(DEEP), close.repeat(DEEP));
    let cases = [
        ("pyproject.toml", format!("x = {}\n", nested("[", "]"))),
        ("pyproject.toml", format!("x = {}\n", nested("{a = ", "}"))),
        ("pyproject.toml", format!("[{}x]\n", "a.".repeat(DEEP))),
        ("Pipfile", format!("[packages]\nx = {}\n", nested("{a = ", "}"))),
        ("uv.lock", format!("version = 1\nx = {}\n", nested("[", "]"))),
        ("Pipfile.lock", format!("{{\"default\": {}}}", nested("[", "]"))),
        ("Pipfile.lock", format!("{{\"default\": {}}}", nested("{\"a\": ", "}"))),
        ("environment.yml", format!("dependencies: {}\n", nested("[", "]"))),
        ("environment.yml", format!("dependencies: {}\n", nested("{a: ", "}"))),
        ("environment.yml", "- ".repeat(DEEP)),
        ("environment.yml", (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        (".github/workflows/x.yml", format!("jobs: {}\n", nested("[", "]"))),
        ("requirements.txt", format!("x; {}python_version > '3'{}\n", "(".repeat(DEEP), ")".repeat(DEEP))),
        ("requirements.txt", format!("x; {}\n", "python_version > '3' and ".repeat(DEEP))),
        ("requirements.txt", format!("x{}\n", nested("[", "]"))),
        ("setup.py", format!("from setuptools import setup\nsetup(install_requires={})\n", nested("[", "]"))),
        ("setup.py", format!("setup(install_requires=[{}])\n", "'a' + ".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load({})\n", nested("(", ")"))),
        ("app.py", format!("import yaml\nyaml.load({}x)\n", "not ".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load(x{})\n", ".a".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load(x{})\n", "[0]".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load(x{})\n", "()".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load(x{})\n", " + x".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load(x{})\n", " if x else x".repeat(DEEP))),
        ("app.py", format!("import yaml\nyaml.load({}x)\n", "lambda: ".repeat(DEEP))),
        (
            "app.py",
            format!("import yaml\n{}", (0..500).map(|at| format!("{}if x:\n", " ".repeat(at))).collect::<String>()),
        ),
        ("app.py", format!("import yaml\nif x:\n pass\n{}", "elif x:\n yaml.load(x)\n".repeat(20_000))),
        ("app.py", format!("import yaml\nyaml.load({}x{})\n", "f'{".repeat(1000), "}'".repeat(1000))),
        ("cells.ipynb", format!("{{\"cells\": {}}}", nested("[", "]"))),
        ("cells.ipynb", format!("{{\"cells\": {}}}", nested("{\"a\": ", "}"))),
        ("Dockerfile", format!("FROM python:3.13\nRUN {}\n", nested("$(", ")"))),
        ("Makefile", format!("x:\n\t{}\n", nested("$(", ")"))),
        ("tox.ini", format!("[testenv]\ndeps = {}\n", nested("{", "}"))),
        (
            "noxfile.py",
            format!("import nox\n@nox.session\ndef x(session):\n    session.install({})\n", nested("[", "]")),
        ),
        (".pre-commit-config.yaml", format!("repos: {}\n", nested("[", "]"))),
    ];
    for (path, text) in cases {
        let folder = Folder::new(&[(path, &text), ("requirements-dev.txt", "nose\n")]);
        let run = lint(&folder, &["--advice", "--isolated"]);
        assert!(run.out.contains("requirements-dev.txt:1:1: warning[abandoned-package]"), "{path}: {run:?}");
        assert!(run.out.lines().all(|line| line.len() < 4000), "{path}: a line of {} bytes", run.out.len());
    }
}

#[test]
fn a_deep_configuration_is_refused() {
    let deep = format!("select = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000));
    for (path, text) in [("pyeco-lint.toml", deep.clone()), ("pyproject.toml", format!("[tool.pyeco-lint]\n{deep}"))] {
        let folder = Folder::new(&[(path, &text), ("requirements.txt", "nose\n")]);
        let run = folder.run(&["--output-format", "concise"]);
        assert!(matches!(run.status, Some(1 | 2)), "{path}: {run:?}");
        assert!(run.out.contains(path) && !run.out.contains("internal error"), "{path}: {run:?}");
    }
    let folder = Folder::new(&[("requirements.txt", "nose\n"), ("known.json", &"[".repeat(100_000))]);
    let run = folder.run(&["--baseline", "known.json"]);
    assert_eq!(run.status, Some(2), "{run:?}");
    folder.write("all.jsonl", format!("{{\"affected\": {}\n", "[".repeat(100_000)).as_bytes());
    folder.write("one.yaml", format!("affected: {}\n", "[".repeat(100_000)).as_bytes());
    for database in ["all.jsonl", "one.yaml"] {
        let run = folder.run(&["--advisories", database]);
        assert_eq!(run.status, Some(2), "{database}: {run:?}");
        assert!(!run.err.contains("internal error"), "{database}: {run:?}");
    }
}

#[test]
fn a_line_of_fifty_megabytes() {
    let folder = Folder::new(&[("requirements.txt", &"a".repeat(50 << 20)), ("requirements-dev.txt", "boto\n")]);
    let run = lint(&folder, &["--isolated"]);
    assert!(run.out.contains("requirements-dev.txt:1:1") && run.out.len() < 20_000, "{} bytes", run.out.len());
    let long = "a".repeat(1 << 20);
    for (path, text) in [
        ("requirements.txt", format!("nose # {long}")),
        ("requirements.txt", format!("nose @ https://bot:{long}@index.example/x.zip")),
        ("pyproject.toml", format!("[project]\nname = \"{long}\"\n")),
        ("setup.cfg", format!("[metadata]\nname = {long}\n")),
        ("environment.yml", format!("dependencies: [{long}]\n")),
        ("Dockerfile", format!("FROM python:3.13\nRUN pip install {long}\n")),
        ("Pipfile.lock", format!("{{\"default\": {{\"{long}\": {{}}}}}}")),
        ("app.py", format!("import {long}\nimport yaml\nyaml.load({long})\n")),
    ] {
        let folder = Folder::new(&[(path, &text), ("requirements-dev.txt", "boto\n")]);
        for format in ["text", "sarif"] {
            let run = lint(&folder, &["--isolated", "--output-format", format]);
            assert!(run.out.contains("requirements-dev.txt"), "{path} {format}");
            assert!(run.out.len() < 200_000, "{path} {format}: {} bytes of output", run.out.len());
        }
    }
}

#[test]
fn a_million_requirements() {
    let lines = |line: fn(usize) -> String| (0..1_000_000).map(line).collect::<String>();
    let folder = Folder::new(&[("requirements.txt", &lines(|at| format!("package-{at}==1.{at}\n")))]);
    assert!(lint(&folder, &["--select", "obsolete,duplicate-requirement"]).status == Some(0));
    // The same name a hundred thousand times: each is a repetition, and none takes long.
    let folder = Folder::new(&[("requirements.txt", &"nose\n".repeat(100_000))]);
    assert!(lint(&folder, &["--select", "obsolete,duplicate-requirement"]).status == Some(1));
}

/// Notebooks of many small parts: cells, escapes, keys.
#[test]
fn notebooks_that_grow() {
    let cell = r#"{"cell_type": "code", "source": ["import yaml\n", "yaml.load(x)"]},"#;
    let cells = format!("{{\"cells\": [{}{{}}]}}", cell.repeat(1_000_000 / cell.len()));
    let escapes =
        format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": \"{}\"}}]}}", "\\u00e9".repeat(500_000));
    let keys = format!("{{\"cells\": [], \"metadata\": {{{}\"x\": 1}}}}", "\"a\": 1,".repeat(500_000));
    for (about, text) in [("cells", cells), ("escapes", escapes), ("keys", keys)] {
        assert!(text.len() < 16 << 20, "{about}: {}", text.len());
        let folder = Folder::new(&[("cells.ipynb", &text), ("requirements.txt", "nose\nPyYAML\n")]);
        assert!(lint(&folder, &[]).out.contains("requirements.txt:1:1"), "{about}");
    }
}

/// Anchors of YAML that refer to each other, nine of each ten times: a text of a kilobyte that means a billion nodes.
#[test]
fn yaml_that_grows() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..10 {
        let many = format!("*a{}, ", at - 1).repeat(10);
        text.push_str(&format!("a{at}: &a{at} [{many}]\n"));
    }
    for path in
        ["environment.yml", ".github/workflows/x.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml", "compose.yaml"]
    {
        let last =
            if path == "environment.yml" { "dependencies: *a9\n" } else { "jobs: *a9\nrepos: *a9\nscript: *a9\n" };
        let folder = Folder::new(&[(path, &format!("{text}{last}")), ("requirements.txt", "nose\n")]);
        assert!(lint(&folder, &[]).out.contains("requirements.txt:1:1"), "{path}");
    }
    let folder = Folder::new(&[("requirements.txt", "nose\n"), ("one.yaml", &format!("{text}affected: *a9\n"))]);
    assert_eq!(folder.run(&["--advisories", "one.yaml"]).status, Some(2));
}

#[test]
fn archives_that_grow() {
    // The head of an archive that says that it has four gigabytes, and others that are cut off.
    let folder = Folder::new(&[("requirements.txt", "nose\n")]);
    for (name, bytes) in [
        ("cut.zip", &b"PK\x03\x04"[..]),
        ("end.zip", b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0"),
        ("no.zip", b""),
    ] {
        folder.write(name, bytes);
        let run = folder.run(&["--advisories", name]);
        assert_eq!(run.status, Some(2), "{name}: {run:?}");
        assert!(!run.err.contains("internal error"), "{name}: {run:?}");
    }
}

#[cfg(unix)]
mod file_systems {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn links_in_circles() {
        let folder = Folder::new(&[("requirements.txt", "nose\n"), ("src/app.py", "import os\n")]);
        let at = |name: &str| folder.0.join(name);
        symlink(&folder.0, at("loop")).expect("a link");
        symlink("../..", at("src/up")).expect("a link");
        symlink("self.txt", at("self.txt")).expect("a link");
        symlink("b.toml", at("pyproject.toml")).expect("a link");
        symlink("pyproject.toml", at("b.toml")).expect("a link");
        symlink("nowhere", at("requirements-gone.txt")).expect("a link");
        symlink("/", at("root")).expect("a link");
        symlink("/dev/zero", at("requirements-zero.txt")).expect("a link");
        let run = lint(&folder, &["--verbose"]);
        assert!(run.out.contains("requirements.txt:1:1: warning[abandoned-package]"), "{run:?}");
        let run = lint(&folder, &["loop/loop/loop/requirements.txt"]);
        assert!(run.out.contains("abandoned-package"), "{run:?}");
    }

    /// Reading a pipe that nobody writes to would wait for ever.
    #[test]
    fn pipes_sockets_and_devices() {
        let folder = Folder::new(&[("requirements.txt", "nose\n"), ("sub/a.txt", "")]);
        let names = [
            "pyproject.toml",
            "requirements-pipe.txt",
            "pipe.py",
            "uv.lock",
            "Dockerfile",
            ".gitignore",
            "pyeco-lint.toml",
            "pipe.ipynb",
        ];
        for name in names {
            let made = Command::new("mkfifo").arg(folder.0.join(name)).status();
            assert!(made.is_ok_and(|status| status.success()), "mkfifo {name}");
        }
        let _socket = UnixListener::bind(folder.0.join("setup.py")).expect("a socket");
        symlink("/dev/zero", folder.0.join("setup.cfg")).expect("a link");
        symlink("../requirements-pipe.txt", folder.0.join("sub/requirements.txt")).expect("a link");
        let start = Instant::now();
        let run = folder.run(&["--output-format", "concise", "--isolated"]);
        assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        assert_eq!(run.status, Some(1), "{run:?}");
        assert!(run.out.contains("requirements.txt:1:1: warning[abandoned-package]"), "{run:?}");
        for args in [
            &[][..],
            &["requirements-pipe.txt"],
            &["setup.py"],
            &["setup.cfg"],
            &["--config", "pyeco-lint.toml"],
            &["--baseline", "uv.lock"],
            &["--index", "uv.lock"],
            &["--advisories", "uv.lock"],
        ] {
            let run = folder.run(args);
            assert!(run.status.is_some(), "{args:?}: {run:?}");
            assert!(!run.err.contains("internal error"), "{args:?}: {run:?}");
        }
    }

    /// Folders and files that may not be read: whoever is root reads them all the same.
    #[test]
    fn what_may_not_be_read() {
        let folder = Folder::new(&[
            ("requirements.txt", "nose\n"),
            ("closed/requirements.txt", "nose\n"),
            ("pyproject.toml", "[project]\n"),
            ("app.py", "import imp\n"),
            ("blind/x.py", ""),
        ]);
        let close = |path: &str, mode: u32| {
            fs::set_permissions(folder.0.join(path), fs::Permissions::from_mode(mode)).expect("ours");
        };
        for (path, mode) in [("closed", 0), ("pyproject.toml", 0), ("app.py", 0), ("blind", 0o400)] {
            close(path, mode);
        }
        let may = fs::read_dir(folder.0.join("closed")).is_ok();
        let run = folder.run(&["--output-format", "concise", "--verbose"]);
        let isolated = lint(&folder, &["--verbose", "--isolated"]);
        for path in ["closed", "blind"] {
            close(path, 0o700);
        }
        assert!(run.status.is_some() && !run.err.contains("internal error"), "{run:?}");
        assert!(isolated.out.contains("requirements.txt:1:1: warning[abandoned-package]"), "{isolated:?}");
        if !may {
            assert!(isolated.err.contains("closed: not looked into"), "{isolated:?}");
            assert!(isolated.out.contains("pyproject.toml:1:1: error[unreadable-file]"), "{isolated:?}");
        }
    }

    #[test]
    fn names_that_are_not_utf8() {
        let folder = Folder::new(&[("requirements.txt", "nose\n")]);
        let odd = |bytes: &[u8]| folder.0.join(OsStr::from_bytes(bytes));
        // Not every file system takes them.
        if fs::create_dir(odd(b"caf\xe9")).is_err() {
            return;
        }
        fs::write(odd(b"caf\xe9/requirements.txt"), "nose\n").expect("writable");
        fs::write(odd(b"requirements-\xff.txt"), "nose\n").expect("writable");
        fs::write(odd(b"\xfe.py"), "import imp\n").expect("writable");
        fs::write(odd(b"requirements-\x1b[31m\nx.txt"), "nose\n").expect("writable");
        for format in ["text", "concise", "json", "sarif", "github", "junit", "markdown"] {
            let run = folder.run(&["--output-format", format]);
            assert_eq!(run.status, Some(1), "{format}: {run:?}");
            assert!(!run.out.contains('\x1b') && run.out.contains("abandoned-package"), "{format}: {run:?}");
        }
        for args in [
            &["inspect"][..],
            &["map"],
            &["recommend"],
            &["--show-files"],
            &["--diff"],
            &["--statistics"],
            &["--verbose"],
        ] {
            let run = folder.run(args);
            assert!(run.status.is_some() && !run.err.contains("internal error"), "{args:?}: {run:?}");
            assert!(!run.out.contains('\x1b') && !run.err.contains('\x1b'), "{args:?}: {run:?}");
        }
        // Fixes are not written to another file by the name that is shown.
        let run = folder.run(&["--fix", "--unsafe-fixes"]);
        assert!(run.status.is_some(), "{run:?}");
        assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 5);
    }

    /// A name may be a command to a terminal or a log, and a line of its own.
    #[test]
    fn arguments_that_are_commands() {
        let folder = Folder::new(&[("requirements.txt", "nose\n")]);
        for argument in ["\x1b]0;x\x07", "a\u{202e}b", "::error::x", "##vso[task.complete]x", "x\n::error::y"] {
            for args in [
                &[argument][..],
                &["--select", argument],
                &["explain", argument],
                &["--config", argument],
                &["--output-format", argument],
                &["--baseline", argument],
                &["--index", argument],
                &["--advisories", argument],
                &["recommend", argument],
                &["map", argument],
                &["inspect", argument],
                &["--today", argument],
                &["--fail-on", argument],
                &[&format!("--{argument}")],
            ] {
                let run = folder.run(args);
                // The name of a distribution is made a plain one, of which nothing is known.
                assert!(run.status == Some(2) || args[0] == "recommend", "{args:?}: {run:?}");
                let all = format!("{}{}", run.out, run.err);
                assert!(!all.contains(['\x1b', '\x07', '\u{202e}']), "{args:?}: {all:?}");
                assert!(
                    !all.lines().any(|line| line.starts_with("::") || line.contains("##vso[")),
                    "{args:?}: {all:?}"
                );
            }
        }
    }

    /// Ten thousand folders in each other: deeper than a path may be long.
    #[test]
    fn ten_thousand_folders_deep() {
        let folder = Folder::new(&[("requirements.txt", "nose\n")]);
        let script = "import os\nfor n in range(10000):\n    os.mkdir('d')\n    os.chdir('d')\nopen('requirements.txt', 'w').write('nose\\n')\n";
        let made = Command::new("python3").args(["-c", script]).current_dir(&folder.0).status();
        assert!(made.is_ok_and(|status| status.success()), "python3 makes folders");
        let run = lint(&folder, &["--verbose"]);
        // Some systems refuse to remove it by its path.
        let _ = Command::new("rm").arg("-rf").arg(folder.0.join("d")).status();
        assert!(run.out.contains("requirements.txt:1:1: warning[abandoned-package]"), "{run:?}");
        assert!(run.err.len() < 100_000, "{} bytes", run.err.len());
    }

    /// Files that grow, shrink and go away while they are read.
    #[test]
    fn files_that_change_meanwhile() {
        let folder = Folder::new(&[("requirements.txt", "nose\n")]);
        let stop = AtomicBool::new(false);
        let change = |path: &Path| {
            let mut at = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                at += 1;
                let text = "nose\nPyYAML==5.3 # \u{e9}\n".repeat(at % 977);
                let _ = match at % 4 {
                    0 => fs::remove_file(path),
                    1 => fs::write(path, &text.as_bytes()[..text.len() / 2]),
                    _ => fs::write(path, &text),
                };
            }
        };
        std::thread::scope(|scope| {
            for path in ["requirements.txt", "pyproject.toml", "app.py", "sub/setup.cfg"] {
                let path = folder.0.join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
                let change = &change;
                scope.spawn(move || change(&path));
            }
            let runs: Vec<Run> = (0..20)
                .map(|at| folder.run(if at % 2 == 0 { &["--isolated"] } else { &["--isolated", "--diff"] }))
                .collect();
            stop.store(true, Ordering::Relaxed);
            for run in runs {
                assert!(matches!(run.status, Some(0 | 1)), "{run:?}");
                assert!(!run.out.contains("internal error") && !run.err.contains("internal error"), "{run:?}");
            }
        });
    }

    /// A gigabyte of manifests at their largest is read within bounds of memory.
    #[test]
    fn memory_has_bounds() {
        let folder = Folder::new(&[]);
        let line = "some-distribution-name==1.2.3 ; python_version >= '3.8'\n";
        folder.write("requirements.txt", line.repeat((20 << 20) / line.len()).as_bytes());
        sparse(&folder, "requirements-zero.txt", 127 << 20);
        let program = env!("CARGO_BIN_EXE_pyeco-lint");
        // In kibibytes; a shell that knows no bound of memory lets it run without.
        let script = format!(
            "ulimit -v 6291456; exec '{program}' --output-format concise --select obsolete,unreadable-file,invalid-requirement"
        );
        let output = Command::new("sh").args(["-c", &script]).current_dir(&folder.0).output().expect("a shell");
        assert!(
            output.status.code().is_some_and(|code| code < 2),
            "{:?} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
