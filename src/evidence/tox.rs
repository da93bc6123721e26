//! tox: `tox.ini`, `tox.toml`, and its sections in `setup.cfg`.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::{Format, Seen, TraceKind, command, version};
use crate::manifest::ini::{self, Entry};
use crate::manifest::mapped::Mapped;
use crate::source::Extent;

/// `tox.ini`.
pub const INI: Format = Format { name: "tox", matches: |name, _| name == "tox.ini", read: read_ini };

/// `tox.toml`.
pub const TOML: Format = Format { name: "tox", matches: |name, _| name == "tox.toml", read: read_toml };

/// How many environments the braces of one list may stand for.
const MAX_ENVIRONMENTS: usize = 1_000;

/// Reads the sections of an INI file, and what tox runs in those that are its own.
pub(super) fn read_ini(text: &str) -> Seen {
    let mut seen = Seen::default();
    let ini = ini::read(text);
    for section in &ini.sections {
        seen.trace(TraceKind::Table, &section.name, section.header);
        let name = section.name.as_str();
        if matches!(name, "tox" | "tox:tox") {
            for key in ["envlist", "env_list"] {
                section.get(key).into_iter().for_each(|entry| environments(&entry.value, &mut seen));
            }
            requirements(section.get("requires"), &mut seen);
        } else if name.starts_with("testenv") || section.entries.iter().any(|entry| entry.key.starts_with("commands")) {
            for entry in &section.entries {
                match entry.key.as_str() {
                    "deps" => requirements(Some(entry), &mut seen),
                    "commands" | "commands_pre" | "commands_post" => commands(&entry.value, &mut seen),
                    "basepython" | "base_python" => {
                        for line in entry.value.lines() {
                            let value = without_factors(&line).trim();
                            version::add(value.as_str(), value.at(), &mut seen);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    seen
}

fn requirements(entry: Option<&Entry>, seen: &mut Seen) {
    for line in entry.map(|entry| entry.value.lines().collect::<Vec<_>>()).unwrap_or_default() {
        let line = without_comment(&without_factors(&line)).trim();
        if !line.as_str().starts_with(['-', '{', '.', '/']) {
            command::requirement(&line, seen);
        }
    }
}

/// One command a line, `\` before the end of a line joins it to the next.
fn commands(value: &Mapped, seen: &mut Seen) {
    let mut current = Mapped::default();
    for line in value.lines() {
        let line = if current.is_empty() { without_factors(&line) } else { line };
        let line = without_comment(&line).trim();
        let text = line.as_str();
        let continues = text.ends_with('\\');
        current.push_from(&line, 0..text.len() - usize::from(continues));
        if continues {
            current.push_whole(" ", line.extent(text.len() - 1..text.len()));
        } else {
            run(&std::mem::take(&mut current), seen);
        }
    }
    run(&current, seen);
}

fn run(line: &Mapped, seen: &mut Seen) {
    let mut script = Mapped::default();
    substitute(line, &mut script, 0);
    let text = script.as_str();
    // `-` ignores and `!` inverts the exit status.
    let start = text.len() - text.trim_start_matches(['-', '!', ' ']).len();
    command::read(&script.slice(start..text.len()), seen);
}

/// Writes what is the same everywhere for tox's substitutions: the program for `{envpython}`, the default for
/// `{posargs:default}` and `{env:NAME:default}`; what is left stays as written, as one word.
fn substitute(text: &Mapped, out: &mut Mapped, depth: usize) {
    let source = text.as_str();
    let mut here = 0;
    while let Some(at) = source.get(here..).and_then(|rest| rest.find('{')).map(|at| here + at) {
        out.push_from(text, here..at);
        let mut level = 0_usize;
        let end = source.get(at..).unwrap_or_default().char_indices().take(2_048).find_map(|(offset, c)| {
            match c {
                '{' => level += 1,
                '}' => level = level.saturating_sub(1),
                _ => {}
            }
            (level == 0).then_some(at + offset)
        });
        let Some(end) = end else {
            out.push_from(text, at..source.len());
            return;
        };
        here = end + 1;
        let inner = source.get(at + 1..end).unwrap_or_default();
        let default = if inner.starts_with("posargs") {
            Some(if inner.contains(':') { 1 + inner.find(':').unwrap_or(0) } else { inner.len() })
        } else if let Some(rest) = inner.strip_prefix("env:") {
            rest.find(':').map(|colon| 4 + colon + 1)
        } else {
            None
        };
        match (default, inner) {
            (Some(start), _) if depth < 8 => substitute(&text.slice(at + 1 + start..end), out, depth + 1),
            (_, "envpython" | "env_python") => out.push_whole("python", text.extent(at..here)),
            (_, "toxinidir" | "tox_root") => out.push_whole(".", text.extent(at..here)),
            // A blank within would part it in two words.
            _ if inner.contains(' ') => out.push_whole("{}", text.extent(at..here)),
            _ => out.push_from(text, at..here),
        }
    }
    out.push_from(text, here..source.len());
}

/// A line without the condition `py39,!lint: ` before it.
fn without_factors(line: &Mapped) -> Mapped {
    let text = line.as_str();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '{' | '}' | '.' | '!' | ',' | '-' | ' ');
    let start = text.find(':').filter(|&colon| {
        let factors = text.get(..colon).unwrap_or_default().trim();
        // A blank separates factors only after a comma: `lint: ruff` has one, `ruff check x: y` has none.
        let words = factors.split(' ').rev().skip(1).all(|word| word.ends_with(','));
        let after = text.get(colon + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        after && words && !factors.is_empty() && factors.chars().all(plain)
    });
    line.slice(start.map_or(0, |colon| colon + 1)..text.len())
}

fn without_comment(line: &Mapped) -> Mapped {
    let text = line.as_str();
    let end = if text.trim_start().starts_with('#') { 0 } else { text.find(" #").unwrap_or(text.len()) };
    line.slice(0..end)
}

/// Notes the Python versions of an environment list (`py{39,310}-{a,b}, lint`).
fn environments(list: &Mapped, seen: &mut Seen) {
    let mut known = BTreeSet::new();
    let text = list.as_str();
    let mut start = 0;
    let mut level = 0_usize;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match c {
            '{' => level += 1,
            '}' => level = level.saturating_sub(1),
            ',' | '\n' if level == 0 => {
                let item = list.slice(start..at).trim();
                for name in braces(item.as_str()) {
                    for factor in name.split('-') {
                        if let Some(python) = version::short(factor).or_else(|| version::series(factor))
                            && known.insert(python.clone())
                        {
                            seen.pythons.push((python, item.at()));
                        }
                    }
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Writes out `{a,b}` and `{9-12}`.
pub(crate) fn braces(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((inner, tail)) = after.split_once('}') else { break };
        let range =
            inner.split_once('-').and_then(|(low, high)| Some((low.parse::<u32>().ok()?, high.parse::<u32>().ok()?)));
        let choices: Vec<String> = match range {
            Some((low, high)) if low <= high && high - low < 100 => (low..=high).map(|n| n.to_string()).collect(),
            _ => inner.split(',').map(|choice| choice.trim().to_owned()).collect(),
        };
        found =
            found.iter().flat_map(|head| choices.iter().map(move |choice| format!("{head}{before}{choice}"))).collect();
        found.truncate(MAX_ENVIRONMENTS);
        rest = tail;
    }
    for name in &mut found {
        name.push_str(rest);
    }
    found
}

fn read_toml(text: &str) -> Seen {
    let mut seen = Seen::default();
    let (root, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        seen.opaque.push(("a file that could not be parsed".to_owned(), Extent::at(at)));
    }
    let root = root.get_ref();
    strings(root.get("env_list"), text, &mut |item| environments(item, &mut seen));
    strings(root.get("requires"), text, &mut |item| command::requirement(item, &mut seen));
    if let Some(DeValue::Table(base)) = root.get("env_run_base").map(toml::Spanned::get_ref) {
        environment(base, text, &mut seen);
    }
    if let Some(DeValue::Table(all)) = root.get("env").map(toml::Spanned::get_ref) {
        for (name, value) in all {
            if let DeValue::Table(table) = value.get_ref() {
                seen.trace(TraceKind::Table, &format!("env.{}", name.get_ref()), name.span().into());
                environment(table, text, &mut seen);
            }
        }
    }
    seen
}

fn environment(table: &DeTable<'_>, text: &str, seen: &mut Seen) {
    strings(table.get("deps"), text, &mut |item| {
        if !item.as_str().starts_with('-') {
            command::requirement(item, seen);
        }
    });
    strings(table.get("base_python"), text, &mut |item| version::add(item.as_str(), item.at(), seen));
    for key in ["commands_pre", "commands", "commands_post"] {
        let Some(DeValue::Array(commands)) = table.get(key).map(toml::Spanned::get_ref) else { continue };
        for line in commands {
            let mut words = Vec::new();
            strings(Some(line), text, &mut |word| {
                let mut out = Mapped::default();
                substitute(word, &mut out, 0);
                if words.is_empty() && matches!(out.as_str(), "-" | "!") {
                    return;
                }
                words.push(out);
            });
            command::read_words(&words, seen);
        }
    }
}

/// Calls `each` with a string, or with the strings of an array.
pub(super) fn strings(value: Option<&toml::Spanned<DeValue<'_>>>, text: &str, each: &mut impl FnMut(&Mapped)) {
    let Some(value) = value else { return };
    match value.get_ref() {
        DeValue::String(string) => {
            let span = value.span();
            let inner = Extent::new(
                (span.start + 1).min(span.end),
                span.end.saturating_sub(1).max((span.start + 1).min(span.end)),
            );
            let exact = inner.of(text) == string.as_ref();
            each(&if exact { Mapped::within(string, inner) } else { whole(string, span.into()) });
        }
        DeValue::Array(items) => {
            for item in items {
                if matches!(item.get_ref(), DeValue::String(_)) {
                    strings(Some(item), text, each);
                }
            }
        }
        _ => {}
    }
}

fn whole(text: &str, at: Extent) -> Mapped {
    let mut mapped = Mapped::default();
    mapped.push_whole(text, at);
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_ini() {
        let text = "\
[tox]
envlist = lint, py{39,310}-{a,b}
    py3.12, pypy311, py3{13-14}
requires = tox-uv>=1
[testenv]
basepython = lint: python3.11
deps =
    -r requirements.txt
    pytest # runner
    py39,!lint: mock
    {[base]deps}
commands =
    {envpython} -m pytest \\
      {posargs:-n auto tests}
    lint: ruff check {toxinidir}
    - coverage report
    !mypy {env:TARGET:src}
    {[testenv:x]commands}
    bash {toxinidir}/ci/run.sh
[testenv:docs]
commands = sphinx-build -b html docs {envtmpdir}/x -D a=\"b: c\"
[flake8]
max-line-length = 100
";
        assert_eq!(
            shown(&read_ini(text), text),
            [
                "Table:tox",
                "Install:tox-uv>=1",
                "Table:testenv",
                "Install:pytest",
                "Install:mock",
                "Command:pytest -n auto tests",
                "Command:ruff check .",
                "Command:coverage report",
                "Command:mypy src",
                "Table:testenv:docs",
                "Command:sphinx-build -b html docs {envtmpdir}/x -D a=b: c",
                "Table:flake8",
                "python:3.9",
                "python:3.10",
                "python:3.12",
                "python:3.11",
                "python:3.13",
                "python:3.14",
                "python:3.11",
                "follows:./ci/run.sh",
            ]
        );
        let text = "[testenv]\ncommands = pytest\n  a\\\n";
        assert_eq!(shown(&read_ini(text), text), ["Table:testenv", "Command:pytest", "Command:a"]);
    }

    #[test]
    fn reads_toml() {
        let text = "\
env_list = [\"3.13\", \"lint\"]
requires = [\"tox>=4.20\"]
[env_run_base]
deps = [\"pytest\", \"-r x.txt\"]
commands = [[\"pytest\", { replace = \"posargs\" }, \"a b\"]]
[env.lint]
base_python = [\"3.12\"]
commands = [[\"uvx\", \"ruff\", \"check\"], [\"-\", \"mypy\"]]
";
        assert_eq!(
            shown(&read_toml(text), text),
            [
                "Install:tox>=4.20",
                "Install:pytest",
                "Command:pytest a b",
                "Table:env.lint",
                "Install:ruff",
                "Command:ruff check",
                "Command:mypy",
                "python:3.13",
                "python:3.12",
            ]
        );
    }

    #[test]
    fn survives_nonsense() {
        for text in
            ["[testenv]\ncommands = {{{{\n {a", "[tox]\nenvlist = {,}{}{1-9999999}-{", "[testenv]\ndeps=:\n\\\n"]
        {
            shown(&read_ini(text), text);
            shown(&read_toml(text), text);
        }
        assert_eq!(braces(&"{a,b}".repeat(40)).len(), MAX_ENVIRONMENTS);
    }
}
