//! What `[project]` says in words: name, description, readme, people, links, names of extras and of modules.
//!
//! Source: the specification of pyproject.toml, with PEP 685 (extras), PEP 735 (groups) and PEP 794 (import names).

use std::collections::BTreeMap;

use super::project::KEYS;
use super::{Reader, meant};
use crate::diagnostic::Problem;
use crate::manifest::requirement;
use crate::manifest::toml::{Entry, Item, Table, Text, Value as TomlValue};
use crate::path;

const RULE: &str = "invalid-metadata";

/// The variant for what some build backends take.
const TOLERATED: &str = "tolerated";

/// The variant for what works and reads badly.
const ODD: &str = "odd";

/// The longest label of a link (core metadata, `Project-URL`).
const MAX_LABEL: usize = 32;

/// Types of a readme (core metadata, `Description-Content-Type`).
const CONTENT_TYPES: &[&str] = &["text/markdown", "text/x-rst", "text/plain"];

/// Says what is wrong with these keys of `[project]`.
pub(super) fn read(reader: &mut Reader<'_>, table: &Table<'_>) {
    if let Some(name) = table.text("name").filter(|name| !is_filled_in(&name.text))
        && !requirement::is_name(&name.text)
    {
        let problem = Problem::new(RULE, name.at, format!("`{}` is no name of a distribution", name.text));
        reader.out.problems.push(problem.help("a name has letters, digits, `-`, `_` and `.`, and no others"));
    }
    if let Some(text) = reader.expect_text("project", table, "description")
        && text.text.trim().contains('\n')
    {
        let problem = Problem::new(RULE, text.at, "the description has several lines")
            .note("it is a summary of one line: some build tools refuse more, others cut it off")
            .help("the long text belongs into the readme")
            .variant(TOLERATED);
        reader.out.problems.push(problem);
    }
    if let Some(item) = table.get("readme") {
        readme(reader, item);
    }
    reader.expect_strings("project", table, "keywords");
    for key in ["authors", "maintainers"] {
        people(reader, table, key);
    }
    if let Some(item) = table.get("urls")
        && let Some(urls) = reader.expect_table("project.urls", item, false)
    {
        for entry in urls {
            link(reader, urls, entry);
        }
    }
    import_names(reader, table);
}

/// Whether a text is to be filled in by a tool that makes projects.
fn is_filled_in(text: &str) -> bool {
    text.contains(['{', '$', '<', '%'])
}

fn readme(reader: &mut Reader<'_>, item: &Item<'_>) {
    const OWNER: &str = "project.readme";
    match &item.value {
        TomlValue::String(text) => {
            let known =
                ["md", "markdown", "rst", "txt"].iter().any(|extension| path::has_extension(&text.text, extension));
            if !known && !is_filled_in(&text.text) {
                let problem =
                    Problem::new(RULE, text.at, format!("the name `{}` does not say what markup it has", text.text))
                        .note("a readme that is given by its path alone ends with `.md` or `.rst`")
                        .help(format!("write `{{file = \"{}\", content-type = \"text/plain\"}}`", text.text))
                        .variant(TOLERATED);
                reader.out.problems.push(problem);
            }
        }
        TomlValue::Table(table) => {
            for entry in table {
                if !matches!(entry.key.as_ref(), "file" | "text" | "content-type") {
                    let problem =
                        Problem::new("unknown-key", entry.key_at, format!("a readme has no key `{}`", entry.key));
                    reader.out.problems.push(match meant(&entry.key, &["file", "text", "content-type"]) {
                        Some(meant) if table.get(meant).is_none() => {
                            problem.help(format!("did you mean `{meant}`?")).replace(meant)
                        }
                        _ => problem.note("its keys are `file` or `text`, and `content-type`"),
                    });
                }
            }
            match (table.entry("file"), table.entry("text")) {
                (Some(file), Some(text)) => {
                    let (first, second) = if file.key_at < text.key_at { (file, text) } else { (text, file) };
                    let problem = Problem::new(RULE, second.key_at, "a readme takes `file` or `text`, not both");
                    reader.out.problems.push(problem.related(first.key_at, "the other one"));
                }
                (None, None) => {
                    reader.out.problems.push(Problem::new(RULE, table.at, "the readme has neither `file` nor `text`"));
                }
                (Some(_), None) | (None, Some(_)) => {}
            }
            match reader.expect_text(OWNER, table, "content-type") {
                Some(text) => content_type(reader, text),
                None if table.get("content-type").is_none()
                    && (table.get("text").is_some() || table.get("file").is_some()) =>
                {
                    let problem = Problem::new(RULE, table.at, "the readme has no `content-type`");
                    reader.out.problems.push(
                        problem.help("write `content-type = \"text/markdown\"`, or `text/x-rst`").variant(TOLERATED),
                    );
                }
                None => {}
            }
        }
        _ => {}
    }
}

