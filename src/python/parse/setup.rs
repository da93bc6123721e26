//! The `setup(…)` call of a `setup.py`, as far as it can be told without running it.
//!
//! Values are literals, names that are bound once to such, concatenations of these, and files that are read by one of
//! the usual idioms. Everything else is [`Value::Computed`].

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{
    Expr, ExprCall, ExprContext, Operator, PythonVersion, Stmt, StmtFunctionDef, StringFlags, StringLiteral,
};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::guard::Names;
use super::walk::{self, Context, Hooks, Opener};
use super::{extent, problem, refuse};
use crate::diagnostic::Problem;
use crate::manifest::mapped::Mapped;
use crate::source::Extent;

/// Packages whose `setup` functions describe a distribution.
const PACKAGES: &[&str] = &["setuptools", "distutils", "skbuild", "numpy"];

/// How deeply values may nest.
const MAX_DEPTH: usize = 40;

/// How many values one call may have, with those of its lists.
const MAX_VALUES: usize = 20_000;

/// What a `setup.py` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The function in the call, where there is a call.
    pub callee: Option<Extent>,
    /// The keyword arguments, in the order of the text.
    pub keywords: Vec<Keyword>,
    /// Something may be missing: dictionaries are unpacked into the call, there are several calls, there is none
    /// though a package of its own is imported for it, or the syntax is broken.
    pub partial: bool,
    /// The first syntax error.
    pub problem: Option<Problem>,
}

/// A keyword argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The keyword.
    pub name: String,
    /// Where it stands.
    pub name_at: Extent,
    /// What it is given.
    pub value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string, with the places of its bytes.
    Text(Mapped),
    /// A list or tuple; what of it is not known is among its items as [`Value::Computed`].
    List(Vec<Value>),
    /// A dictionary; an entry whose key is not known has none.
    Table(Vec<(Option<Mapped>, Value)>),
    /// The text or the lines of a file: its path, seen from the folder of the `setup.py`.
    File(Mapped),
    /// Anything else.
    Computed,
}

/// Reads the text of a `setup.py`.
pub fn read(text: &str) -> Setup {
    if let Some(problem) = refuse(text) {
        return Setup { partial: true, problem: Some(problem), ..Setup::default() };
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::latest_preview());
    let Some(parsed) = parse_unchecked(text, options).try_into_module() else { return Setup::default() };
    let mut survey = Survey::default();
    let depth = walk::walk(parsed.suite(), &mut survey);
    let mut setup = if depth.walked_all() { survey.setup(text) } else { Setup { partial: true, ..Setup::default() } };
    setup.partial |= !parsed.errors().is_empty();
    setup.problem = parsed.errors().first().map(|error| problem(text, error));
    drop(survey);
    if !depth.can_be_dropped() {
        // Dropping a tree recurses as deep as it nests.
        std::mem::forget(parsed);
    }
    setup
}

/// How a name is bound.
#[derive(Default)]
struct Binding<'a> {
    /// What it is bound to, if by one plain assignment.
    value: Option<&'a Expr>,
    /// How often it is bound.
    times: usize,
    /// Whether something is added to what it holds.
    grows: bool,
    /// Whether something is taken from what it holds, or it is bound in a way of no interest here.
    lost: bool,
    /// Whether that depends on a condition.
    conditional: bool,
}

/// What one walk over the text finds.
#[derive(Default)]
struct Survey<'a> {
    bindings: BTreeMap<&'a str, Binding<'a>>,
    /// Files that are open in a `with` statement: each value that is assigned in it (by its first byte), with name and file.
    opened: BTreeMap<usize, (&'a str, &'a Expr)>,
    /// Names of `setup` functions, and of modules that have one.
    functions: BTreeSet<&'a str>,
    modules: BTreeSet<&'a str>,
    /// Functions of the file.
    helpers: BTreeMap<&'a str, &'a StmtFunctionDef>,
    calls: Vec<&'a ExprCall>,
}

impl<'a> Survey<'a> {
    fn bind(&mut self, name: &'a str) -> &mut Binding<'a> {
        self.bindings.entry(name).or_default()
    }

    fn import(&mut self, module: &str, name: Option<&'a str>, bound: &'a str) {
        let package = module.split('.').next().unwrap_or(module);
        if PACKAGES.contains(&package) {
            match name {
                Some("setup") => self.functions.insert(bound),
                _ => self.modules.insert(bound),
            };
        } else {
            self.bind(bound).lost = true;
        }
    }
}

impl Names for Survey<'_> {
    const ASKS: bool = false;
}

