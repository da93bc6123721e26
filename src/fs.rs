//! Files and folders: the only input of a run.
//!
//! Everything else takes a [`FileSystem`], so that examples and tests run without a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder};

use crate::config::PathGlobs;
use crate::path;

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a device, a socket.
    Other,
}

/// Why a file gave no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// It has more bytes than allowed.
    TooLarge {
        /// How many are allowed.
        limit: u64,
    },
    /// It is not there.
    Missing,
    /// It is no file.
    NotAFile,
    /// The system refused, and said why.
    Refused(String),
}

/// What of a tree is left out.
#[derive(Debug, Clone, Default)]
pub struct WalkOptions {
    /// Whether `.gitignore` files are not honoured.
    pub no_gitignore: bool,
    /// Whether folders that are git repositories of their own are looked into.
    pub within_repositories: bool,
    /// Whether they are never looked into, whatever `within_repositories` says: each is read on its own.
    pub repositories_apart: bool,
    /// Globs of paths that are left out, each with the folder that they are relative to.
    pub exclude: Vec<(String, PathGlobs)>,
}

impl WalkOptions {
    /// Whether the configuration or the command line leaves out `path`.
    pub fn leaves_out(&self, path: &str, is_folder: bool) -> bool {
        self.any(path, |globs, below| globs.matches(below, is_folder))
    }

    /// The same of a path in a folder that is not left out.
    fn leaves_out_in_folder(&self, path: &str, is_folder: bool) -> bool {
        self.any(path, |globs, below| globs.hits(below, is_folder))
    }

    fn any(&self, path: &str, matches: impl Fn(&PathGlobs, &str) -> bool) -> bool {
        let mut exclude = self.exclude.iter().filter(|(_, globs)| !globs.is_empty());
        exclude.any(|(base, globs)| {
            path::below(path, base).is_some_and(|below| !below.is_empty() && matches(globs, below))
        })
    }
}

/// The files below a folder.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Every file, in the order of bytes.
    pub files: Vec<String>,
    /// What could not be looked into, and why.
    pub refused: Vec<(String, String)>,
    /// Links that were not followed: what they lead to lies in the tree itself, or is a folder.
    pub links: Vec<String>,
    /// Folders that were left out as git repositories of their own, in the order of bytes.
    pub repositories: Vec<String>,
}

/// Where files come from.
pub trait FileSystem: Sync + std::fmt::Debug {
    /// The files below `folder` that are not left out. Links to folders are not followed; a link to a file counts
    /// where its target lies outside `folder`. A folder that is a git repository of its own is left out.
    fn walk(&self, folder: &str, options: &WalkOptions) -> Tree;

    /// The files right in `folder`, in the order of bytes.
    fn list(&self, folder: &str) -> Vec<String>;

    /// The folders right in `folder`, links to folders among them, in the order of bytes; also those that a walk leaves
    /// out.
    fn folders(&self, folder: &str) -> Vec<String>;

    /// The bytes of the file at `path`, at most `limit`.
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// What is at `path`, links followed.
    fn kind(&self, path: &str) -> Option<Kind>;

    /// The folder that holds `path`; nothing above the root.
    fn parent(&self, path: &str) -> Option<String>;

    /// Whether the file at `path` may be written.
    fn is_writable(&self, _path: &str) -> bool {
        true
    }
}

/// The real file system, seen from a working directory.
#[derive(Debug)]
pub struct Disk {
    cwd: PathBuf,
}

#[expect(clippy::disallowed_methods, reason = "this is where the disk is touched")]
impl Disk {
    /// Sees files from `cwd`.
    pub fn new(cwd: PathBuf) -> Self {
        Self { cwd }
    }

