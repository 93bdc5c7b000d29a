//! Teams: complete assignments at one start.

use super::availability::Availability;
use super::filter;
use super::member::Member;
use super::question::{Demand, Question};
use crate::assignment::{Matcher, Need, SearchTooLarge, Together};
use crate::booking::Claim;
use crate::hot::LONG;
use crate::interval::Interval;
use crate::policy::Per;
use crate::seconds::Seconds;
use crate::span::{Span, find};
use crate::store::LimitSubject;

/// Judges which candidates of the grid some complete team anchors, whoever is free.
pub(super) struct Team<'a> {
    question: &'a Question,
    members: &'a [Member<'a>],
    /// For each grid requirement and member of its pool, its stretches.
    stretches: &'a [Vec<Vec<Span>>],
    matcher: Matcher,
}

impl<'a> Team<'a> {
    pub(super) fn new(
        question: &'a Question,
        members: &'a [Member<'a>],
        stretches: &'a [Vec<Vec<Span>>],
    ) -> Self {
        Self { question, members, stretches, matcher: Matcher::default() }
    }

    /// Of the starts from index `begun` on, all candidates of one stretch of the anchoring member, keeps those that a
    /// complete team with this member anchors there.
    pub(super) fn retain(
        &mut self,
        starts: &mut Vec<i64>,
        begun: usize,
        anchor: Anchor,
        lead: i64,
    ) -> Result<(), SearchTooLarge> {
        let mut kept = begun;
        for index in begun..starts.len() {
            let start = starts[index];
            if self.anchors(anchor, start + lead)? {
                starts[kept] = start;
                kept += 1;
            }
        }
        starts.truncate(kept);
        Ok(())
    }

    /// Whether a complete team with this member has, in common, a stretch that contains `at`, starts where this member's
    /// does, and is long or short as it was taken to be.
    fn anchors(&mut self, anchor: Anchor, at: i64) -> Result<bool, SearchTooLarge> {
        let mut pools = Vec::with_capacity(self.stretches.len());
        let mut short = Vec::new();
        for (index, members) in self.stretches.iter().enumerate() {
            let mut fitting = Vec::new();
            for (other, spans) in members.iter().enumerate() {
                let Some(span) = find(spans, at).filter(|span| span.start <= anchor.start) else { continue };
                let is_long = span.end - anchor.start > LONG;
                if anchor.common == Common::Long && !is_long {
                    continue;
                }
                let member = self.question.needs[index].grid_pool[other];
                fitting.push(member);
                short.extend((!is_long).then_some((index, member)));
            }
            pools.push(fitting);
        }
        let needs: Vec<Need<'_>> = pools
            .iter()
            .zip(&self.question.needs)
            .map(|(fitting, need)| Need { count: need.count, candidates: fitting })
            .collect();
        let own = (anchor.need, self.question.needs[anchor.need].grid_pool[anchor.place]);
        let alone = Alone { question: self.question, members: self.members };
        if anchor.common == Common::Long || short.contains(&own) {
            return self.matcher.exists_with(&needs, &alone, &[own]);
        }
        for one in short {
            if self.matcher.exists_with(&needs, &alone, &[own, one])? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A stretch of one member of a team that may be where the team's common stretch starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// The requirement, by index.
    pub(super) need: usize,
    /// The member, by its place in the pool.
    pub(super) place: usize,
    /// Where the stretch starts.
    pub(super) start: i64,
    /// How long the common stretch is taken to be.
    pub(super) common: Common,
}

/// How long the common stretch of a team is, for its grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Common {
    /// At most [`LONG`]: anchored at its start alone.
    Short,
    /// Longer: anchored at each midnight.
    Long,
}

/// Which requirements one resource can serve together, on an otherwise empty calendar.
struct Alone<'a> {
    question: &'a Question,
    members: &'a [Member<'a>],
}

impl Together for Alone<'_> {
    fn fits(&self, resource: u32, needs: &[usize]) -> bool {
        let member = &self.members[resource as usize];
        let claims = own_claims(self.question, member, needs, LONG * 2);
        needs.len() < 2
            || claims.iter().all(|claim| {
                let (from, until) = (claim.blocked_from(), claim.blocked_until());
                crate::admit::peak_use(&claims, from, until) <= member.capacity
            })
    }

    fn exclusive(&self) -> bool {
        exclusive(self.question, self.members, |need| &need.grid_pool)
    }
}

/// Which requirements one resource can serve together at one start, beside what occupies it already.
pub(super) struct OwnUse<'a> {
    question: &'a Question,
    availability: &'a Availability<'a>,
    shared: bool,
    exclusive: bool,
    start: i64,
    pools: Vec<Vec<u32>>,
}

impl<'a> OwnUse<'a> {
    pub(super) fn new(question: &'a Question, availability: &'a Availability<'a>) -> Self {
        Self {
            question,
            availability,
            shared: pools_overlap(question),
            exclusive: exclusive(question, &availability.members, |need| &need.pool),
            start: 0,
            pools: vec![Vec::new(); question.needs.len()],
        }
    }

    /// How long the visit lasts.
    pub(super) fn duration(&self) -> Seconds {
        self.question.duration
    }

