//! The pages of `docs/` that follow from the rule files, the ecosystem map and the keys of the configuration. They are plain
//! Markdown, and the source of a book (`docs/book.toml`).
//!
//! A test holds them against the files: what changes a rule changes its page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pyeco_lint::config::KEYS;
use pyeco_lint::date::Date;
use pyeco_lint::diagnostic::Category;
use pyeco_lint::explain;
use pyeco_lint::fs::Memory;
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::model::{Answer, AnswerKind, Example, Row, RuleCore, RuleTexts, Standing};
use pyeco_lint::options::Options;
use pyeco_lint::output::{self, Style};

/// The day on which the examples run.
const TODAY: &str = "2026-11-22";

/// The pages that people write, in the order of the book: path below `docs/`, title.
const WRITTEN: &[(&str, &str)] = &[
    ("getting-started.md", "Getting started"),
    ("integrations.md", "In your tools"),
    ("own-rules.md", "Rules of your own"),
    ("precision.md", "How right it is"),
    ("performance.md", "How fast it is"),
    ("not-rules.md", "What is no rule"),
    ("robustness.md", "How hard it is to break"),
    ("sources.md", "Sources"),
    ("catalog-conversion.md", "How the research became the catalogue"),
];

/// Every generated page: its path below `docs/`, and its text.
pub fn pages() -> BTreeMap<String, String> {
    let knowledge = Knowledge::embedded();
    let mut pages = BTreeMap::new();
    pages.insert("SUMMARY.md".to_owned(), summary(&knowledge));
    pages.insert("configuration.md".to_owned(), configuration());
    pages.insert("map.md".to_owned(), map(&knowledge));
    pages.insert("rules/README.md".to_owned(), rules(&knowledge));
    for rule in knowledge.rules() {
        if let Some(texts) = knowledge.texts(&rule.name) {
            pages.insert(format!("rules/{}.md", rule.name), page(rule, texts));
        }
    }
    pages
}

/// The rules of a category, in the order of names.
fn of_category(knowledge: &Knowledge, category: Category) -> impl Iterator<Item = &RuleCore> {
    knowledge.rules().iter().filter(move |rule| rule.category == category)
}

fn summary(knowledge: &Knowledge) -> String {
    let mut text = "# Summary\n\n".to_owned();
    for (at, (path, title)) in WRITTEN.iter().enumerate() {
        let _ = writeln!(text, "- [{title}]({path})");
        if at == 0 {
            text.push_str("- [Configuration](configuration.md)\n");
        }
    }
    text.push_str("- [The ecosystem map](map.md)\n- [Rules](rules/README.md)\n");
    for (_, category) in Category::ALL {
        for rule in of_category(knowledge, *category) {
            let _ = writeln!(text, "  - [{0}](rules/{0}.md)", rule.name);
        }
    }
    text
}

fn configuration() -> String {
    let mut text = "# Configuration\n\n\
        None is needed. Where you want one, it is `[tool.pyeco-lint]` in pyproject.toml, or a `pyeco-lint.toml` (or \
        `.pyeco-lint.toml`) with the same keys and no prefix; the closest file upwards counts, up to the root of the repository. \
        A key or a rule that does not exist is an error with its place. Paths and globs are relative to the file; an option of the \
        command line counts more than the key of its name.\n\n\
        `pyeco-lint --show-settings` prints what follows for each project, `pyeco-lint schema` a JSON schema for editors.\n\n\
        | key | takes | says |\n|---|---|---|\n"
        .to_owned();
    for key in KEYS {
        let _ = writeln!(text, "| `{}` | {} | {} |", key.name, cell(key.takes), cell(key.about));
    }
    text
}

fn map(knowledge: &Knowledge) -> String {
    let mut text = format!(
        "# The ecosystem map\n\nWhat the program knows of {} needs, on {}. `pyeco-lint explain NEED` prints a row with its sources, \
         `pyeco-lint map` holds a project against all of them, `pyeco-lint recommend NEED` says what to reach for in it.\n",
        knowledge.rows().len(),
        knowledge.date()
    );
    let mut rows: Vec<&Row> = knowledge.rows().iter().collect();
    rows.sort_by_key(|row| row.need.place);
    let mut section = "";
    for row in rows {
        if section != row.need.section {
            section = &row.need.section;
            let _ = write!(
                text,
                "\n## {section}\n\n| need | recommended | fair as well | no longer |\n|---|---|---|---|\n"
            );
        }
        let answers = |standing: Standing| {
            let of = row.answers.iter().filter(|answer| answer.standing == standing);
            of.map(name).collect::<Vec<_>>().join(", ")
        };
        let _ = writeln!(
            text,
            "| {} (`{}`) | {} | {} | {} |",
            cell(&row.need.title),
            row.id,
            answers(Standing::Recommended),
            answers(Standing::Accepted),
            answers(Standing::Superseded)
        );
    }
    text
}

fn name(answer: &Answer) -> String {
    match answer.kind {
        AnswerKind::Practice => cell(&answer.name),
        _ => format!("`{}`", answer.name),
    }
}

fn rules(knowledge: &Knowledge) -> String {
    let mut text = format!(
        "# Rules\n\n{} rules in {} categories. A category gives its rules their severity; some are milder. \
         `pyeco-lint explain RULE` prints the same pages.\n",
        knowledge.rules().len(),
        Category::ALL.len()
    );
    for (name, category) in Category::ALL {
        let severity = explain::severity(category.severity());
        let _ = write!(text, "\n## {name} ({severity})\n\n| rule | says |\n|---|---|\n");
        for rule in of_category(knowledge, *category) {
            let off = if rule.default { "" } else { " (off by default)" };
            let milder = if rule.severity == category.severity() {
                String::new()
            } else {
                format!(" ({})", explain::severity(rule.severity))
            };
            let _ = writeln!(text, "| [{0}]({0}.md) | {1}{milder}{off} |", rule.name, cell(&rule.summary));
        }
    }
    text
}

