"""Installs pyeco-lint in an environment of its own and runs it, as the inputs of the GitHub Action say.

The inputs are `PYECO_LINT_*` in the environment; `action.yml` describes them. The exit status is the linter's, and 2
where it could not be installed.
"""

import glob
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

# A version by itself (PEP 440): no other word of pip's command line, no URL.
VERSION = re.compile(r"[0-9][0-9A-Za-z.!+-]*")
CANNOT = 2


class Refusal(Exception):
    """Why nothing was linted."""


def given(name: str) -> str:
    """An input; empty where it is not given."""
    return os.environ.get(f"PYECO_LINT_{name}", "").strip()


def own_version() -> str:
    """The version of this action, which lies in the linter's repository."""
    manifest = Path(__file__).resolve().parents[2] / "Cargo.toml"
    package = manifest.read_text(encoding="utf-8").partition("[package]")[2]
    found = re.search(r'^version = "(.+)"$', package, re.MULTILINE)
    if found is None:
        raise Refusal(f"{manifest} has no version")
    return found[1]


def wanted() -> "list[str]":
    """What pip is to install, as its arguments."""
    wheel, version = given("WHEEL"), given("VERSION")
    if wheel and version:
        raise Refusal("`version` and `wheel` are both given: which of them is meant?")
    if wheel:
        found = [wheel] if os.path.isfile(wheel) else [path for path in glob.glob(wheel) if os.path.isfile(path)]
        if len(found) != 1:
            raise Refusal(f"`wheel` is {wheel}, which names {len(found)} files instead of one")
        return ["--no-index", os.path.abspath(found[0])]
    if version == "latest":
        return ["pyeco-lint"]
    version = version or own_version()
    if not VERSION.fullmatch(version):
        raise Refusal(f"`version` is {version}, which is no version")
    return [f"pyeco-lint=={version}"]


def install() -> Path:
    """A new virtual environment with the linter; gives the path of the program."""
    what = wanted()
    folder = Path(tempfile.mkdtemp(prefix="pyeco-lint-", dir=os.environ.get("RUNNER_TEMP") or None))
    scripts, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
    python = str(folder / scripts / f"python{suffix}")
    # Never from source: that would take a Rust tool-chain, and many minutes.
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, "--no-deps", "--only-binary=:all:", *what]):
        # Standard output may be a file of findings to somebody.
        if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
            raise Refusal(f"it could not be installed: {shlex.join(command)}")
    return folder / scripts / f"pyeco-lint{suffix}"


def command(program: Path) -> "list[str]":
    """The command line of the linter."""
    line = [str(program), "check", f"--output-format={given('FORMAT') or 'github'}"]
    if given("OUTPUT_FILE"):
        line.append(f"--output-file={given('OUTPUT_FILE')}")
    try:
        line += shlex.split(given("ARGS"))
    except ValueError as error:
        raise Refusal(f"`args` cannot be read: {error}") from error
    paths = [path.strip() for path in given("PATH").splitlines()]
    return [*line, "--", *[path for path in paths if path]]


def run(line: "list[str]") -> int:
    """Runs the linter. What it prints is no command to the runner, unless it is meant to be one."""
    mark = "" if given("FORMAT") in ("", "github") else secrets.token_hex(16)
    if mark:
        print(f"::stop-commands::{mark}", flush=True)
    try:
        return subprocess.run(line, check=False).returncode
    finally:
        if mark:
            print(f"::{mark}::", flush=True)


def main() -> int:
    try:
        return run(command(install()))
    except Refusal as why:
        # The escapes of a workflow command.
        text = str(why).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title=pyeco-lint::{text}")
        return CANNOT


if __name__ == "__main__":
    sys.exit(main())
