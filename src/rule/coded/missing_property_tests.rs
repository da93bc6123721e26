//! `missing-property-tests`: tests that draw random input in a loop.

use crate::diagnostic::Finding;
use crate::project::PythonFile;
use crate::project::purpose::Purpose;
use crate::python::Uses;
use crate::python::idioms::RandomLoop;
use crate::rule::syntax::{self, Scanned, Wanted};
use crate::rule::{Context, text};

/// The row of the map.
const NEED: &str = "property-based";

/// Functions that make random input the same each time.
pub const SEEDS: &[&str] = &["random.seed", "numpy.random.seed"];

/// From how many rounds on a loop looks for what fails, and does not only do something a few times.
const LEAST_ROUNDS: u64 = 20;

/// How many further places a finding shows.
const SHOWN_PLACES: usize = 4;

/// The tests that draw, or say where drawing begins.
pub fn ask(scanned: Scanned<'_>, wanted: &mut Wanted) {
    if !scanned.may_have(NEED) {
        for (place, _) in scanned.files(&[Purpose::Tests]).filter(|(_, file)| draws(file)) {
            wanted.add(place, ["random.", "seed"]);
        }
    }
}

/// At most one finding a project, at the first loop.
pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let scanned = Scanned::of(context);
    if scanned.may_have(NEED) {
        return Vec::new();
    }
    let tests = || scanned.files(&[Purpose::Tests]).filter_map(|(_, file)| Some((file, file.uses.as_deref()?)));
    let is_seeded = |uses: &Uses| uses.calls.iter().any(|call| SEEDS.contains(&call.function.as_str()));
    if tests().any(|(_, uses)| is_seeded(uses)) {
        return Vec::new();
    }
    let loops: Vec<(&PythonFile, &RandomLoop)> =
        tests().flat_map(|(file, uses)| uses.idioms.random_loops.iter().map(move |random| (file, random))).collect();
    let loops: Vec<_> =
        loops.into_iter().filter(|(_, random)| random.rounds.is_none_or(|rounds| rounds >= LEAST_ROUNDS)).collect();
    let (Some((file, random)), Some(first)) = (loops.first(), scanned.recommended(NEED)) else { return Vec::new() };
    let finding = Finding::new(
        file.file.locate(Some(random.at)),
        "a test asserts something of random input, in a loop and without a seed",
    )
    .related(file.file.span(random.draw.1), "drawn here")
    .note("when it fails, the input is gone; the next run draws another one")
    .help(format!("`{first}` draws such input, keeps what failed, and looks for the smallest that does"))
    .need(NEED)
    .replacements([first]);
    let others = loops.iter().skip(1).take(SHOWN_PLACES);
    let finding =
        others.fold(finding, |finding, (file, random)| finding.related(file.file.span(random.at), "and here"));
    vec![if loops.len() > 1 {
        finding.note(format!("{} like this", text::count(loops.len(), "loop")))
    } else {
        finding
    }]
}

fn draws(file: &PythonFile) -> bool {
    syntax::imports_any(file, &["random", "numpy"])
}
