//! Which findings somebody has decided not to see, and which of those decisions no longer decide anything.
//!
//! A finding is silenced by a comment on its line or alone above it, by a comment about its file, by `ignores` and
//! `per-file-ignores` of the configuration, and by what other linters were told about a rule that says the same.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::BTreeMap;

use crate::config::{ConfigIgnore, PathGlob, Settings, relative};
use crate::date::Date;
use crate::diagnostic::{ALSO_DECLARED, Diagnostic, Finding};
use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::model::RuleCore;
use crate::manifest::Setting;
use crate::name::Name;
use crate::select::{Rules, Selector, SelectorError, Target, is_about, nearest};
use crate::source::{Extent, FileId, Location, Sources};

pub mod comments;
pub mod write;

pub use comments::{Comments, Dialect, Fault, Ignore, Syntax, mentions, read_comments};

pub(crate) const UNUSED: &str = "unused-ignore";
const EXPIRED: &str = "expired-ignore";
const UNKNOWN_RULE: &str = "unknown-rule";

/// What another linter was told not to report.
#[derive(Debug, Clone)]
pub struct EquivalentIgnore {
    /// The linter, as rules name it in their equivalents (`ruff`).
    pub linter: &'static str,
    /// A code or the beginning of codes (`S506`, `S`), or `ALL`.
    pub code: String,
    /// The files that it is about, and the folder that the glob is relative to, relative to the working directory.
    pub files: Option<(String, PathGlob)>,
    /// The package or module that it is about.
    pub about: Option<Name>,
}

impl EquivalentIgnore {
    /// What the settings of a file say: `lint.per-file-ignores` of ruff (`prefix` is `tool.ruff.` in a pyproject.toml
    /// and empty in a ruff.toml), and `tool.deptry` with its `ignore` and `per_rule_ignores`. `folder` is the file's,
    /// relative to the working directory. A glob that cannot be read is ruff's to report.
    pub fn read(settings: &[Setting], prefix: &str, folder: &str) -> Vec<Self> {
        settings
            .iter()
            .filter_map(|setting| Self::ruff(setting, prefix, folder).or_else(|| Self::deptry(setting)))
            .collect()
    }

    fn ruff(setting: &Setting, prefix: &str, folder: &str) -> Option<Self> {
        let key = setting.key.strip_prefix(prefix)?;
        let key = key.strip_prefix("lint.").unwrap_or(key);
        let key = key.strip_prefix("extend-").unwrap_or(key).strip_prefix("per-file-ignores.")?;
        let glob = PathGlob::new(key.trim_matches(['"', '\''])).ok()?;
        let files = Some((folder.to_owned(), glob));
        Some(Self { linter: "ruff", code: setting.value.clone(), files, about: None })
    }

    fn deptry(setting: &Setting) -> Option<Self> {
        let key = setting.key.strip_prefix("tool.deptry.")?;
        let (code, about) = if key == "ignore" {
            (setting.value.as_str(), None)
        } else {
            (key.strip_prefix("per_rule_ignores.")?, Some(Name::new(&setting.value)))
        };
        Some(Self { linter: "deptry", code: code.trim_matches(['"', '\'']).to_owned(), files: None, about })
    }

    fn covers(&self, rule: &RuleCore) -> bool {
        equivalents(rule, self.linter).any(|code| {
            let rest = code.strip_prefix(self.code.as_str());
            self.code == "ALL" || rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
        })
    }
}

/// The codes under which another linter says the same as a rule.
fn equivalents<'r>(rule: &'r RuleCore, linter: &str) -> impl Iterator<Item = &'r str> {
    let codes = rule.equivalents.iter().filter_map(|written| written.split_once(':'));
    codes.filter(move |(of, _)| *of == linter).map(|(_, code)| code)
}

/// What is needed to know what is silenced.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// The rules.
    pub rules: &'c Rules<'c>,
    /// The selection, and the ignores of the configuration.
    pub settings: &'c Settings,
    /// The file of the configuration.
    pub config_file: Option<FileId>,
    /// The folder of the configuration, relative to the working directory.
    pub config_folder: &'c str,
    /// The working directory, absolute, with `/`.
    pub here: &'c str,
    /// What other linters were told.
    pub equivalents: &'c [EquivalentIgnore],
    /// Files whose ignores are checked for use: those whose texts [`mentions`] us, with findings or without. A file that
    /// several configurations concern is to be in one list only.
    pub inspect: &'c [FileId],
    /// Today.
    pub today: Date,
    /// Whether a rule, if selected, had all it needs to find everything: false for rules about source with
    /// `--no-source`.
    pub ran: &'c dyn Fn(&str) -> bool,
    /// Whether the whole project was linted, so that an entry of the configuration can be called unused.
    pub whole: bool,
}

/// What is left.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What nobody silenced, in the order given.
    pub kept: Vec<Diagnostic>,
    /// How many were silenced.
    pub silenced: usize,
    /// What is to be said of the ignores themselves: the rule's name, and the finding.
    pub findings: Vec<(&'static str, Finding)>,
}

