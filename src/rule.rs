//! The rules: what each looks for, and running them on a project.
//!
//! A rule is a file under `rules/<category>/`, with its texts and examples. What it looks for is either data there
//! (`[[match]]`, carried out by a module of `matcher/`), or a function of `coded/`, listed in [`CODED`].

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::date::Date;
use crate::diagnostic::{Finding, Problem};
use crate::imports::{Imports, ProjectImports};
use crate::knowledge::Knowledge;
use crate::knowledge::model::RuleCore;
use crate::manifest::{Group, Manifest, Requirement};
use crate::project::{Project, Pythons, Workspace};
use crate::source::{FileId, Location};

pub mod awaited;
pub mod built;
pub mod coded;
pub mod conda;
pub mod declared;
pub mod direct;
pub mod edit;
pub mod gate;
pub mod imported;
pub mod importers;
pub mod indexes;
pub mod matcher;
pub mod missing;
pub mod package;
pub mod places;
pub mod private_index;
pub mod provided;
pub mod public;
pub mod removal;
pub mod runs;
pub mod secret;
pub mod speaker;
pub mod syntax;
pub mod text;
pub mod together;
pub mod triggers;
pub mod unused;
pub mod vocabulary;

use built::Built;
use declared::{Declaration, Declared};
use importers::Importers;

/// What a rule sees.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Everything that was read.
    pub workspace: &'a Workspace,
    /// The project that is judged.
    pub project: &'a Project,
    /// What it requires, by name.
    pub declared: &'a Declared<'a>,
    /// Its files that were read as syntax, by what they import.
    pub importers: &'a Importers<'a>,
    /// The normalised names of the distributions that the workspace builds.
    pub built: &'a Built,
    /// Its place in the workspace.
    pub index: usize,
    /// What is known of the ecosystem.
    pub knowledge: &'a Knowledge,
    /// The project's configuration.
    pub settings: &'a Settings,
    /// The configuration of each project, in the order of the workspace.
    pub all_settings: &'a [&'a Settings],
    /// What all projects import, and where that comes from.
    pub imports: &'a Imports,
    /// The Python versions that count: those of the project, or of the environment that is judged.
    pub pythons: Option<&'a Pythons>,
    /// The environment that is judged, where it is not what the project declares.
    pub environment: Option<&'a Manifest>,
    /// The day of the run: facts that can change are trusted for a time.
    pub today: Date,
}

/// A requirement with its manifest, and what counts where it stands.
pub type Judged<'a> = (Context<'a>, &'a Manifest, &'a Requirement);

impl<'a> Context<'a> {
    /// Every requirement of the project and of its environments, declarations first, each with what counts there.
    pub fn requirements(&self) -> impl Iterator<Item = Judged<'a>> {
        let (context, project) = (*self, self.project);
        let declared = project.requirements().map(move |(manifest, requirement)| (context, manifest, requirement));
        let environments = project.environments.iter().enumerate().flat_map(move |(at, manifest)| {
            let context = context.within(at);
            manifest.reading.requirements.iter().map(move |requirement| (context, manifest, requirement))
        });
        declared.chain(environments)
    }

    /// Those on the distribution `name` (normalised).
    pub fn every_requirement_on(&self, name: &str) -> impl Iterator<Item = Judged<'a>> + use<'a> {
        let context = *self;
        let declared = self.declared.on(name).iter().map(move |(manifest, r)| (context, *manifest, *r));
        let apart = self.declared.apart(name).iter();
        declared.chain(apart.map(move |(at, (manifest, r))| (context.within(*at), *manifest, *r)))
    }

    /// The project's requirements on the distribution `name` (normalised) that install it, as it declares them.
    pub fn requirements_on(&self, name: &str) -> impl Iterator<Item = Declaration<'a>> + use<'a> {
        self.declared.on(name).iter().copied().filter(|(_, requirement)| requirement.group != Group::Constraint)
    }

    /// What the project imports.
    pub fn modules(&self) -> &'a ProjectImports {
        self.imports.of_project(self.index)
    }

    /// Whether the workspace builds the distribution `name` (normalised) itself: what is known of its releases is known
    /// to those who make them.
    pub fn is_of_workspace(&self, name: &str) -> bool {
        self.built.contains(name)
    }

    /// What counts in the environment at a place of the project's environments.
    fn within(self, at: usize) -> Self {
        let pythons = self.project.pythons_of_environment(at);
        Self { pythons, environment: self.project.environments.get(at), ..self }
    }
}

