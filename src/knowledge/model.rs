//! The form of everything under `rules/`: the ecosystem map and the rules.
//!
//! `build.rs` reads the TOML files into these types and writes them as two `postcard` blobs; the program decodes the
//! blobs at start, and reads a user's own files (`extend-rules`) by the same route as `build.rs` does. So this file
//! depends on `serde` alone, and on what puts off the decoding ([`Packed`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::packed::Packed;

/// How bad a finding is. The order is that of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// An opinion or a suggestion: shown on request, never fails a run by default.
    Advice,
    /// Worth mending.
    Warning,
    /// Broken, dangerous or impossible to install.
    Error,
}

/// What a rule is about. It gives the severity and a name to select by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Cannot be read, or cannot be installed as written.
    Manifest,
    /// Not the package that was meant, or no such package.
    Names,
    /// Known vulnerable, leaks a secret, trusts an insecure source, unsafe call.
    Security,
    /// Packages that cannot work together, or miss a part they need.
    Pairing,
    /// Code that fails with every version that the project can install.
    Broken,
    /// A library called in a way its authors warn against.
    Usage,
    /// Deprecated, abandoned, renamed, or now in the standard library.
    Obsolete,
    /// Source and declarations disagree.
    Imports,
    /// Pins, bounds, locks.
    Versions,
    /// The form in which the project is shipped.
    Packaging,
    /// A tool every project of this kind should have is missing, or set up against itself.
    Tooling,
    /// Opinions and suggestions.
    Advice,
    /// What the organisation has decided.
    Policy,
    /// The linter's own configuration and ignores.
    Configuration,
}

impl Category {
    /// Every category with its name.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("manifest", Self::Manifest),
        ("names", Self::Names),
        ("security", Self::Security),
        ("pairing", Self::Pairing),
        ("broken", Self::Broken),
        ("usage", Self::Usage),
        ("obsolete", Self::Obsolete),
        ("imports", Self::Imports),
        ("versions", Self::Versions),
        ("packaging", Self::Packaging),
        ("tooling", Self::Tooling),
        ("advice", Self::Advice),
        ("policy", Self::Policy),
        ("configuration", Self::Configuration),
    ];

    /// The category called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(n, _)| *n == name).map(|(_, category)| *category)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, category)| *category == self).map_or("", |(name, _)| name)
    }

    /// How bad its findings are, unless a rule lowers it.
    pub fn severity(self) -> Severity {
        match self {
            Self::Manifest
            | Self::Names
            | Self::Security
            | Self::Pairing
            | Self::Broken
            | Self::Policy
            | Self::Configuration => Severity::Error,
            Self::Usage | Self::Obsolete | Self::Imports | Self::Versions | Self::Packaging | Self::Tooling => {
                Severity::Warning
            }
            Self::Advice => Severity::Advice,
        }
    }
}

/// How far a fix can be trusted. The order is that of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Shown, never applied: it has a gap to fill.
    Display,
    /// Applied on request: it may change behaviour.
    Unsafe,
    /// Applied by `--fix`.
    Safe,
}

// ------------------------------------------------------------------------------------------------ the ecosystem map

/// One file of `rules/catalog/needs/` or `rules/catalog/packages/`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CatalogFile {
    /// The row of the map, in a file of `needs/`.
    pub need: Option<Need>,
    /// What fills the need, the first choice first.
    #[serde(default)]
    pub answer: Vec<Answer>,
    /// Facts about distributions. A distribution occurs once in all files.
    #[serde(default)]
    pub package: Vec<Package>,
}

/// A row of the lesson's map: something a project may need. Its identity is the file's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Need {
    /// A few words: "YAML".
    pub title: String,
    /// The section of the lesson; empty in a user's row.
    #[serde(default)]
    pub section: String,
    /// Its place in the lesson's map, from 1; 0 in a user's row.
    #[serde(default)]
    pub place: u16,
    /// What the lesson's row says, as facts of the map (names and short hints).
    #[serde(default)]
    pub lesson: String,
    /// What a reader should know beyond the answers.
    #[serde(default)]
    pub note: String,
    /// Why no rule judges it, for the rows that none can.
    #[serde(default)]
    pub not_judged: String,
    /// Documentation pages to read.
    #[serde(default)]
    pub references: Vec<String>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// A distribution, described by a `[[package]]` of the same name.
    #[default]
    Distribution,
    /// A module of the standard library.
    StandardLibrary,
    /// A program or service that is no Python distribution (`trivy`, `bash`).
    Tool,
    /// A way of working (a Docker image, a virtual environment) or something to read.
    Practice,
}

/// How an answer stands to its need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// To be reached for.
    Recommended,
    /// Fills the need; no reason to leave it.
    Accepted,
    /// Named by the lesson, or once usual, and not recommended today.
    Superseded,
}