/// Takes away what is silenced, and says which ignores silence nothing.
///
/// `diagnostics` are all that the selection shows, advice that will not be printed included, before the baseline:
/// otherwise an ignore would seem to be unused.
pub fn apply(diagnostics: Vec<Diagnostic>, sources: &Sources, context: &Context<'_>) -> Outcome {
    let mut files = Files::default();
    for &file in context.inspect {
        files.read(file, sources, context.rules);
    }
    let mut entries: Vec<_> =
        context.settings.config.ignores.iter().map(|ignore| Entry::new(ignore, context)).collect();
    let mut outcome = Outcome::default();
    for diagnostic in diagnostics {
        let Some(rule) = context.rules.get(&diagnostic.rule) else {
            outcome.kept.push(diagnostic);
            continue;
        };
        let seen = Seen { rule, finding: &diagnostic.finding };
        let path = seen.finding.at.file().map(|file| sources.path(file));
        // All are asked, also after the first has answered: each is to know that it is used.
        let mut silenced = seen.finding.at.file().is_some_and(|file| {
            files.read(file, sources, context.rules);
            files.silence(file, seen)
        });
        // An ignore at a place that the finding names as well is about it too.
        for label in seen.finding.labels.iter().filter(|label| label.text == ALSO_DECLARED) {
            files.read(label.span.file, sources, context.rules);
            let there = Finding { at: Location::Span(label.span), ..seen.finding.clone() };
            files.silence(label.span.file, Seen { rule, finding: &there });
        }
        for entry in &mut entries {
            silenced |= entry.silences(seen, path, context);
        }
        silenced |= context.is_ignored_in_file(rule, seen.finding, path) || context.is_ignored_elsewhere(seen, path);
        if silenced {
            outcome.silenced += 1;
        } else {
            outcome.kept.push(diagnostic);
        }
    }
    let mut findings = files.findings(sources, context);
    findings.extend(entries.iter().flat_map(|entry| entry.findings(context)));
    findings.retain(|(name, finding)| {
        let path = finding.at.file().map(|file| sources.path(file));
        let rule = context.rules.get(name);
        context.settings.selection.shows(name, None, &finding.key)
            && !rule.is_some_and(|rule| context.is_ignored_in_file(rule, finding, path))
    });
    outcome.findings = findings;
    outcome
}

/// A finding with its rule.
#[derive(Clone, Copy)]
struct Seen<'s> {
    rule: &'s RuleCore,
    finding: &'s Finding,
}

impl Seen<'_> {
    fn is_of(self, selector: &Selector) -> bool {
        selector.covers(self.rule) && selector.concerns(self.finding.package.as_deref(), &self.finding.key)
    }
}

impl Context<'_> {
    /// The path as globs of the configuration see it.
    fn configured_path(&self, path: &str) -> Option<String> {
        relative(path, self.config_folder, self.here)
    }

    /// Whether `per-file-ignores` silences a finding of the rule in the file at `path`.
    fn is_ignored_in_file(&self, rule: &RuleCore, finding: &Finding, path: Option<&str>) -> bool {
        let ignores = &self.settings.per_file_ignores;
        if ignores.is_empty() {
            return false;
        }
        let Some(path) = path.and_then(|path| self.configured_path(path)) else { return false };
        let seen = Seen { rule, finding };
        let mut ignores = ignores.iter().filter(|ignore| ignore.files.matches(&path));
        ignores.any(|ignore| ignore.selectors.iter().any(|selector| seen.is_of(selector)))
    }

    /// Whether the configuration of another linter silences a rule that says the same.
    fn is_ignored_elsewhere(&self, seen: Seen<'_>, path: Option<&str>) -> bool {
        self.equivalents.iter().filter(|ignore| ignore.covers(seen.rule)).any(|ignore| {
            let about = |name| is_about(name, seen.finding.package.as_deref(), &seen.finding.key);
            let inside = |(folder, glob): &(String, PathGlob)| {
                path.and_then(|path| relative(path, folder, self.here)).is_some_and(|path| glob.matches(&path))
            };
            ignore.about.as_ref().is_none_or(about) && ignore.files.as_ref().is_none_or(inside)
        })
    }

    /// Whether all that a selector of one rule names was looked for and would be here.
    fn looked_for(&self, selector: &Selector) -> bool {
        let Target::Rule(rule) = &selector.target else { return false };
        let selection = &self.settings.selection;
        let selected = match &selector.about {
            None => selection.runs_fully(rule),
            Some(about) => selection.shows(rule, Some(about.as_str()), about.as_str()),
        };
        selected && (self.ran)(rule)
    }
}

// ------------------------------------------------------------------------------------------------ configuration

/// An entry of `ignores`.
struct Entry<'c> {
    ignore: &'c ConfigIgnore,
    expired: bool,
    /// The rules that exist, and how many findings each concerns.
    rules: Vec<(Selector, usize)>,
}

impl<'c> Entry<'c> {
    fn new(ignore: &'c ConfigIgnore, context: &Context<'_>) -> Self {
        let rules = ignore.rules.iter().filter_map(|rule| Selector::parse_rule(rule, context.rules).ok());
        let expired = ignore.until.is_some_and(|until| until.value < context.today);
        Self { ignore, expired, rules: rules.map(|selector| (selector, 0)).collect() }
    }

