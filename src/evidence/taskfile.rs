//! Task (`Taskfile.yml`).

use super::tree::{self, is_yaml_named};
use super::{Format, Seen};
use crate::manifest::yaml::Node;

/// `Taskfile.yml`.
pub const FORMAT: Format = Format {
    name: "Taskfile",
    matches: |name, _| is_yaml_named(name, &["Taskfile", "taskfile", "Taskfile.dist", "taskfile.dist"]),
    read,
};

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        for (_, include) in root.get("includes").map(Node::entries).unwrap_or_default() {
            let Some(file) = include.get("taskfile").or(Some(include)).filter(|node| node.text().is_some()) else {
                continue;
            };
            match file.text().unwrap_or_default() {
                "" => {}
                path if path.contains("://") => seen.opaque.push(("a remote Taskfile".to_owned(), file.at)),
                path if tree::is_yaml(path) => seen.follows.push((path.to_owned(), file.at)),
                path => seen.follows.push((format!("{}/Taskfile.yml", path.trim_end_matches('/')), file.at)),
            }
        }
        for (_, task) in root.get("tasks").map(Node::entries).unwrap_or_default() {
            tree::scripts(Some(task), text, &mut seen);
            for key in ["cmds", "cmd"] {
                tree::scripts(task.get(key), text, &mut seen);
                for step in task.get(key).map(Node::items).unwrap_or_default() {
                    tree::scripts_of(step, &["cmd", "defer"], text, &mut seen);
                }
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
    fn reads_tasks() {
        let text = "\
version: '3'
includes: {docs: ./docs/Taskfile.yml, ci: {taskfile: ./ci}, far: https://host.example/Taskfile.yml}
tasks:
  lint: uv run ruff check {{.CLI_ARGS}}
  test:
    cmds:
      - pytest -x
      - cmd: mypy .
        silent: true
      - task: lint
  list: [black .]
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Command:ruff check {{.CLI_ARGS}}",
                "Command:pytest -x",
                "Command:mypy .",
                "Command:black .",
                "opaque:a remote Taskfile",
                "follows:./docs/Taskfile.yml",
                "follows:./ci/Taskfile.yml",
            ]
        );
    }
}
