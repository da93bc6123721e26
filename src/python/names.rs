//! Which names a text takes from elsewhere, and what it gives names to.

use crate::python::{ArgumentValue, Uses};
use crate::source::Extent;

/// A place where a name or an attribute is read that resolves to something imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The longest dotted name (`click.__version__`), with what calls give as in [`crate::python::Call::function`]
    /// (`pandas.DataFrame().append`). A name of a `from` import is `module.name`, `module.*` where all are taken.
    pub name: String,
    /// Further names that it may be instead, where its first part is bound on several paths.
    pub alternatives: Vec<String>,
    /// The name as written.
    pub at: Extent,
    /// Whether an import statement takes it: it fails there, not where it is used.
    pub imported: bool,
    /// Whether it was asked there which version is installed, or what it has: under `hasattr`, a test of a version or
    /// of a name like `PYDANTIC_V2`; in a `try` that catches what a missing name raises, or in the handler.
    pub probed: bool,
    /// Whether it stands in a `TYPE_CHECKING` block.
    pub type_checking: bool,
    /// Whether it stands in a function or a lambda.
    pub in_function: bool,
    /// Whether it stands in an annotation, which not every Python evaluates.
    pub in_annotation: bool,
}

impl Reference {
    /// Whether it can only be one of what satisfies `test`.
    pub fn is_only(&self, test: impl Fn(&str) -> bool) -> bool {
        test(&self.name) && self.alternatives.iter().all(|name| test(name))
    }
}

/// A value that is given to something with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// A name of the module, prefixed by `.` (`.DEBUG`); an attribute of something imported
    /// (`requests.Session().verify`); what a literal key names in one (`flask.Flask().config["DEBUG"]`); or a part of a
    /// part of one, by what stands between the first brackets: a text (`pandas.DataFrame()[name][]`), a list, a `test`
    /// of each row, or anything else (`pandas.DataFrame()[][]`). Of `x += 1` only the last sort.
    pub target: String,
    /// The target as written.
    pub at: Extent,
    /// What it is given.
    pub value: ArgumentValue,
    /// Where that stands.
    pub value_at: Extent,
    /// As in [`Reference`].
    pub probed: bool,
    /// Whether it stands in a `TYPE_CHECKING` block.
    pub type_checking: bool,
    /// Whether it stands in a function or a lambda.
    pub in_function: bool,
}

/// A text into which values are put: `f"{a}"`, `"%s" % a`, `"{}".format(a)`, `"…" + a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The expression.
    pub at: Extent,
    /// Those values that are an attribute of an object that a call gives ([`ArgumentValue::Names`], as
    /// `requests.Session().headers`), or are given by a call ([`ArgumentValue::Call`]), with their places.
    pub parts: Vec<(ArgumentValue, Extent)>,
}

/// A name that the body of a class gives a value or an annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// Where it stands.
    pub at: Extent,
    /// Whether it is annotated.
    pub annotated: bool,
    /// What it is given; nothing for a mere annotation.
    pub value: Option<ArgumentValue>,
}

/// A function of the body of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// Its name in the header.
    pub at: Extent,
    /// What its decorators resolve to; of `@validator("name")` what a call of `validator` gives.
    pub decorators: Vec<ArgumentValue>,
}

impl Uses {
    /// What is read where a callee or another name stands at `at`; nothing where that resolves to nothing imported.
    pub fn reference_at(&self, at: Extent) -> Option<&Reference> {
        let place = self.references.partition_point(|reference| reference.at.start < at.start);
        let here = self.references.get(place..)?.iter().take_while(|reference| reference.at.start == at.start);
        here.into_iter().find(|reference| reference.at == at)
    }
}
