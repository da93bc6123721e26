//! What an expression can be, as far as names tell.

use ruff_python_ast::{BoolOp, Decorator, Expr, ExprCall, ExprSubscript, Operator, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::builtins::is_builtin;
use super::results;
use super::scopes::{Binding, Bound, Entry, ScopeId, Scopes};

/// One thing that an expression can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Something with a dotted name (`yaml.load`, `builtins.open`, `requests.Session().get`), or `.Name` for a class
    /// of this file.
    Named(String),
    /// What a call of that gives, and where the call stands; nowhere for an object that was taken in, of which only the
    /// class is known.
    Made(String, Option<TextRange>),
    /// A function of this file that only gives something back, by its scope.
    Function(ScopeId),
    /// `None`.
    Nothing,
    /// Anything.
    Unknown,
}

impl Value {
    /// Whether both are the same sort of thing, wherever they are made.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Made(one, _), Self::Made(other, _)) => one == other,
            _ => self == other,
        }
    }
}

/// How many values are told apart.
const MOST_VALUES: usize = 8;

/// How long a dotted name may be; longer ones come from code that nobody wrote.
const LONGEST_NAME: usize = 160;

/// How many classes up an attribute is looked for.
const MOST_GENERATIONS: u32 = 3;

/// How many steps (parts of an expression, names assigned to names) are followed.
const MOST_STEPS: u32 = 64;

/// Says what expressions can be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver<'s, 'a> {
    pub(super) scopes: &'s Scopes<'a>,
}

