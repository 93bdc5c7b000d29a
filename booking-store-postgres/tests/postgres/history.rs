//! Random commands over few ids and little time, so that they meet.

use booking_core::{
    Action, Actor, Block, BlockId, BookingId, Change, Claim, Command, ContentHash, CustomerId, EntryId,
    EntryState, IdempotencyKey, Initial, Interval, LimitCheck, LimitSubject, LocalStart, Money, NewBooking,
    Offer, Operation, Over, Pick, Placement, Plan, PlanClaims, Priced, Relocation, ResourceId, SeriesId,
    ServiceId, Session, SessionId, SessionKey, TenantId, WaitlistEntry, ZoneId,
};
use chrono::DateTime;

pub(crate) const SERVICES: u64 = 2;
const RESOURCES: u64 = 3;
const BOOKINGS: u64 = 24;

pub(crate) fn resource(number: u64) -> ResourceId {
    ResourceId::from_u64(number)
}

pub(crate) fn booking_id(number: u64) -> BookingId {
    BookingId::from_u64(number)
}

pub(crate) fn customer(number: u64) -> CustomerId {
    CustomerId::from_u64(number)
}

pub(crate) fn service(number: u64) -> ServiceId {
    ServiceId::from_u64(number)
}

pub(crate) fn key(name: &str) -> IdempotencyKey {
    IdempotencyKey::new(Operation::Book, name, ContentHash::default()).unwrap()
}

