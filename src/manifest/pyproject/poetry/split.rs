//! What `[project]` and `[tool.poetry]` both say of a project.
//!
//! Source: Poetry, `poetry check`: of a field that stands in both tables it ignores its own. Requirements are the exception:
//! its table adds to those of `[project]`, and Poetry stops where no version meets both.

use crate::diagnostic::Problem;
use crate::manifest::pyproject::Reader;
use crate::manifest::toml::{Entry, Table};
use crate::manifest::{Group, Origin, Requirement, Versions};
use crate::name::Name;

const RULE: &str = "split-metadata";

/// The variant for what is only said again.
const REPEATED: &str = "repeated";

/// Keys of `[tool.poetry]`, and those of `[project]` that replace them.
const FIELDS: &[(&str, &str)] = &[
    ("name", "name"),
    ("version", "version"),
    ("description", "description"),
    ("readme", "readme"),
    ("license", "license"),
    ("authors", "authors"),
    ("maintainers", "maintainers"),
    ("keywords", "keywords"),
    ("classifiers", "classifiers"),
    ("homepage", "urls"),
    ("repository", "urls"),
    ("documentation", "urls"),
    ("urls", "urls"),
    ("plugins", "entry-points"),
    ("extras", "optional-dependencies"),
];

/// One problem for each field of which the tables say different things, and one for all that they say twice.
pub(super) fn metadata(reader: &mut Reader<'_>, project: &Table<'_>, poetry: &Table<'_>) {
    let mut repeated: Vec<(&Entry<'_>, &Entry<'_>)> = Vec::new();
    for (own, standard) in FIELDS {
        let (Some(own), Some(standard)) = (poetry.entry(own), project.entry(standard)) else { continue };
        if !contradict(own, standard) {
            repeated.push((own, standard));
            continue;
        }
        let message = format!("`{}` differs from that of `[project]`", own.key);
        let problem = Problem::new(RULE, own.item.at, message)
            .related(standard.item.at, "the other one")
            .note("Poetry 2 ignores its own; Poetry 1 knows no other")
            .help("keep that of `[project]`, and delete this");
        reader.out.problems.push(problem);
    }
    repeated.sort_by_key(|(own, _)| own.key_at);
    if let Some(((first, standard), rest)) = repeated.split_first() {
        let message = format!("`{}` is in `[project]` as well", first.key);
        let problem = Problem::new(RULE, first.key_at, message)
            .related(standard.key_at, "which Poetry 2 reads")
            .help(if rest.is_empty() { "delete this" } else { "delete these" })
            .variant(REPEATED);
        reader
            .out
            .problems
            .push(rest.iter().fold(problem, |problem, (own, _)| problem.related(own.key_at, "and this")));
    }
}

/// Whether two texts cannot both be right. Of lists and tables, which have other forms, it is not known.
fn contradict(own: &Entry<'_>, standard: &Entry<'_>) -> bool {
    let (Some(one), Some(other)) = (own.item.as_text(), standard.item.as_text()) else { return false };
    let (one, other) = (one.text.trim(), other.text.trim());
    match own.key.as_ref() {
        "name" => Name::new(one) != Name::new(other),
        "version" => match (Versions::parse(&format!("=={one}")), Versions::parse(&format!("=={other}"))) {
            (Some(one), Some(other)) => !one.meets(&other),
            _ => false,
        },
        "license" => !one.eq_ignore_ascii_case(other),
        "description" | "readme" => one != other,
        _ => false,
    }
}

/// Says that no version meets both what the standard lists require and what Poetry's table adds for its lock.
pub(super) fn requirements(reader: &mut Reader<'_>, added: &[Requirement]) {
    let [added] = added else { return };
    let is_plain = |r: &Requirement| r.marker.is_none() && r.origin == Origin::Index;
    let versions = |r: &Requirement| r.specifier.as_ref().and_then(|s| Some((s.versions.clone()?, s.at)));
    let published = |r: &&Requirement| matches!(r.group, Group::Runtime | Group::Extra(_));
    let Some((wanted, at)) = versions(added).filter(|(wanted, _)| is_plain(added) && !wanted.is_empty()) else {
        return;
    };
    let listed: Vec<&Requirement> =
        reader.out.requirements.iter().filter(|r| r.name == added.name).filter(published).collect();
    let [listed] = listed.as_slice() else { return };
    let Some((allowed, place)) = versions(listed).filter(|(allowed, _)| is_plain(listed) && !allowed.is_empty()) else {
        return;
    };
    if !allowed.meets(&wanted) {
        let message = format!("no version of `{}` meets both this and `[project]`", added.name());
        let problem = Problem::new("conflicting-requirements", at, message)
            .related(place, "what `[project]` requires")
            .note("Poetry adds what its table says to the requirements of `[project]`, and stops where they exclude each other")
            .help("keep the range in `[project]`, and here only what it cannot say");
        reader.out.problems.push(problem);
    }
}
