//! `[[match]] reference = …`: names that are imported or used.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Finding;
use crate::knowledge::model::{Matcher, ReferenceMatch};
use crate::path;
use crate::project::PythonFile;
use crate::project::load::{self, Trigger};
use crate::python::{Reference, Uses, parse};
use crate::rule::{Context, places as at_places, triggers};
use crate::source::{Extent, Location, Span};

/// What files have in which a name can occur.
pub fn triggers(wanted: &ReferenceMatch) -> impl Iterator<Item = Trigger> {
    wanted.names.keys().map(|name| {
        // What makes an object may be called otherwise (`pandas.read_csv` gives a frame too).
        if name.contains('(') && parse::has_other_makers(load::top_level(name)) {
            triggers::member(load::top_level(name), triggers::last(name))
        } else {
            triggers::trigger(name)
        }
    })
}

/// One finding a name in a project, with the places that import or use it.
pub(super) fn run(wanted: &ReferenceMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut places: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for (file, uses) in context.importers.of_names(wanted.names.keys()) {
        if !counts(file) || wanted.runtime_only && file.roles.for_show {
            continue;
        }
        for (name, found) in by_name(wanted, uses) {
            let asks = matcher.removed.is_some() || matcher.gate.is_some();
            if asks && found.iter().any(|reference| reference.probed) {
                continue;
            }
            // What an import takes fails there, not where it is used.
            let at_imports = found.iter().any(|reference| reference.imported);
            let shown = found.into_iter().filter(|reference| reference.imported == at_imports);
            let text = context.workspace.sources.text(file.file);
            places.entry(name).or_default().extend(shown.map(|reference| place(file, reference, name, text)));
        }
    }
    places.retain(|name, _| !super::is_own(context, name));
    let finding = |(name, spans): (&str, Vec<Span>)| {
        let (first, rest) = spans.split_first()?;
        let value = |word: &str| match word {
            "name" => Some(name.replace("()", "")),
            "member" => Some(triggers::last(name).to_owned()),
            "instead-clause" => wanted.names.get(name).map(|instead| super::instead_clause(instead)),
            _ => None,
        };
        let finding = super::speak(Finding::new(Location::Span(*first), "").key(name), matcher, value);
        Some(at_places::repeated(finding, rest))
    };
    places.into_iter().filter_map(finding).collect()
}

/// Whether a file is one of the project's program or tests, and not made to bridge versions.
pub(super) fn counts(file: &PythonFile) -> bool {
    !file.roles.test_data && !file.roles.example && !file.roles.vendored && !bridges(&file.path)
}

/// Whether a file says by its name that it is for several versions of what it imports.
fn bridges(file: &str) -> bool {
    path::name(file).to_ascii_lowercase().contains("compat")
}

/// What a file has of the names that are looked for.
fn by_name<'w, 'u>(wanted: &'w ReferenceMatch, uses: &'u Uses) -> BTreeMap<&'w str, Vec<&'u Reference>> {
    let mut found: BTreeMap<&str, Vec<&Reference>> = BTreeMap::new();
    let counts = |reference: &&Reference| {
        !reference.type_checking && !reference.in_annotation && (reference.imported || !wanted.imported)
    };
    let tops: BTreeSet<&str> = wanted.names.keys().map(|name| load::top_level(name)).collect();
    let may_be_meant = |reference: &&Reference| tops.contains(load::top_level(&reference.name));
    for reference in uses.references.iter().filter(may_be_meant).filter(counts) {
        let Some(name) = meant(wanted, &reference.name) else { continue };
        if reference.is_only(|one| meant(wanted, one).is_some()) {
            found.entry(name).or_default().push(reference);
        }
    }
    found
}

/// The longest of the names that are looked for of which `name` is one, or an attribute. What a call before the last
/// attributes is of stands in the text as a name of its own.
fn meant<'w>(wanted: &'w ReferenceMatch, name: &str) -> Option<&'w str> {
    let mut part = name;
    loop {
        if let Some((found, _)) = wanted.names.get_key_value(part) {
            return Some(found);
        }
        part = part.rsplit_once('.')?.0;
        if part.ends_with(')') {
            return None;
        }
    }
}

/// Where `name` stands in what is written for a reference to it, or to an attribute of it.
fn place(file: &PythonFile, reference: &Reference, name: &str, text: &str) -> Span {
    let Extent { start, .. } = reference.at;
    let mut written = reference.at.of(text);
    if !reference.imported {
        let beyond = reference.name.matches('.').count().saturating_sub(name.matches('.').count());
        for _ in 0..beyond {
            written = written.rsplit_once('.').map_or(written, |(object, _)| object.trim_end());
        }
    }
    file.file.span(Extent::new(start as usize, start as usize + written.len()))
}
