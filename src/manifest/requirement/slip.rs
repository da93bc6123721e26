//! Explanations of what is wrong with a requirement, and what was meant where that is certain.

use super::super::version::clause::{Operator, clause, is_space};
use super::cursor::is_blank;
use super::{Dialect, RULE, identifier, read_once};
use crate::diagnostic::Problem;
use crate::manifest::Group;
use crate::source::Extent;

/// Marks that look like those of the grammar, and what they stand for.
const LOOKALIKES: &[(char, &str)] = &[
    ('\u{2265}', ">="),
    ('\u{2264}', "<="),
    ('\u{2260}', "!="),
    ('\u{ff1d}', "="),
    ('\u{ff0c}', ","),
    ('\u{ff1b}', ";"),
    ('\u{ff1e}', ">"),
    ('\u{ff1c}', "<"),
    ('\u{a0}', " "),
    ('\u{3000}', " "),
    ('\u{202f}', " "),
    ('\u{200b}', ""),
    ('\u{feff}', ""),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
];

/// At most so many characters of a text, for a message.
pub(super) fn brief(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The text begins with nothing that could be a name.
pub(super) fn no_name(body: &str, at: usize) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    let here = next(body, at);
    let Some(first) = rest.chars().next() else {
        return Problem::new(RULE, here, "the requirement is empty");
    };
    if let Some(problem) = lookalike(body, at) {
        return problem;
    }
    if matches!(first, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}') {
        return quoted(rest, at);
    }
    if Operator::at_start(rest).is_some() || matches!(first, '=' | '^' | '~') {
        return Problem::new(RULE, here, "the name is missing before the version")
            .help("a requirement begins with the name of a distribution");
    }
    if matches!(first, '-' | '_' | '.') {
        return Problem::new(RULE, here, format!("a name cannot begin with `{first}`"))
            .help("names begin and end with a letter or digit");
    }
    if first.is_alphanumeric() {
        let name = rest.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))).next().unwrap_or(rest);
        let foreign = name.char_indices().find(|(_, c)| !c.is_ascii());
        let (offset, c) = foreign.unwrap_or((0, first));
        return Problem::new(RULE, next(body, at + offset), format!("`{c}` (U+{:04X}) cannot be in a name", c as u32))
            .help("names consist of the letters A-Z, digits, `-`, `_` and `.`");
    }
    Problem::new(RULE, here, format!("expected the name of a distribution, found {}", shown(first)))
}

/// `"requests>=2"`
fn quoted(rest: &str, at: usize) -> Problem {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '\u{201c}' | '\u{201d}' | '\u{2018}' | '\u{2019}');
    let trimmed = rest.trim_end_matches(|c: char| is_space(c) || c == ',');
    let inner = trimmed.strip_prefix(is_quote).and_then(|text| text.strip_suffix(is_quote));
    let problem = Problem::new(RULE, Extent::new(at, at + trimmed.len()), "a requirement is written without quotes");
    match inner.filter(|inner| !inner.contains(is_quote)) {
        Some(inner) if read_once(inner, Group::Runtime, Dialect::Standard).1.is_empty() => {
            problem.help(format!("write `{inner}`")).replace(inner)
        }
        _ => problem,
    }
}

/// Something between the brackets is not a list of extras: at `at`, after `open`. `after_comma`: a comma stands before.
pub(super) fn extras(body: &str, open: usize, at: usize, after_comma: bool) -> Problem {
    let bracket = Extent::new(open, open + 1);
    let here = next(body, at);
    let rest = body.get(at..).unwrap_or_default();
    match rest.chars().next() {
        Some(']') => Problem::new(RULE, here, "an extra is missing after the comma"),
        Some(',') if after_comma => Problem::new(RULE, here, "two commas between extras").replace(""),
        Some(',') => Problem::new(RULE, here, "an extra is missing before the comma"),
        Some(c)
            if identifier(rest).is_some()
                && !after_comma
                && c.is_ascii()
                && body.get(open + 1..at).is_some_and(|t| !t.trim().is_empty()) =>
        {
            let before = body.get(..at).unwrap_or_default();
            let blank = before.trim_end_matches(is_blank).len();
            Problem::new(RULE, Extent::new(blank, at), "a comma is missing between the extras").replace(",")
        }
        Some(c) if body.get(at..).is_some_and(|rest| rest.contains(']')) => {
            Problem::new(RULE, here, format!("{} cannot be in the name of an extra", shown(c)))
        }
        _ => Problem::new(RULE, bracket, "the bracket of the extras is never closed").label("opened here"),
    }
}

