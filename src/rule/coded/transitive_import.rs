//! `transitive-import`: a module is imported whose distribution comes with another one alone.

use crate::diagnostic::Finding;
use crate::rule::Context;

/// A finding for each.
pub fn check(_context: &Context<'_>) -> Vec<Finding> {
    Vec::new()
}
