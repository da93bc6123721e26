//! What a file is for, by its name and folder.

use crate::manifest::Group;
use crate::name::Name;
use crate::path;

/// Folders whose projects are not the repository's own: they are linted only where they are asked for.
const ASIDE: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "test_data",
    "test-data",
    "fixtures",
    "fixture",
    "example",
    "examples",
    "doc",
    "docs",
    "sample",
    "samples",
    "template",
    "templates",
    "cookiecutter",
    "demo",
    "demos",
    "snippets",
    "tutorials",
    "sandbox",
    "attic",
    "oldest",
];

/// Folders whose requirements are test data or text to be filled in.
const DATA: &[&str] = &[
    "testdata",
    "test_data",
    "test-data",
    "fixtures",
    "fixture",
    "template",
    "templates",
    "cookiecutter",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "snippets",
    "tutorials",
    "data",
    "resources",
    "cassettes",
    "sandbox",
    "attic",
    "oldest",
];

/// Folders with the code of others.
const VENDORED: &[&str] = &[
    "_vendor",
    "_vendored",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "thirdparty",
    "extern",
    "external-deps",
    "external_deps",
];

/// Folders that hold parts of the project above them.
const PARTS: &[&str] = &[
    "requirements",
    "requirement",
    "reqs",
    "deps",
    "dependencies",
    "docs",
    "doc",
    "test",
    "tests",
    "testing",
    "ci",
    ".ci",
    "tools",
    "tool",
    "scripts",
    "script",
    "dev",
    "build",
    "etc",
    ".github",
    ".circleci",
    ".gitlab",
    ".devcontainer",
    ".azure-pipelines",
    ".buildkite",
    ".ci-scripts",
    "bin",
    "docker",
    "devtools",
    "utils",
    "config",
    "conf",
    "pip",
    "lint",
    "workflows",
    "benchmarks",
    "benchmark",
];

/// Words in names of requirements files for what only developers install.
const DEVELOPMENT: &[&str] = &[
    "dev",
    "develop",
    "development",
    "devel",
    "test",
    "tests",
    "testing",
    "lint",
    "linting",
    "linter",
    "linters",
    "doc",
    "docs",
    "documentation",
    "ci",
    "tool",
    "tools",
    "tooling",
    "build",
    "style",
    "type",
    "types",
    "typing",
    "mypy",
    "qa",
    "quality",
    "pre-commit",
    "precommit",
    "coverage",
    "cov",
    "bench",
    "benchmark",
    "benchmarks",
    "local",
    "debug",
    "release",
    "rtd",
    "readthedocs",
    "tox",
    "nox",
    "pytest",
    "flake8",
    "black",
    "format",
    "formatting",
    "check",
    "checks",
    "static",
    "integration",
    "e2e",
    "unit",
    "packaging",
    "publish",
    "deploy",
    "devtools",
    "examples",
    "scripts",
    "script",
    "sphinx",
    "mkdocs",
    "security",
    "audit",
    "devcontainer",
    "workflows",
    "github",
    "circleci",
    "gitlab",
];

/// Words for what is installed with the project.
const RUNTIME: &[&str] = &[
    "",
    "base",
    "common",
    "main",
    "core",
    "prod",
    "production",
    "app",
    "runtime",
    "default",
    "lock",
    "locked",
    "frozen",
    "all",
    "minimal",
    "minimum",
    "min",
    "requirements",
    "requirement",
    "reqs",
    "deps",
    "dependencies",
    "install",
    "live",
    "server",
];

fn has(list: &[&str], part: &str) -> bool {
    list.iter().any(|word| word.eq_ignore_ascii_case(part))
}

/// Whether a group is certainly one that developers install and nobody else. An extra may be one as well: `test`.
pub fn is_for_developers(group: &Group) -> bool {
    matches!(group, Group::Dev(name) | Group::Extra(name) if is_development(name.as_str()))
}

