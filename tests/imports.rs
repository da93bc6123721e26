//! The fast scan and the syntax tree find the same imports: in every Python file and notebook of the fixtures, and in
//! every one of the examples of rules.
//!
//! `IMPORTS_CORPUS=FOLDER cargo test --test imports corpus` compares all files below a folder.

#![allow(clippy::disallowed_methods, reason = "tests read fixtures and their own environment")]

use std::path::{Path, PathBuf};
use std::{env, fs};

use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::python::parse::parse;
use pyeco_lint::python::{Import, notebook, scan};
use rayon::prelude::*;

/// A text of Python, and where it comes from.
struct Source {
    whence: String,
    code: String,
}

impl Source {
    /// The Python in the file `whence`; nothing where its name is that of something else.
    fn new(whence: String, text: String) -> Option<Self> {
        let extension = Path::new(&whence).extension()?.to_str()?.to_owned();
        let code = match extension.as_str() {
            "py" | "pyi" => text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
            "ipynb" => notebook::read(&text).code,
            _ => return None,
        };
        Some(Self { whence, code })
    }
}

/// All Python files below `folder`, in the order of their paths.
fn below(folder: &Path) -> Vec<Source> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let kind = entry.file_type().expect("a kind");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let whence = path.display().to_string();
        [".py", ".pyi", ".ipynb"].iter().any(|end| whence.ends_with(end)).then_some(())?;
        Source::new(whence, String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
    };
    files.par_iter().filter_map(read).collect()
}

/// All Python in the examples of rules.
fn of_examples() -> Vec<Source> {
    let knowledge = Knowledge::embedded();
    let texts = knowledge.rules().iter().filter_map(|rule| Some((&rule.name, knowledge.texts(&rule.name)?)));
    let examples = texts.flat_map(|(rule, texts)| {
        let all = texts.bad.iter().chain(&texts.good);
        all.flat_map(move |example| {
            let whence = move |path: &String| format!("{rule}, {}: {path}", example.about);
            example.files.iter().filter_map(move |(path, text)| Source::new(whence(path), text.clone()))
        })
    });
    examples.collect()
}

/// `1..4 ..module: name, other`: the bytes of the module, and what is imported.
fn shown(import: &Import) -> String {
    let dots = ".".repeat(import.level as usize);
    format!(
        "{}..{} {dots}{}: {}",
        import.at.start,
        import.at.end,
        import.module,
        import.names.iter().collect::<Vec<_>>().join(", ")
    )
}

/// What the scan and the tree say differently of each text.
fn differences(sources: &[Source]) -> Vec<String> {
    let differ = |source: &Source| {
        let scanned = scan::scan(&source.code).imports;
        let uses = parse(&source.code);
        let tree: Vec<Import> = uses.imports.into_iter().map(|site| site.import).collect();
        let only = |these: &[Import], those: &[Import]| -> Vec<String> {
            these.iter().filter(|import| !those.contains(import)).map(shown).collect()
        };
        (scanned != tree).then(|| {
            let fault = uses.problems.first().map_or("no syntax error", |problem| &problem.message);
            format!(
                "{} ({fault}): only the scan {:?}, only the tree {:?}",
                source.whence,
                only(&scanned, &tree),
                only(&tree, &scanned)
            )
        })
    };
    sources.par_iter().filter_map(differ).collect()
}

#[test]
fn the_fixtures_and_the_examples() {
    let mut sources = below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"));
    sources.extend(of_examples());
    let ends = |end: &str| sources.iter().filter(|source| source.whence.ends_with(end)).count();
    assert!(ends(".py") > 200 && ends(".pyi") > 0 && ends(".ipynb") > 1, "{} files", sources.len());
    let found = differences(&sources);
    assert!(found.is_empty(), "{} of {} files\n{}", found.len(), sources.len(), found.join("\n"));
}

/// All Python files below the folder that `IMPORTS_CORPUS` names.
#[test]
fn corpus() {
    let Ok(folder) = env::var("IMPORTS_CORPUS") else { return };
    let sources = below(Path::new(&folder));
    assert!(!sources.is_empty(), "{folder}: no Python files");
    let found = differences(&sources);
    assert!(found.is_empty(), "{} of {} files\n{}", found.len(), sources.len(), found.join("\n"));
}
