//! A Python process that says what pip, packaging and configparser make of texts.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::python;

struct Oracle {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Ends with the test's process, which closes its input.
    _child: Child,
}

static ORACLE: OnceLock<Mutex<Oracle>> = OnceLock::new();

/// The answer to each of `items`; `what` is a kind of question that `tests/oracle/oracle.py` knows.
pub(crate) fn ask<T: DeserializeOwned>(what: &str, items: &[impl Serialize]) -> Vec<T> {
    let oracle = ORACLE.get_or_init(|| Mutex::new(start()));
    let mut oracle = oracle.lock().unwrap_or_else(PoisonError::into_inner);
    let question = serde_json::json!({ "what": what, "of": items });
    writeln!(oracle.questions, "{question}").expect("the oracle listens");
    let mut answer = String::new();
    oracle.answers.read_line(&mut answer).expect("the oracle answers");
    let answers: Vec<T> = serde_json::from_str(&answer)
        .unwrap_or_else(|error| panic!("the oracle gave no answer to `{what}` (its error stands above): {error}"));
    assert_eq!(answers.len(), items.len());
    answers
}

fn start() -> Oracle {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let mut child = Command::new(python::interpreter())
        // Nothing of this machine counts.
        .arg("-I")
        .arg(folder.join("oracle.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the oracle does not start: {error}\n{}", python::ADVICE));
    let questions = child.stdin.take().expect("piped");
    let answers = BufReader::new(child.stdout.take().expect("piped"));
    Oracle { questions, answers, _child: child }
}
