//! From a changed text back to bytes, as the file had them.

use encoding_rs::Encoding;

use crate::decode;

/// The bytes of `new` in the encoding that `bytes` have, which are those of `old`; nothing where that cannot be told for
/// certain, or the encoding lacks a character.
pub fn as_before(bytes: &[u8], old: &str, new: &str) -> Option<Vec<u8>> {
    let declared = decode::declared_encoding(bytes);
    let fixed = [Coding::Utf8, Coding::Marked, Coding::Wide(2, false), Coding::Wide(2, true)];
    let codings = fixed.into_iter().chain([Coding::Wide(4, false), Coding::Wide(4, true)]);
    let mut codings = codings.chain(declared.map(Coding::Named));
    let coding = codings.find(|coding| coding.bytes(old).is_some_and(|written| written == bytes))?;
    coding.bytes(new)
}

/// How a text becomes bytes.
#[derive(Debug, Clone, Copy)]
enum Coding {
    /// UTF-8.
    Utf8,
    /// UTF-8 behind a byte order mark.
    Marked,
    /// UTF-16 or UTF-32, by the bytes of a unit, behind a byte order mark; whether the great end comes first.
    Wide(u8, bool),
    /// What the file itself names.
    Named(&'static Encoding),
}

impl Coding {
    fn bytes(self, text: &str) -> Option<Vec<u8>> {
        const MARK: char = '\u{feff}';
        let marked = || std::iter::once(MARK).chain(text.chars());
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Marked => Some(marked().collect::<String>().into_bytes()),
            Self::Wide(2, big) => {
                let units = marked().collect::<String>();
                let bytes = units.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
                Some(bytes.collect())
            }
            Self::Wide(_, big) => {
                let units = marked().map(u32::from);
                Some(units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect())
            }
            Self::Named(encoding) => {
                let (bytes, used, lost) = encoding.encode(text);
                (!lost && used == encoding).then(|| bytes.into_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_is_read_is_written_back() {
        let cases: [&[u8]; 7] = [
            b"a\r\nb",
            b"\xef\xbb\xbfa\nb",
            b"\xff\xfea\0\n\0b\0",
            b"\xfe\xff\0a\0\n\0b",
            b"\xff\xfe\0\0a\0\0\0\n\0\0\0b\0\0\0",
            b"# -*- coding: latin-1 -*-\n# \xe9\nb",
            b"# vim: set fileencoding=cp1252 :\n# \x80\nb",
        ];
        for bytes in cases {
            let old = decode::requirements(bytes).expect("it is read");
            assert_eq!(as_before(bytes, &old, &old).as_deref(), Some(bytes), "{bytes:?}");
            let new = old.replace('b', "bee");
            let written = as_before(bytes, &old, &new).expect("it is written");
            assert_eq!(decode::requirements(&written), Ok(new), "{bytes:?}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_not() {
        // The text is not that of the bytes.
        assert_eq!(as_before(b"a", "b", "c"), None);
        // Latin-1 has no sign for it.
        let bytes = b"# coding: latin-1\n# \xe9\n";
        assert_eq!(as_before(bytes, "# coding: latin-1\n# \u{e9}\n", "# coding: latin-1\n# \u{4e00}\n"), None);
    }
}
