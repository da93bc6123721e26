//! The configuration and the command line as one.

use super::{Config, DEFAULT_EXCLUDE, NameGlobs, PathGlobs, Strings};
use crate::knowledge::index::Names;
use crate::select::{FailOn, Layer, Rules, Selection, Selector, Target};

/// What the command line says about what the configuration can say as well. `None` is an option that was not given;
/// items of lists are split at their commas already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--select`.
    pub select: Option<Vec<String>>,
    /// `--ignore`.
    pub ignore: Option<Vec<String>>,
    /// `--extend-select`.
    pub extend_select: Vec<String>,
    /// `--extend-ignore`.
    pub extend_ignore: Vec<String>,
    /// `--fail-on`, and `--exit-zero` as [`FailOn::Never`].
    pub fail_on: Option<FailOn>,
    /// `--exclude`.
    pub exclude: Option<Vec<String>>,
    /// `--extend-exclude`.
    pub extend_exclude: Vec<String>,
    /// `--advice`.
    pub advice: bool,
    /// `--advisories`.
    pub advisories: Option<String>,
    /// `--index`.
    pub index: Option<String>,
    /// `--baseline`.
    pub baseline: Option<String>,
    /// `--output-format`.
    pub output_format: Option<String>,
}

/// A fault in the value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionError {
    /// The option (`--select`).
    pub option: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A path with the folder that it is relative to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BasedPath {
    /// From the command line: relative to the working directory.
    WorkingDirectory(String),
    /// From the configuration: relative to its folder.
    Configuration(String),
}

/// What holds for a project.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Which rules run.
    pub selection: Selection,
    /// Whether advice is shown that was not selected by name.
    pub advice: bool,
    /// From which severity on findings fail the run.
    pub fail_on: FailOn,
    /// What is not read, by paths relative to the configuration's folder.
    pub exclude: PathGlobs,
    /// What is not read, by paths relative to the working directory.
    pub exclude_here: PathGlobs,
    /// Names that live on a private index.
    pub private_packages: NameGlobs,
    /// What is not reported in some files.
    pub per_file_ignores: Vec<FileIgnore>,
    /// The database of advisories.
    pub advisories: Option<BasedPath>,
    /// The further index of names.
    pub index: Option<BasedPath>,
    /// The names that count, those of the further index included once it was read.
    pub names: Names,
    /// The baseline.
    pub baseline: Option<BasedPath>,
    /// The name of the output format, not checked where the command line gave it.
    pub output_format: Option<String>,
    /// What the configuration alone decides.
    pub config: Config,
}

/// Rules that are silent in some files.
#[derive(Debug, Clone)]
pub struct FileIgnore {
    /// The files, relative to the configuration.
    pub files: super::PathGlob,
    /// The rules.
    pub selectors: Vec<Selector>,
}

impl Settings {
    /// Joins a configuration (an empty one where there is none) with the command line, and says what is wrong with
    /// the latter. What is wrong with the former [`Config::check`] has said: it is passed over here.
    ///
    /// `--select` takes the place of the configuration's `select` and `extend-select`, `--ignore` of its `ignore`, and
    /// the `--extend-` forms add. What the command line names, it decides: the configuration's word counts for the
    /// rest, and for narrowed selectors.
    pub fn new(config: Config, overrides: &Overrides, rules: &Rules<'_>) -> (Self, Vec<OptionError>) {
        let mut errors = Vec::new();
        let configured = |lists: &[&Strings]| -> Vec<Selector> {
            lists.iter().flat_map(|list| list.iter()).filter_map(|item| Selector::parse(item, rules).ok()).collect()
        };
        let mut given = |option: &'static str, list: &[String]| -> Vec<Selector> {
            let mut selectors = Vec::new();
            for written in list {
                match Selector::parse(written, rules) {
                    Ok(selector) => selectors.push(selector),
                    Err(error) => {
                        let help = error.help();
                        errors.push(OptionError { option, message: error.message, help });
                    }
                }
            }
            selectors
        };

        let mut command_line = Layer {
            select: given("--select", overrides.select.as_deref().unwrap_or_default()),
            ignore: given("--ignore", overrides.ignore.as_deref().unwrap_or_default()),
        };
        command_line.select.extend(given("--extend-select", &overrides.extend_select));
        command_line.ignore.extend(given("--extend-ignore", &overrides.extend_ignore));

        let (mut usual, mut configuration) = (Layer::default(), Layer::default());
        if overrides.select.is_none() {
            configuration.select = match &config.select {
                Some(select) => configured(&[select, &config.extend_select]),
                None => configured(&[&config.extend_select]),
            };
            if config.select.is_none() {
                usual.select.push(Selector { target: Target::Default, about: None });
            }
        }
        configuration.ignore = configured(&[&config.extend_ignore]);
        if overrides.ignore.is_none() {
            configuration.ignore.extend(configured(&[&config.ignore]));
        }
        let selection = Selection::new(&[usual, configuration, command_line], rules);

