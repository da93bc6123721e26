//! Reports built by hand, for the tests of formats.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::collections::BTreeMap;
use std::sync::Arc;

use pyeco_lint::diagnostic::{Category, Diagnostic, Finding, Severity};
use pyeco_lint::fix::{Applicability, Edit, Fix};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::{Core, RuleCore, RuleTexts, Texts};
use pyeco_lint::output::{self, Style};
use pyeco_lint::report::{Dates, Report};
use pyeco_lint::source::{Cell, Extent, FileId, Location, Span};

/// Builds a report.
pub struct Builder {
    pub report: Report,
}

impl Builder {
    /// An empty report of 14 files.
    pub fn new() -> Self {
        let knowledge = Dates { catalog: "2026-11-22".into(), index: "2026-11-16".into(), advisories: String::new() };
        Self { report: Report { knowledge, files: 14, ..Report::default() } }
    }

    /// Adds a file with its text.
    pub fn file(&mut self, path: &str, text: &str) -> FileId {
        self.report.sources.add(path, Some(Arc::from(text)))
    }

    /// The `n`th place, from 0, where `needle` stands in a file.
    pub fn nth(&self, file: FileId, needle: &str, n: usize) -> Span {
        let (at, _) = self.report.sources.text(file).match_indices(needle).nth(n).expect("it occurs");
        file.span(Extent::new(at, at + needle.len()))
    }

    /// The place where `needle` stands first in a file.
    pub fn span(&self, file: FileId, needle: &str) -> Span {
        self.nth(file, needle, 0)
    }

    /// Adds a finding of the project in the working directory.
    pub fn say(&mut self, severity: Severity, category: Category, rule: &str, finding: Finding) {
        self.report.diagnostics.push(Diagnostic {
            rule: rule.into(),
            category,
            severity,
            project: ".".into(),
            url: None,
            finding,
        });
    }

    /// Gives the last finding a link.
    pub fn link(&mut self, url: &str) {
        if let Some(last) = self.report.diagnostics.last_mut() {
            last.url = Some(url.into());
        }
    }

    /// Says something of `needle` in `file`.
    pub fn point(&mut self, file: FileId, needle: &str, message: &str) {
        let finding = Finding::new(Location::Span(self.span(file, needle)), message).label("here");
        self.say(Severity::Warning, Category::Versions, "some-rule", finding);
    }

    /// The report in a format, twice the same.
    pub fn print(&self, format: &str, style: &Style) -> String {
        let format = output::find(format).expect("a format");
        let mut out = Vec::new();
        (format.write)(&self.report, style, &mut out).expect("a vector takes it all");
        let mut again = Vec::new();
        (format.write)(&self.report, style, &mut again).expect("a vector takes it all");
        assert_eq!(out, again, "the same bytes");
        String::from_utf8(out).expect("UTF-8")
    }

    /// The report as text.
    pub fn text(&self) -> String {
        self.print("text", &Style::default())
    }

    /// The findings alone.
    pub fn body(&self) -> String {
        self.print("text", &Style { quiet: true, ..Style::default() })
    }
}

/// The sample of the product contract.
pub fn sample() -> Builder {
    let mut b = Builder::new();
    let app = b
        .file("app/config.py", "import yaml\n\ndef load(stream):\n    return yaml.load(stream, Loader=UnsafeLoader)\n");
    let dev = b.file("requirements-dev.txt", "-r requirements.txt\n\nnose==1.3.7\n");
    let manifest = b.file("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\n  \"pyyaml>=6\",\n]\n");
    let test = b.file("tests/test_api.py", "import nose\n");
    let call = b.span(app, "yaml.load");
    b.say(
        Severity::Error,
        Category::Security,
        "unsafe-yaml-load",
        Finding::new(Location::Span(call), "`yaml.load` with `UnsafeLoader` runs code that the document names")
            .related(b.span(app, "Loader=UnsafeLoader"), "not a safe loader")
            .related(b.span(manifest, "pyyaml"), "declared here")
            .note("whoever can write the file runs code as this process")
            .help("`yaml.safe_load(stream)` reads plain data")
            .package("pyyaml")
            .need("yaml")
            .replacements(["yaml.safe_load"])
            .fix(Some(Fix {
                title: "call `yaml.safe_load`".into(),
                applicability: Applicability::Unsafe,
                edits: vec![Edit { span: call, text: "yaml.safe_load".into() }],
            })),
    );
    b.say(
        Severity::Warning,
        Category::Obsolete,
        "abandoned-package",
        Finding::new(
            Location::Span(b.span(dev, "nose")),
            "`nose` has been silent since 2015-06 and does not start on Python 3.10 or later",
        )
        .label("last of 1 requirement on it")
        .related(b.span(test, "nose"), "imported here and in 4 more files")
        .note("this project allows Python 3.9-3.13 (pyproject.toml:6)")
        .help("`pytest` runs the existing unittest-style classes unchanged; nose fixtures need a rename, and `nose.tools` a replacement")
        .package("nose"),
    );
    b.say(
        Severity::Warning,
        Category::Tooling,
        "missing-vulnerability-audit",
        Finding::new(Location::File(manifest), "nothing checks the dependencies for known vulnerabilities")
            .note("looked in: dependency groups, .pre-commit-config.yaml, 3 workflows, tox.ini, Makefile")
            .help("`pip-audit` needs no account; add it to the `dev` group")
            .fix(Some(Fix {
                title: "add it to the `dev` group".into(),
                applicability: Applicability::Safe,
                edits: vec![Edit {
                    span: manifest.span(Extent::at(55)),
                    text: "\n[dependency-groups]\ndev = [\"pip-audit\"]\n".into(),
                }],
            })),
    );
    b.report.suggestions = 3;
    b
}

