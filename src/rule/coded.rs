//! Rules that data cannot express, a module each.

pub mod credentials_in_url;
pub mod deprecated_tool_config;
pub mod duplicate_requirement;
pub mod eol_python;
pub mod include_cycle;
pub mod index_confusion;
pub mod insecure_index;
pub mod missing_include;
pub mod overlapping_libraries;
pub mod overlapping_tools;
pub mod policy;
pub mod reading;
pub mod tool_python_mismatch;
pub mod unconfigured_tool;
pub mod undeclared_tool;
pub mod unknown_extra;
pub mod unpinned_vcs;
