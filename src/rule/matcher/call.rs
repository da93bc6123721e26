//! `[[match]] call = …`: calls of resolved functions, judged by their arguments.

use super::around::{is_chosen, is_switched, is_within, stands_right};
use super::speech::Speech;
use super::value::holds;
use super::{is_one, rewrite};
use crate::diagnostic::Finding;
use crate::knowledge::model::{CallMatch, Matcher, RuleCore};
use crate::path;
use crate::project::PythonFile;
use crate::python::{Call, Uses};
use crate::rule::Context;

/// One finding a call.
pub(super) fn run(rule: &RuleCore, wanted: &CallMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let speech = Speech { rule, matcher, context };
    let mut findings = Vec::new();
    if !wanted.unless_in_project.is_empty() && speech.is_called(&wanted.unless_in_project)
        || speech.defines_one(&wanted.fixtures)
    {
        return findings;
    }
    for (file, uses) in speech.files(&wanted.functions, wanted.runtime_only) {
        let text = context.workspace.sources.text(file.file);
        if !stands_in(wanted, file, text)
            || wanted.tests_only && !file.roles.test
            || matcher.removed.is_some() && !super::reference::counts(file)
        {
            continue;
        }
        for call in &uses.calls {
            let mut argument = None;
            let hit = !call.type_checking
                && call.is_only(|function| is_one(&wanted.functions, function) && !is_one(&wanted.except, function))
                && stands_right(wanted, call, uses)
                && wanted.arguments.iter().all(|test| holds(test, Some(call), uses, &mut argument))
                && is_so_written(wanted, call, uses, text)
                && !is_chosen(&wanted.unless_chosen_by, call.at, uses, text)
                && !(wanted.unless_otherwise && is_switched(wanted, call, uses, text))
                && !is_within(&wanted.unless_within, call.at, uses, text);
            // Removed: the program may know.
            let is_probed = || uses.reference_at(call.function_at).is_none_or(|callee| callee.probed);
            if hit && !super::is_own(context, &call.function) && !(matcher.removed.is_some() && is_probed()) {
                let finding = speech.finding(file, call.function_at, &call.function, argument);
                // The text of a notebook is not the text of its file.
                let wanted = matcher.rewrite.as_ref().filter(|_| !path::has_extension(&file.path, "ipynb"));
                let fix = wanted.and_then(|wanted| rewrite::fix(wanted, file.file, text, call, argument));
                findings.push(finding.fix(fix));
            }
        }
    }
    findings
}

/// Whether the match may speak in `file`, whose text is `text`.
fn stands_in(wanted: &CallMatch, file: &PythonFile, text: &str) -> bool {
    let has = |words: &String| text.contains(words.as_str());
    (wanted.imports.is_empty() || super::imports_one(file, &wanted.imports))
        && (wanted.mentioned.is_empty() || wanted.mentioned.iter().any(has))
        && !wanted.unless_mentioned.iter().any(has)
}

/// Whether the words of a call, and what it is called by, are as they are wanted.
fn is_so_written(wanted: &CallMatch, call: &Call, uses: &Uses, text: &str) -> bool {
    let has = |words: &String| call.at.of(text).contains(words.as_str());
    let has_word = |name: &str| {
        let name = name.to_ascii_lowercase();
        wanted.unless_named.iter().any(|word| name.contains(word.as_str()))
    };
    let before = || text.get(..call.at.start as usize).and_then(|before| before.rsplit('\n').next());
    (wanted.written.is_empty() || wanted.written.iter().any(has))
        && !wanted.unless_written.iter().any(has)
        && (wanted.unless_named.is_empty()
            || !before().is_some_and(has_word)
                && !uses.functions_around(call.within).any(|function| has_word(&function.name)))
}
