//! From the TOML files under `rules/` to [`Core`] and [`Texts`]: run by `build.rs` for the project's own files, and by
//! the program for a user's (`extend-rules`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::str::FromStr as _;

use pep440_rs::VersionSpecifiers;

use super::model::{
    AnswerKind, BesideRole, CatalogFile, Category, Core, FateKind, Gate, GoesWith, GoesWithFile, Matcher, Package,
    Pairings, PythonsFile, RemovedModulesFile, Row, RuleCore, RuleFile, RuleTexts, Texts,
};
use super::pairings;

/// The placeholders that the texts of a kind of match may have.
const PLACEHOLDERS: &[(&str, &[&str])] = &[
    (
        "requirement",
        &[
            "package",
            "name",
            "specifier",
            "extra",
            "python",
            "place",
            "latest",
            "last-release",
            "reason",
            "since",
            "since-clause",
            "replacements",
            "stdlib",
            "replacement-clause",
        ],
    ),
    ("absent", &["kind", "looked-in"]),
    ("call", &["function", "written", "argument"]),
    ("decorator", &["function", "written", "argument"]),
    ("import", &["module"]),
    ("reference", &["name", "member", "instead-clause"]),
    ("assignment", &["target", "value"]),
    ("class", &["class", "field", "instead-clause"]),
    ("file", &["file"]),
];

/// A mistake in a file of `rules/`.
#[derive(Debug)]
pub struct Mistake {
    /// The file.
    pub path: String,
    /// What is wrong; with line and caret where the syntax is at fault.
    pub message: String,
}

/// Reads the program's own files (path below `rules/`, text) and checks them together. Every rule has examples.
pub fn load(files: &[(String, String)]) -> Result<(Core, Texts), Vec<Mistake>> {
    run(Loader { needs_examples: true, ..Loader::default() }, files, &|_| false)
}

/// Reads a user's files. Examples are welcome, and a distribution counts as described where `is_known` says so.
pub fn load_over(files: &[(String, String)], is_known: &dyn Fn(&str) -> bool) -> Result<(Core, Texts), Vec<Mistake>> {
    run(Loader::default(), files, is_known)
}

fn run(
    mut loader: Loader,
    files: &[(String, String)],
    is_known: &dyn Fn(&str) -> bool,
) -> Result<(Core, Texts), Vec<Mistake>> {
    for (path, text) in files {
        loader.file(path, text);
    }
    loader.finish(is_known)
}

#[derive(Default)]
struct Loader {
    core: Core,
    texts: Texts,
    mistakes: Vec<Mistake>,
    needs_examples: bool,
    /// Distribution → the file that describes it.
    described: BTreeMap<String, String>,
}

impl Loader {
    fn mistake(&mut self, path: &str, message: impl Into<String>) {
        self.mistakes.push(Mistake { path: path.to_owned(), message: message.into() });
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self, path: &str, text: &str) -> Option<T> {
        toml::from_str(text).map_err(|error| self.mistake(path, error.to_string())).ok()
    }

    fn file(&mut self, path: &str, text: &str) {
        let parts: Vec<&str> = path.trim_end_matches(".toml").split('/').collect();
        match parts.as_slice() {
            ["catalog", "pythons"] => {
                if let Some(file) = self.parse::<PythonsFile>(path, text) {
                    self.core.pythons = file.python;
                }
            }
            ["catalog", "removed-modules"] => {
                if let Some(file) = self.parse::<RemovedModulesFile>(path, text) {
                    self.core.removed_modules = file.module;
                }
            }
            ["catalog", "pairings"] => {
                if let Some(file) = self.parse::<Pairings>(path, text) {
                    for message in pairings::mistakes(&file) {
                        self.mistake(path, message);
                    }
                    self.core.pairings = file;
                }
            }
            ["catalog", "goes-with"] => {
                if let Some(file) = self.parse::<GoesWithFile>(path, text) {
                    self.goes_with(path, file.goes_with);
                }
            }
            ["catalog", folder @ ("needs" | "packages"), id] => self.catalog(path, folder, id, text),
            [category, name] => match Category::named(category) {
                Some(category) => self.rule(path, category, name, text),
                None => self.mistake(path, format!("`{category}` is no category of rules")),
            },
            _ => self
                .mistake(path, "a rule file is `<category>/<name>.toml`, a fact `catalog/needs|packages/<name>.toml`"),
        }
    }

    fn catalog(&mut self, path: &str, folder: &str, id: &str, text: &str) {
        let Some(file) = self.parse::<CatalogFile>(path, text) else { return };
        for package in file.package {
            self.package(path, package);
        }
        match (folder, file.need) {
            ("needs", Some(need)) => self.core.needs.push(Row { id: id.to_owned(), need, answers: file.answer }),
            ("needs", None) => self.mistake(path, "a file of `needs/` has a `[need]` table"),
            (_, Some(_)) => self.mistake(path, "a `[need]` table belongs into a file of `needs/`"),
            (_, None) if !file.answer.is_empty() => self.mistake(path, "answers belong into a file of `needs/`"),
            (_, None) => {}
        }
    }

