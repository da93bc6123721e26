//! `python-not-the-tool`: a program that only runs other programs, one after the other.

use crate::diagnostic::Finding;
use crate::project::purpose::Purpose;
use crate::project::{PythonFile, load};
use crate::python::{Call, stdlib};
use crate::rule::Context;
use crate::rule::syntax::{self, Scanned, Wanted};

/// Functions that run a program.
pub const COMMANDS: &[&str] = &[
    "os.system",
    "os.popen",
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.getoutput",
    "subprocess.Popen",
];

/// Functions that a shell has as well.
pub const PLAIN: &[&str] = &[
    "builtins.print",
    "os.chdir",
    "os.getcwd",
    "os.getenv",
    "os.mkdir",
    "os.makedirs",
    "os.remove",
    "os.environ.get",
    "os.path.join",
    "os.path.dirname",
    "os.path.abspath",
    "os.path.expanduser",
    "shutil.copy",
    "shutil.rmtree",
    "shutil.move",
    "sys.exit",
    "time.sleep",
];

/// From how many commands on.
const LEAST_COMMANDS: usize = 3;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The files that may run commands, where the program is nothing else.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    for (place, file) in scanned.files(&[Purpose::Runtime, Purpose::Scripts]) {
        if is_candidate(file) {
            wanted.add(place, ["subprocess.", "os.system", "os.popen", "check_", "run("]);
        }
    }
}

/// One finding a file.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let files = Scanned::of(context).files(&[Purpose::Runtime, Purpose::Scripts]);
    files.filter(|(_, file)| is_candidate(file)).filter_map(|(_, file)| of_file(file)).collect()
}

fn of_file(file: &PythonFile) -> Option<Finding> {
    let uses = file.uses.as_deref()?;
    let is = |call: &Call, functions: &[&str]| call.is_only(|function| functions.contains(&function));
    let commands: Vec<&Call> = uses.calls.iter().filter(|call| is(call, COMMANDS)).collect();
    let plain = uses.calls.iter().filter(|call| is(call, PLAIN)).count();
    // Every call is known, and each runs a command or does what a shell does.
    if uses.idioms.straight_calls != Some(commands.len() + plain) || commands.len() < LEAST_COMMANDS {
        return None;
    }
    let first = commands.first()?;
    let message = format!("this program only runs {} commands, one after the other", commands.len());
    let finding = Finding::new(file.file.locate(Some(first.function_at)), message)
        .note("it has no branch, no loop and no handling of errors: a shell says the same in as many lines, and stops at the first failure with `set -e`")
        .help("write it as a shell script or as targets of a Makefile, until it has to decide something")
        .need("shell-pipelines");
    let others = commands.iter().skip(1).take(SHOWN_PLACES);
    Some(others.fold(finding, |finding, call| finding.related(file.file.span(call.function_at), "and here")))
}

/// Whether a file imports what runs commands, and nothing that is not of the standard library.
fn is_candidate(file: &PythonFile) -> bool {
    let mut imports = file.imports.imports.iter();
    syntax::imports_any(file, &["subprocess", "os"])
        && imports.all(|import| import.level == 0 && stdlib::lifetime(load::top_level(&import.module)).is_some())
}
