//! Popular names that are one slip away from another name.
//!
//! A slip is what fingers, memory and language models do to names: a letter too few, too many, wrong or swapped with its
//! neighbour; words set apart or together, or in another order; `python-` and the like put on or left out; the number at
//! the end; a sign for one that looks the same. Only ranked names are searched, which takes some ten microseconds.

use std::collections::BTreeMap;

use fst::{Automaton, IntoStreamer as _, Streamer as _};

use super::{Index, unpack};

/// How one name differs from another. The order is from what is hardly ever meant to what may well be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// Only in where words begin, or in signs that look the same: `scikitlearn`, `djang0`.
    Looks,
    /// One letter too few, too many, wrong, or swapped with its neighbour.
    Letter,
    /// The same words in another order: `dotenv-python`.
    Order,
    /// `python-`, `py-` and the like, before or behind.
    Affix,
    /// The number at the end: `requests2`.
    Number,
}

/// A popular name that is near another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The name.
    pub name: String,
    /// Its rank.
    pub rank: u32,
    /// How they differ.
    pub slip: Slip,
}

/// The words for Python that names carry before or behind, with their hyphen, the longer before those within them.
const BEFORE: &[&str] = &["python3-", "python-", "py3-", "py-"];
const BEHIND: &[&str] = &["-python3", "-python", "-py3", "-py"];

/// Names with more words are not tried in other orders.
const MOST_WORDS: usize = 4;

/// Longer numbers are none that libraries count on with.
const MOST_DIGITS: usize = 2;

/// The ranked names that are one slip away from `name` (normalised) and not `name` itself, each with the first slip that
/// explains it: in the order of slips, the most popular first.
pub fn similar(index: &Index, name: &str) -> Vec<Similar> {
    let mut found: BTreeMap<String, (Slip, u32)> = BTreeMap::new();
    let mut note = |candidate: &str, rank: u32, slip: Slip| {
        if candidate != name {
            let entry = found.entry(candidate.to_owned()).or_insert((slip, rank));
            entry.0 = entry.0.min(slip);
        }
    };
    index.each_popular(&Looks::of(name), |candidate, rank| note(candidate, rank, Slip::Looks));
    index.each_popular(&OneLetter(name.as_bytes()), |candidate, rank| note(candidate, rank, Slip::Letter));
    let others = orders(name).into_iter().map(|other| (other, Slip::Order));
    let others = others.chain(affixes(name).into_iter().map(|other| (other, Slip::Affix)));
    for (other, slip) in others.chain(numbers(name).into_iter().map(|other| (other, Slip::Number))) {
        if let Some(popular) = index.popular(&other) {
            note(&other, popular.rank, slip);
        }
    }
    let mut similar: Vec<Similar> =
        found.into_iter().map(|(name, (slip, rank))| Similar { name, rank, slip }).collect();
    similar.sort_by_key(|similar| (similar.slip, similar.rank));
    similar
}

impl Index {
    /// Calls `each` with the ranked names that `automaton` takes, and their ranks.
    fn each_popular(&self, automaton: impl Automaton, mut each: impl FnMut(&str, u32)) {
        let mut stream = self.ranked.search(automaton).into_stream();
        while let Some((name, value)) = stream.next() {
            if let Ok(name) = std::str::from_utf8(name) {
                each(name, unpack(value).0);
            }
        }
    }
}

/// The words of `name` in every other order.
fn orders(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split('-').collect();
    if words.len() < 2 || words.len() > MOST_WORDS {
        return Vec::new();
    }
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for (at, word) in words.iter().enumerate() {
        // A word goes to every place among those before it.
        let longer = orders.iter().flat_map(|order| {
            (0..=at).map(move |place| {
                let mut order = order.clone();
                order.insert(place, *word);
                order
            })
        });
        orders = longer.collect();
    }
    orders.into_iter().map(|order| order.join("-")).filter(|order| order != name).collect()
}

/// `name` without a word for Python, and with another.
fn affixes(name: &str) -> Vec<String> {
    let bare = BEFORE.iter().find_map(|before| name.strip_prefix(before));
    let bare = bare.or_else(|| BEHIND.iter().find_map(|behind| name.strip_suffix(behind)));
    let stem = bare.unwrap_or(name);
    let before = BEFORE.iter().map(|before| format!("{before}{stem}"));
    let behind = BEHIND.iter().map(|behind| format!("{stem}{behind}"));
    let glued = [format!("py{stem}"), format!("{stem}py")];
    let unglued =
        name.strip_prefix("py").filter(|_| bare.is_none()).map(|rest| rest.trim_start_matches('-').to_owned());
    let bare = bare.map(str::to_owned);
    bare.into_iter().chain(before).chain(behind).chain(glued).chain(unglued).filter(|other| other != name).collect()
}

/// `name` without the number at its end, and with the numbers that libraries count on with.
fn numbers(name: &str) -> Vec<String> {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = letters.trim_end_matches('-');
    if stem.is_empty() || name.len() - letters.len() > MOST_DIGITS {
        return Vec::new();
    }
    let numbered = ('2'..='5').flat_map(|digit| [format!("{stem}{digit}"), format!("{stem}-{digit}")]);
    std::iter::once(stem.to_owned()).chain(numbered).filter(|other| other != name).collect()
}

/// Takes names that look like one: hyphens do not count, and `0` is `o`, `1` and `i` are `l`, as where an index compares
/// new names with those that it has.
struct Looks(Vec<u8>);

