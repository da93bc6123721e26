//! Hooks that run before a commit: pre-commit (`.pre-commit-config.yaml`), prek (the same, or `prek.toml`), and
//! lefthook (`lefthook.yml`).

use toml::de::{DeTable, DeValue};

use super::tox::strings;
use super::tree::{self, is_yaml_named};
use super::{Format, Seen, TraceKind, command, image};
use crate::manifest::Setting;
use crate::manifest::mapped::Mapped;
use crate::manifest::yaml::Node;
use crate::source::Extent;

/// `.pre-commit-config.yaml`.
pub const PRE_COMMIT: Format = Format {
    name: "pre-commit hooks",
    matches: |name, _| is_yaml_named(name, &[".pre-commit-config"]),
    read: pre_commit,
};

/// `prek.toml`.
pub const PREK: Format =
    Format { name: "prek hooks", matches: |name, _| matches!(name, "prek.toml" | ".prek.toml"), read: prek };

/// `lefthook.yml`.
pub const LEFTHOOK: Format = Format {
    name: "lefthook hooks",
    matches: |name, _| is_yaml_named(name, &["lefthook", ".lefthook", "lefthook-local"]),
    read: lefthook,
};

/// What keeps a hook from running on every file at every commit.
const LIMITS: &[&str] = &["files", "exclude", "stages"];

fn pre_commit(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        // Before pre-commit 1.0 the list was the whole file.
        let repositories = root.get("repos").unwrap_or(&root);
        for repository in repositories.items() {
            if let Some(url) = repository.get("repo")
                && let Some(name) = url.text().and_then(repository_name)
            {
                seen.trace(TraceKind::Repository, &name, url.at);
                if let Some(revision) = repository.get("rev") {
                    let text = format!("{name}@{}", revision.text().unwrap_or_default());
                    seen.trace(TraceKind::Revision, &text, revision.at);
                }
            }
            for hook in repository.get("hooks").map(Node::items).unwrap_or_default() {
                read_hook(hook, text, &mut seen);
                if let Some(id) = hook.get("id") {
                    let mut note = |key: &str, node: Option<&Node>| {
                        let Some(node) = node else { return };
                        let key = format!("hook.{}.{key}", id.text().unwrap_or_default());
                        let value = node.text().unwrap_or_default().to_owned();
                        seen.settings.push(Setting { key, value, at: id.at });
                    };
                    note("repo", repository.get("repo"));
                    note("rev", repository.get("rev"));
                    note("language", hook.get("language"));
                    for key in LIMITS {
                        note(key, hook.get(key));
                    }
                }
            }
        }
    }
    seen
}

fn read_hook(hook: &Node, text: &str, seen: &mut Seen) {
    if let Some(id) = hook.get("id") {
        seen.trace(TraceKind::Hook, id.text().unwrap_or_default(), id.at);
    }
    if let Some(id) = hook.get("id").and_then(Node::text) {
        for argument in hook.get("args").map(Node::scalars).unwrap_or_default() {
            let value = argument.text().unwrap_or_default().to_owned();
            seen.settings.push(Setting { key: format!("hook.{id}.args"), value, at: argument.at });
        }
    }
    for dependency in hook.get("additional_dependencies").map(Node::scalars).unwrap_or_default() {
        dependency_of(&dependency.mapped(text), seen);
    }
    if let Some(entry) = hook.get("entry") {
        let language = hook.get("language").and_then(Node::text).unwrap_or_default();
        entry_of(language, &entry.mapped(text), seen);
    }
}

/// Notes what a hook installs beside its own repository; `name@version` is npm's.
fn dependency_of(dependency: &Mapped, seen: &mut Seen) {
    let text = dependency.as_str();
    if !text.starts_with('@') && (!text.contains('@') || text.contains([' ', ':'])) {
        command::requirement(dependency, seen);
    }
}

/// Reads what a hook runs.
fn entry_of(language: &str, entry: &Mapped, seen: &mut Seen) {
    match language {
        // The entry is a pattern or a message.
        "pygrep" | "fail" => {}
        "docker_image" => {
            let end = entry.as_str().find(char::is_whitespace).unwrap_or(entry.len());
            image::read(&entry.slice(0..end), seen);
            command::read(&entry.slice(end..entry.len()), seen);
        }
        _ => command::read(entry, seen),
    }
}

fn prek(text: &str) -> Seen {
    let mut seen = Seen::default();
    let (root, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        seen.opaque.push(("a file that could not be parsed".to_owned(), Extent::at(at)));
    }
    for repository in tables(root.get_ref().get("repos")) {
        strings(repository.get("repo"), text, &mut |url| {
            if let Some(name) = repository_name(url.as_str()) {
                seen.trace(TraceKind::Repository, &name, url.at());
                strings(repository.get("rev"), text, &mut |revision| {
                    seen.trace(TraceKind::Revision, &format!("{name}@{}", revision.as_str()), revision.at());
                });
            }
        });
        for hook in tables(repository.get("hooks")) {
            strings(hook.get("id"), text, &mut |id| seen.trace(TraceKind::Hook, id.as_str(), id.at()));
            strings(hook.get("additional_dependencies"), text, &mut |one| dependency_of(one, &mut seen));
            let language = hook.get("language").and_then(|language| language.get_ref().as_str()).unwrap_or_default();
            strings(hook.get("entry"), text, &mut |entry| entry_of(language, entry, &mut seen));
        }
    }
    seen
}

