//! Which files rules have to see as syntax, told by words of their texts.

use super::syntax::Told;
use super::{awaited, matcher};
use crate::knowledge::Knowledge;
use crate::knowledge::model::{ArgumentTest, CallMatch, Matcher, Pairings, RemovedModule, RuleCore};
use crate::project::load::{self, Match, Sign, Silent, Trigger, Triggers};

/// What a file must import and hold so that it can matter to a rule. Only rules of which something is `told` count.
pub fn of(knowledge: &Knowledge, told: impl Fn(&RuleCore) -> Option<Told>) -> Triggers {
    fn chosen<'a>(rules: &'a [RuleCore], told: &impl Fn(&RuleCore) -> Option<Told>) -> Vec<(&'a RuleCore, Told)> {
        rules.iter().filter_map(|rule| Some((rule, told(rule)?))).collect()
    }
    let told_of = |name: &str| knowledge.rule(name).and_then(&told);
    let (modules, companions) = (told_of(awaited::MODULES), told_of(awaited::COMPANIONS));
    let further = move |removed: &[RemovedModule], pairings: &Pairings| {
        let waits = |told: &Option<Told>, rule: &str, at: usize| {
            told.as_ref().filter(|told| **told != Told::All).map(|_| Match { rule: rule.to_owned(), at })
        };
        let removed = removed.iter().enumerate().filter(|_| modules.is_some());
        let removed =
            removed.map(|(at, module)| (words(&module.name, &[&module.name]), waits(&modules, awaited::MODULES, at)));
        let rows = pairings.companion.iter().enumerate().filter(|_| companions.is_some());
        let calls = rows.flat_map(|(at, row)| {
            let waits = waits(&companions, awaited::COMPANIONS, at);
            row.calls.iter().map(move |name| (trigger(name), waits.clone()))
        });
        let waiting = |(trigger, waits): (Trigger, Option<Match>)| Trigger { waits, ..trigger };
        removed.chain(calls).map(waiting).collect::<Vec<_>>()
    };
    if let Some(core) = knowledge.unchanged() {
        let rules = chosen(&core.rules, &told);
        return Triggers::new(move || [of_rules(&rules), further(&core.removed_modules, &core.pairings)].concat());
    }
    let rules = of_rules(&chosen(knowledge.rules(), &told));
    let all = [rules, further(knowledge.removed_modules(), knowledge.pairings())].concat();
    Triggers::new(move || all)
}

/// Where a match of `rule` says nothing that is shown.
fn silent(rule: &RuleCore, told: &Told, matcher: &Matcher) -> Silent {
    let Told::AllBut(hidden) = told else { return Silent::default() };
    // A match is of one kind (`knowledge::load` sees to that).
    let Matcher { call, decorator, reference, assignment, variant, in_tests, in_scripts, .. } = matcher;
    let runtime_only = call.as_ref().is_some_and(|call| call.runtime_only)
        || decorator.as_ref().is_some_and(|decorator| decorator.runtime_only)
        || reference.as_ref().is_some_and(|reference| reference.runtime_only)
        || assignment.as_ref().is_some_and(|assignment| assignment.runtime_only);
    let mut silent = Silent {
        test_data: matcher.import.is_none(),
        tests: runtime_only,
        shown: runtime_only,
        notebooks: runtime_only,
        own: matcher.import.is_none() && matcher.class.is_none(),
        hidden: is_hidden(rule, hidden, matcher),
    };
    if call.is_some() || decorator.is_some() {
        let is_hidden = |other: &String| hidden.contains(other);
        // Scripts come before tests, and what is removed speaks as another variant still.
        let may_hide = in_scripts.as_ref().is_none_or(is_hidden) && matcher.removed.is_none();
        let hides = |other: Option<&String>| may_hide && other.is_some_and(is_hidden);
        let milder = rule.matchers.iter().find_map(|matcher| matcher.in_tests.as_ref());
        silent.tests |= variant.is_some() || hides(in_tests.as_ref());
        silent.shown |= variant.is_some() || hides(milder);
    }
    silent
}

fn of_rules(rules: &[(&RuleCore, Told)]) -> Vec<Trigger> {
    let of_match = |(rule, told): &(&RuleCore, Told), at: usize, matcher: &Matcher| {
        // Where errors are told, each file counts that a rule might ask for.
        let waits = *told != Told::All && awaited::waits(matcher);
        let waits = waits.then(|| Match { rule: rule.name.clone(), at });
        let with = |trigger: Trigger| Trigger { waits: waits.clone(), ..trigger };
        triggers_of(matcher, silent(rule, told, matcher)).into_iter().map(with).collect::<Vec<_>>()
    };
    let of_rule = |one: &(&RuleCore, Told)| {
        let (rule, _) = one;
        rule.matchers.iter().enumerate().flat_map(|(at, matcher)| of_match(one, at, matcher)).collect::<Vec<_>>()
    };
    rules.iter().flat_map(of_rule).collect()
}

