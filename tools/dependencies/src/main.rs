//! Makes `data/dependencies.tsv` from metadata that lies on this machine.
//!
//! ```console
//! $ cargo run -p dependencies -- NAMES FOLDER... > data/dependencies.tsv
//! ```
//!
//! `NAMES` is a file with the distributions that get a row, one a line, each with its newest version after a tab where that
//! is known: what was read of another major version gets no row. Below each `FOLDER` every lock of uv, Poetry and PDM
//! is read, and every `METADATA` of an installed distribution; both repeat what the distributions themselves say. The
//! same files give the same bytes.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

mod table;

use table::Table;

/// What stands above the rows.
const HEAD: &str = "\
# What distributions always need: name, version read, and the names of its requirements that count without an extra on
# CPython 3.12 to 3.14, on Linux. What needs nothing has no row. Names are normalised (PEP 503);
# rows are in the order of names.
# Facts from the metadata of the distributions, as lock files of public projects and installed environments repeat it; of
# several versions the newest one seen counts, which need not be the newest there is. Made 2026-11-22 with
# tools/dependencies.
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(names) = arguments.next() else {
        return fail("usage: dependencies NAMES FOLDER...");
    };
    let text = match read(Path::new(&names)) {
        Ok(text) => text,
        Err(error) => return fail(&format!("{names}: {error}")),
    };
    let wanted = table::wanted(&text);
    let mut files = Vec::new();
    for folder in arguments {
        if let Err(error) = collect(Path::new(&folder), &mut files) {
            return fail(&format!("{folder}: {error}"));
        }
    }
    files.sort();
    let mut table = Table::default();
    for file in files {
        match read(Path::new(&file)) {
            Ok(text) => table.add(&file, &text),
            Err(error) => return fail(&format!("{file}: {error}")),
        }
    }
    match io::stdout().write_all(format!("{HEAD}{}", table.rows(&wanted)).as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(2)
}

#[expect(clippy::disallowed_methods, reason = "a tool for developers reads files")]
fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// Adds the files below `folder` that say what distributions need. Links are not followed.
#[expect(clippy::disallowed_methods, reason = "a tool for developers reads files")]
fn collect(folder: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, sort) = (entry.path(), entry.file_type()?);
        if sort.is_dir() {
            // What tests and fixtures call a lock need not be true.
            if !["tests", "test", "fixtures", "testdata", ".git"].iter().any(|name| entry.file_name() == *name) {
                collect(&path, files)?;
            }
        } else if sort.is_file() {
            let path = path.to_string_lossy().replace('\\', "/");
            files.extend(table::is_read(&path).then_some(path));
        }
    }
    Ok(())
}
