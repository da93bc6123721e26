//! Carrying out fixes: on every example and every fixture, and on ten thousand manifests that something has happened to.
//!
//! What is asked each time: the finding is gone and nothing new is there, nothing else of the text is lost, a second run
//! changes nothing, and the last fix first gives the same.

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::chance::{Chance, mutated};
use common::{Files, fixture_projects, settle_all, unmark_all};
use pyeco_lint::fix::patch;
use pyeco_lint::fix::{Applicability, Settled};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::Example;
use pyeco_lint::manifest::{self, ReadContext};

/// What is wrong with the fixes of a project, a line each; with them what was refused.
fn faults(name: &str, files: &Files, select: &str, today: &str) -> (String, Vec<String>) {
    let mut faults = String::new();
    let (after, first) = settle_all(files, select, today, false);
    let mut complain = |what: String| {
        let _ = writeln!(faults, "{name}: {what}");
    };
    for (path, text) in &after {
        let before = &files[path];
        if text == before {
            continue;
        }
        for lost in lost_comments(before, text) {
            complain(format!("{path} has lost {lost:?}"));
        }
        let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
        if before.contains("\r\n") && bare(text) > bare(before) {
            complain(format!("{path} has lines of another end"));
        }
        if before.ends_with('\n') != text.ends_with('\n') && !text.is_empty() && !before.is_empty() {
            complain(format!("{path} has another last line"));
        }
        if text.lines().filter(|line| line.ends_with([' ', '\t'])).count()
            > before.lines().filter(|line| line.ends_with([' ', '\t'])).count()
        {
            complain(format!("{path} has blanks at the end of a line that it had not:\n{text}"));
        }
    }
    let (again, second) = settle_all(&after, select, today, false);
    if again != after {
        complain(format!("a second run changes {:?}", changed(&second)));
    }
    let (other, _) = settle_all(files, select, today, true);
    for (path, text) in &other {
        if sorted(text) != sorted(&after[path]) {
            complain(format!("{path} depends on the order:\n{}\n--- or\n{text}", after[path]));
        }
    }
    (faults, first.remarks)
}

fn changed(settled: &Settled) -> Vec<String> {
    settled.changes.iter().map(|change| format!("{}:\n{}", change.path, String::from_utf8_lossy(&change.new))).collect()
}

/// The words of a text in the order of letters: what is added to a list twice stands in it in the order of the fixes.
fn sorted(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split([' ', ',', '\n', '[', ']']).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}

/// Comments that stood on lines of their own and are gone. Those for this program may go.
fn lost_comments<'t>(before: &'t str, after: &str) -> Vec<&'t str> {
    let comments = |text: &'t str| -> Vec<&'t str> {
        // The block of a script is no comment.
        let mut in_block = false;
        let is_of_block = move |line: &&str| {
            let was_in_block = in_block;
            in_block = if in_block { *line != "# ///" } else { line.starts_with("# /// script") };
            was_in_block || in_block
        };
        let mut is_of_block = is_of_block;
        let lines = text.lines().map(str::trim).filter(move |line| !is_of_block(line));
        lines.filter(|line| line.starts_with('#') && !line.contains("pyeco-lint:")).collect()
    };
    let mut left: Vec<String> = after.lines().map(|line| line.trim().to_owned()).collect();
    let mut lost = Vec::new();
    for comment in comments(before) {
        match left.iter().position(|line| line == comment) {
            Some(at) => _ = left.swap_remove(at),
            None => lost.push(comment),
        }
    }
    lost
}

/// What each of several workers makes of its share of `items`, in the order of these.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(run)).collect();
        handles.into_iter().flat_map(|handle| handle.join().expect("no panic")).collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn every_example_is_settled() {
    let knowledge = Knowledge::embedded();
    let mut examples: Vec<(&str, usize, &Example)> = Vec::new();
    for rule in knowledge.rules() {
        let texts = knowledge.texts(&rule.name).expect("every rule has texts");
        examples.extend(texts.bad.iter().enumerate().map(|(at, example)| (rule.name.as_str(), at, example)));
    }
    let found = in_parallel(&examples, |(rule, at, example)| {
        let (files, _) = unmark_all(example);
        let name = format!("{rule} {}", at + 1);
        let (alone, _) = faults(&name, &files, rule, &example.today);
        let (together, remarks) = faults(&name, &files, "all", &example.today);
        let refused = remarks.iter().fold(String::new(), |text, remark| format!("{text}{name}: {remark}\n"));
        (alone + &together, refused)
    });
    let (all, refused): (Vec<String>, Vec<String>) = found.into_iter().unzip();
    assert!(all.concat().is_empty(), "\n{}", all.concat());
    insta::assert_snapshot!(refused.concat());
}

#[test]
fn every_fixture_is_settled() {
    let found = in_parallel(&fixture_projects(), |(name, files)| {
        let (mut all, _) = faults(name, files, "default", "");
        let (faults, remarks) = faults(name, files, "all", "");
        all.push_str(&faults);
        let told = remarks.iter().fold(String::new(), |text, remark| format!("{text}{name}: {remark}\n"));
        (all, told)
    });
    let (all, refused): (Vec<String>, Vec<String>) = found.into_iter().unzip();
    assert!(all.concat().is_empty(), "\n{}", all.concat());
    insta::assert_snapshot!(refused.concat());
}

