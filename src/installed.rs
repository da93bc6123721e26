//! What is installed in a virtual environment that lies in a project: which distributions, what they need, which modules
//! they brought.
//!
//! A reader takes the texts that installers leave in `site-packages` and never fails: what it does not understand is not
//! there. Whether the environment is up to date nobody knows, so it only tells what *is*, and never what is not.
//!
//! Sources: "Core metadata specifications" (with PEP 794: `Import-Name`, `Import-Namespace`), "Recording installed
//! projects" and "Entry points specification" on packaging.python.org; `top_level.txt`, `requires.txt` and
//! `namespace_packages.txt` are of setuptools.

#![cfg_attr(not(test), deny(clippy::string_slice, clippy::indexing_slicing))]

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::{Group, Marker, Versions, marker, requirement};
use crate::name::Name;

/// More modules than this of one distribution are not kept.
const MAX_MODULES: usize = 4000;

/// A virtual environment.
#[derive(Debug, Default)]
pub struct Installed {
    /// Its folder, relative to the working directory, with `/`.
    pub path: String,
    /// The version of its Python, as `pyvenv.cfg` names it.
    pub python: Option<String>,
    /// In the order of names, each once.
    distributions: Vec<Distribution>,
    /// The distributions that have a module, by their places.
    providers: BTreeMap<String, Vec<usize>>,
}

/// A distribution that is installed.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// Its name, normalised.
    pub name: Name,
    /// Its version as written.
    pub version: String,
    /// What it requires, conditions included.
    pub needs: Vec<Need>,
    /// The modules that it brought, in the order of names: packages by their names, dotted below namespace packages;
    /// nothing where that is not known.
    pub modules: Option<Vec<String>>,
    /// The commands that it brought.
    pub scripts: Vec<String>,
    /// The groups of entry points that it fills for others (`pytest11`, `flake8.extension`).
    pub plugins: Vec<String>,
}

/// A requirement of a distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The distribution that is needed.
    pub name: Name,
    /// The extras of it that are asked for.
    pub extras: Vec<Name>,
    /// When.
    pub marker: Option<Marker>,
}

/// The texts of one distribution, as far as they are there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Texts<'a> {
    /// `METADATA` or `PKG-INFO`.
    pub metadata: &'a str,
    /// `RECORD`.
    pub record: Option<&'a str>,
    /// `top_level.txt`.
    pub top_level: Option<&'a str>,
    /// `namespace_packages.txt`.
    pub namespaces: Option<&'a str>,
    /// `entry_points.txt`.
    pub entry_points: Option<&'a str>,
    /// `requires.txt`, where the metadata does not say what is required.
    pub requires: Option<&'a str>,
}

/// The Pythons on which a requirement has to count before it is said to count always, where nothing tells more.
pub fn usual_pythons() -> Versions {
    Versions::parse_python(">=3.12,<3.15").unwrap_or_else(Versions::none)
}

