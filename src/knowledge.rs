//! What the program knows of the ecosystem, and its rules.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::{LazyLock, OnceLock};

use flate2::read::DeflateDecoder;

pub mod advisories;
pub mod dependencies;
pub mod index;
pub mod load;
pub mod model;
pub mod modules;
pub mod packed;
pub mod pairings;
pub mod table;

use advisories::Advisories;
use model::{
    Answer, Core, Fate, GoesWith, Package, Pairings, PythonSeries, RemovedModule, Row, RuleCore, RuleTexts, Texts,
};
use modules::{Answered, Catalogue};

static CORE: LazyLock<Core> = LazyLock::new(|| {
    postcard::from_bytes(include_bytes!(concat!(env!("OUT_DIR"), "/core.bin"))).expect("written by build.rs")
});

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    let mut bytes = Vec::new();
    let mut deflated = DeflateDecoder::new(&include_bytes!(concat!(env!("OUT_DIR"), "/texts.bin"))[..]);
    deflated.read_to_end(&mut bytes).expect("written by build.rs");
    postcard::from_bytes(&bytes).expect("written by build.rs")
});

/// The ecosystem map and the rules: those of the program, and a user's further ones over them.
#[derive(Debug)]
pub struct Knowledge {
    core: Cow<'static, Core>,
    further: Texts,
    advisories: Advisories,
    /// Which packages of the catalogue have a module, once somebody asked.
    by_module: OnceLock<Catalogue>,
    /// What was asked of modules before.
    answered: Answered,
}

impl Knowledge {
    /// What the program brings.
    pub fn embedded() -> Self {
        Self {
            core: Cow::Borrowed(&CORE),
            further: Texts::default(),
            advisories: Advisories::embedded(),
            by_module: OnceLock::new(),
            answered: Answered::default(),
        }
    }

    /// Adds a user's rules and facts; a fact about a distribution, a row or a rule of the same name replaces ours.
    #[must_use]
    pub fn extended(self, core: Core, texts: Texts) -> Self {
        fn merge<T>(ours: &mut Vec<T>, theirs: Vec<T>, name: impl Fn(&T) -> &str) {
            for item in theirs {
                match ours.binary_search_by(|probe| name(probe).cmp(name(&item))) {
                    Ok(at) => ours[at] = item,
                    Err(at) => ours.insert(at, item),
                }
            }
        }
        let mut merged = self.core.into_owned();
        merge(&mut merged.packages, core.packages, |p| &p.name);
        merge(&mut merged.needs, core.needs, |r| &r.id);
        merge(&mut merged.rules, core.rules, |r| &r.name);
        if !core.pythons.is_empty() {
            merged.pythons = core.pythons;
        }
        if !core.removed_modules.is_empty() {
            merged.removed_modules = core.removed_modules;
        }
        if core.pairings != Pairings::default() {
            merged.pairings = core.pairings;
        }
        let mut further = self.further;
        further.rules.extend(texts.rules);
        further.goes_with.extend(texts.goes_with);
        Self {
            core: Cow::Owned(merged),
            further,
            advisories: self.advisories,
            by_module: OnceLock::new(),
            answered: Answered::default(),
        }
    }

    /// Puts a user's advisories in the place of ours.
    #[must_use]
    pub fn with_advisories(self, advisories: Advisories) -> Self {
        Self { advisories, ..self }
    }

    /// Which versions are known to be vulnerable.
    pub fn advisories(&self) -> &Advisories {
        &self.advisories
    }