/// Something that fills a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    /// A normalised distribution name, a module, a program, or the name of a practice.
    pub name: String,
    /// What it is.
    #[serde(default)]
    pub kind: AnswerKind,
    /// How it stands.
    pub standing: Standing,
    /// When to choose it.
    #[serde(default)]
    pub when: String,
    /// What the lesson calls it, where it names it ("AWS CDK").
    #[serde(default)]
    pub lesson_name: String,
    /// What else to know about it as an answer to this need.
    #[serde(default)]
    pub note: String,
    /// Where that is said; empty for a distribution, whose `[[package]]` carries the source.
    #[serde(default)]
    pub source: String,
    /// The part of the need it fills, where a row of the lesson holds several (`coverage`, `vulnerability-audit`).
    #[serde(default)]
    pub jobs: Vec<String>,
    /// What it is chiefly for, where that is not this need: the identity of a row, or a few words. Its presence does not
    /// show that the need is filled.
    #[serde(default)]
    pub chiefly: String,
    /// In which projects it is the one to choose.
    #[serde(default)]
    pub fits: Fits,
    /// How a project shows that it uses it, beyond a requirement, a command, a `[tool.NAME]` table and a pre-commit
    /// hook of this very name.
    #[serde(default)]
    pub evidence: EvidenceNames,
}

/// In which projects an answer is the one to choose. What is not stated excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fits {
    /// Only where every Python that the project supports lies in these specifiers.
    pub python: Option<String>,
    /// Only, and then rather than the others, where some Python that the project supports lies in these specifiers.
    pub some_python: Option<String>,
    /// Whether its calls can be awaited. In a program with `async` functions, what can is chosen rather than what cannot.
    #[serde(rename = "async")]
    pub is_async: Option<bool>,
    /// Rather than the others where the project requires one of these distributions.
    #[serde(default)]
    pub with: Vec<String>,
}

/// The names under which a tool shows itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EvidenceNames {
    /// Only what this table lists counts, not the answer's own name (ruff as a formatter).
    #[serde(default)]
    pub only: bool,
    /// Distributions whose requirement is evidence.
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Command lines: a program, or its first words (`ruff format`, `uv audit`).
    #[serde(default)]
    pub commands: Vec<String>,
    /// Identifiers of pre-commit hooks.
    #[serde(default)]
    pub hooks: Vec<String>,
    /// `owner/name` of pre-commit repositories and of GitHub actions, matched by prefix at a `/`.
    #[serde(default)]
    pub repositories: Vec<String>,
    /// TOML tables or INI sections (`tool.ruff.format`, `mypy`, `tool:pytest`).
    #[serde(default)]
    pub tables: Vec<String>,
    /// Names of configuration files (`ruff.toml`, `.coveragerc`).
    #[serde(default)]
    pub files: Vec<String>,
    /// Container images, without their tag.
    #[serde(default)]
    pub images: Vec<String>,
}

/// Facts about a distribution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// The normalised name (PEP 503).
    pub name: String,
    /// The top-level (or dotted, for namespaces) import names.
    #[serde(default)]
    pub imports: Vec<String>,
    /// The newest version, at the date of `checked`; empty where the source has none.
    #[serde(default)]
    pub latest: String,
    /// The month of the newest release, `YYYY-MM`.
    #[serde(default)]
    pub last_release: String,
    /// The place among the most downloaded, from 1; 0 where it is not ranked.
    #[serde(default)]
    pub rank: u32,
    /// The Pythons that the newest version can be installed on, where that was read.
    pub requires_python: Option<String>,
    /// `active`, `slow`, `sunset`, `deprecated`, `archived`, `abandoned`.
    #[serde(default)]
    pub status: String,
    /// What else to know.
    #[serde(default)]
    pub note: String,
    /// Documentation of the project itself.
    #[serde(default)]
    pub homepage: String,
    /// Where the facts come from.
    pub source: String,
    /// The day on which they were checked, `YYYY-MM-DD`.
    pub checked: String,
    /// Whether the name is that of another program on conda-forge (`wget` there is GNU Wget).
    #[serde(default)]
    pub conda_other: bool,
    /// What became of it.
    pub fate: Option<Fate>,
    /// Extras that were removed or never existed.
    #[serde(default)]
    pub gone_extras: Vec<GoneExtra>,
}

/// A distribution by its name, which is known before its facts are decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The normalised name (PEP 503).
    pub name: String,
    /// Its facts.
    pub facts: Packed<Package>,
}

impl From<Package> for Named {
    fn from(package: Package) -> Self {
        Self { name: package.name.clone(), facts: package.into() }
    }
}

/// What became of a distribution. The kind decides which rule speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FateKind {
    /// Not what people mean by the name: `misnamed-package`.
    Misnamed,
    /// A module that every Python since 3.5 has: `stdlib-package`.
    StdlibModule,
    /// The owner says: do not use. `deprecated-package`.
    Deprecated,
    /// The owner has announced the end. `deprecated-package`.
    Sunset,
    /// Known to be unsafe. `deprecated-package`.
    Insecure,
    /// Years of silence, and a successor. `abandoned-package`.
    Abandoned,
    /// Goes on under another name. `renamed-package`.
    Renamed,
    /// Type stubs that the library has made needless. `obsolete-stubs`.
    Stubs,
    /// Gives an older Python what a newer one has. `needless-backport`.
    Backport,
    /// The standard library does the same now. `superseded-by-stdlib`.
    SupersededByStdlib,
    /// The major that `when` names has ended. `eol-version`.
    EolMajor,
    /// An opinion. `choose-recommended`.
    Preference,
}

/// How sure a fact is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// From general knowledge, or partly unread.
    #[default]
    Medium,
    /// A statement of the owner was read, or the silence is undisputed.
    High,
}

