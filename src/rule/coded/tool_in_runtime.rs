//! `dev-tool-in-runtime` and `freezer-in-runtime`: tools of developers among what the program needs to run.

use std::collections::BTreeSet;

use crate::diagnostic::{Finding, Label};
use crate::evidence::TraceKind;
use crate::fix::{Applicability, Edit, Fix};
use crate::knowledge::model::FateKind;
use crate::manifest::{Group, GroupHeader, Manifest, Origin, Requirement};
use crate::name;
use crate::path;
use crate::project::{Kind, PythonFile, load, role};
use crate::rule::{Context, direct, edit, package};
use crate::source::Extent;

/// The rule of tools that check, test and format.
pub const DEVELOPING: &str = "dev-tool-in-runtime";
/// The rule of tools that make a binary.
pub const FREEZING: &str = "freezer-in-runtime";
/// Both.
pub const RULES: &[&str] = &[DEVELOPING, FREEZING];
/// The list of both rules that names the tools.
pub const TOOLS: &str = "tools";

/// No more requirements of a project are judged: more say nothing new.
const JUDGED: usize = 64;

/// The variant for a list that serves every purpose.
const SINGLE_LIST: &str = "single-list";

/// Classifiers of what is made for developers: that a tool of theirs is needed to run is no wonder.
const OF_DEVELOPMENT: &[&str] = &[
    "Framework :: Pytest",
    "Framework :: Flake8",
    "Framework :: tox",
    "Topic :: Software Development :: Testing",
    "Topic :: Software Development :: Quality Assurance",
    "Topic :: Software Development :: Code Generators",
    "Topic :: Software Development :: Build Tools",
];

/// Files of what is deployed, and of the machines on which that is tried.
const DEPLOYMENTS: &[&str] = &["Dockerfile", "Compose file", "Procfile", "Serverless Framework", "AWS SAM"];

/// Findings on tools that check, test and format.
pub fn developing(context: &Context<'_>) -> Vec<Finding> {
    check(context, DEVELOPING, "a tool of developers")
}

/// Findings on tools that make a binary.
pub fn freezing(context: &Context<'_>) -> Vec<Finding> {
    check(context, FREEZING, "the tool that makes the binary")
}

/// One finding a tool; of a requirements file that serves every purpose one for all.
fn check(context: &Context<'_>, rule: &str, what: &str) -> Vec<Finding> {
    let patterns = name::Patterns::new(context.knowledge.list(rule, TOOLS));
    let is_tool = |r: &Requirement| patterns.match_name(r.name());
    let required = context
        .project
        .requirements()
        .filter(|(_, r)| r.group == Group::Runtime && r.origin == Origin::Index && is_tool(r));
    let tools: Vec<(&Manifest, &Requirement)> = required.take(JUDGED).collect();
    // Without source it cannot be told whether the program itself uses the tool.
    if tools.is_empty() || !context.workspace.source_read || is_for_developers(context) || !is_program(context) {
        return Vec::new();
    }
    let is_choice = |manifest: &Manifest, requirement: &Requirement| {
        direct::is_direct(context, manifest, requirement)
            && !is_deployed(context, requirement.name())
            && !is_ended(context, requirement.name())
    };
    let mut findings = Vec::new();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let mut together = Vec::new();
    for (manifest, requirement) in tools.into_iter().filter(|(manifest, requirement)| is_choice(manifest, requirement))
    {
        match sort_of(context, manifest) {
            Some(Sort::Apart) if told.insert(requirement.name()) => {
                findings.push(apart(context, manifest, requirement, what));
            }
            Some(Sort::Together) => together.push((manifest, requirement)),
            _ => {}
        }
    }
    findings.extend(joined(context, &together, what));
    findings
}

/// How a list of requirements stands to those of developers.
enum Sort {
    /// Developers have lists of their own, or could have.
    Apart,
    /// One requirements file serves every purpose.
    Together,
}

/// What the runtime requirements of a manifest are for; nothing where that is not clear.
fn sort_of(context: &Context<'_>, manifest: &Manifest) -> Option<Sort> {
    match manifest.format {
        "pyproject" | "setup.cfg" | "setup.py" | "Pipfile" => Some(Sort::Apart),
        "requirements" if package::is_metadata(context, manifest) => Some(Sort::Apart),
        // Beside a package, such a file is what developers install.
        "requirements" if context.project.kind == Kind::Application && package::manifests(context).next().is_none() => {
            Some(Sort::Together)
        }
        _ => None,
    }
}

