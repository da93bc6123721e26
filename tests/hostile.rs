//! Input that nobody meant well: what fuzzing has found, every fixture and example read as everything else, and texts that
//! something has happened to. Each goes through the functions that the fuzzer calls (`fuzz/src/lib.rs`).
//!
//! `HOSTILE_SEEDS=FOLDER cargo test --test hostile seeds` writes the inputs that fuzzing begins with.

#![allow(clippy::disallowed_methods, reason = "tests read fixtures")]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "fixtures are written in small letters")]

mod common;
#[path = "../fuzz/src/lib.rs"]
#[allow(clippy::all, clippy::pedantic, unreachable_pub, reason = "a crate of its own")]
mod targets;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use common::chance::{Chance, mutated};
use common::{fixture_projects, unmark_all};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::index::build::build;
use pyeco_lint::knowledge::index::file::Scope;
use pyeco_lint::{evidence, lock};
use targets::{MANIFESTS, TARGETS, Target};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hostile")
}

/// Every project of fixtures and examples: path → text.
fn projects() -> Vec<BTreeMap<String, String>> {
    let knowledge = Knowledge::embedded();
    let texts = knowledge.rules().iter().filter_map(|rule| knowledge.texts(&rule.name));
    let examples = texts.flat_map(|texts| texts.bad.iter().chain(&texts.good)).map(|example| unmark_all(example).0);
    examples.chain(fixture_projects().into_iter().map(|(_, files)| files)).collect()
}

