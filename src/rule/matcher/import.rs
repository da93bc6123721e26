//! `[[match]] import = …`: modules that are imported.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Finding;
use crate::knowledge::model::{ImportMatch, Matcher};
use crate::python::{ArgumentValue, Uses};
use crate::rule::{Context, text};
use crate::source::{Extent, Location, Span};

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// One finding a module in a project, with the places that import it.
pub(super) fn run(wanted: &ImportMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut places: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    let files = context.importers.of_scan(&wanted.names);
    for file in files.into_iter().filter_map(|at| context.workspace.python.get(at)) {
        let plain: OnceCell<BTreeSet<Extent>> = OnceCell::new();
        let is_plain = |at: Extent| {
            let sites = || file.uses.iter().flat_map(|uses| &uses.imports);
            let found = || sites().filter(|site| !site.is_guarded() && !site.type_checking).map(|site| site.import.at);
            plain.get_or_init(|| found().collect()).contains(&at)
        };
        for import in file.imports.imports.iter().filter(|i| i.level == 0) {
            // A name that is only passed on needs nothing here.
            let is_used = |name: &str| {
                let uses = file.uses.iter().flat_map(|uses| &uses.references);
                let is_it =
                    |used: &str| used.strip_prefix(name).is_some_and(|rest| matches!(rest.get(..1), None | Some(".")));
                uses.into_iter().any(|reference| !reference.imported && is_it(&reference.name))
            };
            if let Some(name) = wanted.names.iter().find(|name| import.takes(name)) {
                if !wanted.even_guarded && !is_plain(import.at) {
                    continue;
                }
                let is_taken = import.module.len() < name.len();
                if matcher.needs.is_some() && is_taken && !is_used(name) {
                    continue;
                }
                let is_type = |uses: &Uses| annotates(uses, name) || is_passed_to(&wanted.as_type_for, uses, name);
                if !wanted.as_type_for.is_empty() && !file.uses.as_deref().is_some_and(is_type) {
                    continue;
                }
                places.entry(name).or_default().push(file.file.span(import.at));
            }
        }
    }
    let finding = |(name, spans): (&str, Vec<Span>)| {
        let (first, rest) = spans.split_first()?;
        let value = |word: &str| (word == "module").then(|| name.to_owned());
        let mut finding = super::speak(Finding::new(Location::Span(*first), "").key(name), matcher, value);
        for span in rest.iter().take(SHOWN_PLACES) {
            finding = finding.related(*span, "imported here as well");
        }
        if rest.len() > SHOWN_PLACES {
            finding.notes.push(format!("and imported at {} more", text::count(rest.len() - SHOWN_PLACES, "place")));
        }
        Some(finding)
    };
    places.into_iter().filter_map(finding).collect()
}

/// Whether something is annotated with `name`.
fn annotates(uses: &Uses, name: &str) -> bool {
    uses.references.iter().any(|reference| reference.in_annotation && reference.name == name)
}

/// Whether one of `functions` is called with `name`.
fn is_passed_to(functions: &[String], uses: &Uses, name: &str) -> bool {
    let calls = uses.calls.iter().filter(|call| functions.contains(&call.function));
    let is_it = |value: &ArgumentValue| matches!(value, ArgumentValue::Names(names) if names.iter().any(|n| n == name));
    calls.flat_map(|call| &call.arguments).any(|argument| is_it(&argument.value))
}
