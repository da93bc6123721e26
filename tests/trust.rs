//! What the program promises to whoever lets it read a project: nothing of it is run, nothing is fetched, no variable is
//! expanded, no secret is shown, and no text reaches a terminal that it would obey.

#![allow(clippy::disallowed_methods, reason = "tests run programs and write files")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::program::Folder;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn toml(path: &str) -> toml::Table {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn strings(value: &toml::Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect()
}

// ------------------------------------------------------------------------------------------------ what it is made of

/// The packages of our own lock, as cargo sees them.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform"])
        .arg(if cfg!(windows) { "x86_64-pc-windows-msvc" } else { "x86_64-unknown-linux-gnu" })
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// The names of what the program needs when it runs or is built, by way of others as well; not what its tests need.
fn needed(metadata: &Value) -> BTreeSet<String> {
    let nodes: BTreeMap<&str, &Value> =
        items(&metadata["resolve"], "nodes").filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let names: BTreeMap<&str, &str> =
        items(metadata, "packages").filter_map(|p| Some((p["id"].as_str()?, p["name"].as_str()?))).collect();
    let own = names.iter().find(|(_, name)| **name == "pyeco-lint").map(|(id, _)| *id);
    let mut ids: Vec<&str> = own.into_iter().collect();
    let mut seen: BTreeSet<&str> = ids.iter().copied().collect();
    while let Some(id) = ids.pop() {
        for dependency in nodes.get(id).into_iter().flat_map(|node| items(node, "deps")) {
            let counts = items(dependency, "dep_kinds").any(|kind| kind["kind"] != "dev");
            if let Some(id) = dependency["pkg"].as_str().filter(|id| counts && seen.insert(id)) {
                ids.push(id);
            }
        }
    }
    seen.into_iter().filter_map(|id| names.get(id)).map(|name| (*name).to_owned()).collect()
}

#[test]
fn no_crate_brings_a_network() {
    let needed = needed(&metadata());
    assert!(needed.len() > 40 && needed.contains("toml"), "{needed:?}");
    let deny = toml("deny.toml");
    // Tests and tools may have a runtime; the program has none.
    let runtimes = ["async-std", "futures", "mio", "polling", "smol", "tokio"];
    for banned in strings(&deny["bans"]["deny"]).into_iter().chain(runtimes) {
        assert!(!needed.contains(banned), "{banned}");
    }
    let locked = fs::read_to_string(root().join("Cargo.lock")).expect("readable");
    for banned in strings(&deny["bans"]["deny"]) {
        assert!(!locked.contains(&format!("name = \"{banned}\"\n")), "{banned} is in Cargo.lock");
    }
}

#[test]
fn dependencies_come_from_the_registry_with_their_checksums() {
    let lock = toml("Cargo.lock");
    let packages = lock["package"].as_array().expect("packages");
    assert!(packages.len() > 60);
    let mut without = 0;
    for package in packages {
        let Some(source) = package.get("source").and_then(toml::Value::as_str) else {
            without += 1;
            continue;
        };
        assert!(source.starts_with("registry+"), "{package}");
        assert!(package.get("checksum").and_then(toml::Value::as_str).is_some_and(|sum| sum.len() == 64), "{package}");
    }
    let members = toml("Cargo.toml")["workspace"]["members"].as_array().expect("members").len();
    assert_eq!(without, members, "packages without a source are our own");
}

#[test]
fn licences_are_ones_that_we_may_use() {
    let deny = toml("deny.toml");
    let allowed = strings(&deny["licenses"]["allow"]);
    // A licence expression as these crates write it: choices, and joined parts without nesting beyond one pair of brackets.
    let is_one = |part: &str| allowed.contains(&part.trim().trim_matches(['(', ')']));
    let suits = |expression: &str| {
        let expression = expression.replace('/', " OR ");
        match expression.split_once(") AND ") {
            Some((choice, rest)) => choice.split(" OR ").any(is_one) && rest.split(" AND ").all(is_one),
            None => expression.split(" OR ").any(|choice| choice.split(" AND ").all(is_one)),
        }
    };
    let metadata = metadata();
    for package in items(&metadata, "packages").filter(|package| !package["source"].is_null()) {
        let (name, licence) = (&package["name"], package["license"].as_str().unwrap_or_default());
        assert!(suits(licence), "{name}: `{licence}`");
    }
    assert!(!suits("GPL-3.0-only") && !suits("(MIT OR Apache-2.0) AND GPL-3.0-only") && suits("GPL-2.0 OR MIT"));
}

