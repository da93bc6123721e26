//! What `recommend` prints: a paragraph a recommendation, then the advice that none of them tells, a line each; or JSON, a contract: fields
//! may be added, none is renamed or removed.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{At, Entry, escape};
use super::place::Places;
use super::{concise, sanitise, severity};
use crate::diagnostic::Diagnostic;
use crate::explain;
use crate::knowledge::model::AnswerKind;
use crate::recommend::{Because, Beside, Recommendation, Recommendations};
use crate::rule::text::alternatives;
use crate::source::Location;

/// The version of the JSON.
const VERSION: u32 = 1;

/// How wide the text may become, in characters.
const COLUMNS: usize = 100;

/// So many other answers are named.
const OTHERS: usize = 4;

/// So many where nobody has asked about the need.
const BRIEF: usize = 2;

/// Where the words of a paragraph begin, in characters.
const INDENT: usize = 11;

/// Writes the recommendations for people.
pub fn text(given: &Recommendations, out: &mut dyn Write) -> io::Result<()> {
    let report = &given.outcome().report;
    let places = Places::new(&report.sources);
    let first = given.items.first().map(|item| &item.project);
    let several = given.items.iter().any(|item| Some(&item.project) != first);
    for (place, item) in given.items.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        Page { out, places: &places, brief: !given.asked }.item(item, several)?;
    }
    if given.asked {
        return Ok(());
    }
    let left: Vec<&Diagnostic> = given.suggestions().filter(|diagnostic| !given.tells(diagnostic)).collect();
    if !left.is_empty() {
        writeln!(
            out,
            "{}Further advice (`pyeco-lint --advice` says more)",
            if given.items.is_empty() { "" } else { "\n" }
        )?;
        concise::diagnostics(report, left.into_iter(), out)?;
    } else if given.items.is_empty() {
        writeln!(
            out,
            "Nothing to recommend. `pyeco-lint map` shows what fills which need, `pyeco-lint recommend NEED` says what to reach for."
        )?;
    }
    Ok(())
}

struct Page<'a, 'o> {
    out: &'o mut dyn Write,
    places: &'a Places<'a>,
    /// Whether what is found is told, and not all that is known of a need.
    brief: bool,
}

impl Page<'_, '_> {
    fn item(&mut self, item: &Recommendation, several: bool) -> io::Result<()> {
        let about = &item.about;
        let project = item.project.as_ref().filter(|_| several).map_or(String::new(), |root| format!(" in {root}"));
        let head = match (about.need.as_str(), &about.package) {
            ("", package) => package.clone().unwrap_or_default(),
            (need, Some(package)) => format!("{package} ({}, `{need}`)", about.title),
            (need, None) => format!("{} (`{need}`)", about.title),
        };
        self.line(&format!("{head}{project}"))?;
        for because in &item.because {
            let rule = format!("{}[{}]", severity(because.severity), because.rule);
            self.entry("found", &format!("{rule}{}: {}", self.place(because.at), because.message))?;
        }
        if let Some(ended) = about.ended.as_ref().filter(|_| item.because.is_empty()) {
            self.entry("leave", ended)?;
        }
        for here in &item.here {
            let place = here.evidence.as_ref().map_or(String::new(), |evidence| self.place(evidence.at));
            self.entry("here", &format!("`{}`, {}{place}", here.name, explain::standing(here.standing)))?;
        }
        if let Some(choice) = &item.choice {
            let kind = if choice.kind == AnswerKind::StandardLibrary { " (standard library)" } else { "" };
            let when = if choice.when.is_empty() { String::new() } else { format!(": {}", choice.when) };
            self.entry("use", &format!("`{}`{kind}{when}", choice.name))?;
            for why in &choice.why {
                self.entry("", why)?;
            }
        }
        for hint in &item.hints {
            self.entry("but", hint)?;
        }
        for beside in &item.beside {
            self.entry("with it", &goes_with(beside))?;
        }
        if let Some(adding) = &item.adding {
            let then = if adding.edit.is_some() { ", then " } else { "" };
            let command = adding.command.as_ref().map_or(String::new(), |command| format!("{then}{command}"));
            let is_change = adding.edit.as_ref().is_some_and(|edit| !edit.starts_with("declare"));
            self.entry(
                if is_change { "do" } else { "add it" },
                &format!("{}{command}", adding.edit.as_deref().unwrap_or_default()),
            )?;
        }
        let other = |(name, when): &(String, String)| {
            if when.is_empty() { format!("`{name}`") } else { format!("`{name}` ({when})") }
        };
        let shown = if self.brief { BRIEF } else { OTHERS };
        let mut others: Vec<String> = item.others.iter().take(shown).map(other).collect();
        if item.others.len() > shown {
            others.push(format!("{} more: pyeco-lint explain {}", item.others.len() - shown, about.need));
        }
        self.entry("or", &others.join(", "))?;
        let notes = if self.brief { &[] } else { item.notes.as_slice() };
        notes.iter().try_for_each(|note| self.entry("note", note))
    }

