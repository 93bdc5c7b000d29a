//! What is computed once and asked often: a service, and the hours of a resource.

use super::lattice::{LONG, Lattice};
use super::step::Step;
use super::sweep::Shape;
use crate::Invalid;
use crate::interval::{END_SECOND, FIRST_SECOND, Interval};
use crate::recurrence::RecurrenceError;
use crate::schedule::{Calendar, Openings};
use crate::seconds::{DAY, Seconds};
use crate::service::{Grid, GridMode, Service};
use crate::span::Span;
use crate::time::{Zone, Zones};

/// A visit of one duration of a service: its length, its buffers and its grid.
///
/// Not its policy: notice and horizon are a matter of the window that is asked for, and limits are judged by
/// [`Availability`](crate::Availability).
#[derive(Debug, Clone)]
pub struct CompiledService {
    pub(super) shape: Shape,
    pub(super) grid: Grid,
    pub(super) zone: Zone,
}

impl CompiledService {
    /// A service for visits of `duration` seconds, its default when none is given.
    ///
    /// Refused: durations the service does not have, zones that `zones` does not know, services with sessions, and those
    /// with a requirement that covers parts of the visit; [`Availability`](crate::Availability) answers for these.
    pub fn new(service: &Service, duration: Option<Seconds>, zones: &Zones) -> Result<Self, Invalid> {
        let duration = service.duration(duration)?;
        if service.has_sessions() {
            return Err(Invalid::new("seats", service.seats, "1 seat: sessions are not computed here"));
        }
        if service.has_offsets(duration) {
            return Err(Invalid::new("parts", "part of the visit", "requirements of the whole visit"));
        }
        Ok(Self::whole(service, duration, zones.zone(&service.zone)?))
    }

    pub(crate) fn whole(service: &Service, duration: Seconds, zone: Zone) -> Self {
        let shape = Shape {
            duration,
            before: service.buffers.before,
            after: service.buffers.after,
            step: Step::new(service.step),
            offset: service.grid.offset,
        };
        Self { shape, grid: service.grid, zone }
    }

    /// What the hours of one resource must cover to answer for a window of starts.
    ///
    /// A question about several resources, and one on a grid that follows free time, needs eight days more on either
    /// side: `alone` says that each question is about one resource.
    pub fn reach(&self, window: Interval, alone: bool) -> Interval {
        let reach = self.needed(Span::new(window.start_second(), window.end_second()), alone);
        let within = |at: i64| at.clamp(FIRST_SECOND, END_SECOND);
        Interval::from_seconds(within(reach.start), within(reach.end)).unwrap_or(window)
    }

    pub(super) fn needed(&self, window: Span, alone: bool) -> Span {
        let spare = if alone && self.grid.mode == GridMode::Hours { 0 } else { LONG + DAY };
        Span::new(window.start - spare, window.end + self.shape.duration + spare)
    }

    pub(super) fn lattice(&self) -> Lattice<'_> {
        Lattice { grid: self.grid, step: self.shape.step, lead: 0, zone: &self.zone }
    }
}

/// The openings of one resource over a stretch of time, as instants.
#[derive(Debug, Clone)]
pub struct CompiledHours {
    openings: Openings,
    covers: Span,
}

impl Default for CompiledHours {
    fn default() -> Self {
        Self { openings: Openings::default(), covers: Span::new(0, 0) }
    }
}

impl CompiledHours {
    /// The openings of a calendar that reach into `covers`.
    pub fn new(calendar: &Calendar, covers: Interval) -> Result<Self, RecurrenceError> {
        let mut hours = Self::default();
        hours.compile(calendar, covers)?;
        Ok(hours)
    }

    /// The same in place: memory is kept. After an error nothing is covered.
    pub fn compile(&mut self, calendar: &Calendar, covers: Interval) -> Result<(), RecurrenceError> {
        self.covers = Span::new(0, 0);
        calendar.openings(covers.start_second(), covers.end_second(), &mut self.openings)?;
        self.covers = Span::new(covers.start_second(), covers.end_second());
        Ok(())
    }

    /// The openings as seconds since the Unix epoch, start and end, by start.
    pub fn openings(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.openings.blocks.iter().map(|block| (block.start, block.end))
    }

    pub(super) fn all(&self) -> Openings<&[Span]> {
        self.openings.as_ref()
    }

    /// The openings, if they cover what a question needs. Beyond the supported years there is nothing to cover.
    pub(super) fn covering(&self, needed: Span) -> Result<Openings<&[Span]>, Invalid> {
        let (start, end) = (needed.start.max(FIRST_SECOND), needed.end.min(END_SECOND));
        if self.covers.start <= start && end <= self.covers.end {
            return Ok(self.openings.as_ref());
        }
        let expected = format!("hours compiled for {start} to {end}, in seconds since 1970");
        Err(Invalid::new("hours", format_args!("{} to {}", self.covers.start, self.covers.end), expected))
    }
}

/// A window of starts as seconds, checked.
pub(super) fn window_of(window: Interval) -> Result<Span, Invalid> {
    crate::seconds::check_length("window", window.seconds(), 1, super::MAX_WINDOW)?;
    Ok(Span::new(window.start_second(), window.end_second()))
}
