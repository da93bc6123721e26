//! Running the program on files in memory, through its public interface.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

pub mod chance;
pub mod program;

use std::collections::BTreeMap;
use std::path::Path;

use pyeco_lint::date::Date;
use pyeco_lint::diagnostic::Diagnostic;
use pyeco_lint::fix::{Applicability, Settled, Wanted, settle};
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::model::Example;
use pyeco_lint::options::Options;
use pyeco_lint::report::Report;
use pyeco_lint::source::{Location, Span};
use pyeco_lint::{Outcome, lint};

/// Path → text.
pub type Files = BTreeMap<String, String>;

/// The day on which tests run.
pub const TODAY: &str = "2026-11-22";

fn options(select: &str, today: &str) -> Options {
    let today = if today.is_empty() { TODAY } else { today };
    let mut options = Options::new(vec![".".to_owned()], Date::parse(today).expect("a date"));
    options.overrides.select = Some(select.split(',').map(str::to_owned).collect());
    options.overrides.advice = true;
    options
}

/// Lints files in memory with some rules, commas between them.
pub fn lint_some(files: &Files, select: &str) -> Outcome {
    lint(&Memory::new(files.clone()), &options(select, "")).expect("the folder is there")
}

/// Lints files in memory with every rule.
pub fn lint_all(files: &Files, today: &str) -> Outcome {
    lint(&Memory::new(files.clone()), &options("all", today)).expect("the folder is there")
}

/// Carries out every fix of the rules that `select` selects, the last first where `backwards` says so. Gives the files after
/// it, and what was done.
pub fn settle_all(files: &Files, select: &str, today: &str, backwards: bool) -> (Files, Settled) {
    let wanted = Wanted { backwards, ..Wanted::fixes(Applicability::Unsafe) };
    let settled = settle(&Memory::new(files.clone()), &options(select, today), wanted).expect("the folder is there");
    let mut after = files.clone();
    for change in &settled.changes {
        let text = String::from_utf8(change.new.clone()).expect("text stays text");
        assert_eq!(files.get(&change.path).map(String::as_bytes), Some(change.old.as_slice()), "{}", change.path);
        after.insert(change.path.clone(), text);
    }
    (after, settled)
}

/// The projects of `fixtures/projects/`, by name, with those of their files that are text.
#[allow(clippy::disallowed_methods, reason = "tests read fixtures")]
pub fn fixture_projects() -> Vec<(String, Files)> {
    fn collect(folder: &Path, below: &str, files: &mut Files) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            let name = format!("{below}{}", path.file_name().expect("a name").to_string_lossy());
            if path.is_dir() {
                collect(&path, &format!("{name}/"), files);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.insert(name, text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects");
    let folders = std::fs::read_dir(root).expect("a folder").map(|entry| entry.expect("readable").path());
    let mut projects: Vec<(String, Files)> = folders
        .filter(|path| path.is_dir())
        .map(|path| {
            let mut files = Files::new();
            collect(&path, "", &mut files);
            (path.file_name().expect("a name").to_string_lossy().into_owned(), files)
        })
        .collect();
    projects.sort();
    projects
}

/// `path:row:column-row:column "text"` of a place, rows and columns from 1, columns in characters.
pub fn shown(report: &Report, at: Location) -> String {
    match at {
        Location::Project => "(project)".to_owned(),
        Location::File(file) => report.sources.path(file).to_owned(),
        Location::Span(span) => {
            let (row, column) = place(report, span, span.extent.start);
            let text = report.sources.slice(span);
            format!("{}:{row}:{column} {text:?}", report.sources.path(span.file))
        }
    }
}

fn place(report: &Report, span: Span, byte: u32) -> (usize, usize) {
    let before = &report.sources.text(span.file)[..byte as usize];
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// Every place of a diagnostic lies within its text, on character boundaries.
pub fn assert_in_bounds(report: &Report, diagnostic: &Diagnostic) {
    let spans = diagnostic.finding.at.span().into_iter().chain(diagnostic.finding.labels.iter().map(|l| l.span));
    let edits = diagnostic.finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
    for span in spans.chain(edits) {
        let text = report.sources.text(span.file);
        assert!(
            text.get(span.extent.range()).is_some(),
            "{}: {} at {span:?}",
            diagnostic.rule,
            report.sources.path(span.file)
        );
    }
}

/// A marked place: path, first byte, last byte.
pub type Mark = (String, usize, usize);

/// Splits marked text into the clean text and the marked bytes.
fn unmark(path: &str, marked: &str) -> (String, Vec<Mark>) {
    let (mut clean, mut marks, mut line_start) = (String::new(), Vec::new(), 0);
    for line in marked.split_inclusive('\n') {
        let body = line.trim_end();
        let mark = body.trim_start();
        let carets = mark.strip_prefix('#').filter(|c| c.contains('^') && c.bytes().all(|b| matches!(b, b'^' | b' ')));
        if carets.is_some() {
            let hash = body.len() - mark.len();
            let above = clean[line_start..].to_owned();
            let byte = |column: usize| above.char_indices().nth(column).map_or(above.len(), |(at, _)| at);
            let mut from = 0;
            while let Some(first) = body[from..].find('^').map(|at| at + from) {
                let end = body[first..].find(' ').map_or(body.len(), |at| at + first);
                let start = if first == hash + 1 { hash } else { first };
                marks.push((path.to_owned(), line_start + byte(start), line_start + byte(end)));
                from = end;
            }
        } else {
            line_start = clean.len();
            clean.push_str(line);
        }
    }
    (clean, marks)
}

/// The files of an example with what it marks in them.
pub fn unmark_all(example: &Example) -> (Files, Vec<Mark>) {
    let (mut clean, mut marks) = (Files::new(), Vec::new());
    for (path, text) in &example.files {
        // The line break after the opening quotes belongs to the form of the rule file.
        let (text, of_file) = unmark(path, text.strip_prefix('\n').unwrap_or(text));
        clean.insert(path.clone(), text);
        marks.extend(of_file);
    }
    marks.sort();
    (clean, marks)
}
