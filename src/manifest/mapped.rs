//! Texts that were taken out of a file, with the way back.
//!
//! A YAML scalar, an INI value or a word of a command line is rarely a slice of its file: lines are joined, indentation
//! and escapes are gone. A [`Mapped`] text knows for each of its bytes where it stands.

use std::ops::Range;

use crate::source::Extent;

/// A text, and where each of its bytes stands in the file that it was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    text: String,
    /// In the order of the text, without gaps.
    pieces: Vec<Piece>,
}

/// A run of bytes from `from` up to the next piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    from: u32,
    source: Extent,
    /// Byte for byte; otherwise the whole run stands for the whole source.
    exact: bool,
}

impl Mapped {
    /// `text` as it stands in its file from byte `start` on.
    pub fn new(text: &str, start: usize) -> Self {
        let mut mapped = Self::default();
        mapped.push(text, start);
        mapped
    }

    /// `text` that stands at `at`: byte for byte where the lengths agree, else as a whole.
    pub fn within(text: &str, at: Extent) -> Self {
        let mut mapped = Self::default();
        if text.len() == at.len() {
            mapped.push(text, at.range().start);
        } else {
            mapped.push_whole(text, at);
        }
        mapped
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Adds `text` that stands in the file from `start` on.
    pub fn push(&mut self, text: &str, start: usize) {
        if text.is_empty() {
            return;
        }
        let source = Extent::new(start, start + text.len());
        match self.pieces.last_mut() {
            Some(last) if last.exact && last.source.end == source.start => last.source.end = source.end,
            _ => self.pieces.push(Piece { from: self.text.len() as u32, source, exact: true }),
        }
        self.text.push_str(text);
    }

    /// Adds `text` that stands for all of `source` (an escape, a joined line end, the value of a variable).
    pub fn push_whole(&mut self, text: &str, source: Extent) {
        if text.is_empty() {
            return;
        }
        self.pieces.push(Piece { from: self.text.len() as u32, source, exact: false });
        self.text.push_str(text);
    }

    /// Adds the part `range` of another text.
    pub fn push_from(&mut self, other: &Self, range: Range<usize>) {
        let Some(text) = other.text.get(range.clone()) else { return };
        let mut at = range.start;
        let mut rest = text;
        while !rest.is_empty() {
            let index = other.index(at);
            let Some(piece) = other.pieces.get(index) else { return };
            let end = other.end_of(index).min(range.end);
            let (part, tail) = rest.split_at_checked(end.saturating_sub(at)).unwrap_or((rest, ""));
            if part.is_empty() {
                return;
            }
            if piece.exact {
                self.push(part, piece.source.range().start + (at - piece.from as usize));
            } else {
                self.push_whole(part, piece.source);
            }
            at = end;
            rest = tail;
        }
    }

    /// The part `range`; empty where there is no such part.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        part.push_from(self, range);
        part
    }

    /// The same without white space at its ends.
    #[must_use]
    pub fn trim(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }

    /// Its lines, without their ends.
    pub fn lines(&self) -> impl Iterator<Item = Self> + '_ {
        let mut start = 0;
        self.text.split_inclusive('\n').map(move |line| {
            let from = start;
            start += line.len();
            self.slice(from..from + line.trim_end_matches(['\n', '\r']).len())
        })
    }

    /// Where the bytes `range` of the text stand in the file.
    pub fn extent(&self, range: Range<usize>) -> Extent {
        if range.end <= range.start {
            let at = self.place(range.start).0;
            return Extent { start: at, end: at };
        }
        let start = self.place(range.start).0;
        let end = self.place(range.end - 1).1;
        Extent { start, end: end.max(start) }
    }

    /// Where the whole text stands in the file.
    pub fn at(&self) -> Extent {
        self.extent(0..self.text.len())
    }

    /// Whether the bytes `range` stand in the file just so, in one run.
    pub fn is_exact(&self, range: Range<usize>) -> bool {
        let index = self.index(range.start);
        self.pieces.get(index).is_some_and(|piece| piece.exact && range.end <= self.end_of(index))
    }

    /// The source of byte `at`: its first byte, and the byte after its last.
    fn place(&self, at: usize) -> (u32, u32) {
        let Some(piece) = self.pieces.get(self.index(at)) else { return (0, 0) };
        if piece.exact {
            let start = (piece.source.start + (at as u32).saturating_sub(piece.from)).min(piece.source.end);
            (start, (start + 1).min(piece.source.end))
        } else {
            (piece.source.start, piece.source.end)
        }
    }

    fn index(&self, at: usize) -> usize {
        self.pieces.partition_point(|piece| piece.from as usize <= at).saturating_sub(1)
    }

    fn end_of(&self, index: usize) -> usize {
        self.pieces.get(index + 1).map_or(self.text.len(), |next| next.from as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_way_back() {
        let source = "key = ab\\\n   cd";
        let mut mapped = Mapped::new("ab", 6);
        mapped.push_whole(" ", Extent::new(8, 13));
        mapped.push("cd", 13);
        assert_eq!(mapped.as_str(), "ab cd");
        assert_eq!(mapped.at().of(source), "ab\\\n   cd");
        assert_eq!(mapped.extent(3..5).of(source), "cd");
        assert_eq!(mapped.extent(1..4).of(source), "b\\\n   c");
        assert!(mapped.is_exact(0..2) && mapped.is_exact(3..5) && !mapped.is_exact(1..4));
        assert_eq!(mapped.slice(1..4).at(), mapped.extent(1..4));
        assert_eq!(mapped.slice(3..9), Mapped::default());
        assert_eq!(mapped.extent(5..5), Extent::at(15));
    }

    #[test]
    fn cuts_lines_and_blanks() {
        let source = "  a b \r\n\n c";
        let lines: Vec<_> = Mapped::new(source, 0).lines().map(|line| line.trim().at().of(source).to_owned()).collect();
        assert_eq!(lines, ["a b", "", "c"]);
        assert_eq!(Mapped::default().at(), Extent::default());
        assert_eq!(Mapped::within("x", Extent::new(3, 9)).at(), Extent::new(3, 9));
    }
}
