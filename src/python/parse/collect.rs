//! The second pass: what the module uses.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use ruff_python_ast::{self as ast, ArgOrKeyword, Arguments, Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::dotted::{Asked, Dotted};
use super::dynamic::{self, Named};
use super::extent;
use super::few::Few;
use super::guard::Names;
use super::idioms::{Idioms, Site};
use super::references::{References, assignments};
use super::resolve::{Resolver, Roots, Value, without_nothing};
use super::scopes::{Entry, ScopeId, Scopes};
use super::values::{self, made_at};
use super::walk::{Context, Depth, Hooks, Opener, walk};
use crate::python::vocabulary::Vocabulary;
use crate::python::{
    Argument, ArgumentValue, Call, Choice, Class, Decorator, DynamicImport, DynamicKind, Field, Function, Guard,
    Import, ImportSite, Method, OwnMethod, Parameter, Taken, Uses, With, top_level,
};
use crate::source::Extent;

/// Says what a module uses of what is in `vocabulary`, given what its scopes bind.
pub(super) fn collect<'a>(text: &str, body: &'a [Stmt], scopes: &Scopes<'a>, vocabulary: &Vocabulary) -> (Uses, Depth) {
    let roots = Roots::of(scopes);
    let resolver = Resolver::new(scopes, &roots);
    let mut collector = Collector {
        text,
        resolver,
        vocabulary,
        uses: Uses::default(),
        references: References::of(vocabulary),
        idioms: Idioms::of(text),
        entered: 0,
        open: Vec::new(),
        bodies: Vec::new(),
        around: Vec::new(),
        awaited: None,
        passed: Vec::new(),
        skipped: BTreeSet::new(),
    };
    let depth = walk(body, &mut collector);
    let mut uses = collector.uses;
    uses.references = collector.references.found;
    uses.references.sort_by_key(|reference| (reference.at.start, Reverse(reference.at.end)));
    uses.idioms = collector.idioms.finish(resolver, body);
    // Python evaluates decorators, values and keywords in an order of its own.
    uses.calls.sort_by_key(|call| (call.at.start, Reverse(call.at.end)));
    uses.dynamic.sort_by_key(|named| named.at.start);
    // What is collected stays until the end of the run, for thousands of files.
    uses.calls.shrink_to_fit();
    uses.references.shrink_to_fit();
    uses.functions.shrink_to_fit();
    uses.classes.shrink_to_fit();
    uses.choices.shrink_to_fit();
    uses.imports.shrink_to_fit();
    (uses, depth)
}

struct Collector<'t, 's, 'a> {
    text: &'t str,
    vocabulary: &'t Vocabulary,
    resolver: Resolver<'s, 'a>,
    uses: Uses,
    references: References<'t>,
    idioms: Idioms,
    /// How many scopes have begun, which numbers them.
    entered: usize,
    /// The scopes around the current place, the innermost last.
    open: Vec<ScopeId>,
    /// The function and the class around each of them, by their places in what is collected.
    around: Vec<Around>,
    /// The call before which `await` stands, until it is met.
    awaited: Option<TextRange>,
    /// Calls that stand among the arguments of another, with what that calls, until they are met; the next one last.
    passed: Vec<(TextRange, Option<Dotted>)>,
    /// For each of them the place of the class of which it is the body.
    bodies: Vec<Option<usize>>,
    /// The packages without which tests are skipped from here on, with the scope in which that was said.
    skipped: BTreeSet<(String, ScopeId)>,
}

/// The innermost function and class around a place.
#[derive(Debug, Clone, Copy, Default)]
struct Around {
    function: Option<usize>,
    class: Option<usize>,
    /// Whether the class is inside the function, or there is no function.
    in_body: bool,
}