    fn real(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.cwd.clone() } else { self.cwd.join(path) }
    }

    /// The path of `real` as the program names it: relative to the working directory, with `..` where it lies outside.
    fn shown(&self, real: &Path) -> String {
        // Most lie below the working directory, and a walk names them without detours.
        let below =
            real.to_str().zip(self.cwd.to_str()).and_then(|(real, cwd)| real.strip_prefix(cwd)?.strip_prefix('/'));
        if let Some(below) = below.filter(|_| cfg!(unix))
            && below.split('/').all(|part| !matches!(part, "" | "." | ".."))
        {
            return below.to_owned();
        }
        let text = |path: &Path| {
            let text = path.to_string_lossy();
            if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
        };
        path::relative(&text(&self.cwd.join(real)), &text(&self.cwd))
    }

    /// What lies right in `folder` and is `wanted`, in the order of bytes.
    fn entries(&self, folder: &str, wanted: fn(&Path) -> bool) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.real(folder)) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path()).filter(|path| wanted(path));
        let mut shown: Vec<String> = paths.map(|path| self.shown(&path)).collect();
        shown.sort_unstable();
        shown
    }

    /// Puts `new` in the place of the file at `path`, in one step: a reader sees the one or the other. The file that a
    /// link leads to is replaced, its permissions are kept.
    ///
    /// The error says why it was left as it was: it no longer holds `old`, it may not be written, or the system refused.
    pub fn replace(&self, path: &str, old: &[u8], new: &[u8]) -> Result<(), String> {
        let why = |error: io::Error| error.to_string();
        let real = self.real(path).canonicalize().map_err(why)?;
        if std::fs::read(&real).map_err(why)? != old {
            return Err("it was changed meanwhile".to_owned());
        }
        let about = std::fs::metadata(&real).map_err(why)?;
        if about.permissions().readonly() {
            return Err("it may not be written".to_owned());
        }
        let (Some(folder), Some(name)) = (real.parent(), real.file_name()) else {
            return Err("it lies in no folder".to_owned());
        };
        // Beside the file: only within one file system is a file renamed in one step.
        let beside = folder.join(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
        let written = write_new(&beside, new, &about).and_then(|()| std::fs::rename(&beside, &real));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&beside);
            error.to_string()
        })
    }
}

/// A walk below a folder.
struct Walk {
    disk: Disk,
    folder: String,
    root: PathBuf,
    options: WalkOptions,
    tree: Mutex<Tree>,
}

#[expect(clippy::disallowed_methods, reason = "this is where the disk is touched")]
impl Walk {
    fn tree(&self) -> MutexGuard<'_, Tree> {
        self.tree.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether to look into a folder. It is asked before anything in it is read.
    fn looks_into(&self, entry: &DirEntry) -> bool {
        if entry.depth() == 0 {
            return true;
        }
        let shown = self.disk.shown(entry.path());
        let holds = |name: &str| entry.path().join(name).exists();
        if entry.file_name() == ".git" || self.leaves_out(entry, &shown, true) || holds("pyvenv.cfg") {
            return false;
        }
        let is_repository = holds(".git");
        let within = self.options.within_repositories && !self.options.repositories_apart;
        if is_repository && !within {
            self.tree().repositories.push(shown);
            return false;
        }
        if !self.options.no_gitignore && has_odd_gitignore(entry.path(), is_repository) {
            self.tree().refused.push((shown, "its `.gitignore` cannot be read".to_owned()));
            return false;
        }
        true
    }

    /// Whether the configuration or the command line leaves out what was met. Nothing below what they leave out is.
    fn leaves_out(&self, entry: &DirEntry, shown: &str, is_folder: bool) -> bool {
        match entry.depth() {
            0 => false,
            // The folders above may be left out, and this one was named.
            1 => self.options.leaves_out(shown, is_folder),
            _ => self.options.leaves_out_in_folder(shown, is_folder),
        }
    }

