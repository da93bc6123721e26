//! Tables that come with the program as text, searched where they lie: starting costs nothing, a lookup some fifteen
//! comparisons. Those that are asked often become [`Families`].
//!
//! A line is a row of fields with a tab between them. Lines that begin with `#` stand before all rows; the rows are in the
//! order of bytes of their first field, its key.

use foldhash::HashMap;

/// Values by name, or by a glob that begins or ends with `*`.
#[derive(Debug)]
pub struct Families<T> {
    /// In the order of names.
    names: Vec<(&'static str, T)>,
    /// By what comes before the `*`; with the place in the table.
    beginnings: HashMap<&'static str, Vec<(usize, T)>>,
    /// By what comes after the `*`, likewise.
    endings: HashMap<&'static str, Vec<(usize, T)>>,
}

impl<T: Copy> Families<T> {
    /// Takes rows of a name or a glob and a value.
    pub fn of_rows(rows: impl Iterator<Item = (&'static str, T)>) -> Self {
        let mut all = Self { names: Vec::new(), beginnings: HashMap::default(), endings: HashMap::default() };
        for (place, (pattern, value)) in rows.enumerate() {
            if let Some(ending) = pattern.strip_prefix('*') {
                all.endings.entry(ending).or_default().push((place, value));
            } else if let Some(beginning) = pattern.strip_suffix('*') {
                all.beginnings.entry(beginning).or_default().push((place, value));
            } else {
                all.names.push((pattern, value));
            }
        }
        all.names.shrink_to_fit();
        all.names.sort_by_key(|(name, _)| *name);
        all
    }

    /// What is said of `name`, what names it first.
    pub fn of(&self, name: &str) -> impl Iterator<Item = T> {
        let beginnings = (0..=name.len()).filter_map(|end| self.beginnings.get(name.get(..end)?));
        let endings = (0..=name.len()).filter_map(|start| self.endings.get(name.get(start..)?));
        let mut families: Vec<(usize, T)> = beginnings.chain(endings).flatten().copied().collect();
        families.sort_by_key(|(place, _)| *place);
        let first = self.names.partition_point(|(other, _)| *other < name);
        let named = self.names.iter().skip(first).take_while(move |(other, _)| *other == name).map(|(_, value)| *value);
        named.chain(families.into_iter().map(|(_, value)| value))
    }
}

/// The rows whose first field is `key`, in the order of the table, as lines.
pub fn rows<'t>(table: &'t str, key: &str) -> impl Iterator<Item = &'t str> {
    let from = table.get(first_at_or_after(table, key)..).unwrap_or_default();
    let key = key.to_owned();
    from.lines().take_while(move |line| key_of(line) == key)
}

/// Where the first row begins whose key does not come before `key`.
fn first_at_or_after(table: &str, key: &str) -> usize {
    // All rows that begin before `low` come before the key, and none that begins from `high` on.
    let (mut low, mut high) = (0, table.len());
    while low < high {
        let middle = table.floor_char_boundary(low.midpoint(high));
        let start = table.get(low..middle).and_then(|text| text.rfind('\n')).map_or(low, |at| low + at + 1);
        let end = table.get(middle..high).and_then(|text| text.find('\n')).map_or(high, |at| middle + at + 1);
        let line = table.get(start..end).unwrap_or_default();
        if line.starts_with('#') || key_of(line.trim_end_matches('\n')) < key {
            low = end;
        } else {
            high = start;
        }
    }
    low
}

fn key_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_come_after_names_in_the_order_of_the_table() {
        let rows = [("*-x", 0), ("a-*", 1), ("b", 2), ("a-x", 3), ("a-*", 4), ("a-xy*", 5), ("*", 6)];
        let families = Families::of_rows(rows.into_iter());
        let of = |name: &str| families.of(name).collect::<Vec<_>>();
        assert_eq!(of("a-x"), [3, 0, 1, 4, 6]);
        assert_eq!(of("b"), [2, 6]);
        assert_eq!(of("a-"), [1, 4, 6]);
        assert_eq!(of("\u{fc}-x"), [0, 6]);
        assert_eq!(of(""), [6]);
    }

    #[test]
    fn every_row_is_found_and_nothing_else() {
        let table = "# head\n# a\tb\na\t1\na\t2\nab\t\nb\nz\t5\nü\t3\nü\t4\n";
        let found = |key: &str| rows(table, key).collect::<Vec<_>>();
        assert_eq!(found("a"), ["a\t1", "a\t2"]);
        assert_eq!(found("ab"), ["ab\t"]);
        assert_eq!(found("b"), ["b"]);
        assert_eq!(found("ü"), ["ü\t3", "ü\t4"]);
        assert_eq!(found("z"), ["z\t5"]);
        for absent in ["", "#", "# head", "0", "aa", "c", "zz", "A"] {
            assert_eq!(found(absent), [""; 0], "{absent}");
        }
        assert_eq!(rows("", "a").count(), 0);
        assert_eq!(rows("a", "a").count(), 1);
    }
}
