//! What pyeco-lint reads of dependency specifiers, beside what uv makes of the same texts.
//!
//! `tests/differential` asks packaging, which decides. uv is the other reader that people install with, written from
//! the same specification by others: where the three do not agree, one of them has a fault, or the specification
//! leaves a choice, and [`ON_PURPOSE`] says which.
//!
//! The texts are those of `tests/differential`, and `ORACLE_SEED`, `ORACLE_CASES` and `ORACLE_CORPUS` mean the same.

#![allow(clippy::disallowed_methods, reason = "these tests read the repository")]

#[path = "../differential/generate.rs"]
mod generate;
#[path = "../differential/texts.rs"]
mod texts;
#[path = "../differential/words.rs"]
mod words;

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pyeco_lint::manifest::{Group, Marker, Origin, requirement};
use texts::Texts;
use uv_pep508::uv_pep440::VersionSpecifier;
use uv_pep508::{MarkerTree, Pep508Error, Pep508ErrorSource, Requirement, VersionOrUrl};

/// What a reader makes of a text: a requirement, or why it refuses it.
type Reading = Result<Read, String>;

/// A requirement. Names and versions are normalised.
#[derive(Debug, PartialEq)]
struct Read {
    name: String,
    extras: BTreeSet<String>,
    specifier: BTreeSet<String>,
    url: Option<String>,
    /// In uv's canonical form: what means the same is the same. Without a marker it always holds.
    marker: Result<MarkerTree, String>,
}

/// Who refuses a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuses {
    Uv,
    Reader,
    Neither,
}

/// A difference on purpose.
struct Difference {
    who: &'static [Refuses],
    /// A test of the text, and of what the side that refuses it says.
    applies: fn(&str, &str) -> bool,
    /// A text on which both differ for this reason alone.
    example: &'static str,
    /// Who is right, and by what.
    #[allow(dead_code, reason = "for people")]
    why: &'static str,
}

/// Where the reader differs from uv on purpose.
const ON_PURPOSE: &[Difference] = &[
    Difference {
        who: &[Refuses::Uv],
        applies: |text, says| text.contains("===") && VERSION_FAULTS.iter().any(|fault| says.starts_with(fault)),
        example: "foo===anything",
        why: "PEP 440 compares by `===` what is no version, as packaging does; uv wants a version there too",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| says.starts_with("Expected a valid marker operator") && says.ends_with("found `===`"),
        example: "foo; python_version === '3.8'",
        why: "PEP 508 has `===` among the operators of markers, and packaging reads it; uv does not",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| {
            [
                "Unexpected character 'a'",
                "Unexpected character 'o'",
                "Expected `)`, found `a`",
                "Expected `)`, found `o`",
            ]
            .iter()
            .any(|fault| says.starts_with(fault))
        },
        example: "foo; os_name=='nt'or(os_name=='posix')",
        why: "`and` and `or` need no blank behind them in PEP 508, nor for packaging; to uv they end at one",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| says.starts_with("URL requirement must be preceded"),
        example: "foo-1.0.tar.gz",
        why: "a valid name by PEP 508, and one to packaging; uv takes it for a file, which the author may have meant",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| says.starts_with(URL_FAULT),
        example: "foo @ ../foo",
        why: "the grammar of PEP 508 has relative references, and packaging looks into no URL; uv wants a whole one that \
              it can take apart",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |text, says| {
            url_has(text, ';')
                && (says.starts_with("Expected marker value, found end")
                    || says.starts_with("Expected a quoted string or a valid marker name, found `;"))
        },
        example: "foo @ https://x.example/a; ",
        why: "a `;` right behind a URL belongs to it by PEP 508 and for packaging; uv ends the URL before it",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| says.starts_with("Unexpected end of version specifier, expected operator"),
        example: "foo ()",
        why: "uv is right by the grammar of PEP 508, which wants a clause in parentheses; packaging reads none as any version",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| says.contains("must end with an alphanumeric character, not `_`"),
        example: "foo_",
        why: "uv is right by PEP 508; packaging ends a name after any character of a word, and `_` is one",
    },
    Difference {
        who: &[Refuses::Uv],
        applies: |_, says| {
            says.starts_with("The marker ") && says.ends_with("must be on the right hand side of the expression")
                || says.starts_with("The operator ") && says.contains(" is not supported with the marker ")
        },
        example: "foo; extras == 'x'",
        why: "uv is right by the specification, which has sets at the right of `in` alone; packaging reads every comparison",
    },
    Difference {
        who: &[Refuses::Uv, Refuses::Reader, Refuses::Neither],
        applies: |text, _| text.contains(is_other_space),
        example: "foo\u{a0}>=1",
        why: "white space is blanks and tabs by PEP 508 and, but for Python's behind an operator, for packaging; uv takes \
              what Unicode calls so, which ends its URLs too",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |_, says| says.starts_with("expected `;` or the end after the URL"),
        example: "foo @ https://x.example/a b.zip",
        why: "a URL has no blanks by PEP 508 and for packaging; uv reads on, to a `;` or `#` behind a blank",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |_, says| says == "a blank is missing between the URL and the `;`",
        example: "foo @ https://x.example/a.zip; os_name == 'nt'",
        why: "a `;` right behind a URL belongs to it by PEP 508 and for packaging; uv ends the URL before it",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |_, says| says.starts_with("a comment cannot stand"),
        example: "foo (==1) # why",
        why: "comments belong to requirements files; uv reads one behind parentheses too",
    },
    Difference {
        who: &[Refuses::Reader, Refuses::Neither],
        applies: |text, says| url_has(text, '#') && !says.contains("the URL"),
        example: "foo @ https://x.example/a# ; os_name == 'nt'",
        why: "a `#` right behind a URL begins its fragment, by PEP 508 and for packaging; to uv it begins a comment",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |_, says| says.starts_with("the marker compares"),
        example: "foo; 'a' == 'b'",
        why: "a comparison of two literals, or of two variables, means nothing; uv warns and passes over it",
    },
    Difference {
        who: &[Refuses::Reader, Refuses::Neither],
        applies: |text, says| {
            says == "the quoted text is not a Python string literal" || (says.is_empty() && text.contains('\\'))
        },
        example: "foo; os_name == '\\x41'",
        why: "PEP 508 leaves backslashes open; packaging reads a Python literal, uv each character as it stands",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |_, says| says == "`not` must be followed by `in`",
        example: "foo; 'x' not inextra",
        why: "uv is right by the grammar of PEP 508; packaging wants the word `in` to end, as uv does without a `not`",
    },
    Difference {
        who: &[Refuses::Reader],
        applies: |text, _| text.split("===").skip(1).any(|rest| word(rest.trim_start()).contains(',')),
        example: "foo ===1, >=0",
        why: "uv is right by the grammar of PEP 508; for packaging what follows `===` goes to the next blank, comma included",
    },
    Difference {
        who: &[Refuses::Neither],
        applies: |text, _| text.contains(".*'") || text.contains(".*\""),
        example: "foo; '3.1.*' != python_version",
        why: "a pattern left of a version means little: the reader turns the comparison round, uv warns and passes over it",
    },
];

