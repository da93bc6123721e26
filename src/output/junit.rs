//! `junit`: a `JUnit` report as CI systems read it: a suite for each file, a failed case for each finding.
//!
//! There is no specification; the form is the one that Jenkins, GitLab and pytest agree on. A report without a case is
//! an error to some readers, so that a run without findings is one case that has passed. The name of a case is made of
//! names alone, since readers compare runs by it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::place::Places;
use super::{Style, sanitise, severity, told};
use crate::diagnostic::Diagnostic;
use crate::fingerprint::{self, Key};
use crate::report::Report;

/// A finding with its name among others.
type Case<'a> = (&'a Diagnostic, Key, u32);

/// Writes the suites in the order of paths.
pub(super) fn write(report: &Report, _: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let keys = fingerprint::keys(&report.diagnostics, &report.sources);
    let mut suites: BTreeMap<&str, Vec<Case<'_>>> = BTreeMap::new();
    for (diagnostic, (key, nth)) in report.diagnostics.iter().zip(keys) {
        let path = places.anchor(diagnostic.finding.at, &diagnostic.project).path;
        suites.entry(path).or_default().push((diagnostic, key, nth));
    }
    let failures = report.diagnostics.len();
    let tests = failures.max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"pyeco-lint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"0\">"
    )?;
    if suites.is_empty() {
        open(out, "pyeco-lint", 1, 0)?;
        writeln!(out, "    <testcase name=\"no findings\" classname=\"pyeco-lint\" time=\"0\"/>")?;
        writeln!(out, "  </testsuite>")?;
    }
    for (path, cases) in &suites {
        open(out, path, cases.len(), cases.len())?;
        for case in cases {
            write_case(out, path, case, &places)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn open(out: &mut dyn Write, name: &str, tests: usize, failures: usize) -> io::Result<()> {
    let name = escaped(name);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">"
    )
}

fn write_case(
    out: &mut dyn Write,
    path: &str,
    (diagnostic, key, nth): &Case<'_>,
    places: &Places<'_>,
) -> io::Result<()> {
    let anchor = places.anchor(diagnostic.finding.at, &diagnostic.project);
    let (file, name) = (escaped(path), escaped(&case_name(key, *nth)));
    write!(out, "    <testcase name=\"{name}\" classname=\"{file}\"")?;
    if diagnostic.finding.at.file().is_some() {
        write!(out, " file=\"{file}\" line=\"{}\"", anchor.row())?;
    }
    writeln!(out, " time=\"0\">")?;
    let message = escaped(&told::message(diagnostic, places));
    write!(out, "      <failure message=\"{message}\" type=\"{}\">", severity(diagnostic.severity))?;
    let locus = places.locus(diagnostic.finding.at).unwrap_or_else(|| diagnostic.project.clone());
    let mut body = vec![sanitise::line(&locus).into_owned()];
    body.extend(told::rest(&diagnostic.finding, places));
    body.extend(diagnostic.url.iter().map(|url| sanitise::line(url).into_owned()));
    let body: Vec<String> = body.iter().map(|line| escaped(line)).collect();
    writeln!(out, "{}</failure>", body.join("\n"))?;
    writeln!(out, "    </testcase>")
}

/// `rule (package, key) #2`
fn case_name(key: &Key, nth: u32) -> String {
    let package = key.package.as_deref().unwrap_or_default();
    let parts: Vec<&str> = [package, &key.key].into_iter().filter(|part| !part.is_empty()).collect();
    let mut name = key.rule.clone();
    match parts.as_slice() {
        [] => {}
        [package, own] if package == own => {
            let _ = write!(name, " ({package})");
        }
        parts => {
            let _ = write!(name, " ({})", parts.join(", "));
        }
    }
    if nth > 0 {
        let _ = write!(name, " #{}", nth + 1);
    }
    name
}

/// A text for an element or an attribute. Of the characters that are left, XML 1.0 allows all.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len() + 16);
    for c in sanitise::line(text).chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            c => xml.push(c),
        }
    }
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            escaped("<a b='c' d=\"e\">&amp;]]>\u{1b}\u{ffff}\n"),
            "&lt;a b=&apos;c&apos; d=&quot;e&quot;&gt;&amp;amp;]]&gt;\\u{1b}\\u{ffff}\\u{a}"
        );
    }

    #[test]
    fn cases_are_named_without_lines() {
        let key = |package: Option<&str>, key: &str| Key {
            rule: "some-rule".into(),
            file: "a".into(),
            package: package.map(str::to_owned),
            key: key.into(),
        };
        assert_eq!(case_name(&key(None, ""), 0), "some-rule");
        assert_eq!(case_name(&key(Some("nose"), "nose"), 1), "some-rule (nose) #2");
        assert_eq!(case_name(&key(Some("requests"), "requests.get"), 0), "some-rule (requests, requests.get)");
    }
}