/// Whether the name of a group certainly says that it is for developers: `dev`, `test`, `docs`. What is called `deploy` or
/// `scripts` may be installed where the program runs.
fn is_development(group: &str) -> bool {
    let certain = |part: &str| {
        matches!(
            part,
            "dev"
                | "devel"
                | "develop"
                | "development"
                | "test"
                | "tests"
                | "testing"
                | "unittest"
                | "pytest"
                | "lint"
                | "linting"
                | "linters"
                | "doc"
                | "docs"
                | "documentation"
                | "sphinx"
                | "mkdocs"
                | "ci"
                | "typing"
                | "types"
                | "mypy"
                | "style"
                | "qa"
                | "quality"
                | "precommit"
                | "coverage"
                | "cov"
                | "benchmark"
                | "benchmarks"
                | "bench"
                | "tox"
                | "nox"
                | "flake8"
                | "black"
                | "formatting"
                | "unit"
                | "e2e"
        )
    };
    group.split(['-', '_', '.']).any(certain)
}

/// Whether a project at `folder` (below the folder that was asked for) is not the repository's own.
pub fn is_aside(folder: &str) -> bool {
    folder.split('/').any(|part| has(ASIDE, part) || part.contains("{{")) || is_vendored(folder)
}

/// Whether a manifest in `folder` is test data, an example or a template.
pub fn is_data(folder: &str) -> bool {
    // Below tests `language_data` is as much data as `data`.
    let mut below_tests = folder.split('/').skip_while(|part| !matches!(*part, "test" | "tests" | "testing"));
    let is_named_data =
        |part: &str| part.strip_suffix("data").is_some_and(|rest| rest.len() > 1 && rest.ends_with(['_', '-']));
    folder.split('/').any(|part| has(DATA, part) || part.contains("{{")) || below_tests.any(is_named_data)
}

/// Whether a file of continuous integration or of a tool in `folder` speaks for a project: one among test data, examples
/// or templates shows what they show.
pub fn is_evidence_folder(folder: &str) -> bool {
    let tests = ["test", "tests", "testing", "integration_tests", "resources", "e2e"];
    !is_data(folder) && !is_vendored(folder) && !folder.split('/').any(|part| tests.contains(&part))
}

/// Whether a Python file, or a path without its extension, is called as what a test runner collects or loads.
pub fn is_test_module(file: &str) -> bool {
    let name = path::name(file);
    let stem = name.split('.').next().unwrap_or(name);
    stem.starts_with("test_") || stem.ends_with("_test") || matches!(stem, "test" | "tests" | "conftest" | "__init__")
}

/// Whether a Python file is what tests read, or a template.
pub fn is_test_data(file: &str) -> bool {
    let data = ["testdata", "test_data", "test-data", "fixtures", "fixture", "templates", "cookiecutter", "resources"];
    let mut before = "";
    path::folder(file).split('/').any(|part| {
        let above = std::mem::replace(&mut before, part);
        let is_data = part == "data" && (above.ends_with("test") || above.ends_with("tests"));
        is_data || data.contains(&part) || part.contains("{{")
    })
}

/// Whether the project at `root` is there to be tried, measured or copied from, by a name on the way to it: nobody
/// installs it from an index.
pub fn is_for_trial(root: &str) -> bool {
    let is_word = |word: &str| {
        matches!(word, "recipes" | "template" | "templates") || word.contains("bench") || word.contains("example")
    };
    root.to_ascii_lowercase().split('/').any(|part| part.starts_with("test-") || part.split(['-', '_']).any(is_word))
}

/// Whether a Python file shows how something is used.
pub fn is_example(file: &str) -> bool {
    path::folder(file).split('/').any(|part| matches!(part, "example" | "examples"))
}

/// Whether `folder` holds the code of others.
pub fn is_vendored(folder: &str) -> bool {
    folder.split('/').any(|part| has(VENDORED, part))
}

