//! `index-confusion`: several indexes, and nothing that says which package comes from which.

use crate::diagnostic::Finding;
use crate::manifest::Manifest;
use crate::rule::Context;
use crate::rule::indexes::{self, Index, Reader, SUPPLEMENTAL};
use crate::source::Location;

/// The variant for indexes of one project whose packages are public anyhow.
const KNOWN: &str = "known-index";

/// The variant for projects whose lock file says from where each package comes.
const LOCKED: &str = "locked";

/// The option for an index that is searched beside the first.
const EXTRA: &str = "--extra-index-url";

/// Indexes of well-known projects (wheels for accelerators, nightly builds): by the end of their hosts. What they serve
/// has its name on the public index as well, in the hands of the same people.
const KNOWN_HOSTS: &[&str] =
    &["pytorch.org", "nvidia.com", "pyg.org", "anaconda.org", "dgl.ai", "piwheels.org", "github.io", "googleapis.com"];

/// How bad it is that an index is searched beside another. The order is that of what is said first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    Open,
    Locked,
    Known,
}

/// One finding at most, at the first place, with labels at the others.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut mixed: Vec<(Index<'_>, Weight)> = Vec::new();
    for manifest in &context.project.manifests {
        let locks = manifest.format == "pyproject";
        let locked = locks && context.project.may_be_locked();
        let all: Vec<Index<'_>> = indexes::of_manifest(manifest).collect();
        if let Some(weight) = weight(&all, locked) {
            mixed.extend(of_manifest(context, manifest, all).into_iter().map(|index| (index, weight)));
        }
    }
    for install in indexes::of_commands(context) {
        let unsafe_strategy =
            install.indexes.iter().any(|i| i.name == "--index-strategy" && i.value.starts_with("unsafe"));
        if install.line.contains("--require-hashes") || install.reader != Reader::Pip && !unsafe_strategy {
            continue;
        }
        if let Some(weight) = weight(&install.indexes, false) {
            let extra = install.indexes.into_iter().filter(|i| i.name == EXTRA);
            mixed.extend(extra.map(|index| (index, weight)));
        }
    }
    finding(&mixed).into_iter().collect()
}

/// How bad it is to mix these; nothing where all of them are the public index.
fn weight(indexes: &[Index<'_>], locked: bool) -> Option<Weight> {
    let is_index = |index: &&Index<'_>| matches!(index.name, "--index-url" | EXTRA | SUPPLEMENTAL);
    // How a release is tried: it comes from the test index, and what it needs from the usual one.
    let is_test = |host: &str| host.starts_with("test.") || host.starts_with("testpypi.");
    let main = indexes.iter().find(|index| index.name == "--index-url");
    if main.is_some_and(|index| indexes::host(&index.value).is_some_and(is_test)) {
        return None;
    }
    let mut others = indexes.iter().filter(is_index).filter(|index| !is_public(index)).peekable();
    others.peek()?;
    Some(match (others.all(is_known), locked) {
        (true, _) => Weight::Known,
        (false, true) => Weight::Locked,
        (false, false) => Weight::Open,
    })
}

fn finding(mixed: &[(Index<'_>, Weight)]) -> Option<Finding> {
    let first = mixed.iter().min_by_key(|(_, weight)| *weight)?;
    let variant = match first.1 {
        Weight::Open => None,
        Weight::Locked => Some(LOCKED),
        Weight::Known => Some(KNOWN),
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
    let is_last = index.name == SUPPLEMENTAL;
    let note = match first.1 {
        Weight::Open if is_last => "who registers the name of a private package on the public index is asked first",
        Weight::Open => {
            "who registers the name of a private package on the public index, with a higher version, is installed in its place"
        }
        Weight::Locked => "the lock file remembers what was chosen; the next update chooses anew",
        Weight::Known => "a name that only one of them has is free to be taken on the other",
    };
    let message = if is_last {
        "packages come from this source only where the public index has nothing of the name"
    } else {
        "packages may come from any of several indexes, whichever has the highest version"
    };
    let mut finding = Finding::new(Location::Span(index.at), message).note(note).help(advice).variant(variant);
    for (other, _) in mixed.iter().filter(|(other, _)| other.at != index.at) {
        finding = finding.related(other.at, "here as well");
    }
    Some(finding)
}

/// The indexes of a manifest that are searched beside another.
fn of_manifest<'a>(context: &Context<'_>, manifest: &'a Manifest, all: Vec<Index<'a>>) -> Vec<Index<'a>> {
    let set =
        |key: &str, test: fn(&str) -> bool| manifest.reading.settings.iter().any(|s| s.key == key && test(&s.value));
    let mut mixed: Vec<&Index<'_>> = Vec::new();
    if manifest.format == "requirements" && manifest.reading.requirements.iter().all(|r| r.hashes > 0) {
        // Hashes say what is meant; a file of options alone is included by another.
        if !manifest.reading.requirements.is_empty() {
            return Vec::new();
        }
    }
    if !installs_with_uv_alone(context) {
        mixed.extend(all.iter().filter(is(Reader::Pip, EXTRA)));
    }
    if set("tool.uv.index-strategy", |v| v.starts_with("unsafe"))
        || set("tool.uv.pip.index-strategy", |v| v.starts_with("unsafe"))
    {
        mixed.extend(all.iter().filter(is(Reader::Uv, EXTRA)));
    }
    // Poetry leaves the public index out where another is primary.
    let primary: Vec<&Index<'_>> = all.iter().filter(is(Reader::Poetry, "--index-url")).collect();
    mixed.extend(primary.iter().skip(1).copied().chain(all.iter().filter(is(Reader::Poetry, EXTRA))));
    if primary.iter().all(|index| is_public(index)) {
        mixed.extend(all.iter().filter(is(Reader::Poetry, SUPPLEMENTAL)).filter(|index| !is_public(index)));
    }
    let told = set("tool.pdm.source.include_packages", |_| true)
        || set("tool.pdm.source.exclude_packages", |_| true)
        || set("tool.pdm.resolution.respect-source-order", |v| v == "true");
    if !told {
        mixed.extend(all.iter().filter(is(Reader::Pdm, EXTRA)));
    }
    let keep: Vec<_> = mixed.iter().map(|index| index.at).collect();
    all.into_iter().filter(|index| keep.contains(&index.at)).collect()
}

fn is_public(index: &Index<'_>) -> bool {
    indexes::host(&index.value).is_some_and(indexes::is_public_index)
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
