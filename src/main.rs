//! Arguments in, exit status out: the only place that knows the terminal, the environment and the clock.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Read as _, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use pyeco_lint::cli::{
    self, CheckArgs, ColorArg, DocumentFormat, ExplainArgs, IndexBuildArgs, IndexInfoArgs, InspectArgs, MapArgs,
    MapFormat, ReadingArgs, RecommendArgs, RulesArgs, Task,
};
use pyeco_lint::config::schema::schema;
use pyeco_lint::date::Date;
use pyeco_lint::fix::{Applicability, Change, Settled, Wanted, diff, settle};
use pyeco_lint::fs::{Disk, FileSystem, Overlay};
use pyeco_lint::knowledge::Knowledge;
use pyeco_lint::knowledge::index::{Index, build, file::Scope};
use pyeco_lint::options::{Options, Purpose};
use pyeco_lint::output::{self, Style, sanitise};
use pyeco_lint::report::Report;
use pyeco_lint::settings::Refusal;
use pyeco_lint::{Outcome, explain, inspect, lint, map, path, recommend};

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
        Ok(Task::Map(args)) => show_map(&args),
        Ok(Task::Recommend(args)) => show_recommendations(&args),
        Ok(Task::Rules(args)) => list_rules(&args),
        Ok(Task::Schema) => print_schema(),
        Ok(Task::Completions(text)) => io::stdout().write_all(&text).map(|()| 0),
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
    options.overrides.baseline = options.overrides.baseline.take().map(here);
    options.write_baseline = args.write_baseline;
    if args.show_files || args.show_settings {
        options.purpose = Purpose::List;
    }
    if let Some(format) = args.output_format.as_deref().filter(|name| output::find(name).is_none()) {
        let names: Vec<&str> = output::FORMATS.iter().map(|f| f.name).collect();
        complain(&format!("--output-format: there is no format `{format}`; the formats are {}", names.join(", ")));
        return Ok(FAILURE);
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
            std::fs::write(path, &bytes).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))
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
        complain(&format!("{findings} of the findings are ignored now, by comments in {files} of the files"));
    }
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

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
fn show_map(args: &MapArgs) -> io::Result<u8> {
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
fn show_recommendations(args: &RecommendArgs) -> io::Result<u8> {
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
        complain("the configuration has faults: `pyeco-lint` tells them");
        return Ok(FAILURE);
    }
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
            complain_of_unknown(&knowledge, name, "rule, need or package");
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

/// Says that a name is none of `what`, nor of anything else, and which one may have been meant.
fn complain_of_unknown(knowledge: &Knowledge, name: &str, what: &str) {
    let hint = explain::nearest(knowledge, name).map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    complain(&format!(
        "nothing is known of `{}`: it is no {what} of the catalogue, and no package on PyPI on {}{hint}",
        sanitise::line(name),
        explain::listed::date()
    ));
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

fn print_schema() -> io::Result<u8> {
    let knowledge = Knowledge::embedded();
    let rules: Vec<&str> = knowledge.rules().iter().map(|rule| rule.name.as_str()).collect();
    let formats: Vec<&str> = output::names().collect();
    print_json(&schema(&rules, &formats))?;
    Ok(0)
}

fn print_json(value: &serde_json::Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    io::stdout().write_all(text.as_bytes())
}
