//! What pip makes of a line of a requirements file, in the form in which `tests/oracle/oracle.py` says it.

#![allow(dead_code, unreachable_pub, reason = "each test uses a part of it")]

use std::collections::BTreeSet;

use pyeco_lint::diagnostic::Problem;
use pyeco_lint::manifest::{Include, IncludeKind, Marker, Origin, Reading, Requirement};
use pyeco_lint::name::Name;
use serde::{Deserialize, Serialize};

/// What a line is read as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Line {
    /// It says nothing.
    Nothing,
    /// It is an error.
    Refused {
        /// The message.
        why: String,
    },
    /// It has options alone.
    Option,
    /// It includes another file.
    Include {
        /// With `-c`.
        constraint: bool,
        /// The file.
        target: String,
    },
    /// It asks for something.
    Requirement(Box<Read>),
}

/// A requirement. Names are normalised; the specifier is a set of clauses without white space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Read {
    pub name: Option<String>,
    pub extras: BTreeSet<String>,
    pub specifier: BTreeSet<String>,
    pub marker: Option<Tree>,
    pub url: Option<String>,
    pub path: bool,
    pub editable: bool,
    pub hashes: usize,
}

/// A marker: its comparisons with the variable on the left, joined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tree {
    Comparison(String, String, String),
    Joined(String, Vec<Tree>),
}

impl Tree {
    fn of(marker: &Marker) -> Self {
        let all = |word: &str, parts: &[Marker]| Self::Joined(word.to_owned(), parts.iter().map(Self::of).collect());
        match marker {
            Marker::And(parts) => all("and", parts),
            Marker::Or(parts) => all("or", parts),
            Marker::Compare { variable, operator, value } => {
                let is_name = matches!(variable.as_str(), "extra" | "extras" | "dependency_groups");
                let value = if is_name { Name::new(value).to_string() } else { value.clone() };
                Self::Comparison(variable.clone(), operator.clone(), value)
            }
        }
    }
}

impl Read {
    /// Our reading of it.
    pub fn of(requirement: &Requirement) -> Self {
        let specifier = requirement.specifier.as_ref().map_or("", |specifier| specifier.written.as_str());
        // Python has four separators more than Unicode among its white space.
        let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}');
        let clauses = specifier.split(',').map(|clause| clause.replace(is_space, ""));
        Self {
            name: requirement.name.as_ref().map(ToString::to_string),
            extras: requirement.extras.iter().map(|extra| extra.name.to_string()).collect(),
            specifier: clauses.filter(|clause| !clause.is_empty()).collect(),
            marker: requirement.marker.as_ref().and_then(|marker| marker.marker.as_ref()).map(Tree::of),
            url: match &requirement.origin {
                Origin::Url(url, _) => Some(url.clone()),
                _ => None,
            },
            path: matches!(requirement.origin, Origin::Path(..)),
            editable: requirement.editable,
            hashes: requirement.hashes,
        }
    }
}

/// Whether pip refuses what this is about. (What it reads and passes over is said as well.)
pub fn is_refusal(problem: &Problem) -> bool {
    !problem.message.starts_with("pip ignores")
}

impl Line {
    /// Our reading of one line that says something.
    pub fn of(reading: &Reading) -> Self {
        let refusal = reading.problems.iter().find(|problem| is_refusal(problem));
        match (refusal, reading.requirements.as_slice(), reading.includes.as_slice()) {
            (Some(problem), ..) => Self::Refused { why: problem.message.clone() },
            (None, [], []) => Self::Option,
            (None, [requirement], []) => Self::Requirement(Box::new(Read::of(requirement))),
            (None, [], [Include { kind, target, .. }]) => {
                Self::Include { constraint: *kind == IncludeKind::Constraints, target: target.clone() }
            }
            _ => panic!("one line, several things: {reading:?}"),
        }
    }

    /// Whether both say the same; the reasons for refusing may differ.
    pub fn agrees(&self, other: &Self) -> bool {
        self == other || matches!((self, other), (Self::Refused { .. }, Self::Refused { .. }))
    }
}
