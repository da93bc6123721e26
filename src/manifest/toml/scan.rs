//! One pass over the bytes of a TOML text before it is parsed: how deep it nests, which brackets stay open, where its
//! headers stand, and which of its forms are newer than TOML 1.0.

use super::RULE;
use crate::diagnostic::Problem;
use crate::manifest::conflict;
use crate::source::Extent;

/// Deeper nesting than this is refused: no manifest needs it, and readers and destructors recurse.
const MAX_DEPTH: u32 = 64;

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Faults that the parser does not report, or reports at a place that does not help.
    pub(super) faults: Vec<Problem>,
    /// Faults of another kind: forms of TOML 1.1.
    pub(super) newer: Vec<Problem>,
    /// What to change in a copy, byte for byte, so that a fault does not spoil what follows it.
    pub(super) patches: Vec<Patch>,
    /// The lines with table headers, from their `[` to the end of the line.
    pub(super) headers: Vec<Extent>,
    /// The keys of top-level statements: whole dotted keys.
    pub(super) keys: Vec<Extent>,
    /// Where it nests too deeply to be parsed.
    pub(super) too_deep: Option<Extent>,
}

/// A change to the copy that is parsed.
#[derive(Debug)]
pub(super) enum Patch {
    /// Blanks these bytes; ends of lines stay.
    Blank(Extent),
    /// Likewise, for the marker of a merge conflict.
    Marker(Extent),
    /// Blanks these bytes but for the end of the last line, and puts `closers` at their start.
    Close(Extent, Vec<u8>),
    /// Adds `closers` after the last line.
    Append(Vec<u8>),
}

/// A bracket that is open.
struct Open {
    at: usize,
    inline: bool,
    weight: u32,
    told: bool,
}

/// Passes over `text` once.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { bytes: text.as_bytes(), text, at: 0, out: Scan::default(), conflict: false };
    while scanner.at < scanner.bytes.len() && scanner.out.too_deep.is_none() {
        scanner.line();
    }
    scanner.out
}

