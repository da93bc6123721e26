//! Requirements that stand in another text: reading them there, and moving every place to the file.

use super::mapped::Mapped;
use super::{
    Group, Include, OptionLine, Origin, ReadContext, Reading, Requirement, Specifier, Value, Versions, requirement,
    requirements,
};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::Extent;

/// Moves every place of a requirement.
pub(super) fn move_by(requirement: &mut Requirement, to: impl Fn(Extent) -> Extent) {
    let Requirement { at, item, name_at, extras, specifier, marker, origin, .. } = requirement;
    for place in [at, item, name_at] {
        *place = to(*place);
    }
    let extras = extras.iter_mut().map(|extra| &mut extra.at);
    let specifier = specifier.iter_mut().map(|specifier| &mut specifier.at);
    let marker = marker.iter_mut().map(|marker| &mut marker.at);
    for place in extras.chain(specifier).chain(marker) {
        *place = to(*place);
    }
    match origin {
        Origin::Index | Origin::Conda => {}
        Origin::Url(_, at) | Origin::Path(_, at) | Origin::Named(_, at) => *at = to(*at),
    }
}

/// Moves a fault of `text` to the file. What to write instead is known only where the text stands there just so.
pub(super) fn problem(mut problem: Problem, text: &Mapped) -> Problem {
    if problem.at.is_some_and(|at| !at.is_empty() && !text.is_exact(at.range())) {
        problem.replace = None;
    }
    problem.at = problem.at.map(|at| text.extent(at.range()));
    problem.labels.iter_mut().for_each(|(at, _)| *at = text.extent(at.range()));
    problem
}

/// Moves a requirement of `text` to the file. Its item is `item`.
pub(super) fn moved(mut requirement: Requirement, text: &Mapped, item: Extent) -> Requirement {
    requirement.exact &= text.is_exact(requirement.at.range());
    move_by(&mut requirement, |at| text.extent(at.range()));
    requirement.item = item;
    requirement
}

/// Reads one dependency specifier (PEP 508) of `group` into `out`. Deleting `item` deletes it.
pub(super) fn requirement(out: &mut Reading, text: &Mapped, group: &Group, item: Extent) {
    let (read, problems) = requirement::read(text.as_str(), group.clone());
    out.partial |= read.is_none();
    out.requirements.extend(read.map(|read| moved(read, text, item)));
    out.problems.extend(problems.into_iter().map(|fault| problem(fault, text)));
}

/// Reads a line as pip reads it in a requirements file: a requirement of `group`, or an option. Deleting `item` deletes it.
pub(super) fn line(out: &mut Reading, text: &Mapped, group: &Group, item: Extent) {
    let read = (requirements::FORMAT.read)(text.as_str(), ReadContext { path: "" });
    let to = |at: Extent| text.extent(at.range());
    let of_group = |requirement| Requirement { group: group.clone(), ..moved(requirement, text, item) };
    out.requirements.extend(read.requirements.into_iter().map(of_group));
    out.includes.extend(read.includes.into_iter().map(|include| Include {
        at: to(include.at),
        group: group.clone(),
        ..include
    }));
    out.options.extend(read.options.into_iter().map(|option| OptionLine {
        at: to(option.at),
        value_at: to(option.value_at),
        ..option
    }));
    out.partial |= read.partial;
    out.problems.extend(read.problems.into_iter().map(|fault| problem(fault, text)));
}

/// A requirement that is an entry of a TOML table, `name = …`, with the place of its value. Any version will do.
pub(super) fn entry(source: &str, name: &str, name_at: Extent, value: Extent, group: &Group) -> Requirement {
    let start = name_at.range().start;
    let quoted = start.checked_sub(1).and_then(|before| source.as_bytes().get(before));
    let start = if matches!(quoted, Some(b'"' | b'\'')) { start - 1 } else { start };
    let at = Extent::new(start, name_at.range().end).cover(value);
    Requirement {
        name: Some(Name::new(name)),
        raw: at.of(source).to_owned(),
        at,
        item: at,
        name_at,
        extras: Vec::new(),
        specifier: None,
        marker: None,
        origin: Origin::Index,
        editable: false,
        hashes: 0,
        group: group.clone(),
        exact: name_at.of(source) == name,
    }
}

/// The version part that is written `written` and means `pep440`, or all versions.
pub(super) fn specifier(written: &str, pep440: String, at: Extent) -> Option<Specifier> {
    let versions = Versions::parse(&pep440);
    (!pep440.is_empty()).then(|| Specifier { written: written.to_owned(), pep440, at, versions })
}

/// What is wrong with the version part `written` of an entry `name = "…"`, whose tool puts it behind the name and has
/// `packaging` read both. It stands at `at`, byte for byte where it is `exact`.
pub(super) fn version_faults(written: &str, at: Extent, exact: bool) -> Vec<Problem> {
    // Any name will do.
    const NAME: &str = "x";
    let (_, problems) = requirement::read(&format!("{NAME}{written}"), Group::Runtime);
    let to_file = |place: Extent| {
        let offset = |byte: usize| at.range().start + byte.saturating_sub(NAME.len());
        Extent::new(offset(place.range().start), offset(place.range().end))
    };
    let placed = |mut problem: Problem| {
        if exact {
            problem.at = problem.at.map(to_file);
            problem.labels.iter_mut().for_each(|(place, _)| *place = to_file(*place));
        } else {
            problem.at = Some(at);
            problem.labels.clear();
            problem.replace = None;
        }
        problem
    };
    problems.into_iter().map(placed).collect()
}

