//! References to container images.

use super::{Seen, TraceKind, version};
use crate::manifest::mapped::Mapped;

/// Notes the image that a reference names (`registry.example:5000/owner/name:tag@sha256:…`), and the Python version that
/// its tag says. An image that a variable names is passed over; a variable tag is only a tag.
pub fn read(reference: &Mapped, seen: &mut Seen) {
    let text = reference.as_str().trim();
    let text = text.strip_prefix("docker://").unwrap_or(text);
    let (name, tag) = parts(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':');
    if name.is_empty() || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.chars().all(plain) {
        return;
    }
    seen.trace(TraceKind::Image, name, reference.at());
    let last = name.rsplit('/').next().unwrap_or(name);
    let python = match last {
        "python" | "pypy" => version::series(tag),
        _ => tag.split(['-', '_']).find_map(|part| part.starts_with("py").then(|| version::short(part)).flatten()),
    };
    if let Some(python) = python {
        seen.pythons.push((python, reference.at()));
    }
}

/// The name and the tag of a reference.
pub fn parts(text: &str) -> (&str, &str) {
    let text = text.split('@').next().unwrap_or(text);
    let last = text.rfind('/').map_or(0, |slash| slash + 1);
    match text.get(last..).and_then(|name| name.find(':')) {
        Some(colon) => (text.get(..last + colon).unwrap_or(text), text.get(last + colon + 1..).unwrap_or_default()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_references() {
        for (text, image, python) in [
            ("python:3.12-slim", Some("python"), Some("3.12")),
            ("python:3.12.4-alpine@sha256:00", Some("python"), Some("3.12")),
            ("python:$VERSION", Some("python"), None),
            ("registry.example:5000/a/python:3.9", Some("registry.example:5000/a/python"), Some("3.9")),
            ("registry.example:5000/a/b", Some("registry.example:5000/a/b"), None),
            ("ghcr.io/astral-sh/uv:python3.13-bookworm-slim", Some("ghcr.io/astral-sh/uv"), Some("3.13")),
            ("ghcr.io/astral-sh/uv:0.5.1-python3.13-alpine", Some("ghcr.io/astral-sh/uv"), Some("3.13")),
            ("docker://rhysd/actionlint:latest", Some("rhysd/actionlint"), None),
            ("cimg/python:3.11", Some("cimg/python"), Some("3.11")),
            ("$IMAGE:latest", None, None),
            ("${{ env.X }}", None, None),
            ("", None, None),
        ] {
            let mut seen = Seen::default();
            read(&Mapped::new(text, 0), &mut seen);
            assert_eq!(seen.traces.first().map(|trace| trace.text.as_str()), image, "{text}");
            assert_eq!(seen.pythons.first().map(|(python, _)| python.as_str()), python, "{text}");
        }
    }
}
