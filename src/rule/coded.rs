//! Rules that data cannot express, a module each.

pub mod classifier;
pub mod duplicate_requirement;
pub mod entry_point;
pub mod eol_python;
pub mod include_cycle;
pub mod license;
pub mod marker;
pub mod missing_include;
pub mod name_clash;
pub mod overlapping_libraries;
pub mod partial_hashes;
pub mod policy;
pub mod project_version;
pub mod reading;
pub mod requires_python;
pub mod self_dependency;
pub mod unknown_extra;
