//! Machines on which people run Python, to judge markers one by one.

use std::fmt;

use super::{Marker, of_python};
use crate::manifest::Versions;
use crate::name::Name;

/// CPython of one series on one sort of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment {
    machine: Machine,
    /// `3.13`.
    python: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Machine {
    /// `platform_system`.
    system: &'static str,
    /// `sys_platform`.
    platform: &'static str,
    /// `os_name`.
    os: &'static str,
    /// `platform_machine`.
    processor: &'static str,
}

const fn machine(system: &'static str, platform: &'static str, os: &'static str, processor: &'static str) -> Machine {
    Machine { system, platform, os, processor }
}

/// The usual ones first.
const MACHINES: &[Machine] = &[
    machine("Linux", "linux", "posix", "x86_64"),
    machine("Linux", "linux", "posix", "aarch64"),
    machine("Darwin", "darwin", "posix", "arm64"),
    machine("Darwin", "darwin", "posix", "x86_64"),
    machine("Windows", "win32", "nt", "AMD64"),
    machine("Windows", "win32", "nt", "ARM64"),
];

/// The usual ones first.
const PYTHONS: &[&str] =
    &["3.13", "3.12", "3.14", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6", "3.15", "3.5", "3.4", "2.7"];

impl Environment {
    /// Every environment whose Python is among `pythons`, the usual ones first.
    pub fn all(pythons: &Versions) -> impl Iterator<Item = Self> {
        // Not the first release of a series: `>3.9.0` is meant to allow 3.9.
        let allowed = |python: &&&'static str| pythons.contains(&format!("{python}.5")) == Some(true);
        let series = PYTHONS.iter().filter(allowed).copied().collect::<Vec<_>>();
        series.into_iter().flat_map(|python| MACHINES.iter().map(move |&machine| Self { machine, python }))
    }

    fn value(&self, variable: &str) -> Option<&'static str> {
        Some(match variable {
            "os_name" => self.machine.os,
            "sys_platform" => self.machine.platform,
            "platform_system" => self.machine.system,
            "platform_machine" => self.machine.processor,
            "platform_python_implementation" => "CPython",
            "implementation_name" => "cpython",
            _ => return None,
        })
    }
}

/// `Python 3.13 on Linux`.
impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = if self.machine.system == "Darwin" { "macOS" } else { self.machine.system };
        write!(f, "Python {} on {system}", self.python)
    }
}

impl Marker {
    /// Whether it holds in `environment`; nothing where that cannot be told (an extra, a version of the operating
    /// system, an order of texts).
    pub fn holds(&self, environment: &Environment) -> Option<bool> {
        self.judge(environment, Asked::Unknown)
    }

    fn judge(&self, environment: &Environment, asked: Asked<'_>) -> Option<bool> {
        let all = |parts: &[Self], stop: bool| {
            let mut known = Some(!stop);
            for part in parts {
                match part.judge(environment, asked) {
                    Some(holds) if holds == stop => return Some(stop),
                    None => known = None,
                    Some(_) => {}
                }
            }
            known
        };
        match self {
            Self::And(parts) => all(parts, false),
            Self::Or(parts) => all(parts, true),
            Self::Compare { variable, operator, value } if variable == "extra" => match (asked, operator.as_str()) {
                (Asked::Extra(extra), "==") => Some(extra.is_some_and(|extra| Name::new(value) == *extra)),
                _ => None,
            },
            Self::Compare { variable, operator, value } => match environment.value(variable) {
                Some(actual) => match operator.as_str() {
                    "==" | "===" => Some(actual == value),
                    "!=" => Some(actual != value),
                    "in" => Some(value.contains(actual)),
                    "not in" => Some(!value.contains(actual)),
                    "contains" => Some(actual.contains(value.as_str())),
                    "not contains" => Some(!actual.contains(value.as_str())),
                    _ => None,
                },
                None => of_python(variable, operator, value)?.contains(&format!("{}.5", environment.python)),
            },
        }
    }
}

/// What is known of the extra that is asked for.
#[derive(Debug, Clone, Copy)]
enum Asked<'a> {
    /// Nothing.
    Unknown,
    /// This one, or none.
    Extra(Option<&'a Name>),
}

/// Whether on Linux, with every one of `pythons`, at least one of `markers` certainly holds, where `extra`, or none, is
/// asked for. Without a known Python nothing does. Other systems are not asked: locks may leave them out.
pub fn always(markers: &[&Marker], pythons: &Versions, extra: Option<&Name>) -> bool {
    let on_linux = |environment: &Environment| environment.machine.platform == "linux";
    let mut environments = Environment::all(pythons).filter(on_linux).peekable();
    let holds = |environment: &Environment| {
        markers.iter().any(|marker| marker.judge(environment, Asked::Extra(extra)) == Some(true))
    };
    environments.peek().is_some() && environments.all(|environment| holds(&environment))
}

