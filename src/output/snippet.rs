//! Labelled places as codespan-reporting wants them: the few lines that are shown, made fit to print, under the
//! numbers they have in their files.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use codespan_reporting::diagnostic::{Label, LabelStyle};
use codespan_reporting::files::{Error, Files, Location};

use super::excerpt::{Mark, excerpt};
use super::place::{Part, Place, Places, name};
use super::sanitise;
use crate::source::Span;

/// How many lines of a label are shown from its first one on; codespan-reporting is told the same.
pub(super) const FIRST_LINES: usize = 3;
/// How many lines of a label are shown before its last one.
pub(super) const LAST_LINES: usize = 1;

/// Lines to show, and the labels on them.
#[derive(Debug, Default)]
pub(super) struct Snippets {
    views: Vec<View>,
    columns: usize,
    /// The labels, in the order given.
    pub labels: Vec<Label<usize>>,
}

/// The lines of one file, or of one cell of a notebook.
#[derive(Debug)]
struct View {
    name: String,
    source: String,
    lines: Vec<Line>,
    /// Where the labels start in truth, by where they start in `source`.
    places: BTreeMap<usize, Place>,
}

/// A line of a view.
#[derive(Debug)]
struct Line {
    /// Its bytes in the source of the view.
    range: Range<usize>,
    /// Its row.
    row: usize,
}

/// A label whose place is known.
struct Placed<'a> {
    part: Part<'a>,
    /// The bytes shown as labelled, without the end of their last line.
    range: Range<usize>,
    first: usize,
    last: usize,
    style: LabelStyle,
    message: String,
}

impl<'a> Placed<'a> {
    fn new(part: Part<'a>, style: LabelStyle, message: &str) -> Self {
        let labelled = part.text.get(part.range.clone()).unwrap_or_default();
        let first = part.line(part.range.start);
        // On the end of a line there is nothing to see: the label points behind the last character.
        let start = part.range.start.min(part.content(first).end);
        let end = (part.range.start + labelled.trim_end_matches(['\n', '\r']).len()).max(start);
        let last = part.line(end).max(first);
        Self { range: start..end, first, last, style, message: sanitise::line(message).into_owned(), part }
    }

    /// The lines to show.
    fn rows(&self) -> impl Iterator<Item = usize> {
        let head = self.last.min(self.first + FIRST_LINES);
        let tail = self.last.saturating_sub(LAST_LINES).max(head);
        (self.first..=head).chain(tail..=self.last)
    }
}