/// What uv says of text after `===` that is no version.
const VERSION_FAULTS: &[&str] = &[
    "Operator === cannot be used with a wildcard",
    "Unexpected end of version specifier, expected version",
    "after parsing `",
    "expected version to ",
    "found a `",
    "no such comparison operator \"===",
    "wildcards in versions must be at the end",
];

/// What faults of URLs begin with.
const URL_FAULT: &str = "the URL: ";

/// White space in Unicode or in Python that is none of PEP 508.
fn is_other_space(c: char) -> bool {
    (c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')) && !matches!(c, ' ' | '\t')
}

/// What stands before the first white space.
fn word(text: &str) -> &str {
    text.split(char::is_whitespace).next().unwrap_or_default()
}

/// Whether a URL has white space right behind a character, where uv ends it.
fn url_has(text: &str, last: char) -> bool {
    let Some((_, url)) = text.split_once('@') else { return false };
    url.match_indices(last).any(|(at, _)| url[at + last.len_utf8()..].starts_with(char::is_whitespace))
}

fn uv(text: &str) -> Reading {
    let read: Requirement = text.parse().map_err(|error: Pep508Error| match error.message {
        Pep508ErrorSource::UrlError(fault) => format!("{URL_FAULT}{fault}"),
        message => message.to_string(),
    })?;
    let (specifier, url) = match &read.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
            (specifiers.iter().map(ToString::to_string).collect(), None)
        }
        Some(VersionOrUrl::Url(url)) => (BTreeSet::new(), url.given().map(ToOwned::to_owned)),
        None => (BTreeSet::new(), None),
    };
    let extras = read.extras.iter().map(ToString::to_string).collect();
    Ok(Read { name: read.name.to_string(), extras, specifier, url, marker: Ok(read.marker) })
}

fn ours(text: &str) -> Reading {
    let (read, problems) = requirement::read(text, Group::Runtime);
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let read = read.expect("what is not refused is read");
    let specifier = read.specifier.as_ref().map_or("", |specifier| specifier.written.as_str());
    let clauses = specifier.split(',').map(str::trim).filter(|clause| !clause.is_empty());
    let marker = read.marker.as_ref().and_then(|marker| marker.marker.as_ref());
    Ok(Read {
        name: read.name.as_ref().expect("a name").to_string(),
        extras: read.extras.iter().map(|extra| extra.name.to_string()).collect(),
        specifier: clauses.map(normalised).collect(),
        url: match &read.origin {
            Origin::Url(url, _) => Some(url.clone()),
            _ => None,
        },
        marker: marker.map_or(Ok(MarkerTree::TRUE), canonical),
    })
}

