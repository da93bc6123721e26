//! One dependency specifier (PEP 508).
//!
//! What is accepted is what `packaging.requirements.Requirement` accepts; [`read_line`] reads what pip makes of a line
//! of a requirements file.

use super::version::clause::{Operator, clauses, is_space, matched};
use super::{Extra, Group, Marker, MarkerText, Origin, Requirement, Specifier, Versions, marker};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::Extent;

pub(in crate::manifest) mod cursor;
mod slip;

use cursor::{Cursor, is_blank, is_word};

/// The rule under which faults are given.
pub(in crate::manifest) const RULE: &str = "invalid-requirement";

/// Reads one dependency specifier. All extents are bytes of `text`; `item` is the whole text.
///
/// Gives the requirement where its name can be read, and every fault that installers refuse.
pub fn read(text: &str, group: Group) -> (Option<Requirement>, Vec<Problem>) {
    read_as(text, group, Dialect::Standard)
}

/// Reads a requirement that names a distribution as pip does in a requirements file and on its command line: the
/// marker begins at the first `;`, also without white space after a URL, and may be empty; white space around either
/// part is of no meaning. Places and URLs on their own, options and comments are not read here.
pub fn read_line(text: &str, group: Group) -> (Option<Requirement>, Vec<Problem>) {
    read_as(text, group, Dialect::Pip)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Standard,
    Pip,
}

/// More faults than this in one requirement make no replacement certain.
const MAX_REPLACED: usize = 4;

fn read_as(text: &str, group: Group, dialect: Dialect) -> (Option<Requirement>, Vec<Problem>) {
    let (requirement, mut problems) = read_once(text, group, dialect);
    let count = problems.len();
    for problem in &mut problems {
        // A replacement is only worth something where it settles the fault.
        let settles = count <= MAX_REPLACED
            && mended(text, problem).is_some_and(|text| read_once(&text, Group::Runtime, dialect).1.len() < count);
        if !settles {
            problem.replace = None;
        }
    }
    (requirement, problems)
}

/// The text with the replacement of `problem`.
fn mended(text: &str, problem: &Problem) -> Option<String> {
    let (at, replace) = (problem.at?, problem.replace.as_ref()?);
    let before = text.get(..at.start as usize)?;
    let after = text.get(at.end as usize..)?;
    Some([before, replace, after].concat())
}

fn read_once(text: &str, group: Group, dialect: Dialect) -> (Option<Requirement>, Vec<Problem>) {
    // Pip splits first and strips both parts of any white space; the standard knows blanks and tabs alone.
    let (body, tail) = match (dialect, text.find(';')) {
        (Dialect::Pip, Some(at)) => (text.get(..at).unwrap_or_default(), Some(at)),
        _ => (text, None),
    };
    let start = if dialect == Dialect::Pip { body.len() - body.trim_start_matches(is_space).len() } else { 0 };
    let body = if dialect == Dialect::Pip { body.trim_end_matches(is_space) } else { body };
    let mut parser = Parser::new(body, start);
    let mut requirement = parser.requirement(text, group);
    if let (Some(requirement), Some(at)) = (&mut requirement, tail) {
        let rest = text.get(at + 1..).unwrap_or_default();
        if !rest.trim_matches(is_space).is_empty() {
            requirement.marker = Some(read_marker(text, at + 1, &mut parser.problems));
        }
    }
    (requirement, parser.problems)
}

/// Reads the marker that begins at byte `start` of `text` and goes to its end.
pub(in crate::manifest) fn read_marker(text: &str, start: usize, problems: &mut Vec<Problem>) -> MarkerText {
    let rest = text.get(start..).unwrap_or_default();
    let written = rest.trim_matches(is_space);
    let at = start + (rest.len() - rest.trim_start_matches(is_space).len());
    let (marker, faults): (Option<Marker>, _) = marker::parse(written);
    problems.extend(faults.into_iter().map(|fault| fault.shift(at)));
    MarkerText { written: written.to_owned(), at: Extent::new(at, at + written.len()), marker }
}

/// Whether `name` is a valid name of a distribution (core metadata, `Name`).
pub fn is_name(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    edge(name.chars().next()) && edge(name.chars().next_back()) && name.chars().all(is_identifier)
}

