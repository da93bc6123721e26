//! `pylock.toml` and `pylock.NAME.toml`, the standard format (PEP 751).
//!
//! Source: "pylock.toml Specification" (packaging.python.org).

use super::{Edge, Format, Lock, Manager, Package, RULE, Source, string, tables, value};
use crate::diagnostic::Problem;
use crate::manifest::toml::{Item, Table};
use crate::manifest::{Group, requirement};
use crate::name::Name;
use crate::path;

/// The format.
pub const FORMAT: Format = Format { name: "pylock.toml", manager: Manager::Standard, matches, read };

const SKIPPED: &[[&str; 2]] = &[["packages", "sdist"], ["packages", "wheels"]];

/// The variant of the rule for a minor version of the format that is newer than what is known.
const NEWER_MINOR: &str = "newer-minor";

/// The variant of the rule for keys that the format does not have.
const UNKNOWN_KEY: &str = "unknown-key";

/// The keys of the file.
const KEYS: &[&str] = &[
    "lock-version",
    "environments",
    "requires-python",
    "extras",
    "dependency-groups",
    "default-groups",
    "created-by",
    "packages",
    "tool",
];

/// The keys of a package.
const PACKAGE_KEYS: &[&str] = &[
    "name",
    "version",
    "marker",
    "requires-python",
    "dependencies",
    "vcs",
    "directory",
    "archive",
    "index",
    "sdist",
    "wheels",
    "attestation-identities",
    "tool",
];

/// Also names that the specification does not allow, so that they can be told.
fn matches(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    path::has_extension(&lower, "toml")
        && lower.strip_prefix("pylock").is_some_and(|rest| rest.starts_with(['.', '-', '_']))
}

/// Whether installers find a file of this name: `^pylock\.([^.]+\.)?toml$`, in lower case as far as it is fixed.
fn is_named_right(name: &str) -> bool {
    let middle = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix("toml"));
    middle.is_some_and(|middle| {
        middle.is_empty() || middle.strip_suffix('.').is_some_and(|middle| !middle.is_empty() && !middle.contains('.'))
    })
}

fn read(text: &str, name: &str) -> Lock {
    Lock::of_toml(Manager::Standard, text, SKIPPED, |root, lock| {
        if !is_named_right(name) {
            // A file of such a name may be something else altogether.
            if root.get("lock-version").is_none() || root.get("packages").is_none() {
                lock.partial = true;
                return;
            }
            lock.problems.push(misnamed(name));
        }
        lock.version = root.text("lock-version").map(value);
        lock.requires_python = root.text("requires-python").map(value);
        if !lock.partial {
            require(lock, root, "lock-version", "a string", |item| item.as_text().is_some());
            if version(lock).is_none() {
                return;
            }
            require(lock, root, "created-by", "a string", |item| item.as_text().is_some());
            let is_tables = |item: &Item<'_>| {
                item.as_array().is_some_and(|items| items.iter().all(|item| item.as_table().is_some()))
            };
            require(lock, root, "packages", "an array of tables", is_tables);
        }
        let whole = !lock.partial;
        if whole {
            unknown_keys(lock, root, KEYS, "the standard");
        }
        for table in tables(root, "packages") {
            if whole {
                check_name(lock, table);
                check_sources(lock, table);
                unknown_keys(lock, table, PACKAGE_KEYS, "a package");
            }
            lock.packages.extend(package(table));
        }
    })
}

fn misnamed(name: &str) -> Problem {
    let lower = name.to_ascii_lowercase();
    let middle = lower.strip_prefix("pylock").and_then(|rest| rest.strip_suffix(".toml")).unwrap_or_default();
    let middle = middle.trim_matches(['.', '-', '_']).replace('.', "-");
    let dot = if middle.is_empty() { "" } else { "." };
    Problem::whole(RULE, format!("installers do not take `{name}` for a lock file"))
        .note("the name is `pylock.toml`, or `pylock.NAME.toml` with a NAME without dots (PEP 751)")
        .help(format!("rename it to `pylock{dot}{middle}.toml`"))
}

