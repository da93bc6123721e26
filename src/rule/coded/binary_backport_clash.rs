//! `binary-backport-clash`: `PyInstaller` beside a backport with which it refuses to work.
//!
//! Source: `PyInstaller.compat.check_requirements`, which ends the build (pull requests 6361 and 7406 of that project).

use crate::diagnostic::Finding;
use crate::manifest::{Group, Manifest, Requirement, Versions};
use crate::project::tools::SignKind;
use crate::rule::{Context, text};
use crate::source::Location;

const RULE: &str = "binary-backport-clash";
const FREEZER: &str = "pyinstaller";

/// The first release that looks for all of them.
const SINCE: &str = ">=5.8";

/// At most one finding a project, where `PyInstaller` is asked for.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(at) = freezer(context) else { return Vec::new() };
    let clashing: Vec<(&Manifest, &Requirement)> = context
        .knowledge
        .list(RULE, "backports")
        .iter()
        .filter_map(|name| context.requirements_on(name).find(|(_, r)| is_installed(context, r)))
        .collect();
    let names: Vec<&str> = clashing.iter().map(|(_, r)| r.name()).collect();
    let Some(first) = names.first() else { return Vec::new() };
    let message = format!("PyInstaller refuses to build where {} is installed", text::alternatives(&names));
    let mut finding = Finding::new(at, message)
        .note("an old copy of a module of the standard library would end up in the binary in its place")
        .help(format!("delete {}: every Python that PyInstaller runs on has the module", text::enumeration(&names)))
        .package(*first)
        .key(names.join(","));
    for (manifest, requirement) in &clashing {
        finding = finding.related(manifest.file.span(requirement.name_at), "an obsolete backport");
    }
    vec![finding]
}

/// Where `PyInstaller` is required or run, in a release that looks.
fn freezer(context: &Context<'_>) -> Option<Location> {
    let looks = Versions::parse(SINCE);
    let mut required = context.requirements_on(FREEZER).peekable();
    if required.peek().is_some() {
        let (manifest, requirement) =
            required.find(|(_, r)| looks.as_ref().is_some_and(|looks| r.versions().meets(looks)))?;
        return Some(manifest.file.locate(Some(requirement.name_at)));
    }
    let runs = |text: &str| matches!(text.split(' ').next(), Some("pyinstaller" | "PyInstaller"));
    context.project.tools.signs.iter().find(|s| s.kind == SignKind::Command && runs(&s.text)).map(|sign| sign.at)
}

/// Whether a requirement is installed with the project on some Python 3: what is optional need not be there.
fn is_installed(context: &Context<'_>, requirement: &Requirement) -> bool {
    let installed = matches!(requirement.group, Group::Runtime);
    let marker = requirement.marker.as_ref().and_then(|marker| marker.marker.as_ref());
    let supported = context.project.pythons.as_ref().map(|pythons| pythons.versions.clone());
    let supported = supported.or_else(|| Versions::parse_python(">=3.7"));
    let holds = match (&requirement.marker, marker, supported) {
        (None, ..) => true,
        (Some(_), Some(marker), Some(supported)) => marker.pythons().meets(&supported),
        (Some(_), ..) => false,
    };
    installed && holds
}
