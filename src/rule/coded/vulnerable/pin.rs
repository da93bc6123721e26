//! `vulnerable-version`: a version that is pinned or locked, and known to be vulnerable.

use std::collections::BTreeMap;

use super::place::{self, Weight};
use super::{End, Vulnerability, WITHOUT_FIX, about, mended, range, vulnerabilities};
use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::fix::{Applicability, Edit, Fix};
use crate::imports::brought::brought_by;
use crate::knowledge::advisories::Advisory;
use crate::knowledge::model::PythonSeries;
use crate::lock::{LockFile, Manager, Package};
use crate::manifest::{Group, Manifest, Requirement, Versions, version};
use crate::name::Name;
use crate::rule::{Context, direct, text};
use crate::source::{Extent, Location, Span};

/// How many further places a finding shows.
const SHOWN: usize = 4;

/// One finding a vulnerability, for each version of a distribution, at the place where it was chosen.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, sites) in sites(context) {
        let advisories = context.knowledge.advisories().of(name);
        if advisories.is_empty() {
            continue;
        }
        let mut by_version: BTreeMap<String, Vec<Site<'_>>> = BTreeMap::new();
        for site in sites {
            let version = version::normalized(site.version).unwrap_or_else(|| site.version.to_owned());
            by_version.entry(version).or_default().push(site);
        }
        for (version, mut sites) in by_version {
            let hits: Vec<&Advisory<'_>> = advisories.iter().filter(|one| one.is_about(&version)).collect();
            if hits.is_empty() {
                continue;
            }
            // The gravest first, and what somebody has written before what a tool has.
            sites.sort_by_key(|site| (std::cmp::Reverse(site.weight), site.origin.rank()));
            let unmended: Vec<&Advisory<'_>> = hits.iter().copied().filter(|one| !one.affected.has_fix()).collect();
            let all = All {
                context,
                name,
                version: &version,
                sites: &sites,
                end: End::behind(&mended(&advisories), &version),
                unmended: &unmended,
            };
            let mut found = vulnerabilities(hits);
            // What can be mended speaks first, where all are joined.
            found.sort_by_key(|one| !one.has_fix);
            findings.extend(found.iter().filter_map(|one| all.finding(one)));
        }
    }
    findings
}

/// A place that names one version of a distribution.
struct Site<'a> {
    version: &'a str,
    at: Span,
    weight: Weight,
    origin: Origin<'a>,
}

/// Who names it.
#[derive(Clone, Copy)]
enum Origin<'a> {
    /// Somebody who has chosen it.
    Pin(&'a Manifest, &'a Requirement),
    /// A tool that wrote a requirements file.
    Compiled(&'a Manifest),
    /// A tool that wrote a lock.
    Lock(&'a LockFile),
}

impl Origin<'_> {
    fn rank(self) -> u8 {
        match self {
            Self::Pin(..) => 0,
            Self::Lock(_) => 1,
            Self::Compiled(_) => 2,
        }
    }
}

/// Whether an advisory is about a version: where it came from is only asked then.
fn is_hit(context: &Context<'_>, name: &str, version: &str) -> bool {
    context.knowledge.advisories().of(name).iter().any(|advisory| advisory.is_about(version))
}

