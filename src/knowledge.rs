//! What the program knows of the ecosystem, and the rules.

pub mod model;
