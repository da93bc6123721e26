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
FOLDER = HERE.parent.parent / "target" / "oracle"
REQUIREMENTS = HERE / "requirements.txt"
# Tells what the environment was made from; written when it is complete.
STAMP = FOLDER / "made-from"


def interpreter() -> Path:
    if os.name == "nt":
        return FOLDER / "Scripts" / "python.exe"
    return FOLDER / "bin" / "python"


def main() -> int:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not (STAMP.is_file() and STAMP.read_text() == wanted and interpreter().exists()):
        if sys.version_info < (3, 10):
            print(f"{sys.executable} is Python {sys.version.split()[0]}; 3.10 or later is needed", file=sys.stderr)
            return 1
        shutil.rmtree(FOLDER, ignore_errors=True)
        make = [sys.executable, "-m", "venv", str(FOLDER)]
        pip = [str(interpreter()), "-m", "pip", "--disable-pip-version-check"]
        # Of one that asks for a later Python only data are read.
        options = ["--quiet", "--require-hashes", "--no-deps", "--ignore-requires-python"]
        fill = [*pip, "install", *options, "-r", str(REQUIREMENTS)]
        for command in (make, fill):
            # Standard output is for the path alone.
            status = subprocess.run(command, stdout=sys.stderr, check=False).returncode
            if status != 0:
                print(f"failed with status {status}: {' '.join(command)}", file=sys.stderr)
                return 1
        STAMP.write_text(wanted)
    print(interpreter())
    return 0


if __name__ == "__main__":
    sys.exit(main())
