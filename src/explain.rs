//! `explain` and `rules`: what the program knows, in words.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::knowledge::Knowledge;
use crate::knowledge::model::{
    Answer, AnswerKind, Applicability, Fate, FateKind, Package, Row, RuleCore, RuleTexts, Severity, Standing,
};
use crate::name::Name;
use crate::rule::text::{alternatives, enumeration};

pub mod index;
pub mod listed;

use listed::Listed;

/// How wide the text is, in characters.
const WIDTH: usize = 88;

/// Something that can be explained.
#[derive(Debug, Clone)]
pub enum Topic<'a> {
    /// A rule.
    Rule(&'a RuleCore, &'a RuleTexts),
    /// A row of the map.
    Need(&'a Row),
    /// A distribution of the catalogue.
    Package(&'a Package),
    /// Another distribution of the public index.
    Listed(Listed),
    /// An answer to a need that is no distribution.
    Answer(&'a Row, &'a Answer),
}

/// Everything that `written` may mean: a rule, a row of the map, a distribution (in any spelling, or by the lesson's
/// name for it), a module, a program or a way of working; and where it is none of these, a distribution of the public index.
pub fn find<'a>(knowledge: &'a Knowledge, written: &str) -> Vec<Topic<'a>> {
    let written = written.trim();
    let lower = written.to_lowercase();
    let name = Name::new(written);
    let mut topics = Vec::new();
    if name.as_str().is_empty() {
        return topics;
    }
    if let (Some(rule), Some(texts)) = (knowledge.rule(&lower), knowledge.texts(&lower)) {
        topics.push(Topic::Rule(rule, texts));
    }
    if let Some(row) =
        knowledge.rows().iter().find(|row| row.id == name.as_str() || row.need.title.to_lowercase() == lower)
    {
        topics.push(Topic::Need(row));
    }
    let mut add_package = |package: &'a Package| {
        if !topics.iter().any(|topic| matches!(topic, Topic::Package(p) if p.name == package.name)) {
            topics.push(Topic::Package(package));
        }
    };
    if let Some(package) = knowledge.package(name.as_str()) {
        add_package(package);
    }
    let called = |answer: &Answer| {
        answer.name.to_lowercase() == lower
            || answer.lesson_name.split(", ").any(|n| n.to_lowercase() == lower || is_family_of(n, &lower))
    };
    for row in knowledge.rows() {
        for answer in row.answers.iter().filter(|a| called(a)) {
            match knowledge.package(&answer.name).filter(|_| answer.kind == AnswerKind::Distribution) {
                Some(package) if !topics.iter().any(|t| matches!(t, Topic::Package(p) if p.name == package.name)) => {
                    topics.push(Topic::Package(package));
                }
                Some(_) => {}
                None => topics.push(Topic::Answer(row, answer)),
            }
        }
    }
    if topics.is_empty() {
        let imported = |p: &&Package| p.rank > 0 && p.imports.iter().any(|import| import.to_lowercase() == lower);
        topics.extend(knowledge.packages().filter(imported).min_by_key(|p| p.rank).map(Topic::Package));
    }
    if topics.is_empty() {
        topics.extend(Listed::find(knowledge, &name).map(Topic::Listed));
    }
    topics
}

/// Whether a family (`azure-mgmt-*`) has a member of this name.
fn is_family_of(family: &str, name: &str) -> bool {
    family.strip_suffix('*').is_some_and(|prefix| name.strip_suffix('*').unwrap_or(name).starts_with(prefix))
}

/// The name closest to `written`, where there is one close enough to have been meant.
pub fn nearest<'a>(knowledge: &'a Knowledge, written: &str) -> Option<&'a str> {
    let rules = knowledge.rules().iter().map(|r| r.name.as_str());
    let rows = knowledge.rows().iter().map(|r| r.id.as_str());
    let packages = knowledge.packages().map(|p| p.name.as_str());
    let name = Name::new(written);
    let scored = rules.chain(rows).chain(packages).map(|known| (strsim::jaro_winkler(known, name.as_str()), known));
    scored
        .filter(|(score, _)| *score > 0.88)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, known)| known)
}

/// A topic as text.
pub fn text(knowledge: &Knowledge, topic: &Topic<'_>) -> String {
    let mut page = Page::default();
    match topic {
        Topic::Rule(rule, texts) => rule_text(&mut page, rule, texts),
        Topic::Need(row) => need_text(&mut page, row),
        Topic::Package(package) => package_text(&mut page, knowledge, package),
        Topic::Listed(listed) => listed.text(&mut page),
        Topic::Answer(row, answer) => answer_text(&mut page, row, answer),
    }
    page.0
}

