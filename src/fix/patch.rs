//! Which edits go together, and what they make of a text.

use std::collections::BTreeMap;

use super::{Edit, Fix};
use crate::source::{Extent, FileId};

/// The places that chosen fixes change.
#[derive(Debug, Default)]
pub struct Taken(BTreeMap<FileId, Vec<Extent>>);

impl Taken {
    /// Takes the places of `fix`, unless one of them meets a place that is taken. All are taken or none.
    pub fn take(&mut self, fix: &Fix) -> bool {
        let is_free = |edit: &Edit| {
            let taken = self.0.get(&edit.span.file).into_iter().flatten();
            taken.into_iter().all(|other| !meet(*other, edit.span.extent))
        };
        if !fix.edits.iter().all(is_free) {
            return false;
        }
        for edit in &fix.edits {
            self.0.entry(edit.span.file).or_default().push(edit.span.extent);
        }
        true
    }
}

/// Whether two places cannot both be changed: they overlap, or something is written where the other begins or ends.
fn meet(one: Extent, other: Extent) -> bool {
    if one.is_empty() || other.is_empty() {
        one.start <= other.end && other.start <= one.end
    } else {
        one.start < other.end && other.start < one.end
    }
}

/// `text` with `edits`, in any order; nothing where two of them meet or one lies outside.
pub fn apply<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| edit.span.extent);
    let mut written = String::with_capacity(text.len());
    let mut done: Option<Extent> = None;
    for edit in edits {
        let place = edit.span.extent;
        if done.is_some_and(|done| meet(done, place)) {
            return None;
        }
        let from = done.map_or(0, |done| done.range().end);
        written.push_str(text.get(from..place.range().start)?);
        text.get(place.range())?;
        written.push_str(&edit.text);
        done = Some(place);
    }
    written.push_str(text.get(done.map_or(0, |done| done.range().end)..)?);
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::Applicability;
    use crate::source::Sources;

    fn edits(file: FileId, places: &[(usize, usize, &str)]) -> Vec<Edit> {
        let edit = |(from, to, text): &(usize, usize, &str)| Edit {
            span: file.span(Extent::new(*from, *to)),
            text: (*text).to_owned(),
        };
        places.iter().map(edit).collect()
    }

    #[test]
    fn all_edits_or_none() {
        let file = Sources::default().add("a", None);
        for (places, expected) in [
            (&[][..], Some("abcdef")),
            (&[(1, 2, "X"), (0, 1, "")], Some("Xcdef")),
            (&[(6, 6, "!"), (0, 0, ">")], Some(">abcdef!")),
            (&[(1, 3, ""), (2, 4, "")], None),
            // Two insertions at one place have no order.
            (&[(2, 2, "x"), (2, 2, "y")], None),
            (&[(1, 2, ""), (2, 2, "y")], None),
            (&[(5, 7, "")], None),
        ] {
            assert_eq!(apply("abcdef", &edits(file, places)).as_deref(), expected, "{places:?}");
        }
        assert_eq!(apply("é", &edits(file, &[(1, 2, "")])), None);
    }

    #[test]
    fn fixes_do_not_meet() {
        let mut sources = Sources::default();
        let (file, other) = (sources.add("a", None), sources.add("b", None));
        let fix = |edits| Fix::new("x", Applicability::Safe, edits);
        let mut taken = Taken::default();
        assert!(taken.take(&fix(edits(file, &[(2, 4, ""), (8, 8, "x")]))));
        assert!(!taken.take(&fix(edits(file, &[(3, 5, "")]))));
        assert!(!taken.take(&fix(edits(file, &[(0, 1, ""), (8, 8, "y")]))));
        // What was not taken as a whole is not taken in part.
        assert!(taken.take(&fix(edits(file, &[(0, 1, "")]))));
        assert!(taken.take(&fix(edits(file, &[(4, 6, "")]))));
        assert!(taken.take(&fix(edits(other, &[(3, 5, "")]))));
    }
}
