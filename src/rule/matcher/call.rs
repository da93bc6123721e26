//! `[[match]] call = …`: calls of resolved functions, judged by their arguments.

use super::own_file;
use crate::diagnostic::Finding;
use crate::knowledge::model::{ArgumentTest, BesideMatch, CallMatch, Matcher, RuleCore, SecretForm};
use crate::path;
use crate::project::{PythonFile, role};
use crate::python::{Argument, ArgumentValue, Call, Parameter, Passed, Uses};
use crate::rule::{Context, secret};
use crate::source::{Extent, Location, Span};

/// One finding a call.
pub(super) fn run(rule: &RuleCore, wanted: &CallMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let speech = Speech { rule, matcher, context };
    let mut findings = Vec::new();
    if !wanted.unless_in_project.is_empty() && speech.is_called(&wanted.unless_in_project)
        || speech.defines_one(&wanted.fixtures)
    {
        return findings;
    }
    for (file, uses) in speech.files(wanted.runtime_only) {
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
                findings.push(speech.finding(file, call.function_at, &call.function, argument));
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

/// Whether an `if` around `at` has one of `words` in its test.
pub(super) fn is_chosen(words: &[String], at: Extent, uses: &Uses, text: &str) -> bool {
    let names_one = |condition: Extent| {
        let asked = condition.of(text).to_ascii_lowercase();
        words.iter().any(|word| asked.contains(word.as_str()))
    };
    !words.is_empty() && uses.tests_around(at).any(names_one)
}

/// Whether a `with` around `at` has one of `words` in a context manager.
fn is_within(words: &[String], at: Extent, uses: &Uses, text: &str) -> bool {
    let names_one = |manager: Extent| {
        let written = manager.of(text).to_ascii_lowercase();
        words.iter().any(|word| written.contains(word.as_str()))
    };
    !words.is_empty() && uses.managers_around(at).any(names_one)
}

/// Whether what stands around a call is as it is wanted.
fn stands_right(wanted: &CallMatch, call: &Call, uses: &Uses) -> bool {
    let around = || uses.functions_around(call.within).flat_map(|function| &function.decorators);
    (!wanted.in_async || call.in_async)
        && (!wanted.in_loop || call.in_loop)
        && (!wanted.at_import || call.at_import)
        && wanted.awaited.is_none_or(|awaited| awaited == call.awaited)
        && (wanted.decorated.is_empty() || around().any(|d| d.is_only(|name| is_one(&wanted.decorated, name))))
        && (wanted.not_decorated.is_empty()
            || !around().any(|d| d.names.iter().any(|name| is_one(&wanted.not_decorated, name))))
        && (!wanted.made_here || is_made_here(wanted, call, uses))
        && (wanted.class_decorated.is_empty() || is_in_method(&wanted.class_decorated, call, uses))
        && (wanted.parameters.is_empty() || is_in_function_of(&wanted.parameters, call, uses))
        && (wanted.directly_in.is_empty() || is_directly_in(&wanted.directly_in, call, uses))
        && (wanted.fixtures.is_empty() || takes_fixture(&wanted.fixtures, call, uses))
        && !is_read(&wanted.unless_read, call, uses)
        && (wanted.then_called.is_empty() || wanted.then_called.iter().any(|method| is_then_called(call, method, uses)))
        && wanted.beside.as_ref().is_none_or(|beside| is_beside(beside, call, uses))
}

/// Whether the file calls `method` of what `call` makes.
fn is_then_called(call: &Call, method: &str, uses: &Uses) -> bool {
    uses.calls.iter().any(|other| is_method(other, method) && other.made_at.contains(&call.at))
}

/// Whether the class or the function of `call` makes such a call as well.
fn is_beside(beside: &BesideMatch, call: &Call, uses: &Uses) -> bool {
    let is_near = |other: &Call| {
        call.class.is_some() && other.class == call.class || call.within.is_some() && other.within == call.within
    };
    uses.calls.iter().any(|other| {
        is_near(other)
            && other.is_only(|function| is_one(&beside.functions, function))
            && beside.arguments.iter().all(|test| holds(test, Some(other), uses, &mut None))
    })
}

/// Whether a test decides between `call` and the same call in a way that is not looked for.
fn is_switched(wanted: &CallMatch, call: &Call, uses: &Uses, text: &str) -> bool {
    let first = |call: &Call| call.arguments.first().map(|argument| argument.at.of(text).to_owned());
    let is_other = |other: &Call| {
        other.function == call.function
            && first(other) == first(call)
            && !wanted.arguments.iter().all(|test| holds(test, Some(other), uses, &mut None))
    };
    uses.instead_of(call.at).any(|branch| uses.calls.iter().any(|other| branch.contains(other.at) && is_other(other)))
}

/// Whether a call stands in a method of a class that certainly has one of `decorators`.
fn is_in_method(decorators: &[String], call: &Call, uses: &Uses) -> bool {
    let class = call.class.and_then(|class| uses.classes.get(class));
    let is_of_class = uses.functions_around(call.within).any(|function| function.class == call.class);
    is_of_class
        && class.is_some_and(|class| class.decorators.iter().any(|d| d.is_only(|name| is_one(decorators, name))))
}

/// Whether the function of a call is one of the module that takes just `parameters`.
fn is_in_function_of(parameters: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        function.class.is_none()
            && function.outer.is_none()
            && function.parameters.iter().map(|parameter| &parameter.name).eq(parameters)
    })
}

