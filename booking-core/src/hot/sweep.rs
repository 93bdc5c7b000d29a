//! One resource, one pass over its openings and what blocks them.
//!
//! Everything is moved into *start space* first: a blocked stretch `[s, e)` forbids the starts `(s - after - duration,
//! e + before)`, so that a start is judged by one comparison instead of by its whole visit. Openings and blocked
//! stretches are sorted, so one moving index serves the whole window, and answers stay runs until they are written.

use std::ops::{ControlFlow, Range};

use super::runs::{Run, Runs};
use super::step::Step;
use crate::schedule::Openings;
use crate::span::Span;

/// A visit in start space.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) duration: i64,
    pub(crate) before: i64,
    pub(crate) after: i64,
    pub(crate) step: Step,
    /// Added once to each anchor.
    pub(crate) offset: i64,
}

/// What one resource offers and what blocks it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lane<'a> {
    pub(crate) openings: Openings<&'a [Span]>,
    /// Sorted, disjoint and joined.
    pub(crate) blocked: &'a [Span],
}

/// Bookable starts of one block: `count` from the `index`-th of its grid on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) block: usize,
    pub(crate) anchor: i64,
    pub(crate) index: i64,
    pub(crate) count: i64,
}

impl Found {
    #[inline]
    pub(crate) fn first(self, step: Step) -> i64 {
        self.anchor + self.index * step.seconds()
    }
}

/// Calls back with the runs of bookable starts within `window`, block by block, until told to stop.
///
/// Blocks are anchors: the caller cuts those longer than eight days, or takes another way.
#[inline]
pub(crate) fn sweep(
    lane: Lane<'_>,
    shape: Shape,
    window: Span,
    mut emit: impl FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    walk::<true>(
        lane,
        shape,
        window,
        |found| {
            if found.count > 0 { emit(found) } else { ControlFlow::Continue(()) }
        },
    )
}

/// Writes the runs of bookable starts within `window`, block by block. Blocks may not overlap or touch one another.
///
/// Whether a gap holds any start is a coin toss to the processor, so it is not asked: a run of none is overwritten by the
/// next one.
pub(crate) fn gaps(lane: Lane<'_>, shape: Shape, window: Span, runs: &mut Runs) {
    let Shape { duration, before, after, step, offset } = shape;
    let reach = after + duration - 1;
    let blocks = &lane.openings.blocks[lane.openings.seek_block(window.start)..];
    let mut blocked = &lane.blocked[seek(lane.blocked, window.start - before)..];
    if blocked.len() > MANY {
        blocked = &blocked[..blocked.partition_point(|busy| busy.start - reach < window.end)];
    }
    // A turn of the loop within ends a block or leaves what blocks it behind.
    runs.write(blocks.len() + blocked.len(), |room| {
        let (mut length, mut near) = (0, 0);
        let mut busy = blocked.first().copied().unwrap_or(FAR);
        for block in blocks.iter().take_while(|block| block.start < window.end) {
            let anchor = block.start + offset;
            let until = (block.end - duration + 1).min(window.end);
            let mut from = anchor.max(window.start);
            loop {
                let forbidden = busy.start - reach;
                let index = step.count(from - anchor);
                let count = step.count(forbidden.min(until).max(from) - anchor) - index;
                if let Some(run) = room.get_mut(length) {
                    *run = Run { first: anchor + index * step.seconds(), count: count as usize };
                }
                length += usize::from(count > 0);
                let free = busy.end + before;
                // What blocks beyond this block may block the next one too.
                if forbidden >= until || free > until {
                    break;
                }
                from = from.max(free);
                near += 1;
                busy = blocked.get(near).copied().unwrap_or(FAR);
            }
        }
        length
    });
}

/// From how many blocked stretches on it pays to look for the last one of the window.
const MANY: usize = 256;
/// Later than any window.
const FAR: Span = Span::new(i64::MAX / 2, i64::MAX / 2);

/// `EMPTY`: whether stretches without room are told of too.
#[inline]
fn walk<const EMPTY: bool>(
    lane: Lane<'_>,
    shape: Shape,
    window: Span,
    mut emit: impl FnMut(Found) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let Lane { openings, blocked } = lane;
    let (begin, mut stretch) = openings.seek(window.start);
    let reach = shape.after + shape.duration - 1;
    let mut near = seek(blocked, window.start - shape.before);
    for (block, span) in openings.blocks.iter().enumerate().skip(begin) {
        if span.start >= window.end {
            break;
        }
        while openings.union[stretch].end <= span.start {
            stretch += 1;
        }
        let anchor = span.start + shape.offset;
        let latest = openings.union[stretch].end - shape.duration + 1;
        let until = span.end.min(latest).min(window.end);
        let mut from = anchor.max(window.start);
        if from >= until {
            continue;
        }
        while blocked.get(near).is_some_and(|busy| busy.end + shape.before <= from) {
            near += 1;
        }
        let mut found = |from: i64, until: i64| {
            let index = shape.step.count(from - anchor);
            let count = shape.step.count(until - anchor) - index;
            emit(Found { block, anchor, index, count })
        };
        let here = near;
        for busy in &blocked[here..] {
            let forbidden = busy.start - reach;
            if forbidden >= until {
                break;
            }
            if EMPTY || from < forbidden {
                found(from, forbidden.max(from))?;
            }
            let free = busy.end + shape.before;
            from = from.max(free).min(until);
            // Later blocks start at `until` or after, unless some overlap.
            near += usize::from(free <= until && !openings.overlap);
        }
        if EMPTY || from < until {
            found(from, until)?;
        }
    }
    ControlFlow::Continue(())
}

