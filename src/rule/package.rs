//! What the manifests in a project's root say of the package that is built from it.

use super::Context;
use crate::manifest::{Manifest, Setting, Value};
use crate::path;
use crate::project::IncludeTarget;

/// The formats that describe a package to those who build it.
const FORMATS: &[&str] = &["pyproject", "setup.cfg", "setup.py"];

/// The manifests in the project's root that can describe a package, the main one first.
pub fn manifests<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Manifest> {
    let project = context.project;
    let describes = |m: &&Manifest| FORMATS.contains(&m.format) && path::folder(&m.path) == project.root;
    project.manifests.iter().filter(describes)
}

/// The one of this format among them.
pub fn manifest<'a>(context: &Context<'a>, format: &str) -> Option<&'a Manifest> {
    manifests(context).find(|manifest| manifest.format == format)
}

/// Whether a part of what describes the package is computed or not understood, so that nothing follows from what is
/// absent.
pub fn is_partial(context: &Context<'_>) -> bool {
    manifests(context).any(|manifest| manifest.reading.partial)
}

/// Whether `manifest` has a table or section of this dotted name.
pub fn has_table(manifest: &Manifest, name: &str) -> bool {
    manifest.reading.tables.iter().any(|(table, _)| table == name)
}

/// The setting `key` (dotted) of `manifest`.
pub fn setting<'m>(manifest: &'m Manifest, key: &str) -> Option<&'m Setting> {
    manifest.reading.settings.iter().find(|setting| setting.key == key)
}

/// Whether one of the texts that describe the package holds one of `words`, be it in a way that no reader understands.
pub fn names_any(context: &Context<'_>, words: &[&str]) -> bool {
    let mut texts = manifests(context).map(|manifest| context.workspace.sources.text(manifest.file));
    texts.any(|text| words.iter().any(|word| text.contains(word)))
}

/// Whether a manifest says that nothing is built from the project (`tool.uv.package = false`, `package-mode = false`).
pub fn is_refused(context: &Context<'_>) -> bool {
    manifests(context).any(|m| m.format == "pyproject" && m.reading.project.as_ref().is_some_and(|p| !p.is_package))
}

/// Whether the package is for those who have its source alone: a classifier forbids to upload it, which indexes keep to,
/// or its version is none.
///
/// Source: the default index refuses classifiers that begin with `Private ::`.
pub fn is_private(context: &Context<'_>) -> bool {
    let versions = manifests(context).filter_map(|manifest| manifest.reading.project.as_ref()?.version.as_ref());
    classifiers(context).any(|text| text.starts_with("Private ::"))
        || versions.into_iter().any(|version| version.text.trim() == "0")
}

/// The entry points that the package declares: group, name, object.
pub fn entry_points<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Manifest, &'a (String, Value, Value))> {
    let of_manifest = |m: &'a Manifest| {
        m.reading.project.iter().flat_map(|project| &project.entry_points).map(move |point| (m, point))
    };
    manifests(context).flat_map(of_manifest)
}

/// Whether a group of entry points is that of commands.
pub fn is_commands(group: &str) -> bool {
    matches!(group, "console_scripts" | "gui_scripts")
}

/// The classifiers that the package declares, in the order of manifests and texts.
pub fn classifiers<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a str> {
    let projects = manifests(context).filter_map(|manifest| manifest.reading.project.as_ref());
    projects.flat_map(|project| project.classifiers.iter().map(|classifier| classifier.text.as_str()))
}

/// Whether the metadata of the package is read from the file.
pub fn is_metadata(context: &Context<'_>, manifest: &Manifest) -> bool {
    context.project.includes.iter().any(|include| {
        let from = context.project.manifests.iter().find(|m| m.file == include.from);
        from.is_some_and(|from| from.format != "requirements") && include.target == IncludeTarget::Read(manifest.file)
    })
}
