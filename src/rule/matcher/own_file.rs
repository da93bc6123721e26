//! Whether what is passed comes from a file that the program brings along.

use crate::python::{Argument, ArgumentValue, Call, Uses};

/// How many calls are followed: a path is put together from a folder, that from another one …
const MOST_STEPS: u32 = 8;

/// What opens files.
const OPENING: &[&str] = &["builtins.open", "io.open", "codecs.open"];

/// What reads them.
const READING: &[&str] = &["builtins.open().read", "io.open().read", "codecs.open().read"];

/// Functions of a path that lead from it to another one near it.
const PATHS: &[&str] = &[
    "os.path.join",
    "os.path.abspath",
    "os.path.dirname",
    "os.path.normpath",
    "os.path.realpath",
    "os.fspath",
    "builtins.str",
    "pathlib.Path",
];

/// The functions of which it asks how source calls them.
pub fn functions() -> impl Iterator<Item = &'static str> {
    [OPENING, READING, PATHS].into_iter().flatten().copied()
}

/// Whether `argument` is a file that is opened by a path that starts from the program's own folder, or what is read from it.
pub(super) fn holds(argument: &Argument, uses: &Uses) -> bool {
    let mut made = made_by(argument, uses).peekable();
    made.peek().is_some()
        && made.all(|call| match call.function.as_str() {
            function if OPENING.contains(&function) => is_opened_here(call, uses),
            function if READING.contains(&function) => {
                let mut opened = call.made_at.iter().map(|at| uses.call_at(*at)).peekable();
                opened.peek().is_some() && opened.all(|call| call.is_some_and(|call| is_opened_here(call, uses)))
            }
            _ => false,
        })
}

/// The calls that give an argument.
fn made_by<'a>(argument: &'a Argument, uses: &'a Uses) -> impl Iterator<Item = &'a Call> {
    argument.made_at.iter().filter_map(|at| uses.call_at(*at))
}

fn is_opened_here(call: &Call, uses: &Uses) -> bool {
    // What stands under a bare name is looked for where the program is started, which may be anywhere.
    call.arguments.first().is_some_and(|path| !is_literal(path) && is_near(path, uses, MOST_STEPS))
}

fn is_literal(argument: &Argument) -> bool {
    matches!(argument.value, ArgumentValue::Literal(_))
}

/// Whether a value is a literal relative path.
fn is_relative(path: &ArgumentValue) -> bool {
    let ArgumentValue::Literal(literal) = path else { return false };
    literal.strip_prefix('"').is_some_and(|path| !path.starts_with(['/', '~', '"', '\\']) && !path.contains(':'))
}

/// Whether a path starts from the file of the source, or goes up from a folder by a literal part.
fn is_near(path: &Argument, uses: &Uses, steps: u32) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    match &path.value {
        ArgumentValue::Names(names) => names.iter().all(|name| name == "builtins.__file__"),
        ArgumentValue::Literal(part) => matches!(part.trim_matches('"').split('/').next(), Some("..")),
        ArgumentValue::Call(function) if PATHS.contains(&function.as_str()) => {
            let mut calls = made_by(path, uses).peekable();
            calls.peek().is_some()
                && calls.all(|call| {
                    call.arguments.iter().any(|argument| is_near(argument, uses, steps))
                        || !call.starred && call.arguments.iter().all(|argument| is_relative(&argument.value))
                })
        }
        _ => false,
    }
}