/// What became of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fate {
    /// What happened.
    pub kind: FateKind,
    /// Since when: a date, a month, or nothing.
    #[serde(default)]
    pub since: String,
    /// Distributions to use instead (may carry an extra or a bound).
    #[serde(default)]
    pub replacements: Vec<String>,
    /// Modules of the standard library to use instead.
    #[serde(default)]
    pub stdlib: Vec<String>,
    /// When it holds. Without it: always.
    pub when: Option<Gate>,
    /// What only a human can judge. Printed, never judged; where it is set, the finding is advice.
    #[serde(default)]
    pub unless: String,
    /// Whether the distribution is still released (then superseding is advice).
    #[serde(default)]
    pub maintained: bool,
    /// Whether the replacement takes over the import names unchanged, so that the requirement alone must change.
    #[serde(default)]
    pub drop_in: bool,
    /// Why, in one clause without a full stop.
    pub reason: String,
    /// Where that is said.
    pub source: String,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
}

/// An extra that installers only warn about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoneExtra {
    /// The normalised name of the extra.
    pub name: String,
    /// The first version without it; empty where it never existed.
    #[serde(default)]
    pub since: String,
    /// What to declare instead.
    #[serde(default)]
    pub replacements: Vec<String>,
    /// Why, in one clause.
    pub reason: String,
    /// Where that is said.
    pub source: String,
}

/// A condition that the program can judge: all its parts must hold. What is not known does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Gate {
    /// Every Python that the project supports lies in these specifiers.
    pub python: Option<String>,
    /// Every version that the requirement allows lies in these specifiers (a bound or a lock is needed).
    pub version: Option<String>,
    /// The project also requires this distribution, and gets it only in these versions (`sqlalchemy>=2`): by its bounds,
    /// else by its lock, else because the newest one is among them.
    pub with: Option<String>,
    /// No bounds of the project on this distribution allow one of these versions (`pydantic<2`). A bare name has no bounds.
    pub never_with: Option<String>,
    /// The project's source imports one of these modules.
    #[serde(default)]
    pub imports: Vec<String>,
    /// The project's source imports none of these modules.
    #[serde(default)]
    pub unless_imports: Vec<String>,
    /// The requirement stands in `[build-system]` alone.
    #[serde(default)]
    pub build_only: bool,
}

// ------------------------------------------------------------------------------------------------ rules

/// One file `rules/<category>/<name>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleFile {
    /// What is wrong, in one line, lower case, without a full stop.
    pub summary: String,
    /// Whether it belongs to the default selection.
    #[serde(default = "yes")]
    pub default: bool,
    /// Lower than the category's.
    pub severity: Option<Severity>,
    /// Named variants with a lower severity.
    #[serde(default)]
    pub variant: BTreeMap<String, Variant>,
    /// Findings of other linters that say the same: `ruff:S506`, `bandit:B506`, `deptry:DEP001`.
    #[serde(default)]
    pub equivalents: Vec<String>,
    /// What is looked for; empty for a rule in code.
    #[serde(default, rename = "match")]
    pub matchers: Vec<Matcher>,
    /// Names that a rule in code judges by, by what they are (`tools = ["pytest", …]`).
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Documentation; the first is what a finding links to.
    #[serde(default)]
    pub references: Vec<String>,
    /// The version of this program that brought the rule.
    #[serde(default)]
    pub since: String,
    /// Why it matters. Markdown.
    pub why: String,
    /// What to do about it. Markdown.
    pub advice: String,
    /// What it leaves alone, and why. Markdown.
    #[serde(default)]
    pub limits: String,
    /// `safe`, `unsafe`, or nothing where there is no fix.
    pub fix: Option<Applicability>,
    /// Where the facts come from, beyond `references`.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Projects it must report.
    #[serde(default)]
    pub bad: Vec<Example>,
    /// Projects that look similar but are right.
    #[serde(default)]
    pub good: Vec<Example>,
}

fn yes() -> bool {
    true
}

/// The part of a rule that a run needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCore {
    /// Kebab-case; the file's name.
    pub name: String,
    /// The folder's name.
    pub category: Category,
    /// As in [`RuleFile`].
    pub summary: String,
    /// As in [`RuleFile`].
    pub default: bool,
    /// The category's severity, or the lower one of the file.
    pub severity: Severity,
    /// As in [`RuleFile`].
    pub variant: BTreeMap<String, Variant>,
    /// As in [`RuleFile`].
    pub equivalents: Vec<String>,
    /// As in [`RuleFile`].
    pub matchers: Packed<Vec<Matcher>>,
    /// Whether each of these is about source.
    pub reads_source: bool,
    /// As in [`RuleFile`].
    pub lists: BTreeMap<String, Vec<String>>,
    /// The first reference.
    pub url: String,
    /// As in [`RuleFile`].
    pub fix: Option<Applicability>,
}

/// A variant of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variant {
    /// Lower than the rule's.
    pub severity: Severity,
    /// What distinguishes it, in one clause.
    pub summary: String,
}

/// The texts and examples of a rule, needed by `explain` and by tests. The fields are those of [`RuleFile`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is documented at `RuleFile`")]
pub struct RuleTexts {
    pub name: String,
    pub since: String,
    pub why: String,
    pub advice: String,
    pub limits: String,
    pub references: Vec<String>,
    pub sources: Vec<String>,
    pub bad: Vec<Example>,
    pub good: Vec<Example>,
}

