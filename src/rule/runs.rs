//! Which commands run in the project's own environment.

use crate::evidence::TraceKind;
use crate::project::tools::{Sign, SignKind};
use crate::rule::{Context, speaker};

/// Files whose commands a developer or a CI service runs in the project's own environment.
const RUNNERS: &[&str] = &[
    "Makefile",
    "justfile",
    "Taskfile",
    "tox",
    "noxfile",
    "GitHub workflow",
    "GitLab pipeline",
    "Azure pipeline",
    "Bitbucket pipeline",
    "CircleCI",
    "Travis CI",
    "AppVeyor",
    "Cirrus CI",
    "pre-commit hooks",
    "prek hooks",
    "lefthook hooks",
    "task",
];

/// Managers of whole environments: what they bring cannot be told from here.
pub const ENVIRONMENTS: &[&str] = &[
    "conda",
    "mamba",
    "micromamba",
    "pixi",
    "nix",
    "nix-shell",
    "nix-build",
    "mise",
    "asdf",
    "devbox",
    "devenv",
    "spack",
    "guix",
    "direnv",
    "docker",
    "podman",
    "docker-compose",
    "vagrant",
    "hatch",
    "bazel",
    "pants",
    "aqua",
    "rye",
    "module",
];

/// Whether a sign is a command that is run in the project's own environment, in a file of which the project speaks.
pub fn here(context: &Context<'_>, sign: &Sign) -> bool {
    if sign.kind != SignKind::Command || !RUNNERS.contains(&sign.how) || !speaker::speaks_at(context, sign.at) {
        return false;
    }
    let Some(span) = sign.at.span() else { return false };
    // A container or another machine has tools of its own.
    let evidence = context.workspace.evidence_in(span.file);
    if evidence.is_some_and(|e| e.seen.traces.iter().any(|trace| trace.kind == TraceKind::Image)) {
        return false;
    }
    let text = context.workspace.sources.text(span.file);
    let before = text.get(..span.extent.start as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let launched = |word: &str| ENVIRONMENTS.contains(&word) || matches!(word, "ssh" | "kubectl" | "uvx" | "pipx");
    !line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(launched)
}
