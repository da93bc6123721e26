"""Makes the virtual environment of the tests that ask Python, unless it is there: python3 tests/oracle/prepare.py

It stands in `target/oracle` and holds what `requirements.txt` beside this file pins. The path of its interpreter is
the one line on standard output.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent.parent / "target"


def interpreter(folder: Path) -> Path:
    """The interpreter of the virtual environment in `folder`."""
    if os.name == "nt":
        return folder / "Scripts" / "python.exe"
    return folder / "bin" / "python"


def environment(folder: Path, requirements: Path) -> bool:
    """Makes a virtual environment of what `requirements` pins, unless it is there; says why where that fails."""
    # Tells what the environment was made from; written when it is complete.
    stamp = folder / "made-from"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and interpreter(folder).exists():
        return True
    if sys.version_info < (3, 10):
        print(f"{sys.executable} is Python {sys.version.split()[0]}; 3.10 or later is needed", file=sys.stderr)
        return False
    shutil.rmtree(folder, ignore_errors=True)
    make = [sys.executable, "-m", "venv", str(folder)]
    pip = [str(interpreter(folder)), "-m", "pip", "--disable-pip-version-check"]
    # Of one that asks for a later Python only data are read.
    options = ["--quiet", "--require-hashes", "--no-deps", "--ignore-requires-python"]
    fill = [*pip, "install", *options, "-r", str(requirements)]
    for command in (make, fill):
        # Standard output is for the path alone.
        status = subprocess.run(command, stdout=sys.stderr, check=False).returncode
        if status != 0:
            print(f"failed with status {status}: {' '.join(command)}", file=sys.stderr)
            return False
    stamp.write_text(wanted)
    return True


def main() -> int:
    folder = TARGET / "oracle"
    if not environment(folder, HERE / "requirements.txt"):
        return 1
    print(interpreter(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
