//! `setup.py`: the `setup(…)` call of setuptools, read as syntax and never run.
//!
//! Source: setuptools, "Keywords". What is computed cannot be told: it makes the reading partial where it may hold
//! requirements.

use std::collections::BTreeSet;

use super::mapped::Mapped;
use super::{
    Format, Group, GroupHeader, Include, IncludeKind, ProjectTable, ReadContext, Reading, Setting, ini, place,
};
use crate::name::Name;
use crate::python::parse::setup::{self, Keyword, Value};
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "setup.py", matches, read };

/// The name under which the call is listed among the tables.
pub const CALL: &str = "setup()";

fn matches(name: &str, _path: &str) -> bool {
    name == "setup.py"
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let setup = setup::read(text);
    let mut reader = Reader { out: Reading::default(), seen: BTreeSet::new() };
    reader.out.partial = setup.partial;
    reader.out.problems.extend(setup.problem.map(|problem| problem.variant("python")));
    if let Some(callee) = setup.callee {
        reader.out.tables.push((CALL.to_owned(), callee));
        setup.keywords.iter().for_each(|keyword| reader.metadata(callee, keyword));
        setup.keywords.iter().for_each(|keyword| reader.layout(keyword));
        reader.calls(text);
        // One list may serve several keywords: what installs it first has it.
        for sort in ["install_requires", "extras_require", "tests_require", "setup_requires"] {
            setup.keywords.iter().filter(|keyword| keyword.name == sort).for_each(|keyword| reader.requires(keyword));
        }
    }
    reader.out.requirements.sort_by_key(|requirement| requirement.at);
    reader.out
}

struct Reader {
    out: Reading,
    /// Texts that were read.
    seen: BTreeSet<Extent>,
}

impl Reader {
    fn project(&mut self, header: Extent) -> &mut ProjectTable {
        self.out.project.get_or_insert_with(|| ProjectTable { header, is_package: true, ..ProjectTable::default() })
    }

    fn metadata(&mut self, header: Extent, keyword: &Keyword) {
        let project = self.project(header);
        match (keyword.name.as_str(), &keyword.value) {
            ("name", Value::Text(text)) => project.name = Some(place::value(text)),
            ("version", Value::Text(text)) => project.version = Some(place::value(text)),
            ("python_requires", Value::Text(text)) => {
                project.requires_python = Some(place::value(text));
                self.out.problems.extend(place::python_fault(text, "python_requires"));
            }
            ("classifiers", value) => project.classifiers = texts(value).map(place::value).collect(),
            ("entry_points", Value::Table(entries)) => {
                for (group, value) in entries {
                    let Some(group) = group else { continue };
                    let lines: Vec<Mapped> = texts(value).flat_map(|text| place::parts(text, '\n')).collect();
                    for line in lines {
                        let Some(at) = line.as_str().find('=') else { continue };
                        let name = place::value(&line.slice(0..at).trim());
                        let object = place::value(&line.slice(at + 1..line.len()).trim());
                        project.entry_points.push((group.as_str().to_owned(), name, object));
                    }
                }
            }
            ("entry_points", Value::Text(text)) => {
                for section in ini::read(text.as_str()).sections {
                    for entry in section.entries {
                        let at = text.extent(entry.key_at.range());
                        let name = super::Value { text: entry.key_at.of(text.as_str()).to_owned(), at };
                        let at = text.extent(entry.value.at().range());
                        let object = super::Value { text: entry.value.as_str().to_owned(), at };
                        project.entry_points.push((section.name.clone(), name, object));
                    }
                }
            }
            _ => {}
        }
    }

    /// Which packages and modules there are, and where they lie: the settings `setup.packages`, `setup.py_modules` and
    /// `setup.package_dir.NAME`.
    fn layout(&mut self, keyword: &Keyword) {
        let mut set = |key: String, text: &Mapped| {
            self.out.settings.push(Setting { key, value: text.as_str().to_owned(), at: text.at() });
        };
        match (keyword.name.as_str(), &keyword.value) {
            ("packages" | "py_modules", value) => {
                texts(value).for_each(|text| set(format!("setup.{}", keyword.name), text));
            }
            ("package_dir", Value::Table(entries)) => {
                for (package, folder) in entries {
                    if let (Some(package), Value::Text(folder)) = (package, folder) {
                        set(format!("setup.package_dir.{}", package.as_str()), folder);
                    }
                }
            }
            _ => {}
        }
    }

