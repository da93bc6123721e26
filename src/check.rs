//! Judging: every selected rule on every project.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::config::Settings;
use crate::date::Date;
use crate::diagnostic::{Diagnostic, Finding};
use crate::imports::Imports;
use crate::knowledge::Knowledge;
use crate::knowledge::model::RuleCore;
use crate::name::Name;
use crate::project::{Project, Workspace};
use crate::rule::declared::Declared;
use crate::rule::importers::Importers;
use crate::rule::syntax::is_looked_for;
use crate::rule::{self, Context};
use crate::select;

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
    let built: BTreeSet<Name> = workspace.projects.iter().filter_map(Project::name).collect();
    let judge = |index: usize| {
        let all_settings = settings;
        let (Some(project), Some(settings)) = (workspace.projects.get(index), settings.get(index)) else {
            return Vec::new();
        };
        let pythons = project.pythons.as_ref();
        let declared = &Declared::of(project);
        let importers = &Importers::of(workspace, project);
        let environment = None;
        let context = Context {
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
        };
        let selected: Vec<&RuleCore> = knowledge
            .rules()
            .iter()
            .filter(|rule| settings.selection.runs(&rule.name) && is_looked_for(rule, settings))
            .collect();
        let found = |rule: &&RuleCore| -> Vec<Diagnostic> {
            rule::run(rule, &context).into_iter().map(|finding| diagnostic(rule, finding, &context)).collect()
        };
        if project.python.len() > MANY_FILES || project.requirements().nth(LARGE).is_some() {
            selected.par_iter().flat_map_iter(found).collect()
        } else {
            selected.iter().flat_map(found).collect()
        }
    };
    let count = workspace.projects.len();
    if count < PARALLEL_FROM {
        (0..count).map(judge).collect()
    } else {
        (0..count).into_par_iter().with_max_len(1).map(judge).collect()
    }
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
