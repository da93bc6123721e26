//! What brings a distribution that a project does not declare.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::installed::{self, Installed, Need};
use crate::knowledge::dependencies;
use crate::lock::{Lock, LockFile};
use crate::manifest::{Group, Manifest, Marker, Requirement, Versions, marker};
use crate::name::Name;
use crate::project::{Project, role};

/// That a requirement of the project brings a distribution, and over which others.
#[derive(Debug)]
pub struct Chain<'a> {
    /// The requirement that the project declares, with its manifest.
    pub requirement: (&'a Manifest, &'a Requirement),
    /// The distributions, from the one that is required to the one that was asked for, both included.
    pub names: Vec<Name>,
    /// How that is known.
    pub known: Known<'a>,
    /// Whether nobody need declare it: some requirement of the same sort offers it as part of its own interface, or it
    /// comes with an extra that the requirement asks for (`psycopg[pool]`).
    pub offered: bool,
}

/// How it is known what a distribution needs.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// A lock of the project says so.
    Lock(&'a LockFile),
    /// The metadata in the project's virtual environment says so.
    Metadata(&'a Installed),
    /// The program knows it, from the metadata of some version.
    Catalogue,
}

impl Known<'_> {
    /// How messages name it: the path of the lock or of the environment.
    pub fn shown(&self) -> &str {
        match self {
            Self::Lock(lock) => &lock.path,
            Self::Metadata(installed) => &installed.path,
            Self::Catalogue => "its metadata",
        }
    }

    /// What the distribution called `name` always needs on `pythons`, or what `extra` of it adds, with the extras that are
    /// asked of each; nothing where that is not known.
    fn needs(&self, name: &Name, extra: Option<&Name>, pythons: &Versions) -> Vec<(Name, BTreeSet<Name>)> {
        let owned = |needs: Vec<Need>| -> Vec<(Name, BTreeSet<Name>)> {
            let needs = installed::always(&needs, pythons, extra);
            needs.into_iter().map(|(name, extras)| (name.clone(), extras.into_iter().cloned().collect())).collect()
        };
        match self {
            Self::Lock(lock) => owned(needs_of(&lock.lock, name, extra)),
            Self::Metadata(installed) => {
                installed.distribution(name.as_str()).map(|found| owned(found.needs.clone())).unwrap_or_default()
            }
            Self::Catalogue if extra.is_none() => {
                let names = dependencies::requires(name.as_str()).unwrap_or_default();
                names.into_iter().map(|name| (Name::new(name), BTreeSet::new())).collect()
            }
            Self::Catalogue => Vec::new(),
        }
    }

    /// Whether it is about what the requirement installs: the program knows one version, and a pin of another major one may
    /// need other things.
    fn speaks_of(&self, requirement: &Requirement) -> bool {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        let pinned = requirement.specifier.as_ref().and_then(|specifier| specifier.pin());
        match (self, pinned, dependencies::version(requirement.name())) {
            (Self::Catalogue, Some(pinned), Some(known)) => major(pinned) == major(known),
            _ => true,
        }
    }

    /// Whether what it does not say is not so.
    fn is_complete(&self) -> bool {
        matches!(self, Self::Lock(_))
    }
}

/// A shortest chain from what the project declares to `child`, over what its locks say, else what is installed, else what
/// the program knows. Requirements for running come first, then those of extras, then those of developers. Nothing where
/// the project declares `child` itself, or nothing is known to bring it.
pub fn brought_by<'a>(project: &'a Project, child: &Name) -> Option<Chain<'a>> {
    let requirements: Vec<(&Manifest, &Requirement)> = project
        .requirements()
        .filter(|(_, r)| r.name.is_some() && !matches!(r.group, Group::Build | Group::Constraint))
        .collect();
    if requirements.iter().any(|(_, r)| r.name.as_ref() == Some(child)) {
        return None;
    }
    chain(project, &requirements, child)
}