    /// The first string that `find_packages` (the folder of packages) and `Extension` (a module) are given, wherever
    /// they are called: the settings `setup.find_packages` and `setup.Extension`.
    fn calls(&mut self, text: &str) {
        for (function, keyword, key) in [
            ("find_packages(", "where", "setup.find_packages"),
            ("find_namespace_packages(", "where", "setup.find_packages"),
            ("Extension(", "name", "setup.Extension"),
        ] {
            for (at, _) in text.match_indices(function) {
                let start = at + function.len();
                let rest = text.get(start..).unwrap_or_default();
                let argument = rest.trim_start();
                let argument =
                    argument.strip_prefix(keyword).map_or(argument, |rest| rest.trim_start().trim_start_matches('='));
                let argument = argument.trim_start();
                let Some(quote) = argument.chars().next().filter(|sign| matches!(sign, '"' | '\'')) else { continue };
                let Some((value, _)) = argument.get(1..).and_then(|rest| rest.split_once(quote)) else { continue };
                let begin = start + rest.len() - argument.len() + 1;
                let at = Extent::new(begin, begin + value.len());
                self.out.settings.push(Setting { key: key.to_owned(), value: value.to_owned(), at });
            }
        }
    }

    fn requires(&mut self, keyword: &Keyword) {
        match keyword.name.as_str() {
            "install_requires" => self.requirements(&keyword.value, &Group::Runtime),
            "setup_requires" => self.requirements(&keyword.value, &Group::Build),
            "tests_require" => {
                let group = Group::Dev(Name::new("tests"));
                self.group(group.clone(), &keyword.name, keyword.name_at);
                self.requirements(&keyword.value, &group);
            }
            _ => self.extras(&keyword.value),
        }
    }

    fn extras(&mut self, value: &Value) {
        let Value::Table(entries) = value else {
            self.out.partial = true;
            return;
        };
        for (key, value) in entries {
            let Some(key) = key else {
                self.out.partial = true;
                continue;
            };
            // `name:marker`: the requirements of the extra, or of the project, under a marker.
            let (name, marker) = key.as_str().split_once(':').map_or((key.as_str(), None), |(n, m)| (n, Some(m)));
            let group = if name.trim().is_empty() { Group::Runtime } else { Group::Extra(Name::new(name.trim())) };
            if group != Group::Runtime {
                self.group(group.clone(), name.trim(), key.at());
            }
            let first = self.out.requirements.len();
            self.requirements(value, &group);
            if let Some(marker) = marker.filter(|marker| !marker.trim().is_empty()) {
                let (parsed, _) = super::marker::parse(marker.trim());
                for requirement in self.out.requirements.iter_mut().skip(first) {
                    let (written, at) = (marker.trim().to_owned(), key.at());
                    requirement.marker.get_or_insert(super::MarkerText { written, at, marker: parsed.clone() });
                    requirement.exact = false;
                }
            }
        }
    }

    fn group(&mut self, group: Group, written: &str, at: Extent) {
        self.out.groups.push(GroupHeader { group, written: written.to_owned(), at, list: None });
    }

