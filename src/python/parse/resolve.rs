//! What an expression can be, as far as names tell.

use ruff_python_ast::{BoolOp, Decorator, Expr, ExprAttribute, ExprCall, ExprSubscript, Operator, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::builtins::is_builtin;
use super::dotted::Dotted;
use super::few::Few;
use super::results;
use super::scopes::{Binding, Bound, Entry, ScopeId, Scopes};

/// One thing that an expression can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Something with a dotted name (`yaml.load`, `builtins.open`, `requests.Session().get`), or `.Name` for a class
    /// of this file.
    Named(Dotted),
    /// What a call of that gives, and where the call stands; nowhere for an object that was taken in, of which only the
    /// class is known.
    Made(Dotted, Option<TextRange>),
    /// A function of this file that only gives something back, by its scope.
    Function(ScopeId),
    /// `None`.
    Nothing,
    /// Anything.
    Unknown,
}

/// All that an expression can be; once settled at least one value, and [`Value::Unknown`] alone.
pub(super) type Values = Few<Value>;

/// What can be anything.
const UNKNOWN: Values = Few::One(Value::Unknown);

impl Value {
    /// Whether both are the same sort of thing, wherever they are made.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Made(one, _), Self::Made(other, _)) => one == other,
            _ => self == other,
        }
    }

    /// What has a dotted name, or anything where that became too long.
    fn named(name: Option<Dotted>) -> Self {
        name.map_or(Self::Unknown, Self::Named)
    }
}

/// How many values are told apart.
const MOST_VALUES: usize = 8;

/// How many classes up an attribute is looked for.
const MOST_GENERATIONS: u32 = 3;

/// How many steps (parts of an expression, names assigned to names) are followed.
const MOST_STEPS: u32 = 64;

/// Says what expressions can be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver<'s, 'a> {
    pub(super) scopes: &'s Scopes<'a>,
    roots: &'s Roots,
}

/// Names of which those begin that no entry of a scope binds.
#[derive(Debug)]
pub(super) struct Roots {
    builtins: Dotted,
    /// The module of the only star import.
    star: Option<Dotted>,
}

impl Roots {
    pub(super) fn of(scopes: &Scopes<'_>) -> Self {
        let star = match scopes.stars.as_slice() {
            [(module, _)] if !module.is_empty() => Some(Dotted::new(*module)),
            _ => None,
        };
        Self { builtins: Dotted::new("builtins"), star }
    }
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn new(scopes: &'s Scopes<'a>, roots: &'s Roots) -> Self {
        Self { scopes, roots }
    }

    /// What `expr` can be, where it stands in `scope`; at least one value.
    pub(super) fn values(self, scope: ScopeId, expr: &Expr) -> Values {
        self.expression(scope, expr, MOST_STEPS)
    }

    /// What binds the first name of `expr`.
    pub(super) fn bound_at(self, scope: ScopeId, mut expr: &Expr) -> Option<TextRange> {
        loop {
            expr = match expr {
                Expr::Attribute(attribute) => &attribute.value,
                Expr::Call(call) => &call.func,
                Expr::Name(name) => {
                    let Some(entry) = self.scopes.find(scope, name.id.as_str()) else {
                        return self.star(name.id.as_str()).and(self.scopes.stars.first()).map(|(_, at)| *at);
                    };
                    return at_run_time(entry).next().map(|bound| bound.at);
                }
                _ => return None,
            }
        }
    }

    fn expression(self, scope: ScopeId, expr: &Expr, steps: u32) -> Values {
        let Some(steps) = steps.checked_sub(1) else { return UNKNOWN };
        match expr {
            Expr::Name(name) => self.name(scope, name.id.as_str(), steps),
            Expr::Attribute(attribute) => self.attribute(scope, attribute, steps),
            Expr::Call(call) => self.getattr(scope, call, steps).unwrap_or_else(|| self.call(scope, call, steps)),
            Expr::If(choice) => {
                let mut values = self.expression(scope, &choice.body, steps);
                values.append(self.expression(scope, &choice.orelse, steps));
                settle(values)
            }
            Expr::BoolOp(either) if either.op == BoolOp::Or && either.values.len() <= MOST_VALUES => {
                let mut values = Values::default();
                for part in &either.values {
                    // What stands before an `or` is passed on only where it is something.
                    values = without_nothing(&values);
                    values.append(self.expression(scope, part, steps));
                }
                settle(values)
            }
            Expr::Named(named) => self.expression(scope, &named.value, steps),
            Expr::NoneLiteral(_) => Few::One(Value::Nothing),
            _ => UNKNOWN,
        }
    }

