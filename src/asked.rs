//! What a run was asked to look at: from PATHs to the folders that are read and the findings that are shown.

use std::collections::BTreeSet;

use crate::fs::{FileSystem, Kind, WalkOptions};
use crate::lock;
use crate::manifest;
use crate::path;
use crate::project::load::{self, repository};
use crate::project::role;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The folders that are read. None lies within another, but for examples, test data and the code of others, which are
    /// read on their own where they are asked for.
    pub tops: Vec<String>,
    /// Only findings in these folders and files are shown. A folder that is a top shows all of its projects.
    pub shown: Vec<Shown>,
    /// Paths of a sort that is not read.
    pub skipped: Vec<String>,
}

/// A folder or file whose findings are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The path.
    pub path: String,
    /// Whether it is a file.
    pub is_file: bool,
}

/// What a run goes over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The folders of each part, outer ones first. There is one part at least, which has no folder where there is nothing to
    /// read.
    pub folders: Vec<Vec<String>>,
    /// What could not be looked into when repositories were looked for.
    pub notes: Vec<String>,
    /// That repositories were left alone.
    pub remarks: Vec<String>,
}

/// A PATH that cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// As written.
    pub written: String,
    /// Why.
    pub why: &'static str,
}

/// Resolves the PATHs of a run. The folder around a PATH is read from the closest project upwards, so that a part of a
/// project is judged with all that the project declares.
pub fn resolve(fs: &dyn FileSystem, written: &[String]) -> Result<Asked, Vec<Unreachable>> {
    let mut shown = Vec::new();
    let mut tops: Vec<String> = Vec::new();
    let mut unreachable = Vec::new();
    let mut skipped = Vec::new();
    for text in written {
        let path = path::join("", text);
        let refuse = |why| Unreachable { written: text.clone(), why };
        match fs.kind(&path) {
            None => unreachable.push(refuse("there is no such file or folder")),
            Some(Kind::Other) => unreachable.push(refuse("this is neither a file nor a folder")),
            Some(Kind::Folder) => {
                tops.push(around(fs, &path));
                shown.push(Shown { path, is_file: false });
            }
            Some(Kind::File) => {
                if is_read(&path) {
                    tops.push(around(fs, path::folder(&path)));
                    shown.push(Shown { path, is_file: true });
                } else {
                    skipped.push(text.clone());
                }
            }
        }
    }
    if !unreachable.is_empty() {
        return Err(unreachable);
    }
    let mut seen = BTreeSet::new();
    tops.retain(|top| seen.insert(top.clone()));
    let of_repository: Vec<(&String, Option<String>)> = tops.iter().map(|top| (top, repository(fs, top))).collect();
    let outermost = |(top, own): &&(&String, Option<String>)| {
        !of_repository.iter().any(|(other, of_other)| own == of_other && is_covered(top, other))
    };
    let tops = of_repository.iter().filter(outermost).map(|(top, _)| (*top).clone()).collect();
    Ok(Asked { tops, shown, skipped })
}

/// Whether the folder `top` is read with the folder `by` around it, both of one repository.
fn is_covered(top: &str, by: &str) -> bool {
    path::below(top, by).is_some_and(|below| top != by && !role::is_aside(below) && !role::is_data(below))
}

/// Whether a file of this name is read at all.
fn is_read(path: &str) -> bool {
    let extension = path::name(path).rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
    manifest::format_of(path).is_some()
        || crate::evidence::formats_of(path).next().is_some()
        || lock::format_of(path).is_some()
        || extension.is_some_and(|e| matches!(e.as_str(), "py" | "pyi" | "ipynb" | "toml"))
        || matches!(path::name(path), "setup.cfg" | "Pipfile")
}

/// The folder of the closest project at or above `folder`, up to the repository's root, or without a repository up to
/// the working directory; `folder` itself where there is none.
fn around(fs: &dyn FileSystem, folder: &str) -> String {
    let bound = repository(fs, folder);
    let mut at = folder.to_owned();
    loop {
        if is_project(fs, &at) {
            return at;
        }
        let is_bound = bound.as_ref().map_or(at.is_empty(), |bound| *bound == at);
        match path::parent(&at) {
            Some(parent) if !is_bound && (bound.is_some() || !path::is_absolute(&at) && !at.starts_with("..")) => {
                at = parent;
            }
            _ => return folder.to_owned(),
        }
    }
}

/// Whether the folder looks like the root of a project. What its manifests say is judged when they are read.
fn is_project(fs: &dyn FileSystem, folder: &str) -> bool {
    let roots =
        ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml", "requirements.txt", "requirements.in"];
    roots.iter().any(|name| fs.kind(&path::join(folder, name)) == Some(Kind::File))
}

/// The parts that were found: the folders of each repository, and of none.
#[derive(Default)]
struct Found(Vec<(Option<String>, Vec<String>)>);

