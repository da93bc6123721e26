//! Dotted names that expressions resolve to.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use foldhash::HashMap;

use super::results;
use crate::python::vocabulary::Vocabulary;

/// How long a dotted name may be; longer ones come from code that nobody wrote.
const LONGEST: usize = 160;

/// A dotted name. Each is written once in a text, and remembers those that begin with it: it is cheap to copy, and to ask
/// for what was asked before.
#[derive(Debug, Clone)]
pub(super) struct Dotted(Rc<Node>);

#[derive(Debug)]
struct Node {
    text: Box<str>,
    root: Root,
    /// Whether it is, or belongs to, what a call gives.
    is_of_call: bool,
    /// The names of attributes, as far as somebody asked.
    attributes: RefCell<HashMap<Box<str>, Dotted>>,
    /// The name with the brackets of a call.
    called: OnceCell<Dotted>,
    /// The constructor of what a call gives, where it is another one.
    gives: OnceCell<Option<Dotted>>,
    /// As far as somebody wanted to know.
    asked: OnceCell<Asked>,
}

/// Whether somebody asks for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Not,
    /// For what it is an attribute of.
    Part,
    Itself,
}

/// With what a name begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    /// A class of the file.
    Local,
    Builtins,
    /// A module.
    Module,
}

impl Root {
    fn of(text: &str) -> Self {
        if text.starts_with('.') {
            Self::Local
        } else if text.starts_with("builtins.") {
            Self::Builtins
        } else {
            Self::Module
        }
    }
}

impl Dotted {
    pub(super) fn new(text: impl Into<Box<str>>) -> Self {
        let text = text.into();
        let (root, is_of_call) = (Root::of(&text), text.contains("()"));
        Self(Rc::new(Node {
            text,
            root,
            is_of_call,
            attributes: RefCell::default(),
            called: OnceCell::new(),
            gives: OnceCell::new(),
            asked: OnceCell::new(),
        }))
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        &self.0.text
    }

    /// An attribute of what has this name; nothing where the name becomes too long.
    pub(super) fn attribute(&self, attr: &str) -> Option<Self> {
        if self.as_str().len() + attr.len() >= LONGEST {
            return None;
        }
        let mut attributes = self.0.attributes.borrow_mut();
        if let Some(known) = attributes.get(attr) {
            return Some(known.clone());
        }
        let name = Self::new([self.as_str(), ".", attr].concat());
        attributes.insert(attr.into(), name.clone());
        Some(name)
    }

    /// What a call of what has this name gives: `requests.Session()`.
    pub(super) fn called(&self) -> &Self {
        self.0.called.get_or_init(|| Self::new([self.as_str(), "()"].concat()))
    }

    /// Whether somebody asks for it, or for what it is an attribute of. It is always asked with the same `vocabulary`.
    pub(super) fn is_asked_for(&self, vocabulary: &Vocabulary) -> Asked {
        *self.0.asked.get_or_init(|| match self.as_str() {
            name if vocabulary.has(name) => Asked::Itself,
            name if vocabulary.has_part(name) => Asked::Part,
            _ => Asked::Not,
        })
    }

    /// The constructor of what a call of this gives, where that is another one ([`results::of`]).
    pub(super) fn gives(&self) -> Option<&Self> {
        self.0.gives.get_or_init(|| results::of(self.as_str()).map(Self::new)).as_ref()
    }

    /// Whether it is a class of the file, or what belongs to one: its name begins with a dot.
    #[inline]
    pub(super) fn is_local(&self) -> bool {
        self.0.root == Root::Local
    }

    /// Whether it comes from a module that is imported.
    #[inline]
    pub(super) fn is_imported(&self) -> bool {
        self.0.root == Root::Module
    }

    /// Whether it is, or belongs to, what a call gives.
    #[inline]
    pub(super) fn is_of_call(&self) -> bool {
        self.0.is_of_call
    }
}

impl PartialEq for Dotted {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.as_str() == other.as_str()
    }
}

impl Eq for Dotted {}

impl From<&Dotted> for String {
    fn from(name: &Dotted) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_once() {
        let module = Dotted::new("pandas");
        let frame = module.attribute("DataFrame").expect("a name");
        assert_eq!(frame.as_str(), "pandas.DataFrame");
        assert!(module.attribute("DataFrame").is_some_and(|again| Rc::ptr_eq(&again.0, &frame.0)));
        assert_eq!(frame.called().attribute("append"), Some(Dotted::new("pandas.DataFrame().append")));
        assert_eq!(module.attribute("read_csv").as_ref().and_then(Dotted::gives), Some(&frame));
        assert_eq!(frame.attribute(&"x".repeat(LONGEST)), None);
    }
}