/// An entry whose version part is a word (`latest`), which no tool takes.
pub(super) fn no_version(word: &str, at: Extent) -> Problem {
    Problem::new(requirement::RULE, at, format!("`{word}` is no version"))
        .help("`*` allows every version, `==1.2` one, `>=1.2` that and later ones")
}

/// The known word that `word` seems to be meant for.
pub(super) fn meant<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |word: &str| word.to_ascii_lowercase().replace('_', "-");
    let word = plain(word);
    if let Some(same) = known.iter().find(|known| plain(known) == word) {
        return Some(same);
    }
    let limit = match word.len() {
        0..=3 => return None,
        4..=6 => 1,
        _ => 2,
    };
    let near = |known: &&&str| strsim::osa_distance(&word, known) <= limit;
    let mut found = known.iter().filter(near);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// A key of an entry that nothing reads, where it is plain which one is meant.
pub(super) fn misspelt_key(key: &str, at: Extent, tool: &str, known: &[&str]) -> Option<Problem> {
    let meant = meant(key, known)?;
    let message = format!("a dependency of {tool} has no key `{key}`");
    Some(Problem::new("unknown-key", at, message).help(format!("did you mean `{meant}`?")).replace(meant))
}

/// The text with its place.
pub(super) fn value(text: &Mapped) -> Value {
    Value { text: text.as_str().to_owned(), at: text.at() }
}

/// What is wrong with the Python versions that `owner` gives.
pub(super) fn python_fault(text: &Mapped, owner: &str) -> Option<Problem> {
    if Versions::parse(text.as_str()).is_some() {
        return None;
    }
    let message = format!("`{}` is no set of version specifiers", text.as_str());
    let problem = Problem::new("invalid-requires-python", text.at(), message);
    Some(problem.note(format!("`{owner}` takes version specifiers, as `>=3.9`")))
}

/// The whole line of `at` with its end where nothing but `trivia` stands beside it; else `at`.
pub(super) fn own_line(source: &str, at: Extent, trivia: impl Fn(&str) -> bool) -> Extent {
    let range = at.range();
    let (Some(before), Some(after)) = (source.get(..range.start), source.get(range.end..)) else { return at };
    let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
    let length = after.find(['\n', '\r']).unwrap_or(after.len());
    let beside = |text: Option<&str>| text.is_some_and(|text| text.trim().is_empty() || trivia(text.trim()));
    if !beside(before.get(start..)) || !beside(after.get(..length)) {
        return at;
    }
    let rest = after.get(length..).unwrap_or_default();
    let end = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
    Extent::new(start, range.end + length + end)
}

/// The parts of a text between `separator`, without white space at their ends and without empty ones.
pub(super) fn parts(text: &Mapped, separator: char) -> Vec<Mapped> {
    let mut start = 0;
    let mut found = Vec::new();
    for part in text.as_str().split(separator) {
        found.push(text.slice(start..start + part.len()).trim());
        start += part.len() + separator.len_utf8();
    }
    found.retain(|part| !part.is_empty());
    found
}

/// The lines of a text with requirements as setuptools takes them: without comments (`#` first, or after a blank) and
/// empty ones. A line that goes on with the next (`\`) is given as it is.
pub(super) fn requirement_lines(text: &Mapped) -> Vec<Mapped> {
    let bare = |line: Mapped| {
        let line = line.trim();
        let end = if line.as_str().starts_with('#') { Some(0) } else { line.as_str().find(" #") };
        end.map_or_else(|| line.clone(), |end| line.slice(0..end).trim())
    };
    text.lines().map(bare).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_alone_on_its_line() {
        for (source, word, expected) in [
            ("a\n  b\nc", "b", "  b\n"),
            ("k = b\nc", "b", "b"),
            ("- b # why\r\nc", "b", "- b # why\r\n"),
            ("b", "b", "b"),
            ("- 'b'\nc", "b", "- 'b'\n"),
            ("[b, c]", "b", "b"),
        ] {
            let at = source.find(word).unwrap_or_default();
            let trivia = |text: &str| matches!(text, "-" | "- '" | "'") || text.starts_with('#');
            assert_eq!(own_line(source, Extent::new(at, at + 1), trivia).of(source), expected, "{source:?}");
        }
    }

    #[test]
    fn splits() {
        let source = " a ;; b; c==1 # x\n#d\ne#f";
        let text = Mapped::new(source, 0);
        let shown = |parts: Vec<Mapped>| parts.iter().map(|p| p.at().of(source).to_owned()).collect::<Vec<_>>();
        assert_eq!(shown(parts(&text, ';')), ["a", "b", "c==1 # x\n#d\ne#f"]);
        assert_eq!(shown(requirement_lines(&text)), ["a ;; b; c==1", "e#f"]);
    }
}
