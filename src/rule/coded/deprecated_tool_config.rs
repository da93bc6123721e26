//! `deprecated-tool-config`: tools that are configured or called in a way that they have given up.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::manifest::Versions;
use crate::manifest::toml::{self, Table};
use crate::manifest::version;
use crate::project::tools::{Sign, SignKind};
use crate::rule::{Context, speaker, text};
use crate::source::{Extent, FileId, Location};

/// The variant for what still works under its old name.
const RENAMED: &str = "renamed";

/// What of `[tool.ruff]` belongs to `[tool.ruff.lint]` (ruff's settings reference; the warning that ruff gives names them).
const RUFF_LINT: &[&str] = &[
    "allowed-confusables",
    "dummy-variable-rgx",
    "explicit-preview-rules",
    "extend-fixable",
    "extend-ignore",
    "extend-per-file-ignores",
    "extend-safe-fixes",
    "extend-select",
    "extend-unfixable",
    "extend-unsafe-fixes",
    "external",
    "fixable",
    "flake8-annotations",
    "flake8-bandit",
    "flake8-boolean-trap",
    "flake8-bugbear",
    "flake8-builtins",
    "flake8-comprehensions",
    "flake8-copyright",
    "flake8-errmsg",
    "flake8-gettext",
    "flake8-implicit-str-concat",
    "flake8-import-conventions",
    "flake8-pytest-style",
    "flake8-quotes",
    "flake8-self",
    "flake8-tidy-imports",
    "flake8-type-checking",
    "flake8-unused-arguments",
    "ignore",
    "ignore-init-module-imports",
    "isort",
    "logger-objects",
    "mccabe",
    "pep8-naming",
    "per-file-ignores",
    "pycodestyle",
    "pydocstyle",
    "pyflakes",
    "pylint",
    "pyupgrade",
    "select",
    "task-tags",
    "typing-modules",
    "unfixable",
];

/// The subcommands of ruff. What else follows it was once a path.
const RUFF_COMMANDS: &[&str] = &[
    "check",
    "rule",
    "config",
    "linter",
    "clean",
    "format",
    "server",
    "analyze",
    "version",
    "help",
    "lsp",
    "generate-shell-completion",
];

/// A command that has ended.
struct Command {
    /// Its first words.
    words: &'static str,
    /// One of these follows somewhere; any will do where there is none.
    options: &'static [&'static str],
    /// What is wrong, after the words.
    message: &'static str,
    help: &'static str,
}

const COMMANDS: &[Command] = &[
    Command {
        words: "safety check",
        options: &[],
        message: "is no longer supported since May 2024: `safety scan` took its place, and needs an account",
        help: "`pip-audit` needs none; or call `safety scan`",
    },
    Command {
        words: "python setup.py test",
        options: &[],
        message: "is deprecated since setuptools 41.5, and new versions do not have it",
        help: "call the test runner itself: `pytest`, `python -m unittest`",
    },
    Command {
        words: "python setup.py upload",
        options: &[],
        message: "is deprecated: setuptools refers to twine",
        help: "`python -m build`, then `twine upload dist/*`",
    },
    Command {
        words: "python setup.py register",
        options: &[],
        message: "is deprecated: an index registers a project with its first upload",
        help: "`python -m build`, then `twine upload dist/*`",
    },
    Command {
        words: "python setup.py install",
        options: &[],
        message: "is deprecated by setuptools",
        help: "`pip install .`",
    },
    Command {
        words: "python setup.py develop",
        options: &[],
        message: "is deprecated by setuptools",
        help: "`pip install -e .`",
    },
    Command {
        words: "isort",
        options: &["--recursive", "-rc", "--apply", "-y"],
        message: "is called with an option that isort 5 made needless",
        help: "isort looks into folders and writes by itself: leave the option out",
    },
    Command {
        words: "poetry install",
        options: &["--no-dev"],
        message: "with `--no-dev` is an error since Poetry 2.0",
        help: "write `--only main`, or `--without dev`",
    },
];

