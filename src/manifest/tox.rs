//! tox: what its environments install, in `tox.ini`, in the sections of `setup.cfg`, and in `tox.toml`.
//!
//! Source: tox 4, `config/loader/ini` and `tox_env/python/pip/req_file.py`. A layer above INI: a comment begins at any
//! `#` that is not escaped, a condition of factors may stand before a line (`py39,lint: `), what a line refers to in
//! another section (`{[base]deps}`) is put in its place; then each line is one of a requirements file.

use std::collections::BTreeSet;

use super::ini::{self, Ini};
use super::mapped::Mapped;
use super::{Format, Group, Marker, MarkerText, ReadContext, Reading, place, pyproject};
use crate::evidence::{tox, version};
use crate::name::Name;
use crate::path;
use crate::source::Extent;

/// `tox.ini`, and `setup.cfg` where it has a section `tox:tox`.
pub const INI: Format = Format { name: "tox", matches: |name, _| matches!(name, "tox.ini" | "setup.cfg"), read };

/// `tox.toml`.
pub const TOML: Format = Format {
    name: "tox",
    matches: |name, _| name == "tox.toml",
    read: |text: &str, _: ReadContext<'_>| pyproject::tox_document(text),
};

fn read(text: &str, context: ReadContext<'_>) -> Reading {
    // tox looks into a `setup.cfg` only where it finds its own section.
    let is_other = path::name(context.path) == "setup.cfg" && !text.contains("[tox:tox]");
    if is_other { Reading::default() } else { of_ini(text) }
}

/// The base environment, from which the others inherit.
const BASE: &str = "testenv";

fn of_ini(text: &str) -> Reading {
    let ini = ini::read(text);
    let mut reader = Reader { ini: &ini, out: Reading::default(), known: BTreeSet::new(), open: Vec::new() };
    for section in &ini.sections {
        let name = section.name.as_str();
        if matches!(name, "tox" | "tox:tox") {
            reader.list(name, "requires");
        } else if name == BASE || name.starts_with("testenv:") {
            reader.list(name, "deps");
        }
        // What they refer to in other sections.
        while let Some((section, key)) = reader.open.pop() {
            reader.list(&section, &key);
        }
    }
    reader.out.requirements.sort_by_key(|requirement| requirement.at);
    reader.out.matrix.sort_unstable();
    reader.out.includes.sort_by_key(|include| include.at);
    reader.out
}

struct Reader<'i> {
    ini: &'i Ini,
    out: Reading,
    /// Sections and keys that were read.
    known: BTreeSet<(String, String)>,
    open: Vec<(String, String)>,
}

impl Reader<'_> {
    fn list(&mut self, section: &str, key: &str) {
        if !self.known.insert((section.to_owned(), key.to_owned())) {
            return;
        }
        let Some(entry) = self.ini.get(section, key) else { return };
        let environment = environment(section, key);
        // An environment of one Python, by its name: `[testenv:py27-lint]`.
        let header = self.ini.section(section).map_or(entry.key_at, |section| section.header);
        let named = section.strip_prefix("testenv:").and_then(pythons);
        let mut joined = Mapped::default();
        for line in entry.value.lines() {
            let (condition, content) = if joined.is_empty() {
                factors(&without_comment(&line))
            } else {
                (Mapped::default(), without_comment(&line))
            };
            let content = content.trim();
            if content.as_str().ends_with('\\') {
                // The condition of a line that goes on is rare enough to be left out.
                joined.push_from(&content, 0..content.len() - 1);
                continue;
            }
            let mut whole = std::mem::take(&mut joined);
            whole.push_from(&content, 0..content.len());
            let group = match group_part(condition.as_str()) {
                part if part.is_empty() => environment.clone(),
                part => format!("{environment}-{part}"),
            };
            let when = pythons(condition.as_str()).map(|marker| only_with(marker, condition.at()));
            let when = when.or_else(|| named.clone().map(|marker| only_with(marker, header)));
            let before = self.out.requirements.len();
            self.line(&whole, &Group::Dev(Name::new(&group)), when.as_ref());
            if !condition.is_empty() {
                self.out.matrix.extend(self.out.requirements.iter().skip(before).map(|requirement| requirement.at));
            }
        }
    }

    fn line(&mut self, line: &Mapped, group: &Group, when: Option<&MarkerText>) {
        let text = line.as_str();
        if let Some((section, key)) = reference(text) {
            self.open.push((section.to_owned(), key.to_owned()));
            return;
        }
        let line = in_root(line);
        if line.is_empty() {
            return;
        }
        if line.as_str().contains('{') {
            // What tox fills in is not known.
            self.out.partial = true;
            return;
        }
        let before = self.out.requirements.len();
        place::line(&mut self.out, &line, group, line.at());
        for requirement in self.out.requirements.iter_mut().skip(before) {
            let Some(when) = when else { continue };
            match &mut requirement.marker {
                None => requirement.marker = Some(when.clone()),
                Some(own) => {
                    let both = own.marker.take().zip(when.marker.clone());
                    own.marker = both.map(|(own, when)| Marker::And(vec![own, when]));
                }
            }
        }
    }
}

