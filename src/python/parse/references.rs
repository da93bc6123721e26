//! Names that are read, and names that are given values.

use ruff_python_ast::{Expr, ExprContext, Operator, Stmt, StmtImportFrom, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::dotted::{Asked, Dotted};
use super::extent;
use super::resolve::{Resolver, Value, Values};
use super::scopes::ScopeId;
use super::values;
use super::walk::Context;
use crate::python::vocabulary::Vocabulary;
use crate::python::{Assignment, Reference};

/// Collects references; a chain of attributes once, as a whole.
#[derive(Debug)]
pub(super) struct References<'v> {
    vocabulary: &'v Vocabulary,
    pub(super) found: Vec<Reference>,
    /// The part of the last chain that is met next.
    inner: Option<TextRange>,
    /// What the callee can be that is met next.
    callee: Option<(TextRange, Values)>,
}

impl<'v> References<'v> {
    /// Begins with a module, of which the names in `vocabulary` count.
    pub(super) fn of(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, found: Vec::new(), inner: None, callee: None }
    }

    /// Takes note of what a callee can be, before it is met.
    pub(super) fn resolved(&mut self, callee: &Expr, values: Values) {
        self.callee = Some((callee.range(), values));
    }

    /// Takes note of an expression that stands in `scope`.
    pub(super) fn expression(&mut self, resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr, context: Context) {
        let (load, at) = match expr {
            Expr::Name(name) => (name.ctx, name.range),
            Expr::Attribute(attribute) => (attribute.ctx, attribute.range),
            _ => return,
        };
        let is_inner = self.inner.take() == Some(at);
        if let Expr::Attribute(attribute) = expr
            && (is_inner || load == ExprContext::Load)
            && matches!(&*attribute.value, Expr::Name(_) | Expr::Attribute(_))
        {
            self.inner = Some(attribute.value.range());
        }
        let callee = self.callee.take().filter(|(callee, _)| *callee == at);
        if is_inner || load != ExprContext::Load {
            return;
        }
        let values = callee.map_or_else(|| resolver.values(scope, expr), |(_, values)| values);
        if values.iter().any(|value| imported(value).is_none() && *value != Value::Nothing) {
            return;
        }
        let is_asked_for = |name: &Dotted| name.is_asked_for(self.vocabulary) != Asked::Not;
        if !values.iter().filter_map(imported).any(is_asked_for) {
            return;
        }
        let mut names = values.iter().filter_map(imported).map(String::from);
        let Some(first) = names.next() else { return };
        let alternatives = names.collect();
        self.found.push(Reference { alternatives, ..reference(first, at, context) });
    }

    /// Takes note of what an import statement takes by name.
    pub(super) fn statement(&mut self, statement: &Stmt, context: Context) {
        let taken = |name, at| Reference { imported: true, ..reference(name, at, context) };
        match statement {
            Stmt::Import(import) => {
                let modules = import.names.iter().filter(|alias| self.vocabulary.has_part(alias.name.as_str()));
                let modules = modules.map(|alias| taken(alias.name.as_str().to_owned(), alias.name.range()));
                self.found.extend(modules);
            }
            Stmt::ImportFrom(StmtImportFrom { module: Some(module), names, level: 0, .. }) => {
                let names = names
                    .iter()
                    .map(|alias| taken([module.as_str(), ".", alias.name.as_str()].concat(), alias.name.range()));
                self.found.extend(names.filter(|reference| self.vocabulary.has_part(&reference.name)));
            }
            _ => {}
        }
    }
}

/// The name of something imported.
fn imported(value: &Value) -> Option<&Dotted> {
    if let Value::Named(name) = value { Some(name).filter(|name| name.is_imported()) } else { None }
}

fn reference(name: String, at: TextRange, context: Context) -> Reference {
    Reference {
        name,
        alternatives: Vec::new(),
        at: extent(at),
        imported: false,
        probed: context.probed,
        type_checking: context.type_checking,
        in_function: context.in_function,
        in_annotation: context.in_annotation,
    }
}

