//! Which distributions have which modules.
//!
//! The tables under `data/` are part of the program as sorted text, and searched where they are: nothing is read at
//! start. `build.rs` checks them and turns them round (`modules/compile.rs`); `tools/import-names` makes the large one.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::sync::{Arc, PoisonError, RwLock};

use foldhash::HashMap;
use memchr::{memchr, memrchr};

use super::Knowledge;
use super::model::{FateKind, Package};
use crate::name::Name;
use crate::python::stdlib;

#[cfg(test)]
#[expect(unreachable_pub, reason = "build.rs includes the file by its path")]
mod compile;

/// Distribution, modules, rank, origin.
static DISTRIBUTIONS: &str = include_str!(concat!(env!("OUT_DIR"), "/distributions.tsv"));
/// Module, mark, distributions.
static MODULES: &str = include_str!(concat!(env!("OUT_DIR"), "/modules.tsv"));
/// Patterns of distributions without a module.
static WITHOUT: &str = include_str!(concat!(env!("OUT_DIR"), "/without-module.txt"));

/// The last rank at which an index without further evidence is believed that a module is what people mean. Beyond,
/// a module of the project that was not found is as likely. A name of several words is less likely to be anybody's own.
const LAST_NAMESAKE: u32 = 6000;
const LAST_NAMESAKE_OF_SEVERAL_WORDS: u32 = 15_000;
/// The same for the only module of a distribution, whose name is another one.
const LAST_OTHER: u32 = 1000;

/// How many times better the rank of the first of several distributions has to be, for it to be the one that is
/// meant: a fork, a smaller build and a copy do not come near.
const AHEAD: u32 = 20;
/// The same where the distribution has the name of the module.
const NAMESAKE_AHEAD: u32 = 5;

/// Which distributions have which modules: the embedded tables, and what the catalogue (also a user's part of it)
/// knows, which wins.
#[derive(Debug)]
pub struct Modules<'a> {
    knowledge: &'a Knowledge,
}

/// What was answered lately: the projects of a tree import and require much the same.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// What is known of modules without dots.
    tops: Memo<Depth>,
    providers: Memo<Option<Found>>,
    modules: Memo<Option<Arc<[String]>>>,
}

/// How deep what is known of a module without dots goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// Nothing is known of it, nor of a module in it.
    #[default]
    Unknown,
    /// Whatever lies in it comes from where it comes from itself.
    Itself,
    /// Modules in it may come from elsewhere.
    Within,
}

/// So many answers of a sort are remembered: more than one repository asks for, and not those for all of many.
const REMEMBERED: usize = 3000;

/// The last answers by what was asked.
#[derive(Debug, Default)]
struct Memo<T>(RwLock<HashMap<Box<str>, T>>);

impl<T: Clone> Memo<T> {
    /// The answer to `asked`, which `find` finds where nobody has asked before.
    fn get(&self, asked: &str, find: impl FnOnce() -> T) -> T {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(asked).cloned();
        known.unwrap_or_else(|| {
            let found = find();
            let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
            if answers.len() == REMEMBERED {
                answers.clear();
            }
            answers.insert(asked.into(), found.clone());
            found
        })
    }
}

/// [`Providers`] of a module, with the length of what is known of it.
#[derive(Debug, Clone)]
struct Found {
    length: usize,
    distributions: Arc<[String]>,
    certain: bool,
}

/// The packages of the catalogue by the modules that their facts name.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// By dotted names.
    modules: HashMap<String, Vec<(usize, bool)>>,
    /// The first parts of these, and whether there is more than that part.
    tops: HashMap<String, bool>,
}

