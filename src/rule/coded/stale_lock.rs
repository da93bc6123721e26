//! `stale-lock`: a lock does not have what the manifest asks for.
//!
//! Only what holds in whichever way the manager resolves is said: no version in the lock lies within the range, or the
//! distribution is not there at all. Hashes of manifests are not made anew.

use std::collections::BTreeMap;

use crate::diagnostic::{ALSO_DECLARED, Finding, Label};
use crate::lock::{Lock, LockFile, Manager, Package};
use crate::manifest::{Group, Manifest, Marker, Origin, Requirement, Setting, Versions};
use crate::name::Name;
use crate::path;
use crate::project::Project;
use crate::rule::{Context, text};

/// One finding a distribution whose requirement the lock does not satisfy.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let Some(lock) = only_lock(project) else { return Vec::new() };
    let Some(covered) = Covered::of(project, lock) else { return Vec::new() };
    let mut findings: Vec<Finding> = covered.pythons().into_iter().collect();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for (manifest, requirement) in project.requirements().filter(|(m, r)| covered.includes(m, r)) {
        let Some(finding) = covered.judge(manifest, requirement) else { continue };
        let name = requirement.name();
        if let Some(first) = found.get(name).and_then(|at| findings.get_mut(*at)) {
            let span = manifest.file.span(requirement.at);
            first.labels.push(Label { span, text: ALSO_DECLARED.to_owned() });
        } else {
            found.insert(name, findings.len());
            findings.push(finding);
        }
    }
    findings
}

/// The lock that counts, where that is clear: the only one of a manager, else the only one of the standard format, if
/// its name does not say that it is for a part.
fn only_lock(project: &Project) -> Option<&LockFile> {
    let is_standard = |lock: &&LockFile| lock.lock.manager == Manager::Standard;
    let all = || project.locks.iter().map(AsRef::as_ref);
    let mut managed = all().filter(|lock| !is_standard(lock));
    match (managed.next(), managed.next()) {
        (Some(lock), None) => Some(lock),
        (None, None) => {
            let mut standard = all();
            let only = standard.next().filter(|_| standard.next().is_none())?;
            Some(only).filter(|lock| path::name(&lock.path) == Manager::Standard.file())
        }
        _ => None,
    }
}

/// What a lock has to say of a project.
struct Covered<'a> {
    project: &'a Project,
    file: &'a LockFile,
    lock: &'a Lock,
    /// The project's own row (uv).
    own: Option<&'a Package>,
}

impl<'a> Covered<'a> {
    /// Nothing where the lock is not fully understood, or is not known to be that of the project.
    fn of(project: &'a Project, file: &'a LockFile) -> Option<Self> {
        let lock = &file.lock;
        if lock.partial || lock.packages.is_empty() {
            return None;
        }
        let own = file.row(&project.root, project.name().as_ref());
        (lock.manager != Manager::Uv || own.is_some()).then_some(Self { project, file, lock, own })
    }

    /// The Pythons of `uv.lock` against those of the manifest. uv writes the intersection of its members.
    ///
    /// Source: uv, "Checking the lockfile": a lock made for other Pythons is resolved anew.
    fn pythons(&self) -> Option<Finding> {
        let locked = self.lock.requires_python.as_ref().filter(|_| self.lock.manager == Manager::Uv)?;
        let manifest = self
            .project
            .manifests
            .iter()
            .find(|m| m.format == "pyproject" && path::folder(&m.path) == self.project.root)?;
        let declared = manifest.reading.project.as_ref()?.requires_python.as_ref()?;
        // Groups can narrow it as well.
        let by_groups = |setting: &Setting| setting.key.starts_with("tool.uv.dependency-groups");
        if manifest.reading.settings.iter().any(by_groups) || !has_plain_bounds(&declared.text) {
            return None;
        }
        let (made_for, wanted) = (Versions::parse_python(&locked.text)?, Versions::parse_python(&declared.text)?);
        let is_alone = self.lock.members.len() < 2;
        if !has_plain_bounds(&locked.text) || made_for == wanted || !is_alone && made_for.within(&wanted) {
            return None;
        }
        let message = format!("the lock was made for Python `{}`, not for `{}`", locked.text, declared.text);
        let finding = Finding::new(manifest.file.locate(Some(declared.at)), message)
            .related(self.file.file.span(locked.at), "locked for these")
            .key("requires-python")
            .note(
                "`requires-python` was changed and the lock was not: uv takes it for out of date, and `--locked` fails",
            );
        Some(match self.lock.manager.command() {
            Some(command) => finding.help(format!("run `{command}`")),
            None => finding,
        })
    }