struct Scanner<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    out: Scan,
    conflict: bool,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// The end of the line that holds byte `at`, its end-of-line characters not included.
    fn line_end(&self, at: usize) -> usize {
        line_end(self.text, at)
    }

    /// Goes past the end of the line.
    fn next_line(&mut self) {
        self.at = next_line(self.text, self.at);
    }

    /// A line outside every bracket.
    fn line(&mut self) {
        if self.conflict_marker() {
            return;
        }
        self.skip_blanks();
        match self.peek() {
            None => {}
            Some(b'\n' | b'\r' | b'#') => self.next_line(),
            Some(b'[') => {
                self.out.headers.push(Extent::new(self.at, self.line_end(self.at)));
                self.next_line();
            }
            Some(_) => self.statement(),
        }
    }

    /// Takes a marker that version control leaves in a text with a conflict.
    fn conflict_marker(&mut self) -> bool {
        let end = self.line_end(self.at);
        let line = self.text.get(self.at..end).unwrap_or_default();
        let opens = line.starts_with("<<<<<<< ");
        let goes_on = self.conflict && (line == "=======" || line.starts_with("||||||| "));
        let closes = self.conflict && line.starts_with(">>>>>>> ");
        if !(opens || goes_on || closes) {
            return false;
        }
        let at = Extent::new(self.at, end);
        self.out.patches.push(Patch::Marker(at));
        if opens {
            self.out.faults.push(Problem::new(RULE, at, conflict::MESSAGE).help(conflict::HELP));
        }
        self.conflict = !closes;
        self.next_line();
        true
    }

    /// A key with its value, at its first byte.
    fn statement(&mut self) {
        let start = self.at;
        let mut dots = 0;
        loop {
            match self.peek() {
                None => return,
                Some(b'\n' | b'#') => return self.next_line(),
                Some(b'=') => break,
                Some(b'"' | b'\'') => self.string(),
                Some(b'.') => {
                    dots += 1;
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
        let key = self.text.get(start..self.at).unwrap_or_default().trim_end();
        self.out.keys.push(Extent::new(start, start + key.len()));
        self.at += 1;
        self.value(start, dots);
    }

    /// A value, up to the end of its last line. `start` is where its statement begins, `dots` how many its key has.
    fn value(&mut self, start: usize, mut dots: u32) {
        let mut stack: Vec<Open> = Vec::new();
        let mut depth = 0;
        let mut last = self.at;
        let mut confused = false;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => {
                    self.at += 1;
                    let Some(open) = stack.last_mut() else { return };
                    if open.inline && !open.told && !confused {
                        open.told = true;
                        let at = Extent::new(open.at, open.at + 1);
                        self.out.newer.push(
                            newer(at, "an inline table over several lines")
                                .help("write the inline table on one line, or as a table with a `[header]`"),
                        );
                    }
                    while self.conflict_marker() {}
                    if !open.inline && starts_statement(self.text.get(self.at..).unwrap_or_default()) {
                        return self.unclosed(start, last, &stack);
                    }
                    continue;
                }
                b'#' => {
                    self.at = self.line_end(self.at);
                    continue;
                }
                b' ' | b'\t' | b'\r' => {}
                b'"' | b'\'' => {
                    self.string();
                    last = self.at;
                    continue;
                }
                b'[' | b'{' => {
                    let weight = 1 + dots;
                    dots = 0;
                    depth += weight;
                    stack.push(Open { at: self.at, inline: byte == b'{', weight, told: false });
                    if depth > MAX_DEPTH {
                        self.out.too_deep = Some(Extent::new(self.at, self.at + 1));
                        return;
                    }
                    last = self.at + 1;
                }
                b']' | b'}' => {
                    if stack.last().is_some_and(|open| open.inline == (byte == b'}')) {
                        let comma = last.checked_sub(1).filter(|&at| self.bytes.get(at) == Some(&b','));
                        if let (b'}', Some(comma), false) = (byte, comma, confused) {
                            let at = Extent::new(comma, comma + 1);
                            self.out.newer.push(
                                newer(at, "a comma after the last entry of an inline table")
                                    .help("delete the comma")
                                    .replace(""),
                            );
                        }
                        depth -= stack.pop().map_or(0, |open| open.weight);
                    } else {
                        confused = true;
                    }
                    last = self.at + 1;
                }
                b',' => {
                    dots = 0;
                    last = self.at + 1;
                }
                _ => {
                    dots += u32::from(byte == b'.');
                    last = self.at + 1;
                }
            }
            self.at += 1;
        }
        if let Some(open) = stack.last().filter(|_| !confused) {
            self.out.faults.push(unclosed(open));
            self.out.patches.push(Patch::Append(closers(&stack)));
        }
    }

    /// The brackets `stack` are open although the next line begins another statement; `last` is the end of what is
    /// written in them.
    fn unclosed(&mut self, start: usize, last: usize, stack: &[Open]) {
        self.out.faults.extend(stack.last().map(unclosed));
        let closers = closers(stack);
        let before = self.text.get(..self.at).unwrap_or_default();
        let gap_end = before.strip_suffix('\n').map_or(self.at, |text| text.strip_suffix('\r').unwrap_or(text).len());
        let comma = last.checked_sub(1).filter(|&at| self.bytes.get(at) == Some(&b','));
        let gap_start = comma.unwrap_or(last);
        self.out.patches.push(if gap_start + closers.len() <= gap_end {
            Patch::Close(Extent::new(gap_start, gap_end), closers)
        } else {
            Patch::Blank(Extent::new(start, self.at))
        });
    }

    /// A string, at its opening quote.
    fn string(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let basic = rest.starts_with('"');
        let long = if basic { "\"\"\"" } else { "'''" };
        if rest.starts_with(long) {
            self.at += 3;
            loop {
                match self.peek() {
                    None => break,
                    Some(b'\\') if basic => self.escape(),
                    Some(_) if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(long.as_bytes())) => {
                        self.at += 3;
                        // One or two quotes may stand before the three that close.
                        for _ in 0..2 {
                            self.at += usize::from(self.peek() == rest.bytes().next());
                        }
                        return;
                    }
                    Some(_) => self.at += 1,
                }
            }
            let at = Extent::new(start, start + 3);
            self.out.faults.push(
                Problem::new(RULE, at, format!("the string that begins with `{long}` is never closed"))
                    .help(format!("write `{long}` where the string ends")),
            );
            return;
        }
        self.at += 1;
        let quote = if basic { b'"' } else { b'\'' };
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => return,
                b'\\' if basic => self.escape(),
                _ => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
    }

    /// An escape, at its backslash.
    fn escape(&mut self) {
        let name = self.bytes.get(self.at + 1).copied();
        if let Some(name @ (b'e' | b'x')) = name {
            let end = if name == b'e' { self.at + 2 } else { self.at + 4 };
            if let Some(written) = self.text.get(self.at..end) {
                let digits = written.get(2..).unwrap_or_default();
                if digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    let code = if name == b'e' { "1b" } else { digits };
                    let at = Extent::new(self.at, end);
                    let instead = format!("\\u00{code}");
                    self.out.newer.push(
                        newer(at, format!("the escape `{written}`"))
                            .help(format!("write `{instead}`"))
                            .replace(instead),
                    );
                }
            }
        }
        self.at += match name {
            None | Some(b'\n') => 1,
            Some(_) => 2,
        };
    }
}

