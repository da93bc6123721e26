//! Signs of tools: where a project shows that it uses one.

use std::collections::BTreeSet;

use super::Workspace;
use crate::evidence::TraceKind;
use crate::knowledge::model::{Answer, AnswerKind};
use crate::manifest::{Group, Manifest};
use crate::name::Name;
use crate::path;
use crate::source::{FileId, Location};

/// Every sign of tools that counts for a project.
#[derive(Debug, Default)]
pub struct Tools {
    /// In the order in which they were met: own manifests, then evidence by path.
    pub signs: Vec<Sign>,
    /// Tools may come from a place that cannot be read from here: why, and where.
    pub opaque: Vec<(String, Location)>,
    /// Where was looked, for notes: paths, in order.
    pub looked_in: Vec<String>,
}

/// One sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// What the sign is.
    pub kind: SignKind,
    /// The sign itself: a normalised distribution name, a command line, an identifier.
    pub text: String,
    /// Where it was seen.
    pub at: Location,
    /// How it shows, for notes ("pre-commit hook").
    pub how: &'static str,
}

/// Sorts of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignKind {
    /// A distribution that is required or installed.
    Requirement,
    /// A command that is run.
    Command,
    /// A pre-commit hook.
    Hook,
    /// A repository of hooks, or a GitHub action.
    Repository,
    /// A container image.
    Image,
    /// A table or section of a configuration file.
    Table,
    /// A configuration file.
    File,
    /// An ecosystem that an update service watches.
    Ecosystem,
}

impl Tools {
    /// The first sign that a project uses `answer`.
    pub fn sign_of(&self, answer: &Answer) -> Option<&Sign> {
        self.signs.iter().find(|sign| shows(sign, answer))
    }

    /// Every sign that a project uses `answer`, in the order in which they were met.
    pub fn signs_of(&self, answer: &Answer) -> impl Iterator<Item = &Sign> {
        self.signs.iter().filter(|sign| shows(sign, answer))
    }

    pub(super) fn add_manifest(&mut self, manifest: &Manifest, own: bool) {
        self.look_in(&manifest.path);
        let how_required = if own { "requirement" } else { "requirement of a folder above" };
        for requirement in &manifest.reading.requirements {
            if requirement.group != Group::Constraint && requirement.name.is_some() {
                let at = manifest.file.locate(Some(requirement.name_at));
                self.push(SignKind::Requirement, requirement.name(), at, how_required);
            }
        }
        for (table, at) in &manifest.reading.tables {
            self.push(SignKind::Table, table, manifest.file.locate(Some(*at)), "configuration");
        }
        for setting in &manifest.reading.settings {
            if setting.key == "tool.pytest.ini_options.addopts" {
                // Options that every run of pytest gets.
                let line = format!("pytest {}", setting.value);
                self.push(SignKind::Command, &line, manifest.file.locate(Some(setting.at)), "configuration");
            }
            let selects = [
                "tool.ruff.lint.select",
                "tool.ruff.lint.extend-select",
                "tool.ruff.select",
                "tool.ruff.extend-select",
            ];
            if selects.contains(&setting.key.as_str()) && is_security_selector(&setting.value) {
                self.push(SignKind::Table, "ruff:S", manifest.file.locate(Some(setting.at)), "configuration");
            }
        }
        let mut seen = crate::evidence::Seen::default();
        for (command, at) in &manifest.reading.commands {
            crate::evidence::command::read_at(command, *at, &mut seen);
        }
        self.add_seen(&seen, manifest.file, "task");
    }

    pub(super) fn add_evidence(&mut self, workspace: &Workspace, index: usize) {
        let Some(evidence) = workspace.evidence.get(index) else { return };
        self.look_in(&evidence.path);
        self.add_seen(&evidence.seen, evidence.file, evidence.format);
        for (why, at) in &evidence.seen.opaque {
            self.opaque.push((why.clone(), evidence.file.locate(Some(*at))));
        }
    }

    pub(super) fn add_mark(&mut self, path: &str, file: FileId) {
        self.push(SignKind::File, path::name(path), Location::File(file), "configuration file");
    }

    fn add_seen(&mut self, seen: &crate::evidence::Seen, file: FileId, how: &'static str) {
        for trace in &seen.traces {
            let kind = match trace.kind {
                TraceKind::Command => SignKind::Command,
                TraceKind::Install => SignKind::Requirement,
                TraceKind::Hook => SignKind::Hook,
                TraceKind::Repository => SignKind::Repository,
                // Says how old a tool is, not which.
                TraceKind::Revision => continue,
                TraceKind::Image => SignKind::Image,
                TraceKind::Table => SignKind::Table,
                TraceKind::Ecosystem => SignKind::Ecosystem,
            };
            let name;
            let text = if trace.kind == TraceKind::Install {
                let end = trace
                    .text
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                    .unwrap_or(trace.text.len());
                name = Name::new(trace.text.get(..end).unwrap_or_default());
                name.as_str()
            } else {
                &trace.text
            };
            self.push(kind, text, file.locate(Some(trace.at)), how);
            if kind == SignKind::Command && selects_security(text) {
                self.push(SignKind::Table, "ruff:S", file.locate(Some(trace.at)), how);
            }
        }
    }