/// The name of the environment that a key of a section speaks of.
fn environment(section: &str, key: &str) -> String {
    match (section, key) {
        (BASE, "deps") => "tox".to_owned(),
        (_, "requires") => "tox-requires".to_owned(),
        (_, "deps") => section.strip_prefix("testenv:").unwrap_or(section).to_owned(),
        _ => format!("{}-{key}", section.strip_prefix("testenv:").unwrap_or(section)),
    }
}

/// A condition as a part of a name: `py{38,39},!lint` is `py-38-39-not-lint`.
fn group_part(condition: &str) -> String {
    let plain = condition.replace('!', "not-");
    plain
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

/// The line without its comment.
fn without_comment(line: &Mapped) -> Mapped {
    let text = line.as_str();
    let starts = |(at, _): &(usize, &str)| !text.get(..*at).is_some_and(|before| before.ends_with('\\'));
    let end = text.match_indices('#').find(starts).map_or(text.len(), |(at, _)| at);
    line.slice(0..end)
}

/// The condition of factors before a line (`py39,!lint: `), empty where there is none, and what follows.
fn factors(line: &Mapped) -> (Mapped, Mapped) {
    let text = line.as_str();
    let is_factor = |c: char| c.is_alphanumeric() || matches!(c, '_' | '{' | '}' | '.' | '!' | ',' | '-' | ' ');
    let colon = text.find(':').filter(|&colon| {
        let (condition, rest) = text.split_at_checked(colon).unwrap_or_default();
        let condition = condition.trim();
        // A blank stands after a comma alone.
        let words = condition.split(' ').rev().skip(1).all(|word| word.is_empty() || word.ends_with([',', '{']));
        let ends = rest.get(1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        ends && words && !condition.is_empty() && condition.chars().all(is_factor)
    });
    match colon {
        Some(colon) => (line.slice(0..colon).trim(), line.slice(colon + 1..text.len())),
        None => (Mapped::default(), line.clone()),
    }
}

/// The Pythons that a condition, or the name of an environment, holds for; nothing where it holds for any.
fn pythons(condition: &str) -> Option<Marker> {
    if condition.is_empty() {
        return None;
    }
    let mut found = Vec::new();
    for alternative in alternatives(condition) {
        for name in tox::braces(alternative.trim()) {
            let series = name.split('-').find_map(version::short)?;
            let (variable, operator) = ("python_version".to_owned(), "==".to_owned());
            found.push(Marker::Compare { variable, operator, value: series });
        }
    }
    (!found.is_empty()).then_some(Marker::Or(found))
}

/// The condition at `at` as the marker that it amounts to.
fn only_with(marker: Marker, at: Extent) -> MarkerText {
    let comparisons = marker.comparisons();
    let written: Vec<String> =
        comparisons.iter().map(|(name, operator, value)| format!("{name} {operator} '{value}'")).collect();
    MarkerText { written: written.join(" or "), at, marker: Some(marker) }
}

/// The parts of a list between the commas that stand outside of braces.
fn alternatives(condition: &str) -> Vec<&str> {
    let mut level = 0_usize;
    let parts = condition.split(|c| {
        match c {
            '{' => level += 1,
            '}' => level = level.saturating_sub(1),
            _ => {}
        }
        c == ',' && level == 0
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

/// Section and key of a line that only refers to others: `{[base]deps}`.
fn reference(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix("{[")?.strip_suffix('}')?;
    inner.split_once(']').filter(|(_, key)| !key.contains(['{', '}', '[', ':']))
}

/// The line with tox's names for the folder of its file written as `.`: a trailing separator is part of them.
fn in_root(line: &Mapped) -> Mapped {
    let text = line.as_str();
    let mut out = Mapped::default();
    let mut here = 0;
    while let Some(at) = text.get(here..).and_then(|rest| rest.find('{')).map(|at| here + at) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(name) = ["{toxinidir}", "{tox_root}"].iter().find(|name| rest.starts_with(*name)) else { break };
        out.push_from(line, here..at);
        out.push_whole(".", line.extent(at..at + name.len()));
        here = at + name.len();
    }
    out.push_from(line, here..text.len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Requirement, Versions};

    fn shown(text: &str, path: &str) -> Vec<String> {
        let reading = read(text, ReadContext { path });
        let requirement = |r: &Requirement| {
            let marker = r.marker.as_ref().map_or(String::new(), |m| format!(" if {}", m.at.of(text)));
            format!("{} {}{marker}", r.group, r.at.of(text))
        };
        let mut shown: Vec<String> = reading.requirements.iter().map(requirement).collect();
        shown.extend(
            reading.includes.iter().map(|i| format!("{} {:?} {} {}", i.group, i.kind, i.target, i.at.of(text))),
        );
        shown.extend(reading.problems.iter().map(|p| format!("{} {}", p.rule, p.at.unwrap_or_default().of(text))));
        shown
    }

    #[test]
    fn reads_as_tox() {
        let text = "\
[tox]
requires = tox-uv>=1
envlist = py39
[base]
deps =
    a>=1
    {[more]list}
unread = x
[more]
list = b
[testenv]
deps =
    -r requirements.txt
    -c{toxinidir}/constraints/c.txt
    pytest # why
    py39,!lint: mock
    py27: old; sys_platform == 'win32'
    {py36,py37}-django: older
    {[base]deps}
    {[none]deps}
    cov{env:X:==1}
    -e .
    --pre
    {toxinidir}/sub
    bad=1
    long \\
      >=1
    git+https://host.example/x\\#egg=x
[testenv:py27-docs]
deps = sphinx
commands = pip install y
[testenv:lint]
deps = {[testenv]deps}
    ruff; python_version >= '3.8'
[other]
deps = z
";
        assert_eq!(
            shown(text, "tox.ini"),
            [
                "dev:tox-requires tox-uv>=1",
                "dev:base a>=1",
                "dev:more-list b",
                "dev:tox pytest",
                "dev:tox-py39-not-lint mock",
                "dev:tox-py27 old; sys_platform == 'win32' if sys_platform == 'win32'",
                "dev:tox-py36-py37-django older if {py36,py37}-django",
                "dev:tox -e .",
                "dev:tox {toxinidir}/sub",
                "dev:tox bad=1",
                "dev:tox long \\\n      >=1",
                "dev:tox git+https://host.example/x\\#egg=x",
                "dev:py27-docs sphinx if [testenv:py27-docs]",
                "dev:lint ruff; python_version >= '3.8' if python_version >= '3.8'",
                "dev:tox Requirements requirements.txt requirements.txt",
                "dev:tox Constraints ./constraints/c.txt {toxinidir}/constraints/c.txt",
                "invalid-requirement =",
            ]
        );
    }

    #[test]
    fn knows_when_setup_cfg_is_its() {
        assert_eq!(shown("[testenv]\ndeps = a\n", "setup.cfg"), [""; 0]);
        assert_eq!(shown("[tox:tox]\n[testenv]\ndeps = a\n", "x/setup.cfg"), ["dev:tox a"]);
    }

    #[test]
    fn knows_the_pythons_of_a_condition() {
        for (condition, inside, outside) in [
            ("py27", "2.7", "3.9"),
            ("py{27,36}", "2.7 3.6", "3.9"),
            ("py39-django,py310", "3.9 3.10", "3.11"),
            ("pypy3.9", "3.9", "3.10"),
        ] {
            let pythons = pythons(condition).map_or_else(Versions::none, |marker| marker.pythons());
            assert!(inside.split(' ').all(|v| pythons.contains(v) == Some(true)), "{condition}");
            assert!(outside.split(' ').all(|v| pythons.contains(v) == Some(false)), "{condition}");
        }
        for condition in ["", "lint", "py39,lint", "!py39", "django"] {
            assert_eq!(pythons(condition), None, "{condition}");
        }
    }

    #[test]
    fn survives_nonsense() {
        for text in
            ["[testenv]\ndeps = {[testenv]deps}\n", "[testenv]\ndeps = {[a]b\n  }: {\n \\\n", "[testenv]\ndeps=:\n"]
        {
            shown(text, "tox.ini");
        }
        shown(&format!("[testenv]\ndeps =\n  {}: x\n", "{a,b}".repeat(40)), "tox.ini");
    }
}
