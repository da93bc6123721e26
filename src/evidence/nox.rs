//! Python files that hold tasks: nox (`noxfile.py`), invoke (`tasks.py`) and duty (`duties.py`).

use super::calls::{Argument, Language, calls, constants, tokens};
use super::{Format, Seen, command, version};
use crate::manifest::mapped::Mapped;

/// `noxfile.py`.
pub const NOX: Format = Format { name: "noxfile", matches: |name, _| name == "noxfile.py", read: noxfile };

/// `tasks.py` and `duties.py`. A file of this name that holds no such tasks gives nothing.
pub const INVOKE: Format =
    Format { name: "task file", matches: |name, _| matches!(name, "tasks.py" | "duties.py"), read: tasks };

fn noxfile(text: &str) -> Seen {
    let mut seen = Seen::default();
    let tokens = tokens(text, Language::Python);
    let constants = constants(&tokens);
    let known = |name: &str| constants.iter().rev().find(|(known, _)| known == name).map(|(_, items)| items.as_slice());
    for call in calls(&tokens) {
        let (_, method) = call.callee.as_str().rsplit_once('.').unwrap_or(("", call.callee.as_str()));
        match method {
            "session" => {
                let python = call.arguments.iter().find(|(name, _)| matches!(name.as_deref(), Some("python" | "py")));
                let versions = match python {
                    Some((_, Argument::Text(text))) => std::slice::from_ref(text),
                    Some((_, Argument::List(items))) => items.as_slice(),
                    Some((_, Argument::Name(name))) => known(name).unwrap_or_default(),
                    _ => &[],
                };
                for text in versions {
                    version::add(text.as_str(), text.at(), &mut seen);
                }
            }
            "run" | "run_always" | "run_install" => {
                let mut words = Vec::new();
                for (name, argument) in &call.arguments {
                    match argument {
                        _ if name.is_some() => {}
                        Argument::Text(text) => words.push(text.clone()),
                        // `subprocess.run(["ruff", "check"])`.
                        Argument::List(items) if words.is_empty() => words.extend(items.iter().cloned()),
                        Argument::Name(constant) if known(constant).is_some_and(|items| items.len() == 1) => {
                            words.extend(known(constant).into_iter().flatten().cloned());
                        }
                        _ if words.is_empty() => break,
                        // Keeps the words behind it from standing next to those before it.
                        _ => words.push(at_callee("{}", &call.callee)),
                    }
                }
                let end = words.iter().rposition(|word| word.as_str() != "{}").map_or(0, |last| last + 1);
                words.truncate(end);
                command::read_words(&words, &mut seen);
            }
            "install" | "conda_install" => {
                let program = if method == "install" { "pip" } else { "conda" };
                let mut words = vec![at_callee(program, &call.callee), at_callee("install", &call.callee)];
                for (name, argument) in &call.arguments {
                    match argument {
                        _ if name.is_some() => {}
                        Argument::Text(text) => words.push(text.clone()),
                        // The value of an option is not the word behind it.
                        _ => words.push(at_callee("{}", &call.callee)),
                    }
                }
                let end = words.iter().rposition(|word| word.as_str() != "{}").map_or(0, |last| last + 1);
                words.truncate(end);
                let callee = call.callee.as_str();
                if callee.contains('.') && words.len() > 2 {
                    command::read_words(&words, &mut seen);
                }
            }
            _ => {}
        }
    }
    seen
}

fn at_callee(word: &str, callee: &Mapped) -> Mapped {
    let mut mapped = Mapped::default();
    mapped.push_whole(word, callee.at());
    mapped
}

fn tasks(text: &str) -> Seen {
    let mut seen = Seen::default();
    for call in calls(&tokens(text, Language::Python)) {
        let context = matches!(call.callee.as_str(), "c.run" | "ctx.run" | "context.run" | "c.sudo" | "ctx.sudo");
        match call.arguments.first() {
            Some((None, Argument::Text(script))) if context => command::read(script, &mut seen),
            Some((None, Argument::List(words))) if context => command::read_words(words, &mut seen),
            _ => {}
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_noxfiles() {
        let text = "\
import nox
PYTHONS = [\"3.9\", \"3.10\"]
RUFF = 'ruff'
@nox.session(python=PYTHONS, reuse_venv=True)
def tests(session):
    \"\"\"session.run('not this')\"\"\"
    session.install(\"-e\", \".[test]\", \"pytest>=8\", *EXTRA)
    # session.run(\"black\")
    session.run(
        \"pytest\", \"-x\",
        *session.posargs,
        env={\"A\": \"b\"},
    )
    session.run(*args)
    session.run(f\"{x}/bin/y\")
    session.run(RUFF, 'check')
@nox.session(python='3.13', venv_backend='uv')
def lint(s: nox.Session) -> None:
    s.run('python', '-m', 'mypy', external=True); s.run_install('uv', 'sync')
    subprocess.run([\"git\", \"status\"], check=True)
";
        assert_eq!(
            shown(&noxfile(text), text),
            [
                "Command:pip install -e .[test] pytest>=8",
                "Install:pytest>=8",
                "Command:pytest -x",
                "Command:y",
                "Command:ruff check",
                "Command:mypy",
                "Command:uv sync",
                "Command:git status",
                "python:3.9",
                "python:3.10",
                "python:3.13",
            ]
        );
    }

    #[test]
    fn reads_tasks() {
        let text = "@task\ndef lint(c):\n    c.run('ruff check && mypy .', pty=True)\n    c.run(f'pytest {x}')\n    asyncio.run(main())\n    app.run('no')\n";
        assert_eq!(shown(&tasks(text), text), ["Command:ruff check", "Command:mypy .", "Command:pytest {x}"]);
    }
}
