//! What to delete so that an item of an array, or an entry of an inline table, is gone and the rest stays tidy.

use super::{Form, Item, Table};
use crate::source::Extent;

/// For each item of the array at `array` what to delete: the literal with its comma; where it is alone on its line the
/// whole line, with the comment after it and its end. Each leaves a valid array when it is deleted alone.
pub fn items_to_remove(text: &str, array: Extent, items: &[Item<'_>]) -> Vec<Extent> {
    let places: Vec<Extent> = items.iter().map(|item| item.at).collect();
    removals(text, array, &places)
}

/// For each entry of `table` what to delete: in an inline table as for an array; elsewhere the lines of the entry, with
/// the comment after it.
pub fn pairs_to_remove(text: &str, table: &Table<'_>) -> Vec<Extent> {
    if table.form == Form::Inline {
        let places: Vec<Extent> =
            table.iter().map(|entry| whole_key(text, entry.key_at).cover(entry.item.at)).collect();
        return removals(text, table.at, &places);
    }
    table.iter().map(|entry| lines_of(text, entry.key_at, &entry.item)).collect()
}

/// The key with its quotes.
fn whole_key(text: &str, key: Extent) -> Extent {
    let range = key.range();
    let quoted = range
        .start
        .checked_sub(1)
        .and_then(|before| text.get(before..range.start))
        .is_some_and(|q| q == "\"" || q == "'");
    let closed = text.get(range.end..).is_some_and(|rest| rest.starts_with(['"', '\'']));
    if quoted { Extent::new(range.start - 1, range.end + usize::from(closed)) } else { key }
}

/// The whole lines of an entry of a table that is not inline.
fn lines_of(text: &str, key: Extent, item: &Item<'_>) -> Extent {
    let mut whole = key.cover(last_of(item));
    if let Some(table) = item.as_table().filter(|table| table.form == Form::Header) {
        whole = whole.cover(table.at);
    }
    for table in item.as_array().unwrap_or_default().iter().filter_map(Item::as_table) {
        whole = whole.cover(table.at);
    }
    let start = super::scan::line_start(text, whole.range().start);
    Extent::new(start, super::scan::next_line(text, whole.range().end))
}

/// The last value in `item`.
fn last_of(item: &Item<'_>) -> Extent {
    match &item.value {
        super::Value::Table(table) if table.form != Form::Inline => {
            table.iter().map(|entry| last_of(&entry.item)).fold(item.at, Extent::cover)
        }
        super::Value::Array(items) if !items.is_empty() => items.iter().map(last_of).fold(item.at, Extent::cover),
        _ => item.at,
    }
}

fn removals(text: &str, whole: Extent, places: &[Extent]) -> Vec<Extent> {
    // The comma after each item, looked for before the next one.
    let ends = places.iter().skip(1).map(|next| next.range().start).chain([whole.range().end.saturating_sub(1)]);
    let commas: Vec<Option<usize>> = places
        .iter()
        .zip(ends)
        .map(|(place, end)| {
            let at = past_trivia(text, place.range().end, end.max(place.range().end));
            (text.as_bytes().get(at) == Some(&b',') && at < end).then_some(at)
        })
        .collect();
    let comma = |index: Option<usize>| index.and_then(|index| commas.get(index).copied().flatten());
    let last = places.len().saturating_sub(1);
    // Lines are looked for once: there may be many items on one.
    let mut start = (0, 0);
    let mut end = (0, 0);
    places
        .iter()
        .enumerate()
        .map(|(index, &place)| {
            if place.range().start >= start.1 {
                let at = super::scan::line_start(text, place.range().start);
                start = (at, super::scan::next_line(text, place.range().start));
            }
            if place.range().end >= end.1 {
                let at = super::scan::line_end(text, place.range().end);
                end = (at, super::scan::next_line(text, place.range().end));
            }
            let before = comma(index.checked_sub(1));
            removal(text, whole, place, [start.0, end.0], before, comma(Some(index)), index == last)
        })
        .collect()
}

/// What to delete for the item at `place`; `line_start` and `line_end` are of the lines of its first and last byte,
/// `before` and `after` the commas around it.
fn removal(
    text: &str,
    whole: Extent,
    place: Extent,
    [line_start, line_end]: [usize; 2],
    before: Option<usize>,
    after: Option<usize>,
    last: bool,
) -> Extent {
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let blank = |part: &str| part.trim().is_empty();
    // With a comma go the blanks before it, as where commas lead the lines.
    let before_comma = |comma: usize| whole.range().start + slice(whole.range().start, comma).trim_end().len();
    let (start, literal_end) = (place.range().start, place.range().end);
    let first_on_line = line_start > whole.range().start && blank(slice(line_start, start));
    // The comma counts where it stands on the line of the end of the literal.
    let near = after.filter(|&at| at < line_end);
    let end = near.map_or(literal_end, |at| at + 1);
    let tail = slice(end, line_end).trim_start();
    let last_on_line = line_end < whole.range().end && (tail.is_empty() || tail.starts_with('#'));
    let opens_line = blank(slice(line_start.max(whole.range().start + 1), start));

    if last_on_line && first_on_line && (near.is_some() || last) {
        return Extent::new(line_start, super::scan::next_line(text, line_end));
    }
    if near.is_some() && last_on_line {
        // Others stand before it on its line; the comment is theirs too, unless only the bracket is.
        let begin = if opens_line { start } else { start - trailing_blanks(slice(line_start, start)) };
        return Extent::new(begin, if opens_line { line_end } else { end });
    }
    if near.is_some() {
        return Extent::new(start, end + leading_blanks(slice(end, line_end)));
    }
    if last {
        // The comma before it goes with it, unless a comment stands between.
        return match before.filter(|&comma| blank(slice(comma + 1, start))) {
            Some(comma) => Extent::new(before_comma(comma), literal_end),
            None => Extent::new(start, literal_end + leading_blanks(slice(literal_end, line_end))),
        };
    }
    // Commas lead the lines: the one before goes, or for the first the one after.
    match (before, after) {
        (Some(comma), _) if blank(slice(comma + 1, start)) => Extent::new(before_comma(comma), literal_end),
        (_, Some(comma)) => {
            let next = comma + 1;
            Extent::new(start, next + leading_blanks(slice(next, super::scan::line_end(text, next))))
        }
        _ => place,
    }
}

fn leading_blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

fn trailing_blanks(text: &str) -> usize {
    text.len() - text.trim_end_matches([' ', '\t']).len()
}

/// The first byte from `at` on, before `end`, that is neither blank nor in a comment.
fn past_trivia(text: &str, mut at: usize, end: usize) -> usize {
    while at < end {
        match text.as_bytes().get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = super::scan::line_end(text, at),
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    /// Deletes each item of `a` alone, and gives the texts; that the items left are the others is checked here.
    fn without(text: &str) -> Vec<String> {
        let document = parse(text);
        assert!(document.problems.is_empty(), "{text:?}");
        let (items, at) = document.root.array("a").expect("an array");
        let all: Vec<&str> = items.iter().filter_map(Item::scalar).collect();
        let removals = items_to_remove(text, at, items);
        let rest = removals.iter().enumerate().map(|(index, remove)| {
            let mut rest = text.to_owned();
            rest.replace_range(remove.range(), "");
            let again = parse(&rest);
            assert!(again.problems.is_empty(), "{text:?} -> {rest:?}");
            let left = again.root.array("a").expect("an array").0;
            let left: Vec<&str> = left.iter().filter_map(Item::scalar).collect();
            let mut expected = all.clone();
            expected.remove(index);
            assert_eq!(left, expected, "{text:?} -> {rest:?}");
            rest
        });
        rest.collect()
    }

    #[test]
    fn arrays_stay_tidy() {
        for (text, expected) in [
            ("a = ['x', 'y', 'z']", vec!["a = ['y', 'z']", "a = ['x', 'z']", "a = ['x', 'y']"]),
            ("a = ['x']", vec!["a = []"]),
            ("a = ['x',]", vec!["a = []"]),
            ("a = [ 'x', 'y' ]", vec!["a = [ 'y' ]", "a = [ 'x' ]"]),
            ("a = [\n  'x',\n  'y',\n]\n", vec!["a = [\n  'y',\n]\n", "a = [\n  'x',\n]\n"]),
            ("a = [\n  'x',\n  'y'\n]\n", vec!["a = [\n  'y'\n]\n", "a = [\n  'x',\n]\n"]),
            ("a = [\r\n  'x',\r\n  'y'\r\n]", vec!["a = [\r\n  'y'\r\n]", "a = [\r\n  'x',\r\n]"]),
            ("a = [\n  'x', # c\n  'y' # d\n]\n", vec!["a = [\n  'y' # d\n]\n", "a = [\n  'x', # c\n]\n"]),
            ("a = [\n  # on x\n  'x',\n]\n", vec!["a = [\n  # on x\n]\n"]),
            (
                "a = [\n  'x', 'y',\n  'z', # z\n]\n",
                vec!["a = [\n  'y',\n  'z', # z\n]\n", "a = [\n  'x',\n  'z', # z\n]\n", "a = [\n  'x', 'y',\n]\n"],
            ),
            ("a = [\n  'x', 'y', # both\n]\n", vec!["a = [\n  'y', # both\n]\n", "a = [\n  'x', # both\n]\n"]),
            ("a = ['x',\n     'y']", vec!["a = [\n     'y']", "a = ['x']"]),
            ("a = ['x', # c\n     'y']", vec!["a = [\n     'y']", "a = ['x', # c\n     ]"]),
            (
                "a = [\n    'x'\n  , 'y'\n  , 'z'\n]",
                vec!["a = [\n    'y'\n  , 'z'\n]", "a = [\n    'x'\n  , 'z'\n]", "a = [\n    'x'\n  , 'y'\n]"],
            ),
            ("a = [\n  'x' # c\n  ,\n  'y'\n]", vec!["a = [\n  \n  'y'\n]", "a = [\n  'x' # c\n  ,\n]"]),
        ] {
            assert_eq!(without(text), expected, "{text:?}");
        }
    }

    #[test]
    fn entries_go_with_their_lines_or_commas() {
        for (text, expected) in [
            ("[t]\na = '1' # c\nb = 2\n", vec!["[t]\nb = 2\n", "[t]\na = '1' # c\n"]),
            ("[t]\na = [\n 1,\n]\nb = 2", vec!["[t]\nb = 2", "[t]\na = [\n 1,\n]\n"]),
            ("t = {a = 1, 'b' = 2}\n", vec!["t = {'b' = 2}\n", "t = {a = 1}\n"]),
            ("[t.a]\nx = 1\n[t.b]\ny = 2\n", vec!["[t.b]\ny = 2\n", "[t.a]\nx = 1\n"]),
            ("[[t.a]]\nx = 1\n[[t.a]]\nx = 2\n[u]\n", vec!["[u]\n"]),
        ] {
            let document = parse(text);
            let table = document.root.table("t").expect("a table");
            let rest = pairs_to_remove(text, table).into_iter().map(|remove| {
                let mut rest = text.to_owned();
                rest.replace_range(remove.range(), "");
                assert!(parse(&rest).problems.is_empty(), "{text:?} -> {rest:?}");
                rest
            });
            assert_eq!(rest.collect::<Vec<_>>(), expected, "{text:?}");
        }
    }
}
