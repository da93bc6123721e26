//! `.pre-commit-config.yaml`: what is installed beside a hook (`additional_dependencies`), where the hook is Python.
//!
//! The same key serves every language: `prettier@3` is npm's, `rubocop:1.60` is Ruby's, `cli:ripgrep` is Rust's. A list is
//! read where its hook says `language: python`, where the hook is known to be Python, or where every entry is a
//! dependency specifier and one has a version in the way that only Python writes it.

use std::collections::BTreeSet;

use super::mapped::Mapped;
use super::yaml::{self, Node};
use super::{Format, Group, ReadContext, Reading, place, requirement};
use crate::evidence::pre_commit::{PRE_COMMIT, repository_name};
use crate::name::Name;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "pre-commit", matches: PRE_COMMIT.matches, read };

/// Hooks whose repositories, as far as they are public, install them as Python distributions.
const HOOKS: &[&str] = &[
    "ansible-lint",
    "autoflake",
    "autopep8",
    "bandit",
    "black",
    "black-jupyter",
    "blacken-docs",
    "codespell",
    "commitizen",
    "detect-secrets",
    "djlint",
    "doc8",
    "docformatter",
    "flake8",
    "interrogate",
    "isort",
    "mdformat",
    "mypy",
    "nbqa-black",
    "nbqa-flake8",
    "nbqa-isort",
    "nbqa-mypy",
    "nbqa-pyupgrade",
    "nbstripout",
    "numpydoc-validation",
    "pydocstyle",
    "pylint",
    "pyroma",
    "pyupgrade",
    "refurb",
    "rstcheck",
    "slotscheck",
    "sphinx-lint",
    "sqlfluff-fix",
    "sqlfluff-lint",
    "validate-pyproject",
    "vulture",
    "yamllint",
    "yapf",
    "yesqa",
];

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let mut out = Reading::default();
    if !text.contains("additional_dependencies") {
        return out;
    }
    // A list that several hooks share (`&name`, `*name`) stands in one place.
    let mut known: BTreeSet<Extent> = BTreeSet::new();
    let mut groups: BTreeSet<Name> = BTreeSet::new();
    for root in yaml::read(text).roots {
        // Before pre-commit 1.0 the list was the whole file.
        for repository in root.get("repos").unwrap_or(&root).items() {
            let url = repository.get("repo").and_then(Node::text).unwrap_or_default();
            for hook in repository.get("hooks").map(Node::items).unwrap_or_default() {
                let Some(list) = hook.get("additional_dependencies") else { continue };
                let entries: Vec<Mapped> = list.items().iter().map(|entry| entry.mapped(text)).collect();
                if !is_python(url, hook, &entries) {
                    continue;
                }
                let group = Group::Dev(own_name(hook.get("id").and_then(Node::text).unwrap_or("hook"), &mut groups));
                for (entry, node) in entries.iter().zip(list.items()) {
                    let item = place::own_line(text, node.at, |beside| beside == "-" || beside.starts_with('#'));
                    if entry.as_str().starts_with("git+") && known.insert(node.at) {
                        place::line(&mut out, entry, &group, item);
                    } else if is_requirement(entry) && known.insert(node.at) {
                        place::requirement(&mut out, entry, &group, item);
                    }
                }
            }
        }
    }
    out
}

/// The name of a hook's environment: hooks of one name, for different files, have one each.
fn own_name(id: &str, taken: &mut BTreeSet<Name>) -> Name {
    let numbered = |n: usize| if n == 1 { Name::new(id) } else { Name::new(&format!("{id}-{n}")) };
    let name = (1..=taken.len() + 1).map(numbered).find(|name| !taken.contains(name)).unwrap_or_else(|| Name::new(id));
    taken.insert(name.clone());
    name
}

fn is_python(url: &str, hook: &Node, entries: &[Mapped]) -> bool {
    if let Some(language) = hook.get("language").and_then(Node::text) {
        return matches!(language, "python" | "python_venv");
    }
    let id = hook.get("id").and_then(Node::text).unwrap_or_default();
    repository_name(url).is_some()
        && (HOOKS.contains(&id) || entries.iter().all(is_specifier) && entries.iter().any(has_version))
}

/// Whether an entry is a dependency specifier (PEP 508) that names an index's distribution.
fn is_specifier(entry: &Mapped) -> bool {
    let text = entry.as_str();
    !text.contains(['@', '/', ':'])
        && matches!(requirement::read(text, Group::Runtime), (Some(_), problems) if problems.is_empty())
}

fn has_version(entry: &Mapped) -> bool {
    ["==", ">=", "<=", "~=", "!="].iter().any(|operator| entry.as_str().contains(operator))
}

/// Whether an entry of a Python hook names a distribution: pip takes paths and options as well.
fn is_requirement(entry: &Mapped) -> bool {
    let text = entry.as_str();
    let is_named = text.split_once(" @ ").is_some_and(|(name, _)| !name.contains('/'));
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && (is_named || !text.contains(['/', '$', '{', '\n']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hooks_of_python() {
        let text = "\
repos:
  - repo: https://github.com/pre-commit/mirrors-mypy
    hooks:
      - id: mypy
        additional_dependencies: [types-requests, 'pydantic>=2', '.[dev]', \"-e\", git+https://host.example/x]
      - id: mypy
        additional_dependencies: &types
          - attrs==1  # why
          - here @ git+https://host.example/here
      - {id: yesqa, additional_dependencies: *types}
  - repo: https://github.com/pre-commit/mirrors-prettier
    hooks: [{id: prettier, additional_dependencies: [prettier@3, eslint]}]
  - repo: https://github.com/x/y
    hooks:
      - {id: other, additional_dependencies: ['a>=1', b]}
      - {id: node, additional_dependencies: [a, b]}
      - {id: mixed, additional_dependencies: ['a==1', '@scope/b']}
      - {id: rust, language: rust, additional_dependencies: ['a==1']}
  - repo: local
    hooks:
      - {id: own, language: python, additional_dependencies: [c, 'd=1']}
      - {id: flake8, language: system, additional_dependencies: [e]}
      - {id: flake8, additional_dependencies: [f]}
";
        let reading = read(text, ReadContext { path: ".pre-commit-config.yaml" });
        let shown: Vec<_> = reading.requirements.iter().map(|r| format!("{} {}", r.group, r.at.of(text))).collect();
        assert_eq!(
            shown,
            [
                "dev:mypy types-requests",
                "dev:mypy pydantic>=2",
                "dev:mypy git+https://host.example/x",
                "dev:mypy-2 attrs==1",
                "dev:mypy-2 here @ git+https://host.example/here",
                "dev:other a>=1",
                "dev:other b",
                "dev:own c",
                "dev:own d=1",
            ]
        );
        assert_eq!(reading.problems.len(), 1);
        assert_eq!(reading.requirements.get(3).map(|r| r.item.of(text)), Some("          - attrs==1  # why\n"));
    }
}