/// Every Rust file below a folder.
fn sources(folder: &str) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![root().join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn unsafe_code_is_forbidden() {
    let workspace = toml("Cargo.toml");
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let members = strings(&workspace["workspace"]["members"]);
    for member in members {
        let manifest = toml(&format!("{member}/Cargo.toml"));
        assert_eq!(manifest["lints"]["workspace"].as_bool(), Some(true), "{member}");
    }
    for file in sources("src") {
        let text = fs::read_to_string(&file).expect("readable");
        // In two parts, so that this file has none either.
        for word in [concat!("uns", "afe {"), concat!("uns", "afe fn"), concat!("uns", "afe impl")] {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}

/// `clippy.toml` forbids the methods; here nothing outside of the program and of `fs.rs` names their modules at all.
#[test]
fn only_the_program_knows_processes_and_the_environment() {
    let forbidden = toml("clippy.toml");
    let listed: Vec<&str> = forbidden["disallowed-methods"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["path"].as_str())
        .collect();
    for method in [
        "std::env::var",
        "std::env::var_os",
        "std::env::vars",
        "std::fs::read",
        "std::fs::write",
        "std::net::TcpStream::connect",
        "std::process::Command::new",
    ] {
        assert!(listed.contains(&method), "clippy.toml: {method}");
    }
    for file in sources("src") {
        let path = file.strip_prefix(root()).expect("below").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).expect("readable");
        // Tests of a module stand below it.
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        // A temporary file is named by the process that writes it.
        let code = if path == "src/fs.rs" { code.replace("std::process::id()", "") } else { code };
        let is_program = path.starts_with("src/bin/");
        assert!(
            !code.contains("std::net::Tcp") && !code.contains("std::net::Udp") && !code.contains("ToSocketAddrs"),
            "{path}"
        );
        for module in ["std::env::", "use std::env", "std::process", "SystemTime"] {
            assert!(is_program || !code.contains(module), "{path}: {module}");
        }
        let touches = ["std::fs::", "use std::fs;", "File::open", "OpenOptions"];
        assert!(is_program || path == "src/fs.rs" || !touches.iter().any(|name| code.contains(name)), "{path}");
    }
}

// ------------------------------------------------------------------------------------------------ what it does

/// Commands that read a project, and change nothing.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["--advice", "--verbose"],
    &["--output-format", "json", "--advice"],
    &["--output-format", "sarif", "--advice"],
    &["--output-format", "markdown"],
    &["--statistics"],
    &["--show-files"],
    &["--show-settings"],
    &["--diff", "--unsafe-fixes", "--advice"],
    &["--diff", "--add-ignore"],
    &["--write-baseline", "--baseline", "known.json"],
    &["inspect"],
    &["inspect", "--output-format", "json"],
    &["map"],
    &["map", "--output-format", "markdown"],
    &["map", "--output-format", "json"],
    &["recommend"],
    &["recommend", "--output-format", "json"],
];

/// Every file below a folder with its bytes.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut folders, mut files) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(entry.path(), fs::read(entry.path()).expect("readable"));
            }
        }
    }
    files
}

/// Whatever a project could have run leaves a mark where it is: nothing does.
#[test]
#[cfg(unix)]
fn nothing_of_a_project_is_run() {
    use std::os::unix::fs::PermissionsExt as _;

    let python = "open('ran', 'w').write('python')\nimport os\nos.system('touch ran')\n";
    let folder = Folder::new(&[
        (
            "pyproject.toml",
            "[build-system]\nrequires = ['setuptools']\nbuild-backend = 'backend'\nbackend-path = ['.']\n[project]\nname = 'x'\ndynamic = ['version', 'dependencies']\n[tool.setuptools.dynamic]\nversion = { attr = 'x.version' }\ndependencies = { file = 'requirements.txt' }\n[tool.poe.tasks]\nx = 'touch ran'\n",
        ),
        ("requirements.txt", "nose\nx @ git+https://host.invalid/o/r.git@main\n-e .\n$(touch ran)\n`touch ran`\n"),
        ("setup.py", python),
        ("backend.py", python),
        ("conftest.py", python),
        ("noxfile.py", python),
        ("tasks.py", python),
        ("x.py", python),
        ("sitecustomize.py", python),
        ("Makefile", "X := $(shell touch ran)\nx:\n\ttouch ran\n"),
        ("Dockerfile", "FROM python:3.13\nRUN touch ran\n"),
        (
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks:\n  - id: x\n    name: x\n    language: system\n    entry: touch ran\n",
        ),
        (".git/config", "[core]\n\tfsmonitor = touch ran\n\tpager = touch ran\n"),
        (".git/hooks/pre-commit", "#!/bin/sh\ntouch ran\n"),
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".venv/pyvenv.cfg", "version = 3.13.0\n"),
        (".venv/lib/python3.13/site-packages/x.pth", "import os; os.system('touch ran')\n"),
    ]);
    let script = "#!/bin/sh\ntouch \"$(dirname \"$0\")/../ran\" ran\n";
    let programs = ["python", "python3", "pip", "uv", "poetry", "git", "conda", "sh", "bash", "make", "docker", "less"];
    for name in programs {
        for place in ["bin", ".venv/bin"] {
            let path = format!("{place}/{name}");
            folder.write(&path, script.as_bytes());
            fs::set_permissions(folder.0.join(&path), fs::Permissions::from_mode(0o755)).expect("ours");
        }
    }
    let before = snapshot(&folder.0);
    for args in COMMANDS.iter().filter(|args| !args.contains(&"--write-baseline")) {
        let output = Command::new(env!("CARGO_BIN_EXE_pyeco-lint"))
            .args(*args)
            .current_dir(&folder.0)
            .env("PATH", folder.0.join("bin"))
            .env("PAGER", "touch ran")
            .env("SOURCE_DATE_EPOCH", "1795305600")
            .output()
            .expect("the program starts");
        assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {output:?}");
    }
    assert!(before == snapshot(&folder.0), "something was written");
}

