//! Names of distributions and modules as words of a text.

use std::ops::Range;

use crate::name::Name;

/// Names that are looked for together.
#[derive(Debug, Default)]
pub struct Words {
    /// By their first byte, in lower case; nothing where there are none.
    by_first: Vec<Vec<Word>>,
}

#[derive(Debug)]
struct Word {
    name: Name,
    /// The parts between `-`, `_` and `.`, in lower case.
    parts: Vec<String>,
}

/// A name that occurs in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<'a> {
    /// Which, normalised.
    pub name: &'a Name,
    /// Where: bytes of the text.
    pub at: Range<usize>,
}

impl Words {
    /// Takes names of distributions and modules in any of their forms.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        for written in names {
            let name = Name::new(written);
            let parts: Vec<String> =
                name.as_str().split('-').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let Some(first) = parts.first().and_then(|part| part.bytes().next()) else { continue };
            if words.by_first.is_empty() {
                words.by_first.resize_with(256, Vec::new);
            }
            if let Some(slot) = words.by_first.get_mut(usize::from(first))
                && !slot.iter().any(|word| word.name == name)
            {
                slot.push(Word { name, parts });
            }
        }
        words
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.by_first.is_empty()
    }

    /// Every occurrence in `text`, in its order: a whole word, in any case, with `-`, `_` or `.` between its parts. A word
    /// ends before anything but letters, digits and `_`, so `redis` occurs in `redis.asyncio` and in `redis-server`, not in
    /// `redis_url` or `hiredis`.
    pub fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Found<'a>> {
        let starts = Starts { words: self, text, at: 0, in_word: false };
        starts.flat_map(move |(at, candidates)| {
            candidates.iter().filter_map(move |word| {
                let end = word.end(text, at)?;
                Some(Found { name: &word.name, at: at..end })
            })
        })
    }

    /// Those that begin with `byte`, in either case.
    fn beginning_with(&self, byte: u8) -> &[Word] {
        self.by_first.get(usize::from(byte.to_ascii_lowercase())).map_or(&[], Vec::as_slice)
    }

    /// The first name that occurs in `text`.
    pub fn first_in<'a>(&'a self, text: &'a str) -> Option<Found<'a>> {
        self.find(text.as_bytes()).next()
    }
}

impl Word {
    /// Where it ends in `text` if it begins at `at`.
    fn end(&self, text: &[u8], at: usize) -> Option<usize> {
        let mut end = at;
        for (index, part) in self.parts.iter().enumerate() {
            if index > 0 {
                text.get(end).filter(|byte| matches!(byte, b'-' | b'_' | b'.'))?;
                end += 1;
            }
            let there = text.get(end..end + part.len())?;
            if !there.eq_ignore_ascii_case(part.as_bytes()) {
                return None;
            }
            end += part.len();
        }
        (!text.get(end).is_some_and(|byte| is_letter(*byte) || *byte == b'_')).then_some(end)
    }
}

/// Where words of a text begin that may be names, with these. Underscores before a word are passed over: a private name
/// (`_cffi_backend`) begins with its first letter.
struct Starts<'w> {
    words: &'w Words,
    text: &'w [u8],
    at: usize,
    /// Whether the last byte that is no underscore is part of a word.
    in_word: bool,
}

impl<'w> Iterator for Starts<'w> {
    type Item = (usize, &'w [Word]);

    fn next(&mut self) -> Option<Self::Item> {
        for (further, &byte) in self.text.get(self.at..)?.iter().enumerate() {
            let kind = KINDS.get(usize::from(byte)).copied().unwrap_or_default();
            if kind == Kind::Underscore {
                continue;
            }
            let begins = !self.in_word && kind == Kind::Start;
            self.in_word = kind != Kind::Between;
            if !begins {
                continue;
            }
            let candidates = self.words.beginning_with(byte);
            if !candidates.is_empty() {
                let at = self.at + further;
                self.at = at + 1;
                return Some((at, candidates));
            }
        }
        self.at = self.text.len();
        None
    }
}

/// What a byte is to words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Between,
    /// Part of a word, which may begin with it.
    Start,
    /// Part of a word, none of ours.
    Letter,
    Underscore,
}

#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
static KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Between; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'_' => Kind::Underscore,
            byte if byte.is_ascii_alphanumeric() => Kind::Start,
            byte if is_letter(byte) => Kind::Letter,
            _ => Kind::Between,
        };
        byte += 1;
    }
    kinds
};

/// Whether a byte is part of a word: letters of other scripts are.
const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_in_every_form() {
        let words = Words::new(["redis", "google-cloud-storage", "ruamel.yaml", "_cffi_backend", "Flask"]);
        for (text, expected) in [
            ("redis", "redis"),
            ("x=redis://host, hiredis", "redis"),
            ("redis_url redisx xredis r\u{e9}dis \u{e9}redis", ""),
            ("redis-server REDIS.asyncio", "redis redis"),
            (
                "google.cloud.storage google_cloud_storage google-cloud_storage",
                "google-cloud-storage google-cloud-storage google-cloud-storage",
            ),
            ("google.cloud google-cloud-storages", ""),
            ("\"ruamel.yaml\"", "ruamel-yaml"),
            ("import _cffi_backend", "-cffi-backend"),
            ("flask run; __flask", "flask flask"),
            ("my_flask flask_", ""),
            ("", ""),
        ] {
            let found: Vec<&str> = words.find(text.as_bytes()).map(|found| found.name.as_str()).collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
        assert_eq!(words.first_in("a Flask!").map(|found| found.at), Some(2..7));
    }

    #[test]
    fn nothing_is_found_of_nothing() {
        let words = Words::new(["", "-", "__"]);
        assert!(words.is_empty());
        assert_eq!(words.first_in("a - b"), None);
    }
}
