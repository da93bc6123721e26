use super::*;
use crate::fs::{Memory, WalkOptions};
use crate::project::load::{self, LoadOptions, Parse, Triggers};
use crate::python::vocabulary::Vocabulary;
use crate::source::Sources;

/// Files, and what each import is: `importer: module` and the answer.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str, Own)]);

const NO: Own = Own::No;
const MAY: Own = Own::Perhaps;
const YES: Own = Own::Yes;

const LIBRARY: &str = "[project]\nname = \"acme-tool\"\nversion = \"1\"\n[build-system]\nrequires = [\"hatchling\"]\n";

const CASES: &[Case] = &[
    (
        "src layout",
        &[("pyproject.toml", LIBRARY), ("src/tool/__init__.py", ""), ("src/tool/a.py", ""), ("tests/test_a.py", "")],
        &[
            ("tests/test_a.py", "tool.a", YES),
            ("src/tool/a.py", "tool", YES),
            ("src/tool/a.py", "yaml", NO),
            ("src/tool/a.py", "acme_tool", YES),
        ],
    ),
    (
        "flat layout, and modules of the package that are no modules of their own",
        &[
            ("pyproject.toml", LIBRARY),
            ("tool/__init__.py", ""),
            ("tool/redis.py", ""),
            ("tool/a/b.py", ""),
            ("setup.py", ""),
        ],
        &[
            ("tool/redis.py", "tool.a.b", YES),
            ("tool/redis.py", "redis", NO),
            ("tool/a/b.py", "redis", MAY),
            ("tool/a/b.py", "a.c", NO),
            ("tool/redis.py", "a.b", MAY),
            ("tests/test_a.py", "tool", YES),
            ("tests/test_a.py", "redis", MAY),
        ],
    ),
    (
        "folders that build configuration names",
        &[
            ("a/pyproject.toml", "[project]\nname=\"a\"\n[tool.setuptools.packages.find]\nwhere = [\"code\"]\n"),
            ("a/code/first/__init__.py", ""),
            ("b/setup.cfg", "[metadata]\nname = b\n[options]\npackage_dir =\n  = code\n  renamed = other/x\n"),
            ("b/code/second/__init__.py", ""),
            ("c/setup.py", "from setuptools import setup\nsetup(name='c', packages=find_packages('code'))\n"),
            ("c/code/third/__init__.py", ""),
            ("d/pyproject.toml", "[tool.poetry]\nname = \"d\"\npackages = [{include = \"fourth\", from = \"code\"}]\n"),
            ("d/code/fourth/__init__.py", ""),
            ("e/pyproject.toml", "[project]\nname=\"e\"\n[tool.pdm.build]\npackage-dir = \"code\"\n"),
            ("e/code/fifth/__init__.py", ""),
            (
                "f/pyproject.toml",
                "[project]\nname=\"f\"\n[tool.uv.build-backend]\nmodule-root = \"code\"\nmodule-name = \"sixth\"\n",
            ),
            ("f/code/sixth/__init__.py", ""),
            (
                "g/pyproject.toml",
                "[project]\nname=\"g\"\n[tool.maturin]\npython-source = \"code\"\nmodule-name = \"seventh._core\"\n",
            ),
            ("g/code/seventh/__init__.py", ""),
            ("h/setup.py", "from setuptools import setup\nsetup(name='h', package_dir={'': 'code'})\n"),
            ("h/code/eighth/__init__.py", ""),
            ("z/other/ninth/__init__.py", ""),
        ],
        &[
            ("x/y.py", "first", YES),
            ("x/y.py", "second", YES),
            ("x/y.py", "renamed.z", YES),
            ("x/y.py", "third", YES),
            ("x/y.py", "fourth", YES),
            ("x/y.py", "fifth", YES),
            ("x/y.py", "sixth", YES),
            ("x/y.py", "seventh._core", YES),
            ("x/y.py", "eighth", YES),
            ("x/y.py", "ninth", MAY),
            ("z/y.py", "ninth", MAY),
            ("z/other/y.py", "ninth", YES),
        ],
    ),
    (
        "hatch",
        &[
            (
                "pyproject.toml",
                "[project]\nname=\"a\"\n[tool.hatch.build.targets.wheel]\npackages = [\"code/first\"]\n\
                 only-include = [\"more/second.py\"]\n[tool.hatch.build.targets.wheel.sources]\n\"lib/third\" = \"named\"\n\
                 [tool.hatch.build.targets.wheel.force-include]\n\"data\" = \"forced/data\"\n",
            ),
            ("code/first/__init__.py", ""),
            ("more/second.py", ""),
            ("lib/third/__init__.py", ""),
            ("hatch/pyproject.toml", "[project]\nname=\"h\"\n"),
            ("hatch/hatch.toml", "[build.targets.wheel]\nsources = [\"code\"]\n"),
            ("hatch/code/fifth/__init__.py", ""),
        ],
        &[
            ("x.py", "first", YES),
            ("x.py", "second", YES),
            ("x.py", "third", YES),
            ("x.py", "named", YES),
            ("x.py", "forced.data", YES),
            ("x.py", "forced.more", MAY),
            ("x.py", "fifth", YES),
        ],
    ),
    (
        "modules that configuration names",
        &[
            (
                "a/pyproject.toml",
                "[build-system]\nrequires=[\"flit\"]\n[tool.flit.module]\nname = \"flat\"\n[project]\nname = \"x\"\n",
            ),
            (
                "b/pyproject.toml",
                "[project]\nname=\"b\"\nimport-names = [\"one\", \"_two; private\"]\nimport-namespaces = [\"acme\"]\n",
            ),
            (
                "c/pyproject.toml",
                "[project]\nname=\"c\"\n[tool.setuptools]\npackages = [\"corp.core\"]\npy-modules = [\"single\"]\n",
            ),
            ("d/pyproject.toml", "[project]\nname=\"d\"\n[tool.isort]\nknown_first_party = [\"sorted_one\"]\n"),
            (
                "e/setup.cfg",
                "[metadata]\nname = e\n[options]\npackages =\n  listed\npy_modules = m1, m2\n[isort]\nknown_first_party = s1,s2\n",
            ),
            (
                "f/pyproject.toml",
                "[project]\nname=\"f\"\n[tool.scikit-build.wheel.packages]\n\"mapped/inner\" = \"x/y\"\n",
            ),
        ],
        &[
            ("x.py", "flat.a", YES),
            ("x.py", "one", YES),
            ("x.py", "_two", YES),
            ("x.py", "acme", YES),
            ("x.py", "acme.core", MAY),
            ("x.py", "corp.core.a", YES),
            ("x.py", "corp.other", MAY),
            ("x.py", "single", YES),
            ("x.py", "sorted_one", MAY),
            ("d/x.py", "sorted_one", YES),
            ("x.py", "listed", YES),
            ("x.py", "m2", YES),
            ("e/x.py", "s2", YES),
            ("x.py", "mapped.inner", YES),
        ],
    ),
    (
        "a namespace package",
        &[("pyproject.toml", LIBRARY), ("src/google/cloud/foo/__init__.py", ""), ("src/google/cloud/foo/a.py", "")],
        &[
            ("src/google/cloud/foo/a.py", "google.cloud.foo.a", YES),
            ("tests/test.py", "google.cloud.foo", YES),
            ("tests/test.py", "google.cloud.storage", MAY),
            ("tests/test.py", "googleapiclient", NO),
        ],
    ),
    (
        "folders on the way to a namespace package, and parts of packages, have names of others",
        &[
            ("pyproject.toml", LIBRARY),
            ("src/acme/export/grpc/__init__.py", ""),
            ("src/acme/export/grpc/a.py", ""),
            ("src/acme/export/common/b.py", ""),
            ("pkg/__init__.py", ""),
            ("pkg/providers/github/__init__.py", ""),
            ("pkg/providers/github/c.py", ""),
            ("pkg/core/config.py", ""),
            ("examples/django/app.py", ""),
        ],
        &[
            ("src/acme/export/grpc/a.py", "grpc", MAY),
            ("src/acme/export/common/b.py", "grpc", MAY),
            ("src/acme/export/common/b.py", "acme.export.grpc", YES),
            ("pkg/providers/github/c.py", "github", MAY),
            ("pkg/providers/github/c.py", "github.auth", NO),
            ("pkg/providers/github/c.py", "core.config", MAY),
            ("pkg/__init__.py", "django.db", NO),
            ("pkg/__init__.py", "django", MAY),
        ],
    ),
    (
        "scripts and notebooks beside modules, and functions in folders of their own",
        &[
            ("scripts/run.py", ""),
            ("scripts/helper.py", ""),
            ("notebooks/plot.ipynb", "{}"),
            ("notebooks/tools/draw.py", ""),
            ("lambdas/one/lambda_function.py", ""),
            ("lambdas/one/shared.py", ""),
            ("lambdas/two/lambda_function.py", ""),
        ],
        &[
            ("scripts/run.py", "helper", YES),
            ("notebooks/plot.ipynb", "tools.draw", YES),
            ("lambdas/one/lambda_function.py", "shared", YES),
            ("lambdas/two/lambda_function.py", "shared", MAY),
        ],
    ),
    (
        "what is generated",
        &[
            ("pyproject.toml", "[project]\nname=\"g\"\n[tool.setuptools_scm]\nversion_file = \"src/pkg/_made.py\"\n"),
            (".gitignore", "/src/pkg/_version.py\n/client/\nbuild/\n*_generated.py\n"),
            ("src/pkg/__init__.py", ""),
            ("proto/acme/order.proto", ""),
            ("thrift/stock.thrift", ""),
            ("config.py.in", ""),
        ],
        &[
            ("src/pkg/__init__.py", "pkg._version", YES),
            ("src/pkg/__init__.py", "_version", MAY),
            ("src/pkg/__init__.py", "_made", MAY),
            ("src/pkg/__init__.py", "client.api", MAY),
            ("src/pkg/__init__.py", "build", NO),
            ("src/pkg/__init__.py", "table_generated", MAY),
            ("src/pkg/__init__.py", "order_pb2", MAY),
            ("src/pkg/__init__.py", "acme.order_pb2_grpc", MAY),
            ("src/pkg/__init__.py", "acme.stock_pb2", NO),
            ("src/pkg/__init__.py", "stock.ttypes", MAY),
            ("src/pkg/__init__.py", "config", MAY),
        ],
    ),
    (
        "what is compiled",
        &[
            ("setup.py", "from setuptools import setup\nsetup(name='c', ext_modules=[Extension('speed', ['x.c'])])\n"),
            ("fast.pyx", ""),
            ("mod.cpython-311-x86_64-linux-gnu.so", ""),
            ("src/_hashmodule.c", ""),
            ("redis/redis.c", ""),
            ("rust/Cargo.toml", "[lib]\nname = \"core_rs\"\ncrate-type = [\"cdylib\"]\n"),
            ("CMakeLists.txt", "pybind11_add_module(bound a.cpp)\n"),
            ("m/pyproject.toml", "[project]\nname=\"m\"\n[tool.maturin]\nmodule-name = \"only_rust\"\n"),
        ],
        &[
            ("a.py", "speed", MAY),
            ("a.py", "fast", MAY),
            ("a.py", "mod", MAY),
            ("a.py", "_hash", MAY),
            ("a.py", "redis", NO),
            ("a.py", "core_rs", MAY),
            ("a.py", "bound", MAY),
            ("a.py", "only_rust", MAY),
        ],
    ),
    (
        "another member of the workspace, a project within another, and the name of a distribution",
        &[
            ("pyproject.toml", "[project]\nname=\"root\"\n[tool.uv.workspace]\nmembers=[\"libs/*\"]\n"),
            ("libs/core/pyproject.toml", LIBRARY),
            ("libs/core/src/core/__init__.py", ""),
            ("libs/web/pyproject.toml", "[project]\nname=\"web\"\n"),
            ("libs/web/web/__init__.py", ""),
            ("libs/web/inner/pyproject.toml", "[project]\nname=\"in-ner\"\ndependencies=[\"in-ner\"]\n"),
            ("libs/web/inner/mod.py", ""),
        ],
        &[
            ("libs/web/web/__init__.py", "core", YES),
            ("libs/web/web/__init__.py", "acme_tool", YES),
            ("libs/core/src/core/__init__.py", "web", YES),
            ("libs/web/web/__init__.py", "mod", MAY),
            ("libs/web/inner/mod.py", "web", YES),
            ("libs/web/inner/mod.py", "in_ner", NO),
        ],
    ),
    (
        "services that have an `app` each",
        &[
            ("a/requirements.txt", ""),
            ("a/app/__init__.py", ""),
            ("a/app/main.py", ""),
            ("b/requirements.txt", ""),
            ("b/app/main.py", ""),
            ("c/main.py", ""),
        ],
        &[("a/app/main.py", "app.main", YES), ("b/app/main.py", "app.main", YES), ("c/main.py", "app.main", MAY)],
    ),
    (
        "Django applications beside manage.py",
        &[
            ("site/manage.py", ""),
            ("site/shop/__init__.py", ""),
            ("site/shop/models.py", ""),
            ("site/users/models.py", ""),
        ],
        &[("site/shop/models.py", "users.models", YES), ("site/users/models.py", "shop", YES)],
    ),
    (
        "a submodule, checked out or not",
        &[
            (
                ".gitmodules",
                "[submodule \"x\"]\n\tpath = extern/py-parts\n\turl = https://example.com/x\n[submodule \"y\"]\n\tpath = more\n",
            ),
            ("more/inner/__init__.py", ""),
        ],
        &[("a.py", "parts", MAY), ("a.py", "py_parts", MAY), ("a.py", "inner", MAY), ("a.py", "extern", MAY)],
    ),
    (
        "tests",
        &[
            ("pkg/__init__.py", ""),
            ("tests/conftest.py", ""),
            ("tests/helpers.py", ""),
            ("tests/unit/test_a.py", ""),
            ("tests/yaml/test_load.py", ""),
            ("tests/toml/__init__.py", ""),
            ("tests/toml/test_toml.py", ""),
            ("docs/_ext/extension.py", ""),
            ("docs/conf.py", ""),
        ],
        &[
            ("tests/unit/test_a.py", "helpers", YES),
            ("tests/unit/test_a.py", "conftest", YES),
            ("tests/unit/test_a.py", "tests.helpers", YES),
            ("pkg/__init__.py", "yaml", NO),
            ("pkg/__init__.py", "helpers", NO),
            ("tests/toml/test_toml.py", "toml", MAY),
            ("tests/yaml/test_load.py", "yaml", MAY),
            ("docs/conf.py", "extension", MAY),
            ("pkg/__init__.py", "extension", MAY),
        ],
    ),
    (
        "settings of tools",
        &[
            (
                "pyproject.toml",
                "[project]\nname=\"t\"\n[tool.pytest.ini_options]\npythonpath = [\"one\"]\n[tool.ruff]\nsrc = [\"two\"]\n",
            ),
            ("mypy.ini", "[mypy]\nmypy_path = three:$MYPY_CONFIG_FILE_DIR/four\n"),
            ("pyrightconfig.json", "{\"extraPaths\": [\"five\"]}"),
            ("one/first.py", ""),
            ("two/second.py", ""),
            ("three/third.py", ""),
            ("four/fourth.py", ""),
            ("five/fifth.py", ""),
            ("six/sixth.py", ""),
            ("typings/yaml/__init__.pyi", ""),
            ("part/pyproject.toml", "[tool.pytest.ini_options]\npythonpath = \"code\"\n"),
            ("part/code/seventh.py", ""),
        ],
        &[
            ("a/b.py", "first", YES),
            ("a/b.py", "second", YES),
            ("a/b.py", "third", YES),
            ("a/b.py", "fourth", YES),
            ("a/b.py", "fifth", YES),
            ("a/b.py", "sixth", MAY),
            ("a/b.py", "yaml", NO),
            ("part/b.py", "seventh", YES),
            ("a/b.py", "seventh", MAY),
        ],
    ),
    (
        "folders without Python are no modules",
        &[("docker/Dockerfile", ""), ("redis/redis.conf", ""), ("a.py", "import docker, redis\n")],
        &[("a.py", "docker", NO), ("a.py", "redis", NO)],
    ),
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
        marks: std::collections::BTreeSet::new(),
        watched: Vec::new(),
    }
}

