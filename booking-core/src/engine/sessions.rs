//! Sessions: those that can be joined, and whether another can be opened.

use std::collections::BTreeSet;

use super::availability::Availability;
use super::filter;
use super::ground::Ground;
use super::query::AvailabilityError;
use super::question::Question;
use super::team::OwnUse;
use crate::ResourceId;
use crate::assignment::{MAX_SEARCH_STEPS, Matcher, SearchTooLarge};
use crate::booking::Session;
use crate::seconds::Seconds;
use crate::span::{Span, find};
use crate::store::SessionRow;

/// The most ways to staff another session beside those that run at the same time.
const MAX_SESSION_TEAMS: usize = 4_096;

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

    /// Live sessions of this service and of that duration that start right there.
    pub(super) fn sessions_at(&self, duration: Seconds, start: i64) -> impl Iterator<Item = &SessionRow> {
        self.snapshot.occupancy.sessions.iter().filter(move |row| {
            let key = &row.session.key;
            key.service == self.service.id
                && key.visit.start_second() == start
                && key.visit.seconds() == duration
        })
    }

    /// What runs at a start already: the resources of each session.
    pub(super) fn running(&self, duration: Seconds, start: i64) -> Vec<BTreeSet<ResourceId>> {
        self.sessions_at(duration, start).map(|row| team_of(&row.session)).collect()
    }

    /// The starts of the grid at which a session can be opened, ascending; none where sessions are not what the service
    /// has, or where the grid does not count.
    pub(super) fn openable(
        &self,
        question: &Question,
        ground: &Ground,
    ) -> Result<Option<Vec<i64>>, AvailabilityError> {
        if !self.service.has_sessions() || question.waive.grid {
            return Ok(None);
        }
        let mut starts = self.grid_starts(question, ground)?;
        self.keep_possible(question, ground, &mut starts)?;
        Ok(Some(starts))
    }

    /// Whether a visit can be given resources of its own at a start: for a service with seats, a session be opened.
    pub(super) fn exists_new(
        &self,
        own: &mut OwnUse<'_>,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<bool, SearchTooLarge> {
        match self.new_teams(own, possible, start, matcher)? {
            None => own.exists(possible, start, matcher),
            Some(teams) => Ok(!teams.is_empty()),
        }
    }

    /// For each requirement, everyone who stands in a complete assignment of resources of its own.
    pub(super) fn usable_new(
        &self,
        question: &Question,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<Vec<Vec<u32>>, SearchTooLarge> {
        let mut own = OwnUse::new(question, self);
        let Some(teams) = self.new_teams(&mut own, possible, start, matcher)? else {
            return own.usable(possible, start, matcher);
        };
        let everyone = |need: usize| teams.iter().flat_map(move |team| team[need].iter().copied());
        let united = |need| everyone(need).collect::<BTreeSet<_>>().into_iter().collect();
        Ok((0..question.needs.len()).map(united).collect())
    }

    /// The complete assignments that would open another session where some run already: those that share all their
    /// resources with a live one would only join it, even where units are left. None where no session runs.
    fn new_teams(
        &self,
        own: &mut OwnUse<'_>,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<Option<Vec<Vec<Vec<u32>>>>, SearchTooLarge> {
        let running = self.running(own.duration(), start);
        if running.is_empty() {
            return Ok(None);
        }
        let mut teams = own.assignments(possible, start, |_, _| {}, MAX_SESSION_TEAMS, matcher)?;
        if teams.len() == MAX_SESSION_TEAMS {
            return Err(SearchTooLarge { steps: MAX_SEARCH_STEPS });
        }
        teams.retain(|team| {
            let resources = team.iter().flatten().map(|place| self.members[*place as usize].id());
            !running.contains(&resources.collect())
        });
        Ok(Some(teams))
    }

    /// Whether a requirement may be given a member; where the service knows no such requirement any more, whether some
    /// may.
    fn may_choose(&self, question: &Question, requirement: &str, member: u32) -> bool {
        let named = self.service.requirements.iter().position(|one| one.name == requirement);
        match named {
            Some(index) => question.needs[index].pool.contains(&member),
            None => question.needs.iter().any(|need| need.pool.contains(&member)),
        }
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
            let pooled = self.may_choose(question, &pick.requirement, member as u32);
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
        opens: bool,
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
        let opens =
            opens && self.exists_new(&mut OwnUse::new(question, self), possible, start, &mut matcher)?;
        Ok(if opens { joinable.max(self.service.seats) } else { joinable })
    }
}

/// What makes a session of one visit another one: its resources.
pub(super) fn team_of(session: &Session) -> BTreeSet<ResourceId> {
    session.key.picks.iter().map(|pick| pick.resource).collect()
}
