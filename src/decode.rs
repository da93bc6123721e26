//! From bytes to text.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::diagnostic::Problem;

const RULE: &str = "unreadable-file";

/// A byte order mark, how to decode what follows it, and the name of the encoding.
type Mark = (&'static [u8], fn(&[u8]) -> Option<String>, &'static str);

/// Decodes UTF-8; a byte order mark is left out.
///
/// The problem says which byte is none, at which offset (from 0) and line (from 1). A text of mostly NUL characters is
/// refused as what it is: UTF-16 without a mark.
#[expect(clippy::result_large_err, reason = "one a file, and its caller wants it whole")]
pub fn utf8(bytes: &[u8]) -> Result<String, Problem> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Some(name) = wide(bytes) {
        return Err(not_utf8(bytes, 0).help(format!("it looks like {name}: save it as UTF-8")));
    }
    let skipped = bytes.len() - text.len();
    std::str::from_utf8(text).map(str::to_owned).map_err(|error| {
        let problem = not_utf8(bytes, skipped + error.valid_up_to());
        if error.error_len().is_none() {
            problem.help("the file ends within a character: it was cut off")
        } else {
            problem.help("it may be in a code page of Windows or in ISO 8859: save it as UTF-8")
        }
    })
}

/// Decodes a requirements file as pip does: by a byte order mark of UTF-8, UTF-16 or UTF-32, else by a comment as
/// `# -*- coding: latin-1 -*-` in one of the first two lines, else as UTF-8. (Where that fails, pip tries the encoding
/// of the user's locale: what depends on the machine is refused here.)
///
/// An encoding that is not known here is taken for UTF-8 where the bytes are that.
#[expect(clippy::result_large_err, reason = "one a file, and its caller wants it whole")]
pub fn requirements(bytes: &[u8]) -> Result<String, Problem> {
    let marks: [Mark; 5] = [
        (b"\xef\xbb\xbf", |rest| String::from_utf8(rest.to_vec()).ok(), "UTF-8"),
        // The mark of UTF-16 begins that of UTF-32.
        (b"\xff\xfe\x00\x00", |rest| utf32(rest, u32::from_le_bytes), "UTF-32"),
        (b"\x00\x00\xfe\xff", |rest| utf32(rest, u32::from_be_bytes), "UTF-32"),
        (b"\xff\xfe", |rest| strict(UTF_16LE, rest), "UTF-16"),
        (b"\xfe\xff", |rest| strict(UTF_16BE, rest), "UTF-16"),
    ];
    for (mark, decode, name) in marks {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return match decode(rest) {
                Some(text) => Ok(text),
                None if name == "UTF-8" => utf8(bytes),
                None => {
                    Err(Problem::whole(RULE, format!("the file begins with the mark of {name}, but is not {name}"))
                        .help("save it as UTF-8"))
                }
            };
        }
    }
    match declared(bytes) {
        Some(label) => as_declared(bytes, label),
        None => utf8(bytes),
    }
}

/// The same of bytes that nobody needs any more: most are UTF-8 as they are, and become a text without being copied.
#[expect(clippy::result_large_err, reason = "one a file, and its caller wants it whole")]
pub fn requirements_of(bytes: Vec<u8>) -> Result<String, Problem> {
    // Every mark begins with another byte.
    let has_no_mark = bytes.first().is_some_and(|first| (1..0x80).contains(first));
    if has_no_mark && wide(&bytes).is_none() && declared(&bytes).is_none_or(is_utf8) {
        return String::from_utf8(bytes).or_else(|error| requirements(error.as_bytes()));
    }
    requirements(&bytes)
}

/// Decodes Python source as the reference tokenizer does: by a coding comment (PEP 263), else as UTF-8; other marks
/// than that of UTF-8 are refused. The problem is missing where the comment names an encoding that is not known here:
/// Python may know it.
#[expect(clippy::result_large_err, reason = "one a file, and its caller wants it whole")]
pub fn python(bytes: &[u8]) -> Result<String, Option<Problem>> {
    if wide(bytes).is_some() || bytes.starts_with(b"\xef\xbb\xbf") {
        return utf8(bytes).map_err(Some);
    }
    let Some(label) = coding(bytes, <[u8]>::trim_ascii_start) else { return utf8(bytes).map_err(Some) };
    as_declared(bytes, label).map_err(|problem| (is_utf8(label) || encoding(label).is_some()).then_some(problem))
}

/// Decodes what a comment declares as `label`.
#[expect(clippy::result_large_err, reason = "one a file, and its caller wants it whole")]
fn as_declared(bytes: &[u8], label: &str) -> Result<String, Problem> {
    if is_utf8(label) {
        return utf8(bytes);
    }
    match encoding(label) {
        Some(encoding) => strict(encoding, bytes).ok_or_else(|| {
            Problem::whole(RULE, format!("the file is declared as `{label}`, but is not in that encoding"))
                .help("save it as UTF-8")
        }),
        None => utf8(bytes).map_err(|problem| problem.note(format!("its encoding is declared as `{label}`"))),
    }
}

/// Whether a label means UTF-8 or a part of it.
fn is_utf8(label: &str) -> bool {
    let plain = label.to_ascii_lowercase().replace('_', "-");
    matches!(plain.as_str(), "utf-8" | "utf8" | "u8" | "utf-8-sig" | "ascii" | "us-ascii" | "646")
}

