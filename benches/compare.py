#!/usr/bin/env python3
"""Times pyeco-lint beside ruff, ripgrep and deptry on one tree, in turns.

    compare.py TREE [--lint PROGRAM] [--ruff PROGRAM] [--rg PROGRAM] [--deptry PROGRAM] [--rounds N]

Other work on the machine slows all of them alike, so what counts is the ratio within a round. Printed are the medians of
wall time, of processor time (user and system) and the most memory, and the median of the rounds' ratios to ruff.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time

RUFF = ["check", "--no-cache", "--select", "S506,S113,S501,DTZ003,ASYNC210", "--isolated", "--quiet", "."]
COMMANDS = {
    "pyeco-lint": ["--isolated", "--exit-zero", "--quiet", "."],
    "pyeco-lint, one thread": ["--jobs", "1", "--isolated", "--exit-zero", "--quiet", "."],
    "ruff": RUFF,
    "ripgrep": ["-c", "--no-ignore-vcs", "-g", "*.py", "ZZZ", "."],
    "deptry": ["."],
}


def measured(command: list[str], folder: str) -> tuple[float, float, float]:
    """Seconds on the wall, seconds of processors, MB."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = 0
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree")
    parser.add_argument("--lint", default="pyeco-lint")
    parser.add_argument("--ruff", default="ruff")
    parser.add_argument("--rg", default="rg")
    parser.add_argument("--deptry")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    programs = {
        "pyeco-lint": arguments.lint,
        "pyeco-lint, one thread": arguments.lint,
        "ruff": arguments.ruff,
        "ripgrep": arguments.rg,
        "deptry": arguments.deptry,
    }
    found = {name: shutil.which(program) for name, program in programs.items() if program}
    for name in (name for name, path in found.items() if path is None):
        print(f"{name} is not there, and left out", file=sys.stderr)
    commands = {name: [os.path.abspath(path), *COMMANDS[name]] for name, path in found.items() if path}
    results = {name: [] for name in commands}
    for name, command in commands.items():
        measured(command, arguments.tree)
    for _ in range(arguments.rounds):
        for name, command in commands.items():
            results[name].append(measured(command, arguments.tree))
    print(f"{'':24} {'wall':>9} {'processor':>10} {'memory':>10} {'wall/ruff':>10} {'processor/ruff':>15}")
    for name, rows in results.items():
        wall, processor, memory = (statistics.median(row[at] for row in rows) for at in range(3))
        line = f"{name:24} {wall:7.2f} s {processor:8.2f} s {memory:7.0f} MB"
        if "ruff" in results:
            ratios = [
                statistics.median(row[at] / max(ruff[at], 1e-9) for row, ruff in zip(rows, results["ruff"]))
                for at in (0, 1)
            ]
            line += f" {ratios[0]:10.2f} {ratios[1]:15.2f}"
        print(line)


if __name__ == "__main__":
    main()
