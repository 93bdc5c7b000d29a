//! Sessions that can be joined.

use super::availability::Availability;
use super::filter;
use super::query::AvailabilityError;
use super::question::Question;
use super::team::OwnUse;
use crate::assignment::Matcher;
use crate::span::{Span, find};
use crate::store::SessionRow;

impl Availability<'_> {
    /// Adds the starts of sessions that can still be joined.
    pub(super) fn add_joinable(&self, question: &Question, open: &[Span], starts: &mut Vec<i64>) {
        if !self.service.has_sessions() {
            return;
        }
        for row in &self.snapshot.occupancy.sessions {
            let start = row.session.key.visit.start_second();
            if find(open, start).is_some() && self.can_join(question, row) {
                starts.push(start);
            }
        }
        starts.sort_unstable();
        starts.dedup();
    }

    /// Whether the party fits into a session: judged like a new booking, but it needs no free capacity, hours or grid.
    pub(super) fn can_join(&self, question: &Question, row: &SessionRow) -> bool {
        row.session.key.service == self.service.id
            && row.session.key.visit.seconds() == question.duration
            && row.taken.saturating_add(question.party) <= row.session.seats
            && self.session_is_clear(question, row)
    }

    /// No block lies in the way of a session, no limit of its resources is used up, and its resources are in the pools.
    pub(super) fn session_is_clear(&self, question: &Question, row: &SessionRow) -> bool {
        let start = row.session.key.visit.start_second();
        row.session.key.picks.iter().all(|pick| {
            let Some(member) = self.members.iter().position(|m| m.id() == pick.resource) else {
                return false;
            };
            let pooled = question.needs.iter().any(|need| need.pool.contains(&(member as u32)));
            let closed = !question.waive.limits && {
                let here = Span::new(start, start + 1);
                let counted = &self.snapshot.counted;
                let id = pick.resource;
                let closed =
                    filter::closed_by_resource(self.service, id, pick.seconds, &self.zone, here, counted);
                find(&closed, start).is_some()
            };
            pooled && !closed
        }) && row.session.claims.iter().all(|claim| {
            self.members.iter().filter(|m| m.id() == claim.resource).all(|member| {
                let (from, until) = (claim.blocked_from(), claim.blocked_until());
                let blocked = member
                    .blocks
                    .iter()
                    .any(|block| block.interval.start_second() < until && from < block.interval.end_second());
                !blocked && member.calendar.recurring_block_at(from, until).is_none()
            })
        })
    }

    pub(super) fn add_session_hosts(&self, question: &Question, start: i64, usable: &mut [Vec<u32>]) {
        for row in &self.snapshot.occupancy.sessions {
            if row.session.key.visit.start_second() != start || !self.can_join(question, row) {
                continue;
            }
            for pick in &row.session.key.picks {
                let need = self.service.requirements.iter().position(|r| r.name == pick.requirement);
                let place = self.members.iter().position(|m| m.id() == pick.resource);
                if let (Some(need), Some(place)) = (need, place)
                    && !usable[need].contains(&(place as u32))
                {
                    usable[need].push(place as u32);
                }
            }
        }
        for (need, places) in usable.iter_mut().enumerate() {
            let order = &question.needs[need].pool;
            places.sort_by_key(|place| order.iter().position(|member| member == place));
        }
    }

    pub(super) fn seats_left(
        &self,
        question: &Question,
        possible: &[Vec<Vec<Span>>],
        start: i64,
    ) -> Result<u32, AvailabilityError> {
        let joinable = self
            .snapshot
            .occupancy
            .sessions
            .iter()
            .filter(|row| row.session.key.visit.start_second() == start && self.can_join(question, row))
            .map(|row| row.session.seats - row.taken)
            .max()
            .unwrap_or(0);
        let mut matcher = Matcher::default();
        let opens = OwnUse::new(question, self).exists(possible, start, &mut matcher)?;
        Ok(if opens { joinable.max(self.service.seats) } else { joinable })
    }
}
