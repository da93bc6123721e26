//! `duplicate-requirement`: one distribution twice in one set.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::{Finding, Label};
use crate::fix::{Applicability, Fix};
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::name::Name;
use crate::project::resolved::Includes;
use crate::rule::{Context, direct, edit, text};
use crate::source::Location;

/// The name of the variant for markers that differ and can both hold.
const OVERLAPPING: &str = "overlapping-markers";

/// The name of the variant for declarations that add their extras up.
const EXTRAS: &str = "different-extras";

/// One finding for each declaration after the first in a set: a group, with the files that it includes.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let includes = Includes::of(project);
    // Commands of an image or a session may install one after the other, or in branches.
    let is_one_list = |manifest: &&Manifest| !matches!(manifest.format, "dockerfile" | "nox");
    let lists = project.manifests.iter().chain(project.environments.iter().filter(is_one_list));
    let own = project.name();
    let mut looked_at = 0;
    let mut findings = Vec::new();
    for manifest in lists.filter(|manifest| !manifest.reading.requirements.is_empty()) {
        let below = if looked_at < MAX_INCLUDED { includes.below(manifest.file) } else { Vec::new() };
        looked_at += below.iter().map(|m| 1 + m.reading.requirements.len()).sum::<usize>();
        findings.extend(of_set(context, own.as_ref(), &below, manifest));
    }
    findings
}

/// More than the files of an honest project have with all that they include: further ones are judged alone.
const MAX_INCLUDED: usize = 200_000;

/// How many further places a finding shows before it only counts them.
const SHOWN_PLACES: usize = 4;

/// A declaration is compared with this many earlier ones: who declares a package more often has other worries.
const COMPARED: usize = 16;

/// A declaration in its manifest.
type Declared<'a> = (&'a Manifest, &'a Requirement);

/// What `manifest` declares a second time, seen from it: what it includes comes first.
fn of_set(context: &Context<'_>, own: Option<&Name>, included: &[&Manifest], manifest: &Manifest) -> Vec<Finding> {
    let mut earlier: HashMap<(&Group, &str), Vec<Declared<'_>>> = HashMap::new();
    // uv keeps constraints and overrides apart, and both beside requirements.
    let in_force = |r: &Requirement| r.group != Group::Constraint || manifest.format == "requirements";
    // `all = ["me[cli]", "me[web]"]` joins extras of the project itself.
    let counts =
        |r: &&Requirement| r.name.is_some() && r.name.as_ref() != own && r.origin == Origin::Index && in_force(r);
    for included in included {
        for requirement in included.reading.requirements.iter().filter(counts) {
            earlier.entry((&requirement.group, requirement.name())).or_default().push((included, requirement));
        }
    }
    let parts = OnceCell::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut folded: BTreeMap<(&Group, &str), (usize, usize)> = BTreeMap::new();
    // Lines of a matrix are put together from several lists, often by a program.
    let is_alone = |r: &&Requirement| counts(r) && !manifest.reading.is_of_matrix(r);
    for requirement in manifest.reading.requirements.iter().filter(is_alone) {
        let before = earlier.entry((&requirement.group, requirement.name())).or_default();
        let found = before.iter().take(COMPARED).find_map(|first| {
            finding(context, *first, (manifest, requirement), || parts.get_or_init(|| self::parts(context, manifest)))
        });
        before.push((manifest, requirement));
        let Some(found) = found else { continue };
        let Some((at, count)) = folded.get_mut(&(&requirement.group, requirement.name())) else {
            folded.insert((&requirement.group, requirement.name()), (findings.len(), 0));
            findings.push(found);
            continue;
        };
        // Further repetitions are further places of the first, unless that is milder.
        *count += 1;
        match findings.get_mut(*at) {
            Some(first) if first.variant.is_none() || found.variant.is_some() => {
                let place = found.at.span().filter(|_| *count <= SHOWN_PLACES);
                first.labels.extend(place.map(|span| Label { span, text: "and again".to_owned() }));
                if let (Some(fix), Some(further)) = (&mut first.fix, found.fix) {
                    fix.edits.extend(further.edits);
                    fix.title = format!("delete the further `{}`", requirement.name());
                }
            }
            _ => findings.push(found),
        }
    }
    for (at, count) in folded.into_values().filter(|(_, count)| *count > SHOWN_PLACES) {
        let note = format!("and {} more", text::count(count - SHOWN_PLACES, "time"));
        findings.get_mut(at).into_iter().for_each(|finding| finding.notes.push(note.clone()));
    }
    findings
}

