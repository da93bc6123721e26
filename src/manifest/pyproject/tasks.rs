//! Task runners: command lines of `poe`, `taskipy`, `rye` and `cibuildwheel`, and what the last two install.

use super::{ListStyle, PLAIN, Reader};
use crate::manifest::Group;
use crate::manifest::requirement;
use crate::manifest::toml::{Item, Table, Value};
use crate::name::Name;

/// Reads the tables of the runners below `[tool]`.
pub(super) fn read(reader: &mut Reader<'_>, tool: &Table<'_>) {
    for runner in ["poe", "taskipy"] {
        if let Some(tasks) = tool.table(runner).and_then(|runner| runner.table("tasks")) {
            table(reader, tasks);
        }
    }
    if let Some(rye) = tool.table("rye") {
        read_rye(reader, rye);
    }
    if let Some(wheels) = tool.table("cibuildwheel") {
        read_wheels(reader, wheels);
        for platform in ["linux", "macos", "windows", "pyodide", "android", "ios"] {
            if let Some(table) = wheels.table(platform) {
                read_wheels(reader, table);
            }
        }
        for table in wheels.array("overrides").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_table) {
            read_wheels(reader, table);
        }
    }
}

/// Names with tasks.
pub(super) fn table(reader: &mut Reader<'_>, tasks: &Table<'_>) {
    for entry in tasks {
        task(reader, &entry.item, 4);
    }
}

/// A task: a command line, several, or a table that says what kind it is. `depth` levels may be nested.
fn task(reader: &mut Reader<'_>, item: &Item<'_>, depth: usize) {
    if depth == 0 {
        return;
    }
    match &item.value {
        Value::String(text) => reader.command(text),
        Value::Array(items) => items.iter().for_each(|item| task(reader, item, depth - 1)),
        Value::Table(table) => {
            if let Some(command) = table.get("cmd") {
                words(reader, command);
            }
            for key in ["shell", "composite", "sequence", "parallel", "chain"] {
                if let Some(item) = table.get(key) {
                    task(reader, item, depth - 1);
                }
            }
        }
        _ => {}
    }
}

/// A command line: a string, or an array of its words.
pub(super) fn words(reader: &mut Reader<'_>, item: &Item<'_>) {
    match &item.value {
        Value::String(text) => reader.command(text),
        Value::Array(items) => {
            let words: Vec<&str> = items.iter().filter_map(Item::as_text).map(|text| text.text.as_ref()).collect();
            if !words.is_empty() {
                reader.out.commands.push((words.join(" "), item.at));
            }
        }
        _ => {}
    }
}

fn read_rye(reader: &mut Reader<'_>, rye: &Table<'_>) {
    if let Some(entry) = rye.entry("dev-dependencies") {
        let group = Group::Dev(Name::new("dev"));
        reader.group(group.clone(), "dev", entry.key_at, entry.item.as_array().map(|_| entry.item.at));
        reader.requirements(
            "tool.rye.dev-dependencies",
            &entry.item,
            &group,
            ListStyle { editable: true, templates: true },
        );
    }
    for source in rye.array("sources").map_or(&[][..], |(items, _)| items).iter().filter_map(Item::as_table) {
        if let Some(url) = source.text("url") {
            let default = source.text("name").is_some_and(|name| name.text == "default");
            reader.option(if default { "--index-url" } else { "--extra-index-url" }, url, url.at);
        }
    }
    if let (Some((true, _)), Some(project)) = (rye.boolean("virtual"), &mut reader.out.project) {
        project.is_package = false;
    }
    for entry in rye.table("scripts").into_iter().flatten() {
        match &entry.item.value {
            Value::Array(_) => words(reader, &entry.item),
            _ => task(reader, &entry.item, 3),
        }
    }
}

fn read_wheels(reader: &mut Reader<'_>, wheels: &Table<'_>) {
    if let Some(entry) = wheels.entry("test-requires") {
        let group = Group::Dev(Name::new("cibuildwheel"));
        reader.group(group.clone(), "test-requires", entry.key_at, entry.item.as_array().map(|_| entry.item.at));
        match entry.item.as_text() {
            // Words between blanks.
            Some(text) => {
                for (start, word) in words_of(&text.text) {
                    if let (Some(mut read), _) = requirement::read(word, group.clone()) {
                        super::place(&mut read, text, start);
                        reader.out.requirements.push(read);
                    }
                }
            }
            None => reader.requirements("tool.cibuildwheel.test-requires", &entry.item, &group, PLAIN),
        }
    }
    for key in ["before-all", "before-build", "before-test", "test-command"] {
        if let Some(item) = wheels.get(key) {
            reader.commands(item);
        }
    }
}

/// The words of a text with the bytes at which they begin.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split([' ', '\t', '\n', '\r']).filter_map(move |word| {
        let start = at;
        at += word.len() + 1;
        (!word.is_empty()).then_some((start, word))
    })
}
