//! The command line. The only module that knows `clap`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::config::Overrides;
use crate::date::Date;
use crate::output;
use crate::select::FailOn;

/// A linter for the dependencies and tool-chain of Python projects.
#[derive(Debug, Parser)]
#[command(name = "pyeco-lint", version, about, long_about = None, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "A path that is also a command's name is written `./map`. Exit status: 0 clean, 1 findings, 2 it could not do its job."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: CheckArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lint projects (the default command)
    Check(Box<CheckArgs>),
    /// Print a rule's documentation, what is known of a package, or a row of the ecosystem map
    Explain(ExplainArgs),
    /// Show the index of package names, or make one
    Index(IndexArgs),
    /// Print what is read: projects, manifests, requirements, tools with evidence, imports
    Inspect(Box<InspectArgs>),
    /// Compare projects with the ecosystem map: every need, what fills it, how well
    Map(Box<MapArgs>),
    /// Say what to reach for, given what this project uses; without a name, what the project lacks
    Recommend(RecommendArgs),
    /// List every rule
    Rules(RulesArgs),
    /// Print the JSON schema of the configuration
    Schema,
    /// Print the completions of a shell
    Completions(CompletionsArgs),
}

/// A lint run.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Run these rules: names, categories, `default`, `all`, or a rule for a package (`deprecated-package:nose`)
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub select: Option<Vec<String>>,
    /// Leave out these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub ignore: Option<Vec<String>>,
    /// Run these rules as well
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub extend_select: Vec<String>,
    /// Leave out these rules as well
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub extend_ignore: Vec<String>,
    /// Also show advice: opinions and suggestions
    #[arg(long, help_heading = "Rules")]
    pub advice: bool,
    /// Carry out the fixes that are safe, and report what remains
    #[arg(long, help_heading = "Fixes")]
    pub fix: bool,
    /// Also carry out fixes that may change what the project does (with `--fix` or `--diff`)
    #[arg(long, help_heading = "Fixes")]
    pub unsafe_fixes: bool,
    /// Print what `--fix` would change as a unified diff, and write nothing; status 1 where there is something
    #[arg(long, help_heading = "Fixes")]
    pub diff: bool,
    /// Ignore every finding with a comment on its line; with `--diff` only show that
    #[arg(long, help_heading = "Fixes", conflicts_with_all = ["fix", "write_baseline"])]
    pub add_ignore: bool,
    /// From which severity on findings fail the run [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    pub fail_on: Option<FailOnArg>,
    /// Exit with status 0 even where there are findings
    #[arg(long, help_heading = "Output")]
    pub exit_zero: bool,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", value_parser = formats(), help_heading = "Output")]
    pub output_format: Option<String>,
    /// Write the findings to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output_file: Option<PathBuf>,
    /// Count the findings by rule instead of printing them
    #[arg(long, help_heading = "Output")]
    pub statistics: bool,
    /// List the files that are read, and lint nothing
    #[arg(long, help_heading = "Output")]
    pub show_files: bool,
    /// Print the settings of each project, and lint nothing
    #[arg(long, help_heading = "Output")]
    pub show_settings: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorArg,
    /// Print findings alone, no closing line
    #[arg(short, long, help_heading = "Output", conflicts_with = "verbose")]
    pub quiet: bool,
    /// Also say what was left out, what could not be told, and the dates of the knowledge
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
    /// What is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Use these advisories (OSV) instead of those that come with the program: a folder, a `.jsonl` or a `.zip` file
    #[arg(long, value_name = "PATH", help_heading = "Configuration")]
    pub advisories: Option<String>,
    /// Also know these package names: an index that `index build` has made
    #[arg(long, value_name = "PATH", help_heading = "Configuration")]
    pub index: Option<String>,
    /// Report only what is not in this file of known findings [default: pyeco-lint-baseline.json beside the configuration]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub baseline: Option<String>,
    /// Record what is found in the baseline, and report nothing of it
    #[arg(long, help_heading = "Configuration", conflicts_with_all = ["fix", "diff"])]
    pub write_baseline: bool,
    /// The day of the run, for `until` dates and the age of data [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date, help_heading = "Configuration")]
    pub today: Option<Date>,
}