/// The end of the line that holds byte `at`, without its end-of-line characters.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// The first byte of the line after the one that holds byte `at`.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    rest.find('\n').map_or(text.len(), |length| at + length + 1)
}

/// The first byte of the line that holds byte `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

fn unclosed(open: &Open) -> Problem {
    let (what, open_with, close_with) = if open.inline { ("inline table", '{', '}') } else { ("array", '[', ']') };
    Problem::new(RULE, Extent::new(open.at, open.at + 1), format!("this {what} is never closed"))
        .label(format!("no `{close_with}` for this `{open_with}`"))
        .help(format!("write `{close_with}` where the {what} ends"))
}

fn closers(stack: &[Open]) -> Vec<u8> {
    stack.iter().rev().map(|open| if open.inline { b'}' } else { b']' }).collect()
}

/// A fault that is none in TOML 1.1. `tomllib` reads TOML 1.0 in Python 3.11 to 3.14.
pub(super) fn newer(at: Extent, what: impl std::fmt::Display) -> Problem {
    Problem::new(RULE, at, format!("{what} needs TOML 1.1"))
        .note("`tomllib` of Python 3.11 to 3.14, and what is built on it, reads TOML 1.0 and refuses the file")
}

/// Whether a line that stands in an array, at the start of `rest` and without indentation, can only be a header or
/// the start of a key-value pair.
fn starts_statement(rest: &str) -> bool {
    let line = rest.split('\n').next().unwrap_or_default();
    if let Some(inner) = line.strip_prefix('[') {
        let inner = inner.strip_prefix('[').unwrap_or(inner).trim_start();
        let Some(after) = key(inner, true) else { return false };
        let Some(after) = after.trim_start().strip_prefix(']') else { return false };
        let after = after.strip_prefix(']').unwrap_or(after).trim();
        return after.is_empty() || after.starts_with('#');
    }
    let after = key(line, false).map_or("", str::trim_start);
    after.starts_with('=') && !after.starts_with("==")
}

/// What follows a dotted key at the start of `text`, where there is one. With `bare`, its first part is a bare word
/// and no value.
fn key(text: &str, bare: bool) -> Option<&str> {
    let mut rest = text;
    let mut first = bare;
    loop {
        let quote = rest.chars().next()?;
        if matches!(quote, '"' | '\'') && !first {
            rest = rest.get(1..)?.split_once(quote)?.1;
        } else {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
            let word = rest.get(..end)?;
            let value =
                matches!(word, "true" | "false" | "inf" | "nan") || !word.starts_with(|c: char| c.is_alphabetic());
            if word.is_empty() || first && value {
                return None;
            }
            rest = rest.get(end..)?;
        }
        first = false;
        match rest.trim_start().strip_prefix('.') {
            Some(after) => rest = after.trim_start(),
            None => return Some(rest),
        }
    }
}
