//! Names in their order, each with a number, packed in blocks.
//!
//! Of a million names a run asks for a few hundred: those that are not ranked. Packed they take half the room that they
//! need to be searched where they lie, in the program as in memory; a lookup finds the block by the first name of each,
//! and unpacks its names; its numbers where somebody asks for one.
//!
//! The bytes: how many names and blocks there are; for each block where its first name ends among the first names, where its
//! packed names end among those of all, and where its packed numbers do; the first names; the packed names; the packed
//! numbers. All that is packed is so by DEFLATE (RFC 1951). The names of a block hold for each how many bytes it shares with the
//! name before, the others, and a line end; its numbers are the low bytes of all, then the high ones. Numbers of the head are
//! little-endian, of 32 bits.

use std::io::{Read as _, Write as _};
use std::ops::Range;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::file::Part;

/// So many names make a block: unpacking one takes some ten microseconds.
const NAMES: usize = 256;

/// No name has more bytes.
pub(super) const LONGEST_NAME: usize = 1000;

/// The names of a block have no more bytes: each takes its own, the length that it shares, and its line end.
const LONGEST: usize = NAMES * (LONGEST_NAME + 2);

/// A number of the head.
const WORD: usize = 4;

/// So many numbers say of a block where it lies.
const ENDS: usize = 3;

/// Names with numbers.
pub(super) struct Blocks {
    part: Part,
    names: usize,
    /// How many blocks there are.
    chunks: usize,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    block: usize,
    /// Its place among the names of the block.
    at: usize,
}

/// What a block has in each of the three pieces behind the head.
#[derive(Debug, Clone, Copy)]
enum Piece {
    First,
    Names,
    Numbers,
}

impl Blocks {
    /// Nothing where the head cannot be right.
    pub(super) fn new(part: Part) -> Option<Self> {
        let (names, chunks) = (word(part.as_ref(), 0)?, word(part.as_ref(), 1)?);
        let all = Self { part, names, chunks };
        let is_whole = chunks == names.div_ceil(NAMES) && all.range(Piece::Numbers)?.end == all.part.as_ref().len();
        is_whole.then_some(all)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.names
    }

    /// Where `name` stands, if it does.
    pub(super) fn find(&self, name: &str) -> Option<Place> {
        let (mut low, mut high) = (0, self.chunks);
        while low < high {
            let middle = low.midpoint(high);
            if self.bytes(middle, Piece::First)? <= name.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let block = low.checked_sub(1)?;
        let names = unpack(self.bytes(block, Piece::Names)?, LONGEST)?;
        Some(Place { block, at: position(&names, name.as_bytes(), self.len_of(block))? })
    }

    /// The number of the name in `place`.
    pub(super) fn number(&self, place: Place) -> Option<u16> {
        let count = self.len_of(place.block);
        let numbers = unpack(self.bytes(place.block, Piece::Numbers)?, 2 * count)?;
        Some(u16::from_le_bytes([*numbers.get(place.at)?, *numbers.get(count + place.at)?]))
    }

    /// How many names a block has.
    fn len_of(&self, block: usize) -> usize {
        NAMES.min(self.names.saturating_sub(block * NAMES))
    }

    /// How many bytes the first `blocks` blocks have in a piece.
    fn length(&self, blocks: usize, piece: Piece) -> Option<usize> {
        let Some(last) = blocks.checked_sub(1) else { return Some(0) };
        word(self.part.as_ref(), 2 + ENDS * last + piece as usize)
    }

    /// Where a piece lies.
    fn range(&self, piece: Piece) -> Option<Range<usize>> {
        let start = match piece {
            Piece::First => (2 + ENDS * self.chunks) * WORD,
            Piece::Names => self.range(Piece::First)?.end,
            Piece::Numbers => self.range(Piece::Names)?.end,
        };
        Some(start..start.checked_add(self.length(self.chunks, piece)?)?)
    }

    /// What a block has in a piece.
    fn bytes(&self, block: usize, piece: Piece) -> Option<&[u8]> {
        let range = self.length(block, piece)?..self.length(block + 1, piece)?;
        self.part.as_ref().get(self.range(piece)?)?.get(range)
    }
}

/// What was packed, where it has no more than `most` bytes: longer ones were not made here, and would cost each lookup as much
/// as their maker likes.
fn unpack(packed: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = DeflateDecoder::new(packed).take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    (length <= most).then_some(bytes)
}

/// The place of the name `wanted` among the `count` names of a block.
fn position(names: &[u8], wanted: &[u8], count: usize) -> Option<usize> {
    let mut name = Vec::new();
    let mut lines = names.split(|byte| *byte == b'\n');
    (0..count).find(|_| {
        let Some((shared, rest)) = lines.next().and_then(<[u8]>::split_first) else { return false };
        name.truncate(usize::from(*shared));
        name.extend_from_slice(rest);
        name == wanted
    })
}

/// The bytes of `names`, which are in the order of bytes, without line ends, and none longer than [`LONGEST_NAME`].
pub(super) fn pack(names: &[(&str, u16)]) -> std::io::Result<Vec<u8>> {
    let (mut ends, mut firsts, mut packed_names, mut packed_numbers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for block in names.chunks(NAMES) {
        firsts.extend(block.first().into_iter().flat_map(|(name, _)| name.bytes()));
        let mut encoder = DeflateEncoder::new(&mut packed_names, Compression::best());
        let mut before = "";
        for (name, _) in block {
            // A line end among the lengths would be taken for one.
            let shared = before.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
            let shared = u8::try_from(shared).unwrap_or(u8::MAX);
            let shared = if shared == b'\n' { shared - 1 } else { shared };
            encoder.write_all(&[shared])?;
            encoder.write_all(name.as_bytes().get(usize::from(shared)..).unwrap_or_default())?;
            encoder.write_all(b"\n")?;
            before = name;
        }
        encoder.finish()?;
        let mut encoder = DeflateEncoder::new(&mut packed_numbers, Compression::best());
        for byte in 0..2 {
            let bytes: Vec<u8> =
                block.iter().filter_map(|(_, number)| number.to_le_bytes().get(byte).copied()).collect();
            encoder.write_all(&bytes)?;
        }
        encoder.finish()?;
        ends.extend([firsts.len(), packed_names.len(), packed_numbers.len()]);
    }
    let head = [names.len(), names.len().div_ceil(NAMES)].into_iter().chain(ends);
    let too_long = |_| std::io::Error::other("more than four gigabytes");
    let head = head.map(|number| u32::try_from(number).map(u32::to_le_bytes).map_err(too_long));
    let head: Vec<[u8; WORD]> = head.collect::<Result<_, _>>()?;
    Ok([head.concat(), firsts, packed_names, packed_numbers].concat())
}

/// A number of the head, by its place among them.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at.checked_mul(WORD)?..)?.first_chunk::<WORD>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}