/// Whether the function of a call certainly has one of `decorators`.
fn is_directly_in(decorators: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        function.decorators.iter().any(|decorator| decorator.is_only(|name| is_one(decorators, name)))
    })
}

/// Whether the function of a call is a test that takes one of `fixtures`.
fn takes_fixture(fixtures: &[String], call: &Call, uses: &Uses) -> bool {
    let function = call.within.and_then(|function| uses.functions.get(function));
    function.is_some_and(|function| {
        let takes = |parameter: &Parameter| !parameter.has_default && fixtures.contains(&parameter.name);
        function.name.starts_with("test") && function.parameters.iter().any(takes)
    })
}

/// Whether the file reads one of `attributes` of the sort of object whose method is called.
fn is_read(attributes: &[String], call: &Call, uses: &Uses) -> bool {
    let object = call.function.rsplit_once('.').map_or("", |(object, _)| object);
    let is_such = |name: &str| {
        name.rsplit_once('.').is_some_and(|(of, attribute)| of == object && attributes.iter().any(|a| a == attribute))
    };
    !attributes.is_empty() && uses.references.iter().any(|reference| is_such(&reference.name))
}

/// Whether the file shows all that is done to the object of a method.
fn is_made_here(wanted: &CallMatch, call: &Call, uses: &Uses) -> bool {
    let is_it = |places: &[Extent]| places.iter().any(|at| call.made_at.contains(at));
    let object = call.function.rsplit_once('.').map_or("", |(object, _)| object);
    let method = |name: &str| name.strip_prefix(object).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned);
    let is_changed = |other: &Call| {
        // A method that is passed on may come back in another form (`functools.partial(session.request, timeout=5)`).
        let passed = other.arguments.iter().any(|argument| {
            let of_it = |names: &[String]| names.iter().any(|name| method(name).is_some());
            is_it(&argument.made_at) || matches!(&argument.value, ArgumentValue::Names(names) if of_it(names))
        });
        passed
            || method(&other.function).is_some_and(|method| is_one(&wanted.unless_called, &method))
                && is_it(&other.made_at)
    };
    !call.made_at.is_empty()
        && !call.made_at.iter().any(|at| uses.handed_over.contains(at))
        && !uses.calls.iter().any(is_changed)
}

/// Whether a file shows, measures or tests what the project does elsewhere. Notebooks are often all that there is.
fn is_shown(file: &PythonFile) -> bool {
    file.roles.for_show && !path::has_extension(&file.path, "ipynb")
}

