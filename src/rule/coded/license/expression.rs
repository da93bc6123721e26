//! The grammar of SPDX licence expressions (SPDX 2.2, annex D; PEP 639), and what people write instead of one.

use super::spdx::{self, Kind};

/// What is wrong with an expression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// What is wrong.
    pub(super) message: String,
    /// What to write.
    pub(super) help: Option<String>,
}

/// An identifier of a sound expression that the SPDX list does not have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unlisted<'a> {
    /// As written.
    pub(super) identifier: &'a str,
    /// What it should be one of.
    pub(super) kind: Kind,
}

/// Texts that are no expression, or identifiers that SPDX does not have, in lower case. Nothing where it cannot be told
/// which of several is meant.
const SLIPS: &[(&str, Option<&str>)] = &[
    ("mit license", Some("MIT")),
    ("the mit license", Some("MIT")),
    ("mit licence", Some("MIT")),
    ("expat", Some("MIT")),
    ("apache", Some("Apache-2.0")),
    ("apache 2", Some("Apache-2.0")),
    ("apache2", Some("Apache-2.0")),
    ("apache-2", Some("Apache-2.0")),
    ("apache 2.0", Some("Apache-2.0")),
    ("apache2.0", Some("Apache-2.0")),
    ("apache license", Some("Apache-2.0")),
    ("apache license 2.0", Some("Apache-2.0")),
    ("apache 2.0 license", Some("Apache-2.0")),
    ("apache-2.0 license", Some("Apache-2.0")),
    ("apache license, version 2.0", Some("Apache-2.0")),
    ("apache license version 2.0", Some("Apache-2.0")),
    ("apache software license", Some("Apache-2.0")),
    ("apache software license 2.0", Some("Apache-2.0")),
    ("bsd", None),
    ("bsd license", None),
    ("new bsd", Some("BSD-3-Clause")),
    ("new bsd license", Some("BSD-3-Clause")),
    ("modified bsd", Some("BSD-3-Clause")),
    ("bsd-3", Some("BSD-3-Clause")),
    ("bsd3", Some("BSD-3-Clause")),
    ("3-clause bsd", Some("BSD-3-Clause")),
    ("bsd 3-clause", Some("BSD-3-Clause")),
    ("bsd 3 clause", Some("BSD-3-Clause")),
    ("bsd-3-clause license", Some("BSD-3-Clause")),
    ("bsd 3-clause license", Some("BSD-3-Clause")),
    ("bsd-2", Some("BSD-2-Clause")),
    ("2-clause bsd", Some("BSD-2-Clause")),
    ("bsd 2-clause", Some("BSD-2-Clause")),
    ("isc license", Some("ISC")),
    ("gpl", None),
    ("gplv2", None),
    ("gpl-2", None),
    ("gpl v2", None),
    ("gplv2+", Some("GPL-2.0-or-later")),
    ("gplv3", None),
    ("gpl-3", None),
    ("gpl3", None),
    ("gpl v3", None),
    ("gplv3+", Some("GPL-3.0-or-later")),
    ("lgpl", None),
    ("lgplv3", None),
    ("lgpl-3", None),
    ("lgplv3+", Some("LGPL-3.0-or-later")),
    ("agpl", None),
    ("agplv3", None),
    ("agpl-3", None),
    ("mpl", Some("MPL-2.0")),
    ("mpl2", Some("MPL-2.0")),
    ("mpl-2", Some("MPL-2.0")),
    ("mpl 2.0", Some("MPL-2.0")),
    ("mozilla public license 2.0", Some("MPL-2.0")),
    ("public domain", None),
    ("proprietary", Some("LicenseRef-Proprietary")),
    ("commercial", Some("LicenseRef-Commercial")),
    ("private", Some("LicenseRef-Proprietary")),
    ("all rights reserved", Some("LicenseRef-Proprietary")),
    ("closed source", Some("LicenseRef-Proprietary")),
    ("unlicensed", Some("LicenseRef-Proprietary")),
    ("none", None),
    ("other", None),
];

/// The identifiers of `text`, which is an expression, that the SPDX list does not have.
pub(super) fn unlisted(text: &str) -> Vec<Unlisted<'_>> {
    if is_filled_in(text) {
        return Vec::new();
    }
    let mut kind = Kind::Licence;
    let mut found = Vec::new();
    for word in words(text) {
        let is = |operator: &str| word.eq_ignore_ascii_case(operator);
        if is("with") {
            kind = Kind::Exception;
        } else if !["and", "or", "(", ")"].into_iter().any(is) {
            if !spdx::has(word, kind) {
                found.push(Unlisted { identifier: word, kind });
            }
            kind = Kind::Licence;
        }
    }
    found
}