        let per_file_ignores = config
            .per_file_ignores
            .iter()
            .map(|entry| FileIgnore { files: entry.files.clone(), selectors: configured(&[&entry.selectors]) });
        let settings = Self {
            selection,
            advice: overrides.advice,
            fail_on: overrides.fail_on.or(config.fail_on.map(|fail_on| fail_on.value)).unwrap_or_default(),
            exclude: Self::exclude(&config, overrides.exclude.is_some()),
            exclude_here: Self::exclude_here(overrides, &mut errors),
            private_packages: NameGlobs::new(strs(&config.private_packages)).unwrap_or_default(),
            per_file_ignores: per_file_ignores.collect(),
            advisories: based(overrides.advisories.as_ref(), config.advisories.as_deref()),
            index: based(overrides.index.as_ref(), config.index.as_deref()),
            names: Names::default(),
            baseline: based(overrides.baseline.as_ref(), config.baseline.as_deref()),
            output_format: overrides.output_format.clone().or_else(|| config.output_format.as_deref().cloned()),
            config,
        };
        (settings, errors)
    }

    fn exclude(config: &Config, replaced: bool) -> PathGlobs {
        let usual = || DEFAULT_EXCLUDE.iter().copied();
        let base: Vec<&str> = match &config.exclude {
            _ if replaced => Vec::new(),
            Some(exclude) => strs(exclude).collect(),
            None => usual().collect(),
        };
        // Each glob was compiled when it was read; only all together could be too large.
        let all = PathGlobs::new(base.into_iter().chain(strs(&config.extend_exclude)));
        all.or_else(|_| PathGlobs::new(usual())).unwrap_or_default()
    }

    fn exclude_here(overrides: &Overrides, errors: &mut Vec<OptionError>) -> PathGlobs {
        let exclude = overrides.exclude.iter().flatten().map(|glob| ("--exclude", glob));
        let globs = exclude.chain(overrides.extend_exclude.iter().map(|glob| ("--extend-exclude", glob)));
        let mut sound = Vec::new();
        for (option, glob) in globs {
            match PathGlobs::new([glob.as_str()]) {
                Ok(_) => sound.push(glob.as_str()),
                Err(reason) => {
                    let message = format!("`{glob}` is no glob: {reason}");
                    errors.push(OptionError { option, message, help: None });
                }
            }
        }
        PathGlobs::new(sound).unwrap_or_else(|message| {
            errors.push(OptionError { option: "--exclude", message, help: None });
            PathGlobs::default()
        })
    }
}

fn strs(list: &Strings) -> impl Iterator<Item = &str> {
    list.iter().map(|item| item.as_str())
}

fn based(given: Option<&String>, configured: Option<&String>) -> Option<BasedPath> {
    let given = given.cloned().map(BasedPath::WorkingDirectory);
    given.or_else(|| configured.cloned().map(BasedPath::Configuration))
}

#[cfg(test)]
mod tests {
    use super::super::{Known, Table, read};
    use super::*;
    use crate::select::tests::sample;

