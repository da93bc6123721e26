//! How a requirement is used otherwise than by an import: a table of files and what is found in them.

use std::collections::BTreeSet;

use pyeco_lint::fs::{Memory, WalkOptions};
use pyeco_lint::imports::used::{self, Surroundings, Way};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::project::load::{self, LoadOptions, Parse, Triggers, mentions};
use pyeco_lint::python::vocabulary::Vocabulary;
use pyeco_lint::source::Sources;

/// One project: its files beside a manifest, the distribution that nothing imports, its modules, and the use that is found
/// with the row where it shows.
struct Case {
    about: &'static str,
    files: &'static [(&'static str, &'static str)],
    name: &'static str,
    modules: &'static [&'static str],
    expected: Option<(Way, &'static str)>,
}

const CASES: &[Case] = &[
    Case {
        about: "nothing names it",
        files: &[("requirements.txt", "acme-gizmo\n"), ("app.py", "import os\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "a plug-in by its name",
        files: &[("requirements.txt", "pytest-gizmo\n")],
        name: "pytest-gizmo",
        modules: &["pytest_gizmo"],
        expected: Some((Way::Known, "")),
    },
    Case {
        about: "a driver, which a URL in a secret may name",
        files: &[("requirements.txt", "psycopg2-binary\n")],
        name: "psycopg2-binary",
        modules: &["psycopg2"],
        expected: Some((Way::Known, "")),
    },
    Case {
        about: "a library that loads it",
        files: &[("requirements.txt", "pandas\nopenpyxl\n")],
        name: "openpyxl",
        modules: &["openpyxl"],
        expected: Some((Way::Loaded, "requirements.txt:1")),
    },
    Case {
        about: "a library that loads it, and that is imported without being declared",
        files: &[("requirements.txt", "openpyxl\n"), ("app.py", "import pandas\n")],
        name: "openpyxl",
        modules: &["openpyxl"],
        expected: Some((Way::Loaded, "app.py:1")),
    },
    Case {
        about: "a library that needs it",
        files: &[("requirements.txt", "flask\nwerkzeug<3\n")],
        name: "werkzeug",
        modules: &["werkzeug"],
        expected: Some((Way::Loaded, "requirements.txt:1")),
    },
    Case {
        about: "what a tool of developers needs is not needed at run time",
        files: &[("requirements.txt", "pathspec\n"), ("requirements-dev.txt", "black\n")],
        name: "pathspec",
        modules: &["pathspec"],
        expected: None,
    },
    Case {
        about: "the lock says that something needs it",
        files: &[
            (
                "pyproject.toml",
                "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-app\", \"acme-gizmo\"]\n",
            ),
            (
                "uv.lock",
                "version = 1\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = { virtual = \".\" }\n\
                 dependencies = [{ name = \"acme-app\" }, { name = \"acme-gizmo\" }]\n\
                 [[package]]\nname = \"acme-app\"\nversion = \"1\"\nsource = { registry = \"https://index.example/simple\" }\n\
                 dependencies = [{ name = \"acme-base\" }]\n\
                 [[package]]\nname = \"acme-base\"\nversion = \"1\"\nsource = { registry = \"https://index.example/simple\" }\n\
                 dependencies = [{ name = \"acme-gizmo\" }]\n\
                 [[package]]\nname = \"acme-gizmo\"\nversion = \"1\"\nsource = { registry = \"https://index.example/simple\" }\n",
            ),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Needed, "")),
    },
    Case {
        about: "a command of a Makefile",
        files: &[("requirements.txt", "acme-gizmo\n"), ("Makefile", "run:\n\tacme-gizmo serve\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Command, "Makefile:2")),
    },
    Case {
        about: "a module that a command runs",
        files: &[("requirements.txt", "acme-gizmo\n"), ("Procfile", "web: python -m gizmo --port 80\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Command, "Procfile:1")),
    },
    Case {
        about: "a worker class among the arguments",
        files: &[
            ("requirements.txt", "acme-gizmo\n"),
            ("Dockerfile", "FROM python:3.13\nCMD [\"gunicorn\", \"-k\", \"gizmo.workers.Fast\", \"app:app\"]\n"),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Command, "Dockerfile:2")),
    },
    Case {
        about: "a command that installs is no use",
        files: &[
            ("requirements.txt", "acme-gizmo\n"),
            ("Makefile", "deps:\n\tpip install --upgrade wheel\n"),
            ("Dockerfile", "FROM python:3.13\nRUN pip install acme-gizmo\n"),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "a task of the manifest",
        files: &[(
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n\n[tool.poe.tasks]\nrun = \"acme-gizmo x\"\n",
        )],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Command, "pyproject.toml:7")),
    },
    Case {
        about: "a table of its own",
        files: &[(
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n\n[tool.gizmo]\nx = 1\n",
        )],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Configured, "pyproject.toml:6")),
    },
    Case {
        about: "an entry point that makes the project its plug-in",
        files: &[(
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n\n[project.entry-points.\"gizmo.plugins\"]\na = \"a:Plugin\"\n",
        )],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Configured, "pyproject.toml:7")),
    },
    Case {
        about: "a plug-in of a type checker",
        files: &[(
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n\n[tool.mypy]\nplugins = [\"gizmo.mypy\"]\n",
        )],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Configured, "pyproject.toml:7")),
    },
    Case {
        about: "what the manifest declares and describes is no use",
        files: &[(
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\ndescription = \"A gizmo\"\nkeywords = [\n  \"gizmo\",\n]\n\
             dependencies = [\n  # acme-gizmo is needed\n  \"acme-gizmo>=1\", # gizmo\n]\n\n\
             [project.optional-dependencies]\ngizmo = [\"acme-gizmo\"]\n\n[project.urls]\nhome = \"https://gizmo.example\"\n\n\
             [tool.uv.sources]\nacme-gizmo = { path = \"../gizmo\" }\n",
        )],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "an application of Django as a string",
        files: &[
            ("requirements.txt", "django-gizmo\n"),
            ("shop/settings.py", "INSTALLED_APPS = [\n    \"shop\",\n    \"django_gizmo.apps.Config\",\n]\n"),
        ],
        name: "django-gizmo",
        modules: &["django_gizmo"],
        expected: Some((Way::Mentioned, "shop/settings.py:3")),
    },
    Case {
        about: "the scheme of a URL",
        files: &[("requirements.txt", "acme-gizmo\n"), ("app.py", "URL = \"postgresql+gizmo://host/db\"\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "app.py:1")),
    },
    Case {
        about: "a comment says why",
        files: &[("requirements.txt", "acme-gizmo\n"), ("app.py", "# acme_gizmo has to be installed\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "app.py:1")),
    },
    Case {
        about: "an attribute of something else is no module",
        files: &[("requirements.txt", "acme-gizmo\n"), ("app.py", "self.gizmo.run()\nx().gizmo\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "a cell of a notebook",
        files: &[
            ("requirements.txt", "acme-gizmo\n"),
            (
                "a.ipynb",
                "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"%load_ext gizmo\\n\"], \"outputs\": [], \"metadata\": {}}], \
                 \"metadata\": {}, \"nbformat\": 4, \"nbformat_minor\": 5}",
            ),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "a.ipynb:1")),
    },
    Case {
        about: "a template, a service and a script without an extension",
        files: &[("requirements.txt", "acme-gizmo\n"), ("bin/start", "#!/bin/sh\nexec env X=1 \\\n  gizmo\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "bin/start:3")),
    },
    Case {
        about: "prose, lists, locks and what is no script do not count",
        files: &[
            ("requirements.txt", "acme-gizmo # gizmo\n"),
            ("requirements-dev.txt", "-r requirements.txt\n# gizmo\n"),
            ("CHANGELOG.md", "gizmo\n"),
            ("CHANGES.rst", "gizmo\n"),
            ("LICENSE", "gizmo\n"),
            ("environment.yml", "dependencies:\n  - gizmo\n"),
            (
                ".github/dependabot.yml",
                "updates:\n  - package-ecosystem: pip\n    ignore: [{dependency-name: gizmo}]\n",
            ),
            ("uv.lock", "version = 1\n"),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "a file around the project counts where it is no Python",
        files: &[
            ("pyproject.toml", "[project]\nname = \"outer\"\nversion = \"1\"\n"),
            ("outer.py", "import gizmo\n"),
            ("deploy/values.yaml", "command: gizmo\n"),
            ("api/pyproject.toml", "[project]\nname = \"api\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n"),
            ("web/pyproject.toml", "[project]\nname = \"web\"\nversion = \"1\"\n"),
            ("web/settings.yaml", "gizmo: 1\n"),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "deploy/values.yaml:1")),
    },
    Case {
        about: "a list of requirements for what lies around it",
        files: &[("shown.py", "import gizmo.graphs\n"), ("checks/requirements.txt", "acme-gizmo\n")],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Mentioned, "shown.py:1")),
    },
    Case {
        about: "a project of the workspace that it builds on imports it",
        files: &[
            ("lib/pyproject.toml", "[project]\nname = \"acme-lib\"\nversion = \"1\"\n"),
            ("lib/acme_lib/__init__.py", "import gizmo\n"),
            (
                "api/pyproject.toml",
                "[project]\nname = \"api\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\", \"acme-lib\"]\n",
            ),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: Some((Way::Loaded, "lib/acme_lib/__init__.py:1")),
    },
    Case {
        about: "a project beside it has nothing to do with it",
        files: &[
            ("lib/pyproject.toml", "[project]\nname = \"acme-lib\"\nversion = \"1\"\n"),
            ("lib/acme_lib/__init__.py", "import gizmo\n"),
            ("api/pyproject.toml", "[project]\nname = \"api\"\nversion = \"1\"\ndependencies = [\"acme-gizmo\"]\n"),
        ],
        name: "acme-gizmo",
        modules: &["gizmo"],
        expected: None,
    },
    Case {
        about: "a module that may be its own",
        files: &[("requirements.txt", "py-gizmo\n"), ("app.py", "import pygizmo\n")],
        name: "py-gizmo",
        modules: &[],
        expected: Some((Way::Alike, "app.py:1")),
    },
];

fn options() -> LoadOptions {
    LoadOptions {
        walk: WalkOptions::default(),
        named: Vec::new(),
        source: true,
        max_source: 1 << 20,
        max_manifest: 1 << 20,
        parse: Parse::Where(Triggers::default()),
        vocabulary: Vocabulary::everything(),
        marks: BTreeSet::new(),
        watched: Vec::new(),
    }
}

#[test]
fn other_uses() {
    let knowledge = Knowledge::embedded();
    let mut wrong = Vec::new();
    for case in CASES {
        let fs = Memory::new(case.files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let options = options();
        let mut workspace = load::load(&fs, Sources::default(), &[String::new()], &options);
        let has = |at: &usize| workspace.projects[*at].requirements().any(|(_, r)| r.name() == case.name);
        let at = (0..workspace.projects.len()).find(has).expect("a project requires it");
        let mut wanted = vec![Vec::new(); workspace.projects.len()];
        wanted[at].push(used::words(case.name, case.modules));
        mentions::look_for(&fs, &mut workspace, &wanted, &options);
        let around = Surroundings::new(&workspace, &workspace.projects[at], &knowledge);
        let found = used::other_use(&around, case.name, case.modules);
        let files: Vec<_> = found.iter().filter_map(|found| found.at).map(|at| at.file).collect();
        let shown = found.map(|found| (found.way, found.at));
        load::reload(&fs, &mut workspace.sources, files, &options);
        let shown = shown.map(|(way, at)| (way, at.map(|at| workspace.row(at)).unwrap_or_default()));
        let expected = case.expected.map(|(way, at)| (way, at.to_owned()));
        if shown != expected {
            wrong.push(format!("{}: {shown:?} instead of {expected:?}", case.about));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_read_where_nothing_is_wanted() {
    let fs =
        Memory::new([("requirements.txt", "a\n"), ("a.yaml", "a: 1\n")].map(|(p, t)| (p.to_owned(), t.to_owned())));
    let options = options();
    let mut workspace = load::load(&fs, Sources::default(), &[String::new()], &options);
    assert_eq!(workspace.files.iter().map(|file| &**file).collect::<Vec<_>>(), ["a.yaml", "requirements.txt"]);
    let before = workspace.sources.len();
    mentions::look_for(&fs, &mut workspace, &[], &options);
    assert_eq!(workspace.sources.len(), before);
    assert!(workspace.projects[0].mentions.is_empty());
}
