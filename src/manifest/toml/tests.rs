use super::*;

/// What each fault says, with the bytes it points at.
fn faults(text: &str) -> Vec<(String, String)> {
    let problems = parse(text).problems;
    problems.iter().map(|p| (p.message.clone(), p.at.map_or("", |at| at.of(text)).to_owned())).collect()
}

#[test]
fn faults_are_in_words_for_people() {
    for (text, message, at) in [
        ("a = \n", "a value is missing after `=`", "a ="),
        ("a = b\n", "`b` is not quoted", "b"),
        ("a = yes\n", "`yes` is not quoted", "yes"),
        ("a = True\n", "`True` is no value of TOML", "True"),
        ("a = >=3\n", "`>=3` is not quoted", ">=3"),
        ("a = [\n  requests>=2\",\n]\n", "`requests>=2` has a quote behind it and none before", "requests>=2"),
        ("a = [\n  requests>=2,\n]\n", "`requests>=2` is not quoted", "requests>=2"),
        ("a = [1 2]\n", "`1 2` is no value of TOML", "1 2"),
        ("a = 'x\nb = 1\n", "the string is not closed on its line", ""),
        ("a = \"\"\"x\n", "the string that begins with `\"\"\"` is never closed", "\"\"\""),
        ("a = '''x\n", "the string that begins with `'''` is never closed", "'''"),
        ("a = [1,,2]\n", "nothing stands before this comma", ","),
        ("a = [\n 'x'\n 'y'\n]\n", "a comma is missing after this item", ""),
        ("a = ['x' 'y']\n", "a comma is missing before this item", "'"),
        ("a = [\n 'x',\n[b]\nc = 1\n", "this array is never closed", "["),
        ("a = [\n 'x',\nb = 1\n", "this array is never closed", "["),
        ("a = [ 'x',\n", "this array is never closed", "["),
        ("a = {b = 1\n", "this inline table is never closed", "{"),
        ("[a\nb = 1\n", "the table's header is not closed", "[a"),
        ("[a]]\n", "more text follows on the line of a value or header", "]"),
        ("a = 'it's'\n", "more text follows on the line of a value or header", "s"),
        ("a b\n", "this line has no `=`", "a b"),
        ("a: 1\n", "this line has no `=`", "a: 1"),
        ("a b = 1\n", "no `=` follows the key of this line", "a b = 1"),
        ("a == 1\n", "a second `=` after the key", "="),
        ("= 1\n", "a key is missing here", "="),
        ("ключ = 1\n", "`ключ` cannot be a key without quotes", "ключ"),
        ("a = \"\\d\"\n", "`\\d` is no escape of TOML", "\\d"),
        ("a = 1.2.3\n", "`1.2.3` is no number of TOML", "1.2.3"),
        ("a = 01\n", "`01` is no number of TOML", "01"),
        ("a = 'x' # \u{1}\n", "the control character U+0001 stands in the text as it is", "\u{1}"),
        ("a.b = 1\na.b.c = 2\n", "`b` is of type integer: no keys can be set in it", "b"),
        ("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> b\n", "an unresolved merge conflict", "<<<<<<< HEAD"),
    ] {
        assert_eq!(faults(text), [(message.to_owned(), at.to_owned())], "{text:?}");
        assert!(parse(text).partial, "{text:?}");
    }
}

/// Python's `tomllib` refuses these, other readers do not, and nothing of them is lost.
#[test]
fn forms_of_a_newer_toml_are_told() {
    for (text, at, instead) in [
        ("a = {b = 1,}\n", ",", Some("")),
        ("a = {\n b = 1 }\n", "{", None),
        ("a = { b = 1 # c\n }\n", "{", None),
        ("a = \"\\e[0m\"\n", "\\e", Some("\\u001b")),
        ("a = \"\\x41\"\n", "\\x41", Some("\\u0041")),
        ("a = 07:32\n", "07:32", None),
        ("a = 1979-05-27T07:32Z\n", "1979-05-27T07:32Z", None),
    ] {
        let document = parse(text);
        let [problem] = document.problems.as_slice() else { panic!("{text:?}: {:?}", document.problems) };
        assert!(problem.message.ends_with("needs TOML 1.1"), "{text:?}");
        assert_eq!((problem.at.map(|at| at.of(text)), problem.replace.as_deref()), (Some(at), instead), "{text:?}");
        assert!(!document.partial && document.root.get("a").is_some(), "{text:?}");
    }
    for text in [
        "a = {b = [\n1,\n]}\n",
        "a = '\\e'\n",
        "a = [\n{b = 1},\n]\n",
        "a = \"\\\\e\"\n",
        "a = '''{\n,}'''",
        "a = 07:32:00\n",
    ] {
        assert_eq!(faults(text), [], "{text:?}");
    }
}

