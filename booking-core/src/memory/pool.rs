//! Values that many rows have in common, each kept once.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// So few values may lie about unused.
const FEW: usize = 64;

/// Equal values shared. What no row uses any more is let go when the pool has doubled.
#[derive(Debug)]
pub(super) struct Pool<T> {
    values: HashSet<Arc<T>>,
    /// How many values there may be before the unused are looked for.
    most: usize,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { values: HashSet::new(), most: FEW }
    }
}

impl<T: Hash + Eq> Pool<T> {
    /// The value, shared with all that asked for an equal one.
    pub(super) fn share(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.values.get(&value) {
            return Arc::clone(known);
        }
        if self.values.len() >= self.most {
            self.values.retain(|value| Arc::strong_count(value) > 1);
            self.most = FEW.max(self.values.len() * 2);
        }
        let value = Arc::new(value);
        self.values.insert(Arc::clone(&value));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one_and_those_in_use_stay_so() {
        let mut pool = Pool::default();
        let kept: Vec<Arc<usize>> = (0..500).map(|value| pool.share(value)).collect();
        for value in 500..5_000 {
            assert_eq!(*pool.share(value), value);
        }
        for (value, kept) in kept.iter().enumerate() {
            assert!(Arc::ptr_eq(kept, &pool.share(value)));
        }
    }

    #[test]
    fn what_nobody_uses_is_let_go() {
        let mut pool = Pool::default();
        for value in 0..10_000 {
            pool.share(value);
        }
        assert!(pool.values.len() <= FEW, "{} are left", pool.values.len());
    }
}
