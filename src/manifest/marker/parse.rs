//! The grammar of markers, as `packaging` reads it, and explanations of what it refuses.

use super::Marker;
use crate::diagnostic::Problem;
use crate::manifest::requirement::cursor::{Cursor, is_word};
use crate::source::Extent;

const RULE: &str = "invalid-marker";

/// Parentheses within parentheses; `packaging` itself ends with a `RecursionError` somewhat later.
const MAX_DEPTH: usize = 64;

/// Every variable, in today's spelling.
const VARIABLES: &[&str] = &[
    "python_version",
    "python_full_version",
    "os_name",
    "sys_platform",
    "platform_release",
    "platform_system",
    "platform_version",
    "platform_machine",
    "platform_python_implementation",
    "implementation_name",
    "implementation_version",
    "extra",
    "extras",
    "dependency_groups",
];

/// Spellings of old that are still read (PEP 345, and setuptools before PEP 508).
const OLD_SPELLINGS: &[(&str, &str)] = &[
    ("os.name", "os_name"),
    ("sys.platform", "sys_platform"),
    ("platform.version", "platform_version"),
    ("platform.machine", "platform_machine"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
];

/// What people write for a variable that has another name.
const MISNAMED: &[(&str, &str)] = &[
    ("python", "python_version"),
    ("python_requires", "python_version"),
    ("requires_python", "python_version"),
    ("platform", "sys_platform"),
    ("os", "os_name"),
    ("system", "platform_system"),
    ("os_platform", "sys_platform"),
    ("machine", "platform_machine"),
    ("arch", "platform_machine"),
    ("platform_arch", "platform_machine"),
    ("platform_architecture", "platform_machine"),
    ("implementation", "implementation_name"),
    ("platform_name", "platform_system"),
];

const OPERATORS: &[&str] = &["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

/// One comparison with the place of each part, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The same as [`Marker::Compare`] says it.
    pub variable: String,
    /// Likewise.
    pub operator: String,
    /// Likewise.
    pub value: String,
    /// The comparison as a whole.
    pub at: Extent,
    /// The variable.
    pub variable_at: Extent,
    /// The operator.
    pub operator_at: Extent,
    /// The literal, quotes included.
    pub value_at: Extent,
}

/// Reads a marker (what follows the `;`). Extents are bytes of `text`. Nothing where there is a fault.
///
/// What `packaging` refuses is a problem, and so is a comparison that can never be evaluated (of two literals, or of
/// two variables).
pub fn parse(text: &str) -> (Option<Marker>, Vec<Problem>) {
    let (marker, _, problems) = read(text);
    (marker, problems)
}

/// The comparisons of a marker, from left to right, up to the first fault.
pub fn comparisons(text: &str) -> Vec<Comparison> {
    read(text).1
}

fn read(text: &str) -> (Option<Marker>, Vec<Comparison>, Vec<Problem>) {
    let mut parser = Parser { cursor: Cursor::new(text), text, comparisons: Vec::new(), problems: Vec::new() };
    let marker = match parser.any(0) {
        Ok(marker) if parser.cursor.at_end() => Some(marker),
        Ok(_) => {
            let fault = parser.trailing();
            parser.problems.push(fault);
            None
        }
        Err(fault) => {
            parser.problems.push(*fault);
            None
        }
    };
    (marker.filter(|_| parser.problems.is_empty()), parser.comparisons, parser.problems)
}

type Parsed<T> = Result<T, Box<Problem>>;

struct Parser<'a> {
    cursor: Cursor<'a>,
    text: &'a str,
    comparisons: Vec<Comparison>,
    /// Faults that the reading went on after.
    problems: Vec<Problem>,
}

enum Operand {
    Variable(String),
    Literal(String),
}

