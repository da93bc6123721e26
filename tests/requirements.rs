//! Lines of requirements files against what pip 26.3 makes of them.
//!
//! `fixtures/manifests/requirements/hard-lines.jsonl` has what pip says of each line: whether it refuses it, and what it
//! reads. `tests/differential` keeps it true: `UPDATE_EXPECTED=1 cargo test --test differential hard` asks pip again.
//! Specifiers are compared as sets, markers as trees of comparisons with the variable on the left.

#[path = "common/pip.rs"]
mod pip;

use pip::{Line, is_refusal};
use pyeco_lint::manifest::requirements::FORMAT;
use pyeco_lint::manifest::{IncludeKind, ReadContext, Reading};
use serde::Deserialize;

const LINES: &str = include_str!("../fixtures/manifests/requirements/hard-lines.jsonl");

#[derive(Deserialize)]
struct Case {
    line: String,
    #[serde(flatten)]
    expected: Line,
}

fn read(text: &str) -> Reading {
    (FORMAT.read)(text, ReadContext { path: "requirements.txt" })
}

#[test]
fn hard_lines_are_read_as_pip_reads_them() {
    for json in LINES.lines() {
        let Case { line, expected } = serde_json::from_str(json).expect(json);
        let reading = read(&line);
        if expected == Line::Nothing {
            assert_eq!(reading, Reading::default(), "{line:?}");
            continue;
        }
        let ours = Line::of(&reading);
        assert!(ours.agrees(&expected), "{line:?}\n  pip:  {expected:?}\n  ours: {ours:?}");
        for fault in reading.problems.iter().filter(|problem| is_refusal(problem)) {
            let at = fault.at.expect("a place");
            assert!(line.get(at.range()).is_some(), "{line:?}: {at:?}");
        }
    }
}

#[test]
fn every_place_is_in_the_file() {
    let text: String = LINES.lines().map(|json| serde_json::from_str::<Case>(json).expect(json).line + "\n").collect();
    let reading = read(&text);
    let mut end_of_last = 0;
    for requirement in &reading.requirements {
        let whole = requirement.item.range();
        assert!(whole.start >= end_of_last, "{requirement:?}");
        end_of_last = whole.end;
        let mut inner = vec![requirement.at, requirement.name_at];
        inner.extend(requirement.extras.iter().map(|extra| extra.at));
        inner.extend(requirement.specifier.iter().map(|specifier| specifier.at));
        inner.extend(requirement.marker.iter().map(|marker| marker.at));
        for at in inner {
            assert!(text.get(at.range()).is_some(), "{requirement:?}");
            assert!(requirement.item.cover(at) == requirement.item, "{requirement:?}");
        }
        if requirement.exact {
            assert_eq!(requirement.at.of(&text), requirement.raw);
            if let Some(marker) = &requirement.marker {
                assert_eq!(marker.at.of(&text), marker.written);
            }
            if let Some(specifier) = &requirement.specifier {
                assert_eq!(specifier.at.of(&text), specifier.written);
            }
        }
    }
}

#[test]
fn a_file_as_people_write_it() {
    let text = "\
-i https://index.example/simple
--extra-index-url=https://index.example/more  # ours
-r base.txt
-c ../constraints.txt
-e ./libs/core[dev]

Django>=4.2,<5  # long-term support
requests[socks]==2.31.0 ; python_version < '3.13' \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
flask==${FLASK}
what is this
torch --indexurl x
";
    let reading = read(text);
    let options: Vec<_> =
        reading.options.iter().map(|option| (option.name.as_str(), option.value_at.of(text))).collect();
    assert_eq!(
        options,
        [("--index-url", "https://index.example/simple"), ("--extra-index-url", "https://index.example/more")]
    );
    let includes: Vec<_> = reading.includes.iter().map(|include| (include.kind, include.at.of(text))).collect();
    assert_eq!(includes, [(IncludeKind::Requirements, "base.txt"), (IncludeKind::Constraints, "../constraints.txt")]);
    let items: Vec<_> = reading
        .requirements
        .iter()
        .map(|requirement| (requirement.name(), requirement.item.of(text), requirement.exact))
        .collect();
    assert_eq!(
        items,
        [
            ("", "-e ./libs/core[dev]\n", true),
            ("django", "Django>=4.2,<5  # long-term support\n", true),
            (
                "requests",
                "requests[socks]==2.31.0 ; python_version < '3.13' \\\n    --hash=sha256:aaaa \\\n    --hash=sha256:bbbb\n",
                true
            ),
            ("flask", "flask==${FLASK}\n", true),
            ("what", "what is this\n", true),
            ("torch", "torch --indexurl x\n", true),
        ]
    );
    let problems: Vec<_> =
        reading.problems.iter().map(|fault| (fault.rule, fault.at.map(|at| at.of(text)).unwrap_or_default())).collect();
    assert_eq!(problems, [("invalid-requirement", "is"), ("invalid-option", "--indexurl")]);
    assert!(!reading.partial);
}