    /// Collects who could serve each requirement on its own at a start.
    fn settle(&mut self, possible: &[Vec<Vec<Span>>], start: i64) {
        self.start = start;
        for (need, members) in possible.iter().enumerate() {
            let pool = &self.question.needs[need].pool;
            self.pools[need].clear();
            let free = members.iter().zip(pool).filter(|(spans, _)| find(spans, start).is_some());
            self.pools[need].extend(free.map(|(_, place)| *place));
        }
    }

    /// Whether a complete assignment exists at a start.
    pub(super) fn exists(
        &mut self,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<bool, SearchTooLarge> {
        self.settle(possible, start);
        let enough =
            self.pools.iter().zip(&self.question.needs).all(|(pool, need)| pool.len() >= need.count as usize);
        if possible.is_empty() || !enough || !self.shared {
            return Ok(enough && !possible.is_empty());
        }
        matcher.exists(&self.needs(), self)
    }

    /// For each requirement, the members that stand in some complete assignment.
    pub(super) fn usable(
        &mut self,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        matcher: &mut Matcher,
    ) -> Result<Vec<Vec<u32>>, SearchTooLarge> {
        if !self.exists(possible, start, matcher)? {
            return Ok(vec![Vec::new(); self.question.needs.len()]);
        }
        if !self.shared {
            return Ok(self.pools.clone());
        }
        let mut usable = Vec::new();
        matcher.usable(&self.needs(), self, &mut usable)?;
        Ok(usable)
    }

    /// Complete assignments in order of preference, `order` having sorted each requirement's members.
    pub(super) fn assignments(
        &mut self,
        possible: &[Vec<Vec<Span>>],
        start: i64,
        order: impl Fn(usize, &mut Vec<u32>),
        limit: usize,
        matcher: &mut Matcher,
    ) -> Result<Vec<Vec<Vec<u32>>>, SearchTooLarge> {
        self.settle(possible, start);
        for (need, pool) in self.pools.iter_mut().enumerate() {
            order(need, pool);
        }
        matcher.assignments(&self.needs(), self, limit)
    }

    fn needs(&self) -> Vec<Need<'_>> {
        self.pools
            .iter()
            .zip(&self.question.needs)
            .map(|(pool, need)| Need { count: need.count, candidates: pool })
            .collect()
    }

    fn limits_allow(&self, member: &Member<'_>, needs: &[usize]) -> bool {
        let availability = self.availability;
        let limits = &availability.service.policy.limits;
        if self.question.waive.limits || !limits.iter().any(|limit| limit.per == Per::Resource) {
            return true;
        }
        let adds = needs.iter().map(|need| self.question.needs[*need].serves).sum();
        let here = Span::new(self.start, self.start + 1);
        let subject = LimitSubject::Resource(member.id());
        limits.iter().enumerate().filter(|(_, limit)| limit.per == Per::Resource).all(|(rule, limit)| {
            filter::checks(availability.service, rule, limit, subject, adds, &availability.zone, here)
                .iter()
                .all(|check| filter::reached(check, &availability.snapshot.counted).is_none())
        })
    }
}

impl Together for OwnUse<'_> {
    fn fits(&self, resource: u32, needs: &[usize]) -> bool {
        if needs.len() < 2 {
            return true;
        }
        let member = &self.availability.members[resource as usize];
        let own = own_claims(self.question, member, needs, self.start);
        own.iter()
            .all(|claim| member.peak(claim.blocked_from(), claim.blocked_until(), &own) <= member.capacity)
            && self.limits_allow(member, needs)
    }

    fn exclusive(&self) -> bool {
        self.exclusive
    }
}

/// The claims one resource makes when it serves these requirements of a visit at `start`.
pub(super) fn own_claims(
    question: &Question,
    member: &Member<'_>,
    needs: &[usize],
    start: i64,
) -> Vec<Claim> {
    let mut claims = Vec::new();
    for &need in needs {
        let demand = &question.needs[need];
        for reach in &demand.reaches {
            let (from, until) = (start + reach.part.from, start + reach.part.to);
            if let Ok(interval) = Interval::from_seconds(from, until) {
                let (before, after) = (reach.before, reach.after);
                claims.push(Claim { resource: member.id(), interval, before, after, units: demand.units });
            }
        }
    }
    claims
}

/// Whether some resource is in two pools.
pub(super) fn pools_overlap(question: &Question) -> bool {
    let mut seen: Vec<u32> = question.needs.iter().flat_map(|need| need.pool.iter().copied()).collect();
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    seen.len() < count
}

/// Whether no resource can ever serve two requirements at once: then plain matching decides.
fn exclusive(question: &Question, members: &[Member<'_>], pool: impl Fn(&Demand) -> &[u32]) -> bool {
    let meet = |one: usize, other: usize| {
        question.needs[one].reaches.iter().any(|a| {
            question.needs[other].reaches.iter().any(|b| {
                a.part.from - a.before < b.part.to + b.after && b.part.from - b.before < a.part.to + a.after
            })
        })
    };
    (0..question.needs.len()).all(|one| {
        (one + 1..question.needs.len()).all(|other| {
            let units = question.needs[one].units.saturating_add(question.needs[other].units);
            let together = |place: &&u32| members[**place as usize].capacity >= units || !meet(one, other);
            let (one, other) = (pool(&question.needs[one]), pool(&question.needs[other]));
            let both = one.iter().filter(|place| other.contains(place));
            both.filter(together).count() == 0
        })
    })
}