/// A small project. In a bad example a comment of carets below a line marks what the finding covers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// What it shows, in one clause.
    #[serde(default)]
    pub about: String,
    /// Path → text.
    pub files: BTreeMap<String, String>,
    /// Path → text after the fix.
    #[serde(default)]
    pub fixed: BTreeMap<String, String>,
    /// Files that the finding is about as a whole, where no caret can stand.
    #[serde(default)]
    pub whole: Vec<String>,
    /// The variant that speaks.
    pub variant: Option<String>,
    /// A part of the message.
    #[serde(default)]
    pub message: String,
    /// The day of the run, where it matters.
    #[serde(default)]
    pub today: String,
}

/// What a data rule looks for. Each kind is one file under `src/rule/matcher/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Matcher {
    /// A requirement.
    pub requirement: Option<RequirementMatch>,
    /// A need that nothing fills.
    pub absent: Option<AbsentMatch>,
    /// A call.
    pub call: Option<CallMatch>,
    /// What decorates a function.
    pub decorator: Option<DecoratorMatch>,
    /// An import.
    pub import: Option<ImportMatch>,
    /// A name that is imported or used.
    pub reference: Option<ReferenceMatch>,
    /// A value that is given to a name.
    pub assignment: Option<AssignmentMatch>,
    /// A class, by what it derives from and what its body holds.
    pub class: Option<ClassMatch>,
    /// A file that is there, or a key in it.
    pub file: Option<FileMatch>,
    /// When it may speak.
    pub gate: Option<Gate>,
    /// Newer versions of a distribution no longer have what it looks for: it speaks where they are installed.
    pub removed: Option<Removed>,
    /// Whether a file is told of it once, with its further places as labels.
    #[serde(default)]
    pub once: bool,
    /// A distribution that must be there for it, and is not: of a `call`, an `import` or an `assignment`.
    pub needs: Option<NeedsMatch>,
    /// The variant it speaks as.
    pub variant: Option<String>,
    /// The variant it speaks as in the source of tests, where it is another.
    pub in_tests: Option<String>,
    /// The variant it speaks as in scripts that build and look after the project, where it is another.
    pub in_scripts: Option<String>,
    /// What is wrong, with `{placeholders}`.
    pub message: String,
    /// Words beside the place.
    #[serde(default)]
    pub label: String,
    /// What to do, with `{placeholders}`.
    #[serde(default)]
    pub help: Vec<String>,
    /// Why it matters here, with `{placeholders}`.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What to use instead.
    #[serde(default)]
    pub replacements: Vec<String>,
    /// The row of the map it is about.
    pub need: Option<String>,
    /// Whether deleting the requirement settles it; the rule's `fix` says how far that can be trusted.
    #[serde(default)]
    pub delete: bool,
    /// How far it can be trusted that the first of the replacements takes its place: that of a fate where it is a drop-in,
    /// else the match's own. Its version never carries over.
    pub replace: Option<Applicability>,
    /// How a call can be written instead.
    pub rewrite: Option<Rewrite>,
}

impl Matcher {
    /// Whether it looks at Python source alone.
    pub fn is_about_source(&self) -> bool {
        self.requirement.is_none() && self.absent.is_none() && self.file.is_none()
    }
}

/// How a call can be written instead. Every part is a change, and all are made or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rewrite {
    /// What the function is called instead, by its name: of `yaml.load` the last part, and only where it is written so.
    #[serde(default)]
    pub function: BTreeMap<String, String>,
    /// What the argument that decides is instead, by the last part of its name as written, or by what a string says.
    #[serde(default)]
    pub value: BTreeMap<String, String>,
    /// An argument with a keyword that is added (`timeout=30`).
    #[serde(default)]
    pub add: String,
}

/// Requirements to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequirementMatch {
    /// Normalised names, or globs (`acme-*`).
    #[serde(default)]
    pub packages: Vec<String>,
    /// What became of them, by the catalogue.
    #[serde(default)]
    pub fates: Vec<FateKind>,
    /// Only in these groups of what the project declares: `runtime`, `extra`, `dev`, `build`, `constraint`; and in
    /// environments of a `tool` (tox, nox, hatch, a hook), of an `image` or of a `script`. Everywhere where it is empty.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Only with one of these extras.
    #[serde(default)]
    pub extras: Vec<String>,
}

/// A tool that a project should have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AbsentMatch {
    /// The need that nothing fills.
    pub need: String,
    /// The part of it, as answers name it in `jobs`.
    #[serde(default)]
    pub job: String,
    /// Only for these kinds of project: `application`, `library`. Empty: both.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Only where the project has a package or tests: not for an application of one or two modules.
    #[serde(default)]
    pub beyond_scripts: bool,
    /// Only where the project requires something when it runs.
    #[serde(default)]
    pub with_requirements: bool,
    /// Only where the project has tests.
    #[serde(default)]
    pub tested: bool,
    /// Only where the project's code is (`true`) or is not (`false`) annotated: a `py.typed`, or annotated functions.
    pub annotated: Option<bool>,
}

