//! Division by the step of a grid.

use super::lattice::LONG;
use crate::service::MAX_STEP;

/// Divides by a fixed step without a division instruction: by a multiplication with its reciprocal, in 64 bits.
///
/// Exact for lengths up to [`LONG`] plus a step, which is as far as one anchor's grid goes, and for steps up to
/// [`MAX_STEP`]: the reciprocal exceeds 2^44 / step by at most 1, so that the quotient is exact while length * step < 2^44
/// (Lemire, Kaser, Kurz: Faster remainder by direct computation, 2019, section 3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    seconds: i64,
    reciprocal: u64,
}

const SHIFT: u32 = 44;
const _: () = assert!((LONG + MAX_STEP) * MAX_STEP < 1 << SHIFT, "the quotient is exact");
const _: () =
    assert!((LONG as u128) * ((1 << SHIFT) + 1) < 1 << 64, "the product fits for a step of one second");

impl Step {
    /// `seconds` is at least 1 and at most [`MAX_STEP`].
    pub(crate) fn new(seconds: i64) -> Self {
        let seconds = seconds.clamp(1, MAX_STEP);
        Self { seconds, reciprocal: (1 << SHIFT) / seconds as u64 + 1 }
    }

    pub(crate) const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Whole steps in a length that is not negative.
    #[inline]
    const fn divide(self, length: i64) -> i64 {
        debug_assert!(0 <= length && length < LONG + self.seconds);
        ((self.reciprocal * length as u64) >> SHIFT) as i64
    }

    /// How many grid starts lie in the first `length` seconds after an anchor, 0 or more; the anchor is the first.
    #[inline]
    pub(crate) const fn count(self, length: i64) -> i64 {
        self.divide(length + self.seconds - 1)
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
        if until <= from {
            return None;
        }
        let skipped = self.count(from - anchor);
        let count = self.count(until - anchor) - skipped;
        (count > 0).then(|| (anchor + skipped * self.seconds, count as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reciprocal_divides_exactly_on_both_sides_of_every_multiple() {
        for seconds in [1, 2, 3, 7, 59, 60, 61, 900, 86_399, 86_400, LONG - 1, LONG, MAX_STEP - 1, MAX_STEP] {
            let step = Step::new(seconds);
            let most = LONG + seconds - 1;
            let multiples = (0..=most / seconds).map(|count| count * seconds);
            let near = multiples.flat_map(|length| [length - 1, length, length + 1]).chain([most]);
            for length in near.filter(|length| (0..=most).contains(length)) {
                assert_eq!(step.divide(length), length / seconds, "{length} / {seconds}");
                assert_eq!(step.divides(length), length % seconds == 0, "{length} / {seconds}");
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
