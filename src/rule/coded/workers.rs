//! `prometheus-multiprocess` and `scheduler-per-worker`: what is one for each process, in an application of which a command
//! starts several.
//!
//! Sources: <https://prometheus.github.io/client_python/multiprocess/>,
//! <https://apscheduler.readthedocs.io/en/3.x/faq.html>.

use crate::diagnostic::Finding;
use crate::evidence::TraceKind;
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::Call;
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::{Location, Span};

/// Servers that start the workers that they are told of, with the options that say how many.
const SERVERS: &[(&str, &[&str])] = &[
    ("gunicorn", &["-w", "--workers"]),
    ("uvicorn", &["--workers"]),
    ("hypercorn", &["-w", "--workers"]),
    ("granian", &["--workers"]),
];

/// What gives the metrics of the process.
pub const EXPOSED: &[&str] = &[
    "prometheus_client.generate_latest",
    "prometheus_client.make_asgi_app",
    "prometheus_client.make_wsgi_app",
    "prometheus_client.start_http_server",
    "prometheus_client.exposition.generate_latest",
    "prometheus_client.exposition.start_http_server",
    "prometheus_client.asgi.make_asgi_app",
];

/// What makes a metric.
pub const METRICS: &[&str] = &[
    "prometheus_client.Counter",
    "prometheus_client.Gauge",
    "prometheus_client.Histogram",
    "prometheus_client.Summary",
    "prometheus_client.metrics.Counter",
    "prometheus_client.metrics.Gauge",
    "prometheus_client.metrics.Histogram",
    "prometheus_client.metrics.Summary",
];

/// Schedulers that run in the process that starts them.
pub const SCHEDULERS: &[&str] = &[
    "apscheduler.schedulers.background.BackgroundScheduler().start",
    "apscheduler.schedulers.asyncio.AsyncIOScheduler().start",
    "apscheduler.schedulers.gevent.GeventScheduler().start",
    "apscheduler.schedulers.tornado.TornadoScheduler().start",
];

/// Words by which a file shows that the metrics of workers are joined.
const JOINED: &[&str] = &["MultiProcessCollector", "MULTIPROC"];

/// Files that give out metrics, or show that those of workers are joined.
pub fn ask_for_metrics(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if scanned.imports_any(&["prometheus_client"]) && several(scanned).is_some() {
        scanned.project.python.iter().for_each(|place| wanted.add(*place, JOINED.iter().copied()));
    }
    ask(
        scanned,
        wanted,
        "prometheus_client",
        &["generate_latest", "make_asgi_app", "make_wsgi_app", "start_http_server"],
    );
    ask(scanned, wanted, "prometheus_client", &["Counter", "Gauge", "Histogram", "Summary"]);
}

/// Files that start a scheduler.
pub fn ask_for_schedulers(scanned: Scanned<'_>, wanted: &mut Wanted) {
    ask(scanned, wanted, "apscheduler", &["Scheduler("]);
}

fn ask(scanned: Scanned<'_>, wanted: &mut Wanted, module: &str, words: &[&str]) {
    for place in scanned.importers(&[module]) {
        wanted.add(place, words.iter().copied());
    }
}

/// At most one finding a project, where it gives out its metrics.
pub fn prometheus(context: &Context<'_>) -> Vec<Finding> {
    let Some(workers) = several(Scanned::of(context)) else { return Vec::new() };
    let knows = |file: &PythonFile| {
        let text = context.workspace.sources.text(file.file);
        // A wrapper of the project's own, imported by its place, may join them as well.
        file.imports.imports.iter().any(|import| {
            import.module.starts_with("prometheus_client.multiprocess")
                || *import.module == *"prometheus_client" && import.names.contains("multiprocess")
        }) || JOINED.iter().any(|word| text.contains(word))
    };
    if context.workspace.python_of(context.project).any(knows) || is_set_up(context) {
        return Vec::new();
    }
    let calls = || calls(context);
    if !calls().any(|(_, call)| call.is_only(|function| METRICS.contains(&function))) {
        return Vec::new();
    }
    let Some((file, call)) = calls().find(|(_, call)| call.is_only(|function| EXPOSED.contains(&function))) else {
        return Vec::new();
    };
    let finding = Finding::new(
        Location::Span(file.file.span(call.function_at)),
        format!("`{}` gives the metrics of one worker, and there are {}", name(call), workers.count),
    );
    vec![
        finding
            .key(call.function.clone())
            .related(workers.at, "starts them")
            .note("each process counts for itself: a scrape sees whichever answers, and counters go up and down")
            .help("set `PROMETHEUS_MULTIPROC_DIR`, collect with `prometheus_client.multiprocess.MultiProcessCollector`, and call `mark_process_dead` where a worker ends")
            .package("prometheus-client"),
    ]
}

