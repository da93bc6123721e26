//! All names of an index of Python distributions, with the month of the last release and, for the most downloaded, rank
//! and newest version.
//!
//! An index is one file ([`file`]): opening the one in the program reads some twenty words. Ranked names are searched where
//! they lie, the others are packed in blocks ([`blocks`]). [`build`] makes such a file from a table, [`similar`] finds the popular
//! names that are one slip away from another.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::fmt;
use std::sync::{Arc, LazyLock};

use fst::{IntoStreamer as _, Map, Streamer as _};

mod blocks;
pub mod build;
pub mod file;
pub mod similar;

use crate::date::Date;
use blocks::Blocks;
use file::{Fault, Head, Part, Scope};

/// The names of the public index, made by `pyeco-lint index build` (`docs/sources.md`).
static EMBEDDED: LazyLock<Arc<Index>> = LazyLock::new(|| {
    let bytes = file::Bytes::Static(include_bytes!("../../data/pypi-index.bin"));
    Arc::new(Index::of(&bytes).expect("a test reads all of it"))
});

/// A month, as the number of months since January 1990; at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(u16);

impl Month {
    const FIRST_YEAR: i32 = 1990;

    /// There is room for so many.
    const LAST: u16 = u16::MAX >> 1;

    /// Reads `2026-11`; nothing for what is no month after January 1990.
    pub fn parse(text: &str) -> Option<Self> {
        Date::parse(&format!("{text}-01")).and_then(Self::of)
    }

    /// The month of a day after January 1990.
    pub fn of(day: Date) -> Option<Self> {
        let months = (day.year - Self::FIRST_YEAR) * 12 + i32::from(day.month) - 1;
        u16::try_from(months).ok().filter(|months| (1..=Self::LAST).contains(months)).map(Self)
    }

    /// How many months lie between this one and a later one; 0 where that is earlier.
    pub fn until(self, later: Self) -> u16 {
        later.0.saturating_sub(self.0)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let months = i32::from(self.0);
        write!(f, "{:04}-{:02}", Self::FIRST_YEAR + months / 12, months % 12 + 1)
    }
}

/// What an index says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The month of the last release, where it is known.
    pub last_release: Option<Month>,
    /// Whether the newest version is one that people begin with (`0.0.3`, `0.1`, `1.0`): not much came of it yet.
    pub is_early: bool,
    /// What is known of a popular distribution.
    pub popular: Option<Popular<'a>>,
}

impl Entry<'_> {
    /// The place among the most downloaded, from 1; nothing beyond those that are ranked.
    pub fn rank(&self) -> Option<u32> {
        self.popular.map(|popular| popular.rank)
    }
}

/// What an index says of a distribution that is downloaded often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Popular<'a> {
    /// The place among the most downloaded, from 1.
    pub rank: u32,
    /// The newest version at the date of the index, where it is known.
    pub latest: Option<&'a str>,
}

/// Every name of an index.
pub struct Index {
    head: Head,
    /// Name → month of the last release, and whether that is an early one.
    names: Blocks,
    /// Popular name → rank, and where its version stands.
    ranked: Map<Part>,
    /// Versions, each with a line end, in the order of names.
    versions: Part,
}

impl fmt::Debug for Index {
    /// Without the names, of which there are many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("head", &self.head).field("names", &self.len()).finish_non_exhaustive()
    }
}

