//! The hot path: one resource, one pass over its openings and what blocks them.
//!
//! Everything is moved into *start space* first: a blocked stretch `[s, e)` forbids the starts `(s - after - duration,
//! e + before)`, so that a start is judged by one comparison instead of by its whole visit. Openings and blocked
//! stretches are sorted, so one moving index serves the whole window, and answers stay runs (first, count) until they
//! are written.

use crate::span::Span;

/// Divides by a fixed step without a division instruction.
///
/// Exact for dividends below 2^32 (Lemire, Kaser, Kurz: Faster remainder by direct computation, 2019, section 3.2).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    seconds: i64,
    reciprocal: u64,
}

impl Step {
    /// `seconds` is at least 1.
    pub(crate) fn new(seconds: i64) -> Self {
        let seconds = seconds.max(1);
        // For a step of 1 the reciprocal would be 2^64; 0 marks it.
        Self { seconds, reciprocal: (u64::MAX / seconds as u64).wrapping_add(1) }
    }

    pub(crate) const fn seconds(self) -> i64 {
        self.seconds
    }

    #[inline]
    fn divide(self, dividend: i64) -> i64 {
        if self.reciprocal == 0 {
            return dividend;
        }
        if dividend >= 1 << 32 {
            return dividend / self.seconds;
        }
        ((u128::from(self.reciprocal) * (dividend as u128)) >> 64) as i64
    }

    /// The first grid start of `anchor` at or after `from` (which is not before the anchor), if it is before `until`,
    /// and how many there are.
    #[inline]
    pub(crate) fn run(self, anchor: i64, from: i64, until: i64) -> Option<(i64, usize)> {
        let first = anchor + self.divide(from - anchor + self.seconds - 1) * self.seconds;
        if first >= until {
            return None;
        }
        Some((first, self.divide(until - 1 - first) as usize + 1))
    }
}

/// A visit in start space.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) duration: i64,
    pub(crate) before: i64,
    pub(crate) after: i64,
    pub(crate) step: Step,
    pub(crate) offset: i64,
}

/// Calls `emit(block, anchor, first, count)` for every run of bookable starts within `window`, block by block.
///
/// `blocks` are openings by start, `union` their union; `blocked` is sorted and joined.
#[inline]
pub(crate) fn sweep(
    blocks: &[Span],
    union: &[Span],
    blocked: &[Span],
    shape: Shape,
    window: Span,
    mut emit: impl FnMut(usize, i64, i64, usize),
) {
    let reach = shape.after + shape.duration - 1;
    let (mut stretch, mut near) = (0, 0);
    for (index, block) in blocks.iter().enumerate() {
        while stretch + 1 < union.len() && union[stretch].end <= block.start {
            stretch += 1;
        }
        let Some(whole) = union.get(stretch) else { return };
        let anchor = block.start + shape.offset;
        let mut from = anchor.max(window.start);
        let until = block.end.min(whole.end - shape.duration + 1).min(window.end);
        if from >= until {
            continue;
        }
        while near < blocked.len() && blocked[near].end + shape.before <= from {
            near += 1;
        }
        for busy in &blocked[near..] {
            let forbidden = busy.start - reach;
            if forbidden >= until {
                break;
            }
            if from < forbidden
                && let Some((first, count)) = shape.step.run(anchor, from, forbidden)
            {
                emit(index, anchor, first, count);
            }
            from = from.max(busy.end + shape.before);
            if from >= until {
                break;
            }
        }
        if from < until
            && let Some((first, count)) = shape.step.run(anchor, from, until)
        {
            emit(index, anchor, first, count);
        }
    }
}

/// Starts as seconds, in a buffer that is kept between calls.
///
/// Runs are written eight at a time, past the end of the answer into room that is reserved: that is what makes writing
/// as fast as copying.
#[derive(Debug, Clone, Default)]
pub struct Starts {
    room: Vec<i64>,
    length: usize,
}

impl Starts {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The starts, in seconds since the Unix epoch.
    pub fn as_slice(&self) -> &[i64] {
        &self.room[..self.length]
    }

    /// Forgets the starts and keeps the room.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    #[inline]
    pub(crate) fn push_run(&mut self, first: i64, step: i64, count: usize) {
        let until = self.length + count;
        if self.room.len() < until + 8 {
            self.room.resize((until + 8).next_power_of_two().max(64), 0);
        }
        let mut at = first;
        let rounded = count.next_multiple_of(8);
        for eight in self.room[self.length..self.length + rounded].chunks_exact_mut(8) {
            for (place, slot) in eight.iter_mut().enumerate() {
                *slot = at + place as i64 * step;
            }
            at += 8 * step;
        }
        self.length = until;
    }

    /// Sorts and removes duplicates, where openings of different dates overlap.
    pub(crate) fn tidy(&mut self) {
        self.room.truncate(self.length);
        if !self.room.is_sorted_by(|a, b| a < b) {
            self.room.sort_unstable();
            self.room.dedup();
        }
        self.length = self.room.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reciprocal_divides_exactly() {
        for seconds in [1, 2, 3, 7, 60, 900, 86_399, 86_400, 2_678_400] {
            let step = Step::new(seconds);
            for dividend in (0..5_000).chain((0..5_000).map(|i| i * 858_993 + i)).chain([u32::MAX.into()]) {
                assert_eq!(step.divide(dividend), dividend / seconds, "{dividend} / {seconds}");
            }
        }
    }

    #[test]
    fn a_block_that_outlasts_its_opening_still_blocks_the_next() {
        let blocks = [Span::new(0, 100), Span::new(200, 300)];
        let shape = Shape { duration: 50, before: 0, after: 0, step: Step::new(50), offset: 0 };
        let mut starts = Starts::new();
        let window = Span::new(0, 1_000);
        sweep(&blocks, &blocks, &[Span::new(60, 250)], shape, window, |_, _, first, count| {
            starts.push_run(first, 50, count);
        });
        assert_eq!(starts.as_slice(), [0, 250]);
    }
}
