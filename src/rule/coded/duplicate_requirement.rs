//! `duplicate-requirement`: one distribution twice in one set.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::rule::Context;

/// One finding for each declaration after the first in a set. Declarations with different markers, and those that
/// come from different places, may both be meant.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context.project.manifests.iter().flat_map(of_manifest).collect()
}

type Key<'a> = (&'a Group, &'a str, String);

fn of_manifest(manifest: &Manifest) -> Vec<Finding> {
    let mut first: BTreeMap<Key<'_>, &Requirement> = BTreeMap::new();
    let mut findings = Vec::new();
    for requirement in manifest.reading.requirements.iter().filter(|r| r.name.is_some() && r.origin == Origin::Index) {
        let marker = requirement.marker.as_ref().map_or(String::new(), |m| squeeze(&m.written));
        let key = (&requirement.group, requirement.name(), marker);
        match first.get(&key) {
            None => {
                first.insert(key, requirement);
            }
            Some(earlier) => findings.extend(finding(manifest, earlier, requirement)),
        }
    }
    findings
}

fn finding(manifest: &Manifest, earlier: &Requirement, later: &Requirement) -> Option<Finding> {
    let written = |r: &Requirement| r.specifier.as_ref().map_or(String::new(), |s| squeeze(&s.written));
    let extras = |r: &Requirement| {
        let mut names: Vec<String> = r.extras.iter().map(|e| e.name.to_string()).collect();
        names.sort_unstable();
        names
    };
    let same = written(earlier) == written(later) && extras(earlier) == extras(later);
    // Disjoint ranges are a conflict, not a repetition.
    if !same && !earlier.versions().meets(&later.versions()) {
        return None;
    }
    let name = later.name();
    let message = if same { format!("`{name}` is required twice here") } else { format!("`{name}` is required twice here, in different words") };
    let place = manifest.file.span(later.name_at);
    let mut finding = Finding::new(crate::source::Location::Span(place), message)
        .label("again")
        .related(manifest.file.span(earlier.name_at), "first required here")
        .package(name)
        .key(group_name(&later.group));
    if same {
        finding = finding.help("delete one of them");
        if later.hashes == 0 && later.at != later.item {
            let edits = vec![Edit { span: manifest.file.span(later.item), text: String::new() }];
            finding.fix = Some(Fix { title: format!("delete the second `{name}`"), applicability: Applicability::Safe, edits });
        }
    } else {
        finding = finding.note(format!("`{}` and `{}` both apply", earlier.raw.trim(), later.raw.trim())).help("write one requirement that says both");
    }
    Some(finding)
}

fn group_name(group: &Group) -> String {
    match group {
        Group::Runtime => "runtime".to_owned(),
        Group::Extra(name) => format!("extra:{name}"),
        Group::Dev(name) => format!("dev:{name}"),
        Group::Build => "build".to_owned(),
        Group::Constraint => "constraint".to_owned(),
    }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '\'' { '"' } else { c }).collect()
}
