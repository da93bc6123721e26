//! One part of a run: projects that are read and judged together, apart from all others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Begun, advised, ignores, listing};
use crate::check;
use crate::config::{ProjectKind, Settings};
use crate::diagnostic::Diagnostic;
use crate::imports::Imports;
use crate::knowledge::Knowledge;
use crate::lock;
use crate::manifest::Versions;
use crate::options::Purpose;
use crate::path;
use crate::project::load::{self, mentions};
use crate::project::{Kind, Pythons, PythonsBy, Workspace};
use crate::rule;
use crate::rule::coded::missing_companion;
use crate::settings::{Configurations, Configured, Refusal};
use crate::source::{FileId, Location, Sources};
use crate::suppress;

/// Projects, read and joined, before anything is judged.
pub(crate) struct Read<'a> {
    begun: &'a Begun<'a>,
    /// The projects.
    pub(crate) workspace: Workspace,
    /// The configurations that were found.
    configurations: Configurations<'a>,
    /// The configuration of each project, by its place among them.
    of_project: Vec<usize>,
}

/// What is left of a part once it was judged.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// The texts that were not dropped, and the paths of all files; after [`Judged::shrink`] the files that something is said
    /// about, with the texts of those with findings that are shown, and the configuration that comes first.
    pub(super) sources: Sources,
    /// What was found and nobody silenced, each with whether it is to be shown.
    pub(super) diagnostics: Vec<(Diagnostic, bool)>,
    /// Whether there is a manifest.
    pub(super) has_manifest: bool,
    /// Whether the configuration has faults, or the program failed over something.
    pub(super) misconfigured: bool,
    /// Every file that was read, where nothing is judged.
    pub(super) files: BTreeSet<String>,
    /// How many times a file was read.
    pub(super) files_read: usize,
    /// The files of the folders that were read, those that were not read as well; after [`Judged::shrink`] those with findings
    /// and the locks.
    pub(super) tree: Vec<Arc<str>>,
    /// What a curious user may want to know.
    pub(super) notes: Vec<String>,
    /// The same, of why nothing is said about missing tools.
    pub(super) opaque: Vec<String>,
    /// The day of the advisories, where a rule has asked for them.
    pub(super) advisories: Option<String>,
    /// The settings of the projects, where nothing is judged.
    pub(super) listed: String,
}

impl Begun<'_> {
    /// Reads the projects in the folders `tops`. The error says why that could not be done.
    pub(crate) fn read(&self, tops: &[String]) -> Result<Read<'_>, Refusal> {
        let mut configurations = self.configurations.clone();
        let mut workspace = load::load(self.fs, self.sources.clone(), tops, &self.load_options);
        let roots: Vec<String> = workspace.projects.iter().map(|project| project.root.clone()).collect();
        let mut of_project = Vec::new();
        for root in &roots {
            of_project.push(configurations.of(root, &self.knowledge, &mut workspace.sources)?);
        }
        apply_settings(&mut workspace, configurations.all(), &of_project);
        Ok(Read { begun: self, workspace, configurations, of_project })
    }
}

