//! Options of a line, as Python's `shlex` splits and `optparse` reads them, with the options that pip knows there.

use crate::diagnostic::Problem;
use crate::source::Extent;

/// The rule under which faults of options are given.
pub(super) const RULE: &str = "invalid-option";

/// A word of the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Without quotes and escapes.
    pub(super) text: String,
    /// As written.
    pub(super) at: Extent,
}

/// An option that pip knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    /// Its long name.
    pub(super) name: &'static str,
    /// Its value, for those that take one.
    pub(super) value: Option<Word>,
    /// The option with its value.
    pub(super) at: Extent,
}

/// The options of one line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Those that were understood, in order.
    pub(super) given: Vec<Given>,
    /// Words that belong to none: pip ignores them.
    pub(super) words: Vec<Word>,
    /// What pip refuses.
    pub(super) problems: Vec<Problem>,
}

impl Options {
    /// The options of this name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Given> {
        self.given.iter().filter(move |given| given.name == name)
    }
}

struct Known {
    /// The name under which it is reported.
    name: &'static str,
    /// How it is written, in full.
    long: &'static str,
    short: Option<char>,
    takes_value: bool,
}

const fn flag(name: &'static str) -> Known {
    Known { name, long: name, short: None, takes_value: false }
}

const fn valued(name: &'static str, short: Option<char>) -> Known {
    Known { name, long: name, short, takes_value: true }
}

/// What pip 26 takes in a requirements file.
const KNOWN: &[Known] = &[
    valued("--index-url", Some('i')),
    Known { name: "--index-url", long: "--pypi-url", short: None, takes_value: true },
    valued("--extra-index-url", None),
    flag("--no-index"),
    valued("--constraint", Some('c')),
    valued("--requirement", Some('r')),
    valued("--editable", Some('e')),
    valued("--find-links", Some('f')),
    valued("--no-binary", None),
    valued("--only-binary", None),
    flag("--prefer-binary"),
    flag("--require-hashes"),
    flag("--no-require-hashes"),
    flag("--pre"),
    valued("--all-releases", None),
    valued("--only-final", None),
    valued("--trusted-host", None),
    valued("--use-feature", None),
    valued("--hash", None),
    valued("--config-settings", Some('C')),
];

/// Options of pip that earlier versions took, or that only its command line takes.
const GONE: &[(&str, &str)] = &[
    ("--global-option", "pip 23.1 removed it from requirements files: use `--config-settings`"),
    ("--install-option", "pip 23.1 removed it: use `--config-settings`"),
    ("--always-unzip", "pip removed it: leave it out"),
    ("--use-wheel", "pip removed it: leave it out"),
    ("--no-use-wheel", "pip removed it: use `--no-binary :all:`"),
    ("--allow-external", "pip removed it: leave it out"),
    ("--allow-all-external", "pip removed it: leave it out"),
    ("--allow-unverified", "pip removed it: leave it out"),
    ("--process-dependency-links", "pip removed it: leave it out"),
];

/// Where the options of a line begin: at the first part between single blanks that begins with `-`.
pub(super) fn start(line: &str) -> usize {
    if line.starts_with('-') {
        return 0;
    }
    line.find(" -").map_or(line.len(), |at| at + 1)
}

/// Reads the options of `line` from byte `start` on. Extents are bytes of `line`.
pub(super) fn read(line: &str, start: usize) -> Options {
    let mut options = Options::default();
    let words = match split(line, start) {
        Ok(words) => words,
        Err(problem) => {
            options.problems.push(*problem);
            return options;
        }
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word.text == "--" {
            options.words.extend(words.by_ref());
        } else if word.text.starts_with("--") {
            long(&mut options, line, &word, &mut words);
        } else if word.text.len() > 1 && word.text.starts_with('-') {
            short(&mut options, line, &word, &mut words);
        } else {
            options.words.push(word);
        }
    }
    options
}

