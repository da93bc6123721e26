//! What is asked of the program with any input: a function a target. The fuzzer calls them with what it makes up,
//! `tests/hostile.rs` with what was found, with every fixture and example, and with texts that something has happened to.
//!
//! The first byte of an input chooses a format, the rest is the text. What each function asks beside that nothing panics,
//! hangs or eats the memory stands above it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::OnceLock;

use pyeco_lint::baseline::Baseline;
use pyeco_lint::config::{self, Known, NameGlobs, Overrides, PathGlobs, Settings, Table};
use pyeco_lint::date::Date;
use pyeco_lint::fix::{Applicability, Wanted, settle};
use pyeco_lint::fs::Memory;
use pyeco_lint::installed::{self, Texts};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::advisories::dump;
use pyeco_lint::knowledge::index::file::Scope;
use pyeco_lint::knowledge::index::{self, Index};
use pyeco_lint::manifest::{self, ReadContext};
use pyeco_lint::name::Name;
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style};
use pyeco_lint::python::{notebook, parse, scan};
use pyeco_lint::select::Rules;
use pyeco_lint::source::Extent;
use pyeco_lint::suppress::{self, Syntax};
use pyeco_lint::{decode, evidence, inspect, lint, lock, map, recommend};

/// A target: its name, how many formats it has, and what it does with an input.
pub struct Target {
    /// The name of the binary and of the folder with what was found.
    pub name: &'static str,
    /// So many first bytes mean something different.
    pub choices: usize,
    /// Panics where something is wrong.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "manifests", choices: MANIFESTS.len(), run: manifests },
    Target { name: "tools", choices: lock::FORMATS.len() + evidence::FORMATS.len() + INSTALLED, run: tools },
    Target { name: "python", choices: PYTHON, run: python },
    Target { name: "settings", choices: SETTINGS, run: settings },
    Target { name: "fixes", choices: MANIFESTS.len(), run: fixes },
    Target { name: "runs", choices: RUNS, run: runs },
];

/// Files that declare, or install: a name for every format.
pub const MANIFESTS: &[&str] = &[
    "pyproject.toml",
    "requirements.txt",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "environment.yml",
    "pixi.toml",
    "tox.ini",
    "tox.toml",
    "noxfile.py",
    "hatch.toml",
    "Dockerfile",
    ".pre-commit-config.yaml",
    "script.py",
];

const INSTALLED: usize = 7;
const PYTHON: usize = 5;
const SETTINGS: usize = 10;
const RUNS: usize = 4;

/// The bytes of a text that are read: what is longer takes longer, and shows nothing else.
const MOST: usize = 64 * 1024;

/// The first byte, and the rest as text. What is no UTF-8 is replaced, as it would have been refused before.
fn parted(data: &[u8], choices: usize) -> Option<(usize, String)> {
    let (first, rest) = data.split_first()?;
    let rest = rest.get(..MOST).unwrap_or(rest);
    Some((usize::from(*first) % choices, String::from_utf8_lossy(rest).into_owned()))
}

/// Every place in what was read lies in the text, on character boundaries.
fn lies_within(text: &str, read: &dyn Debug) {
    let shown = format!("{read:?}");
    for place in shown.split("Extent { start: ").skip(1) {
        let numbers = place.split_once(" }").and_then(|(numbers, _)| numbers.split_once(", end: "));
        let Some((Ok(start), Ok(end))) = numbers.map(|(start, end)| (start.parse(), end.parse())) else { continue };
        let at = Extent { start, end };
        assert!(text.get(at.range()).is_some(), "{start}..{end} of {} bytes: {text:?}", text.len());
    }
}

/// Readers of manifests and environments: every place is one, and no place comes from a second reading.
pub fn manifests(data: &[u8]) {
    let Some((choice, text)) = parted(data, MANIFESTS.len()) else { return };
    let path = MANIFESTS[choice];
    let formats = manifest::FORMATS.iter().chain(manifest::ENVIRONMENTS);
    let mut formats: Vec<_> = formats.filter(|format| (format.matches)(path, path)).collect();
    if formats.is_empty() {
        formats.push(&manifest::script::FORMAT);
    }
    for format in formats {
        let reading = (format.read)(&text, ReadContext { path });
        lies_within(&text, &reading);
        assert_eq!((format.read)(&text, ReadContext { path }), reading);
    }
    if let Some(syntax) = Syntax::of(path, &text) {
        lies_within(&text, &suppress::read_comments(&text, syntax));
    }
}

