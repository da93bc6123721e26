//! Generated texts: the same in every run, asked about all at once, and made small where they show a difference.
//! `tests/second-oracle` uses this as well.

use std::env;
use std::fmt::Debug;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many texts that differ are made small and shown.
const SHOWN: usize = 5;

/// How many smaller texts are tried for one that differs.
const TRIES: usize = 400;

fn number(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value:?}")))
}

/// A source of chance that gives the same in every run with the same `ORACLE_SEED`.
fn runner() -> TestRunner {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("ORACLE_SEED").unwrap_or(0).to_le_bytes());
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// Fails where `differences`, which is asked for what is found on each of several values, finds something on one of
/// `count` values (or of `ORACLE_CASES`).
pub(crate) fn check<S>(strategy: &S, count: usize, differences: impl Fn(&[S::Value]) -> Vec<Vec<String>>)
where
    S: Strategy,
    S::Value: Debug,
{
    let count = number("ORACLE_CASES").map_or(count, |cases| cases as usize);
    let mut runner = runner();
    let mut trees: Vec<S::Tree> =
        (0..count).map(|_| strategy.new_tree(&mut runner).expect("nothing is left out")).collect();
    let values: Vec<S::Value> = trees.iter().map(ValueTree::current).collect();
    let found = differences(&values);
    let differing: Vec<usize> = (0..count).filter(|&at| !found[at].is_empty()).collect();
    let one = |value: S::Value| differences(&[value]).concat();
    let shown: Vec<String> = differing
        .iter()
        .take(SHOWN)
        .map(|&at| {
            let tree = &mut trees[at];
            shrink(tree, |value| !one(value).is_empty());
            format!("{:?}\n{}", tree.current(), one(tree.current()).join("\n"))
        })
        .collect();
    assert!(differing.is_empty(), "{} of {count} generated texts differ:\n{}", differing.len(), shown.join("\n\n"));
}

/// Makes a value small that still differs.
fn shrink<T: ValueTree>(tree: &mut T, differs: impl Fn(T::Value) -> bool) {
    let mut tries = 0;
    while tries < TRIES && tree.simplify() {
        while !differs(tree.current()) {
            tries += 1;
            if tries >= TRIES && tree.complicate() {
                continue;
            }
            if !tree.complicate() {
                return;
            }
        }
    }
}
