//! Makes `data/import-names.tsv`: which distribution installs which modules.
//!
//! ```console
//! $ cargo run -p import-names -- --index import-names.tsv --ranks pypi-index.tsv --research ecosystem.toml
//! ```
//!
//! | option | what it is | where it comes from |
//! |---|---|---|
//! | `--index` | `distribution`, tab, top-level modules with commas between; the first line names the columns | the index in the wheel of pigar 2.2.0 (BSD-3-Clause), the ranked distributions alone: facts |
//! | `--ranks` | a table with the columns `name` and `download_rank`; what is not ranked may be left out | the public list of PyPI packages, of about 2026-11-16: facts |
//! | `--research` | TOML with `[[import_map]]` tables: `dist`, `imports` | the project's own research of 2026-11-22, which drew on the default module mapping of Pants, the mapping of pipreqs, typeshed, the map of Debian's dh-python and installed distributions: facts |
//! | `--additions` | `distribution`, tab, modules, tab, source: what the others lack or have wrong | `tools/import-names/additions.tsv`, where it is not given |
//! | `--patterns` | namespaces, and what the name of a distribution says of its modules | `data/import-patterns.tsv`, where it is not given |
//! | `--output` | what is written | `data/import-names.tsv`, where it is not given |
//!
//! The same input gives the same bytes. What the catalogue (`rules/catalog/`) knows is no input: the program joins
//! it when it looks a module up, so that a fact there counts at once.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a command for the people who keep the table; it reads and writes the files that it is told"
)]

use std::process::ExitCode;
use std::{env, fs};

mod input;
mod noise;
mod table;

use input::{Additions, Index, Patterns, Ranks, Research};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(rows) => {
            eprintln!("{rows} distributions");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("import-names: {reason}");
            ExitCode::from(2)
        }
    }
}

/// Writes the table, and gives the number of its rows.
fn run(arguments: &[String]) -> Result<usize, String> {
    let mut index = None;
    let mut ranks = None;
    let mut research = None;
    let mut additions = "tools/import-names/additions.tsv";
    let mut patterns = "data/import-patterns.tsv";
    let mut output = "data/import-names.tsv";
    for pair in arguments.chunks(2) {
        let [option, path] = pair else { return Err(format!("`{}` lacks its path", pair.concat())) };
        match option.as_str() {
            "--index" => index = Some(path),
            "--ranks" => ranks = Some(path),
            "--research" => research = Some(path),
            "--additions" => additions = path,
            "--patterns" => patterns = path,
            "--output" => output = path,
            _ => return Err(format!("no option is called `{option}`")),
        }
    }
    let given = |path: Option<&String>, option: &str| -> Result<String, String> {
        read(path.ok_or_else(|| {
            format!("`{option}` is missing; the head of `tools/import-names/src/main.rs` says what it is")
        })?)
    };
    let rows = table::rows(
        &Index::parse(&given(index, "--index")?)?,
        &Ranks::parse(&given(ranks, "--ranks")?)?,
        &Research::parse(&given(research, "--research")?)?,
        &Additions::parse(&read(additions)?)?,
        &Patterns::parse(&read(patterns)?)?,
    );
    fs::write(output, table::text(&rows)).map_err(|error| format!("{output}: {error}"))?;
    Ok(rows.len())
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
