//! `docker-unpinned-base` and `docker-unlocked-install`: images that come out differently each time they are built.

use super::tool_in_runtime;
use crate::diagnostic::Finding;
use crate::evidence::{EvidenceFile, Trace, TraceKind, image};
use crate::knowledge::Knowledge;
use crate::manifest::Requirement;
use crate::name::{self, Name};
use crate::path;
use crate::project::Kind;
use crate::rule::{Context, text};
use crate::source::{Extent, Location};

const UNPINNED: &str = "docker-unpinned-base";
const UNLOCKED: &str = "docker-unlocked-install";

/// How many further places a finding names.
const SHOWN_PLACES: usize = 8;

/// Words in names of container files, and folders, for images that are not shipped.
const ASIDE: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "devcontainer",
    "test",
    "tests",
    "testing",
    "ci",
    "doc",
    "docs",
    "lint",
    "local",
    "debug",
    "scripts",
    "packaging",
    "e2e",
    "integration",
    "itest",
    "itests",
    "bench",
    "benchmark",
    "benchmarks",
    "github",
    "demo",
    "playground",
    "build",
    "notebook",
    "notebooks",
    "nb",
    "jupyter",
    "custom",
    "example",
    "examples",
];

/// Where the default registry and its mirrors keep official images.
const OFFICIAL: &[&str] = &[
    "docker.io/library/",
    "docker.io/",
    "index.docker.io/",
    "public.ecr.aws/docker/library/",
    "mirror.gcr.io/library/",
    "library/",
];

/// The project's own container files whose images are shipped.
fn containers<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a EvidenceFile> {
    let (project, workspace, index) = (context.project, context.workspace, context.index);
    project.evidence.iter().filter_map(|at| workspace.evidence.get(*at)).filter(move |evidence| {
        evidence.format == "Dockerfile"
            && workspace.owner(path::folder(&evidence.path)) == Some(index)
            && !is_aside(path::below(&evidence.path, &project.root).unwrap_or(&evidence.path))
            && !project.root.split(['/', '-', '_']).any(|word| matches!(word, "test" | "tests" | "testing"))
    })
}

fn is_aside(below: &str) -> bool {
    below.split(['/', '.', '-', '_']).any(|word| ASIDE.contains(&word.to_ascii_lowercase().as_str()))
}

/// One finding a container file, at the first base image that is not pinned.
pub fn unpinned_base(context: &Context<'_>) -> Vec<Finding> {
    containers(context).filter_map(|file| unpinned_in(context, file)).collect()
}

fn unpinned_in(context: &Context<'_>, file: &EvidenceFile) -> Option<Finding> {
    let source = context.workspace.sources.text(file.file);
    let installs =
        file.seen.traces.iter().any(|trace| trace.kind == TraceKind::Command && is_pip(&trace.text).is_some());
    let images = file.seen.traces.iter().filter(|trace| {
        trace.kind == TraceKind::Image
            && is_base(source, trace.at)
            && floats(trace.at.of(source))
            && !names_python(&trace.text)
            && !names_release(context.knowledge, &trace.text)
            && !(trace.text.contains("conda") && creates_environment(source))
            && brings_python(context.knowledge, &trace.text, installs && is_last(source, trace.at))
    });
    let mut places = images.map(|trace| (trace, file.file.span(trace.at)));
    let (first, place) = places.next()?;
    let written = first.at.of(source);
    let is_system = is_one_of(context.knowledge, "systems", &first.text);
    let (what, why) = if is_system {
        (
            "release",
            "a new release of the system brings another Python, and one day refuses what pip installs beside its own packages",
        )
    } else {
        ("Python", "a new series of Python arrives with a rebuild, and requirements that have no release for it fail")
    };
    let message = if image::parts(written).1.is_empty() {
        format!("`{written}` has no tag: the build takes whatever {what} is the latest")
    } else {
        format!("`{written}` is whatever {what} is the latest when the image is built")
    };
    let mut finding = Finding::new(Location::Span(place), message)
        .note(why)
        .help(format!(
            "name the {}, as `{}`; a digest pins it for good",
            if is_system { "release" } else { "series" },
            example(&first.text)
        ))
        .key(first.text.clone());
    for (_, place) in places.take(SHOWN_PLACES) {
        finding = finding.related(place, "here as well");
    }
    Some(finding)
}

