//! Carrying out fixes, in memory: all that can be, until nothing changes.
//!
//! Each fix is tried on the texts and judged by what a whole run makes of them: its finding has to be gone, nothing new may
//! be found, and no file may be harder to read than before. What does not pass is taken back and told.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::patch::{self, Taken};
use super::{Applicability, Edit, Fix, encode, verify};
use crate::asked::{self, Asked};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fs::{FileSystem, Overlay};
use crate::lock::{self, Manager};
use crate::options::Options;
use crate::path;
use crate::project::role;
use crate::report::{Fixed, Report};
use crate::run::{self, Outcome};
use crate::settings::Refusal;
use crate::source::{FileId, Location};
use crate::suppress;

/// No more runs than this are made for the fixes of one: what is left is told.
const MOST_RUNS: usize = 120;

/// Files of more bytes are left to their authors.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Which fixes are carried out.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Those that can be trusted that far, and further.
    pub trust: Applicability,
    /// Whether the last one comes first: what comes out should be the same.
    pub backwards: bool,
    /// The change that settles a finding of a report, where there is one.
    pub offer: fn(&Report, &Diagnostic) -> Option<Fix>,
    /// What is done to findings: "fixed".
    pub done: &'static str,
    /// Whether what manifests declare changes, so that their locks may be out of date.
    pub declares: bool,
}

impl Wanted {
    /// The fixes of findings that can be trusted so far.
    pub fn fixes(trust: Applicability) -> Self {
        Self { trust, backwards: false, offer: offered, done: "fixed", declares: true }
    }

    /// Comments that ignore the findings.
    pub fn ignores() -> Self {
        Self {
            trust: Applicability::Safe,
            backwards: false,
            offer: suppress::write::ignore,
            done: "ignored",
            declares: false,
        }
    }
}

/// The fix that a finding offers itself.
fn offered(_: &Report, diagnostic: &Diagnostic) -> Option<Fix> {
    diagnostic.finding.fix.clone()
}

/// A file that fixes have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path relative to the working directory, with `/`.
    pub path: String,
    /// Its bytes before.
    pub old: Vec<u8>,
    /// Its bytes after.
    pub new: Vec<u8>,
}

/// What fixes have made of the projects.
#[derive(Debug)]
pub struct Settled {
    /// What a run makes of the changed files: what remains. Its report counts what was fixed.
    pub outcome: Outcome,
    /// The files that have changed, in the order of paths.
    pub changes: Vec<Change>,
    /// Fixes that were left out, and why: a line each.
    pub remarks: Vec<String>,
}

/// Carries out the fixes that a run over `fs` offers, and those that come up on the way. Nothing is written.
pub fn settle(fs: &dyn FileSystem, options: &Options, wanted: Wanted) -> Result<Settled, Refusal> {
    let asked = asked::resolve(fs, &options.paths);
    let mut bench = Bench {
        fs,
        options,
        asked: asked.map_err(|unreachable| run::refuse_paths(&unreachable))?,
        wanted,
        now: run::lint(fs, options)?,
        files: BTreeMap::new(),
        settled: 0,
        doubted: BTreeSet::new(),
        refused: BTreeMap::new(),
        runs: 1,
    };
    bench.work()?;
    Ok(bench.finish())
}

/// A file that was changed: its bytes before and after.
#[derive(Debug, Clone)]
struct Changed {
    old: Arc<[u8]>,
    new: Vec<u8>,
}

/// What is known of a fix from one run to the next: rule, path, package, key, title, and what it deletes and writes.
type Identity = (String, String, Option<String>, String, String, Vec<(String, String)>);

/// A finding, wherever in its file it lies.
type Kind = (String, String, Option<String>, String);

struct Bench<'a> {
    fs: &'a dyn FileSystem,
    options: &'a Options,
    asked: Asked,
    wanted: Wanted,
    /// What a run makes of the files as they are now.
    now: Outcome,
    files: BTreeMap<String, Changed>,
    settled: usize,
    /// Fixes that did not pass together with others: each is tried alone.
    doubted: BTreeSet<Identity>,
    /// Fixes that are left out, with what is said of them.
    refused: BTreeMap<Identity, String>,
    runs: usize,
}

/// A fix that may be carried out.
#[derive(Debug, Clone)]
struct Candidate {
    identity: Identity,
    kind: Kind,
    severity: Severity,
    message: String,
    /// `path:row`.
    place: String,
    fix: Fix,
}

impl Candidate {
    fn only_adds(&self) -> bool {
        self.fix.edits.iter().all(|edit| edit.span.extent.is_empty())
    }
}

/// Why fixes did not pass, and which of them are to blame, by their place among those that were tried.
struct Objection {
    why: String,
    blamed: BTreeSet<usize>,
}