    fn attribute(self, scope: ScopeId, attribute: &ExprAttribute, steps: u32) -> Values {
        let attr = attribute.attr.as_str();
        let values = if let Expr::Name(object) = &*attribute.value {
            let (name, entry) = (object.id.as_str(), self.scopes.find(scope, object.id.as_str()));
            if let Some(class) = entry.and_then(Entry::receiver) {
                return settle(self.own_attribute(class, attr, steps, MOST_GENERATIONS));
            }
            steps.checked_sub(1).map_or(UNKNOWN, |steps| self.bound_name(name, entry, steps))
        } else {
            self.expression(scope, &attribute.value, steps)
        };
        attribute_of(values, attr)
    }

    fn call(self, scope: ScopeId, call: &ExprCall, steps: u32) -> Values {
        let mut values = Values::default();
        for value in &*self.expression(scope, &call.func, steps) {
            match value {
                Value::Named(name) => {
                    let made = name.gives().filter(|_| !results::gives_several(name.as_str(), call));
                    values.push(Value::Made(made.unwrap_or(name).clone(), Some(call.range())));
                }
                Value::Function(function) => values.append(self.returned(*function, steps)),
                Value::Nothing => {}
                Value::Made(..) | Value::Unknown => values.push(Value::Unknown),
            }
        }
        settle(values)
    }

    /// What a function of this file gives back.
    fn returned(self, function: ScopeId, steps: u32) -> Values {
        let Some(returned) = self.scopes.returned(function) else { return UNKNOWN };
        if let Some(values) = returned.values.get() {
            return values.clone();
        }
        if returned.is_generator || returned.exprs.len() > MOST_VALUES || returned.busy.replace(true) {
            return UNKNOWN;
        }
        let mut values = Values::default();
        for back in &returned.exprs {
            values.append(back.map_or(Few::One(Value::Nothing), |back| self.expression(function, back, steps)));
        }
        let values = settle(values);
        returned.busy.set(false);
        let _ = returned.values.set(values.clone());
        values
    }

    /// What an attribute of the object of a class can be in the methods of that class: all that they and its body bind it
    /// to, and those of its bases in this file. What other modules do to it is not seen.
    fn own_attribute(self, class: ScopeId, attr: &str, steps: u32, left: u32) -> Values {
        let Some(left) = left.checked_sub(1) else { return Values::default() };
        if self.scopes.is_set_from_outside(attr) {
            return UNKNOWN;
        }
        let mut values = Values::default();
        for entry in self.scopes.attribute(class, attr).into_iter().flatten() {
            values.append(self.entry(entry, false, steps));
        }
        for value in values.as_mut_slice() {
            // A class that derives from this one may have its own method of that name.
            if matches!(value, Value::Function(_)) {
                *value = Value::Unknown;
            }
        }
        for base in self.scopes.bases(class) {
            values.append(self.own_attribute(*base, attr, steps, left));
        }
        values
    }

