//! What commands install (`pip install a "b>=1"`), as requirements.

use super::mapped::Mapped;
use super::{Group, Reading, place};
use crate::evidence::{Seen, Trace, TraceKind};
use crate::source::Extent;

/// Commands whose words are names of an index of Python distributions, and whose environment is the image's or the
/// session's.
const COMMANDS: &[&str] = &["pip install", "uv pip install"];

/// A command that installs.
pub(super) struct Command<'s> {
    /// Its words, joined by single blanks.
    pub(super) text: &'s str,
    /// Where it stands.
    pub(super) at: Extent,
    /// What it names.
    names: Vec<&'s Trace>,
}

/// The commands of a text that install, in its order.
pub(super) fn commands(seen: &Seen) -> Vec<Command<'_>> {
    let mut found: Vec<Command<'_>> = Vec::new();
    let mut installs = false;
    for trace in &seen.traces {
        match trace.kind {
            TraceKind::Command => {
                let runs = |c: &&str| trace.text.strip_prefix(*c).is_some_and(|rest| rest.starts_with(' '));
                installs = COMMANDS.iter().any(runs);
                if installs {
                    found.push(Command { text: &trace.text, at: trace.at, names: Vec::new() });
                }
            }
            // What a launcher brings (`uvx --with`) is noted before its command.
            TraceKind::Install if installs => {
                if let Some(command) = found.last_mut().filter(|command| command.at.contains(trace.at)) {
                    command.names.push(trace);
                }
            }
            _ => {}
        }
    }
    found
}

impl Command<'_> {
    /// Reads what the command names into `out`. A name whose version a variable gives is taken without one. Deleting a
    /// requirement would take its word from the command, so its item is itself.
    pub(super) fn read(&self, text: &str, group: &Group, out: &mut Reading) {
        for name in &self.names {
            let mut word = Mapped::default();
            let is_exact = name.at.of(text) == name.text && !name.text.contains(['$', '`']);
            if is_exact {
                word.push(&name.text, name.at.range().start);
            } else {
                word.push_whole(&name.text, name.at);
            }
            let faults = out.problems.len();
            place::requirement(out, &word, group, name.at);
            // A word with quotes, escapes or variables within may say something else to the program.
            if !is_exact {
                out.problems.truncate(faults);
            }
        }
    }
}
