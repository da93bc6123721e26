//! TOML texts as trees in which everything has its place.
//!
//! The grammar is that of the `toml` crate (TOML 1.1); what Python's `tomllib` refuses is said here. Values beside a
//! syntax error are left out, so what is in the tree is what the text says.

use std::borrow::Cow;
use std::collections::HashMap;

use ::toml::de::{DeTable, DeValue};

use crate::diagnostic::Problem;
use crate::source::Extent;

mod remove;
mod scan;
mod sparse;
mod wording;

pub use remove::{items_to_remove, pairs_to_remove};

/// The rule that faults of syntax are reported under.
const RULE: &str = "invalid-syntax";

/// How many faults of syntax are told one by one.
const MAX_FAULTS: usize = 20;

/// A text that was read.
#[derive(Debug)]
pub struct Document<'t> {
    /// Everything that could be read.
    pub root: Table<'t>,
    /// Every fault, in the order of the text.
    pub problems: Vec<Problem>,
    /// Whether something is missing from `root` because of a fault.
    pub partial: bool,
}

/// A table: its keys in the order of the text.
#[derive(Debug, Default)]
pub struct Table<'t> {
    /// Where it stands: its header with brackets, the first header that implies it, an inline table with its braces,
    /// or the part of a dotted key. Empty at 0 for the whole document.
    pub at: Extent,
    /// How it is written.
    pub form: Form,
    entries: Vec<Entry<'t>>,
}

/// How a table is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// The whole document.
    #[default]
    Root,
    /// With a header of its own, `[a]` or `[[a]]`.
    Header,
    /// By the header of a table within it: `[a.b]` implies `a`.
    Implied,
    /// By dotted keys: `a.b = 1`.
    Dotted,
    /// In braces.
    Inline,
}

/// A key with its value.
#[derive(Debug)]
pub struct Entry<'t> {
    /// What the key says.
    pub key: Cow<'t, str>,
    /// The key without its quotes; for a table with a header the last part of the header, for a dotted key the last
    /// part.
    pub key_at: Extent,
    /// The value.
    pub item: Item<'t>,
}

/// A value with its place.
#[derive(Debug)]
pub struct Item<'t> {
    /// With quotes, brackets or braces; for a table see [`Table::at`].
    pub at: Extent,
    /// The value.
    pub value: Value<'t>,
}

/// A value.
#[derive(Debug)]
pub enum Value<'t> {
    /// A string.
    String(Text<'t>),
    /// An integer, as written but without underscores and base.
    Integer(Cow<'t, str>),
    /// A float, likewise.
    Float(Cow<'t, str>),
    /// A boolean.
    Boolean(bool),
    /// A date, a time, or both.
    Datetime(Cow<'t, str>),
    /// An array.
    Array(Vec<Item<'t>>),
    /// A table.
    Table(Table<'t>),
}

/// A string with its place.
#[derive(Debug, Clone)]
pub struct Text<'t> {
    /// What it says.
    pub text: Cow<'t, str>,
    /// The bytes between its quotes.
    pub at: Extent,
    /// Whether those bytes are the text: one line, no escapes.
    pub exact: bool,
}

/// Reads a text: all that can be read of it, and every fault. Linear in the length of the text.
pub fn parse(text: &str) -> Document<'_> {
    let scan = scan::scan(text);
    if let Some(at) = scan.too_deep {
        let problem = Problem::new(RULE, at, "brackets are nested too deeply to be read")
            .note("the rest of the file was not read");
        return Document { root: Table::default(), problems: vec![problem], partial: true };
    }
    let copy = if scan.patches.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(patched(text, &scan.patches)) };
    let (tree, errors) = DeTable::parse_recoverable(&copy);
    let errors = Errors::sift(text, &errors);
    let partial = !(scan.faults.is_empty() && errors.faults.is_empty());

    // The parser gives up at a line without `=`, and what follows a broken header would fall to the table before it:
    // both are blanked for a second attempt.
    let lost = lost_lines(text, &errors, &scan.headers);
    let (root, times) = if lost.is_empty() {
        Builder::new(text, &scan, &errors).document(tree.get_ref())
    } else {
        let copy = patched(&copy, &lost);
        let (tree, errors) = DeTable::parse_recoverable(&copy);
        Builder::new(text, &scan, &Errors::sift(text, &errors)).document(tree.get_ref())
    };

    let sound = errors.faults.is_empty();
    let mut problems = scan.faults;
    // The two sides of a merge conflict say the same twice.
    let conflict = scan.patches.iter().any(|patch| matches!(patch, scan::Patch::Marker(_)));
    let definitions =
        errors.faults.iter().any(|fault| fault.duplicate).then(|| Definitions::of(text, &scan.headers, &scan.keys));
    let faults = errors.faults.into_iter().filter(|fault| !(fault.duplicate && conflict));
    problems.extend(faults.map(|Fault { problem, duplicate }| {
        let first = definitions.as_ref().filter(|_| duplicate).zip(problem.at);
        match first.and_then(|(definitions, at)| definitions.first(text, &root, at)) {
            Some(first) => problem.related(first, "first defined here"),
            None => problem,
        }
    }));
    // In a line that is broken anyway, what looks newer may be a part of the breakage.
    problems.extend(scan.newer.into_iter().filter(|problem| sound || problem.replace.is_some()));
    problems.extend(times);
    if partial && problems.is_empty() {
        problems.push(Problem::whole(RULE, "this is not TOML"));
    }
    Document { root, problems: told(text, problems), partial }
}

/// The same for long texts without the values at the paths `skipped` (of two keys, through arrays of tables). A text with
/// faults is read as a whole, so as to tell all of them; a key that is defined twice goes unnoticed in what is skipped.
pub fn parse_without<'t>(text: &'t str, skipped: &[[&str; 2]]) -> Document<'t> {
    match sparse::read(text, skipped) {
        Some(root) => Document { root, problems: Vec::new(), partial: false },
        None => parse(text),
    }
}