/// A distribution that what was found needs: the match speaks only where nothing that the project declares brings it.
/// What cannot be told is taken to be there. All findings of one project are told as one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NeedsMatch {
    /// The project declares one of these distributions (normalised) where it is needed.
    pub of: Vec<String>,
    /// One of these (normalised, or globs) is enough, the first choice first.
    pub any_of: Vec<String>,
    /// Requirements with an extra that brings one of them (`fastapi[standard]`), the first choice first.
    #[serde(default)]
    pub extras: Vec<String>,
    /// Further distributions (normalised, or globs) that bring one of them, or that go without it.
    #[serde(default)]
    pub brought_by: Vec<String>,
    /// What needs it.
    #[serde(default, rename = "where")]
    pub place: NeedsPlace,
}

/// The sort of source that needs a distribution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeedsPlace {
    /// The program.
    #[default]
    Runtime,
    /// Its tests.
    Tests,
}

/// A call to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallMatch {
    /// Resolved names (`yaml.load`), or what they begin with (`requests.*`). Methods are named by what makes their object
    /// (`requests.Session().get`; `boto3.client().*` for any method of it, and none of what that gives).
    pub functions: Vec<String>,
    /// All must hold.
    #[serde(default)]
    pub arguments: Vec<ArgumentTest>,
    /// Only directly in an `async def`, not in a function or lambda within.
    #[serde(default)]
    pub in_async: bool,
    /// Only where a loop or a comprehension of the function repeats it.
    #[serde(default)]
    pub in_loop: bool,
    /// Only where it runs when the file is imported.
    #[serde(default)]
    pub at_import: bool,
    /// Only with `await` before it (`true`), or without (`false`).
    pub awaited: Option<bool>,
    /// Only where a function around it certainly has one of these decorators (globs).
    #[serde(default)]
    pub decorated: Vec<String>,
    /// Not where a function around it has one of these decorators (globs), as far as is known.
    #[serde(default)]
    pub not_decorated: Vec<String>,
    /// Only methods of objects whose making the file shows, and that are handed to no function that could set them up.
    #[serde(default)]
    pub made_here: bool,
    /// None of these, though `functions` says so.
    #[serde(default)]
    pub except: Vec<String>,
    /// Nothing where the project calls one of these anywhere.
    #[serde(default)]
    pub unless_in_project: Vec<String>,
    /// Not where one of these methods is called on the same object, for what is `made-here`.
    #[serde(default)]
    pub unless_called: Vec<String>,
    /// Not in tests, examples, documentation and benchmarks.
    #[serde(default)]
    pub runtime_only: bool,
    /// Not where an `if` around it has one of these words (in lower case) in its test: somebody chose it (`if insecure:`).
    #[serde(default)]
    pub unless_chosen_by: Vec<String>,
    /// Not within a `with` that has one of these words (in lower case) in a context manager (`with Timeout(5):`).
    #[serde(default)]
    pub unless_within: Vec<String>,
    /// Not where a function around it, or what stands before it in its line, has one of these words (in lower case) in its
    /// name (`insecure_session = …`).
    #[serde(default)]
    pub unless_named: Vec<String>,
    /// Only where one of these stands in the call as it is written (`"https://`).
    #[serde(default)]
    pub written: Vec<String>,
    /// Not where one of these stands in the call as it is written (`localhost`).
    #[serde(default)]
    pub unless_written: Vec<String>,
    /// Only in files that import one of these modules, or something below it.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Only in files in which one of these stands anywhere (`.html`).
    #[serde(default)]
    pub mentioned: Vec<String>,
    /// Not in files in which one of these stands anywhere.
    #[serde(default)]
    pub unless_mentioned: Vec<String>,
    /// Only in the source of tests.
    #[serde(default)]
    pub tests_only: bool,
    /// Only in methods of a class that certainly has one of these decorators (globs).
    #[serde(default)]
    pub class_decorated: Vec<String>,
    /// Only directly in a function of the module whose parameters have just these names.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Only directly in a function that certainly has one of these decorators (globs).
    #[serde(default)]
    pub directly_in: Vec<String>,
    /// Only directly in a function of tests (`test_…`) that takes one of these fixtures, which the project does not define.
    #[serde(default)]
    pub fixtures: Vec<String>,
    /// Not in files that read one of these attributes of the same sort of object.
    #[serde(default)]
    pub unless_read: Vec<String>,
    /// Only where the file certainly calls one of these methods of the object that the call makes.
    #[serde(default)]
    pub then_called: Vec<String>,
    /// Only where the same class or the same function makes such a call as well.
    pub beside: Option<BesideMatch>,
    /// Not in a branch of an `if` in another branch of which the same function is called with the same first argument in a way
    /// that is not looked for: somebody chose it.
    #[serde(default)]
    pub unless_otherwise: bool,
}

/// A call that has to stand beside another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BesideMatch {
    /// Resolved names, or what they begin with.
    pub functions: Vec<String>,
    /// All must hold.
    #[serde(default)]
    pub arguments: Vec<ArgumentTest>,
}

