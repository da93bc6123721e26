//! What people and programs get to see: reports built by hand, printed in every format.

#[path = "common/reports.rs"]
mod reports;

use std::fmt::Write as _;

use pyeco_lint::diagnostic::{Category, Finding, Severity};
use pyeco_lint::fix::{Applicability, Edit, Fix};
use pyeco_lint::output::{self, Style};
use pyeco_lint::source::{Cell, Extent, FileId, Location};
use reports::{Builder, places, rich, sample};

/// JSON without the version of the program.
fn json(b: &Builder) -> String {
    b.print("json", &Style::default()).replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn sample_text() {
    insta::assert_snapshot!(sample().text());
}

#[test]
fn sample_concise() {
    insta::assert_snapshot!(sample().print("concise", &Style::default()));
}

#[test]
fn sample_json() {
    insta::assert_snapshot!(json(&sample()));
}

#[test]
fn sample_in_colour() {
    let coloured = sample().print("text", &Style { colour: true, ..Style::default() });
    insta::assert_snapshot!(coloured.replace('\u{1b}', "␛"));
    let mut plain = String::new();
    for (n, part) in coloured.split('\u{1b}').enumerate() {
        plain.push_str(if n == 0 { part } else { part.split_once('m').expect("a colour").1 });
    }
    let plain: Vec<&str> = plain.lines().map(str::trim_end).collect();
    assert_eq!(plain, sample().text().lines().collect::<Vec<_>>(), "colours alone are added");
}

#[test]
fn places_text() {
    insta::assert_snapshot!(places().text());
}

#[test]
fn places_concise() {
    insta::assert_snapshot!(places().print("concise", &Style::default()));
}

#[test]
fn places_jsonl() {
    insta::assert_snapshot!(places().print("jsonl", &Style::default()));
}

/// One snapshot a format. Whether others read them is asked by `tests/consumers.rs`.
#[test]
fn rich_in_every_format() {
    let b = rich();
    for format in output::names() {
        let out = b.print(format, &Style::default());
        assert!(!out.contains("hunter2"), "{format}: {out}");
        assert!(!out.chars().any(|c| c != '\n' && output::sanitise::is_unsafe(c)), "{format}");
        // Of the agent's commands there are those of one format.
        assert!(format == "azure" || !out.contains("##vso["), "{format}");
        let out = out.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[version]\"");
        insta::assert_snapshot!(format!("rich_{format}"), out);
    }
}

/// Nothing found is a report too.
#[test]
fn empty_in_every_format() {
    let b = Builder::new();
    let mut all = String::new();
    for format in output::names() {
        let _ = write!(all, "==> {format}\n{}", b.print(format, &Style::default()));
    }
    insta::assert_snapshot!(all.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[version]\""));
}

#[test]
fn a_summary_of_a_step_is_bounded() {
    let mut b = Builder::new();
    for n in 0..9_000 {
        let finding = Finding::new(Location::Project, format!("number {n}: {}", "x".repeat(100)));
        b.say(Severity::Warning, Category::Usage, "some-rule", finding);
    }
    let summary = output::step_summary(&b.report, &Style::default());
    assert!(summary.len() < 1 << 20, "{}", summary.len());
    let rows = summary.lines().filter(|line| line.contains("number")).count();
    assert!(summary.contains(&format!("and {} more", 9_000 - rows)), "{rows}");
    assert!(summary.contains("9000 warnings in 14 files"));
    assert_eq!(
        output::step_summary(&sample().report, &Style::default()),
        sample().print("markdown", &Style::default())
    );
}

#[test]
fn narrow_terminals_and_links() {
    let mut b = sample();
    b.link("https://docs.example/audit");
    let narrow = b.print("text", &Style { columns: Some(60), ..Style::default() });
    insta::assert_snapshot!(narrow);
    let link = "\u{1b}]8;;https://docs.example/audit\u{1b}\\missing-vulnerability-audit\u{1b}]8;;\u{1b}\\";
    let print = |colour, links| b.print("text", &Style { colour, links, ..Style::default() });
    assert!(print(true, true).contains(link));
    assert_eq!(print(true, true).matches("\u{1b}]8").count(), 2, "one link, opened and closed");
    assert!(!print(true, false).contains("\u{1b}]8"));
    assert!(!print(false, true).contains('\u{1b}'), "no link where there are no colours");
    b.link("https://docs.example/\u{7}\u{1b}]8;;");
    assert!(!b.print("text", &Style { colour: true, links: true, ..Style::default() }).contains("\u{1b}]8"));
}