/// Every place of the project that names one version that an advisory is about, by distribution.
fn sites<'a>(context: &Context<'a>) -> BTreeMap<&'a str, Vec<Site<'a>>> {
    let mut sites: BTreeMap<&str, Vec<Site<'_>>> = BTreeMap::new();
    for (around, manifest, requirement) in context.requirements() {
        let (Some(version), Some(specifier)) = (requirement.pin(), &requirement.specifier) else { continue };
        let name = requirement.name();
        if !is_hit(context, name, version) {
            continue;
        }
        if !place::is_judged(&around, manifest, requirement)
            || requirement.group == Group::Constraint && !is_brought(context, requirement)
        {
            continue;
        }
        let is_written =
            direct::is_compiled_pin(context, manifest, requirement) || context.declared.is_frozen(manifest);
        let origin = if is_written { Origin::Compiled(manifest) } else { Origin::Pin(manifest, requirement) };
        let (at, weight) = (manifest.file.span(specifier.at), Weight::of(manifest, requirement));
        sites.entry(name).or_default().push(Site { version, at, weight, origin });
    }
    for lock in context.project.own_locks() {
        for package in lock.lock.packages.iter().filter(|package| place::is_locked_for_somebody(context, package)) {
            let Some(version) = &package.version else { continue };
            if !is_hit(context, package.name.as_str(), &version.text) {
                continue;
            }
            let weight = place::of_groups(package).unwrap_or_else(|| weight(context, package));
            let (at, origin) = (lock.file.span(version.at), Origin::Lock(lock));
            let site = Site { version: &version.text, at, weight, origin };
            sites.entry(package.name.as_str()).or_default().push(site);
        }
    }
    sites
}

/// Whether the project gets what a constraint speaks of.
fn is_brought(context: &Context<'_>, requirement: &Requirement) -> bool {
    context.requirements_on(requirement.name()).next().is_some()
        || requirement.name.as_ref().is_some_and(|name| brought_by(context.project, name).is_some())
}

/// The weight of a package in a lock that does not say for whom it is.
fn weight(context: &Context<'_>, package: &Package) -> Weight {
    let name = &package.name;
    let own =
        context.requirements_on(name.as_str()).map(|(manifest, requirement)| Weight::of(manifest, requirement)).max();
    let brought =
        || brought_by(context.project, name).map(|chain| Weight::of(chain.requirement.0, chain.requirement.1));
    own.or_else(brought).unwrap_or(Weight::Full)
}

/// One version of a distribution with all places that name it.
struct All<'s, 'a> {
    context: &'s Context<'a>,
    name: &'s str,
    version: &'s str,
    sites: &'s [Site<'a>],
    end: Option<End>,
    /// What is known of the version, and was never mended.
    unmended: &'s [&'s Advisory<'a>],
}

impl All<'_, '_> {
    fn finding(&self, vulnerability: &Vulnerability<'_>) -> Option<Finding> {
        let first = self.sites.first()?;
        // Where the declaration allows nothing else, it is what has to change.
        if !matches!(first.origin, Origin::Pin(..)) && range::speaks_of(self.context, self.name) {
            return None;
        }
        let is_malware = vulnerability.ids.iter().all(|id| id.starts_with("MAL-"));
        let is_hopeless = !vulnerability.has_fix && !is_malware;
        let (name, version) = (self.name, self.version);
        let message = match (is_malware, is_hopeless) {
            (true, _) => format!("`{name}` {version} is known to be malicious"),
            (_, true) => format!("`{name}` {version} has a vulnerability that no version was known to mend"),
            _ => format!("`{name}` {version} is known to be vulnerable"),
        };
        let variant = if is_hopeless { Some(WITHOUT_FIX) } else { first.weight.variant() };
        let mut finding =
            about(Finding::new(Location::Span(first.at), message), self.name, &[vulnerability]).variant(variant);
        for other in self.sites.iter().skip(1).take(SHOWN) {
            let text = if matches!(other.origin, Origin::Lock(_)) { "locked here" } else { ALSO_DECLARED };
            finding = finding.related(other.at, text);
        }
        finding = self.explain(finding, first);
        Some(match &self.end {
            _ if is_hopeless => finding,
            Some(end) => finding.help(self.help(first, end)).fix(self.fix(end)),
            None => finding,
        })
    }