impl<'s, 'a> Collector<'_, 's, 'a> {
    fn here(&self) -> ScopeId {
        self.open.last().copied().unwrap_or_default()
    }

    fn import_site(&mut self, import: Import, names_at: Vec<Extent>, lazy: bool, context: Context) {
        let skipped = import.level == 0 && self.is_skipped_without(&import.module);
        let guard = context.guard.max(skipped.then_some(Guard::Found));
        self.uses.imports.push(ImportSite {
            import,
            names_at,
            guard,
            type_checking: context.type_checking,
            in_function: context.in_function,
            lazy,
        });
    }

    fn imports(&mut self, statement: &Stmt, context: Context) {
        let before = (extent(statement).start as usize).checked_sub(1).and_then(|at| self.text.as_bytes().get(at));
        let outermost = matches!(before, None | Some(b'\n' | b'\r'));
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (module, at) = (alias.name.as_str().into(), extent(&alias.name));
                    let module = Import { module, names: Taken::default(), level: 0, at, outermost };
                    self.import_site(module, Vec::new(), import.is_lazy, context);
                }
            }
            Stmt::ImportFrom(import) => {
                let at = import.module.as_ref().map_or_else(|| self.dots(import.range()), extent);
                let module = import.module.as_ref().map(|module| module.as_str().into()).unwrap_or_default();
                let names = import.names.iter().map(|alias| alias.name.as_str()).collect();
                let names_at = import.names.iter().map(|alias| extent(&alias.name)).collect();
                let module = Import { module, names, level: import.level, at, outermost };
                self.import_site(module, names_at, import.is_lazy, context);
            }
            _ => {}
        }
    }

    /// The dots of `from .. import name`, which the tree does not place.
    fn dots(&self, statement: TextRange) -> Extent {
        let statement = extent(statement);
        let text = statement.of(self.text);
        let start = text.find('.').unwrap_or_default();
        let rest = text.get(start..).unwrap_or_default();
        let length = rest.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or_default();
        let length = rest.get(..length).and_then(|dots| dots.rfind('.')).map_or(0, |last| last + 1);
        Extent::new(start, start + length).shift(statement.start as usize)
    }

    /// The class in whose body the current place is.
    fn body(&self) -> Option<usize> {
        self.bodies.last().copied().flatten()
    }

    /// Takes note of what the body of a class holds.
    fn member(&mut self, statement: &Stmt) {
        let Some(within) = self.body() else { return };
        let (targets, value, annotated) = match statement {
            Stmt::Assign(assign) => (assign.targets.as_slice(), Some(&*assign.value), false),
            Stmt::AnnAssign(assign) => (std::slice::from_ref(&*assign.target), assign.value.as_deref(), true),
            Stmt::FunctionDef(function) => {
                let decorators = function.decorator_list.iter().map(|decorator| self.value(&decorator.expression));
                let (name, at) = (function.name.as_str().to_owned(), extent(&function.name));
                let method = Method { name, at, decorators: decorators.collect() };
                if let Some(class) = self.uses.classes.get_mut(within) {
                    class.methods.push(method);
                }
                return;
            }
            _ => return,
        };
        for target in targets.iter().filter_map(Expr::as_name_expr) {
            let value = value.map(|value| self.value(value));
            let field = Field { name: target.id.as_str().to_owned(), at: extent(target), annotated, value };
            if let Some(class) = self.uses.classes.get_mut(within) {
                class.fields.push(field);
            }
        }
    }

    fn class(&mut self, class: &StmtClassDef, context: Context) {
        let bases = class.arguments.as_deref().map_or(&[][..], |arguments| &arguments.args);
        let bases = bases.iter().map(|base| {
            let base = if let Expr::Subscript(generic) = base { &*generic.value } else { base };
            self.value(base)
        });
        let keywords = class.arguments.as_deref().map(|arguments| self.arguments(arguments).arguments);
        let class = Class {
            name: class.name.as_str().to_owned(),
            bases: bases.collect(),
            decorators: self.decorators(&class.decorator_list),
            keywords: keywords.into_iter().flatten().filter(|argument| argument.name.is_some()).collect(),
            fields: Vec::new(),
            methods: Vec::new(),
            within: self.body(),
            probed: context.probed,
            at: extent(&class.name),
        };
        self.uses.classes.push(class);
    }

    fn around(&self) -> Around {
        self.around.last().copied().unwrap_or_default()
    }

    fn decorators(&self, decorators: &[ast::Decorator]) -> Vec<Decorator> {
        let decorator = |decorator: &ast::Decorator| {
            let (name, call) = match &decorator.expression {
                Expr::Call(call) => (&*call.func, Some(extent(call))),
                name => (name, None),
            };
            Decorator { names: self.names(name), at: extent(name), call }
        };
        decorators.iter().map(decorator).collect()
    }

    /// The names that an expression can only be; none where it can be anything else.
    fn names(&self, expr: &Expr) -> Vec<String> {
        named(&self.resolver.values(self.here(), expr))
    }

    fn parameters(&self, parameters: &ast::Parameters) -> Vec<Parameter> {
        let parameter = |parameter: ast::AnyParameterRef<'_>| {
            let annotation = parameter.annotation();
            let classes = annotation.map(|annotation| named(&self.resolver.annotated(self.here(), annotation)));
            Parameter {
                name: parameter.name().as_str().to_owned(),
                at: extent(parameter.name()),
                classes: classes.unwrap_or_default(),
                has_default: parameter.default().is_some(),
                is_variadic: parameter.is_variadic(),
            }
        };
        parameters.iter().map(parameter).collect()
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let annotated = function.returns.is_some()
            || function.parameters.iter().any(|parameter| parameter.as_parameter().annotation.is_some());
        self.uses.functions.push(Function {
            name: function.name.as_str().to_owned(),
            at: extent(&function.name),
            annotated,
            is_async: function.is_async,
            is_generator: false,
            decorators: self.decorators(&function.decorator_list),
            parameters: self.parameters(&function.parameters),
            class: self.around().class.filter(|_| self.around().in_body),
            outer: self.around().function,
        });
    }

    fn site(&self, context: Context) -> Site<'s, 'a> {
        Site { resolver: self.resolver, scope: self.here(), in_function: context.in_function }
    }

    fn assignments(&mut self, statement: &Stmt, context: Context) {
        let scope = self.here();
        assignments(self.resolver, scope, statement, context, &mut self.uses.assignments);
    }

    /// Takes note of a text into which something is put, where it is one.
    fn text(&mut self, expr: &Expr) {
        if let Some(text) = values::text(self.resolver, self.here(), expr) {
            self.uses.texts.push(text);
        }
    }

    /// Takes note of a call of what can be `callee`.
    fn call(&mut self, call: &ExprCall, callee: &[Value], context: Context) {
        let passed_to = self.passed.pop_if(|(at, _)| *at == call.range()).map(|(_, function)| function);
        let awaited = self.awaited.take_if(|awaited| *awaited == call.range()).is_some();
        let functions = functions(callee);
        self.pass(&call.arguments, functions.first());
        self.dynamic(call, &functions, context);
        let Some((function, alternatives)) = functions.split_first() else {
            self.hand_over(&call.arguments);
            if let [Value::Named(method)] = callee
                && method.is_local()
            {
                self.own_method(call);
            }
            return;
        };
        let is_asked_for = |name: &Dotted| name.is_asked_for(self.vocabulary) == Asked::Itself;
        if !functions.iter().any(is_asked_for) && !self.passes_method(&call.arguments) {
            for value in values_of(&call.arguments) {
                self.uses.handed_over.extend(made_at(&self.resolver.values(self.here(), value)));
            }
            return;
        }
        let made_at = self.made_at(call, &functions);
        let Passing { arguments, before_star, double_starred } = self.arguments(&call.arguments);
        let Around { function: within, class, .. } = self.around();
        let Context { in_async, in_function, type_checking, in_loop, in_main, .. } = context;
        self.uses.calls.push(Call {
            function: function.into(),
            alternatives: alternatives.iter().map(String::from).collect(),
            function_at: extent(&*call.func),
            at: extent(call),
            bound_at: self.resolver.bound_at(self.here(), &call.func).map(extent),
            arguments,
            starred: before_star.is_some() || double_starred,
            before_star,
            double_starred,
            made_at,
            within,
            class,
            awaited,
            in_loop,
            at_import: !in_function && !in_main && !type_checking,
            passed_to: passed_to.map(|function| function.as_ref().map(String::from).unwrap_or_default()),
            in_async,
            in_function,
            type_checking,
        });
    }

    /// Notes a call of a method of a class of this file, on the class or on an object of it.
    fn own_method(&mut self, call: &ExprCall) {
        let Expr::Attribute(method) = &*call.func else { return };
        let class = match &*self.resolver.values(self.here(), &method.value) {
            [Value::Made(class, _) | Value::Named(class)] if class.is_local() && !class.is_of_call() => {
                class.as_str().trim_start_matches('.').to_owned()
            }
            _ => return,
        };
        self.uses.own_methods.push(OwnMethod {
            class,
            method: method.attr.as_str().to_owned(),
            at: extent(&*call.func),
            method_at: extent(&method.attr),
        });
    }

    /// Notes which calls stand among the arguments of a call of `function`.
    fn pass(&mut self, arguments: &Arguments, function: Option<&Dotted>) {
        let calls = values_of(arguments).filter(|value| value.is_call_expr()).rev();
        self.passed.extend(calls.map(|call| (call.range(), function.cloned())));
    }

    /// Notes which objects are passed to a function that is not known.
    fn hand_over(&mut self, arguments: &Arguments) {
        for value in values_of(arguments).filter(|value| value.is_name_expr() || value.is_attribute_expr()) {
            let places = made_at(&self.resolver.values(self.here(), value));
            self.uses.handed_over.extend(places);
        }
    }

    /// Whether a method of an object for which somebody asks stands among arguments.
    fn passes_method(&self, arguments: &Arguments) -> bool {
        let is_one = |value: &Value| matches!(value, Value::Named(name) if name.is_of_call() && name.is_asked_for(self.vocabulary) != Asked::Not);
        values_of(arguments).any(|value| self.resolver.values(self.here(), value).iter().any(is_one))
    }

    /// Notes which objects are given functions of their own: `session.request = functools.partial(session.request, …)`.
    fn replace_methods(&mut self, assign: &ast::StmtAssign) {
        let is_function = || match &*assign.value {
            Expr::Lambda(_) => true,
            Expr::Call(call) => {
                let callee = self.resolver.values(self.here(), &call.func);
                functions(&callee).iter().any(|name| name.as_str() == "functools.partial")
            }
            _ => false,
        };
        if !assign.targets.iter().any(Expr::is_attribute_expr) || !is_function() {
            return;
        }
        for target in assign.targets.iter().filter_map(Expr::as_attribute_expr) {
            let places = made_at(&self.resolver.values(self.here(), &target.value));
            self.uses.handed_over.extend(places);
        }
    }

    /// Where the object is made of which `functions` are methods.
    fn made_at(&self, call: &ExprCall, functions: &[Dotted]) -> Vec<Extent> {
        match &*call.func {
            Expr::Attribute(method) if functions.iter().any(Dotted::is_of_call) => {
                let objects = self.resolver.values(self.here(), &method.value);
                made_at(&without_nothing(&objects))
            }
            _ => Vec::new(),
        }
    }

    fn dynamic(&mut self, call: &ExprCall, functions: &[Dotted], context: Context) {
        let named = functions.iter().find_map(|function| dynamic::named(function.as_str(), call));
        let Some(Named { module, at, kind }) = named else {
            return;
        };
        let mut guard = context.guard;
        if kind == DynamicKind::Skip {
            guard = guard.max(Some(Guard::Found));
            self.skipped.insert((top_level(&module).to_owned(), self.here()));
        }
        let Context { type_checking, in_function, .. } = context;
        self.uses.dynamic.push(DynamicImport { module, at, kind, guard, type_checking, in_function });
    }

    /// Whether the tests here are skipped where the package of `module` is missing.
    fn is_skipped_without(&self, module: &str) -> bool {
        let package = top_level(module);
        !self.skipped.is_empty() && self.open.iter().any(|&scope| self.skipped.contains(&(package.to_owned(), scope)))
    }

    fn arguments(&self, arguments: &Arguments) -> Passing {
        let most = arguments.args.len() + arguments.keywords.len();
        let mut passing = Passing { arguments: Vec::with_capacity(most), ..Passing::default() };
        for argument in arguments.iter_source_order() {
            let (name, value) = match argument {
                ArgOrKeyword::Arg(Expr::Starred(_)) => {
                    passing.before_star.get_or_insert(passing.arguments.len());
                    continue;
                }
                ArgOrKeyword::Arg(value) => (None, value),
                ArgOrKeyword::Keyword(keyword) => {
                    let Some(name) = &keyword.arg else {
                        passing.double_starred = true;
                        continue;
                    };
                    (Some(name.as_str().to_owned()), &keyword.value)
                }
            };
            let at = extent(value);
            let (value, made_at) = self.value_made(value);
            passing.arguments.push(Argument { name, value, at, made_at });
        }
        if let Some(before) = &mut passing.before_star {
            // `f(a, key=b, *c)`: only positional ones count.
            *before = passing.arguments.iter().take(*before).filter(|argument| argument.name.is_none()).count();
        }
        passing
    }

    fn value(&self, expr: &Expr) -> ArgumentValue {
        values::value(self.resolver, self.here(), expr)
    }

    /// What an argument is, and where calls stand that give it.
    fn value_made(&self, expr: &Expr) -> (ArgumentValue, Vec<Extent>) {
        let value = self.value(expr);
        let at = match value {
            ArgumentValue::Call(_) => made_at(&self.resolver.values(self.here(), expr)),
            _ => Vec::new(),
        };
        (value, at)
    }
}

