//! Why a start is not bookable: every reason, every candidate.

use super::availability::Availability;
use super::filter;
use super::member::{Member, Reach, possible_starts};
use super::query::{AvailabilityError, CandidateReasons, Explanation, SlotQuery};
use super::question::{Demand, Question};
use super::sessions::team_of;
use super::team::OwnUse;
use crate::assignment::Matcher;
use crate::interval::instant;
use crate::policy::Per;
use crate::reason::{Closure, Occupant, Reason};
use crate::span::{Span, find};
use crate::store::LimitSubject;
use crate::time::civil::{DAY, date_of, day_of_local};

impl Availability<'_> {
    /// Every reason against one start, and what speaks against every candidate. Empty exactly when it is offered.
    pub fn explain(&self, query: &SlotQuery, start: i64) -> Result<Explanation, AvailabilityError> {
        let question = Question::new(self.service, &self.members, query)?.at(start);
        let candidates = self.candidate_reasons(&question, start)?;
        let mut explanation = Explanation { start: instant(start), reasons: Vec::new(), candidates };
        if self.offers(&question, start)? {
            return Ok(explanation);
        }
        let mut reasons = self.policy_reasons(&question, start)?;
        self.resource_reasons(&question, start, &explanation.candidates, &mut reasons)?;
        if !self.has_session_at(&question, start) {
            reasons.extend(self.grid_reason(&question, start)?);
        }
        if reasons.is_empty() {
            reasons.extend(self.full_sessions(&question, start));
        }
        reasons.sort();
        reasons.dedup();
        if reasons.is_empty() {
            // Refused by an interplay no single rule names, such as two limits on one resource that serves twice.
            reasons.extend(
                self.service
                    .requirements
                    .iter()
                    .map(|requirement| Reason::NoCandidate { requirement: requirement.name.clone() }),
            );
        }
        explanation.reasons = reasons;
        Ok(explanation)
    }

    /// Notice, horizon, limits, the no-show rule and the host's own rules.
    fn policy_reasons(&self, question: &Question, start: i64) -> Result<Vec<Reason>, AvailabilityError> {
        let mut reasons = filter::time_reasons(self.service, question, self.zones, start)?;
        let limits = self.service.policy.limits.iter().enumerate();
        for (rule, limit) in limits.filter(|_| !question.waive.limits) {
            let subject = match (limit.per, question.customer) {
                (Per::Service, _) => LimitSubject::Service(self.service.id),
                (Per::Customer, Some(customer)) => LimitSubject::Customer(customer),
                _ => continue,
            };
            let here = Span::new(start, start + 1);
            let duration = question.duration;
            for check in filter::checks(self.service, rule, limit, subject, duration, &self.zone, here) {
                reasons.extend(filter::reached(&check, &self.snapshot.counted));
            }
        }
        reasons.extend(self.missed_too_many(question));
        reasons.extend(self.rule_reasons(question, start));
        if let Some(end) = self.available_days_end(question)?
            && start >= end
        {
            let zone = self.zones.zone(
                self.service
                    .policy
                    .horizon
                    .as_ref()
                    .and_then(|h| h.zone.as_ref())
                    .unwrap_or(&self.service.zone),
            )?;
            let latest = date_of(day_of_local(zone.to_local(end - 1)));
            reasons.push(Reason::TooFar { latest: Some(latest) });
        }
        Ok(reasons)
    }

    /// What speaks against each resource of each requirement, on its own.
    fn candidate_reasons(
        &self,
        question: &Question,
        start: i64,
    ) -> Result<Vec<CandidateReasons>, AvailabilityError> {
        let mut all = Vec::new();
        for (requirement, need) in self.service.requirements.iter().zip(&question.needs) {
            for &place in &need.pool {
                let member = &self.members[place as usize];
                all.push(CandidateReasons {
                    requirement: requirement.name.clone(),
                    resource: member.id(),
                    reasons: self.member_reasons(question, need, member, start)?,
                });
            }
        }
        Ok(all)
    }

    /// Reasons of the requirements that cannot be met.
    fn resource_reasons(
        &self,
        question: &Question,
        start: i64,
        candidates: &[CandidateReasons],
        reasons: &mut Vec<Reason>,
    ) -> Result<(), AvailabilityError> {
        let mut from = 0;
        let mut each_met = true;
        for (requirement, need) in self.service.requirements.iter().zip(&question.needs) {
            let own = &candidates[from..from + need.pool.len()];
            from += need.pool.len();
            let free = own.iter().filter(|candidate| candidate.reasons.is_empty()).count();
            if free >= need.count as usize {
                continue;
            }
            each_met = false;
            reasons.extend(own.iter().flat_map(|candidate| candidate.reasons.iter().cloned()));
            if need.pool.len() < need.count as usize {
                reasons.push(Reason::NoCandidate { requirement: requirement.name.clone() });
            }
        }
        if each_met && !self.has_assignment(question, start)? {
            let names = self.service.requirements.iter().map(|r| r.name.clone());
            reasons.extend(names.map(|requirement| Reason::NoCandidate { requirement }));
        }
        Ok(())
    }

    /// Whether a complete assignment exists, policy and grid aside.
    pub(super) fn has_assignment(&self, question: &Question, start: i64) -> Result<bool, AvailabilityError> {
        let possible = self.possible_at(question, start)?;
        let mut matcher = Matcher::default();
        Ok(OwnUse::new(question, self).exists(&possible, start, &mut matcher)?)
    }

    /// Where each resource could serve on its own near one start, policy aside (limits per resource excepted).
    pub(super) fn possible_at(
        &self,
        question: &Question,
        start: i64,
    ) -> Result<Vec<Vec<Vec<Span>>>, AvailabilityError> {
        let ground = self.ground_in(&question.at(start), vec![Span::new(start, start + 1)])?;
        Ok(ground.possible)
    }

    fn member_reasons(
        &self,
        question: &Question,
        need: &Demand,
        member: &Member<'_>,
        start: i64,
    ) -> Result<Vec<Reason>, AvailabilityError> {
        let mut reasons = Vec::new();
        let resource = member.id();
        for reach in &need.reaches {
            let (from, until) = (start + reach.part.from, start + reach.part.to);
            hours_reasons(question, member, from, until, &mut reasons)?;
            block_reasons(member, reach, start, &mut reasons);
            self.claim_reasons(question, member, need.units, reach, start, &mut reasons);
        }
        if reasons.is_empty() && self.service.has_sessions() && question.party > self.service.seats {
            reasons.push(Reason::CapacityFull { resource, free: self.service.seats });
        }
        if !question.waive.limits {
            let limits = self.service.policy.limits.iter().enumerate();
            for (rule, limit) in limits.filter(|(_, limit)| limit.per == Per::Resource) {
                let subject = LimitSubject::Resource(resource);
                let here = Span::new(start, start + 1);
                for check in filter::checks(self.service, rule, limit, subject, need.serves, &self.zone, here)
                {
                    reasons.extend(filter::reached(&check, &self.snapshot.counted));
                }
            }
        }
        reasons.sort();
        reasons.dedup();
        Ok(reasons)
    }

    /// Claims in the way of one claim of the visit. A session that starts right there and is too full is short of
    /// seats, not taken.
    fn claim_reasons(
        &self,
        question: &Question,
        member: &Member<'_>,
        units: u32,
        reach: &Reach,
        start: i64,
        reasons: &mut Vec<Reason>,
    ) {
        let (visit_from, visit_until) = (start + reach.part.from, start + reach.part.to);
        let (from, until) = (visit_from - reach.before, visit_until + reach.after);
        let resource = member.id();
        let used = member.peak(from, until, &[]);
        if used.saturating_add(units) <= member.capacity {
            return;
        }
        if member.capacity > 1 || units > member.capacity {
            reasons.push(Reason::CapacityFull { resource, free: member.capacity.saturating_sub(used) });
            return;
        }
        for row in member.claims.iter() {
            if row.claim.blocked_from() >= until || from >= row.claim.blocked_until() {
                continue;
            }
            let (visit, by) = (row.claim.interval, row.by);
            let seats = self
                .sessions_at(question.duration, start)
                .find(|open| by == Occupant::Session(open.session.id));
            if let Some(open) = seats {
                let free = open.session.seats.saturating_sub(open.taken);
                if free < question.party {
                    reasons.push(Reason::CapacityFull { resource, free });
                }
            } else if visit.start_second() < visit_until && visit_from < visit.end_second() {
                reasons.push(Reason::Taken { resource, by, until: visit.end() });
            } else {
                reasons.push(Reason::BufferOverlap {
                    resource,
                    by,
                    until: instant(row.claim.blocked_until()),
                });
            }
        }
    }

    /// Sessions that start right there and have too few seats left, where units are left for another but no team is.
    fn full_sessions(&self, question: &Question, start: i64) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for row in self.sessions_at(question.duration, start) {
            let free = row.session.seats.saturating_sub(row.taken);
            if free < question.party {
                let resources = team_of(&row.session).into_iter();
                reasons.extend(resources.map(|resource| Reason::CapacityFull { resource, free }));
            }
        }
        reasons
    }

    fn has_session_at(&self, question: &Question, start: i64) -> bool {
        self.sessions_at(question.duration, start).next().is_some()
    }

    /// Off the grid, with the nearest starts that are on it: judged where the anchoring resources are open.
    fn grid_reason(&self, question: &Question, start: i64) -> Result<Option<Reason>, AvailabilityError> {
        if question.waive.grid {
            return Ok(None);
        }
        let lattice = self.lattice(question);
        let ground = self.ground_in(question, vec![question.window])?;
        let inside = ground.stretches.iter().zip(&question.needs).all(|(members, need)| {
            let holding = members.iter().filter(|spans| holds(spans, start + lattice.lead)).count();
            holding >= need.count as usize
        });
        if !inside || !self.grid_starts(question, &ground)?.is_empty() {
            return Ok(None);
        }
        let near = (self.service.step * 2).clamp(1, 2 * DAY);
        let around = question.within((start - near).max(0), start + near + 1);
        let ground = self.ground_in(&around, vec![around.window])?;
        let starts = self.grid_starts(&around, &ground)?;
        let previous = starts.iter().rev().find(|s| **s < start).map(|s| instant(*s));
        let next = starts.iter().find(|s| **s > start).map(|s| instant(*s));
        Ok(Some(Reason::OffGrid { previous, next }))
    }
}

