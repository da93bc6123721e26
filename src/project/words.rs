//! Names of distributions and modules as words of a text.

use std::ops::Range;

use crate::name::Name;

/// Names that are looked for together.
#[derive(Debug)]
pub struct Words {
    /// Those that begin with the same letter or digit, whatever its case.
    groups: Vec<Vec<Word>>,
    /// By the first byte of a word: which of them are meant, counted from 1.
    group_of: [u8; 256],
    /// By the last five bits of the first byte, which are the same in both cases: what those of the second may be, a bit
    /// each.
    second: [u32; 32],
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
        let mut words = Self { groups: Vec::new(), group_of: [0; 256], second: [0; 32] };
        for written in names {
            let name = Name::new(written);
            let parts: Vec<String> =
                name.as_str().split('-').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let first = parts.first().and_then(|part| part.bytes().next()).filter(u8::is_ascii_alphanumeric);
            let Some(first) = first else { continue };
            if words.beginning_with(first).is_empty() {
                words.groups.push(Vec::new());
                let group = u8::try_from(words.groups.len()).unwrap_or_default();
                for byte in [first, first.to_ascii_uppercase()] {
                    if let Some(slot) = words.group_of.get_mut(usize::from(byte)) {
                        *slot = group;
                    }
                }
            }
            let second = parts.first().and_then(|part| part.as_bytes().get(1).copied());
            if let Some(bits) = words.second.get_mut(usize::from(first & FOLD)) {
                *bits |= second.map_or(u32::MAX, |byte| 1 << (byte & FOLD));
            }
            let group = words.group(first);
            if let Some(group) = words.groups.get_mut(group)
                && !group.iter().any(|word| word.name == name)
            {
                group.push(Word { name, parts });
            }
        }
        words
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Every occurrence in `text`, in its order: a whole word, in any case, with `-`, `_` or `.` between its parts. A word
    /// ends before anything but letters, digits and `_`, so `redis` occurs in `redis.asyncio` and in `redis-server`, not in
    /// `redis_url` or `hiredis`.
    pub fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Found<'a>> {
        let starts = Starts { words: self, text, at: 0 };
        starts.flat_map(move |(at, candidates)| {
            candidates.iter().filter_map(move |word| {
                let end = word.end(text, at)?;
                Some(Found { name: &word.name, at: at..end })
            })
        })
    }

    /// Those that begin with `byte`, in either case.
    fn beginning_with(&self, byte: u8) -> &[Word] {
        self.groups.get(self.group(byte)).map_or(&[], Vec::as_slice)
    }

    /// Their place; none has it where there are no such words.
    fn group(&self, byte: u8) -> usize {
        usize::from(self.group_of.get(usize::from(byte)).copied().unwrap_or_default()).wrapping_sub(1)
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

/// The bits of a letter that do not say its case.
const FOLD: u8 = 0x1f;

/// Where words of a text begin that may be names, with these. Underscores before a word are passed over: a private name
/// (`_cffi_backend`) begins with its first letter.
struct Starts<'w> {
    words: &'w Words,
    text: &'w [u8],
    at: usize,
}

impl<'w> Iterator for Starts<'w> {
    type Item = (usize, &'w [Word]);

    fn next(&mut self) -> Option<Self::Item> {
        let may_begin = |pair: &[u8]| {
            let [first, second] = *pair else { return false };
            let bits = self.words.second.get(usize::from(first & FOLD)).copied().unwrap_or_default();
            bits >> (second & FOLD) & 1 == 1
        };
        loop {
            let rest = self.text.get(self.at..)?;
            let at = self.at + rest.windows(2).position(may_begin).or_else(|| rest.len().checked_sub(1))?;
            self.at = at + 1;
            if self.words.beginning_with(*self.text.get(at)?).is_empty() {
                continue;
            }
            let before = self.text.get(..at)?.iter().rev().find(|byte| **byte != b'_');
            if before.is_none_or(|byte| !is_letter(*byte)) {
                return Some((at, self.words.beginning_with(*self.text.get(at)?)));
            }
        }
    }
}

/// Whether a byte is part of a word: letters of other scripts are.
fn is_letter(byte: u8) -> bool {
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
