use super::*;
use crate::manifest::{Marker, MarkerText, marker};

fn reading(text: &str) -> Reading {
    read(text, ReadContext { path: "pyproject.toml" })
}

/// A reading without faults.
fn sound(text: &str) -> Reading {
    let reading = reading(text);
    assert_eq!(reading.problems, [], "{text}");
    assert!(!reading.partial, "{text}");
    reading
}

/// Group, name and PEP 440 text of each requirement.
fn listed(reading: &Reading) -> Vec<String> {
    let line = |requirement: &Requirement| {
        let specifier = requirement.specifier.as_ref().map_or("", |specifier| specifier.pep440.as_str());
        format!("{} {}{specifier}", requirement.group, requirement.name())
    };
    reading.requirements.iter().map(line).collect()
}

fn included(reading: &Reading) -> Vec<String> {
    let line = |include: &Include| format!("{:?} {} {}", include.kind, include.target, include.group);
    reading.includes.iter().map(line).collect()
}

fn options(reading: &Reading) -> Vec<String> {
    reading.options.iter().map(|option| format!("{} {}", option.name, option.value)).collect()
}

fn commands(reading: &Reading) -> Vec<&str> {
    reading.commands.iter().map(|(command, _)| command.as_str()).collect()
}

/// Rule, message and place of each fault.
fn faults(text: &str) -> Vec<(&'static str, String, String)> {
    let problems = reading(text).problems;
    problems.into_iter().map(|p| (p.rule, p.message, p.at.map_or("", |at| at.of(text)).to_owned())).collect()
}

const STANDARD: &str = r#"
[build-system]
requires = ["hatchling>=1.20"]
build-backend = "hatchling.build"

[project]
name = "Demo.App"
version = "1.0"
requires-python = ">=3.9"
readme = {file = "README.md", content-type = "text/markdown"}
license = "MIT"
license-files = ["LICENSE", "licenses/*"]
dynamic = ["description"]
classifiers = ["Framework :: FastAPI"]
dependencies = [
    "requests[socks] >=2.31 ; python_version < '3.13'",  # why
    'httpx',
]

[project.optional-dependencies]
Cli_Tools = ["click==8.1.7"]
empty = []

[project.scripts]
demo = "demo.cli:main"

[project.entry-points."demo.plugins"]
x = "demo.x"

[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]
"#;

#[test]
fn standard_tables() {
    let reading = sound(STANDARD);
    assert_eq!(
        listed(&reading),
        [
            "build hatchling>=1.20",
            "runtime requests>=2.31",
            "runtime httpx",
            "extra:cli-tools click==8.1.7",
            "dev:dev pytest>=8",
            "dev:lint ruff"
        ]
    );
    assert_eq!(included(&reading), ["Readme README.md runtime", "Licence LICENSE runtime", "Group lint dev:dev"]);
    let groups: Vec<(String, &str, &str, Option<&str>)> = reading
        .groups
        .iter()
        .map(|g| (g.group.to_string(), g.written.as_str(), g.at.of(STANDARD), g.list.map(|at| at.of(STANDARD))))
        .collect();
    assert_eq!(
        groups,
        [
            ("extra:cli-tools".to_owned(), "Cli_Tools", "Cli_Tools", Some("[\"click==8.1.7\"]")),
            ("extra:empty".to_owned(), "empty", "empty", Some("[]")),
            ("dev:dev".to_owned(), "dev", "dev", Some("[\"pytest>=8\", {include-group = \"lint\"}]")),
            ("dev:lint".to_owned(), "lint", "lint", Some("[\"ruff\"]")),
        ]
    );
    let project = reading.project.expect("a project");
    let text = |value: &Option<Value>| value.as_ref().map(|v| (v.text.clone(), v.at.of(STANDARD).to_owned()));
    let same = |word: &str| Some((word.to_owned(), word.to_owned()));
    assert_eq!(project.header.of(STANDARD), "[project]");
    assert_eq!(text(&project.name), same("Demo.App"));
    assert_eq!(text(&project.version), same("1.0"));
    assert_eq!(text(&project.requires_python), same(">=3.9"));
    assert_eq!(project.dynamic.iter().map(|v| v.text.as_str()).collect::<Vec<_>>(), ["description"]);
    assert_eq!(project.classifiers.len(), 1);
    let points: Vec<(&str, &str, &str)> =
        project.entry_points.iter().map(|(g, n, o)| (g.as_str(), n.text.as_str(), o.text.as_str())).collect();
    assert_eq!(points, [("console_scripts", "demo", "demo.cli:main"), ("demo.plugins", "x", "demo.x")]);
    assert!(project.is_package);
}