/// A topic as JSON. Fields are added, never renamed.
pub fn json(knowledge: &Knowledge, topic: &Topic<'_>) -> Json {
    match topic {
        Topic::Rule(rule, texts) => {
            let mut object = rule_json(rule);
            if let Some(object) = object.as_object_mut() {
                object.insert("kind".to_owned(), json!("rule"));
                object.insert("why".to_owned(), json!(texts.why.trim()));
                object.insert("advice".to_owned(), json!(texts.advice.trim()));
                object.insert("limits".to_owned(), json!(texts.limits.trim()));
                object.insert("references".to_owned(), json!(texts.references));
                object.insert("sources".to_owned(), json!(texts.sources));
                object.insert("since".to_owned(), json!(texts.since));
                object.insert("bad".to_owned(), json!(texts.bad.iter().map(|e| &e.files).collect::<Vec<_>>()));
                object.insert("good".to_owned(), json!(texts.good.iter().map(|e| &e.files).collect::<Vec<_>>()));
            }
            object
        }
        Topic::Need(row) => json!({
            "kind": "need", "name": row.id, "title": row.need.title, "section": row.need.section, "lesson": row.need.lesson,
            "note": row.need.note, "not_judged": row.need.not_judged, "references": row.need.references,
            "answers": row.answers.iter().map(answer_json).collect::<Vec<_>>(),
        }),
        Topic::Listed(listed) => listed.json(),
        Topic::Package(package) => json!({
            "kind": "package", "name": package.name, "catalogued": true,
            "advisories": listed::vulnerabilities_json(&package.name), "imports": package.imports, "latest": package.latest,
            "last_release": package.last_release, "rank": (package.rank > 0).then_some(package.rank), "status": package.status,
            "note": package.note, "homepage": package.homepage, "source": package.source, "checked": package.checked,
            "fills": knowledge.fills(&package.name).map(|(row, answer)| json!({"need": row.id, "standing": standing(answer.standing), "when": answer.when, "note": answer.note})).collect::<Vec<_>>(),
            "fate": package.fate.as_ref().map(fate_json),
            "gone_extras": package.gone_extras.iter().map(|e| json!({"name": e.name, "since": e.since, "reason": e.reason, "replacements": e.replacements})).collect::<Vec<_>>(),
        }),
        Topic::Answer(row, answer) => {
            let mut object = answer_json(answer);
            if let Some(object) = object.as_object_mut() {
                object.insert("kind".to_owned(), json!("answer"));
                object.insert("need".to_owned(), json!(row.id));
            }
            object
        }
    }
}

fn answer_json(answer: &Answer) -> Json {
    json!({
        "name": answer.name, "sort": sort(answer.kind), "standing": standing(answer.standing), "when": answer.when,
        "lesson_name": answer.lesson_name, "note": answer.note, "source": answer.source,
    })
}

fn fate_json(fate: &Fate) -> Json {
    json!({
        "rule": rule_of(fate.kind), "since": fate.since, "replacements": fate.replacements, "stdlib": fate.stdlib,
        "unless": fate.unless, "reason": fate.reason, "source": fate.source,
        "confidence": format!("{:?}", fate.confidence).to_lowercase(),
    })
}

/// One line of `rules`.
pub fn rule_json(rule: &RuleCore) -> Json {
    json!({
        "name": rule.name, "category": rule.category.name(), "severity": severity(rule.severity), "default": rule.default,
        "fixable": rule.fix.is_some(), "fix": rule.fix, "summary": rule.summary, "equivalents": rule.equivalents, "url": rule.url,
        "variants": rule.variant.iter().map(|(name, v)| json!({"name": name, "severity": severity(v.severity), "summary": v.summary})).collect::<Vec<_>>(),
    })
}

/// Every rule, a line each.
pub fn rules_text(knowledge: &Knowledge) -> String {
    let mut text = String::new();
    let width = knowledge.rules().iter().map(|r| r.name.len()).max().unwrap_or(0);
    let mut rules: Vec<&RuleCore> = knowledge.rules().iter().collect();
    rules.sort_by_key(|rule| (rule.category, rule.name.as_str()));
    let mut category = None;
    for rule in rules {
        if category != Some(rule.category) {
            category = Some(rule.category);
            let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, rule.category.name());
        }
        let off = if rule.default { "" } else { " (off)" };
        let fix = match rule.fix {
            Some(Applicability::Safe) => " (--fix)",
            Some(Applicability::Unsafe) => " (--unsafe-fixes)",
            Some(Applicability::Display) | None => "",
        };
        let _ = writeln!(text, "  {:width$}  {:7}  {}{off}{fix}", rule.name, severity(rule.severity), rule.summary);
    }
    text
}

/// The word for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "advice",
    }
}

/// The word for a standing.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Recommended => "recommended",
        Standing::Accepted => "accepted",
        Standing::Superseded => "superseded",
    }
}

