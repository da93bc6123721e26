//! `text`: for people at a terminal. codespan-reporting draws the source; the header (it knows no `advice`) and what
//! has no source to show are drawn here in its style.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::files;
use codespan_reporting::term::termcolor::{Buffer, Color, ColorSpec, HyperlinkSpec, WriteColor};
use codespan_reporting::term::{self, Config, Styles};

use super::change::{Hunk, Lines, hunks};
use super::excerpt::{Mark, excerpt};
use super::place::{Places, name};
use super::snippet::{FIRST_LINES, LAST_LINES, Snippets};
use super::{Style, excerpt as excerpts, is_link, sanitise, severity, summary, told};
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::Applicability;
use crate::report::Report;
use crate::source::Location;

/// The columns left of a source line, with a row of two digits.
const BORDER: usize = 6;

/// What stands before advice.
const HELP: &str = "help: ";

/// The most lines of a fix that are shown: a longer one is better read in a diff.
const MOST_CHANGED: usize = 10;

/// Writes a report with its source lines, and a closing line that counts.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    diagnostics(report, report.diagnostics.iter(), style, out)?;
    if !style.quiet {
        summary::closing(report, style, out)?;
    }
    Ok(())
}

/// Writes some diagnostics of a report, each with an empty line after it.
pub(super) fn diagnostics<'a>(
    report: &Report,
    diagnostics: impl Iterator<Item = &'a Diagnostic>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let printer = Printer {
        places: &places,
        links: style.colour && style.links,
        width: style.width(),
        terminal: style.columns,
        styles: Styles::default(),
        config: Config {
            tab_width: excerpts::TAB,
            start_context_lines: FIRST_LINES,
            end_context_lines: LAST_LINES,
            ..Config::default()
        },
    };
    let mut buffer = if style.colour { Buffer::ansi() } else { Buffer::no_color() };
    for diagnostic in diagnostics {
        printer.print(diagnostic, &mut buffer)?;
        out.write_all(buffer.as_slice())?;
        buffer.clear();
    }
    Ok(())
}

struct Printer<'a> {
    places: &'a Places<'a>,
    links: bool,
    width: usize,
    /// The columns of the terminal, where there is one.
    terminal: Option<usize>,
    styles: Styles,
    config: Config,
}