impl Bench<'_> {
    fn work(&mut self) -> Result<(), Refusal> {
        let mut settled_before = 0;
        loop {
            let chosen = self.choose();
            if chosen.is_empty() && self.settled > settled_before {
                // What did not pass before may pass now.
                settled_before = self.settled;
                self.doubted.clear();
                self.refused.clear();
                continue;
            }
            if chosen.is_empty() {
                return Ok(());
            }
            if self.runs >= MOST_RUNS {
                for candidate in chosen {
                    self.refuse(&candidate, "too many fixes have failed before it");
                }
                return Ok(());
            }
            match self.attempt(&chosen)? {
                Ok((files, outcome)) => {
                    self.settled += chosen.len();
                    self.files = files;
                    self.now = outcome;
                }
                Err(objection) => {
                    if let [only] = chosen.as_slice() {
                        self.refuse(only, &objection.why);
                    } else {
                        let blamed = chosen.into_iter().enumerate().filter(|(at, _)| objection.blamed.contains(at));
                        self.doubted.extend(blamed.map(|(_, candidate)| candidate.identity));
                    }
                }
            }
        }
    }

    fn refuse(&mut self, candidate: &Candidate, why: &str) {
        let (rule, place) = (&candidate.identity.0, &candidate.place);
        let said = format!("{place}: `{rule}` was not {}: {why}", self.wanted.done);
        self.refused.insert(candidate.identity.clone(), said);
    }

    /// The fixes to try next, none of which meets another: all that nobody doubts, or else one that is doubted. What only
    /// adds something waits until nothing of what is there is to be changed, and what weighs less for what weighs more:
    /// either may make it needless, so that the order of the findings would matter.
    fn choose(&mut self) -> Vec<Candidate> {
        let mut candidates = self.candidates();
        if self.wanted.backwards {
            candidates.reverse();
        }
        candidates.sort_by_key(|candidate| Reverse(candidate.severity));
        let tree: BTreeSet<&str> = self.now.tree.iter().map(|path| &**path).collect();
        let (mut fit, mut hindered) = (Vec::new(), Vec::new());
        for candidate in candidates {
            if self.refused.contains_key(&candidate.identity) {
                continue;
            }
            match self.hindrance(&candidate.fix, &tree) {
                Some(why) => hindered.push((candidate, why)),
                None => fit.push(candidate),
            }
        }
        for (candidate, why) in hindered {
            self.refuse(&candidate, &why);
        }
        let (changing, adding): (Vec<_>, Vec<_>) = fit.into_iter().partition(|candidate| !candidate.only_adds());
        let next = if changing.is_empty() { adding } else { changing };
        let (doubted, sound): (Vec<_>, Vec<_>) =
            next.into_iter().partition(|candidate| self.doubted.contains(&candidate.identity));
        if sound.is_empty() {
            return doubted.into_iter().take(1).collect();
        }
        let mut taken = Taken::default();
        sound.into_iter().filter(|candidate| taken.take(&candidate.fix)).collect()
    }

    /// Every fix that findings offer and that is trusted enough, in the order of the findings.
    fn candidates(&self) -> Vec<Candidate> {
        let report = &self.now.report;
        let offered = |diagnostic: &Diagnostic| {
            let fix = (self.wanted.offer)(report, diagnostic).filter(|fix| !fix.edits.is_empty())?;
            if fix.applicability < self.wanted.trust.max(Applicability::Unsafe) {
                return None;
            }
            let kind = kind(report, diagnostic);
            let texts = fix.edits.iter().map(|edit| (report.sources.slice(edit.span).to_owned(), edit.text.clone()));
            let (rule, path, package, key) = kind.clone();
            let identity = (rule, path, package, key, fix.title.clone(), texts.collect());
            let message = diagnostic.finding.message.clone();
            let severity = diagnostic.severity;
            Some(Candidate { identity, kind, severity, message, place: place(report, diagnostic.finding.at), fix })
        };
        report.diagnostics.iter().filter_map(offered).collect()
    }

    /// Why no fix may change the files that `fix` changes.
    fn hindrance(&self, fix: &Fix, tree: &BTreeSet<&str>) -> Option<String> {
        let sources = &self.now.report.sources;
        let files: BTreeSet<FileId> = fix.edits.iter().map(|edit| edit.span.file).collect();
        files.into_iter().find_map(|file| {
            let path = sources.path(file);
            let text = sources.text(file);
            let why = if !self.asked.shows(path, false) {
                "is not among what was asked for"
            } else if !tree.contains(path) || role::is_vendored(path::folder(path)) {
                "is no file of the project"
            } else if lock::format_of(path).is_some() || is_compiled(path, text) {
                "is written by a tool"
            } else if text.contains("--hash=") || text.contains("--hash ") {
                "fixes its distributions by their hashes"
            } else if path::has_extension(path, "ipynb") {
                "is a notebook"
            } else if !self.fs.is_writable(path) {
                "may not be written"
            } else {
                return None;
            };
            Some(format!("{path} {why}"))
        })
    }

    /// Carries out fixes, and judges what comes out.
    #[expect(clippy::type_complexity, reason = "what is kept where it passes")]
    fn attempt(
        &mut self,
        chosen: &[Candidate],
    ) -> Result<Result<(BTreeMap<String, Changed>, Outcome), Objection>, Refusal> {
        let (files, mut objection) = self.changed(chosen);
        if objection.is_none() {
            self.runs += 1;
            let new = files.iter().map(|(path, changed)| (path.clone(), changed.new.clone()));
            let outcome = run::lint(&Overlay { below: self.fs, files: new.collect() }, self.options)?;
            objection = self.judge(&outcome, chosen);
            if objection.is_none() {
                return Ok(Ok((files, outcome)));
            }
        }
        Ok(Err(objection.unwrap_or_else(|| Objection { why: String::new(), blamed: BTreeSet::new() })))
    }

    /// The files with the fixes carried out, or why that cannot be.
    fn changed(&self, chosen: &[Candidate]) -> (BTreeMap<String, Changed>, Option<Objection>) {
        let sources = &self.now.report.sources;
        let mut by_file: BTreeMap<FileId, (Vec<&Edit>, BTreeSet<usize>)> = BTreeMap::new();
        for (at, candidate) in chosen.iter().enumerate() {
            for edit in &candidate.fix.edits {
                let (edits, who) = by_file.entry(edit.span.file).or_default();
                edits.push(edit);
                who.insert(at);
            }
        }
        let mut files = self.files.clone();
        for (file, (edits, blamed)) in by_file {
            let path = sources.path(file);
            match self.rewritten(path, sources.text(file), &edits) {
                Ok(changed) => _ = files.insert(path.to_owned(), changed),
                Err(why) => return (files, Some(Objection { why, blamed })),
            }
        }
        (files, None)
    }

    fn rewritten(&self, path: &str, text: &str, edits: &[&Edit]) -> Result<Changed, String> {
        let earlier = self.files.get(path);
        let old: Arc<[u8]> = match earlier {
            Some(changed) => changed.old.clone(),
            None => self.fs.read(path, MOST_BYTES).map_err(|_| format!("{path} cannot be read"))?.into(),
        };
        let now = earlier.map_or(&*old, |changed| &changed.new);
        let new = patch::apply(text, edits.iter().copied()).ok_or("its changes meet each other")?;
        if let Some(why) = verify::objection(path, text, &new, edits) {
            return Err(why);
        }
        let new = encode::as_before(now, text, &new).ok_or("the encoding of the file cannot be kept")?;
        Ok(Changed { old, new })
    }

    /// What speaks against fixes after which a run gives `after`.
    fn judge(&self, after: &Outcome, chosen: &[Candidate]) -> Option<Objection> {
        // What was found in so many words before, less what was to be settled.
        let (told_before, told) = (messages(&self.now), messages(after));
        let mut allowed: BTreeMap<(&Kind, &str), (usize, BTreeSet<usize>)> = BTreeMap::new();
        for (at, candidate) in chosen.iter().enumerate() {
            let entry = allowed.entry((&candidate.kind, &candidate.message)).or_insert_with(|| {
                (
                    told_before.get(&(candidate.kind.clone(), candidate.message.clone())).copied().unwrap_or(0),
                    BTreeSet::new(),
                )
            });
            entry.0 = entry.0.saturating_sub(1);
            entry.1.insert(at);
        }
        for ((kind, message), (most, blamed)) in allowed {
            if told.get(&(kind.clone(), message.to_owned())).is_some_and(|count| *count > most) {
                return Some(Objection { why: "the finding would stay".to_owned(), blamed });
            }
        }
        let (before, now) = (kinds(&self.now), kinds(after));
        let (new, _) = now.iter().find(|(kind, count)| before.get(*kind).unwrap_or(&0) < *count)?;
        let (rule, path, package, _) = new;
        let about = package.as_ref().map_or(String::new(), |package| format!(" (`{package}`)"));
        let why = format!("it would bring `{rule}`{about} in {}", path::shown(path));
        let blamed = |is_one: &dyn Fn(&Candidate) -> bool| -> BTreeSet<usize> {
            chosen.iter().enumerate().filter(|(_, candidate)| is_one(candidate)).map(|(at, _)| at).collect()
        };
        let of_package = blamed(&|candidate| package.is_some() && candidate.kind.2 == *package);
        let sources = &self.now.report.sources;
        let in_file =
            || blamed(&|candidate| candidate.fix.edits.iter().any(|edit| sources.path(edit.span.file) == path));
        let all = || (0..chosen.len()).collect();
        let blamed = [of_package, in_file()].into_iter().find(|blamed| !blamed.is_empty()).unwrap_or_else(all);
        Some(Objection { why, blamed })
    }

    fn finish(self) -> Settled {
        let left = self.candidates_left();
        let changes = self.files.into_iter().filter(|(_, changed)| changed.new != *changed.old);
        let changes: Vec<Change> =
            changes.map(|(path, Changed { old, new })| Change { path, old: old.to_vec(), new }).collect();
        let declaring = changes.iter().filter(|_| self.wanted.declares);
        let stale = declaring.flat_map(|change| locks_of(&change.path, &self.now.tree));
        let remarks = self.refused.into_values().chain(stale).collect();
        let mut outcome = self.now;
        outcome.report.fixed = Some(Fixed { findings: self.settled, files: changes.len(), further: left });
        Settled { outcome, changes, remarks }
    }

    /// How many findings have a fix that would need more trust than was given.
    fn candidates_left(&self) -> usize {
        let tree: BTreeSet<&str> = self.now.tree.iter().map(|path| &**path).collect();
        let fixes = self.now.report.diagnostics.iter().filter_map(|d| d.finding.fix.as_ref());
        let is_left = |fix: &&Fix| {
            fix.applicability > Applicability::Display
                && fix.applicability < self.wanted.trust
                && self.hindrance(fix, &tree).is_none()
        };
        fixes.filter(is_left).count()
    }
}

