use super::build::{Mistake, build};
use super::*;

const TABLE: &str = "name\tlatest\tmonth\trank\nFlask\t3.1.2\t2026-01\t2\nflask-thing\t0.1.4\t2019-12\t\n\
                     # a comment\n\nrequests\t2.34.2\t2026-11\t1\nacme_core\n";

fn day() -> Date {
    Date::parse("2026-11-16").expect("a day")
}

fn bytes(scope: Scope) -> Vec<u8> {
    build(TABLE, scope, day()).expect("a table")
}

#[test]
fn gives_back_what_was_put_in() {
    let index = Index::read(bytes(Scope::Full)).expect("an index");
    assert_eq!((index.len(), index.ranked_len(), index.date(), index.scope()), (4, 2, day(), Scope::Full));
    let shown = |name: &str| {
        index.lookup(name).map(|entry| {
            let month = entry.last_release.map(|month| month.to_string()).unwrap_or_default();
            let popular = entry.popular.map(|popular| (popular.rank, popular.latest.unwrap_or_default()));
            (month, entry.is_early, popular)
        })
    };
    assert_eq!(shown("flask"), Some(("2026-01".to_owned(), false, Some((2, "3.1.2")))));
    assert_eq!(shown("requests"), Some(("2026-11".to_owned(), false, Some((1, "2.34.2")))));
    assert_eq!(shown("flask-thing"), Some(("2019-12".to_owned(), true, None)));
    assert_eq!(shown("acme-core"), Some((String::new(), false, None)));
    assert_eq!(shown("acme"), None);
    assert_eq!(shown(""), None);
    assert!(index.is_popular_prefix("req") && index.is_popular_prefix("flask") && !index.is_popular_prefix("flask-"));
    assert_eq!(index.ranked_names(), ["flask", "requests"]);
    let lines: Vec<&str> = TABLE.lines().rev().collect();
    let turned = build(&lines.join("\n").replace("name\tlatest\tmonth\trank", ""), Scope::Full, day());
    assert_eq!(turned, Ok(bytes(Scope::Full)), "the order of the table does not matter");
}

#[test]
fn of_many_names_each_is_found() {
    // Names that begin alike for up to 300 bytes, and some that begin each other.
    let long = "x".repeat(300);
    let beginnings = (1..=long.len()).map(|length| long[..length].to_owned());
    let names: Vec<String> = beginnings.chain((0..1000).map(|number| format!("acme-{number}-core"))).collect();
    let month = |at: usize| format!("20{:02}-{:02}", at % 100, at % 12 + 1);
    let rows: Vec<String> = names.iter().enumerate().map(|(at, name)| format!("{name}\t0.1\t{}", month(at))).collect();
    let index = Index::read(build(&rows.join("\n"), Scope::Full, day()).expect("a table")).expect("an index");
    assert_eq!(index.len(), names.len());
    for (at, name) in names.iter().enumerate() {
        let entry = index.lookup(name).expect(name);
        assert_eq!(entry.last_release.map(|month| month.to_string()), Some(month(at)), "{name}");
        assert!(index.contains(name) && entry.is_early && entry.popular.is_none());
    }
    for absent in
        ["", "a", "acme", "acme-0", "acme-0-cor", "acme-0-core-", "acme-1000-core", "w", "y", &"x".repeat(301)]
    {
        assert!(!index.contains(absent), "{absent}");
    }
}

#[test]
fn every_change_of_a_file_is_seen() {
    let whole = bytes(Scope::Private);
    assert!(Index::read(whole.clone()).is_ok());
    for length in 0..whole.len() {
        assert!(Index::read(whole[..length].to_vec()).is_err(), "cut to {length} bytes");
    }
    for at in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[at / 8] ^= 1 << (at % 8);
        assert!(Index::read(changed).is_err(), "bit {at} is another");
    }
    let mut longer = whole;
    longer.push(0);
    assert_eq!(Index::read(longer).err(), Some(Fault::Damaged));
}

#[test]
fn says_why_a_file_is_no_index() {
    for (bytes, expected) in [
        (&b""[..], "this is no package index"),
        (b"\x1f\x8b\x08 something else", "this is no package index"),
        (b"pyeco-lint index \xff\n", "this is no package index"),
        (b"pyeco-lint index 7\nwhatever comes then", "made by a newer version of pyeco-lint (format 7; this one reads 3)"),
        (b"pyeco-lint index 2\n", "of an old format"),
        (b"pyeco-lint index 3\ndate 2026-11-16\n\n", "damaged"),
        (
            b"pyeco-lint index 3\ndate 2026-11-16\nscope full\nparts 18446744073709551615 1 1\nchecksum 0000000000000000\n\n",
            "damaged",
        ),
    ] {
        let fault = Index::read(bytes.to_vec()).expect_err("no index").to_string();
        assert!(fault.contains(expected), "{fault}");
    }
}

