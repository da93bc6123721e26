//! Where a program asks which version of a library is installed, or what it has.

use ruff_python_ast::{Decorator, ExceptHandler, Expr, Stmt, StmtAssign, StmtClassDef, StmtTry};

use super::guard::{Names, Unknown, contains, last_name};

/// How many parts of a condition are looked at.
const MOST_PARTS: usize = 32;

/// Whether a condition asks for a version, or for what a library has: `hasattr(…)`, a name like `VERSION`, `PYDANTIC_V2`,
/// `PANDAS_GE_2` or `IS_NUMPY2`, or one that is bound to such a condition.
pub(super) fn asks<N: Names>(test: &Expr, names: &N) -> bool {
    if !N::ASKS {
        return false;
    }
    let mut parts = Vec::with_capacity(MOST_PARTS);
    parts.push(test);
    for _ in 0..MOST_PARTS {
        let Some(part) = parts.pop() else { break };
        match part {
            Expr::Name(name) if is_said(name.id.as_str()) || names.is_probe(name.id.as_str()) => return true,
            Expr::Attribute(attribute) => {
                if is_said(attribute.attr.as_str()) {
                    return true;
                }
                parts.push(&attribute.value);
            }
            Expr::Call(call) => {
                if matches!(last_name(&call.func), Some("hasattr" | "getattr" | "callable" | "dir" | "signature")) {
                    return true;
                }
                parts.push(&call.func);
                parts.extend(call.arguments.args.iter().take(4));
            }
            Expr::BoolOp(operation) => parts.extend(operation.values.iter().take(MOST_PARTS)),
            Expr::UnaryOp(operation) => parts.push(&operation.operand),
            Expr::Named(walrus) => parts.push(&walrus.value),
            Expr::Subscript(subscript) => parts.push(&subscript.value),
            Expr::Compare(compare) => {
                parts.push(&compare.left);
                parts.extend(compare.comparators.iter().take(4));
            }
            _ => {}
        }
    }
    false
}

/// As [`asks`], for a value that is given to a name.
pub(super) fn asks_by_value(value: &Expr) -> bool {
    asks(value, &Unknown)
}

/// Whether a name says that it tells versions apart.
fn is_said(name: &str) -> bool {
    // Most names are neither numbered nor long enough for the words.
    if name.len() < "compat".len() && !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.split('_').skip_while(|part| part.is_empty());
    // `PYDANTIC_V2`, `SQLALCHEMY_14`, `pandas_ge_2`; not `x_1`.
    let mut numbered = parts.next().is_some_and(|first| first.len() > 1)
        && parts.any(|part| is_number(part) || part.strip_prefix(['v', 'V']).is_some_and(is_number));
    numbered |= name.strip_suffix(|last: char| last.is_ascii_digit()).is_some_and(|rest| rest.ends_with(['v', 'V']));
    // `IS_PYDANTIC2`, `HAS_NUMPY2`.
    let asks = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("is_"))
        || name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("has_"));
    numbered |= asks && name.ends_with(|last: char| last.is_ascii_digit());
    numbered || contains(name, "version") || contains(name, "compat")
}

/// Whether decorators ask, which lets tests be skipped.
pub(super) fn by_decorators(decorators: &[Decorator], names: &impl Names) -> bool {
    decorators.iter().any(|decorator| match &decorator.expression {
        Expr::Call(call) => {
            let skips = last_name(&call.func).is_some_and(|name| contains(name, "skip"));
            let is_left_out = matches!(last_name(&call.func), Some("xfail" | "skip"));
            is_left_out || skips && call.arguments.args.iter().take(2).any(|test| asks(test, names))
        }
        marker => last_name(marker).is_some_and(|name| matches!(name, "xfail" | "skip") || is_said(name)),
    })
}

/// Whether no test of a class is run: its body deletes all that it defines (`del test_insert`), or says why it is skipped, as
/// Twisted's trial has it (`skip = "too slow"`).
pub(super) fn runs_no_test(class: &StmtClassDef) -> bool {
    let is_test = |name: &str| name.starts_with("test");
    let mut tests =
        class.body.iter().filter_map(Stmt::as_function_def_stmt).map(|f| f.name.as_str()).filter(|n| is_test(n));
    let deleted: Vec<&str> = class
        .body
        .iter()
        .filter_map(Stmt::as_delete_stmt)
        .flat_map(|delete| &delete.targets)
        .filter_map(|target| target.as_name_expr().map(|name| name.id.as_str()))
        .filter(|name| is_test(name))
        .collect();
    let is_skipped = |assign: &StmtAssign| {
        assign.value.is_string_literal_expr()
            && matches!(assign.targets.as_slice(), [Expr::Name(target)] if target.id.as_str() == "skip")
    };
    !deleted.is_empty() && tests.all(|test| deleted.contains(&test))
        || class.body.iter().filter_map(Stmt::as_assign_stmt).any(is_skipped)
}