impl Index {
    /// The names of the public index that come with the program.
    pub fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// Reads an index that a user has made, after a look at all of it.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Fault> {
        file::verify(&bytes)?;
        Self::of(&file::Bytes::Read(bytes.into()))
    }

    fn of(bytes: &file::Bytes) -> Result<Self, Fault> {
        let (head, [names, ranked, versions]) = file::parts(bytes)?;
        let names = Blocks::new(names).ok_or(Fault::Damaged)?;
        let ranked = Map::new(ranked).map_err(|_| Fault::Damaged)?;
        Ok(Self { head, names, ranked, versions })
    }

    /// The day of the names.
    pub fn date(&self) -> Date {
        self.head.date
    }

    /// Whether it has all names there are, or further ones.
    pub fn scope(&self) -> Scope {
        self.head.scope
    }

    /// How many names it has.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them are ranked.
    pub fn ranked_len(&self) -> usize {
        self.ranked.len()
    }

    /// How many bytes it has.
    pub fn size(&self) -> usize {
        self.head.size
    }

    /// Whether it knows the distribution called `name` (normalised). Most that people require are ranked, and those are a
    /// small part of it.
    pub fn contains(&self, name: &str) -> bool {
        self.ranked.contains_key(name) || self.names.find(name).is_some()
    }

    /// What it says of the distribution called `name` (normalised); nothing where it does not know it.
    pub fn lookup(&self, name: &str) -> Option<Entry<'_>> {
        let (last_release, is_early) = unpack_release(self.names.number(self.names.find(name)?)?);
        Some(Entry { last_release, is_early, popular: self.popular(name) })
    }

    /// What it says of the distribution called `name` (normalised), where that is ranked.
    pub fn popular(&self, name: &str) -> Option<Popular<'_>> {
        let (rank, offset) = unpack(self.ranked.get(name)?);
        let version = self.versions.as_ref().get(offset..)?.split(|byte| *byte == b'\n').next()?;
        let latest = std::str::from_utf8(version).ok().filter(|version| !version.is_empty());
        Some(Popular { rank, latest })
    }

    /// Every ranked name, in order.
    pub fn ranked_names(&self) -> Vec<String> {
        self.ranked.stream().into_str_keys().unwrap_or_default()
    }

    /// Whether a ranked name begins with `prefix`.
    pub fn is_popular_prefix(&self, prefix: &str) -> bool {
        let first =
            self.ranked.range().ge(prefix).into_stream().next().map(|(name, _)| name.starts_with(prefix.as_bytes()));
        first.unwrap_or(false)
    }
}

/// The value of a name: 0 for no month.
fn pack_release(month: Option<Month>, is_early: bool) -> u16 {
    month.map_or(0, |month| month.0) << 1 | u16::from(is_early)
}

fn unpack_release(value: u16) -> (Option<Month>, bool) {
    let month = Some(value >> 1).filter(|months| *months > 0).map(Month);
    (month, value & 1 == 1)
}

/// The value of a ranked name: its rank below, where its version stands above. Both grow with the table, and the latter
/// with the name, so that neighbours share most of it.
fn pack(rank: u32, offset: usize) -> u64 {
    u64::try_from(offset).unwrap_or(u64::MAX >> RANK_BITS) << RANK_BITS | u64::from(rank)
}

fn unpack(value: u64) -> (u32, usize) {
    let rank = value & ((1 << RANK_BITS) - 1);
    (u32::try_from(rank).unwrap_or(u32::MAX), usize::try_from(value >> RANK_BITS).unwrap_or(usize::MAX))
}

/// Ranks are below a million.
const RANK_BITS: u32 = 20;

/// The highest rank that has room.
const MAX_RANK: u32 = (1 << RANK_BITS) - 1;

/// The names that count for a project: those of the public index, and those of a private one beside it.
#[derive(Debug, Clone)]
pub struct Names {
    public: Arc<Index>,
    private: Option<Arc<Index>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { public: Index::embedded(), private: None }
    }
}

impl Names {
    /// Those of the program and of an index that a user names: a private one adds to ours, a full one takes its place.
    pub fn with(index: Arc<Index>) -> Self {
        match index.scope() {
            Scope::Private => Self { private: Some(index), ..Self::default() },
            Scope::Full => Self { public: index, private: None },
        }
    }

    /// Those of the public index.
    pub fn public(&self) -> &Index {
        &self.public
    }

    /// Whether the distribution called `name` (normalised) lives on the user's private index.
    pub fn is_private(&self, name: &str) -> bool {
        self.private.as_ref().is_some_and(|index| index.contains(name))
    }
}

#[cfg(test)]
mod tests;
