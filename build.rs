//! Compiles `rules/**/*.toml` into two blobs: what a run needs, and what only `explain` and the tests need. Turns the
//! tables of import names under `data/` round, into sorted text.
//!
//! A mistake in a rule file stops the build with its file, line and caret, one in a table with its file and line.

use std::io::Write as _;
use std::{env, fs, path::Path};

use flate2::Compression;
use flate2::write::DeflateEncoder;

#[allow(
    dead_code,
    unreachable_pub,
    unfulfilled_lint_expectations,
    reason = "shared with the program, which uses all of it"
)]
#[path = "src/knowledge/model.rs"]
mod model;

#[allow(dead_code, unreachable_pub, reason = "shared with the program, which uses all of it")]
#[path = "src/knowledge/packed.rs"]
mod packed;

#[allow(dead_code, unreachable_pub, reason = "shared with the program, which uses all of it")]
#[path = "src/knowledge/load.rs"]
mod load;

#[allow(dead_code, unreachable_pub, reason = "shared with the program, which uses all of it")]
#[path = "src/knowledge/pairings.rs"]
mod pairings;

#[allow(dead_code, unreachable_pub, reason = "shared with the tests of the program")]
#[path = "src/knowledge/modules/compile.rs"]
mod compile;

#[allow(
    clippy::disallowed_methods,
    clippy::exit,
    clippy::print_stderr,
    reason = "a build script reads and writes files"
)]
fn main() {
    println!("cargo::rerun-if-changed=rules");
    for table in TABLES {
        println!("cargo::rerun-if-changed=data/{table}");
    }
    println!("cargo::rerun-if-changed=src/knowledge");
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo");
    let out = env::var_os("OUT_DIR").expect("set by cargo");
    let write = |name: &str, bytes: &[u8]| fs::write(Path::new(&out).join(name), bytes).expect("OUT_DIR is writable");
    let rules = Path::new(&root).join("rules");
    let mut files = Vec::new();
    collect(&rules, &rules, &mut files);
    files.sort();
    match load::load(&files) {
        Ok((core, texts)) => {
            write("core.bin", &postcard::to_allocvec(&core).expect("the model has no maps of unknown length"));
            let texts = postcard::to_allocvec(&texts).expect("the model has no maps of unknown length");
            write("texts.bin", &deflated(&texts));
        }
        Err(mistakes) => {
            eprintln!("{}", load::explain(&mistakes));
            std::process::exit(1);
        }
    }
    let data = Path::new(&root).join("data");
    let [names, conflicts, patterns, doubtful] = TABLES.map(|table| {
        let path = data.join(table);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    });
    let tables = compile::Tables { names: &names, conflicts: &conflicts, patterns: &patterns, doubtful: &doubtful };
    match compile::compile(&tables) {
        Ok(compiled) => {
            write("distributions.tsv", compiled.distributions.as_bytes());
            write("modules.tsv", compiled.modules.as_bytes());
            write("without-module.txt", compiled.without.as_bytes());
        }
        Err(mistakes) => {
            eprintln!("{}", mistakes.join("\n"));
            std::process::exit(1);
        }
    }
}

/// Texts are read by few runs, and take a quarter of the room.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes all")
}

/// The tables of import names, in `data/`.
const TABLES: [&str; 4] = ["import-names.tsv", "import-conflicts.tsv", "import-patterns.tsv", "import-doubtful.tsv"];

/// Adds (path below `root` with `/`, text) of every TOML file in `folder`.
#[allow(clippy::disallowed_methods, reason = "a build script reads files")]
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            let name = path.strip_prefix(root).expect("below rules/").to_string_lossy().replace('\\', "/");
            files.push((name, text));
        }
    }
}
