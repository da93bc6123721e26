//! The lint run: findings out, or changes written.

use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use pyeco_lint::cli::CheckArgs;
use pyeco_lint::fix::{Applicability, Change, Settled, Wanted, diff, settle};
use pyeco_lint::fs::{Disk, FileSystem};
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style, sanitise};
use pyeco_lint::report::Report;
use pyeco_lint::settings::Refusal;
use pyeco_lint::{Outcome, lint};

use crate::process::{colours, complain, on_files, on_given_files, options, today, within};
use crate::{FAILURE, FINDINGS};

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn check(args: &CheckArgs) -> io::Result<u8> {
    let cwd = std::env::current_dir()?;
    let mut options = options(&cwd, &args.reading, args.today.unwrap_or_else(today));
    options.overrides = args.overrides();
    let here = |path: String| within(&cwd, &[path]).remove(0);
    options.overrides.advisories = options.overrides.advisories.take().map(here);
    options.overrides.baseline = options.overrides.baseline.take().map(here);
    options.write_baseline = args.write_baseline;
    if args.show_files || args.show_settings {
        options.purpose = Purpose::List;
    }

    if args.unsafe_fixes && !args.fix && !args.diff {
        complain("--unsafe-fixes fixes nothing alone: add --fix, or --diff to see what it would change");
    }
    if (args.fix || args.diff || args.add_ignore) && options.purpose == Purpose::Judge {
        return fix(&cwd, args, options);
    }
    let Some(outcome) = on_files(&cwd, &args.reading, options, lint)? else { return Ok(FAILURE) };
    tell(args, &outcome, &[]);
    let mut bytes = Vec::new();
    if args.show_settings {
        bytes.extend_from_slice(sanitise::mask(&outcome.settings).as_bytes());
        io::stdout().write_all(&bytes)?;
        return Ok(if outcome.misconfigured { FAILURE } else { 0 });
    }
    if args.show_files {
        for file in &outcome.files {
            writeln!(bytes, "{}", sanitise::line(file))?;
        }
        io::stdout().write_all(&bytes)?;
        return Ok(if outcome.misconfigured { FAILURE } else { 0 });
    }
    if let Some((path, text)) = &outcome.baseline {
        std::fs::write(cwd.join(path), text).map_err(|e| io::Error::new(e.kind(), format!("{path}: {e}")))?;
    }
    print_findings(args, &outcome, &mut io::stdout())?;
    Ok(status(args, &outcome))
}

/// Says on standard error what is no finding.
fn tell(args: &CheckArgs, outcome: &Outcome, remarks: &[String]) {
    if !args.quiet {
        outcome.remarks.iter().chain(remarks).for_each(|remark| complain(remark));
    }
    if args.verbose {
        outcome.notes.iter().for_each(|note| complain(note));
    }
}

fn status(args: &CheckArgs, outcome: &Outcome) -> u8 {
    match () {
        () if outcome.misconfigured => FAILURE,
        () if outcome.failed && !args.exit_zero => FINDINGS,
        () => 0,
    }
}

/// Prints the findings of a run on `out`, or into the file that was asked for.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn print_findings(args: &CheckArgs, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    if args.statistics {
        output::statistics(&outcome.report, &mut bytes)?;
    } else {
        let colour = args.output_file.is_none() && colours(args.color);
        let terminal = args.output_file.is_none() && io::stdout().is_terminal();
        let style = Style {
            colour,
            links: terminal && supports_hyperlinks::supports_hyperlinks(),
            columns: if terminal {
                terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
            } else {
                None
            },
            verbose: args.verbose,
            quiet: args.quiet,
        };
        if let Some(format) = outcome.format.as_deref().and_then(output::find).or_else(|| output::FORMATS.first()) {
            (format.write)(&outcome.report, &style, &mut bytes)?;
            if format.name == "github" {
                summarise(&outcome.report, &style);
            }
        }
    }
    match &args.output_file {
        Some(path) => {
            std::fs::write(path, &bytes).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
            if !args.quiet {
                let findings = outcome.report.diagnostics.len();
                let are = if findings == 1 { "finding is" } else { "findings are" };
                complain(&format!("{findings} {are} in {}", path.display()));
            }
            Ok(())
        }
        None => out.write_all(&bytes),
    }
}

/// `--fix`, `--diff` and `--add-ignore`. What comes on standard input goes, fixed, to standard output, and the findings beside it.
fn fix(cwd: &Path, args: &CheckArgs, options: Options) -> io::Result<u8> {
    let carry_out: fn(&dyn FileSystem, &Options) -> Result<Settled, Refusal> = match () {
        () if args.add_ignore => |fs, options| settle(fs, options, Wanted::ignores()),
        () if args.unsafe_fixes => |fs, options| settle(fs, options, Wanted::fixes(Applicability::Unsafe)),
        () => |fs, options| settle(fs, options, Wanted::fixes(Applicability::Safe)),
    };
    let mut given = None;
    let Some(settled) = on_given_files(cwd, &args.reading, options, carry_out, &mut given)? else { return Ok(FAILURE) };
    let Settled { mut outcome, changes, remarks } = settled;
    if args.add_ignore {
        // Nothing is fixed by not being told.
        let ignored = outcome.report.fixed.take().unwrap_or_default();
        let (findings, files) = (ignored.findings, ignored.files);
        let verb = if args.diff { "would be ignored" } else { "are ignored now" };
        complain(&format!("{findings} of the findings {verb}, by comments in {files} of the files"));
    }
    tell(args, &outcome, &remarks);
    let mut status = status(args, &outcome);
    if args.diff {
        let further = outcome.report.fixed.as_ref().map_or(0, |fixed| fixed.further);
        if changes.is_empty() && !args.quiet {
            complain(&match further {
                0 => "nothing to change".to_owned(),
                1 => "nothing to change; one more fix needs --unsafe-fixes".to_owned(),
                _ => format!("nothing to change; {further} more fixes need --unsafe-fixes"),
            });
        }
        let mut bytes = Vec::new();
        for change in &changes {
            match diff::unified(change) {
                Ok(diff) => bytes.extend_from_slice(&diff),
                Err(why) => complain(&format!("{}: not shown: {why}", change.path)),
            }
        }
        io::stdout().write_all(&bytes)?;
        let is_changed = !changes.is_empty() && !args.exit_zero;
        return Ok(if outcome.misconfigured { FAILURE } else { u8::from(is_changed) * FINDINGS });
    }
    if let Some((path, bytes)) = given {
        let fixed = changes.into_iter().find(|change| change.path == path);
        io::stdout().write_all(&fixed.map_or(bytes, |change| change.new))?;
        print_findings(args, &outcome, &mut io::stderr())?;
        return Ok(status);
    }
    let disk = Disk::new(cwd.to_owned());
    for Change { path, old, new } in &changes {
        if let Err(why) = disk.replace(path, old, new) {
            complain(&format!("{path}: left as it was: {why}"));
            status = FAILURE;
        }
    }
    print_findings(args, &outcome, &mut io::stdout())?;
    Ok(status)
}

/// Adds the report to the summary of the step that runs us, where GitHub Actions names a file for it. The findings have
/// been told otherwise too: that it fails is said, and is no failure.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn summarise(report: &Report, style: &Style) {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    let text = output::step_summary(report, style);
    if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
        complain(&format!("{}: no summary could be added: {error}", path.display()));
    }
}
