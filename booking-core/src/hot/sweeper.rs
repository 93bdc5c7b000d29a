//! Questions to resources that are kept warm.

use std::ops::ControlFlow;

use super::MAX_STARTS;
use super::blocked::Blocked;
use super::compiled::{CompiledHours, CompiledService, window_of};
use super::intervals::{Anchors, Intervals};
use super::lattice::LONG;
use super::rows::{self, Rows};
use super::runs::{Runs, Starts};
use super::sweep::{self, Lane};
use super::usage::Usage;
use crate::interval::{END_SECOND, Interval};
use crate::schedule::Openings;
use crate::service::GridMode;
use crate::span::Span;
use crate::{Invalid, check_second};

/// One resource kept warm: its compiled hours and what blocks it.
#[derive(Debug, Clone, Copy)]
pub struct Warm<'a> {
    /// Its openings.
    pub hours: &'a CompiledHours,
    /// When it cannot be claimed.
    pub blocked: &'a Blocked,
}

/// Memory to compute in, kept between questions, so that a warm one allocates nothing.
///
/// A question without an answer in time is not possible: each is bounded by the window ([`MAX_WINDOW`](crate::MAX_WINDOW))
/// and by [`MAX_STARTS`].
#[derive(Debug, Clone, Default)]
pub struct Sweeper {
    runs: Runs,
    rows: Rows,
    intervals: Intervals,
    full: Blocked,
    bounds: Vec<i64>,
    spare: Starts,
}

impl Sweeper {
    /// No memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bookable starts of one resource in a window.
    ///
    /// Refused: windows longer than [`MAX_WINDOW`](crate::MAX_WINDOW), hours that do not cover
    /// [`CompiledService::reach`], and more than [`MAX_STARTS`] starts.
    pub fn one(
        &mut self,
        service: &CompiledService,
        resource: Warm<'_>,
        window: Interval,
    ) -> Result<&Runs, Invalid> {
        let window = window_of(window)?;
        let lane = lane(service, resource, window, true)?;
        self.sweep_one(service, lane, window)?;
        Ok(&self.runs)
    }

    /// The same for `units` more of a resource with several units.
    pub fn units(
        &mut self,
        service: &CompiledService,
        hours: &CompiledHours,
        (usage, capacity, units): (&Usage, u32, u32),
        window: Interval,
    ) -> Result<&Runs, Invalid> {
        self.runs.begin(service.shape.step.seconds());
        let window = window_of(window)?;
        let needed = service.needed(window, true);
        let openings = hours.covering(needed)?;
        let Some(spare) = capacity.checked_sub(units) else { return Ok(&self.runs) };
        let mut full = std::mem::take(&mut self.full);
        let range = Span::new(needed.start - service.shape.before, needed.end + service.shape.after);
        usage.above(spare, range, &mut self.bounds, &mut full);
        let swept = self.sweep_one(service, Lane { openings, blocked: full.spans() }, window);
        self.full = full;
        swept?;
        Ok(&self.runs)
    }

