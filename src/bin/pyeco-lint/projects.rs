//! What is told of projects beyond findings: `inspect`, `map`, `recommend`.

use std::io::{self, Write as _};

use pyeco_lint::cli::{DocumentFormat, InspectArgs, MapArgs, MapFormat, RecommendArgs};
use pyeco_lint::fs::Disk;
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::{Outcome, inspect, map, output, recommend};

use crate::FAILURE;
use crate::documents::complain_of_unknown;
use crate::process::{complain, on_files, options, today};

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn show_what_is_read(args: &InspectArgs) -> io::Result<u8> {
    let cwd = std::env::current_dir()?;
    let mut options = options(&cwd, &args.reading, today());
    options.purpose = Purpose::Show;
    let Some(inspection) = on_files(&cwd, &args.reading, options, inspect)? else { return Ok(FAILURE) };
    inspection.remarks.iter().for_each(|remark| complain(remark));
    if args.verbose {
        inspection.notes.iter().for_each(|note| complain(note));
    }
    let mut bytes = Vec::new();
    match args.output_format {
        DocumentFormat::Text => output::inspection::text(&inspection, &mut bytes)?,
        DocumentFormat::Json => output::inspection::json(&inspection, &mut bytes)?,
    }
    io::stdout().write_all(&bytes)?;
    Ok(if inspection.has_faults() { FAILURE } else { 0 })
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn show_map(args: &MapArgs) -> io::Result<u8> {
    let cwd = std::env::current_dir()?;
    let options = options(&cwd, &args.reading, today());
    let Some(map) = on_files(&cwd, &args.reading, options, map)? else { return Ok(FAILURE) };
    let mut bytes = Vec::new();
    match args.output_format {
        MapFormat::Text => output::map::text(&map, &mut bytes)?,
        MapFormat::Json => output::map::json(&map, &mut bytes)?,
        MapFormat::Markdown => output::map::markdown(&map, &mut bytes)?,
    }
    if map.roots().next().is_none() {
        // Nothing stands to the map.
        bytes.clear();
    }
    advised(map.outcome(), &bytes)
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn show_recommendations(args: &RecommendArgs) -> io::Result<u8> {
    let cwd = std::env::current_dir()?;
    let mut options = Options::new(vec![String::new()], today());
    options.here = cwd.to_string_lossy().replace('\\', "/");
    let given = match recommend(&Disk::new(cwd), &options, &args.names) {
        Ok(given) => given,
        Err(refusal) => {
            complain(&refusal.0);
            return Ok(FAILURE);
        }
    };
    for name in &given.unknown {
        if given.knowledge().rule(name).is_some() {
            complain(&format!("`{name}` is a rule: `pyeco-lint explain {name}` tells of it"));
        } else {
            complain_of_unknown(given.knowledge(), name, "need or package");
        }
    }
    let mut bytes = Vec::new();
    match args.output_format {
        DocumentFormat::Text => output::recommendation::text(&given, &mut bytes)?,
        DocumentFormat::Json => output::recommendation::json(&given, &mut bytes)?,
    }
    if given.asked {
        // What is known of a need does not hang on the project.
        io::stdout().write_all(&bytes)?;
        return Ok(if given.unknown.is_empty() { 0 } else { FAILURE });
    }
    advised(given.outcome(), &bytes)
}

/// Prints what rests on a lint run, and what that has to say of itself.
fn advised(outcome: &Outcome, bytes: &[u8]) -> io::Result<u8> {
    outcome.remarks.iter().for_each(|remark| complain(remark));
    io::stdout().write_all(bytes)?;
    if outcome.misconfigured {
        complain("the configuration has faults, or the program itself: `pyeco-lint` tells them");
        return Ok(FAILURE);
    }
    Ok(0)
}
