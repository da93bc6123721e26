//! `credentials-in-url`: a password or a token in the URL of an index, a repository or a requirement.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::manifest::Manifest;
use crate::manifest::url::{self, Url};
use crate::rule::{Context, speaker};
use crate::source::{Extent, FileId, Location, Span};

/// Tables of `pyproject.toml` that name indexes and repositories. The settings of other tools may hold any URL.
const TABLES: &[&str] = &["tool.uv.", "tool.poetry.", "tool.pdm.", "tool.pixi.", "tool.hatch.", "tool.pip", "project."];

/// Programs that take the URL of an index or a repository.
const PROGRAMS: &[&str] = &[
    "pip",
    "uv",
    "pipx",
    "poetry",
    "pdm",
    "pipenv",
    "conda",
    "mamba",
    "micromamba",
    "pixi",
    "twine",
    "rye",
    "hatch",
    "pip-compile",
    "pip-sync",
];

/// Variables that name an index to pip and uv.
const VARIABLES: &[&str] = &[
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "UV_INDEX",
    "UV_DEFAULT_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
];

/// Parameters of a query that are secrets.
const PARAMETERS: &[&str] = &["token", "private_token", "access_token", "auth_token", "api_key", "apikey"];

/// Tokens that their issuers made easy to find.
const TOKENS: &[&str] = &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "pypi-AgE"];

/// One finding for each secret, with its further places.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(String, String), Vec<Span>> = BTreeMap::new();
    let mut order: Vec<(String, String)> = Vec::new();
    let sources = &context.workspace.sources;
    let mut look = |file: FileId, text: &'_ str, start: usize| {
        for (secret, host) in secrets(text) {
            let place = Span { file, extent: Extent::from(secret.clone()).shift(start) };
            let key = (text.get(secret).unwrap_or_default().to_owned(), host);
            let places = found.entry(key.clone()).or_default();
            if places.is_empty() {
                order.push(key);
            }
            if !places.contains(&place) {
                places.push(place);
            }
        }
    };
    for manifest in &context.project.manifests {
        for at in candidates(manifest, sources.text(manifest.file)) {
            look(manifest.file, at.of(sources.text(manifest.file)), at.range().start);
        }
    }
    for environment in &context.project.environments {
        let reading = &environment.reading;
        for at in reading.requirements.iter().map(|r| r.at).chain(reading.options.iter().map(|option| option.at)) {
            look(environment.file, at.of(sources.text(environment.file)), at.range().start);
        }
    }
    for lock in context.project.own_locks() {
        for address in &lock.lock.addresses {
            look(lock.file, &address.text, address.at.range().start);
        }
    }
    for evidence in speaker::evidence(context) {
        let runs = |text: &str| PROGRAMS.contains(&text.split(' ').next().unwrap_or_default());
        for trace in evidence.seen.traces.iter().filter(|trace| runs(&trace.text)) {
            look(evidence.file, trace.at.of(sources.text(evidence.file)), trace.at.range().start);
        }
        let text = sources.text(evidence.file);
        if VARIABLES.iter().any(|variable| text.contains(variable)) {
            let names = |line: &str| VARIABLES.iter().any(|variable| line.contains(variable));
            for at in lines(text).into_iter().filter(|at| names(at.of(text))) {
                look(evidence.file, at.of(text), at.range().start);
            }
        }
    }
    let findings = order.into_iter().filter_map(|key| {
        let places = found.get(&key)?;
        finding(&key.1, places)
    });
    findings.collect()
}

fn finding(host: &str, places: &[Span]) -> Option<Finding> {
    let (first, others) = places.split_first()?;
    let mut finding = Finding::new(Location::Span(*first), format!("a secret stands in the URL of `{host}`"))
        .label("not to be shown to anybody")
        .note("whoever can read the repository, or a copy of it, can use the secret, also after it was deleted here")
        .help("revoke it, and give the new one where it is used: `${TOKEN}` in a requirements file, `.netrc`, `keyring`, a secret of the CI service")
        .key(host);
    for place in others {
        finding = finding.related(*place, ALSO_DECLARED);
    }
    Some(finding)
}

/// Where URLs of a manifest may stand: all lines but comments; in a `pyproject.toml` requirements and the tables of
/// managers.
fn candidates(manifest: &Manifest, text: &str) -> Vec<Extent> {
    if manifest.format == "pyproject" {
        let reading = &manifest.reading;
        let settings = reading.settings.iter().filter(|s| TABLES.iter().any(|table| s.key.starts_with(table)));
        let with_url = settings.filter(|s| s.value.contains("://")).map(|s| s.at);
        return with_url.chain(reading.requirements.iter().map(|r| r.at)).collect();
    }
    lines(text)
}

/// The lines of a text without their comments.
fn lines(text: &str) -> Vec<Extent> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let comment = line.match_indices('#').map(|(at, _)| at).find(|&at| {
            line.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        });
        lines.push(Extent::new(start, start + comment.unwrap_or(line.len())));
        start += line.len();
    }
    lines
}

/// The secrets of a text in bytes, each with the host that it opens.
fn secrets(text: &str) -> Vec<(Range<usize>, String)> {
    url::find(text).filter_map(|url| Some((secret(text, &url)?, url.host().to_owned()))).collect()
}

