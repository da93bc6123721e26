//! What is installed together: the declarations of a project, joined into [`InstallationSet`]s.
//!
//! *Together* means that one run of an installer or of a resolver has to satisfy all of them at once, so that two that
//! exclude each other make it fail. That is known for
//!
//! - a table of runtime requirements, and each of its extras with it (an extra is never installed alone), with the
//!   extras that it names (`all = ["me[cli]"]`);
//! - a dependency group with the groups that it includes (PEP 735). Without a manager that locks, a group is installed
//!   without the project as often as with it: it is no set with the runtime requirements;
//! - everything that one lock holds: uv, Poetry and PDM resolve all groups and extras with the runtime requirements,
//!   whatever is installed later, except what `tool.uv.conflicts` sets apart; Pipenv resolves each category with the
//!   default one;
//! - a requirements file with what it includes (`-r`), and with the project where it installs that (`-e .[test]`),
//!   restricted by the constraints (`-c`) of any of these files;
//! - what builds need.
//!
//! Environments of hatch, tox and pixi, and those of conda, are no sets: matrices and channels decide what is in them.
//! Two manifests that do not name each other (`setup.py` and `requirements.txt`) are not installed together.
//!
//! `tool.uv.override-dependencies` and `tool.pdm.resolution.overrides` replace what others declare, here and in the
//! members of a workspace, so that what they name is in no set. What `tool.uv.constraint-dependencies` and `-c` say is a
//! constraint: it restricts what is installed and installs nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{IncludeTarget, Project};
use crate::manifest::{Group, Include, IncludeKind, Manifest, Marker, Origin, Requirement, marker};
use crate::name::Name;
use crate::path;
use crate::source::{Extent, FileId};

/// More members than the sets of an honest project have together: further sets are left out.
const MAX_MEMBERS: usize = 200_000;

/// The sets of one project.
#[derive(Debug, Default)]
pub struct Resolved {
    /// In the order of manifests. A declaration may be in several, in each once.
    pub sets: Vec<InstallationSet>,
}

/// Declarations that are installed together.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct InstallationSet {
    /// The manager that resolves all of it for its lock, where that is why.
    pub locked_by: Option<&'static str>,
    /// In the order in which they are read: what a requirements file includes at the line that includes it; runtime
    /// before extras before groups, and what a group includes before it.
    members: Vec<Member>,
    /// Of each of these, one at a time.
    apart: Vec<Vec<Group>>,
    /// Where it is installed, where that is said (`tool.uv.environments`).
    environments: Vec<Marker>,
}

/// A declaration, by the places of its manifest in the project and of the requirement in that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Member {
    manifest: usize,
    requirement: usize,
    is_constraint: bool,
}

/// A declaration of a set.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a> {
    /// Where it stands.
    pub manifest: &'a Manifest,
    /// What it says.
    pub requirement: &'a Requirement,
    /// Whether it only restricts what others install.
    pub is_constraint: bool,
}

impl InstallationSet {
    /// The declarations of each distribution that is declared more than once, in the order of the set; in the order of
    /// the distributions' names.
    pub fn repeated<'a>(&self, project: &'a Project) -> Vec<Vec<Declared<'a>>> {
        let declared = || self.members.iter().filter_map(|member| member.of(project));
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for name in declared().filter_map(|declared| declared.requirement.name.as_ref()) {
            *counts.entry(name.as_str()).or_default() += 1;
        }
        let mut repeated: BTreeMap<&str, Vec<Declared<'_>>> = BTreeMap::new();
        for declared in declared().filter(|d| counts.get(d.requirement.name()).is_some_and(|count| *count > 1)) {
            repeated.entry(declared.requirement.name()).or_default().push(declared);
        }
        repeated.into_values().collect()
    }

    /// The declarations of the distribution `name` (normalised), in the order of the set.
    pub fn on<'a>(&'a self, project: &'a Project, name: &'a str) -> impl Iterator<Item = Declared<'a>> {
        self.members.iter().filter_map(|member| member.of(project)).filter(move |d| d.requirement.name() == name)
    }

    /// The manifests that it has something of.
    pub fn files(&self, project: &Project) -> BTreeSet<FileId> {
        let places: BTreeSet<usize> = self.members.iter().map(|member| member.manifest).collect();
        places.into_iter().filter_map(|at| project.manifests.get(at)).map(|manifest| manifest.file).collect()
    }

    /// Whether the set is never installed with both groups at once.
    pub fn sets_apart(&self, one: &Group, other: &Group) -> bool {
        one != other && self.apart.iter().any(|groups| groups.contains(one) && groups.contains(other))
    }

    /// Whether it is installed in an environment: not where it is said that others are meant.
    pub fn is_for(&self, environment: &marker::Environment) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|m| m.holds(environment) == Some(true))
    }
}

