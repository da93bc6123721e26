//! Judging: every selected rule on every project.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::config::Settings;
use crate::date::Date;
use crate::diagnostic::{Category, Diagnostic, Finding, Severity};
use crate::guard::{self, Fault};
use crate::imports::Imports;
use crate::knowledge::Knowledge;
use crate::knowledge::model::RuleCore;
use crate::path;
use crate::project::Workspace;
use crate::rule::built::Built;
use crate::rule::declared::Declared;
use crate::rule::importers::Importers;
use crate::rule::syntax::is_looked_for;
use crate::rule::{self, Context, missing, unused};
use crate::select;
use crate::source::Location;

/// Below this many projects, starting threads costs more than it brings.
const PARALLEL_FROM: usize = 16;

/// With more requirements or Python files than this, each rule on a project is work of its own.
const LARGE: usize = 5000;
const MANY_FILES: usize = 200;

/// What the rules find in each project, in the order of the workspace; not yet suppressed or sorted. `settings` holds
/// the settings of each project, in the same order, `imports` what they import; `today` is the day of the run.
pub fn run(
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    imports: &Imports,
    today: Date,
) -> Vec<Vec<Diagnostic>> {
    run_by(rule::run, workspace, knowledge, settings, imports, today)
}

/// The same with another way to carry out a rule.
fn run_by(
    carry_out: fn(&RuleCore, &Context<'_>) -> Vec<Finding>,
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    imports: &Imports,
    today: Date,
) -> Vec<Vec<Diagnostic>> {
    let judge = |context: &Context<'_>| {
        let Context { project, settings, .. } = context;
        let selected: Vec<&RuleCore> = knowledge
            .rules()
            .iter()
            .filter(|rule| settings.selection.runs(&rule.name) && is_looked_for(rule, settings))
            .collect();
        let found = |rule: &&RuleCore| -> Vec<Diagnostic> {
            match guard::contain(|| carry_out(rule, context)) {
                Ok(found) => found.into_iter().map(|finding| diagnostic(rule, finding, context)).collect(),
                Err(fault) => vec![of_fault(
                    &fault,
                    Location::Project,
                    &format!("the rule `{}` failed", rule.name),
                    project.shown_root().to_owned(),
                )],
            }
        };
        if project.python.len() > MANY_FILES || project.requirements().nth(LARGE).is_some() {
            selected.par_iter().flat_map_iter(found).collect()
        } else {
            selected.iter().flat_map(found).collect()
        }
    };
    on_each(judge, |_| true, workspace, knowledge, settings, imports, today)
}

/// The files (places in [`Workspace::python`]) of which only their syntax says whether something that they import is to be
/// reported as not declared. `imports` is what the fast scan shows; the rest is as for [`run`].
pub fn doubtful_files(
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    imports: &Imports,
    today: Date,
) -> BTreeSet<usize> {
    // A fault is told when the rules run.
    let of_project = |context: &Context<'_>| {
        let files = guard::contain(|| missing::doubtful_files(context)).unwrap_or_default();
        Imports::with_importers(workspace, context.project, files)
    };
    let is_asked = |index: usize| {
        let runs = |settings: &&Settings| missing::RULES.iter().any(|rule| settings.selection.runs(rule));
        settings.get(index).is_some_and(runs) && imports.of_project(index).is_doubtful()
    };
    on_each(of_project, is_asked, workspace, knowledge, settings, imports, today).into_iter().flatten().collect()
}

/// For each project the words that decide whether something that it requires is used after all, one set a requirement: what
/// [`look_for`](crate::project::load::mentions::look_for) takes. The arguments are those of [`doubtful_files`].
pub fn words(
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    imports: &Imports,
    today: Date,
) -> Vec<Vec<BTreeSet<String>>> {
    let of_project = |context: &Context<'_>| guard::contain(|| unused::words(context)).unwrap_or_default();
    let is_asked = |index: usize| {
        let runs = |settings: &&Settings| unused::RULES.iter().any(|rule| settings.selection.runs(rule));
        settings.get(index).is_some_and(runs)
    };
    on_each(of_project, is_asked, workspace, knowledge, settings, imports, today)
}

