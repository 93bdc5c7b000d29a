//! Stretches of time on one resource, found by overlap.

use std::iter::{repeat, repeat_n};

use super::chunks::{file, join_near};

/// What has a place on a timeline.
pub(super) trait Stretch {
    /// Tells stretches with the same bounds apart.
    type Key: Ord;

    /// The first second.
    fn from(&self) -> i64;
    /// The first second after it.
    fn until(&self) -> i64;
    /// Its key.
    fn key(&self) -> Self::Key;
}

/// Stretches by start, then end, then key, in chunks of which each knows how far it reaches.
///
/// A question costs O(log n + answer) and no more with years of history before the window. One stretch of a year does
/// not make every question look at a year: chunks in its shadow that do not reach the window are passed by.
#[derive(Debug)]
pub(super) struct Timeline<S> {
    /// None is empty.
    chunks: Vec<Chunk<S>>,
}

#[derive(Debug)]
struct Chunk<S> {
    rows: Vec<S>,
    /// The last end of its rows.
    latest: i64,
    /// The last end of its rows and of all before: it ascends from chunk to chunk.
    reach: i64,
}

impl<S> Default for Timeline<S> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

type Order<S> = (i64, i64, <S as Stretch>::Key);

fn order<S: Stretch>(row: &S) -> Order<S> {
    (row.from(), row.until(), row.key())
}

impl<S: Stretch> Chunk<S> {
    fn of(rows: Vec<S>) -> Self {
        Self { rows, latest: i64::MIN, reach: i64::MIN }
    }

    fn first(&self) -> i64 {
        self.rows.first().map_or(i64::MAX, Stretch::from)
    }
}