#[test]
fn every_part_of_a_requirement_has_its_place() {
    let reading = sound(STANDARD);
    let requests = &reading.requirements[1];
    let of = |at: Extent| at.of(STANDARD);
    assert_eq!(of(requests.at), "requests[socks] >=2.31 ; python_version < '3.13'");
    assert_eq!(of(requests.item), "    \"requests[socks] >=2.31 ; python_version < '3.13'\",  # why\n");
    assert_eq!(of(requests.name_at), "requests");
    assert_eq!(requests.extras.first().map(|extra| of(extra.at)), Some("socks"));
    assert_eq!(requests.specifier.as_ref().map(|s| of(s.at)), Some(">=2.31"));
    assert_eq!(requests.marker.as_ref().map(|m| of(m.at)), Some("python_version < '3.13'"));
    assert!(requests.exact);
    let text = "[project]\nname = 'x'\nversion = '1'\ndependencies = [\"a\\u0062c>=1\"]\n";
    let reading = sound(text);
    let abc = &reading.requirements[0];
    assert_eq!((abc.name(), abc.at.of(text), abc.name_at, abc.exact), ("abc", "a\\u0062c>=1", abc.at, false));
}

#[test]
fn each_requirement_can_be_deleted() {
    let before = listed(&sound(STANDARD));
    let removals: Vec<Extent> = sound(STANDARD).requirements.iter().map(|r| r.item).collect();
    for (index, remove) in removals.into_iter().enumerate() {
        let mut text = STANDARD.to_owned();
        text.replace_range(remove.range(), "");
        let mut expected = before.clone();
        expected.remove(index);
        assert_eq!(listed(&sound(&text)), expected);
    }
    let poetry = "[tool.poetry.dependencies]\na = '1'\nb = {version = '^1', extras = ['x']} # c\n[tool.poetry.dependencies.c]\nversion = '2'\n";
    let before = listed(&sound(poetry));
    for (index, requirement) in sound(poetry).requirements.iter().enumerate() {
        let mut text = poetry.to_owned();
        text.replace_range(requirement.item.range(), "");
        let mut expected = before.clone();
        expected.remove(index);
        assert_eq!(listed(&sound(&text)), expected);
    }
}

#[test]
fn tables_and_settings() {
    let text = "[tool.ruff.lint]\nselect = ['E', 'F']\n[tool.ruff]\nline-length = 100\n[[tool.mypy.overrides]]\nstrict = true\n[dependency-groups]\n";
    let reading = sound(text);
    let tables: Vec<(&str, &str)> = reading.tables.iter().map(|(name, at)| (name.as_str(), at.of(text))).collect();
    assert_eq!(
        tables,
        [
            ("tool", "[tool.ruff.lint]"),
            ("tool.ruff.lint", "[tool.ruff.lint]"),
            ("tool.ruff", "[tool.ruff]"),
            ("tool.mypy", "[[tool.mypy.overrides]]"),
            ("tool.mypy.overrides", "[[tool.mypy.overrides]]"),
            ("dependency-groups", "[dependency-groups]"),
        ]
    );
    let settings: Vec<(&str, &str, &str)> =
        reading.settings.iter().map(|s| (s.key.as_str(), s.value.as_str(), s.at.of(text))).collect();
    assert_eq!(
        settings,
        [
            ("tool.ruff.lint.select", "E", "'E'"),
            ("tool.ruff.lint.select", "F", "'F'"),
            ("tool.ruff.line-length", "100", "100"),
            ("tool.mypy.overrides.strict", "true", "true"),
        ]
    );
}

