//! `text`: for people at a terminal. codespan-reporting draws the source; the header (it knows no `advice`) and what
//! has no source to show are drawn here in its style.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{self as codespan, LabelStyle};
use codespan_reporting::files;
use codespan_reporting::term::termcolor::{Buffer, ColorSpec, WriteColor};
use codespan_reporting::term::{self, Config, Styles};

use super::place::Places;
use super::sanitise;
use super::snippet::{FIRST_LINES, LAST_LINES, Snippets};
use super::{Style, excerpt, severity, summary, told};
use crate::diagnostic::{Diagnostic, Severity};
use crate::report::Report;
use crate::source::Location;

/// How wide the lines below the source may become.
const COLUMNS: usize = 100;

/// Writes a report with its source lines, and a closing line that counts.
pub(super) fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let places = Places::new(&report.sources);
    let printer = Printer {
        places: &places,
        styles: Styles::default(),
        config: Config {
            tab_width: excerpt::TAB,
            start_context_lines: FIRST_LINES,
            end_context_lines: LAST_LINES,
            ..Config::default()
        },
    };
    let mut buffer = if style.colour { Buffer::ansi() } else { Buffer::no_color() };
    for diagnostic in &report.diagnostics {
        printer.print(diagnostic, &mut buffer)?;
        out.write_all(buffer.as_slice())?;
        buffer.clear();
    }
    if !style.quiet {
        summary::closing(report, style, out)?;
    }
    Ok(())
}

struct Printer<'a> {
    places: &'a Places<'a>,
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
        let (snippets, missing) = Snippets::new(self.places, &labels);
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
            *note = wrap(&sanitise::line(note), COLUMNS.saturating_sub(margin + "_=_".len()));
        }

        self.header(diagnostic, out)?;
        if !pointed {
            self.locus(diagnostic, margin, !(snippets.labels.is_empty() && notes.is_empty()), out)?;
        }
        if snippets.labels.is_empty() {
            self.notes(&notes, margin, out)?;
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
        for line in drawn.as_slice().split_inclusive(|&byte| byte == b'\n').skip(1) {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            out.write_all(line.trim_ascii_end())?;
            writeln!(out)?;
        }
        Ok(())
    }

    /// `error[rule]: message`
    fn header(&self, diagnostic: &Diagnostic, out: &mut Buffer) -> io::Result<()> {
        out.set_color(self.styles.header(shade(diagnostic.severity)))?;
        write!(out, "{}[{}]", severity(diagnostic.severity), sanitise::line(&diagnostic.rule))?;
        out.set_color(self.styles.header_message())?;
        write!(out, ": {}", sanitise::line(&diagnostic.finding.message))?;
        out.reset()?;
        writeln!(out)
    }

    /// `┌─ path:1:1`, for a diagnostic that has no line to show, and a border below it where something follows.
    fn locus(&self, diagnostic: &Diagnostic, margin: usize, border: bool, out: &mut Buffer) -> io::Result<()> {
        let locus = self.places.locus(diagnostic.finding.at).or_else(|| subproject(diagnostic).map(str::to_owned));
        let Some(locus) = locus else { return Ok(()) };
        let colour = self.styles.source_border();
        write!(out, "{:margin$} ", "")?;
        paint(out, colour, &self.config.chars.snippet_start)?;
        writeln!(out, " {}", sanitise::line(&locus))?;
        if border {
            write!(out, "{:margin$} ", "")?;
            paint(out, colour, &self.config.chars.source_border_left.to_string())?;
            writeln!(out)?;
        }
        Ok(())
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

/// Breaks a note between words, code in backticks taken as one, so that a line has at most `width` characters where
/// that can be. The lines after the first stand under the text, behind a `help: `.
fn wrap(note: &str, width: usize) -> String {
    let indent = if note.starts_with("help: ") { "help: ".len() } else { 0 };
    let mut wrapped = String::with_capacity(note.len() + 16);
    let mut used = 0;
    for word in words(note) {
        let length = word.chars().count();
        if used > indent && used + 1 + length > width {
            wrapped.push('\n');
            wrapped.extend(std::iter::repeat_n(' ', indent));
            used = indent;
        } else if used > 0 {
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
            assert_eq!(wrap(note, width), expected, "{note:?}");
        }
    }
}
