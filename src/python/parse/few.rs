//! A list that mostly has one element, which takes no memory of its own then.

use std::iter::Chain;
use std::ops::Deref;
use std::{option, vec};

/// Some elements, in the order in which they came.
#[derive(Debug, Clone)]
pub(super) enum Few<T> {
    None,
    One(T),
    Several(Vec<T>),
}

impl<T> Few<T> {
    /// Adds an element behind the others.
    pub(super) fn push(&mut self, element: T) {
        if let Self::Several(elements) = self {
            elements.push(element);
            return;
        }
        *self = match std::mem::take(self) {
            Self::One(first) => Self::Several(vec![first, element]),
            _ => Self::One(element),
        };
    }

    /// The elements as what can be put in order.
    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Self::None => &mut [],
            Self::One(only) => std::slice::from_mut(only),
            Self::Several(elements) => elements,
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::None
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(elements) => elements,
        }
    }
}

impl<T> Extend<T> for Few<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| self.push(element));
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut few = Self::None;
        few.extend(elements);
        few
    }
}

impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = Chain<option::IntoIter<T>, vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        let (first, more) = match self {
            Self::None => (None, Vec::new()),
            Self::One(only) => (Some(only), Vec::new()),
            Self::Several(elements) => (None, elements),
        };
        first.into_iter().chain(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_order() {
        for count in 0..4 {
            let few: Few<usize> = (0..count).collect();
            assert_eq!(few.len(), count);
            assert!(few.iter().copied().eq(0..count));
            assert!(few.into_iter().eq(0..count));
        }
    }
}
