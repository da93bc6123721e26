"""The hooks, run by pre-commit itself in repositories of git."""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

import yaml
from common import GOOD, PROGRAM, PROJECTS, ROOT, VERSION, Case, environment, write

MIRROR = ROOT / "packaging" / "pre-commit-mirror"
MANIFESTS = {folder: folder / ".pre-commit-hooks.yaml" for folder in (ROOT, MIRROR)}
BAD_SOURCE = GOOD["app.py"].replace("safe_load(", "unsafe_load(")


def hooks(folder: Path) -> "list[dict[str, object]]":
    return yaml.safe_load(MANIFESTS[folder].read_text(encoding="utf-8"))


class Manifests(Case):
    def test_are_valid(self) -> None:
        for path in MANIFESTS.values():
            self.run_in(self.folder, sys.executable, "-m", "pre_commit", "validate-manifest", path)

    def test_differ_in_the_language_alone(self) -> None:
        of_source, of_wheel = hooks(ROOT), hooks(MIRROR)
        self.assertEqual({hook.pop("language") for hook in of_source}, {"rust"})
        self.assertEqual({hook.pop("language") for hook in of_wheel}, {"python"})
        self.assertEqual(of_source, of_wheel)
        self.assertEqual([hook["id"] for hook in of_source], ["pyeco-lint", "pyeco-lint-files"])
        self.assertEqual(of_source[0]["files"], of_source[1]["files"])

    def test_the_mirror_pins_this_version(self) -> None:
        text = (MIRROR / "pyproject.toml").read_text(encoding="utf-8")
        self.assertIn(f'\nversion = "{VERSION}"\n', text)
        self.assertIn(f'"pyeco-lint=={VERSION}"', text)
        self.assertIn(f"rev: v{VERSION}\n", (MIRROR / "README.md").read_text(encoding="utf-8"))

    def test_every_manifest_runs_them(self) -> None:
        files = re.compile(str(hooks(ROOT)[0]["files"]))
        done = self.run_in(ROOT, PROGRAM, "inspect", "--output-format=json", *sorted(PROJECTS.glob("*/")))
        projects = json.loads(done.stdout)["projects"]
        names = {manifest["filename"] for project in projects for manifest in project["manifests"]}
        self.assertGreater(len(names), 50)
        # Locks, lists of environments, and names that the fixtures lack.
        names |= {"uv.lock", "a/poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "pylock.dev.toml", "tox.ini"}
        names |= {"Dockerfile", "a/Dockerfile.dev", "api.Dockerfile", "Containerfile", ".pre-commit-config.yaml"}
        names |= {"requirements.in", "requirements/base.txt", "dev-requirements.txt", "Constraints.txt", "a b/c.py"}
        names |= {"environment.yml", "environment-dev.yaml", "my_environment.yml", "pyeco-lint.toml", ".pyeco-lint.toml"}
        self.assertEqual([name for name in sorted(names) if not files.search(name)], [])
        others = ["README.md", "notes.txt", "docs/py.txt", "app.pyc", "Makefile", "pipfile.toml", "Dockerfiles/x.txt"]
        self.assertEqual([name for name in others if files.search(name)], [])


class Commits(Case):
    """A repository whose hook installs the wheel from a mirror, which is made from the template."""

    @classmethod
    def setUpClass(cls) -> None:
        # One for all tests: pre-commit keeps the environment of a hook by the place of its repository.
        folder = tempfile.TemporaryDirectory(prefix="pyeco-lint-")
        cls.addClassCleanup(folder.cleanup)
        cls.mirror = Path(folder.name).resolve() / "mirror"
        cls.env = environment(PRE_COMMIT_HOME=str(cls.mirror.parent / "cache"))
        shutil.copytree(MIRROR, cls.mirror)

    def setUp(self) -> None:
        super().setUp()
        self.project = self.folder / "project"
        self.project.mkdir()
        self.git(self.project, "init", "--quiet", "--initial-branch=main")
        if not (self.mirror / ".git").is_dir():
            self.git(self.mirror, "init", "--quiet", "--initial-branch=main")
            self.git(self.mirror, "add", ".")
            self.git(self.mirror, "commit", "--quiet", "--message=Release")
            self.git(self.mirror, "tag", f"v{VERSION}")

    def git(self, folder: Path, *arguments: str) -> str:
        return self.run_in(folder, "git", *arguments, env=self.env).stdout

    def use(self, hook: str, *more: str) -> None:
        """Configures a hook, and installs it in the repository."""
        lines = ["repos:", f"- repo: {self.mirror}", f"  rev: v{VERSION}", "  hooks:", f"  - id: {hook}", *more]
        write(self.project, {".pre-commit-config.yaml": "\n".join(lines) + "\n"})
        self.run_in(self.project, sys.executable, "-m", "pre_commit", "install", env=self.env)

    def commit(self, status: int, files: "dict[str, str | None]") -> str:
        """Commits changes, of which none is a file that goes; what the hooks said."""
        write(self.project, {path: text for path, text in files.items() if text is not None})
        for path in [path for path, text in files.items() if text is None]:
            (self.project / path).unlink()
        self.git(self.project, "add", "--all")
        done = self.run_in(self.project, "git", "commit", "--message=A change", status=status, env=self.env)
        if status != 0:
            self.git(self.project, "reset", "--hard", "--quiet")
        return done.stdout + done.stderr

    def test_the_whole_project(self) -> None:
        self.use("pyeco-lint")
        # It has neither linter nor tests, and no commit fails for that.
        self.assertIn("Passed", self.commit(0, GOOD))
        self.assertIn("missing-linter", self.findings(self.project, status=1))

        said = self.commit(1, {"app.py": BAD_SOURCE})
        self.assertIn("error[unsafe-yaml-load]", said)
        self.assertNotIn("missing-linter", said)
        # The fault is in a file that the commit leaves alone.
        said = self.commit(1, {"requirements.txt": "# none\n"})
        self.assertIn("warning[undeclared-import]", said)
        self.assertIn("app.py:1:8", said)
        self.assertIn("Passed", self.commit(0, {"requirements.txt": "# none\n", "app.py": "print()\n"}))
        self.assertIn("no files to check", self.commit(0, {"notes.md": "Nothing to lint.\n"}))

    def test_a_file_that_goes(self) -> None:
        # pre-commit counts no file that a commit deletes, so a hook that is to see it runs always.
        self.use("pyeco-lint")
        self.commit(0, GOOD)
        self.use("pyeco-lint", "    always_run: true")
        self.commit(0, {})
        self.assertIn("warning[undeclared-import]", self.commit(1, {"requirements.txt": None}))

    def test_the_files_of_a_commit(self) -> None:
        self.use("pyeco-lint-files", "    args: [--fail-on=error]")
        # What is there already is left alone, until somebody touches it.
        self.run_in(self.project, sys.executable, "-m", "pre_commit", "uninstall", env=self.env)
        self.commit(0, {**GOOD, "old.py": BAD_SOURCE})
        self.use("pyeco-lint-files", "    args: [--fail-on=error]")
        self.assertIn("Passed", self.commit(0, {"a name.py": "import yaml\nimport rich\n\nprint(yaml, rich)\n"}))
        self.assertIn("old.py:", self.commit(1, {"old.py": BAD_SOURCE + "\n", "app.py": GOOD["app.py"] + "\n"}))
