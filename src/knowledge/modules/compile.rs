//! From the tables under `data/` to the form in which they are looked up.
//!
//! `build.rs` includes this file by path and writes what it makes into the program, so it depends on nothing. What is
//! not well formed stops the build, with its file and line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The texts of the tables; each table says in its head what its columns are.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// `data/import-names.tsv`: which distribution installs which modules.
    pub names: &'a str,
    /// `data/import-conflicts.tsv`: which of several distributions is meant.
    pub conflicts: &'a str,
    /// `data/import-patterns.tsv`: namespaces, and what names say.
    pub patterns: &'a str,
    /// `data/import-doubtful.tsv`: modules for which nobody is told to declare anything.
    pub doubtful: &'a str,
}

/// What the program looks up: lines that are sorted by what stands before their first tab, byte by byte.
#[derive(Debug, PartialEq, Eq)]
pub struct Compiled {
    /// `distribution`, its modules with spaces between, its rank, and `index` or `own`: where the row comes from.
    pub distributions: String,
    /// `module`, what is known of it (`Mark`), and the distributions that have it, with spaces between.
    pub modules: String,
    /// Patterns of distributions that install no module; a line each, in no order.
    pub without: String,
}

/// The one word about a module in [`Compiled::modules`]; nothing where there is nothing to say.
mod mark {
    pub(super) const FIRST: &str = "first";
    pub(super) const ANY: &str = "any";
    pub(super) const DOUBTFUL: &str = "doubtful";
    pub(super) const NAMESPACE: &str = "namespace";
}

#[derive(Default)]
struct Module<'a> {
    mark: &'static str,
    distributions: Vec<&'a str>,
}

/// Checks the tables and turns them round. The error is every mistake, each with its file and line.
pub fn compile(tables: &Tables<'_>) -> Result<Compiled, Vec<String>> {
    let mut mistakes = Vec::new();
    let mut modules: BTreeMap<&str, Module<'_>> = BTreeMap::new();
    let mut without = String::new();
    let mut namespaces = BTreeSet::new();
    let mut doubtful_beginnings = Vec::new();

    read("data/import-patterns.tsv", tables.patterns, &mut mistakes, |[pattern, namespace, rule, _, source]| {
        let has_star = pattern.matches('*').count() == 1;
        if pattern != "-" && !(has_star && is_distribution(&pattern.replace('*', "x"))) {
            return Err(format!("`{pattern}` is no normalised name with one `*`"));
        }
        match (rule, namespace) {
            ("none", "-") => writeln!(without, "{pattern}").map_err(|error| error.to_string())?,
            ("free", "-") if pattern != "-" => {}
            ("dots" | "underscores" | "joined" | "free", namespace) if is_module(namespace) => {
                namespaces.insert(namespace);
                modules.entry(namespace).or_default().mark = mark::NAMESPACE;
            }
            _ => return Err(format!("`{namespace}` and `{rule}` do not go together")),
        }
        sourced(source)
    });

    let mut before = "";
    read("data/import-doubtful.tsv", tables.doubtful, &mut mistakes, |[module, reason]| {
        in_order(&mut before, module)?;
        match module.strip_suffix('*') {
            Some(beginning) => doubtful_beginnings.push(beginning),
            None if is_module(module) => modules.entry(module).or_default().mark = mark::DOUBTFUL,
            None => return Err(format!("`{module}` is no module")),
        }
        if reason.is_empty() { Err("no reason is said".to_owned()) } else { Ok(()) }
    });

    before = "";
    read(
        "data/import-conflicts.tsv",
        tables.conflicts,
        &mut mistakes,
        |[module, meaning, distributions, _, source]| {
            in_order(&mut before, module)?;
            let meaning = match meaning {
                "first" => mark::FIRST,
                "any" => mark::ANY,
                _ => return Err(format!("`{meaning}` is neither `first` nor `any`")),
            };
            let entry = modules.entry(module).or_default();
            if entry.mark.is_empty() {
                entry.mark = meaning;
            }
            entry.distributions = distributions.split(' ').collect();
            if let Some(odd) = entry.distributions.iter().find(|name| !is_distribution(name)) {
                return Err(format!("`{odd}` is no normalised name"));
            }
            sourced(source)
        },
    );

    let mut distributions = String::new();
    before = "";
    read("data/import-names.tsv", tables.names, &mut mistakes, |[name, installed, rank, source]| {
        in_order(&mut before, name)?;
        if !is_distribution(name) {
            return Err(format!("`{name}` is no normalised name"));
        }
        let rank: u32 = rank.parse().map_err(|_| format!("`{rank}` is no rank"))?;
        let origin = match source {
            "index" => "index",
            "research" | "research+index" | "addition" | "pattern" => "own",
            _ => return Err(format!("no source is called `{source}`")),
        };
        let installed: Vec<&str> = if installed == "-" { Vec::new() } else { installed.split(' ').collect() };
        for (at, module) in installed.iter().enumerate() {
            if !is_module(module) {
                return Err(format!("`{module}` is no module"));
            }
            if installed.iter().take(at).any(|other| other == module) {
                return Err(format!("`{module}` stands there twice"));
            }
            if origin == "index" && namespaces.contains(module) {
                return Err(format!("`{module}` is a namespace: data/import-patterns.tsv"));
            }
            let entry = modules.entry(module).or_default();
            if !entry.distributions.contains(&name) {
                entry.distributions.push(name);
            }
        }
        writeln!(distributions, "{name}\t{}\t{rank}\t{origin}", installed.join(" ")).map_err(|error| error.to_string())
    });

    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let mut inverse = String::new();
    for (module, Module { mark, distributions }) in modules {
        let is_doubtful = mark.is_empty() && doubtful_beginnings.iter().any(|start| module.starts_with(start));
        let mark = if is_doubtful { mark::DOUBTFUL } else { mark };
        writeln!(inverse, "{module}\t{mark}\t{}", distributions.join(" ")).expect("a string takes everything");
    }
    Ok(Compiled { distributions, modules: inverse, without })
}

