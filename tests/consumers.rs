//! Whether the programs that reports are written for read them, and read what was meant.
//!
//! `tests/oracle/consumers.py` reads each report as they do, and says what it has understood. That is held against the
//! findings themselves: their places, messages and fingerprints, and what comes out where it applies their fixes.

#![allow(clippy::disallowed_methods, reason = "these tests read the repository, and ask another program")]

mod common;
#[path = "common/python.rs"]
mod python;
#[path = "common/reports.rs"]
mod reports;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Files, lint_all};
use pyeco_lint::diagnostic::{Category, Diagnostic, Finding, Severity};
use pyeco_lint::fix::{Applicability, Edit, Fix};
use pyeco_lint::output::{self, Style, sanitise};
use pyeco_lint::report::Report;
use pyeco_lint::source::{Cell, Extent, Location};
use reports::{Builder, places, rich, sample};
use serde::{Deserialize, Serialize};

/// The formats that others read.
const FORMATS: [&str; 7] = ["sarif", "gitlab", "rdjson", "junit", "github", "azure", "markdown"];

#[derive(Debug, Serialize)]
struct Question<'a> {
    format: &'a str,
    text: String,
    files: &'a Files,
}

/// A finding as a program has read it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Read {
    rule: String,
    severity: String,
    path: Option<String>,
    #[serde(default)]
    place: Option<Vec<usize>>,
    message: String,
    #[serde(default)]
    related: Vec<String>,
    #[serde(default)]
    fingerprint: String,
    #[serde(default)]
    fixed: Files,
    #[serde(default)]
    links: Vec<String>,
}

/// What the consumers make of every format of every report: by report, then in the order of [`FORMATS`].
fn read(reports: &[&Report]) -> Vec<Vec<Vec<Read>>> {
    let files: Vec<Files> = reports.iter().map(|report| texts(report)).collect();
    let mut questions = Vec::new();
    for (report, files) in reports.iter().zip(&files) {
        for format in FORMATS {
            let mut out = Vec::new();
            let write = output::find(format).expect("a format").write;
            write(report, &Style::default(), &mut out).expect("a vector takes it all");
            questions.push(Question { format, text: String::from_utf8(out).expect("UTF-8"), files });
        }
    }
    let mut child = Command::new(python::interpreter())
        // Nothing of this machine counts.
        .args(["-I", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/consumers.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the consumers do not start: {error}\n{}", python::ADVICE));
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(&serde_json::to_vec(&questions).expect("JSON")).expect("the consumers listen");
    drop(stdin);
    let output = child.wait_with_output().expect("the consumers end");
    assert!(output.status.success(), "a report was refused: the reason stands above");
    let answers: Vec<Vec<Read>> = serde_json::from_slice(&output.stdout).expect("an answer");
    assert_eq!(answers.len(), questions.len());
    answers.chunks(FORMATS.len()).map(<[_]>::to_vec).collect()
}

/// The texts of the files that a report speaks of.
fn texts(report: &Report) -> Files {
    let mut texts = Files::new();
    for diagnostic in &report.diagnostics {
        let finding = &diagnostic.finding;
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span.file));
        for file in finding.at.file().into_iter().chain(edits) {
            if report.sources.has_text(file) {
                texts.insert(report.sources.path(file).to_owned(), report.sources.text(file).to_owned());
            }
        }
    }
    texts
}

/// The row, the column in characters, and the column in bytes of a byte of a text, all from 1.
fn place(text: &str, at: usize) -> (usize, usize, usize) {
    let before = &text[..at];
    let mut start = 0;
    let mut row = 1;
    for (n, c) in before.char_indices() {
        if c == '\n' || c == '\r' && text.as_bytes().get(n + 1) != Some(&b'\n') {
            start = n + 1;
            row += 1;
        }
    }
    (row, before[start..].chars().count() + 1, at - start + 1)
}

/// Start and end: rows and columns in characters, rows and columns in bytes. Nothing where a program that knows no
/// cells cannot be told.
fn region(report: &Report, at: Location) -> Option<([usize; 4], [usize; 4])> {
    let span = at.span().filter(|span| report.sources.has_text(span.file))?;
    if !report.sources.cells(span.file).is_empty() {
        return None;
    }
    let text = report.sources.text(span.file);
    let start = text.floor_char_boundary(span.extent.start as usize);
    let end = text.floor_char_boundary(span.extent.end as usize).max(start);
    let (start, end) = (place(text, start), place(text, end));
    Some(([start.0, start.1, end.0, end.1], [start.0, start.2, end.0, end.2]))
}