#[test]
fn spans_over_lines() {
    let mut b = Builder::new();
    let file = b.file(
        "setup.cfg",
        "[options]\r\ninstall_requires =\r\n  a\r\n  b\r\n  c\r\n  d\r\n  e\r\n  f\r\nzip_safe = no\r\n",
    );
    b.point(file, "install_requires =\r\n  a\r\n", "two lines and the end of the second");
    b.point(file, "install_requires =\r\n  a\r\n  b\r\n  c\r\n  d\r\n  e\r\n  f", "seven lines");
    b.point(file, "zip_safe = no\r\n", "a line with its end");
    b.point(file, "\r\nzip", "from the end of a line on");
    let finding =
        Finding::new(Location::Span(b.span(file, "a\r\n  b\r\n  c\r\n  d\r\n  e\r\n  f\r\nzip")), "and within it")
            .related(b.span(file, "[options]"), "far above")
            .related(b.span(file, "d"), "in the middle");
    b.say(Severity::Error, Category::Manifest, "some-rule", finding);
    let text = (1..=120).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
    let long = b.file("long.txt", &text);
    let (start, end) = (b.span(long, "2\nline 3").extent, b.span(long, "line 118").extent);
    let finding = Finding::new(Location::Span(long.span(start.cover(end))), "a hundred lines")
        .label("all of it")
        .related(b.span(long, "line 60\nline 61"), "within");
    b.say(Severity::Warning, Category::Versions, "some-rule", finding);
    insta::assert_snapshot!(b.body());
}

/// Whatever the bytes of a span are, every format prints it, and no line is broken by what a project holds.
#[test]
fn odd_spans_are_printed() {
    let pieces = [
        "\n",
        "\r",
        "\r\n",
        "\t",
        "日",
        "e\u{301}",
        "\u{202e}",
        "\u{1b}",
        "https://u:secret@h/",
        "password='secret'",
        "##vso[",
        "ab",
        " ",
    ];
    let mut seed = 7_u32;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for round in 0..400 {
        let mut b = Builder::new();
        let text: String = (0..next(60)).map(|_| pieces[next(pieces.len())]).collect();
        let file = b.file("a.txt", &text);
        let other = b.file("b.ipynb", &text);
        let half = next(text.len() + 1) as u32;
        b.report.sources.set_cells(other, vec![Cell { number: 1, start: 0 }, Cell { number: 2, start: half }]);
        let mut span = |file: FileId| {
            let start = next(text.len() + 2);
            file.span(Extent::new(start, start + next(text.len() + 2 - start.min(text.len()))))
        };
        let finding = Finding::new(Location::Span(span(file)), "odd")
            .label("a")
            .related(span(file), "b")
            .related(span(other), "c")
            .related(span(other), "")
            .related(span(file), "d");
        b.say(Severity::Advice, Category::Advice, "some-rule", finding);
        for format in output::names() {
            let out = b.print(format, &Style::default());
            assert!(!out.contains("secret"), "{round} {format} {text:?}\n{out}");
            assert!(!out.chars().any(|c| c != '\n' && output::sanitise::is_unsafe(c)), "{round} {format} {text:?}");
            assert!(format == "azure" || !out.contains("##vso["), "{round} {format} {text:?}");
        }
    }
}

#[test]
fn ends_of_files_and_lines() {
    let mut b = Builder::new();
    let empty = b.file("empty.txt", "");
    b.point(empty, "", "an empty file");
    let open = b.file("open.txt", "abc");
    let closed = b.file("closed.txt", "abc\n");
    let mac = b.file("mac.txt", "one\rtwo\rthree");
    for (file, at, message) in [
        (open, Extent::at(3), "at the end, without a line end"),
        (closed, Extent::at(4), "at the end, behind the line end"),
        (closed, Extent::at(3), "on the line end"),
        (closed, Extent::new(2, 99), "beyond the end"),
    ] {
        b.say(
            Severity::Warning,
            Category::Versions,
            "some-rule",
            Finding::new(Location::Span(file.span(at)), message).label("here"),
        );
    }
    b.point(mac, "three", "lone carriage returns");
    insta::assert_snapshot!(b.body());
    insta::assert_snapshot!(b.print("concise", &Style::default()));
}

#[test]
fn hostile_text() {
    let mut b = Builder::new();
    let file = b.file(
        "ev\u{202e}il.txt",
        "\ttabs = \"\t|\" # after\nwide = \"日本語\" # after\nesc = \"\u{1b}[31m\u{202e}\u{200b}\" # after\ne\u{301} 🎉 # after\n",
    );
    for n in 0..4 {
        let finding =
            Finding::new(Location::Span(b.nth(file, "after", n)), "a message with \u{1b}]0;title\u{7} and \u{202e}")
                .label("here\nnot there")
                .note("a note\r\nwith lines")
                .package("x\u{1b}");
        b.say(Severity::Error, Category::Manifest, "some-rule", finding);
    }
    insta::assert_snapshot!(b.text());
    insta::assert_snapshot!(b.print("concise", &Style::default()));
    let jsonl = b.print("jsonl", &Style::default());
    insta::assert_snapshot!(jsonl.lines().next().unwrap_or_default());
    for format in output::names() {
        let out = b.print(format, &Style::default());
        assert!(!out.chars().any(|c| c != '\n' && output::sanitise::is_unsafe(c)), "{format}");
    }
}