/// Readers of locks, of evidence, and of what is installed.
pub fn tools(data: &[u8]) {
    let all = lock::FORMATS.len() + evidence::FORMATS.len() + INSTALLED;
    let Some((choice, text)) = parted(data, all) else { return };
    if let Some(format) = lock::FORMATS.get(choice) {
        let name = if format.name == "pylock.toml" { "pylock.toml" } else { format.manager.file() };
        let lock = (format.read)(&text, name);
        lies_within(&text, &lock);
        for package in &lock.packages {
            assert!(lock.named(package.name.as_str()).any(|one| one == package));
        }
        return;
    }
    let choice = choice - lock::FORMATS.len();
    if let Some(format) = evidence::FORMATS.get(choice) {
        lies_within(&text, &(format.read)(&text));
        return;
    }
    let metadata = "Name: x\nVersion: 1\n";
    let texts = Texts { metadata, ..Texts::default() };
    let _ = match choice - evidence::FORMATS.len() {
        0 => installed::read(Texts { metadata: &text, ..texts }),
        1 => installed::read(Texts { record: Some(&text), ..texts }),
        2 => installed::read(Texts { top_level: Some(&text), ..texts }),
        3 => installed::read(Texts { namespaces: Some(&text), record: Some("x/__init__.py,,\n"), ..texts }),
        4 => installed::read(Texts { entry_points: Some(&text), ..texts }),
        5 => installed::read(Texts { requires: Some(&text), ..texts }),
        _ => {
            let _ = installed::python_of(&text);
            None
        }
    };
}

/// Python as the scan, the parser, the reader of notebooks and the decoders see it: the scan and the tree find the same
/// imports where there is no syntax error.
pub fn python(data: &[u8]) {
    let Some((choice, text)) = parted(data, PYTHON) else { return };
    match choice {
        0 => source(&text),
        1 => {
            let notebook = notebook::read(&text);
            lies_within(&notebook.code, &notebook.commands);
            assert!(notebook.cells.iter().all(|cell| notebook.code.is_char_boundary(cell.start as usize)));
            source(&notebook.code);
        }
        2 => {
            let rest = data.get(1..).unwrap_or_default();
            let texts = [decode::utf8(rest).ok(), decode::requirements(rest).ok(), decode::python(rest).ok()];
            for text in texts.into_iter().flatten() {
                lies_within(&text, &scan::scan(&text));
            }
        }
        3 => {
            let watched = ["pytest-cov", "black", "typing-extensions"].map(str::to_owned).into();
            let _ = scan::mentions(&text, &watched);
            if let Some(syntax) = Syntax::of("a.py", &text) {
                lies_within(&text, &suppress::read_comments(&text, syntax));
            }
        }
        _ => {
            let reading = (manifest::script::FORMAT.read)(&text, ReadContext { path: "a.py" });
            lies_within(&text, &reading);
        }
    }
}

fn source(text: &str) {
    let imports = scan::scan(text);
    lies_within(text, &imports);
    let uses = parse::parse(text);
    lies_within(text, &uses);
    if uses.problems.is_empty() {
        let parsed: Vec<_> = uses.imports.iter().map(|site| &site.import).collect();
        assert_eq!(imports.imports.iter().collect::<Vec<_>>(), parsed, "{text:?}");
    }
}

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(Knowledge::embedded)
}

/// An index of names with the checksum that its bytes have, since one that was changed is refused before anything else of it
/// is read; nothing without a head.
fn with_checksum(index: &[u8]) -> Option<Vec<u8>> {
    let head = index.windows(2).position(|pair| pair == b"\n\n")?;
    let line = index.windows(9).position(|word| word == b"checksum ").filter(|at| *at < head)?;
    let (before, after) = (index.get(..line)?, index.get(head + 2..)?);
    // FNV-1a.
    let sum = before
        .iter()
        .chain(after)
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    Some([before, format!("checksum {sum:016x}\n\n").as_bytes(), after].concat())
}