    fn goes_with(&mut self, path: &str, rows: Vec<GoesWith>) {
        for row in &rows {
            let of = row.of.first().map_or("", String::as_str);
            if of.is_empty() || row.when.is_empty() || row.source.is_empty() || row.checked.is_empty() {
                self.mistake(path, format!("`{of}`: say of what, when, from which source and of which day"));
            }
            if row.one_of.is_empty() != (row.role == BesideRole::Outside) {
                self.mistake(path, format!("`{of}`: only what is outside of distributions names none"));
            }
        }
        self.texts.goes_with.extend(rows);
    }

    fn package(&mut self, path: &str, package: Package) {
        let name = package.name.clone();
        let normal = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if name.is_empty() || !normal {
            self.mistake(path, format!("`{name}` is not a normalised distribution name"));
        }
        if package.source.is_empty() || package.checked.is_empty() {
            self.mistake(path, format!("`{name}`: a fact has a source and a date"));
        } else {
            self.day(path, &name, &package.checked);
        }
        if let Some(fate) = &package.fate {
            if fate.reason.is_empty() || fate.source.is_empty() {
                self.mistake(path, format!("`{name}`: a fate has a reason and a source"));
            }
            if fate.kind == FateKind::EolMajor && fate.replacements.is_empty() && fate.stdlib.is_empty() {
                self.mistake(path, format!("`{name}`: say which major to use"));
            }
            if let Some(gate) = &fate.when {
                self.gate(path, &name, gate);
            }
        }
        if let Some(first) = self.described.insert(name.clone(), path.to_owned()) {
            self.mistake(path, format!("`{name}` is described in {first} already"));
        }
        if package.checked > self.core.date {
            self.core.date.clone_from(&package.checked);
        }
        self.core.packages.push(package.into());
    }

    fn gate(&mut self, path: &str, of: &str, gate: &Gate) {
        let of_other = |with: &Option<String>| {
            with.as_deref().map(|w| w.trim_start_matches(|c: char| !"<>=!~".contains(c)).to_owned())
        };
        let all = [gate.python.clone(), gate.version.clone(), of_other(&gate.with), of_other(&gate.never_with)];
        for specifiers in all.iter().flatten() {
            if VersionSpecifiers::from_str(specifiers).is_err() {
                self.mistake(path, format!("`{of}`: `{specifiers}` are no version specifiers (PEP 440)"));
            }
        }
        if *gate == Gate::default() {
            self.mistake(path, format!("`{of}`: an empty gate says nothing"));
        }
    }

