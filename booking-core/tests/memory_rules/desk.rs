//! A state, and short words for what is asked of it. Times are small numbers of seconds; ids are small numbers.

use booking_core::memory::State;
use booking_core::{
    Action, Actor, Booking, BookingId, Change, Claim, Command, CommitError, Committed, CustomerId,
    IdempotencyKey, Initial, Interval, LocalStart, NewBooking, Pick, Placement, Plan, PlanClaims, Priced,
    ResourceId, ServiceId, Session, SessionId, SessionKey, TenantId, ZoneId,
};
use chrono::{DateTime, Utc};

pub(crate) const TENANT: TenantId = TenantId::SINGLE;
pub(crate) const SERVICE: ServiceId = ServiceId::from_u64(1);

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

pub(crate) fn span(start: i64, end: i64) -> Interval {
    Interval::from_seconds(start, end).unwrap()
}

pub(crate) fn booking_id(number: u64) -> BookingId {
    BookingId::from_u64(number)
}

pub(crate) fn resource(number: u64) -> ResourceId {
    ResourceId::from_u64(number)
}

pub(crate) fn customer(number: u64) -> CustomerId {
    CustomerId::from_u64(number)
}

pub(crate) fn local(start: i64) -> LocalStart {
    LocalStart { zone: ZoneId::UTC, wall: at(start).naive_utc(), tzdata: "test".to_owned() }
}

pub(crate) fn claim(on: u64, start: i64, end: i64) -> Claim {
    Claim { resource: resource(on), interval: span(start, end), before: 0, after: 0, units: 1 }
}

pub(crate) fn pick(on: u64, seconds: i64) -> Pick {
    Pick { requirement: "main".to_owned(), resource: resource(on), seconds }
}

/// One unit of one resource for the whole visit.
pub(crate) fn plan(on: u64, start: i64, end: i64) -> Plan {
    let claims = PlanClaims::Own(vec![claim(on, start, end)]);
    Plan { picks: vec![pick(on, end - start)], claims, limits: Vec::new() }
}

/// A confirmed booking of one unit of one resource.
pub(crate) fn ask(id: u64, on: u64, start: i64, end: i64) -> Placement {
    Placement {
        booking: NewBooking {
            id: booking_id(id),
            service: SERVICE,
            customer: None,
            visit: span(start, end),
            party: 1,
            initial: Initial::Confirmed,
            local: local(start),
            series: None,
            offer_to: None,
            priced: Priced::default(),
            approval: None,
            max_hold: 1_800,
        },
        plans: vec![plan(on, start, end)],
        limits: Vec::new(),
    }
}

pub(crate) fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}

/// A session on one resource.
pub(crate) fn session(id: u64, on: u64, start: i64, end: i64, seats: u32) -> Session {
    let key = SessionKey { service: SERVICE, visit: span(start, end), picks: vec![pick(on, end - start)] };
    let claims = vec![claim(on, start, end)];
    Session { id: SessionId::from_u64(id), key, seats, claims, scheduled: false }
}

/// A party that takes seats: joins, or opens this session.
pub(crate) fn sit(id: u64, party: u32, session: &Session) -> Placement {
    let visit = session.key.visit;
    let mut asked = ask(id, 0, visit.start_second(), visit.end_second());
    asked.booking.party = party;
    asked.plans = vec![seat_plan(session)];
    asked
}

pub(crate) fn seat_plan(session: &Session) -> Plan {
    let picks = session.key.picks.clone();
    Plan { picks, claims: PlanClaims::Seats(session.clone()), limits: Vec::new() }
}

pub(crate) fn change(id: u64, change: Change) -> Action {
    Action::Change { booking: booking_id(id), if_version: None, change }
}

pub(crate) fn cancel(id: u64) -> Action {
    change(id, Change::Cancel { fee: None })
}

pub(crate) fn command(now: i64, action: Action) -> Command {
    Command {
        tenant: TENANT,
        now: at(now),
        actor: Actor::new("test", "here"),
        key: None,
        action,
        offers: Vec::new(),
        verdicts: Vec::new(),
    }
}

/// A state in which resources 1 to 9 have one unit each.
pub(crate) struct Desk {
    pub(crate) state: State,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { state: State::new() }
    }

    /// Resource 1 has this many units.
    pub(crate) fn with_units(units: u32) -> Self {
        let mut desk = Self::new();
        desk.state.start_capacity(TENANT, resource(1), units);
        desk
    }

    /// Runs a command. A refusal must leave everything as it was, and what is noted of a success must be enough to
    /// rebuild the state.
    pub(crate) fn run(&mut self, command: &Command) -> Result<Committed, CommitError> {
        let before = self.state.rows(TENANT);
        let answer = self.state.apply_noting(command, command.now.timestamp());
        let after = self.state.rows(TENANT);
        let mut restored = State::new();
        restored.restore(TENANT, after.clone());
        assert_eq!(restored.rows(TENANT), after);
        match answer {
            Ok((answer, changes)) => {
                assert_eq!(changes.is_empty(), before == after, "{changes:?}");
                Ok(answer)
            }
            Err(error) => {
                assert_eq!(before, after, "changed by a refused command: {error}");
                Err(error)
            }
        }
    }

    pub(crate) fn act(&mut self, now: i64, action: Action) -> Result<Committed, CommitError> {
        self.run(&command(now, action))
    }

    pub(crate) fn place(&mut self, now: i64, placement: Placement) -> Result<Committed, CommitError> {
        self.act(now, Action::Place(vec![placement]))
    }

    pub(crate) fn with_key(
        &mut self,
        now: i64,
        key: &IdempotencyKey,
        action: Action,
    ) -> Result<Committed, CommitError> {
        self.run(&Command { key: Some(key.clone()), ..command(now, action) })
    }

    pub(crate) fn booking(&self, id: u64) -> Booking {
        self.state.booking(TENANT, booking_id(id)).unwrap()
    }
}

/// The answer in a word or two: how a command ended.
pub(crate) fn outcome(answer: &Result<Committed, CommitError>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(CommitError::NoFit { placement, conflicts }) => {
            let free: Vec<String> = conflicts.iter().map(|conflict| conflict.free.to_string()).collect();
            format!("no fit {placement}: {} free", free.join(", "))
        }
        Err(CommitError::Limit { reason, .. }) => format!("limit: {reason}"),
        Err(CommitError::Expired { at }) => format!("expired at {}", at.timestamp()),
        Err(CommitError::TooEarly { from }) => format!("too early: {}", from.timestamp()),
        Err(CommitError::ExtendTooFar { latest }) => format!("too far: {}", latest.timestamp()),
        Err(error) => error.to_string(),
    }
}

/// Runs steps in order and compares how each ends.
pub(crate) fn check(desk: &mut Desk, steps: Vec<(i64, Action, &str)>) {
    for (index, (now, action, expected)) in steps.into_iter().enumerate() {
        let answer = desk.act(now, action);
        assert_eq!(outcome(&answer), expected, "step {index}");
    }
}