impl Member {
    fn of(self, project: &Project) -> Option<Declared<'_>> {
        let manifest = project.manifests.get(self.manifest)?;
        let requirement = manifest.reading.requirements.get(self.requirement)?;
        Some(Declared { manifest, requirement, is_constraint: self.is_constraint })
    }
}

impl Project {
    /// Each include with the manifest that it stands in and what it leads to.
    pub fn looked_up(&self) -> impl Iterator<Item = (&Manifest, &Include, &IncludeTarget)> {
        // Of the readings of one file a single one has includes.
        let includes = self.everything().filter(|manifest| !manifest.reading.includes.is_empty());
        let by_file: BTreeMap<FileId, &Manifest> = includes.map(|m| (m.file, m)).collect();
        self.includes.iter().filter_map(move |resolved| {
            let manifest = by_file.get(&resolved.from)?;
            Some((*manifest, manifest.reading.includes.get(resolved.index)?, &resolved.target))
        })
    }

    /// Those that lead to another file that was read.
    pub fn included(&self) -> impl Iterator<Item = (&Manifest, &Include, FileId)> {
        self.looked_up().filter_map(|(manifest, include, target)| match target {
            IncludeTarget::Read(file) => Some((manifest, include, *file)),
            _ => None,
        })
    }
}

/// Which file includes which.
#[derive(Debug)]
pub struct Includes<'a> {
    manifests: BTreeMap<FileId, (usize, &'a Manifest)>,
    by_file: BTreeMap<FileId, Vec<(&'a Include, FileId)>>,
}

impl<'a> Includes<'a> {
    /// Those of a project and of its environments.
    pub fn of(project: &'a Project) -> Self {
        let manifests = project.manifests.iter().enumerate().map(|(at, m)| (m.file, (at, m))).collect();
        let mut by_file: BTreeMap<FileId, Vec<(&Include, FileId)>> = BTreeMap::new();
        for (from, include, target) in project.included() {
            by_file.entry(from.file).or_default().push((include, target));
        }
        Self { manifests, by_file }
    }

    /// The manifests that `file` includes, directly or through others, without itself and each once.
    pub fn below(&self, file: FileId) -> Vec<&'a Manifest> {
        let below = self.closure([file], |_| true).into_iter().filter(|other| *other != file);
        below.filter_map(|other| self.manifests.get(&other)).map(|(_, manifest)| *manifest).collect()
    }

    /// `from` and all that they include by includes that `follow`, each once; what is included comes first.
    fn closure(&self, from: impl IntoIterator<Item = FileId>, follow: impl Fn(&Include) -> bool) -> Vec<FileId> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for start in from {
            // Depth-first with a stack of our own: a long chain of files must not end the program.
            let mut open: Vec<(FileId, usize)> = Vec::new();
            if seen.insert(start) {
                open.push((start, 0));
            }
            while let Some((at, next)) = open.last_mut() {
                let Some((include, target)) = self.by_file.get(at).and_then(|includes| includes.get(*next)) else {
                    all.push(*at);
                    open.pop();
                    continue;
                };
                *next += 1;
                if follow(include) && seen.insert(*target) {
                    open.push((*target, 0));
                }
            }
        }
        all
    }

    /// The requirements of `file` and of what it includes with `-r`, by the file and their places in its reading, in the
    /// order in which pip reads them: what is included stands at the line that includes it. Each file is read once.
    fn in_reading_order(&self, file: FileId) -> Vec<(FileId, usize)> {
        let mut seen = BTreeSet::from([file]);
        let mut all = Vec::new();
        // A stack of our own, as in `closure`: the file, and the next include and requirement of it.
        let mut open = vec![(file, 0, 0)];
        while let Some((at, next, read)) = open.last_mut() {
            let requirements = self.manifests.get(at).map_or(&[][..], |(_, manifest)| &manifest.reading.requirements);
            let include = self.by_file.get(at).and_then(|includes| includes.get(*next));
            let before = |r: &Requirement| include.is_none_or(|(include, _)| r.at.start < include.at.start);
            while requirements.get(*read).is_some_and(before) {
                all.push((*at, *read));
                *read += 1;
            }
            *next += 1;
            match include {
                None => {
                    open.pop();
                }
                Some((include, target)) if include.kind == IncludeKind::Requirements && seen.insert(*target) => {
                    open.push((*target, 0, 0));
                }
                Some(_) => {}
            }
        }
        all
    }

    fn targets(&self, file: FileId) -> impl Iterator<Item = &(&'a Include, FileId)> {
        self.by_file.get(&file).into_iter().flatten()
    }
}

