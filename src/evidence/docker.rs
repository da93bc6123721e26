//! Container files (`Dockerfile`): base images, and the commands that build and start them.
//!
//! Grammar after the Dockerfile reference: instructions, `\` (or the escape that a directive names) before a line end,
//! comment lines anywhere, here-documents, shell and exec form.

use super::{Format, Seen, command, image};
use crate::manifest::mapped::Mapped;
use crate::source::Extent;

/// `Dockerfile`, `Dockerfile.dev`, `dev.dockerfile`, `Containerfile`.
pub const FORMAT: Format = Format {
    name: "Dockerfile",
    matches: |name, _| {
        let lower = name.to_ascii_lowercase();
        let stem = lower.split(['.', '-']).next().unwrap_or_default();
        let other = [".dockerignore", ".md", ".sh", ".py", ".j2", ".yml", ".yaml", ".json"]
            .iter()
            .any(|end| lower.ends_with(end));
        // A module about images is named like one; an image of a language is `Dockerfile.go`.
        let is_module = name == lower && SOURCE.iter().any(|end| name.ends_with(end));
        !(other || is_module)
            && (matches!(stem, "dockerfile" | "containerfile")
                || lower.ends_with(".dockerfile")
                || lower.ends_with(".containerfile"))
    },
    read,
};

/// Ends of the names of source files.
const SOURCE: &[&str] =
    &[".c", ".cs", ".go", ".java", ".js", ".kt", ".lua", ".php", ".rb", ".rs", ".ts", ".tsx", ".vim"];

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut file = File::default();
    for instruction in instructions(text) {
        file.instruction(&instruction, &mut seen);
    }
    seen
}

/// What later instructions may refer to.
#[derive(Default)]
struct File {
    /// `ARG NAME=default`.
    arguments: Vec<(String, String)>,
    /// `FROM image AS name`.
    stages: Vec<String>,
}

impl File {
    fn instruction(&mut self, instruction: &Mapped, seen: &mut Seen) {
        let text = instruction.as_str();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let keyword = text.get(..end).unwrap_or_default().to_ascii_uppercase();
        let rest = instruction.slice(end..text.len()).trim();
        match keyword.as_str() {
            "ONBUILD" => self.instruction(&rest, seen),
            "ARG" => {
                for word in rest.as_str().split_whitespace() {
                    if let Some((name, value)) = word.split_once('=') {
                        self.arguments.push((name.to_owned(), value.trim_matches(['"', '\'']).to_owned()));
                    }
                }
            }
            "FROM" => self.from(&rest, seen),
            "COPY" => {
                let from = rest.as_str().split_whitespace().find_map(|word| word.strip_prefix("--from="));
                if let Some(from) =
                    from.filter(|from| from.contains(['/', ':']) && !self.stages.contains(&from.to_lowercase()))
                {
                    let start = rest.as_str().find(from).unwrap_or(0);
                    image::read(&rest.slice(start..start + from.len()), seen);
                }
            }
            "RUN" | "CMD" | "ENTRYPOINT" => run(&rest, seen),
            "HEALTHCHECK" => {
                if let Some(at) = rest.as_str().find("CMD") {
                    run(&rest.slice(at + 3..rest.len()).trim(), seen);
                }
            }
            _ => {}
        }
    }

    fn from(&mut self, rest: &Mapped, seen: &mut Seen) {
        let words: Vec<&str> = rest.as_str().split_whitespace().filter(|word| !word.starts_with("--")).collect();
        let Some(base) = words.first() else { return };
        if !self.stages.contains(&base.to_lowercase()) && *base != "scratch" {
            let start = rest.as_str().find(base).unwrap_or(0);
            let at = rest.extent(start..start + base.len());
            let mut reference = Mapped::default();
            reference.push_whole(&self.expand(base), at);
            image::read(&reference, seen);
        }
        if let [_, keyword, name, ..] = words.as_slice()
            && keyword.eq_ignore_ascii_case("as")
        {
            self.stages.push(name.to_lowercase());
        }
    }

