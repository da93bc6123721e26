//! Several projects, configurations and PATHs at once: a table of files, arguments and what is printed.

#![allow(clippy::disallowed_methods, reason = "tests run the program and write files")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// One run: where it is started, with what, and what it prints in the form `path:row:column rule`.
struct Case {
    about: &'static str,
    files: &'static [(&'static str, &'static str)],
    folder: &'static str,
    args: &'static [&'static str],
    expected: &'static [&'static str],
}

const NOSE: &str = "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"nose\"]\n";
const SCRIPT: &str = "# /// script\n# dependencies = [\"nose\"]\n# ///\n";
const UNSAFE: &str = "import yaml\nyaml.unsafe_load(1)\n";
const RUFF_WORKFLOW: &str = "on: push\njobs:\n  a:\n    steps:\n      - run: uvx ruff check\n";
const MEMBER: &str =
    "[project]\nname = \"m\"\nversion = \"1\"\ndependencies = [\"idna>=3.11\"]\n[tool.uv]\npackage = false\n";
const WORKSPACE_LOCK: &str = "version = 1\n[manifest]\nmembers = [\"m\", \"r\"]\n[[package]]\nname = \"idna\"\nversion = \"3.10\"\nsource = { registry = \"https://index.example/simple\" }\n[[package]]\nname = \"m\"\nsource = { virtual = \"m\" }\n[[package]]\nname = \"r\"\nsource = { virtual = \".\" }\n";

