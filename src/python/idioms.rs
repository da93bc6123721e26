//! Ways of writing that a library or a tool has a word for, as the syntax tree shows them.

use crate::python::ArgumentValue;
use crate::source::Extent;

/// What one text has of them, each in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Idioms {
    /// Loops that try a call again after a pause.
    pub retry_loops: Vec<RetryLoop>,
    /// Words that the arguments of the program are compared with.
    pub argument_words: Vec<ArgumentWord>,
    /// What tests put in the place of something else.
    pub patches: Vec<Patch>,
    /// Work on a data frame that goes row by row.
    pub row_loops: Vec<RowLoop>,
    /// Loops over random input that assert something of each.
    pub random_loops: Vec<RandomLoop>,
    /// Functions that pytest collects as tests, by their name and place.
    pub tests: Vec<Test>,
    /// Names that the module itself binds by assignments (`pytest_plugins`, `pytestmark`).
    pub assigned: Vec<String>,
    /// Whether the module does something where it is run as a program (`if __name__ == "__main__":`).
    pub is_program: bool,
    /// Where the module has no branch, loop, class or handling of errors: how many calls it makes of something else than
    /// its own functions.
    pub straight_calls: Option<usize>,
}

/// A loop that tries something a number of times, waits after a failure, and is left after a success.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryLoop {
    /// The header, without its colon (`for attempt in range(5)`).
    pub at: Extent,
    /// The call that waits: what it resolves to (`time.sleep`), and where it stands.
    pub sleep: (String, Extent),
    /// What is called in the `try` block, as far as it resolves, with the callee's place.
    pub calls: Vec<(String, Extent)>,
    /// What the handlers name, as far as it resolves.
    pub exceptions: Vec<String>,
    /// How often it is tried, where a literal says so.
    pub attempts: Option<String>,
    /// Whether the pause is something else than a number.
    pub grows: bool,
    /// Whether a handler looks at what was raised, so that only some failures are worth another try.
    pub selective: bool,
}

/// A word that an argument of the program is compared with, or looked for among all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentWord {
    /// The word (`--verbose`, `build`).
    pub word: String,
    /// The string.
    pub at: Extent,
}

/// That something is replaced for a test: `unittest.mock.patch`, `mocker.patch`, `monkeypatch.setattr`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// The dotted name of what is replaced, as written or resolved (`app.client.requests.get`).
    pub target: String,
    /// The arguments that name it.
    pub at: Extent,
    /// Whether it makes what is replaced fail (`side_effect=`), as far as the call itself says.
    pub fails: bool,
}

/// Work on a data frame that goes row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLoop {
    /// The method that gives the rows or takes the function.
    pub kind: RowLoopKind,
    /// Its name.
    pub at: Extent,
    /// What is done with each row and has a form for whole columns: the expression or statement.
    pub simple: Option<Extent>,
    /// Whether nothing is made of a row but its columns, by names that are written there.
    pub by_name: bool,
}

/// How rows are gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowLoopKind {
    /// `for index, row in frame.iterrows()`.
    IterRows,
    /// `frame.apply(function, axis=1)`.
    Apply,
}

/// A loop in a test that draws random values and asserts something of each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomLoop {
    /// The header, without its colon.
    pub at: Extent,
    /// How often it goes round, where a literal says so.
    pub rounds: Option<u64>,
    /// What draws (`random.randint`), and where.
    pub draw: (String, Extent),
    /// The first `assert`.
    pub assertion: Extent,
}

/// A function or method that pytest would collect where its file is one of tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// Its name in the header.
    pub at: Extent,
    /// Whether it is an `async def`.
    pub is_async: bool,
    /// Whether it yields: then it is no coroutine function.
    pub is_generator: bool,
    /// Names of its parameters.
    pub parameters: Vec<String>,
    /// What marks and decorates it, from the inside out: its decorators, those of its class, `pytestmark` of class and
    /// module. A call counts as what is called.
    pub decorators: Vec<ArgumentValue>,
    /// Whether it stands in a class that derives from something that is not known to be plain.
    pub in_derived_class: bool,
}
