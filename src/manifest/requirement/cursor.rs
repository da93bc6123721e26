//! A place in a text that is being read.

use crate::source::Extent;

/// Moves through a text from left to right.
#[derive(Debug, Clone)]
pub(in crate::manifest) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of `text`.
    pub(in crate::manifest) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte it stands before.
    pub(in crate::manifest) fn at(&self) -> usize {
        self.at
    }

    /// What follows.
    pub(in crate::manifest) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character.
    pub(in crate::manifest) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character before.
    pub(in crate::manifest) fn before(&self) -> Option<char> {
        self.text.get(..self.at).and_then(|text| text.chars().next_back())
    }

    /// Whether the end is reached.
    pub(in crate::manifest) fn at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// Goes on by `bytes`, which must lie on the edge of a character; else it stays.
    pub(in crate::manifest) fn advance(&mut self, bytes: usize) {
        if self.text.is_char_boundary(self.at + bytes) {
            self.at += bytes;
        }
    }

    /// Passes `c` where it comes next.
    pub(in crate::manifest) fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    /// Passes every character that `accept` takes, and gives them.
    pub(in crate::manifest) fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// Passes blanks and tabs, which is all the white space that the grammar knows.
    pub(in crate::manifest) fn blanks(&mut self) -> bool {
        !self.take_while(is_blank).is_empty()
    }

    /// From `start` to here.
    pub(in crate::manifest) fn since(&self, start: usize) -> Extent {
        Extent::new(start.min(self.at), self.at)
    }

    /// The next character, or nothing at the end.
    pub(in crate::manifest) fn here(&self) -> Extent {
        Extent::new(self.at, self.at + self.peek().map_or(0, char::len_utf8))
    }
}

/// A blank or a tab.
pub(in crate::manifest) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// What a regular expression's `\w` matches.
pub(in crate::manifest) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
