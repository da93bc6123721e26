//! Which files rules have to see as syntax, told by words of their texts.

use super::{coded, matcher};
use crate::knowledge::Knowledge;
use crate::knowledge::model::Matcher;
use crate::project::load::Triggers;

/// What a file must import and hold so that it can matter to a rule. Only rules that `runs` names count.
pub fn of(knowledge: &Knowledge, runs: impl Fn(&str) -> bool) -> Triggers {
    let rules = knowledge.rules().iter().filter(|rule| runs(&rule.name));
    let mut triggers: Vec<(String, String)> = rules.flat_map(|r| r.matchers.iter().flat_map(triggers_of)).collect();
    if runs("removed-module") {
        triggers.extend(coded::removed_module::triggers(knowledge));
    }
    if runs("missing-companion") {
        let calls = knowledge.pairings().companion.iter().flat_map(|row| &row.calls);
        triggers.extend(calls.map(|name| trigger(name)));
    }
    Triggers::new(triggers)
}

/// Pairs of a top-level module and words of which a file must hold all, with spaces between them.
fn triggers_of(matcher: &Matcher) -> Vec<(String, String)> {
    let functions = matcher.call.iter().flat_map(|call| call.functions.iter().chain(&call.unless_in_project));
    let decorators = matcher.decorator.iter().flat_map(|d| d.names.iter().chain(&d.unless_in_project));
    let imports = matcher.import.iter().filter(|import| !import.even_guarded).flat_map(|import| &import.names);
    let arguments = matcher.call.iter().flat_map(|call| &call.arguments);
    let class_decorators = matcher.call.iter().flat_map(|call| &call.class_decorated);
    let is_async = matcher.call.as_ref().is_some_and(|call| call.in_async);
    let pair = |name: &String| {
        let module = name.split('.').next().unwrap_or(name);
        // Of `requests.Session().get` what makes the object stands there as well; of `a.b().*` only that.
        let made = name.split("()").filter_map(|made| made.rsplit('.').next());
        let mut words: Vec<&str> = made.filter(|word| !word.is_empty() && !word.ends_with('*')).collect();
        words.extend(is_async.then_some("async"));
        // A keyword that only `**options` could hide.
        let named = arguments.clone().filter(|a| a.position.is_none() && a.present != Some(false));
        words.extend(named.filter_map(|argument| argument.name.as_deref()));
        words.extend(class_decorators.clone().filter_map(|decorator| decorator.rsplit('.').next()));
        words.extend(arguments.clone().filter_map(|argument| match argument.is.as_slice() {
            [only] if !only.contains('"') && argument.present != Some(false) => only.rsplit('.').next(),
            _ => None,
        }));
        (module.to_owned(), words.join(" "))
    };
    let mut triggers: Vec<_> = functions.chain(decorators).chain(imports).map(pair).collect();
    triggers.extend(matcher.reference.iter().flat_map(matcher::reference::triggers));
    triggers.extend(matcher.assignment.iter().flat_map(matcher::assignment::triggers));
    triggers.extend(matcher.class.iter().flat_map(matcher::class::triggers));
    triggers
}

/// The top-level module and the last word of a dotted name.
fn trigger(name: &str) -> (String, String) {
    let module = name.split('.').next().unwrap_or(name);
    let word = name.rsplit('.').next().unwrap_or(name);
    (module.to_owned(), word.to_owned())
}