impl Resolved {
    /// The sets of `project`. `overridden` names what an outer project (the root of a workspace) overrides.
    pub(super) fn of(project: &Project, overridden: &BTreeSet<Name>) -> Self {
        let builder = Builder { project, includes: Includes::of(project), overridden };
        let mut sets = Vec::new();
        for (place, manifest) in project.manifests.iter().enumerate() {
            match manifest.format {
                "pyproject" | "setup.cfg" | "setup.py" | "Pipfile" => sets.extend(builder.of_tables(place, manifest)),
                _ => {}
            }
        }
        sets.extend(builder.of_files());
        let mut members = 0;
        sets.retain(|set: &InstallationSet| {
            members += set.members.len();
            set.members.len() > 1 && members <= MAX_MEMBERS
        });
        Self { sets }
    }
}

/// The distributions that the manifests of a project override.
pub(super) fn overridden(project: &Project) -> BTreeSet<Name> {
    project.manifests.iter().flat_map(|manifest| Forces::of(manifest).overridden(manifest)).collect()
}

/// What the entries of the group [`Group::Constraint`] of a `pyproject.toml` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Force {
    Restricts,
    RestrictsBuilds,
    Replaces,
}

/// By the byte at which their entry begins: where it ends, and what it does.
struct Forces(BTreeMap<u32, (u32, Force)>);

impl Forces {
    fn of(manifest: &Manifest) -> Self {
        let force = |key: &str| match key {
            "tool.uv.constraint-dependencies" => Some(Force::Restricts),
            "tool.uv.build-constraint-dependencies" => Some(Force::RestrictsBuilds),
            "tool.uv.override-dependencies" => Some(Force::Replaces),
            _ => key.starts_with("tool.pdm.resolution.overrides.").then_some(Force::Replaces),
        };
        let settings = manifest.reading.settings.iter();
        Self(settings.filter_map(|s| Some((s.at.start, (s.at.end, force(&s.key)?)))).collect())
    }

    fn force(&self, requirement: &Requirement) -> Option<Force> {
        let last = requirement.at.end.checked_sub(1)?;
        let (_, (end, force)) = self.0.range(..=last).next_back()?;
        (last < *end).then_some(*force)
    }

    fn overridden(&self, manifest: &Manifest) -> Vec<Name> {
        let replaces = |r: &&Requirement| r.group == Group::Constraint && self.force(r) == Some(Force::Replaces);
        manifest.reading.requirements.iter().filter(replaces).filter_map(|r| r.name.clone()).collect()
    }
}

/// Tables whose groups are installed on request; those of other tables (`tool.hatch.envs`) are environments.
const GROUP_TABLES: &[&str] = &["dependency-groups", "tool.poetry", "tool.pdm", "tool.uv"];

