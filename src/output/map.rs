//! What `map` prints: text for a terminal of 100 columns, JSON, and Markdown. The JSON is a contract: fields may be added,
//! none is renamed or removed.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{At, Shown, escape};
use super::place::Places;
use super::{sanitise, severity};
use crate::diagnostic::Severity;
use crate::explain;
use crate::knowledge::model::Standing;
use crate::map::Map;
use crate::python::stdlib;
use crate::standing::{Evidence, Filler, Lack, Need, State};

/// The version of the JSON.
const VERSION: u32 = 1;

/// How wide the text may become, in characters.
const COLUMNS: usize = 100;

/// What a need is called that no section of the lesson has.
const FURTHER: &str = "Further needs";

/// Writes the map for people: a line a need.
pub fn text(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&map.outcome().report.sources);
    let needs = map.needs();
    let roots: Vec<&str> = map.roots().collect();
    let knowledge = &map.outcome().report.knowledge.catalog;
    line(out, &format!("{} against the ecosystem map of {knowledge}", projects(&roots)))?;
    let name = needs.iter().map(|need| need.row.id.chars().count()).max().unwrap_or_default().min(24);
    let state = State::Recommended.name().len();
    let mut section = None;
    let (judged, aside): (Vec<&Need<'_>>, Vec<&Need<'_>>) = needs.iter().partition(|need| is_shown(need));
    for need in judged {
        if section != Some(&need.row.need.section) {
            section = Some(&need.row.need.section);
            line(out, "")?;
            line(out, section_of(need))?;
        }
        let word = if need.state() == State::Unused { "-" } else { need.state().name() };
        let start = format!("  {:name$}  {word:state$}  ", need.row.id);
        let room = COLUMNS.saturating_sub(start.chars().count());
        line(out, &format!("{start}{}", fit(&parts(need, &places), room)))?;
    }
    line(out, "")?;
    if let Some(first) = aside.first() {
        let names: Vec<&str> = aside.iter().map(|need| need.row.id.as_str()).collect();
        let (names, first) = (names.join(", "), &first.row.id);
        wrap(out, &format!("Not judged from files: {names}; `pyeco-lint explain {first}` says why."))?;
    }
    line(out, "-: nothing shows that it is needed, or that cannot be told from here.")?;
    wrap(out, &counts(&needs))
}

/// Writes the map as one JSON object.
pub fn json(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&map.outcome().report.sources);
    let needs = map.needs();
    let document = Document {
        version: VERSION,
        knowledge: Knowledge { catalog: &map.outcome().report.knowledge.catalog },
        projects: map.roots().collect(),
        needs: needs.iter().map(|need| Entry::new(need, &places)).collect(),
    };
    let document = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", escape(&sanitise::mask(&document)))
}

/// Writes the map as a table of Markdown for each section.
pub fn markdown(map: &Map, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&map.outcome().report.sources);
    let needs = map.needs();
    let roots: Vec<&str> = map.roots().collect();
    let knowledge = &map.outcome().report.knowledge.catalog;
    line(out, &format!("# {} against the ecosystem map of {knowledge}", cell(&projects(&roots))))?;
    let mut section = None;
    for need in needs.iter().filter(|need| is_shown(need)) {
        if section != Some(&need.row.need.section) {
            section = Some(&need.row.need.section);
            line(
                out,
                &format!("\n## {}\n\n| Need | Standing | What fills it |\n|---|---|---|", cell(section_of(need))),
            )?;
        }
        let word = if need.state() == State::Unused { "–" } else { need.state().name() };
        let parts: Vec<String> = parts(need, &places).iter().map(|part| cell(part)).collect();
        line(out, &format!("| {} | {word} | {} |", cell(&need.row.need.title), parts.join("; ")))?;
    }
    line(out, "")?;
    line(out, &counts(&needs))
}

/// Whether a need has a line: it is judged, or something fills it.
fn is_shown(need: &Need<'_>) -> bool {
    need.row.need.not_judged.is_empty() || need.state() != State::Unused
}

fn section_of<'a>(need: &Need<'a>) -> &'a str {
    if need.row.need.section.is_empty() { FURTHER } else { &need.row.need.section }
}

fn projects(roots: &[&str]) -> String {
    match roots {
        [] => "No project".to_owned(),
        ["."] => "This project".to_owned(),
        [one] => format!("The project {one}"),
        more => format!("{} projects", more.len()),
    }
}

/// What is to be said of a need: what is missing, what is out of date, what fills it.
fn parts(need: &Need<'_>, places: &Places<'_>) -> Vec<String> {
    let (advice, lacks): (Vec<&Lack>, Vec<&Lack>) =
        need.lacks.iter().partition(|lack| lack.severity == Severity::Advice);
    let (ended, good): (Vec<&Filler>, Vec<&Filler>) =
        need.filled.iter().partition(|filler| filler.standing == Standing::Superseded);
    let missing = |lack: &Lack| missing(lack, need);
    let filled = |filler: &Filler| filled(filler, places);
    // What is suggested is not to be among what is only counted.
    let mut good = good.into_iter().map(filled);
    let first: Vec<String> = ended.into_iter().map(filled).chain(good.next()).collect();
    lacks.into_iter().map(missing).chain(first).chain(advice.into_iter().map(missing)).chain(good).collect()
}

fn missing(lack: &Lack, need: &Need<'_>) -> String {
    let is_aside = lack.severity == Severity::Advice && need.state() != State::Suggested;
    if is_aside { format!("suggested: {}", lack.rule) } else { lack.message.clone() }
}

