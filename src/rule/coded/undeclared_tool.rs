//! `undeclared-tool`: a command runs a tool that nothing in the repository brings.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::knowledge::model::{Answer, AnswerKind};
use crate::manifest::Origin;
use crate::project::tools::{Sign, SignKind};
use crate::project::{IncludeTarget, Project};
use crate::rule::{Context, runs};
use crate::source::{Location, Span};

/// The rows of the map whose answers are programs that a project runs on itself.
const NEEDS: &[&str] = &["linter", "formatter", "type-checker", "test-runner", "security"];

/// Programs that people install once for all their projects, or that come from elsewhere than an index of Python.
const COMMON: &[&str] = &["pre-commit", "prek", "tox", "nox", "pyright", "hatch", "uv", "poetry", "pdm"];

/// Managers of a system's packages: what they install is named.
const SYSTEMS: &[&str] = &[
    "apt", "apt-get", "apk", "brew", "dnf", "yum", "pacman", "zypper", "snap", "choco", "port", "microdnf", "npm",
    "curl", "wget",
];

/// Words in the name of a distribution that may bring a tool along.
const BUNDLES: &[&str] =
    &["lint", "style", "quality", "devtool", "dev-tool", "tooling", "testing", "test-", "-dev", "-tests", "-test"];

/// One finding a tool.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let signs = context.project.tools.signs.iter().filter(|sign| sign.kind == SignKind::Command);
    let mut runs: BTreeMap<&str, (&str, &Answer, Vec<Location>)> = BTreeMap::new();
    for sign in signs {
        let program = sign.text.split(' ').next().unwrap_or_default();
        if let Some((need, answer)) =
            tool(context, program).filter(|_| runs::here(context, sign) && is_told(context, sign))
        {
            runs.entry(&answer.name).or_insert_with(|| (need, answer, Vec::new())).2.push(sign.at);
        }
    }
    if runs.is_empty() || cannot_tell(context) {
        return Vec::new();
    }
    let bare = bare_hooks(context);
    let lacks = |answer: &Answer| !context.workspace.projects.iter().any(|project| may_bring(project, answer, &bare));
    let lacking = runs.into_values().filter(|(_, answer, _)| lacks(answer));
    lacking.filter_map(|(need, answer, places)| finding(context, need, &answer.name, &places)).collect()
}

fn finding(context: &Context<'_>, need: &str, name: &str, places: &[Location]) -> Option<Finding> {
    let (first, others) = places.split_first()?;
    let mut finding = Finding::new(*first, format!("`{name}` is run here, and nothing in the repository installs it"))
        .note(format!("it works where {name} happens to be installed, in whatever version"))
        .note(format!("looked in: {}", context.project.tools.looked_in()))
        .help(format!("declare `{name}` in a development group, or run it as `uvx {name}`"))
        .package(name)
        .need(need)
        .key(name);
    for place in others.iter().filter_map(|place| place.span()) {
        finding = finding.related(place, "here as well");
    }
    Some(finding)
}

/// The tool that a program is, with the need that it fills.
fn tool<'a>(context: &Context<'a>, program: &str) -> Option<(&'a str, &'a Answer)> {
    if COMMON.contains(&program) {
        return None;
    }
    let rows = context.knowledge.rows().iter().filter(|row| NEEDS.contains(&row.id.as_str()));
    let mut answers = rows.flat_map(|row| row.answers.iter().map(|answer| (row.id.as_str(), answer)));
    answers.find(|(_, answer)| {
        let is_written = || {
            answer.name.len() == program.len() && answer.name.contains('-') && answer.name.replace('-', "_") == program
        };
        answer.kind == AnswerKind::Distribution && (answer.name == program || is_written())
    })
}

/// Whether anything in the repository may bring tools that cannot be seen from here.
fn cannot_tell(context: &Context<'_>) -> bool {
    let opaque = |project: &Project| {
        let unread = project
            .includes
            .iter()
            .any(|include| matches!(include.target, IncludeTarget::Missing(_) | IncludeTarget::CannotTell));
        let elsewhere = project
            .requirements()
            .any(|(_, r)| r.name.is_none() || matches!(r.origin, Origin::Url(..) | Origin::Path(..) | Origin::Conda));
        let environment = project.tools.signs.iter().any(|sign| {
            let first = sign.text.split(' ').next().unwrap_or_default();
            let variable = (first == "pip" || first == "uv") && sign.text.contains(['$', '{', '<']);
            sign.kind == SignKind::Command && (runs::ENVIRONMENTS.contains(&first) || variable)
        });
        project.is_partial() || !project.tools.opaque.is_empty() || unread || elsewhere || environment
    };
    let hides = || context.workspace.projects.iter().any(opaque);
    context.project.manifests.is_empty() || *context.workspace.answers.hides_tools.get_or_init(hides)
}

/// The hooks for which nothing is installed: they run what is there (`language: system`).
fn bare_hooks(context: &Context<'_>) -> Vec<Span> {
    const LANGUAGES: &[&str] = &["system", "script", "unsupported", "unsupported_script"];
    let mut found = Vec::new();
    for evidence in &context.workspace.evidence {
        let languages =
            evidence.seen.settings.iter().filter(|s| s.key.starts_with("hook.") && s.key.ends_with(".language"));
        let bare = languages.filter(|setting| LANGUAGES.contains(&setting.value.as_str()));
        found.extend(bare.map(|setting| evidence.file.span(setting.at)));
    }
    found
}

/// Whether what stands before a command in its file tells all that is installed.
fn is_told(context: &Context<'_>, sign: &Sign) -> bool {
    sign.how != "noxfile" || sign.at.file().is_some_and(|file| names_all(context.workspace.sources.text(file)))
}

/// Whether every installation of a noxfile names what it installs: all arguments are plain literals.
fn names_all(text: &str) -> bool {
    text.split("install(").skip(1).all(|call| {
        let arguments = call.split(')').next().unwrap_or(call);
        let outside = arguments.split(['"', '\'']).step_by(2);
        outside.flat_map(str::chars).all(|c| c.is_whitespace() || c == ',')
    })
}

/// Whether something in a project brings a tool, or may: a distribution or an action that has it in its name, a bundle, a
/// package of the system.
fn may_bring(project: &Project, answer: &Answer, bare_hooks: &[Span]) -> bool {
    let name = answer.name.as_str();
    let bare = name.trim_start_matches("py");
    project.tools.signs.iter().any(|sign| match sign.kind {
        SignKind::Requirement => sign.text.contains(bare) || BUNDLES.iter().any(|bundle| sign.text.contains(bundle)),
        SignKind::Hook if sign.at.span().is_some_and(|at| bare_hooks.contains(&at)) => false,
        SignKind::Repository | SignKind::Image | SignKind::Hook => {
            let text = sign.text.to_ascii_lowercase();
            text.contains(bare)
                || answer.evidence.repositories.iter().any(|r| text.starts_with(&r.to_ascii_lowercase()))
        }
        SignKind::Command => {
            let mut words = sign.text.split(' ');
            words.next().is_some_and(|first| SYSTEMS.contains(&first)) && sign.text.contains(bare)
        }
        _ => false,
    })
}