/// What a call passes, by place first and then by name.
fn values_of(arguments: &Arguments) -> impl DoubleEndedIterator<Item = &Expr> {
    arguments.args.iter().chain(arguments.keywords.iter().map(|keyword| &keyword.value))
}

/// The functions that a callee can be; none where that is not known.
fn functions(callee: &[Value]) -> Few<Dotted> {
    let mut functions = Few::default();
    for value in callee {
        match value {
            Value::Named(name) if !name.is_local() => functions.push(name.clone()),
            // Calling `None` fails, so where the call succeeds it is something else.
            Value::Nothing => {}
            _ => return Few::default(),
        }
    }
    functions
}

/// The names that `values` are; none where one is anything else. `None` is passed over.
fn named(values: &[Value]) -> Vec<String> {
    let mut names = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::Named(name) => names.push(name.into()),
            Value::Nothing => {}
            _ => return Vec::new(),
        }
    }
    names
}

/// From the first statement of a block to the last.
fn block(body: &[Stmt]) -> Option<Extent> {
    Some(extent(body.first()?).cover(extent(body.last()?)))
}

/// What a call passes.
#[derive(Debug, Default)]
struct Passing {
    arguments: Vec<Argument>,
    before_star: Option<usize>,
    double_starred: bool,
}

impl Names for Collector<'_, '_, '_> {
    fn flag(&self, name: &str) -> Option<Guard> {
        self.resolver.scopes.find(self.here(), name).and_then(Entry::flag)
    }

    fn is_probe(&self, name: &str) -> bool {
        self.resolver.scopes.find(self.here(), name).is_some_and(Entry::is_probe)
    }

    fn is_import_error(&self, name: &str) -> bool {
        self.resolver.scopes.find(self.here(), name).is_some_and(Entry::is_import_error)
    }
}