fn content_type(reader: &mut Reader<'_>, text: &Text<'_>) {
    let kind = text.text.split(';').next().unwrap_or_default().trim();
    if CONTENT_TYPES.contains(&kind.to_ascii_lowercase().as_str()) {
        return;
    }
    let problem = Problem::new(RULE, text.at, format!("`{kind}` is no type of a readme"));
    let wanted = match kind.to_ascii_lowercase().as_str() {
        "text/x-markdown" | "markdown" | "text/md" => Some("text/markdown"),
        "text/rst" | "text/restructuredtext" | "text/x-restructuredtext" | "rst" => Some("text/x-rst"),
        _ => None,
    };
    reader.out.problems.push(match wanted {
        Some(wanted) => problem.help(format!("write `{wanted}`")),
        None => problem.help("the types are `text/markdown`, `text/x-rst` and `text/plain`"),
    });
}

fn people(reader: &mut Reader<'_>, table: &Table<'_>, key: &str) {
    let Some(item) = table.get(key) else { return };
    let owner = format!("project.{key}");
    let Some(items) = item.as_array() else {
        reader.wrong_type(&owner, item, "an array of tables");
        if let (Some(problem), TomlValue::Table(_)) = (reader.out.problems.last_mut(), &item.value) {
            problem.help.push("write `[{name = \"…\", email = \"…\"}]`".to_owned());
        }
        return;
    };
    for item in items {
        match &item.value {
            TomlValue::Table(person) => self::person(reader, person),
            TomlValue::String(text) => {
                let message = format!("an item of `{owner}` is a string, not a table");
                let problem = Problem::new("misplaced-key", item.at, message);
                let written = written_person(&text.text).filter(|_| text.exact);
                reader.out.problems.push(match written {
                    Some(written) => problem.help(format!("write `{written}`")).replace(written),
                    None => problem.help("write `{name = \"…\", email = \"…\"}`"),
                });
            }
            _ => {
                let message = format!("an item of `{owner}` is {}, not a table", item.kind());
                reader.out.problems.push(Problem::new("misplaced-key", item.at, message));
            }
        }
    }
}

/// A person of the form `Name <address>`, as a table.
fn written_person(text: &str) -> Option<String> {
    let plain = |text: &str| !text.is_empty() && !text.contains(['"', '\\', '<', '>', '{', '}', ',']);
    match text.trim().split_once('<') {
        Some((name, rest)) => {
            let (name, email) = (name.trim(), rest.strip_suffix('>')?.trim());
            (plain(name) && plain(email)).then(|| format!("{{name = \"{name}\", email = \"{email}\"}}"))
        }
        None if text.contains('@') => None,
        None => plain(text.trim()).then(|| format!("{{name = \"{}\"}}", text.trim())),
    }
}

