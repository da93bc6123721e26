//! Which Python files can matter to a rule, told by what they import and by words of their texts.

use std::cell::LazyCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashSet};
use memchr::memmem::{self, Finder};
use regex::Regex;

use super::top_level;
use crate::project::role::Roles;
use crate::python::Imports;

mod binding;

/// What a file must import and hold so that a rule can have something to say about it. They are made when the first file
/// is read.
#[derive(Debug, Clone)]
pub struct Triggers(Arc<LazyLock<Table, Box<dyn FnOnce() -> Table + Send + Sync>>>);

#[derive(Debug)]
struct Table {
    /// By top-level module the sets of words, of which one must be in the file as a whole.
    by_module: BTreeMap<String, Sets>,
    /// Every word, with what finds it.
    words: Vec<Finder<'static>>,
    /// Every regular expression. Few files are held against one.
    patterns: Vec<Pattern>,
    /// The matches whose projects decide.
    waiting: Vec<Arc<Match>>,
}

/// What the triggers of a module ask for.
#[derive(Debug, Clone, Default)]
struct Sets {
    /// Their words.
    words: Vec<Vec<String>>,
    /// All that they ask for.
    signs: Vec<Asked>,
}

/// What one trigger asks for.
#[derive(Debug, Clone)]
struct Asked {
    /// Groups of signs of which a file must have one each.
    groups: Groups,
    silent: Silent,
    /// The place of its match among those that wait.
    waits: Option<usize>,
}

/// Groups of signs of which a file must have one each.
type Groups = Vec<Vec<Place>>;

/// A sign, with the place of its text among all words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    Member(usize),
    Word(usize),
    Text(usize),
    Module(String),
    Reached(String),
    Taken(String),
    Pattern(usize),
}

/// A regular expression, compiled when a file is held against it; nothing where what was written is none.
#[derive(Debug)]
struct Pattern(LazyLock<Option<Regex>, Box<dyn FnOnce() -> Option<Regex> + Send + Sync>>);

impl Pattern {
    fn new(written: &str) -> Self {
        let written = written.to_owned();
        Self(LazyLock::new(Box::new(move || Regex::new(&written).ok())))
    }

    /// Whether a text may have what is looked for.
    fn is_match(&self, text: &str) -> bool {
        self.0.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }
}

/// How a text has a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    Not,
    /// As a part of a longer one.
    Within,
    Whole,
    /// Behind a dot, or behind a quote where `getattr` is in the text, as what is taken from an object or a module is written.
    Member,
}

/// What a file must import and hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trigger {
    /// The top-level module.
    pub module: String,
    /// Signs that it must all have. Without any the module is enough.
    pub signs: Vec<Sign>,
    /// Groups of signs of which it must have one each.
    pub groups: Vec<Vec<Sign>>,
    /// Where it does not matter.
    pub silent: Silent,
    /// The match whose project decides whether it matters at all; nothing where it does in any project.
    pub waits: Option<Match>,
}

/// A match of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Match {
    /// The name of the rule.
    pub rule: String,
    /// Its place among those of the rule, from 0.
    pub at: usize,
}

/// Whether a file has to be seen as syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Whatever its project is.
    Yes,
    /// Where its project is one for which one of these may speak.
    Once(Vec<Arc<Match>>),
    No,
}

/// In which files nothing can be said, or nothing that is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silent {
    /// In data of tests.
    pub test_data: bool,
    /// In tests.
    pub tests: bool,
    /// In other files that show, measure or stand in for what the project does.
    pub shown: bool,
    /// In notebooks.
    pub notebooks: bool,
    /// In the project that has the module itself.
    pub own: bool,
    /// In all: what it finds is a variant that is not shown.
    pub hidden: bool,
}

/// What is known of a file before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About<'a> {
    pub(super) roles: Roles,
    pub(super) is_notebook: bool,
    /// The top-level modules of its project; nothing where they do not matter.
    pub(super) own: Option<&'a HashSet<&'a str>>,
    /// Whether what is not shown does not matter.
    pub(super) hides: bool,
}

