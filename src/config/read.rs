//! From the text of a configuration to its values.

use toml::Spanned as Node;
use toml::de::{DeTable, DeValue};

use super::{
    Ban, Config, ConfigIgnore, INVALID, KEYS, NameGlobs, PathGlob, PerFileIgnore, Preference, ProjectKind, SEVERITIES,
    SYNTAX, Spanned, Strings, Table, suggest,
};
use crate::date::Date;
use crate::diagnostic::{Problem, Severity};
use crate::manifest::Versions;
use crate::name::Name;
use crate::select::{FailOn, nearest};
use crate::source::Extent;

/// How many syntax errors of a text are worth reading.
const MAX_SYNTAX_ERRORS: usize = 20;

/// Reads a configuration. Gives nothing where a pyproject.toml has no table of ours, and every fault of the text that
/// shows without knowledge of the rules: [`Config::check`] finds the others.
pub fn read(text: &str, table: Table) -> (Option<Config>, Vec<Problem>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut broken: Vec<Extent> = errors.iter().filter_map(|error| error.span().map(Extent::from)).collect();
    broken.sort_unstable();
    let mut reader = Reader { text, broken, config: Config::default(), problems: Vec::new() };
    let found = match table {
        Table::Own => {
            reader.syntax(&errors);
            reader.all(document.get_ref());
            true
        }
        Table::PyprojectTool => reader.tool(document.get_ref()),
    };
    reader.problems.sort_by_key(|problem| problem.at);
    (found.then_some(reader.config), reader.problems)
}

struct Reader<'t> {
    text: &'t str,
    /// Where the syntax is broken, in order.
    broken: Vec<Extent>,
    config: Config,
    problems: Vec<Problem>,
}

/// A key with its value.
#[derive(Clone, Copy)]
struct Entry<'e> {
    /// The dotted name for messages.
    key: &'e str,
    /// Where the key stands.
    key_at: Extent,
    value: &'e DeValue<'e>,
    /// Where the value stands.
    at: Extent,
    /// What it takes, in words that follow "takes".
    takes: &'e str,
}

impl<'e> Entry<'e> {
    fn new(key: &'e Node<impl AsRef<str>>, value: &'e Node<DeValue<'e>>, takes: &'e str) -> Self {
        Self {
            key: key.get_ref().as_ref(),
            key_at: Extent::from(key.span()),
            value: value.get_ref(),
            at: Extent::from(value.span()),
            takes,
        }
    }

    /// The same key for a value within.
    fn item(self, node: &'e Node<DeValue<'e>>) -> Self {
        Self { value: node.get_ref(), at: Extent::from(node.span()), ..self }
    }

    fn spanned<T>(self, value: T) -> Spanned<T> {
        Spanned { value, at: self.at }
    }
}