fn person(reader: &mut Reader<'_>, person: &Table<'_>) {
    for entry in person {
        let key = entry.key.as_ref();
        if matches!(key, "name" | "email") {
            reader.expect_text("a person", person, key);
            continue;
        }
        let problem = Problem::new("unknown-key", entry.key_at, format!("a person has no key `{key}`"));
        let wanted = match key {
            "mail" | "e-mail" | "e_mail" | "Email" => Some("email"),
            _ => meant(key, &["name", "email"]),
        };
        reader.out.problems.push(match wanted {
            Some(wanted) if person.get(wanted).is_none() => {
                problem.help(format!("did you mean `{wanted}`?")).replace(wanted)
            }
            _ => problem.note("its keys are `name` and `email`"),
        });
    }
    if person.is_empty() {
        reader.out.problems.push(Problem::new(RULE, person.at, "the person has neither name nor email"));
    }
    if let Some(email) = person.text("email").filter(|email| !is_filled_in(&email.text))
        && !email.text.contains('@')
    {
        let message = match email.text.trim() {
            "" => "the email is empty".to_owned(),
            text => format!("`{text}` is no address of email"),
        };
        reader.out.problems.push(Problem::new(RULE, email.at, message).help("leave it out").variant(TOLERATED));
    }
    if let Some(name) = person.text("name").filter(|name| names_several(&name.text)) {
        let problem = Problem::new(RULE, name.at, "the name of a person has a comma")
            .note("in the metadata a comma separates two people")
            .help("write a table for each person")
            .variant(ODD);
        reader.out.problems.push(problem);
    }
}

/// Whether a name has a comma between people. The forms of companies stand behind one as well.
fn names_several(name: &str) -> bool {
    const COMPANY: &[&str] = &[
        "inc", "llc", "ltd", "limited", "corp", "co", "gmbh", "sa", "s.a", "bv", "b.v", "plc", "lp", "jr", "sr", "phd",
        "ph.d",
    ];
    name.split(',').skip(1).any(|part| {
        let part = part.trim().trim_end_matches('.').to_ascii_lowercase();
        !part.is_empty() && !COMPANY.contains(&part.as_str())
    })
}

fn link(reader: &mut Reader<'_>, urls: &Table<'_>, entry: &Entry<'_>) {
    if stray_key(reader, "project.urls", entry) {
        return;
    }
    let Some(url) = reader.expect_text("project.urls", urls, &entry.key) else { return };
    if entry.key.chars().count() > MAX_LABEL {
        let message = format!("the label of a link has more than {MAX_LABEL} characters");
        let problem = Problem::new(RULE, entry.key_at, message).note("an index refuses to take the package");
        reader.out.problems.push(problem.help("make it shorter").variant(TOLERATED));
    }
    if !url.text.contains("://") && !url.text.starts_with("mailto:") && !is_filled_in(&url.text) {
        let message = match url.text.trim() {
            "" => format!("the link `{}` is empty", entry.key),
            text => format!("`{text}` is no address"),
        };
        let problem = Problem::new(RULE, url.at, message).note("an index refuses to take the package");
        let looks_like_host =
            url.text.contains('.') && !url.text.contains([' ', ':']) && !url.text.starts_with(['.', '/']);
        let problem = if looks_like_host { problem.help(format!("write `https://{}`", url.text)) } else { problem };
        reader.out.problems.push(problem.variant(TOLERATED));
    }
}

/// Whether an entry of a table of names is a key of `[project]` that stands below the wrong header; says so.
pub(super) fn stray_key(reader: &mut Reader<'_>, owner: &str, entry: &Entry<'_>) -> bool {
    let key = entry.key.as_ref();
    let fits = match &entry.item.value {
        // A list is right among extras, whatever its name, and nowhere else.
        TomlValue::Array(_) => {
            owner != "project.optional-dependencies" || matches!(key, "dependencies" | "classifiers")
        }
        TomlValue::String(_) => owner == "project.optional-dependencies",
        _ => false,
    };
    if !fits || !KEYS.contains(&key) {
        return false;
    }
    reader.out.partial |= key == "dependencies";
    let problem = Problem::new("misplaced-key", entry.key_at, format!("`{key}` stands in `[{owner}]`"))
        .note("a key belongs to the header before it")
        .help("move it up, below `[project]`");
    reader.out.problems.push(problem);
    true
}