/// Whether somebody else fills in the text.
fn is_filled_in(text: &str) -> bool {
    text.contains(['{', '$', '%', '<'])
}

/// What is wrong with the grammar of `text` as an expression.
pub(super) fn fault(text: &str) -> Option<Fault> {
    if is_filled_in(text) {
        return None;
    }
    let plain = text.trim().to_lowercase();
    if plain.is_empty() {
        return Some(Fault { message: "the licence is empty".to_owned(), help: None });
    }
    let shown: String = text.trim().chars().take(60).collect();
    if let Some((_, wanted)) = SLIPS.iter().find(|(slip, _)| *slip == plain) {
        let message = format!("`{shown}` is no SPDX expression");
        return Some(Fault { message, help: wanted.map(|wanted| format!("write `{wanted}`")) });
    }
    let mut parser = Parser { words: words(text), at: 0 };
    let why = match parser.expression(0) {
        Ok(()) if parser.at == parser.words.len() => return None,
        Ok(()) => match parser.words.get(parser.at) {
            Some(&")") => "a parenthesis was never opened".to_owned(),
            Some(word) => format!("`AND`, `OR` or `WITH` should stand before `{word}`"),
            None => return None,
        },
        Err(why) => why,
    };
    Some(Fault { message: format!("the licence is no SPDX expression: {why}"), help: None })
}

/// Words and parentheses.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')']) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            let (parenthesis, after) = after.split_at_checked(1).unwrap_or((after, ""));
            words.extend([before, parenthesis].into_iter().filter(|word| !word.is_empty()));
            rest = after;
        }
        words.extend(Some(rest).filter(|rest| !rest.is_empty()));
    }
    words
}

/// Parentheses within parentheses.
const MAX_DEPTH: usize = 32;

struct Parser<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += usize::from(word.is_some());
        word
    }

    /// Passes one of `words`, in capitals or not.
    fn eat(&mut self, words: &[&str]) -> bool {
        let found =
            self.words.get(self.at).is_some_and(|next| words.iter().any(|word| word.eq_ignore_ascii_case(next)));
        self.at += usize::from(found);
        found
    }

    fn expression(&mut self, depth: usize) -> Result<(), String> {
        loop {
            if self.eat(&["("]) {
                if depth == MAX_DEPTH {
                    return Err("it has too many parentheses".to_owned());
                }
                self.expression(depth + 1)?;
                if !self.eat(&[")"]) {
                    return Err("a parenthesis is never closed".to_owned());
                }
            } else {
                self.identifier("an identifier")?;
                if self.eat(&["with"]) {
                    self.identifier("an exception")?;
                }
            }
            if !self.eat(&["and", "or"]) {
                return Ok(());
            }
        }
    }

    fn identifier(&mut self, wanted: &str) -> Result<(), String> {
        let Some(word) = self.next() else { return Err(format!("{wanted} is missing at its end")) };
        let is_operator = ["and", "or", "with"].iter().any(|operator| operator.eq_ignore_ascii_case(word));
        if is_operator || matches!(word, "(" | ")") {
            return Err(format!("{wanted} should stand before `{word}`"));
        }
        let plain = word.strip_suffix('+').unwrap_or(word);
        match plain.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | ':')) {
            Some(odd) => Err(format!("`{odd}` cannot stand in `{word}`")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar() {
        for sound in [
            "MIT",
            "mit",
            "GPL-3.0-or-later WITH Classpath-exception-2.0",
            "MIT AND (Apache-2.0 OR BSD-2-Clause)",
            "((MIT))",
            "GPL-2.0+",
            "LicenseRef-My-Own.1",
            "New-In-Next-Year-1.0",
            "{{ licence }}",
        ] {
            assert_eq!(fault(sound), None, "{sound}");
        }
        for (text, message) in [
            ("MIT License", "`MIT License` is no SPDX expression"),
            ("My License", "the licence is no SPDX expression: `AND`, `OR` or `WITH` should stand before `License`"),
            ("MIT OR", "the licence is no SPDX expression: an identifier is missing at its end"),
            ("(MIT", "the licence is no SPDX expression: a parenthesis is never closed"),
            ("MIT)", "the licence is no SPDX expression: a parenthesis was never opened"),
            ("MIT/Apache-2.0", "the licence is no SPDX expression: `/` cannot stand in `MIT/Apache-2.0`"),
            ("LicenseRef-my_own", "the licence is no SPDX expression: `_` cannot stand in `LicenseRef-my_own`"),
            ("AND MIT", "the licence is no SPDX expression: an identifier should stand before `AND`"),
            ("", "the licence is empty"),
        ] {
            assert_eq!(fault(text).map(|fault| fault.message), Some(message.to_owned()), "{text}");
        }
        let deep = "(".repeat(100_000);
        assert!(fault(&deep).is_some());
    }
}
