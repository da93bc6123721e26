//! `uv.lock`.
//!
//! Source: uv, "Project structure and files: The lockfile", and what uv writes. A change of `version` breaks readers, one
//! of `revision` does not.

use super::{Declared, Edge, Format, Lock, Manager, Package, RULE, Source, names, string, tables, texts, value};
use crate::diagnostic::Problem;
use crate::manifest::toml::{Item, Table};
use crate::manifest::{Group, version};
use crate::name::Name;

/// The format.
pub const FORMAT: Format = Format { name: "uv.lock", manager: Manager::Uv, matches, read };

/// The files of packages: nine tenths of the text.
const SKIPPED: &[[&str; 2]] = &[["package", "sdist"], ["package", "wheels"]];

fn matches(name: &str) -> bool {
    name == "uv.lock"
}

fn read(text: &str, _name: &str) -> Lock {
    Lock::of_toml(Manager::Uv, text, SKIPPED, |root, lock| {
        match root.get("version") {
            Some(item) => {
                let written = item.scalar().unwrap_or_default();
                lock.version = Some(crate::manifest::Value { text: written.to_owned(), at: item.at });
                if written != "1" {
                    lock.refuse_version(written, item.at, "1");
                    return;
                }
            }
            None if lock.partial => {}
            None => {
                lock.problems.push(
                    Problem::whole(RULE, "the lock has no `version`")
                        .note("uv refuses such a file")
                        .help("`uv lock` writes the file anew"),
                );
                lock.partial = true;
            }
        }
        lock.requires_python = root.text("requires-python").map(value);
        if let Some(manifest) = root.table("manifest") {
            lock.members = names(manifest, "members");
            for key in ["overrides", "excludes"] {
                lock.overridden.extend(tables(manifest, key).filter_map(|table| name(table)));
                lock.overridden.extend(names(manifest, key));
            }
        }
        let whole = !lock.partial;
        for table in tables(root, "package") {
            if whole {
                check(lock, table);
            }
            lock.packages.extend(package(table));
        }
    })
}

/// Says what uv refuses of a package: it has a name, and a version where it has one.
fn check(lock: &mut Lock, table: &Table<'_>) {
    if table.get("name").is_none() {
        lock.problems
            .push(Problem::new(RULE, table.at, "this package has no `name`").help("`uv lock` writes the file anew"));
    }
    if let Some(version) = table.text("version").filter(|version| version::normalized(&version.text).is_none()) {
        let message = format!("`{}` is no version", version.text);
        lock.problems.push(Problem::new(RULE, version.at, message).help("`uv lock` writes the file anew"));
    }
}

fn name(table: &Table<'_>) -> Option<Name> {
    table.text("name").map(|text| Name::new(&text.text))
}

fn package(table: &Table<'_>) -> Option<Package> {
    let mut package = Package::of(table)?;
    package.source = table.table("source").map_or(Source::Index(None), source);
    package.markers = texts(table, "resolution-markers").map(|text| text.text.to_string()).collect();
    package.needs.extend(edges(table, "dependencies", &Group::Runtime));
    for (key, group) in [("optional-dependencies", Group::Extra as fn(Name) -> Group), ("dev-dependencies", Group::Dev)]
    {
        let Some(groups) = table.table(key) else { continue };
        for entry in groups {
            package.needs.extend(edges(groups, &entry.key, &group(Name::new(&entry.key))));
        }
    }
    if let Some(metadata) = table.table("metadata") {
        package.declared.extend(tables(metadata, "requires-dist").filter_map(declared));
        for entry in metadata.table("requires-dev").into_iter().flatten() {
            let items = entry.item.as_array().unwrap_or_default();
            package.declared.extend(items.iter().filter_map(Item::as_table).filter_map(declared));
        }
    }
    Some(package)
}

