//! Azure Pipelines.

use super::tree::{self, is_yaml, lies_in};
use super::{Format, Seen};
use crate::manifest::yaml::Node;

/// `azure-pipelines.yml` and files of `.azure-pipelines`.
pub const FORMAT: Format = Format {
    name: "Azure pipeline",
    matches: |name, path| {
        let named = name.trim_start_matches('.').starts_with("azure-pipeline");
        is_yaml(name)
            && (named
                || [".azure-pipelines", ".azuredevops", ".azure/pipelines"].iter().any(|folder| lies_in(path, folder)))
    },
    read,
};

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        // Conditions are keys (`${{ if … }}:`), so steps stand at any depth.
        tree::walk(&root, &mut |key, value, parent| entry(key, value, parent, text, &mut seen));
    }
    seen
}

fn entry(key: &str, value: &Node, parent: &Node, text: &str, seen: &mut Seen) {
    match key {
        "script" | "bash" | "pwsh" | "powershell" => {
            let python = task_of(parent).starts_with("PythonScript");
            if !python {
                tree::scripts(Some(value), text, seen);
            }
        }
        "inputs" if task_of(parent).starts_with("PythonScript") => {}
        "inlineScript" => tree::scripts(Some(value), text, seen),
        "versionSpec" => tree::pythons(Some(value), seen),
        // A word alone names an entry of `resources`; `image` elsewhere is a virtual machine.
        "container" if value.text().is_none_or(|name| name.contains([':', '/'])) => {
            tree::image(Some(value), text, seen);
        }
        "image" if parent.get("container").is_some() => tree::image(Some(value), text, seen),
        "template" => {
            let path = value.text().unwrap_or_default();
            if path.contains('@') && !path.ends_with("@self") {
                seen.opaque.push(("a template of another repository".to_owned(), value.at));
            } else if !path.is_empty() && !path.contains("${{") {
                seen.follows.push((path.trim_end_matches("@self").trim_start_matches('/').to_owned(), value.at));
            }
        }
        "matrix" | "variables" | "parameters" => {
            tree::python_keys(Some(value), seen);
            value.entries().iter().for_each(|(_, row)| tree::python_keys(Some(row), seen));
        }
        _ => {}
    }
}

/// The task of a step, or of the step whose `inputs` these are.
fn task_of(node: &Node) -> &str {
    node.get("task").and_then(Node::text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_pipelines() {
        let text = "\
variables: {python.version: '3.9'}
jobs:
- job: a
  strategy:
    matrix:
      Python310: {python.version: '3.10'}
  container: python:3.11
  steps:
  - task: UsePythonVersion@0
    inputs: {versionSpec: '$(python.version)'}
  - task: UsePythonVersion@0
    inputs: {versionSpec: '3.12'}
  - script: |
      python -m pip install --upgrade pip
      $(PYTHON) -m pytest
    displayName: x
  - ${{ if eq(a, b) }}:
    - bash: ruff check
  - task: Bash@3
    inputs: {targetType: inline, script: mypy .}
  - template: steps/lint.yml
  - template: other.yml@templates
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Image:python",
                "Command:pip install --upgrade pip",
                "Install:pip",
                "Command:pytest",
                "Command:ruff check",
                "Command:mypy .",
                "python:3.9",
                "python:3.10",
                "python:3.11",
                "python:3.12",
                "opaque:a template of another repository",
                "follows:steps/lint.yml",
            ]
        );
    }
}
