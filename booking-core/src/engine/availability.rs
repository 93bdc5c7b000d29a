//! Which starts are bookable.

use std::sync::Arc;

use super::filter;
use super::grid::{LONG, Lattice, free_stretches};
use super::member::{Member, possible_starts};
use super::query::{AvailabilityError, Candidates, MAX_STARTS, Slot, SlotQuery, Snapshot};
use super::question::Question;
use super::sweep::Step;
use super::team::{OwnUse, Team};
use crate::assignment::Matcher;
use crate::interval::Interval;
use crate::policy::{Asked, HorizonKind, Rule};
use crate::reason::Occupant;
use crate::schedule::Openings;
use crate::seconds::{DAY, Seconds};
use crate::service::{GridMode, Service, Takes};
use crate::span::{Span, find, subtract};
use crate::store::{ClaimRow, SessionRow};
use crate::time::civil::day_of_local;
use crate::time::{Zone, Zones};

/// Answers which starts of one service are bookable, why others are not, and who would serve them: listing, checking,
/// explaining and planning all judge by the same rules on the same [`Snapshot`].
pub struct Availability<'a> {
    pub(super) service: &'a Service,
    pub(super) zones: &'a Zones,
    pub(super) zone: Zone,
    pub(super) members: Vec<Member>,
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a [Arc<dyn Rule>],
}

/// What a listing found, before it is dressed for the caller.
pub(super) struct Found {
    /// Bookable starts, ascending.
    pub(super) starts: Vec<i64>,
    /// Where each resource of each requirement could serve on its own.
    pub(super) possible: Vec<Vec<Vec<Span>>>,
}

/// Everything computed about a question's window before single starts are judged.
pub(super) struct Ground {
    /// Starts that policy leaves open.
    pub(super) open: Vec<Span>,
    /// For each requirement and each member of its pool: the starts at which it could serve on its own.
    pub(super) possible: Vec<Vec<Vec<Span>>>,
    /// For each grid requirement and member: the stretches that anchor the grid.
    pub(super) stretches: Vec<Vec<Vec<Span>>>,
}

impl<'a> Availability<'a> {
    /// Prepares a service against a snapshot. Refused: zones that `zones` does not know.
    pub fn new(
        service: &'a Service,
        snapshot: &'a Snapshot,
        zones: &'a Zones,
    ) -> Result<Self, AvailabilityError> {
        let mut members = Vec::with_capacity(snapshot.resources.len());
        for resource in &snapshot.resources {
            members.push(Member::new(resource, &snapshot.occupancy, zones)?);
        }
        Ok(Self { service, zones, zone: zones.zone(&service.zone)?, members, snapshot, rules: &[] })
    }

    /// Judges the host's own rules too.
    pub fn with_rules(mut self, rules: &'a [Arc<dyn Rule>]) -> Self {
        self.rules = rules;
        self
    }

    /// How much of the occupancy must be in the snapshot to answer a query: grids anchored on free time or on what
    /// several resources have in common look back (and ahead) more than 8 days.
    pub fn reach(service: &Service, query: &SlotQuery) -> Interval {
        let longest = service.durations.iter().copied().max().unwrap_or(0);
        let spare = longest + service.buffers.before + service.buffers.after + LONG + 2 * DAY;
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
        Ok(self.list(&question)?.starts)
    }

    /// Every bookable slot of the window, with who could serve it and how much is left.
    pub fn slots(&self, query: &SlotQuery) -> Result<Vec<Slot>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        let found = self.list(&question)?;
        let mut matcher = Matcher::default();
        let mut slots = Vec::with_capacity(found.starts.len());
        for &start in &found.starts {
            let mut slot = Slot::at(start, question.duration);
            slot.candidates = self.candidates(&question, &found, start, &mut matcher)?;
            slot.left = self.left(&question, &found, start)?;
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
            let found = self.list(&question.within(from, until))?;
            if let Some(&first) = found.starts.first() {
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
            return Ok(!self.list(&question)?.starts.is_empty());
        }
        let Some(ground) = self.ground(&question)? else { return Ok(false) };
        let mut starts = vec![start];
        self.keep_possible(&question, &ground, &mut starts)?;
        self.add_joinable(&question, &ground.open, &mut starts);
        self.keep_allowed(&question, &mut starts);
        Ok(!starts.is_empty() && self.within_available_days(&question, start)?)
    }

