//! Conda environment files (`environment.yml`).
//!
//! Sources: conda, "Managing environments" and "Package match specifications". Conda's names are those of its channels;
//! the items of the `pip` list are lines of a requirements file.

use super::mapped::Mapped;
use super::yaml::{self, Node};
use super::{
    Format, Group, Include, OptionLine, Origin, ProjectTable, ReadContext, Reading, Requirement, Value, place,
    requirements,
};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::path;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "conda", matches, read };

fn matches(name: &str, _path: &str) -> bool {
    // Most files are something else.
    if !path::has_extension(name, "yml") && !path::has_extension(name, "yaml") {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return false };
    let words = |separator: char| {
        let mut words = stem.split(separator);
        words.next() == Some("environment") || words.next_back() == Some("environment")
    };
    words('-') || words('_') || words('.')
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let documents = yaml::read(text);
    let mut reader = Reader { text, out: Reading::default() };
    // Other programs have files of this name as well.
    let Some(list) = documents.roots.iter().find_map(|root| root.get("dependencies")).filter(|node| is_list(node))
    else {
        return reader.out;
    };
    reader.out.tables.push(("dependencies".to_owned(), list.at));
    for (message, at) in documents.errors {
        reader.out.partial = true;
        reader.out.problems.push(Problem::new("invalid-syntax", at, message));
    }
    for item in list.items() {
        if item.text().is_some() {
            reader.package(item);
        } else if let Some(lines) = item.get("pip") {
            lines.items().iter().for_each(|line| reader.pip(line));
        }
    }
    reader.out
}

fn is_list(node: &Node) -> bool {
    matches!(node.value, yaml::Value::Sequence(_))
}

struct Reader<'t> {
    text: &'t str,
    out: Reading,
}

impl Reader<'_> {
    fn package(&mut self, node: &Node) {
        let text = node.mapped(self.text);
        let item = self.item(node);
        let Some(mut read) = requirement(&text, &Group::Runtime) else {
            // Something that a tool fills in, or a mistake that conda reports itself.
            self.out.partial = true;
            return;
        };
        read.item = item;
        self.out.problems.extend(read.specifier.as_ref().and_then(fault));
        if read.name() != "python" {
            return self.out.requirements.push(read);
        }
        let versions = read.specifier.filter(|specifier| specifier.versions.is_some());
        if let Some(specifier) = versions.filter(|_| self.out.project.is_none()) {
            let requires_python = Some(Value { text: specifier.pep440, at: specifier.at });
            self.out.project = Some(ProjectTable { header: node.at, requires_python, ..ProjectTable::default() });
        }
    }

    /// A line of the `pip` list.
    fn pip(&mut self, node: &Node) {
        let text = node.mapped(self.text);
        let read = (requirements::FORMAT.read)(text.as_str(), ReadContext { path: "requirements.txt" });
        let item = self.item(node);
        let to = |at: Extent| text.extent(at.range());
        self.out.requirements.extend(read.requirements.into_iter().map(|read| place::moved(read, &text, item)));
        self.out.problems.extend(read.problems.into_iter().map(|problem| place::problem(problem, &text)));
        let include = |include: Include| Include { at: to(include.at), ..include };
        self.out.includes.extend(read.includes.into_iter().map(include));
        let option = |option: OptionLine| OptionLine { at: to(option.at), value_at: to(option.value_at), ..option };
        self.out.options.extend(read.options.into_iter().map(option));
        self.out.partial |= read.partial;
    }

    /// The line of an item, where it has one for itself.
    fn item(&self, node: &Node) -> Extent {
        place::own_line(self.text, node.at, |beside| beside == "-" || beside.starts_with('#'))
    }
}

