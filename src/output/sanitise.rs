//! Text from projects, made fit to print.
//!
//! Three dangers: a character that a terminal obeys or that hides or reorders others (Unicode TR 36, "Trojan Source"),
//! a command that a CI service obeys where it stands in a log, and a secret. Every format masks secrets by [`mask`]; what a person reads goes through [`line`]; source lines are
//! treated by [`excerpt`](super::excerpt), which has columns to keep.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands for a secret, however long it is.
pub const MASK: &str = "****";

/// Whether `c` is shown as its number: a control character (a tab too), one that changes the direction of text, or one
/// that cannot be seen.
pub fn is_unsafe(c: char) -> bool {
    // Most text is this.
    if matches!(c, ' '..='~') {
        return false;
    }
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether the character at byte `at` of `text` is the bracket of a logging command (`##vso[task.setvariable …]`): the
/// agent of Azure Pipelines obeys one wherever in a line it stands.
pub(crate) fn opens_command(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let before = at.checked_sub(COMMAND.len()).and_then(|start| bytes.get(start..at));
    bytes.get(at) == Some(&b'[') && before.is_some_and(|before| before.eq_ignore_ascii_case(COMMAND))
}

const COMMAND: &[u8] = b"##vso";

/// Whether a text holds such a command.
pub(crate) fn has_command(text: &str) -> bool {
    text.match_indices('[').any(|(at, _)| opens_command(text, at))
}

/// Makes a message fit for a line of a terminal or a log: secrets are masked, unsafe characters become `\u{202e}`, a tab
/// a space.
pub fn line(text: &str) -> Cow<'_, str> {
    let masked = mask(text);
    if !masked.chars().any(is_unsafe) && !has_command(&masked) {
        return masked;
    }
    let mut safe = String::with_capacity(masked.len() + 8);
    for (at, c) in masked.char_indices() {
        match c {
            '\t' => safe.push(' '),
            c if is_unsafe(c) || opens_command(&masked, at) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// The most bytes of a name or a sentence that is told.
const LONGEST: usize = 2000;

/// Cuts `text` where it is longer than anybody reads: a name of megabytes in a manifest would be one in each report.
/// Secrets are masked first, since half of one would not be known for what it is.
pub fn cut(text: &mut String) {
    if text.len() <= LONGEST {
        return;
    }
    let head = text.get(..text.floor_char_boundary(4 * LONGEST)).unwrap_or_default();
    let mut masked = mask(head).into_owned();
    masked.truncate(masked.floor_char_boundary(LONGEST));
    masked.push('…');
    *text = masked;
}

/// Replaces the secrets in `text` by [`MASK`].
pub fn mask(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for secret in secrets {
        masked.push_str(text.get(from..secret.start).unwrap_or_default());
        masked.push_str(MASK);
        from = secret.end;
    }
    masked.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(masked)
}

/// The secrets in `text`, in bytes, disjoint and in order: the credentials of URLs, tokens whose form gives them away,
/// and literals that are given to something named like a secret. References to variables (`${TOKEN}`, `{token}`) are
/// none. It would rather hide too much: nothing is decided by what is shown.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    credentials(text, &mut found);
    tokens(text, &mut found);
    literals(text, &mut found);
    plain(text, &mut found);
    found.retain(|secret| !secret.is_empty());
    found.sort_unstable_by_key(|secret| (secret.start, secret.end));
    let mut secrets: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for secret in found {
        match secrets.last_mut() {
            Some(last) if secret.start < last.end => last.end = last.end.max(secret.end),
            _ => secrets.push(secret),
        }
    }
    secrets
}

/// The secrets of `scheme://user:password@host` (RFC 3986, 3.2.1): the password, and the user where it stands alone,
/// as tokens do; `git@` of an SSH URL is none.
fn credentials(text: &str, found: &mut Vec<Range<usize>>) {
    let whole = text.match_indices("://");
    // As a URL becomes where it is taken for a path.
    let short = text.match_indices(":/").filter(|(at, _)| !text.get(at + 2..).unwrap_or_default().starts_with('/'));
    for (at, mark) in whole.chain(short) {
        let head = text.get(..at).unwrap_or_default();
        let scheme = head.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).next();
        let scheme = scheme.unwrap_or_default();
        if mark == ":/" && scheme.len() < 2 {
            continue;
        }
        let start = at + mark.len();
        let rest = text.get(start..).unwrap_or_default();
        let Some(info) = userinfo(rest, scheme) else { continue };
        let (user, password) = info.split_once(':').unwrap_or((info, ""));
        let password_at = start + user.len() + 1;
        if !password.is_empty() && !is_placeholder(password) {
            found.push(password_at..password_at + password.len());
        }
        let user_alone = (password.is_empty() || password == "x-oauth-basic") && scheme.contains("http");
        let token = user.len() >= 20 && user.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if (user_alone || token) && user != "git" && !is_placeholder(user) {
            found.push(start..start + user.len());
        }
    }
}

/// What stands before the `@` of a URL whose part after `://` is `rest`. A password that was not percent-encoded may
/// hold what ends an authority: then the text up to the next `@` counts, unless what looks like one is a port.
fn userinfo<'a>(rest: &'a str, scheme: &str) -> Option<&'a str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '`');
    let end = rest.find(|c| ends(c) || matches!(c, '/' | '?' | '#' | '\'')).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    if let Some(at) = authority.rfind('@') {
        return authority.get(..at);
    }
    let (host, port) = authority.split_once(':')?;
    let doubtful = port.starts_with(|c: char| !c.is_ascii_digit() && !matches!(c, '{' | '$' | '%'))
        && !host.starts_with('[')
        && !scheme.contains("ssh");
    if !doubtful {
        return None;
    }
    // No further than to the next URL, so that a line of nothing else is read once.
    let word = rest.get(..rest.find("://").unwrap_or(rest.len()))?;
    let word = word.get(..word.find(ends).unwrap_or(word.len()))?;
    word.get(..word.find('@')?)
}

/// Whether a text only stands for a secret: `${TOKEN}`, `$TOKEN`, `{token}`, `{{ token }}`, `%(token)s`, `%s`, `****`.
fn is_placeholder(text: &str) -> bool {
    let name = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b' ' | b'-'));
    let within = |open: &str, close: &str| {
        text.strip_prefix(open).and_then(|text| text.strip_suffix(close)).is_some_and(|text| name(text.trim()))
    };
    within("${", "}")
        || within("{{", "}}")
        || within("${{", "}}")
        || within("{", "}")
        || within("%(", ")s")
        || text
            .strip_prefix('$')
            .is_some_and(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'))
        || text == "%s"
        || text.bytes().all(|b| b == b'*')
}

/// The bytes of the shortest token: `xoxb-` and ten more.
const SHORTEST_TOKEN: usize = 15;

/// Tokens that their issuers made easy to find.
fn tokens(text: &str, found: &mut Vec<Range<usize>>) {
    static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?x) (?-u:\b) (?:
                A(?:KI|SI)A [0-9A-Z]{16}
              | AIza [0-9A-Za-z_-]{35}
              | gh[opsur]_ [0-9A-Za-z]{30,}
              | github_pat_ [0-9A-Za-z_]{22,}
              | glpat- [0-9A-Za-z_-]{20,}
              | xox[abeprs]- [0-9A-Za-z-]{10,}
              | sk- (?: (?:proj|ant|svcacct|admin)- [0-9A-Za-z_-]{20,} | [0-9A-Za-z]{32,} )
              | [rs]k_live_ [0-9A-Za-z]{16,}
              | pypi-AgE [0-9A-Za-z_-]{50,}
              | npm_ [0-9A-Za-z]{30,}
              | eyJ [0-9A-Za-z_-]{10,} \. eyJ [0-9A-Za-z_-]{10,} \. [0-9A-Za-z_-]*
            )",
        )
        .expect("a pattern")
    });
    // Most texts have none, and the pattern takes a millisecond to build.
    if text.split_ascii_whitespace().any(|word| word.len() >= SHORTEST_TOKEN) {
        found.extend(TOKEN.find_iter(text).map(|token| token.range()));
    }
}

/// Secrets without quotes that a name stands before: a parameter of a URL (`?token=…`), the token of a channel of
/// conda (`/t/…`), an authorisation header, and
/// what a comment or an option says of a password (`# password=…`, `--password=…`). In code the same words are names.
fn plain(text: &str, found: &mut Vec<Range<usize>>) {
    static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?x)
              [?&] (?i-u: (?: [a-z-]* (?: token|signature|secret|password|credential|api_?key ) | sig | key ) ) = (?P<query> [^&\s"'\#<>]{4,} )
            | (?-u:\b) (?i-u: Bearer|Basic ) \x20+ (?P<header> [0-9A-Za-z._~+/=-]{12,} )
            | :// [^\s/"']* conda [^\s/"']* /t/ (?P<channel> [^\s/"'<>$]{8,} )
            | (?: \# | -- ) [^\n"']*? (?-u:\b) (?i-u: password|passwd|token|secret|api_?key ) \x20* [:=] \x20* (?P<said> [^\s"'{}$()\[\],;]{4,} )"#,
        )
        .expect("a pattern")
    });
    let names_one = |text: &str| ["bearer", "basic"].iter().any(|scheme| text.contains(scheme));
    if !text.contains(['=', ':']) && !names_one(&text.to_ascii_lowercase()) {
        return;
    }
    for captures in PLAIN.captures_iter(text) {
        let value = ["query", "header", "channel", "said"].iter().find_map(|name| captures.name(name));
        found.extend(value.filter(|value| !is_placeholder(value.as_str())).map(|value| value.range()));
    }
}