    /// The listing.
    pub(super) fn list(&self, question: &Question) -> Result<Found, AvailabilityError> {
        let Some(ground) = self.ground(question)? else {
            return Ok(Found { starts: Vec::new(), possible: Vec::new() });
        };
        let mut starts = self.grid_starts(question, &ground)?;
        self.keep_possible(question, &ground, &mut starts)?;
        self.add_joinable(question, &ground.open, &mut starts);
        self.keep_allowed(question, &mut starts);
        if let Some(last) = self.available_days_end(question)? {
            starts.retain(|start| *start < last);
        }
        Ok(Found { starts, possible: ground.possible })
    }

    /// Openings, blocked time and policy for a window; none when policy leaves nothing open.
    pub(super) fn ground(&self, question: &Question) -> Result<Option<Ground>, AvailabilityError> {
        let open = filter::open_starts(self.service, question, self.zones, &self.snapshot.counted)?;
        if open.is_empty() { Ok(None) } else { self.ground_in(question, open).map(Some) }
    }

    /// The same for starts that are open already.
    pub(super) fn ground_in(
        &self,
        question: &Question,
        open: Vec<Span>,
    ) -> Result<Ground, AvailabilityError> {
        let (Some(first), Some(last)) = (open.first(), open.last()) else {
            return Ok(Ground { open, possible: Vec::new(), stretches: Vec::new() });
        };
        let hull = Span::new(first.start, last.end);
        let range = self.range(question, hull);
        let mut openings: Vec<Option<Openings>> = Vec::new();
        openings.resize_with(self.members.len(), || None);
        let mut possible = Vec::with_capacity(question.needs.len());
        let mut stretches = Vec::new();
        for (index, need) in question.needs.iter().enumerate() {
            let mut of_need = Vec::with_capacity(need.pool.len());
            let mut anchors = Vec::new();
            for &place in &need.pool {
                let member = &self.members[place as usize];
                let opened = match &mut openings[place as usize] {
                    Some(opened) => opened,
                    empty => empty.insert(member.openings(range, question.waive.hours)?),
                };
                let blocked = member.blocked(need.units, range, |_| false)?;
                of_need.push(self.possible_of(
                    question,
                    member,
                    opened,
                    &blocked,
                    need.serves,
                    &need.reaches,
                    hull,
                ));
                if index < question.grid_needs {
                    anchors.push(self.stretches_of(question, member, opened, need, range)?);
                }
            }
            possible.push(of_need);
            if index < question.grid_needs {
                stretches.push(anchors);
            }
        }
        Ok(Ground { open, possible, stretches })
    }

