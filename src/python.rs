//! Reading Python source, in two levels.
//!
//! [`scan`] finds the imports of every file without parsing it; [`parse`] builds a syntax tree, for the files where a
//! rule can matter, and gives resolved calls. The parser's types are seen below this module alone.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::diagnostic::Problem;
use crate::source::Extent;

pub use definitions::{Decorator, Function, Parameter};

pub mod definitions;
pub mod idioms;
pub mod names;
pub mod notebook;
pub mod parse;
pub mod scan;
pub mod stdlib;
pub mod stubs;
pub mod taken;
pub mod vocabulary;

pub use names::{Assignment, Field, Method, Reference, Text};
pub use taken::Taken;

/// The first part of a dotted name.
pub fn top_level(module: &str) -> &str {
    let end = module.bytes().position(|byte| byte == b'.').unwrap_or(module.len());
    module.get(..end).unwrap_or(module)
}

/// What the fast scan finds in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imports {
    /// Every static import, in the order of the text.
    pub imports: Vec<Import>,
}

/// One imported module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The dotted module, without leading dots (`yaml`, `google.cloud.storage`; empty for `from . import x`).
    pub module: Box<str>,
    /// The names taken from it (`from module import name`); empty for `import module`, `*` for all.
    pub names: Taken,
    /// How many leading dots a relative import has.
    pub level: u32,
    /// The dotted module as written, without leading dots; those dots where nothing follows them.
    pub at: Extent,
    /// Whether its statement begins a line: it stands in no function, class, condition or `try`.
    pub outermost: bool,
}

impl Import {
    /// Whether it takes the module or object called `name` (`urllib.request`, `botocore.stub.Stubber`), or a part of it, by its
    /// absolute name.
    pub fn takes(&self, name: &str) -> bool {
        let is_part = |rest: &str| rest.is_empty() || rest.starts_with('.');
        let is_taken = |(parent, name): (&str, &str)| *self.module == *parent && self.names.contains(name);
        self.level == 0
            && (self.module.strip_prefix(name).is_some_and(is_part) || name.rsplit_once('.').is_some_and(is_taken))
    }
}

/// What the syntax tree of one text shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    /// Every static import, in the order of the text, with what stands around it.
    pub imports: Vec<ImportSite>,
    /// Modules that calls name by literals to import them, or to ask for them, in the order of the text.
    pub dynamic: Vec<DynamicImport>,
    /// Calls of names that resolve to something imported or built in, in the order of the text; those for which somebody asks.
    pub calls: Vec<Call>,
    /// Calls of methods of classes of the file, in the order of the text.
    pub own_methods: Vec<OwnMethod>,
    /// Where objects are made that are passed to functions of which nothing is known, or for which nobody asks, or that are given
    /// functions of their own.
    pub handed_over: BTreeSet<Extent>,
    /// Classes of the file, in the order of the text. A name can occur more than once.
    pub classes: Vec<Class>,
    /// Functions and methods of the file, in the order of the text.
    pub functions: Vec<Function>,
    /// Names that are read of what is imported, in the order of the text; those for which somebody asks.
    pub references: Vec<Reference>,
    /// Texts into which something is put that is made of what is imported, in the order of the text.
    pub texts: Vec<Text>,
    /// Values given to names of the module and to what is imported, in the order of the text.
    pub assignments: Vec<Assignment>,
    /// Statements and expressions with `if`, in the order of the text.
    pub choices: Vec<Choice>,
    /// Statements with `with`, in the order of the text.
    pub withs: Vec<With>,
    /// Ways of writing that a library or a tool has a word for.
    pub idioms: idioms::Idioms,
    /// Syntax errors, as `invalid-syntax` problems; the first five.
    pub problems: Vec<Problem>,
}

impl Uses {
    /// Whether the class `name` (as in [`ArgumentValue::Names`]) is one of `roots` (dotted names) or derives from one,
    /// directly or through classes of this file. `None` where that cannot be told: a base is unknown, or comes from
    /// a package whose classes may have any bases. Classes of a root's own package are taken to be known, so `roots`
    /// must name all that count there.
    pub fn derives_from(&self, name: &str, roots: &[&str]) -> Option<bool> {
        self.derives(name, roots, &mut Vec::new())
    }

