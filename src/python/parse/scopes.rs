//! What every scope of a module binds.
//!
//! Bindings are taken without regard to order: a name that is bound twice in a scope may be either. That is right for
//! what functions see of their module, and errs on the side of "unknown" elsewhere.

use std::cell::{Cell, OnceCell};

use foldhash::{HashMap, HashSet};
use ruff_python_ast::{
    Decorator, ExceptHandler, Expr, Identifier, Parameters, Pattern, Stmt, StmtAssign, StmtClassDef, StmtFunctionDef,
    StmtImport, StmtImportFrom, TypeParams,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::few::Few;
use super::guard::{self, Names};
use super::probe;
use super::resolve::Values;
use super::walk::{Context, Depth, Hooks, Opener, walk};
use crate::python::Guard;

/// How often a name is bound of which a condition can tell what it asks for.
const MOST_BINDINGS: usize = 16;

/// How many bases of a class are looked at.
const MOST_BASES: usize = 4;

/// The number of a scope, in the order in which the walker meets them; 0 is the module.
pub(super) type ScopeId = usize;

/// What binds a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Binding<'a> {
    /// `import module` or `import module as name`.
    Module(&'a str),
    /// `from module import name`, absolute.
    From { module: &'a str, name: &'a str },
    /// `name = value`, with the scope in which the value is read.
    Assigned(&'a Expr, ScopeId),
    /// `with value as name`, with the scope in which the value is read.
    Entered(&'a Expr, ScopeId),
    /// A parameter that is one object, with its annotation and the scope in which that is read.
    Parameter(Option<&'a Expr>, ScopeId),
    /// The first parameter of a method of the class that is this scope.
    Receiver(ScopeId),
    /// `class name`.
    Class,
    /// `def name`.
    Function(&'a StmtFunctionDef),
    /// Anything else: a loop, what a relative import brings, `del`, …
    Other,
}

/// One binding of a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) name: &'a str,
    pub(super) binding: Binding<'a>,
    pub(super) at: TextRange,
    /// Whether it stands in a block that may be passed by.
    pub(super) conditional: bool,
    /// Whether only type checkers see it.
    pub(super) type_checking: bool,
    /// Whether it stands where import errors are caught.
    pub(super) caught: bool,
}

/// A name in a scope, with all its bindings; or an attribute of the objects of the class that is this scope.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) scope: ScopeId,
    /// In the order of the text; at least one.
    pub(super) bound: Few<Bound<'a>>,
    /// What it can be, once somebody asked.
    pub(super) values: OnceCell<Values>,
    /// Whether that is being found out.
    pub(super) busy: Cell<bool>,
    /// What it can be by the bindings that do not begin with the name itself, while the others are looked at.
    pub(super) assumed: OnceCell<Values>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function,
    Comprehension,
    TypeParameters,
}

/// What can be given back where a function is called.
#[derive(Debug, Default)]
pub(super) struct Returned<'a> {
    /// The values of its `return` statements; nothing stands for a bare one.
    pub(super) exprs: Vec<Option<&'a Expr>>,
    /// What it can be, once somebody asked.
    pub(super) values: OnceCell<Values>,
    /// Whether that is being found out.
    pub(super) busy: Cell<bool>,
    /// Whether the function holds a `yield`.
    pub(super) is_generator: bool,
}

/// An attribute of an object that is bound: `object.name = value`.
#[derive(Debug, Clone, Copy)]
struct BoundAttribute<'a> {
    /// The scope in which that stands.
    scope: ScopeId,
    /// The name of the object, where it has one.
    object: Option<&'a str>,
    bound: Bound<'a>,
}

#[derive(Debug)]
struct Scope<'a> {
    kind: Kind,
    parent: Option<ScopeId>,
    globals: Vec<&'a str>,
    nonlocals: Vec<&'a str>,
    returned: Returned<'a>,
}

/// What names are bound to, in each scope.
#[derive(Debug, Default)]
struct Bindings<'a> {
    /// The scopes that bind a name, in order, with the places of their entries.
    places: HashMap<&'a str, Few<(ScopeId, usize)>>,
    entries: Vec<Entry<'a>>,
}