/// What comes out where a fix is applied: nothing where a report must not offer it.
fn fixed(report: &Report, fix: &Fix) -> Files {
    let offered = |edit: &Edit| {
        report.sources.has_text(edit.span.file)
            && report.sources.cells(edit.span.file).is_empty()
            && sanitise::secrets(&edit.text).is_empty()
    };
    let mut fixed = Files::new();
    if fix.applicability == Applicability::Display || !fix.edits.iter().all(offered) {
        return fixed;
    }
    for edit in fix.edits.iter().rev() {
        let path = report.sources.path(edit.span.file).to_owned();
        let text = fixed.entry(path).or_insert_with(|| report.sources.text(edit.span.file).to_owned());
        text.replace_range(edit.span.extent.range(), &edit.text);
    }
    fixed
}

/// The words of each format for error, warning and advice.
fn severity(format: &str, diagnostic: &Diagnostic) -> &'static str {
    let words = match format {
        "sarif" => ["error", "warning", "note"],
        "gitlab" if diagnostic.category == Category::Security => ["critical", "minor", "info"],
        "gitlab" => ["major", "minor", "info"],
        "rdjson" => ["ERROR", "WARNING", "INFO"],
        "github" => ["error", "warning", "notice"],
        "azure" => ["error", "warning", "warning"],
        _ => ["error", "warning", "advice"],
    };
    match diagnostic.severity {
        Severity::Error => words[0],
        Severity::Warning => words[1],
        Severity::Advice => words[2],
    }
}

/// Where a format says that a finding is.
fn expected_place(format: &str, report: &Report, at: Location) -> Option<Vec<usize>> {
    let region = region(report, at);
    let has_file = at.file().is_some();
    let [row, column, end_row, end_column] = region.map_or([1; 4], |(characters, _)| characters);
    match format {
        "sarif" => Some(vec![row, column, end_row, end_column]),
        "gitlab" => Some(vec![row, end_row]),
        "rdjson" => region.map(|(_, bytes)| bytes.to_vec()),
        "junit" => has_file.then(|| vec![row]),
        "github" | "azure" if !has_file => Some(vec![]),
        "github" => {
            // Ends are included, and columns are of one line.
            let last = if end_row > row && end_column == 1 { end_row - 1 } else { end_row };
            let columns = if last == end_row { [column, column.max(end_column - 1)] } else { [column, column] };
            let rows = vec![row, last];
            Some(if region.is_some() && row == last { [rows, columns.to_vec()].concat() } else { rows })
        }
        "azure" => Some(if region.is_some() { vec![row, column] } else { vec![row] }),
        _ => None,
    }
}

/// Holds what was read against the findings.
fn compare(report: &Report, answers: &[Vec<Read>]) {
    for (format, answer) in FORMATS.iter().zip(answers) {
        assert_eq!(answer.len(), report.diagnostics.len(), "{format}");
        let mut diagnostics: Vec<&Diagnostic> = report.diagnostics.iter().collect();
        if *format == "junit" {
            diagnostics.sort_by_key(|d| d.finding.at.file().map_or(d.project.as_str(), |f| report.sources.path(f)));
        }
        for (read, diagnostic) in answer.iter().zip(diagnostics) {
            let finding = &diagnostic.finding;
            let context = format!("{format}: {read:?}\n{diagnostic:?}");
            assert_eq!(read.rule, diagnostic.rule, "{context}");
            assert_eq!(read.severity, severity(format, diagnostic), "{context}");
            let message = sanitise::line(&finding.message);
            if *format == "markdown" {
                assert_eq!(read.message.replace('`', ""), message.replace('`', ""), "{context}");
                let link = diagnostic.url.iter().cloned().collect::<Vec<_>>();
                assert_eq!(read.links, link, "{context}");
            } else {
                let message = if *format == "sarif" { message.replace("](", "] (") } else { message.into_owned() };
                assert!(read.message.starts_with(&message), "{context}");
                assert_eq!(read.place, expected_place(format, report, finding.at), "{context}");
            }
            let path = finding.at.file().map(|file| report.sources.path(file));
            match *format {
                "github" | "azure" => {
                    assert_eq!(read.path.as_deref(), path.map(sanitise::line).as_deref(), "{context}");
                }
                "markdown" | "junit" => {
                    let path = sanitise::line(path.unwrap_or(&diagnostic.project));
                    assert!(read.path.as_deref().is_some_and(|read| read.starts_with(path.as_ref())), "{context}");
                }
                _ => assert_eq!(read.path.as_deref(), Some(path.unwrap_or(&diagnostic.project)), "{context}"),
            }
            let whole = finding.fix.as_ref().map(|fix| fixed(report, fix)).unwrap_or_default();
            match *format {
                "sarif" => {
                    assert_eq!(read.fixed, whole, "{context}");
                    let related = finding.labels.iter().map(|label| report.sources.path(label.span.file));
                    assert_eq!(read.related, related.collect::<Vec<_>>(), "{context}");
                }
                // All of the fix, or nothing of it.
                _ => assert!(read.fixed.is_empty() || read.fixed == whole, "{context}"),
            }
        }
    }
    // Unique in a report, and the same in both formats.
    let [sarif, gitlab, ..] = answers else { panic!("every format was read") };
    let prints: BTreeSet<&str> = sarif.iter().map(|read| read.fingerprint.as_str()).collect();
    assert_eq!(prints.len(), report.diagnostics.len());
    assert!(sarif.iter().zip(gitlab).all(|(a, b)| a.fingerprint == b.fingerprint && a.fingerprint.len() == 32));
}