/// Whether whatever a match of `rule` finds is hidden.
fn is_hidden(rule: &RuleCore, hidden: &[String], matcher: &Matcher) -> bool {
    let is_hidden = |variant: &String| hidden.contains(variant);
    // What stands in tests, in scripts or in files for show is another variant.
    let others = [&matcher.in_scripts, &matcher.in_tests];
    let milder = rule.matchers.iter().find_map(|matcher| matcher.in_tests.as_ref());
    matcher.variant.as_ref().is_some_and(is_hidden)
        && matcher.removed.is_none()
        && others.into_iter().flatten().chain(milder).all(is_hidden)
}

/// Whether a match is found in syntax alone.
pub(super) fn needs_syntax(matcher: &Matcher) -> bool {
    let Matcher { call, decorator, import, reference, assignment, class, .. } = matcher;
    let is_import = import.as_ref().is_some_and(|import| !import.even_guarded);
    is_import
        || [call.is_some(), decorator.is_some(), reference.is_some(), assignment.is_some(), class.is_some()]
            .contains(&true)
}

/// What a file must import and hold for a match, and where it is silent.
fn triggers_of(matcher: &Matcher, silent: Silent) -> Vec<Trigger> {
    let mut triggers = Vec::new();
    // What silences a match counts everywhere.
    let mut excuses = Vec::new();
    if let Some(call) = &matcher.call {
        let beside = beside_call(call);
        triggers.extend(call.functions.iter().map(|name| called(name, &call.arguments, call.in_async, &beside)));
        excuses.extend(call.unless_in_project.iter().map(|name| called(name, &[], false, &[])));
        // A fixture of one of these names is the project's own.
        excuses.extend(call.fixtures.iter().map(|name| words("pytest", &["fixture", name])));
    }
    if let Some(decorator) = &matcher.decorator {
        let beside = [one_of(decorator.parameters.iter().map(|name| Sign::Word(name.clone())))];
        triggers.extend(decorator.names.iter().map(|name| called(name, &[], false, &beside)));
        excuses.extend(decorator.unless_in_project.iter().map(|name| called(name, &[], false, &[])));
    }
    let imports = matcher.import.iter().filter(|import| !import.even_guarded).flat_map(|import| &import.names);
    triggers.extend(imports.map(|name| called(name, &[], false, &[])));
    triggers.extend(matcher.reference.iter().flat_map(matcher::reference::triggers));
    triggers.extend(matcher.assignment.iter().flat_map(matcher::assignment::triggers));
    triggers.extend(matcher.class.iter().flat_map(matcher::class::triggers));
    for trigger in &mut triggers {
        trigger.silent = silent;
    }
    let silent = Silent { hidden: silent.hidden, ..Silent::default() };
    triggers.extend(excuses.into_iter().map(|excuse| Trigger { silent, ..excuse }));
    triggers
}

/// Those of a call of what is called `name` with such arguments; `beside` has the groups of signs that the match asks for
/// whatever is called.
fn called(name: &str, arguments: &[ArgumentTest], in_async: bool, beside: &[Vec<Sign>]) -> Trigger {
    let mut trigger = trigger(name);
    let passed = || arguments.iter().filter(|argument| argument.present != Some(false));
    // A keyword that only `**options` could hide.
    let keywords = passed().filter(|a| a.position.is_none()).filter_map(|argument| argument.name.as_deref());
    // Names and constants are written somewhere; other literals have many forms.
    let word = |value: &String| {
        let begins_name = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
        let name = Some(last(value)).filter(|name| name.starts_with(begins_name) && !value.contains(['"', '\'']))?;
        Some(Sign::Word(name.to_owned()))
    };
    let values = passed().map(|argument| argument.is.iter().map(word).collect::<Option<Vec<_>>>().unwrap_or_default());
    // What is built in has no other name, but for one that the text gives it.
    let written = passed().filter(|argument| argument.position.is_none()).filter_map(|argument| {
        let names = argument.is.iter().map(|value| value.strip_prefix("builtins."));
        let names = names.collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())?.join("|");
        Some(vec![Sign::Pattern(format!(r"[=(]\s*(?:#.*\s*)*(?:\w+\.)?(?:{names})\b"))])
    });
    let values: Vec<_> = values.chain(written).filter(|group| !group.is_empty()).collect();
    // What makes an argument, and the module that has it.
    let made_by = passed().flat_map(|argument| match argument.call_of.as_slice() {
        [only] if !only.contains(['(', '*']) => [only.split('.').next(), only.rsplit('.').next()],
        _ => [None, None],
    });
    let words = in_async.then_some("async").into_iter().chain(keywords).chain(made_by.flatten());
    trigger.signs.extend(words.map(|word| Sign::Word(word.to_owned())));
    trigger.groups.extend(values);
    trigger.groups.extend(beside.iter().filter(|group| !group.is_empty()).cloned());
    trigger
}