#[test]
fn knows_its_own() {
    let mut wrong = Vec::new();
    for (about, files, imports) in CASES {
        let fs = Memory::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        let workspace = load::load(&fs, Sources::default(), &[String::new()], &options());
        let own = FirstParty::of(&workspace, &[]);
        for (importer, module, expected) in *imports {
            let project = workspace.owner(path::folder(importer)).unwrap_or(0);
            let found = own.origin(project, importer, module);
            if found != *expected {
                wrong.push(format!("{about}: {importer}: import {module}: {found:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_lies_outside_of_what_was_read_is_looked_for() {
    let fs = Memory::new([
        (".git/HEAD", ""),
        (".gitignore", "/service/hidden*\n"),
        ("shared/tool.py", ""),
        ("service/requirements.txt", ""),
        ("service/app.py", "import shared, hidden_one, unheard, data\n"),
        ("service/hidden_one/a.txt", ""),
        ("service/data/a.txt", ""),
    ]);
    let workspace = load::load(&fs, Sources::default(), &["service".to_owned()], &options());
    let own = FirstParty::of(&workspace, &[]);
    for (module, expected) in [("shared", MAY), ("hidden_one", MAY), ("unheard", NO), ("data", NO)] {
        assert_eq!(own.origin(0, "service/app.py", module), expected, "{module}");
    }
}

#[test]
fn what_is_known_to_be_its_own_is() {
    let fs = Memory::new([("a/requirements.txt", ""), ("b/requirements.txt", ""), ("a/x.py", ""), ("b/x.py", "")]);
    let workspace = load::load(&fs, Sources::default(), &[String::new()], &options());
    let (config, _) =
        crate::config::read("known-first-party = [\"plugins\", \"acme.core\"]\n", crate::config::Table::Own);
    let cores = Vec::new();
    let rules = crate::select::Rules::new(&cores);
    let given = |config| Settings::new(config, &crate::config::Overrides::default(), &rules).0;
    let (known, plain) = (given(config.unwrap_or_default()), given(crate::config::Config::default()));
    let own = FirstParty::of(&workspace, &[&known, &plain]);
    for (project, module, expected) in
        [(0, "plugins.a", YES), (0, "acme.core", YES), (0, "acme.other", NO), (1, "plugins", NO)]
    {
        assert_eq!(own.origin(project, "a/x.py", module), expected, "{module}");
    }
}
