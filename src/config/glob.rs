//! Globs of paths, as `.gitignore` understands them, and of names of distributions.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::name::Name;

/// Globs of paths, the last match of which decides. A glob without a slash (other than at its end) matches in every
/// folder, one with a slash from the base on; one that ends in a slash matches folders only; what lies below a match
/// matches as well; `!` takes a match back, except below a folder that matches.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    set: GlobSet,
    /// One for each glob of the set.
    marks: Vec<Mark>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    negated: bool,
    folders_only: bool,
}

impl PathGlobs {
    /// Compiles globs, or says what is wrong with one of them.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        let mut marks = Vec::new();
        for written in globs {
            let (glob, mark) = compile(written)?;
            set.add(glob);
            marks.push(mark);
        }
        Ok(Self { set: set.build().map_err(|error| explain(&error))?, marks })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Whether `path` (relative to the base, with `/`), or a folder above it, matches.
    pub fn matches(&self, path: &str, is_folder: bool) -> bool {
        if self.is_empty() {
            return false;
        }
        let folders = path.match_indices('/').map(|(end, _)| (path.get(..end).unwrap_or_default(), true));
        folders.chain([(path, is_folder)]).any(|(path, is_folder)| self.hits(path, is_folder))
    }

    /// Whether this very path matches, whatever the folders above it do.
    pub fn hits(&self, path: &str, is_folder: bool) -> bool {
        let marks = self.set.matches(path).into_iter().rev().filter_map(|index| self.marks.get(index));
        marks.into_iter().find(|mark| is_folder || !mark.folders_only).is_some_and(|mark| !mark.negated)
    }
}

/// One glob of paths; with `!` before it, whatever it does not match.
#[derive(Debug, Clone, Default)]
pub struct PathGlob {
    globs: PathGlobs,
    inverted: bool,
}

impl PathGlob {
    /// Compiles a glob, or says what is wrong with it.
    pub fn new(written: &str) -> Result<Self, String> {
        let (inverted, glob) = written.strip_prefix('!').map_or((false, written), |glob| (true, glob));
        Ok(Self { globs: PathGlobs::new([glob])?, inverted })
    }

    /// Whether a file at `path` (relative to the base, with `/`) is meant.
    pub fn matches(&self, path: &str) -> bool {
        self.globs.matches(path, false) != self.inverted
    }
}

/// Globs of distribution names (`acme-*`).
#[derive(Debug, Clone, Default)]
pub struct NameGlobs(GlobSet);

impl NameGlobs {
    /// Compiles globs, or says what is wrong with one of them. They are normalised as names are.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, String> {
        let mut set = GlobSetBuilder::new();
        for written in globs {
            if written.trim().is_empty() {
                return Err("it is empty".to_owned());
            }
            set.add(Glob::new(Name::new(written).as_str()).map_err(|error| explain(&error))?);
        }
        set.build().map(Self).map_err(|error| explain(&error))
    }

    /// Whether the normalised `name` matches one.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

/// The path, relative to `folder`, of a file at `path`, where it lies below. Both are relative to the working directory,
/// which itself is at `here` (absolute, or below a common root that `..` in `folder` does not leave), all with `/`.
pub fn relative(path: &str, folder: &str, here: &str) -> Option<String> {
    let (path, folder) = (parts(here, path), parts(here, folder));
    path.strip_prefix(folder.as_slice()).map(|rest| rest.join("/"))
}

fn parts<'p>(here: &'p str, path: &'p str) -> Vec<&'p str> {
    let base = if path.starts_with('/') { "" } else { here };
    let mut parts = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts
}

