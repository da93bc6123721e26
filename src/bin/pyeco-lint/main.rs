//! Arguments in, exit status out: this program alone knows the terminal, the environment and the clock.

use std::io::{self, Write as _};
use std::process::ExitCode;

use pyeco_lint::cli::{self, Task};
use pyeco_lint::guard;
use pyeco_lint::output::sanitise;

mod documents;
mod index;
mod lint;
mod process;
mod projects;

#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Findings at or above `--fail-on`.
const FINDINGS: u8 = 1;

/// The program could not do its job.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    guard::remember_places();
    match guard::contain(carry_out) {
        Ok(status) => status,
        Err(fault) => {
            process::complain(&format!("internal error {}", fault.shown()));
            process::complain("this is a fault of pyeco-lint: please report it, with the line above");
            ExitCode::from(FAILURE)
        }
    }
}

/// Does what the arguments ask for.
fn carry_out() -> ExitCode {
    let status = match cli::parse(std::env::args_os()) {
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(FAILURE);
            // It quotes the arguments as they are.
            let text = error.render().to_string();
            let quotes = |argument: std::ffi::OsString| {
                let argument = argument.to_string_lossy();
                sanitise::line(&argument) != argument
            };
            if std::env::args_os().any(quotes) {
                process::complain(&text);
                Ok(status)
            } else {
                error.print().map(|()| status)
            }
        }
        Ok(Task::Check(args)) => lint::check(&args),
        Ok(Task::Explain(args)) => documents::explain_names(&args),
        Ok(Task::IndexInfo(args)) => index::show_index(&args),
        Ok(Task::IndexBuild(args)) => index::build_index(&args),
        Ok(Task::Inspect(args)) => projects::show_what_is_read(&args),
        Ok(Task::Map(args)) => projects::show_map(&args),
        Ok(Task::Recommend(args)) => projects::show_recommendations(&args),
        Ok(Task::Rules(args)) => documents::list_rules(&args),
        Ok(Task::Schema) => documents::print_schema(),
        Ok(Task::Completions(text)) => io::stdout().write_all(&text).map(|()| 0),
    };
    match status {
        Ok(status) => ExitCode::from(status),
        // Whoever reads us has stopped: that is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            process::complain(&error.to_string());
            ExitCode::from(FAILURE)
        }
    }
}
