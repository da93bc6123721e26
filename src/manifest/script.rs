//! Scripts that carry their requirements in a block of comments (PEP 723, inline script metadata).
//!
//! A block is what the regular expression of the PEP finds: `# /// script`, at least one line of comment, and the last
//! `# ///` of that run of comments. A block without an end is ignored by tools. What looks like a block within a string
//! literal is text about scripts, or a script that a test writes: it is passed over.

use super::mapped::Mapped;
use super::{Format, ReadContext, Reading, Requirement, place, pyproject};
use crate::diagnostic::Problem;
use crate::path;
use crate::python::scan;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "script", matches, read };

/// The rule under which faults of the block are given.
const RULE: &str = "invalid-script-block";

/// The first line of the block.
const OPENING: &str = "# /// script";

/// The last line of any block.
const CLOSING: &str = "# ///";

fn matches(name: &str, _path: &str) -> bool {
    path::has_extension(name, "py")
}

/// Whether a text may hold a block, at the price of a search.
pub fn mentions(text: &str) -> bool {
    text.contains(OPENING)
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    if !mentions(text) {
        return Reading::default();
    }
    let found = find(text);
    let mut out = Reading::default();
    if let Some(first) = found.blocks.first() {
        out = metadata(text, &first.content);
        out.problems = adjacent(text, first, std::mem::take(&mut out.problems));
        out.problems.extend(found.blocks.iter().skip(1).map(|second| {
            Problem::new(RULE, second.opening, "a second `script` block")
                .label("again")
                .related(first.opening, "the first one begins here")
                .note("tools refuse a script with more than one (PEP 723)")
                .help("write everything in one block")
        }));
    } else {
        out.problems.extend(found.unclosed.iter().map(unclosed));
    }
    out
}

/// What a text has of blocks.
#[derive(Debug, Default)]
struct Found {
    blocks: Vec<Block>,
    unclosed: Vec<Unclosed>,
}

/// A block of the type `script`.
#[derive(Debug)]
struct Block {
    opening: Extent,
    /// Its last line.
    closing: Extent,
    /// The TOML within, without `# `.
    content: Mapped,
}

/// The beginning of a block that has no end.
#[derive(Debug)]
struct Unclosed {
    opening: Extent,
    /// The line that is no comment any more.
    stop: Extent,
}

fn find(text: &str) -> Found {
    let lines: Vec<Extent> = lines(text).collect();
    let mut found = Found::default();
    // The run of comments that was met last: where it ends, and its last closing line.
    let (mut run, mut closing) = (0, None);
    let mut statement = 0;
    let mut at = 0;
    while let Some(&opening) = lines.get(at) {
        at += 1;
        let Some(kind) = kind(opening.of(text)) else { continue };
        if at >= run {
            let rest = lines.get(at..).unwrap_or_default();
            run = at + rest.iter().take_while(|line| is_comment(line.of(text))).count();
            closing = (at..run).rfind(|index| lines.get(*index).is_some_and(|line| line.of(text) == CLOSING));
        }
        // A logical line that begins before and ends behind holds it in a string or brackets.
        while statement < opening.range().start {
            statement = scan::logical_line(text, statement).max(statement + 1);
        }
        let is_script = kind == "script" && statement == opening.range().start;
        match closing.filter(|end| *end > at) {
            Some(end) => {
                if is_script {
                    let content = content(text, lines.get(at..end).unwrap_or_default());
                    let closing = lines.get(end).copied().unwrap_or(opening);
                    found.blocks.push(Block { opening, closing, content });
                }
                at = end + 1;
            }
            None if is_script && speaks(text, lines.get(at..run).unwrap_or_default()) => {
                let stop = lines.get(run).copied().unwrap_or(Extent::at(text.len()));
                found.unclosed.push(Unclosed { opening, stop });
            }
            None => {}
        }
    }
    found
}

/// The lines of a text without their ends.
fn lines(text: &str) -> impl Iterator<Item = Extent> + '_ {
    let mut here = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = here;
        here += line.len();
        let bare = line.strip_suffix('\n').unwrap_or(line);
        Extent::new(start, start + bare.strip_suffix('\r').unwrap_or(bare).len())
    })
}