/// Day blocks may overlap where openings of different dates do: look at all near ones.
fn holds(spans: &[Span], at: i64) -> bool {
    spans.iter().any(|span| span.contains(at))
}

/// Closed dates and hours against one part of a visit.
fn hours_reasons(
    question: &Question,
    member: &Member<'_>,
    from: i64,
    until: i64,
    reasons: &mut Vec<Reason>,
) -> Result<(), AvailabilityError> {
    let openings = member.openings(Span::new(from, until), question.waive.hours)?;
    let part = crate::service::Part { from: 0, to: until - from };
    let reach = Reach { part, before: 0, after: 0 };
    if find(&possible_starts(&openings.union, &[], &[reach]), from).is_some() {
        return Ok(());
    }
    let resource = member.id();
    let zone = member.calendar.zone();
    let first = day_of_local(zone.to_local(from));
    let last = day_of_local(zone.to_local(until - 1));
    let mut closed = false;
    for day in (first..=last).take(64) {
        if let Some(why) = member.calendar.closure(date_of(day)) {
            let date = date_of(day);
            reasons.push(Reason::Closed { resource, date, why });
            closed = true;
        }
    }
    if !closed {
        reasons.push(Reason::OutsideHours { resource });
    }
    Ok(())
}

fn block_reasons(member: &Member<'_>, reach: &Reach, start: i64, reasons: &mut Vec<Reason>) {
    let (from, until) = (start + reach.part.from - reach.before, start + reach.part.to + reach.after);
    let date_at = |second: i64| date_of(day_of_local(member.calendar.zone().to_local(second)));
    let resource = member.id();
    for block in &member.blocks {
        if block.interval.start_second() < until && from < block.interval.end_second() {
            let date = date_at(from.max(block.interval.start_second()));
            reasons.push(Reason::Closed { resource, date, why: Closure::Block(block.text.clone()) });
        }
    }
    if let Some(name) = member.calendar.recurring_block_at(from, until) {
        reasons.push(Reason::Closed { resource, date: date_at(start), why: Closure::Recurring(name) });
    }
}
