//! What fixes change, as a unified diff that `patch -p1` applies.

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::Change;
use crate::output::sanitise;

/// How many unchanged lines a change is shown with.
const CONTEXT: usize = 3;

/// The diff of one file, byte by byte as the file has its lines. Lines around a change are left out where they hold a
/// secret, which is shown nowhere, or what a terminal would obey.
///
/// The error says why there is none: a line that changes holds such a thing, or the file has no lines of bytes.
pub fn unified(change: &Change) -> Result<Vec<u8>, &'static str> {
    if change.old.contains(&0) {
        return Err("it is in an encoding that `patch` does not know");
    }
    let (old, new) = (lines(&change.old), lines(&change.new));
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let is_fit = |groups: &[Vec<DiffOp>]| {
        let shown = groups.iter().flatten().flat_map(|op| {
            let (before, after) = (op.old_range(), op.new_range());
            old.get(before).into_iter().flatten().chain(new.get(after).into_iter().flatten())
        });
        shown.into_iter().all(|line| !has_secret(line) && !is_obeyed(line))
    };
    let mut widths = (0..=CONTEXT).rev().map(|context| group_diff_ops(ops.clone(), context));
    let groups = widths
        .find(|groups| is_fit(groups))
        .ok_or("a line that would change holds a secret, or signs that a terminal obeys")?;
    let mut out = Vec::new();
    if groups.iter().all(Vec::is_empty) {
        return Ok(out);
    }
    out.extend_from_slice(format!("--- {}\n+++ {}\n", named("a", &change.path), named("b", &change.path)).as_bytes());
    for group in groups.iter().filter(|group| !group.is_empty()) {
        hunk(group, &old, &new, &mut out);
    }
    Ok(out)
}

/// The lines of a text with their ends.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn has_secret(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    !sanitise::secrets(&text).is_empty()
}

/// Whether a line holds what a terminal would carry out, or what reorders or hides the text around it.
fn is_obeyed(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    text.trim_end_matches(['\r', '\n']).chars().any(|c| c != '\t' && sanitise::is_unsafe(c))
}

/// The name of a file in a header. A tab ends one with blanks, and one with stranger signs is quoted as in C.
fn named(side: &str, path: &str) -> String {
    let name = format!("{side}/{path}");
    if name.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        let escaped = name.bytes().map(|byte| match byte {
            b'"' => "\\\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b'\t' => "\\t".to_owned(),
            b' '..=b'~' => char::from(byte).to_string(),
            other => format!("\\{other:03o}"),
        });
        return format!("\"{}\"", escaped.collect::<String>());
    }
    if name.contains(char::is_whitespace) { format!("{name}\t") } else { name }
}

fn hunk(group: &[DiffOp], old: &[&[u8]], new: &[&[u8]], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let before = range(first.old_range().start, last.old_range().end);
    let after = range(first.new_range().start, last.new_range().end);
    out.extend_from_slice(format!("@@ -{before} +{after} @@\n").as_bytes());
    for op in group {
        let mut write = |sign: u8, lines: Option<&[&[u8]]>| {
            for line in lines.into_iter().flatten() {
                out.push(sign);
                out.extend_from_slice(line);
                if !line.ends_with(b"\n") {
                    out.extend_from_slice(b"\n\\ No newline at end of file\n");
                }
            }
        };
        if let DiffOp::Equal { .. } = op {
            write(b' ', old.get(op.old_range()));
        } else {
            write(b'-', old.get(op.old_range()));
            write(b'+', new.get(op.new_range()));
        }
    }
}

/// Lines `start..end` (from 0) as a header has them: the first from 1, and how many, which one is left out of.
fn range(start: usize, end: usize) -> String {
    match end - start {
        // Of no line the one before is named.
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(path: &str, old: &str, new: &str) -> Option<String> {
        let change = Change { path: path.into(), old: old.into(), new: new.into() };
        unified(&change).ok().map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn changes_are_shown_with_their_lines() {
        for (old, new, expected) in [
            ("a\n", "a\n", ""),
            ("a\nb\nc\n", "a\nB\nc\n", "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"),
            ("a\nb", "a\n", "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n a\n-b\n\\ No newline at end of file\n"),
            ("a", "a\nb\n", "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n"),
            ("a\r\nb\r\n", "a\r\n", "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n a\r\n-b\r\n"),
            ("", "a\n", "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n"),
            ("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n", "--- a/x\n+++ b/x\n@@ -2,4 +2,3 @@\n 2\n 3\n 4\n-5\n"),
        ] {
            assert_eq!(diff("x", old, new).as_deref(), Some(expected), "{old:?} {new:?}");
        }
        let names = [("a b", "--- a/a b\t\n"), ("a\"b", "--- \"a/a\\\"b\"\n"), ("é", "--- a/é\n")];
        for (path, expected) in names {
            assert!(diff(path, "a\n", "b\n").is_some_and(|diff| diff.starts_with(expected)), "{path}");
        }
    }

    #[test]
    fn secrets_are_in_no_diff() {
        let secret = "--index-url https://user:hunter2hunter2@index.example/simple\n";
        let with = |lines: &str| format!("{secret}{lines}");
        assert_eq!(
            diff("x", &with("a\nb\nc\nd\n"), &with("a\nB\nc\nd\n")).as_deref(),
            Some("--- a/x\n+++ b/x\n@@ -2,3 +2,3 @@\n a\n-b\n+B\n c\n")
        );
        assert_eq!(diff("x", &with("a\n"), "a\n"), None);
    }
}
