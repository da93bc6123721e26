//! Signs that distributions come from an index of one's own: where there is one, a name that the public index does not
//! have may be its.

use crate::manifest::{Manifest, url};
use crate::path;
use crate::project::Project;
use crate::rule::Context;
use crate::rule::indexes::{self, Index, SUPPLEMENTAL};

/// Configuration of installers, which is there to name indexes.
const FILES: &[&str] = &["pip.conf", "pip.ini", "uv.toml"];

/// What stands in CI, images and scripts where another index is used: options, commands, and programs that log in.
const WORDS: &[&str] = &[
    "--index-url",
    "--extra-index-url",
    "--default-index",
    "--find-links",
    "--pypi-url",
    "--index ",
    "--index=",
    "--no-index",
    " -i http",
    "codeartifact login",
    "codeartifact get-authorization-token",
    "artifactregistry-auth",
    "artifacts-keyring",
    "global.index",
    "global.extra-index",
    "site.index",
    "site.extra-index",
    "config repositories.",
    "config http-basic.",
    "source add",
    "PIP_CONFIG_FILE",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "UV_FIND_LINKS",
    "UV_CONFIG_FILE",
    "POETRY_REPOSITORIES_",
    "POETRY_HTTP_BASIC_",
    "PDM_PYPI_URL",
    "PIPENV_PYPI_MIRROR",
];

/// Variables of pip and uv that hold the URL of an index have this word after one of these beginnings (`PIP_EXTRA_INDEX_URL`,
/// `UV_INDEX_INNER_PASSWORD`).
const INDEX: &str = "INDEX";
const BEGINNINGS: &[&str] = &["PIP_", "UV_"];

/// Hosts that serve one well-known family of packages, and nobody's own.
const SERVES_ITS_OWN: &[&str] = &["pytorch.org"];

/// Whether anything in the repository shows an index beside the public one.
pub fn is_shown(context: &Context<'_>) -> bool {
    let workspace = context.workspace;
    let mut manifests = workspace.projects.iter().flat_map(Project::everything).chain(&workspace.context);
    manifests.any(has_other)
        || workspace.files.iter().any(|file| FILES.contains(&path::name(file).trim_start_matches('.')))
        || workspace.evidence.iter().any(|evidence| evidence_shows(workspace.sources.text(evidence.file)))
}

fn has_other(manifest: &Manifest) -> bool {
    manifest.reading.options.iter().any(|option| option.name == "--no-index")
        || indexes::of_manifest(manifest).any(|index| is_searched(&index) && is_other(&index.value))
}

/// Whether it is asked for every name, and not only for those of packages that name it.
fn is_searched(index: &Index<'_>) -> bool {
    matches!(index.name, "--index-url" | "--extra-index-url" | "--find-links" | SUPPLEMENTAL)
}

fn evidence_shows(text: &str) -> bool {
    text.lines().any(|line| WORDS.iter().any(|word| shows(line, word)) || has_variable(line))
}

/// Whether a line says `word`, and what stands behind it is not the public index.
fn shows(line: &str, word: &str) -> bool {
    line.find(word).and_then(|at| line.get(at..)).is_some_and(is_other)
}

/// Whether a line names a variable for the URL of an index that is not the public one.
fn has_variable(line: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(INDEX).any(|(at, _)| {
        let (before, after) = (line.get(..at).unwrap_or_default(), line.get(at..).unwrap_or_default());
        let start = before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        let before = before.get(start..).unwrap_or_default();
        BEGINNINGS.iter().any(|beginning| before.starts_with(beginning)) && is_other(after)
    })
}

/// Whether a text does not name the public index, or the one on which releases are tried, as its first URL.
fn is_other(text: &str) -> bool {
    let host = url::find(text).next().map(|url| url.host());
    !host.is_some_and(|host| {
        let is_of = |known: &str| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        indexes::is_public_index(host) || SERVES_ITS_OWN.iter().any(|known| is_of(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_signs() {
        let (host, test) = (["py", "pi.org"].concat(), ["test.py", "pi.org"].concat());
        for (text, expected) in [
            ("RUN pip install --index-url https://index.example/simple -r requirements.txt".to_owned(), true),
            (format!("RUN pip install --index-url https://{host}/simple stock"), false),
            (format!("pip install -i https://{test}/simple stock"), false),
            ("pip install -i https://index.example/simple stock".to_owned(), true),
            ("      PIP_EXTRA_INDEX_URL: ${{ secrets.INDEX }}".to_owned(), true),
            (format!("ENV PIP_INDEX_URL=https://{host}/simple"), false),
            ("export UV_INDEX_INNER_PASSWORD=$TOKEN".to_owned(), true),
            ("MY_PIP_THING=1 SEARCH_INDEX=1".to_owned(), false),
            ("SEARCH_INDEX_URL=https://search.example".to_owned(), false),
            ("aws codeartifact login --tool pip --repository inner".to_owned(), true),
            ("poetry config repositories.inner https://index.example".to_owned(), true),
            ("torch --index-url https://download.pytorch.org/whl/cpu".to_owned(), false),
            ("POETRY_REPOSITORIES_INNER_URL=x".to_owned(), true),
            ("git rm --cached --index-info".to_owned(), false),
        ] {
            assert_eq!(evidence_shows(&text), expected, "{text}");
        }
    }
}
