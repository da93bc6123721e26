//! `self-dependency`: a distribution that requires itself.

use crate::diagnostic::Finding;
use crate::fix::Applicability;
use crate::manifest::{Group, Manifest, Origin, Requirement};
use crate::rule::{Context, edit};

/// The name of the variant for an extra that requires the project without an extra of it.
const IN_EXTRA: &str = "in-extra";

/// One finding a requirement of the metadata on the project itself. With extras it is a way to join these.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context.project.manifests.iter().flat_map(of_manifest).collect()
}

fn of_manifest(manifest: &Manifest) -> Vec<Finding> {
    let name = manifest.reading.project.as_ref().and_then(|project| project.name.as_ref());
    let Some(own) = name.map(|name| crate::name::Name::new(&name.text)) else { return Vec::new() };
    // Files of requirements, environments and groups may install the project itself.
    let is_it = |r: &&Requirement| {
        r.name.as_ref() == Some(&own) && r.extras.is_empty() && matches!(r.origin, Origin::Index | Origin::Named(..))
    };
    let mut findings = Vec::new();
    for requirement in manifest.reading.requirements.iter().filter(is_it) {
        let at = manifest.file.locate(Some(requirement.name_at));
        let finding = match &requirement.group {
            Group::Runtime if manifest.format != "Pipfile" => Finding::new(at, format!("`{own}` requires itself"))
                .note("some installers refuse it, others pass over it: nothing is installed for it")
                .help(format!("delete it; if the `{own}` of an index is meant, this project needs another name")),
            Group::Extra(extra) => Finding::new(at, format!("the extra `{extra}` requires `{own}` itself"))
                .note("whoever installs the extra has it already")
                .help(format!("delete it, or name an extra: `{own}[…]`"))
                .variant(Some(IN_EXTRA)),
            _ => continue,
        };
        let related = manifest.reading.project.as_ref().and_then(|project| project.name.as_ref());
        let finding = match related {
            Some(name) => finding.related(manifest.file.span(name.at), "the project's name"),
            None => finding,
        };
        let fix = edit::deletion(manifest, requirement, Applicability::Unsafe);
        findings.push(finding.package(own.as_str()).key(requirement.group.to_string()).fix(fix));
    }
    findings
}