/// The first bookable start within `window`.
pub(crate) fn first(lane: Lane<'_>, shape: Shape, window: Span) -> Option<i64> {
    let mut earliest: Option<i64> = None;
    let overlap = lane.openings.overlap;
    // Most of what is looked at is full: nothing is computed for it.
    let _ = walk::<false>(lane, shape, window, |found| {
        if found.count == 0 {
            return ControlFlow::Continue(());
        }
        let first = found.first(shape.step);
        earliest = Some(earliest.map_or(first, |other| other.min(first)));
        // Where openings of two dates overlap, the later block may hold the earlier start.
        if overlap { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    earliest
}

/// Whether one start is on the grid, within hours and free.
pub(crate) fn is_free(lane: Lane<'_>, shape: Shape, start: i64) -> bool {
    let busy = lane.blocked.partition_point(|busy| busy.end <= start - shape.before);
    if lane.blocked.get(busy).is_some_and(|busy| busy.start < start + shape.duration + shape.after) {
        return false;
    }
    let (begin, mut stretch) = lane.openings.seek(start);
    let near = lane.openings.blocks[begin..].iter().take_while(|block| block.start <= start);
    for block in near.filter(|block| start < block.end) {
        while lane.openings.union[stretch].end <= block.start {
            stretch += 1;
        }
        let since = start - block.start - shape.offset;
        let fits = start + shape.duration <= lane.openings.union[stretch].end;
        if fits && since >= 0 && shape.step.divides(since) {
            return true;
        }
    }
    false
}

/// The index of the first of these spans that ends after `at`. They are sorted and disjoint.
#[inline]
pub(crate) fn seek(spans: &[Span], at: i64) -> usize {
    let near = gallop(spans.len(), |index| spans[index].end > at);
    near.start + spans[near].partition_point(|span| span.end <= at)
}

/// Where among `length` places the first may lie from which on all are `beyond`.
///
/// It gallops from the end, so the cost depends on what lies beyond, never on the history before it. The first stride is
/// long, because a search within it takes no branch that could be foretold wrongly.
#[inline]
pub(crate) fn gallop(length: usize, beyond: impl Fn(usize) -> bool) -> Range<usize> {
    let (mut high, mut size) = (length, 64);
    while size <= high && beyond(high - size) {
        high -= size;
        size *= 2;
    }
    high.saturating_sub(size)..high
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openings(blocks: &[(i64, i64)]) -> Openings {
        let mut openings = Openings::default();
        openings.lay(blocks.iter().map(|&(start, end)| Span::new(start, end)));
        openings
    }

    fn starts(openings: &Openings, blocked: &[Span], shape: Shape, window: Span) -> Vec<i64> {
        let mut starts = Vec::new();
        let lane = Lane { openings: openings.as_ref(), blocked };
        let _ = sweep(lane, shape, window, |found| {
            let first = found.first(shape.step);
            starts.extend((0..found.count).map(|k| first + k * shape.step.seconds()));
            ControlFlow::Continue(())
        });
        starts
    }

    const BACK_TO_BACK: fn() -> Shape =
        || Shape { duration: 50, before: 0, after: 0, step: Step::new(50), offset: 0 };

    #[test]
    fn a_block_that_outlasts_its_opening_still_blocks_the_next() {
        let open = openings(&[(0, 100), (200, 300)]);
        let found = starts(&open, &[Span::new(60, 250)], BACK_TO_BACK(), Span::new(0, 1_000));
        assert_eq!(found, [0, 250]);
    }

    #[test]
    fn a_visit_may_straddle_openings_that_touch_and_each_keeps_its_anchor() {
        let open = openings(&[(0, 80), (80, 170)]);
        assert_eq!(starts(&open, &[], BACK_TO_BACK(), Span::new(0, 1_000)), [0, 50, 80]);
        let lane = Lane { openings: open.as_ref(), blocked: &[] };
        let free: Vec<i64> = (0..200).filter(|at| is_free(lane, BACK_TO_BACK(), *at)).collect();
        assert_eq!(free, [0, 50, 80]);
    }

    #[test]
    fn the_first_start_may_lie_in_the_later_of_two_overlapping_openings() {
        let open = openings(&[(0, 400), (30, 400)]);
        let lane = Lane { openings: open.as_ref(), blocked: &[] };
        assert_eq!(first(lane, BACK_TO_BACK(), Span::new(10, 400)), Some(30));
    }

    #[test]
    fn galloping_finds_what_a_scan_finds() {
        for length in (0..10_i64).chain(60..70).chain([127, 128, 129, 192, 200, 448]) {
            let spans: Vec<Span> = (0..length).map(|i| Span::new(i * 10, i * 10 + 5)).collect();
            for at in -3..length * 10 + 10 {
                let scanned = spans.iter().take_while(|span| span.end <= at).count();
                assert_eq!(seek(&spans, at), scanned, "{length} {at}");
            }
        }
    }
}
