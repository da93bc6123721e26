#!/usr/bin/env python3
"""Counts the instructions of some runs with callgrind, and holds them against `instructions.json`.

    instructions.py [--lint PROGRAM] [--update]

Other work on the machine cannot change a count. A run that takes more than the tolerance beyond what is written down fails;
one that takes less by as much says so, for the file to be brought up to date with `--update`. The counts are those of a
release build of x86-64 Linux.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
EXPECTED = HERE / "instructions.json"
# Name, files, manifests, further arguments. No files: a requirements file and nothing else.
RUNS = [
    ("version", 0, 0, ["--version"]),
    ("one manifest", 0, 1, ["."]),
    ("300 files", 300, 3, ["."]),
    ("30 manifests", 60, 30, ["."]),
]
QUIET = ["--jobs", "1", "--isolated", "--exit-zero", "--quiet", "--today", "2026-01-01"]


def counted(program: str, folder: str, arguments: list[str]) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments]
    environment = {"PATH": os.environ.get("PATH", ""), "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        sys.exit(f"callgrind gave no count:\n{done.stderr}")
    return int(collected.group(1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lint", default=str(HERE.parent / "target" / "release" / "pyeco-lint"))
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    program = shutil.which(arguments.lint)
    if program is None or shutil.which("valgrind") is None:
        sys.exit("needs valgrind, and a release build of pyeco-lint")
    counts = {}
    for name, files, manifests, further in RUNS:
        with tempfile.TemporaryDirectory() as folder:
            if files:
                tree = [sys.executable, str(HERE / "tree.py"), folder, "--files", str(files), "--manifests", str(manifests)]
                subprocess.run(tree, check=True)
            elif manifests:
                pathlib.Path(folder, "requirements.txt").write_text("requests>=2.31\nrich>=13\n")
            options = further if "--version" in further else QUIET + further
            counts[name] = counted(os.path.abspath(program), folder, options)
    if arguments.update:
        tolerance = json.loads(EXPECTED.read_text())["tolerance"] if EXPECTED.exists() else 0.05
        EXPECTED.write_text(json.dumps({"tolerance": tolerance, "instructions": counts}, indent=2) + "\n")
        return
    expected = json.loads(EXPECTED.read_text())
    tolerance, failed = expected["tolerance"], False
    for name, count in counts.items():
        before = expected["instructions"][name]
        ratio = count / before
        word = "too many" if ratio > 1 + tolerance else "fewer: update the file" if ratio < 1 - tolerance else "as before"
        failed |= ratio > 1 + tolerance
        print(f"{name:16} {count:13,} of {before:13,}  {ratio:6.1%}  {word}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