impl Silent {
    /// Whether nothing can be said of `module` in a file. Tests and notebooks are files for show as well; what is silent in a
    /// notebook of tests is silent in both.
    fn is_in(self, module: &str, about: About<'_>) -> bool {
        let About { roles, is_notebook, own, hides } = about;
        let is_left_alone = match (roles.test, is_notebook) {
            (true, true) => self.tests && self.notebooks,
            (true, false) => self.tests,
            (false, true) => self.notebooks,
            (false, false) => self.shown,
        };
        hides && self.hidden
            || roles.test_data && self.test_data
            || roles.for_show && is_left_alone
            || self.own && own.is_some_and(|own| own.contains(module))
    }
}

/// What a file may have to hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// This name, as one that is taken from something: behind a dot, in quotes where something takes attributes by their
    /// names (`getattr`), or by a `from` import.
    Member(String),
    /// This word, as a whole.
    Word(String),
    /// This text, be it in a longer word.
    Text(String),
    /// An import of this top-level module.
    Module(String),
    /// An import by which this dotted name can be reached: of a module that leads to it, or of a part of it.
    Reached(String),
    /// Such an import, and where it is one of a module the next part of the name behind what that is called here.
    Taken(String),
    /// What this regular expression matches.
    Pattern(String),
}

impl Sign {
    fn into_word(self) -> Option<String> {
        match self {
            Self::Member(word) | Self::Word(word) => Some(word),
            Self::Text(_) | Self::Module(_) | Self::Reached(_) | Self::Taken(_) | Self::Pattern(_) => None,
        }
    }
}

impl Triggers {
    /// Takes what makes them.
    pub fn new(make: impl FnOnce() -> Vec<Trigger> + Send + Sync + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(|| Table::of(make())))))
    }

    /// The sets of words of which a file with these imports must hold one.
    pub fn of(&self, imports: &Imports) -> impl Iterator<Item = &[String]> {
        self.0.sets(&modules(imports)).flat_map(|sets| &sets.words).map(Vec::as_slice).collect::<Vec<_>>().into_iter()
    }

    /// Whether a file with this text and these imports has to be seen as syntax: else rules can find nothing in it that is
    /// shown. Of a file that imports what they know, signs of errors are enough.
    pub(super) fn ask_for(&self, text: &str, imports: &Imports, about: About<'_>) -> Answer {
        // Many sets share their words.
        let mut found: HashMap<usize, Held> = HashMap::default();
        // By their names in quotes attributes are asked for alone.
        let quotes = LazyCell::new(|| memmem::find(text.as_bytes(), b"getattr").is_some());
        let mut held = |place: &usize| {
            let held = || self.0.words.get(*place).map_or(Held::Not, |word| held(text.as_bytes(), word, &quotes));
            *found.entry(*place).or_insert_with(held)
        };
        let imported = modules(imports);
        let mut has = |sign: &Place| match sign {
            Place::Member(word) => match held(word) {
                Held::Member => true,
                Held::Whole => self.0.words.get(*word).is_some_and(|word| takes(imports, word.needle())),
                Held::Not | Held::Within => false,
            },
            Place::Word(word) => held(word) >= Held::Whole,
            Place::Text(text) => held(text) > Held::Not,
            Place::Module(module) => imported.contains(module.as_str()),
            Place::Reached(name) => imports.imports.iter().any(|import| binding::leads_to(import, name)),
            Place::Taken(name) => *quotes || imports.imports.iter().any(|import| binding::is_taken(text, import, name)),
            Place::Pattern(pattern) => self.0.patterns.get(*pattern).is_some_and(|pattern| pattern.is_match(text)),
        };
        let mut has_all = |groups: &Groups| groups.iter().all(|group| group.iter().any(&mut has));
        let known = || imported.iter().filter_map(|module| Some((module, self.0.by_module.get(*module)?)));
        let all = || {
            let all = known().flat_map(|(module, sets)| sets.signs.iter().map(move |asked| (module, asked)));
            all.filter(|(module, asked)| !asked.silent.is_in(module, about)).map(|(_, asked)| asked)
        };
        if all().filter(|asked| asked.waits.is_none()).any(|asked| has_all(&asked.groups))
            || known().next().is_some() && looks_wrong(text)
        {
            return Answer::Yes;
        }
        let mut once = BTreeSet::new();
        for (asked, waits) in all().filter_map(|asked| Some((asked, asked.waits?))) {
            if !once.contains(&waits) && has_all(&asked.groups) {
                once.insert(waits);
            }
        }
        let once: Vec<_> = once.into_iter().filter_map(|at| self.0.waiting.get(at).cloned()).collect();
        if once.is_empty() { Answer::No } else { Answer::Once(once) }
    }
}

