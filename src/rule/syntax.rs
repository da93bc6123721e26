//! What rules ask to see as syntax, beyond the pairs of module and word that every file is tried for while it is read
//! ([`super::triggers`]).
//!
//! Whether a file matters to some rules follows from its project: what that requires, what its other files import. They
//! ask when all files have been scanned, and only where what they find can be shown: nobody waits for the parser for the
//! sake of advice that was not asked for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{awaited, coded, gate, triggers};
use crate::config::Settings;
use crate::knowledge::Knowledge;
use crate::knowledge::model::{AnswerKind, RuleCore, Standing};
use crate::project::purpose::{Purpose, Purposes};
use crate::project::{Project, PythonFile, Workspace, load};
use crate::rule::Context;
use crate::select;

/// A project as the fast scan shows it.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'a> {
    /// Everything that was read.
    pub workspace: &'a Workspace,
    /// The project.
    pub project: &'a Project,
    /// What is known of the ecosystem.
    pub knowledge: &'a Knowledge,
}

/// Files (places in [`Workspace::python`]), each with sets of words of which its text must hold one as a whole to matter.
#[derive(Debug, Clone, Default)]
pub struct Wanted(pub load::TextsByFile);

impl Wanted {
    /// Asks for the file at `place`, where its text holds one of `words`.
    pub fn add<T: Into<String>>(&mut self, place: usize, words: impl IntoIterator<Item = T>) {
        self.0.entry(place).or_default().extend(words.into_iter().map(|word| Arc::from([word.into()])));
    }

    /// Asks for the file at `place`, where its text holds all of `words`.
    pub fn add_together(&mut self, place: usize, words: &load::Words) {
        self.0.entry(place).or_default().insert(Arc::clone(words));
    }

    /// Asks for the file at `place`, whatever its text holds.
    pub fn add_whole(&mut self, place: usize) {
        self.add_together(place, &Arc::default());
    }
}

/// A rule that asks: takes a project and adds the files that it has to see.
pub type Ask = fn(Scanned<'_>, &mut Wanted);

/// The rules that ask, by name, each with the names of which it asks how source uses them, as [`Vocabulary::new`] takes them.
///
/// [`Vocabulary::new`]: crate::python::vocabulary::Vocabulary::new
const ASKING: &[(&str, Ask, &[&[&str]])] = &[
    ("async-fixture-strict", coded::async_fixture::ask, &[coded::async_fixture::PLAIN, coded::async_fixture::OTHERS]),
    ("async-tests-without-plugin", coded::async_tests::ask, &[]),
    ("deprecated-api", coded::pydantic_methods::ask, &[]),
    (
        "fake-filesystem-bypassed",
        |scanned, wanted| makers_of_fixtures("fake-filesystem-bypassed", scanned, wanted),
        &[],
    ),
    ("handwritten-cli", coded::handwritten::ask_for_arguments, &[]),
    ("handwritten-retry", coded::handwritten::ask_for_retries, &[]),
    ("heavy-framework", coded::heavy_framework::ask, &[coded::heavy_framework::ROUTES, &["*.include"]]),
    ("insecure-django-settings", coded::django_settings::ask, &[]),
    ("jsonschema-format-unchecked", coded::jsonschema::ask, &[&["jsonschema.*"]]),
    ("jsonschema-validate-in-loop", coded::jsonschema::ask, &[&["jsonschema.*"]]),
    (
        "kube-config-only",
        coded::kube_config_only::ask,
        &[coded::kube_config_only::OF_PERSON, coded::kube_config_only::OF_CLUSTER],
    ),
    ("missing-aws-mock", coded::missing_fake::ask_for_aws, &[]),
    ("missing-fake-filesystem", coded::missing_fake::ask_for_files, &[]),
    ("missing-http-mock", coded::missing_fake::ask_for_http, &[]),
    ("missing-property-tests", coded::missing_property_tests::ask, &[coded::missing_property_tests::SEEDS]),
    ("print-logging", coded::print_logging::ask, &[&["builtins.print"]]),
    ("prometheus-multiprocess", coded::workers::ask_for_metrics, &[coded::workers::EXPOSED, coded::workers::METRICS]),
    ("pulumi-output-in-string", coded::pulumi::ask_for_texts, &[&["builtins.str"]]),
    (
        "python-not-the-tool",
        coded::python_not_the_tool::ask,
        &[coded::python_not_the_tool::COMMANDS, coded::python_not_the_tool::PLAIN],
    ),
    ("removed-event-loop", coded::event_loop::ask, &[coded::event_loop::FIXTURES]),
    ("resource-in-apply", coded::pulumi::ask_for_applied, &[&["pulumi*"]]),
    ("row-loop", coded::row_loop::ask, &[]),
    ("scheduler-per-worker", coded::workers::ask_for_schedulers, &[coded::workers::SCHEDULERS]),
    ("shared-boto3-session", coded::threads::ask_for_sessions, &[coded::threads::NAMES]),
    ("shared-duckdb-connection", coded::threads::ask_for_connections, &[coded::threads::NAMES]),
    ("temporal-import-in-sandbox", coded::temporal::ask, &[]),
    ("temporal-pydantic-converter", coded::temporal::ask, &[&[coded::temporal::CONNECT]]),
    ("unpaginated-list", coded::unpaginated_list::ask, &[&["boto3.*"]]),
    ("wrong-mock", coded::wrong_mock::ask, &[]),
];

/// The names of which rules in code ask.
pub fn names() -> impl Iterator<Item = &'static str> {
    ASKING.iter().flat_map(|(.., names)| names.iter().copied().flatten().copied())
}