/// String literals that are secrets by their place: `password = "…"`, `"api_key": '…'`, `AzureKeyCredential("…")`,
/// `AccountKey=…;`, and the forty characters of a secret access key.
fn literals(text: &str, found: &mut Vec<Range<usize>>) {
    static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?x)
              (?i-u: passw(?:or)?d | passphrase | pwd | secret | (?:access|account|api|private|secret|signing)_?key(?:_?id)?
                 | credentials? | connection_?string | (?P<token>token) )
              ["']? \s* (?: : \s* str \s* )? (?: ={1,2} | : | = \s* \( | (?P<call>\() ) \s* [bBrRuUfF]{0,2}
              (?: "(?P<double>[^"\n]*) | '(?P<single>[^'\n]*) )
            | (?-u:\b) (?:AccountKey|SharedAccessKey) = (?P<part>[^;"'\s]{16,})
            | ["'] (?P<forty>[0-9A-Za-z/+]{40}) ["']"#,
        )
        .expect("a pattern")
    });
    static STRING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""([^"\n]*)"|'([^'\n]*)'"#).expect("a pattern"));
    if !text.contains(['"', '\'']) && !text.contains("Key=") {
        return;
    }
    for captures in LITERAL.captures_iter(text) {
        let Some(value) = ["double", "single", "part", "forty"].iter().find_map(|name| captures.name(name)) else {
            continue;
        };
        // Forty hexadecimal digits are a commit; a short token marks padding, the end of a sentence.
        let commit = captures.name("forty").is_some() && !is_mixed(value.as_str());
        let short = captures.name("token").is_some() && value.len() < 8;
        let word = captures.name("call").is_some() && !is_credential(&captures);
        if commit || short || word || is_placeholder(value.as_str()) {
            continue;
        }
        found.push(value.range());
        if captures.name("call").is_some() {
            // The secret may be any of the arguments.
            let rest = text.get(value.end()..).unwrap_or_default().bytes().position(|b| b == b')' || b == b'\n');
            let arguments = value.end() + 1..value.end() + rest.unwrap_or(0);
            for argument in STRING.captures_iter(text.get(arguments.clone()).unwrap_or_default()) {
                if let Some(value) = argument.get(1).or(argument.get(2)) {
                    found.push(arguments.start + value.start()..arguments.start + value.end());
                }
            }
        }
    }
}