impl Default for Triggers {
    fn default() -> Self {
        Self::new(Vec::new)
    }
}

impl Table {
    fn of(triggers: Vec<Trigger>) -> Self {
        let mut by_module: BTreeMap<String, BTreeSet<Trigger>> = BTreeMap::new();
        for trigger in triggers {
            by_module.entry(trigger.module.clone()).or_default().insert(trigger);
        }
        let waiting: BTreeSet<&Match> =
            by_module.values().flatten().filter_map(|trigger| trigger.waits.as_ref()).collect();
        let waiting: Vec<Arc<Match>> = waiting.into_iter().cloned().map(Arc::new).collect();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let (mut all, mut patterns) = (Vec::new(), Vec::new());
        let mut place = |word: &String| {
            *known.entry(word.clone()).or_insert_with(|| {
                all.push(Finder::new(word).into_owned());
                all.len() - 1
            })
        };
        let mut of_sign = |sign: &Sign| match sign {
            Sign::Member(word) => Place::Member(place(word)),
            Sign::Word(word) => Place::Word(place(word)),
            Sign::Text(text) => Place::Text(place(text)),
            Sign::Module(module) => Place::Module(module.clone()),
            Sign::Reached(name) => Place::Reached(name.clone()),
            Sign::Taken(name) => Place::Taken(name.clone()),
            Sign::Pattern(written) => {
                patterns.push(Pattern::new(written));
                Place::Pattern(patterns.len() - 1)
            }
        };
        let mut of_one = |Trigger { signs, groups, silent, waits, .. }: &Trigger| {
            let signs = signs.iter().map(std::slice::from_ref).chain(groups.iter().map(Vec::as_slice));
            let waits = waits.as_ref().and_then(|wanted| waiting.binary_search_by(|one| (**one).cmp(wanted)).ok());
            let groups = signs.map(|group| group.iter().map(&mut of_sign).collect()).collect();
            Asked { groups, silent: *silent, waits }
        };
        let mut sets = |sets: BTreeSet<Trigger>| Sets {
            signs: in_order(necessary(&sets).into_iter().map(&mut of_one).collect()),
            words: sets
                .into_iter()
                .map(|trigger| trigger.signs.into_iter().filter_map(Sign::into_word).collect())
                .collect(),
        };
        let by_module = by_module.into_iter().map(|(module, triggers)| (module, sets(triggers))).collect();
        Self { by_module, words: all, patterns, waiting }
    }

    fn sets(&self, modules: &BTreeSet<&str>) -> impl Iterator<Item = &Sets> {
        modules.iter().filter_map(|module| self.by_module.get(*module))
    }
}

/// Those triggers of a module that do not ask for a sign, and more, of which another one asks for that sign alone and everywhere.
fn necessary(all: &BTreeSet<Trigger>) -> Vec<&Trigger> {
    let only = |trigger: &Trigger| match trigger.signs.as_slice() {
        [only] if trigger.groups.is_empty() && trigger.silent == Silent::default() && trigger.waits.is_none() => {
            Some(only.clone())
        }
        _ => None,
    };
    let alone: BTreeSet<Sign> = all.iter().filter_map(only).collect();
    all.iter()
        .filter(|trigger| only(trigger).is_some() || !trigger.signs.iter().any(|sign| alone.contains(sign)))
        .collect()
}

/// Triggers of a module with that first which costs nothing to ask for, and then that which most of them ask for: where a text
/// lacks it, one search is enough for them all.
fn in_order(mut triggers: Vec<Asked>) -> Vec<Asked> {
    let mut asking: HashMap<Vec<Place>, usize> = HashMap::default();
    for group in triggers.iter().flat_map(|asked| &asked.groups) {
        *asking.entry(group.clone()).or_default() += 1;
    }
    let cost = |group: &[Place]| {
        let of_one = |place: &Place| match place {
            Place::Module(_) | Place::Reached(_) => 0,
            Place::Member(_) | Place::Word(_) | Place::Text(_) => 1,
            Place::Taken(_) | Place::Pattern(_) => 2,
        };
        group.iter().map(of_one).max()
    };
    for asked in &mut triggers {
        asked.groups.sort_by_key(|group| (cost(group), Reverse(asking.get(group).copied())));
    }
    triggers
}

