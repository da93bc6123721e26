//! What the readers of YAML files share.

use super::{Seen, command, image, version};
use crate::manifest::yaml::{self, Node, Value};

/// The roots of all documents. What cannot be parsed is opaque.
pub(super) fn roots(text: &str, seen: &mut Seen) -> Vec<Node> {
    let documents = yaml::read(text);
    if let Some((_, at)) = documents.errors.first() {
        seen.opaque.push(("a file that could not be parsed".to_owned(), *at));
    }
    documents.roots
}

/// Reads scripts: a text, or a list of texts and lists.
pub(super) fn scripts(node: Option<&Node>, text: &str, seen: &mut Seen) {
    for scalar in node.map(Node::scalars).unwrap_or_default() {
        command::read(&scalar.mapped(text), seen);
    }
}

/// Reads the scripts under some keys of a mapping.
pub(super) fn scripts_of(node: &Node, keys: &[&str], text: &str, seen: &mut Seen) {
    for key in keys {
        scripts(node.get(key), text, seen);
    }
}

/// Notes an image: a text, or a mapping that has one as `name` or `image`.
pub(super) fn image(node: Option<&Node>, text: &str, seen: &mut Seen) {
    let Some(node) = node else { return };
    let named = node.get("name").or_else(|| node.get("image")).unwrap_or(node);
    if named.text().is_some() {
        image::read(&named.mapped(text), seen);
    }
}

/// Notes the Python versions of a text (one a line, or between commas) or a list.
pub(super) fn pythons(node: Option<&Node>, seen: &mut Seen) {
    for scalar in node.map(Node::scalars).unwrap_or_default() {
        for part in scalar.text().unwrap_or_default().split(['\n', ',']) {
            match version::short(part) {
                Some(python) => seen.pythons.push((python, scalar.at)),
                None => version::add(part, scalar.at, seen),
            }
        }
    }
}

/// Notes the Python versions of the keys of a mapping that speak of Python (`python-version`, `PYTHON`, `py`, `pyver`).
pub(super) fn python_keys(node: Option<&Node>, seen: &mut Seen) {
    for (key, value) in node.map(Node::entries).unwrap_or_default() {
        let key = key.text().unwrap_or_default().to_ascii_lowercase();
        if key.contains("python") || matches!(key.as_str(), "py" | "pyver" | "py-version" | "py_version" | "toxenv") {
            pythons(Some(value), seen);
        }
    }
}

/// Calls `each` with every key, its value and the mapping that both stand in, below `node`, in the order of the text.
pub(super) fn walk<'n>(node: &'n Node, each: &mut impl FnMut(&'n str, &'n Node, &'n Node)) {
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| walk(item, each)),
        Value::Mapping(entries) => {
            for (key, value) in entries {
                each(key.text().unwrap_or_default(), value, node);
                walk(value, each);
            }
        }
    }
}

/// Reads a command that is a text or a list of words.
pub(super) fn command_or_words(node: Option<&Node>, text: &str, seen: &mut Seen) {
    let Some(node) = node else { return };
    if node.text().is_some() {
        command::read(&node.mapped(text), seen);
    } else {
        let words: Vec<_> = node.scalars().iter().map(|word| word.mapped(text)).collect();
        command::read_words(&words, seen);
    }
}

/// Whether `path` lies in `folder` (at any depth), wherever that is.
pub(super) fn lies_in(path: &str, folder: &str) -> bool {
    let mut rest = path;
    loop {
        if rest.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
            return true;
        }
        let Some((_, tail)) = rest.split_once('/') else { return false };
        rest = tail;
    }
}

/// Whether a name ends as YAML files do.
pub(super) fn is_yaml(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "yml" | "yaml"))
}

/// The names of several files with either ending of YAML: `stem.yml`, `stem.yaml`.
pub(super) fn is_yaml_named(name: &str, stems: &[&str]) -> bool {
    is_yaml(name) && name.rsplit_once('.').is_some_and(|(stem, _)| stems.contains(&stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_folders_and_names() {
        assert!(lies_in(".github/workflows/a.yml", ".github/workflows"));
        assert!(lies_in("x/.github/workflows/b/a.yml", ".github/workflows"));
        assert!(!lies_in("x.github/workflows/a.yml", ".github/workflows"));
        assert!(!lies_in(".github/workflows", ".github/workflows"));
        assert!(is_yaml_named("lefthook.yaml", &["lefthook"]) && !is_yaml_named("lefthook.json", &["lefthook"]));
    }
}
