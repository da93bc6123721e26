//! A lint run from start to end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asked::{self, Asked, Parts};
use crate::check;
use crate::config::{DEFAULT_EXCLUDE, PathGlobs};
use crate::diagnostic::{ALSO_DECLARED, Category, Diagnostic, Finding, Label, Severity};
use crate::fs::{FileSystem, WalkOptions};
use crate::imports::{Imports, Module};
use crate::knowledge::Knowledge;
use crate::knowledge::model::RuleCore;
use crate::options::{Options, Purpose};
use crate::output::sanitise;
use crate::path;
use crate::project::load::{self, LoadOptions, Parse};
use crate::project::{Project, PythonFile, Workspace};
use crate::report::{Dates, Report};
use crate::rule;
use crate::rule::syntax::Told;
use crate::settings::{Configurations, Configured, Refusal};
use crate::source::{FileId, Location, Sources};

mod advised;
mod ignores;
mod known;
mod listing;
mod part;
mod parts;

pub(crate) use part::has_manifest;

/// The most bytes of a source file or notebook that are read, unless the configuration says otherwise.
pub const MAX_SOURCE: u64 = 16 * 1024 * 1024;

/// The most bytes of a manifest or lock file that are read, unless the configuration says otherwise.
pub const MAX_MANIFEST: u64 = 128 * 1024 * 1024;

/// What a run gives.
#[derive(Debug)]
pub struct Outcome {
    /// What is to be shown.
    pub report: Report,
    /// What was found and nobody silenced, and is not shown: for its severity, or for where it lies.
    pub unshown: Vec<Diagnostic>,
    /// Of the files of the folders that were read, of which git or the configuration leaves out some, those with findings
    /// and the locks.
    pub tree: Vec<Arc<str>>,
    /// Whether findings fail the run, by `fail-on`.
    pub failed: bool,
    /// Whether the configuration has faults, or the program failed over a part, so that the run could not do its job.
    pub misconfigured: bool,
    /// What a curious user may want to know.
    pub notes: Vec<String>,
    /// What should be said in any case: that there was nothing to read.
    pub remarks: Vec<String>,
    /// Every file that was read, in the order of paths, where nothing is judged.
    pub files: Vec<String>,
    /// What holds for each project, as text, where nothing is judged.
    pub settings: String,
    /// The format that the configuration or the command line asks for.
    pub format: Option<String>,
    /// The baseline to be written: its path relative to the working directory, and its text.
    pub baseline: Option<(String, String)>,
}

/// What a run, or a part of it, rests on before any project is read.
pub(crate) struct Begun<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    /// What the PATHs mean.
    pub(crate) asked: Asked,
    /// What is known of the ecosystem, with what the configuration adds.
    pub(crate) knowledge: Arc<Knowledge>,
    /// How files are read.
    pub(crate) load_options: LoadOptions,
    /// The configurations that were found: that of the first top, and that of the part.
    configurations: Configurations<'a>,
    /// Which of them says how files are read.
    deciding: usize,
    /// Their texts.
    pub(crate) sources: Sources,
}

/// Finds out what `options` asks for. The error says why nothing can be done.
pub(crate) fn begin<'a>(fs: &'a dyn FileSystem, options: &'a Options) -> Result<Begun<'a>, Refusal> {
    let asked = asked::resolve(fs, &options.paths).map_err(|unreachable| refuse_paths(&unreachable))?;
    let mut sources = Sources::default();
    // Advice is about projects, not about a part of one.
    let asked = if options.purpose == Purpose::Advise { asked.whole() } else { asked };
    let (configurations, knowledge) = Configurations::first(fs, options, &asked, &mut sources)?;
    let load_options = load_options(options, configurations.main(), &asked.tops, &asked, &knowledge);
    let asked = asked.without_excluded(options.force_exclude, &load_options.walk);
    Ok(Begun { fs, options, asked, knowledge: Arc::new(knowledge), load_options, configurations, deciding: 0, sources })
}

