//! `[[match]] file = …`: a manifest that is there, or a key in it.

use globset::Glob;

use crate::diagnostic::Finding;
use crate::knowledge::model::{FileMatch, Matcher};
use crate::path;
use crate::rule::Context;

/// One finding a file.
pub(super) fn run(wanted: &FileMatch, matcher: &Matcher, context: &Context<'_>) -> Vec<Finding> {
    let globs: Vec<_> =
        wanted.paths.iter().filter_map(|glob| Glob::new(glob).ok()).map(|glob| glob.compile_matcher()).collect();
    let mut findings = Vec::new();
    for manifest in &context.project.manifests {
        let below = path::below(&manifest.path, &context.project.root).unwrap_or(&manifest.path);
        if !globs.iter().any(|glob| glob.is_match(below)) {
            continue;
        }
        let at = match &wanted.key {
            None => None,
            Some(key) => {
                let table = manifest.reading.tables.iter().find(|(table, _)| table == key).map(|(_, at)| *at);
                let setting = || manifest.reading.settings.iter().find(|s| s.key == *key).map(|s| s.at);
                let Some(at) = table.or_else(setting) else { continue };
                Some(at)
            }
        };
        let value = |word: &str| (word == "file").then(|| manifest.path.clone());
        findings.push(super::speak(Finding::new(manifest.file.locate(at), ""), matcher, value));
    }
    findings
}