/// Reads a match specification (`channel::name version build`). Nothing where it has no plain name.
fn requirement(text: &Mapped, group: &Group) -> Option<Requirement> {
    let whole = text.as_str();
    let start = whole.rfind("::").map_or(0, |at| at + 2);
    let spec = whole.get(start..)?;
    let length =
        spec.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(spec.len());
    let name = spec.get(..length).filter(|name| !name.is_empty())?;
    let rest = spec.get(length..)?;
    let written = rest.trim();
    let at = start + length + (rest.len() - rest.trim_start().len());
    let version = at..at + written.len();
    let read = Requirement {
        name: Some(Name::new(name)),
        raw: whole.to_owned(),
        at: Extent::new(0, whole.len()),
        item: Extent::new(0, whole.len()),
        name_at: Extent::new(start, start + length),
        extras: Vec::new(),
        specifier: specifier(written, Extent::from(version)),
        marker: None,
        origin: Origin::Conda,
        editable: false,
        hashes: 0,
        group: group.clone(),
        exact: true,
    };
    Some(place::moved(read, text, text.at()))
}

/// The version part of a match specification, with what it means where that is certain.
pub(super) fn specifier(written: &str, at: Extent) -> Option<super::Specifier> {
    if written.is_empty() || written == "*" {
        return None;
    }
    match translated(written) {
        Some(pep440) => place::specifier(written, pep440, at),
        None => Some(super::Specifier { written: written.to_owned(), pep440: String::new(), at, versions: None }),
    }
}

/// What no tool of conda reads as a version: an operator without a version, and `^`, which begins a regular expression
/// up to `$`.
pub(super) fn fault(specifier: &super::Specifier) -> Option<Problem> {
    let fault = |message: String| Problem::new("invalid-requirement", specifier.at, message);
    specifier.written.split([',', '|']).map(str::trim).find_map(|clause| match clause {
        ">=" | "<=" | "!=" | "<" | ">" | "~=" => Some(fault(format!("the version after `{clause}` is missing"))),
        _ if clause.starts_with('^') && !specifier.written.ends_with('$') => Some(
            fault(format!("`{clause}` is no version of conda"))
                .note("`^` begins a regular expression, which ends with `$`")
                .help("write a range such as `>=1.2,<2`"),
        ),
        _ => None,
    })
}