impl<'a> Resolver<'_, 'a> {
    /// What `expr` can be, where it stands in `scope`; at least one value.
    pub(super) fn values(self, scope: ScopeId, expr: &Expr) -> Vec<Value> {
        self.expression(scope, expr, MOST_STEPS)
    }

    /// What binds the first name of `expr`.
    pub(super) fn bound_at(self, scope: ScopeId, mut expr: &Expr) -> Option<TextRange> {
        loop {
            expr = match expr {
                Expr::Attribute(attribute) => &attribute.value,
                Expr::Call(call) => &call.func,
                Expr::Name(name) => {
                    let Some((_, entry)) = self.scopes.find(scope, name.id.as_str()) else {
                        return self.star(name.id.as_str()).map(|(_, at)| at);
                    };
                    return at_run_time(entry).next().map(|bound| bound.at);
                }
                _ => return None,
            }
        }
    }

    /// Whether a name, or a chain of attributes of one, may lead to something imported: cheap, and right where it says no.
    pub(super) fn may_be_imported(self, scope: ScopeId, expr: &Expr) -> bool {
        let mut first = expr;
        while let Expr::Attribute(attribute) = first {
            first = &attribute.value;
        }
        let Expr::Name(name) = first else { return true };
        let Some((_, entry)) = self.scopes.find(scope, name.id.as_str()) else { return !self.scopes.stars.is_empty() };
        entry.bound.iter().any(|bound| match bound.binding {
            Binding::Parameter(None, _) | Binding::Class | Binding::Function(_) | Binding::Other => false,
            Binding::Receiver(_) => !expr.is_name_expr(),
            _ => true,
        })
    }

    fn expression(self, scope: ScopeId, expr: &Expr, steps: u32) -> Vec<Value> {
        let Some(steps) = steps.checked_sub(1) else { return vec![Value::Unknown] };
        match expr {
            Expr::Name(name) => self.name(scope, name.id.as_str(), steps),
            Expr::Attribute(attribute) => {
                let attr = attribute.attr.as_str();
                if let Expr::Name(object) = &*attribute.value
                    && let Some(class) = self.scopes.receiver(scope, object.id.as_str())
                {
                    return settle(self.own_attribute(class, attr, steps, MOST_GENERATIONS));
                }
                let values = self.expression(scope, &attribute.value, steps);
                if values == [Value::Unknown] { values } else { attribute_of(values, attr) }
            }
            Expr::Call(call) => self.getattr(scope, call, steps).unwrap_or_else(|| self.call(scope, call, steps)),
            Expr::If(choice) => {
                let mut values = self.expression(scope, &choice.body, steps);
                values.extend(self.expression(scope, &choice.orelse, steps));
                settle(values)
            }
            Expr::BoolOp(either) if either.op == BoolOp::Or && either.values.len() <= MOST_VALUES => {
                let mut values = Vec::new();
                for part in &either.values {
                    // What stands before an `or` is passed on only where it is something.
                    values.retain(|value| *value != Value::Nothing);
                    values.extend(self.expression(scope, part, steps));
                }
                settle(values)
            }
            Expr::Named(named) => self.expression(scope, &named.value, steps),
            Expr::NoneLiteral(_) => vec![Value::Nothing],
            _ => vec![Value::Unknown],
        }
    }

    fn call(self, scope: ScopeId, call: &ExprCall, steps: u32) -> Vec<Value> {
        let called = self.expression(scope, &call.func, steps);
        if called == [Value::Unknown] {
            return called;
        }
        let mut values = Vec::new();
        for value in called {
            match value {
                Value::Named(name) => {
                    let made = results::of(&name).filter(|_| !results::gives_several(&name, call)).map(str::to_owned);
                    let made = made.unwrap_or(name);
                    values.push(Value::Made(made, Some(call.range())));
                }
                Value::Function(function) => values.extend(self.returned(function, steps)),
                Value::Nothing => {}
                Value::Made(..) | Value::Unknown => values.push(Value::Unknown),
            }
        }
        settle(values)
    }

    /// What a function of this file gives back.
    fn returned(self, function: ScopeId, steps: u32) -> Vec<Value> {
        let Some(returned) = self.scopes.returned(function) else { return vec![Value::Unknown] };
        if let Some(values) = returned.values.get() {
            return values.clone();
        }
        if returned.is_generator || returned.exprs.len() > MOST_VALUES || returned.busy.replace(true) {
            return vec![Value::Unknown];
        }
        let values = returned.exprs.iter().flat_map(|back| match back {
            Some(back) => self.expression(function, back, steps),
            None => vec![Value::Nothing],
        });
        let values = settle(values.collect());
        returned.busy.set(false);
        let _ = returned.values.set(values.clone());
        values
    }

    /// What an attribute of the object of a class can be in the methods of that class: all that they and its body bind it
    /// to, and those of its bases in this file. What other modules do to it is not seen.
    fn own_attribute(self, class: ScopeId, attr: &str, steps: u32, left: u32) -> Vec<Value> {
        let Some(left) = left.checked_sub(1) else { return Vec::new() };
        if self.scopes.is_set_from_outside(attr) {
            return vec![Value::Unknown];
        }
        let bound = self.scopes.attribute(class, attr).into_iter().flatten();
        let mut values: Vec<Value> = bound.flat_map(|entry| self.entry(entry, false, steps)).collect();
        for value in &mut values {
            // A class that derives from this one may have its own method of that name.
            if matches!(value, Value::Function(_)) {
                *value = Value::Unknown;
            }
        }
        for base in self.scopes.bases(class) {
            values.extend(self.own_attribute(*base, attr, steps, left));
        }
        values
    }

    /// `getattr(yaml, "CSafeLoader", yaml.SafeLoader)` is one or the other.
    fn getattr(self, scope: ScopeId, call: &ExprCall, steps: u32) -> Option<Vec<Value>> {
        let ([object, Expr::StringLiteral(attr), rest @ ..], []) = (&*call.arguments.args, &*call.arguments.keywords)
        else {
            return None;
        };
        let Expr::Name(function) = &*call.func else { return None };
        if function.id.as_str() != "getattr" || rest.len() > 1 || self.scopes.find(scope, "getattr").is_some() {
            return None;
        }
        let attr = attr.value.to_str();
        if attr.is_empty() || !attr.chars().all(|letter| letter == '_' || letter.is_alphanumeric()) {
            return None;
        }
        let mut values = attribute_of(self.expression(scope, object, steps), attr);
        if let Some(default) = rest.first() {
            values.extend(self.expression(scope, default, steps));
        }
        Some(settle(values))
    }

    fn name(self, scope: ScopeId, name: &str, steps: u32) -> Vec<Value> {
        let Some((_, entry)) = self.scopes.find(scope, name) else {
            return vec![if let Some((module, _)) = self.star(name) {
                Value::Named(format!("{module}.{name}"))
            } else if is_builtin(name) && self.scopes.stars.is_empty() || name == "__file__" {
                Value::Named(format!("builtins.{name}"))
            } else {
                Value::Unknown
            }];
        };
        let mut values = self.entry(entry, true, steps);
        // `try: input = raw_input` leaves the built-in one where it fails.
        if is_builtin(name) && at_run_time(entry).all(|bound| bound.conditional) {
            values.push(Value::Named(format!("builtins.{name}")));
            return settle(values);
        }
        values
    }

    /// All that a name is bound to: a variable, or an attribute of an object.
    fn entry(self, entry: &Entry<'a>, is_variable: bool, steps: u32) -> Vec<Value> {
        if let Some(values) = entry.values.get() {
            return values.clone();
        }
        if entry.busy.replace(true) {
            return entry.assumed.get().cloned().unwrap_or_else(|| vec![Value::Unknown]);
        }
        let (further, first): (Vec<_>, Vec<_>) = at_run_time(entry).partition(|bound| is_variable && bound.goes_on());
        let mut values: Vec<_> = first.into_iter().flat_map(|bound| self.binding(bound, steps)).collect();
        if !further.is_empty() {
            // What is made of it by its own methods must be the same sort of thing.
            values = settle(values);
            let _ = entry.assumed.set(values.clone());
            values.extend(further.into_iter().flat_map(|bound| self.binding(bound, steps)));
            let before = entry.assumed.get().map(Vec::as_slice).unwrap_or_default();
            if !values.iter().all(|value| before.iter().any(|first| first.is_like(value))) {
                values = vec![Value::Unknown];
            }
        }
        let values = settle(values);
        entry.busy.set(false);
        let _ = entry.values.set(values.clone());
        values
    }

    fn binding(self, bound: &Bound<'a>, steps: u32) -> Vec<Value> {
        vec![match bound.binding {
            Binding::Module(module) => Value::Named(module.to_owned()),
            Binding::From { module, name } => Value::Named(format!("{module}.{name}")),
            Binding::Class => Value::Named(format!(".{}", bound.name)),
            Binding::Assigned(value, scope) => return self.expression(scope, value, steps),
            Binding::Entered(value, scope) => return self.entered(scope, value, steps),
            Binding::Parameter(Some(annotation), scope) => return self.taken(scope, annotation, steps),
            Binding::Function(function) if only_gives_back(function) => {
                self.scopes.of_function(function).map_or(Value::Unknown, Value::Function)
            }
            Binding::Parameter(None, _) | Binding::Receiver(_) | Binding::Function(_) | Binding::Other => {
                Value::Unknown
            }
        }]
    }

    /// What `with value as name` binds: the object that is made there, since nearly all give themselves; and what
    /// `contextlib.closing` closes.
    fn entered(self, scope: ScopeId, value: &Expr, steps: u32) -> Vec<Value> {
        let entered = self.expression(scope, value, steps);
        let is_closing = |value: &Value| matches!(value, Value::Made(name, _) if matches!(name.as_str(), "contextlib.closing" | "contextlib.aclosing"));
        if entered.iter().any(is_closing) {
            let Expr::Call(call) = value else { return vec![Value::Unknown] };
            return call.arguments.args.first().map_or_else(
                || vec![Value::Unknown],
                |closed| self.expression(scope, closed, steps.saturating_sub(1)),
            );
        }
        each(entered, |value| Some(if matches!(value, Value::Made(..)) { value } else { Value::Unknown }))
    }

    /// An object of the classes that an annotation names: of this file, or of others.
    fn taken(self, scope: ScopeId, annotation: &Expr, steps: u32) -> Vec<Value> {
        each(self.annotation(scope, annotation, steps), |value| match value {
            Value::Named(name) if name.starts_with('.') || !is_general(&name) => Some(Value::Made(name, None)),
            Value::Nothing => Some(Value::Nothing),
            _ => Some(Value::Unknown),
        })
    }

    /// The classes that an annotation names ([`Value::Named`]).
    pub(super) fn annotated(self, scope: ScopeId, annotation: &Expr) -> Vec<Value> {
        self.annotation(scope, annotation, MOST_STEPS)
    }

    fn annotation(self, scope: ScopeId, annotation: &Expr, steps: u32) -> Vec<Value> {
        let Some(steps) = steps.checked_sub(1) else { return vec![Value::Unknown] };
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => self.expression(scope, annotation, steps),
            Expr::NoneLiteral(_) => vec![Value::Nothing],
            Expr::BinOp(either) if either.op == Operator::BitOr => {
                let mut values = self.annotation(scope, &either.left, steps);
                values.extend(self.annotation(scope, &either.right, steps));
                settle(values)
            }
            Expr::Subscript(subscript) => self.special_form(scope, subscript, steps),
            // A forward reference (PEP 484).
            Expr::StringLiteral(text) => {
                let mut parts = text.value.to_str().split('.');
                let first = parts.next().filter(|first| is_identifier(first));
                first.map_or_else(
                    || vec![Value::Unknown],
                    |first| {
                        parts.fold(self.name(scope, first, steps), |values, part| {
                            if is_identifier(part) { attribute_of(values, part) } else { vec![Value::Unknown] }
                        })
                    },
                )
            }
            _ => vec![Value::Unknown],
        }
    }

    /// `Optional[X]`, `Union[X, Y]`, `Annotated[X, …]`, or a class with parameters.
    fn special_form(self, scope: ScopeId, subscript: &ExprSubscript, steps: u32) -> Vec<Value> {
        let form = self.expression(scope, &subscript.value, steps);
        let [Value::Named(name)] = form.as_slice() else { return vec![Value::Unknown] };
        let inner = &*subscript.slice;
        let parts = if let Expr::Tuple(parts) = inner { &parts.elts } else { std::slice::from_ref(inner) };
        let typing = name.strip_prefix("typing.").or_else(|| name.strip_prefix("typing_extensions."));
        let counted = match typing {
            Some("Optional" | "Union") => parts.len().min(MOST_VALUES),
            Some("Annotated" | "Final" | "ClassVar" | "Required" | "NotRequired") => 1,
            _ if is_general(name) => return vec![Value::Unknown],
            _ => return form,
        };
        settle(parts.iter().take(counted).flat_map(|part| self.annotation(scope, part, steps)).collect())
    }

    /// The module that a name comes from which nothing binds: that of the only star import.
    fn star(self, name: &str) -> Option<(&'a str, TextRange)> {
        match self.scopes.stars.as_slice() {
            &[(module, at)] if !module.is_empty() && !is_builtin(name) && !name.starts_with('_') => Some((module, at)),
            _ => None,
        }
    }
}