/// All scopes of a module.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    all: Vec<Scope<'a>>,
    bindings: Bindings<'a>,
    /// `from module import *`; the module is empty where it is relative.
    pub(super) stars: Vec<(&'a str, TextRange)>,
    /// Where functions start, with their scopes, in order.
    functions: Vec<(TextSize, ScopeId)>,
    /// The scopes of classes, each with those of its bases that are certain classes of this file; in order.
    classes: Vec<(ScopeId, Vec<ScopeId>)>,
    /// The attributes that methods give their own object, by the scope of its class.
    attributes: Bindings<'a>,
    /// Attributes that any other object is given.
    foreign: HashSet<&'a str>,
}

impl<'a> Bindings<'a> {
    /// The scopes that bind a name, in order, with the places of their entries.
    fn places(&self, name: &str) -> &[(ScopeId, usize)] {
        self.places.get(name).map_or(&[], |places| places)
    }

    /// The entry in one of the scopes that bind a name.
    fn entry(&self, places: &[(ScopeId, usize)], scope: ScopeId) -> Option<&Entry<'a>> {
        let (_, entry) = match places {
            [only] => Some(only).filter(|(id, _)| *id == scope),
            _ => places.get(places.binary_search_by_key(&scope, |(id, _)| *id).ok()?),
        }?;
        self.entries.get(*entry)
    }

    /// The entry of a name in a scope.
    fn in_scope(&self, scope: ScopeId, name: &str) -> Option<&Entry<'a>> {
        self.entry(self.places(name), scope)
    }

    fn bind(&mut self, scope: ScopeId, bound: Bound<'a>) {
        let places = self.places.entry(bound.name).or_default();
        let place = places.partition_point(|(id, _)| *id < scope);
        let known = places.get(place).filter(|(id, _)| *id == scope);
        if let Some(entry) = known.and_then(|(_, entry)| self.entries.get_mut(*entry)) {
            entry.add(bound);
        } else {
            places.insert(place, (scope, self.entries.len()));
            self.entries.push(Entry::new(scope, bound));
        }
    }
}

impl<'a> Scopes<'a> {
    /// The scope of a function.
    pub(super) fn of_function(&self, function: &StmtFunctionDef) -> Option<ScopeId> {
        let place = self.functions.binary_search_by_key(&function.start(), |(start, _)| *start).ok()?;
        self.functions.get(place).map(|(_, scope)| *scope)
    }

    /// What the function that is this scope gives back.
    pub(super) fn returned(&self, function: ScopeId) -> Option<&Returned<'a>> {
        self.all.get(function).map(|scope| &scope.returned)
    }

    /// Whether a function holds a `yield`.
    pub(super) fn is_generator(&self, function: &StmtFunctionDef) -> bool {
        self.of_function(function).and_then(|scope| self.returned(scope)).is_some_and(|returned| returned.is_generator)
    }

    /// Whether objects that are not the own one of a method are given an attribute of this name.
    pub(super) fn is_set_from_outside(&self, attribute: &str) -> bool {
        self.foreign.contains(attribute)
    }

    /// How an attribute of the objects of a class is bound: in its methods, and in its body.
    pub(super) fn attribute(&self, class: ScopeId, name: &str) -> [Option<&Entry<'a>>; 2] {
        [self.attributes.in_scope(class, name), self.bindings.in_scope(class, name)]
    }

    /// The classes of this file that a class names as its bases, where they are certain.
    pub(super) fn bases(&self, class: ScopeId) -> &[ScopeId] {
        let place = self.classes.binary_search_by_key(&class, |(id, _)| *id).ok();
        place.and_then(|place| self.classes.get(place)).map_or(&[], |(_, bases)| bases)
    }

    /// What binds `name` as it is read in scope `from`; nothing where no scope does.
    pub(super) fn find(&self, from: ScopeId, name: &str) -> Option<&Entry<'a>> {
        let places = match self.bindings.places(name) {
            [] => return None,
            // What the module alone binds is seen from everywhere.
            [(0, entry)] => return self.bindings.entries.get(*entry),
            places => places,
        };
        let mut id = from;
        let mut inside = true;
        loop {
            let scope = self.all.get(id)?;
            if id != 0 && scope.globals.contains(&name) {
                id = 0;
                continue;
            }
            // The names of a class are seen in its body alone, not in functions within.
            if (inside || scope.kind != Kind::Class)
                && let Some(entry) = self.bindings.entry(places, id)
            {
                return Some(entry);
            }
            inside &= scope.kind == Kind::TypeParameters;
            id = scope.parent?;
        }
    }
}