/// Adds what a statement in `scope` gives values to, where that has a name that others know.
pub(super) fn assignments(
    resolver: Resolver<'_, '_>,
    scope: ScopeId,
    statement: &Stmt,
    context: Context,
    found: &mut Vec<Assignment>,
) {
    let (targets, value) = match statement {
        Stmt::Assign(assign) => (assign.targets.as_slice(), &*assign.value),
        Stmt::AnnAssign(assign) => match &assign.value {
            Some(value) => (std::slice::from_ref(&*assign.target), &**value),
            None => return,
        },
        // `x += 1` gives a name nothing that is new; a part of a copy is lost all the same.
        Stmt::AugAssign(assign) if part_of_part(resolver, scope, &assign.target).is_some() => {
            (std::slice::from_ref(&*assign.target), &*assign.value)
        }
        _ => return,
    };
    for target in targets {
        let Some(name) = name(resolver, scope, target) else { continue };
        found.push(Assignment {
            target: name,
            at: extent(target),
            value: values::value(resolver, scope, value),
            value_at: extent(value),
            probed: context.probed,
            type_checking: context.type_checking,
            in_function: context.in_function,
        });
    }
}

/// What a target is called.
fn name(resolver: Resolver<'_, '_>, scope: ScopeId, target: &Expr) -> Option<String> {
    match target {
        // The first scope is the module.
        Expr::Name(name) if scope == 0 => Some([".", name.id.as_str()].concat()),
        Expr::Attribute(_) => resolved(resolver, scope, target),
        Expr::Subscript(subscript) => {
            let whole = || resolved(resolver, scope, &subscript.value);
            match &*subscript.slice {
                Expr::StringLiteral(key) => whole().map(|whole| format!("{whole}[\"{}\"]", key.value.to_str())),
                _ => None,
            }
            .or_else(|| part_of_part(resolver, scope, target))
        }
        _ => None,
    }
}

/// The name of a part of what is itself taken out of an object: `pandas.DataFrame()[name][]` for `frame["a"][0]`,
/// `pandas.DataFrame()[test].loc[]` for `frame[frame["a"] > 1].loc[0]`.
fn part_of_part(resolver: Resolver<'_, '_>, scope: ScopeId, target: &Expr) -> Option<String> {
    let Expr::Subscript(outer) = target else { return None };
    let (inner, accessor) = match &*outer.value {
        Expr::Subscript(inner) => (inner, String::new()),
        Expr::Attribute(attribute) => (attribute.value.as_subscript_expr()?, format!(".{}", attribute.attr)),
        _ => return None,
    };
    let whole = made(resolver, scope, &inner.value)?;
    Some(format!("{whole}[{}]{accessor}[]", sort_of_key(&inner.slice)))
}

/// The object that a call gives which `expr` is, or a part of it, wherever the call stands.
fn made(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr) -> Option<String> {
    let values = resolver.values(scope, expr);
    let names = values.iter().map(|value| match value {
        Value::Made(function, _) => Some(function.called()),
        Value::Named(name) if name.is_of_call() => Some(name),
        _ => None,
    });
    names.reduce(|one, other| if one == other { one } else { None }).flatten().map(String::from)
}

/// What is written between brackets: a text, a list of several keys, a test of each row, or anything else.
fn sort_of_key(key: &Expr) -> &'static str {
    match key {
        Expr::StringLiteral(_) => "name",
        Expr::List(_) => "list",
        Expr::Compare(_) => "test",
        Expr::UnaryOp(unary) if unary.op == UnaryOp::Invert => "test",
        Expr::BinOp(both) if matches!(both.op, Operator::BitAnd | Operator::BitOr) => match sort_of_key(&both.right) {
            "test" => "test",
            _ => "",
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if ROW_TESTS.contains(&method.attr.as_str()) => "test",
            _ => "",
        },
        _ => "",
    }
}

/// Methods of a column that ask something of each row.
const ROW_TESTS: &[&str] = &["between", "contains", "duplicated", "isin", "isna", "isnull", "notna", "notnull"];