    /// Says how the project comes to it, where nobody has chosen it.
    fn explain(&self, finding: Finding, first: &Site<'_>) -> Finding {
        let is_chosen =
            matches!(first.origin, Origin::Pin(..)) || self.context.requirements_on(self.name).next().is_some();
        let name = Name::new(self.name);
        let Some(chain) = brought_by(self.context.project, &name).filter(|_| !is_chosen) else { return finding };
        let (manifest, requirement) = chain.requirement;
        let row = self.context.workspace.row(manifest.file.span(requirement.at));
        let over = chain.names.get(1..chain.names.len().saturating_sub(1)).unwrap_or_default();
        let over: Vec<&str> = over.iter().map(Name::as_str).collect();
        let over = if over.is_empty() { String::new() } else { format!(", over {}", text::enumeration(&over)) };
        finding.note(format!("`{}` ({row}) brings it{over}", requirement.name()))
    }

    fn help(&self, first: &Site<'_>, end: &End) -> String {
        let until = match end.release() {
            Some(release) if self.unmended.iter().any(|advisory| advisory.is_about(release)) => {
                format!("{release} is the first version after it that has only what no version was known to mend")
            }
            Some(release) => format!("{release} is the first version after it that no advisory known here names"),
            None => format!("none is known of versions {}", end.bound()),
        };
        let until = match self.old_python() {
            Some(python) => format!("{until}, whether or not it takes the Python {python} of this project"),
            None => until,
        };
        match command(self.context, first.origin, self.name) {
            Some(command) => format!("{until}: `{command}`"),
            None => until,
        }
    }

    /// The oldest Python of the project, where its support has ended: later versions may have dropped it.
    fn old_python(&self) -> Option<&str> {
        let knowledge = self.context.knowledge;
        let pythons = self.context.project.pythons.as_ref()?;
        let is_allowed = |series: &&PythonSeries| {
            Versions::python_series(&series.version).is_some_and(|series| series.meets(&pythons.versions))
        };
        let oldest = knowledge.pythons().iter().find(is_allowed)?;
        knowledge.has_ended(oldest).then_some(oldest.version.as_str())
    }

    /// The pins with another version, where all of them can be changed. Which Pythons that version takes is not known, so
    /// nothing is written for a project with one that may be too old.
    fn fix(&self, end: &End) -> Option<Fix> {
        let release = end.release().filter(|_| self.old_python().is_none())?;
        let mut edits: Vec<Edit> = Vec::new();
        for site in self.sites {
            match site.origin {
                Origin::Pin(manifest, requirement) => {
                    edits.push(Edit { span: pinned(manifest, requirement)?, text: release.to_owned() });
                }
                Origin::Compiled(_) | Origin::Lock(_) => return None,
            }
        }
        edits.sort_by_key(|edit| edit.span);
        edits.dedup();
        let title = format!("pin `{}` to {release}", self.name);
        Some(Fix { title, applicability: Applicability::Unsafe, edits })
    }
}

/// What takes a later version into what a tool has written.
fn command(context: &Context<'_>, origin: Origin<'_>, name: &str) -> Option<String> {
    Some(match origin {
        Origin::Pin(..) => return None,
        Origin::Compiled(manifest) => {
            let text = context.workspace.sources.text(manifest.file);
            let compiler = ["uv pip compile", "pip-compile"].into_iter().find(|compiler| text.contains(compiler))?;
            format!("{compiler} --upgrade-package {name}")
        }
        Origin::Lock(lock) => match lock.lock.manager {
            Manager::Uv => format!("uv lock --upgrade-package {name}"),
            Manager::Poetry => format!("poetry update {name}"),
            Manager::Pdm => format!("pdm update {name}"),
            Manager::Pipenv => format!("pipenv upgrade {name}"),
            Manager::Standard => return None,
        },
    })
}

/// Where the version of a pin stands; nothing where the place is not known that well, or hashes go with it.
fn pinned(manifest: &Manifest, requirement: &Requirement) -> Option<Span> {
    let specifier = requirement.specifier.as_ref().filter(|_| requirement.exact && requirement.hashes == 0)?;
    let pin = specifier.pin().filter(|_| specifier.written.len() == specifier.at.len())?;
    let start = specifier.at.range().start + specifier.written.find(pin)?;
    Some(manifest.file.span(Extent::new(start, start + pin.len())))
}
