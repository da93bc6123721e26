//! Rules that data cannot express, a module each.

pub mod duplicate_requirement;
pub mod eol_python;
pub mod include_cycle;
pub mod missing_include;
pub mod missing_lock;
pub mod overlapping_libraries;
pub mod policy;
pub mod reading;
pub mod stale_lock;
pub mod unknown_extra;
