//! Where grids differ: sorted stretches in start space, and the grid applied last.
//!
//! Any of several resources: the union of what each could serve, met with every anchor. All of several: what they have
//! in common, anchored where the common stretches start.

use super::lattice::{LONG, Lattice};
use super::runs::Runs;
use super::sweep::{Lane, Shape, seek};
use crate::span::{Span, intersect, join};

/// Stretches being put together. Memory is kept between questions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Intervals {
    /// The starts that can be served, grid aside.
    possible: Vec<Span>,
    /// What anchors the grid.
    stretches: Vec<Span>,
    own: Vec<Span>,
    both: Vec<Span>,
}

/// What anchors the grid of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchors {
    /// Its openings.
    Openings,
    /// What is left of them.
    Free,
}

impl Intervals {
    /// Each start that any of these resources can serve, on the grid that any of them anchors.
    pub(crate) fn any<'a>(
        &mut self,
        lanes: impl Iterator<Item = Lane<'a>>,
        shape: Shape,
        anchors: Anchors,
        window: Span,
    ) {
        self.possible.clear();
        self.stretches.clear();
        let mut alone = 0;
        for lane in lanes {
            possible(lane, shape, window, &mut self.possible);
            anchor(lane, shape, anchors, window, &mut self.stretches);
            alone += 1;
        }
        if alone > 1 {
            join(&mut self.possible);
            // One that starts with another, is as long for the grid's purpose and ends later has all its candidates.
            self.stretches.sort_unstable_by_key(|span| (span.start, is_long(*span), -span.end));
            self.stretches.dedup_by_key(|span| (span.start, is_long(*span)));
        }
    }

    /// Each start that all of these resources can serve together, on the grid of what they have in common.
    pub(crate) fn all<'a>(
        &mut self,
        lanes: impl Iterator<Item = Lane<'a>>,
        shape: Shape,
        anchors: Anchors,
        window: Span,
    ) {
        for (index, lane) in lanes.enumerate() {
            let lane = Lane { openings: lane.openings.stretches(), ..lane };
            self.own.clear();
            possible(lane, shape, window, &mut self.own);
            common(&mut self.possible, &self.own, index == 0, &mut self.both);
            self.own.clear();
            anchor(lane, shape, anchors, window, &mut self.own);
            common(&mut self.stretches, &self.own, index == 0, &mut self.both);
        }
    }

    /// Writes the candidates of the grid within what is possible as runs, anchor by anchor.
    pub(crate) fn runs(&self, lattice: &Lattice<'_>, runs: &mut Runs) {
        let mut near = 0;
        for &stretch in &self.stretches {
            while near < self.possible.len() && self.possible[near].end <= stretch.start {
                near += 1;
            }
            for &piece in self.possible[near..].iter().take_while(|piece| piece.start < stretch.end) {
                lattice.runs(stretch, piece, |run| runs.push(run.first, run.count));
            }
        }
    }
}

fn is_long(span: Span) -> bool {
    span.end - span.start > LONG
}

/// Keeps what is in both; the first time, takes the other as it is.
fn common(kept: &mut Vec<Span>, other: &[Span], is_first: bool, both: &mut Vec<Span>) {
    if is_first {
        kept.clear();
        kept.extend_from_slice(other);
        return;
    }
    both.clear();
    intersect(kept, other, both);
    std::mem::swap(kept, both);
}

/// The starts within a window at which a visit lies within openings and meets nothing blocked: sorted and disjoint.
fn possible(lane: Lane<'_>, shape: Shape, window: Span, out: &mut Vec<Span>) {
    let reach = shape.after + shape.duration - 1;
    let mut near = seek(lane.blocked, window.start - shape.before);
    let begin = seek(lane.openings.union, window.start);
    for stretch in lane.openings.union[begin..].iter().take_while(|stretch| stretch.start < window.end) {
        let mut from = stretch.start.max(window.start);
        let until = (stretch.end - shape.duration + 1).min(window.end);
        while near < lane.blocked.len() && lane.blocked[near].end + shape.before <= from {
            near += 1;
        }
        for busy in &lane.blocked[near..] {
            let forbidden = busy.start - reach;
            if forbidden >= until {
                break;
            }
            if from < forbidden {
                out.push(Span::new(from, forbidden));
            }
            from = from.max(busy.end + shape.before);
        }
        if from < until {
            out.push(Span::new(from, until));
        }
    }
}

/// The stretches that anchor the grid in a window, whole as far as that matters.
fn anchor(lane: Lane<'_>, shape: Shape, anchors: Anchors, window: Span, out: &mut Vec<Span>) {
    if anchors == Anchors::Openings {
        let near = lane.openings.within(window).blocks;
        out.extend(near.iter().filter(|block| block.end > window.start));
        return;
    }
    // Beyond this it only matters that a stretch is long.
    let range = Span::new(window.start - LONG - 1, window.end + LONG + 1);
    let begin = seek(lane.openings.union, window.start);
    let mut near = seek(lane.blocked, range.start - shape.before);
    for stretch in lane.openings.union[begin..].iter().take_while(|stretch| stretch.start < window.end) {
        let mut from = stretch.start;
        let until = stretch.end.min(range.end);
        while near < lane.blocked.len() && lane.blocked[near].end + shape.before <= from.max(range.start) {
            near += 1;
        }
        for busy in &lane.blocked[near..] {
            let next = busy.start - shape.after;
            if next >= until {
                break;
            }
            if from < next && next > window.start {
                out.push(Span::new(from, next));
            }
            from = from.max(busy.end + shape.before);
        }
        if from < stretch.end && from < window.end {
            out.push(Span::new(from, stretch.end));
        }
    }
}