impl Read<'_> {
    /// The configuration of each project.
    fn settings(&self) -> Vec<&Settings> {
        let all = self.configurations.all();
        self.of_project.iter().filter_map(|at| Some(&all.get(*at)?.settings)).collect()
    }

    /// Judges the projects, where that is asked for. Gives what is left of that, the projects without their texts, and
    /// where the modules that they import come from.
    pub(super) fn judge(mut self) -> (Judged, Workspace, Imports) {
        let Begun { fs, options, asked, knowledge, load_options, .. } = self.begun;
        let judge = matches!(options.purpose, Purpose::Judge | Purpose::Advise);
        let mut imports = Imports::default();
        let found = if judge {
            let first = self.configurations.all().get(self.begun.deciding).map(|deciding| &deciding.settings);
            let wanted = rule::syntax::wanted(&self.workspace, knowledge, &self.settings(), first);
            load::look_for(*fs, &mut self.workspace, &wanted.0, load_options);
            let asks = |settings: &&Settings| rule::ASK_FOR_IMPORTS.iter().any(|rule| settings.selection.runs(rule));
            if options.purpose == Purpose::Advise || self.settings().iter().any(asks) {
                imports = self.imports();
            }
            self.companions();
            let untold = imports.untold(&self.workspace);
            self.workspace.notes.extend(untold);
            check::run(&self.workspace, knowledge, &self.settings(), &imports, options.today)
        } else {
            Vec::new()
        };
        let advisories = if judge { advised::date(&self.workspace, knowledge, &self.settings()) } else { None };
        let Read { mut workspace, configurations, of_project, .. } = self;
        let all = configurations.all();
        let listed = if judge { String::new() } else { listing::settings(&workspace, knowledge, all, &of_project) };
        let mut faults = configuration_faults(all, knowledge);
        faults.extend(check::of_faults(&workspace));
        load::reload(*fs, &mut workspace.sources, files_of(found.iter().flatten()), load_options);
        let (failed, found) = part_faults(found);
        faults.extend(failed);
        let diagnostics = ignores::leave(options, asked, &workspace, knowledge, all, &of_project, found);
        let mut diagnostics = advised::join(diagnostics);
        diagnostics.extend(faults.into_iter().map(|fault| (fault, true)));
        let is_failure = |rule: &str| matches!(rule, "unknown-rule" | check::INTERNAL);
        let misconfigured = all.iter().any(|configured| !configured.problems.is_empty())
            || diagnostics.iter().any(|(d, _)| is_failure(&d.rule));
        let judged = Judged {
            has_manifest: has_manifest(&workspace),
            misconfigured,
            files: if judge { BTreeSet::new() } else { files_read(&workspace) },
            files_read: workspace.files_read,
            opaque: opaque(&workspace),
            tree: std::mem::take(&mut workspace.files),
            notes: std::mem::take(&mut workspace.notes),
            sources: std::mem::take(&mut workspace.sources),
            diagnostics,
            advisories,
            listed,
        };
        (judged, workspace, imports)
    }

    /// Looks in the projects' texts for what may do what an application needs beside its requirements.
    fn companions(&mut self) {
        let asks = |settings: &&Settings| settings.selection.runs("missing-companion");
        if self.workspace.source_read && self.settings().iter().any(asks) {
            let words = missing_companion::words(&self.workspace, &self.begun.knowledge);
            mentions::look_for(self.begun.fs, &mut self.workspace, &words, &self.begun.load_options);
        }
    }

    /// Where the modules that the projects import come from. What could become a finding is looked at more closely: its
    /// files are read as syntax, and other texts are searched for requirements that nothing imports.
    pub(crate) fn imports(&mut self) -> Imports {
        if !self.workspace.source_read {
            return Imports::default();
        }
        let Begun { fs, options, knowledge, load_options, .. } = self.begun;
        let first = Imports::of(&self.workspace, knowledge, &self.settings());
        let words = check::words(&self.workspace, knowledge, &self.settings(), &first, options.today);
        mentions::look_for(*fs, &mut self.workspace, &words, load_options);
        let doubtful = self.doubtful_files(&first);
        if doubtful.is_empty() {
            return first;
        }
        load::look_closer(*fs, &mut self.workspace, &doubtful, load_options);
        first.looked_closer(&self.workspace, &doubtful)
    }

    /// The files whose syntax decides whether something is said of what they import: of findings, or of what fills the needs of
    /// the map.
    fn doubtful_files(&self, first: &Imports) -> BTreeSet<usize> {
        let Begun { options, knowledge, .. } = self.begun;
        if options.purpose == Purpose::Judge {
            return check::doubtful_files(&self.workspace, knowledge, &self.settings(), first, options.today);
        }
        let projects = self.workspace.projects.iter().enumerate();
        projects.flat_map(|(at, p)| Imports::with_importers(&self.workspace, p, first.doubtful_files(at))).collect()
    }
}

impl Judged {
    /// Keeps what something is said of, and what is asked of it: files with findings, and locks, by their names; the texts of
    /// those with findings that are shown. `configured` is kept as well, and goes first.
    pub(super) fn shrink(&mut self, configured: Option<FileId>) {
        let mut shown = files_of(self.diagnostics.iter().filter(|(_, is_shown)| *is_shown).map(|(d, _)| d));
        shown.extend(configured);
        self.sources.drop_texts(|file| !shown.contains(&file));
        let mut said = files_of(self.diagnostics.iter().map(|(diagnostic, _)| diagnostic));
        said.extend(configured);
        let mut kept = Sources::default();
        let numbers = kept.absorb(std::mem::take(&mut self.sources), |file| said.contains(&file));
        self.renumber(&numbers);
        self.tree.retain(|path| kept.find(path).is_some() || lock::format_of(path).is_some());
        self.tree.shrink_to_fit();
        self.sources = kept;
    }

    fn renumber(&mut self, numbers: &[Option<FileId>]) {
        for (diagnostic, _) in &mut self.diagnostics {
            diagnostic.finding.renumber(|file| file.among(numbers));
        }
    }

    /// All parts as one. Of the ignores at the places `shared`, in a configuration that all of them are held against, one is
    /// unused where it is so in each.
    pub(super) fn together(mut parts: Vec<Self>, shared: &BTreeSet<Location>) -> Self {
        let mut sources = Sources::default();
        for part in &mut parts {
            let numbers = sources.absorb(std::mem::take(&mut part.sources), |_| true);
            part.renumber(&numbers);
        }
        Self::joined(parts, sources, shared)
    }

