//! Python versions as files of tools write them.

use super::Seen;
use crate::source::Extent;

/// The series (`3.12`) that a version names: `3.12`, `3.12.4`, `3.14-dev`, `3.13t`, `pypy-3.10`, `python3.9`,
/// `cpython@3.11`. Nothing for `3`, `3.x`, ranges and expressions.
pub fn series(text: &str) -> Option<String> {
    let text = text.trim().trim_matches(['"', '\'']);
    let lower = text.to_ascii_lowercase();
    let number = ["cpython", "python", "pypy", "graalpy", "py"].iter().find_map(|name| lower.strip_prefix(name));
    let number = number.unwrap_or(&lower).trim_start_matches(['-', '@', ':', '=', '_']);
    let (major, rest) = number.split_once('.')?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (minor, rest) = rest.split_at_checked(end)?;
    let ends = rest.is_empty() || rest.starts_with(['.', '-', 't', 'r', 'a', 'b', 'v', '_', '+']);
    let wildcard = rest.contains([' ', ',', '|', '$', '{', '<', '>']);
    (matches!(major, "2" | "3") && !minor.is_empty() && minor.len() <= 2 && ends && !wildcard)
        .then(|| format!("{major}.{minor}"))
}

/// The series of a short form (`py39`, `py3.12`, `39`, `py312-django`): environments of tox, tags of images.
pub fn short(text: &str) -> Option<String> {
    let lower = text.trim().to_ascii_lowercase();
    let number = ["pypy", "python", "py", "cp"].iter().find_map(|name| lower.strip_prefix(name))?;
    if number.contains('.') {
        return series(number);
    }
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    let (major, minor) = number.get(..end)?.split_at_checked(1)?;
    let bounded = number.get(end..)?.chars().next().is_none_or(|c| matches!(c, '-' | ',' | 't'));
    (matches!(major, "2" | "3") && (1..=2).contains(&minor.len()) && bounded).then(|| format!("{major}.{minor}"))
}

/// Notes the series that `text` names, where it names one.
pub fn add(text: &str, at: Extent, seen: &mut Seen) {
    if let Some(version) = series(text) {
        seen.pythons.push((version, at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions() {
        for (text, expected) in [
            ("3.12", Some("3.12")),
            ("'3.10'", Some("3.10")),
            ("3.12.4", Some("3.12")),
            ("3.14-dev", Some("3.14")),
            ("3.13t", Some("3.13")),
            ("3.15.0-alpha.1", Some("3.15")),
            ("pypy-3.10", Some("3.10")),
            ("pypy3.9-v7.3", Some("3.9")),
            ("python3.9", Some("3.9")),
            ("cpython@3.11", Some("3.11")),
            ("2.7", Some("2.7")),
            ("3", None),
            ("3.x", None),
            (">=3.9", None),
            ("3.9 - 3.12", None),
            ("${{ matrix.python }}", None),
            ("1.2.3", None),
            ("3.111", None),
            ("", None),
        ] {
            assert_eq!(series(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("py39", Some("3.9")),
            ("py312-django42", Some("3.12")),
            ("py3.13", Some("3.13")),
            ("pypy310", Some("3.10")),
            ("python3.12-bookworm", Some("3.12")),
            ("py27", Some("2.7")),
            ("py3", None),
            ("lint", None),
            ("pyright", None),
            ("py39x", None),
        ] {
            assert_eq!(short(text).as_deref(), expected, "{text}");
        }
    }
}