fn long(options: &mut Options, line: &str, word: &Word, words: &mut impl Iterator<Item = Word>) {
    let (written, attached) = match word.text.split_once('=') {
        Some((written, value)) => (written, Some(value)),
        None => (word.text.as_str(), None),
    };
    let known = match find(written) {
        Ok(known) => known,
        Err(message) => {
            options.problems.push(unknown(written, head(line, word, written), message));
            return;
        }
    };
    let value = match (known.takes_value, attached) {
        (false, None) => None,
        (false, Some(_)) => {
            options.problems.push(Problem::new(RULE, word.at, format!("`{}` takes no value", known.long)));
            return;
        }
        (true, Some(value)) => {
            let equals = word.at.of(line).find('=').map_or(0, |at| at + 1);
            let at = Extent::new(word.at.start as usize + equals, word.at.end as usize);
            Some(Word { text: value.to_owned(), at })
        }
        (true, None) => words.next(),
    };
    if known.takes_value && value.is_none() {
        options.problems.push(Problem::new(RULE, word.at, format!("the value of `{}` is missing", known.long)));
        return;
    }
    give(options, known, value, word.at);
}

fn short(options: &mut Options, line: &str, word: &Word, words: &mut impl Iterator<Item = Word>) {
    // Every short option takes a value: the rest of the word, or the next word.
    let mut chars = word.text.chars();
    let Some(letter) = chars.nth(1) else { return };
    let Some(known) = KNOWN.iter().find(|known| known.short == Some(letter)) else {
        let written = format!("-{letter}");
        let at = head(line, word, &written);
        options.problems.push(unknown(&written, at, "pip takes no such option in a requirements file"));
        return;
    };
    let rest = chars.as_str();
    let value = if rest.is_empty() {
        words.next()
    } else {
        let end = word.at.end as usize;
        // Without quotes the value is the end of the word as written.
        let start = if word.at.len() == word.text.len() { end - rest.len() } else { word.at.start as usize };
        Some(Word { text: rest.to_owned(), at: Extent::new(start, end) })
    };
    if value.is_none() {
        options.problems.push(Problem::new(RULE, word.at, format!("the value of `-{letter}` is missing")));
        return;
    }
    give(options, known, value, word.at);
}

/// Where the beginning `written` of a word stands: the whole word, where quotes are in the way.
fn head(line: &str, word: &Word, written: &str) -> Extent {
    let start = word.at.start as usize;
    if word.at.of(line).starts_with(written) { Extent::new(start, start + written.len()) } else { word.at }
}

/// Takes an option in, after pip's checks of its value.
fn give(options: &mut Options, known: &'static Known, value: Option<Word>, at: Extent) {
    let at = value.as_ref().map_or(at, |value| at.cover(value.at));
    if let Some(value) = &value {
        let fault = match known.name {
            "--hash" => hash_fault(&value.text),
            "--config-settings" if !value.text.contains('=') => Some("a setting is written `KEY=VALUE`".to_owned()),
            "--no-binary" | "--only-binary" | "--all-releases" | "--only-final" if value.text.starts_with('-') => {
                Some(format!("the value of `{}` is missing", known.name))
            }
            _ => None,
        };
        if let Some(message) = fault {
            options.problems.push(Problem::new(RULE, value.at, message));
        }
    }
    options.given.push(Given { name: known.name, value, at });
}

fn hash_fault(value: &str) -> Option<String> {
    const STRONG: &[&str] = &["sha256", "sha384", "sha512"];
    match value.split_once(':') {
        None => Some("a hash is written `sha256:…`".to_owned()),
        Some((algorithm, _)) if !STRONG.contains(&algorithm) => {
            Some(format!("pip takes hashes of {}, not of `{algorithm}`", STRONG.join(", ")))
        }
        Some(_) => None,
    }
}

/// The option that is written so, in full or as the beginning of one alone.
fn find(written: &str) -> Result<&'static Known, &'static str> {
    if let Some(known) = KNOWN.iter().find(|known| known.long == written) {
        return Ok(known);
    }
    let mut candidates = KNOWN.iter().filter(|known| known.long.starts_with(written));
    match (candidates.next(), candidates.next()) {
        (Some(known), None) => Ok(known),
        (Some(_), Some(_)) => Err("several options of pip begin like this"),
        (None, _) => Err("pip takes no such option in a requirements file"),
    }
}

fn unknown(written: &str, at: Extent, message: &str) -> Problem {
    let problem = Problem::new(RULE, at, format!("`{written}`: {message}"));
    if let Some((_, advice)) = GONE.iter().find(|(name, _)| *name == written) {
        return problem.help(*advice);
    }
    let near = KNOWN.iter().map(|known| known.long).min_by_key(|long| strsim::osa_distance(long, written));
    match near.filter(|long| written.len() < 64 && strsim::osa_distance(long, written) <= 3) {
        Some(long) if written.starts_with("--") => problem.help(format!("did you mean `{long}`?")),
        _ => problem,
    }
}