/// What is read, and how.
#[derive(Debug, Clone, Args)]
pub struct ReadingArgs {
    /// Folders, manifests or Python files; `-` for standard input
    #[arg(default_value = ".", value_name = "PATH")]
    pub paths: Vec<String>,
    /// Read manifests only, no Python source
    #[arg(long, help_heading = "Files")]
    pub no_source: bool,
    /// Leave out what these globs match, instead of what is left out by default
    #[arg(long, value_name = "GLOBS", value_delimiter = ',', help_heading = "Files")]
    pub exclude: Option<Vec<String>>,
    /// Leave out what these globs match as well
    #[arg(long, value_name = "GLOBS", value_delimiter = ',', help_heading = "Files")]
    pub extend_exclude: Vec<String>,
    /// Leave out excluded files even where they are named on the command line
    #[arg(long, help_heading = "Files")]
    pub force_exclude: bool,
    /// Read files that `.gitignore` files leave out
    #[arg(long, help_heading = "Files")]
    pub no_gitignore: bool,
    /// The name of what comes on standard input
    #[arg(long, value_name = "NAME", help_heading = "Files")]
    pub stdin_filename: Option<String>,
    /// Use this configuration file for every project
    #[arg(long, value_name = "FILE", help_heading = "Configuration", conflicts_with = "isolated")]
    pub config: Option<String>,
    /// Read no configuration file
    #[arg(long, help_heading = "Configuration")]
    pub isolated: bool,
    /// How many threads to use [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "Configuration")]
    pub jobs: Option<u16>,
}

/// What to inspect.
#[derive(Debug, Clone, Args)]
pub struct InspectArgs {
    /// What is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub output_format: DocumentFormat,
    /// Also say what was left out
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,
}

/// What to compare with the map.
#[derive(Debug, Clone, Args)]
pub struct MapArgs {
    /// What is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub output_format: MapFormat,
}

/// What to recommend.
#[derive(Debug, Clone, Args)]
pub struct RecommendArgs {
    /// Needs of the ecosystem map, or packages; nothing for all that the project in this folder lacks
    #[arg(value_name = "NEED|PACKAGE")]
    pub names: Vec<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: DocumentFormat,
}

/// Which configuration adds rules and facts.
#[derive(Debug, Clone, Args)]
pub struct OwnArgs {
    /// Know the rules and facts of this configuration [default: the one that counts for the working directory]
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
    /// Read no configuration
    #[arg(long, conflicts_with = "config")]
    pub isolated: bool,
}

/// What to explain.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// Rules, packages, or needs of the ecosystem map
    #[arg(required = true, value_name = "RULE|PACKAGE|NEED")]
    pub names: Vec<String>,
    /// Whose own rules are known as well.
    #[command(flatten)]
    pub own: OwnArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: DocumentFormat,
}

/// What to do with an index of names.
#[derive(Debug, Clone, Args)]
pub struct IndexArgs {
    #[command(subcommand)]
    command: IndexCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum IndexCommand {
    /// Print the date and the size of the index in the program, or of another
    Info(IndexInfoArgs),
    /// Make an index from a table of names
    Build(IndexBuildArgs),
}

/// Which index to show.
#[derive(Debug, Clone, Args)]
pub struct IndexInfoArgs {
    /// An index that `index build` has made [default: the one in the program]
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: DocumentFormat,
}

/// How to make an index.
#[derive(Debug, Clone, Args)]
pub struct IndexBuildArgs {
    /// A line a package: name, newest version, month of the last release, rank among the most downloaded, tabs between
    /// them; a plain list of names will do, and `-` is standard input
    #[arg(value_name = "TABLE")]
    pub table: PathBuf,
    /// Where to write the index
    #[arg(short, long, value_name = "FILE")]
    pub output_file: PathBuf,
    /// The names are those of a private index: they add to the public ones instead of taking their place
    #[arg(long)]
    pub private: bool,
    /// The day of the table [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub date: Option<Date>,
}

/// How to list the rules.
#[derive(Debug, Clone, Args)]
pub struct RulesArgs {
    /// Whose own rules are known as well.
    #[command(flatten)]
    pub own: OwnArgs,
    /// How they are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub output_format: DocumentFormat,
}

/// For which shell.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// The formats of what is not a list of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The formats of `map`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MapFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For a page.
    Markdown,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless `NO_COLOR` is set; always with `FORCE_COLOR`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// From which severity on findings fail the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum FailOnArg {
    Error,
    Warning,
    Advice,
    Never,
}

