//! Random commands on few resources, few customers and little time, so that they meet.

use super::super::words::*;
use super::super::world::{Business, person};
use super::dice::Dice;
use crate::TenantId;
use crate::booking::{Claim, Session};
use crate::policy::Over;
use crate::store::{
    Action, Change, Command, ContentHash, IdempotencyKey, Initial, LimitCheck, LimitSubject, NewBooking,
    Operation, Placement, Plan, Relocation,
};

/// Resources that commands claim, and the units each starts with.
pub(super) const UNITS: [(u64, u32); 4] = [(1, 1), (2, 2), (3, 3), (4, 5)];
/// The customer who is under one limit in every command, and how many bookings that allows.
pub(super) const LIMITED: (u64, u32) = (3, 4);
/// Visits start before this second.
const TIME: i64 = 900;
/// The longest life of a hold.
const MAX_HOLD: i64 = 120;

/// The business that random commands are about.
pub(super) fn business() -> Business {
    let mut business = Business::new();
    for (number, units) in UNITS {
        let place = usize::try_from(number - 1).unwrap_or_default();
        business.resources[place] = person(number, units, &[]);
    }
    business
}

/// Makes commands, one after the other.
pub(super) struct Generator {
    dice: Dice,
    tenant: TenantId,
    /// The number of the first booking; others follow.
    first: u64,
    last: u64,
    pub(super) now: i64,
}

impl Generator {
    /// Bookings are numbered from `first + 1` on.
    pub(super) fn new(seed: u64, tenant: TenantId, first: u64) -> Self {
        Self { dice: Dice::new(seed), tenant, first, last: first, now: 0 }
    }

    /// The next command; some time may have passed.
    pub(super) fn next(&mut self) -> Command {
        if self.dice.percent(40) {
            self.now += self.dice.of(1..25);
        }
        self.at_once()
    }

    /// The next command, at the same time.
    pub(super) fn at_once(&mut self) -> Command {
        let action = self.action();
        let key = self.dice.percent(12).then(|| self.key());
        let offers = if self.dice.percent(15) { vec![self.offer(), self.offer()] } else { Vec::new() };
        Command { key, offers, ..command(self.tenant, self.now, action) }
    }

    fn action(&mut self) -> Action {
        match self.dice.of(0..100) {
            0..34 => self.place(),
            34..46 => Action::Move(self.relocation()),
            46..70 => self.change(),
            70..73 => Action::CancelMany(vec![self.known(), self.known(), self.known()]),
            73..77 => Action::Sweep(vec![self.known(), self.known(), self.known(), self.known()]),
            77..82 => Action::AddBlock(block(self.dice.id(1..5), self.resource(), self.now, self.now + 200)),
            82..84 => Action::RemoveBlock(block_id(self.dice.id(1..5))),
            84..89 => Action::SetCapacity {
                resource: resource(self.resource()),
                capacity: self.dice.of(1..6) as u32,
            },
            89..92 => Action::OpenSession(self.session()),
            92..95 => Action::CloseSession(session_id(self.known_number())),
            95..98 => Action::Join(entry(self.dice.id(1..7), 0, TIME, self.now)),
            _ => Action::Leave(entry_id(self.dice.id(1..7))),
        }
    }

    fn place(&mut self) -> Action {
        let count = if self.dice.percent(80) { 1 } else { self.dice.of(2..4) };
        Action::Place((0..count).map(|_| self.placement()).collect())
    }

    fn placement(&mut self) -> Placement {
        self.last += 1;
        let who = self.dice.id(1..5);
        let (initial, party) = (self.initial(), self.dice.of(1..4) as u32);
        let (start, end, plans) = self.plans(party);
        let mut asked = ask(self.last, 1, start, end);
        asked.booking = NewBooking {
            customer: Some(customer(who)),
            service: service_id(self.dice.id(1..3)),
            party,
            initial,
            approval: self.dice.percent(30).then_some(60),
            max_hold: MAX_HOLD,
            ..asked.booking
        };
        asked.plans = plans;
        asked.limits = self.limits(who, end - start);
        asked
    }

    fn initial(&mut self) -> Initial {
        let until = at(self.now + self.dice.of(1..90));
        match self.dice.of(0..10) {
            0..3 => Initial::Held(until),
            3..5 => Initial::Pending(until),
            _ => Initial::Confirmed,
        }
    }

    /// A visit and up to three ways to serve it: mostly claims of its own, sometimes seats.
    fn plans(&mut self, party: u32) -> (i64, i64, Vec<Plan>) {
        if self.dice.percent(25) {
            let class = self.session();
            let visit = class.key.visit;
            let (start, end) = (visit.start_second() - START, visit.end_second() - START);
            return (start, end, vec![seat_plan(&class)]);
        }
        let start = self.dice.of(self.now.min(TIME - 1)..TIME);
        let end = start + self.dice.of(1..150);
        let count = self.dice.of(1..4);
        let plans = (0..count).map(|_| self.plan(start, end, party)).collect();
        (start, end, plans)
    }