    /// `getattr(yaml, "CSafeLoader", yaml.SafeLoader)` is one or the other.
    fn getattr(self, scope: ScopeId, call: &ExprCall, steps: u32) -> Option<Values> {
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
            values.append(self.expression(scope, default, steps));
        }
        Some(settle(values))
    }

    fn name(self, scope: ScopeId, name: &str, steps: u32) -> Values {
        self.bound_name(name, self.scopes.find(scope, name), steps)
    }

    /// What a name can be that `entry` binds, if any does.
    fn bound_name(self, name: &str, entry: Option<&Entry<'a>>, steps: u32) -> Values {
        let builtin = || Value::named(self.roots.builtins.attribute(name));
        let Some(entry) = entry else {
            return Few::One(if let Some(module) = self.star(name) {
                Value::named(module.attribute(name))
            } else if is_builtin(name) && self.scopes.stars.is_empty() || name == "__file__" {
                builtin()
            } else {
                Value::Unknown
            });
        };
        let mut values = self.entry(entry, true, steps);
        // `try: input = raw_input` leaves the built-in one where it fails.
        if at_run_time(entry).all(|bound| bound.conditional) && is_builtin(name) {
            values.push(builtin());
            return settle(values);
        }
        values
    }

    /// All that a name is bound to: a variable, or an attribute of an object.
    fn entry(self, entry: &Entry<'a>, is_variable: bool, steps: u32) -> Values {
        if let Some(values) = entry.values.get() {
            return values.clone();
        }
        if entry.busy.replace(true) {
            return entry.assumed.get().cloned().unwrap_or(UNKNOWN);
        }
        let goes_on = |bound: &Bound<'a>| is_variable && bound.goes_on();
        let mut values = Values::default();
        for bound in at_run_time(entry).filter(|bound| !goes_on(bound)) {
            values.append(self.binding(bound, steps));
        }
        values = settle(values);
        if at_run_time(entry).any(goes_on) {
            // What is made of it by its own methods must be the same sort of thing.
            let _ = entry.assumed.set(values.clone());
            let mut further = Values::default();
            for bound in at_run_time(entry).filter(|bound| goes_on(bound)) {
                further.append(self.binding(bound, steps));
            }
            let before = entry.assumed.get().map(|assumed| &**assumed).unwrap_or_default();
            if further.iter().all(|value| before.iter().any(|first| first.is_like(value))) {
                values.append(further);
                values = settle(values);
            } else {
                values = UNKNOWN;
            }
        }
        entry.busy.set(false);
        let _ = entry.values.set(values.clone());
        values
    }

    fn binding(self, bound: &Bound<'a>, steps: u32) -> Values {
        Few::One(match bound.binding {
            Binding::Module(module) => Value::Named(Dotted::new(module)),
            Binding::From { module, name } => Value::Named(Dotted::new([module, ".", name].concat())),
            Binding::Class => Value::Named(Dotted::new([".", bound.name].concat())),
            Binding::Assigned(value, scope) => return self.expression(scope, value, steps),
            Binding::Entered(value, scope) => return self.entered(scope, value, steps),
            Binding::Parameter(Some(annotation), scope) => return self.taken(scope, annotation, steps),
            Binding::Function(function) if only_gives_back(function) => {
                self.scopes.of_function(function).map_or(Value::Unknown, Value::Function)
            }
            Binding::Parameter(None, _) | Binding::Receiver(_) | Binding::Function(_) | Binding::Other => {
                Value::Unknown
            }
        })
    }

    /// What `with value as name` binds: the object that is made there, since nearly all give themselves; and what
    /// `contextlib.closing` closes.
    fn entered(self, scope: ScopeId, value: &Expr, steps: u32) -> Values {
        let entered = self.expression(scope, value, steps);
        let is_closing = |value: &Value| matches!(value, Value::Made(name, _) if matches!(name.as_str(), "contextlib.closing" | "contextlib.aclosing"));
        if entered.iter().any(is_closing) {
            let Expr::Call(call) = value else { return UNKNOWN };
            return call
                .arguments
                .args
                .first()
                .map_or_else(|| UNKNOWN, |closed| self.expression(scope, closed, steps.saturating_sub(1)));
        }
        each(entered, |value| Some(if matches!(value, Value::Made(..)) { value } else { Value::Unknown }))
    }

    /// An object of the classes that an annotation names: of this file, or of others.
    fn taken(self, scope: ScopeId, annotation: &Expr, steps: u32) -> Values {
        each(self.annotation(scope, annotation, steps), |value| match value {
            Value::Named(name) if name.is_local() || !is_general(name.as_str()) => Some(Value::Made(name, None)),
            Value::Nothing => Some(Value::Nothing),
            _ => Some(Value::Unknown),
        })
    }

    /// The classes that an annotation names ([`Value::Named`]).
    pub(super) fn annotated(self, scope: ScopeId, annotation: &Expr) -> Values {
        self.annotation(scope, annotation, MOST_STEPS)
    }

    fn annotation(self, scope: ScopeId, annotation: &Expr, steps: u32) -> Values {
        let Some(steps) = steps.checked_sub(1) else { return UNKNOWN };
        match annotation {
            Expr::Name(_) | Expr::Attribute(_) => self.expression(scope, annotation, steps),
            Expr::NoneLiteral(_) => Few::One(Value::Nothing),
            Expr::BinOp(either) if either.op == Operator::BitOr => {
                let mut values = self.annotation(scope, &either.left, steps);
                values.append(self.annotation(scope, &either.right, steps));
                settle(values)
            }
            Expr::Subscript(subscript) => self.special_form(scope, subscript, steps),
            // A forward reference (PEP 484).
            Expr::StringLiteral(text) => {
                let mut parts = text.value.to_str().split('.');
                let first = parts.next().filter(|first| is_identifier(first));
                first.map_or_else(
                    || UNKNOWN,
                    |first| {
                        parts.fold(self.name(scope, first, steps), |values, part| {
                            if is_identifier(part) { attribute_of(values, part) } else { UNKNOWN }
                        })
                    },
                )
            }
            _ => UNKNOWN,
        }
    }

    /// `Optional[X]`, `Union[X, Y]`, `Annotated[X, …]`, or a class with parameters.
    fn special_form(self, scope: ScopeId, subscript: &ExprSubscript, steps: u32) -> Values {
        let form = self.expression(scope, &subscript.value, steps);
        let [Value::Named(name)] = &*form else { return UNKNOWN };
        let name = name.as_str();
        let inner = &*subscript.slice;
        let parts = if let Expr::Tuple(parts) = inner { &parts.elts } else { std::slice::from_ref(inner) };
        let typing = name.strip_prefix("typing.").or_else(|| name.strip_prefix("typing_extensions."));
        let counted = match typing {
            Some("Optional" | "Union") => parts.len().min(MOST_VALUES),
            Some("Annotated" | "Final" | "ClassVar" | "Required" | "NotRequired") => 1,
            _ if is_general(name) => return UNKNOWN,
            _ => return form,
        };
        let mut values = Values::default();
        for part in parts.iter().take(counted) {
            values.append(self.annotation(scope, part, steps));
        }
        settle(values)
    }

    /// The module that a name comes from which nothing binds: that of the only star import.
    fn star(self, name: &str) -> Option<&'s Dotted> {
        self.roots.star.as_ref().filter(|_| !is_builtin(name) && !name.starts_with('_'))
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
fn attribute_of(values: Values, attr: &str) -> Values {
    each(values, |value| match value {
        Value::Named(name) => Some(Value::named(name.attribute(attr))),
        Value::Made(name, _) => Some(Value::named(name.called().attribute(attr))),
        Value::Nothing => None,
        Value::Function(_) | Value::Unknown => Some(Value::Unknown),
    })
}

/// What becomes of settled values, settled again.
fn each(values: Values, mut change: impl FnMut(Value) -> Option<Value>) -> Values {
    match values {
        Few::None => UNKNOWN,
        Few::One(value) => Few::One(change(value).unwrap_or(Value::Unknown)),
        Few::Several(values) => {
            let mut changed = Values::default();
            values.into_iter().filter_map(change).for_each(|value| changed.push(value));
            settle(changed)
        }
    }
}

/// The same values but for `None`, which has no methods and cannot be called.
pub(super) fn without_nothing(values: &[Value]) -> Values {
    let mut others = Values::default();
    values.iter().filter(|value| **value != Value::Nothing).for_each(|value| others.push(value.clone()));
    others
}

/// The same values once each; one [`Value::Unknown`] for none, for many, and where one is unknown.
fn settle(values: Values) -> Values {
    match values {
        Few::None => UNKNOWN,
        Few::One(value) => Few::One(value),
        Few::Several(values) => {
            let mut settled = Values::None;
            for value in values {
                if value == Value::Unknown || settled.len() == MOST_VALUES {
                    return UNKNOWN;
                }
                if !settled.contains(&value) {
                    settled.push(value);
                }
            }
            settled
        }
    }
}
