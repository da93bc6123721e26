//! Rows and columns. Everything above speaks of bytes; this is the only code that counts lines.
//!
//! A line ends with `\n`, `\r\n` or a `\r` of its own, as it does for Python and for editors. Rows and columns count
//! from 1, columns in Unicode characters. In a notebook both count within the cell.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use crate::source::{FileId, Location, Sources, Span};

/// A position in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line, from 1.
    pub row: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The cell of a notebook, from 1. Rows count within it.
    pub cell: Option<u32>,
    /// The first character.
    pub start: Place,
    /// The character after the last one.
    pub end: Place,
}

/// Where a reader that knows files and their lines, but no cells, finds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor<'a> {
    /// The path of the file; of what no file has, the folder of the project.
    pub path: &'a str,
    /// The place in the file, where it is one and it is known.
    pub region: Option<Region>,
    /// The place in a cell of a notebook, whose line in the file is not known.
    pub in_cell: Option<(u32, Region)>,
}

impl Anchor<'_> {
    /// The first row, the first of the file where no other is known.
    pub(super) fn row(&self) -> usize {
        self.region.map_or(1, |region| region.start.row)
    }

    /// The place, or the start of the file where none is known: what most programs want of every finding.
    pub(super) fn region_or_start(&self) -> Region {
        let start = Place { row: 1, column: 1 };
        self.region.unwrap_or(Region { cell: None, start, end: start })
    }
}

/// The places of a run. The lines of a file are counted when it is first asked for.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a Sources,
    files: RefCell<BTreeMap<FileId, Rc<Lines>>>,
}

impl<'a> Places<'a> {
    /// The places in `sources`.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, files: RefCell::default() }
    }

    /// The path of the file that `location` lies in.
    pub fn filename(&self, location: Location) -> Option<&'a str> {
        location.file().map(|file| self.sources.path(file))
    }

    /// Where a span is, or nothing where the text of its file is not kept. A span over several cells of a notebook
    /// ends with its first cell.
    pub fn region(&self, span: Span) -> Option<Region> {
        let part = self.part(span)?;
        Some(Region { cell: part.cell, start: part.place(part.range.start), end: part.place(part.range.end) })
    }

    /// `path:row:column`, for people: `path:1:1` for a whole file, the path alone where its text is not kept, nothing
    /// for a project.
    pub fn locus(&self, location: Location) -> Option<String> {
        let path = self.filename(location)?;
        Some(match location.span().map(|span| self.region(span)) {
            None => format!("{path}:1:1"),
            Some(None) => path.to_owned(),
            Some(Some(Region { cell, start, .. })) => {
                format!("{}:{}:{}", name(path, cell), start.row, start.column)
            }
        })
    }

    /// Where `location` is for a reader that knows no cells; what has no file is anchored at the folder `project`.
    pub(super) fn anchor(&self, location: Location, project: &'a str) -> Anchor<'a> {
        let path = self.filename(location).unwrap_or(if project.is_empty() { "." } else { project });
        let region = location.span().and_then(|span| self.region(span));
        match region {
            Some(region @ Region { cell: Some(cell), .. }) => {
                Anchor { path, region: None, in_cell: Some((cell, region)) }
            }
            region => Anchor { path, region, in_cell: None },
        }
    }

    /// The text around a span, or nothing where it is not kept.
    pub(super) fn part(&self, span: Span) -> Option<Part<'a>> {
        if !self.sources.has_text(span.file) {
            return None;
        }
        let text = self.sources.text(span.file);
        let lines = Rc::clone(self.files.borrow_mut().entry(span.file).or_insert_with(|| Rc::new(Lines::new(text))));
        let start = text.floor_char_boundary(span.extent.start as usize);
        let end = text.floor_char_boundary(span.extent.end as usize).max(start);
        let cells = self.sources.cells(span.file);
        let after = cells.partition_point(|cell| cell.start as usize <= start);
        let cell = after.checked_sub(1).and_then(|n| cells.get(n));
        let last = cells.get(after).map_or(text.len(), |cell| text.floor_char_boundary(cell.start as usize));
        Some(Part {
            path: self.sources.path(span.file),
            cell: cell.map(|cell| cell.number),
            first: text.floor_char_boundary(cell.map_or(0, |cell| cell.start as usize)),
            range: start..end.min(last),
            text,
            lines,
        })
    }
}

/// A file's name, with the cell of a notebook.
pub(super) fn name(path: &str, cell: Option<u32>) -> String {
    cell.map_or_else(|| path.to_owned(), |cell| format!("{path}:cell {cell}"))
}

/// A span with the text it lies in.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// The path of the file.
    pub path: &'a str,
    /// The cell of a notebook.
    pub cell: Option<u32>,
    /// The bytes of the span: within the text, within the cell, on character boundaries.
    pub range: Range<usize>,
    /// The whole text.
    pub text: &'a str,
    first: usize,
    lines: Rc<Lines>,
}