/// The parenthesis at `open` is not closed at `at`.
pub(super) fn parenthesis(body: &str, open: Extent, at: usize) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    if rest.contains(')') && Operator::at_start(rest).is_some() {
        return missing_comma(body, at).related(open, "in this parenthesis");
    }
    if rest.contains(')') {
        let found = rest.split(')').next().unwrap_or_default();
        return Problem::new(RULE, next(body, at), format!("expected a version clause, found `{}`", brief(found)))
            .related(open, "in this parenthesis");
    }
    Problem::new(RULE, open, "the parenthesis of the version is never closed").label("opened here")
}

/// A comma is missing before the clause at `at`.
fn missing_comma(body: &str, at: usize) -> Problem {
    let end = body.get(..at).unwrap_or_default().trim_end_matches(is_blank).len();
    Problem::new(RULE, Extent::new(end, at), "a comma is missing between two version clauses")
        .help("write `>=1,<2`")
        .replace(",")
}

/// Something stands at `at` that begins neither a version nor a marker. The clauses so far are `start..end`, the name
/// is at `name`.
pub(super) fn unexpected(body: &str, at: usize, start: usize, end: usize, name: Extent) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    let here = next(body, at);
    let any_clause = end > start;
    let Some(first) = rest.chars().next() else { return Problem::new(RULE, here, "the requirement ends too early") };
    if let Some(problem) = lookalike(body, at) {
        return problem;
    }
    if Operator::at_start(rest).is_some() {
        return missing_comma(body, at);
    }
    if let Some(problem) = operator_slip(body, at) {
        return problem;
    }
    match first {
        ',' if any_clause => {
            // The extra commas, with the blanks between.
            let length = rest.find(|c: char| !matches!(c, ',' | ' ' | '\t')).unwrap_or(rest.len());
            Problem::new(RULE, Extent::new(at, at + length), "a version clause is missing between two commas")
                .replace("")
        }
        ',' => Problem::new(RULE, here, "expected a version or the end after the name, found `,`")
            .help("one requirement names one distribution"),
        '#' => Problem::new(RULE, Extent::new(at, body.len()), "a comment cannot stand in a requirement")
            .help("in a requirements file, white space before the `#` makes it a comment"),
        '-' if rest.starts_with("--") => {
            Problem::new(RULE, Extent::new(at, body.len()), "options of pip can stand in requirements files only")
        }
        '|' => Problem::new(RULE, here, "a requirement has no alternatives: version clauses all hold at once"),
        ']' => Problem::new(RULE, here, "this bracket was never opened"),
        ')' => Problem::new(RULE, here, "this parenthesis was never opened"),
        '[' => Problem::new(RULE, here, "extras stand right after the name, once").help("write `name[a,b]>=1`"),
        '@' => Problem::new(RULE, here, "a version and a URL exclude each other"),
        '*' if !any_clause => {
            Problem::new(RULE, here, "`*` is not a version clause").help("leave it out to allow every version")
        }
        '(' if any_clause => Problem::new(RULE, here, "a parenthesis cannot follow a version"),
        ':' => Problem::new(RULE, here, "`:` cannot follow a name")
            .help("a version is written `name==1.0`, a URL `name @ https://…`"),
        '"' | '\'' => Problem::new(RULE, here, "quotes cannot stand in a version"),
        c if c.is_alphanumeric() => word(body, at, any_clause, name),
        c if any_clause => {
            Problem::new(RULE, here, format!("expected `,`, `;` or the end after the version, found {}", shown(c)))
        }
        c => Problem::new(RULE, here, format!("expected a version, `;` or the end after the name, found {}", shown(c))),
    }
}

