//! A search of a project's own texts for names: what nothing imports may be named in a setting, a command or a string.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{LoadOptions, in_parallel, is_python};
use crate::decode;
use crate::fs::FileSystem;
use crate::guard;
use crate::lock;
use crate::manifest::{self, Manifest};
use crate::name::Name;
use crate::path;
use crate::project::purpose::{self, Purpose};
use crate::project::words::{Found, Words};
use crate::project::{Mention, Project, Workspace};
use crate::python::notebook;
use crate::source::Extent;

/// The most bytes of a text that is no Python: what is longer is data.
const LONGEST: u64 = 2 * 1024 * 1024;

/// The most bytes of a file without an extension, which is read only to see whether it is a script.
const LONGEST_SCRIPT: u64 = 256 * 1024;

/// Extensions of settings, scripts, templates and descriptions of services.
const EXTENSIONS: &[&str] = &[
    "md",
    "rst",
    "py",
    "pyi",
    "pyx",
    "pxd",
    "ipynb",
    "toml",
    "ini",
    "cfg",
    "conf",
    "config",
    "properties",
    "yaml",
    "yml",
    "json",
    "json5",
    "jsonc",
    "env",
    "envrc",
    "sh",
    "bash",
    "zsh",
    "fish",
    "bat",
    "cmd",
    "ps1",
    "mk",
    "mak",
    "just",
    "dockerfile",
    "containerfile",
    "html",
    "htm",
    "jinja",
    "jinja2",
    "j2",
    "tmpl",
    "tpl",
    "template",
    "mako",
    "xml",
    "plist",
    "tf",
    "tfvars",
    "hcl",
    "service",
    "socket",
    "timer",
    "spec",
    "wsgi",
    "groovy",
    "gradle",
    "bzl",
    "bazel",
    "dist",
    "example",
    "sample",
    "in",
    "zcml",
    "nomad",
    "rego",
    "kv",
    "qml",
];

/// Files without an extension that hold commands or settings.
const NAMES: &[&str] = &[
    "dockerfile",
    "containerfile",
    "makefile",
    "gnumakefile",
    "procfile",
    "justfile",
    "jenkinsfile",
    "vagrantfile",
    "tiltfile",
    "earthfile",
    "brewfile",
    "aptfile",
    "caddyfile",
    "crontab",
    "pipfile",
    "sconstruct",
    "sconscript",
    "snakefile",
    "build",
    "workspace",
    "rakefile",
    ".env",
    ".envrc",
    ".flake8",
    ".pylintrc",
    "pylintrc",
    ".coveragerc",
    ".bandit",
    ".style.yapf",
    ".isort.cfg",
    ".condarc",
    ".boto",
];

/// Files that list distributions without using them, beside manifests and locks: what update services are told, recipes
/// of packages, catalogues, what other ecosystems require and lock.
const LISTS: &[&str] = &[
    "dependabot.yml",
    "dependabot.yaml",
    "renovate.json",
    "renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    "meta.yaml",
    "recipe.yaml",
    "conda.yaml",
    "conda.yml",
    "conda-lock.yml",
    "conda-lock.yaml",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "bower.json",
    "composer.json",
    "packages.lock.json",
    "pubspec.yaml",
    "pom.xml",
    "pyup.yml",
    ".pyup.yml",
    "cspell.json",
    ".cspell.json",
    "manifest.in",
];

/// What is written of a project for people, by key of its table.
const PROSE: &[&str] = &[
    "description",
    "long_description",
    "keywords",
    "classifiers",
    "authors",
    "maintainers",
    "author",
    "maintainer",
    "name",
    "license",
    "readme",
    "urls",
    "url",
    "homepage",
    "repository",
    "documentation",
    "project_urls",
    "summary",
];

/// Tables in which these keys stand.
const TABLES: &[&str] = &["project", "tool.poetry", "tool.flit.metadata", "metadata"];

/// Tables that say where distributions come from or who wrote them, not what uses them.
const SILENT: &[&str] =
    &["project.urls", "tool.poetry.urls", "tool.uv.sources", "tool.pyeco-lint", "tool.deptry", "dependency-groups"];

/// How many files are gone through before it is asked what is still to be looked for; in later rounds more.
const FIRST_ROUND: usize = 64;

