//! Commands that install distributions.

use super::split::Word;
use super::{Reader, options};
use crate::evidence::{Seen, TraceKind, version};
use crate::manifest::mapped::Mapped;

/// A command that installs what its words name.
struct Installer {
    /// The program and its subcommands.
    words: &'static [&'static str],
    /// How many words before the names are something else.
    skip: usize,
    /// Whether the names are conda's (`channel::name=1.2`).
    conda: bool,
}

const fn installer(words: &'static [&'static str]) -> Installer {
    Installer { words, skip: 0, conda: false }
}

const fn conda(words: &'static [&'static str]) -> Installer {
    Installer { words, skip: 0, conda: true }
}

const INSTALLERS: &[Installer] = &[
    installer(&["pip", "install"]),
    installer(&["uv", "pip", "install"]),
    installer(&["uv", "tool", "install"]),
    installer(&["uv", "add"]),
    installer(&["pipx", "install"]),
    Installer { words: &["pipx", "inject"], skip: 1, conda: false },
    installer(&["pipenv", "install"]),
    installer(&["poetry", "add"]),
    Installer { words: &["poetry", "self", "add"], skip: 0, conda: false },
    installer(&["pdm", "add"]),
    installer(&["rye", "add"]),
    installer(&["rye", "install"]),
    installer(&["rye", "tools", "install"]),
    conda(&["conda", "install"]),
    conda(&["conda", "create"]),
    conda(&["mamba", "install"]),
    conda(&["mamba", "create"]),
    conda(&["micromamba", "install"]),
    conda(&["micromamba", "create"]),
    conda(&["pixi", "add"]),
    conda(&["pixi", "global", "install"]),
];

/// Options of these commands that take a value. `-e` names a path, so its value is no name either.
const VALUED: &[&str] = &[
    "-r",
    "--requirement",
    "--requirements",
    "-c",
    "--constraint",
    "--constraints",
    "-e",
    "--editable",
    "-t",
    "--target",
    "-i",
    "--index-url",
    "--pypi-url",
    "--extra-index-url",
    "--index",
    "--default-index",
    "-f",
    "--find-links",
    "--prefix",
    "--root",
    "--src",
    "--platform",
    "--python-version",
    "--python-platform",
    "--implementation",
    "--abi",
    "--upgrade-strategy",
    "--progress-bar",
    "--no-binary",
    "--only-binary",
    "--global-option",
    "--build-option",
    "--config-setting",
    "--config-settings",
    "-C",
    "--trusted-host",
    "--cert",
    "--client-cert",
    "--proxy",
    "--timeout",
    "--retries",
    "--cache-dir",
    "--log",
    "--report",
    "--group",
    "-G",
    "--use-feature",
    "--use-deprecated",
    "--python",
    "-p",
    "--exists-action",
    "--prerelease",
    "--resolution",
    "--exclude-newer",
    "--extra",
    "-E",
    "--extras",
    "--overrides",
    "--override",
    "-b",
    "--build-constraints",
    "--build-constraint",
    "--link-mode",
    "--index-strategy",
    "--keyring-provider",
    "--python-preference",
    "--fork-strategy",
    "--exclude-newer-package",
    "--no-build-package",
    "--no-binary-package",
    "--allow-insecure-host",
    "--config-file",
    "--color",
    "--refresh-package",
    "-P",
    "--upgrade-package",
    "--reinstall-package",
    "--torch-backend",
    "--source",
    "--optional",
    "--tag",
    "--branch",
    "--rev",
    "--package",
    "--script",
    "--marker",
    "-m",
    "--bounds",
    "-L",
    "--lockfile",
    "--pip-args",
    "--spec",
    "--suffix",
    "--channel",
    "-n",
    "--name",
    "--file",
    "--solver",
    "--with-editable",
    "--with-requirements",
    "--features",
    "--git",
    "--path",
    "--url",
    "--project",
    "--directory",
];

impl Reader<'_> {
    /// Notes what a command installs.
    pub(super) fn install(&mut self, program: &str, arguments: &[Word]) {
        let matches = |installer: &&Installer| {
            installer.words.first() == Some(&program)
                && installer
                    .words
                    .iter()
                    .skip(1)
                    .enumerate()
                    .all(|(i, w)| arguments.get(i).is_some_and(|a| a.as_str() == *w))
        };
        let Some(installer) = INSTALLERS.iter().find(matches) else {
            if program == "uv" && arguments.first().is_some_and(|word| word.as_str() == "python") {
                arguments.iter().skip(2).for_each(|word| version::add(word.as_str(), word.text.at(), self.seen));
            }
            return;
        };
        let mut rest = arguments.get(installer.words.len() - 1..).unwrap_or_default();
        let mut skip = installer.skip;
        let mut valued = VALUED.to_vec();
        valued.push(if program == "pixi" { "--pypi" } else { "--with" });
        while !rest.is_empty() {
            let seen = &mut *self.seen;
            let dashes = options(rest, &valued, |name, value| match (name, value) {
                ("--with", Some(value)) => list(&value, seen),
                ("-p" | "--python", Some(value)) => version::add(value.as_str(), value.at(), seen),
                _ => {}
            });
            let Some((word, tail)) = rest.get(dashes..).and_then(<[Word]>::split_first) else { return };
            if skip > 0 {
                skip -= 1;
            } else if installer.conda {
                conda_name(word, self.seen);
            } else {
                one(&word.text, self.seen);
            }
            rest = tail;
        }
    }
}