/// What a match says of a place in source.
pub(super) struct Speech<'a> {
    pub(super) rule: &'a RuleCore,
    pub(super) matcher: &'a Matcher,
    pub(super) context: &'a Context<'a>,
}

impl<'a> Speech<'a> {
    /// The files in which the match may speak, with what they do.
    pub(super) fn files(&self, runtime_only: bool) -> impl Iterator<Item = (&'a PythonFile, &'a Uses)> {
        self.context.workspace.parsed_of(self.context.project).filter(move |(file, _)| {
            let roles = file.roles;
            // What a test reads is its own; a milder finding about it is not worth the line.
            let is_left_alone = roles.test_data
                || runtime_only && roles.for_show
                || self.matcher.variant.is_some() && is_shown(file);
            !is_left_alone
        })
    }

    /// Whether the project calls one of `functions` anywhere.
    pub(super) fn is_called(&self, functions: &[String]) -> bool {
        let mut calls = self.context.workspace.parsed_of(self.context.project).flat_map(|(_, uses)| &uses.calls);
        calls.any(|call| is_one(functions, &call.function))
    }

    /// Whether the project defines a function with one of `names`, as far as its files were parsed.
    fn defines_one(&self, names: &[String]) -> bool {
        let parsed = || self.context.workspace.parsed_of(self.context.project);
        !names.is_empty() && parsed().flat_map(|(_, uses)| &uses.functions).any(|f| names.contains(&f.name))
    }

    /// What is said of `function` at a place of `file`; `argument` decided it.
    pub(super) fn finding(
        &self,
        file: &PythonFile,
        at: Extent,
        function: &str,
        argument: Option<&Argument>,
    ) -> Finding {
        let Self { matcher, context, .. } = *self;
        // What examples and documentation do is said as mildly as what tests do, whichever entry speaks.
        let milder = &self.rule.matchers.iter().find_map(|matcher| matcher.in_tests.clone());
        let written = argument.map(|a: &Argument| a.at.of(context.workspace.sources.text(file.file)).to_owned());
        let value = |word: &str| match word {
            "function" => Some(function.to_owned()),
            "argument" => written.clone(),
            "written" => Some(shown(at.of(context.workspace.sources.text(file.file)), function)),
            _ => None,
        };
        let place = Location::Span(file.file.span(at));
        let mut finding = super::speak(Finding::new(place, "").key(function), matcher, value);
        if let Some(argument) = argument {
            let label = std::mem::take(&mut finding.label);
            finding = finding.related(file.file.span(argument.at), label);
        }
        if matcher.in_scripts.is_some() && (file.roles.script || is_run_by_hand(context, file)) {
            finding.variant.clone_from(&matcher.in_scripts);
        } else if file.roles.test {
            if matcher.in_tests.is_some() {
                finding.variant.clone_from(&matcher.in_tests);
            }
        } else if is_shown(file) && milder.is_some() {
            finding.variant.clone_from(milder);
        }
        finding.package = package_of(function, context);
        if let Some(span) = finding.package.as_deref().and_then(|name| declared(context, name)) {
            finding = finding.related(span, "declared here");
        }
        finding
    }
}

/// Whether a file is called as a script is and has functions alone, and nothing imports it or names it where programs are
/// run. Classes may be loaded by their names.
fn is_run_by_hand(context: &Context<'_>, file: &PythonFile) -> bool {
    let name = path::name(&file.path);
    let stem = name.trim_end_matches(".py");
    let imports = |other: &PythonFile| {
        other.imports.imports.iter().any(|import| {
            import.module.rsplit('.').next() == Some(stem) || import.names.iter().any(|imported| imported == stem)
        })
    };
    let runs = |text: &str| text.contains(name);
    let mut evidence = context.project.evidence.iter().filter_map(|at| context.workspace.evidence.get(*at));
    role::is_called_as_script(&file.path)
        && file.uses.as_ref().is_some_and(|uses| uses.classes.is_empty())
        && !context.workspace.python.iter().any(imports)
        && !evidence.any(|evidence| runs(context.workspace.sources.text(evidence.file)))
}

