//! What a syntax tree shows: imports with their context, resolved calls, classes, functions.
//!
//! The parser's types are seen below this module alone. The tree is walked twice by one [walker](walk): first to learn
//! what every scope binds ([`scopes`]), then to say what is used ([`collect`]); [`resolve`] stands between the two.
//! More facts are more hooks in [`collect`], more sorts of values are more arms in [`resolve`].

use ruff_python_ast::{Expr, PythonVersion};
use ruff_python_parser::{Mode, ParseError, ParseOptions, Parsed, parse_expression, parse_unchecked};
use ruff_text_size::Ranged;

use crate::diagnostic::Problem;
use crate::python::vocabulary::Vocabulary;
use crate::python::{Import, Uses, scan};
use crate::source::Extent;

mod builtins;
mod collect;
mod dotted;
mod dynamic;
mod few;
mod guard;
mod idioms;
mod literal;
mod probe;
mod references;
mod resolve;
mod results;
mod scopes;
pub mod setup;
mod values;
mod walk;

pub use results::has_other_makers;

/// The rule that reports what cannot be parsed.
const RULE: &str = "invalid-syntax";

/// How many syntax errors are told of one text; those after them mostly follow from them.
const MOST_PROBLEMS: usize = 5;

/// The longest text that is parsed, in bytes. Longer ones are data; and the parser takes up to a kilobyte of stack for
/// every `not` of a `not not not …`.
const MAX_SIZE: usize = 8 << 20;

/// How many signs may stand in a row (`- - -x`), for the same reason.
const MAX_SIGNS: u32 = 1000;

/// How many brackets may be open at once: `MAXLEVEL` of the reference tokenizer.
const MAX_BRACKETS: u32 = 200;

/// How many f-strings may be open at once: `MAXFSTRINGLEVEL` of the reference tokenizer.
const MAX_STRINGS: u32 = 150;

/// Parses `text` and says what it uses, whatever anybody asks for: [`parse_for`].
pub fn parse(text: &str) -> Uses {
    parse_for(text, &Vocabulary::everything())
}

/// Parses `text` and says what it uses of what is in `vocabulary`. Any syntax of the newest Python is understood. Of a text
/// with syntax errors it gives what could be read, and the errors; of a text that is too large or too deeply nested only
/// that.
pub fn parse_for(text: &str, vocabulary: &Vocabulary) -> Uses {
    if let Some(problem) = refuse(text) {
        return Uses { problems: vec![problem], ..Uses::default() };
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::latest_preview());
    let Some(parsed) = parse_unchecked(text, options).try_into_module() else { return Uses::default() };
    let body = parsed.suite();

    let (scopes, depth) = scopes::build(body);
    let (mut uses, _) = collect::collect(text, body, &scopes, vocabulary);
    drop(scopes);

    if !parsed.errors().is_empty() {
        // What the parser makes of a statement that is none (`import {{ name }}`) is no import.
        let scanned = scan::scan(text).imports;
        let place = |import: &Import| (import.at.start, import.at.end);
        uses.imports.retain(|site| {
            scanned
                .binary_search_by_key(&place(&site.import), place)
                .is_ok_and(|at| scanned.get(at) == Some(&site.import))
        });
    }
    if depth.walked_all() {
        uses.problems.extend(parsed.errors().iter().take(MOST_PROBLEMS).map(|error| problem(text, error)));
    } else {
        uses = Uses { problems: vec![Problem::whole(RULE, "too deeply nested to be read")], ..Uses::default() };
    }
    if !depth.can_be_dropped() {
        // Dropping a tree recurses as deep as it nests, and a stack that overflows ends the process.
        std::mem::forget(parsed);
    }
    uses
}

/// An identifier in normal form (NFKC), in which Python compares identifiers.
pub(super) fn normalised(identifier: &str) -> String {
    match parse_expression(identifier).map(Parsed::into_expr) {
        Ok(Expr::Name(name)) => name.id.to_string(),
        _ => identifier.to_owned(),
    }
}

/// Why `text` is not even given to the parser.
fn refuse(text: &str) -> Option<Problem> {
    if text.len() > MAX_SIZE {
        return Some(Problem::whole(RULE, format!("too large to be parsed: more than {} MB", MAX_SIZE >> 20)));
    }
    let deepest = scan::depth(text);
    (deepest.brackets > MAX_BRACKETS || deepest.strings > MAX_STRINGS || deepest.signs > MAX_SIGNS).then(|| {
        let at = deepest.at as usize;
        let at = Extent::new(at, (at + 1).min(text.len()));
        Problem::new(RULE, at, "too deeply nested")
            .note(format!("Python reads at most {MAX_BRACKETS} open brackets and {MAX_STRINGS} nested f-strings"))
    })
}