/// A repository of hooks that is no longer what it was.
struct Repository {
    /// Its name, in lower case.
    name: &'static str,
    /// A part of its URL, where the name alone does not tell.
    host: &'static str,
    message: &'static str,
    help: &'static str,
    variant: Option<&'static str>,
}

const REPOSITORIES: &[Repository] = &[
    Repository {
        name: "pycqa/flake8",
        host: "gitlab.com",
        message: "is gone: nothing can be cloned from there",
        help: "flake8 lives at `https://github.com/PyCQA/flake8`",
        variant: None,
    },
    Repository {
        name: "pre-commit/mirrors-isort",
        host: "",
        message: "is deprecated: it stays at an old isort",
        help: "isort has hooks of its own: `https://github.com/PyCQA/isort`",
        variant: None,
    },
    Repository {
        name: "pre-commit/mirrors-pylint",
        host: "",
        message: "is deprecated: it stays at an old pylint",
        help: "pylint has hooks of its own, best run in the project's environment",
        variant: None,
    },
    Repository {
        name: "charliermarsh/ruff-pre-commit",
        host: "",
        message: "has moved",
        help: "it is at `https://github.com/astral-sh/ruff-pre-commit`",
        variant: Some(RENAMED),
    },
    Repository {
        name: "ambv/black",
        host: "",
        message: "has moved",
        help: "it is at `https://github.com/psf/black`",
        variant: Some(RENAMED),
    },
    Repository {
        name: "timothycrosley/isort",
        host: "",
        message: "has moved",
        help: "it is at `https://github.com/PyCQA/isort`",
        variant: Some(RENAMED),
    },
    Repository {
        name: "myint/autoflake",
        host: "",
        message: "has moved",
        help: "it is at `https://github.com/PyCQA/autoflake`",
        variant: Some(RENAMED),
    },
];

/// The first revision of ruff's hooks in which `ruff` is called `ruff-check`.
const RUFF_CHECK: &str = "0.11.10";

/// A hook that its repository has given up: identifier, the end of the repository's URL, key, what is wrong, what to use,
/// the variant.
type Hook = (&'static str, &'static str, &'static str, &'static str, &'static str, Option<&'static str>);

const HOOKS: &[Hook] = &[
    (
        "check-byte-order-marker",
        "/pre-commit-hooks",
        "check-byte-order-marker",
        "is gone since version 6 of the hooks",
        "the hook is called `fix-byte-order-marker` now",
        None,
    ),
    (
        "fix-encoding-pragma",
        "/pre-commit-hooks",
        "fix-encoding-pragma",
        "is gone since version 6 of the hooks",
        "leave it out, or let `pyupgrade` or ruff's `UP` take the comments away",
        None,
    ),
    (
        "ruff",
        "/ruff-pre-commit",
        "hook ruff",
        "is the old name of a hook",
        "the hook is called `ruff-check` now",
        Some(RENAMED),
    ),
];

/// One finding for each thing that is deprecated, with its further places.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for manifest in context.project.manifests.iter().filter(|m| m.format == "pyproject") {
        let has = |table: &str| manifest.reading.tables.iter().any(|(name, _)| name == table);
        let has_key = |key: &str| manifest.reading.settings.iter().any(|s| s.key == key);
        if has("tool.ruff") || has("tool.uv") && has_key("tool.uv.dev-dependencies") {
            let document = toml::parse(context.workspace.sources.text(manifest.file));
            let tool = |name: &str| document.root.table("tool").and_then(|tool| tool.table(name));
            let ruff = tool("ruff").filter(|_| !is_old_ruff(context, "<0.2"));
            findings.extend(ruff.and_then(|table| self::ruff(table, "tool.ruff.lint", manifest.file)));
            findings.extend(tool("uv").and_then(|table| uv(table, manifest.file)));
        }
        let poetry = manifest.reading.tables.iter().find(|(name, _)| name == "tool.poetry.dev-dependencies");
        findings.extend(poetry.map(|(_, at)| {
            let place = Location::Span(manifest.file.span(*at));
            Finding::new(place, "`tool.poetry.dev-dependencies` is deprecated since Poetry 1.2")
                .help("call the table `[tool.poetry.group.dev.dependencies]`")
                .variant(Some(RENAMED))
                .key("poetry dev-dependencies")
        }));
    }
    for evidence in speaker::evidence(context).filter(|e| e.format == "ruff settings") {
        let document = toml::parse(context.workspace.sources.text(evidence.file));
        if !is_old_ruff(context, "<0.2") {
            findings.extend(ruff(&document.root, "lint", evidence.file));
        }
    }
    findings.extend(signs(context));
    findings
}