/// Whether the project is itself a tool or a plug-in for developers.
fn is_for_developers(context: &Context<'_>) -> bool {
    let tools = || RULES.iter().flat_map(|rule| context.knowledge.list(rule, TOOLS));
    let own = context.project.name();
    let is_family = |own: &str| {
        tools().any(|tool| {
            let tool = tool.trim_end_matches(['*', '-']);
            format!("-{own}-").contains(&format!("-{tool}-"))
        }) || own.starts_with("types-")
            || own.ends_with("-stubs")
    };
    let is_plugin = |group: &str| tools().any(|tool| group.starts_with(tool.trim_end_matches(['*', '-'])));
    own.is_some_and(|own| is_family(own.as_str()))
        || package::entry_points(context).any(|(_, (group, ..))| is_plugin(group))
        || package::classifiers(context).any(|classifier| OF_DEVELOPMENT.contains(&classifier))
}

/// Whether the project is a program: code outside of tests imports something that is required and no tool, and uses none
/// of the tools. Everything else may be an environment: for tests, for measurements, for a template.
fn is_program(context: &Context<'_>) -> bool {
    let is_tool = |name: &str| {
        let tools = RULES.iter().flat_map(|rule| context.knowledge.list(rule, TOOLS));
        tools.into_iter().any(|pattern| name::matches(pattern, name))
    };
    let required = context.project.requirements().filter(|(_, r)| r.group == Group::Runtime && r.name.is_some());
    let (tools, others): (BTreeSet<&str>, BTreeSet<&str>) =
        required.map(|(_, r)| r.name()).partition(|name| is_tool(name));
    let modules: BTreeSet<String> = others.into_iter().flat_map(|name| modules_of(context, name)).collect();
    let imports = |file: &PythonFile| {
        file.imports.imports.iter().any(|i| i.level == 0 && modules.contains(load::top_level(&i.module)))
    };
    program_files(context).any(imports) && !tools.into_iter().any(|tool| is_named(context, tool))
}

/// The top-level modules that a distribution may install: those that are known, and the one of its name.
fn modules_of(context: &Context<'_>, name: &str) -> Vec<String> {
    let known = context.knowledge.package(name).into_iter().flat_map(|package| &package.imports);
    known.map(|module| load::top_level(module).to_owned()).chain([name.replace('-', "_")]).collect()
}

/// The Python files that are neither tests nor side files. `package/testing/` is there for those who use the package.
fn program_files<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a PythonFile> {
    let project = context.project;
    let inside = path::join(&project.root, "module.py");
    let is_aside = role::is_test(&inside) || role::is_side(&inside);
    context.workspace.python_of(project).filter(move |file| {
        let below = path::below(&file.path, &project.root).unwrap_or(&file.path);
        let is_test = role::is_test(below) && !path::folder(below).split('/').any(|part| part == "testing");
        !is_test && !role::is_side(below) && !is_aside
    })
}

/// Whether the tool itself has come to an end, of which another rule speaks: where to move it is the lesser question.
fn is_ended(context: &Context<'_>, tool: &str) -> bool {
    let kinds = [FateKind::Deprecated, FateKind::Sunset, FateKind::Insecure, FateKind::Abandoned, FateKind::Renamed];
    context.knowledge.fate(tool).is_some_and(|(_, fate)| kinds.contains(&fate.kind))
}

/// Whether code outside of tests names the tool.
fn is_named(context: &Context<'_>, tool: &str) -> bool {
    program_files(context).any(|file| file.mentions.iter().any(|name| name == tool))
}

/// Whether an image or a service runs the tool.
fn is_deployed(context: &Context<'_>, tool: &str) -> bool {
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.any(|evidence| {
        let mut commands = evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
        commands.any(|trace| {
            trace.text.split(' ').next() == Some(tool)
                && (DEPLOYMENTS.contains(&evidence.format) || is_in_container(context, evidence.file, trace.at))
        })
    })
}

