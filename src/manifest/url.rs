//! URLs as they stand in other texts (RFC 3986): where each begins and ends, and its parts.

use std::ops::Range;

/// A URL with an authority. All ranges are bytes of the text that it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Url<'t> {
    /// The text that it stands in.
    text: &'t str,
    /// The first byte of the scheme.
    pub start: usize,
    /// The byte after the scheme.
    scheme_end: usize,
    /// The first byte of the host.
    host_start: usize,
    /// The byte after the host and its port.
    authority_end: usize,
    /// The byte after the URL.
    pub end: usize,
}

impl<'t> Url<'t> {
    /// The first URL of a text that is one, or begins with one.
    pub fn of(text: &'t str) -> Option<Self> {
        find(text).next().filter(|url| url.start == 0)
    }

    /// What stands before `://`, as written: `https`, `git+ssh`.
    pub fn scheme(&self) -> &'t str {
        self.part(self.start..self.scheme_end)
    }

    /// User and password, where there are any: without the `@`.
    pub fn userinfo(&self) -> Option<Range<usize>> {
        let start = self.scheme_end + 3;
        (self.host_start > start).then(|| start..self.host_start - 1)
    }

    /// Host and port, as written.
    pub fn authority(&self) -> &'t str {
        self.part(self.host_start..self.authority_end)
    }

    /// The host without its port, and without the brackets of an IPv6 address.
    pub fn host(&self) -> &'t str {
        host_of(self.authority())
    }

    /// What follows the authority, query and fragment included.
    pub fn path(&self) -> Range<usize> {
        self.authority_end..self.end
    }

    /// What follows the `?`, without the fragment.
    pub fn query(&self) -> Option<Range<usize>> {
        let path = self.part(self.path());
        let path = path.split('#').next().unwrap_or(path);
        let mark = path.find('?')?;
        Some(self.authority_end + mark + 1..self.authority_end + path.len())
    }

    fn part(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }
}

/// The host of `host:port`, without the brackets of an IPv6 address.
pub fn host_of(authority: &str) -> &str {
    if let Some(address) = authority.strip_prefix('[') {
        return address.split(']').next().unwrap_or(address);
    }
    authority.split(':').next().unwrap_or(authority)
}

/// No URL is longer: browsers and servers give up about here.
const MAX_LENGTH: usize = 2_048;

/// The URLs of a text, in order. One ends at white space, a quotation mark or an angle bracket; within `user:password@`
/// none of `/`, `?` and `#` can stand. A URL within another is a part of that.
pub fn find(text: &str) -> impl Iterator<Item = Url<'_>> {
    let mut past = 0;
    text.match_indices("://").filter_map(move |(mark, _)| {
        if mark < past {
            return None;
        }
        let before = text.get(..mark)?;
        let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let start = mark - before.bytes().rev().take_while(|b| scheme(char::from(*b))).count();
        if start == mark {
            return None;
        }
        let rest = text.get(mark + 3..)?;
        let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'`');
        let length = rest.as_bytes().iter().take(MAX_LENGTH).position(ends).unwrap_or(rest.len().min(MAX_LENGTH));
        let url = rest.get(..length)?;
        let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
        let host = url.get(..authority)?.rfind('@').map_or(0, |at| at + 1);
        past = mark + 3 + length;
        Some(Url {
            text,
            start,
            scheme_end: mark,
            host_start: mark + 3 + host,
            authority_end: mark + 3 + authority,
            end: mark + 3 + length,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_parts() {
        for (text, expected) in [
            ("https://index.example/simple", "https||index.example|/simple"),
            ("x @ git+https://u:p@h.example:8080/r.git@v1#egg=x ; y", "git+https|u:p|h.example|/r.git@v1#egg=x"),
            ("('http://[::1]:80?x')", "http||::1|?x"),
            ("git+ssh://git@h.example:o/r", "git+ssh|git|h.example|/r"),
            ("://x", ""),
            ("a://", "a|||"),
            ("http://ü@é/日", "http|ü|é|/日"),
        ] {
            let found = find(text).map(|url| {
                let info = url.userinfo().map_or("", |info| &text[info]);
                format!("{}|{info}|{}|{}", url.scheme(), url.host(), &text[url.path()])
            });
            assert_eq!(found.collect::<String>(), expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_takes_linear_time() {
        let text = "a://".repeat(1_000_000);
        assert!(find(&text).count() < 10_000);
    }
}
