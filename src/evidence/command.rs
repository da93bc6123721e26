//! Command lines: which programs a script runs, and what it installs.
//!
//! [`read`] takes a script apart (`split`), strips what only launches another program (`launch`), and notes what is
//! installed (`install`).

use super::{Seen, TraceKind, image};
use crate::manifest::mapped::Mapped;
use crate::source::Extent;
use split::Word;

mod install;
mod launch;
mod split;

/// How deeply scripts and launchers may nest (`bash -c "uv run bash -c …"`).
const MAX_DEPTH: usize = 16;

/// Reads a line or a script: adds its commands, what they install, the images that they run and the local scripts that
/// they call to `seen`.
pub fn read(script: &Mapped, seen: &mut Seen) {
    Reader { seen, depth: 0 }.script(script);
}

/// As [`read`], for a `text` that stands at `at` in its file: byte for byte where the lengths agree, else as a whole.
pub fn read_at(text: &str, at: Extent, seen: &mut Seen) {
    read(&Mapped::within(text, at), seen);
}

/// Reads one command whose words are given, as in the exec form of a container file.
pub fn read_words(words: &[Mapped], seen: &mut Seen) {
    let words: Vec<Word> = words.iter().map(|text| Word { text: text.clone(), quoted: true }).collect();
    Reader { seen, depth: 0 }.command(&words, false);
}

/// Notes a requirement that a tool installs, where it names a distribution: not a path, an archive or a variable.
pub fn requirement(text: &Mapped, seen: &mut Seen) {
    install::one(text, seen);
}

/// The words of all commands in `text`, quotes and escapes removed, with their places in it.
pub fn words(text: &str) -> Vec<(String, Extent)> {
    let commands = split::split(&Mapped::new(text, 0));
    commands.into_iter().flatten().map(|word| (word.as_str().to_owned(), word.text.at())).collect()
}

/// Commands of shells that say nothing about tools. They are dropped, unless a launcher runs them.
const BUILTINS: &[&str] = &[
    ".", ":", "[", "[[", "alias", "bg", "break", "cd", "continue", "declare", "dirname", "echo", "exit", "export",
    "false", "fg", "getopts", "hash", "let", "local", "popd", "printf", "pushd", "pwd", "read", "readonly", "return",
    "set", "shift", "shopt", "sleep", "source", "test", "trap", "true", "type", "typeset", "ulimit", "umask",
    "unalias", "unset", "wait", "where", "which", "]", "rem", "REM", "@echo", "endif", "setlocal", "goto", "}", "{",
];

struct Reader<'s> {
    seen: &'s mut Seen,
    depth: usize,
}