/// The names of what is always needed, on Linux with each of `pythons`, where `extra` or none is asked for; with
/// the extras that are asked of it. In the order of names, each once.
pub fn always<'a>(
    needs: impl IntoIterator<Item = &'a Need>,
    pythons: &Versions,
    extra: Option<&Name>,
) -> BTreeMap<&'a Name, BTreeSet<&'a Name>> {
    let mut by_name: BTreeMap<&Name, Vec<&Need>> = BTreeMap::new();
    for need in needs {
        by_name.entry(&need.name).or_default().push(need);
    }
    // An extra adds to what is needed anyway: what counts without it is no answer of it.
    let counts = |needs: &[&Need]| {
        let markers: Vec<&Marker> = needs.iter().filter_map(|need| need.marker.as_ref()).collect();
        let is_free = extra.is_none() && markers.len() < needs.len();
        is_free || !markers.is_empty() && marker::always(&markers, pythons, extra)
    };
    let extras = |needs: &[&'a Need]| needs.iter().flat_map(|need| &need.extras).collect();
    by_name.into_iter().filter(|(_, needs)| counts(needs)).map(|(name, needs)| (name, extras(&needs))).collect()
}

impl Installed {
    /// Joins what was read of the environment in the folder `path`. Of several versions of one distribution (what an
    /// interrupted upgrade leaves behind) the last one counts.
    pub fn new(path: &str, python: Option<String>, found: impl IntoIterator<Item = Distribution>) -> Self {
        let by_name: BTreeMap<Name, Distribution> =
            found.into_iter().map(|found| (found.name.clone(), found)).collect();
        let distributions: Vec<Distribution> = by_name.into_values().collect();
        let mut providers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, distribution) in distributions.iter().enumerate() {
            for module in distribution.modules.iter().flatten() {
                providers.entry(module.clone()).or_default().push(at);
            }
        }
        Self { path: path.to_owned(), python, distributions, providers }
    }

    /// Every distribution, in the order of names.
    pub fn distributions(&self) -> &[Distribution] {
        &self.distributions
    }

    /// The distribution of this (normalised) name.
    pub fn distribution(&self, name: &str) -> Option<&Distribution> {
        let at = self.distributions.binary_search_by(|probe| probe.name.as_str().cmp(name)).ok()?;
        self.distributions.get(at)
    }

    /// The modules that the distribution of this (normalised) name brought; nothing where that is not known.
    pub fn modules(&self, distribution: &str) -> Option<&[String]> {
        self.distribution(distribution)?.modules.as_deref()
    }

    /// The distributions that brought the longest known module which `dotted` is or lies in, with that module.
    pub fn providers<'a>(&'a self, dotted: &str) -> Option<(&'a str, Vec<&'a Name>)> {
        let mut at = dotted;
        loop {
            if let Some((module, places)) = self.providers.get_key_value(at) {
                let found = places.iter().filter_map(|place| self.distributions.get(*place));
                return Some((module, found.map(|distribution| &distribution.name).collect()));
            }
            at = at.rsplit_once('.')?.0;
        }
    }

    /// The names of what the distribution of this (normalised) name always needs, in order; nothing where it is not
    /// installed.
    pub fn requires(&self, distribution: &str) -> Option<Vec<&Name>> {
        let needs = &self.distribution(distribution)?.needs;
        Some(always(needs, &self.pythons(), None).into_keys().collect())
    }

    /// The Pythons for which its word counts: its own, else the usual ones.
    pub fn pythons(&self) -> Versions {
        let series = self.python.as_deref().and_then(|python| {
            let mut parts = python.split('.');
            Some(format!("{}.{}", parts.next()?, parts.next()?))
        });
        series.and_then(|series| Versions::python_series(&series)).unwrap_or_else(usual_pythons)
    }
}

/// The version of Python that a `pyvenv.cfg` names: `version` as the standard library writes it, `version_info` as
/// virtualenv and uv do.
pub fn python_of(config: &str) -> Option<String> {
    let value = |wanted: &str| {
        config.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == wanted).then(|| value.trim().to_owned())
        })
    };
    value("version").or_else(|| value("version_info")).filter(|version| !version.is_empty())
}

/// Reads the texts of one distribution; nothing where they do not name it.
pub fn read(texts: Texts<'_>) -> Option<Distribution> {
    let (mut name, mut version, mut needs) = (None, String::new(), Vec::new());
    let mut imports: Option<BTreeSet<String>> = None;
    for (key, value) in headers(texts.metadata) {
        match key.to_ascii_lowercase().as_str() {
            "name" => name = Some(Name::new(value)),
            "version" => value.clone_into(&mut version),
            "requires-dist" => needs.extend(need(value, None)),
            "import-name" => {
                // An empty one says that there is nothing to import. What follows `;` says that a name is private.
                let module = value.split(';').next().unwrap_or_default().trim();
                imports.get_or_insert_default().extend(is_module(module).then(|| module.to_owned()));
            }
            _ => {}
        }
    }
    let name = name.filter(|name| !name.as_str().is_empty())?;
    if needs.is_empty() {
        needs = texts.requires.map(sections).unwrap_or_default();
    }
    let namespaces: BTreeSet<&str> = texts.namespaces.unwrap_or_default().lines().map(str::trim).collect();
    let of_top_level = || {
        let names = texts.top_level?.lines().map(str::trim).filter(|name| is_module(name));
        let names: BTreeSet<String> = names.filter(|name| !namespaces.contains(name)).map(str::to_owned).collect();
        (!names.is_empty()).then_some(names)
    };
    let of_record = || {
        // Nothing is recorded of what is installed in place.
        texts.record.map(|record| recorded(record, &namespaces)).filter(|modules| !modules.is_empty())
    };
    let modules = imports.or_else(of_record).or_else(of_top_level);
    let modules = modules.map(|modules| modules.into_iter().take(MAX_MODULES).collect());
    let (scripts, plugins) = texts.entry_points.map(entry_points).unwrap_or_default();
    Some(Distribution { name, version, needs, modules, scripts, plugins })
}

