//! What conditions, handlers and context managers say of the imports below them.

use ruff_python_ast::{Decorator, ExceptHandler, Expr, Stmt, StmtIf, StmtTry};

use crate::python::Guard;

/// How many parts of a condition are looked at.
const MOST_PARTS: usize = 16;

/// What a pass knows of names, where they are read.
pub(super) trait Names {
    /// Whether the pass wants to know what conditions ask for.
    const ASKS: bool = true;

    /// What a condition asks for that is only this name, as far as what it is bound to tells.
    fn flag(&self, _name: &str) -> Option<Guard> {
        None
    }

    /// Whether what the name is bound to asks for a version, or for what a library has.
    fn is_probe(&self, _name: &str) -> bool {
        false
    }

    /// Whether the name stands for exceptions of which one is what a failed import raises.
    fn is_import_error(&self, _name: &str) -> bool {
        false
    }
}

/// Where nothing is known of names.
pub(super) struct Unknown;

impl Names for Unknown {}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    /// True for type checkers alone.
    TypeChecking,
    /// False for type checkers alone.
    NotTypeChecking,
    /// What guards the code below it, and that which follows where it does not hold.
    Guard(Guard),
    /// Anything else.
    Plain,
}

impl Test {
    pub(super) fn of(test: &Expr, names: &impl Names) -> Self {
        match test {
            Expr::UnaryOp(not) if not.op.is_not() && is_type_checking(&not.operand) => Self::NotTypeChecking,
            Expr::BooleanLiteral(never) if !never.value => Self::TypeChecking,
            Expr::BoolOp(all) if all.op.is_and() && all.values.iter().take(MOST_PARTS).any(is_type_checking) => {
                Self::TypeChecking
            }
            _ if is_type_checking(test) => Self::TypeChecking,
            _ => asked(test, names).map_or(Self::Plain, Self::Guard),
        }
    }

    /// What guards, where it does.
    pub(super) fn guard(self) -> Option<Guard> {
        if let Self::Guard(guard) = self { Some(guard) } else { None }
    }
}

fn is_type_checking(test: &Expr) -> bool {
    last_name(test).is_some_and(|name| matches!(name, "TYPE_CHECKING" | "MYPY"))
}

/// The last part of a dotted name.
pub(super) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// What the value that is given to a name asks for.
pub(super) fn asked_by_value(value: &Expr) -> Option<Guard> {
    asked(value, &Unknown)
}

/// Whether a condition asks where the file is run as a program: a part of it looks at `__name__`.
pub(super) fn asks_for_main(test: &Expr) -> bool {
    match test {
        Expr::Compare(compare) => {
            let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == "__name__");
            is_name(&compare.left) || compare.comparators.iter().take(MOST_PARTS).any(is_name)
        }
        Expr::BoolOp(operation) => {
            operation.values.iter().take(MOST_PARTS).any(|part| part.is_compare_expr() && asks_for_main(part))
        }
        _ => false,
    }
}

/// What a condition asks for: the strongest of what its parts do.
pub(super) fn asked<N: Names>(test: &Expr, names: &N) -> Option<Guard> {
    if !N::ASKS {
        return None;
    }
    let mut parts = Vec::with_capacity(MOST_PARTS);
    parts.push(test);
    let mut found = None;
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.pop() else { break };
        match part {
            Expr::BoolOp(operation) => parts.extend(operation.values.iter().take(MOST_PARTS)),
            Expr::UnaryOp(operation) => parts.push(&operation.operand),
            Expr::Named(walrus) => parts.push(&walrus.value),
            Expr::Compare(compare) => {
                parts.push(&compare.left);
                parts.extend(compare.comparators.iter().take(MOST_PARTS));
            }
            Expr::Call(call) if matches!(last_name(&call.func), Some("bool" | "all" | "any")) => {
                parts.extend(call.arguments.args.iter().take(MOST_PARTS));
            }
            Expr::List(list) => parts.extend(list.elts.iter().take(MOST_PARTS)),
            _ => found = found.max(asked_by_part(part, names)),
        }
    }
    found
}