/// The top-level modules that are imported by their absolute names.
fn modules(imports: &Imports) -> BTreeSet<&str> {
    let absolute = imports.imports.iter().filter(|import| import.level == 0);
    absolute.map(|import| top_level(&import.module)).collect()
}

/// Whether something is imported by `name`, or all that a module has.
fn takes(imports: &Imports, name: &[u8]) -> bool {
    let mut names = imports.imports.iter().flat_map(|import| import.names.iter());
    names.any(|taken| taken.as_bytes() == name || taken == "*")
}

/// How a text has a word: what is an identifier may be a part of a longer one.
fn held(text: &[u8], word: &Finder<'_>, quotes: &impl Deref<Target = bool>) -> Held {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii());
    let (first, last) = (word.needle().first(), word.needle().last());
    let mut most = Held::Not;
    for at in word.find_iter(text) {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + word.needle().len());
        let is_whole = !(is_part(first) && is_part(before.last()) || is_part(last) && is_part(after));
        let is_member = || match before.trim_ascii_end().last() {
            Some(b'.' | b'\\') => true,
            Some(b'"' | b'\'') => **quotes,
            // A line may end behind the dot, with a comment.
            Some(_) => begins_line(before) && last_line(before.trim_ascii_end()).contains(&b'#'),
            None => false,
        };
        most = most.max(match is_whole {
            true if is_member() => return Held::Member,
            true => Held::Whole,
            false => Held::Within,
        });
    }
    most
}

/// Whether only blanks stand on the last line of `text`.
fn begins_line(text: &[u8]) -> bool {
    last_line(text).trim_ascii().is_empty()
}

fn last_line(text: &[u8]) -> &[u8] {
    text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default()
}

