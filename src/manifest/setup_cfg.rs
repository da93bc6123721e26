//! `setup.cfg` as setuptools reads it, and as pbr does where it goes its own way.
//!
//! Sources: setuptools, "Configuring setuptools using setup.cfg files"; `setuptools.config.setupcfg`. A file without
//! `[metadata]` and `[options]` only configures tools: its sections and settings are listed, and nothing else.
//!
//! Setuptools reads it with a `ConfigParser` that expands `%(key)s` from the same section or `[DEFAULT]`, and tells
//! capital letters in keys apart.

use super::conflict;
use super::ini::{self, Entry, Section};
use super::mapped::Mapped;
use super::marker;
use super::{
    Format, Group, GroupHeader, Include, IncludeKind, ProjectTable, ReadContext, Reading, Setting, Value, place,
};
use crate::diagnostic::Problem;
use crate::name::Name;
use crate::source::Extent;

/// The format.
pub const FORMAT: Format = Format { name: "setup.cfg", matches, read };

/// Longer dotted names are left out: nobody asks for them.
const MAX_KEY: usize = 256;

/// As deep as `configparser` goes: `MAX_INTERPOLATION_DEPTH`.
const MAX_INTERPOLATIONS: usize = 10;

/// A value is not expanded any further from so many references, or bytes, on: they grow fast where one refers to others.
const MAX_REFERENCES: usize = 1000;
const MAX_EXPANDED: usize = 1 << 20;

/// No more settings than this are kept.
const MAX_SETTINGS: usize = 50_000;

fn matches(name: &str, _path: &str) -> bool {
    name == "setup.cfg"
}

/// Whether a section is one that setuptools reads a project from.
pub fn describes(section: &str) -> bool {
    matches!(section, "metadata" | "options") || section.starts_with("options.")
}

fn read(text: &str, _context: ReadContext<'_>) -> Reading {
    let ini = ini::read(text);
    let mut reader = Reader { text, out: Reading::default() };
    reader.problems(&ini);
    reader.settings(&ini);
    let is_described = ini.sections.iter().any(|section| describes(&section.name));
    if is_described {
        for section in &ini.sections {
            match reader.expanded(&ini, section) {
                Some(expanded) => reader.section(&expanded),
                None => reader.section(section),
            }
        }
        // pbr has a form of extras of its own.
        reader.out.partial |= ini.section("extras").is_some();
    }
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    out: Reading,
}