    /// Writes the defaults of arguments for `$NAME`, `${NAME}` and `${NAME:-default}`; what is not known stays.
    fn expand(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (inner, tail) = braced.unwrap_or_else(|| {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                after.split_at_checked(end).unwrap_or((after, ""))
            });
            let (name, default) = inner.split_once(":-").map_or((inner, None), |(name, default)| (name, Some(default)));
            let known = self.arguments.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            if let Some(value) = known.or(default) {
                out.push_str(value);
            } else {
                out.push('$');
                out.push_str(name);
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// The exec form is a JSON array of words; anything else is for the shell.
fn run(rest: &Mapped, seen: &mut Seen) {
    let text = rest.as_str();
    // `--mount=…`, `--network=…`.
    let mut start = 0;
    while let Some(option) = text.get(start..).filter(|rest| rest.starts_with("--")) {
        let length = option.find(char::is_whitespace).unwrap_or(option.len());
        start += length + option.get(length..).map_or(0, |tail| tail.len() - tail.trim_start().len());
    }
    let rest = rest.slice(start..text.len());
    match exec_form(&rest) {
        Some(words) => command::read_words(&words, seen),
        None => command::read(&rest, seen),
    }
}

fn exec_form(rest: &Mapped) -> Option<Vec<Mapped>> {
    let text = rest.as_str();
    let words: Vec<String> = text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()?;
    let mut found = Vec::new();
    let mut here = 0;
    for word in words {
        let quoted = serde_json::to_string(&word).unwrap_or_default();
        let length = text.get(here..).and_then(|rest| rest.find(&quoted));
        found.push(match length {
            Some(at) if quoted.len() == word.len() + 2 => {
                let start = here + at + 1;
                here = start + word.len() + 1;
                rest.slice(start..start + word.len())
            }
            _ => Mapped::within(&word, rest.at()),
        });
    }
    Some(found)
}

/// The instructions: lines joined, comment lines dropped, the text of a here-document kept where a shell runs it.
fn instructions(text: &str) -> Vec<Mapped> {
    let escape = if text.lines().take(5).any(|line| line.replace(' ', "").eq_ignore_ascii_case("#escape=`")) {
        '`'
    } else {
        '\\'
    };
    let mut found = Vec::new();
    let mut current = Mapped::default();
    let mut open = false;
    let mut lines = Mapped::new(text, 0).lines().collect::<Vec<_>>().into_iter();
    while let Some(line) = lines.next() {
        let trimmed = line.as_str().trim();
        if trimmed.starts_with('#') || (trimmed.is_empty() && open) {
            continue;
        }
        let content = line.as_str().trim_end();
        open = content.ends_with(escape);
        let kept = if open { content.len() - 1 } else { content.len() };
        if !current.is_empty() {
            let at = line.extent(0..0);
            current.push_whole(" ", Extent { start: at.start.saturating_sub(1), end: at.start });
        }
        current.push_from(&line, 0..kept);
        if open {
            continue;
        }
        let instruction = std::mem::take(&mut current).trim();
        found.push(instruction);
        if let Some(delimiter) = found.last().and_then(|instruction| heredoc(instruction.as_str())) {
            let mut body = Mapped::default();
            for line in lines.by_ref() {
                if line.as_str().trim() == delimiter {
                    break;
                }
                body.push_from(&line, 0..line.len());
                let at = line.at();
                body.push_whole("\n", Extent { start: at.end, end: at.end });
            }
            if let Some(instruction) = found.last_mut() {
                take_heredoc(instruction, &delimiter, &body);
            }
        }
    }
    if !current.is_empty() {
        found.push(current.trim());
    }
    found.retain(|instruction| !instruction.is_empty());
    found
}

/// The delimiter of a here-document that starts in an instruction.
fn heredoc(instruction: &str) -> Option<String> {
    let keyword = instruction.split_whitespace().next()?.to_ascii_uppercase();
    if !matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return None;
    }
    let (before, after) = instruction.split_once("<<")?;
    if after.starts_with('<') || before.ends_with('<') {
        return None;
    }
    let word = after.trim_start_matches('-').split(|c: char| c.is_whitespace() || ";&|)".contains(c)).next()?;
    let delimiter = word.replace(['"', '\''], "");
    (!delimiter.is_empty() && delimiter.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(delimiter)
}

/// `RUN <<EOF` runs its here-document with a shell; so do `RUN bash <<EOF` and its like.
fn take_heredoc(instruction: &mut Mapped, delimiter: &str, body: &Mapped) {
    let text = instruction.as_str();
    let runs = text.get(..3).is_some_and(|keyword| keyword.eq_ignore_ascii_case("run"));
    let Some(start) = text.find("<<") else { return };
    let program = text
        .get(3..start)
        .unwrap_or_default()
        .split_whitespace()
        .rfind(|word| !word.starts_with('-'))
        .unwrap_or_default();
    let shell = ["", "sh", "bash", "/bin/sh", "/bin/bash", "ash", "zsh"].contains(&program);
    let python =
        body.as_str().starts_with("#!") && !body.as_str().lines().next().is_some_and(|line| line.contains("sh"));
    let mut joined = instruction.slice(0..3);
    if runs && shell && !python {
        joined.push_whole(" ", instruction.at());
        joined.push_from(body, 0..body.len());
        *instruction = joined;
    } else {
        let end = text
            .get(start..)
            .and_then(|rest| rest.find(delimiter))
            .map_or(text.len(), |at| start + at + delimiter.len());
        let mut kept = instruction.slice(0..start);
        kept.push_from(instruction, (end + 1).min(text.len())..text.len());
        *instruction = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn is_told_by_its_name() {
        let matches = |name| (FORMAT.matches)(name, name);
        assert!(
            ["Dockerfile", "dockerfile", "Dockerfile.go", "Dockerfile-dev", "api.Dockerfile"].into_iter().all(matches)
        );
        assert!(!["dockerfile.rs", "dockerfile.go", "Dockerfile.md", "dockerfiles"].into_iter().any(matches));
    }

    #[test]
    fn reads_dockerfiles() {
        let text = "\
# syntax=docker/dockerfile:1
ARG PY=3.12
FROM --platform=$BUILDPLATFORM python:${PY}-slim AS base
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
RUN --mount=type=cache,target=/root/.cache \\
    pip install --no-cache-dir \\
      # why
      ruff==0.5 \\

      mypy && \\
    rm -rf /x
FROM base as test
RUN [\"python\", \"-m\", \"pytest\", \"a b\"]
RUN <<EOF
apt-get update
uv sync
EOF
RUN python - <<'PY'
import os
PY
COPY <<EOF /x
RUN black .
EOF
FROM $UNKNOWN
ENTRYPOINT [\"gunicorn\"]
CMD [\"--bind\", \":80\"]
CMD uvicorn app:app
";
        let seen = read(text);
        assert_eq!(
            shown(&seen, text),
            [
                "Image:python",
                "Image:ghcr.io/astral-sh/uv",
                "Command:pip install --no-cache-dir ruff==0.5 mypy",
                "Install:ruff==0.5",
                "Install:mypy",
                "Command:rm -rf /x",
                "Command:pytest a b",
                "Command:apt-get update",
                "Command:uv sync",
                "Command:python -",
                "Command:gunicorn",
                "Command:uvicorn app:app",
                "python:3.12",
            ]
        );
        let at: Vec<_> = seen.traces.iter().map(|trace| trace.at.of(text)).collect();
        assert_eq!(at.get(3), Some(&"ruff==0.5"));
        assert_eq!(at.get(6), Some(&"pytest\", \"a b"));
        assert_eq!(at.get(8), Some(&"uv sync"));
    }

    #[test]
    fn survives_nonsense() {
        for text in [
            "",
            "FROM",
            "RUN",
            "RUN <<",
            "RUN <<A",
            "RUN [",
            "RUN \\",
            "é",
            "RU\u{e9} <<X\nX",
            "COPY --from=",
            "ARG",
            "HEALTHCHECK CMD",
        ] {
            shown(&read(text), text);
        }
    }

    #[test]
    fn knows_names() {
        for (name, expected) in [
            ("Dockerfile", true),
            ("Dockerfile.dev", true),
            ("dev.Dockerfile", true),
            ("Containerfile", true),
            ("Dockerfile.dockerignore", false),
            ("dockerfile.py", false),
        ] {
            assert_eq!((FORMAT.matches)(name, name), expected, "{name}");
        }
    }
}
