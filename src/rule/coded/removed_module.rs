//! `removed-module`: imports of modules that a Python which the project supports no longer has, or that are gone from the
//! distribution that brought them.

use foldhash::HashSet;

use crate::diagnostic::Finding;
use crate::knowledge::model::{PythonSeries, RemovedModule};
use crate::manifest::{Group, Versions};
use crate::path;
use crate::project::{Project, PythonFile, PythonsBy, Workspace, load, role};
use crate::python::ImportSite;
use crate::rule::syntax::Scanned;
use crate::rule::{Context, text};
use crate::source::{Location, Span};

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The file that a build runs.
const BUILD_SCRIPT: &str = "setup.py";

/// One finding a module, at its first import, with the other places that import it.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let removed = context.knowledge.removed_modules().iter();
    removed
        .filter(|module| context.project.imported.contains_key(&module.name))
        .filter_map(|module| of_module(context, module))
        .collect()
}

fn of_module(context: &Context<'_>, module: &RemovedModule) -> Option<Finding> {
    // A service without a word on its Pythons runs on what its platform gives it.
    if context.project.pythons.is_none() && context.project.is_service {
        return None;
    }
    let why = match &module.of {
        None => missing_on(context, &module.since)?,
        Some(distribution) => gone_from(context, distribution, &module.since)?,
    };
    if is_brought(context, module) || is_first_party(context.workspace, &module.name) {
        return None;
    }
    let spans: Vec<Span> = context
        .workspace
        .python_of(context.project)
        .filter(|file| counts(context, file, module))
        .flat_map(|file| sites(context, file, module).map(|site| file.file.span(site.import.at)))
        .collect();
    let (first, rest) = spans.split_first()?;
    let (name, since) = (&module.name, &module.since);
    let message = match &module.of {
        None => format!("`{name}` is not in the standard library of Python {since} and later"),
        Some(distribution) => format!("`{name}` is not in `{distribution}` {since} and later"),
    };
    let mut finding =
        Finding::new(Location::Span(*first), message).key(name).note(why).replacements(module.instead.iter().cloned());
    for span in rest.iter().take(SHOWN_PLACES) {
        finding = finding.related(*span, "imported here as well");
    }
    if rest.len() > SHOWN_PLACES {
        finding = finding.note(format!("and imported at {} more", text::count(rest.len() - SHOWN_PLACES, "place")));
    }
    if !module.instead.is_empty() {
        finding = finding.help(format!("use {} instead", text::alternatives(&module.instead)));
    }
    let until_then = match (&module.of, module.bridges.first()) {
        (Some(distribution), _) => format!("until then, require `{distribution}<{since}`"),
        (None, Some(bridge)) => {
            format!("`{bridge}; python_version >= \"{since}\"` among the requirements brings the module back")
        }
        (None, None) => return Some(finding),
    };
    Some(finding.help(until_then))
}

/// Whether the project may have a Python without the module, and nothing of its own by that name.
pub fn may_be(module: &RemovedModule, scanned: Scanned<'_>) -> bool {
    let without = Versions::parse_python(&format!(">={}", module.since));
    let pythons = scanned.project.pythons.as_ref().zip(without);
    let is_bridge =
        |project: &Project| project.name().is_some_and(|name| module.bridges.iter().any(|b| b == name.as_str()));
    !scanned.workspace.projects.iter().any(is_bridge)
        && (module.of.is_some() || pythons.is_none_or(|(pythons, without)| pythons.versions.meets(&without)))
        && !is_first_party(scanned.workspace, &module.name)
}

/// Which of the Pythons that count lack what `since` has removed, as a note; nothing where all have it, or where it cannot
/// be told which Pythons count.
fn missing_on(context: &Context<'_>, since: &str) -> Option<String> {
    let without = Versions::parse_python(&format!(">={since}"))?;
    let known = context.knowledge.pythons().iter();
    let released = known.filter(|series| series.released.as_str() <= context.knowledge.date());
    let lacks = |series: &&PythonSeries| Versions::python_series(&series.version).is_some_and(|s| s.within(&without));
    let pythons = context.project.pythons.as_ref();
    // A part of a manifest that was not understood may know better than what is only seen, or not said.
    if pythons.is_none_or(|pythons| pythons.by == PythonsBy::Use) && context.project.is_partial() {
        return None;
    }
    let Some(pythons) = pythons else {
        let lacking: Vec<&PythonSeries> =
            released.filter(|series| !context.knowledge.has_ended(series)).filter(lacks).collect();
        return Some(format!(
            "nothing says which Pythons the project runs on: of those that are supported, {} {} it",
            listed(&lacking)?,
            if lacking.len() == 1 { "lacks" } else { "lack" }
        ));
    };
    let is_allowed =
        |series: &&PythonSeries| Versions::python_series(&series.version).is_some_and(|s| s.meets(&pythons.versions));
    let lacking: Vec<&PythonSeries> = released.filter(is_allowed).filter(lacks).collect();
    let place = pythons.at.span().map_or(String::new(), |span| format!(" ({})", context.workspace.row(span)));
    let verb = match pythons.by {
        PythonsBy::Use => "runs on",
        PythonsBy::Classifiers | PythonsBy::Declaration => "supports",
    };
    let shown = &pythons.shown;
    Some(format!("the project {verb} Python {shown}{place}: the import fails on {}", listed(&lacking)?))
}

