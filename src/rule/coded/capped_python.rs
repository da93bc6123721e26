//! `capped-python`: a library whose `requires-python` ends.

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
        if value.at.of(source) != value.text || !is_capped(&value.text) {
            return None;
        }
        let clauses = placed(&value.text)?;
        let (_, at) = clauses.iter().find(|(clause, _)| {
            matches!(clause.operator, Operator::Below | Operator::AtMost | Operator::Compatible | Operator::Equal)
        })?;
        let at = Extent::from(at.clone()).shift(value.at.range().start);
        let message = format!("`{}` closes the library to every later Python", at.of(source));
        let finding = Finding::new(Location::Span(manifest.file.span(at)), message)
            .note("installers then choose an older release of this library, and every library that needs it must cap as well")
            .help("leave the upper bound out, and say with classifiers what has been tested")
            .key(value.text.clone());
        Some(vec![finding])
    })
    .unwrap_or_default()
}

/// Whether no Python 3 beyond some version is allowed. A Python 4 is not in sight, and to leave it out does no harm.
fn is_capped(specifiers: &str) -> bool {
    Versions::parse_python(specifiers).is_some_and(|all| !all.is_empty() && all.contains("3.99.0") == Some(false))
}