    /// The call that stands at `at`, as far as it is known what it calls.
    pub fn call_at(&self, at: Extent) -> Option<&Call> {
        let key = |call: &Call| (call.at.start, Reverse(call.at.end));
        let place = self.calls.binary_search_by_key(&(at.start, Reverse(at.end)), key).ok()?;
        self.calls.get(place)
    }

    /// What is tested around `at`, outermost first. What is a part of a test is not under it.
    pub fn tests_around(&self, at: Extent) -> impl Iterator<Item = Extent> {
        let around = move |choice: &&Choice| choice.at.contains(at);
        self.choices
            .iter()
            .filter(around)
            .flat_map(|choice| choice.tests.iter().copied())
            .filter(move |test| !test.contains(at))
    }

    /// What may be done instead of what stands at `at`: the other branches of each `if` in a branch of which it stands.
    pub fn instead_of(&self, at: Extent) -> impl Iterator<Item = Extent> {
        let is_in_branch = move |choice: &&Choice| choice.branches.iter().any(|branch| branch.contains(at));
        let branches = self.choices.iter().filter(is_in_branch).flat_map(|choice| choice.branches.iter().copied());
        branches.filter(move |branch| !branch.contains(at))
    }

    /// The context managers around `at`, outermost first.
    pub fn managers_around(&self, at: Extent) -> impl Iterator<Item = Extent> {
        let around = move |with: &&With| with.at.start <= at.start && at.end <= with.at.end;
        self.withs.iter().filter(around).flat_map(|with| with.managers.iter().copied())
    }

    /// The functions around a place in the function at `innermost`, that one first.
    pub fn functions_around(&self, innermost: Option<usize>) -> impl Iterator<Item = &Function> {
        let function = |at: Option<usize>| self.functions.get(at?);
        std::iter::successors(function(innermost), move |inner| function(inner.outer))
    }

    fn derives<'a>(&'a self, name: &'a str, roots: &[&str], seen: &mut Vec<&'a str>) -> Option<bool> {
        let Some(local) = name.strip_prefix('.') else {
            let package = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
            let known = || package(name) == "builtins" || roots.iter().any(|root| package(root) == package(name));
            return if roots.contains(&name) { Some(true) } else { known().then_some(false) };
        };
        if seen.contains(&local) {
            return None;
        }
        seen.push(local);
        let classes = self.classes.iter().filter(|class| class.name == local);
        let found = agreement(classes.map(|class| {
            let bases = class.bases.iter().map(|base| match base {
                ArgumentValue::Names(names) => {
                    agreement(names.iter().map(|name| self.derives(name, roots, seen)).collect::<Vec<_>>())
                }
                _ => None,
            });
            // One base that derives is enough, whatever the others are.
            bases
                .reduce(|all, base| if all == Some(true) || base == Some(true) { Some(true) } else { all.and(base) })
                .unwrap_or(Some(false))
        }));
        seen.pop();
        found
    }
}

/// What all of `answers` say, where they say the same.
fn agreement(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    answers.into_iter().reduce(|all, answer| if all == answer { all } else { None }).flatten()
}

/// An `if`, or an `a if test else b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// All of it.
    pub at: Extent,
    /// What it tests.
    pub tests: Vec<Extent>,
    /// What is done as the tests say, the `else` last.
    pub branches: Vec<Extent>,
}

/// A `with`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct With {
    /// All of it.
    pub at: Extent,
    /// Its context managers.
    pub managers: Vec<Extent>,
}

/// An import, and what stands around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSite {
    /// The import, as [`scan`] gives it.
    pub import: Import,
    /// Where the names of a `from` import stand, in their order.
    pub names_at: Vec<Extent>,
    /// Why it may fail or be passed by, where it may.
    pub guard: Option<Guard>,
    /// Whether it stands in a `TYPE_CHECKING` block. What stands in its `else` runs like anything else.
    pub type_checking: bool,
    /// Whether it stands in a function.
    pub in_function: bool,
    /// Whether it is a `lazy` one (PEP 810).
    pub lazy: bool,
}

impl ImportSite {
    /// Whether it may fail or be passed by.
    pub fn is_guarded(&self) -> bool {
        self.guard.is_some()
    }
}

