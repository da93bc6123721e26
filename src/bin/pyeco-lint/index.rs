//! `index info` and `index build`.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use pyeco_lint::cli::{DocumentFormat, IndexBuildArgs, IndexInfoArgs};
use pyeco_lint::explain;
use pyeco_lint::knowledge::index::{Index, build, file::Scope};

use crate::FAILURE;
use crate::documents::print_json;
use crate::process::{complain, today};

/// `index info`.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn show_index(args: &IndexInfoArgs) -> io::Result<u8> {
    let index = match &args.path {
        None => Index::embedded(),
        Some(path) => match std::fs::read(path)
            .map_err(|e| e.to_string())
            .and_then(|bytes| Index::read(bytes).map_err(|fault| fault.to_string()))
        {
            Ok(index) => Arc::new(index),
            Err(why) => {
                complain(&format!("{}: {why}", path.display()));
                return Ok(FAILURE);
            }
        },
    };
    match args.output_format {
        DocumentFormat::Text => io::stdout().write_all(explain::index::text(&index).as_bytes())?,
        DocumentFormat::Json => print_json(&explain::index::json(&index))?,
    }
    Ok(0)
}

/// `index build`.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn build_index(args: &IndexBuildArgs) -> io::Result<u8> {
    let shown = args.table.display();
    let table = if args.table == Path::new("-") {
        io::read_to_string(io::stdin())
    } else {
        std::fs::read_to_string(&args.table)
    };
    let table = table.map_err(|e| io::Error::new(e.kind(), format!("{shown}: {e}")))?;
    let scope = if args.private { Scope::Private } else { Scope::Full };
    match build::build(&table, scope, args.date.unwrap_or_else(today)) {
        Ok(bytes) => {
            let path = args.output_file.display();
            std::fs::write(&args.output_file, bytes).map_err(|e| io::Error::new(e.kind(), format!("{path}: {e}")))?;
            Ok(0)
        }
        Err(build::Mistake { line: 0, message }) => {
            complain(&format!("{shown}: {message}"));
            Ok(FAILURE)
        }
        Err(build::Mistake { line, message }) => {
            complain(&format!("{shown}:{line}: {message}"));
            Ok(FAILURE)
        }
    }
}
