//! Where a project has what its developers install, and one more there.

use super::append;
use super::list::{self, Insertion};
use crate::fix::{Edit, Fix};
use crate::manifest::toml::{self, Form};
use crate::manifest::{Group, Manifest, Requirement};
use crate::name::Name;
use crate::path;
use crate::rule::{Context, direct, package};
use crate::source::Extent;

/// What lists for tests are called, the closest word first.
pub const TESTS: &[&str] = &["test", "tests", "testing", "dev", "develop", "development"];

/// What lists for what checks the code are called.
pub const CHECKS: &[&str] = &["lint", "linting", "linters", "style", "check", "dev", "develop", "development"];

/// What lists for what checks types are called.
pub const TYPES: &[&str] = &["typing", "types", "type", "mypy", "lint", "linting", "dev", "develop", "development"];

/// The fix that declares the distribution `name` for developers: in the list that the project has for them, of several the
/// one that is called by the first of `words` (`lint`, `dev`). Where there is none, the group `dev` is made, as the manager
/// has it. Nothing where it is not clear which list that is.
pub fn declare(context: &Context<'_>, name: &str, words: &[&str]) -> Option<Fix> {
    let Place { manifest, group, title, insertions } = lists(context, name, words)?;
    let edit = |(at, text): Insertion| Edit { span: manifest.file.span(at), text };
    let edits = insertions.into_iter().map(edit).collect();
    Some(super::addition(context, manifest, &group, name, format!("add `{name}` to {title}"), edits))
}

/// A list that can be added to.
struct Place<'a> {
    manifest: &'a Manifest,
    group: Group,
    /// "the group `dev` of pyproject.toml"
    title: String,
    insertions: Vec<Insertion>,
}

/// What a project has of one sort of lists.
enum Found<T> {
    /// None: another sort may be there.
    Nothing,
    /// Several, and it is not clear which is meant; or one that cannot be added to.
    Unclear,
    /// The one that is meant.
    One(T),
}

impl<T> Found<T> {
    fn and_then<R>(self, work: impl FnOnce(T) -> Option<R>) -> Found<R> {
        match self {
            Self::Nothing => Found::Nothing,
            Self::Unclear => Found::Unclear,
            Self::One(found) => work(found).map_or(Found::Unclear, Found::One),
        }
    }
}

fn lists<'a>(context: &Context<'a>, name: &str, words: &[&str]) -> Option<Place<'a>> {
    let Some(manifest) = package::manifest(context, "pyproject") else { return in_requirements(context, name, words) };
    let text = context.workspace.sources.text(manifest.file);
    let document = toml::parse(text);
    for sort in [in_arrays, in_poetry] {
        match sort(manifest, text, &document, name, words) {
            Found::One(place) => return Some(place),
            Found::Unclear => return None,
            Found::Nothing => {}
        }
    }
    in_requirements(context, name, words).or_else(|| new_group(context, manifest, text, &document, name))
}

/// Of several lists the one that is meant, by its name; the only one, where its name is one of those that developers' lists
/// have (`docs` is not).
fn choose<'n, T>(all: Vec<(&'n str, T)>, words: &[&str]) -> Found<(&'n str, T)> {
    if all.is_empty() {
        return Found::Nothing;
    }
    let named = words.iter().find_map(|word| all.iter().position(|(name, _)| name.eq_ignore_ascii_case(word)));
    let is_for_developers =
        |name: &str| [TESTS, CHECKS, TYPES].concat().iter().any(|word| name.eq_ignore_ascii_case(word));
    let only = all.first().filter(|(name, _)| all.len() == 1 && is_for_developers(name)).map(|_| 0);
    let at = named.or(only);
    at.and_then(|at| all.into_iter().nth(at)).map_or(Found::Unclear, Found::One)
}

/// In a group of PEP 735, of uv or pdm, or in an extra that is for developers by its name: the first of these that there
/// is counts.
fn in_arrays<'a>(
    manifest: &'a Manifest,
    text: &str,
    document: &toml::Document<'_>,
    name: &str,
    words: &[&str],
) -> Found<Place<'a>> {
    let root = &document.root;
    let arrays = |path: &[&str]| -> Vec<(String, Extent)> {
        let table = root.find(path).and_then(toml::Item::as_table);
        let arrays = table.into_iter().flatten().filter(|entry| entry.item.as_array().is_some());
        arrays.map(|entry| (entry.key.to_string(), entry.item.at)).collect()
    };
    let uv = root.find(&["tool", "uv", "dev-dependencies"]).filter(|item| item.as_array().is_some());
    let of_uv = uv.map(|item| ("dev".to_owned(), item.at)).into_iter().collect();
    let is_for_developers = |(name, _): &(String, Extent)| words.iter().any(|word| name.eq_ignore_ascii_case(word));
    let extras = arrays(&["project", "optional-dependencies"]).into_iter().filter(is_for_developers).collect();
    let all: [(bool, Vec<(String, Extent)>); 4] = [
        (false, arrays(&["dependency-groups"])),
        (false, of_uv),
        (false, arrays(&["tool", "pdm", "dev-dependencies"])),
        (true, extras),
    ];
    let Some((is_extra, lists)) = all.into_iter().find(|(_, lists)| !lists.is_empty()) else { return Found::Nothing };
    let lists = lists.iter().map(|(name, at)| (name.as_str(), *at)).collect();
    choose(lists, words).and_then(|(list, at)| {
        let called = Name::new(list);
        Some(Place {
            manifest,
            group: if is_extra { Group::Extra(called) } else { Group::Dev(called) },
            title: format!("{} `{list}` of {}", if is_extra { "the extra" } else { "the group" }, manifest.path),
            insertions: list::to_array(text, at, name)?,
        })
    })
}

