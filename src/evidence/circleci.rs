//! `CircleCI`.

use super::tree::{self, is_yaml, lies_in};
use super::{Format, Seen};
use crate::manifest::yaml::Node;

/// `.circleci/config.yml` and what stands beside it.
pub const FORMAT: Format =
    Format { name: "CircleCI", matches: |name, path| is_yaml(name) && lies_in(path, ".circleci"), read };

fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        for (_, orb) in root.get("orbs").map(Node::entries).unwrap_or_default() {
            // An orb may be written out here; of the others, only that for Python itself is known to bring no tools.
            let name = orb.text().map(|text| text.split('@').next().unwrap_or(text));
            if name.is_some_and(|name| name != "circleci/python") {
                seen.opaque.push(("an orb".to_owned(), orb.at));
            }
        }
        tree::walk(&root, &mut |key, value, _| match key {
            "run" => tree::scripts(value.get("command").or(Some(value)), text, &mut seen),
            "docker" => value.items().iter().for_each(|entry| tree::image(entry.get("image"), text, &mut seen)),
            "parameters" => {
                tree::python_keys(Some(value), &mut seen);
                for (key, parameter) in value.entries() {
                    if key.text().is_some_and(|key| key.contains("python")) {
                        tree::pythons(parameter.get("default"), &mut seen);
                    }
                }
            }
            _ => {}
        });
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_configurations() {
        let text = "\
version: 2.1
orbs: {python: circleci/python@2.1, acme: acme/lint@1, own: {commands: {x: {steps: [run: black .]}}}}
jobs:
  test:
    parameters: {python-version: {type: string, default: '3.9'}}
    docker: [{image: 'cimg/python:3.12'}, {image: 'cimg/python:<< parameters.python-version >>'}]
    steps:
      - checkout
      - run: pip install tox
      - run: {name: x, command: 'tox -e py'}
      - when: {condition: a, steps: [{run: mypy}]}
workflows:
  a: {jobs: [{test: {matrix: {parameters: {python-version: ['3.10', '3.11']}}}}]}
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Command:black .",
                "Image:cimg/python",
                "Image:cimg/python",
                "Command:pip install tox",
                "Install:tox",
                "Command:tox -e py",
                "Command:mypy",
                "python:3.9",
                "python:3.12",
                "python:3.10",
                "python:3.11",
                "opaque:an orb",
            ]
        );
    }
}