fn asked_by_part(part: &Expr, names: &impl Names) -> Option<Guard> {
    match part {
        Expr::Name(name) => names.flag(name.id.as_str()).or_else(|| asked_by_name(name.id.as_str())),
        Expr::Attribute(_) => asked_by_dotted(part),
        // `sys.version_info[0]`, `sys.platform.startswith("win")`, `find_spec("yaml")`
        Expr::Subscript(subscript) => asked_by_dotted(&subscript.value),
        Expr::Call(call) => match last_name(&call.func)? {
            "find_spec" | "find_loader" | "find_module" => Some(Guard::Found),
            "hasattr" => {
                let object = call.arguments.args.first().and_then(last_name);
                matches!(object, Some("sys" | "os" | "typing" | "builtins")).then_some(Guard::Environment)
            }
            _ => asked_by_dotted(&call.func),
        },
        _ => None,
    }
}

fn asked_by_dotted(dotted: &Expr) -> Option<Guard> {
    if let Expr::Attribute(attribute) = dotted
        && let Some(object) = last_name(&attribute.value)
    {
        // `sys.version_info.major`
        if is_environment(object) {
            return Some(Guard::Environment);
        }
        if object == "sys" && attribute.attr.as_str() == "modules" {
            return Some(Guard::Found);
        }
    }
    asked_by_name(last_name(dotted)?)
}

/// What a name says that it tells: `PY2`, `HAVE_YAML`, `is_torch_available`.
fn asked_by_name(name: &str) -> Option<Guard> {
    if name == "__name__" {
        return Some(Guard::Main);
    }
    if is_environment(name) {
        return Some(Guard::Environment);
    }
    let is_one = |word: &str| ["has", "have", "use"].iter().any(|one| word.eq_ignore_ascii_case(one));
    let begins = || {
        let mut words = name.split('_').skip_while(|word| !is_one(word));
        words.nth(1).is_some_and(|what| !what.is_empty())
    };
    let says = || ["available", "installed", "importable"].iter().any(|word| contains(name, word));
    (begins() || says()).then_some(Guard::Found)
}

/// Whether a word stands in a name, in capitals or not.
pub(super) fn contains(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_environment(name: &str) -> bool {
    matches!(
        name,
        "version_info"
            | "hexversion"
            | "python_version"
            | "python_version_tuple"
            | "python_implementation"
            | "implementation"
            | "platform"
            | "system"
            | "PY2"
            | "PY3"
            | "PYPY"
            | "WINDOWS"
            | "WIN"
            | "IS_WINDOWS"
    ) || name.strip_prefix("PY").is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
}

/// What guards the code after an assertion.
pub(super) fn after_assertion(test: &Expr, names: &impl Names) -> Option<Guard> {
    // `assert "x" in sys.modules` is what a test finds out.
    asked(test, names).map(|guard| Exit::Refuses.guard(guard)).filter(|guard| *guard == Guard::Supported)
}

/// How a block is left for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// The program goes on elsewhere.
    Passes,
    /// The program refuses to go on.
    Refuses,
}

impl Exit {
    pub(super) fn of(body: &[Stmt]) -> Option<Self> {
        match body.last()? {
            Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_) => Some(Self::Passes),
            Stmt::Raise(_) => Some(Self::Refuses),
            Stmt::Expr(last) => match last_name(&last.value.as_call_expr()?.func)? {
                "skip" => Some(Self::Passes),
                "exit" | "_exit" | "quit" | "abort" => Some(Self::Refuses),
                _ => None,
            },
            _ => None,
        }
    }

    /// How a condition leaves the block where it holds, or where it does not.
    pub(super) fn of_branches(branches: &StmtIf) -> Option<Self> {
        let mut bodies =
            std::iter::once(&branches.body).chain(branches.elif_else_clauses.iter().map(|clause| &clause.body));
        bodies.find_map(|body| Self::of(body))
    }

    /// What guards the code after a condition that leaves the block so and asks for `guard`.
    pub(super) fn guard(self, guard: Guard) -> Guard {
        if self == Self::Refuses && guard == Guard::Environment { Guard::Supported } else { guard }
    }
}

/// What lets a decorated test be skipped (`@pytest.mark.skipif(not HAS_YAML, reason="…")`).
pub(super) fn of_decorators(decorators: &[Decorator], names: &impl Names) -> Option<Guard> {
    let guards = decorators.iter().filter_map(|decorator| {
        let Expr::Call(call) = &decorator.expression else { return None };
        let skips = matches!(last_name(&call.func)?, "skipif" | "skipIf" | "skipUnless" | "skip_if" | "skip_unless");
        asked(call.arguments.args.first().filter(|_| skips)?, names)
    });
    guards.max()
}

