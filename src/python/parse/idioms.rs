//! Ways of writing that a library or a tool has a word for: loops that retry, arguments that are taken apart by hand,
//! rows that are gone through one by one, what tests put in the place of something else.
//!
//! What is looked at is the shape; whether it matters is for rules to say.

use memchr::memmem;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    CmpOp, ExceptHandler, Expr, ExprCall, ExprCompare, Pattern, Stmt, StmtClassDef, StmtFor, StmtFunctionDef, StmtTry,
    StmtWhile,
};
use ruff_text_size::{Ranged, TextRange};

use super::dotted::Dotted;
use super::extent;
use super::literal::literal;
use super::resolve::{Resolver, Value};
use super::scopes::{Binding, ScopeId};
use crate::python::ArgumentValue;
use crate::python::idioms::{ArgumentWord, Idioms as Found, Patch, RandomLoop, RetryLoop, RowLoop, RowLoopKind, Test};
use crate::source::Extent;

/// How deep below a statement is looked. What nests deeper is no idiom.
const MAX_DEPTH: u32 = 40;

/// How many names are followed from one to the next.
const MAX_STEPS: u32 = 8;

/// How many statements a loop may have that only tries again.
const MOST_STATEMENTS: usize = 18;

/// Functions that wait.
const SLEEPS: &[&str] = &["time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep", "gevent.sleep", "eventlet.sleep"];

/// Where a statement or an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'s, 'a> {
    pub(super) resolver: Resolver<'s, 'a>,
    pub(super) scope: ScopeId,
    pub(super) in_function: bool,
}

/// Finds idioms while the tree is walked.
#[derive(Debug, Default)]
pub(super) struct Idioms {
    found: Found,
    /// Whether the text speaks of the arguments of the program at all.
    has_arguments: bool,
    /// Names that go through the arguments of the program, with their scopes (`for word in sys.argv`).
    argument_names: Vec<(ScopeId, String)>,
}

impl Idioms {
    /// Begins with a module of this text.
    pub(super) fn of(text: &str) -> Self {
        Self { has_arguments: memmem::find(text.as_bytes(), b"argv").is_some(), ..Self::default() }
    }

    /// Looks at a statement, before what is in it is walked.
    pub(super) fn statement(&mut self, site: Site<'_, '_>, statement: &Stmt) {
        match statement {
            Stmt::For(repeated) => {
                self.found.retry_loops.extend(site.retried_for(repeated));
                self.found.random_loops.extend(site.random_loop(repeated));
                self.found.row_loops.extend(row_loop(repeated));
                self.goes_through_arguments(site, &repeated.target, &repeated.iter);
            }
            Stmt::While(repeated) => self.found.retry_loops.extend(site.retried_while(repeated)),
            Stmt::Match(choice) if self.is_argument(site, &choice.subject) => {
                for case in &choice.cases {
                    self.pattern(&case.pattern, 0);
                }
            }
            _ => {}
        }
    }

    /// Looks at a call of what can be `callee`.
    pub(super) fn call(&mut self, site: Site<'_, '_>, call: &ExprCall, callee: &[Value]) {
        if let Some(patch) = site.patch(call, callee) {
            self.found.patches.push(patch);
        }
        if let Some(rows) = row_call(call) {
            self.found.row_loops.push(rows);
        }
        self.prefix(site, call);
    }

    /// What was found, with what the module as a whole shows.
    pub(super) fn finish(self, resolver: Resolver<'_, '_>, body: &[Stmt]) -> Found {
        let mut found = self.found;
        found.argument_words.sort_by_key(|word| word.at.start);
        found.row_loops.sort_by_key(|rows| rows.at.start);
        found.patches.sort_by_key(|patch| patch.at.start);
        let site = Site { resolver, scope: 0, in_function: false };
        found.assigned = body.iter().flat_map(assigned).map(|(name, _)| name.to_owned()).collect();
        let marks: Vec<ArgumentValue> = site.marks(body);
        site.tests(body, &marks, None, 0, &mut found.tests);
        found.is_program = body.iter().filter_map(Stmt::as_if_stmt).any(|main| tests_name(&main.test));
        found.straight_calls = straight_calls(body);
        found
    }

    /// Looks at what a comprehension goes through.
    pub(super) fn comprehension(&mut self, generators: &[ruff_python_ast::Comprehension]) {
        for generator in generators {
            if let Some(at) = iterrows(&generator.iter) {
                self.found.row_loops.push(RowLoop { kind: RowLoopKind::IterRows, at, simple: None, by_name: false });
            }
        }
    }

    // -------------------------------------------------------------------------------------------- arguments of the program

    fn goes_through_arguments(&mut self, site: Site<'_, '_>, target: &Expr, iter: &Expr) {
        let (target, iter) = match (target, iter) {
            // `for place, word in enumerate(sys.argv)`
            (Expr::Tuple(pair), Expr::Call(call)) if is_name(&call.func, "enumerate") => {
                let (Some(word), Some(iter)) = (pair.elts.get(1), call.arguments.args.first()) else { return };
                (word, iter)
            }
            pair => pair,
        };
        if let Expr::Name(name) = target
            && self.is_argument(site, iter)
        {
            self.argument_names.push((site.scope, name.id.as_str().to_owned()));
        }
    }