impl Printer<'_> {
    /// Prints a diagnostic and an empty line.
    fn print(&self, diagnostic: &Diagnostic, out: &mut Buffer) -> io::Result<()> {
        let finding = &diagnostic.finding;
        let primary = finding.at.span().map(|span| (span, LabelStyle::Primary, finding.label.as_str()));
        let secondary = finding.labels.iter().map(|label| (label.span, LabelStyle::Secondary, label.text.as_str()));
        let labels: Vec<_> = primary.into_iter().chain(secondary).collect();
        let (snippets, missing) = Snippets::new(self.places, &labels, self.width.saturating_sub(BORDER));
        let margin = snippets.margin();

        let mut notes = Vec::new();
        let pointed = primary.is_some() && missing.first() != Some(&0);
        if !pointed && !finding.label.is_empty() {
            notes.push(finding.label.clone());
        }
        // What has no source line is said below.
        for (span, _, text) in
            missing.into_iter().filter_map(|n| labels.get(n)).filter(|l| l.1 == LabelStyle::Secondary)
        {
            let path = self.places.filename(Location::File(span.file)).unwrap_or_default();
            notes.push(format!("{path}: {text}"));
        }
        notes.extend(told::reasons(finding));
        for note in &mut notes {
            let indent = if note.starts_with(HELP) { HELP.len() } else { 0 };
            *note = wrap(&sanitise::line(note), 0, indent, self.width.saturating_sub(margin + "_=_".len()));
        }

        self.header(diagnostic, out)?;
        if !pointed {
            self.locus(diagnostic, margin, !(snippets.labels.is_empty() && notes.is_empty()), out)?;
        }
        if snippets.labels.is_empty() {
            self.notes(&notes, margin, out)?;
            self.fix(diagnostic, margin, out)?;
            return writeln!(out);
        }
        let mut drawn = if out.supports_color() { Buffer::ansi() } else { Buffer::no_color() };
        let body = codespan::Diagnostic::new(shade(diagnostic.severity))
            .with_labels(snippets.labels.clone())
            .with_notes(notes);
        term::emit_to_write_style(&mut drawn, &self.config, &snippets, &body).map_err(|error| match error {
            files::Error::Io(error) => error,
            other => io::Error::other(other),
        })?;
        // Its first line is a header without a message. Without colours, no line ends with spaces.
        let drawn = drawn.as_slice().trim_ascii_end().split(|&byte| byte == b'\n').skip(1);
        for line in drawn {
            out.write_all(line.trim_ascii_end())?;
            writeln!(out)?;
        }
        self.fix(diagnostic, margin, out)?;
        writeln!(out)
    }

    /// The lines that a fix changes, before and after, where they are few, and which option makes it.
    fn fix(&self, diagnostic: &Diagnostic, margin: usize, out: &mut Buffer) -> io::Result<()> {
        let finding = &diagnostic.finding;
        let hunks = finding.fix.as_ref().and_then(|fix| hunks(fix, self.places)).unwrap_or_default();
        let lines: Vec<Lines> = hunks.iter().map(Hunk::lines).collect();
        let changed: usize = lines.iter().map(|lines| lines.removed.len() + lines.added.len()).sum();
        let by = match finding.fix.as_ref().map(|fix| fix.applicability) {
            Some(Applicability::Safe) => "with --fix",
            Some(Applicability::Unsafe) => "with --fix --unsafe-fixes",
            Some(Applicability::Display) | None => "",
        };
        if changed > MOST_CHANGED {
            return if by.is_empty() { Ok(()) } else { self.border(margin, &format!("{by}: {changed} lines"), out) };
        }
        // The file that is meant where none is named.
        let of = finding.at.file().filter(|_| hunks.len() == 1);
        for (n, (hunk, Lines { row, removed, added })) in hunks.iter().zip(&lines).enumerate() {
            if of != Some(hunk.file) {
                self.start(&format!("{}:{row}", name(hunk.part.path, hunk.part.cell)), margin, out)?;
            }
            // All of them are made or none.
            self.border(margin, if n == 0 { by } else { "" }, out)?;
            for (lines, others, sign, colour) in
                [(removed, added, '-', Color::Red), (added, removed, '+', Color::Green)]
            {
                for (n, line) in lines.iter().enumerate() {
                    let same = others.get(n).map_or(0, |other| common(line, other));
                    let (line, _) = excerpt(line, 0..line.len(), &[Mark::Start(same)], self.width - BORDER);
                    self.line_number(row + n, margin, out)?;
                    let text = format!("{sign} {line}");
                    paint(out, ColorSpec::new().set_fg(Some(colour)), text.trim_end())?;
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    }

    fn line_number(&self, row: usize, margin: usize, out: &mut Buffer) -> io::Result<()> {
        paint(out, self.styles.line_number(), &format!("{row:>margin$}"))?;
        write!(out, " ")
    }

    /// `│`, and words beside it.
    fn border(&self, margin: usize, words: &str, out: &mut Buffer) -> io::Result<()> {
        write!(out, "{:margin$} ", "")?;
        paint(out, self.styles.source_border(), &self.config.chars.source_border_left.to_string())?;
        if !words.is_empty() {
            write!(out, " {words}")?;
        }
        writeln!(out)
    }

    /// `┌─ path`
    fn start(&self, locus: &str, margin: usize, out: &mut Buffer) -> io::Result<()> {
        write!(out, "{:margin$} ", "")?;
        paint(out, self.styles.source_border(), &self.config.chars.snippet_start)?;
        writeln!(out, " {}", sanitise::line(locus))
    }

    /// `error[rule]: message`
    fn header(&self, diagnostic: &Diagnostic, out: &mut Buffer) -> io::Result<()> {
        out.set_color(self.styles.header(shade(diagnostic.severity)))?;
        write!(out, "{}[", severity(diagnostic.severity))?;
        let rule = sanitise::line(&diagnostic.rule);
        match diagnostic.url.as_deref().filter(|url| self.links && is_link(url)) {
            Some(url) => {
                out.set_hyperlink(&HyperlinkSpec::open(url.as_bytes()))?;
                write!(out, "{rule}")?;
                out.set_hyperlink(&HyperlinkSpec::close())?;
            }
            None => write!(out, "{rule}")?,
        }
        write!(out, "]")?;
        out.set_color(self.styles.header_message())?;
        let message = sanitise::line(&diagnostic.finding.message);
        match self.terminal {
            Some(columns) => {
                let used = severity(diagnostic.severity).len() + "[]: ".len() + rule.chars().count();
                write!(out, ": {}", wrap(&message, used, "  ".len(), columns))?;
            }
            // Whoever takes up our lines finds the message in one.
            None => write!(out, ": {message}")?,
        }
        out.reset()?;
        writeln!(out)
    }

    /// `┌─ path:1:1`, for a diagnostic that has no line to show, and a border below it where something follows.
    fn locus(&self, diagnostic: &Diagnostic, margin: usize, border: bool, out: &mut Buffer) -> io::Result<()> {
        let locus = self.places.locus(diagnostic.finding.at).or_else(|| subproject(diagnostic).map(str::to_owned));
        let Some(locus) = locus else { return Ok(()) };
        self.start(&locus, margin, out)?;
        if border { self.border(margin, "", out) } else { Ok(()) }
    }

    /// The lines that codespan-reporting draws below a source.
    fn notes(&self, notes: &[String], margin: usize, out: &mut Buffer) -> io::Result<()> {
        for note in notes {
            for (n, line) in note.lines().enumerate() {
                write!(out, "{:margin$} ", "")?;
                if n == 0 {
                    paint(out, self.styles.note_bullet(), &self.config.chars.note_bullet.to_string())?;
                } else {
                    write!(out, " ")?;
                }
                writeln!(out, " {line}")?;
            }
        }
        Ok(())
    }
}

fn paint(out: &mut Buffer, colour: &ColorSpec, text: &str) -> io::Result<()> {
    out.set_color(colour)?;
    write!(out, "{text}")?;
    out.reset()
}

/// How many bytes two lines have in common at their starts, in whole characters.
fn common(line: &str, other: &str) -> usize {
    line.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

/// The severity whose colours fit.
fn shade(severity: Severity) -> codespan::Severity {
    match severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Advice => codespan::Severity::Note,
    }
}

/// The root of the project, where that is not the working directory.
pub(super) fn subproject(diagnostic: &Diagnostic) -> Option<&str> {
    Some(diagnostic.project.as_str()).filter(|project| !matches!(*project, "" | "."))
}

/// Breaks a text between words, code in backticks taken as one, so that a line has at most `width` characters where
/// that can be: `used` of the first one are taken, and the others start with `indent` spaces.
fn wrap(text: &str, used: usize, indent: usize, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 16);
    let mut used = used;
    for word in words(text) {
        let length = word.chars().count();
        if used > indent && used + 1 + length > width {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if !wrapped.is_empty() {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += length;
    }
    wrapped
}

/// Splits at the spaces outside backticks.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.split(move |c| {
        code ^= c == '`';
        c == ' ' && !code
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_wrapped_between_words() {
        let cases = [
            ("", 10, ""),
            ("a b", 10, "a b"),
            ("aaaa bbbb cccc", 9, "aaaa bbbb\ncccc"),
            ("help: aaaa bbbb cccc", 15, "help: aaaa bbbb\n      cccc"),
            ("help: aaaaaaaaaaaaaaaaaaaa b", 10, "help: aaaaaaaaaaaaaaaaaaaa\n      b"),
            ("aa `b c d` e", 8, "aa\n`b c d`\ne"),
            ("aa  b", 80, "aa  b"),
        ];
        for (note, width, expected) in cases {
            let indent = if note.starts_with(HELP) { HELP.len() } else { 0 };
            assert_eq!(wrap(note, 0, indent, width), expected, "{note:?}");
        }
        assert_eq!(wrap("aaa bbb ccc", 9, 2, 14), "aaa\n  bbb ccc");
        assert_eq!(wrap("aaa", 20, 2, 14), "\n  aaa");
    }
}