/// The name of an extra or a group.
pub(super) fn name_of_group(reader: &mut Reader<'_>, noun: &str, entry: &Entry<'_>) {
    if requirement::is_name(&entry.key) || is_filled_in(&entry.key) {
        return;
    }
    let problem = Problem::new(RULE, entry.key_at, format!("`{}` is no name of {} {noun}", entry.key, article(noun)));
    reader.out.problems.push(problem.help("a name has letters, digits and `-` between them"));
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Judges the group of an entry of `[project.entry-points]`. Whether nothing more is to be said of it.
pub(super) fn entry_point_group(reader: &mut Reader<'_>, entry: &Entry<'_>) -> bool {
    const RULE: &str = "invalid-entry-point";
    let key = entry.key.as_ref();
    if let Some(table) = match key {
        "console_scripts" => Some("scripts"),
        "gui_scripts" => Some("gui-scripts"),
        _ => None,
    } {
        let problem = Problem::new(RULE, entry.key_at, format!("`{key}` cannot stand in `[project.entry-points]`"))
            .note("build tools refuse it (PEP 621)")
            .help(format!("the table of commands is `[project.{table}]`"));
        reader.out.problems.push(problem);
        return true;
    }
    let nested = entry.item.as_table().and_then(|table| table.iter().find(|entry| entry.item.as_table().is_some()));
    if let Some(nested) = nested {
        let problem = Problem::new(RULE, nested.key_at, "a group of entry points holds no further tables")
            .note("a dot in a header begins a table of its own")
            .help(format!("a name with a dot stands in quotes: `[project.entry-points.\"{key}.{}\"]`", nested.key));
        reader.out.problems.push(problem);
        return true;
    }
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !key.split('.').all(is_word) && !is_filled_in(key) {
        let problem = Problem::new(RULE, entry.key_at, format!("`{key}` is no name of a group of entry points"))
            .note(
                "the specification has letters, digits and `_` between dots; build tools differ in what else they take",
            )
            .variant("odd-group");
        reader.out.problems.push(problem);
    }
    false
}

/// `import-names` and `import-namespaces` (PEP 794).
fn import_names(reader: &mut Reader<'_>, table: &Table<'_>) {
    let mut seen: BTreeMap<String, super::Extent> = BTreeMap::new();
    for key in ["import-names", "import-namespaces"] {
        if let Some(item) = table.get(key)
            && key == "import-namespaces"
            && item.as_array().is_some_and(<[_]>::is_empty)
        {
            let problem = Problem::new(RULE, item.at, "`import-namespaces` cannot be empty");
            reader.out.problems.push(problem.help("leave it out"));
        }
        for value in reader.expect_strings("project", table, key) {
            let name = value.text.split(';').next().unwrap_or_default().trim().to_owned();
            let private = value.text.split_once(';').map(|(_, rest)| rest.trim());
            let is_word = |part: &str| {
                !part.is_empty()
                    && !part.starts_with(|c: char| c.is_ascii_digit())
                    && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            if !name.split('.').all(is_word) || private.is_some_and(|word| word != "private") {
                let message = format!("`{}` is no name that can be imported", value.text);
                reader.out.problems.push(Problem::new(RULE, value.at, message));
            } else if let Some(first) = seen.get(&name) {
                let problem = Problem::new(RULE, value.at, format!("the import name `{name}` is listed twice"));
                reader.out.problems.push(problem.related(*first, "listed here").note("PEP 794 lets tools refuse it"));
            } else {
                seen.insert(name, value.at);
            }
        }
    }
    let missing = seen.iter().find_map(|(name, at)| {
        let (parent, _) = name.rsplit_once('.')?;
        (!seen.contains_key(parent)).then(|| (parent.to_owned(), *at))
    });
    if let Some((parent, at)) = missing {
        let problem = Problem::new(RULE, at, format!("the parent `{parent}` of this import name is not listed"));
        reader.out.problems.push(problem.help("list it among `import-names` or `import-namespaces` (PEP 794)"));
    }
}