impl Bound<'_> {
    /// Whether the name is bound to an attribute of itself, or to what a call of one gives: `frame = frame.dropna()`.
    pub(super) fn goes_on(&self) -> bool {
        let Binding::Assigned(value, _) = self.binding else { return false };
        let mut part = value;
        loop {
            part = match part {
                Expr::Attribute(attribute) => &attribute.value,
                Expr::Call(call) => &call.func,
                Expr::Name(name) => return name.id.as_str() == self.name,
                _ => return false,
            }
        }
    }
}

impl<'a> Entry<'a> {
    fn new(scope: ScopeId, bound: Bound<'a>) -> Self {
        let (values, assumed) = (OnceCell::new(), OnceCell::new());
        Self { scope, bound: Few::One(bound), values, busy: Cell::new(false), assumed }
    }

    /// Adds a binding, in the order of the text.
    fn add(&mut self, bound: Bound<'a>) {
        let is_last = self.bound.last().is_none_or(|last| last.at.start() <= bound.at.start());
        self.bound.push(bound);
        if !is_last {
            self.bound.as_mut_slice().sort_by_key(|bound| bound.at.start());
        }
    }

    /// The class whose object the name certainly is: that of the method whose first parameter it is.
    pub(super) fn receiver(&self) -> Option<ScopeId> {
        match &*self.bound {
            [Bound { binding: Binding::Receiver(class), .. }] => Some(*class),
            _ => None,
        }
    }

    /// What a condition asks for that is only this name. A flag is given simple values, one of them by a test or where
    /// an import has failed or might have (`try: import yaml` with `HAS_YAML = True`); so is a module that is `None`
    /// where it is missing.
    pub(super) fn flag(&self) -> Option<Guard> {
        if self.bound.len() > MOST_BINDINGS {
            return None;
        }
        let guards = self.bound.iter().map(|bound| match bound.binding {
            Binding::Module(_) | Binding::From { .. } => Some(bound.caught.then_some(Guard::Found)),
            Binding::Assigned(value, _) if value.is_literal_expr() => Some(bound.caught.then_some(Guard::Found)),
            Binding::Assigned(value, _) => guard::asked_by_value(value).map(Some),
            _ => None,
        });
        guards.reduce(|all, one| Some(all?.max(one?))).flatten().flatten()
    }

    /// The value that the name is given, and the scope in which that stands, where nothing else binds it.
    pub(super) fn only_value(&self) -> Option<(&'a Expr, ScopeId)> {
        match &*self.bound {
            [Bound { binding: Binding::Assigned(value, scope), conditional: false, type_checking: false, .. }] => {
                Some((value, *scope))
            }
            _ => None,
        }
    }

    /// Whether a value that it is given asks for a version, or for what a library has.
    pub(super) fn is_probe(&self) -> bool {
        let values = self.bound.iter().take(MOST_BINDINGS).filter_map(|bound| match bound.binding {
            Binding::Assigned(value, _) => Some(value),
            _ => None,
        });
        values.into_iter().any(probe::asks_by_value)
    }

    /// Whether the name is bound once, to exceptions of which one is what a failed import raises.
    pub(super) fn is_import_error(&self) -> bool {
        match &*self.bound {
            [Bound { binding: Binding::Assigned(value, _), .. }] => guard::value_has_import_error(value),
            _ => false,
        }
    }
}

/// Learns what every scope of a module binds.
pub(super) fn build(body: &[Stmt]) -> (Scopes<'_>, Depth) {
    let mut builder = Builder::default();
    let depth = walk(body, &mut builder);
    (builder.finish(), depth)
}

