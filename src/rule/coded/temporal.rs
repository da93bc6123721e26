//! `temporal-import-in-sandbox` and `temporal-pydantic-converter`: what files with workflows import and take.
//!
//! Sources: <https://docs.temporal.io/develop/python/python-sdk-sandbox>,
//! <https://docs.temporal.io/develop/python/converters-and-encryption>.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{PythonFile, load, role};
use crate::python::{Call, Decorator, Passed, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted, imports_any};
use crate::source::{Location, Span};

/// What makes a class a workflow.
const WORKFLOW: &str = "temporalio.workflow.defn";

/// What makes a function one that gets what was handed in.
const TAKING: &[&str] = &[
    "temporalio.workflow.run",
    "temporalio.workflow.signal",
    "temporalio.workflow.update",
    "temporalio.activity.defn",
];

/// What the sandbox lets through by itself, and what its makers have prepared for it.
const LET_THROUGH: &[&str] = &[
    "temporalio",
    "google",
    "grpc",
    "nexusrpc",
    "opentelemetry",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
    "attr",
    "attrs",
];

/// Words by which a project shows that it has arranged the sandbox itself.
const ARRANGED: &[&str] = &["passthrough", "UnsandboxedWorkflowRunner", "sandboxed=False"];

/// The class of which models are.
const MODEL: &str = "pydantic.BaseModel";

/// What connects a program to the service.
pub const CONNECT: &str = "temporalio.client.Client.connect";

/// Words by which a project shows that it has a converter.
const CONVERTED: &[&str] = &["data_converter", "pydantic_data_converter", "PydanticPayloadConverter"];

/// Files with workflows, activities and clients, and those that show how they are set up.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    for place in scanned.importers(&["temporalio"]) {
        wanted.add(place, ["workflow", "activity", "Client"]);
        wanted.add(place, ARRANGED.iter().chain(CONVERTED).copied());
    }
}

/// One finding a file.
pub fn imports(context: &Context<'_>) -> Vec<Finding> {
    if mentions(context, ARRANGED) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (file, uses) in files(context) {
        if !uses.classes.iter().any(|class| class.decorators.iter().any(|one| is(one, &[WORKFLOW]))) {
            continue;
        }
        let is_foreign = |module: &str| {
            let top = load::top_level(module);
            !LET_THROUGH.contains(&top)
                && context.requirements_on(&top.to_ascii_lowercase().replace('_', "-")).next().is_some()
        };
        let sites =
            uses.imports.iter().filter(|site| site.import.outermost && site.import.level == 0 && !site.type_checking);
        let found: Vec<(&str, Span)> = sites
            .filter(|site| is_foreign(&site.import.module))
            .map(|site| (&*site.import.module, file.file.span(site.import.at)))
            .collect();
        let Some(((module, at), rest)) = found.split_first() else { continue };
        let finding = Finding::new(
            Location::Span(*at),
            format!("`{module}` is imported anew for every workflow that runs"),
        )
        .key(*module)
        .note(
            "the sandbox loads what the file of a workflow imports again for each run, and lets it do less than usual",
        )
        .help("`with workflow.unsafe.imports_passed_through():` round the imports of other packages")
        .package("temporalio");
        findings.push(rest.iter().fold(finding, |finding, (_, at)| finding.related(*at, "and this")));
    }
    findings
}

/// At most one finding a project, where it connects.
pub fn converter(context: &Context<'_>) -> Vec<Finding> {
    if mentions(context, CONVERTED) {
        return Vec::new();
    }
    let taken = files(context).find_map(|(file, uses)| Some((file.file.span(model_taken(uses)?), ())));
    let Some((taken, ())) = taken else { return Vec::new() };
    let is_connect = |call: &&Call| {
        call.is_only(|function| function == CONNECT)
            && call.argument(Some("data_converter"), None) == Passed::Not
            && !call.starred
    };
    let connected = files(context).find_map(|(file, uses)| Some((file, uses.calls.iter().find(is_connect)?)));
    let Some((file, call)) = connected else { return Vec::new() };
    vec![
        Finding::new(
            Location::Span(file.file.span(call.function_at)),
            "the client has no converter for pydantic, and models are handed to workflows",
        )
        .key("data_converter")
        .related(taken, "a model")
        .note("the converter that there is without it takes models apart in the way of pydantic 1, and loses types that JSON has not")
        .help("`data_converter=pydantic_data_converter`, from `temporalio.contrib.pydantic`")
        .replacements(["temporalio.contrib.pydantic.pydantic_data_converter"])
        .package("temporalio"),
    ]
}

/// Where a workflow or an activity takes a model of the file.
fn model_taken(uses: &Uses) -> Option<crate::source::Extent> {
    let taking = uses.functions.iter().filter(|function| function.decorators.iter().any(|one| is(one, TAKING)));
    let mut parameters = taking.flat_map(|function| &function.parameters);
    let is_model = |class: &String| uses.derives_from(class, &[MODEL]) == Some(true);
    parameters.find(|parameter| parameter.classes.iter().any(is_model)).map(|parameter| parameter.at)
}

/// Whether a file of the project that imports the SDK has one of `words`, which are among those that [`ask`] asks for.
fn mentions(context: &Context<'_>, words: &[&str]) -> bool {
    let of_sdk = context.workspace.python_of(context.project).filter(|file| imports_any(file, &["temporalio"]));
    let mut texts = of_sdk.map(|file| context.workspace.sources.text(file.file));
    texts.any(|text| words.iter().any(|word| text.contains(word)))
}

fn is(decorator: &Decorator, names: &[&str]) -> bool {
    decorator.is_only(|name| names.contains(&name))
}

/// The files of the program itself.
fn files<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
    let root = &context.project.root;
    let files = context.workspace.python_of(context.project).filter(move |file| {
        let below = path::below(&file.path, root).unwrap_or(&file.path);
        !role::is_for_show(below)
    });
    files.filter_map(|file| Some((file, file.uses.as_deref()?)))
}
