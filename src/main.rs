//! Arguments in, exit status out: the only place that knows the terminal, the environment and the clock.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use pyeco_lint::cli::{
    self, CheckArgs, ColorArg, DocumentFormat, ExplainArgs, IndexBuildArgs, IndexInfoArgs, InspectArgs, ReadingArgs,
    RulesArgs, Task,
};
use pyeco_lint::date::Date;
use pyeco_lint::fix::{Applicability, Change, Settled, Wanted, diff, settle};
use pyeco_lint::fs::{Disk, FileSystem, Overlay};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::index::{Index, build, file::Scope};
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style, sanitise};
use pyeco_lint::settings::Refusal;
use pyeco_lint::{Outcome, explain, inspect, lint, path};

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Findings at or above `--fail-on`.
const FINDINGS: u8 = 1;

/// The program could not do its job.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let status = match cli::parse(std::env::args_os()) {
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(FAILURE);
            error.print().map(|()| status)
        }
        Ok(Task::Check(args)) => check(&args),
        Ok(Task::Explain(args)) => explain_names(&args),
        Ok(Task::IndexInfo(args)) => show_index(&args),
        Ok(Task::IndexBuild(args)) => build_index(&args),
        Ok(Task::Inspect(args)) => show_what_is_read(&args),
        Ok(Task::Rules(args)) => list_rules(&args),
    };
    match status {
        Ok(status) => ExitCode::from(status),
        // Whoever reads us has stopped: that is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(FAILURE)
        }
    }
}

