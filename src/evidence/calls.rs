//! Calls with literal arguments in the text of a program (Python, Groovy), found by their tokens alone.
//!
//! This is enough for task files, whose calls are all alike, and right about strings, comments and brackets. What is not
//! a literal is [`Argument::Other`].

use crate::manifest::mapped::Mapped;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// `#` comments, prefixes of strings, adjacent strings joined.
    Python,
    /// `//` and `/* */` comments.
    Groovy,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, or several with dots between.
    Name(Mapped),
    /// A string's text.
    Text(Mapped),
    /// Any other character, and `\n` for the end of a line outside brackets.
    Sign(char, u32),
}

impl Token {
    pub(super) fn is(&self, sign: char) -> bool {
        matches!(self, Self::Sign(c, _) if *c == sign)
    }

    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::Text(_) | Self::Sign(..) => None,
        }
    }
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument {
    /// A string.
    Text(Mapped),
    /// A list or tuple of strings alone.
    List(Vec<Mapped>),
    /// A name.
    Name(String),
    /// Anything else.
    Other,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// The dotted callee.
    pub(super) callee: Mapped,
    /// The arguments, with their keywords.
    pub(super) arguments: Vec<(Option<String>, Argument)>,
}

/// The tokens of a text.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut found = Vec::new();
    let mut here = 0;
    let mut level = 0_usize;
    while let Some(rest) = text.get(here..)
        && let Some(c) = rest.chars().next()
    {
        if (language == Language::Python && c == '#') || (language == Language::Groovy && rest.starts_with("//")) {
            here += rest.find('\n').unwrap_or(rest.len());
        } else if language == Language::Groovy && rest.starts_with("/*") {
            here += rest.find("*/").map_or(rest.len(), |at| at + 2);
        } else if c == '"' || c == '\'' {
            let (string, length) = string(text, here, false);
            found.push(Token::Text(string));
            here += length;
        } else if c.is_alphabetic() || c == '_' {
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            let name = rest.get(..length).unwrap_or_default();
            let next = rest.get(length..).unwrap_or_default();
            let prefix = language == Language::Python
                && matches!(name.to_ascii_lowercase().as_str(), "r" | "b" | "f" | "u" | "rb" | "br" | "rf" | "fr");
            if prefix && next.starts_with(['"', '\'']) {
                let raw = name.contains(['r', 'R']);
                let (string, string_length) = string(text, here + length, raw);
                found.push(Token::Text(string));
                here += length + string_length;
            } else {
                found.push(Token::Name(Mapped::new(name, here)));
                here += length;
            }
        } else if c == '\\' {
            here += 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
        } else {
            match c {
                '(' | '[' | '{' => level += 1,
                ')' | ']' | '}' => level = level.saturating_sub(1),
                _ => {}
            }
            if !c.is_whitespace() || (c == '\n' && (level == 0 || language == Language::Groovy)) {
                found.push(Token::Sign(c, here as u32));
            }
            here += c.len_utf8();
        }
    }
    found
}

/// The text of the string that starts at `start`, and its length with quotes.
fn string(text: &str, start: usize, raw: bool) -> (Mapped, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let quote = rest.get(..1).unwrap_or_default();
    let triple = quote.repeat(3);
    let close = if rest.starts_with(&triple) { triple.as_str() } else { quote };
    let mut string = Mapped::default();
    let mut here = close.len();
    while let Some(tail) = rest.get(here..).filter(|tail| !tail.is_empty()) {
        if tail.starts_with(close) {
            return (string, here + close.len());
        }
        if close.len() == 1 && tail.starts_with('\n') {
            break;
        }
        let c = tail.chars().next().unwrap_or_default();
        if c == '\\' && !raw {
            let next = tail.chars().nth(1);
            let length = 1 + next.map_or(0, char::len_utf8);
            let at = crate::source::Extent::new(start + here, start + here + length);
            match next {
                Some('n') => string.push_whole("\n", at),
                Some('t') => string.push_whole(" ", at),
                Some('\n') | None => {}
                Some(other) => string.push_whole(other.encode_utf8(&mut [0; 4]), at),
            }
            here += length;
        } else {
            let length = tail.find(['\\', '"', '\'', '\n']).unwrap_or(tail.len()).max(c.len_utf8());
            string.push(tail.get(..length).unwrap_or_default(), start + here);
            here += length;
        }
    }
    (string, here)
}

/// Every call `name(…)`, outer ones first.
pub(super) fn calls(tokens: &[Token]) -> Vec<Call> {
    let close = matching(tokens);
    let mut found = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        if let [Token::Name(callee), open] = pair
            && open.is('(')
        {
            found.push(Call { callee: callee.clone(), arguments: arguments(tokens, &close, index + 1) });
        }
    }
    found
}

