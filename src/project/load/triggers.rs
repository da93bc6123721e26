//! Which Python files can matter to a rule, told by what they import and by words of their texts.

use std::collections::{BTreeMap, BTreeSet};

use super::top_level;
use crate::python::Imports;

/// What a file must import and hold so that a rule can have something to say about it.
#[derive(Debug, Clone, Default)]
pub struct Triggers {
    /// By top-level module the sets of words, of which one must be in the file as a whole.
    by_module: BTreeMap<String, BTreeSet<Vec<String>>>,
}

impl Triggers {
    /// Takes pairs of a top-level module and words with spaces between them. Without words the module is enough.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut by_module: BTreeMap<String, BTreeSet<Vec<String>>> = BTreeMap::new();
        for (module, words) in pairs {
            let words = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
            by_module.entry(module).or_default().insert(words);
        }
        Self { by_module }
    }

    /// The sets of words of which a file with these imports must hold one.
    pub fn of(&self, imports: &Imports) -> impl Iterator<Item = &[String]> {
        let absolute = imports.imports.iter().filter(|import| import.level == 0);
        let modules: BTreeSet<&str> = absolute.map(|import| top_level(&import.module)).collect();
        modules.into_iter().filter_map(|module| self.by_module.get(module)).flatten().map(Vec::as_slice)
    }

    /// Whether a file with this text and these imports has to be seen as syntax.
    pub(super) fn ask_for(&self, text: &str, imports: &Imports) -> bool {
        self.of(imports).any(|words| words.iter().all(|word| text.contains(word.as_str())))
    }
}