    fn push(&mut self, kind: SignKind, text: &str, at: Location, how: &'static str) {
        if !text.is_empty() {
            self.signs.push(Sign { kind, text: text.to_owned(), at, how });
        }
    }

    fn look_in(&mut self, path: &str) {
        if !self.looked_in.iter().any(|seen| seen == path) {
            self.looked_in.push(path.to_owned());
        }
    }

    /// Where was looked, in a few words: `pyproject.toml, requirements-dev.txt, 3 GitHub workflows, Makefile`.
    pub fn looked_in(&self) -> String {
        let is_workflow = |path: &&String| path.contains(".github/workflows/");
        let workflows = self.looked_in.iter().filter(is_workflow).count();
        let others: BTreeSet<&str> = self.looked_in.iter().filter(|p| !is_workflow(p)).map(String::as_str).collect();
        let mut shown: Vec<String> =
            self.looked_in.iter().filter(|p| others.contains(p.as_str())).take(6).cloned().collect();
        if others.len() > shown.len() {
            shown.push(format!("{} more files", others.len() - shown.len()));
        }
        match workflows {
            0 => {}
            1 => shown.push("1 GitHub workflow".to_owned()),
            n => shown.push(format!("{n} GitHub workflows")),
        }
        shown.join(", ")
    }
}

/// Whether a command line runs ruff with rules of flake8-bandit.
fn selects_security(command: &str) -> bool {
    let mut words = command.split(' ').peekable();
    if words.next() != Some("ruff") {
        return false;
    }
    while let Some(word) = words.next() {
        let (option, value) = word.split_once('=').map_or((word, None), |(option, value)| (option, Some(value)));
        if matches!(option, "--select" | "--extend-select") {
            let value = value.or_else(|| words.peek().copied()).unwrap_or_default();
            if value.split(',').any(is_security_selector) {
                return true;
            }
        }
    }
    false
}

/// Whether a selector of ruff turns rules of flake8-bandit on.
fn is_security_selector(selector: &str) -> bool {
    let rest = selector.strip_prefix('S');
    selector == "ALL" || rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

fn shows(sign: &Sign, answer: &Answer) -> bool {
    let evidence = &answer.evidence;
    let own = !evidence.only;
    let named = |names: &[String]| names.contains(&sign.text);
    match sign.kind {
        SignKind::Requirement => {
            own && answer.kind == AnswerKind::Distribution && sign.text == answer.name || named(&evidence.requirements)
        }
        SignKind::Command => {
            let runs = |command: &str| {
                sign.text.strip_prefix(command).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
            };
            // `python -m pip_audit` runs pip-audit.
            let begins = || sign.text.as_bytes().first() == answer.name.as_bytes().first();
            own && begins() && (runs(&answer.name) || answer.name.contains('-') && runs(&answer.name.replace('-', "_")))
                || evidence.commands.iter().any(|command| runs_words(&sign.text, command))
        }
        SignKind::Hook => own && sign.text == answer.name || named(&evidence.hooks),
        SignKind::Repository => evidence.repositories.iter().any(|repository| {
            let rest = strip_prefix_ignoring_case(&sign.text, repository);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
        SignKind::Image => {
            let is_it = |image: &String| {
                sign.text.strip_suffix(image.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
            };
            evidence.images.iter().any(is_it)
        }
        SignKind::Table => {
            let follows =
                |rest: Option<&str>| rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', ':']));
            let of_table = |table: &str| follows(sign.text.strip_prefix(table));
            let of_tool = |rest: &str| follows(rest.strip_prefix(&answer.name));
            own && (sign.text.strip_prefix("tool.").is_some_and(of_tool) || sign.text == answer.name)
                || evidence.tables.iter().any(|table| of_table(table))
        }
        SignKind::File => named(&evidence.files),
        SignKind::Ecosystem => evidence.tables.iter().any(|t| t.strip_prefix("ecosystem:") == Some(&sign.text)),
    }
}

/// Whether `line` begins with the first word of `command` and holds its further words in that order
/// (`ruff check --select E,S` runs `ruff check`).
fn runs_words(line: &str, command: &str) -> bool {
    if line.as_bytes().first() != command.as_bytes().first() {
        return false;
    }
    let mut words = line.split(' ');
    let mut wanted = command.split(' ');
    if words.next() != wanted.next() {
        return false;
    }
    wanted.all(|want| words.by_ref().any(|word| word == want || want.starts_with('-') && word.starts_with(want)))
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_command_lines_run_a_tool() {
        for (line, command, expected) in [
            ("ruff check src", "ruff", true),
            ("ruff check src", "ruff check", true),
            ("ruff format .", "ruff check", false),
            ("pytest --cov=app tests", "pytest --cov", true),
            ("pytest tests", "pytest --cov", false),
            ("ruffian x", "ruff", false),
        ] {
            assert_eq!(runs_words(line, command), expected, "{line} / {command}");
        }
    }

    #[test]
    fn knows_the_selectors_of_security_rules() {
        for (selector, expected) in [("S", true), ("S506", true), ("ALL", true), ("SIM", false), ("E", false)] {
            assert_eq!(is_security_selector(selector), expected, "{selector}");
        }
    }
}