/// Notes the requirements of a list with commas (`--with ruff,mypy`).
pub(super) fn list(words: &Mapped, seen: &mut Seen) {
    let text = words.as_str();
    let mut start = 0;
    // A comma before an operator separates specifiers (`ruff>=1,<2`), not requirements.
    for (comma, _) in text.match_indices(',').chain([(text.len(), "")]) {
        let next = text.get(comma + 1..).unwrap_or_default().trim_start();
        let bracket = text.get(start..comma).is_some_and(|part| part.matches('[').count() > part.matches(']').count());
        if bracket || next.starts_with(['<', '>', '=', '!', '~']) {
            continue;
        }
        one(&words.slice(start..comma).trim(), seen);
        start = comma + 1;
    }
}

/// Notes one requirement, where it names a distribution: not a path, an archive or a variable.
pub(super) fn one(word: &Mapped, seen: &mut Seen) {
    let text = word.as_str().trim();
    if let Some(scheme) = text.find("://") {
        // `name @ url` is a requirement; `git+https://host/owner/name.git@tag` names what it gives by its path.
        if text.get(..scheme).is_some_and(|head| head.contains('@')) {
            seen.trace(TraceKind::Install, text, word.at());
        } else if let Some(name) = text.starts_with("git+").then(|| repository_name(text)).flatten() {
            seen.trace(TraceKind::Install, &format!("{name} @ {}", text.replace("\\#", "#")), word.at());
        }
        return;
    }
    let name_end =
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))).unwrap_or(text.len());
    let name = text.get(..name_end).unwrap_or_default();
    let rest = text.get(name_end..).unwrap_or_default();
    let archive = [".whl", ".gz", ".zip", ".txt", ".toml", ".cfg"].iter().any(|end| text.ends_with(end));
    if archive
        || !name.starts_with(|c: char| c.is_ascii_alphanumeric())
        || !name.ends_with(|c: char| c.is_ascii_alphanumeric())
    {
        return;
    }
    match rest.trim_start().chars().next() {
        None => seen.trace(TraceKind::Install, text, word.at()),
        Some('[' | '=' | '<' | '>' | '!' | '~' | ';' | '@' | '(') => {
            // A version that a variable gives is not known; the name is.
            let known = rest.find(['$', '{', '%']).map_or(text.len(), |_| {
                let extras = if rest.starts_with('[') { rest.find(']').map_or(0, |at| at + 1) } else { 0 };
                let variable = rest.get(..extras).is_some_and(|extras| extras.contains(['$', '{', '%']));
                name_end + if variable { 0 } else { extras }
            });
            let written = text.get(..known).unwrap_or(name);
            // `poetry add name@^1.2`, `pdm add name@1.2`.
            let written = if rest.starts_with('@') { name } else { written };
            seen.trace(TraceKind::Install, written, word.at());
        }
        Some(_) => {}
    }
}

/// The name of the project behind `git+https://host/owner/name.git@tag#egg=other`.
fn repository_name(url: &str) -> Option<String> {
    if let Some((_, egg)) = url.split_once("egg=") {
        let end = egg.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))).unwrap_or(egg.len());
        return egg.get(..end).filter(|name| !name.is_empty()).map(str::to_owned);
    }
    let path = url.split_once("://")?.1.split(['#', '?']).next()?;
    let (host, path) = path.split_once('/')?;
    let path = path.split('@').next()?.trim_end_matches('/');
    let name = path.rsplit('/').next()?.trim_end_matches(".git");
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    (plain && !host.is_empty()).then(|| name.to_owned())
}

/// A name of conda (`conda-forge::ruff=0.5=py_0`), as a requirement; `python=3.12` is a version of Python.
fn conda_name(word: &Word, seen: &mut Seen) {
    let written = word.as_str();
    let text = written.rsplit("::").next().unwrap_or(written);
    if let Some(version) = text.strip_prefix("python").filter(|rest| rest.starts_with(['=', '<', '>', '~'])) {
        version::add(version.trim_start_matches(['=', '~']), word.text.at(), seen);
        return;
    }
    let end = text.find(['=', '<', '>', '!', '~', ' ', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let requirement = match rest.strip_prefix('=') {
        Some(exact) if !exact.starts_with('=') => {
            let version = exact.split('=').next().unwrap_or(exact).trim_end_matches(".*");
            if version.starts_with(|c: char| c.is_ascii_digit()) {
                format!("{name}=={version}.*")
            } else {
                name.to_owned()
            }
        }
        _ => text.to_owned(),
    };
    let mut mapped = Mapped::default();
    mapped.push_whole(&requirement, word.text.at());
    one(&mapped, seen);
}