/// A chain to `child`, declared or not, from what users of the project install, other than `child` itself: not from what its developers do.
pub fn to_program<'a>(project: &'a Project, child: &Name) -> Option<Chain<'a>> {
    let is_other = |(_, r): &(&Manifest, &Requirement)| {
        (is_runtime(&r.group) || is_extra(&r.group)) && r.name.as_ref().is_some_and(|name| name != child)
    };
    let others: Vec<(&Manifest, &Requirement)> = project.requirements().filter(is_other).collect();
    chain(project, &others, child)
}

fn chain<'a>(
    project: &'a Project,
    requirements: &[(&'a Manifest, &'a Requirement)],
    child: &Name,
) -> Option<Chain<'a>> {
    let locks = project.locks.iter().map(AsRef::as_ref).filter(|lock| has_edges(&lock.lock)).map(Known::Lock);
    let installed = project.installed.iter().map(|installed| Known::Metadata(installed));
    for known in locks.chain(installed).chain([Known::Catalogue]) {
        let pythons = match (&project.pythons, known) {
            (_, Known::Metadata(installed)) => installed.pythons(),
            (Some(pythons), _) => pythons.versions.clone(),
            (None, _) => installed::usual_pythons(),
        };
        for is_of in [is_runtime, is_extra, is_dev] {
            let starts: Vec<_> = requirements.iter().copied().filter(|(_, r)| is_of(&r.group)).collect();
            let always = |(_, r): &(&Manifest, &Requirement)| holds(r, &pythons);
            let unconditional = starts.iter().copied().filter(always);
            let unconditional: Vec<_> = unconditional.filter(|(_, r)| known.speaks_of(r)).collect();
            if let Some((requirement, names)) = shortest(known, &unconditional, child, &pythons) {
                let offers =
                    |r: &Requirement| dependencies::offers(r.name(), child.as_str()) || adds(known, r, child, &pythons);
                let offered = starts.iter().any(|(_, r)| offers(r));
                return Some(Chain { requirement, names, known, offered });
            }
        }
        if known.is_complete() {
            return None;
        }
    }
    None
}

fn is_runtime(group: &Group) -> bool {
    *group == Group::Runtime
}

fn is_extra(group: &Group) -> bool {
    matches!(group, Group::Extra(_)) && !role::is_for_developers(group)
}

fn is_dev(group: &Group) -> bool {
    matches!(group, Group::Dev(_)) || role::is_for_developers(group)
}

/// Whether a requirement counts on Linux with each of `pythons`.
fn holds(requirement: &Requirement, pythons: &Versions) -> bool {
    requirement.marker.as_ref().is_none_or(|written| {
        let markers: Vec<&Marker> = written.marker.iter().collect();
        marker::always(&markers, pythons, None)
    })
}

/// Whether an extra that a requirement asks for adds `child`.
fn adds(known: Known<'_>, requirement: &Requirement, child: &Name, pythons: &Versions) -> bool {
    let Some(name) = &requirement.name else { return false };
    let mut extras = requirement.extras.iter();
    extras.any(|extra| known.needs(name, Some(&extra.name), pythons).iter().any(|(need, _)| need == child))
}

/// Whether a lock says what its packages need. Some formats never do; and of a part nothing follows.
fn has_edges(lock: &Lock) -> bool {
    !lock.partial && lock.packages.iter().any(|package| !package.needs.is_empty())
}

/// What the rows of a distribution say that it needs, or that `extra` of it adds. Groups of developers are no part of it.
fn needs_of(lock: &Lock, name: &Name, extra: Option<&Name>) -> Vec<Need> {
    let mut needs = Vec::new();
    for package in lock.named(name.as_str()) {
        // PDM has rows for a distribution with extras.
        let is_of_extra = extra.is_some_and(|extra| package.extras.contains(extra));
        if !package.extras.is_empty() && !is_of_extra {
            continue;
        }
        for edge in &package.needs {
            let is_added = match (&edge.group, extra) {
                (Group::Extra(group), Some(extra)) => group == extra,
                (Group::Runtime, Some(_)) => is_of_extra,
                (Group::Runtime, None) => true,
                _ => false,
            };
            let marker = edge.marker.as_ref().map(|text| marker::parse(text).0);
            // A condition that is not understood is none that holds.
            if let Some(marker) = marker.map_or(Some(None), |read| read.map(Some)) {
                let marker = match (marker, extra) {
                    // For Poetry the marker names the extra; for the others the place says it.
                    (marker, Some(extra)) if is_added => Some(of_extra(extra, marker)),
                    (Some(marker), Some(_)) => Some(marker),
                    (marker, None) if is_added => marker,
                    _ => continue,
                };
                needs.push(Need { name: edge.name.clone(), extras: edge.extras.clone(), marker });
            }
        }
    }
    needs
}