    /// Each start at which any of these resources is free, on the grid of any of them.
    pub fn any(
        &mut self,
        service: &CompiledService,
        resources: &[Warm<'_>],
        window: Interval,
    ) -> Result<&Runs, Invalid> {
        let window = window_of(window)?;
        for &resource in resources {
            lane(service, resource, window, false)?;
        }
        let lanes = resources.iter().map(|resource| known(*resource));
        self.teams(service, &[(1, lanes)], window)?;
        Ok(&self.runs)
    }

    /// Each start at which all of these resources are free together, on the grid of what they have in common.
    pub fn all(
        &mut self,
        service: &CompiledService,
        resources: &[Warm<'_>],
        window: Interval,
    ) -> Result<&Runs, Invalid> {
        let window = window_of(window)?;
        for &resource in resources {
            lane(service, resource, window, false)?;
        }
        let lanes = resources.iter().map(|resource| known(*resource));
        self.teams(service, &[(resources.len() as u32, lanes)], window)?;
        Ok(&self.runs)
    }

    /// The first bookable start of one resource in a window, in seconds since the Unix epoch.
    pub fn first(
        &mut self,
        service: &CompiledService,
        resource: Warm<'_>,
        window: Interval,
    ) -> Result<Option<i64>, Invalid> {
        let window = window_of(window)?;
        let lane = lane(service, resource, window, true)?;
        if is_swept(service, lane) {
            return Ok(sweep::first(lane, service.shape, window));
        }
        self.sweep_one(service, lane, window)?;
        Ok(self.runs.as_slice().first().map(|run| run.first))
    }

    /// Whether one start, in seconds since the Unix epoch, is bookable with one resource.
    pub fn is_free(
        &mut self,
        service: &CompiledService,
        resource: Warm<'_>,
        start: i64,
    ) -> Result<bool, Invalid> {
        check_second("start", start)?;
        let window = Span::new(start, start + 1);
        let lane = lane(service, resource, window, true)?;
        if start + service.shape.duration > END_SECOND {
            return Ok(false);
        }
        if is_swept(service, lane) {
            return Ok(sweep::is_free(lane, service.shape, start));
        }
        self.sweep_one(service, lane, window)?;
        Ok(!self.runs.is_empty())
    }

    pub(crate) fn runs(&self) -> &Runs {
        &self.runs
    }

    pub(crate) fn sweep_one(
        &mut self,
        service: &CompiledService,
        lane: Lane<'_>,
        window: Span,
    ) -> Result<(), Invalid> {
        self.runs.begin(service.shape.step.seconds());
        let window = Span::new(window.start, window.end.min(END_SECOND - service.shape.duration + 1));
        if is_swept(service, lane) && !lane.openings.touch {
            sweep::gaps(lane, service.shape, window, &mut self.runs);
        } else if is_swept(service, lane) {
            let (step, runs) = (service.shape.step, &mut self.runs);
            let _ = sweep::sweep(lane, service.shape, window, |found| {
                runs.push(found.first(step), found.count as usize);
                ControlFlow::Continue(())
            });
        } else {
            self.intervals.any(std::iter::once(lane), service.shape, anchors(service), window);
            self.intervals.runs(&service.lattice(), &mut self.runs);
        }
        self.finish(lane.openings.overlap)
    }

    /// Whether the teams of these requirements (how many of which resources) can be computed here; if so, it is done.
    pub(crate) fn teams<'a, L: ExactSizeIterator<Item = Lane<'a>> + Clone>(
        &mut self,
        service: &CompiledService,
        needs: &[(u32, L)],
        window: Span,
    ) -> Result<bool, Invalid> {
        self.runs.begin(service.shape.step.seconds());
        let window = Span::new(window.start, window.end.min(END_SECOND - service.shape.duration + 1));
        if needs.iter().any(|(count, lanes)| lanes.len() < *count as usize || *count == 0) {
            return Ok(true);
        }
        let alone = needs.iter().map(|(count, _)| *count).sum::<u32>() == 1;
        let whole = |lane: Lane<'a>| {
            let openings = if alone { lane.openings } else { lane.openings.stretches() };
            Lane { openings: openings.within(window), ..lane }
        };
        let lanes = || needs.iter().flat_map(|(_, lanes)| lanes.clone());
        let Some(given) = lanes().next() else { return Ok(true) };
        let first = whole(given);
        let is_shared = service.grid.mode == GridMode::Hours
            && first.openings.longest.max(first.openings.longest_stretch * i64::from(!alone)) <= LONG
            && lanes().all(|lane| is_same(lane, given) || is_same(whole(lane), first));
        if is_shared {
            return self.on_one_grid(service, needs, first.openings, window).map(|()| true);
        }
        if alone {
            self.intervals.any(lanes(), service.shape, anchors(service), window);
            self.intervals.runs(&service.lattice(), &mut self.runs);
        } else if needs.iter().all(|(count, lanes)| *count as usize == lanes.len()) {
            self.intervals.all(lanes(), service.shape, anchors(service), window);
            self.intervals.runs(&service.lattice(), &mut self.runs);
        } else {
            return Ok(false);
        }
        self.finish(true)?;
        Ok(true)
    }

    fn on_one_grid<'a, L: ExactSizeIterator<Item = Lane<'a>> + Clone>(
        &mut self,
        service: &CompiledService,
        needs: &[(u32, L)],
        openings: Openings<&'a [Span]>,
        window: Span,
    ) -> Result<(), Invalid> {
        check_candidates(self.rows.begin(openings.blocks, service.shape))?;
        self.rows.open();
        for (count, lanes) in needs {
            let lanes = lanes.clone().map(|lane| Lane { openings, blocked: lane.blocked });
            self.rows.require(*count, lanes, service.shape, window);
        }
        self.rows.runs(openings.blocks, service.shape, &mut self.runs);
        self.finish(openings.overlap)
    }

    /// `overlap`: whether runs of two anchors may share starts or be out of order.
    fn finish(&mut self, overlap: bool) -> Result<(), Invalid> {
        check_candidates(self.runs.starts())?;
        if overlap {
            self.runs.settle(&mut self.spare);
        }
        Ok(())
    }
}

fn check_candidates(count: usize) -> Result<(), Invalid> {
    if count <= MAX_STARTS {
        return Ok(());
    }
    let expected = format!("a window or a step with at most {MAX_STARTS} starts");
    Err(Invalid::new("window", format_args!("{count} starts"), expected))
}

/// A resource whose hours cover what a question needs.
fn lane<'a>(
    service: &CompiledService,
    resource: Warm<'a>,
    window: Span,
    alone: bool,
) -> Result<Lane<'a>, Invalid> {
    let openings = resource.hours.covering(service.needed(window, alone))?;
    Ok(Lane { openings, blocked: resource.blocked.spans() })
}

/// The same where that was checked.
fn known(resource: Warm<'_>) -> Lane<'_> {
    Lane { openings: resource.hours.all(), blocked: resource.blocked.spans() }
}

/// Whether two resources have the same openings.
fn is_same(one: Lane<'_>, other: Lane<'_>) -> bool {
    let (one, other) = (one.openings, other.openings);
    // As many stretches as blocks: none of them touch, so the blocks are the union.
    let is_union = one.blocks.len() == one.union.len() && other.blocks.len() == other.union.len();
    std::ptr::eq(one.blocks, other.blocks)
        || (rows::is_same(one.blocks, other.blocks) && (is_union || rows::is_same(one.union, other.union)))
}

/// Whether one pass over openings is enough: anchored on openings, none of which is cut at midnights.
fn is_swept(service: &CompiledService, lane: Lane<'_>) -> bool {
    service.grid.mode == GridMode::Hours && lane.openings.longest <= LONG
}

fn anchors(service: &CompiledService) -> Anchors {
    if service.grid.mode == GridMode::Hours { Anchors::Openings } else { Anchors::Free }
}
