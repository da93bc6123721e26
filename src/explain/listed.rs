//! What is known of every distribution, whether the catalogue has it or not: by the index of names, the tables of modules
//! and the advisories.

use serde_json::{Value as Json, json};

use super::Page;
use crate::knowledge::Knowledge;
use crate::knowledge::advisories::{Advisories, Advisory, groups};
use crate::knowledge::index::{Index, Popular};
use crate::knowledge::modules::Modules;
use crate::manifest::version::Interval;
use crate::name::Name;
use crate::rule::text::enumeration;

/// So many vulnerabilities are listed, the last ones; the others are counted.
const SHOWN: usize = 8;

/// A distribution that the catalogue does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name, normalised.
    pub name: String,
    last_release: Option<String>,
    rank: Option<u32>,
    latest: Option<String>,
    imports: Vec<String>,
}

/// A vulnerability of a distribution.
struct Vulnerability {
    ids: Vec<String>,
    affected: String,
}

impl Listed {
    /// The distribution called `name`, where the public index has it.
    pub fn find(knowledge: &Knowledge, name: &Name) -> Option<Self> {
        let index = Index::embedded();
        let entry = index.lookup(name.as_str())?;
        Some(Self {
            name: name.as_str().to_owned(),
            last_release: entry.last_release.map(|month| month.to_string()),
            rank: entry.rank(),
            latest: entry.popular.as_ref().and_then(|popular: &Popular<'_>| popular.latest).map(str::to_owned),
            imports: Modules::new(knowledge).of(name.as_str()).unwrap_or_default().to_vec(),
        })
    }

    pub(super) fn text(&self, page: &mut Page) {
        page.title(&self.name, "no entry in the catalogue");
        page.released(
            self.latest.as_deref().unwrap_or_default(),
            self.last_release.as_deref().unwrap_or_default(),
            self.rank,
        );
        if !self.imports.is_empty() {
            page.line("  ", &format!("imported as {}", enumeration(&self.imports)));
        }
        vulnerabilities_text(page, &self.name);
        page.section("Source", &format!("the names of PyPI on {}", Index::embedded().date()));
    }

    pub(super) fn json(&self) -> Json {
        json!({
            "kind": "package", "name": self.name, "imports": self.imports, "latest": self.latest,
            "last_release": self.last_release, "rank": self.rank, "catalogued": false,
            "advisories": vulnerabilities_json(&self.name),
        })
    }
}

/// The day of the names, for "no such name".
pub fn date() -> String {
    Index::embedded().date().to_string()
}

/// A section on the vulnerabilities of the distribution called `name` (normalised), where any are known.
pub(super) fn vulnerabilities_text(page: &mut Page, name: &str) {
    let all = vulnerabilities(name);
    if all.is_empty() {
        return;
    }
    let left = all.len().saturating_sub(SHOWN);
    let earlier = (left > 0).then(|| format!("and {left} more before these"));
    let line = |one: &Vulnerability| {
        let known = one.ids.iter().find(|id| id.starts_with("CVE-")).or(one.ids.first()).map_or("", String::as_str);
        format!("{known}: {}", one.affected)
    };
    let lines: Vec<String> = all.iter().skip(left).map(line).chain(earlier).collect();
    page.items(&format!("Known vulnerabilities (advisories of {})", Advisories::embedded().date()), &lines);
}

pub(super) fn vulnerabilities_json(name: &str) -> Json {
    let one = |one: Vulnerability| json!({"ids": one.ids, "affected": one.affected});
    vulnerabilities(name).into_iter().map(one).collect()
}

fn vulnerabilities(name: &str) -> Vec<Vulnerability> {
    let advisories = Advisories::embedded();
    let all = advisories.of(name);
    let joined = |group: Vec<&Advisory<'_>>| {
        let mut ids: Vec<String> = Vec::new();
        for id in group.iter().flat_map(|advisory| &advisory.ids) {
            if !ids.iter().any(|known| known == id) {
                ids.push((*id).to_owned());
            }
        }
        let mut affected: Vec<String> = Vec::new();
        for interval in group.iter().flat_map(|advisory| advisory.affected.versions.intervals()) {
            let words = in_words(&interval);
            if !affected.contains(&words) {
                affected.push(words);
            }
        }
        Vulnerability { ids, affected: affected.join("; ") }
    };
    groups(&all).into_iter().map(joined).collect()
}

/// An interval of versions as people say it.
fn in_words(interval: &Interval) -> String {
    let written = interval.to_string();
    match written.split_once("..") {
        None => written,
        Some(("", "")) => "every version".to_owned(),
        Some(("", end)) => match end.strip_prefix('=') {
            Some(last) => format!("up to {last}"),
            None => format!("before {end}"),
        },
        Some((start, "")) => format!("from {start}"),
        Some((start, end)) => match end.strip_prefix('=') {
            Some(last) => format!("{start} to {last}"),
            None => format!("from {start}, before {end}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_in_words() {
        for (written, expected) in [
            ("..", "every version"),
            ("..1.4", "before 1.4"),
            ("..=1.4", "up to 1.4"),
            ("1.0..", "from 1.0"),
            ("1.0..1.4", "from 1.0, before 1.4"),
            ("1.0..=1.4", "1.0 to 1.4"),
            ("1.0", "1.0"),
        ] {
            assert_eq!(Interval::parse(written).as_ref().map(in_words).as_deref(), Some(expected));
        }
    }
}
