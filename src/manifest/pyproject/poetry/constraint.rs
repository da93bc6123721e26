//! Poetry's version constraints, as its documentation ("Dependency specification") and `poetry-core` read them.

use std::str::FromStr;

use pep440_rs::Version;

use crate::manifest::Versions;
use crate::source::Extent;

/// A constraint that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Constraint {
    /// As PEP 440 specifiers: empty where any version will do, and for what cannot be written so, as a union.
    pub(super) pep440: String,
    /// What it allows.
    pub(super) versions: Option<Versions>,
    /// The alternatives between `||`, each as PEP 440 specifiers.
    pub(super) alternatives: Vec<String>,
    /// The only part, where it is a bare version (`3.8`, `==3.8`).
    pub(super) exact: Option<Version>,
}

/// Why a text is no constraint.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// The bytes at fault.
    pub(super) at: Extent,
    /// What is wrong.
    pub(super) message: String,
    /// What to write.
    pub(super) help: Option<String>,
    /// What to write at `at`, where that is certain.
    pub(super) replace: Option<&'static str>,
}

/// Reads a constraint. All extents are bytes of `text`.
pub(super) fn read(text: &str) -> Result<Constraint, Fault> {
    let mut alternatives = Vec::new();
    let mut exact;
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let part = rest.split('|').next().unwrap_or_default();
        let (specifiers, version) = conjunction(text, start, part)?;
        exact = if alternatives.is_empty() { version } else { None };
        alternatives.push(specifiers);
        // `||` and `|` mean the same.
        let bars = rest.get(part.len()..).map_or(0, |after| after.bytes().take(2).take_while(|&b| b == b'|').count());
        if bars == 0 {
            break;
        }
        start += part.len() + bars;
    }
    let parsed: Option<Vec<Versions>> = alternatives.iter().map(|text| Versions::parse(text)).collect();
    let versions = parsed.as_ref().and_then(|all| all.iter().cloned().reduce(|a, b| a.or(&b)));
    // A union can be written where one alternative holds all others. `1.0a1.*` is Poetry's alone.
    let widest = versions.as_ref().and_then(|union| parsed?.iter().position(|one| one == union));
    let pep440 = widest.and_then(|at| alternatives.get(at)).cloned().unwrap_or_default();
    Ok(Constraint { pep440, versions, alternatives, exact })
}

/// Parts that all hold, between commas or blanks.
fn conjunction(text: &str, start: usize, part: &str) -> Result<(String, Option<Version>), Fault> {
    let mut specifiers = Vec::new();
    let mut exact = None;
    let mut count = 0;
    let mut at = start;
    let end = start + part.trim_end_matches(|c: char| c.is_whitespace() || c == ',').len();
    while at < end {
        let rest = text.get(at..end).unwrap_or_default();
        let skip = rest.len() - rest.trim_start().len();
        if skip > 0 {
            at += skip;
            continue;
        }
        if rest.starts_with(',') {
            if count == 0 {
                return Err(fault(at, 1, "nothing stands before this comma"));
            }
            at += 1;
            continue;
        }
        let operator_length = rest.find(|c: char| !"^~<>=!".contains(c)).unwrap_or(rest.len());
        let (operator, after) = rest.split_at_checked(operator_length).unwrap_or((rest, ""));
        let blanks = after.len() - after.trim_start().len();
        let word = after.trim_start();
        let length = word.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(word.len());
        let word = word.get(..length).unwrap_or_default();
        let word_at = at + operator_length + blanks;
        let (specifier, version) = single(operator, at, word, word_at)?;
        specifiers.extend(specifier);
        exact = if count == 0 { version } else { None };
        count += 1;
        at = word_at + length;
    }
    if count == 0 {
        let at = start.min(text.len());
        return Err(
            fault(at, end.saturating_sub(at), "a version constraint is missing").help("`*` allows every version")
        );
    }
    Ok((specifiers.join(","), exact))
}