/// What `work` gives for each project whose place is `chosen`, in the order of the workspace, and nothing for the others.
fn on_each<T: Default + Send>(
    work: impl Fn(&Context<'_>) -> T + Sync,
    chosen: impl Fn(usize) -> bool + Sync,
    workspace: &Workspace,
    knowledge: &Knowledge,
    settings: &[&Settings],
    imports: &Imports,
    today: Date,
) -> Vec<T> {
    let built = Built::of(workspace);
    let on_one = |index: usize| {
        let all_settings = settings;
        let (Some(project), Some(settings)) = (workspace.projects.get(index), settings.get(index)) else {
            return T::default();
        };
        if !chosen(index) {
            return T::default();
        }
        let pythons = project.pythons.as_ref();
        let declared = &Declared::of(project, knowledge);
        let importers = &Importers::of(workspace, project);
        let environment = None;
        work(&Context {
            workspace,
            project,
            declared,
            importers,
            built: &built,
            index,
            knowledge,
            settings,
            all_settings,
            imports,
            pythons,
            environment,
            today,
        })
    };
    let count = workspace.projects.len();
    if count < PARALLEL_FROM {
        (0..count).map(on_one).collect()
    } else {
        (0..count).into_par_iter().with_max_len(1).map(on_one).collect()
    }
}

/// The name under which faults of the program are told. No rule has it: it cannot be switched off, ignored or recorded.
pub const INTERNAL: &str = "internal-error";

/// That the program failed over a part of the project at `project`; `what` says over which.
pub fn of_fault(fault: &Fault, at: Location, what: &str, project: String) -> Diagnostic {
    let finding = Finding::new(at, format!("internal error: {what}"))
        .note("the rest was judged as if this had nothing to say")
        .note(format!("pyeco-lint {} failed {}", env!("CARGO_PKG_VERSION"), fault.shown()))
        .help("this is a fault of pyeco-lint, not of the project: please report it, with the two lines above");
    Diagnostic {
        rule: INTERNAL.to_owned(),
        category: Category::Configuration,
        severity: Severity::Error,
        project,
        url: None,
        finding,
    }
}

/// The files over which the program failed, as diagnostics.
pub fn of_faults(workspace: &Workspace) -> Vec<Diagnostic> {
    let tell = |(file, fault): &(_, Fault)| {
        let owner = workspace.owner(workspace.sources.path(*file)).and_then(|at| workspace.projects.get(at));
        let project = owner.map_or_else(|| path::shown("").to_owned(), |project| project.shown_root().to_owned());
        of_fault(fault, Location::File(*file), "this file could not be read", project)
    };
    workspace.faults.iter().map(tell).collect()
}

/// A finding with all that is known of its rule.
fn diagnostic(rule: &RuleCore, finding: Finding, context: &Context<'_>) -> Diagnostic {
    of_rule(rule, finding, context.project.shown_root().to_owned(), context.settings)
}

/// A finding of `rule` in the project at `project`.
pub fn of_rule(rule: &RuleCore, mut finding: Finding, project: String, settings: &Settings) -> Diagnostic {
    // A rule without this variant has nothing milder to say.
    let variant = finding.variant.as_deref().and_then(|name| rule.variant.get(name)).map(|v| v.severity);
    if variant.is_none() {
        finding.variant = None;
    }
    let severity =
        select::severity(rule.category, Some(rule.severity), variant, settings.config.severity_of(&rule.name));
    Diagnostic {
        rule: rule.name.clone(),
        category: rule.category,
        severity,
        project,
        url: (!rule.url.is_empty()).then(|| rule.url.clone()),
        finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Overrides};
    use crate::fs::Memory;
    use crate::options::Options;
    use crate::run;
    use crate::select::Rules;

    /// What the rules find in a small project; `broken` fails over it.
    fn found(broken: fn(&RuleCore) -> bool, carry_out: fn(&RuleCore, &Context<'_>) -> Vec<Finding>) -> Vec<Diagnostic> {
        let today = Date::parse("2026-11-22").unwrap_or(Date::from_unix(0));
        let fs = Memory::new([("requirements.txt", "sklearn\nnose\nrequests==2.0\n")]);
        let options = Options::new(vec![".".to_owned()], today);
        let Ok(begun) = run::begin(&fs, &options) else { return Vec::new() };
        let Ok(read) = begun.read(&begun.asked.tops) else { return Vec::new() };
        let (workspace, knowledge) = (&read.workspace, &begun.knowledge);
        assert!(knowledge.rules().iter().any(broken));
        let rules = Rules::new(knowledge.rules());
        let (settings, _) = Settings::new(Config::default(), &Overrides::default(), &rules);
        run_by(carry_out, workspace, knowledge, &[&settings], &Imports::default(), today).concat()
    }

    #[test]
    fn a_rule_that_fails_is_told_and_the_others_run() {
        let is_broken = |rule: &RuleCore| rule.name == "misnamed-package";
        let sound = found(is_broken, rule::run);
        let told = found(is_broken, |rule, context| {
            assert!(rule.name != "misnamed-package", "what {:?} holds", context.project.root);
            rule::run(rule, context)
        });
        let names =
            |all: &[Diagnostic]| all.iter().map(|d| d.rule.clone()).filter(|r| r != INTERNAL).collect::<Vec<_>>();
        let others: Vec<String> = names(&sound).into_iter().filter(|rule| rule != "misnamed-package").collect();
        assert!(!others.is_empty() && others.len() < sound.len(), "{sound:?}");
        assert_eq!(names(&told), others);
        let faults: Vec<&Diagnostic> = told.iter().filter(|d| d.rule == INTERNAL).collect();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        assert_eq!(fault.finding.message, "internal error: the rule `misnamed-package` failed");
        assert_eq!((fault.severity, fault.finding.at), (Severity::Error, Location::Project));
        assert!(fault.finding.help.iter().any(|help| help.contains("report it")));
    }
}