fn page(rule: &RuleCore, texts: &RuleTexts) -> String {
    let off = if rule.default { "" } else { "; off unless it is selected" };
    let fix = if rule.fix.is_some() { "; with a fix" } else { "" };
    let (category, severity) = (rule.category.name(), explain::severity(rule.severity));
    let mut text = format!(
        "# {}\n\nReports: {}.\n\nCategory {category}; severity {severity}; since {}{off}{fix}.\n",
        rule.name, rule.summary, texts.since
    );
    for (title, body) in
        [("Why it matters", &texts.why), ("What to do", &texts.advice), ("What it leaves alone", &texts.limits)]
    {
        if !body.trim().is_empty() {
            let _ = write!(text, "\n## {title}\n\n{}\n", body.trim());
        }
    }
    if !rule.variant.is_empty() {
        text.push_str("\n## Variants\n\n");
        for (name, variant) in &rule.variant {
            let _ = writeln!(text, "- `{name}` ({}): {}", explain::severity(variant.severity), variant.summary);
        }
    }
    if let Some(example) = texts.bad.first() {
        text.push_str("\n## Reported\n");
        files(&mut text, example);
        let printed = printed(rule, example);
        if !printed.is_empty() {
            let _ = write!(text, "\nprints\n\n````text\n{}\n````\n", printed.trim_end());
        }
    }
    if let Some(example) = texts.good.first() {
        text.push_str("\n## Left alone\n");
        if !example.about.is_empty() {
            let _ = write!(text, "\n{}:\n", example.about);
        }
        files(&mut text, example);
    }
    for (title, items) in [
        ("The same in other linters", &rule.equivalents),
        ("References", &texts.references),
        ("Sources", &texts.sources),
    ] {
        if !items.is_empty() {
            let _ = write!(text, "\n## {title}\n\n");
            for item in items {
                let shown = if item.starts_with("https://") { format!("<{item}>") } else { item.clone() };
                let _ = writeln!(text, "- {shown}");
            }
        }
    }
    text
}

fn files(text: &mut String, example: &Example) {
    for (path, content) in &example.files {
        let content = unmarked(content);
        let _ = write!(text, "\n`{path}`\n\n````{}\n{}\n````\n", language(path), content.trim_end());
    }
}

/// What the program prints of an example, the rule alone.
fn printed(rule: &RuleCore, example: &Example) -> String {
    let today = if example.today.is_empty() { TODAY } else { &example.today };
    let Some(today) = Date::parse(today) else { return String::new() };
    let mut options = Options::new(vec![".".to_owned()], today);
    options.overrides.select = Some(vec![rule.name.clone()]);
    options.overrides.advice = true;
    let without_marks = example.files.iter().map(|(path, content)| (path.clone(), unmarked(content)));
    let Ok(outcome) = pyeco_lint::lint(&Memory::new(without_marks), &options) else { return String::new() };
    let mut bytes = Vec::new();
    let style = Style { quiet: true, ..Style::default() };
    let Some(format) = output::find("text") else { return String::new() };
    let written = (format.write)(&outcome.report, &style, &mut bytes);
    written.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// An example without the lines of carets, and without the empty line that it begins with.
fn unmarked(content: &str) -> String {
    let is_marks = |line: &&str| {
        let rest = line.trim_start().trim_start_matches(['#', ';']);
        let marks = rest.trim();
        rest != line.trim_start() && !marks.is_empty() && marks.bytes().all(|b| matches!(b, b'^' | b' '))
    };
    let content = content.strip_prefix('\n').unwrap_or(content);
    content.split_inclusive('\n').filter(|line| !is_marks(line)).collect()
}

/// What a fence of code is called.
fn language(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("toml") => "toml",
        Some("py") => "python",
        Some("yml" | "yaml") => "yaml",
        Some("json" | "ipynb") => "json",
        Some("cfg" | "ini") => "ini",
        _ => "text",
    }
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests read the repository")]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn docs() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
    }

    #[test]
    fn the_pages_are_in_step() {
        let pages = pages();
        assert!(pages.len() > 150, "{}", pages.len());
        for (path, text) in &pages {
            let written = fs::read_to_string(docs().join(path)).unwrap_or_default();
            assert!(written == *text, "docs/{path} is not in step: `cargo run -p site` writes it");
        }
        for entry in fs::read_dir(docs().join("rules")).expect("there") {
            let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
            assert!(pages.contains_key(&format!("rules/{name}")), "docs/rules/{name} is about no rule");
        }
    }

    #[test]
    fn what_people_write_is_there() {
        for (path, _) in WRITTEN {
            assert!(docs().join(path).is_file(), "docs/{path}");
        }
    }

    /// A book has only the pages of its summary: a link that leaves them is dead in it.
    #[test]
    fn links_lead_to_pages() {
        let mut pages = pages();
        let read = |path: &str| fs::read_to_string(docs().join(path)).expect("there");
        pages.extend(WRITTEN.iter().map(|(path, _)| ((*path).to_owned(), read(path))));
        for (path, text) in &pages {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
                let target = link.split('#').next().unwrap_or_default();
                let is_page = Path::new(target).extension().is_some_and(|extension| extension == "md");
                if target.contains("://") || !is_page {
                    continue;
                }
                let target = match (target.strip_prefix("../"), folder) {
                    (Some(above), "rules") => above.to_owned(),
                    (_, "") => target.to_owned(),
                    _ => format!("{folder}/{target}"),
                };
                assert!(pages.contains_key(&target), "docs/{path} links to {link}");
            }
        }
    }
}
