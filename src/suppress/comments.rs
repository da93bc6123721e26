//! Ignores in comments: where they stand, what they name, and what they are about.

use std::ops::Range;

use crate::select::nearest;
use crate::source::Extent;

/// What our comments begin with.
const MARKER: &str = "pyeco-lint:";
/// What follows it.
pub(super) const DIRECTIVES: &[&str] = &["ignore", "ignore-file"];

/// How a text marks comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Python source, and the code of a notebook.
    Python,
    /// Requirements files: `#` after a blank.
    Requirements,
    /// TOML.
    Toml,
    /// INI: `#` after a blank, and `;` at the start of a line.
    Ini,
    /// YAML: `#` after a blank, also in the scripts of a workflow.
    Yaml,
    /// Whatever else has comments (Dockerfile, Makefile, shell): `#` after a blank.
    Hash,
}

impl Syntax {
    /// How comments are marked in the file at `path`, which begins as `text` does; nothing where it has none.
    pub fn of(path: &str, text: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let is_script = || text.starts_with("#!") && text.lines().next().is_some_and(|line| line.contains("python"));
        Some(match (name, extension) {
            ("Pipfile" | "poetry.lock" | "pdm.lock" | "uv.lock", _) | (_, "toml") => Self::Toml,
            (_, "py" | "pyi" | "pyw" | "ipynb") => Self::Python,
            (_, "txt" | "in") => Self::Requirements,
            (".coveragerc" | ".flake8" | ".pylintrc" | ".bandit", _) | (_, "cfg" | "ini" | "conf") => Self::Ini,
            (_, "yaml" | "yml") => Self::Yaml,
            (_, "json" | "lock" | "md" | "rst") => return None,
            _ if is_script() => Self::Python,
            _ => Self::Hash,
        })
    }
}

/// What may be said in a text about findings in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comments {
    /// In the order of the text.
    pub ignores: Vec<Ignore>,
    /// Statements (Python), requirements and instructions or commands (Dockerfile, shell) that go over several lines, in the order of the text: whole lines.
    pub statements: Vec<Extent>,
}

impl Comments {
    /// The statement of several lines that holds the byte `at`.
    pub fn statement(&self, at: u32) -> Option<Extent> {
        let index = self.statements.partition_point(|statement| statement.end <= at);
        self.statements.get(index).copied().filter(|statement| statement.start <= at)
    }

    /// The ignores about the line that holds the byte `at`, by their places in `ignores`.
    pub fn on_line(&self, at: u32) -> Range<usize> {
        // Ignores stand in the order of the text, and so do the lines that they are about.
        let end = self.ignores.partition_point(|ignore| ignore.line.start <= at);
        let last = self.ignores.get(..end).and_then(<[_]>::last);
        let Some(line) = last.map(|last| last.line).filter(|line| at < line.end) else { return 0..0 };
        self.ignores.partition_point(|ignore| ignore.line.start < line.start)..end
    }
}

/// Whose comment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `# pyeco-lint: ignore[…]`.
    Own,
    /// `# noqa`, `# ruff: …` and `# flake8: noqa`.
    Ruff,
    /// `# nosec`.
    Bandit,
    /// `# hadolint ignore=…`, in container files.
    Hadolint,
}

/// An ignore in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// Whose.
    pub dialect: Dialect,
    /// Whether it is about the whole file.
    pub whole_file: bool,
    /// Whether it stands on a line without code, and so is about the next line.
    pub alone: bool,
    /// The line that it is about, its end included: empty at the comment where there is none.
    pub line: Extent,
    /// What it names, as written. Empty for a comment of other linters that is about all they find.
    pub codes: Vec<Code>,
    /// What follows the codes, for a reader.
    pub reason: String,
    /// From `#` to the end, or up to what another tool says in the same comment.
    pub at: Extent,
    /// What to delete so that it is gone.
    pub item: Extent,
    /// Why it cannot silence anything.
    pub fault: Option<Fault>,
}

/// A code in an ignore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As written: a rule's name, perhaps narrowed, or the code of another linter.
    pub text: String,
    /// Where.
    pub at: Extent,
}