/// One comparison: its specifiers, and its version where it asks for just that one.
fn single(operator: &str, at: usize, word: &str, word_at: usize) -> Result<(Option<String>, Option<Version>), Fault> {
    let length = operator.len();
    let wildcards = word.strip_prefix(['v', 'V']).unwrap_or(word);
    if operator.is_empty() && !wildcards.is_empty() && wildcards.split('.').all(|part| matches!(part, "*" | "x" | "X"))
    {
        return Ok((None, None));
    }
    match operator {
        "" | "^" | "~" | "~=" | "<" | "<=" | ">" | ">=" | "=" | "==" | "!=" | "<>" => {}
        "=>" => return Err(fault(at, length, "`=>` is no operator").help("write `>=`").replace(">=")),
        "=<" => return Err(fault(at, length, "`=<` is no operator").help("write `<=`").replace("<=")),
        "~>" => {
            return Err(fault(at, length, "`~>` is no operator of Poetry")
                .help("write `~`, or `^` up to the next major version"));
        }
        "===" => return Err(fault(at, length, "Poetry does not know `===`").help("write `==`").replace("==")),
        _ => return Err(fault(at, length, format!("`{operator}` is no operator of Poetry"))),
    }
    if word.is_empty() {
        return Err(fault(at, length, format!("no version follows `{operator}`")));
    }
    if word.eq_ignore_ascii_case("dev") {
        return Ok((Some("==0.0.dev0".to_owned()), None));
    }
    let stem = word.trim_end_matches(".*");
    let starred = stem.len() < word.len();
    let Ok(version) = Version::from_str(stem) else {
        return Err(not_a_version(word, word_at));
    };
    let parts = version.release();
    let several_stars = word.len() - stem.len() > 2;
    if starred && (matches!(operator, "^" | "~" | "~=") || several_stars && !matches!(operator, "" | "==" | "!=")) {
        let star = word_at + stem.len();
        return Err(fault(star, word.len() - stem.len(), format!("`.*` cannot follow `{operator}`"))
            .help(format!("write `{operator}{stem}`, or `{stem}.*` alone")));
    }
    let stem = stem.trim_start_matches(['v', 'V']);
    let part = |index: usize| parts.get(index).copied().unwrap_or(0);
    let range = |bumped: usize| {
        let epoch = if version.epoch() == 0 { String::new() } else { format!("{}!", version.epoch()) };
        let high: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| match index.cmp(&bumped) {
                std::cmp::Ordering::Less => part.to_string(),
                std::cmp::Ordering::Equal => part.saturating_add(1).to_string(),
                std::cmp::Ordering::Greater => "0".to_owned(),
            })
            .collect();
        // Ordered comparisons take no local version; the range is the same without it.
        format!(">={},<{epoch}{}", version.clone().without_local(), high.join("."))
    };
    let specifier = match operator {
        "^" if part(0) > 0 || parts.len() < 2 => range(0),
        "^" if part(1) > 0 || parts.len() < 3 => range(1),
        "^" => range(2),
        "~" => range(usize::from(parts.len() > 1)),
        "~=" => range(parts.len().saturating_sub(2)),
        "" | "=" | "==" | "<>" if starred => format!("=={stem}.*"),
        "!=" if starred => format!("!={stem}.*"),
        // As poetry-core does it, against the look of it.
        "" | "=" | "<>" => format!("=={stem}"),
        "<" | "<=" | ">" | ">=" => format!("{operator}{}", version.clone().without_local()),
        _ => format!("{operator}{stem}"),
    };
    let exact = matches!(operator, "" | "=" | "==") && !starred;
    Ok((Some(specifier), exact.then_some(version)))
}