/// A marker that asks for an extra as well.
fn of_extra(extra: &Name, marker: Option<Marker>) -> Marker {
    let (variable, operator, value) = ("extra".to_owned(), "==".to_owned(), extra.to_string());
    let own = Marker::Compare { variable, operator, value };
    Marker::And(std::iter::once(own).chain(marker).collect())
}

/// A distribution, with an extra of it or without.
type Node = (Name, Option<Name>);

/// The shortest way from one of `starts` to `child`; of several, that of the first requirement, over the first names.
fn shortest<'a>(
    known: Known<'a>,
    starts: &[(&'a Manifest, &'a Requirement)],
    child: &Name,
    pythons: &Versions,
) -> Option<((&'a Manifest, &'a Requirement), Vec<Name>)> {
    // From where each was reached: the node before, or the requirement.
    let mut from: BTreeMap<Node, Result<Node, usize>> = BTreeMap::new();
    let mut queue: VecDeque<Node> = VecDeque::new();
    for (at, (_, requirement)) in starts.iter().enumerate() {
        let Some(name) = &requirement.name else { continue };
        let extras = requirement.extras.iter().map(|extra| Some(extra.name.clone()));
        for node in std::iter::once(None).chain(extras).map(|extra| (name.clone(), extra)) {
            if !from.contains_key(&node) {
                from.insert(node.clone(), Err(at));
                queue.push_back(node);
            }
        }
    }
    while let Some(node) = queue.pop_front() {
        if node.0 == *child {
            return way(&from, starts, &node);
        }
        for (name, extras) in known.needs(&node.0, node.1.as_ref(), pythons) {
            let extras = extras.into_iter().map(Some);
            for next in std::iter::once(None).chain(extras).map(|extra| (name.clone(), extra)) {
                if !from.contains_key(&next) {
                    from.insert(next.clone(), Ok(node.clone()));
                    queue.push_back(next);
                }
            }
        }
    }
    None
}

