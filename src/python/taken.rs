//! The names that an import takes from a module.

use std::fmt;

/// Names in the order in which they are written. They lie in one piece of memory: a run keeps those of every import of a
/// repository, and most take one or two.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Taken(Box<str>);

/// Ends each name. It stands in none.
const END: char = ',';

impl Taken {
    /// The names, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split_terminator(END)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `name` is one of them.
    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|taken| taken == name)
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<Name: AsRef<str>> FromIterator<Name> for Taken {
    fn from_iter<Names: IntoIterator<Item = Name>>(names: Names) -> Self {
        let mut all = String::new();
        for name in names {
            debug_assert!(!name.as_ref().contains(END), "no name has this sign");
            all.push_str(name.as_ref());
            all.push(END);
        }
        Self(all.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for names in [&[][..], &[""], &["a"], &["*"], &["ab", "", "c", "a"]] {
            let taken: Taken = names.iter().collect();
            assert_eq!(taken.iter().collect::<Vec<_>>(), names);
            assert_eq!((taken.is_empty(), taken.contains("a")), (names.is_empty(), names.contains(&"a")), "{names:?}");
        }
        assert!(!["ab", "c"].into_iter().collect::<Taken>().contains("b"));
    }
}
