//! From a bookable start to the commands' plans: complete assignments, their claims and their limits.

use super::availability::Availability;
use super::filter;
use super::member::Reach;
use super::query::{AvailabilityError, SlotQuery};
use super::question::Question;
use super::team::OwnUse;
use crate::assignment::{Matcher, prefer};
use crate::booking::{Claim, Pick, Session, SessionKey};
use crate::interval::Interval;
use crate::policy::Per;
use crate::span::Span;
use crate::store::{LimitCheck, LimitSubject, Plan, PlanClaims, SessionRow};
use crate::{ResourceId, SessionId};

/// The most plans one command carries: the store applies the first that fits.
pub const MAX_PLANS: usize = 16;

impl Availability<'_> {
    /// Complete assignments for a visit at `start`, the most preferred first, at most [`MAX_PLANS`]; none when nobody is
    /// free. Grid, notice, horizon and limits of service and customer are not judged here: see
    /// [`Availability::is_bookable`].
    ///
    /// For a service with seats, sessions that can be joined come first; `session` is the id a newly opened one gets.
    pub fn plans(
        &self,
        query: &SlotQuery,
        start: i64,
        session: SessionId,
    ) -> Result<Vec<Plan>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?.at(start);
        let mut plans = Vec::new();
        if self.service.has_sessions() {
            let joinable = self.snapshot.occupancy.sessions.iter();
            let here = joinable.filter(|row| row.session.key.visit.start_second() == start);
            let mut rows: Vec<&SessionRow> = here.filter(|row| self.can_join(&question, row)).collect();
            rows.sort_by_key(|row| self.preference(&question, row));
            plans.extend(rows.into_iter().map(|row| Plan {
                picks: row.session.key.picks.clone(),
                limits: self.resource_limits(&question, start, &row.session.key.picks),
                claims: PlanClaims::Seats(row.session.clone()),
            }));
        }
        let running = self.running(question.duration, start);
        if !running.is_empty() {
            let ground = self.ground_in(&question, vec![question.window])?;
            if self.openable(&question, &ground)?.is_some_and(|starts| starts.is_empty()) {
                return Ok(plans);
            }
        }
        let possible = self.possible_at(&question, start)?;
        if possible.is_empty() || (self.service.has_sessions() && question.party > self.service.seats) {
            return Ok(plans);
        }
        let mut matcher = Matcher::default();
        let order = |_: usize, pool: &mut Vec<u32>| self.prefer(pool);
        let room = MAX_PLANS.saturating_sub(plans.len());
        let found = OwnUse::new(&question, self).assignments(&possible, start, order, room, &mut matcher)?;
        for chosen in found {
            let team = chosen.iter().flatten().map(|place| self.members[*place as usize].id()).collect();
            if running.contains(&team) {
                // It would join the session that runs there: planned above if it can be.
                continue;
            }
            plans.extend(self.plan(&question, start, &chosen, session));
        }
        Ok(plans)
    }

    /// The limits that a booking at `start` must keep inside the commit, whatever the plan.
    pub fn limit_checks(&self, query: &SlotQuery, start: i64) -> Result<Vec<LimitCheck>, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?;
        if question.waive.limits {
            return Ok(Vec::new());
        }
        let here = Span::new(start, start + 1);
        let mut checks = Vec::new();
        for (rule, limit) in self.service.policy.limits.iter().enumerate() {
            let subject = match (limit.per, question.customer) {
                (Per::Service, _) => LimitSubject::Service(self.service.id),
                (Per::Customer, Some(customer)) => LimitSubject::Customer(customer),
                _ => continue,
            };
            checks.extend(filter::checks(
                self.service,
                rule,
                limit,
                subject,
                question.duration,
                &self.zone,
                here,
            ));
        }
        Ok(checks)
    }

    fn prefer(&self, pool: &mut [u32]) {
        prefer(self.service.strategy, &self.snapshot.standing, pool, |place| {
            let member = &self.members[*place as usize];
            (member.id(), member.resource.weight)
        });
    }

    /// Where a session's resources stand in the order of preference.
    fn preference(&self, question: &Question, row: &SessionRow) -> Vec<usize> {
        let mut pools: Vec<Vec<u32>> = question.needs.iter().map(|need| need.pool.clone()).collect();
        for pool in &mut pools {
            self.prefer(pool);
        }
        let rank = |resource: ResourceId| {
            let place =
                |pool: &Vec<u32>| pool.iter().position(|p| self.members[*p as usize].id() == resource);
            pools.iter().find_map(place).unwrap_or(usize::MAX)
        };
        row.session.key.picks.iter().map(|pick| rank(pick.resource)).collect()
    }

    fn plan(&self, question: &Question, start: i64, chosen: &[Vec<u32>], session: SessionId) -> Option<Plan> {
        let mut picks = Vec::new();
        let mut claims = Vec::new();
        for ((requirement, need), places) in self.service.requirements.iter().zip(&question.needs).zip(chosen)
        {
            for &place in places {
                let resource = self.members[place as usize].id();
                picks.push(Pick { requirement: requirement.name.clone(), resource, seconds: need.serves });
                for reach in &need.reaches {
                    claims.push(claim(resource, reach, need.units, start)?);
                }
            }
        }
        let limits = self.resource_limits(question, start, &picks);
        if !self.service.has_sessions() {
            return Some(Plan { picks, claims: PlanClaims::Own(claims), limits });
        }
        let visit = Interval::from_seconds(start, start + question.duration).ok()?;
        let key = SessionKey { service: self.service.id, visit, picks: picks.clone() };
        let opened = Session { id: session, key, seats: self.service.seats, claims, scheduled: false };
        Some(Plan { picks, claims: PlanClaims::Seats(opened), limits })
    }

    /// Limits per resource of a choice: one a resource and period, with all the seconds it serves.
    fn resource_limits(&self, question: &Question, start: i64, picks: &[Pick]) -> Vec<LimitCheck> {
        let mut checks = Vec::new();
        if question.waive.limits {
            return checks;
        }
        let here = Span::new(start, start + 1);
        for (rule, limit) in self.service.policy.limits.iter().enumerate() {
            if limit.per != Per::Resource {
                continue;
            }
            for (index, pick) in picks.iter().enumerate() {
                if picks[..index].iter().any(|before| before.resource == pick.resource) {
                    continue;
                }
                let serves = picks.iter().filter(|p| p.resource == pick.resource).map(|p| p.seconds).sum();
                let subject = LimitSubject::Resource(pick.resource);
                checks.extend(filter::checks(self.service, rule, limit, subject, serves, &self.zone, here));
            }
        }
        checks
    }
}

fn claim(resource: ResourceId, reach: &Reach, units: u32, start: i64) -> Option<Claim> {
    let interval = Interval::from_seconds(start + reach.part.from, start + reach.part.to).ok()?;
    Some(Claim { resource, interval, before: reach.before, after: reach.after, units })
}
