//! Which rules run, which of their findings are shown, and how bad they are.
//!
//! Where several selectors concern a finding, one decides: first a narrowed one (`deprecated-package:nose`), then one
//! of the later layer (the command line after the configuration), then the most specific (a rule before a category
//! before `default` before `all`), then one that ignores before one that selects.

use std::collections::BTreeMap;

use crate::knowledge::model::{Category, RuleCore, Severity};
use crate::name::Name;

/// How bad a finding is: the lowest of what its category, its rule and its variant say, then the user's word on the
/// rule (`severity` in the configuration). The user alone may raise, variants too; a user who lowers a rule does not
/// thereby raise a variant that is lower still.
pub fn severity(
    category: Category,
    rule: Option<Severity>,
    variant: Option<Severity>,
    user: Option<Severity>,
) -> Severity {
    let plain = category.severity().min(rule.unwrap_or(Severity::Error));
    let resolved = plain.min(variant.unwrap_or(plain));
    match user {
        Some(user) if user < plain => resolved.min(user),
        Some(user) => user,
        None => resolved,
    }
}

/// From which severity on findings fail a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    #[default]
    Warning,
    /// Whatever is shown.
    Advice,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Every value with its name on the command line and in the configuration.
    pub const ALL: &[(&str, Self)] =
        &[("error", Self::Error), ("warning", Self::Warning), ("advice", Self::Advice), ("never", Self::Never)];

    /// Its name on the command line and in the configuration.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, fail_on)| *fail_on == self).map_or("", |(name, _)| name)
    }

    /// Whether a finding of this severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Advice => true,
            Self::Never => false,
        }
    }
}

/// The rules of a run by name.
#[derive(Debug, Clone, Default)]
pub struct Rules<'a>(BTreeMap<&'a str, &'a RuleCore>);

impl<'a> Rules<'a> {
    /// Rules from the program and from `extend-rules`; of two with one name, the later.
    pub fn new(rules: impl IntoIterator<Item = &'a RuleCore>) -> Self {
        Self(rules.into_iter().map(|rule| (rule.name.as_str(), rule)).collect())
    }

    /// The rule of this name.
    pub fn get(&self, name: &str) -> Option<&'a RuleCore> {
        self.0.get(name).copied()
    }

    /// Every rule, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = &'a RuleCore> {
        self.0.values().copied()
    }

    /// The rule that was probably meant by `written`: one with a similar name, or one that says the same as another
    /// linter's rule of this code (`S506`).
    pub fn nearest(&self, written: &str) -> Option<&'a str> {
        let same_as = |rule: &&RuleCore| {
            rule.equivalents
                .iter()
                .any(|e| e.split_once(':').is_some_and(|(_, code)| code.eq_ignore_ascii_case(written)))
        };
        self.iter().find(same_as).map(|rule| rule.name.as_str()).or_else(|| nearest(written, self.0.keys().copied()))
    }
}

/// What a selector names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Every rule.
    All,
    /// The rules that run without any configuration.
    Default,
    /// The rules of a category.
    Category(Category),
    /// One rule.
    Rule(String),
}

/// Rules, or their findings about one package or advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The rules.
    pub target: Target,
    /// The distribution, or a key such as an advisory's identifier, that their findings must be about.
    pub about: Option<Name>,
}

/// Why a text is no selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectorError {
    /// What is wrong.
    pub message: String,
    /// What was probably meant, as a whole selector.
    pub suggestion: Option<String>,
}

impl SelectorError {
    /// The suggestion as a line of help.
    pub fn help(&self) -> Option<String> {
        self.suggestion.as_ref().map(|suggestion| format!("did you mean `{suggestion}`?"))
    }
}

impl Selector {
    /// Reads a rule's name, a category, `default` or `all`, each perhaps narrowed by `:` and a package or advisory.
    pub fn parse(written: &str, rules: &Rules<'_>) -> Result<Self, SelectorError> {
        Self::read(written, rules, true)
    }