/// What fuzzing of a target begins with: inputs with their first bytes.
fn seeds(target: &Target, projects: &[BTreeMap<String, String>]) -> BTreeSet<Vec<u8>> {
    let mut seeds = BTreeSet::new();
    let mut add = |choice: usize, text: &[u8]| {
        let first = u8::try_from(choice).expect("few formats");
        seeds.insert([&[first], text].concat());
    };
    let files = || projects.iter().flatten();
    match target.name {
        "manifests" | "fixes" => {
            for (path, text) in files() {
                let name = path.rsplit('/').next().unwrap_or(path);
                let choice = MANIFESTS.iter().position(|known| *known == name);
                let is_list = name.ends_with(".txt") || name.ends_with(".in");
                let is_script = name.ends_with(".py") && text.contains("# /// script");
                let other = if is_list { Some(1) } else { is_script.then_some(MANIFESTS.len() - 1) };
                if let Some(choice) = choice.or(other) {
                    add(choice, text.as_bytes());
                }
            }
        }
        "tools" => {
            for (path, text) in files() {
                let name = path.rsplit('/').next().unwrap_or(path);
                let locks = lock::FORMATS.iter().map(|format| (format.matches)(name));
                let tools = evidence::FORMATS.iter().map(|format| (format.matches)(name, path));
                for (choice, _) in locks.chain(tools).enumerate().filter(|(_, is_it)| *is_it) {
                    add(choice, text.as_bytes());
                }
            }
            let own = lock::FORMATS.len() + evidence::FORMATS.len();
            for (choice, text) in [
                "Metadata-Version: 2.5\nName: x\nVersion: 1.2\nRequires-Dist: h2[x]>=1; extra == \"http2\"\nProvides-Extra: http2\nImport-Name: x.core\nImport-Name: _x ; private\nImport-Namespace: x\n\nbody\n",
                "\"odd,name/__init__.py\",sha256=x,3\ngoogle/cloud/storage/blob.py,,\n../../bin/x,,\nfast.cpython-312-x86_64-linux-gnu.so,,\nx-1.dist-info/RECORD,,\n",
                "x\nns\n_x\n",
                "ns\nns.part\n",
                "[console_scripts]\nx = x.core:main [extra]\n\n[pytest11]\nx = x.plugin\n",
                "idna\n\n[http2]\nh2\n\n[:python_version < \"3\"]\nenum34\n\n[x:sys_platform == \"win32\"]\nwin\n",
                "home = /usr/bin\nversion_info = 3.12.4\ninclude-system-site-packages = false\n",
            ]
            .iter()
            .enumerate()
            {
                add(own + choice, text.as_bytes());
            }
        }
        "python" => {
            for (path, text) in files() {
                if path.ends_with(".ipynb") {
                    add(1, text.as_bytes());
                } else if path.ends_with(".py") || path.ends_with(".pyi") {
                    add(0, text.as_bytes());
                    if text.contains("# /// ") {
                        add(4, text.as_bytes());
                    }
                    if text.contains("pyeco-lint:") || text.contains("noqa") {
                        add(3, text.as_bytes());
                    }
                }
            }
            for text in [
                "# -*- coding: latin-1 -*-\nimport caf\u{e9}\n",
                "#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n",
            ] {
                add(2, text.as_bytes());
            }
            add(2, b"\xff\xfei\0m\0p\0o\0r\0t\0");
            add(2, b"\xef\xbb\xbfimport os\n");
        }
        "settings" => {
            for (path, text) in files() {
                match path.rsplit('/').next().unwrap_or(path) {
                    "pyeco-lint.toml" | ".pyeco-lint.toml" => add(0, text.as_bytes()),
                    "pyproject.toml" if text.contains("tool.pyeco-lint") => add(1, text.as_bytes()),
                    _ => {}
                }
            }
            add(0, b"select = [\"all\", \"security(requests)\"]\nignore = [\"usage\"]\nexclude = [\"docs/**\"]\nadvice = true\nmax-file-size = 1000\npython = \">=3.9\"\nproject-kind = \"library\"\nfail-on = \"warning\"\noutput-format = \"json\"\n[severity]\nunpinned-requirement = \"advice\"\n[per-file-ignores]\n\"tests/**\" = [\"all\"]\n[[ignores]]\nrules = [\"x\"]\nuntil = 2027-01-01\nreason = \"y\"\n");
            add(2, br#"{"version": 1, "findings": [{"rule": "x", "file": "a/b.py", "package": "p", "key": "k", "text": "t", "count": 2}]}"#);
            let table = "requests\t1\t2011-02\t2026-10\t2.34.2\nflask\t2\t2010-04\t2026-10\t3.1.2\nacme\t\t2020-01\t2021-01\t1.0\n";
            add(8, table.as_bytes());
            for scope in [Scope::Full, Scope::Private] {
                let day = pyeco_lint::date::Date::parse("2026-11-22").expect("a date");
                if let Ok(index) = build(table, scope, day) {
                    add(3, &index);
                }
            }
            let record = r#"{"id": "PYSEC-2026-1", "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-1"], "summary": "s", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}], "versions": ["1.0", "1.1"]}]}"#;
            add(4, record.as_bytes());
            add(5, b"id: PYSEC-2026-1\nmodified: 2026-01-01T00:00:00Z\naliases: [CVE-2026-1]\naffected:\n- package: {ecosystem: PyPI, name: x}\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: '0'\n    - last_affected: '1.2'\n  versions: ['1.0']\n");
            add(9, b"src/**/*.py\n!docs/[a-z]*\n{a,b}/c\ntypes-*\n>=1,<2,!=1.5.*\n~=3.9\npython_version < '3' and (extra == 'x' or sys_platform in 'win32')\n");
            for file in rule_files() {
                add(7, &std::fs::read(file).expect("readable"));
            }
        }
        "runs" => {
            for (at, project) in projects.iter().enumerate() {
                let parts = project.iter().flat_map(|(path, text)| ["--- ", path, "\n", text, "\n"]);
                let whole: String = parts.collect();
                add(if whole.len() > 20_000 { 0 } else { at % 7 % 4 }, whole.as_bytes());
            }
        }
        other => unreachable!("no seeds for {other}"),
    }
    seeds
}

/// Every third file of rules and facts.
fn rule_files() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    files.into_iter().step_by(3).collect()
}

