//! Further services that run pipelines, each of which writes its scripts in its own place of a YAML file: Travis CI,
//! `AppVeyor`, Bitbucket, AWS `CodeBuild`, Google Cloud Build, Drone and Woodpecker, Cirrus CI, Read the Docs.

use super::tree::{self, is_yaml, is_yaml_named, lies_in};
use super::{Format, Seen, TraceKind, command};
use crate::manifest::yaml::Node;

/// `.travis.yml`.
pub const TRAVIS: Format =
    Format { name: "Travis CI", matches: |name, _| is_yaml_named(name, &[".travis"]), read: travis };

/// `appveyor.yml`.
pub const APPVEYOR: Format =
    Format { name: "AppVeyor", matches: |name, _| is_yaml_named(name, &["appveyor", ".appveyor"]), read: appveyor };

/// `bitbucket-pipelines.yml`.
pub const BITBUCKET: Format = Format {
    name: "Bitbucket pipeline",
    matches: |name, _| is_yaml_named(name, &["bitbucket-pipelines"]),
    read: bitbucket,
};

/// `buildspec.yml`, `buildspec-*.yml`.
pub const CODEBUILD: Format =
    Format { name: "CodeBuild", matches: |name, _| is_yaml(name) && name.starts_with("buildspec"), read: codebuild };

/// `cloudbuild.yaml`, `cloudbuild-*.yaml`.
pub const CLOUDBUILD: Format = Format {
    name: "Cloud Build",
    matches: |name, _| is_yaml(name) && name.starts_with("cloudbuild"),
    read: cloudbuild,
};

/// `.drone.yml`, `.woodpecker.yml` and files of `.woodpecker`.
pub const DRONE: Format = Format {
    name: "Drone pipeline",
    matches: |name, path| {
        is_yaml_named(name, &[".drone", ".woodpecker"]) || (is_yaml(name) && lies_in(path, ".woodpecker"))
    },
    read: drone,
};

/// `.cirrus.yml`.
pub const CIRRUS: Format =
    Format { name: "Cirrus CI", matches: |name, _| is_yaml_named(name, &[".cirrus"]), read: cirrus };

/// `.readthedocs.yaml`.
pub const READTHEDOCS: Format = Format {
    name: "Read the Docs",
    matches: |name, _| is_yaml_named(name, &[".readthedocs", "readthedocs"]),
    read: readthedocs,
};

fn each_root(text: &str, mut read: impl FnMut(&Node, &mut Seen)) -> Seen {
    let mut seen = Seen::default();
    for root in tree::roots(text, &mut seen) {
        read(&root, &mut seen);
    }
    seen
}

fn travis(text: &str) -> Seen {
    const PHASES: &[&str] = &[
        "before_install",
        "install",
        "before_script",
        "script",
        "after_success",
        "after_failure",
        "after_script",
        "before_deploy",
    ];
    each_root(text, |root, seen| {
        if let Some(import) = root.get("import") {
            seen.opaque.push(("a shared configuration".to_owned(), import.at));
        }
        let jobs = ["jobs", "matrix"].iter().filter_map(|key| root.path(&[key, "include"])).flat_map(Node::items);
        for job in std::iter::once(root).chain(jobs) {
            tree::pythons(job.get("python"), seen);
            tree::scripts_of(job, PHASES, text, seen);
        }
    })
}

fn appveyor(text: &str) -> Seen {
    const PHASES: &[&str] = &[
        "init",
        "install",
        "before_build",
        "build_script",
        "after_build",
        "before_test",
        "test_script",
        "after_test",
        "on_success",
    ];
    each_root(text, |root, seen| {
        for phase in PHASES.iter().filter_map(|key| root.get(key)) {
            tree::scripts(Some(phase), text, seen);
            for line in phase.items() {
                tree::scripts_of(line, &["cmd", "ps", "pwsh", "sh"], text, seen);
            }
        }
    })
}

fn bitbucket(text: &str) -> Seen {
    each_root(text, |root, seen| {
        tree::walk(root, &mut |key, value, _| match key {
            "image" => tree::image(Some(value), text, seen),
            "script" | "after-script" => {
                tree::scripts(Some(value), text, seen);
                value.items().iter().for_each(|item| pipe(item.get("pipe"), seen));
            }
            "import" => seen.opaque.push(("a pipeline of another repository".to_owned(), value.at)),
            _ => {}
        });
    })
}

/// A pipe is an image by its repository.
fn pipe(node: Option<&Node>, seen: &mut Seen) {
    if let Some(node) = node
        && let Some(name) = node.text()
    {
        seen.trace(TraceKind::Repository, name.split(':').next().unwrap_or(name), node.at);
    }
}

fn codebuild(text: &str) -> Seen {
    each_root(text, |root, seen| {
        for (_, phase) in root.get("phases").map(Node::entries).unwrap_or_default() {
            tree::pythons(phase.path(&["runtime-versions", "python"]), seen);
            tree::scripts_of(phase, &["commands", "finally"], text, seen);
        }
    })
}

fn cloudbuild(text: &str) -> Seen {
    each_root(text, |root, seen| {
        for step in root.get("steps").map(Node::items).unwrap_or_default() {
            tree::image(step.get("name"), text, seen);
            tree::scripts(step.get("script"), text, seen);
            let arguments = step.get("args").map(Node::scalars).unwrap_or_default();
            if let Some(entrypoint) = step.get("entrypoint") {
                let words: Vec<_> =
                    std::iter::once(entrypoint).chain(arguments).map(|word| word.mapped(text)).collect();
                command::read_words(&words, seen);
            }
        }
    })
}

