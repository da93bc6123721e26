//! Texts of which only a part is of interest, such as lock files: the same tree as that of [`parse`](super::parse), a
//! good deal faster, without the values of some keys.
//!
//! The events of `toml_parser`, on which the `toml` crate itself is built, are seen here alone.

use std::borrow::Cow;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::{EventReceiver, RecursionGuard, ValidateWhitespace, parse_document};
use toml_parser::{ErrorSink, ParseError, Source, Span};

use super::{Entry, Form, Item, Table, Text, Value, inner};
use crate::source::Extent;

/// How deep brackets may be nested.
const MAX_DEPTH: u32 = 64;

/// How many parts a dotted key may have.
const MAX_PARTS: usize = 16;

/// A key is looked for among those of its table one by one, which a table of more keys would make slow.
const MAX_KEYS: usize = 128;

/// The tree of a sound text without what stands at the paths `skipped` (of two keys, through arrays of tables). Nothing
/// where anything is wrong with the text, or unusual: then [`parse`](super::parse) has more to say.
pub(super) fn read<'t>(text: &'t str, skipped: &[[&str; 2]]) -> Option<Table<'t>> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut builder = Builder {
        source,
        skipped,
        root: Table::default(),
        place: Vec::new(),
        header: Vec::new(),
        opened: 0,
        keys: vec![Vec::new()],
        frames: Vec::new(),
        skips_table: false,
        skip: Skip::No,
        odd: false,
    };
    let mut error: Option<ParseError> = None;
    let mut guarded = RecursionGuard::new(&mut builder, MAX_DEPTH);
    parse_document(&tokens, &mut ValidateWhitespace::new(&mut guarded, source), &mut error);
    (error.is_none() && !builder.odd).then_some(builder.root)
}

/// A part of a key, and where it stands without its quotes.
type Key<'t> = (Cow<'t, str>, Extent);

/// Whether a value is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Skip {
    No,
    /// Until so many brackets are closed.
    Within(usize),
}

/// An array or inline table that is not closed yet.
enum Frame<'t> {
    Array(usize, Vec<Item<'t>>),
    Inline(usize, Table<'t>),
}

struct Builder<'t, 's> {
    source: Source<'t>,
    skipped: &'s [[&'s str; 2]],
    root: Table<'t>,
    /// The way to the table of the last header: the entry, in it the last item where it is an array.
    place: Vec<usize>,
    /// The keys of the last header.
    header: Vec<Key<'t>>,
    /// Where the header or value that is being read began.
    opened: usize,
    /// The parts of the keys that wait for their value: of the table with a header, and of each frame.
    keys: Vec<Vec<Key<'t>>>,
    frames: Vec<Frame<'t>>,
    skips_table: bool,
    skip: Skip,
    /// Something is wrong that the parser does not see, or that is not worth reading here.
    odd: bool,
}

impl<'t> Builder<'t, '_> {
    fn header_opens(&mut self, span: Span) {
        self.opened = span.start();
        self.keys.truncate(1);
        self.keys.iter_mut().for_each(Vec::clear);
        self.skips_table = false;
    }

    fn header_closes(&mut self, span: Span, repeats: bool) {
        let keys = self.keys.first_mut().map(std::mem::take).unwrap_or_default();
        let at = Extent::new(self.opened, span.end());
        self.skips_table = matches!(&keys[..], [a, b, ..] if self.is_skipped(&a.0, &b.0));
        if !self.skips_table {
            let mut place = Vec::with_capacity(keys.len());
            match settle(&mut self.root, &keys, at, repeats, &mut place) {
                Some(()) => self.place = place,
                None => self.odd = true,
            }
        }
        self.header = keys;
    }

    fn is_skipped(&self, first: &str, second: &str) -> bool {
        self.skipped.iter().any(|[a, b]| first == *a && second == *b)
    }

    /// Decides at the end of a key whether its value is left out.
    fn key_ends(&mut self) {
        let keys = self.keys.last().map_or(&[][..], Vec::as_slice);
        let skips = self.skip == Skip::No
            && self.frames.is_empty()
            && match (&self.header[..], keys) {
                ([first], [second, ..]) | ([], [first, second, ..]) => self.is_skipped(&first.0, &second.0),
                _ => false,
            };
        if skips {
            self.skip = Skip::Within(0);
        }
    }

    fn value(&mut self, item: Item<'t>) {
        if let Some(Frame::Array(_, items)) = self.frames.last_mut() {
            items.push(item);
            return;
        }
        let keys = self.keys.last_mut().map(std::mem::take).unwrap_or_default();
        if self.frames.is_empty() && self.skips_table {
            return;
        }
        let table = match self.frames.last_mut() {
            Some(Frame::Inline(_, table)) => Some(table),
            _ => at_place(&mut self.root, &self.place),
        };
        if table.and_then(|table| insert(table, keys, item)).is_none() {
            self.odd = true;
        }
    }

    /// Counts an opening bracket of a value that is left out; otherwise says that it is to be read.
    fn opens(&mut self) -> bool {
        match &mut self.skip {
            Skip::No => true,
            Skip::Within(depth) => {
                *depth += 1;
                false
            }
        }
    }

    /// Likewise at a closing bracket, or at a scalar, which closes nothing.
    fn closes(&mut self, brackets: usize) -> bool {
        let Skip::Within(depth) = self.skip else { return true };
        let left = depth.saturating_sub(brackets);
        self.skip = if left == 0 { Skip::No } else { Skip::Within(left) };
        if left == 0 {
            self.keys.iter_mut().for_each(Vec::clear);
        }
        false
    }
}

