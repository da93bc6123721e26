//! What is passed and assigned: literals, lists of them, texts put together, names.

use ruff_python_ast::{Expr, ExprBinOp, InterpolatedStringElement, Operator};

use super::dotted::Dotted;
use super::extent;
use super::literal::literal;
use super::resolve::{Resolver, Value};
use super::scopes::{Entry, ScopeId};
use crate::python::{ArgumentValue, Text};
use crate::source::Extent;

/// How deep lists and texts are followed.
const MOST_LEVELS: u32 = 3;

/// How many elements of a list are read; a longer one is data.
const MOST_ELEMENTS: usize = 64;

/// What `expr`, which stands in `scope`, is.
pub(super) fn value(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr) -> ArgumentValue {
    within(resolver, scope, expr, MOST_LEVELS)
}

fn within(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr, levels: u32) -> ArgumentValue {
    if let Some(literal) = literal(expr) {
        return ArgumentValue::Literal(literal);
    }
    let Some(levels) = levels.checked_sub(1) else { return ArgumentValue::Unknown };
    let inner = |part: &Expr| within(resolver, scope, part, levels);
    if let Some(elements) = elements(expr) {
        if elements.len() > MOST_ELEMENTS {
            return ArgumentValue::Unknown;
        }
        let elements = elements.iter().map(inner).collect();
        return if expr.is_tuple_expr() { ArgumentValue::Tuple(elements) } else { ArgumentValue::List(elements) };
    }
    if let Some(parts) = put_in(expr) {
        return ArgumentValue::Formatted(parts.into_iter().take(MOST_ELEMENTS).map(inner).collect());
    }
    match resolved(resolver, scope, expr) {
        ArgumentValue::Unknown => constant(resolver, scope, expr, levels),
        known => known,
    }
}

/// What a name stands for that is given one value.
fn constant(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr, levels: u32) -> ArgumentValue {
    let Expr::Name(name) = expr else { return ArgumentValue::Unknown };
    match resolver.scopes.find(scope, name.id.as_str()).and_then(Entry::only_value) {
        Some((value, scope)) if !value.is_name_expr() => within(resolver, scope, value, levels),
        _ => ArgumentValue::Unknown,
    }
}

/// What is put into the text that `expr` is, as far as it is made of what is imported; nothing where it is none.
pub(super) fn text(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr) -> Option<Text> {
    let parts = put_in(expr)?.into_iter().take(MOST_ELEMENTS).filter_map(|part| {
        let value = resolved(resolver, scope, part);
        let is_made = match &value {
            ArgumentValue::Names(names) => names.iter().all(|name| name.contains("()")),
            ArgumentValue::Call(_) => true,
            _ => false,
        };
        is_made.then(|| (value, extent(part)))
    });
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then(|| Text { at: extent(expr), parts })
}

fn resolved(resolver: Resolver<'_, '_>, scope: ScopeId, expr: &Expr) -> ArgumentValue {
    let values = resolver.values(scope, expr);
    if let Some(function) = maker(&values) {
        return ArgumentValue::Call(function.into());
    }
    let mut names = Vec::with_capacity(values.len());
    for value in &*values {
        let Value::Named(name) = value else { return ArgumentValue::Unknown };
        names.push(name.into());
    }
    if names.is_empty() { ArgumentValue::Unknown } else { ArgumentValue::Names(names) }
}

/// The one function whose calls give all of `values`; nothing where there are others.
fn maker(values: &[Value]) -> Option<&Dotted> {
    let mut makers = values.iter().map(|value| match value {
        Value::Made(function, Some(_)) => Some(function),
        _ => None,
    });
    let first = makers.next()?;
    first.filter(|_| makers.all(|maker| maker == first))
}

/// Where the calls stand that give all of `values`, where one function gives them.
pub(super) fn made_at(values: &[Value]) -> Vec<Extent> {
    if maker(values).is_none() {
        return Vec::new();
    }
    let place = |value: &Value| if let Value::Made(_, at) = value { at.map(extent) } else { None };
    values.iter().filter_map(place).collect()
}

/// The elements of what is written as a list, a tuple or a set.
fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::List(list) => Some(&list.elts),
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

/// The values that are put into a text, where `expr` is one into which values are put.
fn put_in(expr: &Expr) -> Option<Vec<&Expr>> {
    let parts = match expr {
        Expr::FString(text) => {
            let elements = text.value.elements();
            elements
                .filter_map(|element| match element {
                    InterpolatedStringElement::Interpolation(part) => Some(&*part.expression),
                    InterpolatedStringElement::Literal(_) => None,
                })
                .collect()
        }
        Expr::BinOp(operation) if operation.op == Operator::Add => joined(operation)?,
        Expr::BinOp(operation) if operation.op == Operator::Mod && is_text(&operation.left) => {
            match elements(&operation.right) {
                Some(elements) => elements.iter().collect(),
                None => vec![&*operation.right],
            }
        }
        Expr::Call(call) => {
            let Expr::Attribute(method) = &*call.func else { return None };
            if method.attr.as_str() != "format" || !is_text(&method.value) {
                return None;
            }
            let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
            call.arguments.args.iter().chain(keywords).collect()
        }
        _ => return None,
    };
    Some(parts).filter(|parts: &Vec<&Expr>| !parts.is_empty())
}

/// The terms of `"…" + a + b` that are no texts themselves; nothing where none is one.
fn joined(operation: &ExprBinOp) -> Option<Vec<&Expr>> {
    let mut terms = vec![&*operation.right];
    let mut first = &*operation.left;
    while let Expr::BinOp(inner) = first {
        if inner.op != Operator::Add || terms.len() > MOST_ELEMENTS {
            break;
        }
        terms.push(&*inner.right);
        first = &inner.left;
    }
    terms.push(first);
    let is_joined = terms.iter().any(|term| is_text(term));
    terms.retain(|term| !term.is_string_literal_expr());
    terms.reverse();
    is_joined.then_some(terms)
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::StringLiteral(_) | Expr::FString(_))
}
