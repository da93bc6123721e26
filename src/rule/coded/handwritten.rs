//! `handwritten-retry` and `handwritten-cli`: what a library does in a line, written out.

use crate::diagnostic::Finding;
use crate::project::purpose::Purpose;
use crate::project::{Kind, PythonFile, load};
use crate::python::Uses;
use crate::python::idioms::{ArgumentWord, RetryLoop};
use crate::rule::syntax::{self, Scanned, Wanted};
use crate::rule::{Context, text};

const RETRY: &str = "handwritten-retry";

/// The list of modules that talk to other machines.
const CLIENTS: &str = "clients";

/// The list of pairs `module: what it has for retries itself`.
const OWN: &str = "own-retries";

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The fewest words that make the arguments of a program worth a parser.
const LEAST_WORDS: usize = 5;

// ------------------------------------------------------------------------------------------------ retries

/// The files of the program that import a client, where they pause.
pub fn ask_for_retries(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let clients = scanned.knowledge.list(RETRY, CLIENTS);
    let tops: Vec<&str> = clients.iter().map(|client| load::top_level(client)).collect();
    for (place, file) in scanned.files(&[Purpose::Runtime]).filter(|(_, file)| syntax::imports_any(file, &tops)) {
        wanted.add(place, [if file.is_async { "sleep" } else { "time" }]);
    }
}

/// At most one finding a project: at the first loop that calls another machine again after a pause.
pub fn retries(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    let clients = context.knowledge.list(RETRY, CLIENTS);
    let present = scanned.required("retries");
    // What a client has itself knows the failures of the transport, not those of one's own choice.
    let own = |retry: &RetryLoop, client: &str| {
        let mut pairs = context.knowledge.list(RETRY, OWN).iter().filter_map(|pair| pair.split_once(": "));
        pairs.find(|(module, _)| is_in(client, module) && !retry.selective).map(|(_, own)| own)
    };
    // A library does well to require little.
    let is_free = context.project.kind != Kind::Library || present.is_some();
    let loops: Vec<(&PythonFile, &RetryLoop, String)> = scanned
        .files(&[Purpose::Runtime])
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.idioms.retry_loops.iter().map(move |retry| (file, retry)))
        .filter_map(|(file, retry)| Some((file, retry, client(retry, clients)?)))
        .filter(|(_, retry, client)| is_free || own(retry, client).is_some())
        .collect();
    let Some((file, retry, client)) = loops.first() else { return Vec::new() };
    let times = retry.attempts.as_ref().map_or(String::new(), |n| format!(", up to {n} times"));
    let message = format!("calls to `{}` are retried by hand{times}", load::top_level(client));
    let mut finding = Finding::new(file.file.locate(Some(retry.at)), message)
        .related(file.file.span(retry.sleep.1), "waits here")
        .need("retries")
        .key(client.clone());
    for (file, retry, _) in loops.iter().skip(1).take(SHOWN_PLACES) {
        finding = finding.related(file.file.span(retry.at), "and here");
    }
    if loops.len() > 1 {
        finding = finding.note(format!("{} like this", text::count(loops.len(), "loop")));
    }
    if !retry.grows {
        finding = finding.note("the pause is the same each time: clients that fail together come back together");
    }
    if let Some(own) = own(retry, client) {
        finding = finding.help(own);
    }
    let library = present.or_else(|| scanned.recommended("retries"));
    let Some(library) = library.filter(|_| is_free) else { return vec![finding] };
    let how = match library {
        "tenacity" => ": `@retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=60))`",
        "stamina" => ": `@stamina.retry(on=…, attempts=5)`",
        _ => "",
    };
    let there = if present.is_some() { "is required already, and puts" } else { "puts" };
    vec![finding.help(format!("`{library}` {there} this into a decorator{how}")).replacements([library])]
}

/// The client that a loop calls, or whose errors it catches.
fn client(retry: &RetryLoop, clients: &[String]) -> Option<String> {
    let names = retry.calls.iter().map(|(name, _)| name).chain(&retry.exceptions);
    names.into_iter().find(|name| clients.iter().any(|client| is_in(name, client))).cloned()
}

/// Whether a dotted name lies in a module.
fn is_in(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
}

// ------------------------------------------------------------------------------------------------ command lines

/// Modules of the standard library that read arguments.
const PARSERS: &[&str] = &["argparse", "optparse", "getopt"];

/// The files that read the arguments of the program themselves.
pub fn ask_for_arguments(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let parsers = parsers(scanned);
    let files = scanned.files(&[Purpose::Runtime, Purpose::Scripts]);
    for (place, _) in files.filter(|(_, file)| reads_arguments(file, &parsers)) {
        wanted.add(place, ["argv"]);
    }
}

/// One finding a file that tells several words apart among the arguments of the program.
pub fn arguments(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    let parsers = parsers(scanned);
    let mut findings = Vec::new();
    for (_, file) in scanned.files(&[Purpose::Runtime, Purpose::Scripts]) {
        let is_program = |uses: &&Uses| uses.idioms.is_program || file.path.ends_with("__main__.py");
        let uses = file.uses.as_deref().filter(|_| reads_arguments(file, &parsers));
        let Some(uses) = uses.filter(is_program) else { continue };
        let mut words: Vec<&ArgumentWord> = Vec::new();
        for word in &uses.idioms.argument_words {
            // `--level` and `--level=` are one.
            let plain = |word: &ArgumentWord| word.word.trim_end_matches('=').to_owned();
            if !words.iter().any(|known| plain(known) == plain(word)) && !plain(word).trim_matches('-').is_empty() {
                words.push(word);
            }
        }
        let Some(first) = words.first().filter(|_| words.len() >= LEAST_WORDS) else { continue };
        let shown: Vec<&str> = words.iter().take(4).map(|word| word.word.as_str()).collect();
        let more = words.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let shown: Vec<String> = shown.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("arguments of the program are taken apart by hand: {}{more}", shown.join(", "));
        let finding = Finding::new(file.file.locate(Some(first.at)), message)
            .note("a parser checks values, refuses what is misspelt, and writes `--help`")
            .need("cli");
        findings.push(match scanned.required("cli") {
            Some(library) => finding.help(format!("`{library}` is required already")).replacements([library]),
            None => finding
                .help("`argparse` of the standard library needs a line for each of them")
                .replacements(["argparse"]),
        });
    }
    findings
}

/// Modules that read the arguments of a program.
fn parsers(scanned: Scanned<'_>) -> Vec<&str> {
    scanned.modules_for("cli").into_iter().chain(PARSERS.iter().copied()).collect()
}

/// Whether a file looks at the arguments itself.
fn reads_arguments(file: &PythonFile, parsers: &[&str]) -> bool {
    syntax::imports_any(file, &["sys"]) && !syntax::imports_any(file, parsers)
}
