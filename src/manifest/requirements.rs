//! Requirements and constraints files, as pip 26 reads them.
//!
//! Source: `req_file` of pip. Variables (`${NAME}`) are never expanded: what depends on one is kept and not judged.

use super::conflict::{self, Conflicts, Mark};
use super::version::clause::Operator;
use super::{Format, Group, Include, IncludeKind, OptionLine, Origin, ReadContext, Reading, Requirement};
use crate::diagnostic::Problem;
use crate::path;
use crate::source::Extent;

mod lines;
mod link;
mod options;

pub(super) use lines::bare_lines;
use lines::{Line, lines};
use options::{Given, Options};

/// The format.
pub const FORMAT: Format = Format { name: "requirements", matches, read };

/// The variant of `invalid-option` for what does no harm.
const IGNORED: &str = "ignored";

/// Files beside requirements that hold prose.
const PROSE: &[&str] =
    &["readme", "license", "licence", "notice", "changelog", "changes", "authors", "contributing", "news"];

fn matches(name: &str, path: &str) -> bool {
    // Most files are something else.
    if !path::has_extension(name, "txt") && !path::has_extension(name, "in") {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    // `requirements.rst.txt` is a text of its own.
    let is_markup = [".rst.", ".md.", ".adoc."].iter().any(|markup| name.contains(markup));
    if is_markup || PROSE.contains(&stem) {
        return false;
    }
    let folder = path.rsplit('/').nth(1).unwrap_or_default();
    let in_folder = folder.eq_ignore_ascii_case("requirements");
    if let Some(stem) = name.strip_suffix(".txt") {
        return in_folder || is_requirements(stem) || stem.starts_with("constraints") || stem.ends_with("constraints");
    }
    name.strip_suffix(".in").is_some_and(|stem| is_requirements(stem) || (in_folder && stem != "manifest"))
}

/// Whether a name says that the file lists requirements: `requirements3`, `test-requirements-asyncio`,
/// `test-requirements.latest`.
fn is_requirements(stem: &str) -> bool {
    let is_word = |word| word == "requirements";
    stem.starts_with("requirements") || stem.ends_with("requirements") || stem.split(['-', '_', '.']).any(is_word)
}

/// Whether a file at `path` is meant for `-c`, by its name.
pub fn is_constraints(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    stem.starts_with("constraints") || stem.ends_with("constraints")
}

/// Whether a line names the channel of a package (`conda-forge::pytest-codspeed >=3`): then conda reads the file
/// (`conda install --file`), and pip cannot.
pub fn is_for_conda(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphanumeric())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
    };
    let names_channel = |line: &str| {
        let first = line.split([' ', '=', '<', '>', '!', '[']).next().unwrap_or_default();
        first.split_once("::").is_some_and(|(channel, name)| is_word(channel) && is_word(name))
    };
    bare_lines(text).any(names_channel)
}

/// Whether most lines of a file that is named like requirements are sentences (or rules below headings).
pub fn is_prose(text: &str) -> bool {
    let (mut sentences, mut total) = (0_usize, 0_usize);
    for line in bare_lines(text) {
        total += 1;
        sentences += usize::from(is_sentence(line));
    }
    sentences * 2 > total
}

fn is_sentence(line: &str) -> bool {
    let rule = line.len() > 2 && line.chars().all(|c| matches!(c, '=' | '-' | '~' | '*' | '^' | '_'));
    if rule {
        return true;
    }
    let option = line.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c == '-' || c.is_alphabetic()));
    if option || line.contains("--hash") || line.contains(" @ ") || line.contains(';') || line.contains("://") {
        return false;
    }
    let is_word = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '-' | '\u{2019}' | '/'))
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let compares = words.iter().any(|word| Operator::at_start(word).is_some());
    words.len() > 3 && !compares && words.iter().filter(|word| is_word(word)).count() * 4 >= words.len() * 3
}

fn read(text: &str, context: ReadContext<'_>) -> Reading {
    let group = if is_constraints(context.path) { Group::Constraint } else { Group::Runtime };
    let mut reader = Reader { reading: Reading::default(), group, conflict: None };
    // Most lines are a requirement, and none is shorter than this.
    let expected = text.bytes().filter(|byte| *byte == b'\n').count().min(text.len() / SHORTEST_LINE);
    reader.reading.requirements.reserve(expected);
    let mut conflicts = Conflicts::default();
    for line in lines(text) {
        match conflicts.next(&line.text) {
            conflict::Line::Read => reader.line(&line),
            conflict::Line::Skipped => {}
            conflict::Line::Mark(mark) => reader.conflict(&line, mark),
        }
    }
    reader.reading.requirements.shrink_to_fit();
    if let Some(last) = reader.reading.requirements.last_mut() {
        last.item = without_trace(text, last.item);
    }
    reader.reading
}

