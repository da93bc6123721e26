"""Every snippet of `docs/integrations.md` and of the README that another program reads or that can be run."""

import json
import os
import re
import shlex
import sys
from pathlib import Path

import yaml
from common import GOOD, PROGRAM, ROOT, VERSION, Case, environment, write

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDE = ROOT / "docs" / "integrations.md"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def blocks(language: str, *paths: Path) -> "list[str]":
    """The fenced blocks of a language."""
    texts = [path.read_text(encoding="utf-8") for path in paths]
    return [body for text in texts for name, body in BLOCK.findall(text) if name == language]


def commands(node: object) -> "list[str]":
    """What the jobs and steps below a node of YAML run, a line each."""
    if isinstance(node, list):
        return [line for item in node for line in commands(item)]
    if not isinstance(node, dict):
        return []
    found = []
    for key, value in node.items():
        if key in ("run", "script"):
            lines = value if isinstance(value, list) else [value]
            found += [line for text in lines for line in text.splitlines()]
        else:
            found += commands(value)
    return found


class Documents(Case):
    def test_hooks(self) -> None:
        configurations = [text for text in blocks("yaml", GUIDE, ROOT / "README.md") if text.startswith("repos:")]
        self.assertGreater(len(configurations), 1)
        for text in configurations:
            write(self.folder, {".pre-commit-config.yaml": text})
            done = self.run_in(self.folder, sys.executable, "-m", "pre_commit", "validate-config")
            self.assertEqual(done.stdout, "", "no warnings")
            for repository in yaml.safe_load(text)["repos"]:
                self.assertEqual(repository["rev"], f"v{VERSION}")
                named = {hook["id"] for hook in repository["hooks"]}
                self.assertLessEqual(named, {hook["id"] for hook in HOOKS})

    def test_workflows(self) -> None:
        steps = []
        for text in blocks("yaml", GUIDE):
            document = yaml.safe_load(text)
            for job in document.get("jobs", {}).values() if isinstance(document, dict) else ():
                self.assertTrue(job["runs-on"])
                steps += job["steps"]
        ours = [step for step in steps if "/pyeco-lint@" in step.get("uses", "")]
        self.assertGreater(len(ours), 1)
        for step in ours:
            self.assertTrue(step["uses"].endswith(f"@v{VERSION}"))
            self.assertLessEqual(set(step.get("with", {})), set(ACTION["inputs"]))
        # What is uploaded is what was written.
        written = {step["with"]["output-file"] for step in ours if "output-file" in step.get("with", {})}
        uploaded = {step["with"]["sarif_file"] for step in steps if "sarif_file" in step.get("with", {})}
        self.assertEqual(uploaded, written)

    def test_commands(self) -> None:
        lines = [line for text in blocks("yaml", GUIDE) for line in commands(yaml.safe_load(text))]
        lines += [line.removeprefix("$ ") for text in blocks("console", GUIDE) for line in text.splitlines()]
        ran = 0
        for line in lines:
            if not line.startswith("pyeco-lint "):
                self.assertRegex(line, r"^(pip|pipx|cargo) ", "a command that nobody has tried")
                continue
            # What stands behind a pipe belongs to others, and a comment to the reader.
            command = re.sub(r" \| .*|\s+#.*", "", line)
            with self.subTest(line):
                folder = self.folder / str(ran)
                write(folder, {**GOOD, "requirements-dev.txt": "ruff==0.14.0\n"})
                env = environment()
                env["PATH"] = f"{PROGRAM.parent}{os.pathsep}{env['PATH']}"
                self.run_in(folder, "bash", "-c", f"{command} --extend-ignore=tooling", env=env)
                ran += 1
        self.assertGreater(ran, 4)

    def test_lines_that_editors_read(self) -> None:
        (task,) = [json.loads(text) for text in blocks("json", GUIDE)]
        (run,) = task["tasks"]
        pattern = run["problemMatcher"]["pattern"]
        write(self.folder, {**GOOD, "app.py": GOOD["app.py"].replace("safe_load(", "unsafe_load(")})
        words = shlex.split(run["command"])
        self.assertEqual(words[0], "pyeco-lint")
        done = self.run_in(self.folder, PROGRAM, *words[1:], "--extend-ignore=tooling", status=1)
        found = re.match(pattern["regexp"], done.stdout)
        assert found is not None, done.stdout
        told = {key: found[value] for key, value in pattern.items() if key != "regexp"}
        self.assertEqual((told["file"], told["line"], told["severity"]), ("app.py", "5", "error"))
        self.assertEqual(told["code"], "unsafe-yaml-load")

    def test_no_registry_is_told_of_before_the_first_release(self) -> None:
        # Once there are releases, these sentences go, and this test with them.
        for path in (GUIDE, ROOT / "README.md"):
            self.assertIn("first release", path.read_text(encoding="utf-8"), path)