/// Findings with every kind of place.
pub fn places() -> Builder {
    let mut b = sample();
    b.report.diagnostics.clear();
    b.report.suggestions = 0;
    let notebook = b.file("analysis/a.ipynb", "import pandas\nx = 1\nimport numpy\ny = numpy.int(x)\n");
    b.report.sources.set_cells(notebook, vec![Cell { number: 1, start: 0 }, Cell { number: 4, start: 20 }]);
    let call = b.span(notebook, "numpy.int");
    b.say(
        Severity::Error,
        Category::Broken,
        "removed-api",
        Finding::new(Location::Span(call), "`numpy.int` was removed in NumPy 1.24")
            .related(b.span(notebook, "import numpy"), "imported here")
            .related(b.span(notebook, "pandas"), "in another cell"),
    );
    b.say(
        Severity::Error,
        Category::Manifest,
        "unreadable-file",
        Finding::new(Location::File(b.report.sources.find("pyproject.toml").expect("known")), "the file is not UTF-8"),
    );
    b.say(
        Severity::Advice,
        Category::Tooling,
        "missing-linter",
        Finding::new(Location::Project, "nothing lints the code").help("`ruff` is one binary"),
    );
    let unkept = b.report.sources.add("src/big.py", None);
    b.say(
        Severity::Warning,
        Category::Imports,
        "undeclared-import",
        Finding::new(Location::Span(unkept.span(Extent::new(10, 15))), "`attrs` is imported and not declared")
            .label("imported here")
            .related(unkept.span(Extent::new(90, 95)), "and here")
            .related(b.span(notebook, "numpy"), "this one is kept"),
    );
    b.say(
        Severity::Error,
        Category::Security,
        "vulnerable-version",
        Finding::new(Location::Project, "`pyyaml` 5.3 is vulnerable").advisories(["GHSA-8q59-q68h-6hv4"]),
    );
    if let Some(last) = b.report.diagnostics.last_mut() {
        last.project = "services/api".into();
        last.url = Some("https://advisories.example/GHSA-8q59-q68h-6hv4".into());
    }
    b
}

/// Everything that makes a format stumble: characters of several bytes before a column, a cell of a notebook, labels,
/// fixes in one place and in several files, a path with spaces and `%`, line ends and commands in messages, characters
/// that reorder text, an advisory, findings of a file as a whole and of none, and two that are told apart by counting.
pub fn rich() -> Builder {
    let mut b = Builder::new();
    let texts = Texts { rules: vec![texts()], ..Texts::default() };
    let knowledge = Knowledge::embedded().extended(Core { rules: vec![described()], ..Core::default() }, texts);
    b.report.rules = Some(knowledge.into());
    let manifest =
        b.file("pyproject.toml", "[project]\nname = \"été\"\ndependencies = [\n  \"日本\", \"nose==1.3.7\",\n]\n");
    let odd = b.file(
        "my app/50%, a:b;c].txt",
        "# é🎉 x\r\nnose==1.3.7 # <b>&\"' ##vso[task.setvariable variable=a]b\r\nnose==1.3.7\r\n",
    );
    let notebook = b.file("analysis/a.ipynb", "import pandas\nx = 1\nimport numpy\ny = numpy.int(x)\n");
    b.report.sources.set_cells(notebook, vec![Cell { number: 1, start: 0 }, Cell { number: 4, start: 20 }]);

    // One change, behind characters of several bytes.
    let nose = b.span(manifest, "nose==1.3.7");
    let replace = |span, text: &str| Edit { span, text: text.into() };
    let fix = |title: &str, applicability, edits| Some(Fix { title: title.into(), applicability, edits });
    b.say(
        Severity::Warning,
        Category::Obsolete,
        DESCRIBED,
        Finding::new(Location::Span(nose), "`nose` has been silent since 2015-06")
            .label("last of 2 requirements on it")
            .related(b.nth(odd, "nose", 0), "and here, <i>see</i> | below")
            .related(b.span(notebook, "pandas"), "")
            .related(b.span(notebook, "x)"), "in a cell")
            .note("this project allows Python 3.9-3.13 (pyproject.toml:6)")
            .help("require `pytest`")
            .package("nose")
            .fix(fix("require `pytest`", Applicability::Safe, vec![replace(nose, "pytest")])),
    );
    b.link("https://docs.example/rules?of=nose#why");
    // Two changes, in two files, one of them of lines.
    b.say(
        Severity::Error,
        Category::Security,
        "vulnerable-thing",
        Finding::new(
            Location::Span(b.nth(odd, "1.3.7", 0)),
            "100% of `nose` 1.3.7 is affected:\n::error::by\r\na hole, see https://x.example",
        )
        .label("a`b|c")
        .help("upgrade")
        .package("nose")
        .advisories(["PYSEC-2026-1", "CVE-2026-1234"])
        .key("PYSEC-2026-1")
        .fix(fix(
            "upgrade it twice",
            Applicability::Unsafe,
            vec![replace(b.nth(odd, "nose==1.3.7\r\n", 0), ""), replace(b.span(manifest, "1.3.7"), "2")],
        )),
    );
    in_odd_places(&mut b, odd, notebook);
    b.report.suggestions = 1;
    b
}