impl Found {
    /// Adds the folder `top`, where it is not read already.
    fn add(&mut self, repository: Option<String>, top: &str) {
        let Some((_, tops)) = self.0.iter_mut().find(|(known, _)| *known == repository) else {
            self.0.push((repository, vec![top.to_owned()]));
            return;
        };
        if tops.iter().any(|known| known == top || is_covered(top, known)) {
            return;
        }
        tops.retain(|known| !is_covered(known, top));
        let at = tops.iter().position(|known| path::below(known, top).is_some()).unwrap_or(tops.len());
        tops.insert(at, top.to_owned());
    }
}

impl Asked {
    /// Whether a finding in the file at `path` (or in a project without a file, at its root) was asked for.
    pub fn shows(&self, path: &str, is_root: bool) -> bool {
        self.shown.iter().any(|shown| {
            let below = path::below(path, &shown.path).is_some();
            if shown.is_file { path == shown.path } else { below || is_root && path == shown.path }
        })
    }

    /// The files that were asked for by name.
    pub fn files(&self) -> Vec<String> {
        self.shown.iter().filter(|shown| shown.is_file).map(|shown| shown.path.clone()).collect()
    }

    /// Whether the file at `path` was itself asked for: then a finding that joins it with others is shown as well.
    pub fn names(&self, path: &str) -> bool {
        self.shown.iter().any(|shown| shown.is_file && shown.path == path)
    }

    /// Whether something is read, and all of that was asked for.
    pub fn is_whole(&self) -> bool {
        let mut tops = self.tops.iter();
        !self.tops.is_empty()
            && tops.all(|top| self.shown.iter().any(|shown| !shown.is_file && path::below(top, &shown.path).is_some()))
    }

    /// The folders that are read, those of one repository together: what lies in others has nothing to do with them. A
    /// folder in no repository, in which nothing is read but what lies in repositories, is each of these. `walk` says what of
    /// a folder is left out.
    pub fn parts<E>(&self, fs: &dyn FileSystem, walk: impl Fn(&str) -> Result<WalkOptions, E>) -> Result<Parts, E> {
        let (mut parts, mut found) = (Parts::default(), Found::default());
        for top in &self.tops {
            let around = repository(fs, top);
            if around.is_some() {
                found.add(around, top);
                continue;
            }
            let tree = fs.walk(top, &walk(top)?);
            let beside = tree.files.iter().find(|file| load::is_subject(file));
            if tree.repositories.is_empty() || beside.is_some() {
                found.add(None, top);
                parts.remarks.extend(beside.and_then(|file| self.left_alone(fs, top, file, &tree.repositories)));
                continue;
            }
            for inner in tree.repositories.iter().filter(|inner| self.shows_of(inner)) {
                found.add(Some(inner.clone()), inner);
            }
            let is_outside = |file: &String| repository(fs, path::folder(file)).is_none();
            if self.files().iter().any(|file| path::below(file, top).is_some() && is_outside(file)) {
                found.add(None, top);
            } else {
                let note = |(path, why): &(String, String)| format!("{}: not looked into: {why}", path::shown(path));
                parts.notes.extend(tree.refused.iter().map(note));
            }
        }
        parts.folders = found.0.into_iter().map(|(_, tops)| tops).collect();
        if parts.folders.is_empty() {
            // What is to be said of the configuration is said by a part.
            parts.folders.push(Vec::new());
        }
        Ok(parts)
    }

    /// Whether something in the repository at `inner` was asked for.
    fn shows_of(&self, inner: &str) -> bool {
        self.shown.iter().any(|shown| {
            path::below(&shown.path, inner).is_some() || !shown.is_file && path::below(inner, &shown.path).is_some()
        })
    }

    /// That those of `repositories` in `top` that nobody named are not looked into, because `file` lies beside them.
    fn left_alone(&self, fs: &dyn FileSystem, top: &str, file: &str, repositories: &[String]) -> Option<String> {
        let named: BTreeSet<String> = self.tops.iter().filter_map(|top| repository(fs, top)).collect();
        let left: Vec<&String> =
            repositories.iter().filter(|inner| self.shows_of(inner) && !named.contains(*inner)).collect();
        let first = left.first()?;
        let (are, them) =
            if left.len() == 1 { ("repository in it was", "it") } else { ("repositories in it were", "them") };
        Some(format!(
            "{}: {} {are} not looked into, because {file} lies beside {them}: name {them} as well ({first})",
            path::shown(top),
            left.len(),
        ))
    }

    /// The same projects, wholly.
    #[must_use]
    pub fn whole(self) -> Self {
        let shown = self.tops.iter().map(|top| Shown { path: top.clone(), is_file: false }).collect();
        Self { shown, ..self }
    }

    /// Without the files that were named and are left out by `walk`, where `force` says that naming does not help.
    #[must_use]
    pub fn without_excluded(mut self, force: bool, walk: &WalkOptions) -> Self {
        if force {
            let (left_out, shown) = self.shown.into_iter().partition(|s| s.is_file && walk.leaves_out(&s.path, false));
            self.shown = shown;
            let left_out: Vec<Shown> = left_out;
            self.skipped.extend(left_out.into_iter().map(|s| s.path));
        }
        self
    }
}
