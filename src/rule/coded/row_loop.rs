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

/// From how many loops on it is a habit, where none of them has a form for columns.
const LEAST: usize = 3;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The files that go through frames of pandas.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    for (place, _) in scanned.files(&[Purpose::Runtime]).filter(|(_, file)| has_frames(file)) {
        wanted.add(place, ["iterrows", "axis"]);
    }
}

/// At most one finding a project: at the first place whose work has a form for whole columns, else at the first of
/// several loops that only read columns.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let files = Scanned::of(context).files(&[Purpose::Runtime]).filter(|(_, file)| has_frames(file));
    let all: Vec<(&PythonFile, &RowLoop)> = files
        .filter_map(|(_, file)| Some((file, file.uses.as_deref()?)))
        .flat_map(|(file, uses)| uses.idioms.row_loops.iter().map(move |rows| (file, rows)))
        .filter(|(_, rows)| rows.simple.is_some() || rows.by_name)
        .collect();
    let mut simple: Vec<_> = all.iter().filter(|(_, rows)| rows.simple.is_some()).collect();
    if simple.is_empty() && all.len() >= LEAST {
        simple = all.iter().collect();
    }
    let Some((file, first)) = simple.first() else { return Vec::new() };
    let at = file.file.locate(Some(first.at));
    let finding = match (first.kind, first.simple) {
        (RowLoopKind::Apply, _) => {
            Finding::new(at, "`apply(…, axis=1)` calls a function for every row, where columns can be used as they are")
                .help("the same operators work on columns: `frame[\"a\"] * frame[\"b\"]`")
        }
        (RowLoopKind::IterRows, Some(_)) => {
            Finding::new(at, "`iterrows` makes an object of every row, where columns can be used as they are")
                .help("the same operators work on columns: `frame[\"a\"] * frame[\"b\"]`, and `.sum()` adds them up")
        }
        (RowLoopKind::IterRows, None) => {
            Finding::new(at, "`iterrows` makes an object of every row, of which only columns are read by their names")
                .note("such an object has one type for all of its values: integers beside a float become floats")
                .help("`for row in frame.itertuples():` with `row.name` reads the same, keeps the types, and is many times as fast")
        }
    };
    let finding = match first.simple {
        Some(work) => finding.related(file.file.span(work), "made of columns and operators alone"),
        None => finding,
    };
    let others = simple.iter().skip(1).take(SHOWN_PLACES);
    let finding = others.fold(finding, |finding, (file, rows)| finding.related(file.file.span(rows.at), "and here"));
    let finding = if simple.len() > 1 {
        finding.note(format!("{} like this", text::count(simple.len(), "place")))
    } else {
        finding
    };
    vec![finding.need("tabular").package("pandas")]
}

fn has_frames(file: &PythonFile) -> bool {
    syntax::imports_any(file, FRAMES) && !syntax::imports_any(file, OTHERS)
}
