//! What blocks one resource, kept sorted and joined.

use crate::booking::Claim;
use crate::interval::{END_SECOND, FIRST_SECOND, Interval};
use crate::span::{Span, join};

/// The time at which one resource of capacity 1 cannot be claimed: sorted, and joined where stretches overlap or touch.
///
/// Blocks and claims alike; a claim blocks its own buffers too. Years of history do not slow questions down. Memory is
/// kept when it is laid out anew.
///
/// ```
/// use booking_core::Interval;
/// use booking_core::hot::Blocked;
///
/// let mut blocked = Blocked::new();
/// blocked.set([Interval::from_seconds(7_200, 9_000)?, Interval::from_seconds(3_600, 5_400)?]);
/// blocked.add(Interval::from_seconds(5_400, 7_200)?);
/// assert_eq!(blocked.intervals().collect::<Vec<_>>(), [Interval::from_seconds(3_600, 9_000)?]);
/// # Ok::<(), booking_core::Invalid>(())
/// ```
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Blocked {
    spans: Vec<Span>,
}

impl Clone for Blocked {
    fn clone(&self) -> Self {
        Self { spans: self.spans.clone() }
    }

    /// Keeps the memory there is: what is derived would not.
    fn clone_from(&mut self, other: &Self) {
        self.spans.clone_from(&other.spans);
    }
}

impl Blocked {
    /// Nothing is blocked.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replaces everything by these intervals, in any order; by start is cheapest.
    pub fn set(&mut self, intervals: impl IntoIterator<Item = Interval>) {
        self.lay(intervals.into_iter().map(span));
    }

    /// Replaces everything by what these claims block.
    pub fn set_claims<'a>(&mut self, claims: impl IntoIterator<Item = &'a Claim>) {
        let blocked = |claim: &Claim| Span::new(claim.blocked_from(), claim.blocked_until());
        self.lay(claims.into_iter().map(blocked));
    }

    /// Blocks one more interval.
    pub fn add(&mut self, interval: Interval) {
        let added = span(interval);
        // New bookings lie near the end of what is known, so the search gallops from there.
        let begin = super::sweep::seek(&self.spans, added.start - 1);
        let met = self.spans[begin..].iter().take_while(|other| other.start <= added.end).count();
        if met == 0 {
            self.spans.insert(begin, added);
            return;
        }
        let (first, last) = (self.spans[begin], self.spans[begin + met - 1]);
        self.spans[begin] = Span::new(first.start.min(added.start), last.end.max(added.end));
        if met > 1 {
            self.spans.drain(begin + 1..begin + met);
        }
    }

    /// Lays a stretch out anew: what was blocked within it is forgotten, and these intervals are added. For bookings
    /// that are cancelled or moved, with all that still blocks the stretch.
    pub fn replace(&mut self, within: Interval, by: impl IntoIterator<Item = Interval>) {
        let within = span(within);
        let begin = super::sweep::seek(&self.spans, within.start);
        let end = self.spans.partition_point(|other| other.start < within.end);
        let reaching = |at: usize| self.spans.get(at).copied().filter(|_| at < end);
        let before = reaching(begin).filter(|first| first.start < within.start);
        let after = end.checked_sub(1).and_then(reaching).filter(|last| last.end > within.end && begin < end);
        let kept = [
            before.map(|first| Span::new(first.start, within.start)),
            after.map(|last| Span::new(within.end, last.end)),
        ];
        self.spans.splice(begin..end.max(begin), kept.into_iter().flatten());
        for interval in by {
            self.add(interval);
        }
    }

    /// What is blocked, within the supported years.
    pub fn intervals(&self) -> impl Iterator<Item = Interval> + '_ {
        let within = |at: i64| at.clamp(FIRST_SECOND, END_SECOND);
        self.spans
            .iter()
            .filter_map(move |span| Interval::from_seconds(within(span.start), within(span.end)).ok())
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    pub(crate) fn spans_mut(&mut self) -> &mut Vec<Span> {
        &mut self.spans
    }

    /// Joins while the stretches come by start; from the first that does not, sorts all of them once.
    fn lay(&mut self, mut spans: impl Iterator<Item = Span>) {
        self.spans.clear();
        let Some(mut open) = spans.next() else { return };
        let (mut previous, mut in_order) = (open.start, true);
        for span in spans {
            in_order &= previous <= span.start;
            previous = span.start;
            if in_order && span.start <= open.end {
                open.end = open.end.max(span.end);
            } else {
                self.spans.push(open);
                open = span;
            }
        }
        self.spans.push(open);
        if !in_order {
            self.spans.sort_unstable_by_key(|span| span.start);
            join(&mut self.spans);
        }
    }
}

fn span(interval: Interval) -> Span {
    Span::new(interval.start_second(), interval.end_second())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn interval((from, length): (i64, i64)) -> Interval {
        Interval::from_seconds(from, from + length).unwrap()
    }

    /// The seconds that are blocked, one by one.
    fn seconds(intervals: impl Iterator<Item = Interval>) -> Vec<bool> {
        let mut blocked = vec![false; 200];
        for at in intervals.flat_map(|one| one.start_second()..one.end_second()) {
            blocked[at as usize] = true;
        }
        blocked
    }

    fn is_joined(blocked: &Blocked) -> bool {
        blocked.spans.windows(2).all(|pair| pair[0].end < pair[1].start)
    }

    #[test]
    fn a_copy_in_place_keeps_the_memory_there_was() {
        let (mut kept, mut other) = (Blocked::new(), Blocked::new());
        kept.set((0..10).map(|at| interval((at * 10, 5))));
        other.add(interval((3, 4)));
        let memory = kept.spans.as_ptr();
        kept.clone_from(&other);
        assert_eq!(kept, other);
        assert_eq!(kept.spans.as_ptr(), memory);
    }

    proptest! {
        #[test]
        fn set_and_add_block_the_same_seconds_in_any_order(
            list in prop::collection::vec((0_i64..150, 1_i64..20), 0..12),
        ) {
            let expected = seconds(list.iter().copied().map(interval));
            let (mut set, mut added) = (Blocked::new(), Blocked::new());
            set.set(list.iter().copied().map(interval));
            for &one in &list {
                added.add(interval(one));
            }
            prop_assert_eq!(seconds(set.intervals()), expected);
            prop_assert!(is_joined(&set));
            prop_assert_eq!(set, added);
        }

        #[test]
        fn a_stretch_laid_out_anew_forgets_what_it_held_and_nothing_else(
            list in prop::collection::vec((0_i64..150, 1_i64..30), 0..8),
            within in (0_i64..150, 1_i64..40),
            by in prop::collection::vec((0_i64..150, 1_i64..10), 0..3),
        ) {
            let mut blocked = Blocked::new();
            blocked.set(list.iter().copied().map(interval));
            let mut expected = seconds(blocked.intervals());
            expected[within.0 as usize..(within.0 + within.1) as usize].fill(false);
            for (at, more) in seconds(by.iter().copied().map(interval)).into_iter().enumerate() {
                expected[at] |= more;
            }
            blocked.replace(interval(within), by.iter().copied().map(interval));
            prop_assert_eq!(seconds(blocked.intervals()), expected);
        }
    }
}