/// What a user gives to the program: configuration, baseline, index of names, advisories, rules, globs, constraints.
pub fn settings(data: &[u8]) {
    let Some((choice, text)) = parted(data, SETTINGS) else { return };
    let bytes = data.get(1..).unwrap_or_default();
    match choice {
        0 | 1 => {
            let table = if choice == 0 { Table::Own } else { Table::PyprojectTool };
            let (config, problems) = config::read(&text, table);
            lies_within(&text, &problems);
            if let Some(config) = config {
                let rules = Rules::new(knowledge().rules());
                lies_within(&text, &config.check(&Known { rules: &rules, formats: &["text"] }));
                let _ = Settings::new(config, &Overrides::default(), &rules);
            }
        }
        2 => {
            let _ = Baseline::read(&text, "lint/baseline.json", "/home/one");
        }
        3 => {
            for bytes in [Some(bytes.to_vec()), with_checksum(bytes)].into_iter().flatten() {
                if let Ok(index) = Index::read(bytes) {
                    let _ = (index.lookup("requests"), index.popular("flask"), index.ranked_names(), index.len());
                    let _ = ["", "a", "acme-core", "zope"].map(|name| (index.contains(name), index.lookup(name)));
                }
            }
        }
        4..=6 => {
            let path = ["all.jsonl", "one.yaml", "all.zip"][choice - 4];
            let _ = dump::compiled(&Memory::new([(path, bytes.to_vec())]), path);
        }
        7 => {
            // A rule, facts, a row of the map.
            for path in ["security/own.toml", "catalog/packages/own.toml", "catalog/needs/own.toml"] {
                let files = [(path.to_owned(), text.clone())];
                let _ = pyeco_lint::knowledge::load::load_over(&files, &|_| false);
            }
        }
        8 => {
            let day = Date::parse("2026-11-22").expect("a date");
            if let Ok(bytes) = index::build::build(&text, Scope::Full, day) {
                let index = Index::read(bytes).expect("what was built can be read");
                assert!(index.ranked_names().iter().all(|name| index.lookup(name).is_some()));
            }
        }
        _ => {
            let lines: Vec<&str> = text.lines().collect();
            if let Ok(globs) = PathGlobs::new(lines.iter().copied()) {
                let _ = (globs.matches("src/app/__init__.py", false), globs.matches("docs", true));
            }
            if let Ok(globs) = NameGlobs::new(lines.iter().copied()) {
                let _ = globs.matches("types-requests");
            }
            for line in lines {
                let _ = manifest::Versions::parse(line).map(|versions| versions.contains("1.2.3"));
                let _ = manifest::Versions::parse_python(line).map(|versions| versions.contains("3.12"));
                if let (Some(marker), _) = manifest::marker::parse(line) {
                    let _ = (marker.pythons(), marker.excludes(&marker), marker.to_string());
                }
                let _ = Name::new(line);
            }
        }
    }
}

fn options(select: &str) -> Options {
    let mut options = Options::new(vec![".".to_owned()], Date::parse("2026-11-22").expect("a date"));
    options.overrides.select = Some(vec![select.to_owned()]);
    options.overrides.advice = true;
    options
}

/// What readers say against the syntax of a text.
fn broken(path: &str, text: &str) -> usize {
    let formats = manifest::FORMATS.iter().chain(manifest::ENVIRONMENTS).filter(|format| (format.matches)(path, path));
    let problems = formats.flat_map(|format| (format.read)(text, ReadContext { path }).problems);
    problems.filter(|problem| problem.rule == "invalid-syntax").count()
}

/// Comments that stood on lines of their own and are gone. Those for this program may go, and what stands in strings is none.
fn lost_comments(path: &str, before: &str, after: &str) -> Vec<String> {
    let is_block = before.contains("# /// ");
    let mut left: Vec<&str> = after.lines().map(str::trim).collect();
    let comments = before.lines().map(str::trim).filter(|line| line.starts_with('#') && !line.contains("pyeco-lint:"));
    let is_data = before.contains("\"\"\"") || before.contains("'''") || is_block || broken(path, before) > 0;
    let lost = comments.filter(|line| match left.iter().position(|other| other == line) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    });
    if is_data { Vec::new() } else { lost.map(str::to_owned).collect() }
}

