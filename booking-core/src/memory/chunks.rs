//! Sorted rows in chunks: the memory of a list, without moving all of it when one comes between.

/// The most rows of one chunk: how much is moved at most.
pub(super) const MOST: usize = 128;

/// Puts a row in its place in a chunk; rows that no longer fit are answered, for a chunk behind it. `last`: whether no
/// chunk is behind it yet.
pub(super) fn file<T>(rows: &mut Vec<T>, place: usize, row: T, last: bool) -> Option<Vec<T>> {
    // Calendars fill up by date: what comes last leaves a full chunk behind, not two halves.
    if last && place == MOST {
        return Some(vec![row]);
    }
    rows.insert(place, row);
    (rows.len() > MOST).then(|| rows.split_off(MOST / 2))
}

/// The first of two neighbours, at `at` or before, whose rows have room in one chunk with some to spare.
pub(super) fn join_near<C>(chunks: &[C], at: usize, length: impl Fn(&C) -> usize) -> Option<usize> {
    let near = at.saturating_sub(1)..=at;
    near.into_iter().find(|&one| {
        chunks.get(one..one + 2).is_some_and(|pair| pair.iter().map(&length).sum::<usize>() <= MOST / 2)
    })
}

/// A sorted set: what a `BTreeSet` does, in less memory for a few entries and for those that come in order.
#[derive(Debug)]
pub(super) struct Sorted<T> {
    /// None is empty.
    chunks: Vec<Vec<T>>,
}

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Ord> Sorted<T> {
    /// Adds an entry, if it is not there.
    pub(super) fn insert(&mut self, entry: T) {
        let at = self.chunk_of(&entry);
        let last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.reserve_exact(1);
            self.chunks.push(vec![entry]);
            return;
        };
        if let Err(place) = chunk.binary_search(&entry)
            && let Some(later) = file(chunk, place, entry, last)
        {
            self.chunks.insert(at + 1, later);
        }
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, entry: &T) {
        let at = self.chunk_of(entry);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let Ok(place) = chunk.binary_search(entry) else { return };
        chunk.remove(place);
        if chunk.is_empty() {
            self.chunks.remove(at);
        } else if let Some(one) = join_near(&self.chunks, at, Vec::len) {
            let later = self.chunks.remove(one + 1);
            self.chunks[one].extend(later);
        }
    }

    /// The entries from `from` up to those before `until`, ascending.
    pub(super) fn range<'a>(
        &'a self,
        from: &T,
        until: &T,
    ) -> impl DoubleEndedIterator<Item = &'a T> + use<'a, T> {
        let begin = self.chunks.partition_point(|chunk| chunk.last().is_some_and(|last| last < from));
        let end = self.chunks.partition_point(|chunk| chunk.first().is_some_and(|first| first < until));
        let chunks = &self.chunks[begin..end.max(begin)];
        let (from_place, until_place) = (
            chunks.first().map_or(0, |chunk| chunk.partition_point(|entry| entry < from)),
            chunks.last().map_or(0, |chunk| chunk.partition_point(|entry| entry < until)),
        );
        let count = chunks.len();
        chunks.iter().enumerate().flat_map(move |(index, chunk)| {
            let begin = if index == 0 { from_place } else { 0 };
            let end = if index + 1 == count { until_place } else { chunk.len() };
            chunk.get(begin..end).unwrap_or_default().iter()
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The chunk that has an entry, or would.
    fn chunk_of(&self, entry: &T) -> usize {
        let begun = self.chunks.partition_point(|chunk| chunk.first().is_none_or(|first| first <= entry));
        begun.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_comes_in_order_fills_its_chunks() {
        let mut sorted = Sorted::default();
        (0..10 * MOST).for_each(|entry| sorted.insert(entry));
        assert!(sorted.chunks.iter().all(|chunk| chunk.len() == MOST));
        assert_eq!(sorted.chunks.len(), 10);
    }

    #[test]
    fn what_is_taken_out_leaves_no_crumbs() {
        let mut sorted = Sorted::default();
        (0..10 * MOST).for_each(|entry| sorted.insert(entry));
        (0..10 * MOST).filter(|entry| entry % MOST > 2).for_each(|entry| sorted.remove(&entry));
        assert!(sorted.chunks.len() <= 2, "{}", sorted.chunks.len());
        assert_eq!(sorted.range(&0, &usize::MAX).count(), 30);
    }

    proptest! {
        #[test]
        fn it_holds_what_a_set_would_hold(
            begun in 0_u32..600,
            steps in prop::collection::vec((any::<bool>(), 0_u32..600), 0..900),
            windows in prop::collection::vec((0_u32..600, 0_u32..600), 1..12),
        ) {
            let (mut sorted, mut set) = (Sorted::default(), BTreeSet::new());
            for (enter, entry) in (0..begun).map(|entry| (true, entry)).chain(steps) {
                if enter {
                    sorted.insert(entry);
                    set.insert(entry);
                } else {
                    sorted.remove(&entry);
                    set.remove(&entry);
                }
            }
            prop_assert!(sorted.chunks.iter().all(|chunk| (1..=MOST).contains(&chunk.len())));
            prop_assert_eq!(sorted.is_empty(), set.is_empty());
            for (from, until) in windows {
                let expected: Vec<u32> =
                    set.iter().copied().filter(|entry| (from..until).contains(entry)).collect();
                prop_assert_eq!(sorted.range(&from, &until).copied().collect::<Vec<_>>(), expected.clone());
                let backwards: Vec<u32> = sorted.range(&from, &until).rev().copied().collect();
                prop_assert_eq!(backwards, expected.into_iter().rev().collect::<Vec<_>>());
            }
        }
    }
}