    /// Whether it silences a finding. Counts it also where it no longer does.
    fn silences(&mut self, seen: Seen<'_>, path: Option<&str>, context: &Context<'_>) -> bool {
        if self.ignore.package.as_ref().is_some_and(|package| !is_about(package, seen.finding.package.as_deref(), "")) {
            return false;
        }
        let mut found = false;
        for (_, count) in self.rules.iter_mut().filter(|(selector, _)| seen.is_of(selector)) {
            let inside = |glob: &PathGlob| {
                path.and_then(|path| context.configured_path(path)).is_some_and(|path| glob.matches(&path))
            };
            if self.ignore.path.as_ref().is_none_or(inside) {
                *count += 1;
                found = true;
            }
        }
        found && !self.expired
    }

    fn findings(&self, context: &Context<'_>) -> Vec<(&'static str, Finding)> {
        let locate = |at: Extent| context.config_file.map_or(Location::Project, |file| file.locate(Some(at)));
        let names = self.ignore.rules.iter().map(|rule| format!("`{}`", **rule)).collect::<Vec<_>>().join(", ");
        let key = self.ignore.rules.iter().map(|rule| rule.as_str()).collect::<Vec<_>>().join(",");
        if let Some(until) = self.ignore.until.filter(|_| self.expired) {
            let count: usize = self.rules.iter().map(|(_, count)| count).sum();
            let mut finding =
                Finding::new(locate(until.at), format!("the ignore of {names} ended on {}", *until)).key(key);
            if !self.ignore.reason.is_empty() {
                finding = finding.note(format!("its reason: {}", self.ignore.reason));
            }
            finding = match count {
                0 => finding.help("there is nothing left for it to silence: remove it"),
                1 => finding.note("one finding is shown again").help("settle the finding, or give a later day"),
                _ => finding.note(format!("{count} findings are shown again")).help("settle them, or give a later day"),
            };
            return vec![(EXPIRED, finding)];
        }
        let unused: Vec<_> =
            self.rules.iter().filter(|(selector, count)| *count == 0 && context.looked_for(selector)).collect();
        if !context.whole || unused.is_empty() {
            return Vec::new();
        }
        let unused = self.ignore.rules.iter().filter(|rule| {
            let selector = Selector::parse_rule(rule, context.rules).ok();
            selector.is_some_and(|selector| unused.iter().any(|(other, _)| *other == selector))
        });
        let unused: Vec<_> = unused.collect();
        let at = match unused.as_slice() {
            [rule] if self.ignore.rules.len() > 1 => rule.at,
            _ => self.ignore.at,
        };
        let names = unused.iter().map(|rule| format!("`{}`", rule.as_str())).collect::<Vec<_>>().join(", ");
        let finding = Finding::new(locate(at), format!("this ignore of {names} silences nothing"));
        vec![(UNUSED, finding.key(key).help("remove it"))]
    }
}

// ------------------------------------------------------------------------------------------------ comments

/// The ignores in the texts of a run.
#[derive(Default)]
struct Files(BTreeMap<FileId, File>);

struct File {
    comments: Comments,
    /// For each ignore, its codes.
    codes: Vec<Vec<RuleCode>>,
    /// The ignores that are about the file.
    whole: Vec<usize>,
    /// How many bytes the text has.
    length: u32,
}

/// A code of a comment.
struct RuleCode {
    /// What it selects, for a comment of ours.
    selector: Result<Selector, SelectorError>,
    used: bool,
}

impl Files {
    fn read(&mut self, file: FileId, sources: &Sources, rules: &Rules<'_>) {
        self.0.entry(file).or_insert_with(|| {
            let text = sources.text(file);
            let syntax = Syntax::of(sources.path(file), text);
            let comments = syntax.map(|syntax| read_comments(text, syntax)).unwrap_or_default();
            let codes = comments.ignores.iter().map(|ignore| match ignore.dialect {
                Dialect::Own => ignore.codes.iter().map(|code| Selector::parse_rule(&code.text, rules)).collect(),
                Dialect::Ruff | Dialect::Bandit | Dialect::Hadolint => Vec::new(),
            });
            let codes = codes
                .map(|codes: Vec<_>| codes.into_iter().map(|selector| RuleCode { selector, used: false }).collect());
            let codes = codes.collect();
            let whole = comments.ignores.iter().enumerate().filter(|(_, ignore)| ignore.whole_file);
            File { whole: whole.map(|(index, _)| index).collect(), codes, length: text.len() as u32, comments }
        });
    }

    /// Whether a comment silences the finding. Each that does is marked.
    fn silence(&mut self, file: FileId, seen: Seen<'_>) -> bool {
        let Some(file) = self.0.get_mut(&file) else { return false };
        let mut silenced = false;
        for index in file.candidates(seen.finding) {
            silenced |= file.silences(index, seen);
        }
        silenced
    }

