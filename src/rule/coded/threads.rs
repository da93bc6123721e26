//! `shared-boto3-session` and `shared-duckdb-connection`: what several threads use at once, and is made for one.
//!
//! A function runs in several threads where the file passes it to a pool of threads, or to a thread that a loop starts.
//! Sources: <https://docs.aws.amazon.com/boto3/latest/guide/session.html>,
//! <https://duckdb.org/docs/stable/guides/python/multiple_threads.html>.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::{Call, Passed, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::{Extent, Location};

/// What is called by what is looked for: clients, connections, and what starts threads.
pub const NAMES: &[&str] = &["boto3.*", "duckdb.*", "threading.Thread", "concurrent.futures.*", "multiprocessing.*"];

/// Methods of pools of threads that run a function several times, or once for each time they are called.
const POOLS: &[&str] =
    &["concurrent.futures.ThreadPoolExecutor()", "multiprocessing.pool.ThreadPool()", "multiprocessing.dummy.Pool()"];

/// Those of them that run it several times themselves.
const MAPS: &[&str] = &["map", "imap", "imap_unordered", "starmap", "map_async"];

/// Those that run it once.
const SUBMITS: &[&str] = &["submit", "apply_async"];

/// What makes a client or a resource, by the default session.
const BY_DEFAULT: &[&str] = &["boto3.client", "boto3.resource"];

/// What makes one, by a session that is named.
const BY_SESSION: &[&str] = &[
    "boto3.Session().client",
    "boto3.Session().resource",
    "boto3.session.Session().client",
    "boto3.session.Session().resource",
];

/// Methods of a connection that run a query.
const QUERIES: &[&str] = &[
    "duckdb.connect().execute",
    "duckdb.connect().executemany",
    "duckdb.connect().sql",
    "duckdb.connect().query",
    "duckdb.connect().begin",
    "duckdb.connect().commit",
];

/// Files that start threads beside boto3.
pub fn ask_for_sessions(scanned: Scanned<'_>, wanted: &mut Wanted) {
    ask(scanned, wanted, "boto3");
}

/// Files that start threads beside duckdb.
pub fn ask_for_connections(scanned: Scanned<'_>, wanted: &mut Wanted) {
    ask(scanned, wanted, "duckdb");
}

fn ask(scanned: Scanned<'_>, wanted: &mut Wanted, module: &str) {
    for place in scanned.importers(&[module]) {
        wanted.add(place, ["Thread"]);
    }
}

/// One finding a call that makes a client or a resource.
pub fn sessions(context: &Context<'_>) -> Vec<Finding> {
    found(context, |call, uses| {
        call.is_only(|function| BY_DEFAULT.contains(&function))
            || call.is_only(|function| BY_SESSION.contains(&function)) && is_made_outside(call, uses)
    })
    .into_iter()
    .map(|(file, call, start)| {
        let session = if BY_DEFAULT.contains(&call.function.as_str()) { "the default session" } else { "one session" };
        let message = format!("several threads use {session} at once to call `{}`", shown(file, call, context));
        Finding::new(Location::Span(file.file.span(call.function_at)), message)
            .key(call.function.clone())
            .related(file.file.span(start), "in several threads")
            .note("sessions are not made for that: now and then a thread meets one that is half set up (`KeyError: 'endpoint_resolver'`)")
            .help("make one client before the threads start, for clients can be shared; or `boto3.Session()` in each thread")
            .package("boto3")
    })
    .collect()
}

/// One finding a function.
pub fn connections(context: &Context<'_>) -> Vec<Finding> {
    let mut told: Vec<(Location, Option<usize>)> = Vec::new();
    let mut findings = Vec::new();
    let is_query =
        |call: &Call, uses: &Uses| call.is_only(|function| QUERIES.contains(&function)) && is_made_outside(call, uses);
    for (file, call, start) in found(context, is_query) {
        let function = (Location::File(file.file), call.within);
        if told.contains(&function) {
            continue;
        }
        told.push(function);
        findings.push(
            Finding::new(
                Location::Span(file.file.span(call.function_at)),
                format!("several threads call `{}` on one connection", shown(file, call, context)),
            )
            .key(call.function.clone())
            .related(file.file.span(start), "in several threads")
            .note("a connection has one result and one transaction: threads wait for each other, and one reads the rows of another")
            .help("a cursor for each thread, in the function: `connection.cursor().execute(…)`")
            .package("duckdb"),
        );
    }
    findings
}

/// Calls that `is_it`, in functions that run in several threads, with the place that starts these.
fn found<'a>(context: &Context<'a>, is_it: impl Fn(&Call, &Uses) -> bool) -> Vec<(&'a PythonFile, &'a Call, Extent)> {
    let mut all = Vec::new();
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = &file.uses else { continue };
        let calls: Vec<&Call> = uses.calls.iter().filter(|call| is_it(call, uses)).collect();
        if calls.is_empty() {
            continue;
        }
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        let text = context.workspace.sources.text(file.file);
        // What is locked may be used by one thread at a time.
        if role::is_for_show(below) || text.contains("Lock(") {
            continue;
        }
        let threads: Vec<(usize, Extent)> = uses.calls.iter().filter_map(|call| started(call, uses, text)).collect();
        let within =
            |call: &Call| threads.iter().find(|(function, _)| call.within == Some(*function)).map(|(_, at)| *at);
        all.extend(calls.into_iter().filter_map(|call| Some((file, call, within(call)?))));
    }
    all
}

/// The function of the module that `call` runs in several threads, and where it is passed.
fn started(call: &Call, uses: &Uses, text: &str) -> Option<(usize, Extent)> {
    let is_pool = |methods: &[&str]| {
        call.is_only(|function| {
            function.rsplit_once('.').is_some_and(|(pool, method)| POOLS.contains(&pool) && methods.contains(&method))
        })
    };
    let is_thread = || call.is_only(|function| function == "threading.Thread");
    let passed = if is_pool(MAPS) || is_pool(SUBMITS) && call.in_loop {
        if is_single(call, uses) {
            return None;
        }
        call.argument(Some("func"), Some(0))
    } else if is_thread() && call.in_loop {
        call.argument(Some("target"), Some(1))
    } else {
        return None;
    };
    let Passed::As(argument) = passed else { return None };
    let name = argument.at.of(text);
    let mut functions = uses.functions.iter().enumerate().filter(|(_, function)| function.name == name);
    let (place, function) = functions.next().filter(|_| functions.next().is_none())?;
    (function.class.is_none() && function.outer.is_none() && !function.is_async).then_some((place, argument.at))
}

/// Whether a pool has one thread alone.
fn is_single(call: &Call, uses: &Uses) -> bool {
    call.made_at.iter().filter_map(|at| uses.call_at(*at)).any(|pool| {
        ["max_workers", "processes"].iter().any(|name| {
            matches!(pool.argument(Some(name), Some(0)), Passed::As(argument) if argument.value == crate::python::ArgumentValue::Literal("1".to_owned()))
        })
    })
}

/// Whether the object whose method is called was made by the module itself.
fn is_made_outside(call: &Call, uses: &Uses) -> bool {
    let is_of_module = |at: &Extent| uses.call_at(*at).is_some_and(|made| made.within.is_none() && !made.in_function);
    !call.made_at.is_empty() && call.made_at.iter().all(is_of_module)
}

/// The function of a call as it is written.
fn shown<'a>(file: &PythonFile, call: &Call, context: &Context<'a>) -> &'a str {
    call.function_at.of(context.workspace.sources.text(file.file))
}
