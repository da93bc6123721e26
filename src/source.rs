//! The texts of a run, and places in them.
//!
//! Readers and rules speak of bytes only; lines and columns exist below `output/` alone.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;

/// A file that was read for this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A run of bytes in one text, counted from 0, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Extent {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Extent {
    /// The bytes from `start` up to `end`. Texts longer than 4 GiB are refused before they are read.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "{start}..{end}");
        Self { start: start as u32, end: end as u32 }
    }

    /// The empty extent before byte `at`.
    pub fn at(at: usize) -> Self {
        Self::new(at, at)
    }

    /// The same bytes in a text that holds this one from byte `by` on.
    #[must_use]
    pub fn shift(self, by: usize) -> Self {
        Self { start: self.start + by as u32, end: self.end + by as u32 }
    }

    /// The smallest extent that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range of `usize`, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// How many bytes it holds.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether every byte of `other` lies in it.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of `text` it names, or nothing where `text` has no such characters.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

impl From<Range<usize>> for Extent {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A run of bytes in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The bytes of that file's text.
    pub extent: Extent,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// The project as a whole, where it has no file to point at.
    Project,
    /// A file as a whole, as where it cannot be decoded.
    File(FileId),
    /// A part of a file.
    Span(Span),
}

impl Location {
    /// The file it lies in.
    pub fn file(self) -> Option<FileId> {
        match self {
            Self::Project => None,
            Self::File(file) => Some(file),
            Self::Span(span) => Some(span.file),
        }
    }

    /// The part of the file, where it is a part.
    pub fn span(self) -> Option<Span> {
        match self {
            Self::Span(span) => Some(span),
            Self::Project | Self::File(_) => None,
        }
    }
}

impl FileId {
    /// The part `extent` of this file.
    pub fn span(self, extent: Extent) -> Span {
        Span { file: self, extent }
    }

    /// The location of `extent` in this file, or the whole file without one.
    pub fn locate(self, extent: Option<Extent>) -> Location {
        extent.map_or(Location::File(self), |extent| Location::Span(self.span(extent)))
    }
}

impl FileId {
    /// The file that has this one's number in `numbers`, as [`Sources::absorb`] gives them.
    #[must_use]
    pub fn among(self, numbers: &[Option<Self>]) -> Self {
        numbers.get(self.0 as usize).copied().flatten().unwrap_or(self)
    }
}

/// One file of the run.
#[derive(Debug, Clone)]
struct SourceFile {
    path: Arc<str>,
    text: Option<Arc<str>>,
}

/// A code cell of a notebook, whose text is the code of all its cells, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Its number among all cells of the notebook, from 1.
    pub number: u32,
    /// Its first byte in the text.
    pub start: u32,
}

/// Every file of a run. A text is kept only where something may be said about it.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    by_path: HashMap<Arc<str>, FileId>,
    /// Of notebooks.
    cells: BTreeMap<FileId, Vec<Cell>>,
}

impl Sources {
    /// Registers a file under its path (relative to the working directory, with `/`) and returns its number;
    /// the same number where the path is known already. A text replaces none.
    ///
    /// # Panics
    /// Where more than `u32::MAX` files are added.
    pub fn add(&mut self, path: &str, text: Option<Arc<str>>) -> FileId {
        if let Some(&file) = self.by_path.get(path) {
            if let (Some(text), Some(slot)) = (text, self.files.get_mut(file.0 as usize)) {
                slot.text = Some(text);
            }
            return file;
        }
        let file = FileId(u32::try_from(self.files.len()).expect("fewer than four billion files"));
        let path: Arc<str> = path.into();
        self.files.push(SourceFile { path: Arc::clone(&path), text });
        self.by_path.insert(path, file);
        file
    }

    /// The number of the file at `path`, where it was read.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The path of a file, relative to the working directory, with `/`.
    pub fn path(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |f| &f.path)
    }

    /// The same, to be kept; nothing where the file is not known.
    pub fn shared_path(&self, file: FileId) -> Arc<str> {
        self.files.get(file.0 as usize).map(|f| Arc::clone(&f.path)).unwrap_or_default()
    }

    /// The text of a file, or nothing where it is not kept.
    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).and_then(|f| f.text.as_deref()).unwrap_or_default()
    }

    /// Whether the text of a file is kept.
    pub fn has_text(&self, file: FileId) -> bool {
        self.files.get(file.0 as usize).is_some_and(|f| f.text.is_some())
    }

    /// Drops the texts of the files that are `unwanted`; their paths stay.
    pub fn drop_texts(&mut self, unwanted: impl Fn(FileId) -> bool) {
        for (number, file) in self.files.iter_mut().enumerate() {
            if unwanted(FileId(number as u32)) {
                file.text = None;
            }
        }
    }

    /// Says that a file is a notebook with these code cells, in the order of the text.
    pub fn set_cells(&mut self, file: FileId, cells: Vec<Cell>) {
        if cells.is_empty() {
            self.cells.remove(&file);
        } else {
            self.cells.insert(file, cells);
        }
    }

    /// The code cells of a notebook; none for another file.
    pub fn cells(&self, file: FileId) -> &[Cell] {
        self.cells.get(&file).map_or(&[], Vec::as_slice)
    }

    /// The characters of a span.
    pub fn slice(&self, span: Span) -> &str {
        span.extent.of(self.text(span.file))
    }

    /// Takes over those files of `others` that are `wanted`, and says which number each has here, by its number there;
    /// nothing for the rest.
    pub fn absorb(&mut self, mut others: Self, wanted: impl Fn(FileId) -> bool) -> Vec<Option<FileId>> {
        let numbered = others.files.into_iter().enumerate();
        let take = |(number, file): (usize, SourceFile)| {
            let before = FileId(number as u32);
            wanted(before).then(|| {
                let id = self.add(&file.path, file.text);
                self.set_cells(id, others.cells.remove(&before).unwrap_or_default());
                id
            })
        };
        numbered.map(take).collect()
    }

    /// How many files are known.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file is known.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