/// Whether the project holds ruff at `versions`, which know the old way alone.
fn is_old_ruff(context: &Context<'_>, versions: &str) -> bool {
    let old = Versions::parse(versions).unwrap_or_else(Versions::none);
    context.requirements_on("ruff").any(|(_, r)| r.versions().within(&old))
}

/// Settings of the linter outside its table: at the first, with the others as labels.
fn ruff(table: &Table<'_>, owner: &str, file: FileId) -> Option<Finding> {
    let mut places: Vec<(&str, Extent)> = table
        .iter()
        .filter(|entry| RUFF_LINT.contains(&entry.key.as_ref()))
        .map(|entry| (entry.key.as_ref(), entry.key_at))
        .collect();
    places.sort_by_key(|(_, at)| *at);
    let ((key, first), others) = places.split_first()?;
    let names: Vec<&str> = places.iter().map(|(key, _)| *key).take(4).collect();
    let more = if places.len() > names.len() { " and more" } else { "" };
    let verb = if places.len() == 1 { "belongs" } else { "belong" };
    let message = format!("{}{more} {verb} to `{owner}` since ruff 0.2", text::enumeration(&names));
    let mut finding = Finding::new(Location::Span(file.span(*first)), message)
        .note("ruff still reads them here, and warns at every run since then")
        .help(format!("move what is meant for the linter to `[{owner}]`: `{owner}.{key}`"))
        .key("ruff lint");
    for (_, at) in others {
        finding = finding.related(file.span(*at), "this as well");
    }
    Some(finding)
}

fn uv(table: &Table<'_>, file: FileId) -> Option<Finding> {
    let entry = table.entry("dev-dependencies")?;
    Some(
        Finding::new(
            Location::Span(file.span(entry.key_at)),
            "`tool.uv.dev-dependencies` is the old place of the `dev` group",
        )
        .help("move the list to `dev` of `[dependency-groups]` (PEP 735), which other tools read as well")
        .variant(Some(RENAMED))
        .key("uv dev-dependencies"),
    )
}

/// What commands and hooks show.
fn signs(context: &Context<'_>) -> Vec<Finding> {
    let mut findings: BTreeMap<&str, Finding> = BTreeMap::new();
    for sign in &context.project.tools.signs {
        let Some((key, message, help, variant)) = judge(context, sign) else { continue };
        if !speaker::speaks_at(context, sign.at) {
            continue;
        }
        let subject = match sign.kind {
            SignKind::Command => key,
            _ => sign.text.as_str(),
        };
        match (findings.get_mut(key), sign.at) {
            (Some(first), Location::Span(span)) => *first = first.clone().related(span, "here as well"),
            (Some(_), _) => {}
            (None, at) => {
                let finding = Finding::new(at, format!("`{subject}` {message}")).help(help).variant(variant).key(key);
                findings.insert(key, finding);
            }
        }
    }
    findings.into_values().collect()
}

type Judgement = (&'static str, &'static str, &'static str, Option<&'static str>);

