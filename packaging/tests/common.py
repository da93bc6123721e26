"""What the tests of the packages share: where things lie, and how a program is run."""

import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target" / "packaging"
WHEELS = FOLDER / "wheels"
SCRIPTS = "Scripts" if os.name == "nt" else "bin"
PROGRAM = FOLDER / "installed" / SCRIPTS / "pyeco-lint"
PROJECTS = ROOT / "fixtures" / "projects"

MANIFEST = (ROOT / "Cargo.toml").read_text(encoding="utf-8").partition("[package]")[2]
VERSION = re.search(r'^version = "(.+)"$', MANIFEST, re.MULTILINE)[1]
DESCRIPTION = re.search(r'^description = "(.+)"$', MANIFEST, re.MULTILINE)[1]

# A small application that nothing is said of, but that it lacks tools.
GOOD = {
    "requirements.txt": "PyYAML==6.0.2\n",
    "app.py": 'import yaml\n\n\nwith open("app.yaml", encoding="utf-8") as file:\n    print(yaml.safe_load(file))\n',
}


def wheel() -> Path:
    """The one wheel that was built."""
    (found,) = WHEELS.glob("pyeco_lint-*.whl")
    return found


def environment(**more: str) -> "dict[str, str]":
    """The environment without what a user's own settings could change, installing from the wheels alone."""
    private = re.compile(r"(PIP|GIT|PRE_COMMIT|GITHUB|RUNNER|VIRTUALENV|PYTHON)_?|VIRTUAL_ENV$|FORCE_COLOR$|SKIP$")
    kept = {name: value for name, value in os.environ.items() if not private.match(name)}
    author = {"NAME": "Test", "EMAIL": "test@example.com"}
    return {
        **kept,
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in author.items()},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(WHEELS),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "VIRTUALENV_NO_PERIODIC_UPDATE": "1",
        **more,
    }


def write(folder: Path, files: "dict[str, str]") -> None:
    """Writes files, by their paths below `folder`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


class Case(unittest.TestCase):
    """A test in an empty folder of its own, which lies in no repository."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="pyeco lint ")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def run_in(
        self, folder: Path, *command: "str | Path", status: int = 0, env: "dict[str, str] | None" = None
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command that has to end with `status`."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            env=env or environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.assertEqual(done.returncode, status, said)
        return done

    def findings(self, folder: Path, *arguments: "str | Path", status: int) -> "list[str]":
        """The rules that the installed program finds broken, in the order of its report."""
        done = self.run_in(folder, PROGRAM, "check", "--output-format=json", *arguments, status=status)
        return [finding["name"] for finding in json.loads(done.stdout)["diagnostics"]]
