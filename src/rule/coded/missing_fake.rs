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
    least: 3,
};

const AWS: Fake = Fake { rule: "missing-aws-mock", need: "mock-aws", used: &["boto3"], words: &["boto3"], least: 3 };

const FILES: Fake = Fake {
    rule: "missing-fake-filesystem",
    need: "fake-fs",
    used: &[],
    words: &["builtins.open", "os.", "shutil.", "Path"],
    least: 10,
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
    let Some((places, finding)) = HTTP.find(context) else { return Vec::new() };
    let client =
        |client: &&str| places.iter().filter(|(_, patch)| patch.target.split('.').any(|part| part == *client)).count();
    let Some(client) = HTTP.used.iter().max_by_key(|name| client(name)) else { return Vec::new() };
    // The list that is called like the client: what stands in for it, the first choice first.
    let fakes = context.knowledge.list(HTTP.rule, client);
    let message = format!("{} of `{client}` are replaced one by one", text::count(places.len(), "call"));
    let mut finding = Finding { message, ..finding }
        .note("a replaced function takes any argument and gives what it is told: a wrong URL, method or header goes unnoticed")
        .replacements(fakes);
    if !fakes.is_empty() {
        finding = finding.help(format!(
            "{} answers at the level of the transport, and checks what was asked for",
            text::alternatives(fakes)
        ));
    }
    vec![finding]
}

/// At most one finding a project.
pub fn aws(context: &Context<'_>) -> Vec<Finding> {
    let Some((places, finding)) = AWS.find(context) else { return Vec::new() };
    let message = format!("`boto3` is replaced as a whole in {}", text::count(places.len(), "place"));
    let finding = Finding { message, ..finding }
        .note("a replaced client takes any name and any argument: what AWS would refuse passes the tests");
    let Some(first) = Scanned::of(context).recommended(AWS.need) else { return vec![finding] };
    vec![finding.help(format!("`{first}` keeps the services in memory, with the real client before them; `botocore.stub.Stubber` checks single calls")).replacements([first])]
}

/// At most one finding a project.
pub fn files(context: &Context<'_>) -> Vec<Finding> {
    let Some((places, finding)) = FILES.find(context) else { return Vec::new() };
    let message = format!("functions of the file system are replaced one by one, {} times", places.len());
    let finding = Finding { message, ..finding }
        .note("such a test knows by which functions the program reaches the files, and breaks when it takes others");
    let first = Scanned::of(context).recommended(FILES.need).unwrap_or_default();
    vec![
        finding
            .help(format!("write real files below `tmp_path`, or let `{first}` stand in for the whole file system"))
            .replacements([first]),
    ]
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

    /// The replacements, where there are enough of them, and a finding at the first.
    fn find<'a>(&self, context: &Context<'a>) -> Option<(Vec<(&'a PythonFile, &'a Patch)>, Finding)> {
        let scanned = Scanned::of(context);
        if !self.is_asked(scanned) {
            return None;
        }
        let targets = context.knowledge.list(self.rule, TARGETS);
        let is_target = |patch: &&Patch| targets.iter().any(|target| ends_with(&patch.target, target));
        let patches = scanned.files(&[Purpose::Tests]).filter_map(|(_, file)| Some((file, file.uses.as_ref()?)));
        let patches = patches.flat_map(|(file, uses)| uses.idioms.patches.iter().map(move |patch| (file, patch)));
        // To let a call fail is what replacing is good for.
        let places: Vec<_> = patches.filter(|(_, patch)| !patch.fails && is_target(&patch)).collect();
        let (file, patch) = places.first().filter(|_| places.len() >= self.least)?;
        let finding = Finding::new(file.file.locate(Some(patch.at)), "").need(self.need);
        let others = places.iter().skip(1).take(SHOWN_PLACES);
        let finding =
            others.fold(finding, |finding, (file, patch)| finding.related(file.file.span(patch.at), "and here"));
        Some((places, finding))
    }
}

/// Whether a dotted name ends with another one, at a dot.
fn ends_with(name: &str, end: &str) -> bool {
    name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
