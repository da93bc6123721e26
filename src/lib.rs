//! A linter for the dependencies and tool-chain of Python projects.

pub mod decode;
pub mod diagnostic;
pub mod evidence;
pub mod fix;
pub mod knowledge;
pub mod manifest;
pub mod name;
pub mod output;
pub mod python;
pub mod report;
pub mod source;
