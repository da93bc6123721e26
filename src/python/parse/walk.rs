//! Walking a tree: which scopes there are, in which order Python meets things, and what stands around them.
//!
//! Two passes share the walker, so that they meet the same scopes in the same order.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, InterpolatedStringElement, Parameters, Pattern, Stmt,
    StmtClassDef, StmtFunctionDef, StmtIf, StmtTry, StmtWith, TypeParams,
};

/// How deep the walker goes. Each level takes some hundred bytes of stack here, and again where the tree is dropped.
const MAX_DEPTH: u32 = 600;

/// What opens a scope.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opener<'a> {
    Module,
    Class,
    Function(&'a Parameters),
    Lambda(Option<&'a Parameters>),
    Comprehension(&'a [Comprehension]),
    TypeParameters(&'a TypeParams),
}

/// What stands around the place that is walked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context {
    /// In an `async def`, and in no function or lambda within that.
    pub(super) in_async: bool,
    /// In a function or a lambda.
    pub(super) in_function: bool,
    /// In code that only type checkers read.
    pub(super) type_checking: bool,
    /// Where import errors are caught, or where the version or the platform was tested.
    pub(super) guarded: bool,
    /// Where the code of the scope does not always come.
    pub(super) conditional: bool,
}

/// What a pass does on the way. Each hook is called before what it names is walked.
pub(super) trait Hooks<'a> {
    /// A scope begins.
    fn enter(&mut self, opener: Opener<'a>, context: Context);
    /// The innermost scope ends.
    fn leave(&mut self);
    fn statement(&mut self, statement: &'a Stmt, context: Context);
    fn expression(&mut self, expression: &'a Expr, context: Context);
    fn handler(&mut self, _handler: &'a ExceptHandler, _context: Context) {}
    fn pattern(&mut self, _pattern: &'a Pattern, _context: Context) {}
}

/// How deep a tree was found to nest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Depth {
    now: u32,
    deepest: u32,
    cut: bool,
}

impl Depth {
    /// Whether nothing was left out for being too deep.
    pub(super) fn walked_all(self) -> bool {
        !self.cut
    }

    /// Whether a small stack is enough to drop the tree.
    pub(super) fn can_be_dropped(self) -> bool {
        !self.cut && self.deepest <= MAX_DEPTH
    }
}

/// Walks a module.
pub(super) fn walk<'a>(body: &'a [Stmt], hooks: &mut impl Hooks<'a>) -> Depth {
    let mut walker = Walker { hooks, depth: Depth::default(), context: Context::default() };
    walker.scope(Opener::Module, |walker| walker.visit_body(body));
    walker.depth
}

struct Walker<'h, H> {
    hooks: &'h mut H,
    depth: Depth,
    context: Context,
}

impl<'a, H: Hooks<'a>> Walker<'_, H> {
    fn scope(&mut self, opener: Opener<'a>, inner: impl FnOnce(&mut Self)) {
        self.hooks.enter(opener, self.context);
        inner(self);
        self.hooks.leave();
    }

    /// Goes one level down, where that is not too deep.
    fn down(&mut self, inner: impl FnOnce(&mut Self)) {
        if self.depth.now >= MAX_DEPTH {
            self.depth.cut = true;
            return;
        }
        self.depth.now += 1;
        self.depth.deepest = self.depth.deepest.max(self.depth.now);
        inner(self);
        self.depth.now -= 1;
    }

    /// Walks with another context.
    fn within(&mut self, context: Context, inner: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.context, context);
        inner(self);
        self.context = outer;
    }

    fn conditional(&mut self, inner: impl FnOnce(&mut Self)) {
        self.within(Context { conditional: true, ..self.context }, inner);
    }

    /// Walks inside type parameters, where there are any.
    fn typed(&mut self, parameters: Option<&'a TypeParams>, inner: impl FnOnce(&mut Self)) {
        match parameters {
            None => inner(self),
            Some(parameters) => self.scope(Opener::TypeParameters(parameters), |walker| {
                walker.visit_type_params(parameters);
                inner(walker);
            }),
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        let body = Context { in_async: function.is_async, in_function: true, conditional: false, ..self.context };
        self.typed(function.type_params.as_deref(), |walker| {
            walker.visit_parameters(&function.parameters);
            if let Some(returns) = &function.returns {
                walker.visit_annotation(returns);
            }
            walker.within(body, |walker| {
                walker.scope(Opener::Function(&function.parameters), |walker| walker.visit_body(&function.body));
            });
        });
    }

    fn class(&mut self, class: &'a StmtClassDef) {
        for decorator in &class.decorator_list {
            self.visit_decorator(decorator);
        }
        let body = Context { conditional: false, ..self.context };
        self.typed(class.type_params.as_deref(), |walker| {
            if let Some(arguments) = &class.arguments {
                walker.visit_arguments(arguments);
            }
            walker.within(body, |walker| walker.scope(Opener::Class, |walker| walker.visit_body(&class.body)));
        });
    }

    fn branches(&mut self, statement: &'a StmtIf) {
        let outer = self.context;
        let mut guarded = false;
        let mut before = Test::Plain;
        let branches = std::iter::once((Some(&*statement.test), &statement.body));
        let rest = statement.elif_else_clauses.iter().map(|ElifElseClause { test, body, .. }| (test.as_ref(), body));
        for (test, body) in branches.chain(rest) {
            if let Some(test) = test {
                self.visit_expr(test);
            }
            let now = test.map_or(Test::Plain, Test::of);
            guarded |= now == Test::Environment;
            let context = Context {
                conditional: true,
                guarded: outer.guarded || guarded,
                type_checking: outer.type_checking
                    || now == Test::TypeChecking
                    || (test.is_none() && before == Test::NotTypeChecking),
                ..outer
            };
            self.within(context, |walker| walker.visit_body(body));
            before = now;
        }
    }

    fn attempt(&mut self, attempt: &'a StmtTry) {
        let guarded = attempt.handlers.iter().any(catches_import_errors);
        let context = Context { conditional: true, guarded: self.context.guarded || guarded, ..self.context };
        self.within(context, |walker| walker.visit_body(&attempt.body));
        for handler in &attempt.handlers {
            self.conditional(|walker| {
                walker.hooks.handler(handler, walker.context);
                let ExceptHandler::ExceptHandler(caught) = handler;
                if let Some(class) = &caught.type_ {
                    walker.visit_expr(class);
                }
                let guarded = walker.context.guarded || catches_import_errors(handler);
                let context = Context { guarded, ..walker.context };
                walker.within(context, |walker| walker.visit_body(&caught.body));
            });
        }
        self.within(context, |walker| walker.visit_body(&attempt.orelse));
        self.visit_body(&attempt.finalbody);
    }

    fn with(&mut self, with: &'a StmtWith) {
        for item in &with.items {
            self.visit_with_item(item);
        }
        let suppressed = with.items.iter().any(|item| suppresses_import_errors(&item.context_expr));
        let context = Context {
            conditional: self.context.conditional || suppressed,
            guarded: self.context.guarded || suppressed,
            ..self.context
        };
        self.within(context, |walker| walker.visit_body(&with.body));
    }

    /// Walks a comprehension: its first iterable belongs to the scope around it.
    fn comprehension(&mut self, generators: &'a [Comprehension], elements: [Option<&'a Expr>; 2]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.scope(Opener::Comprehension(generators), |walker| {
            for (place, generator) in generators.iter().enumerate() {
                if place > 0 {
                    walker.visit_expr(&generator.iter);
                }
                walker.visit_expr(&generator.target);
                for test in &generator.ifs {
                    walker.visit_expr(test);
                }
            }
            for element in elements.into_iter().flatten() {
                walker.visit_expr(element);
            }
        });
    }

    /// Walks `a + b + c + …`, which nests to the left, without recursion: generated code has thousands of terms.
    fn chain(&mut self, expr: &'a Expr) {
        let mut terms = Vec::new();
        let mut first = expr;
        while let Expr::BinOp(operation) = first {
            terms.push(&*operation.right);
            first = &operation.left;
        }
        self.depth.deepest = self.depth.deepest.max(self.depth.now.saturating_add(terms.len() as u32));
        self.visit_expr(first);
        for term in terms.into_iter().rev() {
            self.visit_expr(term);
        }
    }
}

impl<'a, H: Hooks<'a>> Visitor<'a> for Walker<'_, H> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.hooks.statement(statement, self.context);
        self.down(|walker| match statement {
            Stmt::FunctionDef(function) => walker.function(function),
            Stmt::ClassDef(class) => walker.class(class),
            Stmt::If(branches) => walker.branches(branches),
            Stmt::Try(attempt) => walker.attempt(attempt),
            Stmt::With(with) => walker.with(with),
            Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => {
                walker.conditional(|walker| visitor::walk_stmt(walker, statement));
            }
            Stmt::TypeAlias(alias) => {
                walker.typed(alias.type_params.as_deref(), |walker| walker.visit_expr(&alias.value));
            }
            _ => visitor::walk_stmt(walker, statement),
        });
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.hooks.expression(expr, self.context);
        self.down(|walker| match expr {
            Expr::BinOp(_) => walker.chain(expr),
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    walker.visit_parameters(parameters);
                }
                let body = Context { in_async: false, in_function: true, conditional: false, ..walker.context };
                walker.within(body, |walker| {
                    walker
                        .scope(Opener::Lambda(lambda.parameters.as_deref()), |walker| walker.visit_expr(&lambda.body));
                });
            }
            Expr::ListComp(list) => walker.comprehension(&list.generators, [Some(&list.elt), None]),
            Expr::SetComp(set) => walker.comprehension(&set.generators, [Some(&set.elt), None]),
            Expr::Generator(generator) => walker.comprehension(&generator.generators, [Some(&generator.elt), None]),
            Expr::DictComp(dict) => walker.comprehension(&dict.generators, [dict.key.as_deref(), Some(&dict.value)]),
            _ => visitor::walk_expr(walker, expr),
        });
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.hooks.pattern(pattern, self.context);
        self.down(|walker| visitor::walk_pattern(walker, pattern));
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        self.down(|walker| visitor::walk_interpolated_string_element(walker, element));
    }
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    /// True for type checkers alone.
    TypeChecking,
    /// False for type checkers alone.
    NotTypeChecking,
    /// The Python version, the implementation or the platform.
    Environment,
    /// Anything else.
    Plain,
}

