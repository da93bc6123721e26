//! What the TOML parser says, in words for people.

use super::RULE;
use super::scan::{line_end, line_start};
use crate::diagnostic::Problem;
use crate::source::Extent;

/// Whether the parser may have given up at the line of such an error.
pub(super) fn line_lost(message: &str) -> bool {
    message.starts_with("key with no value") || message.starts_with("extra `=`")
}

/// Whether the values beside such an error are what the text says.
pub(super) fn values_sound(message: &str) -> bool {
    message.starts_with("missing comma between array elements")
}

/// Whether the message says something that the scan before does not say better.
pub(super) fn is_for_people(message: &str) -> bool {
    !(message.starts_with("invalid multi-line") && (message.ends_with("`'`") || message.ends_with("`\"`")))
}

/// Says `message`, which the parser gives for the bytes `at` of `text`, for people.
pub(super) fn problem(text: &str, message: &str, at: Extent) -> Problem {
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let written = at.of(text);
    let here = visible(text, at);
    let say = |at: Extent, message: &str| Problem::new(RULE, at, message);
    match what {
        "string values must be quoted" | "missing value for key" | "missing value" if written.is_empty() => {
            say(line_of(text, at), "a value is missing after `=`")
        }
        "string values must be quoted" => unquoted(text, at),
        "invalid boolean" => {
            let lower = written.to_ascii_lowercase();
            let certain = matches!(lower.as_str(), "true" | "false");
            let problem = say(at, &format!("`{written}` is no value of TOML"))
                .help("booleans are written `true` and `false`, text in quotes");
            if certain { problem.replace(lower) } else { problem }
        }
        "invalid literal string" if expected == "`'`" => {
            say(here, "the string is not closed on its line").label("a `'` is missing here")
        }
        "invalid basic string" if expected == "`\"`" => {
            say(here, "the string is not closed on its line").label("a `\"` is missing here")
        }
        "invalid basic string"
        | "invalid literal string"
        | "invalid multi-line basic string"
        | "invalid multi-line literal string"
        | "invalid comment character" => control_character(here, text),
        "missing escaped value" => bad_escape(text, at),
        "too few unicode value digits" => say(here, "`\\u` takes four hexadecimal digits and `\\U` eight")
            .help("a backslash itself is written `\\\\`, or as it is between single quotes"),
        "extra comma in array" | "extra comma in inline table" => {
            say(here, "nothing stands before this comma").help("delete the comma")
        }
        "missing comma between array elements" => missing_comma(text, at),
        "missing comma between key-value pairs" => say(here, "a comma is missing before this entry"),
        "unexpected `=` in array" => {
            say(here, "`=` in an array").help("items of an array are values; text is written in quotes")
        }
        "unexpected key or value" => say(here, "more text follows on the line of a value or header")
            .label("the value or header ended before this")
            .help("start a new line, or check the quotes of the value"),
        "key with no value" => keyless(text, at),
        "extra `=`" => say(here, "a second `=` after the key").help("a key and its value are joined by one `=`"),
        "invalid unquoted key" => {
            let key = word_around(text, at);
            let help = format!("write `\"{}\"` in quotes", key.of(text));
            say(key, &format!("`{}` cannot be a key without quotes", key.of(text)))
                .help(help)
                .note("keys without quotes are of the letters a to z and A to Z, digits, `-` and `_`")
        }
        "unquoted keys cannot be empty" => say(here, "a key is missing here"),
        "unclosed table" | "unclosed array table" => say(line_of(text, at), "the table's header is not closed")
            .help("a table's header is `[name]`, that of an array of tables `[[name]]`"),
        "unexpected leading zero" | "invalid float" | "invalid integer number" => not_a_number(text, at),
        "duplicate key" => say(at, &format!("`{}` is defined twice", unquote(written))),
        "carriage return must be followed by newline" => {
            say(here, "a carriage return without a line feed").help("end lines with `\\n` or `\\r\\n`")
        }
        _ => other(what, expected, here, written),
    }
}

/// A message that needs no words of ours.
fn other(what: &str, expected: &str, at: Extent, written: &str) -> Problem {
    if let Some(rest) = what.strip_prefix("cannot extend value of type ") {
        let kind = rest.split(' ').next().unwrap_or_default();
        return Problem::new(RULE, at, format!("`{}` is of type {kind}: no keys can be set in it", unquote(written)));
    }
    let problem = Problem::new(RULE, at, what);
    if expected.is_empty() || expected == "nothing" { problem } else { problem.help(format!("expected {expected}")) }
}

/// `at`, or the character after it where it is empty and a line goes on.
fn visible(text: &str, at: Extent) -> Extent {
    let next = text.get(at.start as usize..).and_then(|rest| rest.chars().next());
    match next {
        Some(c) if at.is_empty() && c != '\n' && c != '\r' => {
            Extent::new(at.range().start, at.range().start + c.len_utf8())
        }
        _ => at,
    }
}

/// What is written on the line of `at`.
fn line_of(text: &str, at: Extent) -> Extent {
    let start = line_start(text, at.range().start);
    let line = text.get(start..line_end(text, at.range().start)).unwrap_or_default();
    let begin = start + (line.len() - line.trim_start().len());
    Extent::new(begin, begin + line.trim().len())
}