    fn rule(&mut self, path: &str, category: Category, name: &str, text: &str) {
        let Some(file) = self.parse::<RuleFile>(path, text) else { return };
        if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            self.mistake(path, "a rule's name is in kebab-case");
        }
        let severity = file.severity.unwrap_or(category.severity());
        if severity > category.severity() {
            self.mistake(path, "a rule never raises the severity of its category");
        }
        for (variant, about) in &file.variant {
            if about.severity >= severity {
                self.mistake(path, format!("the variant `{variant}` must be less severe than the rule"));
            }
        }
        for matcher in &file.matchers {
            self.matcher(path, &file, matcher);
        }
        if self.needs_examples && file.since.is_empty() {
            self.mistake(path, "say since which version (`since`)");
        }
        if self.needs_examples && (file.bad.is_empty() || file.good.is_empty()) {
            self.mistake(path, "give bad and good examples");
        }
        if !file.references.iter().all(|r| r.starts_with("https://")) {
            self.mistake(path, "references are links (https)");
        }
        if file.summary.ends_with('.') || file.summary.len() > 100 || file.summary.starts_with(char::is_uppercase) {
            self.mistake(path, "a summary is at most 100 characters, in lower case, without a full stop");
        }
        self.core.rules.push(RuleCore {
            name: name.to_owned(),
            category,
            summary: file.summary,
            default: file.default,
            severity,
            variant: file.variant,
            equivalents: file.equivalents,
            reads_source: file.matchers.iter().all(Matcher::is_about_source),
            matchers: file.matchers.into(),
            lists: file.lists,
            url: file.references.first().cloned().unwrap_or_default(),
            fix: file.fix,
        });
        self.texts.rules.push(RuleTexts {
            name: name.to_owned(),
            since: file.since,
            why: file.why,
            advice: file.advice,
            limits: file.limits,
            references: file.references,
            sources: file.sources,
            bad: file.bad,
            good: file.good,
        });
    }

    fn matcher(&mut self, path: &str, file: &RuleFile, matcher: &Matcher) {
        let kinds = [
            ("requirement", matcher.requirement.is_some()),
            ("absent", matcher.absent.is_some()),
            ("call", matcher.call.is_some()),
            ("decorator", matcher.decorator.is_some()),
            ("import", matcher.import.is_some()),
            ("reference", matcher.reference.is_some()),
            ("assignment", matcher.assignment.is_some()),
            ("class", matcher.class.is_some()),
            ("file", matcher.file.is_some()),
        ];
        let mut there = kinds.iter().filter(|(_, is_there)| *is_there).map(|(kind, _)| *kind);
        if let (Some(kind), None) = (there.next(), there.next()) {
            self.placeholders(path, kind, matcher);
        } else {
            let known = kinds.map(|(kind, _)| format!("`{kind}`")).join(", ");
            self.mistake(path, format!("a match looks for one of {known}"));
        }
        let in_part = matcher.removed.as_ref().map(|removed| &removed.in_part);
        for variant in matcher.variant.iter().chain(&matcher.in_tests).chain(&matcher.in_scripts).chain(in_part) {
            if !file.variant.contains_key(variant) {
                self.mistake(path, format!("there is no `[variant.{variant}]`"));
            }
        }
        if let Some(gate) = &matcher.gate {
            self.gate(path, "match", gate);
        }
        if let Some(removed) = &matcher.removed
            && VersionSpecifiers::from_str(&format!(">={}", removed.since)).is_err()
        {
            self.mistake(path, format!("`{}` is no version (PEP 440)", removed.since));
        }
        if let Some(needs) = &matcher.needs {
            if matcher.call.is_none() && matcher.import.is_none() && matcher.assignment.is_none() {
                self.mistake(path, "`needs` belongs to a `call`, an `import` or an `assignment`");
            }
            if needs.of.is_empty() || needs.any_of.is_empty() {
                self.mistake(path, "`needs` says what it is needed for (`of`) and what is needed (`any-of`)");
            }
        }
    }

    /// What a matcher says has no placeholders but those that its kind fills.
    fn placeholders(&mut self, path: &str, kind: &str, matcher: &Matcher) {
        let known: &[&str] = PLACEHOLDERS.iter().find(|(of, _)| *of == kind).map_or(&[], |(_, known)| known);
        let texts = [&matcher.message, &matcher.label].into_iter().chain(&matcher.help).chain(&matcher.notes);
        for text in texts {
            let text = text.replace("{{", "").replace("}}", "");
            for part in text.split('{').skip(1) {
                let Some((name, _)) = part.split_once('}') else { continue };
                let is_one = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                if is_one && !known.contains(&name) {
                    let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
                    let message = format!(
                        "`{{{name}}}` is not known; in texts of `{kind}` there are {}; a brace that is meant is written twice",
                        known.join(", ")
                    );
                    self.mistake(path, message);
                }
            }
        }
    }

    /// A day as sources are checked on: `YYYY-MM-DD`.
    fn day(&mut self, path: &str, of: &str, written: &str) {
        let is_digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        let is_day = match written.split('-').collect::<Vec<_>>()[..] {
            [year, month, day] => {
                is_digits(year, 4)
                    && is_digits(month, 2)
                    && is_digits(day, 2)
                    && ("01"..="12").contains(&month)
                    && ("01"..="31").contains(&day)
            }
            _ => false,
        };
        if !is_day {
            self.mistake(path, format!("`{of}`: `checked = \"{written}\"` is no day: write `YYYY-MM-DD`"));
        }
    }

    fn finish(mut self, is_known: &dyn Fn(&str) -> bool) -> Result<(Core, Texts), Vec<Mistake>> {
        let mut unknown = Vec::new();
        for row in &self.core.needs {
            for answer in &row.answers {
                let described = self.described.contains_key(&answer.name) || is_known(&answer.name);
                if answer.kind == AnswerKind::Distribution && !described {
                    unknown.push((row.id.clone(), format!("no `[[package]]` describes the answer `{}`", answer.name)));
                }
                if answer.kind != AnswerKind::Distribution && answer.source.is_empty() {
                    unknown.push((row.id.clone(), format!("the answer `{}` has no source", answer.name)));
                }
            }
        }
        for (id, message) in unknown {
            self.mistake(&format!("catalog/needs/{id}.toml"), message);
        }
        self.core.needs.sort_by(|a, b| a.id.cmp(&b.id));
        self.core.packages.sort_by(|a, b| a.name.cmp(&b.name));
        self.core.rules.sort_by(|a, b| a.name.cmp(&b.name));
        self.texts.rules.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = self.core.rules.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let message = format!("two rules are called `{}`", pair[0].name);
            self.mistake(&pair[0].name.clone(), message);
        }
        if self.mistakes.is_empty() { Ok((self.core, self.texts)) } else { Err(self.mistakes) }
    }
}

/// The mistakes as one text, a paragraph each.
pub fn explain(mistakes: &[Mistake]) -> String {
    mistakes.iter().fold(String::new(), |mut text, mistake| {
        let _ = writeln!(text, "{}: {}", mistake.path, mistake.message.trim_end());
        text
    })
}
