//! `noxfile.py`: what sessions install (`session.install("a", "b>=1", "-r", "x.txt")`), as far as it is literal.

use super::{Format, Group, Include, IncludeKind, ReadContext, Reading, install};
use crate::evidence::nox;
use crate::name::Name;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "nox", matches: nox::NOX.matches, read };

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let mut out = Reading::default();
    let seen = (nox::NOX.read)(text);
    let sessions = sessions(text);
    // Paths start where the session has gone to.
    let moves = text.contains("chdir(") || text.contains(".cd(");
    for command in install::commands(&seen) {
        let before = sessions.partition_point(|(start, _)| *start <= command.at.range().start);
        let session = before.checked_sub(1).and_then(|index| sessions.get(index)).map_or("nox", |(_, name)| name);
        let group = Group::Dev(Name::new(session));
        command.read(text, &group, &mut out);
        if !moves {
            out.includes.extend(includes(text, command.text, command.at, &group));
        }
    }
    out
}

/// The functions of a text: where each begins, and its name.
fn sessions(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let function = line.strip_prefix("async def ").or_else(|| line.strip_prefix("def "));
        let name = function.and_then(|rest| rest.split_once('(')).map(|(name, _)| name.trim());
        found.extend(name.map(|name| (start, name)));
        start += line.len();
    }
    found
}

/// The files that a command names with `-r` and `-c`, each as a literal of its own.
fn includes(text: &str, command: &str, at: Extent, group: &Group) -> Vec<Include> {
    let mut found = Vec::new();
    let mut words = command.split(' ');
    while let Some(word) = words.next() {
        let kind = match word {
            "-r" | "--requirement" => IncludeKind::Requirements,
            "-c" | "--constraint" => IncludeKind::Constraints,
            _ => continue,
        };
        let Some(target) = words.next().filter(|target| !target.contains(['{', '$'])) else { continue };
        // The place of a command ends before the last quote.
        let written = Extent::new(at.range().start, (at.range().end + 1).min(text.len())).of(text);
        let literal = ['"', '\''].iter().find_map(|quote| written.find(&format!("{quote}{target}{quote}")));
        // Behind a prefix (`f"…"`) or an operator the literal is not the path.
        let plain = |start: &usize| {
            written.get(..*start).is_some_and(|before| before.trim_end().ends_with([',', '(']))
                && written
                    .get(start + target.len() + 2..)
                    .is_some_and(|after| !after.trim_start().starts_with(['%', '+', '.']))
        };
        if let Some(start) = literal.filter(plain) {
            let start = at.range().start + start + 1;
            let at = Extent::new(start, start + target.len());
            found.push(Include { kind, target: target.to_owned(), at, group: group.clone() });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sessions() {
        let text = "\
import nox
@nox.session(python='3.12')
def unit_tests(session):
    session.install('-e', '.[test]', \"pytest>=8\", *EXTRA, f'x=={V}', NAME)
    session.install(\"-r\", \"requirements/dev.txt\", '-c', 'c.txt')
    if session.python == '3.8':
        session.install('tomli')
    session.conda_install('numpy')
    session.run('pip', 'install', 'left')
@nox.session
def lint(s):
    s.install('ruff=1')
    # s.install('black')
    s.install('-r', f'{x}.txt', '-r', DIR + 'y.txt')
";
        let reading = read(text, ReadContext { path: "noxfile.py" });
        let shown: Vec<_> = reading.requirements.iter().map(|r| format!("{} {}", r.group, r.at.of(text))).collect();
        assert_eq!(
            shown,
            [
                "dev:unit-tests pytest>=8",
                "dev:unit-tests x=={V}",
                "dev:unit-tests tomli",
                "dev:unit-tests left",
                "dev:lint ruff=1"
            ]
        );
        let includes: Vec<_> =
            reading.includes.iter().map(|i| format!("{:?} {} {}", i.kind, i.target, i.at.of(text))).collect();
        assert_eq!(includes, ["Requirements requirements/dev.txt requirements/dev.txt", "Constraints c.txt c.txt"]);
        assert_eq!(reading.problems.len(), 1);
    }
}
