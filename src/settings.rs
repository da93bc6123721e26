//! Configuration files: finding the one that counts for a folder, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::asked::Asked;
use crate::baseline::{self, Baseline};
use crate::config::{BasedPath, Config, Known, Settings, Table};
use crate::decode;
use crate::diagnostic::Problem;
use crate::fs::{FileSystem, Kind, ReadError, WalkOptions};
use crate::knowledge::advisories::{Advisories, dump};
use crate::knowledge::index::{Index, Names};
use crate::knowledge::{Knowledge, load};
use crate::options::{Options, Purpose};
use crate::path;
use crate::project::load::repository;
use crate::select::Rules;
use crate::source::{FileId, Location, Sources};

/// The most bytes of a configuration file.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The most bytes of an index of names.
const MAX_INDEX: u64 = 512 * 1024 * 1024;

/// A configuration file, or the lack of one.
#[derive(Debug)]
pub struct Configured {
    /// The file; nothing where there is none.
    pub file: Option<FileId>,
    /// The folder that its paths are relative to.
    pub folder: String,
    /// What follows from it and the command line.
    pub settings: Settings,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Configured {
    /// Where the entries of `ignores` stand, and the rules that they name.
    pub fn ignores(&self) -> BTreeSet<Location> {
        let Some(file) = self.file else { return BTreeSet::new() };
        let ignores = self.settings.config.ignores.iter();
        let places = ignores.flat_map(|ignore| ignore.rules.iter().map(|rule| rule.at).chain([ignore.at]));
        places.map(|at| file.locate(Some(at))).collect()
    }
}

/// A fault of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// The configurations of a run, by folder. A clone goes on from what was found before.
#[derive(Debug, Clone)]
pub struct Configurations<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    found: Vec<Arc<Configured>>,
    by_folder: BTreeMap<String, usize>,
    /// Indexes of names by path, or why they cannot be used.
    indexes: BTreeMap<String, Result<Names, String>>,
    /// The findings that are known already.
    baseline: Option<Arc<Baseline>>,
}

/// A configuration file that was read, before it is held against the rules.
struct Read {
    path: String,
    text: Arc<str>,
    config: Config,
    problems: Vec<Problem>,
}

/// What the program knows together with what the configuration of the working directory adds, or the one that `options`
/// names; and what is wrong with that, a line each.
pub fn knowledge(fs: &dyn FileSystem, options: &Options) -> Result<(Knowledge, Vec<String>), Refusal> {
    let all = Configurations::new(fs, options);
    let Some(read) = all.closest("")? else { return Ok((Knowledge::embedded(), Vec::new())) };
    let (knowledge, mistakes) = extended(fs, &read);
    let told = mistakes.into_iter().map(|mistake| format!("{}: {}", read.path, mistake.message));
    Ok((knowledge, told.collect()))
}

impl<'a> Configurations<'a> {
    fn new(fs: &'a dyn FileSystem, options: &'a Options) -> Self {
        Self { fs, options, found: Vec::new(), by_folder: BTreeMap::new(), indexes: BTreeMap::new(), baseline: None }
    }

    /// The configuration of the first top decides about what concerns the whole run: it comes first. Gives the
    /// knowledge with the user's own rules and facts.
    pub fn first(
        fs: &'a dyn FileSystem,
        options: &'a Options,
        asked: &Asked,
        sources: &mut Sources,
    ) -> Result<(Self, Knowledge), Refusal> {
        let mut all = Self::new(fs, options);
        let top = asked.tops.first().map_or("", String::as_str);
        let read = all.closest(top)?;
        let (mut knowledge, mut mistakes) = match &read {
            Some(read) => extended(fs, read),
            None => (Knowledge::embedded(), Vec::new()),
        };
        if matches!(options.purpose, Purpose::Judge | Purpose::Advise) {
            match advisories(fs, options, read.as_ref())? {
                Some(Ok(advisories)) => knowledge = knowledge.with_advisories(advisories),
                Some(Err(problem)) => mistakes.push(problem),
                None => {}
            }
        }
        // Advice is about all that is there.
        if options.purpose == Purpose::Judge {
            match baseline(fs, options, read.as_ref(), top)? {
                Ok(baseline) => all.baseline = baseline.map(Arc::new),
                Err(problem) => mistakes.push(problem),
            }
        }
        // What the command line asks for may be missing for what is wrong with the configuration.
        let told: Vec<String> = mistakes.iter().map(|mistake| mistake.message.clone()).collect();
        let kept = all.keep(read, &knowledge, sources, mistakes);
        let folder = kept.map_err(|Refusal(why)| Refusal([vec![why], told].concat().join("\n")))?;
        all.by_folder.insert(top.to_owned(), folder);
        Ok((all, knowledge))
    }