/// Tables of environments, which have runtime requirements of their own.
const ENVIRONMENT_TABLES: &[&str] = &["tool.hatch", "tool.pixi"];

struct Builder<'a> {
    project: &'a Project,
    includes: Includes<'a>,
    overridden: &'a BTreeSet<Name>,
}

impl Builder<'_> {
    /// The sets of a manifest with tables of requirements.
    fn of_tables(&self, place: usize, manifest: &Manifest) -> Vec<InstallationSet> {
        let forces = Forces::of(manifest);
        let mut overridden: BTreeSet<Name> = forces.overridden(manifest).into_iter().collect();
        overridden.extend(self.overridden.iter().cloned());
        let groups = self.groups(place, manifest);
        let set = |wanted: &[&Group], restricts: Force| {
            let mut members: Vec<Member> =
                wanted.iter().filter_map(|group| groups.get(*group)).flatten().copied().collect();
            let requirements = manifest.reading.requirements.iter().enumerate();
            let constraints =
                requirements.filter(|(_, r)| r.group == Group::Constraint && forces.force(r) == Some(restricts));
            members.extend(constraints.map(|(at, _)| Member { manifest: place, requirement: at, is_constraint: true }));
            let is_overridden = |member: &Member| {
                let declared = member.of(self.project);
                declared.and_then(|d| d.requirement.name.as_ref()).is_some_and(|name| overridden.contains(name))
            };
            members.retain(|member| !is_overridden(member));
            InstallationSet { members, ..InstallationSet::default() }
        };
        let mut sets = vec![set(&[&Group::Build], Force::RestrictsBuilds)];
        let reach = self.reach(manifest);
        if let Some(locked_by) = locked_by(self.project, manifest) {
            let all: Vec<&Group> = groups.keys().filter(|group| **group != Group::Build).collect();
            let apart = manifest.reading.conflicts.iter().map(|groups| widened(groups, &reach)).collect();
            let environments = environments(manifest);
            sets.push(InstallationSet {
                locked_by: Some(locked_by),
                apart,
                environments,
                ..set(&all, Force::Restricts)
            });
            return sets;
        }
        let mut members = 0;
        for group in groups.keys().filter(|group| **group != Group::Build) {
            // What is included comes first.
            let mut wanted = closure(group, &reach);
            if (matches!(group, Group::Extra(_)) || manifest.format == "Pipfile") && !wanted.contains(&&Group::Runtime)
            {
                wanted.push(&Group::Runtime);
            }
            wanted.reverse();
            sets.push(set(&wanted, Force::Restricts));
            members += sets.last().map_or(0, |set| set.members.len());
            if members > MAX_MEMBERS {
                break;
            }
        }
        sets
    }

    /// The declarations of each group, with those of the files that it is read from. Environments are left out.
    fn groups(&self, place: usize, manifest: &Manifest) -> BTreeMap<Group, Vec<Member>> {
        let mut groups: BTreeMap<Group, Vec<Member>> = BTreeMap::new();
        for (include, target) in self.includes.targets(manifest.file).filter(|(i, _)| i.kind == IncludeKind::Dynamic) {
            let members = self.of_file(*target).members;
            groups.entry(include.group.clone()).or_default().extend(members);
        }
        for (at, requirement) in manifest.reading.requirements.iter().enumerate() {
            let is_in = |names: &[&str]| {
                let is = |table: &str, name: &&str| {
                    table.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                table_of(manifest, requirement.at).is_some_and(|table| names.iter().any(|name| is(table, name)))
            };
            let counts = match &requirement.group {
                Group::Constraint => false,
                Group::Dev(_) if manifest.format == "pyproject" => is_in(GROUP_TABLES),
                _ => !is_in(ENVIRONMENT_TABLES),
            };
            if counts {
                let member = Member { manifest: place, requirement: at, is_constraint: false };
                groups.entry(requirement.group.clone()).or_default().push(member);
            }
        }
        groups
    }

    /// Which groups and extras a group or an extra brings with it, directly.
    fn reach<'m>(&self, manifest: &'m Manifest) -> BTreeMap<&'m Group, BTreeSet<Group>> {
        let mut reach: BTreeMap<&Group, BTreeSet<Group>> = BTreeMap::new();
        for include in manifest.reading.includes.iter().filter(|i| i.kind == IncludeKind::Group) {
            reach.entry(&include.group).or_default().insert(Group::Dev(Name::new(&include.target)));
        }
        let own = self.project.name();
        for requirement in manifest.reading.requirements.iter().filter(|r| r.name.is_some() && r.name == own) {
            let extras = requirement.extras.iter().map(|extra| Group::Extra(extra.name.clone()));
            reach.entry(&requirement.group).or_default().extend(extras.chain([Group::Runtime]));
        }
        reach
    }

    /// The sets of requirements files: one for each that no other includes, and for one of each cycle of them.
    fn of_files(&self) -> Vec<InstallationSet> {
        let by_r = |include: &Include| include.kind == IncludeKind::Requirements;
        let targets = self.project.manifests.iter().flat_map(|manifest| self.includes.targets(manifest.file));
        let included: BTreeSet<FileId> = targets.filter(|(i, _)| by_r(i)).map(|(_, file)| *file).collect();
        let files = self.project.manifests.iter().filter(|m| m.format == "requirements").map(|m| m.file);
        let (inner, outer): (Vec<FileId>, Vec<FileId>) = files.partition(|file| included.contains(file));
        let mut covered: BTreeSet<FileId> = BTreeSet::new();
        let mut sets = Vec::new();
        let mut members = 0;
        for file in outer.into_iter().chain(inner) {
            if members <= MAX_MEMBERS && !covered.contains(&file) {
                covered.extend(self.includes.closure([file], by_r));
                sets.push(self.of_file(file));
                members += sets.last().map_or(0, |set: &InstallationSet| set.members.len());
            }
        }
        sets
    }

    /// The set of one requirements file.
    fn of_file(&self, file: FileId) -> InstallationSet {
        let by_r = |include: &Include| include.kind == IncludeKind::Requirements;
        let installed = self.includes.closure([file], by_r);
        let restricting = installed.iter().flat_map(|file| self.includes.targets(*file));
        let restricting = restricting.filter(|(i, _)| i.kind == IncludeKind::Constraints).map(|(_, file)| *file);
        let constraints = self.includes.closure(restricting, |include| include.kind.is_requirements());
        let mut set = InstallationSet::default();
        let mut own: BTreeSet<Group> = BTreeSet::new();
        for (at, requirement) in self.includes.in_reading_order(file) {
            let Some(&(place, manifest)) = self.includes.manifests.get(&at) else { continue };
            let Some(read) = manifest.reading.requirements.get(requirement) else { continue };
            // A file of constraints that stands alone.
            let is_constraint = read.group == Group::Constraint && at == file;
            set.members.push(Member { manifest: place, requirement, is_constraint });
            own.extend(self.own(manifest, read));
        }
        for at in constraints.into_iter().filter(|at| !installed.contains(at)) {
            let Some(&(place, manifest)) = self.includes.manifests.get(&at) else { continue };
            let all = 0..manifest.reading.requirements.len();
            set.members.extend(all.map(|requirement| Member { manifest: place, requirement, is_constraint: true }));
        }
        // Of several forms of metadata the first counts, as it does for what builds the project.
        let is_own = |manifest: &Manifest| {
            matches!(manifest.format, "pyproject" | "setup.cfg" | "setup.py")
                && manifest.reading.requirements.iter().any(|r| own.contains(&r.group))
        };
        if let Some((at, manifest)) = self.project.manifests.iter().enumerate().find(|(_, m)| is_own(m)) {
            let requirements = manifest.reading.requirements.iter().enumerate();
            let wanted = requirements.filter(|(_, r)| own.contains(&r.group));
            let member = |(requirement, _)| Member { manifest: at, requirement, is_constraint: false };
            set.members.splice(0..0, wanted.map(member));
        }
        set
    }

    /// What of the project itself a line of a requirements file installs (`-e .[test]`).
    fn own(&self, manifest: &Manifest, requirement: &Requirement) -> Vec<Group> {
        let Origin::Path(written, _) = &requirement.origin else { return Vec::new() };
        let written = written.split('[').next().unwrap_or(written);
        let root = &self.project.root;
        // pip looks from where it runs, most often the root.
        let is_root = |folder: &str| path::join(folder, written) == *root;
        if !is_root(root) && !is_root(path::folder(&manifest.path)) {
            return Vec::new();
        }
        let extras = requirement.extras.iter().map(|extra| Group::Extra(extra.name.clone()));
        extras.chain([Group::Runtime]).collect()
    }
}