/// A decorator to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DecoratorMatch {
    /// Resolved names (`tenacity.retry`), or what they begin with.
    pub names: Vec<String>,
    /// Only without (`true`) or with (`false`) an argument list.
    pub bare: Option<bool>,
    /// All must hold. Without an argument list nothing is passed.
    #[serde(default)]
    pub arguments: Vec<ArgumentTest>,
    /// Only of an `async def` (`true`), or of a plain one (`false`).
    pub on_async: Option<bool>,
    /// Only of a function that takes one of these parameters and gives it no default.
    #[serde(default)]
    pub parameters: Vec<String>,
    /// Only where all other decorators of the function are certainly among these (globs).
    #[serde(default)]
    pub beside: Vec<String>,
    /// Nothing where the project calls one of these anywhere.
    #[serde(default)]
    pub unless_in_project: Vec<String>,
    /// Not in tests, examples, documentation and benchmarks.
    #[serde(default)]
    pub runtime_only: bool,
}

/// A test of one argument. With `**kwargs` or `*args` in its way the answer is "cannot tell", and nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArgumentTest {
    /// The keyword.
    pub name: Option<String>,
    /// The place, from 0.
    pub position: Option<usize>,
    /// It is (`true`) or is not (`false`) passed.
    pub present: Option<bool>,
    /// It resolves to one of these names, or is one of these literals (`True`, `None`, `"unsafe"`, `0`).
    #[serde(default)]
    pub is: Vec<String>,
    /// It resolves to a known name or literal that is none of these.
    #[serde(default)]
    pub is_not: Vec<String>,
    /// It is not certainly one of these: what is not known counts as another.
    #[serde(default)]
    pub unless: Vec<String>,
    /// It resolves to one of these classes or one derived from them in the same file.
    #[serde(default)]
    pub derives_from: Vec<String>,
    /// It is a literal of any sort.
    #[serde(default)]
    pub literal: bool,
    /// It is a literal string that begins with one of these (`redis://`).
    #[serde(default)]
    pub starts_with: Vec<String>,
    /// It is a literal string in which a secret of one of these forms stands.
    #[serde(default)]
    pub secret: Vec<SecretForm>,
    /// It is a call of one of these functions.
    #[serde(default)]
    pub call_of: Vec<String>,
    /// It is not certainly a call of one of these functions.
    #[serde(default)]
    pub unless_call_of: Vec<String>,
    /// It is a file that the program brings along, or what was read from one: opened by a literal relative path, or by one that
    /// starts from `__file__` or goes up from a folder (`os.path.join(base, "..", "data")`).
    #[serde(default)]
    pub own_file: bool,
    /// None of these methods is called on it in the file.
    #[serde(default)]
    pub unless_called: Vec<String>,
    /// All hold for each call that gives it, as far as the file shows them.
    #[serde(default)]
    pub made_with: Vec<ArgumentTest>,
    /// It is a list, a tuple or a set that holds one of these names or literals.
    #[serde(default)]
    pub contains: Vec<String>,
    /// It is written as a list or a set.
    #[serde(default)]
    pub list: bool,
    /// It is a text into which a value is put that is no literal (`f"… {name}"`).
    #[serde(default)]
    pub formatted: bool,
    /// It is what one of these (globs) is or gives, or a text into which that is put.
    #[serde(default)]
    pub from: Vec<String>,
}

/// What a secret looks like that a service gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretForm {
    /// The id of an access key of AWS: `AKIA…`, `ASIA…`.
    AwsKeyId,
    /// The secret of an access key of AWS: forty characters of base64.
    AwsSecret,
    /// The key in a connection string of Azure: `AccountKey=…`, `SharedAccessKey=…`.
    AzureConnection,
    /// The secret of an application in Entra: some forty characters, of which the fifth and sixth are `Q~`.
    AzureClientSecret,
    /// An API key of Google: `AIza…`.
    GoogleKey,
    /// A key of a service for language models: `sk-…`.
    ModelKey,
}

/// An import to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImportMatch {
    /// Modules (with all below them), or `module.name` of a `from` import.
    pub names: Vec<String>,
    /// Also where the import is guarded by `try`, a version test or `TYPE_CHECKING`.
    #[serde(default)]
    pub even_guarded: bool,
    /// Only where the name is used as a type: something is annotated with it, or it is passed to one of these functions.
    #[serde(default)]
    pub as_type_for: Vec<String>,
}

/// Names to report, each once a project, at the first place that imports or uses it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReferenceMatch {
    /// Resolved names with what to write instead (`"moto.mock_s3" = "moto.mock_aws"`), or nothing. They stand for all
    /// below them: `pandas.np` also for `pandas.np.nan`. What a call gives is written `pandas.DataFrame().append`.
    pub names: BTreeMap<String, String>,
    /// Only where an import statement takes them.
    #[serde(default)]
    pub imported: bool,
    /// Not in tests, examples, documentation and benchmarks.
    #[serde(default)]
    pub runtime_only: bool,
}

/// Values to report that are given to a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AssignmentMatch {
    /// Attributes of what is imported (`requests.Session().verify`), or what a literal key names in one
    /// (`flask.Flask().config["DEBUG"]`); names of the module with a dot before them (`.DEBUG`). A part of a part is
    /// written `pandas.DataFrame()[name][]`, as in [`crate::python::Assignment::target`].
    pub targets: Vec<String>,
    /// A test of the value; where there is none, any value is reported. Its `name`, `position` and `present` say nothing.
    pub value: Option<ArgumentTest>,
    /// For names of the module: only in files that import one of these modules, or something below it.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Not where an `if` around it has one of these words (in lower case) in its test.
    #[serde(default)]
    pub unless_chosen_by: Vec<String>,
    /// Not in a branch of an `if` in another branch of which the same is given another value: somebody chose it.
    #[serde(default)]
    pub unless_otherwise: bool,
    /// Not where the target, or the function that begins last before it, has one of these words (in lower case) in its name.
    #[serde(default)]
    pub unless_named: Vec<String>,
    /// Not in files in which one of these stands anywhere.
    #[serde(default)]
    pub unless_mentioned: Vec<String>,
    /// Not in tests, examples, documentation and benchmarks.
    #[serde(default)]
    pub runtime_only: bool,
}

