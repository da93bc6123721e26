//! INI files as Python's `configparser.RawConfigParser` reads them, with places.
//!
//! Its rules (The Python Library Reference, "configparser"; `RawConfigParser._read`): comments are whole lines that
//! start with `#` or `;`, so that a `#` behind a value belongs to it; a line that is indented more than its key goes on
//! with the value; comment lines within a value vanish, empty ones stay; keys are lower-cased; `=` and `:` both end a
//! key. Where Python stops at an error, this reader notes it and goes on.

use std::collections::BTreeSet;

use super::conflict::{self, Conflicts, Mark};
use super::mapped::Mapped;
use super::version::clause::is_space;
use crate::source::Extent;

/// What one text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ini {
    /// Every section, in the order of the text. A name may occur twice, which is a problem too.
    pub sections: Vec<Section>,
    /// What `configparser` refuses: why, and where.
    pub problems: Vec<(String, Extent)>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name as written (`tool:pytest`).
    pub name: String,
    /// Its header, brackets included.
    pub header: Extent,
    /// Its entries, in the order of the text.
    pub entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key in lower case.
    pub key: String,
    /// Where the key stands.
    pub key_at: Extent,
    /// The value: its lines without white space at their ends, joined by `\n`.
    pub value: Mapped,
    /// From the key to the end of the value.
    pub at: Extent,
    /// Whether there is a `=` or `:`.
    pub delimited: bool,
}

impl Ini {
    /// The first section of this name.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The value of a key of a section.
    pub fn get(&self, section: &str, key: &str) -> Option<&Entry> {
        self.sections.iter().filter(|found| found.name == section).find_map(|section| section.get(key))
    }
}