/// Faults in the order of the text, one a line, and no more than people read.
fn told(text: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.at.map_or(0, |at| at.start));
    let mut line_end = 0;
    problems.retain(|problem| {
        let start = problem.at.unwrap_or_default().range().start;
        let new_line = start >= line_end;
        if new_line {
            line_end = scan::next_line(text, start).max(start + 1);
        }
        new_line
    });
    if problems.len() > MAX_FAULTS {
        let more = problems.len() - MAX_FAULTS;
        problems.truncate(MAX_FAULTS);
        if let Some(last) = problems.last_mut() {
            last.notes.push(format!("{more} more lines of the file have faults of syntax"));
        }
    }
    problems
}

/// A fault that the parser found.
struct Fault {
    problem: Problem,
    /// A key or table is defined a second time.
    duplicate: bool,
}

/// What the parser found to be wrong.
#[derive(Default)]
struct Errors {
    /// The first fault of each line, in the order of the text.
    faults: Vec<Fault>,
    /// The places of errors that spoil the values they touch, in order.
    spoilt: Vec<Extent>,
    /// The lines with such errors, in order.
    lines: Vec<Extent>,
    /// Those that could not be taken apart at all.
    lost: Vec<Extent>,
}

/// The bytes of a span of the parser, with the whole of characters that it parts, as it does in broken texts.
fn whole_characters(text: &str, span: std::ops::Range<usize>) -> Extent {
    let end = text.ceil_char_boundary(span.end.min(text.len()));
    Extent::new(text.floor_char_boundary(span.start.min(end)), end)
}

impl Errors {
    /// Sorts and rewords the parser's errors. That a string of several lines is never closed is left to the scan, which
    /// knows where it began.
    fn sift(text: &str, errors: &[::toml::de::Error]) -> Self {
        let mut all: Vec<(Extent, &str)> = errors
            .iter()
            .map(|error| {
                let span = error.span().unwrap_or(0..0);
                (whole_characters(text, span), error.message())
            })
            .collect();
        all.sort_by_key(|&(at, _)| at);
        let mut found = Self::default();
        let mut line = Extent::default();
        let mut told = false;
        for (at, message) in all {
            if line.is_empty() || at.start >= line.end {
                let start = scan::line_start(text, at.range().start);
                line = Extent::new(start, scan::next_line(text, at.range().start));
                told = false;
            }
            let duplicate = message == "duplicate key";
            if !duplicate && !wording::values_sound(message) {
                found.spoilt.push(at);
            }
            if !duplicate && found.lines.last() != Some(&line) {
                found.lines.push(line);
            }
            let lost = wording::line_lost(message) && found.lost.last() != Some(&line);
            if lost {
                found.lost.push(line);
            }
            if !wording::is_for_people(message) {
                continue;
            }
            // That the line cannot be taken apart says more than what is odd about its parts.
            if told && lost {
                found.faults.pop();
            }
            if !told || lost {
                told = true;
                found.faults.push(Fault { problem: wording::problem(text, message, at), duplicate });
            }
        }
        found
    }
}

