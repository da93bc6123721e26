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
use crate::source::{FileId, Sources};

/// Everything that was read.
#[derive(Debug)]
pub struct Inspection {
    /// The projects of each part of the run, as they were read and joined, without their texts.
    pub parts: Vec<Workspace>,
    /// The texts of them all.
    pub sources: Sources,
    /// What was made out of each project that was asked for, part by part, in the order of their roots.
    pub projects: Vec<Inspected>,
    /// What should be said in any case.
    pub remarks: Vec<String>,
    /// What a curious user may want to know.
    pub notes: Vec<String>,
}

/// What was made out of one project.
#[derive(Debug)]
pub struct Inspected {
    /// The place of its part in [`Inspection::parts`].
    pub part: usize,
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
    let parts = begun.parts()?;
    let mut sources = begun.sources.clone();
    let (mut workspaces, mut projects, mut notes, mut faults) = (Vec::new(), Vec::new(), parts.notes, Vec::new());
    for (part, tops) in parts.folders.iter().enumerate() {
        let own = begun.part(tops, sources)?;
        let mut read = own.read(tops)?;
        let imports = read.imports();
        let mut workspace = read.workspace;
        let places = run::asked_for(&own.asked, &workspace);
        let of_part: Vec<Inspected> = places
            .into_iter()
            .filter_map(|at| {
                let project = workspace.projects.get(at)?;
                let tools = tools(&own.knowledge, project);
                Some(Inspected { part, project: at, tools, imports: imports.of_project(at).modules.clone() })
            })
            .collect();
        let locks = of_part.iter().filter_map(|inspected| workspace.projects.get(inspected.project));
        let locks = locks.flat_map(|project| project.locks.iter().map(|lock| lock.file));
        let files: BTreeSet<FileId> = of_part.iter().flat_map(files_of).chain(locks).collect();
        load::reload(fs, &mut workspace.sources, files, &own.load_options);
        faults.extend(check::of_faults(&workspace).into_iter().map(|fault| {
            let path = fault.finding.at.file().map_or("", |file| workspace.sources.path(file));
            format!("{path}: {}; {}", fault.finding.message, fault.finding.notes.join("; "))
        }));
        notes.append(&mut workspace.notes);
        sources = std::mem::take(&mut workspace.sources);
        projects.extend(of_part);
        workspaces.push(workspace);
    }
    let has_manifest = workspaces.iter().any(run::has_manifest);
    let mut remarks: Vec<String> = run::nothing_found(&begun.asked, has_manifest).into_iter().collect();
    remarks.extend(parts.remarks);
    remarks.extend(faults);
    Ok(Inspection { parts: workspaces, sources, projects, remarks, notes })
}

impl Inspection {
    /// One of its projects.
    pub fn project(&self, inspected: &Inspected) -> Option<&Project> {
        self.parts.get(inspected.part)?.projects.get(inspected.project)
    }

    /// Whether the program failed over a file.
    pub fn has_faults(&self) -> bool {
        self.parts.iter().any(|part| !part.faults.is_empty())
    }
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
