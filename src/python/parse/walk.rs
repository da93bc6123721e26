//! Walking a tree: which scopes there are, in which order Python meets things, and what stands around them.
//!
//! Two passes share the walker, so that they meet the same scopes in the same order.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Comprehension, ElifElseClause, ExceptHandler, Expr, ExprIf, InterpolatedStringElement, Parameters, Pattern, Stmt,
    StmtClassDef, StmtFor, StmtFunctionDef, StmtIf, StmtTry, StmtWhile, StmtWith, TypeParams,
};

use super::guard::{self, Exit, Names, Test};
use super::probe;
use crate::python::Guard;

/// How deep the walker goes. Each level takes some hundred bytes of stack here, and again where the tree is dropped.
const MAX_DEPTH: u32 = 600;

/// What opens a scope.
#[derive(Debug, Clone, Copy)]
pub(super) enum Opener<'a> {
    Module,
    Class(&'a StmtClassDef),
    Function(&'a StmtFunctionDef),
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
    /// Why an import may fail here or be passed by.
    pub(super) guard: Option<Guard>,
    /// Where the code of the scope does not always come.
    pub(super) conditional: bool,
    /// In what a loop or a comprehension of the function repeats.
    pub(super) in_loop: bool,
    /// Where the file is run as a program, and not where it is imported.
    pub(super) in_main: bool,
    /// Where was asked for a version, or for what a library has.
    pub(super) probed: bool,
    /// In an annotation.
    pub(super) in_annotation: bool,
}

impl Context {
    /// The same place, also under `guard`. Of several guards the strongest counts.
    fn guarded(self, guard: Option<Guard>) -> Self {
        Self { guard: self.guard.max(guard), ..self }
    }

    /// The same place, also where was `probed`.
    fn probed_if(self, probed: bool) -> Self {
        Self { probed: self.probed || probed, ..self }
    }
}

/// What a pass does on the way. Each hook is called before what it names is walked.
pub(super) trait Hooks<'a>: Names {
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
    let (depth, context, asked) = (Depth::default(), Context::default(), Asked::default());
    let mut walker = Walker { hooks, depth, context, asked };
    walker.scope(Opener::Module, |walker| walker.visit_body(body));
    walker.depth
}

/// What the tests of an `if` ask for.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    guard: Option<Guard>,
    probes: bool,
}