/// A word after the name or the version.
fn word(body: &str, at: usize, any_clause: bool, name: Extent) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    let length = rest
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '*' | '+' | '!')))
        .unwrap_or(rest.len());
    let found = rest.get(..length).unwrap_or_default();
    let place = Extent::new(at, at + length);
    let adjacent = !body.get(..at).is_some_and(|before| before.ends_with(is_blank));
    if any_clause {
        let marker = ["python_", "sys_platform", "platform_", "os_name", "implementation_", "extra"];
        if marker.iter().any(|variable| found.starts_with(variable)) {
            let before = body.get(..at).unwrap_or_default().trim_end_matches(is_blank).len();
            return Problem::new(RULE, Extent::new(before, at), "a `;` is missing before the marker").replace(" ; ");
        }
        return Problem::new(
            RULE,
            place,
            format!("expected `,`, `;` or the end after the version, found `{}`", brief(found)),
        );
    }
    if adjacent {
        let c = found.chars().next().unwrap_or_default();
        return Problem::new(RULE, next(body, at), format!("{} cannot follow here", shown(c)));
    }
    let name = name.of(body);
    if clause(Operator::Equal, found).is_some_and(|clause| clause.version.starts_with(|c: char| c.is_ascii_digit())) {
        return Problem::new(RULE, place, format!("an operator is missing between `{name}` and `{found}`")).help(
            format!("write `{name}=={found}` for exactly this version, `{name}>={found}` for this or a later one"),
        );
    }
    Problem::new(RULE, place, format!("a name has no blanks: `{}` follows `{name}`", brief(found)))
        .help("each requirement names one distribution; words are joined by `-`")
}

/// An operator that does not exist: `=1`, `=>1`, `^1`.
fn operator_slip(body: &str, at: usize) -> Option<Problem> {
    let rest = body.get(at..)?;
    let wrong = |length: usize, right: &'static str| {
        let place = Extent::new(at, at + length);
        let problem =
            Problem::new(RULE, place, format!("`{}` is no operator", place.of(body))).help(format!("write `{right}`"));
        // Only where a version follows it is certain that an operator was meant.
        let version = rest.get(length..).unwrap_or_default().trim_start_matches(is_blank);
        if version.starts_with(|c: char| c.is_ascii_digit()) { problem.replace(right) } else { problem }
    };
    if rest.starts_with("=>") {
        return Some(wrong(2, ">="));
    }
    if rest.starts_with("=<") {
        return Some(wrong(2, "<="));
    }
    if rest.starts_with("=!") {
        return Some(wrong(2, "!="));
    }
    if rest.starts_with("=~") {
        return Some(wrong(2, "~="));
    }
    if rest.starts_with('=') {
        return Some(wrong(1, "=="));
    }
    if rest.starts_with('^') || rest.starts_with('~') {
        return Some(poetry(body, at));
    }
    if rest.starts_with('!') {
        return Some(Problem::new(RULE, next(body, at), "`!` is no operator").help("write `!=`"));
    }
    None
}

/// Poetry's `^1.2` and `~1.2`.
fn poetry(body: &str, at: usize) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    let length = rest.find(|c: char| matches!(c, ',' | ';' | ')') || is_space(c)).unwrap_or(rest.len());
    let place = Extent::new(at, at + length);
    let written = place.of(body);
    let operator = written.chars().next().unwrap_or('^');
    let problem =
        Problem::new(RULE, place, format!("`{operator}` is an operator of Poetry, not of dependency specifiers"));
    let release: Option<Vec<u32>> =
        written.get(1..).map(|text| text.split('.').map(|part| part.parse().ok()).collect()).unwrap_or_default();
    match release {
        Some(release) if operator == '^' && release.len() <= 3 => {
            let range = format!(">={},<{}", written.get(1..).unwrap_or_default(), caret_end(&release));
            problem.help(format!("write `{range}`")).replace(range)
        }
        Some(release) if release.len() > 1 => {
            problem.help(format!("write `~={}` or a range", written.get(1..).unwrap_or_default()))
        }
        _ => problem.help("write a range such as `>=1.2,<2`"),
    }
}