/// A rule says that it has fixes exactly where an example shows one, and how far they can be trusted.
#[test]
fn rules_tell_the_truth_about_their_fixes() {
    let knowledge = Knowledge::embedded();
    let mut faults = String::new();
    for rule in knowledge.rules() {
        let texts = knowledge.texts(&rule.name).expect("every rule has texts");
        let mut best = None;
        for example in &texts.bad {
            let report = common::lint_all(&unmark_all(example).0, &example.today).report;
            let own = report.diagnostics.iter().filter(|diagnostic| diagnostic.rule == rule.name);
            best = own.filter_map(|diagnostic| Some(diagnostic.finding.fix.as_ref()?.applicability)).max().max(best);
        }
        let best = best.filter(|best| *best > Applicability::Display);
        if best != rule.fix {
            let _ = writeln!(faults, "{}: says {:?}, and its examples have {best:?}", rule.name, rule.fix);
        }
        if rule.fix.is_some() && texts.bad.iter().all(|example| example.fixed.is_empty()) {
            let _ = writeln!(faults, "{}: no example says what its fix gives", rule.name);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

// ------------------------------------------------------------------------------------------------ mutations

/// How many manifests something happens to.
const MUTATED: usize = 10_000;

/// So many are projects of one run.
const TOGETHER: usize = 125;

/// Every manifest of fixtures and examples, with the name of its file.
fn manifests() -> Vec<(String, String)> {
    let knowledge = Knowledge::embedded();
    let texts = knowledge.rules().iter().filter_map(|rule| knowledge.texts(&rule.name));
    let examples = texts.flat_map(|texts| texts.bad.iter().chain(&texts.good)).map(|example| unmark_all(example).0);
    let all = examples.chain(fixture_projects().into_iter().map(|(_, files)| files)).flatten();
    let manifests = all.filter(|(path, _)| manifest::format_of(path).is_some());
    let named = manifests.map(|(path, text)| (path.rsplit('/').next().unwrap_or(&path).to_owned(), text));
    named.collect::<BTreeSet<_>>().into_iter().collect()
}

/// What the reader of a manifest has to say against a text.
fn problems(path: &str, text: &str) -> Vec<String> {
    let format = manifest::format_of(path).expect("a manifest");
    let reading = (format.read)(text, ReadContext { path });
    reading.problems.into_iter().map(|problem| format!("{}: {}", problem.rule, problem.message)).collect()
}

/// Every fix that is offered, alone and without the checks that would take it back; in a share of the manifests all of
/// them together, with these.
#[test]
fn no_fix_makes_a_manifest_worse() {
    let manifests = manifests();
    assert!(manifests.len() > 500, "{}", manifests.len());
    let batches: Vec<usize> = (0..MUTATED / TOGETHER).collect();
    let knowledge = Knowledge::embedded();
    let fixing = knowledge.rules().iter().filter(|rule| rule.fix.is_some()).map(|rule| rule.name.as_str());
    let fixing = fixing.collect::<Vec<_>>().join(",");
    let found = in_parallel(&batches, |batch| {
        let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (*batch as u64 + 1));
        let mut files = Files::new();
        for number in 0..TOGETHER {
            let (name, text) = &manifests[chance.below(manifests.len())];
            files.insert(format!("p{number}/{name}"), mutated(text, &mut chance));
        }
        let mut faults = String::new();
        let mut complain = |path: &str, what: &str, new: &str| {
            let _ = writeln!(faults, "batch {batch}, {path}: {what}\n{}\n--->\n{new}", files[path]);
        };
        let report = common::lint_some(&files, &fixing).report;
        let mut tried = 0;
        for diagnostic in &report.diagnostics {
            let edits = diagnostic.finding.fix.iter().flat_map(|fix| &fix.edits);
            let paths: BTreeSet<&str> = edits.clone().map(|edit| report.sources.path(edit.span.file)).collect();
            for path in paths.into_iter().filter(|path| manifest::format_of(path).is_some()) {
                tried += 1;
                let own = edits.clone().filter(|edit| report.sources.path(edit.span.file) == path);
                let Some(new) = patch::apply(&files[path], own) else { continue };
                let (before, now) = (problems(path, &files[path]), problems(path, &new));
                // A key may get the name of another that is there: the check of all fixes takes that back.
                let is_syntax = |one: &&String| one.starts_with("invalid-syntax") && !one.ends_with("is defined twice");
                let is_doubled = now.iter().any(|one| one.ends_with("is defined twice"));
                let broken = |all: &[String]| all.iter().filter(is_syntax).count();
                if broken(&now) > broken(&before) && !is_doubled {
                    complain(path, &format!("{}: {now:?}", diagnostic.rule), &new);
                }
                for lost in lost_comments(&files[path], &new) {
                    complain(path, &format!("{}: lost {lost:?}", diagnostic.rule), &new);
                }
            }
        }
        if batch % 8 == 0 {
            let (after, settled) = settle_all(&files, &fixing, "", batch % 16 == 0);
            for change in &settled.changes {
                let (path, new) = (&change.path, &after[&change.path]);
                if problems(path, new).len() > problems(path, &files[path]).len() {
                    complain(path, "is worse than before", new);
                }
            }
        }
        (faults, tried)
    });
    let faults: String = found.iter().map(|(faults, _)| faults.as_str()).collect();
    assert!(faults.is_empty(), "\n{faults}");
    let tried: usize = found.iter().map(|(_, tried)| tried).sum();
    assert!(tried > MUTATED / 10, "only {tried} fixes were offered");
}