/// How long a function as it is written may be in a message.
const LONGEST_WRITTEN: usize = 60;

/// A function as it is written, or its name where that is long.
fn shown(written: &str, function: &str) -> String {
    let is_short = written.len() <= LONGEST_WRITTEN && !written.contains(['\n', '\r']);
    if is_short { written } else { function }.to_owned()
}

/// Whether `name` is one of `wanted`: resolved names, or what they begin with before a `*`. After a call that
/// stands for one name: `boto3.client().*` is a method of the client, not one of what that gives.
pub(super) fn is_one(wanted: &[String], name: &str) -> bool {
    let first = name.as_bytes().first();
    // Most are none: they are told by their first byte.
    let may_be =
        |wanted: &&String| matches!(wanted.as_bytes().first(), Some(b'*')) || wanted.as_bytes().first() == first;
    wanted.iter().filter(may_be).any(|wanted| match wanted.strip_suffix('*') {
        Some(start) => {
            let is_method = start.ends_with("().");
            name.strip_prefix(start).is_some_and(|rest| !is_method || !rest.contains(['(', '.']))
        }
        None => wanted == name,
    })
}

/// The distribution that the catalogue names for the module of a function.
fn package_of(function: &str, context: &Context<'_>) -> Option<String> {
    let provides = |import: &String| function.strip_prefix(import.as_str()).is_some_and(|rest| rest.starts_with('.'));
    let candidates = || context.knowledge.packages().iter().filter(|p| p.imports.iter().any(provides));
    let declared = candidates().find(|p| context.requirements_on(&p.name).next().is_some());
    declared.or_else(|| candidates().filter(|p| p.rank > 0).min_by_key(|p| p.rank)).map(|p| p.name.clone())
}

fn declared(context: &Context<'_>, name: &str) -> Option<Span> {
    context.requirements_on(name).next().map(|(manifest, requirement)| manifest.file.span(requirement.name_at))
}

/// Whether `test` certainly holds for a call, or for what is none; the argument that decided it goes to `decisive`.
pub(super) fn holds<'a>(
    test: &ArgumentTest,
    call: Option<&'a Call>,
    uses: &Uses,
    decisive: &mut Option<&'a Argument>,
) -> bool {
    let Some(call) = call else { return test.present == Some(false) };
    let argument = match call.argument(test.name.as_deref(), test.position) {
        Passed::Not => return test.present == Some(false),
        Passed::Perhaps => return false,
        Passed::As(_) if test.present == Some(false) => return false,
        Passed::As(argument) => argument,
    };
    *decisive = Some(argument);
    is_such(test, &argument.value, uses)
        && !test.unless_called.iter().any(|method| is_called_on(argument, method, uses))
        && (test.made_with.is_empty() || is_made_with(&test.made_with, argument, uses))
        && (!test.own_file || own_file::holds(argument, uses))
}

/// Whether what `test` says of a value certainly holds for `value`.
pub(super) fn is_such(test: &ArgumentTest, value: &ArgumentValue, uses: &Uses) -> bool {
    let says = |names: &[String], is_it: &dyn Fn(&str) -> bool| match value {
        ArgumentValue::Names(all) => !all.is_empty() && all.iter().all(|name| is_it(name)),
        ArgumentValue::Literal(literal) => names.contains(literal),
        _ => false,
    };
    let known = matches!(value, ArgumentValue::Names(_) | ArgumentValue::Literal(_));
    (test.is.is_empty() || says(&test.is, &|name| test.is.iter().any(|i| i == name)))
        && (test.is_not.is_empty() || known && says_none(value, &test.is_not))
        && (test.derives_from.is_empty() || derives(value, uses, &test.derives_from) == Some(true))
        && !says(&test.unless, &|name| test.unless.iter().any(|unless| unless == name))
        && (!test.literal || matches!(value, ArgumentValue::Literal(_)))
        && (test.starts_with.is_empty() || begins(value, &test.starts_with))
        && (test.secret.is_empty() || is_secret(value, &test.secret))
        && (test.call_of.is_empty()
            || matches!(value, ArgumentValue::Call(function) if test.call_of.contains(function)))
        && !(matches!(value, ArgumentValue::Call(function) if test.unless_call_of.contains(function)))
        && (test.contains.is_empty()
            || matches!(value, ArgumentValue::List(elements) | ArgumentValue::Tuple(elements) if elements.iter().any(|one| is_one_of(one, &test.contains))))
        && (!test.list || matches!(value, ArgumentValue::List(_)))
        && (test.from.is_empty() || comes_from(value, &test.from))
        && (!test.formatted || matches!(value, ArgumentValue::Formatted(parts) if parts.iter().any(varies)))
}