/// Whether a place stands behind `FROM`: what is copied out of an image, or run, is no base.
fn is_base(source: &str, at: Extent) -> bool {
    let before = source.get(..at.range().start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.get(..4).is_some_and(|keyword| keyword.eq_ignore_ascii_case("from"))
}

/// Whether no stage follows the one that starts here: what is built in a stage before is copied, and its system is not.
fn is_last(source: &str, at: Extent) -> bool {
    let after = source.get(at.range().end..).unwrap_or_default();
    let is_from = |line: &str| line.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("from "));
    !after.lines().skip(1).any(is_from)
}

/// Whether a reference moves with time. What a variable names is not known.
fn floats(written: &str) -> bool {
    !written.contains(['$', '@']) && matches!(image::parts(written).1, "" | "latest")
}

/// Whether the name of an image says which series of Python it has (`ubi9/python-312`): its tag cannot bring another.
fn names_python(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    let behind =
        |word: &str| name.split_once(word).is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    behind("python-3") || behind("python3")
}

/// Whether the name of a system says which release it is (`ubi9`, `ubi9-minimal`).
fn names_release(knowledge: &Knowledge, image: &str) -> bool {
    let is_release = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.ends_with(|c: char| c.is_ascii_digit())
    };
    is_one_of(knowledge, "systems", image) && image.split(['/', '-']).any(is_release)
}

/// Whether a conda environment with a Python of its own is created: that of the image does not matter then.
fn creates_environment(source: &str) -> bool {
    let commands = source.replace("\\\n", " ");
    let mut lines = commands.lines();
    lines.any(|line| {
        let names_python = [" python=", "\"python="].iter().any(|pin| line.contains(pin));
        // What a file lists has its Python as a rule.
        line.contains(" create ") && names_python
            || line.contains("env create ") && line.contains(" -f")
            || line.contains("env create ") && line.contains("--file")
    })
}

/// Whether an image is one that Python is taken from: an image of Python, or a system into which pip `installs`.
fn brings_python(knowledge: &Knowledge, image: &str, installs: bool) -> bool {
    is_one_of(knowledge, "pythons", image) || installs && is_one_of(knowledge, "systems", image)
}

fn is_one_of(knowledge: &Knowledge, list: &str, image: &str) -> bool {
    let name = OFFICIAL.iter().find_map(|registry| image.strip_prefix(registry)).unwrap_or(image);
    knowledge.list(UNPINNED, list).iter().any(|pattern| name::matches(pattern, name))
}

fn example(image: &str) -> String {
    match image.rsplit('/').next().unwrap_or(image) {
        "python" => format!("{image}:3.13-slim"),
        "uv" => format!("{image}:python3.13-trixie-slim"),
        "ubuntu" => format!("{image}:24.04"),
        "debian" => format!("{image}:trixie-slim"),
        "alpine" => format!("{image}:3.22"),
        _ => format!("{image}:<version>"),
    }
}

/// One finding a container file, at the first name without a version.
pub fn unlocked_install(context: &Context<'_>) -> Vec<Finding> {
    containers(context).filter_map(|file| unlocked_in(context, file)).collect()
}