fn is_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// The identifier that `rest` begins with: `\b[a-zA-Z0-9][a-zA-Z0-9._-]*\b`.
fn identifier(rest: &str) -> Option<&str> {
    if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut end = rest.find(|c| !is_identifier(c)).unwrap_or(rest.len());
    // The last boundary between a word character and another: `a-` is `a`, and `a\u{e9}` is nothing.
    let mut after = rest.get(end..).and_then(|rest| rest.chars().next());
    while end > 0 {
        let last = rest.get(..end).and_then(|text| text.chars().next_back());
        if last.is_some_and(is_word) != after.is_some_and(is_word) {
            return rest.get(..end);
        }
        after = last;
        end -= 1;
    }
    None
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// What is read, without what follows it.
    body: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    fn new(body: &'a str, start: usize) -> Self {
        let mut cursor = Cursor::new(body);
        cursor.advance(start);
        Self { cursor, body, problems: Vec::new() }
    }

    /// `whole` is the text that the body is the beginning of.
    fn requirement(&mut self, whole: &str, group: Group) -> Option<Requirement> {
        self.cursor.blanks();
        let start = self.cursor.at();
        let Some(name) = identifier(self.cursor.rest()) else {
            self.problems.push(slip::no_name(self.body, start));
            return None;
        };
        self.cursor.advance(name.len());
        let name_at = self.cursor.since(start);
        self.cursor.blanks();
        let mut requirement = Requirement {
            name: Some(Name::new(name)),
            raw: whole.to_owned(),
            at: Extent::new(0, whole.len()),
            item: Extent::new(0, whole.len()),
            name_at,
            extras: self.extras(),
            specifier: None,
            marker: None,
            origin: Origin::Index,
            editable: false,
            hashes: 0,
            group,
            exact: true,
        };
        self.cursor.blanks();
        if self.cursor.eat('@') {
            self.url(&mut requirement);
        } else {
            requirement.specifier = self.specifier(name_at);
        }
        self.cursor.blanks();
        let semicolon = self.cursor.at();
        if self.cursor.eat(';') {
            let marker = read_marker(self.body, semicolon + 1, &mut self.problems);
            self.check_blanks(semicolon + 1, &marker);
            requirement.marker = Some(marker);
        }
        Some(requirement)
    }

    /// The grammar knows blanks and tabs alone around a marker, which stands behind byte `start`.
    fn check_blanks(&mut self, start: usize, marker: &MarkerText) {
        if marker.marker.is_none() {
            return;
        }
        for around in
            [Extent::new(start, marker.at.start as usize), Extent::new(marker.at.end as usize, self.body.len())]
        {
            if !around.of(self.body).chars().all(is_blank) {
                self.problems.push(slip::white_space(around));
            }
        }
    }

    fn extras(&mut self) -> Vec<Extra> {
        let mut extras = Vec::new();
        let open = self.cursor.at();
        if !self.cursor.eat('[') {
            return extras;
        }
        self.cursor.blanks();
        let mut expects_name = false;
        while !self.cursor.eat(']') {
            let start = self.cursor.at();
            let Some(written) = identifier(self.cursor.rest()).filter(|_| extras.is_empty() || expects_name) else {
                self.problems.push(slip::extras(self.body, open, start, expects_name));
                // Go on after the bracket, where there is one.
                self.cursor.take_while(|c| !matches!(c, ']' | ';'));
                self.cursor.eat(']');
                break;
            };
            self.cursor.advance(written.len());
            extras.push(Extra { name: Name::new(written), at: self.cursor.since(start) });
            self.cursor.blanks();
            expects_name = self.cursor.eat(',');
            self.cursor.blanks();
            if expects_name && self.cursor.peek() == Some(']') {
                self.problems.push(slip::extras(self.body, open, self.cursor.at(), true));
            }
        }
        extras
    }

    fn url(&mut self, requirement: &mut Requirement) {
        self.cursor.blanks();
        let start = self.cursor.at();
        let url = self.cursor.take_while(|c| !is_blank(c));
        let at = self.cursor.since(start);
        requirement.origin = Origin::Url(url.to_owned(), at);
        if url.is_empty() {
            self.problems.push(
                Problem::new(RULE, self.cursor.here(), "the URL after `@` is missing").help("write `name @ https://…`"),
            );
            return;
        }
        self.cursor.blanks();
        if self.cursor.at_end() || self.cursor.peek() == Some(';') {
            return;
        }
        if url.ends_with(';') && at.end as usize == start + url.len() {
            // The `;` is part of the URL for `packaging`: what was meant is plain.
            let semicolon = start + url.len() - 1;
            requirement.origin = Origin::Url(url.trim_end_matches(';').to_owned(), Extent::new(start, semicolon));
            self.problems.push(
                Problem::new(
                    RULE,
                    Extent::new(semicolon, semicolon + 1),
                    "a blank is missing between the URL and the `;`",
                )
                .label("read as a part of the URL")
                .replace(" ;"),
            );
            requirement.marker = Some(read_marker(self.body, semicolon + 1, &mut self.problems));
            self.cursor.advance(self.body.len() - self.cursor.at());
            return;
        }
        let rest = Extent::new(self.cursor.at(), self.body.len());
        self.problems.push(
            Problem::new(
                RULE,
                rest,
                format!("expected `;` or the end after the URL, found `{}`", slip::brief(rest.of(self.body))),
            )
            .help("blanks in a URL are written `%20`"),
        );
        self.skip();
    }

    /// The version part; afterwards comes `;` or the end.
    fn specifier(&mut self, name_at: Extent) -> Option<Specifier> {
        let open = self.cursor.at();
        let parenthesis = self.cursor.eat('(').then(|| self.cursor.since(open));
        self.cursor.blanks();
        let start = self.cursor.at();
        let mut end = start;
        let mut broken = false;
        while let Some(operator) = Operator::at_start(self.cursor.rest()) {
            match self.clause(operator) {
                Ok(()) => end = self.cursor.at(),
                Err(fault) => {
                    broken = true;
                    self.problems.push(*fault);
                    // The rest of the clause is explained: go on with the next.
                    self.cursor.take_while(|c| !matches!(c, ',' | ';' | ')'));
                    end = self.cursor.at();
                }
            }
            self.cursor.blanks();
            if !self.cursor.eat(',') {
                break;
            }
            self.cursor.blanks();
        }
        if let Some(open) = parenthesis {
            self.cursor.blanks();
            if !self.cursor.eat(')') {
                broken = true;
                self.problems.push(slip::parenthesis(self.body, open, self.cursor.at()));
                self.cursor.take_while(|c| !matches!(c, ')' | ';'));
                end = end.max(self.cursor.at());
                self.cursor.eat(')');
            }
        }
        self.cursor.blanks();
        if !self.cursor.at_end() && self.cursor.peek() != Some(';') {
            let at = self.cursor.at();
            // A fault right before has eaten all that belongs to it; what is left needs no second one.
            if !broken {
                self.problems.push(slip::unexpected(self.body, at, start, end, name_at));
            }
            broken = true;
            self.skip();
            end = self.cursor.at();
        }
        let written = self.body.get(start..end).unwrap_or_default().trim_end_matches(is_space);
        if written.is_empty() {
            return None;
        }
        let versions = if broken { None } else { Versions::parse(written) };
        let at = Extent::new(start, start + written.len());
        Some(Specifier { written: written.to_owned(), pep440: written.to_owned(), at, versions })
    }

    /// One clause, from its operator on.
    fn clause(&mut self, operator: Operator) -> Result<(), Box<Problem>> {
        let start = self.cursor.at();
        self.cursor.advance(operator.as_str().len());
        // Any white space may follow the operator, though not the version.
        self.cursor.take_while(is_space);
        let version = self.cursor.at();
        let rest = self.cursor.rest();
        if operator == Operator::Arbitrary {
            let (length, _) = matched(operator, rest).unwrap_or_default();
            self.cursor.advance(length);
            // Commas within are split only afterwards, so each part must be a clause of its own.
            let whole = self.cursor.since(start);
            return if clauses(whole.of(self.body)).is_some() {
                Ok(())
            } else {
                Err(Box::new(slip::arbitrary(self.body, whole)))
            };
        }
        let length = matched(operator, rest).map_or(0, |(length, _)| length);
        let after = rest.get(length..).and_then(|rest| rest.chars().next());
        if length > 0 && after.is_none_or(|c| is_space(c) || matches!(c, ',' | ';' | ')')) {
            self.cursor.advance(length);
            return Ok(());
        }
        Err(Box::new(slip::version(self.body, operator, start, version)))
    }

    /// Goes on to the next `;`.
    fn skip(&mut self) {
        self.cursor.take_while(|c| c != ';');
    }
}

#[cfg(test)]
mod tests;