/// In a group of Poetry.
fn in_poetry<'a>(
    manifest: &'a Manifest,
    text: &str,
    document: &toml::Document<'_>,
    name: &str,
    words: &[&str],
) -> Found<Place<'a>> {
    let root = &document.root;
    let groups = root.find(&["tool", "poetry", "group"]).and_then(toml::Item::as_table);
    let groups = groups.into_iter().flatten().filter(|entry| {
        entry.item.as_table().and_then(|group| group.table("dependencies")).is_some_and(|t| t.form == Form::Header)
    });
    let groups: Vec<(&str, ())> = groups.map(|entry| (entry.key.as_ref(), ())).collect();
    let place = |group: &str, path: &[&str]| -> Option<Place<'a>> {
        let insertions = list::to_table(text, path, name)?;
        let title = format!("the group `{group}` of {}", manifest.path);
        Some(Place { manifest, group: Group::Dev(Name::new(group)), title, insertions })
    };
    match choose(groups, words) {
        Found::Nothing if root.find(&["tool", "poetry", "dev-dependencies"]).is_some() => {
            place("dev", &["tool", "poetry", "dev-dependencies"]).map_or(Found::Unclear, Found::One)
        }
        chosen => chosen.and_then(|(group, ())| place(group, &["tool", "poetry", "group", group, "dependencies"])),
    }
}

/// In a requirements file for developers, which nobody has compiled.
fn in_requirements<'a>(context: &Context<'a>, name: &str, words: &[&str]) -> Option<Place<'a>> {
    // Documentation, and a part with tests of its own, have lists that are not the project's.
    let is_for_all = |manifest: &Manifest| {
        let folder = path::folder(&manifest.path);
        folder == context.project.root || path::join(&context.project.root, "requirements") == folder
    };
    let is_called = |group: &Group| matches!(group, Group::Dev(name) if words.contains(&name.as_str()));
    let is_own = |manifest: &&Manifest| {
        manifest.format == "requirements"
            && is_for_all(manifest)
            && manifest.reading.requirements.first().is_some_and(|requirement| is_called(&requirement.group))
            && manifest.reading.requirements.iter().all(|r| matches!(r.group, Group::Dev(_)) && r.hashes == 0)
            && !manifest.reading.requirements.iter().any(|r| direct::is_compiled_pin(context, manifest, r))
            && !context.declared.is_frozen(manifest)
    };
    let files: Vec<&Manifest> = context.project.manifests.iter().filter(is_own).collect();
    // `requirements-dev.in` is what `requirements-dev.txt` is made from.
    let inputs: Vec<&Manifest> =
        files.iter().filter(|manifest| path::has_extension(&manifest.path, "in")).copied().collect();
    let files = if inputs.is_empty() { files } else { inputs };
    let has_word = |manifest: &&&Manifest, word: &str| {
        let stem = path::name(&manifest.path).rsplit_once('.').map_or("", |(stem, _)| stem).to_ascii_lowercase();
        stem.split(['-', '_', '.']).any(|part| part == word)
    };
    let named = words.iter().find_map(|word| files.iter().find(|manifest| has_word(manifest, word)));
    let manifest = named.or_else(|| files.first().filter(|_| files.len() == 1))?;
    let text = context.workspace.sources.text(manifest.file);
    let all: Vec<&Requirement> = manifest.reading.requirements.iter().collect();
    let group = manifest.reading.requirements.first()?.group.clone();
    Some(Place { manifest, group, title: manifest.path.clone(), insertions: list::to_lines(text, &all, name)? })
}

/// A new group `dev` at the end of the manifest.
fn new_group<'a>(
    context: &Context<'_>,
    manifest: &'a Manifest,
    text: &str,
    document: &toml::Document<'_>,
    name: &str,
) -> Option<Place<'a>> {
    let has = |table: &str| package::has_table(manifest, table);
    let elsewhere = context.project.requirements().any(|(_, r)| matches!(r.group, Group::Dev(_)));
    if !document.problems.is_empty()
        || elsewhere
        || has("tool.hatch.envs")
        || has("tool.flit.metadata")
        || has("tool.pixi")
    {
        return None;
    }
    let edit = if has("tool.poetry.dependencies") || has("tool.poetry") && !has("project") {
        append(text, manifest, &["[tool.poetry.group.dev.dependencies]", &format!("{name} = \"*\"")])
    } else if has("project") {
        append(text, manifest, &["[dependency-groups]", &format!("dev = [\"{name}\"]")])
    } else {
        return None;
    };
    let title = format!("a new group `dev` of {}", manifest.path);
    Some(Place {
        manifest,
        group: Group::Dev(Name::new("dev")),
        title,
        insertions: vec![(edit.span.extent, edit.text)],
    })
}