impl Catalogue {
    /// Of all `packages`.
    pub(super) fn of_packages<'a>(packages: impl Iterator<Item = &'a Package>) -> Self {
        let mut all = Self::default();
        for (at, package) in packages.enumerate().filter(|(_, package)| !package.imports.is_empty()) {
            // What the catalogue says of stubs is what they are stubs of.
            let has_it = !is_without_module(&package.name);
            for import in &package.imports {
                all.modules.entry(import.clone()).or_default().push((at, has_it));
                *all.tops.entry(top_level(import).to_owned()).or_default() |= import.contains('.');
            }
        }
        all
    }

    /// The places of those that name the dotted module, in order, and whether they have it.
    pub(super) fn of(&self, module: &str) -> impl Iterator<Item = (usize, bool)> {
        self.modules.get(module).into_iter().flatten().copied()
    }

    /// What the facts know of a module without dots.
    fn depth(&self, module: &str) -> Depth {
        match self.tops.get(module) {
            None => Depth::Unknown,
            Some(false) => Depth::Itself,
            Some(true) => Depth::Within,
        }
    }
}

/// The distributions that have a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Providers<'b> {
    /// The module, as far as it is known: what was asked for, or a beginning of it.
    pub module: &'b str,
    /// The distributions (normalised), the best first; at least one.
    pub distributions: Arc<[String]>,
    /// Whether the first distribution is what people mean when they import the module.
    pub certain: bool,
}

impl<'a> Modules<'a> {
    /// Asks the tables and `knowledge`.
    pub fn new(knowledge: &'a Knowledge) -> Self {
        Self { knowledge }
    }

    /// The distributions that have the dotted module, or the longest prefix of it that is known. Best first. `None`
    /// where nobody is known to have it, and for what lies in a namespace that many distributions share.
    pub fn providers<'b>(&self, dotted: &'b str) -> Option<Providers<'b>> {
        let top = top_level(dotted);
        let answered = &self.knowledge.answered;
        let asked = match answered.tops.get(top, || depth(top).max(self.knowledge.catalogue().depth(top))) {
            Depth::Unknown => return None,
            Depth::Itself => top,
            Depth::Within => dotted,
        };
        let Found { length, distributions, certain } = answered.providers.get(asked, || self.search(asked))?;
        Some(Providers { module: dotted.get(..length)?, distributions, certain })
    }

    fn search(&self, dotted: &str) -> Option<Found> {
        let mut at = dotted;
        loop {
            let entry = Entry::of(at).or_else(|| Entry::of(without_version(at)?));
            let catalogue = self.knowledge.packages_with(at);
            let is_namespace = entry.as_ref().is_some_and(|entry| entry.mark == Mark::Namespace);
            if is_namespace && at != dotted {
                return None;
            }
            let found = self.candidates(at, entry.as_ref(), &catalogue);
            if !found.is_empty() {
                let certain = entry.as_ref().map_or(Mark::Nothing, |entry| entry.mark).is_certain(at, &found);
                let distributions = found.into_iter().map(|candidate| candidate.name.to_owned()).collect();
                return Some(Found { length: at.len(), distributions, certain });
            }
            at = at.rsplit_once('.')?.0;
        }
    }

    /// The modules (dotted where in a namespace) that the distribution (normalised) installs. `None`: not known. An
    /// empty list: known to install none (stubs, shared libraries, metapackages).
    pub fn of(&self, distribution: &str) -> Option<Arc<[String]>> {
        self.knowledge.answered.modules.get(distribution, || self.search_modules(distribution))
    }

    fn search_modules(&self, distribution: &str) -> Option<Arc<[String]>> {
        let row = Row::of(distribution);
        if row.is_none() && is_without_module(distribution) {
            return Some(Arc::default());
        }
        let imports =
            self.knowledge.package(distribution).map(|package| package.imports.as_slice()).unwrap_or_default();
        if row.is_none() && imports.is_empty() {
            return None;
        }
        let mut modules = imports.to_vec();
        for module in row.iter().flat_map(Row::modules) {
            if !imports.iter().any(|import| import == module) {
                modules.push(module.to_owned());
            }
        }
        Some(modules.into())
    }

    /// Who has the module called `module`, the best first.
    fn candidates<'c>(
        &'c self,
        module: &str,
        entry: Option<&Entry<'c>>,
        catalogue: &[&'c Package],
    ) -> Vec<Candidate<'c>> {
        let known = entry.map(|entry| entry.distributions).unwrap_or_default();
        let mut names: Vec<&str> = known.split(' ').filter(|name| !name.is_empty()).collect();
        // The table of conflicts has an order of its own.
        let settled = entry.is_some_and(|entry| matches!(entry.mark, Mark::First | Mark::Any));
        for package in catalogue {
            if !names.contains(&package.name.as_str()) {
                names.push(&package.name);
            }
        }
        let candidate = |name| Candidate::new(name, module, self.knowledge.package(name));
        let mut found: Vec<Candidate<'_>> = names.into_iter().map(candidate).collect();
        if !settled {
            found.sort_by_key(|candidate| (candidate.is_gone, candidate.rank, candidate.name));
        }
        found
    }
}