#[test]
fn faults_of_the_standard_tables() {
    let project = |body: &str| format!("[project]\nname = 'x'\nversion = '1'\n{body}\n");
    for (text, rule, message, at) in [
        (project("dependancies = ['a']"), "unknown-key", "`[project]` has no key `dependancies`", "dependancies"),
        (
            project("requires_python = '>=3'"),
            "unknown-key",
            "`[project]` has no key `requires_python`",
            "requires_python",
        ),
        (project("homepage = 'x'"), "misplaced-key", "`homepage` does not belong in `[project]`", "homepage"),
        (
            project("dependencies = 'a'"),
            "misplaced-key",
            "`project.dependencies` is a string, not an array of requirements",
            "'a'",
        ),
        (
            project("[project.dependencies]\na = '1'"),
            "misplaced-key",
            "`project.dependencies` is a table, not an array of requirements",
            "[project.dependencies]",
        ),
        (project("dependencies = [1]"), "invalid-requirement", "a number is no requirement", "1"),
        (
            project("optional-dependencies = ['a']"),
            "misplaced-key",
            "`project.optional-dependencies` is an array, not a table",
            "['a']",
        ),
        (
            project("dynamic = ['version']"),
            "dynamic-conflict",
            "`version` is written in `[project]` and dynamic at once",
            "version",
        ),
        (project("dynamic = ['name']"), "dynamic-conflict", "`name` cannot be dynamic", "name"),
        (
            project("classifiers = 'x'"),
            "misplaced-key",
            "`project.classifiers` is a string, not an array of strings",
            "'x'",
        ),
        ("[project]\nname = 'x'\n".to_owned(), "dynamic-conflict", "the project has no version", "[project]"),
        ("project = 1\n".to_owned(), "misplaced-key", "`project` is a number, not a table", "1"),
        ("[tools.ruff]\nx = 1\n".to_owned(), "unknown-key", "pyproject.toml has no table `tools`", "tools"),
        (
            "[build-system]\nrequire = []\n".to_owned(),
            "unknown-key",
            "`[build-system]` has no key `require`",
            "require",
        ),
        (
            "[dependency-groups]\na = 'b'\n".to_owned(),
            "misplaced-key",
            "`dependency-groups.a` is a string, not an array of requirements",
            "'b'",
        ),
        (
            "[dependency-groups]\na = [{include-groups = 'b'}]\n".to_owned(),
            "unknown-key",
            "`include-groups` is no key of a dependency group",
            "include-groups",
        ),
        (
            "[project.optional-dependencies]\na = [{include-group = 'b'}]\n".to_owned(),
            "invalid-requirement",
            "a table is no requirement",
            "{include-group = 'b'}",
        ),
    ] {
        assert_eq!(faults(&text), [(rule, message.to_owned(), at.to_owned())], "{text}");
    }
    let python = faults(&project("requires-python = '3.8'"));
    assert_eq!(python.iter().map(|(rule, ..)| *rule).collect::<Vec<_>>(), ["invalid-requires-python"]);
    // PEP 808: lists may be both.
    sound(&project("dynamic = ['dependencies']\ndependencies = []"));
    assert!(reading(&project("dependencies = 'a'")).partial);
}

