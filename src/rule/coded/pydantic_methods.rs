//! `deprecated-api`, as far as methods of models go: what pydantic 2 keeps of version 1 until version 3.
//!
//! Source: <https://pydantic.dev/docs/validation/latest/get-started/migration/#changes-to-pydanticbasemodel>.

use std::collections::BTreeMap;

use crate::diagnostic::Finding;
use crate::knowledge::model::Gate;
use crate::path;
use crate::project::{Project, PythonFile, load, role};
use crate::python::Uses;
use crate::rule::syntax::{Scanned, Wanted};
use crate::rule::{Context, gate, places};
use crate::source::{Location, Span};

/// Where the methods are deprecated.
const SINCE: &str = "pydantic>=2.0";

/// Where those that have taken their place are not there yet.
const BEFORE: &str = "pydantic<2.0";

/// The class that has them.
const MODEL: &str = "pydantic.BaseModel";

/// What is written in each file with such a class.
const CLASS: &str = "BaseModel";

/// The methods, and those that have taken their place.
const METHODS: &[(&str, &str)] = &[
    ("construct", "model_construct"),
    ("copy", "model_copy"),
    ("dict", "model_dump"),
    ("from_orm", "model_validate"),
    ("json", "model_dump_json"),
    ("parse_obj", "model_validate"),
    ("parse_raw", "model_validate_json"),
    ("schema", "model_json_schema"),
    ("schema_json", "model_json_schema"),
    ("update_forward_refs", "model_rebuild"),
];

/// Files that define models.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if !gate::may_hold(&new_versions(), scanned.project) {
        return;
    }
    let sets = METHODS.iter().map(|(method, _)| [format!(".{method}("), CLASS.to_owned()].into());
    let sets: Vec<load::Words> = sets.collect();
    for place in scanned.importers(&["pydantic"]) {
        let file = scanned.workspace.python.get(place);
        if file.is_some_and(|file| counts(file, scanned.project)) {
            for words in &sets {
                wanted.add_together(place, words);
            }
        }
    }
}

fn new_versions() -> Gate {
    Gate { with: Some(SINCE.to_owned()), never_with: Some(BEFORE.to_owned()), ..Gate::default() }
}

/// Whether a file is one of the program, and not made to bridge versions.
fn counts(file: &PythonFile, project: &Project) -> bool {
    let below = path::below(&file.path, &project.root).unwrap_or(&file.path);
    !role::is_for_show(below) && !path::name(below).contains("compat")
}

/// One finding a method and file.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if !gate::holds(&new_versions(), context, None) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = file.uses.as_deref().filter(|_| counts(file, context.project)) else { continue };
        let mut called: BTreeMap<&str, (&str, Vec<Span>)> = BTreeMap::new();
        for call in &uses.own_methods {
            let Some((method, instead)) = METHODS.iter().find(|(method, _)| *method == call.method) else { continue };
            if is_of_model(&call.class, method, uses) {
                called.entry(method).or_insert((instead, Vec::new())).1.push(file.file.span(call.at));
            }
        }
        for (method, (instead, spans)) in called {
            let Some((first, rest)) = spans.split_first() else { continue };
            let message = format!("`{method}` of a model is deprecated since pydantic 2.0, and will be gone with 3.0");
            let finding = Finding::new(Location::Span(*first), message)
                .key(method)
                .note("pydantic gives a `PydanticDeprecatedSince20` at each call")
                .help(format!("use `{instead}`"))
                .replacements([instead])
                .package("pydantic");
            findings.push(places::repeated(finding, rest));
        }
    }
    findings
}

/// Whether the class called `name` certainly is a model, and has `method` from there.
fn is_of_model(name: &str, method: &str, uses: &Uses) -> bool {
    // Whatever class of the file has a method of that name, it may come from there.
    let is_own = uses.classes.iter().any(|class| class.methods.iter().any(|own| own.name == method));
    !is_own && uses.derives_from(&format!(".{name}"), &[MODEL]) == Some(true)
}