    fn list(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// `--select=a,b --advice` as overrides.
    fn overrides(line: &str) -> Overrides {
        let mut overrides = Overrides::default();
        for word in line.split_whitespace() {
            let (option, value) = word.split_once('=').unwrap_or((word, ""));
            let values = || list(&value.replace(',', " "));
            match option {
                "--select" => overrides.select = Some(values()),
                "--ignore" => overrides.ignore = Some(values()),
                "--extend-select" => overrides.extend_select = values(),
                "--extend-ignore" => overrides.extend_ignore = values(),
                "--exclude" => overrides.exclude = Some(values()),
                "--extend-exclude" => overrides.extend_exclude = values(),
                "--exit-zero" => overrides.fail_on = Some(FailOn::Never),
                "--index" => overrides.index = Some(value.to_owned()),
                _ => panic!("{word}"),
            }
        }
        overrides
    }

    fn settings(config: &str, line: &str) -> (Settings, Vec<OptionError>) {
        let cores = sample();
        let rules = Rules::new(&cores);
        let (config, problems) = read(config, Table::Own);
        assert!(problems.is_empty(), "{problems:?}");
        Settings::new(config.unwrap_or_default(), &overrides(line), &rules)
    }

    #[test]
    fn the_command_line_goes_before_the_configuration() {
        for (config, line, expected) in [
            ("", "", "+deprecated-package -stale-package +unsafe-yaml-load"),
            ("select = ['security']", "", "+unsafe-yaml-load -deprecated-package"),
            ("select = []", "", "-unsafe-yaml-load -deprecated-package"),
            ("extend-select = ['stale-package']", "", "+stale-package +deprecated-package"),
            ("ignore = ['obsolete']\nextend-ignore = ['security']", "", "-deprecated-package -unsafe-yaml-load"),
            ("select = ['security']", "--select=obsolete", "-unsafe-yaml-load +stale-package"),
            ("extend-select = ['stale-package']", "--select=security", "-stale-package +unsafe-yaml-load"),
            ("ignore = ['unsafe-yaml-load']", "--select=security", "+unsafe-yaml-load"),
            (
                "ignore = ['deprecated-package:nose']",
                "--select=obsolete",
                "-deprecated-package:nose +deprecated-package:six",
            ),
            ("ignore = ['unsafe-yaml-load']", "--ignore=obsolete", "+unsafe-yaml-load -deprecated-package"),
            ("extend-ignore = ['unsafe-yaml-load']", "--ignore=obsolete", "-unsafe-yaml-load -deprecated-package"),
            ("ignore = ['unsafe-yaml-load']", "--extend-ignore=obsolete", "-unsafe-yaml-load -deprecated-package"),
            ("select = ['deprecated-package']", "--extend-ignore=obsolete", "-deprecated-package"),
            ("ignore = ['obsolete']", "--extend-select=stale-package", "+stale-package -deprecated-package"),
            ("", "--select=all --ignore=default", "+stale-package -deprecated-package"),
            ("select = ['no-such-rule', 'security']", "", "+unsafe-yaml-load -deprecated-package"),
        ] {
            let (settings, errors) = settings(config, line);
            assert!(errors.is_empty(), "{errors:?}");
            for word in expected.split(' ') {
                let (sign, name) = word.split_at(1);
                let (name, package) = name.split_once(':').map_or((name, None), |(name, p)| (name, Some(p)));
                assert_eq!(settings.selection.shows(name, package, ""), sign == "+", "{config} | {line} | {word}");
            }
        }
    }

    #[test]
    fn joins_what_is_left() {
        for (config, line, here, path, excluded) in [
            ("", "", false, "a/.venv/x.py", true),
            ("", "", false, "src/x.py", false),
            ("exclude = ['src']", "", false, "a/.venv/x.py", false),
            ("extend-exclude = ['src']", "", false, "src/x.py", true),
            ("extend-exclude = ['!venv']", "", false, "venv/x.py", false),
            ("exclude = ['src']", "--exclude=lib", false, "src/x.py", false),
            ("exclude = ['src']", "--exclude=lib", true, "lib/x.py", true),
            ("exclude = ['src']", "--extend-exclude=lib", false, "src/x.py", true),
            ("exclude = ['src']", "--extend-exclude=lib", true, "lib/x.py", true),
        ] {
            let (settings, _) = settings(config, line);
            let globs = if here { &settings.exclude_here } else { &settings.exclude };
            assert_eq!(globs.matches(path, false), excluded, "{config} | {line} | {path}");
        }
        let (settings, _) = settings("fail-on = 'error'\nindex = 'a'\nprivate-packages = ['acme-*']", "");
        assert_eq!(settings.fail_on, FailOn::Error);
        assert_eq!(settings.index, Some(BasedPath::Configuration("a".to_owned())));
        assert!(settings.private_packages.matches("acme-x"));
        let (settings, _) = super::tests::settings("fail-on = 'error'\nindex = 'a'", "--exit-zero --index=b");
        assert_eq!(settings.fail_on, FailOn::Never);
        assert_eq!(settings.index, Some(BasedPath::WorkingDirectory("b".to_owned())));
    }

    #[test]
    fn says_what_is_wrong_with_options() {
        let line = "--select=securty --ignore=unsafe_yaml_load --exclude=a[ --extend-exclude=ok";
        let (_, errors) = settings("select = ['nonsense-too']", line);
        let errors: Vec<_> = errors.iter().map(|e| (e.option, e.message.as_str(), e.help.as_deref())).collect();
        let expected = [
            ("--select", "there is no rule or category `securty`", Some("did you mean `security`?")),
            ("--ignore", "there is no rule or category `unsafe_yaml_load`", Some("did you mean `unsafe-yaml-load`?")),
            ("--exclude", "`a[` is no glob: unclosed character class; missing ']'", None),
        ];
        assert_eq!(errors, expected);
    }

    #[test]
    fn checks_names() {
        let cores = sample();
        let rules = Rules::new(&cores);
        let text = "select = ['defalt', 'all']\nignore = ['obsolete:nose']\nper-file-ignores = { x = ['security', 'zzzzz'] }\n\
                    severity = { unsafe-yaml = 'error', obsolete = 'error' }\noutput-format = 'jsn'\n\
                    ignores = [{ rule = ['security', 'stale-packag'] }]";
        let (config, _) = read(text, Table::Own);
        let problems = config.unwrap_or_default().check(&Known { rules: &rules, formats: &["text", "json"] });
        let found: Vec<_> = problems
            .iter()
            .map(|p| format!("{} {} {}", p.rule, p.at.unwrap_or_default().of(text), p.help.join("")))
            .collect();
        let expected = [
            "unknown-rule 'defalt' did you mean `default`?",
            "unknown-rule 'zzzzz' ",
            "unknown-rule unsafe-yaml did you mean `unsafe-yaml-load`?",
            "unknown-rule obsolete ",
            "invalid-configuration 'jsn' did you mean `json`?",
            "unknown-rule 'security' ",
            "unknown-rule 'stale-packag' did you mean `stale-package`?",
        ];
        assert_eq!(found, expected);
    }
}
