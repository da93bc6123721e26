//! The imports of a text, without parsing it.
//!
//! `import` is a keyword: outside strings and comments it occurs in import statements alone. So it is enough to know
//! where strings and comments end and where statements begin. One table tells which bytes matter to that; everything
//! else is skipped. In a text that does not parse, a line that begins with a whole import statement is believed even
//! where a bracket is still open.

use std::borrow::Cow;
use std::collections::BTreeSet;

use memchr::memmem;

use crate::python::parse::normalised;
use crate::python::{Import, Imports, Taken};
use crate::source::Extent;

/// Every static import of `text`, in the order of the text; of a relative import also the number of its dots. A text
/// that is no Python gives what looks like import statements.
pub fn scan(text: &str) -> Imports {
    let mut scanner = Scanner::new(text);
    // After the last `import` no statement begins that matters. That is the greater part of most texts.
    let Some(last) = rfind_import(text.as_bytes()) else { return Imports::default() };
    scanner.run(Until::After(last));
    scanner.imports.shrink_to_fit();
    Imports { imports: scanner.imports }
}

/// How deep a text nests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Depth {
    /// The most brackets that are open at once, the braces of f-strings among them.
    pub(crate) brackets: u32,
    /// The most f-strings that are open at once.
    pub(crate) strings: u32,
    /// The most signs that stand in a row (`- - -x`).
    pub(crate) signs: u32,
    /// The byte at which most brackets are open; else 0.
    pub(crate) at: u32,
}

/// How deep `text` nests, for the parser, whose time and stack depend on it.
pub(crate) fn depth(text: &str) -> Depth {
    let mut scanner = Scanner::new(text);
    scanner.run(Until::End);
    scanner.deepest
}

/// Where the logical line that begins at byte `start` ends, its line end included: strings and brackets can make it
/// longer than a line.
pub(crate) fn logical_line(text: &str, start: usize) -> usize {
    let mut scanner = Scanner::new(text);
    scanner.at = start;
    scanner.run(Until::Line);
    let end = scanner.at.min(text.len());
    if text.as_bytes().get(end.wrapping_sub(1)) == Some(&b'\r') && text.as_bytes().get(end) == Some(&b'\n') {
        return end + 1;
    }
    end
}

/// What a byte means to the scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Plain,
    LineEnd,
    Comment,
    Quote,
    Open,
    Close,
    Colon,
    Semicolon,
    Backslash,
    Sign,
}

static CLASSES: [Class; 256] = {
    let mut table = [Class::Plain; 256];
    table[b'\n' as usize] = Class::LineEnd;
    table[b'\r' as usize] = Class::LineEnd;
    table[b'#' as usize] = Class::Comment;
    table[b'"' as usize] = Class::Quote;
    table[b'\'' as usize] = Class::Quote;
    table[b'(' as usize] = Class::Open;
    table[b'[' as usize] = Class::Open;
    table[b'{' as usize] = Class::Open;
    table[b')' as usize] = Class::Close;
    table[b']' as usize] = Class::Close;
    table[b'}' as usize] = Class::Close;
    table[b':' as usize] = Class::Colon;
    table[b';' as usize] = Class::Semicolon;
    table[b'\\' as usize] = Class::Backslash;
    table[b'-' as usize] = Class::Sign;
    table[b'+' as usize] = Class::Sign;
    table[b'~' as usize] = Class::Sign;
    table
};

/// What a byte means where no bracket is open, and nothing but nesting is of interest.
static OUTERMOST: [Class; 256] = {
    let mut table = CLASSES;
    table[b'\n' as usize] = Class::Plain;
    table[b'\r' as usize] = Class::Plain;
    table[b':' as usize] = Class::Plain;
    table[b';' as usize] = Class::Plain;
    table[b'\\' as usize] = Class::Plain;
    table
};

/// Whether a byte can stand in an identifier; every byte of a character beyond ASCII can.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The text around a replacement field of an f-string, to be gone on with when the field ends.
#[derive(Debug, Clone, Copy)]
struct Field {
    quote: u8,
    triple: bool,
    raw: bool,
    /// Whether the field stands in the format specification of another one.
    in_spec: bool,
    /// How many brackets are open in the field itself, its own brace included.
    depth: u32,
}

