//! Makes an index from a table of names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use fst::MapBuilder;

use super::blocks;
use super::file::{self, Scope};
use super::{MAX_RANK, Month, pack, pack_release};
use crate::date::Date;
use crate::name::Name;

/// Why there is no index: what is wrong with the table, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1; 0 for the table as a whole.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row<'a> {
    version: &'a str,
    month: Option<Month>,
    rank: Option<u32>,
}

/// Makes the file of an index from a table: a line a distribution, with name, newest version, month of the last release
/// (`2026-11`) and rank among the most downloaded, tabs between them. What is left of a line may be missing, so that a
/// plain list of names is a table; empty lines, comments (`#`) and a head that begins with `name` are passed over. The
/// same table gives the same bytes.
pub fn build(table: &str, scope: Scope, date: Date) -> Result<Vec<u8>, Mistake> {
    let rows = rows(table)?;
    if rows.is_empty() {
        return Err(Mistake { line: 0, message: "there is no name in the table".to_owned() });
    }
    let (mut names, mut ranked, mut versions) = (Vec::new(), MapBuilder::memory(), Vec::new());
    for (name, (row, _)) in &rows {
        names.push((name.as_str(), pack_release(row.month, is_early(row.version))));
        if let Some(rank) = row.rank {
            ranked.insert(name, pack(rank, versions.len())).map_err(full)?;
            versions.extend_from_slice(row.version.as_bytes());
            versions.push(b'\n');
        }
    }
    let (names, ranked) = (blocks::pack(&names).map_err(full)?, ranked.into_inner().map_err(full)?);
    Ok(file::write(date, scope, [&names, &ranked, &versions]))
}

fn full<E>(_: E) -> Mistake {
    Mistake { line: 0, message: "the table has too many names".to_owned() }
}

/// The rows by normalised name, each with its line.
fn rows(table: &str) -> Result<BTreeMap<String, (Row<'_>, usize)>, Mistake> {
    let mut rows: BTreeMap<String, (Row<'_>, usize)> = BTreeMap::new();
    let mut ranks: BTreeMap<u32, usize> = BTreeMap::new();
    for (line, text) in table.lines().enumerate().map(|(at, text)| (at + 1, text.trim_end())) {
        let is_head = line == 1 && text.starts_with("name\t");
        if is_head || text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let mistake = |message: String| Mistake { line, message };
        let mut fields = text.split('\t').map(str::trim);
        let mut field = || fields.next().unwrap_or_default();
        let (name, version, month, rank) = (field(), field(), field(), field());
        if !is_name(name) {
            return Err(mistake(format!("`{name}` is no name of a distribution")));
        }
        if name.len() > blocks::LONGEST_NAME {
            return Err(mistake(format!("the name has more than {} characters", blocks::LONGEST_NAME)));
        }
        let month = match month {
            "" => None,
            month => {
                Some(Month::parse(month).ok_or_else(|| mistake(format!("`{month}` is no month of the form 2026-11")))?)
            }
        };
        let rank = match rank {
            "" => None,
            rank => {
                let number = rank.parse().ok().filter(|rank| (1..=MAX_RANK).contains(rank));
                Some(number.ok_or_else(|| mistake(format!("`{rank}` is no rank from 1 to {MAX_RANK}")))?)
            }
        };
        if let Some(before) = rank.and_then(|rank| ranks.insert(rank, line)) {
            return Err(mistake(format!("line {before} has this rank as well")));
        }
        let row = Row { version, month, rank };
        match rows.entry(Name::new(name).as_str().to_owned()) {
            Entry::Vacant(slot) => {
                slot.insert((row, line));
            }
            Entry::Occupied(slot) if slot.get().0 == row => {}
            Entry::Occupied(slot) => {
                return Err(mistake(format!("line {} says something else of `{}`", slot.get().1, slot.key())));
            }
        }
    }
    Ok(rows)
}

/// Whether a text is a name by PEP 508.
fn is_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    is_end(bytes.first()) && is_end(bytes.last()) && bytes.iter().all(inner)
}

/// Whether a version is one that people begin with: `0`, `0.0.…`, `0.1.…`, `1`, `1.0`, `1.0.0`.
fn is_early(version: &str) -> bool {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), second) => matches!(second, None | Some("0" | "1")),
        (Some("1"), second) => matches!(second, None | Some("0")) && parts.all(|part| part == "0"),
        _ => false,
    }
}