fn drone(text: &str) -> Seen {
    each_root(text, |root, seen| {
        if root.get("kind").and_then(Node::text) == Some("template") {
            seen.opaque.push(("a template of the server".to_owned(), root.at));
        }
        tree::python_keys(root.get("matrix"), seen);
        for steps in ["steps", "pipeline"].iter().filter_map(|key| root.get(key)) {
            let named = steps.entries().iter().map(|(_, step)| step);
            for step in steps.items().iter().chain(named) {
                tree::image(step.get("image"), text, seen);
                tree::scripts(step.get("commands"), text, seen);
            }
        }
    })
}

fn cirrus(text: &str) -> Seen {
    each_root(text, |root, seen| {
        tree::walk(root, &mut |key, value, _| match key {
            "image" => tree::image(Some(value), text, seen),
            "matrix" | "env" => {
                tree::python_keys(Some(value), seen);
                value.items().iter().for_each(|row| tree::python_keys(Some(row), seen));
            }
            _ if key == "script" || key.ends_with("_script") => tree::scripts(Some(value), text, seen),
            _ => {}
        });
    })
}

fn readthedocs(text: &str) -> Seen {
    each_root(text, |root, seen| {
        tree::pythons(root.path(&["build", "tools", "python"]), seen);
        tree::pythons(root.path(&["python", "version"]), seen);
        for builder in ["sphinx", "mkdocs"] {
            if let Some((key, _)) = root.entries().iter().find(|(key, _)| key.text() == Some(builder)) {
                seen.trace(TraceKind::Table, builder, key.at);
            }
        }
        tree::scripts(root.path(&["build", "commands"]), text, seen);
        for (_, job) in root.path(&["build", "jobs"]).map(Node::entries).unwrap_or_default() {
            tree::scripts(Some(job), text, seen);
            job.entries().iter().for_each(|(_, step)| tree::scripts(Some(step), text, seen));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_each_service() {
        let cases: &[(&Format, &str, &[&str])] = &[
            (
                &TRAVIS,
                "python: ['3.9', '3.10', nightly]\ninstall: pip install tox\nscript:\n- tox\njobs:\n  include:\n  - {python: 3.11, script: mypy .}\nimport: x\n",
                &[
                    "Command:pip install tox",
                    "Install:tox",
                    "Command:tox",
                    "Command:mypy .",
                    "python:3.9",
                    "python:3.10",
                    "python:3.11",
                    "opaque:a shared configuration",
                ],
            ),
            (
                &APPVEYOR,
                "install:\n- '%PYTHON%\\python.exe -m pip install tox'\n- ps: ruff check\ntest_script: [cmd: 'call pytest']\n",
                &["Command:pip install tox", "Install:tox", "Command:ruff check", "Command:pytest"],
            ),
            (
                &BITBUCKET,
                "image: python:3.12\npipelines:\n  default:\n  - step: {script: [pytest, {pipe: 'acme/scan:1'}]}\n  branches: {main: [{step: {image: {name: acme/x}, script: ['ruff .']}}]}\n",
                &[
                    "Image:python",
                    "Command:pytest",
                    "Repository:acme/scan",
                    "Image:acme/x",
                    "Command:ruff .",
                    "python:3.12",
                ],
            ),
            (
                &CODEBUILD,
                "phases:\n  install: {runtime-versions: {python: 3.11}, commands: [pip install poetry]}\n  build: {commands: [poetry run pytest], finally: [true]}\n",
                &["Command:pip install poetry", "Install:poetry", "Command:pytest", "python:3.11"],
            ),
            (
                &CLOUDBUILD,
                "steps:\n- {name: 'python:3.12', entrypoint: bash, args: [-c, 'pip install nox && nox']}\n- {name: gcr.io/x/docker, args: [build, .]}\n- {name: a, script: ruff check}\n",
                &[
                    "Image:python",
                    "Command:pip install nox",
                    "Install:nox",
                    "Command:nox",
                    "Image:gcr.io/x/docker",
                    "Image:a",
                    "Command:ruff check",
                    "python:3.12",
                ],
            ),
            (
                &DRONE,
                "kind: pipeline\nsteps: [{name: t, image: 'python:3.10', commands: [tox]}]\n---\nkind: template\n---\npipeline: {lint: {image: a, commands: [ruff]}}\n",
                &[
                    "Image:python",
                    "Command:tox",
                    "Image:a",
                    "Command:ruff",
                    "python:3.10",
                    "opaque:a template of the server",
                ],
            ),
            (
                &CIRRUS,
                "task:\n  container: {image: 'python:3.9'}\n  matrix: [{env: {PYTHON: '3.13'}}]\n  lint_script: ruff check\n  script: [pytest]\n",
                &["Image:python", "Command:ruff check", "Command:pytest", "python:3.9", "python:3.13"],
            ),
            (
                &READTHEDOCS,
                "version: 2\nbuild:\n  tools: {python: '3.12'}\n  jobs: {post_install: [pip install uv], build: {html: ['uv run sphinx-build a b']}}\nsphinx: {configuration: docs/conf.py}\n",
                &["Table:sphinx", "Command:pip install uv", "Install:uv", "Command:sphinx-build a b", "python:3.12"],
            ),
        ];
        for (format, text, expected) in cases {
            assert_eq!(&shown(&(format.read)(text), text), expected, "{}", format.name);
        }
    }
}