/// Why an ignore of ours says nothing that can be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What follows `pyeco-lint:` is no word that is known.
    Directive(String),
    /// No rule is named in brackets.
    NoRule,
    /// The bracket is not closed.
    Unclosed,
    /// `ignore-file` stands behind code.
    NotAlone,
}

/// A comment with what stands around it.
#[derive(Debug, Clone, Copy)]
struct Comment {
    /// From its mark to the end of the line.
    at: Extent,
    /// Its line, the line's end included.
    line: Extent,
    alone: bool,
}

/// Whether a text can hold an ignore of ours: others matter only where there are findings.
pub fn mentions(text: &str) -> bool {
    text.contains(MARKER)
}

/// Reads the ignores of a text.
///
/// What stands in a string literal of Python or TOML is no comment; in YAML, a quoted string on one line is none.
pub fn read_comments(text: &str, syntax: Syntax) -> Comments {
    let (comments, statements) = scan(text, syntax);
    let mut ignores = Vec::new();
    let mut targets = Targets { comments: &comments, known: None };
    for (index, comment) in comments.iter().enumerate() {
        let parts = parts(text, comment.at);
        let before = ignores.len();
        for part in &parts {
            ignores.extend(read_part(text, *part, comment, syntax, parts.len() == 1));
        }
        if comment.alone && ignores.len() > before {
            let line = targets.of(text, index);
            ignores.iter_mut().skip(before).for_each(|ignore| ignore.line = line);
        }
    }
    Comments { ignores, statements }
}

/// Finds the lines that comments without code on their line are about.
struct Targets<'c> {
    comments: &'c [Comment],
    /// The last answer, with the index of the last comment above that line: a block is walked through once.
    known: Option<(usize, Extent)>,
}

impl Targets<'_> {
    /// The line below the block of comments that the one at `index` belongs to; empty where that is blank or none.
    fn of(&mut self, text: &str, index: usize) -> Extent {
        if let Some((last, line)) = self.known
            && index <= last
        {
            return line;
        }
        let mut last = index;
        let mut end = self.comments.get(index).map_or(0, |comment| comment.line.end);
        while let Some(next) = self.comments.get(last + 1).filter(|next| next.alone && next.line.start == end) {
            end = next.line.end;
            last += 1;
        }
        let below = text.get(end as usize..).unwrap_or_default();
        let length = below.find('\n').map_or(below.len(), |newline| newline + 1);
        let is_blank = below.get(..length).unwrap_or_default().trim().is_empty();
        let line = Extent::at(end as usize).cover(Extent::at(end as usize + if is_blank { 0 } else { length }));
        self.known = Some((last, line));
        line
    }
}

/// The parts of a comment that speak to different tools: `# noqa: E501  # pyeco-lint: ignore[x] since 2.0`.
fn parts(text: &str, at: Extent) -> Vec<Extent> {
    let mut parts = Vec::new();
    let mut start = at.start;
    let bytes = at.of(text).as_bytes();
    for (index, window) in bytes.windows(3).enumerate() {
        // A number of an issue (`#12`) belongs to the reason.
        if let [before, b'#', after] = window
            && before.is_ascii_whitespace()
            && (after.is_ascii_whitespace() || after.is_ascii_alphabetic())
        {
            let next = at.start + index as u32 + 1;
            parts.push(Extent { start, end: next });
            start = next;
        }
    }
    parts.push(Extent { start, end: at.end });
    parts
}

/// A piece of a text that is read from its start.
#[derive(Clone, Copy)]
struct Cursor<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn skip(&mut self, bytes: usize) -> &'t str {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        (self.rest, self.at) = (rest, self.at + skipped.len());
        skipped
    }

    fn blanks(&mut self) {
        self.skip(self.rest.len() - self.rest.trim_start().len());
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.skip(word.len());
        }
        found
    }

    /// The characters up to the first that does not belong.
    fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        self.skip(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()))
    }
}