impl Parser<'_> {
    /// Comparisons joined by `or`, which binds less than `and`.
    fn any(&mut self, depth: usize) -> Parsed<Marker> {
        let mut parts = Vec::new();
        let mut all = vec![self.atom(depth)?];
        loop {
            if self.word("and") {
                all.push(self.atom(depth)?);
            } else if self.word("or") {
                parts.push(join(std::mem::take(&mut all), Marker::And));
                all.push(self.atom(depth)?);
            } else {
                parts.push(join(all, Marker::And));
                return Ok(join(parts, Marker::Or));
            }
        }
    }

    fn atom(&mut self, depth: usize) -> Parsed<Marker> {
        self.cursor.blanks();
        let start = self.cursor.at();
        if !self.cursor.eat('(') {
            let marker = self.comparison()?;
            self.cursor.blanks();
            return Ok(marker);
        }
        let open = self.cursor.since(start);
        if depth == MAX_DEPTH {
            return Err(fault(open, "the marker has too many parentheses within parentheses"));
        }
        let marker = self.any(depth + 1)?;
        self.cursor.blanks();
        if !self.cursor.eat(')') {
            let found = if self.cursor.at_end() {
                Problem::new(RULE, open, "the parenthesis is never closed").label("opened here")
            } else {
                self.trailing().related(open, "in this parenthesis")
            };
            return Err(Box::new(found));
        }
        self.cursor.blanks();
        Ok(marker)
    }

    fn comparison(&mut self) -> Parsed<Marker> {
        let faults = self.problems.len();
        let (left, left_at) = self.operand(None)?;
        self.cursor.blanks();
        let start = self.cursor.at();
        let operator = match self.operator() {
            Ok(operator) => operator,
            // A word that is no variable says it all.
            Err(fault) if self.problems.len() == faults => return Err(fault),
            Err(fault) => return Err(self.problems.pop().map_or(fault, Box::new)),
        };
        let operator_at = self.cursor.since(start);
        self.cursor.blanks();
        let (right, right_at) = self.operand(Some(&left))?;
        let at = left_at.cover(right_at);
        let (variable, operator, value, variable_at, value_at) = match (left, right) {
            (Operand::Variable(variable), Operand::Literal(value)) => (variable, operator, value, left_at, right_at),
            (Operand::Literal(value), Operand::Variable(variable)) => {
                (variable, mirrored(operator), value, right_at, left_at)
            }
            (Operand::Variable(variable), Operand::Variable(value)) => {
                self.problems.push(
                    Problem::new(RULE, at, format!("the marker compares `{variable}` with the variable `{value}`"))
                        .help("a value to compare with stands in quotes"),
                );
                (variable, operator, value, left_at, right_at)
            }
            (Operand::Literal(value), Operand::Literal(other)) => {
                self.problems.push(
                    Problem::new(RULE, at, "the marker compares two literals")
                        .help("one side must be a variable such as `python_version`, without quotes"),
                );
                (other, operator, value, right_at, left_at)
            }
        };
        let operator = operator.to_owned();
        let marker = Marker::Compare { variable: variable.clone(), operator: operator.clone(), value: value.clone() };
        self.comparisons.push(Comparison { variable, operator, value, at, variable_at, operator_at, value_at });
        Ok(marker)
    }

    /// A variable or a quoted literal; on the right, `left` says what it is compared with.
    fn operand(&mut self, left: Option<&Operand>) -> Parsed<(Operand, Extent)> {
        self.cursor.blanks();
        let start = self.cursor.at();
        if let Some(quote @ ('"' | '\'')) = self.cursor.peek() {
            self.cursor.eat(quote);
            let raw = self.cursor.take_while(|c| c != quote);
            if !self.cursor.eat(quote) {
                let at = Extent::new(start, self.text.len());
                return Err(fault(at, format!("the quoted text is never closed: a second `{quote}` is missing")));
            }
            let at = self.cursor.since(start);
            return match unescape(raw) {
                Some(value) => Ok((Operand::Literal(value), at)),
                None => Err(fault(at, "the quoted text is not a Python string literal")),
            };
        }
        let word = self.cursor.take_while(|c| is_word(c) || c == '.');
        let at = self.cursor.since(start);
        let known = VARIABLES.iter().find(|&&name| name == word).copied();
        if let Some(name) = known.or_else(|| OLD_SPELLINGS.iter().find(|(old, _)| *old == word).map(|(_, new)| *new)) {
            return Ok((Operand::Variable(name.to_owned()), at));
        }
        if word.is_empty() {
            return Err(Box::new(self.no_operand(left)));
        }
        // On the right of a variable stands a value, on the left of anything a variable.
        if let Some(Operand::Variable(variable)) = left {
            return Err(Box::new(self.unquoted(start, variable)));
        }
        if left.is_none() && word.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(Box::new(
                Problem::new(RULE, at, format!("the value `{word}` is not in quotes"))
                    .help("a value in a marker stands in quotes: `python_version >= '3.8'`"),
            ));
        }
        // A name with a hyphen is one word to whoever wrote it.
        self.cursor.take_while(|c| is_word(c) || matches!(c, '.' | '-'));
        let at = self.cursor.since(start);
        let word = at.of(self.text);
        self.problems.push(unknown_variable(word, at));
        Ok((Operand::Variable(word.to_owned()), at))
    }

    fn operator(&mut self) -> Parsed<&'static str> {
        if let Some(operator) = OPERATORS.iter().find(|operator| self.cursor.rest().starts_with(**operator)) {
            self.cursor.advance(operator.len());
            if let Some(next @ ('=' | '<' | '>')) = self.cursor.peek() {
                let start = self.cursor.at() - operator.len();
                let mut slip = self.cursor.clone();
                slip.eat(next);
                return Err(Box::new(
                    Problem::new(RULE, slip.since(start), format!("`{operator}{next}` is no operator"))
                        .help("the operators are `==`, `!=`, `<`, `<=`, `>`, `>=`, `~=`, `in` and `not in`"),
                ));
            }
            return Ok(operator);
        }
        if self.word("in") {
            return Ok("in");
        }
        let start = self.cursor.at();
        if self.word("not") {
            if self.cursor.blanks() && self.word("in") {
                return Ok("not in");
            }
            return Err(fault(self.cursor.since(start), "`not` must be followed by `in`"));
        }
        Err(Box::new(self.no_operator()))
    }

    /// Passes `word` where it stands as a word of its own.
    fn word(&mut self, word: &str) -> bool {
        let begins = self.cursor.rest().strip_prefix(word);
        let found = begins.is_some_and(|rest| !rest.starts_with(is_word)) && !self.cursor.before().is_some_and(is_word);
        if found {
            self.cursor.advance(word.len());
        }
        found
    }

    /// The quote that can be put into this text.
    fn quote(&self) -> char {
        if self.text.contains('"') { '"' } else { '\'' }
    }

    /// `python_version < 3.8`
    fn unquoted(&self, start: usize, variable: &str) -> Problem {
        let mut cursor = self.cursor.clone();
        cursor.take_while(|c| is_word(c) || matches!(c, '.' | '-' | '*' | '+'));
        let at = cursor.since(start);
        let value = at.of(self.text);
        let quote = self.quote();
        Problem::new(RULE, at, format!("the value `{value}` of `{variable}` is not in quotes"))
            .help(format!("write {quote}{value}{quote}"))
            .replace(format!("{quote}{value}{quote}"))
    }

    /// Neither a variable nor a quote stands here.
    fn no_operand(&self, left: Option<&Operand>) -> Problem {
        let here = self.cursor.here();
        let expected = if left.is_some() { "a value in quotes" } else { "a variable such as `python_version`" };
        match self.cursor.peek() {
            None if self.text.trim().is_empty() => Problem::new(RULE, here, "the marker after `;` is empty"),
            None => Problem::new(RULE, here, format!("the marker ends where {expected} should follow")),
            Some(
                c @ ('\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '`' | '\u{b4}'),
            ) => Problem::new(RULE, here, format!("`{c}` (U+{:04X}) is no quotation mark of the grammar", c as u32))
                .help("use `'` or `\"`"),
            Some('=' | '<' | '>') if left.is_some() => {
                Problem::new(RULE, here, "two operators follow one another").help("write one operator, as `>=`")
            }
            Some(c) => Problem::new(RULE, here, format!("expected {expected}, found {}", shown(c))),
        }
    }

    fn no_operator(&self) -> Problem {
        let here = self.cursor.here();
        let rest = self.cursor.rest();
        let two = |replacement: &str| {
            let at = Extent::new(self.cursor.at(), self.cursor.at() + 2);
            Problem::new(RULE, at, format!("`{}` is no operator", at.of(self.text)))
                .help(format!("write `{replacement}`"))
                .replace(replacement)
        };
        match self.cursor.peek() {
            None => Problem::new(RULE, here, "the marker ends where an operator should follow"),
            Some('=') if rest.starts_with("=>") => two(">="),
            Some('=') if rest.starts_with("=<") => two("<="),
            Some('=') => Problem::new(RULE, here, "`=` is no operator of markers").help("write `==`").replace("=="),
            Some(c) => Problem::new(RULE, here, format!("expected an operator such as `==`, found {}", shown(c)))
                .help("the operators are `==`, `!=`, `<`, `<=`, `>`, `>=`, `~=`, `in` and `not in`"),
        }
    }

    /// What stands after a complete comparison and belongs to nothing.
    fn trailing(&self) -> Problem {
        let here = self.cursor.here();
        let rest = self.cursor.rest();
        let as_word = |length: usize, word: &str| {
            let at = Extent::new(self.cursor.at(), self.cursor.at() + length);
            Problem::new(RULE, at, format!("markers are joined by `{word}`, not by `{}`", at.of(self.text)))
                .help(format!("write `{word}`"))
                .replace(word)
        };
        let mut ahead = self.cursor.clone();
        let word = ahead.take_while(is_word);
        match self.cursor.peek() {
            Some('&') if rest.starts_with("&&") => as_word(2, "and"),
            Some('|') if rest.starts_with("||") => as_word(2, "or"),
            Some('&') => as_word(1, "and"),
            Some('|') => as_word(1, "or"),
            _ if word.eq_ignore_ascii_case("and") => as_word(3, "and"),
            _ if word.eq_ignore_ascii_case("or") => as_word(2, "or"),
            Some('=' | '<' | '>' | '!' | '~') => {
                Problem::new(RULE, here, "a comparison cannot have three parts").help("write two, joined by `and`")
            }
            Some(';') => Problem::new(RULE, here, "a second `;`").help("join markers with `and` or `or`"),
            Some(',') => Problem::new(RULE, here, "markers are not joined by commas")
                .help("join them with `and` or `or`; a range is two comparisons"),
            Some(')') => Problem::new(RULE, here, "this parenthesis was never opened"),
            Some('#') => {
                Problem::new(RULE, Extent::new(self.cursor.at(), self.text.len()), "a comment cannot stand here")
            }
            Some('-') if rest.starts_with("--") => {
                let at = Extent::new(self.cursor.at(), self.text.len());
                Problem::new(RULE, at, "options of pip cannot stand in a marker")
            }
            Some(c) => {
                Problem::new(RULE, here, format!("expected `and`, `or` or the end of the marker, found {}", shown(c)))
            }
            None => Problem::new(RULE, here, "the marker ends too early"),
        }
    }
}

/// One part as itself, several as a node.
fn join(mut parts: Vec<Marker>, node: fn(Vec<Marker>) -> Marker) -> Marker {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            node(parts)
        }
    }
}