/// Whether a match is of a call of something called a credential (`getpass("…")` and `token("…")` are not).
fn is_credential(captures: &Captures<'_>) -> bool {
    captures.get(0).is_some_and(|all| all.as_str().to_ascii_lowercase().starts_with("credential"))
}

/// Whether a text has small letters, capitals and digits, as random ones do and hexadecimal ones do not.
fn is_mixed(text: &str) -> bool {
    let has = |test: fn(&u8) -> bool| text.as_bytes().iter().any(test);
    has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_urls_are_masked() {
        let cases = [
            ("https://user:pw@host/simple", "https://user:****@host/simple"),
            ("--index-url=https://u:p%40q@h:8080/x", "--index-url=https://u:****@h:8080/x"),
            ("'https://u:p@q@h/'", "'https://u:****@h/'"),
            ("https://token@host/", "https://****@host/"),
            ("https://token:@host/", "https://****:@host/"),
            ("https://token:x-oauth-basic@host/", "https://****:****@host/"),
            ("git+https://abcdefghij0123456789:x@host/", "git+https://****:****@host/"),
            ("a @ git+https://oauth2:tok@h/r.git@v1#egg=x", "a @ git+https://oauth2:****@h/r.git@v1#egg=x"),
            // Not encoded as it should be.
            ("https://u:p/q#r@h/", "https://u:****@h/"),
            ("https://u:pa'q@h/ x@y", "https://u:****@h/ x@y"),
            ("https://u:日本@h", "https://u:****@h"),
            ("https://a:b@c https://d:e@f", "https://a:****@c https://d:****@f"),
            ("postgresql+psycopg://app:pw@db/app", "postgresql+psycopg://app:****@db/app"),
        ];
        for (text, expected) in cases {
            assert_eq!(mask(text), expected);
        }
    }

    #[test]
    fn secrets_without_quotes_are_found_by_the_name_before_them() {
        for (text, secret) in [
            ("bs4 # https://h.example/simple?token=Ab3dEf6hIj9kLm2n", "Ab3dEf6hIj9kLm2n"),
            ("https://h.example/x?a=b&X-Amz-Signature=0123456789abcdef", "0123456789abcdef"),
            ("- https://conda.example/t/ab-0123-4567/channel", "ab-0123-4567"),
            ("headers = {\"Authorization\": \"Bearer abcdefghijklmnop\"}", "abcdefghijklmnop"),
            ("bs4  # password=hunter22", "hunter22"),
            ("--global-option=\"x\" --password=hunter22", "hunter22"),
        ] {
            let masked = mask(text);
            assert!(!masked.contains(secret), "{masked}");
        }
        for text in
            ["token = settings.token", "# the token: see below", "requests[security]>=2  # key dependency", "?page=12"]
        {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn what_is_no_secret_is_left() {
        for text in [
            "https://host:8080/a@b",
            "https://host/a:b@c",
            "http://[::1]:80/@x",
            "git+ssh://git@host/r.git@v1",
            "git+ssh://host:org/r.git@v1",
            "git+https://git@host/r",
            "https://${USER}:${TOKEN}@host/",
            "f\"https://{user}:{password}@host/\"",
            "https://%(user)s:%(pw)s@host",
            "https://user:****@host",
            "postgresql://app@db/app",
            "://",
            "x@y://z",
            "me@example.com",
            "token=\"</s>\"",
            "password=\"\"",
            "password = read(\"file\")",
            "os.environ[\"TOKEN\"]",
            "getpwd(\"x\")",
            "secret = \"${SECRET}\"",
            "rev = \"0123456789abcdef0123456789abcdef01234567\"",
            "scikit-learn sk-learn-extension-of-some-kind-or-other",
        ] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn literals_are_masked() {
        let cases = [
            ("boto3.client('s3', aws_secret_access_key='abc')", "boto3.client('s3', aws_secret_access_key='****')"),
            ("SECRET_KEY: str = \"x y\"", "SECRET_KEY: str = \"****\""),
            ("{\"password\": 'a\"b'}", "{\"password\": '****'}"),
            ("password=(\n  b\"abc", "password=(\n  b\"****"),
            ("ClientSecretCredential(\"t\", \"c\", 's')", "ClientSecretCredential(\"****\", \"****\", '****')"),
            ("AccountName=a;AccountKey=abcdefghijklmnop==;x", "AccountName=a;AccountKey=****;x"),
            ("f('AKIAABCDEFGHIJKLMNOP')", "f('****')"),
            ("f(\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\")", "f(\"****\")"),
            ("token=\"0123456789\"", "token=\"****\""),
        ];
        for (text, expected) in cases {
            assert_eq!(mask(text), expected);
        }
    }

    #[test]
    fn nothing_unseen_reaches_a_terminal() {
        let cases = [
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("\u{7f}\u{9b}\0", "\\u{7f}\\u{9b}\\u{0}"),
            ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"),
            ("a\u{200b}\u{feff}\u{2028}", "a\\u{200b}\\u{feff}\\u{2028}"),
            ("a\r\nb\tc", "a\\u{d}\\u{a}b c"),
            ("日本 é 🎉", "日本 é 🎉"),
            ("é ##VSO[task.complete]", "é ##VSO\\u{5b}task.complete]"),
            ("##vso [x] vso[y] [z]", "##vso [x] vso[y] [z]"),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text), expected);
            assert!(!line(text).chars().any(is_unsafe));
            assert!(!has_command(&line(text)));
        }
    }

    #[test]
    fn many_urls_in_a_long_line_take_linear_time() {
        let text = "http://a:b/c".repeat(200_000);
        assert!(secrets(&text).is_empty());
        let text = "://".repeat(500_000);
        assert!(secrets(&text).is_empty());
    }
}
