//! Programs that run other programs.

use super::split::Word;
use super::{Reader, install, options, program};
use crate::evidence::version;
use crate::manifest::mapped::Mapped;
use crate::source::Extent;

/// How a launcher is written, and where the command that it runs stands.
struct Launcher {
    /// The program and its subcommands.
    words: &'static [&'static str],
    /// The options that take a value.
    valued: &'static [&'static str],
    /// How many words stand between the options and the command.
    skip: usize,
    /// Whether the launcher itself is worth a trace.
    also: bool,
}

const fn launcher(words: &'static [&'static str], valued: &'static [&'static str]) -> Launcher {
    Launcher { words, valued, skip: 0, also: false }
}

const fn skipping(skip: usize, words: &'static [&'static str], valued: &'static [&'static str]) -> Launcher {
    Launcher { words, valued, skip, also: false }
}

const fn also(words: &'static [&'static str], valued: &'static [&'static str]) -> Launcher {
    Launcher { words, valued, skip: 0, also: true }
}

const LAUNCHERS: &[Launcher] = &[
    launcher(&["sudo"], &["-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "-D", "--user", "--group", "--chdir"]),
    launcher(&["doas"], &["-u", "-C"]),
    launcher(&["env"], &["-u", "--unset", "-C", "--chdir"]),
    launcher(&["time"], &["-f", "-o", "--format", "--output"]),
    launcher(&["exec"], &["-a"]),
    launcher(&["call"], &[]),
    launcher(&["nohup"], &[]),
    launcher(&["builtin"], &[]),
    launcher(
        &["xargs"],
        &["-n", "-P", "-I", "-d", "-L", "-s", "-E", "-a", "--max-args", "--max-procs", "--delimiter", "--arg-file"],
    ),
    launcher(&["nice"], &["-n", "--adjustment"]),
    launcher(&["ionice"], &["-c", "-n"]),
    launcher(&["stdbuf"], &["-i", "-o", "-e"]),
    launcher(&["setsid"], &[]),
    launcher(&["unbuffer"], &[]),
    launcher(&["chronic"], &[]),
    launcher(&["catchsegv"], &[]),
    launcher(&["watch"], &["-n", "--interval"]),
    launcher(&["xvfb-run"], &["-e", "-f", "-n", "-s", "-p", "-w", "--server-args", "--server-num", "--error-file"]),
    launcher(&["dbus-run-session"], &["--config-file", "--dbus-daemon"]),
    launcher(&["tini"], &["-p", "-e"]),
    launcher(&["dumb-init"], &["--rewrite", "-r"]),
    launcher(&["doppler", "run"], &["-p", "--project", "-c", "--config", "-t", "--token", "--command", "--mount"]),
    launcher(&["dotenv", "run"], &[]),
    launcher(&["op", "run"], &["--env-file", "--account"]),
    launcher(&["infisical", "run"], &["--env", "--path", "--projectId", "--token"]),
    launcher(&["mise", "exec"], &["-C", "--cd", "-c", "--command", "-j"]),
    launcher(&["mise", "x"], &["-C", "--cd", "-c", "--command", "-j"]),
    launcher(&["devbox", "run"], &["-c", "--config", "-e", "--env"]),
    skipping(1, &["timeout"], &["-s", "-k", "--signal", "--kill-after"]),
    skipping(1, &["flock"], &["-w", "-E", "--timeout"]),
    skipping(1, &["gosu"], &[]),
    skipping(1, &["su-exec"], &[]),
    skipping(1, &["aws-vault", "exec"], &["-d", "--duration"]),
    skipping(1, &["chamber", "exec"], &[]),
    skipping(1, &["direnv", "exec"], &[]),
    launcher(&["pyenv", "exec"], &[]),
    launcher(&["poetry", "run"], &[]),
    launcher(&["pdm", "run"], &["-p", "--project", "--venv"]),
    launcher(&["pipenv", "run"], &[]),
    launcher(&["rye", "run"], &["--pyproject", "--env-file", "-f"]),
    launcher(&["pixi", "run"], &["-e", "--environment", "--manifest-path", "-p", "--platform", "--color"]),
    launcher(&["conda", "run"], &["-n", "--name", "-p", "--prefix", "--cwd"]),
    launcher(&["mamba", "run"], &["-n", "--name", "-p", "--prefix", "--cwd"]),
    launcher(
        &["micromamba", "run"],
        &["-n", "--name", "-p", "--prefix", "--cwd", "-r", "--root-prefix", "-e", "--env", "-a"],
    ),
    also(&["ddtrace-run"], &[]),
    also(
        &["opentelemetry-instrument"],
        &["--traces_exporter", "--metrics_exporter", "--logs_exporter", "--service_name"],
    ),
    also(&["newrelic-admin", "run-program"], &[]),
    also(
        &["py-spy", "record"],
        &["-o", "--output", "-r", "--rate", "-d", "--duration", "-f", "--format", "-p", "--pid"],
    ),
];

/// Options of `uv run`, `uvx` and `uv tool run` that take a value (uv's reference of commands).
const UV_VALUED: &[&str] = &[
    "--with",
    "-w",
    "--with-editable",
    "--with-requirements",
    "--extra",
    "--no-extra",
    "--group",
    "--no-group",
    "--only-group",
    "--from",
    "-p",
    "--python",
    "--env-file",
    "--index",
    "--default-index",
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--index-strategy",
    "--keyring-provider",
    "--resolution",
    "--prerelease",
    "--fork-strategy",
    "--exclude-newer",
    "--exclude-newer-package",
    "--link-mode",
    "--refresh-package",
    "-P",
    "--upgrade-package",
    "--reinstall-package",
    "-C",
    "--config-setting",
    "--config-settings-package",
    "--package",
    "--no-build-package",
    "--no-binary-package",
    "--no-build-isolation-package",
    "--no-sources-package",
    "--python-preference",
    "--python-platform",
    "--cache-dir",
    "--color",
    "--config-file",
    "--allow-insecure-host",
    "--directory",
    "--project",
    "-c",
    "--constraints",
    "--constraint",
    "--overrides",
    "--override",
    "-b",
    "--build-constraints",
    "--torch-backend",
    "--no-editable-package",
];

/// What stands between a manager and its subcommand: `uv --directory x run`.
const GENERAL: &[(&str, &[&str])] = &[
    (
        "uv",
        &[
            "--directory",
            "--project",
            "--config-file",
            "--cache-dir",
            "--color",
            "--python-preference",
            "--allow-insecure-host",
        ],
    ),
    (
        "pip",
        &[
            "--python",
            "--cache-dir",
            "--proxy",
            "--timeout",
            "--retries",
            "--trusted-host",
            "--cert",
            "--client-cert",
            "--log",
            "--exists-action",
            "--use-feature",
            "--use-deprecated",
            "--keyring-provider",
        ],
    ),
    ("poetry", &["-C", "--directory", "-P", "--project"]),
    ("pdm", &["-c", "--config"]),
    ("hatch", &["-e", "--env", "-p", "--project", "--color", "--data-dir", "--cache-dir", "--config"]),
    ("pipenv", &["--python"]),
    ("pixi", &["--color"]),
    ("conda", &[]),
    ("mamba", &[]),
    ("micromamba", &["-r", "--root-prefix", "--rc-file"]),
    ("dotenv", &["-f", "--file", "-e", "-q", "--quote"]),
    ("pre-commit", &["--color"]),
    ("docker", &["--config", "-c", "--context", "-H", "--host", "-l", "--log-level"]),
];

/// Options of `docker run` that take no value (the reference of the `docker container run` command).
const DOCKER_FLAGS: &[&str] = &[
    "--detach",
    "--disable-content-trust",
    "--help",
    "--init",
    "--interactive",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--privileged",
    "--publish-all",
    "--quiet",
    "--read-only",
    "--rm",
    "--sig-proxy",
    "--tty",
    "--use-api-socket",
];

const COMPOSE_VALUED: &[&str] = &[
    "-f",
    "--file",
    "-p",
    "--project-name",
    "--profile",
    "--env-file",
    "--project-directory",
    "--ansi",
    "--progress",
    "--parallel",
];

/// Options of `docker compose run`, `docker compose exec` and `docker exec`.
const EXEC_VALUED: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "--env-from-file",
    "-u",
    "--user",
    "-v",
    "--volume",
    "-w",
    "--workdir",
    "-p",
    "--publish",
    "--name",
    "-l",
    "--label",
    "--index",
    "--cap-add",
    "--cap-drop",
    "--pull",
    "--detach-keys",
    "--entrypoint",
];

/// The arguments without the options between a manager and its subcommand.
pub(super) fn skip_general_options<'w>(program: &str, arguments: &'w [Word]) -> &'w [Word] {
    let Some((_, valued)) = GENERAL.iter().find(|(name, _)| *name == program) else { return arguments };
    let start = options(arguments, valued, |_, _| {});
    // `uv --version` has no subcommand.
    arguments.get(start..).filter(|rest| !rest.is_empty()).unwrap_or(arguments)
}