/// Says that a key is missing, or has a value of another type.
fn require(lock: &mut Lock, root: &Table<'_>, key: &str, kind: &str, is_right: impl Fn(&Item<'_>) -> bool) {
    match root.get(key) {
        None => {
            let missing = Problem::whole(RULE, format!("the lock has no `{key}`"));
            lock.problems.push(missing.note(format!("PEP 751 requires `{key}`: installers refuse the file")));
        }
        Some(item) if !is_right(item) => {
            let message = if key == "packages" && item.as_array().is_some() {
                format!("`{key}` is not {kind}")
            } else {
                format!("`{key}` is {}, not {kind}", item.kind())
            };
            lock.problems.push(Problem::new(RULE, item.at, message));
        }
        Some(_) => {}
    }
}

/// Judges the version of the format; nothing where nothing else can be said of the file.
fn version(lock: &mut Lock) -> Option<()> {
    let Some(version) = lock.version.clone() else {
        lock.partial = true;
        return Some(());
    };
    let (major, minor) = version.text.split_once('.').unwrap_or((&version.text, "0"));
    match (major.parse::<u32>(), minor.parse::<u32>()) {
        (Ok(1), Ok(0)) => {}
        (Ok(1), Ok(_)) => {
            let message = format!("`{}` is newer than the version of the format that is known", version.text);
            let problem = Problem::new(RULE, version.at, message).variant(NEWER_MINOR);
            lock.problems.push(problem.note("installers that know 1.0 alone warn, and may miss what is new in it"));
        }
        _ => {
            let problem =
                Problem::new(RULE, version.at, format!("`{}` is no known version of the format", version.text));
            lock.problems
                .push(problem.note("installers must refuse a lock whose major version they do not know (PEP 751)"));
            lock.partial = true;
            return None;
        }
    }
    Some(())
}

fn check_name(lock: &mut Lock, table: &Table<'_>) {
    let Some(item) = table.get("name") else {
        lock.problems.push(Problem::new(RULE, table.at, "this package has no `name`"));
        return;
    };
    let Some(name) = item.as_text() else {
        lock.problems.push(Problem::new(RULE, item.at, format!("`name` is {}, not a string", item.kind())));
        return;
    };
    let normal = Name::new(&name.text);
    if !requirement::is_name(&name.text) {
        lock.problems.push(Problem::new(RULE, name.at, format!("`{}` is no name of a distribution", name.text)));
    } else if normal != *name.text {
        let problem = Problem::new(RULE, name.at, format!("the name `{}` is not normalised", name.text))
            .note("installers compare names of a lock as they are written (PEP 751)")
            .help(format!("write `{normal}`"));
        lock.problems.push(problem);
    }
}

/// Says that a package comes from two places at once, which exclude each other.
fn check_sources(lock: &mut Lock, table: &Table<'_>) {
    let mut sources: Vec<_> = ["vcs", "directory", "archive"].into_iter().filter_map(|key| table.entry(key)).collect();
    sources.sort_by_key(|entry| entry.key_at);
    if let [first, second, ..] = sources.as_slice() {
        let message = format!("`{}` and `{}` exclude each other in a package", first.key, second.key);
        let problem = Problem::new(RULE, second.key_at, message).related(first.key_at, "the other one");
        lock.problems.push(problem.note("a package has one source (PEP 751)"));
    }
}

/// Keys that version 1.0 of the format does not have.
fn unknown_keys(lock: &mut Lock, table: &Table<'_>, known: &[&str], owner: &str) {
    for entry in table.iter().filter(|entry| !known.contains(&entry.key.as_ref())) {
        let problem = Problem::new(RULE, entry.key_at, format!("{owner} has no key `{}`", entry.key))
            .note("installers ignore it, and should warn (PEP 751)")
            .help("what is a tool's own belongs below `tool`")
            .variant(UNKNOWN_KEY);
        lock.problems.push(problem);
    }
}

fn package(table: &Table<'_>) -> Option<Package> {
    let mut package = Package::of(table)?;
    package.markers.extend(string(table, "marker"));
    package.source = source(table);
    let edge = |table: &Table<'_>| {
        Some(Edge {
            name: Name::new(&table.text("name")?.text),
            version: string(table, "version"),
            extras: Vec::new(),
            marker: None,
            group: Group::Runtime,
        })
    };
    package.needs.extend(tables(table, "dependencies").filter_map(edge));
    Some(package)
}