/// Reads one part of a comment.
fn read_part(text: &str, part: Extent, comment: &Comment, syntax: Syntax, only: bool) -> Option<Ignore> {
    let mut cursor = Cursor { rest: part.of(text).trim_end(), at: part.start as usize };
    let at = Extent::new(cursor.at, cursor.at + cursor.rest.len());
    cursor.take(|c| matches!(c, '#' | ';'));
    cursor.blanks();
    let mut ignore = Ignore {
        dialect: Dialect::Own,
        whole_file: false,
        alone: comment.alone,
        line: comment.line,
        codes: Vec::new(),
        reason: String::new(),
        at,
        item: item(text, part, comment, only),
        fault: None,
    };
    let speaks = if cursor.rest.starts_with(MARKER) {
        cursor.skip(MARKER.len());
        own(&mut cursor, &mut ignore)
    } else {
        syntax == Syntax::Python && foreign(&mut cursor, &mut ignore)
            || syntax == Syntax::Hash && hadolint(&mut cursor, &mut ignore)
    };
    let reason = cursor.rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—'));
    reason.clone_into(&mut ignore.reason);
    speaks.then_some(ignore)
}

/// What to delete so that a part of a comment is gone: its line, where that holds nothing else.
fn item(text: &str, part: Extent, comment: &Comment, only: bool) -> Extent {
    if comment.alone && only {
        return comment.line;
    }
    // The last part goes with the blanks before it, another with those behind it.
    let last = part.end == comment.at.end;
    let before = Extent { start: comment.line.start, end: part.start }.of(text);
    let blanks = if last { before.len() - before.trim_end().len() } else { 0 };
    Extent { start: part.start - blanks as u32, end: part.end }
}

/// Reads what follows `pyeco-lint:`. Gives whether it is meant for us, and no prose.
fn own(cursor: &mut Cursor<'_>, ignore: &mut Ignore) -> bool {
    cursor.blanks();
    let directive = cursor.take(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    ignore.whole_file = directive == "ignore-file";
    if !matches!(directive, "ignore" | "ignore-file") {
        ignore.fault = Some(Fault::Directive(directive.to_owned()));
        let is_meant = matches!(directive, "allow" | "disable" | "noqa" | "nosec" | "off" | "skip");
        return is_meant
            || cursor.rest.starts_with(['[', '='])
            || nearest(directive, DIRECTIVES.iter().copied()).is_some();
    }
    ignore.fault = match list(cursor, ignore) {
        Ok(()) if ignore.whole_file && !ignore.alone => Some(Fault::NotAlone),
        Ok(()) => None,
        Err(fault) => Some(fault),
    };
    true
}

/// Reads `[a, b]`.
fn list(cursor: &mut Cursor<'_>, ignore: &mut Ignore) -> Result<(), Fault> {
    cursor.blanks();
    if !cursor.eat("[") {
        return Err(Fault::NoRule);
    }
    loop {
        cursor.blanks();
        let mut code = *cursor;
        let text = code.take(|c| !matches!(c, ',' | ']')).trim_end();
        if !text.is_empty() {
            let at = Extent::new(cursor.at, cursor.at + text.len());
            ignore.codes.push(Code { text: text.to_owned(), at });
        }
        *cursor = code;
        if cursor.eat("]") {
            return if ignore.codes.is_empty() { Err(Fault::NoRule) } else { Ok(()) };
        }
        if !cursor.eat(",") {
            return Err(Fault::Unclosed);
        }
    }
}

/// Reads what ruff, flake8 and bandit understand. Gives whether it is of theirs.
fn foreign(cursor: &mut Cursor<'_>, ignore: &mut Ignore) -> bool {
    let ends_word = |cursor: &Cursor<'_>| {
        cursor.rest.chars().next().is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-'))
    };
    if cursor.eat("nosec") {
        ignore.dialect = Dialect::Bandit;
        if !ends_word(cursor) {
            return false;
        }
        // Bandit takes a comment whose words are no tests of it for one about all of them.
        cursor.eat(":");
        codes(cursor, ignore);
        return true;
    }
    ignore.dialect = Dialect::Ruff;
    if cursor.eat("noqa") {
        return ends_word(cursor) && noqa(cursor, ignore);
    }
    let ruff = cursor.eat("ruff:");
    if !ruff && !cursor.eat("flake8:") {
        return false;
    }
    cursor.blanks();
    if cursor.eat("noqa") {
        ignore.whole_file = true;
        // Behind code it is not about the file, and says nothing.
        return ignore.alone && ends_word(cursor) && noqa(cursor, ignore);
    }
    ignore.whole_file = cursor.eat("file-ignore");
    ruff && (ignore.whole_file || cursor.eat("ignore")) && list(cursor, ignore).is_ok()
}

