//! `cli-without-entry-point`: a package with a command line that installs no command.

use std::collections::BTreeSet;

use crate::diagnostic::Finding;
use crate::evidence::TraceKind;
use crate::knowledge::model::AnswerKind;
use crate::manifest::Group;
use crate::path;
use crate::project::{Kind, PythonFile, load};
use crate::python::Import;
use crate::rule::{Context, package};

/// The row of the map whose answers build command lines.
const NEED: &str = "cli";

/// Words of a `setup.py` or `setup.cfg` that installs commands in a way of its own.
const WORDS: &[&str] = &["console_scripts", "gui_scripts", "entry_points", "scripts"];

/// The end of a table of commands in `pyproject.toml`, be it one that a hook of the build reads.
const TABLE: &str = "scripts]";

/// Files that run a package where it is deployed.
const DEPLOYMENTS: &[&str] = &["Dockerfile", "Compose file", "Procfile"];

/// At most one finding a project, at the table where the command would stand.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.project.kind != Kind::Library
        || package::is_partial(context)
        || package::is_refused(context)
        || declares_commands(context)
    {
        return Vec::new();
    }
    let libraries = libraries(context);
    let mains =
        context.workspace.python_of(context.project).filter_map(|file| Some((file, package_of(context, file)?)));
    let found = mains.filter(|(_, package)| !is_deployed(context, package)).find_map(|(file, package)| {
        let (library, import) = command_line(context, file, package, &libraries)?;
        Some((file, package, library, import))
    });
    let Some((file, package, library, (there, import))) = found else { return Vec::new() };
    let command = package.replace('_', "-");
    let message = format!("`{package}` has a command line, and installing it gives no command");
    let finding = Finding::new(context.project.head(), message)
        .related(there.file.span(import.at), format!("built with `{library}`"))
        .note(format!("{} can only be run as `python -m {package}`, by the Python that it is installed for", file.path))
        .help(format!(
            "name the function that starts it, as `{command} = \"{package}.__main__:main\"` in `[project.scripts]`"
        ))
        .need(NEED)
        .key(package);
    vec![finding]
}

/// Whether a manifest installs commands, or may do so.
fn declares_commands(context: &Context<'_>) -> bool {
    let older = package::manifests(context).filter(|manifest| manifest.format != "pyproject");
    let mut texts = older.map(|manifest| context.workspace.sources.text(manifest.file));
    let mut projects = package::manifests(context).filter_map(|manifest| manifest.reading.project.as_ref());
    package::entry_points(context).next().is_some()
        || package::names_any(context, &[TABLE])
        || texts.any(|text| WORDS.iter().any(|word| text.contains(word)))
        || projects.any(|project| {
            project.dynamic.iter().any(|key| matches!(key.text.as_str(), "scripts" | "gui-scripts" | "entry-points"))
        })
}

/// The modules that build command lines, where the project requires their distribution when it runs.
fn libraries(context: &Context<'_>) -> BTreeSet<String> {
    let row = context.knowledge.row(NEED);
    let answers = row.iter().flat_map(|row| &row.answers).filter(|answer| answer.kind == AnswerKind::Distribution);
    let required = answers.filter(|a| context.requirements_on(&a.name).any(|(_, r)| r.group == Group::Runtime));
    let packages = required.filter_map(|answer| context.knowledge.package(&answer.name));
    packages.flat_map(|package| &package.imports).map(|module| load::top_level(module).to_owned()).collect()
}

/// The package that `file` starts: its folder, where it is the `__main__.py` of one at the top of the source.
fn package_of<'f>(context: &Context<'_>, file: &'f PythonFile) -> Option<&'f str> {
    let below = path::below(&file.path, &context.project.root)?;
    let inner = below.strip_prefix("src/").unwrap_or(below);
    inner.strip_suffix("/__main__.py").filter(|package| !package.contains('/'))
}

/// The library with which the package builds its command line, and the import of it: in `__main__.py`, or in a module
/// of the package that this imports.
fn command_line<'a>(
    context: &Context<'a>,
    main: &'a PythonFile,
    package: &str,
    libraries: &BTreeSet<String>,
) -> Option<(String, (&'a PythonFile, &'a Import))> {
    let used = |file: &'a PythonFile| {
        let mut imports = file.imports.imports.iter().filter(|import| import.level == 0);
        let import = imports.find(|import| libraries.contains(load::top_level(&import.module)))?;
        Some((load::top_level(&import.module).to_owned(), (file, import)))
    };
    let folder = path::folder(&main.path);
    let module = |import: &Import| {
        let within = match import.level {
            0 => import.module.strip_prefix(package)?.strip_prefix('.')?,
            1 if !import.module.is_empty() => &*import.module,
            1 => import.names.iter().next()?,
            _ => return None,
        };
        Some(path::join(folder, &format!("{}.py", within.replace('.', "/"))))
    };
    let modules: Vec<String> = main.imports.imports.iter().filter_map(module).collect();
    let mut others =
        context.workspace.python_of(context.project).filter(|file| modules.iter().any(|module| **module == *file.path));
    used(main).or_else(|| others.find_map(used))
}

/// Whether an image or a service runs the package as a module.
fn is_deployed(context: &Context<'_>, package: &str) -> bool {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    evidence.filter(|evidence| DEPLOYMENTS.contains(&evidence.format)).any(|evidence| {
        let mut commands = evidence.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
        commands.any(|trace| trace.text.split(' ').next() == Some(package))
    })
}
