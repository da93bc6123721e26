//! Lines of a requirements file as pip sees them: continued lines joined, comments gone, white space stripped.
//!
//! Source: `preprocess` of pip's `req_file`.

use std::borrow::Cow;

use crate::manifest::version::clause::is_space;
use crate::source::Extent;

/// A line that says something, with the way back to the text of the file.
#[derive(Debug)]
pub(super) struct Line<'a> {
    /// What it says, without comment and without white space around.
    pub(super) text: Cow<'a, str>,
    /// All lines of the file that it takes up, with comments and line ends.
    pub(super) whole: Extent,
    /// Where parts of `text` come from, in order: the first byte in `text`, the first byte in the file.
    pieces: Vec<(usize, usize)>,
    /// The first byte in the file, where it is in one piece.
    start: usize,
}

impl Line<'_> {
    /// Where bytes of `text` stand in the file.
    pub(super) fn place(&self, at: Extent) -> Extent {
        let (start, end) = (at.start as usize, at.end as usize);
        if self.pieces.is_empty() {
            return at.shift(self.start);
        }
        let first = self.source(start);
        let last = if end > start { self.source(end - 1) + 1 } else { first };
        Extent::new(first, last.max(first))
    }

    /// Whether bytes of `text` stand in the file just so, without a line end between.
    pub(super) fn in_one_piece(&self, at: Extent) -> bool {
        self.place(at).len() == at.len()
    }

    fn source(&self, at: usize) -> usize {
        let piece = self.pieces.partition_point(|&(joined, _)| joined <= at).saturating_sub(1);
        self.pieces.get(piece).map_or(0, |&(joined, source)| source + at.saturating_sub(joined))
    }
}

/// The lines of `text` that say something.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut physical = Physical { text, at: 0 };
    std::iter::from_fn(move || {
        loop {
            if let Some(line) = next(&mut physical)?.stripped() {
                return Some(line);
            }
        }
    })
}

/// Every line of `text` without comment and white space, continued or not.
pub(in crate::manifest) fn bare_lines(text: &str) -> impl Iterator<Item = &str> {
    Physical { text, at: 0 }
        .map(|(content, _)| content.of(text))
        .map(|line| line.get(..comment(line).unwrap_or(line.len())).unwrap_or(line).trim_matches(is_space))
        .filter(|line| !line.is_empty())
}

/// The next line with those that continue it. A comment ends a continued line, and is never continued.
fn next<'a>(physical: &mut Physical<'a>) -> Option<Line<'a>> {
    let source = physical.text;
    let (content, whole) = physical.next()?;
    let text = content.of(source);
    if !continues(text) {
        return Some(Line { text: Cow::Borrowed(text), whole, pieces: Vec::new(), start: content.start as usize });
    }
    let mut line = Line { text: Cow::Owned(String::new()), whole, pieces: Vec::new(), start: 0 };
    line.push(text.trim_matches('\\'), content.start as usize + leading_backslashes(text));
    for (content, whole) in physical.by_ref() {
        let text = content.of(source);
        line.whole = line.whole.cover(whole);
        if continues(text) {
            line.push(text.trim_matches('\\'), content.start as usize + leading_backslashes(text));
            continue;
        }
        if starts_with_comment(text) {
            // The blank lets the comment be seen as one.
            line.push(" ", content.start as usize);
        }
        line.push(text, content.start as usize);
        break;
    }
    Some(line)
}

impl<'a> Line<'a> {
    fn push(&mut self, part: &str, source: usize) {
        let text = self.text.to_mut();
        if !part.is_empty() {
            self.pieces.push((text.len(), source));
            text.push_str(part);
        }
    }