impl EventReceiver for Builder<'_, '_> {
    fn std_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_opens(span);
    }

    fn std_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_closes(span, false);
    }

    fn array_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_opens(span);
    }

    fn array_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        self.header_closes(span, true);
    }

    fn inline_table_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        if self.opens() {
            self.frames.push(Frame::Inline(span.start(), Table { form: Form::Inline, ..Table::default() }));
            self.keys.push(Vec::new());
        }
        true
    }

    fn inline_table_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if !self.closes(1) {
            return;
        }
        self.keys.pop();
        if let Some(Frame::Inline(start, mut table)) = self.frames.pop() {
            let at = Extent::new(start, span.end());
            table.at = at;
            self.value(Item { at, value: Value::Table(table) });
        }
    }

    fn array_open(&mut self, span: Span, _: &mut dyn ErrorSink) -> bool {
        if self.opens() {
            self.frames.push(Frame::Array(span.start(), Vec::new()));
        }
        true
    }

    fn array_close(&mut self, span: Span, _: &mut dyn ErrorSink) {
        if !self.closes(1) {
            return;
        }
        if let Some(Frame::Array(start, items)) = self.frames.pop() {
            self.value(Item { at: Extent::new(start, span.end()), value: Value::Array(items) });
        }
    }

    fn simple_key(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        if self.skip != Skip::No {
            return;
        }
        let Some(raw) = self.source.get(span) else { return };
        let raw = toml_parser::Raw::new_unchecked(raw.as_str(), kind, span);
        let mut text = Cow::Borrowed("");
        raw.decode_key(&mut text, error);
        let quotes = usize::from(kind.is_some());
        let at = Extent::new(span.start() + quotes, span.end().saturating_sub(quotes).max(span.start() + quotes));
        if let Some(keys) = self.keys.last_mut() {
            self.odd |= keys.len() >= MAX_PARTS;
            keys.push((text, at));
            keys.truncate(MAX_PARTS);
        }
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.key_ends();
    }

    fn scalar(&mut self, span: Span, kind: Option<Encoding>, error: &mut dyn ErrorSink) {
        let Some(raw) = self.source.get(span) else { return };
        if self.skip != Skip::No && is_plain(raw.as_bytes(), kind) {
            self.closes(0);
            return;
        }
        let raw = toml_parser::Raw::new_unchecked(raw.as_str(), kind, span);
        let mut text = Cow::Borrowed("");
        let sort = raw.decode_scalar(&mut text, error);
        if !self.closes(0) {
            return;
        }
        let at = Extent::new(span.start(), span.end());
        let value = match sort {
            ScalarKind::String => {
                let (inner, exact) = inner(self.source.input(), at);
                Value::String(Text { text, at: inner, exact })
            }
            ScalarKind::Boolean(value) => Value::Boolean(value),
            ScalarKind::DateTime => Value::Datetime(Cow::Borrowed(raw.as_str())),
            ScalarKind::Float => Value::Float(text),
            ScalarKind::Integer(_) => Value::Integer(text),
        };
        self.value(Item { at, value });
    }
}

