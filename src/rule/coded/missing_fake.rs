//! `missing-http-mock`, `missing-aws-mock`, `missing-fake-filesystem`: tests that replace function after function of what
//! there is a whole stand-in for.

use crate::diagnostic::Finding;
use crate::project::PythonFile;
use crate::project::purpose::Purpose;
use crate::python::idioms::Patch;
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, text};

/// The list of what is replaced, as ends of dotted names.
const TARGETS: &str = "targets";

/// The list of modules that stand in for it, beside those of the catalogue.
const STAND_INS: &str = "stand-ins";

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// A replacement, with its file.
type Place<'a> = (&'a PythonFile, &'a Patch);

/// What one of the rules is about.
#[derive(Debug, Clone, Copy)]
struct Fake {
    rule: &'static str,
    need: &'static str,
    /// The modules that the program must import: nothing where any program counts.
    used: &'static [&'static str],
    /// Words that a test which replaces them has.
    words: &'static [&'static str],
    /// From how many replacements on it is worth saying.
    least: usize,
}

const HTTP: Fake = Fake {
    rule: "missing-http-mock",
    need: "mock-http",
    used: &["requests", "httpx", "aiohttp"],
    words: &["requests", "httpx", "aiohttp"],
    least: 8,
};

const AWS: Fake = Fake { rule: "missing-aws-mock", need: "mock-aws", used: &["boto3"], words: &["boto3"], least: 5 };

const FILES: Fake = Fake {
    rule: "missing-fake-filesystem",
    need: "fake-fs",
    used: &[],
    words: &["builtins", "os.", "(os,", "shutil", "Path"],
    least: 25,
};

/// The tests that may replace functions of a client of HTTP.
pub fn ask_for_http(scanned: Scanned<'_>, wanted: &mut Wanted) {
    HTTP.ask(scanned, wanted);
}

/// The tests that may replace boto3.
pub fn ask_for_aws(scanned: Scanned<'_>, wanted: &mut Wanted) {
    AWS.ask(scanned, wanted);
}

/// The tests that may replace functions of the file system.
pub fn ask_for_files(scanned: Scanned<'_>, wanted: &mut Wanted) {
    FILES.ask(scanned, wanted);
}

/// At most one finding a project.
pub fn http(context: &Context<'_>) -> Vec<Finding> {
    let mut places = HTTP.places(context);
    let is_of = |patch: &Patch, client: &str| patch.target.split('.').any(|part| part == client);
    let count = |client: &str| places.iter().filter(|(_, patch)| is_of(patch, client)).count();
    let Some(client) = HTTP.used.iter().copied().max_by_key(|client| count(client)) else { return Vec::new() };
    places.retain(|(_, patch)| is_of(patch, client));
    let message = format!("{} of `{client}` are replaced one by one", text::count(places.len(), "call"));
    let Some(finding) = HTTP.finding(&places, message) else { return Vec::new() };
    let finding = finding.note("a replaced function takes any argument and gives what it is told: a wrong URL, method or header goes unnoticed");
    // The list that is called like the client: what stands in for it, the first choice first.
    let fakes = context.knowledge.list(HTTP.rule, client);
    let names = text::alternatives(fakes);
    vec![finding.help(format!("{names} answers below the client, and sees what was asked for")).replacements(fakes)]
}

/// At most one finding a project.
pub fn aws(context: &Context<'_>) -> Vec<Finding> {
    let places = AWS.places(context);
    let message = format!("`boto3` is replaced as a whole in {}", text::count(places.len(), "place"));
    let first = Scanned::of(context).recommended(AWS.need);
    let (Some(finding), Some(first)) = (AWS.finding(&places, message), first) else { return Vec::new() };
    let help = format!(
        "`{first}` keeps the services in memory, with the real client before them; `botocore.stub.Stubber` checks single calls"
    );
    let note = "a replaced client takes any name and any argument: what AWS would refuse passes the tests";
    vec![finding.note(note).help(help).replacements([first])]
}

/// At most one finding a project.
pub fn files(context: &Context<'_>) -> Vec<Finding> {
    let places = FILES.places(context);
    let message = format!("functions of the file system are replaced one by one, {} times", places.len());
    let first = Scanned::of(context).recommended(FILES.need);
    let (Some(finding), Some(first)) = (FILES.finding(&places, message), first) else { return Vec::new() };
    let help = format!("write real files below `tmp_path`, or let `{first}` stand in for the whole file system");
    let note = "such a test knows by which functions the program reaches its files, and breaks when it takes others";
    vec![finding.note(note).help(help).replacements([first])]
}

impl Fake {
    fn is_asked(&self, scanned: Scanned<'_>) -> bool {
        // Modules that stand in for it and come with something else.
        let stand_ins = scanned.knowledge.list(self.rule, STAND_INS);
        let mut imports = scanned.workspace.python_of(scanned.project).flat_map(|file| &file.imports.imports);
        let is_stand_in = |module: &str| stand_ins.iter().any(|stand_in| stand_in == module);
        (self.used.is_empty() || scanned.imports_any(self.used))
            && !scanned.may_have(self.need)
            && !imports.any(|import| is_stand_in(&import.module))
    }

    fn ask(&self, scanned: Scanned<'_>, wanted: &mut Wanted) {
        if self.is_asked(scanned) {
            for (place, _) in scanned.files(&[Purpose::Tests]) {
                wanted.add(place, self.words.iter().copied());
            }
        }
    }

    /// The replacements in the tests of a project that has nothing better.
    fn places<'a>(&self, context: &Context<'a>) -> Vec<Place<'a>> {
        let scanned = Scanned::of(context);
        if !self.is_asked(scanned) {
            return Vec::new();
        }
        let targets = context.knowledge.list(self.rule, TARGETS);
        let is_target = |patch: &Patch| targets.iter().any(|target| ends_with(&patch.target, target));
        let patches = scanned.files(&[Purpose::Tests]).filter_map(|(_, file)| Some((file, file.uses.as_deref()?)));
        let patches = patches.flat_map(|(file, uses)| uses.idioms.patches.iter().map(move |patch| (file, patch)));
        // To let a call fail is what replacing is good for.
        patches.filter(|(_, patch)| !patch.fails && is_target(patch)).collect()
    }

    /// A finding at the first replacement, where there are enough of them.
    fn finding(&self, places: &[Place<'_>], message: String) -> Option<Finding> {
        let (file, patch) = places.first().filter(|_| places.len() >= self.least)?;
        let finding = Finding::new(file.file.locate(Some(patch.at)), message).need(self.need);
        let others = places.iter().skip(1).take(SHOWN_PLACES);
        Some(others.fold(finding, |finding, (file, patch)| finding.related(file.file.span(patch.at), "and here")))
    }
}

/// Whether a dotted name ends with another one, at a dot.
fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