    /// The day of the newest fact, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.core.date
    }

    /// Every rule, in the order of names.
    pub fn rules(&self) -> &[RuleCore] {
        &self.core.rules
    }

    /// The rule called `name`.
    pub fn rule(&self, name: &str) -> Option<&RuleCore> {
        let at = self.core.rules.binary_search_by(|rule| rule.name.as_str().cmp(name)).ok()?;
        self.core.rules.get(at)
    }

    /// The names that the rule called `rule` lists under `list`; none where it has no such list.
    pub fn list(&self, rule: &str, list: &str) -> &[String] {
        self.rule(rule).and_then(|rule| rule.lists.get(list)).map_or(&[], Vec::as_slice)
    }

    /// The texts of the rule called `name`.
    pub fn texts(&self, name: &str) -> Option<&RuleTexts> {
        let own = || TEXTS.rules.iter().find(|rule| rule.name == name);
        self.further.rules.iter().find(|rule| rule.name == name).or_else(own)
    }

    /// What goes with what: ours, then what a user adds.
    pub fn goes_with(&self) -> impl Iterator<Item = &GoesWith> {
        TEXTS.goes_with.iter().chain(&self.further.goes_with)
    }

    /// Every row of the map, in the order of names.
    pub fn rows(&self) -> &[Row] {
        &self.core.needs
    }

    /// The row called `id`.
    pub fn row(&self, id: &str) -> Option<&Row> {
        let at = self.core.needs.binary_search_by(|row| row.id.as_str().cmp(id)).ok()?;
        self.core.needs.get(at)
    }

    /// Every distribution with facts, in the order of names.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        self.core.packages.iter().map(|named| &*named.facts)
    }

    /// The packages of the catalogue that have the dotted module, in the order of names.
    pub(crate) fn packages_with(&self, module: &str) -> Vec<&Package> {
        let of_module = self.catalogue().of(module).filter(|(_, has_it)| *has_it);
        of_module.filter_map(|(at, _)| self.package_at(at)).collect()
    }

    /// The packages of the catalogue whose facts name one of the dotted `modules`, in the order of names: those that have
    /// it, and its stubs.
    pub(crate) fn packages_about<'m>(&self, modules: impl IntoIterator<Item = &'m str>) -> Vec<&Package> {
        let mut modules = modules.into_iter().peekable();
        if modules.peek().is_none() {
            return Vec::new();
        }
        let catalogue = self.catalogue();
        let mut places: Vec<usize> = modules.flat_map(|module| catalogue.of(module)).map(|(at, _)| at).collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|at| self.package_at(at)).collect()
    }

    fn package_at(&self, place: usize) -> Option<&Package> {
        self.core.packages.get(place).map(|named| &*named.facts)
    }

    fn catalogue(&self) -> &Catalogue {
        self.by_module.get_or_init(|| Catalogue::of_packages(self.packages()))
    }

    /// What the program itself brings, where no user has added to it.
    pub(crate) fn unchanged(&self) -> Option<&'static Core> {
        match self.core {
            Cow::Borrowed(core) => Some(core),
            Cow::Owned(_) => None,
        }
    }

    /// What is known of the distribution called `name` (normalised).
    pub fn package(&self, name: &str) -> Option<&Package> {
        let at = self.core.packages.binary_search_by(|package| package.name.as_str().cmp(name)).ok()?;
        self.package_at(at)
    }

    /// What became of the distribution called `name` (normalised).
    pub fn fate(&self, name: &str) -> Option<(&Package, &Fate)> {
        let package = self.package(name)?;
        Some((package, package.fate.as_ref()?))
    }

    /// The rows that `name` fills, with how it stands there.
    pub fn fills<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Row, &'a Answer)> {
        self.rows()
            .iter()
            .flat_map(move |row| row.answers.iter().filter(move |a| a.name == name).map(move |a| (row, a)))
    }

    /// Whether the support of a CPython series has ended by the date of the newest fact. A month without a day ends
    /// with its last day.
    pub fn has_ended(&self, series: &PythonSeries) -> bool {
        let end = &series.end_of_life;
        if end.len() == 7 { format!("{end}-31").as_str() < self.date() } else { end.as_str() < self.date() }
    }

    /// CPython series, in the order of versions.
    pub fn pythons(&self) -> &[PythonSeries] {
        &self.core.pythons
    }

    /// Modules that are gone from the standard library, or from the distribution that brought them.
    pub fn removed_modules(&self) -> &[RemovedModule] {
        &self.core.removed_modules
    }

    /// Which distributions go together, and which do not.
    pub fn pairings(&self) -> &Pairings {
        &self.core.pairings
    }
}