/// The headers of a message, up to the first blank line. Nothing here asks for those that continue on a further line.
fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().take_while(|line| !line.trim().is_empty());
    let lines = lines.filter(|line| !line.starts_with([' ', '\t']));
    lines.filter_map(|line| line.split_once(':')).map(|(key, value)| (key.trim(), value.trim()))
}

/// A requirement as metadata writes it, under a further condition.
fn need(text: &str, condition: Option<&Marker>) -> Option<Need> {
    let (read, _) = requirement::read(text, Group::Runtime);
    let read = read?;
    let marker = match read.marker {
        // A condition that is not understood must not be taken for none.
        Some(marker) => Some(marker.marker?),
        None => None,
    };
    let marker = match (marker, condition.cloned()) {
        (Some(own), Some(condition)) => Some(Marker::And(vec![condition, own])),
        (own, condition) => own.or(condition),
    };
    Some(Need { name: read.name?, extras: read.extras.into_iter().map(|extra| extra.name).collect(), marker })
}

/// `requires.txt`: requirements, with a header (`[extra]`, `[:marker]`, `[extra:marker]`) before those that are conditional.
fn sections(text: &str) -> Vec<Need> {
    let mut needs = Vec::new();
    let mut condition = Some(None);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (extra, rest) = header.split_once(':').unwrap_or((header, ""));
            let extra = (!extra.is_empty()).then(|| format!("extra == '{extra}'"));
            let rest = (!rest.is_empty()).then(|| format!("({rest})"));
            let text = extra.into_iter().chain(rest).collect::<Vec<_>>().join(" and ");
            condition = marker::parse(&text).0.map(Some);
        } else if let Some(condition) = &condition {
            needs.extend(need(line, condition.as_ref()));
        }
    }
    needs
}

/// The modules of the files that `RECORD` lists.
fn recorded(record: &str, namespaces: &BTreeSet<&str>) -> BTreeSet<String> {
    let files: Vec<&str> = record.lines().filter_map(first_field).filter(|file| is_below(file)).collect();
    let inits =
        files.iter().filter_map(|file| file.rsplit_once('/').filter(|(_, name)| module_of(name) == Some("__init__")));
    let packages: BTreeSet<&str> = inits.map(|(folder, _)| folder).collect();
    let is_namespace = |folder: &str| namespaces.contains(folder.replace('/', ".").as_str());
    let mut modules = BTreeSet::new();
    for file in &files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let Some(stem) = module_of(name) else { continue };
        // The outermost folder that is a package stands for all that is in it.
        let ends = folder.match_indices('/').map(|(at, _)| at).chain((!folder.is_empty()).then_some(folder.len()));
        let mut outer = ends.filter_map(|end| folder.get(..end));
        let package = outer.find(|outer| packages.contains(outer) && !is_namespace(outer));
        let path = match package {
            Some(package) => package.to_owned(),
            None if stem == "__init__" => continue,
            None if folder.is_empty() => stem.to_owned(),
            None => format!("{folder}/{stem}"),
        };
        let dotted = path.replace('/', ".");
        if is_module(&dotted) {
            modules.insert(dotted);
        }
    }
    modules
}

/// The first field of a line of CSV.
fn first_field(line: &str) -> Option<&str> {
    match line.strip_prefix('"') {
        // A quote within a name of a file is no module.
        Some(rest) => rest.split('"').next(),
        None => line.split(',').next(),
    }
    .filter(|field| !field.is_empty())
}

