//! What an expression can be, as far as names tell.

use ruff_python_ast::{BoolOp, Expr, ExprCall};
use ruff_text_size::TextRange;

use super::builtins::is_builtin;
use super::results;
use super::scopes::{Binding, Bound, Entry, ScopeId, Scopes};

/// One thing that an expression can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Something with a dotted name (`yaml.load`, `builtins.open`, `requests.Session().get`), or `.Name` for a class
    /// of this file.
    Named(String),
    /// What a call of that gives.
    Made(String),
    /// `None`.
    Nothing,
    /// Anything.
    Unknown,
}

/// How many values are told apart.
const MOST_VALUES: usize = 8;

/// How long a dotted name may be; longer ones come from code that nobody wrote.
const LONGEST_NAME: usize = 160;

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

    fn expression(self, scope: ScopeId, expr: &Expr, steps: u32) -> Vec<Value> {
        let Some(steps) = steps.checked_sub(1) else { return vec![Value::Unknown] };
        match expr {
            Expr::Name(name) => self.name(scope, name.id.as_str(), steps),
            Expr::Attribute(attribute) => {
                let attr = attribute.attr.as_str();
                attribute_of(self.expression(scope, &attribute.value, steps), attr)
            }
            Expr::Call(call) => match self.getattr(scope, call, steps) {
                Some(values) => values,
                None => each(self.expression(scope, &call.func, steps), |value| match value {
                    Value::Named(name) => Some(Value::Made(results::of(&name).map_or(name, str::to_owned))),
                    Value::Nothing => None,
                    Value::Made(_) | Value::Unknown => Some(Value::Unknown),
                }),
            },
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
            } else if is_builtin(name) && self.scopes.stars.is_empty() {
                Value::Named(format!("builtins.{name}"))
            } else {
                Value::Unknown
            }];
        };
        if let Some(values) = entry.values.get() {
            return values.clone();
        }
        if entry.busy.replace(true) {
            return entry.assumed.get().cloned().unwrap_or_else(|| vec![Value::Unknown]);
        }
        let (further, first): (Vec<_>, Vec<_>) = at_run_time(entry).partition(|bound| bound.goes_on());
        let mut values: Vec<_> = first.into_iter().flat_map(|bound| self.binding(bound, steps)).collect();
        if !further.is_empty() {
            // What is made of it by its own methods must be the same sort of thing.
            values = settle(values);
            let _ = entry.assumed.set(values.clone());
            values.extend(further.into_iter().flat_map(|bound| self.binding(bound, steps)));
            let before = entry.assumed.get().map_or(0, Vec::len);
            values = settle(values);
            if values.len() > before {
                values = vec![Value::Unknown];
            }
        }
        // `try: input = raw_input` leaves the built-in one where it fails.
        if is_builtin(name) && at_run_time(entry).all(|bound| bound.conditional) {
            values.push(Value::Named(format!("builtins.{name}")));
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
            Binding::Other => Value::Unknown,
        }]
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

/// The attribute `attr` of one of `values`. `None` has none that matters.
fn attribute_of(values: Vec<Value>, attr: &str) -> Vec<Value> {
    each(values, |value| match value {
        Value::Named(name) => Some(dotted(&name, attr)),
        Value::Made(name) => Some(dotted(&format!("{name}()"), attr)),
        Value::Nothing => None,
        Value::Unknown => Some(Value::Unknown),
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