    fn findings(&self, sources: &Sources, context: &Context<'_>) -> Vec<(&'static str, Finding)> {
        let mut findings = Vec::new();
        let mut inspect = context.inspect.to_vec();
        inspect.sort_unstable();
        inspect.dedup();
        for id in inspect {
            let Some(file) = self.0.get(&id) else { continue };
            for (ignore, codes) in file.comments.ignores.iter().zip(&file.codes) {
                if ignore.dialect == Dialect::Own {
                    own_findings(id, ignore, codes, sources, context, &mut findings);
                }
            }
        }
        findings
    }
}

impl File {
    /// The comments that may be about a finding, by their places, each once.
    fn candidates(&self, finding: &Finding) -> Vec<usize> {
        let mut candidates = self.whole.clone();
        let Some(span) = finding.at.span() else { return candidates };
        let comments = &self.comments;
        // A place behind the last character belongs to the last line.
        let within = |at: u32| at.min(self.length.saturating_sub(1));
        let first = within(span.extent.start);
        let last = within(span.extent.end.saturating_sub(1).max(span.extent.start));
        let about_lines = |index: &usize| comments.ignores.get(*index).is_some_and(|ignore| !ignore.whole_file);
        let behind_code =
            |index: &usize| comments.ignores.get(*index).is_some_and(|ignore| !ignore.whole_file && !ignore.alone);
        candidates.extend(comments.on_line(first).filter(about_lines));
        candidates.extend(comments.on_line(last).filter(behind_code));
        if let Some(statement) = comments.statement(first) {
            candidates.extend(
                comments.on_line(statement.start).filter(|index| {
                    comments.ignores.get(*index).is_some_and(|ignore| !ignore.whole_file && ignore.alone)
                }),
            );
            candidates.extend(comments.on_line(statement.end.saturating_sub(1)).filter(behind_code));
            let labels = finding.labels.iter().map(|label| label.span);
            for label in labels.filter(|label| label.file == span.file && statement.contains(label.extent)) {
                candidates.extend(comments.on_line(label.extent.start).filter(about_lines));
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    /// Whether the comment at `index` silences a finding that it may be about.
    fn silences(&mut self, index: usize, seen: Seen<'_>) -> bool {
        let Some(ignore) = self.comments.ignores.get(index).filter(|ignore| ignore.fault.is_none()) else {
            return false;
        };
        let linter = match ignore.dialect {
            Dialect::Own => {
                let mut silenced = false;
                for code in self.codes.get_mut(index).into_iter().flatten() {
                    if code.selector.as_ref().is_ok_and(|selector| seen.is_of(selector)) {
                        code.used = true;
                        silenced = true;
                    }
                }
                return silenced;
            }
            Dialect::Ruff => "ruff",
            Dialect::Bandit => "bandit",
            Dialect::Hadolint => "hadolint",
        };
        equivalents(seen.rule, linter).any(|equivalent| {
            ignore.codes.is_empty() || ignore.codes.iter().any(|code| code.text.eq_ignore_ascii_case(equivalent))
        })
    }
}

/// What is to be said of one comment.
fn own_findings(
    file: FileId,
    ignore: &Ignore,
    codes: &[RuleCode],
    sources: &Sources,
    context: &Context<'_>,
    findings: &mut Vec<(&'static str, Finding)>,
) {
    let locate = |at: Extent| Location::Span(file.span(at));
    if let Some(fault) = &ignore.fault {
        findings.push((UNUSED, faulty(locate(ignore.at), fault)));
        return;
    }
    let mut unused = Vec::new();
    for (written, code) in ignore.codes.iter().zip(codes) {
        match &code.selector {
            Err(error) => {
                let finding = Finding::new(locate(written.at), error.message.clone()).key(written.text.clone());
                findings.push((UNKNOWN_RULE, error.help().into_iter().fold(finding, Finding::help)));
            }
            Ok(selector) if !code.used && context.looked_for(selector) => unused.push(written),
            Ok(_) => {}
        }
    }
    let (Some(first), Some(last)) = (ignore.codes.first(), ignore.codes.last()) else { return };
    if unused.is_empty() {
        return;
    }
    let left: Vec<_> =
        ignore.codes.iter().filter(|code| !unused.contains(code)).map(|code| code.text.as_str()).collect();
    let names = unused.iter().map(|code| format!("`{}`", code.text)).collect::<Vec<_>>().join(", ");
    let at = match unused.as_slice() {
        [code] if !left.is_empty() => code.at,
        _ => ignore.at,
    };
    let edit = if left.is_empty() {
        Edit { span: file.span(ignore.item), text: String::new() }
    } else {
        Edit { span: file.span(first.at.cover(last.at)), text: left.join(", ") }
    };
    let title = format!("remove the ignore of {names}");
    // The text of a notebook is not the text of its file.
    let fix =
        sources.cells(file).is_empty().then(|| Fix { title, applicability: Applicability::Safe, edits: vec![edit] });
    let key = unused.iter().map(|code| code.text.as_str()).collect::<Vec<_>>().join(",");
    let finding = Finding::new(locate(at), format!("this ignore of {names} silences nothing")).key(key).fix(fix);
    findings.push((UNUSED, finding.help("remove it")));
}

/// What is wrong with a comment that cannot be understood.
fn faulty(at: Location, fault: &Fault) -> Finding {
    let (message, help) = match fault {
        Fault::Directive(word) => {
            let meant = nearest(word, comments::DIRECTIVES.iter().copied()).unwrap_or("ignore");
            (format!("`{word}` is nothing that a comment can ask for"), format!("write `# pyeco-lint: {meant}[RULE]`"))
        }
        Fault::NoRule => (
            "this ignore names no rule and silences nothing".to_owned(),
            "name rules: `# pyeco-lint: ignore[RULE]`".to_owned(),
        ),
        Fault::Unclosed => ("this ignore is not closed and silences nothing".to_owned(), "add a `]`".to_owned()),
        Fault::NotAlone => (
            "an ignore of the whole file stands on a line of its own, and this one silences nothing".to_owned(),
            "move it to its own line, or write `ignore` for this line".to_owned(),
        ),
    };
    Finding::new(at, message).help(help)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Overrides, Table, read};
    use crate::diagnostic::{Category, Severity};
    use crate::select::tests::sample;

    /// A run over a few files.
    struct Run {
        sources: Sources,
        diagnostics: Vec<Diagnostic>,
        config: String,
        equivalents: Vec<EquivalentIgnore>,
        whole: bool,
        ran: fn(&str) -> bool,
    }

    impl Run {
        fn new(config: &str) -> Self {
            Self {
                sources: Sources::default(),
                diagnostics: Vec::new(),
                config: config.to_owned(),
                equivalents: Vec::new(),
                whole: true,
                ran: |_| true,
            }
        }

        /// Adds a file, with a finding of `rule[:package]` wherever `needle` stands in it; in the whole file without.
        fn file(mut self, path: &str, text: &str, rule: &str, needle: &str) -> Self {
            let file = self.sources.add(path, Some(Arc::from(text)));
            let (rule, package) = rule.split_once(':').map_or((rule, None), |(rule, package)| (rule, Some(package)));
            let place = |at: usize| file.locate(Some(Extent::new(at, at + needle.len())));
            let places = match (rule, needle) {
                ("", _) => Vec::new(),
                (_, "") => vec![Location::File(file)],
                _ => text.match_indices(needle).map(|(at, _)| place(at)).collect(),
            };
            self.diagnostics.extend(places.into_iter().map(|at| {
                let mut finding = Finding::new(at, "x");
                finding.package = package.map(str::to_owned);
                Diagnostic {
                    rule: rule.to_owned(),
                    category: Category::Security,
                    severity: Severity::Error,
                    project: ".".to_owned(),
                    url: None,
                    finding,
                }
            }));
            self
        }

        /// How many findings are kept, and what is said of ignores, as `rule: bytes: message`.
        fn outcome(&self) -> (usize, Vec<String>) {
            let (kept, findings) = self.apply();
            let place = |finding: &Finding| match finding.at {
                Location::Span(span) if !self.sources.has_text(span.file) => span.extent.of(&self.config),
                Location::Span(span) => self.sources.slice(span),
                _ => "-",
            };
            let one = |(rule, f): &(&str, Finding)| format!("{rule}: {}: {}", place(f).trim_end(), f.message);
            (kept, findings.iter().map(one).collect())
        }

        fn apply(&self) -> (usize, Vec<(&'static str, Finding)>) {
            let cores = sample();
            let rules = Rules::new(&cores);
            let (config, problems) = read(&self.config, Table::Own);
            assert!(problems.is_empty(), "{problems:?}");
            let (settings, _) = Settings::new(config.unwrap_or_default(), &Overrides::default(), &rules);
            let paths = ["a.py", "r.txt", "p.toml", "sub/a.py"];
            let files = paths.into_iter().filter_map(|path| self.sources.find(path));
            let inspect: Vec<_> = files.filter(|file| mentions(self.sources.text(*file))).collect();
            let context = Context {
                rules: &rules,
                settings: &settings,
                config_file: self.sources.find("pyeco-lint.toml"),
                config_folder: ".",
                here: "/work",
                equivalents: &self.equivalents,
                inspect: &inspect,
                today: Date::parse("2026-11-22").expect("a day"),
                ran: &self.ran,
                whole: self.whole,
            };
            let outcome = apply(self.diagnostics.clone(), &self.sources, &context);
            assert_eq!(outcome.kept.len() + outcome.silenced, self.diagnostics.len());
            (outcome.kept.len(), outcome.findings)
        }
    }

    /// `text` with `@[` written out as the beginning of a comment of ours.
    fn marked(text: &str) -> String {
        text.replace("@file[", "# pyeco-lint: ignore-file[").replace("@[", "# pyeco-lint: ignore[")
    }

    #[test]
    fn comments_silence_in_requirements_and_toml() {
        // Findings about `nose` by deprecated-package.
        for (path, text, needle, kept) in [
            ("r.txt", "nose  @[deprecated-package] frozen\n", "nose ", 0),
            ("r.txt", "@[deprecated-package]\nnose", "nose", 0),
            ("r.txt", "@[deprecated-package]\n\nnose", "nose", 1),
            ("r.txt", "@[deprecated-package]\n# x\nnose", "nose", 0),
            ("r.txt", "@[unused-dependency]\n@[deprecated-package]\nnose", "nose", 0),
            ("r.txt", "@[deprecated-package:Nose]\nnose\nnose\n", "nose\n", 1),
            ("r.txt", "@[deprecated-package:six]\nnose", "nose", 1),
            ("r.txt", "six @[deprecated-package]\nnose", "nose", 1),
            ("r.txt", "nose @[stale-package]", "nose", 1),
            ("r.txt", "nose @[stale-package, deprecated-package]", "nose", 0),
            ("r.txt", "nose @[obsolete]", "nose", 1),
            ("r.txt", "nose # pyeco-lint: ignore", "nose", 1),
            ("r.txt", "nose @[deprecated-package", "nose", 1),
            ("r.txt", "nose@[deprecated-package]", "nose", 1),
            // A requirement of several lines.
            ("r.txt", "nose \\\n  --hash=x @[deprecated-package]", "nose", 0),
            ("r.txt", "@[deprecated-package]\nnose \\\n  --hash=x", "--hash", 0),
            // The whole file.
            ("r.txt", "nose\n@file[deprecated-package] old", "nose", 0),
            ("r.txt", "@file[deprecated-package]\n", "", 0),
            ("r.txt", "@[deprecated-package]\n", "", 1),
            ("r.txt", "six @file[deprecated-package]\nnose", "nose", 1),
            // A list of TOML is no statement: a comment is about an item.
            ("p.toml", "@[deprecated-package]\nx = [\n'nose',\n]", "'nose'", 1),
            ("p.toml", "x = [\n@[deprecated-package]\n'nose',\n]", "'nose'", 0),
            ("p.toml", "x = [\n'nose', @[deprecated-package]\n]", "'nose'", 0),
        ] {
            let run = Run::new("").file(path, &marked(text), "deprecated-package:nose", needle);
            assert!(!run.diagnostics.is_empty(), "{text}");
            assert_eq!(run.outcome().0, kept, "{text}");
        }
    }

    #[test]
    fn comments_silence_in_python() {
        // A finding by unsafe-yaml-load about what stands between `«` and `»`.
        for (text, kept) in [
            ("«load»()  @[unsafe-yaml-load]", 0),
            ("«load»()  @[unsafe-yaml-load:pyyaml]", 0),
            // A finding of several lines: on the first, on the last, above it, but not within.
            ("«f(a,  @[unsafe-yaml-load]\n  b,\n  c)»", 0),
            ("«f(\n  b\n)»  @[unsafe-yaml-load]\n", 0),
            ("@[unsafe-yaml-load]\n«f(\n  b\n)»", 0),
            ("«f(\n  b, @[unsafe-yaml-load]\n  c\n)»", 1),
            ("«f(\n  c\n  @[unsafe-yaml-load]\n)»", 1),
            // A statement of several lines: above it, and behind its end.
            ("@[unsafe-yaml-load]\nx = f(\n  «load»\n)", 0),
            ("x = f(\n  «load»\n)  @[unsafe-yaml-load]\n", 0),
            ("x = f(\n  1\n)  @[unsafe-yaml-load]\n«load»\n", 1),
            ("x = f(\n  1,  @[unsafe-yaml-load]\n  «load»\n)", 1),
            // A marker in a string silences nothing.
            ("«load»('@[unsafe-yaml-load]')", 1),
            ("x = '''\n@file[unsafe-yaml-load]\n'''\n«load»()", 1),
            // Other linters.
            ("«load»()  # noqa: E501, S506", 0),
            ("«load»()  # noqa: E501", 1),
            ("«load»()  # NOQA", 0),
            ("«load»()  # nosec", 0),
            ("«load»()  # nosec B506", 0),
            ("«load»()  # nosec B101", 1),
            ("# ruff: noqa: S506\n\n«load»()", 0),
            ("«load»()  # ruff: ignore[S506]", 0),
        ] {
            let text = marked(text);
            let start = text.find('«').expect("a start");
            let end = text.find('»').expect("an end") - '«'.len_utf8();
            let text = text.replace(['«', '»'], "");
            let mut run =
                Run::new("").file("a.py", &text, "unsafe-yaml-load:pyyaml", text.get(start..=start).expect("one"));
            run.diagnostics.truncate(1);
            let file = run.sources.find("a.py").expect("added");
            run.diagnostics.iter_mut().for_each(|d| d.finding.at = file.locate(Some(Extent::new(start, end))));
            assert_eq!(run.outcome().0, kept, "{text}");
        }
        // Only rules that say the same, and only in Python.
        for (path, rule) in [("a.py", "vulnerable-version"), ("r.txt", "unsafe-yaml-load")] {
            assert_eq!(Run::new("").file(path, "load  # noqa  # nosec", rule, "load").outcome().0, 1, "{path}");
        }
    }

    #[test]
    fn labels_of_the_statement_count() {
        for (text, kept) in [
            ("get(\n  u,\n  verify=False,  # noqa: S506\n  x=1)", 0),
            ("get(\n  u,  # noqa: S506\n  verify=False,\n  x=1)", 1),
            ("get(u)\nput(verify=False)  # noqa: S506", 1),
        ] {
            let mut run = Run::new("").file("a.py", text, "unsafe-yaml-load", "get");
            let file = run.sources.find("a.py").expect("added");
            let at = text.find("verify").expect("there");
            for diagnostic in &mut run.diagnostics {
                let finding = diagnostic.finding.clone();
                diagnostic.finding = finding.related(file.span(Extent::new(at, at + 6)), "here");
            }
            assert_eq!(run.outcome().0, kept, "{text}");
        }
    }

    #[test]
    fn reports_comments_that_silence_nothing() {
        for (rule, text, expected) in [
            ("deprecated-package:nose", "nose @[deprecated-package]", &[][..]),
            (
                "",
                "six @[deprecated-package] why",
                &["unused-ignore: @[deprecated-package] why: this ignore of `deprecated-package` silences nothing"],
            ),
            (
                "",
                "six @[deprecated-package, unused-dependency]",
                &["unused-ignore: @[deprecated-package, unused-dependency]: \
                 this ignore of `deprecated-package`, `unused-dependency` silences nothing"],
            ),
            (
                "deprecated-package:nose",
                "nose @[deprecated-package, vulnerable-version:six]",
                &["unused-ignore: vulnerable-version:six: this ignore of `vulnerable-version:six` silences nothing"],
            ),
            // Not selected by default.
            ("", "six @[stale-package]", &[]),
            (
                "",
                "six @[depracated-package]\n",
                &["unknown-rule: depracated-package: there is no rule `depracated-package`"],
            ),
            (
                "",
                "six @[obsolete]\n",
                &["unknown-rule: obsolete: an ignore names rules, and `obsolete` is a set of them"],
            ),
            (
                "",
                "six # pyeco-lint: ignore\nb # pyeco-lint: ignroe[x]\nc @[x\nd @file[unknown-rule]",
                &[
                    "unused-ignore: # pyeco-lint: ignore: this ignore names no rule and silences nothing",
                    "unused-ignore: # pyeco-lint: ignroe[x]: `ignroe` is nothing that a comment can ask for",
                    "unused-ignore: @[x: this ignore is not closed and silences nothing",
                    "unused-ignore: @file[unknown-rule]: \
                 an ignore of the whole file stands on a line of its own, and this one silences nothing",
                ],
            ),
        ] {
            let expected: Vec<_> = expected.iter().map(|line| marked(line)).collect();
            assert_eq!(Run::new("").file("r.txt", &marked(text), rule, "nose").outcome().1, expected, "{text}");
        }
        let text = "six # pyeco-lint: ignore[deprecated-package]";
        // Rules that do not run make no ignore unused, and the rule about ignores can be ignored itself.
        for config in [
            "ignore = ['deprecated-package']",
            "ignore = ['deprecated-package:nose']",
            "select = ['deprecated-package']",
            "ignore = ['unused-ignore']",
            "per-file-ignores = { '*.txt' = ['configuration'] }",
        ] {
            assert_eq!(Run::new(config).file("r.txt", text, "", "").outcome().1, [""; 0], "{config}");
        }
        let mut run = Run::new("").file("r.txt", text, "", "");
        run.ran = |rule| rule != "deprecated-package";
        assert_eq!(run.outcome().1, [""; 0]);
        // Comments of other linters, and what stands in a string, are not ours to judge.
        let text = "x = 1  # noqa: S506\ny = '# pyeco-lint: ignore[x]'  # nosec";
        assert_eq!(Run::new("").file("a.py", text, "", "").outcome().1, [""; 0]);
    }

    #[test]
    fn unused_comments_can_be_removed() {
        for (text, expected) in [
            ("six  @[vulnerable-version] why\nx", "six\nx"),
            ("six\n  @[vulnerable-version]\r\nx", "six\nx"),
            ("six @[vulnerable-version]  # noqa", "six # noqa"),
            ("six # noqa  @[vulnerable-version] see #12", "six # noqa"),
            ("nose @[vulnerable-version, deprecated-package]", "nose @[deprecated-package]"),
            ("nose @[unused-dependency,deprecated-package ,vulnerable-version] x", "nose @[deprecated-package] x"),
        ] {
            let text = marked(text);
            let (_, findings) = Run::new("").file("r.txt", &text, "deprecated-package:nose", "nose").apply();
            let [(_, finding)] = findings.as_slice() else { panic!("{text}: {findings:?}") };
            let mut fixed = text.clone();
            for edit in &finding.fix.as_ref().expect("a fix").edits {
                fixed.replace_range(edit.span.extent.range(), &edit.text);
            }
            assert_eq!(fixed, marked(expected), "{text}");
        }
    }

    #[test]
    fn the_configuration_silences() {
        for (entry, kept, expected) in [
            ("{ rule = 'deprecated-package' }", 0, None),
            ("{ rule = 'deprecated-package:Nose' }", 0, None),
            ("{ rule = 'deprecated-package', package = 'nose' }", 0, None),
            ("{ rule = 'deprecated-package', path = '*.txt' }", 0, None),
            ("{ rule = 'deprecated-package', path = '/r.txt', until = 2026-11-22 }", 0, None),
            ("{ rule = ['stale-package', 'deprecated-package'] }", 0, None),
            (
                "{ rule = 'deprecated-package', package = 'six' }",
                1,
                Some("unused-ignore: {…}: this ignore of `deprecated-package` silences nothing"),
            ),
            (
                "{ rule = 'deprecated-package', path = 'sub' }",
                1,
                Some("unused-ignore: {…}: this ignore of `deprecated-package` silences nothing"),
            ),
            (
                "{ rule = ['vulnerable-version', 'deprecated-package'] }",
                0,
                Some("unused-ignore: 'vulnerable-version': this ignore of `vulnerable-version` silences nothing"),
            ),
            (
                "{ rule = 'deprecated-package', until = '2026-11-21' }",
                1,
                Some("expired-ignore: '2026-11-21': the ignore of `deprecated-package` ended on 2026-11-21"),
            ),
            (
                "{ rule = 'vulnerable-version', until = '2020-01-01' }",
                1,
                Some("expired-ignore: '2020-01-01': the ignore of `vulnerable-version` ended on 2020-01-01"),
            ),
        ] {
            let config = format!("ignores = [{entry}]");
            let mut run = Run::new(&config).file("r.txt", "nose", "deprecated-package:nose", "nose");
            run.sources.add("pyeco-lint.toml", None);
            let expected: Vec<_> = expected.iter().map(|line| line.replace("{…}", entry)).collect();
            assert_eq!(run.outcome(), (kept, expected.clone()), "{entry}");
            // Of a part of a project nothing follows about what is unused.
            run.whole = false;
            let expected: Vec<_> = expected.into_iter().filter(|line| line.starts_with("expired")).collect();
            assert_eq!(run.outcome(), (kept, expected), "{entry}");
        }
        let run = Run::new("ignores = [{ rule = 'deprecated-package', until = 2020-01-01, reason = 'soon' }]");
        let (_, findings) = run.file("r.txt", "nose", "deprecated-package:nose", "nose").apply();
        let notes: Vec<_> = findings.iter().flat_map(|(_, finding)| &finding.notes).collect();
        assert_eq!(notes, ["its reason: soon", "one finding is shown again"]);
    }

    #[test]
    fn files_and_other_linters_silence() {
        let setting = |(key, value): &(&str, &str)| Setting {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            at: Extent::default(),
        };
        for (config, settings, rule, kept) in [
            ("per-file-ignores = { 'sub' = ['security'] }", &[][..], "unsafe-yaml-load", 0),
            ("per-file-ignores = { '!sub' = ['security'] }", &[], "unsafe-yaml-load", 1),
            ("per-file-ignores = { 'sub/*.py' = ['deprecated-package'] }", &[], "unsafe-yaml-load", 1),
            ("per-file-ignores = { 'sub/*.py' = ['deprecated-package:nose'] }", &[], "deprecated-package:nose", 0),
            ("", &[("tool.ruff.lint.per-file-ignores.\"sub/**\"", "S506")], "unsafe-yaml-load", 0),
            ("", &[("tool.ruff.lint.extend-per-file-ignores.sub/**", "S")], "unsafe-yaml-load", 0),
            ("", &[("tool.ruff.per-file-ignores.a.py", "ALL")], "unsafe-yaml-load", 0),
            ("", &[("tool.ruff.lint.per-file-ignores.tests/**", "S")], "unsafe-yaml-load", 1),
            ("", &[("tool.ruff.lint.per-file-ignores.sub/**", "SIM")], "unsafe-yaml-load", 1),
            ("", &[("tool.ruff.lint.per-file-ignores.sub/**", "")], "unsafe-yaml-load", 1),
            ("", &[("tool.ruff.lint.per-file-ignores.sub/**", "ALL")], "deprecated-package:nose", 1),
            ("", &[("tool.ruff.lint.ignore", "S506")], "unsafe-yaml-load", 1),
            ("", &[("tool.deptry.ignore", "DEP002")], "unused-dependency:six", 0),
            ("", &[("tool.deptry.ignore", "DEP001")], "unused-dependency:six", 1),
            ("", &[("tool.deptry.per_rule_ignores.DEP002", "Six")], "unused-dependency:six", 0),
            ("", &[("tool.deptry.per_rule_ignores.DEP002", "mock")], "unused-dependency:six", 1),
        ] {
            let mut run = Run::new(config).file("sub/a.py", "load", rule, "load");
            let settings: Vec<_> = settings.iter().map(setting).collect();
            run.equivalents = EquivalentIgnore::read(&settings, "tool.ruff.", ".");
            assert_eq!(run.outcome(), (kept, Vec::new()), "{config} {settings:?}");
        }
    }
}