/// The operator as if the sides were exchanged.
fn mirrored(operator: &'static str) -> &'static str {
    match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        "in" => "contains",
        "not in" => "not contains",
        "~=" => "reversed ~=",
        same => same,
    }
}

fn fault(at: Extent, message: impl Into<String>) -> Box<Problem> {
    Box::new(Problem::new(RULE, at, message))
}

fn shown(c: char) -> String {
    if c.is_control() || c.is_whitespace() { format!("U+{:04X}", c as u32) } else { format!("`{c}`") }
}

fn unknown_variable(word: &str, at: Extent) -> Problem {
    let problem = Problem::new(RULE, at, format!("`{word}` is no variable of markers"));
    let plain = word.to_lowercase().replace(['-', '.'], "_");
    if let Some(name) = VARIABLES.iter().find(|&&name| name == plain) {
        return problem.help(format!("write `{name}`")).replace(*name);
    }
    if let Some((_, name)) = MISNAMED.iter().find(|(written, _)| *written == plain) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    let near = |name: &&&str| strsim::osa_distance(name, &plain);
    match VARIABLES.iter().min_by_key(near).filter(|name| plain.len() < 64 && near(name) <= 3 && plain.len() > 4) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.note(format!("the variables are {}", VARIABLES.join(", "))),
    }
}

