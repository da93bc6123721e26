//! `jsonschema-format-unchecked` and `jsonschema-validate-in-loop`: what `jsonschema.validate` and validators do with a
//! schema that the file shows.
//!
//! Sources: <https://python-jsonschema.readthedocs.io/en/stable/validate/#validating-formats>,
//! <https://python-jsonschema.readthedocs.io/en/stable/faq/>.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::{Call, Passed, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::{Extent, Location, Span};

/// Functions that check a document against the schema in the second place.
const VALIDATE: &[&str] = &["jsonschema.validate", "jsonschema.validators.validate"];

/// Classes that take the schema in the first place.
const VALIDATORS: &[&str] = &[
    "Draft3Validator",
    "Draft4Validator",
    "Draft6Validator",
    "Draft7Validator",
    "Draft201909Validator",
    "Draft202012Validator",
];

/// Formats that a checker knows: of the vocabulary of JSON Schema, which leaves it to the program whether they are checked.
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "uuid",
    "regex",
    "json-pointer",
];

/// Files that check documents.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    for place in scanned.importers(&["jsonschema"]) {
        wanted.add(place, ["validate", "Validator("]);
    }
}

/// One finding a call.
pub fn formats(context: &Context<'_>) -> Vec<Finding> {
    let unchecked = |file: &PythonFile, uses: &Uses, call: &Call| {
        let text = context.workspace.sources.text(file.file);
        let at = schema(call)?;
        let is_checked = call.argument(Some("format_checker"), None) != Passed::Not || call.starred;
        let format = (!is_checked).then(|| format_in(literal(at, uses, text)?, text)).flatten()?;
        Some((call.function_at, at, format))
    };
    found(context, unchecked)
        .into_iter()
        .map(|(file, (at, schema, format))| {
            let shown = format.of(context.workspace.sources.text(file.file));
            let finding = Finding::new(
                Location::Span(file.file.span(at)),
                format!("the schema says `\"format\": {shown}`, and nothing checks formats here"),
            );
            let place: Span = file.file.span(format);
            let finding = if schema.start <= format.start && format.end <= schema.end { finding } else { finding.related(file.file.span(schema), "the schema") };
            finding
                .key("format")
                .related(place, "any text passes")
                .note("without a checker a format is a remark for readers")
                .help("`format_checker=…Validator.FORMAT_CHECKER`, and `jsonschema[format]` for the formats that need more than Python has")
                .package("jsonschema")
        })
        .collect()
}

/// One finding a call.
pub fn loops(context: &Context<'_>) -> Vec<Finding> {
    let repeated = |file: &PythonFile, uses: &Uses, call: &Call| {
        let text = context.workspace.sources.text(file.file);
        let at = schema(call)?;
        let is_one =
            call.in_loop && call.is_only(|function| VALIDATE.contains(&function)) && is_constant(at, call, uses, text);
        is_one.then_some((call.function_at, at))
    };
    found(context, repeated)
        .into_iter()
        .map(|(file, (at, schema))| {
            let text = context.workspace.sources.text(file.file);
            Finding::new(Location::Span(file.file.span(at)), format!("`{}` checks the schema `{}` anew in each round", at.of(text), schema.of(text)))
                .key("loop")
                .related(file.file.span(schema), "the same in each round")
                .note("before each document the schema itself is checked against its own schema, which mostly takes longer than the document")
                .help("`Draft202012Validator(schema)` before the loop, and its `validate` in it")
                .package("jsonschema")
        })
        .collect()
}

/// What `judge` finds in calls of the program itself.
fn found<'a, T>(
    context: &Context<'a>,
    judge: impl Fn(&PythonFile, &Uses, &Call) -> Option<T>,
) -> Vec<(&'a PythonFile, T)> {
    let mut all = Vec::new();
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = &file.uses else { continue };
        let below = path::below(&file.path, &context.project.root).unwrap_or(&file.path);
        if !role::is_for_show(below) {
            all.extend(uses.calls.iter().filter_map(|call| Some((file, judge(file, uses, call)?))));
        }
    }
    all
}

/// Where the schema stands that a call is passed.
fn schema(call: &Call) -> Option<Extent> {
    let is_validator = |function: &str| {
        let class = function.strip_prefix("jsonschema.validators.").or_else(|| function.strip_prefix("jsonschema."));
        class.is_some_and(|class| VALIDATORS.contains(&class))
    };
    let place = if call.is_only(|function| VALIDATE.contains(&function)) {
        1
    } else if call.is_only(is_validator) {
        0
    } else {
        return None;
    };
    match call.argument(Some("schema"), Some(place)) {
        Passed::As(argument) => Some(argument.at),
        _ => None,
    }
}

/// The dictionary that is written at `at`, or that the module gives the name there, once.
fn literal(at: Extent, uses: &Uses, text: &str) -> Option<Extent> {
    let written = at.of(text);
    if written.starts_with('{') {
        return Some(at);
    }
    let mut given = uses.assignments.iter().filter(|given| given.target.strip_prefix('.') == Some(written));
    let value = given.next().filter(|given| given.value_at.of(text).starts_with('{'))?.value_at;
    given.next().is_none().then_some(value)
}

/// Where the first format stands in the dictionary at `at` that a checker knows.
fn format_in(at: Extent, text: &str) -> Option<Extent> {
    let written = at.of(text);
    ["\"format\": ", "'format': "].iter().find_map(|key| {
        written.match_indices(key).find_map(|(start, _)| {
            let rest = written.get(start + key.len()..)?;
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let end = rest.get(1..)?.find(quote)?;
            let format = rest.get(1..=end)?;
            let begin = at.start as usize + start + key.len();
            FORMATS.contains(&format).then(|| Extent::new(begin, begin + end + 2))
        })
    })
}

/// Whether what is written at `at` is a name that the module alone binds.
fn is_constant(at: Extent, call: &Call, uses: &Uses, text: &str) -> bool {
    let name = at.of(text);
    let is_parameter = uses.functions_around(call.within).any(|f| f.parameters.iter().any(|p| p.name == name));
    let is_upper = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_upper && !is_parameter && uses.idioms.assigned.iter().any(|assigned| assigned == name)
}
