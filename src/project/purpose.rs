//! What a Python file is for, by its name and folders.

use std::collections::BTreeSet;

use super::{Kind, Project, PythonFile, Workspace, role};
use crate::manifest::Manifest;
use crate::name::Name;
use crate::path;

/// What a Python file is for. A requirement counts for the files whose purpose may use its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The program or the package itself.
    Runtime,
    /// Tests and what they share.
    Tests,
    /// Documentation, its configuration and its extensions.
    Docs,
    /// Shows how something is used, or measures it.
    Examples,
    /// Is run by hand or by continuous integration, beside the program.
    Scripts,
    /// Builds the package.
    Build,
    /// Tasks of developers: sessions, automation, migrations of a database.
    Tasks,
    /// What tests read, templates, the code of others.
    Data,
}

/// Folders of documentation, wherever they lie.
const DOCS: &[&str] = &["doc", "docs", "documentation", "docsrc", "doc_src", "docs_src", "sphinx_ext", "_ext"];

/// Folders of what shows or measures, wherever they lie.
const EXAMPLES: &[&str] = &[
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "snippets",
    "cookbook",
    "recipes",
    "gallery",
    "playground",
    "sandbox",
    "notebook",
    "notebooks",
    "benchmark",
    "benchmarks",
    "benches",
    "bench",
    "asv_bench",
    "perf",
    "profiling",
    "attic",
    "experimental",
    "experiments",
    "quickstart",
    "quickstarts",
    "showcase",
];

/// Folders of scripts, where they lie in the root of a project: within a package these are names like others.
const SCRIPTS: &[&str] = &[
    "script",
    "scripts",
    "ops",
    "tasks",
    "tool",
    "tools",
    "bin",
    "hack",
    "hacking",
    "ci",
    "dev",
    "devel",
    "devtools",
    "dev_tools",
    "dev-tools",
    "dev_scripts",
    "dev-scripts",
    "contrib",
    "extra",
    "extras",
    "etc",
    "misc",
    "maint",
    "maintenance",
    "maintainer",
    "maintainer_tools",
    "release",
    "releasing",
    "packaging",
    "packager",
    "build_tools",
    "build-tools",
    "buildtools",
    "build_scripts",
    "admin",
    "util",
    "utils",
    "utilities",
    "infra",
    "infrastructure",
    "deploy",
    "deployment",
    "debian",
    "docker",
    "fuzz",
    "fuzzing",
    "oss-fuzz",
    "hooks",
    "plugins",
    "support",
    "_build",
    "build",
    "cookiecutter",
    "workshop",
    "cli_tests",
    "automation",
    "terraform",
    "ansible",
    "k8s",
    "kubernetes",
    "helm",
    "charts",
];

/// Files that build a package.
const BUILD: &[&str] = &[
    "setup.py",
    "hatch_build.py",
    "build.py",
    "build_ext.py",
    "_build.py",
    "setup_helpers.py",
    "setup_build.py",
    "setupbase.py",
    "setupext.py",
    "_custom_build.py",
    "build_backend.py",
    "_build_meta.py",
    "backend.py",
    "versioneer.py",
    "ez_setup.py",
    "distribute_setup.py",
    "wscript.py",
    "conanfile.py",
    "pdm_build.py",
    "meson.py",
];

/// Files with tasks of developers.
const TASKS: &[&str] = &[
    "noxfile.py",
    "toxfile.py",
    "tasks.py",
    "fabfile.py",
    "dodo.py",
    "pavement.py",
    "duties.py",
    "make.py",
    "bootstrap.py",
    "release.py",
    "locustfile.py",
    "dangerfile.py",
    "mkdocs_hooks.py",
];

/// What the Python files of one project are for.
#[derive(Debug)]
pub struct Purposes<'a> {
    project: &'a Project,
    /// The packages in the project's root, where it builds one: what lies beside them is no part of the program.
    packages: Option<BTreeSet<&'a str>>,
    /// Folders with a manifest of their own that is no part of a project: examples, templates, the code of others.
    apart: Vec<&'a str>,
    /// What the project's folder says by its name that its files are for.
    of_root: Purpose,
}

impl<'a> Purposes<'a> {
    /// Those of `project`.
    pub fn of(workspace: &'a Workspace, project: &'a Project) -> Self {
        let is_built = project.has_package && (project.kind == Kind::Library || builds(project));
        let packages = is_built.then(|| {
            let below = workspace.python_of(project).filter_map(|file| path::below(&file.path, &project.root));
            below.filter_map(|file| file.strip_suffix("/__init__.py")).filter(|folder| !folder.contains('/')).collect()
        });
        let is_of_package = |manifest: &&Manifest| {
            matches!(manifest.format, "pyproject" | "setup.py" | "setup.cfg" | "pipfile")
                && !manifest.reading.requirements.is_empty()
        };
        let folders = workspace.context.iter().filter(is_of_package).map(|manifest| path::folder(&manifest.path));
        let apart = folders.filter(|folder| path::below(folder, &project.root).is_some_and(|below| !below.is_empty()));
        let of_root = of(&format!("{}/file.py", path::name(&project.root)));
        Self { project, packages, apart: apart.collect(), of_root }
    }

    /// What `file` is for.
    pub fn of_file(&self, file: &PythonFile) -> Purpose {
        self.settle(&file.path, file.called)
    }

    /// What the file at `path` (relative to the working directory) is for.
    pub fn of_path(&self, path: &str) -> Purpose {
        self.settle(path, of(path::below(path, &self.project.root).unwrap_or(path)))
    }

