//! Reading Python source, in two levels.
//!
//! [`scan`] finds the imports of every file without parsing it; [`parse`] builds a syntax tree, for the files where a
//! rule can matter, and gives resolved calls. The parser's types are seen below this module alone.

use crate::diagnostic::Problem;
use crate::source::Extent;

pub mod notebook;
pub mod parse;
pub mod scan;

/// What the fast scan finds in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imports {
    /// Every static import, in the order of the text.
    pub imports: Vec<Import>,
}

/// One imported module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The dotted module, without leading dots (`yaml`, `google.cloud.storage`; empty for `from . import x`).
    pub module: String,
    /// The names taken from it (`from module import name`); empty for `import module`, `*` for all.
    pub names: Vec<String>,
    /// How many leading dots a relative import has.
    pub level: u32,
    /// The dotted module as written.
    pub at: Extent,
}

/// What the syntax tree of one text shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Uses {
    /// Calls of names that resolve to something imported or built in, in the order of the text.
    pub calls: Vec<Call>,
    /// Classes of the file, by their local name: the resolved names of their bases (a base from the same file by its
    /// local name, prefixed by `.`).
    pub classes: Vec<Class>,
    /// Functions of the file, for what they are annotated and how they are marked.
    pub functions: Vec<Function>,
    /// Syntax errors, as `invalid-syntax` problems.
    pub problems: Vec<Problem>,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The resolved name (`yaml.load`, also for `from yaml import load as l; l(…)`).
    pub function: String,
    /// The callee as written.
    pub function_at: Extent,
    /// The whole call.
    pub at: Extent,
    /// The import or assignment that binds the first name of the callee.
    pub bound_at: Option<Extent>,
    /// Arguments in the order of the text.
    pub arguments: Vec<Argument>,
    /// Whether `*args` or `**kwargs` are passed.
    pub starred: bool,
    /// Whether it stands in an `async def`.
    pub in_async: bool,
    /// Whether it stands in a `TYPE_CHECKING` block.
    pub type_checking: bool,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The keyword, or nothing for a positional one.
    pub name: Option<String>,
    /// What it is.
    pub value: ArgumentValue,
    /// Where the value stands.
    pub at: Extent,
}

/// What an argument is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentValue {
    /// Names it can only be: more than one where it is bound on several paths (`try: … except ImportError: …`).
    /// Imported names are dotted and absolute; a class of the file is its local name prefixed by `.`.
    Names(Vec<String>),
    /// A literal as Python writes it: `True`, `None`, `3`, `"text"` (always double quotes).
    Literal(String),
    /// A call of a resolved function.
    Call(String),
    /// Anything else.
    Unknown,
}

/// A class of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its local name.
    pub name: String,
    /// What its bases resolve to, as in [`ArgumentValue::Names`]; an unknown base is `?`.
    pub bases: Vec<String>,
    /// Its name in the header.
    pub at: Extent,
}

/// A function of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its local name.
    pub name: String,
    /// Its name in the header.
    pub at: Extent,
    /// Whether it has any annotation.
    pub annotated: bool,
    /// Whether it is an `async def`.
    pub is_async: bool,
}
