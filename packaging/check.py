"""Builds the wheel and the source distribution, and tests every way to install and run them: python3 packaging/check.py

Arguments go to `unittest`: `python3 packaging/check.py test_action`. All that is made stands in `target/packaging`. The
program is that of the dev profile, so that `cargo test` has built it already.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / "target" / "packaging"

sys.path.insert(0, str(ROOT / "tests" / "oracle"))
from prepare import environment, interpreter  # noqa: E402


def carry_out(*command: str) -> None:
    """Runs a command in the repository; its failure ends the run."""
    print(f"== {' '.join(command)}", flush=True)
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status != 0:
        sys.exit(f"failed with status {status}")


def main() -> None:
    for tool, what in (("cargo", "the Rust tool-chain of rust-toolchain.toml"), ("git", "git"), ("bash", "bash")):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not there: install {what}")
    os.environ["CARGO_INCREMENTAL"] = "0"
    tools, installed = FOLDER / "tools", FOLDER / "installed"
    if not environment(tools, HERE / "requirements.txt"):
        sys.exit("maturin and pre-commit could not be installed: that takes an index, and Python 3.10 with `venv`")
    python = str(interpreter(tools))

    # What hooks and actions install from: the wheel that is tested, and what builds the package of the mirror.
    shutil.rmtree(FOLDER / "dist", ignore_errors=True)
    wheels = FOLDER / "wheels"
    for old in wheels.glob("pyeco_lint-*.whl"):
        old.unlink()
    if not list(wheels.glob("setuptools-*.whl")):
        file = str(HERE / "wheelhouse.txt")
        pip = [python, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
        carry_out(*pip, "--require-hashes", "--only-binary=:all:", "--dest", str(wheels), "-r", file)
    carry_out(python, "-m", "maturin", "build", "--quiet", "--profile", "dev", "--locked", "--out", str(wheels))
    carry_out(python, "-m", "maturin", "sdist", "--out", str(FOLDER / "dist"))

    shutil.rmtree(installed, ignore_errors=True)
    carry_out(sys.executable, "-m", "venv", str(installed))
    pip = [str(interpreter(installed)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index"]
    carry_out(*pip, f"--find-links={wheels}", "pyeco-lint")

    tests = sys.argv[1:] or sorted(file.stem for file in (HERE / "tests").glob("test_*.py"))
    os.environ["PYTHONPATH"] = str(HERE / "tests")
    carry_out(python, "-m", "unittest", "--verbose", *tests)


if __name__ == "__main__":
    main()