/// Why an import may fail or be passed by. Where there are several reasons the strongest counts, the last of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// It stands where the file is run as a program (`if __name__ == "__main__":`), and not where it is imported.
    Main,
    /// It stands after a test of the Python version, the implementation or the platform that ends the program where it
    /// does not hold (`if sys.version_info < (3, 9): sys.exit()`): needed wherever the program runs at all.
    Supported,
    /// It stands under such a test, in the `else` of one, or after one that leaves the block.
    Environment,
    /// It stands where was asked for a module: `find_spec("yaml")`, a flag that says whether an import succeeded, a name
    /// like `HAVE_YAML` or `is_torch_available()`, also with a test that leaves the block; or after
    /// `pytest.importorskip` of the same package.
    Found,
    /// It stands where import errors are caught (`try` with `ImportError`, `ModuleNotFoundError`, a base of them or
    /// nothing after `except`; `contextlib.suppress`), or in what is done after one.
    Caught,
}

/// A module that a call names by a literal, to import it or to ask for it when it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DynamicImport {
    /// The dotted module, absolute (`a.b`). Where an object is named (`a.b.C`), the module that it is in.
    pub module: String,
    /// What stands between the quotes, in bytes of the text from 0; the whole expression where several strings are
    /// joined.
    pub at: Extent,
    /// What the call does.
    pub kind: DynamicKind,
    /// Why it may fail or be passed by, where it may.
    pub guard: Option<Guard>,
    /// Whether it stands in a `TYPE_CHECKING` block.
    pub type_checking: bool,
    /// Whether it stands in a function or a lambda.
    pub in_function: bool,
}

/// What a call does with the module that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DynamicKind {
    /// It imports it: `importlib.import_module`, `__import__`, `runpy.run_module`.
    Import,
    /// It imports an object from it: `django.utils.module_loading.import_string`, `pkgutil.resolve_name`.
    Object,
    /// It asks whether it is there: `importlib.util.find_spec`.
    Search,
    /// It imports it, and skips the tests that follow where it is missing: `pytest.importorskip`.
    Skip,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The resolved name (`yaml.load`, also for `from yaml import load as l; l(…)`). What a call gives is written
    /// `requests.Session()`, so that its methods are `requests.Session().get`. Functions that are built in are
    /// `builtins.open`.
    pub function: String,
    /// Further functions that it may be instead, where the callee is bound on several paths
    /// (`try: import simplejson as json`, `except ImportError: import json`).
    pub alternatives: Vec<String>,
    /// The callee as written.
    pub function_at: Extent,
    /// The whole call.
    pub at: Extent,
    /// The import or assignment that binds the first name of the callee; nothing for what is built in.
    pub bound_at: Option<Extent>,
    /// Arguments in the order of the text, without `*args` and `**kwargs`.
    pub arguments: Vec<Argument>,
    /// Whether `*args` or `**kwargs` are passed.
    pub starred: bool,
    /// How many positional arguments stand before the first `*args`, where there is one.
    pub before_star: Option<usize>,
    /// Whether `**kwargs` are passed.
    pub double_starred: bool,
    /// Where the object was made whose method this is, in all the ways that the source shows. Empty for functions of
    /// modules and classes, and for an object that was taken in as a parameter.
    pub made_at: Vec<Extent>,
    /// The innermost function around it that is no lambda, by its place in [`Uses::functions`].
    pub within: Option<usize>,
    /// The innermost class around it, by its place in [`Uses::classes`].
    pub class: Option<usize>,
    /// Whether `await` stands before it.
    pub awaited: bool,
    /// Whether a loop or a comprehension of its function repeats it.
    pub in_loop: bool,
    /// Whether it runs when the file is imported: it stands in no function, and not under `if __name__ == "__main__":`.
    pub at_import: bool,
    /// The function that is passed what it gives, where it stands directly among the arguments of a call; empty where it is
    /// not known which.
    pub passed_to: Option<String>,
    /// Whether it stands in an `async def`, and not in a function or lambda within that.
    pub in_async: bool,
    /// Whether it stands in a function or a lambda.
    pub in_function: bool,
    /// Whether it stands in a `TYPE_CHECKING` block.
    pub type_checking: bool,
}

/// A call of a method of a class of the file, on the class itself or on an object of it (`Item(…).dict()`,
/// `Item.parse_obj(…)`), or of one that a parameter is annotated with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnMethod {
    /// The local name of the class.
    pub class: String,
    /// The name of the method.
    pub method: String,
    /// The callee as written.
    pub at: Extent,
    /// The name of the method in it.
    pub method_at: Extent,
}

