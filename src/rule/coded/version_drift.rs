//! `version-drift`: one thing with two versions, in places that are kept by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::unsatisfiable_requirement::is_unsatisfiable;
use crate::diagnostic::Finding;
use crate::evidence::{EvidenceFile, Trace, TraceKind};
use crate::manifest::{Group, Manifest, Origin, Requirement, Versions};
use crate::path;
use crate::rule::{Context, direct, together};
use crate::source::{FileId, Location, Span};

/// Of the declarations of one distribution at most so many are compared.
const COMPARED: usize = 16;

/// Repositories of pre-commit hooks whose tags are the versions of a distribution.
///
/// Source: the README of each, or its `setup.py`, which requires the version of the tag.
const TAGGED: &[(&str, &str)] = &[
    ("astral-sh/ruff-pre-commit", "ruff"),
    ("charliermarsh/ruff-pre-commit", "ruff"),
    ("astral-sh/ty-pre-commit", "ty"),
    ("psf/black", "black"),
    ("psf/black-pre-commit-mirror", "black"),
    ("ambv/black", "black"),
    ("pre-commit/mirrors-mypy", "mypy"),
    ("pre-commit/mirrors-autopep8", "autopep8"),
    ("hhatto/autopep8", "autopep8"),
    ("pre-commit/mirrors-yapf", "yapf"),
    ("google/yapf", "yapf"),
    ("pycqa/flake8", "flake8"),
    ("pycqa/isort", "isort"),
    ("timothycrosley/isort", "isort"),
    ("pycqa/bandit", "bandit"),
    ("pycqa/pylint", "pylint"),
    ("pycqa/autoflake", "autoflake"),
    ("pycqa/pydocstyle", "pydocstyle"),
    ("pycqa/docformatter", "docformatter"),
    ("asottile/pyupgrade", "pyupgrade"),
    ("asottile/add-trailing-comma", "add-trailing-comma"),
    ("adamchainz/django-upgrade", "django-upgrade"),
    ("adamchainz/blacken-docs", "blacken-docs"),
    ("asottile/blacken-docs", "blacken-docs"),
    ("codespell-project/codespell", "codespell"),
    ("robertcraigie/pyright-python", "pyright"),
    ("detachhead/basedpyright-pre-commit-mirror", "basedpyright"),
    ("econchick/interrogate", "interrogate"),
    ("jendrikseipp/vulture", "vulture"),
    ("sqlfluff/sqlfluff", "sqlfluff"),
    ("adrienverge/yamllint", "yamllint"),
    ("yelp/detect-secrets", "detect-secrets"),
    ("pypa/pip-audit", "pip-audit"),
    ("trailofbits/pip-audit", "pip-audit"),
];

/// One finding a distribution in two manifests, and one a tool in a hook and a manifest.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    manifests(context).into_iter().chain(hooks(context)).collect()
}

/// What two manifests list that mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// What the project runs with.
    Runtime,
    /// What those who work on it install.
    Development,
    /// What its tests need.
    Tests,
}

impl Role {
    /// The role of a requirement in one of the lists that [`lists`] knows.
    fn of(requirement: &Requirement) -> Option<Self> {
        let (Group::Dev(name) | Group::Extra(name)) = &requirement.group else {
            return (requirement.group == Group::Runtime).then_some(Self::Runtime);
        };
        match name.as_str() {
            "dev" | "develop" | "development" | "devel" => Some(Self::Development),
            "test" | "tests" | "testing" => Some(Self::Tests),
            _ => None,
        }
    }

    /// Its key in findings.
    fn name(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Development => "development",
            Self::Tests => "tests",
        }
    }

    fn note(self) -> &'static str {
        match self {
            Self::Runtime => "both files list what the project runs with, and no version is in both",
            Self::Development => "both files list what its developers install, and no version is in both",
            Self::Tests => "both files list what its tests need, and no version is in both",
        }
    }
}

