#!/usr/bin/env python3
"""Writes a tree of projects to measure on: the same bytes for the same arguments.

    tree.py FOLDER --files N --manifests M

makes M projects (a `pyproject.toml` and a `requirements-dev.txt` each) that share N Python files of some 60 lines.
"""

import argparse
import pathlib

LIBRARIES = ["requests", "click", "pydantic", "attrs", "rich", "httpx", "sqlalchemy", "jinja2", "numpy", "packaging"]
MODULES = {"attrs": "attr"}
STANDARD = ["json", "os", "sys", "logging", "pathlib", "collections", "functools", "re", "typing", "dataclasses"]


def source(project: int, number: int) -> str:
    """A module: imports, a class, functions. Every tenth asks for a web page, which is what a rule looks at."""
    library = LIBRARIES[(project + number) % len(LIBRARIES)]
    first, second = (STANDARD[(number + step) % len(STANDARD)] for step in (0, 3))
    lines = [f'"""Part {number} of project {project}."""', "", f"import {first}", f"import {second}", ""]
    lines += [f"import {MODULES.get(library, library)}", ""]
    if number:
        lines += [f"from .part_{number - 1} import Part as Before", ""]
    lines += ["", "class Part:", f'    """What part {number} does."""', "", "    def __init__(self, name, values=()):"]
    lines += ["        self.name = name", "        self.values = list(values)", ""]
    for method in range(6):
        lines += [f"    def step_{method}(self, value):"]
        lines += [f'        """Step {method}: import nothing, keep "{library}" in mind."""']
        lines += [f"        found = [one + {method} for one in self.values if one > value]"]
        lines += ["        if not found:", f'            return {{"name": self.name, "step": {method}}}']
        lines += ["        return sum(found)", ""]
    if number % 10 == 0:
        lines += ["", "def fetch(address):", "    import requests", ""]
        lines += ["    return requests.get(address, timeout=10).json()"]
    return "\n".join(lines) + "\n"


def manifest(project: int) -> str:
    """A project that requires what its modules import."""
    names = "".join(f'    "{name}>=1",\n' for name in sorted(LIBRARIES))
    return (
        f'[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
        f'[project]\nname = "project-{project}"\nversion = "1.0"\nrequires-python = ">=3.11"\n'
        f"dependencies = [\n{names}]\n\n[tool.ruff]\nline-length = 100\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--manifests", type=int, default=10)
    arguments = parser.parse_args()
    (arguments.folder / ".git").mkdir(parents=True, exist_ok=True)
    share, more = divmod(arguments.files, arguments.manifests)
    for project in range(arguments.manifests):
        folder = arguments.folder / f"group_{project // 100}" / f"project_{project}"
        package = folder / "src" / f"project_{project}"
        package.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(manifest(project))
        (folder / "requirements-dev.txt").write_text("pytest>=8\nruff>=0.5\nmypy>=1\n")
        count = share + (project < more)
        for number in range(count):
            name = f"part_{number}.py" if number else "__init__.py"
            text = source(project, number).replace("from .part_0 import", "from . import")
            (package / name).write_text(text)


if __name__ == "__main__":
    main()