/// Reads `hadolint ignore=DL3006,DL3013`, and `hadolint global ignore=…` for the whole file. Behind code it says nothing.
fn hadolint(cursor: &mut Cursor<'_>, ignore: &mut Ignore) -> bool {
    ignore.dialect = Dialect::Hadolint;
    if !ignore.alone || !cursor.eat("hadolint ") {
        return false;
    }
    cursor.blanks();
    ignore.whole_file = cursor.eat("global ");
    cursor.blanks();
    if !cursor.eat("ignore=") {
        return false;
    }
    codes(cursor, ignore);
    !ignore.codes.is_empty()
}

/// Reads the codes after `noqa`. A colon without any is a slip that silences nothing.
fn noqa(cursor: &mut Cursor<'_>, ignore: &mut Ignore) -> bool {
    let mut colon = *cursor;
    colon.blanks();
    if !colon.eat(":") {
        return true;
    }
    *cursor = colon;
    codes(cursor, ignore);
    !ignore.codes.is_empty()
}

/// Reads codes (letters, then digits), between blanks and commas, up to the first word that is none.
fn codes(cursor: &mut Cursor<'_>, ignore: &mut Ignore) {
    loop {
        let mut next = *cursor;
        next.take(|c| c.is_whitespace() || c == ',');
        let start = next.at;
        let letters = next.take(|c| c.is_ascii_alphabetic()).len();
        let digits = next.take(|c| c.is_ascii_digit()).len();
        let goes_on = next.rest.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if letters == 0 || digits == 0 || goes_on {
            return;
        }
        let text = cursor.rest.get(start - cursor.at..next.at - cursor.at).unwrap_or_default().to_owned();
        ignore.codes.push(Code { text, at: Extent::new(start, next.at) });
        *cursor = next;
    }
}

// ------------------------------------------------------------------------------------------------ finding comments

/// Finds the comments of a text, and the statements that go over several lines.
fn scan(text: &str, syntax: Syntax) -> (Vec<Comment>, Vec<Extent>) {
    let mut scanner = Scanner { syntax, quote: None, depth: 0 };
    let (mut comments, mut statements) = (Vec::new(), Vec::new());
    let (mut start, mut statement) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let comment = scanner.line(line);
        let continued = comment.is_none() && line.trim_end_matches(['\n', '\r']).ends_with('\\');
        let goes_on = match syntax {
            Syntax::Python => scanner.quote.is_some() || scanner.depth > 0 || continued,
            Syntax::Requirements | Syntax::Hash => continued,
            _ => false,
        };
        if let Some(mark) = comment {
            let trimmed = line.trim_end();
            let alone = line.get(..mark).unwrap_or_default().trim().is_empty();
            let at = Extent::new(start + mark, start + trimmed.len().max(mark));
            comments.push(Comment { at, line: Extent::new(start, end), alone });
        }
        if !goes_on {
            if statement < start {
                statements.push(Extent::new(statement, end));
            }
            statement = end;
        }
        start = end;
    }
    if statement < start {
        statements.push(Extent::new(statement, start));
    }
    (comments, statements)
}

/// What carries over from line to line.
struct Scanner {
    syntax: Syntax,
    /// The string of several lines that a line begins in: its quote, and whether that is tripled.
    quote: Option<(u8, bool)>,
    /// How many brackets are open (Python).
    depth: usize,
}

