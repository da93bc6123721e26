//! Environment markers (PEP 508, dependency specifiers).

use std::fmt;

use super::version::Versions;

mod environment;
mod parse;

pub use environment::{Environment, always};
pub use parse::{Comparison, comparisons, parse};

/// The variables whose values are versions.
pub const VERSION_VARIABLES: &[&str] =
    &["python_version", "python_full_version", "implementation_version", "platform_release"];

/// The variables of the environment (PEP 508): all but `extra`.
pub const ENVIRONMENT: &[&str] = &[
    "os_name",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_version",
    "python_full_version",
    "implementation_name",
    "implementation_version",
];

/// More than people write: further parts are not asked, which only makes the answer larger.
const MAX_PARTS: usize = 256;

/// A marker as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// All hold.
    And(Vec<Marker>),
    /// One holds.
    Or(Vec<Marker>),
    /// A comparison.
    Compare {
        /// The variable (`python_version`), in today's spelling (`os.name` is `os_name`).
        variable: String,
        /// `==`, `in`, `not in`, …, as if the variable stood on the left. A literal that is looked for in the variable
        /// (`"win" in sys_platform`) is `contains` or `not contains`; a literal on the left of `~=`, which has no
        /// mirror image, is `reversed ~=`.
        operator: String,
        /// The literal without quotes.
        value: String,
    },
}

impl Marker {
    /// The Python versions (releases) with which it can hold, whatever the other variables are. Never too few: what
    /// is not understood allows all.
    pub fn pythons(&self) -> Versions {
        match self {
            Self::And(parts) => {
                parts.iter().take(MAX_PARTS).fold(Versions::all(), |all, part| all.and(&part.pythons()))
            }
            Self::Or(parts) if parts.len() > MAX_PARTS => Versions::all(),
            Self::Or(parts) => parts.iter().fold(Versions::none(), |all, part| all.or(&part.pythons())),
            Self::Compare { variable, operator, value } => {
                of_python(variable, operator, value).unwrap_or_else(Versions::all)
            }
        }
    }

    /// Whether this and `other` can certainly not hold together.
    pub fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::And(parts), _) if parts.len() <= MAX_PARTS => {
                parts.iter().any(|part| part.excludes(other))
                    || !self.pythons().meets(&other.pythons())
                    || matches!(other, Self::Or(_)) && environment::set_apart(self, other)
            }
            (Self::Or(parts), _) if parts.len() <= MAX_PARTS => parts.iter().all(|part| part.excludes(other)),
            (Self::Compare { .. }, Self::And(_) | Self::Or(_)) => other.excludes(self),
            (
                Self::Compare { variable, operator, value },
                Self::Compare { variable: variable2, operator: operator2, value: value2 },
            ) => {
                let same_variable = variable == variable2;
                let opposite = match (operator.as_str(), operator2.as_str()) {
                    ("==", "==") => value != value2 && !VERSION_VARIABLES.contains(&variable.as_str()),
                    ("==", "!=") | ("!=", "==") => value == value2,
                    _ => false,
                };
                same_variable && opposite || !self.pythons().meets(&other.pythons())
            }
            _ => false,
        }
    }

    /// Every comparison in it, from left to right.
    pub fn comparisons(&self) -> Vec<(&str, &str, &str)> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::comparisons).collect(),
            Self::Compare { variable, operator, value } => vec![(variable, operator, value)],
        }
    }
}

/// As PEP 508 writes it, alternatives within a conjunction in parentheses.
impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, word) = match self {
            Self::And(parts) => (parts, "and"),
            Self::Or(parts) => (parts, "or"),
            Self::Compare { variable, operator, value } => {
                let quote = if value.contains('"') { '\'' } else { '"' };
                let literal = format!("{quote}{value}{quote}");
                return match operator.as_str() {
                    "contains" => write!(f, "{literal} in {variable}"),
                    "not contains" => write!(f, "{literal} not in {variable}"),
                    "reversed ~=" => write!(f, "{literal} ~= {variable}"),
                    _ => write!(f, "{variable} {operator} {literal}"),
                };
            }
        };
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                write!(f, " {word} ")?;
            }
            match (self, part) {
                (Self::And(_), Self::Or(_)) => write!(f, "({part})")?,
                _ => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}

/// The Python releases for which a comparison holds; nothing where it is not one of their versions, or not understood.
fn of_python(variable: &str, operator: &str, value: &str) -> Option<Versions> {
    // A comma makes the value no version, and the comparison one of texts.
    if value.contains(',') && !operator.ends_with("in") {
        return None;
    }
    match variable {
        "python_version" => series(operator, value),
        "python_full_version" => Versions::parse_python(&format!("{operator}{value}")),
        _ => None,
    }
}