/// Where `^` ends: the first part that is not zero, counted up.
fn caret_end(release: &[u32]) -> String {
    let last = release.len().saturating_sub(1);
    let part = release.iter().position(|&part| part != 0).unwrap_or(last);
    let end: Vec<String> = release
        .iter()
        .take(part + 1)
        .enumerate()
        .map(|(at, &number)| (u64::from(number) + u64::from(at == part)).to_string())
        .collect();
    end.join(".")
}

/// What follows `===` holds a comma that splits it badly.
pub(super) fn arbitrary(body: &str, at: Extent) -> Problem {
    Problem::new(RULE, at, format!("`{}` is not a version clause", brief(at.of(body))))
}

/// What stands after `operator` (at `start`) is no version: from `at` on.
pub(super) fn version(body: &str, operator: Operator, start: usize, at: usize) -> Problem {
    let rest = body.get(at..).unwrap_or_default();
    let length = rest.find(|c: char| matches!(c, ',' | ';' | ')') || is_space(c)).unwrap_or(rest.len());
    let place = Extent::new(at, at + length);
    let written = place.of(body);
    let sign = operator.as_str();
    if let Some(problem) = operator_follows(body, operator, start, at) {
        return problem;
    }
    if written.is_empty() {
        return Problem::new(
            RULE,
            Extent::new(start, start + sign.len()),
            format!("the version after `{sign}` is missing"),
        );
    }
    if let Some(offset) = written.find(|c| LOOKALIKES.iter().any(|&(mark, _)| mark == c))
        && let Some(problem) = lookalike(body, at + offset)
    {
        return problem;
    }
    if let Some(c) = written.chars().find(|c| matches!(c, '"' | '\'' | '\u{201c}' | '\u{201d}')) {
        let bare = written.trim_matches(|c| matches!(c, '"' | '\'' | '\u{201c}' | '\u{201d}'));
        let problem = Problem::new(RULE, place, format!("a version is written without quotes, found `{c}`"));
        return if clause(operator, bare).is_some() { problem.replace(bare) } else { problem };
    }
    wildcard(operator, written, place, start)
        .or_else(|| compatible(operator, written, Extent::new(start, place.end as usize)))
        .or_else(|| local(operator, written, place))
        .or_else(|| second_clause(operator, written, at))
        .unwrap_or_else(|| {
            let problem = Problem::new(RULE, place, format!("`{}` is not a version", brief(written)));
            match written {
                "*" => problem.help("leave the version out to allow every one"),
                _ if written.contains("${") || written.starts_with('$') => {
                    problem.help("variables are expanded in requirements files only, as `${NAME}`")
                }
                _ if matches!(operator, Operator::Equal) => {
                    problem.help(format!("to compare with a text that is no version, write `==={}`", brief(written)))
                }
                _ => problem
                    .help("a version is numbers joined by dots, as `1.2.3`, with a suffix such as `rc1` or `.post1`"),
            }
        })
}

/// `>=>1`, `> =1`, `==>=1`
fn operator_follows(body: &str, operator: Operator, start: usize, at: usize) -> Option<Problem> {
    let rest = body.get(at..)?;
    let first = rest.chars().next().filter(|c| matches!(c, '=' | '<' | '>' | '!' | '~'))?;
    let signs = rest.find(|c: char| !matches!(c, '=' | '<' | '>' | '!' | '~')).unwrap_or(rest.len());
    let place = Extent::new(start, at + signs);
    let written = place.of(body);
    let problem = Problem::new(RULE, place, format!("`{written}` is no operator"));
    let apart = at > start + operator.as_str().len();
    Some(match (operator, first) {
        (Operator::Above | Operator::Below, '=') if apart && signs == 1 => {
            let right = format!("{}=", operator.as_str());
            problem.help(format!("write `{right}`, without a blank")).replace(right)
        }
        _ => problem.help("the operators are `==`, `!=`, `<`, `<=`, `>`, `>=`, `~=` and `===`"),
    })
}