/// A variable in a manifest stays its name, whatever the environment holds.
#[test]
fn variables_are_not_expanded() {
    const VALUE: &str = "q8Zt2LmXv4Rk7Wp1";
    let folder = Folder::new(&[
        (
            "requirements.txt",
            "--index-url https://${TOKEN}@index.example/simple\n-r ${FOLDER}/more.txt\nx @ https://$TOKEN@host.example/x.zip\n${PACKAGE}\n",
        ),
        (
            "pyproject.toml",
            "[project]\nname = 'x'\nversion = '1'\ndependencies = ['x @ file://${PWD}/x', 'y @ https://${TOKEN}@host.example/y.zip']\n[[tool.pdm.source]]\nurl = 'https://${TOKEN}@index.example/simple'\n",
        ),
        (
            "Pipfile",
            "[[source]]\nurl = 'https://$TOKEN@index.example/simple'\nverify_ssl = true\n[packages]\nnose = '*'\n",
        ),
        (
            "tox.ini",
            "[testenv]\ndeps = {env:PACKAGE}\n  -r{env:FOLDER}/more.txt\nset_env = PIP_INDEX_URL=https://{env:TOKEN}@index.example\n",
        ),
        ("environment.yml", "channels: ['https://$TOKEN@conda.example']\ndependencies: [nose]\n"),
        ("Dockerfile", "FROM python:3.13\nRUN pip install --index-url https://$TOKEN@index.example nose $PACKAGE\n"),
        ("secret/more.txt", "sklearn\n"),
    ]);
    for args in COMMANDS {
        let output = Command::new(env!("CARGO_BIN_EXE_pyeco-lint"))
            .args(*args)
            .current_dir(&folder.0)
            .env("TOKEN", VALUE)
            .env("FOLDER", "secret")
            .env("PACKAGE", "sklearn")
            .env("SOURCE_DATE_EPOCH", "1795305600")
            .output()
            .expect("the program starts");
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert!(!all.contains(VALUE), "{args:?}: {all}");
        assert!(!all.contains("more.txt:1"), "{args:?}: {all}");
        // Not even the standard streams know what the variable would have installed.
        assert!(!all.contains("sklearn"), "{args:?}: {all}");
    }
}

#[test]
fn no_command_shows_a_secret() {
    const SECRET: &str = "Hq7-tr2bZx9";
    let url = format!("https://bot:{SECRET}@index.example/simple");
    let texts = [
        (
            "requirements.txt",
            format!(
                "--index-url {url}\nsklearn\nnose @ {url}/nose.zip\ngit+{url}/o/r.git@main#egg=x\n-r {url}/more.txt\n"
            ),
        ),
        (
            "pyproject.toml",
            format!(
                "[project]\nname = 'x'\nversion = '1'\ndependencies = ['y @ {url}/y.zip', 'nose'] # {url}\nurls = {{ home = '{url}' }}\n[[tool.uv.index]]\nname = 'own'\nurl = '{url}'\n[tool.uv.sources]\ny = {{ git = '{url}/y.git' }}\n"
            ),
        ),
        (
            "uv.lock",
            format!("version = 1\n[[package]]\nname = 'a'\nversion = '1'\nsource = {{ registry = '{url}' }}\n"),
        ),
        ("Dockerfile", format!("FROM python:3.13\nENV PIP_INDEX_URL={url}\nRUN pip install -i {url} nose sklearn\n")),
        ("tox.ini", format!("[testenv]\ndeps = -i {url}\n  nose\ncommands = pip install -i {url} nose\n")),
        (
            ".github/workflows/x.yml",
            format!("on: push\njobs:\n  x:\n    steps:\n    - run: pip install -i {url} nose\n"),
        ),
        ("app.py", format!("import requests\nrequests.get('{url}')\n")),
    ];
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = Folder::new(&texts);
    let named: [&[&str]; 4] = [&[&url], &["--config", &url], &["--advisories", &url], &["explain", &url]];
    for args in COMMANDS.iter().copied().chain(named) {
        let run = folder.run(args);
        assert!(!run.out.contains(SECRET) && !run.err.contains(SECRET), "{args:?}: {}{}", run.out, run.err);
    }
    let known = fs::read_to_string(folder.0.join("known.json")).expect("it was written");
    assert!(known.contains("credentials-in-url") && !known.contains(SECRET), "{known}");
}