#[derive(Default)]
struct Builder<'a> {
    scopes: Vec<Scope<'a>>,
    bindings: Bindings<'a>,
    /// The scopes around the current place, the innermost last.
    open: Vec<ScopeId>,
    /// Bindings of names that are declared nonlocal, with the scope in which they stand.
    nonlocal: Vec<(ScopeId, Bound<'a>)>,
    stars: Vec<(&'a str, TextRange)>,
    functions: Vec<(TextSize, ScopeId)>,
    classes: Vec<(ScopeId, &'a StmtClassDef)>,
    attributes: Vec<BoundAttribute<'a>>,
}

impl<'a> Builder<'a> {
    fn here(&self) -> ScopeId {
        self.open.last().copied().unwrap_or_default()
    }

    /// Binds a name in the scope that is open, or in that which the scope has declared for it.
    fn bind(&mut self, name: &'a str, binding: Binding<'a>, at: TextRange, context: Context) {
        self.bind_in(self.here(), name, binding, at, context);
    }

    fn bind_in(&mut self, id: ScopeId, name: &'a str, binding: Binding<'a>, at: TextRange, context: Context) {
        let Context { mut conditional, type_checking, guard, .. } = context;
        let Some(scope) = self.scopes.get(id) else { return };
        let mut target = id;
        if id != 0 && scope.globals.contains(&name) {
            conditional = true;
            target = 0;
        }
        let bound = Bound { name, binding, at, conditional, type_checking, caught: guard == Some(Guard::Caught) };
        if scope.nonlocals.contains(&name) {
            self.nonlocal.push((id, bound));
        } else {
            self.bindings.bind(target, bound);
        }
    }

    /// Binds what an assignment target names, to `value` where that is one value for one name.
    fn target(&mut self, target: &'a Expr, value: Option<&'a Expr>, context: Context) {
        // Targets nest as deep as brackets do, which is limited; one that nests deeper binds nothing more.
        self.target_within(target, value, context, 64);
    }

    fn target_within(&mut self, target: &'a Expr, value: Option<&'a Expr>, context: Context, left: u32) {
        let Some(left) = left.checked_sub(1) else { return };
        match target {
            Expr::Name(name) => {
                let binding = value.map_or(Binding::Other, |value| Binding::Assigned(value, self.here()));
                self.bind(name.id.as_str(), binding, name.range(), context);
            }
            Expr::Tuple(_) | Expr::List(_) => {
                let parts = elements(target);
                let values = value.map(elements).filter(|values| {
                    values.len() == parts.len() && !parts.iter().chain(*values).any(Expr::is_starred_expr)
                });
                for (place, part) in parts.iter().enumerate() {
                    self.target_within(part, values.and_then(|values| values.get(place)), context, left);
                }
            }
            Expr::Starred(starred) => self.target_within(&starred.value, None, context, left),
            Expr::Attribute(attribute) => {
                let binding = value.map_or(Binding::Other, |value| Binding::Assigned(value, self.here()));
                let object = if let Expr::Name(name) = &*attribute.value { Some(name.id.as_str()) } else { None };
                let (name, at) = (attribute.attr.as_str(), attribute.range());
                let Context { conditional, type_checking, guard, .. } = context;
                let bound =
                    Bound { name, binding, at, conditional, type_checking, caught: guard == Some(Guard::Caught) };
                self.attributes.push(BoundAttribute { scope: self.here(), object, bound });
            }
            _ => {}
        }
    }

    /// Binds what `with value as target` names.
    fn entered(&mut self, value: &'a Expr, target: &'a Expr, context: Context) {
        if let Expr::Name(name) = target {
            let binding = Binding::Entered(value, self.here());
            self.bind(name.id.as_str(), binding, name.range(), context);
        } else {
            self.target(target, None, context);
        }
    }

    /// Binds parameters in the scope that is open. The first is the object itself in a method of `class`.
    fn parameters(&mut self, parameters: &'a Parameters, class: Option<ScopeId>, context: Context) {
        let around = self.open.iter().rev().nth(1).copied().unwrap_or_default();
        let first =
            parameters.posonlyargs.first().or(parameters.args.first()).map(|first| first.parameter.name.range());
        for parameter in parameters {
            let binding = match class.filter(|_| first == Some(parameter.name().range())) {
                Some(class) => Binding::Receiver(class),
                None if parameter.is_variadic() => Binding::Other,
                None => Binding::Parameter(parameter.annotation(), around),
            };
            self.bind(parameter.name().as_str(), binding, parameter.name().range(), context);
        }
    }

    /// The class of which a function that begins here is a method.
    fn class_of_method(&self, function: &StmtFunctionDef) -> Option<ScopeId> {
        let is_static = |decorator: &Decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "staticmethod");
        let kind = |id: &&ScopeId| self.scopes.get(**id).map(|scope| scope.kind);
        let mut around = self.open.iter().rev().skip(1).filter(|id| kind(id) != Some(Kind::TypeParameters));
        let class = around.next().filter(|id| kind(id) == Some(Kind::Class)).copied();
        class.filter(|_| !function.decorator_list.iter().any(is_static))
    }

    fn type_parameters(&mut self, parameters: &'a TypeParams, context: Context) {
        for parameter in &parameters.type_params {
            let name = parameter.name();
            self.bind(name.as_str(), Binding::Other, name.range(), context);
        }
    }

    fn import(&mut self, import: &'a StmtImport, context: Context) {
        for alias in &import.names {
            let module = alias.name.as_str();
            // `import a.b` binds `a`.
            let first = module.split('.').next().unwrap_or(module);
            let whole = alias.asname.as_ref().map(|name| (name.as_str(), Binding::Module(module)));
            let (name, binding) = whole.unwrap_or((first, Binding::Module(first)));
            self.bind(name, binding, alias.range(), context);
        }
    }

    fn import_from(&mut self, import: &'a StmtImportFrom, context: Context) {
        let module = import.module.as_ref().filter(|_| import.level == 0).map(Identifier::as_str);
        for alias in &import.names {
            let name = alias.name.as_str();
            if name == "*" {
                self.stars.push((module.unwrap_or_default(), alias.range()));
                continue;
            }
            let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let binding = module.map_or(Binding::Other, |module| Binding::From { module, name });
            self.bind(bound, binding, alias.range(), context);
        }
    }

    fn assign(&mut self, assign: &'a StmtAssign, context: Context) {
        for target in &assign.targets {
            self.target(target, Some(&assign.value), context);
        }
    }

    fn finish(mut self) -> Scopes<'a> {
        for (from, bound) in std::mem::take(&mut self.nonlocal) {
            let mut id = self.scopes.get(from).and_then(|scope| scope.parent);
            while let Some((place, scope)) = id.and_then(|id| Some((id, self.scopes.get(id)?))) {
                if scope.kind == Kind::Function && self.bindings.in_scope(place, bound.name).is_some() {
                    self.bindings.bind(place, bound);
                    break;
                }
                id = scope.parent;
            }
        }
        let mut scopes = Scopes {
            all: self.scopes,
            bindings: self.bindings,
            stars: self.stars,
            functions: self.functions,
            classes: with_bases(&self.classes),
            attributes: Bindings::default(),
            foreign: HashSet::default(),
        };
        scopes.learn_attributes(self.attributes);
        scopes
    }
}