#[test]
fn poetry_alone() {
    let text = r#"
[tool.poetry]
name = "demo"
version = "0.1.0"
readme = ["README.md", "CHANGES.md"]
package-mode = false
[tool.poetry.dependencies]
python = "^3.9"
requests = "^2.28"
"ruamel.yaml" = "*"
rich = { version = "~13.2", extras = ["jupyter"], optional = true }
extra-less = { version = ">=1 <2", optional = true }
local = { path = "../local", develop = true }
fork = { git = "https://git.example/fork.git", rev = "abc" }
private = { version = "1.2.3", source = "internal" }
multi = [
    { version = "^1 || ^3", python = "<3.10" },
    { version = "^2", markers = "sys_platform == 'win32'", platform = "linux" },
]
[tool.poetry.extras]
pretty = ["rich"]
[tool.poetry.dev-dependencies]
pytest = "^7"
[tool.poetry.group.docs]
optional = true
include-groups = ["dev"]
[tool.poetry.group.docs.dependencies]
sphinx = "5.*"
[tool.poetry.scripts]
demo = "demo:main"
tool = { reference = "demo:tool", type = "console" }
[[tool.poetry.source]]
name = "internal"
url = "https://index.example/simple"
priority = "explicit"
[[tool.poetry.source]]
name = "second"
url = "https://second.example/simple"
priority = "supplemental"
"#;
    let reading = sound(text);
    assert_eq!(
        listed(&reading),
        [
            "runtime requests>=2.28,<3.0",
            "runtime ruamel-yaml",
            "extra:pretty rich>=13.2,<13.3",
            "runtime extra-less>=1,<2",
            "runtime local",
            "runtime fork",
            "runtime private==1.2.3",
            "runtime multi",
            "runtime multi>=2,<3",
            "dev:dev pytest>=7,<8",
            "dev:docs sphinx==5.*",
        ]
    );
    assert_eq!(included(&reading), ["Readme README.md runtime", "Readme CHANGES.md runtime", "Group dev dev:docs"]);
    assert_eq!(
        options(&reading),
        [
            "tool.poetry.source https://index.example/simple",
            "tool.poetry.source.supplemental https://second.example/simple"
        ]
    );
    let by_name = |name: &str| reading.requirements.iter().find(|r| r.name() == name).expect("a requirement");
    assert_eq!(by_name("ruamel-yaml").name_at.of(text), "ruamel.yaml");
    assert_eq!(by_name("ruamel-yaml").at.of(text), "\"ruamel.yaml\" = \"*\"");
    assert_eq!(by_name("requests").specifier.as_ref().map(|s| s.at.of(text)), Some("^2.28"));
    assert_eq!(by_name("rich").extras.first().map(|extra| extra.at.of(text)), Some("jupyter"));
    assert!(matches!(&by_name("local").origin, Origin::Path(path, _) if path == "../local"));
    assert!(by_name("local").editable);
    assert!(matches!(&by_name("fork").origin, Origin::Url(url, _) if url == "git+https://git.example/fork.git@abc"));
    assert!(matches!(&by_name("private").origin, Origin::Named(name, _) if name == "internal"));
    let multi: Vec<&Requirement> = reading.requirements.iter().filter(|r| r.name() == "multi").collect();
    assert_eq!(multi[0].versions().contains("3.1"), Some(true));
    assert_eq!(multi[0].versions().contains("2.1"), Some(false));
    let marker = |requirement: &Requirement| requirement.marker.as_ref().and_then(|m| m.marker.clone());
    let compare = |variable: &str, operator: &str, value: &str| Marker::Compare {
        variable: variable.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
    };
    assert_eq!(marker(multi[0]), Some(compare("python_version", "<", "3.10")));
    assert!(matches!(marker(multi[1]), Some(Marker::And(parts)) if parts.len() == 2));
    let project = reading.project.as_ref().expect("a project");
    assert_eq!(project.header.of(text), "[tool.poetry]");
    assert_eq!(
        project.requires_python.as_ref().map(|v| (v.text.as_str(), v.at.of(text))),
        Some((">=3.9,<4.0", "^3.9"))
    );
    assert!(!project.is_package);
    assert_eq!(project.entry_points.len(), 2);
}

#[test]
fn poetry_markers_are_written_as_the_standard_has_them() {
    for (keys, expected) in [
        ("python = '<3.11'", Some("python_version < \"3.11\"")),
        ("python = '^3.8'", Some("python_version >= \"3.8\" and python_version < \"4.0\"")),
        ("python = '3.9.1'", Some("python_full_version == \"3.9.1\"")),
        ("python = '==3.*'", Some("python_version == \"3.*\"")),
        (
            "python = '~2.7 || >=3.6'",
            Some("python_version >= \"2.7\" and python_version < \"2.8\" or python_version >= \"3.6\""),
        ),
        ("python = '*'", None),
        ("platform = 'darwin'", Some("sys_platform == \"darwin\"")),
        ("platform = '!=win32'", Some("sys_platform != \"win32\"")),
        ("platform = 'linux || darwin'", Some("sys_platform == \"linux\" or sys_platform == \"darwin\"")),
        ("markers = \"os_name == 'nt'\"", Some("os_name == 'nt'")),
        (
            "markers = \"os_name == 'nt' or extra == 'x'\", python = '>=3.10'",
            Some("(os_name == 'nt' or extra == 'x') and python_version >= \"3.10\""),
        ),
        (
            "python = '<3.9 || >3.10', platform = 'linux'",
            Some("(python_version < \"3.9\" or python_version > \"3.10\") and sys_platform == \"linux\""),
        ),
    ] {
        let text = format!("[tool.poetry]\nname = 'x'\n[tool.poetry.dependencies]\na = {{ version = '^1', {keys} }}\n");
        let reading = sound(&text);
        let marker = reading.requirements[0].marker.as_ref();
        assert_eq!(marker.map(|marker| marker.written.as_str()), expected, "{keys}");
        // It says the same as what was read.
        let read = |marker: &MarkerText| marker::parse(&marker.written).0.map(|marker| marker.to_string());
        let shown = |marker: &MarkerText| marker.marker.as_ref().map(ToString::to_string);
        assert_eq!(marker.map(read), marker.map(shown), "{keys}");
    }
}