const CASES: &[Case] = &[
    Case {
        about: "from within a part of a repository",
        files: &[(".git/HEAD", ""), ("requirements.txt", "pyyaml\n"), ("x/a.py", UNSAFE)],
        folder: "x",
        args: &["--select", "unsafe-yaml-load"],
        expected: &["a.py:2:1 unsafe-yaml-load"],
    },
    Case {
        about: "an example that is named beside the project around it",
        files: &[
            ("pyproject.toml", NOSE),
            ("fixtures/b/requirements.txt", "nose\n"),
            ("fixtures/c/requirements.txt", "nose\n"),
        ],
        folder: "",
        args: &["--select", "abandoned-package", ".", "fixtures/b"],
        expected: &["fixtures/b/requirements.txt:1:1 abandoned-package", "pyproject.toml:4:18 abandoned-package"],
    },
    Case {
        about: "a file of an example that is named beside one of the project around it",
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \">=3.11\"\ndependencies = [\"nose\"]\n",
            ),
            (
                "examples/m/pyproject.toml",
                "[project]\nname = \"m\"\nversion = \"1\"\nrequires-python = \">=3.7\"\ndependencies = [\"tomli\"]\n",
            ),
        ],
        folder: "",
        args: &["--select", "needless-backport,abandoned-package", "pyproject.toml", "examples/m/pyproject.toml"],
        expected: &["pyproject.toml:5:18 abandoned-package"],
    },
    Case {
        about: "evidence in the folders above counts",
        files: &[
            (".git/HEAD", ""),
            (".github/workflows/ci.yml", RUFF_WORKFLOW),
            ("tools/mailer/pyproject.toml", "[project]\nname = \"m\"\nversion = \"1\"\n"),
            ("tools/mailer/m.py", ""),
        ],
        folder: "tools/mailer",
        args: &["--select", "missing-linter"],
        expected: &[],
    },
    Case {
        about: "a script that is followed leaves what is known of another project in its place",
        files: &[
            ("a/requirements.txt", "requests\n"),
            ("a/Makefile", "all:\n\t./run\n"),
            ("a/run", "ruff check\n"),
            ("b/requirements.txt", "requests\n"),
            ("b/Dockerfile", "FROM python:3.7\n"),
        ],
        folder: "",
        args: &["--select", "eol-python"],
        expected: &["b/Dockerfile:1:6 eol-python"],
    },
    Case {
        about: "a command is told by the project that holds its file, and by the first where none does",
        files: &[
            (".git/HEAD", ""),
            (".github/workflows/ci.yml", "on: push\njobs:\n  a:\n    steps:\n      - run: safety check\n"),
            ("a/requirements.txt", "requests\n"),
            ("b/requirements.txt", "requests\n"),
            ("b/Makefile", "all:\n\tsafety check\n"),
        ],
        folder: "",
        args: &["--select", "deprecated-tool-config"],
        expected: &[".github/workflows/ci.yml:5:14 deprecated-tool-config", "b/Makefile:2:2 deprecated-tool-config"],
    },
    Case {
        about: "the closest configuration decides what is selected",
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"r\"\nversion = \"1\"\ndependencies = [\"docopt\"]\n[tool.pyeco-lint]\nselect = [\"names\"]\n",
            ),
            (
                "sub/pyproject.toml",
                "[project]\nname = \"s\"\nversion = \"1\"\ndependencies = [\"nose\"]\n[tool.pyeco-lint]\nselect = [\"obsolete\"]\n",
            ),
        ],
        folder: "",
        args: &[],
        expected: &["sub/pyproject.toml:4:18 abandoned-package"],
    },
    Case {
        about: "the root of a workspace overrides what its members declare",
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"r\"\nversion = \"1\"\n[tool.uv]\noverride-dependencies = [\"attrs==23\"]\n",
            ),
            (
                "a/pyproject.toml",
                "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"attrs>=23\", \"rich>=13\"]\n\
                 [dependency-groups]\nold = [\"attrs<20\", \"rich<10\"]\n[tool.uv]\n",
            ),
        ],
        folder: "",
        args: &["--select", "conflicting-requirements"],
        expected: &["a/pyproject.toml:6:25 conflicting-requirements"],
    },
    Case {
        about: "a lock, or a manager, above a project",
        files: &[
            ("one/.git/HEAD", ""),
            ("one/uv.lock", "version = 1\n"),
            ("one/api/requirements.txt", "flask\n"),
            ("one/api/Dockerfile", "FROM python:3.13\n"),
            ("two/.git/HEAD", ""),
            ("two/api/requirements.txt", "flask\n"),
            ("two/api/Dockerfile", "FROM python:3.13\n"),
        ],
        folder: "",
        args: &["--select", "unpinned-application"],
        expected: &["two/api/requirements.txt:1:1 unpinned-application"],
    },
    Case {
        about: "a folder of scripts that carry their requirements",
        files: &[("a.py", SCRIPT), ("sub/b.py", SCRIPT), ("tests/data/c.py", SCRIPT), ("c.py", "import os\n")],
        folder: "",
        args: &["--select", "abandoned-package,tooling"],
        expected: &["a.py:2:20 abandoned-package"],
    },
    Case {
        about: "a script that was named",
        files: &[("pyproject.toml", NOSE), ("tests/data/c.py", SCRIPT)],
        folder: "",
        args: &["--select", "invalid-script-block,abandoned-package", "tests/data/c.py"],
        expected: &["pyproject.toml:4:18 abandoned-package"],
    },
    Case {
        about: "what is declared speaks for environments",
        files: &[
            ("pyproject.toml", NOSE),
            ("tox.ini", "[testenv]\ndeps = nose\n"),
            ("Dockerfile", "RUN pip install nose\n"),
            ("a.py", SCRIPT),
        ],
        folder: "",
        args: &["--select", "abandoned-package"],
        expected: &["pyproject.toml:4:18 abandoned-package"],
    },
    Case {
        about: "a file that tox installs from, whatever its name",
        files: &[
            ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1\"\n"),
            ("tox.ini", "[testenv]\ndeps = -r{toxinidir}/ci/deps\n"),
            ("ci/deps", "-r more.list\nnose\n"),
        ],
        folder: "",
        args: &["--select", "abandoned-package,missing-include"],
        expected: &["ci/deps:1:4 missing-include", "ci/deps:2:1 abandoned-package"],
    },
    Case {
        about: "environments of hatch above count, and what cannot be read of them hides nothing",
        files: &[
            ("hatch.toml", "[envs.lint]\ndependencies = [\"ruff\"]\n"),
            ("one/pyproject.toml", NOSE),
            ("one/a.py", ""),
            ("two/hatch.toml", "[envs.lint\ndependencies = [\"x\"]\n"),
            ("two/pyproject.toml", NOSE),
            ("two/a.py", ""),
        ],
        folder: "",
        args: &["--select", "missing-linter,invalid-syntax"],
        expected: &["two/hatch.toml:1:1 invalid-syntax"],
    },
    Case {
        about: "a folder of repositories",
        files: &[
            ("one/.git/HEAD", ""),
            ("one/pyproject.toml", NOSE),
            ("two/.git/HEAD", ""),
            ("two/requirements.txt", "bs4\n"),
        ],
        folder: "",
        args: &["--select", "names,obsolete"],
        expected: &["one/pyproject.toml:4:18 abandoned-package", "two/requirements.txt:1:1 misnamed-package"],
    },
    Case {
        about: "what is named is read, whatever leaves it out",
        files: &[("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\n"), ("venv/requirements.txt", "nose\n")],
        folder: "",
        args: &["venv/requirements.txt"],
        expected: &["venv/requirements.txt:1:1 abandoned-package"],
    },
    Case {
        about: "unless exclusion is forced",
        files: &[("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\n"), ("venv/requirements.txt", "nose\n")],
        folder: "",
        args: &["venv/requirements.txt", "--force-exclude"],
        expected: &[],
    },
    Case {
        about: "an unused ignore in a file that needs no parsing",
        files: &[
            ("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\n"),
            ("a.py", "import os  # pyeco-lint: ignore[unsafe-yaml-load]\n"),
        ],
        folder: "",
        args: &["--select", "security,configuration"],
        expected: &["a.py:1:12 unused-ignore"],
    },
    Case {
        about: "ruff is told once",
        files: &[
            ("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\ndependencies = [\"pyyaml\"]\n"),
            ("ruff.toml", "[lint.per-file-ignores]\n\"old.py\" = [\"S506\"]\n"),
            ("old.py", UNSAFE),
            ("new.py", UNSAFE),
        ],
        folder: "",
        args: &["--select", "security"],
        expected: &["new.py:2:1 unsafe-yaml-load"],
    },
    Case {
        about: "compiled files that refer to each other",
        files: &[
            ("requirements/requirements-a.txt", "nose==1.3.7\n    # via -r requirements-b.txt\n"),
            ("requirements/requirements-b.txt", "nose==1.3.7\n    # via -r requirements-a.txt\n"),
        ],
        folder: "",
        args: &["--select", "obsolete"],
        expected: &[],
    },
    Case {
        about: "what only others need",
        files: &[(
            "requirements.txt",
            "nose==1.3.7\n    # via zope.interface\nboto==2.49.0\n    # via -r requirements.in\n",
        )],
        folder: "",
        args: &["--select", "obsolete"],
        expected: &["requirements.txt:3:1 deprecated-package"],
    },
    Case {
        about: "tools that a command installs from a file of any name",
        files: &[
            ("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\n"),
            ("r.py", ""),
            (
                ".github/workflows/ci.yml",
                "on: push\njobs:\n  a:\n    steps:\n      - run: pip install -r ci/deps.txt\n",
            ),
            ("ci/deps.txt", "flake8\n"),
        ],
        folder: "",
        args: &["--select", "missing-linter"],
        expected: &[],
    },
    Case {
        about: "an ignore at each of two places",
        files: &[
            ("requirements.txt", "nose  # pyeco-lint: ignore[abandoned-package]\n"),
            ("requirements-dev.txt", "nose  # pyeco-lint: ignore[abandoned-package]\n"),
        ],
        folder: "",
        args: &["--select", "obsolete,configuration"],
        expected: &[],
    },
    Case {
        about: "a submodule that is not checked out",
        files: &[
            (".git/HEAD", ""),
            (".gitmodules", "[submodule \"v\"]\n\tpath = vendor/x\n\turl = https://example.com/x\n"),
            (
                "pyproject.toml",
                "[project]\nname = \"r\"\nversion = \"1\"\nreadme = \"READ.md\"\nlicense-files = [\"vendor/x/LICENSE\"]\n",
            ),
        ],
        folder: "",
        args: &["--select", "missing-include"],
        expected: &["pyproject.toml:4:11 missing-include"],
    },
    Case {
        about: "a missing tool is asked for where the rule is on",
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"r\"\nversion = \"1\"\n[tool.pyeco-lint]\nignore = [\"missing-linter\"]\nselect = [\"missing-linter\"]\n",
            ),
            ("r.py", ""),
            (
                "sub/pyproject.toml",
                "[project]\nname = \"s\"\nversion = \"1\"\n[tool.pyeco-lint]\nselect = [\"missing-linter\"]\n",
            ),
            ("sub/s.py", ""),
        ],
        folder: "",
        args: &[],
        expected: &["sub/pyproject.toml:1:1 missing-linter"],
    },
    Case {
        about: "the lock of a workspace counts for a member that is looked at alone",
        files: &[
            (".git/HEAD", ""),
            ("pyproject.toml", "[project]\nname = \"r\"\nversion = \"1\"\n[tool.uv.workspace]\nmembers = [\"m\"]\n"),
            ("uv.lock", WORKSPACE_LOCK),
            ("m/pyproject.toml", MEMBER),
        ],
        folder: "m",
        args: &["--select", "missing-lock,stale-lock,invalid-lock"],
        expected: &["pyproject.toml:4:18 stale-lock"],
    },
    Case {
        about: "a lock above may be for what lies below",
        files: &[(".git/HEAD", ""), ("uv.lock", "version = 1\n"), ("m/pyproject.toml", MEMBER)],
        folder: "m",
        args: &["--select", "missing-lock,stale-lock,invalid-lock"],
        expected: &[],
    },
    Case {
        about: "a lock that is left out is there",
        files: &[("pyproject.toml", MEMBER), ("uv.lock", "version = 2\n")],
        folder: "",
        args: &["--select", "missing-lock,stale-lock,invalid-lock", "--extend-exclude", "uv.lock"],
        expected: &[],
    },
    Case {
        about: "a syntax error of setup.py is told once, also where nothing else is read of Python",
        files: &[("setup.py", "import yaml\nfrom setuptools import setup\nsetup(install_requires=['nose']\n")],
        folder: "",
        args: &["--select", "invalid-syntax,unsafe-yaml-load", "--advice"],
        expected: &["setup.py:4:1 invalid-syntax"],
    },
    Case {
        about: "pixi: a commit or a tag is a revision",
        files: &[(
            "pixi.toml",
            "[workspace]\nname = \"x\"\n[pypi-dependencies]\na = { git = \"https://g.example/r\", rev = \"abc1234abc1234\" }\nb = { git = \"https://g.example/s\" }\n",
        )],
        folder: "",
        args: &["--select", "unpinned-vcs", "--advice"],
        expected: &["pixi.toml:5:14 unpinned-vcs"],
    },
    Case {
        about: "conda: plain ranges without a version in them",
        files: &[(
            "pixi.toml",
            "[workspace]\nname = \"x\"\n[dependencies]\na = \">=3,<2\"\nb = \">=1.0.1b,<1.0.1a\"\nc = \">=1,<2\"\n[pypi-dependencies]\nd = \">=3,<2\"\n",
        )],
        folder: "",
        args: &["--select", "unsatisfiable-requirement"],
        expected: &["pixi.toml:4:6 unsatisfiable-requirement", "pixi.toml:8:6 unsatisfiable-requirement"],
    },
    Case {
        about: "a lock that is named is read, whatever git ignores",
        files: &[(".gitignore", "uv.lock\n"), ("pyproject.toml", MEMBER), ("uv.lock", "version = 2\n")],
        folder: "",
        args: &["--select", "missing-lock,stale-lock,invalid-lock", "uv.lock"],
        expected: &["uv.lock:1:11 invalid-lock"],
    },
];