impl Reader<'_> {
    fn problems(&mut self, ini: &ini::Ini) {
        for (message, at) in &ini.problems {
            // Setuptools tells capital letters apart in keys.
            let written = at.of(self.text);
            let before = |entry: &&Entry| entry.key_at.start < at.start && entry.key_at.of(self.text) == written;
            let repeats_key = message.starts_with('`');
            if repeats_key && !ini.sections.iter().any(|section| section.entries.iter().any(|e| before(&e))) {
                continue;
            }
            self.out.partial = true;
            let problem = Problem::new("invalid-syntax", *at, message.clone());
            self.out.problems.push(if message == conflict::MESSAGE { problem.help(conflict::HELP) } else { problem });
        }
    }

    /// The sections, and every setting with each line of its value.
    fn settings(&mut self, ini: &ini::Ini) {
        for section in &ini.sections {
            self.out.tables.push((section.name.clone(), section.header));
            for entry in &section.entries {
                let key = format!("{}.{}", section.name, entry.key);
                if key.len() > MAX_KEY {
                    continue;
                }
                let lines = entry.value.lines().map(|line| line.trim()).filter(|line| !line.is_empty());
                for line in lines.take(MAX_SETTINGS.saturating_sub(self.out.settings.len())) {
                    let (value, at) = (line.as_str().to_owned(), line.at());
                    self.out.settings.push(Setting { key: key.clone(), value, at });
                }
            }
        }
    }

    /// `section` with every reference in it expanded, where it has any. What cannot be expanded is left out.
    fn expanded(&mut self, ini: &ini::Ini, section: &Section) -> Option<Section> {
        if !describes(&section.name) || !section.entries.iter().any(|entry| refers(&entry.value)) {
            return None;
        }
        let defaults = ini.section("DEFAULT");
        let mut entries = Vec::new();
        for entry in &section.entries {
            let mut value = Mapped::default();
            let mut left = MAX_REFERENCES;
            if self.expand(&mut value, &entry.value, [Some(section), defaults], (MAX_INTERPOLATIONS, &mut left)) {
                entries.push(Entry { value, ..entry.clone() });
            } else {
                self.out.partial = true;
            }
        }
        Some(Section { entries, ..section.clone() })
    }

    /// Adds `value` to `out`, with what it refers to in `sections`; each part keeps its place. Says whether all is known.
    /// `depth` more references may lie in each other, and `left` follow in all.
    fn expand(
        &self,
        out: &mut Mapped,
        value: &Mapped,
        sections: [Option<&Section>; 2],
        (depth, left): (usize, &mut usize),
    ) -> bool {
        let text = value.as_str();
        let mut done = 0;
        while let Some(at) = text.get(done..).and_then(|rest| rest.find('%')).map(|at| done + at) {
            out.push_from(value, done..at);
            let rest = text.get(at + 1..).unwrap_or_default();
            let key = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s")).map(|(key, _)| key);
            done = at + 1;
            if let Some(key) = key {
                let mut entries = sections.iter().flatten().flat_map(|section| &section.entries);
                let Some(entry) = entries.find(|entry| entry.key_at.of(self.text) == key) else { return false };
                if depth == 0 || *left == 0 || out.len() > MAX_EXPANDED {
                    return false;
                }
                *left -= 1;
                if !self.expand(out, &entry.value, sections, (depth - 1, left)) {
                    return false;
                }
                done += key.len() + "()s".len();
            } else {
                out.push_from(value, at..done);
                // `%%` is an escape; a sign that stands alone is a fault that is not judged here.
                done += usize::from(rest.starts_with('%'));
            }
        }
        out.push_from(value, done..value.len());
        true
    }

    fn section(&mut self, section: &Section) {
        match section.name.as_str() {
            "metadata" => {
                self.project(section.header);
                section.entries.iter().for_each(|entry| self.metadata(section.header, entry));
            }
            "options" => {
                self.project(section.header);
                section.entries.iter().for_each(|entry| self.option(section.header, entry));
            }
            "options.extras_require" => section.entries.iter().for_each(|entry| self.extra(entry)),
            // pbr reads the second.
            "options.entry_points" | "entry_points" => {
                section.entries.iter().for_each(|entry| self.entry_points(section.header, entry));
            }
            _ => {}
        }
    }

    fn project(&mut self, header: Extent) -> &mut ProjectTable {
        self.out.project.get_or_insert_with(|| ProjectTable { header, is_package: true, ..ProjectTable::default() })
    }

    fn metadata(&mut self, header: Extent, entry: &Entry) {
        let value = entry.value.trim();
        match plain(&entry.key).as_str() {
            "name" if !is_directive(&value) => self.project(header).name = Some(place::value(&value)),
            "version" if !is_directive(&value) => self.project(header).version = Some(place::value(&value)),
            "classifiers" | "classifier" if !is_directive(&value) => {
                self.project(header).classifiers = list(&value, ',').iter().map(place::value).collect();
            }
            // pbr only.
            "python_requires" | "requires_python" => self.python(header, &value),
            "long_description" | "description_file" => {
                let files =
                    if plain(&entry.key) == "description_file" { Some(list(&value, ',')) } else { files(&value) };
                for file in files.unwrap_or_default() {
                    self.include(IncludeKind::Readme, &file, &Group::Runtime);
                }
            }
            _ => {}
        }
    }

    fn option(&mut self, header: Extent, entry: &Entry) {
        match plain(&entry.key).as_str() {
            "python_requires" => self.python(header, &entry.value.trim()),
            "install_requires" => self.requirements(&entry.value, &Group::Runtime),
            "setup_requires" => self.requirements(&entry.value, &Group::Build),
            "tests_require" => {
                let group = Group::Dev(Name::new("tests"));
                self.group(group.clone(), entry);
                self.requirements(&entry.value, &group);
            }
            _ => {}
        }
    }

    fn python(&mut self, header: Extent, value: &Mapped) {
        if value.is_empty() || self.project(header).requires_python.is_some() {
            return;
        }
        self.out.problems.extend(place::python_fault(value, "python_requires"));
        self.project(header).requires_python = Some(place::value(value));
    }

    fn extra(&mut self, entry: &Entry) {
        let group = Group::Extra(Name::new(&entry.key));
        self.group(group.clone(), entry);
        let value = &entry.value;
        let first = value.as_str().split('\n').next().unwrap_or_default();
        let delimiter = entry.key_at.range().end..value.at().range().start;
        if self.text.get(delimiter).is_some_and(|text| text.contains(':')) && first.trim_end().ends_with('=') {
            // `name:marker =` is meant for setup.py: here the key ends at the `:`.
            self.out.partial = true;
            return self.requirements(&value.slice(first.len()..value.len()), &group);
        }
        self.requirements(value, &group);
    }

    fn group(&mut self, group: Group, entry: &Entry) {
        let written = entry.key_at.of(self.text).to_owned();
        self.out.groups.push(GroupHeader { group, written, at: entry.key_at, list: None });
    }

    fn entry_points(&mut self, header: Extent, entry: &Entry) {
        for line in list(&entry.value, '\n') {
            let Some(at) = line.as_str().find('=') else { continue };
            let name = place::value(&line.slice(0..at).trim());
            let object: Value = place::value(&line.slice(at + 1..line.len()).trim());
            self.project(header).entry_points.push((entry.key.clone(), name, object));
        }
    }

    /// A list of requirements, or the files that hold one.
    fn requirements(&mut self, value: &Mapped, group: &Group) {
        if let Some(files) = files(&value.trim()) {
            for file in files {
                self.include(IncludeKind::Dynamic, &file, group);
            }
            return;
        }
        if value.as_str().contains('\n') {
            for line in place::requirement_lines(value) {
                if line.as_str().ends_with('\\') {
                    self.out.partial = true;
                    continue;
                }
                let item = place::own_line(self.text, line.at(), |_| false);
                place::requirement(&mut self.out, &line, group, item);
            }
            return;
        }
        let parts = place::parts(value, ';');
        if let [first, second] = parts.as_slice()
            && marker::ENVIRONMENT.iter().chain(&["extra"]).any(|variable| second.as_str().starts_with(variable))
        {
            let message = "the marker is read as a requirement of its own";
            let problem = Problem::new("invalid-requirement", second.at(), message)
                .help("begin the list on the line below the key")
                .note("in a value of one line setuptools takes `;` for the end of a requirement");
            self.out.problems.push(problem);
            let whole = value.trim();
            return place::requirement(&mut self.out, &whole, group, first.at().cover(second.at()));
        }
        for part in parts.iter().flat_map(place::requirement_lines) {
            place::requirement(&mut self.out, &part, group, part.at());
        }
    }

    fn include(&mut self, kind: IncludeKind, file: &Mapped, group: &Group) {
        let target = file.as_str().to_owned();
        self.out.includes.push(Include { kind, target, at: file.at(), group: group.clone() });
    }
}