/// Looks for words in the texts of projects. `wanted` has them for each project, in the order of the workspace, in sets of
/// which one word is enough: names of distributions and modules, in any form. What is found is put into
/// [`crate::project::Project::mentions`].
///
/// What counts for a project are the files below its root, and those of the projects around it that are no Python (a
/// `compose.yaml` at the top of the repository); Python as well where the project has lists of requirements alone. Locks, lists of requirements and histories of changes do not count; of a manifest, what
/// is neither a requirement nor a description of the project does. Settings and commands are gone through first, tests last, and
/// what has been found outside of tests is not looked for in what follows. Where nothing is wanted, nothing is read.
pub fn look_for(
    fs: &dyn FileSystem,
    workspace: &mut Workspace,
    wanted: &[Vec<BTreeSet<String>>],
    options: &LoadOptions,
) {
    let mut wanted = wanted.to_vec();
    if wanted.iter().all(Vec::is_empty) {
        return;
    }
    let mut files: Vec<Arc<str>> = {
        let search = Search { fs, workspace, options, manifests: manifests(workspace) };
        workspace.files.iter().filter(|file| search.is_of_interest(file)).cloned().collect()
    };
    files.sort_by_cached_key(|file| rank(file));
    let mut rest = files.as_slice();
    let mut round = FIRST_ROUND;
    while !rest.is_empty() && !wanted.iter().all(Vec::is_empty) {
        let (now, later) = rest.split_at(round.min(rest.len()));
        let found = find(&Search { fs, workspace, options, manifests: manifests(workspace) }, now, &wanted);
        keep(workspace, found, &mut wanted);
        (rest, round) = (later, round * 2);
    }
}

/// What was found in a file: names, with the projects that look for them.
type Mentioned = (Arc<str>, Result<Vec<(usize, Name, Extent)>, guard::Fault>);

/// Goes through some files.
fn find(search: &Search<'_>, files: &[Arc<str>], wanted: &[Vec<BTreeSet<String>>]) -> Vec<Mentioned> {
    let searching = Searching::of(search.workspace, wanted);
    let mut sought_in: Vec<(&Arc<str>, Arc<Sought>)> = Vec::new();
    let mut known: BTreeMap<Vec<usize>, Arc<Sought>> = BTreeMap::new();
    // Which projects a file counts for, its folder says: most files have that of the one before them.
    let mut last: Option<(&str, bool, Arc<Sought>)> = None;
    for file in files {
        let (folder, is_source) = (path::folder(file), is_python(file));
        let sought = match &last {
            Some((of, source, sought)) if *of == folder && *source == is_source => Arc::clone(sought),
            _ => {
                let projects = searching.projects(search.workspace, folder, is_source);
                let sought = known.entry(projects).or_insert_with_key(|all| Arc::new(Sought::of(all, wanted)));
                Arc::clone(sought)
            }
        };
        last = Some((folder, is_source, Arc::clone(&sought)));
        if !sought.words.is_empty() {
            sought_in.push((file, sought));
        }
    }
    let read = in_parallel(&sought_in, |(file, sought)| guard::contain(|| search.mentions(file, sought)));
    let paths = sought_in.into_iter().map(|(file, _)| Arc::clone(file));
    paths.zip(read).filter(|(_, found)| !matches!(found, Ok(found) if found.is_empty())).collect()
}

/// Takes what was found into the projects, and out of `wanted` what need not be looked for any more.
fn keep(workspace: &mut Workspace, found: Vec<Mentioned>, wanted: &mut [Vec<BTreeSet<String>>]) {
    for (path, mentions) in found {
        let file = workspace.sources.add(&path, None);
        let mentions = mentions.unwrap_or_else(|fault| {
            workspace.faults.push((file, fault));
            Vec::new()
        });
        for (at, name, extent) in mentions {
            let Some(project) = workspace.projects.get_mut(at) else { continue };
            let is_test = purpose::of(path::below(&path, &project.root).unwrap_or(&path)) == Purpose::Tests;
            if let Some(sets) = wanted.get_mut(at).filter(|_| !is_test) {
                sets.retain(|words| !words.iter().any(|word| Name::new(word) == name));
            }
            let known = project.mentions.entry(name).or_insert(Mention { at: file.span(extent), in_tests: is_test });
            // What a test names says least.
            if known.in_tests && !is_test {
                *known = Mention { at: file.span(extent), in_tests: false };
            }
        }
    }
}

/// In which order files are gone through: what names distributions most often comes first, and what says least last.
fn rank(file: &str) -> usize {
    let is_data = || ["json", "html", "htm", "xml"].iter().any(|extension| path::has_extension(file, extension));
    match is_python(file) {
        _ if purpose::of(file) == Purpose::Tests => 3,
        true => 1,
        false if is_data() => 2,
        false => 0,
    }
}

/// The manifests and environments by the paths of their files.
fn manifests(workspace: &Workspace) -> BTreeMap<&str, Vec<&Manifest>> {
    let mut by_path: BTreeMap<&str, Vec<&Manifest>> = BTreeMap::new();
    let all = workspace.projects.iter().flat_map(Project::everything).chain(&workspace.context);
    all.for_each(|manifest| by_path.entry(&manifest.path).or_default().push(manifest));
    by_path
}