/// Fixes: what comes out is read with no more faults of syntax, has lost no comment, and is left alone by a second run.
pub fn fixes(data: &[u8]) {
    let Some((choice, text)) = parted(data, MANIFESTS.len()) else { return };
    let path = MANIFESTS[choice];
    let writes_ignores = data.first().is_some_and(|first| *first >= 0x80);
    let wanted = || if writes_ignores { Wanted::ignores() } else { Wanted::fixes(Applicability::Unsafe) };
    let first = Memory::new([(path, text.clone())]);
    let options = options("all");
    let Ok(settled) = settle(&first, &options, wanted()) else { return };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::from([(path.to_owned(), text.clone().into_bytes())]);
    for change in &settled.changes {
        let old = String::from_utf8_lossy(&change.old);
        let new = String::from_utf8(change.new.clone()).expect("text stays text");
        assert_eq!(files.get(&change.path), Some(&change.old));
        assert!(broken(path, &new) <= broken(path, &old), "broken:\n{old}\n--->\n{new}");
        let lost = lost_comments(path, &old, &new);
        assert!(lost.is_empty(), "lost {lost:?}:\n{old}\n--->\n{new}");
        files.insert(change.path.clone(), change.new.clone());
    }
    if !settled.changes.is_empty() {
        let Ok(again) = settle(&Memory::new(files), &options, wanted()) else { panic!("a run that went is refused") };
        let again: Vec<_> = again.changes.iter().map(|change| String::from_utf8_lossy(&change.new)).collect();
        let was: Vec<_> = settled.changes.iter().map(|change| String::from_utf8_lossy(&change.new)).collect();
        assert!(again.is_empty(), "a second run changes\n{text}\n--->\n{was:?}\n--->\n{again:?}");
    }
}

/// The files of an input: lines `--- PATH` begin them.
fn files(text: &str) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let (mut path, mut body) = ("pyproject.toml".to_owned(), String::new());
    for line in text.split_inclusive('\n') {
        let header = line.strip_prefix("--- ").map(str::trim).filter(|path| !path.is_empty() && !path.contains('\0'));
        match header {
            Some(next) => {
                files.insert(std::mem::replace(&mut path, next.to_owned()), std::mem::take(&mut body));
            }
            None => body.push_str(line),
        }
    }
    files.insert(path, body);
    files.retain(|path, text| {
        let is_plain = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        is_plain && !(text.is_empty() && path == "pyproject.toml")
    });
    files
}

/// Whole runs over several files, in every format of output: places lie in their texts, and nothing reaches a terminal
/// that it would carry out.
pub fn runs(data: &[u8]) {
    let Some((choice, text)) = parted(data, RUNS) else { return };
    let fs = Memory::new(files(&text));
    let mut options = options("all");
    let mut out = Vec::new();
    match choice {
        0 => {
            let Ok(outcome) = lint(&fs, &options) else { return };
            let report = &outcome.report;
            for diagnostic in &report.diagnostics {
                let finding = &diagnostic.finding;
                let spans = finding.at.span().into_iter().chain(finding.labels.iter().map(|label| label.span));
                let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
                for span in spans.chain(edits) {
                    let text = report.sources.text(span.file);
                    assert!(text.get(span.extent.range()).is_some(), "{}: {span:?}", diagnostic.rule);
                }
            }
            for format in output::FORMATS {
                (format.write)(report, &Style::default(), &mut out).expect("a vector takes it all");
            }
        }
        1 => {
            options.purpose = Purpose::Show;
            let Ok(inspection) = inspect(&fs, &options) else { return };
            output::inspection::json(&inspection, &mut out).expect("a vector takes it all");
        }
        2 => {
            let Ok(map) = map(&fs, &options.advising()) else { return };
            output::map::text(&map, &mut out).expect("a vector takes it all");
            output::map::json(&map, &mut out).expect("a vector takes it all");
            output::map::markdown(&map, &mut out).expect("a vector takes it all");
        }
        _ => {
            let Ok(given) = recommend(&fs, &options.advising(), &[]) else { return };
            output::recommendation::text(&given, &mut out).expect("a vector takes it all");
            output::recommendation::json(&given, &mut out).expect("a vector takes it all");
        }
    }
    let out = String::from_utf8(out).expect("UTF-8");
    let odd = out.chars().find(|c| *c != '\n' && output::sanitise::is_unsafe(*c));
    assert!(odd.is_none(), "{odd:?} in\n{out}");
}