fn source(table: &Table<'_>) -> Source {
    let text = |key: &str| string(table, key);
    if let Some(url) = text("git") {
        return Source::Vcs(url);
    }
    if let Some(url) = text("url") {
        return Source::Url(url);
    }
    if let Some(path) = text("path") {
        return Source::File(path);
    }
    if let Some(path) = text("editable") {
        return Source::Folder { path, editable: true };
    }
    match text("virtual").or_else(|| text("directory")) {
        Some(path) => Source::Folder { path, editable: false },
        None => Source::Index(text("registry")),
    }
}

fn edges<'a>(table: &'a Table<'_>, key: &'a str, group: &'a Group) -> impl Iterator<Item = Edge> + 'a {
    let edge = move |table: &Table<'_>| {
        Some(Edge {
            name: name(table)?,
            version: string(table, "version"),
            extras: names(table, "extra"),
            marker: string(table, "marker"),
            group: group.clone(),
        })
    };
    tables(table, key).filter_map(edge)
}

fn declared(table: &Table<'_>) -> Option<Declared> {
    Some(Declared { name: name(table)?, specifier: string(table, "specifier").unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_workspace() {
        let text = "version = 1\nrevision = 3\nrequires-python = \">=3.11\"\n[manifest]\nmembers = [\"api\", \"core\"]\n\
                    overrides = [{ name = \"Six\", specifier = \"==1\" }]\n\
                    [[package]]\nname = \"api\"\nsource = { virtual = \".\" }\ndependencies = [\n    { name = \"core\" },\n    \
                    { name = \"httpx\", version = \"0.28.1\", extra = [\"http2\"], marker = \"os_name == 'nt'\" },\n]\n\
                    [package.optional-dependencies]\nx = [{ name = \"a\" }]\n[package.dev-dependencies]\ndev = [{ name = \"b\" }]\n\
                    [package.metadata]\nrequires-dist = [{ name = \"httpx\", extras = [\"http2\"], specifier = \">=0.27\" }]\n\
                    [package.metadata.requires-dev]\ndev = [{ name = \"b\" }]\n\
                    [[package]]\nname = \"core\"\nversion = \"0.1\"\nsource = { editable = \"core\" }\n\
                    [[package]]\nname = \"httpx\"\nversion = \"0.28.1\"\nsource = { registry = \"https://index.example/simple\" }\n\
                    resolution-markers = [\"os_name == 'nt'\"]\nwheels = [{ url = \"x\" }]\n";
        let lock = read(text, "uv.lock");
        assert_eq!((lock.problems.as_slice(), lock.partial), (&[][..], false));
        assert_eq!(lock.members, ["api", "core"].map(Name::new));
        assert_eq!(lock.overridden, [Name::new("six")]);
        let [api, core, httpx] = lock.packages.as_slice() else { panic!("{lock:?}") };
        let edges: Vec<String> = api.needs.iter().map(|e| format!("{} {} {:?}", e.group, e.name, e.extras)).collect();
        assert_eq!(edges, ["runtime core []", "runtime httpx [Name(\"http2\")]", "extra:x a []", "dev:dev b []"]);
        assert_eq!(api.declared.iter().map(|d| d.specifier.as_str()).collect::<Vec<_>>(), [">=0.27", ""]);
        assert_eq!(core.source, Source::Folder { path: "core".to_owned(), editable: true });
        assert_eq!(httpx.markers, ["os_name == 'nt'"]);
        let version = httpx.version.as_ref().map(|v| (v.text.as_str(), v.at.of(text)));
        assert_eq!((httpx.name_at.of(text), version), ("httpx", Some(("0.28.1", "0.28.1"))));
        assert_eq!(lock.named("httpx").count(), 1);
        assert_eq!(lock.named("other").count(), 0);
    }

    #[test]
    fn refuses_other_versions() {
        for (text, message) in [
            ("version = 2\n", "`2` is no known version of the format"),
            ("requires-python = \">=3.11\"\n", "the lock has no `version`"),
            (
                "version = 1\n<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> x\n",
                "an unresolved merge conflict in the lock",
            ),
        ] {
            let lock = read(text, "uv.lock");
            assert_eq!(lock.problems.iter().map(|p| p.message.as_str()).collect::<Vec<_>>(), [message]);
            assert!(lock.partial);
        }
    }
}
