//! Ignores as `--add-ignore` writes them: in a comment, where the finding is.

use super::comments::{Comments, Dialect, Ignore, Syntax, read_comments};
use crate::diagnostic::{Category, Diagnostic};
use crate::fix::{Applicability, Edit, Fix};
use crate::report::Report;
use crate::source::Extent;

/// The change that silences a finding with a comment; nothing where it has no line, or its file no comments.
pub fn ignore(report: &Report, diagnostic: &Diagnostic) -> Option<Fix> {
    let span = diagnostic.finding.at.span()?;
    if diagnostic.category == Category::Configuration {
        return None;
    }
    let text = report.sources.text(span.file);
    let syntax = Syntax::of(report.sources.path(span.file), text)?;
    // A comment may be about several requirements: it names the one that is meant.
    let package = diagnostic.finding.package.as_ref().map_or(String::new(), |package| format!(":{package}"));
    let (at, insertion) = insertion(text, syntax, span.extent.start, &format!("{}{package}", diagnostic.rule));
    let edit = Edit { span: span.file.span(Extent::at(at)), text: insertion };
    let title = format!("ignore `{}` here", diagnostic.rule);
    Some(Fix { title, applicability: Applicability::Safe, edits: vec![edit] })
}

/// Where what is to be inserted, so that `rule` is ignored at the byte `at`.
fn insertion(text: &str, syntax: Syntax, at: u32, rule: &str) -> (usize, String) {
    let comments = read_comments(text, syntax);
    let statement = comments.statement(at);
    let start = statement.map_or(at, |statement| statement.start);
    let there = own(&comments, at).or_else(|| own(&comments, start));
    if let Some(code) = there.and_then(|ignore| ignore.codes.last()) {
        return (code.at.end as usize, format!(", {rule}"));
    }
    let line = line(text, start as usize);
    let content = line.of(text).trim_end();
    // What goes over several lines takes no comment within; INI and Dockerfiles take none behind a value.
    let is_inline = matches!(syntax, Syntax::Python | Syntax::Requirements | Syntax::Toml | Syntax::Yaml);
    if is_inline && statement.is_none() && !content.ends_with('\\') {
        return (line.start as usize + content.len(), format!("  # pyeco-lint: ignore[{rule}]"));
    }
    let indent: String = content.chars().take_while(|c| c.is_whitespace()).collect();
    let end = if line.of(text).ends_with("\r\n") { "\r\n" } else { "\n" };
    (line.start as usize, format!("{indent}# pyeco-lint: ignore[{rule}]{end}"))
}

/// An ignore of ours on the line that holds the byte `at`, which may take one more rule.
fn own(comments: &Comments, at: u32) -> Option<&Ignore> {
    let on_line = comments.ignores.get(comments.on_line(at))?;
    on_line.iter().find(|ignore| ignore.dialect == Dialect::Own && !ignore.whole_file && ignore.fault.is_none())
}

/// The line that holds the byte `at`, its end included.
fn line(text: &str, at: usize) -> Extent {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline + 1);
    Extent::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignore_stands_where_a_comment_may() {
        for (syntax, text, of, expected) in [
            (Syntax::Requirements, "a\nnose==1\nb\n", "nose", "a\nnose==1  # pyeco-lint: ignore[x]\nb\n"),
            (Syntax::Requirements, "nose==1", "nose", "nose==1  # pyeco-lint: ignore[x]"),
            (Syntax::Requirements, "nose==1 \\\n  ; a\n", "nose", "# pyeco-lint: ignore[x]\nnose==1 \\\n  ; a\n"),
            (
                Syntax::Python,
                "if a:\n    f(\n        1,\n    )\n",
                "1",
                "if a:\n    # pyeco-lint: ignore[x]\n    f(\n        1,\n    )\n",
            ),
            (Syntax::Python, "f()  # noqa: E501\n", "f", "f()  # noqa: E501  # pyeco-lint: ignore[x]\n"),
            (Syntax::Python, "f()  # pyeco-lint: ignore[y] why\n", "f", "f()  # pyeco-lint: ignore[y, x] why\n"),
            (
                Syntax::Toml,
                "[a]\r\nb = [\r\n    \"nose\",\r\n]\r\n",
                "nose",
                "[a]\r\nb = [\r\n    \"nose\",  # pyeco-lint: ignore[x]\r\n]\r\n",
            ),
            (
                Syntax::Ini,
                "[a]\r\nb =\r\n    nose\r\n",
                "nose",
                "[a]\r\nb =\r\n    # pyeco-lint: ignore[x]\r\n    nose\r\n",
            ),
            (Syntax::Hash, "FROM a\nRUN b\n", "RUN", "FROM a\n# pyeco-lint: ignore[x]\nRUN b\n"),
            (Syntax::Yaml, "a:\n  - b\n", "b", "a:\n  - b  # pyeco-lint: ignore[x]\n"),
        ] {
            let at = text.find(of).expect("it is there");
            let (place, insertion) = insertion(text, syntax, at as u32, "x");
            let mut written = text.to_owned();
            written.insert_str(place, &insertion);
            assert_eq!(written, expected);
        }
    }
}