/// The Python versions for which a comparison of `python_version` holds.
fn series(operator: &str, value: &str) -> Option<Versions> {
    // Not a comparison of versions, but of texts: `"3.1" in "3.10"` is true.
    let listed = || {
        let minors = (0..=7).map(|minor| (2, minor)).chain((0..100).map(|minor| (3, minor)));
        minors
            .chain((0..10).map(|minor| (4, minor)))
            .map(|(major, minor)| format!("{major}.{minor}"))
            .filter(|series| value.contains(series.as_str()))
            .filter_map(|series| Versions::python_series(&series))
            .fold(Versions::none(), |all, series| all.or(&series))
    };
    match operator {
        "in" => Some(listed()),
        "not in" => Some(listed().not()),
        _ => Versions::of_series(&format!("{operator}{value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pythons_over_approximate() {
        let cases: &[(&str, &str, &str)] = &[
            ("python_version <= '3.7'", "3.7.0 3.7.17 2.7.18", "3.8.0"),
            ("python_version > '3.7'", "3.8.0 3.13.1", "3.7.17 3.7.0"),
            ("python_version >= '3.8'", "3.8.0", "3.7.17"),
            ("python_version >= '3.7.1'", "3.8.0", "3.7.0 3.7.9"),
            ("python_version < '3.7.1'", "3.7.0 3.7.9 3.6.1", "3.8.0"),
            ("python_version < '3.8'", "3.7.9", "3.8.0"),
            ("python_version == '3.10'", "3.10.0 3.10.14", "3.9.9 3.11.0"),
            ("python_version == '3.*'", "3.0.0 3.14.1", "2.7.18 4.0"),
            ("python_version == '3.7.*'", "3.7.4", "3.8.0"),
            ("python_version == '3.10.2'", "", "3.10.2 3.10.0"),
            ("python_version != '3.10'", "3.9.9 3.11.0", "3.10.0 3.10.14"),
            ("python_version ~= '3.7'", "3.7.1 3.12.0", "3.6.9 4.0"),
            ("python_version in '2.7, 3.8'", "2.7.18 3.8.1", "3.9.1 3.7.1"),
            ("python_version in '3.10'", "3.10.1 3.1.1", "3.2.1"),
            ("python_version not in '2.7, 3.8'", "3.9.1", "2.7.18 3.8.1"),
            ("'3.8' <= python_version", "3.8.0", "3.7.9"),
            ("'3.8' > python_version", "3.7.9", "3.8.0"),
            ("python_full_version < '3.11.0a7'", "3.10.9", "3.11.0"),
            ("python_full_version <= '3.11.2'", "3.11.2", "3.11.3"),
            ("python_version < '3.8' or sys_platform == 'win32'", "3.7.1 3.12.0", ""),
            ("python_version < '3.8' and sys_platform == 'win32'", "3.7.1", "3.8.0"),
            ("python_version > '3.8' and python_version < '3.9'", "", "3.8.5 3.9.0"),
            ("(python_version < '3.8' or python_version >= '3.12') and extra == 'x'", "3.7.1 3.12.0", "3.9.0"),
            ("'3.7' ~= python_version", "2.7.18 3.8.0", ""),
            ("python_version >= '3.8rc1'", "3.7.1 3.8.0", ""),
            ("python_version >= 'three'", "2.7.18 3.8.0", ""),
            ("python_version === '3.8'", "3.8.4", "3.9.0"),
            ("python_version != '3.7,==3.8'", "3.7.1 3.8.1", ""),
        ];
        for (text, inside, outside) in cases {
            let (marker, problems) = parse(text);
            assert_eq!(problems, [], "{text}");
            let pythons = marker.unwrap_or_else(|| panic!("{text}")).pythons();
            for version in inside.split_whitespace() {
                assert_eq!(pythons.contains(version), Some(true), "{version} of {text}");
            }
            for version in outside.split_whitespace() {
                assert_eq!(pythons.contains(version), Some(false), "{version} of {text}");
            }
        }
    }

    #[test]
    fn large_markers_take_no_time() {
        let text = (0..50_000).map(|n| format!("python_version != '3.{n}'")).collect::<Vec<_>>();
        for word in [" and ", " or "] {
            let (marker, problems) = parse(&text.join(word));
            assert_eq!(problems, []);
            assert!(marker.is_some_and(|marker| !marker.pythons().is_empty()));
        }
    }
}