    /// Reads a rule's name, perhaps narrowed: what ignores take, which always name rules.
    pub fn parse_rule(written: &str, rules: &Rules<'_>) -> Result<Self, SelectorError> {
        Self::read(written, rules, false)
    }

    fn read(written: &str, rules: &Rules<'_>, groups: bool) -> Result<Self, SelectorError> {
        let (name, about) = match written.split_once(':') {
            Some((name, about)) => (name.trim(), Some(about.trim())),
            None => (written.trim(), None),
        };
        let category = Category::named(name);
        let target = match (name, category) {
            _ if rules.get(name).is_some() => Target::Rule(name.to_owned()),
            ("all", _) if groups => Target::All,
            ("default", _) if groups => Target::Default,
            (_, Some(category)) if groups => Target::Category(category),
            ("all" | "default", _) | (_, Some(_)) => {
                let message = format!("an ignore names rules, and `{name}` is a set of them");
                return Err(SelectorError { message, suggestion: None });
            }
            _ => return Err(Self::unknown(name, about, rules, groups)),
        };
        match about {
            Some("") => Err(SelectorError {
                message: format!("`{written}` names no package after the colon"),
                suggestion: Some(name.to_owned()),
            }),
            about => Ok(Self { target, about: about.map(Name::new) }),
        }
    }

    fn unknown(name: &str, about: Option<&str>, rules: &Rules<'_>, groups: bool) -> SelectorError {
        let sets = Category::ALL.iter().map(|(known, _)| *known).chain(["all", "default"]).filter(|_| groups);
        // Sets are few and short: only a close one is a better guess than a rule.
        let suggestion = nearest(name, sets).or_else(|| rules.nearest(name));
        let suggestion = suggestion.map(|found| match about {
            Some(about) if !about.is_empty() => format!("{found}:{about}"),
            _ => found.to_owned(),
        });
        let message = match (name, groups) {
            ("", _) => "an empty text names no rule".to_owned(),
            (_, true) => format!("there is no rule or category `{name}`"),
            (_, false) => format!("there is no rule `{name}`"),
        };
        SelectorError { message, suggestion }
    }

    /// Whether it names this rule, narrowed or not.
    pub fn covers(&self, rule: &RuleCore) -> bool {
        match &self.target {
            Target::All => true,
            Target::Default => rule.default,
            Target::Category(category) => rule.category == *category,
            Target::Rule(name) => rule.name == *name,
        }
    }

    /// Whether it concerns findings about this package (normalised) with this key.
    pub fn concerns(&self, package: Option<&str>, key: &str) -> bool {
        self.about.as_ref().is_none_or(|about| is_about(about, package, key))
    }
}

/// Whether `about` is the package, or the key, or one of the words of the key: advisories list their identifiers.
pub(crate) fn is_about(about: &Name, package: Option<&str>, key: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && Name::new(word) == *about;
    package.is_some_and(|package| about == package)
        || is_word(key)
        || key.split(|c: char| c.is_whitespace() || c == ',').any(is_word)
}

/// What one source of configuration selects and ignores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// `select` and `extend-select`.
    pub select: Vec<Selector>,
    /// `ignore` and `extend-ignore`.
    pub ignore: Vec<Selector>,
}

/// What is decided about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Off,
    On,
    /// Selected by the rule's own name: shown whatever its severity.
    Named,
}

impl Decision {
    fn prints(self, severity: Severity, advice: bool) -> bool {
        match self {
            Self::Off => false,
            Self::On => advice || severity > Severity::Advice,
            Self::Named => true,
        }
    }
}

/// What is decided about the findings of a rule.
#[derive(Debug, Clone)]
struct Verdict {
    plain: Decision,
    /// The most important first.
    narrowed: Vec<(Name, Decision)>,
}