/// The way back from `node` to a requirement, from there on.
fn way<'a>(
    from: &BTreeMap<Node, Result<Node, usize>>,
    starts: &[(&'a Manifest, &'a Requirement)],
    node: &Node,
) -> Option<((&'a Manifest, &'a Requirement), Vec<Name>)> {
    let mut names = vec![node.0.clone()];
    let mut at = node;
    loop {
        match from.get(at)? {
            Ok(before) => {
                // `a[x]` needs `a` in some locks.
                if names.last() != Some(&before.0) {
                    names.push(before.0.clone());
                }
                at = before;
            }
            Err(start) => {
                names.reverse();
                return Some((*starts.get(*start)?, names));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{Memory, WalkOptions};
    use crate::project::Workspace;
    use crate::project::load::{LoadOptions, Parse, load};
    use crate::python::vocabulary::Vocabulary;
    use crate::source::Sources;

    fn workspace(files: &[(&str, &str)]) -> Workspace {
        let files = files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec()));
        let options = LoadOptions {
            walk: WalkOptions::default(),
            named: Vec::new(),
            source: true,
            max_source: 1 << 20,
            max_manifest: 1 << 20,
            parse: Parse::Everything,
            vocabulary: Vocabulary::everything(),
            marks: BTreeSet::new(),
            watched: Vec::new(),
        };
        load(&Memory::new(files), Sources::default(), &[String::new()], &options)
    }

    /// The chain to a distribution, as `a > b (how it is known)`; `offered` where it is.
    fn chain(files: &[(&str, &str)], child: &str) -> String {
        let workspace = workspace(files);
        let project = workspace.projects.first().unwrap_or_else(|| panic!("a project"));
        brought_by(project, &Name::new(child)).map_or_else(String::new, |chain| {
            let names: Vec<&str> = chain.names.iter().map(Name::as_str).collect();
            assert_eq!(chain.names.first(), chain.requirement.1.name.as_ref());
            let offered = if chain.offered { " offered" } else { "" };
            format!("{} ({}){offered}", names.join(" > "), chain.known.shown())
        })
    }

    const PROJECT: (&str, &str) = (
        "pyproject.toml",
        "[project]\nname = \"x\"\nversion = \"1\"\nrequires-python = \">=3.12\"\n\
         dependencies = [\"acme[fast]\", \"boto3\", \"winner; sys_platform == 'win32'\"]\n\
         [dependency-groups]\ndev = [\"aiohttp\", \"pytest\"]\n",
    );

    #[test]
    fn the_catalogue_knows_the_popular_ones() {
        for (child, expected) in [
            ("botocore", "boto3 > botocore (its metadata) offered"),
            ("python-dateutil", "boto3 > botocore > python-dateutil (its metadata)"),
            ("pluggy", "pytest > pluggy (its metadata) offered"),
            ("boto3", ""),
            ("unheard-of", ""),
        ] {
            assert_eq!(chain(&[PROJECT], child), expected, "{child}");
        }
    }

    #[test]
    fn locks_come_first_and_have_the_last_word() {
        let lock = "version = 1\nrequires-python = \">=3.12\"\n\
                    [[package]]\nname = \"acme\"\nversion = \"1\"\nsource = { registry = \"https://index.example/simple\" }\n\
                    dependencies = [{ name = \"base\" }, { name = \"odd\", marker = \"sys_platform == 'win32'\" }]\n\
                    [package.optional-dependencies]\nfast = [{ name = \"speed\" }]\nslow = [{ name = \"sleep\" }]\n\
                    [[package]]\nname = \"base\"\nversion = \"1\"\ndependencies = [{ name = \"deep\" }]\n\
                    [[package]]\nname = \"speed\"\nversion = \"1\"\n[[package]]\nname = \"deep\"\nversion = \"1\"\n\
                    [[package]]\nname = \"winner\"\nversion = \"1\"\ndependencies = [{ name = \"won\" }]\n";
        let files = [PROJECT, ("uv.lock", lock)];
        for (child, expected) in [
            ("deep", "acme > base > deep (uv.lock)"),
            ("speed", "acme > speed (uv.lock) offered"),
            ("sleep", ""),
            ("odd", ""),
            ("won", ""),
            // Whatever it is elsewhere, here boto3 does not bring it.
            ("botocore", ""),
        ] {
            assert_eq!(chain(&files, child), expected, "{child}");
        }
    }

    #[test]
    fn extras_in_the_lock_of_poetry() {
        let lock = "[[package]]\nname = \"acme\"\nversion = \"1\"\n[package.dependencies]\nbase = \"*\"\n\
                    speed = {version = \"*\", optional = true, markers = \"extra == \\\"fast\\\"\"}\n\
                    sleep = {version = \"*\", optional = true, markers = \"extra == \\\"slow\\\"\"}\n\
                    [metadata]\nlock-version = \"2.1\"\n";
        let files = [PROJECT, ("poetry.lock", lock)];
        for (child, expected) in
            [("base", "acme > base (poetry.lock)"), ("speed", "acme > speed (poetry.lock) offered"), ("sleep", "")]
        {
            assert_eq!(chain(&files, child), expected, "{child}");
        }
    }

    #[test]
    fn what_is_installed_comes_before_what_is_known() {
        let site = ".venv/lib/python3.12/site-packages";
        let acme = format!("{site}/acme-1.dist-info/METADATA");
        let files = [
            PROJECT,
            (".venv/pyvenv.cfg", "version = 3.12.1\n"),
            (acme.as_str(), "Name: acme\nVersion: 1\nRequires-Dist: base\nRequires-Dist: speed; extra == 'fast'\n"),
        ];
        assert_eq!(chain(&files, "base"), "acme > base (.venv)");
        assert_eq!(chain(&files, "speed"), "acme > speed (.venv) offered");
        assert_eq!(chain(&files, "s3transfer"), "boto3 > s3transfer (its metadata) offered");
    }
}