    /// How far openings and claims are looked at for starts in `hull`.
    pub(super) fn range(&self, question: &Question, hull: Span) -> Span {
        let near = self.service.grid.mode == GridMode::Hours && question.team() == 1 && !question.waive.hours;
        // A recurring block beyond the starts wanted reaches them with the visit's buffers.
        let buffers = self.service.buffers.before.max(self.service.buffers.after);
        let spare = if near { buffers } else { LONG + DAY };
        Span::new(hull.start - spare, hull.end + question.duration + spare)
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and each is a step of the same computation")]
    fn possible_of(
        &self,
        question: &Question,
        member: &Member,
        openings: &Openings,
        blocked: &[Span],
        serves: Seconds,
        reaches: &[super::member::Reach],
        hull: Span,
    ) -> Vec<Span> {
        let possible = possible_starts(&openings.union, blocked, reaches);
        if question.waive.limits {
            return possible;
        }
        let counted = &self.snapshot.counted;
        let closed = filter::closed_by_resource(self.service, member.id(), serves, &self.zone, hull, counted);
        if closed.is_empty() {
            return possible;
        }
        let mut left = Vec::new();
        subtract(&possible, &closed, &mut left);
        left
    }

    /// The stretches of one member that anchor the grid.
    fn stretches_of(
        &self,
        question: &Question,
        member: &Member,
        openings: &Openings,
        need: &super::question::Demand,
        range: Span,
    ) -> Result<Vec<Span>, AvailabilityError> {
        if self.service.grid.mode == GridMode::Hours {
            let alone = question.team() == 1;
            return Ok(if alone { openings.blocks.clone() } else { openings.union.clone() });
        }
        let skip = |row: &ClaimRow| self.is_open_session(question, row);
        let blocked = member.blocked(need.units, range, skip)?;
        Ok(free_stretches(&openings.union, &blocked, &need.reaches))
    }

    /// Whether a claim belongs to a session of this service and duration with free seats: such a session does not cut
    /// the grid.
    fn is_open_session(&self, question: &Question, row: &ClaimRow) -> bool {
        let Occupant::Session(id) = row.by else { return false };
        self.snapshot.occupancy.sessions.iter().any(|open| {
            open.session.id == id
                && open.session.key.service == self.service.id
                && open.session.key.visit.seconds() == question.duration
                && open.taken < open.session.seats
        })
    }

    /// All candidates of the grid that policy leaves open, ascending.
    pub(super) fn grid_starts(
        &self,
        question: &Question,
        ground: &Ground,
    ) -> Result<Vec<i64>, AvailabilityError> {
        let lattice = self.lattice(question);
        let mut starts = Vec::new();
        let team = question.team();
        let mut teams = Team::new(question, &self.members, &ground.stretches);
        for (need, anchors) in ground.stretches.iter().enumerate() {
            for (place, stretches) in anchors.iter().enumerate() {
                for &stretch in stretches {
                    let begun = starts.len();
                    for &open in &ground.open {
                        if stretch.end - lattice.lead <= open.start
                            || open.end + lattice.lead < stretch.start - DAY
                        {
                            continue;
                        }
                        lattice.runs(stretch, open, |run| {
                            let room = (MAX_STARTS + 1).saturating_sub(starts.len());
                            starts.extend(
                                (0..run.count.min(room) as i64)
                                    .map(|k| run.first + k * lattice.step.seconds()),
                            );
                        });
                    }
                    if starts.len() > MAX_STARTS {
                        return Err(AvailabilityError::TooManyStarts { most: MAX_STARTS });
                    }
                    if team > 1 {
                        teams.retain(&mut starts, begun, need, place, stretch, lattice.lead)?;
                    }
                }
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Ok(starts)
    }

    pub(super) fn lattice(&self, question: &Question) -> Lattice<'_> {
        let lead =
            if question.grid_needs < question.needs.len() || self.service.has_offsets(question.duration) {
                question.needs[0].reaches.first().map_or(0, |reach| reach.part.from)
            } else {
                0
            };
        Lattice { grid: self.service.grid, step: Step::new(self.service.step), lead, zone: &self.zone }
    }

    /// Keeps the starts at which a complete assignment exists.
    fn keep_possible(
        &self,
        question: &Question,
        ground: &Ground,
        starts: &mut Vec<i64>,
    ) -> Result<(), AvailabilityError> {
        let inside: Vec<i64> =
            starts.iter().copied().filter(|start| find(&ground.open, *start).is_some()).collect();
        if self.service.has_sessions() && question.party > self.service.seats {
            starts.clear();
            return Ok(());
        }
        let mut matcher = Matcher::default();
        let mut own = OwnUse::new(question, self);
        let mut failed = None;
        *starts = inside;
        starts.retain(|&start| match own.exists(&ground.possible, start, &mut matcher) {
            Ok(exists) => exists,
            Err(error) => {
                failed = Some(error);
                false
            }
        });
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Adds the starts of sessions that can still be joined.
    fn add_joinable(&self, question: &Question, open: &[Span], starts: &mut Vec<i64>) {
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

    /// Keeps the starts that the no-show rule and the host's own rules allow.
    fn keep_allowed(&self, question: &Question, starts: &mut Vec<i64>) {
        if starts.is_empty() {
            return;
        }
        if self.missed_too_many(question).is_some() {
            starts.clear();
        }
        if !self.rules.is_empty() {
            starts.retain(|start| self.rule_reasons(question, *start).is_empty());
        }
    }

    /// The no-show rule.
    pub(super) fn missed_too_many(&self, question: &Question) -> Option<crate::reason::Reason> {
        let max = self.service.policy.no_show.refuse_after.filter(|_| !question.waive.limits)?;
        let missed = self.snapshot.standing.missed;
        (question.customer.is_some() && missed >= max)
            .then_some(crate::reason::Reason::TooManyNoShows { missed, max })
    }

    /// What the host's own rules say.
    pub(super) fn rule_reasons(&self, question: &Question, start: i64) -> Vec<crate::reason::Reason> {
        let Ok(visit) = Interval::from_seconds(start, start + question.duration) else { return Vec::new() };
        let asked = Asked {
            service: self.service,
            visit,
            party: question.party,
            customer: question.customer,
            now: question.now,
        };
        self.rules.iter().filter_map(|rule| rule.judge(&asked)).collect()
    }

    /// Where the horizon of N available days ends, if the service has one: the local midnight after the Nth date, from
    /// now on, that has a slot.
    pub(super) fn available_days_end(&self, question: &Question) -> Result<Option<i64>, AvailabilityError> {
        let Some(horizon) = self.service.policy.horizon.as_ref().filter(|_| !question.waive.horizon) else {
            return Ok(None);
        };
        let HorizonKind::AvailableDays(days) = horizon.kind else { return Ok(None) };
        let zone = self.zones.zone(horizon.zone.as_ref().unwrap_or(&self.service.zone))?;
        let mut unbounded = question.clone();
        unbounded.waive.horizon = true;
        let (mut from, mut seen, mut last_day) = (question.now, 0, i64::MIN);
        while from < question.window.end {
            let until = (from + 14 * DAY).min(question.window.end);
            for start in self.list(&unbounded.within(from, until))?.starts {
                let day = day_of_local(zone.to_local(start));
                if day != last_day {
                    seen += 1;
                    last_day = day;
                }
                if seen > days {
                    return Ok(Some(zone.day_start(day)));
                }
            }
            from = until;
        }
        Ok(None)
    }

    fn within_available_days(&self, question: &Question, start: i64) -> Result<bool, AvailabilityError> {
        Ok(self.available_days_end(question)?.is_none_or(|end| start < end))
    }

    /// For each requirement, the resources that stand in some complete assignment at a start, or in a session that can
    /// be joined.
    fn candidates(
        &self,
        question: &Question,
        found: &Found,
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<Vec<Candidates>, AvailabilityError> {
        let mut usable = OwnUse::new(question, self).usable(&found.possible, start, matcher)?;
        if self.service.has_sessions() {
            self.add_session_hosts(question, start, &mut usable);
        }
        Ok(self
            .service
            .requirements
            .iter()
            .zip(usable)
            .map(|(requirement, places)| Candidates {
                requirement: requirement.name.clone(),
                resources: places.into_iter().map(|place| self.members[place as usize].id()).collect(),
            })
            .collect())
    }

    fn add_session_hosts(&self, question: &Question, start: i64, usable: &mut [Vec<u32>]) {
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

    /// The largest party one booking can bring at a bookable start.
    fn left(&self, question: &Question, found: &Found, start: i64) -> Result<u32, AvailabilityError> {
        let most = self.service.max_party.unwrap_or(u32::MAX);
        if self.service.has_sessions() {
            return Ok(self.seats_left(question, found, start)?.min(most));
        }
        let parties = self.service.requirements.iter().zip(&question.needs).enumerate();
        let mut left = u32::MAX;
        for (index, (requirement, need)) in parties {
            if requirement.takes != Takes::Party {
                continue;
            }
            let mut free: Vec<u32> = need
                .pool
                .iter()
                .zip(&found.possible[index])
                .filter(|(_, possible)| find(possible, start).is_some())
                .map(|(place, _)| self.free_units(*place, &need.reaches, start))
                .collect();
            free.sort_unstable_by(|a, b| b.cmp(a));
            left = left.min(free.get(need.count as usize - 1).copied().unwrap_or(0));
        }
        Ok(if left == u32::MAX { 1 } else { left.min(most) })
    }

    fn seats_left(&self, question: &Question, found: &Found, start: i64) -> Result<u32, AvailabilityError> {
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
        let opens = OwnUse::new(question, self).exists(&found.possible, start, &mut matcher)?;
        Ok(if opens { joinable.max(self.service.seats) } else { joinable })
    }

    /// Units left of one member during its claims of a visit.
    pub(super) fn free_units(&self, place: u32, reaches: &[super::member::Reach], start: i64) -> u32 {
        let member = &self.members[place as usize];
        let used = reaches
            .iter()
            .map(|reach| {
                let from = start + reach.part.from - reach.before;
                member.peak(from, start + reach.part.to + reach.after, &[])
            })
            .max()
            .unwrap_or(0);
        member.capacity.saturating_sub(used)
    }
}
