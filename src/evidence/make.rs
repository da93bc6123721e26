//! Makefiles.
//!
//! Recipes are read with the makefile's own variables written in (GNU make manual, "How to Use Variables"), up to a
//! bound. Conditionals are not judged: all branches count, and the last value of a variable wins.

use std::collections::BTreeMap;

use super::{Format, Seen, command};
use crate::manifest::mapped::Mapped;

/// `Makefile`, `makefile`, `GNUmakefile`, `*.mk`.
pub const FORMAT: Format = Format {
    name: "Makefile",
    matches: |name, _| {
        let named = matches!(name, "Makefile" | "makefile" | "GNUmakefile" | "Makefile.am");
        named || name.rsplit_once('.').is_some_and(|(_, extension)| extension == "mk" || extension == "mak")
    },
    read,
};

/// How often variables may lead to variables.
const MAX_DEPTH: usize = 8;
/// How many variables one recipe line may hold, those of their values included.
const MAX_EXPANSIONS: usize = 2_000;
/// How long a recipe line may become by its variables.
const MAX_LENGTH: usize = 16_384;

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    let lines = logical_lines(text);
    let mut variables = BTreeMap::new();
    for line in &lines {
        if !line.as_str().starts_with('\t') {
            assign(line.as_str(), &mut variables);
        }
    }
    let mut in_rule = false;
    let mut define = false;
    for line in &lines {
        let content = line.as_str();
        let trimmed = content.trim_start();
        if define {
            define = trimmed != "endef";
        } else if content.starts_with('\t') && in_rule {
            recipe(line, &variables, &mut seen);
        } else if trimmed.starts_with("define ") {
            define = true;
        } else if let Some(files) =
            ["include ", "-include ", "sinclude "].iter().find_map(|word| trimmed.strip_prefix(word))
        {
            for file in files.split_whitespace().filter(|file| !file.contains(['$', '*'])) {
                let start = content.find(file).unwrap_or(0);
                seen.follows.push((file.to_owned(), line.extent(start..start + file.len())));
            }
        } else if !trimmed.is_empty() && !trimmed.starts_with('#') && assignment(content).is_none() {
            let conditional =
                ["ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"].iter().any(|word| trimmed.starts_with(word));
            if conditional {
                continue;
            }
            in_rule = content.contains(':');
            // `target: prerequisites ; recipe`, unless the `;` stands in a comment.
            let rule = content.split('#').next().unwrap_or_default();
            if in_rule && let Some(at) = rule.find(';') {
                recipe(&line.slice(at + 1..content.len()), &variables, &mut seen);
            }
        }
    }
    seen
}

fn recipe(line: &Mapped, variables: &BTreeMap<String, String>, seen: &mut Seen) {
    let mut expanded = Mapped::default();
    let mut left = MAX_EXPANSIONS;
    expand(line, variables, MAX_DEPTH, &mut left, &mut expanded);
    let text = expanded.as_str();
    let start = text.len() - text.trim_start_matches(['@', '-', '+', ' ', '\t']).len();
    command::read(&expanded.slice(start..text.len()), seen);
}

/// Lines with `\` before their ends are joined by a blank.
fn logical_lines(text: &str) -> Vec<Mapped> {
    let mut found = Vec::new();
    let mut current = Mapped::default();
    let mut open = false;
    for line in Mapped::new(text, 0).lines() {
        let content = line.as_str();
        let skip = if open { content.len() - content.trim_start_matches(['\t', ' ']).len() } else { 0 };
        let continues = content.ends_with('\\');
        let end = content.len() - usize::from(continues);
        current.push_from(&line, skip.min(end)..end);
        open = continues;
        if continues {
            current.push_whole(" ", line.extent(end..content.len()));
        } else {
            found.push(std::mem::take(&mut current));
        }
    }
    if !current.is_empty() {
        found.push(current);
    }
    found
}