/// How far the scanner goes.
#[derive(Debug, Clone, Copy)]
enum Until {
    /// To the end of the text, to see how deep it nests.
    End,
    /// To the end of the first logical line.
    Line,
    /// To the end of a line that lies behind this byte.
    After(usize),
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// How many brackets are open.
    depth: u32,
    /// The replacement fields that are open.
    fields: Vec<Field>,
    /// How many of those stand directly in a string, which is how many f-strings are open.
    strings: u32,
    deepest: Depth,
    /// Whether the statement that was begun last begins a line.
    outermost: bool,
    imports: Vec<Import>,
    /// The names that the statement which is read takes.
    taken: Vec<Extent>,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth: 0,
            fields: Vec::new(),
            strings: 0,
            deepest: Depth::default(),
            outermost: false,
            imports: Vec::new(),
            taken: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn run(&mut self, until: Until) {
        self.statement();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let is_outermost = matches!(until, Until::End) && self.depth == 0 && self.fields.is_empty();
            let classes = if is_outermost { &OUTERMOST } else { &CLASSES };
            let ahead = rest.iter().position(|byte| classes[usize::from(*byte)] != Class::Plain).unwrap_or(rest.len());
            self.at += ahead;
            let Some(&byte) = rest.get(ahead) else { return };
            self.at += 1;
            match CLASSES[byte as usize] {
                Class::Plain => {}
                Class::LineEnd => match until {
                    Until::Line if self.depth == 0 => return,
                    Until::After(last) if self.at > last => return,
                    _ => self.line_start(),
                },
                Class::Comment => self.comment(),
                Class::Quote => self.string(byte),
                Class::Open => self.open(),
                Class::Close => self.close(byte),
                Class::Colon => self.colon(),
                Class::Semicolon => {
                    if self.depth == 0 {
                        self.statement();
                    }
                }
                Class::Sign => self.signs(),
                Class::Backslash => {
                    self.at -= 1;
                    if !self.continuation() {
                        self.at += 1;
                    }
                }
            }
        }
    }

    fn open(&mut self) {
        self.depth += 1;
        if self.depth > self.deepest.brackets {
            self.deepest.brackets = self.depth;
            self.deepest.at = self.at as u32 - 1;
        }
    }

    fn close(&mut self, byte: u8) {
        match self.fields.last() {
            Some(field) if self.depth <= field.depth => {
                if byte == b'}' {
                    self.end_field();
                }
            }
            _ => self.depth = self.depth.saturating_sub(1),
        }
    }

    fn colon(&mut self) {
        match self.fields.last() {
            Some(&field) if self.depth <= field.depth => self.literal(field, true),
            None if self.depth == 0 => self.statement(),
            _ => {}
        }
    }

    /// Counts the signs of a row whose first was just passed.
    fn signs(&mut self) {
        let mut count = 1;
        loop {
            match self.peek() {
                Some(b'-' | b'+' | b'~') => count += 1,
                Some(b' ' | b'\t' | b'\x0c') => {}
                Some(b'\n' | b'\r') if self.depth > 0 => {}
                Some(b'\\') if self.continuation() => continue,
                _ => break,
            }
            self.at += 1;
        }
        self.deepest.signs = self.deepest.signs.max(count);
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += find(rest, [b'\n', b'\r']).unwrap_or(rest.len());
    }

    /// Skips a backslash and the line end after it.
    fn continuation(&mut self) -> bool {
        let length = match (self.peek(), self.peek_at(1), self.peek_at(2)) {
            (Some(b'\\'), Some(b'\r'), Some(b'\n')) => 3,
            (Some(b'\\'), Some(b'\r' | b'\n'), _) => 2,
            _ => return false,
        };
        self.at += length;
        true
    }

    /// Skips what may stand between two tokens of a logical line.
    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\x0c') => self.at += 1,
                Some(b'\\') if self.continuation() => {}
                _ => return,
            }
        }
    }

    /// Skips what may stand between two tokens in brackets.
    fn blanks_and_lines(&mut self) {
        loop {
            self.blanks();
            match self.peek() {
                Some(b'\n' | b'\r') => self.at += 1,
                Some(b'#') => self.comment(),
                _ => return,
            }
        }
    }

    // ------------------------------------------------------------------------------------------- strings

    /// Skips a string whose opening quote was just passed, up to its end or its first replacement field.
    fn string(&mut self, quote: u8) {
        let (raw, formatted) = self.prefix();
        let triple = self.peek() == Some(quote) && self.peek_at(1) == Some(quote);
        if triple {
            self.at += 2;
        }
        if formatted {
            self.literal(Field { quote, triple, raw, in_spec: false, depth: self.depth }, false);
        } else if triple {
            self.triple(quote);
        } else {
            self.single(quote);
        }
    }

    /// Whether the prefix of the string whose quote was just passed makes it raw, and whether formatted.
    fn prefix(&self) -> (bool, bool) {
        let before = |back: usize| self.at.checked_sub(back).and_then(|at| self.bytes.get(at)).copied();
        let (first, second) = match (before(4), before(3), before(2)) {
            (_, one, Some(two)) if in_word(two) && !one.is_some_and(in_word) => (two, None),
            (zero, Some(one), Some(two)) if in_word(two) && !zero.is_some_and(in_word) => (two, Some(one)),
            _ => return (false, false),
        };
        match (first.to_ascii_lowercase(), second.map(|byte| byte.to_ascii_lowercase())) {
            (b'f' | b't', None) => (false, true),
            (b'f' | b't', Some(b'r')) | (b'r', Some(b'f' | b't')) => (true, true),
            _ => (false, false),
        }
    }

    fn single(&mut self, quote: u8) {
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == quote {
                return;
            }
            match byte {
                b'\\' => self.escaped(),
                b'\n' | b'\r' => {
                    // Not closed: the line end counts, and the next line is read as code.
                    self.at -= 1;
                    return;
                }
                _ => {}
            }
        }
    }

    fn triple(&mut self, quote: u8) {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(ahead) = find(rest, [quote, b'\\']) else {
                self.at = self.bytes.len();
                return;
            };
            self.at += ahead + 1;
            if rest.get(ahead) == Some(&b'\\') {
                self.escaped();
            } else if self.peek() == Some(quote) && self.peek_at(1) == Some(quote) {
                self.at += 2;
                return;
            }
        }
    }

    /// Skips the character after a backslash in a string.
    fn escaped(&mut self) {
        self.at += if self.peek() == Some(b'\r') && self.peek_at(1) == Some(b'\n') { 2 } else { 1 };
    }

    /// Skips the text of an f-string (or, with `spec`, the format specification of its open field `field`) up to its
    /// end or the brace that opens a field. `field` tells of the string.
    fn literal(&mut self, mut field: Field, mut spec: bool) {
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'{' if !spec && self.peek() == Some(b'{') => self.at += 1,
                b'{' => {
                    if !spec {
                        self.strings += 1;
                        self.deepest.strings = self.deepest.strings.max(self.strings);
                    }
                    self.open();
                    self.fields.push(Field { in_spec: spec, depth: self.depth, ..field });
                    return;
                }
                b'}' if spec => {
                    let Some(ended) = self.pop_field() else { return };
                    (field, spec) = (ended, ended.in_spec);
                }
                b'\\' if !field.raw && self.peek() == Some(b'N') && self.peek_at(1) == Some(b'{') => {
                    // `\N{LATIN SMALL LETTER A}` is no field.
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    let line = find(rest, [b'}', b'\n', b'\r', field.quote]);
                    self.at += line.unwrap_or(rest.len());
                }
                // A brace keeps its meaning after a backslash.
                b'\\' if matches!(self.peek(), Some(b'{' | b'}')) => {}
                b'\\' => self.escaped(),
                b'\n' | b'\r' if !field.triple => {
                    // A specification goes on as code (Python 3.13 allows the line end); text is not closed.
                    self.at -= 1;
                    return;
                }
                _ if byte == field.quote => {
                    if !field.triple {
                        self.abandon(spec);
                        return;
                    }
                    if self.peek() == Some(byte) && self.peek_at(1) == Some(byte) {
                        self.at += 2;
                        self.abandon(spec);
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    /// Ends the innermost field at its brace, and goes on with the text around it.
    fn end_field(&mut self) {
        if let Some(field) = self.pop_field() {
            self.literal(field, field.in_spec);
        }
    }

    fn pop_field(&mut self) -> Option<Field> {
        let field = self.fields.pop()?;
        self.depth = field.depth.saturating_sub(1);
        if !field.in_spec {
            self.strings = self.strings.saturating_sub(1);
        }
        Some(field)
    }

    /// Leaves the fields of a string that ends within a format specification, which is an error of the text.
    fn abandon(&mut self, spec: bool) {
        if spec {
            while self.pop_field().is_some_and(|field| field.in_spec) {}
        }
    }

    // ---------------------------------------------------------------------------------------- statements

    fn line_start(&mut self) {
        if self.depth == 0 {
            self.statement();
            return;
        }
        // No import stands in brackets: where a line begins with one, an earlier bracket was never closed.
        let from = self.at;
        let found = self.imports.len();
        self.statement();
        if self.imports.len() == found {
            self.at = from;
        } else {
            self.depth = 0;
            self.strings = 0;
            self.fields.clear();
        }
    }

    /// Reads the import that begins here, if one does.
    fn statement(&mut self) {
        self.blanks();
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at));
        self.outermost = matches!(before, None | Some(b'\n' | b'\r'));
        match self.peek() {
            Some(b'i' | b'f') => self.import(),
            Some(b'l') => {
                let start = self.at;
                if self.keyword("lazy") {
                    self.blanks();
                    self.import();
                } else {
                    self.at = start;
                }
            }
            _ => {}
        }
    }

    fn import(&mut self) {
        let (start, found) = (self.at, self.imports.len());
        let read = if self.keyword("import") {
            self.modules()
        } else if self.keyword("from") {
            self.names_of_module()
        } else {
            None
        };
        if read.is_none() {
            self.imports.truncate(found);
            self.at = start;
        }
    }

    /// Passes `word`, where it stands here as a whole word.
    fn keyword(&mut self, word: &str) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let found = rest.starts_with(word.as_bytes()) && !rest.get(word.len()).copied().is_some_and(in_word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Passes an identifier.
    fn word(&mut self) -> Option<Extent> {
        let start = self.at;
        if self.peek()?.is_ascii_digit() {
            return None;
        }
        while self.peek().is_some_and(in_word) {
            self.at += 1;
        }
        (self.at > start).then(|| Extent::new(start, self.at))
    }

    /// An identifier as Python takes it.
    fn identifier(&self, at: Extent) -> Cow<'t, str> {
        let word = at.of(self.text);
        if word.is_ascii() { word.into() } else { normalised(word).into() }
    }

    /// Passes a dotted name, and gives it without blanks.
    fn dotted(&mut self) -> Option<(Box<str>, Extent)> {
        let mut at = self.word()?;
        loop {
            let end = self.at;
            self.blanks();
            if self.peek() != Some(b'.') {
                self.at = end;
                break;
            }
            self.at += 1;
            self.blanks();
            at = at.cover(self.word()?);
        }
        let written = at.of(self.text);
        let is_plain = |byte: u8| byte == b'.' || byte.is_ascii() && in_word(byte);
        if written.bytes().all(is_plain) {
            return Some((written.into(), at));
        }
        let is_in_name = |c: &char| *c == '.' || !c.is_ascii() || u8::try_from(*c).is_ok_and(in_word);
        let name: String = written.chars().filter(is_in_name).collect();
        let parts: Vec<String> = name.split('.').map(normalised).collect();
        Some((parts.join(".").into(), at))
    }

    /// Passes `as name`, where it stands here.
    fn alias(&mut self) -> Option<()> {
        self.blanks();
        if self.keyword("as") {
            self.blanks();
            self.word()?;
            self.blanks();
        }
        Some(())
    }

    /// Reads `a.b as c, d` after `import`.
    fn modules(&mut self) -> Option<()> {
        loop {
            self.blanks();
            let (module, at) = self.dotted()?;
            let outermost = self.outermost;
            self.imports.push(Import { module, names: Taken::default(), level: 0, at, outermost });
            self.alias()?;
            if self.peek() != Some(b',') {
                return self.end();
            }
            self.at += 1;
        }
    }

    /// Reads `..a.b import c as d, e` after `from`.
    fn names_of_module(&mut self) -> Option<()> {
        let mut level = 0;
        let mut dots = None;
        loop {
            self.blanks();
            if self.peek() != Some(b'.') {
                break;
            }
            let dot = Extent::new(self.at, self.at + 1);
            dots = Some(dots.map_or(dot, |dots: Extent| dots.cover(dot)));
            level += 1;
            self.at += 1;
        }
        let (module, at) = match dots {
            Some(dots) if self.keyword("import") => (Box::default(), dots),
            _ => {
                let (module, at) = self.dotted()?;
                self.blanks();
                if !self.keyword("import") {
                    return None;
                }
                (module, at)
            }
        };
        self.blanks();
        self.taken.clear();
        match self.peek()? {
            b'*' => {
                self.taken.push(Extent::new(self.at, self.at + 1));
                self.at += 1;
            }
            b'(' => {
                self.at += 1;
                self.names(true)?;
            }
            _ => self.names(false)?,
        }
        self.blanks();
        self.end()?;
        let names = self.taken.iter().map(|at| self.identifier(*at)).collect();
        self.imports.push(Import { module, names, level, at, outermost: self.outermost });
        Some(())
    }

    /// Takes note of the names in `c as d, e`, with the closing bracket where one was opened.
    fn names(&mut self, bracketed: bool) -> Option<()> {
        let gap = if bracketed { Self::blanks_and_lines } else { Self::blanks };
        loop {
            gap(self);
            if bracketed && self.peek() == Some(b')') {
                self.at += 1;
                return (!self.taken.is_empty()).then_some(());
            }
            let name = self.word()?;
            self.taken.push(name);
            gap(self);
            if self.keyword("as") {
                gap(self);
                self.word()?;
                gap(self);
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b')') if bracketed => {}
                _ if bracketed => return None,
                _ => return Some(()),
            }
        }
    }

    /// Whether the statement ends here. What goes on was no import (`import foo-bar`).
    fn end(&self) -> Option<()> {
        matches!(self.peek(), None | Some(b'\n' | b'\r' | b';' | b'#')).then_some(())
    }
}