    /// Whether an expression is the list of the program's arguments, a part of it, or one of them.
    fn is_argument(&self, site: Site<'_, '_>, expr: &Expr) -> bool {
        self.has_arguments && self.is_argument_within(site.resolver, site.scope, expr, MAX_STEPS)
    }

    fn is_argument_within(&self, resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr, steps: u32) -> bool {
        let Some(steps) = steps.checked_sub(1) else { return false };
        let is = |expr: &Expr| self.is_argument_within(resolver, scope, expr, steps);
        match expr {
            Expr::Subscript(subscript) => is(&subscript.value),
            Expr::If(choice) => is(&choice.body) || is(&choice.orelse),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) => {
                    matches!(method.attr.as_str(), "pop" | "popleft" | "lower" | "upper" | "strip" | "copy")
                        && is(&method.value)
                }
                Expr::Name(name) => name.id.as_str() == "list" && call.arguments.args.first().is_some_and(is),
                _ => false,
            },
            Expr::Name(_) | Expr::Attribute(_) => {
                if matches!(&*resolver.values(scope, expr), [Value::Named(name)] if name.as_str() == "sys.argv") {
                    return true;
                }
                let Expr::Name(name) = expr else { return false };
                let name = name.id.as_str();
                let Some(entry) = resolver.scopes.find(scope, name) else { return false };
                self.argument_names.iter().any(|(at, known)| *at == entry.scope && known == name)
                    || entry.bound.iter().take(4).any(|bound| match bound.binding {
                        Binding::Assigned(value, scope) => self.is_argument_within(resolver, scope, value, steps),
                        // `def main(argv)`
                        Binding::Parameter(..) => name == "argv",
                        _ => false,
                    })
            }
            _ => false,
        }
    }

    /// Looks at a comparison.
    pub(super) fn comparison(&mut self, site: Site<'_, '_>, compare: &ExprCompare) {
        let (&[op], [right]) = (&*compare.ops, &*compare.comparators) else { return };
        let left = &*compare.left;
        match op {
            CmpOp::Eq | CmpOp::NotEq | CmpOp::In | CmpOp::NotIn if self.is_argument(site, left) => self.words(right),
            CmpOp::Eq | CmpOp::NotEq if self.is_argument(site, right) => self.words(left),
            // `"--help" in sys.argv`
            CmpOp::In | CmpOp::NotIn if left.is_string_literal_expr() && self.is_argument(site, right) => {
                self.words(left);
            }
            _ => {}
        }
    }

    /// `word.startswith("--level=")`
    fn prefix(&mut self, site: Site<'_, '_>, call: &ExprCall) {
        let (Expr::Attribute(method), [prefix]) = (&*call.func, &*call.arguments.args) else { return };
        if method.attr.as_str() == "startswith" && self.is_argument(site, &method.value) {
            self.words(prefix);
        }
    }

    fn pattern(&mut self, pattern: &Pattern, depth: u32) {
        if depth > MAX_STEPS {
            return;
        }
        let parts: &[Pattern] = match pattern {
            Pattern::MatchValue(value) => return self.words(&value.value),
            Pattern::MatchSequence(sequence) => &sequence.patterns,
            Pattern::MatchOr(either) => &either.patterns,
            Pattern::MatchAs(named) => named.pattern.as_deref().map_or(&[], std::slice::from_ref),
            _ => &[],
        };
        for part in parts {
            self.pattern(part, depth + 1);
        }
    }

    /// Notes a string, or those of a tuple, a list or a set.
    fn words(&mut self, expr: &Expr) {
        let several = match expr {
            Expr::Tuple(tuple) => &*tuple.elts,
            Expr::List(list) => &*list.elts,
            Expr::Set(set) => &*set.elts,
            one => std::slice::from_ref(one),
        };
        for string in several {
            if let Expr::StringLiteral(text) = string
                && text.value.len() > 1
            {
                let word = ArgumentWord { word: text.value.to_str().to_owned(), at: extent(string) };
                self.found.argument_words.push(word);
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------ retries

impl Site<'_, '_> {
    fn retried_for(self, repeated: &StmtFor) -> Option<RetryLoop> {
        let attempts = match &*repeated.iter {
            Expr::Call(call) if self.is_call_of(call, "builtins.range") => {
                if let [Expr::NumberLiteral(_)] = &*call.arguments.args {
                    call.arguments.args.first().and_then(literal)
                } else {
                    None
                }
            }
            Expr::Call(call) if self.is_call_of(call, "itertools.count") => None,
            // Pauses, written down.
            Expr::Tuple(pauses) if pauses.elts.iter().all(Expr::is_number_literal_expr) => {
                Some(pauses.len().to_string())
            }
            Expr::List(pauses) if pauses.elts.iter().all(Expr::is_number_literal_expr) => {
                Some(pauses.len().to_string())
            }
            _ => return None,
        };
        let header = TextRange::new(repeated.start(), repeated.iter.end());
        let retry = self.retried(header, &repeated.body, attempts)?;
        // What is tried is another thing each time: a port, a mirror.
        let counter = repeated.target.as_name_expr().map_or("_", |name| name.id.as_str());
        let (_, attempt, _) = only_try(&repeated.body, 0)?;
        (!passes(&attempt.body, counter)).then_some(retry)
    }

    fn retried_while(self, repeated: &StmtWhile) -> Option<RetryLoop> {
        // A counter, which the test or a condition in the loop compares.
        let mut counters = Vec::new();
        let mut compared = Vec::new();
        let mut note = |node| match node {
            Node::Stmt(Stmt::AugAssign(change)) => {
                if let (Expr::Name(name), Expr::NumberLiteral(_)) = (&*change.target, &*change.value) {
                    counters.push(name.id.as_str());
                }
            }
            Node::Expr(Expr::Compare(compare)) => {
                let sides = std::iter::once(&*compare.left).chain(&compare.comparators);
                compared.extend(sides.filter_map(|side| Some(side.as_name_expr()?.id.as_str())));
            }
            _ => {}
        };
        search_expr(&repeated.test, &mut note);
        search(&repeated.body, &mut note);
        if !counters.iter().any(|counter| compared.contains(counter)) {
            return None;
        }
        self.retried(TextRange::new(repeated.start(), repeated.test.end()), &repeated.body, None)
    }

    fn retried(self, header: TextRange, body: &[Stmt], attempts: Option<String>) -> Option<RetryLoop> {
        let (before, attempt, after) = only_try(body, 0)?;
        let handlers = || attempt.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler);
        // Left as soon as it has worked.
        let is_exit = |statement: &Stmt| matches!(statement, Stmt::Return(_) | Stmt::Break(_));
        let leaves = |block: &[Stmt]| block.last().is_some_and(is_exit);
        let leaves_at_once = leaves(&attempt.body) || leaves(&attempt.orelse);
        if !leaves_at_once && !after.iter().any(is_exit) {
            return None;
        }
        // Tried again after a failure: some handler lets the loop go on.
        let goes_on = |block: &[Stmt]| !block.last().is_some_and(|last| is_exit(last) || last.is_raise_stmt());
        let mut again = handlers().filter(|handler| goes_on(&handler.body)).peekable();
        again.peek()?;
        let in_handler = again.clone().find_map(|handler| self.sleep(&handler.body));
        // More than one pause is more than one reason to wait, and a long loop does more than to try again.
        let mut statements = 0;
        search(body, &mut |node| statements += usize::from(matches!(node, Node::Stmt(_))));
        if self.sleeps(body) != 1 || statements > MOST_STATEMENTS {
            return None;
        }
        let between = || if leaves_at_once { self.sleep(after).or_else(|| self.sleep(before)) } else { None };
        let (name, pause) = in_handler.or_else(between)?;
        let selective = handlers()
            .any(|handler| handler.name.as_ref().is_some_and(|name| decides_by(&handler.body, name.as_str())));
        let mut calls = Vec::new();
        search(&attempt.body, &mut |node| {
            if let Node::Expr(Expr::Call(call)) = node
                && let Some(name) = self.name_of(&call.func)
            {
                calls.push(((&name).into(), extent(&*call.func)));
            }
        });
        let mut exceptions = Vec::new();
        for caught in handlers().filter_map(|handler| handler.type_.as_deref()) {
            let several = if let Expr::Tuple(tuple) = caught { &*tuple.elts } else { std::slice::from_ref(caught) };
            exceptions.extend(several.iter().filter_map(|caught| Some(String::from(&self.name_of(caught)?))));
        }
        let argument = pause.arguments.args.first();
        let grows =
            argument.is_some_and(|argument| !argument.is_number_literal_expr() && !argument.is_attribute_expr());
        let sleep = (name, extent(pause));
        Some(RetryLoop { at: extent(header), sleep, calls, exceptions, attempts, grows, selective })
    }

    fn sleeps(self, block: &[Stmt]) -> usize {
        let mut count = 0;
        search(block, &mut |node| {
            if let Node::Expr(Expr::Call(call)) = node {
                count += usize::from(self.name_of(&call.func).is_some_and(|name| SLEEPS.contains(&name.as_str())));
            }
        });
        count
    }

    fn sleep(self, block: &[Stmt]) -> Option<(String, &ExprCall)> {
        let mut found = None;
        // A loop within may wait for something else.
        let loops = |statement: &Stmt| matches!(statement, Stmt::For(_) | Stmt::While(_));
        search_outside(block, &loops, &mut |node| {
            if let Node::Expr(Expr::Call(call)) = node
                && found.is_none()
                && let Some(name) = self.name_of(&call.func).filter(|name| SLEEPS.contains(&name.as_str()))
            {
                found = Some(((&name).into(), call));
            }
        });
        found
    }

    // -------------------------------------------------------------------------------------------- names

    /// The one name that `expr` resolves to.
    fn name_of(self, expr: &Expr) -> Option<Dotted> {
        only_name(&self.resolver.values(self.scope, expr)).cloned()
    }

    fn is_call_of(self, call: &ExprCall, function: &str) -> bool {
        self.name_of(&call.func).is_some_and(|name| name.as_str() == function)
    }

    // -------------------------------------------------------------------------------------------- random input

    fn random_loop(self, repeated: &StmtFor) -> Option<RandomLoop> {
        let is_range = |call: &ExprCall| self.is_call_of(call, "builtins.range");
        if !self.in_function || !repeated.iter.as_call_expr().is_some_and(is_range) {
            return None;
        }
        let (mut draw, mut assertion) = (None, None);
        search(&repeated.body, &mut |node| match node {
            Node::Stmt(Stmt::Assert(assert)) if assertion.is_none() => assertion = Some(extent(assert)),
            Node::Expr(Expr::Call(call)) if draw.is_none() => {
                let is_random = |name: &Dotted| {
                    let name = name.as_str();
                    let function = name.strip_prefix("numpy.").unwrap_or(name).strip_prefix("random.");
                    function.is_some_and(|function| !function.contains('.') && function.starts_with(char::is_lowercase))
                };
                draw = self.name_of(&call.func).filter(is_random).map(|name| ((&name).into(), extent(&*call.func)));
            }
            _ => {}
        });
        let at = extent(TextRange::new(repeated.start(), repeated.iter.end()));
        let times = repeated.iter.as_call_expr().map(|call| &*call.arguments.args);
        let rounds = if let Some([times]) = times { literal(times).and_then(|times| times.parse().ok()) } else { None };
        Some(RandomLoop { at, rounds, draw: draw?, assertion: assertion? })
    }

    // -------------------------------------------------------------------------------------------- tests

    fn patch(self, call: &ExprCall, callee: &[Value]) -> Option<Patch> {
        let (first, second) = (call.arguments.args.first(), call.arguments.args.get(1));
        // What is replaced is named by a string.
        if ![first, second].into_iter().flatten().any(Expr::is_string_literal_expr) {
            return None;
        }
        let text = |expr: Option<&Expr>| Some(expr?.as_string_literal_expr()?.value.to_str().to_owned());
        let member = || {
            let (object, name) = (first?, second?);
            let target = format!("{}.{}", self.name_of(object)?.as_str(), text(second)?);
            Some((target, extent(TextRange::new(object.start(), name.end()))))
        };
        let path = || Some((text(first)?, extent(first?)));
        let (target, at) = match replacer(&call.func, callee)? {
            Replacer::Path => path(),
            Replacer::Member => member(),
            Replacer::Either => member().or_else(path),
        }?;
        let fails = call.arguments.find_keyword("side_effect").is_some();
        Some(Patch { target, at, fails })
    }

    /// What `pytestmark` holds in a block.
    fn marks(self, block: &[Stmt]) -> Vec<ArgumentValue> {
        let values = block.iter().flat_map(assigned).filter(|(name, _)| *name == "pytestmark");
        values.flat_map(|(_, value)| value.map_or(vec![ArgumentValue::Unknown], |value| self.mark(value))).collect()
    }

    /// The names of a mark, or of several in a list.
    fn mark(self, expr: &Expr) -> Vec<ArgumentValue> {
        match expr {
            Expr::List(list) => list.elts.iter().map(|mark| self.decorator(mark)).collect(),
            Expr::Tuple(tuple) => tuple.elts.iter().map(|mark| self.decorator(mark)).collect(),
            one => vec![self.decorator(one)],
        }
    }

    fn decorator(self, expr: &Expr) -> ArgumentValue {
        let named = if let Expr::Call(call) = expr { &*call.func } else { expr };
        self.name_of(named).map_or(ArgumentValue::Unknown, |name| ArgumentValue::Names(vec![(&name).into()]))
    }

    /// Notes the tests of a block of the module or of a class, with the marks that hold for all of them.
    fn tests(
        self,
        block: &[Stmt],
        marks: &[ArgumentValue],
        class: Option<&StmtClassDef>,
        depth: u32,
        out: &mut Vec<Test>,
    ) {
        if depth > MAX_STEPS {
            return;
        }
        for statement in block {
            match statement {
                Stmt::FunctionDef(function) if function.name.as_str().starts_with("test") => {
                    out.push(self.test(function, marks, class));
                }
                Stmt::ClassDef(inner) if inner.name.as_str().starts_with("Test") => {
                    let mut within: Vec<ArgumentValue> =
                        inner.decorator_list.iter().map(|decorator| self.decorator(&decorator.expression)).collect();
                    within.extend(self.marks(&inner.body));
                    within.extend(marks.iter().cloned());
                    self.tests(&inner.body, &within, Some(inner), depth + 1, out);
                }
                Stmt::If(choice) => {
                    self.tests(&choice.body, marks, class, depth + 1, out);
                    for clause in &choice.elif_else_clauses {
                        self.tests(&clause.body, marks, class, depth + 1, out);
                    }
                }
                Stmt::Try(attempt) => self.tests(&attempt.body, marks, class, depth + 1, out),
                _ => {}
            }
        }
    }

    fn test(self, function: &StmtFunctionDef, marks: &[ArgumentValue], class: Option<&StmtClassDef>) -> Test {
        let mut decorators: Vec<ArgumentValue> =
            function.decorator_list.iter().map(|decorator| self.decorator(&decorator.expression)).collect();
        decorators.extend(marks.iter().cloned());
        let derives = |class: &StmtClassDef| {
            class.arguments.as_ref().is_some_and(|arguments| {
                !arguments.keywords.is_empty() || arguments.args.iter().any(|base| !is_name(base, "object"))
            })
        };
        Test {
            name: function.name.as_str().to_owned(),
            at: extent(&function.name),
            is_async: function.is_async,
            is_generator: self.resolver.scopes.is_generator(function),
            parameters: function.parameters.iter().map(|parameter| parameter.name().as_str().to_owned()).collect(),
            decorators,
            in_derived_class: class.is_some_and(derives),
        }
    }
}

// ------------------------------------------------------------------------------------------------ rows of data frames

fn row_loop(repeated: &StmtFor) -> Option<RowLoop> {
    let at = iterrows(&repeated.iter)?;
    let Expr::Tuple(pair) = &*repeated.target else { return None };
    let frame = repeated.iter.as_call_expr()?.func.as_attribute_expr()?.value.as_name_expr();
    let row = pair.elts.get(1).and_then(Expr::as_name_expr);
    let simple = row.and_then(|row| {
        let row = row.id.as_str();
        let [statement] = &*repeated.body else { return None };
        match statement {
            // `frame.at[index, "total"] = row["price"] * row["count"]`
            Stmt::Assign(assign) => {
                let [Expr::Subscript(target)] = &*assign.targets else { return None };
                let accessor = target.value.as_attribute_expr()?;
                let is_accessor = matches!(accessor.attr.as_str(), "at" | "loc");
                let same = accessor.value.as_name_expr()?.id == frame?.id;
                (is_accessor && same && is_of_columns(&assign.value, row, 0)).then(|| extent(statement))
            }
            // `total += row["price"] * row["count"]`
            Stmt::AugAssign(sum) => {
                (sum.target.is_name_expr() && is_of_columns(&sum.value, row, 0)).then(|| extent(statement))
            }
            _ => None,
        }
    });
    let by_name = row.is_some_and(|row| reads_columns(&repeated.body, row.id.as_str()));
    Some(RowLoop { kind: RowLoopKind::IterRows, at, simple, by_name })
}

fn row_call(call: &ExprCall) -> Option<RowLoop> {
    let method = call.func.as_attribute_expr().filter(|method| method.attr.as_str() == "apply")?;
    let axis = call.arguments.find_keyword("axis")?;
    let by_row = match &axis.value {
        Expr::NumberLiteral(_) => literal(&axis.value).is_some_and(|number| number == "1"),
        Expr::StringLiteral(text) => text.value.to_str() == "columns",
        _ => false,
    };
    let function = by_row.then(|| call.arguments.args.first()).flatten()?;
    let simple = function.as_lambda_expr().and_then(|lambda| {
        let mut parameters = lambda.parameters.as_ref()?.iter();
        let (Some(row), None) = (parameters.next(), parameters.next()) else { return None };
        is_of_columns(&lambda.body, row.name().as_str(), 0).then(|| extent(&*lambda.body))
    });
    Some(RowLoop { kind: RowLoopKind::Apply, at: extent(&method.attr), simple, by_name: false })
}

// ------------------------------------------------------------------------------------------------ shapes

/// The one name that something can be.
fn only_name(values: &[Value]) -> Option<&Dotted> {
    if let [Value::Named(name)] = values { Some(name) } else { None }
}

/// How a function that replaces something takes what it replaces.
#[derive(Debug, Clone, Copy)]
enum Replacer {
    /// As a dotted path.
    Path,
    /// As an object and the name of its member.
    Member,
    /// As either.
    Either,
}

/// How a function takes what it replaces, where it is one that does so for a test.
fn replacer(func: &Expr, callee: &[Value]) -> Option<Replacer> {
    if let Expr::Attribute(method) = func {
        let of_mocker = |expr: &Expr| expr.as_name_expr().is_some_and(|name| name.id.as_str().ends_with("mocker"));
        let of_monkeypatch = |expr: &Expr| is_name(expr, "monkeypatch") || is_name(expr, "mp");
        match method.attr.as_str() {
            "patch" if of_mocker(&method.value) => return Some(Replacer::Path),
            "object" => {
                let patch = method.value.as_attribute_expr();
                if patch.is_some_and(|p| p.attr.as_str() == "patch" && of_mocker(&p.value)) {
                    return Some(Replacer::Member);
                }
            }
            "setattr" if of_monkeypatch(&method.value) => return Some(Replacer::Either),
            _ => {}
        }
    }
    match only_name(callee)?.as_str() {
        "unittest.mock.patch" | "mock.patch" | "mock.mock.patch" => Some(Replacer::Path),
        "unittest.mock.patch.object" | "mock.patch.object" | "mock.mock.patch.object" => Some(Replacer::Member),
        _ => None,
    }
}

/// The names that a statement assigns, with what they are given where that is one value for one name.
fn assigned(statement: &Stmt) -> Vec<(&str, Option<&Expr>)> {
    match statement {
        Stmt::Assign(assign) => {
            let names = assign.targets.iter().filter_map(|target| Some(target.as_name_expr()?.id.as_str()));
            names.map(|name| (name, Some(&*assign.value))).collect()
        }
        Stmt::AnnAssign(assign) => {
            let name = assign.target.as_name_expr().map(|name| name.id.as_str());
            name.map(|name| (name, assign.value.as_deref())).into_iter().collect()
        }
        Stmt::AugAssign(change) => {
            change.target.as_name_expr().map(|name| (name.id.as_str(), None)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn is_name(expr: &Expr, wanted: &str) -> bool {
    expr.as_name_expr().is_some_and(|name| name.id.as_str() == wanted)
}

/// The name `iterrows` in a call of it.
fn iterrows(iter: &Expr) -> Option<Extent> {
    let call = iter.as_call_expr().filter(|call| call.arguments.is_empty())?;
    let method = call.func.as_attribute_expr().filter(|method| method.attr.as_str() == "iterrows")?;
    Some(extent(&method.attr))
}

/// Whether an expression is made of columns of `row`, constants and operators alone, so that it can be written for whole
/// columns.
fn is_of_columns(expr: &Expr, row: &str, depth: u32) -> bool {
    fn parts(expr: &Expr, row: &str, depth: u32, columns: &mut usize) -> bool {
        if depth > MAX_STEPS {
            return false;
        }
        let mut is = |part: &Expr| parts(part, row, depth + 1, columns);
        match expr {
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BooleanLiteral(_) => true,
            Expr::Subscript(subscript) if is_name(&subscript.value, row) => {
                *columns += 1;
                subscript.slice.is_string_literal_expr()
            }
            Expr::BinOp(operation) => is(&operation.left) && is(&operation.right),
            Expr::UnaryOp(operation) => is(&operation.operand),
            Expr::Compare(compare) => is(&compare.left) && compare.comparators.iter().all(is),
            _ => false,
        }
    }
    let mut columns = 0;
    parts(expr, row, depth, &mut columns) && columns > 0
}

/// The one `try` with handlers of a loop's body, perhaps within `with`, and what stands before and after it there.
fn only_try(body: &[Stmt], depth: u32) -> Option<(&[Stmt], &StmtTry, &[Stmt])> {
    let is_try = |statement: &Stmt| statement.as_try_stmt().is_some_and(|attempt| !attempt.handlers.is_empty());
    let mut tries = body.iter().enumerate().filter(|(_, statement)| is_try(statement));
    match (tries.next(), tries.next()) {
        (Some((at, statement)), None) => {
            Some((body.get(..at)?, statement.as_try_stmt()?, body.get(at + 1..).unwrap_or_default()))
        }
        (None, None) if depth < 2 => {
            let mut blocks = body.iter().filter_map(Stmt::as_with_stmt);
            let (Some(with), None) = (blocks.next(), blocks.next()) else { return None };
            only_try(&with.body, depth + 1)
        }
        _ => None,
    }
}

/// Whether `row` is nothing but read in a block, column by column, by names that attributes can have.
fn reads_columns(block: &[Stmt], row: &str) -> bool {
    let (mut names, mut columns, mut lambdas) = (0, 0, false);
    search(block, &mut |node| match node {
        Node::Expr(Expr::Name(name)) => names += usize::from(name.id.as_str() == row),
        Node::Expr(Expr::Subscript(subscript)) if is_name(&subscript.value, row) && subscript.ctx.is_load() => {
            let is_word = |text: &str| {
                text.starts_with(|c: char| c.is_ascii_alphabetic())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            };
            let key = subscript.slice.as_string_literal_expr();
            columns += usize::from(key.is_some_and(|key| is_word(key.value.to_str())));
        }
        Node::Expr(Expr::Lambda(_)) => lambdas = true,
        _ => {}
    });
    columns > 0 && names == columns && !lambdas
}

/// Whether a block gives `name` to something else than what writes a log.
fn passes(block: &[Stmt], name: &str) -> bool {
    const LOGS: &[&str] = &["debug", "info", "warning", "warn", "error", "exception", "log", "print", "write"];
    let mut found = false;
    search(block, &mut |node| {
        let Node::Expr(Expr::Call(call)) = node else { return };
        let logs = match &*call.func {
            Expr::Attribute(method) => LOGS.contains(&method.attr.as_str()),
            Expr::Name(function) => LOGS.contains(&function.id.as_str()),
            _ => false,
        };
        let values = || call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        for value in values().filter(|_| !logs) {
            search_expr(value, &mut |node| found |= matches!(node, Node::Expr(part) if is_name(part, name)));
        }
    });
    found
}

/// Whether a condition in a block looks at `name`.
fn decides_by(block: &[Stmt], name: &str) -> bool {
    let mut found = false;
    search(block, &mut |node| {
        if let Node::Stmt(Stmt::If(choice)) = node {
            let clauses = choice.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref());
            for test in std::iter::once(&*choice.test).chain(clauses) {
                search_expr(test, &mut |node| found |= matches!(node, Node::Expr(part) if is_name(part, name)));
            }
        }
    });
    found
}

/// Whether a condition asks how the module is run.
fn tests_name(test: &Expr) -> bool {
    test.as_compare_expr().is_some_and(|test| is_name(&test.left, "__name__"))
}

/// How many calls of something else than its own functions a module makes that has no branch, loop, class or handling of
/// errors, but for the test whether it is run as a program.
fn straight_calls(body: &[Stmt]) -> Option<usize> {
    fn is_straight(block: &[Stmt], depth: u32) -> bool {
        depth < 4
            && block.iter().all(|statement| match statement {
                Stmt::Import(_)
                | Stmt::ImportFrom(_)
                | Stmt::Assign(_)
                | Stmt::AnnAssign(_)
                | Stmt::Expr(_)
                | Stmt::Return(_)
                | Stmt::Global(_)
                | Stmt::Pass(_) => true,
                Stmt::FunctionDef(function) => !function.is_async && is_straight(&function.body, depth + 1),
                Stmt::If(main) => {
                    tests_name(&main.test) && main.elif_else_clauses.is_empty() && is_straight(&main.body, depth + 1)
                }
                _ => false,
            })
    }
    if !is_straight(body, 0) {
        return None;
    }
    let own: Vec<&str> =
        body.iter().filter_map(|statement| Some(statement.as_function_def_stmt()?.name.as_str())).collect();
    let mut calls = 0;
    let mut count = |node: Node<'_>| {
        if let Node::Expr(Expr::Call(call)) = node {
            calls += usize::from(!own.iter().any(|name| is_name(&call.func, name)));
        }
    };
    for statement in body {
        match statement {
            Stmt::FunctionDef(function) => search(&function.body, &mut count),
            other => search(std::slice::from_ref(other), &mut count),
        }
    }
    Some(calls)
}

// ------------------------------------------------------------------------------------------------ looking below a statement

/// What is met below a statement.
#[derive(Clone, Copy)]
enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
}

/// Meets what stands in a block, in the order of the text, but not in the functions, lambdas and classes within it, and not too deep.
fn search<'a>(block: &'a [Stmt], meet: &mut impl FnMut(Node<'a>)) {
    search_outside(block, &|_| false, meet);
}

/// The same, but not in the statements that are `left`.
fn search_outside<'a>(block: &'a [Stmt], left: &dyn Fn(&Stmt) -> bool, meet: &mut impl FnMut(Node<'a>)) {
    Search { meet, left, depth: 0 }.visit_body(block);
}

/// The same for an expression.
fn search_expr<'a>(expr: &'a Expr, meet: &mut impl FnMut(Node<'a>)) {
    Search { meet, left: &|_| false, depth: 0 }.visit_expr(expr);
}

struct Search<'m, F> {
    meet: &'m mut F,
    left: &'m dyn Fn(&Stmt) -> bool,
    depth: u32,
}

impl<'a, F: FnMut(Node<'a>)> Visitor<'a> for Search<'_, F> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        (self.meet)(Node::Stmt(statement));
        let is_left = matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) || (self.left)(statement);
        if self.depth < MAX_DEPTH && !is_left {
            self.depth += 1;
            visitor::walk_stmt(self, statement);
            self.depth -= 1;
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        (self.meet)(Node::Expr(expr));
        if self.depth < MAX_DEPTH && !expr.is_lambda_expr() {
            self.depth += 1;
            visitor::walk_expr(self, expr);
            self.depth -= 1;
        }
    }

    fn visit_pattern(&mut self, _pattern: &'a Pattern) {}
}