impl Part<'_> {
    /// Where byte `at` of the text is.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.line(at);
        let start = self.lines.start(line).max(self.first);
        let column = self.lines.chars(self.text, at).saturating_sub(self.lines.chars(self.text, start)) + 1;
        Place { row: self.row(line), column }
    }

    /// Where byte `at` of the text is, its column counted in bytes.
    pub(super) fn place_in_bytes(&self, at: usize) -> Place {
        let line = self.line(at);
        let start = self.lines.start(line).max(self.first);
        Place { row: self.row(line), column: at.saturating_sub(start) + 1 }
    }

    /// The number of the line that byte `at` of the text lies in, among all lines of the text, from 0.
    pub(super) fn line(&self, at: usize) -> usize {
        self.lines.starts.partition_point(|&start| start as usize <= at).saturating_sub(1)
    }

    /// The row of a line of the text.
    pub(super) fn row(&self, line: usize) -> usize {
        line.saturating_sub(self.line(self.first)) + 1
    }

    /// The bytes of a line with its end.
    pub(super) fn whole_line(&self, line: usize) -> Range<usize> {
        let next = self.lines.starts.get(line + 1).map_or(self.text.len(), |&next| next as usize);
        self.lines.start(line)..next
    }

    /// The bytes of a line, without its end.
    pub(super) fn content(&self, line: usize) -> Range<usize> {
        let whole = self.whole_line(line);
        let start = whole.start;
        let content = self.text.get(whole).unwrap_or_default();
        let content = content.strip_suffix('\n').unwrap_or(content);
        let content = content.strip_suffix('\r').unwrap_or(content);
        start..start + content.len()
    }
}

/// How many bytes lie between two counts of characters.
const BLOCK: usize = 4096;

/// Where the lines of a text start, and how many characters come before each of its blocks.
#[derive(Debug)]
struct Lines {
    starts: Vec<u32>,
    /// Empty where every character is a byte.
    blocks: Vec<u32>,
}

impl Lines {
    fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || byte == b'\r' && bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        let mut blocks = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            for block in bytes.chunks(BLOCK) {
                blocks.push(before);
                before += count(block) as u32;
            }
        }
        Self { starts, blocks }
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).map_or(0, |&start| start as usize)
    }

    /// How many characters of `text` start before byte `at`. The cost does not depend on the length of the line.
    fn chars(&self, text: &str, at: usize) -> usize {
        let at = at.min(text.len());
        let block = (at / BLOCK).min(self.blocks.len().saturating_sub(1));
        match self.blocks.get(block) {
            Some(&before) => before as usize + count(text.as_bytes().get(block * BLOCK..at).unwrap_or_default()),
            None => at,
        }
    }
}

/// How many characters start in `bytes`, which are UTF-8.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Cell, Extent};

    /// Row, column, end row, end column.
    fn region(text: &str, start: usize, end: usize) -> (usize, usize, usize, usize) {
        let mut sources = Sources::default();
        let file = sources.add("a", Some(text.into()));
        let Region { start, end, .. } = Places::new(&sources).region(file.span(Extent::new(start, end))).expect("text");
        (start.row, start.column, end.row, end.column)
    }

    #[test]
    fn rows_and_columns() {
        let cases = [
            ("", 0, 0, (1, 1, 1, 1)),
            ("abc", 1, 3, (1, 2, 1, 4)),
            ("abc\n", 4, 4, (2, 1, 2, 1)),
            ("a\nbc\n", 2, 4, (2, 1, 2, 3)),
            ("a\r\nbc", 3, 4, (2, 1, 2, 2)),
            ("a\rbc\r\rd", 6, 7, (4, 1, 4, 2)),
            ("a\u{2028}b", 4, 5, (1, 3, 1, 4)),
            ("日本 x", 7, 8, (1, 4, 1, 5)),
            // Within a character, and beyond the end.
            ("日本", 1, 9, (1, 1, 1, 3)),
            ("x", 7, 9, (1, 2, 1, 2)),
        ];
        for (text, start, end, expected) in cases {
            assert_eq!(region(text, start, end), expected, "{text:?} {start}..{end}");
        }
    }

    #[test]
    fn columns_far_to_the_right_agree_with_a_plain_count() {
        let text = format!("é\n{}", "aé日𝄞".repeat(3000));
        for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)).step_by(97) {
            let line = text.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
            assert_eq!(region(&text, at, at).1, line.chars().count() + 1, "{at}");
        }
    }

    #[test]
    fn cells_count_for_themselves() {
        let mut sources = Sources::default();
        let file = sources.add("a.ipynb", Some("import a\nx\nimport b\n".into()));
        sources.set_cells(file, vec![Cell { number: 2, start: 0 }, Cell { number: 5, start: 9 }]);
        let places = Places::new(&sources);
        let locus = |start, end| places.locus(Location::Span(file.span(Extent::new(start, end)))).unwrap_or_default();
        assert_eq!(locus(7, 8), "a.ipynb:cell 2:1:8");
        assert_eq!(locus(18, 19), "a.ipynb:cell 5:2:8");
        let over = places.region(file.span(Extent::new(7, 19))).expect("text");
        assert_eq!(over.end, Place { row: 2, column: 1 });
    }

    #[test]
    fn a_locus_says_no_more_than_is_known() {
        let mut sources = Sources::default();
        let file = sources.add("a", None);
        let places = Places::new(&sources);
        assert_eq!(places.locus(Location::Project), None);
        assert_eq!(places.locus(Location::File(file)).as_deref(), Some("a:1:1"));
        assert_eq!(places.locus(Location::Span(file.span(Extent::at(3)))).as_deref(), Some("a"));
    }

    #[test]
    fn the_end_of_a_line_is_no_content() {
        let mut sources = Sources::default();
        let file = sources.add("a", Some("a\r\nb\rc\n\nd".into()));
        let part = Places::new(&sources).part(file.span(Extent::at(0))).expect("text");
        let contents: Vec<_> = (0..5).map(|line| part.text.get(part.content(line)).unwrap_or("?")).collect();
        assert_eq!(contents, ["a", "b", "c", "", "d"]);
    }
}