/// The first part of a dotted name.
fn top_level(dotted: &str) -> &str {
    dotted.split_once('.').map_or(dotted, |(top, _)| top)
}

/// Whether the name alone says that a distribution installs nothing that can be imported.
fn is_without_module(distribution: &str) -> bool {
    WITHOUT.lines().any(|pattern| {
        let parts = pattern.split_once('*');
        parts.is_some_and(|(start, end)| {
            distribution
                .strip_prefix(start)
                .and_then(|rest| rest.strip_suffix(end))
                .is_some_and(|rest| !rest.is_empty())
        })
    })
}

/// `google.cloud.batch` for `google.cloud.batch_v1`: its distributions have modules for each version of an interface.
fn without_version(dotted: &str) -> Option<&str> {
    let (module, version) = dotted.rsplit_once("_v")?;
    let is_version = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains('.');
    (is_version && module.starts_with("google.")).then_some(module)
}

/// One that has a module.
struct Candidate<'a> {
    name: &'a str,
    /// Its place among the most downloaded; the largest number where it is not ranked.
    rank: u32,
    /// Whether it has the name of the module.
    is_namesake: bool,
    /// Whether it is known to have the module, and not by an index alone.
    is_believed: bool,
    /// Whether nobody should reach for it any more.
    is_gone: bool,
}

impl<'a> Candidate<'a> {
    fn new(name: &'a str, module: &str, package: Option<&Package>) -> Self {
        let row = Row::of(name);
        let ranked = row.as_ref().map(|row| row.rank).filter(|rank| *rank > 0);
        let rank = ranked.or_else(|| package.map(|package| package.rank).filter(|rank| *rank > 0)).unwrap_or(u32::MAX);
        let is_namesake = Name::new(module) == *name;
        let catalogued = package.is_some_and(|package| package.imports.iter().any(|import| import == module));
        let is_believed = catalogued || row.is_none_or(|row| row.is_own || row.is_plausible(module, is_namesake));
        let is_gone = package.and_then(|package| package.fate.as_ref()).is_some_and(|fate| {
            use FateKind::{Abandoned, Deprecated, Insecure, Misnamed, Renamed};
            matches!(fate.kind, Abandoned | Deprecated | Insecure | Misnamed | Renamed)
        });
        Self { name, rank, is_namesake, is_believed, is_gone }
    }
}

/// What the tables say of a module beside its distributions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Nothing,
    First,
    Any,
    Doubtful,
    Namespace,
}

impl Mark {
    /// Whether the first of `found` is what people mean by `module`.
    fn is_certain(self, module: &str, found: &[Candidate<'_>]) -> bool {
        match self {
            _ if stdlib::lifetime(module).is_some() => false,
            Self::First => true,
            Self::Any | Self::Doubtful | Self::Namespace => false,
            Self::Nothing => {
                // Where all are gone, the first of them is still the one that is meant.
                let gone = found.iter().all(|candidate| candidate.is_gone);
                let mut serious = found.iter().filter(|candidate| gone || !candidate.is_gone);
                let (first, second) = (serious.next(), serious.next());
                first.is_some_and(|first| {
                    let ahead = if first.is_namesake { NAMESAKE_AHEAD } else { AHEAD };
                    let is_ahead = second.is_none_or(|second| first.rank.saturating_mul(ahead) <= second.rank);
                    first.is_believed && is_ahead
                })
            }
        }
    }
}

/// A line of [`MODULES`].
struct Entry<'a> {
    mark: Mark,
    distributions: &'a str,
}

