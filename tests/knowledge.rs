//! What the program knows, what it answers, and how it takes a user's own rules and facts.

#![allow(clippy::disallowed_methods, reason = "tests read fixtures")]

mod common;

use std::fs;
use std::path::Path;

use common::{Files, TODAY};
use pyeco_lint::date::Date;
use pyeco_lint::explain::{self, Topic};
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::{Knowledge, load};
use pyeco_lint::options::Options;
use pyeco_lint::{Outcome, lint};

fn files(entries: &[(&str, &str)]) -> Files {
    entries.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn run(entries: &[(&str, &str)]) -> Outcome {
    let options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    lint(&Memory::new(files(entries)), &options).expect("the folder is there")
}

/// `path:start-end rule message` of every finding.
fn findings(outcome: &Outcome) -> Vec<String> {
    let shown = |d: &pyeco_lint::diagnostic::Diagnostic| {
        let text = d.finding.at.span().map_or("", |span| outcome.report.sources.slice(span));
        format!("{} {text:?} {}", d.rule, d.finding.message)
    };
    outcome.report.diagnostics.iter().map(shown).collect()
}

#[test]
fn every_name_of_the_lesson_is_explained() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lesson-names.txt");
    let text = fs::read_to_string(path).expect("there");
    let knowledge = Knowledge::embedded();
    let names: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(names.len() > 80);
    // That the public index has the name is no explanation.
    let is_listed = |topic: &Topic<'_>| matches!(topic, Topic::Listed(_));
    let unknown: Vec<&&str> =
        names.iter().filter(|name| explain::find(&knowledge, name).iter().all(is_listed)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_name_of_the_index_is_explained() {
    let knowledge = Knowledge::embedded();
    let explained = |name: &str| -> String {
        explain::find(&knowledge, name).iter().map(|topic| explain::text(&knowledge, topic)).collect()
    };
    let text = explained("SQLparse");
    for part in
        ["no entry in the catalogue", "imported as `sqlparse`", "CVE-2021-32839: from 0.4.0, before 0.4.2", "PyPI on 2"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(explained("pyyaml").contains("CVE-2020-14343: before 5.4"), "what the catalogue has, as well");
    assert_eq!(explained("no-such-thing-at-all"), "");
}

#[test]
fn every_row_names_its_answers_and_every_fact_its_source() {
    let knowledge = Knowledge::embedded();
    assert!(knowledge.rows().len() >= 48, "the lesson's 43 rows, and five more");
    for row in knowledge.rows() {
        assert!(!row.need.title.is_empty() && !row.answers.is_empty(), "{}", row.id);
    }
    for package in knowledge.packages() {
        assert!(
            Date::parse(&package.checked).is_some_and(|day| day <= Date::parse(TODAY).expect("a date")),
            "{}",
            package.name
        );
        assert!(!package.homepage.contains("/project/"), "{}: a registry's page is no documentation", package.name);
    }
    for rule in knowledge.rules() {
        assert!(!rule.url.is_empty(), "{}: a finding links to documentation", rule.name);
    }
}

#[test]
fn a_mistake_in_a_rule_file_is_told_with_its_line() {
    let mistakes = |path: &str, text: &str| {
        let result = load::load_over(&[(path.to_owned(), text.to_owned())], &|_| false);
        load::explain(&result.expect_err("it has a mistake"))
    };
    for (path, text, expected) in [
        ("names/x.toml", "summary = \"a\"\nsince = 1\n", "2 | since = 1"),
        ("names/x.toml", "summary = \"a\"\nsumary = \"b\"\n", "unknown field `sumary`"),
        ("nmes/x.toml", "", "`nmes` is no category"),
        ("x.toml", "", "a rule file is"),
        (
            "catalog/packages/x.toml",
            "[[package]]\nname = \"A\"\nsource = \"s\"\nchecked = \"2026-01-01\"\n",
            "`A` is not a normalised",
        ),
        (
            "catalog/packages/x.toml",
            "[[package]]\nname = \"a\"\nsource = \"s\"\nchecked = \"2026-01-01\"\n[package.fate]\nkind = \"abandoned\"\nreason = \"r\"\nsource = \"s\"\nwhen = { python = \"3\" }\n",
            "are no version specifiers",
        ),
        (
            "catalog/packages/x.toml",
            "[[package]]\nname = \"a\"\nsource = \"s\"\nchecked = \"soon\"\n",
            "`checked = \"soon\"` is no day: write `YYYY-MM-DD`",
        ),
        (
            "usage/x.toml",
            "summary = \"s\"\nwhy = \"w\"\nadvice = \"a\"\n[[match]]\nmessage = \"{modul} is old\"\nimport = { names = [\"a\"] }\n",
            "`{modul}` is not known; in texts of `import` there are `{module}`",
        ),
    ] {
        let told = mistakes(path, text);
        assert!(told.contains(expected), "{text}: {told}");
    }
}

/// A rule of a user with each kind of matcher, in the format of the program's own.
#[test]
fn a_user_adds_rules_and_facts() {
    let head = "since = \"1\"\nwhy = \"w\"\nadvice = \"a\"\nreferences = [\"https://docs.example.com/\"]\n";
    let rule = |summary: &str, placeholder: &str, matcher: &str| {
        format!("summary = \"{summary}\"\n{head}\n[[match]]\nmessage = \"{placeholder} it is\"\n{matcher}\n")
    };
    let requirement = rule("r", "{package}", "requirement = { packages = [\"acme-*\"], groups = [\"runtime\"] }");
    let call = rule(
        "c",
        "{function}",
        "call = { functions = [\"acme.connect\"], arguments = [{ name = \"secure\", position = 0, is = [\"False\"] }] }",
    );
    let import = rule("i", "{module}", "import = { names = [\"acme.old\"] }");
    let file = rule("f", "{file}", "file = { paths = [\"setup.cfg\"], key = \"metadata\" }");
    let absent = rule("a", "", "absent = { need = \"house-linter\" }");
    let fact = "[[package]]\nname = \"requests\"\nsource = \"the platform team\"\nchecked = \"2026-11-01\"\n[package.fate]\nkind = \"deprecated\"\nreplacements = [\"acme-http\"]\nreason = \"the house has its own\"\nsource = \"the platform team\"\n";
    let need = "[need]\ntitle = \"House linter\"\nsection = \"Ours\"\nlesson = \"acme-lint\"\n[[answer]]\nname = \"acme-lint\"\nkind = \"tool\"\nstanding = \"recommended\"\nsource = \"the platform team\"\n";
    let outcome = run(&[
        (
            "pyeco-lint.toml",
            "extend-rules = [\"house\"]\nselect = [\"house-requirement\", \"house-call\", \"house-import\", \"house-file\", \"house-absent\", \"deprecated-package\"]\n",
        ),
        ("house/usage/house-requirement.toml", &requirement),
        ("house/usage/house-call.toml", &call),
        ("house/usage/house-import.toml", &import),
        ("house/usage/house-file.toml", &file),
        ("house/tooling/house-absent.toml", &absent),
        ("house/catalog/packages/ours.toml", fact),
        ("house/catalog/needs/house-linter.toml", need),
        ("setup.cfg", "[metadata]\nname = app\n\n[options]\ninstall_requires =\n    acme-http\n    requests\n"),
        (
            "app.py",
            "import acme\ntry:\n    import acme.old as guarded\nexcept ImportError:\n    pass\nfrom acme import old\n\nacme.connect(False)\nacme.connect(secure=True)\nacme.connect(**options)\n",
        ),
    ]);
    assert!(!outcome.misconfigured, "{:?}", findings(&outcome));
    assert_eq!(
        findings(&outcome),
        [
            "house-import \"acme\" acme.old it is",
            "house-call \"acme.connect\" acme.connect it is",
            "house-absent \"[metadata]\"  it is",
            "house-file \"[metadata]\" setup.cfg it is",
            "house-requirement \"acme-http\" acme-http it is",
            "deprecated-package \"requests\" `requests` is deprecated: the house has its own",
        ]
    );
}

#[test]
fn a_user_bans_and_prefers() {
    let outcome = run(&[
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"Flask\", \"click\"]\n\n[tool.pyeco-lint]\nbanned = { flask = \"the platform runs FastAPI\" }\npreferred = { click = \"typer\" }\n",
        ),
        ("tests/test_a.py", "import unittest\n"),
    ]);
    let shown = findings(&outcome);
    assert!(shown.iter().any(|f| f.starts_with("banned-package \"Flask\"")), "{shown:?}");
    assert!(shown.iter().any(|f| f.starts_with("unpreferred-package \"click\"") && f.contains("`typer`")), "{shown:?}");
}

#[test]
fn a_mistake_in_a_users_rule_is_a_fault_of_the_configuration() {
    let outcome = run(&[
        ("pyeco-lint.toml", "extend-rules = [\"house/usage/x.toml\", \"nowhere\"]\n"),
        ("house/usage/x.toml", "summary = 1\n"),
    ]);
    assert!(outcome.misconfigured);
    let shown = findings(&outcome);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown.iter().all(|f| f.starts_with("invalid-configuration")), "{shown:?}");
}