/// What a call asks for beside its function and its arguments: groups of which a file holds one sign each.
fn beside_call(call: &CallMatch) -> Vec<Vec<Sign>> {
    let words = |names: &[String]| one_of(names.iter().map(|name| Sign::Word(last(name).to_owned())));
    let texts = |texts: &[String]| one_of(texts.iter().map(|text| Sign::Text(text.clone())));
    let mut groups = vec![
        words(&call.class_decorated),
        words(&call.decorated),
        words(&call.directly_in),
        words(&call.fixtures),
        words(&call.then_called),
        texts(&call.mentioned),
        texts(&call.written),
        one_of(call.imports.iter().map(|module| Sign::Module(load::top_level(module).to_owned()))),
        words(call.beside.as_ref().map_or(&[], |beside| &beside.functions)),
    ];
    groups.extend(call.parameters.iter().map(|parameter| vec![Sign::Word(parameter.clone())]));
    // What has a dotted name comes from a module that the file imports.
    let modules = |names: &[String]| one_of(names.iter().map(|name| Sign::Module(module_of(name).to_owned())));
    groups.extend([modules(&call.class_decorated), modules(&call.decorated), modules(&call.directly_in)]);
    groups
}

/// The module of a dotted name; a star for what needs none.
fn module_of(name: &str) -> &str {
    Some(load::top_level(name)).filter(|module| *module != "builtins" && name.contains('.')).unwrap_or("*")
}

/// A group of signs, or nothing where one of them says nothing: a name that ends with a star.
fn one_of(signs: impl Iterator<Item = Sign>) -> Vec<Sign> {
    let says = |sign: &Sign| match sign {
        Sign::Member(text) | Sign::Word(text) | Sign::Text(text) | Sign::Module(text) => {
            !text.is_empty() && !text.contains('*')
        }
        Sign::Reached(_) | Sign::Taken(_) | Sign::Pattern(_) => true,
    };
    let signs: Vec<Sign> = signs.collect();
    if signs.iter().all(says) { signs } else { Vec::new() }
}

/// What a file has in which a dotted name can occur: however it is imported, all its parts are written somewhere. Of
/// `requests.Session().get` what makes the object stands there as well, of `a.b().*` only that.
pub(super) fn trigger(name: &str) -> Trigger {
    let parts: Vec<&str> = name.split('.').map(|part| part.trim_end_matches("()")).collect();
    let is_name = |part: &&&str| !part.is_empty() && !part.contains(['*', '(', '[', '"']);
    let signs = match parts.as_slice() {
        [module] => vec![Sign::Word((*module).to_owned())],
        [_, members @ ..] => {
            let members = members.iter().filter(is_name).map(|part| Sign::Member((*part).to_owned()));
            reached(name).into_iter().flatten().chain(members).collect()
        }
        [] => Vec::new(),
    };
    Trigger { module: load::top_level(name).to_owned(), signs, ..Trigger::default() }
}

/// That an import leads to what a dotted name begins with, up to a call or a star; nothing for what is built in.
fn reached(name: &str) -> Option<[Sign; 2]> {
    let sure = name.split(['(', '[', '*']).next().unwrap_or(name);
    // Before a star stands the beginning of a part, before a bracket a whole one.
    let sure =
        if name.get(sure.len()..).is_some_and(|rest| rest.starts_with('*')) { sure.rsplit_once('.')?.0 } else { sure };
    (load::top_level(sure) != "builtins").then(|| [Sign::Reached(sure.to_owned()), Sign::Taken(sure.to_owned())])
}

/// A module, and a member.
pub(super) fn member(module: &str, member: &str) -> Trigger {
    Trigger { module: module.to_owned(), signs: vec![Sign::Member(member.to_owned())], ..Trigger::default() }
}

/// A module, and words that stand somewhere.
pub(super) fn words(module: &str, words: &[&str]) -> Trigger {
    let signs = words.iter().map(|word| Sign::Word((*word).to_owned())).collect();
    Trigger { module: module.to_owned(), signs, ..Trigger::default() }
}

/// The last part of a dotted name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_end_matches("()")
}