/// `3.12`, `3.12 and 3.13`, `3.12 to 3.15`; nothing for none.
fn listed(series: &[&PythonSeries]) -> Option<String> {
    Some(match series {
        [] => return None,
        [one] => one.version.clone(),
        [one, two] => format!("{} and {}", one.version, two.version),
        [first, .., last] => format!("{} to {}", first.version, last.version),
    })
}

/// Why nothing keeps the project at a version of `distribution` below `since`, as a note; nothing where something does, or
/// where all its Pythons are too old for a newer one.
fn gone_from(context: &Context<'_>, distribution: &str, since: &str) -> Option<String> {
    let without = Versions::parse(&format!(">={since}"))?;
    let is_alive = |series: &&PythonSeries| !context.knowledge.has_ended(series);
    let is_old = |versions: &Versions| {
        let mut alive = context.knowledge.pythons().iter().filter(is_alive);
        !alive.any(|series| Versions::python_series(&series.version).is_some_and(|s| s.meets(versions)))
    };
    if context.project.pythons.as_ref().is_some_and(|pythons| is_old(&pythons.versions))
        || context.project.is_partial()
        || context.is_of_workspace(distribution)
    {
        return None;
    }
    let mut places = Vec::new();
    for (_, manifest, requirement) in context.every_requirement_on(distribution) {
        if !requirement.versions().meets(&without) {
            return None;
        }
        places.push(manifest.file.span(requirement.name_at));
    }
    let mut locked =
        context.project.locked(distribution).filter_map(|(_, package)| package.version.as_ref()).peekable();
    if locked.peek().is_some() {
        let keeps = locked.any(|version| without.contains(&version.text) != Some(true));
        return (!keeps).then(|| format!("the lock has a version of `{distribution}` without it"));
    }
    Some(match places.first() {
        Some(place) => format!("{} lets `{distribution}` be {since} or later", context.workspace.row(*place)),
        None => format!("nothing keeps `{distribution}` below {since}"),
    })
}

/// Whether something that the project requires brings a module of this name. What a build alone installs does not.
fn is_brought(context: &Context<'_>, module: &RemovedModule) -> bool {
    let is_installed = |name: &str| {
        let mut requirements = context.every_requirement_on(name);
        requirements.any(|(context, _, r)| r.group != Group::Build || context.environment.is_some())
            || context.project.locked(name).next().is_some()
            || context.is_of_workspace(name)
    };
    module.bridges.iter().any(|name| is_installed(name)) || is_installed(&module.name)
}

/// Whether the workspace has a module of this name, wherever it lies: it may be on the path.
fn is_first_party(workspace: &Workspace, module: &str) -> bool {
    workspace.answers.names.get_or_init(|| names(workspace)).contains(module)
}

