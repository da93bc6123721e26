//! `overlapping-tools`: two tools that run and do the same job.

use crate::diagnostic::Finding;
use crate::project::tools::{Sign, SignKind};
use crate::rule::{Context, speaker};
use crate::source::Location;

/// A tool whose job ruff can do.
struct Tool {
    /// The program, which is also the identifier of its hook.
    name: &'static str,
    /// What of ruff does the same: rules that must be selected (all of them), or the formatter where there are none.
    rules: &'static [&'static str],
    /// How ruff is told.
    same: &'static str,
    /// Names of distributions that add to the tool what ruff lacks begin like this; these do not.
    plugins: Option<(&'static str, &'static [&'static str])>,
}

/// Sources: ruff's "FAQ" (what of flake8, isort, black … it takes the place of) and its list of rules.
const TOOLS: &[Tool] = &[
    Tool { name: "black", rules: &[], same: "`ruff format`", plugins: None },
    Tool { name: "isort", rules: &["I"], same: "`I` of ruff", plugins: None },
    Tool {
        name: "flake8",
        rules: &["E", "F"],
        same: "`E` and `F` of ruff",
        // Plug-ins that ruff has taken over whole.
        plugins: Some((
            "flake8-",
            &[
                "flake8-bugbear",
                "flake8-builtins",
                "flake8-comprehensions",
                "flake8-docstrings",
                "flake8-isort",
                "flake8-pyproject",
                "flake8-quotes",
                "flake8-print",
                "flake8-debugger",
                "flake8-annotations",
                "flake8-simplify",
                "flake8-tidy-imports",
            ],
        )),
    },
    Tool { name: "pyupgrade", rules: &["UP"], same: "`UP` of ruff", plugins: None },
    Tool { name: "autoflake", rules: &["F"], same: "`F` of ruff", plugins: None },
    Tool { name: "pydocstyle", rules: &["D"], same: "`D` of ruff", plugins: None },
    Tool { name: "bandit", rules: &["S"], same: "`S` of ruff", plugins: None },
    Tool { name: "pycodestyle", rules: &["E", "W"], same: "`E` and `W` of ruff", plugins: None },
    Tool { name: "pyflakes", rules: &["F"], same: "`F` of ruff", plugins: None },
];

/// Distributions that bring plug-ins of flake8 under another name.
const OTHER_PLUGINS: &[&str] =
    &["wemake-python-styleguide", "dlint", "hacking", "pandas-vet", "cohesion", "darglint", "darglint2"];

/// One finding for each tool beside ruff.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    TOOLS.iter().filter_map(|tool| judge(context, tool)).collect()
}

fn judge(context: &Context<'_>, tool: &Tool) -> Option<Finding> {
    let signs = &context.project.tools.signs;
    let is_ruff = |sign: &&Sign| if tool.rules.is_empty() { formats(sign) } else { lints(sign) };
    let others = signs.iter().filter(|sign| runs(sign, tool.name) && speaker::speaks_at(context, sign.at));
    // Side by side in one file, and on the same files of the project.
    let mut pairs = others.filter_map(|other| {
        let scope = scope(context, other)?;
        let beside = |ruff: &&Sign| ruff.kind == other.kind && ruff.at.file() == other.at.file();
        let same = |ruff: &&Sign| self::scope(context, ruff).as_ref() == Some(&scope);
        Some((other, signs.iter().filter(is_ruff).filter(beside).find(same)?))
    });
    let (other, ruff) = pairs.next()?;
    if !tool.rules.iter().all(|rule| is_selected(context, rule)) || has_plugins(context, tool) {
        return None;
    }
    let name = tool.name;
    let finding = Finding::new(other.at, format!("{name} runs beside ruff, and {} does the same", tool.same))
        .note("two tools for one job take twice the time, and disagree some day")
        .help(format!("leave {name} out, or what overlaps out of ruff"))
        .variant(None)
        .key(name);
    Some(match ruff.at {
        Location::Span(span) => finding.related(span, "ruff runs here"),
        Location::Project | Location::File(_) => finding,
    })
}

