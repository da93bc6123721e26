//! Judging the conditions of rules and facts: [`Gate`].

use super::Context;
use crate::knowledge::model::{Gate, Package};
use crate::manifest::{Group, Requirement, Versions};
use crate::name::Name;
use crate::project::{Project, PythonsBy, load};

/// Whether `gate` holds for `requirement` (or for the project as a whole). What is not known does not hold.
pub fn holds(gate: &Gate, context: &Context<'_>, requirement: Option<&Requirement>) -> bool {
    gate.python.as_deref().is_none_or(|wanted| python(wanted, context, requirement))
        && gate.version.as_deref().is_none_or(|wanted| requirement.is_some_and(|r| version(wanted, context, r)))
        && gate.with.as_deref().is_none_or(|wanted| with(wanted, context, requirement))
        && gate.never_with.as_deref().is_none_or(|unwanted| never_with(unwanted, context))
        && (gate.imports.is_empty() || gate.imports.iter().any(|module| imports(module, context) == Some(true)))
        && gate.unless_imports.iter().all(|module| imports(module, context) == Some(false))
        && (!gate.build_only || requirement.is_some_and(|r| build_only(context, r)))
}

/// Whether `gate` may hold for `project` as a whole: what only requirements and configurations tell is left open.
pub fn may_hold(gate: &Gate, project: &Project) -> bool {
    let is_imported = |module: &String| project.imported.contains_key(load::top_level(module));
    supports_only(gate, project)
        && may_hold_with(gate, project)
        && (gate.imports.is_empty() || gate.imports.iter().any(is_imported))
}

/// Whether every Python that `project` supports lies in what `gate` asks for. What is not known does not.
fn supports_only(gate: &Gate, project: &Project) -> bool {
    gate.python.as_deref().is_none_or(|wanted| {
        let wanted = Versions::parse_python(wanted);
        project.pythons.as_ref().zip(wanted).is_some_and(|(pythons, wanted)| pythons.versions.within(&wanted))
    })
}

/// Whether `project` declares what `gate` asks for beside a requirement, and may get such versions.
pub fn may_hold_with(gate: &Gate, project: &Project) -> bool {
    let may_get = |(name, wanted): (Name, Versions)| {
        let on_it = || project.every_requirement().map(|(_, r)| r).filter(|r| r.name.as_ref() == Some(&name));
        let allows = |r: &Requirement| r.versions().is_all() || r.versions().meets(&wanted);
        // Whatever else is said, a lock decides.
        on_it().next().is_some()
            && (project.may_be_locked() || on_it().any(|requirement| wanted.is_all() || allows(requirement)))
    };
    gate.with.as_deref().is_none_or(|wanted| of_other(wanted).is_some_and(may_get))
}

/// Whether every Python with which the requirement is installed lies in `wanted`.
fn python(wanted: &str, context: &Context<'_>, requirement: Option<&Requirement>) -> bool {
    let Some(wanted) = Versions::parse_python(wanted) else { return false };
    let marker = requirement
        .and_then(|r| r.marker.as_ref())
        .and_then(|m| m.marker.as_ref())
        .map(crate::manifest::Marker::pythons);
    let pythons = context.pythons;
    let project = pythons.map(|p| p.versions.clone());
    match (project, marker) {
        // A marker for a Python that is only not seen to be used may still know better.
        (Some(project), Some(marker)) if !project.meets(&marker) && pythons.is_some_and(|p| p.by == PythonsBy::Use) => {
            false
        }
        (Some(project), Some(marker)) => project.and(&marker).within(&wanted),
        (Some(project), None) => project.within(&wanted),
        (None, Some(marker)) => !marker.is_all() && marker.within(&wanted),
        (None, None) => false,
    }
}

/// Whether what the requirement installs lies in the specifiers `wanted`.
pub fn gets(context: &Context<'_>, requirement: &Requirement, wanted: &str) -> bool {
    version(wanted, context, requirement)
}

fn version(wanted: &str, context: &Context<'_>, requirement: &Requirement) -> bool {
    let Some(wanted) = Versions::parse(wanted) else { return false };
    if wanted.is_all() {
        return true;
    }
    let known = requirement.specifier.as_ref().is_none_or(|s| s.versions.is_some());
    known && gets_only(&requirement.versions(), &wanted, context, requirement.name())
}