    /// A word in the margin, and what it is about beside it.
    fn entry(&mut self, word: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        for (number, line) in explain::wrapped(text, COLUMNS - INDENT).lines().enumerate() {
            let word = if number == 0 { word } else { "" };
            self.line(&format!("  {word:width$}{line}", width = INDENT - 2))?;
        }
        Ok(())
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", sanitise::line(&sanitise::mask(text)))
    }

    /// ` (path:row:column)`, or nothing.
    fn place(&self, at: Location) -> String {
        self.places.locus(at).map_or(String::new(), |place| format!(" ({place})"))
    }
}

/// `uvicorn`, `hypercorn` or `granian`: runs it; `fastapi[standard]` brings one; `uvicorn` is here already.
fn goes_with(beside: &Beside) -> String {
    let names = alternatives(&beside.names);
    let separator = if names.is_empty() { "" } else { ": " };
    let tail = match (&beside.here, beside.extra.as_str()) {
        (Some(here), _) => format!("; `{here}` is here already"),
        (None, "") => String::new(),
        (None, extra) => format!("; `{extra}` brings it"),
    };
    format!("{names}{separator}{}{tail}", beside.when)
}

/// Writes the recommendations, and all findings of severity advice, as one JSON object.
pub fn json(given: &Recommendations, out: &mut dyn Write) -> io::Result<()> {
    let report = &given.outcome().report;
    let places = Places::new(&report.sources);
    let document = Document {
        version: VERSION,
        knowledge: Knowledge { catalog: &report.knowledge.catalog },
        unknown: &given.unknown,
        recommendations: given.items.iter().map(|item| ItemEntry::new(item, &places)).collect(),
        suggestions: given.suggestions().map(|diagnostic| Entry::new(diagnostic, &places)).collect(),
    };
    let document = serde_json::to_string_pretty(&document)?;
    writeln!(out, "{}", escape(&sanitise::mask(&document)))
}

#[derive(Debug, Serialize)]
struct Document<'a> {
    version: u32,
    knowledge: Knowledge<'a>,
    /// Names that were asked about and of which nothing is known.
    unknown: &'a [String],
    recommendations: Vec<ItemEntry<'a>>,
    suggestions: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Knowledge<'a> {
    catalog: &'a str,
}

#[derive(Debug, Serialize)]
struct ItemEntry<'a> {
    project: Option<&'a str>,
    need: Option<&'a str>,
    title: Option<&'a str>,
    package: Option<&'a str>,
    ended: Option<&'a str>,
    because: Vec<BecauseEntry<'a>>,
    here: Vec<HereEntry<'a>>,
    choice: Option<ChoiceEntry<'a>>,
    companions: Vec<CompanionEntry<'a>>,
    edit: Option<&'a str>,
    command: Option<&'a str>,
    others: Vec<OtherEntry<'a>>,
    hints: &'a [String],
    notes: &'a [String],
}

#[derive(Debug, Serialize)]
struct BecauseEntry<'a> {
    name: &'a str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    at: At<'a>,
}

#[derive(Debug, Serialize)]
struct HereEntry<'a> {
    name: &'a str,
    standing: &'static str,
    #[serde(flatten)]
    at: Option<At<'a>>,
}

#[derive(Debug, Serialize)]
struct ChoiceEntry<'a> {
    name: &'a str,
    sort: &'static str,
    when: &'a str,
    why: &'a [String],
}

#[derive(Debug, Serialize)]
struct CompanionEntry<'a> {
    role: &'static str,
    names: &'a [String],
    extra: Option<&'a str>,
    when: &'a str,
    here: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct OtherEntry<'a> {
    name: &'a str,
    when: &'a str,
}

impl<'a> ItemEntry<'a> {
    fn new(item: &'a Recommendation, places: &Places<'a>) -> Self {
        let because = |because: &'a Because| BecauseEntry {
            name: &because.rule,
            severity: severity(because.severity),
            message: &because.message,
            at: At::new(because.at, places),
        };
        let companion = |beside: &'a Beside| CompanionEntry {
            role: beside.role.name(),
            names: &beside.names,
            extra: present(&beside.extra),
            when: &beside.when,
            here: beside.here.as_deref(),
        };
        Self {
            project: item.project.as_deref(),
            need: present(&item.about.need),
            title: present(&item.about.title),
            package: item.about.package.as_deref(),
            ended: item.about.ended.as_deref(),
            because: item.because.iter().map(because).collect(),
            here: item
                .here
                .iter()
                .map(|here| HereEntry {
                    name: &here.name,
                    standing: explain::standing(here.standing),
                    at: here.evidence.as_ref().map(|evidence| At::new(evidence.at, places)),
                })
                .collect(),
            choice: item.choice.as_ref().map(|choice| ChoiceEntry {
                name: &choice.name,
                sort: explain::sort(choice.kind),
                when: &choice.when,
                why: &choice.why,
            }),
            companions: item.beside.iter().map(companion).collect(),
            edit: item.adding.as_ref().and_then(|adding| adding.edit.as_deref()),
            command: item.adding.as_ref().and_then(|adding| adding.command.as_deref()),
            others: item.others.iter().map(|(name, when)| OtherEntry { name, when }).collect(),
            hints: &item.hints,
            notes: &item.notes,
        }
    }
}

fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
