//! `capped-python`: a library whose `requires-python` ends.

use std::ops::Range;

use crate::diagnostic::Finding;
use crate::manifest::Versions;
use crate::manifest::version::clause::{Operator, placed};
use crate::project::Kind;
use crate::rule::Context;
use crate::source::{Extent, Location};

/// At most one finding, at the clause that caps.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // What only the members of a workspace use is bounded with them.
    let is_shared = context.project.outer.is_none() || context.project.is_published;
    if context.project.kind != Kind::Library || !is_shared {
        return Vec::new();
    }
    context.project.manifests.iter().find_map(|manifest| {
        // Poetry's `^3.10` says so without being asked.
        let standard = manifest.format == "pyproject" && manifest.reading.tables.iter().any(|(t, _)| t == "project");
        let value = manifest.reading.project.as_ref()?.requires_python.as_ref().filter(|_| standard)?;
        let source = context.workspace.sources.text(manifest.file);
        if value.at.of(source) != value.text {
            return None;
        }
        let cap = Cap::of(&value.text)?;
        let clauses = placed(&value.text)?;
        let is_bound = |operator| {
            matches!(operator, Operator::Below | Operator::AtMost | Operator::Compatible | Operator::Equal)
        };
        let mut bounds = clauses.iter().map(|(clause, at)| (clause.operator, at)).filter(|(o, _)| is_bound(*o));
        // Of several the one that leaves out a Python 3, where one does.
        let caps = |(_, at): &(Operator, &Range<usize>)| value.text.get((*at).clone()).and_then(Cap::of) == Some(cap);
        let (_, at) = bounds.find(caps)?;
        let at = Extent::from(at.clone()).shift(value.at.range().start);
        let written = at.of(source);
        let (message, note) = match cap {
            Cap::Series => (
                format!("`{written}` closes the library to every later Python"),
                "installers then choose an older release of this library, and every library that needs it must cap as well",
            ),
            Cap::Major => (
                format!("`{written}` leaves out a Python that does not exist"),
                "there is no Python 4; resolvers copy the cap to everyone who depends on the library",
            ),
        };
        let finding = Finding::new(Location::Span(manifest.file.span(at)), message)
            .note(note)
            .help("leave the upper bound out, and say with classifiers what has been tested")
            .key(value.text.clone());
        Some(vec![finding])
    })
    .unwrap_or_default()
}

/// Where the Pythons end that specifiers allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cap {
    /// Before some later Python 3.
    Series,
    /// Before some later major version alone.
    Major,
}

impl Cap {
    /// Nothing where they do not end, or nothing is allowed.
    fn of(specifiers: &str) -> Option<Self> {
        let allowed = Versions::parse_python(specifiers).filter(|all| !all.is_empty())?;
        if allowed.contains("3.99.0") == Some(false) {
            Some(Self::Series)
        } else {
            (allowed.contains("99.0.0") == Some(false)).then_some(Self::Major)
        }
    }
}