impl From<FailOnArg> for FailOn {
    fn from(arg: FailOnArg) -> Self {
        match arg {
            FailOnArg::Error => Self::Error,
            FailOnArg::Warning => Self::Warning,
            FailOnArg::Advice => Self::Advice,
            FailOnArg::Never => Self::Never,
        }
    }
}

/// What was asked for.
#[derive(Debug)]
pub enum Task {
    /// A lint run.
    Check(Box<CheckArgs>),
    /// Documentation.
    Explain(ExplainArgs),
    /// What an index of names is.
    IndexInfo(IndexInfoArgs),
    /// A new index of names.
    IndexBuild(IndexBuildArgs),
    /// What is read.
    Inspect(Box<InspectArgs>),
    /// Projects against the ecosystem map.
    Map(Box<MapArgs>),
    /// What to reach for.
    Recommend(RecommendArgs),
    /// The list of rules.
    Rules(RulesArgs),
    /// The schema of the configuration.
    Schema,
    /// The completions of a shell, as text.
    Completions(Vec<u8>),
}

/// Whether a word is a command: among PATHs it was written behind options.
pub fn is_command(word: &str) -> bool {
    Cli::command().find_subcommand(word).is_some()
}

/// The formats of findings.
fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(output::names())
}

/// Reads the command line. The error knows how to print itself (also `--help`), and its exit status.
pub fn parse(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Task, clap::Error> {
    let cli = Cli::try_parse_from(args)?;
    Ok(match cli.command {
        None => Task::Check(Box::new(cli.check)),
        Some(Command::Check(args)) => Task::Check(args),
        Some(Command::Explain(args)) => Task::Explain(args),
        Some(Command::Index(IndexArgs { command: IndexCommand::Info(args) })) => Task::IndexInfo(args),
        Some(Command::Index(IndexArgs { command: IndexCommand::Build(args) })) => Task::IndexBuild(args),
        Some(Command::Inspect(args)) => Task::Inspect(args),
        Some(Command::Map(args)) => Task::Map(args),
        Some(Command::Recommend(args)) => Task::Recommend(args),
        Some(Command::Rules(args)) => Task::Rules(args),
        Some(Command::Schema) => Task::Schema,
        Some(Command::Completions(args)) => Task::Completions(completions(args.shell)),
    })
}

/// What a shell reads to complete the command line.
fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut definition(), "pyeco-lint", &mut text);
    text
}

/// The definition of the command line, for tests and documentation.
pub fn definition() -> clap::Command {
    Cli::command()
}

impl CheckArgs {
    /// What the command line says over the configuration.
    pub fn overrides(&self) -> Overrides {
        Overrides {
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            extend_select: self.extend_select.clone(),
            extend_ignore: self.extend_ignore.clone(),
            fail_on: self.fail_on.map(FailOn::from),
            advice: self.advice,
            output_format: self.output_format.clone(),
            advisories: self.advisories.clone(),
            index: self.index.clone(),
            baseline: self.baseline.clone(),
            ..self.reading.overrides()
        }
    }
}

impl ReadingArgs {
    /// What the command line says over the configuration.
    pub fn overrides(&self) -> Overrides {
        Overrides { exclude: self.exclude.clone(), extend_exclude: self.extend_exclude.clone(), ..Overrides::default() }
    }
}

fn parse_date(written: &str) -> Result<Date, String> {
    Date::parse(written).ok_or_else(|| format!("`{written}` is not a date of the form 2027-03-01"))
}
