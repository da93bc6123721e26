use super::*;

fn accepted(text: &str) -> Requirement {
    let (requirement, problems) = read(text, Group::Runtime);
    assert_eq!(problems, [], "{text:?}");
    requirement.unwrap_or_else(|| panic!("{text:?}"))
}

#[test]
fn every_part_has_its_place() {
    let text = " Requests [ socks , Use-Chardet ] >= 2.8.1 , == 2.8.* ; python_version < '2.7' ";
    let requirement = accepted(text);
    assert_eq!(requirement.name(), "requests");
    assert_eq!(requirement.name_at.of(text), "Requests");
    let extras: Vec<_> = requirement.extras.iter().map(|extra| (extra.name.as_str(), extra.at.of(text))).collect();
    assert_eq!(extras, [("socks", "socks"), ("use-chardet", "Use-Chardet")]);
    let specifier = requirement.specifier.unwrap_or_else(|| panic!("no specifier"));
    assert_eq!((specifier.written.as_str(), specifier.at.of(text)), (">= 2.8.1 , == 2.8.*", ">= 2.8.1 , == 2.8.*"));
    assert_eq!(specifier.versions.map(|versions| versions.contains("2.8.2")), Some(Some(true)));
    let marker = requirement.marker.unwrap_or_else(|| panic!("no marker"));
    assert_eq!((marker.written.as_str(), marker.at.of(text)), ("python_version < '2.7'", "python_version < '2.7'"));
    assert!(marker.marker.is_some());
    assert_eq!(
        (requirement.raw.as_str(), requirement.at.len(), requirement.item.len()),
        (text, text.len(), text.len())
    );

    let text = "pip[x]@https://host.example/pip.zip#sha1=1 ; os_name == 'nt'";
    let requirement = accepted(text);
    let Origin::Url(url, at) = &requirement.origin else { panic!("{requirement:?}") };
    assert_eq!((url.as_str(), at.of(text)), ("https://host.example/pip.zip#sha1=1", url.as_str()));
    assert!(requirement.marker.is_some() && requirement.specifier.is_none());
}

#[test]
fn what_packaging_accepts() {
    let cases = [
        "a",
        "A.B-C_D9",
        "a_",
        "1.0",
        "a ()",
        "a(>=1)",
        "a ( >=1 , <2, )",
        "a>=1,",
        "a===x.y-z!",
        "a===",
        "a[]",
        "a[ ]",
        "a[b]>1",
        "a @ b",
        "a@b",
        "a @ https://x.example/y ",
        "a\t>=\u{a0}1",
        "a>=1;os_name=='x'",
        "a; os_name in 'x'",
        "a===1,>=0",
        "a==1.0+abc.1",
        "a~=1.0.post1",
        "a(===1)",
        "a<2;extra=='x'or extra=='y'",
        "a @ x;y",
    ];
    for text in cases {
        accepted(text);
    }
}

