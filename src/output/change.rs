//! What a fix does to lines: its edits, joined where they touch the same or neighbouring lines.

use std::ops::Range;

use super::place::{Part, Places};
use crate::fix::Fix;
use crate::source::FileId;

/// Neighbouring edits of one file as one replacement.
#[derive(Debug)]
pub(super) struct Hunk<'a> {
    /// The file.
    pub file: FileId,
    /// The text around.
    pub part: Part<'a>,
    /// The bytes from the first edit to the last one.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
}

/// Lines before a change and after it, without those at both ends that stay.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lines {
    /// The row of the first line.
    pub row: usize,
    /// What goes, without line ends.
    pub removed: Vec<String>,
    /// What comes, without line ends.
    pub added: Vec<String>,
}

/// The hunks of a fix, by file and place. Nothing where the text of a file is not kept, or where edits overlap or cut
/// characters: then nobody can say what comes out.
pub(super) fn hunks<'a>(fix: &Fix, places: &Places<'a>) -> Option<Vec<Hunk<'a>>> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for edit in edits {
        let part = places.part(edit.span)?;
        let range = edit.span.extent.range();
        if part.range != range {
            return None;
        }
        match hunks.last_mut().filter(|hunk| hunk.file == edit.span.file) {
            Some(hunk) if range.start < hunk.range.end => return None,
            Some(hunk)
                if hunk.part.cell == part.cell && part.line(range.start) <= hunk.part.line(hunk.range.end) + 1 =>
            {
                hunk.text.push_str(part.text.get(hunk.range.end..range.start)?);
                hunk.text.push_str(&edit.text);
                hunk.range.end = range.end;
            }
            _ => hunks.push(Hunk { file: edit.span.file, part, range, text: edit.text.clone() }),
        }
    }
    Some(hunks)
}

impl Hunk<'_> {
    /// What it does to whole lines.
    pub(super) fn lines(&self) -> Lines {
        let part = &self.part;
        let Range { start, end } = self.range;
        let first = part.line(start);
        let from = part.whole_line(first).start;
        let last = part.whole_line(part.line(end));
        // A change that ends with a line leaves the next one alone.
        let complete = last.start == end && (end > start || self.text.ends_with('\n'));
        let to = if complete { end } else { last.end };
        let slice = |range: Range<usize>| part.text.get(range).unwrap_or_default();
        let after = format!("{}{}{}", slice(from..start), self.text, slice(end..to));
        let removed: Vec<String> = split(slice(from..to));
        let added: Vec<String> = split(&after);
        let same = removed.iter().zip(&added).take_while(|(old, new)| old == new).count();
        let rest = removed.len().min(added.len()) - same;
        let tail = removed.iter().rev().zip(added.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
        let middle = |lines: Vec<String>| {
            let kept = lines.len() - tail;
            lines.into_iter().take(kept).skip(same).collect()
        };
        Lines { row: part.row(first) + same, removed: middle(removed), added: middle(added) }
    }
}

/// The lines of a text, without their ends.
fn split(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::{Applicability, Edit};
    use crate::source::{Extent, Sources};

    /// Row, what goes and what comes of each hunk.
    fn changed(text: &str, edits: &[(usize, usize, &str)]) -> Option<Vec<(usize, String, String)>> {
        let mut sources = Sources::default();
        let file = sources.add("a", Some(text.into()));
        let edit = |&(start, end, text): &(usize, usize, &str)| Edit {
            span: file.span(Extent::new(start, end)),
            text: text.into(),
        };
        let fix =
            Fix { title: String::new(), applicability: Applicability::Safe, edits: edits.iter().map(edit).collect() };
        let hunks = hunks(&fix, &Places::new(&sources))?;
        let shown = |hunk: &Hunk<'_>| {
            let Lines { row, removed, added } = hunk.lines();
            (row, removed.join("|"), added.join("|"))
        };
        Some(hunks.iter().map(shown).collect())
    }

    #[test]
    fn whole_lines_are_told() {
        type Case<'a> = (&'a str, &'a [(usize, usize, &'a str)], &'a [(usize, &'a str, &'a str)]);
        let cases: &[Case<'_>] = &[
            ("a\nb\nc\n", &[(2, 3, "x")], &[(2, "b", "x")]),
            // A line goes, with its end or with the one before.
            ("a\nb\nc\n", &[(2, 4, "")], &[(2, "b", "")]),
            ("a\nb", &[(1, 3, "")], &[(2, "b", "")]),
            ("a\r\nb\r\n", &[(3, 6, "")], &[(2, "b", "")]),
            // A line comes.
            ("a\nb\n", &[(2, 2, "x\n")], &[(2, "", "x")]),
            ("a\nb\n", &[(2, 2, "x")], &[(2, "b", "xb")]),
            ("a\n", &[(2, 2, "x\n")], &[(2, "", "x")]),
            ("a", &[(1, 1, "\nx\n")], &[(2, "", "x")]),
            // Joined on one line and on the next, apart further on.
            ("abc\nd\n", &[(0, 1, "x"), (2, 3, "z")], &[(1, "abc", "xbz")]),
            ("a\nb\nc\nd\n", &[(0, 1, "x"), (2, 3, "y"), (6, 7, "z")], &[(1, "a|b", "x|y"), (4, "d", "z")]),
            // What stays at the ends is not told.
            ("a\nb\nc\n", &[(0, 6, "a\nx\nc\n")], &[(2, "b", "x")]),
            ("é日\n", &[(2, 5, "x")], &[(1, "é日", "éx")]),
        ];
        for (text, edits, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|&(row, old, new)| (row, old.into(), new.into())).collect();
            assert_eq!(changed(text, edits), Some(expected), "{text:?} {edits:?}");
        }
    }

    #[test]
    fn what_cannot_be_applied_is_not_told() {
        for edits in [&[(0, 2, "x"), (1, 3, "y")][..], &[(0, 9, "x")], &[(2, 3, "x")]] {
            assert_eq!(changed("aé\nc\n", edits), None, "{edits:?}");
        }
    }
}