/// Whether a handler catches what a failed import raises.
pub(super) fn catches_import_errors(handler: &ExceptHandler, names: &impl Names) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    handler.type_.as_deref().is_none_or(|classes| has_import_error(classes, names))
}

/// Names that only Python 2 has built in.
const PYTHON_2: &[&str] = &["basestring", "long", "raw_input", "unichr", "unicode", "xrange"];

/// Whether the body of a `try` is for Python 2: it begins by reading a name that only that has, and a handler catches
/// `NameError` (`try: text = unicode`).
pub(super) fn asks_for_python_2(attempt: &StmtTry) -> bool {
    let read = match attempt.body.first() {
        Some(Stmt::Assign(assign)) => &assign.value,
        Some(Stmt::Expr(expression)) => &expression.value,
        _ => return false,
    };
    let catches = |handler: &ExceptHandler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().and_then(last_name) == Some("NameError")
    };
    matches!(&**read, Expr::Name(name) if PYTHON_2.contains(&name.id.as_str())) && attempt.handlers.iter().any(catches)
}

/// Whether one of the exception classes, be it a tuple of them or one, is what a failed import raises or a base of it.
pub(super) fn has_import_error(classes: &Expr, names: &impl Names) -> bool {
    let is_one = |class: &Expr| match class {
        Expr::Starred(starred) => is_import_error(&starred.value, names),
        _ => is_import_error(class, names),
    };
    match classes {
        Expr::Tuple(tuple) => tuple.elts.iter().any(is_one),
        _ => is_one(classes),
    }
}

/// As [`has_import_error`], for the value that is given to a name.
pub(super) fn value_has_import_error(value: &Expr) -> bool {
    has_import_error(value, &Unknown)
}

fn is_import_error(class: &Expr, names: &impl Names) -> bool {
    match last_name(class) {
        Some("ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException") => true,
        Some(name) => class.is_name_expr() && names.is_import_error(name),
        None => false,
    }
}

