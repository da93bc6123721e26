"""The GitHub Action, run as a runner does: the text of its step, the inputs in the environment."""

import json
import re
from pathlib import Path

import yaml
from common import GOOD, ROOT, VERSION, WHEELS, Case, environment, wheel, write

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
BAD = {**GOOD, "app.py": GOOD["app.py"].replace("safe_load(", "unsafe_load(")}


class Action(Case):
    def setUp(self) -> None:
        super().setUp()
        self.project, self.temporary = self.folder / "a project", self.folder / "runner temp"
        self.summary = self.folder / "summary.md"
        self.temporary.mkdir()

    def act(self, status: int, **inputs: str) -> str:
        """Runs the action in the project; what the runner would read."""
        (step,) = ACTION["runs"]["steps"]
        unknown = set(inputs) - {name.replace("-", "_") for name in ACTION["inputs"]}
        self.assertFalse(unknown, "no such input")
        given = {}
        for name, value in step["env"].items():
            (source,) = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value).groups()
            given[name] = inputs.get(source.replace("-", "_"), ACTION["inputs"][source]["default"])
        self.assertEqual(step["shell"], "bash")
        env = environment(
            GITHUB_ACTION_PATH=str(ROOT),
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(self.summary),
            GITHUB_WORKSPACE=str(self.project),
            RUNNER_TEMP=str(self.temporary),
            **given,
        )
        script = self.temporary / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script]
        return self.run_in(self.project, *bash, status=status, env=env).stdout

    def test_no_input_is_code(self) -> None:
        for step in ACTION["runs"]["steps"]:
            self.assertNotIn("${{", step["run"])
        named = re.findall(r"inputs\.([a-z-]+)", json.dumps(ACTION["runs"]))
        self.assertEqual(sorted(named), sorted(ACTION["inputs"]))

    def test_annotates_and_summarises(self) -> None:
        write(self.project, BAD)
        # The version that the action lies beside, from where pip installs.
        said = self.act(1, args="--extend-ignore tooling")
        lines = said.splitlines()
        self.assertEqual(len(lines), 1, said)
        self.assertTrue(lines[0].startswith("::error file=app.py,line=5,endLine=5,"), said)
        self.assertIn("unsafe-yaml-load", self.summary.read_text(encoding="utf-8"))

    def test_says_nothing_of_a_good_project(self) -> None:
        write(self.project, GOOD)
        self.assertEqual(self.act(0, version=VERSION, args="--extend-ignore tooling"), "")

    def test_writes_sarif(self) -> None:
        write(self.project, BAD)
        glob = f"{WHEELS}/pyeco_lint-*.whl"
        said = self.act(1, wheel=glob, args="--extend-ignore=tooling", format="sarif", output_file="results.sarif")
        self.assertRegex(said, r"^::stop-commands::(\w+)\n::\1::\n$")
        (run,) = json.loads((self.project / "results.sarif").read_text(encoding="utf-8"))["runs"]
        self.assertEqual([result["ruleId"] for result in run["results"]], ["unsafe-yaml-load"])

    def test_words_stay_whole(self) -> None:
        write(self.project, {f"{top}/{path}": text for top in ("one two", "-b") for path, text in BAD.items()})
        args = "--select 'unsafe-yaml-load' --exclude \"$(touch made)\" --exclude `touch made` --exclude x;touch\\ made"
        said = self.act(1, wheel=str(wheel()), path="one two\n\n  ./-b\n", args=args, format="concise")
        self.assertEqual(len(re.findall(r"^(?:one two|-b)/app\.py:5:\d+: error", said, re.MULTILINE)), 2, said)
        self.assertEqual({file.name for file in self.project.iterdir()}, {"one two", "-b"})

    def test_refuses_what_it_cannot_do(self) -> None:
        write(self.project, GOOD)
        refusals = [
            ({"version": "--index-url=https://index.example/simple"}, "no version"),
            ({"version": "0.1.0 other"}, "no version"),
            ({"version": VERSION, "wheel": "x.whl"}, "both given"),
            ({"wheel": "dist/*.whl"}, "0 files"),
            ({"version": "0.0.1"}, "could not be installed"),
            ({"wheel": str(wheel()), "args": "--select 'x"}, "cannot be read"),
            ({"wheel": str(wheel()), "args": "--no-such-option"}, None),
            ({"wheel": str(wheel()), "path": "missing"}, None),
        ]
        for inputs, why in refusals:
            with self.subTest(**inputs):
                said = self.act(2, **inputs)
                self.assertEqual(said.startswith("::error title=pyeco-lint::"), why is not None, said)
                self.assertIn(why or "", said)

    def test_needs_a_python(self) -> None:
        # A stub that is none stands before everything else.
        stubs = self.folder / "bin"
        for name in ("python", "python3"):
            write(stubs, {name: "#!/bin/sh\nexit 9\n"})
            (stubs / name).chmod(0o755)
        script = ROOT / "packaging" / "action" / "run"
        env = environment()
        env["PATH"] = f"{stubs}:{env['PATH']}"
        said = self.run_in(Path(self.folder), "bash", script, status=2, env=env).stdout
        self.assertIn("no Python 3.8", said)
