//! One more item for a list: an array of strings in TOML, the lines of a requirements file or of a value in INI.
//!
//! What is sorted stays sorted, else the item comes last. Quotes, indentation, commas and comments stay as they are.

use super::{line_end, remove};
use crate::fix::{Applicability, Edit, Fix};
use crate::manifest::toml::{Form, Item, Table, Value, items_to_remove, parse};
use crate::manifest::{self, Manifest, Requirement};
use crate::source::Extent;

/// Something to be written at a place.
pub type Insertion = (Extent, String);

/// Adds the string `item` to the array at `array` (brackets included) of the TOML text `text`.
pub fn to_array(text: &str, array: Extent, item: &str) -> Option<Vec<Insertion>> {
    let document = parse(text);
    let items = array_at(&document.root, array)?;
    let strings: Vec<&Item<'_>> = items.iter().filter(|item| item.as_text().is_some()).collect();
    let quote = strings.last().and_then(|item| text.get(item.at.range())?.chars().next()).unwrap_or('"');
    if strings.iter().any(|item| text.get(item.at.range()).is_some_and(is_multiline)) || item.contains(quote) {
        return None;
    }
    let written = format!("{quote}{item}{quote}");
    let Some(last) = items.last() else { return to_empty_array(text, array, &written) };
    let names: Vec<&str> = strings.iter().filter_map(|item| item.scalar()).collect();
    let after = match sorted_place(&names, item) {
        Some(at) if at > 0 && at < strings.len() => strings.get(at - 1).copied()?,
        _ => last,
    };
    let is_last = after.at == last.at;
    let range = after.at.range();
    let line = line_of(text, range.start);
    let indentation = text.get(line.0..range.start)?;
    let own_line = indentation.trim().is_empty();
    let rest = text.get(range.end..line_of(text, range.end).1)?;
    let tail = rest.trim_start();
    let has_comma = tail.starts_with(',');
    if !own_line {
        // Several on one line: the comma before it is enough.
        let opened = text.get(line.0..range.start)?.trim_start().starts_with(']');
        return (!opened).then(|| vec![(Extent::at(range.end), format!(", {written}"))]);
    }
    let after_comma = tail.strip_prefix(',').unwrap_or(tail).trim_start();
    let alone = after_comma.is_empty() || after_comma.starts_with('#');
    if !alone {
        // The bracket, or another item, follows on the line.
        return Some(vec![(Extent::at(range.end), format!(",{}{indentation}{written}", line_end(text)))]);
    }
    if !has_comma && !is_last {
        // Commas lead the lines.
        return None;
    }
    let comma = if has_comma { "," } else { "" };
    let line = (Extent::at(line_of(text, range.end).1), format!("{}{indentation}{written}{comma}", line_end(text)));
    Some(if has_comma { vec![line] } else { vec![(Extent::at(range.end), ",".to_owned()), line] })
}

fn to_empty_array(text: &str, array: Extent, written: &str) -> Option<Vec<Insertion>> {
    let range = array.range();
    let inner = text.get(range.start + 1..range.end.checked_sub(1)?)?;
    if inner.trim().is_empty() && !inner.contains('\n') {
        return Some(vec![(Extent::new(range.start + 1, range.end - 1), written.to_owned())]);
    }
    if !inner.trim().is_empty() {
        // Comments may be about what comes.
        return None;
    }
    let end = line_end(text);
    Some(vec![(Extent::new(range.start + 1, range.end - 1), format!("{end}    {written},{end}"))])
}

/// Adds the line `item` to the requirements that stand on lines of their own; `requirements` are one or more
/// of them, in order.
pub fn to_lines(text: &str, requirements: &[&Requirement], item: &str) -> Option<Vec<Insertion>> {
    let is_line = |requirement: &&&Requirement| requirement.item != requirement.at;
    let lines: Vec<&Requirement> = requirements.iter().filter(is_line).copied().collect();
    let names: Vec<&str> = lines.iter().map(|requirement| requirement.name()).collect();
    let last = lines.last()?;
    let after = match sorted_place(&names, item) {
        Some(at) if at > 0 => lines.get(at - 1)?,
        _ => last,
    };
    let whole = after.item.range();
    let indentation = text.get(line_of(text, after.at.range().start).0..after.at.range().start)?;
    if !indentation.trim().is_empty() {
        return None;
    }
    let end = line_end(text);
    let is_ended = text.get(whole.clone())?.ends_with('\n');
    let line = if is_ended { format!("{indentation}{item}{end}") } else { format!("{end}{indentation}{item}") };
    Some(vec![(Extent::at(whole.end), line)])
}