/// What is to be done with the locks beside a manifest that was changed, where `tree` has some: their managers may refuse
/// them from then on.
fn locks_of(path: &str, tree: &[Arc<str>]) -> Vec<String> {
    if !matches!(path::name(path), "pyproject.toml" | "Pipfile") {
        return Vec::new();
    }
    let remark = |manager: &Manager| {
        let lock = path::join(path::folder(path), manager.file());
        let command = manager.command().filter(|_| tree.iter().any(|file| **file == lock))?;
        Some(format!("{path} was changed: `{command}` brings {lock} up to date"))
    };
    [Manager::Uv, Manager::Poetry, Manager::Pdm, Manager::Pipenv].iter().filter_map(remark).collect()
}

/// Whether a requirements file is the output of a tool, by what it says itself.
fn is_compiled(path: &str, text: &str) -> bool {
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    path::has_extension(path, "txt") && text.lines().any(|line| line.contains("# via"))
        || text.lines().take(10).filter(is_comment).any(|line| {
            let line = line.to_ascii_lowercase();
            ["autogenerated by", "automatically generated", "auto-generated", "generated by", "do not edit"]
                .iter()
                .any(|sign| line.contains(sign))
        })
}

fn kind(report: &Report, diagnostic: &Diagnostic) -> Kind {
    let finding = &diagnostic.finding;
    let path = finding.at.file().map_or(diagnostic.project.as_str(), |file| report.sources.path(file));
    (diagnostic.rule.clone(), path.to_owned(), finding.package.clone(), finding.key.clone())
}

