//! What was read, without judging it: the answer of `inspect`.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::{BTreeMap, BTreeSet};

use crate::check;
use crate::fs::FileSystem;
use crate::imports::Module;
use crate::knowledge::Knowledge;
use crate::knowledge::model::AnswerKind;
use crate::options::Options;
use crate::project::load;
use crate::project::tools::{Sign, SignKind};
use crate::project::{Project, Workspace};
use crate::run;
use crate::settings::Refusal;
use crate::source::FileId;

/// Everything that was read.
#[derive(Debug)]
pub struct Inspection {
    /// The projects, as they were read and joined.
    pub workspace: Workspace,
    /// What was made out of each project that was asked for, in the order of their roots.
    pub projects: Vec<Inspected>,
    /// What should be said in any case.
    pub remarks: Vec<String>,
    /// What a curious user may want to know.
    pub notes: Vec<String>,
}

/// What was made out of one project.
#[derive(Debug)]
pub struct Inspected {
    /// Its place in [`Workspace::projects`].
    pub project: usize,
    /// Tools it shows signs of, in the order of names.
    pub tools: Vec<Tool>,
    /// Modules it imports, in the order of names.
    pub imports: Vec<Module>,
}

/// A tool of the ecosystem map.
#[derive(Debug)]
pub struct Tool {
    /// Its name in the map.
    pub name: String,
    /// Signs of it, in the order in which they were met, each place once.
    pub evidence: Vec<Sign>,
}

/// Reads what `options` asks for. The error says why nothing could be done.
pub fn inspect(fs: &dyn FileSystem, options: &Options) -> Result<Inspection, Refusal> {
    let begun = run::begin(fs, options)?;
    let mut read = begun.read(&begun.asked.tops)?;
    let imports = read.imports();
    let mut workspace = read.workspace;
    let run::Begun { asked, knowledge, load_options, .. } = &begun;
    let places = run::asked_for(asked, &workspace);
    let projects: Vec<Inspected> = places
        .into_iter()
        .filter_map(|at| {
            let project = workspace.projects.get(at)?;
            let tools = tools(knowledge, project);
            Some(Inspected { project: at, tools, imports: imports.of_project(at).modules.clone() })
        })
        .collect();
    let locks = projects.iter().filter_map(|inspected| workspace.projects.get(inspected.project));
    let locks = locks.flat_map(|project| project.locks.iter().map(|lock| lock.file));
    let files: BTreeSet<FileId> = projects.iter().flat_map(files_of).chain(locks).collect();
    load::reload(fs, &mut workspace.sources, files, load_options);
    let mut remarks: Vec<String> = run::nothing_found(asked, run::has_manifest(&workspace)).into_iter().collect();
    remarks.extend(check::of_faults(&workspace).into_iter().map(|fault| {
        let path = fault.finding.at.file().map_or("", |file| workspace.sources.path(file));
        format!("{path}: {}; {}", fault.finding.message, fault.finding.notes.join("; "))
    }));
    let notes = std::mem::take(&mut workspace.notes);
    Ok(Inspection { workspace, projects, remarks, notes })
}

/// The files that something points at.
fn files_of(inspected: &Inspected) -> impl Iterator<Item = FileId> {
    let signs = inspected.tools.iter().flat_map(|tool| &tool.evidence).filter_map(|sign| sign.at.file());
    signs.chain(inspected.imports.iter().flat_map(|module| &module.uses).map(|used| used.at.file))
}

/// The tools of the ecosystem map of which there are signs. What does a job (lint, test …) is one however it shows
/// itself; of other answers a requirement alone makes a library.
fn tools(knowledge: &Knowledge, project: &Project) -> Vec<Tool> {
    let mut found: BTreeMap<&str, Vec<Sign>> = BTreeMap::new();
    let answers = knowledge.rows().iter().flat_map(|row| &row.answers);
    for answer in answers.filter(|answer| answer.kind != AnswerKind::Practice) {
        let signs: Vec<&Sign> = project.tools.signs_of(answer).collect();
        if answer.jobs.is_empty() && signs.iter().all(|sign| sign.kind == SignKind::Requirement) {
            continue;
        }
        let own = found.entry(&answer.name).or_default();
        for sign in signs {
            if !own.iter().any(|known| known.at == sign.at) {
                own.push(sign.clone());
            }
        }
    }
    let found = found.into_iter().filter(|(_, evidence)| !evidence.is_empty());
    found.map(|(name, evidence)| Tool { name: name.to_owned(), evidence }).collect()
}
