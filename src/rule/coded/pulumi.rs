//! `pulumi-output-in-string` and `resource-in-apply`: values of pulumi that are known only when resources are made.
//!
//! An attribute of a resource is an `Output`, a value that comes later.
//! Source: <https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/>.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{PythonFile, load, role};
use crate::python::{ArgumentValue, Call, Passed, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::{Extent, Location};

/// The rule whose file lists what gives values that come later.
const RULE: &str = "pulumi-output-in-string";

/// The list of functions that give such values, beside the attributes of resources.
const OUTPUTS: &str = "outputs";

/// The list of modules that are called like those of providers and have no resources.
const OTHERS: &str = "no-providers";

/// What modules of providers begin with.
const PROVIDER: &str = "pulumi_";

/// Ends of names of classes that hold what is passed to a resource, and are none.
const ARGUMENTS: &[&str] = &["Args", "ArgsDict", "Dict", "Opts", "Options", "Config"];

/// What a resource has that is no value of it.
const METHODS: &[&str] = &["apply", "get", "get_provider", "translate_input_property", "translate_output_property"];

/// Files that put something into a text.
pub fn ask_for_texts(scanned: Scanned<'_>, wanted: &mut Wanted) {
    ask(scanned, wanted, &["f\"", "f'", "str(", "\" +", "' +", "+ \"", "+ '", "\" %", "' %", ".format("]);
}

/// Files that use values when they are there.
pub fn ask_for_applied(scanned: Scanned<'_>, wanted: &mut Wanted) {
    ask(scanned, wanted, &["apply"]);
}

fn ask(scanned: Scanned<'_>, wanted: &mut Wanted, words: &[&str]) {
    if !scanned.project.imported.keys().any(|module| is_of_pulumi(module)) {
        return;
    }
    for place in &scanned.project.python {
        if scanned.workspace.python.get(*place).is_some_and(uses_pulumi) {
            wanted.add(*place, words.iter().copied());
        }
    }
}

/// Whether a file imports pulumi, or a provider of it.
fn uses_pulumi(file: &PythonFile) -> bool {
    let mut imports = file.imports.imports.iter().filter(|import| import.level == 0);
    imports.any(|import| is_of_pulumi(load::top_level(&import.module)))
}

/// Whether a top-level module is pulumi, or a provider of it.
fn is_of_pulumi(module: &str) -> bool {
    module == "pulumi" || module.starts_with(PROVIDER)
}

/// One finding a value that is put into a text.
pub fn output_in_string(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, uses) in files(context) {
        let texts = uses.texts.iter().flat_map(|text| &text.parts).map(|(value, at)| (value, *at));
        let converted = uses.calls.iter().filter(|call| call.is_only(|function| function == "builtins.str"));
        let converted = converted.filter_map(|call| match call.argument(None, Some(0)) {
            Passed::As(argument) => Some((&argument.value, argument.at)),
            _ => None,
        });
        let mut places: BTreeMap<Extent, String> = BTreeMap::new();
        for (value, at) in texts.chain(converted).filter(|(value, _)| is_output(context, value)) {
            places.insert(at, shown(value));
        }
        for (at, shown) in places {
            let place = Location::Span(file.file.span(at));
            findings.push(
                Finding::new(place, format!("{shown} is an `Output` of pulumi: the text does not get its value"))
                    .key(shown)
                    .note("the value comes when the resource is made; what is put in is a sentence that says so")
                    .help("`pulumi.Output.format(\"…{0}…\", value)`, `pulumi.Output.concat(…)`, or `value.apply(lambda value: f\"…{value}…\")`"),
            );
        }
    }
    findings
}

/// One finding a resource.
pub fn resource_in_apply(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, uses) in files(context) {
        let applied: Vec<&Call> = uses.calls.iter().filter(|call| is_apply(context, call)).collect();
        for call in uses.calls.iter().filter(|call| call.is_only(|function| is_resource(context, function))) {
            let text = context.workspace.sources.text(file.file);
            let is_made_by = |apply: &&&Call| is_within(call, apply) || is_in_function_of(call, apply, uses, text);
            let Some(apply) = applied.iter().find(is_made_by) else { continue };
            let place = Location::Span(file.file.span(call.function_at));
            findings.push(
                Finding::new(place, format!("`{}` is made in `apply`: a preview does not show it", call.function))
                    .related(file.file.span(apply.function_at), "when this value is there")
                    .note("while the value is not known the function is not called, and pulumi does not know of the resource")
                    .help("pass the `Output` itself to the resource: every argument takes one, and what depends on what follows from it"),
            );
        }
    }
    findings
}

