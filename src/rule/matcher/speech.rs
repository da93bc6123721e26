//! Where in a project a match on source may speak, and what it says there.

use super::is_one;
use crate::diagnostic::Finding;
use crate::knowledge::model::{Matcher, RuleCore};
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::{Argument, Uses};
use crate::rule::Context;
use crate::source::{Extent, Location, Span};

/// What a match says of a place in source.
pub(super) struct Speech<'a> {
    pub(super) rule: &'a RuleCore,
    pub(super) matcher: &'a Matcher,
    pub(super) context: &'a Context<'a>,
}

impl<'a> Speech<'a> {
    /// The files in which the match may speak of one of `names`, with what they do.
    pub(super) fn files(
        &self,
        names: &[String],
        runtime_only: bool,
    ) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
        self.context.importers.of_names(names).into_iter().filter(move |(file, _)| {
            let roles = file.roles;
            // What a test reads is its own; a milder finding about it is not worth the line.
            let is_left_alone =
                roles.test_data || runtime_only && roles.for_show || self.matcher.variant.is_some() && is_shown(file);
            !is_left_alone
        })
    }

    /// Whether the project calls one of `functions` anywhere.
    pub(super) fn is_called(&self, functions: &[String]) -> bool {
        let mut calls = self.context.importers.of_names(functions).into_iter().flat_map(|(_, uses)| &uses.calls);
        calls.any(|call| is_one(functions, &call.function))
    }

    /// Whether the project defines a function with one of `names`, as far as its files were parsed.
    pub(super) fn defines_one(&self, names: &[String]) -> bool {
        let parsed = || self.context.importers.all();
        !names.is_empty() && parsed().flat_map(|(_, uses)| &uses.functions).any(|f| names.contains(&f.name))
    }

    /// What is said of `function` at a place of `file`; `argument` decided it.
    pub(super) fn finding(
        &self,
        file: &PythonFile,
        at: Extent,
        function: &str,
        argument: Option<&Argument>,
    ) -> Finding {
        let Self { matcher, context, .. } = *self;
        // What examples and documentation do is said as mildly as what tests do, whichever entry speaks.
        let milder = &self.rule.matchers.iter().find_map(|matcher| matcher.in_tests.clone());
        let written = argument.map(|a: &Argument| a.at.of(context.workspace.sources.text(file.file)).to_owned());
        let value = |word: &str| match word {
            "function" => Some(function.to_owned()),
            "argument" => written.clone(),
            "written" => Some(shown(at.of(context.workspace.sources.text(file.file)), function)),
            _ => None,
        };
        let place = Location::Span(file.file.span(at));
        let mut finding = super::speak(Finding::new(place, "").key(function), matcher, value);
        if let Some(argument) = argument {
            let label = std::mem::take(&mut finding.label);
            finding = finding.related(file.file.span(argument.at), label);
        }
        if matcher.in_scripts.is_some() && (file.roles.script || is_run_by_hand(context, file)) {
            finding.variant.clone_from(&matcher.in_scripts);
        } else if file.roles.test {
            if matcher.in_tests.is_some() {
                finding.variant.clone_from(&matcher.in_tests);
            }
        } else if is_shown(file) && milder.is_some() {
            finding.variant.clone_from(milder);
        }
        finding.package = package_of(function, context);
        if let Some(span) = finding.package.as_deref().and_then(|name| declared(context, name)) {
            finding = finding.related(span, "declared here");
        }
        finding
    }
}

/// Whether a file shows, measures or tests what the project does elsewhere. Notebooks are often all that there is.
fn is_shown(file: &PythonFile) -> bool {
    file.roles.for_show && !path::has_extension(&file.path, "ipynb")
}

/// Whether a file is called as a script is and has functions alone, and nothing imports it or names it where programs are
/// run. Classes may be loaded by their names.
fn is_run_by_hand(context: &Context<'_>, file: &PythonFile) -> bool {
    let name = path::name(&file.path);
    let stem = name.trim_end_matches(".py");
    let imports = |other: &PythonFile| {
        other.imports.imports.iter().any(|import| {
            let ends = import.module.strip_suffix(stem).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            ends || import.names.contains(stem)
        })
    };
    let runs = |text: &str| text.contains(name);
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    role::is_called_as_script(&file.path)
        && file.uses.as_deref().is_some_and(|uses| uses.classes.is_empty())
        && !context.workspace.python.iter().any(imports)
        && !evidence.any(|evidence| runs(context.workspace.sources.text(evidence.file)))
}

/// How long a function as it is written may be in a message.
const LONGEST_WRITTEN: usize = 60;

/// A function as it is written, or its name where that is long.
fn shown(written: &str, function: &str) -> String {
    let is_short = written.len() <= LONGEST_WRITTEN && !written.contains(['\n', '\r']);
    if is_short { written } else { function }.to_owned()
}

/// The distribution that the catalogue names for the module of a function.
fn package_of(function: &str, context: &Context<'_>) -> Option<String> {
    let above = function.match_indices('.').filter_map(|(at, _)| function.get(..at));
    let candidates = context.knowledge.packages_about(above);
    let declared = candidates.iter().find(|p| context.requirements_on(&p.name).next().is_some());
    let first = || candidates.iter().filter(|p| p.rank > 0).min_by_key(|p| p.rank);
    declared.or_else(first).map(|p| p.name.clone())
}

fn declared(context: &Context<'_>, name: &str) -> Option<Span> {
    context.requirements_on(name).next().map(|(manifest, requirement)| manifest.file.span(requirement.name_at))
}