/// The projects that look for words.
struct Searching {
    wanted: BTreeSet<usize>,
    /// Those of them that see texts of the projects around them: what is no Python, and Python as well for those with lists
    /// of requirements alone, which are no packages and find their modules by the path.
    with_python: BTreeSet<usize>,
    /// By project those in it, at any depth, that look for words.
    inner: BTreeMap<usize, Vec<usize>>,
}

impl Searching {
    fn of(workspace: &Workspace, words: &[Vec<BTreeSet<String>>]) -> Self {
        let wanted: BTreeSet<usize> =
            words.iter().enumerate().filter(|(_, words)| !words.is_empty()).map(|(at, _)| at).collect();
        let is_no_package = |at: &&usize| {
            let project = workspace.projects.get(**at);
            project.is_some_and(|project| project.manifests.iter().all(|manifest| manifest.format == "requirements"))
        };
        let mut inner: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let outer = |at: &usize| workspace.projects.get(*at).and_then(|project| project.outer);
        for at in &wanted {
            for around in std::iter::successors(outer(at), outer).take(64) {
                inner.entry(around).or_default().push(*at);
            }
        }
        Self { with_python: wanted.iter().filter(is_no_package).copied().collect(), wanted, inner }
    }

    /// Those for which the texts in `folder` count.
    fn projects(&self, workspace: &Workspace, folder: &str, is_source: bool) -> Vec<usize> {
        let seeing = if is_source { &self.with_python } else { &self.wanted };
        let mut found: BTreeSet<usize> = workspace.holding(folder).filter(|at| self.wanted.contains(at)).collect();
        match workspace.owner(folder) {
            None => found.extend(seeing),
            Some(owner) => {
                let inner = self.inner.get(&owner).into_iter().flatten();
                found.extend(inner.filter(|at| seeing.contains(at)));
            }
        }
        found.into_iter().collect()
    }
}

/// What some projects look for together: a text that counts for several is gone through once.
struct Sought {
    words: Words,
    /// The projects that look for each name.
    projects: BTreeMap<Name, Vec<usize>>,
}

impl Sought {
    fn of(all: &[usize], wanted: &[Vec<BTreeSet<String>>]) -> Self {
        let mut projects: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        let written = || all.iter().filter_map(|at| Some((*at, wanted.get(*at)?.iter().flatten())));
        for (project, names) in written() {
            for name in names.map(|name| Name::new(name)).collect::<BTreeSet<_>>() {
                projects.entry(name).or_default().push(project);
            }
        }
        Self { words: Words::new(written().flat_map(|(_, names)| names).map(String::as_str)), projects }
    }
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    workspace: &'a Workspace,
    options: &'a LoadOptions,
    manifests: BTreeMap<&'a str, Vec<&'a Manifest>>,
}

impl Search<'_> {
    /// Whether the name of a file says that it may use a distribution.
    fn is_of_interest(&self, file: &str) -> bool {
        let name = path::name(file).to_ascii_lowercase();
        // What a project was, or may be, is no use.
        let is_history = ["change", "history", "news", "release"].iter().any(|word| name.starts_with(word));
        if is_history || LISTS.contains(&name.as_str()) || name.contains("pyeco-lint") || name.contains(".min.") {
            return false;
        }
        if lock::format_of(file).is_some() || path::has_extension(file, "lock") {
            return false;
        }
        let is_manifest = |format: &manifest::Format| match format.name {
            "requirements" | "conda" => false,
            // One that was read, not the manifest of test data or of an example.
            _ => self.manifests.contains_key(file),
        };
        if manifest::format_of(file).is_some_and(|format| !is_manifest(format)) {
            return false;
        }
        let starts = |prefix: &&str| name.strip_prefix(*prefix).is_some_and(|rest| rest.starts_with(['.', '-', '_']));
        match name.rsplit_once('.') {
            Some((_, extension)) if EXTENSIONS.contains(&extension) => true,
            // A script, perhaps.
            None => true,
            _ => NAMES.contains(&name.as_str()) || NAMES.iter().any(starts) || name.starts_with(".env"),
        }
    }

    /// The first place of each word in a file, with the projects that look for it.
    fn mentions(&self, file: &str, sought: &Sought) -> Vec<(usize, Name, Extent)> {
        let Some(text) = self.text(file) else { return Vec::new() };
        let is_source = is_python(file);
        let mut first: BTreeMap<&Name, Extent> = BTreeMap::new();
        for one in sought.words.find(&text).filter(|one| !is_source || !is_attribute(&text, one)) {
            first.entry(one.name).or_insert_with(|| Extent::from(one.at));
        }
        let projects = |name: &Name| sought.projects.get(name).into_iter().flatten();
        first.iter().flat_map(|(name, at)| projects(name).map(|project| (*project, (*name).clone(), *at))).collect()
    }

    /// The text of a file, as rules see it; what declares or describes is blanked out.
    fn text(&self, file: &str) -> Option<Vec<u8>> {
        let sources = &self.workspace.sources;
        let kept = sources.find(file).filter(|id| sources.has_text(*id));
        let manifests = self.manifests.get(file).map_or(&[][..], Vec::as_slice);
        if let Some(id) = kept {
            return Some(blanked(sources.text(id), manifests));
        }
        if !manifests.is_empty() {
            return None;
        }
        let bytes = self.fs.read(file, self.limit(file)).ok()?;
        let is_script = path::name(file).contains('.') || is_named(file) || bytes.starts_with(b"#!");
        if !is_script || bytes.get(..bytes.len().min(8192)).is_some_and(|head| head.contains(&0)) {
            return None;
        }
        let text = decode::requirements(&bytes).ok()?;
        Some(if path::has_extension(file, "ipynb") { notebook::read(&text).code } else { text }.into_bytes())
    }

    fn limit(&self, file: &str) -> u64 {
        let most = if is_python(file) {
            u64::MAX
        } else if path::name(file).contains('.') || is_named(file) {
            LONGEST
        } else {
            LONGEST_SCRIPT
        };
        self.options.max_source.min(most)
    }
}