/// `.*` where it is not allowed.
fn wildcard(operator: Operator, written: &str, place: Extent, start: usize) -> Option<Problem> {
    let sign = operator.as_str();
    let bare = written.split(".*").next()?;
    if bare.len() == written.len() {
        return None;
    }
    let suffix = Extent::new(place.start as usize + bare.len(), place.end as usize);
    let plain = clause(Operator::Equal, bare).is_some();
    if !matches!(operator, Operator::Equal | Operator::NotEqual) {
        let problem =
            Problem::new(RULE, suffix, format!("`.*` can only follow a version after `==` or `!=`, not `{sign}`"));
        return Some(match operator {
            // `>=1.0.*` was read as `>=1.0` by tools that took it.
            Operator::AtLeast | Operator::Below if written == format!("{bare}.*") && plain => {
                problem.help(format!("write `{sign}{bare}`")).replace("")
            }
            Operator::Compatible if written == format!("{bare}.*") && plain => problem
                .help(format!("write `=={bare}.*`, or `~={bare}.0`"))
                .related(Extent::new(start, start + sign.len()), "`~=` needs a plain version"),
            _ => problem,
        });
    }
    if written.strip_prefix(bare).is_some_and(|rest| rest.len() > 2 && rest.replace(".*", "").is_empty()) && plain {
        return Some(
            Problem::new(RULE, suffix, "one `.*` is enough: it stands for everything that follows")
                .help(format!("write `{sign}{bare}.*`"))
                .replace(".*"),
        );
    }
    if plain && written == format!("{bare}.*") {
        return Some(Problem::new(
            RULE,
            suffix,
            "`.*` cannot follow a pre-release, post-release, dev or local version",
        ));
    }
    None
}

/// `~=1`
fn compatible(operator: Operator, written: &str, whole: Extent) -> Option<Problem> {
    let number = operator == Operator::Compatible && written.chars().all(|c| c.is_ascii_digit());
    number.then(|| {
        Problem::new(RULE, whole, format!("`~=` needs a version of at least two parts, not `{written}`"))
            .help(format!("`~={written}.0` allows every later {written}.x, and so does `=={written}.*`"))
    })
}

/// `>=1.0+local`
fn local(operator: Operator, written: &str, place: Extent) -> Option<Problem> {
    let (bare, _) = written.split_once('+')?;
    let local = clause(Operator::Equal, written).is_some();
    (local && !matches!(operator, Operator::Equal | Operator::NotEqual)).then(|| {
        let sign = operator.as_str();
        let suffix = Extent::new(place.start as usize + bare.len(), place.end as usize);
        Problem::new(RULE, suffix, format!("a local version can only follow `==` or `!=`, not `{sign}`"))
            .help(format!("write `{sign}{bare}`"))
    })
}

/// `>=1<2`
fn second_clause(operator: Operator, written: &str, at: usize) -> Option<Problem> {
    let first = written.find(['<', '>', '=', '!', '~'])?;
    let (version, rest) = written.split_at_checked(first)?;
    let second = Operator::at_start(rest)?;
    let other = rest.get(second.as_str().len()..)?;
    let whole = clause(operator, version).is_some() && clause(second, other).is_some();
    whole.then(|| missing_comma(written, first).shift(at))
}

/// A mark that only looks like one of the grammar.
fn lookalike(body: &str, at: usize) -> Option<Problem> {
    let c = body.get(at..)?.chars().next()?;
    let (_, right) = LOOKALIKES.iter().find(|&&(mark, _)| mark == c)?;
    let problem = Problem::new(
        RULE,
        next(body, at),
        format!(
            "U+{:04X} stands where {} is needed",
            c as u32,
            match *right {
                "" => "nothing".to_owned(),
                " " => "a plain blank".to_owned(),
                mark => format!("a plain `{mark}`"),
            }
        ),
    );
    Some(problem.replace(*right))
}

/// White space other than blanks and tabs stands around the marker.
pub(super) fn white_space(at: Extent) -> Problem {
    Problem::new(RULE, at, "white space around a marker is blanks and tabs alone").replace(" ")
}

/// The character at `at`, or nothing at the end.
fn next(body: &str, at: usize) -> Extent {
    let length = body.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Extent::new(at, at + length)
}

/// A character for a message.
fn shown(c: char) -> String {
    if c.is_control() || c.is_whitespace() { format!("U+{:04X}", c as u32) } else { format!("`{c}`") }
}
