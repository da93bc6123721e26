//! What the table is made from. Each reader takes the text of a file, and refuses what has not its form.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Names of distributions (normalised) with their modules.
pub(crate) type Modules = BTreeMap<String, Vec<String>>;

/// The normalised form of a distribution's name (PEP 503).
pub(crate) fn normalised(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).collect();
    let inner = parts.iter().enumerate().filter(|(at, part)| *at == 0 || *at + 1 == parts.len() || !part.is_empty());
    inner.map(|(_, part)| part.to_lowercase()).collect::<Vec<_>>().join("-")
}

/// The lines of a table without comments and empty lines, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The index of top-level modules: much, with noise.
pub(crate) struct Index(pub(crate) Modules);

impl Index {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let rows = lines(text).skip(1).map(|(number, line)| {
            let (name, modules) =
                line.split_once('\t').ok_or_else(|| format!("line {number} of the index has not two columns"))?;
            Ok((normalised(name), modules.split(',').map(|module| module.trim().to_owned()).collect()))
        });
        rows.collect::<Result<_, String>>().map(Self)
    }
}

/// The places among the most downloaded, from 1.
pub(crate) struct Ranks(pub(crate) BTreeMap<String, u32>);

impl Ranks {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut rows = lines(text);
        let head: Vec<&str> = rows.next().map_or_else(Vec::new, |(_, line)| line.split('\t').collect());
        let column = |name: &str| {
            head.iter().position(|column| *column == name).ok_or_else(|| format!("the ranks have no column `{name}`"))
        };
        let (name, rank) = (column("name")?, column("download_rank")?);
        let mut ranks = BTreeMap::new();
        for (number, line) in rows {
            let cells: Vec<&str> = line.split('\t').collect();
            match (cells.get(name), cells.get(rank)) {
                (Some(_), None | Some(&"")) => {}
                (Some(name), Some(rank)) => {
                    let rank = rank.parse().map_err(|_| format!("line {number} of the ranks: `{rank}` is no rank"))?;
                    ranks.insert(normalised(name), rank);
                }
                (None, _) => return Err(format!("line {number} of the ranks has no name")),
            }
        }
        Ok(Self(ranks))
    }
}

/// The project's own research.
pub(crate) struct Research(pub(crate) Modules);

impl Research {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct File {
            import_map: Vec<Entry>,
        }
        #[derive(Deserialize)]
        struct Entry {
            dist: String,
            imports: Vec<String>,
        }
        let file: File = toml::from_str(text).map_err(|error| format!("the research: {error}"))?;
        Ok(Self(file.import_map.into_iter().map(|entry| (normalised(&entry.dist), entry.imports)).collect()))
    }
}

/// What the others lack or have wrong: it stands for all that is known of a distribution.
pub(crate) struct Additions(pub(crate) Modules);

impl Additions {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut additions = Modules::new();
        for (number, line) in lines(text) {
            let [name, modules, source] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(format!("line {number} of the additions has not three columns"));
            };
            if source.is_empty() {
                return Err(format!("line {number} of the additions says no source"));
            }
            let modules = modules.split(' ').filter(|module| *module != "-").map(str::to_owned).collect();
            if additions.insert(normalised(name), modules).is_some() {
                return Err(format!("line {number} of the additions: `{name}` a second time"));
            }
        }
        Ok(Self(additions))
    }
}

/// What names of distributions say of their modules; `data/import-patterns.tsv` describes it.
pub(crate) struct Patterns {
    namespaces: Vec<String>,
    rules: Vec<Rule>,
}

struct Rule {
    prefix: String,
    suffix: String,
    namespace: String,
    joint: Joint,
}

/// What stands in the module for the hyphens of the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Dots,
    Underscores,
    Nothing,
    /// There is no module.
    None,
    /// The name does not tell.
    Free,
}

/// What the name of a distribution says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It installs nothing that can be imported.
    NoModule,
    /// It installs this module.
    Module(String),
}

