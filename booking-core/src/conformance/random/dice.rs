//! Numbers that follow from a seed.

use std::ops::Range;

/// Draws that look random and are the same for the same seed (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of the range, which must not be empty.
    pub(super) fn of(&mut self, range: Range<i64>) -> i64 {
        let width = u64::try_from(range.end - range.start).unwrap_or(1).max(1);
        range.start + (self.next() % width) as i64
    }

    /// The same for ids.
    pub(super) fn id(&mut self, range: Range<u64>) -> u64 {
        self.of(range.start as i64..range.end as i64) as u64
    }

    /// True this often in a hundred.
    pub(super) fn percent(&mut self, often: i64) -> bool {
        self.of(0..100) < often
    }
}
