//! From where a project installs: the indexes of its manifests, and those of the commands that install.

use crate::evidence::{EvidenceFile, TraceKind, command};
use crate::manifest::{Manifest, url};
use crate::rule::{Context, speaker};
use crate::source::{Extent, Span};

/// What reads an option: each chooses among several indexes in a way of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Takes the best version of all indexes.
    Pip,
    /// Takes the first index that has the name, unless it is told otherwise.
    Uv,
    /// Takes the best version of all sources that are not explicit.
    Poetry,
    /// Takes the best version of all sources, unless it is told which package comes from where.
    Pdm,
    /// Takes packages from the first source, unless they name another.
    Pipenv,
    /// As uv.
    Pixi,
}

/// An index, or a host that is to be trusted.
#[derive(Debug, Clone)]
pub struct Index<'a> {
    /// What reads it.
    pub reader: Reader,
    /// As an option of pip (`--index-url`, `--extra-index-url`, `--find-links`, `--trusted-host`), or the name of a table
    /// whose index serves those packages alone that name it.
    pub name: &'a str,
    /// Its URL, or the host.
    pub value: String,
    /// The option with its value, or the value.
    pub at: Span,
    /// The value.
    pub value_at: Span,
    /// The path of the file.
    pub path: &'a str,
}

/// The options that are of interest, with their short forms.
const OPTIONS: &[(&str, &str)] = &[
    ("--index-url", "--index-url"),
    ("-i", "--index-url"),
    ("--pypi-url", "--index-url"),
    ("--default-index", "--index-url"),
    ("--extra-index-url", "--extra-index-url"),
    ("--index", "--extra-index-url"),
    ("--find-links", "--find-links"),
    ("-f", "--find-links"),
    ("--trusted-host", "--trusted-host"),
    ("--allow-insecure-host", "--trusted-host"),
    ("--index-strategy", "--index-strategy"),
];

/// The name of a source that Poetry asks for what no other source has.
pub const SUPPLEMENTAL: &str = "tool.poetry.source.supplemental";

/// The option that takes all indexes away, in whichever order they stand: what `--find-links` names is left (pip,
/// `req/req_file.py`).
const NONE: &str = "--no-index";

/// Whether an option names an index that `--no-index` takes away.
fn is_index(name: &str) -> bool {
    matches!(name, "--index-url" | "--extra-index-url")
}

/// Commands that look for distributions in indexes: their first words.
const COMMANDS: &[(&str, Reader)] = &[
    ("pip install", Reader::Pip),
    ("pip download", Reader::Pip),
    ("pip wheel", Reader::Pip),
    ("pip-compile", Reader::Pip),
    ("pip-sync", Reader::Pip),
    ("pipx install", Reader::Pip),
    ("uv pip", Reader::Uv),
    ("uv sync", Reader::Uv),
    ("uv lock", Reader::Uv),
    ("uv add", Reader::Uv),
    ("uv tool install", Reader::Uv),
];

/// What the manifest says of indexes, in the order of its text, without those that it switches off.
pub fn of_manifest(manifest: &Manifest) -> impl Iterator<Item = Index<'_>> {
    let options = &manifest.reading.options;
    // In tox each environment has a list of its own.
    let has_none = manifest.format == "requirements" && options.iter().any(|option| option.name == NONE);
    options.iter().filter(move |option| !(has_none && is_index(&option.name))).map(move |option| Index {
        reader: reader_of(manifest, option.value_at),
        name: &option.name,
        value: option.value.clone(),
        at: manifest.file.span(option.at),
        value_at: manifest.file.span(option.value_at),
        path: &manifest.path,
    })
}

/// Who reads the option whose value stands at `at`.
fn reader_of(manifest: &Manifest, at: Extent) -> Reader {
    match manifest.format {
        "Pipfile" => return Reader::Pipenv,
        "pixi" => return Reader::Pixi,
        "pyproject" => {}
        _ => return Reader::Pip,
    }
    let tools = [
        ("tool.uv.", Reader::Uv),
        ("tool.poetry.", Reader::Poetry),
        ("tool.pdm.", Reader::Pdm),
        ("tool.pixi.", Reader::Pixi),
    ];
    let setting = manifest.reading.settings.iter().find(|setting| setting.at.contains(at));
    let reader = setting.and_then(|s| tools.iter().find(|(table, _)| s.key.starts_with(table)));
    reader.map_or(Reader::Uv, |(_, reader)| *reader)
}