    /// Takes note of what was met.
    fn visit(&self, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let at = walk_error_path(&error).map_or_else(|| self.folder.clone(), |path| self.disk.shown(path));
                self.tree().refused.push((at, refusal(&error)));
                return;
            }
        };
        let Some(sort) = entry.file_type() else { return };
        if sort.is_dir() {
            if entry.path().extension().is_some_and(is_of_texts) {
                let why = "this is a folder where a file is expected".to_owned();
                self.tree().refused.push((self.disk.shown(entry.path()), why));
            }
            return;
        }
        let shown = self.disk.shown(entry.path());
        if self.leaves_out(&entry, &shown, false) {
            return;
        }
        if sort.is_file() || sort.is_symlink() && self.is_file_elsewhere(&entry) {
            self.tree().files.push(shown);
        } else if sort.is_symlink() {
            self.tree().links.push(shown);
        }
    }

    fn is_file_elsewhere(&self, entry: &DirEntry) -> bool {
        let Ok(target) = entry.path().canonicalize() else { return false };
        target.is_file() && !self.root.canonicalize().is_ok_and(|root| target.starts_with(root))
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the disk is touched")]
impl FileSystem for Disk {
    fn walk(&self, folder: &str, options: &WalkOptions) -> Tree {
        let root = self.real(folder);
        if !options.no_gitignore && root.ancestors().any(|folder| has_odd_gitignore(folder, true)) {
            // What it says is not known: better to read what git leaves out.
            let mut tree = self.walk(folder, &WalkOptions { no_gitignore: true, ..options.clone() });
            let why = "it, or one above it, is no plain file: what git leaves out is read as well";
            tree.refused.push((crate::path::join(folder, ".gitignore"), why.to_owned()));
            return tree;
        }
        let (disk, tree) = (Self::new(self.cwd.clone()), Mutex::default());
        let walk =
            Arc::new(Walk { disk, folder: folder.to_owned(), root: root.clone(), options: options.clone(), tree });
        let filter = Arc::clone(&walk);
        let walker = WalkBuilder::new(&root)
            .hidden(false)
            .ignore(false)
            .git_global(false)
            .git_ignore(!options.no_gitignore)
            .git_exclude(!options.no_gitignore)
            .require_git(false)
            .follow_links(false)
            .filter_entry(move |entry| !entry.file_type().is_some_and(|sort| sort.is_dir()) || filter.looks_into(entry))
            .build();
        // By one thread: starting more takes longer than most walks.
        walker.for_each(|entry| walk.visit(entry));
        let mut tree = std::mem::take(&mut *walk.tree());
        tree.files.sort_unstable();
        tree.links.sort_unstable();
        tree.refused.sort_unstable();
        tree.repositories.sort_unstable();
        tree
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.entries(folder, Path::is_file)
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        self.entries(folder, Path::is_dir)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let refused = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::Missing,
            _ => ReadError::Refused(error.to_string()),
        };
        let real = self.real(path);
        let about = std::fs::metadata(&real).map_err(refused)?;
        if !about.is_file() {
            return Err(ReadError::NotAFile);
        }
        if about.len() > limit {
            return Err(ReadError::TooLarge { limit });
        }
        let file = std::fs::File::open(&real).map_err(refused)?;
        let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
        // What the system makes up when it is read has no length before. For all else it spares asking for more at the end.
        let most = if about.len() == 0 { limit + 1 } else { about.len() };
        file.take(most).read_to_end(&mut bytes).map_err(refused)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(bytes) }
    }

    fn parent(&self, path: &str) -> Option<String> {
        let parent = path::parent(path)?;
        let levels = parent.split('/').filter(|part| *part == "..").count();
        let depth = self.cwd.components().filter(|c| matches!(c, std::path::Component::Normal(_))).count();
        (levels <= depth).then_some(parent)
    }

    fn is_writable(&self, path: &str) -> bool {
        std::fs::metadata(self.real(path)).is_ok_and(|about| !about.permissions().readonly())
    }

    fn kind(&self, path: &str) -> Option<Kind> {
        let about = std::fs::metadata(self.real(path)).ok()?;
        Some(if about.is_file() {
            Kind::File
        } else if about.is_dir() {
            Kind::Folder
        } else {
            Kind::Other
        })
    }
}

/// The most bytes of a `.gitignore` that is read.
const MAX_GITIGNORE: u64 = 16 * 1024 * 1024;

/// Whether reading what git leaves out of a folder would wait for ever, or take all memory: its `.gitignore`, or what stands in
/// the `.git` of a repository, is a pipe, a device, or huge.
#[expect(clippy::disallowed_methods, reason = "this is where the disk is touched")]
fn has_odd_gitignore(folder: &Path, is_repository: bool) -> bool {
    let is_odd = |about: std::fs::Metadata| !about.is_dir() && !about.is_file() || about.len() > MAX_GITIGNORE;
    let holds_odd = |file: &str| std::fs::metadata(folder.join(file)).is_ok_and(is_odd);
    holds_odd(".gitignore") || is_repository && holds_odd(".git/info/exclude")
}

/// Writes a file that was not there, with the permissions and, where that is allowed, the owner of another.
fn write_new(path: &Path, bytes: &[u8], like: &std::fs::Metadata) -> io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;

        // Who may not give files away keeps them.
        let _ = std::os::unix::fs::fchown(&file, Some(like.uid()), Some(like.gid()));
    }
    file.set_permissions(like.permissions())?;
    file.sync_all()
}

/// Whether an extension is one that manifests have.
fn is_of_texts(extension: &std::ffi::OsStr) -> bool {
    ["toml", "txt", "cfg", "in", "py", "yml", "yaml"].iter().any(|known| extension == *known)
}