/// The files that are judged.
fn files<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
    let root = &context.project.root;
    let files = context.workspace.python_of(context.project).filter(move |file| {
        let below = path::below(&file.path, root).unwrap_or(&file.path);
        uses_pulumi(file) && !role::is_test(below) && !role::is_test_data(below)
    });
    files.filter_map(|file| Some((file, file.uses.as_deref()?)))
}

/// Whether a value can only be one that comes later.
fn is_output(context: &Context<'_>, value: &ArgumentValue) -> bool {
    match value {
        ArgumentValue::Names(names) => !names.is_empty() && names.iter().all(|name| is_attribute(context, name)),
        ArgumentValue::Call(function) => gives_output(context, function),
        _ => false,
    }
}

/// Whether a name is an attribute of a resource (`pulumi_aws.s3.Bucket().id`), or a part of one.
fn is_attribute(context: &Context<'_>, name: &str) -> bool {
    let Some((class, attributes)) = name.split_once("().") else { return false };
    let plain =
        |attribute: &str| attribute.starts_with(|c: char| c.is_ascii_lowercase()) && !METHODS.contains(&attribute);
    is_resource(context, class) && attributes.split('.').all(plain) && !attributes.contains('(')
}

/// Whether what a function gives comes later: `bucket.id.apply`, `pulumi.Output.all`.
fn gives_output(context: &Context<'_>, function: &str) -> bool {
    if context.knowledge.list(RULE, OUTPUTS).iter().any(|output| output == function) {
        return true;
    }
    let Some(object) = function.strip_suffix(".apply") else { return false };
    is_attribute(context, object) || object.strip_suffix("()").is_some_and(|inner| gives_output(context, inner))
}

fn is_apply(context: &Context<'_>, call: &Call) -> bool {
    call.is_only(|function| is_method_apply(function) && gives_output(context, function))
}

/// Whether a function is a method `apply`.
fn is_method_apply(function: &str) -> bool {
    function.rsplit_once('.').is_some_and(|(_, method)| method == "apply")
}

/// Whether a name is that of a class of resources of a provider.
fn is_resource(context: &Context<'_>, class: &str) -> bool {
    let (module, name) = (load::top_level(class), class.rsplit('.').next().unwrap_or_default());
    module.starts_with(PROVIDER)
        && !context.knowledge.list(RULE, OTHERS).iter().any(|other| other == module)
        && !class.contains('(')
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name != "Provider"
        && !ARGUMENTS.iter().any(|end| name.ends_with(end))
}

/// Whether a call stands in the lambda that `apply` is passed.
fn is_within(call: &Call, apply: &Call) -> bool {
    let Passed::As(function) = apply.argument(Some("func"), Some(0)) else { return false };
    call.in_function && function.at.start <= call.at.start && call.at.end <= function.at.end
}

/// Whether a call stands in the function of the module that `apply` is passed by its name.
fn is_in_function_of(call: &Call, apply: &Call, uses: &Uses, text: &str) -> bool {
    let Passed::As(passed) = apply.argument(Some("func"), Some(0)) else { return false };
    let Some(function) = call.within.and_then(|function| uses.functions.get(function)) else { return false };
    let is_only = uses.functions.iter().filter(|other| other.name == function.name).count() == 1;
    is_only && function.class.is_none() && function.outer.is_none() && passed.at.of(text) == function.name
}

/// What an `Output` is called in a message: the attribute of the resource, or what gives it.
fn shown(value: &ArgumentValue) -> String {
    match value {
        ArgumentValue::Names(names) => names
            .first()
            .and_then(|name| name.split_once("()."))
            .map_or_else(String::new, |(_, attribute)| format!("`{attribute}`")),
        ArgumentValue::Call(function) if is_method_apply(function) => "what `apply` gives".to_owned(),
        ArgumentValue::Call(function) => format!("what `{}` gives", function.replace("()", "")),
        _ => String::new(),
    }
}