/// Whether a Python file tests, shows or measures what the project does elsewhere, or stands in for a service in tests.
pub fn is_for_show(file: &str) -> bool {
    let is_stand_in = |part: &str| part.split(['_', '-']).any(|word| matches!(word, "mock" | "mocks"));
    let shows = |part: &str| {
        matches!(part, "example" | "examples" | "sample" | "samples" | "demo" | "demos" | "snippets" | "tutorials")
            || matches!(part, "doc" | "docs" | "documentation" | "bench" | "benchmark" | "benchmarks")
    };
    is_test(file)
        || path::has_extension(file, "ipynb")
        || path::folder(file).split('/').any(|part| shows(part) || is_stand_in(part))
}

/// The top-level module that the file at `below`, a path from its project's root, is or makes its folder: in the root or in
/// `src/`; in `lib/`, which may be a package itself, the one that is called as the project, `name`.
pub fn top_module<'b>(below: &'b str, name: Option<&Name>) -> Option<&'b str> {
    let in_lib = below.strip_prefix("lib/");
    let place = in_lib.or_else(|| below.strip_prefix("src/")).unwrap_or(below);
    let module = place.strip_suffix("/__init__.py").or_else(|| place.strip_suffix(".py"))?;
    let is_meant = in_lib.is_none() || name.is_some_and(|name| *name == Name::new(module));
    (is_meant && !module.contains('/')).then_some(module)
}

/// Whether a Python file is a script with which the project is built, tested or looked after.
pub fn is_script(file: &str) -> bool {
    let is_of_scripts = |part: &str| {
        matches!(part, "script" | "scripts" | "tool" | "tools" | "bin" | "ci" | "hack" | "devtools")
            || matches!(part, "maint_tools" | "maintainer_tools" | "build_tools" | "dev_tools" | "dev-tools")
            || part.starts_with('.')
    };
    path::folder(file).split('/').any(is_of_scripts) || path::name(file) == "setup.py"
}

/// Whether a Python file is called as what somebody runs once in a while to make or to look up something:
/// `generate_configs.py`, `get_tickets.py`.
pub fn is_called_as_script(file: &str) -> bool {
    const VERBS: &[&str] = &[
        "generate", "gen", "get", "download", "convert", "make", "build", "create", "check", "prepare", "export",
        "dump",
    ];
    let stem = path::name(file).trim_end_matches(".py").trim_start_matches('_');
    stem.split_once(['_', '-']).is_some_and(|(verb, rest)| VERBS.contains(&verb) && !rest.is_empty())
}

/// What a Python file is for as rules on source ask for it: the answers of this module, given once a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles {
    /// [`is_test`].
    pub test: bool,
    /// [`is_test_data`].
    pub test_data: bool,
    /// [`is_example`].
    pub example: bool,
    /// [`is_for_show`].
    pub for_show: bool,
    /// [`is_script`].
    pub script: bool,
    /// Whether it is the code of others: [`is_vendored`] of its folder.
    pub vendored: bool,
}

impl Roles {
    /// Those of the file at `below`, a path from its project's root.
    pub fn of(below: &str) -> Self {
        Self {
            test: is_test(below),
            test_data: is_test_data(below),
            example: is_example(below),
            for_show: is_for_show(below),
            script: is_script(below),
            vendored: is_vendored(path::folder(below)),
        }
    }
}

/// The folder whose project a file in `folder` belongs to: above `requirements/`, `.github/workflows/`, `docs/`.
pub fn owner(folder: &str) -> &str {
    let mut owner = folder;
    while !owner.is_empty() && has(PARTS, path::name(owner)) {
        owner = path::folder(owner);
    }
    owner
}

/// Whether a Python file belongs to tests.
pub fn is_test(file: &str) -> bool {
    let name = path::name(file);
    let in_tests = path::folder(file).split('/').any(|part| {
        matches!(part, "test" | "tests" | "testing" | "e2e") || part.ends_with("-tests") || part.ends_with("_tests")
    });
    in_tests
        || name.starts_with("test_")
        || name.ends_with("_test.py")
        || matches!(name, "conftest.py" | "tests.py" | "test.py")
}