/// What is known of one parameter at a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Passed<'a> {
    /// It is this argument.
    As(&'a Argument),
    /// It is not passed.
    Not,
    /// It may be in `*args` or `**kwargs`.
    Perhaps,
}

impl Call {
    /// Whether it is certainly a call of a function that satisfies `test`.
    pub fn is_only(&self, test: impl Fn(&str) -> bool) -> bool {
        test(&self.function) && self.alternatives.iter().all(|function| test(function))
    }

    /// The argument for the parameter of this name, or of this place (from 0) among positional ones, or of both.
    pub fn argument(&self, name: Option<&str>, position: Option<usize>) -> Passed<'_> {
        let by_name = self.arguments.iter().find(|argument| name.is_some() && argument.name.as_deref() == name);
        let mut positional = self.arguments.iter().filter(|argument| argument.name.is_none());
        let by_position = position
            .filter(|&position| self.before_star.is_none_or(|before| position < before))
            .and_then(|position| positional.nth(position));
        match by_name.or(by_position) {
            Some(argument) => Passed::As(argument),
            None if name.is_some() && self.double_starred => Passed::Perhaps,
            None if position.is_some() && self.before_star.is_some() => Passed::Perhaps,
            None => Passed::Not,
        }
    }
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The keyword, or nothing for a positional one.
    pub name: Option<String>,
    /// What it is.
    pub value: ArgumentValue,
    /// Where the value stands.
    pub at: Extent,
    /// Where the call stands that gives it, in all the ways that the source shows, for [`ArgumentValue::Call`].
    pub made_at: Vec<Extent>,
}

/// What an argument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentValue {
    /// Names it can only be: more than one where it is bound on several paths (`try: … except ImportError: …`).
    /// Imported names are dotted and absolute, built-in ones begin with `builtins.`; a class of the file is its local
    /// name prefixed by `.`.
    Names(Vec<String>),
    /// A literal as Python writes it: `True`, `None`, `3`, `"text"` (always double quotes), `b"bytes"`, `...`.
    Literal(String),
    /// What a call of a resolved function gives, written in place or bound to the name that is passed.
    Call(String),
    /// A list or a set, written in place or bound to the name that is passed.
    List(Vec<ArgumentValue>),
    /// A tuple, likewise.
    Tuple(Vec<ArgumentValue>),
    /// A text into which values are put, and those values: `f"{a}"`, `"%s" % a`, `"{}".format(a)`, `"…" + a`.
    Formatted(Vec<ArgumentValue>),
    /// Anything else.
    Unknown,
}

/// A class of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Its local name.
    pub name: String,
    /// What its bases resolve to, without subscripts (`Generic[T]` is `typing.Generic`).
    pub bases: Vec<ArgumentValue>,
    /// What decorates it, in the order of the text.
    pub decorators: Vec<Decorator>,
    /// The keyword arguments of its header (`table=True`).
    pub keywords: Vec<Argument>,
    /// What stands in its body, in the order of the text.
    pub fields: Vec<Field>,
    /// The functions of its body, in the order of the text.
    pub methods: Vec<Method>,
    /// The class in whose body it stands, by its place among the classes of the file.
    pub within: Option<usize>,
    /// As in [`Reference`].
    pub probed: bool,
    /// Its name in the header.
    pub at: Extent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_takes_a_module_its_parts_and_its_names() {
        let import = |module: &str, names: &[&str], level| Import {
            module: module.into(),
            names: names.iter().collect(),
            level,
            at: Extent::at(0),
            outermost: true,
        };
        for (module, names, level, name, expected) in [
            ("argparse", &[][..], 0, "argparse", true),
            ("urllib.request", &[], 0, "urllib.request", true),
            ("urllib", &["request"], 0, "urllib.request", true),
            ("urllib", &["parse"], 0, "urllib.request", false),
            ("urllib", &[], 0, "urllib.request", false),
            ("botocore.stub", &["Stubber"], 0, "botocore.stub.Stubber", true),
            ("datetime", &["timezone"], 0, "datetime", true),
            ("datetimes", &[], 0, "datetime", false),
            ("argparse", &[], 1, "argparse", false),
        ] {
            assert_eq!(import(module, names, level).takes(name), expected, "{module} {names:?} {name}");
        }
    }
}