#[test]
fn poetry_beside_the_standard_table() {
    let head = "[project]\nname = 'x'\nversion = '1'\nrequires-python = '>=3.10'\n";
    let tail =
        "[tool.poetry.dependencies]\npython = '^3.9'\nhttpx = {git = 'https://git.example/httpx.git'}\nother = '^1'\n";
    let reading = sound(&format!("{head}dependencies = ['httpx>=0.27']\n{tail}"));
    assert_eq!(listed(&reading), ["runtime httpx>=0.27"]);
    assert!(matches!(&reading.requirements[0].origin, Origin::Url(url, _) if url.starts_with("git+https://")));
    let python = reading.project.and_then(|project| project.requires_python).map(|value| value.text);
    assert_eq!(python.as_deref(), Some(">=3.10"));
    let reading = sound(&format!("{head}dynamic = ['dependencies']\n{tail}"));
    assert_eq!(listed(&reading), ["runtime httpx", "runtime other>=1,<2"]);
    let reading = sound(&format!("{head}dependencies = ['httpx']\ndynamic = ['optional-dependencies']\n{tail}"));
    assert_eq!(listed(&reading), ["runtime httpx", "runtime other>=1,<2"]);
}

#[test]
fn faults_of_poetry() {
    for (line, rule, message, at) in [
        ("a = '=>1'", "invalid-requirement", "`=>` is no operator", "=>"),
        ("a = {version = '^1.x'}", "invalid-requirement", "`1.x` is no version", "."),
        ("a = ''", "invalid-requirement", "a version constraint is missing", "''"),
        ("a = 1.5", "invalid-requirement", "`tool.poetry.dependencies.a` is a number, not a version constraint", "1.5"),
        ("a = {version = '1', extra = ['x']}", "unknown-key", "a dependency of Poetry has no key `extra`", "extra"),
        ("zope.interface = '*'", "invalid-requirement", "`tool.poetry.dependencies.zope` names no dependency", "zope"),
        ("python = '=>3.8'", "invalid-requires-python", "`=>` is no operator", "=>"),
    ] {
        let text = format!("[tool.poetry.dependencies]\n{line}\n");
        assert_eq!(faults(&text), [(rule, message.to_owned(), at.to_owned())], "{text}");
    }
}

#[test]
fn uv() {
    let text = r#"
[project]
name = "demo"
version = "1"
dependencies = ["a", "b", "c>=1", "d @ https://files.example/d.whl"]
[dependency-groups]
dev = ["b"]
[build-system]
requires = ["a"]
[tool.uv]
package = false
dev-dependencies = ["pytest"]
constraint-dependencies = ["a<2"]
override-dependencies = ["b==1"]
[tool.uv.sources]
a = { workspace = true }
B = [{ git = "https://git.example/b.git", tag = "v1", marker = "sys_platform == 'linux'" }, { index = "x" }]
c = { index = "internal" }
d = { path = "../d", editable = true }
[[tool.uv.index]]
name = "internal"
url = "https://index.example/simple"
explicit = true
[[tool.uv.index]]
url = "https://mirror.example/simple"
default = true
[[tool.uv.index]]
url = "https://more.example/simple"
[tool.uv.workspace]
members = ["packages/*"]
"#;
    let reading = sound(text);
    let origins: Vec<String> = reading
        .requirements
        .iter()
        .map(|r| {
            let origin = match &r.origin {
                Origin::Index => "index".to_owned(),
                Origin::Url(url, _) => format!("url {url}"),
                Origin::Path(path, _) => format!("path {path}"),
                Origin::Named(name, _) => format!("named {name}"),
                Origin::Conda => "conda".to_owned(),
            };
            format!("{} {}: {origin}", r.group, r.name())
        })
        .collect();
    assert_eq!(
        origins,
        [
            "runtime a: named workspace",
            "runtime b: url git+https://git.example/b.git@v1",
            "runtime c: named internal",
            "runtime d: url https://files.example/d.whl",
            "dev:dev b: url git+https://git.example/b.git@v1",
            "build a: index",
            "dev:dev pytest: index",
            "constraint a: index",
            "constraint b: index",
        ]
    );
    assert_eq!(
        options(&reading),
        [
            "tool.uv.index https://index.example/simple",
            "--index-url https://mirror.example/simple",
            "--extra-index-url https://more.example/simple",
        ]
    );
    assert!(reading.settings.iter().any(|s| s.key == "tool.uv.workspace.members" && s.value == "packages/*"));
    assert!(!reading.project.expect("a project").is_package);
}

