//! Runs the examples in every file under `rules/`.
//!
//! In an example a comment of carets marks what the finding on the line above covers. Where a caret follows the `#`
//! directly, the `#` counts as one too, so that a mark can stand under the first column.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use common::{Mark, assert_in_bounds, lint_all, settle_all, shown, unmark_all};
use pyeco_lint::diagnostic::Category;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::{Example, RuleCore, RuleTexts};
use pyeco_lint::source::Location;

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
            // What a comment silences is known where everything is looked for.
            let select = if rule.category == Category::Configuration { "all" } else { &rule.name };
            let (fixed, _) = settle_all(&files, select, &example.today, false);
            let expected = |path: &String, text: &String| match example.fixed.get(path) {
                Some(expected) => expected.strip_prefix('\n').unwrap_or(expected) == text,
                None => files.get(path) == Some(text),
            };
            for (path, text) in fixed.iter().filter(|(path, text)| !expected(path, text)) {
                complain(&mut faults, &rule.name, "bad", number, example, &format!("{path} becomes\n{text}"));
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
