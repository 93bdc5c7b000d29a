//! Who was right: every answer of a race is looked at again with the core's rule of capacity, which knows no database.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use booking_core::{
    Action, BookingId, Claim, Initial, LimitCheck, LimitSubject, PlanClaims, ResourceId, admit,
};

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Granted,
    /// Refused for want of capacity.
    Full,
    /// Refused by this rule.
    Limit(usize),
    /// Too late to confirm.
    Lapsed,
    /// Neither done nor refused.
    Failed(String),
}

/// A request and its answer, timed from the start of the race.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) action: Action,
    pub(super) begun: Duration,
    pub(super) ended: Duration,
    pub(super) answer: Answer,
}

impl Decision {
    fn asked(&self) -> Option<(BookingId, &[Claim], &[LimitCheck])> {
        let (booking, plans, limits) = match &self.action {
            Action::Place(placements) => {
                let placement = placements.first()?;
                (placement.booking.id, &placement.plans, &placement.limits)
            }
            Action::Move(relocation) => (relocation.booking, &relocation.plans, &relocation.limits),
            _ => return None,
        };
        match &plans.first()?.claims {
            PlanClaims::Own(claims) => Some((booking, claims, limits)),
            PlanClaims::Seats(_) => None,
        }
    }

    /// A hold that has lapsed before the race blocks nothing.
    fn is_hold(&self) -> bool {
        matches!(&self.action, Action::Place(list) if list.iter().any(|one| matches!(one.booking.initial, Initial::Held(_))))
    }
}

/// A claim, and when it may have been there: from the moment somebody asked for it until somebody was told that it is gone.
struct Entry {
    booking: BookingId,
    claim: Claim,
    from: Duration,
    until: Duration,
}

/// All that was granted.
#[derive(Default)]
pub(super) struct Ledger {
    entries: HashMap<ResourceId, Vec<Entry>>,
    /// When bookings that a limit counts were asked for.
    counted: HashMap<LimitSubject, (u32, Vec<Duration>)>,
    capacities: HashMap<ResourceId, u32>,
    longest: i64,
    /// Confirmed though it had lapsed.
    revived: usize,
}