impl Test {
    fn of(test: &Expr) -> Self {
        match test {
            Expr::UnaryOp(not) if not.op.is_not() => match Self::of_name(&not.operand) {
                Self::TypeChecking => Self::NotTypeChecking,
                other => other,
            },
            Expr::BooleanLiteral(never) if !never.value => Self::TypeChecking,
            Expr::BoolOp(operation)
                if operation.values.iter().take(8).any(|value| Self::of_part(value) == Self::Environment) =>
            {
                Self::Environment
            }
            _ => Self::of_part(test),
        }
    }

    fn of_part(test: &Expr) -> Self {
        match test {
            Expr::Compare(compare) => {
                let mut sides = std::iter::once(&*compare.left).chain(&compare.comparators);
                if sides.any(|side| Self::of_name(side) == Self::Environment) { Self::Environment } else { Self::Plain }
            }
            _ => Self::of_name(test),
        }
    }

    fn of_name(test: &Expr) -> Self {
        let name = match test {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => {
                // `sys.version_info.major`, `sys.platform.startswith("win")`
                if let Expr::Attribute(inner) = attribute.value.as_ref()
                    && Self::is_environment(inner.attr.as_str())
                {
                    return Self::Environment;
                }
                attribute.attr.as_str()
            }
            Expr::Subscript(subscript) => return Self::of_shallow(&subscript.value),
            Expr::Call(call) => return Self::of_shallow(&call.func),
            _ => return Self::Plain,
        };
        match name {
            "TYPE_CHECKING" | "MYPY" => Self::TypeChecking,
            name if Self::is_environment(name) => Self::Environment,
            _ => Self::Plain,
        }
    }

    fn of_shallow(part: &Expr) -> Self {
        match part {
            Expr::Name(_) | Expr::Attribute(_) => Self::of_name(part),
            _ => Self::Plain,
        }
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
}

/// Whether a handler catches what a failed import raises.
fn catches_import_errors(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(classes)) => classes.elts.iter().any(is_import_error),
        Some(class) => is_import_error(class),
    }
}

fn is_import_error(class: &Expr) -> bool {
    let name = match class {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException")
}

/// Whether `with` this the import errors of the block are passed over (`contextlib.suppress(ImportError)`, `pytest.raises(ImportError)`).
fn suppresses_import_errors(manager: &Expr) -> bool {
    let Expr::Call(call) = manager else { return false };
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "suppress" | "raises") && call.arguments.args.iter().any(is_import_error)
}