/// `group`, then all that it brings, each once.
fn closure<'a>(group: &'a Group, reach: &'a BTreeMap<&Group, BTreeSet<Group>>) -> Vec<&'a Group> {
    let mut seen = BTreeSet::from([group]);
    let mut all = vec![group];
    let mut next = 0;
    while let Some(group) = all.get(next) {
        let brought = reach.get(*group).into_iter().flatten().filter(|brought| seen.insert(brought));
        all.extend(brought.collect::<Vec<_>>());
        next += 1;
    }
    all
}

/// `groups` with those that bring one of them, which are set apart as well.
fn widened(groups: &[Group], reach: &BTreeMap<&Group, BTreeSet<Group>>) -> Vec<Group> {
    let brings = |group: &&&Group| closure(group, reach).into_iter().any(|brought| groups.contains(brought));
    groups.iter().chain(reach.keys().filter(brings).copied()).cloned().collect()
}

/// The last table of a `pyproject.toml` that begins before `at`; nothing in other manifests.
fn table_of(manifest: &Manifest, at: Extent) -> Option<&str> {
    let tables = Some(&manifest.reading.tables).filter(|_| manifest.format == "pyproject")?;
    let after = tables.partition_point(|(_, table)| table.start <= at.start);
    tables.get(after.checked_sub(1)?).map(|(name, _)| name.as_str())
}