impl Reader<'_> {
    fn script(&mut self, script: &Mapped) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for words in split::split(script) {
            self.command(&words, false);
        }
        self.depth -= 1;
    }

    /// Reads one simple command; `launched` where another program runs it, not the shell.
    fn command(&mut self, words: &[Word], launched: bool) {
        let start = words.iter().position(|word| !is_assignment(word)).unwrap_or(words.len());
        let Some((first, arguments)) = words.get(start..).and_then(<[Word]>::split_first) else { return };
        let written = first.as_str().trim_start_matches(['@', '+']);
        if let "." | "source" = written
            && let Some(script) = arguments.first()
        {
            self.follow(script.as_str(), script.text.at());
        } else if let Some(program) = program(written) {
            self.follow_program(first);
            self.run(&program, first.text.at(), arguments, launched || written.contains(['/', '\\']));
        }
    }

    /// Reads a command whose program is known; `at` is where it stands.
    fn run(&mut self, program: &str, at: Extent, arguments: &[Word], launched: bool) {
        if self.depth >= MAX_DEPTH || (!launched && BUILTINS.contains(&program)) {
            return;
        }
        self.depth += 1;
        let arguments = launch::skip_general_options(program, arguments);
        if !self.launch(program, at, arguments) {
            self.trace(program, at, arguments);
            self.install(program, arguments);
        }
        self.depth -= 1;
    }

    fn trace(&mut self, program: &str, at: Extent, arguments: &[Word]) {
        let mut text = program.to_owned();
        for word in arguments {
            text.push(' ');
            text.push_str(&word.as_str().split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let at = arguments.last().map_or(at, |last| at.cover(last.text.at()));
        self.seen.trace(TraceKind::Command, text.trim_end(), at);
    }

    fn image(&mut self, word: &Word) {
        image::read(&word.text, self.seen);
    }

    /// A program that is written as a path of the project is a script to be read.
    fn follow_program(&mut self, word: &Word) {
        let path = without_root(word.as_str());
        let name = path.rsplit('/').next().unwrap_or(path);
        let installed =
            |part: &str| matches!(part, "bin" | "Scripts") && path.contains("env") || part == "node_modules";
        let environment = path.split('/').any(installed);
        if path.contains('/') && !environment && (!name.contains('.') || is_shell_script(name)) {
            self.follow(word.as_str(), word.text.at());
        }
    }

    fn follow(&mut self, written: &str, at: Extent) {
        let path = without_root(written);
        let local = !path.is_empty()
            && !path.starts_with(['/', '~', '-'])
            && !path.contains(['$', '{', '%', '*', '<', ' ', '\\', ':']);
        let name = path.rsplit('/').next().unwrap_or(path);
        if local && name != "activate" && !name.starts_with("activate.") && !name.starts_with(".env") {
            self.seen.follows.push((path.to_owned(), at));
        }
    }
}

fn is_shell_script(name: &str) -> bool {
    [".sh", ".bash", ".zsh"].iter().any(|end| name.ends_with(end))
}

/// A path without the variable that a CI service or a tool has for the root of the project.
fn without_root(path: &str) -> &str {
    const ROOTS: &[&str] = &[
        "$GITHUB_WORKSPACE/",
        "${GITHUB_WORKSPACE}/",
        "${{ github.workspace }}/",
        "${{github.workspace}}/",
        "$CI_PROJECT_DIR/",
        "${CI_PROJECT_DIR}/",
        "$(Build.SourcesDirectory)/",
        "$BUILD_SOURCESDIRECTORY/",
        "$TRAVIS_BUILD_DIR/",
        "$CIRCLE_WORKING_DIRECTORY/",
        "$CODEBUILD_SRC_DIR/",
        "$(CURDIR)/",
        "$(PWD)/",
        "$PWD/",
        "${PWD}/",
        "$(pwd)/",
        "{toxinidir}/",
        "{tox_root}/",
    ];
    ROOTS.iter().find_map(|root| path.strip_prefix(root)).unwrap_or(path)
}

/// Whether a word is `NAME=value` or `NAME+=value`.
fn is_assignment(word: &Word) -> bool {
    let Some((name, _)) = word.as_str().split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The program that a word names, without path, suffix and version; nothing where a variable decides.
fn program(written: &str) -> Option<String> {
    if written.starts_with(['$', '{', '%', '!']) && !written.contains(['/', '\\']) {
        // `$(PYTHON)`, `{envpython}`, `${PYTHON:-python3}`, `$(which python)`.
        return written.to_ascii_lowercase().contains("python").then(|| "python".to_owned());
    }
    if written.contains("://") {
        return None;
    }
    let name = written.rsplit(['/', '\\']).next().unwrap_or(written);
    let name = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".EXE")).unwrap_or(name);
    if BUILTINS.contains(&name) {
        return Some(name.to_owned());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | ':');
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if !starts || name.len() > 100 || !name.chars().all(plain) || !name.contains(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    for (base, means) in
        [("python", "python"), ("pypy", "python"), ("pip", "pip"), ("pytest", "pytest"), ("coverage", "coverage")]
    {
        if let Some(version) = name.strip_prefix(base)
            && version.trim_end_matches('t').trim_start_matches('-').chars().all(|c| c.is_ascii_digit() || c == '.')
        {
            return Some(means.to_owned());
        }
    }
    Some(if name == "py" { "python" } else { name }.to_owned())
}

/// Steps over options. `valued` names those that take the next word as their value; `each` gets every option with the
/// value it has. Gives the index of the first word that is none; `--` is stepped over.
fn options(words: &[Word], valued: &[&str], mut each: impl FnMut(&str, Option<Mapped>)) -> usize {
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let text = word.as_str();
        if text == "--" {
            return index + 1;
        }
        if !text.starts_with('-') || text == "-" {
            break;
        }
        index += 1;
        if valued.contains(&text) {
            each(text, words.get(index).map(|value| value.text.clone()));
            index += 1;
        } else if let Some(equals) = text.find('=').filter(|_| text.starts_with("--")) {
            let name = text.get(..equals).unwrap_or(text);
            each(name, Some(word.text.slice(equals + 1..text.len())));
        } else if let Some(short) =
            text.get(..2).filter(|short| text.len() > 2 && valued.contains(short) && !text.starts_with("--"))
        {
            let value = text.get(2..).map_or(2, |value| if value.starts_with('=') { 3 } else { 2 });
            each(short, Some(word.text.slice(value..text.len())));
        } else if let Some(last) = text.chars().last().filter(|_| text.len() > 2 && !text.starts_with("--"))
            && let Some(name) =
                valued.iter().find(|name| name.strip_prefix('-').is_some_and(|name| name.chars().eq([last])))
        {
            // The last of a run of short options may take a value: `-Ur file`.
            each(name, words.get(index).map(|value| value.text.clone()));
            index += 1;
        } else {
            each(text, None);
        }
    }
    index.min(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Traces as `c:command`, `i:install`, `m:image`, then `p:python` and `f:follow`.
    fn seen(script: &str) -> Vec<String> {
        let mut seen = Seen::default();
        read(&Mapped::new(script, 0), &mut seen);
        let kind = |kind| match kind {
            TraceKind::Command => "c",
            TraceKind::Install => "i",
            TraceKind::Image => "m",
            _ => "?",
        };
        let traces = seen.traces.iter().map(|trace| format!("{}:{}", kind(trace.kind), trace.text));
        let pythons = seen.pythons.iter().map(|(python, _)| format!("p:{python}"));
        let follows = seen.follows.iter().map(|(path, _)| format!("f:{path}"));
        traces.chain(pythons).chain(follows).collect()
    }

    #[test]
    fn strips_launchers() {
        for (script, expected) in [
            ("ruff check .", &["c:ruff check ."][..]),
            ("sudo -u me -E A=b env -i X=1 time ruff check", &["c:ruff check"]),
            ("FOO=bar BAZ=\"a b\" pytest -k 'a  or\n b'", &["c:pytest -k a or b"]),
            ("python -m pytest -x", &["c:pytest -x"]),
            ("python3.12 -W error -Im mypy src", &["c:mypy src"]),
            ("py -3.11 -m build", &["c:build"]),
            ("$(PYTHON) -m pip install -U pip", &["c:pip install -U pip", "i:pip"]),
            ("${PYTHON:-python3} -m black .", &["c:black ."]),
            ("{envpython} -m coverage run -m pytest tests", &["c:coverage run -m pytest tests", "c:pytest tests"]),
            ("\"$(which python)\" -m tox", &["c:tox"]),
            ("python setup.py test", &["c:python setup.py test"]),
            ("python -c 'import x; x.y()'", &["c:python -c import x; x.y()"]),
            ("python -mpytest", &["c:pytest"]),
            ("uv run --with ruff,mypy>=1 ruff check", &["i:ruff", "i:mypy", "c:ruff check"]),
            (
                "uv run --with 'ruff>=0.5,<1' --group lint -p 3.12 --frozen -- ruff check",
                &["i:ruff>=0.5,<1", "c:ruff check", "p:3.12"],
            ),
            ("uv --directory sub run -m pytest", &["c:pytest"]),
            ("uv run script.py --x", &["c:python script.py --x"]),
            ("uv run --no-sync python -m mypy .", &["c:mypy ."]),
            ("uv sync --all-extras", &["c:uv sync --all-extras"]),
            ("uvx ruff@0.5.1 check", &["i:ruff==0.5.1", "c:ruff check"]),
            ("uvx ruff@latest check", &["i:ruff", "c:ruff check"]),
            ("uvx --from 'black[d]>=24' --with x blackd", &["i:x", "i:black[d]>=24", "c:blackd"]),
            ("uv tool run --python=3.13 pip-audit", &["i:pip-audit", "c:pip-audit", "p:3.13"]),
            ("pipx run --spec build==1.0 pyproject-build", &["i:build==1.0", "c:pyproject-build"]),
            ("pipx run 'twine==5' check dist/*", &["i:twine==5", "c:twine check dist/*"]),
            (
                "poetry run mypy . && pdm run -p x flake8 && rye run a && pipenv run b",
                &["c:mypy .", "c:flake8", "c:a", "c:b"],
            ),
            (
                "hatch run lint:ruff check; hatch -e types run mypy; hatch run +py=3.12 test:pytest; hatch test",
                &["c:ruff check", "c:mypy", "c:pytest", "c:hatch test"],
            ),
            ("pixi run -e dev pytest; conda run -n x --live-stream pytest", &["c:pytest", "c:pytest"]),
            (
                "docker run --rm -it -v $PWD:/x -e A=b --network host ghcr.io/a/b:1 pytest -x",
                &["m:ghcr.io/a/b", "c:pytest -x"],
            ),
            ("docker run --rm --entrypoint ruff img check", &["m:img", "c:ruff check"]),
            (
                "docker compose -f a.yml run --rm -e X web pytest; docker-compose exec -T web mypy",
                &["c:pytest", "c:mypy"],
            ),
            ("docker compose up -d", &["c:docker compose up -d"]),
            ("bash -euo pipefail -c \"cd x && ruff check\"", &["c:ruff check"]),
            ("sh -c 'uv run pytest'", &["c:pytest"]),
            ("bash -x scripts/lint.sh --fast", &["f:scripts/lint.sh"]),
            ("./scripts/test && . ./env.sh && source venv/bin/activate", &["c:test", "f:./scripts/test", "f:./env.sh"]),
            ("$GITHUB_WORKSPACE/ci/run.sh", &["c:run.sh", "f:ci/run.sh"]),
            (
                ".venv/bin/ruff check; $(VENV)/bin/black .; venv\\Scripts\\ruff.exe format",
                &["c:ruff check", "c:black .", "c:ruff format"],
            ),
            (
                "doppler run -p x -- pytest; dotenv -f .env run -- mypy; op run --env-file=x -- ruff",
                &["c:pytest", "c:mypy", "c:ruff"],
            ),
            (
                "xvfb-run -a -s '-screen 0' pytest; timeout -k 5 60 mypy; xargs -0 -n 1 flake8",
                &["c:pytest", "c:mypy", "c:flake8"],
            ),
            ("find . -name '*.py' -exec black {} +", &["c:find . -name *.py -exec black {} +", "c:black {}"]),
            ("nix develop -c pytest -x; mise exec python@3.12 -- ruff", &["c:pytest -x", "c:ruff"]),
            ("command -v ruff || echo no; if which uv; then uv build; fi", &["c:uv build"]),
            ("$TOOL check; ${{ matrix.cmd }} x; {{.CMD}}", &[]),
            ("@echo off\ncall ruff check\n@pytest", &["c:ruff check", "c:pytest"]),
            ("pwsh -Command 'ruff check'", &["c:ruff check"]),
            (
                "tox -e lint -- --fix; nox -s tests; pre-commit run -a",
                &["c:tox -e lint -- --fix", "c:nox -s tests", "c:pre-commit run -a"],
            ),
            ("files=$(git ls-files | xargs pylint)", &["c:git ls-files", "c:pylint"]),
        ] {
            assert_eq!(seen(script), expected, "{script}");
        }
    }

    #[test]
    fn notes_what_is_installed() {
        for (script, expected) in [
            (
                "pip install -r a.txt -c b.txt 'ruff==0.5' mypy[reports] --index-url https://index.example/simple x",
                &["i:ruff==0.5", "i:mypy[reports]", "i:x"][..],
            ),
            ("pip3 --no-cache-dir install -e .[dev] . ./x ../y dist/*.whl foo", &["i:foo"]),
            ("uv pip install --system -p 3.12 a b>=1", &["i:a", "i:b"]),
            ("uv pip install --python-preference system --color never a", &["i:a"]),
            ("uv tool install ruff --with x", &["i:ruff", "i:x"]),
            (
                "pip install ruff==$RUFF_VERSION mypy==${{ env.M }} $EXTRA pkg${X} black[d]==${V}",
                &["i:ruff", "i:mypy", "i:black[d]"],
            ),
            (
                "pip install git+https://host.example/o/thing.git@v1#subdirectory=x 'a @ git+https://h.example/o/a'",
                &[
                    "i:thing @ git+https://host.example/o/thing.git@v1#subdirectory=x",
                    "i:a @ git+https://h.example/o/a",
                ],
            ),
            (
                "pipx install --python 3.11 poetry; pipx inject poetry poetry-plugin-export",
                &["i:poetry", "i:poetry-plugin-export"],
            ),
            (
                "poetry add -G dev pytest@^8; pdm add -dG test pytest; uv add --group lint ruff",
                &["i:pytest", "i:pytest", "i:ruff"],
            ),
            (
                "conda install -y -c conda-forge python=3.11 numpy=1.26 conda-forge::ruff pytest",
                &["i:numpy==1.26.*", "i:ruff", "i:pytest"],
            ),
            ("pip uninstall x; pip freeze; pip install", &[]),
        ] {
            let found: Vec<_> = seen(script).into_iter().filter(|text| text.starts_with("i:")).collect();
            assert_eq!(found, expected, "{script}");
        }
    }

    #[test]
    fn points_at_the_text() {
        let script = "cd x && uv run --with 'a' \\\n  bash -c \"ruff  check 'b c'\"";
        let mut found = Seen::default();
        read(&Mapped::new(script, 0), &mut found);
        let places: Vec<_> = found.traces.iter().map(|trace| trace.at.of(script)).collect();
        assert_eq!(places, ["a", "ruff  check 'b c"]);
        let shifted = words("a 'b'");
        assert_eq!(shifted, [("a".to_owned(), Extent::new(0, 1)), ("b".to_owned(), Extent::new(3, 4))]);
    }

    #[test]
    fn survives_nonsense() {
        for script in [
            "uv run ".repeat(3_000),
            "bash -c ".repeat(3_000),
            "sudo -u".repeat(100),
            "docker run -".to_owned(),
            "uvx @".to_owned(),
            "pip install [ @ git+ :// git+x://".to_owned(),
        ] {
            let _ = seen(&script);
        }
    }
}
