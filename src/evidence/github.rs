//! GitHub workflows and actions (also of Gitea and Forgejo, which read the same language).

use super::tree::{self, is_yaml, is_yaml_named, lies_in};
use super::{Format, Seen, TraceKind, command, image};
use crate::manifest::yaml::Node;

/// A file of `.github/workflows`.
pub const WORKFLOW: Format = Format {
    name: "GitHub workflow",
    matches: |name, path| {
        is_yaml(name)
            && [".github/workflows", ".gitea/workflows", ".forgejo/workflows"].iter().any(|f| lies_in(path, f))
    },
    read,
};

/// `action.yml`.
pub const ACTION: Format = Format { name: "GitHub action", matches: |name, _| is_yaml_named(name, &["action"]), read };

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        inputs(root.get("inputs"), &mut seen);
        // `on` is a truth value to YAML 1.1, a key like others to this reader.
        for event in ["workflow_call", "workflow_dispatch"] {
            inputs(root.path(&["on", event, "inputs"]), &mut seen);
        }
        environment(root.get("env"), text, &mut seen);
        for (_, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
            read_job(job, text, &mut seen);
        }
        if let Some(runs) = root.get("runs") {
            if let Some(image) =
                runs.get("image").filter(|image| image.text().is_some_and(|text| text.starts_with("docker://")))
            {
                tree::image(Some(image), text, &mut seen);
            }
            steps(runs.get("steps"), text, &mut seen);
        }
    }
    seen
}

fn inputs(node: Option<&Node>, seen: &mut Seen) {
    for (key, input) in node.map(Node::entries).unwrap_or_default() {
        if key.text().is_some_and(|key| key.contains("python")) {
            tree::pythons(input.get("default"), seen);
        }
    }
}

fn read_job(job: &Node, text: &str, seen: &mut Seen) {
    environment(job.get("env"), text, seen);
    if let Some(uses) = job.get("uses") {
        let path = uses.text().unwrap_or_default();
        if path.starts_with("./") {
            seen.follows.push((path.to_owned(), uses.at));
        } else {
            seen.trace(TraceKind::Repository, path.split('@').next().unwrap_or(path), uses.at);
            seen.opaque.push(("a reusable workflow of another repository".to_owned(), uses.at));
        }
        tree::python_keys(job.get("with"), seen);
    }
    tree::image(job.get("container"), text, seen);
    for (_, service) in job.get("services").map(Node::entries).unwrap_or_default() {
        tree::image(service.get("image"), text, seen);
    }
    if let Some(matrix) = job.path(&["strategy", "matrix"]) {
        tree::python_keys(Some(matrix), seen);
        matrix
            .get("include")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .for_each(|row| tree::python_keys(Some(row), seen));
    }
    steps(job.get("steps"), text, seen);
}

/// A step whose command is a value of the matrix or of the workflow's inputs may run anything.
fn opaque_command(run: Option<&Node>, seen: &mut Seen) {
    let Some(run) = run else { return };
    let is_value = |line: &str| {
        let expression = line.trim().strip_prefix("${{").map(str::trim_start);
        expression.is_some_and(|e| e.starts_with("matrix.") || e.starts_with("inputs."))
    };
    if run.text().is_some_and(|text| text.lines().any(is_value)) {
        seen.opaque.push(("a command of the matrix".to_owned(), run.at));
    }
}

fn steps(node: Option<&Node>, text: &str, seen: &mut Seen) {
    for step in node.map(Node::items).unwrap_or_default() {
        environment(step.get("env"), text, seen);
        if let Some(uses) = step.get("uses") {
            read_uses(uses, step.get("with"), text, seen);
        }
        let shell = step.get("shell").and_then(Node::text).unwrap_or_default();
        if !shell.starts_with("python") && !shell.starts_with("node") {
            tree::scripts(step.get("run"), text, seen);
            opaque_command(step.get("run"), seen);
        }
    }
}

fn read_uses(uses: &Node, with: Option<&Node>, text: &str, seen: &mut Seen) {
    let written = uses.text().unwrap_or_default();
    let name = written.split('@').next().unwrap_or(written);
    if written.starts_with("docker://") {
        image::read(&uses.mapped(text), seen);
    } else if let Some(folder) = name.strip_prefix("./") {
        let folder = folder.trim_end_matches('/');
        let join = |file: &str| if folder.is_empty() { format!("./{file}") } else { format!("./{folder}/{file}") };
        seen.follows.push((join("action.yml"), uses.at));
        seen.follows.push((join("action.yaml"), uses.at));
    } else if name.contains('/') && !name.contains('$') {
        seen.trace(TraceKind::Repository, name, uses.at);
    }
    let Some(with) = with else { return };
    tree::python_keys(Some(with), seen);
    match name {
        "pre-commit/action" => {
            let arguments = with.get("extra_args").and_then(Node::text).unwrap_or_default();
            seen.trace(TraceKind::Command, format!("pre-commit run {arguments}").trim_end(), uses.at);
        }
        // Wrappers that run a command (`nick-fields/retry`, `addnab/docker-run-action`).
        _ => tree::scripts_of(with, &["command", "cmd", "run"], text, seen),
    }
}