/// Whether a recorded file lies in `site-packages`, and is not what installers leave there themselves.
fn is_below(file: &str) -> bool {
    let first = file.split('/').next().unwrap_or_default();
    let is_record = [".dist-info", ".egg-info", ".data"].iter().any(|end| first.ends_with(end));
    !file.starts_with('/') && first != ".." && !is_record && !file.split('/').any(|part| part == "__pycache__")
}

/// The name of the module in a file, where Python can import it.
fn module_of(name: &str) -> Option<&str> {
    let (stem, extension) = name.rsplit_once('.')?;
    match extension {
        // What setuptools leaves behind for a distribution that is installed in place.
        "py" => Some(stem).filter(|stem| !stem.starts_with("__editable__")),
        // `_yaml.cpython-312-x86_64-linux-gnu.so`
        "so" | "pyd" => name.split('.').next(),
        _ => None,
    }
}

/// Whether `dotted` is a name that can be imported.
fn is_module(dotted: &str) -> bool {
    let is_word = |part: &str| {
        part.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic())
            && part.chars().all(|c| c == '_' || c.is_alphanumeric())
    };
    dotted.split('.').all(is_word)
}

/// The commands, and the groups of all other entry points, each in the order of names.
fn entry_points(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut scripts, mut plugins) = (BTreeSet::new(), BTreeSet::new());
    let mut group = "";
    for line in text.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            group = header.trim();
        } else if let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with(['#', ';'])) {
            match group {
                "console_scripts" | "gui_scripts" => scripts.insert(name.trim().to_owned()),
                "" => false,
                _ => plugins.insert(group.to_owned()),
            };
        }
    }
    (scripts.into_iter().collect(), plugins.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(record: &str) -> Vec<String> {
        let texts = Texts { metadata: "Name: x\nVersion: 1\n", record: Some(record), ..Texts::default() };
        read(texts).and_then(|distribution| distribution.modules).unwrap_or_default()
    }

    #[test]
    fn reads_metadata() {
        let metadata = "Metadata-Version: 2.4\nName: Some_Thing\nVersion: 1.2\nSummary: Requires-Dist: no\n\
                        Requires-Dist: Idna>=2\nRequires-Dist: h2[x]; extra == \"http2\"\n\
                        Requires-Dist: tomli; python_version < \"3.11\"\nRequires-Dist: a; ???\n\
                        License: two\n        Requires-Dist: of a text\n\nRequires-Dist: body\n";
        let entry_points = "[console_scripts]\nsome-thing = some.thing:main\n\n[pytest11]\nsome = some.plugin\n";
        let texts = Texts { metadata, entry_points: Some(entry_points), ..Texts::default() };
        let found = read(texts).unwrap_or_else(|| panic!("it has a name"));
        assert_eq!((found.name.as_str(), found.version.as_str()), ("some-thing", "1.2"));
        assert_eq!(found.needs.iter().map(|need| need.name.as_str()).collect::<Vec<_>>(), ["idna", "h2", "tomli"]);
        assert_eq!((found.scripts, found.plugins), (vec!["some-thing".to_owned()], vec!["pytest11".to_owned()]));
        assert_eq!(found.modules, None);
        let names = |extra: Option<&Name>| -> Vec<String> {
            always(&found.needs, &usual_pythons(), extra).into_keys().map(Name::to_string).collect()
        };
        assert_eq!(names(None), ["idna"]);
        assert_eq!(names(Some(&Name::new("http2"))), ["h2"]);
        assert_eq!(read(Texts { metadata: "Version: 1\n", ..Texts::default() }), None);
    }

    #[test]
    fn reads_what_is_recorded() {
        for (record, expected) in [
            ("yaml/__init__.py,sha256=x,3\nyaml/nodes.py,,\n_yaml/__init__.py,,\n", &["_yaml", "yaml"][..]),
            ("six.py,,\n__pycache__/six.cpython-312.pyc,,\nsix-1.dist-info/RECORD,,\n", &["six"]),
            ("google/cloud/storage/__init__.py,,\ngoogle/cloud/storage/blob.py,,\n", &["google.cloud.storage"]),
            ("acme/tools/one.py,,\n", &["acme.tools.one"]),
            ("fast.cpython-312-x86_64-linux-gnu.so,,\nslow.pyd,,\n", &["fast", "slow"]),
            ("../../../bin/x.py,,\n/usr/share/x.py,,\nyaml-stubs/__init__.pyi,,\nx-1.data/scripts/y.py,,\n", &[]),
            ("\"odd,name/__init__.py\",,\n\"plain.py\",,\n\n,,\n", &["plain"]),
        ] {
            assert_eq!(modules(record), expected, "{record}");
        }
    }

    #[test]
    fn other_texts_speak_where_nothing_is_recorded() {
        let editable = Texts {
            metadata: "Name: x\n",
            record: Some("__editable__.x-1.pth,,\n__editable___x_1_finder.py,,\nx-1.dist-info/METADATA,,\n"),
            top_level: Some("x\nns\n\n"),
            namespaces: Some("ns\n"),
            ..Texts::default()
        };
        assert_eq!(read(editable).and_then(|d| d.modules), Some(vec!["x".to_owned()]));
        let legacy = Texts { record: Some("ns/__init__.py,,\nns/part/__init__.py,,\n"), ..editable };
        assert_eq!(read(legacy).and_then(|d| d.modules), Some(vec!["ns.part".to_owned()]));
        let named = Texts {
            metadata: "Metadata-Version: 2.5\nName: x\nImport-Name: x.core\nImport-Name: _x ; private\n\
                       Import-Namespace: x\n",
            ..legacy
        };
        assert_eq!(read(named).and_then(|d| d.modules), Some(vec!["_x".to_owned(), "x.core".to_owned()]));
        let nothing = Texts { metadata: "Name: x\nImport-Name:\n", ..legacy };
        assert_eq!(read(nothing).and_then(|d| d.modules), Some(vec![]));
    }

    #[test]
    fn reads_eggs() {
        let requires = "idna\n\n[http2]\nh2\n\n[:python_version < \"3\"]\nenum34\n\n[x:sys_platform == \"win32\"]\nwin\n\
                        [odd:???]\nlost\n";
        let texts = Texts { metadata: "Name: x\n", requires: Some(requires), ..Texts::default() };
        let needs = read(texts).map(|found| found.needs).unwrap_or_default();
        let shown: Vec<String> = needs
            .iter()
            .map(|n| format!("{} {}", n.name, n.marker.as_ref().map_or(String::new(), Marker::to_string)))
            .collect();
        let expected = [
            "idna ",
            "h2 extra == \"http2\"",
            "enum34 python_version < \"3\"",
            "win extra == \"x\" and sys_platform == \"win32\"",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn answers_for_an_environment() {
        let distribution = |name: &str, modules: &[&str]| Distribution {
            name: Name::new(name),
            version: "1".to_owned(),
            modules: Some(modules.iter().map(|module| (*module).to_owned()).collect()),
            needs: need("PyYAML", None).into_iter().collect(),
            scripts: Vec::new(),
            plugins: Vec::new(),
        };
        let found = [
            distribution("google-cloud-storage", &["google.cloud.storage"]),
            distribution("Other_Yaml", &["yaml"]),
            distribution("PyYAML", &["_yaml", "yaml"]),
        ];
        let installed = Installed::new(".venv", python_of("home = /x\nversion_info = 3.12.4\n"), found);
        assert_eq!(installed.python.as_deref(), Some("3.12.4"));
        let providers = |dotted: &str| -> Vec<String> {
            installed
                .providers(dotted)
                .map(|(_, names)| names.into_iter().map(Name::to_string).collect())
                .unwrap_or_default()
        };
        assert_eq!(providers("google.cloud.storage.blob"), ["google-cloud-storage"]);
        assert_eq!(providers("yaml"), ["other-yaml", "pyyaml"]);
        assert_eq!((providers("google.cloud"), providers("")), (vec![], vec![]));
        assert_eq!(installed.modules("pyyaml").map(<[String]>::len), Some(2));
        assert_eq!(installed.modules("absent"), None);
        assert_eq!(installed.requires("other-yaml"), Some(vec![&Name::new("pyyaml")]));
        assert!(
            installed.pythons().contains("3.12.1") == Some(true)
                && installed.pythons().contains("3.13.1") == Some(false)
        );
    }
}