/// Points at the first character of `word` with which it stops being a version.
fn not_a_version(word: &str, at: usize) -> Fault {
    let ends: Vec<usize> = word.char_indices().map(|(index, c)| index + c.len_utf8()).take(64).collect();
    let good =
        ends.iter().rev().copied().find(|&end| word.get(..end).is_some_and(|text| Version::from_str(text).is_ok()));
    let Some(good) = good else {
        return fault(at, word.len(), format!("`{word}` is no version")).help(
            "a constraint is a version with an operator, as `^1.2`, `>=1.2,<2` or `1.2.*`; `*` allows every version",
        );
    };
    let rest = word.get(good..).unwrap_or_default();
    let odd = rest.chars().next().map_or(0, char::len_utf8);
    let fault = fault(at + good, odd, format!("`{word}` is no version"));
    if rest.starts_with(['<', '>', '=', '!', '~', '^']) {
        return fault.help("put a comma between two constraints");
    }
    if matches!(rest, ".x" | ".X") {
        return fault.help(format!("write `{}.*`", word.get(..good).unwrap_or_default()));
    }
    fault
}

fn fault(at: usize, length: usize, message: impl Into<String>) -> Fault {
    Fault { at: Extent::new(at, at + length), message: message.into(), help: None, replace: None }
}

impl Fault {
    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    fn replace(mut self, text: &'static str) -> Self {
        self.replace = Some(text);
        self
    }
}