/// Says why the program could not do its job.
fn complain(message: &str) {
    for line in message.lines() {
        let _ = writeln!(io::stderr(), "pyeco-lint: {}", sanitise::line(&sanitise::mask(line)));
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn check(args: &CheckArgs) -> io::Result<u8> {
    let cwd = std::env::current_dir()?;
    let mut options = options(&cwd, &args.reading, args.today.unwrap_or_else(today));
    options.overrides = args.overrides();
    let here = |path: String| within(&cwd, &[path]).remove(0);
    options.overrides.advisories = options.overrides.advisories.take().map(here);
    if args.show_files || args.show_settings {
        options.purpose = Purpose::List;
    }
    if let Some(format) = args.output_format.as_deref().filter(|name| output::find(name).is_none()) {
        let names: Vec<&str> = output::FORMATS.iter().map(|f| f.name).collect();
        complain(&format!("--output-format: there is no format `{format}`; the formats are {}", names.join(", ")));
        return Ok(FAILURE);
    }

    if (args.fix || args.diff) && options.purpose == Purpose::Judge {
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
        let style = Style { colour, verbose: args.verbose, quiet: args.quiet };
        if let Some(format) = outcome.format.as_deref().and_then(output::find).or_else(|| output::FORMATS.first()) {
            (format.write)(&outcome.report, &style, &mut bytes)?;
        }
    }
    match &args.output_file {
        Some(path) => {
            std::fs::write(path, &bytes).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
        }
        None => out.write_all(&bytes),
    }
}

/// `--fix` and `--diff`. What comes on standard input goes, fixed, to standard output, and the findings beside it.
fn fix(cwd: &Path, args: &CheckArgs, options: Options) -> io::Result<u8> {
    let carry_out: fn(&dyn FileSystem, &Options) -> Result<Settled, Refusal> = if args.unsafe_fixes {
        |fs, options| settle(fs, options, Wanted { trust: Applicability::Unsafe, backwards: false })
    } else {
        |fs, options| settle(fs, options, Wanted { trust: Applicability::Safe, backwards: false })
    };
    let mut given = None;
    let Some(settled) = on_given_files(cwd, &args.reading, options, carry_out, &mut given)? else { return Ok(FAILURE) };
    let Settled { outcome, changes, remarks } = settled;
    tell(args, &outcome, &remarks);
    let mut status = status(args, &outcome);
    if args.diff {
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

/// What of the options says what is read, and how.
fn options(cwd: &Path, args: &ReadingArgs, today: Date) -> Options {
    if let Some(jobs) = args.jobs {
        // Fails only where the pool is running already.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global();
    }
    let mut options = Options::new(within(cwd, &args.paths), today);
    options.overrides = args.overrides();
    options.here = cwd.to_string_lossy().replace('\\', "/");
    options.config = args.config.as_ref().map(|config| within(cwd, std::slice::from_ref(config)).remove(0));
    options.isolated = args.isolated;
    options.source = !args.no_source;
    options.gitignore = !args.no_gitignore;
    options.force_exclude = args.force_exclude;
    options
}

/// Runs `task` on the disk, with what comes on standard input in place of one file where `-` asks for it. Nothing where
/// that could not be done, and the reason was told.
fn on_files<T>(
    cwd: &Path,
    args: &ReadingArgs,
    options: Options,
    task: fn(&dyn FileSystem, &Options) -> Result<T, Refusal>,
) -> io::Result<Option<T>> {
    on_given_files(cwd, args, options, task, &mut None)
}

/// The same; path and bytes of what came on standard input are put into `given`.
fn on_given_files<T>(
    cwd: &Path,
    args: &ReadingArgs,
    mut options: Options,
    task: fn(&dyn FileSystem, &Options) -> Result<T, Refusal>,
    given: &mut Option<(String, Vec<u8>)>,
) -> io::Result<Option<T>> {
    let disk = Disk::new(cwd.to_owned());
    let done = if args.paths.iter().any(|path| path == "-") {
        let Some(name) = &args.stdin_filename else {
            complain("`-` needs `--stdin-filename NAME`, which says what it is that is read");
            return Ok(None);
        };
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        let path = path::join("", &within(cwd, std::slice::from_ref(name)).remove(0));
        for written in options.paths.iter_mut().filter(|written| *written == "-") {
            path.clone_into(written);
        }
        *given = Some((path.clone(), bytes.clone()));
        task(&Overlay { below: &disk, files: BTreeMap::from([(path, bytes)]) }, &options)
    } else {
        task(&disk, &options)
    };
    done.map(Some).or_else(|refusal| {
        complain(&refusal.0);
        Ok(None)
    })
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn show_what_is_read(args: &InspectArgs) -> io::Result<u8> {
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
    Ok(0)
}

/// Paths as the program names them: relative to the working directory, with `..` where they lie outside.
fn within(cwd: &Path, paths: &[String]) -> Vec<String> {
    let cwd = cwd.to_string_lossy().replace('\\', "/");
    let relative = |path: &String| {
        let joined = path::join("", path);
        if path::is_absolute(&joined) { path::relative(&joined, &cwd) } else { joined }
    };
    paths.iter().map(relative).collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn today() -> Date {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0));
    Date::from_unix(given.unwrap_or_else(now))
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn colours(when: ColorArg) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => is_set("FORCE_COLOR") || !is_set("NO_COLOR") && io::stdout().is_terminal(),
    }
}

fn explain_names(args: &ExplainArgs) -> io::Result<u8> {
    let knowledge = Knowledge::embedded();
    let mut text = String::new();
    let mut documents = Vec::new();
    let mut unknown = false;
    for name in &args.names {
        let topics = explain::find(&knowledge, name);
        if topics.is_empty() {
            unknown = true;
            let hint =
                explain::nearest(&knowledge, name).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            complain(&format!(
                "nothing is known of `{}`: it is no rule, no need, nothing of the catalogue, and no package on PyPI on {}{hint}",
                sanitise::line(name),
                explain::listed::date()
            ));
        }
        for topic in topics {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&explain::text(&knowledge, &topic));
            documents.push(explain::json(&knowledge, &topic));
        }
    }
    match args.output_format {
        DocumentFormat::Text => io::stdout().write_all(text.as_bytes())?,
        DocumentFormat::Json => print_json(&serde_json::json!({"version": 1, "topics": documents}))?,
    }
    Ok(if unknown { FAILURE } else { 0 })
}

/// `index info`.
#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn show_index(args: &IndexInfoArgs) -> io::Result<u8> {
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
fn build_index(args: &IndexBuildArgs) -> io::Result<u8> {
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

fn list_rules(args: &RulesArgs) -> io::Result<u8> {
    let knowledge = Knowledge::embedded();
    match args.output_format {
        DocumentFormat::Text => io::stdout().write_all(explain::rules_text(&knowledge).as_bytes())?,
        DocumentFormat::Json => {
            let rules: Vec<serde_json::Value> = knowledge.rules().iter().map(explain::rule_json).collect();
            print_json(&serde_json::json!({"version": 1, "rules": rules}))?;
        }
    }
    Ok(0)
}

fn print_json(value: &serde_json::Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    io::stdout().write_all(text.as_bytes())
}