#[test]
fn what_is_defined_twice_names_both_places() {
    for (text, first, second) in [
        ("a = 1\nb = 2\na = 3\n", 0, 12),
        ("[a]\n[b]\n[a]\n", 1, 9),
        ("[a]\nb = 1\n[a.b]\n", 4, 13),
        ("[x]\na.b = 1\n[y]\na.b = 1\na.b = 2\n", 16, 26),
        ("a = {b = 1, b = 2}\n", 5, 12),
        ("[[a]]\nb = 1\n[[a]]\nb = 1\nb = 2\n", 18, 24),
    ] {
        let problems = parse(text).problems;
        let [problem] = problems.as_slice() else { panic!("{text:?}: {problems:?}") };
        assert!(problem.message.ends_with("is defined twice"), "{text:?}");
        let label = problem.labels.first().map(|(at, text)| (at.start, text.as_str()));
        assert_eq!(
            (label, problem.at.map(|at| at.start)),
            (Some((first, "first defined here")), Some(second)),
            "{text:?}"
        );
    }
}

/// After a fault the rest is read; nothing is read that the text does not say.
#[test]
fn what_follows_a_fault_is_read() {
    for text in [
        "x\n[t]\na = 1\n",
        "x == 1\n[t]\na = 1\n",
        "x = [\n 'y',\n[t]\na = 1\n",
        "x = [\n 'y'\n[t]\na = 1\n",
        "x = [[\n 'y' # c\n[t]\na = 1\n",
        "x = [\r\n 'y' # c\r\n[t]\r\na = 1\r\n",
        "[x\nb = 1\n[t]\na = 1\n",
        "x = 'y\n[t]\na = 1\n",
        "<<<<<<< HEAD\n=======\n>>>>>>> x\n[t]\na = 1\n",
    ] {
        let document = parse(text);
        assert_eq!(document.problems.len(), 1, "{text:?} {:?}", document.problems);
        assert_eq!(document.root.find(&["t", "a"]).and_then(Item::scalar), Some("1"), "{text:?}");
        assert!(document.root.get("b").is_none(), "{text:?}");
    }
    for text in ["a = \n", "a = b\n", "a = 'x\n", "a = \"\"x\"\"\n", "a == 1\n", "a = 01\n"] {
        assert!(parse(text).root.get("a").is_none(), "{text:?}");
    }
    let document = parse("a = ['x', y, 'z']\n");
    let items = document.root.array("a").expect("an array").0;
    assert_eq!(items.iter().filter_map(Item::scalar).collect::<Vec<_>>(), ["x", "z"]);
}

#[test]
fn places_and_forms() {
    let text = "[tool.x]\na.b = 'c'\n\"d e\" = {f = \"\\t\"}\n[[tool.y]]\ng = \"\"\"h\"\"\"\n";
    let document = parse(text);
    assert!(document.problems.is_empty());
    let tool = document.root.table("tool").expect("a table");
    assert_eq!((tool.form, tool.at.of(text)), (Form::Implied, "[tool.x]"));
    let x = tool.table("x").expect("a table");
    assert_eq!((x.form, x.at.of(text)), (Form::Header, "[tool.x]"));
    assert_eq!(x.table("a").map(|a| (a.form, a.at.of(text))), Some((Form::Dotted, "a")));
    let c = x.table("a").and_then(|a| a.text("b")).expect("a string");
    assert_eq!((c.text.as_ref(), c.at.of(text), c.exact), ("c", "c", true));
    let entry = x.entry("d e").expect("an entry");
    assert_eq!((entry.key_at.of(text), entry.item.at.of(text)), ("d e", "{f = \"\\t\"}"));
    let tab = entry.item.as_table().and_then(|table| table.text("f")).expect("a string");
    assert_eq!((tab.text.as_ref(), tab.at.of(text), tab.exact), ("\t", "\\t", false));
    let (tables, at) = tool.array("y").expect("an array");
    assert_eq!(at.of(text), "[[tool.y]]");
    let long = tables.first().and_then(Item::as_table).and_then(|table| table.text("g")).expect("a string");
    assert_eq!((long.text.as_ref(), long.at.of(text), long.exact), ("h", "h", false));
}

