//! The names of which somebody asks how they are used.
//!
//! A program calls thousands of functions of which no rule knows anything. What is done with them is not kept: neither the
//! time nor the memory for it is worth spending.

use std::sync::{Arc, LazyLock};

use foldhash::{HashMap, HashSet};

use super::top_level;

/// The names of which somebody asks. They are made when the first file is parsed.
#[derive(Debug, Clone)]
pub struct Vocabulary(Arc<LazyLock<Names, Box<dyn FnOnce() -> Names + Send + Sync>>>);

#[derive(Debug, Default)]
struct Names {
    everything: bool,
    exact: HashSet<String>,
    /// What longer names begin with, by their first part.
    beginnings: HashMap<String, Vec<String>>,
    /// Last parts.
    last: HashSet<String>,
}

impl Vocabulary {
    /// Every name there is.
    pub fn everything() -> Self {
        Self::new(|| vec!["*".to_owned()])
    }

    /// Takes what makes the patterns: dotted names as [`Call::function`](super::Call::function) has them, which may end with
    /// a star (`pulumi_aws.*`), or begin with one that stands for all but the last part (`*.include`).
    pub fn new(patterns: impl FnOnce() -> Vec<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(|| Names::of(patterns())))))
    }

    /// Whether somebody asks for `name`.
    pub(super) fn has(&self, name: &str) -> bool {
        let names = &**self.0;
        names.everything || names.has(name)
    }

    /// Whether somebody asks for `name`, or for what it is an attribute of. What a call gives is none.
    pub(super) fn has_part(&self, name: &str) -> bool {
        let names = &**self.0;
        let mut parts = std::iter::successors(Some(name), |part| {
            part.rsplit_once('.').map(|(object, _)| object).filter(|object| !object.ends_with(')'))
        });
        names.everything || names.has(name) || parts.any(|part| names.exact.contains(part))
    }
}

impl Names {
    fn of(patterns: Vec<String>) -> Self {
        let mut names = Self::default();
        for pattern in patterns {
            match pattern.strip_suffix('*') {
                _ if pattern.starts_with("*.") => {
                    names.last.extend(pattern.strip_prefix("*.").map(str::to_owned));
                }
                Some(start) => {
                    // A star in the first part stands for any number of modules.
                    let key = if start.contains('.') { top_level(start) } else { "" };
                    names.beginnings.entry(key.to_owned()).or_default().push(start.to_owned());
                }
                None => {
                    names.exact.insert(pattern);
                }
            }
        }
        let anywhere = names.beginnings.get("");
        names.everything = anywhere.is_some_and(|starts| starts.iter().any(String::is_empty));
        names
    }

    fn has(&self, name: &str) -> bool {
        let begins = |key: &str| {
            self.beginnings.get(key).is_some_and(|starts| starts.iter().any(|start| name.starts_with(start.as_str())))
        };
        self.exact.contains(name)
            || begins(top_level(name))
            || begins("")
            || name.rsplit_once('.').is_some_and(|(_, last)| self.last.contains(last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_names() {
        let names = ["yaml.load", "boto3.client().*", "pulumi*", "os.exec*", "*.include"];
        let names = Vocabulary::new(move || names.into_iter().map(str::to_owned).collect());
        for (name, itself, part) in [
            ("yaml.load", true, true),
            ("yaml.load.__name__", false, true),
            ("yaml.load().x", false, false),
            ("yaml.loads", false, false),
            ("boto3.client().list_objects", true, true),
            ("boto3.client", false, false),
            ("pulumi_aws.s3.Bucket", true, true),
            ("os.execv", true, true),
            ("os.path", false, false),
            ("django.urls.include", true, true),
            ("include", false, false),
            ("builtins.len", false, false),
        ] {
            assert_eq!((names.has(name), names.has_part(name)), (itself, part), "{name}");
        }
        assert!(Vocabulary::everything().has("builtins.len"));
    }
}