/// Runs `inputs` through a target; what fails is told, as it can be put into `fixtures/hostile/`.
fn run_all<'i>(target: &Target, inputs: impl IntoIterator<Item = (String, &'i [u8])>) -> Vec<String> {
    let failed = |input: &[u8]| catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err();
    let inputs = inputs.into_iter().filter(|(_, input)| failed(input));
    inputs.map(|(name, input)| format!("{} {name}: {:?}", target.name, String::from_utf8_lossy(input))).collect()
}

#[test]
fn what_fuzzing_found_is_read() {
    let mut failed = Vec::new();
    for target in TARGETS {
        let Ok(entries) = std::fs::read_dir(folder().join(target.name)) else { continue };
        for entry in entries {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let mut input = std::fs::read(&path).expect("readable");
            // Formats come and go: a text is read as each of them.
            for choice in 0..target.choices {
                input[0] = u8::try_from(choice).expect("few formats");
                failed.extend(run_all(target, [(format!("{name} as {choice}"), input.as_slice())]));
            }
        }
    }
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn seeds_of_fuzzing_are_read() {
    let projects = projects();
    let write = std::env::var_os("HOSTILE_SEEDS").map(PathBuf::from);
    for target in TARGETS {
        let seeds = seeds(target, &projects);
        assert!(seeds.len() > 20, "{}: {}", target.name, seeds.len());
        if let Some(folder) = write.as_ref().map(|folder| folder.join(target.name)) {
            std::fs::create_dir_all(&folder).expect("a folder");
            for (number, seed) in seeds.iter().enumerate() {
                std::fs::write(folder.join(format!("{number:05}")), seed).expect("writable");
            }
            continue;
        }
        // Runs and fixes of all of them are tests of their own.
        let every = if matches!(target.name, "runs" | "fixes") { 50 } else { 1 };
        let inputs = seeds.iter().enumerate().step_by(every);
        let failed = run_all(target, inputs.map(|(number, seed)| (number.to_string(), seed.as_slice())));
        assert!(failed.is_empty(), "\n{}", failed.join("\n"));
    }
}

/// How many texts of a target something happens to, and then are read.
fn mutated_texts(target: &Target) -> usize {
    match target.name {
        "runs" => 300,
        "fixes" => 150, // `tests/fixes.rs` has ten thousand.
        "python" => 4000,
        _ => 10_000,
    }
}

/// The input with one to three accidents, half of them to single bytes.
fn with_accidents(input: &[u8], chance: &mut Chance) -> Vec<u8> {
    if chance.below(2) == 0
        && let Ok(text) = std::str::from_utf8(&input[1..])
    {
        return [&input[..1], mutated(text, chance).as_bytes()].concat();
    }
    let mut input = input.to_vec();
    for _ in 0..=chance.below(3) {
        let at = 1 + chance.below(input.len() - 1);
        match chance.below(4) {
            0 => input.truncate(at),
            1 => input.insert(at.min(input.len()), u8::try_from(chance.below(256)).expect("a byte")),
            2 => {
                let from = 1 + chance.below(input.len() - 1);
                let part: Vec<u8> = input[from.min(at).min(input.len())..from.max(at).min(input.len())].to_vec();
                input.extend(part.iter().take(2000));
            }
            _ if at < input.len() => input[at] ^= 1 << chance.below(8),
            _ => {}
        }
    }
    input
}

#[test]
fn texts_with_accidents_are_read() {
    let projects = &projects();
    let work = |number: usize, target: &Target| {
        let seeds: Vec<Vec<u8>> = seeds(target, projects).into_iter().filter(|seed| seed.len() > 1).collect();
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1));
        let mut failed = Vec::new();
        for case in 0..mutated_texts(target) {
            let input = with_accidents(&seeds[chance.below(seeds.len())], &mut chance);
            failed.extend(run_all(target, [(format!("case {case}"), input.as_slice())]));
        }
        failed
    };
    let work = &work;
    let failed: Vec<String> = std::thread::scope(|scope| {
        let targets = TARGETS.iter().enumerate();
        let workers: Vec<_> = targets.map(|(number, target)| scope.spawn(move || work(number, target))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic gets so far")).collect()
    });
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}