/// Asks for the files that define a function called like a fixture that matches of `rule` name, in projects for which these
/// may speak: then it is the project's own.
fn makers_of_fixtures(rule: &str, scanned: Scanned<'_>, wanted: &mut Wanted) {
    let matchers = scanned.knowledge.rule(rule).into_iter().flat_map(|rule| rule.matchers.iter());
    let fitting = matchers.filter(|m| m.gate.as_ref().is_none_or(|gate| gate::may_hold_with(gate, scanned.project)));
    let fixtures = fitting.filter_map(|matcher| matcher.call.as_ref()).flat_map(|call| &call.fixtures);
    let words: BTreeSet<String> = fixtures.map(|name| format!("def {name}")).collect();
    if !words.is_empty() {
        scanned.files(&[Purpose::Tests]).for_each(|(place, _)| wanted.add(place, &words));
    }
}

/// What the rules that run ask to see. `settings` holds those of each project, `first` what was selected while files were
/// read: a project whose own configuration selects more is made up for.
pub fn wanted(
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    first: Option<&Settings>,
) -> Wanted {
    let mut wanted = Wanted::default();
    for (project, settings) in workspace.projects.iter().zip(settings) {
        let scanned = Scanned { workspace, project, knowledge };
        for (_, ask, _) in
            ASKING.iter().filter(|(name, ..)| knowledge.rule(name).is_some_and(|rule| is_looked_for(rule, settings)))
        {
            ask(scanned, &mut wanted);
        }
        awaited::ask(scanned, &mut wanted);
        if first.is_some_and(|first| std::ptr::eq(first, *settings)) {
            continue;
        }
        let is_more = |rule: &RuleCore, told: &Told| {
            first.is_some_and(|first| Told::of(rule, knowledge, first).is_none_or(|first| told.is_more_than(&first)))
        };
        let new = triggers::of(knowledge, |rule| {
            Told::of(rule, knowledge, settings).filter(|told| is_more(rule, told)).map(|_| Told::All)
        });
        for (place, file) in project.python.iter().filter_map(|at| Some((*at, workspace.python.get(*at)?))) {
            for words in new.of(&file.imports) {
                wanted.add_together(place, &words.into());
            }
        }
    }
    wanted
}

/// What of a rule is told, for which files are parsed while they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Whatever it finds, and errors in the files that it asks for.
    All,
    /// What it finds, but for findings of these variants.
    AllBut(Vec<String>),
}

impl Told {
    /// Nothing where the rule is not selected, or nothing that it finds in syntax can be shown.
    pub fn of(rule: &RuleCore, knowledge: &Knowledge, settings: &Settings) -> Option<Self> {
        if !settings.selection.runs(&rule.name) {
            return None;
        }
        // Every file counts then that a rule might ask for.
        let tells_errors = |rule: &RuleCore| may_print(rule, Some("python"), settings);
        if knowledge.rule("invalid-syntax").is_some_and(tells_errors) {
            return Some(Self::All);
        }
        let hidden = || rule.variant.keys().filter(|variant| !shows(rule, Some(variant), settings)).cloned().collect();
        is_looked_for(rule, settings).then(|| Self::AllBut(hidden()))
    }

    fn is_more_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AllBut(hidden), Self::AllBut(others)) => others.iter().any(|other| !hidden.contains(other)),
            (all, other) => *all == Self::All && *other != Self::All,
        }
    }
}

/// Whether a plain finding of a rule, or one of a variant, can be shown, or is looked for because something may silence it.
fn shows(rule: &RuleCore, variant: Option<&str>, settings: &Settings) -> bool {
    may_be_silenced(settings) || may_print(rule, variant, settings)
}

/// Whether what a rule has to see is looked for: not where that takes syntax, and nothing that it finds can be shown.
pub fn is_looked_for(rule: &RuleCore, settings: &Settings) -> bool {
    shows(rule, None, settings) || !needs_syntax(rule)
}

/// Whether a configuration silences findings: whether it silences something has to be known then.
fn may_be_silenced(settings: &Settings) -> bool {
    !settings.per_file_ignores.is_empty() || !settings.config.ignores.is_empty() || settings.baseline.is_some()
}

