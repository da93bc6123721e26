//! `index-confusion`: several indexes, and nothing that says which package comes from which.

use crate::diagnostic::Finding;
use crate::manifest::Manifest;
use crate::rule::Context;
use crate::rule::indexes::{self, Index, Reader};
use crate::source::Location;

/// The variant for indexes of one project whose packages are public anyhow.
const KNOWN: &str = "known-index";

/// The variant for projects whose lock file says from where each package comes.
const LOCKED: &str = "locked";

/// Indexes of well-known projects (wheels for accelerators, nightly builds): by the end of their hosts. What they serve
/// has its name on the public index as well, in the hands of the same people.
const KNOWN_HOSTS: &[&str] =
    &["pytorch.org", "nvidia.com", "pyg.org", "anaconda.org", "dgl.ai", "piwheels.org", "github.io", "googleapis.com"];

/// One finding at most, at the first place, with labels at the others.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut mixed: Vec<(Index<'_>, bool)> = Vec::new();
    for manifest in &context.project.manifests {
        let locked =
            manifest.format == "pyproject" && context.project.lock_of(context.workspace, &manifest.path).is_some();
        mixed.extend(of_manifest(context, manifest).into_iter().map(|index| (index, locked)));
    }
    for install in indexes::of_commands(context) {
        let unsafe_strategy =
            install.indexes.iter().any(|i| i.name == "--index-strategy" && i.value.starts_with("unsafe"));
        if install.line.contains("--require-hashes") || install.reader != Reader::Pip && !unsafe_strategy {
            continue;
        }
        mixed.extend(install.indexes.into_iter().filter(|i| i.name == "--extra-index-url").map(|index| (index, false)));
    }
    finding(&mixed).into_iter().collect()
}

fn finding(mixed: &[(Index<'_>, bool)]) -> Option<Finding> {
    let rank = |(index, locked): &&(Index<'_>, bool)| if is_known(index) { 2 } else { u8::from(*locked) };
    let first = mixed.iter().min_by_key(rank)?;
    let variant = match rank(&first) {
        0 => None,
        1 => Some(LOCKED),
        _ => Some(KNOWN),
    };
    let (index, _) = first;
    let advice = match index.reader {
        Reader::Pip => {
            "name one index with `--index-url` that serves everything, install what is private by a command of its own with `--no-deps`, or pin hashes"
        }
        Reader::Uv | Reader::Pixi => {
            "leave `unsafe-…` out of `index-strategy`, and name the index of a package in `tool.uv.sources`"
        }
        Reader::Poetry => "give the source `priority = \"explicit\"`, and name it where it is meant: `source = \"…\"`",
        Reader::Pdm => "say which packages come from the source: `include_packages` and `exclude_packages`",
        Reader::Pipenv => "name the index of each package: `index = \"…\"`",
    };
    let note = match index.reader {
        Reader::Poetry if variant == Some(LOCKED) => {
            "the lock file remembers the source of each package; the next update chooses anew"
        }
        _ if variant == Some(LOCKED) => "the lock file remembers what was chosen; the next update chooses anew",
        _ => {
            "who registers the name of a private package on the public index, with a higher version, is installed in its place"
        }
    };
    let mut finding = Finding::new(
        Location::Span(index.at),
        "packages may come from any of several indexes, whichever has the highest version",
    )
    .note(note)
    .help(advice)
    .variant(variant);
    for (other, _) in mixed.iter().filter(|(other, _)| other.at != index.at) {
        finding = finding.related(other.at, "here as well");
    }
    Some(finding)
}

/// The indexes of a manifest that are searched beside another.
fn of_manifest<'a>(context: &Context<'_>, manifest: &'a Manifest) -> Vec<Index<'a>> {
    let all: Vec<Index<'_>> = indexes::of_manifest(manifest).collect();
    let set =
        |key: &str, test: fn(&str) -> bool| manifest.reading.settings.iter().any(|s| s.key == key && test(&s.value));
    let mut mixed: Vec<&Index<'_>> = Vec::new();
    let extra = "--extra-index-url";
    if manifest.format == "requirements" && manifest.reading.requirements.iter().all(|r| r.hashes > 0) {
        // Hashes say what is meant; a file of options alone is included by another.
        if !manifest.reading.requirements.is_empty() {
            return Vec::new();
        }
    }
    if !installs_with_uv_alone(context) {
        mixed.extend(all.iter().filter(is(Reader::Pip, extra)));
    }
    if set("tool.uv.index-strategy", |v| v.starts_with("unsafe"))
        || set("tool.uv.pip.index-strategy", |v| v.starts_with("unsafe"))
    {
        mixed.extend(all.iter().filter(is(Reader::Uv, extra)));
    }
    // Poetry leaves the public index out where another is primary; a supplemental one is asked for what that lacks.
    let primary = all.iter().filter(is(Reader::Poetry, "--index-url")).skip(1);
    mixed.extend(primary.chain(all.iter().filter(is(Reader::Poetry, extra))));
    let told = set("tool.pdm.source.include_packages", |_| true)
        || set("tool.pdm.source.exclude_packages", |_| true)
        || set("tool.pdm.resolution.respect-source-order", |v| v == "true");
    if !told {
        mixed.extend(all.iter().filter(is(Reader::Pdm, extra)));
    }
    let keep: Vec<_> = mixed.iter().map(|index| index.at).collect();
    all.into_iter().filter(|index| keep.contains(&index.at)).collect()
}

fn is(reader: Reader, name: &'static str) -> impl Fn(&&Index<'_>) -> bool {
    move |index| index.reader == reader && index.name == name
}

/// Whether the project's commands install requirements with uv and never with pip: uv takes the first index that has the
/// name.
fn installs_with_uv_alone(context: &Context<'_>) -> bool {
    let runs = |words: &str| context.project.tools.signs.iter().any(|sign| sign.text.starts_with(words));
    (runs("uv pip ") || runs("uv sync")) && !runs("pip install")
}

fn is_known(index: &Index<'_>) -> bool {
    let host = indexes::host(&index.value);
    host.is_some_and(|host| {
        indexes::is_local(host)
            || KNOWN_HOSTS.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")))
    })
}