impl Section {
    /// The entry of a key, which is given in lower case.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Reads a text. Never fails: see [`Ini::problems`].
pub fn read(text: &str) -> Ini {
    let mut ini = Ini::default();
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    // How far the key is indented whose value may go on; nothing where none can.
    let mut indent = 0;
    let mut open: Option<Open> = None;
    let mut conflicts = Conflicts::default();
    let mut told = false;
    for (start, line) in lines(text) {
        match conflicts.next(line) {
            conflict::Line::Read => {}
            conflict::Line::Mark(Mark::Ours) if !told => {
                told = true;
                ini.problems.push((conflict::MESSAGE.to_owned(), Extent::new(start, start + line.len())));
                continue;
            }
            conflict::Line::Mark(_) | conflict::Line::Skipped => continue,
        }
        let value = line.trim_matches(is_space);
        let lead = line.len() - line.trim_start_matches(is_space).len();
        let at = Extent::new(start + lead, start + lead + value.len());
        if value.is_empty() || value.starts_with(['#', ';']) {
            if value.is_empty()
                && let Some(open) = &mut open
            {
                open.lines.push(Extent::at(start));
            }
            continue;
        }
        let level = line.chars().take_while(|&c| is_space(c)).count();
        if let Some(open) = open.as_mut().filter(|_| level > indent) {
            if !open.delimited {
                ini.problems.push(("a key without a value is continued".to_owned(), at));
            }
            open.lines.push(at);
            continue;
        }
        indent = level;
        if let Some(name) = header(value) {
            close(open.take(), text, &mut ini);
            let header = Extent::new(at.range().start, at.range().start + name.len() + 2);
            if !names.insert(name.to_owned()) && name != "DEFAULT" {
                ini.problems.push((format!("section `{name}` occurs twice"), header));
            }
            ini.sections.push(Section { name: name.to_owned(), header, entries: Vec::new() });
        } else if ini.sections.is_empty() {
            ini.problems.push(("there is no section header before this line".to_owned(), at));
        } else {
            close(open.take(), text, &mut ini);
            open = Some(entry(value, at, &mut ini, &mut keys));
        }
    }
    close(open, text, &mut ini);
    ini
}

/// A key whose value may go on.
struct Open {
    key: String,
    key_at: Extent,
    delimited: bool,
    lines: Vec<Extent>,
}

/// The name of a section header. What follows the last `]` of the line is ignored, as `configparser` does.
fn header(line: &str) -> Option<&str> {
    let inner = line.strip_prefix('[')?;
    inner.get(..inner.rfind(']')?).filter(|name| !name.is_empty())
}

/// Reads the first line of an entry; `known` holds the sections and keys before it.
fn entry(line: &str, at: Extent, ini: &mut Ini, known: &mut BTreeSet<(String, String)>) -> Open {
    let start = at.range().start;
    let delimiter = line.find(['=', ':']);
    let written = line.get(..delimiter.unwrap_or(line.len())).unwrap_or_default().trim_end_matches(is_space);
    let key = written.to_lowercase();
    let key_at = Extent::new(start, start + written.len());
    if key.is_empty() || delimiter.is_none() {
        ini.problems.push(("neither a section, a key with a value, nor a comment".to_owned(), at));
    } else if let Some(section) = ini.sections.last().map(|section| section.name.clone())
        && !known.insert((section.clone(), key.clone()))
    {
        ini.problems.push((format!("`{key}` occurs twice in section `{section}`"), key_at));
    }
    let value = delimiter.and_then(|at| line.get(at + 1..)).unwrap_or_default();
    let end = at.range().end;
    let value_at = Extent::new(end - value.trim_start_matches(is_space).len(), end);
    Open { key, key_at, delimited: delimiter.is_some(), lines: vec![value_at] }
}

fn close(open: Option<Open>, text: &str, ini: &mut Ini) {
    let Some(mut open) = open else { return };
    while open.lines.len() > 1 && open.lines.last().is_some_and(|line| line.is_empty()) {
        open.lines.pop();
    }
    let mut value = Mapped::default();
    let mut end = None;
    for line in &open.lines {
        if let Some(end) = end {
            value.push_whole("\n", Extent { start: end, end: line.start.max(end) });
        }
        value.push(line.of(text), line.range().start);
        end = Some(line.end);
    }
    // `key =` with nothing behind it starts no line of its own where the value does not go on.
    let at = open.lines.last().map_or(open.key_at, |last| open.key_at.cover(*last));
    if let Some(section) = ini.sections.last_mut()
        && !open.key.is_empty()
    {
        let Open { key, key_at, delimited, .. } = open;
        section.entries.push(Entry { key, key_at, value, at, delimited });
    }
}

/// The lines of a text without their ends (`\n`, `\r\n`, `\r`), each with its first byte.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut here = 0;
    std::iter::from_fn(move || {
        let rest = text.get(here..).filter(|rest| !rest.is_empty())?;
        let start = here;
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let end = rest.get(length..).unwrap_or_default();
        here += length + if end.starts_with("\r\n") { 2 } else { usize::from(!end.is_empty()) };
        Some((start, rest.get(..length).unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `section|key=value`, lines of values joined by `~`.
    fn shown(text: &str) -> Vec<String> {
        let ini = read(text);
        let entry = |section: &Section, entry: &Entry| {
            for (at, _) in entry.value.as_str().char_indices().filter(|(_, c)| *c != '\n') {
                let place = entry.value.extent(at..at + 1);
                assert_eq!(text.as_bytes().get(place.range().start), entry.value.as_str().as_bytes().get(at));
            }
            format!("{}|{}={}", section.name, entry.key, entry.value.as_str().replace('\n', "~"))
        };
        ini.sections.iter().flat_map(|section| section.entries.iter().map(move |e| entry(section, e))).collect()
    }

    #[test]
    fn reads_as_configparser() {
        for (text, expected) in [
            ("[a]\nKey = v # no comment\nk2: w ; x\n", &["a|key=v # no comment", "a|k2=w ; x"][..]),
            ("[a]\nk =\n  one\n  # gone\n\n  two\nl = 1\n", &["a|k=~one~~two", "a|l=1"]),
            ("[a]\nk = x\n\n\n[b c] trailing\nk = y", &["a|k=x", "b c|k=y"]),
            ("[a]\n  k = x\n  l = y\n    z\n m = 1\n", &["a|k=x", "a|l=y~z", "a|m=1"]),
            ("[a]\nk = a=b:c\nurl: https://x\n", &["a|k=a=b:c", "a|url=https://x"]),
            ("[a]\r\nk = x\r\n  y\r\n", &["a|k=x~y"]),
            ("[a]\rk=1\r", &["a|k=1"]),
            ("; c\n# d\n[tool:pytest]\naddopts =\n    -ra\n    -q\n", &["tool:pytest|addopts=~-ra~-q"]),
            ("[a]\nk = x\n  [b]\nl = 1", &["a|k=x~[b]", "a|l=1"]),
            ("[a]\nk =\n", &["a|k="]),
            ("[a]\nß: ü\n  é\n", &["a|ß=ü~é"]),
            ("[a]\nk = x\n; c\n  y\n", &["a|k=x~y"]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
            assert_eq!(read(text).problems, [], "{text:?}");
        }
    }

    #[test]
    fn notes_what_configparser_refuses() {
        for (text, place) in [
            ("k = v\n[a]\n", "k = v"),
            ("[a]\njust words\n", "just words"),
            ("[a]\nk = 1\nK = 2\n", "K"),
            ("[a]\n[b]\n[a]\n", "[a]"),
            ("[a]\n= 1\n", "= 1"),
            ("[]\n", "[]"),
        ] {
            let problems = read(text).problems;
            assert_eq!(problems.iter().map(|(_, at)| at.of(text)).collect::<Vec<_>>(), [place], "{text:?}");
        }
        assert!(read("[a]\nk\n  more\n").problems.len() == 2);
    }

    #[test]
    fn keeps_places() {
        let text = "[a]\ninstall_requires =\n  requests>=2\n  # why\n  click\n";
        let ini = read(text);
        let entry = ini.get("a", "install_requires").map(|entry| (entry.at, entry.key_at, entry.value.clone()));
        let (at, key_at, value) = entry.unwrap_or_default();
        assert_eq!(key_at.of(text), "install_requires");
        assert!(at.of(text).ends_with("click"));
        let lines: Vec<_> = value.lines().map(|line| line.at().of(text).to_owned()).collect();
        assert_eq!(lines, ["", "requests>=2", "click"]);
    }
}
