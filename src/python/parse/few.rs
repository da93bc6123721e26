//! A list that mostly has one element, which takes no memory of its own then.

use std::ops::Deref;

/// Some elements, in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) enum Few<T> {
    #[default]
    None,
    One(T),
    Several(Vec<T>),
}

impl<T> Few<T> {
    /// Adds an element behind the others.
    #[inline]
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

    /// Adds an element before that which stands at `place`, or behind the others.
    pub(super) fn insert(&mut self, place: usize, element: T) {
        match self {
            Self::Several(elements) if place < elements.len() => elements.insert(place, element),
            Self::One(_) if place == 0 => {
                let first = std::mem::replace(self, Self::One(element));
                self.append(first);
            }
            _ => self.push(element),
        }
    }

    /// Adds elements behind the others.
    pub(super) fn append(&mut self, others: Self) {
        match (self, others) {
            (few @ Self::None, others) => *few = others,
            (_, Self::None) => {}
            (few, Self::One(only)) => few.push(only),
            (few, Self::Several(others)) => others.into_iter().for_each(|other| few.push(other)),
        }
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

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(only) => std::slice::from_ref(only),
            Self::Several(elements) => elements,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_order() {
        for (first, all) in [(0, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (1, 4), (3, 4)] {
            let few = |numbers: std::ops::Range<u32>| {
                let mut few = Few::default();
                numbers.for_each(|number| few.push(number));
                few
            };
            let mut numbers = few(0..first);
            numbers.append(few(first..all));
            assert!(numbers.iter().copied().eq(0..all));
            numbers.insert(0, 7);
            assert!(numbers.iter().copied().eq([7].into_iter().chain(0..all)));
        }
    }
}