/// Hands over each line of a table with `N` columns; comments and empty lines are left out.
fn read<'a, const N: usize>(
    path: &str,
    text: &'a str,
    mistakes: &mut Vec<String>,
    mut take: impl FnMut([&'a str; N]) -> Result<(), String>,
) {
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let taken = match <[&str; N]>::try_from(columns) {
            _ if !line.is_ascii() => Err("letters beyond ASCII".to_owned()),
            Ok(columns) => take(columns),
            Err(columns) => Err(format!("{} columns instead of {N}", columns.len())),
        };
        mistakes.extend(taken.err().map(|mistake| format!("{path}:{}: {mistake}", at + 1)));
    }
}

/// Refuses what does not come after the line before.
fn in_order<'a>(before: &mut &'a str, key: &'a str) -> Result<(), String> {
    let last = std::mem::replace(before, key);
    if last < key { Ok(()) } else { Err(format!("`{key}` does not belong behind `{last}`")) }
}

fn sourced(source: &str) -> Result<(), String> {
    if source.is_empty() { Err("no source is said".to_owned()) } else { Ok(()) }
}

/// Whether `name` is a normalised name (PEP 503).
fn is_distribution(name: &str) -> bool {
    name.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// Whether `module` is a dotted name that can be imported.
fn is_module(module: &str) -> bool {
    module.split('.').all(|part| {
        part.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
            && part.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: Tables<'_> = Tables {
        names: "# about\nacme-a\tacme.a\t9\tpattern\nacme-http\tacme_http utils\t0\tindex\nother\tacme_http\t7\tresearch\nother-meta\t-\t8\taddition\n",
        conflicts: "acme_http\tfirst\tother third\ta note\tread 2026-11-22\n",
        patterns: "acme-*\tacme\tdots\t\tread\n-\tacme.deep\tfree\t\tread\n*-stubs\t-\tnone\tstubs\tread\n",
        doubtful: "acme_*\ta reason\nutils\ta reason\n",
    };

    #[test]
    fn tables_are_turned_round() {
        let compiled = compile(&TABLES).expect("well formed");
        assert_eq!(
            compiled.distributions,
            "acme-a\tacme.a\t9\town\nacme-http\tacme_http utils\t0\tindex\nother\tacme_http\t7\town\nother-meta\t\t8\town\n"
        );
        assert_eq!(
            compiled.modules,
            "acme\tnamespace\t\nacme.a\t\tacme-a\nacme.deep\tnamespace\t\nacme_http\tfirst\tother third acme-http\nutils\tdoubtful\tacme-http\n"
        );
        assert_eq!(compiled.without, "*-stubs\n");
    }

    #[test]
    fn mistakes_have_a_file_and_a_line() {
        let mistakes = |tables| compile(&tables).expect_err("not well formed").join("\n");
        let names = |names| mistakes(Tables { names, ..TABLES });
        assert_eq!(
            names("a\ta\t1\tindex\n# b\na\ta\t1\tindex\n"),
            "data/import-names.tsv:3: `a` does not belong behind `a`"
        );
        assert_eq!(names("a\ta\t1\n"), "data/import-names.tsv:1: 3 columns instead of 4");
        assert_eq!(names("a_b\ta\t1\tindex\n"), "data/import-names.tsv:1: `a_b` is no normalised name");
        assert_eq!(names("a\ta-b\t1\tindex\n"), "data/import-names.tsv:1: `a-b` is no module");
        assert_eq!(names("a\ta a\t1\tindex\n"), "data/import-names.tsv:1: `a` stands there twice");
        assert_eq!(names("a\ta\tmany\tindex\n"), "data/import-names.tsv:1: `many` is no rank");
        assert_eq!(names("a\ta\t1\thearsay\n"), "data/import-names.tsv:1: no source is called `hearsay`");
        assert_eq!(
            names("a\tacme\t1\tindex\n"),
            "data/import-names.tsv:1: `acme` is a namespace: data/import-patterns.tsv"
        );
        let conflicts = mistakes(Tables { conflicts: "a\tboth\tb\t\tread\nb\tany\tb\t\t\n", ..TABLES });
        assert_eq!(
            conflicts,
            "data/import-conflicts.tsv:1: `both` is neither `first` nor `any`\ndata/import-conflicts.tsv:2: no source is said"
        );
        let patterns = mistakes(Tables { patterns: "a*b*\tb\tdots\t\tread\n", ..TABLES });
        assert!(patterns.contains("import-patterns.tsv:1: `a*b*` is no normalised name with one `*`"), "{patterns}");
        let doubtful = mistakes(Tables { doubtful: "utils\t\n", ..TABLES });
        assert_eq!(doubtful, "data/import-doubtful.tsv:1: no reason is said");
    }
}