/// Where the first of `needles` lies. Sixteen bytes at a time, which compilers turn into vector instructions.
#[expect(clippy::needless_bitwise_bool, reason = "branches would keep it from being vector instructions")]
fn find<const N: usize>(bytes: &[u8], needles: [u8; N]) -> Option<usize> {
    let test = |byte: u8| needles.iter().fold(false, |found, &needle| found | (byte == needle));
    let mut at = 0;
    for chunk in bytes.chunks_exact(16) {
        if chunk.iter().fold(false, |found, &byte| found | test(byte)) {
            break;
        }
        at += 16;
    }
    let rest = bytes.get(at..)?;
    Some(at + rest.iter().position(|&byte| test(byte))?)
}

/// Where the last `import` begins. Two letters are compared at a time by vector instructions, from the end.
#[expect(clippy::needless_bitwise_bool, reason = "branches would keep it from being vector instructions")]
fn rfind_import(bytes: &[u8]) -> Option<usize> {
    const CHUNK: usize = 64;
    let mut end = bytes.len();
    while end > 0 {
        let start = end.saturating_sub(CHUNK);
        // `p` and the byte after it; the `im` before and the `rt` behind may lie in a neighbouring chunk.
        let here = bytes.get(start..end)?;
        let next = bytes.get(start + 1..(end + 1).min(bytes.len()))?;
        let pairs = || here.iter().zip(next).map(|(&one, &two)| (one == b'p') & (two == b'o'));
        if pairs().fold(false, |found, pair| found | pair) {
            let whole = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"import"));
            let places = pairs().enumerate().filter(|&(_, pair)| pair);
            let last = places.filter_map(|(at, _)| (start + at).checked_sub(2)).rfind(whole);
            if last.is_some() {
                return last;
            }
        }
        end = start;
    }
    None
}