/// `NAME op value`: the name, the operator without `=`, the value.
fn assignment(line: &str) -> Option<(&str, &str, &str)> {
    let line = line.trim();
    let line = ["export ", "override "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let (before, value) = line.split_once('=')?;
    let name = before.trim_end_matches([':', '?', '+', '!']).trim_end();
    let operator = before.get(name.len()..)?.trim();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    plain.then_some((name, operator, value.trim()))
}

fn assign(line: &str, variables: &mut BTreeMap<String, String>) {
    let Some((name, operator, value)) = assignment(line) else { return };
    let value = value.split(" #").next().unwrap_or(value).trim();
    match operator {
        "?" if variables.contains_key(name) => {}
        "+" => {
            let known = variables.entry(name.to_owned()).or_default();
            if known.len() + value.len() < MAX_LENGTH {
                known.push(' ');
                known.push_str(value);
            }
        }
        _ if value.is_empty() => {
            variables.entry(name.to_owned()).or_default();
        }
        _ => {
            variables.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Writes the values of variables for `$(NAME)` and `${NAME}`, `$` for `$$`, a substitution for `$(shell …)`; other
/// functions and unknown variables stay unknown to the shell reader too.
fn expand(text: &Mapped, variables: &BTreeMap<String, String>, depth: usize, left: &mut usize, out: &mut Mapped) {
    let source = text.as_str();
    let mut here = 0;
    while let Some(at) = source.get(here..).and_then(|rest| rest.find('$')).map(|at| here + at) {
        out.push_from(text, here..at);
        let rest = source.get(at + 1..).unwrap_or_default();
        let close = match rest.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            other => {
                out.push_from(text, at..at + 1);
                here = at + 1 + usize::from(other == Some('$'));
                continue;
            }
        };
        let inner_end = matching(rest, close).unwrap_or(rest.len());
        let inner = rest.get(1..inner_end).unwrap_or_default();
        here = (at + 1 + inner_end + 1).min(source.len());
        let place = text.extent(at..here);
        if let Some(value) = variables.get(inner).filter(|_| depth > 0 && *left > 0 && out.len() < MAX_LENGTH) {
            *left -= 1;
            let mut whole = Mapped::default();
            whole.push_whole(value, place);
            expand(&whole, variables, depth - 1, left, out);
        } else if let Some(script) = inner.strip_prefix("shell ").filter(|_| depth > 0) {
            let end = at + 1 + inner_end;
            out.push_whole("$(", place);
            expand(&text.slice(end - script.len()..end), variables, depth - 1, left, out);
            out.push_whole(")", place);
        } else if inner.contains([' ', ',']) {
            out.push_whole("${_}", place);
        } else {
            out.push_from(text, at..here);
        }
    }
    out.push_from(text, here..source.len());
}

/// Where the bracket at the start of `text` is closed.
fn matching(text: &str, close: char) -> Option<usize> {
    let open = text.chars().next()?;
    let mut level = 0_usize;
    text.char_indices().take(MAX_LENGTH).find_map(|(at, c)| {
        if c == open {
            level += 1;
        } else if c == close {
            level = level.saturating_sub(1);
        }
        (level == 0).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_makefiles() {
        let text = "\
PYTHON ?= python3
VENV := .venv
BIN = $(VENV)/bin
RUN = uv run
FLAGS = -x
FLAGS += -q # quiet
FILES := $(shell git ls-files)
include common.mk
ifeq ($(OS),Windows_NT)
  BIN = $(VENV)/Scripts
endif

.PHONY: lint
lint: ## Lint it
\t@$(BIN)/ruff check $(SRC)
\t-$(PYTHON) -m mypy \\
\t\tsrc
\t# a comment
\t@echo done
test: lint; $(RUN) pytest ${FLAGS}
loop:
\tfor f in a b; do \\
\t  black $$f || exit 1; \\
\tdone
\t$(UNKNOWN) x
\tflake8 $(wildcard *.py) $(shell isort --list)
\t$(MAKE) lint
define X
\tnot this
endef
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Command:ruff check $(SRC)",
                "Command:mypy src",
                "Command:pytest -x -q",
                "Command:black $f",
                "Command:isort --list",
                "Command:flake8 ${_} $(isort --list)",
                "follows:common.mk",
            ]
        );
    }

    #[test]
    fn survives_nonsense() {
        for text in [
            "A = $(A) $(A)\nx:\n\t$(A)\n",
            "A=$(B) $(B)\nB=$(A) $(A)\nx:\n\t$(A)",
            "x:\n\t$(",
            "x:\n\t$",
            "x:\n\t${é",
            "\t\\",
            ":\n\t@",
        ] {
            shown(&read(text), text);
        }
    }
}
