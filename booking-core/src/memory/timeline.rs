//! Stretches of time on one resource, found by overlap.

use std::collections::BTreeMap;

/// Stretches by overlap, whatever their lengths: each is filed with those of its own order of magnitude, so that one
/// stretch of a year does not make every question look a year back.
///
/// A question costs O(log n + answer) where the stretches of a resource do not pile up without bound, and no more with
/// years of history before the window.
#[derive(Debug)]
pub(super) struct Timeline<K, V> {
    /// By the binary logarithm of the length, then by start.
    levels: BTreeMap<u32, Level<K, V>>,
}

/// Stretches by start and key. The key is wrapped so that `None` can stand before every key of a start.
type Level<K, V> = BTreeMap<(i64, Option<K>), (i64, V)>;

impl<K, V> Default for Timeline<K, V> {
    fn default() -> Self {
        Self { levels: BTreeMap::new() }
    }
}

impl<K: Ord, V> Timeline<K, V> {
    /// Files a stretch; one with the same bounds and key is replaced.
    pub(super) fn insert(&mut self, from: i64, until: i64, key: K, value: V) {
        self.levels.entry(level(from, until)).or_default().insert((from, Some(key)), (until, value));
    }

    /// Takes a stretch out.
    pub(super) fn remove(&mut self, from: i64, until: i64, key: K) {
        let level = level(from, until);
        if let Some(rows) = self.levels.get_mut(&level) {
            rows.remove(&(from, Some(key)));
            if rows.is_empty() {
                self.levels.remove(&level);
            }
        }
    }

    /// What overlaps `[from, until)`, in no particular order.
    pub(super) fn overlapping(&self, from: i64, until: i64) -> impl Iterator<Item = &V> {
        self.levels.iter().flat_map(move |(level, rows)| {
            // Shorter than twice the power of two: nothing that starts earlier reaches the window.
            let earliest = from.saturating_sub(2_i64 << level);
            let range = (earliest < until).then(|| rows.range((earliest, None)..(until, None)));
            let reaching = range.into_iter().flatten().filter(move |(_, (end, _))| *end > from);
            reaching.map(|(_, (_, value))| value)
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.levels.is_empty()
    }
}

/// The order of magnitude of a length. Lengths lie within the supported years, so the level is far below 62.
fn level(from: i64, until: i64) -> u32 {
    until.saturating_sub(from).clamp(1, 1 << 60).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stretches of all lengths around a window: the answer must be that of looking at each.
    #[test]
    fn finds_what_a_full_scan_finds() {
        let mut timeline = Timeline::default();
        let mut all = Vec::new();
        for start in 0..40_i64 {
            for length in [1, 2, 3, 4, 7, 8, 9, 31, 32, 33] {
                let key = all.len();
                all.push((start, start + length));
                timeline.insert(start, start + length, key, key);
            }
        }
        for from in -2..45 {
            for until in from + 1..50 {
                let mut found: Vec<usize> = timeline.overlapping(from, until).copied().collect();
                found.sort_unstable();
                let scanned: Vec<usize> =
                    (0..all.len()).filter(|&index| all[index].0 < until && all[index].1 > from).collect();
                assert_eq!(found, scanned, "[{from}, {until})");
            }
        }
        for (key, (from, until)) in all.into_iter().enumerate() {
            timeline.remove(from, until, key);
        }
        assert!(timeline.is_empty());
    }
}