impl<'a> Hooks<'a> for Survey<'a> {
    fn enter(&mut self, opener: Opener<'a>, _context: Context) {
        if let Opener::Function(function) = opener {
            for parameter in &*function.parameters {
                self.bind(parameter.name().as_str()).lost = true;
            }
        }
    }

    fn leave(&mut self) {}

    fn statement(&mut self, statement: &'a Stmt, context: Context) {
        match statement {
            Stmt::Assign(assign) => {
                if let [Expr::Name(name)] = assign.targets.as_slice() {
                    let binding = self.bind(name.id.as_str());
                    binding.value = Some(&assign.value);
                    binding.conditional |= context.conditional;
                } else {
                    for target in &assign.targets {
                        if let Expr::Name(name) = target {
                            self.bind(name.id.as_str()).lost = true;
                        }
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (assign.target.as_ref(), &assign.value) {
                    let binding = self.bind(name.id.as_str());
                    binding.value = Some(value);
                    binding.conditional |= context.conditional;
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = assign.target.as_ref() {
                    let binding = self.bind(name.id.as_str());
                    binding.grows = true;
                    // The walk counts the name itself as bound once more.
                    binding.times = binding.times.saturating_sub(1);
                    binding.lost |= assign.op != Operator::Add;
                }
            }
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str()).lost = true;
                self.helpers.insert(function.name.as_str(), function);
            }
            Stmt::ClassDef(class) => self.bind(class.name.as_str()).lost = true,
            Stmt::With(with) => {
                for item in &with.items {
                    let Some(Expr::Name(name)) = item.optional_vars.as_deref() else { continue };
                    for inner in &with.body {
                        if let Stmt::Assign(assign) = inner {
                            let at = assign.value.start().to_usize();
                            self.opened.insert(at, (name.id.as_str(), &item.context_expr));
                        }
                    }
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().map_or(alias.name.as_str(), |name| name.as_str());
                    let bound = if alias.asname.is_some() { bound } else { bound.split('.').next().unwrap_or(bound) };
                    self.import(alias.name.as_str(), None, bound);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let module = if import.level == 0 { module } else { "" };
                    if alias.name.as_str() == "*" && module.starts_with("setuptools") {
                        self.functions.insert("setup");
                    }
                    self.import(module, Some(alias.name.as_str()), bound);
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &'a Expr, _context: Context) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load => self.bind(name.id.as_str()).times += 1,
            Expr::Subscript(subscript) if subscript.ctx != ExprContext::Load => {
                if let Expr::Name(name) = subscript.value.as_ref() {
                    let lost = subscript.ctx == ExprContext::Del;
                    let binding = self.bind(name.id.as_str());
                    binding.grows = true;
                    binding.lost |= lost;
                }
            }
            Expr::Call(call) => {
                self.calls.push(call);
                if let Expr::Attribute(method) = call.func.as_ref()
                    && let Expr::Name(name) = method.value.as_ref()
                {
                    let binding = self.bind(name.id.as_str());
                    match method.attr.as_str() {
                        "append" | "extend" | "insert" | "update" | "setdefault" => binding.grows = true,
                        "remove" | "pop" | "clear" | "popitem" => binding.lost = true,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'a> Survey<'a> {
    fn setup(&self, text: &str) -> Setup {
        let mut setup = Setup::default();
        let mut reader = Reader { survey: self, text, left: MAX_VALUES };
        for call in self.calls.iter().filter(|call| self.is_setup(&call.func)) {
            if setup.callee.is_some() {
                setup.partial = true;
                break;
            }
            setup.callee = Some(extent(call.func.as_ref()));
            for keyword in &call.arguments.keywords {
                let Some(name) = &keyword.arg else {
                    // `**dict(…)` and `**NAME`, where that is known.
                    match reader.value(&keyword.value, 0) {
                        Value::Table(entries) => {
                            for (key, value) in entries {
                                let Some(key) = key else {
                                    setup.partial = true;
                                    continue;
                                };
                                let (name, name_at) = (key.as_str().to_owned(), key.at());
                                setup.keywords.push(Keyword { name, name_at, value });
                            }
                        }
                        _ => setup.partial = true,
                    }
                    continue;
                };
                let value = reader.value(&keyword.value, 0);
                setup.keywords.push(Keyword { name: name.as_str().to_owned(), name_at: extent(name), value });
            }
        }
        setup.partial |= setup.callee.is_none() && !(self.functions.is_empty() && self.modules.is_empty());
        setup
    }

    fn is_setup(&self, function: &Expr) -> bool {
        match function {
            Expr::Name(name) => self.functions.contains(name.id.as_str()),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "setup" => {
                let mut base = attribute.value.as_ref();
                while let Expr::Attribute(attribute) = base {
                    base = attribute.value.as_ref();
                }
                matches!(base, Expr::Name(name) if self.modules.contains(name.id.as_str()))
            }
            _ => false,
        }
    }

    /// What a name certainly is, and whether something is added to it.
    fn bound(&self, name: &str) -> Option<(&'a Expr, &Binding<'a>)> {
        let binding = self.bindings.get(name)?;
        (binding.times == 1 && !binding.lost).then_some((binding.value?, binding))
    }
}

struct Reader<'s, 'a, 't> {
    survey: &'s Survey<'a>,
    text: &'t str,
    left: usize,
}

impl<'a> Reader<'_, 'a, '_> {
    fn value(&mut self, expr: &'a Expr, depth: usize) -> Value {
        if depth > MAX_DEPTH || self.left == 0 {
            return Value::Computed;
        }
        self.left -= 1;
        let depth = depth + 1;
        match expr {
            Expr::StringLiteral(literal) => Value::Text(self.string(literal.value.as_slice())),
            Expr::List(list) => self.list(&list.elts, depth),
            Expr::Tuple(tuple) => self.list(&tuple.elts, depth),
            Expr::Set(set) => self.list(&set.elts, depth),
            Expr::Dict(dict) => {
                let mut entries = Vec::new();
                for item in &dict.items {
                    let value = self.value(&item.value, depth);
                    match (&item.key, value) {
                        (None, Value::Table(inner)) => entries.extend(inner),
                        (Some(Expr::StringLiteral(key)), value) => {
                            entries.push((Some(self.string(key.value.as_slice())), value));
                        }
                        (_, value) => entries.push((None, value)),
                    }
                }
                Value::Table(entries)
            }
            Expr::Name(name) => self.name(name.id.as_str(), depth),
            Expr::BinOp(sum) if sum.op == Operator::Add => {
                let (left, right) = (self.value(&sum.left, depth), self.value(&sum.right, depth));
                join(left, right)
            }
            Expr::Call(call) => self.call(call, expr, depth),
            Expr::ListComp(list) => self.comprehension(&list.generators, depth),
            Expr::Generator(generator) => self.comprehension(&generator.generators, depth),
            _ => Value::Computed,
        }
    }

    fn list(&mut self, items: &'a [Expr], depth: usize) -> Value {
        let mut values = Vec::new();
        for item in items {
            let (expr, starred) = match item {
                Expr::Starred(starred) => (starred.value.as_ref(), true),
                _ => (item, false),
            };
            match (self.value(expr, depth), starred) {
                (Value::List(inner), true) => values.extend(inner),
                (value @ (Value::File(_) | Value::Text(_)), _) => values.push(value),
                // A list within a list is no list of requirements.
                _ => values.push(Value::Computed),
            }
        }
        Value::List(values)
    }

    fn name(&mut self, name: &str, depth: usize) -> Value {
        let Some((expr, binding)) = self.survey.bound(name) else { return Value::Computed };
        let value = match self.survey.opened.get(&expr.start().to_usize()) {
            Some((file, opened)) => match self.opened(expr, file, opened) {
                Some(path) => Value::File(path),
                None => self.value(expr, depth),
            },
            None => self.value(expr, depth),
        };
        let value = if binding.grows {
            match value {
                Value::Table(mut entries) => {
                    entries.push((None, Value::Computed));
                    Value::Table(entries)
                }
                value => join(value, Value::Computed),
            }
        } else {
            value
        };
        // A file that is read on a condition may well be missing.
        if binding.conditional && has_file(&value) { Value::Computed } else { value }
    }

    fn call(&mut self, call: &'a ExprCall, expr: &'a Expr, depth: usize) -> Value {
        if let Some(path) = self.file(expr, 0, None) {
            return Value::File(path);
        }
        let [first, ..] = &*call.arguments.args else {
            return self.keywords(call, depth);
        };
        match call.func.as_ref() {
            Expr::Name(name) if matches!(name.id.as_str(), "list" | "tuple" | "sorted" | "set") => {
                match self.value(first, depth) {
                    value @ (Value::List(_) | Value::File(_)) => value,
                    _ => Value::Computed,
                }
            }
            _ => Value::Computed,
        }
    }

    /// `dict(a=…, b=…)`, and the lines of a literal (`"""…""".splitlines()`).
    fn keywords(&mut self, call: &'a ExprCall, depth: usize) -> Value {
        match call.func.as_ref() {
            Expr::Name(name) if name.id.as_str() == "dict" => {
                let mut entries = Vec::new();
                for keyword in &call.arguments.keywords {
                    let value = self.value(&keyword.value, depth);
                    let key = keyword.arg.as_ref();
                    entries.push((key.map(|key| Mapped::new(key.as_str(), key.start().to_usize())), value));
                }
                Value::Table(entries)
            }
            Expr::Name(name) if matches!(name.id.as_str(), "list" | "tuple") => Value::List(Vec::new()),
            Expr::Attribute(method) if matches!(method.attr.as_str(), "splitlines" | "split" | "strip") => {
                match self.value(&method.value, depth) {
                    Value::Text(text) if method.attr.as_str() == "splitlines" => {
                        Value::List(text.lines().map(Value::Text).collect())
                    }
                    Value::Text(text) if method.attr.as_str() == "strip" => Value::Text(text.trim()),
                    _ => Value::Computed,
                }
            }
            _ => Value::Computed,
        }
    }

    /// A comprehension over the lines of a file.
    fn comprehension(&mut self, generators: &'a [ruff_python_ast::Comprehension], depth: usize) -> Value {
        let [generator] = generators else { return Value::Computed };
        let source = match &generator.iter {
            Expr::Name(name) => match self.name(name.id.as_str(), depth) {
                Value::File(path) => Some(path),
                _ => None,
            },
            expr => self.file(expr, 0, None),
        };
        source.map_or(Value::Computed, Value::File)
    }

    /// The file that `expr` reads, in a `with` statement that has opened it as `name`.
    fn opened(&self, expr: &'a Expr, name: &str, opened: &'a Expr) -> Option<Mapped> {
        self.file(expr, 0, Some((name, opened)))
    }

    /// The file whose text or lines `expr` is: `open("x").read().splitlines()` and its like.
    fn file(&self, expr: &'a Expr, depth: usize, opened: Option<(&str, &'a Expr)>) -> Option<Mapped> {
        if depth > MAX_DEPTH {
            return None;
        }
        let depth = depth + 1;
        match expr {
            Expr::Name(name) => {
                let (_, file) = opened.filter(|(open, _)| *open == name.id.as_str())?;
                self.file(file, depth, None)
            }
            Expr::ListComp(list) => match list.generators.as_slice() {
                [generator] => self.file(&generator.iter, depth, opened),
                _ => None,
            },
            Expr::Call(call) => {
                let first = call.arguments.args.first();
                match call.func.as_ref() {
                    Expr::Name(name) => match name.id.as_str() {
                        "open" => self.path(first?, depth),
                        "list" | "tuple" | "sorted" if call.arguments.args.len() == 1 => {
                            self.file(first?, depth, opened)
                        }
                        "filter" | "map" if call.arguments.args.len() == 2 => {
                            self.file(call.arguments.args.get(1)?, depth, opened)
                        }
                        function => self.helper(function, call),
                    },
                    Expr::Attribute(method) => match method.attr.as_str() {
                        "read" | "readlines" | "splitlines" | "split" | "strip" | "rstrip" | "decode" => {
                            self.file(&method.value, depth, opened)
                        }
                        "open" if matches!(method.value.as_ref(), Expr::Name(n) if matches!(n.id.as_str(), "io" | "codecs")) => {
                            self.path(first?, depth)
                        }
                        "read_text" | "open" => self.path(&method.value, depth),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A function that plainly reads the file it is given: `read_requirements("requirements.txt")`.
    fn helper(&self, function: &str, call: &ExprCall) -> Option<Mapped> {
        let [Expr::StringLiteral(literal)] = &*call.arguments.args else { return None };
        let name = function.to_ascii_lowercase();
        let reads = match self.survey.helpers.get(function) {
            Some(helper) => {
                ["req", "read", "load"].iter().any(|word| name.contains(word)) && self.reads_parameter(helper)
            }
            // That of pip.
            None => function == "parse_requirements" && self.survey.bindings.contains_key(function),
        };
        let path = self.string(literal.value.as_slice());
        let is_list = path.as_str().rsplit_once('.').is_some_and(|(_, ending)| matches!(ending, "txt" | "in"));
        (reads && is_list && is_local(path.as_str())).then_some(path)
    }

    /// Whether a function opens one file alone: the one that its first parameter names, seen from the folder of the
    /// `setup.py`.
    fn reads_parameter(&self, function: &'a StmtFunctionDef) -> bool {
        let Some(parameter) = function.parameters.iter_non_variadic_params().next() else { return false };
        let whole = extent(function);
        let opened = self.survey.calls.iter().filter(|call| whole.contains(extent(**call))).filter_map(|call| {
            let first = call.arguments.args.first();
            match call.func.as_ref() {
                Expr::Name(name) if name.id.as_str() == "open" => Some(first),
                Expr::Attribute(method) if matches!(method.attr.as_str(), "read_text" | "open") => {
                    let is_module =
                        matches!(method.value.as_ref(), Expr::Name(n) if matches!(n.id.as_str(), "io" | "codecs"));
                    Some(if is_module { first } else { Some(method.value.as_ref()) })
                }
                _ => None,
            }
        });
        let opened: Vec<Option<&Expr>> = opened.collect();
        matches!(opened.as_slice(), [Some(path)] if self.is_parameter(path, parameter.name().as_str(), 0))
    }

    /// Whether a path is the parameter of this name, seen from the folder of the `setup.py`.
    fn is_parameter(&self, path: &'a Expr, parameter: &str, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let depth = depth + 1;
        match path {
            Expr::Name(name) if name.id.as_str() == parameter => true,
            Expr::Name(name) => {
                let bound = self.survey.bound(name.id.as_str());
                bound.is_some_and(|(path, _)| self.is_parameter(path, parameter, depth))
            }
            Expr::BinOp(joined) if joined.op == Operator::Div => {
                self.is_here(&joined.left) && self.is_parameter(&joined.right, parameter, depth)
            }
            Expr::Call(call) => match &*call.arguments.args {
                [only] if is_named(&call.func, "Path") => self.is_parameter(only, parameter, depth),
                [base, last] if is_named(&call.func, "join") => {
                    self.is_here(base) && self.is_parameter(last, parameter, depth)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// A path below the folder of the `setup.py`.
    fn path(&self, expr: &'a Expr, depth: usize) -> Option<Mapped> {
        if depth > MAX_DEPTH {
            return None;
        }
        let depth = depth + 1;
        match expr {
            Expr::StringLiteral(literal) => {
                Some(self.string(literal.value.as_slice())).filter(|path| is_local(path.as_str()))
            }
            Expr::BinOp(joined) if joined.op == Operator::Div && self.is_here(&joined.left) => {
                self.path(&joined.right, depth)
            }
            Expr::Call(call) => {
                let arguments = &*call.arguments.args;
                match arguments {
                    [only] if is_named(&call.func, "Path") => self.path(only, depth),
                    [base, last] if is_named(&call.func, "join") && self.is_here(base) => self.path(last, depth),
                    _ => None,
                }
            }
            Expr::Name(name) => self.path(self.survey.bound(name.id.as_str())?.0, depth),
            _ => None,
        }
    }

    /// Whether a folder is the one of the `setup.py`, by how it is written.
    fn is_here(&self, expr: &'a Expr) -> bool {
        let expr = match expr {
            Expr::Name(name) => match self.survey.bound(name.id.as_str()) {
                Some((expr, _)) => expr,
                None => return false,
            },
            expr => expr,
        };
        let written = extent(expr).of(self.text);
        let up = written.matches("dirname").count()
            + written.matches(".parent").count()
            + written.matches(".parents").count();
        written.contains("__file__") && up == 1 && !written.contains("..") && !written.contains(['"', '\''])
    }

    fn string(&self, parts: &[StringLiteral]) -> Mapped {
        let mut mapped = Mapped::default();
        for part in parts {
            let range = extent(part).range();
            let start = range.start + part.flags.opener_len().to_usize();
            let end = range.end.saturating_sub(part.flags.closer_len().to_usize()).max(start);
            let at = Extent::new(start, end);
            if at.of(self.text) == &*part.value {
                mapped.push(&part.value, start);
            } else {
                mapped.push_whole(&part.value, at);
            }
        }
        mapped
    }
}

/// Whether a function has this name, in whatever module.
fn is_named(function: &Expr, name: &str) -> bool {
    match function {
        Expr::Name(found) => found.id.as_str() == name,
        Expr::Attribute(attribute) => attribute.attr.as_str() == name,
        _ => false,
    }
}

/// Whether a path stays below its folder.
fn is_local(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && !path.contains("..") && !path.contains(':') && !path.contains('\\')
}

fn has_file(value: &Value) -> bool {
    match value {
        Value::File(_) => true,
        Value::List(items) => items.iter().any(has_file),
        Value::Table(entries) => entries.iter().any(|(_, value)| has_file(value)),
        Value::Text(_) | Value::Computed => false,
    }
}

/// One list after another. Strings that are joined have no place of their own.
fn join(left: Value, right: Value) -> Value {
    let items = |value: Value| match value {
        Value::List(items) => Some(items),
        Value::File(_) | Value::Computed => Some(vec![value]),
        Value::Text(_) | Value::Table(_) => None,
    };
    if matches!((&left, &right), (Value::Computed, Value::Computed)) {
        return Value::Computed;
    }
    match (items(left), items(right)) {
        (Some(mut all), Some(more)) => {
            all.extend(more);
            Value::List(all)
        }
        _ => Value::Computed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value, source: &str) -> String {
        match value {
            Value::Text(text) if text.is_exact(0..text.len()) => {
                assert_eq!(text.at().of(source), text.as_str());
                format!("'{}'", text.as_str())
            }
            Value::Text(text) => format!("~'{}'", text.as_str()),
            Value::List(items) => format!("[{}]", items.iter().map(|v| shown(v, source)).collect::<Vec<_>>().join(" ")),
            Value::Table(entries) => {
                let entry = |(key, value): &(Option<Mapped>, Value)| {
                    format!("{}:{}", key.as_ref().map_or("?", Mapped::as_str), shown(value, source))
                };
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(" "))
            }
            Value::File(path) => format!("<{}>", path.as_str()),
            Value::Computed => "?".to_owned(),
        }
    }

    #[test]
    fn values() {
        for (before, value, expected) in [
            ("", "'a'", "'a'"),
            ("", "'a' 'b'", "~'ab'"),
            ("", r"'a\x41'", "~'aA'"),
            ("", "u'a'", "'a'"),
            ("", "f'{x}'", "?"),
            ("", "['a', \"b\", *c]", "['a' 'b' ?]"),
            ("", "('a',)", "['a']"),
            ("R = ['a']", "R", "['a']"),
            ("R = ['a']", "R + ['b'] + c()", "['a' 'b' ?]"),
            ("R = ['a']", "[*R, 'b']", "['a' 'b']"),
            ("R: list = ['a']", "list(R)", "['a']"),
            ("R = ['a']\nR = ['b']", "R", "?"),
            ("R = ['a']\nR += ['b']", "R", "['a' ?]"),
            ("R = ['a']\nif x: R.append('b')", "R", "['a' ?]"),
            ("R = ['a']\nR.remove('a')", "R", "?"),
            ("R = {'a': ['b']}\nR['c'] = R['a']", "R", "{a:['b'] ?:?}"),
            ("for R in x: pass", "R", "?"),
            ("def f(R): pass\nR = ['a']", "R", "?"),
            ("R = R", "R", "?"),
            ("", "{'a': ['b'], **x, y: 1}", "{a:['b'] ?:? ?:?}"),
            ("", "dict(a=['b'])", "{a:['b']}"),
            ("", "'''a\nb'''.splitlines()", "['a' 'b']"),
            ("", "'a>=' + V", "?"),
            ("", "open('r.txt').read().splitlines()", "<r.txt>"),
            ("", "open('r.txt').readlines()", "<r.txt>"),
            ("", "[l.strip() for l in open('r.txt') if l]", "<r.txt>"),
            ("", "Path('r.txt').read_text().splitlines()", "<r.txt>"),
            ("", "['a'] + Path('r.txt').read_text().splitlines()", "['a' <r.txt>]"),
            ("", "(Path(__file__).parent / 'r.txt').read_text().split('\\n')", "<r.txt>"),
            ("H = os.path.dirname(__file__)", "open(os.path.join(H, 'r.txt')).read()", "<r.txt>"),
            ("H = Path(__file__).parent.parent", "(H / 'r.txt').read_text()", "?"),
            ("with open('r.txt') as f:\n  R = f.read().splitlines()", "R", "<r.txt>"),
            ("with open('a') as f:\n  L = f.read()\nwith open('r.txt') as f:\n  R = [l for l in f]", "R", "<r.txt>"),
            ("if x:\n  R = open('r.txt').readlines()", "R", "?"),
            ("def read_reqs(p):\n  return open(p).readlines()", "read_reqs('r.txt')", "<r.txt>"),
            ("def read_reqs(p):\n  return open(p).readlines()", "read_reqs('r')", "?"),
            ("def reqs(p):\n  return open(join(dirname(__file__), p)).readlines()", "reqs('r.txt')", "<r.txt>"),
            (
                "def reqs(p):\n  q = Path(__file__).parent / p\n  return q.read_text().split()",
                "reqs('r.txt')",
                "<r.txt>",
            ),
            ("def reqs(p):\n  return open(join(os.getcwd(), 'requirements', p)).readlines()", "reqs('r.txt')", "?"),
            ("def reqs(p):\n  return open(f'requirements/{p}').readlines()", "reqs('r.txt')", "?"),
            ("from pip.req import parse_requirements", "[str(r.req) for r in parse_requirements('r.txt')]", "<r.txt>"),
            ("", "unknown('r.txt')", "?"),
            ("", "open('../r.txt').readlines()", "?"),
            ("", "x if y else z", "?"),
        ] {
            let text = format!("from setuptools import setup\n{before}\nsetup(k={value})\n");
            let setup = read(&text);
            let found = setup.keywords.first().map(|keyword| shown(&keyword.value, &text));
            assert_eq!(found.as_deref(), Some(expected), "{before} / {value}");
            assert!(!setup.partial, "{before} / {value}");
        }
    }

    #[test]
    fn finds_the_call() {
        for (text, callee, keywords, partial) in [
            ("from setuptools import setup\nsetup(a=1, b=2)", "setup", 2, false),
            ("import setuptools\nsetuptools.setup()", "setuptools.setup", 0, false),
            ("from distutils.core import setup as s\ndef f(): s(a=1)", "s", 1, false),
            (
                "try: from setuptools import setup\nexcept E: from distutils.core import setup\nsetup()",
                "setup",
                0,
                false,
            ),
            ("import distutils.core\ndistutils.core.setup(a=1)", "distutils.core.setup", 1, false),
            ("from setuptools import *\nsetup()", "setup", 0, false),
            ("from setuptools import setup\nsetup(a=1, **k)", "setup", 1, true),
            ("from setuptools import setup\nk = dict(b=1)\nsetup(a=1, **k)", "setup", 2, false),
            ("from setuptools import setup\nif x: setup(a=1)\nelse: setup(b=1)", "setup", 1, true),
            ("from setuptools import setup\nprint 'x'\nsetup(a=1)", "setup", 1, true),
            ("import setuptools\nrun()", "", 0, true),
            ("from .x import setup\nsetup(a=1)", "", 0, false),
            ("def setup(): pass\nsetup(a=1)", "", 0, false),
        ] {
            let setup = read(text);
            let found = (setup.callee.map_or("", |at| at.of(text)), setup.keywords.len(), setup.partial);
            assert_eq!(found, (callee, keywords, partial), "{text}");
        }
        let deep = format!("from setuptools import setup\nsetup(a={}1)", "1+".repeat(100_000));
        assert!(read(&deep).callee.is_some() || read(&deep).partial);
        assert!(read(&"(".repeat(100_000)).partial);
    }
}
