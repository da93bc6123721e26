//! A line of source, made fit to print: secrets masked, unsafe characters shown as their numbers, a long line cut to
//! what lies around the places of interest. It says where those places have gone.

use std::ops::Range;

use super::sanitise::{self, MASK};

/// The columns of a tab.
pub(super) const TAB: usize = 4;
/// How many bytes around a piece of a line are searched for secrets that reach into it.
const REACH: usize = 2048;

/// A place of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A label ends before this byte.
    End(usize),
    /// A label starts at this byte.
    Start(usize),
}

impl Mark {
    fn at(self) -> usize {
        match self {
            Self::Start(at) | Self::End(at) => at,
        }
    }
}

/// Prints the bytes `line` of `text` in about `columns` columns. Returns, for each of `marks` (which lie in `line`, on character boundaries),
/// the byte of the printed line that it has become.
pub(super) fn excerpt(text: &str, line: Range<usize>, marks: &[Mark], columns: usize) -> (String, Vec<usize>) {
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by_key(|&n| marks.get(n).map(|mark| (mark.at(), *mark)));
    let sorted: Vec<Mark> = order.iter().filter_map(|&n| marks.get(n).copied()).collect();
    let mut pen = Pen { out: String::new(), marks: &sorted, places: Vec::with_capacity(marks.len()) };

    let mut from = line.start;
    for window in windows(text, &line, &sorted, columns) {
        if window.start > from {
            pen.out.push('…');
        }
        pen.write(text, window.clone());
        from = window.end;
    }
    pen.reach(line.end);
    if from < line.end {
        pen.out.push('…');
    }

    let mut places = vec![0; marks.len()];
    for (n, place) in order.into_iter().zip(pen.places) {
        if let Some(slot) = places.get_mut(n) {
            *slot = place;
        }
    }
    (pen.out, places)
}

/// Writes a line and notes where the marks come to lie.
struct Pen<'a> {
    out: String,
    /// Those that were not met yet, in order.
    marks: &'a [Mark],
    places: Vec<usize>,
}

impl Pen<'_> {
    /// Notes the marks up to byte `at`.
    fn reach(&mut self, at: usize) {
        while let Some((mark, rest)) = self.marks.split_first()
            && mark.at() <= at
        {
            self.places.push(self.out.len());
            self.marks = rest;
        }
    }

    /// Writes the mask of a secret that ends before byte `end`. A label that starts or ends in it covers all of it.
    fn mask(&mut self, end: usize) {
        let before = self.out.len();
        self.out.push_str(MASK);
        while let Some((mark, rest)) = self.marks.split_first()
            && mark.at() < end
        {
            self.places.push(if matches!(mark, Mark::Start(_)) { before } else { self.out.len() });
            self.marks = rest;
        }
    }

    /// Writes the bytes `window` of `text`.
    fn write(&mut self, text: &str, window: Range<usize>) {
        let around = text.floor_char_boundary(window.start.saturating_sub(REACH))
            ..text.ceil_char_boundary(window.end.saturating_add(REACH));
        let secrets = sanitise::secrets(text.get(around.clone()).unwrap_or_default());
        let mut secrets = secrets.into_iter().map(|secret| secret.start + around.start..secret.end + around.start);
        let mut secret = secrets.next();
        let mut at = window.start;
        while let Some(c) = text.get(at..window.end).and_then(|rest| rest.chars().next()) {
            self.reach(at);
            while secret.as_ref().is_some_and(|secret| secret.end <= at) {
                secret = secrets.next();
            }
            if let Some(secret) = secret.as_ref().filter(|secret| secret.start <= at) {
                at = secret.end.min(window.end);
                self.mask(at);
                continue;
            }
            match c {
                '\t' => self.out.push(c),
                c if sanitise::is_unsafe(c) || sanitise::opens_command(text, at) => {
                    self.out.extend(c.escape_unicode());
                }
                c => self.out.push(c),
            }
            at += c.len_utf8();
        }
        self.reach(at);
    }
}

/// How many columns a character takes, at most.
fn width(c: char) -> usize {
    match c {
        ' '..='~' => 1,
        '\t' => TAB,
        c if sanitise::is_unsafe(c) => c.escape_unicode().count(),
        // No table: what is wide begins with the Hangul letters.
        c => 1 + usize::from(c >= '\u{1100}'),
    }
}

