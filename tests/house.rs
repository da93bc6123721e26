//! Documents, tables and names that have to stay in step.

#![allow(clippy::disallowed_methods, reason = "tests read the repository")]

use std::fs;
use std::path::{Path, PathBuf};

use pyeco_lint::config::KEYS;
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::options::Options;
use pyeco_lint::{cli, lint};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Every text file below a folder.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git") {
                collect(&path, files);
            }
        } else {
            files.push(path);
        }
    }
}

#[test]
fn the_readme_names_every_rule_option_and_key() {
    let readme = read("README.md");
    let knowledge = Knowledge::embedded();
    for rule in knowledge.rules() {
        assert!(readme.contains(&format!("`{}`", rule.name)), "README: the rule {}", rule.name);
    }
    assert!(readme.contains(&format!("{} rules", knowledge.rules().len())), "README: how many rules there are");
    for key in KEYS {
        assert!(readme.contains(&format!("`{}`", key.name)), "README: the key {}", key.name);
    }
}

#[test]
fn every_command_and_option_says_what_it_does() {
    let definition = cli::definition();
    for command in std::iter::once(&definition).chain(definition.get_subcommands()) {
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
    }
}

#[test]
fn the_fixtures_are_described() {
    let readme = read("fixtures/README.md");
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects");
    for entry in fs::read_dir(projects).expect("there").map(|e| e.expect("readable").path()).filter(|p| p.is_dir()) {
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(readme.contains(&format!("`{name}`")), "fixtures/README.md: {name}");
    }
}

/// No text of the repository names the host of a package registry: users' files are read, and nothing is fetched.
#[test]
fn no_registry_is_named() {
    // In two parts, so that this file names none either.
    let parts = [("py", "pi.org"), ("python", "hosted.org"), ("crates", ".io"), ("registry.npm", "js.org")];
    let hosts = parts.map(|(head, tail)| format!("{head}{tail}"));
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), &mut files);
    assert!(files.len() > 200, "the repository was found");
    for file in files.iter().filter(|file| file.file_name().is_some_and(|name| name != "Cargo.lock")) {
        let text = String::from_utf8_lossy(&fs::read(file).expect("readable")).into_owned();
        for host in &hosts {
            let named = text
                .match_indices(host.as_str())
                .any(|(at, _)| text[at + host.len()..].starts_with(['/', '"', '\'', ' ', '`']));
            assert!(!named, "{}: {host}", file.display());
        }
    }
}

/// The man page in the repository is that of the command line. `UPDATE_EXPECTED=1` writes it anew.
#[test]
fn the_man_page_is_in_step() {
    let mut page = Vec::new();
    let manual = clap_mangen::Man::new(cli::definition());
    manual.render(&mut page).expect("writes to memory");
    for command in cli::definition().get_subcommands() {
        let head = format!(".SH \"{}\"\n", command.get_name().to_uppercase());
        page.extend_from_slice(head.as_bytes());
        let manual = clap_mangen::Man::new(command.clone());
        manual.render_description_section(&mut page).expect("writes to memory");
        manual.render_options_section(&mut page).expect("writes to memory");
    }
    let page = String::from_utf8(page).expect("text");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pyeco-lint.1");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &page).expect("writable");
    }
    assert_eq!(read("docs/pyeco-lint.1"), page, "run with UPDATE_EXPECTED=1");
}

/// What the page on rules of one's own shows works as it stands.
#[test]
fn the_examples_of_own_rules_work() {
    let page = read("docs/own-rules.md");
    let blocks: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|block| block.split_once("```").map(|(block, _)| block)).collect();
    let [configuration, fact, rule] = blocks.as_slice() else { panic!("three examples") };
    let configuration = configuration.replace("[tool.pyeco-lint]\n", "[tool.pyeco-lint]\nextend-rules = [\"lint/\"]\n");
    let project = "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"acme-http\", \"oldhttp\", \"fabric\", \"celery\"]\n\n";
    let fs = Memory::new([
        ("pyproject.toml", format!("{project}{configuration}")),
        ("lint/catalog/packages/ours.toml", (*fact).to_owned()),
        ("lint/usage/our-rule.toml", (*rule).to_owned()),
        ("app.py", "import acme_http\n\nclient = acme_http.Client(url=\"x\")\n".to_owned()),
    ]);
    let options = Options::new(vec![".".to_owned()], Date::parse("2026-11-22").expect("a date"));
    let outcome = lint(&fs, &options).expect("the folder is there");
    assert!(!outcome.misconfigured, "{:?}", outcome.report.diagnostics);
    let found: Vec<&str> = outcome.report.diagnostics.iter().map(|d| d.rule.as_str()).collect();
    for rule in ["banned-package", "unpreferred-package", "deprecated-package", "our-rule"] {
        assert!(found.contains(&rule), "{rule}: {found:?}");
    }
}
