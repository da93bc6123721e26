//! Which files rules have to see as syntax, told by words of their texts.

use super::matcher;
use crate::knowledge::Knowledge;
use crate::knowledge::model::{Matcher, Pairings, RemovedModule, RuleCore};
use crate::project::load::{Trigger, Triggers};

/// What a file must import and hold so that it can matter to a rule. Only rules that `runs` names count.
pub fn of(knowledge: &Knowledge, runs: impl Fn(&str) -> bool) -> Triggers {
    fn chosen<'a>(rules: &'a [RuleCore], runs: &impl Fn(&str) -> bool) -> Vec<&'a RuleCore> {
        rules.iter().filter(|rule| runs(&rule.name)).collect()
    }
    let modules = runs("removed-module");
    let companions = runs("missing-companion");
    let further = move |removed: &[RemovedModule], pairings: &Pairings| {
        let removed = removed.iter().filter(|_| modules).map(|module| with(&module.name, &module.name));
        let calls = pairings.companion.iter().filter(|_| companions).flat_map(|row| &row.calls);
        removed.chain(calls.map(|name| trigger(name))).collect::<Vec<_>>()
    };
    let of_rules = |rules: Vec<&RuleCore>| -> Vec<Trigger> {
        rules.into_iter().flat_map(|rule| rule.matchers.iter().flat_map(triggers_of)).collect()
    };
    if let Some(core) = knowledge.unchanged() {
        let rules = chosen(&core.rules, &runs);
        return Triggers::new(move || [of_rules(rules), further(&core.removed_modules, &core.pairings)].concat());
    }
    let rules = of_rules(chosen(knowledge.rules(), &runs));
    let all = [rules, further(knowledge.removed_modules(), knowledge.pairings())].concat();
    Triggers::new(move || all)
}

/// What a file must import and hold for a match.
fn triggers_of(matcher: &Matcher) -> Vec<Trigger> {
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
        // What makes an argument, and the module that has it.
        let made_by = arguments.clone().filter(|argument| argument.present != Some(false));
        let further = made_by.flat_map(|argument| match argument.call_of.as_slice() {
            [only] if !only.contains(['(', '*']) => [only.split('.').next(), only.rsplit('.').next()],
            _ => [None, None],
        });
        let further = further.flatten().map(str::to_owned).collect();
        Trigger { further, ..with(module, &words.join(" ")) }
    };
    let mut triggers: Vec<_> = functions.chain(decorators).chain(imports).map(pair).collect();
    triggers.extend(matcher.reference.iter().flat_map(matcher::reference::triggers).map(of_pair));
    triggers.extend(matcher.assignment.iter().flat_map(matcher::assignment::triggers).map(of_pair));
    triggers.extend(matcher.class.iter().flat_map(matcher::class::triggers).map(of_pair));
    triggers
}

/// The top-level module and the last word of a dotted name.
fn trigger(name: &str) -> Trigger {
    with(name.split('.').next().unwrap_or(name), name.rsplit('.').next().unwrap_or(name))
}

/// A module, and words with spaces between them.
fn with(module: &str, words: &str) -> Trigger {
    let words = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    Trigger { module: module.to_owned(), words, further: Vec::new() }
}

fn of_pair((module, words): (String, String)) -> Trigger {
    with(&module, &words)
}