/// What is deleted with the lines `whole` so that nothing is left of them: where the last of them has no end, the end of
/// the line before.
fn without_trace(text: &str, whole: Extent) -> Extent {
    let before = text.get(..whole.range().start).unwrap_or_default();
    if whole.range().end < text.len() || text.ends_with('\n') || !before.ends_with('\n') {
        return whole;
    }
    let end = if before.ends_with("\r\n") { 2 } else { 1 };
    Extent { start: whole.start - end, ..whole }
}

/// How many bytes a line with a requirement has at the least, as a rule.
const SHORTEST_LINE: usize = 8;

struct Reader {
    reading: Reading,
    group: Group,
    /// Which of the problems tells of a merge conflict.
    conflict: Option<usize>,
}

impl Reader {
    /// Says once that a merge was left undone, at the first mark.
    fn conflict(&mut self, line: &Line<'_>, mark: Mark) {
        self.reading.partial = true;
        let at = line.place(Extent::new(0, line.text.len()));
        let label = match mark {
            Mark::Ours => "one side begins",
            Mark::Base => "what both sides come from",
            Mark::Theirs => "the other side begins",
            Mark::End => "the conflict ends",
        };
        if let Some(problem) = self.conflict.and_then(|at| self.reading.problems.get_mut(at)) {
            problem.labels.push((at, label.to_owned()));
        } else {
            self.conflict = Some(self.reading.problems.len());
            let problem = Problem::new("invalid-syntax", at, conflict::MESSAGE).help(conflict::HELP);
            self.reading.problems.push(problem);
        }
    }

    fn line(&mut self, line: &Line<'_>) {
        let text: &str = &line.text;
        let start = options::start(text);
        let args = text.get(..start).unwrap_or_default().trim_end();
        let options = if start < text.len() { options::read(text, start) } else { Options::default() };
        // What stands behind an option that is not understood may be its value.
        let understood = options.problems.is_empty();
        self.problems(line, options.problems.iter().cloned());
        let used: &[&str] = if !args.is_empty() {
            self.requirement(line, args, &options);
            &["--hash", "--config-settings"]
        } else if let Some(given) = options.named("--editable").next() {
            self.editable(line, given);
            &["--config-settings"]
        } else if let Some(given) = options.named("--requirement").next() {
            self.include(line, given, IncludeKind::Requirements);
            &[]
        } else if let Some(given) = options.named("--constraint").next() {
            self.include(line, given, IncludeKind::Constraints);
            &[]
        } else {
            self.options(line, &options);
            &["--config-settings"]
        };
        if understood {
            self.ignored(line, args, &options, used);
        }
    }

    /// `name[extra]>=1 ; marker`, a URL or a path.
    fn requirement(&mut self, line: &Line<'_>, args: &str, options: &Options) {
        let (requirement, mut problems) = link::read(args, self.group.clone());
        if let Some(given) = options.named("--editable").next() {
            problems.push(
                Problem::new(options::RULE, given.at, "`-e` cannot follow a requirement")
                    .help("give it a line of its own"),
            );
        }
        let hashes = options.named("--hash").count();
        let known = requirement
            .as_ref()
            .is_some_and(|requirement| requirement.name.is_some() || requirement.origin != Origin::Index);
        if let Some(requirement) = requirement {
            self.push(line, Requirement { hashes, ..requirement });
        }
        self.judge(line, args, problems, known);
    }

    fn editable(&mut self, line: &Line<'_>, given: &Given) {
        let Some(value) = &given.value else { return };
        let text: &str = &line.text;
        let (requirement, mut problems) = link::read_editable(&value.text, self.group.clone());
        // The value begins after a quotation mark, or its parts have no place of their own.
        let raw = value.at.of(text);
        let quoted = raw.starts_with(['"', '\'']) && raw.get(1..).is_some_and(|rest| rest.starts_with(&value.text));
        let in_place = quoted || raw == value.text;
        let offset = value.at.start as usize + usize::from(quoted);
        let shift = |at: Extent| if in_place { at.shift(offset) } else { value.at };
        for problem in &mut problems {
            problem.at = problem.at.map(shift);
            problem.labels.iter_mut().for_each(|(at, _)| *at = shift(*at));
            if !in_place {
                problem.replace = None;
            }
        }
        if let Some(mut requirement) = requirement {
            requirement.move_by(shift);
            given.at.of(text).clone_into(&mut requirement.raw);
            requirement.at = given.at;
            requirement.exact &= in_place;
            self.push(line, requirement);
        }
        self.judge(line, &value.text, problems, true);
    }

    /// Takes in a requirement whose extents are bytes of the line.
    fn push(&mut self, line: &Line<'_>, mut requirement: Requirement) {
        requirement.exact &= line.in_one_piece(requirement.at);
        requirement.move_by(|at| line.place(at));
        requirement.item = line.whole;
        self.reading.requirements.push(requirement);
    }

