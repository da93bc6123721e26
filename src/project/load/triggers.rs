//! Which Python files can matter to a rule, told by what they import and by words of their texts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use memchr::memmem::{self, Finder};

use super::top_level;
use crate::python::Imports;

/// What a file must import and hold so that a rule can have something to say about it. They are made when the first file
/// is read.
#[derive(Debug, Clone)]
pub struct Triggers(Arc<LazyLock<Table, Box<dyn FnOnce() -> Table + Send + Sync>>>);

#[derive(Debug)]
struct Table {
    /// By top-level module the sets of words, of which one must be in the file as a whole.
    by_module: BTreeMap<String, Sets>,
    /// Every word, with what finds it.
    words: Vec<Finder<'static>>,
}

/// Sets of words: as text, and by their places among all words.
#[derive(Debug, Clone, Default)]
struct Sets {
    words: Vec<Vec<String>>,
    /// With the word that a rule needs beside them, where there is one.
    places: Vec<(Vec<usize>, Vec<usize>)>,
}

/// The words of a trigger, and the further ones.
type Asked = (Vec<String>, Vec<String>);

/// How a text has a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Not,
    /// As a part of a longer one.
    Within,
    Whole,
}

/// What a file must import and hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trigger {
    /// The top-level module.
    pub module: String,
    /// The words. Without any the module is enough.
    pub words: Vec<String>,
    /// Further words, without which no rule finds anything.
    pub further: Vec<String>,
}

impl Triggers {
    /// Takes what makes them.
    pub fn new(make: impl FnOnce() -> Vec<Trigger> + Send + Sync + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(|| Table::of(make())))))
    }

    /// The sets of words of which a file with these imports must hold one.
    pub fn of(&self, imports: &Imports) -> impl Iterator<Item = &[String]> {
        self.0.sets(imports).flat_map(|sets| &sets.words).map(Vec::as_slice)
    }

    /// Whether a file with this text and these imports has to be seen as syntax. Where rules can find nothing, and words are
    /// there only as parts of others, its errors of syntax are told all the same.
    pub(super) fn ask_for(&self, text: &str, imports: &Imports) -> bool {
        // Many sets share their words.
        let mut found: BTreeMap<usize, Held> = BTreeMap::new();
        let mut held = |place: &usize| {
            *found
                .entry(*place)
                .or_insert_with(|| self.0.words.get(*place).map_or(Held::Not, |word| held(text.as_bytes(), word)))
        };
        let mut nearly = false;
        for (words, further) in self.0.sets(imports).flat_map(|sets| &sets.places) {
            let least = words.iter().map(&mut held).min().unwrap_or(Held::Whole);
            if least == Held::Whole && further.iter().all(|word| held(word) == Held::Whole) {
                return true;
            }
            nearly |= least > Held::Not;
        }
        nearly && may_be_wrong(text)
    }
}

impl Default for Triggers {
    fn default() -> Self {
        Self::new(Vec::new)
    }
}

impl Table {
    fn of(triggers: Vec<Trigger>) -> Self {
        let mut by_module: BTreeMap<String, BTreeSet<Asked>> = BTreeMap::new();
        for Trigger { module, words, further } in triggers {
            by_module.entry(module).or_default().insert((words, further));
        }
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let mut all = Vec::new();
        let mut place = |word: &String| {
            *known.entry(word.clone()).or_insert_with(|| {
                all.push(Finder::new(word).into_owned());
                all.len() - 1
            })
        };
        let mut sets = |sets: BTreeSet<Asked>| {
            let mut places = |words: &[String]| words.iter().map(&mut place).collect::<Vec<usize>>();
            let places = sets.iter().map(|(words, further)| (places(words), places(further))).collect();
            Sets { words: sets.into_iter().map(|(words, _)| words).collect(), places }
        };
        let by_module = by_module.into_iter().map(|(module, words)| (module, sets(words))).collect();
        Self { by_module, words: all }
    }

    fn sets(&self, imports: &Imports) -> impl Iterator<Item = &Sets> {
        let absolute = imports.imports.iter().filter(|import| import.level == 0);
        let modules: BTreeSet<&str> = absolute.map(|import| top_level(&import.module)).collect();
        modules.into_iter().filter_map(|module| self.by_module.get(module))
    }
}

/// How a text has a word: what is an identifier may be a part of a longer one.
fn held(text: &[u8], word: &Finder<'_>) -> Held {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii());
    let (first, last) = (word.needle().first(), word.needle().last());
    let is_whole = |at: usize| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let after = text.get(at + word.needle().len());
        !(is_part(first) && is_part(before) || is_part(last) && is_part(after))
    };
    let mut found = word.find_iter(text).map(is_whole);
    match found.next() {
        None => Held::Not,
        Some(first) if first || found.any(|whole| whole) => Held::Whole,
        Some(_) => Held::Within,
    }
}

/// Whether a text has signs of Python 2, of a template, or of a merge that was never finished: most texts that no parser
/// takes do.
fn may_be_wrong(text: &str) -> bool {
    const SIGNS: &[&str] = &["{%", "{{ ", "{{cookie", "<<<<<<< ", " <> ", "ur\"", "ur'"];
    let bytes = text.as_bytes();
    let behind = |word: &'static str| {
        memmem::find_iter(bytes, word).filter_map(move |at| {
            let line = text.get(at + word.len()..)?.split('\n').next()?;
            let before = text.get(..at)?.rsplit('\n').next()?.trim_start();
            (before.is_empty() || before.ends_with([':', ';', ' '])).then_some(line)
        })
    };
    // A statement: what follows is no bracket, operator or word of prose.
    let is_value =
        |line: &str| line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '_' | '%' | '>' | '-'));
    let has_octal = || memmem::find_iter(bytes, ", 0").any(|at| bytes.get(at + 3).is_some_and(u8::is_ascii_digit));
    let is_listed = |line: &str| {
        let head = line.split(':').next().unwrap_or_default();
        head.contains(',') && !head.contains(['(', '['])
    };
    behind("print ").any(is_value)
        || behind("print\t").any(is_value)
        || behind("exec ").any(is_value)
        || behind("except ").any(is_listed)
        || behind("raise ").any(is_listed)
        || has_octal()
        || SIGNS.iter().any(|sign| memmem::find(bytes, sign.as_bytes()).is_some())
}