/// Classes to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClassMatch {
    /// It derives from one of these, directly or through classes of the file. They must name all classes of their
    /// package that count.
    pub derives_from: Vec<String>,
    /// A class of this name in its body is meant, not the body itself (`Config`).
    pub nested: Option<String>,
    /// Names that the body gives a value or an annotation, with what to write instead, or nothing.
    pub fields: BTreeMap<String, String>,
}

/// What newer versions of a distribution no longer have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Removed {
    /// The distribution, normalised.
    pub from: String,
    /// The first version without it.
    pub since: String,
    /// The variant that speaks where an older version is allowed as well.
    pub in_part: String,
}

/// A file to report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileMatch {
    /// Globs of names relative to the project's root.
    pub paths: Vec<String>,
    /// Only where this key stands in it (`tool.poetry.dev-dependencies`); the finding points at it.
    pub key: Option<String>,
}

// ------------------------------------------------------------------------------------------------ blobs

/// What `explain` and `recommend` need beyond [`Core`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// In the order of names.
    pub rules: Vec<RuleTexts>,
    /// What goes with what, in the order in which it is told.
    pub goes_with: Vec<GoesWith>,
}

/// What a run needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Core {
    /// The day of the newest fact, `YYYY-MM-DD`.
    pub date: String,
    /// In the order of names.
    pub needs: Vec<Row>,
    /// In the order of names.
    pub packages: Vec<Named>,
    /// In the order of names.
    pub rules: Vec<RuleCore>,
    /// CPython series.
    pub pythons: Vec<PythonSeries>,
    /// Modules that are gone.
    pub removed_modules: Vec<RemovedModule>,
    /// Which distributions go together, and which do not.
    pub pairings: Pairings,
}

/// A row of the map.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The identity: the file's name.
    pub id: String,
    /// What is needed.
    pub need: Need,
    /// What fills it.
    pub answers: Vec<Answer>,
}

/// One CPython series, from `rules/catalog/pythons.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PythonSeries {
    /// `3.11`.
    pub version: String,
    /// `YYYY-MM-DD` or `YYYY-MM`.
    pub released: String,
    /// `YYYY-MM-DD` or `YYYY-MM`.
    pub end_of_life: String,
    /// Where that is said.
    pub source: String,
}

/// The file `rules/catalog/pythons.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PythonsFile {
    /// The day on which it was checked.
    pub checked: String,
    /// In the order of versions.
    pub python: Vec<PythonSeries>,
}

/// A module that newer versions of what brought it no longer have, from `rules/catalog/removed-modules.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemovedModule {
    /// The top-level name.
    pub name: String,
    /// The distribution that brought it; nothing for the standard library.
    pub of: Option<String>,
    /// The first version without it: of Python (`3.12`), or of that distribution.
    pub since: String,
    /// Distributions that bring a module of this name.
    #[serde(default)]
    pub bridges: Vec<String>,
    /// Modules of the standard library and distributions to use instead.
    #[serde(default)]
    pub instead: Vec<String>,
    /// Where that is said.
    pub source: String,
}

/// The file `rules/catalog/removed-modules.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemovedModulesFile {
    /// The day on which it was checked.
    pub checked: String,
    /// In any order.
    pub module: Vec<RemovedModule>,
}

/// The file `rules/catalog/pairings.toml`: which distributions go together, and which do not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pairings {
    /// Ranges that cannot be installed, or do not run, together.
    #[serde(default)]
    pub incompatible: Vec<Incompatible>,
    /// Distributions that are released in step.
    #[serde(default)]
    pub lockstep: Vec<Lockstep>,
    /// Distributions that install a module of the same name.
    #[serde(default)]
    pub collide: Vec<Collision>,
    /// What an application needs beside a distribution.
    #[serde(default)]
    pub companion: Vec<Companion>,
    /// Libraries for tests that replace one library, and not the one that is used.
    #[serde(default)]
    pub mock: Vec<Mock>,
}

/// Where a row comes from, and how long it can be trusted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Basis {
    /// Documentation, a change log or metadata of one of the projects, or the issue that tells it (`https://…`).
    pub source: String,
    /// The day on which it was checked, `YYYY-MM-DD`.
    pub checked: String,
    /// The day after which a new release may have changed it, `YYYY-MM-DD`: from then on a finding is advice. Empty for what
    /// was released and cannot change.
    #[serde(default)]
    pub expires: String,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
}

/// Versions of two distributions that do not go together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Incompatible {
    /// The distribution whose range is easier to change (normalised).
    pub one: String,
    /// Its versions, as PEP 440 specifiers; empty for all.
    #[serde(default)]
    pub one_versions: String,
    /// Only where this extra of it is asked for; empty: always.
    #[serde(default)]
    pub one_extra: String,
    /// The other distribution: each of these (normalised).
    pub other: Vec<String>,
    /// Its versions; empty for all.
    #[serde(default)]
    pub other_versions: String,
    /// What goes wrong.
    pub failure: Failure,
    /// Why, in one clause without a full stop; `{other}` stands for the other distribution.
    pub reason: String,
    /// What to write instead; `{other}` likewise.
    pub help: String,
    /// Where that is said.
    pub basis: Basis,
}