fn write(folder: &std::path::Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
}

#[test]
fn prints_what_is_expected() {
    let mut faults = String::new();
    for (number, case) in CASES.iter().enumerate() {
        let root: PathBuf = std::env::temp_dir().join(format!("pyeco-lint-workspaces-{}-{number}", std::process::id()));
        fs::create_dir_all(&root).expect("writable");
        write(&root, case.files);
        let output = Command::new(env!("CARGO_BIN_EXE_pyeco-lint"))
            .args(case.args)
            .args(["--output-format", "jsonl", "--today", "2026-11-22"])
            .current_dir(root.join(case.folder))
            .output()
            .expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let shown = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let name = value["name"].as_str()?.to_owned();
            let (row, column) = (value["location"]["row"].as_u64(), value["location"]["column"].as_u64());
            let place = format!("{}:{}:{}", value["filename"].as_str()?, row.unwrap_or(1), column.unwrap_or(1));
            Some(format!("{place} {name}"))
        };
        let found: Vec<String> = text.lines().filter_map(shown).collect();
        if found != case.expected {
            let _ = writeln!(faults, "{}: found {found:?}, expected {:?}", case.about, case.expected);
        }
        let _ = fs::remove_dir_all(&root);
    }
    assert!(faults.is_empty(), "\n{faults}");
}