/// Which of `distributions` (normalised names) `text` mentions as a word of its own, be it as a module, as a command or in
/// another case, outside of comments. `#` within a string counts as the beginning of a comment: a mention too few is all
/// that comes of it.
pub fn mentions(text: &str, distributions: &BTreeSet<String>) -> Vec<String> {
    if distributions.is_empty() {
        return Vec::new();
    }
    let text = text.to_ascii_lowercase();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_word = |word: &str| {
        memmem::find_iter(text.as_bytes(), word).any(|at| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + word.len()..).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            !before.ends_with(is_part) && !after.starts_with(is_part) && !line.contains('#')
        })
    };
    distributions.iter().filter(|name| is_word(name) || is_word(&name.replace('-', "_"))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse::parse;

    /// The imports of a text, one a word: `module`, `..module:name,name`.
    fn shown(imports: &[Import]) -> String {
        let shown = imports.iter().map(|import| {
            let dots = ".".repeat(import.level as usize);
            let names = if import.names.is_empty() {
                String::new()
            } else {
                format!(":{}", import.names.iter().collect::<Vec<_>>().join(","))
            };
            format!("{dots}{}{names}", import.module)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    /// Texts that parse, and what they import.
    const GOOD: &[(&str, &str)] = &[
        ("", ""),
        ("import a", "a"),
        ("import a.b as c, d\n", "a.b d"),
        ("import a . b , c  as  d # e\n", "a.b c"),
        ("import \\\n a\\\n.b, \\\r\n c\n", "a.b c"),
        ("from a import b", "a:b"),
        ("from a.b import c as d, e\n", "a.b:c,e"),
        ("from a import *\n", "a:*"),
        ("from a import(b)\n", "a:b"),
        ("from a import (b, c as d,)\n", "a:b,c"),
        ("from a import ( # x, y)\n  b, # 'c'\n\n  c as\n d,\n)\nimport e", "a:b,c e"),
        ("from . import a\n", ".:a"),
        ("from .import a\n", ".:a"),
        ("from .a import b\n", ".a:b"),
        ("from .import_ import b\n", ".import_:b"),
        ("from .. a import b\n", "..a:b"),
        ("from ... import b\n", "...:b"),
        ("from .... a . b import c\n", "....a.b:c"),
        ("from . \\\n . import c\n", "..:c"),
        ("from\ta\timport\tb\n\x0cimport c\n\x0c  \x0c\nimport d", "a:b c d"),
        ("import a\rimport b\r\nimport c\n", "a b c"),
        ("import a; import b ;from c import d; x = 1; import e\n", "a b c:d e"),
        ("if x: import a\nelse: import b\n", "a b"),
        ("try: import a; import b\nexcept: from c import d\nfinally: import e", "a b c:d e"),
        (
            "while x : import a\nfor y in z: import b\nwith x: import c\nclass A: import d\ndef f(): import e\n",
            "a b c d e",
        ),
        ("def f(x: int = {1: 2}) -> int: import a\n", "a"),
        ("if x[1:2] == {1: 2}: import a\n", "a"),
        ("if (lambda: 0): import a\n", "a"),
        ("x = lambda: f\nx: int = 3\nx: from_ = 3\n", ""),
        ("match x:\n  case {'a': 1}: import a\n  case [import_]: from b import c\n", "a b:c"),
        ("match = 1; case = 2; import a\n", "a"),
        ("async def f():\n\timport a\n\tasync with b: import c\n", "a c"),
        ("lazy import a\nlazy from b import c\nlazy = 1; lazy import d\n", "a b:c d"),
        ("lazy\nimport a\nfrom lazy import lazy\nimport lazy as lazy\n", "a lazy:lazy lazy"),
        ("imports = 1\nimport_ = 2\nfrom_ = 3\nimporta\n", ""),
        ("def f():\n  yield from a\n  raise b from c\n  x = (yield\n  from d)\n", ""),
        ("'import a'\n\"import b\"\n# import c\nimport d", "d"),
        ("'''\nimport a\n'''\nimport b", "b"),
        ("\"\"\"\nimport a \\\"\"\"\nimport b \"' ''' \n\"\"\"\nimport c", "c"),
        ("x = 'a\\\nimport b\\\n'\nimport c", "c"),
        ("x = 'a\\'\\\\'\nimport b\n", "b"),
        ("x = '\\\r\nimport a'\r\nimport b\n", "b"),
        ("x = r'\\' '; import a\nimport b\n", "a b"),
        ("x = rb'\\'' Br'' bR'' b'\\''\ny = R\"\\\"\" U'' u'\\''\nimport a", "a"),
        ("x = ''\ny = \"\"\nimport a\nz = '' ''''''\nimport b", "a b"),
        ("x = ''''a\nimport b\n'''\nimport c", "c"),
        ("x = [\n'import a',\n  # import b (\n]\nimport c", "c"),
        ("x = (1,\n  import_, from_ ,\n)\nimport c", "c"),
        ("x = {'a': [(1,), {2: ')'}]}\nimport c", "c"),
        ("x = f'{a}'\nimport b", "b"),
        ("x = f'{a[\"b\"]}' F\"{a['b']}\" fr'{a}\\'' Rf'\\{a}'\nimport b", "b"),
        ("x = f'{'a' + f'{'b'}'}'\nimport b", "b"),
        ("x = f\"{\"{\"}\" ; import a\nx = f'{{' ; import b\nx = f'}}{{{a}}}' ; import c", "a b c"),
        ("x = f'{a:{b}>{c!r}}' f'{a!r:>10}' f'{a:%H:%M}' f'{a:=}' f'{a=}' f'{a=:>{b}}'\nimport c", "c"),
        ("x = f'{a:{b:{c}}}' f'{x:{{1}.pop()}}'\nimport c", "c"),
        ("x = f'{a[b:c]} {(lambda x: {1: x})(1)} {x!=y} {(x:=1)}'\nimport c", "c"),
        ("x = f'''\nimport a {\nb # import '\n} import c\n'''\nimport d", "d"),
        ("x = f'''{\nf\"\"\"{\n1:{2}\n}\"\"\"}'''\nimport d", "d"),
        ("x = f'{\na\n}'\nimport d", "d"),
        ("x = f'\\N{LATIN SMALL LETTER A}{a}' f'\\{a}' fr'\\N{a}' f'\\\\{a}' f'\\'{a}'\nimport d", "d"),
        ("x = t'{a}' T\"{b['c']}\" rt'\\{d}' tR'{f\"{g}\"}'\nimport h", "h"),
        ("x = 1if y else'import a'\nz = a if b else f'{c}'\nimport d", "d"),
        ("x = 1 \\\n\nimport a\n", "a"),
        ("\\\nimport a\n", "a"),
        ("if x:\n    \\\n    import a\n", "a"),
        ("import ﬁle\nfrom ma\u{b5} import \u{b5}", "file ma\u{3bc}:\u{3bc}"),
        ("import é, ñ.ü as ß\nfrom ж import 变\n", "é ñ.ü ж:变"),
        ("é = 'ж import a'\nimport b # é", "b"),
        ("@f('import a')\nclass A(b, c=d): 'import e'; import g\n", "g"),
        ("print('a', end='')\nassert x, 'import y'\ndel x\nimport z", "z"),
        ("type X = int; import a\ndef f[T: (int, str)](x): import b\n", "a b"),
        ("try:\n  pass\nexcept* a as b: import c\n", "c"),
    ];

    #[test]
    fn knows_what_is_mentioned() {
        for (text, name, expected) in [
            ("subprocess.run(['ruff', 'format'])\n", "ruff", true),
            ("import pre_commit\n", "pre-commit", true),
            ("import PyInstaller.__main__\n", "pyinstaller", true),
            ("run('pre-commit')\n", "pre-commit", true),
            ("x = 1  # pylint: disable=no-member\n", "pylint", false),
            ("blackbox = truffle\n", "black", false),
            ("blackbox = truffle\n", "ruff", false),
        ] {
            let found = mentions(text, &BTreeSet::from([name.to_owned()]));
            assert_eq!(!found.is_empty(), expected, "{text} / {name}");
        }
    }

    #[test]
    fn finds_what_the_tree_shows() {
        for &(text, expected) in GOOD {
            let found = scan(text).imports;
            assert_eq!(shown(&found), expected, "{text}");
            let uses = parse(text);
            let tree: Vec<_> = uses.imports.into_iter().map(|site| site.import).collect();
            assert_eq!((found, uses.problems), (tree, Vec::new()), "{text}");
        }
    }

    #[test]
    fn what_begins_a_line_stands_outermost() {
        let text = "import a; import b\ntry:\n  import c\nexcept E: import d\nfrom e import f\n\\\nimport g\n";
        let found = scan(text).imports;
        let outermost: Vec<_> = found.iter().filter(|i| i.outermost).map(|i| &*i.module).collect();
        assert_eq!(outermost, ["a", "e", "g"]);
    }

    #[test]
    fn places_are_those_of_the_module() {
        for (text, expected) in [
            ("import a.b as c, d", "a.b|d"),
            ("from .. a.b import c", "a.b"),
            ("from . . import c", ". ."),
            ("import a \\\n . b", "a \\\n . b"),
        ] {
            let found: Vec<_> = scan(text).imports.iter().map(|import| import.at.of(text)).collect();
            assert_eq!(found.join("|"), expected);
        }
    }

    /// Texts with errors: what is broken hides little.
    #[test]
    fn errors_hide_little() {
        for (text, expected) in [
            ("x = 'a\nimport b\n", "b"),
            ("x = f'{a\nimport b\n", "b"),
            ("x = f'{a:b'\nimport b\n", "b"),
            ("x = f'{a:{b'\nimport b\n", "b"),
            ("foo(\nimport a\nfrom b import c\n", "a b:c"),
            ("foo(]})\nimport a\n", "a"),
            (
                "import foo-bar\nimport {{ x }}\nfrom a import\nfrom a import (b c)\nfrom a import ()\nimport\nfrom\n",
                "",
            ),
            ("import a from b\nthe import of goods\nfrom here to there\nimport 1a\n", ""),
            ("print 'import a'\nexec \"b\"\nimport c\n", "c"),
            ("}}\nimport a\n", "a"),
            ("'''import a", ""),
            ("\\", ""),
            ("f'", ""),
            ("f'{", ""),
            ("f'\\N{", ""),
            ("lazy lazy import a", ""),
        ] {
            assert_eq!(shown(&scan(text).imports), expected, "{text}");
        }
    }

    #[test]
    fn the_last_import_is_found_wherever_it_lies() {
        for before in 0..140 {
            for after in 0..140 {
                let text = format!("{}import{}", " ".repeat(before), "po".repeat(after));
                assert_eq!(rfind_import(text.as_bytes()), Some(before));
            }
        }
        assert_eq!(rfind_import(b"import import mport"), Some(7));
        assert_eq!(rfind_import(b"mport impor po"), None);
    }

    #[test]
    fn depth_counts_brackets_and_strings() {
        for (text, brackets, strings) in [
            ("x = '((('\n# (((\n", 0, 0),
            ("x = ((1), [{}])\n", 3, 0),
            ("f'{f\"{f'''{1}'''}\"}' (", 3, 3),
            ("f'{x:{y}}' f'{z}'", 2, 1),
        ] {
            let deepest = depth(text);
            assert_eq!((deepest.brackets, deepest.strings), (brackets, strings), "{text}");
        }
        assert_eq!(depth("a((").at, 2);
    }

    #[test]
    fn logical_lines_end_where_statements_do() {
        for (text, expected) in [
            ("a\nb", "a\n"),
            ("a(\n1)\r\nb", "a(\n1)\r\n"),
            ("'''\n'''\rb", "'''\n'''\r"),
            ("a; b \\\n c # d\n", "a; b \\\n c # d\n"),
            ("", ""),
        ] {
            assert_eq!(text.get(..logical_line(text, 0)), Some(expected));
        }
    }
}
