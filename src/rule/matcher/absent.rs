//! `[[match]] absent = …`: a tool that a project of this kind should have, and that nothing shows.

use crate::diagnostic::Finding;
use crate::knowledge::model::{AbsentMatch, Answer, AnswerKind, Matcher, RuleCore, Standing};
use crate::manifest::Group;
use crate::path;
use crate::project::{Kind, Project, load};
use crate::rule::edit::group;
use crate::rule::{Context, package, text};
use crate::source::Location;

/// How many sibling projects a finding names before it only counts them.
const SHOWN_PROJECTS: usize = 3;

/// The job of what looks for known vulnerabilities.
const VULNERABILITY_AUDIT: &str = "vulnerability-audit";

/// At most one finding: at the outermost project that lacks the tool, for all its siblings that lack it too.
pub(super) fn run(rule: &RuleCore, wanted: &AbsentMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let project = context.project;
    let Some(row) = context.knowledge.row(&wanted.need) else { return Vec::new() };
    // A run with advisories that somebody keeps fresh is such a check itself.
    if wanted.job == VULNERABILITY_AUDIT && context.knowledge.advisories().are_given() {
        return Vec::new();
    }
    let answers: Vec<&Answer> =
        row.answers.iter().filter(|a| wanted.job.is_empty() || a.jobs.contains(&wanted.job)).collect();
    let lacks_for = |other: &Project, wanted: &AbsentMatch| is_asked(other, wanted) && lacks(other, &answers);
    let runs = |at: usize| context.all_settings.get(at).is_some_and(|settings| settings.selection.runs(&rule.name));
    // Of all that lack it the outermost speaks, which is the first, whatever its variant.
    let mut before = context.workspace.projects.iter().enumerate().take(context.index);
    let variants = || rule.matchers.iter().filter_map(|m| m.absent.as_ref());
    let speaks = |(at, other): (usize, &Project)| runs(at) && variants().any(|variant| lacks_for(other, variant));
    // Settings of tools above packages: what is installed is theirs.
    let is_above = |other: &Project| other.kind == Kind::Library && path::below(&other.root, &project.root).is_some();
    let is_bare = project.name().is_none() && project.main().is_some_and(|main| main.format == "pyproject");
    let is_shell = || is_bare && context.workspace.projects.iter().any(is_above);
    if !lacks_for(project, wanted) || wanted.with_requirements && is_shell() || before.any(speaks) {
        return Vec::new();
    }
    let after = context.workspace.projects.iter().enumerate().skip(context.index + 1);
    let others: Vec<&Project> =
        after.filter(|(at, other)| runs(*at) && lacks_for(other, wanted)).map(|(_, other)| other).collect();
    let words = |word: &str| {
        Some(match word {
            "kind" => project.kind.name().to_owned(),
            "looked-in" => project.tools.looked_in(),
            _ => return None,
        })
    };
    let finding = Finding::new(project.head(), "").need(wanted.need.clone());
    let mut finding = super::speak(finding, matcher, words);
    if finding.replacements.is_empty() {
        let is_first = |a: &&&Answer| a.standing == Standing::Recommended;
        finding.replacements = answers.iter().filter(is_first).map(|a| a.name.clone()).collect();
    }
    for other in others.iter().take(SHOWN_PROJECTS) {
        if let Location::Span(span) = other.head() {
            finding = finding.related(span, "and here");
        }
    }
    if !others.is_empty() {
        let named: Vec<&str> = others.iter().take(SHOWN_PROJECTS).map(|p| p.shown_root()).collect();
        let more = others.len().saturating_sub(named.len());
        let rest = if more > 0 { format!(" and {}", text::count(more, "more project")) } else { String::new() };
        finding.notes.push(format!("the same holds for {}{rest}", text::enumeration(&named)));
    }
    // In a workspace it is not known which of the projects gets it.
    let fix = finding.replacements.first().filter(|_| others.is_empty() && rule.fix.is_some());
    finding.fix = fix.and_then(|name| group::declare(context, name, words_of(wanted)));
    vec![finding]
}

/// What lists of such tools are called.
fn words_of(wanted: &AbsentMatch) -> &'static [&'static str] {
    match wanted.job.as_str() {
        "test-runner" | "coverage" => group::TESTS,
        "type-checker" => group::TYPES,
        _ => group::CHECKS,
    }
}

/// What the project is for: what has plug-ins for others to find is installed beside them, be there an image as well.
fn kind_of(project: &Project) -> Kind {
    let mut points = project.manifests.iter().filter_map(|m| m.reading.project.as_ref()).flat_map(|p| &p.entry_points);
    let has_plugins = points.any(|(group, ..)| !package::is_commands(group));
    if has_plugins && project.kind == Kind::Application { Kind::Library } else { project.kind }
}

/// Whether the project is of a sort that should have the tool.
fn is_asked(project: &Project, wanted: &AbsentMatch) -> bool {
    let kind_fits = wanted.kinds.is_empty() || wanted.kinds.iter().any(|kind| kind == kind_of(project).name());
    let is_small =
        project.kind == Kind::Application && project.modules <= 2 && !project.has_package && !project.has_tests;
    let has_code = project.modules > 0 || project.has_tests;
    // A folder of requirements for documentation alone is no program.
    let is_program = project
        .manifests
        .iter()
        .any(|m| m.format != "requirements" || m.reading.requirements.iter().any(|r| r.group == Group::Runtime));
    kind_fits
        && is_program
        // Playbooks with a few helper scripts have linters of their own.
        && (!project.is_playbook || project.has_package)
        && project.kind != Kind::Scripts
        && has_code
        && !(wanted.beyond_scripts && is_small)
        && (!wanted.with_requirements
            || project.requirements().any(|(_, r)| matches!(r.group, Group::Runtime | Group::Extra(_))))
        && (!wanted.tested || project.has_tests)
        && wanted.annotated.is_none_or(|annotated| annotated == project.is_typed)
}

/// Whether nothing shows the tool, and nothing that could not be read may hide it.
fn lacks(project: &Project, answers: &[&Answer]) -> bool {
    let is_imported = |answer: &Answer| {
        answer.kind == AnswerKind::StandardLibrary && project.imported.contains_key(load::top_level(&answer.name))
    };
    !project.is_partial()
        && project.tools.opaque.is_empty()
        && !answers.iter().any(|answer| project.tools.sign_of(answer).is_some() || is_imported(answer))
}