    /// Whether the manager resolves the requirement, for certain and from an index.
    fn includes(&self, manifest: &Manifest, requirement: &Requirement) -> bool {
        let is_own = self.project.name().is_some_and(|name| name == *requirement.name());
        path::folder(&manifest.path) == self.project.root
            && requirement.origin == Origin::Index
            && requirement.name.is_some()
            && !is_own
            && !self.is_overridden(requirement)
            && self.is_locked_table(manifest, requirement)
            && self.has_group(&requirement.group)
    }

    /// Whether the requirement stands where the manager looks.
    fn is_locked_table(&self, manifest: &Manifest, requirement: &Requirement) -> bool {
        if self.lock.manager == Manager::Pipenv {
            return manifest.format == "Pipfile";
        }
        let headers = manifest.reading.tables.iter().filter(|(_, at)| at.start <= requirement.at.start);
        let Some((table, _)) = headers.max_by_key(|(name, at)| (at.start, name.len())) else { return false };
        let starts = |prefixes: &[&str]| {
            prefixes.iter().any(|p| table.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        };
        let standard = table == "project" || starts(&["project.optional-dependencies"]);
        manifest.format == "pyproject"
            && match self.lock.manager {
                Manager::Uv => standard || table == "dependency-groups" || table == "tool.uv",
                Manager::Pdm => standard || table == "dependency-groups" || starts(&["tool.pdm.dev-dependencies"]),
                Manager::Poetry => {
                    // Poetry reads these groups since 2.2.
                    let knows = |group: &Name| self.lock.packages.iter().any(|p| p.groups.contains(group));
                    let is_known = || matches!(&requirement.group, Group::Dev(group) if knows(group));
                    standard
                        || starts(&["tool.poetry.dependencies", "tool.poetry.dev-dependencies", "tool.poetry.group"])
                        || table == "dependency-groups" && is_known()
                }
                // Which extras and groups were chosen is not known.
                Manager::Standard => table == "project" && requirement.group == Group::Runtime,
                Manager::Pipenv => false,
            }
    }

    /// Whether the lock covers the group.
    fn has_group(&self, group: &Group) -> bool {
        let name = match group {
            Group::Runtime => &Name::new("default"),
            Group::Extra(name) | Group::Dev(name) => name,
            Group::Build | Group::Constraint => return false,
        };
        self.lock.groups.as_ref().is_none_or(|groups| groups.contains(name))
    }

    /// Whether the project replaces what is required of the distribution, or leaves it out.
    fn is_overridden(&self, requirement: &Requirement) -> bool {
        let name = requirement.name();
        let is_it = |(_, r): (&Manifest, &Requirement)| r.group == Group::Constraint && r.name() == name;
        self.lock.overridden.iter().any(|other| *other == *name) || self.project.requirements().any(is_it)
    }

    fn judge(&self, manifest: &Manifest, requirement: &Requirement) -> Option<Finding> {
        let name = requirement.name();
        let allowed = requirement.versions();
        if self.is_as_declared(name, &allowed) || is_contradictory(manifest, requirement, &allowed) {
            return None;
        }
        let locked: Vec<&Package> = self.lock.named(name).collect();
        if locked.is_empty() {
            return self.absent(manifest, requirement);
        }
        let marker = requirement.marker.as_ref();
        if !marker.is_none_or(|marker| self.counts(marker.marker.as_ref())) {
            return None;
        }
        let versions: Option<Vec<&str>> = locked
            .iter()
            .map(|package| package.version.as_ref().filter(|_| package.is_from_index()).map(|v| v.text.as_str()))
            .collect();
        let mut versions = versions?;
        versions.sort_unstable();
        versions.dedup();
        let is_outside = |version: &&str| is_final(version) && allowed.contains(version) == Some(false);
        if !versions.iter().all(is_outside) {
            return None;
        }
        let specifier = requirement.specifier.as_ref()?;
        let shown = text::enumeration(&versions);
        let message = format!("`{name}` is locked at {shown}, which `{}` does not allow", specifier.written);
        let mut finding = Finding::new(manifest.file.locate(Some(requirement.at)), message);
        for at in locked.iter().filter_map(|package| package.version.as_ref()).map(|version| version.at) {
            finding = finding.related(self.file.file.span(at), "locked here");
        }
        Some(self.finish(finding, name))
    }

    /// A requirement for every environment must be in the lock.
    fn absent(&self, manifest: &Manifest, requirement: &Requirement) -> Option<Finding> {
        let settings = manifest.reading.settings.iter();
        // What else can take a requirement out of a lock.
        let leaves_out = |key: &str| {
            ["tool.uv.exclude-dependencies", "tool.uv.environments", "tool.pdm.resolution.excludes"].contains(&key)
        };
        // The standard format may cover a part alone.
        let is_whole = self.lock.manager != Manager::Standard;
        if !is_whole || requirement.marker.is_some() || settings.into_iter().any(|setting| leaves_out(&setting.key)) {
            return None;
        }
        let name = requirement.name();
        let message = format!("`{name}` is not in `{}`", self.file.path);
        Some(self.finish(Finding::new(manifest.file.locate(Some(requirement.at)), message), name))
    }

    fn finish(&self, finding: Finding, name: &str) -> Finding {
        let manager = self.lock.manager;
        let finding = finding.package(name).key(name).note(
            "the manifest was changed and the lock was not: installs from the lock fail, or bring something else",
        );
        match manager.command() {
            Some(command) => finding.help(format!("run `{command}`")),
            None => finding,
        }
    }

    /// Whether the lock itself says that it was made for this requirement (uv).
    fn is_as_declared(&self, name: &str, allowed: &Versions) -> bool {
        let declared = self.own.iter().flat_map(|own| &own.declared);
        declared
            .filter(|declared| declared.name == *name)
            .any(|declared| Versions::parse(&declared.specifier).is_none_or(|versions| versions == *allowed))
    }

    /// Whether a marker holds for a Python that the lock was made for, whatever the machine: only then does its
    /// requirement have to show in the lock.
    fn counts(&self, marker: Option<&Marker>) -> bool {
        let Some(marker) = marker else { return false };
        let is_python =
            |(variable, _, _): &(&str, &str, &str)| matches!(*variable, "python_version" | "python_full_version");
        let made_for = self.lock.requires_python.as_ref().and_then(|python| Versions::parse_python(&python.text));
        made_for
            .is_some_and(|made_for| marker.comparisons().iter().all(is_python) && made_for.within(&marker.pythons()))
    }
}

/// Whether specifiers speak of plain releases, whose sets are exact.
fn has_plain_bounds(specifiers: &str) -> bool {
    !specifiers.contains("===") && !specifiers.contains(|c: char| c.is_ascii_alphabetic() || c == '+')
}

/// Whether a version is no pre-release: managers differ in when they take one.
fn is_final(version: &str) -> bool {
    let public = version.split('+').next().unwrap_or(version).to_ascii_lowercase();
    !public.replace("post", "").contains(|c: char| c.is_ascii_alphabetic())
}

/// Whether no lock could satisfy the requirement and the others of its manifest: that is their fault, not its.
fn is_contradictory(manifest: &Manifest, requirement: &Requirement, allowed: &Versions) -> bool {
    let mut others = manifest.reading.requirements.iter().filter(|other| other.name() == requirement.name());
    allowed.is_empty() || others.any(|other| !allowed.meets(&other.versions()))
}