fn walk_error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => walk_error_path(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

fn refusal(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

/// What a `.gitignore` leaves out.
#[derive(Debug, Clone)]
pub struct Ignored(Option<Gitignore>);

impl Ignored {
    /// Of one with the text `lines`.
    pub fn of(lines: &str) -> Self {
        let mut builder = GitignoreBuilder::new("");
        for line in lines.lines() {
            // A line that is no pattern matches nothing, as git has it.
            let _ = builder.add_line(None, line);
        }
        Self(builder.build().ok())
    }

    /// Whether it leaves out the file at `path` where it lies in the folder `base`.
    pub fn has(&self, base: &str, path: &str) -> bool {
        let is_ignored = |below: &str| {
            let matched = self.0.as_ref().map(|globs| globs.matched_path_or_any_parents(below, false));
            matched.is_some_and(|matched| matched.is_ignore())
        };
        path::below(path, base).is_some_and(|below| !below.is_empty() && is_ignored(below))
    }
}

/// Files that exist in memory alone, for examples and tests.
#[derive(Debug, Default, Clone)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// The files of `files` (path → bytes).
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        Self { files: files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect() }
    }

    fn is_git_ignored(&self, path: &str) -> bool {
        let ignores = self.files.iter().filter(|(file, _)| path::name(file) == ".gitignore");
        ignores
            .into_iter()
            .any(|(file, lines)| Ignored::of(&String::from_utf8_lossy(lines)).has(path::folder(file), path))
    }
}

impl FileSystem for Memory {
    fn walk(&self, folder: &str, options: &WalkOptions) -> Tree {
        let wanted = |file: &&String| {
            path::below(file, folder).is_some_and(|below| !below.split('/').any(|part| part == ".git"))
                && !options.leaves_out(file, false)
                && (options.no_gitignore || !self.is_git_ignored(file))
        };
        Tree { files: self.files.keys().filter(wanted).cloned().collect(), ..Tree::default() }
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.files.keys().filter(|file| path::folder(file) == folder).cloned().collect()
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        let inner = self.files.keys().filter_map(|file| path::below(file, folder)?.split_once('/'));
        let names: BTreeSet<&str> = inner.map(|(name, _)| name).collect();
        names.into_iter().map(|name| path::join(folder, name)).collect()
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let bytes = self.files.get(path).ok_or(ReadError::Missing)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge { limit }) } else { Ok(bytes.clone()) }
    }

    fn parent(&self, path: &str) -> Option<String> {
        path::parent(path).filter(|parent| !parent.starts_with(".."))
    }

    fn kind(&self, path: &str) -> Option<Kind> {
        if self.files.contains_key(path) {
            return Some(Kind::File);
        }
        let holds = |file: &String| path::below(file, path).is_some();
        (path.is_empty() || self.files.keys().any(holds)).then_some(Kind::Folder)
    }
}

/// A file system with the texts of some files replaced: by what comes on standard input, or by what fixes make of them.
#[derive(Debug)]
pub struct Overlay<'a> {
    /// What is below.
    pub below: &'a dyn FileSystem,
    /// Path → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl FileSystem for Overlay<'_> {
    fn walk(&self, folder: &str, options: &WalkOptions) -> Tree {
        let mut tree = self.below.walk(folder, options);
        let is_apart = |path: &String| tree.repositories.iter().any(|inner| path::below(path, inner).is_some());
        let here = self.files.keys().filter(|path| path::below(path, folder).is_some() && !is_apart(path));
        let new: Vec<String> = here.filter(|path| !tree.files.contains(path)).cloned().collect();
        if !new.is_empty() {
            tree.files.extend(new);
            tree.files.sort_unstable();
        }
        tree
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let mut files = self.below.list(folder);
        let here = self.files.keys().filter(|path| path::folder(path) == folder);
        let new: Vec<String> = here.filter(|path| !files.contains(path)).cloned().collect();
        if !new.is_empty() {
            files.extend(new);
            files.sort_unstable();
        }
        files
    }

    fn folders(&self, folder: &str) -> Vec<String> {
        self.below.folders(folder)
    }

    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            None => self.below.read(path, limit),
            Some(bytes) if bytes.len() as u64 > limit => Err(ReadError::TooLarge { limit }),
            Some(bytes) => Ok(bytes.clone()),
        }
    }

    fn parent(&self, path: &str) -> Option<String> {
        self.below.parent(path)
    }

    fn kind(&self, path: &str) -> Option<Kind> {
        if self.files.contains_key(path) { Some(Kind::File) } else { self.below.kind(path) }
    }

    fn is_writable(&self, path: &str) -> bool {
        self.below.is_writable(path)
    }
}