/// Adds the entry `name = "*"` to the table of the TOML text `text` with this dotted name.
pub fn to_table(text: &str, path: &[&str], name: &str) -> Option<Vec<Insertion>> {
    let document = parse(text);
    let table = document.root.find(path)?.as_table()?;
    if table.form != Form::Header {
        return None;
    }
    let end = line_end(text);
    let last = table.iter().filter(|entry| !has_header(&entry.item)).map(|entry| entry.item.at.end).max();
    let at = line_of(text, last.unwrap_or(table.at.end) as usize).1;
    Some(vec![(Extent::at(at), format!("{end}{name} = \"*\""))])
}

fn has_header(item: &Item<'_>) -> bool {
    let is_header = |table: &Table<'_>| table.form != Form::Inline;
    item.as_table().is_some_and(is_header)
        || item.as_array().is_some_and(|items| items.iter().filter_map(Item::as_table).any(is_header))
}

/// The items of the array that stands at `at`.
fn array_at<'a, 't>(table: &'a Table<'t>, at: Extent) -> Option<&'a [Item<'t>]> {
    // Tables nest no deeper than the reader allows.
    table.iter().find_map(|entry| match &entry.item.value {
        Value::Array(items) if entry.item.at == at => Some(items.as_slice()),
        Value::Array(items) => items.iter().filter_map(Item::as_table).find_map(|table| array_at(table, at)),
        Value::Table(table) => array_at(table, at),
        _ => None,
    })
}

/// The array of strings around the bytes at `at`, brackets included.
pub fn array_around(text: &str, at: Extent) -> Option<Extent> {
    fn within(table: &Table<'_>, at: Extent) -> Option<Extent> {
        table.iter().find_map(|entry| match &entry.item.value {
            Value::Array(items) if items.iter().any(|item| item.as_text().is_some() && item.at.contains(at)) => {
                Some(entry.item.at)
            }
            Value::Array(items) => items.iter().filter_map(Item::as_table).find_map(|table| within(table, at)),
            Value::Table(table) => within(table, at),
            _ => None,
        })
    }
    within(&parse(text).root, at)
}

/// The fix that deletes `values` from their lists: items of arrays in TOML, else what has a line for itself. All or none.
pub fn without(text: &str, manifest: &Manifest, values: &[&manifest::Value], title: &str) -> Option<Fix> {
    let places: Option<Vec<Extent>> = values.iter().map(|value| place_of(text, manifest.format, value)).collect();
    let edits: Vec<Edit> = places?.into_iter().map(|place| remove(manifest.file, place)).collect();
    Some(Fix::new(title, Applicability::Safe, edits))
}

/// What to delete so that `value` is gone from its list.
fn place_of(text: &str, format: &str, value: &manifest::Value) -> Option<Extent> {
    if format == "pyproject" {
        let document = parse(text);
        let items = array_at(&document.root, array_around(text, value.at)?)?;
        let at = items.iter().position(|item| item.at.contains(value.at))?;
        return items_to_remove(text, array_around(text, value.at)?, items).get(at).copied();
    }
    let (start, end) = line_of(text, value.at.range().start);
    let line = text.get(start..end)?.trim();
    let line = if format == "setup.py" { line.strip_suffix(',')? } else { line };
    let bare = line.trim_matches(|c| format == "setup.py" && matches!(c, '"' | '\''));
    let next = end + text.get(end..)?.find('\n').map_or(0, |at| at + 1);
    (bare == value.text).then(|| Extent::new(start, next))
}

/// Where `item` belongs among `names`, where there are several and they are sorted.
fn sorted_place(names: &[&str], item: &str) -> Option<usize> {
    let lower: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    let is_sorted = lower.len() > 2 && lower.is_sorted();
    is_sorted.then(|| lower.iter().take_while(|name| name.as_str() < item.to_ascii_lowercase().as_str()).count())
}

fn is_multiline(literal: &str) -> bool {
    literal.starts_with("\"\"\"") || literal.starts_with("'''")
}

