//! The texts of this repository, and of a corpus: requirements files and the dependency specifiers of `pyproject.toml`.
//! `tests/second-oracle` reads them as well.

#![allow(dead_code, reason = "each oracle is asked about a part of them")]

use std::fs;
use std::path::Path;

use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::manifest::requirements::is_prose;
use pyeco_lint::manifest::{format_of, template};
use pyeco_lint::{decode, path};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// Lines of requirements files with what pip makes of them, from the root of the repository.
pub(crate) const HARD_LINES: &str = "fixtures/manifests/requirements/hard-lines.jsonl";

/// A requirements or constraints file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) constraint: bool,
}

/// Texts with where they are from.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// Requirements and constraints files.
    pub(crate) requirements: Vec<(String, Text)>,
    /// Dependency specifiers.
    pub(crate) dependencies: Vec<(String, String)>,
    /// INI files.
    pub(crate) ini: Vec<(String, String)>,
}

/// The texts of the hard lines that stand in `fixtures/`.
pub(crate) fn hard_lines(root: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Bare {
        line: String,
    }
    let fixture = fs::read_to_string(root.join(HARD_LINES)).expect("a fixture");
    fixture.lines().map(|json| serde_json::from_str::<Bare>(json).expect(json).line).collect()
}

impl Texts {
    /// The sample projects, and the examples of every rule. `root` is the folder of the repository.
    pub(crate) fn of_the_repository(root: &Path) -> Self {
        let mut texts = Self::below(&root.join("fixtures/projects"));
        let knowledge = Knowledge::embedded();
        for rule in knowledge.rules() {
            let examples = knowledge.texts(&rule.name).expect("every rule has texts");
            for example in examples.bad.iter().chain(&examples.good) {
                for (path, text) in &example.files {
                    texts.add(&format!("{}: {path}", rule.name), path, text.as_bytes());
                }
            }
        }
        texts
    }

    /// Every manifest below a folder.
    pub(crate) fn below(folder: &Path) -> Self {
        let mut texts = Self::default();
        texts.collect(folder);
        texts
    }

    fn collect(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() && !path.is_symlink() {
                self.collect(&path);
            } else if let Ok(bytes) = fs::read(&path) {
                let path = path.to_string_lossy().replace('\\', "/");
                self.add(&path, &path, &bytes);
            }
        }
    }

    /// Takes a file in, where it is of a kind that is compared.
    fn add(&mut self, whence: &str, path: &str, bytes: &[u8]) {
        let format = format_of(path).map(|format| format.name);
        match format {
            Some("requirements") => {
                let Ok(text) = decode::requirements(bytes) else { return };
                if !template::is_path(path) && !template::has_lines(&text) && !is_prose(&text) {
                    let constraint = path::name(path).contains("constraints");
                    self.requirements.push((whence.to_owned(), Text { text, constraint }));
                }
            }
            Some("pyproject") => {
                let Ok(table) = String::from_utf8_lossy(bytes).parse::<Table>() else { return };
                let found = dependencies(&table);
                self.dependencies.extend(found.into_iter().map(|found| (whence.to_owned(), found)));
            }
            _ if matches!(
                path::name(path),
                "setup.cfg" | "tox.ini" | "mypy.ini" | "pytest.ini" | ".flake8" | ".coveragerc"
            ) =>
            {
                if let Ok(text) = decode::utf8(bytes) {
                    self.ini.push((whence.to_owned(), text));
                }
            }
            _ => {}
        }
    }
}

/// The strings at a dotted path of a table.
fn dependencies(table: &Table) -> Vec<String> {
    fn strings(value: Option<&Value>, into: &mut Vec<String>) {
        match value {
            Some(Value::String(text)) => into.push(text.clone()),
            Some(Value::Array(items)) => items.iter().for_each(|item| strings(Some(item), into)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    let project = table.get("project").and_then(Value::as_table);
    let build = table.get("build-system").and_then(Value::as_table);
    strings(project.and_then(|project| project.get("dependencies")), &mut found);
    strings(build.and_then(|build| build.get("requires")), &mut found);
    let extras = project.and_then(|project| project.get("optional-dependencies"));
    for groups in [extras, table.get("dependency-groups")] {
        for list in groups.and_then(Value::as_table).into_iter().flat_map(Table::values) {
            strings(Some(list), &mut found);
        }
    }
    found
}