/// The second half of [`rich`].
fn in_odd_places(b: &mut Builder, odd: FileId, notebook: FileId) {
    let replace = |span, text: &str| vec![Edit { span, text: text.into() }];
    let fix = |title: &str, applicability, edits| Some(Fix { title: title.into(), applicability, edits });
    // The same twice: what tells them apart is that one comes first.
    for n in 0..2 {
        b.say(
            Severity::Warning,
            Category::Versions,
            "double-thing",
            Finding::new(Location::Span(b.nth(odd, "nose", n)), "`nose` is required twice").package("nose"),
        );
    }
    b.say(
        Severity::Error,
        Category::Broken,
        "removed-thing",
        Finding::new(Location::Span(b.span(notebook, "numpy.int")), "`numpy.int` was removed in NumPy 1.24")
            .related(b.span(notebook, "import numpy"), "imported here")
            .package("numpy")
            .key("numpy.int")
            .fix(fix("write `int`", Applicability::Safe, replace(b.span(notebook, "numpy.int"), "int"))),
    );
    b.say(
        Severity::Error,
        Category::Manifest,
        "unreadable-thing",
        Finding::new(
            Location::File(odd),
            "a message with \u{1b}]0;title\u{7} and \u{202e} ##vso[task.complete result=Failed;] [a](b)",
        ),
    );
    b.say(
        Severity::Advice,
        Category::Tooling,
        "missing-thing",
        Finding::new(Location::Project, "nothing lints the code *at all* @everyone").help("`ruff` is one binary"),
    );
    b.say(Severity::Advice, Category::Tooling, "missing-thing", Finding::new(Location::Project, "nor here"));
    if let Some(last) = b.report.diagnostics.last_mut() {
        last.project = "services/api".into();
    }
    let unkept = b.report.sources.add("src/big.py", None);
    b.say(
        Severity::Warning,
        Category::Imports,
        "undeclared-thing",
        Finding::new(Location::Span(unkept.span(Extent::new(10, 15))), "`attrs` is imported and not declared"),
    );
    // What a fix would write is a secret: it is for reading alone.
    let secret = b.file("requirements.txt", "--index-url https://build:hunter2@index.example/simple\n");
    let url = b.span(secret, "https://build:hunter2@index.example/simple");
    b.say(
        Severity::Error,
        Category::Security,
        "secret-thing",
        Finding::new(Location::Span(url), "the URL holds a password").key("index.example").fix(fix(
            "move it",
            Applicability::Unsafe,
            replace(url, "https://build:hunter2@index.example/"),
        )),
    );
}

/// The rule of [`rich`] that is described. None of its rules are those of the program, whose texts change.
pub const DESCRIBED: &str = "abandoned-thing";

fn described() -> RuleCore {
    RuleCore {
        name: DESCRIBED.into(),
        category: Category::Obsolete,
        summary: "a requirement is abandoned [see](below)".into(),
        default: true,
        severity: Severity::Warning,
        variant: BTreeMap::new(),
        equivalents: vec![],
        matchers: vec![].into(),
        reads_source: false,
        lists: BTreeMap::new(),
        url: String::new(),
        fix: None,
    }
}

fn texts() -> RuleTexts {
    RuleTexts {
        name: DESCRIBED.into(),
        since: "0.1.0".into(),
        why: "\nNobody mends it.\nNobody will.\n\nNot even `you`.\n".into(),
        advice: "\nTake another.\n".into(),
        limits: String::new(),
        references: vec!["https://docs.example/rules?of=nose#why".into()],
        sources: vec![],
        bad: vec![],
        good: vec![],
    }
}