fn is_named(file: &str) -> bool {
    NAMES.contains(&path::name(file).to_ascii_lowercase().as_str())
}

/// Whether a word is the attribute of something (`self.attrs`), which says nothing of a module.
fn is_attribute(text: &[u8], found: &Found<'_>) -> bool {
    let Some([head @ .., b'.']) = text.get(..found.at.start) else { return false };
    head.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b')' | b']' | b'"' | b'\''))
}

/// The bytes of `text` with blanks for what the manifests in it require, and for what they say of the project.
fn blanked(text: &str, manifests: &[&Manifest]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |extent: Extent| {
        if let Some(part) = bytes.get_mut(extent.range()) {
            part.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
    };
    for manifest in manifests {
        let reading = &manifest.reading;
        reading.requirements.iter().for_each(|requirement| {
            blank(requirement.at);
            blank(requirement.item);
            comments(text, requirement.item.cover(requirement.at)).into_iter().for_each(&mut blank);
        });
        // With its comments, which speak of the list.
        reading.groups.iter().for_each(|group| {
            blank(group.at);
            group.list.into_iter().for_each(&mut blank);
        });
        if let Some(project) = &reading.project {
            project.classifiers.iter().chain(&project.name).for_each(|value| blank(value.at));
        }
        if matches!(manifest.format, "pyproject" | "setup.cfg") {
            prose(text).into_iter().for_each(&mut blank);
        }
    }
    bytes
}

/// The comments on a requirement: behind it on its line, and the lines of comments right above it.
fn comments(text: &str, requirement: Extent) -> Vec<Extent> {
    let range = requirement.range();
    let (Some(head), Some(tail)) = (text.get(..range.start), text.get(range.end..)) else { return Vec::new() };
    let mut found = Vec::new();
    let line = tail.split('\n').next().unwrap_or_default();
    if line.trim_start_matches([',', ' ', '\t', '"', '\'']).starts_with('#') {
        found.push(Extent::new(range.end, range.end + line.len()));
    }
    let mut end = head.rfind('\n').unwrap_or(0);
    while let Some(above) = head.get(..end) {
        let start = above.rfind('\n').map_or(0, |newline| newline + 1);
        if !above.get(start..).is_some_and(|line| line.trim_start().starts_with('#')) {
            break;
        }
        found.push(Extent::new(start, end));
        end = start.saturating_sub(1);
    }
    found
}

/// The lines of TOML or INI that describe a project to people, and tables that use nothing.
fn prose(text: &str) -> Vec<Extent> {
    let mut found = Vec::new();
    let (mut table, mut key, mut at) = ("", "", 0);
    for line in text.split_inclusive('\n') {
        let header = line.strip_prefix('[').and_then(|rest| rest.trim_start_matches('[').split(']').next());
        if let Some(header) = header {
            (table, key) = (header.trim(), "");
        } else if line.starts_with(|c: char| c.is_ascii_alphabetic())
            && let Some((head, _)) = line.split_once(['=', ':'])
        {
            key = head.trim();
        }
        let is_silent = SILENT
            .iter()
            .any(|silent| table.strip_prefix(silent).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
        if is_silent || TABLES.contains(&table) && PROSE.contains(&key) {
            found.push(Extent::new(at, at + line.len()));
        }
        at += line.len();
    }
    found
}