#[test]
fn constraints_and_continued_lines() {
    let text = "foo\\\n>=1\n-e ./x\n";
    let reading = (FORMAT.read)(text, ReadContext { path: "ci/constraints-dev.txt" });
    let [foo, _] = reading.requirements.as_slice() else { panic!("{reading:?}") };
    assert_eq!((foo.raw.as_str(), foo.at.of(text), foo.exact), ("foo>=1", "foo\\\n>=1", false));
    assert_eq!(foo.group, pyeco_lint::manifest::Group::Constraint);
    // What constraints cannot hold depends on who includes them, which is for a rule to tell.
    assert_eq!(reading.problems, []);
}

#[test]
fn file_names() {
    let yes = [
        "requirements.txt",
        "requirements-dev.txt",
        "dev-requirements.txt",
        "Requirements.TXT",
        "requirements/base.txt",
        "a/requirements/base.in",
        "requirements.in",
        "dev_requirements.in",
        "constraints.txt",
        "upper-constraints.txt",
    ];
    let no = [
        "MANIFEST.in",
        "config.in",
        "requirements/MANIFEST.in",
        "requirements.rst.txt",
        "requirements/README.txt",
        "requirements.rst",
        "requirements.lock",
        "robots.txt",
        "requirements/a/b.txt",
    ];
    for (paths, expected) in [(&yes[..], true), (&no[..], false)] {
        for path in paths {
            let name = path.rsplit('/').next().unwrap_or(path);
            assert_eq!((FORMAT.matches)(name, path), expected, "{path}");
        }
    }
}

#[test]
fn prose_and_templates() {
    use pyeco_lint::manifest::requirements::is_prose;
    use pyeco_lint::manifest::template::has_lines as is_template;
    let prose = "Requirements\n============\n\nYou need a recent version of Python to build this.\n\
                 Install the compiler that your distribution ships.\nThen read the rest of this file with care.\n";
    assert!(is_prose(prose));
    for list in
        ["requests\nflask>=2\n", "# Install these with care and read the file\nrequests\n", "", "a\nb\nc d e f g\n"]
    {
        assert!(!is_prose(list), "{list}");
    }
    assert!(is_template("a\n{%- if x %}\nb\n{% endif %}\n") && is_template("a=={{ version }}\n"));
    assert!(!is_template("a # {{ not }} one\nb\n"));
}

#[test]
fn time_grows_with_the_length_alone() {
    let line = |n: usize| format!("package-{n}[a,b]>=1.{n},<2 ; python_version < '3.{}'  # why\n", n % 20);
    let text: String = (0..10_000).map(line).collect::<Vec<_>>().concat();
    assert_eq!(read(&text).requirements.len(), 10_000);
    // Each of these would take minutes if anything were done twice over.
    for unit in ["\\\n", "a,", "[", "(", "'", "#", " ", "a \\\n", "a[", "=", "\0", "-", " -", "a@", "==1,", "$", "${"] {
        let long = unit.repeat(200_000 / unit.len());
        read(&long);
        read(&format!("a{long}"));
        read(&format!("a;{long}"));
        read(&format!("a -e {long}"));
        read(&format!("-e {long}"));
    }
}
