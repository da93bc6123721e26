"""The wheel and the source distribution: what is in them, and that they can be used."""

import os
import re
import shutil
import sys
import tarfile
import time
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

from common import DESCRIPTION, FOLDER, PROGRAM, PROJECTS, ROOT, VERSION, Case, environment, wheel

# A registry of crates takes no package above this.
LIMIT = 10_000_000


def check_metadata(case: Case, text: str) -> None:
    """What indexes and installers are told."""
    metadata: Message = Parser().parsestr(text)
    case.assertEqual(metadata["Name"], "pyeco-lint")
    case.assertEqual(metadata["Version"], VERSION)
    case.assertEqual(metadata["Summary"], DESCRIPTION)
    case.assertEqual(metadata["License-Expression"], "MIT OR Apache-2.0")
    case.assertEqual(metadata.get_all("License-File"), ["LICENSE-APACHE", "LICENSE-MIT"])
    case.assertTrue(metadata["Requires-Python"])
    case.assertTrue(metadata["Description-Content-Type"].startswith("text/markdown"))
    case.assertTrue(metadata.get_payload().lstrip().startswith("# pyeco-lint"))
    case.assertIsNone(metadata["Requires-Dist"], "the program needs no Python packages")


class Wheel(Case):
    def test_holds_the_program_alone(self) -> None:
        with ZipFile(wheel()) as archive:
            names = archive.namelist()
            outside = [name for name in names if ".dist-info/" not in name]
            self.assertEqual(outside, [f"pyeco_lint-{VERSION}.data/scripts/{PROGRAM.name}"])
            (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
            check_metadata(self, archive.read(metadata).decode())
        # Any Python, one platform.
        self.assertRegex(wheel().name, rf"^pyeco_lint-{re.escape(VERSION)}-py3-none-(?!any)")

    def test_runs_where_it_is_installed(self) -> None:
        self.assertEqual(self.run_in(self.folder, PROGRAM, "--version").stdout, f"pyeco-lint {VERSION}\n")
        self.assertEqual(self.findings(self.folder, PROJECTS / "healthy-library", status=0), [])
        found = self.findings(self.folder, PROJECTS / "legacy-devops-service", status=1)
        self.assertIn("unsafe-yaml-load", found)


class SourceDistribution(Case):
    def setUp(self) -> None:
        super().setUp()
        (self.archive,) = (FOLDER / "dist").glob("*.tar.gz")
        self.top = f"pyeco_lint-{VERSION}/"

    def test_holds_what_the_program_is_made_of(self) -> None:
        with tarfile.open(self.archive) as archive:
            names = {name.removeprefix(self.top) for name in archive.getnames()}
            metadata = archive.extractfile(f"{self.top}PKG-INFO")
            assert metadata is not None
            check_metadata(self, metadata.read().decode())
        # It would have the user's rustup fetch another tool-chain.
        self.assertNotIn("rust-toolchain.toml", names)
        listed = self.run_in(ROOT, "git", "ls-files", "src", "rules", "data", "build.rs", "Cargo.lock", "LICENSE-*")
        self.assertEqual(set(listed.stdout.split()) - names, set())
        self.assertLess(self.archive.stat().st_size, LIMIT)

    def test_compiles(self) -> None:
        parent = FOLDER / "sdist"
        shutil.rmtree(parent, ignore_errors=True)
        with tarfile.open(self.archive) as archive:
            for member in archive.getmembers():
                # All files carry one old date, by which cargo would take them for those of the last run.
                member.mtime = time.time()
                archive.extract(member, parent, filter="data")
        folder = parent / self.top
        # Below the repository, so with its tool-chain; what clippy has made of the dependencies serves here as well.
        self.run_in(folder, "cargo", "check", "--offline", "--bin=pyeco-lint", f"--target-dir={ROOT / 'target'}")
        # The lock of the workspace has become that of the program: fewer crates, none of another version.
        crate = re.compile(r'^name = "(.+)"\nversion = "(.+)"$', re.MULTILINE)
        ours, theirs = (set(crate.findall((place / "Cargo.lock").read_text())) for place in (ROOT, folder))
        self.assertGreater(len(theirs), 50)
        self.assertEqual(theirs - ours, set())

    def test_is_taken_by_pip(self) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
        # Outside of the repository no file says which tool-chain is meant.
        channel = re.search(r'channel = "(.+)"', (ROOT / "rust-toolchain.toml").read_text(encoding="utf-8"))
        env = environment(RUSTUP_TOOLCHAIN=channel[1])
        env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
        done = self.run_in(self.folder, *pip, "--no-build-isolation", self.archive, env=env)
        self.assertIn(f"Would install pyeco-lint-{VERSION}", done.stdout)