fn unlocked_in(context: &Context<'_>, file: &EvidenceFile) -> Option<Finding> {
    let source = context.workspace.sources.text(file.file);
    if ["PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_EXCLUDE_NEWER"].iter().any(|variable| source.contains(variable))
        || context.project.kind == Kind::Library && installs_what_it_built(source)
    {
        return None;
    }
    let commands = file.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
    let open: Vec<Extent> =
        commands.filter(|trace| is_pip(&trace.text).is_some_and(is_open)).map(|trace| trace.at).collect();
    let loose: Vec<(&Trace, String)> = file
        .seen
        .traces
        .iter()
        .filter(|trace| trace.kind == TraceKind::Install && open.iter().any(|command| command.contains(trace.at)))
        .filter_map(|trace| Some((trace, loose_name(context, source, trace)?)))
        .collect();
    let ((first, name), further) = loose.split_first()?;
    let mut names: Vec<&str> = loose.iter().map(|(_, name)| name.as_str()).collect();
    names.dedup();
    let message = match names.as_slice() {
        [one] => format!("`{one}` is installed in whatever version is the newest"),
        [_, ..] => format!("{} distributions are installed in whatever version is the newest", names.len()),
        [] => return None,
    };
    let mut finding = Finding::new(Location::Span(file.file.span(first.at)), message)
        .note("two builds of one commit give two images, and a release of somebody else can break the second")
        .help("write versions (`name==1.2.3`), install from a lock or pinned file, or pass it with `-c`")
        .key(name.clone());
    if names.len() == 1 {
        finding = finding.package(name.clone());
    }
    for (trace, _) in further.iter().take(SHOWN_PLACES) {
        finding = finding.related(file.file.span(trace.at), "likewise");
    }
    if further.len() > SHOWN_PLACES {
        finding = finding.note(format!("and {} more", text::count(further.len() - SHOWN_PLACES, "name")));
    }
    Some(finding)
}

/// Whether an image gets the wheel of the library that it was built from, with whatever that needs, and nothing of it is
/// fixed: one name more makes no difference.
fn installs_what_it_built(source: &str) -> bool {
    let fixes = [" -r ", "--requirement", " sync", "poetry install", "pipenv install", "=="];
    source.contains("pip install") && source.contains(".whl") && !fixes.iter().any(|word| source.contains(word))
}

/// The arguments of a command line that installs what it names with pip.
fn is_pip(command: &str) -> Option<&str> {
    command.strip_prefix("pip install ").or_else(|| command.strip_prefix("uv pip install "))
}

/// Whether nothing but the names says what is installed: no constraints, no directory of wheels that were chosen before,
/// no resolution that has been made already.
fn is_open(arguments: &str) -> bool {
    let settles = |word: &str| {
        let option = word.split('=').next().unwrap_or(word);
        matches!(
            option,
            "-c" | "--constraint"
                | "--constraints"
                | "--no-index"
                | "--find-links"
                | "-f"
                | "--no-deps"
                | "--exclude-newer"
                | "--require-hashes"
        ) || word.starts_with("-c") && !word.starts_with("--")
    };
    !arguments.split(' ').any(settles)
}

/// The name of a distribution that is installed in any version, unless it is a tool of the build or the project itself.
fn loose_name(context: &Context<'_>, source: &str, trace: &Trace) -> Option<String> {
    let written = trace.at.of(source);
    if written.contains(['=', '<', '>', '~', '@', '$', '/', ':']) {
        return None;
    }
    let name = Name::new(trace.text.split('[').next()?);
    let name = name.as_str();
    let is_in = |rule: &str, list: &str| context.knowledge.list(rule, list).iter().any(|p| name::matches(p, name));
    let is_tool =
        is_in(UNLOCKED, "installers") || tool_in_runtime::RULES.iter().any(|r| is_in(r, tool_in_runtime::TOOLS));
    let is_own = context.built.contains(name);
    let is_pinned = |r: &Requirement| r.specifier.as_ref().is_some_and(|specifier| specifier.pin().is_some());
    let mut listed = context.requirements_on(name).filter(|(manifest, _)| manifest.format == "requirements");
    let is_listed = source.contains(" -r ") && listed.any(|(_, requirement)| is_pinned(requirement));
    (!is_tool && !is_own && !is_listed).then(|| name.to_owned())
}