/// Whether the file calls `method` on what is passed.
fn is_called_on(argument: &Argument, method: &str, uses: &Uses) -> bool {
    uses.calls.iter().any(|call| is_method(call, method) && call.made_at.iter().any(|at| argument.made_at.contains(at)))
}

/// Whether a call is one of `method` of some object.
fn is_method(call: &Call, method: &str) -> bool {
    call.function.rsplit_once("().").is_some_and(|(_, last)| last == method)
}

/// Whether all of `tests` hold for each call that gives `argument`.
fn is_made_with(tests: &[ArgumentTest], argument: &Argument, uses: &Uses) -> bool {
    let mut calls = argument.made_at.iter().map(|at| uses.call_at(*at));
    !argument.made_at.is_empty()
        && calls.all(|call| call.is_some() && tests.iter().all(|test| holds(test, call, uses, &mut None)))
}

/// Whether `value` can only be one of `names`.
fn is_one_of(value: &ArgumentValue, names: &[String]) -> bool {
    match value {
        ArgumentValue::Names(all) => all.iter().all(|name| names.contains(name)),
        ArgumentValue::Literal(literal) => names.contains(literal),
        _ => false,
    }
}

/// Whether what is put into a text may be another one each time.
fn varies(part: &ArgumentValue) -> bool {
    match part {
        ArgumentValue::Literal(_) => false,
        ArgumentValue::Formatted(parts) => parts.iter().any(varies),
        _ => true,
    }
}

/// Whether `value` is what one of `sources` is or gives, or a text into which that is put.
fn comes_from(value: &ArgumentValue, sources: &[String]) -> bool {
    match value {
        ArgumentValue::Names(names) => !names.is_empty() && names.iter().all(|name| is_one(sources, name)),
        ArgumentValue::Call(function) => is_one(sources, function),
        ArgumentValue::Formatted(parts) => parts.iter().any(|part| comes_from(part, sources)),
        _ => false,
    }
}

/// Whether the argument is a literal string that begins with one of `starts`.
fn begins(value: &ArgumentValue, starts: &[String]) -> bool {
    let ArgumentValue::Literal(literal) = value else { return false };
    let text = literal.strip_prefix('"');
    text.is_some_and(|text| starts.iter().any(|start| text.starts_with(start.as_str())))
}

/// Whether a secret stands in the literal string.
fn is_secret(value: &ArgumentValue, forms: &[SecretForm]) -> bool {
    let ArgumentValue::Literal(literal) = value else { return false };
    let text = literal.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    text.is_some_and(|text| forms.iter().any(|form| secret::is_one(*form, text)))
}

fn says_none(value: &ArgumentValue, names: &[String]) -> bool {
    match value {
        ArgumentValue::Names(all) => all.iter().all(|name| !names.contains(name)),
        ArgumentValue::Literal(literal) => !names.contains(literal),
        _ => false,
    }
}

/// Whether every class that the argument can be derives from one of `roots`.
fn derives(value: &ArgumentValue, uses: &Uses, roots: &[String]) -> Option<bool> {
    let ArgumentValue::Names(names) = value else { return None };
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let mut all = names.iter().map(|name| uses.derives_from(name, &roots));
    all.try_fold(true, |so_far, one| one.map(|one| so_far && one))
}
