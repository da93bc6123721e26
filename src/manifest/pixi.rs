//! `pixi.toml`: what `[tool.pixi]` of pyproject.toml says, in a file of its own.

use super::{Format, ReadContext, Reading, pyproject};

/// The format.
pub const FORMAT: Format = Format { name: "pixi", matches, read };

fn matches(name: &str, _path: &str) -> bool {
    name == "pixi.toml"
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    pyproject::pixi_document(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Origin, Requirement};

    #[test]
    fn reads_the_tables() {
        let text = "[workspace]\nname = \"x\"\nversion = \"1.0\"\nrequires-pixi = \">=0.40\"\n[dependencies]\npython = \"3.12.*\"\n\
                    numpy = \">=1,<2\"\ncmake = { version = \"=3.2\", channel = \"c\" }\nany = \"*\"\n[pypi-dependencies]\n\
                    requests = { version = \">=2\", extras = [\"socks\"] }\nhere = { path = \".\", editable = true }\n\
                    [feature.test.dependencies]\npytest = \"*\"\n[feature.test.tasks]\ntest = \"pytest -q\"\n\
                    [target.linux-64.dependencies]\nglib = \"*\"\n[tasks]\nlint = { cmd = \"ruff check\" }\n";
        let reading = read(text, ReadContext { path: "pixi.toml" });
        let shown = |r: &Requirement| {
            let origin = match r.origin {
                Origin::Conda => "conda",
                Origin::Path(..) => "path",
                _ => "index",
            };
            format!("{:?} {origin} {} {}", r.group, r.name(), r.specifier.as_ref().map_or("", |s| s.pep440.as_str()))
        };
        assert_eq!(
            reading.requirements.iter().map(shown).collect::<Vec<_>>(),
            [
                "Runtime conda numpy >=1,<2",
                "Runtime conda cmake ==3.2.*",
                "Runtime conda any ",
                "Runtime index requests >=2",
                "Runtime path here ",
                "Dev(Name(\"test\")) conda pytest ",
                "Runtime conda glib ",
            ]
        );
        let project = reading.project.unwrap_or_default();
        assert_eq!(project.header.of(text), "[workspace]");
        assert_eq!(project.name.map(|n| n.text).as_deref(), Some("x"));
        assert_eq!(project.requires_python.map(|p| (p.text, p.at.of(text))), Some(("==3.12.*".to_owned(), "3.12.*")));
        assert_eq!(reading.commands.iter().map(|(c, _)| c.as_str()).collect::<Vec<_>>(), ["pytest -q", "ruff check"]);
        assert_eq!(reading.problems, []);
        assert!(reading.tables.iter().any(|(name, _)| name == "tool.pixi.tasks"));
    }
}