fn may_print(rule: &RuleCore, variant: Option<&str>, settings: &Settings) -> bool {
    let milder = variant.and_then(|name| rule.variant.get(name)).map(|variant| variant.severity);
    let severity =
        select::severity(rule.category, Some(rule.severity), milder, settings.config.severity_of(&rule.name));
    settings.selection.may_print(&rule.name, severity, settings.advice)
}

/// Whether a rule looks at the syntax of source.
pub fn needs_syntax(rule: &RuleCore) -> bool {
    asks(&rule.name) || rule.matchers.iter().any(triggers::needs_syntax)
}

/// Whether the rule called `rule` asks for syntax.
pub fn asks(rule: &str) -> bool {
    ASKING.iter().any(|(name, ..)| *name == rule)
}

impl<'a> Scanned<'a> {
    /// What a rule sees, without what is known after the scan.
    pub fn of(context: &Context<'a>) -> Self {
        Self { workspace: context.workspace, project: context.project, knowledge: context.knowledge }
    }

    /// The files of the project that are for one of `purposes`, with their places. Notebooks do not count.
    pub fn files(self, purposes: &[Purpose]) -> impl Iterator<Item = (usize, &'a PythonFile)> {
        let all = Purposes::of(self.workspace, self.project);
        let files = self.project.python.iter().filter_map(move |at| Some((*at, self.workspace.python.get(*at)?)));
        let files: Vec<_> = files.filter(|(_, file)| purposes.contains(&all.of_file(file))).collect();
        files.into_iter()
    }

    /// Whether some file of the project imports one of `modules` (top-level names).
    pub fn imports_any<T: AsRef<str>>(self, modules: &[T]) -> bool {
        modules.iter().any(|module| self.project.imported.contains_key(module.as_ref()))
    }

    /// The places of the files that import one of `modules` (top-level names).
    pub fn importers(self, modules: &[&str]) -> impl Iterator<Item = usize> {
        let files = if self.imports_any(modules) { self.project.python.as_slice() } else { &[] };
        let imports = |place: &usize| self.workspace.python.get(*place).is_some_and(|file| imports_any(file, modules));
        files.iter().copied().filter(imports)
    }

    /// Whether a sign, a lock or an import shows that the project has something for the row `need` of the map, or what it
    /// has cannot be told.
    pub fn may_have(self, need: &str) -> bool {
        let project = self.project;
        let answers = || self.knowledge.row(need).into_iter().flat_map(|row| &row.answers);
        project.is_partial()
            || !project.tools.opaque.is_empty()
            || answers().any(|answer| {
                project.tools.sign_of(answer).is_some()
                    || project.locked(&answer.name).next().is_some()
                    || answer.kind == AnswerKind::Distribution && self.imports_any(&self.modules_of(&answer.name))
            })
    }

    /// The top-level modules of a distribution of the catalogue.
    pub fn modules_of(self, distribution: &str) -> Vec<&'a str> {
        let package = self.knowledge.package(distribution);
        package.into_iter().flat_map(|package| &package.imports).map(|module| load::top_level(module)).collect()
    }

    /// The top-level modules of all distributions that fill the row `need`.
    pub fn modules_for(self, need: &str) -> Vec<&'a str> {
        let answers = self.knowledge.row(need).into_iter().flat_map(|row| &row.answers);
        answers.filter(|a| a.kind == AnswerKind::Distribution).flat_map(|a| self.modules_of(&a.name)).collect()
    }

    /// The first distribution that is recommended for the row `need`.
    pub fn recommended(self, need: &str) -> Option<&'a str> {
        let mut answers = self.knowledge.row(need)?.answers.iter();
        let first = answers.find(|a| a.kind == AnswerKind::Distribution && a.standing == Standing::Recommended)?;
        Some(&first.name)
    }

    /// Those distributions of the row `need` that the project requires to run.
    pub fn required(self, need: &str) -> Option<&'a str> {
        let answers = self.knowledge.row(need)?.answers.iter();
        let is_required = |name: &str| {
            self.project.requirements().any(|(_, r)| r.group == crate::manifest::Group::Runtime && r.name() == name)
        };
        let mut kept = answers.filter(|a| a.kind == AnswerKind::Distribution && a.standing != Standing::Superseded);
        Some(&kept.find(|answer| is_required(&answer.name))?.name)
    }
}

/// Whether a file imports one of `modules` (top-level names), absolutely.
pub fn imports_any<T: AsRef<str>>(file: &PythonFile, modules: &[T]) -> bool {
    let mut imports = file.imports.imports.iter().filter(|import| import.level == 0);
    imports.any(|import| {
        let top = load::top_level(&import.module);
        modules.iter().any(|module| module.as_ref() == top)
    })
}