impl<'a> Scopes<'a> {
    /// Finds out whose attributes these are.
    fn learn_attributes(&mut self, attributes: Vec<BoundAttribute<'a>>) {
        let mut own: Vec<(ScopeId, Bound<'a>)> = Vec::with_capacity(attributes.len());
        for BoundAttribute { scope, object, bound } in attributes {
            let class = object.and_then(|object| self.find(scope, object)?.receiver());
            match class {
                Some(class) => own.push((class, bound)),
                None => {
                    self.foreign.insert(bound.name);
                }
            }
        }
        // A method may work on an object of a class that derives from its own.
        let derived = own.iter().flat_map(|(class, bound)| {
            self.bases(*class).iter().map(|base| (*base, Bound { binding: Binding::Other, ..*bound }))
        });
        let derived: Vec<_> = derived.collect();
        own.extend(derived);
        own.sort_by_key(|(_, bound)| bound.at.start());
        for (class, bound) in own {
            self.attributes.bind(class, bound);
        }
    }
}

/// For each class the scopes of its bases, as far as each is the only class of its name in the file.
fn with_bases(classes: &[(ScopeId, &StmtClassDef)]) -> Vec<(ScopeId, Vec<ScopeId>)> {
    let mut by_name: HashMap<&str, Option<ScopeId>> = HashMap::default();
    for (id, class) in classes {
        by_name.entry(class.name.as_str()).and_modify(|only| *only = None).or_insert(Some(*id));
    }
    let bases = |id: ScopeId, class: &StmtClassDef| {
        let bases = class.arguments.as_deref().map_or(&[][..], |arguments| &arguments.args);
        let written =
            bases.iter().filter_map(|base| if let Expr::Name(base) = base { Some(base.id.as_str()) } else { None });
        written
            .filter_map(|name| by_name.get(name).copied().flatten())
            .filter(|base| *base != id)
            .take(MOST_BASES)
            .collect()
    };
    classes.iter().map(|(id, class)| (*id, bases(*id, class))).collect()
}

/// The elements of a tuple or a list; none of anything else.
fn elements(expr: &Expr) -> &[Expr] {
    match expr {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => &[],
    }
}

/// Names are known when the pass is over, and what conditions ask for is of no interest before.
impl Names for Builder<'_> {
    const ASKS: bool = false;
}

