//! A lint run from start to end.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::asked::{self, Asked};
use crate::check;
use crate::config::{DEFAULT_EXCLUDE, PathGlobs, ProjectKind, Settings};
use crate::diagnostic::{ALSO_DECLARED, Category, Diagnostic, Finding, Label, Severity};
use crate::fs::{FileSystem, WalkOptions};
use crate::imports::{Imports, idle};
use crate::knowledge::Knowledge;
use crate::manifest::Versions;
use crate::options::{Options, Purpose};
use crate::output::sanitise;
use crate::path;
use crate::project::load::{self, LoadOptions, Parse, mentions};
use crate::project::{Kind, Project, Pythons, PythonsBy, Workspace};
use crate::report::{Dates, Report};
use crate::rule;
use crate::rule::coded::missing_companion;
use crate::settings::{Configurations, Configured, Refusal};
use crate::source::{FileId, Location, Sources};

mod advised;
mod ignores;
mod known;
mod listing;

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
    /// The files of the folders that were read, those that were not read as well: none that git or the configuration
    /// leaves out.
    pub tree: Vec<String>,
    /// Whether findings fail the run, by `fail-on`.
    pub failed: bool,
    /// Whether the configuration has faults, or the program failed over a part, so that the run could not do its job.
    pub misconfigured: bool,
    /// What a curious user may want to know.
    pub notes: Vec<String>,
    /// What should be said in any case: that there was nothing to read.
    pub remarks: Vec<String>,
    /// Every file that was read, in the order of paths.
    pub files: Vec<String>,
    /// What holds for each project, as text, where nothing is judged.
    pub settings: String,
    /// The format that the configuration or the command line asks for.
    pub format: Option<String>,
    /// The baseline to be written: its path relative to the working directory, and its text.
    pub baseline: Option<(String, String)>,
}

/// What was asked for, read and joined, before anything is judged.
pub(crate) struct Read<'a> {
    /// What the PATHs mean.
    pub(crate) asked: Asked,
    /// The projects.
    pub(crate) workspace: Workspace,
    /// What is known of the ecosystem, with what the configuration adds.
    pub(crate) knowledge: Knowledge,
    /// The configurations that were found.
    configurations: Configurations<'a>,
    /// The configuration of each project, by its place among them.
    of_project: Vec<usize>,
    /// How files were read.
    pub(crate) load_options: LoadOptions,
}

/// Reads what `options` asks for. The error says why nothing could be done.
pub(crate) fn read<'a>(fs: &'a dyn FileSystem, options: &'a Options) -> Result<Read<'a>, Refusal> {
    let asked = asked::resolve(fs, &options.paths).map_err(|unreachable| refuse_paths(&unreachable))?;
    let mut sources = Sources::default();
    // Advice is about projects, not about a part of one.
    let asked = if options.purpose == Purpose::Advise { asked.whole() } else { asked };
    let (mut configurations, knowledge) = Configurations::first(fs, options, &asked, &mut sources)?;
    let load_options = load_options(options, configurations.main(), &asked, &knowledge);
    let asked = asked.without_excluded(options.force_exclude, &load_options.walk);
    let mut workspace = load::load(fs, sources, &asked.tops, &load_options);

    let roots: Vec<String> = workspace.projects.iter().map(|project| project.root.clone()).collect();
    let mut of_project = Vec::new();
    for root in &roots {
        of_project.push(configurations.of(root, &knowledge, &mut workspace.sources)?);
    }
    apply_settings(&mut workspace, configurations.all(), &of_project);
    Ok(Read { asked, workspace, knowledge, configurations, of_project, load_options })
}

impl Read<'_> {
    /// The configuration of each project.
    fn settings(&self) -> Vec<&Settings> {
        let all = self.configurations.all();
        self.of_project.iter().filter_map(|at| Some(&all.get(*at)?.settings)).collect()
    }

    /// Looks in the projects' texts for what may do what an application needs beside its requirements.
    fn companions(&mut self, fs: &dyn FileSystem) {
        let asks = |settings: &&Settings| settings.selection.runs("missing-companion");
        if self.workspace.source_read && self.settings().iter().any(asks) {
            let words = missing_companion::words(&self.workspace, &self.knowledge);
            mentions::look_for(fs, &mut self.workspace, &words, &self.load_options);
        }
    }

    /// Where the modules that the projects import come from. What could become a finding is looked at more closely: its
    /// files are read as syntax, and other texts are searched for requirements that nothing imports.
    pub(crate) fn imports(&mut self, fs: &dyn FileSystem) -> Imports {
        if !self.workspace.source_read {
            return Imports::default();
        }
        let first = Imports::of(&self.workspace, &self.knowledge, &self.settings());
        let words = idle::words(&self.workspace, &self.knowledge, &first);
        mentions::look_for(fs, &mut self.workspace, &words, &self.load_options);
        let doubtful = first.doubtful_files(&self.workspace);
        if doubtful.is_empty() {
            return first;
        }
        load::look_closer(fs, &mut self.workspace, &doubtful, &self.load_options);
        let has_one = |(_, project): &(usize, &Project)| project.python.iter().any(|file| doubtful.contains(file));
        let changed = self.workspace.projects.iter().enumerate().filter(has_one).map(|(at, _)| at).collect();
        first.again(&self.workspace, &self.knowledge, &self.settings(), &changed)
    }
}