#[cfg(test)]
mod tests {
    use crate::python::idioms::Idioms;
    use crate::python::parse::parse;

    fn idioms(text: &str) -> Idioms {
        let uses = parse(text);
        assert_eq!(uses.problems, [], "{text}");
        uses.idioms
    }

    #[test]
    fn retries() {
        let head = "import time, requests\nfrom requests import get\n";
        for (body, expected) in [
            ("for n in range(3):\n  try:\n    return get(u)\n  except E:\n    time.sleep(1)", Some("requests.get 3")),
            (
                "for n in range(3):\n  try:\n    r = get(u)\n  except E:\n    if n == 2: raise\n    time.sleep(2 ** n)\n  else:\n    break",
                Some("requests.get 3 grows"),
            ),
            (
                "for n in range(k):\n  try:\n    r = get(u)\n    break\n  except E:\n    pass\n  time.sleep(1)",
                Some("requests.get ?"),
            ),
            (
                "n = 0\nwhile n < 5:\n  try:\n    return get(u)\n  except E:\n    n += 1\n    time.sleep(1)",
                Some("requests.get ?"),
            ),
            (
                "n = 0\nwhile True:\n  try:\n    return get(u)\n  except E:\n    n += 1\n    if n > 5: raise\n    time.sleep(1)",
                Some("requests.get ?"),
            ),
            // No pause, no counter, no end after success, no second try.
            ("for n in range(3):\n  try:\n    return get(u)\n  except E:\n    pass", None),
            ("while True:\n  try:\n    return get(u)\n  except E:\n    time.sleep(1)", None),
            ("for n in range(3):\n  try:\n    get(u)\n  except E:\n    time.sleep(1)", None),
            ("for n in range(3):\n  try:\n    return get(u)\n  except E:\n    time.sleep(1)\n    raise", None),
            // Another port each time, a pause in a loop within.
            ("for n in range(3):\n  try:\n    return get(n)\n  except E:\n    time.sleep(1)", None),
            ("for n in range(3):\n  try:\n    return get(u)\n  except E:\n    while p():\n      time.sleep(1)", None),
            // A poll, and something for each element.
            (
                "for n in range(3):\n  try:\n    r = get(u)\n    if r.ok: break\n  except E:\n    pass\n  time.sleep(1)",
                None,
            ),
            ("for u in urls:\n  try:\n    return get(u)\n  except E:\n    time.sleep(1)", None),
        ] {
            let body = body.replace('\n', "\n  ");
            let found = idioms(&format!("{head}def f():\n  {body}\n"));
            let shown = found.retry_loops.first().map(|retry| {
                let calls: Vec<&str> = retry.calls.iter().map(|(name, _)| name.as_str()).collect();
                let attempts = retry.attempts.as_deref().unwrap_or("?");
                format!("{} {attempts}{}", calls.join(" "), if retry.grows { " grows" } else { "" })
            });
            assert_eq!(shown.as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn arguments() {
        for (text, expected) in [
            (
                "import sys\nif sys.argv[1] == 'build': pass\nelif sys.argv[1] in ('-h', '--help'): pass",
                "build -h --help",
            ),
            ("from sys import argv\nif '--fast' in argv: pass", "--fast"),
            (
                "import sys\ndef main():\n  args = sys.argv[1:]\n  while args:\n    a = args.pop(0)\n    if a == '-v': pass",
                "-v",
            ),
            ("import sys\nfor a in sys.argv[1:]:\n  if a.startswith('--level='): pass", "--level="),
            ("import sys\nfor n, a in enumerate(sys.argv):\n  if a == '-x': pass", "-x"),
            (
                "import sys\nmatch sys.argv[1:]:\n  case ['add', name]: pass\n  case ['rm' | 'del', *_]: pass",
                "add rm del",
            ),
            ("def main(argv):\n  if argv[0] == 'go': pass", "go"),
            ("import sys\nx = sys.argv[1] if len(sys.argv) > 1 else 'a'\nif x == 'on': pass", "on"),
            ("import sys\nif __name__ == '__main__': main(sys.argv)\nif x == 'y1': pass", ""),
            ("args = 1\nif args == 'build': pass", ""),
        ] {
            let words: Vec<String> = idioms(text).argument_words.into_iter().map(|word| word.word).collect();
            assert_eq!(words.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn patches() {
        for (text, expected) in [
            ("from unittest.mock import patch\n@patch('a.requests.get')\ndef test_a(m): pass", "a.requests.get"),
            ("from unittest import mock\nwith mock.patch('a.b', side_effect=E): pass", "a.b!"),
            (
                "import requests\nfrom unittest.mock import patch\npatch.object(requests.Session, 'get')",
                "requests.Session.get",
            ),
            ("def test_a(mocker): mocker.patch('a.b')", "a.b"),
            ("import httpx\ndef test_a(mocker): mocker.patch.object(httpx, 'get')", "httpx.get"),
            ("import requests\ndef test_a(monkeypatch): monkeypatch.setattr(requests, 'get', f)", "requests.get"),
            ("def test_a(monkeypatch): monkeypatch.setattr('a.b', f)", "a.b"),
            ("def test_a(client): client.patch('/a/b')", ""),
            ("def patch(x): pass\npatch('a.b')", ""),
        ] {
            let shown: Vec<String> = idioms(text)
                .patches
                .into_iter()
                .map(|patch| format!("{}{}", patch.target, if patch.fails { "!" } else { "" }))
                .collect();
            assert_eq!(shown.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn rows() {
        for (text, expected) in [
            ("for i, row in df.iterrows():\n  df.at[i, 'c'] = row['a'] * row['b']", "IterRows simple"),
            ("for i, row in df.iterrows():\n  total += row['a']", "IterRows simple"),
            ("for i, row in df.iterrows():\n  send(row['a'])", "IterRows"),
            ("for i, row in df.iterrows():\n  df.at[i, 'c'] = look_up(row['a'])", "IterRows"),
            ("x = [f(row) for _, row in df.iterrows()]", "IterRows"),
            ("df['c'] = df.apply(lambda r: r['a'] / r['b'], axis=1)", "Apply simple"),
            ("df.apply(f, axis=1)", "Apply"),
            ("df.apply(f)\ndf.apply(f, axis=0)", ""),
        ] {
            let shown: Vec<String> = idioms(text)
                .row_loops
                .into_iter()
                .map(|rows| format!("{:?}{}", rows.kind, if rows.simple.is_some() { " simple" } else { "" }))
                .collect();
            assert_eq!(shown.join(", "), expected, "{text}");
        }
    }

    #[test]
    fn random_input() {
        let text = "import random\ndef test_a():\n  for _ in range(100):\n    x = random.randint(0, 9)\n    assert f(x) == x\n";
        let found = idioms(text);
        assert_eq!(found.random_loops.len(), 1);
        assert_eq!(found.random_loops.first().map(|l| l.draw.0.as_str()), Some("random.randint"));
        assert_eq!(idioms("import random\ndef f():\n  for _ in range(9):\n    random.random()\n").random_loops, []);
    }

    #[test]
    fn tests_and_their_marks() {
        let text = "
import pytest
pytestmark = [pytest.mark.slow]
@pytest.mark.asyncio(loop_scope='module')
async def test_a(x): pass
class TestB:
  pytestmark = pytest.mark.trio
  @other
  async def test_c(self): yield 1
  def helper(self):
    def test_d(): pass
class TestE(Base):
  def test_f(self): pass
class Other:
  def test_g(self): pass
";
        let shown: Vec<String> = idioms(text)
            .tests
            .into_iter()
            .map(|test| {
                let marks: Vec<String> = test
                    .decorators
                    .iter()
                    .map(|mark| match mark {
                        crate::python::ArgumentValue::Names(names) => names.join("|"),
                        _ => "?".to_owned(),
                    })
                    .collect();
                format!("{}({}) {}", test.name, marks.join(", "), test.is_generator || test.in_derived_class)
            })
            .collect();
        let expected = [
            "test_a(pytest.mark.asyncio, pytest.mark.slow) false",
            "test_c(?, pytest.mark.trio, pytest.mark.slow) true",
            "test_f(pytest.mark.slow) true",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn scripts() {
        for (text, expected) in [
            ("import subprocess\nsubprocess.run(['a'])\n", Some(1)),
            (
                "import subprocess\ndef main():\n  subprocess.run(['a'])\n  b()\ndef b(): pass\nif __name__ == '__main__': main()\n",
                Some(1),
            ),
            ("for x in y: f(x)\n", None),
            ("def f():\n  if x: g()\n", None),
        ] {
            assert_eq!(idioms(text).straight_calls, expected, "{text}");
        }
    }
}