impl<S: Stretch> Timeline<S> {
    /// Files a stretch; one with the same bounds and key is replaced.
    pub(super) fn insert(&mut self, row: S) {
        let wanted = order(&row);
        let at = self.chunk_of(&wanted);
        let last = at + 1 >= self.chunks.len();
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(Chunk::of(vec![row]));
            return self.settle(at, 1);
        };
        match chunk.rows.binary_search_by(|other| order(other).cmp(&wanted)) {
            Ok(place) => chunk.rows[place] = row,
            Err(place) => {
                let later = file(&mut chunk.rows, place, row, last).map(Chunk::of);
                let changed = 1 + usize::from(later.is_some());
                if let Some(later) = later {
                    self.chunks.insert(at + 1, later);
                }
                self.settle(at, changed);
            }
        }
    }

    /// Takes a stretch out.
    pub(super) fn remove(&mut self, from: i64, until: i64, key: S::Key) {
        let wanted = (from, until, key);
        let at = self.chunk_of(&wanted);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let Ok(place) = chunk.rows.binary_search_by(|other| order(other).cmp(&wanted)) else { return };
        chunk.rows.remove(place);
        if chunk.rows.is_empty() {
            self.chunks.remove(at);
            self.settle(at, 0);
        } else if let Some(one) = join_near(&self.chunks, at, |chunk| chunk.rows.len()) {
            let later = self.chunks.remove(one + 1);
            self.chunks[one].rows.extend(later.rows);
            self.settle(one, 1);
        } else {
            self.settle(at, 1);
        }
    }

    /// What overlaps `[from, until)`, by start, then end, then key.
    pub(super) fn overlapping(&self, from: i64, until: i64) -> impl Iterator<Item = &S> {
        let begin = self.chunks.partition_point(|chunk| chunk.reach <= from);
        let end = self.chunks.partition_point(|chunk| chunk.first() < until).max(begin);
        let near = self.chunks[begin..end].iter().filter(move |chunk| chunk.latest > from);
        let rows = near.flat_map(|chunk| chunk.rows.iter());
        rows.filter(move |row| row.from() < until && from < row.until())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The chunk that has a stretch, or would.
    fn chunk_of(&self, wanted: &Order<S>) -> usize {
        let begun = self
            .chunks
            .partition_point(|chunk| chunk.rows.first().is_none_or(|first| order(first) <= *wanted));
        begun.saturating_sub(1)
    }

    /// Computes how far chunks reach, of which `changed` from `at` on have other rows than before.
    fn settle(&mut self, at: usize, changed: usize) {
        let mut reach = at.checked_sub(1).map_or(i64::MIN, |before| self.chunks[before].reach);
        let has_changed = repeat_n(true, changed).chain(repeat(false));
        for (chunk, has_changed) in self.chunks[at..].iter_mut().zip(has_changed) {
            if has_changed {
                chunk.latest = chunk.rows.iter().map(Stretch::until).max().unwrap_or(i64::MIN);
            }
            reach = reach.max(chunk.latest);
            if !has_changed && chunk.reach == reach {
                break;
            }
            chunk.reach = reach;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::chunks::MOST;
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    struct Row(i64, i64, usize);

    impl Stretch for Row {
        type Key = usize;

        fn from(&self) -> i64 {
            self.0
        }

        fn until(&self) -> i64 {
            self.1
        }

        fn key(&self) -> usize {
            self.2
        }
    }

    fn scanned(all: &[Row], from: i64, until: i64) -> Vec<Row> {
        let mut found: Vec<Row> = all.iter().copied().filter(|row| row.0 < until && from < row.1).collect();
        found.sort_unstable();
        found
    }

    /// Stretches of all lengths around a window: the answer must be that of looking at each.
    #[test]
    fn finds_what_a_full_scan_finds() {
        let mut timeline = Timeline::default();
        let mut all = Vec::new();
        for start in 0..40_i64 {
            for length in [1, 2, 3, 4, 7, 8, 9, 31, 32, 33] {
                let row = Row(start, start + length, all.len());
                all.push(row);
                timeline.insert(row);
            }
        }
        for from in -2..45 {
            for until in from + 1..50 {
                let found: Vec<Row> = timeline.overlapping(from, until).copied().collect();
                assert_eq!(found, scanned(&all, from, until), "[{from}, {until})");
            }
        }
        for Row(from, until, key) in all {
            timeline.remove(from, until, key);
        }
        assert!(timeline.is_empty());
    }

    #[test]
    fn what_is_filed_by_date_fills_its_chunks() {
        let mut timeline = Timeline::default();
        for at in 0..10 * MOST {
            timeline.insert(Row(at as i64 * 10, at as i64 * 10 + 5, at));
        }
        assert_eq!(timeline.chunks.len(), 10);
        assert!(timeline.chunks.iter().all(|chunk| chunk.rows.len() == MOST));
    }

    proptest! {
        /// More stretches than a chunk takes, filed and taken out in any order, a few of them long.
        #[test]
        fn any_history_leaves_what_a_list_would_hold(
            steps in prop::collection::vec((any::<bool>(), 0_i64..60, 1_i64..4, 0_usize..6), 0..900),
            long in prop::collection::vec((0_i64..60, 20_i64..60), 0..4),
            windows in prop::collection::vec((-5_i64..70, 1_i64..20), 1..12),
        ) {
            let (mut timeline, mut all) = (Timeline::default(), Vec::<Row>::new());
            let long = long.iter().map(|&(from, length)| (true, from, length, 9));
            for (enter, from, length, key) in long.chain(steps) {
                let row = Row(from, from + length, key);
                all.retain(|other| *other != row);
                if enter {
                    timeline.insert(row);
                    all.push(row);
                } else {
                    timeline.remove(row.0, row.1, row.2);
                }
            }
            prop_assert!(timeline.chunks.iter().all(|chunk| (1..=MOST).contains(&chunk.rows.len())));
            for (from, length) in windows {
                let found: Vec<Row> = timeline.overlapping(from, from + length).copied().collect();
                prop_assert_eq!(found, scanned(&all, from, from + length));
            }
        }
    }
}
