//! Calls that import a module, or ask for one, which they name by a literal.

use ruff_python_ast::{Expr, ExprCall, ExprStringLiteral, Number};

use super::extent;
use crate::python::DynamicKind::{self, Import, Object, Search, Skip};
use crate::source::Extent;

/// Functions, what they do, and the parameter that comes first and names the module.
const FUNCTIONS: &[(&str, DynamicKind, &str)] = &[
    ("builtins.__import__", Import, "name"),
    ("django.utils.importlib.import_module", Import, "name"),
    ("django.utils.module_loading.import_string", Object, "dotted_path"),
    ("importlib.__import__", Import, "name"),
    ("importlib.find_loader", Search, "name"),
    ("importlib.import_module", Import, "name"),
    ("importlib.util.find_spec", Search, "name"),
    ("pkgutil.find_loader", Search, "fullname"),
    ("pkgutil.resolve_name", Object, "name"),
    ("pytest.importorskip", Skip, "modname"),
    ("runpy.run_module", Import, "mod_name"),
];

/// What a call names.
pub(super) struct Named {
    pub(super) module: String,
    /// What stands between the quotes.
    pub(super) at: Extent,
    pub(super) kind: DynamicKind,
}

/// The module that a call of `function` (a resolved name) names by a literal; nothing for relative ones.
pub(super) fn named(function: &str, call: &ExprCall) -> Option<Named> {
    let &(_, kind, parameter) = FUNCTIONS.iter().find(|(known, ..)| *known == function)?;
    let arguments = &call.arguments;
    let Expr::StringLiteral(literal) = arguments.find_argument_value(parameter, 0)? else { return None };
    if function.ends_with(".__import__")
        && arguments.find_argument_value("level", 4).is_some_and(|level| !is_zero(level))
    {
        return None;
    }
    let name = literal.value.to_str();
    let module = match (kind, name.split_once(':')) {
        (Object, Some((module, _))) => module,
        // Which parts are the module's, `resolve_name` finds out by trying; the last one hardly is.
        (Object, None) => name.rsplit_once('.').map_or(name, |(module, _)| module),
        _ => name,
    };
    is_absolute(module).then(|| Named { module: module.to_owned(), at: content(literal), kind })
}

/// Whether `module` is a dotted name.
fn is_absolute(module: &str) -> bool {
    let is_identifier = |part: &str| {
        !part.starts_with(|letter: char| letter.is_ascii_digit())
            && !part.is_empty()
            && part.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
    };
    module.split('.').all(is_identifier)
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::NumberLiteral(literal) if matches!(&literal.value, Number::Int(number) if number.as_u8() == Some(0)))
}

/// What stands between the quotes of a string.
fn content(literal: &ExprStringLiteral) -> Extent {
    match literal.as_single_part_string() {
        Some(part) => {
            let range = part.content_range();
            Extent::new(range.start().to_usize(), range.end().to_usize())
        }
        None => extent(literal),
    }
}

#[cfg(test)]
mod tests {
    use crate::python::DynamicKind::{self, Import, Object, Search, Skip};
    use crate::python::Guard;
    use crate::python::parse::parse;

    #[test]
    fn literals_name_modules() {
        for (text, expected) in [
            ("import importlib\nimportlib.import_module('a.b')", &[("a.b", "a.b", Import)][..]),
            ("from importlib import import_module as i\nx = i(name=\"a.b\")", &[("a.b", "a.b", Import)]),
            ("import importlib\ndef f(): return importlib.import_module('a', x)", &[("a", "a", Import)]),
            ("__import__('a.b').b.c()", &[("a.b", "a.b", Import)]),
            ("__import__('a', {}, {}, ['b'], 0)", &[("a", "a", Import)]),
            (
                "import importlib as i\nx = [i.import_module(r'a'), i.import_module('b' '.c')]",
                &[("a", "a", Import), ("b.c", "'b' '.c'", Import)],
            ),
            (
                "try: from importlib import import_module\nexcept ImportError: from x import import_module\nimport_module('a')",
                &[("a", "a", Import)],
            ),
            ("import importlib.util\nif importlib.util.find_spec('a') is None: pass", &[("a", "a", Search)]),
            ("from importlib.util import find_spec\nfind_spec('a')", &[("a", "a", Search)]),
            ("import pytest\npytest.importorskip('a', minversion='1')", &[("a", "a", Skip)]),
            (
                "from django.utils.module_loading import import_string\nimport_string('a.b.C')",
                &[("a.b", "a.b.C", Object)],
            ),
            ("import pkgutil\npkgutil.resolve_name('a.b:C.d')", &[("a.b", "a.b:C.d", Object)]),
            ("import runpy\nrunpy.run_module('a')", &[("a", "a", Import)]),
            // What is no literal, not absolute, or not that function.
            ("import importlib\nimportlib.import_module(f'a.{b}')", &[]),
            ("import importlib\nimportlib.import_module('a' + b)", &[]),
            ("import importlib\nimportlib.import_module(a)", &[]),
            ("import importlib\nimportlib.import_module(*a)", &[]),
            ("import importlib\nimportlib.import_module('.a', 'b')", &[]),
            ("import importlib\nimportlib.import_module('')", &[]),
            ("import importlib\nimportlib.import_module('a b')", &[]),
            ("import importlib\nimportlib.import_module('a/b.py')", &[]),
            ("__import__('a', globals(), level=1)", &[]),
            ("__import__('a', {}, {}, [], x)", &[]),
            ("def __import__(x): pass\n__import__('a')", &[]),
            ("import_module('a')", &[]),
            ("from x import import_module\nimport_module('a')", &[]),
        ] {
            let uses = parse(text);
            assert_eq!(uses.problems, [], "{text}");
            let found: Vec<(&str, &str, DynamicKind)> =
                uses.dynamic.iter().map(|named| (named.module.as_str(), named.at.of(text), named.kind)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_stands_around_them() {
        for (text, guard, type_checking, in_function) in [
            ("__import__('a')", None, false, false),
            ("def f(): return __import__('a')", None, false, true),
            ("f = lambda: __import__('a')", None, false, true),
            ("try: __import__('a')\nexcept ImportError: pass", Some(Guard::Caught), false, false),
            ("if TYPE_CHECKING: __import__('a')", None, true, false),
            ("a = __import__('a') if HAS_A else None", Some(Guard::Found), false, false),
            ("a = __import__('a') if b else None", None, false, false),
            ("import pytest\npytest.importorskip('a')", Some(Guard::Found), false, false),
        ] {
            let found: Vec<_> = parse(text).dynamic.iter().map(|d| (d.guard, d.type_checking, d.in_function)).collect();
            assert_eq!(found, [(guard, type_checking, in_function)], "{text}");
        }
    }
}
