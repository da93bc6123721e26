//! The table of advisories: one row for each distribution that a record is about.
//!
//! Its fields are the distribution, the record's identifier and its aliases with a blank between them, and the versions
//! that are affected ([`Affected::written`]); where nobody has said that it was mended, also the last version that the record
//! lists, since it cannot know of later ones. Rows are in the order of their bytes, so that the same records give the same table.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::Affected;
use super::osv::{Record, Statement};
use crate::manifest::version;
use crate::name::Name;

/// The table, with the day of its newest record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compiled {
    /// When a record was last changed, `YYYY-MM-DD`.
    pub date: String,
    /// The rows.
    pub rows: String,
    /// Records of distributions that have no row, since no version of theirs is affected that could be understood.
    pub mute: Vec<String>,
}

/// Makes the table. Records that were withdrawn, and those about no distribution, are left out. Nothing where none is left.
pub fn compile<'r>(records: impl IntoIterator<Item = &'r Record>) -> Option<Compiled> {
    let mut rows = BTreeSet::new();
    let mut date = "";
    let mut mute = Vec::new();
    for record in records.into_iter().filter(|record| record.withdrawn.is_none() && is_identifier(&record.id)) {
        let mut statements: BTreeMap<Name, Vec<Statement<'_>>> = BTreeMap::new();
        for (name, statement) in record.statements().filter(|(name, _)| is_name(name.as_str())) {
            statements.entry(name).or_default().push(statement);
        }
        if !statements.is_empty() {
            date = date.max(record.modified.get(..10).unwrap_or_default());
        }
        for (name, statements) in statements {
            let affected = Affected::of(statements.iter().copied());
            if affected.is_empty() {
                mute.push(record.id.clone());
                continue;
            }
            let last = if affected.has_fix() { None } else { last_listed(&statements) };
            let last = last.map_or(String::new(), |last| format!("\t{last}"));
            rows.insert(format!("{name}\t{}\t{}{last}\n", identifiers(record), affected.written()));
        }
    }
    mute.sort();
    (!rows.is_empty()).then(|| Compiled { date: date.to_owned(), rows: rows.into_iter().collect(), mute })
}

/// The last of the versions that are listed.
fn last_listed(statements: &[Statement<'_>]) -> Option<String> {
    let listed = statements.iter().flat_map(|statement| statement.versions);
    let versions = listed.filter(|version| version::normalized(version).is_some());
    let last = versions.max_by(|one, other| version::compare(one, other).unwrap_or(Ordering::Equal))?;
    version::normalized(last)
}

/// The record's own identifier, and its aliases in order, each once.
fn identifiers(record: &Record) -> String {
    let aliases: BTreeSet<&str> = record.aliases.iter().map(String::as_str).collect();
    let aliases = aliases.into_iter().filter(|alias| *alias != record.id && is_identifier(alias));
    std::iter::once(record.id.as_str()).chain(aliases).collect::<Vec<_>>().join(" ")
}

/// Whether a text can be an identifier: what else stands there would break the table.
fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}

/// Likewise a normalised name.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, modified: &str, rest: &str) -> Record {
        Record::of_json(&format!(r#"{{"id": "{id}", "modified": "{modified}", {rest}}}"#)).expect("a record")
    }

    fn about(name: &str, version: &str) -> String {
        format!(r#""affected": [{{"package": {{"ecosystem": "PyPI", "name": "{name}"}}, "versions": ["{version}"]}}]"#)
    }

    #[test]
    fn the_same_records_give_the_same_table() {
        let mut records = vec![
            record(
                "B-2",
                "2024-03-01T10:00:00Z",
                &format!(r#""aliases": ["CVE-2", "B-2", "CVE-1", "CVE-2", "a\tb"], {}"#, about("Two_Words", "1.0")),
            ),
            record("A-1", "2024-02-01T10:00:00Z", &about("two.words", "2.0")),
            record(
                "C-3",
                "2030-01-01T00:00:00Z",
                r#""affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1"]}]"#,
            ),
            record("D-4", "2030-01-01T00:00:00Z", &format!(r#""withdrawn": "2030-01-01", {}"#, about("x", "1"))),
            record("E-5", "2024-01-01T00:00:00Z", r#""affected": [{"name": "x"}, {"name": "a b"}]"#),
            record("F\\t6", "2030-01-01T00:00:00Z", &about("x", "1")),
        ];
        let table = compile(&records).expect("some rows");
        assert_eq!(table.rows, "two-words\tA-1\t2.0\ntwo-words\tB-2 CVE-1 CVE-2\t1.0\n");
        assert_eq!((table.date.as_str(), table.mute.as_slice()), ("2024-03-01", &["E-5".to_owned()][..]));
        records.reverse();
        assert_eq!(compile(&records), Some(table));
    }

    #[test]
    fn what_was_never_mended_has_the_last_version_that_is_listed() {
        let rest = r#""affected": [{"name": "x", "versions": ["1.10", "1.9", "odd version"],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}]}]}]"#;
        let table = compile(&[record("A-1", "2024-02-01", rest)]).expect("a row");
        assert_eq!(table.rows, "x\tA-1\t1.0..\t1.10\n");
    }

    #[test]
    fn without_a_row_there_is_no_table() {
        assert_eq!(compile(&[]), None);
        assert_eq!(compile(&[record("C-3", "", r#""affected": []"#)]), None);
    }
}