/// The tables of an array.
fn tables<'t, 'i>(value: Option<&'t toml::Spanned<DeValue<'i>>>) -> impl Iterator<Item = &'t DeTable<'i>> {
    let items = value.and_then(|value| value.get_ref().as_array());
    items.into_iter().flatten().filter_map(|item| item.get_ref().as_table())
}

/// `owner/name` of the URL of a repository on any host; nothing for `local` and `meta`.
pub(crate) fn repository_name(url: &str) -> Option<String> {
    let path = url.trim().trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        // `git@host:owner/name`.
        None => path.split_once(':')?.1,
    };
    let mut parts = path.trim_matches('/').rsplit('/');
    let name = parts.next().filter(|name| !name.is_empty())?;
    Some(parts.next().map_or_else(|| name.to_owned(), |owner| format!("{owner}/{name}")))
}

fn lefthook(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        if let Some(remotes) = root.get("remotes").or_else(|| root.get("remote")) {
            seen.opaque.push(("hooks of another repository".to_owned(), remotes.at));
        }
        for (_, hook) in root.entries() {
            for (_, command) in hook.get("commands").map(Node::entries).unwrap_or_default() {
                tree::scripts(command.get("run"), text, &mut seen);
            }
            let mut open: Vec<&Node> = hook.get("jobs").map(Node::items).unwrap_or_default().iter().collect();
            while let Some(job) = open.pop() {
                tree::scripts(job.get("run"), text, &mut seen);
                open.extend(job.path(&["group", "jobs"]).map(Node::items).unwrap_or_default());
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_pre_commit() {
        let text = "\
default_language_version: {python: python3.11}
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks: [{id: ruff}, {id: ruff-format}]
  - repo: https://gitlab.example/group/sub/thing.git/
    hooks:
      - id: mypy
        additional_dependencies: [types-requests, 'pydantic>=2', '.[dev]', eslint@8.1.0]
  - repo: meta
    hooks: [{id: check-useless-excludes}]
  - repo: local
    hooks:
      - &base
        id: audit
        entry: uv run pip-audit
        language: system
      - {<<: *base, id: audit-2}
      - {id: no-print, language: pygrep, entry: 'print('}
      - {id: actionlint, language: docker_image, entry: 'rhysd/actionlint:1 actionlint -x'}
      - {id: script, language: script, entry: ./scripts/check.sh}
";
        assert_eq!(
            shown(&pre_commit(text), text),
            [
                "Repository:astral-sh/ruff-pre-commit",
                "Revision:astral-sh/ruff-pre-commit@v0.5.0",
                "Hook:ruff",
                "Hook:ruff-format",
                "Repository:sub/thing",
                "Hook:mypy",
                "Install:types-requests",
                "Install:pydantic>=2",
                "Hook:check-useless-excludes",
                "Hook:audit",
                "Command:pip-audit",
                "Hook:audit-2",
                "Command:pip-audit",
                "Hook:no-print",
                "Hook:actionlint",
                "Image:rhysd/actionlint",
                "Command:actionlint -x",
                "Hook:script",
                "Command:check.sh",
                "follows:./scripts/check.sh",
            ]
        );
    }

    #[test]
    fn reads_prek() {
        let text = "\
[[repos]]
repo = \"https://github.com/astral-sh/ruff-pre-commit\"
rev = \"v0.5.0\"
hooks = [{ id = \"ruff\", additional_dependencies = [\"x>=1\"] }]
[[repos]]
repo = \"local\"
[[repos.hooks]]
id = \"types\"
language = \"system\"
entry = \"uv run mypy\"
";
        assert_eq!(
            shown(&prek(text), text),
            [
                "Repository:astral-sh/ruff-pre-commit",
                "Revision:astral-sh/ruff-pre-commit@v0.5.0",
                "Hook:ruff",
                "Install:x>=1",
                "Hook:types",
                "Command:mypy"
            ]
        );
    }

    #[test]
    fn names_repositories() {
        for (url, expected) in [
            ("https://github.com/psf/black", Some("psf/black")),
            ("git@github.com:psf/black.git", Some("psf/black")),
            ("ssh://git@host.example/a/b", Some("a/b")),
            ("https://host.example/only", Some("only")),
            ("local", None),
            ("meta", None),
            ("", None),
        ] {
            assert_eq!(repository_name(url).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn reads_lefthook() {
        let text = "\
pre-commit:
  commands:
    lint: {run: 'uv run ruff check {staged_files}'}
  jobs:
    - run: mypy .
    - group: {jobs: [{run: pytest}]}
remotes: [{git_url: 'https://host.example/a/b'}]
";
        assert_eq!(
            shown(&lefthook(text), text),
            [
                "Command:ruff check {staged_files}",
                "Command:pytest",
                "Command:mypy .",
                "opaque:hooks of another repository"
            ]
        );
    }
}