/// The same for the interpreter, as `poetry-core` writes it into metadata: a bare `3.8` is the series, and a union is
/// its lowest series with the series between left out.
pub(super) fn python(constraint: &Constraint) -> String {
    if let Some(version) = &constraint.exact {
        return match version.release() {
            [major] => format!(">={major}.0,<{}.0", major.saturating_add(1)),
            [major, minor] => format!(">={major}.{minor},<{major}.{}", minor.saturating_add(1)),
            _ => constraint.pep440.clone(),
        };
    }
    let ([_, _, ..], Some(versions)) = (constraint.alternatives.as_slice(), &constraint.versions) else {
        return constraint.pep440.clone();
    };
    if versions.is_all() {
        return String::new();
    }
    let series: Vec<(String, bool)> = ["2.7".to_owned()]
        .into_iter()
        .chain((0..=30).map(|minor| format!("3.{minor}")))
        .map(|series| {
            let meets = Versions::parse_python(&format!("=={series}.*")).is_some_and(|all| all.meets(versions));
            (series, meets)
        })
        .collect();
    let Some(first) = series.iter().position(|(_, meets)| *meets) else { return constraint.pep440.clone() };
    let Some(last) = series.iter().rposition(|(_, meets)| *meets) else { return constraint.pep440.clone() };
    let within = series.get(first..=last).unwrap_or_default();
    let mut text: Vec<String> = within.first().map(|(series, _)| format!(">={series}")).into_iter().collect();
    text.extend(within.iter().filter(|(_, meets)| !meets).map(|(series, _)| format!("!={series}.*")));
    text.extend(series.get(last + 1).map(|(series, _)| format!("<{series}")));
    text.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each right side is what `poetry-core` 2.5 gives for the left one.
    #[test]
    fn constraints_mean_what_poetry_says() {
        for (written, pep440) in [
            ("^1.2", ">=1.2,<2.0"),
            ("^1.2.3", ">=1.2.3,<2.0.0"),
            ("^1", ">=1,<2"),
            ("^0.2.3", ">=0.2.3,<0.3.0"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("^0.0.0", ">=0.0.0,<0.0.1"),
            ("^0.0.0.1", ">=0.0.0.1,<0.0.1.0"),
            ("^1.2.3.4", ">=1.2.3.4,<2.0.0.0"),
            ("^1.0a1", ">=1.0a1,<2.0"),
            ("^0.1.0rc1", ">=0.1.0rc1,<0.2.0"),
            ("^1.2.post1", ">=1.2.post1,<2.0"),
            ("^1!2.0", ">=1!2.0,<1!3.0"),
            ("^ v1.2", ">=1.2,<2.0"),
            ("~1", ">=1,<2"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1.2.3", ">=1.2.3,<1.3.0"),
            ("~0.0", ">=0.0,<0.1"),
            ("~1.2.3.4", ">=1.2.3.4,<1.3.0.0"),
            ("~ 1.2", ">=1.2,<1.3"),
            ("~=1.2", ">=1.2,<2.0"),
            ("~=1.2.3", ">=1.2.3,<1.3.0"),
            ("~=1.2.3.4", ">=1.2.3.4,<1.2.4.0"),
            ("~=1", ">=1,<2"),
            ("*", ""),
            ("1.*", "==1.*"),
            ("1.*.*", "==1.*"),
            ("==1.2.*", "==1.2.*"),
            ("!=1.2.*", "!=1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("=1.2", "==1.2"),
            ("==1.2", "==1.2"),
            (">=1 <2", ">=1,<2"),
            (">= 1, < 2", ">=1,<2"),
            ("<2,>=1,", "<2,>=1"),
            (">=1.0.*", ">=1.0"),
            (" ^1 ", ">=1,<2"),
            ("dev", "==0.0.dev0"),
            ("!=v1.2.*", "!=1.2.*"),
        ] {
            let read = read(written).unwrap_or_else(|fault| panic!("{written}: {fault:?}"));
            assert_eq!(read.pep440, pep440, "{written}");
            assert!(read.versions.is_some(), "{written}");
        }
    }

    #[test]
    fn unions_have_no_single_text() {
        for (written, inside, outside) in [
            ("^1 || ^3", ["1.5", "3.0"], "2.1"),
            ("^1|^3", ["1.5", "3.0"], "2.1"),
            (">=1.0,<2.0 || >=3", ["1.0", "9"], "2.0"),
            ("2.7 || >=3.6", ["2.7", "3.7"], "3.5"),
        ] {
            let read = read(written).expect("a constraint");
            assert_eq!(read.pep440, "", "{written}");
            let versions = read.versions.expect("versions");
            for version in inside {
                assert_eq!(versions.contains(version), Some(true), "{written} {version}");
            }
            assert_eq!(versions.contains(outside), Some(false), "{written} {outside}");
        }
        assert_eq!(read("!=1.0 || ^7").expect("a constraint").pep440, "!=1.0");
        assert!(read("* || ^1").expect("a constraint").versions.expect("versions").is_all());
    }

    #[test]
    fn faults_point_at_the_character() {
        for (written, at, message) in [
            ("", "", "a version constraint is missing"),
            ("^1 || ", "", "a version constraint is missing"),
            ("=>1", "=>", "`=>` is no operator"),
            ("~>1.2", "~>", "`~>` is no operator of Poetry"),
            ("===1.0", "===", "Poetry does not know `===`"),
            ("> =1", "=1", "`=1` is no version"),
            ("latest", "latest", "`latest` is no version"),
            ("1.x", ".", "`1.x` is no version"),
            ("==*", "*", "`*` is no version"),
            ("^1.2.*", ".*", "`.*` cannot follow `^`"),
            (">=1.0<2", "<", "`1.0<2` is no version"),
            (",>=1", ",", "nothing stands before this comma"),
            ("1.0 - 2.0", "-", "`-` is no version"),
            ("^1.2 || ^1.é", ".", "`1.é` is no version"),
        ] {
            let fault = read(written).expect_err(written);
            assert_eq!((fault.at.of(written), fault.message.as_str()), (at, message), "{written}");
        }
    }

    #[test]
    fn pythons_as_metadata_has_them() {
        for (written, expected) in [
            ("^3.8", ">=3.8,<4.0"),
            ("3.8", ">=3.8,<3.9"),
            ("3.8.1", "==3.8.1"),
            ("3", ">=3.0,<4.0"),
            ("~3.10", ">=3.10,<3.11"),
            (">=3.9,<3.13", ">=3.9,<3.13"),
            ("*", ""),
            ("~3.8 || ~3.10", ">=3.8,!=3.9.*,<3.11"),
            ("~2.7 || ^3.6", ">=2.7,!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*,!=3.4.*,!=3.5.*"),
        ] {
            assert_eq!(python(&read(written).expect("a constraint")), expected, "{written}");
        }
    }
}