impl Scanner {
    /// Where the comment of a line begins in it.
    fn line(&mut self, line: &str) -> Option<usize> {
        let bytes = line.as_bytes();
        let has_strings = matches!(self.syntax, Syntax::Python | Syntax::Toml | Syntax::Yaml);
        let needs_blank = !matches!(self.syntax, Syntax::Python | Syntax::Toml);
        let mut index = 0;
        while let Some(&byte) = bytes.get(index) {
            if let Some((quote, tripled)) = self.quote {
                index = self.in_string(bytes, index, quote, tripled);
                continue;
            }
            let before = index.checked_sub(1).and_then(|before| bytes.get(before)).copied();
            let after_blank = before.is_none_or(|before| before.is_ascii_whitespace());
            match byte {
                b'#' if !needs_blank || after_blank => return Some(index),
                b';' if self.syntax == Syntax::Ini && index == 0 => return Some(index),
                b'"' | b'\'' if has_strings && (self.syntax != Syntax::Yaml || opens_in_yaml(before)) => {
                    let tripled = self.syntax != Syntax::Yaml
                        && bytes.get(index..index + 3).is_some_and(|three| three == [byte; 3]);
                    self.quote = Some((byte, tripled));
                    index += if tripled { 3 } else { 1 };
                    continue;
                }
                b'(' | b'[' | b'{' => self.depth += 1,
                b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            index += 1;
        }
        // A plain string ends with its line, unless Python is told that it goes on.
        let escaped = self.syntax == Syntax::Python && line.trim_end_matches(['\n', '\r']).ends_with('\\');
        if self.quote.is_some_and(|(_, tripled)| !tripled) && !escaped {
            self.quote = None;
        }
        None
    }

    /// The index behind one character of a string, or behind its end.
    fn in_string(&mut self, bytes: &[u8], index: usize, quote: u8, tripled: bool) -> usize {
        // Literal strings of TOML and single-quoted ones of YAML have no escapes.
        let escapes = self.syntax == Syntax::Python || quote == b'"';
        match bytes.get(index) {
            Some(b'\\') if escapes => index + 2,
            Some(&byte) if byte == quote && !tripled => {
                self.quote = None;
                index + 1
            }
            Some(_) if tripled && bytes.get(index..index + 3).is_some_and(|three| three == [quote; 3]) => {
                self.quote = None;
                index + 3
            }
            _ => index + 1,
        }
    }
}

/// Whether a quote behind this byte opens a string, and is no apostrophe.
fn opens_in_yaml(before: Option<u8>) -> bool {
    before.is_none_or(|before| before.is_ascii_whitespace() || matches!(before, b'[' | b'{' | b',' | b'(' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ignores as `dialect codes | the line they are about | reason`, `file` for those about the whole file.
    fn ignores(text: &str, syntax: Syntax) -> Vec<String> {
        let one = |ignore: &Ignore| {
            let codes = ignore.codes.iter().map(|code| {
                assert_eq!(code.at.of(text), code.text);
                code.text.as_str()
            });
            let codes = codes.collect::<Vec<_>>().join(",");
            let line = if ignore.whole_file { "file" } else { ignore.line.of(text).get(..1).unwrap_or("none") };
            let fault = ignore.fault.as_ref().map(|fault| format!(" {fault:?}")).unwrap_or_default();
            format!("{:?} {codes} | {line} | {}{fault}", ignore.dialect, ignore.reason)
        };
        read_comments(text, syntax).ignores.iter().map(one).collect()
    }

    #[test]
    fn reads_our_comments() {
        for (text, expected) in [
            ("a # pyeco-lint: ignore[x]", &["Own x | a | "][..]),
            ("a #pyeco-lint:ignore [ x , y:Z ,]  since #12 - soon\n", &["Own x,y:Z | a | since #12 - soon"]),
            ("# pyeco-lint: ignore[x]: why\n# pyeco-lint: ignore[y]\nb\nc", &["Own x | b | why", "Own y | b | "]),
            ("# pyeco-lint: ignore[x]\nb # pyeco-lint: ignore[y]\n", &["Own x | b | ", "Own y | b | "]),
            ("  # pyeco-lint: ignore-file[x] vendored\n", &["Own x | file | vendored"]),
            ("# pyeco-lint: ignore[x]\n\nb", &["Own x | none | "]),
            ("# pyeco-lint: ignore[x]", &["Own x | none | "]),
            ("b # pyeco-lint: ignore[]", &["Own  | b |  NoRule"]),
            ("b # pyeco-lint: ignore", &["Own  | b |  NoRule"]),
            ("b # pyeco-lint: ignore[x", &["Own x | b |  Unclosed"]),
            ("b # pyeco-lint: ignore-file[x]", &["Own x | file |  NotAlone"]),
            ("b # pyeco-lint: disable=x", &["Own  | b | =x Directive(\"disable\")"]),
            // Prose.
            ("b # pyeco-lint: the linter of this project", &[]),
            ("b # see pyeco-lint: ignore[x]", &[]),
            ("b # pinned  # pyeco-lint: ignore[x]", &["Own x | b | "]),
            // Other linters speak in Python only.
            ("b # noqa  # nosec", &[]),
        ] {
            assert_eq!(ignores(text, Syntax::Requirements), expected, "{text}");
        }
    }

    #[test]
    fn reads_other_linters() {
        for (text, expected) in [
            ("f()  # noqa: S506, E501 because", &["Ruff S506,E501 | f | because"][..]),
            ("f()  #NoQA:S506 E501", &["Ruff S506,E501 | f | "]),
            ("f()  # noqa", &["Ruff  | f | "]),
            ("f()  # noqa because", &["Ruff  | f | because"]),
            ("f()  # noqa:", &[]),
            ("f()  # noqa-foo", &[]),
            ("f()  # type: ignore  # noqa: S506", &["Ruff S506 | f | "]),
            ("f()  # nosec", &["Bandit  | f | "]),
            ("f()  # nosec: B506, B101 x", &["Bandit B506,B101 | f | x"]),
            ("f()  # nosec B506  # noqa: S506", &["Bandit B506 | f | ", "Ruff S506 | f | "]),
            ("f()  # nosecurity", &[]),
            ("# ruff: noqa: S506\n", &["Ruff S506 | file | "]),
            ("# flake8: noqa\n", &["Ruff  | file | "]),
            ("f()  # ruff: noqa\n", &[]),
            ("f()  # ruff: ignore[S506]\n", &["Ruff S506 | f | "]),
            ("# ruff: file-ignore[S506]\n", &["Ruff S506 | file | "]),
            ("# ruff: isort: skip_file\n", &[]),
        ] {
            assert_eq!(ignores(text, Syntax::Python), expected, "{text}");
        }
    }

    #[test]
    fn reads_comments_of_hadolint() {
        for (text, expected) in [
            ("# hadolint ignore=DL3006,DL3007\nFROM a\n", &["Hadolint DL3006,DL3007 | F | "][..]),
            ("# hadolint global ignore=DL3013\n", &["Hadolint DL3013 | file | "]),
            ("# hadolint shell=sh\nFROM a\n", &[]),
            ("# hadolint ignore=\nFROM a\n", &[]),
            ("FROM a # hadolint ignore=DL3006\n", &[]),
        ] {
            assert_eq!(ignores(text, Syntax::Hash), expected, "{text}");
        }
    }

    #[test]
    fn strings_are_no_comments() {
        // `@` stands for a comment of ours; how many count.
        for (syntax, text, count) in [
            (Syntax::Python, "x = '@'", 0),
            (Syntax::Python, "x = \"\\\"@\"", 0),
            (Syntax::Python, "x = r'\\'  @", 0),
            (Syntax::Python, "x = ''  @", 1),
            (Syntax::Python, "x = ''@", 1),
            (Syntax::Python, "x = '''\n@\n'''", 0),
            (Syntax::Python, "x = '''\n'''@", 1),
            (Syntax::Python, "x = \"\"\"a'''\n@\n\"\"\"\n@", 1),
            (Syntax::Python, "x = 'a \\\n @'", 0),
            (Syntax::Python, "x = 'a\n@", 1),
            (Syntax::Python, "# don't\nx @", 1),
            (Syntax::Python, "x = f'{a['b']}' @", 1),
            (Syntax::Toml, "x = '\\' @", 1),
            (Syntax::Toml, "x = \"\\\" @\"", 0),
            (Syntax::Toml, "x = '''\n@\n''' @", 1),
            (Syntax::Toml, "x = \"@\"", 0),
            (Syntax::Yaml, "x: don't @", 1),
            (Syntax::Yaml, "x: 'a @'", 0),
            (Syntax::Yaml, "- \"a \\\" @\"", 0),
            (Syntax::Yaml, "x: a@", 0),
            (Syntax::Yaml, "run: |\n  pip install nose @", 1),
            (Syntax::Requirements, "nose@", 0),
            (Syntax::Requirements, "nose @", 1),
            (Syntax::Ini, "; pyeco-lint: ignore[x]\nx = 1", 1),
            (Syntax::Ini, "x = 1 ; pyeco-lint: ignore[x]", 0),
            (Syntax::Ini, "x =\n  nose @", 1),
            (Syntax::Hash, "FROM python @", 1),
        ] {
            let text = text.replace('@', "# pyeco-lint: ignore[x]");
            assert_eq!(read_comments(&text, syntax).ignores.len(), count, "{syntax:?} {text}");
        }
    }

    #[test]
    fn finds_statements() {
        for (syntax, text, expected) in [
            (Syntax::Python, "a\nf(\n  b\n)\nc\n", &["f(\n  b\n)\n"][..]),
            (Syntax::Python, "a = 1 + \\\n  2\nb", &["a = 1 + \\\n  2\n"]),
            (Syntax::Python, "'''\n(\n'''\nb", &["'''\n(\n'''\n"]),
            (Syntax::Python, "f(  # (\n)\n# \\\nb", &["f(  # (\n)\n"]),
            (Syntax::Python, "f(\nb", &["f(\nb"]),
            (Syntax::Requirements, "nose \\\n  --hash=x\nsix\n# a \\\nb", &["nose \\\n  --hash=x\n"]),
            (Syntax::Hash, "FROM a\nRUN b \\\n  c\nRUN d", &["RUN b \\\n  c\n"]),
            (Syntax::Toml, "x = [\n1,\n]", &[]),
        ] {
            let comments = read_comments(text, syntax);
            let found: Vec<_> = comments.statements.iter().map(|statement| statement.of(text)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn knows_the_syntax_of_files() {
        for (path, text, syntax) in [
            ("requirements/dev.txt", "", Some(Syntax::Requirements)),
            ("a/Pipfile", "", Some(Syntax::Toml)),
            ("Pipfile.lock", "", None),
            ("uv.lock", "", Some(Syntax::Toml)),
            ("tox.ini", "", Some(Syntax::Ini)),
            (".github/workflows/ci.yml", "", Some(Syntax::Yaml)),
            ("nb.ipynb", "", Some(Syntax::Python)),
            ("bin/tool", "#!/usr/bin/env python3\n", Some(Syntax::Python)),
            ("Dockerfile", "FROM python", Some(Syntax::Hash)),
            ("package.json", "", None),
        ] {
            assert_eq!(Syntax::of(path, text), syntax, "{path}");
        }
    }

    #[test]
    fn survives_any_text() {
        let text = "ä = '\\'' # pyeco-lint: ignore[ü, x]  # noqa: S506 é\r\n\t# ruff: noqa\n\"\"\"\\\n(\\";
        for syntax in [Syntax::Python, Syntax::Toml, Syntax::Yaml, Syntax::Ini, Syntax::Requirements, Syntax::Hash] {
            for start in (0..=text.len()).filter(|start| text.is_char_boundary(*start)) {
                for end in (start..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                    let part = text.get(start..end).unwrap_or_default();
                    for ignore in read_comments(part, syntax).ignores {
                        for at in [ignore.at, ignore.item, ignore.line] {
                            assert!(part.get(at.range()).is_some(), "{part:?} {ignore:?}");
                        }
                    }
                }
            }
        }
    }
}