fn secret(text: &str, url: &Url<'_>) -> Option<Range<usize>> {
    const SCHEMES: &[&str] = &["http", "https", "ftp", "git"];
    let scheme = url.scheme().to_ascii_lowercase();
    let system = ["git+", "hg+", "svn+", "bzr+"].iter().any(|system| scheme.starts_with(system));
    let local = matches!(url.host(), "localhost" | "127.0.0.1" | "::1") || url.host().is_empty();
    if !(system || SCHEMES.contains(&scheme.as_str())) || local {
        return None;
    }
    if let Some(info) = url.userinfo() {
        let (user, password) = text.get(info.clone())?.split_once(':').unwrap_or((text.get(info.clone())?, ""));
        if matches!(password, "" | "x-oauth-basic") {
            return is_token(user).then(|| info.start..info.start + user.len());
        }
        let at = info.start + user.len() + 1;
        return (!is_placeholder(password)).then_some(at..info.end);
    }
    if let Some(query) = url.query() {
        let mut at = query.start;
        for part in text.get(query)?.split('&') {
            if let Some((name, value)) = part.split_once('=')
                && PARAMETERS.contains(&name)
                && value.len() >= 16
                && value.bytes().any(|b| b.is_ascii_digit())
                && value.bytes().all(is_plain)
                && !is_placeholder(value)
            {
                return Some(at + name.len() + 1..at + part.len());
            }
            at += part.len() + 1;
        }
    }
    // A channel of conda takes a token as a part of its path: `/t/TOKEN/channel`.
    if !url.host().contains("conda") {
        return None;
    }
    let path = url.path();
    let token = text.get(path.clone())?.strip_prefix("/t/")?.split('/').next()?;
    let at = path.start + "/t/".len();
    (token.len() >= 10 && token.bytes().any(|b| b.is_ascii_digit()) && !is_placeholder(token))
        .then(|| at..at + token.len())
}

/// Whether what stands in the place of a user is a token, not a name.
fn is_token(user: &str) -> bool {
    let has = |test: fn(&u8) -> bool| user.as_bytes().iter().any(test);
    let known = TOKENS.iter().any(|token| user.starts_with(token)) && user.len() >= 20;
    let random = user.len() >= 20 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    user.bytes().all(is_plain) && (known || random) && !is_placeholder(user)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a text only stands for a secret: a variable, a name of what is to be put there, a word that nobody takes for
/// one.
fn is_placeholder(text: &str) -> bool {
    const WORDS: &[&str] =
        &["passw", "pwd", "token", "secret", "your", "here", "key", "user", "credential", "placeholder"];
    const DUMMIES: &[&str] =
        &["pass", "pw", "pat", "changeme", "example", "dummy", "fake", "test", "foo", "bar", "baz", "abc"];
    let lower = text.to_ascii_lowercase();
    let wordy = text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.'));
    let capitals = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let first = text.chars().next();
    text.contains(['$', '{', '}', '<', '>', '*', '(', '[', '…'])
        || text.len() > 2 && text.starts_with('%') && text.ends_with('%')
        || capitals
        || wordy && WORDS.iter().any(|word| lower.contains(word))
        || DUMMIES.contains(&lower.as_str())
        || lower.starts_with("password") && lower.len() <= "password".len() + 3
        || text.chars().all(|c| Some(c) == first)
        || lower.starts_with("xxx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_secrets_from_what_stands_for_them() {
        for (text, expected) in [
            ("https://bot:Hq7-tr2bZ@index.example/simple", Some("Hq7-tr2bZ")),
            (
                "git+https://ghp_0123456789abcdefghij0123456789abcdef@host.example/o/r.git",
                Some("ghp_0123456789abcdefghij0123456789abcdef"),
            ),
            (
                "https://0123456789abcdef0123456789abcdef:x-oauth-basic@host.example/o/r",
                Some("0123456789abcdef0123456789abcdef"),
            ),
            ("https://x-access-token:k3y0fS0mebody@host.example/o/r", Some("k3y0fS0mebody")),
            ("https://conda.example/t/ab-12345678-90cd/channel", Some("ab-12345678-90cd")),
            ("https://user:p%40ss1@host.example", Some("p%40ss1")),
            ("https://index.example/simple?a=b&token=Ab3dEf6hIj9kLm2nOp#x", Some("Ab3dEf6hIj9kLm2nOp")),
            ("https://index.example/x.whl?private_token=0123456789abcdef", Some("0123456789abcdef")),
            ("https://index.example/simple?token=${INDEX_TOKEN_2_OF_SHOP}", None),
            ("https://index.example/simple?token=short1", None),
            ("https://index.example/simple?page=0123456789abcdef", None),
            ("https://user:password@example.com", None),
            ("https://USERNAME:PASSWORD@index.example", None),
            ("https://${USER}:${TOKEN}@index.example", None),
            ("https://$TOKEN@index.example", None),
            ("https://%TOKEN%:%PW%@index.example", None),
            ("https://{{ user }}:{{ token }}@index.example", None),
            ("https://<user>:<token>@index.example", None),
            ("https://git@host.example/o/r", None),
            ("git+ssh://git@host.example/o/r", None),
            ("https://oauth2@host.example/o/r", None),
            ("https://x-access-token@host.example/o/r", None),
            ("https://gitlab-ci-token:your-token@host.example", None),
            ("https://aws:xxxxxxxx@host.example", None),
            ("http://user:s3cr3t-1@localhost:3141/simple", None),
            ("postgresql://app:s3cr3t-1@db.example/app", None),
            ("https://conda.example/t/<TOKEN>/channel", None),
            ("https://host.example/t/topic-12345678", None),
            ("https://host.example/a@b:c@d", None),
        ] {
            let found: Vec<&str> = secrets(text).into_iter().map(|(at, _)| &text[at]).collect();
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }
}
