//! `hatch.toml`: what `[tool.hatch]` of pyproject.toml says, in a file of its own.

use super::{Format, ReadContext, Reading, pyproject};

/// The format.
pub const FORMAT: Format = Format { name: "hatch", matches, read };

fn matches(name: &str, _path: &str) -> bool {
    name == "hatch.toml"
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    pyproject::hatch_document(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_tables() {
        let text = "[envs.default]\ndependencies = [\"pytest>=8\", \"here @ {root:uri}\"]\n[envs.lint]\ndetached = true\n\
                    extra-dependencies = [\"ruff==1\"]\ndependency-groups = [\"types\"]\n[envs.lint.scripts]\n\
                    check = [\"ruff check\", \"- mypy\"]\n[build.targets.wheel.hooks.x]\ndependencies = [\"cython\"]\n";
        let reading = read(text, ReadContext { path: "hatch.toml" });
        let shown: Vec<_> = reading.requirements.iter().map(|r| format!("{} {}", r.group, r.at.of(text))).collect();
        assert_eq!(
            shown,
            ["dev:default pytest>=8", "dev:default here @ {root:uri}", "dev:lint ruff==1", "build cython"]
        );
        assert_eq!(reading.commands.iter().map(|(c, _)| c.as_str()).collect::<Vec<_>>(), ["ruff check", "mypy"]);
        assert_eq!(reading.includes.iter().map(|i| i.target.as_str()).collect::<Vec<_>>(), ["types"]);
        assert!(reading.tables.iter().any(|(name, _)| name == "tool.hatch.envs.lint"));
        assert_eq!(reading.problems, []);
    }
}