impl Snippets {
    /// The places of `labels`, each with its words, in lines of about `columns`; the first may be the primary one.
    /// Those whose text is not kept are returned by their positions in `labels`.
    pub(super) fn new(places: &Places<'_>, labels: &[(Span, LabelStyle, &str)], columns: usize) -> (Self, Vec<usize>) {
        let mut groups: Vec<Vec<(usize, Placed<'_>)>> = Vec::new();
        let mut missing = Vec::new();
        for (n, &(span, style, message)) in labels.iter().enumerate() {
            let Some(part) = places.part(span) else {
                missing.push(n);
                continue;
            };
            let label = Placed::new(part, style, message);
            let same = |other: &Placed<'_>| (other.part.path, other.part.cell) == (label.part.path, label.part.cell);
            match groups.iter_mut().find(|group| group.first().is_some_and(|(_, other)| same(other))) {
                Some(group) => group.push((n, label)),
                None => groups.push(vec![(n, label)]),
            }
        }
        let mut snippets = Self { columns, ..Self::default() };
        let mut ordered = BTreeMap::new();
        for (view, group) in groups.iter().enumerate() {
            ordered.extend(snippets.show(view, group));
        }
        snippets.labels = ordered.into_values().collect();
        (snippets, missing)
    }

    /// Adds a view of what `group` labels, and returns its labels by their numbers.
    fn show(&mut self, id: usize, group: &[(usize, Placed<'_>)]) -> Vec<(usize, Label<usize>)> {
        let Some((_, Placed { part, .. })) = group.first() else { return Vec::new() };
        let mut wanted: BTreeSet<usize> = group.iter().flat_map(|(_, placed)| placed.rows()).collect();
        // One line left out would take as much room as itself.
        let single: Vec<_> = wanted.iter().zip(wanted.iter().skip(1)).filter(|(a, b)| **b == **a + 2).collect();
        let single: Vec<usize> = single.into_iter().map(|(a, _)| a + 1).collect();
        wanted.extend(single);

        let mut view = View {
            name: name(&sanitise::line(part.path), part.cell),
            source: String::new(),
            lines: vec![],
            places: BTreeMap::new(),
        };
        let mut starts = BTreeMap::new();
        let mut ends = BTreeMap::new();
        let mut previous = None;
        for line in wanted {
            if previous.is_some_and(|previous| previous + 1 != line) {
                // Two lines that are not shown make codespan-reporting draw a break.
                view.push("", part.row(line));
                view.push("", part.row(line));
            }
            previous = Some(line);
            let mut marks = Vec::new();
            let mut owners = Vec::new();
            for (n, placed) in group {
                if placed.first == line {
                    marks.push(Mark::Start(placed.range.start));
                    owners.push((*n, true));
                }
                if placed.last == line {
                    marks.push(Mark::End(placed.range.end));
                    owners.push((*n, false));
                }
            }
            let (shown, printed) = excerpt(part.text, part.content(line), &marks, self.columns);
            let base = view.push(&shown, part.row(line));
            for ((n, start), at) in owners.into_iter().zip(printed) {
                if start { &mut starts } else { &mut ends }.insert(n, base + at);
            }
        }
        let mut labels = Vec::with_capacity(group.len());
        for (n, placed) in group {
            let start = starts.get(n).copied().unwrap_or_default();
            let end = ends.get(n).copied().unwrap_or_default().max(start);
            view.places.entry(start).or_insert_with(|| placed.part.place(placed.part.range.start));
            labels.push((*n, Label::new(placed.style, id, start..end).with_message(&placed.message)));
        }
        self.views.push(view);
        labels
    }

    /// How many digits the greatest of the rows has: the width of the margin.
    pub(super) fn margin(&self) -> usize {
        let rows = self.views.iter().flat_map(|view| &view.lines).map(|line| line.row);
        rows.max().map_or(1, |row| row.to_string().len())
    }
}

impl View {
    /// Adds a line and returns where it starts.
    fn push(&mut self, line: &str, row: usize) -> usize {
        let start = self.source.len();
        self.source.push_str(line);
        self.lines.push(Line { range: start..self.source.len(), row });
        // So that the end of a line is not the start of the next.
        self.source.push('\n');
        start
    }

    fn line(&self, index: usize) -> Result<&Line, Error> {
        self.lines.get(index).ok_or(Error::LineTooLarge { given: index, max: self.lines.len() })
    }
}

impl Snippets {
    fn view(&self, id: usize) -> Result<&View, Error> {
        self.views.get(id).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Snippets {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.view(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.view(id)?.source)
    }

    fn line_index(&'a self, id: usize, at: usize) -> Result<usize, Error> {
        Ok(self.view(id)?.lines.partition_point(|line| line.range.start <= at).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        Ok(self.view(id)?.line(index)?.row)
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        Ok(self.view(id)?.line(index)?.range.clone())
    }

    /// The true place, not that in the printed line.
    fn location(&'a self, id: usize, at: usize) -> Result<Location, Error> {
        let view = self.view(id)?;
        let line = view.line(self.line_index(id, at)?)?;
        let place = view.places.get(&at).copied();
        let Place { row, column } = place.unwrap_or(Place { row: line.row, column: at - line.range.start + 1 });
        Ok(Location { line_number: row, column_number: column })
    }
}