#[test]
fn other_managers() {
    for (text, requirements, commands_expected) in [
        (
            "[tool.pdm.dev-dependencies]\nTest_x = ['pytest', '-e file:///${PROJECT_ROOT}/sub#egg=sub', '-e sub @ file:///x']\n[tool.pdm.resolution.overrides]\nasgiref = '3.2.10'\nurllib3 = '>=1.26.2'\n[tool.pdm.scripts]\n_.env_file = '.env'\na = 'ruff check'\nb = {cmd = ['black', '.'], env = {x = 'y'}}\nc = {composite = ['a', 'mypy src']}\n",
            vec![
                "dev:test-x pytest",
                "dev:test-x sub",
                "dev:test-x sub",
                "constraint asgiref==3.2.10",
                "constraint urllib3>=1.26.2",
            ],
            vec!["ruff check", "black .", "a", "mypy src"],
        ),
        (
            "[tool.hatch.envs.lint]\ndependencies = ['ruff', 'x @ {root:uri}/x']\nextra-dependencies = ['mypy']\n[tool.hatch.envs.lint.scripts]\nstyle = ['- ruff check {args}', 'black .']\nall = 'style'\n[tool.hatch.build.targets.wheel]\ndependencies = ['cython']\n[tool.hatch.build.targets.wheel.hooks.mypyc]\ndependencies = ['hatch-mypyc']\n[tool.hatch.build.hooks.vcs]\ndependencies = ['vcs']\n",
            vec!["dev:lint ruff", "dev:lint x", "dev:lint mypy", "build cython", "build hatch-mypyc", "build vcs"],
            vec!["ruff check {args}", "black .", "style"],
        ),
        (
            "[tool.flit.metadata]\nmodule = 'demo'\nrequires = ['a>=1']\nrequires-python = '>=3.8'\n[tool.flit.metadata.requires-extra]\ntest = ['pytest']\n[tool.flit.scripts]\nx = 'demo:x'\n",
            vec!["runtime a>=1", "extra:test pytest"],
            vec![],
        ),
        (
            "[tool.pixi.dependencies]\nnumpy = '*'\n[tool.pixi.pypi-dependencies]\nhttpx = '>=0.2'\nx = {path = '.', editable = true}\ny = '*'\n[tool.pixi.feature.test.pypi-dependencies]\npytest = {version = '==8.0', extras = ['a']}\n[tool.pixi.tasks]\nlint = 'ruff check'\ntest = {cmd = ['pytest', '-x'], depends-on = ['lint']}\n",
            vec!["runtime numpy", "runtime httpx>=0.2", "runtime x", "runtime y", "dev:test pytest==8.0"],
            vec!["ruff check", "pytest -x"],
        ),
        (
            "[tool.poe.tasks]\na = 'pytest'\nb = {shell = 'ruff check'}\nc.sequence = [{cmd = 'black .'}, 'a']\nd = [{cmd = 'isort .'}]\ne.script = 'x:y'\n[tool.taskipy.tasks]\nf = 'mypy'\n",
            vec![],
            vec!["pytest", "ruff check", "black .", "a", "isort .", "mypy"],
        ),
        (
            "[tool.rye]\ndev-dependencies = ['pytest']\n[tool.rye.scripts]\na = 'flask run'\nb = ['python', '-m', 'x']\nc = {chain = ['a', 'b']}\nd = {cmd = 'tox'}\n",
            vec!["dev:dev pytest"],
            vec!["flask run", "python -m x", "a", "b", "tox"],
        ),
        (
            "[tool.cibuildwheel]\ntest-requires = 'pytest  numpy>=1'\ntest-command = ['pytest {project}']\n[tool.cibuildwheel.linux]\nbefore-all = 'yum install x'\n",
            vec!["dev:cibuildwheel pytest", "dev:cibuildwheel numpy>=1"],
            vec!["pytest {project}", "yum install x"],
        ),
        (
            "[tool.tox]\nenv_list = ['lint']\n[tool.tox.env_run_base]\ndeps = ['pytest', '-r requirements.txt', '{tox_root}']\ncommands = [['pytest', 'tests'], {replace = 'x'}]\n[tool.tox.env.lint]\ndeps = ['ruff']\n",
            vec!["dev:tox pytest", "dev:lint ruff"],
            vec!["pytest tests"],
        ),
        (
            "[tool.tox]\nlegacy_tox_ini = \"\"\"\n[tox]\nenvlist = py39\n[testenv]\ndeps =\n    pytest>=7\n    py39: mock\n    -r dev.txt\ncommands = pytest {posargs}\n[testenv:lint]\ndeps = ruff\ncommands =\n    - ruff check\n\"\"\"\n",
            vec!["dev:tox pytest>=7", "dev:tox mock", "dev:lint ruff"],
            vec!["pytest {posargs}", "ruff check"],
        ),
    ] {
        let reading = reading(text);
        assert_eq!(listed(&reading), requirements, "{text}");
        assert_eq!(commands(&reading), commands_expected, "{text}");
        for requirement in &reading.requirements {
            assert!(requirement.at.of(text).contains(requirement.name_at.of(text)), "{text}");
        }
    }
}