/// The bindings that count when the code runs: what stands under `TYPE_CHECKING` does only where nothing else is.
fn at_run_time<'e, 'a>(entry: &'e Entry<'a>) -> impl Iterator<Item = &'e Bound<'a>> {
    let typed = entry.bound.iter().all(|bound| bound.type_checking);
    entry.bound.iter().filter(move |bound| typed || !bound.type_checking)
}

/// Whether calling a function does nothing more for its caller than what it gives back.
fn only_gives_back(function: &StmtFunctionDef) -> bool {
    let keeps = |decorator: &Decorator| {
        let decorator = if let Expr::Call(call) = &decorator.expression { &*call.func } else { &decorator.expression };
        let name = match decorator {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        matches!(name, "cache" | "lru_cache" | "staticmethod")
    };
    !function.is_async && function.decorator_list.iter().all(keeps)
}

/// Whether a name is one of the language itself: nothing follows for what has it as its class.
fn is_general(class: &str) -> bool {
    class.starts_with('.') || matches!(class.split('.').next(), Some("builtins" | "typing" | "typing_extensions"))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
}

/// The attribute `attr` of one of `values`. `None` has none that matters.
fn attribute_of(values: Vec<Value>, attr: &str) -> Vec<Value> {
    each(values, |value| match value {
        Value::Named(name) => Some(dotted(&name, attr)),
        Value::Made(name, _) => Some(dotted(&format!("{name}()"), attr)),
        Value::Nothing => None,
        Value::Function(_) | Value::Unknown => Some(Value::Unknown),
    })
}

fn dotted(name: &str, attr: &str) -> Value {
    if name.len() + attr.len() < LONGEST_NAME { Value::Named(format!("{name}.{attr}")) } else { Value::Unknown }
}

fn each(values: Vec<Value>, change: impl FnMut(Value) -> Option<Value>) -> Vec<Value> {
    settle(values.into_iter().filter_map(change).collect())
}

/// The same values once each; one [`Value::Unknown`] for none, for many, and where one is unknown.
fn settle(values: Vec<Value>) -> Vec<Value> {
    let mut settled: Vec<Value> = Vec::with_capacity(values.len().min(MOST_VALUES));
    for value in values {
        if value == Value::Unknown || settled.len() == MOST_VALUES {
            return vec![Value::Unknown];
        }
        if !settled.contains(&value) {
            settled.push(value);
        }
    }
    if settled.is_empty() { vec![Value::Unknown] } else { settled }
}
