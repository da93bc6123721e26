//! `wrong-mock`: tests replace one library, and the program uses another.

use std::collections::BTreeSet;

use super::pairing;
use crate::diagnostic::Finding;
use crate::knowledge::model::Mock;
use crate::project::purpose::{Purpose, Purposes};
use crate::project::{Project, PythonFile, Workspace, load};
use crate::python::Import;
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, provided, text};
use crate::source::{Location, Span};

/// The tests in which something makes a library for tests work all the same: their texts are looked at.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let rows = scanned.knowledge.pairings().mock.iter();
    let imported = rows.filter(|row| scanned.imports_any(&[load::top_level(&row.module)]) && !row.unless.is_empty());
    for row in imported.filter(|row| Unfitting::of(scanned.workspace, scanned.project, row).is_some()) {
        for (place, _) in scanned.files(&[Purpose::Tests]) {
            wanted.add(place, &row.unless);
        }
    }
}

/// A library of the tests that, as imports show, replaces nothing of what the program uses.
struct Unfitting {
    /// Where tests import it first.
    at: Span,
    /// Where the program imports what is used instead; nothing where a row names nothing of that sort.
    used: Option<Span>,
}

impl Unfitting {
    fn of(workspace: &Workspace, project: &Project, row: &Mock) -> Option<Self> {
        let purposes = Purposes::of(workspace, project);
        let of_purpose = |purpose: Purpose| {
            let purposes = &purposes;
            workspace.python_of(project).filter(move |file| purposes.of_file(file) == purpose)
        };
        let at = of_purpose(Purpose::Tests).find_map(|file| first(file, std::slice::from_ref(&row.module)))?;
        // What anything imports may be what is replaced.
        if workspace.python.iter().any(|file| first(file, &row.replaces).is_some()) {
            return None;
        }
        let used = of_purpose(Purpose::Runtime).find_map(|file| first(file, &row.used));
        let is_known = used.is_some() || row.used.is_empty();
        (is_known && of_purpose(Purpose::Runtime).next().is_some()).then_some(Self { at, used })
    }
}

/// One finding for each library of the tests that replaces nothing of what the program uses.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.workspace.source_read {
        return Vec::new();
    }
    let rows = &context.knowledge.pairings().mock;
    let is_imported = |row: &&Mock| context.project.imported.contains_key(load::top_level(&row.module));
    rows.iter().filter(is_imported).filter_map(|row| misplaced(context, row)).collect()
}

fn misplaced(context: &Context<'_>, row: &Mock) -> Option<Finding> {
    let Unfitting { at, used } = Unfitting::of(context.workspace, context.project, row)?;
    let purposes = Purposes::of(context.workspace, context.project);
    let mut tests =
        context.workspace.python_of(context.project).filter(|file| purposes.of_file(file) == Purpose::Tests);
    let is_excused = |file: &PythonFile| {
        let source = context.workspace.sources.text(file.file);
        row.unless
            .iter()
            .any(|word| source.contains(word.as_str()) || first(file, std::slice::from_ref(word)).is_some())
    };
    if tests.any(is_excused) || is_brought(context, row) {
        return None;
    }
    let mut finding =
        Finding::new(Location::Span(at), format!("`{}` replaces nothing that the program uses", row.module))
            .package(row.distribution.as_str())
            .key(row.module.as_str())
            .note(row.reason.clone());
    if let Some(used) = used {
        finding = finding.related(used, "the program uses this");
    }
    if !row.instead.is_empty() {
        finding = finding.help(format!("use {}", text::alternatives(&row.instead)));
    }
    Some(pairing::dated(context, &row.basis, finding))
}

/// Whether something that is required, and is not the library for tests itself, brings what that replaces; or that cannot
/// be told.
fn is_brought(context: &Context<'_>, row: &Mock) -> bool {
    let names: BTreeSet<&str> = context
        .workspace
        .projects
        .iter()
        .flat_map(Project::requirements)
        .map(|(_, requirement)| requirement.name())
        .filter(|name| !name.is_empty() && *name != row.distribution)
        .collect();
    provided::brings(context, &names, &row.through) != Some(false)
}

/// Where a file first imports one of `modules`, or a name of one.
fn first(file: &PythonFile, modules: &[String]) -> Option<Span> {
    let is_of = |import: &&Import| modules.iter().any(|module| import.takes(module));
    file.imports.imports.iter().find(is_of).map(|import| file.file.span(import.at))
}
