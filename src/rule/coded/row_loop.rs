//! `row-loop`: a data frame is gone through row by row.

use crate::diagnostic::Finding;
use crate::project::PythonFile;
use crate::project::purpose::Purpose;
use crate::python::idioms::{RowLoop, RowLoopKind};
use crate::rule::syntax::{self, Scanned, Wanted};
use crate::rule::{Context, text};

/// The modules whose frames are meant.
const FRAMES: &[&str] = &["pandas"];

/// Libraries whose frames have methods of the same names.
const OTHERS: &[&str] = &["geopandas", "polars", "dask", "pyspark", "cudf", "modin"];

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The files that go through frames of pandas.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    for (place, _) in scanned.files(&[Purpose::Runtime]).filter(|(_, file)| has_frames(file)) {
        wanted.add(place, ["iterrows", "axis"]);
    }
}

/// One finding a file, at the first place whose work has a form for whole columns, else at the first loop.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let files = Scanned::of(context).files(&[Purpose::Runtime]);
    files.filter(|(_, file)| has_frames(file)).filter_map(|(_, file)| of_file(file)).collect()
}

fn of_file(file: &PythonFile) -> Option<Finding> {
    // A function for each row may do anything; what it is made of is not looked into.
    let counts = |rows: &&RowLoop| rows.simple.is_some() || rows.kind == RowLoopKind::IterRows;
    let all: Vec<&RowLoop> = file.uses.as_ref()?.idioms.row_loops.iter().filter(counts).collect();
    let first = all.iter().find(|rows| rows.simple.is_some()).or_else(|| all.first())?;
    let at = file.file.locate(Some(first.at));
    let finding = match (first.kind, first.simple) {
        (RowLoopKind::Apply, _) => Finding::new(at, "`apply(…, axis=1)` calls a function for every row, where columns can be used as they are")
            .help("the same operators work on columns: `frame[\"a\"] * frame[\"b\"]`; for a choice, `numpy.where`"),
        (RowLoopKind::IterRows, Some(_)) => Finding::new(at, "`iterrows` makes an object of every row, where columns can be used as they are")
            .help("the same operators work on columns: `frame[\"a\"] * frame[\"b\"]`, and `.sum()` adds them up"),
        (RowLoopKind::IterRows, None) => Finding::new(at, "`iterrows` makes an object of every row, and one type of all its values")
            .help("`itertuples()` keeps the types of the columns and is some ten times as fast; `to_dict(\"records\")` where names are computed"),
    };
    let finding = match first.simple {
        Some(work) => finding.related(file.file.span(work), "made of columns and operators alone"),
        None => finding,
    };
    let others = all.iter().filter(|rows| rows.at != first.at);
    let finding =
        others.take(SHOWN_PLACES).fold(finding, |finding, rows| finding.related(file.file.span(rows.at), "and here"));
    let finding = if all.len() > 1 {
        finding.note(format!("{} in this file go row by row", text::count(all.len(), "place")))
    } else {
        finding
    };
    Some(finding.need("tabular").package("pandas"))
}

fn has_frames(file: &PythonFile) -> bool {
    syntax::imports_any(file, FRAMES) && !syntax::imports_any(file, OTHERS)
}