/// Whether a Python file is part of neither the program nor its tests: documentation, examples, build scripts.
pub fn is_side(file: &str) -> bool {
    let name = path::name(file);
    let side = |part: &str| {
        has(DATA, part)
            || matches!(part, "doc" | "docs" | "documentation" | "benchmarks" | "scripts" | "tools" | ".github")
    };
    path::folder(file).split('/').any(side)
        || matches!(name, "setup.py" | "noxfile.py" | "conf.py" | "fabfile.py" | "tasks.py" | "versioneer.py")
        || name.starts_with("jupyter_") && name.ends_with("_config.py")
}

/// The set that the requirements of the file at `file` (below the project's root) belong to.
pub fn group(file: &str) -> Group {
    let name = path::name(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_ascii_lowercase();
    if stem.contains("constraint") {
        return Group::Constraint;
    }
    let words: Vec<&str> = stem
        .split(['-', '_', '.', ' '])
        .filter(|word| !matches!(*word, "requirements" | "requirement" | "reqs" | "req"))
        .collect();
    let rest = words.join("-");
    let development = |word: &&&str| DEVELOPMENT.contains(*word);
    if let Some(word) = words.iter().find(development).filter(|_| !RUNTIME.contains(&rest.as_str())) {
        return Group::Dev(Name::new(word));
    }
    let folder = path::folder(file).to_ascii_lowercase();
    let parts = || folder.split('/').filter(|part| !part.is_empty());
    if let Some(part) = parts().find(|part| DEVELOPMENT.contains(&part.trim_start_matches('.'))) {
        return Group::Dev(Name::new(part.trim_start_matches('.')));
    }
    if parts().any(|part| matches!(part, "extra" | "extras" | "optional")) {
        return Group::Extra(Name::new(&rest));
    }
    if let Some(part) = parts().find(|part| !RUNTIME.contains(part)) {
        return Group::Dev(Name::new(part));
    }
    if words.iter().all(|word| RUNTIME.contains(word) || is_platform(word)) {
        Group::Runtime
    } else {
        Group::Extra(Name::new(&rest))
    }
}

/// Words that narrow a set to a machine: the set stays the same.
fn is_platform(word: &str) -> bool {
    let python = |word: &str| word.starts_with("py") && word.bytes().any(|b| b.is_ascii_digit());
    matches!(
        word,
        "linux"
            | "windows"
            | "win"
            | "macos"
            | "mac"
            | "osx"
            | "darwin"
            | "cpu"
            | "x86"
            | "arm64"
            | "reproducible"
            | "in"
            | "txt"
    ) || python(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_a_requirements_file_is_for() {
        for (file, expected) in [
            ("requirements.txt", "Runtime"),
            ("requirements.in", "Runtime"),
            ("requirements-dev.txt", "dev"),
            ("dev-requirements.txt", "dev"),
            ("requirements_tests.txt", "tests"),
            ("requirements/base.txt", "Runtime"),
            ("requirements/prod.txt", "Runtime"),
            ("requirements/test.txt", "test"),
            ("docs/requirements.txt", "docs"),
            (".github/workflows/requirements.txt", "github"),
            ("constraints.txt", "Constraint"),
            ("requirements-gpu.txt", "extra gpu"),
            ("requirements/extras/redis.txt", "extra redis"),
            ("requirements-py310.txt", "Runtime"),
            ("services/api/requirements.txt", "services"),
        ] {
            let shown = match group(file) {
                Group::Dev(name) => name.to_string(),
                Group::Extra(name) => format!("extra {name}"),
                other => format!("{other:?}"),
            };
            assert_eq!(shown, expected, "{file}");
        }
    }

    #[test]
    fn knows_whose_a_folder_is() {
        for (folder, expected) in [
            ("requirements", ""),
            (".github/workflows", ""),
            ("services/api", "services/api"),
            ("services/api/docs", "services/api"),
        ] {
            assert_eq!(owner(folder), expected, "{folder}");
        }
    }
}