/// The text of a Python string literal between its quotes; nothing where Python refuses it.
fn unescape(raw: &str) -> Option<String> {
    if !raw.contains(['\\', '\n', '\r', '\0']) {
        return Some(raw.to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {}
            '\n' | '\r' | '\0' => return None,
            c => {
                text.push(c);
                continue;
            }
        }
        // A backslash at the end would escape the quote.
        match chars.next()? {
            '\n' => {}
            '\0' => return None,
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            c @ ('\\' | '\'' | '"') => text.push(c),
            c @ ('x' | 'u' | 'U') => {
                let digits = match c {
                    'x' => 2,
                    'u' => 4,
                    _ => 8,
                };
                let code: String = chars.by_ref().take(digits).collect();
                let well = code.len() == digits && code.chars().all(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(&code, 16).ok().filter(|_| well)?;
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => text.extend(['\\', other]),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(variable: &str, operator: &str, value: &str) -> Marker {
        Marker::Compare { variable: variable.to_owned(), operator: operator.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn the_tree() {
        let a = || compare("os_name", "==", "a");
        let b = || compare("extra", "==", "b");
        let c = || compare("sys_platform", "!=", "c");
        let cases = [
            ("os_name == 'a'", a()),
            (" os.name=='a'\t", a()),
            ("'a'==os_name", a()),
            ("((os_name == \"a\"))", a()),
            ("os_name=='a'and extra=='b'or sys.platform!='c'", Marker::Or(vec![Marker::And(vec![a(), b()]), c()])),
            ("os_name=='a' and (extra=='b' or sys_platform!='c')", Marker::And(vec![a(), Marker::Or(vec![b(), c()])])),
            ("'win' in sys_platform", compare("sys_platform", "contains", "win")),
            ("sys_platform not \t in 'win32 cygwin'", compare("sys_platform", "not in", "win32 cygwin")),
            ("'3' > python_version", compare("python_version", "<", "3")),
            ("python_implementation == 'PyPy'", compare("platform_python_implementation", "==", "PyPy")),
            ("'docs' in extras", compare("extras", "contains", "docs")),
            ("os_name == 'it\\'", compare("", "", "")),
        ];
        for (text, expected) in cases {
            let (marker, problems) = parse(text);
            if expected == compare("", "", "") {
                assert_eq!((marker, problems.len()), (None, 1), "{text}");
            } else {
                assert_eq!((marker, problems), (Some(expected), vec![]), "{text}");
            }
        }
    }

    #[test]
    fn faults_are_explained_where_they_are() {
        // The marker, the bytes at fault, words of the message, the replacement.
        let cases = [
            ("", "", "is empty", None),
            ("python_version < 3.8", "3.8", "not in quotes", Some("'3.8'")),
            ("python_version < 3.8 and os_name == \"nt\"", "3.8", "not in quotes", Some("\"3.8\"")),
            ("sys_platform == win32", "win32", "not in quotes", Some("'win32'")),
            ("python_version = '3.8'", "=", "`=` is no operator", Some("==")),
            ("python_version => '3.8'", "=>", "`=>` is no operator", Some(">=")),
            ("python_versoin > '3.8'", "python_versoin", "no variable", None),
            ("python-version > '3.8'", "python-version", "no variable", Some("python_version")),
            ("platform == 'linux'", "platform", "no variable", None),
            ("os_name == 'a' && os_name == 'b'", "&&", "joined by `and`", Some("and")),
            ("os_name == 'a' OR os_name == 'b'", "OR", "joined by `or`", Some("or")),
            ("'3.6' < python_version < '3.9'", "<", "three parts", None),
            ("python_version >= '3.6', < '3.9'", ",", "commas", None),
            ("(os_name == 'a'", "(", "never closed", None),
            ("os_name == 'a')", ")", "never opened", None),
            ("os_name == 'a", "'a", "never closed", None),
            ("os_name", "", "an operator should follow", None),
            ("os_name ==", "", "a value in quotes should follow", None),
            ("os_name == \u{201c}a\u{201d}", "\u{201c}", "no quotation mark", None),
            ("os_name not 'a'", "not ", "followed by `in`", None),
            ("'a' == 'b'", "'a' == 'b'", "two literals", None),
            ("os_name == sys_platform", "os_name == sys_platform", "with the variable", None),
            ("3.8 < python_version", "3.8", "not in quotes", None),
        ];
        for (text, at, message, replace) in cases {
            let (marker, problems) = parse(text);
            assert_eq!(marker, None, "{text}");
            let [problem] = problems.as_slice() else { panic!("{text}: {problems:?}") };
            let found = problem.at.map(|at| at.of(text));
            assert_eq!((found, problem.replace.as_deref()), (Some(at), replace), "{text}: {problem:?}");
            assert!(problem.message.contains(message), "{text}: {problem:?}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}os_name == 'a'{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(parse(&deep).1.len(), 1);
    }

    #[test]
    fn places_of_a_comparison() {
        let text = "os_name == 'a' and '3.8' <= python_version";
        let found = comparisons(text);
        let Some(second) = found.get(1) else { panic!("{found:?}") };
        let of = |at: Extent| at.of(text);
        assert_eq!(second.operator, ">=");
        assert_eq!(
            (of(second.at), of(second.variable_at), of(second.operator_at), of(second.value_at)),
            ("'3.8' <= python_version", "python_version", "<=", "'3.8'")
        );
    }
}
