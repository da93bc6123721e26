//! The SPDX licence list.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// `data/spdx.txt`, whose head names its source.
const TABLE: &str = include_str!("../../../../data/spdx.txt");

/// The version of the list that the table was taken from.
pub(super) const VERSION: &str = "3.27";

/// More letters than this are not compared with what is known.
const MAX_COMPARED: usize = 64;

/// Identifiers of licences, or of exceptions, by their lower case.
type Identifiers = BTreeMap<String, &'static str>;

static LICENCES: LazyLock<Identifiers> = LazyLock::new(|| section("[licences]"));
static EXCEPTIONS: LazyLock<Identifiers> = LazyLock::new(|| section("[exceptions]"));

/// What stands in the section below `header`.
fn section(header: &str) -> Identifiers {
    let lines = TABLE.lines().skip_while(|line| *line != header).skip(1).take_while(|line| !line.starts_with('['));
    let identifiers = lines.filter(|line| !line.is_empty()).map(|line| line.strip_prefix('-').unwrap_or(line));
    identifiers.map(|identifier| (identifier.to_ascii_lowercase(), identifier)).collect()
}

/// Which identifiers stand at a place of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of licences, also with `+`.
    Licence,
    /// Of exceptions, after `WITH`.
    Exception,
}

/// Whether the list has an identifier, or need not have it: references to licences of one's own are always right.
pub(super) fn has(identifier: &str, kind: Kind) -> bool {
    let lower = identifier.to_ascii_lowercase();
    let is_reference = |prefix: &str| lower.starts_with(prefix);
    match kind {
        Kind::Licence => {
            let plain = lower.strip_suffix('+').unwrap_or(&lower);
            is_reference("licenseref-") || is_reference("documentref-") || LICENCES.contains_key(plain)
        }
        Kind::Exception => is_reference("additionref-") || EXCEPTIONS.contains_key(&lower),
    }
}

/// The identifier of the list that is written most like one that it does not have, where one is.
pub(super) fn meant(identifier: &str, kind: Kind) -> Option<&'static str> {
    let lower = identifier.to_ascii_lowercase();
    if lower.len() > MAX_COMPARED {
        return None;
    }
    let limit = (lower.len() / 4).clamp(1, 3);
    let known = match kind {
        Kind::Licence => &*LICENCES,
        Kind::Exception => &*EXCEPTIONS,
    };
    let near = known.iter().map(|(known, written)| (strsim::osa_distance(known, &lower), *written));
    near.filter(|(distance, _)| *distance <= limit).min_by_key(|(distance, _)| *distance).map(|(_, written)| written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_list() {
        assert!(TABLE.contains(&format!("list {VERSION}.")));
        assert!(LICENCES.len() > 600 && EXCEPTIONS.len() > 70);
        for sound in ["MIT", "mit", "GPL-2.0+", "GPL-2.0", "LicenseRef-Own", "DocumentRef-a:LicenseRef-b"] {
            assert!(has(sound, Kind::Licence), "{sound}");
        }
        assert!(has("classpath-exception-2.0", Kind::Exception));
        assert!(!has("MIT", Kind::Exception) && !has("Classpath-exception-2.0", Kind::Licence));
        assert_eq!(meant("MIT2", Kind::Licence), Some("MIT"));
        assert_eq!(meant("Apache-2", Kind::Licence), Some("Apache-2.0"));
        assert_eq!(meant("Use-it-after-midnight", Kind::Licence), None);
    }
}