impl<'a> Hooks<'a> for Builder<'a> {
    fn enter(&mut self, opener: Opener<'a>, context: Context) {
        let kind = match opener {
            Opener::Module => Kind::Module,
            Opener::Class(_) => Kind::Class,
            Opener::Function(_) | Opener::Lambda(_) => Kind::Function,
            Opener::Comprehension(_) => Kind::Comprehension,
            Opener::TypeParameters(_) => Kind::TypeParameters,
        };
        let parent = self.open.last().copied();
        let id = self.scopes.len();
        self.open.push(id);
        self.scopes.push(Scope {
            kind,
            parent,
            globals: Vec::new(),
            nonlocals: Vec::new(),
            returned: Returned::default(),
        });
        match opener {
            Opener::Module | Opener::Lambda(None) => {}
            Opener::Class(class) => self.classes.push((id, class)),
            Opener::Function(function) => {
                self.functions.push((function.start(), id));
                self.parameters(&function.parameters, self.class_of_method(function), context);
            }
            Opener::Lambda(Some(parameters)) => self.parameters(parameters, None, context),
            Opener::Comprehension(generators) => {
                for generator in generators {
                    self.target(&generator.target, None, context);
                }
            }
            Opener::TypeParameters(parameters) => self.type_parameters(parameters, context),
        }
    }

    fn leave(&mut self) {
        self.open.pop();
    }

    fn statement(&mut self, statement: &'a Stmt, context: Context) {
        match statement {
            Stmt::Import(import) => self.import(import, context),
            Stmt::ImportFrom(import) => self.import_from(import, context),
            Stmt::Assign(assign) => self.assign(assign, context),
            Stmt::AnnAssign(assign) => {
                // A mere annotation binds nothing.
                if let Some(value) = &assign.value {
                    self.target(&assign.target, Some(value), context);
                }
            }
            Stmt::AugAssign(assign) => self.target(&assign.target, None, context),
            Stmt::For(loops) => self.target(&loops.target, None, Context { conditional: true, ..context }),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        self.entered(&item.context_expr, target, context);
                    }
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.target(target, None, context);
                }
            }
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str(), Binding::Function(function), function.name.range(), context);
            }
            Stmt::Return(back) => {
                let id = self.here();
                if let Some(scope) = self.scopes.get_mut(id) {
                    scope.returned.exprs.push(back.value.as_deref());
                }
            }
            Stmt::ClassDef(class) => self.bind(class.name.as_str(), Binding::Class, class.name.range(), context),
            Stmt::TypeAlias(alias) => self.target(&alias.name, None, context),
            Stmt::Global(global) => {
                let id = self.here();
                if let Some(scope) = self.scopes.get_mut(id) {
                    scope.globals.extend(global.names.iter().map(Identifier::as_str));
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                let id = self.here();
                if let Some(scope) = self.scopes.get_mut(id) {
                    scope.nonlocals.extend(nonlocal.names.iter().map(Identifier::as_str));
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &'a Expr, context: Context) {
        if let Expr::Yield(_) | Expr::YieldFrom(_) = expression {
            let id = self.here();
            if let Some(scope) = self.scopes.get_mut(id) {
                scope.returned.is_generator = true;
            }
        }
        let Expr::Named(named) = expression else { return };
        let Expr::Name(name) = &*named.target else { return };
        // A walrus in a comprehension binds around it (PEP 572).
        let in_comprehension =
            |id: &&ScopeId| self.scopes.get(**id).is_some_and(|scope| scope.kind == Kind::Comprehension);
        let outer = self.open.iter().rev().find(|id| !in_comprehension(id)).copied().unwrap_or_default();
        let binding = Binding::Assigned(&named.value, self.here());
        self.bind_in(outer, name.id.as_str(), binding, name.range(), Context { conditional: true, ..context });
    }

    fn handler(&mut self, handler: &'a ExceptHandler, context: Context) {
        let ExceptHandler::ExceptHandler(handler) = handler;
        if let Some(name) = &handler.name {
            self.bind(name.as_str(), Binding::Other, name.range(), context);
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern, context: Context) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name.as_str(), Binding::Other, name.range(), context);
        }
    }
}