/// Escapes of terminals, signs that reorder text, and lines that a log would obey: in names of files, in texts of every
/// sort, in rules and settings of the user.
#[test]
fn no_command_prints_what_a_terminal_obeys() {
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[31m\u{202e}\u{2066}\u{200b}";
    let toml = "\\u001b]0;owned\\u0007\\u202e\\u2066";
    let texts = [
        (
            "requirements.txt",
            format!(
                "nose{evil}\nsklearn # {evil}\n-r {evil}.txt\n--{evil}\nnose; {evil} == '1'\nPyYAML=={evil}\n::error::x\n##vso[task.complete]\n"
            ),
        ),
        (
            "pyproject.toml",
            format!(
                "[project]\nname = \"x{toml}\"\nversion = \"1{toml}\"\nrequires-python = \"{toml}\"\nlicense = \"{toml}\"\nclassifiers = [\"{toml}\"]\ndependencies = [\"nose{toml}\", \"boto; {toml}\"]\n\"{toml}\" = 1\n[dependency-groups]\n\"dev{toml}\" = [\"nose\", {{ include-group = \"{toml}\" }}]\n[project.scripts]\n\"x{toml}\" = \"{toml}\"\n"
            ),
        ),
        (&format!("docs/{evil}/requirements.txt"), "nose\n".to_owned()),
        (&format!("src/a{evil}.py"), format!("import imp\nimport yaml\nyaml.load(x)  # {evil}\n")),
        ("setup.cfg", format!("[metadata]\nname = x\n[options]\ninstall_requires =\n  nose{evil}\n  {evil}\n")),
        ("environment.yml", format!("name: x\ndependencies: [\"nose{toml}\", \"{toml}\"]\n")),
        ("Dockerfile", format!("FROM python:3.5{evil}\nRUN pip install nose{evil}\n")),
        ("uv.lock", format!("version = \"{toml}\"\n[[package]]\nname = \"nose{toml}\"\nversion = \"1{toml}\"\n")),
        (
            "lint/usage/own-rule.toml",
            format!(
                "summary = \"own\"\nsince = \"0.1.0\"\nwhy = \"x{toml}\"\nadvice = \"y\"\n[[match]]\nimport = {{ names = [\"imp\"] }}\nmessage = \"own {toml}\"\nhelp = [\"{toml}\"]\n"
            ),
        ),
        ("pyeco-lint.toml", format!("extend-rules = [\"lint\"]\nselect = [\"all\", \"{toml}\"]\n\"{toml}\" = 1\n")),
    ];
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let folder = Folder::new(&texts);
    let obeyed = |text: &str| {
        let sign = text.chars().find(|c| *c != '\n' && pyeco_lint::output::sanitise::is_unsafe(*c));
        let line = text.lines().find(|line| line.starts_with("::error::x") || line.contains("##vso[task.complete"));
        sign.map(|c| format!("{c:?}")).or(line.map(str::to_owned))
    };
    let formats = pyeco_lint::output::names().map(|format| vec!["--output-format", format, "--advice"]);
    let isolated = COMMANDS.iter().map(|args| args.to_vec()).chain(formats);
    for args in isolated {
        for own in [false, true] {
            let is_plain = own || matches!(args.first(), Some(&"recommend"));
            let args: Vec<&str> = args.iter().copied().chain((!is_plain).then_some("--isolated")).collect();
            let run = folder.run(&args);
            assert!(run.status.is_some(), "{args:?}: {run:?}");
            for text in [&run.out, &run.err] {
                assert_eq!(obeyed(text), None, "{args:?}: {text:?}");
            }
        }
    }
}
