//! Jenkins pipelines.

use super::calls::{Language, Token, tokens};
use super::{Format, Seen, command, image};

/// `Jenkinsfile` and its variants.
pub const FORMAT: Format = Format {
    name: "Jenkins pipeline",
    matches: |name, _| {
        name.starts_with("Jenkinsfile") || name.rsplit_once('.').is_some_and(|(_, end)| end == "jenkinsfile")
    },
    read,
};

/// Reads the steps `sh`, `bat`, `powershell` and `pwsh` with a literal script, the images of agents, and whether a shared
/// library may bring more.
fn read(text: &str) -> Seen {
    let mut seen = Seen::default();
    let tokens = tokens(text, Language::Groovy);
    for (index, token) in tokens.iter().enumerate() {
        let Token::Name(name) = token else { continue };
        let annotation = index > 0 && tokens.get(index - 1).is_some_and(|token| token.is('@'));
        match name.as_str() {
            "Library" if annotation => seen.opaque.push(("a shared library".to_owned(), name.at())),
            "library" if text_after(&tokens, index).is_some() => {
                seen.opaque.push(("a shared library".to_owned(), name.at()));
            }
            "sh" | "bat" | "powershell" | "pwsh" => {
                if let Some(Token::Text(script)) = text_after(&tokens, index) {
                    command::read(script, &mut seen);
                }
            }
            "image" | "docker.image" | "docker" => {
                if let Some(Token::Text(reference)) = text_after(&tokens, index) {
                    image::read(reference, &mut seen);
                }
            }
            _ => {}
        }
    }
    seen
}

/// The string that a step is given: `sh 'x'`, `sh('x')`, `sh(script: 'x')`, `sh label: 'y', script: 'x'`.
fn text_after(tokens: &[Token], index: usize) -> Option<&Token> {
    let mut rest = tokens.get(index + 1..)?;
    if rest.first().is_some_and(|token| token.is('(')) {
        rest = rest.get(1..)?;
    }
    // Arguments may stand on lines of their own within brackets.
    let rest = rest.iter().filter(|token| !token.is('\n')).take(16).collect::<Vec<_>>();
    if let [text @ Token::Text(_), ..] = rest.as_slice() {
        return Some(text);
    }
    let named = rest.get(1).is_some_and(|token| token.is(':'));
    let script = rest
        .windows(3)
        .find(|three| matches!(three, [name, colon, Token::Text(_)] if name.name() == Some("script") && colon.is(':')));
    script.filter(|_| named).and_then(|three| three.last().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::testing::shown;

    #[test]
    fn reads_pipelines() {
        let text = "\
@Library('acme') _
pipeline {
  agent { docker { image 'python:3.12' } }
  stages {
    stage('lint') { steps {
      // sh 'black .'
      /* sh 'isort .' */
      sh 'uv run ruff check'
      sh \"\"\"
        pip install tox
        tox -e py
      \"\"\"
      sh(script: 'pytest', returnStdout: true)
      sh label: 'types', script: \"mypy ${SRC}\"
      sh(
        'flake8'
      )
      bat 'venv\\\\Scripts\\\\python -m build'
      echo 'sh x'
    } }
  }
}
";
        assert_eq!(
            shown(&read(text), text),
            [
                "Image:python",
                "Command:ruff check",
                "Command:pip install tox",
                "Install:tox",
                "Command:tox -e py",
                "Command:pytest",
                "Command:mypy ${SRC}",
                "Command:flake8",
                "Command:build",
                "python:3.12",
                "opaque:a shared library",
            ]
        );
    }
}
