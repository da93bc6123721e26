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
    let is_covered = |top: &str, by: &str| {
        path::below(top, by).is_some_and(|below| top != by && !role::is_aside(below) && !role::is_data(below))
    };
    let outermost = |top: &&String| !tops.iter().any(|other| is_covered(top, other));
    let tops = tops.iter().filter(outermost).cloned().collect();
    Ok(Asked { tops, shown, skipped })
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

/// The repositories in `folder`, where nothing that is read lies outside of them.
fn repositories(fs: &dyn FileSystem, folder: &str, walk: &WalkOptions) -> Vec<String> {
    let tree = fs.walk(folder, walk);
    if tree.files.iter().any(|file| load::is_subject(file)) { Vec::new() } else { tree.repositories }
}

/// Whether the folder looks like the root of a project. What its manifests say is judged when they are read.
fn is_project(fs: &dyn FileSystem, folder: &str) -> bool {
    let roots =
        ["pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "pixi.toml", "requirements.txt", "requirements.in"];
    roots.iter().any(|name| fs.kind(&path::join(folder, name)) == Some(Kind::File))
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

    /// Whether everything that is read was asked for.
    pub fn is_whole(&self) -> bool {
        self.tops
            .iter()
            .all(|top| self.shown.iter().any(|shown| !shown.is_file && path::below(top, &shown.path).is_some()))
    }

    /// The folders that are read, those of one repository together: what lies in others has nothing to do with them. A
    /// folder in no repository, in which nothing lies but repositories, is each of these.
    pub fn parts(&self, fs: &dyn FileSystem, walk: &WalkOptions) -> Vec<Vec<String>> {
        let mut parts: Vec<(Option<String>, Vec<String>)> = Vec::new();
        for top in &self.tops {
            let around = repository(fs, top);
            let within = if around.is_none() { repositories(fs, top, walk) } else { Vec::new() };
            if within.is_empty() {
                match parts.iter_mut().find(|(repository, _)| *repository == around) {
                    Some((_, tops)) => tops.push(top.clone()),
                    None => parts.push((around, vec![top.clone()])),
                }
            } else {
                parts.extend(within.into_iter().map(|inner| (Some(inner.clone()), vec![inner])));
            }
        }
        parts.into_iter().map(|(_, tops)| tops).collect()
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