#[test]
fn secrets() {
    let mut b = Builder::new();
    let file = b.file(
        "requirements.txt",
        "--index-url https://build:hunter2@index.example/simple # private\nboto3.Session(aws_secret_access_key=\"hunter2\")\n",
    );
    let url = b.span(file, "https://build:hunter2@index.example/simple");
    let finding = Finding::new(Location::Span(url), "`https://build:hunter2@index.example/simple` holds a password")
        .label("in https://build:hunter2@index.example/")
        .related(b.span(file, "private"), "after https://build:hunter2@index.example/")
        .related(b.nth(file, "hunter2", 1), "password='hunter2'")
        .note("seen in https://build:hunter2@index.example/")
        .help("rotate it: https://build:hunter2@index.example/")
        .fix(Some(Fix {
            title: "https://build:hunter2@index.example/".into(),
            applicability: Applicability::Safe,
            edits: vec![Edit { span: url, text: "https://build:hunter2@index.example/".into() }],
        }));
    b.say(Severity::Error, Category::Security, "credentials-in-url", finding);
    for n in 0..2 {
        let finding = Finding::new(Location::Span(b.nth(file, "hunter2", n)), "this very word");
        b.say(Severity::Error, Category::Security, "credentials-in-url", finding);
    }
    insta::assert_snapshot!(b.body());
    insta::assert_snapshot!(b.print("jsonl", &Style::default()));
    for format in output::names() {
        let style = Style { verbose: true, ..Style::default() };
        assert!(!b.print(format, &style).contains("hunter2"), "{format}");
    }
}

#[test]
fn long_lines() {
    let mut b = Builder::new();
    let file = b.file(
        "bundle.py",
        &format!(
            "{}import nose;{}Loader=None;{}\n",
            "x=1;".repeat(100_000),
            "y=2;".repeat(500),
            "z=3;".repeat(100_000)
        ),
    );
    let finding = Finding::new(Location::Span(b.span(file, "nose")), "far to the right")
        .label("here")
        .related(b.span(file, "Loader=None"), "and there");
    b.say(Severity::Warning, Category::Usage, "some-rule", finding);
    b.point(file, "x=1;x", "at the start");
    let end = b.report.sources.text(file).len();
    let all = Finding::new(Location::Span(file.span(Extent::new(4, end - 5))), "nearly all of it").label("here");
    b.say(Severity::Warning, Category::Usage, "some-rule", all);
    insta::assert_snapshot!(b.body());
}

#[test]
fn many_findings_in_one_file_take_no_time() {
    let mut b = Builder::new();
    let line = "日x=1;".repeat(400_000);
    let length = line.len();
    let file = b.file("bundle.py", &line);
    for n in 0..2_000 {
        let at = length / 2_000 * n;
        let finding = Finding::new(Location::Span(file.span(Extent::new(at, at + 3))), "again");
        b.say(Severity::Warning, Category::Usage, "some-rule", finding);
    }
    for format in output::names() {
        assert!(b.print(format, &Style::default()).lines().count() >= 2_000, "{format}");
    }
}

#[test]
fn closing_lines() {
    let closing = |errors: usize, warnings: usize, advice: usize, files: usize, suggestions: usize, style: &Style| {
        let mut b = Builder::new();
        b.report.files = files;
        b.report.suggestions = suggestions;
        for (severity, count) in [(Severity::Error, errors), (Severity::Warning, warnings), (Severity::Advice, advice)]
        {
            for _ in 0..count {
                b.say(severity, Category::Usage, "some-rule", Finding::new(Location::Project, "x"));
            }
        }
        let mut out = Vec::new();
        output::closing(&b.report, style, &mut out).expect("a vector takes it all");
        String::from_utf8(out).expect("UTF-8")
    };
    let plain = Style::default();
    assert_eq!(closing(0, 0, 0, 14, 0, &plain), "no findings in 14 files\n");
    assert_eq!(closing(0, 0, 0, 1, 1, &plain), "no findings in 1 file; 1 suggestion: pyeco-lint recommend\n");
    assert_eq!(closing(2, 1, 0, 0, 0, &plain), "2 errors, 1 warning in 0 files\n");
    assert_eq!(closing(0, 0, 1, 3, 0, &plain), "1 piece of advice in 3 files\n");
    assert_eq!(
        closing(0, 0, 0, 2, 0, &Style { verbose: true, ..plain }),
        "no findings in 2 files\nknowledge: ecosystem map of 2026-11-22, index of 2026-11-16\n"
    );
}

#[test]
fn statistics() {
    let mut b = sample();
    for _ in 0..11 {
        b.say(Severity::Advice, Category::Versions, "unpinned", Finding::new(Location::Project, "x"));
    }
    b.say(Severity::Warning, Category::Versions, "unpinned", Finding::new(Location::Project, "x"));
    let mut out = Vec::new();
    output::statistics(&b.report, &mut out).expect("a vector takes it all");
    insta::assert_snapshot!(String::from_utf8(out).expect("UTF-8"));
}

#[test]
fn formats_are_found_by_name() {
    let names: Vec<_> = output::names().collect();
    assert_eq!(names.first(), Some(&"text"));
    assert!(names.iter().all(|name| output::find(name).is_some_and(|format| format.name == *name)));
    assert!(output::find("yaml").is_none());
}