/// Whether a scalar is sound at first sight: a string of one line without escapes.
fn is_plain(written: &[u8], kind: Option<Encoding>) -> bool {
    let is_plain = |byte: &u8| (0x20..0x7f).contains(byte) && *byte != b'\\';
    kind == Some(Encoding::BasicString)
        && written.len() >= 2
        && written.last() == Some(&b'"')
        && written.iter().all(is_plain)
}

/// The table at the end of a way.
fn at_place<'a, 't>(root: &'a mut Table<'t>, place: &[usize]) -> Option<&'a mut Table<'t>> {
    place.iter().try_fold(root, |table, entry| last_table(&mut table.entries.get_mut(*entry)?.item))
}

/// The table that a header continues: itself, or the last one of an array of tables with headers.
fn last_table<'a, 't>(item: &'a mut Item<'t>) -> Option<&'a mut Table<'t>> {
    match &mut item.value {
        Value::Table(table) => Some(table),
        Value::Array(items) => match &mut items.last_mut()?.value {
            Value::Table(table) if table.form == Form::Header => Some(table),
            _ => None,
        },
        _ => None,
    }
}

/// Makes the table of a header; `place` becomes the way to it.
fn settle<'t>(root: &mut Table<'t>, keys: &[Key<'t>], at: Extent, repeats: bool, place: &mut Vec<usize>) -> Option<()> {
    let (last, parents) = keys.split_last()?;
    let mut table = root;
    for key in parents {
        let index = match position(table, &key.0) {
            Some(index) => index,
            None => {
                push(table, key, Item { at, value: Value::Table(Table { at, form: Form::Implied, entries: vec![] }) })?
            }
        };
        place.push(index);
        table = last_table(&mut table.entries.get_mut(index)?.item)?;
        if !matches!(table.form, Form::Header | Form::Implied) {
            return None;
        }
    }
    let own = Item { at, value: Value::Table(Table { at, form: Form::Header, entries: Vec::new() }) };
    let index = match (position(table, &last.0), repeats) {
        (None, false) => push(table, last, own)?,
        (None, true) => push(table, last, Item { at, value: Value::Array(vec![own]) })?,
        (Some(index), true) => {
            let Value::Array(items) = &mut table.entries.get_mut(index)?.item.value else { return None };
            let is_header = |item: &Item<'_>| item.as_table().is_some_and(|table| table.form == Form::Header);
            items.last().filter(|item| is_header(item))?;
            items.push(own);
            index
        }
        // A table that was only implied so far stands where its own header does.
        (Some(index), false) => {
            let Value::Table(implied) = &table.entries.get(index)?.item.value else { return None };
            if implied.form != Form::Implied {
                return None;
            }
            let mut item = table.entries.remove(index).item;
            if let Value::Table(implied) = &mut item.value {
                (implied.form, implied.at, item.at) = (Form::Header, at, at);
            }
            push(table, last, item)?
        }
    };
    place.push(index);
    Some(())
}

/// Puts a value at the end of a dotted key.
fn insert<'t>(table: &mut Table<'t>, keys: Vec<Key<'t>>, item: Item<'t>) -> Option<()> {
    let mut keys = keys.into_iter().peekable();
    let mut table = table;
    while let Some(key) = keys.next() {
        if keys.peek().is_none() {
            if position(table, &key.0).is_some() {
                return None;
            }
            return push(table, &key, item).map(|_| ());
        }
        let index = if let Some(index) = position(table, &key.0) {
            index
        } else {
            let dotted = Table { at: key.1, form: Form::Dotted, entries: Vec::new() };
            push(table, &key, Item { at: key.1, value: Value::Table(dotted) })?
        };
        let Value::Table(next) = &mut table.entries.get_mut(index)?.item.value else { return None };
        if next.form != Form::Dotted {
            return None;
        }
        table = next;
    }
    None
}

fn position(table: &Table<'_>, key: &str) -> Option<usize> {
    table.entries.iter().position(|entry| entry.key == key)
}

/// Adds an entry and gives its place, unless there are too many.
fn push<'t>(table: &mut Table<'t>, key: &Key<'t>, item: Item<'t>) -> Option<usize> {
    let index = table.entries.len();
    table.entries.push(Entry { key: key.0.clone(), key_at: key.1, item });
    (index < MAX_KEYS).then_some(index)
}
