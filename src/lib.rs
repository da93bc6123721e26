//! A linter for the dependencies and tool-chain of Python projects.
//!
//! The data flow of a run is [`lint`]: files are read into a [`project::Workspace`], rules judge it, and what is left
//! after the ignores is a [`report::Report`], which a format of [`output`] prints. Only [`fs`] touches the disk; the
//! rest takes what it needs.

pub mod asked;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod config;
pub mod date;
pub mod decode;
pub mod diagnostic;
pub mod evidence;
pub mod explain;
pub mod fingerprint;
pub mod fix;
pub mod fs;
pub mod guard;
pub mod imports;
pub mod inspect;
pub mod installed;
mod json;
pub mod knowledge;
pub mod lock;
pub mod manifest;
pub mod map;
pub mod name;
pub mod options;
pub mod output;
pub mod path;
pub mod project;
pub mod python;
pub mod recommend;
pub mod report;
pub mod rule;
pub mod run;
pub mod select;
pub mod settings;
pub mod source;
pub mod standing;
pub mod suppress;

pub use inspect::inspect;
pub use map::map;
pub use recommend::recommend;
pub use run::{Outcome, lint};