#[test]
fn files_that_hold_requirements() {
    let text = "[project]\nname = 'x'\nversion = '1'\nreadme = 'README.rst'\nlicense = {file = 'COPYING'}\ndynamic = ['dependencies']\n[tool.setuptools.dynamic]\ndependencies = {file = ['requirements.txt', 'more.txt']}\noptional-dependencies.test = {file = 'test.txt'}\nversion = {file = 'VERSION'}\n[tool.hatch.metadata.hooks.requirements_txt]\nfiles = ['hatch.txt']\n[tool.tox.env.a]\ndeps = ['-r{toxinidir}/tox.txt', '-c constraints.txt']\n";
    let reading = sound(text);
    assert_eq!(
        included(&reading),
        [
            "Readme README.rst runtime",
            "Licence COPYING runtime",
            "Dynamic requirements.txt runtime",
            "Dynamic more.txt runtime",
            "Dynamic test.txt extra:test",
            "Version VERSION runtime",
            "Dynamic hatch.txt runtime",
            "Requirements tox.txt dev:a",
            "Constraints constraints.txt dev:a",
        ]
    );
    for include in &reading.includes {
        assert!(include.at.of(text).ends_with(&include.target), "{include:?}");
    }
}

/// Whatever is cut off, nothing panics and every place is one of the text.
#[test]
fn any_prefix_can_be_read() {
    let text = format!(
        "{STANDARD}[tool.poetry.dependencies]\né = '^1'\nb = [{{version = '^2 || é'}}]\n[tool.tox]\nlegacy_tox_ini = '''\n[testenv]\ndeps = é\n'''\n"
    );
    for end in (0..=text.len()).filter(|&end| text.is_char_boundary(end)) {
        let part = text.get(..end).unwrap_or_default();
        let reading = reading(part);
        let there = |at: Extent| assert!(part.get(at.range()).is_some(), "{end} {at:?}");
        for requirement in &reading.requirements {
            [requirement.at, requirement.item, requirement.name_at].into_iter().for_each(there);
        }
        reading.problems.iter().filter_map(|problem| problem.at).for_each(there);
        reading.settings.iter().for_each(|setting| there(setting.at));
    }
}
