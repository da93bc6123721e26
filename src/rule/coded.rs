//! Rules that data cannot express, a module each.

pub mod binary_backport_clash;
pub mod classifier;
pub mod cli_without_entry_point;
pub mod docker;
pub mod duplicate_requirement;
pub mod entry_point;
pub mod eol_python;
pub mod include_cycle;
pub mod legacy_metadata;
pub mod license;
pub mod marker;
pub mod missing_build_system;
pub mod missing_include;
pub mod missing_requires_python;
pub mod name_clash;
pub mod overlapping_libraries;
pub mod partial_hashes;
pub mod policy;
pub mod project_version;
pub mod reading;
pub mod requires_python;
pub mod self_dependency;
pub mod system_pip_install;
pub mod tool_in_runtime;
pub mod unknown_extra;
pub mod url_dependency_in_library;