/// Whether `with` this the import errors of the block are passed over: `contextlib.suppress(ImportError)`,
/// `pytest.raises(ImportError)`, and what is named after imports (`try_import()`), as packages write it for themselves.
pub(super) fn suppresses_import_errors(manager: &Expr, names: &impl Names) -> bool {
    let Expr::Call(call) = manager else { return false };
    match last_name(&call.func) {
        Some("suppress" | "raises") => call.arguments.args.iter().any(|class| match class {
            Expr::Starred(classes) => has_import_error(&classes.value, names),
            _ => has_import_error(class, names),
        }),
        Some(name) => contains(name, "import"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::python::Guard::{self, Caught, Environment, Found, Main, Supported};
    use crate::python::parse::parse;

    /// The guards of all imports of a module whose name is one letter, and whether only type checkers see them.
    fn guards(text: &str) -> Vec<(Option<Guard>, bool)> {
        let uses = parse(text);
        assert_eq!(uses.problems, [], "{text}");
        let sites =
            uses.imports.iter().filter(|site| site.import.module.split('.').next().is_some_and(|m| m.len() == 1));
        sites.map(|site| (site.guard, site.type_checking)).collect()
    }

    #[test]
    fn type_checkers_are_told_apart() {
        for (text, type_checking) in [
            ("import a", false),
            ("if TYPE_CHECKING: import a", true),
            ("if typing.TYPE_CHECKING: import a", true),
            ("if TYPE_CHECKING and x: import a", true),
            ("if TYPE_CHECKING or x: import a", false),
            ("if t.TYPE_CHECKING: pass\nelse: import a", false),
            ("if not TYPE_CHECKING: import a", false),
            ("if not TYPE_CHECKING: pass\nelse: import a", true),
            ("if False:\n  def f(): import a", true),
            ("if MYPY: import a", true),
        ] {
            assert_eq!(guards(text), [(None, type_checking)], "{text}");
        }
    }

    #[test]
    fn what_is_caught() {
        for (text, guard) in [
            ("import a", None),
            ("try: import a\nexcept ImportError: pass", Some(Caught)),
            ("try: import a\nexcept ModuleNotFoundError as e: pass", Some(Caught)),
            ("try: import a\nexcept Exception: pass", Some(Caught)),
            ("try: import a\nexcept BaseException: pass", Some(Caught)),
            ("try: import a\nexcept builtins.ImportError: pass", Some(Caught)),
            ("try: import a\nexcept: pass", Some(Caught)),
            ("try: import a\nexcept (OSError, ImportError): pass", Some(Caught)),
            ("try: import a\nexcept OSError, ImportError: pass", Some(Caught)),
            ("try: import a\nexcept ValueError: pass\nexcept ImportError: pass", Some(Caught)),
            ("E = (OSError, ImportError)\ntry: import a\nexcept E: pass", Some(Caught)),
            ("E = ImportError\ntry: import a\nexcept (E, OSError): pass", Some(Caught)),
            ("E = (OSError, ImportError)\ntry: import a\nexcept (*E, KeyError): pass", Some(Caught)),
            ("E = OSError\ntry: import a\nexcept E: pass", None),
            ("E = ImportError\nE = OSError\ntry: import a\nexcept E: pass", None),
            ("try: pass\nexcept (E, ModuleNotFoundError): import a", Some(Caught)),
            ("try: pass\nexcept: pass\nelse: import a", Some(Caught)),
            ("try:\n  def f(): import a\nexcept ImportError: pass", Some(Caught)),
            ("try:\n  if x: import a\nexcept ImportError: pass", Some(Caught)),
            ("try: import a\nexcept ValueError: pass", None),
            ("try: pass\nexcept ValueError: import a", None),
            ("try: pass\nexcept ImportError: pass\nfinally: import a", None),
            ("try: pass\nexcept ImportError: pass\nimport a", None),
            ("with contextlib.suppress(ImportError): import a", Some(Caught)),
            ("with suppress(OSError, ModuleNotFoundError): import a", Some(Caught)),
            ("with suppress(OSError): import a", None),
            ("with pytest.raises(ImportError): import a", Some(Caught)),
            ("with try_import() as imported: import a", Some(Caught)),
            ("with x: import a", None),
            ("with open(x): import a", None),
        ] {
            assert_eq!(guards(text), [(guard, false)], "{text}");
        }
    }

    #[test]
    fn what_the_environment_decides() {
        for (text, guard) in [
            ("if sys.version_info >= (3, 11): import a", Some(Environment)),
            ("if sys.version_info[0] == 2: pass\nelse: import a", Some(Environment)),
            ("if x: pass\nelif sys.version_info < (3,): pass\nelse: import a", Some(Environment)),
            ("if six.PY2 and x: import a", Some(Environment)),
            ("if not PY38: import a", Some(Environment)),
            ("if not (PY38 or x): import a", Some(Environment)),
            ("if sys.platform.startswith('win'): import a", Some(Environment)),
            ("if platform.system() == 'Windows': import a", Some(Environment)),
            ("if os.name == 'nt' and sys.platform == 'win32': import a", Some(Environment)),
            ("if hasattr(sys, 'pypy_version_info'): import a", Some(Environment)),
            ("WINNER = sys.platform == 'win32'\nif WINNER: import a", Some(Environment)),
            ("match sys.platform:\n  case 'win32': import a", Some(Environment)),
            ("try:\n  text = unicode\n  import a\nexcept NameError: pass", Some(Environment)),
            ("try:\n  xrange\n  import a\nexcept NameError: pass", Some(Environment)),
            ("try: unicode\nexcept NameError: import a", None),
            ("try:\n  text = unicode\n  import a\nexcept ValueError: pass", None),
            ("try:\n  text = other\n  import a\nexcept NameError: pass", None),
            ("match x:\n  case 'win32': import a", None),
            ("if x: import a", None),
            ("if hasattr(x, 'y'): import a", None),
            // What leaves the block.
            ("if sys.version_info < (3, 9): sys.exit('too old')\nimport a", Some(Supported)),
            ("if sys.version_info < (3, 9):\n  print(x)\n  raise SystemExit\nimport a", Some(Supported)),
            ("if sys.platform == 'win32': pytest.skip(allow_module_level=True)\nimport a", Some(Environment)),
            ("def f():\n  if sys.platform == 'win32': return\n  import a", Some(Environment)),
            ("def f():\n  if sys.platform == 'win32': return\nimport a", None),
            ("if sys.version_info >= (3, 9): pass\nelse: raise E\nimport a", Some(Supported)),
            ("if sys.version_info < (3, 9): print(x)\nimport a", None),
            ("if x: raise E\nimport a", None),
            ("assert sys.platform == 'win32'\nimport a", Some(Supported)),
            ("assert x\nimport a", None),
            ("assert 'yaml' in sys.modules\nimport a", None),
        ] {
            assert_eq!(guards(text), [(guard, false)], "{text}");
        }
    }

    #[test]
    fn what_was_asked_for() {
        for (text, guard) in [
            ("if importlib.util.find_spec('yaml'): import a", Some(Found)),
            ("if find_spec('yaml') is not None: import a", Some(Found)),
            ("if (spec := find_spec('yaml')) is None: pass\nelse: import a", Some(Found)),
            ("if 'yaml' in sys.modules: import a", Some(Found)),
            ("if __name__ == '__main__': import a", Some(Main)),
            ("if yaml_available(): import a", Some(Found)),
            ("if is_torch_available() and x: import a", Some(Found)),
            ("if not utils.is_torch_available(): pass\nelse: import a", Some(Found)),
            ("if HAVE_YAML: import a", Some(Found)),
            ("if compat._has_yaml: import a", Some(Found)),
            ("if USE_TORCH in x: import a", Some(Found)),
            ("if all([HAS_A, HAS_B]): import a", Some(Found)),
            ("if hash_x: import a", None),
            ("if has: import a", None),
            ("if user: import a", None),
            // Flags.
            ("spec = find_spec('yaml')\nif spec: import a", Some(Found)),
            ("y = find_spec('yaml') is not None\ndef f():\n  if y: import a", Some(Found)),
            ("y = False\ntry:\n  import yaml\n  y = True\nexcept ImportError: pass\nif y: import a", Some(Found)),
            ("try: import yaml\nexcept ImportError: y = False\nelse: y = True\nif not y: import a", Some(Found)),
            ("try: import yaml\nexcept ImportError: yaml = None\nif yaml is not None: import a", Some(Found)),
            ("try: x = f()\nexcept Exception: x = None\nif x: import a", None),
            ("import yaml\nif yaml: import a", None),
            ("y = True\nif y: import a", None),
            ("y = find_spec('yaml')\ndef f(y):\n  if y: import a", None),
            ("y = z\nz = y\nif y: import a", None),
            // What leaves the block.
            ("if not find_spec('yaml'): raise SkipTest\nimport a", Some(Found)),
            ("def f():\n  if not HAS_YAML: return\n  import a", Some(Found)),
            ("for x in y:\n  if not HAS_YAML: continue\n  import a", Some(Found)),
            ("for x in y:\n  if not HAS_YAML: continue\nimport a", None),
            // What lets tests be skipped.
            ("pytest.importorskip('a')\nimport a", None),
            ("import pytest\npytest.importorskip('a')\nimport a.b", Some(Found)),
            ("import pytest\nx = pytest.importorskip('a.b')\ndef f():\n  from a import c", Some(Found)),
            ("import pytest\npytest.importorskip('b')\nimport a", None),
            ("import pytest\nimport a\npytest.importorskip('a')", None),
            ("import pytest\ndef f(): pytest.importorskip('a')\nimport a", None),
            ("import pytest\ndef f():\n  pytest.importorskip('a')\n  import a", Some(Found)),
            ("@pytest.mark.skipif(not HAS_YAML, reason='x')\ndef f(): import a", Some(Found)),
            ("@unittest.skipUnless(find_spec('yaml'), 'x')\nclass C:\n  def f(self): import a", Some(Found)),
            ("@pytest.mark.skipif(sys.platform == 'win32', reason='x')\ndef f(): import a", Some(Environment)),
            ("@pytest.mark.usefixtures(HAS_YAML)\ndef f(): import a", None),
        ] {
            assert_eq!(guards(text), [(guard, false)], "{text}");
        }
    }

    #[test]
    fn the_strongest_guard_counts() {
        for (text, guard) in [
            ("if PY2:\n  try: import a\n  except ImportError: pass", Caught),
            ("try:\n  if PY2: import a\nexcept ImportError: pass", Caught),
            ("if PY2:\n  if HAS_YAML: import a", Found),
            ("if PY2 and HAS_YAML: import a", Found),
            ("if sys.version_info < (3, 9): raise E\nif PY39: import a", Environment),
        ] {
            assert_eq!(guards(text), [(Some(guard), false)], "{text}");
        }
    }

    #[test]
    fn many_bindings_take_linear_time() {
        let text = "y = find_spec('yaml')\nif y: import a\n".repeat(20_000);
        assert_eq!(guards(&text).len(), 20_000);
    }
}