/// The names of all folders and modules of Python.
fn names(workspace: &Workspace) -> HashSet<String> {
    let mut names: HashSet<String> = HashSet::default();
    for part in workspace.python.iter().flat_map(|file| file.path.split('/')) {
        for name in [Some(part), part.strip_suffix(".py").or(part.strip_suffix(".pyi"))].into_iter().flatten() {
            if !names.contains(name) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// Whether the file is one of the project's program, tests or build.
fn counts(context: &Context<'_>, file: &PythonFile, module: &RemovedModule) -> bool {
    let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
    let by_setuptools = module.bridges.iter().any(|bridge| bridge == "setuptools");
    if below == BUILD_SCRIPT {
        return !by_setuptools;
    }
    // What stubs import describes others, and what tests read need not run.
    let is_read = path::has_extension(below, "pyi") || role::is_test(below) && !role::is_test_module(below);
    let is_aside =
        is_read || role::is_side(below) || role::is_test_data(below) || by_setuptools && is_of_build(context, below);
    !is_aside && !brings_itself(file, module) && !knows_better(file, module)
}

/// Whether the file imports a bridge, and so has the module back (`import setuptools` does so with `distutils`).
fn brings_itself(file: &PythonFile, module: &RemovedModule) -> bool {
    let imports = |top: &String| file.imports.imports.iter().any(|i| i.level == 0 && load::top_level(&i.module) == top);
    module.bridges.iter().any(imports)
}

/// Whether the file takes what is there instead where it can, and so comes to the module elsewhere alone.
fn knows_better(file: &PythonFile, module: &RemovedModule) -> bool {
    let is_better = |site: &ImportSite| {
        let found = &site.import.module;
        let below = |name: &String| {
            found.strip_prefix(name.as_str()).is_some_and(|rest| matches!(rest.get(..1), None | Some(".")))
        };
        let taken = || site.import.names.iter().any(|name| module.instead.contains(&format!("{found}.{name}")));
        site.is_guarded() && site.import.level == 0 && (module.instead.iter().any(below) || taken())
    };
    file.uses.iter().flat_map(|uses| &uses.imports).any(is_better)
}

/// Whether a build with setuptools may run the file: it lies beside `setup.py`, or that imports what it is in, or
/// `pyproject.toml` names it.
fn is_of_build(context: &Context<'_>, below: &str) -> bool {
    let script = path::join(&context.project.root, BUILD_SCRIPT);
    let script = context.workspace.python_of(context.project).find(|file| *file.path == *script);
    let builds = script.is_some()
        || context.project.manifests.iter().any(|manifest| manifest.format == "setup.cfg")
        || context.requirements_on("setuptools").any(|(_, requirement)| requirement.group == Group::Build);
    let first = below.strip_prefix("src/").unwrap_or(below).split('/').next().unwrap_or_default();
    let top = first.trim_end_matches(".pyi").trim_end_matches(".py");
    let imports = |script: &PythonFile| script.imports.imports.iter().any(|i| load::top_level(&i.module) == top);
    builds && (!below.contains('/') || script.is_some_and(imports) || is_named_for_build(context, below))
}

/// Whether `pyproject.toml` says that a build runs the file: it lies in a folder of the back-end's own (`backend-path`, PEP
/// 517), or a command of setuptools is taken from it (`tool.setuptools.cmdclass`).
fn is_named_for_build(context: &Context<'_>, below: &str) -> bool {
    let settings = context.project.manifests.iter().flat_map(|manifest| &manifest.reading.settings);
    settings.into_iter().any(|setting| match setting.key.as_str() {
        "build-system.backend-path" => path::below(below, setting.value.trim_start_matches("./").trim_end_matches('/'))
            .is_some_and(|inner| inner != below),
        key if key.starts_with("tool.setuptools.cmdclass.") => {
            let module = setting.value.rsplit_once('.').map(|(module, _)| module.replace('.', "/"));
            let stem = below.strip_prefix("src/").unwrap_or(below).strip_suffix(".py");
            module.is_some() && module.as_deref() == stem
        }
        _ => false,
    })
}

/// The imports of the module that nothing guards.
fn sites<'a>(
    context: &Context<'a>,
    file: &'a PythonFile,
    module: &'a RemovedModule,
) -> impl Iterator<Item = &'a ImportSite> + use<'a> {
    let source = context.workspace.sources.text(file.file);
    // The caller of a function may have asked for the version, and tests may be skipped.
    let asks = source.contains("version_info");
    let skips = source.contains("importorskip") || source.contains("allow_module_level=True");
    // What newer Pythons cannot read is not for them.
    let uses = file.uses.iter().filter(|uses| uses.problems.is_empty());
    uses.flat_map(|uses| &uses.imports).filter(move |site| {
        let is_guarded = site.is_guarded() || site.type_checking || skips || site.in_function && asks;
        site.import.level == 0 && load::top_level(&site.import.module) == module.name && !is_guarded
    })
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;
    use crate::python::stdlib;

    #[test]
    fn agrees_with_the_modules_of_the_standard_library() {
        let next = |series: &str| {
            let (major, minor) = series.split_once('.')?;
            Some(format!("{major}.{}", minor.parse::<u32>().ok()? + 1))
        };
        let knowledge = Knowledge::embedded();
        for module in knowledge.removed_modules().iter().filter(|module| module.of.is_none()) {
            let last = stdlib::lifetime(&module.name).and_then(|lifetime| lifetime.last);
            assert_eq!(last.and_then(next).as_ref(), Some(&module.since), "{}", module.name);
        }
    }
}