/// The encoding that a label names.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let plain = label.to_ascii_lowercase().replace('_', "-");
    // Python's spellings beside those of the Encoding standard.
    let known = match plain.as_str() {
        "latin-1" | "latin" | "iso8859-1" | "8859" | "cp819" => "iso-8859-1",
        "cp932" | "ms932" | "mskanji" | "ms-kanji" => "shift_jis",
        "cp936" | "ms936" => "gbk",
        "cp949" | "ms949" | "uhc" => "euc-kr",
        "cp950" | "ms950" => "big5",
        other => other,
    };
    Encoding::for_label(known.as_bytes()).or_else(|| Encoding::for_label(label.as_bytes()))
}

/// The encoding that a comment in the first two lines names, as far as it is known here: in a requirements file or in
/// Python source.
pub fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    declared(bytes).or_else(|| coding(bytes, <[u8]>::trim_ascii_start)).and_then(encoding)
}

/// The encoding that a comment in the first two lines names: `coding[:=]\s*([-\w.]+)`.
fn declared(bytes: &[u8]) -> Option<&str> {
    coding(bytes, |line| line)
}

/// The same, of lines that are comments once `bare` has taken from them what may stand before.
fn coding(bytes: &[u8], bare: fn(&[u8]) -> &[u8]) -> Option<&str> {
    let lines = bytes.split(|&b| b == b'\n').take(2).map(bare);
    lines.filter(|line| line.first() == Some(&b'#')).find_map(|line| {
        let positions = line.windows(6).enumerate().filter(|(_, window)| *window == b"coding");
        positions.map(|(at, _)| at + 6).find_map(|at| {
            let rest = line.get(at..)?;
            let rest = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"="))?;
            let rest = rest.trim_ascii_start();
            let is_label = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
            let length = rest.iter().take_while(|b| is_label(b)).count();
            std::str::from_utf8(rest.get(..length)?).ok().filter(|label| !label.is_empty())
        })
    })
}

fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

fn utf32(bytes: &[u8], number: fn([u8; 4]) -> u32) -> Option<String> {
    let chunks = bytes.chunks_exact(4);
    if !chunks.remainder().is_empty() {
        return None;
    }
    chunks.map(|chunk| char::from_u32(number(chunk.try_into().ok()?))).collect()
}

/// The encoding with two or four bytes a character that the bytes seem to be in: by its mark, or by many NUL bytes.
fn wide(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"\xff\xfe\x00\x00") || bytes.starts_with(b"\x00\x00\xfe\xff") {
        return Some("UTF-32");
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Some("UTF-16");
    }
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let nuls = sample.split(|&b| b == 0).skip(1).count();
    (nuls * 3 > sample.len()).then_some("UTF-16 without a byte order mark")
}

fn not_utf8(bytes: &[u8], at: usize) -> Problem {
    let before = bytes.get(..at).unwrap_or_default();
    let line = before.split(|&b| b == b'\n').count();
    let byte = bytes.get(at).copied().unwrap_or_default();
    Problem::whole(RULE, format!("the file is not UTF-8: byte 0x{byte:02x} at offset {at}, line {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_utf8() {
        assert_eq!(utf8(b"\xef\xbb\xbfa\xc3\xa9"), Ok("a\u{e9}".to_owned()));
        assert_eq!(utf8(b"a\0b and more"), Ok("a\0b and more".to_owned()));
        let cases: [(&[u8], &str, &str); 4] = [
            (b"ab\ncd\xe9f\n", "byte 0xe9 at offset 5, line 2", "code page"),
            (b"ab\xc3", "byte 0xc3 at offset 2, line 1", "cut off"),
            (b"\xff\xfea\0", "byte 0xff at offset 0, line 1", "UTF-16"),
            (b"a\0b\0", "byte 0x61", "without a byte order mark"),
        ];
        for (bytes, message, help) in cases {
            let Err(problem) = utf8(bytes) else { panic!("{bytes:?}") };
            assert!(problem.message.contains(message) && problem.help.concat().contains(help), "{problem:?}");
        }
    }

    #[test]
    fn requirements_files() {
        let cases: [(&[u8], &str); 9] = [
            (b"\xef\xbb\xbfa", "a"),
            (b"\xff\xfea\0\xe9\0", "a\u{e9}"),
            (b"\xfe\xff\0a\0\xe9", "a\u{e9}"),
            (b"\xff\xfe\0\0a\0\0\0", "a"),
            (b"\0\0\xfe\xff\0\0\0a", "a"),
            (b"# -*- coding: latin-1 -*-\n# \xe9", "# -*- coding: latin-1 -*-\n# \u{e9}"),
            (b"\n# vim: set fileencoding=cp1252 :\n# \x80", "\n# vim: set fileencoding=cp1252 :\n# \u{20ac}"),
            (b"# coding: no-such-thing\n\xc3\xa9", "# coding: no-such-thing\n\u{e9}"),
            (b"a # coding: latin-1\n\xc3\xa9", "a # coding: latin-1\n\u{e9}"),
        ];
        for (bytes, text) in cases {
            assert_eq!(requirements(bytes).as_deref(), Ok(text), "{bytes:?}");
        }
        for bytes in [b"\n\n# coding: latin-1\n\xe9" as &[u8], b"\xff\xfea", b"# coding: utf-8\n\xe9", b"\xff\xfe\0\0a"]
        {
            assert!(requirements(bytes).is_err(), "{bytes:?}");
        }
    }
}