    /// The configuration that counts for `folder`, by its place among [`Self::all`].
    pub fn of(&mut self, folder: &str, knowledge: &Knowledge, sources: &mut Sources) -> Result<usize, Refusal> {
        if let Some(at) = self.by_folder.get(folder) {
            return Ok(*at);
        }
        if self.options.config.is_some() || self.options.isolated {
            return Ok(0);
        }
        let at = match self.closest(folder)? {
            Some(read) => {
                if let Some(at) =
                    sources.find(&read.path).and_then(|id| self.found.iter().position(|c| c.file == Some(id)))
                {
                    at
                } else {
                    let mistakes = not_of_the_first(&read.config, self.options);
                    self.keep(Some(read), knowledge, sources, mistakes)?
                }
            }
            None => match self.found.iter().position(|c| c.file.is_none()) {
                Some(at) => at,
                None => self.keep(None, knowledge, sources, Vec::new())?,
            },
        };
        self.by_folder.insert(folder.to_owned(), at);
        Ok(at)
    }

    /// The findings that are known already, where a file records them or is to.
    pub fn baseline(&self) -> Option<&Baseline> {
        self.baseline.as_deref()
    }

    /// Every configuration, the first top's first.
    pub fn all(&self) -> &[Arc<Configured>] {
        &self.found
    }

    /// The configuration of the first top.
    pub fn main(&self) -> Option<&Configured> {
        self.found.first().map(Arc::as_ref)
    }

    fn keep(
        &mut self,
        read: Option<Read>,
        knowledge: &Knowledge,
        sources: &mut Sources,
        mistakes: Vec<Problem>,
    ) -> Result<usize, Refusal> {
        let rules = Rules::new(knowledge.rules());
        let formats: Vec<&str> = crate::output::FORMATS.iter().map(|f| f.name).collect();
        let mut configured = match read {
            None => {
                let settings = self.join(Config::default(), &rules)?;
                Configured { file: None, folder: String::new(), settings, problems: Vec::new() }
            }
            Some(read) => {
                let mut problems = read.problems;
                problems.extend(read.config.check(&Known { rules: &rules, formats: &formats }));
                problems.extend(mistakes);
                let file = sources.add(&read.path, Some(read.text));
                let settings = self.join(read.config, &rules)?;
                Configured { file: Some(file), folder: path::folder(&read.path).to_owned(), settings, problems }
            }
        };
        self.open_index(&mut configured)?;
        self.found.push(Arc::new(configured));
        Ok(self.found.len() - 1)
    }

    /// Reads the index of names that the settings ask for.
    fn open_index(&mut self, configured: &mut Configured) -> Result<(), Refusal> {
        match configured.settings.index.clone() {
            None => {}
            Some(BasedPath::WorkingDirectory(path)) => match self.names_in(path::join("", &path)) {
                Ok(names) => configured.settings.names = names,
                Err(why) => return Err(Refusal(format!("--index: {path}: {why}"))),
            },
            Some(BasedPath::Configuration(path)) => match self.names_in(path::join(&configured.folder, &path)) {
                Ok(names) => configured.settings.names = names,
                Err(why) => {
                    let at = configured.settings.config.index.as_ref().map(|index| index.at);
                    let problem = Problem::whole("invalid-configuration", format!("`{path}` cannot be used: {why}"));
                    configured.problems.push(Problem { at, ..problem });
                }
            },
        }
        Ok(())
    }

    fn names_in(&mut self, path: String) -> Result<Names, String> {
        let fs = self.fs;
        let read = |path: &str| {
            let bytes = fs.read(path, MAX_INDEX).map_err(|error| reason(&error, "a package index"))?;
            let index = Index::read(bytes).map_err(|fault| fault.to_string())?;
            Ok(Names::with(Arc::new(index)))
        };
        self.indexes.entry(path).or_insert_with_key(|path| read(path)).clone()
    }

    fn join(&self, config: Config, rules: &Rules<'_>) -> Result<Settings, Refusal> {
        let (settings, errors) = Settings::new(config, &self.options.overrides, rules);
        match errors.first() {
            None => Ok(settings),
            Some(error) => {
                let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
                Err(Refusal(format!("{}: {}{help}", error.option, error.message)))
            }
        }
    }