/// The word for a sort of answers.
pub fn sort(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Distribution => "distribution",
        AnswerKind::StandardLibrary => "standard library",
        AnswerKind::Tool => "tool",
        AnswerKind::Practice => "practice",
    }
}

/// The rule that speaks of a fate.
pub fn rule_of(kind: FateKind) -> &'static str {
    match kind {
        FateKind::Misnamed => "misnamed-package",
        FateKind::StdlibModule => "stdlib-package",
        FateKind::Deprecated | FateKind::Sunset | FateKind::Insecure => "deprecated-package",
        FateKind::Abandoned => "abandoned-package",
        FateKind::Renamed => "renamed-package",
        FateKind::Stubs => "obsolete-stubs",
        FateKind::Backport => "needless-backport",
        FateKind::SupersededByStdlib => "superseded-by-stdlib",
        FateKind::EolMajor => "eol-version",
        FateKind::Preference => "choose-recommended",
    }
}

/// A paragraph as lines of at most `width` characters, where its words allow it.
pub fn wrapped(paragraph: &str, width: usize) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 {
            let separator = if column + 1 + length > width { '\n' } else { ' ' };
            column = if separator == '\n' { 0 } else { column + 1 };
            text.push(separator);
        }
        text.push_str(word);
        column += length;
    }
    text
}

/// A page of text, wrapped.
#[derive(Default)]
struct Page(String);

impl Page {
    fn title(&mut self, title: &str, aside: &str) {
        let _ = writeln!(self.0, "{title}{}", if aside.is_empty() { String::new() } else { format!(" ({aside})") });
    }

    /// The newest version of a distribution and its month, each empty where it is not known, and its place among the most
    /// downloaded.
    fn released(&mut self, latest: &str, month: &str, rank: Option<u32>) {
        let release = match (latest, month) {
            ("", "") => "no release is known".to_owned(),
            ("", month) => format!("last release {month}"),
            (version, "") => format!("newest version {version}"),
            (version, month) => format!("newest version {version}, released {month}"),
        };
        let rank = rank.map_or(String::new(), |rank| format!("; number {rank} of the most downloaded"));
        self.line("  ", &format!("{release}{rank}"));
    }

    fn section(&mut self, title: &str, body: &str) {
        if !body.trim().is_empty() {
            let _ = writeln!(self.0, "\n{title}");
            for paragraph in body.trim().split("\n\n") {
                self.wrap("  ", "  ", paragraph);
            }
        }
    }

    fn items(&mut self, title: &str, items: &[String]) {
        if !items.is_empty() {
            let _ = writeln!(self.0, "\n{title}");
            for item in items {
                self.line("  ", item);
            }
        }
    }

    /// A paragraph whose first line is indented by `indent`, the further ones by two more.
    fn line(&mut self, indent: &str, text: &str) {
        self.wrap(indent, &format!("{indent}  "), text);
    }