/// A rule in code: takes what it sees and gives what it found, in any order.
pub type Check = fn(&Context<'_>) -> Vec<Finding>;

/// The rules in code, by name.
pub const CODED: &[(&str, Check)] = &[
    ("airflow-without-constraints", coded::airflow_without_constraints::check),
    ("arbitrary-equality", coded::arbitrary_equality::check),
    ("async-fixture-strict", coded::async_fixture::check),
    ("async-tests-without-plugin", coded::async_tests::check),
    ("banned-package", coded::policy::banned),
    ("binary-backport-clash", coded::binary_backport_clash::check),
    ("capped-python", coded::capped_python::check),
    ("classifier-mismatch", coded::classifier::mismatch),
    ("cli-without-entry-point", coded::cli_without_entry_point::check),
    ("colliding-packages", coded::colliding_packages::check),
    ("conflicting-requirements", coded::conflicting_requirements::check),
    ("credentials-in-url", coded::credentials_in_url::check),
    ("deprecated-api", coded::pydantic_methods::check),
    ("deprecated-license-metadata", coded::license::deprecated),
    ("deprecated-tool-config", coded::deprecated_tool_config::check),
    ("dev-dependency-at-runtime", coded::dev_dependency_at_runtime::check),
    ("dev-tool-in-runtime", coded::tool_in_runtime::developing),
    ("docker-unlocked-install", coded::docker::unlocked_install),
    ("docker-unpinned-base", coded::docker::unpinned_base),
    ("duplicate-requirement", coded::duplicate_requirement::check),
    ("eol-python", coded::eol_python::check),
    ("freezer-in-runtime", coded::tool_in_runtime::freezing),
    ("handwritten-cli", coded::handwritten::arguments),
    ("handwritten-retry", coded::handwritten::retries),
    ("heavy-framework", coded::heavy_framework::check),
    ("include-cycle", coded::include_cycle::check),
    ("incompatible-versions", coded::incompatible_versions::check),
    ("index-confusion", coded::index_confusion::check),
    ("insecure-django-settings", coded::django_settings::check),
    ("insecure-index", coded::insecure_index::check),
    ("invalid-classifier", coded::classifier::invalid),
    ("invalid-entry-point", coded::entry_point::check),
    ("invalid-license", coded::license::invalid),
    ("invalid-marker", coded::marker::check),
    ("invalid-option", coded::constraint::options),
    ("invalid-requirement", coded::constraint::requirements),
    ("invalid-requires-python", coded::requires_python::check),
    ("invalid-version", coded::project_version::invalid),
    ("jsonschema-format-unchecked", coded::jsonschema::formats),
    ("jsonschema-validate-in-loop", coded::jsonschema::loops),
    ("kube-config-only", coded::kube_config_only::check),
    ("missing-aws-mock", coded::missing_fake::aws),
    ("missing-build-system", coded::missing_build_system::check),
    ("missing-fake-filesystem", coded::missing_fake::files),
    ("missing-http-mock", coded::missing_fake::http),
    ("lockstep-versions", coded::lockstep_versions::check),
    ("missing-build-system", coded::missing_build_system::check),
    ("missing-companion", coded::missing_companion::check),
    ("missing-include", coded::missing_include::check),
    ("missing-lock", coded::missing_lock::check),
    ("missing-property-tests", coded::missing_property_tests::check),
    ("missing-requires-python", coded::missing_requires_python::check),
    ("name-clash", coded::name_clash::check),
    ("never-true-marker", coded::never_true_marker::check),
    ("obsolete-stubs", coded::obsolete_stubs::unused),
    ("overlapping-libraries", coded::overlapping_libraries::check),
    ("overlapping-tools", coded::overlapping_tools::check),
    ("overpinned-library", coded::overpinned_library::check),
    ("partial-hashes", coded::partial_hashes::check),
    ("poetry-legacy-metadata", coded::legacy_metadata::poetry),
    ("prerelease-pin", coded::prerelease_pin::check),
    ("print-logging", coded::print_logging::check),
    ("prometheus-multiprocess", coded::workers::prometheus),
    ("pulumi-output-in-string", coded::pulumi::output_in_string),
    ("python-not-the-tool", coded::python_not_the_tool::check),
    ("removed-event-loop", coded::event_loop::check),
    ("resource-in-apply", coded::pulumi::resource_in_apply),
    ("row-loop", coded::row_loop::check),
    ("runtime-dependency-for-tests", coded::runtime_dependency_for_tests::check),
    ("removed-module", coded::removed_module::check),
    ("scheduler-per-worker", coded::workers::schedulers),
    ("self-dependency", coded::self_dependency::check),
    ("setup-py-only", coded::legacy_metadata::setup_py),
    ("shared-boto3-session", coded::threads::sessions),
    ("shared-duckdb-connection", coded::threads::connections),
    ("stale-lock", coded::stale_lock::check),
    ("stale-package", coded::stale_package::check),
    ("suspicious-name", coded::suspicious_name::check),
    ("system-pip-install", coded::system_pip_install::check),
    ("telemetry-sdk-in-library", coded::telemetry_sdk::check),
    ("temporal-import-in-sandbox", coded::temporal::imports),
    ("temporal-pydantic-converter", coded::temporal::converter),
    ("tool-python-mismatch", coded::tool_python_mismatch::check),
    ("transitive-import", coded::transitive_import::check),
    ("unbounded-requirement", coded::unbounded_requirement::check),
    ("unconfigured-tool", coded::unconfigured_tool::check),
    ("undeclared-import", coded::undeclared_import::check),
    ("undeclared-tool", coded::undeclared_tool::check),
    ("unknown-extra", coded::unknown_extra::check),
    ("unknown-package", coded::unknown_package::check),
    ("unnormalized-version", coded::project_version::unnormalized),
    ("unpaginated-list", coded::unpaginated_list::check),
    ("unpinned-application", coded::unpinned_application::check),
    ("unpinned-audit", coded::unpinned_audit::check),
    ("unpinned-vcs", coded::unpinned_vcs::check),
    ("unpreferred-package", coded::policy::unpreferred),
    ("unsatisfiable-requirement", coded::unsatisfiable_requirement::check),
    ("unused-dependency", coded::unused_dependency::check),
    ("url-dependency-in-library", coded::url_dependency_in_library::check),
    ("version-drift", coded::version_drift::check),
    ("vulnerable-range", coded::vulnerable::range::check),
    ("vulnerable-version", coded::vulnerable::pin::check),
    ("wildcard-version", coded::wildcard_version::check),
    ("wrong-mock", coded::wrong_mock::check),
];

/// Rules whose findings are faults met while reading, under the name that the reader gave them.
pub const READING: &[&str] = &[
    "conflicting-requirements",
    "dynamic-conflict",
    "invalid-entry-point",
    "invalid-license",
    "invalid-lock",
    "invalid-marker",
    "invalid-metadata",
    "invalid-option",
    "invalid-requirement",
    "invalid-requires-python",
    "invalid-script-block",
    "invalid-syntax",
    "misplaced-key",
    "missing-key",
    "split-metadata",
    "unknown-key",
    "unreadable-file",
];

/// Rules that ask where imports come from: where none of them runs, nobody has to find out.
pub const ASK_FOR_IMPORTS: &[&str] = &[
    "dev-dependency-at-runtime",
    "runtime-dependency-for-tests",
    "transitive-import",
    "undeclared-import",
    "unused-dependency",
];

/// What `rule` finds in a project.
pub fn run(rule: &RuleCore, context: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    if let Some((_, check)) = CODED.iter().find(|(name, _)| *name == rule.name) {
        findings.extend(check(context));
    }
    if READING.contains(&rule.name.as_str()) {
        findings.extend(coded::reading::check(context, &rule.name));
    }
    // Of the matches of one rule at one place the first speaks.
    let mut taken: BTreeSet<Location> = BTreeSet::new();
    // What is missing is told once, however many matches need it.
    let mut needed: BTreeSet<String> = BTreeSet::new();
    if rule.reads_source && context.project.python.is_empty() {
        return findings;
    }
    for matcher in rule.matchers.iter() {
        let mut found = matcher::run(rule, matcher, context);
        if matcher.needs.is_some() {
            found.retain(|finding| finding.package.clone().is_none_or(|name| needed.insert(name)));
        }
        findings.extend(found.into_iter().filter(|f| f.at.span().is_none() || taken.insert(f.at)));
    }
    findings
}

/// Distributions of which it matters whether source mentions them (`LoadOptions::watched`).
pub fn watched(knowledge: &Knowledge) -> Vec<String> {
    let lists = coded::tool_in_runtime::RULES.iter().map(|rule| knowledge.list(rule, coded::tool_in_runtime::TOOLS));
    lists.flatten().cloned().collect()
}

/// A problem of the file `file` as a finding.
pub fn finding_of(problem: &Problem, file: FileId) -> Finding {
    let mut finding = Finding::new(file.locate(problem.at), problem.message.clone())
        .label(problem.label.clone())
        .variant(problem.variant);
    for (at, text) in &problem.labels {
        finding = finding.related(file.span(*at), text.clone());
    }
    finding.help.clone_from(&problem.help);
    finding.notes.clone_from(&problem.notes);
    finding.variant(problem.variant)
}
