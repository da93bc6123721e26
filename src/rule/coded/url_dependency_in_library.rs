//! `url-dependency-in-library`: a package whose metadata sends installers past the index.
//!
//! Source: PEP 440, "Direct references": public indexes should not allow them in uploaded metadata; the default index
//! refuses such uploads.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::manifest::{Group, IncludeKind, Manifest, Origin, Requirement};
use crate::project::{IncludeTarget, Kind};
use crate::rule::{Context, package};
use crate::source::{Extent, FileId};

/// One finding a requirement.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.project.kind != Kind::Library || package::is_private(context) || package::is_refused(context) {
        return Vec::new();
    }
    let published = published(context);
    let all = context.project.requirements().filter(|(manifest, _)| published.contains(&manifest.file));
    all.filter_map(|(manifest, requirement)| finding(context, manifest, requirement)).collect()
}

/// The files whose requirements become metadata of the package: what describes it, and what that reads.
fn published(context: &Context<'_>) -> BTreeSet<FileId> {
    let mut files: BTreeSet<FileId> = package::manifests(context).map(|manifest| manifest.file).collect();
    for include in &context.project.includes {
        let from = context.project.manifests.iter().find(|m| m.file == include.from);
        let kind = from.and_then(|m| m.reading.includes.get(include.index)).map(|include| include.kind);
        if let (Some(IncludeKind::Dynamic), IncludeTarget::Read(file)) = (kind, &include.target) {
            files.insert(*file);
        }
    }
    files
}

fn finding(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> Option<Finding> {
    if !matches!(requirement.group, Group::Runtime | Group::Extra(_)) {
        return None;
    }
    let (written, at) = match &requirement.origin {
        Origin::Url(url, at) => (url, *at),
        Origin::Path(path, at) => (path, *at),
        Origin::Index | Origin::Named(..) | Origin::Conda => return None,
    };
    // Siblings in one repository: who releases them puts versions in their place.
    if matches!(requirement.origin, Origin::Path(..)) && is_own_entry(manifest, at) {
        return None;
    }
    // What another table says of the source (`tool.uv.sources`) is left out of the metadata.
    if !requirement.at.contains(at) && !is_own_entry(manifest, at) {
        return None;
    }
    let name = requirement.name.as_ref()?.as_str();
    let from = match &requirement.origin {
        Origin::Path(..) => "a path",
        _ if written.starts_with("git+") => "a repository",
        _ => "a URL",
    };
    let finding = Finding::new(
        manifest.file.locate(Some(at)),
        format!("`{name}` comes from {from}: a public index refuses the upload"),
    )
    .note("metadata on a public index may not send installers elsewhere (PEP 440, direct references)")
    .help(format!(
        "require a release of `{name}`; for development alone, `tool.uv.sources` or a group can name the source"
    ))
    .package(name)
    .key(requirement.group.to_string());
    // Without a sign that it is uploaded, a library may be meant for one house alone.
    let is_uploaded = context.project.is_published && context.project.outer.is_none();
    Some(finding.variant((!is_uploaded).then_some("unpublished")))
}

/// Whether a place stands in Poetry's own table of dependencies, where that is what the metadata is made from.
fn is_own_entry(manifest: &Manifest, at: Extent) -> bool {
    let before = manifest.reading.tables.iter().filter(|(_, header)| header.start <= at.start);
    let table = before.max_by_key(|(_, header)| header.start).map(|(table, _)| table.as_str());
    !package::has_table(manifest, "project") && table.is_some_and(|t| t.starts_with("tool.poetry.dependencies"))
}