/// The line of byte `at`: its first byte, and the byte after its last sign.
fn line_of(text: &str, at: usize) -> (usize, usize) {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let rest = text.get(at..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default();
    (start, at + line.strip_suffix('\r').unwrap_or(line).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, mut insertions: Vec<Insertion>) -> String {
        insertions.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
        let mut text = text.to_owned();
        for (at, new) in insertions {
            text.replace_range(at.range(), &new);
        }
        text
    }

    #[test]
    fn arrays_get_one_more() {
        for (text, expected) in [
            ("a = []", Some("a = [\"m\"]")),
            ("a = [ ]", Some("a = [\"m\"]")),
            ("a = [\n]\n", Some("a = [\n    \"m\",\n]\n")),
            ("a = [\n  # c\n]\n", None),
            ("a = ['x']", Some("a = ['x', 'm']")),
            ("a = ['x',]", Some("a = ['x', 'm',]")),
            ("a = [\n  'x',\n]\n", Some("a = [\n  'x',\n  'm',\n]\n")),
            ("a = [\n  'x'\n]\n", Some("a = [\n  'x',\n  'm'\n]\n")),
            ("a = [\n  'x' # c\n]\n", Some("a = [\n  'x', # c\n  'm'\n]\n")),
            ("a = [\n  'x', # c\n  # d\n]\n", Some("a = [\n  'x', # c\n  'm',\n  # d\n]\n")),
            ("a = [\r\n\t'x',\r\n]\r\n", Some("a = [\r\n\t'x',\r\n\t'm',\r\n]\r\n")),
            ("a = [\n  'x']\n", Some("a = [\n  'x',\n  'm']\n")),
            ("a = [\n  'x', 'y',\n]\n", Some("a = [\n  'x', 'y', 'm',\n]\n")),
            ("a = ['x',\n     'y']\n", Some("a = ['x',\n     'y',\n     'm']\n")),
            // Sorted.
            ("a = [\n  'a',\n  'b',\n  'z',\n]\n", Some("a = [\n  'a',\n  'b',\n  'm',\n  'z',\n]\n")),
            ("a = ['a', 'b', 'z']\n", Some("a = ['a', 'b', 'm', 'z']\n")),
            ("a = ['n', 'o', 'z']\n", Some("a = ['n', 'o', 'z', 'm']\n")),
            (
                "a = [\n  'a',\n  {include-group = \"b\"},\n]\n",
                Some("a = [\n  'a',\n  {include-group = \"b\"},\n  'm',\n]\n"),
            ),
            ("a = [\n    'a'\n  , 'b'\n]", Some("a = [\n    'a'\n  , 'b', 'm'\n]")),
        ] {
            let document = parse(text);
            let (_, at) = document.root.array("a").expect("an array");
            let new = to_array(text, at, "m").map(|insertions| written(text, insertions));
            assert_eq!(new.as_deref(), expected, "{text:?}");
            if let Some(new) = new {
                assert!(parse(&new).problems.is_empty(), "{new:?}");
            }
        }
    }

    #[test]
    fn tables_get_one_more() {
        for (text, expected) in [
            ("[t.u]\na = '1' # c\n\n[v]\n", Some("[t.u]\na = '1' # c\nm = \"*\"\n\n[v]\n")),
            ("[t.u]\n", Some("[t.u]\nm = \"*\"\n")),
            ("[t.u]\na = {b = 1,\n c = 2}", Some("[t.u]\na = {b = 1,\n c = 2}\nm = \"*\"")),
            ("[t.u]\r\na = 1\r\n", Some("[t.u]\r\na = 1\r\nm = \"*\"\r\n")),
            ("t.u = {a = 1}\n", None),
        ] {
            let new = to_table(text, &["t", "u"], "m").map(|insertions| written(text, insertions));
            assert_eq!(new.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn lines_get_one_more() {
        for (text, expected) in [
            ("a\nz", "a\nz\nm"),
            ("z # c\na\n", "z # c\na\nm\n"),
            ("a\nb # c\n# d\nz\n", "a\nb # c\nm\n# d\nz\n"),
            ("a\r\nz\r\n", "a\r\nz\r\nm\r\n"),
            ("z \\\n  >=1\n# end\n", "z \\\n  >=1\nm\n# end\n"),
        ] {
            let read = crate::manifest::requirements::FORMAT.read;
            let reading = read(text, crate::manifest::ReadContext { path: "requirements.txt" });
            let list: Vec<&Requirement> = reading.requirements.iter().collect();
            let new = to_lines(text, &list, "m").map(|insertions| written(text, insertions));
            assert_eq!(new.as_deref(), Some(expected), "{text:?}");
        }
    }
}