/// Whether what is installed lies in `wanted`: all that is allowed, or the newest version where that is allowed.
fn gets_only(allowed: &Versions, wanted: &Versions, context: &Context<'_>, name: &str) -> bool {
    if !allowed.is_all() && allowed.within(wanted) {
        return !allowed.is_empty();
    }
    let Some(package) = context.knowledge.package(name).filter(|package| !package.latest.is_empty()) else {
        return false;
    };
    let latest = &package.latest;
    allowed.contains(latest) == Some(true) && wanted.contains(latest) == Some(true) && is_for_all(package, context)
}

/// Whether every Python that counts can have the newest version: on others something older is installed.
fn is_for_all(package: &Package, context: &Context<'_>) -> bool {
    let supported = package.requires_python.as_deref().and_then(Versions::parse_python);
    context.pythons.zip(supported).is_none_or(|(pythons, supported)| pythons.versions.within(&supported))
}

/// The distribution and the versions of a gate (`sqlalchemy>=2`).
fn of_other(written: &str) -> Option<(Name, Versions)> {
    let end = written.find(|c: char| "<>=!~".contains(c)).unwrap_or(written.len());
    let (name, specifiers) = written.split_at_checked(end).unwrap_or((written, ""));
    Some((Name::new(name.trim()), Versions::parse(specifiers)?))
}

/// Whether no requirement has bounds that allow one of the versions `unwanted`.
fn never_with(unwanted: &str, context: &Context<'_>) -> bool {
    let Some((name, unwanted)) = of_other(unwanted) else { return false };
    let mut bounds = context.declared.on(name.as_str()).iter().map(|(_, requirement)| requirement.versions());
    bounds.all(|allowed| allowed.is_all() || allowed.and(&unwanted).is_empty())
}

fn with(wanted: &str, context: &Context<'_>, requirement: Option<&Requirement>) -> bool {
    let Some((name, wanted)) = of_other(wanted) else { return false };
    let fits = |r: &Requirement| wanted.is_all() || gets_only(&r.versions(), &wanted, context, name.as_str());
    if let Some(environment) = context.environment {
        // What is not installed beside it there does not count.
        let is_beside =
            |r: &&Requirement| r.name() == name.as_str() && requirement.is_some_and(|one| one.group == r.group);
        let mut beside = environment.reading.requirements.iter().filter(is_beside).peekable();
        return beside.peek().is_some() && beside.all(fits);
    }
    let all = || context.declared.on(name.as_str()).iter().map(|(_, r)| *r).filter(|r| r.group != Group::Build);
    let is_bounded = |r: &Requirement| r.versions().within(&wanted) && !r.versions().is_empty();
    let locked = locked(context, name.as_str());
    all().any(|r| r.group != Group::Constraint)
        && all().all(|r| {
            is_bounded(r) && !wanted.is_all()
                || match &locked {
                    Locked::At(versions) => versions.iter().all(|version| wanted.contains(version) == Some(true)),
                    Locked::Nowhere => fits(r),
                    Locked::CannotTell => wanted.is_all(),
                }
        })
}

/// What locks say of a distribution.
enum Locked<'a> {
    /// They fix it at these versions.
    At(Vec<&'a str>),
    /// There is none, or it does not have it.
    Nowhere,
    /// There may be one that was not read.
    CannotTell,
}

fn locked<'a>(context: &Context<'a>, name: &'a str) -> Locked<'a> {
    let versions: Vec<&str> =
        context.project.locked(name).filter_map(|(_, package)| Some(package.version.as_ref()?.text.as_str())).collect();
    match versions.as_slice() {
        [] if context.project.unread_lock => Locked::CannotTell,
        [] => Locked::Nowhere,
        _ => Locked::At(versions),
    }
}

/// Whether the project's source imports `module` or something below it; nothing where the source was not read.
fn imports(module: &str, context: &Context<'_>) -> Option<bool> {
    if !context.workspace.source_read {
        return None;
    }
    let top = module.split('.').next().unwrap_or(module);
    if !module.contains('.') || !context.project.imported.contains_key(top) {
        return Some(context.project.imported.contains_key(top));
    }
    let mut all = context.workspace.python_of(context.project).flat_map(|file| &file.imports.imports);
    Some(all.any(|import| import.takes(module)))
}

fn build_only(context: &Context<'_>, requirement: &Requirement) -> bool {
    requirement.group == Group::Build
        && context.environment.is_none()
        && context.requirements_on(requirement.name()).all(|(_, other)| other.group == Group::Build)
}
