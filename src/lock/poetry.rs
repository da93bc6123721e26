//! `poetry.lock`, of Poetry 1 and 2.
//!
//! Source: what Poetry writes; it reads versions 1 and 2 of the format.

use super::{Edge, Format, Lock, Manager, Package, Source, names, string, tables, value};
use crate::manifest::Group;
use crate::manifest::toml::{Item, Table};
use crate::name::Name;

/// The format.
pub const FORMAT: Format = Format { name: "poetry.lock", manager: Manager::Poetry, matches, read };

/// The files of packages, where older versions of the format have them as well.
const SKIPPED: &[[&str; 2]] = &[["package", "files"], ["metadata", "files"], ["metadata", "hashes"]];

fn matches(name: &str) -> bool {
    name == "poetry.lock"
}

fn read(text: &str, _name: &str) -> Lock {
    Lock::of_toml(Manager::Poetry, text, SKIPPED, |root, lock| {
        if let Some(metadata) = root.table("metadata") {
            lock.requires_python = metadata.text("python-versions").map(value);
            // The oldest files do not say.
            lock.version = metadata.text("lock-version").map(value);
        } else if !lock.partial {
            lock.lacks("[metadata]", "Poetry refuses such a file");
        }
        if let Some(version) = lock.version.clone()
            && !matches!(version.text.split('.').next(), Some("1" | "2"))
        {
            lock.refuse_version(&version.text, version.at, "1 and 2");
            return;
        }
        lock.packages = tables(root, "package").filter_map(package).collect();
    })
}

fn package(table: &Table<'_>) -> Option<Package> {
    let mut package = Package::of(table)?;
    package.groups = names(table, "groups");
    package.groups.extend(table.text("category").map(|text| Name::new(&text.text)));
    match table.get("markers") {
        // A table says it for each group.
        Some(item) => {
            let each = item.as_table().into_iter().flatten().map(|entry| &entry.item);
            let all = std::iter::once(item).chain(each);
            package.markers = all.filter_map(Item::as_text).map(|text| text.text.to_string()).collect();
        }
        None => package.markers.extend(string(table, "marker")),
    }
    package.source = table.table("source").map_or(Source::Index(None), source);
    for entry in table.table("dependencies").into_iter().flatten() {
        let name = Name::new(&entry.key);
        match entry.item.as_array() {
            Some(items) => package.needs.extend(items.iter().map(|item| edge(&name, item))),
            None => package.needs.push(edge(&name, &entry.item)),
        }
    }
    Some(package)
}

fn source(table: &Table<'_>) -> Source {
    let url = string(table, "url").unwrap_or_default();
    match table.text("type").map(|text| text.text.as_ref()) {
        Some("git" | "hg") => Source::Vcs(url),
        Some("url") => Source::Url(url),
        Some("file") => Source::File(url),
        // Whether it is installed in place is said of the package, and matters to nobody here.
        Some("directory") => Source::Folder { path: url, editable: false },
        _ => Source::Index(Some(url).filter(|url| !url.is_empty())),
    }
}

fn edge(name: &Name, item: &Item<'_>) -> Edge {
    let table = item.as_table();
    Edge {
        name: name.clone(),
        version: None,
        extras: table.map(|table| names(table, "extras")).unwrap_or_default(),
        marker: table.and_then(|table| string(table, "markers")),
        group: Group::Runtime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_versions() {
        for (text, groups, marker) in [
            (
                "[[package]]\nname = \"A_b\"\nversion = \"1.0\"\ncategory = \"dev\"\noptional = false\n\
                 [package.dependencies]\nc = \"*\"\nd = {version = \">=1\", extras = [\"x\"], markers = \"os_name == 'nt'\"}\n\
                 [metadata]\nlock-version = \"1.1\"\n[metadata.files]\na-b = [{file = \"f\"}]\n",
                "dev",
                "",
            ),
            (
                "[[package]]\nname = \"A_b\"\nversion = \"1.0\"\ngroups = [\"main\", \"dev\"]\n\
                 markers = {main = \"python_version < '3.11'\"}\nfiles = [\n    {file = \"f\"},\n]\n\
                 [package.dependencies]\nc = \"*\"\nd = [{version = \"<2\", extras = [\"x\"], markers = \"os_name == 'nt'\"}]\n\
                 [package.source]\ntype = \"git\"\nurl = \"https://x.example/a\"\n[metadata]\nlock-version = \"2.1\"\n",
                "main dev",
                "python_version < '3.11'",
            ),
        ] {
            let lock = read(text, "poetry.lock");
            let [package] = lock.packages.as_slice() else { panic!("{lock:?}") };
            assert_eq!((package.name.as_str(), package.name_at.of(text)), ("a-b", "A_b"));
            assert_eq!(package.groups.iter().map(Name::as_str).collect::<Vec<_>>().join(" "), groups);
            assert_eq!(package.markers.concat(), marker);
            let edges: Vec<String> = package
                .needs
                .iter()
                .map(|e| format!("{} {:?} {}", e.name, e.extras, e.marker.as_deref().unwrap_or_default()))
                .collect();
            assert_eq!(edges, ["c [] ", "d [Name(\"x\")] os_name == 'nt'"]);
            assert_eq!((lock.problems.as_slice(), lock.partial), (&[][..], false));
        }
        assert_eq!(read("[metadata]\nlock-version = \"3.0\"\n", "poetry.lock").problems.len(), 1);
    }
}