impl Verdict {
    fn of(&self, package: Option<&str>, key: &str) -> Decision {
        let narrowed = self.narrowed.iter().find(|(about, _)| is_about(about, package, key));
        narrowed.map_or(self.plain, |(_, decision)| *decision)
    }
}

/// Which rules run and which of their findings are shown.
#[derive(Debug, Clone, Default)]
pub struct Selection(BTreeMap<String, Verdict>);

impl Selection {
    /// Decides for every rule, by layers of which a later one goes before an earlier one. What no layer names is off.
    pub fn new(layers: &[Layer], rules: &Rules<'_>) -> Self {
        let verdicts = rules.iter().map(|rule| (rule.name.clone(), Self::verdict(layers, rule)));
        Self(verdicts.collect())
    }

    fn verdict(layers: &[Layer], rule: &RuleCore) -> Verdict {
        let mut ranked: Vec<_> = layers
            .iter()
            .enumerate()
            .flat_map(|(rank, layer)| {
                let select = layer.select.iter().map(move |selector| (rank, false, selector));
                select.chain(layer.ignore.iter().map(move |selector| (rank, true, selector)))
            })
            .filter(|(.., selector)| selector.covers(rule))
            .map(|(layer, ignores, selector)| {
                let (specificity, decision) = match &selector.target {
                    Target::All => (0, Decision::On),
                    Target::Default => (1, Decision::On),
                    // Who selects the category of opinions asks for opinions.
                    Target::Category(Category::Advice) => (2, Decision::Named),
                    Target::Category(_) => (2, Decision::On),
                    Target::Rule(_) => (3, Decision::Named),
                };
                let decision = if ignores { Decision::Off } else { decision };
                ((layer, specificity, ignores), &selector.about, decision)
            })
            .collect();
        ranked.sort_by_key(|(rank, ..)| std::cmp::Reverse(*rank));
        let plain = ranked.iter().find(|(_, about, _)| about.is_none()).map_or(Decision::Off, |(.., d)| *d);
        let narrowed = ranked.into_iter().filter_map(|(_, about, d)| about.clone().map(|about| (about, d))).collect();
        Verdict { plain, narrowed }
    }

    fn decide(&self, rule: &str, package: Option<&str>, key: &str) -> Decision {
        self.0.get(rule).map_or(Decision::Off, |verdict| verdict.of(package, key))
    }

    /// Whether any finding of the rule can be shown.
    pub fn runs(&self, rule: &str) -> bool {
        self.0.get(rule).is_some_and(|verdict| {
            let shown = |about: &Name| verdict.of(Some(about.as_str()), "") != Decision::Off;
            verdict.plain != Decision::Off || verdict.narrowed.iter().any(|(about, _)| shown(about))
        })
    }

    /// Whether every finding of the rule is shown, whatever it is about.
    pub fn runs_fully(&self, rule: &str) -> bool {
        self.0.get(rule).is_some_and(|verdict| {
            verdict.plain != Decision::Off && verdict.narrowed.iter().all(|(_, decision)| *decision != Decision::Off)
        })
    }

    /// Whether a finding of the rule about this package (normalised) with this key is selected.
    pub fn shows(&self, rule: &str, package: Option<&str>, key: &str) -> bool {
        self.decide(rule, package, key) != Decision::Off
    }

    /// Whether it is selected by the rule's name (or as the category `advice`), and so shown whatever its severity.
    pub fn by_name(&self, rule: &str, package: Option<&str>, key: &str) -> bool {
        self.decide(rule, package, key) == Decision::Named
    }

    /// Whether some finding of this rule, of this severity, can be printed.
    pub fn may_print(&self, rule: &str, severity: Severity, advice: bool) -> bool {
        self.0.get(rule).is_some_and(|verdict| {
            let narrowed = verdict.narrowed.iter().map(|(_, decision)| *decision);
            std::iter::once(verdict.plain).chain(narrowed).any(|decision| decision.prints(severity, advice))
        })
    }