impl<'a> Hooks<'a> for Collector<'_, '_, 'a> {
    fn enter(&mut self, opener: Opener<'a>, _context: Context) {
        // Between the header of a class and its body stands no other class.
        let body = matches!(opener, Opener::Class(_)).then(|| self.uses.classes.len().checked_sub(1)).flatten();
        self.bodies.push(body);
        self.open.push(self.entered);
        self.entered += 1;
        // The header has just been met: no other can stand within one.
        let (function, class) = (self.uses.functions.len().checked_sub(1), self.uses.classes.len().checked_sub(1));
        self.around.push(match opener {
            Opener::Function(_) => Around { function, in_body: false, ..self.around() },
            Opener::Class(_) => Around { class, in_body: true, ..self.around() },
            Opener::Module => Around::default(),
            Opener::Lambda(_) | Opener::Comprehension(_) | Opener::TypeParameters(_) => self.around(),
        });
    }

    fn leave(&mut self) {
        self.bodies.pop();
        self.open.pop();
        self.around.pop();
    }

    fn statement(&mut self, statement: &'a Stmt, context: Context) {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.references.statement(statement, context);
                self.imports(statement, context);
            }
            Stmt::ClassDef(class) => self.class(class, context),
            Stmt::FunctionDef(function) => {
                self.member(statement);
                self.function(function);
            }
            Stmt::Assign(assign) => {
                self.member(statement);
                self.assignments(statement, context);
                self.replace_methods(assign);
            }
            Stmt::AnnAssign(_) => {
                self.member(statement);
                self.assignments(statement, context);
            }
            Stmt::AugAssign(_) => self.assignments(statement, context),
            Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => self.idioms.statement(self.site(context), statement),
            Stmt::If(choice) => {
                let rest = choice.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref());
                let tests = std::iter::once(&*choice.test).chain(rest).map(extent).collect();
                let others = choice.elif_else_clauses.iter().map(|clause| &clause.body);
                let branches = std::iter::once(&choice.body).chain(others).filter_map(|body| block(body)).collect();
                self.uses.choices.push(Choice { at: extent(choice), tests, branches });
            }
            Stmt::With(with) => {
                let managers = with.items.iter().map(|item| extent(&item.context_expr)).collect();
                self.uses.withs.push(With { at: extent(with), managers });
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &'a Expr, context: Context) {
        match expression {
            Expr::Name(_) | Expr::Attribute(_) => {
                self.references.expression(self.resolver, self.here(), expression, context);
            }
            Expr::FString(_) | Expr::BinOp(_) => self.text(expression),
            Expr::Call(call) => {
                self.text(expression);
                let callee = self.resolver.values(self.here(), &call.func);
                self.idioms.call(self.site(context), call, &callee);
                self.call(call, &callee, context);
                self.references.resolved(&call.func, callee);
            }
            Expr::Compare(compare) => self.idioms.comparison(self.site(context), compare),
            Expr::If(choice) => {
                let branches = vec![extent(&*choice.body), extent(&*choice.orelse)];
                self.uses.choices.push(Choice { at: extent(choice), tests: vec![extent(&*choice.test)], branches });
            }
            Expr::ListComp(list) => self.idioms.comprehension(&list.generators),
            Expr::SetComp(set) => self.idioms.comprehension(&set.generators),
            Expr::Generator(generator) => self.idioms.comprehension(&generator.generators),
            Expr::DictComp(dict) => self.idioms.comprehension(&dict.generators),
            Expr::Await(awaited) => self.awaited = Some(awaited.value.range()),
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                let function = self.around().function.and_then(|at| self.uses.functions.get_mut(at));
                if let Some(function) = function {
                    function.is_generator = true;
                }
            }
            _ => {}
        }
    }
}