/// What to blank so that the parser gets past the faults.
fn lost_lines(text: &str, errors: &Errors, headers: &[Extent]) -> Vec<scan::Patch> {
    let mut lost: Vec<scan::Patch> = errors.lost.iter().map(|&line| scan::Patch::Blank(line)).collect();
    for line in &errors.lines {
        let index = headers.partition_point(|header| header.start < line.start);
        let header = headers.get(index).filter(|header| line.contains(**header));
        let spoilt = errors.spoilt.partition_point(|error| error.start < line.start);
        let broken = errors.spoilt.get(spoilt).is_some_and(|error| error.start < line.end);
        if let Some(header) = header.filter(|_| broken) {
            let end = headers.get(index + 1).map_or(text.len(), |next| next.range().start);
            lost.push(scan::Patch::Blank(Extent::new(header.range().start, end)));
        }
    }
    lost
}

/// A copy with the same places, in which `patches` are done.
fn patched(text: &str, patches: &[scan::Patch]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |at: Extent| {
        for byte in bytes.get_mut(at.range()).unwrap_or_default() {
            if *byte != b'\n' && *byte != b'\r' {
                *byte = b' ';
            }
        }
    };
    for patch in patches {
        if let scan::Patch::Blank(at) | scan::Patch::Marker(at) | scan::Patch::Close(at, _) = patch {
            blank(*at);
        }
    }
    for patch in patches {
        match patch {
            scan::Patch::Blank(_) | scan::Patch::Marker(_) => {}
            scan::Patch::Close(at, closers) => {
                for (byte, closer) in bytes.get_mut(at.range()).unwrap_or_default().iter_mut().zip(closers) {
                    *byte = *closer;
                }
            }
            scan::Patch::Append(closers) => {
                bytes.push(b'\n');
                bytes.extend(closers);
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Makes our tree of the parser's.
struct Builder<'t, 's> {
    text: &'t str,
    headers: &'s [Extent],
    errors: &'s Errors,
    problems: Vec<Problem>,
}

impl<'t, 's> Builder<'t, 's> {
    fn new(text: &'t str, scan: &'s scan::Scan, errors: &'s Errors) -> Self {
        Self { text, headers: &scan.headers, errors, problems: Vec::new() }
    }

    fn document(mut self, root: &DeTable<'_>) -> (Table<'t>, Vec<Problem>) {
        let entries = self.entries(root);
        (Table { at: Extent::default(), form: Form::Root, entries }, self.problems)
    }

    fn entries(&mut self, table: &DeTable<'_>) -> Vec<Entry<'t>> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let span = self.clamp(key.span());
            let Some(item) = self.item(value, span) else { continue };
            let written = span.of(self.text);
            // A broken one may have no end.
            let opened = written.starts_with(['"', '\'']);
            let closed = opened && written.len() >= 2 && written.ends_with(['"', '\'']);
            let key_at = Extent::new(span.range().start + usize::from(opened), span.range().end - usize::from(closed));
            let key = self.cow(key_at, key.get_ref());
            entries.push(Entry { key, key_at, item });
        }
        entries
    }

    /// The value, if it is one that the text has.
    fn item(&mut self, value: &::toml::Spanned<DeValue<'_>>, key: Extent) -> Option<Item<'t>> {
        let at = self.clamp(value.span());
        let value = match value.get_ref() {
            DeValue::Table(table) => {
                let entries = self.entries(table);
                let written = at.of(self.text);
                let (at, form) = if written.starts_with('{') {
                    (at, Form::Inline)
                } else if written.starts_with('[') {
                    (at, Form::Header)
                } else {
                    match self.header_around(key) {
                        Some(header) => (header, Form::Implied),
                        None => (at, Form::Dotted),
                    }
                };
                return Some(Item { at, value: Value::Table(Table { at, form, entries }) });
            }
            DeValue::Array(array) => {
                if at.is_empty() {
                    return None;
                }
                Value::Array(array.iter().filter_map(|value| self.item(value, at)).collect())
            }
            scalar => {
                if at.is_empty() || self.is_spoilt(at, scalar.is_str()) {
                    return None;
                }
                match scalar {
                    DeValue::String(text) => {
                        let (inner, exact) = inner(self.text, at);
                        Value::String(Text { text: self.cow(inner, text), at: inner, exact })
                    }
                    DeValue::Integer(number) => Value::Integer(self.cow(at, number.as_str())),
                    DeValue::Float(number) => Value::Float(self.cow(at, number.as_str())),
                    DeValue::Boolean(value) => Value::Boolean(*value),
                    DeValue::Datetime(moment) => {
                        if moment.time.is_some_and(|time| time.second.is_none()) {
                            self.problems
                                .push(scan::newer(at, "a time without seconds").help("write the seconds, `:00`"));
                        }
                        Value::Datetime(self.cow(at, at.of(self.text)))
                    }
                    DeValue::Array(_) | DeValue::Table(_) => return None,
                }
            }
        };
        Some(Item { at, value })
    }

    /// The text between `at` where it says `read`, else a copy of `read`.
    fn cow(&self, at: Extent, read: &str) -> Cow<'t, str> {
        match self.text.get(at.range()) {
            Some(written) if written == read => Cow::Borrowed(written),
            _ => Cow::Owned(read.to_owned()),
        }
    }

    fn clamp(&self, span: std::ops::Range<usize>) -> Extent {
        whole_characters(self.text, span)
    }

    /// The header that holds the key part at `key`, without what follows its brackets.
    fn header_around(&self, key: Extent) -> Option<Extent> {
        let index = self.headers.partition_point(|header| header.start <= key.start).checked_sub(1)?;
        let line = self.headers.get(index).filter(|line| line.contains(key))?;
        let after = self.text.get(key.range().end..line.range().end)?;
        let close = after.find(']')?;
        let rest = after.get(close..)?;
        let brackets = if rest.starts_with("]]") && line.of(self.text).starts_with("[[") { 2 } else { 1 };
        Some(Extent::new(line.range().start, key.range().end + close + brackets))
    }

    /// Whether a scalar at `at` owes itself to an error. A string keeps clear of an error that it does not touch; what
    /// else stands on the line of one may be a piece of anything.
    fn is_spoilt(&self, at: Extent, string: bool) -> bool {
        if !string {
            let after = self.errors.lines.partition_point(|line| line.start <= at.start);
            let line = after.checked_sub(1).and_then(|index| self.errors.lines.get(index));
            return line.is_some_and(|line| at.start < line.end);
        }
        let after = self.errors.spoilt.partition_point(|error| error.start <= at.end);
        let before = self.errors.spoilt.get(..after).unwrap_or_default();
        before.iter().rev().take(8).any(|error| error.end >= at.start)
    }
}

/// The bytes between the quotes of the string literal at `at`, and whether they are what it says.
fn inner(text: &str, at: Extent) -> (Extent, bool) {
    let literal = at.of(text);
    let long = literal.len() >= 6 && (literal.starts_with("\"\"\"") || literal.starts_with("'''"));
    let quotes = if long { 3 } else { 1 };
    let range = at.range();
    if literal.len() < 2 * quotes {
        return (at, false);
    }
    let escaped = literal.starts_with('"') && literal.contains('\\');
    (Extent::new(range.start + quotes, range.end - quotes), !long && !escaped)
}

/// A dotted path below a header, which is named by its first byte; [`ROOT`] for the document.
type Path = (u32, String);

/// What stands for the document itself in a [`Path`].
const ROOT: u32 = u32::MAX;

/// Where top-level keys and headers are defined for the first time.
#[derive(Default)]
struct Definitions {
    /// The place of the name that defines a path first.
    first: HashMap<Path, Extent>,
    /// Headers and keys by place, with their paths.
    places: Vec<(Extent, Path)>,
}

impl Definitions {
    fn of(text: &str, headers: &[Extent], keys: &[Extent]) -> Self {
        let mut all: Vec<(Extent, bool)> =
            headers.iter().map(|&at| (at, true)).chain(keys.iter().map(|&at| (at, false))).collect();
        all.sort_unstable();
        let mut found = Self::default();
        let mut tables: HashMap<String, u32> = HashMap::new();
        let mut current = ROOT;
        for (at, is_header) in all {
            let written = at.of(text);
            let brackets = if is_header { written.len() - written.trim_start_matches('[').len() } else { 0 };
            let name = written.get(brackets..).unwrap_or_default();
            let name = if is_header { name.split(']').next().unwrap_or_default() } else { name };
            let parts: Vec<&str> = name.split('.').map(|part| part.trim().trim_matches(['"', '\''])).collect();
            let joined = parts.join("\0");
            let path = if is_header {
                let parent = joined.rsplit_once('\0').and_then(|(parent, last)| Some((*tables.get(parent)?, last)));
                let path = parent.map_or_else(|| (ROOT, joined.clone()), |(table, last)| (table, last.to_owned()));
                // Each table of an array of tables is another one.
                let table = tables.entry(joined).or_insert(at.start);
                if brackets > 1 {
                    *table = at.start;
                }
                current = *table;
                path
            } else {
                (current, joined)
            };
            let start = at.range().start + brackets;
            found.first.entry(path.clone()).or_insert(Extent::new(start, start + name.len()));
            found.places.push((at, path));
        }
        found
    }

    /// The place where what is defined again at `at` was defined first.
    fn first(&self, text: &str, root: &Table<'_>, at: Extent) -> Option<Extent> {
        let index = self.places.partition_point(|(place, _)| place.start <= at.start).checked_sub(1)?;
        let (place, path) = self.places.get(index)?;
        if place.contains(at) {
            return self.first.get(path).copied().filter(|first| first.end <= at.start);
        }
        inline_first(root, at, at.of(text).trim_matches(['"', '\'']))
    }
}

/// The key `key` of the innermost inline table that holds `at`.
fn inline_first(table: &Table<'_>, at: Extent, key: &str) -> Option<Extent> {
    fn within(item: &Item<'_>, at: Extent, key: &str) -> Option<Extent> {
        match &item.value {
            Value::Array(items) => items.iter().find_map(|item| within(item, at, key)),
            Value::Table(table) => inline_first(table, at, key),
            _ => None,
        }
    }
    table.entries.iter().find_map(|entry| within(&entry.item, at, key)).or_else(|| {
        let holds = table.form == Form::Inline && table.at.contains(at);
        table.entry(key).filter(|_| holds).map(|entry| entry.key_at).filter(|first| first.end <= at.start)
    })
}

impl<'t> Table<'t> {
    /// Its entries in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry<'t>> {
        self.entries.iter()
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry<'t>> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Item<'t>> {
        self.entry(key).map(|entry| &entry.item)
    }

    /// The value at the end of a path of keys through tables.
    pub fn find(&self, path: &[&str]) -> Option<&Item<'t>> {
        let (last, tables) = path.split_last()?;
        tables.iter().try_fold(self, |table, key| table.table(key))?.get(last)
    }

    /// The table of `key`, where it is one.
    pub fn table(&self, key: &str) -> Option<&Table<'t>> {
        self.get(key)?.as_table()
    }

    /// The array of `key`, where it is one, with its place.
    pub fn array(&self, key: &str) -> Option<(&[Item<'t>], Extent)> {
        let item = self.get(key)?;
        Some((item.as_array()?, item.at))
    }

    /// The string of `key`, where it is one.
    pub fn text(&self, key: &str) -> Option<&Text<'t>> {
        self.get(key)?.as_text()
    }

    /// The boolean of `key`, where it is one, with its place.
    pub fn boolean(&self, key: &str) -> Option<(bool, Extent)> {
        let item = self.get(key)?;
        Some((item.as_boolean()?, item.at))
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl<'a, 't> IntoIterator for &'a Table<'t> {
    type Item = &'a Entry<'t>;
    type IntoIter = std::slice::Iter<'a, Entry<'t>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'t> Item<'t> {
    /// The table, where it is one.
    pub fn as_table(&self) -> Option<&Table<'t>> {
        if let Value::Table(table) = &self.value { Some(table) } else { None }
    }

    /// The items, where it is an array.
    pub fn as_array(&self) -> Option<&[Item<'t>]> {
        if let Value::Array(items) = &self.value { Some(items) } else { None }
    }

    /// The string, where it is one.
    pub fn as_text(&self) -> Option<&Text<'t>> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The boolean, where it is one.
    pub fn as_boolean(&self) -> Option<bool> {
        if let Value::Boolean(value) = self.value { Some(value) } else { None }
    }

    /// What a scalar says: strings without quotes, `true`, `3`. Nothing for arrays and tables.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(&text.text),
            Value::Integer(text) | Value::Float(text) | Value::Datetime(text) => Some(text),
            Value::Boolean(true) => Some("true"),
            Value::Boolean(false) => Some("false"),
            Value::Array(_) | Value::Table(_) => None,
        }
    }

    /// Its type with an article, for messages.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::String(_) => "a string",
            Value::Integer(_) | Value::Float(_) => "a number",
            Value::Boolean(_) => "a boolean",
            Value::Datetime(_) => "a date or time",
            Value::Array(_) => "an array",
            Value::Table(_) => "a table",
        }
    }
}

#[cfg(test)]
mod tests;
