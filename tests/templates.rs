//! Templates of manifests, and texts with names like those of manifests: nothing is said of them, and a verbose run
//! says that they were left out.

mod common;

use common::{Files, TODAY};
use pyeco_lint::date::Date;
use pyeco_lint::fs::Memory;
use pyeco_lint::options::Options;
use pyeco_lint::{Outcome, lint};

fn run(path: &str, text: &str) -> Outcome {
    let files: Files = [(path.to_owned(), text.to_owned())].into();
    let options = Options::new(vec![".".to_owned()], Date::parse(TODAY).expect("a date"));
    lint(&Memory::new(files), &options).expect("the folder is there")
}

#[test]
fn templates_are_left_out() {
    let cases = [
        ("requirements.txt", "flask=={{ cookiecutter.flask_version }}\n"),
        ("requirements.txt", "flask==2.0\n{%- if cookiecutter.use_celery == 'y' %}\ncelery==3.0\n{%- endif %}\n"),
        ("requirements.txt", "{# why #}\nflask==2.0\n"),
        ("{{cookiecutter.slug}}/requirements.txt", "nose==1.3.7\n"),
        (
            "{{cookiecutter.slug}}/setup.py",
            "from setuptools import setup\nsetup(name='a', install_requires=['nose'])\n",
        ),
        ("{% if x %}a{% endif %}/pyproject.toml", "[project]\nname = 'a'\ndependencies = ['nose']\n"),
        ("pyproject.toml", "[project]\nname = \"{{ cookiecutter.slug }}\"\nversion = '1'\ndependencies = ['nose']\n"),
        ("pyproject.toml", "[project]\nname = 'a'\nversion = \"{{ version }}\"\ndependencies = ['nose']\n"),
        ("pyproject.toml", "[project]\nname = 'a'\ndependencies = [\n{% if x %}\n    'nose',\n{% endif %}\n]\n"),
        ("pyproject.toml", "[project]\nname = 'a'\ndependencies = ['nose', \"flask=={{ flask }}\"]\n"),
        ("pyproject.toml", "[tool.poetry]\nname = {{ name|tojson }}\n[tool.poetry.dependencies]\nnose = '1'\n"),
        ("pyproject.toml", "[project]\nname = 'a'\nrequires-python = '>={{ python }}'\ndependencies = ['nose']\n"),
        ("setup.cfg", "[metadata]\nname = {{ cookiecutter.slug }}\n[options]\ninstall_requires = nose\n"),
        ("setup.cfg", "[metadata]\nname = a\n{% if x %}\n[options]\ninstall_requires = nose\n{% endif %}\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    nose\n    {{ more }}\n"),
        ("setup.py", "from setuptools import setup\nsetup(name='{{ slug }}', install_requires=['nose'])\n"),
        (
            "setup.py",
            "from setuptools import setup\n{% if x %}\nsetup(name='a', install_requires=['nose'])\n{% endif %}\n",
        ),
        ("setup.py", "from setuptools import setup\nsetup(name='a', install_requires=['nose', '{{ more }}'])\n"),
        ("Pipfile", "[packages]\nnose = \"*\"\nflask = \"=={{ flask }}\"\n"),
        ("Pipfile", "[packages]\n{% if x %}\nnose = \"*\"\n{% endif %}\n"),
        ("Pipfile", "[packages]\n{{ more }}\nnose = \"*\"\n"),
        ("environment.yml", "name: a\ndependencies:\n  - python={{ python }}\n  - pip:\n    - nose\n"),
        ("environment.yml", "name: a\ndependencies:\n{% if x %}\n  - nose\n{% endif %}\n"),
        ("environment.yml", "name: {{ cookiecutter.slug }}\ndependencies:\n  - pip:\n    - nose\n"),
        ("pixi.toml", "[workspace]\nname = 'a'\n[dependencies]\nnose = '{{ nose }}'\n"),
    ];
    for (path, text) in cases {
        let outcome = run(path, text);
        let findings: Vec<_> = outcome.report.diagnostics.iter().map(|d| (&d.rule, &d.finding.message)).collect();
        assert!(findings.is_empty(), "{path}: {text}\n{findings:?}");
        let note = format!("{path}: left out: it is a template to be filled in");
        assert!(outcome.notes.iter().any(|remark| remark.contains(&note)), "{path}: {text}\n{:?}", outcome.notes);
    }
}

/// What a project says to its tools may have the same marks.
#[test]
fn marks_in_settings_make_no_template() {
    let cases = [
        (
            "pyproject.toml",
            "[project]\nname = 'a'\nversion = '1'\ndependencies = ['nose']\n[tool.git-cliff.changelog]\nbody = \"\"\"\n{% if version %}\n{{ version }}\n{% endif %}\n\"\"\"\n",
        ),
        (
            "pyproject.toml",
            "[project]\nname = 'a'\nversion = '1'\ndependencies = ['nose']\n[tool.ruff]\nexclude = ['{{cookiecutter.slug}}']\n",
        ),
        ("pyproject.toml", "# {{ not }} one\n[project]\nname = 'a'\nversion = '1'\ndependencies = ['nose']\n"),
        (
            "setup.cfg",
            "[metadata]\nname = a\n[options]\ninstall_requires = nose\n[bumpversion:file:a.py]\nsearch = {{ version }}\n",
        ),
        (
            "setup.py",
            "from setuptools import setup\n\nTEXT = '{{ a }}'\n\nsetup(name='a', install_requires=['nose'])\n",
        ),
        ("requirements.txt", "nose==1.3.7  # {{ not }} one\n"),
    ];
    for (path, text) in cases {
        let outcome = run(path, text);
        let about = |package: &str| outcome.report.diagnostics.iter().any(|d| d.finding.message.contains(package));
        assert!(about("`nose`"), "{path}: {text}\n{:?}", outcome.notes);
    }
}

#[test]
fn prose_is_left_out() {
    let prose = "Requirements\n============\n\nYou need a recent version of Python to build this.\n\
                 Install the compiler that your distribution ships.\nThen read the rest of this file with care.\n";
    for path in ["requirements.txt", "docs/requirements.txt", "api.v1_requirements.rst.txt", "requirements.md.txt"] {
        let outcome = run(path, prose);
        assert!(outcome.report.diagnostics.is_empty(), "{path}: {:?}", outcome.report.diagnostics);
    }
}
