//! Rules that data cannot express, a module each.

pub mod arbitrary_equality;
pub mod capped_python;
pub mod conflicting_requirements;
pub mod duplicate_requirement;
pub mod eol_python;
pub mod include_cycle;
pub mod missing_include;
pub mod never_true_marker;
pub mod overlapping_libraries;
pub mod overpinned_library;
pub mod policy;
pub mod prerelease_pin;
pub mod reading;
pub mod unbounded_requirement;
pub mod unknown_extra;
pub mod unpinned_application;
pub mod unsatisfiable_requirement;
pub mod version_drift;
pub mod wildcard_version;
