//! Changes of manifests that several rules offer.

use crate::fix::Edit;
use crate::manifest::{Manifest, Requirement};
use crate::source::Extent;

/// What deletes a requirement with its comma or its line; nothing where its place is not known that well.
pub fn delete(manifest: &Manifest, requirement: &Requirement) -> Option<Edit> {
    (requirement.item != requirement.at)
        .then(|| Edit { span: manifest.file.span(requirement.item), text: String::new() })
}

/// What declares the distribution `name` behind the requirement `after`, in the form of that: a line of a requirements
/// file, an item of an array of strings. `source` is the manifest's text. Nothing for other forms.
pub fn declare_behind(source: &str, manifest: &Manifest, after: &Requirement, name: &str) -> Option<Edit> {
    let range = after.at.range();
    let line_start = source.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let before = source.get(line_start..range.start)?;
    let behind = source.get(range.end..)?.lines().next().unwrap_or_default();
    // A comment would come to stand behind the new one, and a line may go on.
    if behind.contains('#') || behind.ends_with('\\') || behind.starts_with("\"\"") || behind.starts_with("''") {
        return None;
    }
    let line_end = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, text) = match manifest.format {
        "requirements" if before.is_empty() && after.item != after.at => {
            let end = after.item.range().end;
            let is_ended = source.get(..end)?.ends_with('\n');
            (end, if is_ended { format!("{name}{line_end}") } else { format!("{line_end}{name}{line_end}") })
        }
        "pyproject" => {
            let literal = literal(source, after.at)?;
            let quote = literal.get(..1)?;
            let space = before.strip_suffix(quote)?;
            let gap = if space.trim().is_empty() { format!("{line_end}{space}") } else { " ".to_owned() };
            (range.end + 1, format!(",{gap}{quote}{name}{quote}"))
        }
        _ => return None,
    };
    Some(Edit { span: manifest.file.span(Extent::at(at)), text })
}

/// The string literal, quotes included, whose content stands at `at`.
pub fn literal(source: &str, at: Extent) -> Option<&str> {
    let range = at.range();
    let literal = source.get(range.start.checked_sub(1)?..range.end + 1)?;
    (literal.starts_with(['"', '\'']) && literal.ends_with(['"', '\''])).then_some(literal)
}

/// Where and what to write so that `literal` is the first item of the array at `list`, brackets included.
pub fn prepend(source: &str, list: Extent, literal: &str) -> Option<(Extent, String)> {
    let inner = source.get(list.range())?.strip_prefix('[')?;
    let at = Extent::at(list.range().start + 1);
    let first = inner.trim_start();
    let space = inner.get(..inner.len() - first.len())?;
    let text = if first.starts_with(']') {
        literal.to_owned()
    } else if let Some((_, indentation)) = space.rsplit_once('\n') {
        format!("\n{indentation}{literal},")
    } else {
        format!("{literal}, ")
    };
    Some((at, text))
}
