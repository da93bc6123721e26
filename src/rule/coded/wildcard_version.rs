//! `wildcard-version`: `*` as a version, where no lock says which.

use super::missing_lock;
use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::rule::{Context, text};
use crate::source::{Extent, Location, Span};

/// How many further places a finding shows before it only counts them.
const SHOWN_PLACES: usize = 4;

/// One finding a manifest, at the first wildcard.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // One fault, one finding: there the missing lock has the `*`s as its other places.
    let is_told = context.settings.selection.runs("missing-lock") && missing_lock::speaks(context);
    if context.project.may_be_locked() || is_told {
        return Vec::new();
    }
    context.project.manifests.iter().filter_map(of_manifest).collect()
}

/// The first wildcards of a project.
pub(super) fn places(context: &Context<'_>) -> impl Iterator<Item = Span> {
    let requirements = context.project.requirements();
    requirements.filter_map(|(m, r)| Some(m.file.span(wildcard(m, r)?))).take(SHOWN_PLACES)
}

fn of_manifest(manifest: &Manifest) -> Option<Finding> {
    let mut found = manifest.reading.requirements.iter().filter_map(|r| Some((r, wildcard(manifest, r)?)));
    let (first, at) = found.next()?;
    let further: Vec<Extent> = found.map(|(_, at)| at).collect();
    let message = format!("`*` takes whatever version of `{}` is the newest on the day", first.name());
    let mut finding = Finding::new(Location::Span(manifest.file.span(at)), message)
        .note("there is no lock file that fixes it")
        .help("say from which version on it works (`>=1.2`), and commit the lock file of an application")
        .package(first.name())
        .key("*");
    for at in further.iter().take(SHOWN_PLACES) {
        finding = finding.related(manifest.file.span(*at), "here as well");
    }
    if further.len() > SHOWN_PLACES {
        finding = finding.note(format!("and at {} more", text::count(further.len() - SHOWN_PLACES, "place")));
    }
    Some(finding)
}

/// The place of the `*` of a requirement, where it is its whole version: in the tables of Poetry, Pipenv and pixi, whose
/// entries cannot do without one. Only of what the program itself needs: the newest tools are often meant.
fn wildcard(manifest: &Manifest, requirement: &Requirement) -> Option<Extent> {
    let is_table = matches!(manifest.format, "pyproject" | "Pipfile" | "pixi");
    let any = requirement.specifier.as_ref().is_none_or(|specifier| specifier.written == "*");
    let applies = is_table
        && any
        && matches!(requirement.origin, Origin::Index | Origin::Named(..))
        && matches!(requirement.group, Group::Runtime | Group::Extra(_));
    if !applies {
        return None;
    }
    let at = ["\"*\"", "'*'"].iter().find_map(|star| requirement.raw.find(star))? + 1;
    let start = requirement.at.range().start + at;
    Some(Extent::new(start, start + 1))
}
