//! Makes `data/advisories.tsv` from a database of advisories that lies on this machine.
//!
//! ```console
//! $ cargo run -p advisories -- DATABASE > data/advisories.tsv
//! ```
//!
//! `DATABASE` is what `--advisories` takes: a folder of OSV records in JSON or YAML (a checkout of the advisory database of
//! the Python Packaging Authority), a `.jsonl` file, or a `.zip` of records. The same records give the same bytes.

use std::io::{self, Write as _};
use std::process::ExitCode;

use pyeco_lint::fs::{Disk, FileSystem};
use pyeco_lint::knowledge::advisories::{DATED, dump};

/// What stands above the rows, after the day.
const HEAD: &str = "\
# Which versions of which distributions are known to be vulnerable: name (PEP 503), identifiers of the advisory and its
# aliases, affected versions (`1.0..1.4` without its end, `1.0..=1.4` with it, `=text` for what is no version), and of
# what was never mended the last version that the advisory lists. Withdrawn advisories are left out. Rows are in the order of bytes. Made with tools/advisories.
# Source: the advisory database of the Python Packaging Authority, github.com/pypa/advisory-database, licensed under
# CC-BY-4.0; shortened to identifiers and versions.
";

#[expect(clippy::disallowed_methods, reason = "a tool for developers knows where it is started")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        return fail("usage: advisories DATABASE");
    };
    let made = std::env::current_dir().map_err(|error| error.to_string());
    let made = made.and_then(|cwd| table(&Disk::new(cwd), &path));
    match made.map(|(table, remarks)| (io::stdout().write_all(table.as_bytes()), remarks)) {
        Ok((Ok(()), remarks)) => {
            for remark in remarks {
                let _ = writeln!(io::stderr(), "{remark}");
            }
            ExitCode::SUCCESS
        }
        Ok((Err(error), _)) => fail(&error.to_string()),
        Err(why) => fail(&why),
    }
}

/// The table of the database at `path`, and what is to be said of records without a row.
fn table(fs: &dyn FileSystem, path: &str) -> Result<(String, Vec<String>), String> {
    let compiled = dump::compiled(fs, path)?;
    let table = format!("{DATED}{}.\n{HEAD}{}", compiled.date, compiled.rows);
    Ok((table, compiled.mute.iter().map(|id| format!("{id}: no version is affected that is understood")).collect()))
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "{message}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pyeco_lint::fs::Memory;

    #[test]
    fn a_table_has_its_day_its_source_and_its_rows() {
        let record =
            r#"{"id": "X-1", "modified": "2026-01-02T00:00:00Z", "affected": [{"name": "a", "versions": ["1.0"]}]}"#;
        let mute = r#"{"id": "X-2", "modified": "2026-01-01T00:00:00Z", "affected": [{"name": "b"}]}"#;
        let fs = Memory::new([("all.jsonl", format!("{mute}\n{record}\n"))]);
        let (table, remarks) = table(&fs, "all.jsonl").expect("a database");
        assert!(table.starts_with("# Advisories of 2026-01-02.\n"), "{table}");
        assert!(table.contains("CC-BY-4.0"), "{table}");
        assert!(table.ends_with("\na\tX-1\t1.0\n"), "{table}");
        assert_eq!(remarks, ["X-2: no version is affected that is understood"]);
        assert!(super::table(&fs, "absent").is_err());
    }
}