/// What a sign is called, what is wrong with it, what to do, and the variant.
fn judge(context: &Context<'_>, sign: &Sign) -> Option<Judgement> {
    match sign.kind {
        SignKind::Command => {
            let (key, message, help, variant) = command(&sign.text)?;
            if key.starts_with("python setup.py") && has_own_commands(context) {
                return None;
            }
            (key != "ruff" || !is_old_ruff(context, "<0.5")).then_some((key, message, help, variant))
        }
        SignKind::Repository => {
            let name = sign.text.to_ascii_lowercase();
            let written = sign.at.span().map_or("", |span| context.workspace.sources.slice(span));
            let known = REPOSITORIES.iter().find(|r| r.name == name && written.contains(r.host))?;
            // An action may have the name of a repository of hooks.
            (sign.how == "pre-commit hooks").then_some((known.name, known.message, known.help, known.variant))
        }
        SignKind::Hook => {
            let (_, repository, key, message, help, variant) = HOOKS.iter().find(|(id, ..)| *id == sign.text)?;
            // A hook of the project's own may have any name, and an old revision knows the old one alone.
            let is_of = hook_setting(context, sign, "repo")?
                .trim_end_matches('/')
                .trim_end_matches(".git")
                .ends_with(repository);
            let is_new = *key != "hook ruff"
                || hook_setting(context, sign, "rev")
                    .is_some_and(|rev| version::is_below(rev.trim_start_matches('v'), RUFF_CHECK) == Some(false));
            (is_of && is_new).then_some((*key, *message, *help, *variant))
        }
        _ => None,
    }
}

/// Whether a `setup.py` brings commands of its own, which may have any name.
fn has_own_commands(context: &Context<'_>) -> bool {
    let mut scripts = context.project.manifests.iter().filter(|m| m.format == "setup.py");
    scripts.any(|m| context.workspace.sources.text(m.file).contains("cmdclass"))
}

/// What the configuration of a hook says under `key`: the URL of its repository (`repo`), its revision (`rev`).
fn hook_setting<'a>(context: &Context<'a>, sign: &Sign, key: &str) -> Option<&'a str> {
    let span = sign.at.span()?;
    let evidence = context.workspace.evidence.iter().filter(|e| e.file == span.file);
    let mut settings = evidence.flat_map(|e| &e.seen.settings);
    let key = format!("hook.{}.{key}", sign.text);
    settings.find(|s| s.at == span.extent && s.key == key).map(|setting| setting.value.as_str())
}

fn command(line: &str) -> Option<Judgement> {
    let follows = |words: &str| line.strip_prefix(words).filter(|rest| rest.is_empty() || rest.starts_with(' '));
    for known in COMMANDS {
        let Some(rest) = follows(known.words) else { continue };
        if known.options.is_empty() || rest.split(' ').any(|word| known.options.contains(&word)) {
            return Some((known.words, known.message, known.help, None));
        }
    }
    let arguments: Vec<&str> = follows("ruff")?.split_whitespace().collect();
    let path = arguments.iter().find(|word| !word.starts_with('-'))?;
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_' | b'-' | b'*'));
    let known = arguments.iter().any(|word| RUFF_COMMANDS.contains(word));
    (plain && !known).then_some((
        "ruff",
        "needs the subcommand `check` since version 0.5: a path alone is an error",
        "write `ruff check` before the paths",
        None,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_commands() {
        for (line, expected) in [
            ("ruff .", Some("ruff")),
            ("ruff --fix src tests", Some("ruff")),
            ("ruff check .", None),
            ("ruff --config x.toml check .", None),
            ("ruff --version", None),
            ("ruff $PATHS", None),
            ("ruff", None),
            ("ruffian .", None),
            ("safety check -r requirements.txt", Some("safety check")),
            ("safety scan", None),
            ("isort -rc src", Some("isort")),
            ("isort src", None),
            ("python setup.py test", Some("python setup.py test")),
            ("python setup.py testing", None),
            ("python setup.py sdist", None),
            ("poetry install --no-dev", Some("poetry install")),
            ("poetry install", None),
        ] {
            assert_eq!(command(line).map(|(key, ..)| key), expected, "{line}");
        }
    }
}
