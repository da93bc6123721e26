//! TOML with places.
