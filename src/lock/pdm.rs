//! `pdm.lock`.
//!
//! Source: PDM, "Lock and install dependencies: Lock file", and what PDM writes.

use super::{Edge, Format, Lock, Manager, Package, Source, names, string, tables, texts, value};
use crate::manifest::toml::Table;
use crate::manifest::{Group, requirement};

/// The format.
pub const FORMAT: Format = Format { name: "pdm.lock", manager: Manager::Pdm, matches, read };

const SKIPPED: &[[&str; 2]] = &[["package", "files"], ["metadata", "files"]];

/// The newest version of the format that is known, by its first part.
const NEWEST: u32 = 4;

fn matches(name: &str) -> bool {
    name == "pdm.lock"
}

fn read(text: &str, _name: &str) -> Lock {
    Lock::of_toml(Manager::Pdm, text, SKIPPED, |root, lock| {
        if let Some(metadata) = root.table("metadata") {
            lock.version = metadata.text("lock_version").map(value);
            lock.groups = metadata.array("groups").map(|_| names(metadata, "groups"));
            let target = tables(metadata, "targets").next();
            lock.requires_python = target.and_then(|target| target.text("requires_python")).map(value);
        } else if !lock.partial {
            lock.lacks("[metadata]", "PDM takes it for a file of another version, and does not install from it");
        }
        if let Some(version) = lock.version.clone() {
            let major = version.text.split('.').next().and_then(|major| major.parse::<u32>().ok());
            if major.is_none_or(|major| major > NEWEST) {
                lock.refuse_version(&version.text, version.at, &format!("up to {NEWEST}"));
                return;
            }
        }
        lock.packages = tables(root, "package").filter_map(package).collect();
    })
}

fn package(table: &Table<'_>) -> Option<Package> {
    let mut package = Package::of(table)?;
    package.groups = names(table, "groups");
    package.extras = names(table, "extras");
    package.markers.extend(string(table, "marker"));
    package.source = source(table);
    package.needs.extend(texts(table, "dependencies").filter_map(|text| edge(&text.text)));
    Some(package)
}

fn source(table: &Table<'_>) -> Source {
    let text = |key: &str| string(table, key);
    let editable = table.boolean("editable").is_some_and(|(editable, _)| editable);
    if let Some(url) = ["git", "hg", "svn", "bzr"].into_iter().find_map(text) {
        Source::Vcs(url)
    } else if let Some(url) = text("url") {
        Source::Url(url)
    } else if let Some(path) = text("path") {
        Source::Folder { path, editable }
    } else {
        Source::Index(None)
    }
}

/// Edges are written as requirements are (PEP 508).
fn edge(written: &str) -> Option<Edge> {
    let (requirement, _) = requirement::read(written, Group::Runtime);
    let requirement = requirement?;
    Some(Edge {
        name: requirement.name?,
        version: None,
        extras: requirement.extras.into_iter().map(|extra| extra.name).collect(),
        marker: requirement.marker.map(|marker| marker.written),
        group: Group::Runtime,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_packages() {
        let text = "[metadata]\ngroups = [\"default\", \"dev\"]\nstrategy = [\"inherit_metadata\"]\nlock_version = \"4.5.0\"\n\
                    [[metadata.targets]]\nrequires_python = \">=3.11\"\n\
                    [[package]]\nname = \"httpx\"\nversion = \"0.28.1\"\nextras = [\"http2\"]\ngroups = [\"default\"]\n\
                    marker = \"os_name == 'nt'\"\ndependencies = [\n    \"h2<5,>=3\",\n    \"httpx==0.28.1\",\n    \
                    \"anyio[trio]; python_version < '3.12'\",\n]\nfiles = [\n    {file = \"x\", hash = \"y\"},\n]\n\
                    [[package]]\nname = \"core\"\nversion = \"0.1\"\npath = \"./core\"\neditable = true\n";
        let lock = read(text, "pdm.lock");
        let [httpx, core] = lock.packages.as_slice() else { panic!("{lock:?}") };
        let edges: Vec<String> = httpx
            .needs
            .iter()
            .map(|e| format!("{} {:?} {}", e.name, e.extras, e.marker.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(edges, ["h2 [] ", "httpx [] ", "anyio [Name(\"trio\")] python_version < '3.12'"]);
        assert_eq!(core.source, Source::Folder { path: "./core".to_owned(), editable: true });
        assert_eq!(lock.requires_python.map(|v| v.text).as_deref(), Some(">=3.11"));
        assert_eq!(lock.groups.map(|groups| groups.len()), Some(2));
        assert_eq!(lock.problems, []);
        assert_eq!(read("[metadata]\nlock_version = \"5.0\"\n", "pdm.lock").problems.len(), 1);
    }
}
