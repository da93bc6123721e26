//! Requirements files that are variants of one list: `test-requirements-0.txt` and `-1.txt`, `requirements.oldest.txt` and
//! `.latest.txt`. Tests run with each, on purpose with old versions as well.

use std::collections::HashMap;

use crate::manifest::{Group, Manifest, Requirement};
use crate::path;
use crate::rule::Context;

/// Words for variants, beside numbers.
const VARIANTS: &[&str] = &["oldest", "latest", "newest", "lowest", "highest", "min", "max", "minimum", "maximum"];

/// Whether developers install the list as one of several, which pin something at different versions.
pub(super) fn is_one(context: &Context<'_>, manifest: &Manifest) -> bool {
    let is_for_developers = |r: &Requirement| matches!(r.group, Group::Dev(_));
    let Some(trunk) = trunk(manifest).filter(|_| manifest.reading.requirements.iter().any(is_for_developers)) else {
        return false;
    };
    let mut others = context.project.everything().filter(|other| other.file != manifest.file);
    others.any(|other| self::trunk(other).as_ref() == Some(&trunk) && differ(manifest, other))
}

/// The path of a list without what tells variants apart; nothing where there is no such word in it.
fn trunk(manifest: &Manifest) -> Option<String> {
    let (stem, _) = path::name(&manifest.path).rsplit_once('.').filter(|_| manifest.format == "requirements")?;
    let stem = stem.to_ascii_lowercase();
    let is_variant = |word: &&str| word.bytes().all(|b| b.is_ascii_digit()) || VARIANTS.contains(word);
    let (variant, rest): (Vec<&str>, Vec<&str>) = stem.split(['-', '_', '.']).partition(is_variant);
    (!variant.is_empty()).then(|| format!("{}/{}", path::folder(&manifest.path), rest.join("-")))
}

/// Whether two lists pin a distribution at different versions.
fn differ(one: &Manifest, other: &Manifest) -> bool {
    let pins = |manifest: &'_ Manifest| {
        let requirements = manifest.reading.requirements.iter().filter(|requirement| requirement.name.is_some());
        requirements.filter_map(|r| Some((r.name().to_owned(), r.pin()?.to_owned()))).collect::<HashMap<_, _>>()
    };
    let others = pins(other);
    pins(one).iter().any(|(name, pin)| others.get(name).is_some_and(|other| other != pin))
}
