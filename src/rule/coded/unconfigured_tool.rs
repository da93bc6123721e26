//! `unconfigured-tool`: a type checker that runs as it comes, and so looks at next to nothing.

use crate::diagnostic::Finding;
use crate::project::tools::{Sign, SignKind};
use crate::rule::{Context, runs};

/// Options of mypy that say nothing of what is checked.
const NEUTRAL: &[&str] = &[
    "--ignore-missing-imports",
    "--install-types",
    "--non-interactive",
    "--pretty",
    "--show-error-codes",
    "--show-error-context",
    "--no-color-output",
    "--color-output",
    "--no-error-summary",
    "--no-incremental",
];

/// At most one finding: where mypy runs first.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    of_mypy(context).into_iter().collect()
}

fn of_mypy(context: &Context<'_>) -> Option<Finding> {
    let tools = &context.project.tools;
    let run = |sign: &&Sign| sign.kind == SignKind::Command && (sign.text == "mypy" || sign.text.starts_with("mypy "));
    let first = tools.signs.iter().filter(run).find(|sign| runs::here(context, sign))?;
    // Any option may be the configuration; so may a hook's, which are not all read.
    let told = tools.signs.iter().filter(run).any(|sign| {
        let mut options = sign.text.split(' ').filter(|word| word.starts_with('-') || word.starts_with(['$', '{']));
        options.any(|option| !NEUTRAL.contains(&option))
    });
    // A command may run in another folder, which need not be seen where it stands.
    let everywhere = context.workspace.projects.iter().flat_map(|project| &project.tools.signs);
    let configured = everywhere.into_iter().any(|sign| match sign.kind {
        SignKind::Table => sign.text.starts_with("tool.mypy") || sign.text == "mypy" || sign.text.starts_with("mypy-"),
        SignKind::File => matches!(sign.text.as_str(), "mypy.ini" | ".mypy.ini"),
        _ => false,
    });
    if told || configured || context.project.is_partial() || !tools.opaque.is_empty() {
        return None;
    }
    Some(
        Finding::new(first.at, "mypy runs without any configuration: it skips every function without annotations")
            .note("by default mypy does not look into functions whose parameters and result have no types, and says nothing of that")
            .help("add a table `[tool.mypy]`: `strict = true`, or `check_untyped_defs = true` to begin with")
            .need("type-checker")
            .key("mypy"),
    )
}