/// The only imported thing that `expr` can be.
fn resolved(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr) -> Option<String> {
    match &*resolver.values(scope, expr) {
        [Value::Named(name)] if !name.is_local() => Some(name.into()),
        [Value::Made(function, _)] => Some(function.called().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::python::parse::parse;

    #[test]
    fn references_are_resolved() {
        for (text, expected) in [
            ("import a.b\na.b.c.d + a.e", "a.b a.b.c.d a.e"),
            ("import a as b\nb.c().d\nb", "a a.c().d a.c a"),
            ("from a import b as c, d\nc.e(d)", "a.b a.d a.b.e a.d"),
            ("from a import *\nfrom . import b\nb.c", "a.*"),
            ("import a\nfrom a import b\n@b\n@a.c(1)\ndef f(x: a.d = a.e): pass", "a a.b a.b a.c a.d a.e"),
            ("import a\na.b = a.c\na.d.e = 1\ndel a.f\na.g[1] = 2", "a a a.c a.d a a.g"),
            ("import a\nx = a\nx.b\n[x.c for y in a.d]", "a a a.b a.c a.d"),
            ("import a\ndef f(a): a.b", "a"),
            ("try: import a as j\nexcept ImportError: import b as j\nj.c", "a b a.c|b.c"),
            ("import a\nx = a.b()\nx.c\nx", "a a.b a.b().c"),
        ] {
            let uses = parse(text);
            assert_eq!(uses.problems, [], "{text}");
            let shown = uses.references.iter().map(|reference| {
                let all = std::iter::once(&reference.name).chain(&reference.alternatives);
                all.map(String::as_str).collect::<Vec<_>>().join("|")
            });
            assert_eq!(shown.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }

    #[test]
    fn references_have_places_and_context() {
        let text = "import a\ndef f(x: a.b) -> a.c:\n  y: a.d = a.e()\n";
        let uses = parse(text);
        let found: Vec<_> =
            uses.references.iter().map(|r| (r.at.of(text), r.in_annotation, r.in_function, r.imported)).collect();
        let expected = [
            ("a", false, false, true),
            ("a.b", true, false, false),
            ("a.c", true, false, false),
            ("a.d", true, true, false),
            ("a.e", false, true, false),
        ];
        assert_eq!(found, expected);
        let call = uses.calls.first().and_then(|call| uses.reference_at(call.function_at));
        assert_eq!(call.map(|reference| reference.name.as_str()), Some("a.e"));
    }

    #[test]
    fn assignments_are_read() {
        for (text, expected) in [
            ("DEBUG = True", ".DEBUG = Literal(\"True\")"),
            ("DEBUG: bool = True\nx: int", ".DEBUG = Literal(\"True\")"),
            ("def f(): DEBUG = True", ""),
            ("class C: DEBUG = True", ""),
            ("import a\ns = a.S()\ns.verify = False", ".s = Call(\"a.S\"), a.S().verify = Literal(\"False\")"),
            ("import a\na.b.c = 1", "a.b.c = Literal(\"1\")"),
            ("import a\ndef f(): a.F().config['X'] = ['*']", "a.F().config[\"X\"] = List([Literal(\"\\\"*\\\"\")])"),
            ("x.y = 1\nx['y'] = 2", ""),
            ("import a\nb = a.B()\nb['x'][0] = 1", ".b = Call(\"a.B\"), a.B()[name][] = Literal(\"1\")"),
            ("import a\ndef f(b: a.B): b[b.x > 1]['y'] += 1", "a.B()[test][] = Literal(\"1\")"),
            ("import a\ndef f(b: a.B): b['x'].loc[b.y] = 1", "a.B()[name].loc[] = Literal(\"1\")"),
            (
                "import a\ndef f(b: a.B): b[['x']][c] = b[c][d] = 1",
                "a.B()[list][] = Literal(\"1\"), a.B()[][] = Literal(\"1\")",
            ),
            ("import a\nb = a.B()\nb['x'] += 1\nb['x']['y']['z'] = 1\na.c['x']['y'] = 1", ".b = Call(\"a.B\")"),
        ] {
            let uses = parse(text);
            assert_eq!(uses.problems, [], "{text}");
            let shown = uses.assignments.iter().map(|one| format!("{} = {:?}", one.target, one.value));
            assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{text}");
        }
    }

    #[test]
    fn classes_have_bodies() {
        let text = "import a\nclass C(a.B, table=True):\n  x: int\n  y = 1\n  z: str = 'b'\n  class Config:\n    old = True\n\
                    \x20 @a.check('x')\n  @staticmethod\n  def f(self): v = 1\n  if w: u = 2\nclass D: pass\n";
        let uses = parse(text);
        let [class, config, other] = uses.classes.as_slice() else { panic!("{:?}", uses.classes) };
        let fields: Vec<_> = class.fields.iter().map(|f| (f.name.as_str(), f.annotated, f.value.is_some())).collect();
        assert_eq!(fields, [("x", true, false), ("y", false, true), ("z", true, true), ("u", false, true)]);
        assert_eq!(class.keywords.len(), 1);
        assert_eq!((class.within, config.within, other.within), (None, Some(0), None));
        assert_eq!(config.fields.len(), 1);
        let methods: Vec<_> = class.methods.iter().map(|m| format!("{} {:?}", m.name, m.decorators)).collect();
        assert_eq!(methods, ["f [Call(\"a.check\"), Names([\"builtins.staticmethod\"])]"]);
    }
}
