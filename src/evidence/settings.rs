//! Tools' own configuration files. That such a file is there says most; its sections say which tool they are for.

use jsonc_parser::ast::StringLit;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions, parse_to_ast};
use toml::de::{DeTable, DeValue};

use super::{Format, Seen, TraceKind, tox};
use crate::manifest::ini::{self, Ini};
use crate::manifest::{Setting, pyproject};
use crate::source::Extent;

/// `setup.cfg`, which may hold tox's sections too.
pub const SETUP_CFG: Format = Format { name: "setup.cfg", matches: |name, _| name == "setup.cfg", read: with_settings };

/// INI files of one or more tools.
pub const INI: Format = Format {
    name: "tool settings",
    matches: |name, _| {
        const NAMES: &[&str] = &[
            ".bandit",
            ".coveragerc",
            ".flake8",
            ".importlinter",
            ".isort.cfg",
            ".mypy.ini",
            ".pydocstyle",
            ".pylintrc",
            ".pytest.ini",
            ".style.yapf",
            "mypy.ini",
            "pylintrc",
            "pytest.ini",
        ];
        NAMES.contains(&name)
    },
    read: sections,
};

/// `ruff.toml`: the same tables as `[tool.ruff]` in a pyproject.toml, and named like them.
pub const RUFF: Format =
    Format { name: "ruff settings", matches: |name, _| matches!(name, "ruff.toml" | ".ruff.toml"), read: ruff };

/// `pyrightconfig.json`, which may have comments.
pub const PYRIGHT: Format =
    Format { name: "pyright settings", matches: |name, _| name == "pyrightconfig.json", read: pyright };

/// Longer values are no switches.
const MAX_VALUE: usize = 4_096;

fn sections(text: &str) -> Seen {
    let mut seen = Seen::default();
    let ini = ini::read(text);
    for section in &ini.sections {
        seen.trace(TraceKind::Table, &section.name, section.header);
    }
    values(&ini, &mut seen);
    seen
}

/// The sections of an INI file that tox reads as well, with what they set.
pub(super) fn with_settings(text: &str) -> Seen {
    let mut seen = tox::read_ini(text);
    values(&ini::read(text), &mut seen);
    seen
}

/// Notes what the sections of tools set.
fn values(ini: &Ini, seen: &mut Seen) {
    for section in &ini.sections {
        for entry in section.entries.iter().filter(|entry| entry.value.len() <= MAX_VALUE) {
            let key = format!("{}.{}", section.name, entry.key);
            seen.settings.push(Setting {
                key,
                value: entry.value.as_str().trim().to_owned(),
                at: entry.value.trim().at(),
            });
        }
    }
}

fn pyright(text: &str) -> Seen {
    let mut seen = Seen::default();
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let Ok(result) = parse_to_ast(text, &collect, &ParseOptions::default()) else { return seen };
    let Some(root) = result.value.as_ref().and_then(|value| value.as_object()) else { return seen };
    let mut set = |key: &str, text: &StringLit<'_>| {
        let at = Extent::new(text.range.start, text.range.end);
        seen.settings.push(Setting { key: key.to_owned(), value: text.value.to_string(), at });
    };
    root.get_string("pythonVersion").into_iter().for_each(|version| set("pyright.pythonVersion", version));
    for folder in root.get_array("extraPaths").into_iter().flat_map(|array| &array.elements) {
        folder.as_string_lit().into_iter().for_each(|folder| set("pyright.extraPaths", folder));
    }
    seen
}

/// The tables as `tool.ruff.…`, and `ruff:S` where rules of flake8-bandit are selected.
fn ruff(text: &str) -> Seen {
    let mut seen = Seen::default();
    let (root, _) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    seen.trace(TraceKind::Table, "tool.ruff", Extent::at(0));
    for (key, value) in root {
        if let DeValue::Table(table) = value.get_ref() {
            seen.trace(TraceKind::Table, &format!("tool.ruff.{}", key.get_ref()), key.span().into());
            for (inner, value) in table {
                if value.get_ref().is_table() {
                    seen.trace(
                        TraceKind::Table,
                        &format!("tool.ruff.{}.{}", key.get_ref(), inner.get_ref()),
                        inner.span().into(),
                    );
                }
            }
        }
    }
    let lint = root.get("lint").and_then(|lint| lint.get_ref().as_table());
    for table in [Some(root), lint].into_iter().flatten() {
        for key in ["select", "extend-select"] {
            let Some(DeValue::Array(codes)) = table.get(key).map(toml::Spanned::get_ref) else { continue };
            let security = codes.iter().find(|code| code.get_ref().as_str().is_some_and(selects_security));
            if let Some(code) = security {
                seen.trace(TraceKind::Table, "ruff:S", code.span().into());
            }
        }
    }
    let named = |setting: Setting| Setting { key: format!("tool.ruff.{}", setting.key), ..setting };
    seen.settings = pyproject::settings_of(text).into_iter().map(named).collect();
    seen
}

/// Whether a selector of ruff takes rules of flake8-bandit (`S`, `S1`, `S603`, `ALL`; not `SIM`).
pub fn selects_security(selector: &str) -> bool {
    selector == "ALL" || selector.strip_prefix('S').is_some_and(|code| code.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_sections() {
        let text = "[mypy]\nstrict = true\n[mypy-x.*]\nignore = 1\n";
        assert_eq!(shown(&(INI.read)(text), text), ["Table:mypy", "Table:mypy-x.*"]);
        let text = "[tool:pytest]\naddopts = -x\n[testenv]\ncommands = pytest\n";
        assert_eq!(shown(&(SETUP_CFG.read)(text), text), ["Table:tool:pytest", "Table:testenv", "Command:pytest"]);
    }

    #[test]
    fn reads_ruff() {
        for (text, expected) in [
            (
                "[lint]\nselect = [\"E\", \"S1\"]\n[lint.isort]\na = 1\n[format]\n",
                &[
                    "Table:tool.ruff",
                    "Table:tool.ruff.lint",
                    "Table:tool.ruff.lint.isort",
                    "Table:tool.ruff.format",
                    "Table:ruff:S",
                ][..],
            ),
            ("extend-select = ['SIM', 'SLF']", &["Table:tool.ruff"]),
            ("select = ['ALL']", &["Table:tool.ruff", "Table:ruff:S"]),
            ("select = [", &["Table:tool.ruff"]),
        ] {
            assert_eq!(shown(&ruff(text), text), expected, "{text}");
        }
    }
}
