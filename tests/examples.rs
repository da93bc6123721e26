//! Runs the examples in every file under `rules/`.
//!
//! In an example a comment of carets marks what the finding on the line above covers. Where a caret follows the `#`
//! directly, the `#` counts as one too, so that a mark can stand under the first column.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use common::{Files, assert_in_bounds, lint_all, shown};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::{Example, RuleCore, RuleTexts};
use pyeco_lint::source::Location;

/// A marked place: path, first byte, last byte.
type Mark = (String, usize, usize);

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
fn unmark_all(example: &Example) -> (Files, Vec<Mark>) {
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

fn rules() -> Vec<(RuleCore, RuleTexts)> {
    let knowledge = Knowledge::embedded();
    let texts = |rule: &RuleCore| knowledge.texts(&rule.name).expect("every rule has texts").clone();
    knowledge.rules().iter().map(|rule| (rule.clone(), texts(rule))).collect()
}

/// Says what went wrong with one example.
fn complain(out: &mut String, rule: &str, kind: &str, number: usize, example: &Example, what: &str) {
    let _ = writeln!(out, "{rule}, {kind} example {} ({}): {what}", number + 1, example.about);
}

#[test]
fn every_bad_example_is_reported_exactly_where_it_is_marked() {
    let mut faults = String::new();
    for (rule, texts) in rules() {
        for (number, example) in texts.bad.iter().enumerate() {
            let (files, marks) = unmark_all(example);
            let outcome = lint_all(&files, &example.today);
            let report = &outcome.report;
            let own: Vec<_> = report.diagnostics.iter().filter(|d| d.rule == rule.name).collect();
            let mut found: Vec<Mark> = Vec::new();
            let mut whole: Vec<String> = Vec::new();
            for diagnostic in &own {
                match diagnostic.finding.at {
                    Location::Span(span) => {
                        let range = span.extent.range();
                        found.push((report.sources.path(span.file).to_owned(), range.start, range.end));
                    }
                    Location::File(file) => whole.push(report.sources.path(file).to_owned()),
                    Location::Project => whole.push("(project)".to_owned()),
                }
            }
            found.sort();
            let show = |marks: &[Mark]| -> Vec<String> {
                marks
                    .iter()
                    .map(|(path, start, end)| {
                        format!(
                            "{path}[{start}..{end}]={:?}",
                            files.get(path).and_then(|t| t.get(*start..*end)).unwrap_or("?")
                        )
                    })
                    .collect()
            };
            if found != marks || whole != example.whole {
                let what =
                    format!("found {:?} {whole:?}, expected {:?} {:?}", show(&found), show(&marks), example.whole);
                complain(&mut faults, &rule.name, "bad", number, example, &what);
            }
            if marks.is_empty() && example.whole.is_empty() {
                complain(&mut faults, &rule.name, "bad", number, example, "it marks nothing");
            }
            if !example.message.is_empty() && !own.iter().any(|d| d.finding.message.contains(&example.message)) {
                let messages: Vec<&str> = own.iter().map(|d| d.finding.message.as_str()).collect();
                complain(
                    &mut faults,
                    &rule.name,
                    "bad",
                    number,
                    example,
                    &format!("no message has {:?}: {messages:?}", example.message),
                );
            }
            if own.iter().any(|d| d.finding.variant != example.variant) {
                let variants: Vec<_> = own.iter().map(|d| &d.finding.variant).collect();
                complain(
                    &mut faults,
                    &rule.name,
                    "bad",
                    number,
                    example,
                    &format!("spoke as {variants:?}, expected {:?}", example.variant),
                );
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_fix_gives_what_its_example_says() {
    let mut faults = String::new();
    for (rule, texts) in rules() {
        for (number, example) in texts.bad.iter().enumerate().filter(|(_, example)| !example.fixed.is_empty()) {
            let (files, _) = unmark_all(example);
            let report = lint_all(&files, &example.today).report;
            let offered =
                report.diagnostics.iter().filter(|d| d.rule == rule.name).filter_map(|d| d.finding.fix.as_ref());
            let mut edits: Vec<_> = offered.flat_map(|fix| &fix.edits).collect();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.extent.start));
            let mut fixed = files.clone();
            for edit in edits {
                if let Some(text) = fixed.get_mut(report.sources.path(edit.span.file)) {
                    text.replace_range(edit.span.extent.range(), &edit.text);
                }
            }
            for (path, expected) in &example.fixed {
                let expected = expected.strip_prefix('\n').unwrap_or(expected);
                if fixed.get(path).map(String::as_str) != Some(expected) {
                    complain(&mut faults, &rule.name, "bad", number, example, &format!("gives {fixed:#?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_good_example_is_silent() {
    let mut faults = String::new();
    for (rule, texts) in rules() {
        for (number, example) in texts.good.iter().enumerate() {
            let (files, _) = unmark_all(example);
            let outcome = lint_all(&files, &example.today);
            for diagnostic in outcome.report.diagnostics.iter().filter(|d| d.rule == rule.name) {
                let place = shown(&outcome.report, diagnostic.finding.at);
                complain(
                    &mut faults,
                    &rule.name,
                    "good",
                    number,
                    example,
                    &format!("{place}: {}", diagnostic.finding.message),
                );
            }
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// Every rule runs on every example of every other rule: nothing panics, every place lies in its text, and what is
/// found there is a list that reviewers read.
#[test]
fn what_rules_find_in_the_examples_of_others() {
    let mut matrix: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (rule, texts) in rules() {
        for example in texts.bad.iter().chain(&texts.good) {
            let (files, _) = unmark_all(example);
            let outcome = lint_all(&files, &example.today);
            for diagnostic in &outcome.report.diagnostics {
                assert_in_bounds(&outcome.report, diagnostic);
                if diagnostic.rule != rule.name {
                    *matrix.entry(rule.name.clone()).or_default().entry(diagnostic.rule.clone()).or_default() += 1;
                }
            }
        }
    }
    let mut text = String::new();
    for (rule, others) in matrix {
        let others: Vec<String> = others.iter().map(|(other, count)| format!("{other} {count}")).collect();
        let _ = writeln!(text, "{rule}: {}", others.join(", "));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn placeholders_are_filled() {
    for (rule, texts) in rules() {
        for example in texts.bad.iter().chain(&texts.good) {
            let (files, _) = unmark_all(example);
            for diagnostic in lint_all(&files, &example.today).report.diagnostics {
                let finding = &diagnostic.finding;
                let lines: BTreeSet<&String> =
                    finding.help.iter().chain(&finding.notes).chain([&finding.message, &finding.label]).collect();
                for line in lines {
                    let placeholder =
                        line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name);
                    let is_one = placeholder
                        .is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
                    assert!(!is_one, "{} on {}: {line}", diagnostic.rule, rule.name);
                }
            }
        }
    }
}