impl Patterns {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut patterns = Self { namespaces: Vec::new(), rules: Vec::new() };
        for (number, line) in lines(text) {
            let [pattern, namespace, rule, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(format!("line {number} of the patterns has not three columns"));
            };
            if namespace != "-" {
                patterns.namespaces.push(namespace.to_owned());
            }
            let joint = match rule {
                "dots" => Joint::Dots,
                "underscores" => Joint::Underscores,
                "joined" => Joint::Nothing,
                "none" => Joint::None,
                "free" if pattern == "-" => continue,
                "free" => Joint::Free,
                _ => return Err(format!("line {number} of the patterns: no rule is called `{rule}`")),
            };
            let Some((prefix, suffix)) = pattern.split_once('*') else {
                return Err(format!("line {number} of the patterns: `{pattern}` has no `*`"));
            };
            let (prefix, suffix, namespace) = (prefix.to_owned(), suffix.to_owned(), namespace.to_owned());
            patterns.rules.push(Rule { prefix, suffix, namespace, joint });
        }
        // The longest prefix speaks.
        patterns.rules.sort_by_key(|rule| std::cmp::Reverse(rule.prefix.len() + rule.suffix.len()));
        Ok(patterns)
    }

    /// Whether several distributions share the module, so that it says nothing.
    pub(crate) fn is_namespace(&self, module: &str) -> bool {
        self.namespaces.iter().any(|namespace| namespace == module)
    }

    /// What the normalised name of a distribution says of its modules.
    pub(crate) fn said(&self, name: &str) -> Option<Said> {
        self.rules.iter().find_map(|rule| {
            let rest = name.strip_prefix(&rule.prefix)?.strip_suffix(&rule.suffix)?;
            if rest.is_empty() {
                return None;
            }
            let rest = match rule.joint {
                Joint::None => return Some(Some(Said::NoModule)),
                Joint::Free => return Some(None),
                Joint::Dots => rest.replace('-', "."),
                Joint::Underscores => rest.replace('-', "_"),
                Joint::Nothing => rest.replace('-', ""),
            };
            Some(Some(Said::Module(format!("{}.{rest}", rule.namespace))))
        })?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_normalised() {
        assert_eq!(normalised("Ruamel.YAML"), "ruamel-yaml");
        assert_eq!(normalised("a__b-.c"), "a-b-c");
    }

    #[test]
    fn ranks_are_found_by_the_head_of_their_column() {
        let ranks =
            Ranks::parse("name\tlatest_version\tdownload_rank\nPyYAML\t6\t15\nobscure\t1\t\n").expect("well formed");
        assert_eq!(ranks.0, BTreeMap::from([("pyyaml".to_owned(), 15)]));
        assert!(Ranks::parse("name\tversion\n").is_err());
        assert!(Ranks::parse("name\tdownload_rank\na\tfirst\n").is_err());
    }

    #[test]
    fn patterns_say_the_module() {
        let patterns = Patterns::parse(
            "azure-*\tazure\tdots\t\t\nazure-*-nspkg\t-\tnone\t\t\nacme-cloud-*\tacme.cloud\tjoined\t\t\n*-stubs\t-\tnone\t\t\n-\tpaste\tfree\t\t\n",
        )
        .expect("well formed");
        assert_eq!(patterns.said("azure-mgmt-web"), Some(Said::Module("azure.mgmt.web".into())));
        assert_eq!(patterns.said("azure-mgmt-nspkg"), Some(Said::NoModule));
        assert_eq!(patterns.said("acme-cloud-data-flow"), Some(Said::Module("acme.cloud.dataflow".into())));
        assert_eq!(patterns.said("pandas-stubs"), Some(Said::NoModule));
        assert_eq!(patterns.said("requests"), None);
        assert!(patterns.is_namespace("paste") && patterns.is_namespace("azure"));
        assert!(!patterns.is_namespace("requests") && !patterns.is_namespace("-"));
        assert!(Patterns::parse("a-*\ta\tslashes\t\t\n").is_err());
        assert!(Patterns::parse("a\ta\tdots\t\t\n").is_err());
    }

    #[test]
    fn additions_say_a_source_once() {
        let additions = Additions::parse("# about\nacme\tacme acme_cli\tread\nmeta\t-\tread\n").expect("well formed");
        assert_eq!(additions.0.get("acme").map(Vec::len), Some(2));
        assert_eq!(additions.0.get("meta").map(Vec::len), Some(0));
        assert!(Additions::parse("acme\tacme\t\n").is_err());
        assert!(Additions::parse("acme\tacme\tread\nacme\tacme\tread\n").is_err());
    }
}