fn problem(text: &str, error: &ParseError) -> Problem {
    let message = error.error.to_string();
    let mut letters = message.chars();
    let message = letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or(message);
    let extent = extent(error.location);
    // An error at the end of a text can lie behind it.
    let whole =
        Extent::new(text.floor_char_boundary(extent.start as usize), text.floor_char_boundary(extent.end as usize));
    Problem::new(RULE, whole, message)
}

/// Where a node stands.
#[inline]
fn extent(node: impl Ranged) -> Extent {
    Extent::new(node.start().to_usize(), node.end().to_usize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::{ArgumentValue, Call, ImportSite, Passed};

    /// Calls as `function|alternative(arguments)`, in the order of the text.
    fn calls(text: &str) -> Vec<String> {
        let uses = parse(text);
        assert_eq!(uses.problems, [], "{text}");
        uses.calls.iter().map(shown).collect()
    }

    fn shown(call: &Call) -> String {
        let mut functions = vec![call.function.clone()];
        functions.extend(call.alternatives.iter().cloned());
        let arguments = call.arguments.iter().map(|argument| {
            let value = match &argument.value {
                ArgumentValue::Names(names) => names.join("|"),
                ArgumentValue::Literal(text) => text.clone(),
                ArgumentValue::Call(function) => format!("{function}()"),
                ArgumentValue::List(values) => format!("[{}]", values.len()),
                ArgumentValue::Tuple(values) => format!("({},)", values.len()),
                ArgumentValue::Formatted(values) => format!("f[{}]", values.len()),
                ArgumentValue::Unknown => "?".to_owned(),
            };
            argument.name.as_ref().map_or(value.clone(), |name| format!("{name}={value}"))
        });
        let arguments: Vec<_> = arguments.collect();
        format!("{}({}{})", functions.join("|"), arguments.join(", "), if call.starred { " *" } else { "" })
    }

    #[test]
    fn calls_are_resolved() {
        for (text, expected) in [
            // Imports and aliases.
            ("import yaml\nyaml.load(x)", &["yaml.load(?)"][..]),
            ("import yaml as y\ny.load(x)", &["yaml.load(?)"]),
            ("import a.b.c\na.b.c.d()\na.x()", &["a.b.c.d()", "a.x()"]),
            ("import a.b as c\nc.d()", &["a.b.d()"]),
            ("from yaml import load as l\nl(x)", &["yaml.load(?)"]),
            ("from a.b import c\nc.d.e()", &["a.b.c.d.e()"]),
            ("from . import yaml\nfrom .yaml import load\nyaml.load(x); load(x)", &[]),
            ("import yaml\nload = yaml.load\nload(x)", &["yaml.load(?)"]),
            ("import a\nx, (y, z) = a.b, (a.c, 1)\nx(); y(); z()", &["a.b()", "a.c()"]),
            ("import a\n(x := a.b)()\nx()", &["a.b()", "a.b()"]),
            ("import a\nx: int = a.b\nx()\ny: int\ny()", &["a.b()"]),
            // Built-in functions.
            ("open('x'); print(1, file=y)", &["builtins.open(\"x\")", "builtins.print(1, file=?)"]),
            ("def open(): pass\nopen()", &[]),
            ("from io import open\nopen()", &["io.open()"]),
            ("try: input = raw_input\nexcept NameError: pass\ninput()", &[]),
            ("try: from io import open\nexcept ImportError: pass\nopen()", &["io.open|builtins.open()"]),
            ("len(x); unknown(x)", &["builtins.len(?)"]),
            // Bindings that make a name unknown, in its scope and in those within.
            ("import a\na = f()\na.b()", &[]),
            ("import a\na += 1\na.b()", &[]),
            ("import a\ndel a\na.b()", &[]),
            ("import a\nfor a in x: a.b()", &[]),
            ("import a\nwith x as (a, *c): a.b()", &[]),
            ("import a\ntry: pass\nexcept E as a: a.b()", &[]),
            ("import a\nmatch x:\n  case [a, *b]: a.b()", &[]),
            ("import a\nmatch x:\n  case {'k': 1, **a}: a.b()", &[]),
            ("import a\ndef a(): pass\na.b()", &[]),
            ("import a\nclass a: pass\na.b(); a()", &[]),
            ("import a\nif (a := x): a.b()", &[]),
            ("import a\n[(a := x) for y in z]\na.b()", &[]),
            ("import a\ntype a = int\na.b()", &[]),
            // Scopes.
            ("import a\ndef f(): a.b()", &["a.b()"]),
            ("def f(): a.b()\nimport a", &["a.b()"]),
            ("import a\ndef f(a): a.b()", &[]),
            ("import a\ndef f(*a, **b): a.b()\ndef g(x, /, *, a=1): a.b()", &[]),
            ("import a\ndef f():\n  a = 1\n  a.b()\na.b()", &["a.b()"]),
            ("import a\ndef f():\n  import c as a\n  a.b()\na.b()", &["c.b()", "a.b()"]),
            ("def f():\n  import a\na.b()", &[]),
            ("import a\ndef f():\n  global a\n  a = 1\na.b()", &[]),
            ("def f():\n  global a\n  import a\na.b()", &["a.b()"]),
            ("import a\ndef f():\n  a = 1\n  def g():\n    global a\n    a.b()", &["a.b()"]),
            ("def f():\n  import a\n  def g():\n    a.b()\n    def h():\n      nonlocal a\n      a = 1", &[]),
            ("def f():\n  import a\n  def g(): a.b()", &["a.b()"]),
            ("class C:\n  import a\n  a.b()\n  def f(self): a.b()", &["a.b()"]),
            ("import a\nclass C:\n  a = 1\n  a.b()\n  def f(self): a.b()", &["a.b()"]),
            ("import a\nx = lambda a: a.b()\ny = lambda c=a.d(): a.b()", &["a.d()", "a.b()"]),
            ("import a\n[a.b() for a in a.c()]\n{a.b(): 1 for x in y if a.d()}", &["a.c()", "a.b()", "a.d()"]),
            ("import a\n[x for y in z for x in a.b(a)]\na.c()", &["a.b(a)", "a.c()"]),
            ("import a\ndef f[a](x=a.b()): a.c()\ndef g[T](x: a.d()): a.e()", &["a.d()", "a.e()"]),
            // Several paths.
            ("try: import a\nexcept ImportError: a = None\na.b(a)", &["a.b(?)"]),
            ("try: import a as j\nexcept ImportError: import b as j\nj.c()", &["a.c|b.c()"]),
            ("if x: import a as j\nelse: j = f()\nj.c()", &[]),
            ("import a\nimport a\na.b()", &["a.b()"]),
            (
                "import a, b\nx = a.c if y else b.c\nx()\n(a.c or b.c)()\n(None or a.d)()",
                &["a.c|b.c()", "a.c|b.c()", "a.d()"],
            ),
            ("import a\ngetattr(a, 'b', a.c)()", &["a.b|a.c()", "builtins.getattr(a, \"b\", a.c)"]),
            (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import a as j\nelse: import b as j\nj.c()",
                &["b.c()"],
            ),
            ("import a\na = a.b\na.c()\nb = c\nc = b\nb()", &[]),
            // Star imports.
            ("from yaml import *\ndef f(x): load(x); len(x); _x()", &["yaml.load(?)"]),
            ("from a import *\nfrom b import *\nload(x)", &[]),
            ("from . import *\nload(x)", &[]),
            ("import a\nfrom b import *\na.c()", &["a.c()"]),
            // Where calls can stand.
            (
                "import a\n@a.b(1)\n@a.c\ndef f(x=a.d(), *, y: a.e() = 1) -> a.g(): pass",
                &["a.b(1)", "a.d()", "a.e()", "a.g()"],
            ),
            ("import a\nx = f'{a.b():{a.c()}}' f\"{a.d()!r}\"\nt'{a.e()}'", &["a.b()", "a.c()", "a.d()", "a.e()"]),
            ("import a\nclass C(a.b(), metaclass=a.c()):\n  x = a.d()", &["a.b()", "a.c()", "a.d()"]),
            ("import a\nassert a.b(), a.c()\nraise a.d() from a.e()", &["a.b()", "a.c()", "a.d()", "a.e()"]),
            ("import a\na.b(a.c(), *a.d(), k=a.e())", &["a.b(a.c(), k=a.e() *)", "a.c()", "a.d()", "a.e()"]),
            (
                "from functools import partial\nimport yaml\npartial(yaml.load, Loader=yaml.Loader)",
                &["functools.partial(yaml.load, Loader=yaml.Loader)"],
            ),
            // What calls give.
            ("import a\na.B().c()", &["a.B().c()", "a.B()"]),
            ("import a\nb = a.B(1)\nb.c(b)", &["a.B(1)", "a.B().c(a.B())"]),
            ("import a\na.b()()", &["a.b()"]),
        ] {
            assert_eq!(calls(text), expected, "{text}");
        }
    }

    /// The last call of each text, which is the one of interest.
    #[test]
    fn objects_are_followed() {
        let class = |body: &str| format!("import requests as r, k\nclass C:\n{body}");
        for (text, expected) in [
            // Context managers.
            ("import r\nwith r.S() as s: s.get()", "r.S().get()"),
            ("import r\nasync def f():\n  async with r.S(1) as s, s.get() as t: t.x(t)", "r.S().get().x(r.S().get())"),
            ("import r\nwith r.s as s: s.get()", ""),
            ("import r\nwith x as s: s.get()", ""),
            ("import r\nwith r.S() as (s, t): s.get()", "r.S()"),
            ("import r, contextlib\nwith contextlib.closing(r.S()) as s: s.get()", "r.S().get()"),
            ("import r\nwith r.S() as s: s.get()\ns = 1", "r.S()"),
            ("import r\nwith r.S() as s: s.get()\nwith r.T() as s: s.put()", "r.S().put|r.T().put()"),
            // Parameters.
            ("import r\ndef f(s: r.S): s.get()", "r.S().get()"),
            ("import r\ndef f(s: 'r.S' = None, *, t=1): s.get(s)", "r.S().get(?)"),
            ("from r import S\nfrom typing import Optional\nasync def f(s: Optional[S]): s.get()", "r.S().get()"),
            ("from r import S\ndef f(s: S | None): s.get()", "r.S().get()"),
            ("import r, typing as t\ndef f(s: t.Annotated[r.S, 1]): s.get()", "r.S().get()"),
            ("import r\ndef f(s: r.S | r.T): s.get()", "r.S().get|r.T().get()"),
            ("import r\ndef f(s: r.S[int]): s.get()", "r.S().get()"),
            ("import r\ndef f(s: list[r.S], t: type[r.S], u: str): s.get(); t.get(); u.join()", ""),
            ("import r\ndef f(*s: r.S, **t: r.S): s.get(); t.get()", ""),
            ("import r\ndef f(s: r.S):\n  s = g()\n  s.get()", ""),
            ("from typing import TYPE_CHECKING\nif TYPE_CHECKING: import r\ndef f(s: 'r.S'): s.get()", "r.S().get()"),
            ("class S: pass\ndef f(s: S): s.get()", ""),
            // Functions of the file.
            ("import r\ndef f(): return r.S()\nf().get()", "r.S().get()"),
            ("import r\ndef f():\n  s = r.S()\n  s.x = 1\n  return s\ndef g():\n  t = f()\n  t.get()", "r.S().get()"),
            ("import r\ndef f(x):\n  if x: return r.S()\n  return g()\nf(1).get()", "r.S()"),
            ("import r\ndef f(): yield r.S(); return r.S()\nf().get()", "r.S()"),
            ("import r\nasync def f(): return r.S()\nf().get()", "r.S()"),
            ("import r\n@r.wrap\ndef f(): return r.S()\nf().get()", "r.S()"),
            ("import r\ndef f(): return f()\nf().get()", ""),
            ("import r\ndef f(s): return s\nf(r.S()).get()", "r.S()"),
        ] {
            assert_eq!(calls(text).last().cloned().unwrap_or_default(), expected, "{text}");
        }
        for (body, expected) in [
            ("  def __init__(self): self.s = r.S()\n  def f(self): self.s.get()", "requests.S().get()"),
            ("  s = None\n  def g(self): self.s = r.S()\n  def f(me):\n    def h(): me.s.get()", "requests.S().get()"),
            ("  s = r.S()\n  def f(self): self.s.get()", "requests.S().get()"),
            ("  s = r.S()\n  def f(self, x): x.s = 1; self.s.get()", "requests.S()"),
            ("  def f(self): self.s.get()\n  def __init__(self, s: r.S): self.s = s", "requests.S().get()"),
            ("  def __init__(self, s=None): self.s = s or r.S()\n  def f(self): self.s.get()", "requests.S()"),
            (
                "  def g(self): self.s = r.S()\n  def h(self): self.s = k.S()\n  def f(self): self.s.get()",
                "requests.S().get|k.S().get()",
            ),
            ("  def g(self): self.s = r.S()\n  def h(self): self.s += 1\n  def f(self): self.s.get()", "requests.S()"),
            ("  def g(self): self.s = r.S()\n  def f(self):\n    self = 1\n    self.s.get()", "requests.S()"),
            ("  @staticmethod\n  def g(x): x.s = r.S()\n  def f(self): self.s.get()", "requests.S()"),
            ("  def __init__(self): self.s = r.S()\nclass D(C):\n  def f(self): self.s.get()", "requests.S().get()"),
            (
                "  def g(self): self.s = r.S()\n  def f(self): self.s.get()\nclass D(C):\n  def g(self): self.s = 1",
                "requests.S()",
            ),
            ("  @property\n  def s(self): return r.S()\n  def f(self): self.s.get()", "requests.S()"),
            ("  def s(self): return r.S()\n  def f(self): self.s().get()", "requests.S()"),
            ("  def f(self):\n    self.s = r.S()\n    self.t = self.s.x\n    self.t.get()", "requests.S().x.get()"),
            ("  def f(self):\n    self.s = self.t\n    self.t = self.s\n    self.t.get()", ""),
        ] {
            let text = class(body);
            assert_eq!(calls(&text).last().cloned().unwrap_or_default(), expected, "{text}");
        }
    }

    #[test]
    fn objects_are_placed() {
        let text = "import r\ndef f(x, t: r.S):\n  with open(x) as y: r.load(y)\n  s = r.S(1) if x else r.S(2)\n  \
                    s.get(); t.get(); r.S().put()\n";
        let uses = parse(text);
        let shown = |places: &[Extent]| places.iter().map(|at| at.of(text)).collect::<Vec<_>>().join(" ");
        let found: Vec<_> = uses.calls.iter().map(|call| shown(&call.made_at)).collect();
        assert_eq!(found, ["", "", "", "", "r.S(1) r.S(2)", "", "r.S()", ""]);
        let load = uses.calls.get(1).and_then(|call| call.arguments.first()).expect("an argument");
        assert_eq!(load.value, ArgumentValue::Call("builtins.open".to_owned()));
        let made = load.made_at.first().and_then(|at| uses.call_at(*at)).map(|call| call.at.of(text));
        assert_eq!(made, Some("open(x)"));
    }

    #[test]
    fn what_stands_around_calls_is_known() {
        let text = "import a\na.b(0)\nif __name__ == '__main__': a.b(1)\nelse: a.b(2)\nfor x in a.b(3):\n  a.b(4)\n  \
                    def f():\n    a.b(5)\n    while a.b(6): pass\n    else: a.b(7)\n    [a.b(8) for y in a.b(9)]\n\
                    class C:\n  a.b(10)\n  async def g(self, x=a.b(11)):\n    await a.b(a.b(12), k=a.b(13))\n    h(a.b(14))\n    \
                    lambda: a.b(15)\n    def i(): a.b(16)\n";
        let uses = parse(text);
        let word = |call: &Call| {
            let function = call.within.and_then(|at| uses.functions.get(at)).map_or("-", |function| &function.name);
            let class = call.class.and_then(|at| uses.classes.get(at)).map_or("-", |class| &class.name);
            let marks = [(call.at_import, " import"), (call.in_loop, " loop"), (call.awaited, " await")];
            let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
            let passed = call.passed_to.as_ref().map(|function| format!(" to {function}")).unwrap_or_default();
            let number = match call.arguments.first().map(|argument| &argument.value) {
                Some(ArgumentValue::Literal(number)) => number.as_str(),
                _ => "x",
            };
            format!("{number} {function} {class}{marks}{passed}")
        };
        assert_eq!(
            uses.calls.iter().map(word).collect::<Vec<_>>(),
            [
                "0 - - import",
                "1 - -",
                "2 - -",
                "3 - - import",
                "4 - - import loop",
                "5 f -",
                "6 f - loop",
                "7 f -",
                "8 f - loop",
                "9 f -",
                "10 - C import",
                "11 - C import",
                "x g C await",
                "12 g C to a.b",
                "13 g C to a.b",
                "14 g C to ",
                "15 g C",
                "16 i C",
            ]
        );
    }

    #[test]
    fn headers_are_read() {
        let text = "import a, functools\nfrom a import app\nx = a.App()\n@a.d\n@x.get('/')\n@unknown\ndef f(p, q: a.T = 1, *r: \
                    int, s: 'C | None' = 2, **t):\n  yield\n@a.e(1)\nclass C:\n  async def g(self):\n    def h(): pass\n    \
                    class D:\n      def i(self): pass\n";
        let uses = parse(text);
        let named = |name: &str| uses.functions.iter().find(|function| function.name == name).expect("there is one");
        let f = named("f");
        assert!(f.is_generator && f.class.is_none() && f.outer.is_none());
        let decorators: Vec<_> =
            f.decorators.iter().map(|d| (d.names.join("|"), d.at.of(text), d.call.map(|at| at.of(text)))).collect();
        let get = ("a.App().get".to_owned(), "x.get", Some("x.get('/')"));
        assert_eq!(decorators, [("a.d".to_owned(), "a.d", None), get, (String::new(), "unknown", None)]);
        let parameters: Vec<_> = f.parameters.iter().map(|p| (&*p.name, p.classes.join("|"), p.has_default)).collect();
        let expected =
            [("p", "", false), ("q", "a.T", true), ("s", "", true), ("r", "builtins.int", false), ("t", "", false)];
        let mut expected: Vec<_> = expected.map(|(name, class, default)| (name, class.to_owned(), default)).into();
        expected.sort();
        let mut parameters = parameters;
        parameters.sort();
        assert_eq!(parameters, expected);
        assert_eq!(f.parameters.iter().filter(|p| p.is_variadic).count(), 2);
        let class_of = |name: &str| named(name).class.and_then(|at| uses.classes.get(at)).map(|class| &*class.name);
        assert_eq!([class_of("g"), class_of("h"), class_of("i")], [Some("C"), None, Some("D")]);
        let around = |name: &str| {
            let place = uses.functions.iter().position(|function| function.name == name);
            uses.functions_around(place).map(|function| function.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!([around("f"), around("h"), around("i")], ["f", "h g", "i g"]);
        let class = uses.classes.first().and_then(|class| class.decorators.first());
        assert_eq!(class.map(|decorator| decorator.at.of(text)), Some("a.e"));
    }

    #[test]
    fn arguments_are_read() {
        for (value, expected) in [
            ("True", "True"),
            ("None", "None"),
            ("-1", "-1"),
            ("0x10", "16"),
            ("1.50", "1.5"),
            ("2j", "?"),
            ("...", "..."),
            ("'a' \"b\"", "\"ab\""),
            ("'\"\\\\\\n\\x00é'", "\"\\\"\\\\\\n\\x00é\""),
            ("b'\\xff\"'", "b\"\\xff\\\"\""),
            ("f'a'", "?"),
            ("f'a{k}'", "f[1]"),
            ("'a' + x + '.'", "f[1]"),
            ("'a' + 'b'", "?"),
            ("x + 'a'", "f[1]"),
            ("x + 1", "?"),
            ("'%s %s' % (x, k)", "f[2]"),
            ("'%s' % x", "f[1]"),
            ("'{} {y}'.format(x, y=1)", "f[2]"),
            ("[1]", "[1]"),
            ("(1, *x)", "(2,)"),
            ("{'a', 'b'}", "[2]"),
            ("[]", "[0]"),
            ("{}", "?"),
            ("TEXT", "\"a\""),
            ("LIST", "[1]"),
            ("TWICE", "?"),
            ("x", "?"),
            ("int", "builtins.int"),
            ("C", ".C"),
            ("C()", ".C()"),
            ("f", "?"),
            ("k.l", "k.l"),
            ("k.l()", "k.l()"),
            ("m", "k.m"),
            ("L", "k.CL|k.L"),
            ("None or k", "k"),
            ("y", "?"),
        ] {
            let text = format!(
                "import k\nfrom k import m\nclass C: pass\ndef f(): pass\ntry: from k import CL as L\nexcept ImportError: \
                 from k import L\ny = k.l if z else None\nTEXT = 'a'\nLIST = ['*']\nTWICE = 'a'\nTWICE = 'b'\nk.call({value}, name={value})"
            );
            let expected = format!("k.call({expected}, name={expected})");
            assert!(calls(&text).contains(&expected), "{value}: {:?}", calls(&text));
        }
    }

    #[test]
    fn parameters_are_found() {
        let passed = |arguments: &str, name, position| {
            let uses = parse(&format!("import a\na.b({arguments})"));
            match uses.calls.first().map(|call| call.argument(name, position)) {
                Some(Passed::As(argument)) => format!("{:?}", argument.value),
                Some(Passed::Not) => "not".to_owned(),
                Some(Passed::Perhaps) => "perhaps".to_owned(),
                None => "no call".to_owned(),
            }
        };
        for (arguments, name, position, expected) in [
            ("1, 2", Some("k"), Some(1), "Literal(\"2\")"),
            ("1, k=2", Some("k"), Some(1), "Literal(\"2\")"),
            ("1", Some("k"), Some(1), "not"),
            ("k=1", None, Some(0), "not"),
            ("*x", Some("k"), None, "not"),
            ("*x", Some("k"), Some(1), "perhaps"),
            ("1, *x, 2", Some("k"), Some(0), "Literal(\"1\")"),
            ("1, k=3, *x, 2", None, Some(1), "perhaps"),
            ("1, **x", Some("k"), Some(1), "perhaps"),
            ("1, **x", None, Some(1), "not"),
            ("k=1, **x", Some("k"), None, "Literal(\"1\")"),
        ] {
            assert_eq!(passed(arguments, name, position), expected, "{arguments}");
        }
    }

    #[test]
    fn places_and_context() {
        let text = "import time as t\nasync def f():\n  t.sleep(1)\n  lambda: t.sleep(2)\n  def g(x=t.sleep(3)): t.sleep(4)\n\
                    \x20 [t.sleep(5) for x in y]\nif TYPE_CHECKING:\n  t.sleep(6)\n";
        let uses = parse(text);
        let found: Vec<_> =
            uses.calls.iter().map(|call| (call.in_async, call.in_function, call.type_checking)).collect();
        let (inside, within, plain) = ((true, true, false), (false, true, false), (false, false, true));
        assert_eq!(found, [inside, within, inside, within, inside, plain]);
        let first = uses.calls.first().map(|call| (call.at.of(text), call.function_at.of(text)));
        assert_eq!(first, Some(("t.sleep(1)", "t.sleep")));
        assert!(uses.calls.iter().all(|call| call.bound_at.is_some_and(|at| at.of(text) == "time as t")));
    }

    #[test]
    fn names_are_placed() {
        let text = "from .  . import a, b as c";
        let places: Vec<_> =
            parse(text).imports.iter().map(|site| (site.import.at.of(text), site.names_at.len())).collect();
        assert_eq!(places, [(".  .", 2)]);
    }

    #[test]
    fn classes_derive() {
        let text = "import yaml, other\nfrom yaml import SafeLoader\nfrom .here import Z\n\
            try: from yaml import CSafeLoader as Q\nexcept ImportError: from yaml import SafeLoader as Q\n\
            class A(SafeLoader): pass\nclass B(A, object): pass\nclass C(yaml.Loader): pass\nclass D(C): pass\n\
            class E: pass\nclass F(other.X): pass\nclass G(Z): pass\nclass H(Z, A): pass\nclass I(Q): pass\n\
            class J(Generic[T], A[int]): pass\nclass K(K): pass\nclass L(*x): pass\nclass M(A): pass\nclass M(E): pass\n\
            class N(A if x else C): pass\nclass O(f()): pass\n";
        let uses = parse(text);
        for (name, expected) in [
            ("yaml.SafeLoader", Some(true)),
            ("yaml.Loader", Some(false)),
            ("other.X", None),
            ("builtins.dict", Some(false)),
            (".A", Some(true)),
            (".B", Some(true)),
            (".C", Some(false)),
            (".D", Some(false)),
            (".E", Some(false)),
            (".F", None),
            (".G", None),
            (".H", Some(true)),
            (".I", Some(true)),
            (".J", Some(true)),
            (".K", None),
            (".L", None),
            (".M", None),
            (".N", None),
            (".O", None),
            (".P", None),
        ] {
            assert_eq!(uses.derives_from(name, &["yaml.SafeLoader", "yaml.CSafeLoader"]), expected, "{name}");
        }
    }

    #[test]
    fn functions_are_listed() {
        let uses = parse("def a(x): pass\nclass C:\n  async def b(self, *y: int): pass\n  def c(self) -> int: pass\n");
        let found: Vec<_> = uses.functions.iter().map(|f| (f.name.as_str(), f.annotated, f.is_async)).collect();
        assert_eq!(found, [("a", false, false), ("b", true, true), ("c", true, false)]);
    }

    #[test]
    fn syntax_errors_are_told_and_the_rest_is_read() {
        let uses = parse("import a\na.b()\nx = = 1\na.c()\nprint 'x'\n");
        assert_eq!(uses.calls.iter().map(shown).collect::<Vec<_>>(), ["a.b()", "a.c()"]);
        assert!(
            uses.problems.len() >= 2 && uses.problems.iter().all(|problem| problem.rule == RULE),
            "{:?}",
            uses.problems
        );
        assert_eq!(uses.problems.first().map(|problem| problem.message.as_str()), Some("expected an expression"));
        assert_eq!(parse(&"x = = 1\n".repeat(100)).problems.len(), MOST_PROBLEMS);
        for text in ["(", "'é", "f'{", "def f(:\n", "é'", "\\", "\0", "f'{x:{", "x = 'é\n"] {
            let problems = parse(text).problems;
            assert!(!problems.is_empty(), "{text}");
            assert!(
                problems.iter().all(|problem| problem.at.is_none_or(|at| text.get(at.range()).is_some())),
                "{text}"
            );
        }
    }

    #[test]
    fn errors_hide_no_imports() {
        for text in [
            // Python 2.
            "import a\nprint \"x\"\nprint >>f, 'x' % y\nimport b\n",
            "try: import a\nexcept ImportError, e: import b\nexec \"c\" in d\nraise E, 'x'\nimport c\n",
            "import a\nx = `y`\nz = 0777 + 0xFFL + ur'x'\nif x <> y: import b\nfrom c import d\n",
            "def f((a, b)):\n  import c\nlambda (a, b): a\nimport d\n",
            // Slips and what is not finished.
            "import a\nx = (1,\nimport b\nfrom c import d\n",
            "import a\nx = 'y\nimport b\n",
            "import a\nif x\n  import b\nelse:\nimport c\n",
            "def f(:\n  import a\n import b\n\timport c\nclass\nimport d\n",
            "<<<<<<< HEAD\nimport a\n=======\nimport b\n>>>>>>> other\nimport c\n",
            "import a\n{% if x %}\nimport b\n{% endif %}\nfrom {{ c }} import d\nimport {{ e }}\nimport f\n",
            "import a\nx = f'{y\nimport b\nz = f'{y:'\nimport c\n",
            "import a,\nfrom b import c,\nfrom d import (e.f)\nimport g\n",
            "import a\n$ pip install b\n?\nimport c\n",
        ] {
            let uses = parse(text);
            assert!(uses.problems.len() + usize::from(text.contains("ImportError, e")) > 0, "{text}");
            let tree: Vec<_> = uses.imports.into_iter().map(|site| site.import).collect();
            assert_eq!(tree, scan::scan(text).imports, "{text}");
        }
    }

    /// What Python has learnt last, and what the parser makes of it.
    #[test]
    fn the_newest_grammar_is_read() {
        for (text, expected) in [
            ("try: import a\nexcept ImportError, OSError: import b\n", "a b"),
            ("try: import a\nexcept* ImportError, OSError: import b\n", "a b"),
            ("lazy import a.b as c\nlazy from d import e\n", "lazy a.b lazy d"),
            ("x = t'{a!r:>{b}}' rt\"{c['d']}\"\nimport a\n", "a"),
            ("x = [*a for a in b]\ny = {**c for c in d}\nz = (*e for e in f)\nimport a\n", "a"),
            ("type A[*T = *tuple[int]] = B\ndef f[T: int = str](): import a\n", "a"),
            ("def f():\n  try: import a\n  finally: return\n", "a"),
        ] {
            let uses = parse(text);
            assert_eq!(uses.problems, [], "{text}");
            let word = |site: &ImportSite| format!("{}{}", if site.lazy { "lazy " } else { "" }, site.import.module);
            assert_eq!(uses.imports.iter().map(word).collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        let many = 100_000;
        for (text, refused) in [
            ("(".repeat(many), true),
            (format!("{}1{}", "[".repeat(many), "]".repeat(many)), true),
            (format!("{}1{}", "f'{".repeat(300), "}'".repeat(300)), true),
            (format!("{}1{}", "(".repeat(190), ")".repeat(190)), false),
            (format!("{}x", "not ".repeat(many)), true),
            (format!("{}x", "-".repeat(many)), true),
            (format!("(\n{}x)", "~ \\\n+\n".repeat(many)), true),
            (format!("# {0}\n\"\"\"\n{0}\"\"\"\nx = -y", "-".repeat(many)), false),
            (format!("{}1", "lambda: ".repeat(many)), true),
            (format!("{}1", "x if y else ".repeat(many)), true),
            (format!("{}1", "x ** ".repeat(many)), true),
            (format!("x{}", ".a".repeat(many)), true),
            (format!("x{}", "()".repeat(many)), true),
            (format!("x = 1{}", " + 1".repeat(many)), false),
            (format!("x = {}1", "x = ".repeat(many)), false),
            (format!("import a\n{}a.b()", "x = a.c\n".repeat(1000)), false),
            ("(\nimport a\n".repeat(many), true),
        ] {
            let start = text.get(..20).unwrap_or(&text).to_owned();
            let problems = parse(&text).problems;
            assert_eq!(!problems.is_empty(), refused, "{start}: {problems:?}");
        }
        let lines: Vec<String> = (0..700).map(|level| format!("{}if x:\n", " ".repeat(level))).collect();
        let deep = lines.concat();
        assert!(!parse(&format!("{deep}{}pass", " ".repeat(700))).problems.is_empty());
        assert_eq!(parse(&" ".repeat(MAX_SIZE + 1)).problems.len(), 1);
    }

    #[test]
    fn aliases_take_linear_time() {
        // Every name is bound by all the others.
        let names: Vec<_> = (0..60).map(|n| format!("x{n}")).collect();
        let all = names.join(" or ");
        let lines: Vec<String> = names.iter().map(|name| format!("{name} = {name}.y or ({all})\n")).collect();
        let mut text = lines.concat();
        text.extend((1..2000).map(|n| format!("z{n} = z{}().w\n", n - 1)));
        text.push_str("z1999()\nx3()\n");
        assert!(parse(&text).calls.is_empty());
        // Functions that call each other twice, attributes and classes likewise.
        let pair = |n: u32| {
            let (m, next) = (n - 1, n + 1);
            format!(
                "def f{n}(x): return f{m}(1) if x else f{m}(2)\nclass C{n}(C{m}, D{m}, C{next}):\n  def g(self): \
                 self.x{n} = self.x{m} or self.x{m}.y; self.x{n}.z()\n"
            )
        };
        let mut text: String = (1..200).map(pair).collect();
        text.push_str("f199(1)()\n");
        assert!(parse(&text).calls.is_empty());
    }
}
