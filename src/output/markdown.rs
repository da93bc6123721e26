//! `markdown`: a table in GitHub's Markdown, for the summary of a CI step or a comment.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::place::Places;
use super::{Style, is_link, sanitise, severity, summary, told};
use crate::diagnostic::Diagnostic;
use crate::report::Report;

/// The most bytes of a step's summary: GitHub takes 1 MiB of all that a step writes, and nothing of what is more.
const STEP_SUMMARY: usize = 900 * 1024;

/// Writes a heading, a row for each finding, and a line that counts.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(document(report, style, usize::MAX).as_bytes())
}

/// The report as the summary of a step of GitHub Actions: as many findings as that takes.
pub fn step_summary(report: &Report, style: &Style) -> String {
    document(report, style, STEP_SUMMARY)
}

fn document(report: &Report, style: &Style, most: usize) -> String {
    let places = Places::new(&report.sources);
    let mut text = "## pyeco-lint\n\n".to_owned();
    if !report.diagnostics.is_empty() {
        text.push_str("| Where | Rule | What |\n| :-- | :-- | :-- |\n");
        for (n, diagnostic) in report.diagnostics.iter().enumerate() {
            let row = row(diagnostic, &places);
            if text.len() + row.len() > most {
                let left = report.diagnostics.len() - n;
                let _ = writeln!(text, "| | | and {left} more: see the log |");
                break;
            }
            text.push_str(&row);
        }
        text.push('\n');
    }
    if !style.quiet {
        let mut counts = Vec::new();
        // A vector takes it all.
        let _ = summary::closing(report, style, &mut counts);
        for line in String::from_utf8_lossy(&counts).lines() {
            let _ = writeln!(text, "{}  ", escaped(line));
        }
    }
    text
}

/// `| place | **severity** rule | message, notes, help |`
fn row(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let locus = places.locus(diagnostic.finding.at).unwrap_or_else(|| diagnostic.project.clone());
    let rule = code(&diagnostic.rule);
    let rule = match diagnostic.url.as_deref().filter(|url| is_link(url)) {
        Some(url) => format!("[{rule}](<{}>)", url.replace('|', "%7C")),
        None => rule,
    };
    let mut what = format!("**{}**", escaped(&sanitise::line(&diagnostic.finding.message)));
    for line in told::rest(&diagnostic.finding, places) {
        let _ = write!(what, "<br>{}", escaped(&line));
    }
    format!("| {} | {} {rule} | {what} |\n", code(&locus), severity(diagnostic.severity))
}

/// A text as code.
fn code(text: &str) -> String {
    let text = sanitise::line(text);
    // A run of backticks that is longer than any within.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", text.replace('|', "\\|"))
}

/// A line of ours: what stands in backticks is code, nothing else is markup.
fn escaped(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    // Without its other half a backtick is a character.
    let paired = parts.len() % 2 == 1;
    let mut text = String::with_capacity(line.len() + 16);
    for (n, part) in parts.iter().enumerate() {
        match n % 2 {
            1 if paired && !part.is_empty() => text.push_str(&code(part)),
            1 if paired => text.push_str("\\`\\`"),
            1 => {
                text.push_str("\\`");
                literal(part, &mut text);
                if n + 1 < parts.len() {
                    text.push_str("\\`");
                }
            }
            _ => literal(part, &mut text),
        }
    }
    text
}

/// Writes a text so that none of it is markup, a link or a mention.
fn literal(text: &str, out: &mut String) {
    for (at, c) in text.char_indices() {
        let before = text.get(..at).unwrap_or_default();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Services look for mentions in the text that comes out: nothing may follow at once.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("#&#8203;"),
            // `http://…` and `www.…` are links without any markup.
            ':' if text.get(at..).is_some_and(|rest| rest.starts_with("://")) => out.push_str("&#58;"),
            '.' if before.to_ascii_lowercase().ends_with("www") => out.push_str("&#46;"),
            '\\' | '*' | '_' | '[' | ']' | '~' | '|' | '`' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_project_is_markup() {
        let cases = [
            ("`a|b` is *bold*", "`a\\|b` is \\*bold\\*"),
            ("one ` alone <b>", "one \\` alone &lt;b&gt;"),
            ("`a` and ` and b", "\\`a\\` and \\` and b"),
            ("`` is empty", "\\`\\` is empty"),
            (
                "see https://x.example/ or www.x.example, @team #1",
                "see https&#58;//x.example/ or www&#46;x.example, @&#8203;team #&#8203;1",
            ),
            ("[a](javascript:x) ![b](c)", "\\[a\\](javascript:x) \\!\\[b\\](c)"),
        ];
        for (line, expected) in cases {
            assert_eq!(escaped(line), expected);
        }
    }

    #[test]
    fn code_is_fenced() {
        assert_eq!(code("a b.txt:1:1"), "`a b.txt:1:1`");
        assert_eq!(code("a`b``c|"), "```a`b``c\\|```");
        assert_eq!(code("`"), "`` ` ``");
    }
}
