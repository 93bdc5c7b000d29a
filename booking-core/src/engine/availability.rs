//! Which starts are bookable.

use std::sync::Arc;

use super::calendars::{Calendars, compile};
use super::member::{Member, members};
use super::query::{AvailabilityError, Slot, SlotQuery, Snapshot};
use super::question::Question;
use crate::assignment::Matcher;
use crate::hot::LONG;
use crate::interval::Interval;
use crate::policy::{HorizonKind, Rule};
use crate::schedule::Calendar;
use crate::seconds::DAY;
use crate::service::{GridMode, Service};
use crate::span::Span;
use crate::time::{Zone, Zones};

/// Answers which starts of one service are bookable, why others are not, and who would serve them: listing, checking,
/// explaining and planning all judge by the same rules on the same [`Snapshot`].
pub struct Availability<'a> {
    pub(super) service: &'a Service,
    pub(super) zones: &'a Zones,
    pub(super) zone: Zone,
    pub(super) members: Vec<Member<'a>>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a [Arc<dyn Rule>],
}

impl<'a> Availability<'a> {
    /// Prepares a service against a snapshot. Refused: zones that `zones` does not know.
    pub fn new(
        service: &'a Service,
        snapshot: &'a Snapshot,
        zones: &'a Zones,
    ) -> Result<Self, AvailabilityError> {
        let calendars = compile(&snapshot.resources, zones)?;
        Self::with_calendars(service, snapshot, zones, calendars)
    }

    /// The same with hours that are kept between questions, all compiled against `zones`.
    pub(crate) fn with_kept(
        service: &'a Service,
        snapshot: &'a Snapshot,
        zones: &'a Zones,
        kept: &Calendars,
    ) -> Result<Self, AvailabilityError> {
        let calendars = kept.of(&snapshot.resources, zones)?;
        Self::with_calendars(service, snapshot, zones, calendars)
    }

    fn with_calendars(
        service: &'a Service,
        snapshot: &'a Snapshot,
        zones: &'a Zones,
        calendars: Vec<Arc<Calendar>>,
    ) -> Result<Self, AvailabilityError> {
        let members = members(&snapshot.resources, calendars, &snapshot.occupancy);
        Ok(Self { service, zones, zone: zones.zone(&service.zone)?, members, snapshot, rules: &[] })
    }

    /// Judges the host's own rules too.
    pub fn with_rules(mut self, rules: &'a [Arc<dyn Rule>]) -> Self {
        self.rules = rules;
        self
    }

    /// How much of the occupancy must be in the snapshot to answer a query: grids anchored on free time or on what
    /// several resources have in common look back (and ahead) more than 8 days; for others the visit and its buffers do.
    pub fn reach(service: &Service, query: &SlotQuery) -> Interval {
        let longest = service.durations.iter().copied().max().unwrap_or(0);
        let alone = service.requirements.iter().map(|requirement| requirement.count).sum::<u32>() == 1;
        let near = alone && service.grid.mode == GridMode::Hours && !query.waive.hours;
        let ahead = if near { 0 } else { LONG + 2 * DAY };
        let spare = longest + service.buffers.before + service.buffers.after + ahead;
        let mut from = query.window.start_second();
        if service.policy.horizon.as_ref().is_some_and(|h| matches!(h.kind, HorizonKind::AvailableDays(_))) {
            from = from.min(query.now);
        }
        let from = (from - spare).max(crate::FIRST_SECOND);
        let until = (query.window.end_second() + spare).min(crate::END_SECOND);
        Interval::from_seconds(from, until).unwrap_or(query.window)
    }

    /// Every bookable start of the window, ascending, as seconds since the Unix epoch.
    pub fn starts(&self, query: &SlotQuery) -> Result<Vec<i64>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        self.list(&question)
    }

    /// Every bookable slot of the window, with who could serve it and how much is left.
    pub fn slots(&self, query: &SlotQuery) -> Result<Vec<Slot>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        let starts = self.list(&question)?;
        let (Some(&first), Some(&last)) = (starts.first(), starts.last()) else { return Ok(Vec::new()) };
        let ground = self.ground_in(&question, vec![Span::new(first, last + 1)])?;
        let openable = self.openable(&question, &ground)?;
        let mut matcher = Matcher::default();
        let mut slots = Vec::with_capacity(starts.len());
        for start in starts {
            let opens = openable.as_ref().is_none_or(|starts| starts.binary_search(&start).is_ok());
            let mut slot = Slot::at(start, question.duration);
            slot.candidates = self.candidates(&question, &ground.possible, start, opens, &mut matcher)?;
            slot.left = self.left(&question, &ground.possible, start, opens)?;
            slots.push(slot);
        }
        Ok(slots)
    }

    /// The first bookable start of the window.
    pub fn first(&self, query: &SlotQuery) -> Result<Option<i64>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        // Weeks first: most calendars have something free soon, and a year need not be computed to find it.
        let mut from = question.window.start;
        let mut ahead = 7 * DAY;
        while from < question.window.end {
            let until = (from + ahead).min(question.window.end);
            let starts = self.list(&question.within(from, until))?;
            if let Some(&first) = starts.first() {
                return Ok(Some(first));
            }
            from = until;
            ahead *= 2;
        }
        Ok(None)
    }

    /// Whether one start is bookable: the very listing, for a window of one second.
    pub fn is_bookable(&self, query: &SlotQuery, start: i64) -> Result<bool, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?.at(start);
        self.offers(&question, start)
    }

    /// [`Availability::is_bookable`] for a question that is ready; a waived grid accepts any possible second.
    pub(super) fn offers(&self, question: &Question, start: i64) -> Result<bool, AvailabilityError> {
        let question = question.at(start);
        if !question.waive.grid {
            return Ok(!self.list(&question)?.is_empty());
        }
        let Some(ground) = self.ground(&question)? else { return Ok(false) };
        let mut starts = vec![start];
        self.keep_possible(&question, &ground, &mut starts)?;
        self.add_joinable(&question, &ground.open, &mut starts);
        self.keep_allowed(&question, &mut starts);
        Ok(!starts.is_empty() && self.within_available_days(&question, start)?)
    }
}
