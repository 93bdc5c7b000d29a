//! Division by the step of a grid.

/// Divides by a fixed step without a division instruction.
///
/// Exact for steps up to 31 days and dividends below 2^41: the reciprocal is too large by less than one part in 2^63 of
/// the dividend times the step (Lemire, Kaser, Kurz: Faster remainder by direct computation, 2019, section 3.2). All
/// instants together span less than 2^32 seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    seconds: i64,
    reciprocal: u64,
}

impl Step {
    /// `seconds` is at least 1.
    pub(crate) fn new(seconds: i64) -> Self {
        let seconds = seconds.max(1);
        Self { seconds, reciprocal: (1 << 63) / seconds as u64 + 1 }
    }

    pub(crate) const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whole steps in a length that is not negative.
    #[inline]
    const fn divide(self, length: i64) -> i64 {
        (((self.reciprocal as u128) * (length as u128)) >> 63) as i64
    }

    /// How many grid starts lie in the first `length` seconds after an anchor; the anchor is the first. None where the
    /// length is not positive.
    #[inline]
    pub(crate) fn count(self, length: i64) -> i64 {
        self.divide(length.max(0) + self.seconds - 1)
    }

    /// Whether an instant this long after an anchor, not before it, is on its grid.
    #[inline]
    pub(crate) const fn divides(self, length: i64) -> bool {
        self.divide(length) * self.seconds == length
    }

    /// The first grid start of `anchor` at or after `from` (which is not before the anchor), if it is before `until`,
    /// and how many there are.
    #[inline]
    pub(crate) fn run(self, anchor: i64, from: i64, until: i64) -> Option<(i64, usize)> {
        let skipped = self.count(from - anchor);
        let count = self.count(until - anchor) - skipped;
        (count > 0).then(|| (anchor + skipped * self.seconds, count as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reciprocal_divides_exactly() {
        let lengths = (0..5_000).chain((0..5_000).map(|i| i * 858_993 + i)).chain([u32::MAX.into(), 1 << 40]);
        for length in lengths {
            for seconds in [1, 2, 3, 7, 60, 900, 86_399, 86_400, 2_678_399, 2_678_400] {
                let step = Step::new(seconds);
                assert_eq!(step.divide(length), length / seconds, "{length} / {seconds}");
                assert_eq!(step.divides(length), length % seconds == 0, "{length} / {seconds}");
            }
        }
    }

    #[test]
    fn exact_on_both_sides_of_every_multiple() {
        for seconds in [1, 7, 900, 86_399, 2_678_400] {
            let step = Step::new(seconds);
            for multiple in (0..2_000).map(|n| (n * n * 997) % (1 << 32) / seconds * seconds) {
                assert_eq!(step.divide(multiple), multiple / seconds);
                assert_eq!(step.divide(multiple + seconds - 1), multiple / seconds);
            }
        }
    }

    #[test]
    fn a_run_is_what_lies_between_two_bounds() {
        let step = Step::new(50);
        assert_eq!(step.run(100, 100, 101), Some((100, 1)));
        assert_eq!(step.run(100, 101, 150), None);
        assert_eq!(step.run(100, 101, 251), Some((150, 3)));
        assert_eq!(step.run(100, 200, 100), None);
    }
}
