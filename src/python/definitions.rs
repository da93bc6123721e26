//! What the headers of functions and classes say.

use crate::source::Extent;

/// A function or method of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Function {
    /// Its local name.
    pub name: String,
    /// Its name in the header.
    pub at: Extent,
    /// Whether it has any annotation.
    pub annotated: bool,
    /// Whether it is an `async def`.
    pub is_async: bool,
    /// Whether a `yield` stands in it.
    pub is_generator: bool,
    /// What decorates it, in the order of the text.
    pub decorators: Vec<Decorator>,
    /// Its parameters, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// The class in whose body it stands, by its place in [`Uses::classes`](super::Uses::classes).
    pub class: Option<usize>,
    /// The innermost function around it, by its place in [`Uses::functions`](super::Uses::functions).
    pub outer: Option<usize>,
}

/// What decorates a function or a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decorator {
    /// The resolved names of what decorates (`tenacity.retry`, `fastapi.FastAPI().get`), without a call's arguments; more
    /// than one where it is bound on several paths, none where that is not known.
    pub names: Vec<String>,
    /// Its name as written, without `@` and without arguments.
    pub at: Extent,
    /// The call, where it is one: [`Uses::call_at`](super::Uses::call_at) has its arguments.
    pub call: Option<Extent>,
}

impl Decorator {
    /// Whether it certainly is one that satisfies `test`.
    pub fn is_only(&self, test: impl Fn(&str) -> bool) -> bool {
        !self.names.is_empty() && self.names.iter().all(|name| test(name))
    }
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, without `*` and `**`.
    pub name: String,
    /// Where the name stands.
    pub at: Extent,
    /// The classes that its annotation names (`requests.Session`, `builtins.int`, `.Local`), also in `Optional`, `Union`
    /// and `Annotated`; none where it has no annotation, or one that is not understood. `None` is left out.
    pub classes: Vec<String>,
    /// Whether it can be left out.
    pub has_default: bool,
    /// Whether it takes what remains: `*args`, `**kwargs`.
    pub is_variadic: bool,
}
