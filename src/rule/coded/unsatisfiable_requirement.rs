//! `unsatisfiable-requirement`: a requirement that no version meets.

use crate::diagnostic::Finding;
use crate::manifest::{Origin, Requirement, Specifier, Versions};
use crate::rule::{Context, text};
use crate::source::{Extent, Location};

/// Of the clauses of a requirement at most so many are held against each other.
const COMPARED: usize = 32;

/// One finding a requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, requirement) in context.project.requirements().filter(|(_, r)| is_unsatisfiable(r)) {
        let Some(specifier) = &requirement.specifier else { continue };
        let clauses = excluding(specifier);
        let source = context.workspace.sources.text(manifest.file);
        let written: Vec<&str> = clauses.iter().map(|at| at.of(source)).collect();
        let (at, rest) = clauses.split_first().map_or((specifier.at, &[][..]), |(first, rest)| (*first, rest));
        let message = match written.as_slice() {
            [] => format!("no version of `{}` meets `{}`", requirement.name(), specifier.written),
            [one] => format!("no version of `{}` meets `{one}`", requirement.name()),
            several => format!("no version of `{}` meets both {}", requirement.name(), text::enumeration(several)),
        };
        let mut finding = Finding::new(Location::Span(manifest.file.span(at)), message)
            .package(requirement.name())
            .key(specifier.pep440.clone())
            .note("nothing can be installed for it, and the installation ends with an error")
            .help("write a range that has a version in it");
        for other in rest {
            finding = finding.related(manifest.file.span(*other), "excludes the other");
        }
        findings.push(finding);
    }
    findings
}

/// Whether it can be known that no version meets a requirement.
pub(super) fn is_unsatisfiable(requirement: &Requirement) -> bool {
    let versions = requirement.specifier.as_ref().and_then(|specifier| specifier.versions.as_ref());
    // Conda orders versions in its own way, except where they are numbers alone.
    let is_plain = |specifier: &Specifier| {
        specifier.written.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b' ' | b'<' | b'>' | b'='))
    };
    let known = requirement.origin != Origin::Conda || requirement.specifier.as_ref().is_some_and(is_plain);
    known && versions.is_some_and(Versions::is_empty)
}

/// The places of the first clauses that exclude each other, or of the one that excludes all; nothing where it takes
/// more than two.
fn excluding(specifier: &Specifier) -> Vec<Extent> {
    let parts = specifier.placed_clauses().into_iter().take(COMPARED);
    let clauses: Vec<(Versions, Extent)> =
        parts.filter_map(|(clause, at)| Some((Versions::of_clause(clause)?, at))).collect();
    for (index, (versions, at)) in clauses.iter().enumerate() {
        if versions.is_empty() {
            return vec![*at];
        }
        if let Some((_, other)) = clauses.iter().take(index).find(|(earlier, _)| !earlier.meets(versions)) {
            return vec![*other, *at];
        }
    }
    Vec::new()
}