#[test]
fn depth_is_limited() {
    let brackets = format!("a = {}", "[".repeat(100_000));
    let dotted = format!("a = {}", "{b.c.d.e.f.g = ".repeat(100_000));
    let closed = format!("a = {}{}", "[".repeat(65), "]".repeat(65));
    for text in [brackets, dotted, closed] {
        let document = parse(&text);
        assert!(document.partial && document.root.is_empty());
        assert_eq!(document.problems.len(), 1);
    }
    let fine = format!("a = {}{}", "[".repeat(60), "]".repeat(60));
    assert!(parse(&fine).problems.is_empty());
    let keys = format!("{}a = 1", "a.".repeat(100_000));
    assert!(!parse(&keys).problems.is_empty());
}

#[test]
fn many_faults_are_counted() {
    let problems = parse(&"x\n".repeat(100)).problems;
    assert_eq!(problems.len(), MAX_FAULTS);
    let notes = problems.last().map(|problem| problem.notes.join(""));
    assert_eq!(notes.as_deref(), Some("80 more lines of the file have faults of syntax"));
}

/// What is read of a long text is what is read of any other.
#[test]
fn parts_are_left_out() {
    let text = "a = 1_000\n\"b\" = 'x'\nc = [ {d.e = 0x1F}, {}, [true, 1.5] ]\nf = 2026-11-22T10:00:00Z\n[g.h]\ni = \"\\t\"\n\
                j.k = '''\nl'''\n[[m]]\nn = 1\n[m.o]\np = 2\n[[m]]\nn = 3\n[[m.q]]\nr = 4\n[g]\ns = 5\n[t]\n";
    assert!(sparse::read(text, &[]).is_some());
    assert_eq!(format!("{:?}", parse_without(text, &[]).root), format!("{:?}", parse(text).root));
    let text = "[[a]]\nb = [{c = 'x'}, '\\x']\nd = 1\n[[a.e]]\nf = {g = 2}\n[a.e.h]\ni = 3\n[[a]]\nb = 'y'\nd = {b = 4}\n[j]\nb.k = 5\n";
    let document = parse_without(text, &[["a", "b"], ["a", "e"], ["j", "b"]]);
    assert_eq!(document.problems, []);
    let left: Vec<String> = document
        .root
        .array("a")
        .map_or(&[][..], |(items, _)| items)
        .iter()
        .map(|item| {
            item.as_table()
                .into_iter()
                .flatten()
                .map(|entry| format!("{} {}", entry.key, entry.item.at.of(text)))
                .collect::<Vec<_>>()
                .concat()
        })
        .collect();
    assert_eq!(left, ["d 1", "d {b = 4}"]);
    assert!(document.root.table("j").is_some_and(Table::is_empty));
}

/// A fault anywhere is told as ever, also in what is left out.
#[test]
fn parts_that_are_left_out_may_be_broken() {
    for text in [
        "[a]\nb = 'it's'\n",
        "[a]\nb = [1,,2]\n",
        "[a]\nb = \"\\d\"\n",
        "[a]\nb = {c = 1.2.3}\n",
        "[a.b]\nc = \n",
        "[a]\nb = [\n<<<<<<< HEAD\n1,\n=======\n2,\n>>>>>>> x\n]\n",
        "c = 1\nc = 2\n",
        "[c]\n[c]\n",
        "c = []\n[[c]]\n",
        "c.d = 1\n[c.d]\n",
        "[c]\nd.e = 1\n[c.d]\n",
        "c = {}\nc.d = 1\n",
    ] {
        assert_eq!(parse_without(text, &[["a", "b"]]).problems, parse(text).problems, "{text}");
        assert!(!parse(text).problems.is_empty(), "{text}");
    }
    let many = (0..1000).map(|n| format!("a{n} = {n}\n")).collect::<Vec<_>>().concat();
    assert_eq!(parse_without(&many, &[]).root.len(), 1000);
    let deep = format!("{}a = 1", "a.".repeat(100_000));
    assert_eq!(parse_without(&deep, &[]).problems, parse(&deep).problems);
}