    fn plan(&mut self, start: i64, end: i64, party: u32) -> Plan {
        let count = if self.dice.percent(75) { 1 } else { 2 };
        let claims: Vec<Claim> = (0..count).map(|_| self.claim(start, end, party)).collect();
        let mut plan = plan_of(claims);
        if self.dice.percent(10) {
            let subject = LimitSubject::Resource(plan.picks[0].resource);
            let adds = plan.picks[0].seconds;
            let max_seconds = Some(self.dice.of(100..400));
            plan.limits = vec![LimitCheck {
                subject,
                over: Over::All,
                max_count: None,
                max_seconds,
                adds,
                ..at_most(0)
            }];
        }
        plan
    }

    fn claim(&mut self, start: i64, end: i64, party: u32) -> Claim {
        let (before, after) = (self.dice.of(0..20), self.dice.of(0..20));
        let buffered = self.dice.percent(30);
        with(claim(self.resource(), start, end), |claim| {
            claim.units = if claim.resource == resource(4) { party } else { 1 };
            if buffered {
                (claim.before, claim.after) = (before, after);
            }
        })
    }

    /// One of few sessions, under an id of its own.
    fn session(&mut self) -> Session {
        self.last += 1;
        let slot = self.dice.of(0..6);
        session(self.last, self.resource(), 150 * slot, 150 * slot + 100, self.dice.of(2..6) as u32)
    }

    /// The one that always holds, and sometimes another.
    fn limits(&mut self, who: u64, adds: i64) -> Vec<LimitCheck> {
        let mut limits = Vec::new();
        if who == LIMITED.0 {
            let subject = LimitSubject::Customer(customer(who));
            limits.push(LimitCheck {
                subject,
                over: Over::All,
                intervals: vec![span(0, 2 * TIME)],
                adds,
                ..at_most(LIMITED.1)
            });
        }
        if self.dice.percent(15) {
            let subject = LimitSubject::Service(service_id(self.dice.id(1..3)));
            let (from, service) = (self.dice.of(0..TIME), service_id(1));
            let intervals = vec![span(from, from + 100), span(from + 50, from + 200)];
            limits.push(LimitCheck { rule: 1, subject, service, intervals, adds, ..at_most(3) });
        }
        limits
    }

    fn relocation(&mut self) -> Relocation {
        let (booking, party) = (self.known(), self.dice.of(1..4) as u32);
        let (start, end, plans) = self.plans(party);
        // Whoever is moved, the limit of the one who always is under it holds for them.
        let limits = self.limits(LIMITED.0, end - start);
        let if_version = self.dice.percent(20).then(|| self.dice.id(1..4));
        let reassign = self.dice.percent(20);
        Relocation { booking, if_version, reassign, party, plans, limits, ..relocation(1, 1, start, end) }
    }

    fn change(&mut self) -> Action {
        let change = match self.dice.of(0..10) {
            0..2 => Change::Confirm,
            2 => Change::Extend { until: at(self.now + self.dice.of(-20..MAX_HOLD)) },
            3 => Change::Approve,
            4 => Change::Decline,
            5..7 => Change::Cancel { fee: None },
            7 => Change::CheckIn,
            8 => Change::Complete,
            _ => Change::MarkNoShow { fee: None },
        };
        let if_version = self.dice.percent(20).then(|| self.dice.id(1..4));
        Action::Change { booking: self.known(), if_version, change }
    }

    fn offer(&mut self) -> crate::Offer {
        let mut placement = self.placement();
        placement.booking.initial = Initial::Held(at(self.now + 40));
        offer(self.dice.id(1..7), placement)
    }

    fn key(&mut self) -> IdempotencyKey {
        let (name, content) = (self.dice.id(0..6), self.dice.id(0..2));
        let hash = ContentHash::default().with("content", content);
        IdempotencyKey::new(Operation::Other, &format!("k{name}"), hash).expect("a short word is a key")
    }

    fn resource(&mut self) -> u64 {
        self.dice.id(1..UNITS.len() as u64 + 1)
    }

    /// A booking of the last few, which may have been refused.
    fn known_number(&mut self) -> u64 {
        let from = self.first.max(self.last.saturating_sub(20));
        self.dice.id(from + 1..self.last.max(from + 1) + 1)
    }

    fn known(&mut self) -> crate::BookingId {
        booking_id(self.known_number())
    }
}
