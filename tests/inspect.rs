//! What `inspect` says to programs: the fields of its JSON are a contract.

mod common;

use common::TODAY;
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::{inspect, output};
use serde_json::Value;

/// The JSON for files in memory.
fn json(files: &[(&str, &str)]) -> (String, Value) {
    let fs = Memory::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let mut options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    options.purpose = Purpose::Show;
    let inspection = inspect(&fs, &options).expect("the folder is there");
    let mut bytes = Vec::new();
    output::inspection::json(&inspection, &mut bytes).expect("writes to memory");
    let text = String::from_utf8(bytes).expect("text");
    let value = serde_json::from_str(&text).expect("JSON");
    (text, value)
}

#[test]
fn everything_that_was_read_is_there() {
    let (text, _) = json(&[
        (
            "pyproject.toml",
            "[project]\nname = \"service\"\nversion = \"1\"\nrequires-python = \">=3.10\"\n\
             dependencies = [\"requests[socks]>=2.31 ; python_version < '3.13'\"]\n\n\
             [dependency-groups]\ntest = [\"pytest\"]\n\n[tool.ruff]\n",
        ),
        (
            "requirements.txt",
            "--index-url https://index.example/simple\n-r base.txt\n-e ./lib\n\
             tool @ https://files.example.com/tool-1.zip --hash=sha256:00\na=1\n",
        ),
        ("base.txt", "PyYAML==6.0.2\n"),
        ("app.py", "import yaml\nfrom requests import get\nimport json, helper, unheardof\n"),
        ("helper.py", "try:\n    import tomli\nexcept ImportError:\n    pass\n"),
        ("tests/test_app.py", "import pytest\nimport app\n"),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn what_setuptools_reads_has_the_group_of_its_list() {
    let (_, value) = json(&[
        (
            "pyproject.toml",
            "[build-system]\nrequires = [\"setuptools\"]\n[project]\nname = \"x\"\nversion = \"1\"\n\
             dynamic = [\"dependencies\", \"optional-dependencies\"]\n[tool.setuptools.dynamic]\n\
             dependencies = { file = [\"req/base.txt\"] }\noptional-dependencies.dev = { file = [\"req/more.in\"] }\n",
        ),
        ("req/base.txt", "requests\n"),
        ("req/more.in", "pytest\n"),
    ]);
    let manifests = value["projects"][0]["manifests"].as_array().expect("manifests");
    let requirements = manifests.iter().flat_map(|manifest| manifest["requirements"].as_array().expect("a list"));
    let groups: Vec<String> = requirements.map(|r| format!("{} {}", r["name"], r["group"])).collect();
    assert_eq!(groups, ["\"setuptools\" \"build\"", "\"requests\" \"runtime\"", "\"pytest\" \"extra:dev\""]);
}

#[test]
fn any_version_is_no_specifier() {
    let (_, value) = json(&[
        ("Pipfile", "[packages]\na = \"*\"\n"),
        ("pyproject.toml", "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\nb = \"*\"\nc = \"!=1.0 || ^7\"\n"),
        ("pixi.toml", "[pypi-dependencies]\nd = \"*\"\n[dependencies]\ne = \"*\"\nf = \"1.2*\"\n"),
        ("environment.yml", "dependencies:\n  - g ==1.2.3=py_0\n  - h[version='>=1', build=x]\n"),
    ]);
    let manifests = value["projects"][0]["manifests"].as_array().expect("manifests");
    let requirements = manifests.iter().flat_map(|manifest| manifest["requirements"].as_array().expect("a list"));
    let mut found: Vec<String> = requirements.map(|r| format!("{} {}", r["name"], r["specifier"])).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "\"a\" null",
            "\"b\" null",
            "\"c\" \"!=1.0\"",
            "\"d\" null",
            "\"e\" null",
            "\"f\" null",
            "\"g\" \"==1.2.3\"",
            "\"h\" \">=1\"",
        ]
    );
}

#[test]
fn secrets_are_masked() {
    let (text, _) = json(&[(
        "requirements.txt",
        "--index-url https://user:hunter2@index.example/simple\nx @ https://user:hunter2@files.example.com/x.zip\n",
    )]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_folder_without_anything_has_no_projects() {
    let (_, value) = json(&[("notes.txt", "nothing\n")]);
    assert_eq!(value, serde_json::json!({"version": 1, "projects": []}));
}
