//! Another distribution in the place of one. Its version does not carry over: the other has versions of its own.

use super::{literal, remove, replace};
use crate::fix::Edit;
use crate::manifest::{Manifest, Origin, Requirement};
use crate::name::Name;
use crate::source::Extent;

/// What makes of a requirement one on the distribution `name`, for any version, under the same marker. Where the list has
/// that already, the requirement goes. Nothing where its parts are not known to the byte, or it asks for extras, which the
/// other need not have.
pub fn requirement(source: &str, manifest: &Manifest, requirement: &Requirement, name: &str) -> Option<Vec<Edit>> {
    let is_plain = requirement.exact
        && requirement.origin == Origin::Index
        && requirement.extras.is_empty()
        && requirement.hashes == 0
        && !requirement.editable;
    if !is_plain {
        return None;
    }
    let wanted = Name::new(name);
    let is_there = |other: &Requirement| other.group == requirement.group && other.name.as_ref() == Some(&wanted);
    if manifest.reading.requirements.iter().any(is_there) {
        return super::delete(manifest, requirement).map(|edit| vec![edit]);
    }
    let mut edits = vec![replace(manifest.file, requirement.name_at, name)];
    let Some(specifier) = &requirement.specifier else { return Some(edits) };
    let range = requirement.name_at.range().end..specifier.at.range().start;
    if source.get(range.clone()).is_some_and(|between| between.trim().is_empty())
        && specifier.at.of(source) == specifier.written
    {
        // `name >=1`
        edits.push(remove(manifest.file, Extent::new(range.start, specifier.at.range().end)));
        return Some(edits);
    }
    let between = source.get(range)?.trim_matches(['"', '\'', ' ', '\t']);
    if between == "=" && literal(source, specifier.at).is_some() {
        // `name = "^1"`
        edits.push(replace(manifest.file, specifier.at, "*"));
        return Some(edits);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::patch;
    use crate::manifest::{ReadContext, format_of};
    use crate::source::Sources;

    fn renamed(path: &str, text: &str) -> Option<String> {
        let format = format_of(path).expect("a manifest");
        let reading = (format.read)(text, ReadContext { path });
        let file = Sources::default().add(path, None);
        let manifest = Manifest { file, path: path.to_owned(), format: format.name, reading };
        let old = manifest.reading.requirements.iter().find(|r| r.name() == "old").expect("it is there");
        let edits = requirement(text, &manifest, old, "new")?;
        Some(patch::apply(text, &edits).expect("they fit"))
    }

    #[test]
    fn names_change_and_versions_go() {
        for (path, text, expected) in [
            ("requirements.txt", "old\n", Some("new\n")),
            ("requirements.txt", "old==1.0  # why\nb\n", Some("new  # why\nb\n")),
            ("requirements.txt", "old >=1,<2 ; python_version < '3.9'\n", Some("new ; python_version < '3.9'\n")),
            ("requirements.txt", "old[x]==1\n", None),
            ("requirements.txt", "old==1 --hash=sha256:00\n", None),
            ("requirements.txt", "new>=2\nold==1\n", Some("new>=2\n")),
            (
                "pyproject.toml",
                "[project]\ndependencies = [\n  'old>=1', # c\n]\n",
                Some("[project]\ndependencies = [\n  'new', # c\n]\n"),
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\nold = \"^1\" # c\n",
                Some("[tool.poetry.dependencies]\nnew = \"*\" # c\n"),
            ),
            ("pyproject.toml", "[tool.poetry.dependencies]\nold = {version = \"^1\", optional = true}\n", None),
            ("Pipfile", "[packages]\nold = \"*\"\n", Some("[packages]\nnew = \"*\"\n")),
            ("Pipfile", "[packages]\n\"old\" = '==1'\n", Some("[packages]\n\"new\" = '*'\n")),
            (
                "setup.cfg",
                "[options]\ninstall_requires =\n    old>=1\n    b\n",
                Some("[options]\ninstall_requires =\n    new\n    b\n"),
            ),
        ] {
            assert_eq!(renamed(path, text).as_deref(), expected, "{text:?}");
        }
    }
}
