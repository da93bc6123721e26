//! Our reading of requirements files beside pip's.

use pyeco_lint::manifest::requirements::FORMAT;
use pyeco_lint::manifest::{ReadContext, Reading, marker};
use pyeco_lint::source::Extent;
use serde::Deserialize;

use crate::oracle;
use crate::pip::Line;
use crate::texts::Text;

/// A line as pip joins it, and how it may be read. Where that depends on folders that may be there, both ways stand.
#[derive(Debug, Deserialize)]
struct Judged {
    /// The first line of the file that belongs to it, from 1.
    line: usize,
    text: String,
    readings: Vec<Line>,
}

/// Who refuses it, a test of a line as pip joins it, and why the reader does otherwise.
type Difference = (Refuses, fn(&str) -> bool, &'static str);

/// Where the reader differs from pip on purpose.
const ON_PURPOSE: &[Difference] = &[
    (
        Refuses::Pip,
        |line| line.contains("${"),
        "what a variable stands for is not known: neither the line nor its faults are judged",
    ),
    (Refuses::Pip, |line| line.contains("--use-f"), "features of pip come and go: their names are not judged"),
    (
        Refuses::Pip,
        |line| {
            line.split("file://").skip(1).any(|rest| !rest.starts_with('/') || rest.starts_with("//"))
                || line.contains("FILE:")
        },
        "whether `file:` URLs may have a host, and the scheme capitals, depends on the system",
    ),
    (
        Refuses::Pip,
        |line| {
            line.trim_start_matches("-e")
                .trim_start_matches("--editable")
                .trim_start_matches(['=', ' '])
                .starts_with("//")
        },
        "what a path that begins with two slashes means depends on the system",
    ),
    (
        Refuses::Reader,
        |line| !line.starts_with('-') && [" -e", " --e"].iter().any(|option| line.contains(option)),
        "pip takes `URL -e .` for `-e URL` and drops the `.`, which nobody means",
    ),
    (
        Refuses::Reader,
        compares_alike,
        "a comparison of two literals, or of two variables, means nothing, though `packaging` reads it",
    ),
    (
        Refuses::Neither,
        |line| line.to_lowercase().starts_with("file:") && line.contains("../"),
        "pip loses the fragment of a `file:` URL that goes upwards: the name in it, which was meant, is kept",
    ),
    (
        Refuses::Neither,
        |line| line.contains(";  -"),
        "pip ends a URL at a `;` before two blanks and an option: there it belongs to the URL, as before one blank",
    ),
];

/// Who refuses a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuses {
    Pip,
    Reader,
    Neither,
}

/// Whether the reader differs from pip on purpose.
fn on_purpose(line: &Judged, ours: &Line) -> bool {
    let is_refusal = |line: &Line| matches!(line, Line::Refused { .. });
    // The first reading is that without folders.
    let refuses = match (line.readings.first().is_some_and(is_refusal), is_refusal(ours)) {
        (true, _) => Refuses::Pip,
        (false, true) => Refuses::Reader,
        (false, false) => Refuses::Neither,
    };
    refuses == Refuses::Pip && line.readings.iter().all(is_no_constraint)
        || ON_PURPOSE.iter().any(|&(who, applies, _)| who == refuses && applies(&line.text))
}

/// What a file of constraints cannot hold depends on who includes it: a rule tells that, not the reader (`coded/constraint.rs`).
fn is_no_constraint(reading: &Line) -> bool {
    let says = ["not allowed as constraints", "Constraints cannot have extras"];
    matches!(reading, Line::Refused { why } if says.iter().any(|said| why.contains(said)))
}

/// Whether a marker compares what needs no environment, or gives nothing to compare with.
pub(crate) fn compares_alike(line: &str) -> bool {
    line.match_indices(';').any(|(at, _)| {
        let (_, problems) = marker::parse(line[at + 1..].split(" -").next().unwrap_or_default().trim());
        !problems.is_empty() && problems.iter().all(|problem| problem.message.starts_with("the marker compares"))
    })
}

/// How each text, which is one line, may be read.
pub(crate) fn answers(texts: &[Text]) -> Vec<Vec<Line>> {
    let all: Vec<Vec<Judged>> = oracle::ask("requirements", texts);
    all.into_iter().map(|lines| lines.into_iter().next().map(|line| line.readings).unwrap_or_default()).collect()
}

/// How the reader and pip differ on each text; empty where they agree.
pub(crate) fn differences(texts: &[Text]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    // Not all at once, so that neither side holds everything.
    for some in texts.chunks(2_000) {
        let answers: Vec<Vec<Judged>> = oracle::ask("requirements", some);
        all.extend(some.iter().zip(answers).map(|(text, lines)| difference(text, &lines)));
    }
    all
}

/// Our reading.
pub(crate) fn read(text: &Text) -> Reading {
    let path = if text.constraint { "constraints.txt" } else { "requirements.txt" };
    (FORMAT.read)(&text.text, ReadContext { path })
}

fn difference(text: &Text, lines: &[Judged]) -> Vec<String> {
    let mut ours = read(text);
    let starts = line_starts(&text.text);
    let start = |line: usize| starts.get(line - 1).copied().unwrap_or(text.text.len());
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().rev() {
        // Each line takes from its end what follows its beginning.
        let part = split_off(&mut ours, start(line.line));
        let part = Line::of(&part);
        let agrees = line.readings.iter().any(|reading| reading.agrees(&part));
        if !agrees && !on_purpose(line, &part) {
            found.push(format!("{:?}\n  pip:  {:?}\n  ours: {part:?}", line.text, line.readings));
        }
        if index == 0 && ours != (Reading { partial: ours.partial, ..Reading::default() }) {
            found.push(format!("before the first line that says something: {ours:?}"));
        }
    }
    if lines.is_empty() && ours != Reading::default() {
        found.push(format!("pip reads nothing, ours: {ours:?}"));
    }
    found
}

/// What of a reading stands at or behind byte `start`.
fn split_off(reading: &mut Reading, start: usize) -> Reading {
    fn split<T>(list: &mut Vec<T>, start: usize, at: impl Fn(&T) -> Extent) -> Vec<T> {
        let kept = list.partition_point(|item| at(item).range().start < start);
        list.split_off(kept)
    }
    // A whole line stands behind all faults of the line before.
    reading.problems.sort_by_key(|problem| problem.at.map(|at| at.start));
    Reading {
        requirements: split(&mut reading.requirements, start, |item| item.at),
        includes: split(&mut reading.includes, start, |item| item.at),
        options: split(&mut reading.options, start, |item| item.at),
        problems: split(&mut reading.problems, start, |item| item.at.expect("a place")),
        ..Reading::default()
    }
}

/// The first byte of each line of a text, with the line ends of Python's `str.splitlines`.
fn line_starts(text: &str) -> Vec<usize> {
    let is_end = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let ends = text.char_indices().filter(|&(at, c)| is_end(c) && !(c == '\r' && text[at..].starts_with("\r\n")));
    std::iter::once(0).chain(ends.map(|(at, c)| at + c.len_utf8())).collect()
}
