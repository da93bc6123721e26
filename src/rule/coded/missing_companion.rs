//! `missing-companion`: what an application needs beside a distribution so that it runs at all.

use std::collections::BTreeSet;

use super::pairing;
use crate::diagnostic::Finding;
use crate::knowledge::Knowledge;
use crate::knowledge::model::Companion;
use crate::manifest::{Group, Manifest, Requirement};
use crate::name::Name;
use crate::project::purpose::{Purpose, Purposes};
use crate::project::tools::SignKind;
use crate::project::{Kind, Project, Workspace, role};
use crate::python::Call;
use crate::rule::provided::{self, Wanted};
use crate::rule::syntax::Scanned;
use crate::rule::{Context, runs, text};
use crate::source::{Location, Span};

/// Files by whose format a project shows that a service of a cloud runs it.
const HOSTED: &[&str] = &["Serverless Framework", "AWS SAM", "AWS CDK"];

/// One finding for each requirement that cannot run without something that nothing declares.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.project.kind != Kind::Application {
        return Vec::new();
    }
    let rows = context.knowledge.pairings().companion.iter();
    rows.filter_map(|row| missing(context, row)).collect()
}

/// The words that decide, for each project of the workspace, whether something else does what a companion would, one set a
/// companion: what [`look_for`](crate::project::load::mentions::look_for) takes.
pub fn words(workspace: &Workspace, knowledge: &Knowledge) -> Vec<Vec<BTreeSet<String>>> {
    let of_project = |project: &Project| -> Vec<BTreeSet<String>> {
        let rows = knowledge.pairings().companion.iter();
        let open = rows.filter(|row| {
            project.kind == Kind::Application
                && requirement(project, row).is_some()
                && call(workspace, project, row).is_some()
        });
        open.map(|row| row.hosts.iter().cloned().collect()).collect()
    };
    workspace.projects.iter().map(of_project).collect()
}

/// Whether a project may lack what a row names, as far as its requirements tell.
pub fn may_be(row: &Companion, scanned: Scanned<'_>) -> bool {
    let Scanned { workspace, project, .. } = scanned;
    project.kind == Kind::Application
        && requirement(project, row).is_some()
        && !provided::is_required(workspace, &brought(row))
}

fn brought(row: &Companion) -> Wanted<'_> {
    Wanted { of: &row.of, names: &row.one_of, extras: &row.extras, by: &[] }
}

fn missing(context: &Context<'_>, row: &Companion) -> Option<Finding> {
    let (manifest, requirement) = requirement(context.project, row)?;
    let used = call(context.workspace, context.project, row).or_else(|| command(context, row))?;
    let is_mentioned = row.hosts.iter().any(|host| context.project.mentions.contains_key(&Name::new(host)));
    let is_named = row.commands.is_empty() && provided::is_named(context, &row.one_of);
    if is_mentioned || is_named || is_hosted(context) || provided::is_provided(context, &brought(row)) != Some(false) {
        return None;
    }
    let name = requirement.name();
    let plain: Vec<&String> = row.one_of.iter().filter(|name| !name.ends_with('*')).take(SHOWN).collect();
    let declare = format!("declare {}", text::alternatives(&plain));
    let own = |extra: &&String| extra.split('[').next() == Some(name);
    let help = match row.extras.iter().find(own) {
        Some(extra) => format!("{declare}, or require `{extra}`"),
        None => declare,
    };
    let finding = Finding::new(
        Location::Span(manifest.file.span(requirement.name_at)),
        format!("`{name}` is declared without {}", row.what),
    )
    .related(used, "this needs it")
    .package(name)
    .key(row.what.clone())
    .note(row.reason.clone())
    .note("nothing that is declared, locked or run here brings one")
    .help(help);
    Some(pairing::dated(context, &row.basis, finding))
}

/// So many names are offered.
const SHOWN: usize = 3;

/// The program's requirement on one of the distributions of a row.
fn requirement<'a>(project: &'a Project, row: &Companion) -> Option<(&'a Manifest, &'a Requirement)> {
    let is_of = |r: &Requirement| row.of.iter().any(|of| of == r.name());
    project.requirements().find(|(_, r)| r.group == Group::Runtime && !role::is_for_developers(&r.group) && is_of(r))
}

/// The first call in the program by which a row is seen.
fn call(workspace: &Workspace, project: &Project, row: &Companion) -> Option<Span> {
    let purposes = Purposes::of(workspace, project);
    workspace.python_of(project).filter(|file| purposes.of_file(file) == Purpose::Runtime).find_map(|file| {
        let mut calls = file.uses.iter().flat_map(|uses| &uses.calls);
        let is_it =
            |call: &&Call| !call.type_checking && call.is_only(|function| row.calls.iter().any(|f| f == function));
        calls.find(is_it).map(|call| file.file.span(call.function_at))
    })
}

/// The first command of the project by which a row is seen.
fn command(context: &Context<'_>, row: &Companion) -> Option<Span> {
    let holds = |line: &str, wanted: &String| {
        let mut wanted = wanted.split(' ');
        let program = wanted.next().unwrap_or_default();
        line.split(' ').next() == Some(program) && wanted.all(|word| line.contains(word))
    };
    let mut signs = context.project.tools.signs.iter().filter(|sign| sign.kind == SignKind::Command);
    let sign = signs.find(|sign| {
        let is_own = runs::here(context, sign)
            || matches!(sign.how, "Procfile" | "Dockerfile" | "Compose file" | "shell script");
        is_own && row.commands.iter().any(|wanted| holds(&sign.text, wanted))
    })?;
    sign.at.span()
}

/// Whether the project is deployed as functions of a cloud, which have a server of their own.
fn is_hosted(context: &Context<'_>) -> bool {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.into_iter().any(|evidence| HOSTED.contains(&evidence.format))
}
