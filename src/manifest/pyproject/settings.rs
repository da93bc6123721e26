//! The names of all tables, and every scalar that a rule may ask for.

use super::Reader;
use crate::manifest::Setting;
use crate::manifest::toml::{Item, Table, Value};

/// Longer dotted names are left out: nobody asks for them, and a hostile file could repeat one without end.
const MAX_KEY: usize = 256;

/// No more settings than this are kept.
const MAX_SETTINGS: usize = 50_000;

/// Records tables and settings of the whole document.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>) {
    for entry in root {
        let kept = matches!(entry.key.as_ref(), "tool" | "project" | "build-system");
        value(reader, &entry.key, &entry.item, kept);
    }
    reader.out.tables.sort_by_key(|(_, at)| *at);
}

/// Records those of a document that stands for the table `owner`.
pub(super) fn read_below(reader: &mut Reader<'_>, root: &Table<'_>, owner: &str) {
    entries(reader, owner, root, true);
    reader.out.tables.sort_by_key(|(_, at)| *at);
}

fn value(reader: &mut Reader<'_>, key: &str, item: &Item<'_>, kept: bool) {
    if key.len() > MAX_KEY {
        return;
    }
    match &item.value {
        Value::Table(table) => {
            reader.out.tables.push((key.to_owned(), table.at));
            entries(reader, key, table, kept);
        }
        Value::Array(items) => {
            for item in items {
                match &item.value {
                    Value::Table(table) => {
                        if table.form == crate::manifest::toml::Form::Header {
                            reader.out.tables.push((key.to_owned(), table.at));
                        }
                        entries(reader, key, table, kept);
                    }
                    _ => scalar(reader, key, item, kept),
                }
            }
        }
        _ => scalar(reader, key, item, kept),
    }
}

fn entries(reader: &mut Reader<'_>, key: &str, table: &Table<'_>, kept: bool) {
    for entry in table {
        value(reader, &format!("{key}.{}", entry.key), &entry.item, kept);
    }
}

fn scalar(reader: &mut Reader<'_>, key: &str, item: &Item<'_>, kept: bool) {
    if !kept || reader.out.settings.len() >= MAX_SETTINGS {
        return;
    }
    if let Some(value) = item.scalar() {
        reader.out.settings.push(Setting { key: key.to_owned(), value: value.to_owned(), at: item.at });
    }
}
