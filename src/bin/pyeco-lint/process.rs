//! The working directory, standard input, the clock, the terminal.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pyeco_lint::cli::{ColorArg, ReadingArgs, is_command};
use pyeco_lint::date::Date;
use pyeco_lint::fs::{Disk, FileSystem, Overlay};
use pyeco_lint::options::Options;
use pyeco_lint::output::sanitise;
use pyeco_lint::path;
use pyeco_lint::settings::Refusal;

/// Says why the program could not do its job.
pub(crate) fn complain(message: &str) {
    for line in message.lines() {
        let _ = writeln!(io::stderr(), "pyeco-lint: {}", sanitise::line(&sanitise::mask(line)));
    }
}

/// What of the options says what is read, and how.
pub(crate) fn options(cwd: &Path, args: &ReadingArgs, today: Date) -> Options {
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
pub(crate) fn on_files<T>(
    cwd: &Path,
    args: &ReadingArgs,
    options: Options,
    task: fn(&dyn FileSystem, &Options) -> Result<T, Refusal>,
) -> io::Result<Option<T>> {
    on_given_files(cwd, args, options, task, &mut None)
}

/// The same; path and bytes of what came on standard input are put into `given`.
pub(crate) fn on_given_files<T>(
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
        for word in args.paths.iter().filter(|path| is_command(path) && disk.kind(path).is_none()) {
            complain(&format!("`{word}` is a command: it comes first, before all options"));
        }
        Ok(None)
    })
}

/// Paths as the program names them: relative to the working directory, with `..` where they lie outside.
pub(crate) fn within(cwd: &Path, paths: &[String]) -> Vec<String> {
    let cwd = cwd.to_string_lossy().replace('\\', "/");
    let relative = |path: &String| {
        let joined = path::join("", path);
        // What goes up may come down again, into a folder that holds the working directory.
        let is_elsewhere = path::is_absolute(&joined) || joined.starts_with("..");
        if is_elsewhere { path::relative(&path::join(&cwd, &joined), &cwd) } else { joined }
    };
    paths.iter().map(relative).collect()
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn today() -> Date {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(0));
    Date::from_unix(given.unwrap_or_else(now))
}

#[expect(clippy::disallowed_methods, reason = "this is where the process is known")]
pub(crate) fn colours(when: ColorArg) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => is_set("FORCE_COLOR") || !is_set("NO_COLOR") && io::stdout().is_terminal(),
    }
}