/// Splits as `shlex.split` does: quotes as in a POSIX shell, no comments.
fn split(line: &str, start: usize) -> Result<Vec<Word>, Box<Problem>> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut chars = line.char_indices().skip_while(|&(at, _)| at < start);
    while let Some((at, c)) = chars.next() {
        if matches!(c, ' ' | '\t' | '\r' | '\n') {
            if let Some((from, text)) = word.take() {
                words.push(Word { text, at: Extent::new(from, at) });
            }
            continue;
        }
        let (_, text) = word.get_or_insert_with(|| (at, String::new()));
        let unclosed = |what: &str| {
            Box::new(Problem::new(RULE, Extent::new(at, at + c.len_utf8()), format!("{what}: pip refuses the file")))
        };
        match c {
            '\\' => match chars.next() {
                Some((_, c)) => text.push(c),
                None => return Err(unclosed("a backslash stands at the end of the options")),
            },
            '\'' => loop {
                match chars.next() {
                    Some((_, '\'')) => break,
                    Some((_, c)) => text.push(c),
                    None => return Err(unclosed("the quotation mark is never closed")),
                }
            },
            '"' => loop {
                match chars.next() {
                    Some((_, '"')) => break,
                    Some((_, '\\')) => match chars.next() {
                        Some((_, c @ ('"' | '\\'))) => text.push(c),
                        Some((_, c)) => text.extend(['\\', c]),
                        None => return Err(unclosed("the quotation mark is never closed")),
                    },
                    Some((_, c)) => text.push(c),
                    None => return Err(unclosed("the quotation mark is never closed")),
                }
            },
            c => text.push(c),
        }
    }
    if let Some((from, text)) = word {
        words.push(Word { text, at: Extent::new(from, line.len()) });
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_those_of_optparse() {
        // The line; name, value and place of each option.
        type Expected = &'static [(&'static str, &'static str, &'static str)];
        let cases: &[(&str, Expected)] = &[
            ("-r a.txt", &[("--requirement", "a.txt", "-r a.txt")]),
            ("-ra.txt", &[("--requirement", "a.txt", "-ra.txt")]),
            ("-r=a.txt", &[("--requirement", "=a.txt", "-r=a.txt")]),
            ("--requirement=a.txt --pre", &[("--requirement", "a.txt", "--requirement=a.txt"), ("--pre", "", "--pre")]),
            ("--extra https://x.example", &[("--extra-index-url", "https://x.example", "--extra https://x.example")]),
            ("-e \"./a b\"", &[("--editable", "./a b", "-e \"./a b\"")]),
            ("-f 'x'\\ y", &[("--find-links", "x y", "-f 'x'\\ y")]),
            ("--index-url --pre", &[("--index-url", "--pre", "--index-url --pre")]),
        ];
        for (line, expected) in cases {
            let options = read(line, 0);
            assert_eq!(options.problems, [], "{line}");
            let found = options.given.iter().map(|given| {
                (given.name, given.value.as_ref().map_or("", |value| value.text.as_str()), given.at.of(line))
            });
            assert_eq!(found.collect::<Vec<_>>(), *expected, "{line}");
        }
    }

    #[test]
    fn faults() {
        let cases = [
            ("--no", "--no", "several options"),
            ("--foo", "--foo", "no such option"),
            ("-x", "-x", "no such option"),
            ("-r", "-r", "is missing"),
            ("--pre=1", "--pre=1", "takes no value"),
            ("--hash=md5:00", "md5:00", "not of `md5`"),
            ("--hash 00", "00", "is written"),
            ("-C a", "a", "KEY=VALUE"),
            ("-e 'a", "'", "never closed"),
            ("-e a\\", "\\", "backslash"),
        ];
        for (line, at, message) in cases {
            let options = read(line, 0);
            let [problem] = options.problems.as_slice() else { panic!("{line}: {options:?}") };
            assert_eq!(problem.at.map(|at| at.of(line)), Some(at), "{problem:?}");
            assert!(problem.message.contains(message), "{problem:?}");
        }
    }

    #[test]
    fn where_options_begin() {
        for (line, at) in [("a --hash=x", 2), ("-e .", 0), ("a\t--hash", 8), ("a", 1), ("a-b - c", 4)] {
            assert_eq!(start(line), at, "{line}");
        }
    }
}
