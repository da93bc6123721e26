//! Paths as the program names files: relative to the working directory, with `/`, without `.` parts.
//!
//! The working directory is the empty path, its parent `..`. Absolute paths stay absolute.

use memchr::memrchr;

/// `relative` seen from `folder`, with `.` and `..` resolved by their letters alone.
pub fn join(folder: &str, relative: &str) -> String {
    if is_plain(relative) && is_normal(folder) {
        return match folder {
            "" => relative.to_owned(),
            "/" => format!("/{relative}"),
            _ => [folder, "/", relative].concat(),
        };
    }
    let relative = relative.replace('\\', "/");
    let absolute = is_absolute(&relative);
    let all = if absolute || folder.is_empty() { relative } else { format!("{folder}/{relative}") };
    let root = all.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in all.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if root => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if root { format!("/{joined}") } else { joined }
}

/// Whether a path goes down alone, and is written in the one way.
fn is_plain(relative: &str) -> bool {
    !relative.contains('\\')
        && !is_absolute(relative)
        && relative.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a folder is written as the program names it.
fn is_normal(folder: &str) -> bool {
    let below = folder.strip_prefix('/').unwrap_or(folder);
    let mut parts = below.split('/').skip_while(|part| below.len() == folder.len() && *part == "..");
    below.is_empty() || parts.all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether a path does not depend on the working directory (`/x`, `C:/x`).
pub fn is_absolute(path: &str) -> bool {
    let mut bytes = path.bytes();
    match bytes.next() {
        Some(b'/' | b'\\') => true,
        Some(letter) => letter.is_ascii_alphabetic() && bytes.next() == Some(b':'),
        None => false,
    }
}

/// The folder that holds `path`; nothing above the root of the file system.
pub fn parent(path: &str) -> Option<String> {
    match path {
        "/" => None,
        "" => Some("..".to_owned()),
        _ if path == ".." || path.ends_with("/..") => Some(format!("{path}/..")),
        _ => match path.rsplit_once('/') {
            Some(("", _)) => Some("/".to_owned()),
            Some((folder, _)) => Some(folder.to_owned()),
            None => Some(String::new()),
        },
    }
}

/// The folder that holds the file at `path`.
pub fn folder(path: &str) -> &str {
    match memrchr(b'/', path.as_bytes()) {
        Some(0) => "/",
        Some(at) => path.get(..at).unwrap_or_default(),
        None => "",
    }
}

/// The last part.
pub fn name(path: &str) -> &str {
    memrchr(b'/', path.as_bytes()).and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

/// `path` as seen from `folder`, where it lies in it. Where `folder` lies above the working directory by an unknown
/// name, `path` itself is given.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let levels = if folder.starts_with("..") { ups(folder) } else { 0 };
    if levels > 0 && levels == folder.split('/').count() {
        return match ups(path) {
            _ if is_absolute(path) => None,
            up if up < levels => Some(path),
            up if up == levels => Some(path.strip_prefix(folder)?.trim_start_matches('/')),
            _ => None,
        };
    }
    match folder {
        "" => (!is_absolute(path) && ups(path) == 0).then_some(path),
        "/" => path.strip_prefix('/'),
        // Most paths lie elsewhere: that shows where the name of the folder would end.
        _ if path.as_bytes().get(folder.len()).is_some_and(|byte| *byte != b'/') => None,
        _ => match path.strip_prefix(folder)? {
            "" => Some(""),
            rest => rest.strip_prefix('/'),
        },
    }
}

/// How many `..` a path begins with.
fn ups(path: &str) -> usize {
    path.split('/').take_while(|part| *part == "..").count()
}

/// Whether the name ends with `.extension`, whatever the case.
pub fn has_extension(path: &str, extension: &str) -> bool {
    name(path).rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

/// The absolute path `to` as it is written in the absolute folder `from`: with `..` where it lies outside.
pub fn relative(to: &str, from: &str) -> String {
    let (from, to) = (join("/", from), join("/", to));
    let (mut here, mut there) = (from.split('/').peekable(), to.split('/').peekable());
    while here.peek().is_some() && here.peek() == there.peek() {
        here.next();
        there.next();
    }
    let up = here.filter(|part| !part.is_empty()).map(|_| "..");
    up.chain(there.filter(|part| !part.is_empty())).collect::<Vec<_>>().join("/")
}

/// How a folder is shown: `.` for the working directory.
pub fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_by_letters() {
        for (folder, relative, expected) in [
            ("", "a/b", "a/b"),
            ("a", "../b", "b"),
            ("a", "../../b", "../b"),
            ("..", "../b", "../../b"),
            ("a/b", "./c/", "a/b/c"),
            ("a", "/x/../y", "/y"),
            ("/", "x", "/x"),
            ("a", "b\\c", "a/b/c"),
            ("", ".", ""),
        ] {
            assert_eq!(join(folder, relative), expected, "{folder} + {relative}");
        }
    }

    #[test]
    fn knows_what_lies_below() {
        for (path, folder, expected) in [
            ("a/b", "", Some("a/b")),
            ("../b", "", None),
            ("a/b", "a", Some("b")),
            ("ab", "a", None),
            ("/x/y", "/x", Some("y")),
            ("../b", "..", Some("b")),
            ("a", "..", Some("a")),
            ("../b", "../..", Some("../b")),
            ("../../b", "..", None),
        ] {
            assert_eq!(below(path, folder), expected, "{path} in {folder}");
        }
    }

    #[test]
    fn climbs() {
        for (path, expected) in [
            ("a/b", Some("a")),
            ("a", Some("")),
            ("", Some("..")),
            ("..", Some("../..")),
            ("/a", Some("/")),
            ("/", None),
        ] {
            assert_eq!(parent(path).as_deref(), expected, "{path}");
        }
    }
}