fn filled(filler: &Filler, places: &Places<'_>) -> String {
    let place = filler.evidence.first().and_then(|evidence| place(evidence, places));
    let place = place.map_or(String::new(), |place| format!(" ({place})"));
    let Some(ended) = &filler.ended else {
        return format!("`{}`{place}", filler.name);
    };
    let instead = match ended.instead.as_slice() {
        [] => String::new(),
        [one] if stdlib::lifetime(one).is_some() => format!(": `{one}` of the standard library"),
        [one] => format!(": `{one}`"),
        [first, ..] => format!(": `{first}` or others"),
    };
    let since = if ended.since.is_empty() { String::new() } else { format!(", ended {}", ended.since) };
    format!("`{}`{place}{since}{instead}", filler.name)
}

/// `path:row`.
fn place(evidence: &Evidence, places: &Places<'_>) -> Option<String> {
    let path = places.filename(evidence.at)?;
    let row = evidence.at.span().and_then(|span| places.region(span)).map(|region| region.start.row);
    Some(row.map_or_else(|| path.to_owned(), |row| format!("{path}:{row}")))
}

/// As many of `parts` as have room, and how many there are beside.
fn fit(parts: &[String], room: usize) -> String {
    let whole = parts.join("; ");
    if whole.chars().count() <= room {
        return whole;
    }
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        let separator = if text.is_empty() { "" } else { "; " };
        let left = parts.len() - place - 1;
        let more = if left == 0 { String::new() } else { format!("; {left} more") };
        let width = |text: &str| text.chars().count();
        if place > 0 && width(&text) + width(separator) + width(part) + width(&more) > room {
            return format!("{text}; {} more", left + 1);
        }
        text.push_str(separator);
        text.push_str(part);
    }
    if text.chars().count() > room {
        text = text.chars().take(room.saturating_sub(1)).collect();
        text.push('…');
    }
    text
}

fn counts(needs: &[Need<'_>]) -> String {
    let count = |state: State| needs.iter().filter(|need| need.state() == state).count();
    let good = count(State::Recommended) + count(State::Accepted);
    let mut parts = vec![format!("{good} of {} needs filled well", needs.len())];
    let is_suggested = |need: &&Need<'_>| {
        need.state() != State::Missing && need.lacks.iter().any(|lack| lack.severity == Severity::Advice)
    };
    for (count, words) in [
        (count(State::Superseded), "by what is superseded"),
        (count(State::Missing), "with something missing"),
        (needs.iter().filter(is_suggested).count(), "with a suggestion"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let next = if parts.len() > 1 { "; what to do: pyeco-lint recommend" } else { "" };
    format!("{}{next}", parts.join(", "))
}

/// One line, fit for a terminal.
fn line(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for line in text.split('\n') {
        writeln!(out, "{}", sanitise::line(&sanitise::mask(line.trim_end())))?;
    }
    Ok(())
}

fn wrap(out: &mut dyn Write, text: &str) -> io::Result<()> {
    explain::wrapped(text, COLUMNS).lines().try_for_each(|one| line(out, one))
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    knowledge: Knowledge<'a>,
    projects: Vec<&'a str>,
    needs: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Knowledge<'a> {
    catalog: &'a str,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    name: &'a str,
    title: &'a str,
    section: &'a str,
    lesson: &'a str,
    standing: &'static str,
    not_judged: Option<&'a str>,
    filled: Vec<FillerEntry<'a>>,
    missing: Vec<LackEntry<'a>>,
}

#[derive(Debug, Serialize)]
struct FillerEntry<'a> {
    name: &'a str,
    standing: &'static str,
    since: Option<&'a str>,
    reason: Option<&'a str>,
    replacements: &'a [String],
    checked: Option<&'a str>,
    evidence: Vec<Shown<'a>>,
}

#[derive(Debug, Serialize)]
struct LackEntry<'a> {
    name: &'a str,
    severity: &'static str,
    message: &'a str,
    replacements: &'a [String],
    #[serde(flatten)]
    at: At<'a>,
}

impl<'a> Entry<'a> {
    fn new(need: &'a Need<'a>, places: &Places<'a>) -> Self {
        let row = &need.row.need;
        let lack = |lack: &'a Lack| LackEntry {
            name: &lack.rule,
            severity: severity(lack.severity),
            message: &lack.message,
            replacements: &lack.instead,
            at: At::new(lack.at, places),
        };
        Self {
            name: &need.row.id,
            title: &row.title,
            section: &row.section,
            lesson: &row.lesson,
            standing: need.state().name(),
            not_judged: present(&row.not_judged),
            filled: need.filled.iter().map(|filler| FillerEntry::new(filler, places)).collect(),
            missing: need.lacks.iter().map(lack).collect(),
        }
    }
}

impl<'a> FillerEntry<'a> {
    fn new(filler: &'a Filler, places: &Places<'a>) -> Self {
        let entry = |evidence: &Evidence| Shown::new(evidence.at, evidence.how, places);
        let ended = filler.ended.as_ref();
        Self {
            name: &filler.name,
            standing: explain::standing(filler.standing),
            since: ended.and_then(|ended| present(&ended.since)),
            reason: ended.map(|ended| ended.reason.as_str()),
            replacements: ended.map_or(&[], |ended| &ended.instead),
            checked: present(&filler.checked),
            evidence: filler.evidence.iter().map(entry).collect(),
        }
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_counted() {
        let parts = ["aaaa", "bbbb", "cccc"].map(str::to_owned);
        for (room, expected) in [
            (40, "aaaa; bbbb; cccc"),
            (16, "aaaa; bbbb; cccc"),
            (15, "aaaa; 2 more"),
            (12, "aaaa; 2 more"),
            (3, "aaaa; 2 more"),
        ] {
            assert_eq!(fit(&parts, room), expected, "{room}");
        }
        assert_eq!(fit(&parts[..1], 3), "aa…");
        assert_eq!(fit(&[], 3), "");
    }
}