struct Walker<'h, H> {
    hooks: &'h mut H,
    depth: Depth,
    context: Context,
    /// What the `if` asked for that was left last.
    asked: Asked,
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
        let body = Context {
            in_async: function.is_async,
            in_function: true,
            conditional: false,
            in_loop: false,
            ..self.context
        };
        let body = body
            .guarded(guard::of_decorators(&function.decorator_list, self.hooks))
            .probed_if(probe::by_decorators(&function.decorator_list, self.hooks));
        self.typed(function.type_params.as_deref(), |walker| {
            walker.visit_parameters(&function.parameters);
            if let Some(returns) = &function.returns {
                walker.visit_annotation(returns);
            }
            walker.within(body, |walker| {
                walker.scope(Opener::Function(function), |walker| walker.visit_body(&function.body));
            });
        });
    }

    fn class(&mut self, class: &'a StmtClassDef) {
        for decorator in &class.decorator_list {
            self.visit_decorator(decorator);
        }
        let body = Context { conditional: false, ..self.context };
        let body = body
            .guarded(guard::of_decorators(&class.decorator_list, self.hooks))
            .probed_if(probe::by_decorators(&class.decorator_list, self.hooks) || probe::runs_no_test(class));
        self.typed(class.type_params.as_deref(), |walker| {
            if let Some(arguments) = &class.arguments {
                walker.visit_arguments(arguments);
            }
            walker.within(body, |walker| walker.scope(Opener::Class(class), |walker| walker.visit_body(&class.body)));
        });
    }

    fn branches(&mut self, statement: &'a StmtIf) {
        let outer = self.context;
        let mut asked = Asked::default();
        let mut in_main = outer.in_main;
        let mut before = Test::Plain;
        let branches = std::iter::once((Some(&*statement.test), &statement.body));
        let rest = statement.elif_else_clauses.iter().map(|ElifElseClause { test, body, .. }| (test.as_ref(), body));
        for (test, body) in branches.chain(rest) {
            if let Some(test) = test {
                self.visit_expr(test);
            }
            let now = test.map_or(Test::Plain, |test| Test::of(test, self.hooks));
            asked.guard = asked.guard.max(now.guard());
            in_main |= test.is_some_and(guard::asks_for_main);
            asked.probes |= test.is_some_and(|test| probe::asks(test, self.hooks));
            let context = Context {
                conditional: true,
                probed: outer.probed || asked.probes,
                guard: outer.guard.max(asked.guard),
                type_checking: outer.type_checking
                    || now == Test::TypeChecking
                    || (test.is_none() && before == Test::NotTypeChecking),
                in_main,
                ..outer
            };
            self.within(context, |walker| walker.visit_body(body));
            before = now;
        }
        self.asked = asked;
    }

    fn attempt(&mut self, attempt: &'a StmtTry) {
        let caught =
            |handler: &ExceptHandler, names: &H| guard::catches_import_errors(handler, names).then_some(Guard::Caught);
        let any = attempt.handlers.iter().find_map(|handler| caught(handler, self.hooks));
        let any = any.or_else(|| guard::asks_for_python_2(attempt).then_some(Guard::Environment));
        let missing = probe::catches_missing_names(attempt);
        let context = Context { conditional: true, ..self.context.guarded(any).probed_if(missing) };
        self.within(context, |walker| walker.visit_body(&attempt.body));
        for handler in &attempt.handlers {
            self.conditional(|walker| {
                walker.hooks.handler(handler, walker.context);
                let context = walker.context.guarded(caught(handler, walker.hooks)).probed_if(missing);
                let ExceptHandler::ExceptHandler(handler) = handler;
                if let Some(class) = &handler.type_ {
                    walker.visit_expr(class);
                }
                walker.within(context, |walker| walker.visit_body(&handler.body));
            });
        }
        self.within(context, |walker| walker.visit_body(&attempt.orelse));
        self.visit_body(&attempt.finalbody);
    }

    /// Walks `for`: what it goes through is read once.
    fn for_each(&mut self, statement: &'a StmtFor) {
        self.conditional(|walker| {
            walker.visit_expr(&statement.iter);
            walker.repeated(|walker| {
                walker.visit_expr(&statement.target);
                walker.visit_body(&statement.body);
            });
            walker.visit_body(&statement.orelse);
        });
    }

    fn repeat(&mut self, statement: &'a StmtWhile) {
        self.conditional(|walker| {
            walker.repeated(|walker| {
                walker.visit_expr(&statement.test);
                walker.visit_body(&statement.body);
            });
            walker.visit_body(&statement.orelse);
        });
    }

    fn repeated(&mut self, inner: impl FnOnce(&mut Self)) {
        self.within(Context { in_loop: true, ..self.context }, inner);
    }

    fn with(&mut self, with: &'a StmtWith) {
        for item in &with.items {
            self.visit_with_item(item);
        }
        let suppressed = with.items.iter().any(|item| guard::suppresses_import_errors(&item.context_expr, self.hooks));
        let conditional = self.context.conditional || suppressed;
        let missing = with.items.iter().any(|item| probe::expects_missing_names(&item.context_expr));
        let guarded = self.context.guarded(suppressed.then_some(Guard::Caught));
        let context = Context { conditional, ..guarded.probed_if(suppressed || missing) };
        self.within(context, |walker| walker.visit_body(&with.body));
    }

    /// Walks `a if test else b`.
    fn choice(&mut self, choice: &'a ExprIf) {
        self.visit_expr(&choice.test);
        let probed = probe::asks(&choice.test, self.hooks);
        let context = self.context.guarded(guard::asked(&choice.test, self.hooks)).probed_if(probed);
        self.within(context, |walker| {
            walker.visit_expr(&choice.body);
            walker.visit_expr(&choice.orelse);
        });
    }

    /// Walks a comprehension: its first iterable belongs to the scope around it.
    fn comprehension(&mut self, generators: &'a [Comprehension], elements: [Option<&'a Expr>; 2]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let repeated = Context { in_loop: true, ..self.context };
        self.scope(Opener::Comprehension(generators), |walker| {
            walker.within(repeated, |walker| {
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
    fn visit_body(&mut self, body: &'a [Stmt]) {
        let outer = self.context;
        for statement in body {
            self.visit_stmt(statement);
            match statement {
                Stmt::If(branches) => {
                    if let Some(exit) = Exit::of_branches(branches) {
                        let guard = self.asked.guard.map(|guard| exit.guard(guard));
                        self.context = self.context.guarded(guard).probed_if(self.asked.probes);
                    }
                }
                Stmt::Assert(assertion) => {
                    self.context = self.context.guarded(guard::after_assertion(&assertion.test, self.hooks));
                }
                _ => {}
            }
        }
        self.context = outer;
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.hooks.statement(statement, self.context);
        self.down(|walker| match statement {
            Stmt::FunctionDef(function) => walker.function(function),
            Stmt::ClassDef(class) => walker.class(class),
            Stmt::If(branches) => walker.branches(branches),
            Stmt::Try(attempt) => walker.attempt(attempt),
            Stmt::With(with) => walker.with(with),
            Stmt::For(statement) => walker.for_each(statement),
            Stmt::While(statement) => walker.repeat(statement),
            Stmt::Match(choice) => {
                let guard = guard::asked(&choice.subject, walker.hooks);
                let context = Context { conditional: true, ..walker.context.guarded(guard) };
                walker.within(context, |walker| visitor::walk_stmt(walker, statement));
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
            Expr::If(choice) => walker.choice(choice),
            // `hasattr(x, "y") and x.y()`
            Expr::BoolOp(parts) => {
                let probed = probe::asks(expr, walker.hooks);
                let context = walker.context.probed_if(probed);
                walker.within(context, |walker| parts.values.iter().for_each(|part| walker.visit_expr(part)));
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    walker.visit_parameters(parameters);
                }
                let body = Context {
                    in_async: false,
                    in_function: true,
                    conditional: false,
                    in_loop: false,
                    ..walker.context
                };
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

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        let context = Context { in_annotation: true, ..self.context };
        self.within(context, |walker| walker.visit_expr(annotation));
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.hooks.pattern(pattern, self.context);
        self.down(|walker| visitor::walk_pattern(walker, pattern));
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        self.down(|walker| visitor::walk_interpolated_string_element(walker, element));
    }
}