    fn requirements(&mut self, value: &Value, group: &Group) {
        match value {
            Value::Text(text) => {
                if !self.seen.insert(text.at()) {
                    return;
                }
                for line in place::requirement_lines(text) {
                    if line.as_str().ends_with('\\') {
                        self.out.partial = true;
                    } else {
                        place::requirement(&mut self.out, &line, group, line.at());
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.requirements(item, group)),
            Value::File(path) => {
                let target = path.as_str().to_owned();
                let include = Include { kind: IncludeKind::Dynamic, target, at: path.at(), group: group.clone() };
                if !self.out.includes.contains(&include) {
                    self.out.includes.push(include);
                }
            }
            Value::Table(_) | Value::Computed => self.out.partial = true,
        }
    }
}

/// The strings of a string or a list.
fn texts(value: &Value) -> impl Iterator<Item = &Mapped> {
    let (one, many) = match value {
        Value::List(items) => (None, items.as_slice()),
        value => (Some(value), &[][..]),
    };
    one.into_iter().chain(many).filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(arguments: &str) -> (Reading, String) {
        let text = format!("from setuptools import setup\nR = ['r']\nsetup({arguments})\n");
        (read(&text, ReadContext { path: "setup.py" }), text)
    }

    #[test]
    fn reads_requirements() {
        for (arguments, expected, partial) in [
            (
                "install_requires=['a>=1', \"b ; python_version<'3'\"]",
                &["Runtime a>=1", "Runtime b ; python_version<'3'"][..],
                false,
            ),
            ("install_requires='''a\n  b # c\n'''", &["Runtime a", "Runtime b"], false),
            (
                "install_requires=R, extras_require={'x': R + ['y'], 'all': R}",
                &["Runtime r", "Extra(Name(\"x\")) y"],
                false,
            ),
            (
                "extras_require={'x:os_name==\"nt\"': ['a'], ':os_name==\"nt\"': ['b']}",
                &["Extra(Name(\"x\")) a", "Runtime b"],
                false,
            ),
            ("tests_require=['a'], setup_requires='b'", &["Dev(Name(\"tests\")) a", "Build b"], false),
            ("install_requires=['a' + V, 'b']", &["Runtime b"], true),
            ("install_requires=f(), version=v()", &[], true),
            ("version=v(), packages=find_packages()", &[], false),
            ("extras_require=x", &[], true),
            ("", &[], false),
        ] {
            let (reading, text) = reading(arguments);
            let shown = |r: &super::super::Requirement| {
                assert_eq!(r.at.of(&text), r.raw);
                format!("{:?} {}", r.group, r.raw)
            };
            assert_eq!(reading.requirements.iter().map(shown).collect::<Vec<_>>(), expected, "{arguments}");
            assert_eq!(reading.problems, [], "{arguments}");
            assert_eq!(reading.partial, partial, "{arguments}");
        }
    }

    #[test]
    fn reads_the_project() {
        let (reading, text) = reading(
            "name='My-App', version='1', python_requires='>=3.8', classifiers=['A', 'B'], install_requires=open('r.txt').readlines(), \
             entry_points={'console_scripts': ['x = y:z']}",
        );
        let project = reading.project.unwrap_or_default();
        assert_eq!(project.header.of(&text), "setup");
        let at = |value: Option<super::super::Value>| value.map(|value| value.at.of(&text).to_owned());
        assert_eq!(at(project.name).as_deref(), Some("My-App"));
        assert_eq!(at(project.requires_python).as_deref(), Some(">=3.8"));
        assert_eq!(project.classifiers.len(), 2);
        let points: Vec<_> =
            project.entry_points.iter().map(|(g, n, o)| (g.as_str(), n.at.of(&text), o.at.of(&text))).collect();
        assert_eq!(points, [("console_scripts", "x", "y:z")]);
        let includes: Vec<_> = reading.includes.iter().map(|i| (i.kind, i.at.of(&text))).collect();
        assert_eq!(includes, [(IncludeKind::Dynamic, "r.txt")]);
        assert!(!reading.partial);
        let (shim, _) = super::tests::reading("");
        assert_eq!((shim.project, shim.requirements.len(), shim.tables.len()), (None, 0, 1));
    }

    #[test]
    fn reads_where_modules_lie() {
        let (reading, text) = reading(
            "packages=find_packages(where='src'), package_dir={'': 'src', 'a': 'lib/a'}, py_modules=['m'], \
             ext_modules=[Extension( name = \"a._b\", sources=[]), Extension(x)]",
        );
        let settings: Vec<String> =
            reading.settings.iter().map(|s| format!("{}={}", s.key, s.at.of(&text).trim_matches('\''))).collect();
        let expected = [
            "setup.package_dir.=src",
            "setup.package_dir.a=lib/a",
            "setup.py_modules=m",
            "setup.find_packages=src",
            "setup.Extension=a._b",
        ];
        assert_eq!(settings, expected);
        assert!(reading.settings.iter().all(|s| s.at.of(&text).trim_matches('\'') == s.value));
    }

    #[test]
    fn a_module_of_this_name_is_no_manifest() {
        let reading = read("def setup(app):\n    app.run()\n", ReadContext { path: "setup.py" });
        assert_eq!(reading, Reading::default());
    }

    #[test]
    fn finds_faults() {
        for (arguments, rule, at) in [
            ("install_requires=['a=1']", "invalid-requirement", "="),
            ("python_requires='3.9'", "invalid-requires-python", "3.9"),
        ] {
            let (reading, text) = reading(arguments);
            let found: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(&text)))).collect();
            assert_eq!(found, [(rule, at)], "{arguments}");
        }
    }
}