/// Whether a sign shows that a program runs: its hook, or a command without arguments that make it another job.
fn runs(sign: &Sign, program: &str) -> bool {
    match sign.kind {
        SignKind::Hook => sign.text == program,
        SignKind::Command => {
            let mut words = sign.text.split(' ');
            words.next() == Some(program)
                && !words.any(|word| word.starts_with("--select") || matches!(word, "--version" | "--help"))
        }
        _ => false,
    }
}

/// What a run looks at: the words of a command beside its options, nothing for a hook without limits. Not known where it
/// has limits of its own.
fn scope<'a>(context: &Context<'_>, sign: &'a Sign) -> Option<Vec<&'a str>> {
    const LIMITS: &[&str] =
        &["--exclude", "--extend-exclude", "--force-exclude", "--include", "--config", "--isolated", "--filter-files"];
    if sign.kind == SignKind::Command {
        let words = || sign.text.split(' ').skip(1).skip_while(|word| matches!(*word, "check" | "format"));
        let limited = words().any(|word| LIMITS.contains(&word.split('=').next().unwrap_or(word)));
        return (!limited).then(|| words().filter(|word| !word.starts_with('-')).collect());
    }
    let span = sign.at.span()?;
    let evidence = context.workspace.evidence.iter().filter(|e| e.file == span.file);
    let mut settings = evidence.flat_map(|e| &e.seen.settings).filter(|s| s.at == span.extent);
    let limited = settings.any(|s| [".files", ".exclude", ".stages"].iter().any(|limit| s.key.ends_with(limit)));
    (!limited).then(Vec::new)
}

fn formats(sign: &Sign) -> bool {
    match sign.kind {
        SignKind::Hook => sign.text == "ruff-format",
        SignKind::Command => sign.text == "ruff format" || sign.text.starts_with("ruff format "),
        _ => false,
    }
}

fn lints(sign: &Sign) -> bool {
    match sign.kind {
        SignKind::Hook => matches!(sign.text.as_str(), "ruff" | "ruff-check"),
        SignKind::Command => {
            sign.text == "ruff check" || sign.text.starts_with("ruff check ") && !sign.text.contains("--select")
        }
        _ => false,
    }
}

/// Whether ruff's configuration selects the whole of a family of rules. Without any selection it takes `F` and a part of
/// `E` (ruff's settings, `lint.select`); more than one configuration cannot be told apart.
fn is_selected(context: &Context<'_>, family: &str) -> bool {
    let manifests = context.project.manifests.iter().flat_map(|m| &m.reading.settings);
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let settings: Vec<_> = manifests.chain(evidence.flat_map(|e| &e.seen.settings)).collect();
    let of = |keys: &[&str]| -> Vec<&str> {
        let named = settings.iter().filter(|s| {
            let key = s.key.strip_prefix("tool.ruff.").map(|key| key.strip_prefix("lint.").unwrap_or(key));
            key.is_some_and(|key| keys.contains(&key))
        });
        named.map(|s| s.value.as_str()).collect()
    };
    let selected = of(&["select", "extend-select"]);
    let is_default = of(&["select"]).is_empty() && matches!(family, "F");
    let ignored = of(&["ignore", "extend-ignore"]);
    (is_default || selected.iter().any(|rule| *rule == family || *rule == "ALL")) && !ignored.contains(&family)
}

/// Whether the other tool has plug-ins, or rules of its own, that ruff does not have.
fn has_plugins(context: &Context<'_>, tool: &Tool) -> bool {
    let Some((prefix, taken_over)) = tool.plugins else { return false };
    let signs = || context.project.tools.signs.iter().filter(|sign| sign.kind == SignKind::Requirement);
    let adds = |name: &str| name.starts_with(prefix) && !taken_over.contains(&name) || OTHER_PLUGINS.contains(&name);
    // What it selects itself may be what ruff leaves.
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let mut settings = evidence.flat_map(|e| &e.seen.settings);
    signs().any(|sign| adds(&sign.text))
        || settings.any(|s| matches!(s.key.as_str(), "flake8.select" | "flake8.enable-extensions" | "hook.flake8.args"))
}