/// One finding a scheduler that is started where a worker imports the application.
pub fn schedulers(context: &Context<'_>) -> Vec<Finding> {
    let Some(workers) = several(Scanned::of(context)).filter(|workers| !workers.is_preloaded) else {
        return Vec::new();
    };
    let started =
        calls(context).filter(|(_, call)| call.at_import && call.is_only(|function| SCHEDULERS.contains(&function)));
    started
        .map(|(file, call)| {
            Finding::new(
                Location::Span(file.file.span(call.function_at)),
                format!("each of the {} workers starts this scheduler", workers.count),
            )
            .key(call.function.clone())
            .related(workers.at, "starts them")
            .note("every job runs once for each, and a job store that they share does not help: they do not know of each other")
            .help("start it in a process of its own, with one worker")
            .package("apscheduler")
        })
        .collect()
}

/// A command that starts several workers.
struct Workers {
    count: u32,
    at: Span,
    /// Whether the application is imported before the workers are started.
    is_preloaded: bool,
}

/// The one command of the project's own evidence that serves an application, where it starts several workers.
fn several(Scanned { workspace, project, .. }: Scanned<'_>) -> Option<Workers> {
    let evidence = project.evidence.iter().filter_map(|at| workspace.evidence.get(*at));
    let is_here = |owner: usize| workspace.projects.get(owner).is_some_and(|owner| owner.root == project.root);
    let own = evidence.filter(|file| workspace.owner(path::folder(&file.path)).is_some_and(is_here));
    let commands = own.flat_map(|file| {
        let commands = file.seen.traces.iter().filter(|trace| trace.kind == TraceKind::Command);
        commands.map(|trace| (file.file.span(trace.at), trace.text.as_str()))
    });
    let all: Vec<(Span, &str, u32)> =
        commands.filter_map(|(at, command)| Some((at, command, workers_of(command)?))).collect();
    // Who serves two applications may serve the metrics with the other.
    let [(at, command, count)] = all.as_slice() else { return None };
    (*count > 1).then(|| Workers { count: *count, at: *at, is_preloaded: command.contains("--preload") })
}

/// Of a command that starts a server: how many workers it says, 0 where it does not.
fn workers_of(command: &str) -> Option<u32> {
    let mut words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'']));
    let program = words.next()?;
    let (_, options) = SERVERS.iter().find(|(server, _)| *server == program)?;
    let words: Vec<&str> = words.collect();
    let said = words.iter().enumerate().find_map(|(at, word)| {
        options.iter().find_map(|option| {
            let rest = word.strip_prefix(option)?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => words.get(at + 1).copied(),
                None => (!option.starts_with("--")).then_some(rest),
            }
        })
    });
    Some(said.and_then(|value| value.parse().ok()).unwrap_or_default())
}

/// Whether a requirement or a text of the evidence shows that the metrics of workers are joined in another way.
fn is_set_up(context: &Context<'_>) -> bool {
    let evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    let mentions = |file| context.workspace.sources.text(file).to_ascii_lowercase().contains("multiproc");
    evidence.into_iter().any(|file| mentions(file.file))
}

/// The calls of the program itself.
fn calls<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a PythonFile, &'a Call)> {
    let root = &context.project.root;
    let files = context.workspace.python_of(context.project).filter(move |file| {
        let below = path::below(&file.path, root).unwrap_or(&file.path);
        !role::is_for_show(below) && !role::is_script(below)
    });
    files
        .filter_map(|file| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.calls.iter().map(move |call| (file, call)))
}

/// The last part of the name of what is called.
fn name(call: &Call) -> &str {
    call.function.rsplit('.').next().unwrap_or(&call.function)
}
