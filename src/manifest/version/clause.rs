//! The grammar of one version clause (`>=1.2`), as `packaging` matches it.
//!
//! Source: PEP 440 and the specifier expression of `packaging.specifiers`. Nothing is judged here beyond the shape:
//! what a clause allows is a matter of [`Versions`](super::Versions).

use std::ops::Range;

/// The comparison of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `===`, equality of the texts.
    Arbitrary,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `~=`
    Compatible,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `>`
    Above,
}

impl Operator {
    /// Every operator, the longer of two that begin alike first.
    const ALL: [(&'static str, Self); 8] = [
        ("===", Self::Arbitrary),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("~=", Self::Compatible),
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Below),
        (">", Self::Above),
    ];

    /// The operator that `text` begins with.
    pub(crate) fn at_start(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(written, _)| text.starts_with(written)).map(|&(_, operator)| operator)
    }

    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|&&(_, operator)| operator == self).map_or("", |(written, _)| written)
    }
}

/// One clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clause<'a> {
    /// Its comparison.
    pub(crate) operator: Operator,
    /// The version without `.*`; any text for `===`.
    pub(crate) version: &'a str,
    /// Whether `.*` follows.
    pub(crate) wildcard: bool,
}

/// The clauses of a whole specifier, or nothing where one is malformed. Empty parts between commas count as nothing.
pub(crate) fn clauses(specifiers: &str) -> Option<Vec<Clause<'_>>> {
    Some(placed(specifiers)?.into_iter().map(|(clause, _)| clause).collect())
}

/// The same, each with its bytes of the text, operator included and blanks around it not.
pub(crate) fn placed(specifiers: &str) -> Option<Vec<(Clause<'_>, Range<usize>)>> {
    let mut all = Vec::new();
    let mut start = 0;
    for part in specifiers.split(',') {
        let trimmed = part.trim_start_matches(is_space);
        let from = start + part.len() - trimmed.len();
        let text = trimmed.trim_end_matches(is_space);
        start += part.len() + 1;
        if !text.is_empty() {
            let operator = Operator::at_start(text)?;
            let clause = clause(operator, text.get(operator.as_str().len()..)?.trim_start_matches(is_space))?;
            all.push((clause, from..from + text.len()));
        }
    }
    Some(all)
}

/// The clause that `operator` forms with the whole of `version`, which has no blanks around it.
pub(crate) fn clause(operator: Operator, version: &str) -> Option<Clause<'_>> {
    let (length, wildcard) = matched(operator, version)?;
    let end = if wildcard { length.saturating_sub(2) } else { length };
    (length == version.len()).then_some(Clause { operator, version: version.get(..end)?, wildcard })
}

/// How many bytes at the start of `text` are a version that may follow `operator`, and whether `.*` ends it.
pub(crate) fn matched(operator: Operator, text: &str) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    match operator {
        Operator::Arbitrary => {
            let end = text.find(|c| is_space(c) || matches!(c, ';' | ')')).unwrap_or(text.len());
            Some((end, false))
        }
        Operator::Equal | Operator::NotEqual => {
            let (end, _) = release(bytes)?;
            if bytes.get(end..).is_some_and(|rest| rest.starts_with(b".*")) {
                return Some((end + 2, true));
            }
            let end = suffixes(bytes, end);
            Some((local(bytes, end), false))
        }
        Operator::Compatible => {
            let (end, parts) = release(bytes)?;
            (parts > 1).then(|| (suffixes(bytes, end), false))
        }
        _ => {
            let (end, _) = release(bytes)?;
            Some((suffixes(bytes, end), false))
        }
    }
}

/// Whether Python's `\s` matches.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn digits(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// `v?` epoch and release: the end, and the number of parts.
fn release(bytes: &[u8]) -> Option<(usize, usize)> {
    let start = usize::from(matches!(bytes.first(), Some(b'v' | b'V')));
    let mut start_of_release = start;
    let mut end = digits(bytes, start);
    if end > start && bytes.get(end) == Some(&b'!') {
        start_of_release = end + 1;
        end = digits(bytes, start_of_release);
    }
    if end == start_of_release {
        return None;
    }
    let mut parts = 1;
    while bytes.get(end) == Some(&b'.') {
        let next = digits(bytes, end + 1);
        if next == end + 1 {
            break;
        }
        end = next;
        parts += 1;
    }
    Some((end, parts))
}

/// Pre-release, post-release and development release.
fn suffixes(bytes: &[u8], at: usize) -> usize {
    const PRE: &[&str] = &["alpha", "beta", "preview", "pre", "a", "b", "c", "rc"];
    const POST: &[&str] = &["post", "rev", "r"];
    let mut end = word(bytes, at, PRE).unwrap_or(at);
    let dashed = digits(bytes, end + 1);
    if bytes.get(end) == Some(&b'-') && dashed > end + 1 {
        end = dashed;
    } else {
        end = word(bytes, end, POST).unwrap_or(end);
    }
    word(bytes, end, &["dev"]).unwrap_or(end)
}

/// A separator or none, one of `words` in either case, a separator or none, digits or none.
fn word(bytes: &[u8], at: usize, words: &[&str]) -> Option<usize> {
    let separator = |at: usize| at + usize::from(matches!(bytes.get(at), Some(b'-' | b'_' | b'.')));
    let at = separator(at);
    let rest = bytes.get(at..)?;
    let word =
        words.iter().find(|w| rest.get(..w.len()).is_some_and(|head| head.eq_ignore_ascii_case(w.as_bytes())))?;
    Some(digits(bytes, separator(at + word.len())))
}

/// The local part.
fn local(bytes: &[u8], at: usize) -> usize {
    let alphanumeric = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count()
    };
    if bytes.get(at) != Some(&b'+') {
        return at;
    }
    let mut end = alphanumeric(at + 1);
    if end == at + 1 {
        return at;
    }
    while matches!(bytes.get(end), Some(b'-' | b'_' | b'.')) {
        let next = alphanumeric(end + 1);
        if next == end + 1 {
            break;
        }
        end = next;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_those_of_packaging() {
        let accepted = [
            "",
            ",",
            ">=1,",
            " >= 1 , < 2",
            "==1.*",
            "!=1.2.*",
            "==1.0+local.1",
            "===anything-at_all",
            "===",
            "~=1.0",
            "~=1.0a1.post2.dev3",
            ">=1!2.0",
            "==v1.0",
            "==1.0a-",
            "==1.0-1",
            "<1.0.rc.1",
            ">1_alpha",
            "==1.0.POST1",
            "==1c0",
            "==1.0rev2",
            ">=\u{a0}1",
            "==1.0.post",
            "!=1.0dev",
        ];
        for text in accepted {
            assert!(clauses(text).is_some(), "{text:?}");
        }
        let refused = [
            "1.0",
            "=1",
            "==",
            ">=1.*",
            "~=1",
            "~=1.*",
            ">=1.0+local",
            "==1.*.*",
            "==1.0a1.*",
            ">=1 <2",
            "==1.0foo",
            "== 1.0 0",
            ">=",
            "=>1",
            "^1",
            "~1",
            "==1.0+",
            "==1..0",
            "==1.",
            "==latest",
            "<1.0+a",
            "==\u{664}",
        ];
        for text in refused {
            assert_eq!(clauses(text), None, "{text:?}");
        }
    }
}