/// Requirements of one role in two manifests, each kept by hand, of which no version is in both.
fn manifests(context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let lists: Vec<&Manifest> = project.manifests.iter().filter(|m| lists(context, m)).collect();
    if lists.len() < 2 {
        return Vec::new();
    }
    let mut by_name: BTreeMap<(&str, Role), Vec<(&Manifest, &Requirement)>> = BTreeMap::new();
    for manifest in &lists {
        for requirement in &manifest.reading.requirements {
            let Some(role) = Role::of(requirement) else { continue };
            let counts = requirement.origin == Origin::Index
                && requirement.specifier.is_some()
                && !is_unsatisfiable(requirement);
            if counts && direct::is_direct(context, manifest, requirement) {
                by_name.entry((requirement.name(), role)).or_default().push((manifest, requirement));
            }
        }
    }
    // Such pairs are conflicts.
    let mut together: BTreeSet<(FileId, FileId)> = BTreeSet::new();
    for files in project.resolved.sets.iter().map(|set| set.files(project)) {
        let here: Vec<FileId> = lists.iter().map(|m| m.file).filter(|file| files.contains(file)).collect();
        together.extend(here.iter().flat_map(|one| here.iter().map(|other| (*one, *other))));
    }
    let mut findings = Vec::new();
    for ((name, role), declared) in by_name {
        let declared = declared.get(..COMPARED).unwrap_or(&declared);
        let pairs =
            declared.iter().enumerate().flat_map(|(at, later)| declared.iter().take(at).map(move |e| (e, later)));
        let drifted = pairs.into_iter().find(|((first, one), (second, other))| {
            first.file != second.file
                && !one.versions().meets(&other.versions())
                && !together.contains(&(first.file, second.file))
                && together::apply_together(project, one, other)
        });
        let Some(((first, one), (second, other))) = drifted else { continue };
        let message = format!(
            "`{name}` is `{}` here and `{}` in {}",
            other.written_specifier(),
            one.written_specifier(),
            first.path
        );
        findings.push(
            Finding::new(Location::Span(place(second, other)), message)
                .related(place(first, one), "the other version")
                .note(role.note())
                .help("keep the range in one file and let the other be made from it, or name it there")
                .package(name)
                .key(role.name()),
        );
    }
    findings
}

/// Whether a manifest lists what the project runs with, or what its developers or tests need, in general: not for one
/// machine, or the oldest versions.
fn lists(context: &Context<'_>, manifest: &Manifest) -> bool {
    let below = path::below(&manifest.path, &context.project.root).unwrap_or(&manifest.path);
    match manifest.format {
        "pyproject" | "setup.cfg" | "setup.py" | "Pipfile" => !below.contains('/'),
        "requirements" => matches!(
            below,
            "requirements.txt"
                | "requirements.in"
                | "requirements/base.txt"
                | "requirements/base.in"
                | "requirements/requirements.txt"
                | "requirements/main.txt"
                | "requirements/prod.txt"
                | "requirements/production.txt"
                | "requirements-dev.txt"
                | "requirements-dev.in"
                | "requirements_dev.txt"
                | "dev-requirements.txt"
                | "dev-requirements.in"
                | "requirements/dev.txt"
                | "requirements/dev.in"
                | "requirements-test.txt"
                | "requirements-test.in"
                | "requirements_test.txt"
                | "test-requirements.txt"
                | "test-requirements.in"
                | "requirements/test.txt"
                | "requirements/test.in"
                | "requirements/tests.txt"
                | "requirements/tests.in"
        ),
        _ => false,
    }
}

/// Tools that are pinned to one version in a manifest and run in another by the hooks.
fn hooks(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let revisions = evidence.flat_map(|e| e.seen.traces.iter().filter_map(move |trace| revision(e, trace)));
    for (tool, version, at) in revisions {
        let differs = |requirement: &Requirement| {
            let pin = requirement.pin().filter(|_| requirement.origin == Origin::Index);
            let hook = Versions::parse(&format!("=={version}"));
            pin.zip(hook).is_some_and(|(pin, hook)| hook.contains(pin) == Some(false))
        };
        let mut declared = context.requirements_on(tool).take(COMPARED);
        let found = declared
            .find(|(manifest, requirement)| differs(requirement) && direct::is_direct(context, manifest, requirement));
        let Some((manifest, requirement)) = found.filter(|_| told.insert(tool)) else { continue };
        let pin = requirement.pin().unwrap_or_default();
        let message = format!("`{tool}` is {pin} here and {version} in the pre-commit hooks");
        findings.push(
            Finding::new(Location::Span(place(manifest, requirement)), message)
                .related(at, "the version of the hook")
                .note("what one of them lets pass the other may refuse")
                .help("set both to one version")
                .package(tool)
                .key("pre-commit"),
        );
    }
    findings
}

/// The distribution and the version that a revision of a repository of hooks means, and its place.
fn revision<'a>(evidence: &EvidenceFile, trace: &'a Trace) -> Option<(&'static str, &'a str, Span)> {
    let (repository, revision) = trace.text.split_once('@').filter(|_| trace.kind == TraceKind::Revision)?;
    let (_, tool) = TAGGED.iter().find(|(name, _)| name.eq_ignore_ascii_case(repository))?;
    let version = revision.strip_prefix('v').unwrap_or(revision);
    // A commit, or a branch.
    let is_version = version.contains('.') && version.starts_with(|c: char| c.is_ascii_digit());
    is_version.then(|| (*tool, version, evidence.file.span(trace.at)))
}

fn place(manifest: &Manifest, requirement: &Requirement) -> Span {
    manifest.file.span(requirement.specifier.as_ref().map_or(requirement.name_at, |specifier| specifier.at))
}
