//! The file that holds an index.
//!
//! A head of lines that people can read, an empty line, and three parts one after another: the names in blocks
//! ([`super::blocks`]), the ranked names as a finite state transducer (crate `fst`), and the versions of these as lines. The head gives the length of each
//! part, and a checksum of everything but its own line.

use std::fmt;
use std::ops::Range;
use std::str;
use std::sync::Arc;

use crate::date::Date;

/// How every index begins, before the number of its format.
const MAGIC: &str = "pyeco-lint index ";

/// The format that this program writes, and the only one that it reads.
const FORMAT: u32 = 3;

/// No head is longer.
const LONGEST_HEAD: usize = 512;

/// Which names an index has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All names of the public index: what is not among them is not there.
    Full,
    /// Names beside those of the public index.
    Private,
}

impl Scope {
    /// As the head names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Private => "private",
        }
    }
}

/// What an index says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The day of the names.
    pub date: Date,
    /// Which names it has.
    pub scope: Scope,
    /// How many bytes it has, head included.
    pub size: usize,
}

/// Why a file is no index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is something else.
    Foreign,
    /// It is of a format that this program does not know.
    Format(u32),
    /// A part is missing, or was changed.
    Damaged,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => {
                f.write_str("this is no package index: `pyeco-lint index build` makes one from a list of names")
            }
            Self::Format(format) if *format > FORMAT => write!(
                f,
                "this package index was made by a newer version of pyeco-lint (format {format}; this one reads {FORMAT})"
            ),
            Self::Format(format) => {
                write!(
                    f,
                    "this package index is of an old format ({format}; this version reads {FORMAT}): build it anew"
                )
            }
            Self::Damaged => f.write_str("this package index is damaged: build it anew"),
        }
    }
}

/// The bytes of a whole file.
#[derive(Clone)]
pub(super) enum Bytes {
    /// Within the program.
    Static(&'static [u8]),
    /// Read at run time.
    Read(Arc<[u8]>),
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// A part of a file.
#[derive(Clone)]
pub(super) struct Part {
    bytes: Bytes,
    range: Range<usize>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

/// The head as it stands in a file, with the places that are asked for.
struct Lines {
    date: Date,
    scope: Scope,
    lengths: [usize; 3],
    checksum: u64,
    /// Where the line of the checksum begins, and where the head ends.
    at: (usize, usize),
}

/// Takes a file apart. Of its parts only the lengths are looked at.
pub(super) fn parts(bytes: &Bytes) -> Result<(Head, [Part; 3]), Fault> {
    let all = bytes.as_ref();
    let size = all.len();
    let lines = lines(all)?;
    let mut start = lines.at.1;
    let parts = lines.lengths.map(|length| {
        let end = start.saturating_add(length);
        let part = Part { bytes: bytes.clone(), range: start..end };
        start = end;
        part
    });
    if start != size {
        return Err(Fault::Damaged);
    }
    Ok((Head { date: lines.date, scope: lines.scope, size }, parts))
}

/// Compares a whole file with its checksum.
pub(super) fn verify(bytes: &[u8]) -> Result<(), Fault> {
    let lines = lines(bytes)?;
    let (before, after) = (bytes.get(..lines.at.0), bytes.get(lines.at.1..));
    let (Some(before), Some(after)) = (before, after) else { return Err(Fault::Damaged) };
    if checksum(&[before, after]) == lines.checksum { Ok(()) } else { Err(Fault::Damaged) }
}

fn lines(bytes: &[u8]) -> Result<Lines, Fault> {
    let rest = bytes.strip_prefix(MAGIC.as_bytes()).ok_or(Fault::Foreign)?;
    let first = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let format = str::from_utf8(first.get(..first.len().min(10)).unwrap_or_default());
    let format = format.ok().and_then(|format| format.parse().ok()).ok_or(Fault::Foreign)?;
    if format != FORMAT {
        return Err(Fault::Format(format));
    }
    head(bytes).ok_or(Fault::Damaged)
}

fn head(bytes: &[u8]) -> Option<Lines> {
    let start = bytes.get(..bytes.len().min(LONGEST_HEAD))?;
    let length = start.windows(2).position(|pair| pair == b"\n\n")? + 2;
    let text = str::from_utf8(start.get(..length)?).ok()?;
    let mut lines = text.lines().skip(1);
    let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
    let date = Date::parse(field("date")?)?;
    let scope = field("scope")?;
    let scope = [Scope::Full, Scope::Private].into_iter().find(|known| known.name() == scope)?;
    let mut lengths = field("parts")?.split(' ').map(|length| length.parse().ok());
    let lengths = [lengths.next()??, lengths.next()??, lengths.next()??];
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let checksum = field("checksum").filter(|sum| sum.bytes().all(is_digit))?;
    let checksum = u64::from_str_radix(checksum, 16).ok()?;
    let at = (text.find("checksum ")?, length);
    Some(Lines { date, scope, lengths, checksum, at })
}

/// A file of these parts.
pub(super) fn write(date: Date, scope: Scope, parts: [&[u8]; 3]) -> Vec<u8> {
    let [names, ranked, versions] = parts.map(<[u8]>::len);
    let scope = scope.name();
    let before = format!("{MAGIC}{FORMAT}\ndate {date}\nscope {scope}\nparts {names} {ranked} {versions}\n");
    let sum = checksum(&[&[before.as_bytes()][..], &parts].concat());
    let mut bytes = format!("{before}checksum {sum:016x}\n\n").into_bytes();
    bytes.extend(parts.concat());
    bytes
}

/// FNV-1a: it is there for accidents, not for forgers.
fn checksum(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