    /// Whether a selected finding of this severity is printed: advice only where it was asked for, in general
    /// (`--advice`) or by name.
    pub fn prints(&self, rule: &str, package: Option<&str>, key: &str, severity: Severity, advice: bool) -> bool {
        self.decide(rule, package, key).prints(severity, advice)
    }
}

/// The one of `known` that was probably meant by `written`: a slip away (a third of the letters at most, swaps count
/// once), or the only one that holds it.
pub fn nearest<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Nothing that long is a name, and the distance takes the product of the lengths.
    let length = written.chars().count();
    if length == 0 || length > 64 {
        return None;
    }
    let plain = written.to_lowercase().replace(['_', '.', ' '], "-");
    let mut best: Option<(usize, &str)> = None;
    let mut holding = (0, None);
    for candidate in known {
        let distance = strsim::damerau_levenshtein(&plain, candidate);
        if distance <= (length.min(candidate.len()) / 3).max(usize::from(length > 1))
            && best.is_none_or(|(least, _)| distance < least)
        {
            best = Some((distance, candidate));
        }
        if length >= 4 && candidate.contains(&plain) {
            holding = (holding.0 + 1, Some(candidate));
        }
    }
    match (best, holding) {
        (Some((_, candidate)), _) | (None, (1, Some(candidate))) => Some(candidate),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A rule for tests.
    pub(crate) fn rule(name: &str, category: Category, default: bool, equivalents: &[&str]) -> RuleCore {
        RuleCore {
            name: name.to_owned(),
            category,
            summary: String::new(),
            default,
            severity: category.severity(),
            variant: BTreeMap::new(),
            equivalents: equivalents.iter().map(|e| (*e).to_owned()).collect(),
            matchers: Vec::new().into(),
            reads_source: false,
            lists: BTreeMap::new(),
            url: String::new(),
            fix: None,
        }
    }

    /// A few rules of several sorts.
    pub(crate) fn sample() -> Vec<RuleCore> {
        vec![
            rule("unsafe-yaml-load", Category::Security, true, &["ruff:S506", "bandit:B506"]),
            rule("vulnerable-version", Category::Security, true, &[]),
            rule("deprecated-package", Category::Obsolete, true, &[]),
            rule("stale-package", Category::Obsolete, false, &[]),
            rule("unused-dependency", Category::Imports, true, &["deptry:DEP002"]),
            rule("choose-recommended", Category::Advice, true, &[]),
            rule("unused-ignore", Category::Configuration, true, &[]),
            rule("expired-ignore", Category::Configuration, true, &[]),
            rule("unknown-rule", Category::Configuration, true, &[]),
        ]
    }

    fn layers(texts: &[(&str, &str)], rules: &Rules<'_>) -> Vec<Layer> {
        let read = |text: &str| -> Vec<_> {
            text.split_whitespace().map(|word| Selector::parse(word, rules).expect(word)).collect()
        };
        texts.iter().map(|(select, ignore)| Layer { select: read(select), ignore: read(ignore) }).collect()
    }

    #[test]
    fn knows_what_may_be_printed() {
        let cores = sample();
        let rules = Rules::new(&cores);
        for (select, advice, expected) in [
            ("default", false, false),
            ("default", true, true),
            ("advice", false, true),
            ("choose-recommended", false, true),
            ("choose-recommended:nose", false, true),
            ("security", true, false),
        ] {
            let selection = Selection::new(&layers(&[(select, "")], &rules), &rules);
            let found = selection.may_print("choose-recommended", Severity::Advice, advice);
            assert_eq!(found, expected, "{select} {advice}");
        }
    }

    #[test]
    fn reads_selectors() {
        let cores = sample();
        let rules = Rules::new(&cores);
        let rule = |name: &str| Target::Rule(name.to_owned());
        for (written, target, about) in [
            ("all", Target::All, None),
            ("default", Target::Default, None),
            ("security", Target::Category(Category::Security), None),
            ("deprecated-package", rule("deprecated-package"), None),
            (" deprecated-package : Nose_2 ", rule("deprecated-package"), Some("nose-2")),
            ("vulnerable-version:CVE-2020-14343", rule("vulnerable-version"), Some("cve-2020-14343")),
            ("obsolete:nose", Target::Category(Category::Obsolete), Some("nose")),
        ] {
            let selector = Selector::parse(written, &rules).expect(written);
            assert_eq!(selector, Selector { target, about: about.map(Name::new) }, "{written}");
        }
        for (written, message, suggestion) in [
            ("unsafe_yaml_load", "there is no rule or category `unsafe_yaml_load`", Some("unsafe-yaml-load")),
            ("yaml-load", "there is no rule or category `yaml-load`", Some("unsafe-yaml-load")),
            ("S506", "there is no rule or category `S506`", Some("unsafe-yaml-load")),
            ("ALL", "there is no rule or category `ALL`", Some("all")),
            ("securty", "there is no rule or category `securty`", Some("security")),
            (
                "depracated-package:nose",
                "there is no rule or category `depracated-package`",
                Some("deprecated-package:nose"),
            ),
            ("package", "there is no rule or category `package`", None),
            ("x", "there is no rule or category `x`", None),
            ("", "an empty text names no rule", None),
            ("stale-package:", "`stale-package:` names no package after the colon", Some("stale-package")),
        ] {
            let error = Selector::parse(written, &rules).expect_err(written);
            assert_eq!((error.message.as_str(), error.suggestion.as_deref()), (message, suggestion), "{written}");
        }
        for (written, message) in [
            ("all", "an ignore names rules, and `all` is a set of them"),
            ("security", "an ignore names rules, and `security` is a set of them"),
            ("securty", "there is no rule `securty`"),
        ] {
            assert_eq!(Selector::parse_rule(written, &rules).expect_err(written).message, message);
        }
    }

    #[test]
    fn the_more_specific_decides() {
        let cores = sample();
        let rules = Rules::new(&cores);
        // (select, ignore) by layer; then rule[:package], whether selected.
        for (texts, expected) in [
            (&[("default", "")][..], "+deprecated-package -stale-package +choose-recommended"),
            (&[("all", "")], "+deprecated-package +stale-package"),
            (&[("all", "default")], "-deprecated-package +stale-package"),
            (&[("obsolete", "")], "+stale-package -unsafe-yaml-load"),
            (&[("default stale-package", "obsolete")], "+stale-package -deprecated-package +unsafe-yaml-load"),
            (&[("default deprecated-package", "deprecated-package")], "-deprecated-package"),
            (&[("default", "deprecated-package:nose")], "+deprecated-package:mock -deprecated-package:nose"),
            (
                &[("deprecated-package:nose", "")],
                "+deprecated-package:nose -deprecated-package:mock -deprecated-package",
            ),
            (&[("default deprecated-package", "all:nose")], "-deprecated-package:nose +deprecated-package:mock"),
            (&[("obsolete:nose", "deprecated-package:nose")], "-deprecated-package:nose +stale-package:nose"),
            // What the command line names, it decides.
            (&[("default", "deprecated-package"), ("obsolete", "")], "+deprecated-package +stale-package"),
            (&[("deprecated-package", ""), ("", "obsolete")], "-deprecated-package"),
            (&[("default", "deprecated-package"), ("", "security")], "-deprecated-package -unsafe-yaml-load"),
            (&[("default", "deprecated-package:nose"), ("obsolete", "")], "-deprecated-package:nose"),
            (&[("", "")], "-deprecated-package"),
        ] {
            let selection = Selection::new(&layers(texts, &rules), &rules);
            for word in expected.split(' ') {
                let (sign, name) = word.split_at(1);
                let (name, package) = name.split_once(':').map_or((name, None), |(name, p)| (name, Some(p)));
                assert_eq!(selection.shows(name, package, ""), sign == "+", "{texts:?} {word}");
            }
        }
    }

    #[test]
    fn narrowing_speaks_of_packages_and_keys() {
        let cores = sample();
        let rules = Rules::new(&cores);
        let texts = [("default", "vulnerable-version:CVE-2020-14343")];
        let selection = Selection::new(&layers(&texts, &rules), &rules);
        for (key, shown) in [
            ("CVE-2020-14343", false),
            ("PYSEC-2021-142 CVE-2020-14343", false),
            ("PYSEC-2021-142,cve-2020-14343", false),
            ("CVE-2020-1434", true),
            ("", true),
        ] {
            assert_eq!(selection.shows("vulnerable-version", Some("pyyaml"), key), shown, "{key}");
        }
        assert!(!selection.shows("no-such-rule", None, ""));
    }

    #[test]
    fn runs_what_can_be_shown() {
        let cores = sample();
        let rules = Rules::new(&cores);
        for (select, ignore, runs, fully) in [
            ("default", "", true, true),
            ("default", "deprecated-package:nose", true, false),
            ("deprecated-package:nose", "", true, false),
            ("deprecated-package:nose", "deprecated-package:nose", false, false),
            ("default", "obsolete", false, false),
        ] {
            let selection = Selection::new(&layers(&[(select, ignore)], &rules), &rules);
            assert_eq!(selection.runs("deprecated-package"), runs, "{select} {ignore}");
            assert_eq!(selection.runs_fully("deprecated-package"), fully, "{select} {ignore}");
        }
    }

    #[test]
    fn advice_is_printed_on_request() {
        let cores = sample();
        let rules = Rules::new(&cores);
        for (select, severity, advice, printed) in [
            ("default", Severity::Advice, false, false),
            ("all", Severity::Advice, false, false),
            ("default", Severity::Advice, true, true),
            ("default", Severity::Warning, false, true),
            ("choose-recommended", Severity::Advice, false, true),
            ("choose-recommended:docopt", Severity::Advice, false, true),
            ("choose-recommended:retry", Severity::Advice, true, false),
            ("advice", Severity::Advice, false, true),
            ("security", Severity::Error, true, false),
        ] {
            let selection = Selection::new(&layers(&[(select, "")], &rules), &rules);
            let result = selection.prints("choose-recommended", Some("docopt"), "", severity, advice);
            assert_eq!(result, printed, "{select} {severity:?}");
            assert!(!selection.by_name("choose-recommended", Some("docopt"), "") || select != "default");
        }
    }

    #[test]
    fn the_user_alone_raises() {
        use Severity::{Advice, Error, Warning};
        for (category, rule, variant, user, expected) in [
            (Category::Security, None, None, None, Error),
            (Category::Security, Some(Warning), None, None, Warning),
            (Category::Obsolete, Some(Error), None, None, Warning),
            (Category::Obsolete, None, Some(Error), None, Warning),
            (Category::Security, None, Some(Advice), None, Advice),
            (Category::Advice, None, None, Some(Error), Error),
            (Category::Security, None, Some(Advice), Some(Error), Error),
            (Category::Security, None, Some(Advice), Some(Warning), Advice),
            (Category::Security, None, None, Some(Advice), Advice),
        ] {
            let result = severity(category, rule, variant, user);
            assert_eq!(result, expected, "{category:?} {rule:?} {variant:?} {user:?}");
        }
        let failing = |fail_on: FailOn| [Advice, Warning, Error].map(|severity| fail_on.fails(severity));
        assert_eq!(failing(FailOn::Error), [false, false, true]);
        assert_eq!(failing(FailOn::default()), [false, true, true]);
        assert_eq!(failing(FailOn::Advice), [true; 3]);
        assert_eq!(failing(FailOn::Never), [false; 3]);
    }
}
