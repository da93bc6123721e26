//! A secret that stands in a project never leaves the program: not in a message, a label or the quoted source line, in no
//! format.

mod common;

use common::{Files, lint_all};
use pyeco_lint::output::{self, Style};

/// Where secrets stand, each with what must not be shown.
const PLACES: &[(&str, &str, &str)] = &[
    ("requirements.txt", "--index-url https://bot:Hq7-tr2bZ@index.example/simple\nrequests==2.34.2\n", "Hq7-tr2bZ"),
    (
        "requirements.txt",
        "a @ git+https://ghp_0123456789abcdefghij0123456789abcdef@host.example/o/a\nb @ git+https://ghp_0123456789abcdefghij0123456789abcdef@host.example/o/b\n",
        "ghp_0123456789",
    ),
    (
        "requirements.txt",
        "--extra-index-url http://bot:Hq7-tr2bZ@index.example/simple\n--trusted-host index.example\nnose\n",
        "Hq7-tr2bZ",
    ),
    ("requirements.txt", "git+git://bot:Hq7-tr2bZ@host.example/o/r.git@main\n", "Hq7-tr2bZ"),
    ("Pipfile", "[[source]]\nurl = 'https://bot:Hq7-tr2bZ@index.example/simple'\nverify_ssl = false\n", "Hq7-tr2bZ"),
    (
        "pyproject.toml",
        "[project]\nname = 'x'\nversion = '1'\n[[tool.pdm.source]]\nurl = 'http://bot:Hq7-tr2bZ@index.example'\n",
        "Hq7-tr2bZ",
    ),
    (
        "environment.yml",
        "channels:\n  - https://conda.example/t/ab-12345678-90cd/shop\ndependencies:\n  - nose\n",
        "ab-12345678-90cd",
    ),
    (
        "setup.py",
        "from setuptools import setup\nsetup(name='x', dependency_links=['https://bot:Hq7-tr2bZ@index.example'])\n",
        "Hq7-tr2bZ",
    ),
    ("tox.ini", "[testenv]\ndeps =\n  -i https://bot:Hq7-tr2bZ@index.example/simple\n  nose\n", "Hq7-tr2bZ"),
    ("tox.ini", "[testenv]\nset_env = PIP_INDEX_URL=https://bot:Hq7-tr2bZ@index.example/simple\n", "Hq7-tr2bZ"),
    (
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: x\n    language: python\n    entry: x\n    additional_dependencies: ['a @ https://bot:Hq7-tr2bZ@host.example/a.zip']\n",
        "Hq7-tr2bZ",
    ),
    ("run.py", "# /// script\n# dependencies = ['a @ https://bot:Hq7-tr2bZ@host.example/a.zip']\n# ///\n", "Hq7-tr2bZ"),
    (
        "uv.lock",
        "version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = { registry = 'https://bot:Hq7-tr2bZ@index.example/simple' }\n",
        "Hq7-tr2bZ",
    ),
    ("requirements.txt", "-i https://index.example/simple?token=Ab3dEf6hIj9kLm2nOp\n", "Ab3dEf6hIj9kLm2nOp"),
];

#[test]
fn no_format_shows_a_secret() {
    for (path, text, secret) in PLACES {
        let project = ("pyproject.toml".to_owned(), "[project]\nname = 'x'\nversion = '1'\n".to_owned());
        let outcome = lint_all(&Files::from([project, ((*path).to_owned(), (*text).to_owned())]), "");
        let rules: Vec<&str> = outcome.report.diagnostics.iter().map(|d| d.rule.as_str()).collect();
        assert!(rules.contains(&"credentials-in-url"), "{path}: {rules:?}\n{text}");
        for format in output::FORMATS {
            let mut out = Vec::new();
            (format.write)(&outcome.report, &Style::default(), &mut out).expect("a vector takes it all");
            let out = String::from_utf8(out).expect("UTF-8");
            assert!(!out.contains(secret), "{}: {out}", format.name);
        }
        // What a baseline keeps.
        assert!(outcome.report.diagnostics.iter().all(|d| !d.finding.key.contains(secret)), "{path}: a key");
    }
}

#[test]
fn no_format_shows_a_key_in_source() {
    let text = concat!(
        "import boto3\n",
        "boto3.client('s3', aws_access_key_id='AKIAQX7Z2LMD5RT9HWKP', aws_secret_access_key='q8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUe+MiOo')\n",
        "boto3.Session('AKIAQX7Z2LMD5RT9HWKP', 'q8Zt2LmXv4Rk7Wp1Nc9Hs5Bd3Gf6Jy0TaUe+MiOo')\n",
    );
    let files = [("requirements.txt", "boto3\n"), ("store.py", text)];
    let files: Files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let outcome = lint_all(&files, "");
    let found = outcome.report.diagnostics.iter().filter(|d| d.rule == "hardcoded-cloud-credentials").count();
    assert_eq!(found, 2);
    for format in output::FORMATS {
        let mut out = Vec::new();
        (format.write)(&outcome.report, &Style::default(), &mut out).expect("a vector takes it all");
        let out = String::from_utf8(out).expect("UTF-8");
        assert!(!out.contains("q8Zt2LmX") && !out.contains("QX7Z2LMD"), "{}: {out}", format.name);
    }
    assert!(outcome.report.diagnostics.iter().all(|d| !d.finding.key.contains("q8Zt2LmX")));
}