impl Begun<'_> {
    /// The same for the part with the folders `tops`: how these are read is decided by the configuration that counts for the
    /// first of them. `sources` holds the texts of the configurations, and perhaps of other parts.
    pub(crate) fn part(&self, tops: &[String], mut sources: Sources) -> Result<Self, Refusal> {
        let mut configurations = self.configurations.clone();
        let deciding = match tops.first() {
            Some(top) => configurations.of(top, &self.knowledge, &mut sources)?,
            None => self.deciding,
        };
        let mut load_options = if deciding == self.deciding {
            self.load_options.clone()
        } else {
            let main = configurations.all().get(deciding).map(Arc::as_ref);
            load_options(self.options, main, tops, &self.asked, &self.knowledge)
        };
        // The repositories in a folder that lies in none are parts of their own.
        let own = tops.first().and_then(|top| load::repository(self.fs, top));
        load_options.walk.repositories_apart = own.is_none();
        // What lies in a repository within is named for that one.
        let is_here = |folder: &str| tops.iter().any(|top| path::below(folder, top).is_some());
        let is_own = |folder: &str| !is_here(folder) || load::repository(self.fs, folder) == own;
        let mut known = BTreeMap::new();
        load_options.named.retain(|file| {
            let folder = path::folder(file);
            *known.entry(folder.to_owned()).or_insert_with(|| is_own(folder))
        });
        Ok(Self {
            fs: self.fs,
            options: self.options,
            asked: self.asked.clone(),
            knowledge: Arc::clone(&self.knowledge),
            load_options,
            configurations,
            deciding,
            sources,
        })
    }

    /// Where the ignores stand that every part is held against.
    fn shared_ignores(&self) -> BTreeSet<Location> {
        self.configurations.main().map(Configured::ignores).unwrap_or_default()
    }

    /// The parts of the run.
    pub(crate) fn parts(&self) -> Result<Parts, Refusal> {
        let walk = |top: &str| Ok(self.part(&[top.to_owned()], self.sources.clone())?.load_options.walk);
        self.asked.parts(self.fs, walk)
    }
}

/// A lint run with all that it was made of, for what tells more of projects than findings.
pub(crate) struct Survey {
    /// What the run gives. The texts of the workspace are in its report.
    pub(crate) outcome: Outcome,
    /// What the PATHs mean.
    asked: Asked,
    /// The projects of each part of the run, without their texts, and where the modules that they import come from.
    parts: Vec<(Workspace, Imports)>,
    /// What is known of the ecosystem.
    pub(crate) knowledge: Arc<Knowledge>,
    /// How files were read.
    load_options: LoadOptions,
}

/// The place of a project in a [`Survey`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    part: usize,
    project: usize,
}

/// Lints what `options` asks for, each repository on its own: none is kept longer than it takes to judge it. The error says
/// why nothing could be done.
pub fn lint(fs: &dyn FileSystem, options: &Options) -> Result<Outcome, Refusal> {
    let begun = begin(fs, options)?;
    let parts = begun.parts()?;
    let judged = parts::each(&parts.folders, |tops| {
        let (mut judged, workspace, _) = begun.part(tops, begun.sources.clone())?.read(tops)?.judge();
        workspace.discard();
        judged.shrink(begun.configurations.main().and_then(|main| main.file));
        Ok(judged)
    })?;
    let judged = part::Judged::together(judged, &begun.shared_ignores());
    Ok(conclude(&begun, judged, parts))
}

/// The same; the projects are kept. The error says why nothing could be done.
pub(crate) fn survey(fs: &dyn FileSystem, options: &Options) -> Result<Survey, Refusal> {
    let begun = begin(fs, options)?;
    let parts = begun.parts()?;
    let (mut judged, mut kept, mut load_options) = (Vec::new(), Vec::new(), begun.load_options.clone());
    // All parts number their files among the same texts.
    let mut sources = begun.sources.clone();
    for tops in &parts.folders {
        let own = begun.part(tops, sources)?;
        let (mut of_part, workspace, imports) = own.read(tops)?.judge();
        sources = std::mem::take(&mut of_part.sources);
        judged.push(of_part);
        kept.push((workspace, imports));
        load_options.max_source = load_options.max_source.max(own.load_options.max_source);
        load_options.max_manifest = load_options.max_manifest.max(own.load_options.max_manifest);
    }
    let judged = part::Judged::joined(judged, sources, &begun.shared_ignores());
    let outcome = conclude(&begun, judged, parts);
    let Begun { asked, knowledge, .. } = begun;
    Ok(Survey { outcome, asked, parts: kept, knowledge, load_options })
}

impl Survey {
    /// The projects that were asked for, part by part in the order of their roots.
    pub(crate) fn asked_for(&self) -> Vec<Place> {
        let parts = self.parts.iter().enumerate();
        let of_part = |(part, (workspace, _)): (usize, &(Workspace, _))| {
            asked_for(&self.asked, workspace).into_iter().map(move |project| Place { part, project })
        };
        parts.flat_map(of_part).collect()
    }