/// A clause as uv writes it.
fn normalised(clause: &str) -> String {
    VersionSpecifier::from_str(clause).map_or_else(|_| clause.to_owned(), |clause| clause.to_string())
}

/// Our tree in uv's canonical form.
fn canonical(marker: &Marker) -> Result<MarkerTree, String> {
    let text = written(marker);
    text.parse().map_err(|error| format!("{text}: {error}"))
}

/// Our tree as a text that says the same.
fn written(marker: &Marker) -> String {
    let all = |word: &str, parts: &[Marker]| {
        parts.iter().map(|part| format!("({})", written(part))).collect::<Vec<_>>().join(word)
    };
    match marker {
        Marker::And(parts) => all(" and ", parts),
        Marker::Or(parts) => all(" or ", parts),
        Marker::Compare { variable, operator, value } => {
            let quote = if value.contains('"') { '\'' } else { '"' };
            let value = format!("{quote}{value}{quote}");
            match operator.as_str() {
                "contains" => format!("{value} in {variable}"),
                "not contains" => format!("{value} not in {variable}"),
                "reversed ~=" => format!("{value} ~= {variable}"),
                _ => format!("{variable} {operator} {value}"),
            }
        }
    }
}

/// How both differ on a text that are not meant to.
fn difference(text: &str) -> Option<String> {
    let (uv, ours) = (uv(text), ours(text));
    if agree(&uv, &ours) || !on_purpose(text, &uv, &ours).is_empty() {
        None
    } else {
        Some(format!("{text:?}\n  uv:   {uv:?}\n  ours: {ours:?}"))
    }
}

/// Whether both say the same; the reasons for refusing may differ.
fn agree(uv: &Reading, ours: &Reading) -> bool {
    match (uv, ours) {
        (Ok(uv), Ok(ours)) => uv == ours,
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

/// The entries of [`ON_PURPOSE`] that explain a difference, by number.
fn on_purpose(text: &str, uv: &Reading, ours: &Reading) -> Vec<usize> {
    let (who, says) = match (uv, ours) {
        (Err(says), _) => (Refuses::Uv, says.as_str()),
        (_, Err(says)) => (Refuses::Reader, says.as_str()),
        _ => (Refuses::Neither, ""),
    };
    let explains = |difference: &Difference| difference.who.contains(&who) && (difference.applies)(text, says);
    (0..ON_PURPOSE.len()).filter(|&number| explains(&ON_PURPOSE[number])).collect()
}

fn assert_agreement<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) {
    let found: Vec<String> = texts
        .into_iter()
        .filter_map(|(whence, text)| difference(text).map(|difference| format!("{whence}: {difference}")))
        .collect();
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn hard_lines() {
    let lines = texts::hard_lines(&root());
    assert_agreement(lines.iter().map(|line| ("hard-lines.jsonl", line.as_str())));
}

#[test]
fn dependencies_of_the_repository() {
    let texts = Texts::of_the_repository(&root());
    assert!(texts.dependencies.len() > 100);
    assert_agreement(texts.dependencies.iter().map(|(whence, text)| (whence.as_str(), text.as_str())));
}

/// All dependency specifiers of `pyproject.toml` files below the folder that `ORACLE_CORPUS` names.
#[test]
fn corpus() {
    let Ok(folder) = env::var("ORACLE_CORPUS") else { return };
    let texts = Texts::below(Path::new(&folder));
    assert!(!texts.dependencies.is_empty(), "{folder}: no dependency specifiers");
    assert_agreement(texts.dependencies.iter().map(|(whence, text)| (whence.as_str(), text.as_str())));
}

#[test]
fn generated() {
    generate::check(&words::dependency(), 20_000, |texts| {
        texts.iter().map(|text| difference(text).into_iter().collect()).collect()
    });
}

/// What is said to differ does: an entry goes when uv or the reader has changed its mind.
#[test]
fn differences_on_purpose_are_there() {
    for (number, Difference { example, .. }) in ON_PURPOSE.iter().enumerate() {
        let (uv, ours) = (uv(example), ours(example));
        assert!(!agree(&uv, &ours), "both agree on {example:?}: {ours:?}");
        assert_eq!(on_purpose(example, &uv, &ours), [number], "{example:?}\n  uv:   {uv:?}\n  ours: {ours:?}");
    }
}
