//! `missing-include`: a manifest names a file or a group that is not there.

use crate::diagnostic::Finding;
use crate::manifest::{Include, IncludeKind};
use crate::project::IncludeTarget;
use crate::rule::Context;

/// One finding an include that leads nowhere.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, include, target) in context.project.looked_up() {
        let IncludeTarget::Missing(path) = target else { continue };
        let groups = || {
            // An environment names groups of the project.
            let all = || context.project.manifests.iter().flat_map(|m| &m.reading.groups);
            let own = || manifest.reading.groups.iter();
            let is_own = context.project.manifests.iter().any(|m| m.file == manifest.file);
            let names: Vec<&str> = if is_own {
                own().map(|g| g.written.as_str()).collect()
            } else {
                all().map(|g| g.written.as_str()).collect()
            };
            (!names.is_empty()).then(|| format!("the groups are {}", crate::rule::text::enumeration(&names)))
        };
        let (message, note) = match include.kind {
            IncludeKind::Group => (format!("there is no dependency group `{}`", include.target), groups()),
            IncludeKind::Requirements => {
                (format!("the included file `{}` is not there", include.target), looked_for(include, path))
            }
            IncludeKind::Constraints => {
                (format!("the constraints file `{}` is not there", include.target), looked_for(include, path))
            }
            IncludeKind::Dynamic => (
                format!("`{}`, from which requirements are to be read, is not there", include.target),
                looked_for(include, path),
            ),
            IncludeKind::Readme => (format!("the readme `{}` is not there", include.target), looked_for(include, path)),
            IncludeKind::Version => (
                format!("`{}`, from which the version is to be read, is not there", include.target),
                looked_for(include, path),
            ),
            IncludeKind::Licence => {
                (format!("the licence file `{}` is not there", include.target), looked_for(include, path))
            }
        };
        let finding = Finding::new(manifest.file.locate(Some(include.at)), message).key(include.target.clone());
        findings.push(match note {
            Some(note) => finding.note(note),
            None => finding,
        });
    }
    findings
}

fn looked_for(include: &Include, path: &str) -> Option<String> {
    (include.target != path).then(|| format!("looked for {path}"))
}