    /// The closest configuration file at or above `folder`, up to the repository's root.
    fn closest(&self, folder: &str) -> Result<Option<Read>, Refusal> {
        if let Some(given) = &self.options.config {
            let path = path::join("", given);
            let table = if path::name(&path) == "pyproject.toml" { Table::PyprojectTool } else { Table::Own };
            return match self.read(&path, table) {
                Ok(Some(read)) => Ok(Some(read)),
                Ok(None) => Err(Refusal(format!("--config: {given} has no table `[tool.pyeco-lint]`"))),
                Err(why) => Err(Refusal(format!("--config: {given}: {why}"))),
            };
        }
        if self.options.isolated {
            return Ok(None);
        }
        let bound = repository(self.fs, folder);
        let mut at = folder.to_owned();
        loop {
            for (name, table) in [
                ("pyeco-lint.toml", Table::Own),
                (".pyeco-lint.toml", Table::Own),
                ("pyproject.toml", Table::PyprojectTool),
            ] {
                let path = path::join(&at, name);
                if self.fs.kind(&path) != Some(Kind::File) {
                    continue;
                }
                match self.read(&path, table) {
                    Ok(Some(read)) => return Ok(Some(read)),
                    Ok(None) => {}
                    // A pyproject.toml that cannot be read is a finding about the project; our own file is needed.
                    Err(_) if table == Table::PyprojectTool => {}
                    Err(why) => return Err(Refusal(format!("{path}: {why}"))),
                }
            }
            let is_bound = bound.as_ref().map_or(at.is_empty(), |bound| *bound == at);
            match path::parent(&at) {
                Some(parent) if !is_bound && (bound.is_some() || !path::is_absolute(&at) && !at.starts_with("..")) => {
                    at = parent;
                }
                _ => return Ok(None),
            }
        }
    }

    fn read(&self, path: &str, table: Table) -> Result<Option<Read>, String> {
        let bytes = self.fs.read(path, MAX_BYTES).map_err(|error| reason(&error, "a configuration"))?;
        // Most projects have no table of ours: spare them the second reading of their pyproject.toml.
        if table == Table::PyprojectTool && !contains(&bytes, b"pyeco-lint") {
            return Ok(None);
        }
        let text = decode::utf8(&bytes).map_err(|problem| problem.message)?;
        let (config, problems) = crate::config::read(&text, table);
        Ok(config.map(|config| Read { path: path.to_owned(), text: Arc::from(text), config, problems }))
    }
}

/// The advisories that the command line names, or else the configuration: then a fault is one of that file.
fn advisories(
    fs: &dyn FileSystem,
    options: &Options,
    read: Option<&Read>,
) -> Result<Option<Result<Advisories, Problem>>, Refusal> {
    if let Some(given) = &options.overrides.advisories {
        let advisories = dump::read(fs, &path::join("", given));
        return advisories
            .map(|advisories| Some(Ok(advisories)))
            .map_err(|why| Refusal(format!("--advisories: {why}")));
    }
    Ok(read.and_then(|read| {
        let entry = read.config.advisories.as_ref()?;
        let advisories = dump::read(fs, &path::join(path::folder(&read.path), entry));
        Some(advisories.map_err(|why| Problem::new("invalid-configuration", entry.at, why)))
    }))
}

/// The baseline that the command line, or else the configuration, names; else the one that lies beside the configuration, or
/// in the first folder that was asked for. A fault of the command line refuses the run, one of the configuration is a problem
/// of it. One that is to be written need not be there.
fn baseline(
    fs: &dyn FileSystem,
    options: &Options,
    read: Option<&Read>,
    top: &str,
) -> Result<Result<Option<Baseline>, Problem>, Refusal> {
    let entry = read.and_then(|read| read.config.baseline.as_ref());
    let folder = read.map_or(top, |read| path::folder(&read.path));
    let (path, is_named) = match (&options.overrides.baseline, entry) {
        (Some(given), _) => (path::join("", given), true),
        (None, Some(entry)) => (path::join(folder, entry), true),
        (None, None) if options.isolated && !options.write_baseline => return Ok(Ok(None)),
        (None, None) => (path::join(folder, baseline::NAME), false),
    };
    let loaded = match fs.read(&path, baseline::MAX_BYTES) {
        Err(ReadError::Missing) if options.write_baseline => Ok(Some(Baseline::empty(&path))),
        Err(ReadError::Missing) if !is_named => Ok(None),
        Err(ReadError::Missing) => Err("there is no such file: `--write-baseline` makes it".to_owned()),
        Err(error) => Err(reason(&error, "a baseline")),
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            Baseline::read(&text, &path, &options.here).map(Some)
        }
    };
    match (loaded, entry) {
        (Ok(baseline), _) => Ok(Ok(baseline)),
        (Err(why), Some(entry)) if options.overrides.baseline.is_none() => {
            Ok(Err(Problem::new("invalid-configuration", entry.at, format!("{path}: {why}"))))
        }
        (Err(why), _) => Err(Refusal(format!("{path}: {why}"))),
    }
}