/// The pieces of a line that are shown: all of it where it is short, else what lies around the marks, as much as fits.
fn windows(text: &str, line: &Range<usize>, marks: &[Mark], columns: usize) -> Vec<Range<usize>> {
    if forward(text, line.start, line.end, columns).0 == line.end {
        return vec![line.clone()];
    }
    let margin = (columns / 2 / marks.len().max(1)).max(4);
    let mut windows: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        let start = backward(text, mark.at(), line.start, margin).0;
        let end = forward(text, mark.at(), line.end, margin).0;
        match windows.last_mut() {
            Some(last) if start <= last.end + "…".len() => last.end = last.end.max(end),
            _ => windows.push(start..end),
        }
    }
    if windows.is_empty() {
        windows.push(line.start..line.start);
    }
    let shown = |window: &Range<usize>| text.get(window.clone()).unwrap_or_default().chars().map(width).sum::<usize>();
    let mut spare = columns.saturating_sub(windows.iter().map(shown).sum());
    if let Some(last) = windows.last_mut() {
        let (end, used) = forward(text, last.end, line.end, spare);
        last.end = end;
        spare -= used;
    }
    if let Some(first) = windows.first_mut() {
        first.start = backward(text, first.start, line.start, spare).0;
    }
    windows
}

/// How far one comes from byte `from` towards `end` in `budget` columns, and how many of them that takes.
fn forward(text: &str, from: usize, end: usize, budget: usize) -> (usize, usize) {
    let chars = text.get(from..end).unwrap_or_default().chars();
    let (bytes, used) = walk(chars, budget);
    (from + bytes, used)
}

/// How far one comes from byte `from` back towards `start` in `budget` columns, and how many of them that takes.
fn backward(text: &str, from: usize, start: usize, budget: usize) -> (usize, usize) {
    let chars = text.get(start..from).unwrap_or_default().chars().rev();
    let (bytes, used) = walk(chars, budget);
    (from - bytes, used)
}

fn walk(chars: impl Iterator<Item = char>, budget: usize) -> (usize, usize) {
    let (mut bytes, mut used) = (0, 0);
    for c in chars {
        let wanted = width(c);
        if used + wanted > budget {
            break;
        }
        used += wanted;
        bytes += c.len_utf8();
    }
    (bytes, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The printed line, with what a label on `label` covers in brackets.
    fn shown(text: &str, label: Range<usize>) -> String {
        let (mut out, places) = excerpt(text, 0..text.len(), &[Mark::Start(label.start), Mark::End(label.end)], 94);
        let [start, end] = places.try_into().expect("two places");
        out.insert(end, ']');
        out.insert(start, '[');
        out
    }

    #[test]
    fn short_lines_stay() {
        let cases = [
            ("a = 1", 4..5, "a = [1]"),
            ("", 0..0, "[]"),
            ("abc", 3..3, "abc[]"),
            ("\tx\u{202e}y", 5..6, "\tx\\u{202e}[y]"),
            ("a\u{1b}b", 1..2, "a[\\u{1b}]b"),
            ("日本語", 3..6, "日[本]語"),
            ("http://u:secret@h/x", 16..17, "http://u:****@[h]/x"),
            ("http://u:secret@h/x", 0..19, "[http://u:****@h/x]"),
            ("http://u:secret@h/x", 9..15, "http://u:[****]@h/x"),
            ("http://u:secret@h/x", 10..12, "http://u:[****]@h/x"),
            ("http://u:secret@h/x", 15..16, "http://u:****[@]h/x"),
        ];
        for (text, label, expected) in cases {
            assert_eq!(shown(text, label), expected, "{text:?}");
        }
    }

    #[test]
    fn long_lines_are_cut_around_the_label() {
        let text = format!("{}needle{}", "ab ".repeat(500), " cd".repeat(500));
        let line = shown(&text, 1500..1506);
        assert!(line.starts_with('…') && line.ends_with('…') && line.contains("ab [needle] cd"), "{line}");
        assert!((90..=100).contains(&line.chars().count()), "{line}");
        assert!(shown(&text, 0..2).starts_with("[ab] ab"));
        assert!(shown(&text, 3005..3006).ends_with("cd c[d]"));
        assert!(shown(&text, 3006..3006).ends_with("cd cd[]"));
        let wide = shown(&text, 3..2000);
        assert!(wide.starts_with("ab [ab ab") && wide.contains("ab… cd") && wide.ends_with('…'), "{wide}");
        assert!(wide.chars().count() <= 100, "{wide}");
    }

    #[test]
    fn a_cut_uncovers_no_secret() {
        let text = format!("{}https://user:{}@host/ # {}", "x ".repeat(100), "p4ss".repeat(40), "y ".repeat(100));
        for at in 0..text.len() {
            let line = shown(&text, at..at + 1);
            assert!(!line.contains("p4ss") && !line.contains("ss@"), "{at}: {line}");
        }
    }

    #[test]
    fn a_huge_line_costs_little() {
        let text = "日x".repeat(3_000_000);
        for at in (0..text.len()).step_by(400_000) {
            assert!(shown(&text, at..at).chars().count() < 105);
        }
    }
}