/// The type of the block that a line opens.
fn kind(line: &str) -> Option<&str> {
    let kind = line.strip_prefix("# /// ")?;
    (!kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then_some(kind)
}

fn is_comment(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

/// Whether lines hold metadata: a comment that only names the opening line is none that lacks its end.
fn speaks(text: &str, lines: &[Extent]) -> bool {
    lines.iter().any(|line| {
        let line = line.of(text).trim_start_matches("# ");
        let value = line.strip_prefix("dependencies").or_else(|| line.strip_prefix("requires-python"));
        value.is_some_and(|rest| rest.trim_start().starts_with('='))
    })
}

fn content(text: &str, lines: &[Extent]) -> Mapped {
    let mut content = Mapped::default();
    for line in lines {
        let written = line.of(text);
        let bare = written.strip_prefix("# ").unwrap_or_default();
        let end = line.range().end;
        content.push(bare, end - bare.len());
        match text.get(end..).unwrap_or_default() {
            rest if rest.starts_with("\r\n") => content.push_whole("\n", Extent::new(end, end + 2)),
            rest if rest.starts_with('\n') => content.push("\n", end),
            _ => {}
        }
    }
    content
}

/// The faults of a block, told as one where it has swallowed a second block that follows without a line between.
fn adjacent(text: &str, block: &Block, problems: Vec<Problem>) -> Vec<Problem> {
    let within = Extent::new(block.opening.range().end, block.closing.range().start);
    let inner = |wanted: &str| {
        let mut lines = lines(within.of(text)).map(|line| line.shift(within.range().start));
        lines.find(|line| line.of(text) == wanted)
    };
    let Some(second) = inner(OPENING) else { return problems };
    let from = inner(CLOSING).map_or(second.start, |closing| closing.start.min(second.start));
    let follows = |problem: &Problem| problem.rule == RULE && problem.at.is_some_and(|at| at.start >= from);
    let mut kept: Vec<Problem> = problems.into_iter().filter(|problem| !follows(problem)).collect();
    kept.push(
        Problem::new(RULE, second, "two `script` blocks in one run of comments")
            .label("the second begins here")
            .related(block.opening, "the first one begins here")
            .note("a block goes up to the last `# ///` of its run of comments (PEP 723), so both are read as one, which is no TOML")
            .help("write everything in one block"),
    );
    kept
}

fn unclosed(block: &Unclosed) -> Problem {
    let problem = Problem::new(RULE, block.opening, "this `script` block has no end, so tools ignore it")
        .variant("unclosed")
        .note("a block is one run of comments, each `#` alone or with a blank after it, up to a line `# ///`")
        .help("close it with a line `# ///`");
    if block.stop.is_empty() {
        problem
    } else {
        problem.related(block.stop, "the run of comments ends before this line")
    }
}

/// Reads the block's TOML, and moves every place to the file.
fn metadata(text: &str, content: &Mapped) -> Reading {
    let read = pyproject::script_document(content.as_str());
    let to = |at: Extent| content.extent(at.range());
    let requirement = |requirement: Requirement| {
        let item = removal(text, content, &requirement);
        place::moved(requirement, content, item)
    };
    let fault = |fault: Problem| {
        let of_block = matches!(fault.rule, "invalid-syntax" | "misplaced-key" | "unknown-key");
        place::problem(Problem { rule: if of_block { RULE } else { fault.rule }, ..fault }, content)
    };
    let mut project = read.project;
    if let Some(project) = &mut project {
        project.header = to(project.header);
        project.requires_python.iter_mut().for_each(|value| value.at = to(value.at));
    }
    let mut options = read.options;
    for option in &mut options {
        (option.at, option.value_at) = (to(option.at), to(option.value_at));
    }
    Reading {
        requirements: read.requirements.into_iter().map(requirement).collect(),
        options,
        project,
        problems: read.problems.into_iter().map(fault).collect(),
        partial: read.partial,
        ..Reading::default()
    }
}

/// What to delete of the file for the item of a requirement in the block. Whole lines take their `# ` with them; where
/// a rest of a line would be left beside the next one's `#`, only the requirement itself is named.
fn removal(text: &str, content: &Mapped, requirement: &Requirement) -> Extent {
    let item = requirement.item.range();
    let (before, removed) = (content.as_str().get(..item.start), content.as_str().get(item.clone()));
    let (before, removed) = (before.unwrap_or_default(), removed.unwrap_or_default());
    let place = content.extent(item);
    if !removed.ends_with('\n') {
        place
    } else if before.is_empty() || before.ends_with('\n') {
        let start = text.get(..place.range().start).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1);
        Extent::new(start, place.range().end)
    } else {
        content.extent(requirement.at.range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Reading {
        read(text, ReadContext { path: "run.py" })
    }

    fn shown(text: &str) -> Vec<String> {
        let reading = parsed(text);
        let requirement = |r: &Requirement| {
            assert!(!r.exact || r.at.of(text) == r.raw, "{:?} is {:?}", r.at.of(text), r.raw);
            format!("{} {}", r.group, r.raw)
        };
        let python = reading.project.iter().filter_map(|p| p.requires_python.as_ref());
        let mut shown: Vec<String> = python.map(|p| format!("python {}", p.at.of(text))).collect();
        shown.extend(reading.requirements.iter().map(requirement));
        shown.extend(reading.problems.iter().map(|p| {
            let at = p.at.unwrap_or_default().of(text);
            format!("{}{} {at}", p.rule, p.variant.map_or(String::new(), |variant| format!("[{variant}]")))
        }));
        shown
    }

    #[test]
    fn reads_as_the_pep() {
        for (text, expected) in [
            (
                "#!/usr/bin/env python\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"requests<3\",\n#   'rich', # x\n# ]\n#\n# [tool.uv]\n# exclude-newer = \"2024-01-01\"\n# ///\n\nimport requests\n",
                &["python >=3.11", "runtime requests<3", "runtime rich"][..],
            ),
            ("# /// script\r\n# dependencies = ['a']\r\n# ///\r\n", &["runtime a"]),
            // The last closing line of the run counts, and no blank line is part of it.
            ("# /// script\n# dependencies = ['a']\n# ///\n#\n# ///\n", &["runtime a", "invalid-script-block ///"]),
            ("# /// script\n# dependencies = ['a']\n# ///\n# more\n", &["runtime a"]),
            ("# /// script\n# dependencies = ['a']\n# ///", &["runtime a"]),
            ("# /// script\n# ///\n", &[]),
            ("# /// other\n# dependencies = ['a']\n# ///\n", &[]),
            ("# /// other\n# /// script\n# dependencies = ['a']\n# ///\n", &[]),
            (" # /// script\n # dependencies = ['a']\n # ///\n", &[]),
            ("# /// script \n# dependencies = ['a']\n# ///\n", &[]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn passes_over_strings() {
        for text in [
            "\"\"\"\n# /// script\n# dependencies = ['a']\n# ///\n\"\"\"\n",
            "x = f('''\\\n# /// script\n# dependencies = ['a']\n# ///\n''')\n",
            "x = [\n# /// script\n# dependencies = ['a']\n# ///\n]\n",
            "'''\n# /// script\n# dependencies = ['a']\n'''\n",
        ] {
            assert_eq!(parsed(text), Reading::default(), "{text}");
        }
        let text = "'''doc\n# /// script\n# x\n'''\n# /// script\n# dependencies = ['a']\n# ///\n";
        assert_eq!(shown(text), ["runtime a"]);
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, expected) in [
            (
                "# /// script\n# dependencies = ['a']\n# ///\n\n# /// script\n# dependencies = ['b']\n# ///\n",
                &["runtime a", "invalid-script-block # /// script"][..],
            ),
            (
                "# /// script\n# dependencies = ['a']\n# ///\n# /// script\n# dependencies = ['b']\n# ///\n",
                &["runtime a", "invalid-script-block # /// script"],
            ),
            ("# /// script\n# dependencies = ['a']\n\n# ///\n", &["invalid-script-block[unclosed] # /// script"]),
            ("# /// script\n# dependencies = ['a']\nimport a\n", &["invalid-script-block[unclosed] # /// script"]),
            ("# /// script\n# opens a block, as PEP 723 says\n", &[]),
            ("# /// script\n# dependencies = 'a'\n# ///\n", &["invalid-script-block 'a'"]),
            ("# /// script\n# requires-python = 3.11\n# ///\n", &["invalid-script-block 3.11"]),
            ("# /// script\n# dependancies = ['a']\n# ///\n", &["invalid-script-block dependancies"]),
            ("# /// script\n# dependencies = ['a=1']\n# ///\n", &["runtime a=1", "invalid-requirement ="]),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }

    #[test]
    fn deletes_whole_lines() {
        let text = "# /// script\n# dependencies = [\n#   \"a\",\n#   \"b\",\n# ]\n# ///\n";
        let items: Vec<&str> = parsed(text).requirements.iter().map(|r| r.item.of(text)).collect();
        assert_eq!(items, ["#   \"a\",\n", "#   \"b\",\n"]);
        let text = "# /// script\n# dependencies = [\"a\", \"b\"]\n# ///\n";
        let items: Vec<&str> = parsed(text).requirements.iter().map(|r| r.item.of(text)).collect();
        assert_eq!(items, ["\"a\", ", ", \"b\""]);
    }

    #[test]
    fn takes_linear_time() {
        let text = "# /// script\n# dependencies = ['a']\n".repeat(40_000);
        assert_eq!(find(&text).blocks.len(), 0);
    }
}