impl Entry<'static> {
    fn of(module: &str) -> Option<Self> {
        let (mark, distributions) = line(MODULES, module)?.split_once('\t')?;
        let mark = match mark {
            "first" => Mark::First,
            "any" => Mark::Any,
            "doubtful" => Mark::Doubtful,
            "namespace" => Mark::Namespace,
            _ => Mark::Nothing,
        };
        Some(Self { mark, distributions })
    }
}

/// A line of [`DISTRIBUTIONS`].
struct Row<'a> {
    name: &'a str,
    modules: &'a str,
    /// 0 where it is not ranked.
    rank: u32,
    /// Whether more than an index knows its modules.
    is_own: bool,
}

impl<'a> Row<'a> {
    fn of(distribution: &'a str) -> Option<Self> {
        let mut columns = line(DISTRIBUTIONS, distribution)?.split('\t');
        let (modules, rank, origin) = (columns.next()?, columns.next()?, columns.next()?);
        Some(Self { name: distribution, modules, rank: rank.parse().ok()?, is_own: origin == "own" })
    }

    fn modules(&self) -> impl Iterator<Item = &'a str> {
        self.modules.split(' ').filter(|module| !module.is_empty())
    }

    /// Whether an index is to be believed that who imports `module` means this distribution.
    fn is_plausible(&self, module: &str, is_namesake: bool) -> bool {
        let squeezed = |text: &str| text.to_lowercase().replace(['-', '_', '.'], "");
        let (own, other) = (squeezed(self.name), squeezed(module));
        let is_only = self.modules().count() == 1;
        let last = match () {
            () if is_namesake && module.contains('_') => LAST_NAMESAKE_OF_SEVERAL_WORDS,
            () if is_namesake => LAST_NAMESAKE,
            () if other.starts_with(&own) || is_only && (own.contains(&other) || other.contains(&own)) => LAST_NAMESAKE,
            () if is_only => LAST_OTHER,
            () => 0,
        };
        (1..=last).contains(&self.rank)
    }
}

/// What follows `key` and a tab in a text whose lines are sorted by what stands before their first tab.
fn line<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let line = text.get(at_or_after(text, key)?..)?.split('\n').next()?;
    line.split_once('\t').filter(|(found, _)| *found == key).map(|(_, columns)| columns)
}

/// What [`MODULES`] knows of a module without dots.
fn depth(module: &str) -> Depth {
    let within = format!("{module}.");
    let first = at_or_after(MODULES, &within).and_then(|at| MODULES.get(at..));
    match Entry::of(module) {
        _ if first.is_some_and(|rest| rest.starts_with(&within)) => Depth::Within,
        Some(entry) if entry.mark == Mark::Namespace => Depth::Within,
        Some(_) => Depth::Itself,
        None => Depth::Unknown,
    }
}

