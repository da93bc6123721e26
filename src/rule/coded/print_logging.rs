//! `print-logging`: a service that tells what it does by `print`.

use crate::diagnostic::Finding;
use crate::project::purpose::Purpose;
use crate::project::{Kind, PythonFile};
use crate::python::Call;
use crate::rule::Context;
use crate::rule::syntax::{self, Scanned, Wanted};

const RULE: &str = "print-logging";

/// The list of modules that make a program a service.
const SERVERS: &str = "servers";

/// Modules for which printing is what a program does.
const CONSOLES: &[&str] = &["argparse", "optparse", "getopt", "rich", "tqdm", "curses", "prompt_toolkit", "colorama"];

/// From how many modules and calls on it is a habit.
const LEAST: (usize, usize) = (3, 8);

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The modules of a service without any logging.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if is_silent_service(scanned) {
        for (place, _) in files(scanned) {
            wanted.add(place, ["print("]);
        }
    }
}

/// At most one finding a project, at the first call.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    if !is_silent_service(scanned) {
        return Vec::new();
    }
    let is_print = |call: &&Call| {
        call.function == "builtins.print"
            && call.in_function
            && call.arguments.iter().all(|a| a.name.as_deref() != Some("file"))
    };
    let mut printing: Vec<(&PythonFile, Vec<&Call>)> = files(scanned)
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?.calls.iter().filter(is_print).collect::<Vec<_>>())))
        .collect();
    printing.retain(|(_, calls)| !calls.is_empty());
    let calls: usize = printing.iter().map(|(_, calls)| calls.len()).sum();
    let mut places = printing.iter().filter_map(|(file, calls)| Some(file.file.span(calls.first()?.function_at)));
    let Some(first) = places.next().filter(|_| printing.len() >= LEAST.0 && calls >= LEAST.1) else {
        return Vec::new();
    };
    let message =
        format!("this service reports by `print`: {calls} calls in {} modules, and no logging", printing.len());
    let finding = Finding::new(crate::source::Location::Span(first), message)
        .note("what is printed has no level, no time and no place, cannot be switched off, and comes late where the output is buffered")
        .help("`logging.getLogger(__name__)` in each module, and one configuration where the service starts; `structlog` for lines that machines read")
        .need("logging");
    vec![places.take(SHOWN_PLACES).fold(finding, |finding, span| finding.related(span, "and here"))]
}

/// Whether the project is a service in which nothing logs.
fn is_silent_service(scanned: Scanned<'_>) -> bool {
    let project = scanned.project;
    let logs: Vec<&str> = scanned.modules_for("logging").into_iter().chain(["logging"]).collect();
    let servers = scanned.knowledge.list(RULE, SERVERS);
    project.kind == Kind::Application
        && files(scanned).any(|(_, file)| syntax::imports_any(file, servers))
        && !scanned.imports_any(&logs)
}

/// The modules of the program that print for no reader at a console.
fn files(scanned: Scanned<'_>) -> impl Iterator<Item = (usize, &PythonFile)> {
    let consoles: Vec<&str> = scanned.modules_for("cli").into_iter().chain(CONSOLES.iter().copied()).collect();
    scanned.files(&[Purpose::Runtime]).filter(move |(_, file)| !syntax::imports_any(file, &consoles))
}