    /// Without comment and surrounding white space, if something is left.
    fn stripped(self) -> Option<Line<'a>> {
        let end = comment(&self.text).unwrap_or(self.text.len());
        let kept = self.text.get(..end).unwrap_or_default();
        let from = kept.len() - kept.trim_start_matches(is_space).len();
        let to = kept.trim_end_matches(is_space).len();
        if from >= to {
            return None;
        }
        let text = match self.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(from..to)?),
            Cow::Owned(mut text) => {
                text.truncate(to);
                text.drain(..from);
                Cow::Owned(text)
            }
        };
        // What lies before the first byte that is left moves out of sight.
        let keep = self.pieces.partition_point(|&(joined, _)| joined <= from).saturating_sub(1);
        let pieces = self.pieces.into_iter().skip(keep);
        let pieces = pieces.map(|(joined, source)| (joined.saturating_sub(from), source + from.saturating_sub(joined)));
        Some(Line { text, whole: self.whole, pieces: pieces.collect(), start: self.start + from })
    }
}

fn leading_backslashes(text: &str) -> usize {
    text.len() - text.trim_start_matches('\\').len()
}

/// Whether the next line belongs to this one.
fn continues(text: &str) -> bool {
    text.ends_with('\\') && !starts_with_comment(text)
}

fn starts_with_comment(text: &str) -> bool {
    text.trim_start_matches(is_space).starts_with('#')
}

/// Where a comment begins: a `#` at the start or after white space.
fn comment(text: &str) -> Option<usize> {
    text.match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| text.get(..at).is_some_and(|t| t.is_empty() || t.ends_with(is_space)))
}

/// Lines as Python's `str.splitlines` breaks them: the content, and the content with its end.
struct Physical<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Physical<'_> {
    type Item = (Extent, Extent);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let length = rest.find(is_line_end).unwrap_or(rest.len());
        let end = rest.get(length..).unwrap_or_default();
        let end = if end.starts_with("\r\n") { 2 } else { end.chars().next().map_or(0, char::len_utf8) };
        self.at = start + length + end;
        Some((Extent::new(start, start + length), Extent::new(start, self.at)))
    }
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_pip() {
        let cases: &[(&str, &[&str])] = &[
            ("a\nb\r\nc\rd\u{b}e\u{c}f\u{1c}g\u{85}h\u{2028}i", &["a", "b", "c", "d", "e", "f", "g", "h", "i"]),
            ("a # c\n#d\n  # e\nf#g\n\u{a0}# h", &["a", "f#g"]),
            ("a \\\n  b\\\nc\nd", &["a   bc", "d"]),
            ("a \\\n# c\nb", &["a", "b"]),
            ("a \\\n# c \\\nb", &["a", "b"]),
            ("# a \\\nb", &["b"]),
            ("a # c \\\nb", &["a"]),
            ("a\\\\\nb", &["ab"]),
            ("\\a\\\nb", &["ab"]),
            ("a \\", &["a"]),
            ("a \\\n\nb", &["a", "b"]),
            ("a\\ \nb", &["a\\", "b"]),
            ("\\\n\\\n", &[]),
        ];
        for (text, expected) in cases {
            let found: Vec<_> = lines(text).map(|line| line.text.into_owned()).collect();
            assert_eq!(found, *expected, "{text:?}");
        }
    }

    #[test]
    fn the_way_back() {
        let text = "x\n\u{e9} \\\n  foo \\\r\n bar # c\ny";
        let line = lines(text).nth(1).unwrap_or_else(|| panic!("no line"));
        assert_eq!(line.whole.of(text), "\u{e9} \\\n  foo \\\r\n bar # c\n");
        for word in ["\u{e9}", "foo", "bar"] {
            let at = line.text.find(word).unwrap_or_else(|| panic!("{word}"));
            let at = Extent::new(at, at + word.len());
            assert_eq!((line.place(at).of(text), line.in_one_piece(at)), (word, true));
        }
        let all = Extent::new(0, line.text.len());
        assert_eq!((line.place(all).of(text), line.in_one_piece(all)), ("\u{e9} \\\n  foo \\\r\n bar", false));
    }
}