/// A version part of conda as PEP 440 specifiers.
fn translated(written: &str) -> Option<String> {
    let is_version = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '!' | '+'))
    };
    // `[version='>=1,<2', build=py39_0]`
    if let Some(inner) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let (_, value) = inner.split_once("version")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let version = value.get(1..)?.split(quote).next()?;
        return if version.starts_with('[') { None } else { translated(version) };
    }
    // `1.2 py39_0`, `=1.2=py39_0`: with a build the version is exact.
    let mut parts = written.splitn(2, ' ');
    let (version, build) = (parts.next()?, parts.next().map(str::trim));
    if build.is_some() && is_version(version) {
        return Some(format!("=={version}"));
    }
    if let Some((version, _)) = written.strip_prefix("==").and_then(|rest| rest.split_once('=')) {
        return is_version(version).then(|| format!("=={version}"));
    }
    if let Some(rest) = written.strip_prefix('=').filter(|rest| !rest.starts_with('=')) {
        if let Some((version, _)) = rest.split_once('=') {
            return is_version(version).then(|| format!("=={version}"));
        }
        let version = rest.trim();
        let series = version.strip_suffix(".*").unwrap_or(version);
        return is_version(series).then(|| format!("=={series}.*"));
    }
    let mut all = Vec::new();
    for clause in written.split(',').map(str::trim) {
        let length = clause.find(|c: char| !matches!(c, '<' | '>' | '=' | '!' | '~')).unwrap_or(clause.len());
        let (operator, version) = clause.split_at_checked(length)?;
        let version = version.trim();
        let series = version.strip_suffix(".*").filter(|series| is_version(series));
        all.push(match (operator, series) {
            ("", None) if is_version(version) => format!("=={version}"),
            ("" | "==" | "=", Some(series)) => format!("=={series}.*"),
            ("!=", Some(series)) => format!("!={series}.*"),
            // `>=1.2.*` is `>=1.2` for conda.
            (">=" | "<", Some(series)) => format!("{operator}{series}"),
            ("=", None) if is_version(version) => format!("=={version}.*"),
            ("==" | "!=" | ">=" | "<=" | ">" | "<" | "~=", None) if is_version(version) => {
                format!("{operator}{version}")
            }
            _ => return None,
        });
    }
    Some(all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translates_versions() {
        for (written, expected) in [
            ("=1.2", Some("==1.2.*")),
            ("=1.2.*", Some("==1.2.*")),
            ("= 1.2", Some("==1.2.*")),
            ("==1.2", Some("==1.2")),
            ("=1.2.3=py39_0", Some("==1.2.3")),
            ("=1.2.3=*_cuda", Some("==1.2.3")),
            ("1.2.3 py39_0", Some("==1.2.3")),
            ("1.2.3", Some("==1.2.3")),
            ("1.2.*", Some("==1.2.*")),
            (">=1,<2", Some(">=1,<2")),
            (">= 1.2 , < 2", Some(">=1.2,<2")),
            (">=1.2.*", Some(">=1.2")),
            ("!=1.2.*", Some("!=1.2.*")),
            ("~=1.2", Some("~=1.2")),
            ("1.2|1.3", None),
            ("==1.2.3=py_0", Some("==1.2.3")),
            ("[version='>=1']", Some(">=1")),
            ("[version='>=1,<2', build=x]", Some(">=1,<2")),
            ("[build=x]", None),
            ("1.2*", None),
            ("{{ x }}", None),
        ] {
            assert_eq!(translated(written).as_deref(), expected, "{written}");
        }
    }

    #[test]
    fn finds_what_is_no_version() {
        let text = "dependencies:\n  - a >=\n  - b ^1.2\n  - c ^1\\.[02]$\n  - d >= 1, < 2\n  - e =\n  - f >1,<\n  - g 1.*|>=3\n";
        let reading = read(text, ReadContext { path: "environment.yml" });
        let problems: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(text)))).collect();
        let rule = "invalid-requirement";
        assert_eq!(problems, [(rule, ">="), (rule, "^1.2"), (rule, ">1,<")]);
    }

    #[test]
    fn reads_an_environment() {
        let text = "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.9  # why\n  - numpy>=1,<2\n  - \"conda-forge::Pandas 2.1.*\"\n\
                    \x20 - _openmp_mutex\n  - pip\n  - pip:\n    - requests[socks]>=2 # no\n    - -r more.txt\n    - --pre\n    - a=1\n    - -e .\n";
        let reading = read(text, ReadContext { path: "environment.yml" });
        let shown = |r: &Requirement| {
            let conda = if r.origin == Origin::Conda { "conda" } else { "pip" };
            let specifier = r.specifier.as_ref().map_or("", |s| s.at.of(text));
            format!("{conda} {} {specifier} {}", r.name_at.of(text), r.exact)
        };
        assert_eq!(
            reading.requirements.iter().map(shown).collect::<Vec<_>>(),
            [
                "conda numpy >=1,<2 true",
                "conda Pandas 2.1.* true",
                "conda _openmp_mutex  true",
                "conda pip  true",
                "pip requests >=2 true",
                "pip a =1 true",
                "pip .  true",
            ]
        );
        let items: Vec<_> = reading.requirements.iter().take(2).map(|r| r.item.of(text)).collect();
        assert_eq!(items, ["  - numpy>=1,<2\n", "  - \"conda-forge::Pandas 2.1.*\"\n"]);
        let python = reading.project.and_then(|p| p.requires_python).unwrap_or_else(|| panic!("no Python"));
        assert_eq!((python.text.as_str(), python.at.of(text)), ("==3.9.*", "=3.9"));
        assert_eq!(reading.includes.iter().map(|i| i.at.of(text)).collect::<Vec<_>>(), ["more.txt"]);
        assert_eq!(reading.options.iter().map(|o| o.at.of(text)).collect::<Vec<_>>(), ["--pre"]);
        let problems: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(text)))).collect();
        assert_eq!(problems, [("invalid-requirement", "=")]);
    }

    #[test]
    fn other_files_are_no_manifests() {
        for text in ["", "a: b\n", "dependencies: {a: b}\n", "- dependencies\n", "dependencies:\n"] {
            assert_eq!(read(text, ReadContext { path: "environment.yml" }), Reading::default(), "{text:?}");
        }
        for (name, expected) in [
            ("environment.yml", true),
            ("environment-dev.yaml", true),
            ("ci-environment.yml", true),
            ("environment_gpu.yml", true),
            ("environments.yml", false),
            ("environment.txt", false),
        ] {
            assert_eq!(matches(name, name), expected, "{name}");
        }
    }
}
