//! GitLab's pipelines.

use super::tree::{self, is_yaml, lies_in};
use super::{Format, Seen};
use crate::manifest::yaml::Node;

/// `.gitlab-ci.yml`, `*.gitlab-ci.yml` and files of `.gitlab/ci`.
pub const FORMAT: Format = Format {
    name: "GitLab pipeline",
    matches: |name, path| {
        is_yaml(name)
            && (name.rsplit_once('.').is_some_and(|(stem, _)| stem.ends_with(".gitlab-ci"))
                || lies_in(path, ".gitlab/ci"))
    },
    read,
};

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        includes(root.get("include"), &mut seen);
        job(&root, text, &mut seen);
        for (key, entry) in root.entries() {
            if !matches!(key.text(), Some("include" | "variables" | "stages" | "workflow" | "spec")) {
                job(entry, text, &mut seen);
            }
        }
    }
    seen
}

fn job(job: &Node, text: &str, seen: &mut Seen) {
    tree::image(job.get("image"), text, seen);
    for key in ["before_script", "script", "after_script"] {
        for line in job.get(key).map(lines).unwrap_or_default() {
            tree::scripts(Some(line), text, seen);
        }
    }
    for service in job.get("services").map(Node::items).unwrap_or_default() {
        tree::image(Some(service), text, seen);
    }
    tree::python_keys(job.get("variables"), seen);
    for row in job.path(&["parallel", "matrix"]).map(Node::items).unwrap_or_default() {
        tree::python_keys(Some(row), seen);
    }
    includes(job.path(&["trigger", "include"]), seen);
}

/// The lines of a script. `!reference [job, script]` names lines that are read where they stand.
fn lines(script: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    let mut open = vec![script];
    while let Some(node) = open.pop() {
        if node.tag.as_deref() == Some("reference") {
            continue;
        }
        if node.text().is_some() {
            found.push(node);
        }
        open.extend(node.items().iter().rev());
    }
    found
}

/// `include:` is a path, a URL, a mapping, or a list of those.
fn includes(node: Option<&Node>, seen: &mut Seen) {
    let Some(node) = node else { return };
    let entries = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    for entry in entries {
        for (key, why) in [
            ("project", "a pipeline of another project"),
            ("remote", "a remote pipeline"),
            ("template", "a template of GitLab"),
            ("component", "a component of GitLab's catalogue"),
            ("artifact", "a generated pipeline"),
        ] {
            if let Some(value) = entry.get(key) {
                seen.opaque.push((why.to_owned(), value.at));
            }
        }
        let locals = entry
            .get("local")
            .map_or_else(|| if entry.text().is_some() { vec![entry] } else { Vec::new() }, Node::scalars);
        for local in locals {
            match local.text().unwrap_or_default() {
                "" => {}
                url if url.contains("://") => seen.opaque.push(("a remote pipeline".to_owned(), local.at)),
                path => seen.follows.push((path.trim_start_matches('/').to_owned(), local.at)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_pipelines() {
        let text = "\
include:
  - local: /ci/lint.yml
  - project: acme/ci
    file: x.yml
  - template: Security/SAST.gitlab-ci.yml
  - component: $CI_SERVER_FQDN/acme/thing@1
  - https://host.example/x.yml
image: {name: 'python:3.12'}
default: {before_script: [pip install tox]}
variables: {PYTHON_VERSION: '3.9'}
.setup:
  script: [uv sync]
lint:
  image: ghcr.io/acme/lint:1
  script:
    - !reference [.setup, script]
    - - ruff check
      - ['mypy src']
    - |
      uv run pytest \\
        -x
    - 'echo \"done\"'
  parallel: {matrix: [{PYTHON: ['3.10', '3.11'], DB: x}]}
child: {trigger: {include: ci/child.yml}}
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Image:python",
                "Command:pip install tox",
                "Install:tox",
                "Command:uv sync",
                "Image:ghcr.io/acme/lint",
                "Command:ruff check",
                "Command:mypy src",
                "Command:pytest -x",
                "python:3.12",
                "python:3.9",
                "python:3.10",
                "python:3.11",
                "opaque:a pipeline of another project",
                "opaque:a template of GitLab",
                "opaque:a component of GitLab's catalogue",
                "opaque:a remote pipeline",
                "follows:ci/lint.yml",
                "follows:ci/child.yml",
            ]
        );
    }
}