impl Looks {
    fn of(name: &str) -> Self {
        Self(name.bytes().filter(|byte| *byte != b'-').map(look).collect())
    }
}

fn look(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'i' => b'l',
        other => other,
    }
}

impl Automaton for &Looks {
    /// How much was taken.
    type State = Option<usize>;

    fn start(&self) -> Self::State {
        Some(0)
    }

    fn is_match(&self, state: &Self::State) -> bool {
        *state == Some(self.0.len())
    }

    fn can_match(&self, state: &Self::State) -> bool {
        state.is_some()
    }

    fn accept(&self, state: &Self::State, byte: u8) -> Self::State {
        let taken = (*state)?;
        if byte == b'-' {
            return *state;
        }
        (self.0.get(taken) == Some(&look(byte))).then_some(taken + 1)
    }
}

/// Takes names that differ from one in one letter: too many, too few, another, or two neighbours swapped.
struct OneLetter<'n>(&'n [u8]);

/// All ways of having read some letters of the other name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ways {
    /// How many.
    read: usize,
    /// They are the first letters of ours.
    same: bool,
    /// With the slip behind us: one letter of ours less than read, as many, one more.
    slipped: [bool; 3],
    /// The last one was the letter after the next of ours, which has to come now.
    swapped: bool,
}

impl Automaton for &OneLetter<'_> {
    type State = Ways;

    fn start(&self) -> Ways {
        Ways { read: 0, same: true, slipped: [false; 3], swapped: false }
    }

    fn is_match(&self, ways: &Ways) -> bool {
        let length = self.0.len();
        let [less, as_many, more] = ways.slipped;
        let left = ways.same && ways.read + 1 == length;
        left || less && ways.read == length + 1 || as_many && ways.read == length || more && ways.read + 1 == length
    }

    fn can_match(&self, ways: &Ways) -> bool {
        ways.same || ways.swapped || ways.slipped.contains(&true)
    }

    fn accept(&self, ways: &Ways, byte: u8) -> Ways {
        let ours = |at: Option<usize>| at.and_then(|at| self.0.get(at)) == Some(&byte);
        let at = ways.read;
        let (before, next) = (at.checked_sub(1), Some(at + 1));
        let [less, as_many, more] = ways.slipped;
        Ways {
            read: at + 1,
            same: ways.same && ours(Some(at)),
            slipped: [
                less && ours(before) || ways.same,
                as_many && ours(Some(at)) || ways.same && at < self.0.len() || ways.swapped && ours(before),
                more && ours(next) || ways.same && ours(next),
            ],
            swapped: ways.same && ours(next),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::knowledge::index::build::build;
    use crate::knowledge::index::file::Scope;

    fn index(names: &str) -> Index {
        let rows: Vec<String> =
            names.split(' ').enumerate().map(|(at, name)| format!("{name}\t1.0\t2026-11\t{}", at + 1)).collect();
        let date = Date::parse("2026-11-16").expect("a day");
        Index::read(build(&rows.join("\n"), Scope::Full, date).expect("a table")).expect("an index")
    }

    #[test]
    fn finds_each_slip() {
        let index =
            index("requests scikit-learn python-dateutil urllib3 pyyaml django beautifulsoup4 dnspython pillow");
        for (name, expected) in [
            ("requests", None),
            ("request", Some(("requests", Slip::Letter))),
            ("reqeusts", Some(("requests", Slip::Letter))),
            ("requestss", Some(("requests", Slip::Letter))),
            ("xrequests", Some(("requests", Slip::Letter))),
            ("equests", Some(("requests", Slip::Letter))),
            ("rrequests", Some(("requests", Slip::Letter))),
            ("requestx", Some(("requests", Slip::Letter))),
            ("erquests", Some(("requests", Slip::Letter))),
            ("requesst", Some(("requests", Slip::Letter))),
            ("reqests2", None),
            ("rquest", None),
            ("requestsxy", None),
            ("scikitlearn", Some(("scikit-learn", Slip::Looks))),
            ("sci-kit-learn", Some(("scikit-learn", Slip::Looks))),
            ("learn-scikit", Some(("scikit-learn", Slip::Order))),
            ("djang0", Some(("django", Slip::Looks))),
            ("plllow", Some(("pillow", Slip::Looks))),
            ("dateutil", Some(("python-dateutil", Slip::Affix))),
            ("py-dateutil", Some(("python-dateutil", Slip::Affix))),
            ("dateutil-python", Some(("python-dateutil", Slip::Order))),
            ("python-requests", Some(("requests", Slip::Affix))),
            ("pyrequests", Some(("requests", Slip::Affix))),
            ("requests-py", Some(("requests", Slip::Affix))),
            ("py-yaml", Some(("pyyaml", Slip::Looks))),
            ("yaml", Some(("pyyaml", Slip::Affix))),
            ("urllib", Some(("urllib3", Slip::Letter))),
            ("urllib2", Some(("urllib3", Slip::Letter))),
            ("requests-3", Some(("requests", Slip::Number))),
            ("beautifulsoup-4", Some(("beautifulsoup4", Slip::Looks))),
            ("", None),
            ("-", None),
        ] {
            let found = similar(&index, name);
            let first = found.first().map(|similar| (similar.name.as_str(), similar.slip));
            assert_eq!(first, expected, "{name}: {found:?}");
        }
    }
}