/// Whether a `try` catches what a missing name, attribute or parameter raises. A handler for any exception tells that
/// only where the body is one statement: others catch what goes wrong at work.
pub(super) fn catches_missing_names(attempt: &StmtTry) -> bool {
    let short = attempt.body.len() == 1;
    attempt.handlers.iter().any(|handler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        handler.type_.as_deref().map_or(short, |classes| names_missing(classes, short))
    })
}

/// Whether `with` this a missing name is expected: `contextlib.suppress(AttributeError)`, `pytest.raises(ImportError)`,
/// `pytest.deprecated_call()`.
pub(super) fn expects_missing_names(manager: &Expr) -> bool {
    let Expr::Call(call) = manager else { return false };
    match last_name(&call.func) {
        Some("deprecated_call" | "catch_warnings") => true,
        Some("suppress" | "raises" | "warns" | "assertRaises" | "assertWarns" | "assertRaisesRegex") => {
            call.arguments.args.iter().any(|class| names_missing(class, true))
        }
        _ => false,
    }
}

/// Whether one of the exception classes is what a missing name raises; also one for `any` exception, if asked.
fn names_missing(classes: &Expr, any: bool) -> bool {
    let is_one = |class: &Expr| match last_name(class) {
        Some("AttributeError" | "ImportError" | "ModuleNotFoundError" | "NameError" | "TypeError") => true,
        Some("Exception" | "BaseException") => any,
        Some(name) => name.ends_with("Warning"),
        None => false,
    };
    match classes {
        Expr::Tuple(tuple) => tuple.elts.iter().any(is_one),
        _ => is_one(classes),
    }
}

#[cfg(test)]
mod tests {
    use crate::python::parse::parse;

    #[test]
    fn where_versions_are_asked_for() {
        for (text, probed) in [
            ("lib.old()", false),
            ("if x: lib.old()", false),
            ("if user_1: lib.old()", true),
            ("if x_1: lib.old()", false),
            ("if hasattr(lib, 'old'): lib.old()", true),
            ("if not hasattr(lib, 'new'): pass\nelse: lib.old()", true),
            ("x = lib.old if lib.__version__ < '2' else 1", true),
            ("if Version(lib.__version__) < Version('2'): lib.old()", true),
            ("if LIB_V2: pass\nelif y: lib.old()", true),
            ("if LIB_GE_2: pass\nelse: lib.old()", true),
            ("if IS_LIB2: pass\nelse: lib.old()", true),
            ("if LibVersion().is_v1: lib.old()", true),
            ("NEW = version('lib') >= '2'\nif not NEW: lib.old()", true),
            ("if x:\n  def f(): lib.old()", false),
            ("def f():\n  if is_v2: return 1\n  return lib.old()", true),
            ("def f():\n  if is_v2: y()\n  return lib.old()", false),
            ("hasattr(lib, 'old') and lib.old()", true),
            ("x and lib.old()", false),
            ("try: lib.old()\nexcept AttributeError: pass", true),
            ("try: pass\nexcept (ValueError, ImportError): lib.old()", true),
            ("try: lib.old()\nexcept ValueError: pass", false),
            ("try: lib.old()\nexcept Exception: pass", true),
            ("try:\n  y()\n  lib.old()\nexcept Exception: pass", false),
            ("with suppress(AttributeError): lib.old()", true),
            ("with pytest.raises(TypeError): lib.old()", true),
            ("with open(x): lib.old()", false),
            ("@pytest.mark.skipif(lib.__version__ > '2', reason='x')\ndef f(): lib.old()", true),
            ("@pytest.mark.skipif(WINDOWS, reason='x')\ndef f(): lib.old()", false),
            ("@unittest.skip('slow')\ndef f(): lib.old()", true),
            ("class T:\n  def setUp(self): lib.old()\n  def test_a(self): x()\n  del test_a", true),
            (
                "class T:\n  def setUp(self): lib.old()\n  def test_a(self): x()\n  def test_b(self): x()\n  del test_a",
                false,
            ),
            ("class T:\n  skip = 'slow'\n  def test_a(self): lib.old()", true),
        ] {
            let uses = parse(&format!("import lib\n{text}"));
            assert_eq!(uses.problems, [], "{text}");
            let found = uses.references.iter().find(|reference| reference.name == "lib.old");
            assert_eq!(found.map(|reference| reference.probed), Some(probed), "{text}");
        }
    }
}