/// Whether a command is one that `docker` or `podman` runs in an image.
fn is_in_container(context: &Context<'_>, file: crate::source::FileId, at: Extent) -> bool {
    let text = context.workspace.sources.text(file);
    let before = text.get(..at.range().start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    ["docker", "podman", "compose", "kubectl"].iter().any(|program| line.contains(program))
}

/// A tool among requirements that have lists for developers beside them.
fn apart(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement, what: &str) -> Finding {
    let name = requirement.name();
    let message = format!("`{name}` is {what}, and is required to run the program");
    let why = match context.project.kind {
        Kind::Library => "whoever installs the package gets it as well, with all that it requires, and with its bounds",
        _ => "it is installed wherever the program is, with all that it requires",
    };
    let mut finding = Finding::new(manifest.file.locate(Some(requirement.name_at)), message).note(why).package(name);
    let again = context.requirements_on(name).find(|(_, r)| matches!(r.group, Group::Dev(_) | Group::Extra(_)));
    if let Some((other, again)) = again {
        return finding
            .related(other.file.span(again.name_at), "developers get it from here")
            .help("delete it here")
            .fix(delete(manifest, requirement));
    }
    finding = finding.help(match manifest.format {
        "pyproject" if package::has_table(manifest, "project") => "move it to a group of `[dependency-groups]`",
        "pyproject" => "move it to `[tool.poetry.group.dev.dependencies]`",
        "Pipfile" => "move it to `[dev-packages]`",
        _ => "move it to a list that developers install",
    });
    finding.fix(relocate(context, manifest, requirement))
}

/// The tools of requirements files that serve every purpose.
fn joined(context: &Context<'_>, tools: &[(&Manifest, &Requirement)], what: &str) -> Option<Finding> {
    let ((manifest, first), further) = tools.split_first()?;
    let mut names: Vec<&str> = tools.iter().map(|(_, r)| r.name()).collect();
    names.sort_unstable();
    names.dedup();
    let message = match names.as_slice() {
        [one] => format!("`{one}` is {what}, and is installed with the program"),
        [one, other] => format!("`{one}` and `{other}` are tools of developers, and are installed with the program"),
        all => format!("{} tools of developers are installed with the program", all.len()),
    };
    let mut finding = Finding::new(manifest.file.locate(Some(first.name_at)), message);
    finding.labels.extend(further.iter().map(|(manifest, requirement)| Label {
        span: manifest.file.span(requirement.name_at),
        text: "likewise".to_owned(),
    }));
    if names.len() == 1 {
        finding = finding.package(first.name());
    }
    let development = context.project.manifests.iter().find(|m| {
        m.format == "requirements" && m.reading.requirements.iter().any(|r| matches!(r.group, Group::Dev(_)))
    });
    finding = match development {
        Some(other) => finding.help(format!("move {} to {}", pronoun(&names), other.path)),
        None => finding.help(format!(
            "move {} to a requirements-dev.txt that begins with `-r {}`",
            pronoun(&names),
            path::name(&manifest.path)
        )),
    };
    if let Some(place) = deployed_by(context, manifest) {
        return Some(
            finding.note(format!("{} installs the file where the program is deployed", context.workspace.row(place))),
        );
    }
    Some(finding.note("it is installed wherever the program is").variant(development.is_none().then_some(SINGLE_LIST)))
}

fn pronoun(names: &[&str]) -> &'static str {
    if names.len() == 1 { "it" } else { "them" }
}

/// The command of a container file that installs from the requirements file.
fn deployed_by(context: &Context<'_>, manifest: &Manifest) -> Option<crate::source::Span> {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.filter(|evidence| evidence.format == "Dockerfile").find_map(|evidence| {
        let mut commands = evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
        let installs = commands.find(|trace| {
            trace.text.contains("pip install")
                && trace.text.split(' ').any(|word| path::name(word) == path::name(&manifest.path))
        })?;
        Some(evidence.file.span(installs.at))
    })
}

/// Deletes a requirement that developers get elsewhere.
fn delete(manifest: &Manifest, requirement: &Requirement) -> Option<Fix> {
    let title = format!("delete `{}` here", requirement.name());
    edit::delete(manifest, requirement).map(|edit| Fix {
        title,
        applicability: Applicability::Unsafe,
        edits: vec![edit],
    })
}

/// Moves an item of `project.dependencies` to a group of `[dependency-groups]`: to `dev`, or to the only one.
fn relocate(context: &Context<'_>, manifest: &Manifest, requirement: &Requirement) -> Option<Fix> {
    let source = context.workspace.sources.text(manifest.file);
    let table = |at: Extent| {
        let before = manifest.reading.tables.iter().filter(|(_, header)| header.start <= at.start);
        before.max_by_key(|(_, header)| header.start).map(|(table, _)| table.as_str())
    };
    let literal = edit::literal(source, requirement.at)?;
    if manifest.format != "pyproject" || table(requirement.at) != Some("project") || requirement.item == requirement.at
    {
        return None;
    }
    let groups: Vec<&GroupHeader> = manifest
        .reading
        .groups
        .iter()
        .filter(|g| matches!(g.group, Group::Dev(_)) && g.list.is_some() && table(g.at) == Some("dependency-groups"))
        .collect();
    let dev = groups.iter().find(|group| group.written == "dev");
    let (title, insertion) = match (dev, groups.as_slice()) {
        (Some(group), _) | (None, [group]) => (
            format!("move `{}` to the group `{}`", requirement.name(), group.written),
            edit::prepend(source, group.list?, literal)?,
        ),
        (None, []) if !package::has_table(manifest, "dependency-groups") => {
            let gap = if source.ends_with('\n') { "\n" } else { "\n\n" };
            let text = format!("{gap}[dependency-groups]\ndev = [{literal}]\n");
            (format!("move `{}` to a group `dev`", requirement.name()), (Extent::at(source.len()), text))
        }
        _ => return None,
    };
    let mut edits = vec![
        Edit { span: manifest.file.span(requirement.item), text: String::new() },
        Edit { span: manifest.file.span(insertion.0), text: insertion.1 },
    ];
    edits.sort_by_key(|edit| edit.span.extent.start);
    Some(Fix { title, applicability: Applicability::Unsafe, edits })
}