/// A command that installs, with the indexes that it names.
#[derive(Debug)]
pub struct Install<'a> {
    /// What runs.
    pub reader: Reader,
    /// The whole command line.
    pub line: &'a str,
    /// Its options.
    pub indexes: Vec<Index<'a>>,
}

/// The commands of which the project speaks that look for distributions.
pub fn of_commands<'a>(context: &Context<'a>) -> Vec<Install<'a>> {
    let mut found = Vec::new();
    for evidence in speaker::evidence(context) {
        let text = context.workspace.sources.text(evidence.file);
        for trace in evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command) {
            let runs = |words: &str| trace.text.strip_prefix(words).is_some_and(|rest| rest.starts_with(' '));
            if let Some((_, reader)) = COMMANDS.iter().find(|(words, _)| runs(words)) {
                let indexes = options(evidence, trace.at, trace.at.of(text), *reader);
                found.push(Install { reader: *reader, line: &trace.text, indexes });
            }
        }
    }
    found
}

fn options<'a>(evidence: &'a EvidenceFile, at: Extent, text: &str, reader: Reader) -> Vec<Index<'a>> {
    let words = command::words(text);
    let has_none = words.iter().any(|(word, _)| word == NONE);
    let mut found = Vec::new();
    for (place, (word, word_at)) in words.iter().enumerate() {
        let (written, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let named = OPTIONS.iter().find(|(option, _)| *option == written);
        let Some((_, name)) = named.filter(|(_, name)| !(has_none && is_index(name))) else { continue };
        let (value, value_at) = match value {
            Some(value) => (value.to_owned(), *word_at),
            None => match words.get(place + 1) {
                Some((value, value_at)) => (value.clone(), *value_at),
                None => continue,
            },
        };
        let span = |extent: Extent| evidence.file.span(extent.shift(at.range().start));
        found.push(Index {
            reader,
            name,
            value,
            at: span(word_at.cover(value_at)),
            value_at: span(value_at),
            path: &evidence.path,
        });
    }
    found
}

/// The host of an index, or the host that `--trusted-host` names; nothing where a variable decides.
pub fn host(value: &str) -> Option<&str> {
    let host = match url::find(value).next() {
        Some(url) => url.host(),
        None => url::host_of(value.split('/').next().unwrap_or(value)),
    };
    (!host.is_empty() && !host.contains(['$', '{', '%', '<', '*'])).then_some(host)
}

/// Whether a host is this machine, or the one that runs the container.
pub fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "0.0.0.0" | "host.docker.internal")
        || host.starts_with("127.")
        || host.ends_with(".localhost")
}

/// Whether a host can be reached within a private network alone: a name without a domain, a private address (RFC 1918),
/// or a domain that is never public (RFC 6762, RFC 8375).
pub fn is_private(host: &str) -> bool {
    const DOMAINS: &[&str] = &[".local", ".internal", ".lan", ".intranet", ".corp", ".home", ".home.arpa", ".private"];
    let mut parts = host.split('.');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let numeric = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let second_number = second.and_then(|part| part.parse::<u8>().ok());
    let address = match (first, second_number) {
        ("10", _) => true,
        ("172", Some(part)) => (16..32).contains(&part),
        ("192", Some(part)) => part == 168,
        _ => false,
    };
    numeric && address || second.is_none() || DOMAINS.iter().any(|domain| host.ends_with(domain))
}

/// Whether a host is that of the public index: `pypi` directly below a top-level domain.
pub fn is_public_index(host: &str) -> bool {
    let mut parts = host.rsplit('.');
    let (top, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    !top.is_empty() && name == "pypi"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_hosts() {
        for (value, expected) in [
            ("http://devpi:3141/root", Some("devpi")),
            ("index.example:8080", Some("index.example")),
            ("http://u:p@[::1]:80/x", Some("::1")),
            ("http://$HOST/x", None),
            ("", None),
        ] {
            assert_eq!(host(value), expected, "{value}");
        }
        assert!(is_local("127.0.0.1") && is_local("a.localhost") && !is_local("localhost.example"));
        for (host, expected) in [
            ("devpi", true),
            ("10.0.0.1", true),
            ("172.16.1.1", true),
            ("172.32.1.1", false),
            ("192.168.0.2", true),
            ("index.corp", true),
            ("index.example", false),
            ("10.example", false),
        ] {
            assert_eq!(is_private(host), expected, "{host}");
        }
    }
}
