//! The metadata of a script (PEP 723): a document of its own, with two keys and the tables of tools.

use super::{PLAIN, Reader, meant, uv, value_of};
use crate::diagnostic::Problem;
use crate::manifest::mapped::Mapped;
use crate::manifest::toml::Table;
use crate::manifest::{Group, place};

/// What the specification knows.
const KEYS: &[&str] = &["dependencies", "requires-python", "tool"];

/// Reads the document.
pub(super) fn read(reader: &mut Reader<'_>, root: &Table<'_>) {
    for entry in root.iter().filter(|entry| !KEYS.contains(&entry.key.as_ref())) {
        let message = format!("the metadata of a script has no `{}`", entry.key);
        let problem = Problem::new("unknown-key", entry.key_at, message);
        reader.out.problems.push(match meant(&entry.key, KEYS) {
            Some(meant) => problem.help(format!("did you mean `{meant}`?")),
            None => problem.help("it has `dependencies`, `requires-python` and tables of tools, as `[tool.uv]`"),
        });
    }
    if let Some(item) = root.get("dependencies") {
        reader.requirements("dependencies", item, &Group::Runtime, PLAIN);
    }
    if let Some(item) = root.get("requires-python") {
        if let Some(text) = item.as_text() {
            reader.project(item.at).requires_python = Some(value_of(text));
            reader.out.problems.extend(place::python_fault(&Mapped::within(&text.text, text.at), "requires-python"));
        } else {
            reader.wrong_type("requires-python", item, "a string");
        }
    }
    if let Some(tool) = root.get("tool")
        && let Some(tool) = reader.expect_table("tool", tool, false)
    {
        uv::read(reader, tool);
    }
}
