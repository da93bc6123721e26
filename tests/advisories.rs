//! Which versions advisories affect, held against what `tests/oracle/advisories.py` says with packaging.

use std::collections::BTreeSet;

use pyeco_lint::knowledge::advisories::Advisories;

/// The answers: name, identifier, versions with the answers for each and its neighbours.
const ANSWERS: &str = include_str!("../fixtures/advisories/answers.tsv");

/// The version, and seven around it, in the order of the script.
fn neighbours(text: &str) -> [String; 8] {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '!').unwrap_or(text.len());
    let release = text[..end].trim_end_matches('.');
    let (epoch, parts) = release.split_at(release.find('!').map_or(0, |at| at + 1));
    let mut parts: Vec<u64> = parts.split('.').map(|part| part.parse().expect("a number")).collect();
    if let Some(at) = parts.iter().rposition(|part| *part > 0) {
        parts[at] -= 1;
        parts[at + 1..].fill(99);
    }
    let before: Vec<String> = parts.iter().map(u64::to_string).collect();
    [
        text.to_owned(),
        release.to_owned(),
        format!("{release}.dev1"),
        format!("{release}a1"),
        format!("{release}.post1"),
        format!("{release}+local"),
        format!("{release}.0.1"),
        format!("{epoch}{}", before.join(".")),
    ]
}

#[test]
fn advisories_are_judged_as_the_schema_says() {
    let advisories = Advisories::embedded();
    let mut asked = 0;
    let mut rows = 0;
    let mut differing = Vec::new();
    let mut without: BTreeSet<&str> = BTreeSet::new();
    for line in ANSWERS.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, id, answers] = fields.as_slice() else { panic!("three fields: {line}") };
        let of = advisories.of(name);
        let advisory = of.iter().find(|advisory| advisory.ids.first() == Some(id));
        rows += usize::from(advisory.is_some());
        if advisory.is_none() {
            without.insert(id);
        }
        let mut ask = |version: &str, expected: bool| {
            asked += 1;
            let found = advisory.is_some_and(|advisory| advisory.affected.contains(version));
            if found != expected {
                differing.push(format!("{id}: {name} {version}: {found}, and the oracle says {expected}"));
            }
        };
        for answer in answers.split(' ') {
            let (version, bits) = answer.rsplit_once(':').expect("an answer");
            if let Some(odd) = version.strip_prefix('=') {
                ask(odd, bits == "1");
                continue;
            }
            let bits = u8::from_str_radix(bits, 16).expect("two digits");
            for (at, neighbour) in neighbours(version).iter().enumerate() {
                ask(neighbour, bits >> at & 1 == 1);
            }
        }
    }
    assert!(differing.is_empty(), "{} of {asked} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(asked > 20 * rows, "{asked} questions about {rows} rows");
    assert_eq!(rows, advisories.count(), "every row is asked about");
    // Of these no bound is a version, and none is listed.
    assert_eq!(without.into_iter().collect::<Vec<_>>(), ["PYSEC-2019-125", "PYSEC-2021-371"]);
}