#[test]
fn says_what_is_wrong_with_a_table() {
    for (table, line, expected) in [
        ("", 0, "there is no name in the table"),
        ("# nothing\n", 0, "there is no name in the table"),
        ("a\nb c\n", 2, "`b c` is no name of a distribution"),
        ("-a\n", 1, "`-a` is no name of a distribution"),
        ("a\t1.0\t2026-13\n", 1, "`2026-13` is no month of the form 2026-11"),
        ("a\t1.0\t\tmany\n", 1, "`many` is no rank from 1 to 1048575"),
        ("a\t\t\t3\nb\t\t\t3\n", 2, "line 1 has this rank as well"),
        ("a.b\t1.0\nA_B\t2.0\n", 2, "line 1 says something else of `a-b`"),
    ] {
        assert_eq!(build(table, Scope::Full, day()), Err(Mistake { line, message: expected.to_owned() }), "{table}");
    }
    assert!(build("a-b\nA_B\r\na.b", Scope::Private, day()).is_ok(), "one name, written in three ways");
    let of_length = |length| build(&format!("a\n{}\n", "x".repeat(length)), Scope::Private, day());
    assert!(of_length(1000).is_ok_and(|bytes| Index::read(bytes).is_ok_and(|index| index.contains(&"x".repeat(1000)))));
    let message = "the name has more than 1000 characters".to_owned();
    assert_eq!(of_length(1001), Err(Mistake { line: 2, message }));
}

#[test]
fn a_block_that_never_ends_is_not_unpacked() {
    use flate2::write::DeflateEncoder;
    use std::io::Write as _;
    let pack = |bytes: &[u8]| {
        let mut packed = DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).expect("to memory");
        packed.finish().expect("to memory")
    };
    // What is asked for comes first: only what comes behind it is too much.
    let endless = |start: &[u8]| pack(&[start, &vec![b'a'; 64 * 1024 * 1024]].concat());
    let (names, numbers) = (&b"\0a\n"[..], &b"\x03\0"[..]);
    for (names, numbers, contains, knows) in [
        (pack(names), pack(numbers), true, true),
        (endless(names), pack(numbers), false, false),
        (pack(names), endless(numbers), true, false),
    ] {
        let lengths = [names.len(), numbers.len()].map(|length| u32::try_from(length).expect("it is small"));
        let head = [1, 1, 1, lengths[0], lengths[1]].map(u32::to_le_bytes).concat();
        let names = [head, b"a".to_vec(), names, numbers].concat();
        let ranked = fst::MapBuilder::memory().into_inner().expect("an empty one");
        let index =
            Index::read(file::write(day(), Scope::Private, [&names, &ranked, b""])).expect("its parts are there");
        assert_eq!((index.len(), index.contains("a"), index.contains("b")), (1, contains, false));
        assert_eq!(index.lookup("a").is_some(), knows);
    }
}

#[test]
fn private_names_add_to_the_public_ones() {
    let names = Names::with(Arc::new(Index::read(bytes(Scope::Private)).expect("an index")));
    assert!(names.is_private("acme-core") && !names.is_private("numpy"));
    assert!(names.public().lookup("numpy").is_some());
    let names = Names::with(Arc::new(Index::read(bytes(Scope::Full)).expect("an index")));
    assert!(!names.is_private("acme-core") && names.public().lookup("numpy").is_none());
}

#[test]
fn the_index_of_the_program_is_whole() {
    let index = Index::embedded();
    assert!(file::verify(include_bytes!("../../../data/pypi-index.bin")).is_ok());
    assert_eq!((index.date(), index.scope()), (day(), Scope::Full));
    assert!(index.len() > 886_000 && index.ranked_len() > 14_900);
    for (name, rank) in [("boto3", Some(1)), ("packaging", Some(2)), ("httpxx", None)] {
        assert_eq!(index.lookup(name).map(|entry| entry.rank()), Some(rank), "{name}");
    }
    assert_eq!(index.lookup("fastapi-jwt-middleware"), None);
    assert_eq!(index.popular("packaging").and_then(|popular| popular.latest), Some("26.3"));
}

#[test]
fn months_count() {
    let month = |text| Month::parse(text).expect("a month");
    for text in ["1990-02", "2005-04", "2026-11", "2099-12"] {
        assert_eq!(month(text).to_string(), text);
    }
    for text in ["1990-01", "1989-12", "2026-00", "2026-13", "2026-1", "2026", "", "x026-11", "2026-11-16"] {
        assert_eq!(Month::parse(text), None, "{text}");
    }
    assert_eq!(month("2021-11").until(month("2026-11")), 60);
    assert_eq!(month("2026-11").until(month("2021-11")), 0);
}
