//! Writes the pages of `docs/` that follow from the rules, the map and the configuration.

#![allow(clippy::disallowed_methods, reason = "this is where files are written")]

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let rules = docs.join("rules");
    if rules.is_dir() {
        fs::remove_dir_all(&rules)?;
    }
    fs::create_dir_all(&rules)?;
    site::pages().iter().try_for_each(|(path, text)| fs::write(docs.join(path), text))
}