/// How two distributions fail together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// Installers find no solution.
    #[default]
    Install,
    /// They can be installed, and then fail.
    Run,
}

/// Distributions that are released in step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lockstep {
    /// The distribution that leads: a normalised name or a glob.
    pub of: String,
    /// Only these versions of it, as PEP 440 specifiers; empty for all.
    #[serde(default)]
    pub of_versions: String,
    /// Those that follow it: normalised names or globs.
    pub with: Vec<String>,
    /// Only pre-releases of these: some projects number what is not stable so.
    #[serde(default)]
    pub prereleases: bool,
    /// Which version goes with one of `of`: `{version}`, or numbers and `{major}`, `{minor}`, `{patch}`, each with an
    /// addend where that is needed (`0.{minor+21}`), joined by dots. The release has to begin so.
    pub formula: String,
    /// How the two are compared.
    #[serde(default)]
    pub relation: Relation,
    /// Why, in one clause without a full stop.
    pub reason: String,
    /// Where that is said.
    pub basis: Basis,
}

/// How the version of a follower stands to what the formula gives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It begins so.
    #[default]
    Begins,
    /// It is not above it.
    AtMost,
}

/// Distributions that install a module of the same name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Collision {
    /// Normalised names, the one to keep first.
    pub distributions: Vec<String>,
    /// What each of them writes, as it is imported.
    pub module: String,
    /// Whether they are builds of one library, so that what is written over is nearly the same.
    #[serde(default)]
    pub builds: bool,
    /// What to know of it, in one clause without a full stop.
    pub reason: String,
    /// Where that is said.
    pub basis: Basis,
}

/// What an application needs beside a distribution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Companion {
    /// The distributions (normalised), one of which the program requires.
    pub of: Vec<String>,
    /// The program calls one of these functions (`fastapi.FastAPI`).
    #[serde(default)]
    pub calls: Vec<String>,
    /// Or the project runs such a command: words that it begins with or holds, in order.
    #[serde(default)]
    pub commands: Vec<String>,
    /// What it needs, in a few words with their article.
    pub what: String,
    /// One of these (normalised, or globs) is enough, the first choice first.
    pub one_of: Vec<String>,
    /// Requirements with an extra that brings one.
    #[serde(default)]
    pub extras: Vec<String>,
    /// Words in any text of the project by which it shows that something else does the job.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Why, in one clause without a full stop.
    pub reason: String,
    /// Where that is said.
    pub basis: Basis,
}

/// The file `rules/catalog/goes-with.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoesWithFile {
    /// In the order in which they are told.
    pub goes_with: Vec<GoesWith>,
}

/// What to have beside a distribution: told with a recommendation, judged by no rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GoesWith {
    /// The distributions (normalised, or globs), or modules of the standard library.
    pub of: Vec<String>,
    /// What it is to them.
    pub role: BesideRole,
    /// One of these (normalised) is enough, the first choice first.
    #[serde(default)]
    pub one_of: Vec<String>,
    /// A requirement with the extra that brings one.
    #[serde(default)]
    pub extra: String,
    /// What it is for, or when it is wanted, in a few words.
    pub when: String,
    /// Only where some Python that the project supports lies in these specifiers.
    pub some_python: Option<String>,
    /// Where that is said.
    pub source: String,
    /// The day on which it was checked, `YYYY-MM-DD`.
    pub checked: String,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
}

/// What something is to a distribution that it goes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BesideRole {
    /// Runs it.
    Server,
    /// Speaks to the database.
    Driver,
    /// Speaks to the broker.
    Broker,
    /// Says who is calling.
    Credentials,
    /// Does what a part of it needs.
    Part,
    /// Is for the tests of what uses it.
    Test,
    /// Describes its types to a type checker.
    Stubs,
    /// A program or service that is no distribution.
    Outside,
}

impl BesideRole {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Driver => "driver",
            Self::Broker => "broker",
            Self::Credentials => "credentials",
            Self::Part => "part",
            Self::Test => "test",
            Self::Stubs => "stubs",
            Self::Outside => "outside",
        }
    }

    /// Whether developers alone need it.
    pub fn is_for_developers(self) -> bool {
        matches!(self, Self::Test | Self::Stubs)
    }
}

/// A library for tests that replaces one library.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mock {
    /// Its module, or a name in it (`moto.mock_aws`).
    pub module: String,
    /// The distribution that it is of (normalised).
    pub distribution: String,
    /// The modules whose calls it replaces.
    pub replaces: Vec<String>,
    /// The distribution that these are of: what brings it may be replaced as well.
    pub through: String,
    /// The modules that the program uses instead.
    pub used: Vec<String>,
    /// Names in tests that make it work all the same.
    #[serde(default)]
    pub unless: Vec<String>,
    /// What to use for these.
    pub instead: Vec<String>,
    /// Why, in one clause without a full stop.
    pub reason: String,
    /// Where that is said.
    pub basis: Basis,
}
