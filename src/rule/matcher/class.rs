//! `[[match]] class = …`: classes by what they derive from, judged by what their bodies hold.

use super::reference::counts;
use crate::diagnostic::Finding;
use crate::knowledge::model::{ClassMatch, Matcher};
use crate::project::load::{Sign, Trigger};
use crate::python::{Class, Uses};
use crate::rule::{Context, triggers};
use crate::source::Location;

/// What files have in which such a class can occur.
pub fn triggers(wanted: &ClassMatch) -> impl Iterator<Item = Trigger> {
    wanted.derives_from.iter().flat_map(|root| {
        wanted.fields.keys().map(|field| {
            let mut trigger = triggers::trigger(root);
            trigger.signs.extend(wanted.nested.iter().chain([field]).map(|word| Sign::Word(word.clone())));
            trigger
        })
    })
}

/// One finding a name in the body of a class.
pub(super) fn run(wanted: &ClassMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, uses) in context.importers.of_names(&wanted.derives_from).into_iter().filter(|(file, _)| counts(file)) {
        for (body, class) in bodies(wanted, uses) {
            if matcher.removed.is_some() && (body.probed || class.probed) {
                continue;
            }
            for field in &body.fields {
                let Some(instead) = wanted.fields.get(&field.name) else { continue };
                let value = |word: &str| match word {
                    "class" => Some(class.name.clone()),
                    "field" => Some(field.name.clone()),
                    "instead-clause" => Some(super::instead_clause(instead)),
                    _ => None,
                };
                let at = Location::Span(file.file.span(field.at));
                findings.push(super::speak(Finding::new(at, "").key(field.name.clone()), matcher, value));
            }
        }
    }
    findings
}

/// The bodies that are looked at, each with the class that is meant.
fn bodies<'u>(wanted: &ClassMatch, uses: &'u Uses) -> Vec<(&'u Class, &'u Class)> {
    let roots: Vec<&str> = wanted.derives_from.iter().map(String::as_str).collect();
    // Of two classes of one name it cannot be told which one is meant: both must derive.
    let is_meant = |class: &Class| uses.derives_from(&format!(".{}", class.name), &roots) == Some(true);
    let body = |class: &'u Class| match &wanted.nested {
        None => Some((class, class)),
        Some(nested) => {
            let outer = uses.classes.get(class.within?)?;
            (class.name == *nested).then_some((class, outer))
        }
    };
    uses.classes.iter().filter_map(body).filter(|(_, class)| is_meant(class)).collect()
}