/// Whether no machine satisfies both markers. The machines stand for all there are only where the markers ask for nothing
/// that they do not tell apart: then each holds on some of them.
pub(super) fn set_apart(one: &Marker, other: &Marker) -> bool {
    let is_told_apart = |(variable, _, value): (&str, &str, &str)| match variable {
        "python_version" => true,
        "os_name" | "sys_platform" | "platform_system" | "platform_machine" => MACHINES.iter().any(|&machine| {
            let environment = Environment { machine, python: "" };
            environment.value(variable) == Some(value)
        }),
        _ => false,
    };
    let is_understood = |marker: &Marker| marker.comparisons().into_iter().all(is_told_apart);
    if !is_understood(one) || !is_understood(other) {
        return false;
    }
    let (mut first, mut second) = (false, false);
    for environment in Environment::all(&Versions::all()) {
        let (Some(here), Some(there)) = (one.holds(&environment), other.holds(&environment)) else { return false };
        if here && there {
            return false;
        }
        first |= here;
        second |= there;
    }
    first && second
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn judges_one_machine_at_a_time() {
        let environments: Vec<Environment> = Environment::all(&Versions::all()).collect();
        let linux = environments.first().copied().unwrap_or_else(|| panic!("no environment"));
        assert_eq!(linux.to_string(), "Python 3.13 on Linux");
        for (text, expected) in [
            ("sys_platform == 'linux'", Some(true)),
            ("platform_system != 'Linux'", Some(false)),
            ("'lin' in sys_platform", Some(true)),
            ("sys_platform in 'win32 cygwin'", Some(false)),
            ("python_version >= '3.13'", Some(true)),
            ("python_version < '3.13' and extra == 'x'", Some(false)),
            ("python_version < '3.13' or extra == 'x'", None),
            ("python_version < '3.14' or extra == 'x'", Some(true)),
            ("platform_release >= '5'", None),
            ("implementation_name == 'pypy'", Some(false)),
        ] {
            let (marker, _) = parse(text);
            assert_eq!(marker.unwrap_or_else(|| panic!("{text}")).holds(&linux), expected, "{text}");
        }
    }

    #[test]
    fn says_what_always_holds() {
        let pythons = Versions::parse_python(">=3.12").unwrap_or_else(|| panic!("a specifier"));
        for (texts, extra, expected) in [
            (&["python_version >= '3.8'"][..], None, true),
            (&["python_version < '3.14'"], None, false),
            (&["python_version < '3.14'", "python_full_version >= '3.14'"], None, true),
            (&["sys_platform == 'linux'"], None, true),
            (&["sys_platform == 'win32'"], None, false),
            (&["platform_machine == 'x86_64'"], None, false),
            (&["implementation_name == 'cpython'"], None, true),
            (&["extra == 'Some_Extra'"], Some("some-extra"), true),
            (&["extra == 'x' and python_version > '3'"], Some("y"), false),
            (&["extra == 'x'"], None, false),
            (&["platform_release >= '5'"], None, false),
            (&[], None, false),
        ] {
            let markers: Vec<Marker> = texts.iter().filter_map(|text| parse(text).0).collect();
            let extra = extra.map(Name::new);
            assert_eq!(always(&markers.iter().collect::<Vec<_>>(), &pythons, extra.as_ref()), expected, "{texts:?}");
            assert!(!always(&markers.iter().collect::<Vec<_>>(), &Versions::none(), extra.as_ref()));
        }
    }

    #[test]
    fn tells_markers_apart() {
        let intel_mac = "sys_platform == 'darwin' and platform_machine == 'x86_64'";
        for (one, other, expected) in [
            (intel_mac, "sys_platform != 'darwin' or platform_machine != 'x86_64'", true),
            (intel_mac, "sys_platform != 'darwin' or python_version < '3.9'", false),
            (intel_mac, "sys_platform == 'cygwin' or os_name == 'posix'", false),
            (
                "sys_platform == 'win32' and platform_machine == 'x86_64'",
                "os_name == 'nt' or os_name == 'posix'",
                false,
            ),
            (intel_mac, "platform_machine == 'arm64' or extra == 'x'", false),
        ] {
            let read = |text| parse(text).0.unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read(one).excludes(&read(other)), expected, "{one} / {other}");
            assert_eq!(read(other).excludes(&read(one)), expected, "{other} / {one}");
        }
    }
}