/// Variables that name a Python version, and the commands of cibuildwheel.
fn environment(node: Option<&Node>, text: &str, seen: &mut Seen) {
    tree::python_keys(node, seen);
    for (key, value) in node.map(Node::entries).unwrap_or_default() {
        let Some(option) = key.text().and_then(|key| key.strip_prefix("CIBW_")) else { continue };
        if option.starts_with("TEST_COMMAND") || option.starts_with("BEFORE_") {
            tree::scripts(Some(value), text, seen);
        } else if option.starts_with("TEST_REQUIRES") {
            let value = value.mapped(text);
            let mut start = 0;
            for word in value.as_str().split(' ') {
                command::requirement(&value.slice(start..start + word.len()), seen);
                start += word.len() + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_workflows() {
        let text = "\
on: push
env: {PYTHON_VERSION: 3.11, UV_CACHE: x}
jobs:
  test:
    container: {image: 'python:3.12-slim'}
    services: {db: {image: postgres:16}}
    strategy:
      matrix:
        os: [a]
        python-version: ['3.9', 3.10, pypy-3.10, '3.x']
        include:
          - {python: '3.14-dev'}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: |
            3.8
            ${{ matrix.python-version }}
      - name: lint
        run: |
          pip install ruff
          # not this: black .
          uv run mypy \\
            src
      - run: >-
          pytest
          -x
      - {shell: python, run: 'import os'}
      - uses: docker://rhysd/actionlint:1
      - uses: ./.github/actions/setup
      - uses: pre-commit/action@v3
        with: {extra_args: --all-files}
      - uses: nick-fields/retry@v3
        with: {command: tox -e py}
      - uses: pypa/cibuildwheel@v2
        env: {CIBW_TEST_COMMAND: 'pytest {project}', CIBW_TEST_REQUIRES: 'pytest hypothesis'}
  local: {uses: ./.github/workflows/lint.yml}
  other: {uses: acme/ci/.github/workflows/python.yml@v1}
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Image:python",
                "Image:postgres",
                "Repository:actions/checkout",
                "Repository:actions/setup-python",
                "Command:pip install ruff",
                "Install:ruff",
                "Command:mypy src",
                "Command:pytest -x",
                "Image:rhysd/actionlint",
                "Repository:pre-commit/action",
                "Command:pre-commit run --all-files",
                "Repository:nick-fields/retry",
                "Command:tox -e py",
                "Command:pytest {project}",
                "Install:pytest",
                "Install:hypothesis",
                "Repository:pypa/cibuildwheel",
                "Repository:acme/ci/.github/workflows/python.yml",
                "python:3.11",
                "python:3.12",
                "python:3.9",
                "python:3.10",
                "python:3.10",
                "python:3.14",
                "python:3.8",
                "opaque:a reusable workflow of another repository",
                "follows:./.github/actions/setup/action.yml",
                "follows:./.github/actions/setup/action.yaml",
                "follows:./.github/workflows/lint.yml",
            ]
        );
    }

    #[test]
    fn points_into_block_scalars() {
        let text = "jobs:\n  a:\n    steps:\n    - run: |\n        x\n\n        python -m ruff \\\n          check\n    - run: \"a\\\n        \\ b 'é' \\u00e9 && mypy  x\"\n";
        let seen = read(text);
        let at: Vec<_> = seen.traces.iter().map(|trace| (trace.text.as_str(), trace.at.of(text))).collect();
        assert_eq!(
            at,
            [
                ("x", "x"),
                ("ruff check", "ruff \\\n          check"),
                ("a b é é", "a\\\n        \\ b 'é' \\u00e9"),
                ("mypy x", "mypy  x")
            ]
        );
    }

    #[test]
    fn reads_actions_and_broken_files() {
        let text = "inputs: {python-version: {default: '3.12'}}\nruns:\n  using: composite\n  steps: [{run: ruff check, shell: bash}]\n";
        assert_eq!(shown(&read(text), text), ["Command:ruff check", "python:3.12"]);
        let text = "jobs:\n  a:\n    steps: [{run: ruff}]\n  b: [}\n";
        assert_eq!(shown(&read(text), text), ["Command:ruff", "opaque:a file that could not be parsed"]);
    }
}