/// For every opening bracket, where it is closed.
fn matching(tokens: &[Token]) -> Vec<usize> {
    let mut close = vec![tokens.len(); tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(' | '[' | '{', _) => open.push(index),
            Token::Sign(')' | ']' | '}', _) => {
                if let Some(slot) = open.pop().and_then(|start: usize| close.get_mut(start)) {
                    *slot = index;
                }
            }
            _ => {}
        }
    }
    close
}

fn arguments(tokens: &[Token], close: &[usize], open: usize) -> Vec<(Option<String>, Argument)> {
    let mut found = Vec::new();
    for part in parts(tokens, close, open) {
        if part.is_empty() {
            continue;
        }
        let (keyword, value) = match part.as_slice() {
            [name, sign, value @ ..]
                if sign_is(tokens, *sign, &['=', ':'])
                    && !value.first().is_some_and(|v| sign_is(tokens, *v, &['='])) =>
            {
                (tokens.get(*name).and_then(Token::name).map(str::to_owned), value.to_vec())
            }
            all => (None, all.to_vec()),
        };
        found.push((keyword, argument(tokens, close, &value)));
    }
    found
}

fn sign_is(tokens: &[Token], index: usize, signs: &[char]) -> bool {
    tokens.get(index).is_some_and(|token| signs.iter().any(|sign| token.is(*sign)))
}

/// The parts between commas, as the indices of their tokens; brackets within count as one token.
fn parts(tokens: &[Token], close: &[usize], open: usize) -> Vec<Vec<usize>> {
    let end = close.get(open).copied().unwrap_or(tokens.len());
    let mut found = vec![Vec::new()];
    let mut here = open + 1;
    while here < end {
        if sign_is(tokens, here, &[',']) {
            found.push(Vec::new());
        } else if !sign_is(tokens, here, &['\n'])
            && let Some(last) = found.last_mut()
        {
            last.push(here);
        }
        here = if sign_is(tokens, here, &['(', '[', '{']) {
            close.get(here).map_or(end, |close| close + 1)
        } else {
            here + 1
        };
    }
    found
}

pub(super) fn argument(tokens: &[Token], close: &[usize], value: &[usize]) -> Argument {
    let texts: Option<Vec<&Mapped>> = value
        .iter()
        .map(|index| match tokens.get(*index) {
            Some(Token::Text(text)) => Some(text),
            _ => None,
        })
        .collect();
    match (texts, value) {
        (Some(texts), [_, ..]) => {
            let mut joined = Mapped::default();
            for text in texts {
                joined.push_from(text, 0..text.len());
            }
            Argument::Text(joined)
        }
        (_, [open]) if sign_is(tokens, *open, &['[', '(']) => {
            let items = parts(tokens, close, *open).into_iter().filter(|part| !part.is_empty());
            let texts: Option<Vec<Mapped>> = items
                .map(|part| match part.as_slice() {
                    [one] => match tokens.get(*one) {
                        Some(Token::Text(text)) => Some(text.clone()),
                        _ => None,
                    },
                    _ => None,
                })
                .collect();
            texts.map_or(Argument::Other, Argument::List)
        }
        (_, [name]) => {
            tokens.get(*name).and_then(Token::name).map_or(Argument::Other, |name| Argument::Name(name.to_owned()))
        }
        _ => Argument::Other,
    }
}

/// The values of `NAME = "text"` and `NAME = ["a", "b"]` at the start of a line; the last one of a name.
pub(super) fn constants(tokens: &[Token]) -> Vec<(String, Vec<Mapped>)> {
    let close = matching(tokens);
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let first = index == 0 || sign_is(tokens, index - 1, &['\n']);
        let Some(name) = token.name().filter(|_| first && sign_is(tokens, index + 1, &['='])) else { continue };
        match argument(tokens, &close, &[index + 2]) {
            Argument::Text(text) => found.push((name.to_owned(), vec![text])),
            Argument::List(items) => found.push((name.to_owned(), items)),
            Argument::Name(_) | Argument::Other => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_calls() {
        let text = "# s.run('no')\nx = 's.run(\"no\")'\ns.run(\n    'a' 'b',  # c\n    f\"d{e}\", *rest, g=['h', \"i\"], k=(1,), l=M,\n)\ns.t(u(r'\\v'), \"\"\"w\n'x\"\"\")\n";
        let shown: Vec<String> = calls(&tokens(text, Language::Python))
            .iter()
            .map(|call| {
                let argument = |(name, argument): &(Option<String>, Argument)| {
                    let value = match argument {
                        Argument::Text(text) => format!("{:?}", text.as_str()),
                        Argument::List(items) => format!("{:?}", items.iter().map(Mapped::as_str).collect::<Vec<_>>()),
                        Argument::Name(name) => name.clone(),
                        Argument::Other => "?".to_owned(),
                    };
                    name.as_ref().map_or(value.clone(), |name| format!("{name}={value}"))
                };
                format!(
                    "{}({})",
                    call.callee.as_str(),
                    call.arguments.iter().map(argument).collect::<Vec<_>>().join(", ")
                )
            })
            .collect();
        assert_eq!(
            shown,
            ["s.run(\"ab\", \"d{e}\", ?, g=[\"h\", \"i\"], k=?, l=M)", "s.t(?, \"w\\n'x\")", "u(\"\\\\v\")"]
        );
    }

    #[test]
    fn survives_nonsense() {
        for text in [
            "(".repeat(10_000),
            "f(".repeat(10_000),
            "'".to_owned(),
            "f('\\".to_owned(),
            "f(é, 'é\\é'".to_owned(),
            ")]}".to_owned(),
            "A =".to_owned(),
        ] {
            for language in [Language::Python, Language::Groovy] {
                let found = tokens(&text, language);
                let _ = (calls(&found), constants(&found));
            }
        }
    }
}