impl Reader<'_> {
    /// Reads what `program` runs, where it is a launcher. Gives whether the command is settled by that.
    pub(super) fn launch(&mut self, program: &str, at: Extent, arguments: &[Word]) -> bool {
        let second = arguments.first().map(Word::as_str).unwrap_or_default();
        let third = arguments.get(1).map(Word::as_str).unwrap_or_default();
        let after = |count: usize| arguments.get(count..).unwrap_or_default();
        match (program, second, third) {
            ("python", _, _) => return self.python(at, arguments),
            ("command", "-v" | "-V", _) => return true,
            ("command", _, _) => self.command(after(options(arguments, &[], |_, _| {})), false),
            ("bash" | "sh" | "zsh" | "dash" | "ash" | "ksh", _, _) => self.shell(arguments),
            ("eval", _, _) => arguments.iter().for_each(|word| self.script(&word.text)),
            ("cmd" | "cmd.exe", "/c" | "/C", _) => self.command(after(1), false),
            ("pwsh" | "powershell", _, _) => {
                let flag = arguments
                    .iter()
                    .position(|word| matches!(word.as_str().to_ascii_lowercase().as_str(), "-c" | "-command"));
                flag.map(|flag| after(flag + 1)).unwrap_or_default().iter().for_each(|word| self.script(&word.text));
            }
            ("su", _, _) => {
                let flag = arguments.iter().position(|word| matches!(word.as_str(), "-c" | "--command"));
                if let Some(script) = flag.and_then(|flag| arguments.get(flag + 1)) {
                    self.script(&script.text);
                }
            }
            ("nix" | "nix-shell", _, _) => {
                match arguments.iter().position(|word| matches!(word.as_str(), "-c" | "--command" | "--run")) {
                    Some(flag) if program == "nix" => self.command(after(flag + 1), true),
                    Some(flag) => after(flag + 1).first().into_iter().for_each(|word| self.script(&word.text)),
                    None => return false,
                }
            }
            ("find", _, _) => {
                self.trace(program, at, arguments);
                let flag = arguments.iter().position(|word| matches!(word.as_str(), "-exec" | "-execdir" | "-ok"));
                let rest = flag.map(|flag| after(flag + 1)).unwrap_or_default();
                let end = rest.iter().position(|word| matches!(word.as_str(), ";" | "+")).unwrap_or(rest.len());
                self.command(rest.get(..end).unwrap_or_default(), true);
            }
            ("uv", "run", _) => self.uv_run(after(1)),
            ("uvx", _, _) => self.tool(arguments),
            ("uv", "tool", "run") => self.tool(after(2)),
            ("pipx", "run", _) => self.tool(after(1)),
            ("hatch", "run", _) => self.hatch_run(after(1)),
            ("coverage", "run", _) => {
                self.trace(program, at, arguments);
                self.module_runner(
                    after(1),
                    &[
                        "--source",
                        "--source-pkgs",
                        "--omit",
                        "--include",
                        "--rcfile",
                        "--data-file",
                        "--concurrency",
                        "--context",
                        "--debug",
                        "-L",
                    ],
                );
            }
            ("memray", "run", _) => {
                self.trace(program, at, arguments);
                self.module_runner(after(1), &["-o", "--output"]);
            }
            ("slipcover" | "debugpy" | "scalene" | "kernprof" | "pyinstrument" | "viztracer", _, _) => {
                self.trace(program, at, arguments);
                self.module_runner(arguments, &["--source", "--omit", "--out", "--listen", "--outfile", "-o", "-r"]);
            }
            ("docker" | "podman" | "nerdctl", "run", _) => self.docker_run(after(1)),
            ("docker" | "podman" | "nerdctl", "container", "run") => self.docker_run(after(2)),
            ("docker" | "podman" | "nerdctl", "exec", _) => self.service(after(1)),
            ("docker" | "podman" | "nerdctl", "compose", _) => return self.compose(after(1)),
            ("docker-compose" | "podman-compose", _, _) => return self.compose(arguments),
            _ => return self.listed(program, at, arguments),
        }
        true
    }

    fn listed(&mut self, program: &str, at: Extent, arguments: &[Word]) -> bool {
        let matches = |launcher: &&Launcher| {
            launcher.words.first() == Some(&program)
                && launcher
                    .words
                    .iter()
                    .skip(1)
                    .enumerate()
                    .all(|(i, w)| arguments.get(i).is_some_and(|a| a.as_str() == *w))
        };
        let Some(launcher) = LAUNCHERS.iter().find(matches) else { return false };
        let rest = arguments.get(launcher.words.len() - 1..).unwrap_or_default();
        if launcher.also {
            self.trace(program, at, arguments);
        }
        let mut script = None;
        let mut start = options(rest, launcher.valued, |name, value| {
            if name == "--command" {
                script = value;
            }
        });
        if let Some(script) = script {
            self.script(&script);
            return true;
        }
        start += launcher.skip;
        start += usize::from(launcher.skip > 0 && rest.get(start).is_some_and(|word| word.as_str() == "--"));
        // `mise exec python@3.12 -- ruff`.
        if program == "mise"
            && let Some(dashes) = rest.iter().position(|word| word.as_str() == "--")
        {
            start = dashes + 1;
        }
        self.command(rest.get(start..).unwrap_or_default(), true);
        true
    }

    /// `python [options] (-m module | -c code | script) …` (the reference of Python's command line).
    fn python(&mut self, at: Extent, arguments: &[Word]) -> bool {
        let mut index = 0;
        while let Some(word) = arguments.get(index) {
            let text = word.as_str();
            index += 1;
            match text {
                "-W" | "-X" | "--check-hash-based-pycs" => index += 1,
                _ if !text.starts_with('-') || text == "-" || text == "--" => break,
                _ if text.starts_with("--") || text.starts_with("-W") || text.starts_with("-X") => {}
                _ => {
                    // `-m` may close a run of flags, and the module may follow at once: `-Im pytest`, `-mpytest`.
                    let Some(letter) = text.find(['m', 'c']) else { continue };
                    if !text.get(letter..).is_some_and(|rest| rest.starts_with('m')) {
                        break;
                    }
                    let attached = word.text.slice(letter + 1..text.len());
                    let module = if attached.is_empty() {
                        arguments.get(index).map(|word| word.text.clone())
                    } else {
                        Some(attached)
                    };
                    index += usize::from(letter + 1 == text.len());
                    if let Some(module) =
                        module.filter(|module| !module.as_str().contains(['$', '{', '%']) && !module.is_empty())
                    {
                        let name = program(module.as_str()).unwrap_or_else(|| module.as_str().to_owned());
                        self.run(&name, module.at(), arguments.get(index..).unwrap_or_default(), true);
                    }
                    return true;
                }
            }
        }
        self.trace("python", at, arguments);
        true
    }

    /// `bash -c 'script'`, `bash file`.
    fn shell(&mut self, arguments: &[Word]) {
        let mut command = false;
        let mut index = 0;
        while let Some(word) = arguments.get(index) {
            let text = word.as_str();
            match text {
                "--" => {}
                "-o" | "+o" | "-O" | "+O" | "--rcfile" | "--init-file" => index += 1,
                _ if text.starts_with("--") => {}
                _ if text.starts_with(['-', '+']) && text.len() > 1 => {
                    command |= text.contains('c');
                    // `-euo pipefail`: the name of the option follows.
                    index += usize::from(text.ends_with('o'));
                }
                _ if command => return self.script(&word.text),
                _ => return self.follow(text, word.text.at()),
            }
            index += 1;
        }
    }

    fn uv_run(&mut self, arguments: &[Word]) {
        let mut module = false;
        let mut with = Vec::new();
        let mut pythons = Vec::new();
        let start = options(arguments, UV_VALUED, |name, value| match (name, value) {
            ("-m" | "--module", _) => module = true,
            ("--with" | "-w", Some(value)) => with.push(value),
            ("-p" | "--python", Some(value)) => pythons.push(value),
            _ => {}
        });
        self.with(&with, &pythons);
        let rest = arguments.get(start..).unwrap_or_default();
        let Some((first, arguments)) = rest.split_first() else { return };
        if module {
            if let Some(name) = program(first.as_str()) {
                self.run(&name, first.text.at(), arguments, true);
            }
        } else if first.as_str().rsplit_once('.').is_some_and(|(_, extension)| extension == "py") {
            self.trace("python", first.text.at(), rest);
        } else {
            self.command(rest, true);
        }
    }

    fn with(&mut self, with: &[Mapped], pythons: &[Mapped]) {
        for list in with {
            install::list(list, self.seen);
        }
        for python in pythons {
            version::add(python.as_str(), python.at(), self.seen);
        }
    }

    /// `uvx tool@1.2 …`, `pipx run --spec 'tool[extra]' command …`: installs the tool and runs it.
    fn tool(&mut self, arguments: &[Word]) {
        let mut with = Vec::new();
        let mut pythons = Vec::new();
        let mut from = None;
        let mut valued = UV_VALUED.to_vec();
        valued.extend(["--spec", "--pip-args", "--backend"]);
        let start = options(arguments, &valued, |name, value| match (name, value) {
            ("--with" | "-w", Some(value)) => with.push(value),
            ("-p" | "--python", Some(value)) => pythons.push(value),
            ("--from" | "--spec", Some(value)) => from = Some(value),
            _ => {}
        });
        self.with(&with, &pythons);
        let Some((tool, rest)) = arguments.get(start..).and_then(<[Word]>::split_first) else { return };
        let text = tool.as_str();
        let at_sign = text.find('@').filter(|_| !text.contains("://")).unwrap_or(text.len());
        let name_end = text.find(['@', '=', '<', '>', '!', '~', '[', ' ']).unwrap_or(text.len());
        match &from {
            Some(from) => install::one(from, self.seen),
            None if at_sign < text.len() => {
                let name = text.get(..at_sign).unwrap_or_default();
                let wanted = text.get(at_sign + 1..).unwrap_or_default();
                let versioned = wanted.starts_with(|c: char| c.is_ascii_digit()) && !wanted.contains(['$', '{']);
                let written = if versioned { format!("{name}=={wanted}") } else { name.to_owned() };
                let mut mapped = Mapped::default();
                mapped.push_whole(&written, tool.text.at());
                install::one(&mapped, self.seen);
            }
            None => install::one(&tool.text, self.seen),
        }
        if let Some(name) = text.get(..name_end).and_then(program).filter(|_| !text.contains("://")) {
            let at = tool.text.extent(0..name_end);
            if name == "python" {
                self.python(at, rest);
            } else {
                self.run(&name, at, rest, true);
            }
        }
    }

    /// `hatch run [+py=3.12] [environment:]command …`.
    fn hatch_run(&mut self, arguments: &[Word]) {
        let valued = ["-e", "--env", "-i", "--include", "-x", "--exclude", "-f", "--filter"];
        let start = options(arguments, &valued, |_, _| {});
        let rest = arguments.get(start..).unwrap_or_default();
        let variables = rest.iter().take_while(|word| word.as_str().starts_with(['+', '-'])).count();
        let Some((first, arguments)) = rest.get(variables..).and_then(<[Word]>::split_first) else { return };
        let text = first.as_str();
        let start = text.find(':').map_or(0, |colon| colon + 1);
        let word = Word { text: first.text.slice(start..text.len()), quoted: first.quoted };
        if let Some(name) = program(word.as_str()) {
            self.run(&name, word.text.at(), arguments, true);
        }
    }

    /// What runs a script or `-m module` within itself.
    fn module_runner(&mut self, arguments: &[Word], valued: &[&str]) {
        let mut module = false;
        let mut start = 0;
        while !module && start < arguments.len() {
            let rest = arguments.get(start..).unwrap_or_default();
            let flag = rest.first().is_some_and(|word| matches!(word.as_str(), "-m" | "--module"));
            if flag {
                module = true;
                start += 1;
            } else {
                let one = rest.first().is_some_and(|word| word.as_str().starts_with('-'));
                if !one {
                    return;
                }
                start += 1 + usize::from(rest.first().is_some_and(|word| valued.contains(&word.as_str())));
            }
        }
        if let Some((first, rest)) = arguments.get(start..).and_then(<[Word]>::split_first)
            && let Some(name) = program(first.as_str())
        {
            self.run(&name, first.text.at(), rest, true);
        }
    }

    fn docker_run(&mut self, arguments: &[Word]) {
        let mut entrypoint: Option<Mapped> = None;
        let mut index = 0;
        while let Some(word) = arguments.get(index) {
            let text = word.as_str();
            if !text.starts_with('-') || text == "-" {
                break;
            }
            index += 1;
            if let Some(value) = text.strip_prefix("--entrypoint=") {
                entrypoint = Some(word.text.slice(text.len() - value.len()..text.len()));
            } else if text == "--entrypoint" {
                entrypoint = arguments.get(index).map(|value| value.text.clone());
                index += 1;
            } else if text.starts_with("--") {
                index += usize::from(!text.contains('=') && !DOCKER_FLAGS.contains(&text));
            } else {
                // `-it` are flags; in `-itv` the last one takes a value; `-v/a:/b` holds it.
                let flags = text.trim_start_matches('-').trim_start_matches(['d', 'i', 't', 'P', 'q']);
                index += usize::from(flags.len() == 1);
            }
        }
        let Some((image, rest)) = arguments.get(index..).and_then(<[Word]>::split_first) else { return };
        self.image(image);
        match entrypoint {
            Some(program) if !program.is_empty() => {
                let mut words = vec![Word { text: program, quoted: true }];
                words.extend_from_slice(rest);
                self.command(&words, true);
            }
            _ => self.command(rest, true),
        }
    }

    /// `docker compose [options] run|exec [options] service command`.
    fn compose(&mut self, arguments: &[Word]) -> bool {
        let start = options(arguments, COMPOSE_VALUED, |_, _| {});
        match arguments.get(start).map(Word::as_str) {
            Some("run" | "exec") => {
                self.service(arguments.get(start + 1..).unwrap_or_default());
                true
            }
            _ => false,
        }
    }

    fn service(&mut self, arguments: &[Word]) {
        let start = options(arguments, EXEC_VALUED, |_, _| {});
        self.command(arguments.get(start + 1..).unwrap_or_default(), true);
    }
}