impl Reader<'_> {
    /// Reports syntax errors: the first of a line, since one slip makes several.
    fn syntax(&mut self, errors: &[toml::de::Error]) {
        let mut last_line = None;
        let mut spans: Vec<_> = errors.iter().map(|error| (error.span().map(Extent::from), error.message())).collect();
        spans.sort_by_key(|(at, _)| at.map(|at| at.start));
        for (at, message) in spans {
            let message = message.trim_end_matches('.').to_owned();
            let Some(at) = at else {
                self.problems.push(Problem::whole(SYNTAX, message));
                continue;
            };
            let line = self.text.get(..at.start as usize).map(|before| before.rfind('\n'));
            if last_line != Some(line) && self.problems.len() < MAX_SYNTAX_ERRORS {
                self.problems.push(Problem::new(SYNTAX, at, message));
            }
            last_line = Some(line);
        }
    }

    /// Reads the table of ours in a pyproject.toml, where there is one.
    fn tool(&mut self, document: &DeTable<'_>) -> bool {
        let Some(tools) = document.get("tool").and_then(|tool| tool.get_ref().as_table()) else { return false };
        let Some((key, node)) = tools.iter().find(|(key, _)| key.get_ref() == "pyeco-lint") else { return false };
        match node.get_ref() {
            DeValue::Table(table) => self.all(table),
            value => {
                let message = format!("`tool.pyeco-lint` is a table, not {}", a_kind(value));
                self.problems.push(Problem::new(INVALID, Extent::from(key.span()), message));
            }
        }
        true
    }

    /// Whether a value comes from a part of the text whose syntax is broken. Such a value may be made up.
    fn is_broken(&self, at: Extent) -> bool {
        let index = self.broken.partition_point(|error| error.end < at.start);
        at == Extent::default() || self.broken.get(index).is_some_and(|error| error.start <= at.end)
    }

    fn all(&mut self, table: &DeTable<'_>) {
        for (name, node) in table {
            let takes = KEYS.iter().find(|key| key.name == name.get_ref()).map_or("", |key| key.takes);
            let entry = Entry::new(name, node, takes);
            if !self.is_broken(entry.at) && !self.is_broken(entry.key_at) {
                self.one(entry);
            }
        }
    }

    fn one(&mut self, entry: Entry<'_>) {
        match entry.key {
            "select" => self.config.select = self.strings(entry),
            "ignore" => self.config.ignore = self.strings(entry).unwrap_or_default(),
            "extend-select" => self.config.extend_select = self.strings(entry).unwrap_or_default(),
            "extend-ignore" => self.config.extend_ignore = self.strings(entry).unwrap_or_default(),
            "fail-on" => self.config.fail_on = self.choice(entry, FailOn::ALL),
            "exclude" => self.config.exclude = self.globs(entry),
            "extend-exclude" => self.config.extend_exclude = self.globs(entry).unwrap_or_default(),
            "per-file-ignores" => self.config.per_file_ignores = self.per_file_ignores(entry),
            "project-kind" => self.config.project_kind = self.choice(entry, ProjectKind::ALL),
            "python" => self.config.python = self.specifiers(entry),
            "known-first-party" => self.config.known_first_party = self.modules(entry),
            "private-packages" => self.config.private_packages = self.name_globs(entry),
            "module-map" => self.config.module_map = self.module_map(entry),
            "severity" => self.config.severity = self.severities(entry),
            "extend-rules" => self.config.extend_rules = self.strings(entry).unwrap_or_default(),
            "banned" => self.config.banned = self.banned(entry),
            "preferred" => self.config.preferred = self.preferred(entry),
            "advisories" => self.config.advisories = self.string(entry),
            "index" => self.config.index = self.string(entry),
            "max-file-size" => self.config.max_file_size = self.size(entry),
            "baseline" => self.config.baseline = self.string(entry),
            "output-format" => self.config.output_format = self.string(entry),
            "ignores" => self.config.ignores = self.ignores(entry),
            _ => self.unknown_key(entry, "", &mut KEYS.iter().map(|key| key.name)),
        }
    }

    fn invalid(&mut self, at: Extent, message: String) {
        self.problems.push(Problem::new(INVALID, at, message));
    }

    fn wrong_type(&mut self, entry: Entry<'_>) {
        self.invalid(entry.at, format!("`{}` takes {}, not {}", entry.key, entry.takes, a_kind(entry.value)));
    }

    fn unknown_key(&mut self, entry: Entry<'_>, table: &str, known: &mut dyn Iterator<Item = &'static str>) {
        let known: Vec<_> = known.collect();
        let place = if table.is_empty() { String::new() } else { format!(" in an entry of `{table}`") };
        let problem = Problem::new(INVALID, entry.key_at, format!("there is no key `{}`{place}", entry.key));
        self.problems.push(match nearest(entry.key, known.iter().copied()) {
            Some(name) => {
                // Certain where only the spelling of the separator or the case is at fault.
                let certain = entry.key.to_lowercase().replace('_', "-") == name;
                let problem = suggest(problem, name);
                if certain { problem.replace(name) } else { problem }
            }
            None if table.is_empty() && entry.key == "tool" => {
                problem.help("keys stand here without `[tool.pyeco-lint]`, which is for pyproject.toml")
            }
            None if table.is_empty() => problem.help("the README lists the keys"),
            None => problem.help(format!("the keys are {}", quoted(known))),
        });
    }

    // -------------------------------------------------------------------------------------------- single values

    /// A string that is not blank.
    fn string(&mut self, entry: Entry<'_>) -> Option<Spanned<String>> {
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry);
            return None;
        };
        if text.trim().is_empty() {
            self.invalid(entry.at, format!("`{}` takes {}, not an empty string", entry.key, entry.takes));
            return None;
        }
        Some(entry.spanned(text.to_owned()))
    }

    fn choice<T: Copy>(&mut self, entry: Entry<'_>, values: &[(&'static str, T)]) -> Option<Spanned<T>> {
        let Some(text) = entry.value.as_str() else {
            self.wrong_type(entry);
            return None;
        };
        let value = values.iter().find(|(name, _)| *name == text).map(|(_, value)| entry.spanned(*value));
        if value.is_none() {
            let problem =
                Problem::new(INVALID, entry.at, format!("`{}` takes {}, not `{text}`", entry.key, entry.takes));
            self.problems.push(match nearest(text, values.iter().map(|(name, _)| *name)) {
                Some(name) => suggest(problem, name),
                None => problem,
            });
        }
        value
    }

    fn specifiers(&mut self, entry: Entry<'_>) -> Option<Spanned<String>> {
        let text = self.string(entry)?;
        if Versions::parse_python(&text).is_some() {
            return Some(text);
        }
        let problem =
            Problem::new(INVALID, entry.at, format!("`{}` takes {}, not `{}`", entry.key, entry.takes, *text));
        let bare = text.value.trim();
        self.problems.push(if Versions::parse_python(&format!("=={bare}.*")).is_some() {
            problem.help(format!("write `>={bare}`, or `=={bare}.*` for that series alone"))
        } else {
            problem
        });
        None
    }

    fn size(&mut self, entry: Entry<'_>) -> Option<Spanned<u64>> {
        let Some(integer) = entry.value.as_integer() else {
            self.wrong_type(entry);
            return None;
        };
        let size = u64::from_str_radix(integer.as_str(), integer.radix()).ok().filter(|size| *size > 0);
        if size.is_none() {
            self.invalid(entry.at, format!("`{}` takes {}, above 0", entry.key, entry.takes));
        }
        size.map(|size| entry.spanned(size))
    }

    /// A day, as a string or as a date of TOML.
    fn date(&mut self, entry: Entry<'_>) -> Option<Spanned<Date>> {
        let written = match entry.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_type(entry);
                return None;
            }
        };
        let date = Date::parse(&written);
        if date.is_none() {
            self.invalid(entry.at, format!("`{written}` is no day; `{}` takes {}", entry.key, entry.takes));
        }
        date.map(|date| entry.spanned(date))
    }

    /// The name of a distribution (PEP 508).
    fn name(&mut self, written: &str, at: Extent) -> Option<Spanned<Name>> {
        if is_name(written) {
            return Some(Spanned { value: Name::new(written), at });
        }
        self.invalid(at, format!("`{written}` is no name of a package"));
        None
    }

    // -------------------------------------------------------------------------------------------- lists

    /// Strings that are not blank; nothing where it is no list.
    fn strings(&mut self, entry: Entry<'_>) -> Option<Strings> {
        match entry.value {
            DeValue::Array(items) => Some(items.iter().filter_map(|item| self.list_item(entry.item(item))).collect()),
            DeValue::String(_) => {
                let message = format!("`{}` takes {}, not a string", entry.key, entry.takes);
                let list = format!("[{}]", entry.at.of(self.text));
                let problem = Problem::new(INVALID, entry.at, message);
                self.problems.push(problem.help(format!("write `{list}`")).replace(list));
                None
            }
            _ => {
                self.wrong_type(entry);
                None
            }
        }
    }

    fn list_item(&mut self, entry: Entry<'_>) -> Option<Spanned<String>> {
        let message = match entry.value.as_str() {
            Some(text) if !text.trim().is_empty() => return Some(entry.spanned(text.to_owned())),
            Some(_) => format!("an item of `{}` is empty", entry.key),
            None => format!("an item of `{}` is {}, not a string", entry.key, a_kind(entry.value)),
        };
        self.invalid(entry.at, message);
        None
    }

    /// A string, or strings.
    fn one_or_more(&mut self, entry: Entry<'_>) -> Strings {
        match entry.value {
            DeValue::Array(_) => self.strings(entry).unwrap_or_default(),
            _ => self.string(entry).into_iter().collect(),
        }
    }

    /// Only the items that `fault` has no word against.
    fn sound(&mut self, items: Strings, fault: impl Fn(&str) -> Option<String>) -> Strings {
        let mut sound = Strings::new();
        for item in items {
            match fault(&item) {
                Some(message) => self.invalid(item.at, message),
                None => sound.push(item),
            }
        }
        sound
    }

    fn globs(&mut self, entry: Entry<'_>) -> Option<Strings> {
        let items = self.strings(entry)?;
        Some(self.sound(items, |glob| PathGlob::new(glob).err().map(|reason| bad_glob(glob, &reason))))
    }

    fn name_globs(&mut self, entry: Entry<'_>) -> Strings {
        let items = self.strings(entry).unwrap_or_default();
        self.sound(items, |glob| NameGlobs::new([glob]).err().map(|reason| bad_glob(glob, &reason)))
    }

    fn modules(&mut self, entry: Entry<'_>) -> Strings {
        let items = self.strings(entry).unwrap_or_default();
        self.sound(items, |module| (!is_module(module)).then(|| no_module(module)))
    }

    // -------------------------------------------------------------------------------------------- tables

    /// The entries of a table whose syntax is sound.
    fn entries<'e>(&mut self, entry: Entry<'e>, takes: &'e str) -> Vec<Entry<'e>> {
        let Some(table) = entry.value.as_table() else {
            self.wrong_type(entry);
            return Vec::new();
        };
        let entries = table.iter().map(|(key, node)| Entry::new(key, node, takes));
        entries.filter(|entry| !self.is_broken(entry.at)).collect()
    }

    fn per_file_ignores(&mut self, entry: Entry<'_>) -> Vec<PerFileIgnore> {
        let mut ignores = Vec::new();
        for entry in self.entries(entry, super::SELECTORS) {
            let selectors = self.strings(entry).unwrap_or_default();
            match PathGlob::new(entry.key) {
                Ok(files) => {
                    let written = Spanned { value: entry.key.to_owned(), at: entry.key_at };
                    ignores.push(PerFileIgnore { written, files, selectors });
                }
                Err(reason) => self.invalid(entry.key_at, bad_glob(entry.key, &reason)),
            }
        }
        ignores
    }

    fn module_map(&mut self, entry: Entry<'_>) -> Vec<(Spanned<String>, Vec<Name>)> {
        let mut map = Vec::new();
        for entry in self.entries(entry, "a package or a list of packages") {
            if !is_module(entry.key) {
                self.invalid(entry.key_at, no_module(entry.key));
                continue;
            }
            let written = self.one_or_more(entry);
            let names: Vec<_> = written.iter().filter_map(|name| self.name(name, name.at)).map(|n| n.value).collect();
            if !names.is_empty() {
                map.push((Spanned { value: entry.key.to_owned(), at: entry.key_at }, names));
            }
        }
        map
    }

    fn severities(&mut self, entry: Entry<'_>) -> Vec<(Spanned<String>, Severity)> {
        let mut severities = Vec::new();
        for entry in self.entries(entry, "`error`, `warning` or `advice`") {
            let rule = Spanned { value: entry.key.to_owned(), at: entry.key_at };
            if entry.value.as_str().is_some_and(|text| matches!(text, "off" | "ignore" | "none" | "never")) {
                let message = format!("`{}` takes {}", entry.key, entry.takes);
                let problem = Problem::new(INVALID, entry.at, message);
                self.problems.push(problem.help(format!("to turn the rule off: `ignore = [\"{}\"]`", entry.key)));
            } else if let Some(severity) = self.choice(entry, SEVERITIES) {
                severities.push((rule, severity.value));
            }
        }
        severities
    }

    fn banned(&mut self, entry: Entry<'_>) -> Vec<Ban> {
        if matches!(entry.value, DeValue::Array(_)) {
            let names = self.strings(entry).unwrap_or_default();
            let names = names.iter().filter_map(|name| self.name(name, name.at));
            return names.map(|name| Ban { name, reason: String::new(), replacements: Vec::new() }).collect();
        }
        let mut banned = Vec::new();
        for entry in self.entries(entry, "a reason") {
            let Some(name) = self.name(entry.key, entry.key_at) else { continue };
            let (reason, replacements) = match entry.value {
                DeValue::Table(_) => self.policy("banned", entry),
                DeValue::String(reason) => (reason.trim().to_owned(), Vec::new()),
                _ => {
                    self.wrong_type(entry);
                    continue;
                }
            };
            banned.push(Ban { name, reason, replacements });
        }
        banned
    }

    fn preferred(&mut self, entry: Entry<'_>) -> Vec<Preference> {
        let mut preferred = Vec::new();
        for entry in self.entries(entry, "a package or a list of packages") {
            let Some(name) = self.name(entry.key, entry.key_at) else { continue };
            let faults = self.problems.len();
            let (reason, replacements) = match entry.value {
                DeValue::Table(_) => self.policy("preferred", entry),
                _ => (String::new(), self.requirements(entry)),
            };
            if !replacements.is_empty() {
                preferred.push(Preference { name, replacements, reason });
            } else if faults == self.problems.len() {
                self.invalid(entry.at, format!("`preferred` does not say what to use instead of `{}`", entry.key));
            }
        }
        preferred
    }

    /// The reason and the replacements in the long form of an entry of `table`.
    fn policy(&mut self, table: &str, entry: Entry<'_>) -> (String, Vec<String>) {
        let (mut reason, mut replacements) = (String::new(), Vec::new());
        for part in self.entries(entry, "") {
            match part.key {
                "reason" => {
                    let part = Entry { takes: "a sentence", ..part };
                    reason = self.string(part).map(|text| text.value).unwrap_or_default();
                }
                "use" => replacements = self.requirements(Entry { takes: "a package or a list of packages", ..part }),
                _ => self.unknown_key(part, table, &mut ["use", "reason"].into_iter()),
            }
        }
        (reason, replacements)
    }

    /// Packages, perhaps with extras and versions.
    fn requirements(&mut self, entry: Entry<'_>) -> Vec<String> {
        let written = self.one_or_more(entry);
        let name = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
            text.get(..end.unwrap_or(text.len())).unwrap_or_default().to_owned()
        };
        let sound = self.sound(written, |text| (!is_name(&name(text))).then(|| format!("`{text}` names no package")));
        sound.into_iter().map(|item| item.value).collect()
    }

    fn ignores(&mut self, entry: Entry<'_>) -> Vec<ConfigIgnore> {
        let DeValue::Array(items) = entry.value else {
            self.wrong_type(entry);
            return Vec::new();
        };
        items.iter().filter_map(|item| self.ignore(entry.item(item))).collect()
    }

    fn ignore(&mut self, entry: Entry<'_>) -> Option<ConfigIgnore> {
        if self.is_broken(entry.at) {
            return None;
        }
        if !entry.value.is_table() {
            self.invalid(entry.at, format!("an item of `ignores` is {}, not a table", a_kind(entry.value)));
            return None;
        }
        let faults = self.problems.len();
        let mut ignore = ConfigIgnore {
            at: entry.at,
            rules: Strings::new(),
            package: None,
            path: None,
            reason: String::new(),
            until: None,
        };
        for part in self.entries(entry, "") {
            match part.key {
                "rule" => ignore.rules = self.one_or_more(Entry { takes: "a rule or a list of rules", ..part }),
                "package" => {
                    let written = self.string(Entry { takes: "the name of a package", ..part });
                    ignore.package = written.and_then(|name| self.name(&name, name.at)).map(|name| name.value);
                }
                "path" => {
                    let Some(written) = self.string(Entry { takes: "a glob", ..part }) else { continue };
                    match PathGlob::new(&written) {
                        Ok(glob) => ignore.path = Some(glob),
                        Err(reason) => self.invalid(written.at, bad_glob(&written, &reason)),
                    }
                }
                "reason" => {
                    let written = self.string(Entry { takes: "a sentence", ..part });
                    ignore.reason = written.map(|text| text.value).unwrap_or_default();
                }
                "until" => ignore.until = self.date(Entry { takes: "a day such as `2027-03-01`", ..part }),
                _ => self.unknown_key(part, "ignores", &mut ["rule", "package", "path", "reason", "until"].into_iter()),
            }
        }
        if ignore.rules.is_empty() && faults == self.problems.len() {
            self.invalid(entry.at, "an entry of `ignores` names no rule".to_owned());
        }
        // A faulty part would widen what it silences.
        (faults == self.problems.len()).then_some(ignore)
    }
}

