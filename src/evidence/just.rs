//! just (`justfile`).

use std::collections::BTreeMap;

use super::{Format, Seen, command};
use crate::manifest::mapped::Mapped;
use crate::source::Extent;

/// `justfile` in any case, `.justfile`, `*.just`.
pub const FORMAT: Format = Format {
    name: "justfile",
    matches: |name, _| {
        let lower = name.to_ascii_lowercase();
        matches!(lower.as_str(), "justfile" | ".justfile")
            || lower.rsplit_once('.').is_some_and(|(_, end)| end == "just")
    },
    read,
};

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    let lines: Vec<Mapped> = Mapped::new(text, 0).lines().collect();
    let mut variables = BTreeMap::new();
    let mut body: Vec<&Mapped> = Vec::new();
    for line in &lines {
        let content = line.as_str();
        if content.starts_with([' ', '\t']) || (content.is_empty() && !body.is_empty()) {
            body.push(line);
            continue;
        }
        recipe(&std::mem::take(&mut body), &variables, &mut seen);
        if let Some((name, value)) = content.split_once(":=") {
            let name = name.trim().trim_start_matches("export ").trim();
            let value = value.trim();
            let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
            if let Some(value) = quoted.filter(|value| !value.contains(['"', '\''])) {
                variables.insert(name.to_owned(), value.to_owned());
            }
        } else if let Some(path) = content.strip_prefix("import ").or_else(|| content.strip_prefix("import? ")) {
            let path = path.trim().trim_matches(['"', '\'']);
            let start = content.find(path).unwrap_or(0);
            seen.follows.push((path.to_owned(), line.extent(start..start + path.len())));
        }
    }
    recipe(&body, &variables, &mut seen);
    seen
}

/// A recipe with `#!` is one script in the language that it names; without, each line is one for the shell.
fn recipe(body: &[&Mapped], variables: &BTreeMap<String, String>, seen: &mut Seen) {
    let first = body.iter().map(|line| line.as_str().trim()).find(|line| !line.is_empty()).unwrap_or_default();
    if first.starts_with("#!") && !first.contains("sh") {
        return;
    }
    let mut script = Mapped::default();
    let mut continued = false;
    for line in body {
        let text = line.as_str();
        let command = if continued { text } else { text.trim_start().trim_start_matches(['@', '-']) };
        continued = text.ends_with('\\');
        let start = text.len() - command.len();
        interpolate(&line.slice(start..text.len()), variables, &mut script);
        let end = line.at().end;
        script.push_whole("\n", Extent { start: end, end });
    }
    command::read(&script, seen);
}

/// Writes the texts of variables for `{{name}}`; other interpolations stay as written.
fn interpolate(line: &Mapped, variables: &BTreeMap<String, String>, out: &mut Mapped) {
    let text = line.as_str();
    let mut here = 0;
    while let Some(at) = text.get(here..).and_then(|rest| rest.find("{{")).map(|at| here + at) {
        let Some(length) = text.get(at..).and_then(|rest| rest.find("}}")) else { break };
        let name = text.get(at + 2..at + length).unwrap_or_default().trim();
        let end = at + length + 2;
        out.push_from(line, here..at);
        match variables.get(name) {
            Some(value) => out.push_whole(value, line.extent(at..end)),
            None => out.push_from(line, at..end),
        }
        here = end;
    }
    out.push_from(line, here..text.len());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_justfiles() {
        let text = "\
set shell := [\"bash\", \"-c\"]
run := 'uv run'
import 'ci/lint.just'

# Lint it
lint *args:
    @{{run}} ruff check {{args}}
    -mypy \\
      --strict src

test: lint
  #!/usr/bin/env bash
  set -e
  if true; then
    pytest
  fi
py:
  #!/usr/bin/env python
  black .
";
        assert_eq!(
            shown(&read(text), text),
            ["Command:ruff check {{args}}", "Command:mypy --strict src", "Command:pytest", "follows:ci/lint.just"]
        );
    }
}