/// What a configuration says that concerns the whole run, and counts in that of the first PATH alone.
fn not_of_the_first(config: &Config, options: &Options) -> Vec<Problem> {
    let rules = config.extend_rules.first().map(|entry| ("extend-rules", entry.at));
    let counts = options.overrides.advisories.is_none();
    let advisories = config.advisories.as_ref().filter(|_| counts).map(|entry| ("advisories", entry.at));
    let all = rules.into_iter().chain(advisories);
    let problem = |(key, at)| {
        let message = format!("`{key}` counts in the configuration of the first PATH alone");
        Problem::new("invalid-configuration", at, message).help("move it there")
    };
    all.map(problem).collect()
}

/// Why a file that should be `kind` cannot be read.
fn reason(error: &ReadError, kind: &str) -> String {
    match error {
        ReadError::Missing => "there is no such file".to_owned(),
        ReadError::NotAFile => "this is not a file".to_owned(),
        ReadError::TooLarge { .. } => format!("the file is too large for {kind}"),
        ReadError::Refused(why) => format!("the file cannot be read: {why}"),
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// The knowledge with the rules and facts that `extend-rules` names, and what is wrong with those.
fn extended(fs: &dyn FileSystem, read: &Read) -> (Knowledge, Vec<Problem>) {
    let mut files: Vec<(String, String)> = Vec::new();
    let mut problems = Vec::new();
    for entry in &read.config.extend_rules {
        let path = path::join(path::folder(&read.path), entry);
        let found = match fs.kind(&path) {
            Some(Kind::File) => vec![path.clone()],
            Some(Kind::Folder) => fs.walk(&path, &WalkOptions::default()).files,
            _ => {
                problems.push(
                    Problem::new("invalid-configuration", entry.at, format!("`{}` is not there", entry.value))
                        .note(format!("looked for {path}")),
                );
                continue;
            }
        };
        for file in found.into_iter().filter(|file| path::has_extension(file, "toml")) {
            let text = fs.read(&file, MAX_BYTES).ok().and_then(|bytes| decode::utf8(&bytes).ok());
            match text {
                Some(text) => files.push((name_below_rules(&file, &text), text)),
                None => {
                    problems.push(Problem::new("invalid-configuration", entry.at, format!("`{file}` cannot be read")));
                }
            }
        }
    }
    if files.is_empty() {
        return (Knowledge::embedded(), problems);
    }
    let embedded = Knowledge::embedded();
    match load::load_over(&files, &|name| embedded.package(name).is_some()) {
        Ok((core, texts)) => (embedded.extended(core, texts), problems),
        Err(mistakes) => {
            let at = read.config.extend_rules.first().map(|entry| entry.at);
            problems.extend(mistakes.into_iter().map(|mistake| {
                // The parser draws the line with its caret, and says why last.
                let mut lines: Vec<&str> = mistake.message.trim_end().lines().collect();
                let why = lines.pop().unwrap_or_default();
                let problem = Problem::whole("invalid-configuration", format!("{}: {why}", mistake.path));
                lines.into_iter().fold(Problem { at, ..problem }, super::diagnostic::Problem::note)
            }));
            (embedded, problems)
        }
    }
}

/// The part of a path that says what the file is: `<category>/<name>.toml`, `catalog/needs/<name>.toml`.
fn name_below_rules(path: &str, text: &str) -> String {
    let is_fact = text.lines().any(|line| matches!(line.trim(), "[[package]]" | "[need]"));
    if is_fact && !path.contains("catalog/") {
        let folder = if text.lines().any(|line| line.trim() == "[need]") { "needs" } else { "packages" };
        return format!("catalog/{folder}/{}", path::name(path));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let from = parts.iter().rposition(|part| *part == "catalog").unwrap_or(parts.len().saturating_sub(2));
    parts.get(from..).unwrap_or_default().join("/")
}
