//! From what the sources say to the rows of the table.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::input::{Additions, Index, Patterns, Ranks, Research, Said, normalised};
use crate::noise;

const HEAD: &str = "\
# Which distribution installs which modules: its normalised name, its modules (dotted where they lie in a namespace;
# `-` where it has none), its place among the most downloaded (0: not ranked), and where the row comes from:
#
#   index     the index of top-level modules in the wheel of pigar 2.2.0 (BSD-3-Clause), facts, the ranked
#             distributions alone, without folders that were packed by mistake, private modules and bare namespaces
#   research  the project's own research of 2026-11-22, which drew on the default module mapping of Pants, the mapping
#             of pipreqs, typeshed, the map of Debian's dh-python and installed distributions: facts
#   pattern   the name of the distribution says its module: data/import-patterns.tsv
#   addition  tools/import-names/additions.tsv, where each row says its source
#
# Ranks: the public list of PyPI packages, of about 2026-11-16. Written by tools/import-names: do not edit.
";

/// A distribution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) modules: Vec<String>,
    pub(crate) rank: u32,
    pub(crate) sources: Vec<&'static str>,
}

/// Joins what is known, in the order of names. A row is left out where nothing is known of the modules, and where
/// the name alone says that there are none.
pub(crate) fn rows(
    index: &Index,
    ranks: &Ranks,
    research: &Research,
    additions: &Additions,
    patterns: &Patterns,
) -> Vec<Row> {
    let names: BTreeSet<&String> =
        index.0.keys().chain(ranks.0.keys()).chain(research.0.keys()).chain(additions.0.keys()).collect();
    let rows = names.into_iter().filter_map(|name| {
        let rank = ranks.0.get(name).copied().unwrap_or(0);
        let (modules, sources) = modules(name, index, research, additions, patterns)?;
        Some(Row { name: name.clone(), modules, rank, sources })
    });
    rows.collect()
}

fn modules(
    name: &str,
    index: &Index,
    research: &Research,
    additions: &Additions,
    patterns: &Patterns,
) -> Option<(Vec<String>, Vec<&'static str>)> {
    if let Some(modules) = additions.0.get(name) {
        return Some((modules.clone(), vec!["addition"]));
    }
    let indexed = index.0.get(name).map(Vec::as_slice).unwrap_or_default();
    let mut indexed = noise::without_noise(name, indexed, |module| patterns.is_namespace(module));
    indexed.retain(|module| !patterns.is_namespace(module));
    if let Some(own) = research.0.get(name) {
        // An index without a better idea says the name of the distribution.
        indexed.retain(|module| normalised(module) != name && !own.contains(module));
        let inside = |module: &String| own.iter().any(|own| own.split('.').next() == Some(module));
        indexed.retain(|module| !inside(module));
        let sources = if indexed.is_empty() { vec!["research"] } else { vec!["research", "index"] };
        return Some((own.iter().cloned().chain(indexed).collect(), sources));
    }
    match patterns.said(name) {
        Some(Said::NoModule) if indexed.iter().all(|module| normalised(module) == name) => None,
        // An index that knows no more than where the namespace begins.
        Some(Said::Module(module)) if indexed.iter().all(|known| lies_in(&module, known)) => {
            (!patterns.is_namespace(&module)).then(|| (vec![module], vec!["pattern"]))
        }
        _ if indexed.is_empty() => None,
        _ => Some((indexed, vec!["index"])),
    }
}

/// Whether the dotted `module` lies in `other`.
fn lies_in(module: &str, other: &str) -> bool {
    module.strip_prefix(other).is_some_and(|rest| rest.starts_with('.'))
}

/// The table.
pub(crate) fn text(rows: &[Row]) -> String {
    let mut text = HEAD.to_owned();
    for Row { name, modules, rank, sources } in rows {
        let modules = if modules.is_empty() { "-".to_owned() } else { modules.join(" ") };
        writeln!(text, "{name}\t{modules}\t{rank}\t{}", sources.join("+")).expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(additions: &str) -> Vec<String> {
        let index = "distribution\timport_names\nPyWin32\twin32gui,win32api,pywin32,tests\nacme-x\tacme\nrequests\trequests\n\
                     types-requests\ttypes_requests\nacme-nowhere-known\ttests\nnew-namespace\tother\n";
        let ranks = "name\tdownload_rank\nrequests\t7\npywin32\t452\nacme-y-z\t9\n";
        let research = "[[import_map]]\ndist = 'pywin32'\nimports = ['win32api']\n";
        let patterns = "acme-*\tacme\tdots\t\t\ntypes-*\t-\tnone\t\t\n-\tother\tfree\t\t\n";
        let rows = rows(
            &Index::parse(index).expect("well formed"),
            &Ranks::parse(ranks).expect("well formed"),
            &Research::parse(research).expect("well formed"),
            &Additions::parse(additions).expect("well formed"),
            &Patterns::parse(patterns).expect("well formed"),
        );
        text(&rows).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
    }

    #[test]
    fn sources_are_joined_and_sorted() {
        assert_eq!(
            table(""),
            [
                "acme-nowhere-known\tacme.nowhere.known\t0\tpattern",
                "acme-x\tacme.x\t0\tpattern",
                "acme-y-z\tacme.y.z\t9\tpattern",
                "pywin32\twin32api win32gui\t452\tresearch+index",
                "requests\trequests\t7\tindex",
            ]
        );
    }

    #[test]
    fn additions_stand_for_all_that_is_known() {
        let rows = table("pywin32\twin32api\tread\nmeta\t-\tread\n");
        assert!(rows.contains(&"pywin32\twin32api\t452\taddition".to_owned()), "{rows:?}");
        assert!(rows.contains(&"meta\t-\t0\taddition".to_owned()), "{rows:?}");
    }
}