fn bad_glob(glob: &str, reason: &str) -> String {
    format!("`{glob}` is no glob: {reason}")
}

fn no_module(written: &str) -> String {
    format!("`{written}` is no name of a module")
}

/// Whether it can be a dotted import name.
fn is_module(text: &str) -> bool {
    let starts_name = |part: &str| part.chars().next().is_some_and(|c| c == '_' || c.is_alphabetic());
    text.split('.').all(|part| starts_name(part) && part.chars().all(|c| c == '_' || c.is_alphanumeric()))
}

/// Whether it can be the name of a distribution (PEP 508).
fn is_name(text: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().all(inner)
        && [text.bytes().next(), text.bytes().last()].iter().all(|end| end.is_some_and(|b| b.is_ascii_alphanumeric()))
}

fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn a_kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Faults as `rule: bytes at fault: message (help)`.
    fn faults(text: &str, problems: &[Problem]) -> Vec<String> {
        let one = |p: &Problem| {
            let at = p.at.map_or("-", |at| at.of(text));
            let help = if p.help.is_empty() { String::new() } else { format!(" ({})", p.help.join("; ")) };
            format!("{}: {at}: {}{help}", p.rule, p.message)
        };
        problems.iter().map(one).collect()
    }

    #[test]
    fn reads_every_key() {
        let text = r#"
select = ["all"]
ignore = ["obsolete", "deprecated-package:nose"]
extend-select = ["stale-package"]
extend-ignore = []
fail-on = "error"
exclude = ["build/"]
extend-exclude = ["/docs", "!docs/conf.py"]
project-kind = "library"
python = ">=3.10,<3.15"
known-first-party = ["app", "acme.core"]
private-packages = ["acme-*"]
extend-rules = ["lint/rules"]
banned = { "Left_Pad" = "unmaintained", fabric = { reason = "no", use = ["invoke>=2", "plumbum"] } }
preferred = { requests = "httpx", six = { use = "python-future[x]", reason = "ours" } }
advisories = "osv"
index = "names.txt"
max-file-size = 1_000
baseline = "known.json"
output-format = "sarif"
ignores = [{ rule = "stale-package", package = "Nose_2", path = "tests/**", reason = "soon", until = "2027-03-01" }]
[per-file-ignores]
"tests/**" = ["imports"]
[module-map]
yaml = "PyYAML"
"google.cloud" = ["a", "b"]
[severity]
stale-package = "error"
"#;
        let (config, problems) = read(text, Table::Own);
        assert_eq!(faults(text, &problems), [""; 0]);
        let config = config.expect("a configuration");
        let words = |list: &Strings| list.iter().map(|item| item.value.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(config.select.as_ref().map(words), Some("all".to_owned()));
        assert_eq!(words(&config.ignore), "obsolete deprecated-package:nose");
        assert_eq!(config.ignore.iter().map(|item| item.at.of(text)).next(), Some("\"obsolete\""));
        assert_eq!(words(&config.extend_select), "stale-package");
        assert_eq!(config.fail_on.map(|f| f.value), Some(FailOn::Error));
        assert_eq!(config.exclude.as_ref().map(words), Some("build/".to_owned()));
        assert_eq!(words(&config.extend_exclude), "/docs !docs/conf.py");
        assert_eq!(config.project_kind.map(|k| k.name()), Some("library"));
        assert_eq!(config.python.as_deref().map(String::as_str), Some(">=3.10,<3.15"));
        assert_eq!(words(&config.known_first_party), "app acme.core");
        assert_eq!(words(&config.private_packages), "acme-*");
        assert_eq!(words(&config.extend_rules), "lint/rules");
        assert_eq!(config.advisories.as_deref().map(String::as_str), Some("osv"));
        assert_eq!(config.index.as_deref().map(String::as_str), Some("names.txt"));
        assert_eq!(config.max_file_size.map(|size| size.value), Some(1_000));
        assert_eq!(config.baseline.as_deref().map(String::as_str), Some("known.json"));
        assert_eq!(config.output_format.as_deref().map(String::as_str), Some("sarif"));
        let banned: Vec<_> =
            config.banned.iter().map(|b| (b.name.as_str(), b.reason.as_str(), b.replacements.join(" "))).collect();
        assert_eq!(banned, [("left-pad", "unmaintained", String::new()), ("fabric", "no", "invoke>=2 plumbum".into())]);
        let preferred: Vec<_> =
            config.preferred.iter().map(|p| (p.name.as_str(), p.replacements.join(" "), p.reason.as_str())).collect();
        assert_eq!(preferred, [("requests", "httpx".into(), ""), ("six", "python-future[x]".into(), "ours")]);
        let files: Vec<_> = config.per_file_ignores.iter().map(|i| (i.written.as_str(), words(&i.selectors))).collect();
        assert_eq!(files, [("tests/**", "imports".to_owned())]);
        let modules: Vec<_> = config.module_map.iter().map(|(m, names)| (m.as_str(), names.as_slice())).collect();
        assert_eq!(
            modules,
            [("yaml", &[Name::new("pyyaml")][..]), ("google.cloud", &[Name::new("a"), Name::new("b")])]
        );
        assert_eq!(config.severity_of("stale-package"), Some(Severity::Error));
        let [ignore] = config.ignores.as_slice() else { panic!("one ignore") };
        assert_eq!(ignore.package, Some(Name::new("nose-2")));
        assert_eq!((words(&ignore.rules).as_str(), ignore.reason.as_str()), ("stale-package", "soon"));
        assert_eq!(ignore.until.map(|until| until.to_string()), Some("2027-03-01".to_owned()));
        assert!(ignore.path.as_ref().is_some_and(|path| path.matches("tests/a.py") && !path.matches("a.py")));
    }

    #[test]
    fn keys_are_those_that_are_read() {
        for key in KEYS {
            let text = format!("{} = 0", key.name);
            let (_, problems) = read(&text, Table::Own);
            let faults = faults(&text, &problems);
            assert!(faults.len() == 1 && !faults.concat().contains("there is no key"), "{faults:?}");
            assert!(key.name == "max-file-size" || faults.concat().contains(key.takes), "{faults:?}");
        }
    }

    #[test]
    fn finds_the_table_in_pyproject() {
        for (text, select) in [
            ("[project]\nname = \"x\"\n", None),
            ("[tool.ruff]\nselect = [\"x\"]\n", None),
            ("tool = 3", None),
            ("[tool.pyeco-lint]\n", Some("")),
            ("[tool.pyeco-lint]\nselect = [\"all\"]\n", Some("all")),
            ("[tool]\npyeco-lint.select = [\"all\"]\n", Some("all")),
            // A syntax error elsewhere is the manifest reader's.
            ("[project]\nname = \n[tool.pyeco-lint]\nselect = [\"all\"]\n", Some("all")),
        ] {
            let (config, problems) = read(text, Table::PyprojectTool);
            let found =
                config.map(|c| c.select.unwrap_or_default().iter().map(|s| s.value.clone()).collect::<String>());
            assert_eq!(found.as_deref(), select, "{text}");
            assert!(problems.is_empty(), "{text}: {problems:?}");
        }
        let text = "tool.pyeco-lint = 3";
        let (_, problems) = read(text, Table::PyprojectTool);
        let expected = "invalid-configuration: pyeco-lint: `tool.pyeco-lint` is a table, not an integer";
        assert_eq!(faults(text, &problems), [expected]);
    }

    #[test]
    fn reports_every_fault_at_once() {
        for (text, expected) in [
            (
                "extend_select = []\nexclde = []\nbaz = 1\nseverity = []",
                &[
                    "invalid-configuration: extend_select: there is no key `extend_select` (did you mean `extend-select`?)",
                    "invalid-configuration: exclde: there is no key `exclde` (did you mean `exclude`?)",
                    "invalid-configuration: baz: there is no key `baz` (the README lists the keys)",
                    "invalid-configuration: []: `severity` takes a table of rules and severities, not a list",
                ][..],
            ),
            (
                "select = \"all\"\nignore = [1, \"\"]",
                &[
                    "invalid-configuration: \"all\": `select` takes a list of rules, categories, `default` or `all`, not a \
                     string (write `[\"all\"]`)",
                    "invalid-configuration: 1: an item of `ignore` is an integer, not a string",
                    "invalid-configuration: \"\": an item of `ignore` is empty",
                ],
            ),
            (
                "fail-on = \"eror\"\nproject-kind = true\nmax-file-size = -1\nindex = ''",
                &[
                    "invalid-configuration: \"eror\": `fail-on` takes `error`, `warning`, `advice` or `never`, not `eror` \
                     (did you mean `error`?)",
                    "invalid-configuration: true: `project-kind` takes `application`, `library` or `scripts`, not a boolean",
                    "invalid-configuration: -1: `max-file-size` takes a number of bytes, above 0",
                    "invalid-configuration: '': `index` takes a path, not an empty string",
                ],
            ),
            (
                "python = \"3.10\"",
                &["invalid-configuration: \"3.10\": `python` takes version specifiers such as `>=3.10`, not `3.10` \
                   (write `>=3.10`, or `==3.10.*` for that series alone)"],
            ),
            (
                "exclude = [\"a[\", \"b\"]\nprivate-packages = [\"{\"]\nknown-first-party = [\"my-app\"]",
                &[
                    "invalid-configuration: \"a[\": `a[` is no glob: unclosed character class; missing ']'",
                    "invalid-configuration: \"{\": `{` is no glob: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
                    "invalid-configuration: \"my-app\": `my-app` is no name of a module",
                ],
            ),
            (
                "banned = { \"a b\" = \"\", c = 1, d = { why = \"\" } }\npreferred = { x = {}, y = \"\", z = \"=1\" }",
                &[
                    "invalid-configuration: \"a b\": `a b` is no name of a package",
                    "invalid-configuration: 1: `c` takes a reason, not an integer",
                    "invalid-configuration: why: there is no key `why` in an entry of `banned` (the keys are `use`, `reason`)",
                    "invalid-configuration: {}: `preferred` does not say what to use instead of `x`",
                    "invalid-configuration: \"\": `y` takes a package or a list of packages, not an empty string",
                    "invalid-configuration: \"=1\": `=1` names no package",
                ],
            ),
            (
                "ignores = [1, {}, { rule = \"x\", until = \"2027-02-30\" }, { rules = [\"x\"] }, { rule = \"y\", until = 3 }]",
                &[
                    "invalid-configuration: 1: an item of `ignores` is an integer, not a table",
                    "invalid-configuration: {}: an entry of `ignores` names no rule",
                    "invalid-configuration: \"2027-02-30\": `2027-02-30` is no day; `until` takes a day such as `2027-03-01`",
                    "invalid-configuration: rules: there is no key `rules` in an entry of `ignores` (did you mean `rule`?)",
                    "invalid-configuration: 3: `until` takes a day such as `2027-03-01`, not an integer",
                ],
            ),
            (
                "severity = { a = \"off\", b = \"warn\", c = \"advice\" }",
                &[
                    "invalid-configuration: \"off\": `a` takes `error`, `warning` or `advice` \
                     (to turn the rule off: `ignore = [\"a\"]`)",
                    "invalid-configuration: \"warn\": `b` takes `error`, `warning` or `advice`, not `warn` \
                     (did you mean `warning`?)",
                ],
            ),
            (
                "[per-file-ignores]\n\"a[\" = [\"all\"]\n\"b\" = \"all\"\n",
                &[
                    "invalid-configuration: \"a[\": `a[` is no glob: unclosed character class; missing ']'",
                    "invalid-configuration: \"all\": `b` takes a list of rules, categories, `default` or `all`, not a string \
                     (write `[\"all\"]`)",
                ],
            ),
            // One syntax error a line, and nothing that only follows from it.
            (
                "select = [\"a\"]\nselect = []\nfail-on = error\nindex = 3",
                &[
                    "invalid-syntax: select: duplicate key",
                    "invalid-syntax: error: string values must be quoted, expected literal string",
                    "invalid-configuration: 3: `index` takes a path, not an integer",
                ],
            ),
        ] {
            let (config, problems) = read(text, Table::Own);
            assert!(config.is_some());
            assert_eq!(faults(text, &problems), expected, "{text}");
        }
    }

    #[test]
    fn survives_any_prefix() {
        let text =
            "select = [\"ä\"]\r\n[severity]\nx = 'error'\n[[ignores]]\nrule = \"\"\"a\"\"\"\nuntil = 2027-03-01\n";
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let prefix = text.get(..end).unwrap_or_default();
            for table in [Table::Own, Table::PyprojectTool] {
                for problem in read(prefix, table).1 {
                    assert!(problem.at.is_none_or(|at| prefix.get(at.range()).is_some()), "{prefix}");
                }
            }
        }
        let (config, _) = read(text, Table::Own);
        let until = config.and_then(|c| c.ignores.first().and_then(|i| i.until)).map(|until| until.to_string());
        assert_eq!(until.as_deref(), Some("2027-03-01"));
    }
}
