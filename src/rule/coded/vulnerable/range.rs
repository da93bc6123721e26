//! `vulnerable-range`: a range that lets vulnerable versions in: none but those, the newest, or its oldest.

use std::collections::BTreeMap;

use super::place::{self, Weight};
use super::{End, Vulnerability, about, mended, vulnerabilities};
use crate::diagnostic::{ALSO_DECLARED, Finding};
use crate::knowledge::advisories::Advisory;
use crate::manifest::version::Interval;
use crate::manifest::{Group, Manifest, Requirement, Versions};
use crate::rule::{Context, direct};
use crate::source::{Location, Span};

/// The variant where what an installer takes is affected, and something older is not.
const NEWEST: &str = "newest";

/// The variant where the lower bound is affected, and what an installer takes is not.
const IN_PART: &str = "in-part";

/// One finding a vulnerability, for each range of a distribution.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut by_range: BTreeMap<(&str, &str), Vec<Judged<'_>>> = BTreeMap::new();
    for (around, manifest, requirement) in context.requirements() {
        if let Some(judged) = Judged::of(&around, manifest, requirement) {
            by_range.entry((requirement.name(), requirement.written_specifier())).or_default().push(judged);
        }
    }
    let mut findings = Vec::new();
    for ((name, _), mut judged) in by_range {
        judged.sort_by_key(|judged| std::cmp::Reverse(judged.weight));
        let advisories = context.knowledge.advisories().of(name);
        let Some((first, others)) = judged.split_first() else { continue };
        let others: Vec<Span> = others.iter().map(|other| other.at).collect();
        findings.extend(first.findings(name, &others, &advisories));
    }
    findings
}

/// Whether every version that the project allows of a distribution is affected, so that it is told of its range.
pub(super) fn speaks_of(context: &Context<'_>, name: &str) -> bool {
    let is_all = |(manifest, requirement): (&Manifest, &Requirement)| {
        Judged::of(context, manifest, requirement).is_some_and(|judged| judged.part == Part::All)
    };
    context.settings.selection.runs("vulnerable-range") && context.requirements_on(name).any(is_all)
}

/// Which of the versions that a range allows are affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    /// The last of them, and not all.
    Newest,
    /// The first of them, and not the last.
    Oldest,
}

impl Part {
    fn of(allowed: &Versions, affected: &Versions) -> Option<Self> {
        if allowed.is_empty() || allowed.is_all() || !allowed.meets(affected) {
            return None;
        }
        if allowed.within(affected) {
            return Some(Self::All);
        }
        if !ends_outside(allowed, affected) {
            return Some(Self::Newest);
        }
        let first = allowed.intervals().next().and_then(|interval| interval.first())?;
        (affected.contains(&first) == Some(true)).then_some(Self::Oldest)
    }

    /// Whether a vulnerability alone does what all do together.
    fn is_of(self, allowed: &Versions, affected: &Versions) -> bool {
        match (self, Self::of(allowed, affected)) {
            (Self::Oldest, Some(Self::All)) => true,
            (wanted, found) => found == Some(wanted) || wanted == Self::Newest && found == Some(Self::All),
        }
    }
}

/// Whether the last of the versions `allowed` is not affected.
fn ends_outside(allowed: &Versions, affected: &Versions) -> bool {
    let last = |versions: &Versions| -> Option<Interval> { versions.intervals().last() };
    let rest = last(&allowed.and(&affected.not()));
    rest.zip(last(allowed)).is_some_and(|(rest, all)| rest.ends_with(&all))
}

/// A requirement that lets affected versions in.
struct Judged<'a> {
    requirement: &'a Requirement,
    allowed: Versions,
    at: Span,
    weight: Weight,
    part: Part,
}

impl<'a> Judged<'a> {
    /// Nothing where it does not, or somebody else decides which version is installed.
    fn of(context: &Context<'a>, manifest: &'a Manifest, requirement: &'a Requirement) -> Option<Self> {
        let specifier = requirement.specifier.as_ref().filter(|specifier| specifier.pin().is_none())?;
        let allowed = specifier.versions.clone()?;
        if requirement.group == Group::Constraint || !place::is_judged(context, manifest, requirement) {
            return None;
        }
        let affected = mended(&context.knowledge.advisories().of(requirement.name()));
        let part = Part::of(&allowed, &affected)?;
        let weight = Weight::of(manifest, requirement);
        let is_open = part == Part::All || !is_decided(context, requirement.name());
        // Nobody installs the oldest version, but users of what is released may have it.
        let matters = part != Part::Oldest || weight == Weight::Full;
        let at = manifest.file.span(specifier.at);
        (is_open && matters).then_some(Self { requirement, allowed, at, weight, part })
    }

    fn findings(&self, name: &str, others: &[Span], advisories: &[Advisory<'_>]) -> Vec<Finding> {
        let with_fix = advisories.iter().filter(|advisory| advisory.affected.has_fix());
        let all: Vec<Vulnerability<'_>> = vulnerabilities(with_fix);
        let alone: Vec<&Vulnerability<'_>> =
            all.iter().filter(|one| self.part.is_of(&self.allowed, &one.affected)).collect();
        if alone.is_empty() {
            let together: Vec<&Vulnerability<'_>> =
                all.iter().filter(|one| one.affected.meets(&self.allowed)).collect();
            return vec![self.finding(name, others, advisories, &together)];
        }
        alone.into_iter().map(|one| self.finding(name, others, advisories, &[one])).collect()
    }

    fn finding(
        &self,
        name: &str,
        others: &[Span],
        advisories: &[Advisory<'_>],
        vulnerabilities: &[&Vulnerability<'_>],
    ) -> Finding {
        let written = self.requirement.written_specifier();
        let affected = mended(advisories);
        let (message, variant) = match self.part {
            Part::All => (
                format!("every version of `{name}` that `{written}` allows is known to be vulnerable"),
                self.weight.variant(),
            ),
            Part::Newest => (
                format!("the newest version of `{name}` that `{written}` allows is known to be vulnerable"),
                Some(if self.weight == Weight::Full { NEWEST } else { IN_PART }),
            ),
            Part::Oldest => {
                (format!("`{written}` lets in versions of `{name}` that are known to be vulnerable"), Some(IN_PART))
            }
        };
        let end = match self.part {
            Part::All | Part::Newest => End::beyond(&affected, &self.allowed),
            Part::Oldest => {
                let first = self.allowed.intervals().next().and_then(|interval| interval.first());
                first.and_then(|first| End::behind(&affected, &first))
            }
        };
        let mut finding = about(Finding::new(Location::Span(self.at), message), name, vulnerabilities).variant(variant);
        for other in others {
            finding = finding.related(*other, ALSO_DECLARED);
        }
        match (end, self.part) {
            (Some(end), Part::Oldest) => finding.help(format!("raise the lower bound: `{}`", end.bound())),
            (Some(end), _) => finding.help(format!("allow `{}`", end.bound())),
            (None, _) => finding,
        }
    }
}

/// Whether a lock or a pin decides which version is installed, or may do so.
fn is_decided(context: &Context<'_>, name: &str) -> bool {
    let project = context.project;
    let is_pin = |(manifest, requirement): (&Manifest, &Requirement)| {
        requirement.pin().is_some() || direct::is_compiled_pin(context, manifest, requirement)
    };
    project.may_be_locked()
        || project.unread_lock
        || !project.locks.is_empty()
        || context.declared.on(name).iter().copied().any(is_pin)
}