impl Ledger {
    /// In the order in which they were answered: a booking's own client asks for one thing after the other.
    pub(super) fn of<'d>(
        capacities: &[(ResourceId, u32)],
        decisions: impl IntoIterator<Item = &'d Decision>,
    ) -> Self {
        let mut ledger = Self { capacities: capacities.iter().copied().collect(), ..Self::default() };
        let granted = decisions.into_iter().filter(|one| one.answer == Answer::Granted && !one.is_hold());
        let mut granted: Vec<&Decision> = granted.collect();
        granted.sort_by_key(|one| one.ended);
        for decision in granted {
            ledger.grant(decision);
        }
        for entries in ledger.entries.values_mut() {
            entries.sort_by_key(|entry| entry.claim.blocked_from());
        }
        ledger
    }

    fn grant(&mut self, decision: &Decision) {
        let Some((booking, claims, limits)) = decision.asked() else {
            self.revived += 1;
            return;
        };
        if matches!(decision.action, Action::Move(_)) {
            let of_booking = self.entries.values_mut().flatten().filter(|entry| entry.booking == booking);
            of_booking.for_each(|entry| entry.until = entry.until.min(decision.ended));
        }
        for &claim in claims {
            self.longest = self.longest.max(claim.blocked_until() - claim.blocked_from());
            let entry = Entry { booking, claim, from: decision.begun, until: Duration::MAX };
            self.entries.entry(claim.resource).or_default().push(entry);
        }
        for limit in limits {
            let counted = self.counted.entry(limit.subject).or_default();
            counted.0 = limit.max_count.unwrap_or(u32::MAX);
            counted.1.push(decision.begun);
        }
    }

    /// Whether a refusal was wrong: what was asked for would have fitted beside everything that may have been there while it
    /// was decided. Who is refused beside what was asked for at the same time gets the benefit of the doubt.
    pub(super) fn is_wrong(&self, decision: &Decision) -> bool {
        let Some((booking, claims, limits)) = decision.asked() else { return false };
        match decision.answer {
            Answer::Full => {
                let mut resources: Vec<ResourceId> = claims.iter().map(|claim| claim.resource).collect();
                resources.dedup();
                resources.into_iter().all(|resource| self.fits(resource, booking, claims, decision))
            }
            Answer::Limit(rule) => limits.iter().filter(|limit| limit.rule == rule).all(|limit| {
                let counted = self.counted.get(&limit.subject).map_or(&[][..], |counted| &counted.1);
                let many = counted.iter().filter(|&&begun| begun < decision.ended).count();
                limit.max_count.is_none_or(|most| many < most as usize)
            }),
            Answer::Granted | Answer::Lapsed | Answer::Failed(_) => false,
        }
    }

    fn fits(&self, resource: ResourceId, booking: BookingId, claims: &[Claim], decision: &Decision) -> bool {
        let wanted: Vec<Claim> = claims.iter().filter(|claim| claim.resource == resource).copied().collect();
        let low = wanted.iter().map(Claim::blocked_from).min().unwrap_or_default() - self.longest;
        let high = wanted.iter().map(Claim::blocked_until).max().unwrap_or_default();
        let entries = self.entries.get(&resource).map_or(&[][..], Vec::as_slice);
        let first = entries.partition_point(|entry| entry.claim.blocked_from() < low);
        let near = entries.iter().skip(first).take_while(|entry| entry.claim.blocked_from() < high);
        let there = near.filter(|entry| {
            entry.booking != booking && entry.from < decision.ended && decision.begun < entry.until
        });
        let there: Vec<Claim> = there.map(|entry| entry.claim).collect();
        admit(self.capacities.get(&resource).copied().unwrap_or(1), &there, &wanted).is_ok()
    }

    /// How often a limit was exceeded or a hold revived.
    pub(super) fn wrongly_granted(&self) -> usize {
        let over = |(most, counted): &(u32, Vec<_>)| counted.len().saturating_sub(*most as usize);
        self.revived + self.counted.values().map(over).sum::<usize>()
    }

    /// What must be in the database: booking, resource and start of each claim.
    pub(super) fn kept(&self) -> HashSet<(uuid::Uuid, uuid::Uuid, i64)> {
        let last = self.entries.values().flatten().filter(|entry| entry.until == Duration::MAX);
        last.map(|entry| {
            (entry.booking.uuid(), entry.claim.resource.uuid(), entry.claim.interval.start_second())
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use booking_core::{Over, ServiceId};

    use super::*;
    use crate::book::{DAY, placement, relocation};

    const UNITS: [(u64, u32); 2] = [(1, 1), (2, 2)];

    fn id(number: u64) -> uuid::Uuid {
        BookingId::from_u64(number).uuid()
    }

    fn place(number: u64, on: u64, from: i64, until: i64) -> Action {
        let seconds = (DAY + from, DAY + until);
        Action::Place(vec![placement(id(number), &[ResourceId::from_u64(on)], seconds, 1, 1)])
    }

    fn decided(action: Action, begun: u64, ended: u64, answer: Answer) -> Decision {
        let at = Duration::from_millis;
        Decision { action, begun: at(begun), ended: at(ended), answer }
    }

    fn ledger(granted: &[Decision]) -> Ledger {
        Ledger::of(&UNITS.map(|(number, units)| (ResourceId::from_u64(number), units)), granted)
    }

    #[test]
    fn a_refusal_is_right_beside_what_may_have_been_there_and_wrong_beside_what_was_not() {
        let ledger = ledger(&[decided(place(1, 1, 0, 60), 10, 20, Answer::Granted)]);
        let refused = |from, until, begun, ended| {
            ledger.is_wrong(&decided(place(2, 1, from, until), begun, ended, Answer::Full))
        };
        assert!(!refused(30, 90, 30, 40));
        // It was asked for while this was decided.
        assert!(!refused(30, 90, 5, 15));
        assert!(refused(30, 90, 1, 9));
        assert!(refused(60, 90, 30, 40));
    }

    #[test]
    fn the_peak_counts_and_not_the_lanes() {
        let there = [
            decided(place(1, 2, 0, 60), 0, 1, Answer::Granted),
            decided(place(2, 2, 60, 120), 0, 1, Answer::Granted),
        ];
        let mut ledger = ledger(&there);
        let over_both = decided(place(3, 2, 0, 120), 5, 6, Answer::Full);
        assert!(ledger.is_wrong(&over_both));
        ledger.grant(&decided(place(4, 2, 50, 70), 2, 3, Answer::Granted));
        ledger.entries.values_mut().for_each(|list| list.sort_by_key(|entry| entry.claim.blocked_from()));
        assert!(!ledger.is_wrong(&over_both));
    }

    #[test]
    fn who_moves_frees_the_old_place_when_it_is_told_so() {
        let on = [ResourceId::from_u64(1)];
        let moved = Action::Move(relocation(id(1), &on, (DAY + 300, DAY + 360)));
        let ledger = ledger(&[
            decided(place(1, 1, 0, 60), 0, 1, Answer::Granted),
            decided(moved, 10, 20, Answer::Granted),
        ]);
        let refused = |begun, ended| decided(place(2, 1, 0, 60), begun, ended, Answer::Full);
        assert!(!ledger.is_wrong(&refused(15, 30)));
        assert!(ledger.is_wrong(&refused(20, 30)));
        // Its own claims are not in its way.
        let again = Action::Move(relocation(id(1), &on, (DAY + 330, DAY + 390)));
        assert!(ledger.is_wrong(&decided(again, 30, 40, Answer::Full)));
        assert_eq!(ledger.kept(), HashSet::from([(id(1), on[0].uuid(), DAY + 300)]));
    }

    #[test]
    fn limits_are_counted_as_far_as_they_may_have_been_reached() {
        let limited = |number, begun, ended, answer| {
            let mut action = place(number, 1, 60 * number.cast_signed(), 60 * number.cast_signed() + 60);
            let Action::Place(placements) = &mut action else { unreachable!("it places") };
            placements[0].limits = vec![LimitCheck {
                rule: 3,
                subject: LimitSubject::Service(ServiceId::from_u64(1)),
                over: Over::All,
                service: ServiceId::from_u64(1),
                intervals: Vec::new(),
                max_count: Some(1),
                max_seconds: None,
                adds: 60,
            }];
            decided(action, begun, ended, answer)
        };
        let one = ledger(&[limited(1, 10, 20, Answer::Granted)]);
        assert_eq!(one.wrongly_granted(), 0);
        assert!(!one.is_wrong(&limited(2, 5, 15, Answer::Limit(3))));
        assert!(one.is_wrong(&limited(2, 5, 9, Answer::Limit(3))));
        let two = ledger(&[limited(1, 10, 20, Answer::Granted), limited(2, 10, 20, Answer::Granted)]);
        assert_eq!(two.wrongly_granted(), 1);
    }
}