/// Where the first line of such a text begins whose key does not come before `key`.
fn at_or_after(text: &str, key: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        // A line near the middle.
        let middle = low + (high - low) / 2;
        let start = memrchr(b'\n', bytes.get(low..middle)?).map_or(low, |at| low + at + 1);
        let end = memchr(b'\n', bytes.get(middle..high)?).map_or(high, |at| middle + at);
        let line = bytes.get(start..end)?;
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        match line.get(..tab)?.cmp(key.as_bytes()) {
            std::cmp::Ordering::Equal => return Some(start),
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    Some(low.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::load;

    /// The first distribution and whether it is certain; the module where it is not the whole of `dotted`.
    fn first(dotted: &str) -> Option<(String, bool)> {
        let knowledge = Knowledge::embedded();
        let modules = Modules::new(&knowledge);
        let providers = modules.providers(dotted)?;
        Some((providers.distributions.first().cloned().unwrap_or_default(), providers.certain))
    }

    #[track_caller]
    fn certain(pairs: &[(&str, &str)]) {
        for (module, distribution) in pairs {
            assert_eq!(first(module), Some(((*distribution).to_owned(), true)), "{module}");
        }
    }

    #[test]
    fn what_people_mean_is_certain() {
        certain(&[
            ("yaml", "pyyaml"),
            ("requests", "requests"),
            ("jwt", "pyjwt"),
            ("Crypto", "pycryptodome"),
            ("Crypto.Cipher.AES", "pycryptodome"),
            ("dotenv", "python-dotenv"),
            ("attr", "attrs"),
            ("attrs", "attrs"),
            ("pkg_resources", "setuptools"),
            ("PIL.Image", "pillow"),
            ("bs4", "beautifulsoup4"),
            ("sklearn.linear_model", "scikit-learn"),
            ("dateutil.parser", "python-dateutil"),
            ("typing_extensions", "typing-extensions"),
            ("gi.repository", "pygobject"),
            ("grpc", "grpcio"),
            ("googleapiclient.discovery", "google-api-python-client"),
            ("win32gui", "pywin32"),
            ("serial", "pyserial"),
            ("MySQLdb", "mysqlclient"),
            ("mysql.connector", "mysql-connector-python"),
            ("docker", "docker"),
            ("urllib3", "urllib3"),
            ("OpenSSL", "pyopenssl"),
            ("git", "gitpython"),
            ("aws_cdk.aws_s3", "aws-cdk-lib"),
        ]);
    }

    #[test]
    fn modules_in_a_namespace_have_their_own_distribution() {
        certain(&[
            ("google.cloud.storage", "google-cloud-storage"),
            ("google.cloud.storage.blob", "google-cloud-storage"),
            ("google.cloud.batch_v1", "google-cloud-batch"),
            ("google.protobuf.message", "protobuf"),
            ("google.auth.transport", "google-auth"),
            ("azure.storage.blob", "azure-storage-blob"),
            ("azure.mgmt.redis", "azure-mgmt-redis"),
            ("azure.durable_functions", "azure-functions-durable"),
            ("opentelemetry.trace", "opentelemetry-api"),
            ("opentelemetry.sdk.trace.export", "opentelemetry-sdk"),
            ("opentelemetry.instrumentation.threading", "opentelemetry-instrumentation-threading"),
            ("opentelemetry.instrumentation.utils", "opentelemetry-instrumentation"),
            ("airflow.providers.http.hooks.http", "apache-airflow-providers-http"),
            ("airflow.models", "apache-airflow"),
            ("poetry.core.masonry", "poetry-core"),
            ("zope.interface", "zope-interface"),
            ("jaraco.functools", "jaraco-functools"),
            ("backports.tarfile", "backports-tarfile"),
            ("sphinxcontrib.mermaid", "sphinxcontrib-mermaid"),
            ("ruamel.yaml", "ruamel-yaml"),
            ("dbt.adapters.snowflake", "dbt-snowflake"),
        ]);
        for namespace in
            ["google.nothing.known", "azure.nothing", "google.cloud.no_such_service", "airflow.providers.acme"]
        {
            assert_eq!(first(namespace), None, "{namespace}");
        }
        for shared in ["google", "azure", "google.cloud", "azure.mgmt", "opentelemetry", "zope"] {
            assert!(!first(shared).is_some_and(|(_, certain)| certain), "{shared}");
        }
    }

    #[test]
    fn what_may_be_another_is_not_certain() {
        for module in [
            "cv2",
            "psycopg2",
            "tensorflow",
            "faiss",
            "onnxruntime",
            "slack",
            "fpdf",
            "multipart",
            "mypy_boto3_s3",
            "utils",
            "config",
            "core",
            "common",
            "lib",
            "models",
            "helpers",
            "app",
            "settings",
            "test",
            "tests",
            "src",
            "main",
            "client",
            "db",
            "types",
            "proto",
            "agents",
            "tools",
            "base",
            "enum",
            "asyncore",
            "typing",
        ] {
            assert!(!first(module).is_some_and(|(_, certain)| certain), "{module}: {:?}", first(module));
        }
    }

    #[test]
    fn all_of_a_family_are_told() {
        let knowledge = Knowledge::embedded();
        let modules = Modules::new(&knowledge);
        let providers = modules.providers("cv2.dnn").expect("known");
        assert_eq!(providers.module, "cv2");
        for name in
            ["opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"]
        {
            assert!(providers.distributions.iter().any(|known| known == name), "{name}");
        }
        let providers = modules.providers("enum").expect("known");
        assert!(providers.distributions.iter().any(|known| known == "enum34"), "{providers:?}");
        let providers = modules.providers("asyncore").expect("known");
        assert!(providers.distributions.iter().any(|known| known == "pyasyncore"), "{providers:?}");
        assert_eq!(modules.providers("no_such_module_anywhere"), None);
        assert_eq!(modules.providers(""), None);
        assert_eq!(modules.providers("."), None);
    }

    #[test]
    fn stubs_provide_nothing() {
        let knowledge = Knowledge::embedded();
        let modules = Modules::new(&knowledge);
        for name in
            ["types-requests", "types-attrs", "pandas-stubs", "nvidia-cublas-cu12", "azure-mgmt-nspkg", "cuda-toolkit"]
        {
            assert_eq!(modules.of(name).map(|modules| modules.len()), Some(0), "{name}");
        }
        let requests = modules.providers("requests").expect("known").distributions;
        assert!(!requests.iter().any(|name| name.starts_with("types-")), "{requests:?}");
    }

    #[test]
    fn distributions_have_their_modules() {
        let knowledge = Knowledge::embedded();
        let modules = Modules::new(&knowledge);
        let of = |name| modules.of(name).unwrap_or_default();
        assert_eq!(*of("requests"), ["requests"]);
        assert_eq!(of("pyyaml").first().map(String::as_str), Some("yaml"));
        assert!(of("setuptools").contains(&"pkg_resources".to_owned()));
        assert!(of("google-cloud-bigquery").contains(&"google.cloud.bigquery".to_owned()));
        assert_eq!(modules.of("no-such-distribution-anywhere"), None);
    }

    /// Each row is found, and so is each module; the first and the last line as well.
    #[test]
    fn every_line_is_found() {
        for text in [DISTRIBUTIONS, MODULES] {
            for (key, columns) in text.lines().filter_map(|line| line.split_once('\t')) {
                assert_eq!(line(text, key), Some(columns), "{key}");
            }
        }
        assert_eq!(line(DISTRIBUTIONS, ""), None);
        assert_eq!(line(DISTRIBUTIONS, "zzzzzz"), None);
        assert_eq!(line("", "a"), None);
    }

    #[test]
    fn a_users_facts_count() {
        let fact = |name: &str, import: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nimports = [\"{import}\"]\nsource = \"our wiki\"\nchecked = \"2026-11-22\"\n"
            )
        };
        let text =
            fact("acme-http", "acme_http") + &fact("acme-yaml", "yaml") + &fact("acme-cloud-x", "google.cloud.acme");
        let (core, texts) = load::load(&[("catalog/packages/acme.toml".to_owned(), text)]).expect("well formed");
        let knowledge = Knowledge::embedded().extended(core, texts);
        let modules = Modules::new(&knowledge);
        assert_eq!(
            modules.providers("acme_http.client"),
            Some(Providers { module: "acme_http", distributions: ["acme-http".to_owned()].into(), certain: true })
        );
        assert_eq!(modules.of("acme-http"), Some(["acme_http".to_owned()].into()));
        let yaml = modules.providers("yaml").expect("known");
        assert!(yaml.certain && yaml.distributions.contains(&"acme-yaml".to_owned()), "{yaml:?}");
        assert_eq!(
            modules.providers("google.cloud.acme.v1").map(|providers| providers.module),
            Some("google.cloud.acme")
        );
    }
}