/// Whether a value has what setuptools expands.
fn refers(value: &Mapped) -> bool {
    value.as_str().contains("%(") || value.as_str().contains("%%")
}

/// The key with underscores: setuptools took dashes for these for a long time.
fn plain(key: &str) -> String {
    key.replace('-', "_")
}

/// Whether the value stands elsewhere (`file: VERSION`, `attr: package.__version__`).
fn is_directive(value: &Mapped) -> bool {
    value.as_str().starts_with("file:") || value.as_str().starts_with("attr:")
}

/// The files that a `file:` directive names.
fn files(value: &Mapped) -> Option<Vec<Mapped>> {
    let rest = value.as_str().strip_prefix("file:")?;
    Some(place::parts(&value.slice(value.len() - rest.len()..value.len()), ','))
}

/// The items of a list: its lines where it has several, else the parts between `separator`.
fn list(value: &Mapped, separator: char) -> Vec<Mapped> {
    let separator = if value.as_str().contains('\n') { '\n' } else { separator };
    place::parts(value, separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (Reading, Vec<String>) {
        let reading = read(text, ReadContext { path: "setup.cfg" });
        let requirement = |r: &super::super::Requirement| {
            assert_eq!(Name::new(r.name_at.of(text)), *r.name(), "{text}");
            assert_eq!(r.at.of(text), r.raw);
            assert!(r.exact);
            let specifier = r.specifier.as_ref().map_or("", |s| s.at.of(text));
            let marker = r.marker.as_ref().map_or("", |m| m.at.of(text));
            format!("{:?} {} {specifier} {marker}", r.group, r.name())
        };
        let lines = reading.requirements.iter().map(requirement).map(|line| line.trim_end().to_owned()).collect();
        (reading, lines)
    }

    #[test]
    fn reads_requirements_as_setuptools() {
        for (options, expected) in [
            (
                "install_requires =\n  a>=1 # why\n  # b\n  c; python_version<'3'\n",
                &["Runtime a >=1", "Runtime c  python_version<'3'"][..],
            ),
            ("install_requires = a; b==2\n", &["Runtime a", "Runtime b ==2"]),
            (
                "install-requires = a\ntests_require = b\nsetup_requires = c\n",
                &["Runtime a", "Dev(Name(\"tests\")) b", "Build c"],
            ),
            (
                "x = y\n[options.extras_require]\nDocs =\n  a\nall = b\n",
                &["Extra(Name(\"docs\")) a", "Extra(Name(\"all\")) b"],
            ),
            ("x = y\n[options.extras_require]\ntest:python_version<'3' =\n  a\n", &["Extra(Name(\"test\")) a"]),
            ("install_requires =\n", &[]),
            (
                "mine =\n  a>=1\n  b\ninstall_requires =\n  %(mine)s\n  c\n",
                &["Runtime a >=1", "Runtime b", "Runtime c"],
            ),
            (
                "x = y\n[options.extras_require]\nTest = a\ndev =\n  %(Test)s\n  b\n",
                &["Extra(Name(\"test\")) a", "Extra(Name(\"dev\")) a", "Extra(Name(\"dev\")) b"],
            ),
            (
                "x = y\n[options.extras_require]\ndev =\n  %(more)s\n[DEFAULT]\nmore =\n  a\n",
                &["Extra(Name(\"dev\")) a"],
            ),
            ("install_requires =\n  %(unknown)s\n  a\ntests_require = b\n", &["Dev(Name(\"tests\")) b"]),
            ("loop = %(loop)s\ninstall_requires = %(loop)s\n", &[]),
        ] {
            let (reading, found) = shown(&format!("[options]\n{options}"));
            assert_eq!(found, expected, "{options}");
            assert_eq!(reading.problems, [], "{options}");
        }
    }

    #[test]
    fn deletes_whole_lines() {
        let text = "[options]\ninstall_requires = a\n  b\r\n  c";
        let (reading, _) = shown(text);
        let items: Vec<_> = reading.requirements.iter().map(|r| r.item.of(text)).collect();
        assert_eq!(items, ["a", "  b\r\n", "  c"]);
    }

    #[test]
    fn reads_the_project() {
        let text = "[metadata]\nname = My-App\nversion = attr: app.v\nlong_description = file: README.md, NEWS\n\
                    classifiers =\n  A :: B\n  C\n[options]\npython_requires = >=3.9\ninstall_requires = file: r.txt\n\
                    [options.entry_points]\nconsole_scripts =\n  app = app:main\n[tool:pytest]\naddopts = -ra\n  -q\n";
        let (reading, _) = shown(text);
        let project = reading.project.unwrap_or_default();
        assert_eq!(project.header.of(text), "[metadata]");
        assert_eq!(project.name.map(|v| v.at.of(text)), Some("My-App"));
        assert_eq!(project.version, None);
        assert_eq!(project.requires_python.map(|v| v.at.of(text)), Some(">=3.9"));
        assert_eq!(project.classifiers.iter().map(|v| v.at.of(text)).collect::<Vec<_>>(), ["A :: B", "C"]);
        let points: Vec<_> =
            project.entry_points.iter().map(|(g, n, o)| (g.as_str(), n.at.of(text), &*o.text)).collect();
        assert_eq!(points, [("console_scripts", "app", "app:main")]);
        let includes: Vec<_> = reading.includes.iter().map(|i| (i.kind, i.at.of(text))).collect();
        let (readme, dynamic) = (IncludeKind::Readme, IncludeKind::Dynamic);
        assert_eq!(includes, [(readme, "README.md"), (readme, "NEWS"), (dynamic, "r.txt")]);
        assert!(reading.tables.iter().any(|(name, at)| name == "tool:pytest" && at.of(text) == "[tool:pytest]"));
        let settings = reading.settings.iter().filter(|s| s.key == "tool:pytest.addopts");
        assert_eq!(settings.map(|s| s.at.of(text)).collect::<Vec<_>>(), ["-ra", "-q"]);
        assert!(!reading.partial);
    }

    #[test]
    fn finds_faults() {
        for (text, rule, at) in [
            ("[options]\ninstall_requires = a; python_version<'3'\n", "invalid-requirement", "python_version<'3'"),
            ("[options]\ninstall_requires =\n  a~=3\n", "invalid-requirement", "~=3"),
            ("[options]\npython_requires = 3.9\n", "invalid-requires-python", "3.9"),
            ("[metadata]\nname = a\nname = b\n", "invalid-syntax", "name"),
            ("[flake8]\njunk\n", "invalid-syntax", "junk"),
        ] {
            let (reading, _) = shown(text);
            let found: Vec<_> = reading.problems.iter().map(|p| (p.rule, p.at.map_or("", |at| at.of(text)))).collect();
            assert_eq!(found, [(rule, at)], "{text}");
        }
    }

    #[test]
    fn configuration_of_tools_is_no_manifest() {
        let (reading, found) = shown("[flake8]\nmax-line-length = 100\n[install]\nname = x\n[a]\nB = 1\nb = 2\n");
        assert_eq!((found.len(), reading.project, reading.problems.len()), (0, None, 0));
        assert_eq!(reading.tables.len(), 3);
    }
}
