//! `unpaginated-list`: what AWS lists page by page, of which only the first page is gone through.
//!
//! Source: <https://docs.aws.amazon.com/boto3/latest/guide/paginators.html>.

use crate::diagnostic::Finding;
use crate::path;
use crate::project::{Project, PythonFile, role};
use crate::python::{Call, Uses};
use crate::rule::Context;
use crate::rule::syntax::{Scanned, Wanted};
use crate::source::Location;

/// The rule whose file lists the operations, and the words of those who know of pages.
const RULE: &str = "unpaginated-list";

/// The list of operations: the method, then the key of the list in its answer.
const OPERATIONS: &str = "operations";

/// The list of words by which a file shows that it goes on to further pages, or wants one page alone.
const PAGES: &str = "pages";

/// What gives a client.
const CLIENTS: &[&str] = &["boto3.client()", "boto3.Session().client()", "boto3.session.Session().client()"];

/// What gives a table of `DynamoDB`.
const TABLES: &[&str] =
    &["boto3.resource().Table()", "boto3.Session().resource().Table()", "boto3.session.Session().resource().Table()"];

/// Files that call an operation.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    let methods = scanned.knowledge.list(RULE, OPERATIONS).iter().filter_map(|row| row.split(' ').next());
    let methods: Vec<&str> = methods.collect();
    let speaks =
        |place: &usize| scanned.workspace.python.get(*place).is_some_and(|file| is_judged(file, scanned.project));
    for place in scanned.importers(&["boto3"]).filter(speaks) {
        wanted.add(place, methods.iter().copied());
    }
}

/// Whether a file is more than a test, an example or the like.
fn is_judged(file: &PythonFile, project: &Project) -> bool {
    !role::is_for_show(path::below(&file.path, &project.root).unwrap_or(&file.path))
}

/// One finding a call.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in context.workspace.python_of(context.project) {
        let Some(uses) = &file.uses else { continue };
        let listing: Vec<(&Call, &str)> =
            uses.calls.iter().filter_map(|call| Some((call, listed(context, call)?))).collect();
        if listing.is_empty() {
            continue;
        }
        let text = context.workspace.sources.text(file.file);
        if !is_judged(file, context.project)
            || context.knowledge.list(RULE, PAGES).iter().any(|word| text.contains(word.as_str()))
        {
            continue;
        }
        for (call, key) in listing {
            if call.starred
                || !call.is_only(|function| function == call.function)
                || !is_gone_through(call, key, uses, text)
            {
                continue;
            }
            let method = call.function.rsplit('.').next().unwrap_or_default();
            let finding = Finding::new(
                Location::Span(file.file.span(call.function_at)),
                format!("`{method}` gives one page, and the rest of `{key}` is left out"),
            );
            let finding = finding
                .key(method)
                .note("AWS ends each answer after a number of entries or bytes, and nothing here asks for the next one")
                .package("boto3");
            findings.push(if is_of_table(call) {
                finding.help("go on while `LastEvaluatedKey` is in the answer, with `ExclusiveStartKey=` that key")
            } else {
                finding
                    .help(format!(
                        "`for page in client.get_paginator(\"{method}\").paginate(…):`, and `page[\"{key}\"]` of each"
                    ))
                    .replacements(["get_paginator"])
            });
        }
    }
    findings
}

/// The key of the list that a call answers with, where it is an operation that has pages.
fn listed<'a>(context: &Context<'a>, call: &Call) -> Option<&'a str> {
    let (object, method) = call.function.starts_with("boto3.").then(|| call.function.rsplit_once('.'))??;
    let is_known = CLIENTS.contains(&object) || TABLES.contains(&object) && matches!(method, "scan" | "query");
    let rows = context.knowledge.list(RULE, OPERATIONS).iter().filter_map(|row| row.split_once(' '));
    is_known.then(|| rows.into_iter().find(|(operation, _)| *operation == method))?.map(|(_, key)| key)
}

/// Whether a call is one of a table of `DynamoDB`.
fn is_of_table(call: &Call) -> bool {
    matches!(call.function.rsplit('.').next(), Some("scan" | "query"))
}

/// Whether a loop goes through the list under `key` of what `call` gives: in its line, or under the name that it is bound to.
fn is_gone_through(call: &Call, key: &str, uses: &Uses, text: &str) -> bool {
    let (start, end) = (call.at.start as usize, call.at.end as usize);
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return false };
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let takes = |rest: &str| takings(key).iter().any(|taking| rest.starts_with(taking.as_str()));
    // What follows is looked at as far as the next function or class: the name may be another's there.
    let next = uses.functions.iter().map(|function| function.at.start as usize).find(|start| *start > end);
    let reach = next.map_or(after.len(), |next| next - end);
    let rest = after.get(..reach).unwrap_or(after);
    if takes(after) {
        return is_loop(line) || bound(line).is_some_and(|name| is_looped_over(rest, name));
    }
    let Some(name) = bound(line) else { return false };
    let parts = || takings(key).into_iter().map(move |taking| format!("{name}{taking}"));
    parts().any(|part| is_looped_over(rest, &part))
        || rest.lines().any(|line| {
            let named =
                line.trim_start().split_once(" = ").filter(|(_, value)| parts().any(|part| value.starts_with(&part)));
            named.is_some_and(|(name, _)| is_looped_over(rest, name))
        })
}

/// The ways to take what stands under `key` out of an answer.
fn takings(key: &str) -> [String; 4] {
    [format!("[\"{key}\"]"), format!("['{key}']"), format!(".get(\"{key}\""), format!(".get('{key}'")]
}

/// The name that a line binds to what follows it.
fn bound(line: &str) -> Option<&str> {
    let name = line.strip_suffix(" = ")?;
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_').then_some(name)
}

/// Whether a line that ends here is the head of a loop or of a comprehension.
fn is_loop(line: &str) -> bool {
    line.ends_with(" in ") && (line.starts_with("for ") || line.contains(" for "))
}

/// Whether a line of `text` loops over `what`.
fn is_looped_over(text: &str, what: &str) -> bool {
    let over = format!(" in {what}");
    text.lines().any(|line| {
        let line = line.trim_start();
        let ends = |rest: &str| {
            !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') || what.contains(".get(")
        };
        line.match_indices(&over).any(|(at, _)| {
            let head = line.get(..at).unwrap_or_default();
            let rest = line.get(at + over.len()..).unwrap_or_default();
            (head.starts_with("for ") || head.contains(" for ")) && ends(rest)
        })
    })
}
