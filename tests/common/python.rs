//! The Python environment of the tests that ask other programs.

#![allow(unreachable_pub, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// What to do where the environment cannot be made.
pub const ADVICE: &str = "These tests need Python 3.10 or later with `venv`, and on their first run an index to \
                          install from. `python3 tests/oracle/prepare.py` makes their environment and says what it \
                          lacks; `.ci/run` does so too.";

/// The interpreter of the environment, which is made where it is not there.
///
/// # Panics
/// Where it cannot be made.
pub fn interpreter() -> &'static Path {
    // Once, whichever test comes first.
    static INTERPRETER: LazyLock<PathBuf> = LazyLock::new(make);
    &INTERPRETER
}

fn make() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let mut errors = Vec::new();
    for python in ["python3", "python"] {
        match Command::new(python).arg(folder.join("prepare.py")).output() {
            Ok(output) if output.status.success() => {
                return PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
            }
            Ok(output) => errors.push(format!("{python}: {}", String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => errors.push(format!("{python}: {error}")),
        }
    }
    panic!("the environment of the tests cannot be made.\n{}\n{ADVICE}", errors.join("\n"));
}