    /// The project in `place`.
    pub(crate) fn project(&self, place: Place) -> Option<&Project> {
        self.parts.get(place.part)?.0.projects.get(place.project)
    }

    /// The Python files of the project in `place`.
    pub(crate) fn python_of(&self, place: Place) -> impl Iterator<Item = &PythonFile> {
        let workspace = self.parts.get(place.part).map(|(workspace, _)| workspace);
        let project = workspace.and_then(|workspace| Some((workspace, workspace.projects.get(place.project)?)));
        project.into_iter().flat_map(|(workspace, project)| workspace.python_of(project))
    }

    /// The modules that the project in `place` imports.
    pub(crate) fn modules(&self, place: Place) -> &[Module] {
        self.parts.get(place.part).map_or(&[], |(_, imports)| &imports.of_project(place.project).modules)
    }

    /// Whether Python files were read.
    pub(crate) fn source_read(&self) -> bool {
        self.parts.iter().any(|(workspace, _)| workspace.source_read)
    }

    /// Reads again what was dropped of `files`.
    pub(crate) fn reload(&mut self, fs: &dyn FileSystem, files: BTreeSet<FileId>) {
        load::reload(fs, &mut self.outcome.report.sources, files, &self.load_options);
    }
}

/// The projects that were asked for, by their places in [`Workspace::projects`], in the order of their roots.
pub(crate) fn asked_for(asked: &Asked, workspace: &Workspace) -> Vec<usize> {
    let shown = |project: &Project| {
        asked.shows(&project.root, true)
            || project.everything().any(|m| asked.shows(&m.path, false))
            || project.locks.iter().any(|lock| asked.shows(&lock.path, false))
            || workspace.python_of(project).any(|file| asked.shows(&file.path, false))
    };
    workspace.projects.iter().enumerate().filter(|(_, project)| shown(project)).map(|(at, _)| at).collect()
}

/// That a PATH cannot be looked at.
pub(crate) fn refuse_paths(unreachable: &[asked::Unreachable]) -> Refusal {
    let lines: Vec<String> = unreachable.iter().map(|u| format!("{}: {}", u.written, u.why)).collect();
    Refusal(lines.join("\n"))
}

/// How the folders `tops` are read where `main` is the configuration that decides.
fn load_options(
    options: &Options,
    main: Option<&Configured>,
    tops: &[String],
    asked: &Asked,
    knowledge: &Knowledge,
) -> LoadOptions {
    let limit = main.and_then(|c| c.settings.config.max_file_size.as_ref()).map(|limit| limit.value);
    let mut exclude = Vec::new();
    if let Some(main) = main {
        if main.file.is_some() {
            exclude.push((main.folder.clone(), main.settings.exclude.clone()));
        } else {
            // What is left out by default is so wherever it lies.
            let bases = tops.iter().cloned().chain([String::new()]);
            exclude.extend(bases.map(|base| (base, main.settings.exclude.clone())));
        }
        exclude.push((String::new(), main.settings.exclude_here.clone()));
    } else {
        exclude.push((String::new(), PathGlobs::new(DEFAULT_EXCLUDE.iter().copied()).unwrap_or_default()));
    }
    let answers = knowledge.rows().iter().flat_map(|row| &row.answers);
    let marks =
        answers.flat_map(|a| a.evidence.files.iter().cloned()).chain(load::kind_marks().map(str::to_owned)).collect();
    LoadOptions {
        walk: WalkOptions { no_gitignore: !options.gitignore, exclude, ..WalkOptions::default() },
        named: if options.force_exclude { Vec::new() } else { asked.files() },
        source: options.source,
        max_source: limit.unwrap_or(MAX_SOURCE),
        max_manifest: limit.unwrap_or(MAX_MANIFEST),
        parse: match options.purpose {
            Purpose::Show => Parse::Everything,
            Purpose::Judge | Purpose::Advise | Purpose::List => {
                let told =
                    |rule: &RuleCore| main.map_or(Some(Told::All), |main| Told::of(rule, knowledge, &main.settings));
                Parse::Where(rule::triggers::of(knowledge, told))
            }
        },
        vocabulary: rule::vocabulary::of(knowledge),
        marks,
        watched: rule::watched(knowledge),
    }
}

