//! Names in their order, each with a number, packed in blocks.
//!
//! Of a million names a run asks for a few hundred: those that are not ranked. Packed they take half the room that they
//! need to be searched where they lie, in the program as in memory; a lookup finds the block by the first name of each,
//! and unpacks that one alone.
//!
//! The bytes: how many names and blocks there are; for each block where its first name ends among the first names, and
//! where its packed bytes end among those of all; the first names; the packed bytes. A block is packed by DEFLATE (RFC
//! 1951). It holds for each name how many bytes it shares with the name before, the others, and a line end; then the low
//! bytes of all numbers, then the high ones. Numbers of the head are little-endian, of 32 bits.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::file::Part;

/// So many names make a block: unpacking one takes some ten microseconds.
const NAMES: usize = 256;

/// No name has more bytes.
pub(super) const LONGEST_NAME: usize = 1000;

/// No block has more bytes: each name takes its own, the length that it shares, its line end and its number.
const LONGEST: u64 = (NAMES * (LONGEST_NAME + 4)) as u64;

/// A number of the head.
const WORD: usize = 4;

/// Names with numbers.
pub(super) struct Blocks {
    part: Part,
    names: usize,
    /// How many blocks there are.
    chunks: usize,
}

/// A block, unpacked.
struct Block {
    bytes: Vec<u8>,
    names: usize,
}

impl Blocks {
    /// Nothing where the head cannot be right.
    pub(super) fn new(part: Part) -> Option<Self> {
        let (names, chunks) = (word(part.as_ref(), 0)?, word(part.as_ref(), 1)?);
        let all = Self { part, names, chunks };
        let end = all.start_of_packed()?.checked_add(all.ends(chunks)?.1)?;
        let is_whole = chunks == names.div_ceil(NAMES) && end == all.size();
        is_whole.then_some(all)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.names
    }

    /// The number of `name`, where it is there.
    pub(super) fn get(&self, name: &str) -> Option<u16> {
        let (mut low, mut high) = (0, self.chunks);
        while low < high {
            let middle = low.midpoint(high);
            if self.first_name(middle)? <= name.as_bytes() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        self.block(low.checked_sub(1)?)?.get(name.as_bytes())
    }

    fn size(&self) -> usize {
        self.part.as_ref().len()
    }

    /// Where the first name of the block before `block` ends, and its packed bytes.
    fn ends(&self, block: usize) -> Option<(usize, usize)> {
        let Some(before) = block.checked_sub(1) else { return Some((0, 0)) };
        Some((word(self.part.as_ref(), 2 + 2 * before)?, word(self.part.as_ref(), 3 + 2 * before)?))
    }

    fn start_of_firsts(&self) -> usize {
        (2 + 2 * self.chunks) * WORD
    }

    fn start_of_packed(&self) -> Option<usize> {
        self.start_of_firsts().checked_add(self.ends(self.chunks)?.0)
    }

    fn first_name(&self, block: usize) -> Option<&[u8]> {
        let (start, end) = (self.ends(block)?.0, self.ends(block + 1)?.0);
        self.part.as_ref().get(self.start_of_firsts()..)?.get(start..end)
    }

    fn block(&self, block: usize) -> Option<Block> {
        let (start, end) = (self.ends(block)?.1, self.ends(block + 1)?.1);
        let packed = self.part.as_ref().get(self.start_of_packed()?..)?.get(start..end)?;
        let mut bytes = Vec::new();
        let length = DeflateDecoder::new(packed).take(LONGEST + 1).read_to_end(&mut bytes).ok()?;
        // What is longer was not made here, and would cost each lookup as much as its maker likes.
        let is_sound = u64::try_from(length).is_ok_and(|length| length <= LONGEST);
        is_sound.then(|| Block { bytes, names: NAMES.min(self.names - block * NAMES) })
    }
}

impl Block {
    fn get(&self, wanted: &[u8]) -> Option<u16> {
        let (names, numbers) = self.bytes.split_at_checked(self.bytes.len().checked_sub(2 * self.names)?)?;
        let mut name = Vec::new();
        let mut lines = names.split(|byte| *byte == b'\n');
        let at = (0..self.names).find(|_| {
            let Some((shared, rest)) = lines.next().and_then(<[u8]>::split_first) else { return false };
            name.truncate(usize::from(*shared));
            name.extend_from_slice(rest);
            name == wanted
        })?;
        Some(u16::from_le_bytes([*numbers.get(at)?, *numbers.get(self.names + at)?]))
    }
}

/// The bytes of `names`, which are in the order of bytes, without line ends, and none longer than [`LONGEST_NAME`].
pub(super) fn pack(names: &[(&str, u16)]) -> std::io::Result<Vec<u8>> {
    let (mut ends, mut firsts, mut packed) = (Vec::new(), Vec::new(), Vec::new());
    for block in names.chunks(NAMES) {
        firsts.extend(block.first().into_iter().flat_map(|(name, _)| name.bytes()));
        let mut encoder = DeflateEncoder::new(&mut packed, Compression::best());
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
        for byte in 0..2 {
            let bytes: Vec<u8> =
                block.iter().filter_map(|(_, number)| number.to_le_bytes().get(byte).copied()).collect();
            encoder.write_all(&bytes)?;
        }
        encoder.finish()?;
        ends.extend([firsts.len(), packed.len()]);
    }
    let head = [names.len(), names.len().div_ceil(NAMES)].into_iter().chain(ends);
    let too_long = |_| std::io::Error::other("more than four gigabytes");
    let head = head.map(|number| u32::try_from(number).map(u32::to_le_bytes).map_err(too_long));
    let head: Vec<[u8; WORD]> = head.collect::<Result<_, _>>()?;
    Ok([head.concat(), firsts, packed].concat())
}

/// A number of the head, by its place among them.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at.checked_mul(WORD)?..)?.first_chunk::<WORD>()?;
    usize::try_from(u32::from_le_bytes(*bytes)).ok()
}
