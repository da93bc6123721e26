//! Ignores, configuration by configuration: what they leave, and what is to be said of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asked::Asked;
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::knowledge::Knowledge;
use crate::options::Options;
use crate::path;
use crate::project::Workspace;
use crate::rule::syntax;
use crate::select::Rules;
use crate::settings::Configured;
use crate::source::FileId;
use crate::suppress::{self, EquivalentIgnore};

/// What the ignores leave, and what is to be said of the ignores themselves, each with whether it is to be shown. Each
/// configuration decides for its projects.
pub(super) fn leave(
    options: &Options,
    asked: &Asked,
    workspace: &Workspace,
    knowledge: &Knowledge,
    all: &[Arc<Configured>],
    of_project: &[usize],
    judged: Vec<Vec<Diagnostic>>,
) -> Vec<(Diagnostic, bool)> {
    let rules = Rules::new(knowledge.rules());
    let mut kept = Vec::new();
    let mut by_configuration: Vec<Vec<Diagnostic>> = all.iter().map(|_| Vec::new()).collect();
    for (diagnostics, at) in judged.into_iter().zip(of_project) {
        if let Some(slot) = by_configuration.get_mut(*at) {
            slot.extend(diagnostics);
        }
    }
    // A file that several configurations share is inspected for unused ignores by none of them.
    let mut owners: BTreeMap<FileId, BTreeSet<usize>> = BTreeMap::new();
    for (project, at) in workspace.projects.iter().zip(of_project) {
        for manifest in project.everything() {
            owners.entry(manifest.file).or_default().insert(*at);
        }
    }
    for (at, (configured, diagnostics)) in all.iter().zip(by_configuration).enumerate() {
        let projects =
            || workspace.projects.iter().zip(of_project).filter(|(_, of)| **of == at).map(|(project, _)| project);
        let mut inspect: Vec<FileId> = projects().flat_map(|p| p.everything().map(|m| m.file)).collect();
        inspect.extend(projects().flat_map(|p| workspace.python_of(p).map(|f| f.file)));
        inspect.sort_unstable();
        inspect.dedup();
        let is_shared = |file: &FileId| owners.get(file).is_some_and(|all| all.len() > 1);
        inspect.retain(|file| !is_shared(file) && suppress::mentions(workspace.sources.text(*file)));
        let equivalents: Vec<EquivalentIgnore> = projects()
            .flat_map(|p| p.manifests.iter().filter(|m| m.format == "pyproject"))
            .flat_map(|m| EquivalentIgnore::read(&m.reading.settings, "tool.ruff.", path::folder(&m.path)))
            .chain(ruff_files(workspace))
            .collect();
        let context = suppress::Context {
            rules: &rules,
            settings: &configured.settings,
            config_file: configured.file,
            config_folder: &configured.folder,
            here: &options.here,
            equivalents: &equivalents,
            inspect: &inspect,
            today: options.today,
            ran: &|rule| {
                knowledge.rule(rule).is_none_or(|r| {
                    (options.source || !syntax::needs_syntax(r)) && syntax::is_looked_for(r, &configured.settings)
                })
            },
            whole: asked.is_whole(),
        };
        let is_shown = |d: &Diagnostic| {
            let settings = &configured.settings;
            let package = d.finding.package.as_deref();
            settings.selection.prints(&d.rule, package, &d.finding.key, d.severity, settings.advice)
        };
        let outcome = suppress::apply(diagnostics, &workspace.sources, &context);
        kept.extend(outcome.kept.into_iter().map(|d| (is_shown(&d), d)).map(|(shown, d)| (d, shown)));
        for (name, finding) in outcome.findings {
            if let Some(rule) = knowledge.rule(name) {
                let owner = finding.at.file().map_or("", |file| workspace.sources.path(file));
                let project = projects().filter(|p| path::below(owner, &p.root).is_some()).max_by_key(|p| p.root.len());
                let root = project.map_or(".", |p| p.shown_root()).to_owned();
                kept.push((check::of_rule(rule, finding, root, &configured.settings), true));
            }
        }
    }
    kept
}

/// What files of ruff's own say about files.
fn ruff_files(workspace: &Workspace) -> Vec<EquivalentIgnore> {
    let is_ruff = |path: &str| matches!(path::name(path), "ruff.toml" | ".ruff.toml");
    let files = workspace.evidence.iter().filter(|evidence| is_ruff(&evidence.path));
    files
        .flat_map(|file| {
            let settings = crate::manifest::pyproject::settings_of(workspace.sources.text(file.file));
            EquivalentIgnore::read(&settings, "", path::folder(&file.path))
        })
        .collect()
}