    /// Reports what is wrong with a requirement, unless a variable in it may make it right. `known`: what it asks for
    /// could be told all the same.
    fn judge(&mut self, line: &Line<'_>, text: &str, problems: Vec<Problem>, known: bool) {
        if !problems.is_empty() && !known {
            self.reading.partial = true;
        }
        if !has_variable(text) {
            self.problems(line, problems);
        }
    }

    fn include(&mut self, line: &Line<'_>, given: &Given, kind: IncludeKind) {
        let Some(value) = &given.value else { return };
        self.reading.includes.push(Include {
            kind,
            target: value.text.clone(),
            at: line.place(value.at),
            group: Group::Runtime,
        });
    }

    fn options(&mut self, line: &Line<'_>, options: &Options) {
        for given in options.given.iter().filter(|given| given.name != "--hash") {
            let value_at = given.value.as_ref().map_or(Extent::at(given.at.end as usize), |value| value.at);
            self.reading.options.push(OptionLine {
                name: given.name.to_owned(),
                value: given.value.as_ref().map(|value| value.text.clone()).unwrap_or_default(),
                at: line.place(given.at),
                value_at: line.place(value_at),
            });
        }
    }

    /// Says what pip reads and passes over: options that need another line, words that belong to nothing.
    fn ignored(&mut self, line: &Line<'_>, args: &str, options: &Options, used: &[&str]) {
        let mut problems = Vec::new();
        let main = ["--editable", "--requirement", "--constraint"];
        let is_option_line = args.is_empty() && !options.given.iter().any(|given| main.contains(&given.name));
        // A line asks for one thing: the first, in this order.
        let first = if args.is_empty() {
            main.iter().find_map(|name| options.named(name).next().map(|given| given.at))
        } else {
            None
        };
        for given in &options.given {
            let counts = used.contains(&given.name) || Some(given.at) == first;
            let editable = given.name == "--editable" && !args.is_empty();
            if counts || editable || (is_option_line && given.name != "--hash") {
                continue;
            }
            problems.push(
                Problem::new(options::RULE, given.at, format!("pip ignores `{}` on this line", given.name))
                    .help(match given.name {
                        "--hash" => "a hash belongs on the line of a requirement that is not editable",
                        _ => "give it a line of its own",
                    })
                    .variant(IGNORED),
            );
        }
        if let (Some(first), Some(last)) = (options.words.first(), options.words.last()) {
            let at = first.at.cover(last.at);
            problems
                .push(Problem::new(options::RULE, at, format!("pip ignores `{}`", at.of(&line.text))).variant(IGNORED));
        }
        self.problems(line, problems);
    }

    fn problems(&mut self, line: &Line<'_>, problems: impl IntoIterator<Item = Problem>) {
        for mut problem in problems {
            if problem.at.is_some_and(|at| !line.in_one_piece(at)) {
                problem.replace = None;
            }
            problem.at = problem.at.map(|at| line.place(at));
            problem.labels.iter_mut().for_each(|(at, _)| *at = line.place(*at));
            self.reading.problems.push(problem);
        }
    }
}

/// Whether pip would expand a variable in it: `${NAME}` in capitals.
fn has_variable(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let rest = text.get(at + 2..).unwrap_or_default();
        let after = rest.trim_start_matches(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        after.len() < rest.len() && after.starts_with('}')
    })
}

impl Requirement {
    /// Moves every place in it.
    fn move_by(&mut self, place: impl Fn(Extent) -> Extent) {
        self.at = place(self.at);
        self.item = place(self.item);
        self.name_at = place(self.name_at);
        for extra in &mut self.extras {
            extra.at = place(extra.at);
        }
        if let Some(specifier) = &mut self.specifier {
            specifier.at = place(specifier.at);
        }
        if let Some(marker) = &mut self.marker {
            marker.at = place(marker.at);
        }
        if let Origin::Url(_, at) | Origin::Path(_, at) | Origin::Named(_, at) = &mut self.origin {
            *at = place(*at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deleting_leaves_no_trace() {
        for (text, expected) in [
            ("a\nb\n", ["b\n", "a\n"]),
            ("a\nb", ["b", "a"]),
            ("a\r\nb", ["b", "a"]),
            ("# why\na\n\nb  # c", ["# why\n\nb  # c", "# why\na\n"]),
        ] {
            let reading = read(text, ReadContext { path: "requirements.txt" });
            for (requirement, expected) in reading.requirements.iter().zip(expected) {
                let mut text = text.to_owned();
                text.replace_range(requirement.item.range(), "");
                assert_eq!(text, expected, "{}", requirement.raw);
            }
        }
    }
}