#[test]
fn slips_are_explained() {
    // The text, the bytes at fault, words of the message, the replacement.
    let cases = [
        ("", "", "is empty", None),
        ("a=1", "=", "`=` is no operator", Some("==")),
        ("a = 1.0", "=", "`=` is no operator", Some("==")),
        ("a=latest", "=", "`=` is no operator", None),
        ("a => 1", "=>", "`=>` is no operator", Some(">=")),
        ("a=<1", "=<", "`=<` is no operator", Some("<=")),
        ("a> =1", "> =", "is no operator", Some(">=")),
        ("a==1.*.*", ".*.*", "one `.*` is enough", Some(".*")),
        ("a>=1.0.*", ".*", "only follow a version after `==`", Some("")),
        ("a>1.0.*", ".*", "only follow a version after `==`", None),
        ("a==1.0a1.*", ".*", "cannot follow a pre-release", None),
        ("a>=1 <2", " ", "a comma is missing", Some(",")),
        ("a>=1<2", "", "a comma is missing", Some(",")),
        ("a (>=1 <2)", " ", "a comma is missing", Some(",")),
        ("a>=1,,<2", ",", "missing between two commas", Some("")),
        ("a~=1", "~=1", "at least two parts", None),
        ("some package", "package", "a name has no blanks", None),
        ("requests 2.0", "2.0", "an operator is missing", None),
        (">=1.0", ">", "the name is missing", None),
        ("a^1.2", "^1.2", "operator of Poetry", Some(">=1.2,<2")),
        ("a ^0.2.3", "^0.2.3", "operator of Poetry", Some(">=0.2.3,<0.3")),
        ("a~1.2", "~1.2", "operator of Poetry", None),
        ("a[b", "[", "never closed", None),
        ("a[b c]", " ", "a comma is missing between the extras", Some(",")),
        ("a[b,]", "]", "an extra is missing after the comma", None),
        ("a[b,,c]", ",", "two commas", Some("")),
        ("a[b!]", "!", "cannot be in the name of an extra", None),
        ("a (>=1", "(", "never closed", None),
        ("a>=1)", ")", "never opened", None),
        ("a>=1 # why", "# why", "a comment cannot stand", None),
        ("\u{201c}a>=1\u{201d}", "\u{201c}a>=1\u{201d}", "without quotes", Some("a>=1")),
        ("'a'", "'a'", "without quotes", Some("a")),
        ("a\u{2265}1", "\u{2265}", "a plain `>=`", Some(">=")),
        ("a>='1.0'", "'1.0'", "without quotes", Some("1.0")),
        ("a==", "==", "is missing", None),
        ("a==latest", "latest", "not a version", None),
        ("a>=1.0+x", "+x", "a local version", None),
        ("a==1.0foo", "1.0foo", "not a version", None),
        ("-a", "-", "cannot begin", None),
        ("caf\u{e9}", "\u{e9}", "cannot be in a name", None),
        ("a @", "", "URL after `@` is missing", None),
        ("a @ https://x.example/y; os_name == 'a'", ";", "a blank is missing", Some(" ;")),
        ("a @ https://x.example/y z", "z", "after the URL", None),
        ("a >=1 python_version<'3'", " ", "`;` is missing", Some(" ; ")),
        ("a, b", ",", "after the name", None),
        ("a>=1 --hash=sha256:00", "--hash=sha256:00", "options of pip", None),
        ("a>=1\n", "\n", "U+000A", None),
        ("a ; os_name == 'b'\n", "\n", "white space", Some(" ")),
        ("a;", "", "is empty", None),
        ("a; python_version<3", "3", "not in quotes", Some("'3'")),
    ];
    for (text, at, message, replace) in cases {
        let (_, problems) = read(text, Group::Runtime);
        let [problem] = problems.as_slice() else { panic!("{text:?}: {problems:?}") };
        let found = problem.at.map(|at| at.of(text));
        assert_eq!((found, problem.replace.as_deref()), (Some(at), replace), "{text:?}: {problem:?}");
        assert!(problem.message.contains(message), "{text:?}: {problem:?}");
    }
}

#[test]
fn replacements_lead_to_what_is_accepted() {
    for text in ["a=1", "a => 1", "a==1.*.*", "a>=1.0.* ", "a>=1 <2", "a>=1,,<2", "a^1.2", "a[b c]", "'a>=1'", "a> = 1"]
    {
        let (_, problems) = read(text, Group::Runtime);
        let [problem] = problems.as_slice() else { panic!("{text:?}: {problems:?}") };
        let (Some(at), Some(replace)) = (problem.at, &problem.replace) else { panic!("{problem:?}") };
        let mut mended = text.to_owned();
        mended.replace_range(at.range(), replace);
        accepted(&mended);
    }
}

#[test]
fn several_faults_are_all_told() {
    let (requirement, problems) = read("a[b c]=>1,==x ; python_version < 3", Group::Runtime);
    assert_eq!(problems.iter().map(|problem| problem.rule).collect::<Vec<_>>(), [RULE, RULE, "invalid-marker"]);
    let requirement = requirement.unwrap_or_else(|| panic!("a name can be read"));
    assert_eq!((requirement.name(), requirement.versions().is_all()), ("a", true));
}

#[test]
fn pip_splits_at_the_semicolon() {
    for text in
        ["a ;", "a; os_name == 'x'\u{a0}", "a @ https://x.example/y; os_name == 'x'", "\u{a0}a>=1\u{a0};os_name=='x'"]
    {
        let (requirement, problems) = read_line(text, Group::Runtime);
        assert_eq!((requirement.is_some(), problems), (true, vec![]), "{text:?}");
    }
    let (requirement, _) = read_line("a @ https://x.example/y;os_name=='x'", Group::Runtime);
    assert!(requirement.is_some_and(|requirement| requirement.marker.is_some()));
}