#[test]
fn reports_are_read_as_they_were_meant() {
    let built = [rich(), sample(), places(), Builder::new()];
    let reports: Vec<&Report> = built.iter().map(|b| &b.report).collect();
    let answers = read(&reports);
    for (report, answers) in reports.iter().zip(&answers) {
        compare(report, answers);
    }
    // Which fixes a reviewer is offered: those that are one change of the finding's own file.
    let rdjson = &answers[0][2];
    let offered: Vec<&str> = rdjson.iter().filter(|read| !read.fixed.is_empty()).map(|r| r.rule.as_str()).collect();
    assert_eq!(offered, [reports::DESCRIBED]);
}

/// Texts of all kinds of line ends and of characters that mean something to some format, labelled anywhere.
#[test]
fn odd_reports_are_read() {
    let pieces = [
        "\n",
        "\r",
        "\r\n",
        "\t",
        "日",
        "e\u{301}",
        "\u{202e}",
        "\u{1b}",
        "%0A",
        "%25",
        "##vso[",
        "%AZP25",
        "%3B",
        "::",
        "]",
        ";",
        ",",
        ":",
        "]]>",
        "<b>",
        "&amp;",
        "\"",
        "'",
        "|",
        "`",
        "``",
        "**",
        "__",
        "[a](b)",
        "](",
        "\\",
        "~~",
        "<!--",
        "@x",
        "#1",
        "www.x.example",
        "https://x.example/?a=b",
        "![",
        "ab",
        " ",
        "\u{fffe}",
        "\u{0}",
        "{0}",
        "$x$",
        ":tada:",
    ];
    let mut seed = 11_u32;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    let mut built = Vec::new();
    for _ in 0..150 {
        let mut b = Builder::new();
        let mut words = |most: usize| (0..=next(most)).map(|_| pieces[next(pieces.len())]).collect::<String>();
        let text = words(40);
        let path = words(4).replace(['\0', '/', '\\'], "");
        let (path, message, label) = (format!("x{path}x"), format!("a{}z", words(8)), words(5));
        let notes = [words(5), words(5)];
        let file = b.file(&path, &text);
        let book = b.file("b.ipynb", &text);
        let half = next(text.len() + 1) as u32;
        b.report.sources.set_cells(book, vec![Cell { number: 1, start: 0 }, Cell { number: 2, start: half }]);
        let mut span = |file| {
            let start = text.floor_char_boundary(next(text.len() + 1));
            let end = text.ceil_char_boundary(start + next(text.len() + 1 - start));
            pyeco_lint::source::FileId::span(file, Extent::new(start, end))
        };
        let at = span(file);
        let edits = vec![Edit { span: at, text: notes[0].clone() }];
        let finding = Finding::new(Location::Span(at), message.clone())
            .label(label.clone())
            .related(span(file), label.clone())
            .related(span(book), notes[1].clone())
            .note(notes[0].clone())
            .help(notes[1].clone())
            .fix(Some(Fix { title: label.clone(), applicability: Applicability::Unsafe, edits }));
        b.say(Severity::Warning, Category::Usage, "some-rule", finding);
        b.link("https://docs.example/a_b?c=d&e=(f)#g");
        let finding = Finding::new(Location::Span(span(book)), message).note(label);
        b.say(Severity::Advice, Category::Advice, "other-rule", finding);
        built.push(b);
    }
    let reports: Vec<&Report> = built.iter().map(|b| &b.report).collect();
    for (report, answers) in reports.iter().zip(read(&reports)) {
        compare(report, &answers);
    }
}

/// What the program says of the sample projects.
#[test]
fn reports_of_projects_are_read() {
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects");
    let mut outcomes = Vec::new();
    let mut folders: Vec<_> = fs::read_dir(projects).expect("there").map(|e| e.expect("readable").path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|path| path.is_dir()) {
        let mut files = BTreeMap::new();
        collect(folder, "", &mut files);
        outcomes.push(lint_all(&files, ""));
    }
    let reports: Vec<&Report> = outcomes.iter().map(|outcome| &outcome.report).collect();
    let mut findings = 0;
    for (report, answers) in reports.iter().zip(read(&reports)) {
        compare(report, &answers);
        findings += report.diagnostics.len();
    }
    assert!(findings > 100, "{findings}");
}

/// The texts of a folder, by their paths in it.
fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files);
        } else if let Ok(text) = fs::read_to_string(&path) {
            files.insert(name, text);
        }
    }
}
