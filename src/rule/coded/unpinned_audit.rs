//! `unpinned-audit`: an audit of a list that does not say which versions are meant.
//!
//! Source: <https://github.com/pypa/pip-audit#usage>.

use crate::diagnostic::Finding;
use crate::evidence::TraceKind;
use crate::manifest::{Group, Manifest, Origin};
use crate::path;
use crate::rule::Context;
use crate::source::{Location, Span};

/// Options with which versions are fixed in another way, or what is installed is looked at.
const FIXED: &[&str] = &["--no-deps", "--require-hashes", "--locked", "--disable-pip", "-l", "--local", "--path"];

/// One finding a command.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let own = evidence.filter(|file| context.workspace.owner(path::folder(&file.path)) == Some(context.index));
    let commands = own.flat_map(|file| {
        let commands = file.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
        commands.map(|trace| (file.file.span(trace.at), trace.text.as_str()))
    });
    commands.filter_map(|(at, command)| finding(context, at, command)).collect()
}

fn finding(context: &Context<'_>, at: Span, command: &str) -> Option<Finding> {
    let mut words = command.split_whitespace();
    let words: Vec<&str> = (words.next()? == "pip-audit").then(|| words.collect())?;
    if words.iter().any(|word| FIXED.contains(word)) {
        return None;
    }
    let option = words.iter().position(|word| matches!(*word, "-r" | "--requirement"))?;
    let listed = path::join(&context.project.root, words.get(option + 1)?);
    let list = context.project.manifests.iter().find(|manifest| manifest.path == listed)?;
    let loose = open(list)?;
    let name = path::name(&list.path);
    Some(
        Finding::new(Location::Span(at), format!("`{name}` does not say which versions are audited"))
            .key(name)
            .related(list.file.span(loose.1), format!("`{}` may be any of several versions", loose.0))
            .note("pip-audit resolves the list anew, and looks at what is the newest on that day, not at what is installed where the program runs")
            .help("audit a list with pins (`uv export`, `pip-compile`), or what is installed, without `-r`")
            .package("pip-audit"),
    )
}

/// The first requirement of a list that is not fixed to a version, of a list that was understood as a whole.
fn open(list: &Manifest) -> Option<(&str, crate::source::Extent)> {
    let reading = &list.reading;
    if reading.partial || !reading.includes.is_empty() {
        return None;
    }
    let installed = reading.requirements.iter().filter(|requirement| requirement.group != Group::Constraint);
    let mut loose = installed.filter(|requirement| requirement.pin().is_none() && requirement.origin == Origin::Index);
    loose.next().map(|requirement| (requirement.name(), requirement.name_at))
}