    /// A paragraph with an indentation for its first line and one for the further ones.
    fn wrap(&mut self, indent: &str, further: &str, text: &str) {
        let mut line = indent.to_owned();
        for word in text.split_whitespace() {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.trim().is_empty() {
                let _ = writeln!(self.0, "{}", line.trim_end());
                further.clone_into(&mut line);
            }
            if !line.ends_with(' ') && !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.trim().is_empty() {
            let _ = writeln!(self.0, "{}", line.trim_end());
        }
    }

    fn verbatim(&mut self, title: &str, files: &std::collections::BTreeMap<String, String>) {
        let _ = writeln!(self.0, "\n{title}");
        for (path, content) in files {
            let _ = writeln!(self.0, "  {path}");
            for line in content.trim_end().lines().skip_while(|l| l.is_empty()) {
                let _ = writeln!(self.0, "  {}", format!("│ {line}").trim_end());
            }
        }
    }
}

fn rule_text(page: &mut Page, rule: &RuleCore, texts: &RuleTexts) {
    let off = if rule.default { "" } else { ", off by default" };
    page.title(&rule.name, &format!("{}, {}{off}", rule.category.name(), severity(rule.severity)));
    page.line("  ", &rule.summary);
    page.section("Why it matters", &texts.why);
    page.section("What to do", &texts.advice);
    page.section("What it leaves alone", &texts.limits);
    let variant = |(name, v): (&String, &crate::knowledge::model::Variant)| {
        format!("{name} ({}): {}", severity(v.severity), v.summary)
    };
    page.items("Variants", &rule.variant.iter().map(variant).collect::<Vec<_>>());
    if let Some(example) = texts.bad.first() {
        page.verbatim("Reported, for example", &example.files);
    }
    if let Some(example) = texts.good.first() {
        let about = if example.about.is_empty() { String::new() } else { format!(": {}", example.about) };
        page.verbatim(&format!("Left alone{about}"), &example.files);
    }
    page.items("The same in other linters", &rule.equivalents);
    page.items("References", &texts.references);
    page.items("Sources", &texts.sources);
}

fn need_text(page: &mut Page, row: &Row) {
    page.title(&row.need.title, &format!("need `{}`, {}", row.id, row.need.section));
    page.line("  ", &format!("the lesson: {}", row.need.lesson));
    page.section("To know", &row.need.note);
    page.section("Not judged by a rule", &row.need.not_judged);
    for (title, wanted) in [
        ("Recommended", Standing::Recommended),
        ("Accepted", Standing::Accepted),
        ("No longer recommended", Standing::Superseded),
    ] {
        let line = |answer: &Answer| {
            let kind = if answer.kind == AnswerKind::Distribution {
                String::new()
            } else {
                format!(" ({})", sort(answer.kind))
            };
            let words: Vec<&str> =
                [answer.when.as_str(), answer.note.as_str()].into_iter().filter(|w| !w.is_empty()).collect();
            let about = if words.is_empty() { String::new() } else { format!(": {}", words.join(". ")) };
            format!("{}{kind}{about}", answer.name)
        };
        page.items(title, &row.answers.iter().filter(|a| a.standing == wanted).map(line).collect::<Vec<_>>());
    }
    page.items("References", &row.need.references);
}

fn package_text(page: &mut Page, knowledge: &Knowledge, package: &Package) {
    page.title(&package.name, &package.status);
    page.released(&package.latest, &package.last_release, Some(package.rank).filter(|rank| *rank > 0));
    if !package.imports.is_empty() {
        page.line("  ", &format!("imported as {}", enumeration(&package.imports)));
    }
    for (row, answer) in knowledge.fills(&package.name) {
        let when = if answer.when.is_empty() { String::new() } else { format!(": {}", answer.when) };
        page.section(
            &format!("{} (need `{}`)", row.need.title, row.id),
            &format!("{}{when}", standing(answer.standing)),
        );
        page.line("  ", &answer.note);
        if !answer.lesson_name.is_empty() {
            page.line("  ", &format!("the lesson names it as `{}`", answer.lesson_name));
        }
    }
    page.section("To know", &package.note);
    if let Some(fate) = &package.fate {
        fate_text(page, fate);
    }
    let extra = |e: &crate::knowledge::model::GoneExtra| format!("[{}]: {}", e.name, e.reason);
    page.items("Extras that are gone", &package.gone_extras.iter().map(extra).collect::<Vec<_>>());
    listed::vulnerabilities_text(page, &package.name);
    page.section("Documentation", &package.homepage);
    page.section("Source", &format!("{} (checked {})", package.source, package.checked));
}

/// When a fate holds, and what only a human can judge of it, each in a clause.
pub fn conditions(fate: &Fate) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(gate) = &fate.when {
        let parts = [
            gate.python.as_ref().map(|p| format!("every supported Python is {p}")),
            gate.version.as_ref().map(|v| format!("the project gets only versions {v}")),
            gate.with.as_ref().map(|w| format!("the project also requires {w}")),
            gate.never_with.as_ref().map(|w| format!("no bounds of the project allow {w}")),
            (!gate.imports.is_empty()).then(|| format!("the code imports {}", alternatives(&gate.imports))),
            (!gate.unless_imports.is_empty())
                .then(|| format!("the code does not import {}", alternatives(&gate.unless_imports))),
            gate.build_only.then(|| "it stands in `[build-system]` alone".to_owned()),
        ];
        conditions.push(format!("this holds where {}", parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")));
    }
    if !fate.unless.is_empty() {
        conditions.push(format!("unless {}", fate.unless));
    }
    conditions
}

fn fate_text(page: &mut Page, fate: &Fate) {
    let since = if fate.since.is_empty() { String::new() } else { format!(", since {}", fate.since) };
    page.section(&format!("What became of it (rule `{}`{since})", rule_of(fate.kind)), &fate.reason);
    for condition in conditions(fate) {
        page.line("  ", &condition);
    }
    let instead: Vec<String> = fate
        .replacements
        .iter()
        .cloned()
        .chain(fate.stdlib.iter().map(|m| format!("{m} (standard library)")))
        .collect();
    if !instead.is_empty() {
        page.line("  ", &format!("instead: {}", instead.join(", ")));
    }
    page.line("  ", &format!("source: {}", fate.source));
}

fn answer_text(page: &mut Page, row: &Row, answer: &Answer) {
    page.title(&answer.name, sort(answer.kind));
    page.section(&format!("{} (need `{}`)", row.need.title, row.id), standing(answer.standing));
    page.line("  ", &answer.when);
    page.line("  ", &answer.note);
    if !answer.lesson_name.is_empty() {
        page.line("  ", &format!("the lesson names it as `{}`", answer.lesson_name));
    }
    page.section("Source", &answer.source);
}