fn source(table: &Table<'_>) -> Source {
    let address = |key: &str| {
        let table = table.table(key)?;
        Some((string(table, "url"), string(table, "path")))
    };
    if let Some((url, path)) = address("vcs") {
        return Source::Vcs(url.or(path).unwrap_or_default());
    }
    if let Some(directory) = table.table("directory") {
        let editable = directory.boolean("editable").is_some_and(|(editable, _)| editable);
        return Source::Folder { path: string(directory, "path").unwrap_or_default(), editable };
    }
    match address("archive") {
        Some((Some(url), _)) => Source::Url(url),
        Some((None, path)) => Source::File(path.unwrap_or_default()),
        None => Source::Index(string(table, "index")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "lock-version = \"1.0\"\ncreated-by = \"tool\"\n";

    #[test]
    fn names_are_those_of_the_specification() {
        for (name, right) in [
            ("pylock.toml", true),
            ("pylock.dev.toml", true),
            ("pylock.dev-3.12.toml", false),
            ("pylock.dev.prod.toml", false),
            ("pylock..toml", false),
            ("Pylock.toml", false),
            ("pylock.dev.TOML", false),
            ("pylock-dev.toml", false),
        ] {
            assert!(matches(name), "{name}");
            assert_eq!(is_named_right(name), right, "{name}");
        }
        for name in ["pylock", "pylocks.toml", "pylock.toml.bak", "my-pylock.toml"] {
            assert!(!matches(name), "{name}");
        }
        assert_eq!(misnamed("Pylock-dev.prod.toml").help, ["rename it to `pylock.dev-prod.toml`"]);
    }

    #[test]
    fn reads_packages() {
        let text = format!(
            "{HEAD}requires-python = \">=3.11\"\n[[packages]]\nname = \"httpx\"\nversion = \"0.28.1\"\nmarker = \"os_name == 'nt'\"\n\
             dependencies = [{{ name = \"h2\", version = \"4.0\" }}]\nindex = \"https://index.example/simple\"\n\
             wheels = [{{ name = \"x\" }}]\n[[packages]]\nname = \"core\"\n[packages.directory]\npath = \"core\"\neditable = true\n"
        );
        let lock = read(&text, "pylock.toml");
        let [httpx, core] = lock.packages.as_slice() else { panic!("{lock:?}") };
        assert_eq!(httpx.needs.iter().map(|edge| edge.name.as_str()).collect::<Vec<_>>(), ["h2"]);
        assert_eq!(httpx.source, Source::Index(Some("https://index.example/simple".to_owned())));
        assert_eq!(core.source, Source::Folder { path: "core".to_owned(), editable: true });
        assert_eq!((lock.problems.as_slice(), lock.partial), (&[][..], false));
    }

    #[test]
    fn faults_are_told() {
        for (text, message, at) in [
            ("created-by = \"x\"\npackages = []\n".to_owned(), "the lock has no `lock-version`", ""),
            (
                "lock-version = 1.0\ncreated-by = \"x\"\npackages = []\n".to_owned(),
                "`lock-version` is a number, not a string",
                "1.0",
            ),
            ("lock-version = \"2.0\"\n".to_owned(), "`2.0` is no known version of the format", "2.0"),
            (
                "lock-version = \"1.1\"\ncreated-by = \"x\"\npackages = []\n".to_owned(),
                "`1.1` is newer than the version of the format that is known",
                "1.1",
            ),
            ("lock-version = \"1.0\"\npackages = []\n".to_owned(), "the lock has no `created-by`", ""),
            (HEAD.to_owned(), "the lock has no `packages`", ""),
            (format!("{HEAD}packages = {{}}\n"), "`packages` is a table, not an array of tables", "{}"),
            (format!("{HEAD}[[packages]]\nversion = \"1\"\n"), "this package has no `name`", "[[packages]]"),
            (format!("{HEAD}[[packages]]\nname = \"A_b\"\n"), "the name `A_b` is not normalised", "A_b"),
        ] {
            let problems = read(&text, "pylock.toml").problems;
            let found: Vec<_> =
                problems.iter().map(|p| (p.message.as_str(), p.at.map_or("", |at| at.of(&text)))).collect();
            assert_eq!(found, [(message, at)], "{text}");
        }
        assert_eq!(read("[tool]\n", "pylock-notes.toml").problems, []);
    }
}