/// What is wrong with declaring `later` after `earlier`, if anything; `parts` are those of the manifest of `later`.
fn finding<'p>(
    context: &Context<'_>,
    earlier: Declared<'_>,
    later: Declared<'_>,
    parts: impl FnOnce() -> &'p Vec<usize>,
) -> Option<Finding> {
    let ((first_manifest, first), (manifest, second)) = (earlier, later);
    let is_compiled = |(manifest, requirement)| direct::is_compiled_pin(context, manifest, requirement);
    // One text may be read in several places: what `setup.cfg` refers to as `%(key)s`.
    let is_itself = first.at == second.at;
    if first_manifest.file == manifest.file && (is_itself || is_compiled(earlier) && is_compiled(later)) {
        return None;
    }
    let specifier = |r: &Requirement| r.specifier.as_ref().map_or(String::new(), |s| squeeze(&s.written));
    let marker = |r: &Requirement| r.marker.as_ref().map_or(String::new(), |m| squeeze(&m.written));
    let same_marker = marker(first) == marker(second);
    if !same_marker && exclude_each_other(first, second) {
        return None;
    }
    if first_manifest.file == manifest.file && stand_apart(context, parts(), manifest, first, second) {
        return None;
    }
    let same = specifier(first) == specifier(second) && extras(first) == extras(second) && same_marker;
    // Disjoint ranges are a conflict, not a repetition.
    if !same && !first.versions().meets(&second.versions()) {
        return None;
    }
    let name = second.name();
    let message = if same {
        format!("`{name}` is required twice here")
    } else {
        format!("`{name}` is required twice here, in different words")
    };
    let place = manifest.file.span(second.name_at);
    let mut finding = Finding::new(Location::Span(place), message)
        .label("again")
        .related(first_manifest.file.span(first.name_at), "first required here")
        .package(name)
        .key(second.group.to_string());
    if same {
        finding = finding.help("delete one of them");
        if second.hashes == 0 && second.at != second.item {
            let edits = vec![edit::remove(manifest.file, second.item)];
            finding.fix = Some(Fix::new(format!("delete the second `{name}`"), Applicability::Safe, edits));
        }
    } else {
        finding = finding
            .note(format!("`{}` and `{}` both apply", first.raw.trim(), second.raw.trim()))
            .help("write one requirement that says both");
    }
    let variant = if !same_marker {
        Some(OVERLAPPING)
    } else if extras(first) != extras(second) {
        Some(EXTRAS)
    } else {
        None
    };
    Some(finding.variant(variant))
}

/// Where a manifest begins another part, in which the same may be declared again on purpose: bytes, in order.
fn parts(context: &Context<'_>, manifest: &Manifest) -> Vec<usize> {
    let text = context.workspace.sources.text(manifest.file);
    let starts = |is_it: fn(&str, &str) -> bool| {
        let (mut found, mut at, mut before) = (Vec::new(), 0, "x");
        for line in text.split_inclusive('\n') {
            if is_it(before, line) {
                found.push(at);
            }
            at += line.len();
            before = line;
        }
        found
    };
    match manifest.format {
        "requirements" => starts(|before, line| before.trim().is_empty() && line.trim_start().starts_with('#')),
        "setup.py" => text.match_indices("= [").map(|(at, _)| at).collect(),
        "pyproject" => starts(|_, line| line.starts_with('[')),
        _ => Vec::new(),
    }
}

/// Whether two declarations of one text belong to different lists (`parts`): below headings of a requirements file, each
/// of which is complete in itself, in lists of a `setup.py` that are added up (`dev = TESTS + DOCS`), or below headers of
/// tables that are read for the build one by one.
fn stand_apart(
    context: &Context<'_>,
    parts: &[usize],
    manifest: &Manifest,
    first: &Requirement,
    second: &Requirement,
) -> bool {
    let range = first.at.end.min(second.at.end) as usize..first.at.start.max(second.at.start) as usize;
    let begins_between = || parts.get(parts.partition_point(|at| *at < range.start)).is_some_and(|at| *at < range.end);
    match manifest.format {
        // A comment right below the first begins a part as well.
        "requirements" => {
            let text = context.workspace.sources.text(manifest.file);
            let mut lines = text.get(range.clone()).unwrap_or_default().lines().map(str::trim);
            begins_between() || lines.next() == Some("") && lines.next().is_some_and(|line| line.starts_with('#'))
        }
        // What builds the project, and what a hook of the build asks for.
        "pyproject" => first.group == Group::Build && begins_between(),
        _ => begins_between(),
    }
}

fn exclude_each_other(one: &Requirement, other: &Requirement) -> bool {
    let marker = |r: &'_ Requirement| r.marker.as_ref().and_then(|m| m.marker.clone());
    match (marker(one), marker(other)) {
        (Some(one), Some(other)) => one.excludes(&other),
        _ => false,
    }
}

fn extras(requirement: &Requirement) -> Vec<String> {
    let mut names: Vec<String> = requirement.extras.iter().map(|e| e.name.to_string()).collect();
    names.sort_unstable();
    names
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
}