/// Whether a text has lines of Python 2, or of a merge that was never finished: most texts that no parser takes do.
fn looks_wrong(text: &str) -> bool {
    let statements = |word: &'static str| {
        memmem::find_iter(text.as_bytes(), word).filter_map(move |at| {
            let before = last_line(text.as_bytes().get(..at)?).trim_ascii_end();
            let line = text.get(at + word.len()..)?.split('\n').next()?;
            matches!(before.last(), None | Some(b':' | b';')).then_some(line)
        })
    };
    let is_name = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
    let is_text = |line: &str| line.starts_with(['"', '\'']);
    let names_one = |line: &str| line.split_once(", ").is_some_and(|(class, _)| is_name(class));
    let names_two = |line: &str| {
        let names = line.split(':').next().and_then(|head| head.split_once(", "));
        names.is_some_and(|(class, error)| is_name(class) && is_name(error))
    };
    statements("print ").any(|line| is_text(line) || line.starts_with(">>") || is_name(line.trim_end()))
        || statements("raise ").any(names_one)
        || statements("exec ").any(is_text)
        || statements("except ").any(names_two)
        || statements("<<<<<<< ").next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::scan;

    fn asks(signs: &[Sign], groups: &[Vec<Sign>], text: &str) -> bool {
        let module = "numpy".to_owned();
        let trigger = Trigger { module, signs: signs.to_vec(), groups: groups.to_vec(), ..Trigger::default() };
        Triggers::new(move || vec![trigger]).ask_for(text, &scan::scan(text), About::default()) == Answer::Yes
    }

    #[test]
    fn a_member_is_taken_from_something() {
        let float = [Sign::Member("float".to_owned())];
        for (text, expected) in [
            ("import numpy as np\nx = np.float(1)\n", true),
            ("import numpy as np\nx = np . \\\n    float(1)\n", true),
            ("import numpy as np\nx = getattr(np, 'float')\n", true),
            ("import numpy as np\nx = (np.  # the old one\n     float(1))\n", true),
            ("import numpy as np\nx = 1  # one\ny = float(1)\n", false),
            ("from numpy import float\nx = float(1)\n", true),
            ("from numpy import *\nx = float(1)\n", true),
            ("import numpy as np\nx = float(1)\n", false),
            ("import numpy as np\nx = np.float64(1)\n", false),
            ("from .numpy import float\nx = float(1)\n", false),
            ("import math\nx = math.float(1)\n", false),
            ("import numpy as np\nx = y['float']\n", false),
        ] {
            assert_eq!(asks(&float, &[], text), expected, "{text}");
        }
    }

    #[test]
    fn where_nothing_can_be_said_nothing_is_looked_at() {
        let asks = |silent: Silent, path: &str| {
            let signs = vec![Sign::Word("float".to_owned())];
            let trigger = Trigger { module: "numpy".to_owned(), signs, silent, ..Trigger::default() };
            let text = "import numpy\nfloat(1)\n";
            let own = HashSet::from_iter(["numpy"]);
            let (roles, is_notebook) = (Roles::of(path), crate::path::has_extension(path, "ipynb"));
            let about = About { roles, is_notebook, own: Some(&own), hides: true };
            Triggers::new(move || vec![trigger]).ask_for(text, &scan::scan(text), about) == Answer::Yes
        };
        let in_tests = Silent { tests: true, ..Silent::default() };
        let shown = Silent { shown: true, ..Silent::default() };
        let notebooks = Silent { tests: true, notebooks: true, ..Silent::default() };
        let test_data = Silent { test_data: true, ..Silent::default() };
        for (silent, path, expected) in [
            (Silent::default(), "tests/test_a.py", true),
            (in_tests, "tests/test_a.py", false),
            (in_tests, "tests/a.ipynb", true),
            (in_tests, "docs/a.py", true),
            (in_tests, "src/a.py", true),
            (shown, "docs/a.py", false),
            (shown, "docs/a.ipynb", true),
            (shown, "tests/test_a.py", true),
            (notebooks, "a.ipynb", false),
            (notebooks, "tests/a.ipynb", false),
            (notebooks, "a.py", true),
            (test_data, "tests/testdata/a.py", false),
            (test_data, "tests/a.py", true),
            (Silent { own: true, ..Silent::default() }, "a.py", false),
            (Silent { hidden: true, ..Silent::default() }, "a.py", false),
        ] {
            assert_eq!(asks(silent, path), expected, "{silent:?} {path}");
        }
    }

    #[test]
    fn what_waits_is_told() {
        let trigger = |word: &str, rule: Option<&str>| Trigger {
            module: "numpy".to_owned(),
            signs: vec![Sign::Word(word.to_owned())],
            waits: rule.map(|rule| Match { rule: rule.to_owned(), at: 1 }),
            ..Trigger::default()
        };
        let triggers =
            vec![trigger("a", None), trigger("b", Some("one")), trigger("c", Some("one")), trigger("c", Some("two"))];
        let triggers = Triggers::new(move || triggers);
        for (words, expected) in
            [("a", Ok(())), ("a, b", Ok(())), ("b", Err("one")), ("b, c", Err("one two")), ("d", Err(""))]
        {
            let text = format!("import numpy\n{words}\n");
            let answer = match triggers.ask_for(&text, &scan::scan(&text), About::default()) {
                Answer::Yes => Ok(()),
                Answer::Once(matches) => Err(matches.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>().join(" ")),
                Answer::No => Err(String::new()),
            };
            assert_eq!(answer, expected.map_err(str::to_owned), "{words}");
        }
    }

    #[test]
    fn one_sign_of_each_group_is_enough() {
        let groups = [
            vec![Sign::Word("get".to_owned()), Sign::Text("http://".to_owned())],
            vec![Sign::Module("moto".to_owned()), Sign::Module("boto3".to_owned())],
        ];
        for (text, expected) in [
            ("import numpy, boto3\nget\n", true),
            ("import numpy, moto.server\nx = 'http://host'\n", true),
            ("import numpy, boto3\ngetter\n", false),
            ("import numpy\nget\n", false),
        ] {
            assert_eq!(asks(&[], &groups, text), expected, "{text}");
        }
    }

    #[test]
    fn what_no_parser_takes_is_looked_at() {
        let absent = [Sign::Word("absent".to_owned())];
        for (text, expected) in [
            ("import numpy\nif x:\n    print \"x\"\n", true),
            ("import numpy\nif x: print x\n", true),
            ("import numpy\nraise ValueError, 'x'\n", true),
            ("import numpy\ntry:\n    x()\nexcept numpy.Error, error:\n    pass\n", true),
            ("import numpy\n<<<<<<< ours\n", true),
            ("import numpy\n\"\"\"\n>>> print \"x\"\n\"\"\"\n", false),
            ("import numpy\ntry:\n    x()\nexcept (A, B):\n    print (1)\n", false),
            ("import math\nprint \"x\"\n", false),
        ] {
            assert_eq!(asks(&absent, &[], text), expected, "{text}");
        }
    }
}