fn compile(written: &str) -> Result<(Glob, Mark), String> {
    let (negated, glob) = written.strip_prefix('!').map_or((false, written), |glob| (true, glob));
    let (folders_only, glob) = glob.strip_suffix('/').map_or((false, glob), |glob| (true, glob));
    let bare = glob.strip_prefix("./").or_else(|| glob.strip_prefix('/'));
    let anchored = bare.is_some() || glob.contains('/');
    let glob = bare.unwrap_or(glob);
    if glob.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    if glob.split('/').any(|part| part == "..") {
        return Err("it leads out of the folder of the configuration".to_owned());
    }
    let glob = if anchored { glob.to_owned() } else { format!("**/{glob}") };
    let glob = GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
    Ok((glob.map_err(|error| explain(&error))?, Mark { negated, folders_only }))
}

fn explain(error: &globset::Error) -> String {
    error.kind().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_as_in_gitignore() {
        for (globs, path, is_folder, matches) in [
            (&["build"][..], "build", true, true),
            (&["build"], "a/build/x.py", false, true),
            (&["build"], "builder/x.py", false, false),
            (&["/build"], "a/build", true, false),
            (&["./build"], "build/x.py", false, true),
            (&["build/"], "a/build", false, false),
            (&["build/"], "a/build", true, true),
            (&["build/"], "a/build/x", false, true),
            (&["a/b"], "x/a/b", false, false),
            (&["tests/**"], "tests/a/b.py", false, true),
            (&["tests/**"], "sub/tests/b.py", false, false),
            (&["**/tests/**"], "sub/tests/b.py", false, true),
            (&["*.py"], "a/b/c.py", false, true),
            (&["a/*.py"], "a/b/c.py", false, false),
            (&["requirements-{a,b}.txt"], "x/requirements-b.txt", false, true),
            (&["[ab].txt"], "c.txt", false, false),
            (&["build", "!build"], "build/x", false, false),
            (&["build", "!build/x.py"], "build/x.py", false, true),
            (&["*.py", "!a/x.py"], "a/x.py", false, false),
            (&["!a"], "b", false, false),
            (&[], "b", false, false),
        ] {
            let compiled = PathGlobs::new(globs.iter().copied()).expect("good globs");
            assert_eq!(compiled.matches(path, is_folder), matches, "{globs:?} {path}");
        }
        for (glob, path, matches) in
            [("!src/**", "tests/a.py", true), ("!src/**", "src/a.py", false), ("src", "src/a", true)]
        {
            assert_eq!(PathGlob::new(glob).expect(glob).matches(path), matches, "{glob} {path}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_glob() {
        for (glob, reason) in [
            ("", "it is empty"),
            ("/", "it is empty"),
            ("!", "it is empty"),
            ("../x", "it leads out of the folder of the configuration"),
            ("a/[b", "unclosed character class; missing ']'"),
        ] {
            assert_eq!(PathGlobs::new([glob]).expect_err(glob), reason);
            assert!(PathGlob::new(glob).is_err());
        }
        assert!(NameGlobs::new(["a-[b"]).is_err());
        assert!(NameGlobs::new([" "]).is_err());
    }

    #[test]
    fn paths_are_relative_to_a_folder() {
        for (path, folder, here, expected) in [
            ("a/b.py", ".", "/x", Some("a/b.py")),
            ("a/b.py", "", "/x", Some("a/b.py")),
            ("a/b.py", "a", "/x", Some("b.py")),
            ("ab/b.py", "a", "/x", None),
            ("b.py", "..", "/x/y", Some("y/b.py")),
            ("../z/b.py", "..", "/x/y", Some("z/b.py")),
            ("b.py", "../z", "/x/y", None),
            ("/x/y/b.py", ".", "/x/y", Some("b.py")),
            ("b.py", "/x", "/x/y", Some("y/b.py")),
        ] {
            assert_eq!(relative(path, folder, here).as_deref(), expected, "{path} {folder} {here}");
        }
    }

    #[test]
    fn names_are_normalised() {
        let globs = NameGlobs::new(["Acme_*", "internal.lib"]).expect("good globs");
        for (name, matches) in [("acme-core", true), ("acme", false), ("internal-lib", true), ("internal-lib-x", false)]
        {
            assert_eq!(globs.matches(name), matches, "{name}");
        }
    }
}
