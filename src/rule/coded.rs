//! Rules that data cannot express, a module each.

pub mod binary_backport_clash;
pub mod cli_without_entry_point;
pub mod docker;
pub mod duplicate_requirement;
pub mod eol_python;
pub mod include_cycle;
pub mod legacy_metadata;
pub mod missing_build_system;
pub mod missing_include;
pub mod missing_requires_python;
pub mod overlapping_libraries;
pub mod policy;
pub mod reading;
pub mod system_pip_install;
pub mod tool_in_runtime;
pub mod unknown_extra;
pub mod url_dependency_in_library;