/// The manager that resolves all groups and extras of a manifest at once. uv and PDM also build packages and serve pip:
/// such tables do not say that they lock.
pub fn locked_by(project: &Project, manifest: &Manifest) -> Option<&'static str> {
    let has = |names: &[&str]| manifest.reading.tables.iter().any(|(table, _)| names.contains(&table.as_str()));
    let says = |key: &str, value: &str| manifest.reading.settings.iter().any(|s| s.key == key && s.value == value);
    let has_lock = |name: &str| project.lock_names.contains(&name);
    if manifest.format != "pyproject" {
        return None;
    }
    let tables = &manifest.reading.tables;
    let below_uv = |table: &str| Some(table.strip_prefix("tool.uv.")?.split('.').next().unwrap_or_default().to_owned());
    let is_uv = tables.iter().any(|(table, at)| match below_uv(table) {
        Some(inner) => !matches!(inner.as_str(), "pip" | "build-backend"),
        // A header of its own, not one that a longer one implies.
        None => table == "tool.uv" && !tables.iter().any(|(other, place)| place == at && below_uv(other).is_some()),
    });
    if has(&["tool.poetry"]) && (has(&["tool.poetry.dependencies", "tool.poetry.group"]) || has_lock("poetry.lock")) {
        Some("Poetry")
    } else if (has_lock("uv.lock") || is_uv) && !says("tool.uv.managed", "false") {
        Some("uv")
    } else if has_lock("pdm.lock") || has(&["tool.pdm.dev-dependencies", "tool.pdm.resolution", "tool.pdm.scripts"]) {
        Some("PDM")
    } else {
        None
    }
}

/// The environments for which a manifest is resolved.
fn environments(manifest: &Manifest) -> Vec<Marker> {
    let settings = manifest.reading.settings.iter().filter(|s| s.key == "tool.uv.environments");
    settings.filter_map(|setting| marker::parse(&setting.value).0).collect()
}
