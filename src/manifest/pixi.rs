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

    #[test]
    fn keeps_the_revision_of_a_repository() {
        for (keys, expected) in [
            ("rev = 'abc1234'", "git+https://g.example/r@abc1234"),
            ("tag = 'v1'", "git+https://g.example/r@v1"),
            ("branch = 'main'", "git+https://g.example/r@refs/heads/main"),
            ("editable = false", "git+https://g.example/r"),
        ] {
            let text = format!("[pypi-dependencies]\na = {{ git = 'https://g.example/r', {keys} }}\n");
            let reading = read(&text, ReadContext { path: "pixi.toml" });
            let urls: Vec<&str> = reading
                .requirements
                .iter()
                .filter_map(|r| if let Origin::Url(url, _) = &r.origin { Some(url.as_str()) } else { None })
                .collect();
            assert_eq!(urls, [expected]);
        }
    }

    #[test]
    fn finds_faults() {
        for (line, expected) in [
            ("[pypi-dependencies]\na = '=='", &[("invalid-requirement", "==")][..]),
            ("[pypi-dependencies]\na = '>=1 <2'", &[("invalid-requirement", " ")]),
            ("[pypi-dependencies]\na = '^1'", &[("invalid-requirement", "^1")]),
            ("[pypi-dependencies]\na = 'latest'", &[("invalid-requirement", "latest")]),
            ("[pypi-dependencies]\na = { versoin = '1' }", &[("unknown-key", "versoin")]),
            ("[pypi-dependencies]\na = '>=1,<2'\nb = '*'\nc = { version = '~=1.0', extras = ['x'] }\nd = '1.0'", &[]),
            ("[dependencies]\na = '^^1'", &[("invalid-requirement", "^^1")]),
            ("[dependencies]\na = '>='", &[("invalid-requirement", ">=")]),
            ("[dependencies]\na = '>=1,<2|3.*'\nb = '*'\nc = '1.2.*'\nd = { version = '*', build = 'py*' }", &[]),
        ] {
            let text = format!("{line}\n");
            let reading = read(&text, ReadContext { path: "pixi.toml" });
            let found: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(&text)))).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