    /// What the project says of the file at `path`, which by its name is for `called`.
    fn settle(&self, path: &str, called: Purpose) -> Purpose {
        let below = path::below(path, &self.project.root).unwrap_or(path);
        if self.apart.iter().any(|folder| path::below(path, folder).is_some()) {
            return Purpose::Data;
        }
        match called {
            // What lies in a folder of scripts is no program for having requirements of its own.
            Purpose::Runtime if self.packages.is_none() => self.of_root,
            Purpose::Runtime if self.lies_beside(below) => Purpose::Scripts,
            purpose => purpose,
        }
    }

    /// Whether a file lies beside the packages that are built.
    fn lies_beside(&self, below: &str) -> bool {
        let Some(packages) = &self.packages else { return false };
        if let Some((folder, _)) = below.split_once('/') {
            let own = self.project.own_package.as_deref().and_then(|own| own.split('/').next());
            return !SOURCES.contains(&folder) && own != Some(folder) && !packages.contains(folder);
        }
        let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
        let is_listed =
            |m: &Manifest| m.reading.settings.iter().any(|s| s.key.ends_with("py-modules") && s.value == stem);
        self.project.name().is_none_or(|name| name != Name::new(stem)) && !self.project.manifests.iter().any(is_listed)
    }
}

/// Folders that hold packages.
const SOURCES: &[&str] = &["src", "lib", "python", "source"];

/// Whether the project says how it is built.
fn builds(project: &Project) -> bool {
    project.manifests.iter().any(|manifest| {
        manifest.format == "setup.py" || manifest.reading.tables.iter().any(|(table, _)| table == "build-system")
    })
}

/// What the file at `below` (relative to its project's root, with `/`) is for, by its name.
pub fn of(below: &str) -> Purpose {
    let name = path::name(below);
    let folder = path::folder(below);
    let mut parts = folder.split('/').filter(|part| !part.is_empty());
    let has = |list: &[&str]| folder.split('/').any(|part| list.contains(&part.to_ascii_lowercase().as_str()));
    if role::is_test_data(below) || role::is_vendored(folder) {
        return Purpose::Data;
    }
    if has(DOCS) || name == "conf.py" {
        return Purpose::Docs;
    }
    if has(EXAMPLES) || path::has_extension(below, "ipynb") {
        return Purpose::Examples;
    }
    if is_test(below) || is_behaviour(below) {
        return Purpose::Tests;
    }
    if folder.is_empty() && BUILD.contains(&name) || name == "setup.py" {
        return Purpose::Build;
    }
    let first = parts.next().unwrap_or_default().to_ascii_lowercase();
    if folder.is_empty() && TASKS.contains(&name)
        || matches!(name, "noxfile.py" | "fabfile.py" | "dodo.py" | "locustfile.py")
        || path::name(folder) == "alembic" && name == "env.py"
        || path::name(folder) == "migrations" && name == "env.py"
    {
        return Purpose::Tasks;
    }
    if SCRIPTS.contains(&first.as_str()) || first.starts_with('.') {
        return Purpose::Scripts;
    }
    Purpose::Runtime
}

/// Whether a file belongs to behave: the steps of features, or their environment.
fn is_behaviour(below: &str) -> bool {
    let mut parts = below.split('/').skip_while(|part| *part != "features").skip(1);
    matches!(parts.next(), Some("steps" | "environment.py"))
}

/// Whether a file belongs to tests: as [`role::is_test`] has it, and by what such files and folders are called besides.
fn is_test(below: &str) -> bool {
    let stem = path::name(below).trim_end_matches(".pyi").trim_end_matches(".py");
    let is_word = |word: &str| {
        matches!(
            word,
            "test"
                | "tests"
                | "testing"
                | "testsuite"
                | "testutils"
                | "conftest"
                | "e2e"
                | "factories"
                | "unittest"
                | "unittests"
        )
    };
    let first = below.split_once('/').map_or("", |(first, _)| first);
    first == "t"
        || role::is_test(below)
        || is_word(stem)
        || stem.starts_with("test") && stem.get(4..5).is_some_and(|c| c.starts_with(|c: char| c.is_ascii_uppercase()))
        || stem.ends_with("_tests")
        || stem.starts_with("tests_")
        || path::folder(below).split('/').any(is_word)
        // Deeper down it may be a part of the program that has to do with tests.
        || first.split(['_', '-']).any(|word| is_word(word) || word.ends_with("ntests") || word.ends_with("ltests"))
        || first.starts_with("test_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes() {
        for (file, expected) in [
            ("app/main.py", Purpose::Runtime),
            ("src/app/tools/x.py", Purpose::Runtime),
            ("main.py", Purpose::Runtime),
            ("tools/x.py", Purpose::Scripts),
            (".github/x.py", Purpose::Scripts),
            ("tests/test_a.py", Purpose::Tests),
            ("app/tests/helpers.py", Purpose::Tests),
            ("integration_tests/run.py", Purpose::Tests),
            ("app/testing.py", Purpose::Tests),
            ("app/contest.py", Purpose::Runtime),
            ("app/commands/test_content/run.py", Purpose::Runtime),
            ("docs/conf.py", Purpose::Docs),
            ("docs/tests/x.py", Purpose::Docs),
            ("features/steps/a.py", Purpose::Tests),
            ("tests/perf/a.py", Purpose::Examples),
            ("examples/a.py", Purpose::Examples),
            ("analysis.ipynb", Purpose::Examples),
            ("setup.py", Purpose::Build),
            ("app/setup.py", Purpose::Build),
            ("noxfile.py", Purpose::Tasks),
            ("app/tasks.py", Purpose::Runtime),
            ("tasks/release.py", Purpose::Scripts),
            ("alembic/env.py", Purpose::Tasks),
            ("app/_vendor/six.py", Purpose::Data),
            ("tests/fixtures/app.py", Purpose::Data),
        ] {
            assert_eq!(of(file), expected, "{file}");
        }
    }
}
