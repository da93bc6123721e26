//! Requirements files that conda reads (`conda install --file requirements.txt`): their names are those of its channels.

use crate::manifest::Manifest;
use crate::rule::Context;

/// Whether a command in the repository has conda or mamba install from the file of `manifest`.
pub fn reads(context: &Context<'_>, manifest: &Manifest) -> bool {
    let workspace = context.workspace;
    manifest.format == "requirements"
        && workspace.evidence.iter().any(|evidence| says(workspace.sources.text(evidence.file), &manifest.path))
}

/// Whether a text with commands of conda names the file at `path`. Where a variable stands in the name, what stands before
/// it is enough.
fn says(text: &str, path: &str) -> bool {
    let has_conda = ["conda ", "mamba ", "CONDA) "].iter().any(|word| text.contains(word));
    has_conda
        && text.split("--file").skip(1).any(|after| {
            let word = after.trim_start_matches(['=', ' ', '"', '\'']).split([' ', '\n', '\r', '"', '\'']).next();
            let word = word.unwrap_or_default().replace('\\', "/");
            let word = word.trim_start_matches("./");
            match word.split_once('$') {
                Some((before, _)) => !before.is_empty() && path.contains(before),
                None => path.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')),
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_files_of_conda() {
        for (text, path, expected) in [
            ("conda install --file tests/requirements.txt", "tests/requirements.txt", true),
            ("conda install --file tests\\requirements.txt", "tests/requirements.txt", true),
            ("mamba create -n x --file=requirements.txt python=3.13", "a/requirements.txt", true),
            ("conda install --file ci/requirements-${{ runner.os }}.txt", "ci/requirements-Linux.txt", true),
            ("conda install --file tests/requirements.txt", "requirements.txt", false),
            ("conda install --file $FILE", "requirements.txt", false),
            ("docker build --file requirements.txt", "requirements.txt", false),
            ("conda install numpy\npip install -r requirements.txt", "requirements.txt", false),
        ] {
            assert_eq!(says(text, path), expected, "{text}");
        }
    }
}
