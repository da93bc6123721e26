//! Modules that entry points name and the source does not have.
//!
//! Said only of a package whose source lies in the project, in one place and in Python alone: nothing else could
//! bring the module.

use std::collections::BTreeSet;

use super::{Context, Fault, Group, Manifest, Value, path, role};
use crate::project::PythonFile;

/// Build requirements that bring no modules of their own, and compile none.
const PURE: &[&str] = &[
    "setuptools",
    "wheel",
    "setuptools-scm",
    "hatchling",
    "hatch-vcs",
    "hatch-fancy-pypi-readme",
    "flit-core",
    "poetry-core",
    "pdm-backend",
    "uv-build",
];

/// Words in settings that move files to other packages, or make some, when the project is built.
const MOVES: &[&str] = &[
    "force-include",
    ".sources",
    "package-dir",
    "package_dir",
    ".packages.to",
    ".packages.from",
    ".hooks.",
    "ext-modules",
    "cmdclass",
    "tool.poetry.build",
    "tool.pdm.build",
];

/// Programs in the root of a project that a build runs.
const PROGRAMS: &[&str] = &["setup.py", "build.py", "hatch_build.py", "pdm_build.py"];

/// The folders in which packages are looked for, below the root of the project.
const FOLDERS: &[&str] = &["", "src"];

/// The name of the variant for a module that nothing resembles.
const ABSENT: &str = "absent-module";

/// What is known of the modules of a project.
pub(super) struct Missing {
    /// The Python files below the root of the project; nothing where nothing follows from what is absent.
    files: Option<BTreeSet<String>>,
}

impl Missing {
    pub(super) fn of(context: &Context<'_>) -> Self {
        let project = context.project;
        let is_pure = |manifest: &Manifest| {
            let build = manifest.reading.requirements.iter().filter(|r| r.group == Group::Build);
            let moves = |key: &str| MOVES.iter().any(|word| key.contains(word));
            manifest.format != "setup.py"
                && build.into_iter().all(|r| PURE.contains(&r.name()))
                && !manifest.reading.settings.iter().any(|setting| moves(&setting.key))
        };
        let settings = context.settings;
        let left_out = settings.config.exclude.is_some() || !settings.config.extend_exclude.is_empty();
        let known = context.workspace.source_read && !left_out && project.manifests.iter().all(is_pure);
        let below = |file: &PythonFile| path::below(&file.path, &project.root).map(str::to_owned);
        let files =
            known.then(|| context.workspace.python_below(&project.root).filter_map(below).collect::<BTreeSet<_>>());
        Self { files: files.filter(|files| !PROGRAMS.iter().any(|program| files.contains(*program))) }
    }

    /// What to say of the module of an object reference, and what was meant, where it is not there.
    pub(super) fn module(&self, object: &Value) -> Option<Fault> {
        let files = self.files.as_ref()?;
        let module = object.text.split([':', '[', ' ']).next()?;
        let parts: Vec<&str> = module.split('.').collect();
        let (top, rest) = parts.split_first()?;
        // Folders of these names are never read.
        let unread = |part: &&str| role::is_vendored(part) || UNREAD.contains(part);
        if rest.is_empty() || parts.iter().any(unread) {
            return None;
        }
        let marker = format!("{top}/__init__.py");
        let mut homes = files.iter().filter(|file| **file == marker || file.ends_with(&format!("/{marker}")));
        let (home, None) = (homes.next()?, homes.next()) else { return None };
        let home = home.strip_suffix(&marker)?.trim_end_matches('/');
        if !FOLDERS.contains(&home) {
            return None;
        }
        let wanted = path::join(home, &parts.join("/"));
        let is_there = |file: &String| {
            file.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('/') || matches!(rest, ".py" | ".pyi"))
        };
        if files.iter().any(is_there) {
            return None;
        }
        let (parent, last) = wanted.rsplit_once('/')?;
        // Where the parent package is not there either, more is amiss than a name.
        let siblings: Vec<&str> = files.iter().filter_map(|file| modules_in(file, parent)).collect();
        let near = siblings.iter().find(|sibling| strsim::osa_distance(sibling, last) <= 2);
        let message = format!("there is no module `{module}` in the source of `{top}`");
        let help = near.map(|near| {
            let package = module.rsplit_once('.').map_or("", |(package, _)| package);
            format!("did you mean `{package}.{near}`?")
        });
        // Without a module of nearly that name, git may have left out what a build makes.
        let variant = help.is_none().then_some(ABSENT);
        Some(Fault { message, help, variant })
    }
}

/// Folders that are not looked into unless the configuration says so.
const UNREAD: &[&str] = &["build", "dist", "venv", "env", "node_modules", "site-packages", "tests", "test"];

/// The module that a file right in the folder `parent` is.
fn modules_in<'a>(file: &'a str, parent: &str) -> Option<&'a str> {
    let name = path::below(file, parent)?.strip_suffix(".py")?;
    (!name.contains('/') && name != "__init__").then_some(name)
}