/// A value without quotes: all of it, as far as it can be told.
fn unquoted(text: &str, at: Extent) -> Problem {
    let start = at.range().start;
    let rest = text.get(start..line_end(text, start)).unwrap_or_default();
    let until = |stop: &[char]| rest.find(stop).unwrap_or(rest.len());
    // The parser stops where a key could begin, as at the `=` of a requirement.
    let length = until(&[',', ']', '}', '#', '"', '\'']).max(at.len().min(rest.len()));
    let value = rest.get(..length).unwrap_or_default().trim_end();
    let at = Extent::new(start, start + value.len());
    if value.starts_with(|c: char| c.is_ascii_digit()) && value.contains(' ') {
        return Problem::new(RULE, at, format!("`{value}` is no value of TOML"));
    }
    let behind = rest.get(value.len()..).unwrap_or_default();
    if let Some(quote) = behind.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let problem = Problem::new(RULE, at, format!("`{value}` has a quote behind it and none before"))
            .help(format!("write `{quote}{value}{quote}`"));
        let is_end = behind.get(1..).is_some_and(|rest| rest.trim_start().is_empty() || rest.starts_with([',', ']']));
        return if is_end { problem.replace(format!("{quote}{value}")) } else { problem };
    }
    let problem = Problem::new(RULE, at, format!("`{value}` is not quoted"));
    let lower = value.to_ascii_lowercase();
    if let "yes" | "no" | "on" | "off" | "none" | "null" | "nil" = lower.as_str() {
        return problem.help("booleans are written `true` and `false`, text in quotes; TOML has no null");
    }
    let problem = problem.help(format!("write `\"{value}\"`"));
    let plain =
        value.starts_with(|c: char| c.is_ascii_alphabetic()) && !value.contains(['"', '\'', '\\', '[', '{', '=']);
    let requirement = !value.contains(' ') && value.contains("==") | value.contains(">=");
    if plain && !value.contains(' ') || requirement && !value.contains(['"', '\'', '\\', '[', '{']) {
        problem.replace(format!("\"{value}\""))
    } else {
        problem
    }
}

fn control_character(at: Extent, text: &str) -> Problem {
    match at.of(text).chars().next() {
        Some(c) if c.is_control() => {
            let code = u32::from(c);
            Problem::new(RULE, at, format!("the control character U+{code:04X} stands in the text as it is"))
                .help(format!("delete it, or write `\\u{code:04X}` in a string with double quotes"))
        }
        _ => Problem::new(RULE, at, "a character that may not stand here"),
    }
}

fn bad_escape(text: &str, at: Extent) -> Problem {
    let after = text.get(at.start as usize..).and_then(|rest| rest.chars().next()).filter(|c| !c.is_control());
    let Some(after) = after else {
        return Problem::new(RULE, at, "nothing follows the backslash").help("a backslash itself is written `\\\\`");
    };
    let start = at.range().start;
    let backslash = start.saturating_sub(1);
    Problem::new(RULE, Extent::new(backslash, start + after.len_utf8()), format!("`\\{after}` is no escape of TOML"))
        .help("write a backslash as `\\\\`, or put the string between single quotes, where nothing is escaped")
}

/// A comma is missing before the item at `at`: its place is after the item before.
fn missing_comma(text: &str, at: Extent) -> Problem {
    let start = at.range().start;
    let before = text.get(..start).unwrap_or_default();
    let line = text.get(start..line_end(text, start)).unwrap_or_default();
    let previous = before.trim_end();
    let quoted = |c: Option<char>| matches!(c, Some('"' | '\''));
    // Two strings on one line may be one string with a stray quote.
    let certain = quoted(previous.chars().next_back())
        && quoted(line.chars().next())
        && before.get(previous.len()..).is_some_and(|gap| gap.contains('\n'));
    if certain {
        Problem::new(RULE, Extent::at(previous.len()), "a comma is missing after this item")
            .help("write `,` between the items of an array")
            .replace(",")
    } else {
        Problem::new(RULE, visible(text, at), "a comma is missing before this item")
    }
}

/// A line that is neither a header nor a key with a value.
fn keyless(text: &str, at: Extent) -> Problem {
    let at = line_of(text, at);
    let line = at.of(text);
    let colon = line.split_once(':').is_some_and(|(key, _)| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b' '))
    });
    let message = if line.contains('=') { "no `=` follows the key of this line" } else { "this line has no `=`" };
    let problem = Problem::new(RULE, at, message);
    if colon {
        problem.help("a key and its value are joined by `=`, not by `:`")
    } else {
        problem.help("a line is a header (`[name]`), a key with a value (`name = \"value\"`), or a comment (`# …`)")
    }
}

fn not_a_number(text: &str, at: Extent) -> Problem {
    let at = word_around(text, at);
    let word = at.of(text);
    let problem = Problem::new(RULE, at, format!("`{word}` is no number of TOML"));
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.') {
        problem.help("versions are text: write them in quotes").replace(format!("\"{word}\""))
    } else {
        problem
    }
}

/// The run of characters around `at` that are neither blanks nor punctuation of TOML.
fn word_around(text: &str, at: Extent) -> Extent {
    let stop = |c: char| c.is_whitespace() || matches!(c, '=' | ',' | '[' | ']' | '{' | '}' | '#' | '"' | '\'');
    let before = text.get(..at.start as usize).unwrap_or_default();
    let start = before.char_indices().rev().take(200).find(|&(_, c)| stop(c)).map_or_else(
        || before.char_indices().rev().take(200).last().map_or(at.start as usize, |(i, _)| i),
        |(i, c)| i + c.len_utf8(),
    );
    let after = text.get(at.end as usize..).unwrap_or_default();
    let end = at.end as usize + after.find(stop).unwrap_or(after.len()).min(after.len());
    Extent::new(start, end)
}

fn unquote(key: &str) -> &str {
    key.trim_matches(['"', '\''])
}
