//! What is said about a project: findings as rules return them, diagnostics as people see them.

use crate::fix::Fix;
use crate::source::{Extent, FileId, Location, Span};

pub use crate::knowledge::model::{Category, Severity};

/// A second place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// The label at further places of which the finding speaks as much as of the first.
pub const ALSO_DECLARED: &str = "declared here as well";

/// What a rule returns. It has no name, severity or link: the engine adds those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The primary place.
    pub at: Location,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// A few words beside the primary place, or nothing.
    pub label: String,
    /// Further places, in the order in which they explain.
    pub labels: Vec<Label>,
    /// What to do, each a line.
    pub help: Vec<String>,
    /// Why it matters here, and the evidence, each a line.
    pub notes: Vec<String>,
    /// The distribution it is about, normalised (PEP 503).
    pub package: Option<String>,
    /// The row of the ecosystem map it is about.
    pub need: Option<String>,
    /// What to use instead.
    pub replacements: Vec<String>,
    /// The advisories it rests on (`PYSEC-…`, `GHSA-…`, `CVE-…`).
    pub advisories: Vec<String>,
    /// The change that settles it.
    pub fix: Option<Fix>,
    /// A variant that the rule file declares.
    pub variant: Option<String>,
    /// What distinguishes it from other findings of the rule in the file (callee, marker, advisory), never a line.
    pub key: String,
    /// At how many places of its file the same is found, those included that no label shows.
    pub places: u32,
}

impl Finding {
    /// A finding at `at` that says `message`.
    pub fn new(at: Location, message: impl Into<String>) -> Self {
        Self {
            at,
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            package: None,
            need: None,
            replacements: Vec::new(),
            advisories: Vec::new(),
            fix: None,
            variant: None,
            key: String::new(),
            places: 1,
        }
    }

    /// Adds words beside the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a line of reasons or evidence.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Names the distribution (already normalised).
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.package = Some(name.into());
        self
    }

    /// Names the row of the ecosystem map.
    #[must_use]
    pub fn need(mut self, need: impl Into<String>) -> Self {
        self.need = Some(need.into());
        self
    }

    /// Names what to use instead.
    #[must_use]
    pub fn replacements(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.replacements.extend(names.into_iter().map(Into::into));
        self
    }

    /// Names the advisories it rests on.
    #[must_use]
    pub fn advisories(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.advisories.extend(ids.into_iter().map(Into::into));
        self
    }

    /// Offers a change.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Gives each file that it points at the number that `number` gives for it.
    pub fn renumber(&mut self, number: impl Fn(FileId) -> FileId) {
        match &mut self.at {
            Location::Project => {}
            Location::File(file) => *file = number(*file),
            Location::Span(span) => span.file = number(span.file),
        }
        let labels = self.labels.iter_mut().map(|label| &mut label.span);
        let edits = self.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.span);
        labels.chain(edits).for_each(|span| span.file = number(span.file));
    }

    /// Speaks as a variant of the rule.
    #[must_use]
    pub fn variant(mut self, variant: Option<&str>) -> Self {
        self.variant = variant.map(str::to_owned);
        self
    }

    /// Sets the key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }
}

/// A fault that a reader met in a text. `rule` decides under which name it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of a rule (`invalid-requirement`).
    pub rule: &'static str,
    /// The bytes at fault, or the whole file.
    pub at: Option<Extent>,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// A few words beside the place, or nothing.
    pub label: String,
    /// Further places in the same text.
    pub labels: Vec<(Extent, String)>,
    /// What to do.
    pub help: Vec<String>,
    /// Why.
    pub notes: Vec<String>,
    /// What to write instead at `at`, where that is certain.
    pub replace: Option<String>,
    /// A variant that the rule file declares.
    pub variant: Option<&'static str>,
}

impl Problem {
    /// A fault of kind `rule` at `at`.
    pub fn new(rule: &'static str, at: Extent, message: impl Into<String>) -> Self {
        Self { at: Some(at), ..Self::whole(rule, message) }
    }

    /// A fault of the file as a whole.
    pub fn whole(rule: &'static str, message: impl Into<String>) -> Self {
        Self {
            rule,
            at: None,
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            help: Vec::new(),
            notes: Vec::new(),
            replace: None,
            variant: None,
        }
    }

    /// Adds words beside the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, at: Extent, text: impl Into<String>) -> Self {
        self.labels.push((at, text.into()));
        self
    }

    /// Adds a line of advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a line of reasons.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says what to write instead.
    #[must_use]
    pub fn replace(mut self, text: impl Into<String>) -> Self {
        self.replace = Some(text.into());
        self
    }

    /// Speaks as a variant of the rule.
    #[must_use]
    pub fn variant(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    /// The same fault in a text that holds this one from byte `by` on.
    #[must_use]
    pub fn shift(mut self, by: usize) -> Self {
        self.at = self.at.map(|at| at.shift(by));
        for (at, _) in &mut self.labels {
            *at = at.shift(by);
        }
        self
    }
}

/// A finding with all that the engine knows of its rule and its project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule.
    pub rule: String,
    /// Its category.
    pub category: Category,
    /// How bad it is, after variants and the user's configuration.
    pub severity: Severity,
    /// The root of the project, relative to the working directory, `.` for that itself.
    pub project: String,
    /// A link to the rule's documentation, or to the first of its references.
    pub url: Option<String>,
    /// What the rule said.
    pub finding: Finding,
}