/// A lint run with all that it was made of, for what tells more of projects than findings.
pub(crate) struct Survey {
    /// What the run gives. The texts of the workspace are in its report.
    pub(crate) outcome: Outcome,
    /// What the PATHs mean.
    pub(crate) asked: Asked,
    /// The projects, without their texts.
    pub(crate) workspace: Workspace,
    /// Where the modules that they import come from.
    pub(crate) imports: Imports,
    /// What is known of the ecosystem.
    pub(crate) knowledge: Arc<Knowledge>,
    /// How files were read.
    pub(crate) load_options: LoadOptions,
}

/// Lints what `options` asks for. The error says why nothing could be done.
pub fn lint(fs: &dyn FileSystem, options: &Options) -> Result<Outcome, Refusal> {
    survey(fs, options).map(|survey| survey.outcome)
}

/// Reads, judges and concludes. The error says why nothing could be done.
pub(crate) fn survey(fs: &dyn FileSystem, options: &Options) -> Result<Survey, Refusal> {
    let mut read = read(fs, options)?;
    let judge = matches!(options.purpose, Purpose::Judge | Purpose::Advise);
    let mut imports = Imports::default();
    let judged = if judge {
        let first = read.configurations.main().map(|main| &main.settings);
        let wanted = rule::syntax::wanted(&read.workspace, &read.knowledge, &read.settings(), first);
        load::look_for(fs, &mut read.workspace, &wanted.0, &read.load_options);
        let asks = |settings: &&Settings| rule::ASK_FOR_IMPORTS.iter().any(|rule| settings.selection.runs(rule));
        if options.purpose == Purpose::Advise || read.settings().iter().any(asks) {
            imports = read.imports(fs);
        }
        read.companions(fs);
        let untold = imports.untold(&read.workspace);
        read.workspace.notes.extend(untold);
        check::run(&read.workspace, &read.knowledge, &read.settings(), &imports, options.today)
    } else {
        Vec::new()
    };
    let advisories = if judge { advised::date(&read.workspace, &read.knowledge, &read.settings()) } else { None };
    let Read { asked, mut workspace, knowledge, configurations, of_project, load_options } = read;
    let all = configurations.all();
    let listed = if judge { String::new() } else { listing::settings(&workspace, &knowledge, all, &of_project) };
    let misconfigured = all.iter().any(|configured| !configured.problems.is_empty());
    let mut faults = configuration_faults(all, &knowledge);
    faults.extend(check::of_faults(&workspace));
    load::reload(fs, &mut workspace.sources, files_of(judged.iter().flatten()), &load_options);
    let (failed, judged) = part_faults(judged);
    faults.extend(failed);
    let diagnostics = ignores::leave(options, &asked, &workspace, &knowledge, all, &of_project, judged);
    let mut diagnostics = advised::join(diagnostics);
    diagnostics.extend(faults.into_iter().map(|fault| (fault, true)));
    let is_failure = |rule: &str| matches!(rule, "unknown-rule" | check::INTERNAL);
    let misconfigured = misconfigured || diagnostics.iter().any(|(d, _)| is_failure(&d.rule));
    let knowledge = Arc::new(knowledge);
    let mut outcome = conclude(options, &asked, &mut workspace, &knowledge, &configurations, diagnostics);
    outcome.misconfigured |= misconfigured;
    outcome.settings = listed;
    outcome.report.rules = Some(Arc::clone(&knowledge));
    if let Some(date) = advisories {
        outcome.remarks.extend(advised::remark(&date, options.today));
        outcome.report.knowledge.advisories = date;
    }
    Ok(Survey { outcome, asked, workspace, imports, knowledge, load_options })
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

fn load_options(options: &Options, main: Option<&Configured>, asked: &Asked, knowledge: &Knowledge) -> LoadOptions {
    let limit = main.and_then(|c| c.settings.config.max_file_size.as_ref()).map(|limit| limit.value);
    let mut exclude = Vec::new();
    if let Some(main) = main {
        if main.file.is_some() {
            exclude.push((main.folder.clone(), main.settings.exclude.clone()));
        } else {
            // What is left out by default is so wherever it lies.
            let bases = asked.tops.iter().cloned().chain([String::new()]);
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
        walk: WalkOptions { no_gitignore: !options.gitignore, within_repositories: false, exclude },
        named: if options.force_exclude { Vec::new() } else { asked.files() },
        source: options.source,
        max_source: limit.unwrap_or(MAX_SOURCE),
        max_manifest: limit.unwrap_or(MAX_MANIFEST),
        parse: match options.purpose {
            Purpose::Show => Parse::Everything,
            Purpose::Judge | Purpose::Advise | Purpose::List => {
                let runs = |rule: &str| main.is_none_or(|main| main.settings.selection.runs(rule));
                Parse::Where(rule::triggers::of(knowledge, runs))
            }
        },
        marks,
        watched: rule::watched(knowledge),
    }
}

/// What a project's configuration says about the project itself.
fn apply_settings(workspace: &mut Workspace, all: &[Configured], of_project: &[usize]) {
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
fn configuration_faults(all: &[Configured], knowledge: &Knowledge) -> Vec<Diagnostic> {
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

/// What is said of what was judged. Takes the texts and the notes out of the workspace.
fn conclude(
    options: &Options,
    asked: &Asked,
    workspace: &mut Workspace,
    knowledge: &Knowledge,
    configurations: &Configurations<'_>,
    diagnostics: Vec<(Diagnostic, bool)>,
) -> Outcome {
    let main = configurations.main();
    let remarks = nothing_found(asked, workspace).into_iter().collect();
    let sources = std::mem::take(&mut workspace.sources);
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
    let settings = main.map(|configured| &configured.settings);
    let (mut shown, mut unshown, mut suggestions) = (Vec::new(), Vec::new(), 0);
    for (mut diagnostic, is_shown) in diagnostics {
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
    if let Some(baseline) = configurations.baseline() {
        let parted = known::part(baseline, shown, &sources, options, asked, settings);
        shown = parted.new;
        unshown.extend(parted.known);
        (known, written) = (Some(parted.counts), parted.written);
    }
    let fail_on = settings.map(|s| s.fail_on).unwrap_or_default();
    let failed = shown.iter().any(|d| fail_on.fails(d.severity));
    let files: BTreeSet<String> = workspace
        .projects
        .iter()
        .flat_map(|p| p.everything().map(|m| m.path.clone()))
        .chain(workspace.projects.iter().flat_map(|p| p.own_locks().map(|lock| lock.path.clone())))
        .chain(workspace.evidence.iter().map(|e| e.path.clone()))
        .chain(workspace.python.iter().map(|p| p.path.clone()))
        .collect();
    let mut notes = std::mem::take(&mut workspace.notes);
    notes.extend(asked.skipped.iter().map(|path| format!("{path}: left out: files of this sort are not read")));
    let mut opaque = BTreeSet::new();
    for project in &workspace.projects {
        for (why, at) in &project.tools.opaque {
            let place = at.file().map_or("", |file| sources.path(file));
            if opaque.insert((place, why)) {
                notes.push(format!("{place}: tools may come from {why}: nothing is said about missing ones"));
            }
        }
    }
    let report = Report {
        sources,
        diagnostics: shown,
        fixed: None,
        knowledge: Dates {
            catalog: knowledge.date().to_owned(),
            index: settings.map(|s| s.names.public().date().to_string()).unwrap_or_default(),
            ..Dates::default()
        },
        rules: None,
        files: workspace.files_read,
        suggestions,
        baseline: known,
    };
    let format = settings.and_then(|s| s.output_format.clone());
    let files = files.into_iter().collect();
    let tree = std::mem::take(&mut workspace.files);
    Outcome {
        report,
        unshown,
        tree,
        failed,
        misconfigured: false,
        notes,
        remarks,
        files,
        settings: String::new(),
        format,
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

/// That there is no manifest, where there is none.
pub(crate) fn nothing_found(asked: &Asked, workspace: &Workspace) -> Option<String> {
    if asked.tops.is_empty() && !asked.skipped.is_empty() {
        return Some(format!("nothing to look at: files like {} are not read", asked.skipped.join(", ")));
    }
    if asked.tops.is_empty() || workspace.projects.iter().any(|p| p.everything().next().is_some()) {
        return None;
    }
    let places: Vec<&str> = asked.tops.iter().map(|top| path::shown(top)).collect();
    Some(format!(
        "no manifest in {}: looked for pyproject.toml, requirements*.txt, *.in, constraints*.txt, setup.py, setup.cfg, Pipfile, environment.yml, pixi.toml, scripts with a `# /// script` block",
        places.join(", ")
    ))
}