/// How often each kind of finding is there, of those that weigh something.
fn kinds(outcome: &Outcome) -> BTreeMap<Kind, usize> {
    let mut kinds = BTreeMap::new();
    let found = outcome.report.diagnostics.iter().chain(&outcome.unshown);
    for diagnostic in found.filter(|diagnostic| diagnostic.severity >= Severity::Warning) {
        *kinds.entry(kind(&outcome.report, diagnostic)).or_default() += 1;
    }
    kinds
}

/// How often each finding is there, in so many words.
fn messages(outcome: &Outcome) -> BTreeMap<(Kind, String), usize> {
    let mut messages = BTreeMap::new();
    for diagnostic in outcome.report.diagnostics.iter().chain(&outcome.unshown) {
        *messages.entry((kind(&outcome.report, diagnostic), diagnostic.finding.message.clone())).or_default() += 1;
    }
    messages
}

/// `path:row` of a finding, rows from 1.
fn place(report: &Report, at: Location) -> String {
    let Some(file) = at.file() else { return "the project".to_owned() };
    let path = report.sources.path(file);
    match at.span() {
        None => path.to_owned(),
        Some(span) => {
            let before = report.sources.text(file).get(..span.extent.range().start).unwrap_or_default();
            format!("{path}:{}", before.matches('\n').count() + 1)
        }
    }
}