/// Xorshift: the same seed, the same history.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// 0 to `end`, `end` not included.
    pub(crate) fn below(&mut self, end: i64) -> i64 {
        ((self.next() >> 11) % end.unsigned_abs()) as i64
    }

    fn number(&mut self, end: u64) -> u64 {
        self.below(end as i64) as u64 + 1
    }

    fn one_in(&mut self, of: i64) -> bool {
        self.below(of) == 0
    }

    pub(crate) fn command(&mut self, now: i64) -> Command {
        let action = self.action(now);
        let offers = match &action {
            Action::Change { .. } | Action::CancelMany(_) | Action::Sweep(_) | Action::Move(_)
                if self.one_in(2) =>
            {
                (0..2).map(|_| self.offer(now)).collect()
            }
            _ => Vec::new(),
        };
        let content = ContentHash::default().with("content", self.below(2));
        let key = self.one_in(6).then(|| {
            let name = format!("key {}", self.below(4));
            IdempotencyKey::new(Operation::Book, &name, content).unwrap()
        });
        let actor = Actor::new("tester", "here");
        let now = DateTime::from_timestamp(now, 0).unwrap();
        Command { tenant: TenantId::SINGLE, now, actor, key, action, offers, verdicts: Vec::new() }
    }

    fn action(&mut self, now: i64) -> Action {
        match self.below(24) {
            0..=7 => Action::Place(vec![self.placement(now)]),
            8 => Action::Place((0..3).map(|_| self.placement(now)).collect()),
            9..=11 => Action::Move(self.relocation()),
            12..=15 => {
                let if_version = self.one_in(4).then(|| self.number(2));
                Action::Change {
                    booking: booking_id(self.number(BOOKINGS)),
                    if_version,
                    change: self.change(now),
                }
            }
            16 => Action::CancelMany((0..3).map(|_| booking_id(self.number(BOOKINGS))).collect()),
            17 => Action::Sweep((0..8).map(|_| booking_id(self.number(BOOKINGS))).collect()),
            18 => Action::AddBlock(self.block()),
            19 => Action::RemoveBlock(BlockId::from_u64(self.number(3))),
            20 => {
                let capacity = u32::try_from(self.below(4)).unwrap();
                Action::SetCapacity { resource: resource(self.number(RESOURCES)), capacity }
            }
            21 if self.one_in(2) => Action::OpenSession(self.session()),
            21 => Action::CloseSession(SessionId::from_u64(self.number(4))),
            22 => Action::Join(self.entry(now)),
            _ => Action::Leave(EntryId::from_u64(self.number(6))),
        }
    }

    fn change(&mut self, now: i64) -> Change {
        let until = DateTime::from_timestamp(now + self.below(40), 0).unwrap();
        let fee = self.one_in(2).then(|| Money::new(150, "EUR".parse().unwrap()).unwrap());
        match self.below(11) {
            0..=2 => Change::Confirm,
            3 => Change::Extend { until },
            4 => Change::Approve,
            5 => Change::Decline,
            6 | 7 => Change::Cancel { fee },
            8 => Change::CheckIn,
            9 => Change::Complete,
            _ => Change::MarkNoShow { fee },
        }
    }

    fn span(&mut self) -> Interval {
        let start = 40 + 5 * self.below(20);
        Interval::from_seconds(start, start + 5 + 5 * self.below(6)).unwrap()
    }

    fn local(visit: Interval) -> LocalStart {
        LocalStart { zone: ZoneId::UTC, wall: visit.start().naive_utc(), tzdata: "test".to_owned() }
    }

    fn claim(&mut self, visit: Interval) -> Claim {
        let buffer = |random: &mut Self| if random.one_in(4) { 5 } else { 0 };
        Claim {
            resource: resource(self.number(RESOURCES)),
            interval: visit,
            before: buffer(self),
            after: buffer(self),
            units: if self.one_in(5) { 2 } else { 1 },
        }
    }

    fn plan(&mut self, visit: Interval) -> Plan {
        let limits = if self.one_in(5) { vec![self.limit(visit)] } else { Vec::new() };
        if self.one_in(3) {
            let session = self.session_at(visit);
            return Plan { picks: session.key.picks.clone(), claims: PlanClaims::Seats(session), limits };
        }
        let count = if self.one_in(4) { 2 } else { 1 };
        let claims: Vec<Claim> = (0..count).map(|_| self.claim(visit)).collect();
        let pick = |(index, claim): (usize, &Claim)| Pick {
            requirement: format!("need {index}"),
            resource: claim.resource,
            seconds: visit.seconds(),
        };
        let picks = claims.iter().enumerate().map(pick).collect();
        Plan { picks, claims: PlanClaims::Own(claims), limits }
    }

    fn session(&mut self) -> Session {
        let visit = self.span();
        self.session_at(visit)
    }

    /// Few shapes, so that parties meet in them.
    fn session_at(&mut self, visit: Interval) -> Session {
        let start = visit.start_second() - visit.start_second() % 20;
        let visit = Interval::from_seconds(start, start + 20).unwrap();
        let claim = Claim { units: 1, ..self.claim(visit) };
        let pick = Pick { requirement: "room".to_owned(), resource: claim.resource, seconds: 20 };
        let key = SessionKey { service: service(2), visit, picks: vec![pick] };
        let seats = u32::try_from(self.number(4)).unwrap();
        Session { id: SessionId::from_u64(self.number(4)), key, seats, claims: vec![claim], scheduled: false }
    }

    fn limit(&mut self, visit: Interval) -> LimitCheck {
        let subject = match self.below(3) {
            0 => LimitSubject::Customer(customer(self.number(2))),
            1 => LimitSubject::Resource(resource(self.number(RESOURCES))),
            _ => LimitSubject::Service(service(1)),
        };
        let intervals = [(40, 70), (60, 80), (100, 120)];
        let intervals = intervals.map(|(start, end)| Interval::from_seconds(start, end).unwrap()).to_vec();
        LimitCheck {
            rule: 1,
            subject,
            over: if self.one_in(2) { Over::All } else { Over::Service },
            service: service(1),
            intervals,
            max_count: self.one_in(2).then(|| u32::try_from(self.number(4)).unwrap()),
            max_seconds: Some(20 + 10 * self.below(6)),
            adds: visit.seconds(),
        }
    }

    fn new_booking(&mut self, now: i64, visit: Interval) -> NewBooking {
        let until = DateTime::from_timestamp(now + self.below(25), 0).unwrap();
        NewBooking {
            id: booking_id(self.number(BOOKINGS)),
            service: service(self.number(SERVICES)),
            customer: self.one_in(2).then(|| customer(self.number(2))),
            visit,
            party: u32::try_from(self.number(2)).unwrap(),
            initial: match self.below(4) {
                0 => Initial::Held(until),
                1 => Initial::Pending(until),
                _ => Initial::Confirmed,
            },
            local: Self::local(visit),
            series: self.one_in(4).then(|| (SeriesId::from_u64(1), 2)),
            offer_to: None,
            priced: Priced { tier: Some("day".to_owned()), ..Priced::default() },
            approval: self.one_in(3).then_some(15),
            max_hold: 30,
        }
    }

    fn placement(&mut self, now: i64) -> Placement {
        let visit = self.span();
        let plans = (0..self.number(3)).map(|_| self.plan(visit)).collect();
        let limits = if self.one_in(4) { vec![self.limit(visit)] } else { Vec::new() };
        Placement { booking: self.new_booking(now, visit), plans, limits }
    }

    fn relocation(&mut self) -> Relocation {
        let visit = self.span();
        Relocation {
            booking: booking_id(self.number(BOOKINGS)),
            if_version: self.one_in(4).then(|| self.number(2)),
            reassign: self.one_in(3),
            visit,
            party: u32::try_from(self.number(2)).unwrap(),
            local: Self::local(visit),
            priced: Priced { group: Some("member".to_owned()), ..Priced::default() },
            plans: (0..self.number(2)).map(|_| self.plan(visit)).collect(),
            limits: if self.one_in(4) { vec![self.limit(visit)] } else { Vec::new() },
        }
    }

    fn block(&mut self) -> Block {
        let (id, on) = (BlockId::from_u64(self.number(3)), resource(self.number(RESOURCES)));
        Block { id, resource: on, interval: self.span(), text: "away".to_owned() }
    }

    fn entry(&mut self, now: i64) -> WaitlistEntry {
        WaitlistEntry {
            id: EntryId::from_u64(self.number(6)),
            tenant: TenantId::SINGLE,
            service: service(1),
            customer: None,
            window: Interval::from_seconds(40, 160).unwrap(),
            duration: None,
            party: 1,
            group: None,
            state: EntryState::Waiting,
            offer: None,
            offered: Vec::new(),
            joined: DateTime::from_timestamp(now, 0).unwrap(),
            place: 0,
        }
    }

    fn offer(&mut self, now: i64) -> Offer {
        let mut placement = self.placement(now);
        let until = DateTime::from_timestamp(now + 10, 0).unwrap();
        placement.booking.initial = Initial::Held(until);
        Offer { entry: EntryId::from_u64(self.number(6)), placement }
    }
}