    /// The same where all of them have numbered their files among `sources`.
    pub(super) fn joined(parts: Vec<Self>, sources: Sources, shared: &BTreeSet<Location>) -> Self {
        let count = parts.len();
        let mut parts = parts.into_iter();
        let Some(mut all) = parts.next() else { return Self::default() };
        all.sources = sources;
        for part in parts {
            all.diagnostics.extend(part.diagnostics);
            all.has_manifest |= part.has_manifest;
            all.misconfigured |= part.misconfigured;
            all.files.extend(part.files);
            all.files_read += part.files_read;
            all.tree.extend(part.tree);
            all.notes.extend(part.notes);
            all.opaque.extend(part.opaque);
            all.advisories = all.advisories.or(part.advisories);
            all.listed.push_str(&part.listed);
        }
        if count > 1 {
            all.keep_what_all_say(shared, count);
        }
        all
    }

    /// Keeps of the unused ignores at the places `shared` those of which all `count` parts say so.
    fn keep_what_all_say(&mut self, shared: &BTreeSet<Location>, count: usize) {
        let is_one = |d: &Diagnostic| d.rule == suppress::UNUSED && shared.contains(&d.finding.at);
        let mut said: BTreeMap<(Location, String), usize> = BTreeMap::new();
        for (diagnostic, _) in self.diagnostics.iter().filter(|(d, _)| is_one(d)) {
            *said.entry((diagnostic.finding.at, diagnostic.finding.message.clone())).or_default() += 1;
        }
        self.diagnostics.retain(|(d, _)| {
            !is_one(d) || said.get(&(d.finding.at, d.finding.message.clone())).is_some_and(|times| *times == count)
        });
    }
}

/// Whether there is a manifest in the projects.
pub(crate) fn has_manifest(workspace: &Workspace) -> bool {
    workspace.projects.iter().any(|project| project.everything().next().is_some())
}

/// The paths of what was read.
fn files_read(workspace: &Workspace) -> BTreeSet<String> {
    let projects = || workspace.projects.iter();
    projects()
        .flat_map(|p| p.everything().map(|m| m.path.clone()))
        .chain(projects().flat_map(|p| p.own_locks().map(|lock| lock.path.clone())))
        .chain(workspace.evidence.iter().map(|e| e.path.clone()))
        .chain(workspace.python.iter().map(|p| p.path.to_string()))
        .collect()
}

/// Why nothing is said about missing tools, each place once.
fn opaque(workspace: &Workspace) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = workspace.projects.iter().flat_map(|project| &project.tools.opaque);
    let told = all.filter_map(|(why, at)| {
        let place = at.file().map_or("", |file| workspace.sources.path(file));
        let note = || format!("{place}: tools may come from {why}: nothing is said about missing ones");
        seen.insert((place, why)).then(note)
    });
    told.collect()
}

/// What a project's configuration says about the project itself.
fn apply_settings(workspace: &mut Workspace, all: &[Arc<Configured>], of_project: &[usize]) {
    for (project, configured) in workspace.projects.iter_mut().zip(of_project.iter().filter_map(|at| all.get(*at))) {
        let settings = &configured.settings;
        if let Some(kind) = &settings.config.project_kind {
            project.kind = match kind.value {
                ProjectKind::Application => Kind::Application,
                ProjectKind::Library => Kind::Library,
                ProjectKind::Scripts => Kind::Scripts,
            };
        }
        if let Some(python) = &settings.config.python
            && let Some(versions) = Versions::parse_python(&python.value)
        {
            let at = configured.file.map_or(Location::Project, |file| file.locate(Some(python.at)));
            project.pythons = Some(Pythons { versions, shown: python.value.clone(), at, by: PythonsBy::Declaration });
        }
    }
}

/// The faults of configuration files as diagnostics. They cannot be switched off.
fn configuration_faults(all: &[Arc<Configured>], knowledge: &Knowledge) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for configured in all {
        let Some(file) = configured.file else { continue };
        for problem in &configured.problems {
            let Some(rule) = knowledge.rule(problem.rule) else { continue };
            let project = path::shown(&configured.folder).to_owned();
            faults.push(check::of_rule(rule, rule::finding_of(problem, file), project, &configured.settings));
        }
    }
    faults
}

/// The faults of the program itself, and the rest for each project.
fn part_faults(judged: Vec<Vec<Diagnostic>>) -> (Vec<Diagnostic>, Vec<Vec<Diagnostic>>) {
    let mut faults = Vec::new();
    let rest = judged.into_iter().map(|of_project| {
        let (failed, rest): (Vec<_>, _) = of_project.into_iter().partition(|d| d.rule == check::INTERNAL);
        faults.extend(failed);
        rest
    });
    let rest = rest.collect();
    (faults, rest)
}

/// The files that diagnostics point at, or would change.
fn files_of<'a>(diagnostics: impl Iterator<Item = &'a Diagnostic> + Clone) -> BTreeSet<FileId> {
    let labels = diagnostics.clone().flat_map(|d| d.finding.labels.iter().map(|label| label.span.file));
    let edits = diagnostics.clone().flat_map(|d| d.finding.fix.iter().flat_map(|fix| &fix.edits));
    let edits = edits.map(|edit| edit.span.file);
    diagnostics.filter_map(|d| d.finding.at.file()).chain(labels).chain(edits).collect()
}