/// What is said of what was judged.
fn conclude(begun: &Begun<'_>, mut judged: part::Judged, parts: Parts) -> Outcome {
    let (options, asked) = (begun.options, &begun.asked);
    let sources = std::mem::take(&mut judged.sources);
    let is_asked = |d: &Diagnostic| match d.finding.at.file() {
        _ if d.rule == check::INTERNAL => true,
        Some(file) => {
            let labelled = |l: &Label| l.text == ALSO_DECLARED && asked.names(sources.path(l.span.file));
            asked.shows(sources.path(file), false)
                || d.finding.labels.iter().any(labelled)
                || d.category == Category::Configuration
        }
        None => asked.shows(if d.project == "." { "" } else { &d.project }, true),
    };
    let settings = begun.configurations.main().map(|configured| &configured.settings);
    let (mut shown, mut unshown, mut suggestions) = (Vec::new(), Vec::new(), 0);
    for (mut diagnostic, is_shown) in std::mem::take(&mut judged.diagnostics) {
        cut(&mut diagnostic.finding);
        let is_asked = is_asked(&diagnostic);
        suggestions += usize::from(is_asked && !is_shown && diagnostic.severity == Severity::Advice);
        if is_asked && is_shown { &mut shown } else { &mut unshown }.push(diagnostic);
    }
    let order = |d: &Diagnostic| {
        let path = d.finding.at.file().map(|file| sources.path(file).to_owned());
        (
            path,
            d.finding.at.span().map(|span| (span.extent.start, span.extent.end)),
            d.rule.clone(),
            d.finding.key.clone(),
        )
    };
    shown.sort_by_cached_key(order);
    // A file that two projects include is judged in each.
    let mut seen = BTreeSet::new();
    shown.retain(|d| seen.insert((d.rule.clone(), d.finding.at, d.finding.message.clone())));
    let (mut known, mut written) = (None, None);
    if let Some(baseline) = begun.configurations.baseline() {
        let parted = known::part(baseline, shown, &sources, options, asked, settings);
        shown = parted.new;
        unshown.extend(parted.known);
        (known, written) = (Some(parted.counts), parted.written);
    }
    let fail_on = settings.map(|s| s.fail_on).unwrap_or_default();
    let failed = shown.iter().any(|d| fail_on.fails(d.severity));
    let mut notes = parts.notes;
    notes.extend(judged.notes);
    notes.extend(asked.skipped.iter().map(|path| format!("{path}: left out: files of this sort are not read")));
    notes.extend(judged.opaque);
    let mut remarks: Vec<String> = nothing_found(asked, judged.has_manifest).into_iter().collect();
    remarks.extend(parts.remarks);
    let advisories = judged.advisories;
    remarks.extend(advisories.as_deref().and_then(|date| advised::remark(date, options.today)));
    let report = Report {
        sources,
        diagnostics: shown,
        fixed: None,
        knowledge: Dates {
            catalog: begun.knowledge.date().to_owned(),
            index: settings.map(|s| s.names.public().date().to_string()).unwrap_or_default(),
            advisories: advisories.unwrap_or_default(),
        },
        rules: Some(Arc::clone(&begun.knowledge)),
        files: judged.files_read,
        suggestions,
        baseline: known,
    };
    Outcome {
        report,
        unshown,
        tree: judged.tree,
        failed,
        misconfigured: judged.misconfigured,
        notes,
        remarks,
        files: judged.files.into_iter().collect(),
        settings: judged.listed,
        format: settings.and_then(|s| s.output_format.clone()),
        baseline: written,
    }
}

/// Cuts what a finding says where it is longer than anybody reads.
fn cut(finding: &mut Finding) {
    [&mut finding.message, &mut finding.label].into_iter().for_each(sanitise::cut);
    finding.labels.iter_mut().map(|label| &mut label.text).for_each(sanitise::cut);
    finding.fix.iter_mut().map(|fix| &mut fix.title).for_each(sanitise::cut);
    let lists = [&mut finding.help, &mut finding.notes, &mut finding.replacements, &mut finding.advisories];
    lists.into_iter().flatten().chain(&mut finding.package).for_each(sanitise::cut);
}

/// That there is no manifest, where there is none, or nothing else to look at.
pub(crate) fn nothing_found(asked: &Asked, has_manifest: bool) -> Option<String> {
    if asked.tops.is_empty() && !asked.skipped.is_empty() {
        return Some(format!("nothing to look at: files like {} are not read", asked.skipped.join(", ")));
    }
    if asked.tops.is_empty() || has_manifest {
        return None;
    }
    let places: Vec<&str> = asked.tops.iter().map(|top| path::shown(top)).collect();
    Some(format!(
        "no manifest in {}: looked for pyproject.toml, requirements*.txt, *.in, constraints*.txt, setup.py, setup.cfg, Pipfile, environment.yml, pixi.toml, scripts with a `# /// script` block",
        places.join(", ")
    ))
}
